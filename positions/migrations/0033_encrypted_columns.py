"""Family and the story of a sanction are encrypted by column, with a keyed hash beside each."""

import django.core.validators
from django.db import migrations, models

import asnhr.crypto
from asnhr.crypto import encrypt, hash_of

FAMILY = (
    "relation child_kind name=name_hash sex birth_place=birth_place_hash birth_date=birth_date_hash"
    " occupation=occupation_hash nip=nip_hash on_payroll married_on marriage_number=marriage_number_hash divorced_on died_on"
)
SANCTION = (
    "decree decree_on sanction state starts_on years months ends_on regulation reason_code reason=reason_hash rank_before"
    " rank revoked_decree revoked_on note=note_hash"
)
TOKENS = {
    "positions_familymember": ("name", "birth_place", "birth_date", "occupation", "nip", "marriage_number"),
    "positions_discipline": ("reason", "note"),
}


def detach(apps, schema_editor):
    """What becomes a token is no change of what is known."""
    with schema_editor.connection.cursor() as cursor:
        for table in TOKENS:
            cursor.execute("SELECT audit_detach(%s::regclass)", [table])


def encrypt_rows(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        # Keys that wait for the commit would forbid the constraint that is added below.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SELECT current_setting('asnhr.agency', true)")
        before = cursor.fetchone()[0] or ""
        cursor.execute("SELECT id FROM asnhr_agency ORDER BY id")
        for (agency,) in cursor.fetchall():
            cursor.execute("SELECT set_config('asnhr.agency', %s, true)", [str(agency)])
            for table, columns in TOKENS.items():
                cursor.execute(f"SELECT id, {', '.join(columns)} FROM {table} WHERE agency_id = %s", [agency])  # noqa: S608  names are our own
                sets = ", ".join(f"{name} = %s, {name}_hash = %s" for name in columns)
                for pk, *values in cursor.fetchall():
                    told = [each for value in values for each in (encrypt(value) if value else value, hash_of(value))]
                    cursor.execute(f"UPDATE {table} SET {sets} WHERE agency_id = %s AND id = %s", [*told, agency, pk])  # noqa: S608
        cursor.execute("SELECT set_config('asnhr.agency', %s, true)", [before])


def attach(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        for table, secrets in (("positions_familymember", FAMILY), ("positions_discipline", SANCTION)):
            cursor.execute(
                "SELECT audit_attach(%s::regclass, 'full', %s::text[], %s::text[])",
                [table, secrets.split(), [f"{name}_hash" for name in TOKENS[table]]],
            )


class Migration(migrations.Migration):
    dependencies = [
        ("positions", "0032_destroyable_trail"),
    ]

    operations = [
        migrations.RunPython(detach, migrations.RunPython.noop),
        migrations.RemoveConstraint(
            model_name="familymember",
            name="family_member_once",
        ),
        migrations.RemoveConstraint(
            model_name="familymember",
            name="family_death_after_birth",
        ),
        migrations.RemoveConstraint(
            model_name="familymember",
            name="family_nip_18_digits",
        ),
        migrations.AddField(
            model_name="discipline",
            name="note_hash",
            field=models.CharField(
                blank=True, db_default="", default="", editable=False, max_length=64, verbose_name="sidik keterangan"
            ),
        ),
        migrations.AddField(
            model_name="discipline",
            name="reason_hash",
            field=models.CharField(
                blank=True, db_default="", default="", editable=False, max_length=64, verbose_name="sidik alasan"
            ),
        ),
        migrations.AddField(
            model_name="familymember",
            name="birth_date_hash",
            field=models.CharField(
                blank=True, db_default="", default="", editable=False, max_length=64, verbose_name="sidik tanggal lahir"
            ),
        ),
        migrations.AddField(
            model_name="familymember",
            name="birth_place_hash",
            field=models.CharField(
                blank=True, db_default="", default="", editable=False, max_length=64, verbose_name="sidik tempat lahir"
            ),
        ),
        migrations.AddField(
            model_name="familymember",
            name="marriage_number_hash",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                editable=False,
                max_length=64,
                verbose_name="sidik nomor akta nikah",
            ),
        ),
        migrations.AddField(
            model_name="familymember",
            name="name_hash",
            field=models.CharField(
                blank=True, db_default="", default="", editable=False, max_length=64, verbose_name="sidik nama"
            ),
        ),
        migrations.AddField(
            model_name="familymember",
            name="nip_hash",
            field=models.CharField(
                blank=True, db_default="", default="", editable=False, max_length=64, verbose_name="sidik NIP"
            ),
        ),
        migrations.AddField(
            model_name="familymember",
            name="occupation_hash",
            field=models.CharField(
                blank=True, db_default="", default="", editable=False, max_length=64, verbose_name="sidik pekerjaan"
            ),
        ),
        migrations.AlterField(
            model_name="discipline",
            name="note",
            field=asnhr.crypto.EncryptedCharField(blank=True, max_length=2000, verbose_name="keterangan"),
        ),
        migrations.AlterField(
            model_name="discipline",
            name="reason",
            field=asnhr.crypto.EncryptedCharField(blank=True, max_length=250, verbose_name="alasan"),
        ),
        migrations.AlterField(
            model_name="familymember",
            name="birth_date",
            field=asnhr.crypto.EncryptedDateField(blank=True, null=True, verbose_name="tanggal lahir"),
        ),
        migrations.AlterField(
            model_name="familymember",
            name="birth_place",
            field=asnhr.crypto.EncryptedCharField(blank=True, max_length=100, verbose_name="tempat lahir"),
        ),
        migrations.AlterField(
            model_name="familymember",
            name="marriage_number",
            field=asnhr.crypto.EncryptedCharField(blank=True, max_length=60, verbose_name="nomor akta nikah"),
        ),
        migrations.AlterField(
            model_name="familymember",
            name="name",
            field=asnhr.crypto.EncryptedCharField(max_length=150, verbose_name="nama"),
        ),
        migrations.AlterField(
            model_name="familymember",
            name="nip",
            field=asnhr.crypto.EncryptedCharField(
                blank=True,
                max_length=18,
                validators=[django.core.validators.RegexValidator("^[0-9]{18}$", "NIP harus 18 angka.")],
                verbose_name="NIP bila ASN",
            ),
        ),
        migrations.AlterField(
            model_name="familymember",
            name="occupation",
            field=asnhr.crypto.EncryptedCharField(blank=True, max_length=100, verbose_name="pekerjaan"),
        ),
        migrations.RunPython(encrypt_rows, migrations.RunPython.noop),
        migrations.RunPython(attach, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name="familymember",
            constraint=models.UniqueConstraint(
                fields=("agency", "employee", "relation", "name_hash", "birth_date_hash"),
                name="family_member_once",
                violation_error_message="Anggota keluarga ini sudah tercatat.",
            ),
        ),
    ]
