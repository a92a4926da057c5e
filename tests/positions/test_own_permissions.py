"""Salary, what may tell of illness, assessments: each with the permission it asks, encrypted where it can be, looks
logged (decision 0031)."""

from datetime import date
from importlib import import_module

import pytest
from django.db import connection
from django.urls import reverse

from asnhr.models import AuditEntry
from asnhr.roles import ROLES, SUPERIORS
from asnhr.scope import agency_scope
from positions import models
from tests import api_world
from tests.factories import positions as make
from tests.roles import user_with

pytestmark = pytest.mark.django_db
ILL = "Sakit jiwa, SK RAHASIA/9"


@pytest.fixture
def medan():
    return api_world.medan()


@pytest.fixture
def gone(medan):
    """Somebody who left for a reason, after unpaid leave for one, with an increment and a predicate."""
    with agency_scope(medan):
        person = make.EmployeeFactory(
            agency=medan, unit=make.UnitFactory(agency=medan), rank=32, exits_on=date(2026, 1, 1), exit_reason=ILL,
            rank_since=date(2025, 4, 1), cpns_on=date(2018, 1, 1), birth_date=date(1990, 5, 2),
        )  # fmt: skip
        of = {"agency": medan, "employee": person}
        models.UnpaidLeave.objects.create(**of, reason=ILL, starts_on=date(2023, 1, 1), ends_on=date(2024, 1, 1))
        models.SalaryIncrement.objects.create(**of, starts_on=date(2025, 5, 1), service_years=4, decree="KGB/77")
        models.YearlyPredicate.objects.create(**of, year=2025, result=2, behaviour=2, predicate=2)
        return person


def read_columns(medan):
    """The columns that were written down as read, one entry each."""
    with agency_scope(medan), connection.cursor() as cursor:
        cursor.execute(
            """SELECT v.change::json ->> 'columns' FROM audit_entry e JOIN audit_value v ON v.entry_id = e.id
               WHERE e.agency_id = %s AND e.kind = %s ORDER BY e.id""",
            [medan.pk, AuditEntry.Kind.READ],
        )
        return [row[0] for row in cursor.fetchall()]


def test_why_somebody_left_or_was_on_leave_is_for_few_and_each_look_is_logged(client, medan, gone):
    detail = reverse("employee-detail", args=[gone.pk])
    tab = reverse("employee-history", args=[gone.pk, "penugasan"])
    derived = reverse("employee-derived", args=[gone.pk])
    api = "/api/v1/employees/?history=true", "/api/v1/unpaid-leaves/?history=true"
    client.force_login(user_with(medan, "auditor"))
    for address in (detail, tab, derived):
        assert ILL not in client.get(address).content.decode(), address
    for address in api:
        assert "reason" not in client.get(address).json()["results"][0], address
        assert ILL not in client.get(address).content.decode()
    assert "tertutup" in client.get(tab).content.decode(), "that there is a reason is said"
    assert not [columns for columns in read_columns(medan) if "reason" in columns]

    client.force_login(user_with(medan, "staf_bkd"))
    for address in (detail, tab, derived, *api):
        before = len([columns for columns in read_columns(medan) if "reason" in columns])
        assert ILL in client.get(address).content.decode(), address
        assert len([columns for columns in read_columns(medan) if "reason" in columns]) == before + 1, address

    before = len(read_columns(medan))
    client.force_login(user_with(medan, "pegawai", nip=gone.nip))
    assert ILL in client.get(tab).content.decode(), "the own file"
    assert len(read_columns(medan)) == before


def test_who_may_not_read_a_reason_corrects_the_row_and_the_reason_stays(client, medan, gone):
    with agency_scope(medan):
        row = models.UnpaidLeave.objects.get()
        page = reverse("history-edit", args=["cltn", row.pk])
    client.force_login(user_with(medan, "admin_unit", gone.unit))
    assert 'name="reason"' not in client.get(page).content.decode()
    facts = {"starts_on": "2023-02-01", "ends_on": "2023-12-31", "decree": "C/2", "why": "salah-ketik"}
    assert client.post(page, facts).status_code == 302
    with agency_scope(medan):
        row = models.UnpaidLeave.objects.get()
    assert (row.reason, row.decree) == (ILL, "C/2")


def test_increments_and_salary_are_for_who_holds_view_salary(client, medan, gone):
    tab = reverse("employee-history", args=[gone.pk, "kepegawaian"])
    client.force_login(user_with(medan, "bagian_organisasi"))
    page = client.get(tab).content.decode()
    assert "riwayat-golongan" in page
    assert "riwayat-kgb" not in page
    assert client.get("/api/v1/increments/").status_code == 403
    assert "Gaji pokok" not in client.get(reverse("employee-derived", args=[gone.pk])).content.decode()

    client.force_login(user_with(medan, "pyb"))
    assert "KGB/77" in client.get(tab).content.decode()
    assert "Gaji pokok" in client.get(reverse("employee-derived", args=[gone.pk])).content.decode()
    assert client.get("/api/v1/increments/?history=true").json()["results"]
    assert len([columns for columns in read_columns(medan) if "service_years" in columns]) == 2


def test_looks_at_predicates_of_others_are_logged_in_every_door(client, medan, gone):
    client.force_login(user_with(medan, "admin_daerah"))
    with agency_scope(medan):
        row = models.YearlyPredicate.objects.get().pk
    doors = (
        reverse("employee-history", args=[gone.pk, "kinerja"]), "/api/v1/predicates/",
        "/admin/positions/yearlypredicate/", f"/admin/positions/yearlypredicate/{row}/change/",
        "/admin/positions/yearlypredicate/?format=csv",
    )  # fmt: skip
    for address in doors:
        before = len([columns for columns in read_columns(medan) if "predicate" in columns])
        answer = client.get(address)
        assert answer.status_code == 200, address
        assert b"".join(answer.streaming_content) if answer.streaming else answer.content
        assert len([columns for columns in read_columns(medan) if "predicate" in columns]) > before, address


def test_documents_ask_what_they_tell(medan):
    asked = dict(models.DocumentKind.objects.values_list("code", "permission"))
    assert asked.items() >= {
        "kesehatan": "view_health", "sk_kgb": "view_salary", "evaluasi": "view_assessment",
        "skp": "view_assessment",
        "hukdis": "view_discipline", "ktp": "view_nik", "npwp": "view_nik", "kk": "view_family",
    }.items()  # fmt: skip
    holders = {slug for slug, role in ROLES.items() if "view_health" in role.permissions}
    # PyB and PPK as the superiors of BKD (decision 0021): it is nobody else's.
    assert holders == {"staf_bkd", "admin_daerah", *SUPERIORS}
    # Who makes the letters of increments, or gives the roles that read salaries, reads them.
    for slug, role in ROLES.items():
        if role.permissions & {"manage_agenda", "manage_roles"}:
            assert "view_salary" in role.permissions, slug


def test_the_migration_encrypts_what_stands_in_the_clear(medan, gone):
    moved = import_module("positions.migrations.0035_own_permissions")
    with agency_scope(medan), connection.cursor() as cursor:
        for table, column in moved.TEXTS:
            clear = f"UPDATE {table} SET {column} = 'Terang', {column}_hash = '' WHERE agency_id = %s"
            cursor.execute(clear, [medan.pk])
            moved._encrypt(cursor, medan.pk, table, column)
            cursor.execute(f"SELECT {column} FROM {table} WHERE agency_id = %s", [medan.pk])
            assert all(row[0].startswith("1.") for row in cursor.fetchall())
        gone.refresh_from_db()
        leave = models.UnpaidLeave.objects.get()
        assert (gone.exit_reason, leave.reason) == ("Terang", "Terang")
        assert gone.exit_reason_hash == leave.reason_hash != ""
