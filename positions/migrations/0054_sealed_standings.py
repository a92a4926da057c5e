"""Legal standings that tell of a crime or a sanction rest as tokens: equal codes alike, so that rules over the whole
agency still count by them (docs/decisions/0031). So do they in what SIASN said; rows of files that are kept with findings
and reports of imports lose them.

The trail says nothing of it: what becomes a token is no change of what is known. Its entries from before hold codes in
clear for good, and `asnhr.audit.compare` knows each for its token.
"""

import json

from django.db import migrations, models

import asnhr.crypto
from asnhr.crypto import seal, unseal

PURPOSE = "kedudukan hukum"
FEW = ("04", "09", "15", "16", "66", "77", "91", "92")
FEW_IN_CLEAR = "^(04|09|15|16|66|77|91|92)$"
CODE, CODE_OR_TOKEN = "^[0-9]{2}$", r"^([0-9]{2}|s1\.[A-Za-z0-9_=-]{24})$"
COLUMNS = (("positions_employee", "legal_status"), ("positions_standingrecord", "standing"))
# They would write the change down, or take it for a new standing.
RESTING = (
    ("positions_employee", "audit_update"), ("positions_employee", "person_changed"),
    ("positions_standingrecord", "audit_update"), ("positions_standingrecord", "standing_recorded_update"),
    ("positions_siasnrecord", "audit_update"),
)  # fmt: skip
STANDINGS = [
    ("01", "aktif"),
    ("02", "cuti di luar tanggungan negara (CLTN)"),
    ("03", "tugas belajar"),
    ("04", "pemberhentian sementara"),
    ("05", "penerima uang tunggu"),
    ("06", "wajib militer"),
    ("07", "pejabat negara"),
    ("08", "kepala desa"),
    ("09", "proses banding"),
    ("11", "titipan"),
    ("12", "pengungsi"),
    ("13", "perpanjangan CLTN"),
    ("14", "hilang"),
    ("15", "hukuman disiplin"),
    ("16", "pindah karena penurunan jabatan"),
    ("20", "masa persiapan pensiun"),
    ("51", "CPNS tanpa SK"),
    ("71", "PPPK aktif"),
    ("72", "PPPK aktif"),
    ("52", "tidak aktif"),
    ("66", "diberhentikan"),
    ("67", "punah"),
    ("68", "eks Timor Timur"),
    ("69", "tidak memenuhi syarat"),
    ("70", "pembatalan NIP"),
    ("77", "diberhentikan tanpa hak pensiun"),
    ("88", "diberhentikan dengan hak pensiun"),
    ("89", "diusulkan pensiun"),
    ("90", "tidak ikut pendataan ulang PNS"),
    ("91", "tindak pidana jabatan"),
    ("92", "diblokir"),
    ("98", "mencapai BUP"),
    ("99", "pensiun"),
]
HEADING, MASK = "KEDUDUKAN HUKUM", "…"


def in_agencies(schema_editor, change):
    with schema_editor.connection.cursor() as cursor:
        # Keys that wait for the commit would forbid what is altered here.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SELECT current_setting('asnhr.agency', true)")
        before = cursor.fetchone()[0] or ""
        for table, trigger in RESTING:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER {trigger}")
        cursor.execute("SELECT id FROM asnhr_agency ORDER BY id")
        for (agency,) in cursor.fetchall():
            cursor.execute("SELECT set_config('asnhr.agency', %s, true)", [str(agency)])
            change(cursor, agency)
        for table, trigger in RESTING:
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER {trigger}")
        cursor.execute("SELECT set_config('asnhr.agency', %s, true)", [before])


def seal_rows(apps, schema_editor):
    in_agencies(schema_editor, seal_agency)


def open_rows(apps, schema_editor):
    in_agencies(schema_editor, open_agency)


def seal_agency(cursor, agency):
    found = values_of(cursor, agency)
    rewrite(cursor, agency, {code: seal(code, PURPOSE) for code in found if code in FEW})
    cursor.execute(
        "UPDATE positions_finding SET raw = (SELECT coalesce(jsonb_object_agg(k, v), '{}') FROM jsonb_each(raw) r(k, v)"
        " WHERE upper(k) NOT LIKE %s) WHERE agency_id = %s AND jsonb_typeof(raw) = 'object' AND EXISTS"
        " (SELECT FROM jsonb_object_keys(raw) k WHERE upper(k) LIKE %s)",
        [f"{HEADING}%", agency, f"{HEADING}%"],
    )
    mask_reports(cursor, agency)


def open_agency(cursor, agency):
    found = values_of(cursor, agency)
    rewrite(cursor, agency, {token: unseal(token, PURPOSE) for token in found if token.startswith("s1.")})


def values_of(cursor, agency):
    cursor.execute(
        "SELECT legal_status FROM positions_employee WHERE agency_id = %(agency)s"
        " UNION SELECT standing FROM positions_standingrecord WHERE agency_id = %(agency)s"
        " UNION SELECT facts ->> 'legal_status' FROM positions_siasnrecord WHERE agency_id = %(agency)s",
        {"agency": agency},
    )
    return [value for (value,) in cursor.fetchall() if value]


def rewrite(cursor, agency, new):
    """Repeatable: what is rewritten already is not among the keys."""
    if not new:
        return
    values = [list(new), list(new.values()), agency]
    for table, column in COLUMNS:
        cursor.execute(
            f"UPDATE {table} t SET {column} = n.new FROM unnest(%s::text[], %s::text[]) AS n(old, new)"  # noqa: S608  names are our own
            f" WHERE t.agency_id = %s AND t.{column} = n.old",
            values,
        )
    cursor.execute(
        "UPDATE positions_siasnrecord t SET facts = jsonb_set(t.facts, '{legal_status}', to_jsonb(n.new))"
        " FROM unnest(%s::text[], %s::text[]) AS n(old, new)"
        " WHERE t.agency_id = %s AND t.facts ->> 'legal_status' = n.old",
        values,
    )


def mask_reports(cursor, agency):
    """Reports of imports named the code where it was no standing of a PPPK."""
    cursor.execute(
        "SELECT id, report FROM asnhr_importjob WHERE agency_id = %s AND report::text LIKE %s", [agency, f"%{HEADING}%"]
    )
    for pk, report in cursor.fetchall():
        lines = json.loads(report) if isinstance(report, str) else report
        for line in lines:
            for problem in line.get("problems", ()):
                if str(problem.get("column", "")).upper().startswith(HEADING) and problem.get("value") in FEW:
                    said = f"“{problem['value']}”"
                    line["messages"] = [each.replace(said, f"“{MASK}”") for each in line.get("messages", ())]
                    problem["value"] = MASK
        cursor.execute("UPDATE asnhr_importjob SET report = %s WHERE id = %s", [json.dumps(lines), pk])


def take_tokens(apps, schema_editor, old=CODE, new=CODE_OR_TOKEN):
    """A change of the person becomes a row of the history, of a token as of a code."""
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT pg_get_functiondef('positions_person_changed()'::regprocedure)")
        text = cursor.fetchone()[0]
        before, after = f"n.legal_status ~ '{old}'", f"n.legal_status ~ '{new}'"
        if text.count(before) != 1:
            raise ValueError(f"positions_person_changed has {text.count(before)} times {before!r}")
        cursor.execute(text.replace(before, after))


def take_codes(apps, schema_editor):
    take_tokens(apps, schema_editor, CODE_OR_TOKEN, CODE)


class Migration(migrations.Migration):
    dependencies = [
        ("positions", "0053_sealed_increments"),
    ]

    operations = [
        migrations.RemoveConstraint(model_name="standingrecord", name="standing_is_a_code"),
        migrations.AlterField(
            model_name="employee",
            name="legal_status",
            field=asnhr.crypto.SealedCharField(default="01", max_length=2, verbose_name="kedudukan hukum"),
        ),
        migrations.AlterField(
            model_name="standingrecord",
            name="standing",
            field=asnhr.crypto.SealedCharField(choices=STANDINGS, max_length=2, verbose_name="kedudukan hukum"),
        ),
        migrations.RunPython(take_tokens, take_codes),
        migrations.RunPython(seal_rows, open_rows),
        migrations.AddConstraint(
            model_name="employee",
            constraint=models.CheckConstraint(
                condition=models.Q(("legal_status__regex", FEW_IN_CLEAR), _negated=True),
                name="employee_standing_sealed",
            ),
        ),
        migrations.AddConstraint(
            model_name="standingrecord",
            constraint=models.CheckConstraint(
                condition=models.Q(("standing__regex", CODE_OR_TOKEN)), name="standing_is_a_code"
            ),
        ),
        migrations.AddConstraint(
            model_name="standingrecord",
            constraint=models.CheckConstraint(
                condition=models.Q(("standing__regex", FEW_IN_CLEAR), _negated=True), name="standing_sealed"
            ),
        ),
    ]
