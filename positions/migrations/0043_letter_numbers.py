"""Numbers of letters are given once a year; who got a letter, who was left out and whose is replaced.

Batches of before keep `last_number` null and stay out of the constraint: some gave the same numbers twice.
"""

import django.contrib.postgres.constraints
import django.contrib.postgres.fields
from django.db import migrations, models
from django.db.models import F, Q, Value
from django.db.models.functions import ExtractYear

import asnhr.sql

ATTACH = "SELECT audit_attach('positions_letterbatch'::regclass, 'full', '{}'::text[], '%s'::text[])"


def _people(name: str, words: str) -> migrations.AddField:
    ids = django.contrib.postgres.fields.ArrayField(
        base_field=models.BigIntegerField(), default=list, size=None, verbose_name=words
    )
    return migrations.AddField(model_name="letterbatch", name=name, field=ids)


class Migration(migrations.Migration):
    dependencies = [("positions", "0042_bare_pictures")]

    operations = [
        migrations.AlterField(
            model_name="letterbatch",
            name="first_number",
            field=models.PositiveIntegerField(verbose_name="nomor pertama"),
        ),
        migrations.AddField(
            model_name="letterbatch",
            name="last_number",
            field=models.PositiveIntegerField(blank=True, null=True, verbose_name="nomor terakhir"),
        ),
        migrations.AddField(
            model_name="letterbatch",
            name="reissue",
            field=models.BooleanField(default=False, verbose_name="terbitkan ulang bagi yang sudah punya surat"),
        ),
        _people("employees", "penerima surat (id)"),
        _people("left_out", "sudah punya surat (id)"),
        _people("replaced", "suratnya diganti (id)"),
        migrations.AddConstraint(
            model_name="letterbatch",
            constraint=models.CheckConstraint(
                condition=Q(last_number__isnull=True) | Q(last_number__gte=F("first_number")),
                name="letters_last_not_before_first",
            ),
        ),
        migrations.AddConstraint(
            model_name="letterbatch",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                condition=Q(last_number__isnull=False),
                expressions=[
                    ("agency", "="),
                    ("number_pattern", "="),
                    (ExtractYear("signed_on"), "="),
                    (asnhr.sql.NumberSpan("first_number", "last_number", Value("[]")), "&&"),
                ],
                name="letters_number_once",
                violation_error_message="Nomor surat ini sudah dipakai pada tahun itu.",
            ),
        ),
        # The batch itself keeps its people; whose letter was replaced stands in the trail.
        migrations.RunSQL(ATTACH % "{people,employees,left_out}", ATTACH % "{people}"),
    ]
