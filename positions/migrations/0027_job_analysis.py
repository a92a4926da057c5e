"""The job-analysis document (anjab): national codes, versions of a position's document, entries, steps, and when it is
reviewed."""

import csv
from datetime import date
from pathlib import Path

import django.contrib.postgres.constraints
import django.contrib.postgres.fields
import django.contrib.postgres.fields.ranges
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import asnhr.sql

DATA = Path(__file__).resolve().parent.parent / "data" / "analisis_jabatan_kode.csv"
PARAMETER = "job_analysis.review_months"
FULL = ("JobAnalysisEntry", "JobAnalysisStep")

# What was approved stays; nobody judges a document that they wrote or that describes the post they hold.
GUARD = """
CREATE FUNCTION positions_jobanalysis_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        IF OLD.state = 'disetujui' THEN
            RAISE EXCEPTION 'Dokumen yang sudah disetujui tidak dihapus.'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'job_analysis_approved_stays';
        END IF;
        RETURN OLD;
    END IF;
    IF TG_OP = 'UPDATE' AND OLD.state = 'disetujui' THEN
        IF (NEW.state, NEW.position_id, NEW.version, NEW.summary, NEW.elements, NEW.facts, NEW.decree, NEW.decree_on,
            NEW.starts_on, NEW.approved_by_id, NEW.writers) IS DISTINCT FROM
           (OLD.state, OLD.position_id, OLD.version, OLD.summary, OLD.elements, OLD.facts, OLD.decree, OLD.decree_on,
            OLD.starts_on, OLD.approved_by_id, OLD.writers) THEN
            RAISE EXCEPTION 'Dokumen yang sudah disetujui tidak diubah; susunlah versi baru.'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'job_analysis_approved_stays';
        END IF;
        RETURN NEW;
    END IF;
    IF NEW.state = 'disetujui' THEN
        IF NEW.approved_by_id = ANY (NEW.writers) OR NEW.approved_by_id = NEW.created_by_id THEN
            RAISE EXCEPTION 'Dokumen yang disusun sendiri disetujui oleh orang lain.'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'job_analysis_not_own_draft';
        END IF;
        IF EXISTS (
            SELECT FROM asnhr_user u JOIN positions_employee e ON e.nip = u.nip
            JOIN positions_incumbency i ON i.agency_id = e.agency_id AND i.employee_id = e.id
            WHERE u.id = NEW.approved_by_id AND i.agency_id = NEW.agency_id AND i.position_id = NEW.position_id
                AND i.starts_on <= NEW.reviewed_on AND (i.ends_on IS NULL OR i.ends_on > NEW.reviewed_on)
        ) THEN
            RAISE EXCEPTION 'Analisis jabatan sendiri disetujui oleh orang lain.'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'job_analysis_not_own_post';
        END IF;
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER jobanalysis_guard BEFORE INSERT OR UPDATE OR DELETE ON positions_jobanalysis
    FOR EACH ROW EXECUTE FUNCTION positions_jobanalysis_guard();

CREATE FUNCTION positions_jobanalysisentry_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    entry positions_jobanalysisentry;
BEGIN
    entry := CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
    IF EXISTS (
        SELECT FROM positions_jobanalysis a
        WHERE a.agency_id = entry.agency_id AND a.id = entry.analysis_id AND a.state NOT IN ('draf', 'dikembalikan')
    ) THEN
        RAISE EXCEPTION 'Isi dokumen hanya diubah selama masih draf atau dikembalikan.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'job_analysis_entry_while_draft';
    END IF;
    IF TG_OP <> 'DELETE' AND entry.code_id IS NOT NULL AND NOT EXISTS (
        SELECT FROM positions_jobanalysiscode c WHERE c.id = entry.code_id AND c.list = entry.part
    ) THEN
        RAISE EXCEPTION 'Kode ini bukan dari daftar bagian tersebut.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'job_analysis_entry_code_of_list';
    END IF;
    RETURN entry;
END
$$;
CREATE TRIGGER jobanalysisentry_guard BEFORE INSERT OR UPDATE OR DELETE ON positions_jobanalysisentry
    FOR EACH ROW EXECUTE FUNCTION positions_jobanalysisentry_guard();

CREATE FUNCTION positions_jobanalysisstep_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'Riwayat analisis jabatan tidak diubah.'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'job_analysis_step_stays';
END
$$;
CREATE TRIGGER jobanalysisstep_guard BEFORE UPDATE ON positions_jobanalysisstep
    FOR EACH ROW EXECUTE FUNCTION positions_jobanalysisstep_guard();
"""
UNGUARD = """
DROP TRIGGER jobanalysisstep_guard ON positions_jobanalysisstep;
DROP FUNCTION positions_jobanalysisstep_guard();
DROP TRIGGER jobanalysisentry_guard ON positions_jobanalysisentry;
DROP FUNCTION positions_jobanalysisentry_guard();
DROP TRIGGER jobanalysis_guard ON positions_jobanalysis;
DROP FUNCTION positions_jobanalysis_guard();
"""


def fill(apps, schema_editor):
    code = apps.get_model("positions", "JobAnalysisCode")
    with DATA.open(encoding="utf-8", newline="") as file:
        code.objects.bulk_create(
            code(
                list=row["daftar"], code=row["kode"], name=row["nama"], description=row["uraian"],
                order=int(row["urutan"]), is_current=row["berlaku"] == "1", source=row["sumber"],
            )
            for row in csv.DictReader(file)
        )  # fmt: skip
    apps.get_model("asnhr", "Parameter").objects.create(
        code=PARAMETER, name="Bulan sampai analisis jabatan ditinjau lagi", value=12, unit="bulan",
        starts_on=date(2015, 1, 1), legal_basis="PermenPANRB 1/2020; Peraturan BKN 9/2022 pasal 3: ditinjau setiap tahun",
        mark="V", agency_may_set=True, kind="bulat", lowest=1, highest=12,
    )  # fmt: skip


def empty(apps, schema_editor):
    apps.get_model("asnhr", "Parameter").objects.filter(code=PARAMETER).delete()


def attach(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        # What the register said that day is a copy of what stands in the trail already.
        cursor.execute("SELECT audit_attach('positions_jobanalysis'::regclass, 'full', '{}', '{facts,writers}')")
        for model in FULL:
            cursor.execute("SELECT audit_attach(%s::regclass, 'full', '{}'::text[])", [f"positions_{model.lower()}"])


def detach(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        for model in ("JobAnalysis", *FULL):
            cursor.execute("SELECT audit_detach(%s::regclass)", [f"positions_{model.lower()}"])


class Migration(migrations.Migration):
    dependencies = [
        ("asnhr", "0019_api_client_keys"),
        ("positions", "0026_studies_increments"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="JobAnalysis",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("version", models.PositiveSmallIntegerField(verbose_name="versi")),
                ("summary", models.TextField(blank=True, verbose_name="ikhtisar jabatan")),
                (
                    "elements",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.PositiveSmallIntegerField(),
                        blank=True,
                        default=list,
                        size=None,
                        verbose_name="unsur terisi",
                    ),
                ),
                ("facts", models.JSONField(blank=True, null=True, verbose_name="data register saat disetujui")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("draf", "Draf"),
                            ("diajukan", "Diajukan"),
                            ("dikembalikan", "Dikembalikan"),
                            ("disetujui", "Disetujui"),
                        ],
                        default="draf",
                        max_length=12,
                        verbose_name="keadaan",
                    ),
                ),
                ("note", models.CharField(blank=True, max_length=500, verbose_name="catatan")),
                ("decree", models.CharField(blank=True, max_length=120, verbose_name="nomor keputusan")),
                ("starts_on", models.DateField(blank=True, null=True, verbose_name="berlaku mulai")),
                ("ends_on", models.DateField(blank=True, null=True, verbose_name="berlaku sampai sebelum")),
                ("decree_on", models.DateField(blank=True, null=True, verbose_name="tanggal keputusan")),
                ("reviewed_on", models.DateField(blank=True, null=True, verbose_name="ditinjau pada")),
                ("review_by", models.DateField(blank=True, null=True, verbose_name="ditinjau lagi paling lambat")),
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="dibuat pada")),
                ("changed_at", models.DateTimeField(auto_now=True, verbose_name="diubah pada")),
                (
                    "writers",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(),
                        blank=True,
                        default=list,
                        size=None,
                        verbose_name="penyusun (id)",
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
                    "approved_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="disetujui oleh",
                    ),
                ),
                (
                    "based_on",
                    asnhr.sql.TenantForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="positions.jobanalysis",
                        verbose_name="berawal dari",
                    ),
                ),
                (
                    "created_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="dibuat oleh",
                    ),
                ),
                (
                    "position",
                    asnhr.sql.TenantForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="job_analyses",
                        to="positions.position",
                        verbose_name="jabatan",
                    ),
                ),
                (
                    "workload",
                    asnhr.sql.TenantForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="positions.workload",
                        verbose_name="beban kerja",
                    ),
                ),
            ],
            options={
                "verbose_name": "analisis jabatan",
                "verbose_name_plural": "analisis jabatan",
            },
        ),
        migrations.CreateModel(
            name="JobAnalysisCode",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("list", models.CharField(max_length=20, verbose_name="daftar")),
                ("code", models.CharField(max_length=4, verbose_name="kode")),
                ("name", models.CharField(max_length=60, verbose_name="nama")),
                ("description", models.CharField(blank=True, max_length=250, verbose_name="uraian")),
                ("order", models.PositiveSmallIntegerField(verbose_name="urutan")),
                ("is_current", models.BooleanField(default=True, verbose_name="dipakai")),
                ("source", models.CharField(max_length=200, verbose_name="sumber")),
            ],
            options={
                "verbose_name": "kode analisis jabatan",
                "verbose_name_plural": "kode analisis jabatan",
                "constraints": [models.UniqueConstraint(fields=("list", "code"), name="job_analysis_code_once")],
            },
        ),
        migrations.CreateModel(
            name="JobAnalysisEntry",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "part",
                    models.CharField(
                        choices=[
                            ("diklat_manajerial", "Pelatihan manajerial"),
                            ("diklat_teknis", "Pelatihan teknis"),
                            ("diklat_fungsional", "Pelatihan fungsional"),
                            ("pengalaman", "Pengalaman kerja"),
                            ("tugas", "Tugas pokok"),
                            ("hasil", "Hasil kerja"),
                            ("bahan", "Bahan kerja"),
                            ("perangkat", "Perangkat kerja"),
                            ("tanggung_jawab", "Tanggung jawab"),
                            ("wewenang", "Wewenang"),
                            ("korelasi", "Korelasi jabatan"),
                            ("kondisi_lingkungan", "Kondisi lingkungan kerja"),
                            ("risiko", "Risiko bahaya"),
                            ("keterampilan", "Keterampilan kerja"),
                            ("bakat", "Bakat kerja"),
                            ("temperamen", "Temperamen kerja"),
                            ("minat", "Minat kerja"),
                            ("upaya_fisik", "Upaya fisik"),
                            ("kondisi_fisik", "Kondisi fisik"),
                            ("fungsi_data", "Fungsi pekerjaan: data"),
                            ("fungsi_orang", "Fungsi pekerjaan: orang"),
                            ("fungsi_benda", "Fungsi pekerjaan: benda"),
                            ("prestasi", "Prestasi kerja"),
                        ],
                        max_length=20,
                        verbose_name="bagian",
                    ),
                ),
                ("number", models.PositiveSmallIntegerField(verbose_name="nomor")),
                ("text", models.CharField(blank=True, max_length=500, verbose_name="uraian")),
                ("detail", models.CharField(blank=True, max_length=300, verbose_name="keterangan")),
                ("subject", models.CharField(blank=True, max_length=300, verbose_name="dalam hal")),
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
                    "analysis",
                    asnhr.sql.TenantForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="entries",
                        to="positions.jobanalysis",
                        verbose_name="analisis jabatan",
                    ),
                ),
                (
                    "code",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="positions.jobanalysiscode",
                        verbose_name="kode",
                    ),
                ),
            ],
            options={
                "verbose_name": "isi analisis jabatan",
                "verbose_name_plural": "isi analisis jabatan",
            },
        ),
        migrations.CreateModel(
            name="JobAnalysisStep",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("mulai", "Disusun"),
                            ("ajukan", "Diajukan"),
                            ("kembalikan", "Dikembalikan"),
                            ("setujui", "Disetujui"),
                            ("tinjau", "Ditinjau, tetap berlaku"),
                        ],
                        max_length=10,
                        verbose_name="langkah",
                    ),
                ),
                ("day", models.DateField(verbose_name="tanggal")),
                ("note", models.CharField(blank=True, max_length=500, verbose_name="catatan")),
                ("at", models.DateTimeField(auto_now_add=True, verbose_name="dicatat pada")),
                (
                    "actor",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="oleh",
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
                    "analysis",
                    asnhr.sql.TenantForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="steps",
                        to="positions.jobanalysis",
                        verbose_name="analisis jabatan",
                    ),
                ),
            ],
            options={
                "verbose_name": "langkah analisis jabatan",
                "verbose_name_plural": "langkah analisis jabatan",
            },
        ),
        migrations.AddIndex(
            model_name="jobanalysis",
            index=models.Index(fields=["agency", "review_by"], name="job_analysis_review"),
        ),
        migrations.AddConstraint(
            model_name="jobanalysis",
            constraint=models.UniqueConstraint(
                fields=("agency", "position", "version"), name="job_analysis_version_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="jobanalysis",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "disetujui"), _negated=True),
                fields=("agency", "position"),
                name="job_analysis_one_open",
                violation_error_message="Jabatan ini sudah punya dokumen yang sedang disusun.",
            ),
        ),
        migrations.AddConstraint(
            model_name="jobanalysis",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                condition=models.Q(("state", "disetujui")),
                expressions=[("agency", "="), ("position", "="), (asnhr.sql.DateSpan("starts_on", "ends_on"), "&&")],
                name="job_analysis_one_in_force",
                violation_error_message="Jabatan ini sudah punya dokumen yang berlaku pada rentang tanggal itu.",
            ),
        ),
        migrations.AddConstraint(
            model_name="jobanalysis",
            constraint=models.CheckConstraint(
                condition=models.Q(("version__gte", 1)), name="job_analysis_version_from_1"
            ),
        ),
        migrations.AddConstraint(
            model_name="jobanalysis",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["draf", "diajukan", "dikembalikan", "disetujui"])),
                name="job_analysis_known_state",
            ),
        ),
        migrations.AddConstraint(
            model_name="jobanalysis",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("approved_by__isnull", False),
                        ("decree_on__isnull", False),
                        ("facts__isnull", False),
                        ("review_by__gt", models.F("reviewed_on")),
                        ("reviewed_on__isnull", False),
                        ("starts_on__isnull", False),
                        ("state", "disetujui"),
                        models.Q(("decree", ""), _negated=True),
                    ),
                    models.Q(
                        models.Q(("state", "disetujui"), _negated=True),
                        ("approved_by__isnull", True),
                        ("decree", ""),
                        ("starts_on__isnull", True),
                    ),
                    _connector="OR",
                ),
                name="job_analysis_approved_has_decree",
                violation_error_message="Dokumen yang disetujui wajib menyebut keputusan dan tanggal berlakunya.",
            ),
        ),
        migrations.AddConstraint(
            model_name="jobanalysis",
            constraint=models.CheckConstraint(
                condition=models.Q(("ends_on__isnull", True), ("ends_on__gt", models.F("starts_on")), _connector="OR"),
                name="job_analysis_ends_after_it_starts",
            ),
        ),
        migrations.AddConstraint(
            model_name="jobanalysis",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "dikembalikan"), _negated=True),
                    models.Q(("note", ""), _negated=True),
                    _connector="OR",
                ),
                name="job_analysis_returned_has_note",
                violation_error_message="Sebutkan apa yang harus diperbaiki.",
            ),
        ),
        migrations.AddConstraint(
            model_name="jobanalysisentry",
            constraint=models.UniqueConstraint(
                fields=("agency", "analysis", "part", "number"), name="job_analysis_entry_number_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="jobanalysisentry",
            constraint=models.UniqueConstraint(
                condition=models.Q(("code__isnull", False)),
                fields=("agency", "analysis", "code"),
                name="job_analysis_entry_code_once",
                violation_error_message="Kode ini sudah ada dalam dokumen.",
            ),
        ),
        migrations.AddConstraint(
            model_name="jobanalysisentry",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "part__in",
                        [
                            "diklat_manajerial",
                            "diklat_teknis",
                            "diklat_fungsional",
                            "pengalaman",
                            "tugas",
                            "hasil",
                            "bahan",
                            "perangkat",
                            "tanggung_jawab",
                            "wewenang",
                            "korelasi",
                            "kondisi_lingkungan",
                            "risiko",
                            "keterampilan",
                            "bakat",
                            "temperamen",
                            "minat",
                            "upaya_fisik",
                            "kondisi_fisik",
                            "fungsi_data",
                            "fungsi_orang",
                            "fungsi_benda",
                            "prestasi",
                        ],
                    )
                ),
                name="job_analysis_entry_known_part",
            ),
        ),
        migrations.AddConstraint(
            model_name="jobanalysisentry",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        (
                            "part__in",
                            [
                                "bakat",
                                "fungsi_benda",
                                "fungsi_data",
                                "fungsi_orang",
                                "minat",
                                "temperamen",
                                "upaya_fisik",
                            ],
                        ),
                        ("text", ""),
                    ),
                    models.Q(
                        models.Q(
                            (
                                "part__in",
                                [
                                    "bakat",
                                    "fungsi_benda",
                                    "fungsi_data",
                                    "fungsi_orang",
                                    "minat",
                                    "temperamen",
                                    "upaya_fisik",
                                ],
                            ),
                            _negated=True,
                        ),
                        models.Q(("text", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="job_analysis_entry_says_something",
                violation_error_message="Isian ini tidak beruraian.",
            ),
        ),
        migrations.AddConstraint(
            model_name="jobanalysisentry",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        (
                            "part__in",
                            [
                                "bakat",
                                "fungsi_benda",
                                "fungsi_data",
                                "fungsi_orang",
                                "kondisi_fisik",
                                "kondisi_lingkungan",
                                "minat",
                                "temperamen",
                                "upaya_fisik",
                            ],
                        ),
                        ("code__isnull", False),
                    ),
                    models.Q(
                        models.Q(
                            (
                                "part__in",
                                [
                                    "bakat",
                                    "fungsi_benda",
                                    "fungsi_data",
                                    "fungsi_orang",
                                    "kondisi_fisik",
                                    "kondisi_lingkungan",
                                    "minat",
                                    "temperamen",
                                    "upaya_fisik",
                                ],
                            ),
                            _negated=True,
                        ),
                        ("code__isnull", True),
                    ),
                    _connector="OR",
                ),
                name="job_analysis_entry_coded",
                violation_error_message="Kode diisi pada bagian yang memakai daftar kode, dan hanya di sana.",
            ),
        ),
        migrations.AddConstraint(
            model_name="jobanalysisentry",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("part__in", ["bahan", "hasil", "korelasi", "perangkat", "risiko"]),
                        ("detail", ""),
                        _connector="OR",
                    ),
                    models.Q(("part__in", ["korelasi"]), ("subject", ""), _connector="OR"),
                ),
                name="job_analysis_entry_columns",
            ),
        ),
        migrations.AddIndex(
            model_name="jobanalysisstep",
            index=models.Index(fields=["agency", "analysis"], name="job_analysis_step_of"),
        ),
        migrations.AddConstraint(
            model_name="jobanalysisstep",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["mulai", "ajukan", "kembalikan", "setujui", "tinjau"])),
                name="job_analysis_step_known_kind",
            ),
        ),
        migrations.AddConstraint(
            model_name="jobanalysisstep",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind", "kembalikan"), _negated=True),
                    models.Q(("note", ""), _negated=True),
                    _connector="OR",
                ),
                name="job_analysis_step_return_has_note",
                violation_error_message="Sebutkan apa yang harus diperbaiki.",
            ),
        ),
        asnhr.sql.TenantTable("JobAnalysis"),
        asnhr.sql.TenantTable("JobAnalysisEntry"),
        asnhr.sql.TenantTable("JobAnalysisStep"),
        migrations.RunSQL(GUARD, UNGUARD),
        migrations.RunPython(attach, detach),
        migrations.RunPython(fill, empty),
    ]
