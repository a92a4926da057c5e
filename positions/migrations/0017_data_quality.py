"""Data quality: open problems, the index of each day, how indicators without data count, the nightly computation."""

from datetime import date

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

import asnhr.sql

TASK = "Kualitas data harian"
UNKNOWN = "ikd.unknown"
SCORES = [
    ("completeness", "kelengkapan"),
    ("timeliness", "ketepatan waktu"),
    ("accuracy", "akurasi"),
    ("consistency", "konsistensi"),
    ("total", "indeks"),
]


def fill(apps, schema_editor):
    apps.get_model("asnhr", "Parameter").objects.get_or_create(
        code=UNKNOWN,
        starts_on=date(2015, 1, 1),
        defaults={
            "name": "Indikator kualitas data yang belum dapat dihitung", "value": "dikeluarkan", "kind": "pilihan",
            "options": ["dikeluarkan", "nol"], "legal_basis": "Pengaturan produk: ketentuan BKN tidak menyebutnya",
            "mark": "D", "agency_may_set": True,
        },
    )  # fmt: skip
    crontab, _ = apps.get_model("django_celery_beat", "CrontabSchedule").objects.get_or_create(
        minute="45", hour="2", day_of_week="*", day_of_month="*", month_of_year="*", timezone="Asia/Jakarta"
    )
    apps.get_model("django_celery_beat", "PeriodicTask").objects.get_or_create(
        name=TASK, defaults={"task": "positions.tasks.dispatch_quality", "crontab": crontab}
    )


def empty(apps, schema_editor):
    apps.get_model("django_celery_beat", "PeriodicTask").objects.filter(name=TASK).delete()
    apps.get_model("asnhr", "Parameter").objects.filter(code=UNKNOWN).delete()


def _id():
    return ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"))


def _agency(**more):
    return (
        "agency",
        models.ForeignKey(
            db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="asnhr.agency",
            verbose_name="instansi", **more,
        ),
    )  # fmt: skip


class Migration(migrations.Migration):
    dependencies = [
        ("positions", "0016_name_occurrences"),
        ("django_celery_beat", "0019_alter_periodictasks_options"),
    ]

    operations = [
        migrations.CreateModel(
            name="QualityProblem",
            fields=[
                _id(),
                ("code", models.CharField(max_length=20, verbose_name="indikator")),
                ("weight", models.PositiveIntegerField(verbose_name="bobot")),
                ("since", models.DateField(verbose_name="ditemukan sejak")),
                _agency(db_constraint=False),
                (
                    "employee",
                    asnhr.sql.TenantForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="quality_problems",
                        to="positions.employee",
                        verbose_name="pegawai",
                    ),
                ),
            ],
            options={
                "verbose_name": "temuan kualitas data",
                "verbose_name_plural": "temuan kualitas data",
                "constraints": [
                    models.UniqueConstraint(fields=("agency", "employee", "code"), name="quality_problem_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="QualityIndex",
            fields=[
                _id(),
                ("day", models.DateField(verbose_name="per tanggal")),
                ("employees", models.PositiveIntegerField(verbose_name="pegawai")),
                ("affected", models.PositiveIntegerField(verbose_name="pegawai bermasalah")),
                *(
                    (name, models.DecimalField(decimal_places=2, max_digits=5, null=True, verbose_name=words))
                    for name, words in SCORES
                ),
                (
                    "total_if_clean",
                    models.DecimalField(
                        decimal_places=2,
                        max_digits=5,
                        verbose_name="indeks bila yang belum dapat dihitung tanpa masalah",
                    ),
                ),
                ("counts", models.JSONField(default=dict, verbose_name="hitungan")),
                (
                    "missing",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=20),
                        default=list,
                        size=None,
                        verbose_name="belum dapat dihitung",
                    ),
                ),
                (
                    "treatment",
                    models.CharField(
                        choices=[("dikeluarkan", "dikeluarkan dari indeks"), ("nol", "dihitung tanpa masalah")],
                        max_length=12,
                        verbose_name="perlakuan yang belum dapat dihitung",
                    ),
                ),
                ("weights", models.JSONField(default=dict, verbose_name="bobot dimensi")),
                ("computed_at", models.DateTimeField(verbose_name="dihitung pada")),
                _agency(),
                (
                    "unit",
                    asnhr.sql.TenantForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="positions.unit",
                        verbose_name="unit kerja",
                    ),
                ),
            ],
            options={
                "verbose_name": "indeks kualitas data",
                "verbose_name_plural": "indeks kualitas data",
                "indexes": [models.Index(fields=["agency", "-day"], name="quality_index_day")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("agency", "unit", "day"), name="quality_index_once_a_day", nulls_distinct=False
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("employees__gte", 1), ("affected__lte", models.F("employees"))),
                        name="quality_index_people",
                    ),
                ],
            },
        ),
        asnhr.sql.TenantTable("QualityProblem"),
        asnhr.sql.TenantTable("QualityIndex"),
        migrations.RunSQL(
            "SELECT audit_attach(t, 'summary', '{}', '{}')"
            " FROM unnest(ARRAY['positions_qualityproblem', 'positions_qualityindex']::regclass[]) AS t",
            "SELECT audit_detach(t)"
            " FROM unnest(ARRAY['positions_qualityproblem', 'positions_qualityindex']::regclass[]) AS t",
        ),
        migrations.RunPython(fill, empty),
    ]
