"""The class of a job on a day: what every page, file and answer shows that looks at a day (docs/decisions/0029)."""

from datetime import date
from typing import Any

from django.db.models import F, OuterRef, PositiveSmallIntegerField, QuerySet, Subquery

from asnhr import dates
from positions.models import Job, JobClassPeriod
from positions.models.job_class import class_in_force


def class_on(day: date, prefix: str = "") -> Any:
    """Return the class of `day` of jobs, for annotations and orders; null: none then. `prefix`: lookup of the job."""
    if day == dates.today():
        return F(f"{prefix}job_class")
    held = JobClassPeriod.objects.filter(
        class_in_force(day), agency_id=OuterRef("agency_id"), job_id=OuterRef(f"{prefix}pk")
    )
    return Subquery(held.values("job_class"), output_field=PositiveSmallIntegerField())


def with_class(positions: QuerySet[Any], day: date) -> QuerySet[Any]:
    """Annotate positions with `job_class`: the one that their job has on `day`."""
    return positions.annotate(job_class=class_on(day, "job__"))


def class_of(job: Job, day: date) -> int | None:
    """Return the class of a loaded job on `day`; one query, of today none."""
    if day == dates.today():
        return job.job_class
    held = JobClassPeriod.objects.filter(class_in_force(day), agency_id=job.agency_id, job=job)
    return held.values_list("job_class", flat=True).first()


def periods_of(user: Any, job: Job) -> QuerySet[JobClassPeriod]:
    """The classes of a job, the latest first."""
    rows = JobClassPeriod.objects.visible_to(user).filter(job=job)
    return rows.order_by(F("starts_on").desc(nulls_last=True), "-pk")


def coming(job: Job, day: date) -> JobClassPeriod | None:
    """Return the last class of a job where it is to hold from a day after `day`."""
    rows = JobClassPeriod.objects.filter(agency_id=job.agency_id, job=job, starts_on__gt=day)
    return rows.order_by("-starts_on").first()
