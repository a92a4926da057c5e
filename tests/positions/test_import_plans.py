"""What a file would change, before it is saved: counted right, within the scope of who asks."""

import datetime
import io

import pytest
from django.urls import reverse

from asnhr.imports.framework import Options, run
from asnhr.scope import agency_scope
from positions.imports.employees import EmployeeImporter
from positions.imports.goals import GoalImporter
from positions.imports.jobs import JobImporter
from positions.imports.needs import NeedImporter
from positions.imports.positions import PositionImporter
from positions.imports.units import UnitImporter
from positions.imports.workload import WorkloadImporter
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

    text = "nama jabatan;jenis jabatan;kelas\nPengemudi;Pelaksana;4\n"
    jobs = load(JobImporter, agency, text, decree="188/9", decree_on=D(2026, 1, 1), dry_run=True)
    assert [(line["field"], line["before"], line["after"]) for line in jobs.details["changed"]] == [
        ("job_class", "6", "4")
    ]

    head = "unit;jabatan;kebutuhan;nomor keputusan;tanggal keputusan\n"
    load(NeedImporter, agency, head + "1271.40;Pengemudi;2;188/1;05-01-2025\n")
    needs = load(NeedImporter, agency, head + "1271.40;Pengemudi;3;188/1;05-01-2025\n", dry_run=True)
    assert [(line["field"], line["before"], line["after"]) for line in needs.details["corrections"]] == [
        ("k", "2", "3")
    ]


DUTY = "unit;nama jabatan;kelas jabatan;tugas tambahan;kebutuhan\n1271.40;Pengemudi;3;{};2\n"


def test_a_post_becomes_filled_by_duty_and_back_as_a_listed_change(agency):
    made = {"decree": "188/1", "decree_on": D(2025, 1, 6)}
    load(PositionImporter, agency, DUTY.format("tidak"), **made)
    assert load(PositionImporter, agency, DUTY.format(""), dry_run=True, **made).plan["unchanged"] == 1

    result = load(PositionImporter, agency, DUTY.format("ya"), **made | {"decree_on": D(2025, 1, 6)})

    assert (result.written, result.plan["changed"], result.plan["unchanged"]) == (True, 1, 0)
    assert [(line["field"], line["before"], line["after"]) for line in result.details["changed"]] == [
        ("by_duty", "tidak", "ya")
    ]
    with agency_scope(agency):
        post = Position.objects.get(code="D-1271.40")
        assert post.by_duty
        assert set(post.seats.values_list("kind", flat=True)) == {"tugas_tambahan"}
    again = load(PositionImporter, agency, DUTY.format("ya"), **made)
    assert (again.plan["changed"], again.plan["unchanged"], again.details["changed"]) == (0, 1, [])

    back = load(PositionImporter, agency, DUTY.format("tidak"), decree="188/2", decree_on=D(2025, 6, 2))
    assert ("by_duty", "ya", "tidak") in {(x["field"], x["before"], x["after"]) for x in back.details["changed"]}
    with agency_scope(agency):
        post.refresh_from_db()
        assert not post.by_duty
        seats = post.seats.all()
        assert set(seats.values_list("kind", flat=True)) == {"formasi"}
        assert {each.former_kinds.get().ends_on for each in seats if each.starts_on < D(2025, 6, 2)} == {D(2025, 6, 2)}


@pytest.mark.parametrize(
    ("before", "after", "kind", "code"),
    [
        ("tidak", "ya", "definitif", "HANYA_TUGAS_TAMBAHAN"),
        ("ya", "tidak", "tugas_tambahan", "BUKAN_TUGAS_TAMBAHAN"),
    ],
)
def test_a_held_post_does_not_change_how_it_is_filled(before, after, kind, code, agency):
    load(PositionImporter, agency, DUTY.format(before), decree="188/1", decree_on=D(2025, 1, 6))
    with agency_scope(agency):
        post = Position.objects.get(code="D-1271.40")
        seat = post.seats.order_by("number").first()
        held = make.IncumbencyFactory(agency=agency, position=post, seat=seat, kind=kind, starts_on=D(2025, 2, 1))

    refused = load(PositionImporter, agency, DUTY.format(after), decree="188/2", decree_on=D(2025, 6, 2))

    assert {problem.code for row in refused.rows for problem in row.problems} == {code}
    with agency_scope(agency):
        assert Position.objects.get(pk=post.pk).by_duty == (before == "ya")
        held.ends_on = D(2025, 6, 2)
        held.save()
    assert load(PositionImporter, agency, DUTY.format(after), decree="188/2", decree_on=D(2025, 6, 2)).written


def test_tasks_that_come_go_and_change_are_listed_by_their_words(agency):
    head = "unit;nama jabatan;uraian tugas;hasil kerja;volume;periode;waktu menit per satuan\n"
    line = "1271.40;Pengemudi;{};{};{};{};{}\n"
    first = head + line.format("Mengantar", "Surat", 10, "bulan", 60) + line.format("Merawat", "", 5, "tahun", 30)
    made = load(WorkloadImporter, agency, first)
    assert made.written, made.as_json()
    assert [(x["job"], x["tasks"]) for x in made.details["new"]] == [("Pengemudi", 2)]

    then = head + line.format("Mengantar", "Surat", 12, "tahun", 60) + line.format("Mencuci", "", 5, "tahun", 30)
    result = load(WorkloadImporter, agency, then, dry_run=True)

    assert result.plan["changed"] == 1
    assert [(x["task"], x["field"], x["before"], x["after"]) for x in result.details["changed"]] == [
        ("Mengantar", "volume", "10", "12"),
        ("Mengantar", "per", "month", "year"),
        ("Mencuci", "task", None, "Mencuci"),
        ("Merawat", "task", "Merawat", None),
    ]
    assert [x["row"] for x in result.details["changed"]] == [2, 2, 3, 2]
    assert load(WorkloadImporter, agency, first).details["changed"] == []


def test_goals_list_each_fact_and_each_post_that_changes(agency):
    head = "kode,tingkat,uraian,kode induk,mulai,berakhir,indikator,kode jabatan\n"
    made = load(GoalImporter, agency, head + "V,Visi,Maju,,2025,,,\nS,Sasaran,Layanan,V,2025,,,C-1271.40\n")
    assert [(x["code"], x["goal_level"]) for x in made.details["new"]] == [("V", "visi"), ("S", "sasaran")]

    news = load(GoalImporter, agency, head + "S,Sasaran,Layanan,V,2025,2029,IKM,C-1271.40\n", dry_run=True)
    assert [(x["code"], x["field"], x["before"], x["after"]) for x in news.details["changed"]] == [
        ("S", "indicator", None, "IKM"),
        ("S", "until", None, "2029-12-31"),
    ]
    with agency_scope(agency):
        make.PositionFactory(agency=agency, code="X-1", unit=Unit.objects.get(code="1271.40"))
    told = load(GoalImporter, agency, head + "S,Tujuan,Layanan,,2025,,,X-1\n", dry_run=True)
    assert [(x["field"], x["before"], x["after"]) for x in told.details["corrections"]] == [
        ("goal_level", "sasaran", "tujuan"),
        ("parent", "V", None),
        ("position", "C-1271.40", None),
        ("position", None, "X-1"),
    ]
    assert told.lines["dropped"] == 1


def test_facts_of_people_are_listed_without_the_nik(agency):
    head = "NIP BARU,NAMA,TANGGAL LAHIR,NIK,GOL AKHIR NAMA,TMT GOLONGAN,JABATAN NAMA,UNOR NAMA,NOMOR HP\n"
    line = "198609262015051001,{},26-09-1986,{},{},{},Pengemudi,1271.40,\n"
    first = load(EmployeeImporter, agency, head + line.format("BUDI", "1271010101700001", "III/a", "01-04-2020"))
    assert first.details["new"][0]["name"] == "BUDI"

    for since, listed, facts in (
        # The next rank is left to the history; another one of the same day is a correction.
        ("01-04-2024", "changed", {"name", "nik_hash"}),
        ("01-04-2020", "corrections", {"name", "rank", "nik_hash"}),
    ):
        text = head + line.format("BUDI HARTONO", "1271010101700002", "III/b", since)
        result = load(EmployeeImporter, agency, text, dry_run=True, confirm_corrections=True)
        found = {each["field"]: (each["before"], each["after"]) for each in result.details[listed]}
        assert found["name"] == ("BUDI", "BUDI HARTONO")
        assert found.get("rank", ("31", "32")) == ("31", "32")
        assert set(found) == facts
        assert "127101" not in str(result.details)


def test_lists_are_cut_and_say_how_long_they_are(agency, monkeypatch):
    monkeypatch.setattr("asnhr.imports.framework.MOST_LINES", 2)
    text = "kode,kode_induk,nama\n" + "".join(f"N{n},1271,Unit {n}\n" for n in range(7))

    result = load(UnitImporter, agency, text, dry_run=True)

    assert (len(result.details["new"]), result.lines["new"], result.plan["new"]) == (2, 7, 7)
    assert (len(result.details["missing"]), result.lines["missing"], result.plan["missing"]) == (2, 3, 3)
