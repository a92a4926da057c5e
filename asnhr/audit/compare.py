"""Hold the register against the trail: what a row says now is what the trail recorded last of it.

The trigger that writes the trail can be switched off by who owns the tables; what is written meanwhile is found here
and named. One statement a table, on one snapshot, and one before it where columns are hashed; nothing is copied out of
the database but what differs and what was hashed.
"""

import json
import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from itertools import zip_longest
from typing import Any

from django.db import DataError, connection, transaction
from django.utils import translation
from django.utils.translation import gettext_noop

from asnhr import kept
from asnhr.audit import apart
from asnhr.audit.declared import FULL, NATIONAL, OUTLINE, SUMMARY, Declared, audited, by_table, model_of
from asnhr.audit.faults import REGISTER, Fault
from asnhr.crypto import Sealed
from asnhr.models import Agency
from asnhr.models.agency import NATION

logger = logging.getLogger("asnhr.audit")

# Differences that are named of a table and a kind of difference; all are counted.
NAMED = 20
# Rows fetched at once.
ROWS = 5000
CHANGED, UNKNOWN, LOST, BACK, COUNT, UNREADABLE = "changed", "unknown", "lost", "back", "count", "unreadable"
# The salt that would prove a hashed column is gone, and nothing in the chain says that it was destroyed.
UNSALTED = "unsalted"
DIFFERENCES = {
    CHANGED: gettext_noop("%(name)s #%(id)s (%(table)s): %(columns)s diubah di luar jejak."),
    UNKNOWN: gettext_noop("%(name)s #%(id)s (%(table)s) ditambahkan di luar jejak."),
    LOST: gettext_noop("%(name)s #%(id)s (%(table)s) dihapus di luar jejak."),
    BACK: gettext_noop("%(name)s #%(id)s (%(table)s) sudah dihapus menurut jejak, tetapi masih ada."),
    UNSALTED: gettext_noop(
        "%(name)s #%(id)s (%(table)s): garam untuk %(columns)s hilang tanpa catatan pemusnahan; isinya tidak dapat"
        " dibuktikan."
    ),
    COUNT: gettext_noop("%(name)s (%(table)s): banyaknya baris berbeda %(count)s dari jejak."),
    UNREADABLE: gettext_noop("%(name)s (%(table)s): catatan lama tidak dapat dibaca dengan kolom yang sekarang."),
}  # fmt: skip
MORE = gettext_noop("… dan %(n)d baris lain dari %(name)s.")

_COLUMNS = """
SELECT c.relname, a.attname, format_type(a.atttypid, NULL) FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
WHERE c.relnamespace = 'public'::regnamespace AND c.relname = ANY (%s) AND a.attnum > 0 AND NOT a.attisdropped
ORDER BY c.relname, a.attnum
"""
_LISTS = """
SELECT DISTINCT table_name, columns FROM audit_entry
WHERE agency_id = %s AND kind IN ('awal', 'tambah') AND first_value IS NOT NULL ORDER BY 1, 2
"""
_COUNTS = """
SELECT table_name, sum(CASE kind WHEN 'hapus' THEN -rows ELSE rows END) FROM audit_entry
WHERE agency_id = %s AND kind IN ('awal', 'tambah', 'hapus') GROUP BY 1
"""
# The words of the trail on each row of a table: its birth, what came later (the last of each column), its end. Numbers
# of values rise in the order of a row's changes: the next writer of a row waits for the one before.
_WORDS = """
word AS MATERIALIZED (
    SELECT v.id, v.object_id, v.entry_id, v.change, e.kind, e.columns
    FROM audit_entry e CROSS JOIN LATERAL (
        SELECT * FROM audit_value v WHERE v.id BETWEEN e.first_value AND e.last_value AND v.entry_id = e.id OFFSET 0) v
    WHERE e.agency_id = %(agency)s AND e.table_name = %(table)s AND e.kind IN ('awal', 'tambah', 'ubah', 'hapus')),
birth AS MATERIALIZED (
    SELECT DISTINCT ON (object_id) object_id, id, entry_id, columns, change FROM word WHERE kind IN ('awal', 'tambah')
    ORDER BY object_id, id DESC),
gone AS (SELECT object_id, max(id) AS id FROM word WHERE kind = 'hapus' GROUP BY 1),
told AS MATERIALIZED (
    SELECT w.object_id, w.id, w.entry_id, j.key, j.value->1 AS now
    FROM word w JOIN birth b ON b.object_id = w.object_id AND w.id > b.id
    CROSS JOIN LATERAL jsonb_each(w.change::jsonb) j WHERE w.kind = 'ubah'),
later AS MATERIALIZED (
    SELECT object_id, jsonb_object_agg(key, now ORDER BY id) AS now FROM told WHERE NOT key = ANY (%(hidden)s)
    GROUP BY 1)
"""


@dataclass(frozen=True)
class Difference:
    """What register and trail say differently: of one row (`object_id`), or of a table as a whole."""

    table: str
    name: str
    kind: str
    object_id: int | None = None
    columns: tuple[str, ...] = ()
    # How many rows of this table differ so; `NAMED` of them are named.
    count: int = 1

    def __str__(self) -> str:
        return str(self.fault)

    @property
    def fault(self) -> Fault:
        """What differs, as a proof keeps it."""
        sentence = DIFFERENCES[self.kind]
        said = {
            "name": self.kept_name, "table": self.table, "id": self.object_id, "columns": ", ".join(self.columns),
            "count": self.count,
        }  # fmt: skip
        return Fault(REGISTER, sentence, {name: each for name, each in said.items() if f"%({name})" in sentence})

    @property
    def kept_name(self) -> str:
        """What the table is called, in Indonesian whoever compares."""
        known = by_table().get(self.table)
        with translation.override(kept.SOURCE):
            return known.name if known else self.name


def faults(differences: Sequence[Difference]) -> list[Fault]:
    """Return a fault a difference, and how many more of its kind there are after the last one named."""
    found = []
    for each, after in zip_longest(differences, differences[1:]):
        found.append(each.fault)
        is_last = after is None or (after.table, after.kind) != (each.table, each.kind)
        if is_last and each.count > NAMED and each.object_id:
            found.append(Fault(REGISTER, MORE, {"n": each.count - NAMED, "name": each.kept_name}))
    return found


def words(differences: Sequence[Difference]) -> list[str]:
    """Return the sentences of `faults`."""
    return [str(each) for each in faults(differences)]


def compare(agency: Agency) -> list[Difference]:
    """Return where the register and the trail of the agency differ, table by table. Its scope must be open.

    Tables with values are compared row by row and column by column, the others by their number of rows. What cannot be
    compared: columns that a migration added later until they are written once, columns left out of the trail, the
    clear text of columns hashed by another (NIK), and secrets whose salt was destroyed, as an entry of the chain says.
    """
    nation = agency.code == NATION
    modes = (NATIONAL,) if nation else (FULL, SUMMARY, OUTLINE)
    tables = [each for _model, each in audited.items() if each.mode in modes]
    with connection.cursor() as cursor:
        cursor.execute(_COLUMNS, [[each.table for each in tables]])
        columns: dict[str, dict[str, str]] = {}
        for table, name, kind in cursor.fetchall():
            columns.setdefault(table, {})[name] = kind
        cursor.execute(_LISTS, [agency.pk])
        lists: dict[str, list[list[str]]] = {}
        for table, listed in cursor.fetchall():
            lists.setdefault(table, []).append(listed)
        cursor.execute(_COUNTS, [agency.pk])
        counts = {table: int(rows) for table, rows in cursor.fetchall()}
    found: list[Difference] = []
    for each in tables:
        if each.mode == FULL or (nation and not each.counted):
            found += _row_by_row(agency.pk, each, columns[each.table], lists.get(each.table, []))
        else:
            found += _by_number(agency.pk, each, counts.get(each.table, 0))
            if nation and lists.get(each.table):
                found += _row_by_row(agency.pk, each, columns[each.table], lists[each.table], from_migrations=True)
    return found


def _by_number(agency_id: int, known: Declared, recorded: int) -> Iterator[Difference]:
    with connection.cursor() as cursor:
        own = "" if known.mode == NATIONAL else "WHERE agency_id = %s"
        cursor.execute(f"SELECT count(*) FROM {known.table} {own}", [agency_id] if own else [])  # noqa: S608  our own
        there = int(cursor.fetchone()[0])
    if there != recorded:
        yield Difference(known.table, known.name, COUNT, count=abs(there - recorded))


def _row_by_row(
    agency_id: int, known: Declared, columns: dict[str, str], lists: Sequence[Sequence[str]], *,
    from_migrations: bool = False,
) -> Iterator[Difference]:  # fmt: skip
    hidden = [*known.secrets, *known.masked]
    parameters: dict[str, Any] = {
        "agency": agency_id, "table": known.table, "hidden": hidden,
        **{f"list{place}": list(each) for place, each in enumerate(lists)},
    }  # fmt: skip
    types = [f"audit_birth_{place}" for place in range(len(lists))]
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            for name, listed in zip(types, lists, strict=True):
                fields = ", ".join(
                    f'"{each}" {"text" if each in hidden else columns.get(each, "text")}' for each in listed
                )
                cursor.execute(f"CREATE TYPE pg_temp.{name} AS ({fields})")
            differing, unsalted = _secrets_differing(agency_id, known, lists, parameters)
            parameters |= {"ids": [each for each, _name in differing], "names": [name for _id, name in differing],
                           "lost_ids": [each for each, _name in unsalted],
                           "lost_names": [name for _id, name in unsalted]}  # fmt: skip
            cursor.execute(_statement(known, columns, lists, from_migrations=from_migrations), parameters)
            rows = cursor.fetchall()
            # Sessions outlive a transaction: nothing of this one stays in them.
            for name in types:
                cursor.execute(f"DROP TYPE pg_temp.{name}")
    except DataError:
        yield Difference(known.table, known.name, UNREADABLE)
        return
    for kind, object_id, names, count in rows:
        yield Difference(known.table, known.name, kind, object_id, tuple(names), count)


def _statement(
    known: Declared, columns: dict[str, str], lists: Sequence[Sequence[str]], *, from_migrations: bool
) -> str:
    """Return the SQL of a table's differences: (kind, object, columns, how many of the kind)."""
    own = "true" if known.mode == NATIONAL else "r.agency_id = %(agency)s"
    hidden = {*known.secrets, *known.masked}
    parts = [_of_list(known.table, place, listed, columns, hidden, own) for place, listed in enumerate(lists)]
    if known.secrets:
        parts.append(
            "SELECT 'changed', s.id, ARRAY[s.name] FROM unnest(%(ids)s::bigint[], %(names)s::text[]) AS s(id, name)"
        )
        parts.append(
            f"SELECT '{UNSALTED}', s.id, ARRAY[s.name]"  # noqa: S608  our own word
            " FROM unnest(%(lost_ids)s::bigint[], %(lost_names)s::text[]) AS s(id, name)"
        )
    if known.masked:
        now = _now({name: name for name in known.masked})
        parts.append(
            f"SELECT 'changed', x.object_id, ARRAY[x.key]::text[] FROM {_hashes(known, known.masked, lists)}"  # noqa: S608
            f" WHERE x.hash IS DISTINCT FROM audit_hash(''::bytea, x.key, {now})"
        )
    parts.append(
        f"SELECT 'lost', b.object_id, '{{}}'::text[] FROM birth b LEFT JOIN gone g ON g.object_id = b.object_id"  # noqa: S608
        " WHERE COALESCE(g.id, 0) < b.id"
        f" AND NOT EXISTS (SELECT FROM {known.table} r WHERE r.id = b.object_id AND {own})"
    )
    parts.append(
        f"SELECT 'back', r.id, '{{}}'::text[] FROM gone g JOIN {known.table} r ON r.id = g.object_id AND {own}"  # noqa: S608
        " LEFT JOIN birth b ON b.object_id = g.object_id WHERE g.id > COALESCE(b.id, 0)"
    )
    if not from_migrations:
        parts.append(
            f"SELECT 'unknown', r.id, '{{}}'::text[] FROM {known.table} r WHERE {own}"  # noqa: S608
            " AND NOT EXISTS (SELECT FROM word w WHERE w.object_id = r.id AND w.kind IN ('awal', 'tambah', 'hapus'))"
        )
    return (
        f"WITH {_WORDS}, differs(kind, object_id, columns) AS ({' UNION ALL '.join(parts)}),"  # noqa: S608
        " one AS (SELECT kind, object_id, array_agg(DISTINCT c.name ORDER BY c.name) FILTER (WHERE c.name IS NOT NULL)"
        " AS columns FROM differs LEFT JOIN LATERAL unnest(columns) AS c(name) ON true GROUP BY 1, 2),"
        " numbered AS (SELECT *, row_number() OVER w AS place, count(*) OVER (PARTITION BY kind) AS n FROM one"
        " WINDOW w AS (PARTITION BY kind ORDER BY object_id))"
        f" SELECT kind, object_id, COALESCE(columns, '{{}}'), n FROM numbered WHERE place <= {NAMED}"
        " ORDER BY kind, object_id"
    )


def _of_list(
    table: str, place: int, listed: Sequence[str], columns: dict[str, str], hidden: set[str], own: str
) -> str:  # fmt: skip
    """Rows born with these columns: each column against its last word, or against the birth where no later one is."""
    there = [name for name in columns if name not in {"id", "agency_id"} | hidden]
    fields = {str(each.column): each for each in model_of(table)._meta.local_fields}
    sealed = {name: each for name, each in fields.items() if isinstance(each, Sealed)}
    checks = []
    for name in there:
        # json has no equality.
        cast = "::text" if columns[name] == "json" else ""
        later, born = (_as_stored(f'{row}."{name}"{cast}', sealed.get(name)) for row in ("p", "(b.born)"))
        check = f'(l.now IS NOT NULL AND {later} IS DISTINCT FROM r."{name}"{cast})'
        if name in listed:
            check += (
                f" OR (NOT COALESCE(jsonb_exists(l.now, '{name}'), false)"
                f' AND {born} IS DISTINCT FROM r."{name}"{cast})'
            )
        checks.append(f"CASE WHEN {check} THEN '{name}' END")
    return (
        f"SELECT 'changed', q.id, q.columns FROM (SELECT r.id,"  # noqa: S608  names of our own tables
        f" array_remove(ARRAY[{', '.join(checks)}]::text[], NULL) AS columns FROM {table} r"
        f" JOIN (SELECT object_id, change::pg_temp.audit_birth_{place} AS born FROM birth"
        f" WHERE columns = %(list{place})s::varchar[] OFFSET 0) b ON b.object_id = r.id"
        " LEFT JOIN later l ON l.object_id = r.id"
        f" LEFT JOIN LATERAL (SELECT * FROM jsonb_populate_record(r, l.now) WHERE l.now IS NOT NULL) p ON true"
        f" WHERE {own} OFFSET 0) q WHERE q.columns <> '{{}}'"
    )


def _as_stored(word: str, column: Sealed | None) -> str:
    """Return the SQL of what the trail says as the register stores it: entries from before its codes were sealed have
    them in clear. Not the other way: a code in clear is no equal of its token in the register."""
    if column is None:
        return word
    cases = " ".join(f"WHEN '{code}' THEN '{column.stored(code)}'" for code in sorted(column.few))
    return f"CASE {word} {cases} ELSE {word} END"


def _hashes(known: Declared, names: Iterable[str], lists: Sequence[Sequence[str]]) -> str:
    """Return a FROM of the last hash of each of these columns (`x`) beside the row as it is (`r`)."""
    own = "true" if known.mode == NATIONAL else "r.agency_id = %(agency)s"
    listing = ", ".join(f"'{name}'" for name in names)
    sources = [f"SELECT object_id, key, now #>> '{{}}' AS hash, entry_id, id FROM told WHERE key IN ({listing})"]  # noqa: S608
    for place, listed in enumerate(lists):
        values = ", ".join(f"('{name}', (b.born).\"{name}\")" for name in names if name in listed)
        if values:
            sources.append(
                f"SELECT b.object_id, x.key, x.hash, b.entry_id, b.id FROM (SELECT object_id, entry_id, id,"  # noqa: S608
                f" change::pg_temp.audit_birth_{place} AS born FROM birth WHERE columns = %(list{place})s::varchar[]"
                f" OFFSET 0) b CROSS JOIN LATERAL (VALUES {values}) AS x(key, hash)"
            )
    return (
        f"(SELECT DISTINCT ON (object_id, key) * FROM ({' UNION ALL '.join(sources)}) y"  # noqa: S608
        f" ORDER BY object_id, key, id DESC) x JOIN {known.table} r ON r.id = x.object_id AND {own}"
    )


def _now(witnesses: Mapping[str, str]) -> str:
    """Return the SQL of what is hashed of the row now; `witnesses`: column -> the one hashed in its place."""
    return "CASE x.key " + " ".join(f"WHEN '{n}' THEN r.\"{w}\"::text" for n, w in witnesses.items()) + " END"


# (object, column), and what the chain says of the last hash there: the number of its entry and when it was written.
Named = tuple[int, str]
Unsalted = tuple[int, str, int, datetime]


def _secrets_differing(
    agency_id: int, known: Declared, lists: Sequence[Sequence[str]], parameters: Mapping[str, Any]
) -> tuple[list[Named], list[Named]]:
    """Return (object, column) whose last hash is not made of what the row says now, with the salt of its entry; and
    those whose salt is gone although the chain tells of no destruction: whoever takes it away would hide a change.

    Made here and not in the database: it has no key to the salts, and a statement that names them could be logged.
    """
    if not known.secrets:
        return [], []
    statement = (
        f"WITH {_WORDS} SELECT x.object_id, x.key, x.hash, s.salt, {_now(known.secrets)}, x.entry_id, e.at"  # noqa: S608
        f" FROM {_hashes(known, known.secrets, lists)}"
        " JOIN audit_entry e ON e.agency_id = %(agency)s AND e.id = x.entry_id"
        " LEFT JOIN audit_secret s ON s.agency_id = %(agency)s AND s.entry_id = x.entry_id"
        " AND s.object_id = x.object_id"
    )
    # Rows of one object come together, mostly with one salt.
    salt_of = lru_cache(maxsize=64)(_salt_of)
    found: list[Named] = []
    without: list[Unsalted] = []
    with connection.chunked_cursor() as cursor:
        cursor.execute(statement, parameters)
        while rows := cursor.fetchmany(ROWS):
            for object_id, name, kept, salt, now, entry_id, at in rows:
                if salt:
                    # Empty is empty: a day that was null has "" for its keyed hash since its column is encrypted.
                    if (kept or None) != (_made(salt_of(bytes(salt)), name, now) or None):
                        found.append((object_id, name))
                elif (kept or None) != (now or None) and not (kept and now):
                    # What is empty is not hashed, so this is seen without a salt.
                    found.append((object_id, name))
                elif kept:
                    without.append((object_id, name, entry_id, at))
    return found, _without_destruction(agency_id, known.table, without)


def _without_destruction(agency_id: int, table: str, without: Sequence[Unsalted]) -> list[Named]:
    """Return those of which no later `musnah` entry of the chain says that their salt was destroyed. One query."""
    if not without:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT v.object_id, e.id, v.change FROM audit_entry e JOIN audit_value v"
            " ON v.agency_id = e.agency_id AND v.entry_id = e.id AND v.id BETWEEN e.first_value AND e.last_value"
            " WHERE e.agency_id = %s AND e.table_name = %s AND e.kind = 'musnah' AND v.object_id = ANY (%s)",
            [agency_id, table, sorted({each[0] for each in without})],
        )
        destroyed: dict[int, list[tuple[int, datetime | None]]] = {}
        for object_id, entry_id, change in cursor.fetchall():
            destroyed.setdefault(object_id, []).append((entry_id, _before(change)))
    return [
        (object_id, name) for object_id, name, entry_id, at in without
        if not any(later > entry_id and (before is None or at < before)
                   for later, before in destroyed.get(object_id, ()))
    ]  # fmt: skip


def _before(said: str) -> datetime | None:
    """Return up to which moment a destruction went (`audit_destroy_before`); None: everything there was."""
    try:
        return datetime.fromisoformat(json.loads(said)["before"])
    except (ValueError, KeyError, TypeError):
        return None


def _salt_of(kept: bytes) -> bytes | None:
    try:
        return apart.salt_of(kept)
    except ValueError:
        # Put there by another, or of a key that was dropped: in neither case is anything proven.
        logger.warning("a salt of the trail could not be decrypted")
        return None


def _made(salt: bytes | None, name: str, value: str | None) -> str | None:
    """Return what `audit_hash` makes of the value; "?" without a salt, which no hash equals."""
    if salt is None:
        return "?"
    return apart.hash_of(salt, name, value) if value else value
