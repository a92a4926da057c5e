"""Reads of the job-analysis documents: what the register says of a position, each position with its document, the board
of reviews.

A document shows what the register knows and never holds it twice: tasks come from the workload (ABK), education, ranks,
competencies and class from the catalogue, place and superior from the tree. While it is drafted they are read anew each
time; an approved version keeps them as they were (`JobAnalysis.facts`).
"""

from dataclasses import asdict, dataclass, field, fields
from datetime import date
from functools import cache
from typing import Any

from django.conf import settings
from django.db.models import (
    Case,
    CharField,
    Count,
    DateField,
    Exists,
    F,
    FilteredRelation,
    IntegerField,
    Min,
    OuterRef,
    Q,
    QuerySet,
    Value,
    When,
)
from django.db.models.functions import Coalesce, Greatest
from django.utils import translation

from positions.models import (
    Incumbency,
    Job,
    JobAnalysis,
    JobAnalysisEntry,
    JobEducation,
    Position,
    Unit,
    WorkloadTask,
)
from positions.models._base import in_force
from positions.models.change_request import has_own
from positions.queries import details, job_classes
from positions.queries.document_workload import TaskLine, load_of, workload_of
from positions.rules import job_analysis as rules
from positions.rules import sheet_flow
from positions.rules.levels import RANK_BY_ID

NONE = "belum"
MOST_BELOW = 12
# Where a document's workload comes from: no fact of the post.
SOURCE = frozenset({"sheet_id", "sheet_unit", "sheet_state"})
# What versions approved earlier did not keep.
NEWER = frozenset({"method", "minutes_a_year", "main_staff", "support_percent", "support_factor", "need", "staff"})
# Lines of a document by part.
Entries = dict[str, list[JobAnalysisEntry]]


@dataclass(frozen=True)
class Facts:
    """What the register says of a position on a day. `units`: names from the top down to its own. The workload is that
    of `sheet_id`, a sheet of `sheet_unit` in `sheet_state`; `main_staff` (JKT), `support_percent` (FTP) and
    `support_factor` (STP) are steps of ABK-Kes, `minutes_a_year` its effective time."""

    name: str = ""
    code: str = ""
    group: str = ""
    level: str = ""
    units: list[str] = field(default_factory=list)
    superior: str = ""
    below: list[str] = field(default_factory=list)
    below_more: int = 0
    summary: str = ""
    education: str = ""
    fields: list[str] = field(default_factory=list)
    ranks: str = ""
    competencies: list[list[Any]] = field(default_factory=list)
    tasks: list[TaskLine] = field(default_factory=list)
    year: int | None = None
    need: str = ""
    staff: int | None = None
    job_class: int | None = None
    method: str = ""
    minutes_a_year: int | None = None
    main_staff: str = ""
    support_percent: str = ""
    support_factor: str = ""
    sheet_id: int | None = None
    sheet_unit: str = ""
    sheet_state: str = ""

    @property
    def rests_on_draft(self) -> bool:
        """The workload shown is of a sheet that nobody approved; a version that did not keep its state says nothing."""
        return bool(self.sheet_state) and self.sheet_state != sheet_flow.APPROVED

    @property
    def derived(self) -> frozenset[int]:
        """Elements that the register fills."""
        has_outputs = any(task.output for task in self.tasks)
        there = {
            rules.IDENTITY: True,
            rules.SUMMARY: bool(self.summary),
            rules.QUALIFICATION: bool(self.education or self.fields),
            rules.TASKS: bool(self.tasks),
            rules.OUTPUTS: has_outputs,
            rules.ACHIEVEMENTS: has_outputs,
            rules.JOB_CLASS: self.job_class is not None,
        }
        return frozenset(number for number, is_there in there.items() if is_there)

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def of_json(cls, kept: dict[str, Any]) -> "Facts":
        """Return what `as_json` gave; names that this version does not know are left out."""
        known = {each.name for each in fields(cls)}
        facts = {name: value for name, value in kept.items() if name in known}
        facts["tasks"] = [TaskLine(**task) for task in kept.get("tasks", [])]
        # Versions approved earlier kept these two as words, in the language of who approved them.
        for name in ("group", "level"):
            facts[name] = _codes_of(name).get(facts.get(name, ""), facts.get(name, ""))
        return cls(**facts)


@cache
def _codes_of(name: str) -> dict[str, str]:
    """Return the codes of a field of the catalogue by the words for them, in every language of the product."""
    of: Any = Job._meta.get_field(name)
    found: dict[str, str] = {}
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            found |= {str(words): code for code, words in of.choices}
    return found


def facts_of(position: Position, day: date) -> Facts:
    """Return what the register says of a position (with job and unit read) on `day`; seven queries, of
    another day than today eight."""
    job, unit = position.job, position.unit
    above = [int(pk) for pk in (unit.path or str(unit.pk)).split(".")]
    names = dict(Unit.objects.filter(agency_id=position.agency_id, pk__in=above).values_list("pk", "name"))
    low, high = RANK_BY_ID.get(job.rank_min or 0), RANK_BY_ID.get(job.rank_max or 0)
    below, below_more = _below(position, day)
    level = job.education_level
    workload = workload_of(position)
    return Facts(
        name=str(job), code=position.code, group=job.group, level=job.level,
        units=[names[pk] for pk in above if pk in names], superior=_superior(position, above, day),
        below=below, below_more=below_more, summary=job.summary, education=level.name if level else "",
        fields=details.education_fields(job),
        ranks=" – ".join(rank.code for rank in (low, high) if rank),
        competencies=[[each.of.name, each.level] for each in details.competencies_of(job, day)],
        job_class=job_classes.class_of(job, day), **load_of(workload),
    )  # fmt: skip


def _superior(position: Position, above: list[int], day: date) -> str:
    """The nearest head at or above the unit, other than the position itself; one query."""
    heads = Position.objects.filter(in_force(day), agency_id=position.agency_id, unit__in=above, is_head=True)
    found = {head.unit_id: head for head in heads.exclude(pk=position.pk).select_related("job").order_by("-pk")}
    if position.is_head:
        found.pop(position.unit_id, None)
    return next((str(found[pk].job) for pk in reversed(above) if pk in found), "")


def _below(position: Position, day: date) -> tuple[list[str], int]:
    """Who stands below a head: the heads of the units right below, then the posts of the own unit; one query."""
    if not position.is_head:
        return [], 0
    path = f"{position.unit.path}." if position.unit.path else ""
    rows = Position.objects.filter(in_force(day), agency_id=position.agency_id).filter(
        Q(unit_id=position.unit_id) | Q(unit__path__under=position.unit.path, is_head=True)
    )
    rows = rows.exclude(pk=position.pk).select_related("job", "unit").order_by("-is_head", "unit__path", "order", "pk")
    near = [
        each for each in rows
        if each.unit_id == position.unit_id or "." not in (each.unit.path or "").removeprefix(path)
    ]  # fmt: skip
    names = list(dict.fromkeys(str(each.job) for each in near))
    return names[:MOST_BELOW], max(0, len(names) - MOST_BELOW)


def facts_for(analysis: JobAnalysis, day: date) -> Facts:
    """What a document shows: the facts of its approval, or for a version under way those of `day`."""
    return Facts.of_json(analysis.facts) if analysis.facts else facts_of(analysis.position, day)


def entries_of(analysis: JobAnalysis) -> Entries:
    """The entries by part, in order; one query."""
    found: Entries = {part.value: [] for part in rules.Part}
    rows = JobAnalysisEntry.objects.filter(agency_id=analysis.agency_id, analysis=analysis).select_related("code")
    for entry in rows.order_by("part", "number", "pk"):
        found[entry.part].append(entry)
    return found


def changed_since(kept: Facts, now: Facts) -> list[str]:
    """Names of the facts in which the register has moved on since a document was approved."""
    return [each.name for each in fields(Facts) if each.name not in SOURCE and not _agrees(each.name, kept, now)]


def _agrees(name: str, kept: Facts, now: Facts) -> bool:
    before, after = getattr(kept, name), getattr(now, name)
    if name == "tasks":
        return len(before) == len(after) and all(
            new.agrees_with(old) for old, new in zip(before, after, strict=True)
        )  # fmt: skip
    return bool(before == after or (name in NEWER and kept.tasks and before in ("", None)))


# Each position with its document


def _derived_now(document: str) -> dict[int, Any]:
    """Conditions under which the register fills an element of a draft. `document`: the relation to it."""
    tasks = WorkloadTask.objects.filter(agency_id=OuterRef("agency_id"), workload__position_id=OuterRef("pk"))
    fields_of_study = JobEducation.objects.filter(agency_id=OuterRef("agency_id"), job_id=OuterRef("job_id"))
    has_outputs = Exists(tasks.exclude(output=""))
    register = {
        rules.SUMMARY: ~Q(job__summary=""),
        rules.QUALIFICATION: Q(job__education_level__isnull=False) | Q(Exists(fields_of_study)),
        rules.TASKS: Q(Exists(tasks)),
        rules.OUTPUTS: Q(has_outputs),
        rules.ACHIEVEMENTS: Q(has_outputs),
        rules.JOB_CLASS: Q(job__job_class__isnull=False),
    }
    return {
        number: ~Q(**{f"{document}__elements__contains": [number]}) & condition
        for number, condition in register.items()
    }


def _filled() -> Any:
    """How many elements are filled: of an approved version as counted then, of a draft with what the register says."""
    count: Any = F("draft__elements__len") + Value(1)
    for condition in _derived_now("draft").values():
        count = count + Case(When(condition, then=Value(1)), default=Value(0))
    return Case(
        When(draft__isnull=False, then=count),
        When(current__isnull=False, then=F("current__elements__len")),
        output_field=IntegerField(),
    )


def with_documents(positions: QuerySet[Position], day: date, *, drafts: bool = True) -> QuerySet[Position]:
    """Annotate positions with the version under way (`draft`), the one in force on `day` (`current`) and of the one
    that is shown, the draft first: `document`, `state` ("belum" without any), `version`, `filled` of 15 elements;
    `is_late`: the review of the one in force is. `drafts`: not on a past day, for what is under way is so today."""
    in_force_then = Q(job_analyses__state=rules.State.APPROVED.value, job_analyses__starts_on__lte=day) & (
        Q(job_analyses__ends_on__isnull=True) | Q(job_analyses__ends_on__gt=day)
    )
    under_way = Q(job_analyses__state__in=sorted(rules.OPEN) if drafts else [NONE])
    return positions.annotate(
        draft=FilteredRelation("job_analyses", condition=under_way),
        current=FilteredRelation("job_analyses", condition=in_force_then),
    ).annotate(
        document=Coalesce("draft__pk", "current__pk"),
        state=Coalesce("draft__state", "current__state", Value(NONE), output_field=CharField()),
        version=Coalesce("draft__version", "current__version"),
        valid_from=F("current__starts_on"),
        review_by=Case(When(_lasts(), then=F("current__review_by"))),
        filled=_filled(),
        is_late=Case(When(_late(day), then=Value(True)), default=Value(False)),
    )


def _lasts() -> Q:
    """Neither the document in force nor its post is over by the day of its review: then none comes."""
    return Q(current__isnull=False) & _none_or_after("ends_on") & _none_or_after("current__ends_on")


def _none_or_after(column: str) -> Q:
    return Q(**{f"{column}__isnull": True}) | Q(**{f"{column}__gt": F("current__review_by")})


def _late(day: date) -> Q:
    """The document in force was to be reviewed before `day`, and no new version is under way, which is the review."""
    return Q(current__review_by__lt=day, draft__isnull=True)


def board(positions: QuerySet[Position], day: date) -> QuerySet[Any]:
    """Rows (mappings) by perangkat daerah of positions that went through `with_documents`: how many there are, have a
    document in force, one under way, none at all, are late; the nearest day of a review."""
    has_current, has_draft = Q(current__isnull=False), Q(draft__isnull=False)
    return (
        positions.order_by()
        .values(office=Coalesce("unit__office_id", "unit_id"), name=Coalesce("unit__office__name", "unit__name"))
        .annotate(
            positions_n=Count("pk"),
            current_n=Count("pk", filter=has_current),
            draft_n=Count("pk", filter=has_draft),
            none_n=Count("pk", filter=~has_current & ~has_draft),
            late_n=Count("pk", filter=_late(day)),
            next_review=Min("current__review_by", filter=_lasts()),
        )
    )


def documents(user: Any) -> QuerySet[JobAnalysis]:
    """Every version that the user sees, with what its page names."""
    return JobAnalysis.objects.visible_to(user).select_related(
        "position__job__education_level", "position__unit__office", "created_by", "approved_by", "based_on"
    )


def own_documents(user: Any, day: date) -> QuerySet[JobAnalysis]:
    """Versions in force on `day` of the posts that the signed-in person holds then, in whatever way; none for a login
    without an own record. What is being written is not among them."""
    if not has_own(user):
        return JobAnalysis.objects.none()
    agency_id = user.access.agency_id
    held = Incumbency.objects.filter(in_force(day), agency_id=agency_id, employee__nip=user.nip)
    rows = JobAnalysis.objects.filter(
        in_force(day), agency_id=agency_id, state=rules.State.APPROVED.value, position__in=held.values("position")
    )
    return rows.select_related("position__job__education_level", "position__unit__office", "approved_by").order_by("pk")


def document_of(position: Position, day: date) -> JobAnalysis | None:
    """The version under way, else the one in force on `day`, else None; one query."""
    under_way = Q(state__in=sorted(rules.OPEN))
    rows = position.job_analyses.filter(under_way | (Q(state=rules.State.APPROVED.value) & in_force(day)))
    return rows.order_by("-version").first()


def versions_of(position: Position) -> list[JobAnalysis]:
    """All versions of a position's document, the latest first; one query."""
    return list(position.job_analyses.select_related("approved_by", "created_by", "position").order_by("-version"))


def to_judge(user: Any) -> QuerySet[JobAnalysis]:
    """Submitted documents of others that wait for who judges in the user's scope."""
    waiting = JobAnalysis.objects.visible_to(user).filter(state=rules.State.SUBMITTED.value)
    return waiting.exclude(writers__contains=[user.pk or 0])


def returned(user: Any) -> QuerySet[JobAnalysis]:
    return JobAnalysis.objects.visible_to(user).filter(state=rules.State.RETURNED.value)


def due(documents: QuerySet[JobAnalysis], before: date, day: date) -> QuerySet[JobAnalysis]:
    """Keep versions to be reviewed before a day, as known on `day`: approved, neither they nor their post over by then,
    and no newer version under way, which is the review."""
    then = Greatest(F("review_by"), Value(day), output_field=DateField())
    rows = documents.alias(review_then=then).filter(
        in_force(F("review_then")), in_force(F("review_then"), "position__"), state=rules.State.APPROVED.value,
        review_by__lt=before,
    )  # fmt: skip
    under_way = JobAnalysis.objects.filter(
        agency_id=OuterRef("agency_id"), position_id=OuterRef("position_id"), state__in=sorted(rules.OPEN)
    )
    return rows.filter(~Exists(under_way))


def overdue(user: Any, day: date) -> QuerySet[JobAnalysis]:
    """Documents in force on `day`, of positions in force, whose review is late."""
    return due(JobAnalysis.objects.visible_to(user), day, day)
