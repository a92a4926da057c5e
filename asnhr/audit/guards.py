"""Hold what guards the trail in the database against what this release installs: functions, triggers, rules, rights of
the application's role, row security. Whoever owns the tables can change each of them without breaking a link."""

import re
from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.db import connection
from django.utils.translation import gettext_noop

from asnhr.audit.declared import FULL, NATIONAL, OUTLINE, SUMMARY, Declared, audited
from asnhr.audit.faults import GUARDS, Fault
from asnhr.audit.installed import Function, installed
from asnhr.sql import CURRENT_AGENCY, CURRENT_USER

APP = "asnhr_app"
# What each table of the trail lets nobody do, and the rights that the application has on it.
TRAIL: dict[str, tuple[str, ...]] = {
    "audit_entry": (),
    "audit_value": (),
    "audit_secret": (),
    "audit_seal": ("INSERT",),
    "audit_head": ("INSERT",),
    "audit_proof": ("INSERT",),
}
# Requests are decided: an UPDATE; covered by the trail like any table.
REQUESTS = {"audit_opening": ("INSERT", "UPDATE")}
RIGHTS = ("INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER")
EVENTS = {FULL: ("INSERT", "UPDATE", "DELETE"), SUMMARY: ("INSERT", "UPDATE", "DELETE"), OUTLINE: ("INSERT", "DELETE"),
          NATIONAL: ("INSERT", "UPDATE", "DELETE")}  # fmt: skip
ROWS = {
    "INSERT": "NEW TABLE AS new_rows",
    "UPDATE": "OLD TABLE AS old_rows NEW TABLE AS new_rows",
    "DELETE": "OLD TABLE AS old_rows",
}

_FUNCTIONS = """
SELECT p.proname, array_to_string(ARRAY(SELECT format_type(t, NULL)
        FROM unnest(p.proargtypes) WITH ORDINALITY AS a(t, n) ORDER BY n), ', '),
    p.prosrc, l.lanname, p.prosecdef, p.provolatile, COALESCE(p.proconfig, '{}'),
    p.proowner = (SELECT relowner FROM pg_class WHERE oid = 'audit_entry'::regclass),
    has_function_privilege(%s, p.oid, 'EXECUTE')
FROM pg_proc p JOIN pg_language l ON l.oid = p.prolang
WHERE p.pronamespace = 'public'::regnamespace AND p.proname LIKE 'audit\\_%%'
"""
_TRIGGERS = """
SELECT c.relname, t.tgname, t.tgenabled, pg_get_triggerdef(t.oid, true)
FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
WHERE NOT t.tgisinternal AND c.relnamespace = 'public'::regnamespace
AND (t.tgname LIKE 'audit\\_%%' OR c.relname = ANY (%s))
"""
_RULES = """
SELECT c.relname, r.rulename FROM pg_rewrite r JOIN pg_class c ON c.oid = r.ev_class
WHERE c.relnamespace = 'public'::regnamespace AND c.relname = ANY (%s) AND r.rulename <> '_RETURN' ORDER BY 1, 2
"""
# A column's right opens the table as far as that column reaches.
_RIGHTS = """
SELECT c.relname, p.name FROM pg_class c CROSS JOIN unnest(%(rights)s) AS p(name)
WHERE c.relnamespace = 'public'::regnamespace AND c.relname = ANY (%(tables)s)
AND (has_table_privilege(%(app)s, c.oid, p.name)
     OR p.name IN ('INSERT', 'UPDATE', 'REFERENCES') AND has_any_column_privilege(%(app)s, c.oid, p.name))
ORDER BY 1, 2
"""
_OTHERS = """
SELECT c.relname, COALESCE(g.rolname, 'PUBLIC'), a.privilege_type
FROM pg_class c CROSS JOIN LATERAL aclexplode(c.relacl) a LEFT JOIN pg_roles g ON g.oid = a.grantee
WHERE c.relnamespace = 'public'::regnamespace AND c.relname = ANY (%s) AND a.grantee <> c.relowner
AND COALESCE(g.rolname, '') <> %s AND a.privilege_type = ANY (%s) ORDER BY 1, 2, 3
"""
_ROLE = """
SELECT r.rolsuper OR r.rolbypassrls, EXISTS (SELECT FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace
    AND c.relkind IN ('r', 'p') AND pg_has_role(r.oid, c.relowner, 'MEMBER')),
    EXISTS (SELECT FROM pg_db_role_setting s, unnest(s.setconfig) AS c(text)
        WHERE c.text ILIKE 'session\\_replication\\_role=%%' AND c.text NOT ILIKE '%%=origin'
        AND s.setdatabase IN (0, (SELECT oid FROM pg_database WHERE datname = current_database())))
FROM pg_roles r WHERE r.rolname = %s
"""
_WALLS = """
SELECT c.relname, c.relkind, c.relrowsecurity, c.relforcerowsecurity FROM pg_class c
WHERE c.relnamespace = 'public'::regnamespace AND c.relname = ANY (%s)
"""
_POLICIES = """
SELECT tablename, policyname, permissive, cmd, roles::text[], COALESCE(qual, ''), COALESCE(with_check, '')
FROM pg_policies WHERE schemaname = 'public' AND tablename = ANY (%s) ORDER BY 1, 2
"""


def faults() -> list[Fault]:
    """Return what is not as this release installs it; half a dozen statements on PostgreSQL's own tables."""
    return [*_triggers(), *_functions(), *_rules(), *_role(), *_rights(), *_walls()]


def _fault(sentence: str, **said: Any) -> Fault:
    return Fault(GUARDS, sentence, said)


def _rows(statement: str, arguments: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, arguments)
        return list(cursor.fetchall())


# Triggers and rules


def wanted_triggers() -> dict[tuple[str, str], str]:
    """Return the definition of each trigger by (table, name), as PostgreSQL writes it."""
    wanted = {}
    for _model, each in audited.items():
        for event in EVENTS.get(each.mode, ()):
            name = f"audit_{event.lower()}"
            wanted[each.table, name] = (
                f"CREATE TRIGGER {name} AFTER {event} ON {each.table} REFERENCING {ROWS[event]}"
                f" FOR EACH STATEMENT EXECUTE FUNCTION {_call(each)}"
            )
        if each.mode in EVENTS:
            wanted[each.table, "audit_truncate"] = (
                f"CREATE TRIGGER audit_truncate BEFORE TRUNCATE ON {each.table}"
                " FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse()"
            )
    for table in TRAIL:
        # The sealer puts tokens in the place of secrets, by a function of the owner.
        events = "DELETE OR TRUNCATE" if table == "audit_secret" else "DELETE OR UPDATE OR TRUNCATE"
        wanted[table, "audit_append_only"] = (
            f"CREATE TRIGGER audit_append_only BEFORE {events} ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse()"
        )
    return wanted


def _call(each: Declared) -> str:
    secrets = [key if key == value else f"{key}={value}" for key, value in each.secrets.items()]
    lists = [secrets, each.skipped]
    if each.mode == NATIONAL:
        lists.append(each.masked)
    arguments = [f"'{{{','.join(names)}}}'" for names in lists]
    if each.mode == NATIONAL:
        return f"audit_national('national', {', '.join(arguments)}, '{each.person}')"
    return f"audit_statement('{FULL if each.mode == FULL else SUMMARY}', {', '.join(arguments)})"


def _triggers() -> Iterator[Fault]:
    there = {(table, name): (enabled, text) for table, name, enabled, text in _rows(_TRIGGERS, [list(TRAIL)])}
    wanted = wanted_triggers()
    for (table, name), text in wanted.items():
        enabled, found = there.pop((table, name), ("", ""))
        if enabled != "O":
            yield _fault(
                gettext_noop("Pemicu %(name)s pada tabel %(table)s tidak ada atau dimatikan."), name=name, table=table
            )
        elif found != text:
            yield _fault(
                gettext_noop("Pemicu %(name)s pada tabel %(table)s bukan yang dipasang rilis ini: periksa siapa yang"
                             " menggantinya, lalu pasang lagi dari migrasi."), name=name, table=table,
            )  # fmt: skip
    for table, name in sorted(there):
        yield _fault(
            gettext_noop("Pemicu %(name)s pada tabel %(table)s tidak dikenal rilis ini: periksa siapa yang memasangnya,"
                         " lalu hapus."), name=name, table=table,
        )  # fmt: skip


def _rules() -> Iterator[Fault]:
    tables = [*TRAIL, *(each.table for _model, each in audited.items())]
    for table, name in _rows(_RULES, [tables]):
        yield _fault(
            gettext_noop("Aturan %(name)s pada tabel %(table)s mengganti perintah tulis: periksa siapa yang membuatnya,"
                         " lalu hapus (DROP RULE)."), name=name, table=table,
        )  # fmt: skip


# Functions


def _functions() -> Iterator[Fault]:
    known = installed()
    there = set()
    for name, types, *found, is_owners, may_call in _rows(_FUNCTIONS, [APP]):
        said = {"name": f"{name}({types})"}
        there.add((name, types))
        wanted = known.functions.get((name, types))
        if wanted is None:
            yield _fault(
                gettext_noop("Fungsi %(name)s tidak dikenal rilis ini: periksa siapa yang membuatnya, lalu hapus."),
                **said,
            )
            continue
        if _is_other(wanted, *found):
            yield _fault(
                gettext_noop("Fungsi %(name)s bukan yang dipasang rilis ini: isi atau sifatnya diganti. Periksa"
                             " siapa yang menggantinya, lalu pasang lagi dari migrasi; yang ditulis sejak itu tidak"
                             " terjamin."),
                **said,
            )  # fmt: skip
        if not is_owners:
            yield _fault(
                gettext_noop("Fungsi %(name)s bukan milik pemilik tabel jejak: kembalikan pemiliknya (ALTER FUNCTION …"
                             " OWNER TO)."), **said,
            )  # fmt: skip
        if may_call and name in known.closed:
            yield _fault(
                gettext_noop("Peran aplikasi boleh memanggil %(name)s: cabut haknya (REVOKE EXECUTE)."), **said
            )
    for name, types in known.functions.keys() - there:
        yield _fault(gettext_noop("Fungsi %(name)s tidak ada: pasang lagi dari migrasi."), name=f"{name}({types})")


def _is_other(
    wanted: Function, body: str, language: str, runs_as_owner: bool, volatility: str, settings: list[str]
) -> bool:
    kept = tuple(sorted(each.replace("'", "").replace('"', "").lower() for each in settings))
    found = (body, language, runs_as_owner, volatility, kept)
    return found != (wanted.body, wanted.language, wanted.runs_as_owner, wanted.volatility, wanted.settings)


# Rights


def _role() -> Iterator[Fault]:
    for above, is_owner, silent in _rows(_ROLE, [APP]):
        if above:
            yield _fault(
                gettext_noop("Peran %(role)s dapat melewati pengaman baris (SUPERUSER atau BYPASSRLS): cabut (ALTER"
                             " ROLE)."), role=APP,
            )  # fmt: skip
        elif is_owner:
            yield _fault(
                gettext_noop("Peran %(role)s memiliki tabel, atau menjadi anggota pemiliknya: kembalikan pemiliknya"
                             " atau cabut keanggotaannya."), role=APP,
            )  # fmt: skip
        if silent:
            yield _fault(
                gettext_noop("session_replication_role diatur tetap pada basis data atau perannya: pemicu jejak tidak"
                             " berjalan. Hapus aturan itu (ALTER … RESET session_replication_role).")
            )  # fmt: skip


def _rights() -> Iterator[Fault]:
    given = TRAIL | REQUESTS
    found: dict[tuple[str, str], list[str]] = {}
    for table, right in _rows(_RIGHTS, {"rights": list(RIGHTS), "tables": list(given), "app": APP}):
        if right not in given[table]:
            found.setdefault((table, APP), []).append(right)
    for table, role, right in _rows(_OTHERS, [list(given), APP, list(RIGHTS)]):
        found.setdefault((table, role), []).append(right)
    for (table, role), rights in found.items():
        yield _fault(
            gettext_noop("Peran %(role)s berhak %(rights)s atas tabel %(table)s, padahal jejak hanya dapat ditambah:"
                         " cabut haknya (REVOKE)."), role=role, rights=", ".join(rights), table=table,
        )  # fmt: skip


# Row security


def tenant_tables() -> list[str]:
    found = {model._meta.db_table for model in apps.get_models() if model._meta.managed
             and any(field.name == "agency" for field in model._meta.local_fields)}  # fmt: skip
    return sorted(found)


def _bare(expression: str) -> str:
    """Return an expression without what PostgreSQL adds or leaves out when it writes it back."""
    return re.sub(r"::\w+|[\s()]", "", expression)


def _walls() -> Iterator[Fault]:
    tables = tenant_tables()
    there = {table: flags for table, *flags in _rows(_WALLS, [tables])}
    for table in tables:
        if there.get(table) != ["r", True, True]:
            yield _fault(
                gettext_noop("Pengaman baris tabel %(table)s dimatikan: instansi lain dapat terbaca. Nyalakan lagi"
                             " (ALTER TABLE … ENABLE, FORCE ROW LEVEL SECURITY)."), table=table,
            )  # fmt: skip
    agency = ("PERMISSIVE", "ALL", ["public"], _bare(f"agency_id = {CURRENT_AGENCY}"),
              _bare(f"agency_id = {CURRENT_AGENCY}"))  # fmt: skip
    own = ("PERMISSIVE", "SELECT", ["public"], _bare(f"user_id = {CURRENT_USER}"), "")
    wanted = {(table, "in_agency"): agency for table in tables}
    wanted |= {(table, "own"): own for table in installed().own_rows}
    found = {(table, name): (permissive, command, roles, _bare(uses), _bare(checks))
             for table, name, permissive, command, roles, uses, checks in _rows(_POLICIES, [tables])}  # fmt: skip
    for table, name in sorted(wanted.keys() | found.keys()):
        if found.get((table, name)) != wanted.get((table, name)):
            yield _fault(
                gettext_noop("Kebijakan baris %(name)s tabel %(table)s bukan yang dipasang rilis ini: kembalikan"
                             " seperti dalam migrasi."), name=name, table=table,
            )  # fmt: skip
