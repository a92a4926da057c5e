"""Reads of posts that closed and what they went on in, with the people who went along."""

from datetime import date
from typing import Any

from django.db.models import Count, Exists, F, IntegerField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from positions.models import Incumbency, Position


def went_along() -> QuerySet[Incumbency]:
    """Who held the outer position on its last day and held its successor on the next one."""
    after = Incumbency.objects.filter(
        agency_id=OuterRef("agency_id"), employee_id=OuterRef("employee_id"),
        position_id=OuterRef("position__successor_id"), starts_on=OuterRef("ends_on"),
    )  # fmt: skip
    return Incumbency.objects.filter(Exists(after), ends_on=F("position__ends_on"))


def closed(user: Any, day: date) -> QuerySet[Position]:
    """Positions closed on or before `day` that the user sees, each with `moved`: how many people went along."""
    moved = went_along().filter(agency_id=OuterRef("agency_id"), position_id=OuterRef("pk")).order_by()
    counted = moved.values("position_id").annotate(n=Count("employee_id", distinct=True)).values("n")
    rows = Position.objects.visible_to(user).filter(ends_on__lte=day)
    return rows.select_related("job", "unit", "successor__job", "successor__unit").annotate(
        moved=Coalesce(Subquery(counted, output_field=IntegerField()), 0)
    )


def people_of(position: Position, most: int = 20) -> list[Incumbency]:
    """The people who went from a closed position to its successor, by name; one query."""
    rows = went_along().filter(agency_id=position.agency_id, position=position).select_related("employee")
    return list(rows.order_by("employee__name", "pk")[:most])


def predecessors(user: Any, position: Position, day: date) -> list[Position]:
    """The positions that went on in this one, with `moved`; one query."""
    return list(closed(user, day).filter(successor=position).order_by("ends_on", "pk"))
