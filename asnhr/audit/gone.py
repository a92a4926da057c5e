"""Rows that are in the register no more: whose they were says the record of their deletion, and nothing else does.

The trail has no index of what a row pointed at: it would have to be written with every row of an import. Deletions are
few beside births, so an index of those entries alone (migration 0033) leads to their records, in the order in which
they lie; a number that does not occur in a record spares reading its fields.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet

from asnhr.audit.declared import FULL, Declared

# Fields of a record before the one that points at an owner (`words.fields_of_record`).
_FIELDS = r'^\((?:(?:"(?:[^"\\]|""|\\.)*"|[^,"]*),){'
# Deleted rows by the relation `keys`: table, column that points, numbers of owners as "12|34". What was destroyed when
# its time was over is not told again (a destruction that ends "before" a moment takes old values alone). OFFSET 0:
# entry by entry; the planner would rather read all of the trail than find a few by their numbers.
_ROWS = """SELECT k.table_name, n.object_id FROM keys k
    CROSS JOIN LATERAL (SELECT w.* FROM audit_entry w WHERE w.agency_id = %s AND w.table_name = k.table_name
        AND w.kind = 'hapus' AND w.first_value IS NOT NULL OFFSET 0) d
    CROSS JOIN LATERAL (SELECT w.object_id FROM audit_value w WHERE w.id BETWEEN d.first_value AND d.last_value
        AND w.agency_id = d.agency_id AND w.entry_id = d.id
        AND (strpos(k.numbers, '|') > 0 OR strpos(w.change, k.numbers) > 0)
        AND w.change ~ ('[(,](?:' || k.numbers || ')[,)]')
        AND w.change ~ (%s || array_position(d.columns, k.points) - 1 || '}(?:' || k.numbers || ')[,)]') OFFSET 0) n
    WHERE NOT EXISTS (SELECT FROM audit_value m CROSS JOIN LATERAL (SELECT FROM audit_entry w
            WHERE w.agency_id = m.agency_id AND w.id = m.entry_id AND w.kind = 'musnah' AND w.table_name = k.table_name
            OFFSET 0) x
        WHERE m.agency_id = d.agency_id AND m.object_id = n.object_id AND strpos(m.change, '"before"') = 0 OFFSET 0)"""


def of_object(
    known: Declared, pk: int, user: Any, kinds: Iterable[tuple[Declared, str, bool]]
) -> tuple[str, list[Any]]:  # fmt: skip
    """Return the relation `gone` of the deleted rows that the history of an object tells, with `keys` before it, and
    its parameters; ("", []) for none. `kinds`: related tables that the user reads, the field that points here, and
    whether the object is the user's own person, whose rows of this kind are all seen.

    Told are kinds that the user sees of this object as a whole: who sees them one by one finds living ones alone.
    """
    owners: dict[str, tuple[str, Sequence[Any], list[tuple[str, str]]]] = {}
    for other, name, own in kinds:
        column = _column(other, name)
        sees = getattr(other.model_class._default_manager.all(), "owners_open_to", None)
        if not column or not (own or sees):
            continue
        rows: Any = known.model_class._base_manager.all() if own or sees is None else sees(user, name)
        try:
            sql, values = rows.filter(pk=pk).order_by().values("pk").query.sql_with_params()
        except EmptyResultSet:
            continue
        # One subquery for all kinds that are seen alike.
        owners.setdefault(f"{sql} {values}", (sql, values, []))[2].append((other.table, column))
    if not owners:
        return "", []
    each: list[str] = []
    parameters: list[Any] = []
    for sql, values, pointing in owners.values():
        each.append(f"SELECT t.*, q.id::text FROM unnest(%s::text[], %s::text[]) t CROSS JOIN ({sql}) q(id)")  # noqa: S608
        parameters += [[table for table, _column in pointing], [column for _table, column in pointing], *values]
    statement = f"keys(table_name, points, numbers) AS MATERIALIZED ({' UNION ALL '.join(each)}), gone AS ({_ROWS})"
    return statement, [*parameters, user.access.agency_id, _FIELDS]


def with_deleted(
    rows: QuerySet[Any], pointing: Mapping[tuple[str, str], Iterable[str]], agency_id: int | None, most: int
) -> dict[str, list[int]]:
    """Return the numbers that a queryset of (name, number) finds, by name, and those of deleted rows, the latest `most`
    of a table, that pointed at one of them: `pointing` has the names of their owners by (table, column that points
    there). One query."""
    asked = [(table, column, name) for (table, column), names in pointing.items() for name in sorted(names)]
    try:
        sql, values = rows.query.sql_with_params()
    except EmptyResultSet:
        return {}
    statement = (
        f"WITH found(name, number) AS MATERIALIZED ({sql}), keys AS MATERIALIZED ("  # noqa: S608  Django's own SQL
        "SELECT p.table_name, p.points, string_agg(DISTINCT f.number::text, '|') AS numbers"
        " FROM unnest(%s::text[], %s::text[], %s::text[]) p(table_name, points, name) JOIN found f ON f.name = p.name"
        f" GROUP BY p.table_name, p.points), gone AS ({_ROWS})"
        " SELECT name, number FROM found UNION ALL SELECT q.table_name, q.object_id FROM (SELECT g.*, row_number() OVER"
        " (PARTITION BY g.table_name ORDER BY g.object_id DESC) AS place FROM gone g) q WHERE q.place <= %s"
    )
    found: dict[str, list[int]] = {}
    with connection.cursor() as cursor:
        columns = [[each[place] for each in asked] for place in range(3)]
        cursor.execute(statement, [*values, *columns, agency_id, _FIELDS, most])
        for name, number in cursor.fetchall():
            found.setdefault(name, []).append(number)
    return found


def _column(other: Declared, name: str) -> str:
    """Return the column of a table's own that points at the object; "" where the object points at it."""
    field = other.model_class._meta.get_field(name)
    return str(field.column) if field.concrete and other.mode == FULL else ""
