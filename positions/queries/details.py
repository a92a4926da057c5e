"""Reads for one unit, position, job or person: everything that its page touches, in few queries."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, DateField, ExpressionWrapper, F, OuterRef, Q, Subquery, Sum, Value
from django.db.models.functions import Greatest, Least

from asnhr import dates
from positions.models import (
    Contract,
    Employee,
    EmployeeEducation,
    Finding,
    Goal,
    Incumbency,
    Job,
    JobCompetency,
    JobEducation,
    NeedsResult,
    Position,
    PositionGoal,
    PositionNeed,
    Seat,
    Unit,
    UnitPeriod,
    Workload,
    WorkloadSheet,
)
from positions.models._base import access_of, in_force
from positions.models.position import kind_on
from positions.queries import histories, past_files, register, standards
from positions.queries.analysis import B_PRINTED


@dataclass
class SeatRow:
    """A seat with who holds it definitively or by duty, and who acts on it."""

    seat: Seat
    # Of the day shown: K may have fallen or risen since.
    kind: str
    holder: Incumbency | None = None
    # Named on the seat by the record, but not there on the day.
    absent: list[Incumbency] = field(default_factory=list)
    acting: list[Incumbency] = field(default_factory=list)


# Positions


def holders_of(position: Position, day: date) -> list[Incumbency]:
    """Everybody whom the record puts on the position that day, of every kind, each with the status of then; also who
    held nothing (`was_there`). Three queries; of a past day at most one more."""
    people = register.with_retirement(register.with_post(Employee.objects.all(), day), day)
    held = list(position.incumbencies.filter(in_force(day)).order_by("starts_on", "pk"))
    loaded = {person.pk: person for person in people.filter(pk__in=[each.employee_id for each in held])}
    if day < dates.today():
        histories.statuses_as_they_stood(loaded.values(), day)
    for each in held:
        each.employee = loaded[each.employee_id]
    return held


def carried_on(position: Position) -> tuple[int, int]:
    """Return how many seats, and how many holders of any kind, go along when the position ends; two queries."""
    return (
        position.seats.filter(ends_on=position.ends_on).count(),
        position.incumbencies.filter(ends_on=position.ends_on).values("employee").distinct().count(),
    )


def was_there(held: Incumbency, day: date) -> bool:
    """Whether somebody of `holders_of` had been appointed and had not left: `positions.queries.register.there`."""
    person = held.employee
    return bool(person.status) and (person.exits_on is None or person.exits_on > day)


def seats_with_holders(
    position: Position, holders: list[Incumbency], day: date
) -> tuple[list[SeatRow], list[Incumbency]]:
    """Return (the seats of the day by number with their holders, the part-time holders beside them who were there);
    one query."""
    found = position.seats.filter(in_force(day)).annotate(kind_that_day=kind_on(day)).order_by("number", "pk")
    rows = {seat.pk: SeatRow(seat, seat.kind_that_day) for seat in found}
    part_time = []
    for each in holders:
        row = rows.get(each.seat_id) if each.seat_id else None
        if not was_there(each, day):
            if row is not None:
                row.absent.append(each)
        elif row is None:
            part_time.append(each)
        elif each.kind in (Incumbency.Kind.PLT, Incumbency.Kind.PLH):
            row.acting.append(each)
        else:
            row.holder = each
    return list(rows.values()), part_time


def needs_of(position: Position) -> list[PositionNeed]:
    """K by source, the latest first."""
    return list(position.needs.order_by("source", "-starts_on", "-pk"))


def workload_of(position: Position) -> list[Workload]:
    """Its workload in each campaign with the number of tasks and the minutes with a digital-prone share; one query."""
    minutes = Sum(F("tasks__volume") * F("tasks__minutes"))
    return list(
        position.workloads.select_related("sheet__campaign")
        .annotate(tasks_n=Count("tasks"), digital_n=Count("tasks", filter=Q(tasks__digital_prone=True)), raw=minutes)
        .order_by("-sheet__campaign__year", "method", "pk")
    )


def education_fields(job: Job) -> list[str]:
    return list(
        JobEducation.objects.filter(agency_id=job.agency_id, job=job).order_by("field").values_list("field", flat=True)
    )


def competencies_of(job: Job, day: date) -> list[JobCompetency]:
    """The competencies of the job's standard in force on `day`, in the order of the annex; each with its standard."""
    found = standards.lines(JobCompetency.objects.filter(agency_id=job.agency_id, standard__job=job), day)
    return standards.sorted_lines(found)


def goals_of(position: Position, day: date) -> list[PositionGoal]:
    rows = position.goal_links.filter(in_force(day), in_force(day, "goal__")).select_related("goal")
    return list(rows.order_by("goal__code", "pk"))


def history_of(position: Position, day: date, most: int = 30) -> list[Incumbency]:
    """Who held it before `day`, the latest first."""
    rows = position.incumbencies.filter(ends_on__lte=day).select_related("employee")
    return list(rows.order_by("-ends_on", "-starts_on", "-pk")[:most])


def latest_result(user: Any, position: Position, day: date) -> NeedsResult | None:
    """The position's result in the latest complete analysis not after `day`; null for who may not see analyses."""
    if not access_of(user).may("view_analysis"):
        return None
    rows = NeedsResult.objects.visible_to(user).filter(
        Q(analysis__parameters__overlay={}) | Q(analysis__parameters__overlay__isnull=True),
        position=position, analysis__is_complete=True, analysis__as_of__lte=day,
    )  # fmt: skip
    rows = rows.annotate(b_printed=B_PRINTED)
    return rows.select_related("analysis").order_by("-analysis__as_of", "-analysis_id").first()


# Units


def unit_periods(unit: Unit) -> list[UnitPeriod]:
    return list(unit.periods.select_related("parent").order_by("-starts_on", "-pk"))


def sheets_of(unit: Unit, most: int = 3) -> list[WorkloadSheet]:
    return list(unit.sheets.select_related("campaign").order_by("-campaign__year", "-pk")[:most])


def goals_of_unit(unit: Unit, day: date) -> list[Goal]:
    return list(unit.goals.filter(in_force(day)).order_by("code", "pk"))


# People


def incumbencies_of(person: Employee, day: date) -> list[Incumbency]:
    """All that the person ever held, the earliest first, each with `seat_kind`, what its seat was, and with the unit's
    name of that day: `day`, the last day of a post left before, the first of one to come."""
    last = ExpressionWrapper(F("ends_on") - timedelta(days=1), output_field=DateField())
    shown = Greatest("starts_on", Least(Value(day), last, output_field=DateField()), output_field=DateField())
    rows = person.incumbencies.select_related("position__job", "position__unit")
    rows = rows.annotate(shown_on=shown).annotate(seat_kind=kind_on(OuterRef("shown_on"), "seat__"))
    bore = UnitPeriod.objects.filter(
        in_force(OuterRef("shown_on")), agency_id=OuterRef("agency_id"), unit_id=OuterRef("position__unit_id")
    )
    held = rows.annotate(unit_bore=Subquery(bore.values("name")[:1])).order_by("starts_on", "pk")
    for each in held:
        each.position.unit.name = each.unit_bore or each.position.unit.name
    return list(held)


def educations_of(person: Employee, day: date) -> list[EmployeeEducation]:
    """The educations gained by `day`, the highest first; of today all."""
    rows = past_files.came(person.educations.select_related("level", "education"), day)
    return list(rows.order_by("-level__order", "-graduated", "pk"))


def contracts_of(person: Employee) -> list[Contract]:
    return list(person.contracts.order_by("-starts_on", "-pk"))


def findings_of(user: Any, person: Employee) -> list[Finding]:
    """Open findings about the person, for readers of the register."""
    if not access_of(user).may("view_register"):
        return []
    return list(person.findings.filter(settled_at__isnull=True).order_by("-found_at", "-pk"))


def own_only(user: Any) -> bool:
    """Whether the user sees nothing but the own record."""
    return not access_of(user).may("view_register")
