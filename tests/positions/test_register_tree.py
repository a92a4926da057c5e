"""Filters by unit take the tree as it stood on the day looked at; who may see what follows today's tree."""

from datetime import date, timedelta

import pytest
from django.urls import reverse

from asnhr.scope import agency_scope
from positions.models import Position, UnitPeriod
from positions.queries import register
from tests.factories import positions as make
from tests.factories.asnhr import AgencyFactory
from tests.roles import user_with, with_access

pytestmark = pytest.mark.django_db
TODAY, MERGED = date(2026, 11, 22), date(2022, 12, 31)
BEFORE = MERGED - timedelta(days=1)


@pytest.fixture(autouse=True)
def frozen(monkeypatch):
    monkeypatch.setattr("asnhr.dates.today", lambda: TODAY)


@pytest.fixture
def medan():
    return AgencyFactory()


@pytest.fixture
def merged(medan):
    """The merger of 2022: Dinas Pendidikan closed, its school hung below its successor, people stayed."""
    with agency_scope(medan):
        root = make.UnitFactory(agency=medan, name="Kota")
        old = make.UnitFactory(agency=medan, name="Dinas Pendidikan", parent=root)
        new = make.UnitFactory(agency=medan, name="Dinas Pendidikan dan Kebudayaan", parent=root, starts_on=MERGED)
        school = make.UnitFactory(agency=medan, name="SD Negeri", parent=old)
        UnitPeriod.objects.filter(unit__in=[school, old]).update(ends_on=MERGED)
        UnitPeriod.objects.create(agency=medan, unit=school, name=school.name, parent=new, starts_on=MERGED)
        old.ends_on, old.successor = MERGED, new
        old.save()
        old.refresh_from_db(), school.refresh_from_db()
        office = make.PositionFactory(agency=medan, unit=old, ends_on=MERGED)
        teacher = make.PositionFactory(agency=medan, unit=school)
        person = make.EmployeeFactory(agency=medan, unit=new, name="Sejak Dahulu")
        make.IncumbencyFactory(
            agency=medan, position=office, employee=person, starts_on=date(2020, 1, 1), ends_on=MERGED
        )
        make.IncumbencyFactory(
            agency=medan, position=teacher, starts_on=date(2020, 1, 1),
            employee=make.EmployeeFactory(agency=medan, unit=school, name="Guru"),
        )  # fmt: skip
    return {"root": root, "old": old, "new": new, "school": school, "office": office, "teacher": teacher}


def rows(client, name, unit, day):
    answer = client.get(reverse(name), {"unit": unit.pk, "as_of": day.isoformat()})
    assert answer.status_code == 200
    return {row.pk for row in answer.context["page"].rows}


def ids(client, path, unit, day):
    answer = client.get(f"/api/v1/{path}/", {"under": unit.pk, "as_of": day.isoformat()})
    assert answer.status_code == 200, answer.content
    return {row["id"] for row in answer.json()["results"]}


def test_positions_are_filtered_by_the_tree_of_the_day(client, medan, merged):
    client.force_login(user_with(medan, "staf_bkd"))
    old, new = merged["old"], merged["new"]
    office, teacher = merged["office"].pk, merged["teacher"].pk

    assert rows(client, "position-list", old, BEFORE) == {office, teacher}
    assert rows(client, "position-list", new, TODAY) == {teacher}
    assert ids(client, "positions", old, BEFORE) == {office, teacher}
    assert ids(client, "positions", new, BEFORE) == set()
    assert ids(client, "positions", old, MERGED) == set()
    assert ids(client, "positions", new, MERGED) == ids(client, "positions", new, TODAY) == {teacher}
    assert ids(client, "units", old, BEFORE) == {old.pk, merged["school"].pk}
    assert ids(client, "units", new, TODAY) == {new.pk, merged["school"].pk}


def test_the_choice_offers_the_offices_of_the_day(client, medan, merged):
    client.force_login(user_with(medan, "staf_bkd"))

    def offered(day):
        form = client.get(reverse("position-list"), {"as_of": day.isoformat()}).context["filterset"].form
        return {unit.name for unit in form.fields["unit"].queryset}

    assert offered(BEFORE) == {"Dinas Pendidikan"}
    assert offered(TODAY) == {"Dinas Pendidikan dan Kebudayaan"}


def test_people_of_a_past_day_are_those_whose_post_was_there(client, medan, merged):
    client.force_login(user_with(medan, "staf_bkd"))

    def names(unit, day):
        answer = client.get(reverse("employee-list"), {"unit": unit.pk, "as_of": day.isoformat()})
        found = client.get("/api/v1/employees/", {"under": unit.pk, "as_of": day.isoformat()}).json()["results"]
        assert {row["name"] for row in found} == {row.name for row in answer.context["page"].rows}
        return {row["name"] for row in found}

    assert names(merged["old"], BEFORE) == {"Sejak Dahulu", "Guru"}
    assert names(merged["new"], TODAY) == {"Sejak Dahulu", "Guru"}


def test_a_unit_shows_what_stood_below_it_on_the_day(client, medan, merged):
    client.force_login(user_with(medan, "staf_bkd"))

    def children(unit, day):
        answer = client.get(reverse("unit-detail", args=[unit.pk]), {"as_of": day.isoformat()})
        return [child.name for child in answer.context["children"]], answer.context["figures"][1]["value"]

    assert children(merged["old"], BEFORE) == (["SD Negeri"], 2)
    assert children(merged["new"], TODAY) == (["SD Negeri"], 1)


def test_scope_follows_todays_tree_on_a_past_day_too(client, medan, merged):
    """Whoever administers the successor sees the school's past; nobody's reach ends by looking at an earlier day."""
    now = user_with(medan, "admin_unit", merged["new"])
    with agency_scope(medan):
        user = with_access(now, medan)
        seen = Position.objects.visible_to(user).on(BEFORE)
        assert [row.pk for row in seen] == [merged["teacher"].pk]
        assert not register.of_unit_and_below(seen, merged["new"], BEFORE).exists()
        assert register.of_unit_and_below(seen, merged["old"], BEFORE).get() == merged["teacher"]


@pytest.mark.parametrize("value", ["0", "99999999999999999999", "-1", "7"])
def test_a_unit_that_is_none_finds_nothing(client, medan, merged, value):
    client.force_login(user_with(medan, "staf_bkd"))

    answer = client.get("/api/v1/positions/", {"under": value})

    assert answer.status_code == 200
    assert answer.json()["results"] == []


def test_another_agencys_unit_finds_nothing(client, medan, merged):
    jambi = AgencyFactory(code="1571", name="Pemerintah Kota Jambi")
    with agency_scope(jambi):
        theirs = make.UnitFactory(agency=jambi)
        make.PositionFactory(agency=jambi, unit=theirs)
    client.force_login(user_with(medan, "staf_bkd"))

    assert ids(client, "positions", theirs, TODAY) == set()
