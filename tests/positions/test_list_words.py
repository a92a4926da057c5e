"""Lists find all words typed, in any order and anywhere in a name, as the search of the register does."""

from datetime import date

import pytest
from django.urls import reverse

from asnhr.dates import today
from asnhr.scope import agency_scope
from positions import models
from positions.rules.numbers import add_months
from tests import api_world
from tests.factories import positions as make
from tests.roles import user_with

pytestmark = pytest.mark.django_db
NIP = "197003012010011099"


@pytest.fixture
def medan():
    return api_world.medan()


@pytest.fixture
def people(medan):
    """Two who retire within five years and whose contracts end within one, in units with an ABK sheet."""
    with agency_scope(medan):
        campaign = make.CampaignFactory(agency=medan)
        born = add_months(today(), -12 * 57)
        for name, nip, unit_name in (
            ("Ani Rahma Putri", NIP, "Dinas Kesehatan dan Kependudukan"),
            ("Budi Putra", "197003012010011088", "Badan Kesehatan Hewan"),
        ):
            unit = make.UnitFactory(agency=medan, name=unit_name)
            post = make.PositionFactory(
                agency=medan, unit=unit, job=make.JobFactory(agency=medan, retirement_age=60),
                starts_on=date(2010, 1, 1),
            )  # fmt: skip
            who = make.EmployeeFactory(
                agency=medan, unit=unit, name=name, nip=nip, birth_date=born, cpns_on=date(2010, 1, 1)
            )
            seat = make.SeatFactory(agency=medan, position=post, starts_on=date(2010, 1, 1))
            make.IncumbencyFactory(agency=medan, employee=who, seat=seat, position=post, starts_on=date(2010, 1, 1))
            models.Contract.objects.create(
                agency=medan, employee=who, number="K", starts_on=date(2020, 1, 1), ends_on=add_months(today(), 6)
            )
            make.WorkloadSheetFactory(agency=medan, campaign=campaign, unit=unit)


def found(client, page, text):
    rows = client.get(reverse(page), {"q": text}).context["page"].rows
    return [getattr(row, "employee", row).name for row in rows]


@pytest.mark.parametrize("page", ["employee-list", "retirement-list", "contract-list"])
@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("ani putri", ["Ani Rahma Putri"]), ("putri ANI", ["Ani Rahma Putri"]), ("rah  ani", ["Ani Rahma Putri"]),
        ("put", ["Ani Rahma Putri", "Budi Putra"]), ("ani putra", []), (NIP[:15] + " 099", ["Ani Rahma Putri"]),
        ("19700301 201001 1 088", ["Budi Putra"]),
    ],
)  # fmt: skip
def test_people_are_found_by_all_words_of_a_name_or_by_nip(client, medan, people, page, text, names):
    client.force_login(user_with(medan, "staf_bkd"))

    assert sorted(found(client, page, text)) == names


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("kependudukan dinas", ["Dinas Kesehatan dan Kependudukan"]), ("hewan", ["Badan Kesehatan Hewan"]),
        ("kesehatan badan", ["Badan Kesehatan Hewan"]), ("badan kependudukan", []),
    ],
)  # fmt: skip
def test_the_workload_board_finds_units_by_all_words(client, medan, people, text, names):
    client.force_login(user_with(medan, "bagian_organisasi"))
    rows = client.get(reverse("workload-board"), {"q": text}).context["page"].rows

    assert [row.unit.name for row in rows] == names
