"""Redistribution of people inside one agency, in numbers: who could give (Rout) and who could receive (Rin).

needs-analysis.md 4 [D]. Names belong to placement; this only says how many could move between positions of the same job
(same title, level and sub-title, given as `job`).

How the text is read:
- Positions of rows 1-4 of the decision table take no part. Positions of rows 5-6 give ALL their B people and receive
  none: the post goes, so neither the surplus nor the movable count limits them.
- Every other position receives up to max(0, K - B - F) and gives up to max(0, min(B - K, B₁ - K₁, movable people)).
  Without a projection (K₁ or B₁ unknown) it gives nobody.
- "Same perangkat daerah first" is a matter of the pair: first every job is settled inside each perangkat daerah, then
  what is left of shortage and of surplus is settled across the agency.
- Inside a round receivers stand in a queue by share of shortage (shortage ÷ K) downwards, then unit code, then
  position code; donors by share of surplus ((B - K) ÷ B, 1 for rows 5-6) downwards, then unit code, then position
  code. The head of one queue is served by the head of the other until one queue is empty. Shares are those at the
  start, ten decimals, half up; they are not computed anew while people move.
- So the number moved in a round is min(Σ shortage, Σ surplus), and each position's part is the overlap of its stretch
  of the queue with that number: in SQL, least(part, greatest(0, moved - sum of the parts before it)).
- Codes are compared by code point (in SQL: COLLATE "C").

Always Σ Rin = Σ Rout of rows 7 and on + placed people of rows 5-6.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from positions.rules.numbers import quotient


@dataclass(frozen=True, slots=True)
class Place:
    """A position as redistribution sees it; units and agencies by code, counts in people.

    `leading_row`: 1..6 where one of these rows of the decision table fires (recommendation.leading_row), else None.
    `movable`: PNS with at least the set years in place, no PPPK, no CPNS, nobody who leaves within 12 months.
    """

    code: str
    job: str
    unit: str
    opd: str
    k: int | None
    b: int
    f: int = 0
    k1: int | None = None
    b1: int | None = None
    movable: int = 0
    leading_row: int | None = None


@dataclass(frozen=True, slots=True)
class Move:
    """Result for one position. `placed`: people of a post of rows 5-6 for whom there is room; their `rout` is 0."""

    rin: int = 0
    rout: int = 0
    placed: int = 0


GIVE_ALL = frozenset({5, 6})


def shortage(place: Place) -> int:
    """Return how many people the position could receive."""
    if place.k is None or place.leading_row is not None:
        return 0
    return max(0, place.k - place.b - place.f)


def available(place: Place) -> int:
    """Return how many people the position could give."""
    if place.leading_row in GIVE_ALL:
        return place.b
    if place.leading_row is not None or place.k is None or place.k1 is None or place.b1 is None:
        return 0
    return max(0, min(place.b - place.k, place.b1 - place.k1, place.movable))


def redistribute(places: Iterable[Place]) -> dict[str, Move]:
    """Return a `Move` for every position, by code. Raises ValueError where a code comes twice.

    The order of `places` does not matter.
    """
    rows = list(places)
    if len({place.code for place in rows}) != len(rows):
        raise ValueError("position codes must be unique")
    wanted = {place.code: shortage(place) for place in rows}
    offered = {place.code: available(place) for place in rows}
    receivers = sorted((place for place in rows if wanted[place.code]), key=_receiver_order)
    donors = sorted((place for place in rows if offered[place.code]), key=_donor_order)
    received = dict.fromkeys(wanted, 0)
    given = dict.fromkeys(wanted, 0)

    def settle(takers: Sequence[Place], givers: Sequence[Place]) -> None:
        want = {place.code: wanted[place.code] - received[place.code] for place in takers}
        offer = {place.code: offered[place.code] - given[place.code] for place in givers}
        moved = min(sum(want.values()), sum(offer.values()))
        for total, parts in ((received, want), (given, offer)):
            left = moved
            for code, part in parts.items():
                share = min(part, left)
                total[code] += share
                left -= share

    for within_opd in (True, False):
        for takers, givers in _groups(receivers, donors, within_opd=within_opd):
            settle(takers, givers)

    return {
        place.code: Move(
            rin=received[place.code],
            rout=0 if place.leading_row in GIVE_ALL else given[place.code],
            placed=given[place.code] if place.leading_row in GIVE_ALL else 0,
        )
        for place in rows
    }


def _receiver_order(place: Place) -> tuple[Decimal, str, str]:
    share = quotient(shortage(place), place.k or 1)
    return (-share, place.unit, place.code)


def _donor_order(place: Place) -> tuple[Decimal, str, str]:
    surplus = place.b if place.leading_row in GIVE_ALL else place.b - (place.k or 0)
    share = quotient(surplus, place.b)
    return (-share, place.unit, place.code)


def _groups(
    receivers: Sequence[Place], donors: Sequence[Place], *, within_opd: bool
) -> list[tuple[list[Place], list[Place]]]:
    """Group both queues by job, and by perangkat daerah too where asked; the queues' order is kept."""
    groups: dict[tuple[str, str], tuple[list[Place], list[Place]]] = {}
    for side, queue in enumerate((receivers, donors)):
        for place in queue:
            key = (place.job, place.opd if within_opd else "")
            groups.setdefault(key, ([], []))[side].append(place)
    return [(takers, givers) for takers, givers in groups.values() if takers and givers]
