"""What a decree of an increment wrote is taken back: its case is open again, by whatever door."""

from datetime import date

import pytest
from django.urls import reverse

from asnhr.models import AuditEntry
from asnhr.scope import agency_scope
from asnhr.services import Progress
from positions import models
from positions.models import AgendaItem, AgendaStep, ChangeRequest, SalaryIncrement
from positions.services import agenda, corrections, histories, letters
from tests import api_world
from tests.factories import positions as make
from tests.positions.test_corrections import proof
from tests.roles import user_with, with_access

pytestmark = pytest.mark.django_db
DAY, DUE = date(2026, 11, 22), date(2027, 4, 1)
DOUBLE = "data-ganda"


@pytest.fixture(autouse=True)
def frozen(monkeypatch):
    monkeypatch.setattr("asnhr.dates.today", lambda: DAY)


@pytest.fixture
def medan():
    """III/b since 1 October 2025 with 4 years and 6 months in scale: the step of 6 years falls on 1 April 2027."""
    agency = api_world.medan()
    agency.officer = user_with(agency, "staf_bkd")
    with agency_scope(agency, agency.officer.pk):
        agency.unit = make.UnitFactory(agency=agency)
        agency.person = make.EmployeeFactory(
            agency=agency, unit=agency.unit, nip="199005052015030001", birth_date=date(1990, 5, 5), status="PNS",
            legal_status="01", rank=32, rank_since=date(2025, 10, 1), education_level_id="40",
        )  # fmt: skip
        of = {"agency": agency, "employee": agency.person}
        models.RankRecord.objects.create(**of, rank=32, starts_on=date(2025, 10, 1), service_years=4, service_months=6)
        for year in (2024, 2025):
            models.YearlyPredicate.objects.create(**of, year=year, predicate=2)
        agenda.compute(agency.pk, DAY, Progress())
        item = increments(agency).select_related("employee__unit").get()
        agency.actor = with_access(agency.officer, agency)
        for to in ("berkas", "diusulkan", "sk"):
            agenda.move(item=item, to=to, day=DAY, actor=agency.actor, number="KGB/9" if to == "sk" else "")
        agency.case, agency.row = item, SalaryIncrement.objects.get(employee=agency.person)
    return agency


def increments(agency):
    return AgendaItem.objects.filter(agency=agency, kind="kgb").order_by("pk")


def by_page(agency, client):
    client.force_login(agency.officer)
    return client.post(reverse("history-take-back", args=["kgb", agency.row.pk]), {"why": DOUBLE}).status_code == 302


def by_api(agency, client):
    client.force_login(agency.officer)
    address = f"/api/v1/increments/{agency.row.pk}/take-back/"
    return client.post(address, {"why": DOUBLE}, content_type="application/json").status_code == 204


def by_request(agency, client):
    """The person asks, and an officer accepts, that the row goes."""
    own = user_with(agency, "pegawai", nip=agency.person.nip)
    with agency_scope(agency, own.pk):
        row = corrections.propose(
            employee=agency.person, actor=with_access(own, agency), target="kgb", object_id=agency.row.pk, values={},
            explanation="Milik orang lain", removes=True, evidence=[proof("sk_kgb")],
        )  # fmt: skip
    with agency_scope(agency, agency.officer.pk):
        done = corrections.accept(change=row, actor=agency.actor)
        return done.state == ChangeRequest.State.ACCEPTED


DOORS = {"page": by_page, "API": by_api, "request": by_request}


@pytest.mark.parametrize("door", DOORS)
def test_an_increment_taken_back_reopens_its_case(door, medan, client):
    assert DOORS[door](medan, client)

    with agency_scope(medan):
        assert not SalaryIncrement.objects.filter(employee=medan.person).exists()
        (case,) = increments(medan)
        assert (case.pk, case.state, case.due_on, case.is_due) == (medan.case.pk, "diusulkan", DUE, True)
        step = AgendaStep.objects.filter(item=case).latest("pk")
        assert (step.from_state, step.to_state, step.day, step.actor) == ("sk", "diusulkan", DAY, medan.officer)
        assert step.note == "Kenaikan gaji yang dicatat oleh SK ini ditarik dari riwayat."
        entry = AuditEntry.objects.filter(table_name="positions_agendastep").latest("pk")
        gone = AuditEntry.objects.filter(table_name="positions_salaryincrement").latest("pk")
        assert (entry.user_id, entry.reason) == (medan.officer.pk, gone.reason)
        assert entry.reason

        agenda.compute(medan.pk, DAY, Progress())
        assert [(each.pk, each.state, each.is_due) for each in increments(medan)] == [(case.pk, "diusulkan", True)]
        # It goes on as any case: back, or to a letter and its decree.
        assert list(letters.cases(medan.actor, DUE, None, complete=False)) == [case]
        held = increments(medan).select_related("employee__unit").get()
        agenda.move(item=held, to="berkas", day=DAY, actor=medan.actor, note="SK salah")
        for to in ("diusulkan", "sk"):
            agenda.move(item=held, to=to, day=DAY, actor=medan.actor, number="KGB/10" if to == "sk" else "")
        assert SalaryIncrement.objects.get(employee=medan.person).decree == "KGB/10"


def test_the_page_of_the_case_says_so_in_the_readers_language(medan, client):
    assert by_page(medan, client)
    assert "ditarik dari riwayat" in client.get(reverse("agenda-detail", args=[medan.case.pk])).text
    client.cookies["django_language"] = "en"
    assert "taken back from the history" in client.get(reverse("agenda-detail", args=[medan.case.pk])).text


def take_back(agency):
    histories.take_back(actor=agency.actor, row=agency.row, why=DOUBLE)


def test_a_case_that_nobody_began_gives_way_and_one_under_way_takes_the_day(medan):
    """The increment after it is in the book already: the one that was taken back comes first again."""
    later = date(2027, 12, 10)
    for begun in (False, True):
        with agency_scope(medan, medan.officer.pk):
            agenda.compute(medan.pk, later, Progress())
            following = increments(medan).select_related("employee__unit").get(due_on=date(2029, 4, 1))
            if begun:
                agenda.move(item=following, to="berkas", day=DAY, actor=medan.actor)
            take_back(medan)
            agenda.compute(medan.pk, DAY, Progress())
            opened = increments(medan).exclude(state="sk")
            if begun:
                assert [(each.pk, each.due_on, each.step) for each in opened] == [(following.pk, DUE, 6)]
                continue
            assert [(each.pk, each.state, each.due_on) for each in opened] == [(medan.case.pk, "diusulkan", DUE)]
            case = opened.select_related("employee__unit").get()
            agenda.move(item=case, to="sk", day=DAY, actor=medan.actor, number="KGB/10")
            medan.row = SalaryIncrement.objects.get(employee=medan.person)


@pytest.mark.parametrize("follows", ["increment", "rank"])
def test_what_the_register_goes_on_after_stays_closed(follows, medan):
    of = {"agency": medan, "employee": medan.person}
    with agency_scope(medan, medan.officer.pk):
        if follows == "increment":
            SalaryIncrement.objects.create(**of, starts_on=date(2029, 4, 1), service_years=8, service_months=0)
        else:
            before = date(2026, 4, 1)
            increments(medan).update(due_on=before)
            SalaryIncrement.objects.filter(pk=medan.row.pk).update(starts_on=before)
            models.RankRecord.objects.create(**of, rank=33, starts_on=date(2026, 10, 1), service_years=6)
            medan.row.refresh_from_db()
        take_back(medan)
        assert [each.state for each in increments(medan)] == ["sk"]


def test_one_that_no_case_wrote_opens_none(medan):
    of = {"agency": medan, "employee": medan.person}
    with agency_scope(medan, medan.officer.pk):
        medan.row = SalaryIncrement.objects.create(**of, starts_on=date(2025, 4, 1), service_years=4, service_months=0)
        take_back(medan)
        assert [each.state for each in increments(medan)] == ["sk"]
        # A closed case answers for its day as before.
        agenda.compute(medan.pk, DAY, Progress())
        assert [each.state for each in increments(medan)] == ["sk"]
