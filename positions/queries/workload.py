"""Reads of the workload campaign: the board of who is late, a sheet with its positions and tasks."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import Count, Q, QuerySet

from positions.models import Campaign, Position, Unit, Workload, WorkloadSheet, WorkloadTask
from positions.rules import sheet_flow
from positions.rules import workload as rules


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


@dataclass(frozen=True, slots=True)
class Measured:
    """Load of a position in minutes a year, and the need it makes; no need where it cannot be computed."""

    load: Decimal
    need: Decimal | None
    staff: int | None


# As the rules have it (`positions.rules.workload`, `workload_health`) and the needs analysis computes it: exact sums
# first, one quotient for each effective time of a position, rounded once to ten decimals.
MEASURED = """
WITH tasks AS (
    SELECT w.position_id, w.method, t.part, coalesce(t.minutes_per_year, c.minutes_per_year) AS effective,
        c.minutes_per_year_health AS health,
        t.volume * CASE t.per WHEN 'year' THEN 1 WHEN 'month' THEN 12 WHEN 'week' THEN 50 WHEN 'day' THEN 250
            WHEN 'quarter' THEN 4 ELSE 2 END * t.minutes AS load
    FROM positions_workload w
    JOIN positions_workloadsheet s ON s.agency_id = w.agency_id AND s.id = w.sheet_id
    JOIN positions_campaign c ON c.agency_id = s.agency_id AND c.id = s.campaign_id
    JOIN positions_workloadtask t ON t.agency_id = w.agency_id AND t.workload_id = w.id
    WHERE w.agency_id = %(agency)s AND w.sheet_id = %(sheet)s
),
parts AS (
    SELECT position_id, method, effective, health, sum(load) AS load,
        sum(load) FILTER (WHERE part = 'penunjang') AS support
    FROM tasks GROUP BY 1, 2, 3, 4
)
SELECT position_id, method, sum(load), CASE
    WHEN method = 'ABK' THEN round(sum(load::numeric(60, 30) / effective), 10)
    WHEN sum(load) > coalesce(sum(support), 0) AND coalesce(sum(support), 0) < health
        THEN round((sum(load) - coalesce(sum(support), 0))::numeric(60, 30) / (health - coalesce(sum(support), 0)), 10)
    END
FROM parts GROUP BY position_id, method, health
"""


def measured(sheet: WorkloadSheet) -> dict[int, Measured]:
    """Return what the stored tasks of a sheet (with its campaign) amount to, by position; one statement."""
    rounding = rules.Rounding(sheet.campaign.rounding)
    with connection.cursor() as cursor:
        cursor.execute(MEASURED, {"agency": sheet.agency_id, "sheet": sheet.pk})
        rows = cursor.fetchall()
    found = {}
    for pk, method, load, need in rows:
        # ABK-Kes rounds half up whatever the agency chose for ABK.
        how = rounding if method == Workload.Method.TASKS else rules.Rounding.HALF_UP
        found[pk] = Measured(load, need, None if need is None else rules.staff(need, how))
    return found
