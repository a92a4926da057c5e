"""Documents and the photo of a personnel file: taken in checked and scanned, kept encrypted, opened with a trace."""

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import InvalidOperation
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.text import get_valid_filename
from django.utils.translation import gettext as _

from asnhr import dates
from asnhr.audit import reading
from asnhr.constraints import sentence_of
from asnhr.errors import NotAllowed, RuleBroken
from asnhr.files import content, photos, scanning, traces
from asnhr.imports import storage
from asnhr.models import Agency, User
from asnhr.queries import parameters_on
from asnhr.scope import agency_scope
from positions import permissions
from positions.models import ChangeRequest, DocumentKind, Employee, EmployeeDocument, EmployeePhoto
from positions.services import plausible, reasons

# The folder of `asnhr.imports.storage`, for documents and photos.
AREA = "documents"
MB = 1024 * 1024
# What the rulebook lacks: megabytes of a document, its pages, megabytes of an uploaded photo.
DEFAULTS = {"files.document_mb": 5, "files.document_pages": 50, "files.photo_mb": 2}
SCANNED_AT_ONCE = 200
# What is said of a document: of a specific kind it tells as much as the paper.
SAID = ("number", "note", "filename")


@dataclass(frozen=True, slots=True)
class Limits:
    """What an agency takes in on a day. Sizes in bytes."""

    document: int
    pages: int
    photo: int


def limits_of(agency_id: int, day: date) -> Limits:
    """Return the agency's limits; two queries."""
    values = parameters_on(agency_id, day)

    def number(code: str) -> int:
        try:
            return int(values[code].number)
        except (KeyError, InvalidOperation, ValueError):
            return DEFAULTS[code]

    return Limits(number("files.document_mb") * MB, number("files.document_pages"), number("files.photo_mb") * MB)


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it came: what kind it is said to be, its name, its bytes."""

    kind: DocumentKind
    filename: str
    data: bytes
    number: str = ""
    issued_on: date | None = None
    note: str = ""


@transaction.atomic
def add(*, actor: User, employee: Employee, upload: Upload) -> EmployeeDocument:
    """Put a document into a person's file. Raises NotAllowed, or RuleBroken: not what it says, too large, too many
    pages, a virus, there already, the scanner is silent."""
    permissions.check_may_add_document(actor, employee, upload.kind)
    return keep(actor=actor, employee=employee, upload=upload, request=None)


def keep(*, actor: User, employee: Employee, upload: Upload, request: ChangeRequest | None) -> EmployeeDocument:
    """Check, scan and keep an upload, a picture without what the camera noted; who may is the caller's. The file goes
    again when the row cannot be written; one whose transaction fails later is swept at night."""
    plausible.check_day(upload.issued_on, dates.today())
    limits = limits_of(employee.agency_id, dates.today())
    found = content.check(
        upload.data, upload.filename, allowed=upload.kind.formats, max_bytes=limits.document, max_pages=limits.pages
    )
    verdict = scanning.scan(upload.data)
    if verdict is not None and not verdict.clean:
        raise RuleBroken(_("Berkas ditolak: pemindai menemukan %(virus)s.") % {"virus": verdict.virus})
    data = traces.removed(upload.data, found.format)
    stored = storage.keep(employee.agency.code, io.BytesIO(data), AREA)
    row = EmployeeDocument(
        agency_id=employee.agency_id, employee=employee, kind=upload.kind, request=request,
        number=upload.number.strip(), issued_on=upload.issued_on, note=upload.note.strip(),
        filename=_tidy_name(upload.filename), format=found.format,
        size=stored.size, pages=found.pages, sha256=stored.sha256, stored_as=stored.name, uploaded_by=actor,
        scan=EmployeeDocument.Scan.NOT_YET if verdict is None else EmployeeDocument.Scan.CLEAN,
        scanned_at=None if verdict is None else timezone.now(),
        traces_removed_at=timezone.now() if found.format in ("jpeg", "png") else None,
    )  # fmt: skip
    try:
        save(row)
    except BaseException:
        storage.remove(employee.agency.code, stored.name, AREA)
        raise
    return row


def save(row: Any) -> None:
    """Save a row that its constraints accept, also those that another request met first; raises RuleBroken."""
    try:
        row.full_clean()
        with transaction.atomic():
            row.save()
    except ValidationError as problem:
        raise RuleBroken(" ".join(problem.messages)) from problem
    except IntegrityError as problem:
        raise RuleBroken(sentence_of(problem)) from problem


def _tidy_name(filename: str) -> str:
    """Return the last part of a name without anything that a header or a file system reads otherwise."""
    name = filename.replace("\\", "/").rpartition("/")[2]
    stem, _dot, ending = name.rpartition(".")
    return f"{get_valid_filename(stem[:120] or 'dokumen')}.{ending.lower()}"


@transaction.atomic
def read(*, actor: User, document: EmployeeDocument) -> bytes:
    """Return the clear file and write down who opened it. Load `employee.unit`, `kind`, `request` with the document.

    Raises NotAllowed; RuleBroken: removed, infected, changed on disk, no key or no file any more.
    """
    permissions.check_may_open_document(actor, document)
    if document.removed_at is not None:
        raise RuleBroken(_("Berkas dokumen ini sudah dihapus."))
    if document.scan == EmployeeDocument.Scan.INFECTED:
        raise RuleBroken(_("Berkas dikarantina: pemindai menemukan %(virus)s.") % {"virus": document.scan_note})
    data = clear_file(document.employee.agency.code, document.stored_as)
    reading.record(model=EmployeeDocument, objects=[document.pk], columns=["stored_as"], purpose=document.kind.name)
    return data


def note_looks(objects: Sequence[int], purpose: str = "") -> None:
    """Write down that the scope's user read what is said of these documents of specific kinds; nothing for none."""
    if objects:
        reading.record(model=EmployeeDocument, objects=list(objects), columns=list(SAID), purpose=purpose)


def clear_file(agency_code: str, name: str) -> bytes:
    """Return the clear content of a kept document or photo; who may is the caller's. Raises RuleBroken without it."""
    try:
        with storage.opened(agency_code, name, AREA) as file:
            return file.read()
    except FileNotFoundError:
        raise RuleBroken(_("Berkasnya tidak ada lagi pada penyimpanan.")) from None


@transaction.atomic
def remove(*, actor: User, document: EmployeeDocument, reason: str) -> EmployeeDocument:
    """Destroy the file of a document; that it was there, and why it went, stays. Raises NotAllowed, RuleBroken."""
    permissions.check_may_add_document(actor, document.employee, document.kind)
    row = EmployeeDocument.objects.select_for_update(of=("self",)).get(pk=document.pk)
    if row.removed_at is not None:
        raise RuleBroken(_("Berkas dokumen ini sudah dihapus."))
    if row.request_id is not None:
        raise RuleBroken(_("Bukti usul perbaikan tidak dihapus: di atasnya sebuah keputusan dibuat."))
    if not reason.strip():
        raise RuleBroken(_("Sebutkan mengapa dokumen ini dihapus."))
    # The reason stands in the chain for ever: of what tells of family, health or a sanction it comes from the list.
    why = reasons.told(reason, coded=bool(document.kind.permission))
    row.removed_at, row.removed_by, row.removal_reason = timezone.now(), actor, why
    save(row)
    code, name = document.employee.agency.code, row.stored_as
    transaction.on_commit(lambda: storage.remove(code, name, AREA))
    return row


# Photo


@transaction.atomic
def set_photo(*, actor: User, employee: Employee, filename: str, data: bytes) -> EmployeePhoto:
    """Put a photo made anew from the picture's pixels, in place of an older one. Raises NotAllowed, RuleBroken."""
    permissions.check_may_keep_photo(actor, employee)
    limits = limits_of(employee.agency_id, dates.today())
    verdict = scanning.scan(data)
    if verdict is not None and not verdict.clean:
        raise RuleBroken(_("Berkas ditolak: pemindai menemukan %(virus)s.") % {"virus": verdict.virus})
    made = photos.portrait_of(data, filename, max_bytes=limits.photo)
    # Two who change it at once: hold the person until we commit.
    Employee.objects.select_for_update(of=("self",)).get(pk=employee.pk)
    code = employee.agency.code
    old = EmployeePhoto.objects.filter(agency_id=employee.agency_id, employee=employee).first()
    stored = storage.keep(code, io.BytesIO(made.data), AREA)
    row = old or EmployeePhoto(agency_id=employee.agency_id, employee=employee)
    before = row.stored_as
    row.stored_as, row.sha256, row.size = stored.name, stored.sha256, stored.size
    row.width, row.height, row.changed_by = made.width, made.height, actor
    try:
        save(row)
    except BaseException:
        storage.remove(code, stored.name, AREA)
        raise
    if before:
        transaction.on_commit(lambda: storage.remove(code, before, AREA))
    return row


@transaction.atomic
def remove_photo(*, actor: User, employee: Employee) -> None:
    """Take the photo away, file and row. Raises NotAllowed, RuleBroken without one."""
    permissions.check_may_keep_photo(actor, employee)
    row = EmployeePhoto.objects.filter(agency_id=employee.agency_id, employee=employee).first()
    if row is None:
        raise RuleBroken(_("Pegawai ini tidak punya foto."))
    code, name = employee.agency.code, row.stored_as
    row.delete()
    transaction.on_commit(lambda: storage.remove(code, name, AREA))


def photo_data(photo: EmployeePhoto) -> bytes:
    """Return the JPEG of a photo that the caller may see. Raises RuleBroken without its file."""
    return clear_file(photo.employee.agency.code, photo.stored_as)


# Nightly


def names_of(agency: Agency) -> list[str]:
    """Return the files that belong to a document or a photo; the agency's scope must be open."""
    documents = EmployeeDocument.objects.filter(agency=agency, removed_at__isnull=True)
    shown = EmployeePhoto.objects.filter(agency=agency)
    return sorted({*documents.values_list("stored_as", flat=True), *shown.values_list("stored_as", flat=True)})


@dataclass(frozen=True, slots=True)
class Tidied:
    scanned: int
    infected: int
    orphans: int


def tidy(agency: Agency) -> Tidied:
    """Scan what was taken in without a scanner, and remove files that belong to nothing. Opens the scope itself.

    A second run changes nothing. Raises scanning.Unreachable after what it had scanned by then.
    """
    with agency_scope(agency, reason="kerapian berkas kepegawaian"):
        named = set(names_of(agency))
    orphans = storage.sweep(agency.code, named, AREA)
    scanned = infected = 0
    while scanning.is_configured():
        # A batch is a transaction: a scanner that falls silent loses no verdict.
        with agency_scope(agency, reason="pemindaian dokumen"):
            waiting = EmployeeDocument.objects.filter(
                agency=agency, scan=EmployeeDocument.Scan.NOT_YET, removed_at__isnull=True
            )
            batch = list(waiting.order_by("pk")[:SCANNED_AT_ONCE].select_for_update(skip_locked=True))
            judged = [row for row in batch if _judge(agency, row)]
        scanned += len(judged)
        infected += sum(row.scan == EmployeeDocument.Scan.INFECTED for row in judged)
        # Files that cannot be read stay unscanned: another round would find the same ones.
        if len(batch) < SCANNED_AT_ONCE or len(judged) < len(batch):
            break
    return Tidied(scanned, infected, orphans)


def _judge(agency: Agency, row: EmployeeDocument) -> bool:
    try:
        verdict = scanning.scan(clear_file(agency.code, row.stored_as))
    except scanning.Unreachable:
        raise
    except RuleBroken:
        return False
    if verdict is None:
        return False
    row.scan = EmployeeDocument.Scan.CLEAN if verdict.clean else EmployeeDocument.Scan.INFECTED
    row.scan_note, row.scanned_at = verdict.virus, timezone.now()
    row.save(update_fields=["scan", "scan_note", "scanned_at"])
    return True


def kinds_for(actor: Any, employee: Employee) -> Iterable[DocumentKind]:
    """Return the kinds that the actor may put into the person's file, in order."""
    try:
        permissions.check_may_edit_people(actor, employee.unit)
    except NotAllowed:
        return []
    if permissions.is_theirs(actor, employee):
        return []
    kinds = DocumentKind.objects.order_by("order", "pk")
    return [kind for kind in kinds if not kind.permission or permissions.may(actor, kind.permission)]
