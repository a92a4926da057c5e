"""The history of one object, with the rows that belong to it, for who sees the object."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection, models
from django.db.models import QuerySet
from django.http import Http404
from django.urls import resolve, reverse
from django.utils import timezone

from asnhr.audit import gone, looks, unsaid, words
from asnhr.audit.declared import FULL, Declared, audited, by_table, rows_for
from asnhr.models import Agency, AuditEntry, AuditValue
from asnhr.models._visible import access_of
from asnhr.models.agency import NATION
from asnhr.scope import agency_scope

PAGE = 25
_ITSELF = "SELECT %s::text AS table_name, %s::bigint AS object_id"


@dataclass(frozen=True)
class History:
    """A page of changes, newest first; `more`: older ones follow."""

    changes: list[words.Change]
    number: int
    more: bool


def declared_for(table: str, user: Any) -> Declared:
    """Return the declaration of a table with values whose rows, or own rows, the user may read; raises Http404
    otherwise."""
    known = by_table().get(table)
    if known is None or not known.has_history or not (may_read(known, user) or may_follow(known, user)):
        raise Http404
    return known


def may_read(known: Declared, user: Any) -> bool:
    access = access_of(user)
    if known.apart:
        return access.may(known.permission) or access.may("view_audit")
    return access.may("view_register") and (access.may(known.permission) or access.may("view_audit"))


def may_follow(known: Declared, user: Any) -> bool:
    """Whether the user follows the history of the own rows of a table, as the own record is read."""
    access = access_of(user)
    return bool(known.own and access.agency_id and access.may("view_own") and getattr(user, "nip", ""))


def may_read_row(known: Declared, row: Any, user: Any) -> bool:
    """Whether the user reads the history of a row that the user sees."""
    return may_read(known, user) and (access_of(user).may("view_audit") or known.open_to(row, user))


def is_own(known: Declared, row: Any, user: Any) -> bool:
    """Whether the row is about the user's own person, who may follow it. No query where the person is loaded."""
    if not may_follow(known, user) or row.agency_id != access_of(user).agency_id:
        return False
    return bool(reduce(getattr, known.own.split("__"), row) == user.nip)


def page_of(known: Declared | None, pk: int, user: Any) -> str:
    """Return the address of the object's own page; "" when it has none, or none that the user may open."""
    if known is None or not known.route:
        return ""
    url = reverse(known.route, args=[pk])
    any_of = getattr(resolve(url).func, "any_of", None)
    return url if any_of is None or any_of & access_of(user).permissions else ""


def address_of(row: models.Model, user: Any) -> str:
    """Return the address of a row's history; "" without one that the user may open. `row` is one that the user sees."""
    known = by_table().get(row._meta.db_table)
    if known is None or not known.has_history or not (may_read_row(known, row, user) or is_own(known, row, user)):
        return ""
    return reverse("audit-history", args=[known.table, getattr(row, known.number)])


def table_followed(model: type[models.Model], user: Any, *, own: bool) -> str:
    """Return the table under which the user opens the histories of rows that stand on a page, "" for none; `own`: the
    page is about the user's own person."""
    known = by_table()[model._meta.db_table]
    return known.table if may_read(known, user) or (own and may_follow(known, user)) else ""


def found(known: Declared, pk: int, user: Any) -> models.Model:
    """Return the object, Http404 when the user neither sees it nor is its person; what is deleted is found by the
    auditor's search."""
    row: models.Model | None = None
    if may_read(known, user):
        row = _named(known, rows_for(known, user)).filter(**{known.number: pk}).first()
        row = row if row is not None and may_read_row(known, row, user) else None
    if row is None and may_follow(known, user):
        row = _named(known, _own_rows(known, user)).filter(**{known.number: pk}).first()
    if row is None:
        raise Http404
    return row


def _named(known: Declared, rows: QuerySet) -> QuerySet:
    """The rows with what their name is made of, and without what it is not."""
    return rows.select_related(*known.joins).defer(*words.unnamed(known.model_class))


def _own_rows(known: Declared, user: Any) -> QuerySet:
    """The rows about the user's own person, whatever roles the user has beside it."""
    return known.model_class._base_manager.filter(agency_id=access_of(user).agency_id, **{known.own: user.nip})


def title_of(row: models.Model) -> str:
    """Return what a page calls an object: never by a value that is encrypted, or that asks a permission of its own.
    `row` comes from `found`."""
    known = by_table().get(row._meta.db_table)
    return known.called(row) if known else str(row)


def read(
    known: Declared, row: models.Model, user: Any, *, page: int = 1, size: int = PAGE, grouped: bool = False
) -> History:
    """Return a page of the object's changes for a door that shows them: a look at specific data is written down.
    `row` comes from `found`; `grouped` as in `of_object`."""
    own = is_own(known, row, user)
    shown = of_object(known, getattr(row, known.number), user, page=page, size=size, own=own, grouped=grouped)
    if not own:
        looks.note_history(known, row, shown.changes, user)
    return shown


def read_entry(entry: AuditEntry, user: Any, *, page: int = 1, size: int = PAGE) -> History:
    """Return a page of what the entry did for a door that shows it: a look at specific data is written down."""
    shown = values_of(entry, user, page=page, size=size)
    looks.note_entry(entry, shown.changes, user)
    return shown


def of_object(
    known: Declared, pk: int, user: Any, *, page: int = 1, size: int = PAGE, own: bool = False, grouped: bool = False
) -> History:
    """Return a page of the object's changes and of those of its related rows that the user sees, deleted ones too;
    `own`: of the user's person, whose related rows are all seen; `grouped`: looks of one person at one thing on one day
    are told once, the last of them with their number (`Change.times`) and the first.

    Cost: one query for the values, one for their entries, and those of `words.changes`; of a national reference, whose
    changes stand in the nation's chain, also those that open and leave it.
    """
    access = access_of(user)
    if known.reference:
        nation = Agency.chains.get(code=NATION)
        with agency_scope(nation, getattr(user, "pk", None)):
            pairs = _pairs(nation.pk, [_ITSELF], [known.table, pk], page, size, grouped=grouped)
        return _told(pairs, page, size, user)
    parameters: list[Any]
    targets, parameters, kinds = [_ITSELF], [known.table, pk], []
    for label, name in known.related:
        other = audited.get(label)
        rows: Any = None
        if own and other.own:
            rows = _own_rows(other, user)
        elif other.mode == FULL and may_read(other, user):
            manager: Any = other.model_class._default_manager
            rows = manager.visible_to(user)
        if rows is not None:
            kinds.append((other, name, own and bool(other.own)))
            try:
                sql, values = rows.filter(**{name: pk}).order_by().values("pk").query.sql_with_params()
            except EmptyResultSet:
                continue  # all of the agency's or none: nothing of it is in the user's sight
            targets.append(f"SELECT %s, q.id FROM ({sql}) q(id)")  # noqa: S608  Django's own SQL
            parameters += [other.table, *values]
    closed = {} if own else unsaid.closed_to(user)
    deleted = gone.of_object(known, pk, user, kinds)
    pairs = _pairs(access.agency_id, targets, parameters, page, size, closed, deleted, grouped=grouped)
    return _told(pairs, page, size, user, is_own=own)


# Of looks that say the same of the same thing on one day by one person only the last stands, with how many there were
# and when the first; everything else stands by itself.
_ALIKE = (
    "PARTITION BY CASE WHEN f.kind = %s THEN 0 ELSE f.id END, f.user_id, f.table_name, f.object_id, f.change, f.reason,"
    " f.door, (f.at AT TIME ZONE %s)::date"
)
_GROUPED = (
    f" SELECT g.id, g.entry_id, g.object_id, g.change, g.times, g.first_at FROM (SELECT f.*, count(*) OVER ({_ALIKE})"  # noqa: S608
    f" AS times, min(f.at) OVER ({_ALIKE}) AS first_at, row_number() OVER ({_ALIKE} ORDER BY f.at DESC, f.id DESC)"
    " AS place FROM found f) g WHERE g.place = 1 ORDER BY g.at DESC, g.id DESC LIMIT %s OFFSET %s"
)
_EACH = (
    " SELECT f.id, f.entry_id, f.object_id, f.change, 1, f.at FROM found f ORDER BY f.at DESC, f.id DESC"
    " LIMIT %s OFFSET %s"
)


def _pairs(
    agency_id: int | None, targets: list[str], parameters: list[Any], page: int, size: int,
    closed: Mapping[str, Sequence[str]] | None = None, deleted: tuple[str, list[Any]] = ("", []), *,
    grouped: bool = False,
) -> list[tuple[AuditEntry, AuditValue, int, datetime]]:  # fmt: skip
    """Return the entries and values of a page about the targets in a chain, each with how many looks it stands for and
    the first of them, newest first, and one more if there is one; no look at nothing but `closed` names of its table.
    `deleted`: rows that are no more (`gone.of_object`). Two queries."""
    gone_too, of_gone = deleted
    statement = (
        f"WITH own(table_name, object_id) AS MATERIALIZED ({' UNION ALL '.join(targets)})"  # noqa: S608
        f"{gone_too and f', {gone_too}'}, target AS MATERIALIZED (TABLE own{gone_too and ' UNION TABLE gone'}),"
        " found AS ("
        "SELECT v.id, v.entry_id, v.object_id, v.change, e.at, e.kind, e.user_id, e.table_name, e.reason, e.door"
        " FROM target t"
        " JOIN audit_value v ON v.agency_id = %s AND v.object_id = t.object_id"
        " JOIN audit_entry e ON e.agency_id = v.agency_id AND e.id = v.entry_id AND e.table_name = t.table_name"
        " WHERE NOT (e.kind = %s AND coalesce(v.change::jsonb -> 'columns' <@ (%s::jsonb -> t.table_name), false)))"
    )
    alike = [AuditEntry.Kind.READ, timezone.get_current_timezone_name()] * 3 if grouped else []
    with connection.cursor() as cursor:
        unsaid = [AuditEntry.Kind.READ, json.dumps(closed or {})]
        given = [*parameters, *of_gone, agency_id, *unsaid, *alike, size + 1, (page - 1) * size]
        cursor.execute(statement + (_GROUPED if grouped else _EACH), given)
        rows = cursor.fetchall()
    entries = AuditEntry.objects.select_related("user").in_bulk([row[1] for row in rows])
    return [
        (entries[entry_id], AuditValue(id=id_, entry_id=entry_id, object_id=object_id, change=change), times, first_at)
        for id_, entry_id, object_id, change, times, first_at in rows
    ]


def _told(
    found: list[tuple[AuditEntry, AuditValue, int, datetime]], page: int, size: int, user: Any, *, is_own: bool = False
) -> History:
    changes = words.changes([(entry, value) for entry, value, *_looks in found[:size]], user, is_own=is_own)
    for change, (_entry, _value, times, first_at) in zip(changes, found, strict=False):
        change.times, change.first_at = times, first_at
    return History(changes, page, len(found) > size)


def last_writer(agency_id: int, model: type[models.Model], pk: int, column: str) -> int | None:
    """Return the id of the login that last wrote a column of a row, by the trail; None: nobody of the application. One
    query. The agency's scope is open."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT e.user_id FROM audit_value v JOIN audit_entry e ON e.agency_id = v.agency_id AND e.id = v.entry_id"
            " WHERE v.agency_id = %s AND v.object_id = %s AND e.table_name = %s AND CASE e.kind"
            " WHEN 'ubah' THEN jsonb_exists(v.change::jsonb, %s) ELSE e.kind IN ('tambah', 'awal') END"
            " ORDER BY v.id DESC LIMIT 1",
            [agency_id, pk, model._meta.db_table, column],
        )
        found = cursor.fetchone()
    return found[0] if found else None


def values_of(entry: AuditEntry, user: Any, *, page: int = 1, size: int = PAGE) -> History:
    """Return a page of what the entry did, object by object."""
    if entry.first_value is None:
        return History([], 1, False)
    found = AuditValue.objects.filter(
        agency_id=entry.agency_id, entry_id=entry.pk, id__range=(entry.first_value, entry.last_value)
    )
    rows = list(found.order_by("pk")[(page - 1) * size : page * size + 1])
    return History(words.changes([(entry, row) for row in rows[:size]], user), page, len(rows) > size)
