"""A batch of letters may be cancelled: on a day, by somebody, for a reason, with a file that says so."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("positions", "0061_search_words"),
    ]

    operations = [
        migrations.AddField(
            "letterbatch", "cancelled_on", models.DateField(blank=True, null=True, verbose_name="dibatalkan pada")
        ),
        migrations.AddField(
            "letterbatch",
            "cancelled_by",
            models.ForeignKey(
                blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+",
                to=settings.AUTH_USER_MODEL, verbose_name="dibatalkan oleh",
            ),
        ),
        migrations.AddField(
            "letterbatch",
            "cancel_reason",
            # The release before writes rows while this one comes in; it does not know the columns.
            models.CharField(
                blank=True, db_default="", default="", max_length=30, verbose_name="alasan pembatalan"
            ),
        ),
        migrations.AddField(
            "letterbatch",
            "cancelled_as",
            models.CharField(
                blank=True, db_default="", default="", max_length=200, verbose_name="berkas pembatalan tersimpan sebagai"
            ),
        ),
        migrations.AddConstraint(
            "letterbatch",
            models.CheckConstraint(
                name="letters_cancelled_whole",
                condition=Q(cancelled_on__isnull=True, cancelled_by__isnull=True, cancel_reason="", cancelled_as="")
                | (Q(cancelled_on__isnull=False, cancelled_by__isnull=False) & ~Q(cancel_reason="")),
                violation_error_message="Pembatalan surat menyebut tanggal, petugas dan alasannya.",
            ),
        ),
    ]  # fmt: skip
