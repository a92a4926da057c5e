"""Granted increments (KGB) and study assignments, walled and audited; a document at every row of a file; more kinds of
promotions in the agenda book."""

import django.contrib.postgres.constraints
import django.db.models.deletion
from django.db import migrations, models

import asnhr.sql

TABLES = ("SalaryIncrement", "StudyAssignment")
EARLIER = (
    "Appointment", "Award", "CreditPoint", "Discipline", "EmployeeEducation", "EmployeeTraining", "FamilyMember",
    "OutsidePost", "RankRecord", "Secondment", "ServicePeriod", "StandingRecord", "UnpaidLeave", "YearlyPredicate",
)  # fmt: skip
# A row and its document are of one person: the key has the person on both ends, which the agency's is part of.
UNIQUE = "ALTER TABLE positions_employeedocument ADD CONSTRAINT document_of_person UNIQUE (agency_id, employee_id, id)"
KEY = """ALTER TABLE {table} ADD CONSTRAINT {name}_document_of_person FOREIGN KEY (agency_id, employee_id, document_id)
    REFERENCES positions_employeedocument (agency_id, employee_id, id) DEFERRABLE INITIALLY DEFERRED"""


def _document():
    """A new field at each call, as fields belong to one model."""
    return asnhr.sql.TenantForeignKey(
        blank=True,
        db_constraint=False,
        db_index=False,
        null=True,
        on_delete=django.db.models.deletion.PROTECT,
        related_name="+",
        to="positions.employeedocument",
        verbose_name="dokumen",
    )


def tie(apps, schema_editor):
    schema_editor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    schema_editor.execute(UNIQUE)
    for model in (*EARLIER, *TABLES):
        name = model.lower()
        schema_editor.execute(KEY.format(table=f"positions_{name}", name=name))


def untie(apps, schema_editor):
    for model in (*EARLIER, *TABLES):
        name = model.lower()
        schema_editor.execute(f"ALTER TABLE positions_{name} DROP CONSTRAINT {name}_document_of_person")
    schema_editor.execute("ALTER TABLE positions_employeedocument DROP CONSTRAINT document_of_person")


def attach(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        for model in TABLES:
            cursor.execute("SELECT audit_attach(%s::regclass, 'full', '{}'::text[])", [f"positions_{model.lower()}"])


def detach(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        for model in TABLES:
            cursor.execute("SELECT audit_detach(%s::regclass)", [f"positions_{model.lower()}"])


class Migration(migrations.Migration):
    dependencies = [("positions", "0025_job_evaluation")]

    operations = [
        *(migrations.AddField(model_name=model.lower(), name="document", field=_document()) for model in EARLIER),
        migrations.CreateModel(
            name="SalaryIncrement",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "siasn_id",
                    models.CharField(blank=True, db_default="", default="", max_length=40, verbose_name="id SIASN"),
                ),
                ("decree", models.CharField(blank=True, max_length=120, verbose_name="nomor SK")),
                ("decree_on", models.DateField(blank=True, null=True, verbose_name="tanggal SK")),
                ("starts_on", models.DateField(verbose_name="TMT KGB")),
                ("service_years", models.PositiveSmallIntegerField(verbose_name="MKG (tahun)")),
                ("service_months", models.PositiveSmallIntegerField(default=0, verbose_name="MKG (bulan)")),
            ],
            options={
                "verbose_name": "riwayat KGB",
                "verbose_name_plural": "riwayat KGB",
            },
        ),
        migrations.CreateModel(
            name="StudyAssignment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "siasn_id",
                    models.CharField(blank=True, db_default="", default="", max_length=40, verbose_name="id SIASN"),
                ),
                ("decree", models.CharField(blank=True, max_length=120, verbose_name="nomor SK")),
                ("decree_on", models.DateField(blank=True, null=True, verbose_name="tanggal SK")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("tugas", "Tugas belajar, dibebaskan dari jabatan"),
                            ("mandiri", "Tugas belajar sambil bekerja (mandiri)"),
                            ("izin", "Izin belajar"),
                        ],
                        max_length=7,
                        verbose_name="jenis",
                    ),
                ),
                ("programme", models.CharField(max_length=200, verbose_name="program studi")),
                ("school", models.CharField(max_length=200, verbose_name="perguruan tinggi")),
                ("funding", models.CharField(blank=True, max_length=120, verbose_name="pembiayaan")),
                ("starts_on", models.DateField(verbose_name="mulai")),
                ("ends_on", models.DateField(blank=True, null=True, verbose_name="berakhir sebelum")),
                (
                    "outcome",
                    models.CharField(
                        choices=[
                            ("berjalan", "Masih berjalan"),
                            ("lulus", "Lulus"),
                            ("berhenti", "Berhenti tanpa lulus"),
                        ],
                        default="berjalan",
                        max_length=8,
                        verbose_name="hasil",
                    ),
                ),
            ],
            options={
                "verbose_name": "riwayat tugas belajar",
                "verbose_name_plural": "riwayat tugas belajar",
            },
        ),
        migrations.RemoveConstraint(
            model_name="agendaitem",
            name="agenda_known_kind",
        ),
        migrations.AlterField(
            model_name="agendaitem",
            name="kind",
            field=models.CharField(
                choices=[
                    ("kp_reguler", "Kenaikan pangkat reguler"),
                    ("kp_struktural", "Kenaikan pangkat pilihan (struktural)"),
                    ("kp_fungsional", "Kenaikan pangkat pilihan (fungsional)"),
                    ("kp_ijazah", "Kenaikan pangkat pilihan (penyesuaian ijazah)"),
                    ("kp_tb_sedang", "Kenaikan pangkat pilihan (sedang tugas belajar)"),
                    ("kp_tb_selesai", "Kenaikan pangkat pilihan (selesai tugas belajar)"),
                    ("kp_dpk", "Kenaikan pangkat pilihan (DPK/DPB)"),
                    ("kp_pengabdian", "Kenaikan pangkat pengabdian"),
                    ("kgb", "Kenaikan gaji berkala"),
                    ("pensiun", "Pensiun"),
                    ("kontrak", "Kontrak PPPK berakhir"),
                    ("plt", "Batas Plt"),
                    ("cpns", "CPNS menjadi PNS"),
                ],
                max_length=14,
                verbose_name="jenis",
            ),
        ),
        migrations.AddConstraint(
            model_name="agendaitem",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "kind__in",
                        [
                            "kp_reguler",
                            "kp_struktural",
                            "kp_fungsional",
                            "kp_ijazah",
                            "kp_tb_sedang",
                            "kp_tb_selesai",
                            "kp_dpk",
                            "kp_pengabdian",
                            "kgb",
                            "pensiun",
                            "kontrak",
                            "plt",
                            "cpns",
                        ],
                    )
                ),
                name="agenda_known_kind",
            ),
        ),
        migrations.AddField(
            model_name="salaryincrement",
            name="agency",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="asnhr.agency",
                verbose_name="instansi",
            ),
        ),
        migrations.AddField(
            model_name="salaryincrement",
            name="document",
            field=asnhr.sql.TenantForeignKey(
                blank=True,
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="positions.employeedocument",
                verbose_name="dokumen",
            ),
        ),
        migrations.AddField(
            model_name="salaryincrement",
            name="employee",
            field=asnhr.sql.TenantForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="increments",
                to="positions.employee",
                verbose_name="pegawai",
            ),
        ),
        migrations.AddField(
            model_name="studyassignment",
            name="agency",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="asnhr.agency",
                verbose_name="instansi",
            ),
        ),
        migrations.AddField(
            model_name="studyassignment",
            name="document",
            field=asnhr.sql.TenantForeignKey(
                blank=True,
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="positions.employeedocument",
                verbose_name="dokumen",
            ),
        ),
        migrations.AddField(
            model_name="studyassignment",
            name="employee",
            field=asnhr.sql.TenantForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="studies",
                to="positions.employee",
                verbose_name="pegawai",
            ),
        ),
        migrations.AddField(
            model_name="studyassignment",
            name="level",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="positions.educationlevel",
                verbose_name="tingkat",
            ),
        ),
        migrations.AddConstraint(
            model_name="salaryincrement",
            constraint=models.UniqueConstraint(
                fields=("agency", "employee", "starts_on"),
                name="increment_once_a_day",
                violation_error_message="KGB dengan TMT ini sudah tercatat.",
            ),
        ),
        migrations.AddConstraint(
            model_name="salaryincrement",
            constraint=models.CheckConstraint(
                condition=models.Q(("service_months__lte", 11)), name="increment_months_below_12"
            ),
        ),
        migrations.AddConstraint(
            model_name="salaryincrement",
            constraint=models.CheckConstraint(
                condition=models.Q(("service_years__lte", 60)), name="increment_service_years"
            ),
        ),
        migrations.AddConstraint(
            model_name="studyassignment",
            constraint=models.CheckConstraint(
                condition=models.Q(("ends_on__isnull", True), ("ends_on__gt", models.F("starts_on")), _connector="OR"),
                name="study_ends_after_it_starts",
            ),
        ),
        migrations.AddConstraint(
            model_name="studyassignment",
            constraint=models.CheckConstraint(
                condition=models.Q(("outcome", "berjalan"), ("ends_on__isnull", False), _connector="OR"),
                name="study_over_has_end",
                violation_error_message="Tugas belajar yang lulus atau berhenti punya tanggal akhir.",
            ),
        ),
        migrations.AddConstraint(
            model_name="studyassignment",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                expressions=[("agency", "="), ("employee", "="), (asnhr.sql.DateSpan("starts_on", "ends_on"), "&&")],
                name="study_one_at_a_time",
                violation_error_message="Tugas belajar tumpang tindih dengan yang sudah tercatat.",
            ),
        ),
        *(asnhr.sql.TenantTable(model) for model in TABLES),
        migrations.RunPython(tie, untie),
        migrations.RunPython(attach, detach),
    ]
