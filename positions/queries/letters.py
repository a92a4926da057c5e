"""Letters of increments that were issued: whose they are, and the numbers that are taken.

A number belongs to the agency, whoever issued it and wherever: these read the whole agency, never one officer's part.
"""

from collections.abc import Iterable
from datetime import date
from typing import Any

from positions.models import AgendaItem, Employee, LetterBatch
from positions.queries import register

PLACE = "{n}"


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


def holders(batches: Iterable[LetterBatch]) -> set[int]:
    """Return the people (ids) who have a valid letter in one of `batches`."""
    return {person for each in batches for person in each.employees if person not in each.replaced}


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
