"""Walk an agency's chain from its first link and name the first broken entry; hold it against the heads of each day,
and the register against it."""

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.core.mail import send_mail
from django.db import connection
from django.utils.translation import gettext as _

from asnhr.audit import chain, compare, sealer
from asnhr.audit.declared import FULL, NATIONAL, OUTLINE, SUMMARY, audited
from asnhr.models import Agency, AuditHead
from asnhr.scope import agency_scope

logger = logging.getLogger("asnhr.audit")

# Links read at a time.
BATCH = 2000
_COLUMNS = ", ".join(f"e.{name}" for name in chain.COVERED)
_LINKS = f"""
SELECT s.number, s.entry_id, s.values_hash, s.hash, e.id IS NOT NULL,
    (SELECT count(*) FROM audit_value v WHERE v.id BETWEEN e.first_value AND e.last_value AND v.entry_id = e.id),
    {_COLUMNS}, {chain.VALUES_HASH}
FROM audit_seal s LEFT JOIN audit_entry e ON e.agency_id = s.agency_id AND e.id = s.entry_id
WHERE s.agency_id = %s AND s.number > %s ORDER BY s.number, s.id LIMIT {BATCH}
"""  # noqa: S608  names are our own
_NEVER_SEALED = """
SELECT e.id, e.at FROM audit_entry e
WHERE e.agency_id = %(agency)s AND e.xid < %(horizon)s
AND NOT EXISTS (SELECT FROM audit_seal s WHERE s.agency_id = e.agency_id AND s.entry_id = e.id)
ORDER BY e.id LIMIT 1
"""
_STRAY_VALUE = """
SELECT v.id, v.entry_id FROM audit_value v LEFT JOIN audit_entry e ON e.agency_id = v.agency_id AND e.id = v.entry_id
WHERE v.agency_id = %s AND (e.id IS NULL OR e.first_value IS NULL OR v.id NOT BETWEEN e.first_value AND e.last_value)
ORDER BY v.id LIMIT 1
"""
_TRIGGERS = """
SELECT c.relname, t.tgname, t.tgenabled FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
WHERE t.tgname LIKE 'audit\\_%%' AND c.relnamespace = 'public'::regnamespace
"""
EXPECTED = {
    FULL: ("audit_insert", "audit_update", "audit_delete", "audit_truncate"),
    SUMMARY: ("audit_insert", "audit_update", "audit_delete", "audit_truncate"),
    OUTLINE: ("audit_insert", "audit_delete", "audit_truncate"),
    NATIONAL: ("audit_insert", "audit_update", "audit_delete", "audit_truncate"),
}
GUARDED = ("audit_entry", "audit_value", "audit_seal", "audit_head", "audit_secret")


@dataclass
class Report:
    """What came of it: `broken` is the first break in words (None: the chain holds), `at_entry` the entry it names;
    `differences`: where the register does not say what the trail recorded last (None: not compared)."""

    links: int = 0
    unsealed: int = 0
    heads: int = 0
    last: str = chain.START
    broken: str | None = None
    at_entry: int | None = None
    warnings: list[str] = field(default_factory=list)
    differences: list[compare.Difference] | None = None

    @property
    def holds(self) -> bool:
        return self.broken is None


def verify(agency: Agency, heads: Sequence[tuple[int, str]] = (), *, register: bool = False) -> Report:
    """Return what is found. `heads`: (number, hash) from mails, beside those that are stored. `register`: hold the
    register against the trail, too.

    Reads every entry and value of the agency: about a million values in a few seconds, twice with the register. Opens
    the scope itself.
    """
    report = Report()
    with agency_scope(agency):
        stored = {(head.number, head.hash): f"{head.day:%d-%m-%Y}" for head in AuditHead.objects.filter(agency=agency)}
        wanted = stored | dict.fromkeys(heads, _("yang diberikan"))
        report.heads = len(wanted)
        horizon = _walk(agency, report, wanted)
        if report.holds:
            _outside(agency, report, horizon)
        report.unsealed = sealer.unsealed(agency.pk)
        report.warnings = list(_triggers())
        if register:
            report.differences = compare.compare(agency)
    return report


def watch(agency: Agency) -> Report:
    """Verify, the register too; when something is wrong, say so in the log and to `AUDIT_DIGEST_TO`."""
    report = verify(agency, register=True)
    wrong = [*([report.broken] if report.broken else []), *report.warnings, *compare.words(report.differences or ())]
    if wrong:
        logger.critical("audit chain of %s: %s", agency.code, " ".join(wrong))
        if settings.AUDIT_DIGEST_TO:
            subject = _("Jejak audit %(agency)s tidak utuh") % {"agency": agency.name}
            send_mail(subject, "\n".join(wrong), None, settings.AUDIT_DIGEST_TO)
    return report


def _walk(agency: Agency, report: Report, heads: dict[tuple[int, str], str]) -> int:
    """Follow the links; return the horizon of the last one."""
    expected = 1
    numbers: dict[int, list[tuple[str, str]]] = {}
    for (number, hash_), when in heads.items():
        numbers.setdefault(number, []).append((hash_, when))
    numbers.setdefault(0, [])
    for hash_, when in numbers.pop(0):
        if hash_ != chain.START:
            return _break(report, None, _("Kepala %(when)s bernomor 0 tetapi bersidik lain.") % {"when": when})
    for row in _links(agency):
        number, entry_id, values_hash, hash_, exists, counted, *facts, found_values = row
        said = {"number": number, "entry": entry_id}
        if number != expected:
            said |= {"expected": expected}
            return _break(
                report,
                entry_id,
                _("Mata rantai %(expected)d hilang; berikutnya %(number)d (catatan #%(entry)d).") % said,
            )
        if not exists:
            return _break(report, entry_id, _("Mata rantai %(number)d: catatan #%(entry)d tidak ada lagi.") % said)
        covered = dict(zip(chain.COVERED, facts, strict=True))
        said |= {"moment": covered["at"].isoformat(timespec="seconds"), "table": covered["table_name"]}
        if found_values != values_hash or (covered["first_value"] is not None and counted != covered["rows"]):
            return _break(
                report, entry_id,
                _("Mata rantai %(number)d: nilai catatan #%(entry)d (%(table)s, %(moment)s) berubah atau hilang.")
                % said,
            )  # fmt: skip
        if chain.link(report.last, facts, values_hash) != hash_:
            return _break(
                report, entry_id,
                _("Mata rantai %(number)d: catatan #%(entry)d (%(table)s, %(moment)s) atau urutannya berubah.") % said,
            )  # fmt: skip
        for head, when in numbers.pop(number, ()):
            if head != hash_:
                said |= {"when": when}
                return _break(
                    report, entry_id,
                    _("Kepala %(when)s tidak cocok: rantai sampai %(number)d (#%(entry)d) ditulis ulang.") % said,
                )  # fmt: skip
        report.last, report.links, expected = hash_, number, number + 1
    if numbers:
        number, ((_hash, when), *_rest) = min(numbers.items())
        said = {"when": when, "number": number, "links": report.links}
        return _break(report, None, _("Rantai terpotong: kepala %(when)s bernomor %(number)d, rantai berakhir pada"
                                      " %(links)d.") % said)  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("SELECT horizon FROM audit_seal WHERE agency_id = %s ORDER BY number DESC LIMIT 1", [agency.pk])
        found = cursor.fetchone()
    return found[0] if found else 0


def _links(agency: Agency) -> Iterator[tuple[Any, ...]]:
    last = 0
    while True:
        with connection.cursor() as cursor:
            cursor.execute(_LINKS, [agency.pk, last])
            rows = cursor.fetchall()
        yield from rows
        if len(rows) < BATCH:
            return
        last = rows[-1][0]


def _break(report: Report, entry_id: int | None, sentence: str) -> int:
    report.broken, report.at_entry = sentence, entry_id
    return 0


def _outside(agency: Agency, report: Report, horizon: int) -> None:
    """Entries and values that stand beside the chain: put in afterwards."""
    with connection.cursor() as cursor:
        _xmin, xmax = sealer.snapshot(cursor)
        # A dump restored into a younger server: nothing is late there until the sealer has looked once.
        cursor.execute(_NEVER_SEALED, {"agency": agency.pk, "horizon": horizon if horizon <= xmax else 0})
        late = cursor.fetchone()
        if late:
            sentence = _("Catatan #%(entry)d (%(moment)s) tidak berada di rantai: disisipkan kemudian.")
            _break(report, late[0], sentence % {"entry": late[0], "moment": late[1].isoformat(timespec="seconds")})
            return
        cursor.execute(_STRAY_VALUE, [agency.pk])
        stray = cursor.fetchone()
        if stray:
            sentence = _("Nilai #%(value)d tidak termasuk catatan #%(entry)d mana pun yang tercatat: disisipkan, atau"
                         " catatannya dihapus.")  # fmt: skip
            _break(report, stray[1], sentence % {"value": stray[0], "entry": stray[1]})


def _triggers() -> Iterator[str]:
    """Return a sentence for each trigger that is missing or switched off: from then on the trail is incomplete."""
    with connection.cursor() as cursor:
        cursor.execute(_TRIGGERS)
        there = {(table, name): enabled for table, name, enabled in cursor.fetchall()}
    wanted = [(each.table, name) for _m, each in audited.items() for name in EXPECTED.get(each.mode, ())]
    wanted += [(table, "audit_append_only") for table in GUARDED]
    for table, name in wanted:
        if there.get((table, name)) != "O":
            yield _("Pemicu %(name)s pada tabel %(table)s tidak ada atau dimatikan.") % {"name": name, "table": table}
