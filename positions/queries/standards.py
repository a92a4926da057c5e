"""Reads of the competency dictionary and of job standards."""

from collections import Counter
from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from positions.models import (
    Job,
    JobCompetency,
    JobEducation,
    JobStandard,
    TechnicalCompetency,
    TechnicalCompetencyVersion,
)
from positions.models._base import in_force
from positions.rules.competency_standard import Content, order_of
from positions.rules.levels import RANK_BY_ID


def lines(rows: QuerySet[JobCompetency], day: date) -> QuerySet[JobCompetency]:
    """The rows among `rows` of standards in force on `day`, with their competency and standard."""
    found = rows.filter(in_force(day, "standard__"), standard__state="ditetapkan")
    return found.select_related("competency", "technical", "standard").order_by("pk")


def sorted_lines(rows: Iterable[JobCompetency]) -> list[JobCompetency]:
    """In the order of the annex: managerial, socio-cultural, technical by code."""
    return sorted(rows, key=lambda row: (order_of(row.of.code), row.pk))


def facts_of(job: Job) -> dict[str, Any]:
    """What the catalogue says of a job now, as a standard keeps it when it is decided; one query."""
    fields = JobEducation.objects.filter(agency_id=job.agency_id, job=job).order_by("field", "pk")
    low, high = RANK_BY_ID.get(job.rank_min or 0), RANK_BY_ID.get(job.rank_max or 0)
    return {
        "code": job.code, "level": job.level, "echelon": job.echelon, "job_class": job.job_class,
        "summary": job.summary, "education": job.education_level.name if job.education_level else "",
        "fields": list(fields.values_list("field", flat=True)),
        "rank_min": f"{low.name}, {low.code}" if low else "", "rank_max": f"{high.name}, {high.code}" if high else "",
    }  # fmt: skip


def shown_facts(standard: JobStandard) -> dict[str, Any]:
    """The job's facts as the standard was decided with them; as the catalogue has them while it is drafted, and where
    none were kept (standards taken over from the catalogue)."""
    return dict(standard.facts) or facts_of(standard.job)


def levels_of(standard: JobStandard) -> dict[str, int]:
    """Level by competency code, in the order of the annex; one query."""
    rows = standard.competencies.select_related("competency", "technical")
    return {row.of.code: row.level for row in sorted_lines(rows)}


def content_of(standard: JobStandard) -> Content:
    """What `rules.competency_standard.gaps` asks about; three queries."""
    facts = shown_facts(standard)
    kinds = Counter(standard.requirements.values_list("kind", flat=True))
    return Content(
        levels=levels_of(standard), summary=bool(facts["summary"]), education=bool(facts["education"]),
        rank=bool(facts["rank_min"]), requirements=kinds,
    )  # fmt: skip


def versions_of(user: Any, job: Job) -> QuerySet[JobStandard]:
    """The versions of a job's standard that the user sees, the newest first."""
    return JobStandard.objects.visible_to(user).filter(job=job).order_by("-number", "-pk")


def technical_on(rows: QuerySet[TechnicalCompetency], day: date) -> QuerySet[TechnicalCompetency]:
    """The technical competencies among `rows` that have a version in force on `day`."""
    held = TechnicalCompetencyVersion.objects.filter(
        in_force(day), agency_id=OuterRef("agency_id"), competency_id=OuterRef("pk"), state="ditetapkan"
    )
    return rows.filter(Exists(held))


def descriptions(lines: Iterable[JobCompetency], day: date) -> dict[str, dict[str, Any]]:
    """Return code → text and indicators of the level that each line requires, technical ones as of `day`; one query
    where there are technical ones. National indicators are in this product's own words (asal-data.md)."""
    rows = list(lines)
    wanted = [row.technical_id for row in rows if row.technical_id]
    versions = TechnicalCompetencyVersion.objects.filter(in_force(day), competency__in=wanted, state="ditetapkan")
    told = dict(versions.values_list("competency_id", "levels")) if wanted else {}
    found = {}
    for row in rows:
        if row.competency is not None:
            level = row.competency.levels.get(str(row.level), {})
            indicators = [level["indicator"]] if level.get("indicator") else []
        else:
            level = told.get(row.technical_id or 0, {}).get(str(row.level), {})
            indicators = list(level.get("indicators", []))
        found[row.of.code] = {"text": level.get("text", ""), "indicators": indicators}
    return found
