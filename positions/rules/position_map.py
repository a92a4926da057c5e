"""Position map (peta jabatan): difference, shortage and surplus of people, never netted.

establishment.md 5.6 [V2 totals; who counts in B: D]: `selisih = B - K`, negative is a shortage. One nurse too many in
Labuhan does not fill the place of a teacher missing in Belawan, so totals add shortages and surpluses apart.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from positions.rules.levels import FUNCTIONAL_LEVELS

# Legal status (kedudukan hukum) of SIASN that counts in B: active PNS and CPNS, active PPPK. Every other code by
# setting.
COUNTED_STATUS = frozenset({"01", "71", "72"})


@dataclass(frozen=True, slots=True)
class MapTotals:
    """Sums over positions, in people. Positions without K are counted apart and in no other sum but `holders`."""

    need: int
    holders: int
    shortage: int
    surplus: int
    unknown: int = 0


# Functional posts of one class: the highest level first (establishment.md 5.6, "JF by level and pelaksana").
PLACE_OF_LEVEL: dict[str, int] = {level.value: place for place, level in enumerate(reversed(FUNCTIONAL_LEVELS))}
AFTER_FUNCTIONAL = len(PLACE_OF_LEVEL)


def place_in_unit(
    *, is_head: bool, job_class: int | None, level: str, order: int, code: str
) -> tuple[bool, int, int, int, str]:
    """Return what a unit's posts are sorted by: the head seat, then the class descending (none: last), in one class
    functional posts by level before others, and among equals the order that the agency gave them."""
    return not is_head, -(job_class or 0), PLACE_OF_LEVEL.get(level, AFTER_FUNCTIONAL), order, code


def difference(need: int, holders: int) -> int:
    """Return B - K: the column +/- of the map."""
    return holders - need


def shortage(need: int, holders: int) -> int:
    """Return max(0, K - B)."""
    return max(0, need - holders)


def surplus(need: int, holders: int) -> int:
    """Return max(0, B - K)."""
    return max(0, holders - need)


def totals(positions: Iterable[tuple[int | None, int]]) -> MapTotals:
    """Return the sums over (K, B) pairs; K None means "data belum tersedia", not 0."""
    rows = list(positions)
    known = [(need, holders) for need, holders in rows if need is not None]
    return MapTotals(
        need=sum(need for need, _ in known),
        holders=sum(holders for _, holders in rows),
        shortage=sum(shortage(need, holders) for need, holders in known),
        surplus=sum(surplus(need, holders) for need, holders in known),
        unknown=len(rows) - len(known),
    )
