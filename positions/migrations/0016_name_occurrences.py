"""In which units an unknown name occurred, so that each unit's admin finds it in the queue, whoever queued it first."""

import django.db.models.deletion
from django.db import migrations, models

import asnhr.sql


def _to(model: str, words: str, on_delete, **more) -> asnhr.sql.TenantForeignKey:
    return asnhr.sql.TenantForeignKey(
        db_constraint=False, on_delete=on_delete, related_name=more.pop("related_name", "+"), to=model,
        verbose_name=words, **more,
    )  # fmt: skip


class Migration(migrations.Migration):
    dependencies = [("positions", "0015_acting_guard")]

    operations = [
        migrations.CreateModel(
            name="NameOccurrence",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("rows", models.PositiveIntegerField(verbose_name="kemunculan")),
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
                (
                    "mapping",
                    _to(
                        "positions.namemapping",
                        "nama",
                        django.db.models.deletion.CASCADE,
                        related_name="occurred",
                        db_index=False,
                    ),
                ),
                ("unit", _to("positions.unit", "unit", django.db.models.deletion.PROTECT)),
                (
                    "import_job",
                    _to("asnhr.importjob", "impor", django.db.models.deletion.PROTECT, null=True, blank=True),
                ),
            ],
            options={
                "verbose_name": "kemunculan nama",
                "verbose_name_plural": "kemunculan nama",
                "constraints": [
                    models.UniqueConstraint(fields=("agency", "mapping", "unit"), name="name_occurrence_once")
                ],
            },
        ),
        asnhr.sql.TenantTable("NameOccurrence"),
        migrations.RunSQL(
            "SELECT audit_attach('positions_nameoccurrence'::regclass, 'summary', '{}', '{}')",
            "SELECT audit_detach('positions_nameoccurrence'::regclass)",
        ),
    ]
