"""Why a sealed value is asked for and decided on is a code of a list; what was written freely until now is encrypted, as
what is said beside the codes is from now on. The trail takes that as salted hashes; what stands in it from before stays
(docs/decisions/0031).
"""

from django.db import migrations, models

import asnhr.crypto
from asnhr.crypto import encrypt, hash_of

TABLE = "audit_opening"
TEXTS = ("note", "decision_note")
EARLIER = "lama"
PURPOSES = [
    ("pemeriksaan", "Pemeriksaan Inspektorat, BPK, atau auditor"),
    ("sengketa", "Pengaduan, keberatan, atau sengketa pegawai"),
    ("penegak-hukum", "Perintah pengadilan atau penegak hukum"),
    ("pemulihan", "Memulihkan data yang salah diubah atau dihapus"),
    ("permintaan-pegawai", "Atas permintaan pegawai"),
    ("insiden", "Penanganan insiden data pribadi"),
    (EARLIER, "Ditulis bebas, sebelum ada daftarnya"),
]
REASONS = [
    ("sesuai-tugas", "Sesuai tugas peminta"),
    ("dasar-cukup", "Dasar permintaannya cukup"),
    ("di-luar-tugas", "Di luar tugas peminta"),
    ("dasar-kurang", "Dasar permintaannya kurang"),
    ("cara-lain", "Dapat dijawab tanpa membuka nilai"),
    (EARLIER, "Ditulis bebas, sebelum ada daftarnya"),
]


def detach(apps, schema_editor):
    """Columns that change their names and types are no change of what is known."""
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
    """The trail writes codes and hashes down, so that it and the register agree again."""
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
    """A request that has its code is written anew already."""
    cursor.execute(
        f"SELECT id, {', '.join(TEXTS)} FROM {TABLE} WHERE agency_id = %s AND purpose = '' ORDER BY id",  # noqa: S608  names are our own
        [agency],
    )
    sets = ", ".join(f"{name} = %s, {name}_hash = %s" for name in TEXTS)
    for pk, *texts in cursor.fetchall():
        told = [each for text in texts for each in (encrypt(text) if text else text, hash_of(text))]
        cursor.execute(
            f"UPDATE {TABLE} SET {sets}, purpose = %s, reason = CASE verdict WHEN 'menunggu' THEN '' ELSE %s END"  # noqa: S608
            " WHERE agency_id = %s AND id = %s",
            [*told, EARLIER, EARLIER, agency, pk],
        )


def hashes(name):
    return models.CharField(blank=True, db_default="", default="", editable=False, max_length=64, verbose_name=name)


class Migration(migrations.Migration):
    dependencies = [("asnhr", "0029_proof_head")]

    operations = [
        migrations.RunPython(detach, migrations.RunPython.noop),
        migrations.RenameField("auditopening", "purpose", "note"),
        migrations.RenameField("auditopening", "reason", "decision_note"),
        migrations.AlterField(
            "auditopening",
            "note",
            asnhr.crypto.EncryptedCharField(blank=True, max_length=300, verbose_name="keterangan permintaan"),
        ),
        migrations.AlterField(
            "auditopening",
            "decision_note",
            asnhr.crypto.EncryptedCharField(blank=True, max_length=300, verbose_name="keterangan keputusan"),
        ),
        migrations.AddField("auditopening", "note_hash", hashes("sidik keterangan permintaan")),
        migrations.AddField("auditopening", "decision_note_hash", hashes("sidik keterangan keputusan")),
        migrations.AddField(
            "auditopening",
            "purpose",
            models.CharField(choices=PURPOSES, default="", max_length=20, verbose_name="keperluan"),
            preserve_default=False,
        ),
        migrations.AddField(
            "auditopening",
            "reason",
            models.CharField(blank=True, choices=REASONS, default="", max_length=20, verbose_name="alasan keputusan"),
            preserve_default=False,
        ),
        migrations.RunPython(attach, migrations.RunPython.noop),
        migrations.RunPython(encrypt_rows, migrations.RunPython.noop),
    ]
