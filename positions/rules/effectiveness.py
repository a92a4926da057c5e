"""Effectiveness of a position (EJ) and of a unit (EU), with grade.

establishment.md 5.4 [V2: Permendagri 12/2008 and one application]: the unrounded value counts, compared with >=,
because printed tables (0.70-0.89, 0.90-1.00) leave 0.895 open. "Unrounded" is ten decimals, half up
(positions.rules.numbers).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from positions.rules.numbers import exact_quotient, quotient

EMPTY = "kosong"


class Grade(StrEnum):
    """Prestasi kerja jabatan/unit."""

    A = "A"
    B = "B"
    C = "C"
    D = "D"
    E = "E"


# Lowest value of each grade below A, highest first; A is everything above 1 exactly.
GRADE_ABOVE_ONE = Grade.A
GRADE_FROM: tuple[tuple[Decimal, Grade], ...] = (
    (Decimal("0.90"), Grade.B),
    (Decimal("0.70"), Grade.C),
    (Decimal("0.50"), Grade.D),
    (Decimal("0"), Grade.E),
)
GRADE_NAMES: dict[Grade, str] = {
    Grade.A: "Sangat Baik",
    Grade.B: "Baik",
    Grade.C: "Cukup",
    Grade.D: "Sedang",
    Grade.E: "Kurang",
}


@dataclass(frozen=True, slots=True)
class Effectiveness:
    """Value with ten decimals and grade; both None and status `kosong` where nobody holds the post."""

    value: Decimal | None
    grade: Grade | None
    status: str = ""


def grade(value: Decimal) -> Grade:
    """Return the grade of an effectiveness. Raises ValueError for a negative one."""
    if value > 1:
        return GRADE_ABOVE_ONE
    for lowest, found in GRADE_FROM:
        if value >= lowest:
            return found
    raise ValueError(f"effectiveness cannot be negative, got {value}")


def position_effectiveness(load: Decimal, holders: int, *, minutes_a_year: int) -> Effectiveness:
    """Return EJ of a position from its minutes a year."""
    return unit_effectiveness([(load, holders)], minutes_a_year=minutes_a_year)


def effectiveness_of_need(need: Decimal | None, holders: int) -> Effectiveness:
    """Return EJ as the analysis uses it: N ÷ B (needs-analysis.md 5); not computable without a need or without
    holders."""
    if need is None or holders == 0:
        return Effectiveness(None, None, EMPTY if holders == 0 else "data_kosong")
    value = quotient(need, holders)
    return Effectiveness(value, grade(value))


def unit_effectiveness(positions: Iterable[tuple[Decimal, int]], *, minutes_a_year: int) -> Effectiveness:
    """Return EU from (minutes a year, holders) of the unit's positions. Raises ValueError for bad effective time."""
    if minutes_a_year <= 0:
        raise ValueError(f"minutes_a_year must be positive, got {minutes_a_year}")
    load, holders = Decimal(0), 0
    for minutes, people in positions:
        load += minutes
        holders += people
    if holders == 0:
        return Effectiveness(None, None, EMPTY)
    value = exact_quotient(Fraction(load) / (holders * minutes_a_year))
    return Effectiveness(value, grade(value))
