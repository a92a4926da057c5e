"""The histories of a personnel file: what the database refuses, and today's rank and standing in step with theirs."""

from datetime import date

import pytest
from django.db import connection, transaction

from asnhr.scope import agency_scope
from positions.models import Employee, RankRecord, StandingRecord
from tests.factories import positions as make
from tests.factories.asnhr import AgencyFactory

pytestmark = pytest.mark.django_db


def run(statement, *given):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, given)


@pytest.fixture
def medan():
    agency = AgencyFactory()
    with agency_scope(agency):
        yield agency


@pytest.fixture
def ani(medan):
    return make.EmployeeFactory(agency=medan, rank=33, rank_since=date(2022, 4, 1), legal_status="01")


def stands(person):
    person.refresh_from_db()
    return person.rank, person.rank_since


def ranks(person):
    return list(RankRecord.objects.filter(employee=person).order_by("starts_on").values_list("rank", "starts_on"))


def test_todays_rank_follows_the_history(medan, ani):
    RankRecord.objects.create(agency=medan, employee=ani, rank=31, starts_on=date(2014, 4, 1))
    assert stands(ani) == (33, date(2022, 4, 1))
    assert ranks(ani) == [(31, date(2014, 4, 1)), (33, date(2022, 4, 1))]
    newest = RankRecord.objects.create(agency=medan, employee=ani, rank=34, starts_on=date(2026, 4, 1))
    assert stands(ani) == (34, date(2026, 4, 1))
    run("UPDATE positions_rankrecord SET starts_on = DATE '2026-06-01' WHERE id = %s", newest.pk)
    assert stands(ani) == (34, date(2026, 6, 1))
    run("DELETE FROM positions_rankrecord WHERE id = %s", newest.pk)
    assert stands(ani) == (33, date(2022, 4, 1))
    RankRecord.objects.create(agency=medan, employee=ani, rank=34, starts_on=date(2099, 4, 1))
    assert stands(ani) == (33, date(2022, 4, 1))


def test_a_change_of_the_person_becomes_a_row_of_the_history(medan, ani):
    RankRecord.objects.create(agency=medan, employee=ani, rank=31, starts_on=date(2014, 4, 1))
    Employee.objects.filter(pk=ani.pk).update(rank=34, rank_since=date(2026, 4, 1))
    assert ranks(ani)[-1] == (34, date(2026, 4, 1))
    Employee.objects.filter(pk=ani.pk).update(rank=32, rank_since=date(2018, 4, 1))
    assert stands(ani) == (34, date(2026, 4, 1)), "an older rank is a row, not today's rank"
    assert (32, date(2018, 4, 1)) in ranks(ani)
    budi = make.EmployeeFactory(agency=medan, rank=33, rank_since=date(2022, 4, 1))
    Employee.objects.filter(pk=budi.pk).update(rank=34)
    assert ranks(budi) == []


def test_todays_standing_follows_the_history(medan, ani):
    StandingRecord.objects.create(agency=medan, employee=ani, standing="02", starts_on=date(2024, 1, 1))
    ani.refresh_from_db()
    assert ani.legal_status == "02"
    StandingRecord.objects.create(agency=medan, employee=ani, standing="01", starts_on=date(2026, 1, 1))
    ani.refresh_from_db()
    assert ani.legal_status == "01"
    assert [r.standing for r in StandingRecord.objects.on(date(2025, 1, 1))] == ["02"]
    Employee.objects.filter(pk=ani.pk).update(legal_status="03")
    assert StandingRecord.objects.filter(employee=ani, standing="03").count() == 1
