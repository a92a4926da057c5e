"""Lists, totals, exports, API and analysis take the same settings: those in force for the agency on the day."""

from datetime import date

import pytest
from django.urls import reverse

from asnhr.models import AgencyParameter, Parameter
from asnhr.scope import agency_scope
from asnhr.services import Progress
from positions.models import Employee, NeedsAnalysis, Position, Unit
from positions.queries import home, register, rulebook
from positions.rules.levels import Level
from positions.rules.retirement import DEFAULT_AGES
from positions.services import analysis as service
from tests.factories import positions as make
from tests.factories.asnhr import AgencyFactory, RunFactory
from tests.roles import user_with, with_access

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 22)


@pytest.fixture(autouse=True)
def frozen(monkeypatch):
    monkeypatch.setattr("asnhr.dates.today", lambda: DAY)


@pytest.fixture
def medan():
    return AgencyFactory()


@pytest.fixture
def staff(medan):
    return user_with(medan, "staf_bkd")


def held(agency, position, kind="definitif", **employee):
    seat = None if kind == "paruh_waktu" else make.SeatFactory(agency=agency, position=position)
    person = make.EmployeeFactory(agency=agency, unit=position.unit, **employee)
    return make.IncumbencyFactory(agency=agency, position=position, seat=seat, employee=person, kind=kind)


def analysed(agency):
    with agency_scope(agency):
        run = RunFactory(agency=agency, parameters={"as_of": DAY.isoformat(), "overlay": {}}, state="berjalan")
        service.work(run, Progress())
        return NeedsAnalysis.objects.get(run=run)


def everywhere(client, agency, staff, position):
    """B of one position, or of all where it is the only one, as every door says it."""
    client.force_login(staff)
    found = {"API": client.get(f"/api/v1/positions/{position.pk}/").json()["b"]}
    (node,) = client.get("/api/v1/units/tree/").json()
    found["API tree"] = node["total"]["b"]
    listed = client.get(reverse("position-list"), {"format": "csv"})
    lines = b"".join(listed.streaming_content if listed.streaming else [listed.content]).decode("utf-8-sig")
    found["export"] = next(line for line in lines.splitlines() if position.job.name in line)
    with agency_scope(agency):
        user = with_access(staff, agency)
        own = register.with_figures(Position.objects.visible_to(user), DAY)
        found["list"] = own.get().b
        found["sum of the list"] = register.totals(own, DAY).b
        found["units"] = register.with_unit_figures(register.units_on(user, DAY), DAY).get().b
        found["home"] = home.people_and_seats(user, DAY)[0].counted
        found["retiring"] = sum(register.retirements_by_year(user, DAY).values())
    made = analysed(agency)
    with agency_scope(agency):
        result = made.results.get()
        found["analysis"] = made.totals["holders"]
        found["position in the analysis"] = result.b
        found["outflow"] = sum(result.outflow)
    return found


def test_all_doors_count_part_time_people_alike(client, medan, staff):
    with agency_scope(medan):
        position = make.PositionFactory(agency=medan)
        make.PositionNeedFactory(agency=medan, position=position, need=3)
        held(medan, position, birth_date=date(1970, 1, 1))
        held(medan, position, "paruh_waktu", status="PPPK_PW", birth_date=date(1971, 1, 1))

    before = everywhere(client, medan, staff, position)
    page = client.get(reverse("position-detail", args=[position.pk])).content.decode()
    with agency_scope(medan):
        AgencyParameter.objects.create(
            agency=medan, code=rulebook.PART_TIME_COUNTS, value=True, starts_on=date(2026, 1, 1), decree="K 1"
        )
    after = everywhere(client, medan, staff, position)
    page_after = client.get(reverse("position-detail", args=[position.pk])).content.decode()

    lines = before.pop("export"), after.pop("export")
    assert set(before.values()) == {1}, before
    assert set(after.values()) == {2}, after
    assert lines[0] != lines[1]
    assert "di luar B" in page
    assert "termasuk dalam B" in page_after
    assert "di luar B" not in page_after


def test_a_setting_counts_from_its_day_and_for_its_agency_only(medan, staff):
    jambi = AgencyFactory(code="1571", name="Pemerintah Kota Jambi")
    with agency_scope(medan):
        position = make.PositionFactory(agency=medan)
        held(medan, position, "paruh_waktu", status="PPPK_PW")
    with agency_scope(jambi):
        AgencyParameter.objects.create(
            agency=jambi, code=rulebook.PART_TIME_COUNTS, value=True, starts_on=date(2020, 1, 1), decree="K 1"
        )
    with agency_scope(medan):
        AgencyParameter.objects.create(
            agency=medan, code=rulebook.PART_TIME_COUNTS, value=True, starts_on=date(2026, 6, 1), decree="K 1"
        )

        rows = Position.objects.all()

        assert register.with_figures(rows, date(2026, 5, 31)).get().b == 0
        assert register.with_figures(rows, date(2026, 6, 1)).get().b == 1


def test_a_holder_by_duty_counts_twice_where_the_agency_says_so(medan, staff):
    with agency_scope(medan):
        head = make.PositionFactory(agency=medan, by_duty=True)
        teacher = make.PositionFactory(agency=medan, unit=head.unit)
        person = held(medan, teacher).employee
        make.IncumbencyFactory(
            agency=medan, position=head, seat=make.SeatFactory(agency=medan, position=head), employee=person,
            kind="tugas_tambahan",
        )  # fmt: skip
        rows = register.with_figures(Position.objects.all(), DAY)
        once = register.totals(rows, DAY)
        once_in_unit = register.with_unit_figures(Unit.objects.filter(pk=head.unit_id), DAY).get()
        first = analysed(medan).totals
        AgencyParameter.objects.create(
            agency=medan, code=rulebook.DUTY_ONCE, value=False, starts_on=date(2026, 1, 1), decree="K 1"
        )
        twice = register.totals(rows, DAY)
        twice_in_unit = register.with_unit_figures(Unit.objects.filter(pk=head.unit_id), DAY).get()
        second = analysed(medan).totals

    assert (once.b, once.duty_filled) == (first["holders"], first["duty_filled"]) == (1, 1)
    assert (once_in_unit.k, once_in_unit.b) == (once.k, once.b)
    assert (twice_in_unit.k, twice_in_unit.b) == (twice.k, twice.b)
    assert (twice.b, twice.duty_filled) == (second["holders"], second["duty_filled"]) == (2, 0)


def age_from(code, value, day):
    """Close the national value on `day` and let another follow."""
    old = Parameter.objects.get(code=code, ends_on=None)
    Parameter.objects.filter(pk=old.pk).update(ends_on=day)
    Parameter.objects.create(
        code=code, name=old.name, value=value, unit=old.unit, starts_on=day, legal_basis="UU baru", mark="V"
    )


def test_all_doors_take_the_retirement_age_of_the_day(client, medan, staff):
    with agency_scope(medan):
        job = make.JobFactory(agency=medan, name="Penata Layanan", level="PELAKSANA")
        position = make.PositionFactory(agency=medan, job=job)
        make.PositionNeedFactory(agency=medan, position=position, need=1)
        person = held(medan, position, birth_date=date(1969, 5, 2)).employee
    client.force_login(staff)

    def said():
        made = analysed(medan)
        with agency_scope(medan):
            user = with_access(staff, medan)
            by_year = {year: n for year, n in register.retirements_by_year(user, DAY).items() if n}
            outflow = {DAY.year + n: found for n, found in enumerate(made.results.get().outflow) if found}
            row = register.with_retirement(register.with_post(Employee.objects.all(), DAY), DAY).get()
            assert home.retirements(user, DAY)[0][row.retires_on.year] == 1
        pages = [
            client.get(reverse("employee-list")), client.get(reverse("employee-list"), {"urut": "pensiun"}),
            client.get(reverse("employee-detail", args=[person.pk])), client.get(reverse("retirement-list")),
            client.get(reverse("position-detail", args=[position.pk])),
        ]  # fmt: skip
        ages = [client.get(reverse("job-list")), client.get(reverse("job-detail", args=[job.pk]))]
        return (
            by_year,
            outflow,
            row.bup,
            [page.content.decode() for page in pages],
            [page.content.decode() for page in ages],
        )

    by_year, outflow, age, pages, ages = said()
    assert (by_year, outflow, age) == ({2027: 1}, {2027: 1}, 58)
    assert all("2027" in page for page in pages)

    age_from("bup.PELAKSANA", 60, date(2026, 7, 1))

    by_year, outflow, age, pages, ages_after = said()
    assert (by_year, outflow, age) == ({2029: 1}, {2029: 1}, 60)
    for page in pages:
        assert "06-2029" in page or "Juni 2029" in page or "Jun 2029" in page
    assert all(one != two for one, two in zip(ages, ages_after, strict=True))
    with agency_scope(medan):
        before = date(2026, 6, 30)
        row = register.with_retirement(register.with_post(Employee.objects.all(), before), before).get()
    assert row.bup == 58


def test_an_age_by_name_comes_from_the_rulebook_and_takes_its_words_as_they_are(medan):
    age_from("bup.special", [["DOSEN (TETAP)", None, 66], ["GURU", None, 61]], date(2026, 1, 1))
    with agency_scope(medan):
        for number, name in enumerate(("Dosen (Tetap) Lektor", "Guru Kelas", "Dosen Tetap", "Jaksa")):
            job = make.JobFactory(agency=medan, name=name, level="AHLI_PERTAMA")
            held(medan, make.PositionFactory(agency=medan, job=job), name=f"P{number}")
        people = register.with_retirement(register.with_post(Employee.objects.order_by("name"), DAY), DAY)

        assert [person.bup for person in people] == [66, 61, 58, 58]


def test_what_the_rulebook_lacks_keeps_the_age_of_the_rules():
    found = rulebook.ages_of({"bup.PELAKSANA": 59})

    assert found.of_level[Level.PELAKSANA] == 59
    assert found.of_level[Level.AHLI_UTAMA] == 65
    assert found.special == DEFAULT_AGES.special


def test_the_rulebook_is_filled_with_the_ages_of_the_rules(medan):
    with agency_scope(medan):
        assert rulebook.ages_on(DAY) == DEFAULT_AGES
