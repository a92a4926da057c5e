"""Salts of sealed entries are encrypted like the values beside them: with a salt in clear, who reads the database
guesses a hashed sanction or day at once. What was sealed before this release is encrypted here, in batches; what still
waits for the sealer is left to it."""

from collections.abc import Callable
from typing import Any

from django.db import migrations

from asnhr import crypto

BATCH = 5000  # rows a statement
SALT = 16  # bytes of a salt in clear (a uuid); a token is longer

FUNCTION = r"""
DROP FUNCTION audit_lock_away(bigint[], text[]);
CREATE FUNCTION audit_lock_away(ids bigint[], salts text[], tokens text[]) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
-- Put encrypted salts and values in the place of clear ones (the sealer), or of older tokens (rotation of keys): both
-- or neither. What was destroyed meanwhile stays destroyed.
DECLARE
    done bigint;
BEGIN
    UPDATE audit_secret s SET salt = convert_to(new.salt, 'UTF8'), clear = new.token, sealed = true
    FROM unnest(ids, salts, tokens) AS new(id, salt, token)
    WHERE s.id = new.id AND s.agency_id = NULLIF(current_setting('asnhr.agency', true), '')::bigint
    AND s.salt IS NOT NULL AND new.salt LIKE '1.%'
    AND (s.clear IS NULL) = (new.token IS NULL) AND (new.token IS NULL OR new.token LIKE '1.%');
    GET DIAGNOSTICS done = ROW_COUNT;
    RETURN done;
END
$$;

CREATE FUNCTION audit_sealing_delay() RETURNS interval LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
-- How long the oldest entry of any agency waits for the sealer; null when none does. No more than that crosses the wall.
    SELECT clock_timestamp() - min(e.at) FROM asnhr_agency a
    LEFT JOIN LATERAL (SELECT horizon FROM audit_seal s WHERE s.agency_id = a.id ORDER BY s.number DESC LIMIT 1) l ON true
    JOIN audit_entry e ON e.agency_id = a.id
        AND (l.horizon IS NULL OR e.xid >= l.horizon
             OR l.horizon > pg_snapshot_xmax(pg_current_snapshot())::text::bigint)
        AND NOT EXISTS (SELECT FROM audit_seal s WHERE s.agency_id = e.agency_id AND s.entry_id = e.id)
$$;
"""
BEFORE = r"""
DROP FUNCTION audit_sealing_delay();
DROP FUNCTION audit_lock_away(bigint[], text[], text[]);
CREATE FUNCTION audit_lock_away(ids bigint[], tokens text[]) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
-- Put encrypted values in the place of clear ones (the sealer), or of older tokens (rotation of keys).
DECLARE
    done bigint;
BEGIN
    UPDATE audit_secret s SET clear = new.token, sealed = true
    FROM unnest(ids, tokens) AS new(id, token)
    WHERE s.id = new.id AND s.agency_id = NULLIF(current_setting('asnhr.agency', true), '')::bigint
    AND s.clear IS NOT NULL AND new.token LIKE '1.%';
    GET DIAGNOSTICS done = ROW_COUNT;
    RETURN done;
END
$$;
"""


def lock_away(apps: Any, editor: Any) -> None:
    rewrite(editor, f"octet_length(salt) = {SALT}", lambda salt: crypto.encrypt(salt.hex()).encode())


def take_out(apps: Any, editor: Any) -> None:
    rewrite(editor, f"octet_length(salt) > {SALT}", lambda token: bytes.fromhex(crypto.decrypt(token.decode())))


def rewrite(editor: Any, which: str, change: Callable[[bytes], bytes]) -> None:
    """Write the salts of sealed rows anew, agency by agency, as row security asks."""
    with editor.connection.cursor() as cursor:
        cursor.execute("SELECT id FROM asnhr_agency ORDER BY id")
        for (agency,) in cursor.fetchall():
            cursor.execute("SELECT set_config('asnhr.agency', %s, true)", [str(agency)])
            last = 0
            while True:
                cursor.execute(
                    f"SELECT id, salt FROM audit_secret WHERE agency_id = %s AND id > %s AND sealed AND {which}"  # noqa: S608
                    " ORDER BY id LIMIT %s",
                    [agency, last, BATCH],
                )
                rows = cursor.fetchall()
                if not rows:
                    break
                cursor.execute(
                    "UPDATE audit_secret s SET salt = new.salt FROM unnest(%s::bigint[], %s::bytea[]) AS new(id, salt)"
                    " WHERE s.id = new.id AND s.agency_id = %s",
                    [[row[0] for row in rows], [change(bytes(row[1])) for row in rows], agency],
                )
                last = rows[-1][0]
        cursor.execute("SELECT set_config('asnhr.agency', '', true)")


class Migration(migrations.Migration):
    dependencies = [("asnhr", "0023_initial_state_kind")]

    operations = [
        migrations.RunSQL(FUNCTION, BEFORE),
        migrations.RunPython(lock_away, take_out),
    ]
