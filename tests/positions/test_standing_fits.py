"""A standing fits the kind of employment, an exit follows what is on record and is not far ahead, in every door."""

from datetime import date, timedelta

import pytest
from django.urls import reverse

from asnhr import dates
from asnhr.errors import RuleBroken
from asnhr.scope import agency_scope
from positions.models import Employee, RankRecord, SalaryIncrement, StandingRecord, YearlyPredicate
from positions.models.employee import ACTIVE_STATUS, ENDED_STATUS
from positions.rules import plausible, standing
from positions.rules.numbers import add_months
from positions.services import histories as services
from positions.services import register
from positions.services.histories import KINDS
from tests import api_world
from tests.factories import positions as make
from tests.roles import user_with, with_access

pytestmark = pytest.mark.django_db
KIND = KINDS["kedudukan-hukum"]
LEAVING = {"reason": "Pindah", "legal_status": "52"}


@pytest.fixture
def medan():
    return api_world.medan()


@pytest.fixture
def clerk(medan):
    return user_with(medan, "staf_bkd", nip="197001011995031001")


@pytest.fixture
def world(medan, clerk):
    """A civil servant, in the scope of the agency."""
    with agency_scope(medan, clerk.pk):
        with_access(clerk, medan)
        yield make.EmployeeFactory(agency=medan, unit=make.UnitFactory(agency=medan), legal_status="01")


@pytest.fixture
def hired(medan, world):
    """A PPPK of the same unit."""
    return make.EmployeeFactory(
        agency=medan, unit=world.unit, status="PPPK", nip="198501012021211003", rank=None, cpns_on=None,
        legal_status="71",
    )  # fmt: skip


def test_every_code_says_whom_it_fits():
    codes = set(ACTIVE_STATUS | ENDED_STATUS)
    assert codes == set(standing.KINDS)
    for status in Employee.Status.values:
        assert any(standing.fits(code, status) for code in ACTIVE_STATUS)
        assert all(standing.fits(code, status) for code in ENDED_STATUS)
    assert [standing.fits("71", each) for each in ("PNS", "CPNS", "PPPK", "PPPK_PW")] == [False, False, True, True]
    assert [standing.fits("01", each) for each in ("PNS", "CPNS", "PPPK", "PPPK_PW")] == [True, True, False, False]


@pytest.mark.parametrize(("who", "code"), [("world", "71"), ("world", "72"), ("hired", "01"), ("hired", "02")])
def test_services_refuse_a_standing_of_the_other_kind(world, hired, clerk, who, code):
    person = {"world": world, "hired": hired}[who]
    with pytest.raises(RuleBroken, match=f"Kedudukan hukum {code} .* bukan kedudukan hukum"):
        register.change_employee(actor=clerk, employee=person, legal_status=code)
    facts = {"standing": code, "starts_on": date(2024, 1, 1)}
    with pytest.raises(RuleBroken, match="bukan kedudukan hukum"):
        services.add(actor=clerk, employee=person, kind=KIND, facts=facts)
    with pytest.raises(RuleBroken, match="bukan kedudukan hukum"):
        services.rehearse(employee=person, kind=KIND, row=None, facts=facts)
    assert not StandingRecord.objects.filter(employee=person).exists()


def test_pages_and_api_refuse_it_in_words(client, medan, clerk, world):
    client.force_login(clerk)
    answer = client.patch(f"/api/v1/employees/{world.pk}/", {"legal_status": "71"}, "application/json")
    assert (answer.status_code, "bukan kedudukan hukum" in answer.json()["detail"]) == (409, True)
    page = client.get(reverse("employee-edit", args=[world.pk])).content.decode()
    assert 'value="71"' not in page
    assert 'value="03"' in page
    row = {"employee_id": world.pk, "standing": "71", "starts_on": "2024-01-01"}
    assert client.post("/api/v1/standing-records/", row, "application/json").status_code == 409


def test_what_the_register_holds_already_stays_and_the_rest_is_corrected(world, clerk):
    Employee.objects.filter(pk=world.pk).update(legal_status="71")
    StandingRecord.objects.filter(employee=world).delete()
    row = StandingRecord.objects.create(
        agency_id=world.agency_id, employee=world, standing="71", starts_on=date(2024, 1, 1)
    )
    register.change_employee(actor=clerk, employee=world, legal_status="71", birth_place="Medan")
    services.correct(actor=clerk, row=row, why="data-kurang", facts={"decree": "SK 2"})
    assert register.change_employee(actor=clerk, employee=world, legal_status="01").legal_status == "01"


def test_a_new_pppk_is_pppk_aktif(world, clerk):
    person = register.add_employee(
        actor=clerk, unit=world.unit, nip="198501012021212004", status="PPPK", day=dates.today(), name="Cici"
    )
    assert person.legal_status == "71"
    with pytest.raises(RuleBroken, match="bukan kedudukan hukum"):
        register.add_employee(
            actor=clerk, unit=world.unit, nip="198501012010012004", status="PNS", day=dates.today(), name="Dedi",
            legal_status="71",
        )  # fmt: skip


LATER = [
    (RankRecord, {"rank": 34, "starts_on": date(2026, 4, 1)}, "riwayat golongan TMT 1 April 2026"),
    (SalaryIncrement, {"starts_on": date(2025, 4, 1), "service_years": 4, "service_months": 0},
     "kenaikan gaji berkala TMT 1 April 2025"),
    (StandingRecord, {"standing": "03", "starts_on": date(2024, 4, 1)}, "riwayat kedudukan hukum TMT 1 April 2024"),
    (YearlyPredicate, {"year": 2021, "predicate": 2}, "predikat kinerja tahun 2021"),
]  # fmt: skip


@pytest.mark.parametrize(("model", "facts", "named"), LATER)
def test_an_exit_before_later_records_is_refused_by_name(world, clerk, model, facts, named):
    model.objects.create(agency_id=world.agency_id, employee=world, **facts)
    with pytest.raises(RuleBroken, match=named):
        register.record_exit(actor=clerk, employee=world, exits_on=date(2020, 8, 1), **LEAVING)
    person = Employee.objects.get(pk=world.pk)
    assert (person.exits_on, person.legal_status) == (None, facts.get("standing", "01"))
    day = date(2026, 4, 1)
    assert register.record_exit(actor=clerk, employee=world, exits_on=day, **LEAVING).legal_status == "52"


def test_a_predicate_of_the_last_year_of_service_is_no_later_record(world, clerk):
    YearlyPredicate.objects.create(agency_id=world.agency_id, employee=world, year=2025, predicate=2)
    with pytest.raises(RuleBroken, match="tahun 2025"):
        register.record_exit(actor=clerk, employee=world, exits_on=date(2025, 1, 1), **LEAVING)
    assert register.record_exit(actor=clerk, employee=world, exits_on=date(2025, 3, 1), **LEAVING).exits_on


def test_after_an_exit_the_standing_is_the_exits(world, clerk):
    gone = dates.today() - timedelta(days=60)
    person = register.record_exit(actor=clerk, employee=world, exits_on=gone, reason="Pensiun", legal_status="99")
    for day in (gone, gone + timedelta(days=5)):
        with pytest.raises(RuleBroken, match="sudah keluar"):
            services.add(actor=clerk, employee=person, kind=KIND, facts={"standing": "03", "starts_on": day})
    with pytest.raises(RuleBroken, match="sudah keluar"):
        register.change_employee(actor=clerk, employee=person, legal_status="03")
    assert Employee.objects.get(pk=world.pk).legal_status == "99"
    # What an exit became later is known then.
    row = services.add(
        actor=clerk, employee=person, kind=KIND, facts={"standing": "88", "starts_on": gone + timedelta(days=5)}
    )
    assert row.pk
    assert Employee.objects.get(pk=world.pk).legal_status == "88"


@pytest.mark.parametrize("day", [date(2060, 1, 1), date(9999, 12, 31), date(1925, 1, 1)])
def test_an_exit_far_away_is_refused(client, clerk, world, day):
    Employee.objects.filter(pk=world.pk).update(cpns_on=None)
    with pytest.raises(RuleBroken, match=r"18 bulan|tidak mungkin"):
        register.record_exit(actor=clerk, employee=world, exits_on=day, **LEAVING)
    client.force_login(clerk)
    asked = {"exits_on": day.isoformat(), **LEAVING}
    assert client.post(f"/api/v1/employees/{world.pk}/exit/", asked, "application/json").status_code == 409
    answer = client.post(reverse("employee-exit", args=[world.pk]), asked)
    assert answer.status_code == 422
    assert Employee.objects.get(pk=world.pk).exits_on is None


def test_the_last_day_of_the_horizon_is_taken(world, clerk):
    last = add_months(dates.today(), plausible.EXIT_MONTHS)
    assert plausible.is_possible_exit(last, dates.today())
    assert not plausible.is_possible_exit(last + timedelta(days=1), dates.today())
    assert register.record_exit(actor=clerk, employee=world, exits_on=last, **LEAVING).legal_status == "01"
