"""The dictionary of technical competencies, and the competencies of a job as versions of its standard.

What jobs require until now becomes version 1 of their standards, in force since the job's first post.
"""

import django.contrib.postgres.constraints
import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

import asnhr.sql

FULL = ("TechnicalCompetency", "TechnicalCompetencyVersion", "JobStandard", "StandardRequirement")
TAKEN_OVER = "Dari nomenklatur jabatan sebelum standar berversi"

# Without a post the year after PermenPANRB 38/2017: the levels had no day until now.
STANDARDS = """
INSERT INTO positions_jobstandard (agency_id, job_id, number, state, decree, starts_on, ending_decree, reason, affair,
    education_weight, rank_weight, facts)
SELECT %(agency)s, c.job_id, 1, 'ditetapkan', %(decree)s, coalesce(min(p.starts_on), '2018-01-01'), '', '', '',
    'mutlak', 'mutlak', '{}'
FROM (SELECT DISTINCT job_id FROM positions_jobcompetency WHERE agency_id = %(agency)s) c
LEFT JOIN positions_position p ON p.agency_id = %(agency)s AND p.job_id = c.job_id
GROUP BY c.job_id
"""
LINES = """
UPDATE positions_jobcompetency c SET standard_id = s.id FROM positions_jobstandard s
WHERE c.agency_id = %(agency)s AND s.agency_id = %(agency)s AND s.job_id = c.job_id
"""

# A decided version is followed, never rewritten: only its end may be written, and once.
GUARD = """
CREATE FUNCTION positions_version_stays() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    ends text[] := '{ends_on,ending_decree}';
BEGIN
    IF OLD.state = 'ditetapkan' AND (to_jsonb(OLD) - ends) <> (to_jsonb(NEW) - ends) THEN
        RAISE EXCEPTION 'Versi yang sudah ditetapkan tidak diubah; susun versi baru.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'decided_version_stays';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER version_stays BEFORE UPDATE ON positions_jobstandard
    FOR EACH ROW EXECUTE FUNCTION positions_version_stays();
CREATE TRIGGER version_stays BEFORE UPDATE ON positions_technicalcompetencyversion
    FOR EACH ROW EXECUTE FUNCTION positions_version_stays();
CREATE FUNCTION positions_version_parts_stay() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM positions_jobstandard s
        WHERE s.agency_id = OLD.agency_id AND s.id = OLD.standard_id AND s.state = 'ditetapkan'
    ) THEN
        RAISE EXCEPTION 'Versi yang sudah ditetapkan tidak diubah; susun versi baru.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'decided_version_stays';
    END IF;
    RETURN coalesce(NEW, OLD);
END $$;
CREATE TRIGGER version_stays BEFORE UPDATE OR DELETE ON positions_jobcompetency
    FOR EACH ROW EXECUTE FUNCTION positions_version_parts_stay();
CREATE TRIGGER version_stays BEFORE UPDATE OR DELETE ON positions_standardrequirement
    FOR EACH ROW EXECUTE FUNCTION positions_version_parts_stay();
"""
UNGUARD = """
DROP TRIGGER version_stays ON positions_standardrequirement;
DROP TRIGGER version_stays ON positions_jobcompetency;
DROP FUNCTION positions_version_parts_stay();
DROP TRIGGER version_stays ON positions_technicalcompetencyversion;
DROP TRIGGER version_stays ON positions_jobstandard;
DROP FUNCTION positions_version_stays();
"""


def fill(apps, schema_editor):
    """Row security concerns the owner too, so one agency after the other."""
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('asnhr.agency', true)")
        before = cursor.fetchone()[0] or ""
        for agency in apps.get_model("asnhr", "Agency").objects.order_by("pk").values_list("pk", flat=True):
            cursor.execute("SELECT set_config('asnhr.agency', %s, true)", [str(agency)])
            cursor.execute(STANDARDS, {"agency": agency, "decree": TAKEN_OVER})
            cursor.execute(LINES, {"agency": agency})
        cursor.execute("SELECT set_config('asnhr.agency', %s, true)", [before])


def attach(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        for model in FULL:
            cursor.execute("SELECT audit_attach(%s::regclass, 'full', '{}'::text[])", [f"positions_{model.lower()}"])


def detach(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        for model in FULL:
            cursor.execute("SELECT audit_detach(%s::regclass)", [f"positions_{model.lower()}"])


class Migration(migrations.Migration):
    dependencies = [
        ("asnhr", "0019_api_client_keys"),
        ("positions", "0029_objections"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="JobStandard",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveSmallIntegerField(verbose_name="versi")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("konsep", "Konsep"),
                            ("diajukan", "Diajukan"),
                            ("dikembalikan", "Dikembalikan"),
                            ("ditetapkan", "Ditetapkan"),
                        ],
                        default="konsep",
                        max_length=12,
                        verbose_name="keadaan",
                    ),
                ),
                ("decree", models.CharField(blank=True, max_length=120, verbose_name="nomor keputusan")),
                ("decree_on", models.DateField(blank=True, null=True, verbose_name="tanggal keputusan")),
                ("starts_on", models.DateField(blank=True, null=True, verbose_name="mulai")),
                ("ends_on", models.DateField(blank=True, null=True, verbose_name="berakhir sebelum")),
                ("ending_decree", models.CharField(blank=True, max_length=120, verbose_name="dasar pencabutan")),
                ("reason", models.TextField(blank=True, verbose_name="alasan pengembalian")),
                (
                    "drafted_at",
                    models.DateTimeField(
                        auto_now_add=True,
                        db_default=django.db.models.functions.datetime.Now(),
                        verbose_name="disusun pada",
                    ),
                ),
                ("submitted_at", models.DateTimeField(blank=True, null=True, verbose_name="diajukan pada")),
                ("decided_at", models.DateTimeField(blank=True, null=True, verbose_name="ditetapkan pada")),
                ("affair", models.CharField(blank=True, max_length=150, verbose_name="urusan")),
                (
                    "education_weight",
                    models.CharField(
                        choices=[("mutlak", "Mutlak"), ("penting", "Penting"), ("perlu", "Perlu")],
                        default="mutlak",
                        max_length=7,
                        verbose_name="bobot pendidikan",
                    ),
                ),
                (
                    "rank_weight",
                    models.CharField(
                        choices=[("mutlak", "Mutlak"), ("penting", "Penting"), ("perlu", "Perlu")],
                        default="mutlak",
                        max_length=7,
                        verbose_name="bobot pangkat",
                    ),
                ),
                ("facts", models.JSONField(blank=True, default=dict, verbose_name="syarat saat ditetapkan")),
            ],
            options={
                "verbose_name": "standar kompetensi jabatan",
                "verbose_name_plural": "standar kompetensi jabatan",
            },
        ),
        migrations.CreateModel(
            name="StandardRequirement",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("pelatihan_manajerial", "Pelatihan manajerial"),
                            ("pelatihan_teknis", "Pelatihan teknis"),
                            ("pelatihan_fungsional", "Pelatihan fungsional"),
                            ("pengalaman", "Pengalaman kerja"),
                            ("indikator", "Indikator kinerja jabatan"),
                        ],
                        max_length=20,
                        verbose_name="jenis",
                    ),
                ),
                ("number", models.PositiveSmallIntegerField(verbose_name="nomor")),
                ("text", models.CharField(max_length=500, verbose_name="uraian")),
                (
                    "weight",
                    models.CharField(
                        blank=True,
                        choices=[("mutlak", "Mutlak"), ("penting", "Penting"), ("perlu", "Perlu")],
                        max_length=7,
                        verbose_name="bobot",
                    ),
                ),
            ],
            options={
                "verbose_name": "persyaratan jabatan",
                "verbose_name_plural": "persyaratan jabatan",
            },
        ),
        migrations.CreateModel(
            name="TechnicalCompetency",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.CharField(max_length=20, verbose_name="kode")),
                ("name", models.CharField(max_length=150, verbose_name="nama kompetensi")),
                ("affair", models.CharField(blank=True, max_length=150, verbose_name="urusan")),
            ],
            options={
                "verbose_name": "kompetensi teknis",
                "verbose_name_plural": "kamus kompetensi teknis",
            },
        ),
        migrations.CreateModel(
            name="TechnicalCompetencyVersion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveSmallIntegerField(verbose_name="versi")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("konsep", "Konsep"),
                            ("diajukan", "Diajukan"),
                            ("dikembalikan", "Dikembalikan"),
                            ("ditetapkan", "Ditetapkan"),
                        ],
                        default="konsep",
                        max_length=12,
                        verbose_name="keadaan",
                    ),
                ),
                ("decree", models.CharField(blank=True, max_length=120, verbose_name="nomor keputusan")),
                ("decree_on", models.DateField(blank=True, null=True, verbose_name="tanggal keputusan")),
                ("starts_on", models.DateField(blank=True, null=True, verbose_name="mulai")),
                ("ends_on", models.DateField(blank=True, null=True, verbose_name="berakhir sebelum")),
                ("ending_decree", models.CharField(blank=True, max_length=120, verbose_name="dasar pencabutan")),
                ("reason", models.TextField(blank=True, verbose_name="alasan pengembalian")),
                (
                    "drafted_at",
                    models.DateTimeField(
                        auto_now_add=True,
                        db_default=django.db.models.functions.datetime.Now(),
                        verbose_name="disusun pada",
                    ),
                ),
                ("submitted_at", models.DateTimeField(blank=True, null=True, verbose_name="diajukan pada")),
                ("decided_at", models.DateTimeField(blank=True, null=True, verbose_name="ditetapkan pada")),
                ("definition", models.TextField(blank=True, verbose_name="definisi")),
                ("levels", models.JSONField(default=dict, verbose_name="uraian level")),
                ("source", models.CharField(blank=True, max_length=200, verbose_name="sumber")),
            ],
            options={
                "verbose_name": "versi kompetensi teknis",
                "verbose_name_plural": "versi kompetensi teknis",
            },
        ),
        migrations.AlterModelOptions(
            name="jobcompetency",
            options={"verbose_name": "kompetensi dalam standar", "verbose_name_plural": "kompetensi dalam standar"},
        ),
        migrations.RemoveConstraint(
            model_name="competencyneed",
            name="competency_need_once",
        ),
        migrations.RemoveConstraint(
            model_name="jobcompetency",
            name="job_competency_once",
        ),
        migrations.AlterField(
            model_name="competencyneed",
            name="competency",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="positions.competency",
                verbose_name="kompetensi",
            ),
        ),
        migrations.AlterField(
            model_name="jobcompetency",
            name="competency",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="positions.competency",
                verbose_name="kompetensi",
            ),
        ),
        migrations.AddField(
            model_name="jobstandard",
            name="agency",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="asnhr.agency",
                verbose_name="instansi",
            ),
        ),
        migrations.AddField(
            model_name="jobstandard",
            name="decided_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="ditetapkan oleh",
            ),
        ),
        migrations.AddField(
            model_name="jobstandard",
            name="drafted_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="disusun oleh",
            ),
        ),
        migrations.AddField(
            model_name="jobstandard",
            name="job",
            field=asnhr.sql.TenantForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="standards",
                to="positions.job",
                verbose_name="jabatan",
            ),
        ),
        migrations.AddField(
            model_name="jobstandard",
            name="submitted_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="diajukan oleh",
            ),
        ),
        migrations.AddField(
            model_name="jobcompetency",
            name="standard",
            field=asnhr.sql.TenantForeignKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="competencies",
                to="positions.jobstandard",
                verbose_name="standar",
            ),
        ),
        migrations.AddField(
            model_name="standardrequirement",
            name="agency",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="asnhr.agency",
                verbose_name="instansi",
            ),
        ),
        migrations.AddField(
            model_name="standardrequirement",
            name="standard",
            field=asnhr.sql.TenantForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="requirements",
                to="positions.jobstandard",
                verbose_name="standar",
            ),
        ),
        migrations.AddField(
            model_name="technicalcompetency",
            name="agency",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="asnhr.agency",
                verbose_name="instansi",
            ),
        ),
        migrations.AddField(
            model_name="technicalcompetency",
            name="successor",
            field=asnhr.sql.TenantForeignKey(
                blank=True,
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="predecessors",
                to="positions.technicalcompetency",
                verbose_name="kompetensi penerus",
            ),
        ),
        migrations.AddField(
            model_name="competencyneed",
            name="technical",
            field=asnhr.sql.TenantForeignKey(
                blank=True,
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="positions.technicalcompetency",
                verbose_name="kompetensi teknis",
            ),
        ),
        migrations.AddField(
            model_name="jobcompetency",
            name="technical",
            field=asnhr.sql.TenantForeignKey(
                blank=True,
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="positions.technicalcompetency",
                verbose_name="kompetensi teknis",
            ),
        ),
        migrations.AddConstraint(
            model_name="competencyneed",
            constraint=models.UniqueConstraint(
                fields=("agency", "analysis", "unit", "competency", "technical", "level"),
                name="competency_need_once",
                nulls_distinct=False,
            ),
        ),
        migrations.AddConstraint(
            model_name="competencyneed",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("competency__isnull", True), ("technical__isnull", False)),
                    models.Q(("competency__isnull", False), ("technical__isnull", True)),
                    _connector="OR",
                ),
                name="competency_need_of_one_dictionary",
            ),
        ),
        migrations.AddField(
            model_name="technicalcompetencyversion",
            name="agency",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="asnhr.agency",
                verbose_name="instansi",
            ),
        ),
        migrations.AddField(
            model_name="technicalcompetencyversion",
            name="competency",
            field=asnhr.sql.TenantForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="versions",
                to="positions.technicalcompetency",
                verbose_name="kompetensi",
            ),
        ),
        migrations.AddField(
            model_name="technicalcompetencyversion",
            name="decided_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="ditetapkan oleh",
            ),
        ),
        migrations.AddField(
            model_name="technicalcompetencyversion",
            name="drafted_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="disusun oleh",
            ),
        ),
        migrations.AddField(
            model_name="technicalcompetencyversion",
            name="submitted_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="diajukan oleh",
            ),
        ),
        migrations.AddConstraint(
            model_name="jobstandard",
            constraint=models.UniqueConstraint(fields=("agency", "job", "number"), name="job_standard_number_once"),
        ),
        migrations.AddConstraint(
            model_name="jobstandard",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "ditetapkan"), _negated=True),
                fields=("agency", "job"),
                name="job_standard_one_open",
                violation_error_message="Masih ada versi yang disusun; selesaikan itu dahulu.",
            ),
        ),
        migrations.AddConstraint(
            model_name="jobstandard",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "ditetapkan"), _negated=True),
                    models.Q(models.Q(("decree", ""), _negated=True), ("starts_on__isnull", False)),
                    _connector="OR",
                ),
                name="job_standard_decided_whole",
                violation_error_message="Versi yang ditetapkan menyebut keputusan dan tanggal mulai berlakunya.",
            ),
        ),
        migrations.AddConstraint(
            model_name="jobstandard",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("ends_on__isnull", True),
                    models.Q(("ends_on__gt", models.F("starts_on")), ("state", "ditetapkan")),
                    _connector="OR",
                ),
                name="job_standard_ends_after_it_starts",
                violation_error_message="Tanggal akhir harus sesudah tanggal mulai.",
            ),
        ),
        migrations.AddConstraint(
            model_name="jobstandard",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "diajukan"), _negated=True),
                    models.Q(("submitted_at__isnull", False), ("submitted_by__isnull", False)),
                    _connector="OR",
                ),
                name="job_standard_submitted_whole",
            ),
        ),
        migrations.AddConstraint(
            model_name="jobstandard",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "dikembalikan"), _negated=True),
                    models.Q(("reason", ""), _negated=True),
                    _connector="OR",
                ),
                name="job_standard_returned_with_reason",
            ),
        ),
        migrations.AddConstraint(
            model_name="jobstandard",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("decided_by__isnull", True),
                    models.Q(
                        models.Q(
                            ("submitted_by__isnull", True),
                            models.Q(("decided_by", models.F("submitted_by")), _negated=True),
                            _connector="OR",
                        ),
                        models.Q(
                            ("drafted_by__isnull", True),
                            models.Q(("decided_by", models.F("drafted_by")), _negated=True),
                            _connector="OR",
                        ),
                    ),
                    _connector="OR",
                ),
                name="job_standard_four_eyes",
                violation_error_message="Penyusun atau pengaju tidak menetapkan versinya sendiri.",
            ),
        ),
        migrations.AddConstraint(
            model_name="jobstandard",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                condition=models.Q(("state", "ditetapkan")),
                expressions=[("agency", "="), ("job", "="), (asnhr.sql.DateSpan("starts_on", "ends_on"), "&&")],
                name="job_standard_one_in_force",
                violation_error_message="Pada rentang tanggal itu sudah ada versi yang berlaku.",
            ),
        ),
        migrations.AddConstraint(
            model_name="standardrequirement",
            constraint=models.UniqueConstraint(
                fields=("agency", "standard", "kind", "number"), name="requirement_number_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="standardrequirement",
            constraint=models.CheckConstraint(
                condition=models.Q(("text", ""), _negated=True), name="requirement_says_something"
            ),
        ),
        migrations.AddConstraint(
            model_name="standardrequirement",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind", "indikator"), ("weight", "")),
                    models.Q(models.Q(("kind", "indikator"), _negated=True), models.Q(("weight", ""), _negated=True)),
                    _connector="OR",
                ),
                name="requirement_weighed",
                violation_error_message="Setiap syarat berbobot mutlak, penting, atau perlu; indikator tanpa bobot.",
            ),
        ),
        migrations.AddConstraint(
            model_name="technicalcompetency",
            constraint=models.UniqueConstraint(
                fields=("agency", "code"),
                name="technical_code_once",
                violation_error_message="Kode kompetensi ini sudah dipakai.",
            ),
        ),
        migrations.AddConstraint(
            model_name="technicalcompetency",
            constraint=models.CheckConstraint(
                condition=models.Q(("code__regex", "^(M\\.[1-8]|SK\\.1)$"), _negated=True),
                name="technical_code_is_no_national_one",
                violation_error_message="Kode M.1 sampai M.8 dan SK.1 milik kamus nasional.",
            ),
        ),
        migrations.AddConstraint(
            model_name="technicalcompetency",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("successor__isnull", True), models.Q(("successor", models.F("id")), _negated=True), _connector="OR"
                ),
                name="technical_no_own_successor",
                violation_error_message="Kompetensi tidak meneruskan dirinya sendiri.",
            ),
        ),
        migrations.AddConstraint(
            model_name="technicalcompetencyversion",
            constraint=models.UniqueConstraint(
                fields=("agency", "competency", "number"), name="technical_version_number_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="technicalcompetencyversion",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "ditetapkan"), _negated=True),
                fields=("agency", "competency"),
                name="technical_version_one_open",
                violation_error_message="Masih ada versi yang disusun; selesaikan itu dahulu.",
            ),
        ),
        migrations.AddConstraint(
            model_name="technicalcompetencyversion",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "ditetapkan"), _negated=True),
                    models.Q(models.Q(("decree", ""), _negated=True), ("starts_on__isnull", False)),
                    _connector="OR",
                ),
                name="technical_version_decided_whole",
                violation_error_message="Versi yang ditetapkan menyebut keputusan dan tanggal mulai berlakunya.",
            ),
        ),
        migrations.AddConstraint(
            model_name="technicalcompetencyversion",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("ends_on__isnull", True),
                    models.Q(("ends_on__gt", models.F("starts_on")), ("state", "ditetapkan")),
                    _connector="OR",
                ),
                name="technical_version_ends_after_it_starts",
                violation_error_message="Tanggal akhir harus sesudah tanggal mulai.",
            ),
        ),
        migrations.AddConstraint(
            model_name="technicalcompetencyversion",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "diajukan"), _negated=True),
                    models.Q(("submitted_at__isnull", False), ("submitted_by__isnull", False)),
                    _connector="OR",
                ),
                name="technical_version_submitted_whole",
            ),
        ),
        migrations.AddConstraint(
            model_name="technicalcompetencyversion",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "dikembalikan"), _negated=True),
                    models.Q(("reason", ""), _negated=True),
                    _connector="OR",
                ),
                name="technical_version_returned_with_reason",
            ),
        ),
        migrations.AddConstraint(
            model_name="technicalcompetencyversion",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("decided_by__isnull", True),
                    models.Q(
                        models.Q(
                            ("submitted_by__isnull", True),
                            models.Q(("decided_by", models.F("submitted_by")), _negated=True),
                            _connector="OR",
                        ),
                        models.Q(
                            ("drafted_by__isnull", True),
                            models.Q(("decided_by", models.F("drafted_by")), _negated=True),
                            _connector="OR",
                        ),
                    ),
                    _connector="OR",
                ),
                name="technical_version_four_eyes",
                violation_error_message="Penyusun atau pengaju tidak menetapkan versinya sendiri.",
            ),
        ),
        migrations.AddConstraint(
            model_name="technicalcompetencyversion",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                condition=models.Q(("state", "ditetapkan")),
                expressions=[("agency", "="), ("competency", "="), (asnhr.sql.DateSpan("starts_on", "ends_on"), "&&")],
                name="technical_version_one_in_force",
                violation_error_message="Pada rentang tanggal itu sudah ada versi yang berlaku.",
            ),
        ),
        asnhr.sql.TenantTable("TechnicalCompetency"),
        asnhr.sql.TenantTable("TechnicalCompetencyVersion"),
        asnhr.sql.TenantTable("JobStandard"),
        asnhr.sql.TenantTable("StandardRequirement"),
        asnhr.sql.TenantKey("JobCompetency", "standard"),
        asnhr.sql.TenantKey("JobCompetency", "technical"),
        asnhr.sql.TenantKey("CompetencyNeed", "technical"),
        migrations.RunPython(attach, detach),
        migrations.RunPython(fill, migrations.RunPython.noop),
        # The keys of what was just written are looked at before the table changes its shape.
        migrations.RunSQL("SET CONSTRAINTS ALL IMMEDIATE", migrations.RunSQL.noop),
        migrations.RemoveField(
            model_name="jobcompetency",
            name="job",
        ),
        migrations.AlterField(
            model_name="jobcompetency",
            name="standard",
            field=asnhr.sql.TenantForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="competencies",
                to="positions.jobstandard",
                verbose_name="standar",
            ),
        ),
        migrations.AddConstraint(
            model_name="jobcompetency",
            constraint=models.UniqueConstraint(
                fields=("agency", "standard", "competency", "technical"),
                name="job_competency_once",
                nulls_distinct=False,
                violation_error_message="Kompetensi ini sudah ada dalam standar tersebut.",
            ),
        ),
        migrations.AddConstraint(
            model_name="jobcompetency",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("competency__isnull", True), ("technical__isnull", False)),
                    models.Q(("competency__isnull", False), ("technical__isnull", True)),
                    _connector="OR",
                ),
                name="job_competency_of_one_dictionary",
                violation_error_message="Sebutkan satu kompetensi, nasional atau teknis.",
            ),
        ),
        migrations.RunSQL(GUARD, UNGUARD),
    ]
