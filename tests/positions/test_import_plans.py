"""What a file would change, before it is saved: counted right, within the scope of who asks."""

import datetime
import io

import pytest
from django.urls import reverse

from asnhr.imports.framework import Options, run
from asnhr.scope import agency_scope
from positions.imports.employees import EmployeeImporter
from positions.imports.jobs import JobImporter
from positions.imports.needs import NeedImporter
from positions.imports.positions import PositionImporter
from positions.imports.units import UnitImporter
from positions.models import Position, Unit
from tests.factories import positions as make
from tests.factories.asnhr import AgencyFactory
from tests.roles import user_with

D = datetime.date
TODAY = D(2026, 1, 2)


def load(importer, agency, text, **options):
    return run(importer, io.BytesIO(text.encode()), agency_id=agency.pk, options=Options(today=TODAY, **options))


@pytest.fixture
def agency(db):
    agency = AgencyFactory()
    with agency_scope(agency):
        root = make.UnitFactory(agency=agency, code="1271", name="Pemerintah Kota Medan")
        clerk = make.JobFactory(agency=agency, name="Pengadministrasi Perkantoran")
        driver = make.JobFactory(agency=agency, name="Pengemudi")
        for code, name in (("1271.40", "Kecamatan Medan Belawan"), ("1271.41", "Kecamatan Medan Labuhan")):
            unit = make.UnitFactory(agency=agency, code=code, name=name, parent=root)
            for letter, job in (("C", clerk), ("D", driver)):
                make.PositionFactory(agency=agency, code=f"{letter}-{code}", unit=unit, job=job)
    return agency


@pytest.fixture
def belawan(agency):
    with agency_scope(agency):
        return Unit.objects.get(agency=agency, code="1271.40")


MAP = (
    "unit;nama jabatan;kelas jabatan;kebutuhan\n1271.40;Pengadministrasi Perkantoran;5;2\n"
    "1271.41;Pengadministrasi Perkantoran;5;2\n"
)


def test_a_district_sees_no_position_of_another_in_the_plan_of_a_map(agency, belawan):
    result = load(PositionImporter, agency, MAP, unit_paths=(belawan.path,), dry_run=True)

    assert [row.outcome for row in result.rows] == ["header", "accepted", "rejected"]
    assert [line["code"] for line in result.details["missing"]] == ["D-1271.40"]
    assert result.plan["missing"] == 1
    assert "Labuhan" not in str(result.as_json())


def test_a_district_sees_no_unit_of_another_in_the_plan_of_units(agency, belawan):
    text = "kode,kode_induk,nama\n1271.40,1271,Kecamatan Medan Belawan\n1271.41,1271,Kecamatan Baru\n"
    result = load(UnitImporter, agency, text, unit_paths=(belawan.path,), dry_run=True)

    assert [row.outcome for row in result.rows] == ["header", "accepted", "rejected"]
    assert result.details["missing"] == []
    assert result.plan == {"new": 0, "changed": 0, "unchanged": 1, "corrections": 0, "missing": 0}
    assert "Labuhan" not in str(result.as_json())


def test_refused_rows_count_nowhere_and_no_count_is_negative(agency, belawan):
    for paths in (None, (belawan.path,)):
        text = MAP + "1271.41;Pengemudi;99;1\n"
        result = load(PositionImporter, agency, text, unit_paths=paths, dry_run=True)
        assert min(result.plan.values()) >= 0
        changed = 2 if paths is None else 1
        assert (result.plan["new"], result.plan["changed"], result.plan["unchanged"]) == (0, changed, 0)


def test_a_correction_counts_once_and_only_where_nothing_else_is_wrong(agency, belawan):
    head = "unit;jabatan;kebutuhan;nomor keputusan;tanggal keputusan\n"
    first = head + "".join(f"{code};Pengemudi;2;188/1;05-01-2025\n" for code in ("1271.40", "1271.41"))
    assert load(NeedImporter, agency, first).written

    result = load(NeedImporter, agency, first.replace(";2;", ";3;"), unit_paths=(belawan.path,), dry_run=True)

    assert result.plan == {"new": 0, "changed": 0, "unchanged": 0, "corrections": 1, "missing": 0}


def test_goals_count_the_posts_of_the_district_but_none_served_elsewhere_is_forgotten(client, agency, belawan):
    with agency_scope(agency):
        goal = make.GoalFactory(agency=agency, code="1", level="sasaran", text="Pelayanan prima")
        for post in Position.objects.filter(agency=agency).exclude(unit=belawan):
            post.goal_links.create(agency=agency, goal=goal, starts_on=D(2022, 1, 1))
    client.force_login(user_with(agency, "admin_unit", belawan))

    text = client.get(reverse("goal-list")).content.decode()
    tree = text.partition("Pohon sasaran")[2]
    assert "tag fit" not in tree
    assert "belum dilayani" not in tree
    assert 'id="tanpa-jabatan"' not in text

    with agency_scope(agency):
        Position.objects.get(code="C-1271.40").goal_links.create(agency=agency, goal=goal, starts_on=D(2022, 1, 1))
    assert '<span class="tag fit">1 jabatan</span>' in client.get(reverse("goal-list")).content.decode()


def test_what_is_new_changed_and_missing_is_listed_with_old_and_new_values(agency):
    head = "unit;nama jabatan;kelas jabatan;kebutuhan\n"
    text = head + "1271.40;Pengemudi;3;2\n1271.40;Pengadministrasi Perkantoran;5;1\n"
    load(PositionImporter, agency, text, decree="188/1", decree_on=D(2025, 1, 6))

    text = head + "1271.40;Pengemudi;3;4\n1271.40;Pramu Taman;3;1\n"
    result = load(PositionImporter, agency, text, decree="188/2", decree_on=D(2025, 6, 2), dry_run=True)

    place = {"code": "D-1271.40", "job": "Pengemudi", "unit": "Kecamatan Medan Belawan", "row": 2}
    assert result.details["new"] == [{"row": 3, "job": "Pramu Taman", "unit": "Kecamatan Medan Belawan", "k": "1"}]
    assert result.details["changed"] == [
        place | {"field": "k", "before": "2", "after": "4"},
        place | {"field": "decree", "before": "188/1", "after": "188/2"},
    ]
    assert [line["code"] for line in result.details["missing"]] == ["C-1271.40"]
    assert result.plan["missing"] == 1


def test_units_that_move_and_jobs_and_needs_that_change_name_both_values(agency):
    text = "kode,kode_induk,nama\n1271.40,1271.41,Kecamatan Belawan Baru\n1271.9,1271,Dinas Baru\n"
    result = load(UnitImporter, agency, text, decree="Perda 1", decree_on=D(2026, 3, 1), dry_run=True)
    assert {(line["field"], line["before"], line["after"]) for line in result.details["changed"]} == {
        ("name", "Kecamatan Medan Belawan", "Kecamatan Belawan Baru"),
        ("parent", "Pemerintah Kota Medan", "Kecamatan Medan Labuhan"),
    }
    assert result.details["new"] == [{"row": 3, "code": "1271.9", "name": "Dinas Baru"}]

    jobs = load(JobImporter, agency, "nama jabatan;jenis jabatan;kelas\nPengemudi;Pelaksana;4\n", dry_run=True)
    assert [(line["field"], line["before"], line["after"]) for line in jobs.details["changed"]] == [
        ("job_class", "6", "4")
    ]

    head = "unit;jabatan;kebutuhan;nomor keputusan;tanggal keputusan\n"
    load(NeedImporter, agency, head + "1271.40;Pengemudi;2;188/1;05-01-2025\n")
    needs = load(NeedImporter, agency, head + "1271.40;Pengemudi;3;188/1;05-01-2025\n", dry_run=True)
    assert [(line["field"], line["before"], line["after"]) for line in needs.details["corrections"]] == [
        ("k", "2", "3")
    ]


def test_facts_of_people_are_listed_without_the_nik(agency):
    head = "NIP BARU,NAMA,TANGGAL LAHIR,NIK,GOL AKHIR NAMA,TMT GOLONGAN,JABATAN NAMA,UNOR NAMA,NOMOR HP\n"
    line = "198609262015051001,{},26-09-1986,{},{},{},Pengemudi,1271.40,\n"
    first = load(EmployeeImporter, agency, head + line.format("BUDI", "1271010101700001", "III/a", "01-04-2020"))
    assert first.details["new"][0]["name"] == "BUDI"

    result = load(
        EmployeeImporter, agency, head + line.format("BUDI HARTONO", "1271010101700002", "III/b", "01-04-2024"),
        dry_run=True,
    )  # fmt: skip
    found = {each["field"]: (each["before"], each["after"]) for each in result.details["changed"]}
    assert found["name"] == ("BUDI", "BUDI HARTONO")
    assert found["rank"] == ("31", "32")
    assert set(found) == {"name", "rank", "rank_since", "nik_hash"}
    assert "127101" not in str(result.details)


def test_lists_are_cut_and_say_how_long_they_are(agency, monkeypatch):
    monkeypatch.setattr("asnhr.imports.framework.MOST_LINES", 2)
    text = "kode,kode_induk,nama\n" + "".join(f"N{n},1271,Unit {n}\n" for n in range(7))

    result = load(UnitImporter, agency, text, dry_run=True)

    assert (len(result.details["new"]), result.lines["new"], result.plan["new"]) == (2, 7, 7)
    assert (len(result.details["missing"]), result.lines["missing"], result.plan["missing"]) == (2, 3, 3)
