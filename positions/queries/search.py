"""The search for people, positions, units and jobs: keys by `positions_search`, rows by the doors that lists use.

The function (migration 0019) may use the trigram indexes, which row security keeps from ordinary queries; it holds to
the transaction's agency and to the paths given here. What it names is read again under row security and `visible_to`,
so that a fault in either lock shows nothing.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db import connection
from django.db.models import CharField, QuerySet, Value

from asnhr import dates
from asnhr.likeness import Nearness, nearness
from positions.models import Employee, Incumbency, Job, Position, Unit
from positions.models._base import access_of, in_force
from positions.queries import histories, register

MOST_HITS = 12
LONGEST = 100
# What may be the beginning of a code: no spaces, a digit in it ("1271.K08").
CODE = re.compile(r"(?=\S*\d)[\w./-]{3,}")
# What `positions_search` answers for a name that has every word typed; up to 1 it is merely alike.
BEARS: dict[float, Nearness] = {4: Nearness.WORDS, 3: Nearness.BEGINNINGS, 2: Nearness.INSIDE}
# A hit by its code.
CODED = -1.0
SEARCH = "SELECT kind, id, likeness FROM positions_search(%s, %s, %s::ltree[], %s, %s, %s)"


@dataclass(frozen=True)
class Hits:
    """What was found, of each kind the nearest first. `nearness`: by the names in `KINDS` and id."""

    employees: list[Employee]
    positions: list[Position]
    units: list[Unit]
    jobs: list[Job]
    nearness: dict[tuple[str, int], Nearness] = field(default_factory=dict)

    @property
    def count(self) -> int:
        return len(self.employees) + len(self.positions) + len(self.units) + len(self.jobs)


def search(user: Any, text: str, day: date, most: int = MOST_HITS) -> Hits:
    """Return at most `most` of each kind that has all words of `text`, or is like it, in scope, best first; forgives
    typing errors.

    Four digits and more look for a NIP that begins so, and what may be a code for units, positions and jobs whose code
    begins so. Fewer than two characters find nothing. People of a past day have the status ("": yet to be appointed)
    and the unit of that day. Cost: one query, and one more for each kind that was found; a code one more; people of a
    past day two more.
    """
    text = " ".join(text.split())[:LONGEST]
    digits = text.replace(" ", "").replace(".", "")
    digits = digits[:18] if digits.isascii() and digits.isdigit() and len(digits) >= 4 else ""
    access = access_of(user)
    own = getattr(user, "nip", "") if access.may("view_own") else ""
    reads = access.may("view_register")
    if len(text) < 2 or access.agency_id is None or not (reads or own):
        return Hits([], [], [], [])
    paths = None if reads and access.whole_agency else list(access.unit_paths) if reads else []
    with connection.cursor() as cursor:
        cursor.execute(SEARCH, [text, digits, paths, own, day, most])
        found: dict[str, dict[int, float]] = {}
        for kind, pk, likeness in cursor.fetchall():
            found.setdefault(kind, {})[pk] = likeness
    for kind, pk in _coded(user, text, day, most) if reads and CODE.fullmatch(text) else ():
        found.setdefault(kind, {})[pk] = CODED
    people: list[Employee] = _rows(register.employees_visible(user).select_related("unit"), found.get("employee"))
    if people and day < dates.today():
        _as_of(people, day)
    hits = Hits(
        people,
        _rows(Position.objects.visible_to(user).select_related("job", "unit"), found.get("position")),
        _rows(Unit.objects.visible_to(user).select_related("office"), found.get("unit")),
        _rows(Job.objects.visible_to(user), found.get("job")),
    )
    _judge(hits, text, found, is_number=bool(digits))
    return hits


def _judge(hits: Hits, text: str, found: dict[str, dict[int, float]], *, is_number: bool) -> None:
    """Say how near each hit is and put the nearest of each kind first. What bears all words of the text, also in a name
    of the past, the database says (`BEARS`); a NIP is found by how it begins."""
    for plural, (kind, named) in KINDS.items():
        rows = getattr(hits, plural)
        for row in rows:
            near = Nearness.BEGINNINGS if is_number else min(nearness(text, name) for name in named(row))
            if found[kind][row.pk] == CODED:
                near = Nearness.SAME if row.code.casefold() == text.casefold() else Nearness.BEGINNINGS
            hits.nearness[plural, row.pk] = min(near, BEARS.get(found[kind][row.pk], Nearness.ALIKE))
        rows.sort(key=lambda row, plural=plural: hits.nearness[plural, row.pk])


# Each kind: its name in `positions_search`, and the names by which one of it is called.
KINDS: dict[str, tuple[str, Callable[[Any], tuple[str, ...]]]] = {
    "employees": ("employee", lambda row: (row.name, row.full_name)),
    "positions": ("position", lambda row: (str(row.job), f"{row.job} {row.unit.name}")),
    "units": ("unit", lambda row: (row.name,)),
    "jobs": ("job", lambda row: (row.name, str(row))),
}


def _coded(user: Any, text: str, day: date, most: int) -> list[tuple[str, int]]:
    """Return kind and id of what has a code that begins with `text`; one query."""
    visible = (
        ("unit", Unit.objects.visible_to(user).filter(in_force(day))),
        ("position", Position.objects.visible_to(user).filter(in_force(day))),
        ("job", Job.objects.visible_to(user).filter(is_active=True)),
    )
    each = [
        rows.filter(code__istartswith=text).annotate(found_as=Value(kind, output_field=CharField()))
        .order_by("code", "pk").values_list("found_as", "pk")[:most]
        for kind, rows in visible
    ]  # fmt: skip
    return list(each[0].union(*each[1:], all=True))


def _as_of(people: list[Employee], day: date) -> None:
    """Give people of a past day the status and, who held a post then, the unit of that day. At most two queries; never
    to be saved."""
    histories.statuses_as_they_stood(people, day)
    kinds = [Incumbency.Kind.DEFINITIVE, Incumbency.Kind.PART_TIME]
    posts = Incumbency.objects.filter(in_force(day), employee__in=[each.pk for each in people], kind__in=kinds)
    units = {post.employee_id: post.position.unit for post in posts.select_related("position__unit")}
    for each in people:
        each.unit = units.get(each.pk, each.unit)


def _rows(visible: QuerySet, keys: Iterable[int] | None) -> list[Any]:
    """Return the visible ones of `keys`, in their order; no query without keys."""
    if not keys:
        return []
    rows = {row.pk: row for row in visible.filter(pk__in=list(keys))}
    return [rows[key] for key in keys if key in rows]
