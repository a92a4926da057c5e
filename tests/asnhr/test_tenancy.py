"""Row security: agencies are walled, nothing is seen without a scope, no key reaches another agency."""

from datetime import date

import pytest
from django.apps import apps
from django.db import IntegrityError, ProgrammingError, connection, models, transaction

from asnhr.models import Agency
from asnhr.scope import agency_scope
from asnhr.sql import NationalForeignKey, TenantForeignKey
from positions.models import Position, Unit, UnitPeriod
from tests.factories import positions as make

pytestmark = pytest.mark.django_db

TENANT_MODELS = [model for model in apps.get_models() if any(f.name == "agency" for f in model._meta.local_fields)]
OURS = [
    model
    for model in apps.get_models()
    if model._meta.app_label in ("asnhr", "positions", "evaluations", "training", "careers")
]


@pytest.fixture
def two_agencies():
    medan = Agency.objects.create(code="1271", name="Pemerintah Kota Medan", short_name="Medan", kind="kota")
    jambi = Agency.objects.create(code="1571", name="Pemerintah Kota Jambi", short_name="Jambi", kind="kota")
    return medan, jambi


def make_unit(agency, code="1", parent=None):
    unit = Unit.objects.create(agency=agency, code=code, name=f"Unit {code}", starts_on=date(2020, 1, 1))
    UnitPeriod.objects.create(agency=agency, unit=unit, name=unit.name, parent=parent, starts_on=date(2020, 1, 1))
    unit.refresh_from_db()
    return unit


def test_application_role_is_neither_owner_nor_superuser_nor_exempt():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT rolsuper, rolbypassrls, rolcreatedb, rolcreaterole FROM pg_roles WHERE rolname = current_user"
        )
        assert cursor.fetchone() == (False, False, False, False)
        cursor.execute("SELECT count(*) FROM pg_class WHERE relowner = current_user::regrole")
        assert cursor.fetchone() == (0,)


@pytest.mark.parametrize("model", TENANT_MODELS, ids=lambda m: m._meta.label)
def test_every_tenant_table_forces_row_security(model):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relrowsecurity, relforcerowsecurity FROM pg_class WHERE oid = %s::regclass", [model._meta.db_table]
        )
        assert cursor.fetchone() == (True, True)
        cursor.execute(
            "SELECT count(*) FROM pg_policies WHERE tablename = %s AND policyname = 'in_agency'", [model._meta.db_table]
        )
        assert cursor.fetchone() == (1,)


@pytest.mark.parametrize("model", OURS, ids=lambda m: m._meta.label)
def test_a_table_is_national_or_tenant_and_there_is_no_third_kind(model):
    agency = next((f for f in model._meta.local_fields if f.name == "agency"), None)

    assert agency is None or not agency.null
    for field in model._meta.local_fields:
        if agency is None and isinstance(field, models.ForeignKey):
            assert field.related_model not in TENANT_MODELS, f"{field} of a national table reaches a tenant"


def test_no_scope_sees_nothing_and_a_scope_its_own_rows_only(two_agencies):
    medan, jambi = two_agencies
    with agency_scope(medan):
        make_unit(medan)

    assert Unit.objects.count() == 0
    with agency_scope(jambi):
        assert Unit.objects.count() == 0
    with agency_scope(medan):
        assert Unit.objects.count() == 1
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM positions_unit")
        assert cursor.fetchone() == (0,)


def test_insert_for_another_agency_is_refused(two_agencies):
    medan, jambi = two_agencies

    with pytest.raises(ProgrammingError, match="row-level security"), agency_scope(jambi):
        make_unit(medan)


def test_insert_without_scope_is_refused(two_agencies):
    with pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
        make_unit(two_agencies[0])


def test_a_nested_scope_restores_the_outer_one(two_agencies):
    medan, jambi = two_agencies

    with agency_scope(medan):
        make_unit(medan)
        with agency_scope(jambi):
            assert Unit.objects.count() == 0
        assert Unit.objects.count() == 1


def test_update_cannot_move_a_row_to_another_agency(two_agencies):
    medan, jambi = two_agencies

    with agency_scope(medan):
        make_unit(medan)
        with pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
            Unit.objects.update(agency=jambi)


def tenant_keys():
    for model in TENANT_MODELS:
        for field in model._meta.local_fields:
            if isinstance(field, models.ForeignKey) and field.related_model in TENANT_MODELS:
                yield model, field


@pytest.mark.parametrize(
    ("model", "field"), list(tenant_keys()), ids=lambda x: getattr(x, "name", getattr(x, "__name__", ""))
)
def test_every_key_between_tenant_tables_carries_the_agency_on_both_ends(model, field):
    assert isinstance(field, TenantForeignKey)
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT array_agg(a.attname::text ORDER BY k.n), array_agg(b.attname::text ORDER BY k.n)
            FROM pg_constraint c
            CROSS JOIN LATERAL unnest(c.conkey, c.confkey) WITH ORDINALITY AS k(mine, theirs, n)
            JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = k.mine
            JOIN pg_attribute b ON b.attrelid = c.confrelid AND b.attnum = k.theirs
            WHERE c.contype = 'f' AND c.conrelid = %s::regclass AND c.confrelid = %s::regclass
            GROUP BY c.oid
            """,
            [model._meta.db_table, field.related_model._meta.db_table],
        )
        keys = cursor.fetchall()
    # More columns may prove more (a seat of that position); these two pairs are always among them.
    pairs = [set(zip(mine, theirs, strict=True)) for mine, theirs in keys]
    if (model._meta.label, field.name) == ("positions.Incumbency", "position"):
        # Whoever has a seat stands on the seat's position; the others' key hangs on a column that is theirs only.
        assert pairs == [{("agency_id", "agency_id"), ("position_without_seat_id", "id")}]
        return
    assert any({("agency_id", "agency_id"), (field.column, "id")} <= found for found in pairs)
    assert not [key for key in keys if key[0] == [field.column]], "a plain key reaches other agencies"


# Written by the audit trigger alone, from rows that passed such a key; to check each would cost an import several
# percent.
PROVEN_BEFORE = {"asnhr.AuditValue", "asnhr.AuditSecret"}


@pytest.mark.parametrize(
    "model", [each for each in TENANT_MODELS if each._meta.label not in PROVEN_BEFORE], ids=lambda m: m._meta.label
)
def test_no_row_names_an_agency_that_does_not_exist(model):
    """By a key to the agency, or by the mandatory key (agency, owner) to a row that has one."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT count(*) FROM pg_constraint c
            WHERE c.contype = 'f' AND c.conrelid = %s::regclass
            AND 'agency_id' = ANY (ARRAY(SELECT attname FROM pg_attribute WHERE attrelid = c.conrelid
                AND attnum = ANY (c.conkey)))
            AND NOT EXISTS (SELECT 1 FROM pg_attribute a WHERE a.attrelid = c.conrelid AND a.attnum = ANY (c.conkey)
                AND NOT a.attnotnull)
            """,
            [model._meta.db_table],
        )
        keys = cursor.fetchone()[0]
    assert keys or isinstance(model._meta.get_field("agency"), NationalForeignKey)


@pytest.mark.parametrize("model", TENANT_MODELS, ids=lambda m: m._meta.label)
def test_unique_and_exclusion_constraints_carry_the_agency(model):
    """In front, as every query gives it; the two busiest exclusions have it behind the seat and the person."""
    behind = {"incumbency_one_definitive_holder", "incumbency_one_seat_a_person"}
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT c.relname, array_agg(a.attname::text ORDER BY k.n)
            FROM pg_index i
            JOIN pg_class c ON c.oid = i.indexrelid
            CROSS JOIN LATERAL unnest(i.indkey::int[]) WITH ORDINALITY k(attnum, n)
            JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.attnum
            WHERE i.indrelid = %s::regclass AND (i.indisunique OR i.indisexclusion) AND NOT i.indisprimary
            GROUP BY c.relname
            """,
            [model._meta.db_table],
        )
        found = dict(cursor.fetchall())
    assert {name for name, columns in found.items() if columns.index("agency_id") != (name in behind)} == set()


def appoint(agency, person, held):
    make.IncumbencyFactory(agency=agency, employee=person, position=held.position, seat=held.seat)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_nobody_learns_whether_a_seat_of_another_agency_is_held(two_agencies):
    medan, jambi = two_agencies
    with agency_scope(medan):
        held = make.IncumbencyFactory(agency=medan)
    with agency_scope(jambi):
        person = make.EmployeeFactory(agency=jambi)
        # Held or free, the answer is the same: there is no such seat here.
        with pytest.raises(IntegrityError, match="incumbency_seat_of_position"), transaction.atomic():
            appoint(jambi, person, held)


def test_a_key_cannot_reach_another_agency(two_agencies, owner_connection):
    medan, jambi = two_agencies
    with agency_scope(medan):
        unit = make_unit(medan)

    with agency_scope(jambi), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        with pytest.raises(IntegrityError, match="in_agency"), transaction.atomic():
            Position.objects.create(agency=jambi, code="P", unit_id=unit.pk, job_id=1, starts_on=date(2020, 1, 1))


def test_the_path_follows_parents_and_refuses_a_circle(two_agencies):
    medan, _jambi = two_agencies
    with agency_scope(medan):
        root = make_unit(medan, "1")
        office = make_unit(medan, "2", root)
        section = make_unit(medan, "3", office)
        other = make_unit(medan, "4", root)
        UnitPeriod.objects.filter(unit=office).update(ends_on=date(2022, 1, 1))
        UnitPeriod.objects.create(agency=medan, unit=office, name="Baru", parent=other, starts_on=date(2022, 1, 1))
        section.refresh_from_db()

        assert section.path == f"{root.pk}.{other.pk}.{office.pk}.{section.pk}"
        assert section.office_id == other.pk
        with pytest.raises(IntegrityError), transaction.atomic():
            UnitPeriod.objects.filter(unit=root).update(parent=section)
