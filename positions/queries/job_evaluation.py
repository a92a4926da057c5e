"""Reads of job evaluation (FES): jobs with their latest version, one version with its factors."""

from dataclasses import dataclass
from typing import Any

from django.db.models import F, OuterRef, Q, QuerySet, Subquery

from positions.models import Job, JobEvaluation, JobEvaluationFactor
from positions.rules import job_class as rules

# What a job shows of its latest version, as `evaluation_…`.
LATEST = ("id", "version", "state", "points", "computed_class", "decree", "decree_on", "starts_on")
# The points say another class than the one that is in force.
DIFFERS = Q(evaluation_computed_class__isnull=False) & (
    Q(job_class__isnull=True) | ~Q(evaluation_computed_class=F("job_class"))
)


def jobs_with_latest(user: Any) -> QuerySet[Job]:
    """Jobs in use that the user sees, each with `evaluation_…` of its latest version; null: never evaluated."""
    latest = JobEvaluation.objects.filter(agency_id=OuterRef("agency_id"), job_id=OuterRef("pk")).order_by("-version")
    columns = {f"evaluation_{name}": Subquery(latest.values(name)[:1]) for name in LATEST}
    return Job.objects.visible_to(user).filter(is_active=True).annotate(**columns)


@dataclass(frozen=True)
class FactorRow:
    """A factor of an evaluation's kind with the level given; points None: not scored yet."""

    factor: rules.Factor
    level: int | None
    points: int | None
    reason: str


def factors_of(evaluation: JobEvaluation) -> list[FactorRow]:
    """Return every factor of the kind, scored or not, in the regulation's order; one query."""
    rows = JobEvaluationFactor.objects.filter(agency_id=evaluation.agency_id, evaluation=evaluation)
    given = {row.factor: row for row in rows.order_by("pk")}
    found = []
    for factor in rules.FACTORS[rules.Kind(evaluation.kind)]:
        row = given.get(factor.code)
        found.append(FactorRow(factor, row.level, row.points, row.reason) if row else FactorRow(factor, None, None, ""))
    return found


def versions_of(user: Any, job: Job) -> QuerySet[JobEvaluation]:
    """The versions of a job, the latest first."""
    return JobEvaluation.objects.visible_to(user).filter(job=job).order_by("-version")
