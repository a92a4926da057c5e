"""Every resource of the API: who is refused, what is out of sight, what a page costs, how it is paged."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from asnhr.scope import agency_scope
from positions.api.urls import router
from positions.models import NeedsRollup
from tests import api_world
from tests.factories.positions import EmployeeFactory, UnitFactory
from tests.roles import user_with

pytestmark = pytest.mark.django_db

EVERY = api_world.IN_UNIT | api_world.IN_AGENCY


@pytest.fixture
def medan():
    return api_world.medan()


@pytest.fixture
def unit(medan):
    with agency_scope(medan):
        return UnitFactory(agency=medan)


def signed_in(client, agency, role, *units):
    client.force_login(user_with(agency, role, *units))
    return client


def test_every_route_is_in_these_tests():
    assert {prefix for prefix, _view, _name in router.registry} | {"imports"} == set(EVERY) | {
        # One of the nation's role, one row an agency, and national lists: tested by themselves.
        "rollups", "analysis-schedules", "education-levels", "educations", "document-kinds",
        "job-analysis-codes", "competencies",
        # Doors of their own (tests/positions/test_agenda.py, tests/test_matrix.py).
        "agenda-items", "agenda-steps", "deadlines",
    }  # fmt: skip


@pytest.mark.parametrize("route", [*EVERY, "me", "parameters", "units/tree", "units/1"])
def test_a_stranger_gets_401_as_a_problem(route, client):
    response = client.get(f"/api/v1/{route}/")

    assert response.status_code == 401
    assert response["Content-Type"] == "application/problem+json"
    assert response["WWW-Authenticate"].startswith("Bearer")
    assert response.json()["status"] == 401


# What people see of themselves there too (tests/positions/test_corrections.py).
OWN_TOO = {"employee-documents", "employee-contacts", "change-requests", "objections"}


@pytest.mark.parametrize(
    "route", [*(each for each in EVERY if each not in OWN_TOO), "parameters", "units/tree", "employees/1"]
)
@pytest.mark.parametrize("role", ["pegawai", "pusat"])
def test_a_role_that_does_not_read_gets_403(route, role, client, medan):
    response = signed_in(client, medan, role).get(f"/api/v1/{route}/")

    assert response.status_code == 403
    assert response["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("route", EVERY)
def test_rows_are_listed_and_shown(route, client, medan, unit):
    with agency_scope(medan):
        made = EVERY[route](medan, unit)
    signed_in(client, medan, "staf_bkd")

    listed = client.get(f"/api/v1/{route}/").json()["results"]
    shown = client.get(f"/api/v1/{route}/{made.pk}/").json()

    assert made.pk in [each["id"] for each in listed]
    assert shown["id"] == made.pk
    assert set(listed[0]) <= set(shown)


@pytest.mark.parametrize("route", EVERY)
def test_rows_of_another_agency_are_out_of_sight(route, client, medan):
    jambi = api_world.jambi()
    with agency_scope(jambi):
        theirs = EVERY[route](jambi, UnitFactory(agency=jambi))
    signed_in(client, medan, "staf_bkd")

    assert client.get(f"/api/v1/{route}/").json()["results"] == []
    assert client.get(f"/api/v1/{route}/{theirs.pk}/").status_code == 404


# Hearings and objections are not for a unit's admin at all (tests/positions/test_hearings.py, test_objections.py), nor
# is what is sensitive in a file.
NOT_FOR_UNITS = {"removal-hearings", "objections"} | api_world.SENSITIVE


@pytest.mark.parametrize("route", [route for route in api_world.IN_UNIT if route not in NOT_FOR_UNITS])
def test_rows_of_another_unit_are_out_of_sight(route, client, medan, unit):
    with agency_scope(medan):
        other = UnitFactory(agency=medan)
        theirs = EVERY[route](medan, other)
        ours = EVERY[route](medan, unit)
    signed_in(client, medan, "admin_unit", unit)

    listed = [each["id"] for each in client.get(f"/api/v1/{route}/").json()["results"]]

    assert ours.pk in listed
    assert theirs.pk not in listed
    assert client.get(f"/api/v1/{route}/{theirs.pk}/").status_code == 404
    assert client.get(f"/api/v1/{route}/{ours.pk}/").status_code == 200


@pytest.mark.parametrize("route", ["runs", "imports"])
def test_a_unit_admin_sees_own_work_only(route, client, medan, unit):
    with agency_scope(medan):
        EVERY[route](medan, unit)
    signed_in(client, medan, "admin_unit", unit)

    assert client.get(f"/api/v1/{route}/").json()["results"] == []


@pytest.mark.parametrize("route", EVERY)
@pytest.mark.parametrize("role", ["staf_bkd", "admin_unit"])
def test_the_cost_of_a_list_is_flat(route, role, client, medan, unit):
    if role == "admin_unit" and route in api_world.SENSITIVE:
        assert signed_in(client, medan, role, unit).get(f"/api/v1/{route}/").status_code == 403
        return
    signed_in(client, medan, role, *([unit] if role == "admin_unit" else []))
    client.get(f"/api/v1/{route}/")
    costs = []
    for rows in (1, 19):
        with agency_scope(medan):
            for _number in range(rows):
                EVERY[route](medan, unit)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            response = client.get(f"/api/v1/{route}/")
        assert response.status_code == 200
        costs.append(len(queries))

    assert costs[0] == costs[1]
    assert costs[1] <= 15


def test_roll_ups_are_the_nations_only(client, medan):
    NeedsRollup.objects.create(
        agency_code="1571", agency_name="Kota Jambi", as_of=date(2026, 1, 31), totals={"need": 1}
    )

    assert client.get("/api/v1/rollups/").status_code == 401
    assert signed_in(client, medan, "staf_bkd").get("/api/v1/rollups/").status_code == 403
    listed = signed_in(client, medan, "pusat").get("/api/v1/rollups/").json()["results"]

    assert [each["totals"] for each in listed] == [{"need": 1}]


def test_the_tree_costs_the_same_at_any_size(client, medan, unit):
    signed_in(client, medan, "staf_bkd")
    client.get("/api/v1/units/tree/")
    costs = []
    for rows in (1, 20):
        with agency_scope(medan):
            UnitFactory.create_batch(rows, agency=medan, parent=unit)
        with CaptureQueriesContext(connection) as queries:
            client.get("/api/v1/units/tree/")
        costs.append(len(queries))

    assert costs[0] == costs[1] <= 15


def pages(client, url):
    while url:
        page = client.get(url).json()
        yield page
        url = page["next"]


def test_pages_hold_every_row_once_while_rows_are_added(client, medan, unit):
    signed_in(client, medan, "staf_bkd")
    with agency_scope(medan):
        # Many of the same name: a cursor on the first column alone would skip or repeat them.
        for number in range(12):
            EmployeeFactory(agency=medan, unit=unit, name="Siti" if number % 3 else f"Budi {number}")
    seen = []

    for page in pages(client, "/api/v1/employees/?page_size=5"):
        seen += [each["id"] for each in page["results"]]
        with agency_scope(medan):
            EmployeeFactory(agency=medan, unit=unit, name="Ani")

    assert len(seen) == len(set(seen)) == 12


def test_a_cursor_leads_back(client, medan, unit):
    signed_in(client, medan, "staf_bkd")
    with agency_scope(medan):
        EmployeeFactory.create_batch(7, agency=medan, unit=unit, name="Siti")
    first, second, third = list(pages(client, "/api/v1/employees/?page_size=3"))

    assert client.get(third["previous"]).json()["results"] == second["results"]
    assert client.get(second["previous"]).json()["results"] == first["results"]
    assert client.get(second["previous"]).json()["previous"] is None
    assert first["previous"] is None


ORDERS = {prefix: list(getattr(view, "orders", {})) for prefix, view, _name in router.registry}


@pytest.mark.parametrize("route", [route for route in EVERY if ORDERS.get(route)])
def test_every_order_of_every_list_goes_on_to_the_last_page_and_back(route, client, medan, unit):
    """From row to row: what a row's place is told by must be in the row, and end in what is unique."""
    with agency_scope(medan):
        made = {EVERY[route](medan, unit).pk for _number in range(3)}
    signed_in(client, medan, "staf_bkd")

    for order in ORDERS[route]:
        found = list(pages(client, f"/api/v1/{route}/?ordering={order}&page_size=1"))
        seen = [page["results"][0]["id"] for page in found]
        assert made <= set(seen), order
        assert len(seen) == len(set(seen)), order
        assert client.get(found[-1]["previous"]).json()["results"] == found[-2]["results"], order


@pytest.mark.parametrize("cursor", ["x", "eyJhIjoxfQ==", "WyJuIiwiYSJd", "WyJuIiwiYSIsImIiXQ=="])
def test_a_made_up_cursor_is_refused(cursor, client, medan):
    response = signed_in(client, medan, "staf_bkd").get(f"/api/v1/employees/?cursor={cursor}")

    assert response.status_code == 400
    assert response.json()["errors"] == {"cursor": ["Kursor tidak sah."]}


@pytest.mark.parametrize(
    ("query", "named"),
    [
        ("as_of=kemarin", "as_of"),
        ("as_of=2026-02-30", "as_of"),
        ("as_of=20260101", "as_of"),
        ("stauts=PNS", "stauts"),
        ("status=LAIN", "status"),
        ("ordering=birth_date", "ordering"),
        ("unit=abc", "unit"),
        ("history=ya", "history"),
    ],
)
def test_a_parameter_that_means_nothing_is_refused(query, named, client, medan):
    response = signed_in(client, medan, "staf_bkd").get(f"/api/v1/employees/?{query}")

    assert response.status_code == 400
    assert response["Content-Type"] == "application/problem+json"
    assert list(response.json()["errors"]) == [named]


def test_a_very_long_id_matches_nothing(client, medan):
    signed_in(client, medan, "staf_bkd")

    assert client.get("/api/v1/employees/?unit=99999999999999999999999").json()["results"] == []
    assert client.get("/api/v1/employees/999999999999999999/").status_code == 404


def test_the_subtree_filter_takes_a_unit_and_all_below(client, medan, unit):
    with agency_scope(medan):
        below = UnitFactory(agency=medan, parent=unit)
        here = EmployeeFactory(agency=medan, unit=below)
        EmployeeFactory(agency=medan, unit=UnitFactory(agency=medan))
    signed_in(client, medan, "staf_bkd")

    found = client.get(f"/api/v1/employees/?under={unit.pk}").json()["results"]
    units = client.get(f"/api/v1/units/?under={unit.pk}").json()["results"]

    assert [each["id"] for each in found] == [here.pk]
    assert {each["id"] for each in units} == {unit.pk, below.pk}


def test_problems_speak_the_language_asked_for(client, medan):
    signed_in(client, medan, "staf_bkd")

    indonesian = client.get("/api/v1/employees/1/", headers={"Accept-Language": "id"}).json()
    english = client.get("/api/v1/employees/1/", headers={"Accept-Language": "en"}).json()

    assert indonesian["title"] == "Tidak ditemukan"
    assert english["title"] == "Not Found"
    assert indonesian["detail"] != english["detail"]
    assert indonesian["instance"] == "/api/v1/employees/1/"


def test_what_has_a_period_is_listed_as_of_a_day(client, medan, unit):
    with agency_scope(medan):
        old = UnitFactory(agency=medan, parent=unit, starts_on=date(2015, 1, 1), ends_on=date(2020, 1, 1))
    signed_in(client, medan, "staf_bkd")

    def ids(query):
        return {each["id"] for each in client.get(f"/api/v1/units/?{query}").json()["results"]}

    assert old.pk not in ids("")
    assert old.pk in ids("as_of=2019-12-31")
    assert old.pk not in ids("as_of=2020-01-01")
    assert old.pk in ids("history=true")


def test_an_unsupported_method_is_a_problem(client, medan):
    response = signed_in(client, medan, "staf_bkd").delete("/api/v1/employees/1/")

    assert response.status_code in (403, 405)
    assert response["Content-Type"] == "application/problem+json"
