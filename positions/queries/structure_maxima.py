"""Units with more below them than the structure's maxima allow (positions.rules.structure_maxima)."""

from collections import Counter
from datetime import date

from asnhr.models import Agency
from positions.models import Unit, UnitPeriod
from positions.models._base import in_force
from positions.rules.structure_maxima import Excess, exceeded


def excesses(unit: Unit, day: date) -> list[tuple[str, Excess]]:
    """Return (name, excess) of what stands above `unit` on `day`, for the unit's own kind, and of the unit itself.

    None for a province: its figures were not read. Four queries.
    """
    if Agency.objects.filter(pk=unit.agency_id, kind=Agency.Kind.PROVINCE).exists():
        return []
    places = UnitPeriod.objects.filter(in_force(day), in_force(day, "unit__"), agency_id=unit.agency_id)
    place = places.filter(unit=unit).select_related("parent").first()
    if place is None:
        return []
    parent = place.parent
    over = places.filter(unit=parent).values_list("parent__kind", flat=True).first() if parent else None
    below: dict[int, Counter[str]] = {}
    watched = [unit.pk] + ([parent.pk] if parent else [])
    for above, kind in places.filter(parent__in=watched).order_by("pk").values_list("parent_id", "unit__kind"):
        below.setdefault(above, Counter())[kind] += 1
    found = []
    if parent is not None:
        own = exceeded(parent.kind, over or "", below.get(parent.pk, Counter()), [unit.kind])
        found += [(parent.name, each) for each in own]
    inside = exceeded(unit.kind, parent.kind if parent else "", below.get(unit.pk, Counter()))
    return found + [(place.name, each) for each in inside]
