"""Letters of increments that were issued: whose they are, and the numbers that are taken.

A number belongs to the agency, whoever issued it and wherever: these read the whole agency, never one officer's part.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from asnhr import dates
from positions.models import (
    AgendaItem,
    Employee,
    LetterBatch,
    RankRecord,
    SalaryIncrement,
    ServicePeriod,
    UnpaidLeave,
)
from positions.queries import register
from positions.rules.service import Grant, in_scale, reviewed_since

PLACE = "{n}"


@dataclass(frozen=True, slots=True)
class LastDecree:
    """The decree that a person's pay rests on before an increment: the last increment, of the rank, or reviewed service
    (PMK) that counts from a day after both. `months`: service in scale on its TMT; `official`: who signed, where a
    letter of ours says so."""

    is_increment: bool
    starts_on: date | None = None
    number: str = ""
    decree_on: date | None = None
    months: int | None = None
    official: str = ""
    is_review: bool = False


def last_decrees(items: Iterable[AgendaItem]) -> dict[int, LastDecree]:
    """Return what each increment's case rests on, by its id: of what was on record before its day the newest, as
    `positions.rules.agenda.counted_from` counts; four queries for any number of cases, a fifth where service was
    reviewed."""
    cases = list(items)
    people = {item.employee_id for item in cases}
    ranks, increments = defaultdict(list), defaultdict(list)
    for held in RankRecord.objects.filter(employee_id__in=people).order_by("-starts_on"):
        ranks[held.employee_id].append(held)
    for given in SalaryIncrement.objects.filter(employee_id__in=people).order_by("-starts_on"):
        increments[given.employee_id].append(given)
    signed = _signed([row for rows in increments.values() for row in rows])
    found = {}
    for item in cases:
        rank = next((row for row in ranks[item.employee_id] if row.starts_on <= item.due_on), None)
        row = next((row for row in increments[item.employee_id] if row.starts_on < item.due_on), None)
        if row is not None and (rank is None or row.starts_on >= rank.starts_on):
            months = row.service_years * 12 + row.service_months
            official = signed.get((row.employee_id, row.decree), "")
            found[item.pk] = LastDecree(True, row.starts_on, row.decree, row.decree_on, months, official)
        elif rank is not None:
            scale = None if rank.service_years is None else rank.service_years * 12 + (rank.service_months or 0)
            found[item.pk] = LastDecree(False, rank.starts_on, rank.decree, rank.decree_on, scale)
    return found | _reviewed(cases, found)


def _reviewed(cases: list[AgendaItem], found: dict[int, LastDecree]) -> dict[int, LastDecree]:
    """Return of these cases those whose pay rests on reviewed service that began to count after `found`."""
    periods, unpaid = defaultdict(list), defaultdict(list)
    people = {item.employee_id for item in cases}
    for period in ServicePeriod.objects.filter(employee_id__in=people, counts=True).order_by("pk"):
        periods[period.employee_id].append(period)
    if not periods:
        return {}
    for leave in UnpaidLeave.objects.filter(employee_id__in=periods):
        unpaid[leave.employee_id].append((leave.starts_on, leave.returned_on or leave.ends_on))
    today, told = dates.today(), {}
    for item in cases:
        last = found.get(item.pk)
        if last is None or last.starts_on is None or last.months is None:
            continue
        own = periods[item.employee_id]
        grants = [Grant(each.years * 12 + each.months, each.counts_from or each.decree_on) for each in own]
        from_day = reviewed_since(grants, last.starts_on, min(today, item.due_on)).from_day
        if from_day is not None:
            by = next(each for each in own if (each.counts_from or each.decree_on) == from_day)
            months = in_scale(last.months, last.starts_on, from_day, unpaid[item.employee_id], grants)
            told[item.pk] = LastDecree(False, from_day, by.decree, by.decree_on, months, is_review=True)
    return told


def _signed(rows: list[SalaryIncrement]) -> dict[tuple[int, str], str]:
    """Who signed the letters of increments that were made here: (person, number) → the post of the signatory."""
    months = {row.starts_on.replace(day=1) for row in rows}
    wanted = {(row.employee_id, row.decree) for row in rows if row.decree}
    found: dict[tuple[int, str], str] = {}
    held = LetterBatch.objects.filter(month__in=months, cancelled_on__isnull=True)
    for batch in held.order_by("pk") if wanted else ():
        for person, number in numbers(batch).items():
            if (person, number) in wanted:
                found[person, number] = batch.signatory_post
    return found


def of_month(agency_id: int, month: date) -> list[LetterBatch]:
    """Return the batches for the increments of a month, the first first, each with `employees` filled in."""
    rows = list(LetterBatch.objects.filter(agency=agency_id, month=month).order_by("pk"))
    fill_in(rows)
    return rows


def fill_in(batches: Iterable[LetterBatch]) -> None:
    """Give batches of before `employees` was kept the people of their cases; one query, none without such batches."""
    before = [each for each in batches if each.people and not each.employees]
    if not before:
        return
    keys = {key for each in before for key in each.people}
    people = dict(AgendaItem.objects.filter(pk__in=keys).order_by().values_list("pk", "employee_id"))
    for each in before:
        each.employees = [people[key] for key in each.people if key in people]


def valid(batch: LetterBatch) -> list[int]:
    """Return the people (ids) whose letter in the batch holds, in the order of the numbers; `employees` filled in."""
    return [] if batch.cancelled_on else [person for person in batch.employees if person not in batch.replaced]


def holders(batches: Iterable[LetterBatch]) -> set[int]:
    """Return the people (ids) who have a valid letter in one of `batches`."""
    return {person for each in batches for person in valid(each)}


def cancelled(agency_id: int, months: Iterable[date]) -> set[tuple[int, str]]:
    """Return the letters for increments of these months that were cancelled: (person, number); two queries at most."""
    rows = list(LetterBatch.objects.filter(agency=agency_id, month__in=set(months), cancelled_on__isnull=False))
    fill_in(rows)
    return {(person, number) for each in rows for person, number in numbers(each).items()}


def numbers(batch: LetterBatch) -> dict[int, str]:
    """Return the number of each person's letter in a batch; `employees` filled in."""
    return {
        person: batch.number_pattern.replace(PLACE, str(batch.first_number + place))
        for place, person in enumerate(batch.employees)
    }


def last_number(batch: LetterBatch) -> int:
    """Return the last number a batch has taken; of one of before `last_number` was kept the last it may have."""
    return batch.first_number + len(batch.people) - 1 if batch.last_number is None else batch.last_number


def next_number(agency_id: int, pattern: str, year: int) -> int:
    """Return the number after the last one issued with this pattern in this year; 1 when there is none."""
    rows = LetterBatch.objects.filter(agency=agency_id, number_pattern=pattern, signed_on__year=year)
    return max((last_number(each) for each in rows.order_by("pk")), default=0) + 1


def taken(agency_id: int, year: int, wanted: Iterable[str]) -> list[str]:
    """Return those of `wanted` numbers that a letter of this year bears, in their order: another pattern may give the
    same number."""
    rows = LetterBatch.objects.filter(agency=agency_id, signed_on__year=year).order_by("pk")
    used = {
        each.number_pattern.replace(PLACE, str(number))
        for each in rows
        for number in range(each.first_number, last_number(each) + 1)
    }
    return [number for number in wanted if number in used]


def named(user: Any, people: Iterable[int], most: int) -> list[Employee]:
    """Return at most `most` of these people whom the user sees, by name; one query."""
    rows = register.employees_visible(user).filter(pk__in=list(people))
    return list(rows.order_by("name", "pk")[:most])
