"""What guards the trail, changed by the owner of the tables in every way we could think of: each is told by name."""

import pytest

from asnhr.audit import guards
from asnhr.audit.installed import Installed, installed, read

pytestmark = pytest.mark.django_db(transaction=True)
NO_OP = "BEGIN RETURN NULL; END"


def told():
    return [str(each) for each in guards.faults()]


@pytest.fixture
def altered(owner_connection):
    """Run statements as the owner, and undo them with the others at the end."""
    undo = []

    def run(statement, back):
        undo.append(back)
        with owner_connection.cursor() as cursor:
            cursor.execute(statement)

    yield run
    with owner_connection.cursor() as cursor:
        for back in reversed(undo):
            cursor.execute(back)


def definition(owner_connection, name):
    with owner_connection.cursor() as cursor:
        cursor.execute("SELECT pg_get_functiondef(oid) FROM pg_proc WHERE proname = %s ORDER BY oid LIMIT 1", [name])
        return cursor.fetchone()[0]


def test_what_the_migrations_installed_is_what_they_say():
    assert told() == []


def test_all_functions_of_the_trail_are_read_from_the_migrations(owner_connection):
    with owner_connection.cursor() as cursor:
        cursor.execute("SELECT proname FROM pg_proc WHERE proname LIKE 'audit\\_%'")
        there = {name for (name,) in cursor.fetchall()}

    assert {name for name, _types in installed().functions} == there
    assert {"audit_statement", "audit_refuse", "audit_national", "audit_note"} < there
    assert {"audit_attach", "audit_detach", "audit_statement", "audit_national"} <= installed().closed


def test_the_last_word_of_the_migrations_counts():
    found = Installed()
    read("CREATE FUNCTION audit_x(a text[] DEFAULT '{}') RETURNS text LANGUAGE sql AS 'SELECT ''a''';", found)
    read("CREATE OR REPLACE FUNCTION audit_x(a text[]) RETURNS text LANGUAGE sql STABLE SECURITY DEFINER"
         " SET search_path = pg_catalog, public SET timezone = 'UTC' AS $$ SELECT 'b' $$;", found)  # fmt: skip
    function = found.functions["audit_x", "text[]"]
    assert (function.body, function.runs_as_owner, function.volatility) == (" SELECT 'b' ", True, "s")
    assert function.settings == ("search_path=pg_catalog, public", "timezone=utc")
    read("REVOKE EXECUTE ON FUNCTION audit_x(text[]) FROM PUBLIC, asnhr_app;", found)
    assert found.closed == {"audit_x"}
    read("DROP FUNCTION audit_x(text[]);", found)
    assert (found.functions, found.closed) == ({}, set())


@pytest.mark.parametrize("name", ["audit_statement", "audit_refuse", "audit_national"])
def test_a_replaced_trigger_function_is_told(name, altered, owner_connection):
    before = definition(owner_connection, name)
    head = before[: before.index("AS $function$")]
    altered(f"{head} AS $function${NO_OP}$function$", before)

    assert [name in line and "diganti" in line for line in told()] == [True]


@pytest.mark.parametrize(
    ("statement", "back"),
    [
        ("ALTER FUNCTION audit_statement() SECURITY INVOKER", "ALTER FUNCTION audit_statement() SECURITY DEFINER"),
        ("ALTER FUNCTION audit_refuse() SET search_path = pg_temp", "ALTER FUNCTION audit_refuse() RESET ALL"),
        ("ALTER FUNCTION audit_waiting_agencies() VOLATILE", "ALTER FUNCTION audit_waiting_agencies() STABLE"),
    ],
)
def test_another_property_of_a_function_is_told(statement, back, altered):
    altered(statement, back)

    assert ["isi atau sifatnya diganti" in line for line in told()] == [True]


def test_a_function_that_stands_before_ours_is_told(altered):
    altered(
        "CREATE FUNCTION audit_hash(bytea, text, varchar) RETURNS text LANGUAGE sql AS 'SELECT ''x'''",
        "DROP FUNCTION audit_hash(bytea, text, varchar)",
    )

    assert ["tidak dikenal" in line and "audit_hash" in line for line in told()] == [True]


def test_a_function_that_the_application_may_call_is_told(altered):
    altered(
        "GRANT EXECUTE ON FUNCTION audit_detach(regclass) TO asnhr_app",
        "REVOKE EXECUTE ON FUNCTION audit_detach(regclass) FROM asnhr_app",
    )

    assert told() == ["Peran aplikasi boleh memanggil audit_detach(regclass): cabut haknya (REVOKE EXECUTE)."]


AGAIN = (
    "DROP TRIGGER audit_update ON positions_unit; CREATE TRIGGER audit_update AFTER UPDATE ON positions_unit"
    " REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT {}EXECUTE FUNCTION audit_statement({})"
)


@pytest.mark.parametrize(
    "how", ["WHEN (pg_trigger_depth() > 9) | 'full', '{}', '{path,office_id}'", " | 'summary', '{}', '{}'",
            " | 'full', '{}', '{path,office_id,name}'"],
)  # fmt: skip
def test_a_trigger_of_the_same_name_that_does_less_is_told(how, altered):
    right = guards.wanted_triggers()["positions_unit", "audit_update"]
    condition, arguments = how.split("|")
    altered(AGAIN.format(condition, arguments), f"DROP TRIGGER audit_update ON positions_unit; {right}")

    assert ["audit_update" in line and "bukan yang dipasang" in line for line in told()] == [True]


def test_a_trigger_on_the_trail_that_swallows_rows_is_told(altered):
    altered(
        "CREATE FUNCTION swallow() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';"
        "CREATE TRIGGER swallow BEFORE INSERT ON audit_value FOR EACH ROW EXECUTE FUNCTION swallow()",
        "DROP TRIGGER swallow ON audit_value; DROP FUNCTION swallow()",
    )

    assert ["swallow" in line and "audit_value" in line for line in told()] == [True]


def test_a_rule_is_told(altered):
    altered("CREATE RULE nothing AS ON INSERT TO audit_head DO INSTEAD NOTHING", "DROP RULE nothing ON audit_head")

    assert ["nothing" in line and "audit_head" in line for line in told()] == [True]


@pytest.mark.parametrize(
    ("right", "words"),
    [("UPDATE, DELETE ON audit_entry", "UPDATE, DELETE"), ("UPDATE (change) ON audit_value", "UPDATE"),
     ("INSERT ON audit_secret", "INSERT"), ("TRUNCATE ON audit_seal", "TRUNCATE"), ("DELETE ON audit_head", "DELETE"),
     ("DELETE ON audit_opening", "DELETE")],
)  # fmt: skip
def test_a_right_of_the_application_too_many_is_told(right, words, altered):
    altered(f"GRANT {right} TO asnhr_app", f"REVOKE {right} FROM asnhr_app")

    (line,) = told()
    assert f"Peran asnhr_app berhak {', '.join(sorted(words.split(', ')))} atas tabel {right.split()[-1]}" in line


def test_a_right_of_everybody_is_told(altered):
    altered("GRANT UPDATE ON audit_seal TO PUBLIC", "REVOKE UPDATE ON audit_seal FROM PUBLIC")

    assert sorted(line.split()[1] for line in told()) == ["PUBLIC", "asnhr_app"]


@pytest.mark.parametrize(
    ("statement", "back"),
    [
        ("DISABLE ROW LEVEL SECURITY", "ENABLE ROW LEVEL SECURITY"),
        ("NO FORCE ROW LEVEL SECURITY", "FORCE ROW LEVEL SECURITY"),
    ],
)
@pytest.mark.parametrize("table", ["positions_employee", "audit_entry"])
def test_row_security_that_is_off_is_told(table, statement, back, altered):
    altered(f"ALTER TABLE {table} {statement}", f"ALTER TABLE {table} {back}")

    assert [table in line and "Pengaman baris" in line for line in told()] == [True]


@pytest.mark.parametrize(
    ("statement", "back"),
    [
        ("CREATE POLICY open ON positions_employee USING (true)", "DROP POLICY open ON positions_employee"),
        (
            "ALTER POLICY own ON asnhr_roleassignment USING (true)",
            "ALTER POLICY own ON asnhr_roleassignment USING"
            " (user_id = NULLIF(current_setting('asnhr.user', true), '')::bigint)",
        ),
        (
            "DROP POLICY in_agency ON positions_unit",
            "CREATE POLICY in_agency ON positions_unit"
            " USING (agency_id = NULLIF(current_setting('asnhr.agency', true), '')::bigint)"
            " WITH CHECK (agency_id = NULLIF(current_setting('asnhr.agency', true), '')::bigint)",
        ),
    ],
)
def test_another_policy_is_told(statement, back, altered):
    altered(statement, back)

    assert ["Kebijakan baris" in line for line in told()] == [True]
