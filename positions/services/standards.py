"""Competency standards of jobs: drafted from the one in force or from the rule, filled in, brought into force, ended.

Failures: `RuleBroken`, `NotAllowed`. Each function is one transaction.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from asnhr import dates
from asnhr.errors import RuleBroken
from asnhr.models import User
from positions import permissions
from positions.models import Competency, Job, JobCompetency, JobStandard, StandardRequirement, TechnicalCompetency
from positions.models._base import in_force
from positions.models.competency import VersionState
from positions.queries import standards as reads
from positions.rules.competency_standard import INDICATOR, LEVELS, REQUIRED, gaps
from positions.rules.levels import COMPETENCY_LEVEL, Level
from positions.services import versions
from positions.services.decree import Decree
from positions.services.register import _save

# (text, weight); an indicator of performance has no weight.
Requirement = tuple[str, str]
MOST_REQUIREMENTS = 40


@transaction.atomic
def start(*, actor: User, job: Job) -> JobStandard:
    """Draft the next version: a copy of the latest decided one, else the nine competencies at the level of the rule."""
    permissions.check_may_draft_competencies(actor, job)
    latest = JobStandard.objects.filter(agency_id=job.agency_id, job=job, state=VersionState.DECIDED)
    before = latest.order_by("-starts_on", "-pk").first()
    copied = ("affair", "education_weight", "rank_weight")
    made: JobStandard = versions.open_one(
        JobStandard, job, actor, **({name: getattr(before, name) for name in copied} if before else {})
    )
    if before is None:
        level = COMPETENCY_LEVEL[Level(job.level)]
        _write_levels(made, dict.fromkeys(REQUIRED, level))
        return made
    for line in before.competencies.order_by("pk"):
        line.pk, line.standard, line._state.adding = None, made, True
        line.save(force_insert=True)
    rows = list(before.requirements.order_by("kind", "number"))
    for row in rows:
        row.pk, row.standard = None, made
    StandardRequirement.objects.bulk_create(rows)
    return made


@transaction.atomic
def change(
    *,
    actor: User,
    standard: JobStandard,
    levels: Mapping[str, int] | None = None,
    requirements: Mapping[str, Sequence[Requirement]] | None = None,
    **facts: Any,
) -> JobStandard:
    """Write what a draft says; None leaves levels or requirements as they are. `levels`: code → 1–5, national or
    technical; `requirements`: kind → lines in order; `facts`: affair, education_weight, rank_weight."""
    row: JobStandard = versions.lock(standard)
    permissions.check_may_draft_competencies(actor, row)
    versions.check_editable(row)
    if unknown := set(facts) - {"affair", "education_weight", "rank_weight"}:
        raise ValueError(f"not editable here: {', '.join(sorted(unknown))}")
    for name, value in facts.items():
        setattr(row, name, value)
    row.drafted_by = actor
    versions.note_writer(row, actor)
    _save(row)
    if levels is not None:
        _write_levels(row, levels)
    if requirements is not None:
        _write_requirements(row, requirements)
    return row


def _write_levels(standard: JobStandard, levels: Mapping[str, int]) -> None:
    if any(level not in LEVELS for level in levels.values()):
        raise RuleBroken(_("Level kompetensi 1 sampai 5."))
    national = dict(Competency.objects.filter(code__in=levels).values_list("code", "pk"))
    own = TechnicalCompetency.objects.filter(agency_id=standard.agency_id, code__in=set(levels) - set(national))
    technical = dict(own.values_list("code", "pk"))
    if unknown := sorted(set(levels) - set(national) - set(technical)):
        raise RuleBroken(_("Kompetensi tidak dikenal: %(codes)s.") % {"codes": ", ".join(unknown)})
    JobCompetency.objects.filter(agency_id=standard.agency_id, standard=standard).delete()
    JobCompetency.objects.bulk_create(
        JobCompetency(
            agency_id=standard.agency_id, standard=standard, competency_id=national.get(code),
            technical_id=technical.get(code), level=level,
        )
        for code, level in levels.items()
    )  # fmt: skip


def _write_requirements(standard: JobStandard, requirements: Mapping[str, Sequence[Requirement]]) -> None:
    kinds, weights = StandardRequirement.Kind.values, JobStandard.Weight.values
    made = []
    for kind, lines in requirements.items():
        if kind not in kinds:
            raise ValueError(f"no kind of requirement: {kind}")
        told = [(" ".join(text.split()), weight) for text, weight in lines if text.strip()]
        if len(told) > MOST_REQUIREMENTS or any(len(text) > 500 for text, _weight in told):
            raise RuleBroken(_("Paling banyak 40 baris setiap jenis syarat, masing-masing 500 huruf."))
        for number, (text, weight) in enumerate(told, 1):
            if kind != INDICATOR and weight not in weights:
                raise RuleBroken(_("Setiap syarat berbobot mutlak, penting, atau perlu; indikator tanpa bobot."))
            made.append(
                StandardRequirement(
                    agency_id=standard.agency_id, standard=standard, kind=kind, number=number, text=text,
                    weight="" if kind == INDICATOR else weight,
                )
            )  # fmt: skip
    StandardRequirement.objects.filter(
        agency_id=standard.agency_id, standard=standard, kind__in=list(requirements)
    ).delete()
    StandardRequirement.objects.bulk_create(made)


@transaction.atomic
def submit(*, actor: User, standard: JobStandard) -> JobStandard:
    """Raises RuleBroken while a competency of the nine has no level."""
    row: JobStandard = versions.lock(standard)
    _check_complete(row)
    versions.submit(row, actor)
    return row


@transaction.atomic
def send_back(*, actor: User, standard: JobStandard, reason: str) -> JobStandard:
    row: JobStandard = versions.lock(standard)
    versions.send_back(row, actor, reason)
    return row


@transaction.atomic
def decide(*, actor: User, standard: JobStandard, decree: Decree) -> JobStandard:
    """Bring a submitted version into force, with what the catalogue says of the job on the day of the decision."""
    row: JobStandard = versions.lock(standard)
    versions.check_may_be_decided(row, actor, decree)
    permissions.check_not_own_standard(actor, row.job, dates.today())
    _check_complete(row)
    lines = row.competencies.filter(technical__isnull=False)
    known = TechnicalCompetency.objects.filter(
        in_force(decree.starts_on, "versions__"), agency_id=row.agency_id, versions__state=VersionState.DECIDED
    )
    missing = lines.exclude(technical__in=known.values("pk")).order_by("technical__code")
    if codes := list(missing.values_list("technical__code", flat=True)):
        raise RuleBroken(
            _("Kompetensi teknis belum berlaku pada tanggal itu: %(codes)s.") % {"codes": ", ".join(codes)}
        )
    row.facts = reads.facts_of(row.job)
    versions.decide(row, actor, decree)
    return row


@transaction.atomic
def end(*, actor: User, standard: JobStandard, ends_on: date, decree: str) -> JobStandard:
    row: JobStandard = versions.lock(standard)
    permissions.check_not_own_standard(actor, row.job, dates.today())
    versions.end(row, actor, ends_on, decree)
    return row


@transaction.atomic
def discard(*, actor: User, standard: JobStandard) -> None:
    """Throw a draft away."""
    row: JobStandard = versions.lock(standard)
    permissions.check_may_draft_competencies(actor, row)
    versions.check_editable(row)
    row.delete()


def _check_complete(row: JobStandard) -> None:
    blocking: Iterable[Any] = (gap for gap in gaps(Level(row.job.level), reads.content_of(row)) if gap.blocks)
    if codes := [gap.competency for gap in blocking]:
        raise RuleBroken(_("Kompetensi wajib belum berlevel: %(codes)s.") % {"codes": ", ".join(codes)})
