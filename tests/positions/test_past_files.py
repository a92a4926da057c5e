"""Everything of a personnel file as of a day: whatever came later, by its own day, is not there yet; today it is."""

from datetime import UTC, date, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from asnhr.scope import agency_scope
from positions import models
from positions.pages.histories import GROUP_OF
from positions.queries import past_files
from positions.services.histories import KINDS
from tests import api_world
from tests.factories import positions as make
from tests.factories.asnhr import UserFactory
from tests.roles import user_with

pytestmark = pytest.mark.django_db
TODAY, THEN = date(2026, 11, 22), "2022-06-01"
DECREE = {"decree": "SK/1"}
# Of each kind: facts of a row that had come by the past day, and of one that came later; both by the kind's own day.
# Rows that no day tells of stay.
SPOUSE = {"relation": "pasangan", "name": "PASANGAN"}
CHILD = {"relation": "anak", "child_kind": "kandung", "name": "ANAK"}
SCALE = {"service_years": 4, "service_months": 0}
STUDY = {"kind": "izin", "level_id": "40", "programme": "Hukum", "school": "USU"}
WALK = [
    ("golongan", {"rank": 31, "starts_on": date(2019, 1, 1)}, {"rank": 32, "starts_on": date(2023, 4, 1)}),
    ("kgb", SCALE | {"starts_on": date(2021, 1, 1)}, SCALE | {"starts_on": date(2023, 1, 1)}),
    ("kedudukan-hukum", {"standing": "02", "starts_on": date(2022, 6, 1)},
     {"standing": "01", "starts_on": date(2022, 6, 2)}),
    ("pengangkatan", {"cpns_decree": "SK/1", "cpns_decree_on": date(2018, 1, 1)}, None),
    ("pengangkatan", None, {"cpns_decree": "SK/1", "cpns_decree_on": date(2022, 6, 2)}),
    ("masa-kerja", {"experience": "Honorer", "starts_on": date(2010, 1, 1), "ends_on": date(2011, 1, 1),
                    "counts": False, "decree_on": date(2020, 1, 1)},
     {"experience": "Kontrak", "starts_on": date(2012, 1, 1), "ends_on": date(2013, 1, 1), "counts": False,
      "decree_on": date(2023, 1, 1)}),
    ("jabatan-luar", {"agency_name": "Karo", "job_name": "A", "group": "pelaksana", "starts_on": date(2018, 1, 1),
                      "ends_on": date(2019, 1, 1)},
     {"agency_name": "Karo", "job_name": "B", "group": "pelaksana", "assignment": "PLT",
      "starts_on": date(2023, 1, 1)}),
    ("penugasan", {"kind": "dpk", "agency_name": "KPU", "starts_on": date(2020, 1, 1), "ends_on": date(2021, 1, 1)},
     {"kind": "dpb", "agency_name": "Bawaslu", "starts_on": date(2023, 1, 1)}),
    ("cltn", {"starts_on": date(2020, 1, 1), "ends_on": date(2021, 1, 1)},
     {"starts_on": date(2023, 1, 1), "ends_on": date(2024, 1, 1)}),
    ("pendidikan", {"level_id": "40", "name": "S-1 HUKUM", "graduated": 2015},
     {"level_id": "45", "name": "S-2 HUKUM", "graduated": 2022}),
    ("pendidikan", {"level_id": "40", "name": "S-1 HUKUM", "graduated_on": date(2022, 6, 1), "graduated": 2022},
     {"level_id": "45", "name": "S-2 HUKUM", "graduated_on": date(2022, 6, 2), "graduated": 2022}),
    ("pendidikan", {"level_id": "40", "name": "S-1 TANPA TAHUN"}, None),
    ("tugas-belajar", STUDY | {"starts_on": date(2022, 1, 1), "ends_on": date(2022, 9, 1)},
     STUDY | {"starts_on": date(2023, 1, 1)}),
    ("diklat", {"kind": "3", "name": "Arsip", "year": 2021}, {"kind": "3", "name": "Barang", "year": 2022}),
    ("diklat", {"kind": "3", "name": "Arsip", "year": 2022, "ends_on": date(2022, 3, 1)},
     {"kind": "3", "name": "Barang", "year": 2022, "starts_on": date(2022, 5, 30), "ends_on": date(2022, 6, 4)}),
    ("penghargaan", {"name": "Teladan", "year": 2021}, {"name": "Satya", "year": 2022}),
    ("penghargaan", {"name": "Teladan", "year": 2022, "decree_on": date(2022, 6, 1)},
     {"name": "Satya", "year": 2022, "decree_on": date(2022, 8, 17)}),
    ("kinerja", {"year": 2021, "predicate": 2}, {"year": 2022, "predicate": 1}),
    ("angka-kredit", {"job_name": "A", "starts_on": date(2021, 1, 1), "ends_on": date(2022, 1, 1), "total": 5},
     {"job_name": "A", "starts_on": date(2022, 1, 1), "ends_on": date(2023, 1, 1), "total": 6}),
    ("keluarga", SPOUSE | {"married_on": date(2020, 11, 16)}, SPOUSE | {"name": "X", "married_on": date(2022, 6, 2)}),
    ("keluarga", CHILD | {"birth_date": date(2022, 6, 1)}, CHILD | {"name": "X", "birth_date": date(2022, 6, 2)}),
    ("keluarga", CHILD, SPOUSE | {"birth_date": date(2023, 1, 1)}),
    ("disiplin", {"sanction": "2", "decree_on": date(2021, 1, 1), "starts_on": date(2021, 1, 1), **DECREE},
     {"sanction": "2", "decree_on": date(2023, 1, 1), "starts_on": date(2023, 1, 1), "decree": "SK/2"}),
]  # fmt: skip


@pytest.fixture(autouse=True)
def frozen(monkeypatch):
    monkeypatch.setattr("asnhr.dates.today", lambda: TODAY)


@pytest.fixture
def medan():
    return api_world.medan()


@pytest.fixture
def person(medan):
    with agency_scope(medan):
        unit = make.UnitFactory(agency=medan)
        held = make.PositionFactory(agency=medan, unit=unit)
        found = make.EmployeeFactory(
            agency=medan, unit=unit, nip="199005022018011001", rank=31, rank_since=date(2019, 1, 1),
            cpns_on=date(2018, 1, 1), pns_on=date(2019, 1, 1), birth_date=date(1990, 5, 2), education_level_id="45",
            graduated=2024,
        )  # fmt: skip
        make.IncumbencyFactory(agency=medan, position=held, employee=found, starts_on=date(2020, 1, 1))
        return found


def file_it(medan, person, slug, facts):
    with agency_scope(medan):
        return facts and KINDS[slug].model.objects.create(agency=medan, employee=person, **facts)


def shown_on(client, person, slug, **query):
    """The keys of the rows of a kind on its tab."""
    url = reverse("employee-history", args=[person.pk, GROUP_OF[slug]])
    answer = client.get(url, query)
    client.get(url, {"as_of": ""})
    sections = {each.kind.slug: each for each in answer.context["sections"]}
    return {line.pk for line in sections[slug].lines}


def route_of(slug):
    from positions.api.histories import ROUTES

    return next(route for route, _name, kind, _of_day in ROUTES if kind == slug)


def test_the_walk_takes_every_kind():
    assert {slug for slug, _by_then, _later in WALK} == set(KINDS)
    assert past_files.CAME.keys() | past_files.SEALED.keys() == {kind.model for kind in KINDS.values()}


@pytest.mark.parametrize(("slug", "by_then", "later"), WALK)
def test_a_row_that_came_later_is_not_there_yet(slug, by_then, later, client, medan, person):
    old, new = (file_it(medan, person, slug, facts) for facts in (by_then, later))
    client.force_login(user_with(medan, "staf_bkd"))
    there, all_of = {row.pk for row in (old,) if row}, {row.pk for row in (old, new) if row}

    assert there <= shown_on(client, person, slug, as_of=THEN)
    assert not (all_of - there) & shown_on(client, person, slug, as_of=THEN)
    assert all_of <= shown_on(client, person, slug)

    history = {"history": "true"} if slug in DAILY else {}

    def listed(**query):
        address = f"/api/v1/{route_of(slug)}/"
        answer = client.get(address, {"employee": person.pk, **history, **query})
        assert answer.status_code == 200, answer.content
        return {row["id"] for row in answer.json()["results"]}

    assert there <= listed(as_of=THEN)
    assert not (all_of - there) & listed(as_of=THEN)
    assert all_of <= listed()


DAILY = {"golongan", "kgb", "kedudukan-hukum", "penugasan", "cltn", "tugas-belajar", "disiplin"}
# A row that had come, and what came to it later: the column, what it shows of the past day and today.
TO_ROWS = [
    ("keluarga", SPOUSE | {"married_on": date(2015, 1, 1), "died_on": date(2024, 1, 1)}, "died_on", None),
    ("keluarga", SPOUSE | {"married_on": date(2015, 1, 1), "divorced_on": date(2024, 1, 1)}, "divorced_on", None),
    ("cltn", {"starts_on": date(2022, 1, 1), "ends_on": date(2023, 1, 1), "returned_on": date(2022, 9, 1)},
     "returned_on", None),
    ("tugas-belajar", STUDY | {"starts_on": date(2021, 1, 1), "ends_on": date(2023, 1, 1), "outcome": "lulus"},
     "outcome", "berjalan"),
    ("disiplin", {"sanction": "23", "decree_on": date(2022, 1, 1), "starts_on": date(2022, 1, 1), **DECREE,
                  "ends_on": date(2022, 7, 1), "state": "dibatalkan", "revoked_on": date(2022, 6, 20),
                  "revoked_decree": "SK/9"}, "state", "berlaku"),
    ("pengangkatan", {"cpns_decree_on": date(2022, 1, 1), "pns_decree_on": date(2023, 1, 1), "pns_decree": "SK/3"},
     "pns_decree", ""),
]  # fmt: skip


@pytest.mark.parametrize(("slug", "facts", "column", "then"), TO_ROWS)
def test_what_came_to_a_row_later_is_not_told_yet(slug, facts, column, then, client, medan, person):
    row = file_it(medan, person, slug, facts)
    client.force_login(user_with(medan, "staf_bkd"))
    address = f"/api/v1/{route_of(slug)}/{row.pk}/"
    told = str(facts[column])
    assert client.get(address, {"as_of": THEN}).json()[column] == then
    assert client.get(address).json()[column] == told
    with agency_scope(medan):
        assert str(getattr(past_files.loaded(type(row).objects.all(), date(2022, 6, 1))[0], column)) == str(then)
        assert str(getattr(past_files.loaded(type(row).objects.all(), TODAY)[0], column)) == told


def test_the_summary_and_the_api_leave_out_what_came_later(client, medan, person):
    file_it(medan, person, "pendidikan", {"level_id": "40", "name": "S-1 HUKUM", "graduated": 2015})
    file_it(medan, person, "pendidikan", {"level_id": "45", "name": "S-2 HUKUM", "graduated": 2024})
    with agency_scope(medan):
        models.Employee.objects.filter(pk=person.pk).update(
            pns_on=date(2023, 1, 1), exits_on=date(2026, 1, 1), legal_status="99", exit_reason="Pensiun"
        )
    client.force_login(user_with(medan, "staf_bkd"))
    detail, api = reverse("employee-detail", args=[person.pk]), f"/api/v1/employees/{person.pk}/"

    then, now = client.get(detail, {"as_of": THEN}), client.get(detail, {"as_of": TODAY.isoformat()})
    client.get(detail, {"as_of": ""})

    assert "S-2 HUKUM" in now.content.decode()
    past = then.content.decode()
    for later in ("S-2 HUKUM", "1 Januari 2023", "1 Januari 2026", "Pensiun.", "Catat keluar"):
        assert later not in past, later
    assert "S-1 HUKUM" in past
    row, today = client.get(api, {"as_of": THEN}).json(), client.get(api).json()
    assert (row["education_level_id"], row["graduated"], row["pns_on"], row["exits_on"]) == ("40", 2015, None, None)
    assert [each["name"] for each in row["educations"]] == ["S-1 HUKUM"]
    assert row["status"] == "CPNS"
    assert (today["education_level_id"], today["pns_on"], today["exits_on"]) == ("45", "2023-01-01", "2026-01-01")
    assert len(today["educations"]) == 2
    listed = client.get("/api/v1/employees/", {"as_of": THEN}).json()["results"][0]
    assert (listed["education_level_id"], listed["exits_on"], listed["exit_reason"]) == ("40", None, "")


def test_turunan_counts_with_the_education_of_the_day(client, medan, person):
    file_it(medan, person, "pendidikan", {"level_id": "30", "name": "D-III HUKUM", "graduated": 2015})
    file_it(medan, person, "pendidikan", {"level_id": "45", "name": "S-2 HUKUM", "graduated": 2024})
    client.force_login(user_with(medan, "staf_bkd"))
    url = reverse("employee-derived", args=[person.pk])

    def figures(**query):
        answer = client.get(url, query)
        client.get(url, {"as_of": ""})
        return {each.code: each for each in answer.context["figures"]}

    then, now = figures(as_of=THEN), figures()
    assert ("Pendidikan", "D-III") in then["pangkat-regular"].basis["inputs"]
    assert "kp-ijazah" not in then
    assert ("Pendidikan", "S2") in now["pangkat-regular"].basis["inputs"]
    # S-2 starts at III/b: the rank held is III/a.
    assert now["kp-ijazah"].value.startswith("III/b · ")


@pytest.mark.parametrize(
    ("gained", "on_record", "told"),
    [
        (None, ("45", 7, 2024), (None, None, None)),
        (None, ("45", 7, 2015), ("45", 7, 2015)),
        (None, ("45", 7, None), ("45", 7, None)),
        ([], ("45", 7, 2015), (None, None, None)),
        ([("40", 3, 2010)], ("45", 7, 2024), ("40", 3, 2010)),
        ([("45", None, None), ("40", 3, 2010)], ("45", 7, 2015), ("45", 7, 2015)),
    ],
)
def test_the_last_education_of_a_past_day(gained, on_record, told):
    assert past_files.last_education(*on_record, gained, date(2022, 6, 1)) == told


def test_documents_of_a_past_day_are_those_of_then(client, medan, person):
    with agency_scope(medan):
        paper = models.EmployeeDocument.objects.create(
            agency=medan, employee=person, kind_id="sk_pns", filename="sk.pdf", format="pdf", size=10, pages=1,
            sha256="a" * 64, stored_as="x", uploaded_by=UserFactory(), number="SK/77",
        )  # fmt: skip
        models.EmployeeDocument.objects.filter(pk=paper.pk).update(uploaded_at=datetime(2024, 1, 1, 8, tzinfo=UTC))
        models.RankRecord.objects.create(
            agency=medan, employee=person, rank=31, starts_on=date(2019, 1, 1), document=paper
        )
    client.force_login(user_with(medan, "staf_bkd"))
    tab, detail = (
        reverse("employee-history", args=[person.pk, "kepegawaian"]),
        reverse("employee-detail", args=[person.pk]),
    )
    for day, there in ((THEN, False), (TODAY.isoformat(), True)):
        assert (reverse("document-open", args=[paper.pk]) in client.get(tab, {"as_of": day}).content.decode()) is there
        assert client.get(detail, {"as_of": day}).context["file"].documents == int(there)
    client.get(tab, {"as_of": ""})


@pytest.mark.parametrize("rows", [1, 20])
def test_a_past_family_costs_the_same_at_any_size(rows, client, medan, person):
    for number in range(rows):
        file_it(medan, person, "keluarga", CHILD | {"name": f"A{number}", "birth_date": date(2020, 1, 1)})
    client.force_login(user_with(medan, "staf_bkd"))
    client.get("/api/v1/family-members/")
    with CaptureQueriesContext(connection) as queries:
        assert len(client.get("/api/v1/family-members/", {"as_of": THEN}).json()["results"]) == rows
    assert len(queries) <= 15


def test_the_rank_tab_of_who_has_left_shows_the_rank_of_the_day(client, medan, person):
    file_it(medan, person, "golongan", {"rank": 31, "starts_on": date(2019, 1, 1)})
    file_it(medan, person, "golongan", {"rank": 32, "starts_on": date(2023, 4, 1)})
    with agency_scope(medan):
        models.Employee.objects.filter(pk=person.pk).update(
            exits_on=date(2025, 1, 1), legal_status="99", exit_reason="Pensiun"
        )
    client.force_login(user_with(medan, "staf_bkd"))
    url = reverse("employee-history", args=[person.pk, "kepegawaian"])
    for day, wanted in ((THEN, ["III/a"]), ("2024-06-01", ["III/b", "III/a"]), ("2026-01-01", ["III/b", "III/a"])):
        section = client.get(url, {"as_of": day}).context["sections"][0]
        assert [line.cells[0][1] for line in section.lines] == wanted
        assert [str(line.badge[0]) == "berlaku" for line in section.lines] == [True, False][: len(wanted)]
        detail = client.get(reverse("employee-detail", args=[person.pk]), {"as_of": day}).context
        assert detail["rank"].startswith(wanted[0])
    client.get(url, {"as_of": ""})
