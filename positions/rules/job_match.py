"""Job-person match (JPM): how far a person's competency levels reach those that the post requires.

establishment.md 6.3: formula [D: a surplus in one competency does not cover another], compensating variant [V2], scales
by purpose [appointment V2; mapping V: Peraturan BRIN 3/2023 art. 33]. Thresholds are compared with two decimals.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from positions.rules.numbers import quotient, round_half_up


class Purpose(StrEnum):
    """What the match is for; each purpose has its own scale."""

    APPOINTMENT = "appointment"
    MAPPING = "mapping"


class Category(StrEnum):
    """Best, middle and low of each scale, and a match that cannot be computed."""

    MS = "MS"
    MMS = "MMS"
    KMS = "KMS"
    OPTIMAL = "OPTIMAL"
    CUKUP_OPTIMAL = "CUKUP_OPTIMAL"
    KURANG_OPTIMAL = "KURANG_OPTIMAL"
    BELUM_LENGKAP = "BELUM_LENGKAP"


@dataclass(frozen=True, slots=True)
class Scale:
    """Lowest percent of the best and of the middle category."""

    best: Decimal
    middle: Decimal


CATEGORIES: dict[Purpose, tuple[Category, Category, Category]] = {
    Purpose.APPOINTMENT: (Category.MS, Category.MMS, Category.KMS),
    Purpose.MAPPING: (Category.OPTIMAL, Category.CUKUP_OPTIMAL, Category.KURANG_OPTIMAL),
}
SCALES: dict[Purpose, Scale] = {
    Purpose.APPOINTMENT: Scale(Decimal(80), Decimal(68)),
    Purpose.MAPPING: Scale(Decimal(90), Decimal(78)),
}


@dataclass(frozen=True, slots=True)
class Match:
    """Percents with two decimals, None where a competency was not assessed; gaps are actual minus required."""

    percent: Decimal | None
    percent_compensated: Decimal | None
    category: Category
    gaps: tuple[int | None, ...]
    reached: int = 0
    required: int = 0
    actual: int = 0


def category(percent: Decimal, purpose: Purpose, scale: Scale) -> Category:
    """Return the category of a percentage of two decimals."""
    best, middle, low = CATEGORIES[purpose]
    return best if percent >= scale.best else middle if percent >= scale.middle else low


def match(
    required: Sequence[int], actual: Sequence[int | None], purpose: Purpose, *, scale: Scale | None = None
) -> Match:
    """Return the match. Raises ValueError for no or different numbers of competencies, or a required level below 1."""
    if not required or len(required) != len(actual):
        raise ValueError(f"{len(required)} required and {len(actual)} actual levels")
    if min(required) < 1:
        raise ValueError("a required level is at least 1")
    gaps = tuple(None if have is None else have - need for need, have in zip(required, actual, strict=True))
    known = [have for have in actual if have is not None]
    total = sum(required)
    if len(known) < len(required):
        return Match(None, None, Category.BELUM_LENGKAP, gaps, required=total)
    reached = sum(min(need, have) for need, have in zip(required, known, strict=True))
    percent = round_half_up(quotient(reached * 100, total), 2)
    compensated = min(Decimal("100.00"), round_half_up(quotient(sum(known) * 100, total), 2))
    found = category(percent, purpose, scale or SCALES[purpose])
    return Match(percent, compensated, found, gaps, reached, total, sum(known))
