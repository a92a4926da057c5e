"""All that a sanction says is encrypted, with a keyed hash beside each column that is bound to column and person; what the
database compared is checked by the model. The trail writes the hashes down, so that it and the register agree again; the
clear values that it is left with are sealed as secrets and destroyed with the others.
"""

import re

from django.db import migrations, models

import asnhr.crypto
from asnhr.crypto import bound_hash, encrypt

FACTS = (
    "decree", "decree_on", "sanction", "state", "starts_on", "years", "months", "ends_on", "regulation", "reason_code",
    "reason", "rank_before", "rank", "revoked_decree", "revoked_on", "note",
)  # fmt: skip
# Encrypted before, by their own hash.
BEFORE = ("reason", "note")
NOW = tuple(name for name in FACTS if name not in BEFORE)
BATCH = 1000
_BETWEEN = re.compile(r"[^A-Z0-9]+")


def attach_as(schema_editor, tokens):
    """`tokens`: the columns that are hashed by their keyed hash."""
    secrets = [f"{name}={name}_hash" if name in tokens else name for name in FACTS]
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(
            "SELECT audit_attach('positions_discipline'::regclass, 'full', %s::text[], %s::text[])",
            [secrets, [f"{name}_hash" for name in FACTS if name in tokens]],
        )


def attach(apps, schema_editor):
    attach_as(schema_editor, FACTS)


def attach_before(apps, schema_editor):
    attach_as(schema_editor, BEFORE)


def hash_of(name, nip, text):
    if name == "decree":
        # However it is spaced and punctuated, it is the same number.
        text = _BETWEEN.sub(" ", text.upper()).strip() or text
    return bound_hash(nip, name, text)


def encrypt_rows(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        # Keys that wait for the commit would forbid what is altered here.
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
    """A row whose kind has its hash is encrypted already."""
    last = 0
    while True:
        cursor.execute(
            f"SELECT d.id, e.nip, {', '.join(f'd.{name}' for name in NOW)} FROM positions_discipline d"  # noqa: S608  names are our own
            " JOIN positions_employee e ON e.agency_id = d.agency_id AND e.id = d.employee_id"
            " WHERE d.agency_id = %s AND d.id > %s AND d.sanction_hash = '' ORDER BY d.id LIMIT %s",
            [agency, last, BATCH],
        )
        rows = cursor.fetchall()
        if not rows:
            return
        lists = [[pk for pk, *_rest in rows]]
        for place, name in enumerate(NOW, start=2):
            lists.append([encrypt(row[place]) if row[place] else row[place] for row in rows])
            lists.append([hash_of(name, row[1], row[place]) if row[place] else "" for row in rows])
        given = ", ".join(f"{name}, {name}_hash" for name in NOW)
        cursor.execute(
            f"UPDATE positions_discipline d SET {', '.join(f'{n} = new.{n}, {n}_hash = new.{n}_hash' for n in NOW)}"  # noqa: S608
            f" FROM unnest(%s::bigint[], {', '.join(['%s::text[], %s::text[]'] * len(NOW))}) AS new(id, {given})"
            " WHERE d.agency_id = %s AND d.id = new.id",
            [*lists, agency],
        )
        last = rows[-1][0]


def hashed(name, words):
    """The column beside an encrypted one."""
    column = models.CharField(
        blank=True, db_default="", default="", editable=False, max_length=64, verbose_name=f"sidik {words}"
    )
    return migrations.AddField("discipline", f"{name}_hash", column)


def altered(name, kind, words, **more):
    return migrations.AlterField("discipline", name, kind(verbose_name=words, **more))


TEXT, NUMBER = asnhr.crypto.EncryptedCharField, asnhr.crypto.EncryptedSmallIntegerField
DAY = asnhr.crypto.EncryptedDateField
# As `positions.rules.discipline` had them.
KINDS = [
    ("1", "Teguran lisan"),
    ("2", "Teguran tertulis"),
    ("3", "Pernyataan tidak puas secara tertulis"),
    ("23", "Pemotongan tunjangan kinerja 25% selama 6 bulan"),
    ("24", "Pemotongan tunjangan kinerja 25% selama 9 bulan"),
    ("25", "Pemotongan tunjangan kinerja 25% selama 12 bulan"),
    ("27", "Penurunan jabatan setingkat lebih rendah selama 12 bulan"),
    ("28", "Pembebasan dari jabatan menjadi pelaksana selama 12 bulan"),
    ("4", "Hukuman sedang, peraturan lama (kode 4)"),
    ("5", "Hukuman sedang, peraturan lama (kode 5)"),
    ("6", "Hukuman sedang, peraturan lama (kode 6)"),
    ("7", "Hukuman sedang, peraturan lama (kode 7)"),
    ("8", "Hukuman sedang, peraturan lama (kode 8)"),
    ("9", "Hukuman berat, peraturan lama (kode 9)"),
    ("10", "Hukuman berat, peraturan lama (kode 10)"),
    ("11", "Hukuman berat, peraturan lama (kode 11)"),
    ("13", "Pemberhentian dengan hormat tidak atas permintaan sendiri"),
    ("14", "Pemberhentian tidak dengan hormat"),
    ("12", "Pengaktifan kembali"),
    ("21", "Sanksi moral terbuka"),
    ("22", "Sanksi moral tertutup"),
]
STATES = [("berlaku", "Berlaku"), ("ditangguhkan", "Ditangguhkan (banding)"), ("dibatalkan", "Dibatalkan")]
HASHES = {
    "decree": "nomor SK",
    "decree_on": "tanggal SK",
    "sanction": "jenis hukuman",
    "state": "keadaan",
    "starts_on": "TMT hukuman",
    "years": "masa (tahun)",
    "months": "masa (bulan)",
    "ends_on": "berakhir sebelum",
    "regulation": "peraturan",
    "reason_code": "kode alasan",
    "rank_before": "golongan sebelum hukuman",
    "rank": "golongan selama hukuman",
    "revoked_decree": "nomor SK pembatalan",
    "revoked_on": "tanggal SK pembatalan",
}


class Migration(migrations.Migration):
    dependencies = [
        ("positions", "0047_own_words_encrypted"),
    ]

    operations = [
        migrations.RemoveConstraint(model_name="discipline", name="discipline_ends_after_it_starts"),
        migrations.RemoveConstraint(model_name="discipline", name="discipline_known_sanction"),
        migrations.RemoveConstraint(model_name="discipline", name="discipline_timed_has_end"),
        migrations.RemoveConstraint(model_name="discipline", name="discipline_revoked_by_decree"),
        migrations.RemoveConstraint(model_name="discipline", name="discipline_has_decree"),
        migrations.RemoveConstraint(model_name="discipline", name="discipline_once"),
        # Bounds of whole numbers, which a token has not.
        migrations.RunSQL(
            [
                f"ALTER TABLE positions_discipline DROP CONSTRAINT positions_discipline_{name}_check"
                for name in ("years", "months", "rank_before", "rank")
            ],
            migrations.RunSQL.noop,
        ),
        *(hashed(name, words) for name, words in HASHES.items()),
        altered("decree", asnhr.crypto.EncryptedNumberField, "nomor SK", blank=True, bound=True, max_length=120),
        altered("decree_on", DAY, "tanggal SK", blank=True, bound=True, null=True),
        altered("sanction", TEXT, "jenis hukuman", bound=True, choices=KINDS, max_length=2),
        altered("state", TEXT, "keadaan", bound=True, choices=STATES, default="berlaku", max_length=12),
        altered("starts_on", DAY, "TMT hukuman", bound=True),
        altered("years", NUMBER, "masa (tahun)", default=0),
        altered("months", NUMBER, "masa (bulan)", default=0),
        altered("ends_on", DAY, "berakhir sebelum", blank=True, bound=True, null=True),
        altered("regulation", TEXT, "peraturan", bound=True, default="PP 94/2021", max_length=60),
        altered("reason_code", TEXT, "kode alasan", blank=True, bound=True, max_length=10),
        altered("rank_before", NUMBER, "golongan sebelum hukuman", blank=True, null=True),
        altered("rank", NUMBER, "golongan selama hukuman", blank=True, null=True),
        altered("revoked_decree", TEXT, "nomor SK pembatalan", blank=True, bound=True, max_length=120),
        altered("revoked_on", DAY, "tanggal SK pembatalan", blank=True, bound=True, null=True),
        migrations.RunPython(attach, attach_before),
        migrations.RunPython(encrypt_rows, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name="discipline",
            constraint=models.CheckConstraint(
                condition=models.Q(models.Q(("decree", ""), _negated=True), ("decree_on__isnull", False)),
                name="discipline_has_decree",
                violation_error_message="Hukuman disiplin wajib menyebut nomor dan tanggal SK.",
            ),
        ),
        migrations.AddConstraint(
            model_name="discipline",
            constraint=models.UniqueConstraint(
                fields=("agency", "employee", "decree_hash", "sanction_hash"),
                name="discipline_once",
                violation_error_message="Hukuman dengan nomor SK ini sudah tercatat.",
            ),
        ),
    ]
