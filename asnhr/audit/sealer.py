"""Link committed entries into the agency's chain, never inside a writer's transaction; take the daily heads."""

import logging
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.core.mail import send_mail
from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _

from asnhr.audit import apart, chain
from asnhr.models import Agency, AuditHead, AuditSeal
from asnhr.scope import agency_scope

logger = logging.getLogger("asnhr.audit")

# Any number: what all sealers agree upon.
LOCK = 5_273_016
# Entries of one transaction of the sealer.
BATCH = 1000
# It runs every five seconds; an entry that waits so long means that it stands still, or that a transaction does.
LATE = timedelta(minutes=10)
_COLUMNS = ", ".join(f"e.{name}" for name in chain.COVERED)

# (oldest transaction of this database under way, first number not given out yet). Those of other databases of the
# server cannot write here, however long they take; one of which nobody can say where it works counts as ours.
_SNAPSHOT = """
SELECT COALESCE(min(x.xid::text::bigint), min(pg_snapshot_xmax(s.now)::text::bigint)),
    min(pg_snapshot_xmax(s.now)::text::bigint)
FROM (SELECT pg_current_snapshot() AS now) s
LEFT JOIN LATERAL (
    SELECT i.xid FROM pg_snapshot_xip(s.now) AS i(xid) WHERE NOT EXISTS (
        SELECT FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid
        WHERE l.locktype = 'transactionid' AND l.mode = 'ExclusiveLock' AND l.granted
        AND l.transactionid = i.xid::xid AND a.datname <> current_database())
) x ON true
"""
# An entry waits until every transaction that began before its own is over: then nothing can come to stand before it.
# Visible rows of transactions "in the future" (>= xmax) are those of a dump restored into a younger server.
_WAITING = f"""
SELECT {_COLUMNS}, {chain.VALUES_HASH} FROM audit_entry e
WHERE e.agency_id = %(agency)s AND (e.xid < %(xmin)s OR e.xid >= %(xmax)s) AND e.xid >= %(since)s
AND NOT EXISTS (SELECT FROM audit_seal s WHERE s.agency_id = e.agency_id AND s.entry_id = e.id)
ORDER BY e.xid, e.id LIMIT {BATCH}
"""  # noqa: S608  names are our own


def waiting_agencies() -> list[int]:
    """Return the ids of agencies with entries that no link covers yet; ids are all that crosses the wall."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT audit_waiting_agencies()")
        return [row[0] for row in cursor.fetchall()]


def seal(agency_id: int) -> int:
    """Seal what is committed, in batches; return how many links were made. A second sealer of the agency makes none."""
    count = 0
    while True:
        made = _seal_batch(agency_id)
        count += made
        if made < BATCH:
            return count


def _seal_batch(agency_id: int) -> int:
    with agency_scope(agency_id), connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s, %s)", [LOCK, agency_id])
        if not cursor.fetchone()[0]:
            return 0
        xmin, xmax = snapshot(cursor)
        last = AuditSeal.objects.filter(agency_id=agency_id).order_by("-number").first()
        number, before, since = (last.number, last.hash, last.horizon) if last else (0, chain.START, 0)
        if since > xmax:
            # Numbers of transactions began anew with a restored dump: look at every entry again.
            since = 0
        cursor.execute(_WAITING, {"agency": agency_id, "xmin": xmin, "xmax": xmax, "since": since})
        rows = cursor.fetchall()
        if not rows:
            return 0
        # All below xmin is sealed unless the batch was full; then what comes is at or after the last one.
        horizon = xmin if len(rows) < BATCH else min(xmin, rows[-1][chain.COVERED.index("xid")])
        # Nor is this transaction over, should it write more: its own number is in no snapshot of its own.
        cursor.execute("SELECT pg_current_xact_id_if_assigned()::text::bigint")
        own = cursor.fetchone()[0]
        horizon = horizon if own is None else min(horizon, own)
        seals = []
        now = timezone.now()
        for *facts, values_hash in rows:
            number += 1
            before = chain.link(before, facts, values_hash, chain.Sealing(chain.VERSION, number, now, horizon))
            seals.append(
                AuditSeal(agency_id=agency_id, number=number, entry_id=facts[0], values_hash=values_hash, hash=before,
                          horizon=horizon, sealed_at=now, version=chain.VERSION)
            )  # fmt: skip
        AuditSeal.objects.bulk_create(seals)
        apart.lock_away(cursor, agency_id, [row[0] for row in rows])
        return len(rows)


def snapshot(cursor: Any) -> tuple[int, int]:
    cursor.execute(_SNAPSHOT)
    xmin, xmax = cursor.fetchone()
    return xmin, xmax


def delay() -> timedelta | None:
    """Return how long the oldest entry of any agency waits: while it does, what it hashed can be guessed by who reads
    the database."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT audit_sealing_delay()")
        return cursor.fetchone()[0]


def unsealed(agency_id: int) -> int:
    """Return how many entries wait for the sealer; the agency's scope must be open."""
    with connection.cursor() as cursor:
        last = AuditSeal.objects.filter(agency_id=agency_id).order_by("-number").first()
        since = last.horizon if last and last.horizon <= snapshot(cursor)[1] else 0
        cursor.execute(
            "SELECT count(*) FROM audit_entry e WHERE e.agency_id = %s AND e.xid >= %s AND NOT EXISTS"
            " (SELECT FROM audit_seal s WHERE s.agency_id = e.agency_id AND s.entry_id = e.id)",
            [agency_id, since],
        )
        return int(cursor.fetchone()[0])


# Heads


def take_head(agency: Agency, day: date) -> AuditHead:
    """Seal, then store the agency's last link as the head of `day`; a second call of the day returns the first head."""
    seal(agency.pk)
    with agency_scope(agency):
        last = AuditSeal.objects.filter(agency=agency).order_by("-number").first()
        head, _new = AuditHead.objects.get_or_create(
            agency=agency,
            day=day,
            defaults={
                "number": last.number if last else 0, "hash": last.hash if last else chain.START,
                "unsealed": unsealed(agency.pk),
            },
        )  # fmt: skip
        return head


def cover_day(agency_id: int, day: date) -> AuditHead | None:
    """Take the head of a day on which links are made, should the night's task not have done it: where the stack is
    off at night a day would have none, and a proof could not tell that from one that was deleted. None: it has one,
    or its first links are still being made by another sealer, who then takes it."""
    agency = Agency.chains.get(pk=agency_id)
    with agency_scope(agency):
        has_links = AuditSeal.objects.filter(agency=agency).exists()
        if not has_links or AuditHead.objects.filter(agency=agency, day=day).exists():
            return None
    head = take_head(agency, day)
    _log([(agency, head)])
    return head


def digest(day: date) -> list[tuple[Agency, AuditHead]]:
    """Take the heads of all agencies; the log, which leaves the machine too, names them whether they are mailed or not
    (`mail_heads`)."""
    heads = [(agency, take_head(agency, day)) for agency in Agency.chains.order_by("code")]
    _log(heads)
    return heads


def first_head(agency: Agency, day: date) -> AuditHead | None:
    """Take the first head of a chain when its first load is over: until the night, whoever owns the tables
    could write that load anew. None: the day has its head, or nothing of the chain is sealed yet."""
    seal(agency.pk)
    return cover_day(agency.pk, day)


def _log(heads: list[tuple[Agency, AuditHead]]) -> None:
    for line in lines(heads):
        logger.info("audit head %s", line)


def mail_heads(day: date, agency_id: int | None = None) -> None:
    """Send the stored heads of `day`, of all agencies or one, to `AUDIT_DIGEST_TO`. Raises OSError (SMTPException among
    them) when the mail server does not take them."""
    if not settings.AUDIT_DIGEST_TO:
        return
    chains = Agency.chains.order_by("code")
    heads = []
    for agency in chains if agency_id is None else chains.filter(pk=agency_id):
        # Heads are of an agency's own scope, as in `digest`.
        with agency_scope(agency):
            heads += [(agency, head) for head in AuditHead.objects.filter(agency=agency, day=day)]
    if heads:
        send_mail(_("Kepala rantai audit %(day)s") % {"day": day.isoformat()}, words(heads), None,
                  settings.AUDIT_DIGEST_TO)  # fmt: skip


def unmailed() -> list[str]:
    """Return the names of the settings without which nobody outside is told the heads; empty when they are mailed."""
    missing = [] if settings.AUDIT_DIGEST_TO else ["ASNHR_AUDIT_DIGEST_TO"]
    # What stands for "no mail server": EMAIL_URL is not set, or says so.
    if settings.EMAIL_BACKEND in (f"django.core.mail.backends.{name}.EmailBackend" for name in ("console", "dummy")):
        missing.append("EMAIL_URL")
    return missing


def lines(heads: Iterable[tuple[Agency, AuditHead]]) -> list[str]:
    """Return a head a line, "1271 2026-11-22 48:9f3c…": what `verify_audit --head` takes."""
    return [f"{agency.code} {head.day.isoformat()} {head.number}:{head.hash}" for agency, head in heads]


def words(heads: list[tuple[Agency, AuditHead]]) -> str:
    waiting = sum(head.unsealed for _agency, head in heads)
    return "\n".join(
        [
            _("Simpan pesan ini di luar sistem. Dengan sidik di bawah, siapa pun dapat membuktikan bahwa jejak audit"),
            _("sampai saat itu tidak ditulis ulang: python manage.py verify_audit --agency KODE --head NOMOR:SIDIK"),
            "",
            *lines(heads),
            "",
            _("Diambil %(moment)s; %(n)d catatan belum disegel.")
            % {"moment": timezone.localtime().isoformat(timespec="seconds"), "n": waiting},
        ]
    )
