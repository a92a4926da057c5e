"""A coming day shows the rank, the standing and the unit that are recorded ahead; today stays as it is."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from asnhr.dates import today
from asnhr.scope import agency_scope
from positions import models
from positions.queries import histories
from positions.queries import register as queries
from positions.services import register
from positions.services.day import turn
from tests import api_world
from tests.factories import positions as make
from tests.roles import user_with, with_access

pytestmark = pytest.mark.django_db
SOON, LATER = today() + timedelta(days=40), today() + timedelta(days=70)


@pytest.fixture
def medan():
    return api_world.medan()


@pytest.fixture
def person(medan):
    """III/d and 01 in Dinas Kini; IV/a, 02 and a post in Dinas Nanti from SOON on."""
    with agency_scope(medan):
        old, new = (make.UnitFactory(agency=medan, name=name) for name in ("Dinas Kini", "Dinas Nanti"))
        who = make.EmployeeFactory(
            agency=medan, unit=old, name="Ani", rank=34, rank_since=today() - timedelta(days=2000), legal_status="01"
        )
        for unit, starts, ends in ((old, today() - timedelta(days=900), SOON), (new, SOON, None)):
            seat = make.SeatFactory(agency=medan, position=make.PositionFactory(agency=medan, unit=unit))
            make.IncumbencyFactory(
                agency=medan, employee=who, seat=seat, position=seat.position, starts_on=starts, ends_on=ends
            )
        models.RankRecord.objects.create(agency=medan, employee=who, rank=41, starts_on=SOON)
        models.StandingRecord.objects.create(agency=medan, employee=who, standing="02", starts_on=SOON)
    return who


@pytest.mark.parametrize(
    ("day", "rank", "code", "standing", "unit"),
    [
        (today(), 34, "III/d", "01", "Dinas Kini"), (SOON - timedelta(days=1), 34, "III/d", "01", "Dinas Kini"),
        (SOON, 41, "IV/a", "02", "Dinas Nanti"), (LATER, 41, "IV/a", "02", "Dinas Nanti"),
    ],
)  # fmt: skip
def test_every_door_shows_what_holds_that_day(client, medan, person, day, rank, code, standing, unit):
    client.force_login(user_with(medan, "staf_bkd"))
    on = {"as_of": day.isoformat()}

    shown = client.get(reverse("employee-detail", args=[person.pk]), on)
    assert shown.context["rank"].startswith(code)
    assert shown.context["standing"].startswith(standing)
    assert unit in shown.content.decode()[shown.content.decode().index('id="data-unit"') :][:200]
    derived = client.get(reverse("employee-derived", args=[person.pk]), on).context["person"]
    assert (derived.rank, derived.legal_status) == (rank, standing)
    file = client.get(reverse("employee-list"), on | {"format": "csv"}).getvalue().decode("utf-8-sig")
    assert f";{code};" in file.replace(",", ";")
    assert unit in file
    assert code in client.get(reverse("employee-list"), on).content.decode()
    for url in ("/api/v1/employees/", f"/api/v1/employees/{person.pk}/"):
        said = client.get(url, on).json()
        row = said["results"][0] if "results" in said else said
        assert (row["rank"], row["legal_status"], row["unit_name"]) == (rank, standing, unit)
        assert row["unit_code"]
        assert "unit_code" not in row["post"]
    for name, wanted in (("rank", rank), ("legal_status", standing)):
        other = {"rank": 75 - rank, "legal_status": "02" if standing == "01" else "01"}[name]
        assert len(client.get("/api/v1/employees/", on | {name: wanted}).json()["results"]) == 1
        assert client.get("/api/v1/employees/", on | {name: other}).json()["results"] == []
    assert len(client.get(reverse("employee-list"), on | {"golongan": rank}).context["page"].rows) == 1
    assert not client.get(reverse("employee-list"), on | {"golongan": 75 - rank}).context["page"].rows
    with agency_scope(medan):
        # CLTN counts in no B.
        held = queries.counted_holders(day).filter(employee=person).count()
        assert held == (1 if standing == "01" else 0)


def test_a_coming_list_costs_no_query_a_row_and_today_none_more(client, medan, person):
    client.force_login(user_with(medan, "staf_bkd"))
    costs = {}
    for more in (0, 20):
        with agency_scope(medan):
            make.EmployeeFactory.create_batch(more, agency=medan, unit=person.unit)
        for url in (reverse("employee-list"), "/api/v1/employees/"):
            for day in (today(), LATER):
                client.get(url, {"as_of": day.isoformat()})
                with CaptureQueriesContext(connection) as queries:
                    client.get(url, {"as_of": day.isoformat()})
                read = [each["sql"] for each in queries if "SAVEPOINT" not in each["sql"]]
                costs.setdefault((url, day), []).append(len(read))
                if day == today():
                    assert not any("standingrecord" in each["sql"] for each in queries)

    assert all(before == after for before, after in costs.values()), costs
    assert max(max(each) for each in costs.values()) <= 15, costs


@pytest.fixture
def clerk(medan):
    return user_with(medan, "staf_bkd")


def leave(medan, clerk, person, day):
    with agency_scope(medan, clerk.pk):
        with_access(clerk, medan)
        register.record_exit(actor=clerk, employee=person, exits_on=day, reason="Pensiun BUP", legal_status="99")


def test_an_exit_recorded_ahead_changes_the_standing_on_its_day(client, medan, clerk):
    with agency_scope(medan):
        who = make.EmployeeFactory(agency=medan, legal_status="01")
    leave(medan, clerk, who, SOON)
    client.force_login(clerk)
    detail, api = reverse("employee-detail", args=[who.pk]), f"/api/v1/employees/{who.pk}/"

    for day, standing in (
        (today(), "01"), (SOON - timedelta(days=1), "01"), (SOON, "99"), (today() - timedelta(days=9), "01"),
    ):  # fmt: skip
        on = {"as_of": day.isoformat()}
        assert client.get(detail, on).context["standing"].startswith(standing), day
        assert client.get(api, on).json()["legal_status"] == standing, day
    with agency_scope(medan):
        turn(medan.pk, SOON - timedelta(days=1))
        who.refresh_from_db()
        assert who.legal_status == "01"
        histories.catch_up(medan.pk, today(), SOON)
        # The database asks its own clock: no catching up runs ahead of it.
        who.refresh_from_db()
        assert who.legal_status == "01"


def test_an_exit_of_days_gone_by_tells_no_ended_standing_of_the_days_before(client, medan, clerk):
    with agency_scope(medan):
        who = make.EmployeeFactory(agency=medan, legal_status="01")
    leave(medan, clerk, who, today() - timedelta(days=30))
    client.force_login(clerk)
    detail, api = reverse("employee-detail", args=[who.pk]), f"/api/v1/employees/{who.pk}/"

    assert client.get(api).json()["legal_status"] == "99"
    before = {"as_of": (today() - timedelta(days=31)).isoformat()}
    assert client.get(api, before).json()["legal_status"] == "01"
    long_before = {"as_of": (today() - timedelta(days=400)).isoformat()}
    assert client.get(api, long_before).json()["legal_status"] == "01"
    assert client.get(detail, long_before).context["standing"].startswith("01")
