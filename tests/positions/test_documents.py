"""Documents, photo, contacts of a personnel file: taken in checked, unreadable on disk, opened by few with a trace."""

import hashlib
import io
from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from asnhr.errors import NotAllowed, RuleBroken
from asnhr.imports import storage
from asnhr.models import AgencyParameter, AuditEntry, RoleAssignment
from asnhr.scope import agency_scope
from positions import models
from positions.models import DocumentKind, EmployeeContact, EmployeeDocument
from positions.services import contacts, documents
from tests import api_world, clamd, papers
from tests.factories import positions as make
from tests.roles import user_with, with_access

pytestmark = pytest.mark.django_db
# Uploads are stamped by the clock; a day of the past would not see them.
DAY = timezone.localdate()


@pytest.fixture(autouse=True)
def home(settings, tmp_path, monkeypatch):
    settings.UPLOAD_DIR = tmp_path
    monkeypatch.setattr("asnhr.dates.today", lambda: DAY)


@pytest.fixture
def medan():
    return api_world.medan()


@pytest.fixture
def unit(medan):
    with agency_scope(medan):
        return make.UnitFactory(agency=medan, name="Dinas Kesehatan")


@pytest.fixture
def person(medan, unit):
    with agency_scope(medan):
        return make.EmployeeFactory(agency=medan, unit=unit, name="Siti")


@pytest.fixture
def officer(medan):
    user = user_with(medan, "staf_bkd", username="petugas")
    with agency_scope(medan):
        return with_access(user, medan)


def upload(kind="sk_pns", data=None, filename="sk.pdf", **more):
    data = papers.pdf() if data is None else data
    return documents.Upload(DocumentKind.objects.get(pk=kind), filename, data, **more)


def added(medan, officer, person, **more):
    with agency_scope(medan, officer.pk):
        return documents.add(actor=officer, employee=person, upload=upload(**more))


def files(medan):
    folder = storage.folder_of(medan.code, documents.AREA)
    return sorted(folder.iterdir()) if folder.exists() else []


def post_file(client, url, data, filename="sk.pdf", field="file", **more):
    return client.post(url, {field: SimpleUploadedFile(filename, data), **more})


# Taken in


def test_a_document_is_kept_encrypted_outside_static_with_what_it_is(medan, officer, person):
    row = added(medan, officer, person, data=papers.pdf(2, title="Rahasia"), filename="../SK  PNS.pdf", number=" 1 ")

    assert (row.format, row.pages, row.scan, row.number) == ("pdf", 2, "belum", "1")
    assert row.filename == "SK__PNS.pdf"
    (path,) = files(medan)
    assert path.name == row.stored_as
    assert b"%PDF" not in path.read_bytes()
    assert b"Rahasia" not in path.read_bytes()
    with agency_scope(medan, officer.pk):
        assert documents.read(actor=officer, document=row).startswith(b"%PDF")


def test_what_is_refused_leaves_neither_row_nor_file(medan, officer, person):
    with agency_scope(medan, officer.pk):
        for wrong, said in (
            (upload(data=papers.picture()), "bukan PDF"),
            (upload(kind="sk_pns", data=papers.picture(), filename="a.jpg"), "yang diterima: PDF"),
            (upload(data=papers.pdf(script=True)), "skrip"),
        ):
            with pytest.raises(RuleBroken, match=said):
                documents.add(actor=officer, employee=person, upload=wrong)
        assert files(medan) == []
        documents.add(actor=officer, employee=person, upload=upload())
        with pytest.raises(RuleBroken, match="sudah ada"):
            documents.add(actor=officer, employee=person, upload=upload(filename="lagi.pdf"))
        assert EmployeeDocument.objects.count() == 1
    assert len(files(medan)) == 1


def test_the_agency_sets_size_and_pages(medan, officer, person):
    with agency_scope(medan, officer.pk):
        for code, value in (("files.document_mb", 1), ("files.document_pages", 2)):
            AgencyParameter.objects.create(agency=medan, code=code, value=value, starts_on=DAY, decree="1")
        with pytest.raises(RuleBroken, match="3 halaman; paling banyak 2"):
            documents.add(actor=officer, employee=person, upload=upload(data=papers.pdf(3)))
        with pytest.raises(RuleBroken, match="lebih besar daripada 1 MB"):
            documents.add(actor=officer, employee=person, upload=upload(data=papers.pdf() + bytes(1024 * 1024)))
        with pytest.raises(IntegrityError, match="Nilai 99 tidak dapat dipakai"), transaction.atomic():
            AgencyParameter.objects.create(
                agency=medan, code="files.photo_mb", value=99, starts_on=DAY, decree="1"
            )  # fmt: skip


def test_the_scanner_decides_and_what_came_before_it_is_scanned_at_night(medan, officer, person, settings):
    early = added(medan, officer, person)
    sick = added(medan, officer, person, kind="ijazah", data=papers.pdf() + b"\n%" + clamd.EICAR)
    with clamd.scanner() as (address, _seen):
        settings.CLAMD = address
        clean = added(medan, officer, person, kind="sk_cpns")
        assert (clean.scan, clean.scanned_at is None) == ("bersih", False)
        with pytest.raises(RuleBroken, match="pemindai menemukan Eicar"):
            added(medan, officer, person, kind="sk_jabatan", data=papers.pdf() + b"\n%" + clamd.EICAR)

        assert documents.tidy(medan) == documents.Tidied(scanned=2, infected=1, orphans=0)
        assert documents.tidy(medan) == documents.Tidied(scanned=0, infected=0, orphans=0)
    settings.CLAMD = "tcp://127.0.0.1:1"
    with pytest.raises(RuleBroken, match="tidak menjawab"):
        added(medan, officer, person, kind="pak")
    with agency_scope(medan, officer.pk):
        early.refresh_from_db()
        sick.refresh_from_db()
        assert early.scan == "bersih"
        with pytest.raises(RuleBroken, match="dikarantina"):
            documents.read(actor=officer, document=sick)
    assert len(files(medan)) == 3


def test_files_of_nothing_are_swept_and_new_keys_reach_documents(medan, officer, person, settings):
    row = added(medan, officer, person)
    lost = storage.keep(medan.code, io.BytesIO(b"x"), documents.AREA)
    assert storage.sweep(medan.code, {row.stored_as}, documents.AREA, older_than=-1) == 1
    assert not (storage.folder_of(medan.code, documents.AREA) / lost.name).exists()

    old = settings.FIELD_KEYS
    settings.FIELD_KEYS = ["3q2-7wq2v7n0yWv1vJm5k8s1c2m3b4x5z6l7k8j9h0g=", *old]
    before = files(medan)[0].read_bytes()
    call_command("rotate_field_keys")
    assert files(medan)[0].read_bytes() != before
    with agency_scope(medan, officer.pk):
        assert documents.read(actor=officer, document=row).startswith(b"%PDF")


def test_a_file_changed_on_disk_is_refused(medan, officer, person):
    row = added(medan, officer, person)
    (path,) = files(medan)
    path.write_bytes(path.read_bytes()[:-1] + b"\0")
    with agency_scope(medan, officer.pk), pytest.raises(RuleBroken, match="tidak dapat dibuka"):
        documents.read(actor=officer, document=row)
    path.unlink()
    with agency_scope(medan, officer.pk), pytest.raises(RuleBroken, match="tidak ada lagi"):
        documents.read(actor=officer, document=row)


# Opened


def test_a_download_is_sealed_and_written_down(client, medan, officer, person):
    row = added(medan, officer, person, filename="SK 1.pdf")
    client.force_login(officer)

    response = client.get(reverse("document-open", args=[row.pk]))

    assert response.status_code == 200
    assert response.content.startswith(b"%PDF")
    assert response["Content-Type"] == "application/pdf"
    assert response["Content-Disposition"] == 'attachment; filename="SK_1.pdf"'
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["X-Frame-Options"] == "DENY"
    assert "no-store" in response["Cache-Control"]
    assert "default-src 'none'" in response["Content-Security-Policy"]
    assert "sandbox" in response["Content-Security-Policy"]
    with agency_scope(medan):
        entry = AuditEntry.objects.get(table_name="positions_employeedocument", kind="baca")
    assert (entry.user_id, entry.door) == (officer.pk, "halaman")


def test_a_telephones_photo_comes_back_without_the_place_where_it_was_taken(client, medan, officer, person):
    taken = papers.picture()
    assert b"Rumah" in taken
    row = added(medan, officer, person, kind="ktp", data=taken, filename="ktp.jpg")
    client.force_login(officer)

    given = client.get(reverse("document-open", args=[row.pk])).content

    shown = Image.open(io.BytesIO(given))
    # Lying on its side, with the word that it is: 900 × 1200 as the camera had it.
    assert (dict(shown.getexif()), shown.size) == ({0x0112: 6}, (900, 1200))
    assert shown.tobytes() == Image.open(io.BytesIO(taken)).tobytes()
    assert b"Rumah" not in given
    assert b"kamera" not in given
    assert (row.size, row.sha256) == (len(given), hashlib.sha256(given).hexdigest())


@pytest.mark.parametrize(
    ("role", "kind", "right"),
    [
        ("staf_bkd", "hukdis", 200),
        ("staf_bkd", "ktp", 200),
        ("pengelola_kepegawaian", "sk_pns", 200),
        ("pengelola_kepegawaian", "hukdis", 404),
        ("pengelola_kepegawaian", "ktp", 404),
        ("auditor", "sk_pns", 403),
        ("bagian_organisasi", "sk_pns", 403),
        ("pegawai", "sk_pns", 404),
    ],
)
def test_who_may_open_which_kind(role, kind, right, client, medan, unit, officer, person):
    row = added(medan, officer, person, kind=kind)
    client.force_login(user_with(medan, role, *([unit] if role == "pengelola_kepegawaian" else [])))

    assert client.get(reverse("document-open", args=[row.pk])).status_code == right
    # No door of the API shows who lacks a role that there is such a document.
    through_api = 404 if role == "bagian_organisasi" else right
    assert client.get(f"/api/v1/employee-documents/{row.pk}/file/").status_code == through_api
    with agency_scope(medan):
        assert AuditEntry.objects.filter(kind="baca").count() == (2 if right == 200 else 0)


def test_the_own_file_is_open_also_its_specific_documents(client, medan, officer, person):
    row = added(medan, officer, person, kind="hukdis")
    client.force_login(user_with(medan, "pegawai", nip=person.nip))

    listed = client.get(reverse("employee-documents", args=[person.pk])).content.decode()
    assert "Keputusan hukuman disiplin" in listed
    assert "belum dipindai" in listed
    assert client.get(reverse("document-open", args=[row.pk])).status_code == 200
    assert client.get(reverse("employee-document-new", args=[person.pk])).status_code == 403


def test_an_officer_puts_nothing_into_the_own_file(client, medan, person):
    both = user_with(medan, "staf_bkd", nip=person.nip, username="rangkap")
    with agency_scope(medan):
        RoleAssignment.objects.create(agency=medan, user=both, role="pegawai", starts_on=date(2020, 1, 1))
        both = with_access(both, medan)
    with pytest.raises(NotAllowed, match="lewat usul perbaikan"):
        added(medan, both, person)
    client.force_login(both)
    assert client.get(reverse("employee-document-new", args=[person.pk])).status_code == 403


def test_an_officer_without_the_role_of_an_employee_keeps_off_the_own_file_too(client, medan, officer, person):
    row = added(medan, officer, person)
    own = user_with(medan, "staf_bkd", nip=person.nip, username="rangkap")
    with agency_scope(medan):
        own = with_access(own, medan)
        assert list(documents.kinds_for(own, person)) == []
        assert list(documents.kinds_for(officer, person))
    with pytest.raises(NotAllowed, match="lewat usul perbaikan"):
        added(medan, own, person, data=papers.pdf(2))
    with agency_scope(medan, own.pk), pytest.raises(NotAllowed, match="lewat usul perbaikan"):
        documents.remove(actor=own, document=row, reason="x")
    new, away = reverse("employee-document-new", args=[person.pk]), reverse("document-remove", args=[row.pk])
    for user, offered in ((own, False), (officer, True)):
        client.force_login(user)
        listed = client.get(reverse("employee-documents", args=[person.pk])).content.decode()
        assert ((new in listed), (away in listed)) == (offered, offered)
    client.force_login(own)
    assert client.get(new).status_code == 403
    assert client.post(away, {"reason": "x"}).status_code == 403
    assert client.post(f"/api/v1/employee-documents/{row.pk}/remove/", {"reason": "x"}).status_code == 403
    with agency_scope(medan):
        assert EmployeeDocument.objects.get(pk=row.pk).removed_at is None


def test_another_unit_and_another_agency_see_nothing(client, medan, officer, person):
    row = added(medan, officer, person)
    with agency_scope(medan):
        other = make.UnitFactory(agency=medan)
    for user in (user_with(medan, "admin_unit", other), user_with(api_world.jambi(), "staf_bkd")):
        client.force_login(user)
        for name, pk in (("document-open", row.pk), ("document-remove", row.pk), ("employee-documents", person.pk)):
            assert client.get(reverse(name, args=[pk])).status_code == 404


def test_lists_cost_the_same_at_any_size(client, medan, officer, person):
    client.force_login(officer)
    url = reverse("employee-documents", args=[person.pk])
    added(medan, officer, person)
    client.get(url)
    with CaptureQueriesContext(connection) as few:
        client.get(url)
    with agency_scope(medan):
        EmployeeDocument.objects.bulk_create(
            EmployeeDocument(
                agency=medan, employee=person, kind_id="ijazah", filename=f"{n}.pdf", format="pdf", size=1, pages=1,
                sha256=f"{n:064}", stored_as=f"{n}.bin", uploaded_by=officer,
            ) for n in range(60)
        )  # fmt: skip
    with CaptureQueriesContext(connection) as many:
        text = client.get(url).content.decode()
    assert text.count("<tr>") == 62
    assert len(many) == len(few) <= 12


def test_a_past_day_shows_the_file_of_then(client, medan, officer, person):
    row = added(medan, officer, person)
    with agency_scope(medan):
        EmployeeDocument.objects.filter(pk=row.pk).update(uploaded_at="2026-11-20T03:00Z")
    client.force_login(officer)
    url = reverse("employee-documents", args=[person.pk])

    assert "SK PNS" in client.get(url, {"as_of": "2026-11-20"}).content.decode()
    assert "Belum ada dokumen" in client.get(url, {"as_of": "2026-11-19"}).content.decode()


def test_the_api_of_a_past_day_lists_the_file_of_then(client, medan, officer, person):
    """What was removed since was there; evidence that waited was not, nor what came later."""
    row, gone, later = (added(medan, officer, person, data=papers.pdf(pages)) for pages in (1, 2, 3))
    with agency_scope(medan, officer.pk):
        documents.remove(actor=officer, document=gone, reason="Salah berkas")
        EmployeeDocument.objects.filter(pk__in=[row.pk, gone.pk]).update(uploaded_at="2024-11-20T03:00Z")
    client.force_login(officer)

    def listed(**asked):
        answer = client.get("/api/v1/employee-documents/", {"ordering": "id", **asked})
        assert answer.status_code == 200, answer.content
        return [(each["id"], each["removal_reason"], each["removed_at"]) for each in answer.json()["results"]]

    assert listed(as_of="2024-11-20") == [(row.pk, "", None), (gone.pk, "", None)]
    assert listed(as_of="2024-11-19") == []
    today = [(pk, reason) for pk, reason, _at in listed()]
    assert today == [(row.pk, ""), (gone.pk, "Salah berkas"), (later.pk, "")]
    one = client.get(f"/api/v1/employee-documents/{gone.pk}/", {"as_of": "2024-11-20"}).json()
    assert (one["removed_at"], one["removal_reason"]) == (None, "")


# Pages and API


def test_an_officer_uploads_by_the_page(client, medan, officer, person):
    client.force_login(officer)
    url = reverse("employee-document-new", args=[person.pk])

    refused = post_file(client, url, papers.picture(), kind="sk_pns")
    assert refused.status_code == 422
    assert "bukan PDF seperti namanya" in refused.content.decode()
    done = post_file(client, url, papers.pdf(), kind="sk_pns", number="800/1", issued_on="2020-01-02")

    assert done.status_code == 302
    with agency_scope(medan):
        row = EmployeeDocument.objects.get()
    assert (row.number, row.issued_on, row.uploaded_by_id) == ("800/1", date(2020, 1, 2), officer.pk)


def test_the_api_takes_lists_gives_and_destroys_documents(client, medan, officer, person):
    client.force_login(officer)
    body = {"employee_id": person.pk, "kind": "ijazah", "file": SimpleUploadedFile("ijazah.png", papers.picture("PNG"))}
    made = client.post("/api/v1/employee-documents/", body)
    assert made.status_code == 201, made.content
    pk = made.json()["id"]
    assert (made.json()["format"], made.json()["kind_name"]) == ("png", "Ijazah")
    given = client.get(f"/api/v1/employee-documents/{pk}/file/")
    assert given.content == papers.picture("PNG")
    assert given["Content-Disposition"].startswith("attachment")

    wrong = {"employee_id": person.pk, "kind": "ijazah", "file": SimpleUploadedFile("a.png", papers.pdf())}
    assert client.post("/api/v1/employee-documents/", wrong).status_code == 409
    gone = client.post(f"/api/v1/employee-documents/{pk}/remove/", {"reason": "salah"}, content_type="application/json")

    assert gone.json()["removal_reason"] == "salah"
    assert client.get(f"/api/v1/employee-documents/{pk}/file/").status_code == 409
    assert {row["code"] for row in client.get("/api/v1/document-kinds/").json()["results"]} >= {"ktp", "sk_jabatan"}


@pytest.mark.django_db(transaction=True)
def test_a_removed_document_leaves_its_reason_and_no_file(medan, unit, officer, person):
    row = added(medan, officer, person)
    with agency_scope(medan, officer.pk):
        with pytest.raises(RuleBroken, match="mengapa"):
            documents.remove(actor=officer, document=row, reason=" ")
        documents.remove(actor=officer, document=row, reason="Milik orang lain")
        assert len(files(medan)) == 1
    assert files(medan) == []
    with agency_scope(medan, officer.pk):
        with pytest.raises(RuleBroken, match="sudah dihapus"):
            documents.read(actor=officer, document=EmployeeDocument.objects.select_related("kind").get())
        # The same file may come again.
        assert documents.add(actor=officer, employee=person, upload=upload()).pk != row.pk


def test_why_a_specific_document_went_is_chosen_from_a_list(client, medan, officer, person):
    row = added(medan, officer, person, kind="kk")
    client.force_login(officer)
    page = reverse("document-remove", args=[row.pk])

    with agency_scope(medan, officer.pk), pytest.raises(RuleBroken, match="dipilih dari daftar"):
        documents.remove(actor=officer, document=row, reason="Anak angkatnya yang sakit")
    refused = client.post(page, {"reason": "Anak angkatnya yang sakit"})
    assert (refused.status_code, "Milik orang lain" in refused.text) == (422, True)
    client.post(page, {"reason": "milik-orang-lain"})

    with agency_scope(medan, officer.pk):
        row.refresh_from_db()
    assert (row.removal_reason, row.removed_by_id) == ("milik-orang-lain", officer.pk)


def test_the_database_holds_what_a_document_must_be(medan, officer, person):
    row = added(medan, officer, person)
    broken = {
        "document_has_content": {"pages": 0},
        "document_scanned_whole": {"scan": "bersih"},
        "document_removed_whole": {"removed_at": "2026-01-01T00:00Z"},
    }
    for name, facts in broken.items():
        with agency_scope(medan), pytest.raises(IntegrityError, match=name), transaction.atomic():
            EmployeeDocument.objects.filter(pk=row.pk).update(**facts)
    with pytest.raises(IntegrityError, match="document_kind_specific_asks"), transaction.atomic():
        raise_as_owner(row)


def raise_as_owner(row):
    """The application's role writes no national table; the constraint itself is asked."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE k (LIKE positions_documentkind INCLUDING ALL) ON COMMIT DROP")
        cursor.execute("INSERT INTO k SELECT * FROM positions_documentkind")
        cursor.execute("UPDATE k SET permission = '' WHERE code = 'ktp'")


# Photo


def test_a_photo_is_shown_replaced_and_taken_away(client, medan, officer, person, django_capture_on_commit_callbacks):
    client.force_login(officer)
    edit, shown = reverse("employee-photo-edit", args=[person.pk]), reverse("employee-photo", args=[person.pk])
    assert client.get(shown).status_code == 404

    assert post_file(client, edit, papers.picture(), "saya.jpg").status_code == 302
    response = client.get(shown)
    assert response["Content-Type"] == "image/jpeg"
    assert "sandbox" in response["Content-Security-Policy"]
    assert dict(Image.open(io.BytesIO(response.content)).getexif()) == {}
    record = client.get(reverse("employee-detail", args=[person.pk])).content.decode()
    assert f'src="{shown}?v=' in record
    with django_capture_on_commit_callbacks(execute=True):
        assert post_file(client, edit, papers.picture("PNG"), "baru.png").status_code == 302
    assert len(files(medan)) == 1
    assert post_file(client, edit, papers.pdf(), "a.pdf").status_code == 422
    with django_capture_on_commit_callbacks(execute=True):
        client.post(edit, {"remove": "1"})
    assert client.get(shown).status_code == 404
    assert files(medan) == []


def test_the_own_photo_is_ones_own(client, medan, unit, person):
    client.force_login(user_with(medan, "pegawai", nip=person.nip))
    edit = reverse("employee-photo-edit", args=[person.pk])
    assert post_file(client, edit, papers.picture(), "saya.jpg").status_code == 302
    with agency_scope(medan):
        other = make.EmployeeFactory(agency=medan, unit=unit)
    assert client.get(reverse("employee-photo-edit", args=[other.pk])).status_code == 404
    client.force_login(user_with(medan, "auditor"))
    assert client.get(reverse("employee-photo", args=[person.pk])).status_code == 200
    assert post_file(client, edit, papers.picture(), "a.jpg").status_code == 403


# Contacts


def contact(medan, officer, person, kind="hp", value="0812 3456 789", **more):
    with agency_scope(medan, officer.pk):
        facts = {"starts_on": date(2024, 1, 1)} | more
        return contacts.add_contact(actor=officer, employee=person, kind=kind, value=value, **facts)


def test_a_contact_is_encrypted_and_each_look_at_a_restricted_one_is_written_down(client, medan, officer, person):
    contact(medan, officer, person)
    contact(medan, officer, person, "telepon_dinas", "061 4512412", sensitivity="umum")
    with agency_scope(medan), connection.cursor() as cursor:
        cursor.execute("SELECT value FROM positions_employeecontact")
        assert not any("0812" in row[0] or "061" in row[0] for row in cursor.fetchall())
        cursor.execute("SELECT change FROM audit_value v JOIN audit_entry e ON e.id = v.entry_id"
                       " WHERE e.table_name = 'positions_employeecontact'")  # fmt: skip
        assert not any("0812" in row[0] for row in cursor.fetchall())
    url = reverse("employee-contacts", args=[person.pk])

    def looks():
        with agency_scope(medan):
            return AuditEntry.objects.filter(table_name="positions_employeecontact", kind="baca").count()

    client.force_login(officer)
    assert "0812 3456 789" in client.get(url).content.decode()
    assert looks() == 1
    client.force_login(user_with(medan, "auditor"))
    text = client.get(url).content.decode()
    assert "0812" not in text
    assert "061 4512412" in text
    client.force_login(user_with(medan, "pegawai", nip=person.nip))
    assert "0812 3456 789" in client.get(url).content.decode()
    assert looks() == 1


def test_an_address_follows_the_one_before(medan, officer, person):
    first = contact(medan, officer, person, "alamat", "Jalan Lama 1")
    contact(medan, officer, person, "alamat", "Jalan Baru 2", starts_on=DAY)

    with agency_scope(medan, officer.pk):
        first.refresh_from_db()
        assert first.ends_on == DAY
        (before,) = contacts.read_contacts(actor=officer, employee=person, day=DAY - timedelta(days=1))
        (now,) = contacts.read_contacts(actor=officer, employee=person, day=DAY)
        assert (before.value, now.value) == ("Jalan Lama 1", "Jalan Baru 2")
        with pytest.raises(RuleBroken, match="baru mulai"):
            contacts.add_contact(actor=officer, employee=person, kind="alamat", value="X", starts_on=DAY)
        with pytest.raises(IntegrityError, match="contact_one_address_a_day"), transaction.atomic():
            EmployeeContact.objects.filter(pk=first.pk).update(ends_on=None)


@pytest.mark.parametrize(
    ("kind", "value", "more", "said"),
    [
        ("hp", "tidak ada", {}, "Nomor telepon"),
        ("surel", "a@", {}, "Surel tidak sah"),
        ("hp", " ", {}, "1 sampai"),
        ("darurat", "0812345678", {}, "nama dan hubungan"),
        ("hp", "0812345678", {"sensitivity": "umum"}, "kontak dinas"),
        ("faks", "0812345678", {}, "tidak dikenal"),
    ],
)
def test_a_contact_is_what_its_kind_says(kind, value, more, said, medan, officer, person):
    with pytest.raises(RuleBroken, match=said):
        contact(medan, officer, person, kind, value, **more)


def test_a_contact_ends_within_a_year_and_an_end_to_come_may_be_moved(client, medan, officer, person):
    row = contact(medan, officer, person)
    client.force_login(officer)
    url = reverse("contact-end", args=[row.pk])
    for day in ("9999-12-31", (DAY + timedelta(days=400)).isoformat(), "0001-01-01"):
        assert client.post(url, {"ends_on": day}).status_code == 422, day
        answer = client.post(f"/api/v1/employee-contacts/{row.pk}/end/", {"ends_on": day})
        assert answer.status_code in (400, 409), answer.content

    assert client.post(url, {"ends_on": (DAY + timedelta(days=90)).isoformat()}).status_code == 302
    assert "sampai" in client.get(reverse("employee-contacts", args=[person.pk])).text
    assert client.post(url, {"ends_on": DAY.isoformat()}).status_code == 302
    # What is over is over.
    assert client.post(url, {"ends_on": (DAY + timedelta(days=30)).isoformat()}).status_code == 422
    with agency_scope(medan):
        row.refresh_from_db()
        assert row.ends_on == DAY


def test_contacts_are_kept_by_who_edits_people_there(client, medan, unit, officer, person):
    row = contact(medan, officer, person)
    with pytest.raises(RuleBroken, match="sudah tercatat"):
        contact(medan, officer, person)
    with agency_scope(medan):
        auditor = with_access(user_with(medan, "auditor"), medan)
        with pytest.raises(NotAllowed):
            contacts.end_contact(actor=auditor, contact=row, ends_on=DAY)
    client.force_login(user_with(medan, "pengelola_kepegawaian", unit))
    new = client.post(
        reverse("employee-contact-new", args=[person.pk]),
        {"kind": "surel_dinas", "value": "siti@medan.go.id", "starts_on": "2026-01-01", "is_open": "on"},
    )
    assert new.status_code == 302
    assert client.post(reverse("contact-end", args=[row.pk]), {"ends_on": "2026-02-01"}).status_code == 302
    assert client.post(reverse("contact-end", args=[row.pk]), {"ends_on": "2026-03-01"}).status_code == 422
    made = client.post(
        "/api/v1/employee-contacts/",
        {"employee_id": person.pk, "kind": "telepon", "value": "061 788899", "starts_on": "2026-01-01"},
        content_type="application/json",
    )
    assert made.status_code == 201, made.content
    assert made.json()["value"] == "061 788899"
    listed = client.get(f"/api/v1/employee-contacts/?employee={person.pk}").json()["results"]
    assert {each["kind"] for each in listed} == {"surel_dinas", "telepon"}
    assert all("value" not in each for each in listed)


def test_models_know_their_names(medan, officer, person):
    row = added(medan, officer, person, number="800/1")
    assert str(row) == "sk_pns 800/1"
    assert str(models.DocumentKind.objects.get(pk="ktp")) == "KTP"
