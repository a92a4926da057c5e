"""Job evaluation (FES): versions of a job with their factors; what was decided stays, nobody decides on the own job."""

import django.contrib.postgres.constraints
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import asnhr.sql

MODELS = ("JobEvaluation", "JobEvaluationFactor")
# What a decree decided stays (its end follows the next decree); factors change in a draft only; a holder of the job
# does not decide, whatever the login.
GUARD = """
CREATE FUNCTION positions_jobevaluation_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'INSERT' AND OLD.state = 'ditetapkan' THEN
        IF TG_OP = 'DELETE' OR to_jsonb(NEW) - 'ends_on' <> to_jsonb(OLD) - 'ends_on' THEN
            RAISE EXCEPTION 'Evaluasi yang sudah ditetapkan tidak diubah; buat versi baru.'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'evaluation_stays';
        END IF;
        RETURN NEW;
    END IF;
    IF TG_OP = 'DELETE' THEN
        RETURN OLD;
    END IF;
    IF NEW.state = 'ditetapkan' AND EXISTS (
        SELECT FROM asnhr_user u
        JOIN positions_employee e ON e.agency_id = NEW.agency_id AND e.nip = u.nip
        JOIN positions_incumbency i ON i.agency_id = e.agency_id AND i.employee_id = e.id
        JOIN positions_position p ON p.agency_id = i.agency_id AND p.id = i.position_id AND p.job_id = NEW.job_id
        WHERE u.id = NEW.decided_by_id
            AND daterange(i.starts_on, i.ends_on) @> (NEW.decided_at AT TIME ZONE 'Asia/Jakarta')::date
    ) THEN
        RAISE EXCEPTION 'Kelas jabatan sendiri ditetapkan oleh orang lain.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'evaluation_not_own';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER jobevaluation_guard BEFORE INSERT OR UPDATE OR DELETE ON positions_jobevaluation
    FOR EACH ROW EXECUTE FUNCTION positions_jobevaluation_guard();
CREATE FUNCTION positions_jobevaluationfactor_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    row_of positions_jobevaluationfactor := CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
BEGIN
    IF EXISTS (
        SELECT FROM positions_jobevaluation v
        WHERE v.agency_id = row_of.agency_id AND v.id = row_of.evaluation_id AND v.state <> 'draf'
    ) THEN
        RAISE EXCEPTION 'Nilai faktor hanya diubah selama evaluasi masih draf.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'evaluation_factors_stay';
    END IF;
    RETURN row_of;
END
$$;
CREATE TRIGGER jobevaluationfactor_guard BEFORE INSERT OR UPDATE OR DELETE ON positions_jobevaluationfactor
    FOR EACH ROW EXECUTE FUNCTION positions_jobevaluationfactor_guard();
"""
UNGUARD = """
DROP TRIGGER jobevaluationfactor_guard ON positions_jobevaluationfactor;
DROP FUNCTION positions_jobevaluationfactor_guard();
DROP TRIGGER jobevaluation_guard ON positions_jobevaluation;
DROP FUNCTION positions_jobevaluation_guard();
"""


def attach(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        for model in MODELS:
            cursor.execute("SELECT audit_attach(%s::regclass, 'full', '{}'::text[])", [f"positions_{model.lower()}"])


def detach(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        for model in MODELS:
            cursor.execute("SELECT audit_detach(%s::regclass)", [f"positions_{model.lower()}"])


class Migration(migrations.Migration):
    dependencies = [
        ("asnhr", "0019_api_client_keys"),
        ("positions", "0024_letters_trail"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="JobEvaluation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("version", models.PositiveSmallIntegerField(verbose_name="versi")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("structural", "Faktor struktural"),
                            ("functional", "Faktor fungsional dan pelaksana"),
                        ],
                        max_length=10,
                        verbose_name="faktor",
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[("draf", "Draf"), ("diajukan", "Diajukan"), ("ditetapkan", "Ditetapkan")],
                        default="draf",
                        max_length=10,
                        verbose_name="keadaan",
                    ),
                ),
                ("special_situations", models.PositiveSmallIntegerField(default=0, verbose_name="situasi khusus")),
                ("points", models.PositiveIntegerField(blank=True, null=True, verbose_name="jumlah nilai")),
                (
                    "computed_class",
                    models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="kelas hasil hitungan"),
                ),
                (
                    "decided_class",
                    models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="kelas ditetapkan"),
                ),
                ("reason", models.CharField(blank=True, max_length=500, verbose_name="alasan perbedaan")),
                ("decree", models.CharField(blank=True, max_length=120, verbose_name="nomor keputusan")),
                ("decree_on", models.DateField(blank=True, null=True, verbose_name="tanggal keputusan")),
                ("starts_on", models.DateField(blank=True, null=True, verbose_name="berlaku mulai")),
                ("ends_on", models.DateField(blank=True, null=True, verbose_name="berlaku sampai sebelum")),
                ("note", models.CharField(blank=True, max_length=1000, verbose_name="catatan")),
                ("changed_at", models.DateTimeField(verbose_name="diubah pada")),
                ("submitted_at", models.DateTimeField(blank=True, null=True, verbose_name="diajukan pada")),
                ("decided_at", models.DateTimeField(blank=True, null=True, verbose_name="dicatat ditetapkan pada")),
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
                    "changed_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="diubah oleh",
                    ),
                ),
                (
                    "decided_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="ditetapkan oleh",
                    ),
                ),
                (
                    "job",
                    asnhr.sql.TenantForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="evaluations",
                        to="positions.job",
                        verbose_name="jabatan",
                    ),
                ),
                (
                    "submitted_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="diajukan oleh",
                    ),
                ),
            ],
            options={
                "verbose_name": "evaluasi jabatan",
                "verbose_name_plural": "evaluasi jabatan",
            },
        ),
        migrations.CreateModel(
            name="JobEvaluationFactor",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("factor", models.CharField(max_length=4, verbose_name="faktor")),
                ("level", models.PositiveSmallIntegerField(verbose_name="tingkat")),
                ("points", models.PositiveSmallIntegerField(verbose_name="nilai")),
                ("reason", models.CharField(blank=True, max_length=500, verbose_name="dasar penilaian")),
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
                    "evaluation",
                    asnhr.sql.TenantForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="factors",
                        to="positions.jobevaluation",
                        verbose_name="evaluasi",
                    ),
                ),
            ],
            options={
                "verbose_name": "nilai faktor evaluasi",
                "verbose_name_plural": "nilai faktor evaluasi",
            },
        ),
        migrations.AddConstraint(
            model_name="jobevaluation",
            constraint=models.UniqueConstraint(
                fields=("agency", "job", "version"),
                name="evaluation_version_once",
                violation_error_message="Versi evaluasi jabatan ini sudah ada.",
            ),
        ),
        migrations.AddConstraint(
            model_name="jobevaluation",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "ditetapkan"), _negated=True),
                fields=("agency", "job"),
                name="evaluation_one_open",
                violation_error_message="Jabatan ini sudah punya evaluasi yang belum ditetapkan.",
            ),
        ),
        migrations.AddConstraint(
            model_name="jobevaluation",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["draf", "diajukan", "ditetapkan"])), name="evaluation_known_state"
            ),
        ),
        migrations.AddConstraint(
            model_name="jobevaluation",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["structural", "functional"])), name="evaluation_known_kind"
            ),
        ),
        migrations.AddConstraint(
            model_name="jobevaluation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("state", "draf"),
                    models.Q(
                        ("computed_class__isnull", False),
                        ("points__isnull", False),
                        ("submitted_at__isnull", False),
                        ("submitted_by__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="evaluation_complete_before_decided",
                violation_error_message="Evaluasi diajukan setelah semua faktor bernilai.",
            ),
        ),
        migrations.AddConstraint(
            model_name="jobevaluation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        models.Q(("state", "ditetapkan"), _negated=True),
                        ("decided_at__isnull", True),
                        ("decided_by__isnull", True),
                        ("decided_class__isnull", True),
                        ("decree", ""),
                        ("decree_on__isnull", True),
                        ("ends_on__isnull", True),
                        ("starts_on__isnull", True),
                    ),
                    models.Q(
                        ("decided_at__isnull", False),
                        ("decided_by__isnull", False),
                        ("decided_class__isnull", False),
                        ("decree_on__isnull", False),
                        ("starts_on__isnull", False),
                        ("state", "ditetapkan"),
                        models.Q(("decree", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="evaluation_decided_by_decree",
                violation_error_message="Evaluasi ditetapkan dengan nomor dan tanggal keputusan, dan kelasnya.",
            ),
        ),
        migrations.AddConstraint(
            model_name="jobevaluation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "ditetapkan"), _negated=True),
                    ("decided_class", models.F("computed_class")),
                    models.Q(("reason", ""), _negated=True),
                    _connector="OR",
                ),
                name="evaluation_difference_has_reason",
                violation_error_message="Kelas yang berbeda dari hasil hitungan wajib beralasan.",
            ),
        ),
        migrations.AddConstraint(
            model_name="jobevaluation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("decided_by__isnull", True),
                    models.Q(("decided_by", models.F("submitted_by")), _negated=True),
                    _connector="OR",
                ),
                name="evaluation_two_people",
                violation_error_message="Yang menetapkan bukan yang mengajukan.",
            ),
        ),
        migrations.AddConstraint(
            model_name="jobevaluation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("computed_class__isnull", True), ("computed_class__range", (1, 17)), _connector="OR"),
                    models.Q(("decided_class__isnull", True), ("decided_class__range", (1, 17)), _connector="OR"),
                ),
                name="evaluation_class_1_to_17",
                violation_error_message="Kelas jabatan 1 sampai 17.",
            ),
        ),
        migrations.AddConstraint(
            model_name="jobevaluation",
            constraint=models.CheckConstraint(
                condition=models.Q(("ends_on__isnull", True), ("ends_on__gt", models.F("starts_on")), _connector="OR"),
                name="evaluation_ends_after_it_starts",
            ),
        ),
        migrations.AddConstraint(
            model_name="jobevaluation",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                condition=models.Q(("state", "ditetapkan")),
                expressions=[("agency", "="), ("job", "="), (asnhr.sql.DateSpan("starts_on", "ends_on"), "&&")],
                name="evaluation_one_a_day",
                violation_error_message="Jabatan ini sudah punya evaluasi yang berlaku pada tanggal itu.",
            ),
        ),
        migrations.AddConstraint(
            model_name="jobevaluationfactor",
            constraint=models.UniqueConstraint(
                fields=("agency", "evaluation", "factor"),
                name="evaluation_factor_once",
                violation_error_message="Faktor ini sudah bernilai dalam evaluasi tersebut.",
            ),
        ),
        migrations.AddConstraint(
            model_name="jobevaluationfactor",
            constraint=models.CheckConstraint(
                condition=models.Q(("level__range", (1, 9)), ("points__gt", 0)), name="evaluation_factor_level_1_to_9"
            ),
        ),
        asnhr.sql.TenantTable("JobEvaluation"),
        asnhr.sql.TenantTable("JobEvaluationFactor"),
        migrations.RunSQL(GUARD, UNGUARD),
        migrations.RunPython(attach, detach),
    ]
