"""What may tell of illness is encrypted, and documents ask the permission of what they tell (decision 0031)."""

from django.db import migrations, models

import asnhr.crypto
from asnhr.crypto import encrypt, hash_of

AT_ONCE = 2000
TEXTS = (("positions_employee", "exit_reason"), ("positions_unpaidleave", "reason"))
# table, secret columns (=: compared and hashed by the other), columns left out; as positions/audit.py says
AUDITED = (
    (
        "positions_employee",
        "nik=nik_hash email phone exit_reason=exit_reason_hash",
        "nik_hash exit_reason_hash",
    ),
    ("positions_unpaidleave", "reason=reason_hash", "reason_hash"),
)
# kind of document: (permission, before)
KINDS = {
    "kesehatan": ("view_health", "view_nik"),
    "sk_kgb": ("view_salary", ""),
    "skp": ("view_register", ""),
    "evaluasi": ("view_register", ""),
}


def detach(apps, schema_editor):
    """What becomes a token is no change of what is known."""
    with schema_editor.connection.cursor() as cursor:
        for table, _column in TEXTS:
            cursor.execute("SELECT audit_detach(%s::regclass)", [table])


def attach(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        for table, secrets, skipped in AUDITED:
            cursor.execute(
                "SELECT audit_attach(%s::regclass, 'full', %s::text[], %s::text[])",
                [table, secrets.split(), skipped.split()],
            )


def encrypt_rows(apps, schema_editor):
    """Agency by agency, as row security has it; thousands of rows a statement."""
    with schema_editor.connection.cursor() as cursor:
        # Keys that wait for the commit would forbid a change of the tables later in this transaction.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SELECT current_setting('asnhr.agency', true)")
        before = cursor.fetchone()[0] or ""
        cursor.execute("SELECT id FROM asnhr_agency ORDER BY id")
        for (agency,) in cursor.fetchall():
            cursor.execute("SELECT set_config('asnhr.agency', %s, true)", [str(agency)])
            for table, column in TEXTS:
                _encrypt(cursor, agency, table, column)
        cursor.execute("SELECT set_config('asnhr.agency', %s, true)", [before])


def _encrypt(cursor, agency, table, column):
    cursor.execute(f"SELECT id, {column} FROM {table} WHERE agency_id = %s AND {column} <> '' ORDER BY id", [agency])  # noqa: S608  names are our own
    rows = cursor.fetchall()
    for first in range(0, len(rows), AT_ONCE):
        part = rows[first : first + AT_ONCE]
        cursor.execute(
            f"""UPDATE {table} t SET {column} = n.token, {column}_hash = n.hash
                FROM unnest(%s::bigint[], %s::text[], %s::text[]) AS n(id, token, hash)
                WHERE t.agency_id = %s AND t.id = n.id""",  # noqa: S608
            [[pk for pk, _text in part], [encrypt(text) for _pk, text in part], [hash_of(text) for _pk, text in part],
             agency],
        )  # fmt: skip


def fill(apps, schema_editor):
    kinds = apps.get_model("positions", "DocumentKind").objects
    for code, (permission, _before) in KINDS.items():
        kinds.filter(code=code).update(permission=permission, sensitivity="spesifik")


def empty(apps, schema_editor):
    kinds = apps.get_model("positions", "DocumentKind").objects
    for code, (_permission, before) in KINDS.items():
        kinds.filter(code=code).update(permission=before, sensitivity="spesifik" if before else "umum")


class Migration(migrations.Migration):
    dependencies = [
        ("positions", "0034_decision_day"),
    ]

    operations = [
        migrations.RunPython(detach, migrations.RunPython.noop),
        migrations.AddField(
            model_name="employee",
            name="exit_reason_hash",
            field=models.CharField(
                blank=True, db_default="", default="", editable=False, max_length=64, verbose_name="sidik alasan keluar"
            ),
        ),
        migrations.AddField(
            model_name="unpaidleave",
            name="reason_hash",
            field=models.CharField(
                blank=True, db_default="", default="", editable=False, max_length=64, verbose_name="sidik alasan"
            ),
        ),
        migrations.AlterField(
            model_name="employee",
            name="exit_reason",
            field=asnhr.crypto.EncryptedCharField(blank=True, max_length=120, verbose_name="alasan keluar"),
        ),
        migrations.AlterField(
            model_name="unpaidleave",
            name="reason",
            field=asnhr.crypto.EncryptedCharField(blank=True, max_length=200, verbose_name="alasan"),
        ),
        migrations.RunPython(encrypt_rows, migrations.RunPython.noop),
        migrations.RunPython(attach, migrations.RunPython.noop),
        migrations.RunPython(fill, empty),
    ]
