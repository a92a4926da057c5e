"""Who was heard before a post goes, and the seat each gets."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import asnhr.sql


def _to(model: str, words: str, related_name: str = "+") -> asnhr.sql.TenantForeignKey:
    return asnhr.sql.TenantForeignKey(
        db_constraint=False,
        on_delete=django.db.models.deletion.PROTECT,
        related_name=related_name,
        to=f"positions.{model}",
        verbose_name=words,
    )


class Migration(migrations.Migration):
    dependencies = [("positions", "0008_siasn_values"), migrations.swappable_dependency(settings.AUTH_USER_MODEL)]

    operations = [
        migrations.CreateModel(
            name="RemovalHearing",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("heard_on", models.DateField(verbose_name="didengar pada")),
                ("note", models.TextField(verbose_name="yang disampaikan")),
                ("recorded_at", models.DateTimeField(auto_now_add=True, verbose_name="dicatat pada")),
                (
                    "agency",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="asnhr.agency",
                        verbose_name="instansi",
                    ),
                ),
                ("employee", _to("employee", "pemangku")),
                ("line", _to("recommendationline", "rekomendasi", "hearings")),
                (
                    "recorded_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="dicatat oleh",
                    ),
                ),
                ("target_seat", _to("seat", "formasi tujuan")),
            ],
            options={
                "verbose_name": "keterangan pemangku",
                "verbose_name_plural": "keterangan pemangku",
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("note", ""), _negated=True), name="hearing_has_note")
                ],
            },
        ),
        asnhr.sql.TenantTable("RemovalHearing"),
    ]
