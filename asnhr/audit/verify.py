"""Walk an agency's chain from its first link and name the first broken entry; hold it against the heads of each day,
and the register against it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext_noop as _

from asnhr import dates
from asnhr.audit import chain, compare, guards, heads, sealer
from asnhr.audit.faults import CHAIN, Fault
from asnhr.models import Agency, AuditHead, AuditProof
from asnhr.scope import agency_scope

# Links read at a time.
BATCH = 2000
_COLUMNS = ", ".join(f"e.{name}" for name in chain.COVERED)
_LINKS = f"""
SELECT s.number, s.entry_id, s.values_hash, s.hash, s.version, s.sealed_at, s.horizon, e.id IS NOT NULL,
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


# What is said of a mark (a head, a proof) of which the chain knows nothing, and of one that is beyond its end.
_REWRITTEN = {
    "head": _("Kepala %(when)s tidak cocok: rantai sampai %(number)d (#%(entry)d) ditulis ulang."),
    "proof": _("Pembuktian %(when)s tidak cocok: rantai sampai %(number)d (#%(entry)d) ditulis ulang."),
}
_CUT = {
    "head": _("Rantai terpotong: kepala %(when)s bernomor %(number)d, rantai berakhir pada %(links)d."),
    "proof": _(
        "Rantai terpotong: pembuktian %(when)s menghitung %(number)d mata rantai, rantai berakhir pada %(links)d."
    ),
}


@dataclass(frozen=True)
class Mark:
    """What the chain is held against at the link `number`: a head, or an earlier proof that found the chain whole (of
    earlier releases without a hash: then that there were so many links)."""

    number: int
    hash: str
    when: str
    kind: str


@dataclass
class Report:
    """What came of it. `break_`: the first break of the chain (None: it holds), `at_entry` and `at_link` where;
    `gaps`: days without their stored head; `guarding`: what guards the trail and is not as installed;
    `differences`: where the register does not say what the trail recorded last (None: not compared)."""

    links: int = 0
    unsealed: int = 0
    # Heads that the chain was held against: those given too, and those stored.
    heads: int = 0
    stored_heads: int = 0
    last: str = chain.START
    break_: Fault | None = None
    at_entry: int | None = None
    at_link: int | None = None
    gaps: list[Fault] = field(default_factory=list)
    guarding: list[Fault] = field(default_factory=list)
    differences: list[compare.Difference] | None = None

    @property
    def holds(self) -> bool:
        return self.break_ is None

    @property
    def broken(self) -> str | None:
        return None if self.break_ is None else str(self.break_)

    @property
    def warnings(self) -> list[str]:
        return [str(each) for each in self.guarding]

    @property
    def faults(self) -> list[Fault]:
        """All that is wrong, the worst first."""
        differs = compare.faults(self.differences or ())
        return [*([self.break_] if self.break_ else []), *differs, *self.gaps, *self.guarding]


def verify(
    agency: Agency, given: Sequence[tuple[int, str]] = (), *, register: bool = False, today: date | None = None
) -> Report:
    """Return what is found. `given`: (number, hash) from mails, beside the heads that are stored. `register`: hold the
    register against the trail, too.

    Reads every entry and value of the agency: about a million values in a few seconds, twice with the register. Opens
    the scope itself.
    """
    report = Report()
    with agency_scope(agency):
        kept = list(AuditHead.objects.filter(agency=agency))
        stored = {(head.number, head.hash): f"{head.day:%d-%m-%Y}" for head in kept}
        wanted = stored | dict.fromkeys(given, _("yang diberikan"))
        report.heads, report.stored_heads = len(wanted), len(kept)
        marks = [Mark(number, hash_, when, "head") for (number, hash_), when in wanted.items()]
        horizon = _walk(agency, report, [*marks, *_proofs(agency)])
        if report.holds:
            _outside(agency, report, horizon)
        report.gaps = heads.missing(agency, {head.day: head.number for head in kept}, today or dates.today())
        report.unsealed = sealer.unsealed(agency.pk)
        report.guarding = guards.faults()
        if register:
            report.differences = compare.compare(agency)
    return report


def _proofs(agency: Agency) -> list[Mark]:
    """Return what earlier proofs say of the chain, but those that found it broken; the last of each number."""
    rows = AuditProof.objects.filter(agency=agency, entry_id=None, link=None, links__gt=0).order_by("pk")
    marks: dict[tuple[int, str], Mark] = {}
    for number, hash_, at in rows.values_list("links", "head", "proved_at"):
        marks[number, hash_] = Mark(number, hash_, f"{timezone.localtime(at):%d-%m-%Y %H:%M}", "proof")
    return list(marks.values())


def _walk(agency: Agency, report: Report, marks: Sequence[Mark]) -> int:
    """Follow the links; return the horizon of the last one."""
    expected, newest, below = 1, 1, 0
    numbers: dict[int, list[Mark]] = {0: []}
    for mark in marks:
        numbers.setdefault(mark.number, []).append(mark)
    for mark in numbers.pop(0):
        if mark.hash != chain.START:
            return _break(report, None, _("Kepala %(when)s bernomor 0 tetapi bersidik lain."), {"when": mark.when})
    for row in _links(agency):
        number, entry_id, values_hash, hash_, version, sealed_at, horizon, exists, counted, *facts, found_values = row
        said = {"number": number, "entry": entry_id}
        report.at_link = expected
        if number != expected:
            said |= {"expected": expected}
            sentence = _("Mata rantai %(expected)d hilang; berikutnya %(number)d (catatan #%(entry)d).")
            return _break(report, entry_id, sentence, said)
        if not exists:
            return _break(report, entry_id, _("Mata rantai %(number)d: catatan #%(entry)d tidak ada lagi."), said)
        covered = dict(zip(chain.COVERED, facts, strict=True))
        said |= {"moment": covered["at"].isoformat(timespec="seconds"), "table": covered["table_name"]}
        if found_values != values_hash or (covered["first_value"] is not None and counted != covered["rows"]):
            return _break(
                report, entry_id,
                _("Mata rantai %(number)d: nilai catatan #%(entry)d (%(table)s, %(moment)s) berubah atau hilang."),
                said,
            )  # fmt: skip
        about = chain.Sealing(version, number, sealed_at, horizon)
        # Who takes the time out of a link says that it is of an earlier release; after a newer one none is.
        if version < newest or chain.link(report.last, facts, values_hash, about) != hash_:
            return _break(
                report, entry_id,
                _("Mata rantai %(number)d: catatan #%(entry)d (%(table)s, %(moment)s), urutannya, atau waktu"
                  " penyegelannya berubah."),
                said,
            )  # fmt: skip
        newest = version
        for mark in numbers.pop(number, ()):
            if mark.hash and mark.hash != hash_:
                return _break(report, entry_id, _REWRITTEN[mark.kind], said | {"when": mark.when})
        report.last, report.links, expected, below = hash_, number, number + 1, horizon
    report.at_link = None
    if numbers:
        number, (mark, *_rest) = min(numbers.items())
        report.at_link = report.links + 1
        return _break(
            report, None, _CUT[mark.kind], {"when": mark.when, "number": number, "links": report.links}
        )  # fmt: skip
    return below


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


def _break(report: Report, entry_id: int | None, sentence: str, said: dict[str, Any]) -> int:
    report.break_, report.at_entry = Fault(CHAIN, sentence, said), entry_id
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
            _break(report, late[0], sentence, {"entry": late[0], "moment": late[1].isoformat(timespec="seconds")})
            return
        cursor.execute(_STRAY_VALUE, [agency.pk])
        stray = cursor.fetchone()
        if stray:
            sentence = _("Nilai #%(value)d tidak termasuk catatan #%(entry)d mana pun yang tercatat: disisipkan, atau"
                         " catatannya dihapus.")  # fmt: skip
            _break(report, stray[1], sentence, {"value": stray[0], "entry": stray[1]})
