"""On what basis a person's data are held, why, and why no more, is encrypted, with a keyed hash beside each: it tells of a
lawsuit, an examination, an illness. The trail takes all three as salted hashes from now on; what stands in it from before
(the basis, in clear) stays (docs/decisions/0031).
"""

from django.db import migrations, models

import asnhr.crypto
from asnhr.crypto import decrypt, encrypt, hash_of

TABLE = "asnhr_legalhold"
TEXTS = ("basis", "reason", "lifted_reason")
BATCH = 1000


def detach(apps, schema_editor):
    """A column that changes its type is no change of what is known."""
    with schema_editor.connection.cursor() as cursor:
        # Keys that wait for the commit would forbid what is altered here.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SELECT audit_detach(%s::regclass)", [TABLE])


def attach(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(
            "SELECT audit_attach(%s::regclass, 'full', %s::text[], %s::text[])",
            [TABLE, [f"{name}={name}_hash" for name in TEXTS], [f"{name}_hash" for name in TEXTS]],
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
        cursor.execute(f"ALTER TABLE {TABLE} DISABLE TRIGGER audit_update")
        in_agencies(cursor, agencies, tokens)
        cursor.execute(f"ALTER TABLE {TABLE} ENABLE TRIGGER audit_update")
        in_agencies(cursor, agencies, hashes)
        cursor.execute(
            "SELECT set_config('asnhr.agency', %s, true), set_config('asnhr.reason', %s, true)",
            [agency_before or "", reason_before or ""],
        )


def in_agencies(cursor, agencies, change):
    for agency in agencies:
        cursor.execute("SELECT set_config('asnhr.agency', %s, true)", [str(agency)])
        change(cursor, agency)


def tokens(cursor, agency):
    write(cursor, agency, TEXTS, lambda text: encrypt(text) if text else text)


def hashes(cursor, agency):
    write(cursor, agency, [f"{name}_hash" for name in TEXTS], lambda token: hash_of(decrypt(token)) if token else "")


def write(cursor, agency, columns, made):
    """A row whose basis has its hash is encrypted already: each has a basis."""
    last, sets = 0, ", ".join(f"{name} = new.{name}" for name in columns)
    while True:
        cursor.execute(
            f"SELECT id, {', '.join(TEXTS)} FROM {TABLE} WHERE agency_id = %s AND id > %s AND basis_hash = ''"  # noqa: S608  names are our own
            " ORDER BY id LIMIT %s",
            [agency, last, BATCH],
        )
        rows = cursor.fetchall()
        if not rows:
            return
        last = rows[-1][0]
        values = [[made(row[place]) for row in rows] for place in range(1, len(TEXTS) + 1)]
        cursor.execute(
            f"UPDATE {TABLE} t SET {sets}"  # noqa: S608
            f" FROM unnest(%s::bigint[]{', %s::text[]' * len(columns)}) AS new(id, {', '.join(columns)})"
            " WHERE t.agency_id = %s AND t.id = new.id",
            [[row[0] for row in rows], *values, agency],
        )


def keyed(name):
    return models.CharField(blank=True, db_default="", default="", editable=False, max_length=64, verbose_name=name)


class Migration(migrations.Migration):
    dependencies = [("asnhr", "0031_approver_holds_office")]

    operations = [
        migrations.RunPython(detach, migrations.RunPython.noop),
        migrations.AddField("legalhold", "basis_hash", keyed("sidik dasar")),
        migrations.AddField("legalhold", "reason_hash", keyed("sidik alasan")),
        migrations.AddField("legalhold", "lifted_reason_hash", keyed("sidik alasan pencabutan")),
        migrations.AlterField(
            "legalhold", "basis", asnhr.crypto.EncryptedCharField(max_length=200, verbose_name="dasar")
        ),
        migrations.AlterField(
            "legalhold", "reason", asnhr.crypto.EncryptedCharField(max_length=300, verbose_name="alasan")
        ),
        migrations.AlterField(
            "legalhold",
            "lifted_reason",
            asnhr.crypto.EncryptedCharField(blank=True, max_length=300, verbose_name="alasan pencabutan"),
        ),
        migrations.RunPython(attach, migrations.RunPython.noop),
        migrations.RunPython(encrypt_rows, migrations.RunPython.noop),
    ]
