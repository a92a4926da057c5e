"""What people write to explain a correction, and officers beside a legal standing, is encrypted, with a keyed hash beside
each: it tells of family, illness, crime and sanctions. The trail takes it as salted hashes from now on; what stands in it
from before stays (docs/decisions/0031).
"""

from django.db import migrations, models

import asnhr.crypto
from asnhr.crypto import encrypt, hash_of

TOKENS = (
    ("positions_changerequest", "explanation"), ("positions_changerequest", "reason"), ("positions_standingrecord", "note"),
)  # fmt: skip
# Secret columns of the trail (=: compared and hashed by the other) and columns left out; as positions/audit.py says.
ATTACHED = {
    "positions_changerequest": (
        "before proposed explanation=explanation_hash reason=reason_hash",
        "explanation_hash reason_hash",
    ),
    "positions_standingrecord": ("note=note_hash", "note_hash"),
}
BEFORE = {"positions_changerequest": ("before proposed explanation", ""), "positions_standingrecord": ("", "")}
# They would refuse what was decided, and compute standings that do not change.
RESTING = (
    ("positions_changerequest", "change_request_guard"),
    ("positions_standingrecord", "standing_recorded_update"),
)
BATCH = 1000

# A decided request stays as it is; its text is another token under another key, and goes when its time is over.
GUARD = """
CREATE OR REPLACE FUNCTION positions_changerequest_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE own_nip text;
BEGIN
    SELECT nip INTO own_nip FROM positions_employee WHERE agency_id = NEW.agency_id AND id = NEW.employee_id;
    IF TG_OP = 'INSERT' AND NOT EXISTS (SELECT FROM asnhr_user WHERE id = NEW.requested_by_id AND nip = own_nip) THEN
        RAISE EXCEPTION 'Usul perbaikan diajukan oleh pemilik datanya.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'change_request_own_file';
    END IF;
    IF EXISTS (SELECT FROM asnhr_user WHERE id = NEW.decided_by_id AND nip = own_nip) THEN
        RAISE EXCEPTION 'Usul sendiri diputuskan oleh orang lain.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'change_request_not_own';
    END IF;
    IF TG_OP = 'UPDATE' AND OLD.state <> 'menunggu' AND (
        (NEW.state, NEW.employee_id, NEW.target, NEW.object_id, NEW.decided_by_id, NEW.decided_at)
            IS DISTINCT FROM
            (OLD.state, OLD.employee_id, OLD.target, OLD.object_id, OLD.decided_by_id, OLD.decided_at)
        OR (OLD.emptied_at IS NOT NULL AND NEW.emptied_at IS DISTINCT FROM OLD.emptied_at)
        OR (NEW.emptied_at IS NULL AND (NEW.explanation_hash, NEW.reason_hash)
            IS DISTINCT FROM (OLD.explanation_hash, OLD.reason_hash))) THEN
        RAISE EXCEPTION 'Usul yang sudah diputuskan tidak diubah lagi.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'change_request_decided_once';
    END IF;
    RETURN NEW;
END $$;
"""


def attach(apps, schema_editor, said=ATTACHED):
    with schema_editor.connection.cursor() as cursor:
        for table, (secrets, skipped) in said.items():
            cursor.execute(
                "SELECT audit_attach(%s::regclass, 'full', %s::text[], %s::text[])",
                [table, secrets.split(), skipped.split()],
            )


def attach_before(apps, schema_editor):
    attach(apps, schema_editor, BEFORE)


def encrypt_rows(apps, schema_editor):
    """The trail writes the hashes down, so that it and the register agree again; the clear values it is left with are
    sealed as secrets and destroyed as such."""
    with schema_editor.connection.cursor() as cursor:
        # Keys that wait for the commit would forbid what is altered here.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SELECT current_setting('asnhr.agency', true), current_setting('asnhr.reason', true)")
        agency_before, reason_before = cursor.fetchone()
        cursor.execute("SELECT set_config('asnhr.reason', 'enkripsi kolom', true)")
        for table, trigger in RESTING:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER {trigger}")
        cursor.execute("SELECT id FROM asnhr_agency ORDER BY id")
        for (agency,) in cursor.fetchall():
            cursor.execute("SELECT set_config('asnhr.agency', %s, true)", [str(agency)])
            for table, name in TOKENS:
                encrypt_table(cursor, agency, table, name)
        for table, trigger in RESTING:
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER {trigger}")
        cursor.execute(
            "SELECT set_config('asnhr.agency', %s, true), set_config('asnhr.reason', %s, true)",
            [agency_before or "", reason_before or ""],
        )


def encrypt_table(cursor, agency, table, name):
    """A text that has its hash is encrypted already."""
    last = 0
    while True:
        cursor.execute(
            f"SELECT id, {name} FROM {table} WHERE agency_id = %s AND id > %s AND {name} <> '' AND {name}_hash = ''"  # noqa: S608  names are our own
            " ORDER BY id LIMIT %s",
            [agency, last, BATCH],
        )
        rows = cursor.fetchall()
        if not rows:
            return
        cursor.execute(
            f"UPDATE {table} t SET {name} = new.token, {name}_hash = new.hash"  # noqa: S608
            " FROM unnest(%s::bigint[], %s::text[], %s::text[]) AS new(id, token, hash)"
            " WHERE t.agency_id = %s AND t.id = new.id",
            [[pk for pk, _ in rows], [encrypt(text) for _, text in rows], [hash_of(text) for _, text in rows], agency],
        )
        last = rows[-1][0]


def hashes(name):
    return models.CharField(blank=True, db_default="", default="", editable=False, max_length=64, verbose_name=name)


class Migration(migrations.Migration):
    dependencies = [
        ("positions", "0044_day_of_units"),
    ]

    operations = [
        migrations.RemoveConstraint(model_name="changerequest", name="change_request_refused_with_reason"),
        migrations.RemoveConstraint(model_name="changerequest", name="change_request_explained"),
        migrations.AddField("changerequest", "explanation_hash", hashes("sidik penjelasan")),
        migrations.AddField("changerequest", "reason_hash", hashes("sidik alasan keputusan")),
        migrations.AddField(
            "changerequest",
            "emptied_at",
            models.DateTimeField(blank=True, editable=False, null=True, verbose_name="isi dimusnahkan pada"),
        ),
        migrations.AddField("standingrecord", "note_hash", hashes("sidik keterangan")),
        migrations.AlterField(
            "changerequest",
            "explanation",
            asnhr.crypto.EncryptedCharField(max_length=2000, verbose_name="penjelasan"),
        ),
        migrations.AlterField(
            "changerequest",
            "reason",
            asnhr.crypto.EncryptedCharField(blank=True, max_length=2000, verbose_name="alasan keputusan"),
        ),
        migrations.AlterField(
            "standingrecord",
            "note",
            asnhr.crypto.EncryptedCharField(blank=True, max_length=200, verbose_name="keterangan"),
        ),
        migrations.RunPython(attach, attach_before),
        migrations.RunPython(encrypt_rows, migrations.RunPython.noop),
        migrations.RunSQL(GUARD, migrations.RunSQL.noop),
        migrations.AddConstraint(
            model_name="changerequest",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "ditolak"), _negated=True),
                    models.Q(("reason", ""), _negated=True),
                    ("emptied_at__isnull", False),
                    _connector="OR",
                ),
                name="change_request_refused_with_reason",
            ),
        ),
        migrations.AddConstraint(
            model_name="changerequest",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("explanation", ""), _negated=True), ("emptied_at__isnull", False), _connector="OR"
                ),
                name="change_request_explained",
            ),
        ),
        migrations.AddConstraint(
            model_name="changerequest",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("emptied_at__isnull", True),
                    models.Q(("decided_at__isnull", False), ("explanation", ""), ("reason", "")),
                    _connector="OR",
                ),
                name="change_request_emptied_once_decided",
            ),
        ),
    ]
