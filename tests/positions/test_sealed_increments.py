"""Increments: with rank and table the service in scale gives the salary, so neither it nor the letter is in clear."""

from datetime import date
from importlib import import_module
from io import BytesIO
from types import SimpleNamespace

import pytest
from django.core.exceptions import FieldError, ValidationError
from django.core.management import call_command
from django.db import connection
from django.urls import reverse

from asnhr.audit import compare, opening
from asnhr.errors import RuleBroken
from asnhr.imports import framework
from asnhr.imports.framework import Options
from asnhr.models import AuditEntry, ImportJob
from asnhr.privacy import owndata
from asnhr.scope import agency_scope
from positions.imports import increments
from positions.models import SalaryIncrement
from positions.queries import agenda
from positions.rules import agenda as rules
from positions.services import histories
from positions.services.histories import KINDS
from tests import api_world
from tests.factories import positions as make
from tests.roles import user_with, with_access

pytestmark = pytest.mark.django_db
TABLE = SalaryIncrement._meta.db_table
# Nothing else in these rows or in the trail is written so.
LETTER, SIGNED = "KGB-ZQ/7731", date(2019, 7, 23)
FACTS = {"starts_on": date(2024, 3, 1), "service_years": 33, "service_months": 8, "decree": LETTER, "decree_on": SIGNED}


@pytest.fixture
def medan():
    agency = api_world.medan()
    with agency_scope(agency):
        agency.unit = make.UnitFactory(agency=agency)
        # Old enough for such a service in scale.
        old = {"agency": agency, "unit": agency.unit, "birth_date": date(1968, 1, 1)}
        agency.people = [make.EmployeeFactory(**old, rank=31) for _n in range(2)]
    return agency


def granted(agency, person=0, **facts):
    return SalaryIncrement.objects.create(agency=agency, employee=agency.people[person], **FACTS | facts)


def as_text(cursor):
    cursor.execute(f"SELECT (to_jsonb(t) - 'id' - 'agency_id' - 'employee_id')::text FROM {TABLE} t ORDER BY id")
    return [row for (row,) in cursor.fetchall()]


def whole(agency):
    return [each for each in compare.compare(agency) if each.table == TABLE] == []


def test_the_table_and_the_trail_hold_neither_service_nor_letter(medan):
    with agency_scope(medan), connection.cursor() as cursor:
        row = granted(medan)
        row.service_years = 34
        row.save()
        cursor.execute(
            "SELECT string_agg(v.change, ' ') FROM audit_value v JOIN audit_entry e ON e.id = v.entry_id"
            " WHERE e.table_name = %s",
            [TABLE],
        )
        (trail,) = cursor.fetchone()
        cursor.execute(f"SELECT service_years, service_months, decree, decree_on FROM {TABLE}")
        assert all(token.startswith("1.") for token in cursor.fetchone())
        for text in (*as_text(cursor), trail):
            for said in (LETTER, SIGNED.isoformat(), '"33"', '"34"', ",33,", ",34,", ": 34"):
                assert said not in text, said
            assert "2024-03-01" in text, "the day is nobody's salary"
        read = SalaryIncrement.objects.get()
        assert (read.service_years, read.service_months, read.decree, read.decree_on) == (34, 8, LETTER, SIGNED)
        assert whole(medan)


def test_equal_steps_of_two_people_do_not_look_alike(medan):
    with agency_scope(medan), connection.cursor() as cursor:
        for person in (0, 1):
            granted(medan, person)
        for name in ("service_years", "service_months", "decree", "decree_on"):
            cursor.execute(f"SELECT count(DISTINCT {name}_hash), count(DISTINCT {name}) FROM {TABLE}")
            assert cursor.fetchone() == (2, 2), name


def test_nobody_asks_the_database_for_a_step(medan):
    with agency_scope(medan):
        with pytest.raises(FieldError):
            SalaryIncrement.objects.filter(service_years=4).exists()
        with pytest.raises(FieldError):
            SalaryIncrement.objects.filter(service_years__gte=4).exists()


@pytest.mark.parametrize(
    ("facts", "said"),
    [({"service_months": 12}, "Bulan MKG paling banyak 11."), ({"service_years": 61}, "Tahun MKG paling banyak 60.")],
)
def test_what_the_constraints_said_is_refused_at_every_door(facts, said, medan):
    officer = user_with(medan, "staf_bkd")
    with agency_scope(medan, officer.pk):
        with_access(officer, medan)
        person = medan.people[0]
        row = SalaryIncrement(agency=medan, employee=person, **FACTS | facts)
        with pytest.raises(ValidationError, match=said):
            row.save()
        with pytest.raises(ValidationError, match=said):
            SalaryIncrement.objects.bulk_create([row])
        with pytest.raises(RuleBroken, match=said):
            histories.add(actor=officer, employee=person, kind=KINDS["kgb"], facts=FACTS | facts)
        right = histories.add(actor=officer, employee=person, kind=KINDS["kgb"], facts=FACTS)
        with pytest.raises(RuleBroken, match=said):
            histories.correct(actor=officer, row=right, why="salah-ketik", facts=facts)
        with pytest.raises(RuleBroken, match="sudah tercatat"):
            histories.add(actor=officer, employee=person, kind=KINDS["kgb"], facts=FACTS | {"service_years": 2})


def test_the_book_counts_from_the_newest_increment_in_one_query_more(medan, django_assert_num_queries):
    with agency_scope(medan):
        for person in (0, 1):
            granted(medan, person, starts_on=date(2020, 3, 1), service_years=6, service_months=0)
            granted(medan, person, starts_on=date(2022, 3, 1), service_years=8, service_months=3)
        granted(medan, 0, starts_on=date(2027, 1, 1), service_years=9)
        # Jobs, sanctions, predicates, increments.
        with django_assert_num_queries(4):
            values = agenda.arguments(agency_id=medan.pk, day=date(2026, 1, 1), settings=rules.Settings())
    found = zip(values["granted_people"], values["granted_days"], values["granted_months"], strict=True)
    assert sorted(found) == sorted((person.pk, date(2022, 3, 1), 99) for person in medan.people)


# Imports


HEAD = "NIP;TMT KGB;MKG TAHUN;MKG BULAN;GAJI POKOK;NOMOR SK;TANGGAL SK\n"


def load(agency, text, **options):
    file = BytesIO(text.encode())
    file.name = "kgb.csv"
    given = Options(today=date(2026, 11, 23), **options)
    return framework.run(increments.SalaryIncrementImporter, file, agency_id=agency.pk, options=given)


def test_an_import_stages_and_writes_tokens_that_the_forms_would_write(medan, monkeypatch):
    staged = []
    plan = increments.SalaryIncrementImporter.plan

    def looked(self, cursor):
        cursor.execute("SELECT to_jsonb(s)::text FROM import_row s")
        staged.extend(row for (row,) in cursor.fetchall())
        return plan(self, cursor)

    monkeypatch.setattr(increments.SalaryIncrementImporter, "plan", looked)
    one, two = medan.people
    text = f"{HEAD}{one.nip};01-03-2024;33;8;;{LETTER};23-07-2019\n{two.nip};01-03-2024;33;;;{LETTER};23-07-2019\n"

    assert load(medan, text).plan["new"] == 2

    assert len(staged) == 2
    for row in staged:
        assert LETTER not in row
        assert "2019-07-23" not in row
        assert '"33"' not in row
        assert ": 33" not in row
    with agency_scope(medan):
        first, second = SalaryIncrement.objects.order_by("pk")
        assert [row.service_months for row in (first, second)] == [8, 0]
        for row in (first, second):
            kept = {name: getattr(row, name) for name in increments_hashes()}
            row.save()
            assert kept == {name: getattr(row, name) for name in increments_hashes()}
        assert whole(medan)


def increments_hashes():
    return [field.name for field in SalaryIncrement._meta.local_fields if field.name.endswith("_hash")]


def test_a_file_that_says_more_is_a_change_and_another_value_a_correction(medan):
    one = medan.people[0]
    with agency_scope(medan):
        SalaryIncrement.objects.create(agency=medan, employee=one, starts_on=date(2024, 3, 1), service_years=4)
    same = load(medan, f"{HEAD}{one.nip};01-03-2024;4;;;;\n").plan
    assert (same["unchanged"], same["changed"], same["corrections"]) == (1, 0, 0)

    more = load(medan, f"{HEAD}{one.nip};01-03-2024;4;6;;{LETTER};\n")
    assert (more.plan["changed"], more.plan["corrections"]) == (1, 0)
    # Only what changes is listed, and not how.
    assert {(line["field"], line["before"], line["after"]) for line in more.details["changed"]} == {
        ("service_months", "…", "…"), ("decree", "…", "…"),
    }  # fmt: skip
    asked = load(medan, f"{HEAD}{one.nip};01-03-2024;5;6;;{LETTER};\n")
    assert (asked.plan["corrections"], asked.written) == (1, False)
    assert load(medan, f"{HEAD}{one.nip};01-03-2024;5;6;;{LETTER};\n", confirm_corrections=True).written
    with agency_scope(medan):
        row = SalaryIncrement.objects.get()
        assert (row.service_years, row.service_months, row.decree) == (5, 6, LETTER)
        assert whole(medan)


def test_the_report_of_a_file_repeats_no_step_and_no_salary(medan):
    one = medan.people[0]
    text = f"{HEAD}{one.nip};01-03-2024;9;77;;;\n{one.nip};01-03-2025;8;0;1234567;;\n{one.nip};01-03-2026;61;0;;;\n"
    found = load(medan, text, skip_rejected=True)

    told = {(problem.row, problem.code): problem.value for row in found.rows for problem in row.problems}
    assert told[2, "MASA_KERJA"] == told[4, "MASA_KERJA"] == told[3, "GAJI_TABEL"] == "…"
    assert {value for (_row, code), value in told.items() if code == "MKG_TURUN"} == {""}
    assert not {"77", "61", "1234567"} & {str(value) for row in found.rows for value in str(row.as_json()).split("'")}


def test_imports_of_increments_are_for_who_may_import_them(client, medan):
    with agency_scope(medan):
        job = ImportJob.objects.create(agency=medan, kind="increments", filename="kgb.csv", stored_as="x")
        for role, seen in (("staf_bkd", True), ("admin_daerah", True), ("bagian_organisasi", False)):
            user = with_access(user_with(medan, role, username=role), medan)
            assert ImportJob.objects.visible_to(user).filter(pk=job.pk).exists() == seen, role


# Doors


def test_page_api_and_admin_read_and_correct_it(client, medan):
    with agency_scope(medan):
        row = granted(medan)
    client.force_login(user_with(medan, "admin_daerah"))
    listed = client.get("/api/v1/increments/?history=true").json()["results"]
    assert (listed[0]["service_years"], listed[0]["decree"], listed[0]["decree_on"]) == (33, LETTER, "2019-07-23")
    assert client.get("/api/v1/increments/?order=service_years").status_code == 400
    changed = client.patch(
        f"/api/v1/increments/{row.pk}/", {"service_years": 32, "why": "salah-ketik"}, content_type="application/json"
    )
    assert changed.json()["service_years"] == 32
    refused = client.patch(
        f"/api/v1/increments/{row.pk}/", {"service_months": 12, "why": "salah-ketik"}, content_type="application/json"
    )
    assert refused.status_code == 409
    for query in ({}, {"o": "3"}, {"o": "-5"}, {"format": "csv"}):
        answer = client.get(reverse("admin:positions_salaryincrement_changelist"), query)
        text = b"".join(answer if answer.streaming else [answer.content]).decode()
        assert LETTER in text, query
    page = client.get(reverse("admin:positions_salaryincrement_change", args=[row.pk])).text
    assert LETTER in page
    tab = client.get(reverse("employee-history", args=[medan.people[0].pk, "kepegawaian"])).text
    assert LETTER in tab


def test_the_admin_finds_an_increment_by_its_letter_in_scope_only(client, medan, django_assert_max_num_queries):
    with agency_scope(medan):
        other = make.UnitFactory(agency=medan)
        elsewhere = make.EmployeeFactory(agency=medan, unit=other, rank=31)
        mine = granted(medan)
        granted(medan, 1, decree="822.4/15 CONTOH")
        theirs = SalaryIncrement.objects.create(agency=medan, employee=elsewhere, **FACTS)
    url = reverse("admin:positions_salaryincrement_changelist")

    def found(text):
        listed = client.get(url, {"q": text})
        return {row.pk for row in listed.context["cl"].result_list}

    client.force_login(user_with(medan, "admin_daerah", username="daerah"))
    for text in (LETTER, "kgb zq 7731", "7731", "ZQ/77"):
        assert found(text) == {mine.pk, theirs.pk}, text
    assert found(mine.employee.name) >= {mine.pk}
    assert found(mine.employee.nip) == {mine.pk}
    assert found("KGB-XX/1") == found("77319") == set()
    sent = client.get(url, {"q": LETTER, "format": "csv"})
    assert b"".join(sent).decode().count(LETTER) == 2
    with django_assert_max_num_queries(15):
        client.get(url, {"q": LETTER})
    client.force_login(user_with(medan, "admin_unit", medan.unit, username="unit"))
    assert found(LETTER) == {mine.pk}
    client.force_login(user_with(api_world.jambi(), "admin_daerah", username="jambi"))
    assert found(LETTER) == set()


def test_two_roles_open_what_left_and_its_hash_proves_it(medan):
    officer, chief = (user_with(medan, role, username=role) for role in ("staf_bkd", "ppk"))
    with agency_scope(medan, officer.pk):
        officer, chief = with_access(officer, medan), with_access(chief, medan)
        row = granted(medan)
        pk = row.pk
        row.service_years = 32
        row.save()
        row.delete()
        asked = opening.request_opening(actor=officer, table=TABLE, object_id=pk, purpose="sengketa")
        opening.decide(actor=chief, opening=asked, approve=True, reason="dasar-cukup")
        asked.refresh_from_db()
        values = opening.open_values(actor=officer, opening=asked)
    assert {(each.column, each.value) for each in values} == {
        ("service_years", "33"), ("service_years", "32"), ("service_months", "8"), ("decree", LETTER),
        ("decree_on", "2019-07-23"),
    }  # fmt: skip
    assert all(each.proven for each in values)


def test_the_own_copy_tells_it_and_no_hash(medan):
    with agency_scope(medan):
        granted(medan)
        found = {each["table"]: each for each in owndata.sections(medan, medan.people[0].nip, 0)}
    section = found["positions.SalaryIncrement"]
    (row,) = section["rows"]
    assert {33, 8, LETTER, SIGNED} <= set(row)
    assert not [name for name in section["columns"] if "sidik" in name.lower()]


def test_a_past_day_leaves_out_what_was_granted_later(medan, client):
    with agency_scope(medan):
        granted(medan)
        granted(medan, starts_on=date(2025, 3, 1), service_years=39, decree="KGB-LATER")
    client.force_login(user_with(medan, "staf_bkd"))
    rows = client.get("/api/v1/increments/", {"as_of": "2024-12-31", "history": "true"}).json()["results"]
    assert [(row["service_years"], row["decree"]) for row in rows] == [(33, LETTER)]
    tab = client.get(reverse("employee-history", args=[medan.people[0].pk, "kepegawaian"]), {"as_of": "2024-12-31"})
    assert LETTER in tab.text
    assert "KGB-LATER" not in tab.text


def test_a_new_key_writes_every_token_anew(medan, settings):
    from cryptography.fernet import Fernet

    with agency_scope(medan), connection.cursor() as cursor:
        granted(medan)
        before = as_text(cursor)
        settings.FIELD_KEYS = [Fernet.generate_key().decode(), *settings.FIELD_KEYS]
        call_command("rotate_field_keys")
        cursor.execute(f"SELECT service_years, service_months, decree, decree_on FROM {TABLE}")
        assert not [token for token in cursor.fetchone() if token in before[0]]
        row = SalaryIncrement.objects.get()
        assert (row.service_years, row.service_months, row.decree, row.decree_on) == (33, 8, LETTER, SIGNED)
        assert whole(medan)


# The migration


@pytest.mark.django_db(transaction=True)
def test_the_owners_migration_encrypts_what_stood_in_clear_once(medan, owner_connection):
    moved = import_module("positions.migrations.0053_sealed_increments")
    with agency_scope(medan):
        rows = [granted(medan), granted(medan, 1, decree="", decree_on=None)]
        as_form = [{name: getattr(row, name) for name in increments_hashes()} for row in rows]
    owner_connection.autocommit = False
    with owner_connection, owner_connection.cursor() as cursor:
        # As the release before left them.
        cursor.execute("SELECT set_config('asnhr.agency', %s, true)", [str(medan.pk)])
        cursor.execute(
            f"UPDATE {TABLE} SET service_years = '33', service_months = '8', decree = CASE decree WHEN '' THEN '' ELSE"
            " %s END, decree_on = CASE WHEN decree_on IS NULL THEN NULL ELSE '2019-07-23' END,"
            " service_years_hash = '', service_months_hash = '', decree_hash = '', decree_on_hash = ''",
            [LETTER],
        )
    for _twice in range(2):
        with owner_connection:
            moved.encrypt_rows(None, SimpleNamespace(connection=owner_connection))
    owner_connection.autocommit = True

    with agency_scope(medan), connection.cursor() as cursor:
        read = list(SalaryIncrement.objects.order_by("pk"))
        assert [(row.service_years, row.service_months, row.decree, row.decree_on) for row in read] == [
            (33, 8, LETTER, SIGNED), (33, 8, "", None),
        ]  # fmt: skip
        assert [{name: getattr(row, name) for name in increments_hashes()} for row in read] == as_form
        assert not [text for text in as_text(cursor) if LETTER in text or "2019-07-23" in text]
        assert whole(medan)
        assert AuditEntry.objects.filter(table_name=TABLE, reason="enkripsi kolom").count() == 1
