"""Offices (perangkat daerah) of an analysis to which nobody was ever imported: their B says nothing yet."""

from collections.abc import Collection
from typing import Any

from django.db.models import BooleanField, Exists, ExpressionWrapper, OuterRef, Q
from django.db.models.functions import Coalesce

from positions.models import Incumbency, NeedsAnalysis, Unit
from positions.queries.analysis import results


def unstaffed(user: Any, analysis: NeedsAnalysis, units: Collection[int] | None = None) -> tuple[list[str], int]:
    """Return the names of the offices with positions, in the user's sight and in `units`, where nobody was ever on
    record and no imported map prints B; and how many offices there are. One query.

    The rule of `positions.queries.figures.IsPrinted`: people come for a whole office, so once somebody is there an
    empty post is vacant. The root stands for itself.
    """
    rows: Any = results(user, analysis).order_by()
    if units is not None:
        rows = rows.filter(unit__in=units)
    rows = rows.annotate(office=Coalesce("unit__office", "unit"))
    offices = Unit.objects.filter(agency=analysis.agency_id, pk__in=rows.values("office"))
    ever = Incumbency.objects.filter(agency=analysis.agency_id).order_by()
    printed = Q(pk__in=rows.filter(b_printed=True).values("office"))
    below, own = (Exists(ever.filter(**{f"position__unit{link}": OuterRef("pk")})) for link in ("__office", ""))
    found = offices.annotate(known=ExpressionWrapper(below | own | printed, output_field=BooleanField()))
    named = list(found.order_by("name", "pk").values_list("name", "known"))
    return [name for name, known in named if not known], len(named)
