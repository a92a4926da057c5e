"""What is said of a document (number, remark, name of the file) is encrypted, with a keyed hash beside each.

The trail writes the hashes down, so that it and the register agree again; the clear values that leave the register are
sealed as secrets and destroyed as such.
"""

import re

from django.db import migrations, models

import asnhr.crypto
from asnhr.crypto import bound_hash, encrypt, lookup_hash

TABLE = "positions_employeedocument"
COLUMNS = ("number", "note", "filename")
# Secret columns of the trail (=: compared and hashed by the other) and columns left out; as positions/audit.py says.
AFTER = ([f"{name}={name}_hash" for name in COLUMNS], [f"{name}_hash" for name in COLUMNS])
BEFORE = ([*COLUMNS], [])
BATCH = 1000
BETWEEN = re.compile(r"[^A-Z0-9]+")


def attach(apps, schema_editor, said=AFTER):
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT audit_attach(%s::regclass, 'full', %s::text[], %s::text[])", [TABLE, *said])


def attach_before(apps, schema_editor):
    attach(apps, schema_editor, BEFORE)


def encrypt_rows(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        # Keys that wait for the commit would forbid what is altered after this.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SELECT current_setting('asnhr.agency', true), current_setting('asnhr.reason', true)")
        agency_before, reason_before = cursor.fetchone()
        cursor.execute("SELECT set_config('asnhr.reason', 'enkripsi kolom', true)")
        cursor.execute("SELECT id FROM asnhr_agency ORDER BY id")
        for (agency,) in cursor.fetchall():
            cursor.execute("SELECT set_config('asnhr.agency', %s, true)", [str(agency)])
            encrypt_documents(cursor, agency)
        cursor.execute(
            "SELECT set_config('asnhr.agency', %s, true), set_config('asnhr.reason', %s, true)",
            [agency_before or "", reason_before or ""],
        )


def encrypt_documents(cursor, agency):
    """A document whose file's name has its hash is encrypted already: each has a name."""
    columns = [each for name in COLUMNS for each in (name, f"{name}_hash")]
    sets = ", ".join(f"{name} = new.{name}" for name in columns)
    last = 0
    while True:
        cursor.execute(
            f"SELECT d.id, e.nip, d.number, d.note, d.filename FROM {TABLE} d"  # noqa: S608  names are our own
            " JOIN positions_employee e ON e.agency_id = d.agency_id AND e.id = d.employee_id"
            " WHERE d.agency_id = %s AND d.id > %s AND d.filename <> '' AND d.filename_hash = '' ORDER BY d.id LIMIT %s",
            [agency, last, BATCH],
        )
        rows = cursor.fetchall()
        if not rows:
            return
        told = [sealed(*row[1:]) for row in rows]
        cursor.execute(
            f"UPDATE {TABLE} t SET {sets}"  # noqa: S608
            f" FROM unnest(%s::bigint[], {', '.join(['%s::text[]'] * len(columns))}) AS new(id, {', '.join(columns)})"
            " WHERE t.agency_id = %s AND t.id = new.id",
            [[row[0] for row in rows], *([each[name] for each in told] for name in columns), agency],
        )
        last = rows[-1][0]


def sealed(nip, number, note, filename):
    """Return what stands in the columns of a row from now on. A number is found by its capitals, letters and digits."""
    plain = BETWEEN.sub(" ", number.upper()).strip() or number
    hashes = {
        "number_hash": lookup_hash(plain) if number else "",
        "note_hash": bound_hash(nip, "note", note) if note else "",
        "filename_hash": bound_hash(nip, "filename", filename),
    }
    tokens = {"number": number, "note": note, "filename": filename}
    return hashes | {name: encrypt(text) if text else "" for name, text in tokens.items()}


def hashes(name):
    return models.CharField(blank=True, db_default="", default="", editable=False, max_length=64, verbose_name=name)


class Migration(migrations.Migration):
    dependencies = [
        ("positions", "0050_sealed_family"),
    ]

    operations = [
        migrations.AddField("employeedocument", "number_hash", hashes("sidik nomor dokumen")),
        migrations.AddField("employeedocument", "note_hash", hashes("sidik keterangan")),
        migrations.AddField("employeedocument", "filename_hash", hashes("sidik nama berkas")),
        migrations.AlterField(
            "employeedocument",
            "number",
            asnhr.crypto.EncryptedNumberField(blank=True, max_length=120, verbose_name="nomor dokumen"),
        ),
        migrations.AlterField(
            "employeedocument",
            "note",
            asnhr.crypto.EncryptedCharField(blank=True, bound=True, max_length=300, verbose_name="keterangan"),
        ),
        migrations.AlterField(
            "employeedocument",
            "filename",
            asnhr.crypto.EncryptedCharField(bound=True, max_length=200, verbose_name="nama berkas"),
        ),
        migrations.RunPython(attach, attach_before),
        migrations.RunPython(encrypt_rows, migrations.RunPython.noop),
    ]
