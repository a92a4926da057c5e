"""Basic salary (gaji pokok) and its periodic increment (kenaikan gaji berkala, KGB).

Tables: establishment.md 2.7 [V2: PP 5/2024 for PNS, Perpres 11/2024 for PPPK, both from 1 January 2024]; CPNS share
and increment 2.6, 2.7 [V: PP 7/1977 art. 5, 11-13]. Years in scale are whole years of masa kerja golongan (MKG).
"""

from bisect import bisect_right
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from positions.rules import tables
from positions.rules.levels import PPPK_GROUP_ORDER, RANK_BY_CODE
from positions.rules.numbers import add_months, exact_product, whole_half_up


class Scheme(StrEnum):
    """Whose table."""

    PNS = "PNS"
    PPPK = "PPPK"


# First day on which the tables hold; no earlier or later table was found.
TABLES_FROM = date(2024, 1, 1)
FILES = {Scheme.PNS: "gaji_pns_pp5_2024.csv", Scheme.PPPK: "gaji_pppk_perpres11_2024.csv"}
# Sum of all 272 cells: several public copies of these tables are interpolated and wrong.
CHECKSUMS = {Scheme.PNS: 979_030_700, Scheme.PPPK: 1_125_873_400}

MAXIMUM = "mencapai MKG maksimum"


def _load(scheme: Scheme) -> dict[str, tuple[tuple[int, int], ...]]:
    steps: dict[str, list[tuple[int, int]]] = {}
    for row in tables.rows(FILES[scheme]):
        steps.setdefault(row["golongan"], []).append((int(row["mkg_tahun"]), int(row["gaji_pokok"])))
    if sum(amount for cells in steps.values() for _, amount in cells) != CHECKSUMS[scheme]:
        raise ValueError(f"{FILES[scheme]} is not the table of the regulation")
    return {grade: tuple(sorted(cells)) for grade, cells in steps.items()}


# grade -> (step in years, rupiah a month), ascending.
SALARIES: dict[Scheme, dict[str, tuple[tuple[int, int], ...]]] = {scheme: _load(scheme) for scheme in Scheme}


@dataclass(frozen=True, slots=True)
class Salary:
    """Rupiah a month, the step (years) it stands at, and the table's own amount before a share was taken."""

    amount: int
    step: int
    table_amount: int


@dataclass(frozen=True, slots=True)
class Increment:
    """The next step in years, the day it is paid from and the day of its letter."""

    step: int
    months_to_go: int
    next_on: date
    letter_on: date


def scheme_of(grade: str) -> Scheme:
    """Return whose grade this is: "III/a" PNS, "IX" PPPK. Raises KeyError for neither."""
    if grade in RANK_BY_CODE:
        return Scheme.PNS
    if grade in PPPK_GROUP_ORDER:
        return Scheme.PPPK
    raise KeyError(grade)


def steps_of(grade: str) -> tuple[int, ...]:
    """Return the steps of a grade in years, ascending. Raises KeyError."""
    return tuple(step for step, _ in SALARIES[scheme_of(grade)][grade])


def salary(scheme: Scheme, grade: str, years: int, *, share: Decimal = Decimal(1)) -> Salary:
    """Return the salary at the largest step not above `years`; below the first step the first one counts.

    `share` is 1, or what a CPNS receives (0.80). Raises KeyError for a grade that the table does not have.
    """
    cells = SALARIES[scheme][grade]
    place = max(0, bisect_right(cells, years, key=lambda cell: cell[0]) - 1)
    step, amount = cells[place]
    return Salary(whole_half_up(exact_product(amount, share)), step, amount)


def increment(grade: str, service_months: int, reference_date: date, *, letter_months: int = 2) -> Increment | None:
    """Return the next increment, None where the last step is reached.

    `reference_date`: TMT of the last promotion or increment, on which the service in scale was `service_months`.
    Performance is not looked at: who fails it is postponed (2.6). Raises KeyError for an unknown grade.
    """
    step = next((step for step in steps_of(grade) if step * 12 > service_months), None)
    if step is None:
        return None
    months = step * 12 - service_months
    next_on = add_months(reference_date, months)
    return Increment(step, months, next_on, add_months(next_on, -letter_months))
