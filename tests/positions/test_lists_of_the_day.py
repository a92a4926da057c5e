"""Lists of people, retirements and contracts sort, filter and show what held on the day looked at, never today's."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from asnhr.scope import agency_scope
from positions import models
from tests import api_world
from tests.factories import positions as make
from tests.roles import user_with

pytestmark = pytest.mark.django_db
PAST, TODAY, COMING = date(2024, 6, 1), date(2026, 11, 22), date(2027, 2, 1)


@pytest.fixture(autouse=True)
def frozen(monkeypatch):
    monkeypatch.setattr("asnhr.dates.today", lambda: TODAY)


@pytest.fixture
def medan():
    return api_world.medan()


def unit_called(medan, *names):
    """A unit with these names, each from a day on: before 2025, since then, and from 2027."""
    unit = make.UnitFactory(agency=medan, name=names[1])
    unit.periods.all().delete()
    days = [date(2010, 1, 1), date(2025, 1, 1), date(2027, 1, 1), None]
    for number, name in enumerate(names):
        models.UnitPeriod.objects.create(
            agency=medan, unit=unit, name=name, starts_on=days[number], ends_on=days[number + 1]
        )
    models.Unit.objects.filter(pk=unit.pk).update(name=names[1])
    return unit


@pytest.fixture
def people(medan):
    """Ani and Budi, whose units change places in the alphabet twice; both retire in 2028, their contracts end then."""
    with agency_scope(medan):
        for name, called in (("Ani", ("C", "A", "F")), ("Budi", ("B", "D", "E"))):
            unit = unit_called(medan, *(f"Dinas {each}" for each in called))
            post = make.PositionFactory(agency=medan, unit=unit, starts_on=date(2010, 1, 1),
                                        job=make.JobFactory(agency=medan, retirement_age=58))  # fmt: skip
            who = make.EmployeeFactory(
                agency=medan, unit=unit, name=name, birth_date=date(1970, 3, 1), cpns_on=date(2010, 1, 1)
            )
            seat = make.SeatFactory(agency=medan, position=post, starts_on=date(2010, 1, 1))
            make.IncumbencyFactory(
                agency=medan, employee=who, seat=seat, position=post, starts_on=date(2010, 1, 1), ends_on=None
            )
            for start, end in ((date(2020, 1, 1), date(2025, 1, 1)), (date(2025, 1, 1), date(2027, 7, 1))):
                models.Contract.objects.create(
                    agency=medan, employee=who, number=f"K/{name}", starts_on=start, ends_on=end
                )


def rows(client, page, day, **query):
    answer = client.get(reverse(page), {"as_of": day.isoformat(), **query})
    return answer.context["page"].rows


def names(client, page, day, **query):
    return [getattr(row, "employee", row).name for row in rows(client, page, day, **query)]


@pytest.mark.parametrize("page", ["employee-list", "retirement-list", "contract-list"])
def test_units_are_sorted_by_the_names_that_are_shown(client, medan, people, page):
    client.force_login(user_with(medan, "staf_bkd"))
    order = {"urut": "unit", "kolom": ["nama", "unit"]}

    assert names(client, page, TODAY, **order) == ["Ani", "Budi"]
    assert names(client, page, PAST, **order) == ["Budi", "Ani"]
    assert names(client, page, COMING, **order) == ["Budi", "Ani"]
    assert names(client, page, COMING, **order | {"urut": "-unit"}) == ["Ani", "Budi"]
    body = client.get(reverse(page), {**order, "as_of": PAST.isoformat()}).content.decode()
    assert body.index("Dinas B") < body.index("Dinas C")


def test_a_contract_of_a_past_day_was_not_decided_yet(client, medan, people):
    with agency_scope(medan):
        decided = models.Contract.objects.filter(employee__name="Ani", ends_on=date(2025, 1, 1))
        decided.update(extension="tidak", decided_on=date(2024, 9, 1))
        models.Contract.objects.filter(employee__name="Budi", ends_on=date(2025, 1, 1)).update(
            extension="diperpanjang", decided_on=date(2024, 5, 1)
        )
        person = models.Employee.objects.get(name="Ani")
        models.Employee.objects.update(status="PPPK", rank=None)
    client.force_login(user_with(medan, "staf_bkd"))
    after = date(2024, 9, 1)

    def told(day):
        listed = {row.employee.name: row.extension for row in rows(client, "contract-list", day)}
        api = client.get("/api/v1/contracts/", {"as_of": day.isoformat(), "employee": person.pk}).json()["results"]
        (page,) = client.get(reverse("employee-detail", args=[person.pk]), {"as_of": day.isoformat()}).context[
            "contracts"
        ]
        assert [each["extension"] for each in api] == [listed["Ani"]] == [page.extension]
        assert [each["decided_on"] for each in api] == [page.decided_on and page.decided_on.isoformat()]
        return listed

    assert told(PAST) == {"Ani": "belum", "Budi": "diperpanjang"}
    assert told(after) == {"Ani": "tidak", "Budi": "diperpanjang"}
    for day, wanted, found in ((PAST, "belum", ["Ani"]), (PAST, "tidak", []), (after, "tidak", ["Ani"])):
        assert names(client, "contract-list", day, perpanjangan=wanted) == found
        answer = client.get("/api/v1/contracts/", {"as_of": day.isoformat(), "extension": wanted}).json()
        assert len(answer["results"]) == len(found)
    assert names(client, "contract-list", PAST, urut="perpanjangan") == ["Ani", "Budi"]
    assert names(client, "contract-list", after, urut="perpanjangan") == ["Budi", "Ani"]
    with agency_scope(medan):
        assert decided.get().extension == "tidak"


@pytest.mark.parametrize("page", ["employee-list", "retirement-list", "contract-list"])
def test_a_sorted_list_of_another_day_costs_the_same_at_any_size(client, medan, people, page):
    client.force_login(user_with(medan, "staf_bkd"))
    asked = {"urut": "unit", "kolom": ["nama", "unit", "perpanjangan"]}
    costs = {}
    for more in (0, 20):
        with agency_scope(medan):
            first = models.Incumbency.objects.order_by("pk")[0]
            for _each in range(more):
                who = make.EmployeeFactory(
                    agency=medan, unit=first.position.unit, birth_date=date(1970, 3, 1), cpns_on=date(2010, 1, 1)
                )
                seat = make.SeatFactory(agency=medan, position=first.position, starts_on=date(2010, 1, 1))
                make.IncumbencyFactory(
                    agency=medan, employee=who, seat=seat, position=first.position, starts_on=date(2010, 1, 1)
                )
                models.Contract.objects.create(
                    agency=medan, employee=who, number="K", starts_on=date(2020, 1, 1), ends_on=date(2025, 1, 1)
                )
        for day in (PAST, COMING):
            client.get(reverse(page), {**asked, "as_of": day.isoformat()})
            with CaptureQueriesContext(connection) as queries:
                client.get(reverse(page), {**asked, "as_of": day.isoformat()})
            read = [each["sql"] for each in queries if "SAVEPOINT" not in each["sql"]]
            costs.setdefault(day, []).append(len(read))

    assert all(before == after for before, after in costs.values()), costs
    assert max(max(each) for each in costs.values()) <= 15, costs
