"""Writes of the workload campaign (ABK): open one from last year's figures, fill a sheet, judge it, remind who is late.

Each service is one transaction with its actor. Expected failures: `RuleBroken` and `NotAllowed`.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from types import EllipsisType
from typing import Any

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from asnhr.errors import RuleBroken
from asnhr.models import Agency, User
from asnhr.notifications.service import draft, notify, notify_all
from asnhr.queries import parameters_on
from positions import permissions
from positions.models import Campaign, Goal, Job, Position, Unit, Workload, WorkloadSheet, WorkloadTask
from positions.models._base import in_force
from positions.notifications import FILLERS
from positions.rules import sheet_flow
from positions.rules.workload import Per, Sheet, SheetRow, TaskLoad, sheet_faults, task_load
from positions.services import reminders
from positions.services.register import check_goal_on

# Sheets may speak of four months, which the register keeps as a year's volume.
PERIOD: dict[str, Per] = dict(
    zip(WorkloadTask.Per.values, (per for per in Per if per is not Per.CATURWULAN), strict=True)
)


@dataclass(frozen=True, slots=True)
class TaskInput:
    """A task as entered; (position_id, number) names it within a sheet. `minutes_per_year`: its own effective time."""

    position_id: int
    number: int
    task: str
    volume: Decimal
    minutes: Decimal
    output: str = ""
    per: str = WorkloadTask.Per.YEAR
    part: str = WorkloadTask.Part.MAIN
    minutes_per_year: int | None = None
    digital_prone: bool = False
    goal_id: int | None = None


# Last year's tasks of the same position, still in the sheet's unit or below it; closed positions are left out.
COPY_WORKLOADS = """
INSERT INTO positions_workload (agency_id, sheet_id, position_id, method, faults, printed_need, is_sample)
SELECT new.agency_id, new.id, w.position_id, w.method, '{}', NULL, w.is_sample
FROM positions_workloadsheet new
JOIN positions_workloadsheet old
    ON old.agency_id = new.agency_id AND old.unit_id = new.unit_id AND old.campaign_id = %(old)s
JOIN positions_workload w ON w.agency_id = old.agency_id AND w.sheet_id = old.id
JOIN positions_position p ON p.agency_id = w.agency_id AND p.id = w.position_id
JOIN positions_unit u ON u.agency_id = p.agency_id AND u.id = p.unit_id
JOIN positions_unit top ON top.agency_id = new.agency_id AND top.id = new.unit_id AND u.path <@ top.path
WHERE new.agency_id = %(agency)s AND new.campaign_id = %(new)s
    AND p.starts_on <= %(day)s AND (p.ends_on IS NULL OR p.ends_on > %(day)s)
"""
COPY_TASKS = """
INSERT INTO positions_workloadtask
    (agency_id, workload_id, number, task, output, volume, per, minutes, part, minutes_per_year, digital_prone, goal_id)
SELECT w.agency_id, w.id, t.number, t.task, t.output, t.volume, t.per, t.minutes, t.part, t.minutes_per_year,
    t.digital_prone, t.goal_id
FROM positions_workloadsheet new
JOIN positions_workload w ON w.agency_id = new.agency_id AND w.sheet_id = new.id
JOIN positions_workloadsheet old
    ON old.agency_id = new.agency_id AND old.unit_id = new.unit_id AND old.campaign_id = %(old)s
JOIN positions_workload v
    ON v.agency_id = w.agency_id AND v.sheet_id = old.id AND v.position_id = w.position_id
JOIN positions_workloadtask t ON t.agency_id = v.agency_id AND t.workload_id = v.id
WHERE new.agency_id = %(agency)s AND new.campaign_id = %(new)s
"""


@transaction.atomic
def start_campaign(
    *, actor: User, agency: Agency, year: int, opens_on: date, deadline: date, from_last_year: bool = True
) -> Campaign:
    """Open the campaign of `year`: a sheet for each unit that had one in the latest earlier campaign (it covers the
    units below it), and for each unit with positions on `opens_on` that no such sheet covers; filled with last year's
    figures when `from_last_year`. Effective time and rounding are frozen from the rulebook of that day.

    Raises RuleBroken when the year has one already, the deadline is not after the opening or the rulebook of that day
    knows no effective time.
    """
    permissions.check_may_judge_sheet(actor, None)
    book = parameters_on(agency, opens_on)
    if not book.keys() >= {"abk.minutes_per_year", "abk.minutes_per_year_health", "abk.rounding"}:
        raise RuleBroken(_("Pada hari itu belum ada waktu kerja efektif dalam buku aturan."))
    campaign = Campaign(
        agency=agency, year=year, opens_on=opens_on, deadline=deadline,
        minutes_per_year=int(book["abk.minutes_per_year"].value),
        minutes_per_year_health=int(book["abk.minutes_per_year_health"].value),
        rounding=book["abk.rounding"].value,
    )  # fmt: skip
    try:
        campaign.full_clean()
    except ValidationError as problem:
        raise RuleBroken(" ".join(problem.messages)) from problem
    campaign.save()
    last = Campaign.objects.filter(agency=agency, year__lt=year).order_by("-year").first()
    WorkloadSheet.objects.bulk_create(
        WorkloadSheet(agency=agency, campaign=campaign, unit_id=pk) for pk in _units_with_sheets(agency, opens_on, last)
    )
    if from_last_year and last is not None:
        values: dict[str, int | date] = {"agency": agency.pk, "old": last.pk, "new": campaign.pk, "day": opens_on}
        with connection.cursor() as cursor:
            cursor.execute(COPY_WORKLOADS, values)
            cursor.execute(COPY_TASKS, values)
    return campaign


def _units_with_sheets(agency: Agency, day: date, last: Campaign | None) -> list[int]:
    """Return the ids of the units that get a sheet; three queries."""
    units = Unit.objects.filter(in_force(day), agency=agency)
    kept = dict(units.filter(sheets__campaign=last).values_list("pk", "path")) if last is not None else {}
    here = Position.objects.filter(in_force(day), agency_id=OuterRef("agency_id"), unit_id=OuterRef("pk"))
    more = units.filter(Exists(here)).exclude(path__under_any=[path for path in kept.values() if path])
    return sorted({*kept, *more.values_list("pk", flat=True)})


@transaction.atomic
def close_campaign(*, actor: User, campaign: Campaign, day: date) -> Campaign:
    """Close the campaign: no sheet of it changes any more. Raises RuleBroken when it is closed."""
    permissions.check_may_judge_sheet(actor, None)
    campaign = Campaign.objects.select_for_update().get(pk=campaign.pk)
    if campaign.closed_on is not None:
        raise RuleBroken(_("Kampanye ABK ini sudah ditutup."))
    campaign.closed_on = day
    campaign.save(update_fields=["closed_on"])
    return campaign


@transaction.atomic
def remind(*, actor: User, campaign: Campaign, day: date) -> int:
    """Remind who fills the sheets that still lie with their unit, and mark them so on `day`; returns how many. A second
    call on the same day changes nothing and tells nobody. Four statements for any number of sheets."""
    permissions.check_may_judge_sheet(actor, None)
    if campaign.closed_on is not None:
        raise RuleBroken(_("Kampanye ABK ini sudah ditutup."))
    waiting = WorkloadSheet.objects.filter(
        agency_id=campaign.agency_id, campaign=campaign, state__in=sheet_flow.WITH_UNIT
    ).exclude(reminded_on=day)
    sheets = list(waiting.select_for_update(of=("self",)).select_related("unit").order_by("pk"))
    fillers = reminders.keepers(campaign.agency, day, FILLERS)
    notify_all([
        draft(
            "workload.reminded", agency_id=campaign.agency_id, actor=actor, object_id=sheet.pk,
            people=told, to_holders=False, url=f"/abk/{sheet.pk}/",
            key=f"{sheet.pk}:{day.isoformat()}",
            data={"sheet_id": sheet.pk, "year": campaign.year, "until": campaign.deadline.isoformat()},
        )
        for sheet in sheets
        if (told := reminders.above(fillers, sheet.unit.path))
    ])  # fmt: skip
    return WorkloadSheet.objects.filter(agency_id=campaign.agency_id, pk__in=[sheet.pk for sheet in sheets]).update(
        reminded_on=day
    )


@transaction.atomic
def take_step(*, actor: User, sheet: WorkloadSheet, step: str, day: date, note: str = "") -> WorkloadSheet:
    """Take a sheet one step on: `submit` (the unit), `verify`, `return` (with a note) or `approve`.

    Raises NotAllowed (role, unit; verify and approve: a sheet that the actor wrote), RuleBroken (not from this state,
    no task entered, no note, campaign closed), KeyError (no such step).
    """
    rule = sheet_flow.STEPS[step]
    check = permissions.check_may_fill_sheet if rule.by_unit else permissions.check_may_judge_sheet
    check(actor, sheet.unit)
    sheet = _hold(sheet)
    if step in sheet_flow.JUDGING:
        permissions.check_not_own_sheet(actor, sheet)
    if sheet.state not in rule.origins:
        raise RuleBroken(
            _("Lembar %(unit)s berkeadaan “%(state)s”; langkah ini tidak berlaku.")
            % {"unit": sheet.unit, "state": sheet.get_state_display()}
        )
    if rule.needs_note and not note.strip():
        raise RuleBroken(_("Sebutkan apa yang harus diperbaiki."))
    if rule.by_unit and not WorkloadTask.objects.filter(agency_id=sheet.agency_id, workload__sheet=sheet).exists():
        raise RuleBroken(_("Lembar ini belum memuat satu tugas pun."))
    sheet.state, sheet.note = rule.to, note.strip()
    sheet.approved_on = day if rule.to == sheet_flow.APPROVED else None
    before = sheet.changed_by_id
    _touch(sheet, actor, writes=rule.by_unit)
    _tell(sheet, actor, day, before)
    return sheet


def _tell(sheet: WorkloadSheet, actor: User, day: date, before: int | None) -> None:
    """Tell who verifies that a sheet waits, or who fills it for the unit (`before`: who last did) what became of it."""
    about: dict[str, Any] = {
        "agency_id": sheet.agency_id, "actor": actor, "object_id": sheet.pk, "url": f"/abk/{sheet.pk}/",
    }  # fmt: skip
    data = {"sheet_id": sheet.pk, "year": sheet.campaign.year}
    if sheet.state == sheet_flow.FILLED:
        notify("workload.submitted", **about, unit_path=sheet.unit.path or "", data=data)
        return
    fillers = reminders.keepers(sheet.unit.agency, day, FILLERS)
    if told := {*reminders.above(fillers, sheet.unit.path), before} - {actor.pk, None}:
        notify("workload.judged", **about, people=told, to_holders=False, data={**data, "state": sheet.state})


@transaction.atomic
def save_tasks(
    *,
    actor: User,
    sheet: WorkloadSheet,
    tasks: Sequence[TaskInput],
    day: date,
    replace: bool = False,
    also: Collection[int] = (),
    methods: Mapping[int, str] | None = None,
    seen: datetime | EllipsisType | None = ...,
) -> list[WorkloadTask]:
    """Write the tasks of a sheet, by (position, number): new ones are added, known ones changed. With `replace` the
    tasks of the named positions (and of those in `also`) that are not among `tasks` are removed. `methods`: by
    position, where it is not to stay as it is. `seen`: when the sheet was last changed as the actor saw it (`...`: not
    asked). The number of queries is fixed.

    Raises NotAllowed, RuleBroken (verified or approved already, closed, somebody saved meanwhile, a position or goal
    that is not there, a goal that is not in force on `day` and that no task of the sheet serves yet, the same number
    twice, nothing to compute with, ABK-Kes where it does not hold or with support that takes all the time). All or
    nothing.
    """
    permissions.check_may_fill_sheet(actor, sheet.unit)
    sheet = hold_to_edit(sheet)
    if seen is not ... and seen != sheet.changed_at:
        raise RuleBroken(
            _("Lembar ini baru saja disimpan oleh %(by)s; periksa isiannya, lalu simpan lagi.")
            % {"by": sheet.changed_by}
        )
    _check_tasks(sheet, tasks, day)
    _check_methods(sheet, methods or {})
    workloads = _workloads(sheet, {task.position_id for task in tasks}, also)
    for position_id, method in (methods or {}).items():
        if position_id in workloads:
            workloads[position_id].method = method
    rows = [_row(workloads[task.position_id], task) for task in tasks]
    if replace:
        for_removal = WorkloadTask.objects.filter(agency_id=sheet.agency_id, workload__in=workloads.values())
        kept = {(row.workload_id, row.number) for row in rows}
        gone = [pk for pk, *key in for_removal.values_list("pk", "workload_id", "number") if tuple(key) not in kept]
        WorkloadTask.objects.filter(agency_id=sheet.agency_id, pk__in=gone).delete()
    changed = [field.name for field in WorkloadTask._meta.local_concrete_fields]
    for fixed in ("id", "agency", "workload", "number"):
        changed.remove(fixed)
    WorkloadTask.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["agency", "workload", "number"], update_fields=changed
    )
    _find_faults(sheet, list(workloads.values()))
    _touch(sheet, actor, writes=True)
    return list(
        WorkloadTask.objects.filter(agency_id=sheet.agency_id, workload__in=workloads.values())
        .select_related("workload")
        .order_by("workload__position_id", "number")
    )


def hold_to_edit(sheet: WorkloadSheet) -> WorkloadSheet:
    """Lock the sheet until we commit and return it. Raises RuleBroken: verified or approved, campaign closed."""
    sheet = _hold(sheet)
    if sheet.state not in sheet_flow.EDITABLE:
        raise RuleBroken(
            _("Lembar %(unit)s sudah %(state)s; kembalikan dahulu untuk mengubahnya.")
            % {"unit": sheet.unit, "state": sheet.get_state_display().lower()}
        )
    return sheet


def _hold(sheet: WorkloadSheet) -> WorkloadSheet:
    """Lock the sheet until we commit: two people fill in and judge the same one."""
    rows = WorkloadSheet.objects.select_related("unit", "campaign", "changed_by")
    sheet = rows.select_for_update(of=("self",)).get(pk=sheet.pk)
    if sheet.campaign.closed_on is not None:
        raise RuleBroken(_("Kampanye ABK ini sudah ditutup."))
    return sheet


def _touch(sheet: WorkloadSheet, actor: User, *, writes: bool) -> None:
    """Write down who changed the sheet last; `writes`: as one of those who fill it in."""
    if writes and actor.pk not in sheet.writers:
        sheet.writers = [*sheet.writers, actor.pk]
    # Later than what anybody saw, even by a clock that stands still.
    before = sheet.changed_at
    sheet.changed_at = max(timezone.now(), before + timedelta(microseconds=1)) if before else timezone.now()
    sheet.changed_by = actor
    sheet.save(update_fields=["state", "note", "approved_on", "changed_at", "changed_by", "writers"])


def _check_tasks(sheet: WorkloadSheet, tasks: Sequence[TaskInput], day: date) -> None:
    """Raise RuleBroken with every sentence that applies."""
    problems = []
    keys = [(task.position_id, task.number) for task in tasks]
    if len(set(keys)) < len(keys):
        problems.append(_("Nomor tugas yang sama muncul dua kali dalam satu jabatan."))
    wanted = {task.position_id for task in tasks}
    here = Position.objects.filter(agency_id=sheet.agency_id, unit__path__under=sheet.unit.path, pk__in=wanted)
    missing = len(wanted) - here.count()
    if missing:
        problems.append(
            ngettext("%(n)s jabatan bukan milik unit ini.", "%(n)s jabatan bukan milik unit ini.", missing)
            % {"n": missing}
        )
    goals = {task.goal_id for task in tasks if task.goal_id is not None}
    if goals and Goal.objects.filter(agency_id=sheet.agency_id, pk__in=goals).count() < len(goals):
        problems.append(_("Ada sasaran yang tidak dikenal."))
    # What a task serves already stays when its goal closes; nothing new is tied to a goal out of force.
    served = WorkloadTask.objects.filter(agency_id=sheet.agency_id, workload__sheet=sheet, goal_id__in=goals)
    for goal in Goal.objects.filter(agency_id=sheet.agency_id, pk__in=goals).exclude(pk__in=served.values("goal")):
        try:
            check_goal_on(goal, day)
        except RuleBroken as problem:
            problems.append(f"{goal.code}: {problem}")
    for task in tasks:
        name = task.task.strip()
        if not name:
            problems.append(_("Tugas nomor %(number)s tidak beruraian.") % {"number": task.number})
        if task.number < 1:
            problems.append(_("Nomor tugas dimulai dari 1."))
        if task.volume <= 0 or task.minutes <= 0:
            problems.append(
                _("Tugas nomor %(number)s: volume dan norma waktu harus lebih dari nol.") % {"number": task.number}
            )
        if task.minutes_per_year is not None and task.minutes_per_year <= 0:
            problems.append(_("Tugas nomor %(number)s: waktu efektif harus lebih dari nol.") % {"number": task.number})
        if task.per not in PERIOD or task.part not in WorkloadTask.Part.values:
            problems.append(_("Tugas nomor %(number)s: periode atau bagian tidak dikenal.") % {"number": task.number})
    if problems:
        raise RuleBroken(" ".join(dict.fromkeys(problems)))


def _check_methods(sheet: WorkloadSheet, methods: Mapping[int, str]) -> None:
    """Raise RuleBroken for a method that nobody knows, or ABK-Kes on a job that is no health worker's."""
    if unknown := set(methods.values()) - set(Workload.Method.values):
        raise RuleBroken(_("Metode %(method)s tidak dikenal.") % {"method": ", ".join(sorted(unknown))})
    wanted = [pk for pk, method in methods.items() if method == Workload.Method.HEALTH]
    if not wanted:
        return
    # What is measured so already stays as it is.
    health = Workload.objects.filter(agency_id=sheet.agency_id, sheet=sheet, method=Workload.Method.HEALTH)
    others = Position.objects.filter(agency_id=sheet.agency_id, pk__in=wanted).exclude(job__field=Job.Field.HEALTH)
    others = others.exclude(pk__in=health.values("position")).order_by("job__name", "pk")
    if names := list(dict.fromkeys(others.values_list("job__name", flat=True))):
        raise RuleBroken(_("ABK-Kes hanya bagi jabatan tenaga kesehatan, bukan %(jobs)s.") % {"jobs": ", ".join(names)})


def _workloads(sheet: WorkloadSheet, position_ids: set[int], also: Collection[int] = ()) -> dict[int, Workload]:
    """Return the workloads of the positions in the sheet, making those that lack, and those of `also` that are there;
    by position."""
    Workload.objects.bulk_create(
        [Workload(agency_id=sheet.agency_id, sheet=sheet, position_id=pk) for pk in sorted(position_ids)],
        ignore_conflicts=True,
    )
    found = Workload.objects.filter(agency_id=sheet.agency_id, sheet=sheet, position_id__in={*position_ids, *also})
    return {workload.position_id: workload for workload in found}


def _row(workload: Workload, task: TaskInput) -> WorkloadTask:
    return WorkloadTask(
        agency_id=workload.agency_id, workload=workload, number=task.number, task=task.task.strip(),
        output=task.output.strip(), volume=task.volume, per=task.per, minutes=task.minutes, part=task.part,
        minutes_per_year=task.minutes_per_year, digital_prone=task.digital_prone, goal_id=task.goal_id,
    )  # fmt: skip


def _find_faults(sheet: WorkloadSheet, workloads: list[Workload]) -> None:
    """Set the faults anew from what now stands there; what an import printed is no longer what the sheet says. Raises
    RuleBroken where support leaves an ABK-Kes no time for main tasks (FTP of 100 % or more)."""
    rows: dict[int, list[SheetRow]] = {workload.pk: [] for workload in workloads}
    support: dict[int, Decimal] = {workload.pk: Decimal(0) for workload in workloads}
    tasks = WorkloadTask.objects.filter(agency_id=sheet.agency_id, workload__in=workloads).order_by("number")
    for task in tasks:
        rows[task.workload_id].append(
            SheetRow(task.number, task.volume, task.minutes, task.minutes_per_year, per=PERIOD[task.per])
        )
        if task.part == WorkloadTask.Part.SUPPORT:
            support[task.workload_id] += task_load(TaskLoad(task.volume, PERIOD[task.per], task.minutes))
    for workload in workloads:
        is_health = workload.method == Workload.Method.HEALTH
        if is_health and support[workload.pk] >= sheet.campaign.minutes_per_year_health:
            raise RuleBroken(_("Waktu tugas penunjang menghabiskan seluruh waktu kerja tersedia."))
        printed = Sheet(rows=rows[workload.pk], agency_effective=sheet.campaign.minutes_per_year)
        workload.faults = list(dict.fromkeys(fault.code.value for fault in sheet_faults(printed)))
        workload.printed_need = None
    Workload.objects.bulk_update(workloads, ["method", "faults", "printed_need"])
