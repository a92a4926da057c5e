"""What officers note beside a step of the agenda book and what the holder of a removal candidate said is encrypted, with a
keyed hash beside each. The trail takes them as salted hashes from now on; what stands in it from before stays
(docs/decisions/0031). A hearing whose words are destroyed says so by its moment, not by a dash.
"""

from django.db import migrations, models

import asnhr.crypto
from asnhr.crypto import decrypt, encrypt, hash_of

TABLES = ("positions_agendastep", "positions_removalhearing")
# Nothing of a step is changed, and the words themselves are no news to the trail: it gets their hashes.
RESTING = (
    ("positions_agendastep", "agendastep_guard"), ("positions_agendastep", "audit_update"),
    ("positions_removalhearing", "audit_update"),
)  # fmt: skip
EMPTIED = "—"
BATCH = 1000

# What was recorded stays; its note is another token under another key, which only the operator's command writes.
GUARD = """
CREATE OR REPLACE FUNCTION positions_agendastep_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF NOT asnhr_acts_in_person() AND (OLD.note = '') = (NEW.note = '')
                AND to_jsonb(NEW) - 'note' = to_jsonb(OLD) - 'note' THEN
            RETURN NEW;
        END IF;
        RAISE EXCEPTION 'Riwayat keadaan penjagaan tidak diubah.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'agenda_step_stays';
    END IF;
    IF EXISTS (
        SELECT FROM asnhr_user u JOIN positions_employee e ON e.nip = u.nip
        JOIN positions_agendaitem i ON i.agency_id = e.agency_id AND i.employee_id = e.id
        WHERE u.id = NEW.actor_id AND i.agency_id = NEW.agency_id AND i.id = NEW.item_id
    ) THEN
        RAISE EXCEPTION 'Penjagaan sendiri diurus oleh petugas lain.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'agenda_step_not_own';
    END IF;
    RETURN NEW;
END
$$;
"""


def detach(apps, schema_editor):
    """A column that changes its type is no change of what is known."""
    with schema_editor.connection.cursor() as cursor:
        # Keys that wait for the commit would forbid what is altered here.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in TABLES:
            cursor.execute("SELECT audit_detach(%s::regclass)", [table])


def attach(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        for table in TABLES:
            cursor.execute(
                "SELECT audit_attach(%s::regclass, 'full', %s::text[], %s::text[])",
                [table, ["note=note_hash"], ["note_hash"]],
            )


def encrypt_rows(apps, schema_editor):
    """First the tokens, of which the trail hears nothing; then the hashes, which it writes down, so that it and the
    register agree again. So the value that it keeps as left is a token, never the text."""
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SELECT current_setting('asnhr.agency', true), current_setting('asnhr.reason', true)")
        agency_before, reason_before = cursor.fetchone()
        cursor.execute("SELECT set_config('asnhr.reason', 'enkripsi kolom', true)")
        cursor.execute("SELECT id FROM asnhr_agency ORDER BY id")
        agencies = [agency for (agency,) in cursor.fetchall()]
        rest(cursor, "DISABLE", RESTING)
        in_agencies(cursor, agencies, tokens)
        rest(cursor, "ENABLE", RESTING[1:])
        in_agencies(cursor, agencies, hashes)
        rest(cursor, "ENABLE", RESTING[:1])
        cursor.execute(
            "SELECT set_config('asnhr.agency', %s, true), set_config('asnhr.reason', %s, true)",
            [agency_before or "", reason_before or ""],
        )


def rest(cursor, word, triggers):
    for table, trigger in triggers:
        cursor.execute(f"ALTER TABLE {table} {word} TRIGGER {trigger}")


def in_agencies(cursor, agencies, change):
    for agency in agencies:
        cursor.execute("SELECT set_config('asnhr.agency', %s, true)", [str(agency)])
        for table in TABLES:
            change(cursor, agency, table)


def tokens(cursor, agency, table):
    for rows in waiting(cursor, agency, table):
        write(cursor, agency, table, "note", [(pk, encrypt(text)) for pk, text in rows])


def hashes(cursor, agency, table):
    for rows in waiting(cursor, agency, table):
        write(cursor, agency, table, "note_hash", [(pk, hash_of(decrypt(token))) for pk, token in rows])
    if table == "positions_removalhearing":
        cursor.execute(
            f"UPDATE {table} SET note = '', note_hash = '', emptied_at = now()"  # noqa: S608  our own name
            " WHERE agency_id = %s AND note_hash = %s",
            [agency, hash_of(EMPTIED)],
        )


def waiting(cursor, agency, table):
    """Yield (id, note) of rows that have no hash yet, in batches: one that has it is encrypted already."""
    last = 0
    while True:
        cursor.execute(
            f"SELECT id, note FROM {table} WHERE agency_id = %s AND id > %s AND note_hash = ''"  # noqa: S608  names are our own
            " AND note <> '' ORDER BY id LIMIT %s",
            [agency, last, BATCH],
        )
        rows = cursor.fetchall()
        if not rows:
            return
        yield rows
        last = rows[-1][0]


def write(cursor, agency, table, column, values):
    cursor.execute(
        f"UPDATE {table} t SET {column} = new.value"  # noqa: S608  names are our own
        " FROM unnest(%s::bigint[], %s::text[]) AS new(id, value) WHERE t.agency_id = %s AND t.id = new.id",
        [[pk for pk, _ in values], [value for _, value in values], agency],
    )


def keyed(name):
    return models.CharField(blank=True, db_default="", default="", editable=False, max_length=64, verbose_name=name)


class Migration(migrations.Migration):
    dependencies = [
        ("positions", "0057_predicate_year_sentence"),
    ]

    operations = [
        migrations.RunPython(detach, migrations.RunPython.noop),
        migrations.RemoveConstraint(model_name="removalhearing", name="hearing_has_note"),
        migrations.AddField("agendastep", "note_hash", keyed("sidik catatan")),
        migrations.AddField("removalhearing", "note_hash", keyed("sidik yang disampaikan")),
        migrations.AddField(
            "removalhearing",
            "emptied_at",
            models.DateTimeField(blank=True, editable=False, null=True, verbose_name="isi dimusnahkan pada"),
        ),
        migrations.AlterField(
            "agendastep",
            "note",
            asnhr.crypto.EncryptedCharField(blank=True, max_length=500, verbose_name="catatan"),
        ),
        migrations.AlterField(
            "removalhearing",
            "note",
            asnhr.crypto.EncryptedCharField(max_length=4000, verbose_name="yang disampaikan"),
        ),
        migrations.RunPython(attach, migrations.RunPython.noop),
        migrations.RunPython(encrypt_rows, migrations.RunPython.noop),
        migrations.RunSQL(GUARD, migrations.RunSQL.noop),
        migrations.AddConstraint(
            model_name="removalhearing",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("emptied_at__isnull", True), models.Q(("note", ""), _negated=True)),
                    models.Q(("emptied_at__isnull", False), ("note", "")),
                    _connector="OR",
                ),
                name="hearing_has_note",
            ),
        ),
    ]
