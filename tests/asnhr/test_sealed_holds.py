"""Holds: on what basis, why, and why no more tells of a lawsuit, so it is encrypted and the trail has its hashes."""

from datetime import date
from importlib import import_module
from types import SimpleNamespace

import pytest
from django.core.exceptions import FieldError
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.urls import reverse

from asnhr.audit import compare
from asnhr.crypto import hash_of
from asnhr.models import AuditEntry, LegalHold, RoleAssignment
from asnhr.privacy import retention
from asnhr.scope import agency_scope
from tests import api_world
from tests.factories.positions import EmployeeFactory
from tests.roles import user_with, with_access

pytestmark = pytest.mark.django_db
TABLE = "asnhr_legalhold"
NIP = "198001012005011234"
TEXTS = {"basis": "Perkara 12/G/2026/PTUN", "reason": "Gugatan cerai", "lifted_reason": "Putusan inkrah"}


@pytest.fixture
def medan():
    return api_world.medan()


@pytest.fixture
def lifted(medan):
    pdp = user_with(medan, "petugas_pdp", username="pdp")
    with agency_scope(medan, pdp.pk):
        EmployeeFactory(agency=medan, nip=NIP)
        with_access(pdp, medan)
        row = retention.hold(actor=pdp, agency=medan, nip=NIP, basis=TEXTS["basis"], reason=TEXTS["reason"])
        return retention.lift(actor=pdp, hold=row, reason=TEXTS["lifted_reason"])


def whole(agency):
    return [each for each in compare.compare(agency) if each.table == TABLE] == []


def kept(cursor):
    cursor.execute(
        f"SELECT to_jsonb(t)::text FROM {TABLE} t UNION ALL"
        f" SELECT v.change FROM audit_value v JOIN audit_entry e ON e.id = v.entry_id WHERE e.table_name = '{TABLE}'"
        " UNION ALL SELECT coalesce(s.clear, '') FROM audit_secret s JOIN audit_entry e ON e.id = s.entry_id"
        f" WHERE e.table_name = '{TABLE}'"
    )
    return [text for (text,) in cursor.fetchall()]


def test_rows_and_trail_hold_nothing_of_the_texts(medan, lifted):
    with agency_scope(medan), connection.cursor() as cursor:
        found = kept(cursor)
        assert any(NIP in text for text in found)
        for text in TEXTS.values():
            assert not [each for each in found if text in each]
        row = LegalHold.objects.get()
        for name, text in TEXTS.items():
            assert getattr(row, name) == text
            assert getattr(row, f"{name}_hash") == hash_of(text)
        assert whole(medan)


def test_the_database_asks_only_whether_there_is_a_text(medan, lifted):
    with agency_scope(medan):
        with pytest.raises(FieldError):
            LegalHold.objects.filter(basis__icontains="PTUN").exists()
        for change in ({"basis": ""}, {"reason": ""}, {"lifted_reason": ""}):
            with pytest.raises(IntegrityError, match="legal_hold_"), transaction.atomic():
                LegalHold.objects.filter(pk=lifted.pk).update(**change)


def test_who_looks_after_personal_data_reads_them_and_nobody_else(client, medan, lifted):
    doors = {
        "page": "/data-pribadi/penahanan/", "file": "/data-pribadi/penahanan/?format=csv",
        "api": "/api/v1/legal-holds/",
    }  # fmt: skip
    for agency, role, reads in (
        (medan, "petugas_pdp", True), (medan, "auditor", True), (medan, "admin_daerah", False),
        (medan, "staf_bkd", False), (medan, "pegawai", False), (api_world.jambi(), "petugas_pdp", False),
    ):  # fmt: skip
        client.force_login(user_with(agency, role, username=f"{role}-{agency.pk}"))
        for name, url in doors.items():
            answer = client.get(url)
            text = b"".join(answer if answer.streaming else [answer.content]).decode()
            assert (TEXTS["basis"] in text) == reads, (role, name)
            assert (TEXTS["reason"] in text) == reads, (role, name)


def test_the_admin_and_the_history_name_a_hold_by_its_number(client, medan, lifted):
    client.force_login(user_with(medan, "auditor"))
    told = client.get(f"/riwayat/{TABLE}/{lifted.pk}/").text
    assert "nilai rahasia" in told
    found = client.get("/jejak/", {"q": NIP}).text
    for text in TEXTS.values():
        assert text not in told
        assert text not in found
    both = user_with(medan, "admin_daerah", username="dua")
    with agency_scope(medan):
        RoleAssignment.objects.create(agency=medan, user=both, role="auditor", starts_on=date(2020, 1, 1))
    client.force_login(both)
    assert TEXTS["basis"] in client.get(reverse("admin:asnhr_legalhold_changelist")).text
    page = client.get(reverse("admin:asnhr_legalhold_change", args=[lifted.pk])).text
    assert TEXTS["reason"] in page
    client.force_login(user_with(medan, "admin_daerah"))
    assert client.get(reverse("admin:asnhr_legalhold_changelist")).status_code == 403


def test_a_new_key_writes_the_tokens_anew(medan, lifted, settings):
    from cryptography.fernet import Fernet

    with agency_scope(medan), connection.cursor() as cursor:
        cursor.execute(f"SELECT basis, reason, lifted_reason FROM {TABLE}")
        before = cursor.fetchone()
        settings.FIELD_KEYS = [Fernet.generate_key().decode(), *settings.FIELD_KEYS]
        call_command("rotate_field_keys")
        cursor.execute(f"SELECT basis, reason, lifted_reason FROM {TABLE}")
        assert not set(before) & set(cursor.fetchone())
        row = LegalHold.objects.get()
        assert {name: getattr(row, name) for name in TEXTS} == TEXTS
        assert whole(medan)


@pytest.mark.django_db(transaction=True)
def test_the_owners_migration_encrypts_what_stood_in_clear_once(medan, lifted, owner_connection):
    moved = import_module("asnhr.migrations.0032_sealed_holds")
    with agency_scope(medan):
        waiting = LegalHold.objects.create(
            agency=medan, nip="199001012015011234", basis="x", reason="x", placed_by=lifted.placed_by
        )
    owner_connection.autocommit = False
    with owner_connection, owner_connection.cursor() as cursor:
        # As the release before left them: the basis in clear in the trail, too.
        cursor.execute("SELECT set_config('asnhr.agency', %s, true)", [str(medan.pk)])
        cursor.execute(
            "SELECT audit_attach(%s::regclass, 'full', %s::text[], %s::text[])",
            [TABLE, ["reason", "lifted_reason"], [f"{name}_hash" for name in TEXTS]],
        )
        cursor.execute(
            f"UPDATE {TABLE} SET basis = %s, reason = %s,"
            " lifted_reason = CASE lifted_reason WHEN '' THEN '' ELSE %s END,"
            " basis_hash = '', reason_hash = '', lifted_reason_hash = ''",
            list(TEXTS.values()),
        )
        cursor.execute("SELECT max(id) FROM audit_entry")
        (last,) = cursor.fetchone()
    for _twice in range(2):
        with owner_connection:
            moved.attach(None, SimpleNamespace(connection=owner_connection))
            moved.encrypt_rows(None, SimpleNamespace(connection=owner_connection))
    owner_connection.autocommit = True

    with agency_scope(medan), connection.cursor() as cursor:
        rows = {row.pk: {name: getattr(row, name) for name in TEXTS} for row in LegalHold.objects.all()}
        assert rows == {lifted.pk: TEXTS, waiting.pk: TEXTS | {"lifted_reason": ""}}
        cursor.execute(f"SELECT string_agg(to_jsonb(t)::text, ' ') FROM {TABLE} t")
        stored = cursor.fetchone()[0]
        cursor.execute(
            "SELECT string_agg(v.change || coalesce(s.clear, ''), ' ') FROM audit_value v"
            " LEFT JOIN audit_secret s ON s.entry_id = v.entry_id AND s.object_id = v.object_id WHERE v.entry_id > %s",
            [last],
        )
        written = cursor.fetchone()[0]
        for text in TEXTS.values():
            assert text not in stored
            assert text not in written
        assert whole(medan)
        assert AuditEntry.objects.filter(table_name=TABLE, reason="enkripsi kolom").count() == 1
