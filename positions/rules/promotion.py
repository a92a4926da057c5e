"""Rank promotion (kenaikan pangkat): dates, waiting time, ceilings of the regular kind; service in scale after it.

establishment.md 2.3 ceilings [V: SIASN reference; V2: Peraturan BKN 2/2025], 2.4 dates and waiting times [V2: Peraturan
BKN 4/2023 and 4/2025; months of the set of six M; two years for functional M], 2.5 service in scale [V2].
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from positions.rules.levels import RANK_BY_CODE, RANK_BY_ID
from positions.rules.numbers import add_months, add_years, first_of_next_month
from positions.rules.rank import next_rank, order


class Kind(StrEnum):
    """SIASN jenisKP 101, 201 and 202."""

    REGULAR = "regular"
    STRUCTURAL = "structural"
    FUNCTIONAL = "functional"


class Closed(StrEnum):
    """Why there is no promotion."""

    HIGHEST_RANK = "pangkat_tertinggi"
    CEILING = "batas_pendidikan"
    ECHELON = "batas_eselon"


# Months of promotion by how many there are in a year.
MONTHS: dict[int, frozenset[int]] = {
    2: frozenset({4, 10}),
    6: frozenset({2, 4, 6, 8, 10, 12}),
    12: frozenset(range(1, 13)),
}

# Ceiling of the regular promotion by education (rank id).
CEILING: dict[str, int] = {
    "SD": 21, "SLTP": 23, "SLTP Kejuruan": 24, "SLTA": 32, "D-I": 32, "D-II": 32, "D-III": 33, "D-IV": 34, "S1": 34,
    "S2": 41, "S3": 42,
}  # fmt: skip

# Years taken off when the promotion leads into this group of ranks.
DEDUCTION_YEARS: dict[int, int] = {2: 6, 3: 5, 4: 0}


@dataclass(frozen=True, slots=True)
class DateSet:
    """How many promotion dates a year has, from `starts_on` on."""

    starts_on: date
    dates_a_year: int


DATE_SETS: tuple[DateSet, ...] = (
    DateSet(date(1977, 1, 1), 2),
    DateSet(date(2024, 1, 1), 6),
    DateSet(date(2025, 10, 1), 12),
)


@dataclass(frozen=True, slots=True)
class Waiting:
    """Years in rank before a promotion."""

    regular: int = 4
    structural: int = 4
    below_minimum: int = 1
    functional: int = 2


@dataclass(frozen=True, slots=True)
class Promotion:
    """Rank id and day; both None where `closed` says why. `due_on`: when the waiting time ends; `ceiling`: the highest
    rank of the education, or of the echelon."""

    next_rank: int | None = None
    promotes_on: date | None = None
    due_on: date | None = None
    years: int = 0
    dates_a_year: int = 0
    closed: Closed | None = None
    ceiling: int | None = None


def first_allowed(day: date, sets: Sequence[DateSet] = DATE_SETS) -> tuple[date, int]:
    """Return the first promotion date on or after `day`, and how many dates the set in force on it has.

    Before the first set that set counts. Raises ValueError without sets or for a number of dates that nobody knows.
    """
    if not sets or any(each.dates_a_year not in MONTHS for each in sets):
        raise ValueError(f"unknown promotion dates: {sets}")
    ordered = sorted(sets, key=lambda each: each.starts_on)
    candidate = day if day.day == 1 else first_of_next_month(day)
    while True:
        in_force = [each for each in ordered if each.starts_on <= candidate] or ordered[:1]
        count = in_force[-1].dates_a_year
        if candidate.month in MONTHS[count]:
            return candidate, count
        candidate = add_months(candidate, 1)


def promotion(
    rank_id: int,
    since: date,
    kind: Kind,
    *,
    education: str | None = None,
    below_minimum: bool = False,
    highest: int | None = None,
    waiting: Waiting = Waiting(),  # noqa: B008  frozen
    sets: Sequence[DateSet] = DATE_SETS,
) -> Promotion:
    """Return the next promotion of a holder of `rank_id` since `since`.

    `below_minimum` (structural): the rank is below the post's minimum, so one year is enough; `highest` (structural):
    the highest rank of the post's echelon, beyond which this kind does not lead. Without `education` the ceiling of the
    regular kind is not looked at. Performance, sanctions and credit points are conditions of their own. Raises KeyError
    for an unknown rank or education.
    """
    above = next_rank(rank_id)
    if above is None:
        return Promotion(closed=Closed.HIGHEST_RANK)
    ceiling = CEILING[education] if education is not None and kind is Kind.REGULAR else None
    if ceiling is not None and order(above) > order(ceiling):
        return Promotion(closed=Closed.CEILING, ceiling=ceiling)
    if kind is Kind.STRUCTURAL and highest is not None and order(above) > order(highest):
        return Promotion(closed=Closed.ECHELON, ceiling=highest)
    years = {
        Kind.REGULAR: waiting.regular,
        Kind.STRUCTURAL: waiting.below_minimum if below_minimum else waiting.structural,
        Kind.FUNCTIONAL: waiting.functional,
    }[kind]
    due = add_years(since, years)
    day, count = first_allowed(due, sets)
    return Promotion(above, day, due, years, count, None, ceiling)


@dataclass(frozen=True, slots=True)
class Service:
    """Service in scale after a promotion, in years and months, and the years that were taken off."""

    years: int
    months: int
    deducted_years: int


def service_in_scale(
    from_rank: str, to_rank: str, years: int, months: int, *, deductions: dict[int, int] | None = None
) -> Service:
    """Return the service in scale (MKG) after a promotion; never below 0.

    `deductions`: years by the group of ranks entered (2: I to II, 3: II to III). Raises ValueError for a step down or a
    negative service, KeyError for an unknown rank.
    """
    before, after = RANK_BY_CODE[from_rank], RANK_BY_CODE[to_rank]
    if after.order < before.order:
        raise ValueError(f"{to_rank} is below {from_rank}")
    if years < 0 or months < 0:
        raise ValueError("service must not be negative")
    by_group = DEDUCTION_YEARS if deductions is None else deductions
    taken = sum(by_group.get(group, 0) for group in range(before.id // 10 + 1, after.id // 10 + 1))
    left = max(0, years * 12 + months - taken * 12)
    return Service(left // 12, left % 12, taken)


def rank_code(rank_id: int) -> str:
    """Return "III/b" for 32. Raises KeyError."""
    return RANK_BY_ID[rank_id].code
