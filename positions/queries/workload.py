"""Reads of the workload campaign: the board of who is late, a sheet with its positions and tasks."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import Count, Q, QuerySet

from positions.models import Campaign, Position, Unit, WorkloadSheet, WorkloadTask
from positions.rules import sheet_flow


@dataclass(frozen=True)
class BoardRow:
    """A unit's sheet on the board."""

    sheet_id: int
    unit_id: int
    unit_code: str
    unit_name: str
    state: str
    late: bool
    reminded_on: date | None
    tasks: int


@dataclass(frozen=True)
class Board:
    """Where a campaign stands on a day: sheets by state, units late, and the units that have still to act first."""

    states: dict[str, int]
    late: int
    rows: list[BoardRow] = field(default_factory=list)


def board(user: Any, campaign: Campaign, day: date) -> Board:
    """Return the board of a campaign as the user sees it, late units first, then by unit name; one query."""
    sheets = (
        WorkloadSheet.objects.visible_to(user)
        .filter(campaign=campaign)
        .annotate(task_count=Count("workloads__tasks"))
        .order_by("unit__name", "pk")
        .values_list("pk", "unit_id", "unit__code", "unit__name", "state", "reminded_on", "task_count")
    )
    states = dict.fromkeys(WorkloadSheet.State.values, 0)
    rows = []
    for pk, unit_id, code, name, state, reminded_on, tasks in sheets:
        states[state] += 1
        late = sheet_flow.is_late(state, campaign.deadline, day)
        rows.append(BoardRow(pk, unit_id, code, name, state, late, reminded_on, tasks))
    rows.sort(key=lambda row: (not row.late, row.unit_name, row.sheet_id))
    return Board(states=states, late=sum(row.late for row in rows), rows=rows)


def late_sheets(user: Any, campaign: Campaign, day: date) -> QuerySet[WorkloadSheet]:
    """Sheets that lie with their unit after the deadline."""
    sheets = WorkloadSheet.objects.visible_to(user).filter(campaign=campaign, state__in=sheet_flow.WITH_UNIT)
    return sheets if day > campaign.deadline else sheets.none()


def positions_of(user: Any, sheet: WorkloadSheet, day: date) -> QuerySet[Position]:
    """Positions that a sheet covers on `day`: those of its unit and of the units below, as far as no unit in between
    has a sheet of its own in the campaign. One query for the paths, run at once."""
    below = Unit.objects.filter(agency_id=sheet.agency_id, path__under=sheet.unit.path).exclude(pk=sheet.unit_id)
    own = below.filter(sheets__campaign_id=sheet.campaign_id).values_list("path", flat=True)
    rows = Position.objects.visible_to(user).on(day).filter(unit__path__under=sheet.unit.path)
    return rows.exclude(unit__path__under_any=list(own))


def tasks_of(sheet: WorkloadSheet) -> QuerySet[WorkloadTask]:
    """Tasks of a sheet by position and number, positions with their job."""
    return (
        WorkloadTask.objects.filter(Q(agency_id=sheet.agency_id), workload__sheet=sheet)
        .select_related("workload__position__job", "goal")
        .order_by("workload__position__order", "workload__position_id", "number", "pk")
    )
