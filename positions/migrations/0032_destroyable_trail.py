"""What retention destroys enters the trail as salted hashes (positions/audit.py), so that it can be destroyed there, too.

Entries from before stay as they were: the trail is append-only.
"""

from django.db import migrations

FAMILY = (
    "relation child_kind name sex birth_place birth_date occupation nip on_payroll married_on marriage_number divorced_on"
    " died_on"
)
SANCTION = (
    "decree decree_on sanction state starts_on years months ends_on regulation reason_code reason rank_before rank"
    " revoked_decree revoked_on note"
)
# table, secret columns, columns left out; after and before
TABLES = (
    ("positions_familymember", FAMILY, "", "name birth_place birth_date nip marriage_number"),
    ("positions_discipline", SANCTION, "", "reason note"),
    ("positions_changerequest", "before proposed explanation", "", "before proposed"),
    ("positions_employeedocument", "number note filename", "", ""),
    ("positions_employeecontact", "value=value_hash label", "value_hash", "value=value_hash"),
)


def _attach(schema_editor, place):
    with schema_editor.connection.cursor() as cursor:
        for row in TABLES:
            cursor.execute(
                "SELECT audit_attach(%s::regclass, 'full', %s::text[], %s::text[])",
                [row[0], row[place].split(), row[2].split()],
            )


def attach(apps, schema_editor):
    _attach(schema_editor, 1)


def attach_before(apps, schema_editor):
    _attach(schema_editor, 3)


class Migration(migrations.Migration):
    dependencies = [("positions", "0031_closing_kinds")]

    operations = [migrations.RunPython(attach, attach_before)]
