"""Removal candidates (needs-analysis.md 5): seen by Bagian Organisasi, BKD, PyB, PPK, the auditor and the head of unit
until decided, by every reader of the analysis afterwards. docs/decisions/0011-removal-candidates.md.
"""

from typing import Any, Self

from django.db.models import BooleanField, Case, Exists, OuterRef, Q, QuerySet, Value, When

from asnhr import dates
from asnhr.access import SUBORDINATES
from asnhr.roles import REMOVALS
from positions.models._base import TenantQuerySet, access_of, in_force, units_under
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
    if sees_every_removal(user):
        return Value(False, output_field=BooleanField())
    alike = {"row": 4, "source": Source.ABK.value, "need__lt": DEFAULT_LIMITS.smallest_need}
    candidate = _removing(result) | Q(**{f"{result}{name}": value for name, value in alike.items()})
    hidden = candidate & ~_decided(result, line)
    if getattr(user, "nip", ""):
        hidden &= ~Q(**{f"{result}unit__in": headed_units(user).values("pk")})
    return Case(When(hidden, then=Value(True)), default=Value(False), output_field=BooleanField())


def of_led_units(user: Any, *, result: str = "", line: str = "") -> Q | None:
    """Return the condition of what the seat alone opens to a head: the removal candidates of the agency's latest
    analysis in the units led, until decided. None for who heads no unit. Lookups as in `restricted`."""
    from positions.models.analysis import NeedsAnalysis  # that module imports this one

    access = access_of(user)
    if access.agency_id is None or not access.led_paths or not access.may(SUBORDINATES):
        return None
    real = Q(parameters__overlay={}) | Q(parameters__overlay__isnull=True)
    finished = NeedsAnalysis.objects.filter(real, agency=access.agency_id, is_complete=True)
    latest = finished.order_by("-as_of", "-pk").values("pk")[:1]
    here = {"agency": access.agency_id, f"{result}unit__in": units_under(access, access.led_paths)}
    return Q(**here, **{f"{result}analysis__in": latest}) & _removing(result) & ~_decided(result, line)


def _removing(result: str) -> Q:
    from positions.models.analysis import Recommendation  # that module imports this one

    return Q(**{f"{result}recommendation__in": (Recommendation.ABOLISH.value, Recommendation.MERGE.value)})


def _decided(result: str, line: str) -> Q:
    from positions.models.analysis import RecommendationLine  # that module imports this one

    states = (RecommendationLine.State.APPROVED.value, RecommendationLine.State.REJECTED.value)
    if result:
        return Q(**{f"{line}state__in": states}) | Q(**{f"{line}repeats_rejected": True})
    lines = RecommendationLine.objects.filter(
        Q(state__in=states) | Q(repeats_rejected=True), agency=OuterRef("agency"), result=OuterRef("pk"), number=1
    )
    return Q(Exists(lines))


class CandidateQuerySet(TenantQuerySet):
    """Rows that tell of removal candidates. `result_lookup`: from the row to its result, with the trailing `__`."""

    result_lookup = ""

    def visible_to(self, user: Any) -> Self:
        """Rows in the user's scope, removal candidates masked for who may not see them yet (`restricted`)."""
        return super().visible_to(user).annotate(restricted=restricted(user, result=self.result_lookup))

    def open_to(self, user: Any) -> Self:
        """What a reader of the analysis sees, and what a head reads of it by the seat alone (`of_led_units`)."""
        rows = super().visible_to(user) if access_of(user).may("view_analysis") else self.none()
        led = of_led_units(user, result=self.result_lookup)
        if led is not None:
            rows = rows | self.filter(led)
        return rows.annotate(restricted=restricted(user, result=self.result_lookup))

    def led_by(self, user: Any) -> Self:
        """Of these, what the seat alone opens to a head."""
        led = of_led_units(user, result=self.result_lookup)
        if led is None:
            return self.none()
        return self.filter(led).annotate(restricted=restricted(user, result=self.result_lookup))
