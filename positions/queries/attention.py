"""What asks for an admin's work: each a condition on one table, counted in what the admin sees. One query for all.

The lists of the admin filter by the same conditions, so a count is the length of the list behind it.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from django.db.models import CharField, Count, Q, QuerySet, Value

from positions.models import Contract, Incumbency
from positions.models._base import in_force
from positions.queries.home import ACTING_WARN_FROM
from positions.rules import sheet_flow

# Days before an end at which somebody still has the time to act.
SOON, CONTRACT_SOON = 30, 90


def ends_soon(day: date, days: int = SOON) -> Q:
    """The period ends within `days` of `day`."""
    return Q(ends_on__gt=day, ends_on__lte=day + timedelta(days=days))


def late(day: date) -> Q:
    """A workload sheet is still with its unit after the deadline of an open campaign."""
    return Q(campaign__deadline__lt=day, campaign__closed_on=None, state__in=sorted(sheet_flow.WITH_UNIT))


def acting_long(day: date) -> Q:
    """Somebody acts (Plt) so long that the term is near or past."""
    return in_force(day) & Q(kind=Incumbency.Kind.PLT, starts_on__lte=day - timedelta(days=ACTING_WARN_FROM))


def undecided(day: date) -> Q:
    """A contract ends soon and nobody has said whether it is extended."""
    return ends_soon(day, CONTRACT_SOON) & Q(extension=Contract.Extension.OPEN)


def counts(asked: Mapping[str, QuerySet[Any]]) -> dict[str, int]:
    """Return how many rows each has, by its name; one query."""
    if not asked:
        return {}
    first, *others = (
        rows.order_by()
        .values(what=Value(name, output_field=CharField()))
        .annotate(n=Count("pk"))
        .values_list("what", "n")
        for name, rows in asked.items()
    )
    return dict.fromkeys(asked, 0) | dict(first.union(*others, all=True))
