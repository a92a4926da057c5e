"""Cases of the agenda book and lines of recommendations enter the trail row by row (positions/audit.py), so that who
keeps a copy learns which changed; what was computed stays out of it."""

from django.db import migrations

# table, columns left out
TABLES = (
    ("positions_agendaitem", "due_on state missing to_check sanctioned rank target since"),
    ("positions_recommendationline", "recommendation quantity priority inputs_hash"),
)


def attach(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        for table, skipped in TABLES:
            cursor.execute("SELECT audit_attach(%s::regclass, 'full', '{}', %s::text[])", [table, skipped.split()])


def attach_before(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        for table, _skipped in TABLES:
            cursor.execute("SELECT audit_attach(%s::regclass, 'summary')", [table])


class Migration(migrations.Migration):
    dependencies = [("positions", "0037_removing_corrections")]

    operations = [migrations.RunPython(attach, attach_before)]
