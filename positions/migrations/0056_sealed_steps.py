"""The step of the salary table that an increment of the agenda book leads to, with the rank a salary, moves out of `target`
into a column that is encrypted. The trail has neither, before and after.
"""

from django.db import migrations, models

import asnhr.crypto
from asnhr.crypto import bound_hash, encrypt

BEFORE = "due_on state missing to_check held held_hash rank target since"
SKIPPED = f"{BEFORE} step step_hash"
BATCH = 1000


def attach_without(schema_editor, skipped):
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(
            "SELECT audit_attach('positions_agendaitem'::regclass, 'full', '{}'::text[], %s::text[])", [skipped.split()]
        )


def attach(apps, schema_editor):
    attach_without(schema_editor, SKIPPED)


def attach_before(apps, schema_editor):
    attach_without(schema_editor, BEFORE)


def move_rows(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        # Keys that wait for the commit would forbid what is altered here.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SELECT current_setting('asnhr.agency', true)")
        before = cursor.fetchone()[0] or ""
        cursor.execute("SELECT id FROM asnhr_agency ORDER BY id")
        for (agency,) in cursor.fetchall():
            cursor.execute("SELECT set_config('asnhr.agency', %s, true)", [str(agency)])
            move_agency(cursor, agency)
        cursor.execute("SELECT set_config('asnhr.agency', %s, true)", [before])


def move_agency(cursor, agency):
    while True:
        cursor.execute(
            "SELECT i.id, e.nip, i.target FROM positions_agendaitem i"
            " JOIN positions_employee e ON e.agency_id = i.agency_id AND e.id = i.employee_id"
            " WHERE i.agency_id = %s AND i.kind = 'kgb' AND i.target IS NOT NULL ORDER BY i.id LIMIT %s",
            [agency, BATCH],
        )
        rows = cursor.fetchall()
        if not rows:
            return
        cursor.execute(
            "UPDATE positions_agendaitem i SET step = new.token, step_hash = new.hash, target = NULL"
            " FROM unnest(%s::bigint[], %s::text[], %s::text[]) AS new(id, token, hash)"
            " WHERE i.agency_id = %s AND i.id = new.id",
            [[row[0] for row in rows], [encrypt(str(years)) for _pk, _nip, years in rows],
             [bound_hash(nip, "step", str(years)) for _pk, nip, years in rows], agency],
        )  # fmt: skip


class Migration(migrations.Migration):
    dependencies = [
        ("positions", "0055_who_prepared"),
    ]

    operations = [
        migrations.AddField(
            "agendaitem",
            "step",
            asnhr.crypto.EncryptedSmallIntegerField(blank=True, null=True, verbose_name="langkah gaji berikutnya"),
        ),
        migrations.AddField(
            "agendaitem",
            "step_hash",
            models.CharField(
                blank=True,
                db_default="",
                default="",
                editable=False,
                max_length=64,
                verbose_name="sidik langkah gaji",
            ),
        ),
        migrations.AlterField(
            "agendaitem",
            "target",
            models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="golongan berikutnya"),
        ),
        migrations.RunPython(attach, attach_before),
        migrations.RunPython(move_rows, migrations.RunPython.noop),
    ]
