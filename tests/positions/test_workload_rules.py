import csv
import re
from decimal import Decimal
from pathlib import Path

import pytest

from positions.rules.workload import (
    CONVENTIONS,
    FACTOR,
    WARNING_MERGE,
    Fault,
    FaultCode,
    Per,
    Rounding,
    Sheet,
    SheetRow,
    TaskLoad,
    participants_in,
    sheet_faults,
    sheet_workload,
    staff,
    to_minutes,
    workload,
    yearly_basis,
)

ABK = Path(__file__).parent.parent / "data" / "abk"

E01_TASKS = [(240, 90), (1_200, 30), (12, 600), (50, 300)]


def yearly(pairs):
    return [TaskLoad(Decimal(volume), Per.TAHUNAN, Decimal(minutes)) for volume, minutes in pairs]


def test_e01_need_of_four_tasks():
    found = workload(yearly(E01_TASKS), minutes_a_year=75_000)

    assert [task.load for task in found.tasks] == [21_600, 36_000, 7_200, 15_000]
    assert [f"{task.need:.4f}" for task in found.tasks] == ["0.2880", "0.4800", "0.0960", "0.2000"]
    assert (found.load, found.need, found.staff, found.warnings) == (79_800, Decimal("1.0640"), 1, ())


@pytest.mark.parametrize(("rounding", "people"), [(Rounding.HALF_UP, 1), (Rounding.CEIL, 2)])
def test_e02_older_effective_time_and_rounding_up(rounding, people):
    found = workload(yearly(E01_TASKS), minutes_a_year=72_000, rounding=rounding)

    assert found.need == Decimal("1.1083333333")
    assert found.staff == people


def test_e03_daily_weekly_monthly_and_semester_volumes():
    tasks = [
        TaskLoad(Decimal(8), Per.HARIAN, Decimal(15)),
        TaskLoad(Decimal(5), Per.MINGGUAN, Decimal(120)),
        TaskLoad(Decimal(20), Per.BULANAN, Decimal(150)),
        TaskLoad(Decimal(3), Per.SEMESTER, Decimal(1_500)),
    ]

    found = workload(tasks)

    assert [task.load for task in found.tasks] == [30_000, 30_000, 36_000, 9_000]
    assert (found.load, found.need, found.staff) == (105_000, Decimal("1.4"), 1)


@pytest.mark.parametrize(("load", "people"), [(112_500, 2), (180_000, 2), (187_499, 2), (187_500, 3)])
def test_e04_half_up_at_the_half(load, people):
    assert workload(yearly([(load, 1)])).staff == people


def test_the_sum_is_rounded_and_never_its_parts():
    found = workload(yearly([(25_000, 1)] * 3))

    assert found.need == 1
    assert sum(task.need for task in found.tasks) == Decimal("0.9999999999")


def test_a_row_may_have_its_own_effective_time():
    tasks = [
        TaskLoad(Decimal(1), Per.TAHUNAN, Decimal(36_000), 72_000),
        TaskLoad(Decimal(1), Per.TAHUNAN, Decimal(37_500)),
    ]

    assert workload(tasks, minutes_a_year=75_000).need == 1


@pytest.mark.parametrize(("load", "warnings"), [(37_499, (WARNING_MERGE,)), (37_500, ()), (1, (WARNING_MERGE,))])
def test_less_than_half_a_person_is_warned_about(load, warnings):
    assert workload(yearly([(load, 1)])).warnings == warnings


@pytest.mark.parametrize(("volume", "minutes", "year"), [(0, 1, 75_000), (-1, 1, 75_000), (1, 0, 75_000), (1, 1, 0)])
def test_what_is_not_positive_is_refused(volume, minutes, year):
    with pytest.raises(ValueError, match="positive"):
        workload(yearly([(volume, minutes)]), minutes_a_year=year)


def test_every_period_has_a_factor():
    assert set(FACTOR) == set(Per)


@pytest.mark.parametrize(("need", "people"), [("2.0000000000", 2), ("2.0000000001", 3), ("0", 0)])
def test_rounding_up_counts_every_fraction(need, people):
    assert staff(Decimal(need), Rounding.CEIL) == people


@pytest.mark.parametrize("printed", [6_000, 6_250, 6_500, 6_610, 1_500, 300])
def test_a_periods_effective_time_gives_the_same_need_by_the_year(printed):
    per, year = yearly_basis(printed)

    assert FACTOR[per] * printed == year


@pytest.mark.parametrize(("value", "unit", "minutes"), [("1.5", "jam", "90"), ("90", "Menit", "90"), ("7", "", "7")])
def test_hours_become_minutes(value, unit, minutes):
    assert to_minutes(Decimal(value), unit) == Decimal(minutes)


def test_an_unknown_unit_of_time_is_refused():
    with pytest.raises(ValueError, match="hari"):
        to_minutes(Decimal(1), "hari")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("frekuensi 12 x 45 orang", (12, 45)),
        ("rapat 4 × 8 peserta.", (4, 8)),
        ("12 x 45 menit", None),
        ("", None),
        ("x orang", None),
    ],
)
def test_participants_are_read_out_of_words(text, found):
    assert participants_in(text) == found


# --- sheets that others made
# ---------------------------------------------------------------------------------------------


def number(text):
    return Decimal(text) if text else None


# What abk_jabatan.csv says in words: totals over rows that are not shown, and subtotals in hours by group.
A05_SUBTOTALS_HOURS = {
    "Pelaksanaan DIPA": "281.67",
    "Koordinasi": "165",
    "Penarikan dana": "356.67",
    "Uang muka kerja": "102.38",
    "Gaji dan tunjangan (GPP)": "59.50",
    "Buku kas umum": "324.17",
}


def sheet(sheet_id):
    with (ABK / "abk_jabatan.csv").open(encoding="utf-8", newline="") as file:
        head = next(row for row in csv.DictReader(file) if row["id"] == sheet_id)
    with (ABK / "abk_tugas.csv").open(encoding="utf-8", newline="") as file:
        lines = [row for row in csv.DictReader(file) if row["id_jabatan"] == sheet_id]
    total = re.match(r"[\d.]+", head["jumlah_kebutuhan_tercetak"])
    hours = re.search(r"\(([\d.]+) jam\)", head["jumlah_kebutuhan_tercetak"])
    rows = []
    for line in lines:
        people = participants_in(line["catatan"] or "") or (None, None)
        rows.append(
            SheetRow(
                number=int(line["no"]),
                volume=number(line["volume"]),
                minutes=number(line["waktu_menit_per_satuan"]),
                effective=int(line["wke_menit"]) if line["wke_menit"] else None,
                load=number(line["beban_menit"]),
                need=number(line["kebutuhan_tercetak"]),
                group=line["kelompok"],
                frequency=people[0],
                participants=people[1],
            )
        )
    return Sheet(
        rows=rows,
        subtotals={g: Decimal(h) * 60 for g, h in A05_SUBTOTALS_HOURS.items()} if sheet_id == "A05" else {},
        total_load=Decimal(hours[1]) * 60 if hours else None,
        total_need=Decimal(total[0]) if total else None,
    )


@pytest.mark.parametrize("sheet_id", ["A02", "A06", "A07", "A11", "A14"])
def test_good_sheets_give_their_printed_need_and_no_fault(sheet_id):
    printed = sheet(sheet_id)

    found = sheet_workload(printed)

    assert abs(found.need - printed.total_need) <= Decimal("0.0005")
    assert sheet_faults(printed) == []


@pytest.mark.parametrize("sheet_id", ["A15", "A16", "A17", "A18", "A19", "K01", "K02", "K03"])
def test_demo_sheets_have_no_fault_either(sheet_id):
    printed = sheet(sheet_id)

    assert abs(sheet_workload(printed).need - printed.total_need) <= Decimal("0.0005")
    assert sheet_faults(printed) == []


@pytest.mark.parametrize(
    ("sheet_id", "codes"),
    [
        ("A01", {FaultCode.JUMLAH_TIDAK_SESUAI}),
        ("A03", {FaultCode.WKE_TIDAK_LAZIM, FaultCode.WKE_CAMPURAN, FaultCode.JUMLAH_TIDAK_SESUAI}),
        ("A04", {FaultCode.WKE_TIDAK_LAZIM}),
        ("A05", {FaultCode.SUBTOTAL_TIDAK_SESUAI}),
        ("A08", {FaultCode.DIKALI_PESERTA}),
        ("A09", {FaultCode.PERKALIAN_SALAH}),
        ("A12", {FaultCode.VOLUME_KOSONG}),
    ],
)
def test_bad_sheets_raise_exactly_the_flags_of_their_note(sheet_id, codes):
    assert {fault.code for fault in sheet_faults(sheet(sheet_id))} == codes


def test_a01_shows_both_sums():
    by_load, by_need = sheet_faults(sheet("A01"))

    assert (by_load.printed, by_load.expected) == (Decimal("75465.00"), 24_900)
    assert (by_need.printed, by_need.expected) == (Decimal("0.951"), Decimal("0.3139183056"))


def test_a03_blames_the_lost_zero_and_the_total():
    faults = {fault.code: fault for fault in sheet_faults(sheet("A03"))}

    assert faults[FaultCode.WKE_TIDAK_LAZIM].detail == "kurang_nol"
    assert faults[FaultCode.WKE_CAMPURAN].detail == "7200, 72000"
    assert f"{faults[FaultCode.JUMLAH_TIDAK_SESUAI].expected:.4f}" == "0.2875"


def test_a04_used_hours_as_minutes():
    assert sheet_faults(sheet("A04")) == [
        Fault(FaultCode.WKE_TIDAK_LAZIM, row=1, printed=Decimal(1_250), detail="jam_sebagai_menit")
    ]


def test_a05_names_the_two_groups():
    faults = sheet_faults(sheet("A05"))

    assert {fault.group: fault.expected for fault in faults} == {
        "Gaji dan tunjangan (GPP)": 3_090,
        "Buku kas umum": 6_000,
    }


def test_a08_names_the_rows_that_count_other_peoples_time():
    assert [fault.row for fault in sheet_faults(sheet("A08"))] == [1, 2, 3, 4, 10, 19]


def test_a09_names_the_row_and_the_right_product_once():
    assert sheet_faults(sheet("A09")) == [
        Fault(FaultCode.PERKALIAN_SALAH, row=4, printed=Decimal(141_300), expected=Decimal(211_500))
    ]


def test_a12_names_every_row_and_cannot_be_computed():
    assert [fault.row for fault in sheet_faults(sheet("A12"))] == [1, 2, 3, 4, 5, 6, 7]
    with pytest.raises(ValueError, match="row 1"):
        sheet_workload(sheet("A12"))


@pytest.mark.parametrize(
    ("row", "code"),
    [
        (SheetRow(1, Decimal(0), Decimal(5)), FaultCode.VOLUME_TIDAK_SAH),
        (SheetRow(1, Decimal(5), None), FaultCode.NORMA_KOSONG),
        (SheetRow(1, Decimal(5), Decimal(-1)), FaultCode.NORMA_TIDAK_SAH),
        (SheetRow(1, Decimal(100), Decimal(75), 75_000, need=Decimal("0.2")), FaultCode.KEBUTUHAN_TIDAK_SESUAI),
    ],
)
def test_other_faults_of_a_row(row, code):
    assert [fault.code for fault in sheet_faults(Sheet(rows=[row]))] == [code]


@pytest.mark.parametrize(("load", "wrong"), [(7_500, False), (7_537, False), (7_538, True), (7_462, True)])
def test_a_load_may_differ_by_half_a_percent(load, wrong):
    row = SheetRow(1, Decimal(100), Decimal(75), 75_000, load=Decimal(load))

    assert bool(sheet_faults(Sheet(rows=[row]))) is wrong


def test_a_month_and_a_year_of_one_convention_may_stand_together():
    rows = [SheetRow(n, Decimal(1), Decimal(60), effective) for n, effective in enumerate([72_000, 6_000, 1_500, 300])]

    assert sheet_faults(Sheet(rows=rows)) == []


def test_two_conventions_may_not():
    rows = [SheetRow(n, Decimal(1), Decimal(60), effective) for n, effective in enumerate([72_000, 75_000])]

    assert [fault.code for fault in sheet_faults(Sheet(rows=rows))] == [FaultCode.WKE_CAMPURAN]
    assert all(len(c.values & {72_000, 75_000}) < 2 for c in CONVENTIONS)
