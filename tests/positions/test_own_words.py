"""What people say to explain a correction, and officers to decide: encrypted, read as the values are, destroyed."""

from datetime import date
from importlib import import_module
from types import SimpleNamespace

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse

from asnhr.audit import compare
from asnhr.crypto import hash_of
from asnhr.models import AuditEntry, AuditValue
from asnhr.scope import agency_scope
from positions import models
from positions.models import ChangeRequest
from positions.services import corrections, retention
from tests import api_world
from tests.factories import positions as make
from tests.positions.test_corrections import (  # noqa: F401  fixtures
    CHILD,
    acting,
    done,
    home,
    medan,
    officer,
    owner,
    person,
    proof,
    propose,
    unit,
)
from tests.roles import user_with

pytestmark = pytest.mark.django_db
SAID, WHY = "Anak angkat kami yang difabel", "Putusan pengadilan belum inkrah"
TABLE = ChangeRequest._meta.db_table


@pytest.fixture
def decided(medan, owner, person, officer):  # noqa: F811
    row = propose(medan, owner, person, "keluarga", CHILD, evidence=[proof("kk")], explanation=SAID)
    return done(medan, officer, corrections.refuse, row, reason=WHY)


def looks(agency, pk):
    with agency_scope(agency):
        rows = AuditValue.objects.filter(agency_id=agency.pk, object_id=pk)
        entries = AuditEntry.objects.filter(kind="baca", table_name=TABLE, pk__in=rows.values("entry_id"))
        return list(entries.order_by("pk").values_list("user__username", flat=True))


def test_the_words_of_a_request_are_for_its_person_and_who_reads_the_target(
    client, medan, unit, person, owner, officer, decided  # noqa: F811
):  # fmt: skip
    page, api = reverse("change-request-detail", args=[decided.pk]), f"/api/v1/change-requests/{decided.pk}/"
    with agency_scope(medan):
        other, colleague = make.UnitFactory(agency=medan), make.EmployeeFactory(agency=medan, unit=unit)
    refused = (
        # Of what is closed to this role it is the only one, so it is not listed.
        (user_with(medan, "admin_daerah", username="daerah"), 404),
        (user_with(medan, "auditor", username="auditor"), 200),
        (user_with(medan, "admin_unit", unit, username="unit"), 200), (user_with(medan, "admin_unit", other), 404),
        (user_with(medan, "pegawai", nip=colleague.nip), 404), (user_with(api_world.jambi(), "staf_bkd"), 404),
    )  # fmt: skip
    for user, status in refused:
        client.force_login(user)
        answer = client.get(page)
        assert answer.status_code == status, user
        told = client.get(api)
        assert told.status_code == status
        for text in (answer.content.decode(), told.content.decode()):
            assert SAID not in text
            assert WHY not in text
        if status == 200:
            assert (told.json()["explanation"], told.json()["reason"]) == (None, None)
    assert looks(medan, decided.pk) == []

    client.force_login(owner)
    assert SAID in client.get(page).content.decode()
    assert WHY in client.get(reverse("change-request-own")).content.decode()
    assert client.get(api).json()["reason"] == WHY
    assert looks(medan, decided.pk) == []
    client.force_login(officer)
    assert WHY in client.get(page).content.decode()
    assert client.get(api).json()["explanation"] == SAID
    assert looks(medan, decided.pk) == ["petugas", "petugas"]


def test_a_look_at_papers_alone_is_written_down_for_what_was_said(client, medan, owner, person, officer):  # noqa: F811
    row = propose(medan, owner, person, "berkas", {}, evidence=[proof("lain")], explanation=SAID)
    client.force_login(officer)

    assert SAID in client.get(reverse("change-request-detail", args=[row.pk])).content.decode()

    assert looks(medan, row.pk) == ["petugas"]


def test_lists_of_requests_say_nothing_of_what_was_said(client, medan, officer, decided):  # noqa: F811
    client.force_login(officer)
    listed = client.get("/api/v1/change-requests/").json()["results"]
    assert [each["id"] for each in listed] == [decided.pk]
    assert not {"explanation", "reason", "before", "proposed"} & listed[0].keys()
    for url in (reverse("change-request-list"), f"{reverse('change-request-list')}?format=csv"):
        answer = client.get(url)
        text = b"".join(answer if answer.streaming else [answer.content]).decode()
        assert "Siti" in text
        assert SAID not in text
        assert WHY not in text
    assert looks(medan, decided.pk) == []


def test_the_admin_shows_neither(client, medan, unit, decided):  # noqa: F811
    client.force_login(user_with(medan, "admin_unit", unit))
    for name, args in (("changelist", []), ("change", [decided.pk])):
        text = client.get(reverse(f"admin:positions_changerequest_{name}", args=args)).content.decode()
        assert "Siti" in text
        assert SAID not in text
        assert WHY not in text


def test_database_and_trail_hold_no_clear_word(medan, decided):  # noqa: F811
    with agency_scope(medan), connection.cursor() as cursor:
        cursor.execute("SELECT explanation || reason FROM positions_changerequest WHERE id = %s", [decided.pk])
        kept = cursor.fetchone()[0]
        cursor.execute("SELECT string_agg(change, ' ') FROM audit_value WHERE object_id = %s", [decided.pk])
        trail = cursor.fetchone()[0]
        cursor.execute("SELECT string_agg(clear, ' ') FROM audit_secret WHERE object_id = %s", [decided.pk])
        apart_kept = cursor.fetchone()[0] or ""
        assert not AuditEntry.objects.filter(reason__contains=WHY).exists()
        row = ChangeRequest.objects.get(pk=decided.pk)
        assert (row.explanation, row.reason) == (SAID, WHY)
        differing = [each for each in compare.compare(medan) if each.table == TABLE]
    for text in (kept, trail, apart_kept):
        assert SAID not in text
        assert WHY not in text
    assert differing == []


def test_what_was_decided_keeps_its_words_until_their_time_is_over(medan, decided, officer):  # noqa: F811
    rows = ChangeRequest.objects.filter(pk=decided.pk)
    with agency_scope(medan):
        for change in ({"reason": "lain", "reason_hash": "x"}, {"explanation_hash": "x"}):
            with pytest.raises(IntegrityError, match="tidak diubah lagi"), transaction.atomic():
                rows.update(**change)
        with pytest.raises(IntegrityError, match="emptied_once_decided"), transaction.atomic():
            rows.update(emptied_at="2026-11-22T00:00Z")
        due = retention.REQUESTS.due(medan.pk, date(2036, 1, 1))
        assert list(due.values_list("pk", flat=True)) == [decided.pk]
        retention.REQUESTS.destroy(medan, [decided.pk], officer, "masa simpan")
        row = rows.get()
        assert (row.before, row.proposed, row.explanation, row.reason, row.state) == ("", "", "", "", "ditolak")
        assert not retention.REQUESTS.due(medan.pk, date(2036, 1, 1)).exists()
        with pytest.raises(IntegrityError, match="tidak diubah lagi"), transaction.atomic():
            rows.update(emptied_at=None)
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM audit_secret s JOIN audit_entry e ON e.id = s.entry_id"
                " WHERE e.table_name = %s AND s.object_id = %s AND (s.salt IS NOT NULL OR s.clear IS NOT NULL)",
                [TABLE, decided.pk],
            )
            assert cursor.fetchone() == (0,)


def test_a_new_key_writes_the_words_of_decided_requests_anew(medan, decided, settings):  # noqa: F811
    from cryptography.fernet import Fernet
    from django.core.management import call_command

    settings.FIELD_KEYS = [Fernet.generate_key().decode(), *settings.FIELD_KEYS]
    with agency_scope(medan), connection.cursor() as cursor:
        statement = "SELECT explanation, reason FROM positions_changerequest WHERE id = %s"
        cursor.execute(statement, [decided.pk])
        before = cursor.fetchone()
        call_command("rotate_field_keys")
        cursor.execute(statement, [decided.pk])
        after = cursor.fetchone()
        row = ChangeRequest.objects.get(pk=decided.pk)
    assert all(old != new for old, new in zip(before, after, strict=True))
    assert (row.explanation, row.reason) == (SAID, WHY)


def test_the_migration_encrypts_what_stood_in_clear_once(medan, owner, person, decided):  # noqa: F811
    moved = import_module("positions.migrations.0047_own_words_encrypted")
    waiting = propose(medan, owner, person, explanation="Nomor lama mati")
    read = "SELECT explanation FROM positions_changerequest ORDER BY id"

    with agency_scope(medan), connection.cursor() as cursor:

        def kept():
            for table, name in moved.TOKENS:
                moved.encrypt_table(cursor, medan.pk, table, name)
            cursor.execute(read)
            return [token for (token,) in cursor.fetchall()]

        cursor.execute(read)
        before = [token for (token,) in cursor.fetchall()]
        # As the release before wrote it.
        cursor.execute(
            "UPDATE positions_changerequest SET explanation = 'Jelas', explanation_hash = '' WHERE id = %s",
            [waiting.pk],
        )
        after = kept()

        assert kept() == after
        assert after[0] == before[0]
        assert "Jelas" not in after[1]
        assert ChangeRequest.objects.get(pk=waiting.pk).explanation == "Jelas"
        assert [each for each in compare.compare(medan) if each.table == TABLE] == []


@pytest.mark.django_db(transaction=True)
def test_the_owners_migration_encrypts_decided_requests_and_remarks(
    medan, person, decided, owner_connection  # noqa: F811
):  # fmt: skip
    moved = import_module("positions.migrations.0047_own_words_encrypted")
    with agency_scope(medan):
        standing = models.StandingRecord.objects.create(
            agency=medan, employee=person, standing="91", starts_on=date(2022, 1, 1)
        )
    owner_connection.autocommit = False
    with owner_connection, owner_connection.cursor() as cursor:
        # As the release before left them.
        cursor.execute("ALTER TABLE positions_changerequest DISABLE TRIGGER change_request_guard")
        cursor.execute("SELECT set_config('asnhr.agency', %s, true)", [str(medan.pk)])
        cursor.execute("UPDATE positions_changerequest SET reason = 'Belum inkrah', reason_hash = ''")
        cursor.execute("UPDATE positions_standingrecord SET note = 'Divonis', note_hash = ''")
        cursor.execute("ALTER TABLE positions_changerequest ENABLE TRIGGER change_request_guard")
    with owner_connection:
        moved.encrypt_rows(None, SimpleNamespace(connection=owner_connection))
    owner_connection.autocommit = True

    with agency_scope(medan), connection.cursor() as cursor:
        row, remark = ChangeRequest.objects.get(pk=decided.pk), models.StandingRecord.objects.get(pk=standing.pk)
        assert (row.explanation, row.reason, remark.note) == (SAID, "Belum inkrah", "Divonis")
        cursor.execute("SELECT note, note_hash FROM positions_standingrecord")
        token, told = cursor.fetchone()
        assert "Divonis" not in token
        assert told == hash_of("Divonis")
        assert [each for each in compare.compare(medan) if each.table in (TABLE, "positions_standingrecord")] == []
        assert AuditEntry.objects.filter(table_name=TABLE, reason="enkripsi kolom").exists()
        with pytest.raises(IntegrityError, match="tidak diubah lagi"), transaction.atomic():
            ChangeRequest.objects.filter(pk=decided.pk).update(state="diterima")
