"""What changed since a place in the agency's sealed trail: the rows as they are now, and which are gone.

A time cannot say where a client stands: a transaction that began earlier may commit later, and its rows would bear a
time that the client has passed. The trail's seals can: an entry is sealed, and numbered without gaps, only when every
transaction that began before its own is over (asnhr/audit/sealer.py), so nothing ever comes to stand before a place
that was read. A place is `number-value`: all entries below the number, and of that one the values up to the value.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

from django.apps import apps
from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework import status
from rest_framework.exceptions import APIException, ValidationError

from asnhr.audit import words
from asnhr.audit.declared import FULL, audited
from asnhr.models import AuditEntry

TOKEN = re.compile(r"([1-9][0-9]{0,17})-([0-9]{1,18})")
# Clocks of two machines differ; what was sealed shortly before is told again.
OVERLAP = timedelta(minutes=1)
# Links of the chain that one request looks through, so that a client who comes back after a year costs no more.
MOST_LINKS = 20_000
CHANGES = ("tambah", "ubah", "hapus")
# Rows that one answer tells for changes of what they show of others, beyond which it stops: a page of 500 values may be
# 500 people, each with twenty rows.
MOST_ROWS = 5_000
# What rows bear of units and jobs that they name: nobody's change but the unit's or the job's, or renaming one unit
# would send all its people, with all their histories.
NAMED = {"positions.Unit": frozenset({"code", "name"}), "positions.Job": frozenset({"code", "name", "subtitle"})}
# Label of another model → the row's key to it → its columns that the row shows.
Shown = Mapping[str, Mapping[str, frozenset[str]]]


class Unknown(APIException):
    """A place that this trail has not reached: of another agency, or of before the database came back from a backup."""

    status_code = status.HTTP_410_GONE
    default_detail = gettext_lazy(
        "sync_token ini bukan dari jejak instansi Anda; mulai lagi dengan membaca seluruhnya."
    )
    default_code = "gone"


@dataclass(frozen=True)
class Place:
    """All links below `number` are read, and of link `number` the values up to `value`."""

    number: int
    value: int = 0

    def __str__(self) -> str:
        return f"{self.number}-{self.value}"


@dataclass(frozen=True)
class Changes:
    """Ids of rows that changed, each once, in order of their first change; `more`: the trail goes on after `place`."""

    ids: list[int]
    place: Place
    more: bool


def end(agency_id: int) -> Place:
    """Return the place after all that is sealed. Read before a whole list, it is where the changes to it begin."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT max(number) FROM audit_seal WHERE agency_id = %s", [agency_id])
        return Place((cursor.fetchone()[0] or 0) + 1)


def place_of(agency_id: int, text: str) -> Place:
    """Return the place that `updated_since` names: a token of an earlier answer, or a time (RFC 3339).

    From a time on everything is told that was not yet sealed a minute before it: rather twice than never.
    """
    if found := TOKEN.fullmatch(text):
        return Place(int(found[1]), int(found[2]))
    try:
        # In an address a plus sign is a space.
        moment = datetime.fromisoformat(text.replace(" ", "+") if "T" in text else text)
        moment = moment if moment.tzinfo else timezone.make_aware(moment)
        moment -= OVERLAP
    except (ValueError, OverflowError):
        problem = _("Tulis waktu (2026-01-31T08:00:00+07:00) atau sync_token dari jawaban sebelumnya.")
        raise ValidationError({"updated_since": [problem]}) from None
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT number FROM audit_seal WHERE agency_id = %s AND sealed_at < %s ORDER BY number DESC LIMIT 1",
            [agency_id, moment],
        )
        row = cursor.fetchone()
    return Place(row[0] + 1 if row else 1)


# Of models that are only shown in the rows, what changes another column is passed over unread.
_VALUES = """
SELECT s.number, v.id, v.object_id, e.table_name, e.kind, e.columns, v.change
FROM audit_seal s
JOIN audit_entry e ON e.agency_id = s.agency_id AND e.id = s.entry_id
JOIN audit_value v ON v.agency_id = e.agency_id AND v.entry_id = e.id AND v.id BETWEEN e.first_value AND e.last_value
WHERE s.agency_id = %(agency)s AND s.number BETWEEN %(number)s AND %(last)s
    AND e.kind = ANY (%(kinds)s) AND (s.number > %(number)s OR v.id > %(value)s)
    AND (e.table_name = ANY (%(tables)s)
        OR e.table_name = ANY (%(shown)s) AND e.kind = 'ubah' AND v.change LIKE ANY (%(marks)s))
ORDER BY s.number, v.id LIMIT %(size)s
"""


def shown_in(model: Any, paths: Mapping[str, str], more: Mapping[str, Mapping[str, str]]) -> Shown:
    """Return what rows of `model` show of other models of the agency's trail: read from the `paths` of their columns
    (`employee__unit_id`: of the person its unit), and `more`, where a view brings it itself."""
    found: dict[str, dict[str, set[str]]] = {}
    for path in paths.values():
        here, steps = model, path.split("__")
        for place, step in enumerate(steps):
            field = here._meta.pk if step == "pk" else here._meta.get_field(step)
            if place:
                found.setdefault(here._meta.label, {}).setdefault("__".join(steps[:place]), set()).add(field.column)
            here = field.related_model
    for label, keys in more.items():
        for key, columns in keys.items():
            found.setdefault(label, {}).setdefault(key, set()).update(columns.split())
    kept = {
        label: {key: columns - NAMED.get(label, frozenset()) for key, columns in keys.items()}
        for label, keys in found.items()
        if is_followed(apps.get_model(label))
    }
    return {
        label: {key: frozenset(columns) for key, columns in keys.items() if columns}
        for label, keys in kept.items()
        if any(keys.values())
    }


def changes(
    agency_id: int,
    model: Any,
    parts: Mapping[str, str],
    since: Place,
    size: int,
    wholes: Mapping[str, str] = MappingProxyType({}),
    shown: Shown = MappingProxyType({}),
) -> Changes:
    """Return at most `size` values of the trail after `since` as ids of the model's rows.

    `parts`: label of a model whose rows belong to one of these → its key to it; their changes count as the row's.
    `wholes`: label of a model that these belong to → the key to it; a change of such a row counts for all its rows.
    `shown`: columns of other models that the rows show; their changes count for the rows that show them. Both may pass
    `size`, up to the rows of one value beyond MOST_ROWS. Raises Unknown for a place beyond the end. Cost: two queries,
    and one for each key to a part, a whole or a model shown that changed.
    """
    tables = _Tables(model, parts, wholes, shown)
    last_sealed = end(agency_id).number - 1
    if since.number > last_sealed + 1:
        raise Unknown
    last = min(last_sealed, since.number + MOST_LINKS - 1)
    with connection.cursor() as cursor:
        cursor.execute(
            _VALUES,
            {
                "agency": agency_id, "number": since.number, "value": since.value, "last": last,
                "tables": tables.told, "shown": list(tables.shown), "marks": tables.marks, "kinds": list(CHANGES),
                "size": size + 1,
            },
        )  # fmt: skip
        found = cursor.fetchall()
    is_full = len(found) > size
    found = found[:size]
    ids, used = _owners(agency_id, model, found, tables)
    if used < len(found):
        is_full, found = True, found[:used]
    if is_full:
        place = Place(found[-1][0], found[-1][1])
    else:
        place = Place(last + 1) if last >= since.number else since
    return Changes(ids, place, is_full or last < last_sealed)


class _Tables:
    """The same by names of tables."""

    def __init__(self, model: Any, parts: Mapping[str, str], wholes: Mapping[str, str], shown: Shown) -> None:
        named = {label: apps.get_model(label) for label in (*parts, *wholes, *shown)}
        self.own: str = model._meta.db_table
        self.parts = {named[label]._meta.db_table: (named[label], key) for label, key in parts.items()}
        self.wholes = {named[label]._meta.db_table: key for label, key in wholes.items()}
        self.shown = {named[label]._meta.db_table: keys for label, keys in shown.items()}
        self.told = [self.own, *self.parts, *self.wholes]
        # As the trail writes a change: `{"unit_id":[1,2]}`.
        columns = {column for keys in self.shown.values() for each in keys.values() for column in each}
        self.marks = [f'%"{column}":[%' for column in sorted(columns)]

    def keys_to(self, table: str, kind: str, changed: Mapping[str, Any]) -> list[str]:
        """Return the row's keys to the whole, or to what it shows, that changed."""
        if kind != "ubah":
            # One that was born has no rows yet: each tells of itself.
            return []
        whole = [self.wholes[table]] if table in self.wholes else []
        shown = self.shown.get(table, {})
        return whole + [key for key, columns in shown.items() if not columns.isdisjoint(changed)]


def _owners(agency_id: int, model: Any, found: list[Any], tables: _Tables) -> tuple[list[int], int]:
    """Return the ids of the model's rows that the values found concern, in their order, and how many of the values
    they are of: where the rows are more than MOST_ROWS, the last values are left for the next answer."""
    told: list[tuple[list[int], list[tuple[str, int]]]] = []
    asked: dict[str, set[int]] = {}
    for _number, _value, object_id, table, kind, columns, change in found:
        direct, through = ([object_id] if table == tables.own else []), []
        changed = words.columns_changed(AuditEntry(kind=kind, table_name=table, columns=columns), change)
        if table in tables.parts:
            _part, key = tables.parts[table]
            direct += [int(owner) for owner in changed.get(key, ()) if owner not in (None, "")]
            if kind == "ubah":
                through.append((table, object_id))
        through += [(key, object_id) for key in tables.keys_to(table, kind, changed)]
        for key, child in through:
            asked.setdefault(key, set()).add(child)
        told.append((direct, through))
    rows_of = {key: _rows_of(agency_id, model, tables, key, children) for key, children in asked.items()}
    ids: dict[int, None] = {}
    for used, (direct, through) in enumerate(told):
        if used and len(ids) >= MOST_ROWS:
            return list(ids), used
        ids.update(dict.fromkeys(direct))
        for key, child in through:
            ids.update(dict.fromkeys(rows_of[key].get(child, ())))
    return list(ids), len(told)


def _rows_of(agency_id: int, model: Any, tables: _Tables, key: str, children: set[int]) -> dict[int, list[int]]:
    """Return the model's rows by what changed: parts by their table, wholes and what is shown by the row's key."""
    found: dict[int, list[int]] = {}
    if key in tables.parts:
        part, owner = tables.parts[key]
        pairs = part._default_manager.filter(agency_id=agency_id, pk__in=children).values_list("pk", owner)
    else:
        pairs = model._default_manager.filter(agency_id=agency_id, **{f"{key}__in": children}).values_list(key, "pk")
    for child, row in pairs.order_by("pk"):
        if row is not None:
            found.setdefault(child, []).append(row)
    return found


def is_followed(model: Any) -> bool:
    """Whether the trail has the values of the model's rows."""
    label = model._meta.label if model is not None else ""
    return label in audited and audited.get(label).mode == FULL


def asked_for(model: Any) -> str:
    """Return the permission that the trail's declaration asks of who reads of the model's rows there."""
    return audited.get(model._meta.label).permission


def gone(agency_id: int, model: Any, ids: list[int]) -> list[int]:
    """Return those of `ids` that are no more; one query."""
    there = set(model._default_manager.filter(agency_id=agency_id, pk__in=ids).values_list("pk", flat=True))
    return [pk for pk in ids if pk not in there]
