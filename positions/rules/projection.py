"""Five-year projection of need and holders.

establishment.md 5.7 [V: PP 11/2017 art. 5-9 demands five years by year; formula D built on one application]:

    K_t = ROUND(K_0 × (1 + g)^t)              B_t = B_{t-1} - pensiun_t - keluar_t + masuk_t
    formasi_t = max(0, K_t - B_t)             kelebihan_t = max(0, B_t - K_t)

ROUND is that of K: half up, or always up where the agency rounds its ABK so (`pembulatan_abk`) [D], else a need that
does not change would be one person less next year. K_0 is the unrounded need (ten decimals). (1 + g)^t is a product of
t factors with no digit cut: in SQL write the product out, numeric multiplication is exact where power() rounds.
formasi_t is the shortage at the END of year t, not a yearly addition. B_t is not held at 0: a negative one shows that
more exits were given than people.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from positions.rules.numbers import exact_product
from positions.rules.workload import Rounding, staff

YEARS = 5


@dataclass(frozen=True, slots=True)
class Projection:
    """Five figures each, year 1 first, in people."""

    need: tuple[int, ...]
    holders: tuple[int, ...]
    shortage: tuple[int, ...]
    surplus: tuple[int, ...]


def project(
    need: Decimal,
    holders: int,
    *,
    retiring: Sequence[int] = (0,) * YEARS,
    leaving: Sequence[int] = (0,) * YEARS,
    joining: Sequence[int] = (0,) * YEARS,
    growth: Decimal = Decimal(0),
    rounding: Rounding = Rounding.HALF_UP,
) -> Projection:
    """Return K_t, B_t, shortage and surplus of five years; `growth` is the share a year (0.02 is 2 %).

    `rounding` is the one that K of the same source takes: the agency's for ABK, half up for every other. Raises
    ValueError unless every sequence has five figures, or for growth of -100 % and less.
    """
    if any(len(flow) != YEARS for flow in (retiring, leaving, joining)):
        raise ValueError(f"flows need {YEARS} yearly figures")
    if growth <= -1:
        raise ValueError(f"growth must be above -1, got {growth}")
    needs, people = [], []
    now = holders
    for year in range(YEARS):
        needs.append(staff(exact_product(need, *[1 + growth] * (year + 1)), rounding))
        now += joining[year] - retiring[year] - leaving[year]
        people.append(now)
    return Projection(
        need=tuple(needs),
        holders=tuple(people),
        shortage=tuple(max(0, k - b) for k, b in zip(needs, people, strict=True)),
        surplus=tuple(max(0, b - k) for k, b in zip(needs, people, strict=True)),
    )


def to_propose(shortage: int, decided_unfilled: int) -> int:
    """Return usulan_t = max(0, formasi_t - decided formations not yet filled)."""
    return max(0, shortage - decided_unfilled)
