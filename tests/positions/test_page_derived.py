"""The panel "Turunan": its promotions and increments are those of the agenda book; what it tells to whom, of which
day."""

import random
from datetime import date

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from asnhr.scope import agency_scope
from positions import models
from positions.pages.employees import left_until
from positions.rules import promotion
from positions.rules.status import ENDED
from tests import api_world
from tests.factories import positions as make
from tests.factories.asnhr import AgencyFactory
from tests.positions import derived_agrees
from tests.positions.agenda_register import DAY, build
from tests.roles import user_with, with_access

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def frozen(monkeypatch):
    monkeypatch.setattr("asnhr.dates.today", lambda: DAY)


@pytest.fixture
def medan():
    return api_world.medan()


def officer(agency, **facts):
    user = user_with(agency, "staf_bkd", username="petugas", **facts)
    with agency_scope(agency):
        return with_access(user, agency)


# Promotions


@pytest.mark.parametrize(
    ("rank", "highest", "closed"),
    [(41, 42, None), (42, 42, "batas_eselon"), (43, 42, "batas_eselon"), (42, None, None)],
)
def test_a_structural_promotion_stays_within_the_echelon(rank, highest, closed):
    found = promotion.promotion(rank, date(2023, 8, 1), promotion.Kind.STRUCTURAL, highest=highest)
    assert found.closed == closed
    assert (found.promotes_on is None) == (closed is not None)
    # The range of the post's echelon binds the structural kind alone.
    assert promotion.promotion(rank, date(2023, 8, 1), promotion.Kind.FUNCTIONAL, highest=highest).closed is None


@pytest.mark.parametrize("seed", [3, 16, 25, 77, 89, 125, 206, 486])
def test_panel_and_agenda_book_agree_on_random_registers(seed):
    agency = AgencyFactory()
    user = officer(agency)
    with transaction.atomic(), agency_scope(agency):
        build(random.Random(seed), agency)
        people = models.Employee.objects.filter(agency=agency, exits_on__isnull=True)
        people = people.exclude(legal_status__in=ENDED)

        derived_agrees.compare(agency, user, people.values_list("pk", flat=True), DAY)

        transaction.set_rollback(True)


def hire(medan, *, echelon="III.a", level="ADMINISTRATOR", group="manajerial", rank=42, **facts):
    with agency_scope(medan):
        unit = make.UnitFactory(agency=medan)
        job = make.JobFactory(agency=medan, group=group, level=level, echelon=echelon)
        given = {"rank_since": date(2023, 8, 1), "cpns_on": date(2005, 8, 1), "education_level_id": "45"}
        person = make.EmployeeFactory(agency=medan, unit=unit, rank=rank, **given | facts)
        make.IncumbencyFactory(
            agency=medan, position=make.PositionFactory(agency=medan, unit=unit, job=job), employee=person,
            starts_on=date(2024, 1, 31),
        )  # fmt: skip
        for year in (2024, 2025):
            models.YearlyPredicate.objects.create(agency=medan, employee=person, year=year, predicate=2)
        return person


def figures(client, person, **query):
    answer = client.get(reverse("employee-derived", args=[person.pk]), query)
    client.get(reverse("employee-derived", args=[person.pk]), {"as_of": ""})
    return {each.code: each for each in answer.context["figures"]}


def test_a_camat_at_iv_b_has_no_structural_promotion_and_no_regular_one(client, medan):
    person = hire(medan)
    client.force_login(user_with(medan, "staf_bkd"))
    found = figures(client, person)
    structural = found["pangkat-structural"]
    assert structural.value == "tertutup"
    assert structural.note == "Kenaikan pangkat pilihan struktural pada eselon III.a sampai IV/b."
    assert "PP 100/2000" in structural.basis["legal_basis"]
    assert not structural.conditions
    assert found["pangkat-regular"].value == "tidak berlaku"
    with agency_scope(medan):
        assert "kp_struktural" not in derived_agrees.book(medan, DAY)[person.pk]


def test_one_below_the_echelon_waits_a_year_and_one_within_it_four(client, medan):
    below, within = hire(medan, rank=34), hire(medan, rank=41)
    client.force_login(user_with(medan, "staf_bkd"))
    assert figures(client, below)["pangkat-structural"].value == "IV/a · 1 Agustus 2024"
    assert figures(client, within)["pangkat-structural"].value == "IV/b · 1 Agustus 2027"


# Increments


def granted(medan, person, **facts):
    with agency_scope(medan):
        models.RankRecord.objects.create(
            agency=medan, employee=person, rank=person.rank, starts_on=person.rank_since, service_years=18,
            service_months=0,
        )  # fmt: skip
        models.SalaryIncrement.objects.create(
            agency=medan, employee=person, starts_on=date(2025, 8, 1), service_years=20, service_months=0
        )


@pytest.mark.parametrize("role", ["staf_bkd", "auditor", "bagian_organisasi"])
def test_what_rests_on_increments_is_for_who_may_read_salaries(role, client, medan):
    person = hire(medan)
    granted(medan, person)
    client.force_login(user_with(medan, role))

    found = figures(client, person)
    page = client.get(reverse("employee-derived", args=[person.pk])).content.decode()

    if role == "bagian_organisasi":
        assert [found[code].value for code in ("kgb", "gaji")] == ["tertutup", "tertutup"]
        assert all("berhak membaca gaji pokok" in found[code].note for code in ("kgb", "gaji"))
        # From the decree of the rank alone.
        assert "MKG pada 1 Agustus 2023: 18 tahun 0 bulan, menurut SK golongan." in found["mkg"].basis["steps"]
        for told in ("langkah 20", "20 tahun 0 bulan", "1 Agustus 2025", "Rp"):
            assert told not in page, told
    else:
        assert found["kgb"].value == "1 Agustus 2027"
        assert found["gaji"].value == "IV/b, langkah 20 tahun"
        assert "MKG pada 1 Agustus 2025: 20 tahun 0 bulan" in page


def test_the_own_panel_tells_the_own_salary(client, medan):
    person = hire(medan)
    granted(medan, person)
    client.force_login(user_with(medan, "pegawai", nip=person.nip))
    assert figures(client, person)["gaji"].value == "IV/b, langkah 20 tahun"


def test_of_who_has_left_the_step_is_closed_as_well(client, medan):
    person = hire(medan)
    granted(medan, person)
    with agency_scope(medan):
        models.Employee.objects.filter(pk=person.pk).update(
            exits_on=date(2026, 3, 1), legal_status="99", exit_reason="Pensiun"
        )
    client.force_login(user_with(medan, "bagian_organisasi"))
    assert figures(client, person)["gaji"].value == "tertutup"


def test_a_cpns_and_pppk_paruh_waktu_have_no_increment_to_come(client, medan):
    since = {"rank_since": date(2026, 2, 1), "cpns_on": date(2026, 2, 1)}
    post = {"echelon": "", "level": "PELAKSANA", "group": "pelaksana"}
    candidate = hire(medan, rank=21, status="CPNS", **since, **post)
    part_time = hire(medan, rank=None, pay_group=5, status="PPPK_PW", **since, **post)
    client.force_login(user_with(medan, "staf_bkd"))

    found = figures(client, candidate)["kgb"]
    assert found.value == "belum: masih CPNS"
    assert "PP 7/1977 pasal 11" in found.note
    assert figures(client, part_time)["kgb"].value == "tidak berlaku"
    with agency_scope(medan):
        told = derived_agrees.book(medan, DAY)
        assert "kgb" not in told[candidate.pk]
        assert "kgb" not in told.get(part_time.pk, {})


@pytest.mark.parametrize(
    ("then", "said"),
    [
        (date(2033, 11, 1), "6 tahun 11 bulan lagi"), (date(2033, 11, 23), "7 tahun lagi"),
        (date(2026, 12, 1), "kurang dari sebulan lagi"), (date(2026, 12, 23), "1 bulan lagi"),
        (date(2026, 11, 23), "sudah lewat"), (date(2026, 1, 1), "sudah lewat"),
    ],
)  # fmt: skip
def test_what_is_left_until_the_pension_counts_whole_months(then, said):
    assert left_until(then, date(2026, 11, 23)) == said


def own_home(client, person, *, day=None):
    """The figures of the own home page by label, and the queries that the page took."""
    client.get(reverse("home"), {"as_of": day.isoformat() if day else ""})
    with CaptureQueriesContext(connection) as queries:
        answer = client.get(reverse("home"))
    return {str(each["label"]): each for each in answer.context["figures"]}, len(queries)


def test_the_own_home_page_tells_what_the_panel_tells(client, medan):
    person = hire(medan, rank=41)
    client.force_login(user_with(medan, "pegawai", username="sendiri", nip=person.nip))
    told = figures(client, person)
    shown, _queries = own_home(client, person)

    promotion_shown, increment_shown = shown["Kenaikan pangkat paling cepat"], shown["KGB berikutnya"]
    assert told["pangkat-structural"].value == f"IV/b · {promotion_shown['text']}" == "IV/b · 1 Agustus 2027"
    assert promotion_shown["detail"] == "Kenaikan pangkat pilihan (struktural)"
    assert increment_shown["text"] == told["kgb"].value
    # The panel asks the officer to record it, the own page its person to propose it.
    assert told["kgb"].note.startswith("Terlewat sejak")
    assert increment_shown["detail"].startswith("Terlewat, belum ada riwayat KGB; bila sudah Anda terima, usulkan")
    assert {each["url"] for each in (promotion_shown, increment_shown)} == {
        reverse("employee-derived", args=[person.pk])
    }
    # Another day looked at is another answer: before the rank was held nothing of it is announced.
    earlier, _queries = own_home(client, person, day=date(2004, 1, 5))
    assert not {"Kenaikan pangkat paling cepat", "KGB berikutnya"} & set(earlier)


def test_the_own_home_page_announces_nothing_to_who_has_none(client, medan):
    person = hire(medan, rank=42)
    client.force_login(user_with(medan, "pegawai", username="sendiri", nip=person.nip))
    shown, _queries = own_home(client, person)
    assert "Kenaikan pangkat paling cepat" not in shown
    assert "KGB berikutnya" in shown

    with agency_scope(medan):
        models.Employee.objects.filter(pk=person.pk).update(exits_on=DAY, exit_reason="pensiun")
    shown, _queries = own_home(client, person)
    assert "KGB berikutnya" not in shown


def test_the_own_home_page_takes_no_more_queries_for_a_longer_file(client, medan):
    person = hire(medan, rank=41)
    client.force_login(user_with(medan, "pegawai", username="sendiri", nip=person.nip))
    own_home(client, person)
    _shown, short = own_home(client, person)
    with agency_scope(medan):
        for year in range(2010, 2024):
            models.YearlyPredicate.objects.create(agency=medan, employee=person, year=year, predicate=2)
            models.SalaryIncrement.objects.create(
                agency=medan, employee=person, starts_on=date(year, 8, 1), service_years=year - 2005, service_months=0,
                decree=f"KGB-{year}", decree_on=date(year, 6, 1),
            )  # fmt: skip
    _shown, long = own_home(client, person)
    assert long == short <= 40
