"""The panel, the list and the API of what differs from SIASN: who sees what, at which cost, and never a NIK."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from asnhr.scope import agency_scope
from positions.models import Appointment, RankRecord, SiasnRecord, StandingRecord
from tests import api_world
from tests.factories import positions as make
from tests.roles import user_with

pytestmark = pytest.mark.django_db

LIST = "siasn-differences"


@pytest.fixture(autouse=True)
def frozen(monkeypatch):
    monkeypatch.setattr("asnhr.dates.today", lambda: date(2026, 11, 21))


@pytest.fixture
def medan():
    return api_world.medan()


@pytest.fixture
def belawan(medan):
    with agency_scope(medan):
        return make.UnitFactory(agency=medan, name="Kecamatan Medan Belawan")


def signed_in(client, agency, role, *units):
    client.force_login(user_with(agency, role, *units))
    return client


def somebody(agency, unit, **facts):
    """A holder of a post with a decree, of rank III/c since 2022; SIASN says `facts`."""
    with agency_scope(agency):
        job = make.JobFactory(agency=agency)
        position = make.PositionFactory(agency=agency, unit=unit, job=job)
        make.PositionNeedFactory(agency=agency, position=position, decree="821.29/04.K", decree_on=date(2026, 1, 20))
        person = make.EmployeeFactory(
            agency=agency, unit=unit, rank=33, rank_since=date(2022, 4, 1), nik="1271010101850001"
        )
        make.IncumbencyFactory(
            agency=agency, position=position, employee=person, starts_on=date(2023, 1, 2), decree="800.1.3/7/2022",
            decree_on=date(2022, 12, 28),
        )  # fmt: skip
        said = {"nip": person.nip, "name": person.name, "unit": unit.name, "unit_id": unit.pk, "job_id": job.pk} | facts
        SiasnRecord.objects.create(agency=agency, employee=person, facts=said, read_on=date(2026, 11, 1))
    return person


def body(answer):
    return (b"".join(answer.streaming_content) if answer.streaming else answer.content).decode("utf-8-sig")


# The panel


def test_the_panel_shows_three_columns_and_marks_the_difference_in_words(client, medan, belawan):
    person = somebody(medan, belawan, rank=32, rank_since="2018-04-01")

    answer = signed_in(client, medan, "staf_bkd").get(reverse("employee-detail", args=[person.pk]))

    rows = {row["label"]: row for row in answer.context["siasn"]["rows"]}
    assert (rows["Golongan"]["local"], rows["Golongan"]["siasn"], rows["Golongan"]["differs"]) == (
        "III/c", "III/b", True,
    )  # fmt: skip
    assert (rows["TMT golongan"]["local"], rows["TMT golongan"]["siasn"]) == ("1 April 2022", "1 April 2018")
    assert rows["Jabatan"]["decree"] == "800.1.3/7/2022, 28 Desember 2022"
    assert rows["Golongan"]["decree"] == "—"
    assert not rows["Unit kerja"]["differs"]
    text = answer.content.decode()
    assert '<span class="tag gold">beda</span>' in text
    assert '<span class="tag gold">2 beda</span>' in text
    assert "821.29/04.K, 20 Januari 2026" in text
    assert "1 November 2026" in text
    assert person.nik not in text


def test_the_panel_names_the_decrees_of_the_personnel_file_in_force(client, medan, belawan):
    person = somebody(medan, belawan, legal_status="02")
    with agency_scope(medan):
        for starts_on, rank, decree in ((date(2018, 4, 1), 32, "823.3/1/2018"), (date(2022, 4, 1), 33, "823.3/9/2022")):
            RankRecord.objects.update_or_create(
                agency=medan, employee=person, starts_on=starts_on,
                defaults={"rank": rank, "decree": decree, "decree_on": starts_on},
            )  # fmt: skip
        StandingRecord.objects.create(
            agency=medan, employee=person, standing="01", starts_on=date(2024, 5, 1), decree="850/3/2024"
        )
        Appointment.objects.create(
            agency=medan, employee=person, cpns_decree="813/5/2010", cpns_decree_on=date(2010, 2, 1), pns_decree=""
        )

    answer = signed_in(client, medan, "staf_bkd").get(reverse("employee-detail", args=[person.pk]))

    rows = {row["label"]: row for row in answer.context["siasn"]["rows"]}
    wanted = {
        "Golongan": "823.3/9/2022, 1 April 2022", "TMT golongan": "823.3/9/2022, 1 April 2022",
        "Kedudukan hukum": "850/3/2024", "TMT CPNS": "813/5/2010, 1 Februari 2010", "TMT PNS": "—",
    }  # fmt: skip
    assert {label: rows[label]["decree"] for label in wanted} == wanted
    standing = rows["Kedudukan hukum"]
    assert (standing["local"], standing["siasn"]) == ("01 aktif", "02 cuti di luar tanggungan negara (CLTN)")


def test_without_a_siasn_file_there_is_no_panel(client, medan, belawan):
    with agency_scope(medan):
        person = make.EmployeeFactory(agency=medan, unit=belawan)

    answer = signed_in(client, medan, "staf_bkd").get(reverse("employee-detail", args=[person.pk]))

    assert answer.context["siasn"] is None
    assert 'id="siasn"' not in answer.content.decode()


def test_a_contract_is_the_decree_of_a_pppks_status(client, medan, belawan):
    person = somebody(medan, belawan, status="PPPK")
    with agency_scope(medan):
        person.status, person.rank = "PPPK", None
        person.save()
        person.contracts.create(
            agency=medan, number="800.1/9/PPPK", starts_on=date(2024, 1, 1), ends_on=date(2029, 1, 1)
        )

    answer = signed_in(client, medan, "staf_bkd").get(reverse("employee-detail", args=[person.pk]))

    rows = {row["label"]: row for row in answer.context["siasn"]["rows"]}
    assert "800.1/9/PPPK" in rows["Status"]["decree"]


# The list


def test_the_list_names_who_differs_and_in_what(client, medan, belawan):
    person = somebody(medan, belawan, rank=32)
    same = somebody(medan, belawan, rank=33)

    text = body(signed_in(client, medan, "staf_bkd").get(reverse(LIST)))

    assert person.name in text
    assert "Golongan: lokal III/c, SIASN III/b" in text
    assert same.name not in text


def test_the_list_filters_by_fact_unit_and_waiting(client, medan, belawan):
    with agency_scope(medan):
        other = make.UnitFactory(agency=medan, name="Dinas Kesehatan")
    grade, birth = somebody(medan, belawan, rank=32), somebody(medan, other, birth_date="1985-02-02")
    with agency_scope(medan):
        SiasnRecord.objects.filter(employee=birth).update(unconfirmed="birth_date")
    signed_in(client, medan, "staf_bkd")

    def listed(**query):
        return {row.pk for row in client.get(reverse(LIST), query).context["page"].rows}

    assert listed() == {grade.pk, birth.pk}
    assert listed(data="grade") == {grade.pk}
    assert listed(data="education") == set()
    assert listed(unit=other.pk) == {birth.pk}
    assert listed(menunggu="true") == {birth.pk}
    assert listed(menunggu="false") == {grade.pk}
    assert listed(q=grade.name) == {grade.pk}
    assert listed(q=birth.nip) == {birth.pk}
    assert listed(data="nonsense") == set()
    assert listed(urut="-per") == {grade.pk, birth.pk}


def test_one_fact_has_columns_of_its_own_also_in_the_export(client, medan, belawan):
    somebody(medan, belawan, job="JURU", job_id=None, job_key="JURU")
    signed_in(client, medan, "staf_bkd")

    lines = body(client.get(reverse(LIST), {"data": "job", "format": "csv"})).splitlines()

    assert "Nilai lokal,Nilai SIASN,SK" in next(line for line in lines if line.startswith("Nama"))
    assert 'JURU,"800.1.3/7/2022, 28 Desember 2022"' in lines[-1]


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_the_export_holds_every_difference_and_no_nik(client, medan, belawan, kind):
    person = somebody(medan, belawan, rank=32)
    answer = signed_in(client, medan, "staf_bkd").get(reverse(LIST), {"format": kind})

    content = b"".join(answer.streaming_content)
    assert answer.status_code == 200
    if kind == "csv":
        assert "Golongan: lokal III/c, SIASN III/b" in content.decode("utf-8-sig")
        assert person.nik.encode() not in content


def test_the_list_costs_the_same_at_1_and_60_rows(client, medan, belawan):
    signed_in(client, medan, "staf_bkd")
    costs = []
    for rows in (1, 59):
        for _number in range(rows):
            somebody(medan, belawan, rank=32, job="JURU", job_key="JURU")
        client.get(reverse(LIST))
        with CaptureQueriesContext(connection) as queries:
            answer = client.get(reverse(LIST))
        costs.append(len(queries))

    assert costs[0] == costs[1] <= 15
    assert answer.context["page"].total == 60
    assert len(answer.context["page"].rows) == 50
    assert len(client.get(reverse(LIST), {"hal": "2"}).context["page"].rows) == 10
    assert len(answer.content) < 100_000


# Who sees it


def test_another_unit_and_another_agency_are_out_of_sight(client, medan, belawan):
    with agency_scope(medan):
        other = make.UnitFactory(agency=medan, name="Dinas Kesehatan")
    jambi = api_world.jambi()
    with agency_scope(jambi):
        theirs = make.UnitFactory(agency=jambi)
    own, elsewhere, foreign = (
        somebody(medan, belawan, rank=32), somebody(medan, other, rank=32), somebody(jambi, theirs, rank=32)
    )  # fmt: skip
    signed_in(client, medan, "admin_unit", belawan)

    assert {row.pk for row in client.get(reverse(LIST)).context["page"].rows} == {own.pk}
    listed = client.get("/api/v1/siasn-values/", {"is_different": "true"}).json()["results"]
    assert [each["id"] for each in listed] == [own.pk]
    for hidden in (elsewhere, foreign):
        assert client.get(reverse("employee-detail", args=[hidden.pk])).status_code == 404
        assert client.get(f"/api/v1/siasn-values/{hidden.pk}/").status_code == 404


@pytest.mark.parametrize("role", ["pegawai", "atasan", "pusat"])
def test_who_does_not_read_the_register_gets_no_list(client, medan, belawan, role):
    somebody(medan, belawan, rank=32)
    signed_in(client, medan, role)

    assert client.get(reverse(LIST)).status_code == 403
    assert client.get("/api/v1/siasn-values/").status_code == 403


def test_a_person_without_the_register_gets_no_panel_on_the_own_page(client, medan, belawan):
    person = somebody(medan, belawan, rank=32)
    client.force_login(user_with(medan, "pegawai", nip=person.nip))

    answer = client.get(reverse("employee-own"))

    assert answer.status_code == 200
    assert answer.context["siasn"] is None


# The API


def test_the_api_lists_differences_and_compares_one_person(client, medan, belawan):
    person = somebody(medan, belawan, rank=32, rank_since="2018-04-01")
    somebody(medan, belawan, rank=33)
    signed_in(client, medan, "staf_bkd")

    every = client.get("/api/v1/siasn-values/").json()["results"]
    different = client.get("/api/v1/siasn-values/", {"is_different": "true"}).json()["results"]
    by_fact = client.get("/api/v1/siasn-values/", {"fact": "grade", "under": belawan.pk}).json()["results"]

    assert len(every) == 2
    assert [each["differs"] for each in different] == [["grade", "rank_since"]]
    assert [each["id"] for each in by_fact] == [person.pk]
    assert len(client.get("/api/v1/siasn-values/", {"is_different": "false"}).json()["results"]) == 1

    shown = client.get(f"/api/v1/siasn-values/{person.pk}/").json()
    lines = {line["fact"]: line for line in shown["comparison"]}
    assert lines["rank_since"] == {
        "fact": "rank_since", "local": "2022-04-01", "siasn": "2018-04-01", "differs": True, "decree": None,
        "decree_on": None,
    }  # fmt: skip
    assert (lines["job_since"]["decree"], lines["job_since"]["decree_on"]) == ("800.1.3/7/2022", "2022-12-28")
    assert shown["formation_decree"] == {"decree": "821.29/04.K", "decree_on": "2026-01-20"}
    assert shown["read_on"] == "2026-11-01"
    assert person.nik not in str(shown)


def test_the_api_refuses_what_it_does_not_know(client, medan, belawan):
    signed_in(client, medan, "staf_bkd")

    assert client.get("/api/v1/siasn-values/", {"beda": "1"}).status_code == 400
    assert client.post("/api/v1/siasn-values/", {}, content_type="application/json").status_code == 405
