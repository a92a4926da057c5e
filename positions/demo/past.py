"""The ten years before the first day: who was in service then held a post, and today's seats had earlier holders.

Those who left are too few as `build` makes them, so as many more are added as retire and leave in a year. Whoever was
in service without a post then takes a seat that nobody else held, going back from the first day: before a post comes
one of the same line of work, on a level that the rank of that day allows. Nothing of the first day changes: only
periods that are over are added, by a chance of their own.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from heapq import heapify, heappop, heappush
from random import Random
from typing import Any

from positions.demo import past_heads, people
from positions.demo.catalogue import JobSpec
from positions.demo.past_rows import SHORT, TRACKS, Free, Place, Someone
from positions.demo.world import FIELDS, World
from positions.rules.numbers import add_months, add_years, first_of_next_month
from positions.rules.retirement import retirement_age, retires_on

YEARS = 10
# Retirements grew: each year back, this share fewer than are to come.
FEWER_A_YEAR = 0.022
PENSION = "Pensiun (BUP)"
# Why people leave, and how often: nine of ten by age.
EXITS = ((PENSION, 88), ("Meninggal dunia", 6), ("Pindah instansi", 4), ("Atas permintaan sendiri", 2))
# Of the seats, so many stood empty at any time.
EMPTY = 0.05
# Of the seats of those who came in the intakes of the last years, so many were formations decided for that intake.
INTAKE_YEARS, NEW = 5, 0.17
# Days in a post before the next one.
STAY = (700, 2_200)
Key = tuple[str, str]


@dataclass
class Past:
    """Fill the past of `world`. `seed`: what the chance of it begins with."""

    world: World
    places: list[Place]
    names: people.Names
    numbers: people.Numbers
    agency: str
    day: date
    seed: str
    pool: dict[Key, list[Free]] = field(default_factory=lambda: defaultdict(list))
    opening: list[tuple[int, int, Free]] = field(default_factory=list)
    intakes: dict[int, date] = field(default_factory=dict)
    extra: dict[int, list[list[Any]]] = field(default_factory=lambda: defaultdict(list))

    def fill(self) -> None:
        """Add those who left, then everybody's earlier posts, then earlier heads by duty."""
        self.rng = Random(self.seed)  # noqa: S311 - reproducible, not secret
        self.first_day = add_years(self.day, -YEARS)
        self.decrees = 0
        self.seats_of = Counter(row[0] for row in self.world.tables["Seat"])
        self.place_of = {place.row: place for place in self.places}
        self.line: dict[Key, list[Place]] = defaultdict(list)
        for place in self.places:
            if not place.by_duty and not place.story and self.world.get("Position", place.row, "ends_on") is None:
                self.line[self._key(place.spec)].append(place)
        self._go_back()
        for seats in self.extra.values():
            for seat, since, until in seats:
                self.world.change("Seat", seat, starts_on=since, ends_on=until)
        self._opened_late()
        past_heads.fill(self.world, self.places, self.first_day, self.rng)

    def _opened_late(self) -> None:
        """Some seats are formations decided for the intake that came to them."""
        for seat, since in self.intakes.items():
            decided = since - timedelta(days=self.rng.randint(30, 200))
            if decided > self.world.get("Seat", seat, "starts_on"):
                self.world.change("Seat", seat, starts_on=decided)

    # Whom and where

    def _go_back(self) -> None:
        """Go back in time: whoever is without a post before a day takes a seat that is free up to that day."""
        waiting: list[tuple[int, int, Someone | None]] = []
        for number, (cursor, someone) in enumerate((*self._in_service(), *((day, None) for day in self._leaving()))):
            waiting.append((-cursor.toordinal(), number, someone))
        heapify(waiting)
        number = len(waiting)
        for each in self._free():
            self._open(each)
        while waiting:
            ordinal, _, someone = heappop(waiting)
            cursor = date.fromordinal(-ordinal)
            while self.opening and self.opening[0][0] <= ordinal:
                found = heappop(self.opening)[-1]
                self.pool[self._key(found.place.spec)].append(found)
            last = None
            if someone is None:
                last = self._left(cursor) or self._one_more(cursor)
                someone = self._leaver(last.place.spec, cursor)
            since = self._seat(someone, cursor, last)
            if since > max(someone.hired, self.first_day):
                number += 1
                heappush(waiting, (-since.toordinal(), number, someone))

    def _in_service(self) -> Iterator[tuple[date, Someone]]:
        """Everybody with the day of the first post on record, or of the exit of whom has none."""
        first: dict[int, tuple[date, int]] = {}
        held: dict[int, set[int]] = defaultdict(set)
        columns = ("position", "employee", "kind", "starts_on")
        position, employee, kind, starts_on = (FIELDS["Incumbency"].index(name) for name in columns)
        for row in self.world.tables["Incumbency"]:
            if row[kind] == "definitif":
                held[row[employee]].add(row[position])
                known = first.get(row[employee])
                if known is None or row[starts_on] < known[0]:
                    first[row[employee]] = (row[starts_on], row[position])
        for place, values in enumerate(self.world.tables["Employee"]):
            person = dict(zip(FIELDS["Employee"], values, strict=True))
            if person["status"] == "PPPK_PW":
                continue
            someone = self._someone(place, person, person["cpns_on"] or person["rank_since"])
            cursor, post = first.get(place, (person["exits_on"], None))
            someone.held = held[place]
            if post is not None:
                someone.next = self.place_of[post].spec
            if cursor is not None and cursor > max(someone.hired, self.first_day):
                yield cursor, someone

    @staticmethod
    def _someone(place: int, person: dict[str, Any], hired: date) -> Someone:
        return Someone(
            place, hired, person["birth_date"], person["education_level"], person["rank"], person["rank_since"]
        )

    def _free(self) -> Iterator[Free]:
        """Seats before somebody came to them; one left empty is as it is. Of a closed unit also those nobody held."""
        held: dict[int, list[tuple[date, date]]] = defaultdict(list)
        columns = ("seat", "kind", "starts_on", "ends_on")
        seat_at, kind, starts_on, ends_on = (FIELDS["Incumbency"].index(name) for name in columns)
        for row in self.world.tables["Incumbency"]:
            if row[kind] == "definitif":
                held[row[seat_at]].append((row[starts_on], row[ends_on] or date.max))
        for place in self.places:
            if place.by_duty or place.story:
                continue
            managerial = place.spec.group == "manajerial"
            for seat in place.seats:
                since, ends, kind_of = (self.world.get("Seat", seat, name) for name in ("starts_on", "ends_on", "kind"))
                if not managerial and self.rng.random() < EMPTY:
                    continue
                spans = sorted(held[seat])
                if ends is not None and not spans:
                    spans = [(ends, ends)]
                lately = kind_of == "formasi" and len(spans) == 1 and spans[0][0] > add_years(self.day, -INTAKE_YEARS)
                if ends is None and lately and not managerial and self.rng.random() < NEW:
                    self.intakes[seat] = spans[0][0]
                    continue
                for start, end in spans:
                    if (start - since).days >= SHORT:
                        yield Free(place, seat, since, start)
                    since = max(since, end)

    @staticmethod
    def _key(spec: JobSpec) -> Key:
        if spec.group == "manajerial":
            return "manajerial", spec.level.value
        if spec.group == "fungsional":
            return f"{spec.family}/{spec.subtitle}", spec.level.value
        return "pelaksana", spec.code

    # Who left

    def _leaving(self) -> list[date]:
        """Days on which somebody is to have left, beside those on record: the first days of months, by year as many as
        retire now and, with the years back, fewer."""
        fields = FIELDS["Employee"]
        exits_on = fields.index("exits_on")
        known = Counter(row[exits_on].year for row in self.world.tables["Employee"] if row[exits_on] is not None)
        now = self._retiring() * 100 / EXITS[0][1]
        days: list[date] = []
        for ago in range(YEARS + 1):
            year = self.day.year - ago
            months = [date(year, month, 1) for month in range(1, 13)]
            months = [each for each in months if self.first_day < each <= self.day]
            wanted = now * (1 - FEWER_A_YEAR * (ago + 0.5)) * len(months) / 12
            # A year that is cut short knows all its exits already: those before the first day are on record.
            missing = round(wanted) - known[year]
            days += self.rng.choices(months, k=missing) if months and missing > 0 else []
        return days

    def _retiring(self) -> float:
        """Return how many of today's holders reach their age in a year, as a mean of the next five."""
        births = FIELDS["Employee"].index("birth_date")
        coming = 0
        last = add_years(self.day, 5)
        columns = ("position", "employee", "kind", "ends_on")
        position, employee, kind, ends_on = (FIELDS["Incumbency"].index(name) for name in columns)
        for row in self.world.tables["Incumbency"]:
            if row[kind] == "definitif" and row[ends_on] is None:
                birth = self.world.tables["Employee"][row[employee]][births]
                coming += retires_on(birth, self._age(self.place_of[row[position]].spec)) <= last
        return coming / 5

    @staticmethod
    def _age(spec: JobSpec) -> int:
        return retirement_age(spec.level, job_name=spec.name, job_bup=spec.retirement_age)

    def _left(self, until: date) -> Free | None:
        """Return, and take out of the pool, a seat that somebody may have left on `until`; None when none was free."""
        while keys := [key for key, rows in self.pool.items() if rows]:
            found = self.pool[self.rng.choices(keys, [len(self.pool[key]) for key in keys])[0]].pop()
            # A shorter one is of no use to anybody before that day.
            if (until - found.since).days >= STAY[0]:
                return found
        return None

    def _one_more(self, until: date) -> Free:
        """A seat beyond the formation, which went with its holder."""
        old = [
            place for rows in self.line.values() for place in rows
            if place.spec.group != "manajerial"
            and self.world.get("Position", place.row, "starts_on") < self.first_day - timedelta(days=STAY[1])
        ]  # fmt: skip
        place, since = self.rng.choice(old), until - timedelta(days=STAY[1])
        return Free(place, self._extra(place, since, until), since, until)

    def _extra(self, place: Place, since: date, until: date) -> int:
        self.seats_of[place.row] += 1
        seat = self.world.add(
            "Seat", position=place.row, number=self.seats_of[place.row], kind="di_luar_formasi", starts_on=since,
            ends_on=until,
        )  # fmt: skip
        self.extra[place.row].append([seat, since, until])
        return seat

    def _leaver(self, spec: JobSpec, until: date) -> Someone:
        """Add a person who left a post on `until`."""
        reason = self.rng.choices([each[0] for each in EXITS], [each[1] for each in EXITS])[0]
        age = self._age(spec)
        if reason == PENSION:
            # By rule: the first of the month after the birthday's.
            birth = add_years(add_months(until, -1), -age).replace(day=self.rng.randint(1, 28))
        else:
            birth = people.day_of_age(self.rng, until, self.rng.uniform(38, age - 1))
        hired = first_of_next_month(add_years(birth, self.rng.randint(21, 30)))
        fields = people.person(
            rng=self.rng, names=self.names, numbers=self.numbers, agency=self.agency, day=until - timedelta(days=40),
            spec=spec, status="PNS", age=age - 0.1, birth=birth, hired=hired,
        )  # fmt: skip
        hired = fields.pop("hired")
        fields |= {"exits_on": until, "exit_reason": reason, "legal_status": "99" if reason == PENSION else "52"}
        employee = self.world.add("Employee", unit=None, **fields)
        for degree in people.schooling(fields):
            self.world.add("EmployeeEducation", employee=employee, **degree)
        someone = self._someone(employee, fields, hired)
        someone.next = spec
        return someone

    # Their posts

    def _seat(self, someone: Someone, cursor: date, last: Free | None) -> date:
        """Give `someone` a post up to `cursor` (`last`: this one); return its first day."""
        stay = timedelta(days=self.rng.randint(*STAY))
        found = last or self._best(someone, cursor, stay)
        if found is None:
            return self._beyond(someone, cursor, stay)
        since = self._since(someone, cursor, stay, found.since)
        self._hold(found.place, found.seat, someone, since, cursor)
        if (since - found.since).days >= SHORT:
            self._open(Free(found.place, found.seat, found.since, since))
        return since

    def _open(self, free: Free) -> None:
        """Let the seat be found once the way back has come to the last of its free days."""
        heappush(self.opening, (-free.until.toordinal(), free.seat, free))

    def _best(self, someone: Someone, cursor: date, stay: timedelta) -> Free | None:
        """Return, and take out of the pool, the free seat that suits best: highest level first, latest free first."""
        rank = someone.rank_on(cursor)
        for key in self._keys(someone, rank):
            rows = self.pool.get(key)
            if not rows:
                continue
            for at in range(len(rows) - 1, max(-1, len(rows) - 40), -1):
                row = rows[at]
                if (cursor - row.since).days < SHORT:
                    # All who are still to come look for days before this one.
                    del rows[at]
                elif self._suits(someone, row, cursor, rank, stay):
                    return rows.pop(at)
        return None

    def _suits(self, someone: Someone, row: Free, cursor: date, rank: int | None, stay: timedelta) -> bool:
        spec = row.place.spec
        if row.place.row in someone.held:
            return False
        # The seat would be free for too short a time, unless that is when the service began.
        if row.since > max(someone.hired, cursor - stay) and (cursor - row.since).days < STAY[0]:
            return False
        if rank is not None and spec.group != "pelaksana" and spec.rank_min is not None and rank < spec.rank_min:
            return False
        return retires_on(someone.birth, self._age(spec)) >= cursor

    def _keys(self, someone: Someone, rank: int | None) -> Iterator[Key]:
        """Where to look: the line of the next post from its level down; before them the ranks below."""
        spec = someone.next
        assert spec is not None or rank is not None  # noqa: S101 - who has no post on record was PNS
        if spec is not None and spec.group != "pelaksana":
            line = "manajerial" if spec.group == "manajerial" else f"{spec.family}/{spec.subtitle}"
            track = next(levels for levels in TRACKS if spec.level in levels)
            reached = track[: track.index(spec.level) + 1] if rank is not None else (spec.level,)
            for level in reversed(reached):
                yield line, level.value
            if spec.field in ("guru", "nakes") and spec.group == "fungsional":
                return
        elif spec is not None:
            yield "pelaksana", spec.code
        executive = [key for key in self.line if key[0] == "pelaksana"]
        self.rng.shuffle(executive)
        for key in executive:
            if (self.line[key][0].spec.education or "") <= someone.education:
                yield key

    def _since(self, someone: Someone, cursor: date, stay: timedelta, free: date) -> date:
        lowest = max(someone.hired, free)
        since = max(lowest, cursor - stay)
        return lowest if (since - lowest).days < SHORT else since

    def _beyond(self, someone: Someone, cursor: date, stay: timedelta) -> date:
        """A seat beyond the formation, for whom none was free in the line of work."""
        # Who stayed past the own age, as the story lets one do, stayed in some post.
        able = next(
            found
            for by_age in (True, False)
            for key in self._lines(someone, cursor)
            if (found := self._able(someone, cursor, key, by_age=by_age))
        )
        place = self.rng.choice(able)
        since = self._since(someone, cursor, stay, self.world.get("Position", place.row, "starts_on"))
        known = next((each for each in self.extra[place.row] if each[1] >= cursor), None)
        if known is None:
            row = self._extra(place, since, cursor)
        else:
            row, known[1] = known[0], since
        self._hold(place, row, someone, since, cursor)
        return since

    def _lines(self, someone: Someone, cursor: date) -> Iterator[Key]:
        """The lines of work to look at, in the end any, those of the same field first."""
        spec = someone.next
        yield from self._keys(someone, someone.rank_on(cursor))
        yield from sorted(self.line, key=lambda key: spec is not None and self.line[key][0].spec.field != spec.field)

    def _able(self, someone: Someone, cursor: date, key: Key, *, by_age: bool) -> list[Place]:
        rank = someone.rank_on(cursor)
        return [
            place for place in self.line.get(key, ())
            if place.row not in someone.held
            and (rank is None or place.spec.group == "pelaksana" or rank >= (place.spec.rank_min or 0))
            and (not by_age or retires_on(someone.birth, self._age(place.spec)) >= cursor)
            and (cursor - self.world.get("Position", place.row, "starts_on")).days > STAY[1]
        ]  # fmt: skip

    def _hold(self, place: Place, seat: int, someone: Someone, since: date, until: date) -> None:
        self._add(place, seat, someone.employee, "definitif", since, until)
        someone.next = place.spec
        someone.held.add(place.row)

    def _add(self, place: Place, seat: int, employee: int, kind: str, since: date, until: date) -> None:
        self.decrees += 1
        self.world.add(
            "Incumbency", position=place.row, seat=seat, employee=employee, kind=kind,
            decree=f"821.2/{self.decrees}/{since.year}", decree_on=since - timedelta(days=5), starts_on=since,
            ends_on=until,
        )  # fmt: skip
