"""What of a personnel file had come by a past day: each kind of row by its own day, and facts that came to a row later.

A year without a day counts by its end; a row whose day nobody recorded stays, for nothing says that it came later. Of
today every row is shown, also what is still to come.
"""

from collections.abc import Callable, Iterable
from datetime import date
from typing import Any

from django.db.models import BooleanField, Case, CharField, DateField, F, Func, IntegerField, Q, QuerySet, Value, When
from django.db.models.functions import Cast, Coalesce

from asnhr import dates
from positions.models import (
    Appointment,
    Award,
    Contract,
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
from positions.queries.rulebook import OnDay
from positions.rules.levels import EDUCATION_LEVELS


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
    Contract: (("decided_on", {"extension": Contract.Extension.OPEN.value, "decided_on": None}),),
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


def extension_then(day: date) -> Case:
    """What was decided of a contract by a past `day`, as `LATER` says it."""
    later = When(decided_on__gt=day, then=Value(Contract.Extension.OPEN.value))
    return Case(*([later] if is_past(day) else []), default=F("extension"), output_field=CharField())


def of_extension(contracts: QuerySet[Any], day: date, *wanted: str) -> QuerySet[Any]:
    """Keep contracts of which one of these was decided by `day`."""
    if not is_past(day):
        return contracts.filter(extension__in=wanted)
    return contracts.alias(extension_asked=extension_then(day)).filter(extension_asked__in=wanted)


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


# `last_education` of the level in SQL; columns: person, level and year on record. Sets are read once a statement; a
# single file is looked into only where what its person's record tells was still to come.
# The last year that had ended by the day: of constants, folded before the first row is looked at.
_YEAR = "extract(year FROM %s::date + 1)::integer - 1"
GAINED = f"""(x.graduated_on <= %s
        OR x.graduated_on IS NULL AND (x.graduated IS NULL OR x.graduated <= {_YEAR}))"""
_FILES = "positions_employeeeducation x"
_ORDERS = " ".join(f"WHEN '{each.id}' THEN {each.order}" for each in EDUCATION_LEVELS)
_HIGHEST = f"""(SELECT x.level_id FROM {_FILES} WHERE x.employee_id = {{0}} AND {GAINED}
        ORDER BY CASE x.level_id {_ORDERS} END DESC, x.graduated DESC, x.id LIMIT 1)"""  # noqa: S608  constants
_BY_RECORD = f"({{2}} IS NULL OR {{2}} <= {_YEAR})"
# Whether the record's own level stays, never null: else the file tells, or nothing.
KEPT = f"""CASE
    WHEN EXISTS (SELECT FROM {_FILES} WHERE x.employee_id = {{0}} AND x.level_id = {{1}} AND {GAINED}) THEN true
    WHEN EXISTS (SELECT FROM {_FILES} WHERE x.employee_id = {{0}}) THEN false ELSE {_BY_RECORD} END"""  # noqa: S608
_LEVEL = f"""CASE
    WHEN {{1}} IS NOT NULL AND ({{0}}, {{1}}) IN (SELECT x.employee_id, x.level_id FROM {_FILES} WHERE {GAINED})
        THEN {{1}}
    WHEN {{0}} IN (SELECT x.employee_id FROM {_FILES}) THEN {_HIGHEST}
    WHEN {_BY_RECORD} THEN {{1}} END"""  # noqa: S608  constants
# The same asked of one level, which needs the files of those alone who have it.
_OF_LEVEL = f"""CASE
    WHEN {{0}} IN (SELECT x.employee_id FROM {_FILES} WHERE x.level_id = 'LEVEL' AND {GAINED}) THEN
        {{1}} IS NOT DISTINCT FROM 'LEVEL' OR {_HIGHEST} = 'LEVEL' AND NOT EXISTS
            (SELECT FROM {_FILES} WHERE x.employee_id = {{0}} AND x.level_id = {{1}} AND {GAINED})
    ELSE {{1}} = 'LEVEL' AND {_BY_RECORD} AND NOT EXISTS (SELECT FROM {_FILES} WHERE x.employee_id = {{0}})
    END"""  # noqa: S608  constants
RECORD = ("pk", "education_level_id", "graduated")


class LevelOfDay(OnDay):
    """The level of the last education of a past day."""

    output_field = CharField()
    text = _LEVEL


class OrderOfDay(OnDay):
    """How high that level is."""

    output_field = IntegerField(null=True)
    text = f"CASE {_LEVEL} {_ORDERS} END"


# Of each level whether it was the last one then; a fixed text each, as `OnDay` has it.
OF_LEVEL: dict[str, type[OnDay]] = {
    each.id: type(
        f"OfLevel{each.id}", (OnDay,), {"output_field": BooleanField(), "text": _OF_LEVEL.replace("LEVEL", each.id)}
    )
    for each in EDUCATION_LEVELS
}


def by_education_of_day(people: QuerySet[Any], day: date) -> QuerySet[Any]:
    """Name `education_of_day`, how high the last education of a past `day` was, for ORDER BY."""
    return people.alias(education_of_day=OrderOfDay(*RECORD, day=day))


def of_education(people: QuerySet[Any], day: date, level: str) -> QuerySet[Any]:
    """Keep people whose last education on `day` was of a level; of today and a coming day the record says it."""
    if not is_past(day):
        return people.filter(education_level_id=level)
    return people.filter(Q(OF_LEVEL[level](*RECORD, day=day))) if level in OF_LEVEL else people.none()


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
