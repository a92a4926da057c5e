"""The register's pages open for who may, are absent for others, cost the same at 1 and 20 rows, and stay small."""

import re
from datetime import date

import pytest
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from asnhr.scope import agency_scope
from positions.models import Finding, NameMapping, Position, SiasnRecord
from tests.factories import positions as make
from tests.factories.asnhr import AgencyFactory
from tests.roles import user_with

pytestmark = pytest.mark.django_db

LISTS = [
    "unit-list", "unit-tree", "position-list", "job-list", "employee-list", "retirement-list", "contract-list",
    "goal-list", "finding-list", "parameter-list", "siasn-differences",
]  # fmt: skip
DETAILS = ["unit-detail", "position-detail", "job-detail", "employee-detail", "goal-detail", "finding-detail"]
MOST_QUERIES, MOST_BYTES = 15, 100_000


@pytest.fixture
def medan():
    return AgencyFactory()


@pytest.fixture
def jambi():
    return AgencyFactory(code="1571", name="Pemerintah Kota Jambi")


def filled(agency, rows=1):
    """A small register: a district with `rows` of everything, and the same in another office; returns both rows."""
    found = {}
    with agency_scope(agency):
        root = make.UnitFactory(agency=agency, name="Pemerintah Kota")
        for name in ("Kecamatan Medan Belawan", "Dinas Kesehatan"):
            unit = make.UnitFactory(agency=agency, name=name, parent=root)
            for number in range(rows):
                found[name] = row_of_everything(agency, unit, number)
    return found


def row_of_everything(agency, unit, number):
    below = make.UnitFactory(agency=agency, name=f"Kelurahan {number}", parent=unit)
    job = make.JobFactory(
        agency=agency, name=f"Perawat Terampil {unit.pk} {number}", group="fungsional", level="TERAMPIL"
    )
    position = make.PositionFactory(agency=agency, unit=unit, job=job)
    make.PositionNeedFactory(agency=agency, position=position, need=2)
    person = make.EmployeeFactory(agency=agency, unit=unit, status="PPPK", rank=None, birth_date=date(1970, 1, 1))
    make.IncumbencyFactory(agency=agency, position=position, employee=person)
    person.contracts.create(
        agency=agency, number=f"K-{person.pk}", starts_on=date(2022, 1, 1), ends_on=date(2027, 3, 1)
    )
    goal = make.GoalFactory(agency=agency, unit=unit)
    position.goal_links.create(agency=agency, goal=goal, starts_on=date(2022, 1, 1))
    finding = Finding.objects.create(
        agency=agency, code="GANDA", message="Dua jabatan", raw={"NIP": person.nip}, unit=unit, employee=person,
        fingerprint=f"{person.pk:064d}",
    )  # fmt: skip
    SiasnRecord.objects.create(
        agency=agency, employee=person, facts={"name": "LAIN", "unit": "Unit Lain", "unit_key": "UNIT LAIN"},
        read_on=date(2026, 1, 2), unconfirmed="job",
    )  # fmt: skip
    return {
        "unit-detail": unit.pk, "position-detail": position.pk, "job-detail": job.pk, "employee-detail": person.pk,
        "goal-detail": goal.pk, "finding-detail": finding.pk, "unit": unit, "below": below, "person": person,
    }  # fmt: skip


@pytest.fixture(autouse=True)
def frozen(monkeypatch):
    monkeypatch.setattr("asnhr.dates.today", lambda: date(2026, 11, 21))


def signed_in(client, agency, role, *units, **fields):
    client.force_login(user_with(agency, role, *units, **fields))
    return client


@pytest.mark.parametrize("name", LISTS)
def test_list_opens_for_staff_and_says_what_is_in_it(client, medan, name):
    filled(medan)

    answer = signed_in(client, medan, "staf_bkd").get(reverse(name))

    assert answer.status_code == 200
    assert b"<h1>" in answer.content


@pytest.mark.parametrize("name", [*LISTS, "mapping-list", "home", "search"])
def test_list_costs_the_same_at_1_and_20_rows_and_stays_small(client, medan, name):
    costs = []
    signed_in(client, medan, "staf_bkd")
    for rows in (1, 20):
        filled(medan, rows)
        with agency_scope(medan):
            for number in range(rows):
                NameMapping.objects.create(agency=medan, kind="unit", key=f"KEL {rows} {number}", text=f"Kel. {number}")
        client.get(reverse(name), {"q": "perawat"})  # warms what a process reads once
        with CaptureQueriesContext(
            connection(),
        ) as queries:
            answer = client.get(reverse(name), {"q": "perawat"} if name == "search" else {})
        costs.append(len(queries))
        assert answer.status_code == 200
        assert len(answer.content) <= MOST_BYTES

    assert costs[0] == costs[1] <= MOST_QUERIES, [query["sql"][:200] for query in queries]


def connection():
    from django.db import connection as default

    return default


@pytest.mark.parametrize("name", DETAILS)
def test_detail_opens_in_few_queries(client, medan, name):
    rows = filled(medan, 20)["Dinas Kesehatan"]
    signed_in(client, medan, "staf_bkd")

    with CaptureQueriesContext(connection()) as queries:
        answer = client.get(reverse(name, args=[rows[name]]))

    assert answer.status_code == 200
    assert len(queries) <= 22, [query["sql"][:200] for query in queries]
    assert len(answer.content) <= MOST_BYTES


@pytest.mark.parametrize(
    "name", [*LISTS, "mapping-list", "search", "home", "employee-own", "position-new", "employee-new"]
)
def test_anonymous_is_sent_to_the_login(client, medan, name):
    answer = client.get(reverse(name))

    assert answer.status_code == 302
    assert reverse("account_login") in answer["Location"]


@pytest.mark.parametrize("name", [*LISTS, "mapping-list", "position-new", "employee-new"])
def test_pegawai_may_open_no_list(client, medan, name):
    assert signed_in(client, medan, "pegawai").get(reverse(name)).status_code == 403


@pytest.mark.parametrize("name", DETAILS)
def test_row_of_another_unit_is_not_found(client, medan, name):
    rows = filled(medan)
    signed_in(client, medan, "admin_unit", rows["Kecamatan Medan Belawan"]["unit"])

    own = client.get(reverse(name, args=[rows["Kecamatan Medan Belawan"][name]]))
    other = client.get(reverse(name, args=[rows["Dinas Kesehatan"][name]]))

    agency_wide = name == "job-detail"
    assert (own.status_code, other.status_code) == (200, 200 if agency_wide else 404)


@pytest.mark.parametrize("name", DETAILS)
def test_row_of_another_agency_is_not_found(client, medan, jambi, name):
    rows = filled(medan)["Dinas Kesehatan"]

    assert signed_in(client, jambi, "staf_bkd").get(reverse(name, args=[rows[name]])).status_code == 404


@pytest.mark.parametrize("name", ["unit-list", "position-list", "employee-list", "finding-list", "contract-list"])
def test_unit_admin_sees_only_the_own_rows_in_lists(client, medan, name):
    rows = filled(medan)
    signed_in(client, medan, "admin_unit", rows["Kecamatan Medan Belawan"]["unit"])

    text = client.get(reverse(name)).content.decode()

    assert "Belawan" in text
    assert "Dinas Kesehatan" not in text


def test_pegawai_sees_the_own_page_and_no_other(client, medan):
    rows = filled(medan)
    mine, other = rows["Dinas Kesehatan"]["person"], rows["Kecamatan Medan Belawan"]["person"]
    signed_in(client, medan, "pegawai", nip=mine.nip)

    assert client.get(reverse("employee-own")).status_code == 200
    assert client.get(reverse("employee-detail", args=[mine.pk])).status_code == 200
    assert client.get(reverse("employee-detail", args=[other.pk])).status_code == 404


def test_a_printed_b_is_marked_on_page_list_export_and_api(client, medan):
    with agency_scope(medan):
        unit = make.UnitFactory(agency=medan, name="Dinas Arsip", parent=make.UnitFactory(agency=medan))
        job = make.JobFactory(agency=medan, name="Arsiparis", group="fungsional", level="TERAMPIL")
        printed = make.PositionFactory(agency=medan, unit=unit, job=job, printed_holders=2)
    signed_in(client, medan, "staf_bkd")
    page, listed, exported, api = (
        reverse("position-detail", args=[printed.pk]), reverse("position-list"),
        reverse("position-list") + "?format=csv&kolom=jabatan&kolom=b", f"/api/v1/positions/{printed.pk}/",
    )  # fmt: skip

    marked = [b"tercetak" in client.get(page).content, b"tercetak" in client.get(listed).content]
    row = b"".join(client.get(exported)).decode().splitlines()[-1]
    answer = client.get(api).json()
    assert (marked, row.endswith("2;tercetak") or row.endswith("2,tercetak")) == ([True, True], True), row
    assert (answer["b"], answer["b_printed"]) == (2, True)

    with agency_scope(medan):
        make.IncumbencyFactory(agency=medan, position=make.PositionFactory(agency=medan, unit=unit))
    answer = client.get(api).json()
    assert (answer["b"], answer["b_printed"]) == (0, False)
    assert b"tercetak" not in client.get(page).content


def test_nik_is_never_on_the_employee_page(client, medan):
    person = filled(medan)["Dinas Kesehatan"]["person"]
    with agency_scope(medan):
        person.nik = "1271010101700001"
        person.save()

    text = signed_in(client, medan, "admin_daerah").get(reverse("employee-detail", args=[person.pk])).content.decode()

    assert "1271010101700001" not in text


def test_pages_speak_english_on_switch(client, medan):
    filled(medan)
    signed_in(client, medan, "staf_bkd")

    assert client.get(reverse("unit-list"), headers={"accept-language": "en"}).status_code == 200


@pytest.mark.parametrize(
    ("name", "query"),
    [
        ("employee-list", {"q": "Contoh", "status": "PPPK", "aktif": "true", "pensiun": "2028", "sex": "M"}),
        ("employee-list", {"q": "1985", "golongan": "33", "pendidikan": "40", "tanpa_jabatan": "false"}),
        ("position-list", {"selisih": "kurang", "terisi": "false", "group": "fungsional", "level": "TERAMPIL"}),
        ("position-list", {"tanpa_sasaran": "true", "kelas": "6", "urut": "-selisih", "nomenklatur": "1"}),
        ("retirement-list", {"dalam": "12", "tahun": "2028"}),
        ("contract-list", {"perpanjangan": "belum"}),
        ("job-list", {"dipakai": "true", "urut": "dipakai"}),
        ("finding-list", {"selesai": "false", "code": "GANDA"}),
        ("unit-list", {"kind": "lain", "urut": "-kurang"}),
    ],
)
def test_filters_work_with_the_unit_filter_beside_them(client, medan, name, query):
    unit = filled(medan)["Dinas Kesehatan"]["unit"]

    answer = signed_in(client, medan, "staf_bkd").get(reverse(name), query | {"unit": unit.pk})

    assert answer.status_code == 200


def test_totals_agree_between_list_home_and_export(client, medan):
    filled(medan, 3)
    signed_in(client, medan, "staf_bkd")

    listed = client.get(reverse("position-list"))
    home = client.get(reverse("home"))
    export = client.get(reverse("position-list"), {"format": "csv"})
    body = b"".join(export.streaming_content) if export.streaming else export.content
    lines = [line.split(",") for line in body.decode("utf-8-sig").splitlines()]
    header = next(line for line in lines if "B" in line)
    column = header.index("B")
    numbers = [line[column] for line in lines[lines.index(header) + 1 :] if len(line) == len(header)]

    figures = {figure["label"]: figure["value"] for figure in listed.context["figures"]}
    people = home.context["figures"][0]["value"]
    assert (
        sum(int(number) for number in numbers if number.strip('"').isdigit()) == figures["Bezetting (B)"] == people == 6
    )


def test_the_vacant_seats_of_home_are_those_of_the_list_that_it_leads_to(client, medan):
    filled(medan, 3)
    with agency_scope(medan):
        position = Position.objects.order_by("pk").first()
        make.SeatFactory.create_batch(4, agency=medan, position=position)
    signed_in(client, medan, "staf_bkd")

    figure = client.get(reverse("home")).context["figures"][1]
    listed = client.get(figure["url"]).context["figures"][0]

    said = re.search(r"(\d+) formasi lowong", figure["detail"])
    assert int(said[1]) >= 4
    assert said[0] in listed["detail"]
    assert "lowong" not in client.get(reverse("position-list")).context["figures"][0]["detail"]


def test_what_waits_is_todays_also_on_a_past_day(client, medan):
    filled(medan, 3)
    signed_in(client, medan, "staf_bkd")
    now = client.get(reverse("home"))

    past = client.get(reverse("home"), {"as_of": "2021-06-01"})

    assert past.context["todo"] == now.context["todo"]
    assert ("hari ini ·" in past.content.decode()) is bool(past.context["todo"])
    assert "hari ini ·" not in now.content.decode()
