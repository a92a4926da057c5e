"""Figures of the home page: each the sum of a list that the page links to; shortage and surplus are never netted."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.db.models import Case, CharField, Count, F, IntegerField, OuterRef, Q, Subquery, Sum, Value, When
from django.db.models.functions import Cast, Coalesce, ExtractYear, Greatest, Least

from asnhr import dates
from positions.models import (
    AgendaItem,
    Employee,
    Finding,
    Incumbency,
    JobEvaluation,
    JobStandard,
    NameMapping,
    NeedsAnalysis,
    NeedsResult,
    Position,
    Recommendation,
    RecommendationLine,
    Seat,
    TechnicalCompetencyVersion,
    WorkloadSheet,
)
from positions.models._base import access_of, in_force
from positions.models.competency import VersionState
from positions.queries import agenda, figures, histories, job_analysis, personal_file, register, rulebook
from positions.rules import sheet_flow
from positions.rules.numbers import add_months
from positions.rules.recommendation import DEFAULT_LIMITS

# Plt: the legal term, and the day from which it is near.
ACTING_LIMIT_DAYS = DEFAULT_LIMITS.acting_legal_days
ACTING_WARN_FROM = DEFAULT_LIMITS.acting_days
MOST_ACTING = 3
COUNTED = "part_time_in_b"


@dataclass(frozen=True)
class Seats:
    total: int
    filled: int
    # Of these: filled only by what an imported position map prints.
    printed: int = 0

    @property
    def vacant(self) -> int:
        return self.total - self.filled

    @property
    def percent(self) -> float | None:
        return 100 * self.filled / self.total if self.total else None


@dataclass(frozen=True)
class Group:
    """An office (or, for a unit-bound user, a unit) in the latest analysis."""

    pk: int
    name: str
    need: int
    holders: int
    shortage: int
    surplus: int


@dataclass(frozen=True)
class Latest:
    """The latest complete analysis in what the user sees; sums over its positions."""

    analysis: NeedsAnalysis
    groups: list[Group] = field(default_factory=list)

    @property
    def shortage(self) -> int:
        return sum(group.shortage for group in self.groups)

    @property
    def surplus(self) -> int:
        return sum(group.surplus for group in self.groups)


@dataclass(frozen=True)
class People:
    """Active people by status; `part_time_in_b`: the agency counts PPPK paruh waktu in B."""

    by_status: dict[str, int]
    part_time_in_b: bool

    @property
    def part_time(self) -> int:
        return self.by_status.get(Employee.Status.PART_TIME, 0)

    @property
    def counted(self) -> int:
        """How many of them B may count."""
        return sum(self.by_status.values()) - (0 if self.part_time_in_b else self.part_time)


def people_and_seats(user: Any, day: date) -> tuple[People, Seats]:
    """Return (active people; the decided seats of open positions and how many are filled).

    Where nobody was ever imported to a perangkat daerah its seats are filled as the imported map prints B
    (needs-analysis.md 2), as on the lists and in the analysis. One query: the counts are united.
    """
    people = register.active(Employee.objects.visible_to(user), day)
    seats = Seat.objects.visible_to(user).filter(in_force(day, "position__"))
    counted = When(Q(status=Employee.Status.PART_TIME) & Q(rulebook.PartTimeCounts(day)), then=Value(COUNTED))
    own = Cast("status", CharField()) if day >= dates.today() else histories.status_then(day)
    status = Case(counted, default=own, output_field=CharField())
    by_status = people.order_by().values(what=status).annotate(n=Count("pk"))
    total = seats.decided(day).order_by().values(what=Value("seats")).annotate(n=Count("pk"))
    open_seats = seats.filter(pk__in=register.vacant_seats(day).values("pk")).order_by()
    vacant = open_seats.values(what=Value("vacant")).annotate(n=Count("pk"))
    decided = Seat.objects.decided(day).filter(agency_id=OuterRef("agency_id"), position_id=OuterRef("pk"))
    n_seats = decided.order_by().values("position").annotate(n=Count("pk")).values("n")
    is_printed = figures.IsPrinted("agency_id", "printed_holders", "unit_id", "unit__office_id", day=day)
    mapped = Position.objects.visible_to(user).filter(in_force(day), Q(is_printed), printed_holders__gt=0)
    held = Least(F("printed_holders"), Subquery(n_seats), output_field=IntegerField())
    # least() of PostgreSQL skips null: a position without a seat has none that is filled.
    mapped = mapped.annotate(n_seats=Subquery(n_seats)).filter(n_seats__gt=0)
    printed = mapped.order_by().values(what=Value("printed")).annotate(n=Coalesce(Sum(held), 0))
    counts = dict(_pairs(by_status).union(_pairs(total), _pairs(vacant), _pairs(printed), all=True))
    found, on_map = counts.pop("seats", 0), counts.pop("printed", 0)
    seats_found = Seats(found, found - counts.pop("vacant", 0) + on_map, on_map)
    in_b = counts.pop(COUNTED, 0)
    if in_b:
        counts[Employee.Status.PART_TIME] = in_b
    return People(counts, bool(in_b)), seats_found


def _pairs(rows: Any) -> Any:
    return rows.values_list("what", "n")


def complete_analyses(user: Any) -> Any:
    """Complete analyses of the agency; what-if ones do not count."""
    real = Q(parameters__overlay={}) | Q(parameters__overlay__isnull=True)
    return NeedsAnalysis.objects.filter(real, agency=access_of(user).agency_id or 0, is_complete=True)


def has_analysis(user: Any) -> bool:
    """Whether the user's agency has a complete analysis, of whatever day, that the user may read; one query."""
    return access_of(user).may("view_analysis") and complete_analyses(user).exists()


def latest_analysis(user: Any, day: date) -> Latest | None:
    """Return the latest complete analysis not after `day` with its sums by office, worst first; two queries."""
    analyses = complete_analyses(user).filter(as_of__lte=day)
    analysis = analyses.order_by("-as_of", "-pk").first() if access_of(user).may("view_analysis") else None
    if analysis is None:
        return None
    unit = "unit__office" if access_of(user).whole_agency else "unit"
    # As in the analysis's own totals: the holder of a duty counts once, in the functional post.
    once = analysis.parameters.get("values", {}).get(rulebook.DUTY_ONCE, {}).get("value", True)
    people = Q(position__by_duty=False) if once else Q()
    rows = (
        NeedsResult.objects.visible_to(user)
        .filter(analysis=analysis)
        .order_by()
        .values(group=Coalesce(f"{unit}_id", "unit_id"), group_name=Coalesce(f"{unit}__name", "unit__name"))
        .annotate(
            need_sum=Coalesce(Sum("k_used"), Value(0)),
            holder_sum=Coalesce(Sum("b", filter=people), Value(0)),
            # Where K is unknown, Greatest would answer 0 to NULL: such rows are left out by the filter.
            shortage_sum=Coalesce(_positive("k_used", "b"), Value(0)),
            surplus_sum=Coalesce(_positive("b", "k_used"), Value(0)),
        )
        .order_by("-shortage_sum", "group_name", "group")
    )
    groups = [
        Group(
            row["group"], row["group_name"], row["need_sum"], row["holder_sum"], row["shortage_sum"], row["surplus_sum"]
        )
        for row in rows
    ]
    return Latest(analysis, groups)


def _positive(one: str, other: str) -> Sum:
    difference = Greatest(F(one) - F(other), Value(0), output_field=IntegerField())
    return Sum(difference, filter=Q(k_used__isnull=False))


def retirements(user: Any, day: date) -> tuple[dict[int, int], int]:
    """Return (how many retire in each calendar year from this one, five more; how many within 12 months); one query."""
    soon = add_months(day, 12)
    rows = (
        register.retiring(user, day)
        .filter(retires_on__lte=date(day.year + 5, 12, 31))
        .order_by()
        .values(year=ExtractYear("retires_on"))
        .annotate(n=Count("pk"), soon=Count("pk", filter=Q(retires_on__lte=soon)))
        .values_list("year", "n", "soon")
    )
    by_year = {year: 0 for year in range(day.year, day.year + 6)}
    within = 0
    for year, number, number_soon in rows:
        by_year[year] = number
        within += number_soon
    return by_year, within


def waiting(user: Any, day: date) -> dict[str, int]:
    """Return what waits for somebody in the user's scope, by kind; one query."""
    latest = complete_analyses(user).order_by("-as_of", "-pk")
    lines = RecommendationLine.objects.visible_to(user).filter(
        state=RecommendationLine.State.OPEN, repeats_rejected=False, result__analysis__in=latest.values("pk")[:1]
    )
    # Where a post is kept there is nothing to decide.
    lines = lines.exclude(recommendation=Recommendation.KEEP)
    late = WorkloadSheet.objects.visible_to(user).filter(
        campaign__deadline__lt=day, campaign__closed_on__isnull=True,
        state__in=sorted(sheet_flow.WITH_UNIT),
    )  # fmt: skip
    kinds = {
        "findings": Finding.objects.visible_to(user).filter(settled_at__isnull=True),
        "mappings": NameMapping.objects.visible_to(user).filter(mapped_at__isnull=True),
        "urgent": lines.filter(priority=1),
        "recommendations": lines,
        "late_sheets": late,
        "requests": personal_file.to_decide(user),
        "documents_to_judge": job_analysis.to_judge(user),
        "documents_returned": job_analysis.returned(user),
        "documents_late": job_analysis.overdue(user, day),
        "evaluations": JobEvaluation.objects.visible_to(user).filter(state=JobEvaluation.State.SUBMITTED),
        "standards": JobStandard.objects.visible_to(user).filter(state=VersionState.SUBMITTED),
        "competencies": TechnicalCompetencyVersion.objects.visible_to(user).filter(state=VersionState.SUBMITTED),
        "increments": agenda.soon_unproposed(user, AgendaItem.Kind.INCREMENT, day),
        "acting": _acting(user, day),
        "leaving": agenda.soon_unproposed(user, AgendaItem.Kind.PENSION, day),
    }
    counts = [
        rows.order_by().values(what=Value(kind)).annotate(n=Count("pk")).values_list("what", "n")
        for kind, rows in kinds.items()
    ]
    return dict.fromkeys(kinds, 0) | dict(counts[0].union(*counts[1:], all=True))


def acting_near_limit(user: Any, day: date) -> list[Incumbency]:
    """Return Plt within 15 days of the limit or past it, longest first, three at most; one query."""
    rows = _acting(user, day).select_related("position__job", "position__unit__office", "employee")
    return list(rows.order_by("starts_on", "pk")[:MOST_ACTING])


def _acting(user: Any, day: date) -> Any:
    return Incumbency.objects.visible_to(user).filter(
        in_force(day), kind=Incumbency.Kind.PLT, starts_on__lte=day - timedelta(days=ACTING_WARN_FROM)
    )
