"""Who belongs to a unit is asked of the day looked at: people, and what is theirs, by the post that they held then."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from asnhr.scope import agency_scope
from positions import models
from tests.factories import positions as make
from tests.factories.asnhr import AgencyFactory
from tests.roles import user_with

pytestmark = pytest.mark.django_db
PAST, MOVED, TODAY, COMING = date(2024, 6, 1), date(2025, 1, 1), date(2026, 11, 22), date(2027, 1, 1)
DAYS = [(PAST, "old"), (TODAY, "now"), (COMING, "next")]


@pytest.fixture(autouse=True)
def frozen(monkeypatch):
    monkeypatch.setattr("asnhr.dates.today", lambda: TODAY)


def add_people(world, number):
    """People who went from `old` to `now` in 2025 and will go to `next` in 2027, each with what is theirs."""
    agency, places = world["agency"], [world["old"], world["now"], world["next"]]
    spans = [(date(2020, 1, 1), MOVED), (MOVED, COMING), (COMING, None)]
    posts = [make.PositionFactory(agency=agency, unit=unit, starts_on=date(2020, 1, 1)) for unit in places]
    people = []
    for _each in range(number):
        person = make.EmployeeFactory(agency=agency, unit=world["now"])
        for post, (first, end) in zip(posts, spans, strict=True):
            seat = make.SeatFactory(agency=agency, position=post, starts_on=date(2020, 1, 1))
            make.IncumbencyFactory(
                agency=agency, position=post, seat=seat, employee=person, starts_on=first, ends_on=end
            )
        theirs = {"agency": agency, "employee": person}
        models.Contract.objects.create(
            **theirs, number=f"K/{person.pk}", starts_on=date(2020, 1, 1), ends_on=date(2027, 6, 1)
        )
        models.RankRecord.objects.create(**theirs, rank=31, starts_on=date(2020, 1, 1), decree="823/1")
        people.append(person)
    return people


@pytest.fixture
def world():
    agency = AgencyFactory()
    with agency_scope(agency):
        root = make.UnitFactory(agency=agency, name="Kota")
        found = {"agency": agency, "root": root}
        for name in ("old", "now", "next"):
            found[name] = make.UnitFactory(agency=agency, name=f"Dinas {name}", parent=root)
        found["person"] = add_people(found, 1)[0]
        found["idle"] = make.EmployeeFactory(agency=agency, unit=found["now"])
        yield found


@pytest.fixture
def reader(client, world):
    client.force_login(user_with(world["agency"], "staf_bkd"))
    return client


def listed(client, route, day, key="id", **asked):
    answer = client.get(f"/api/v1/{route}/", {"as_of": day.isoformat(), **asked})
    assert answer.status_code == 200, answer.content
    return [each[key] for each in answer.json()["results"]]


@pytest.mark.parametrize("name", ["unit", "under"])
@pytest.mark.parametrize(("day", "place"), DAYS)
def test_people_are_of_the_unit_of_their_post_on_the_day(day, place, name, reader, world):
    # Without a post a person has but the unit on record.
    expected = {"old": set(), "now": set(), "next": set()} | {place: {world["person"].pk}}
    expected["now"].add(world["idle"].pk)

    for unit, people in expected.items():
        assert set(listed(reader, "employees", day, **{name: world[unit].pk})) == people, unit
    assert len(listed(reader, "employees", day, under=world["root"].pk)) == 2
    assert listed(reader, "employees", day, unit=world["root"].pk) == []


@pytest.mark.parametrize(("day", "place"), DAYS)
def test_the_row_says_the_unit_that_it_was_found_by(day, place, reader, world):
    answer = reader.get("/api/v1/employees/", {"as_of": day.isoformat(), "unit": world[place].pk}).json()
    row = next(each for each in answer["results"] if each["id"] == world["person"].pk)

    assert (row["unit_id"], row["unit_code"]) == (world[place].pk, world[place].code)
    assert row["unit_name"] == row["post"]["unit_name"] == world[place].name
    assert "unit_code" not in row["post"]
    alone = reader.get(f"/api/v1/employees/{row['id']}/", {"as_of": day.isoformat()}).json()
    assert alone["unit_id"] == world[place].pk


@pytest.mark.parametrize("route", ["contracts", "rank-records"])
@pytest.mark.parametrize(("day", "place"), DAYS)
def test_what_is_theirs_follows_them(day, place, route, reader, world):
    for unit in ("old", "now", "next"):
        found = listed(reader, route, day, "employee_id", under=world[unit].pk)
        assert found == ([world["person"].pk] if unit == place else []), unit


@pytest.mark.parametrize(("day", "place"), DAYS)
def test_the_page_of_contracts_says_the_same(day, place, reader, world):
    if day == PAST:
        models.Contract.objects.update(ends_on=date(2025, 3, 1))

    for unit in ("old", "now", "next"):
        asked = {"as_of": day.isoformat(), "unit": world[unit].pk}
        page = reader.get("/kontrak/", asked).content.decode()
        assert (world["person"].full_name in page) == (unit == place), unit
        answer = reader.get("/kontrak/", asked | {"format": "csv"})
        lines = b"".join(answer.streaming_content).decode() if answer.streaming else answer.content.decode()
        assert (world[unit].name in lines) == (unit == place), lines


@pytest.mark.parametrize("day", [day for day, _place in DAYS])
@pytest.mark.parametrize("query", ["employees/?unit", "employees/?under", "contracts/?under", "rank-records/?under"])
def test_a_list_costs_as_much_for_many(day, query, reader, world):
    def cost():
        address = f"/api/v1/{query}={world['root' if 'under' in query else 'now'].pk}&as_of={day}"
        with CaptureQueriesContext(connection) as caught:
            answer = reader.get(address)
        assert answer.status_code == 200
        return len(caught), len(answer.json()["results"])

    one, few = cost()
    add_people(world, 12)
    many, more = cost()

    assert more - few in ({12} if "under" in query or day == TODAY else {0})
    assert many == one <= 15


def test_a_unit_is_of_the_office_that_it_belonged_to_on_the_day(reader, world):
    section = make.UnitFactory(agency=world["agency"], name="Bidang", parent=world["old"])
    models.UnitPeriod.objects.filter(unit=section).update(ends_on=MOVED)
    models.UnitPeriod.objects.create(
        agency=world["agency"], unit=section, name="Bidang", parent=world["now"], starts_on=MOVED, decree="Perda 1"
    )

    for day, place, other in ((PAST, "old", "now"), (TODAY, "now", "old")):
        assert section.pk in listed(reader, "units", day, office=world[place].pk)
        assert section.pk not in listed(reader, "units", day, office=world[other].pk)
        rows = reader.get("/api/v1/units/", {"as_of": day.isoformat(), "office": world[place].pk}).json()["results"]
        assert {each["office_id"] for each in rows} == {world[place].pk}


def test_a_past_day_opens_no_other_scope(client, world):
    """Who administers a unit finds by a day gone by nobody who is not in the scope of today."""
    client.force_login(user_with(world["agency"], "admin_unit", world["old"]))

    assert listed(client, "employees", PAST, unit=world["old"].pk) == []
    assert listed(client, "employees", PAST, under=world["root"].pk) == []
