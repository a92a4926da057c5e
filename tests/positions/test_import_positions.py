"""Position maps that others made: Kendal's tree, Riau's list, a map with names of superiors."""

import csv
import datetime
import io
from pathlib import Path

import pytest

from asnhr.imports.framework import Options, run, told_refusal
from asnhr.scope import agency_scope
from positions.imports.positions import PositionImporter, unit_led_by
from positions.models import Job, JobClassPeriod, NameMapping, Position, PositionNeed, Seat, Unit
from tests.factories.asnhr import AgencyFactory
from tests.factories.positions import UnitFactory

DATA = Path(__file__).resolve().parent.parent / "data" / "imports"
TODAY = datetime.date(2026, 1, 2)
KENDAL = DATA / "peta_jabatan_kendal_bkppd.csv"
ROWS = list(csv.DictReader(KENDAL.open()))


def load(agency, source, **options):
    return run(PositionImporter, source, agency_id=agency.pk, options=Options(today=TODAY, **options))


@pytest.fixture
def agency(db):
    return AgencyFactory(code="3324", name="Pemerintah Kabupaten Kendal", short_name="Kendal", kind="kabupaten")


@pytest.fixture
def office(agency):
    with agency_scope(agency):
        root = UnitFactory(agency=agency, code="K", name="Pemerintah Kabupaten Kendal")
        return UnitFactory(agency=agency, code="K.1", name="BKPPD", parent=root)


def test_the_kendal_map_brings_63_positions_with_k_and_b_as_printed(agency, office):
    result = load(agency, KENDAL, unit="K.1")

    assert result.totals == {"accepted": 63, "warned": 0, "rejected": 0, "skipped": 0}, result.refused
    with agency_scope(agency):
        assert Position.objects.count() == 63
        needs = PositionNeed.objects.filter(source="PETA_DITETAPKAN")
        assert needs.count() == 25
        assert all(need.is_printed and need.decree == "" for need in needs)
        printed = {p.pk: p.printed_holders for p in Position.objects.exclude(printed_holders=None)}
        gaps = sorted(printed[need.position_id] - int(need.need) for need in needs)
        assert gaps == sorted(int(row["kurang_lebih"]) for row in ROWS if row["kurang_lebih"])
        guard = Position.objects.get(job__name="Petugas Keamanan Kantor")
        assert Seat.objects.filter(position=guard, kind="formasi").count() == 11
        assert guard.unit.name == "Subbagian Umum dan Kepegawaian"
        assert guard.unit.parent.name == "Sekretariat"
        head = Position.objects.get(job__name="Kepala BKPPD")
        assert (head.unit_id, head.is_head, head.job.level) == (office.pk, True, "JPT_PRATAMA")
        assert Job.objects.get(name="Perencana Pertama").level == "AHLI_PERTAMA"


def test_the_map_twice_changes_nothing(agency, office):
    load(agency, KENDAL, unit="K.1")
    with agency_scope(agency):
        before = [
            list(model.objects.order_by("pk").values_list()) for model in (Unit, Job, Position, Seat, PositionNeed)
        ]

    result = load(agency, KENDAL, unit="K.1")

    assert result.plan == {"new": 0, "changed": 0, "unchanged": 63, "corrections": 0, "missing": 0}
    with agency_scope(agency):
        assert [
            list(model.objects.order_by("pk").values_list()) for model in (Unit, Job, Position, Seat, PositionNeed)
        ] == before


def problems(result):
    return [(p.code, p.message) for row in result.rows for p in row.problems]


def test_the_first_map_of_a_register_is_known_again_without_a_unit(agency):
    assert load(agency, KENDAL).plan["new"] == 63
    with agency_scope(agency):
        codes = set(Unit.objects.values_list("code", flat=True))

    again = load(agency, KENDAL)

    assert (again.written, again.plan) == (
        True, {"new": 0, "changed": 0, "unchanged": 63, "corrections": 0, "missing": 0},
    ), problems(again)  # fmt: skip
    with agency_scope(agency):
        assert set(Unit.objects.values_list("code", flat=True)) == codes


def test_next_months_map_with_shifted_numbers_finds_its_units_and_opens_the_new_one(agency):
    assert load(agency, KENDAL).written
    lines = KENDAL.read_text().splitlines()
    moved = [lines[0]]
    for line in lines[1:]:
        no, above, rest = line.split(",", 2)
        shifted = [str(int(n) + 1) if n and int(n) > 1 else n for n in (no, above)]
        moved.append(",".join([*shifted, rest]))
        if no == "1":
            moved.append("2,1,1,Administrator,Kepala Bidang Data,11,1,1,0,SESUAI")
    moved = [line for line in moved if ",Pengemudi," not in line]

    result = load(agency, io.BytesIO("\n".join(moved).encode()))

    assert result.written, problems(result)
    assert result.plan == {"new": 1, "changed": 0, "unchanged": 62, "corrections": 0, "missing": 1}
    assert (result.judged["by"], "BKPPD" in result.judged["names"]) == ("trees", True)
    with agency_scope(agency):
        new = Unit.objects.get(name="Bidang Data")
        assert (new.parent.name, new.code) == ("BKPPD", "3324.1.2-2")
    assert load(agency, io.BytesIO("\n".join(moved).encode())).plan["new"] == 0


def test_a_map_that_fits_several_units_is_refused_with_their_codes(agency, office):
    text = "no,no_atasan,nama_jabatan,jenis_jabatan,kelas_jabatan\n1,,{},Pengawas,9\n2,1,Pengemudi,Pelaksana,3\n"
    with agency_scope(agency):
        for code in ("K.2", "K.3"):
            top = UnitFactory(agency=agency, code=code, name=f"Kantor {code}", parent=office.parent)
            UnitFactory(agency=agency, code=f"{code}.1", name="Subbagian Umum", parent=top)

    several = told_refusal(load(agency, io.BytesIO(text.format("Kasubag Umum").encode())).refused)
    assert (several["code"], "K.2.1, K.3.1" in several["message"]) == ("UNIT_WAJIB", True), several
    assert load(agency, io.BytesIO(text.format("Kasubag Antah").encode())).refused["code"] == "UNIT_WAJIB"
    bound = load(agency, io.BytesIO(text.format("Kasubag Umum").encode()), unit_paths=(str(office.path),)).refused
    bound = told_refusal(bound)
    assert (bound["code"], "K.2.1" in bound["message"]) == ("UNIT_WAJIB", False), "no code of a unit out of sight"
    assert load(agency, io.BytesIO(text.format("Kasubag Umum").encode()), unit="K.3.1").written


def test_a_decree_makes_the_map_decided_and_a_later_one_follows(agency, office):
    load(agency, KENDAL, unit="K.1", decree="188.4/1/2025", decree_on=datetime.date(2025, 1, 6))
    text = KENDAL.read_text().replace("Pengemudi,3,2,3,-1", "Pengemudi,3,2,4,-2")

    unconfirmed = load(
        agency, io.BytesIO(text.encode()), unit="K.1", decree="188.4/1/2025", decree_on=datetime.date(2025, 1, 6)
    )
    assert [p.code for row in unconfirmed.rows for p in row.problems] == ["KOREKSI"]
    assert not unconfirmed.written
    later = load(
        agency, io.BytesIO(text.encode()), unit="K.1", decree="188.4/9/2026", decree_on=datetime.date(2026, 1, 2)
    )

    assert later.written
    with agency_scope(agency):
        old, new = PositionNeed.objects.filter(position__job__name="Pengemudi").order_by("starts_on")
        assert (old.need, old.ends_on, new.need, new.decree) == (3, datetime.date(2026, 1, 2), 4, "188.4/9/2026")
        assert not new.is_printed
        assert Seat.objects.filter(position=new.position).count() == 4


def test_all_992_rows_of_riau_are_accepted_and_repeats_are_seats(agency):
    result = load(agency, DATA / "jabatan_struktural_prov_riau.csv")

    assert result.totals == {"accepted": 992, "warned": 0, "rejected": 0, "skipped": 0}, result.refused
    with agency_scope(agency):
        assert Position.objects.count() == 947
        assert Seat.objects.filter(kind="formasi").count() == 992
        assert Unit.objects.count() == 1 + 45

    again = load(agency, DATA / "jabatan_struktural_prov_riau.csv")
    assert again.totals["accepted"] == 992
    assert again.plan["unchanged"] == 947
    assert again.plan["new"] == 0


def test_units_that_the_register_lacks_go_to_the_mapping_queue(agency, office, tmp_path):
    path = tmp_path / "peta.csv"
    path.write_text(
        "OPD;NAMA JABATAN;KELAS JABATAN\nBKPPD;Pengemudi;3\nDinas Antah;Pengemudi;3\nDinas  ANTAH.;Pranata Taman;5\n"
    )
    result = load(agency, path)

    assert [row.outcome for row in result.rows] == ["header", "accepted", "rejected", "rejected"]
    assert result.rows[2].problems[0].code == "UNIT_TIDAK_DIKENAL"
    assert not result.written
    with agency_scope(agency):
        waiting = NameMapping.objects.get()
        assert (waiting.kind, waiting.key, waiting.occurrences, waiting.unit) == ("unit", "DINAS ANTAH", 2, None)
        waiting.unit = office
        waiting.save()

    mapped = load(agency, path)
    assert mapped.written
    assert mapped.totals["accepted"] == 3
    with agency_scope(agency):
        # The driver of the unknown office is a second seat of the same position now.
        assert Position.objects.get(job__name="Pengemudi").seats.count() == 2


def test_a_map_that_names_no_unit_needs_one(agency, office):
    stranger = io.BytesIO(KENDAL.read_text().replace("Kepala BKPPD", "Kepala Dinas Antah").encode())
    assert load(agency, stranger).refused["code"] == "UNIT_WAJIB"
    assert load(agency, KENDAL, unit="salah").refused["code"] == "UNIT_TIDAK_DIKENAL"


@pytest.mark.parametrize(
    ("title", "unit"),
    [
        ("Kasubag Keuangan dan Aset", "Subbagian Keuangan dan Aset"),
        ("Kasubid Mutasi", "Subbidang Mutasi"),
        ("Kabid Diklat", "Bidang Diklat"),
        ("Sekretaris", "Sekretariat"),
        ("Kepala BKPPD", "BKPPD"),
        ("Camat Medan Belawan", "Kecamatan Medan Belawan"),
    ],
)
def test_a_heads_title_names_its_unit(title, unit):
    assert unit_led_by(title) == unit


def test_the_class_that_a_map_prints_is_decided_with_the_map(agency, office):
    """Of a job that the map brings. A printed map's has no start, as its K is printed; nor has one by a decree of a day
    to come, for the job has it from now on."""
    head = "unit;nama jabatan;kelas jabatan;kebutuhan;nomor keputusan;tanggal keputusan\n"
    coming = "BKPPD;Kurir;4;1;188/3;01-02-2026\n"
    text = f"BKPPD;Pengemudi;3;2;188/1;06-01-2025\nBKPPD;Juru Bayar;5;1;;\n{coming}"

    assert load(agency, io.BytesIO((head + text).encode()), unit="K.1", skip_rejected=True).written

    with agency_scope(agency):
        day = datetime.date(2025, 1, 6)
        rows = JobClassPeriod.objects.order_by("job__name")
        told = {each.job.name: (each.job_class, each.decree, each.decree_on, each.starts_on) for each in rows}
        assert told == {
            "Pengemudi": (3, "188/1", day, day), "Juru Bayar": (5, "", None, None), "Kurir": (4, "", None, None),
        }  # fmt: skip
        assert dict(Job.objects.values_list("name", "job_class")) == {"Pengemudi": 3, "Juru Bayar": 5, "Kurir": 4}
    # A map on record decides no class: that takes the evaluation or a list of the nomenclature.
    again = head + "BKPPD;Pengemudi;4;2;188/9;02-01-2026\n"
    load(agency, io.BytesIO(again.encode()), unit="K.1")
    with agency_scope(agency):
        assert JobClassPeriod.objects.get(job__name="Pengemudi").job_class == 3
