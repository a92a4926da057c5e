"""Whose an object of the trail is: for who decides on an opening and does not decide blind, and for who asks for one by
a person's NIP."""

from collections.abc import Iterable
from typing import Any

from django.db.models import BigIntegerField, CharField, F, QuerySet, Value
from django.db.models.functions import Cast

from asnhr.audit import words
from asnhr.audit.declared import Declared, audited, by_table, rows_for
from asnhr.audit.search import of_agency
from asnhr.models import AuditEntry, AuditValue
from asnhr.privacy.declared import holdings

# The column by which rows of the register point at their person, and the column of the person's number there.
PERSON, KEY = "employee_id", "nip"


def names(objects: Iterable[tuple[str, int]], user: Any) -> dict[tuple[str, int], str]:
    """Return "name (NIP)" of whom each object (table, number) is about, from the trail where it is deleted; only of
    people whom the user sees in the register. Five queries at most, whatever tables there are."""
    nips = _nips(set(objects), user)
    people = {getattr(row, KEY): str(row) for row in _people(user, set(nips.values()))}
    return {each: people[nip] for each, nip in nips.items() if nip in people}


def of_person(known: Declared, nip: str, numbers: Iterable[int], user: Any) -> list[int]:
    """Return those of the objects of a table that are, or were, about the person; [] for a table that is about none."""
    found = _nips({(known.table, number) for number in numbers}, user)
    return sorted(number for (_table, number), each in found.items() if each == nip)


def nip_of(table: str, number: int, user: Any) -> str:
    """Return the NIP of whom an object is, or was, about; "" for nobody that the trail knows."""
    return _nips({(table, number)}, user).get((table, number), "")


def _nips(objects: set[tuple[str, int]], user: Any) -> dict[tuple[str, int], str]:
    """Return the NIP by object: of living rows by the path to their person, of deleted ones by what the trail says."""
    parts: list[QuerySet[Any]] = []
    for table in sorted({table for table, _number in objects}):
        known = by_table().get(table)
        path = holdings.get(known.model).person if known is not None and known.model in holdings else ""
        if known is not None and path:
            numbers = {number for name, number in objects if name == table}
            rows = of_agency(known, user).filter(**{f"{known.number}__in": numbers}).order_by()
            said = {"found_in": Value(table, CharField()), "found_as": Cast(F(known.number), BigIntegerField())}
            parts.append(rows.annotate(**said, found_nip=Cast(F(path), CharField())))
    if not parts:
        return {}
    lists = [rows.values_list("found_in", "found_as", "found_nip") for rows in parts]
    living = lists[0].union(*lists[1:], all=True) if len(lists) > 1 else lists[0]
    found = {(table, number): nip for table, number, nip in living if nip}
    gone = objects - found.keys()
    return found | (_from_trail(gone, user) if gone else {})


def _from_trail(objects: set[tuple[str, int]], user: Any) -> dict[tuple[str, int], str]:
    agency_id = user.access.agency_id
    values = AuditValue.objects.filter(agency_id=agency_id, object_id__in={number for _table, number in objects})
    entries = AuditEntry.objects.filter(
        agency_id=agency_id, table_name__in={table for table, _number in objects},
        kind__in=[*words.CREATED, words.DELETED], pk__in=values.values("entry_id"),
    ).in_bulk()  # fmt: skip
    pointed: dict[tuple[str, int], int] = {}
    nips: dict[tuple[str, int], str] = {}
    for value in values.filter(entry_id__in=entries).order_by("pk"):
        each = entries[value.entry_id].table_name, value.object_id
        columns = words.columns_changed(entries[value.entry_id], value.change)
        said = {name: new or old for name, (old, new) in columns.items()}
        if said.get(PERSON):
            pointed[each] = int(said[PERSON])
        elif said.get(KEY):
            nips[each] = str(said[KEY])
    if pointed:
        people = dict(of_agency(_register(), user).filter(pk__in=pointed.values()).values_list("pk", KEY))
        nips |= {each: people[key] for each, key in pointed.items() if key in people}
    return {each: nip for each, nip in nips.items() if each in objects}


def _people(user: Any, nips: set[str]) -> Iterable[Any]:
    """The people of these numbers whom the user sees in the register."""
    if not nips:
        return []
    known = _register()
    rows: Iterable[Any] = rows_for(known, user).filter(**{f"{KEY}__in": nips}).defer(*words.unnamed(known.model_class))
    return rows


def _register() -> Declared:
    """The table of people: the one whose rows are their own person's."""
    found: Declared = next(each for _model, each in audited.items() if each.own == KEY)
    return found
