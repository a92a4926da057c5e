"""Index of data quality (IKD) from the counts of BKN's 27 indicators.

Dimensions, indicators and weights: establishment.md 3.3 [V: BKN]; the score [D]: a dimension is the weighted share of
employees without the problem. BKN's printed weights of two dimensions sum to 99.98 and 100.01, so weights are
normalised.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from positions.rules import tables
from positions.rules.numbers import exact_quotient, round_half_up


class Dimension(StrEnum):
    """The four dimensions, in BKN's order."""

    COMPLETENESS = "completeness"
    TIMELINESS = "timeliness"
    ACCURACY = "accuracy"
    CONSISTENCY = "consistency"


@dataclass(frozen=True, slots=True)
class Indicator:
    """A problem that is counted, and its weight in the dimension in percent."""

    code: str
    name: str
    dimension: Dimension
    weight: Decimal


_ROWS = tables.rows("siasn_indikator_kualitas_data.csv")
INDICATORS: dict[str, Indicator] = {
    row["kode"]: Indicator(row["kode"], row["indikator"], Dimension(row["dimensi"]), Decimal(row["bobot_indikator"]))
    for row in _ROWS
}
WEIGHTS: dict[Dimension, Decimal] = {Dimension(row["dimensi"]): Decimal(row["bobot_dimensi"]) for row in _ROWS}


@dataclass(frozen=True, slots=True)
class Quality:
    """Scores 0 to 100 with two decimals."""

    dimensions: dict[Dimension, Decimal]
    total: Decimal


def quality(employees: int, counts: Mapping[str, int], *, weights: Mapping[Dimension, Decimal] = WEIGHTS) -> Quality:
    """Return the index; an indicator without a count has no problem. Rounded once, the total from exact dimensions.

    Raises ValueError without employees, for an unknown indicator, or a count outside 0..employees.
    """
    if employees <= 0:
        raise ValueError(f"employees must be positive, got {employees}")
    if unknown := set(counts) - set(INDICATORS):
        raise ValueError(f"unknown indicators: {sorted(unknown)}")
    if any(not 0 <= count <= employees for count in counts.values()):
        raise ValueError("a count lies between 0 and the number of employees")
    exact: dict[Dimension, Fraction] = {}
    for dimension in Dimension:
        members = [each for each in INDICATORS.values() if each.dimension is dimension]
        whole = sum((Fraction(each.weight) for each in members), Fraction(0))
        lost = sum((Fraction(each.weight) * counts.get(each.code, 0) for each in members), Fraction(0))
        exact[dimension] = (1 - lost / (whole * employees)) * 100
    shares = sum((Fraction(weights[dimension]) for dimension in Dimension), Fraction(0))
    total = sum((exact[each] * Fraction(weights[each]) for each in Dimension), Fraction(0)) / shares
    return Quality(
        {dimension: round_half_up(exact_quotient(value), 2) for dimension, value in exact.items()},
        round_half_up(exact_quotient(total), 2),
    )
