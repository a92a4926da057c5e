"""Earlier heads of puskesmas and schools, who led by an additional duty beside the own post."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, timedelta
from random import Random

from positions.demo.past_rows import SHORT, Place
from positions.demo.world import FIELDS, World

# Days that a head leads.
TERM = (1_100, 1_800)


def fill(world: World, places: Sequence[Place], first_day: date, rng: Random) -> None:
    """Let officers of the unit lead before the first head on record, back to `first_day`."""
    led = {place.unit for place in places if place.by_duty}
    spec_of = {place.row: place for place in places}
    officers: dict[int, list[tuple[date, date, int]]] = defaultdict(list)
    first: dict[int, date] = {}
    columns = ("position", "seat", "employee", "kind", "starts_on", "ends_on")
    at = [FIELDS["Incumbency"].index(name) for name in columns]
    for row in world.tables["Incumbency"]:
        position, seat, employee, kind, since, until = (row[each] for each in at)
        if kind == "tugas_tambahan":
            first[seat] = min(since, first.get(seat, since))
        place = spec_of[position]
        if kind == "definitif" and place.unit in led and place.spec.group == "fungsional":
            if world.get("Employee", employee, "cpns_on") is not None:
                officers[place.unit].append((since, until or date.max, employee))
    for place in places:
        for seat in place.seats if place.by_duty else ():
            _led(world, place, seat, first.get(seat), first_day, officers[place.unit], rng)


def _led(
    world: World, place: Place, seat: int, cursor: date | None, first_day: date,
    officers: list[tuple[date, date, int]], rng: Random,
) -> None:  # fmt: skip
    number = 0
    while cursor is not None and cursor > first_day:
        term = cursor - timedelta(days=rng.randint(*TERM))
        able = [each for each in officers if each[0] < cursor <= each[1] and (cursor - each[0]).days >= SHORT]
        if not able:
            cursor -= timedelta(days=90)
            continue
        # Who can stay longest.
        since, _, employee = min(able, key=lambda each: (max(each[0], term), each[2]))  # noqa: B023  used at once
        since = max(since, term)
        number += 1
        world.add(
            "Incumbency", position=place.row, seat=seat, employee=employee, kind="tugas_tambahan",
            decree=f"821.2/KEP/{seat}-{number}/{since.year}", decree_on=since - timedelta(days=5), starts_on=since,
            ends_on=cursor,
        )  # fmt: skip
        cursor = since
