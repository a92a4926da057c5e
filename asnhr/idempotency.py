"""Requests that are sent twice have one effect: `claim` a key before the effect, `keep` the answer after it.

All of it happens in the transaction of the effect. Who asks with a key that another request holds waits for that one's
commit and then gets its answer; when it failed, nothing of it is there and the second one does the work.
"""

import hashlib
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import OperationalError, connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from asnhr.errors import RuleBroken
from asnhr.models import Agency, IdempotencyKey
from asnhr.scope import agency_scope

KEPT = timedelta(hours=24)
# How long a repeated request waits for the first one, which is still at work.
WAIT = "10s"
LOCK_NOT_AVAILABLE = "55P03"  # SQLSTATE


class UsedOtherwise(Exception):
    """The key belongs to another request: other address or other body. HTTP 422."""


class UnderWay(RuleBroken):
    """The first request with this key is still at work. HTTP 409."""


@dataclass(frozen=True)
class Claim:
    """A key of this request: `kept` is the first answer (do nothing again), None when the effect is still to come."""

    pk: int
    kept: IdempotencyKey | None = None


# A row of an earlier day is taken over; one of today stays and returns nothing. Both wait for whoever holds it.
_CLAIM = """
INSERT INTO asnhr_idempotencykey
    (agency_id, user_id, client, key, request_hash, status, headers, body, created_at, expires_at)
VALUES (%(agency)s, %(user)s, %(client)s, %(key)s, %(hash)s, NULL, '{}', '', %(now)s, %(until)s)
ON CONFLICT (agency_id, user_id, client, key) DO UPDATE
SET request_hash = EXCLUDED.request_hash, status = NULL, headers = '{}', body = '', created_at = EXCLUDED.created_at,
    expires_at = EXCLUDED.expires_at
WHERE asnhr_idempotencykey.expires_at <= EXCLUDED.created_at
RETURNING id
"""


def claim(*, agency: Agency, user: Any, client: str, key: str, request_hash: str) -> Claim:
    """Hold `key` until the transaction ends, or return the answer that the same request got before.

    Raises UsedOtherwise when the key stands for another request, UnderWay when the first one takes too long.
    """
    now = timezone.now()
    values = {
        "agency": agency.pk, "user": user.pk, "client": client, "key": key, "hash": request_hash, "now": now,
        "until": now + KEPT,
    }  # fmt: skip
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT current_setting('lock_timeout'), set_config('lock_timeout', %s, true)", [WAIT])
            before = cursor.fetchone()[0]
            cursor.execute(_CLAIM, values)
            row = cursor.fetchone()
            cursor.execute("SELECT set_config('lock_timeout', %s, true)", [before])
    except OperationalError as error:
        if getattr(error.__cause__, "pgcode", None) != LOCK_NOT_AVAILABLE:
            raise
        raise UnderWay(_("Permintaan dengan kunci idempotensi ini masih dikerjakan; ulangi sesaat lagi.")) from error
    if row is not None:
        return Claim(row[0])
    kept = IdempotencyKey.objects.get(agency=agency, user=user, client=client, key=key)
    if kept.request_hash != request_hash:
        raise UsedOtherwise(_("Kunci idempotensi ini sudah dipakai untuk permintaan lain."))
    return Claim(kept.pk, kept)


def keep(claimed: Claim, *, status: int, headers: dict[str, str], body: str) -> None:
    """Remember the answer of the effect, encrypted; a later request with the key gets it."""
    IdempotencyKey.objects.filter(pk=claimed.pk).update(status=status, headers=headers, body=body)


def let_go(claimed: Claim) -> None:
    """Forget the key: the answer is a secret that may be shown once only and is not kept."""
    IdempotencyKey.objects.filter(pk=claimed.pk).delete()


def purge(agency: Agency) -> int:
    """Delete the answers whose day is over; return how many. Opens the agency's scope itself."""
    with agency_scope(agency, reason="masa simpan kunci idempotensi"):
        gone, _by_model = IdempotencyKey.objects.filter(agency=agency, expires_at__lte=timezone.now()).delete()
        return gone


def hash_of(*parts: bytes) -> str:
    """Return the hash of what was asked; the length of each part stands before it, so none runs into the next."""
    found = hashlib.sha256()
    for part in parts:
        found.update(len(part).to_bytes(8, "big") + part)
    return found.hexdigest()
