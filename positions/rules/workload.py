"""Workload analysis (analisis beban kerja, ABK): load, need and staff of a job, and the faults of a printed ABK sheet.

Formula and yearly factors: establishment.md 5.3 [V: Peraturan BKN 9/2022, PermenPANRB 1/2020; factors V2, 2 and 4 D];
effective time 5.2 [V2: PermenPANRB 1/2020, 75,000 minutes a year]; rounding is a setting, half up by default [M].

Exact definition, for SQL too: need = round(Σ volume × factor × minutes ÷ own effective time, 10), with the row's own
effective minutes a year where it has them and the sheet's otherwise. Rounded once, after the sum; staff are rounded
from that value. Own effective time is always a YEAR's; `yearly_basis` turns a printed 6,000 (a month) into a factor
and a year.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_CEILING, Decimal
from enum import StrEnum
from fractions import Fraction

from positions.rules.numbers import exact_product, exact_quotient, whole_half_up


class Per(StrEnum):
    """The period a printed volume covers."""

    TAHUNAN = "tahunan"
    SEMESTER = "semester"
    CATURWULAN = "caturwulan"
    TRIWULAN = "triwulan"
    BULANAN = "bulanan"
    MINGGUAN = "mingguan"
    HARIAN = "harian"


FACTOR: dict[Per, int] = {
    Per.TAHUNAN: 1,
    Per.SEMESTER: 2,
    Per.CATURWULAN: 3,
    Per.TRIWULAN: 4,
    Per.BULANAN: 12,
    Per.MINGGUAN: 50,
    Per.HARIAN: 250,
}


class Rounding(StrEnum):
    """Setting `pembulatan_abk`."""

    HALF_UP = "half_up"
    CEIL = "ceil"


DEFAULT_MINUTES_A_YEAR = 75_000

# Below this a post shows 0 people and should be merged with another (5.3 [D]).
SMALLEST_OWN_POST = Decimal("0.5")
WARNING_MERGE = "GABUNGKAN_JABATAN"


@dataclass(frozen=True, slots=True)
class TaskLoad:
    """One task: volume in `per`, norm time in minutes for one result, own effective minutes a year (None: the
    sheet's)."""

    volume: Decimal
    per: Per
    minutes: Decimal
    minutes_a_year: int | None = None


@dataclass(frozen=True, slots=True)
class TaskResult:
    """Load in minutes a year and the need it makes, in people, ten decimals."""

    load: Decimal
    need: Decimal


@dataclass(frozen=True, slots=True)
class Workload:
    """Load in minutes a year, need in people (ten decimals), whole staff, and warnings."""

    tasks: tuple[TaskResult, ...]
    load: Decimal
    need: Decimal
    staff: int
    warnings: tuple[str, ...] = ()


def task_load(task: TaskLoad) -> Decimal:
    """Return the task's minutes a year, exact. Raises ValueError for a zero or negative volume or time (5.3 [D])."""
    if task.volume <= 0 or task.minutes <= 0:
        raise ValueError(f"volume and minutes must be positive, got {task.volume} x {task.minutes}")
    return exact_product(task.volume, FACTOR[task.per], task.minutes)


def staff(need: Decimal, rounding: Rounding = Rounding.HALF_UP) -> int:
    """Return whole people for a need of ten decimals: 2.5 is 3; with `ceil` every fraction is one more."""
    if rounding is Rounding.CEIL:
        return int(need.to_integral_value(rounding=ROUND_CEILING))
    return whole_half_up(need)


def workload(
    tasks: Iterable[TaskLoad],
    *,
    minutes_a_year: int = DEFAULT_MINUTES_A_YEAR,
    rounding: Rounding = Rounding.HALF_UP,
) -> Workload:
    """Return load, need and staff of a job.

    Raises ValueError for an effective time, volume or norm time that is not positive. No tasks: need 0, which the
    caller must show as "data belum tersedia", never as "nobody needed".
    """
    results: list[TaskResult] = []
    total_load, total_need = Decimal(0), Fraction(0)
    for task in tasks:
        effective = task.minutes_a_year or minutes_a_year
        if effective <= 0:
            raise ValueError(f"minutes_a_year must be positive, got {effective}")
        load = task_load(task)
        need = Fraction(load) / effective
        total_load += load
        total_need += need
        results.append(TaskResult(load=load, need=exact_quotient(need)))
    need_of_job = exact_quotient(total_need)
    return Workload(
        tasks=tuple(results),
        load=total_load,
        need=need_of_job,
        staff=staff(need_of_job, rounding),
        warnings=(WARNING_MERGE,) if 0 < need_of_job < SMALLEST_OWN_POST else (),
    )


# --- effective time as printed
# -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class EffectiveTime:
    """A convention of effective time, in minutes; several values of a period where sources differ."""

    name: str
    year: int
    month: frozenset[int] = frozenset()
    week: frozenset[int] = frozenset()
    day: frozenset[int] = frozenset()

    @property
    def values(self) -> frozenset[int]:
        return frozenset({self.year}) | self.month | self.week | self.day


# Conventions met in regulations and in real sheets (5.2 [V2]; the last two only in sheets).
CONVENTIONS: tuple[EffectiveTime, ...] = (
    EffectiveTime("PermenPANRB 1/2020", 75_000, frozenset({6_250}), frozenset({1_500, 1_596}), frozenset({300, 319})),
    EffectiveTime("Perka BKN 19/2011", 72_000, frozenset({6_000}), frozenset({1_500}), frozenset({300})),
    EffectiveTime("Permendagri 12/2008, kelonggaran 25 %", 78_000, frozenset({6_500})),
    EffectiveTime("Kementerian Agama, 1.322 jam", 79_320, frozenset({6_610})),
    # 86,400 ÷ 12 = 7,200 is left out: met only as 72,000 with a zero lost, and it must be flagged.
    EffectiveTime("1.440 jam", 86_400),
)

# A printed effective time of less than a year says which period the row's volume covers. These four are exact:
# 1 / 6,000 = 12 / 72,000; 1 / 6,250 = 12 / 75,000; 1 / 1,500 = 50 / 75,000; 1 / 300 = 250 / 75,000.
_YEARLY_BASIS: dict[int, tuple[Per, int]] = {
    6_250: (Per.BULANAN, 75_000),
    6_000: (Per.BULANAN, 72_000),
    6_500: (Per.BULANAN, 78_000),
    6_610: (Per.BULANAN, 79_320),
    1_500: (Per.MINGGUAN, 75_000),
    300: (Per.HARIAN, 75_000),
}


def yearly_basis(printed: int) -> tuple[Per, int]:
    """Return the period of the volume and the effective minutes a year that a printed effective time stands for.

    6,000 minutes are a month of 72,000 a year: a volume of 1 beside it is 12 a year. The need is the printed one, and
    the load a true year's. Anything else is taken as it stands, so an unusual figure is reproduced and then flagged.
    """
    return _YEARLY_BASIS.get(printed, (Per.TAHUNAN, printed))


# --- faults of a printed sheet
# -------------------------------------------------------------------------------------------


class FaultCode(StrEnum):
    """What may be wrong with an ABK sheet. Every fault makes the decision table answer ABK_DIPERIKSA."""

    VOLUME_KOSONG = "VOLUME_KOSONG"  # no volume printed: the row cannot be computed
    VOLUME_TIDAK_SAH = "VOLUME_TIDAK_SAH"  # zero or negative
    NORMA_KOSONG = "NORMA_KOSONG"
    NORMA_TIDAK_SAH = "NORMA_TIDAK_SAH"
    WKE_TIDAK_LAZIM = "WKE_TIDAK_LAZIM"  # effective time outside every convention
    WKE_CAMPURAN = "WKE_CAMPURAN"  # effective times that no single convention holds together
    PERKALIAN_SALAH = "PERKALIAN_SALAH"  # printed load is not volume x norm time
    KEBUTUHAN_TIDAK_SESUAI = "KEBUTUHAN_TIDAK_SESUAI"  # printed need is not load / effective time
    SUBTOTAL_TIDAK_SESUAI = "SUBTOTAL_TIDAK_SESUAI"  # a group's printed load is not the sum of its rows
    JUMLAH_TIDAK_SESUAI = "JUMLAH_TIDAK_SESUAI"  # the printed total is not the sum of the rows
    DIKALI_PESERTA = "DIKALI_PESERTA"  # other people's time charged to this post: frequency x participants


@dataclass(frozen=True, slots=True)
class SheetRow:
    """A row as printed; None: not printed. Times in minutes (`to_minutes` first), `per` tahunan where nothing is said.

    `frequency` and `participants`: the two factors of the volume where the sheet shows it as "12 x 45 orang"
    (`participants_in` reads them out of a volume or note).
    """

    number: int
    volume: Decimal | None
    minutes: Decimal | None
    effective: int | None = None
    load: Decimal | None = None
    need: Decimal | None = None
    group: str = ""
    frequency: Decimal | None = None
    participants: Decimal | None = None
    per: Per = Per.TAHUNAN


@dataclass(frozen=True, slots=True)
class Sheet:
    """Rows with the sheet's own totals. `effective` is used where a row prints none; `agency_effective` where both
    lack.

    `subtotals`: printed load of a group of rows in minutes; `total_load` in minutes; `total_need` in people.
    """

    rows: Sequence[SheetRow]
    effective: int | None = None
    subtotals: Mapping[str, Decimal] = field(default_factory=dict)
    total_load: Decimal | None = None
    total_need: Decimal | None = None
    agency_effective: int = DEFAULT_MINUTES_A_YEAR


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault, where it is (row number or group; neither: the whole sheet), and the figures that show it."""

    code: FaultCode
    row: int | None = None
    group: str | None = None
    printed: Decimal | None = None
    expected: Decimal | None = None
    detail: str = ""


# A printed load may differ by a minute, or by half a percent: norm times printed as 0.33 hours are not wrong.
LOAD_TOLERANCE = Decimal(1)
LOAD_TOLERANCE_SHARE = Decimal("0.005")
# A printed need may differ by 0.0005, or by half of its own last digit: "0.70" stands for 0.695 to 0.705.
NEED_TOLERANCE = Decimal("0.0005")

DETAIL_HOURS = "jam_sebagai_menit"
DETAIL_ZERO_MISSING = "kurang_nol"


def to_minutes(value: Decimal, unit: str) -> Decimal:
    """Return minutes for a time in `unit`: "menit" or "jam". Raises ValueError for another unit."""
    match unit.strip().lower():
        case "menit" | "mnt" | "":
            return value
        case "jam":
            return exact_product(value, 60)
    raise ValueError(f"unknown unit of time: {unit!r}")


def sheet_faults(sheet: Sheet) -> list[Fault]:
    """Return the faults of a printed sheet: rows in order, then effective time, groups and totals.

    - A total or subtotal is right when it equals, within the tolerance, the sum of the rows as printed or as computed,
      so one wrong row is blamed once and not again in the total.
    - A total over rows the sheet does not show is a fault too: nobody can check it.
    - Sums are checked only where every row of the sum has a load; a row without one is itself a fault.
    - A missing effective time is no fault: the agency's own takes its place.
    """
    faults = [fault for row in sheet.rows for fault in _row_faults(row, sheet)]
    faults += _effective_faults(sheet)
    for group, printed in sheet.subtotals.items():
        rows = [row for row in sheet.rows if row.group == group]
        faults += _sum_fault(FaultCode.SUBTOTAL_TIDAK_SESUAI, printed, rows, group=group)
    if sheet.total_load is not None:
        faults += _sum_fault(FaultCode.JUMLAH_TIDAK_SESUAI, sheet.total_load, list(sheet.rows))
    if sheet.total_need is not None:
        faults += _total_need_fault(sheet.total_need, sheet)
    return faults


def sheet_workload(sheet: Sheet, *, rounding: Rounding = Rounding.HALF_UP) -> Workload:
    """Return what the sheet's rows amount to, each with its own effective time. Raises ValueError for an empty row."""
    tasks = []
    for row in sheet.rows:
        if row.volume is None or row.minutes is None:
            raise ValueError(f"row {row.number} has no volume or no norm time")
        per, year = yearly_basis(_effective(row, sheet))
        tasks.append(TaskLoad(row.volume, row.per if per is Per.TAHUNAN else per, row.minutes, year))
    return workload(tasks, minutes_a_year=sheet.agency_effective, rounding=rounding)


def participants_in(text: str) -> tuple[Decimal, Decimal] | None:
    """Return (frequency, participants) of words like "frekuensi 12 x 45 orang" or "12 x 45 peserta", else None."""
    words = text.lower().replace("×", "x").replace("*", " x ").split()
    for position in range(1, len(words) - 2):
        times, people = words[position - 1], words[position + 1]
        if words[position] == "x" and words[position + 2].rstrip(".,;)") in {"orang", "peserta", "org"}:
            if times.isdecimal() and people.isdecimal():
                return Decimal(times), Decimal(people)
    return None


def _effective(row: SheetRow, sheet: Sheet) -> int:
    return row.effective or sheet.effective or sheet.agency_effective


def _computed_load(row: SheetRow) -> Decimal | None:
    """Load of the period the sheet speaks of: not made yearly, because printed loads are not."""
    if row.volume is None or row.minutes is None:
        return None
    return exact_product(row.volume, FACTOR[row.per], row.minutes)


def _load_tolerance(load: Decimal) -> Decimal:
    return max(LOAD_TOLERANCE, abs(load) * LOAD_TOLERANCE_SHARE)


def _need_tolerance(printed: Decimal) -> Decimal:
    exponent = printed.as_tuple().exponent
    last_digit = Decimal(1).scaleb(exponent) if isinstance(exponent, int) and exponent < 0 else Decimal(0)
    return max(NEED_TOLERANCE, last_digit / 2)


def _row_faults(row: SheetRow, sheet: Sheet) -> list[Fault]:
    faults = []
    if row.volume is None:
        faults.append(Fault(FaultCode.VOLUME_KOSONG, row.number))
    elif row.volume <= 0:
        faults.append(Fault(FaultCode.VOLUME_TIDAK_SAH, row.number, printed=row.volume))
    if row.minutes is None:
        faults.append(Fault(FaultCode.NORMA_KOSONG, row.number))
    elif row.minutes <= 0:
        faults.append(Fault(FaultCode.NORMA_TIDAK_SAH, row.number, printed=row.minutes))
    computed = _computed_load(row)
    if computed is not None and row.load is not None and abs(row.load - computed) > _load_tolerance(computed):
        faults.append(Fault(FaultCode.PERKALIAN_SALAH, row.number, printed=row.load, expected=computed))
    load = row.load if row.load is not None else computed
    if row.need is not None and load is not None:
        expected = exact_quotient(Fraction(load) / _effective(row, sheet))
        if abs(row.need - expected) > _need_tolerance(row.need):
            faults.append(Fault(FaultCode.KEBUTUHAN_TIDAK_SESUAI, row.number, printed=row.need, expected=expected))
    if row.participants is not None and row.participants > 1 and row.frequency is not None:
        if row.volume == row.frequency * row.participants:
            faults.append(Fault(FaultCode.DIKALI_PESERTA, row.number, printed=row.volume, expected=row.frequency))
    return faults


def _effective_faults(sheet: Sheet) -> list[Fault]:
    faults = []
    printed = {row.number: row.effective for row in sheet.rows if row.effective is not None}
    values = set(printed.values()) | ({sheet.effective} if sheet.effective is not None else set())
    known = frozenset[int]().union(*(convention.values for convention in CONVENTIONS))
    for value in sorted(values - known):
        row = next((number for number, effective in printed.items() if effective == value), None)
        faults.append(Fault(FaultCode.WKE_TIDAK_LAZIM, row, printed=Decimal(value), detail=_likely_slip(value)))
    if values and not any(values <= convention.values for convention in CONVENTIONS):
        if len(values) > 1:
            faults.append(Fault(FaultCode.WKE_CAMPURAN, detail=", ".join(str(value) for value in sorted(values))))
    return faults


def _likely_slip(value: int) -> str:
    years = {convention.year for convention in CONVENTIONS}
    if value * 60 in years:
        return DETAIL_HOURS
    return DETAIL_ZERO_MISSING if value * 10 in years else ""


def _sum_fault(code: FaultCode, printed: Decimal, rows: list[SheetRow], *, group: str | None = None) -> list[Fault]:
    computed = [_computed_load(row) for row in rows]
    as_printed = [row.load if row.load is not None else load for row, load in zip(rows, computed, strict=True)]
    if any(load is None for load in as_printed):
        return []
    sums = [sum((load for load in loads if load is not None), Decimal(0)) for loads in (as_printed, computed)]
    if any(abs(printed - total) <= _load_tolerance(total) for total in sums):
        return []
    return [Fault(code, group=group, printed=printed, expected=sums[0])]


def _total_need_fault(printed: Decimal, sheet: Sheet) -> list[Fault]:
    """Compare the printed need of the sheet with three sums: of printed needs, of printed loads, of computed loads."""
    needs, by_load, by_product = Decimal(0), Fraction(0), Fraction(0)
    for row in sheet.rows:
        effective = _effective(row, sheet)
        computed = _computed_load(row)
        load = row.load if row.load is not None else computed
        if load is None:
            return []
        by_load += Fraction(load) / effective
        by_product += Fraction(computed if computed is not None else load) / effective
        needs += row.need if row.need is not None else exact_quotient(Fraction(load) / effective)
    # Each printed part may be off by half of its last digit; so may their sum, by as much for every row.
    tolerance = max(_need_tolerance(printed), Decimal("0.00005") * len(sheet.rows))
    if any(abs(printed - total) <= tolerance for total in (needs, exact_quotient(by_load), exact_quotient(by_product))):
        return []
    return [Fault(FaultCode.JUMLAH_TIDAK_SESUAI, printed=printed, expected=exact_quotient(by_load))]
