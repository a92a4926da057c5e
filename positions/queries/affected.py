"""Whom a decision on units touches."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from positions.models import Employee, Incumbency
from positions.models._base import in_force
from positions.queries.tree import UnitAndBelow


def people_of(user: Any, units: Iterable[int], day: date) -> QuerySet[Employee]:
    """Return who on `day` holds a post in the units or below them, or belongs there and holds none; without those who
    had left by then. As it stands now: ask before what is decided is done."""
    within = Q(pk__in=[])
    held = Q(pk__in=[])
    for pk in units:
        within |= Q(unit__in=UnitAndBelow(pk, day))
        held |= Q(position__unit__in=UnitAndBelow(pk, day))
    posts = Incumbency.objects.filter(
        in_force(day), agency_id=OuterRef("agency_id"), employee_id=OuterRef("pk"),
        kind__in=[Incumbency.Kind.DEFINITIVE, Incumbency.Kind.PART_TIME],
    )  # fmt: skip
    stayed = Q(exits_on__isnull=True) | Q(exits_on__gt=day)
    people = Employee.objects.visible_to(user).filter(stayed)
    return people.filter(Exists(posts.filter(held)) | (~Exists(posts) & within)).order_by("name", "pk")
