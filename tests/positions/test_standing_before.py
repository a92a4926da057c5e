"""The standing before the first one on record is kept: on past days, in B, in the history, after corrections."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.urls import reverse

from asnhr import dates
from asnhr.errors import RuleBroken
from asnhr.scope import agency_scope
from positions.models import Employee, StandingRecord
from positions.pages.histories import GROUP_OF
from positions.queries import histories
from positions.queries.register import counts
from positions.services import exits, register
from positions.services import histories as services
from positions.services.histories import KINDS
from tests import api_world
from tests.factories import positions as make
from tests.roles import user_with, with_access

pytestmark = pytest.mark.django_db
CHANGED = date(2026, 11, 1)
BEFORE = [date(2025, 11, 1), date(2026, 10, 31)]
KIND = KINDS["kedudukan-hukum"]


@pytest.fixture
def medan():
    return api_world.medan()


@pytest.fixture
def clerk(medan):
    return user_with(medan, "staf_bkd", nip="197001011995031001")


@pytest.fixture
def world(medan, clerk):
    with agency_scope(medan, clerk.pk):
        with_access(clerk, medan)
        unit = make.UnitFactory(agency=medan)
        yield make.EmployeeFactory(
            agency=medan, unit=unit, legal_status="01", cpns_on=date(2010, 1, 1), birth_date=date(1985, 3, 2)
        )


def rows(person):
    found = StandingRecord.objects.filter(employee=person).order_by("starts_on")
    return [(row.standing, row.starts_on, row.undated) for row in found]


def stood(person, day):
    """The standing of a day by every reading: the one loaded, the filter in SQL, and whether the person counts."""
    shown = Employee.objects.get(pk=person.pk)
    histories.as_they_stood([shown], day)
    people = Employee.objects.filter(pk=person.pk)
    assert histories.of_standing(people, day, shown.legal_status).exists()
    assert people.filter(counts(day)).exists() == (shown.legal_status in ("01", "71", "72"))
    return shown.legal_status


def add(clerk, person, standing, day, **facts):
    return services.add(
        actor=clerk, employee=person, kind=KIND, facts={"standing": standing, "starts_on": day, **facts}
    )


def test_the_first_row_keeps_the_standing_before_it(world, clerk):
    add(clerk, world, "03", CHANGED)

    assert rows(world) == [("01", date(1985, 3, 2), True), ("03", CHANGED, False)]
    assert [stood(world, day) for day in [*BEFORE, CHANGED, dates.today()]] == ["01", "01", "03", "03"]
    # A second one adds nothing more.
    add(clerk, world, "01", CHANGED + timedelta(days=5))
    assert [each[0] for each in rows(world)] == ["01", "03", "01"]


def test_a_row_of_a_coming_day_keeps_it_too(world, clerk):
    soon = dates.today() + timedelta(days=20)
    add(clerk, world, "03", soon)

    assert rows(world) == [("01", date(1985, 3, 2), True), ("03", soon, False)]
    assert [stood(world, BEFORE[0]), stood(world, dates.today()), stood(world, soon)] == ["01", "01", "03"]


@pytest.mark.parametrize("code", ["04", "09"])
def test_a_sealed_standing_is_kept_as_its_token(world, clerk, code):
    Employee.objects.filter(pk=world.pk).update(legal_status=code)
    StandingRecord.objects.filter(employee=world).delete()
    add(clerk, world, "01", CHANGED)

    assert [each[0] for each in rows(world)] == [code, "01"]
    assert stood(world, BEFORE[0]) == code
    with connection.cursor() as cursor:
        cursor.execute("SELECT standing FROM positions_standingrecord WHERE undated AND employee_id = %s", [world.pk])
        assert cursor.fetchone()[0].startswith("s1.")


def test_taking_back_or_correcting_the_first_row_loses_nothing(world, clerk):
    row = add(clerk, world, "03", CHANGED)
    row = services.correct(actor=clerk, row=row, why="salah-ketik", facts={"standing": "02"})
    assert [each[0] for each in rows(world)] == ["01", "02"]
    # Long before the day on which the person came.
    row = services.correct(actor=clerk, row=row, why="salah-ketik", facts={"starts_on": date(2009, 1, 1)})
    assert (stood(world, BEFORE[0]), Employee.objects.get(pk=world.pk).legal_status) == ("02", "02")

    services.take_back(actor=clerk, row=row, why="salah-ketik")

    assert Employee.objects.get(pk=world.pk).legal_status == "01"
    assert stood(world, BEFORE[0]) == "01"


def test_a_day_that_is_told_later_makes_it_a_row_like_others(world, clerk):
    add(clerk, world, "03", CHANGED)
    first = StandingRecord.objects.get(employee=world, undated=True)
    first = services.correct(actor=clerk, row=first, why="data-kurang", facts={"decree": "SK 1"})
    assert first.undated
    services.correct(actor=clerk, row=first, why="data-kurang", facts={"starts_on": date(2010, 1, 1)})
    assert rows(world)[0] == ("01", date(2010, 1, 1), False)


def test_a_history_that_leads_to_todays_standing_gets_no_row_beside(world):
    StandingRecord.objects.bulk_create(
        StandingRecord(agency_id=world.agency_id, employee=world, standing=code, starts_on=day)
        for code, day in (("02", date(2015, 1, 1)), ("01", date(2017, 1, 1)))
    )
    assert [each[0] for each in rows(world)] == ["02", "01"]


def test_before_the_first_row_a_person_stood_as_the_history_begins(world, clerk):
    """Of the same standing as before nothing is lost, and a later change does not reach back."""
    add(clerk, world, "01", date(2020, 1, 1))
    add(clerk, world, "03", CHANGED)
    assert [each[0] for each in rows(world)] == ["01", "03"]
    assert [stood(world, day) for day in (date(2015, 1, 1), BEFORE[1], CHANGED)] == ["01", "01", "03"]


def test_a_change_of_the_record_counts_from_its_day(world, clerk):
    register.change_employee(actor=clerk, employee=world, legal_status="03")

    today = dates.today()
    assert rows(world) == [("01", date(1985, 3, 2), True), ("03", today, False)]
    assert [stood(world, day) for day in (date(2020, 1, 1), today - timedelta(days=1), today)] == ["01", "01", "03"]


def test_many_at_once_are_one_statement(world, medan):
    people = make.EmployeeFactory.create_batch(5, agency=medan, unit=world.unit, legal_status="01")
    changed = Employee.objects.filter(pk__in=[each.pk for each in people]).update(legal_status="02")
    assert changed == 5
    for person in people:
        assert [each[0] for each in rows(person)] == ["01", "02"]


def test_an_exit_keeps_what_was_before_and_is_taken_back(world, clerk):
    gone = date(2026, 11, 10)
    register.record_exit(actor=clerk, employee=world, exits_on=gone, reason="Pindah", legal_status="52")
    assert rows(world) == [("01", date(1985, 3, 2), True), ("52", gone, False)]
    assert stood(world, BEFORE[0]) == "01"
    # A step of the past, learned later, does not call the person back.
    add(clerk, world, "02", date(2015, 1, 1))
    assert Employee.objects.get(pk=world.pk).legal_status == "52"

    exits.take_back(actor=clerk, employee=world, why="salah-ketik")
    assert stood(world, date(2012, 1, 1)) == "01"


def test_who_left_long_ago_without_a_history_stays_as_the_exit_says(medan, clerk, world):
    gone = make.EmployeeFactory(
        agency=medan, unit=world.unit, legal_status="99", exits_on=date(2020, 1, 1), exit_reason="Pensiun"
    )
    add(clerk, gone, "02", date(2015, 1, 1))
    assert rows(gone) == [("02", date(2015, 1, 1), False), ("99", date(2020, 1, 1), False)]
    assert Employee.objects.get(pk=gone.pk).legal_status == "99"


def test_bezetting_of_a_past_day_and_its_analysis_keep_them(client, medan, clerk, world):
    seat = make.SeatFactory(agency=medan, position=make.PositionFactory(agency=medan, unit=world.unit))
    make.IncumbencyFactory(agency=medan, employee=world, position=seat.position, seat=seat, starts_on=date(2020, 1, 1))
    add(clerk, world, "03", CHANGED)
    client.force_login(clerk)
    url = f"/api/v1/employees/{world.pk}/"
    assert client.get(url, {"as_of": "2026-10-31"}).json()["legal_status"] == "01"
    assert client.get(url).json()["legal_status"] == "03"
    post = f"/api/v1/positions/{seat.position_id}/"
    assert [client.get(post, {"as_of": day}).json()["b"] for day in ("2026-10-31", "2026-11-01")] == [1, 0]
    told = client.get("/api/v1/standing-records/", {"employee": world.pk, "history": "true"}).json()["results"]
    assert sorted((each["standing"], each["undated"]) for each in told) == [("01", True), ("03", False)]
    page = client.get(reverse("employee-history", args=[world.pk, GROUP_OF[KIND.slug]])).content.decode()
    assert "tidak tercatat" in page
    assert "2 Maret 1985" not in page


def test_a_standing_recorded_today_is_written_over_by_no_form(world, clerk, medan):
    actor = with_access(clerk, medan)
    register.change_employee(actor=actor, employee=world, legal_status="03")
    told = rows(world)

    with pytest.raises(RuleBroken, match="sudah tercatat: koreksi barisnya") as refused:
        register.change_employee(actor=actor, employee=world, legal_status="02")

    assert list(refused.value.fields) == ["legal_status"]
    assert (rows(world), told[-1]) == (told, ("03", dates.today(), False))
    # The same again, or another fact, is no other standing.
    register.change_employee(actor=actor, employee=world, legal_status="03", email="a@contoh.go.id")
