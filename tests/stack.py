"""The database of the tests: a template that the owner migrated once, copied for each test process.

Tests run as the application's role, as the product does. What a transactional test committed is put back through the
owner's connection, because the application's role may not truncate and because journals refuse to be deleted from.
"""

import contextlib
import hashlib
import importlib.metadata
import os
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg2
from psycopg2 import sql
from psycopg2.extensions import connection as Connection

ROOT = Path(__file__).resolve().parent.parent
LOCAL_APPS = ["asnhr", "positions", "evaluations", "training", "careers"]
PREFIX = "asnhr_template_"
# Any number: what all who build a template agree upon.
BUILD_LOCK = 5_273_011


def with_database(url: str, name: str) -> str:
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))


@contextlib.contextmanager
def connected(url: str) -> Iterator[Connection]:
    """A connection in autocommit mode, closed at the end."""
    connection = psycopg2.connect(url)
    connection.autocommit = True
    try:
        yield connection
    finally:
        connection.close()


def template_name() -> str:
    """Name the template after everything that decides what migrations leave behind."""
    digest = hashlib.sha256()
    for package in ["Django", "django-allauth", "django-celery-beat"]:
        digest.update(f"{package} {importlib.metadata.version(package)}\n".encode())
    files = [ROOT / "deploy" / "database.sql", ROOT / "asnhr" / "sql.py", Path(__file__)]
    for app in LOCAL_APPS:
        for folder in ("migrations", "data", "models", "sql"):
            files += (ROOT / app / folder).rglob("*")
    for path in sorted(files):
        if path.is_file() and "__pycache__" not in path.parts:
            digest.update(f"{path.relative_to(ROOT)}\n".encode())
            digest.update(path.read_bytes())
    return PREFIX + digest.hexdigest()[:16]


def ensure_template(owner_url: str) -> str:
    """Return the template's name; build it when no other process has. Templates of other code are dropped."""
    name = template_name()
    with connected(owner_url) as owner, owner.cursor() as cursor:
        # Held until this connection closes.
        cursor.execute("SELECT pg_advisory_lock(%s)", [BUILD_LOCK])
        cursor.execute("SELECT datname FROM pg_database WHERE datname LIKE %s", [f"{PREFIX}%"])
        present = {row[0] for row in cursor.fetchall()}
        if name not in present:
            building = f"{PREFIX}building"
            drop(cursor, building)
            create(cursor, building)
            migrate(with_database(owner_url, building))
            cursor.execute(f"ALTER DATABASE {building} RENAME TO {name}")
        for stale in present - {name, f"{PREFIX}building"}:
            # Copies never depend on it; only a copy just being made keeps it, until next time.
            with contextlib.suppress(psycopg2.errors.ObjectInUse):
                cursor.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(stale)))
    return name


def create(cursor: psycopg2.extensions.cursor, name: str, template: str = "template0") -> None:
    cursor.execute(
        sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(template))
        if template != "template0"
        else sql.SQL("CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8'").format(sql.Identifier(name))
    )


def drop(cursor: psycopg2.extensions.cursor, name: str) -> None:
    # FORCE may not end an autovacuum worker; a plain DROP asks it to go and waits. What stays in use all the same is
    # dropped by the next run (`drop_leftovers`): tidying up is no test.
    for words in ("DROP DATABASE IF EXISTS {} WITH (FORCE)", "DROP DATABASE IF EXISTS {}") * 3:
        with contextlib.suppress(psycopg2.errors.InsufficientPrivilege, psycopg2.errors.ObjectInUse):
            cursor.execute(sql.SQL(words).format(sql.Identifier(name)))
            return


def drop_leftovers(owner_url: str) -> None:
    """Drop the databases of test processes of this machine that were killed."""
    with connected(owner_url) as owner, owner.cursor() as cursor:
        cursor.execute("SELECT datname FROM pg_database WHERE datname ~ '^test_[0-9]+_'")
        for (name,) in cursor.fetchall():
            if not Path(f"/proc/{name.split('_')[1]}").exists():
                drop(cursor, name)


def migrate(owner_url: str) -> None:
    """Migrate the empty database as its owner, then note which rows the migrations left (schema `baseline`)."""
    from django.core.management import call_command
    from django.db import connection

    with connected(owner_url) as owner, owner.cursor() as cursor:
        cursor.execute((ROOT / "deploy" / "database.sql").read_text())
    with pointed_at(owner_url):
        call_command("migrate", verbosity=0, interactive=False)
        connection.close()
    with connected(owner_url) as owner, owner.cursor() as cursor:
        cursor.execute("CREATE SCHEMA baseline")
        for table in tables(cursor):
            name = sql.Identifier(table)
            cursor.execute(sql.SQL("SELECT EXISTS (SELECT FROM public.{})").format(name))
            if cursor.fetchone() == (True,):
                cursor.execute(sql.SQL("CREATE TABLE baseline.{} AS TABLE public.{}").format(name, name))
        cursor.execute(
            "CREATE TABLE baseline._sequences AS "
            "SELECT sequencename::text AS name, start_value, last_value FROM pg_sequences WHERE schemaname = 'public'"
        )
        # What is written from here on is younger than this.
        cursor.execute("CREATE TABLE baseline._mark AS SELECT pg_current_xact_id()::xid AS xid")
        cursor.execute("ANALYZE")


@contextlib.contextmanager
def pointed_at(url: str) -> Iterator[None]:
    """Let Django's default connection use `url` for a while."""
    from django.db import connection

    before = dict(connection.settings_dict)
    point_at(url)
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict.clear()
        connection.settings_dict.update(before)


def point_at(url: str) -> None:
    import environ
    from django.db import connection

    connection.close()
    found = environ.Env.db_url_config(url)
    for key in ("NAME", "USER", "PASSWORD", "HOST", "PORT"):
        connection.settings_dict[key] = found.get(key, "")
    options = {key: value for key, value in connection.settings_dict.get("OPTIONS", {}).items() if key != "host"}
    connection.settings_dict["OPTIONS"] = options | found.get("OPTIONS", {})


def tables(cursor: psycopg2.extensions.cursor, schema: str = "public") -> list[str]:
    cursor.execute(
        "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = %s::regnamespace ORDER BY relname",
        [schema],
    )
    return [row[0] for row in cursor.fetchall()]


def put_back(owner: Connection) -> None:
    """Bring every row and sequence of the test database back to what the migrations left."""
    with owner.cursor() as cursor:
        try:
            # No trigger fires: journals refuse DELETE, and foreign keys hold again at the end. It waits for nobody,
            # as TRUNCATE would for a worker's open transaction.
            cursor.execute("SET session_replication_role = replica")
        except psycopg2.errors.InsufficientPrivilege:
            raise RuntimeError(
                "Transactional tests need, once, as superuser: "
                "GRANT SET ON PARAMETER session_replication_role TO asnhr_owner"
            ) from None
        kept = set(tables(cursor, "baseline")) - {"_mark", "_sequences"}
        emptied = [table for table in tables(cursor) if table not in kept]
        for table in _with_rows(cursor, _with_pages(cursor, emptied)):
            cursor.execute(sql.SQL("DELETE FROM public.{}").format(sql.Identifier(table)))
        for table in _changed(cursor, _touched(cursor, sorted(kept))):
            name = sql.Identifier(table)
            columns = sql.SQL(", ").join(map(sql.Identifier, _stored_columns(cursor, table)))
            cursor.execute(sql.SQL("DELETE FROM public.{}").format(name))
            cursor.execute(
                sql.SQL("INSERT INTO public.{} ({}) OVERRIDING SYSTEM VALUE SELECT {} FROM baseline.{}").format(
                    name, columns, columns, name
                )
            )
        cursor.execute(
            "SELECT setval(format('public.%I', now.sequencename), COALESCE(was.last_value, was.start_value), "
            "              was.last_value IS NOT NULL) "
            "FROM pg_sequences now JOIN baseline._sequences was ON was.name = now.sequencename "
            "WHERE now.schemaname = 'public' AND now.last_value IS DISTINCT FROM was.last_value"
        )
        cursor.execute("RESET session_replication_role")


def _with_pages(cursor: psycopg2.extensions.cursor, names: list[str]) -> list[str]:
    """Return the tables into whose files anything was ever written: the others need not be opened."""
    cursor.execute(
        "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace "
        "AND relname = ANY(%s) AND pg_relation_size(oid) > 0 ORDER BY relname",
        [names],
    )
    return [row[0] for row in cursor.fetchall()]


def _with_rows(cursor: psycopg2.extensions.cursor, names: list[str]) -> list[str]:
    if not names:
        return []
    parts = [
        sql.SQL("SELECT {} WHERE EXISTS (SELECT FROM public.{})").format(sql.Literal(name), sql.Identifier(name))
        for name in names
    ]
    cursor.execute(sql.SQL(" UNION ALL ").join(parts))
    return [row[0] for row in cursor.fetchall()]


def _touched(cursor: psycopg2.extensions.cursor, names: list[str]) -> list[str]:
    """Return the tables with a row written since the migrations, or with fewer rows: few, and cheaply found."""
    if not names:
        return []
    parts = [
        sql.SQL(
            "SELECT {literal} WHERE EXISTS (SELECT FROM public.{name} t "
            "WHERE age(t.xmin) <= (SELECT age(xid) FROM baseline._mark)) "
            "OR (SELECT count(*) FROM public.{name}) <> (SELECT count(*) FROM baseline.{name})"
        ).format(literal=sql.Literal(name), name=sql.Identifier(name))
        for name in names
    ]
    cursor.execute(sql.SQL(" UNION ALL ").join(parts))
    return [row[0] for row in cursor.fetchall()]


def _changed(cursor: psycopg2.extensions.cursor, names: list[str]) -> list[str]:
    if not names:
        return []
    # Whatever the order of rows: their number and the sum of their hashes.
    parts = [
        sql.SQL(
            "SELECT {literal} WHERE (SELECT (count(*), sum(hashtextextended(t::text, 0))) FROM public.{name} t) "
            "IS DISTINCT FROM (SELECT (count(*), sum(hashtextextended(t::text, 0))) FROM baseline.{name} t)"
        ).format(literal=sql.Literal(name), name=sql.Identifier(name))
        for name in names
    ]
    cursor.execute(sql.SQL(" UNION ALL ").join(parts))
    return [row[0] for row in cursor.fetchall()]


def _stored_columns(cursor: psycopg2.extensions.cursor, table: str) -> list[str]:
    cursor.execute(
        "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped "
        "AND attgenerated = '' ORDER BY attnum",
        [f'public."{table}"'],
    )
    return [row[0] for row in cursor.fetchall()]


def test_database_name() -> str:
    """`test_<process>_<worker>`, so that several pytest runs share one server."""
    return f"test_{os.getpid()}_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"


test_database_name.__test__ = False  # type: ignore[attr-defined]
