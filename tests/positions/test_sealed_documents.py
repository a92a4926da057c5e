"""What is said of a document is encrypted: number, remark, name of the file; it is found by its whole number."""

import json
from datetime import date
from importlib import import_module
from types import SimpleNamespace

import pytest
from django.core.exceptions import FieldError
from django.db import connection
from django.db.models import F
from django.urls import reverse

from asnhr.audit import compare, sealer
from asnhr.audit.search import objects_called
from asnhr.models import AuditEntry, AuditSecret, AuditValue
from asnhr.scope import agency_scope
from positions.models import Employee, EmployeeDocument
from positions.services import documents, retention
from tests import papers
from tests.factories import positions as make
from tests.positions.test_corrections import (  # noqa: F401  fixtures
    acting,
    home,
    medan,
    officer,
    person,
    unit,
)
from tests.positions.test_documents import upload
from tests.roles import user_with

pytestmark = pytest.mark.django_db
TABLE = EmployeeDocument._meta.db_table
NUMBER, NOTE, FILE = "445/17-RS/2024", "Rawat inap lama", "surat_sakit.pdf"
COLUMNS = ("number", "note", "filename")


def keep(agency, actor, whose, **more):
    facts = {"kind": "kesehatan", "number": NUMBER, "note": NOTE, "filename": FILE} | more
    with agency_scope(agency, actor.pk):
        return documents.add(actor=actor, employee=whose, upload=upload(**facts))


def texts():
    """Everything that the table and what the trail keeps of it hold, as text."""
    of_table = "JOIN audit_entry e ON e.id = x.entry_id WHERE e.table_name = %s"
    found = []
    with connection.cursor() as cursor:
        for statement, values in (
            (f"SELECT x::text FROM {TABLE} x", ()),  # noqa: S608
            (f"SELECT x.change FROM audit_value x {of_table}", (TABLE,)),  # noqa: S608
            (f"SELECT x.clear FROM audit_secret x {of_table}", (TABLE,)),  # noqa: S608
        ):
            cursor.execute(statement, values)
            found += [str(each) for (each,) in cursor.fetchall()]
    return " ".join(found)


def differing(agency):
    return [each for each in compare.compare(agency) if each.table == TABLE]


def leaked():
    held = texts()
    return [each for each in (NUMBER, NOTE, FILE) if each in held]


def test_neither_table_nor_trail_holds_what_is_said(medan, officer, person):  # noqa: F811
    row = keep(medan, officer, person)
    with agency_scope(medan, officer.pk):
        read = EmployeeDocument.objects.get(pk=row.pk)
        assert (read.number, read.note, read.filename) == (NUMBER, NOTE, FILE)
        assert leaked() == []
        documents.remove(actor=officer, document=row, reason="salah-ketik")
        assert leaked() == []
        assert differing(medan) == []


def test_remarks_and_names_of_files_of_two_people_do_not_look_alike(medan, officer, person, unit):  # noqa: F811
    with agency_scope(medan):
        other = make.EmployeeFactory(agency=medan, unit=unit)
    one, two = keep(medan, officer, person), keep(medan, officer, other, number="445 / 17 rs 2024")

    assert one.number_hash == two.number_hash
    assert (one.note_hash, one.filename_hash) != (two.note_hash, two.filename_hash)
    assert one.note_hash != two.note_hash
    with pytest.raises(FieldError):
        EmployeeDocument.objects.filter(number__icontains="445")


@pytest.mark.parametrize("asked", [NUMBER, "445/17-rs/2024", " 445 17 RS 2024 "])
def test_a_document_is_found_by_its_whole_number(asked, client, medan, officer, person):  # noqa: F811
    row = keep(medan, officer, person)
    keep(medan, officer, person, kind="ijazah", number="IJ/2", data=papers.pdf(2))
    client.force_login(officer)
    listed = client.get("/api/v1/employee-documents/", {"q": asked}).json()["results"]
    assert [(each["id"], each["number"], each["note"], each["filename"]) for each in listed] == [
        (row.pk, NUMBER, NOTE, FILE)
    ]
    assert client.get("/api/v1/employee-documents/", {"q": "445/17"}).json()["results"] == []
    assert len(client.get("/api/v1/employee-documents/", {"q": "siti"}).json()["results"]) == 2
    with agency_scope(medan, officer.pk):
        assert objects_called(asked.strip(), TABLE, officer) == {TABLE: [row.pk]}
        assert objects_called("445/17", TABLE, officer) == {}


def test_the_admin_finds_by_name_and_by_whole_number(client, medan, officer, person):  # noqa: F811
    keep(medan, officer, person, kind="sk_pns", number="813/1/2019")
    keep(medan, officer, person, kind="ijazah", number="", data=papers.pdf(2))
    client.force_login(user_with(medan, "admin_daerah"))
    url = reverse("admin:positions_employeedocument_changelist")
    for asked, count in ((None, 2), ("813/1/2019", 1), ("813 1 2019", 1), ("813/1", 0), ("siti", 2), ("813/9", 0)):
        page = client.get(url, {"q": asked} if asked else {})
        assert page.status_code == 200
        assert len(page.context["cl"].result_list) == count, asked
    assert client.get(url, {"o": "3"}).status_code == 200
    with agency_scope(medan):
        pk = EmployeeDocument.objects.filter(kind="sk_pns").get().pk
    page = client.get(reverse("admin:positions_employeedocument_change", args=[pk]))
    assert "813/1/2019" in page.text
    assert "sidik nomor" not in page.text.lower()


def test_the_page_shows_them(client, medan, officer, person):  # noqa: F811
    row = keep(medan, officer, person)
    with agency_scope(medan):
        EmployeeDocument.objects.filter(pk=row.pk).update(uploaded_at="2026-11-20T03:00Z")
    client.force_login(officer)
    page = client.get(reverse("employee-documents", args=[person.pk])).text
    assert [each for each in (NUMBER, NOTE, FILE) if each not in page] == []
    sent = client.get(reverse("document-open", args=[row.pk]))
    assert sent["Content-Disposition"] == f'attachment; filename="{FILE}"'


def test_a_look_at_what_is_said_of_a_specific_one_is_written_down_but_for_its_person(
    client, medan, officer, person  # noqa: F811
):  # fmt: skip
    row = keep(medan, officer, person)
    plain = keep(medan, officer, person, kind="ijazah", data=papers.pdf(2))
    with agency_scope(medan):
        EmployeeDocument.objects.update(uploaded_at="2026-11-20T03:00Z")
    urls = (
        reverse("employee-documents", args=[person.pk]), "/api/v1/employee-documents/",
        f"/api/v1/employee-documents/{row.pk}/", f"/api/v1/employee-documents/{plain.pk}/",
    )  # fmt: skip
    client.force_login(user_with(medan, "pegawai", nip=person.nip, username="siti"))
    for url in urls:
        assert NUMBER in client.get(url).content.decode()
    assert looks(medan) == []

    client.force_login(officer)
    for url in urls:
        assert NUMBER in client.get(url).content.decode()
    # The diploma tells of nothing specific.
    assert looks(medan) == [("petugas", [row.pk], "")] + [("petugas", [row.pk], "API")] * 2


def looks(agency):
    """Who looked at which documents, with what purpose."""
    with agency_scope(agency):
        entries = AuditEntry.objects.filter(kind="baca", table_name=TABLE).order_by("pk").select_related("user")
        found = []
        for each in entries:
            told = AuditValue.objects.filter(entry_id=each.pk).order_by("object_id")
            objects = list(told.values_list("object_id", flat=True))
            found.append((each.user.username, objects, json.loads(told[0].change)["purpose"]))
        return found


def test_the_admin_writes_looks_down_too(client, medan, officer, person):  # noqa: F811
    row = keep(medan, officer, person, kind="ktp")
    plain = keep(medan, officer, person, kind="ijazah", data=papers.pdf(2))
    client.force_login(user_with(medan, "admin_daerah", username="admin"))
    url = reverse("admin:positions_employeedocument_changelist")

    assert len(client.get(url).context["cl"].result_list) == 2
    for pk in (row.pk, plain.pk):
        assert client.get(reverse("admin:positions_employeedocument_change", args=[pk])).status_code == 200
    sent = client.get(url, {"format": "csv"})

    assert NUMBER in b"".join(sent).decode()
    # The list, the row, and for the file its list and the file itself.
    assert looks(medan) == [("admin", [row.pk], "admin")] * 4


def test_what_is_destroyed_leaves_no_word_and_a_whole_trail(medan, officer, person, unit):  # noqa: F811
    with agency_scope(medan):
        other = make.EmployeeFactory(agency=medan, unit=unit)
    rows = [keep(medan, officer, person), keep(medan, officer, other)]
    ids = [row.pk for row in rows]
    with agency_scope(medan, officer.pk):
        Employee.objects.filter(pk__in=[person.pk, other.pk]).update(exits_on=date(2010, 1, 1), exit_reason="Pensiun")
        assert set(retention.DOCUMENTS.due(medan.pk, date(2036, 1, 1)).values_list("pk", flat=True)) == set(ids)
        retention.DOCUMENTS.destroy(medan, ids, officer, "masa simpan")

        for row in EmployeeDocument.objects.filter(pk__in=ids):
            assert (row.number, row.number_hash, row.note, row.note_hash) == ("", "", "", "")
            assert (row.filename, row.removal_reason, row.removed_by_id) == ("—", "masa simpan", officer.pk)
            assert row.filename_hash not in {each.filename_hash for each in rows}
        secrets = AuditSecret.objects.filter(object_id__in=ids)
        assert not secrets.exclude(clear=None).exists()
        assert differing(medan) == []


@pytest.mark.django_db(transaction=True)
def test_the_owners_migration_seals_what_stood_in_clear(medan, officer, person, owner_connection):  # noqa: F811
    moved = import_module("positions.migrations.0051_sealed_documents")
    rows = [keep(medan, officer, person), keep(medan, officer, person, kind="ijazah", number="", note="")]
    editor = SimpleNamespace(connection=owner_connection)
    owner_connection.autocommit = False
    with owner_connection, owner_connection.cursor() as cursor:
        # As the release before left them, with a trail that says so.
        moved.attach(None, editor, (moved.BEFORE[0], moved.AFTER[1]))
        cursor.execute("SELECT set_config('asnhr.agency', %s, true)", [str(medan.pk)])
        for row in rows:
            cursor.execute(
                f"UPDATE {TABLE} SET number = %s, note = %s, filename = %s, number_hash = '', note_hash = '',"  # noqa: S608
                " filename_hash = '' WHERE id = %s",
                [row.number, row.note, row.filename, row.pk],
            )
    with owner_connection:
        moved.attach(None, editor)
        moved.encrypt_rows(None, editor)
        # A second run finds nothing to do.
        moved.encrypt_rows(None, editor)
    owner_connection.autocommit = True

    with agency_scope(medan):
        for row in rows:
            kept = EmployeeDocument.objects.get(pk=row.pk)
            for name in (*COLUMNS, *(f"{each}_hash" for each in COLUMNS)):
                assert getattr(kept, name) == getattr(row, name), name
        assert differing(medan) == []
        assert AuditEntry.objects.filter(table_name=TABLE, reason="enkripsi kolom").count() == 1
    sealer.seal(medan.pk)
    with agency_scope(medan):
        assert leaked() == []
        assert differing(medan) == []


def test_no_list_orders_by_tokens():
    tokens = {f"{sign}{name}" for name in COLUMNS for sign in ("", "-")}
    from asnhr.adminbase import site
    from positions.api.files import DocumentResource

    assert not tokens & {name for order in DocumentResource.orders.values() for name in order}
    assert not tokens & set(site.get_model_admin(EmployeeDocument).ordering)
    assert not [F(name) for name in tokens if name in EmployeeDocument._meta.ordering]
