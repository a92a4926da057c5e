"""Service in scale and letter of an increment are encrypted, with a keyed hash bound to the person beside each: with
rank and table they give the salary. The trail takes them as salted hashes from now on; what stands in it from before
stays (docs/decisions/0031).
"""

from django.db import migrations, models

import asnhr.crypto
from asnhr.crypto import bound_hash, encrypt

TABLE = "positions_salaryincrement"
COLUMNS = ("service_years", "service_months", "decree", "decree_on")
HASHES = [f"{name}_hash" for name in COLUMNS]
BATCH = 1000
# What a number of the clear type brings along; of a token nothing is greater than 0.
BOUNDS = "".join(
    f"ALTER TABLE {TABLE} DROP CONSTRAINT {TABLE}_{name}_check;" for name in ("service_years", "service_months")
)


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
            [TABLE, [f"{name}={name}_hash" for name in COLUMNS], HASHES],
        )


def encrypt_rows(apps, schema_editor):
    """The trail writes the hashes down, so that it and the register agree again; the clear values it is left with are
    sealed as secrets and destroyed as such."""
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SELECT current_setting('asnhr.agency', true), current_setting('asnhr.reason', true)")
        agency_before, reason_before = cursor.fetchone()
        cursor.execute("SELECT set_config('asnhr.reason', 'enkripsi kolom', true)")
        cursor.execute("SELECT id FROM asnhr_agency ORDER BY id")
        for (agency,) in cursor.fetchall():
            cursor.execute("SELECT set_config('asnhr.agency', %s, true)", [str(agency)])
            encrypt_agency(cursor, agency)
        cursor.execute(
            "SELECT set_config('asnhr.agency', %s, true), set_config('asnhr.reason', %s, true)",
            [agency_before or "", reason_before or ""],
        )


def encrypt_agency(cursor, agency):
    """A row that has its hashes is encrypted already."""
    names, last = ", ".join(f"t.{name}" for name in COLUMNS), 0
    sets = ", ".join(f"{name} = new.{name}" for name in (*COLUMNS, *HASHES))
    arrays = ", ".join(["%s::bigint[]", *["%s::text[]"] * (2 * len(COLUMNS))])
    while True:
        cursor.execute(
            f"SELECT t.id, e.nip, {names} FROM {TABLE} t"  # noqa: S608  names are our own
            " JOIN positions_employee e ON e.agency_id = t.agency_id AND e.id = t.employee_id"
            " WHERE t.agency_id = %s AND t.id > %s AND t.service_years_hash = '' ORDER BY t.id LIMIT %s",
            [agency, last, BATCH],
        )
        rows = cursor.fetchall()
        if not rows:
            return
        tokens = [
            [encrypt(row[place]) if row[place] else row[place] for row in rows]
            for place, _name in enumerate(COLUMNS, start=2)
        ]
        hashes = [
            [bound_hash(row[1], name, row[place]) if row[place] else "" for row in rows]
            for place, name in enumerate(COLUMNS, start=2)
        ]
        cursor.execute(
            f"UPDATE {TABLE} t SET {sets}"  # noqa: S608
            f" FROM unnest({arrays}) AS new(id, {', '.join((*COLUMNS, *HASHES))})"
            " WHERE t.agency_id = %s AND t.id = new.id",
            [[row[0] for row in rows], *tokens, *hashes, agency],
        )
        last = rows[-1][0]


def hashes(name):
    return models.CharField(blank=True, db_default="", default="", editable=False, max_length=64, verbose_name=name)


class Migration(migrations.Migration):
    dependencies = [
        ("positions", "0052_sealed_predicates"),
    ]

    operations = [
        migrations.RunPython(detach, migrations.RunPython.noop),
        migrations.RunSQL(BOUNDS, migrations.RunSQL.noop),
        migrations.RemoveConstraint(model_name="salaryincrement", name="increment_months_below_12"),
        migrations.RemoveConstraint(model_name="salaryincrement", name="increment_service_years"),
        migrations.AddField("salaryincrement", "service_years_hash", hashes("sidik MKG (tahun)")),
        migrations.AddField("salaryincrement", "service_months_hash", hashes("sidik MKG (bulan)")),
        migrations.AddField("salaryincrement", "decree_hash", hashes("sidik nomor SK")),
        migrations.AddField("salaryincrement", "decree_on_hash", hashes("sidik tanggal SK")),
        migrations.AlterField(
            "salaryincrement",
            "service_years",
            asnhr.crypto.EncryptedSmallIntegerField(verbose_name="MKG (tahun)"),
        ),
        migrations.AlterField(
            "salaryincrement",
            "service_months",
            asnhr.crypto.EncryptedSmallIntegerField(default=0, verbose_name="MKG (bulan)"),
        ),
        migrations.AlterField(
            "salaryincrement",
            "decree",
            asnhr.crypto.EncryptedCharField(blank=True, bound=True, max_length=120, verbose_name="nomor SK"),
        ),
        migrations.AlterField(
            "salaryincrement",
            "decree_on",
            asnhr.crypto.EncryptedDateField(blank=True, bound=True, null=True, verbose_name="tanggal SK"),
        ),
        migrations.RunPython(attach, migrations.RunPython.noop),
        migrations.RunPython(encrypt_rows, migrations.RunPython.noop),
    ]
