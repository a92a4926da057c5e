"""The workload (ABK) that a job-analysis document shows: which sheet counts, its tasks with their needs, by the rules
of ABK or, for health workers, of ABK-Kes.

The sheet that counts is the one on which the needs analysis rests: the latest approved, and only where none was ever
approved the latest one, which a document may show and no decision may rest on.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Case, Exists, IntegerField, OuterRef, QuerySet, Value, When

from positions.models import Position, Workload, WorkloadTask
from positions.rules import sheet_flow
from positions.rules import workload as rules
from positions.rules.workload_health import MainTask, health_workload

# Periods of the register's tasks as the rules call them.
PER = dict(
    zip(WorkloadTask.Per.values, (per for per in rules.Per if per is not rules.Per.CATURWULAN), strict=True),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class TaskLine:
    """A task of the workload: results a year, norm in minutes, effective minutes a year, need in people, load in
    minutes a year. Decimals as text, so that they are kept exactly.

    Of ABK-Kes: `part` says main or support task; a main task has its `standard` (SBK, results a year and person) and
    its share of JKT as `need`, a support task its `share` of the effective time in percent, and no need of its own.
    What a version approved before these were kept does not say is empty.
    """

    number: int
    task: str
    output: str
    yearly: str
    minutes: str
    effective: int
    need: str = ""
    load: str = ""
    part: str = ""
    standard: str = ""
    share: str = ""

    def agrees_with(self, kept: "TaskLine") -> bool:
        """Whether a kept line says the same as this one, as far as it says anything."""
        return all(
            getattr(kept, name) == getattr(self, name) or (name in NEWER and getattr(kept, name) == "")
            for name in TaskLine.__slots__
        )


# What versions approved earlier did not keep.
NEWER = frozenset({"need", "load", "part", "standard", "share"})


def _with_tasks(position: Position) -> QuerySet[Workload]:
    tasks = WorkloadTask.objects.filter(agency_id=OuterRef("agency_id"), workload_id=OuterRef("pk"))
    return Workload.objects.filter(Exists(tasks), agency_id=position.agency_id, position=position).select_related(
        "sheet__campaign", "sheet__unit"
    )


def workload_of(position: Position) -> Workload | None:
    """The position's workload that counts: of the latest approved sheet in which it has tasks, else of the latest
    sheet; one query."""
    approved = Case(
        When(sheet__state=sheet_flow.APPROVED, then=Value(0)), default=Value(1), output_field=IntegerField()
    )
    return _with_tasks(position).order_by(approved, "-sheet__campaign__year", "-pk").first()


def newer_of(position: Position, year: int) -> Workload | None:
    """A workload of a later campaign than `year`, whose sheet is not approved yet; one query."""
    rows = _with_tasks(position).filter(sheet__campaign__year__gt=year).exclude(sheet__state=sheet_flow.APPROVED)
    return rows.order_by("-sheet__campaign__year", "-pk").first()


def load_of(workload: Workload | None) -> dict[str, Any]:
    """Return the facts of a workload: tasks with their needs, the sheet and how far it is; one query."""
    if workload is None:
        return {}
    sheet, tasks = workload.sheet, list(workload.tasks.order_by("number", "pk"))
    found = {
        "year": sheet.campaign.year, "method": str(workload.method), "sheet_id": sheet.pk,
        "sheet_unit": sheet.unit.name, "sheet_state": str(sheet.state),
    }  # fmt: skip
    counted = _of_health if workload.method == Workload.Method.HEALTH else _of_tasks
    return found | counted(workload, tasks)


def _of_tasks(workload: Workload, tasks: Sequence[WorkloadTask]) -> dict[str, Any]:
    campaign = workload.sheet.campaign
    loads = [rules.TaskLoad(each.volume, PER[each.per], each.minutes, each.minutes_per_year) for each in tasks]
    result = rules.workload(
        loads, minutes_a_year=campaign.minutes_per_year, rounding=rules.Rounding(campaign.rounding)
    )  # fmt: skip
    lines = [
        _line(each, each.minutes_per_year or campaign.minutes_per_year, part.load, need=_text(part.need))
        for each, part in zip(tasks, result.tasks, strict=True)
    ]
    return {"tasks": lines, "need": _text(result.need), "staff": result.staff}


def _of_health(workload: Workload, tasks: Sequence[WorkloadTask]) -> dict[str, Any]:
    """The six steps of ABK-Kes; without a need where no main task is there, or support takes all the time."""
    year = workload.sheet.campaign.minutes_per_year_health
    loads = {each.pk: rules.task_load(rules.TaskLoad(each.volume, PER[each.per], each.minutes)) for each in tasks}
    main = [each for each in tasks if each.part != WorkloadTask.Part.SUPPORT]
    support = [each for each in tasks if each.part == WorkloadTask.Part.SUPPORT]
    supports = [loads[each.pk] for each in support]
    if not main or sum(supports, Decimal(0)) >= year:
        return {"minutes_a_year": year, "tasks": [_line(each, year, loads[each.pk], part=each.part) for each in tasks]}
    found = health_workload(
        [MainTask(each.volume * rules.FACTOR[PER[each.per]], each.minutes) for each in main], supports,
        minutes_a_year=year,
    )  # fmt: skip
    said = {
        each.pk: {"standard": _text(standard), "need": _text(part)}
        for each, standard, part in zip(main, found.standards, found.main_parts, strict=True)
    } | {each.pk: {"share": _text(share)} for each, share in zip(support, found.support_parts, strict=True)}
    return {
        "tasks": [_line(each, year, loads[each.pk], part=each.part, **said[each.pk]) for each in tasks],
        "minutes_a_year": year, "need": _text(found.need), "staff": found.staff,
        "main_staff": _text(found.main_staff), "support_percent": _text(found.support_percent),
        "support_factor": _text(found.support_factor),
    }  # fmt: skip


def _line(task: WorkloadTask, effective: int, load: Decimal, **said: str) -> TaskLine:
    return TaskLine(
        task.number, task.task, task.output, _text(task.volume * rules.FACTOR[PER[task.per]]), _text(task.minutes),
        effective, load=_text(load), **{name: str(value) for name, value in said.items()},
    )  # fmt: skip


def _text(number: Decimal) -> str:
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
