"""Entries in words: columns by their names, values as officers write them, rows of other tables by their own names.

Cost: one query for each table that the values point at, however many they are.
"""

import json
import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from psycopg2.extensions import STRINGARRAY

from asnhr import formats, kept, told
from asnhr.audit import purposes, unsaid
from asnhr.audit.declared import Declared, by_table
from asnhr.crypto import Encrypted, HashedMixin, Sealed
from asnhr.models import AuditEntry, AuditValue
from asnhr.models._visible import access_of
from asnhr.privacy.declared import holdings

LONGEST = 300
_QUOTED = re.compile(r'"((?:[^"\\]|""|\\.)*)"', re.DOTALL)
_ESCAPED = re.compile(r'""|\\(.)', re.DOTALL)
DELETED, CREATED = AuditEntry.Kind.DELETE, (AuditEntry.Kind.INSERT, AuditEntry.Kind.BASELINE)


@dataclass(frozen=True)
class Line:
    """One column: what it was and what it became, in words; "" where there was nothing."""

    label: str
    old: str
    new: str
    # The column in the database, and whether a value stands here: not its hash, nor a word in its place.
    column: str = ""
    tells: bool = False


@dataclass
class Change:
    """What an entry did to one object."""

    entry: AuditEntry
    object_id: int
    object_name: str
    table_name: str
    lines: list[Line] = field(default_factory=list)
    # What an act says of itself: what was read, and why.
    act: str = ""
    # How many looks of the day it stands for, and the first of them (`history.of_object`).
    times: int = 1
    first_at: datetime | None = None


@dataclass(frozen=True)
class _Row:
    """A row of another table that a value points at."""

    model: type[models.Model]
    key: str


def fields_of_record(text: str) -> list[str | None]:
    """Return the fields of PostgreSQL's text of a record, such as `(a,"b, c",)`: absent is None, quoted empty is "".

    Raises ValueError for what is no record.
    """
    if not (text.startswith("(") and text.endswith(")")):
        raise ValueError("not a record")
    fields: list[str | None] = []
    at, end = 1, len(text) - 1
    while True:
        quoted = _QUOTED.match(text, at, end)
        if quoted:
            fields.append(_ESCAPED.sub(lambda found: found[1] or '"', quoted[1]))
            at = quoted.end()
        else:
            stop = text.find(",", at, end)
            stop = end if stop < 0 else stop
            fields.append(text[at:stop] or None)
            at = stop
        if at >= end:
            return fields
        if text[at] != ",":
            raise ValueError("not a record")
        at += 1


def columns_changed(entry: AuditEntry, change: str) -> dict[str, tuple[Any, Any]]:
    """Return (old, new) by column; empty for acts and for what cannot be read any more."""
    try:
        if entry.kind == AuditEntry.Kind.UPDATE:
            return {name: (old, new) for name, (old, new) in json.loads(change).items()}
        if entry.kind in (*CREATED, DELETED):
            values = dict(zip(entry.columns, fields_of_record(change), strict=True))
            return {
                name: (None, value) if entry.kind in CREATED else (value, None)
                for name, value in values.items()
                if value not in (None, "") and name not in ("id", "agency_id")
            }
    except ValueError:
        return {}
    return {}


def changes(pairs: Sequence[tuple[AuditEntry, AuditValue]], user: Any, *, is_own: bool = False) -> list[Change]:
    """Return the changes in words, in order, for `user`: rows out of the user's sight keep their number only. `is_own`:
    they are about the user's own person."""
    declared = by_table()
    raw: list[tuple[AuditEntry, AuditValue, dict[str, tuple[Any, Any]]]] = []
    asked: dict[type[models.Model], set[str]] = {}
    for entry, value in pairs:
        columns = columns_changed(entry, value.change)
        raw.append((entry, value, columns))
        known = declared.get(entry.table_name)
        if known is None:
            continue
        asked.setdefault(known.model_class, set()).add(str(value.object_id))
        by_column = _columns(known)
        for name, both in columns.items():
            for each in both:
                shown = _shown(by_column.get(name), each, secret=name in entry.secrets)
                if isinstance(shown, _Row):
                    asked.setdefault(shown.model, set()).add(shown.key)
    names = {model: _names(model, keys, user, is_own=is_own) for model, keys in asked.items()}
    closed = unsaid.closed_to(user)
    return [
        _change(entry, value, columns, declared.get(entry.table_name), names, user, closed, is_own=is_own)
        for entry, value, columns in raw
    ]


def _change(
    entry: AuditEntry,
    value: AuditValue,
    columns: dict[str, tuple[Any, Any]],
    known: Declared | None,
    names: dict[type[models.Model], dict[str, str]],
    user: Any,
    closed: Mapping[str, Sequence[str]],
    *,
    is_own: bool,
) -> Change:
    by_column = _columns(known) if known else {}
    called = names.get(known.model_class, {}).get(str(value.object_id), "") if known else ""
    change = Change(entry, value.object_id, called or f"#{value.object_id}", known.name if known else entry.table_name)
    if entry.kind in (AuditEntry.Kind.READ, AuditEntry.Kind.OPEN, AuditEntry.Kind.DESTROY):
        change.act = act_in_words(value.change, known, () if is_own or known is None else closed.get(known.table, ()))
        return change
    for name, (old, new) in columns.items():
        if known and name in known.hidden:
            continue
        column = by_column.get(name)
        label = str(column.verbose_name) if column is not None else name
        secret = name in entry.secrets
        if isinstance(column, Sealed):
            # Codes from before they were sealed stand in clear.
            old, new = column.opened(old), column.opened(new)
        of_few, permission = known.restricted.get(name, ((), "")) if known else ((), "")
        reads = is_own or not permission or access_of(user).may(permission)
        was, became = (
            _("terbatas") if each in of_few and not reads else _word(column, each, secret, names) for each in (old, new)
        )
        tells = not secret and (not permission or (reads and not {old, new}.isdisjoint(of_few)))
        change.lines.append(Line(label, was, became, name, tells))
    return change


# Purposes that doors write down in short; those of people are codes, of before stand as they were written.
PURPOSES = {
    "admin": gettext_lazy("halaman admin"), "API": "API", "csv": gettext_lazy("berkas CSV"),
    "xlsx": gettext_lazy("berkas XLSX"),
}  # fmt: skip


def act_in_words(change: str, known: Declared | None, closed: Sequence[str] = ()) -> str:
    """Return "NIK: Pencocokan dengan Dukcapil" of `{"columns": ["nik"], "purpose": "dukcapil"}`; `closed`: names of
    which the reader is told no look."""
    try:
        said = json.loads(change)
        columns, purpose = said["columns"], said["purpose"]
    except (ValueError, KeyError, TypeError):
        return change
    tables = by_table()
    fields = known.model_class._meta.local_fields if known else ()
    # Services name fields, the trail its columns.
    named = {name: each for each in fields for name in (each.name, str(each.column))}
    said = known.said if known else {}
    labels = [
        str(said[name] if name in said else named[name].verbose_name if name in named
            else tables[name].name if name in tables else name)
        for name in columns if name not in closed
    ]  # fmt: skip
    why = str(PURPOSES.get(purpose) or purposes.told(purpose) or kept.value_told(purpose)) if purpose else ""
    return f"{', '.join(labels)}: {why}" if why else ", ".join(labels)


def _columns(known: Declared) -> dict[str, Any]:
    return {str(each.column): each for each in known.model_class._meta.local_fields}


def labels(entry: AuditEntry, columns: Sequence[str]) -> str:
    """Return the names of columns, comma between them."""
    known = by_table().get(entry.table_name)
    by_column = _columns(known) if known else {}
    return ", ".join(str(by_column[name].verbose_name) if name in by_column else name for name in columns)


def _shown(column: Any, value: Any, *, secret: bool) -> str | _Row:
    """Return the value in words, or the row it points at."""
    if value is None or value == "":
        return ""
    if secret:
        return _("nilai rahasia %(hash)s…") % {"hash": str(value)[:8]}
    if isinstance(column, models.ForeignKey):
        return _Row(column.related_model, str(value))
    text = str(value)
    if column is None:
        return text[:LONGEST]
    if column.choices:
        return str({str(key): label for key, label in column.flatchoices}.get(text, text))
    if isinstance(column, models.BooleanField):
        return _("ya") if value in (True, "t", "true") else _("tidak")
    try:
        if isinstance(column, models.DateTimeField):
            return formats.moment(datetime.fromisoformat(text))
        if isinstance(column, models.DateField):
            return formats.day(date.fromisoformat(text))
    except (ValueError, OverflowError):
        return text[:LONGEST]
    tell = told.columns.get((column.model._meta.label, column.name))
    if isinstance(column, ArrayField):
        items = items_of(value)
        return (str(tell(items)) if tell is not None else _items(column, items))[:LONGEST]
    if tell is not None and not isinstance(column, models.JSONField):
        return str(tell(text))[:LONGEST]
    if isinstance(column, models.JSONField):
        with suppress(ValueError):
            text = told.structure(json.loads(value) if isinstance(value, str) else value, str(column))
    elif isinstance(value, list | dict):
        text = told.structure(value)
    return text[:LONGEST]


def items_of(value: Any) -> list[str]:
    """Return the items of an array as its record writes it ("{a,b}")."""
    if isinstance(value, str):
        return [str(each) for each in STRINGARRAY(value, None) or ()] if value.startswith("{") else [value]
    return [str(each) for each in value]


def _items(column: Any, items: Sequence[str]) -> str:
    called = {str(key): str(label) for key, label in column.base_field.flatchoices}
    return ", ".join(called.get(each, each) for each in items)


def opened_in_words(column: Any, text: str) -> str:
    """Return an opened value of a column in words: codes, days, yes and no; texts stay whole."""
    value: Any = text
    if isinstance(column, HashedMixin):
        with suppress(ValueError):
            value = column.clear(text)
    if column is None or not (column.choices or isinstance(column, models.BooleanField | models.DateField)):
        return text
    return str(_shown(column, value, secret=False))


def _word(column: Any, value: Any, secret: bool, names: dict[type[models.Model], dict[str, str]]) -> str:
    shown = _shown(column, value, secret=secret)
    if isinstance(shown, _Row):
        called = names.get(shown.model, {}).get(shown.key)
        return called or _("#%(key)s (di luar cakupan Anda atau sudah dihapus)") % {"key": shown.key}
    return shown


def unnamed(model: type[models.Model]) -> list[str]:
    """Return fields that nobody is called by and that are not read for a name: least of all what would have to be
    decrypted."""
    return [each.name for each in model._meta.local_fields if isinstance(each, Encrypted | models.JSONField)]


def _names(model: type[models.Model], keys: set[str], user: Any, *, is_own: bool = False) -> dict[str, str]:
    """Return what the visible rows are called, by key; one query. In the own history also own rows, and what is about
    nobody (units, posts), are called by their names, whatever roles the person has."""
    manager: Any = model._default_manager
    rows = manager.visible_to(user) if hasattr(manager, "visible_to") else manager.all()
    known = by_table().get(model._meta.db_table)
    if is_own and known is not None and known.own:
        of_person = {"agency_id": access_of(user).agency_id, known.own: user.nip}
        rows = manager.filter(Q(**of_person) | Q(pk__in=rows.order_by().values("pk")))
    elif is_own and model._meta.label in holdings and not holdings.get(model._meta.label).is_personal:
        rows = model._base_manager.all()
    called, number = (known.called, known.number) if known else (str, "pk")
    # A code list is named by its code where a value points at it, by its number where it changed itself.
    about = Q(pk__in=keys)
    if number != "pk":
        about |= Q(**{f"{number}__in": [key for key in keys if key.isdigit()]})
    rows = rows.filter(about).select_related(*(known.joins if known else ())).defer(*unnamed(model))
    return {str(key): called(row) for row in rows for key in (row.pk, getattr(row, number))}
