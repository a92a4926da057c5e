"""The work calendar (kalender kerja): national duties, those of the agency, and which were done."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from positions.models import AgencyDeadline, Deadline, DeadlineDone
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


def duties(user: Any, first: date, last: date) -> list[Duty]:
    """Return the duties that fall due from `first` to `last`, both included, by day; three queries.

    A duty of the agency that replaces a national one stands in its place while it is in force. Empty for who does not
    read the register.
    """
    access = access_of(user)
    if access.agency_id is None or not access.may("view_register"):
        return []
    own = list(AgencyDeadline.objects.visible_to(user).order_by("pk"))
    done = {
        (row.key, row.due_on): row
        for row in DeadlineDone.objects.visible_to(user).filter(due_on__gte=first, due_on__lte=last)
        .select_related("done_by")
    }  # fmt: skip
    found: list[Duty] = []
    for row in Deadline.objects.order_by("code"):
        for due in occurrences(row.months, row.day, first, last):
            instead = any(each.replaces == row.code and _in_force(each, due) for each in own)
            if _in_force(row, due) and not instead:
                found.append(_duty(row.code, row, due, row.route, row.mark, None, done))
    for mine in own:
        for due in _days(mine, first, last):
            if _in_force(mine, due):
                found.append(_duty(f"i{mine.pk}", mine, due, "", "", mine.pk, done))
    return sorted(found, key=lambda each: (each.due_on, each.name, each.key))


def _days(row: AgencyDeadline, first: date, last: date) -> Iterable[date]:
    if row.once_on is not None:
        return [row.once_on] if first <= row.once_on <= last else []
    return occurrences(row.months, row.day or 1, first, last)


def _in_force(row: Any, day: date) -> bool:
    return row.starts_on <= day and (row.ends_on is None or row.ends_on > day)


def _duty(
    key: str, row: Any, due: date, route: str, mark: str, own: int | None, done: dict[tuple[str, date], DeadlineDone]
) -> Duty:
    finished = done.get((key, due))
    return Duty(
        key, row.name, due, due - timedelta(days=row.warn_days), row.permission, route, row.legal_basis, mark, own,
        finished.done_on if finished else None, str(finished.done_by) if finished else "",
    )  # fmt: skip


# How long a duty that nobody marked as done still waits after its day, and how early one may be told of.
KEPT_DAYS = 30
MOST_WARN_DAYS = 120


def waiting(user: Any, day: date) -> list[Duty]:
    """Return the duties that wait for this user on `day`, the oldest first; three queries."""
    near = duties(user, day - timedelta(days=KEPT_DAYS), day + timedelta(days=MOST_WARN_DAYS))
    return [each for each in near if each.is_near(day) and access_of(user).may(each.permission)]
