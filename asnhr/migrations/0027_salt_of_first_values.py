"""A hashed column that was empty before its change gets its salt kept, too: without one, nobody could hold what stands in
the register against the trail, and a salt that somebody took away could not be told from one that was never kept.

Of changes before this release the salts are lost for good; a `musnah` entry of the chain says so, object by object."""

import json
from importlib import import_module

from django.db import migrations

BEFORE = import_module("asnhr.migrations.0014_audit_single_rows").FUNCTION
WORDS = "garam tidak disimpan oleh rilis sebelumnya"


def changed(text: str, *pairs: tuple[str, str]) -> str:
    for old, new in pairs:
        if text.count(old) != 1:
            raise ValueError(f"audit_statement has {text.count(old)} times {old!r}")
        text = text.replace(old, new)
    return text


FUNCTION = changed(
    BEFORE,
    ("    cleared text[] := '{}';\n", "    cleared text[] := '{}';\n    salted text[] := '{}';\n"),
    (
        "                IF TG_OP = 'UPDATE' THEN\n                    cleared",
        "                IF TG_OP = 'UPDATE' THEN\n"
        "                    -- Where nothing left, the salt alone is kept: what came is held against its hash.\n"
        "                    salted := salted || format('o.%1$I IS DISTINCT FROM n.%1$I', witness);\n"
        "                    cleared",
    ),
    (
        "concat_ws('','', %s) AS clear FROM %s),'\n                        ' k AS (INSERT INTO audit_secret (entry_id, "
        "agency_id, object_id, salt, clear, sealed)'\n                        ' SELECT $1, $2, id, salt, ''{'' || clear"
        " || ''}'', false FROM q WHERE clear <> '''')'",
        "concat_ws('','', %s) AS clear, %s AS hashed FROM %s),'\n"
        "                        ' k AS (INSERT INTO audit_secret (entry_id, agency_id, object_id, salt, clear, sealed)'"
        "\n                        ' SELECT $1, $2, id, salt, ''{'' || NULLIF(clear, '''') || ''}'', clear = '''' FROM q"
        " WHERE hashed)'",
    ),
    (
        "array_to_string(parts, ', '), array_to_string(cleared, ', '), source)\n                    ELSE format(\n"
        "                        'WITH",
        "array_to_string(parts, ', '), array_to_string(cleared, ', '), array_to_string(salted, ' OR '), source)\n"
        "                    ELSE format(\n                        'WITH",
    ),
)
# Objects with a change of a hashed column whose salt is not there and was never destroyed.
UNSALTED = """
SELECT e.table_name, array_agg(DISTINCT v.object_id), array_agg(DISTINCT k.key)
FROM audit_entry e JOIN audit_value v ON v.id BETWEEN e.first_value AND e.last_value AND v.entry_id = e.id
CROSS JOIN LATERAL jsonb_each(v.change::jsonb) k
WHERE e.agency_id = %(agency)s AND v.agency_id = %(agency)s AND e.kind = 'ubah' AND e.secrets <> '{}'
AND k.key = ANY (e.secrets) AND k.value->>1 <> ''
AND NOT EXISTS (SELECT FROM audit_secret s
    WHERE s.agency_id = %(agency)s AND s.entry_id = e.id AND s.object_id = v.object_id)
AND NOT EXISTS (SELECT FROM jsonb_each(v.change::jsonb) o
    WHERE o.key = ANY (e.secrets) AND o.value->>0 IS NOT NULL)
GROUP BY 1 ORDER BY 1
"""


def note_lost_salts(apps, editor):
    with editor.connection.cursor() as cursor:
        cursor.execute("SELECT id FROM asnhr_agency WHERE code <> '0000' ORDER BY id")
        for (agency,) in cursor.fetchall():
            cursor.execute("SELECT set_config('asnhr.agency', %s, false)", [str(agency)])
            cursor.execute(UNSALTED, {"agency": agency})
            for table, objects, columns in cursor.fetchall():
                said = json.dumps({"columns": sorted(columns), "purpose": WORDS})
                cursor.execute("SELECT audit_note('musnah', %s, %s::bigint[], %s)", [table, objects, said])
        cursor.execute("SELECT set_config('asnhr.agency', '', false)")


class Migration(migrations.Migration):
    dependencies = [("asnhr", "0026_audit_proof")]

    operations = [
        migrations.RunSQL(FUNCTION, BEFORE),
        migrations.RunPython(note_lost_salts, migrations.RunPython.noop),
    ]
