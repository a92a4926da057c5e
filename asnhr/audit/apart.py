"""What the trail keeps apart of hashed columns: the salt of a row, and the value that left the register.

The trigger has no key, so both lie in clear from the change until its entry is sealed. The transaction of the sealer
that makes the link puts tokens of asnhr.crypto in their place: with a salt in clear, a hashed sanction or day is
guessed in a moment. A token begins with its version and names its key, so keys are rotated like the register's.
"""

import hashlib
import json
import logging
from collections.abc import Sequence
from typing import Any

from django.db import connection

from asnhr import crypto
from asnhr.crypto import Encrypted
from asnhr.models import AuditSecret

logger = logging.getLogger("asnhr.audit")

# Rows of one statement.
BATCH = 2000
# Bytes of a salt that waits for the sealer (a uuid); a token is longer.
IN_CLEAR = 16


def lock_away(cursor: Any, agency_id: int, entries: Sequence[int]) -> int:
    """Encrypt salts and values of the entries, in batches; return how many rows. The agency's scope must be open."""
    count = 0
    with connection.chunked_cursor() as kept:
        kept.execute(
            "SELECT s.id, s.salt, s.clear, s.sealed, e.table_name FROM audit_secret s"
            " JOIN audit_entry e ON e.id = s.entry_id"
            " WHERE s.agency_id = %s AND s.entry_id = ANY (%s) AND octet_length(s.salt) = %s",
            [agency_id, list(entries), IN_CLEAR],
        )
        while rows := kept.fetchmany(BATCH):
            # A row without a value left is called sealed from the first.
            values = [clear if sealed else crypto.encrypt(opened(clear, table)) for *_row, clear, sealed, table in rows]
            cursor.execute(
                "SELECT audit_lock_away(%s, %s, %s)",
                [[row[0] for row in rows], [token_of(bytes(row[1])) for row in rows], values],
            )
            count += len(rows)
    return count


def token_of(salt: bytes) -> str:
    """Return the token in the place of a salt in clear."""
    return crypto.encrypt(salt.hex())


def salt_of(kept: Any) -> bytes:
    """Return the salt that the column holds, "" for a destroyed one. Raises ValueError when no key opens it."""
    kept = bytes(kept or b"")
    return bytes.fromhex(crypto.decrypt(kept.decode("ascii"))) if len(kept) > IN_CLEAR else kept


def hash_of(salt: bytes, name: str, value: str) -> str:
    """Return what `audit_hash` makes of a value that is not empty."""
    return hashlib.sha256(salt + f"{name}\x1f{value}".encode()).hexdigest()


def values_of(secret: AuditSecret, table: str) -> dict[str, Any]:
    """Return the values that left the register by column, as text. Raises ValueError when no key opens them."""
    clear = secret.clear or "{}"
    return dict(json.loads(crypto.decrypt(clear) if secret.sealed and secret.clear else opened(clear, table)))


def opened(clear: str, table: str) -> str:
    """Return the JSON with columns that were encrypted already in the clear: keys come and go, the trail stays."""
    values = json.loads(clear)
    for name in values.keys() & _encrypted(table):
        if not crypto.is_token(values[name]):
            # Nothing, or what left before its column was encrypted, or when it was.
            continue
        try:
            values[name] = crypto.decrypt(values[name])
        except ValueError:
            logger.warning("a value of %s.%s could not be decrypted and stays as it was", table, name)
    return json.dumps(values, ensure_ascii=False)


def _encrypted(table: str) -> set[str]:
    from asnhr.audit.declared import model_of

    model = model_of(table)
    if model is None:
        return set()
    columns = [(str(field.column), field) for field in model._meta.local_fields]
    return {column for column, field in columns if isinstance(field, Encrypted)}


def rotate(agency_id: int, last: int, size: int) -> tuple[int, int]:
    """Write the tokens of up to `size` rows after the id `last` anew; return (last id, how many), (last, 0) at the end.

    What waits for the sealer is left to it. The agency's scope must be open; a row locked away has both as tokens.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, salt, clear FROM audit_secret WHERE agency_id = %s AND id > %s AND octet_length(salt) > %s"
            " ORDER BY id LIMIT %s",
            [agency_id, last, IN_CLEAR, size],
        )
        rows = cursor.fetchall()
        if not rows:
            return last, 0
        cursor.execute(
            "SELECT audit_lock_away(%s, %s, %s)",
            [[row[0] for row in rows], [crypto.rotate(bytes(row[1]).decode("ascii")) for row in rows],
             [crypto.rotate(row[2]) if row[2] else None for row in rows]],
        )  # fmt: skip
    return rows[-1][0], len(rows)
