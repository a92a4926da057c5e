"""What few may know of a case of the agenda book, that a sanction or a suspension holds it or that a predicate is too low,
moves out of the columns in clear into one that is encrypted. The trail has none of these columns, before and after.
"""

from django.db import migrations, models

import asnhr.crypto
from asnhr.crypto import bound_hash, encrypt

SANCTION, CLOSED = "HUKDIS", ("NONAKTIF", "PREDIKAT")
LONGEST = len(" ".join((SANCTION, *CLOSED)))
SKIPPED = "due_on state missing to_check held held_hash rank target since"
BEFORE = "due_on state missing to_check sanctioned rank target since"
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
    last = 0
    while True:
        cursor.execute(
            "SELECT i.id, e.nip, i.sanctioned, i.missing FROM positions_agendaitem i"
            " JOIN positions_employee e ON e.agency_id = i.agency_id AND e.id = i.employee_id"
            " WHERE i.agency_id = %s AND i.id > %s AND (i.sanctioned OR i.missing && %s::varchar[])"
            " ORDER BY i.id LIMIT %s",
            [agency, last, list(CLOSED), BATCH],
        )
        rows = cursor.fetchall()
        if not rows:
            return
        told = [sealed(nip, sanctioned, missing) for _pk, nip, sanctioned, missing in rows]
        cursor.execute(
            "UPDATE positions_agendaitem i SET held = new.token, held_hash = new.hash, missing ="
            " array_remove(array_remove(i.missing, 'NONAKTIF'), 'PREDIKAT')"
            " FROM unnest(%s::bigint[], %s::text[], %s::text[]) AS new(id, token, hash)"
            " WHERE i.agency_id = %s AND i.id = new.id",
            [[row[0] for row in rows], [token for token, _ in told], [hash_ for _, hash_ in told], agency],
        )
        last = rows[-1][0]


def sealed(nip, sanctioned, missing):
    """Return the token and the hash of the codes; all tokens are equally long."""
    codes = [*([SANCTION] if sanctioned else []), *(code for code in CLOSED if code in missing)]
    text = " ".join(codes).ljust(LONGEST)
    return encrypt(text), bound_hash(nip, "held", text)


class Migration(migrations.Migration):
    dependencies = [
        ("positions", "0048_sealed_sanctions"),
    ]

    operations = [
        migrations.AddField(
            "agendaitem",
            "held",
            asnhr.crypto.EncryptedCodesField(
                blank=True, db_default="", default="", max_length=24, verbose_name="syarat tertutup"
            ),
        ),
        migrations.AddField(
            "agendaitem",
            "held_hash",
            models.CharField(
                blank=True,
                db_default="",
                default="",
                editable=False,
                max_length=64,
                verbose_name="sidik syarat tertutup",
            ),
        ),
        migrations.RunPython(attach, attach_before),
        migrations.RunPython(move_rows, migrations.RunPython.noop),
        migrations.RemoveField("agendaitem", "sanctioned"),
    ]
