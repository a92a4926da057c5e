"""ABK sheets that others made: the printed need is reproduced, the printed mistakes are flagged."""

import csv
import datetime
import io
from decimal import Decimal
from pathlib import Path

import pytest
import xlsxwriter

from asnhr.imports.framework import Options, run
from asnhr.scope import agency_scope
from positions.imports.workload import WorkloadImporter
from positions.models import Workload, WorkloadSheet, WorkloadTask
from tests.factories.asnhr import AgencyFactory
from tests.factories.positions import GoalFactory, JobFactory, PositionFactory, UnitFactory

ABK = Path(__file__).resolve().parent.parent / "data" / "abk"
TASKS = list(csv.DictReader((ABK / "abk_tugas.csv").open()))
SHEETS = {row["id"]: row for row in csv.DictReader((ABK / "abk_jabatan.csv").open())}
TODAY = datetime.date(2026, 1, 2)
FACTOR = {"year": 1, "semester": 2, "quarter": 4, "month": 12, "week": 50, "day": 250}


def load(agency, source, **options):
    return run(WorkloadImporter, source, agency_id=agency.pk, options=Options(today=TODAY, **options))


def sheet(name, total=None, subtotals=()):
    """The task lines of one sheet as CSV, with the printed totals in rows of their own, as forms have them."""
    rows = [row for row in TASKS if row["id_jabatan"] == name]
    target = io.StringIO()
    writer = csv.DictWriter(target, rows[0])
    writer.writeheader()
    blank = dict.fromkeys(rows[0], "")
    for index, row in enumerate(rows):
        writer.writerow(row)
        group = row["kelompok"]
        if group and (index + 1 == len(rows) or rows[index + 1]["kelompok"] != group) and group in dict(subtotals):
            writer.writerow(
                blank
                | {"uraian_tugas": f"Subtotal {group}", "beban_menit": str(dict(subtotals)[group]).replace(".", ",")}
            )
    if total:
        writer.writerow(blank | {"uraian_tugas": "JUMLAH"} | total)
    return io.BytesIO(target.getvalue().encode())


@pytest.fixture
def agency(db):
    agency = AgencyFactory()
    with agency_scope(agency):
        unit = UnitFactory(agency=agency, code="U", name="Kecamatan")
        for name, row in SHEETS.items():
            PositionFactory(
                agency=agency,
                code=name,
                unit=unit,
                job=JobFactory(agency=agency, name=row["nama_jabatan"], subtitle=name),
            )
    return agency


def need_of(agency, name):
    """The need as the analysis computes it: Σ volume × factor × minutes ÷ the row's own effective time."""
    with agency_scope(agency):
        tasks = WorkloadTask.objects.filter(workload__position__code=name)
        return sum((t.volume * FACTOR[t.per] * t.minutes / (t.minutes_per_year or 75000) for t in tasks), Decimal(0))


@pytest.mark.parametrize("name", ["A02", "A06", "A07", "A11", "A14"])
def test_sound_sheets_reproduce_their_printed_need(agency, name):
    printed = SHEETS[name]["jumlah_kebutuhan_tercetak"]
    result = load(agency, sheet(name, {"kebutuhan_tercetak": printed}))

    assert result.totals["rejected"] == 0 == result.totals["warned"], [p for row in result.rows for p in row.problems]
    assert abs(need_of(agency, name) - Decimal(printed)) <= Decimal("0.0005")
    with agency_scope(agency):
        workload = Workload.objects.get(position__code=name)
        assert (workload.faults, workload.printed_need, workload.sheet.state) == (
            [],
            round(Decimal(printed), 4),
            "diisi",
        )


@pytest.mark.parametrize(
    ("name", "extra", "fault"),
    [
        ("A01", {"total": {"beban_menit": "75.465"}}, "JUMLAH_TIDAK_SESUAI"),
        ("A03", {"total": {"kebutuhan_tercetak": "0,2208"}}, "WKE_TIDAK_LAZIM"),
        ("A03", {"total": {"kebutuhan_tercetak": "0,2208"}}, "JUMLAH_TIDAK_SESUAI"),
        ("A04", {}, "WKE_TIDAK_LAZIM"),
        ("A05", {"subtotals": (("Gaji dan tunjangan (GPP)", 3570),)}, "SUBTOTAL_TIDAK_SESUAI"),
        ("A08", {}, "DIKALI_PESERTA"),
        ("A09", {}, "PERKALIAN_SALAH"),
    ],
)
def test_sheets_with_mistakes_are_taken_and_flagged(agency, name, extra, fault):
    result = load(agency, sheet(name, **extra))

    assert fault in {p.code for row in result.rows for p in row.problems}
    assert result.written
    with agency_scope(agency):
        assert fault in Workload.objects.get(position__code=name).faults


def test_a_sheet_without_volumes_is_refused_with_the_reason(agency):
    result = load(agency, sheet("A12"))

    assert result.totals["rejected"] == 7
    assert {p.code for row in result.rows for p in row.problems} == {"VOLUME_KOSONG"}
    assert not result.written


def test_the_sheets_twice_change_nothing_and_a_changed_one_only_itself(agency):
    load(agency, sheet("A02"))
    load(agency, sheet("A06"))
    with agency_scope(agency):
        before = list(WorkloadTask.objects.order_by("pk").values())
        state = list(WorkloadSheet.objects.values())

    assert load(agency, sheet("A02")).plan == {"new": 0, "changed": 0, "unchanged": 1, "corrections": 0, "missing": 0}
    with agency_scope(agency):
        assert list(WorkloadTask.objects.order_by("pk").values()) == before
        assert list(WorkloadSheet.objects.values()) == state

    text = sheet("A02").getvalue().replace(b"1450,5,72000,7250,0.10069", b"1500,5,72000,7500,0.10417")
    assert load(agency, io.BytesIO(text)).plan["changed"] == 1
    with agency_scope(agency):
        assert WorkloadTask.objects.get(workload__position__code="A02", number=1).volume == 1500
        assert WorkloadTask.objects.filter(workload__position__code="A06").count() == 8


def test_the_form_of_one_post_is_read_with_its_title_and_totals(agency):
    target = io.BytesIO()
    with xlsxwriter.Workbook(target) as book:
        page = book.add_worksheet("ABK")
        lines = [
            ["FORMULIR ANALISIS BEBAN KERJA"],
            ["NAMA JABATAN", "", ": Pengolah Data"],
            ["UNIT KERJA", "", ": Kecamatan"],
            [],
            [
                "NO",
                "URAIAN TUGAS",
                "SATUAN HASIL",
                "WAKTU PENYELESAIAN (MENIT)",
                "WAKTU KERJA EFEKTIF (MENIT)",
                "BEBAN KERJA",
                "PEGAWAI YANG DIBUTUHKAN",
                "KET",
            ],
            ["(1)", "(2)", "(3)", "(4)", "(5)", "(6)", "(7)", "(8)"],
            [1, "Mempelajari pedoman", "dokumen", 150, "75.000", 50, 0.1],
            [2, "Menganalisis data", "dokumen", 90, 75000, "150", "0,18"],
            ["JUMLAH", "", "", "", "", "", "=G7+G8"],
            [],
            ["", "", "", "", "", "Medan, 2 Januari 2026"],
            ["", "", "", "", "", "Kepala Bagian Organisasi"],
        ]
        for row, cells in enumerate(lines):
            for column, value in enumerate(cells):
                page.write_formula(row, column, value, value=0.28) if str(value).startswith("=") else page.write(
                    row, column, value
                )
    with agency_scope(agency):
        JobFactory(agency=agency, name="Lain")

    result = load(agency, io.BytesIO(target.getvalue()))

    outcomes = [row.outcome for row in result.rows]
    assert outcomes == ["skipped"] * 4 + ["header"] * 2 + ["accepted"] * 2 + ["skipped"] * 4, [
        p for row in result.rows for p in row.problems
    ]
    with agency_scope(agency):
        workload = Workload.objects.get()
        assert (workload.position.code, workload.printed_need) == ("A11", Decimal("0.28"))
        assert [(t.volume, t.minutes, t.minutes_per_year) for t in workload.tasks.order_by("number")] == [
            (50, 150, 75000),
            (150, 90, 75000),
        ]


def test_a_task_that_begins_like_a_total_is_a_task(agency):
    with agency_scope(agency):
        PositionFactory(
            agency=agency, code="P-9", unit=UnitFactory(agency=agency), job=JobFactory(agency=agency, name="Pengelola")
        )
    text = (
        "kode jabatan;uraian tugas;satuan hasil;volume;norma waktu;beban (menit)\n"
        "P-9;Rekapitulasi absensi pegawai;laporan;240;90;21.600\n"
        "P-9;Jumlah pengunjung dicatat;catatan;100;5;500\n"
        ";JUMLAH;;;;22.100\n"
    )
    result = load(agency, io.BytesIO(text.encode()))

    assert [row.outcome for row in result.rows] == ["header", "accepted", "accepted", "skipped"]
    with agency_scope(agency):
        tasks = WorkloadTask.objects.filter(workload__position__code="P-9").order_by("number")
        assert [task.task for task in tasks] == ["Rekapitulasi absensi pegawai", "Jumlah pengunjung dicatat"]


def test_result_and_unit_of_a_task_are_kept_in_its_one_field(agency):
    """Forms have either column, or both; a pair too long for the field is refused, not cut."""
    with agency_scope(agency):
        PositionFactory(
            agency=agency, code="P-9", unit=UnitFactory(agency=agency), job=JobFactory(agency=agency, name="Pengelola")
        )
    head = "kode jabatan;uraian tugas;hasil kerja;satuan;volume;norma waktu\n"
    rows = [("Konsep surat", "lembar"), ("Laporan", "laporan"), ("Notula", ""), ("", "berkas")]
    text = head + "".join(f"P-9;Tugas {n};{result};{unit};240;90\n" for n, (result, unit) in enumerate(rows))
    load(agency, io.BytesIO(text.encode()))
    with agency_scope(agency):
        kept = list(WorkloadTask.objects.order_by("number").values_list("output", flat=True))
    assert kept == ["Konsep surat (lembar)", "Laporan", "Notula", "berkas"]

    long = head + f"P-9;Tugas 0;{'H' * 140};{'s' * 20};240;90\n"
    result = load(agency, io.BytesIO(long.encode()))
    assert [[problem.severity for problem in row.problems] for row in result.rows if row.problems] == [["error"]]


@pytest.mark.parametrize(
    ("words", "yearly"),
    [
        ("per bulan", 12),
        ("Bulan", 12),
        ("/bulan", 12),
        ("kali per bulan", 12),
        ("setiap minggu", 50),
        ("1 hari", 250),
        ("sebulan", 12),
        ("caturwulan", 3),
        ("per caturwulan", 3),
        ("4 bulan", 3),
        ("per triwulan", 4),
        ("per semester", 2),
        ("per tahun", 1),
    ],
)
def test_a_volume_is_made_yearly_by_its_period(agency, words, yearly):
    head = "kode jabatan;uraian tugas;volume;periode;norma waktu;beban (menit)\n"
    result = load(agency, io.BytesIO(f"{head}A02;Menyusun laporan;7,5;{words};30;{yearly * 225}\n".encode()))

    assert result.totals["accepted"] == 1, result.rows
    assert need_of(agency, "A02") == Decimal("7.5") * yearly * 30 / 75000


def test_an_unknown_period_is_refused(agency):
    text = b"kode jabatan;uraian tugas;volume;periode;norma waktu\nA02;Menyusun laporan;7,5;windu;30\n"
    assert [p.code for p in load(agency, io.BytesIO(text)).rows[1].problems] == ["JENIS_TIDAK_DIKENAL"]


def test_zero_and_negative_figures_reject_the_row(agency, tmp_path):
    path = tmp_path / "abk.csv"
    path.write_text(
        "kode_jabatan,uraian_tugas,volume,waktu_menit_per_satuan\nA02,Satu,0,10\nA02,Dua,5,-1\nA02,Tiga,5,10\n"
    )
    result = load(agency, path, skip_rejected=True)

    assert [row.outcome for row in result.rows] == ["header", "rejected", "rejected", "accepted"]
    with agency_scope(agency):
        assert WorkloadTask.objects.get().task == "Tiga"


def test_a_file_ties_no_task_to_a_goal_out_of_force_but_keeps_what_was_tied(agency):
    with agency_scope(agency):
        goal = GoalFactory(agency=agency, code="T0", starts_on=datetime.date(2019, 1, 1))
    row = next(row for row in TASKS if row["id_jabatan"] == "A02")
    target = io.StringIO()
    writer = csv.DictWriter(target, [*row, "kode_sasaran"])
    writer.writeheader()
    writer.writerow(row | {"kode_sasaran": "T0"})
    file = target.getvalue().encode()

    def closed_on(day):
        with agency_scope(agency):
            type(goal).objects.filter(pk=goal.pk).update(ends_on=day)

    closed_on(datetime.date(2024, 1, 1))
    refused = load(agency, io.BytesIO(file))
    assert not refused.written
    assert [p.code for row in refused.rows for p in row.problems] == ["SASARAN_TIDAK_BERLAKU"]
    closed_on(None)
    assert load(agency, io.BytesIO(file)).written
    closed_on(datetime.date(2024, 1, 1))
    again = load(agency, io.BytesIO(file))
    assert (again.written, again.totals["accepted"]) == (True, 1)
    with agency_scope(agency):
        assert WorkloadTask.objects.get().goal_id == goal.pk
