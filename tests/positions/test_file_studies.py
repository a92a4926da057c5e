"""What studies, granted increments and credit points lead to; documents that prove rows of a file."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from asnhr.errors import NotAllowed, RuleBroken
from asnhr.scope import agency_scope
from positions import models
from positions.models import DocumentKind, EmployeeDocument
from positions.rules import agenda, credit
from positions.rules.levels import Level
from positions.services import histories
from positions.services.histories import KINDS
from tests import api_world
from tests.factories import positions as make
from tests.factories.asnhr import UserFactory
from tests.roles import user_with, with_access

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 22)


@pytest.fixture(autouse=True)
def frozen(monkeypatch):
    monkeypatch.setattr("asnhr.dates.today", lambda: DAY)


@pytest.fixture
def medan():
    return api_world.medan()


@pytest.fixture
def unit(medan):
    with agency_scope(medan):
        return make.UnitFactory(agency=medan)


def hire(medan, unit, number=1, level="PELAKSANA", **facts):
    with agency_scope(medan):
        group = "pelaksana" if level == "PELAKSANA" else "fungsional"
        job = make.JobFactory(agency=medan, group=group, level=level, name=f"Jabatan {number}")
        post = make.PositionFactory(agency=medan, unit=unit, job=job)
        given = {
            "rank": 24, "rank_since": date(2024, 3, 1), "cpns_on": date(2015, 3, 1), "birth_date": date(1990, 5, 2),
            "education_level_id": "40", "graduated": 2023, "status": "PNS",
        }  # fmt: skip
        person = make.EmployeeFactory(
            agency=medan, unit=unit, name=f"Orang {number}", nip=f"19900502201503{number:04}", **given | facts
        )
        make.IncumbencyFactory(agency=medan, position=post, employee=person, starts_on=date(2020, 1, 1))
        for year in (2024, 2025):
            models.YearlyPredicate.objects.create(agency=medan, employee=person, year=year, predicate=2)
        return person


def paper(medan, person, kind="sk_pns", **more):
    with agency_scope(medan):
        return EmployeeDocument.objects.create(
            agency=medan, employee=person, kind=DocumentKind.objects.get(pk=kind), filename="sk.pdf", format="pdf",
            size=10, pages=1, sha256="a" * 64, stored_as=f"{person.pk}-{kind}", uploaded_by=UserFactory(), **more,
        )  # fmt: skip


# Rules


def test_credit_points_of_the_worked_examples():
    """W16, W17: what is short of a step, and how many months that takes."""
    muda = credit.steps(Level.AHLI_MUDA, Decimal(100), agenda.CREDIT)
    assert [(step.rank, step.is_level, step.is_met) for step in muda] == [(33, False, True), (34, True, False)]
    madya = credit.steps(Level.AHLI_MADYA, Decimal("448.75"), agenda.CREDIT)[-1]
    assert (madya.short, madya.is_level) == (Decimal("1.25"), True)
    assert credit.months_needed(madya.short, Level.AHLI_MADYA, 2) == 1
    assert credit.months_needed(Decimal(0), Level.AHLI_MADYA, 5) == 0
    assert credit.steps(Level.PELAKSANA, Decimal(5), agenda.CREDIT) == []


def test_every_level_has_a_coefficient_and_steps():
    assert {level for level, _rank in agenda.CREDIT} == set(credit.YEARLY)


def test_a_diploma_above_the_rank_leads_to_its_own_promotion():
    someone = agenda.Person(
        status="PNS", birth_date=date(1990, 5, 2), rank=24, rank_since=date(2024, 3, 1), education="40",
        diploma_on=date(2025, 8, 20), predicates={2024: 2, 2025: 2},
    )  # fmt: skip
    found = {case.kind: case for case in agenda.cases(someone, DAY)}
    case = found[agenda.Kind.DIPLOMA]
    assert (case.target, case.due_on, case.missing) == (31, date(2025, 10, 1), frozenset())
    assert case.to_check == agenda.DIPLOMA_CHECKS


# Pages


def test_the_panel_names_further_promotions_with_rule_and_what_is_missing(client, medan, unit):
    person = hire(medan, unit)
    with agency_scope(medan):
        of = {"agency": medan, "employee": person}
        models.SalaryIncrement.objects.create(**of, starts_on=date(2024, 3, 1), service_years=9)
        models.Secondment.objects.create(**of, kind="dpk", agency_name="KPU", starts_on=date(2026, 1, 1))
    client.force_login(user_with(medan, "staf_bkd"))
    url = reverse("employee-derived", args=[person.pk])
    client.get(url)

    with CaptureQueriesContext(connection) as queries:
        page = client.get(url).content.decode()

    assert len(queries) <= 27
    assert "penyesuaian ijazah" in page
    # One year in rank, then the next of the six dates of that year.
    assert "III/a · 1 April 2025" in page
    assert "ujian kenaikan pangkat penyesuaian ijazah" in page
    assert "DPK/DPB" in page
    assert "Anumerta" in page
    # II/d, increment of 1 March 2024 with 9 years: the next step is 11 years, 1 March 2026, though it went by.
    assert "1 Maret 2026" in page
    assert "KGB terakhir" in page


def test_the_tab_shows_what_each_step_of_the_level_asks_for(client, medan, unit):
    person = hire(medan, unit, level="AHLI_PERTAMA", rank=31)
    with agency_scope(medan):
        for kind, total in (("konversi", 20), ("penilaian", 400)):
            models.CreditPoint.objects.create(
                agency=medan, employee=person, kind=kind, job_name="X", level="AHLI_PERTAMA", total=total,
                starts_on=date(2025, 1, 1), ends_on=date(2026, 1, 1),
            )  # fmt: skip
    client.force_login(user_with(medan, "staf_bkd"))
    page = client.get(reverse("employee-history", args=[person.pk, "kinerja"])).content.decode()
    part = page[page.index("angka-kredit-kumulatif") :]
    assert "III/a → III/b" in part
    assert "naik jenjang" in part
    # 30 of 50 are short: 28.8 months with Baik.
    assert ">30<" in part
    assert ">29<" in part
    assert "bagian=angka-kredit-kumulatif&amp;format=csv" in page
    tab = reverse("employee-history", args=[person.pk, "kinerja"])
    asked = {"bagian": "angka-kredit-kumulatif", "format": "csv"}
    file = client.get(tab, asked).getvalue().decode("utf-8-sig").splitlines()
    steps = [line for line in file if "III/a → III/b" in line]
    assert len(steps) == 1
    assert steps[0].split(",")[3:] == ["20.000", "III/a → III/b", "50", "30.000", "29", "belum terpenuhi"]
    assert person.nip in steps[0]
    assert client.get(tab, asked | {"format": "xlsx"}).status_code == 200
    assert client.get(tab, {"bagian": "jabatan", "format": "csv"}).status_code == 404
    assert client.get(reverse("employee-history", args=[person.pk, "penugasan"]), asked).status_code == 404
    derived = client.get(reverse("employee-derived", args=[person.pk])).content.decode()
    assert "III/a → III/b: 50 angka kredit; ada 20, kurang 30 (29 bulan berpredikat Baik)" in derived


def test_the_persons_page_shows_what_falls_due_to_who_may_see_it(client, medan, unit):
    person = hire(medan, unit)
    with agency_scope(medan):
        other = make.UnitFactory(agency=medan)
        models.AgendaItem.objects.create(
            agency=medan, employee=person, kind="kgb", due_on=date(2026, 12, 1), step=12, rank=24, held="HUKDIS",
            missing=["PREDIKAT_KOSONG"], since=DAY, changed_at=timezone.now(),
        )  # fmt: skip
    url = reverse("employee-detail", args=[person.pk])

    def shown(role, *where, **facts):
        client.force_login(user_with(medan, role, *where, **facts))
        answer = client.get(url)
        return answer.content.decode() if answer.status_code == 200 else answer.status_code

    held = "hukuman disiplin sedang atau berat masih berjalan"
    page = shown("staf_bkd")
    assert "MKG 12 tahun" in page
    assert "predikat kinerja tahun lalu belum tercatat" in page
    assert held in page
    of_unit = shown("admin_unit", unit)
    assert "MKG 12 tahun" in of_unit
    assert held not in of_unit
    own = shown("pegawai", nip=person.nip)
    assert held in own, "the own file is nobody's secret from its person"
    assert "/penjagaan/" not in own[own.index("data-penjagaan") :][:2000]
    assert shown("admin_unit", other) == 404
    client.force_login(user_with(medan, "staf_bkd"))
    assert "data-penjagaan" not in client.get(url, {"as_of": "2025-01-01"}).content.decode()


# Documents


def test_a_document_proves_a_row_of_the_same_person_only(client, medan, unit):
    person, other = hire(medan, unit), hire(medan, unit, 2)
    own, strange = paper(medan, person, number="SK/77"), paper(medan, other)
    paper(medan, person, kind="hukdis")
    client.force_login(user_with(medan, "staf_bkd"))
    new = reverse("history-new", args=[person.pk, "golongan"])
    page = client.get(new).content.decode()
    assert "SK/77" in page
    assert "Keputusan hukuman disiplin" not in page, "what a sanction rests on stands at sanctions only"
    facts = {"rank": "31", "starts_on": "2026-04-01"}
    assert client.post(new, facts | {"document": str(strange.pk)}).status_code == 422
    assert client.post(new, facts | {"document": str(own.pk)}).status_code == 302
    with agency_scope(medan):
        row = models.RankRecord.objects.get(employee=person, rank=31)
        assert row.document_id == own.pk
    tab = reverse("employee-history", args=[person.pk, "kepegawaian"])
    assert reverse("document-open", args=[own.pk]) in client.get(tab).content.decode()
    # An auditor reads the register, not the papers.
    client.force_login(user_with(medan, "auditor"))
    page = client.get(tab).content.decode()
    assert reverse("document-open", args=[own.pk]) not in page
    assert "terlampir" in page
    with agency_scope(medan), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        with pytest.raises(IntegrityError, match="rankrecord_document_of_person"), transaction.atomic():
            cursor.execute("UPDATE positions_rankrecord SET document_id = %s WHERE id = %s", [strange.pk, row.pk])


def test_attaching_asks_the_documents_own_permission(medan, unit):
    person = hire(medan, unit)
    sealed, common = paper(medan, person, kind="hukdis"), paper(medan, person)
    unit_admin = user_with(medan, "admin_unit", unit, username="admin")
    officer = user_with(medan, "staf_bkd", username="petugas")
    with agency_scope(medan):
        for user in (unit_admin, officer):
            with_access(user, medan)
        facts = {"rank": 31, "starts_on": date(2026, 4, 1)}
        with pytest.raises(NotAllowed):
            histories.add(actor=unit_admin, employee=person, kind=KINDS["golongan"], facts=facts | {"document": sealed})
        with pytest.raises(RuleBroken, match="spesifik"):
            histories.add(actor=officer, employee=person, kind=KINDS["golongan"], facts=facts | {"document": sealed})
        row = histories.add(
            actor=unit_admin, employee=person, kind=KINDS["golongan"], facts=facts | {"document": common}
        )
        assert histories.correct(actor=officer, row=row, why="X", facts={"document": None}).document_id is None
