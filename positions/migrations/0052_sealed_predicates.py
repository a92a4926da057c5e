"""What came of a yearly appraisal is encrypted by column, with a bound keyed hash beside each number: five predicates
are told apart by how often they occur. The trail takes them as salted hashes from now on; what stands in it from before
stays (docs/decisions/0031). Documents that tell a predicate ask its permission. Lists and reports of imports that are
kept, which told predicates, keep the row and no value.
"""

from decimal import Decimal

from django.db import migrations, models

import asnhr.crypto
from asnhr.crypto import bound_hash, encrypt

TABLE = "positions_yearlypredicate"
# Column -> the text of its value, as the field's `text_of` has it.
COLUMNS = {"result": str, "behaviour": str, "predicate": str, "points": lambda value: f"{Decimal(value):.2f}"}
HASHES = [f"{name}_hash" for name in COLUMNS]
SECRETS = [f"{name}={name}_hash" for name in COLUMNS]
BATCH = 1000
# Bounds of the clear type, which Django takes for those of the new one.
BOUNDS = "; ".join(
    f"ALTER TABLE {TABLE} DROP CONSTRAINT {TABLE}_{name}_check" for name in ("result", "behaviour", "predicate")
)
# Kinds of documents that tell a predicate.
KINDS = ("skp", "evaluasi")
JOBS = """
UPDATE asnhr_importjob SET details = '{}', changes = changes - 'details' - 'lines', report = (
    SELECT coalesce(jsonb_agg(CASE WHEN jsonb_array_length(r -> 'problems') > 0 THEN r || jsonb_build_object('problems', (
            SELECT jsonb_agg(p || '{"value": "…"}'
                || CASE WHEN p ->> 'code' IN ('KOREKSI', 'PREDIKAT_MATRIKS') THEN '{"cause": "…"}'::jsonb ELSE '{}' END)
            FROM jsonb_array_elements(r -> 'problems') p)) ELSE r END ORDER BY place), '[]')
    FROM jsonb_array_elements(report) WITH ORDINALITY AS x(r, place))
WHERE agency_id = %s AND kind = 'predicates' AND file_deleted_at IS NULL
"""


def attach(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(
            "SELECT audit_attach(%s::regclass, 'full', %s::text[], %s::text[])", [TABLE, SECRETS, HASHES]
        )  # fmt: skip


def attach_before(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT audit_attach(%s::regclass, 'full')", [TABLE])


def encrypt_rows(apps, schema_editor):
    """Agency by agency, as row security has it. The trail writes the hashes down, so that it and the register agree
    again; the clear values it is left with are sealed as secrets."""
    with schema_editor.connection.cursor() as cursor:
        # Keys that wait for the commit would forbid what is altered later in this transaction.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SELECT current_setting('asnhr.agency', true), current_setting('asnhr.reason', true)")
        agency_before, reason_before = cursor.fetchone()
        cursor.execute("SELECT set_config('asnhr.reason', 'enkripsi kolom', true)")
        cursor.execute("SELECT id FROM asnhr_agency ORDER BY id")
        for (agency,) in cursor.fetchall():
            cursor.execute("SELECT set_config('asnhr.agency', %s, true)", [str(agency)])
            encrypt_agency(cursor, agency)
            cursor.execute(JOBS, [agency])
        cursor.execute(
            "SELECT set_config('asnhr.agency', %s, true), set_config('asnhr.reason', %s, true)",
            [agency_before or "", reason_before or ""],
        )


def encrypt_agency(cursor, agency):
    """A row whose predicate has its hash is encrypted already."""
    last = 0
    while True:
        cursor.execute(
            f"SELECT t.id, e.nip, {', '.join(f't.{name}' for name in COLUMNS)} FROM {TABLE} t"  # noqa: S608  names are our own
            " JOIN positions_employee e ON e.agency_id = t.agency_id AND e.id = t.employee_id"
            " WHERE t.agency_id = %s AND t.id > %s AND t.predicate_hash = '' ORDER BY t.id LIMIT %s",
            [agency, last, BATCH],
        )
        rows = cursor.fetchall()
        if not rows:
            return
        last = rows[-1][0]
        arrays = [[row[0] for row in rows]]
        for place, (name, text_of) in enumerate(COLUMNS.items(), start=2):
            known = [(row[1], None if row[place] is None else text_of(row[place])) for row in rows]
            arrays.append([None if text is None else encrypt(text) for _nip, text in known])
            arrays.append(["" if text is None else bound_hash(nip, name, text) for nip, text in known])
        pairs = [name for column in COLUMNS for name in (column, f"{column}_hash")]
        cursor.execute(
            f"UPDATE {TABLE} t SET {', '.join(f'{name} = n.{name}' for name in pairs)}"  # noqa: S608
            f" FROM unnest(%s::bigint[]{', %s::text[]' * len(pairs)}) AS n(id, {', '.join(pairs)})"
            " WHERE t.agency_id = %s AND t.id = n.id",
            [*arrays, agency],
        )


def ask(apps, schema_editor):
    apps.get_model("positions", "DocumentKind").objects.filter(code__in=KINDS).update(permission="view_assessment")


def ask_before(apps, schema_editor):
    apps.get_model("positions", "DocumentKind").objects.filter(code__in=KINDS).update(permission="view_register")


def hashes(name):
    return models.CharField(blank=True, db_default="", default="", editable=False, max_length=64, verbose_name=name)


def rating(name):
    return asnhr.crypto.EncryptedSmallIntegerField(
        blank=True,
        choices=[(1, "Di atas ekspektasi"), (2, "Sesuai ekspektasi"), (3, "Di bawah ekspektasi")],
        error_messages={"invalid_choice": "Penilaian hasil dan perilaku kerja 1 sampai 3."},
        null=True,
        verbose_name=name,
    )


class Migration(migrations.Migration):
    dependencies = [
        ("positions", "0051_sealed_documents"),
    ]

    operations = [
        migrations.RemoveConstraint("yearlypredicate", "predicate_1_to_5"),
        migrations.RemoveConstraint("yearlypredicate", "predicate_ratings_1_to_3"),
        migrations.AddField("yearlypredicate", "result_hash", hashes("sidik hasil kerja")),
        migrations.AddField("yearlypredicate", "behaviour_hash", hashes("sidik perilaku kerja")),
        migrations.AddField("yearlypredicate", "predicate_hash", hashes("sidik predikat kinerja")),
        migrations.AddField("yearlypredicate", "points_hash", hashes("sidik nilai")),
        migrations.RunSQL(BOUNDS, migrations.RunSQL.noop),
        migrations.AlterField("yearlypredicate", "result", rating("hasil kerja")),
        migrations.AlterField("yearlypredicate", "behaviour", rating("perilaku kerja")),
        migrations.AlterField(
            "yearlypredicate",
            "predicate",
            asnhr.crypto.EncryptedSmallIntegerField(
                choices=[(1, "Sangat Baik"), (2, "Baik"), (3, "Butuh Perbaikan"), (4, "Kurang"), (5, "Sangat Kurang")],
                error_messages={"invalid_choice": "Predikat kinerja 1 (Sangat Baik) sampai 5 (Sangat Kurang)."},
                verbose_name="predikat kinerja",
            ),
        ),
        migrations.AlterField(
            "yearlypredicate",
            "points",
            asnhr.crypto.EncryptedDecimalField(
                blank=True, decimal_places=2, max_digits=5, null=True, verbose_name="nilai"
            ),
        ),
        migrations.RunPython(attach, attach_before),
        migrations.RunPython(encrypt_rows, migrations.RunPython.noop),
        migrations.RunPython(ask, ask_before),
    ]
