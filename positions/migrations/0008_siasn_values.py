"""What the newest SIASN file said of each person, beside the register's own values."""

import django.db.models.deletion
from django.db import migrations, models

import asnhr.sql

FACTS = [
    ("nip", "NIP"),
    ("name", "Nama"),
    ("titles", "Gelar"),
    ("status", "Status"),
    ("legal_status", "Kedudukan hukum"),
    ("sex", "Jenis kelamin"),
    ("birth_date", "Tanggal lahir"),
    ("grade", "Golongan"),
    ("rank_since", "TMT golongan"),
    ("cpns_on", "TMT CPNS"),
    ("pns_on", "TMT PNS"),
    ("education_level", "Tingkat pendidikan"),
    ("education", "Pendidikan"),
    ("graduated", "Tahun lulus"),
    ("job", "Jabatan"),
    ("unit", "Unit kerja"),
    ("job_since", "TMT jabatan"),
]


class Migration(migrations.Migration):
    dependencies = [("positions", "0007_lean_indexes")]

    operations = [
        migrations.CreateModel(
            name="SiasnRecord",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("facts", models.JSONField(default=dict, verbose_name="nilai SIASN")),
                ("read_on", models.DateField(verbose_name="berkas dibaca pada")),
                ("row", models.PositiveIntegerField(blank=True, null=True, verbose_name="baris")),
                (
                    "unconfirmed",
                    models.CharField(
                        blank=True, choices=FACTS, max_length=20, verbose_name="koreksi belum dikonfirmasi"
                    ),
                ),
                (
                    "agency",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="asnhr.agency",
                        verbose_name="instansi",
                    ),
                ),
                (
                    "employee",
                    asnhr.sql.TenantForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="siasn_records",
                        to="positions.employee",
                        verbose_name="pegawai",
                    ),
                ),
                (
                    "import_job",
                    asnhr.sql.TenantForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="asnhr.importjob",
                        verbose_name="impor",
                    ),
                ),
            ],
            options={
                "verbose_name": "nilai SIASN",
                "verbose_name_plural": "nilai SIASN",
                "constraints": [
                    models.UniqueConstraint(fields=("agency", "employee"), name="siasn_once_a_person"),
                ],
            },
        ),
        asnhr.sql.TenantTable("SiasnRecord"),
    ]
