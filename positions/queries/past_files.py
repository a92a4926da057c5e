"""What of a personnel file had come by a past day: each kind of row by its own day, and facts that came to a row later.

A year without a day counts by its end; a row whose day nobody recorded stays, for nothing says that it came later. Of
today every row is shown, also what is still to come.
"""

from collections.abc import Callable, Iterable
from datetime import date
from typing import Any

from django.db.models import DateField, F, Func, IntegerField, Q, QuerySet, Value
from django.db.models.functions import Cast, Coalesce

from asnhr import dates
from positions.models import (
    Appointment,
    Award,
    CreditPoint,
    Discipline,
    Employee,
    EmployeeEducation,
    EmployeeTraining,
    FamilyMember,
    OutsidePost,
    RankRecord,
    SalaryIncrement,
    Secondment,
    ServicePeriod,
    StandingRecord,
    StudyAssignment,
    UnpaidLeave,
    YearlyPredicate,
)


def _day(year: Any, month: int, day: int) -> Func:
    """SQL of a day of a year; null for none."""
    number = Cast(year, IntegerField())
    return Func(number, Value(month), Value(day), function="make_date", output_field=DateField(null=True))


def _year_ends(column: str) -> Func:
    return _day(column, 12, 31)


# The day by which a row of each kind came: one column, or an expression.
STARTS = (
    RankRecord, StandingRecord, SalaryIncrement, OutsidePost, Secondment, UnpaidLeave, StudyAssignment,
)  # fmt: skip
CAME: dict[Any, Callable[[], Any]] = {
    **dict.fromkeys(STARTS, lambda: F("starts_on")),
    Appointment: lambda: Coalesce("cpns_decree_on", "duty_on", "employee__cpns_on"),
    # Service of before the appointment: it entered the file with the decree that grants it.
    ServicePeriod: lambda: Coalesce("decree_on", "counts_from", "ends_on"),
    # What was gained or completed, when it was.
    CreditPoint: lambda: F("ends_on"),
    EmployeeEducation: lambda: Coalesce("graduated_on", _year_ends("graduated")),
    EmployeeTraining: lambda: Coalesce("ends_on", "starts_on", _year_ends("year")),
    Award: lambda: Coalesce("decree_on", _year_ends("year")),
    # The predicate of a year is given after it.
    YearlyPredicate: lambda: _day(F("year") + 1, 1, 1),
}
# The same of rows whose days are encrypted: opened, one query, and looked at in Python.
SEALED: dict[Any, tuple[str, ...]] = {FamilyMember: ("birth_date", "married_on"), Discipline: ("starts_on",)}
# Facts that come to a row later: the day of each, and what stood there before.
LATER: dict[Any, tuple[tuple[str, dict[str, Any]], ...]] = {
    FamilyMember: (("died_on", {"died_on": None}), ("divorced_on", {"divorced_on": None})),
    UnpaidLeave: (("returned_on", {"returned_on": None, "return_decree": "", "return_decree_on": None}),),
    Discipline: (("revoked_on", {"state": Discipline.State.IN_FORCE.value, "revoked_decree": "", "revoked_on": None}),),
    StudyAssignment: (("ends_on", {"outcome": StudyAssignment.Outcome.RUNNING.value}),),
    Appointment: (
        ("pns_decree_on", {"pns_decree": "", "pns_decree_on": None}),
        ("duty_on", {"duty_on": None}),
        ("bkn_on", {"bkn_number": "", "bkn_on": None}),
    ),
}


def is_past(day: date) -> bool:
    return day < dates.today()


def came(rows: QuerySet[Any], day: date) -> QuerySet[Any]:
    """Leave out, on a past day, rows of one kind of history that came later; of today all stay. Of kinds whose days are
    encrypted the rows are read, one query."""
    if not is_past(day):
        return rows
    model: Any = rows.model
    if model in CAME:
        rows = rows.annotate(came_on=CAME[model]()).filter(Q(came_on__isnull=True) | Q(came_on__lte=day))
    if model not in SEALED:
        return rows
    opened = rows.order_by().values_list("pk", *SEALED[model])
    return rows.exclude(pk__in=[pk for pk, *days in opened if any(each is not None and each > day for each in days)])


def as_they_stood(model: Any, rows: Iterable[Any], day: date) -> None:
    """Take back, on a past day, what came to rows later. `rows`: objects, never to be saved, or dictionaries."""
    if not is_past(day):
        return
    for row in rows:
        for column, before in LATER.get(model, ()):
            held = row.get(column) if isinstance(row, dict) else getattr(row, column)
            if held is None or held <= day:
                continue
            if isinstance(row, dict):
                row.update({name: value for name, value in before.items() if name in row})
            else:
                for name, value in before.items():
                    setattr(row, name, value)


def loaded(rows: QuerySet[Any], day: date) -> list[Any]:
    """Return the rows of one kind as they stood on `day`; one query, two for sealed days of a past day."""
    found = list(came(rows, day))
    as_they_stood(rows.model, found, day)
    return found


# (education level, education, year): what an employee's record says of the last education.
Gained = tuple[str | None, int | None, int | None]


def educations_on(people: Iterable[int], day: date) -> dict[int, list[Gained]]:
    """Return what each had gained by a past day, the highest first; [] for who had gained nothing, absent who has no
    education on file. One query."""
    rows = EmployeeEducation.objects.filter(employee_id__in=list(people)).select_related("level")
    rows = rows.annotate(came_on=CAME[EmployeeEducation]())
    found: dict[int, list[Gained]] = {}
    for row in rows.order_by("employee_id", "-level__order", "-graduated", "pk"):
        held = found.setdefault(row.employee_id, [])
        if row.came_on is None or row.came_on <= day:
            held.append((row.level_id, row.education_id, row.graduated))
    return found


def last_education(level: str | None, education: int | None, year: int | None, held: Any, day: date) -> Gained:
    """Return the last education of a past day. `held`: of `educations_on`, None without a file of it; then what is on
    record stays unless its year had not ended. What is on record also stays where the file has it by then."""
    if held is None:
        return (None, None, None) if year is not None and date(year, 12, 31) > day else (level, education, year)
    if any(each[0] == level for each in held):
        return level, education, year
    return held[0] if held else (None, None, None)


def educate(people: Iterable[Employee], day: date) -> None:
    """Set the last education of loaded people to that of a past `day`; of others the record says it. Never to be saved;
    one query."""
    if not is_past(day):
        return
    loaded = {person.pk: person for person in people}
    held = educations_on(loaded, day)
    for pk, person in loaded.items():
        then = last_education(person.education_level_id, person.education_id, person.graduated, held.get(pk), day)
        person.education_level_id, person.education_id, person.graduated = then


def employee_as_it_stood(person: Employee, day: date) -> None:
    """Set the last education of a loaded person to that of a past `day`, and take back the TMT PNS and the departure
    that came later. Never to be saved; one query, up to two more for the names of another education."""
    if not is_past(day):
        return
    educate([person], day)
    if person.pns_on is not None and person.pns_on > day:
        person.pns_on = None
    if person.exits_on is not None and person.exits_on > day:
        person.exits_on, person.exit_reason = None, ""
