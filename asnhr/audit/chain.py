"""What a link of the chain covers: pure functions, one meaning for who seals and who verifies."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

# What stands before the first link.
START = "0" * 64
# The facts of an entry that a link covers, in this order; they are read as these columns of audit_entry.
COVERED = (
    "id", "agency_id", "at", "xid", "user_id", "door", "reason", "db_role", "kind", "table_name", "columns", "secrets",
    "rows", "first_value", "last_value",
)  # fmt: skip
# The hash over an entry's values, by the server: a value for each row of a bulk import need not travel.
VALUES_HASH = """
encode(sha256(COALESCE((
    SELECT string_agg(sha256(convert_to(v.object_id || chr(31) || v.change, 'UTF8')), ''::bytea ORDER BY v.id)
    FROM audit_value v WHERE v.id BETWEEN e.first_value AND e.last_value AND v.entry_id = e.id), ''::bytea)), 'hex')
"""


# What a link covers: 1 the entry alone; 2 also its own number, when it was made and below which transaction.
VERSION = 2


@dataclass(frozen=True)
class Sealing:
    """What a link says of itself."""

    version: int
    number: int
    sealed_at: datetime
    horizon: int

    @property
    def text(self) -> str:
        """Return what the hash takes in; nothing for links of releases before it did."""
        if self.version < 2:
            return ""
        moment = self.sealed_at.astimezone(UTC).isoformat(timespec="microseconds")
        return f"{self.version} {self.number} {moment} {self.horizon}\n"


def entry_text(facts: Sequence[Any]) -> str:
    """Return the facts of an entry (`COVERED`) as one text, the same for the same facts whoever reads them."""
    plain = [each.astimezone(UTC).isoformat(timespec="microseconds") if isinstance(each, datetime) else each
             for each in facts]  # fmt: skip
    return json.dumps(plain, ensure_ascii=False, separators=(",", ":"))


def link(before: str, facts: Sequence[Any], values_hash: str, sealing: Sealing) -> str:
    """Return the hash (hex, 64 characters) of a link after `before`."""
    return hashlib.sha256(f"{before}\n{sealing.text}{entry_text(facts)}\n{values_hash}".encode()).hexdigest()
