"""Writing people while the rest of the file is being read: never another result than the careful way."""

import pytest

from asnhr.imports import early
from asnhr.models import AuditEntry
from asnhr.scope import agency_scope
from positions.imports.employees import EmployeeImporter
from positions.models import (
    Employee,
    EmployeeEducation,
    Finding,
    Incumbency,
    NameMapping,
    Position,
    Seat,
    SiasnRecord,
)
from tests.factories.asnhr import AgencyFactory
from tests.factories.positions import UnitFactory
from tests.positions.test_import_employees import HEADERS, ROWS, changed, codes, file_of, load

NIP, STATUS, UNIT = HEADERS.index("NIP BARU"), HEADERS.index("STATUS CPNS PNS"), HEADERS.index("UNOR ID")
CIVIL = next(index for index, row in enumerate(ROWS) if row[STATUS] == "P")
FACTS = {
    Employee: "nip name status rank pay_group unit__code education_level education graduated nik_hash email",
    EmployeeEducation: "employee__nip level education name school",
    Incumbency: "employee__nip position__code seat__number seat__kind kind starts_on",
    Seat: "position__code number kind starts_on",
    Position: "code unit__code",
    SiasnRecord: "employee__nip row facts__unit facts__job_since unconfirmed",
    Finding: "code message row employee__nip",
    NameMapping: "kind text occurrences",
}


def _city(code):
    agency = AgencyFactory(code=code)
    with agency_scope(agency):
        # One unit is left out: its people come without a unit, with a warning.
        for number, siasn in enumerate(list(dict.fromkeys(row[UNIT] for row in ROWS))[1:]):
            UnitFactory(agency=agency, code=f"U{number}", name=f"Unit {number}", siasn_id=siasn)
    return agency


def _left(agency):
    """What an import leaves, by natural keys."""
    with agency_scope(agency):
        return {model: sorted(map(str, model.objects.values_list(*names.split()))) for model, names in FACTS.items()}


@pytest.fixture
def steps(monkeypatch):
    """What became of the early writes: `staged` or `careful` after the last row, `undone`."""
    told = []
    finish, undo = early.EarlyWrites.finish, early.EarlyWrites.undo

    def finish_told(self):
        answer = finish(self)
        told.append("staged" if answer else "careful")
        return answer

    def undo_told(self):
        told.append("undone")
        undo(self)

    monkeypatch.setattr(early.EarlyWrites, "finish", finish_told)
    monkeypatch.setattr(early.EarlyWrites, "undo", undo_told)
    return told


def _both_ways(monkeypatch, steps, rows, *, known=(), **options):
    """Import the rows into two cities alike, one the careful way and one in pieces of five rows; return both answers,
    what each city has, and the steps of the second."""
    answers = []
    for code, piece in (("9801", 10**9), ("9802", 5)):
        monkeypatch.setattr(early, "PIECE", 10**9)
        agency = _city(code)
        if known:
            load(agency, file_of(*known))
        monkeypatch.setattr(early, "PIECE", piece)
        steps.clear()
        with agency_scope(agency):
            before = AuditEntry.objects.count()
        result = load(agency, file_of(*rows), **options)
        with agency_scope(agency):
            trail = AuditEntry.objects.count() - before
        told = (result.refused, result.totals, result.plan, codes(result), [row.outcome for row in result.rows])
        answers.append((told, _left(agency), trail))
    return *answers, list(steps)


def _wrong_status(row):
    """A row that is well formed; only the register's rule of NIP and status, asked in SQL, refuses it."""
    return changed(row, STATUS_CPNS_PNS="PPPK")


CIVIL_LAST = [*ROWS[:CIVIL], *ROWS[CIVIL + 1 :], ROWS[CIVIL]]
TWIN = changed(ROWS[CIVIL], TMT_JABATAN="01-12-2025")
CASES = {
    "ordinary": (ROWS, {}, ["staged"]),
    "half of them known": (ROWS, {"known": ROWS[:60]}, ["staged"]),
    "unknown level": ([*ROWS[:-1], changed(ROWS[-1], TINGKAT_PENDIDIKAN_ID="99")], {}, ["staged"]),
    "two posts of one person": ([*ROWS, TWIN], {}, None),
    "wrong cell at the end": ([*ROWS[:-1], changed(ROWS[-1], NIP_BARU="123")], {}, ["undone", "careful"]),
    "wrong cell, the rest taken": (
        [*ROWS[:-1], changed(ROWS[-1], NIP_BARU="123")],
        {"skip_rejected": True},
        ["undone", "careful"],
    ),
    "the register refuses": ([*CIVIL_LAST[:-1], _wrong_status(CIVIL_LAST[-1])], {}, ["staged", "undone"]),
    "the register refuses, the rest taken": (
        [*CIVIL_LAST[:-1], _wrong_status(CIVIL_LAST[-1])],
        {"skip_rejected": True},
        ["staged", "undone"],
    ),
    "another unit's people": (ROWS, {"unit_paths": ("0",)}, ["staged", "undone"]),
    "only looked at": (ROWS, {"dry_run": True}, []),
}


@pytest.mark.django_db
@pytest.mark.parametrize("case", CASES)
def test_both_ways_leave_the_same(monkeypatch, steps, case):
    rows, options, expected = CASES[case]

    careful, in_pieces, told = _both_ways(monkeypatch, steps, rows, **options)

    assert in_pieces[:2] == careful[:2]
    if expected is None:
        # A twin in a piece of its own is written and undone; the database may as well refuse it first.
        assert "undone" in told
    else:
        assert told == expected
    if "undone" in told:
        # The trail tells of what came of it, not of what was tried.
        assert in_pieces[2] == careful[2]


@pytest.mark.django_db
def test_what_the_database_refuses_early_goes_the_careful_way(monkeypatch, steps):
    ordinary = EmployeeImporter.early

    def with_a_fault(self, after):
        yield from ordinary(self, after)
        if after:
            yield "SELECT 1 / (count(*) - count(*)) FROM import_early", []

    monkeypatch.setattr(EmployeeImporter, "early", with_a_fault)

    careful, in_pieces, told = _both_ways(monkeypatch, steps, ROWS)

    assert in_pieces == careful
    assert "undone" in told
    assert in_pieces[0][1]["accepted"] + in_pieces[0][1]["warned"] == len(ROWS)


@pytest.mark.django_db
def test_people_come_piece_by_piece(monkeypatch, steps):
    monkeypatch.setattr(early, "PIECE", 50)
    agency = _city("9801")

    load(agency, file_of(*ROWS))

    with agency_scope(agency):
        entries = AuditEntry.objects.filter(table_name="positions_employee", kind=AuditEntry.Kind.INSERT)
        assert (entries.count(), steps) == (3, ["staged"])
