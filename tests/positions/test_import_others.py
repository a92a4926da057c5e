"""Jobs, needs, incumbencies, contracts and goals."""

import datetime
import io

import pytest

from asnhr.imports.framework import Options, run
from asnhr.scope import agency_scope
from positions.imports.contracts import ContractImporter
from positions.imports.goals import GoalImporter
from positions.imports.incumbencies import IncumbencyImporter
from positions.imports.jobs import JobImporter
from positions.imports.needs import NeedImporter
from positions.imports.positions import PositionImporter
from positions.models import Contract, Finding, Goal, Incumbency, Job, NameMapping, PositionGoal, PositionNeed
from tests.factories.asnhr import AgencyFactory
from tests.factories.positions import EmployeeFactory, JobFactory, PositionFactory, SeatFactory, UnitFactory

D = datetime.date
TODAY = D(2026, 1, 2)


def load(importer, agency, text, **options):
    return run(importer, io.BytesIO(text.encode()), agency_id=agency.pk, options=Options(**{"today": TODAY, **options}))


def codes(result):
    return {row.row: sorted({p.code for p in row.problems}) for row in result.rows if row.problems}


@pytest.fixture
def agency(db):
    agency = AgencyFactory()
    with agency_scope(agency):
        unit = UnitFactory(agency=agency, code="1271.40", name="Kecamatan Medan Belawan")
        other = UnitFactory(agency=agency, code="1271.41", name="Kecamatan Medan Labuhan")
        secretary = JobFactory(
            agency=agency, name="Sekretaris Kecamatan", group="manajerial", level="ADMINISTRATOR", job_class=11
        )
        clerk = JobFactory(agency=agency, name="Pengadministrasi Perkantoran")
        for place in (unit, other):
            post = PositionFactory(agency=agency, code=f"P-{place.code}", unit=place, job=secretary, is_head=True)
            SeatFactory(agency=agency, position=post)
            SeatFactory(
                agency=agency, position=PositionFactory(agency=agency, code=f"C-{place.code}", unit=place, job=clerk)
            )
        for nip in ("199803082023121901", "198703212017121902", "199009132025242914"):
            EmployeeFactory(agency=agency, nip=nip, unit=unit, status="PPPK" if nip[12] == "2" else "PNS")
    return agency


def test_jobs_by_title_level_and_subtitle_twice(agency):
    text = (
        "No;Nama Jabatan;Sub Jabatan;Jenis Jabatan;Kelas;Pangkat Terendah;Pendidikan\n"
        "1;Guru Ahli Pertama;IPA;Fungsional;8;III/a;S-1\n2;Guru Ahli Pertama;PJOK;Fungsional;8;IIIa;S1\n"
        "3;Kepala Dinas Sosial;;JPT Pratama;14;;\n4;Penelaah Teknis Kebijakan;;Pelaksana;7;;\n"
        "5;Keliru;;Pelaksana;18;;\n"
    )
    decree = {"decree": "188/1", "decree_on": D(2025, 1, 6)}
    refused = load(JobImporter, agency, text, **decree)
    assert codes(refused) == {6: ["KELAS_JABATAN"]}
    assert refused.failed

    result = load(JobImporter, agency, text, skip_rejected=True, **decree)
    assert result.plan["new"] == 4
    with agency_scope(agency):
        ipa = Job.objects.get(subtitle="IPA")
        assert (ipa.group, ipa.level, ipa.field, ipa.rank_min, ipa.education_level_id) == (
            "fungsional",
            "AHLI_PERTAMA",
            "guru",
            31,
            "40",
        )
        assert Job.objects.get(name="Kepala Dinas Sosial").level == "JPT_PRATAMA"
    again = load(JobImporter, agency, text, skip_rejected=True)
    assert (again.plan["new"], again.plan["changed"], again.plan["unchanged"]) == (0, 0, 4)


def test_needs_by_formula_and_decree_follow_each_other(agency):
    head = "unit,jabatan,kebutuhan,sumber,nomor keputusan,tanggal keputusan\n"
    first = (
        head
        + "Kecamatan Medan Belawan,Pengadministrasi Perkantoran,3,PETA_DITETAPKAN,188/1,05-01-2025\n"
        + '1271.41,Pengadministrasi Perkantoran,"2,4",FORMULA_JF,S-7,05-01-2025\n'
    )
    assert load(NeedImporter, agency, first).plan["new"] == 2
    assert load(NeedImporter, agency, first).plan == {
        "new": 0,
        "changed": 0,
        "unchanged": 2,
        "corrections": 0,
        "missing": 0,
    }

    later = head + "Kecamatan Medan Belawan,Pengadministrasi Perkantoran,4,PETA_DITETAPKAN,188/2,02-01-2026\n"
    assert load(NeedImporter, agency, later).plan["changed"] == 1
    with agency_scope(agency):
        old, new = PositionNeed.objects.filter(position__code="C-1271.40").order_by("starts_on")
        assert (old.need, old.ends_on, new.need, new.decree) == (3, D(2026, 1, 2), 4, "188/2")
        assert str(PositionNeed.objects.get(source="FORMULA_JF").need) == "2.4000"


def test_a_decree_older_than_one_that_followed_is_told_at_its_row(agency):
    head = "unit;jabatan;kebutuhan;nomor keputusan;tanggal keputusan\n"
    row = "1271.40;Pengadministrasi Perkantoran;{};188/{};{}\n"
    for need, number, day in ((3, 1, "05-01-2024"), (4, 2, "05-01-2025")):
        assert load(NeedImporter, agency, head + row.format(need, number, day)).written

    older = head + row.format(7, 0, "01-06-2023")
    for confirmed in (False, True):
        looked = load(NeedImporter, agency, older, confirm_corrections=confirmed, dry_run=True)
        result = load(NeedImporter, agency, older, confirm_corrections=confirmed)
        assert result.refused is None
        assert "TUMPANG_TINDIH" in codes(result)[2]
        assert codes(result) == codes(looked)
        assert result.totals["rejected"] == 1

    # Of a position map too, once the K that stood last is closed.
    with agency_scope(agency):
        PositionNeed.objects.filter(ends_on=None).update(ends_on=D(2025, 12, 31))
    text = "unit;nama jabatan;jenjang;kebutuhan;no sk;tanggal sk\n"
    text += "1271.40;Pengadministrasi Perkantoran;Pelaksana;9;188/3;01-06-2025\n"
    result = load(PositionImporter, agency, text)
    assert (result.refused, codes(result)) == (None, {2: ["TUMPANG_TINDIH"]})


def test_needs_without_decree_or_place_are_refused(agency):
    text = (
        "unit;jabatan;kebutuhan\nKecamatan Medan Belawan;Pengadministrasi Perkantoran;3\nKecamatan Antah;Pramu;1\n"
        "Kecamatan Medan Belawan;Pramu;1\n"
    )
    result = load(NeedImporter, agency, text)
    assert codes(result)[2] == ["KEPUTUSAN_WAJIB"]
    assert "UNIT_TIDAK_DIKENAL" in codes(result)[3]
    assert "JABATAN_TIDAK_DIKENAL" in codes(result)[4]
    with agency_scope(agency):
        assert set(NameMapping.objects.values_list("kind", "text")) == {("unit", "Kecamatan Antah"), ("job", "Pramu")}

    result = load(
        NeedImporter, agency, "kode jabatan;kebutuhan;nomor keputusan;tanggal keputusan\nA02;3;188/1;05-01-2024\n"
    )
    assert codes(result)[2] == ["JABATAN_TIDAK_DIKENAL"]
    told = result.rows[-1].problems[0]
    assert (told.column, told.value, told.message) == (
        "kode jabatan", "A02", "tidak ada jabatan dengan kode ini di register",
    )  # fmt: skip

    assert load(
        NeedImporter, agency, "jabatan;kebutuhan\nPengadministrasi Perkantoran;3\n", decree="1", unit="1271.40"
    ).written


def test_incumbencies_of_every_kind(agency):
    text = (
        "NIP,Unit,Jabatan,Jenis,TMT,s.d.,Nomor SK\n"
        "199803082023121901,1271.40,Pengadministrasi Perkantoran,Definitif,01-01-2024,,821/1\n"
        "198703212017121902,1271.40,Sekretaris Kecamatan,Plt,15-10-2025,14-01-2026,821/2\n"
        "198703212017121902,1271.41,Sekretaris Kecamatan,Definitif,01-01-2020,31-12-2023,821/3\n"
        "199812312023121905,1271.40,Sekretaris Kecamatan,Plh,01-01-2025,,821/4\n"
    )
    result = load(IncumbencyImporter, agency, text)
    assert codes(result) == {5: ["NIP_TIDAK_DIKENAL"]}

    result = load(IncumbencyImporter, agency, text, skip_rejected=True)
    assert result.plan["new"] == 3
    with agency_scope(agency):
        acting = Incumbency.objects.get(kind="plt")
        assert (acting.ends_on, acting.seat.position.code, acting.decree) == (D(2026, 1, 15), "P-1271.40", "821/2")
        assert Incumbency.objects.get(employee__nip="198703212017121902", kind="definitif").ends_on == D(2024, 1, 1)
        before = list(Incumbency.objects.order_by("pk").values())

    again = load(IncumbencyImporter, agency, text, skip_rejected=True)
    assert (again.plan["new"], again.plan["unchanged"]) == (0, 3)
    with agency_scope(agency):
        assert list(Incumbency.objects.order_by("pk").values()) == before


def test_two_running_posts_of_one_person_are_a_finding_and_overlaps_are_refused(agency):
    text = (
        "NIP,Unit,Jabatan,TMT\n199803082023121901,1271.40,Pengadministrasi Perkantoran,01-01-2024\n"
        "199803082023121901,1271.41,Pengadministrasi Perkantoran,01-06-2024\n"
    )
    result = load(IncumbencyImporter, agency, text)
    assert codes(result) == {2: ["JABATAN_GANDA"]}
    assert result.written
    with agency_scope(agency):
        assert Incumbency.objects.get().position.code == "C-1271.41"
        assert Finding.objects.get().raw["Unit"] == "1271.40"

    plt = "NIP,Unit,Jabatan,Jenis,TMT\n198703212017121902,1271.40,Sekretaris Kecamatan,Plt,{}\n"
    load(IncumbencyImporter, agency, plt.format("01-01-2025"))
    assert codes(load(IncumbencyImporter, agency, plt.format("01-03-2025"))) == {2: ["TUMPANG_TINDIH"]}


def test_contracts_and_their_next_file(agency):
    head = "NI PPPK;Nomor Kontrak;Mulai;Berakhir;Perpanjangan\n"
    row = "199009132025242914;PK-1;01-01-2025;31-12-2025;{}\n"
    assert load(ContractImporter, agency, head + row.format("")).plan["new"] == 1
    assert load(ContractImporter, agency, head + row.format("")).plan["unchanged"] == 1
    assert load(ContractImporter, agency, head + row.format("tidak diperpanjang")).plan["changed"] == 1
    with agency_scope(agency):
        contract = Contract.objects.get()
        assert (contract.ends_on, contract.extension) == (D(2026, 1, 1), "tidak")

    bad = head + "199009132025242914;PK-2;01-06-2025;31-12-2026;\n199009132025242914;PK-1;01-01-2025;31-12-2024;\n"
    found = codes(load(ContractImporter, agency, bad))
    assert "TMT_TERBALIK" in found[3]
    overlap = codes(load(ContractImporter, agency, head + "199009132025242914;PK-2;01-06-2025;31-12-2026;\n"))
    assert overlap == {2: ["TUMPANG_TINDIH"]}
    assert codes(load(ContractImporter, agency, head + row.format("").replace("31-12-2025", "31-12-2026"))) == {
        2: ["KOREKSI"]
    }


def test_goals_as_a_tree_with_their_posts(agency):
    text = (
        "kode,tingkat,uraian,kode induk,kode unit,mulai,berakhir,kode jabatan\n"
        "V,Visi,Medan maju,,,2025,2029,\nM1,Misi,Layanan,V,,2025,2029,\n"
        "S1,Sasaran,Pelayanan kecamatan,M1,1271.40,2025,2029,C-1271.40; P-1271.40\n"
    )
    assert load(GoalImporter, agency, text).totals["accepted"] == 3
    with agency_scope(agency):
        goal = Goal.objects.get(code="S1")
        assert (goal.parent.code, goal.unit.code, goal.starts_on, goal.ends_on) == (
            "M1",
            "1271.40",
            D(2025, 1, 1),
            D(2030, 1, 1),
        )
        assert PositionGoal.objects.filter(goal=goal).count() == 2
    assert load(GoalImporter, agency, text).plan["unchanged"] == 3

    bad = load(GoalImporter, agency, "kode,tingkat,uraian,kode induk\nA,Sasaran,a,B\nB,Sasaran,b,A\nC,Cita-cita,c,Z\n")
    assert codes(bad) == {
        2: ["INDUK_MELINGKAR"],
        3: ["INDUK_MELINGKAR"],
        4: ["INDUK_TIDAK_ADA", "TINGKAT_TIDAK_DIKENAL"],
    }


def test_a_goal_below_a_rejected_one_is_reported_rejected(agency):
    text = "kode,tingkat,uraian,kode induk\nV,Visi,,\nM,Misi,m,V\nS,Sasaran,s,M\nW,Visi,w,\n"
    result = load(GoalImporter, agency, text, skip_rejected=True)

    assert [row.outcome for row in result.rows] == ["header", "rejected", "rejected", "rejected", "accepted"]
    assert codes(result) == {2: ["WAJIB"], 3: ["INDUK_TIDAK_ADA"], 4: ["INDUK_TIDAK_ADA"]}
    with agency_scope(agency):
        assert set(Goal.objects.values_list("code", flat=True)) == {"W"}


GOALS = (
    "kode,tingkat,uraian,kode induk,kode unit,mulai,berakhir,kode jabatan\n"
    "V,Visi,Medan maju,,,2025,2029,\nM1,Misi,Layanan,V,,2025,2029,\n"
    "S1,Sasaran,Pelayanan kecamatan,M1,1271.40,2025,2029,C-1271.40; P-1271.40\n"
)


def goal(agency, code="S1"):
    with agency_scope(agency):
        found = Goal.objects.select_related("parent", "unit").get(agency=agency, code=code)
        posts = sorted(PositionGoal.objects.filter(goal=found).values_list("position__code", flat=True))
        unit = found.unit.code if found.unit else None
        return found.text, found.parent.code if found.parent else None, unit, found.starts_on, found.ends_on, posts


def test_a_goals_file_without_a_column_leaves_what_the_column_would_say(agency):
    load(GoalImporter, agency, GOALS)
    before = goal(agency)

    result = load(GoalImporter, agency, "kode,tingkat,uraian\nS1,Sasaran,Pelayanan kecamatan\n")

    assert result.written
    assert (result.plan["changed"], result.plan["unchanged"], result.plan["corrections"]) == (0, 1, 0)
    assert goal(agency) == before


def test_what_changes_in_a_goal_is_a_correction_to_confirm(agency):
    load(GoalImporter, agency, GOALS)
    before = goal(agency)
    text = (
        "kode,tingkat,uraian,kode induk,kode unit,mulai,berakhir,kode jabatan\n"
        "S1,Sasaran,Pelayanan prima,V,,2026,,C-1271.40\n"
    )
    looked = load(GoalImporter, agency, text)

    assert {(p.column, p.code) for p in looked.rows[1].problems} == {
        (column, "KOREKSI") for column in ("uraian", "kode induk", "kode unit", "mulai", "berakhir", "kode jabatan")
    }
    assert any("P-1271.40" in p.message for p in looked.rows[1].problems)
    assert (looked.plan["corrections"], looked.details["dropped"]) == (1, [{"code": "S1", "position": "P-1271.40"}])
    assert not looked.written
    assert goal(agency) == before

    result = load(GoalImporter, agency, text, confirm_corrections=True)
    assert (result.written, result.plan["corrections"]) == (True, 1)
    assert goal(agency) == ("Pelayanan prima", "V", None, D(2026, 1, 1), None, ["C-1271.40"])
    assert load(GoalImporter, agency, text).plan["unchanged"] == 1


def test_a_post_left_out_is_released_and_named_again_linked_anew(agency):
    load(GoalImporter, agency, GOALS)
    with agency_scope(agency):
        PositionGoal.objects.update(starts_on=D(2025, 1, 1))
    text = "kode,tingkat,uraian,kode jabatan\nS1,Sasaran,Pelayanan kecamatan,{}\n"

    result = load(GoalImporter, agency, text.format("C-1271.40"), confirm_corrections=True, today=D(2026, 1, 1))
    assert (result.written, result.plan["corrections"]) == (True, 1)
    again = load(GoalImporter, agency, text.format("C-1271.40"), today=D(2026, 1, 2))
    assert (again.plan["unchanged"], again.details["dropped"]) == (1, [])
    back = load(GoalImporter, agency, text.format("C-1271.40;P-1271.40"), today=D(2026, 3, 1))
    assert back.plan["changed"] == 1

    with agency_scope(agency):
        links = PositionGoal.objects.filter(position__code="P-1271.40").order_by("starts_on")
        assert list(links.values_list("starts_on", "ends_on")) == [
            (D(2025, 1, 1), D(2026, 1, 1)),
            (D(2026, 3, 1), None),
        ]


def test_the_end_of_a_goal_and_further_posts_are_news(agency):
    load(GoalImporter, agency, GOALS)
    text = "kode,tingkat,uraian,berakhir,kode jabatan\nS1,Sasaran,Pelayanan kecamatan,2027,{}\n"

    result = load(GoalImporter, agency, text.format("C-1271.40;P-1271.40;C-1271.41"))

    assert (result.written, result.plan["changed"]) == (True, 1)
    assert goal(agency)[4:] == (D(2028, 1, 1), ["C-1271.40", "C-1271.41", "P-1271.40"])


def test_a_goal_that_would_end_before_it_begins_is_told_at_its_row(agency):
    load(GoalImporter, agency, GOALS)
    text = "kode,tingkat,uraian,berakhir\nS1,Sasaran,Pelayanan kecamatan,2024\nN,Visi,Baru,2024\nM1,Visi,Layanan,\n"
    result = load(GoalImporter, agency, text, confirm_corrections=True)

    assert result.refused is None
    assert codes(result) == {2: ["TMT_TERBALIK"], 3: ["TMT_TERBALIK"], 4: ["INDUK_MELINGKAR"]}


def test_a_heads_post_gets_no_second_seat_by_a_list_of_needs(agency):
    text = "kode jabatan;kebutuhan;nomor keputusan;tanggal keputusan\nP-1271.40;2;188/1;05-01-2024\n"
    text += "C-1271.40;2;188/1;05-01-2024\nP-1271.41;1;188/1;05-01-2024\n"

    assert codes(load(NeedImporter, agency, text)) == {2: ["KEPALA_UNIT"]}
