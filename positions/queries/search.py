"""The search for people, positions, units and jobs: keys by `positions_search`, rows by the doors that lists use.

The function (migration 0019) may use the trigram indexes, which row security keeps from ordinary queries; it holds to
the transaction's agency and to the paths given here. What it names is read again under row security and `visible_to`,
so that a fault in either lock shows nothing.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from positions.models import Employee, Job, Position, Unit
from positions.models._base import access_of
from positions.queries import register

MOST_HITS = 12
LONGEST = 100
SEARCH = "SELECT kind, id FROM positions_search(%s, %s, %s::ltree[], %s, %s, %s)"


@dataclass(frozen=True)
class Hits:
    employees: list[Employee]
    positions: list[Position]
    units: list[Unit]
    jobs: list[Job]

    @property
    def count(self) -> int:
        return len(self.employees) + len(self.positions) + len(self.units) + len(self.jobs)


def search(user: Any, text: str, day: date, most: int = MOST_HITS) -> Hits:
    """Return at most `most` of each kind like `text`, in scope, best first; forgives typing errors.

    Four digits and more look for a NIP that begins so. Fewer than two characters find nothing. Cost: one query, and
    one more for each kind that was found.
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
        found: dict[str, list[int]] = {}
        for kind, pk in cursor.fetchall():
            found.setdefault(kind, []).append(pk)
    return Hits(
        _rows(register.employees_visible(user).select_related("unit"), found.get("employee")),
        _rows(Position.objects.visible_to(user).select_related("job", "unit"), found.get("position")),
        _rows(Unit.objects.visible_to(user).select_related("office"), found.get("unit")),
        _rows(Job.objects.visible_to(user), found.get("job")),
    )


def _rows(visible: QuerySet, keys: list[int] | None) -> list[Any]:
    """Return the visible ones of `keys`, in their order; no query without keys."""
    if not keys:
        return []
    rows = {row.pk: row for row in visible.filter(pk__in=keys)}
    return [rows[key] for key in keys if key in rows]
