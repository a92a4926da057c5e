"""Why a value is looked at or opened stands in the chain for ever: as a code of a list; the rest is encrypted."""

from datetime import date
from importlib import import_module
from types import SimpleNamespace

import pytest
from django.db import connection
from django.urls import reverse

from asnhr.audit import compare, opening, purposes
from asnhr.errors import NotAllowed, RuleBroken
from asnhr.models import AuditEntry, AuditOpening, AuditValue, RoleAssignment
from asnhr.scope import agency_scope
from positions.models import Employee
from positions.services import identity
from tests import api_world
from tests.factories.positions import EmployeeFactory, UnitFactory
from tests.roles import user_with, with_access

pytestmark = pytest.mark.django_db
NIK = "1271010101700001"
SAID, WHY = "Dirawat karena depresi", "Hukdis berat 862/9"
TABLE = "audit_opening"


@pytest.fixture
def medan():
    agency = api_world.medan()
    with agency_scope(agency):
        agency.unit = UnitFactory(agency=agency)
        agency.person = EmployeeFactory(agency=agency, unit=agency.unit, name="Budi", phone="0811", nik=NIK)
        Employee.objects.filter(pk=agency.person.pk).update(phone="0822")
    return agency


@pytest.fixture
def officer(medan):
    return acting(medan, "staf_bkd", "petugas")


@pytest.fixture
def chief(medan):
    return acting(medan, "ppk", "kepala")


def acting(agency, role, name):
    user = user_with(agency, role, username=name)
    with agency_scope(agency):
        return with_access(user, agency)


def asked_by(agency, officer, **said):
    with agency_scope(agency, officer.pk):
        return opening.request_opening(
            actor=officer, table="positions_employee", object_id=agency.person.pk,
            **{"purpose": "sengketa", "note": SAID} | said,
        )  # fmt: skip


def decided_by(agency, chief, asked, **said):
    with agency_scope(agency, chief.pk):
        given = {"approve": True, "reason": "dasar-cukup", "note": WHY} | said
        opening.decide(actor=chief, opening=asked, **given)
        asked.refresh_from_db()
        return asked


def test_what_is_said_beside_the_codes_is_in_clear_nowhere(medan, officer, chief):
    asked = decided_by(medan, chief, asked_by(medan, officer))
    with agency_scope(medan), connection.cursor() as cursor:
        cursor.execute("SELECT to_jsonb(o)::text FROM audit_opening o")
        (kept,) = cursor.fetchone()
        cursor.execute("SELECT string_agg(change, ' ') FROM audit_value")
        (trail,) = cursor.fetchone()
        cursor.execute("SELECT coalesce(string_agg(clear, ' '), '') FROM audit_secret")
        (apart,) = cursor.fetchone()
        for text in (kept, trail, apart):
            assert SAID not in text
            assert WHY not in text
        assert '"sengketa"' in kept
        assert "dasar-cukup" in trail
        assert (asked.note, asked.decision_note) == (SAID, WHY)
        assert [each for each in compare.compare(medan) if each.table == TABLE] == []


@pytest.mark.parametrize("text", ["Dirawat karena depresi", "lama", "", " "])
def test_a_purpose_is_chosen_and_not_written(text, medan, officer):
    with pytest.raises(RuleBroken):
        asked_by(medan, officer, purpose=text)
    with agency_scope(medan, officer.pk), pytest.raises(RuleBroken):
        identity.read_nik(actor=officer, employee=medan.person, purpose=text)
    with agency_scope(medan):
        assert not AuditEntry.objects.filter(kind="baca").exists()


@pytest.mark.parametrize(
    ("approve", "reason"),
    [(True, "sah"), (True, "cara-lain"), (False, "dasar-cukup"), (True, "lama"), (False, " ")],
)
def test_a_verdict_has_a_reason_that_goes_with_it(approve, reason, medan, officer, chief):
    asked = asked_by(medan, officer)
    with pytest.raises(RuleBroken):
        decided_by(medan, chief, asked, approve=approve, reason=reason)
    with agency_scope(medan):
        asked.refresh_from_db()
    assert (asked.verdict, asked.reason) == ("menunggu", "")


def test_pages_show_words_and_the_remark_to_who_asked_and_who_decides(medan, officer, client):
    client.force_login(officer)
    form = client.get(reverse("audit-opening-new")).text
    assert '<option value="penegak-hukum">' in form
    assert 'value="lama"' not in form
    facts = {"table": "positions_employee", "object_id": medan.person.nip}
    assert client.post(reverse("audit-opening-new"), facts | {"purpose": SAID}).status_code == 422
    made = client.post(reverse("audit-opening-new"), facts | {"purpose": "sengketa", "note": SAID})
    page = made["Location"]
    words = "Pengaduan, keberatan, atau sengketa pegawai"
    for text in (client.get(page).text, client.get(reverse("audit-openings")).text):
        assert words in text
    assert SAID in client.get(page).text

    client.force_login(user_with(medan, "ppk"))
    assert SAID in client.get(page).text
    wrong = client.post(page, {"approve": "tolak", "reason": "dasar-cukup"})
    assert wrong.status_code == 422
    assert "Alasan ini tidak sesuai dengan keputusannya." in wrong.text
    assert client.post(page, {"approve": "setuju", "reason": "dasar-cukup", "note": WHY}).status_code == 302

    client.force_login(user_with(medan, "auditor"))
    seen = client.get(page).text
    listed = client.get(reverse("audit-openings")).text
    file = b"".join(client.get(reverse("audit-openings"), {"format": "csv"}).streaming_content).decode()
    assert words in seen
    assert "Dasar permintaannya cukup" in seen
    for text in (seen, listed, file):
        assert words in text
        assert SAID not in text
        assert WHY not in text


def test_the_trail_and_the_admin_say_the_words_of_the_code(medan, officer, chief, client):
    asked = decided_by(medan, chief, asked_by(medan, officer))
    with agency_scope(medan, officer.pk):
        opening.open_values(actor=officer, opening=asked)
        identity.read_nik(actor=officer, employee=medan.person, purpose="dukcapil")
    client.force_login(user_with(medan, "auditor"))
    with agency_scope(medan):
        opened, read = (AuditEntry.objects.get(kind=kind).pk for kind in ("buka", "baca"))
        changed = AuditEntry.objects.get(table_name=TABLE, kind="ubah").pk
    for pk, said in (
        (opened, "Pengaduan, keberatan, atau sengketa pegawai"), (read, "NIK: Pencocokan dengan Dukcapil"),
        (changed, "Dasar permintaannya cukup"),
    ):  # fmt: skip
        page = client.get(reverse("audit-detail", args=[pk])).text
        api = str(client.get(f"/api/v1/audit-entries/{pk}/").json()["changes"])
        for text in (page, api):
            assert said in text
            assert SAID not in text
            assert WHY not in text
    both = user_with(medan, "admin_daerah", username="pemeriksa")
    with agency_scope(medan):
        RoleAssignment.objects.create(agency=medan, user=both, role="auditor", starts_on=date(2020, 1, 1))
    client.force_login(both)
    for name, args in (("changelist", []), ("change", [asked.pk])):
        answer = client.get(reverse(f"admin:asnhr_auditopening_{name}", args=args))
        assert answer.status_code == 200
        assert "Pengaduan, keberatan, atau sengketa pegawai" in answer.text
        assert SAID not in answer.text
        assert WHY not in answer.text


def test_the_api_takes_a_code_and_says_which_there_are(medan, officer, client):
    client.force_login(officer)
    url = f"/api/v1/employees/{medan.person.pk}/nik/"
    refused = client.post(url, {"purpose": SAID}, content_type="application/json")
    assert refused.status_code == 409
    assert NIK not in refused.text
    assert client.post(url, {"purpose": "usul"}, content_type="application/json").json()["nik"] == NIK
    with agency_scope(medan):
        (value,) = AuditValue.objects.filter(entry_id=AuditEntry.objects.get(kind="baca").pk)
    assert '"usul"' in value.change
    assert "`dukcapil` " in purposes.words(purposes.NIK)


def test_who_reads_the_remark(medan, officer, chief):
    asked = asked_by(medan, officer)
    colleague, auditor = acting(medan, "staf_bkd", "lain"), acting(medan, "auditor", "pemeriksa")
    assert [opening.may_read_notes(asked, user) for user in (officer, chief, colleague, auditor)] == [
        True, True, False, False,
    ]  # fmt: skip
    with pytest.raises(NotAllowed):
        decided_by(medan, auditor, asked)


# The migration


@pytest.mark.django_db(transaction=True)
def test_the_owners_migration_seals_what_was_written_freely(medan, officer, chief, owner_connection):
    moved = import_module("asnhr.migrations.0030_opening_reasons")
    first = decided_by(medan, chief, asked_by(medan, officer))
    second = asked_by(medan, officer)
    owner_connection.autocommit = False
    with owner_connection, owner_connection.cursor() as cursor:
        # As the release before left them, under the new names.
        cursor.execute("SELECT set_config('asnhr.agency', %s, true)", [str(medan.pk)])
        cursor.execute(
            "UPDATE audit_opening SET purpose = '', reason = '', note = %s, note_hash = '', decision_note_hash = '',"
            " decision_note = CASE verdict WHEN 'menunggu' THEN '' ELSE %s END",
            [SAID, WHY],
        )
    for _twice in range(2):
        with owner_connection:
            moved.encrypt_rows(None, SimpleNamespace(connection=owner_connection))
    owner_connection.autocommit = True

    with agency_scope(medan), connection.cursor() as cursor:
        told = {row.pk: (row.purpose, row.note, row.reason, row.decision_note) for row in AuditOpening.objects.all()}
        assert told == {first.pk: ("lama", SAID, "lama", WHY), second.pk: ("lama", SAID, "", "")}
        cursor.execute("SELECT string_agg(to_jsonb(o)::text, ' ') FROM audit_opening o")
        (kept,) = cursor.fetchone()
        assert SAID not in kept
        assert WHY not in kept
        assert [each for each in compare.compare(medan) if each.table == TABLE] == []
        assert AuditEntry.objects.filter(table_name=TABLE, reason="enkripsi kolom").count() == 2
