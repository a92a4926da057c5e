"""A rank on a past day is shown only where its TMT says that it held; a seat is named by its position."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from asnhr.scope import agency_scope
from tests import api_world
from tests.factories.positions import (
    EmployeeFactory,
    IncumbencyFactory,
    JobFactory,
    PositionFactory,
    SeatFactory,
    UnitFactory,
)
from tests.roles import user_with

pytestmark = pytest.mark.django_db


@pytest.fixture
def medan():
    return api_world.medan()


@pytest.fixture
def people(medan):
    with agency_scope(medan):
        unit = UnitFactory(agency=medan)
        return [
            EmployeeFactory(agency=medan, unit=unit, name=name, rank=34, rank_since=since)
            for name, since in (("Ani", date(2018, 4, 1)), ("Budi", date(2024, 4, 1)), ("Cici", None))
        ]


def ranks(client, as_of=""):
    text = client.get(reverse("employee-list"), {"format": "csv", "as_of": as_of}).getvalue().decode("utf-8-sig")
    return {name: "III/d" in line for line in text.splitlines() for name in ("Ani", "Budi", "Cici") if name in line}


def test_a_past_days_rank_is_shown_only_where_its_date_says_so(client, medan, people):
    client.force_login(user_with(medan, "staf_bkd"))

    assert ranks(client) == {"Ani": True, "Budi": True, "Cici": True}
    assert ranks(client, "2021-06-01") == {"Ani": True, "Budi": False, "Cici": False}
    page = client.get(reverse("employee-list"), {"as_of": "2021-06-01"}).content.decode()
    assert page.count('title="belum ada riwayat"') == 2
    person = reverse("employee-detail", args=[people[1].pk])
    assert "belum ada riwayat" in client.get(person, {"as_of": "2021-06-01"}).content.decode()
    assert "belum ada riwayat" not in client.get(person, {"as_of": ""}).content.decode()
    rows = client.get("/api/v1/employees/?as_of=2021-06-01").json()["results"]
    assert [row["rank"] for row in sorted(rows, key=lambda row: row["name"])] == [34, None, None]
    assert client.get(f"/api/v1/employees/{people[1].pk}/").json()["rank"] == 34


def test_a_past_list_costs_no_query_a_row(client, medan, people):
    client.force_login(user_with(medan, "staf_bkd"))
    url = reverse("employee-list")
    client.get(url, {"as_of": "2021-06-01"})
    costs = []
    for more in (0, 20):
        with agency_scope(medan):
            EmployeeFactory.create_batch(more, agency=medan, unit=people[0].unit, rank_since=date(2024, 4, 1))
        with CaptureQueriesContext(connection) as queries:
            client.get(url, {"as_of": "2021-06-01"})
        costs.append(len(queries))

    assert costs[0] == costs[1]


def test_seats_are_suggested_by_the_name_of_their_position(client, medan):
    with agency_scope(medan):
        unit = UnitFactory(agency=medan, name="Dinas Arsip")
        job = JobFactory(agency=medan, name="Arsiparis Terampil")
        SeatFactory(agency=medan, position=PositionFactory(agency=medan, unit=unit, job=job))
    client.force_login(user_with(medan, "admin_daerah"))

    found = client.get(
        "/admin/autocomplete/?app_label=positions&model_name=reservation&field_name=seat&term=arsiparis"
    ).json()["results"]

    assert [each["text"] for each in found] == ["Arsiparis Terampil · Dinas Arsip no. 1"]


def test_a_past_day_shows_no_post_that_came_later_and_not_todays_unit(client, medan):
    with agency_scope(medan):
        unit = UnitFactory(agency=medan, name="Dinas Kelak")
        person = EmployeeFactory(agency=medan, unit=unit, rank=34, rank_since=date(2018, 4, 1))
        position = PositionFactory(agency=medan, unit=unit, job=JobFactory(agency=medan, name="Analis Kelak"))
        seat = SeatFactory(agency=medan, position=position)
        IncumbencyFactory(agency=medan, employee=person, seat=seat, position=position, starts_on=date(2026, 1, 1))
    client.force_login(user_with(medan, "staf_bkd"))
    url = reverse("employee-detail", args=[person.pk])

    then = client.get(url, {"as_of": "2020-05-01"}).content.decode()
    assert "tanpa jabatan pada hari itu" in then
    assert "Analis Kelak" not in then
    assert "Dinas Kelak" not in then[then.index("NIP") :]
    assert "Analis Kelak" in client.get(url, {"as_of": ""}).content.decode()
