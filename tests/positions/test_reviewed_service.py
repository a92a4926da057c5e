"""Reviewed service (peninjauan masa kerja, PMK) adds to total service and to service in scale from the day it counts
(establishment.md 2.5): the salary step, the next increment and its letter follow. What counts by the day of a rank or
an increment is in its decree already."""

from dataclasses import replace
from datetime import date

import pytest
from django.urls import reverse

from asnhr.scope import agency_scope
from asnhr.services import Progress
from positions import models
from positions.models import AgendaItem, RankRecord, SalaryIncrement, ServicePeriod
from positions.queries import letters as letter_queries
from positions.rules import agenda as rules
from positions.rules import service
from positions.rules.agenda import Kind
from positions.rules.service import Grant
from positions.services import agenda
from tests import api_world
from tests.factories import positions as make
from tests.roles import user_with

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 23)
RANK, REVIEW = date(2025, 11, 1), date(2026, 6, 1)


@pytest.fixture(autouse=True)
def frozen(monkeypatch):
    monkeypatch.setattr("asnhr.dates.today", lambda: DAY)


@pytest.fixture
def medan():
    return api_world.medan()


# III/d since 1 November 2025 with 16 years and 4 months.
PENATA = rules.Person(
    status="PNS", birth_date=date(1985, 5, 5), rank=34, rank_since=RANK, scale_months=196, cpns_on=date(2009, 7, 1)
)


def step(person, day=DAY):
    counted = rules.counted_from(person)
    found = rules.next_step(person, "III/d", counted, day)
    return found.step, found.due_on


@pytest.mark.parametrize(
    ("grants", "expected"),
    [
        ((), (18, date(2027, 7, 1))),
        # 16 y 11 m and 2 years on 1 June 2026: the decree pays step 18, the next is 20 years.
        ((Grant(24, REVIEW),), (20, date(2027, 7, 1))),
        ((Grant(7, REVIEW),), (18, date(2026, 12, 1))),
        # By the day of the rank it is in the decree, of no day as well, of a day to come not yet.
        ((Grant(24, RANK),), (18, date(2027, 7, 1))),
        ((Grant(24, None),), (18, date(2027, 7, 1))),
        ((Grant(24, date(2026, 12, 1)),), (18, date(2027, 7, 1))),
        ((Grant(7, REVIEW), Grant(1, date(2026, 9, 1))), (18, date(2026, 11, 1))),
    ],
)
def test_the_step_and_the_next_increment_follow_reviewed_service(grants, expected):
    assert step(replace(PENATA, grants=grants)) == expected


def test_an_increment_after_the_review_contains_it_and_leave_puts_it_off():
    reviewed = replace(PENATA, grants=(Grant(24, REVIEW),))
    assert step(replace(reviewed, increment=(date(2026, 9, 1), 230))) == (20, date(2027, 7, 1))
    assert step(replace(reviewed, increment=(date(2026, 5, 1), 202))) == (20, date(2027, 7, 1))
    # Three months without pay before the review.
    away = replace(reviewed, leaves=((date(2026, 1, 1), date(2026, 4, 1)),))
    assert step(away) == (20, date(2027, 10, 1))
    assert rules.paid_scale(away, rules.counted_from(away), DAY) == 196 + 7 - 3 + 24


def test_service_in_scale_on_a_day():
    grants = [Grant(24, REVIEW), Grant(5, RANK), Grant(1, None)]
    assert service.in_scale(196, RANK, date(2026, 5, 31), grants=grants) == 196 + 6
    assert service.in_scale(196, RANK, REVIEW, grants=grants) == 196 + 7 + 24
    assert service.in_scale(196, RANK, DAY, grants=grants) == 196 + 12 + 24


# The register


def reviewed(agency, **facts):
    with agency_scope(agency):
        unit = make.UnitFactory(agency=agency)
        person = make.EmployeeFactory(
            agency=agency, unit=unit, status="PNS", birth_date=date(1985, 5, 5), rank=34, rank_since=RANK,
            cpns_on=date(2009, 7, 1), education_level_id="45",
        )  # fmt: skip
        of = {"agency": agency, "employee": person}
        RankRecord.objects.create(
            **of, rank=34, starts_on=RANK, service_years=16, service_months=4, decree="SK-1", decree_on=RANK
        )
        models.YearlyPredicate.objects.create(**of, year=2025, predicate=2)
        ServicePeriod.objects.create(**of, **{
            "experience": "Guru honorer", "starts_on": date(2006, 1, 1), "ends_on": date(2008, 1, 1), "years": 2,
            "months": 0, "counts": True, "counts_from": REVIEW, "decree": "PMK-7", "decree_on": date(2026, 5, 20),
        } | facts)  # fmt: skip
        return person


def shown(client, person, day=None):
    answer = client.get(reverse("employee-derived", args=[person.pk]), {"as_of": day.isoformat()} if day else {})
    client.get(reverse("employee-derived", args=[person.pk]), {"as_of": ""})
    return {each.code: each for each in answer.context["figures"]}


def test_the_panel_adds_it_to_service_scale_step_and_increment(client, medan):
    person = reviewed(medan)
    client.force_login(user_with(medan, "staf_bkd"))
    told = shown(client, person)
    assert told["masa-kerja"].value == "19 tahun 4 bulan"
    assert told["mkg"].value == "19 tahun 4 bulan"
    assert "Ditambah peninjauan masa kerja 2 tahun 0 bulan sejak 1 Juni 2026." in told["mkg"].basis["steps"]
    assert told["gaji"].value == "III/d, langkah 18 tahun"
    assert told["kgb"].value == "1 Juli 2027"
    before = shown(client, person, date(2026, 5, 31))
    assert before["mkg"].value == "16 tahun 10 bulan"
    assert before["gaji"].value == "III/d, langkah 16 tahun"


def test_what_does_not_count_changes_nothing(client, medan):
    person = reviewed(medan, counts=False)
    client.force_login(user_with(medan, "staf_bkd"))
    told = shown(client, person)
    assert told["mkg"].value == "17 tahun 4 bulan"
    assert told["gaji"].value == "III/d, langkah 16 tahun"


def test_the_book_and_its_letter_rest_on_the_review(medan):
    person = reviewed(medan)
    with agency_scope(medan):
        agenda.compute(medan.pk, DAY, Progress())
        item = AgendaItem.objects.get(employee=person, kind=Kind.INCREMENT)
        assert (item.step, item.due_on) == (20, date(2027, 7, 1))
        last = letter_queries.last_decrees([item])[item.pk]
        assert (last.is_review, last.number, last.starts_on, last.months) == (True, "PMK-7", REVIEW, 227)
        # A later increment contains it.
        SalaryIncrement.objects.create(
            agency=medan, employee=person, starts_on=date(2026, 9, 1), service_years=19, service_months=0, decree="KGB"
        )
        last = letter_queries.last_decrees([item])[item.pk]
        assert (last.is_review, last.number) == (False, "KGB")
