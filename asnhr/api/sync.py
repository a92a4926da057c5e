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


_VALUES = """
SELECT s.number, v.id, v.object_id, e.table_name, e.kind, e.columns, v.change
FROM audit_seal s
JOIN audit_entry e ON e.agency_id = s.agency_id AND e.id = s.entry_id
JOIN audit_value v ON v.agency_id = e.agency_id AND v.entry_id = e.id AND v.id BETWEEN e.first_value AND e.last_value
WHERE s.agency_id = %(agency)s AND s.number BETWEEN %(number)s AND %(last)s
    AND e.table_name = ANY (%(tables)s) AND e.kind = ANY (%(kinds)s) AND (s.number > %(number)s OR v.id > %(value)s)
ORDER BY s.number, v.id LIMIT %(size)s
"""


def changes(
    agency_id: int,
    model: Any,
    parts: Mapping[str, str],
    since: Place,
    size: int,
    wholes: Mapping[str, str] = MappingProxyType({}),
) -> Changes:
    """Return at most `size` values of the trail after `since` as ids of the model's rows.

    `parts`: label of a model whose rows belong to one of these → its key to it; their changes count as the row's.
    `wholes`: label of a model that these belong to → the key to it; a change of such a row counts for all its rows,
    which may pass `size`. Raises Unknown for a place beyond the end. Cost: two queries, and one for each kind of part
    or whole that changed.
    """
    own = model._meta.db_table
    keys = {apps.get_model(label)._meta.db_table: (apps.get_model(label), key) for label, key in parts.items()}
    above = {apps.get_model(label)._meta.db_table: key for label, key in wholes.items()}
    last_sealed = end(agency_id).number - 1
    if since.number > last_sealed + 1:
        raise Unknown
    last = min(last_sealed, since.number + MOST_LINKS - 1)
    with connection.cursor() as cursor:
        cursor.execute(
            _VALUES,
            {
                "agency": agency_id, "number": since.number, "value": since.value, "last": last,
                "tables": [own, *keys, *above], "kinds": list(CHANGES), "size": size + 1,
            },
        )  # fmt: skip
        found = cursor.fetchall()
    is_full = len(found) > size
    found = found[:size]
    if is_full:
        place = Place(found[-1][0], found[-1][1])
    else:
        place = Place(last + 1) if last >= since.number else since
    return Changes(_owners(agency_id, model, found, keys, above), place, is_full or last < last_sealed)


def _owners(
    agency_id: int, model: Any, found: list[Any], keys: Mapping[str, tuple[Any, str]], above: Mapping[str, str]
) -> list[int]:
    """Return the ids of the model's rows that the values found concern, in their order. `keys`: table of a part → its
    model and its key to the row; `above`: table of a whole → the row's key to it."""
    own = model._meta.db_table
    ids: dict[int, None] = {}
    asked: dict[str, set[int]] = {}
    for _number, _value, object_id, table, kind, columns, change in found:
        if table == own:
            ids[object_id] = None
            continue
        if table in above:
            # One that was born has no rows yet: each tells of itself.
            if kind == "ubah":
                asked.setdefault(table, set()).add(object_id)
            continue
        _model, key = keys[table]
        if kind == "ubah":
            asked.setdefault(table, set()).add(object_id)
        changed = words.columns_changed(AuditEntry(kind=kind, table_name=table, columns=columns), change)
        for owner in changed.get(key, ()):
            if owner not in (None, ""):
                ids[int(owner)] = None
    for table, children in asked.items():
        if table in above:
            rows = model._default_manager.filter(agency_id=agency_id, **{f"{above[table]}__in": children})
            ids.update(dict.fromkeys(rows.order_by("pk").values_list("pk", flat=True)))
            continue
        part, key = keys[table]
        for owner in part._default_manager.filter(agency_id=agency_id, pk__in=children).values_list(key, flat=True):
            if owner is not None:
                ids[owner] = None
    return list(ids)


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
