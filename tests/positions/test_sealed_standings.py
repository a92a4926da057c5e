"""Codes that tell of a crime or a sanction rest as tokens, equal ones alike: what counts by them counts as before."""

import json
import re
from datetime import date
from importlib import import_module
from types import SimpleNamespace

import pytest
from cryptography.fernet import Fernet
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction

from asnhr import crypto
from asnhr.audit import compare
from asnhr.audit.words import columns_changed
from asnhr.models import AuditEntry, AuditValue, ImportJob
from asnhr.queries import parameters_on
from asnhr.scope import agency_scope
from positions.models import Employee, Finding, Position, SiasnRecord, StandingRecord
from positions.models._standing import opened, stored
from positions.queries import quality, register
from positions.queries import siasn as siasn_reads
from positions.rules.standing import RESTRICTED
from positions.rules.status import ENDED, counts_on
from tests.factories import positions as make
from tests.factories.asnhr import AgencyFactory, AgencyParameterFactory
from tests.positions.test_import_employees import HEADERS, ROWS, SIASN, agency, changed, codes, file_of, load
from tests.roles import user_with, with_access

__all__ = ["agency"]
pytestmark = pytest.mark.django_db
D = date
DAY = D(2026, 11, 21)
PAST = D(2023, 5, 1)
TOLD = ("04", "15", "77")
NIP = ROWS[0][HEADERS.index("NIP BARU")].strip("'")
MOVED = import_module("positions.migrations.0054_sealed_standings")


@pytest.fixture
def medan():
    found = AgencyFactory()
    with agency_scope(found):
        yield found


@pytest.fixture
def staff(medan):
    return with_access(user_with(medan, "staf_bkd"), medan)


def raw(statement, *values):
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall()


def at_rest():
    """All that the tables of people say of standings."""
    return [
        *raw("SELECT legal_status FROM positions_employee ORDER BY id"),
        *raw("SELECT standing FROM positions_standingrecord ORDER BY employee_id, starts_on"),
        *raw("SELECT facts ->> 'legal_status' FROM positions_siasnrecord ORDER BY employee_id"),
    ]  # fmt: skip


def person_of(code, **more):
    ending = {"exits_on": D(2027, 1, 1), "exit_reason": "SK 1"} if code in ENDED else {}
    person = make.EmployeeFactory(legal_status=code, **ending | more)
    StandingRecord.objects.create(agency_id=person.agency_id, employee=person, standing=code, starts_on=D(2022, 1, 1))
    facts = {"nip": person.nip, "legal_status": code, "name": person.name}
    SiasnRecord.objects.create(agency_id=person.agency_id, employee=person, read_on=D(2026, 1, 1), facts=facts)
    return person


# At rest


@pytest.mark.parametrize("code", TOLD)
def test_no_table_and_no_word_of_the_trail_holds_such_a_code(code, medan):
    person = person_of(code)

    held = [text for (text,) in at_rest()]
    entries = {entry.pk: entry for entry in AuditEntry.objects.all()}
    trail = {
        str(said)
        for value in AuditValue.objects.all()
        for name, both in columns_changed(entries[value.entry_id], value.change).items()
        # A number of a row may be the same two digits.
        if not name.endswith("_id")
        for said in both
    }
    assert held == [stored(code)] * 3
    assert stored(code) in trail
    assert code not in trail
    assert Employee.objects.get(legal_status=code).legal_status == code
    assert list(StandingRecord.objects.filter(standing__in=TOLD).values_list("standing", flat=True)) == [code]
    assert Employee.objects.values("legal_status").get(pk=person.pk) == {"legal_status": code}
    assert SiasnRecord.objects.get().facts["legal_status"] == code
    assert [each for each in compare.compare(medan) if "standing" in each.table or "employee" in each.table] == []


@pytest.mark.parametrize("code", ["01", "02", "71", "99"])
def test_other_codes_stay_as_they_are(code, medan):
    person_of(code)

    assert [text for (text,) in at_rest()] == [code] * 3


def test_every_code_of_few_has_a_token_and_the_migration_the_same_codes():
    assert set(MOVED.FEW) == RESTRICTED.keys()
    assert all(crypto.is_sealed(stored(code)) and opened(stored(code)) == code for code in RESTRICTED)
    assert (opened("01"), opened(""), opened(None), stored("")) == ("01", "", None, "")


def test_no_statement_writes_such_a_code_in_clear(medan):
    person = person_of("01")
    for table, column, name in (
        ("positions_employee", "legal_status", "employee_standing_sealed"),
        ("positions_standingrecord", "standing", "standing_sealed"),
    ):
        with pytest.raises(IntegrityError, match=name), transaction.atomic():
            raw(f"UPDATE {table} SET {column} = '04' RETURNING id")
    for wrong in ("terbatas", "1", "s1.kurang", ""):
        with pytest.raises(IntegrityError, match="standing_is_a_code"), transaction.atomic():
            StandingRecord.objects.filter(employee=person).update(standing=wrong)


# Histories follow in the database


def test_person_and_history_follow_each_other_by_token(medan):
    person = person_of("01")

    Employee.objects.filter(pk=person.pk).update(legal_status="15")
    rows = StandingRecord.objects.filter(employee=person).order_by("starts_on")
    assert [each.standing for each in rows] == ["01", "15"]
    rows.last().delete()
    person.refresh_from_db()
    assert person.legal_status == "01"
    StandingRecord.objects.create(agency=medan, employee=person, standing="09", starts_on=D(2024, 1, 1))
    person.refresh_from_db()
    assert person.legal_status == "09"
    assert [text for (text,) in at_rest()] == [stored("09"), "01", stored("09"), "01"]


# Counted


@pytest.mark.parametrize("setting", [["01", "71", "72"], ["01", "15"], ["01", "04", "09", "16"]])
@pytest.mark.parametrize("day", [DAY, PAST])
def test_b_by_sql_is_b_by_rule_whatever_the_setting_names(setting, day, medan, staff):
    AgencyParameterFactory(agency=medan, code="supply.legal_status", value=setting)
    position = make.PositionFactory()
    for code in ("01", "02", "99", *RESTRICTED):
        person = person_of(code, unit=position.unit, cpns_on=D(2010, 1, 1))
        seat = make.SeatFactory(position=position)
        make.IncumbencyFactory(position=position, seat=seat, employee=person, starts_on=D(2022, 1, 1))

    people = Employee.objects.all()
    expected = {each.pk for each in people if counts_on(day, each.legal_status, each.exits_on, setting)}
    figured = register.with_figures(Position.objects.visible_to(staff), day)
    assert set(people.filter(register.counts(day)).values_list("pk", flat=True)) == expected
    assert set(people.exclude(register.counts(day)).values_list("pk", flat=True)).isdisjoint(expected)
    assert register.counted_holders(day).count() == figured.get().b == len(expected) > 0
    assert register.figures_of(figured, day)[position.pk].b == len(expected)


def test_quality_counts_who_has_not_left_and_finds_a_standing_of_no_pppk(medan):
    code_of = {}
    for status, code in (("PPPK", "04"), ("PPPK", "71"), ("PNS", "04"), ("PPPK", "77")):
        person = make.EmployeeFactory(status=status, legal_status=code)
        code_of[person.pk] = (status, code)
    ages = quality.rulebook.ages_of({code: row.value for code, row in parameters_on(medan, DAY).items()})

    found = quality.of_people(medan.pk, code_of, DAY, ages)

    assert {code_of[pk] for pk in found} == {("PPPK", "04"), ("PPPK", "71"), ("PNS", "04")}
    assert {code_of[pk] for pk, said in found.items() if "ACC_4" in said} == {("PPPK", "04")}


# Imports


def standing_of(nip=NIP):
    person = Employee.objects.get(nip=nip)
    return person.legal_status, SiasnRecord.objects.get(employee=person).facts["legal_status"]


def sheet(code, **more):
    return file_of(changed(ROWS[0], KEDUDUKAN_HUKUM_ID=code, KEDUDUKAN_HUKUM_NAMA="Pemberhentian sementara", **more))


@pytest.mark.parametrize("cell", ["04", "4", "'04"])
def test_a_file_brings_such_a_standing_new_and_again_without_a_change(cell, agency):
    first = load(agency, sheet(cell))
    again = load(agency, sheet(cell))

    assert (first.plan["new"], first.written) == (1, True)
    assert (again.plan["changed"], again.plan["unchanged"]) == (0, 1)
    with agency_scope(agency):
        assert standing_of() == ("04", "04")
        assert [text for (text,) in at_rest()] == [stored("04")] * 2
        assert [each for each in compare.compare(agency) if each.table == "positions_employee"] == []


def test_a_file_changes_to_such_a_standing_and_back_and_its_lists_say_no_code(agency):
    load(agency, SIASN)
    # From one of few to another the list has no line: it would say the same word twice.
    for code, told in (
        ("04", [("legal_status", "01", "terbatas")]),
        ("15", []),
        ("01", [("legal_status", "terbatas", "01")]),
    ):
        result = load(agency, sheet(code))
        assert result.plan["changed"] == 1
        lines = [(each["field"], each["before"], each["after"]) for each in result.details["changed"]]
        assert lines == told
        assert not re.search(r'"(04|15|s1\.[^"]*)"', json.dumps(result.as_json()))
        with agency_scope(agency):
            assert standing_of() == (code, code)


def test_reports_and_kept_rows_repeat_no_such_code(agency):
    status = changed(ROWS[0], KEDUDUKAN_HUKUM_ID="04", KEDUDUKAN_HUKUM_NAMA="Pemberhentian sementara",
                     STATUS_CPNS_PNS="PPPK", UNOR_ID="", UNOR_NAMA="Unit Tak Dikenal")  # fmt: skip
    for cell in ("04", "04 Pemberhentian sementara", "4"):
        row = list(status)
        row[HEADERS.index("KEDUDUKAN HUKUM ID")] = cell
        result = load(agency, file_of(row), skip_rejected=True)
        said = json.dumps(result.as_json(), ensure_ascii=False)
        assert {"ACC_4", "TERLALU_PANJANG"} & set(codes(result)[2])
        assert "emberhentian" not in said
        assert not re.search(r"“0?4”|\"0?4\"", said)
    double = changed(ROWS[0], KEDUDUKAN_HUKUM_ID="04", TMT_JABATAN="01-01-2030",
                     KEDUDUKAN_HUKUM_NAMA="Pemberhentian sementara")  # fmt: skip
    other = changed(ROWS[0], KEDUDUKAN_HUKUM_ID="01", TMT_JABATAN="01-01-2024", JABATAN_NAMA="Lain")
    load(agency, file_of(double, other))
    with agency_scope(agency):
        kept = [each.raw for each in Finding.objects.all() if each.raw]
        assert kept
        assert "emberhentian" not in json.dumps(kept)
        assert not [each for each in kept if each.get("KEDUDUKAN HUKUM ID") == "04"]


def test_beside_siasn_the_same_standing_is_no_difference(medan):
    same, other = person_of("15"), person_of("15")
    Employee.objects.filter(pk=other.pk).update(legal_status="04")

    found = {each.pk: each for each in siasn_reads.compared(Employee.objects.all(), DAY)}

    assert "legal_status" not in found[same.pk].differs
    assert "legal_status" in found[other.pk].differs
    line = next(each for each in siasn_reads.lines(found[other.pk]) if each.code == "legal_status")
    assert (line.local, line.siasn) == ("04", "15")


# Keys


def test_a_new_key_leaves_tokens_and_everything_stays_readable(medan, settings):
    person = person_of("77", nik="1271990803989000")
    before = at_rest()
    settings.FIELD_KEYS = [Fernet.generate_key().decode(), *settings.FIELD_KEYS]

    call_command("rotate_field_keys")

    with agency_scope(medan):
        assert at_rest() == before
        found = Employee.objects.get(legal_status="77")
        assert (found.pk, found.nik) == (person.pk, "1271990803989000")
        assert found.standings.get().standing == found.siasn_records.get().facts["legal_status"] == "77"
        assert [each for each in compare.compare(medan) if each.table == "positions_employee"] == []


# What earlier releases left


@pytest.mark.django_db(transaction=True)
def test_the_owners_migration_seals_what_stood_in_clear_and_the_trail_still_agrees(owner_connection, client):
    medan = AgencyFactory()
    with agency_scope(medan):
        people = {code: person_of(code) for code in ("04", "77", "01")}
        job = ImportJob.objects.create(agency=medan, kind="employees", filename="a.csv", report=[
            {"row": 2, "outcome": "warned", "codes": ["ACC_4"], "messages": ["KEDUDUKAN HUKUM ID: “04” bukan"],
             "problems": [{"column": "KEDUDUKAN HUKUM ID", "value": "04", "code": "ACC_4", "cause": "bukan"}]},
            {"row": 4, "outcome": "accepted", "codes": [], "messages": []},
        ])  # fmt: skip
        Finding.objects.create(
            agency=medan, code="X", fingerprint="x", found_at="2026-01-01T00:00Z",
            raw={"NAMA": "Ani", "KEDUDUKAN HUKUM ID": "04", "Kedudukan Hukum Nama": "Pemberhentian sementara"},
        )  # fmt: skip
        sealed = at_rest()
    constraints = (
        ("positions_employee", "employee_standing_sealed"), ("positions_standingrecord", "standing_sealed"),
        ("positions_standingrecord", "standing_is_a_code"),
    )  # fmt: skip
    schema = SimpleNamespace(connection=owner_connection)
    owner_connection.autocommit = False
    with owner_connection, owner_connection.cursor() as cursor:
        checks = {}
        for table, name in constraints:
            cursor.execute("SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = %s", [name])
            checks[table, name] = cursor.fetchone()[0]
            cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
        # As the release before left them, and as its trail told it.
        MOVED.open_rows(None, schema)
        cursor.execute("ALTER TABLE audit_value DISABLE TRIGGER audit_append_only")
        for code in ("04", "77"):
            cursor.execute("UPDATE audit_value SET change = replace(change, %s, %s)", [stored(code), code])
        cursor.execute("ALTER TABLE audit_value ENABLE TRIGGER audit_append_only")
        cursor.execute("SELECT legal_status FROM positions_employee ORDER BY id")
        assert cursor.fetchall() == [("04",), ("77",), ("01",)]
        cursor.execute("SELECT count(*) FROM positions_siasnrecord WHERE facts ->> 'legal_status' = '77'")
        assert cursor.fetchone() == (1,)
    with owner_connection, owner_connection.cursor() as cursor:
        MOVED.take_codes(None, schema)
        MOVED.take_tokens(None, schema)
        for _again in range(2):
            MOVED.seal_rows(None, schema)
        for (table, name), check in checks.items():
            cursor.execute(f"ALTER TABLE {table} ADD CONSTRAINT {name} {check}")
    owner_connection.autocommit = True

    with agency_scope(medan):
        assert at_rest() == sealed
        assert {code: Employee.objects.get(pk=each.pk).legal_status for code, each in people.items()} == {
            "04": "04", "77": "77", "01": "01",
        }  # fmt: skip
        assert StandingRecord.objects.count() == 3
        tables = ("positions_employee", "positions_standingrecord")
        assert [each for each in compare.compare(medan) if each.table in tables] == []
        job.refresh_from_db()
        assert "04" not in json.dumps(job.report)
        assert job.report[0]["problems"][0]["value"] == "…"
        assert Finding.objects.get().raw == {"NAMA": "Ani"}
    # Words from before are read by who may.
    for role, told in (("auditor", "04"), ("admin_daerah", "terbatas")):
        client.force_login(user_with(medan, role))
        changes = client.get(f"/api/v1/history/positions_employee/{people['04'].pk}/").json()["results"]
        shown = {line["new"] for each in changes for line in each["lines"] if "edudukan" in line["column"]}
        assert shown & {"04", "terbatas"} == {told}
    # What changes past the trail is still found.
    with owner_connection.cursor() as cursor:
        cursor.execute("ALTER TABLE positions_employee DISABLE TRIGGER audit_update")
        cursor.execute("UPDATE positions_employee SET legal_status = %s WHERE id = %s", [stored("15"), people["04"].pk])
        cursor.execute("ALTER TABLE positions_employee ENABLE TRIGGER audit_update")
    with agency_scope(medan):
        found = [each for each in compare.compare(medan) if each.table == "positions_employee"]
    assert [(each.object_id, each.columns) for each in found] == [(people["04"].pk, ("legal_status",))]
