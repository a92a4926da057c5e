"""What cannot be true is refused in words in every door, and what an old file brought stops no page."""

import json
from datetime import date
from decimal import Decimal

import pytest
from django.urls import reverse

from asnhr.errors import RuleBroken
from asnhr.scope import agency_scope
from asnhr.services import Progress
from positions import models
from positions.forms import LastDayField
from positions.models import Employee
from positions.rules import plausible
from positions.rules.numbers import add_months
from positions.services import agenda, contacts, corrections, quality, register
from positions.services import histories as services
from positions.services.histories import KIND_OF, KINDS
from tests import api_world
from tests.factories import positions as make
from tests.papers import pdf
from tests.roles import user_with, with_access

pytestmark = pytest.mark.django_db
NIP = "199005022018011001"
DECREE = {"decree": "SK/1", "decree_on": "2018-01-02"}
LEAVE = {"starts_on": "2019-01-01", "ends_on": "2019-12-31"}
SECONDMENT = {"kind": "dpk", "direction": "keluar", "agency_name": "KPU", "starts_on": "2025-01-01"}
STUDY = {
    "kind": "tugas", "level": "45", "programme": "Hukum", "school": "USU", "starts_on": "2025-01-01",
    "outcome": "berjalan",
}  # fmt: skip
SERVICE = {
    "experience": "Honorer", "starts_on": "2015-01-01", "ends_on": "2016-12-31", "years": "1", "months": "0",
    "counts": "on",
}  # fmt: skip
NOT_COUNTED = {name: value for name, value in SERVICE.items() if name != "counts"}
CREDIT = {
    "kind": "konversi", "job_name": "Arsiparis", "starts_on": "2024-01-01", "ends_on": "2024-12-31", "total": "12",
}  # fmt: skip
POST = {
    "agency_name": "Kab. Karo", "job_name": "Analis", "group": "pelaksana", "assignment": "PLT",
    "starts_on": "2018-02-01", "ends_on": "2019-06-30",
}  # fmt: skip
SANCTION = {
    "sanction": "24", "state": "berlaku", "decree": "X/2", "decree_on": "2026-01-05", "starts_on": "2026-01-10",
    "years": "0", "months": "0", "regulation": "PP 94/2021",
}  # fmt: skip
TRAINING = {"kind": "3", "name": "Arsip", "year": "2024", "starts_on": "2024-03-01", "ends_on": "2024-03-05"}
PREDICATE = {"year": "2021", "predicate": "2", "appraiser_status": "ASN"}
PROMOTION = {"rank": "33", "kind": "101", "starts_on": "2026-04-01", "decree": "823/9", "decree_on": "2026-03-01"}
SPOUSE = {"relation": "pasangan", "name": "Eko", "birth_date": "1988-01-01"}
CHILD = {"relation": "anak", "child_kind": "kandung", "name": "Budi"}
INCREMENT = {"starts_on": "2025-10-01", "service_years": "5", "service_months": "0"}


@pytest.fixture
def medan():
    return api_world.medan()


@pytest.fixture
def ani(medan):
    with agency_scope(medan):
        unit = make.UnitFactory(agency=medan)
        position = make.PositionFactory(agency=medan, unit=unit)
        person = make.EmployeeFactory(
            agency=medan, unit=unit, name="Ani", nip=NIP, rank=32, rank_since=date(2025, 4, 1), status="PNS",
            cpns_on=date(2018, 1, 1), birth_date=date(1990, 5, 2),
        )  # fmt: skip
        make.IncumbencyFactory(agency=medan, position=position, employee=person, starts_on=date(2020, 1, 1))
        models.RankRecord.objects.create(agency=medan, employee=person, rank=32, starts_on=date(2025, 4, 1))
        return person


@pytest.fixture
def officer(client, medan):
    user = user_with(medan, "staf_bkd")
    client.force_login(user)
    return user


def said(page):
    return page.content.decode()


REVERSED = {
    "penugasan": SECONDMENT, "cltn": LEAVE, "tugas-belajar": STUDY, "masa-kerja": SERVICE, "jabatan-luar": POST,
    "angka-kredit": CREDIT, "disiplin": SANCTION, "diklat": TRAINING,
}  # fmt: skip


def test_every_kind_with_an_end_is_tried():
    assert set(REVERSED) == {slug for slug, kind in KINDS.items() if "ends_on" in kind.fields}


@pytest.mark.parametrize("kind", REVERSED)
def test_days_turned_round_are_refused_in_words(kind, client, medan, ani, officer):
    page = client.post(reverse("history-new", args=[ani.pk, kind]), REVERSED[kind] | {"ends_on": "2014-01-01"})

    assert page.status_code == 422
    assert "harus sesudah" in said(page)
    assert "sudah tercatat" not in said(page)
    assert "Batasan" not in said(page)


@pytest.mark.parametrize("kind", [slug for slug in REVERSED if KINDS[slug].model._meta.get_field("ends_on").null])
def test_an_end_in_9999_is_none_where_a_row_may_be_open(kind, client, medan, ani, officer):
    page = client.post(reverse("history-new", args=[ani.pk, kind]), REVERSED[kind] | {"ends_on": "9999-12-31"})

    assert page.status_code == 302
    with agency_scope(medan):
        end = KINDS[kind].model.objects.get(employee=ani).ends_on
    # A timed sanction ends with its term.
    assert end == (date(2026, 10, 10) if kind == "disiplin" else None)


@pytest.mark.parametrize(("kind", "facts"), [("cltn", LEAVE), ("masa-kerja", SERVICE), ("angka-kredit", CREDIT)])
def test_an_end_in_9999_is_refused_where_there_must_be_one(kind, facts, client, medan, ani, officer):
    page = client.post(reverse("history-new", args=[ani.pk, kind]), facts | {"ends_on": "9999-12-31"})

    assert page.status_code == 422
    assert "Tulis hari terakhir yang sebenarnya." in said(page)


def test_the_service_judges_ends_of_every_door_alike(medan, ani, officer):
    asked = {"kind": "dpk", "agency_name": "KPU", "starts_on": date(2025, 1, 1)}
    with agency_scope(medan):
        actor = with_access(officer, medan)
        row = services.add(
            actor=actor, employee=ani, kind=KINDS["penugasan"], facts=asked | {"ends_on": date(9999, 12, 31)}
        )
        assert row.ends_on is None
        with pytest.raises(RuleBroken, match="tidak mungkin"):
            services.close(actor=actor, row=row, ends_on=date(9999, 12, 31))
        with pytest.raises(RuleBroken, match="harus sesudah"):
            services.close(actor=actor, row=row, ends_on=date(2024, 1, 1))
        facts = {"starts_on": date(2019, 1, 1), "ends_on": date(9999, 12, 31)}
        with pytest.raises(RuleBroken, match="hari terakhir yang sebenarnya"):
            services.add(actor=actor, employee=ani, kind=KINDS["cltn"], facts=facts)


def test_an_open_row_is_not_closed_before_it_began_nor_in_9999(client, medan, ani, officer):
    client.post(reverse("history-new", args=[ani.pk, "penugasan"]), SECONDMENT)
    with agency_scope(medan):
        row = models.Secondment.objects.get()

    close = reverse("history-close", args=["penugasan", row.pk])
    for day, words in (("2024-01-01", "Penugasan berakhir harus sesudah mulai."), ("9999-12-31", "yang sebenarnya")):
        page = client.post(close, {"ends_on": day})
        assert (page.status_code, words in said(page)) == (422, True)


def test_the_api_answers_in_words(client, medan, ani, officer):
    asked = {"employee_id": ani.pk, **SECONDMENT, "ends_on": "2024-01-01"}

    answer = client.post("/api/v1/secondments/", json.dumps(asked), content_type="application/json")

    assert answer.status_code == 409
    assert "Penugasan berakhir harus sesudah mulai." in said(answer)


def test_the_admin_answers_in_words(client, medan, ani):
    client.force_login(user_with(medan, "admin_daerah"))

    page = client.post(
        "/admin/positions/secondment/add/", {"employee_id": ani.pk, **SECONDMENT, "ends_on": "2024-01-01", "decree": ""}
    )

    assert page.status_code == 200
    assert "Penugasan berakhir harus sesudah mulai." in said(page)


@pytest.mark.parametrize(
    ("target", "values", "words"),
    [
        ("penugasan", {**SECONDMENT, "ends_on": "2024-01-01"} | DECREE, "harus sesudah mulai"),
        ("cltn", {"starts_on": "2019-01-01", "ends_on": "9999-12-31", **DECREE}, "yang sebenarnya"),
        ("cltn", {"starts_on": "2010-01-01", "ends_on": "2040-01-01", "is_extension": False, **DECREE}, "tiga tahun"),
        ("kelahiran", {"birth_place": "Medan", "birth_date": "2015-01-01"}, "tidak mungkin"),
        ("cpns", {"cpns_on": "1985-01-01"}, "tidak mungkin"),
        ("kgb", {**INCREMENT, "starts_on": "2017-03-01", **DECREE}, "tidak sesudah TMT CPNS"),
        (
            "masa_kerja",
            {
                "experience": "Guru",
                "starts_on": "2015-01-01",
                "ends_on": "2019-01-01",
                "years": 1,
                "months": 0,
                **DECREE,
            },
            "sebelum pengangkatan",
        ),
        ("kinerja", {"year": 2098, "predicate": 2}, "Tahun ini tidak mungkin"),
        ("cltn", {"starts_on": "2017-12-31", "ends_on": "2018-06-30", **DECREE}, "mendahului pengangkatan"),
        ("golongan", {"rank": 24, "starts_on": "2026-04-01", **DECREE}, "lebih rendah daripada golongan"),
        ("angka_kredit", {**CREDIT, "main_credit": "11", "support_credit": "2", **DECREE}, "bukan jumlah"),
        ("keluarga", {**SPOUSE, "married_on": "2002-05-01"}, "pegawai belum 12 tahun"),
    ],
)
def test_a_proposal_that_could_not_be_accepted_is_refused_when_it_is_made(target, values, words, medan, ani):
    own = user_with(medan, "pegawai", nip=NIP)
    kind = models.DocumentKind.objects.get(pk="lain")
    with agency_scope(medan):
        upload = corrections.Upload(kind=kind, filename="bukti.pdf", data=pdf(1))
        with pytest.raises(RuleBroken, match=words):
            corrections.propose(
                actor=with_access(own, medan), employee=ani, target=target, values=values, explanation="Salah",
                evidence=[upload],
            )  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "facts", "words"),
    [
        ("kinerja", PREDICATE | {"year": "2098"}, "Tahun ini tidak mungkin"),
        ("kinerja", PREDICATE | {"points": "-5"}, "Nilai kinerja 0 sampai 120"),
        ("kinerja", PREDICATE | {"points": "999"}, "Nilai kinerja 0 sampai 120"),
        ("keluarga", CHILD | {"birth_date": "2050-01-01"}, "Tanggal ini tidak mungkin"),
        ("keluarga", CHILD | {"birth_date": "1930-01-01"}, "Anak lahir sesudah pegawai"),
        ("keluarga", {"relation": "ibu", "name": "Siti", "birth_date": "2020-01-01"}, "lahir sebelum pegawai"),
        ("keluarga", {"relation": "ibu", "name": "Siti", "sex": "M"}, "ibu perempuan"),
        ("keluarga", {"relation": "ayah", "name": "Ali", "sex": "F"}, "Ayah berjenis kelamin"),
        ("pendidikan", {"level": "45", "name": "S-2", "graduated": "1989"}, "mendahului tahun lahir"),
        ("pendidikan", {"level": "45", "name": "S-2", "graduated": "1995"}, "mendahului usia 10"),
        ("pendidikan", {"level": "45", "name": "S-2", "graduated": "2090"}, "Tahun ini tidak mungkin"),
        ("diklat", {"kind": "3", "name": "Arsip", "year": "2024", "hours": "30000"}, "paling banyak"),
        ("penghargaan", {"name": "Teladan", "year": "2099"}, "Tahun ini tidak mungkin"),
        ("disiplin", SANCTION | {"decree_on": "2026-01-11"}, "tidak berlaku surut"),
        ("cltn", {"starts_on": "2010-01-01", "ends_on": "2040-01-01"}, "paling lama tiga tahun"),
        ("cltn", LEAVE | {"ends_on": "2020-06-30", "is_extension": "on"}, "paling lama satu tahun"),
        ("masa-kerja", SERVICE | {"years": "50", "months": "11"}, "lebih panjang daripada masanya"),
        # TMT CPNS 1 January 2018: of that day on the service counts by itself.
        ("masa-kerja", SERVICE | {"ends_on": "2018-01-01"}, "sebelum pengangkatan"),
        ("masa-kerja", SERVICE | {"starts_on": "2019-01-01", "ends_on": "2021-01-01"}, "pengangkatan"),
        ("kgb", INCREMENT | {"starts_on": "1999-10-01"}, "usia pengangkatan termuda"),
        ("kgb", INCREMENT | {"starts_on": "2018-01-01"}, "tidak sesudah TMT CPNS"),
        ("kgb", INCREMENT | {"service_years": "0", "service_months": "11"}, "di bawah langkah pertama"),
        ("kgb", INCREMENT | {"service_years": "35"}, "melebihi langkah terakhir"),
        ("kgb", INCREMENT | {"service_years": "20"}, "menurut usia pegawai"),
        ("angka-kredit", CREDIT | {"main_credit": "-1"}, "di bawah nol"),
        ("angka-kredit", CREDIT | {"total": "-1"}, "di bawah nol"),
        ("angka-kredit", CREDIT | {"main_credit": "11", "support_credit": "2"}, "bukan jumlah"),
        ("angka-kredit", CREDIT | {"main_credit": "9", "support_credit": "2.999"}, "bukan jumlah"),
        ("angka-kredit", CREDIT | {"main_credit": "12.5"}, "bukan jumlah"),
        ("keluarga", SPOUSE | {"married_on": "2002-05-01"}, "pegawai belum 12 tahun"),
        ("keluarga", SPOUSE | {"married_on": "1989-01-01"}, "pegawai belum 12 tahun"),
        ("keluarga", SPOUSE | {"birth_date": "2004-01-01", "married_on": "2015-12-31"}, "suami/istri belum 12 tahun"),
        ("keluarga", SPOUSE | {"birth_date": "2017-01-01", "married_on": "2015-12-31"}, "sesudah tanggal lahir"),
        ("diklat", TRAINING | {"year": "2025"}, "Tahun diklat di luar"),
        ("cltn", LEAVE | {"starts_on": "2017-12-31"}, "mendahului pengangkatan"),
        ("golongan", {"rank": "11", "kind": "101", "starts_on": "2026-04-01"}, "lebih rendah daripada golongan"),
        ("golongan", {"rank": "11", "starts_on": "2026-04-01"}, "lebih rendah daripada golongan"),
        ("golongan", {"rank": "34", "starts_on": "2022-04-01"}, "lebih rendah daripada golongan"),
        ("golongan", {"rank": "33", "starts_on": "2090-04-01"}, "Tanggal ini tidak mungkin"),
    ],
)
def test_an_officers_form_finds_what_cannot_be(kind, facts, words, client, medan, ani, officer):
    page = client.post(reverse("history-new", args=[ani.pk, kind]), facts)

    assert page.status_code == 422
    assert words in said(page)
    assert "Batasan" not in said(page)


@pytest.mark.parametrize(
    ("kind", "facts"),
    [
        ("kinerja", PREDICATE | {"points": "91.5"}),
        ("keluarga", CHILD | {"birth_date": "2015-01-01"}),
        ("keluarga", CHILD | {"child_kind": "tiri", "birth_date": "1989-01-01"}),
        ("keluarga", {"relation": "ayah", "name": "Ali", "sex": "M", "birth_date": "1925-01-01"}),
        ("cltn", LEAVE | {"ends_on": "2022-12-31"}),
        ("cltn", LEAVE | {"starts_on": "2018-01-01"}),
        ("angka-kredit", CREDIT | {"main_credit": "11", "support_credit": "1"}),
        # The other part is not told.
        ("angka-kredit", CREDIT | {"main_credit": "9"}),
        # Unusual, by leave of a court or the older law: no mistake of typing.
        ("keluarga", SPOUSE | {"married_on": "2002-05-02"}),
        ("keluarga", SPOUSE | {"birth_date": "2000-01-01", "married_on": "2015-12-31"}),
        ("masa-kerja", SERVICE | {"years": "2"}),
        # By the step of a sanction of the older rules.
        ("golongan", {"rank": "31", "starts_on": "2026-04-01"}),
        ("golongan", {"rank": "33", "kind": "101", "starts_on": "2026-04-01"}),
        ("masa-kerja", SERVICE | {"starts_on": "2015-06-01", "ends_on": "2017-12-31", "years": "2"}),
        # What does not count may lie anywhere.
        ("masa-kerja", NOT_COUNTED | {"starts_on": "2019-01-01", "ends_on": "2021-01-01"}),
        ("kgb", INCREMENT),
        # Held back by performance: months beside the step.
        ("kgb", INCREMENT | {"service_years": "11", "service_months": "5"}),
        ("kgb", INCREMENT | {"starts_on": "2018-01-02", "service_years": "1"}),
    ],
)
def test_what_may_be_is_taken(kind, facts, client, medan, ani, officer):
    assert client.post(reverse("history-new", args=[ani.pk, kind]), facts).status_code == 302


def test_a_candidate_has_no_increments(client, medan, ani, officer):
    with agency_scope(medan):
        Employee.objects.filter(pk=ani.pk).update(status="CPNS")

    page = client.post(reverse("history-new", args=[ani.pk, "kgb"]), INCREMENT)

    assert (page.status_code, "CPNS tidak mendapat" in said(page)) == (422, True)


def test_an_old_fault_elsewhere_in_a_row_does_not_stop_a_correction(medan, ani, officer):
    with agency_scope(medan):
        row = models.Award.objects.create(agency=medan, employee=ani, name="Teladan", year=2099)

        services.correct(
            actor=with_access(officer, medan), row=row, why="Salah ketik", facts={"name": "Pegawai teladan"}
        )

        row.refresh_from_db()
        assert (row.name, row.year) == ("Pegawai teladan", 2099)


@pytest.mark.parametrize(
    ("model", "known", "facts", "fault"),
    [
        (models.EmployeeTraining, {"kind": "3", "name": "A", "year": 2025, "starts_on": date(2024, 3, 1)},
         {"organiser": "LAN"}, {"starts_on": date(2024, 4, 1)}),
        (models.CreditPoint,
         {"kind": "konversi", "job_name": "A", "starts_on": date(2024, 1, 1), "ends_on": date(2025, 1, 1), "total": 12,
          "main_credit": 9, "support_credit": 1}, {"job_name": "B"}, {"support_credit": Decimal(2)}),
        (models.FamilyMember, {"relation": "pasangan", "name": "A", "married_on": date(2001, 1, 1)},
         {"name": "B"}, {"married_on": date(2002, 1, 1)}),
        (models.UnpaidLeave, {"starts_on": date(2017, 1, 1), "ends_on": date(2018, 1, 1)},
         {"decree": "1"}, {"starts_on": date(2017, 2, 1)}),
    ],
)  # fmt: skip
def test_a_fault_on_record_stops_no_correction_beside_it(model, known, facts, fault, medan, ani, officer):
    with agency_scope(medan):
        actor = with_access(officer, medan)
        row = model.objects.create(agency=medan, employee=ani, **known)
        why = "salah-ketik" if KIND_OF[model].is_coded else "Salah ketik"
        services.correct(actor=actor, row=row, why=why, facts=facts)
        with pytest.raises(RuleBroken):
            services.correct(actor=actor, row=row, why=why, facts=fault)


@pytest.mark.parametrize(
    ("path", "facts", "fault", "words"),
    [
        ("employeetraining", TRAINING, {"year": "2025"}, "Tahun diklat di luar"),
        ("rankrecord", PROMOTION, {"rank": "31"}, "lebih rendah daripada golongan"),
        ("creditpoint", CREDIT, {"main_credit": "9", "support_credit": "1"}, "bukan jumlah"),
        ("unpaidleave", LEAVE, {"starts_on": "2017-12-31"}, "mendahului pengangkatan"),
    ],
)
def test_the_admin_refuses_and_takes_what_the_page_does(path, facts, fault, words, client, medan, ani):
    client.force_login(user_with(medan, "admin_daerah"))
    model = next(each for each in KIND_OF if each._meta.model_name == path)
    with agency_scope(medan):
        before = model.objects.filter(employee=ani).count()
    for extra, taken in ((fault, 0), ({}, 1)):
        page = client.post(
            f"/admin/positions/{path}/add/", {"employee": ani.pk, "decree": "", **facts} | extra, follow=True
        )
        with agency_scope(medan):
            assert model.objects.filter(employee=ani).count() == before + taken, said(page)
        assert (words in said(page)) == (not taken)


# The person


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"birth_date": date(2030, 1, 1)}, "Tanggal lahir 1 Januari 2030 tidak mungkin"),
        ({"birth_date": date(1900, 1, 1)}, "tidak mungkin"),
        ({"birth_date": date(9999, 12, 31)}, "tidak mungkin"),
        ({"birth_date": date(2005, 1, 1)}, "TMT CPNS"),
        ({"cpns_on": date(1985, 1, 1)}, "TMT CPNS 1 Januari 1985 tidak mungkin"),
        ({"pns_on": date(2095, 1, 1)}, "TMT PNS 1 Januari 2095 tidak mungkin"),
        ({"phone": "abc"}, "Nomor HP"),
    ],
)
def test_impossible_facts_of_a_person_are_refused(facts, words, medan, ani, officer):
    with agency_scope(medan), pytest.raises(RuleBroken, match=words):
        register.change_employee(actor=with_access(officer, medan), employee=ani, **facts)


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"rank_since": date(1990, 1, 1)}, "lewat riwayat golongan"),
        ({"rank": 21, "rank_since": date(2025, 10, 1)}, "lewat riwayat golongan"),
        ({"rank": 41, "rank_since": date(2019, 10, 1)}, "lewat riwayat golongan"),
        ({"rank_since": date(2095, 1, 1)}, "lewat riwayat golongan"),
        ({"cpns_on": date(2025, 12, 31)}, "mendahului TMT CPNS"),
        ({"pns_on": date(2017, 12, 31)}, "TMT PNS 31 Desember 2017 tidak boleh mendahului TMT CPNS 1 Januari 2018"),
        ({"graduated": 2090}, "tidak mungkin"),
        ({"graduated": 1949}, "tidak mungkin"),
        ({"graduated": 1991}, "mendahului usia"),
    ],
)
def test_todays_facts_are_refused_as_the_rows_that_they_become(facts, words, medan, ani, officer):
    with agency_scope(medan):
        Employee.objects.filter(pk=ani.pk).update(cpns_on=date(2018, 1, 1))
        for rank, day in ((31, date(2018, 1, 1)), (32, date(2022, 4, 1))):
            models.RankRecord.objects.create(agency=medan, employee=ani, rank=rank, starts_on=day, kind="101")
        ani.refresh_from_db()
        before = list(models.RankRecord.objects.values_list("rank", "starts_on"))
        with pytest.raises(RuleBroken, match=words):
            register.change_employee(actor=with_access(officer, medan), employee=ani, **facts)
        assert list(models.RankRecord.objects.values_list("rank", "starts_on")) == before


def test_pages_refuse_an_impossible_birth_date(client, medan, ani, officer):
    answer = client.patch(
        f"/api/v1/employees/{ani.pk}/", json.dumps({"birth_date": "9999-12-31"}), content_type="application/json"
    )

    assert (answer.status_code, "tidak mungkin" in said(answer)) == (409, True)


def test_a_person_whose_days_cannot_be_is_corrected_in_what_is_right(medan, ani, officer):
    with agency_scope(medan):
        Employee.objects.filter(pk=ani.pk).update(birth_date=date(9999, 12, 31))
        ani.refresh_from_db()
        register.change_employee(actor=with_access(officer, medan), employee=ani, email="ani@contoh.go.id")
        ani.refresh_from_db()
    assert ani.email == "ani@contoh.go.id"


@pytest.mark.parametrize("born", [date(9999, 12, 31), date(9950, 1, 1), date(1900, 1, 1)])
def test_an_impossible_birth_date_on_record_stops_no_page(born, client, medan, ani, officer):
    with agency_scope(medan):
        assert Employee.objects.filter(pk=ani.pk).update(birth_date=born) == 1
        position = models.Incumbency.objects.get(employee=ani).position_id

    for address in (
        reverse("employee-detail", args=[ani.pk]),
        reverse("employee-derived", args=[ani.pk]),
        reverse("employee-list"),
        reverse("employee-list") + "?format=csv",
        reverse("employee-list") + "?sort=pensiun",
        reverse("retirement-list"),
        reverse("position-detail", args=[position]),
        reverse("position-panel", args=[position]),
        reverse("unit-tree"),
        reverse("unit-map-svg"),
        reverse("agenda-list"),
        reverse("home"),
    ):
        assert client.get(address).status_code == 200, address


def test_nothing_is_added_beyond_the_calendar():
    assert add_months(date(9999, 12, 31), 1) == date.max
    assert add_months(date(9990, 5, 2), 58 * 12) == date.max
    assert add_months(date(9999, 11, 30), 1) == date(9999, 12, 30)


def test_documents_and_contacts_bear_possible_days(medan, ani, officer):
    with agency_scope(medan):
        actor = with_access(officer, medan)
        with pytest.raises(RuleBroken, match="Tanggal ini tidak mungkin"):
            contacts.add_contact(actor=actor, employee=ani, kind="hp", value="0812345678", starts_on=date(2090, 1, 1))
        upload = corrections.Upload(
            kind=models.DocumentKind.objects.get(pk="lain"), filename="a.pdf", data=pdf(1), issued_on=date(2090, 1, 1)
        )
        with pytest.raises(RuleBroken, match="Tanggal ini tidak mungkin"):
            corrections.documents.add(actor=actor, employee=ani, upload=upload)


# Forms and badges


def test_a_last_day_in_9999_is_none():
    assert LastDayField(required=False).clean("9999-12-31") is None
    assert LastDayField().clean("2024-12-31") == date(2025, 1, 1)


def test_the_predicate_is_not_chosen_for_the_officer(client, medan, ani, officer):
    new = reverse("history-new", args=[ani.pk, "kinerja"])
    form = client.get(new).context["form"]

    assert form.fields["predicate"].choices[0] == ("", "—")
    assert client.post(new, {"year": "2021", "predicate": "", "appraiser_status": "ASN"}).status_code == 422


def test_the_decree_of_a_sanction_is_asked_for(client, medan, ani, officer):
    form = client.get(reverse("history-new", args=[ani.pk, "disiplin"])).context["form"]

    assert [form.fields[name].required for name in ("decree", "decree_on", "note")] == [True, True, False]


@pytest.mark.parametrize(
    ("facts", "words", "is_green"),
    [
        ({"starts_on": date(2026, 1, 1)}, "berlaku", True),
        ({"starts_on": date(2024, 1, 1), "ends_on": date(2024, 10, 1)}, "selesai", False),
        (
            {"starts_on": date(2026, 1, 1), "state": "dibatalkan", "revoked_decree": "B/1",
             "revoked_on": date(2026, 2, 1)},
            "dicabut", False,
        ),
        ({"starts_on": date(2026, 1, 1), "state": "ditangguhkan"}, "ditangguhkan (banding)", False),
    ],
)  # fmt: skip
def test_badge_and_state_of_a_sanction_tell_one_truth(facts, words, is_green, client, medan, ani, officer):
    with agency_scope(medan):
        models.Discipline.objects.create(
            agency=medan, employee=ani, sanction="2", decree="A/1", decree_on=date(2023, 12, 1), **facts
        )

    page = client.get(reverse("employee-history", args=[ani.pk, "disiplin"]))

    line = page.context["sections"][0].lines[0]
    assert (str(line.badge[0]), line.badge[1] == "fit") == (words, is_green)
    assert line.cells[1][1].lower() == words
    assert ('class="tag fit">berlaku' in said(page)) is is_green


# Rules


@pytest.mark.parametrize(
    ("born", "day", "possible"),
    [
        (date(2010, 1, 2), date(2026, 1, 1), False),
        (date(2010, 1, 1), date(2026, 1, 1), True),
        (date(1926, 1, 1), date(2026, 1, 1), False),
        (date(1926, 1, 2), date(2026, 1, 1), True),
    ],
)
def test_an_age_lies_between_16_and_99(born, day, possible):
    assert plausible.is_possible_age(born, day) is possible


def test_an_impossible_birth_date_on_record_stops_no_computation(medan, ani):
    with agency_scope(medan):
        assert Employee.objects.filter(pk=ani.pk).update(birth_date=date(9999, 12, 31)) == 1
        agenda.compute(medan.pk, date(2026, 11, 23), Progress())
        quality.compute(medan.pk, date(2026, 11, 23), Progress())
        assert models.QualityProblem.objects.filter(employee=ani).exists()


@pytest.mark.parametrize(
    ("starts_on", "months", "fault"),
    [
        (date(2006, 5, 1), 24, "usia"),
        (date(2011, 8, 1), 24, "cpns"),
        (date(2011, 9, 1), 11, "langkah_pertama"),
        (date(2011, 9, 1), 12, None),
        (date(2026, 9, 1), 35 * 12, "langkah_terakhir"),
        (date(2011, 9, 1), 63, None),
        (date(2011, 9, 1), 64, "umur"),
    ],
)
def test_what_is_impossible_of_an_increment(starts_on, months, fault):
    found = plausible.increment_fault(date(1990, 5, 2), date(2011, 8, 1), starts_on, months)
    assert found == (fault and plausible.IncrementFault(fault))


def test_increments_on_record_may_be_corrected_in_what_is_right(medan, ani, officer):
    with agency_scope(medan):
        row = models.SalaryIncrement.objects.create(
            agency=medan, employee=ani, starts_on=date(2010, 1, 1), service_years=11, decree="KGB/1"
        )
        asked = {"actor": with_access(officer, medan), "row": row, "why": "salah-ketik"}
        assert services.correct(**asked, facts={"decree": "KGB/2"}).decree == "KGB/2"
        with pytest.raises(RuleBroken, match="tidak sesudah TMT CPNS"):
            services.correct(**asked, facts={"starts_on": date(2011, 1, 1)})


def test_two_reviews_of_one_time_are_refused(client, medan, ani, officer):
    counted = SERVICE | {"starts_on": "2014-01-01", "ends_on": "2015-12-31"}
    assert client.post(reverse("history-new", args=[ani.pk, "masa-kerja"]), counted).status_code == 302
    page = client.post(
        reverse("history-new", args=[ani.pk, "masa-kerja"]),
        counted | {"starts_on": "2015-06-01", "ends_on": "2016-12-31"},
    )
    assert (page.status_code, "sudah dinilai" in said(page)) == (422, True)


def test_the_api_refuses_increments_and_reviews_that_cannot_be(client, medan, ani, officer):
    body = {"employee_id": ani.pk, "starts_on": "1999-01-01", "service_years": 5, "service_months": 0}
    answer = client.post("/api/v1/increments/", body, content_type="application/json")
    assert (answer.status_code, "usia pengangkatan" in answer.content.decode()) == (409, True)
    body = {
        "employee_id": ani.pk, "experience": "Guru", "starts_on": "2015-01-01", "ends_on": "2019-01-01", "years": 1,
        "months": 0, "counts": True,
    }  # fmt: skip
    answer = client.post("/api/v1/service-periods/", body, content_type="application/json")
    assert (answer.status_code, "sebelum pengangkatan" in answer.content.decode()) == (409, True)
