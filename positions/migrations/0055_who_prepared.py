"""Who wrote a workload sheet, an evaluation or a version of a standard does not decide it, and who completed a line of a
formation proposal does not sign it: both are kept with the row (docs/decisions/0021-identity.md)."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import F, Q

WRITTEN = ("workloadsheet", "jobevaluation", "jobstandard", "technicalcompetencyversion")
OTHERS = "Lembar yang disusun sendiri diverifikasi dan disahkan oleh orang lain."
EVALUATION = "Yang menetapkan bukan yang menilai atau mengajukan."
VERSION = "Penyusun atau pengaju tidak menetapkan versinya sendiri."


def _attach(schema_editor, skipped):
    with schema_editor.connection.cursor() as cursor:
        for model in WRITTEN:
            cursor.execute(
                "SELECT audit_attach(%s::regclass, 'full', '{}', %s::text[])", [f"positions_{model}", skipped]
            )


def attach(apps, schema_editor):
    _attach(schema_editor, ["writers"])


def attach_before(apps, schema_editor):
    _attach(schema_editor, [])


def writers(model):
    return migrations.AddField(
        model,
        "writers",
        # The release before writes rows while this one comes in; it does not know the column.
        django.contrib.postgres.fields.ArrayField(
            base_field=models.BigIntegerField(), blank=True, db_default=[], default=list, size=None,
            verbose_name="penyusun (id)",
        ),
    )  # fmt: skip


def followed(model, name, condition, words):
    return [
        migrations.RemoveConstraint(model, name),
        migrations.AddConstraint(
            model, models.CheckConstraint(name=name, condition=condition, violation_error_message=words)
        ),
    ]


NOT_A_WRITER = ~Q(writers__contains=[F("decided_by")])
FOUR_EYES = Q(decided_by__isnull=True) | (
    (Q(submitted_by__isnull=True) | ~Q(decided_by=F("submitted_by")))
    & (Q(drafted_by__isnull=True) | ~Q(decided_by=F("drafted_by")))
    & NOT_A_WRITER
)


class Migration(migrations.Migration):
    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("positions", "0054_sealed_standings"),
    ]

    operations = [
        *(writers(model) for model in WRITTEN),
        migrations.AddField(
            "formationline",
            "completed_by",
            models.ForeignKey(
                blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+",
                to=settings.AUTH_USER_MODEL, verbose_name="dilengkapi oleh",
            ),
        ),
        migrations.AddConstraint(
            "workloadsheet",
            models.CheckConstraint(
                name="sheet_judged_by_others",
                condition=~Q(state__in=["diverifikasi", "disahkan"])
                | Q(changed_by__isnull=True)
                | ~Q(writers__contains=[F("changed_by")]),
                violation_error_message=OTHERS,
            ),
        ),
        *followed(
            "jobevaluation",
            "evaluation_two_people",
            Q(decided_by__isnull=True) | (~Q(decided_by=F("submitted_by")) & NOT_A_WRITER),
            EVALUATION,
        ),
        *followed("jobstandard", "job_standard_four_eyes", FOUR_EYES, VERSION),
        *followed("technicalcompetencyversion", "technical_version_four_eyes", FOUR_EYES, VERSION),
        migrations.RunPython(attach, attach_before),
    ]  # fmt: skip
