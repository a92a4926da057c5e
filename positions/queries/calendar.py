"""The work calendar (kalender kerja): national duties, those of the agency, and which were done."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import orjson
from django.db import connection

from positions.models import AgencyDeadline, Deadline
from positions.models._base import access_of
from positions.rules.calendar import occurrences


@dataclass(frozen=True, slots=True)
class Duty:
    """A duty on one of its days. `key`: the national code, or "i" and the id of the agency's own; `own` then too."""

    key: str
    name: str
    due_on: date
    warn_on: date
    permission: str
    route: str
    legal_basis: str
    mark: str
    own: int | None
    done_on: date | None
    done_by: str

    def is_near(self, day: date) -> bool:
        """Whether it waits for somebody on `day`: not done, and its warning has come."""
        return self.done_on is None and self.warn_on <= day


# One look instead of three: the home page asks with every visit. Row security keeps the agency's rows to it.
_READ = """
SELECT 'national', to_jsonb(n), '' FROM positions_deadline n
UNION ALL SELECT 'own', to_jsonb(o), '' FROM positions_agencydeadline o WHERE o.agency_id = %(agency)s
UNION ALL SELECT 'done', to_jsonb(d), coalesce(nullif(btrim(u.first_name || ' ' || u.last_name), ''), u.username)
    FROM positions_deadlinedone d JOIN asnhr_user u ON u.id = d.done_by_id
    WHERE d.agency_id = %(agency)s AND d.due_on BETWEEN %(first)s AND %(last)s
"""


def duties(user: Any, first: date, last: date) -> list[Duty]:
    """Return the duties that fall due from `first` to `last`, both included, by day; one query.

    A duty of the agency that replaces a national one stands in its place while it is in force. Empty for who does not
    read the register.
    """
    access = access_of(user)
    if access.agency_id is None or not access.may("view_register"):
        return []
    with connection.cursor() as cursor:
        cursor.execute(_READ, {"agency": access.agency_id, "first": first, "last": last})
        read = [(kind, orjson.loads(row) if isinstance(row, str) else row, by) for kind, row, by in cursor.fetchall()]
    own = [AgencyDeadline(**_dated(row)) for kind, row, _by in read if kind == "own"]
    done = {(row["key"], date.fromisoformat(row["due_on"])): (date.fromisoformat(row["done_on"]), by)
            for kind, row, by in read if kind == "done"}  # fmt: skip
    found: list[Duty] = []
    for row in (Deadline(**_dated(row)) for kind, row, _by in read if kind == "national"):
        for due in occurrences(row.months, row.day, first, last):
            instead = any(each.replaces == row.code and _in_force(each, due) for each in own)
            if _in_force(row, due) and not instead:
                found.append(_duty(row.code, row, due, row.route, row.mark, None, done))
    for mine in own:
        for due in _days(mine, first, last):
            if _in_force(mine, due):
                found.append(_duty(f"i{mine.pk}", mine, due, "", "", mine.pk, done))
    return sorted(found, key=lambda each: (each.due_on, each.name, each.key))


def _dated(row: dict[str, Any]) -> dict[str, Any]:
    return row | {
        name: date.fromisoformat(row[name]) for name in ("starts_on", "ends_on", "once_on") if row.get(name)
    }  # fmt: skip


def _days(row: AgencyDeadline, first: date, last: date) -> Iterable[date]:
    if row.once_on is not None:
        return [row.once_on] if first <= row.once_on <= last else []
    return occurrences(row.months, row.day or 1, first, last)


def _in_force(row: Any, day: date) -> bool:
    return row.starts_on <= day and (row.ends_on is None or row.ends_on > day)


def _duty(
    key: str,
    row: Any,
    due: date,
    route: str,
    mark: str,
    own: int | None,
    done: dict[tuple[str, date], tuple[date, str]],
) -> Duty:
    done_on, done_by = done.get((key, due), (None, ""))
    return Duty(
        key, row.name, due, due - timedelta(days=row.warn_days), row.permission, route, row.legal_basis, mark, own,
        done_on, done_by,
    )  # fmt: skip


# The years before and after this one that the calendar shows.
YEARS_AROUND = 5
# How long a duty that nobody marked as done still waits after its day, and how early one may be told of.
KEPT_DAYS = 30
MOST_WARN_DAYS = 120


def waiting(user: Any, day: date) -> list[Duty]:
    """Return the duties that wait for this user on `day`, the oldest first; one query."""
    near = duties(user, day - timedelta(days=KEPT_DAYS), day + timedelta(days=MOST_WARN_DAYS))
    return [each for each in near if each.is_near(day) and access_of(user).has_duty(each.permission)]
