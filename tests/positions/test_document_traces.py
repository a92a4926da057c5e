"""Pictures kept before EXIF and GPS were dropped lose them in a night, whole or not at all; the trail says so."""

import hashlib
import io
import json

import pytest
from django.db import transaction
from django.utils import timezone
from PIL import Image, ImageChops, ImageOps

from asnhr.imports import storage
from asnhr.models import AuditEntry, AuditValue
from asnhr.scope import agency_scope
from positions import tasks
from positions.models import DocumentKind, EmployeeDocument
from positions.services import document_traces, documents
from positions.services.document_traces import Stripped
from tests import api_world, papers
from tests.factories import positions as make
from tests.roles import user_with

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def home(settings, tmp_path):
    settings.UPLOAD_DIR = tmp_path


@pytest.fixture
def medan():
    return api_world.medan()


@pytest.fixture
def person(medan):
    with agency_scope(medan):
        return make.EmployeeFactory(agency=medan, unit=make.UnitFactory(agency=medan))


def kept(person, data, form="jpeg", **more):
    """A document as an earlier release took it in: with all that came in its file."""
    agency = person.agency
    with agency_scope(agency):
        stored = storage.keep(agency.code, io.BytesIO(data), documents.AREA)
        return EmployeeDocument.objects.create(
            agency=agency, employee=person, kind=DocumentKind.objects.get(pk=more.pop("kind", "ijazah")),
            filename=f"ijazah.{form}", format=form, size=stored.size, pages=1, sha256=stored.sha256,
            stored_as=stored.name, uploaded_by=user_with(agency, "staf_bkd"), **more,
        )  # fmt: skip


def again(row):
    with agency_scope(row.agency):
        row.refresh_from_db()
        return documents.clear_file(row.agency.code, row.stored_as)


def place(data):
    return dict(Image.open(io.BytesIO(data)).getexif().get_ifd(0x8825))


def same(one, other):
    first, second = (ImageOps.exif_transpose(Image.open(io.BytesIO(each))) for each in (one, other))
    return first.size == second.size and ImageChops.difference(first, second).getbbox() is None


def files(agency):
    return {path.name for path in storage.folder_of(agency.code, documents.AREA).iterdir()}


def test_an_old_picture_is_written_anew_without_where_it_was_taken(
    medan, person, django_capture_on_commit_callbacks
):  # fmt: skip
    taken, png, paper = papers.picture(), papers.picture("PNG"), papers.pdf()
    row, drawn = kept(person, taken), kept(person, png, "png", kind="pak")
    text = kept(person, paper, "pdf", kind="sk_pns")
    assert place(taken)[1] == "N"
    before = row.stored_as

    with django_capture_on_commit_callbacks(execute=True):
        done = document_traces.strip(medan)

    assert done == Stripped(rewritten=1, bare=1)
    made = again(row)
    assert (place(made), b"Rumah" in made, b"kamera" in made) == ({}, False, False)
    assert same(taken, made)
    assert (row.sha256, row.size) == (hashlib.sha256(made).hexdigest(), len(made))
    assert (again(drawn), again(text)) == (png, paper)
    assert [each.traces_removed_at is not None for each in (row, drawn, text)] == [True, True, False]
    assert before not in files(medan)
    assert files(medan) == {row.stored_as, drawn.stored_as, text.stored_as}
    assert document_traces.strip(medan) == Stripped()


def test_the_trail_says_what_was_changed_and_why(medan, person):
    row = kept(person, papers.picture())
    old = row.sha256

    document_traces.strip(medan)

    again(row)
    with agency_scope(medan):
        value = AuditValue.objects.filter(object_id=row.pk).latest("pk")
        entry = AuditEntry.objects.get(pk=value.entry_id)
    assert (entry.table_name, entry.kind) == ("positions_employeedocument", "ubah")
    assert entry.reason == "EXIF dan GPS dibuang dari gambar lama"
    assert json.loads(value.change)["sha256"] == [old, row.sha256]


def test_who_is_killed_before_the_commit_leaves_the_old_file_and_the_next_night_does_it(
    medan, person, django_capture_on_commit_callbacks
):  # fmt: skip
    taken = papers.picture()
    row = kept(person, taken)

    with transaction.atomic():
        document_traces.strip(medan)
        transaction.set_rollback(True)

    assert again(row) == taken
    assert len(files(medan)) == 2
    with django_capture_on_commit_callbacks(execute=True):
        assert document_traces.strip(medan).rewritten == 1
    # What nothing names goes when it is old enough.
    assert place(again(row)) == {}
    assert storage.sweep(medan.code, {row.stored_as}, documents.AREA, older_than=-1) == 1


def test_who_is_killed_after_the_commit_leaves_a_file_of_nothing(medan, person):
    """The old file is then removed by the night's sweep."""
    row = kept(person, papers.picture())

    document_traces.strip(medan)

    made = again(row)
    assert len(files(medan)) == 2
    assert storage.sweep(medan.code, set(documents_of(medan)), documents.AREA, older_than=-1) == 1
    assert again(row) == made


def documents_of(agency):
    with agency_scope(agency):
        return documents.names_of(agency)


def test_what_cannot_be_done_is_told_and_stays_whole(medan, person, caplog):
    taken = papers.picture()
    row = kept(person, taken)
    with agency_scope(medan):
        # The same picture handed in again since: without its notes both would be one file.
        twin = documents.traces.removed(taken, "jpeg")
    other = kept(person, twin, traces_removed_at=timezone.now())
    broken, gone = kept(person, b"\xff\xd8\xff\xe1\xff", kind="pak"), kept(person, papers.picture(), kind="sk_cpns")
    storage.remove(medan.code, gone.stored_as, documents.AREA)
    sick = kept(person, papers.picture(), kind="sk_pns", scan="virus", scanned_at=timezone.now(), scan_note="Eicar")

    assert document_traces.strip(medan) == Stripped(left=3)

    assert (again(row), again(other), again(sick)) == (taken, twin, papers.picture())
    assert {str(each.pk) for each in (row, broken, gone)} == {
        record.getMessage().split()[1] for record in caplog.records if record.name == document_traces.__name__
    }  # fmt: skip
    assert len(files(medan)) == 4


def test_the_night_does_it_and_new_pictures_need_none(medan, person):
    officer = user_with(medan, "staf_bkd")
    row = kept(person, papers.picture())
    with agency_scope(medan):
        person.agency = medan
        new = documents.keep(
            actor=officer, employee=person, request=None,
            upload=documents.Upload(DocumentKind.objects.get(pk="ijazah"), "baru.png", papers.picture("PNG")),
        )  # fmt: skip
    assert new.traces_removed_at is not None

    tasks.tidy_documents()

    assert place(again(row)) == {}
    assert row.traces_removed_at is not None
