"""A role given by mistake is taken back at once: the row stays, with the moment, by whom and why. Such a row ends on the
day it was taken back, which may be the day it began or one before."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import F, Q


class Migration(migrations.Migration):
    dependencies = [("asnhr", "0027_salt_of_first_values")]

    operations = [
        migrations.RemoveConstraint("roleassignment", "role_ends_after_it_starts"),
        migrations.AddField(
            "roleassignment",
            "revoked_at",
            models.DateTimeField(blank=True, null=True, verbose_name="dicabut pada"),
        ),
        migrations.AddField(
            "roleassignment",
            "revoked_by",
            models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="dicabut oleh",
            ),
        ),
        migrations.AddField(
            "roleassignment",
            "revoke_reason",
            # The release before writes rows while this one comes in; it does not know the column.
            models.CharField(blank=True, db_default="", default="", max_length=300, verbose_name="alasan pencabutan"),
        ),
        migrations.AddConstraint(
            "roleassignment",
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gt=F("starts_on")) | Q(revoked_at__isnull=False),
                name="role_ends_after_it_starts",
                violation_error_message="Tanggal berakhir harus sesudah tanggal mulai.",
            ),
        ),
        migrations.AddConstraint(
            "roleassignment",
            models.CheckConstraint(
                condition=Q(revoked_at__isnull=True, revoked_by__isnull=True, revoke_reason="")
                | (Q(revoked_at__isnull=False, ends_on__isnull=False) & ~Q(revoke_reason="")),
                name="role_revoked_whole",
                violation_error_message="Pencabutan peran wajib menyebut kapan dan alasannya.",
            ),
        ),
    ]
