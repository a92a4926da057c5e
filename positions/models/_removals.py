"""Removal candidates (needs-analysis.md 5): seen by Bagian Organisasi, BKD, PyB, PPK, the auditor and the head of unit
until decided, by every reader of the analysis afterwards. docs/decisions/0011-removal-candidates.md.
"""

from typing import Any

from django.db.models import BooleanField, Case, Exists, OuterRef, Q, QuerySet, Value, When

from asnhr import dates
from asnhr.roles import REMOVALS
from positions.models._base import access_of, in_force
from positions.models.incumbency import Incumbency
from positions.models.unit import Unit
from positions.rules.need import Source
from positions.rules.recommendation import DEFAULT_LIMITS

# As what a person heads a unit; a Plh stands in for days and does not.
HEADING = (Incumbency.Kind.DEFINITIVE, Incumbency.Kind.DUTY, Incumbency.Kind.PLT)


def sees_every_removal(user: Any) -> bool:
    """Whether the user sees undecided removal candidates of the whole agency."""
    return access_of(user).may(REMOVALS)


def headed_units(user: Any) -> QuerySet[Unit]:
    """Return the units that the user heads today, with all below them.

    A head holds the head seat definitively, by additional duty (a school, a puskesmas) or as Plt; a Plh stands in for
    days and is none. The login is the person of its NIP.
    """
    agency_id = access_of(user).agency_id
    nip = getattr(user, "nip", "")
    if agency_id is None or not nip:
        return Unit.objects.none()
    held = Incumbency.objects.filter(
        in_force(dates.today()), agency=agency_id, employee__nip=nip, kind__in=HEADING, position__is_head=True
    )
    tops = Unit.objects.filter(agency=agency_id, pk__in=held.values("position__unit"))
    return Unit.objects.filter(Exists(tops.filter(path__over=OuterRef("path"))), agency=agency_id)


def restricted(user: Any, *, result: str = "", line: str = "") -> Case | Value:
    """Return whether a row tells of a removal candidate that the user may not see yet, as SQL; never null.

    `result`, `line`: lookups from the row to its NeedsResult and its RecommendationLine, with the trailing `__`; a row
    that is the result itself has no line, one that is the line no prefix. A line that equals a rejected one is decided;
    a deferred one is not. Positions that what everybody sees cannot tell from a candidate (row 4 with an ABK below the
    smallest need) are restricted alike: else the mask itself would name the candidates.
    """
    from positions.models.analysis import Recommendation, RecommendationLine  # that module imports this one

    removing = (Recommendation.ABOLISH.value, Recommendation.MERGE.value)
    decided_states = (RecommendationLine.State.APPROVED.value, RecommendationLine.State.REJECTED.value)
    if sees_every_removal(user):
        return Value(False, output_field=BooleanField())
    alike = {"row": 4, "source": Source.ABK.value, "need__lt": DEFAULT_LIMITS.smallest_need}
    candidate = Q(**{f"{result}recommendation__in": removing})
    candidate |= Q(**{f"{result}{name}": value for name, value in alike.items()})
    if result:
        decided = Q(**{f"{line}state__in": decided_states}) | Q(**{f"{line}repeats_rejected": True})
    else:
        lines = RecommendationLine.objects.filter(
            Q(state__in=decided_states) | Q(repeats_rejected=True),
            agency=OuterRef("agency"),
            result=OuterRef("pk"),
            number=1,
        )
        decided = Q(Exists(lines))
    hidden = candidate & ~decided
    if getattr(user, "nip", ""):
        hidden &= ~Q(**{f"{result}unit__in": headed_units(user).values("pk")})
    return Case(When(hidden, then=Value(True)), default=Value(False), output_field=BooleanField())
