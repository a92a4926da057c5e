"""Credit points (angka kredit) of functional posts: what each step of a level asks for, and how long the rest takes.

careers.md 2.1 coefficients [V], 2.2 cumulative requirement [V]: Peraturan BKN 3/2023. Points add up within a level; its
last rank's lead to the next level instead of the next rank.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal

from positions.rules.levels import RANKS_OF_JF_LEVEL, Level
from positions.rules.rank import next_rank, order

# Points of a year with the predicate Baik.
YEARLY: dict[Level, Decimal] = {
    Level.PEMULA: Decimal("3.75"), Level.TERAMPIL: Decimal(5), Level.MAHIR: Decimal("12.5"),
    Level.PENYELIA: Decimal(25), Level.AHLI_PERTAMA: Decimal("12.5"), Level.AHLI_MUDA: Decimal(25),
    Level.AHLI_MADYA: Decimal("37.5"), Level.AHLI_UTAMA: Decimal(50),
}  # fmt: skip
# Percent of a year's points by predicate (SIASN codes 1 Sangat Baik to 5 Sangat Kurang).
PERCENT: dict[int, int] = {1: 150, 2: 100, 3: 75, 4: 50, 5: 25}


@dataclass(frozen=True, slots=True)
class Step:
    """A step inside a level: from `rank` to the one above, or to the next level (`is_level`). Points, cumulative."""

    rank: int
    above: int | None
    is_level: bool
    needed: Decimal
    held: Decimal

    @property
    def short(self) -> Decimal:
        return max(Decimal(0), self.needed - self.held)

    @property
    def is_met(self) -> bool:
        return self.held >= self.needed


def steps(level: Level, held: Decimal, required: Mapping[tuple[Level, int], int]) -> list[Step]:
    """Return the steps of a level with what is held; `required` as `agenda.CREDIT`. Empty for other levels."""
    if level not in RANKS_OF_JF_LEVEL:
        return []
    top = RANKS_OF_JF_LEVEL[level][1]
    found = []
    for (of, rank), points in required.items():
        if of is level:
            above = next_rank(rank)
            is_level = above is None or order(above) > order(top)
            found.append(Step(rank, above, is_level, Decimal(points), held))
    return sorted(found, key=lambda step: order(step.rank))


def months_needed(short: Decimal, level: Level, predicate: int) -> int:
    """Return the whole months that a shortage takes with one predicate. Raises KeyError for a level or predicate that
    is none."""
    a_month = YEARLY[level] * PERCENT[predicate] / 100 / 12
    return int((max(Decimal(0), short) / a_month).to_integral_value(ROUND_CEILING))
