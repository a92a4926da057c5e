"""Corrections that people propose to their own file: typed, proven, decided once by somebody else, then applied."""

import io
import threading
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from PIL import Image

from asnhr.audit import history
from asnhr.audit.declared import audited
from asnhr.errors import NotAllowed, RuleBroken
from asnhr.models import AuditEntry, RoleAssignment
from asnhr.scope import agency_scope
from positions import models
from positions.forms import kinds_of, values_form
from positions.models import ChangeRequest, DocumentKind, EmployeeDocument
from positions.pages.quality_words import GUIDES, request_url
from positions.queries import personal_file
from positions.services import correctable, corrections, documents
from tests import api_world, papers
from tests.factories import positions as make
from tests.roles import user_with, with_access

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 22)


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
        return make.EmployeeFactory(agency=medan, unit=unit, name="Siti", phone="0811111111", email="")


def acting(medan, user):
    with agency_scope(medan):
        return with_access(user, medan)


@pytest.fixture
def owner(medan, person):
    return acting(medan, user_with(medan, "pegawai", nip=person.nip, username="siti"))


@pytest.fixture
def officer(medan):
    return acting(medan, user_with(medan, "staf_bkd", username="petugas"))


def proof(kind, data=None):
    return documents.Upload(DocumentKind.objects.get(pk=kind), "bukti.pdf", papers.pdf() if data is None else data)


def propose(medan, owner, person, target="telepon", values=None, **more):
    facts = {"explanation": "Nomor baru", "values": {"phone": "0812345678"} if values is None else values} | more
    with agency_scope(medan, owner.pk):
        return corrections.propose(actor=owner, employee=person, target=target, **facts)


def done(medan, actor, service, request, **more):
    with agency_scope(medan, actor.pk):
        return service(actor=actor, change=request, **more)


# Proposed


def test_a_proposal_keeps_what_stood_and_what_should_stand_unreadable(medan, owner, person):
    row = propose(medan, owner, person, finding="COM_7")

    assert (row.state, row.finding) == ("menunggu", "COM_7")
    assert row.values_before == {"phone": "0811111111"}
    assert row.values == {"phone": "0812345678"}
    with agency_scope(medan), connection.cursor() as cursor:
        cursor.execute("SELECT before || proposed FROM positions_changerequest")
        assert "0811111111" not in cursor.fetchone()[0]


@pytest.mark.parametrize(
    ("target", "values", "said"),
    [
        ("telepon", {"phone": "nol delapan"}, "9 sampai 19 angka"),
        ("telepon", {"phone": ""}, "wajib"),
        ("telepon", {"phone": "0811111111"}, "sama dengan yang sudah tercatat"),
        ("surel", {"email": "siti@"}, "format yang benar"),
        ("kelahiran", {"birth_place": "Medan", "birth_date": "31-02-1985"}, "format"),
        ("kelahiran", {"birth_place": "Medan", "birth_date": "1785-01-01"}, "tidak mungkin"),
        ("kelamin", {"sex": "X"}, "pilihan"),
        ("pendidikan", {"level": "88", "name": "Hukum", "school": "USU", "graduated": 2008}, "bukan pilihan"),
        ("pendidikan", {"level": "40", "name": "Hukum", "school": "USU", "graduated": 2099}, "tidak mungkin"),
        ("nama", {"name": "Siti Aminah", "title_before": "", "title_after": ""}, "wajib disertai dokumen"),
        ("pppk", {"cpns_on": "2020-01-01"}, "tidak dapat diusulkan"),
        ("gaji", {}, "tidak dapat diusulkan"),
    ],
)
def test_what_is_not_typed_proven_or_correctable_is_refused(target, values, said, medan, owner, person):
    with pytest.raises(RuleBroken, match=said):
        propose(medan, owner, person, target, values)


def test_one_waits_at_a_time_and_only_the_owner_asks(medan, unit, owner, person, officer):
    first = propose(medan, owner, person)
    with pytest.raises(RuleBroken, match="masih menunggu"):
        propose(medan, owner, person, values={"phone": "0813000000"})
    done(medan, owner, corrections.withdraw, first)
    propose(medan, owner, person)
    with pytest.raises(NotAllowed):
        propose(medan, officer, person)
    with agency_scope(medan):
        other = make.EmployeeFactory(agency=medan, unit=unit)
    with pytest.raises(NotAllowed):
        propose(medan, owner, other)


def test_evidence_is_what_the_target_asks_and_the_person_may_bring(medan, owner, person):
    values = {"name": "Siti Aminah", "title_before": "", "title_after": "S.K.M."}
    for wrong in (proof("hukdis"), proof("skp")):
        with pytest.raises(RuleBroken, match="bukan bukti"):
            propose(medan, owner, person, "nama", values, evidence=[wrong])
    row = propose(medan, owner, person, "nama", values, evidence=[proof("ijazah")])
    done(medan, owner, corrections.add_evidence, row, upload=proof("gelar", papers.pdf(2)))
    with agency_scope(medan, owner.pk):
        assert row.evidence.count() == 2
        assert EmployeeDocument.objects.visible_to(owner).in_file().count() == 0


# Decided


def test_accepting_writes_the_register_the_file_and_the_reason(medan, owner, person, officer):
    row = propose(
        medan, owner, person, "nama", {"name": "Siti Aminah", "title_before": "", "title_after": "S.K.M."},
        explanation="Gelar dari ijazah", evidence=[proof("ijazah")],
    )  # fmt: skip

    row = done(medan, officer, corrections.accept, row, reason="Sesuai ijazah")

    assert (row.state, row.decided_by_id, row.reason) == ("diterima", officer.pk, "Sesuai ijazah")
    with agency_scope(medan, officer.pk):
        person.refresh_from_db()
        assert person.full_name == "Siti Aminah, S.K.M."
        assert EmployeeDocument.objects.visible_to(officer).in_file().get().kind_id == "ijazah"
        entry = AuditEntry.objects.filter(table_name="positions_employee", kind="ubah").latest("pk")
        # Without what it says, which is destroyed one day.
        assert entry.reason == f"Usul perbaikan #{row.pk}"
        assert entry.user_id == officer.pk


def test_a_history_is_added_to_and_corrected(medan, owner, person, officer):
    level = models.EducationLevel.objects.get(pk="40")
    row = propose(
        medan, owner, person, "pendidikan",
        {"level": level, "name": "S-1 HUKUM", "school": "USU", "graduated": 2008, "number": "1/2008"},
        evidence=[proof("ijazah")],
    )  # fmt: skip
    done(medan, officer, corrections.accept, row)
    with agency_scope(medan):
        learned = models.EmployeeEducation.objects.get(employee=person)
        person.refresh_from_db()
    assert (learned.name, learned.school, person.education_level_id) == ("S-1 HUKUM", "USU", "40")

    fixed = propose(
        medan, owner, person, "pendidikan",
        {"level": level, "name": "S-1 ILMU HUKUM", "school": "USU", "graduated": 2009, "number": "1/2008"},
        object_id=learned.pk, evidence=[proof("ijazah", papers.pdf(2))],
    )  # fmt: skip
    assert fixed.values_before["graduated"] == 2008
    done(medan, officer, corrections.accept, fixed)
    with agency_scope(medan):
        learned.refresh_from_db()
    assert (learned.name, learned.graduated) == ("S-1 ILMU HUKUM", 2009)
    with agency_scope(medan):
        stranger = make.EmployeeFactory(agency=medan, unit=person.unit)
        theirs = models.EmployeeEducation.objects.create(agency=medan, employee=stranger, level=level, name="X")
    with pytest.raises(RuleBroken, match="tidak ada lagi"):
        propose(medan, owner, person, "pendidikan", {"level": level}, object_id=theirs.pk)


def test_a_rank_an_address_and_papers_alone(medan, owner, person, officer):
    rank = propose(
        medan, owner, person, "golongan",
        {"rank": 34, "starts_on": "2024-04-01", "decree": "823/1", "decree_on": "2024-03-01"},
        evidence=[proof("sk_pangkat")],
    )  # fmt: skip
    address = propose(medan, owner, person, "alamat", {"value": "Jalan Baru 2"})
    papers_only = propose(medan, owner, person, "berkas", {}, evidence=[proof("sk_jabatan")])
    for each in (rank, address, papers_only):
        done(medan, officer, corrections.accept, each)

    with agency_scope(medan, officer.pk):
        person.refresh_from_db()
        assert (person.rank, person.rank_since) == (34, date(2024, 4, 1))
        assert models.EmployeeContact.objects.get(employee=person).value == "Jalan Baru 2"
        kinds = set(EmployeeDocument.objects.visible_to(officer).in_file().values_list("kind_id", flat=True))
    assert kinds == {"sk_pangkat", "sk_jabatan"}


def test_a_refusal_says_why_and_changes_nothing(medan, owner, person, officer):
    row = propose(medan, owner, person, "telepon")
    with pytest.raises(RuleBroken, match="beralasan"):
        done(medan, officer, corrections.refuse, row, reason=" ")
    row = done(medan, officer, corrections.refuse, row, reason="Nomor ini bukan milik Anda")

    with agency_scope(medan):
        person.refresh_from_db()
    assert person.phone == "0811111111"
    with agency_scope(medan, officer.pk):
        shown = history.of_object(audited.get("positions.ChangeRequest"), row.pk, officer)
        assert shown.changes
        assert "0812345678" not in repr([(line.old, line.new) for each in shown.changes for line in each.lines])
    for service, more in ((corrections.accept, {}), (corrections.refuse, {"reason": "x"})):
        with pytest.raises(RuleBroken, match="sudah diputuskan: Ditolak"):
            done(medan, officer, service, row, **more)
    with pytest.raises(RuleBroken, match="sudah diputuskan"):
        done(medan, owner, corrections.withdraw, row)


def test_what_the_register_refuses_or_changed_since_is_not_accepted(medan, owner, person, officer):
    row = propose(medan, owner, person)
    with agency_scope(medan):
        models.Employee.objects.filter(pk=person.pk).update(phone="0899999999")
    with pytest.raises(RuleBroken, match="berubah sejak diusulkan"):
        done(medan, officer, corrections.accept, row)
    rank = {"rank": 34, "starts_on": "2011-04-01", "decree": "823/1", "decree_on": "2011-03-01"}
    early = propose(medan, owner, person, "golongan", rank, evidence=[proof("sk_pangkat")])
    with agency_scope(medan):
        models.Employee.objects.filter(pk=person.pk).update(cpns_on=date(2012, 1, 1), pns_on=date(2013, 1, 1))
    with pytest.raises(RuleBroken, match="mendahului TMT CPNS 1 Januari 2012"):
        done(medan, officer, corrections.accept, early)
    with agency_scope(medan):
        assert ChangeRequest.objects.filter(state="menunggu").count() == 2
        assert not models.RankRecord.objects.filter(employee=person, rank=34).exists()


def test_what_the_register_could_not_take_is_refused_when_it_is_proposed(medan, owner, person):
    """Of rows of a history; nobody waits for an answer that the register knows already."""
    rank = {"rank": 34, "starts_on": "2001-04-01", "decree": "823/1", "decree_on": "2001-03-01"}
    with pytest.raises(RuleBroken, match="mendahului TMT CPNS"):
        propose(medan, owner, person, "golongan", rank, evidence=[proof("sk_pangkat")])
    with agency_scope(medan):
        kept = models.YearlyPredicate.objects.create(agency=medan, employee=person, year=2023, predicate=3)
        models.YearlyPredicate.objects.create(agency=medan, employee=person, year=2024, predicate=3)
    again = {"year": 2023, "predicate": 2}
    with pytest.raises(RuleBroken, match="sudah"):
        propose(medan, owner, person, "kinerja", again, evidence=[proof("evaluasi")])
    with pytest.raises(RuleBroken, match="sudah"):
        propose(medan, owner, person, "kinerja", {"year": 2024, "predicate": 2}, object_id=kept.pk,
                evidence=[proof("evaluasi")])  # fmt: skip
    with agency_scope(medan):
        assert not ChangeRequest.objects.exists()
    # The row itself may say another thing, and what is proposed to go makes room.
    first = propose(medan, owner, person, "kinerja", again, object_id=kept.pk, evidence=[proof("evaluasi")])
    done(medan, owner, corrections.withdraw, first)
    with agency_scope(medan):
        other = models.YearlyPredicate.objects.get(year=2024)
    propose(medan, owner, person, "kinerja", {}, object_id=other.pk, removes=True, evidence=[proof("evaluasi")])
    propose(medan, owner, person, "kinerja", {"year": 2024, "predicate": 2}, evidence=[proof("evaluasi")])


def test_who_may_not_decide(medan, owner, person, officer):
    row = propose(medan, owner, person)
    with agency_scope(medan):
        other = make.UnitFactory(agency=medan)
    # An officer of another unit; who reads only; who decides other things; the person.
    refused = [
        acting(medan, user_with(medan, "admin_unit", other)),
        acting(medan, user_with(medan, "auditor")),
        acting(medan, user_with(medan, "bagian_organisasi")),
        owner,
    ]
    for actor in refused:
        with pytest.raises(NotAllowed):
            done(medan, actor, corrections.accept, row)
        with pytest.raises(NotAllowed):
            done(medan, actor, corrections.refuse, row, reason="x")


def test_an_officer_does_not_decide_on_the_own_file(medan, unit, person):
    both = user_with(medan, "staf_bkd", nip=person.nip, username="rangkap")
    with agency_scope(medan):
        RoleAssignment.objects.create(agency=medan, user=both, role="pegawai", starts_on=date(2020, 1, 1))
    both = acting(medan, both)
    row = propose(medan, both, person)
    with pytest.raises(NotAllowed, match="orang lain"):
        done(medan, both, corrections.accept, row)
    now = "2026-11-22T00:00Z"
    with agency_scope(medan):
        for name, facts in (
            ("orang lain", {"state": "diterima", "decided_by": both, "decided_at": now}),
            ("change_request_decided_whole", {"state": "diterima"}),
        ):
            with pytest.raises(IntegrityError, match=name), transaction.atomic():
                ChangeRequest.objects.filter(pk=row.pk).update(**facts)


def test_the_database_holds_the_rest(medan, owner, person, officer):
    row = propose(medan, owner, person)
    now = "2026-11-22T00:00Z"
    with agency_scope(medan):
        with pytest.raises(IntegrityError, match="change_request_refused_with_reason"), transaction.atomic():
            ChangeRequest.objects.filter(pk=row.pk).update(state="ditolak", decided_by=officer, decided_at=now)
        with pytest.raises(IntegrityError, match="change_request_explained"), transaction.atomic():
            ChangeRequest.objects.filter(pk=row.pk).update(explanation="")
        with pytest.raises(IntegrityError, match="pemilik datanya"), transaction.atomic():
            ChangeRequest.objects.create(
                agency=medan, employee=person, target="surel", explanation="x", requested_by=officer
            )
        with pytest.raises(IntegrityError, match="change_request_one_waiting"), transaction.atomic():
            ChangeRequest.objects.create(
                agency=medan, employee=person, target="telepon", explanation="x", requested_by=owner
            )
        ChangeRequest.objects.filter(pk=row.pk).update(state="ditarik", decided_at=now)
        with pytest.raises(IntegrityError, match="tidak diubah lagi"), transaction.atomic():
            ChangeRequest.objects.filter(pk=row.pk).update(state="menunggu", decided_at=None)


@pytest.mark.django_db(transaction=True)
def test_two_officers_at_once_decide_once(medan, owner, person, officer):
    other = acting(medan, user_with(medan, "staf_bkd", username="kedua"))
    row = propose(medan, owner, person)
    answers: list[str] = []
    start = threading.Barrier(2)

    def decide(actor, service, **more):
        start.wait()
        try:
            answers.append(done(medan, actor, service, row, **more).state)
        except RuleBroken as broken:
            answers.append(str(broken))
        finally:
            connection.close()

    threads = [
        threading.Thread(target=decide, args=(officer, corrections.accept)),
        threading.Thread(target=decide, args=(other, corrections.refuse), kwargs={"reason": "tidak"}),
    ]
    for each in threads:
        each.start()
    for each in threads:
        each.join()

    assert len([each for each in answers if each in ("diterima", "ditolak")]) == 1
    assert len([each for each in answers if "sudah diputuskan" in each]) == 1
    with agency_scope(medan):
        person.refresh_from_db()
        state = ChangeRequest.objects.get().state
    assert (person.phone == "0812345678") == (state == "diterima")


# Pages


def test_a_person_asks_by_the_page_and_the_officer_decides(client, medan, owner, person, officer):
    client.force_login(owner)
    picked = client.get(reverse("change-request-new")).content.decode()
    assert "Nomor HP" in picked
    assert "TMT pengangkatan PPPK" not in picked
    url = reverse("change-request-new") + "?data=nama&temuan=COM_5"
    form = client.get(url).content.decode()
    assert 'id="id_title_after"' in form
    assert 'value="Siti"' in form
    body = {"name": "Siti", "title_after": "S.K.M.", "explanation": "Gelar belum tercatat"}
    missing = client.post(url, body)
    assert missing.status_code == 422
    body |= {"bukti-kind": "ijazah", "bukti-file": SimpleUploadedFile("ijazah.pdf", papers.pdf())}
    sent = client.post(url, body)
    assert sent.status_code == 302
    detail = sent["Location"]
    assert "Menunggu" in client.get(detail).content.decode()
    assert "Usul perbaikan: Nama dan gelar" in client.get(detail).content.decode()
    assert "Terima dan tulis" not in client.get(detail).content.decode()
    assert "1 usul Anda menunggu" in client.get(reverse("employee-own")).content.decode()

    client.force_login(officer)
    assert "Putuskan 1 usul perbaikan data" in client.get(reverse("home")).content.decode()
    listed = client.get(reverse("change-request-list"), {"keadaan": "menunggu"}).content.decode()
    assert "Siti" in listed
    shown = client.get(detail).content.decode()
    assert "<strong>S.K.M.</strong>" in shown
    assert client.post(detail, {"action": "refuse", "reason": ""}).status_code == 422
    assert client.post(detail, {"action": "accept"}).status_code == 302
    assert client.post(detail, {"action": "accept"}).status_code == 422

    client.force_login(owner)
    assert "Diterima" in client.get(reverse("change-request-own")).content.decode()
    assert "Siti, S.K.M." in client.get(reverse("employee-own")).content.decode()


def test_the_owner_adds_a_document_and_takes_the_request_back(client, medan, owner, person):
    row = propose(medan, owner, person)
    url = reverse("change-request-detail", args=[row.pk])
    client.force_login(owner)
    body = {"action": "evidence", "bukti-kind": "lain", "bukti-file": SimpleUploadedFile("a.pdf", papers.pdf())}
    assert client.post(url, body).status_code == 302
    wrong = body | {"bukti-file": SimpleUploadedFile("a.pdf", papers.picture())}
    assert client.post(url, wrong).status_code == 422
    photo = body | {"bukti-file": SimpleUploadedFile("ktp.jpg", papers.picture())}
    assert client.post(url, photo).status_code == 302
    given = client.get(reverse("document-open", args=[row.evidence.latest("pk").pk])).content
    # What the telephone noted beside the picture stays on the telephone, but for how it was held.
    assert given.startswith(b"\xff\xd8\xff")
    assert dict(Image.open(io.BytesIO(given)).getexif()) == {0x0112: 6}
    assert client.post(url, {"action": "withdraw"}).status_code == 302
    assert "Ditarik" in client.get(url).content.decode()
    assert client.post(url, {"action": "menghapus"}).status_code == 403


def test_strangers_see_no_request_and_auditors_no_values(client, medan, unit, owner, person):
    row = propose(medan, owner, person)
    url = reverse("change-request-detail", args=[row.pk])
    with agency_scope(medan):
        other, colleague = make.UnitFactory(agency=medan), make.EmployeeFactory(agency=medan, unit=unit)
    for user in (
        user_with(medan, "pegawai", nip=colleague.nip), user_with(medan, "admin_unit", other),
        user_with(api_world.jambi(), "staf_bkd"),
    ):  # fmt: skip
        client.force_login(user)
        assert client.get(url).status_code == 404
        assert client.post(url, {"action": "accept"}).status_code == 404
        assert client.get(f"/api/v1/change-requests/{row.pk}/").status_code == 404
    client.force_login(user_with(medan, "auditor"))
    text = client.get(url).content.decode()
    assert "Nomor baru" not in text
    assert "0812345678" not in text
    assert client.post(url, {"action": "accept"}).status_code == 403


CHILD = {
    "relation": "anak", "child_kind": "kandung", "name": "Rini Rahasia", "sex": "F", "birth_date": "2020-03-01",
}  # fmt: skip


def test_proposed_family_is_for_who_reads_families_and_each_look_is_written_down(
    client, medan, unit, owner, person, officer
):
    row = propose(medan, owner, person, "keluarga", CHILD, evidence=[proof("kk"), proof("lain", papers.pdf(2))])
    phone = propose(medan, owner, person)
    clerk = acting(medan, user_with(medan, "admin_unit", unit, username="unit"))
    page, api = reverse("change-request-detail", args=[row.pk]), f"/api/v1/change-requests/{row.pk}/"
    with agency_scope(medan):
        proofs = list(row.evidence.order_by("pk").values_list("pk", flat=True))
        assert list(personal_file.to_decide(clerk)) == [phone]

    def looks():
        with agency_scope(medan):
            return AuditEntry.objects.filter(kind="baca", table_name=ChangeRequest._meta.db_table).count()

    client.force_login(clerk)
    shown = client.get(page).content.decode()
    assert "Rini Rahasia" not in shown
    assert "bukti.pdf" not in shown
    told = client.get(api).json()
    assert (told["before"], told["proposed"], told["evidence"]) == (None, None, [])
    for pk in proofs:
        assert client.get(reverse("document-open", args=[pk])).status_code == 404
        assert client.get(f"/api/v1/employee-documents/{pk}/file/").status_code == 404
    for service in (corrections.refuse, corrections.accept):
        with pytest.raises(NotAllowed):
            done(medan, clerk, service, row, reason="x")
    with agency_scope(medan, clerk.pk), pytest.raises(NotAllowed):
        documents.read(actor=clerk, document=EmployeeDocument.objects.get(pk=proofs[1]))
    assert looks() == 0
    # What asks nothing more stays open to the clerk.
    assert client.get(f"/api/v1/change-requests/{phone.pk}/").json()["proposed"] == {"phone": "0812345678"}
    assert looks() == 1

    client.force_login(owner)
    assert "Rini Rahasia" in client.get(page).content.decode()
    assert client.get(api).json()["evidence"] == proofs
    assert looks() == 1
    client.force_login(officer)
    assert "Rini Rahasia" in client.get(page).content.decode()
    assert client.get(api).json()["evidence"] == proofs
    assert looks() == 3
    assert client.get(reverse("document-open", args=[proofs[0]])).status_code == 200
    done(medan, officer, corrections.refuse, row, reason="Kartu keluarga lama")


@pytest.mark.parametrize("name", ["change-request-list", "change-request-own"])
def test_lists_cost_the_same_at_any_size(name, client, medan, owner, person, officer):
    client.force_login(officer if name.endswith("list") else owner)
    propose(medan, owner, person)
    client.get(reverse(name))
    with CaptureQueriesContext(connection) as few:
        client.get(reverse(name))
    with agency_scope(medan):
        ChangeRequest.objects.bulk_create(
            ChangeRequest(
                agency=medan, employee=person, target="telepon", proposed="{}", explanation="x", requested_by=owner,
                state="ditarik", decided_at="2026-11-22T00:00Z",
            ) for _n in range(60)
        )  # fmt: skip
    with CaptureQueriesContext(connection) as many:
        text = client.get(reverse(name)).content.decode()
    assert text.count("<tr>") >= 50
    assert len(many) <= len(few) + 1 <= 15


def test_a_finding_starts_a_request_at_the_right_field(client, medan, owner, person):
    client.force_login(owner)
    record = client.get(reverse("employee-own")).content.decode()
    assert f'href="{reverse("change-request-new")}?data=surel&amp;temuan=COM_6#id_email"' in record
    for code, guide in GUIDES.items():
        if guide.own:
            url, _hash, anchor = request_url(code, person.status).partition("#")
            form = client.get(url).content.decode()
            assert f'id="{anchor}"' in form, code


def test_every_target_names_fields_kinds_and_a_form(person):
    for target in correctable.TARGETS.values():
        assert set(values_form(target).fields) == set(target.fields)
        assert {kind.pk for kind in kinds_of(target)} == {*target.kinds, "lain"}
        assert set(target.must) <= set(target.fields)


# API


def test_the_api_from_proposal_to_decision(client, medan, owner, person, officer):
    client.force_login(owner)
    wrong = client.post(
        "/api/v1/change-requests/", {"target": "surel", "values": {"email": "x"}, "explanation": "x"},
        content_type="application/json",
    )  # fmt: skip
    assert wrong.status_code == 400
    made = client.post(
        "/api/v1/change-requests/",
        {
            "target": "cpns", "values": '{"cpns_on": "2010-02-01"}', "explanation": "Menurut SK", "kind": "sk_cpns",
            "file": SimpleUploadedFile("sk.pdf", papers.pdf()),
        },
    )  # fmt: skip
    assert made.status_code == 201, made.content
    row = made.json()
    assert row["proposed"] == {"cpns_on": "2010-02-01"}
    assert len(row["evidence"]) == 1
    assert client.get(f"/api/v1/employee-documents/{row['evidence'][0]}/file/").status_code == 200
    assert [each["id"] for each in client.get("/api/v1/change-requests/?own=true").json()["results"]] == [row["id"]]
    assert client.post(f"/api/v1/change-requests/{row['id']}/accept/").status_code == 403
    assert client.post(f"/api/v1/change-requests/{row['id']}/evidence/").status_code == 400
    client.force_login(user_with(medan, "pegawai", username="lain"))
    assert client.post(f"/api/v1/change-requests/{row['id']}/evidence/").status_code == 404

    client.force_login(officer)
    accepted = client.post(f"/api/v1/change-requests/{row['id']}/accept/", {}, content_type="application/json")
    assert accepted.json()["state"] == "diterima"
    again = client.post(
        f"/api/v1/change-requests/{row['id']}/refuse/", {"reason": "x"}, content_type="application/json"
    )
    assert again.status_code == 409
    assert "proposed" not in client.get("/api/v1/change-requests/").json()["results"][0]
    with agency_scope(medan):
        person.refresh_from_db()
    assert person.cpns_on == date(2010, 2, 1)
