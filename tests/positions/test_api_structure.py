"""Writes of units, jobs, positions, formations, people and posts through the API, and who is refused."""

from datetime import date

import pytest

from asnhr.scope import agency_scope
from positions.models import Employee, Incumbency, Position, PositionNeed, Seat, Unit, UnitPeriod
from tests import api_world
from tests.factories import positions as make
from tests.roles import user_with

pytestmark = pytest.mark.django_db
DAY = "2026-11-21"
PERDA = {"starts_on": DAY, "decree": "Perda 3/2026", "decree_on": "2026-11-09"}
DECREE = {"starts_on": DAY, "decree": "188/9", "decree_on": DAY}


@pytest.fixture(autouse=True)
def frozen(monkeypatch):
    monkeypatch.setattr("asnhr.dates.today", lambda: date(2026, 11, 21))


@pytest.fixture
def medan():
    return api_world.medan()


@pytest.fixture
def unit(medan):
    with agency_scope(medan):
        return make.UnitFactory(agency=medan, parent=make.UnitFactory(agency=medan))


@pytest.fixture
def position(medan, unit):
    with agency_scope(medan):
        position = make.PositionFactory(agency=medan, unit=unit)
        make.SeatFactory(agency=medan, position=position)
        make.PositionNeedFactory(agency=medan, position=position)
        return position


@pytest.fixture
def person(medan, unit):
    with agency_scope(medan):
        return make.EmployeeFactory(agency=medan, unit=unit)


def as_role(client, agency, role, *units):
    client.force_login(user_with(agency, role, *units))
    return client


def send(client, method, path, body=None):
    return getattr(client, method)(f"/api/v1/{path}/", body or {}, content_type="application/json")


def test_a_unit_is_founded_changed_and_closed(client, medan, unit):
    as_role(client, medan, "bagian_organisasi")
    new = send(client, "post", "units", {"code": "D-1", "name": "Seksi", "kind": "seksi", "parent_id": unit.pk} | PERDA)
    assert new.status_code == 201, new.content
    pk = new.json()["id"]
    assert (new.json()["parent_id"], new.json()["office_id"]) == (unit.pk, unit.pk)

    later = PERDA | {"starts_on": "2026-12-01"}
    changed = send(client, "patch", f"units/{pk}", {"name": "Subbagian", "parent_id": unit.parent_id} | later)
    closing = {"ends_on": "2027-01-01", "decree": "Perda 9/2026", "decree_on": "2026-12-30", "successor_id": unit.pk}
    closed = send(client, "post", f"units/{pk}/close", closing)
    again = send(client, "post", f"units/{pk}/close", closing)

    assert changed.status_code == 200, changed.content
    # The answer shows the day's name: the new one holds from December on.
    assert client.get(f"/api/v1/units/{pk}/?as_of=2026-12-02").json()["name"] == "Subbagian"
    assert client.get(f"/api/v1/units/{pk}/?as_of=2026-11-22").json()["name"] == "Seksi"
    assert (closed.json()["ends_on"], closed.json()["successor_id"]) == ("2027-01-01", unit.pk)
    assert (closed.json()["closing_decree"], closed.json()["closing_decree_on"]) == ("Perda 9/2026", "2026-12-30")
    assert (new.json()["decree"], new.json()["decree_on"]) == ("Perda 3/2026", "2026-11-09")
    assert (again.status_code, "sudah ditutup" in again.json()["detail"]) == (409, True)


def test_a_unit_without_decree_or_with_an_unknown_parent_is_refused(client, medan, unit):
    as_role(client, medan, "bagian_organisasi")
    body = {"code": "D-1", "name": "Seksi", "parent_id": unit.pk, "starts_on": DAY}

    assert {"decree", "decree_on"} <= set(send(client, "post", "units", body).json()["errors"])
    decree = {"decree": "X", "decree_on": DAY}
    assert send(client, "post", "units", body | decree | {"parent_id": 999_999}).status_code == 404
    late = {"decree": "X", "decree_on": "2026-11-22"}
    for method, path, asked in (
        ("post", "units", body), ("patch", f"units/{unit.pk}", {"name": "Seksi", "starts_on": DAY}),
        ("post", f"units/{unit.pk}/close", {"ends_on": DAY}),
    ):  # fmt: skip
        answer = send(client, method, path, asked | late)
        assert (answer.status_code, "sebelum keputusannya" in answer.json()["detail"]) == (409, True), path


def test_a_job_is_added_and_changed(client, medan):
    as_role(client, medan, "bagian_organisasi")
    body = {"code": "J-1", "name": "Arsiparis", "group": "fungsional", "level": "AHLI_MUDA"}
    more = {"education_fields": ["kearsipan"], "rank_min": 33, "rank_max": 34}
    # Competencies are those of the job's standard.
    assert set(send(client, "post", "jobs", body | {"competencies": {"M.1": 3}}).json()["errors"]) == {"competencies"}
    wrong = send(client, "post", "jobs", body | {"level": "PELAKSANA"})
    new = send(client, "post", "jobs", body | more)
    assert new.status_code == 201, new.content

    where = f"jobs/{new.json()['id']}"
    changed = send(client, "patch", where, {"summary": "Menata", "job_class": None, "education_level_id": None})

    assert wrong.status_code == 409
    for refused in (
        send(client, "patch", where, {"job_class": 9}),
        send(client, "post", "jobs", body | {"code": "J-2", "name": "Lain", "job_class": 9}),
    ):
        assert (refused.status_code, "evaluasi jabatan" in refused.json()["detail"]) == (409, True)
    with agency_scope(medan):
        standard = make.JobStandardFactory(agency=medan, job_id=new.json()["id"])
        make.JobCompetencyFactory(agency=medan, standard=standard)
    row = client.get(f"/api/v1/jobs/{new.json()['id']}/").json()
    assert row["summary"] == changed.json()["summary"] == "Menata"
    assert (row["job_class"], row["rank_min"], row["education_fields"]) == (None, 33, ["KEARSIPAN"])
    assert [(each["code"], each["level"]) for each in row["competencies"]] == [("M.1", 3)]
    assert (row["field"], row["is_active"]) == ("teknis", True)


def test_a_position_is_opened_decided_anew_and_closed(client, medan, unit):
    with agency_scope(medan):
        job = make.JobFactory(agency=medan)
    as_role(client, medan, "bagian_organisasi")
    new = send(client, "post", "positions", {"unit_id": unit.pk, "job_id": job.pk, "seats": 1} | DECREE)
    assert new.status_code == 201, new.content
    pk = new.json()["id"]

    same_day = send(client, "post", f"positions/{pk}/formation", {"number": 3} | DECREE)
    assert same_day.status_code == 409
    later = send(client, "post", f"positions/{pk}/formation", {"number": 3} | DECREE | {"starts_on": "2026-12-01"})
    assert later.status_code == 200, later.content
    assert client.get(f"/api/v1/positions/{pk}/?as_of=2026-12-01").json()["k"] == 3
    closing = {"ends_on": "2027-01-01", "decree": "188/10", "decree_on": "2026-12-30"}
    assert "decree_on" in send(client, "post", f"positions/{pk}/close", {"ends_on": "2027-01-01"}).json()["errors"]
    assert send(client, "post", f"positions/{pk}/close", closing).json()["closing_decree_on"] == "2026-12-30"


def test_a_person_is_registered_corrected_appointed_and_leaves(client, medan, unit, position):
    as_role(client, medan, "staf_bkd")
    body = {"nip": "19900215 201503 2 004", "status": "PNS", "name": "Ani", "unit_id": unit.pk}
    assert send(client, "post", "employees", body | {"nip": "199002152015032000"}).status_code == 409
    new = send(client, "post", "employees", body)
    assert new.status_code == 201, new.content
    pk = new.json()["id"]
    assert (new.json()["birth_date"], new.json()["sex"]) == ("1990-02-15", "F")

    corrected = send(client, "patch", f"employees/{pk}", {"name": "Ani Lubis", "rank": 31})
    post = {"position_id": position.pk, "employee_id": pk, "starts_on": DAY, "decree": "SK 1"}
    both = send(client, "post", "incumbencies", post | {"ends_on": "2027-01-01"})
    appointed = send(client, "post", "incumbencies", post)
    held = appointed.json()["id"]
    closed = send(client, "post", f"incumbencies/{held}/close", {"ends_on": "2026-12-31"})

    assert (corrected.json()["name"], corrected.json()["rank"]) == ("Ani Lubis", 31)
    assert "ends_on" in both.json()["errors"]
    assert (appointed.status_code, appointed.json()["kind"]) == (201, "definitif")
    assert closed.json()["ends_on"] == "2026-12-31"
    assert set(send(client, "patch", f"employees/{pk}", {"status": "PPPK", "name": "Ani"}).json()["errors"]) == {
        "status"
    }


def test_an_acting_officer_is_appointed_to_a_vacant_seat_only(client, medan, position, person):
    as_role(client, medan, "staf_bkd")
    body = {"position_id": position.pk, "employee_id": person.pk, "kind": "plt", "starts_on": DAY, "decree": "SK 1"}

    assert send(client, "post", "incumbencies", body).status_code == 201
    assert send(client, "post", "incumbencies", body).status_code == 409


def attempts(unit, position, person, held):
    """(permission's owner, method, path, body) of every write."""
    bureau, staff = "bagian_organisasi", "staf_bkd"
    post = {"position_id": position.pk, "employee_id": person.pk, "starts_on": DAY, "decree": "SK 1"}
    return [
        (bureau, "post", "units", {"code": "D", "name": "D", "parent_id": unit.pk} | PERDA),
        (bureau, "patch", f"units/{unit.pk}", {"name": "D"} | PERDA),
        (bureau, "post", f"units/{unit.pk}/close", {"ends_on": DAY, "decree": "X", "decree_on": DAY}),
        (bureau, "post", f"positions/{position.pk}/formation", {"number": 2} | DECREE),
        (bureau, "patch", f"jobs/{position.job_id}", {"job_class": 3}),
        (bureau, "post", "positions", {"unit_id": unit.pk, "job_id": position.job_id, "seats": 1} | DECREE),
        (bureau, "post", f"positions/{position.pk}/close", {"ends_on": DAY, "decree": "X", "decree_on": DAY}),
        (staff, "post", "employees", {"nip": "199002152015032004", "status": "PNS", "name": "A", "unit_id": unit.pk}),
        (staff, "patch", f"employees/{person.pk}", {"name": "A"}),
        (staff, "post", "incumbencies", post),
        (staff, "post", f"incumbencies/{held.pk}/close", {"ends_on": DAY}),
    ]


def state(agency):
    with agency_scope(agency):
        return [list(model.objects.order_by("pk").values()) for model in (Unit, Seat, Employee, Incumbency)]


@pytest.fixture
def held(medan, unit):
    with agency_scope(medan):
        return make.IncumbencyFactory(agency=medan, position__unit=unit)


def test_a_role_that_only_reads_writes_nothing(client, medan, unit, position, person, held):
    before = state(medan)
    as_role(client, medan, "auditor")

    for _role, method, path, body in attempts(unit, position, person, held):
        assert send(client, method, path, body).status_code == 403, path
    assert state(medan) == before


def test_a_unit_admin_writes_in_the_own_units_only(client, medan, unit, position, person, held):
    with agency_scope(medan):
        elsewhere = make.UnitFactory(agency=medan)
    before = state(medan)
    as_role(client, medan, "admin_unit", elsewhere)

    for role, method, path, body in attempts(unit, position, person, held):
        # Structure is not a unit admin's at all; people of other units are not there.
        expected = 404 if role == "staf_bkd" or path.startswith("positions") and "formation" not in path else 403
        assert send(client, method, path, body).status_code == expected, path
    assert state(medan) == before


def test_rows_of_another_agency_are_not_there(client, medan, unit, position, person, held):
    before = state(medan)
    jambi = api_world.jambi()
    for role in ("bagian_organisasi", "staf_bkd"):
        as_role(client, jambi, role)
        for owner, method, path, body in attempts(unit, position, person, held):
            if owner == role:
                assert send(client, method, path, body).status_code == 404, path
    assert state(medan) == before


# Tried before it is saved


def test_every_write_of_the_structure_is_tried_first(client, medan, unit, position, person):
    """Founding, renaming, moving, closing, opening, K: the same answer as merging and converting, and nothing stays."""
    with agency_scope(medan):
        job, empty = make.JobFactory(agency=medan), make.UnitFactory(agency=medan, parent=unit.parent)
        there = make.UnitFactory(agency=medan, parent=unit.parent)
        vacant = make.PositionFactory(agency=medan, unit=unit)
        make.SeatFactory(agency=medan, position=vacant)
    as_role(client, medan, "bagian_organisasi")
    closing = {"ends_on": "2026-12-01", "decree": "Perda 9/2026", "decree_on": DAY}
    later = {"starts_on": "2026-12-01", "decree": "Perda 9/2026", "decree_on": DAY}
    moving = later | {"starts_on": "2027-01-01"}
    founding = {"code": "D-1", "name": "Seksi", "kind": "seksi", "parent_id": unit.pk}
    cases = [
        ("post", "units", founding | PERDA, {"name": "Seksi", "parent_id": unit.pk}, []),
        ("patch", f"units/{unit.pk}", {"name": "Nama Baru"} | later, {"name": "Nama Baru"}, [person.pk]),
        ("patch", f"units/{unit.pk}", {"parent_id": there.pk} | moving, {"parent_id": there.pk}, [person.pk]),
        ("post", f"units/{empty.pk}/close", closing, {"ends_on": "2026-12-01"}, []),
        ("post", "positions", {"unit_id": unit.pk, "job_id": job.pk, "seats": 2} | DECREE, {"k": 2}, []),
        ("post", f"positions/{vacant.pk}/close", closing, {"ends_on": "2026-12-01"}, []),
        ("post", f"positions/{position.pk}/formation", {"number": 3} | later, {"k": 3}, []),
    ]
    before = rows_of(medan)

    for method, path, body, shown, touched in cases:
        answer = send(client, method, path, body | {"preview": True})
        assert answer.status_code == 200, (path, answer.content)
        seen = answer.json()
        assert (seen["preview"], seen["touched"], seen["warnings"]) == (True, touched, []), path
        assert {name: seen["row"][name] for name in shown} == shown, path
        assert "ETag" not in answer
        assert rows_of(medan) == before, path
        assert send(client, method, path, body | {"preview": False}).status_code in (200, 201), path
        before = rows_of(medan)


def rows_of(agency):
    with agency_scope(agency):
        return [
            sorted(map(repr, model.objects.values_list()))
            for model in (Unit, UnitPeriod, Position, Seat, PositionNeed, Employee, Incumbency)
        ]


def test_a_try_is_refused_as_the_decision_is(client, medan, unit, position, person, held):
    as_role(client, medan, "bagian_organisasi")
    closing = {"ends_on": "2026-12-01", "decree": "188/9", "decree_on": DAY, "preview": True}

    refused = send(client, "post", f"positions/{held.position_id}/close", closing)
    unknown = send(client, "post", f"units/{unit.pk}/close", closing | {"pratinjau": True})

    assert (refused.status_code, "masih dipangku" in refused.json()["detail"]) == (409, True)
    assert unknown.status_code == 400
    as_role(client, medan, "auditor")
    assert send(client, "post", f"units/{unit.pk}/close", closing).status_code == 403


def test_a_try_tells_of_more_units_than_the_maxima_have(client, medan, unit):
    """The page of a new unit warns; so does the API."""
    with agency_scope(medan):
        office = make.UnitFactory(agency=medan, parent=unit.parent, kind="dinas")
        for _number in range(4):
            make.UnitFactory(agency=medan, parent=office, kind="bidang")
    as_role(client, medan, "bagian_organisasi")
    body = {"code": "B-5", "name": "Bidang", "kind": "bidang", "parent_id": office.pk, "preview": True} | PERDA

    warnings = send(client, "post", "units", body).json()["warnings"]

    assert [f"{office.name} akan punya 5 bidang" in each for each in warnings] == [True]
