"""The family is encrypted by column as a whole, with hashes bound to the person; what only the database could say of
clear columns the model says, and one father and one mother hold by a hash of their own.

The trail writes the new hashes down, so that it and the register agree again; the clear values that leave the register
are sealed as secrets and destroyed as such.
"""

import django.core.validators
from django.db import migrations, models

import asnhr.crypto
from asnhr.crypto import bound_hash, decrypt, encrypt

TABLE = "positions_familymember"
# Encrypted since 0033, with hashes that were the same for equal values of two people.
TOKENS = ("name", "birth_place", "birth_date", "occupation", "nip", "marriage_number")
CLEAR = ("relation", "child_kind", "sex", "on_payroll", "married_on", "divorced_on", "died_on")
# Every token of a code is as long as the longest.
CODES, CODE = ("relation", "child_kind"), 8
PARENTS = ("ayah", "ibu")
FACTS = (
    "relation", "child_kind", "name", "sex", "birth_place", "birth_date", "occupation", "nip", "on_payroll", "married_on",
    "marriage_number", "divorced_on", "died_on",
)  # fmt: skip
# Secret columns of the trail (=: compared and hashed by the other) and columns left out; as positions/audit.py says.
AFTER = ([f"{name}={name}_hash" for name in FACTS], [*(f"{name}_hash" for name in FACTS), "parent_hash"])
BEFORE = (
    [f"{name}={name}_hash" if name in TOKENS else name for name in FACTS], [f"{name}_hash" for name in TOKENS],
)  # fmt: skip
BATCH = 1000
SWITCH = {"true": "1", "false": "0"}


def attach(apps, schema_editor, said=AFTER):
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT audit_attach(%s::regclass, 'full', %s::text[], %s::text[])", [TABLE, *said])


def attach_before(apps, schema_editor):
    attach(apps, schema_editor, BEFORE)


def encrypt_rows(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        # Keys that wait for the commit would forbid the constraints that are added below.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SELECT current_setting('asnhr.agency', true), current_setting('asnhr.reason', true)")
        agency_before, reason_before = cursor.fetchone()
        cursor.execute("SELECT set_config('asnhr.reason', 'enkripsi kolom', true)")
        cursor.execute("SELECT id FROM asnhr_agency ORDER BY id")
        for (agency,) in cursor.fetchall():
            cursor.execute("SELECT set_config('asnhr.agency', %s, true)", [str(agency)])
            encrypt_family(cursor, agency)
        cursor.execute(
            "SELECT set_config('asnhr.agency', %s, true), set_config('asnhr.reason', %s, true)",
            [agency_before or "", reason_before or ""],
        )


def encrypt_family(cursor, agency):
    """A row whose relation has its hash is encrypted already."""
    columns = [*CLEAR, *(f"{name}_hash" for name in FACTS), "parent_hash"]
    sets = ", ".join(f"{name} = new.{name}" for name in columns)
    given = ", ".join(["%s::bigint[]", *["%s::text[]"] * len(columns)])
    last = 0
    while True:
        cursor.execute(
            f"SELECT f.id, e.nip, {', '.join(f'f.{name}' for name in FACTS)} FROM {TABLE} f"  # noqa: S608  names are our own
            " JOIN positions_employee e ON e.agency_id = f.agency_id AND e.id = f.employee_id"
            " WHERE f.agency_id = %s AND f.id > %s AND f.relation_hash = '' ORDER BY f.id LIMIT %s",
            [agency, last, BATCH],
        )
        rows = cursor.fetchall()
        if not rows:
            return
        told = [sealed(nip, dict(zip(FACTS, values, strict=True))) for _pk, nip, *values in rows]
        cursor.execute(
            f"UPDATE {TABLE} t SET {sets} FROM unnest({given}) AS new(id, {', '.join(columns)})"  # noqa: S608
            " WHERE t.agency_id = %s AND t.id = new.id",
            [[row[0] for row in rows], *([each[name] for each in told] for name in columns), agency],
        )
        last = rows[-1][0]


def sealed(nip, row):
    """Return what stands in the columns of a row from now on."""
    new = {}
    for name in FACTS:
        value = row[name]
        text = "" if value in (None, "") else decrypt(value) if name in TOKENS else SWITCH.get(value, value)
        if name in CODES and text:
            text = text.ljust(CODE)
        new[f"{name}_hash"] = bound_hash(nip, name, text) if text else ""
        if name in CLEAR:
            new[name] = encrypt(text) if text else value
    relation = row["relation"]
    return new | {"parent_hash": bound_hash(nip, "parent", relation) if relation in PARENTS else ""}


def hashes(name):
    return models.CharField(blank=True, db_default="", default="", editable=False, max_length=64, verbose_name=name)


def text(name, length, **more):
    return asnhr.crypto.EncryptedCharField(bound=True, max_length=length, verbose_name=name, **more)


def code(name, **more):
    return asnhr.crypto.EncryptedCodesField(max_length=CODE, verbose_name=name, **more)


def day(name):
    return asnhr.crypto.EncryptedDateField(blank=True, bound=True, null=True, verbose_name=name)


RELATIONS = [("pasangan", "Suami/istri"), ("anak", "Anak"), ("ayah", "Ayah"), ("ibu", "Ibu")]
CHILDREN = [("kandung", "Kandung"), ("tiri", "Tiri"), ("angkat", "Angkat")]
SEXES = [("M", "Laki-laki"), ("F", "Perempuan")]
NIP = django.core.validators.RegexValidator("^[0-9]{18}$", "NIP harus 18 angka.")


class Migration(migrations.Migration):
    dependencies = [
        ("positions", "0049_sealed_agenda"),
    ]

    operations = [
        migrations.RemoveConstraint("familymember", "family_member_once"),
        migrations.RemoveConstraint("familymember", "family_one_father_one_mother"),
        migrations.RemoveConstraint("familymember", "family_child_has_kind"),
        migrations.RemoveConstraint("familymember", "family_marriage_of_spouse"),
        migrations.RemoveConstraint("familymember", "family_divorce_after_marriage"),
        migrations.AddField("familymember", "relation_hash", hashes("sidik hubungan")),
        migrations.AddField("familymember", "child_kind_hash", hashes("sidik status anak")),
        migrations.AddField("familymember", "sex_hash", hashes("sidik jenis kelamin")),
        migrations.AddField("familymember", "on_payroll_hash", hashes("sidik daftar gaji")),
        migrations.AddField("familymember", "married_on_hash", hashes("sidik tanggal nikah")),
        migrations.AddField("familymember", "divorced_on_hash", hashes("sidik tanggal cerai")),
        migrations.AddField("familymember", "died_on_hash", hashes("sidik tanggal meninggal")),
        migrations.AddField("familymember", "parent_hash", hashes("sidik ayah atau ibu")),
        migrations.AlterField("familymember", "relation", code("hubungan", choices=RELATIONS)),
        migrations.AlterField("familymember", "child_kind", code("status anak", blank=True, choices=CHILDREN)),
        migrations.AlterField("familymember", "name", text("nama", 150)),
        migrations.AlterField("familymember", "sex", text("jenis kelamin", 1, blank=True, choices=SEXES)),
        migrations.AlterField("familymember", "birth_place", text("tempat lahir", 100, blank=True)),
        migrations.AlterField("familymember", "birth_date", day("tanggal lahir")),
        migrations.AlterField("familymember", "occupation", text("pekerjaan", 100, blank=True)),
        migrations.AlterField("familymember", "nip", text("NIP bila ASN", 18, blank=True, validators=[NIP])),
        migrations.AlterField(
            "familymember",
            "on_payroll",
            asnhr.crypto.EncryptedBooleanField(default=False, verbose_name="masuk daftar gaji"),
        ),
        migrations.AlterField("familymember", "married_on", day("tanggal nikah")),
        migrations.AlterField("familymember", "marriage_number", text("nomor akta nikah", 60, blank=True)),
        migrations.AlterField("familymember", "divorced_on", day("tanggal cerai")),
        migrations.AlterField("familymember", "died_on", day("tanggal meninggal")),
        migrations.RunPython(attach, attach_before),
        migrations.RunPython(encrypt_rows, migrations.RunPython.noop),
        migrations.AddConstraint(
            "familymember",
            models.UniqueConstraint(
                fields=("agency", "employee", "relation_hash", "name_hash", "birth_date_hash"),
                name="family_member_once",
                violation_error_message="Anggota keluarga ini sudah tercatat.",
            ),
        ),
        migrations.AddConstraint(
            "familymember",
            models.UniqueConstraint(
                condition=models.Q(("parent_hash", ""), _negated=True),
                fields=("agency", "employee", "parent_hash"),
                name="family_one_father_one_mother",
                violation_error_message="Ayah atau ibu pegawai ini sudah tercatat.",
            ),
        ),
    ]
