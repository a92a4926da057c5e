"""What the register lets go when its time is over (asnhr.privacy.retention): the rules of its tables.

Who left, when, says `exits_on`; somebody who came back (an open post) has not left. What a person's file is as an
archive (identity by NIP, ranks, posts, decrees) stays: it ends by the archive schedule of the agency.
"""

from collections.abc import Callable, Sequence
from datetime import date, datetime, time
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy

from asnhr.audit import opening
from asnhr.crypto import set_hashes
from asnhr.imports import storage
from asnhr.models import Agency, User
from asnhr.privacy.retention import Rule
from positions.models import (
    ChangeRequest,
    Discipline,
    Employee,
    EmployeeContact,
    EmployeeDocument,
    EmployeePhoto,
    FamilyMember,
    Incumbency,
    Objection,
    RemovalHearing,
)
from positions.services.documents import AREA

# Stands where a constraint asks for words.
EMPTIED = "—"
AT_ONCE = 500
Ids = Sequence[int]


def _left(agency_id: int, before: date) -> QuerySet[Employee]:
    """People who left before that day and hold no post."""
    posts = Incumbency.objects.filter(agency=OuterRef("agency"), employee=OuterRef("pk"), ends_on__isnull=True)
    return Employee.objects.filter(~Exists(posts), agency_id=agency_id, exits_on__lt=before)


def _of_left(model: Any) -> Callable[[int, date], QuerySet[Any]]:
    def due(agency_id: int, before: date) -> QuerySet[Any]:
        rows: QuerySet[Any] = model.objects.filter(agency_id=agency_id, employee__in=_left(agency_id, before))
        return rows

    return due


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def _trail(model: Any, ids: Ids, words: str) -> int:
    return opening.destroy(model=model, objects=ids, purpose=words)


def _delete(model: Any) -> Callable[[Agency, Ids, User, str], tuple[int, int]]:
    """Delete the rows; what the trail would keep of them goes in the same transaction."""

    def destroy(agency: Agency, ids: Ids, actor: User, words: str) -> tuple[int, int]:
        model.objects.filter(agency=agency, pk__in=ids).delete()
        return len(ids), _trail(model, ids, words)

    return destroy


def _contacts_due(agency_id: int, before: date) -> QuerySet[Any]:
    over = Q(ends_on__lte=before) | Q(employee__in=_left(agency_id, before))
    return EmployeeContact.objects.filter(over, agency_id=agency_id)


def _identity_due(agency_id: int, before: date) -> QuerySet[Any]:
    return _left(agency_id, before).exclude(nik="", nik_hash="", email="", phone="")


def _empty_identity(agency: Agency, ids: Ids, actor: User, words: str) -> tuple[int, int]:
    Employee.objects.filter(agency=agency, pk__in=ids).update(nik="", nik_hash="", email="", phone="")
    return len(ids), _trail(Employee, ids, words)


def _documents_due(agency_id: int, before: date) -> QuerySet[Any]:
    left = _left(agency_id, before)
    return EmployeeDocument.objects.filter(agency_id=agency_id, employee__in=left, removed_at__isnull=True)


def _remove_documents(agency: Agency, ids: Ids, actor: User, words: str) -> tuple[int, int]:
    """The files go; that there was a document of that kind, and why it went, stays."""
    rows = list(EmployeeDocument.objects.filter(agency=agency, pk__in=ids).select_related("employee").order_by("pk"))
    _remove_files(agency, [row.stored_as for row in rows])
    for row in rows:
        row.number, row.note, row.filename = "", "", EMPTIED
        row.removed_at, row.removed_by, row.removal_reason = timezone.now(), actor, words[:300]
        set_hashes(row)
    changed = ["removed_at", "removed_by", "removal_reason"]
    for name in ("number", "note", "filename"):
        changed += [name, f"{name}_hash"]
    EmployeeDocument.objects.bulk_update(rows, changed, batch_size=AT_ONCE)
    return len(ids), _trail(EmployeeDocument, ids, words)


def _remove_photos(agency: Agency, ids: Ids, actor: User, words: str) -> tuple[int, int]:
    rows = EmployeePhoto.objects.filter(agency=agency, pk__in=ids)
    _remove_files(agency, list(rows.values_list("stored_as", flat=True)))
    rows.delete()
    return len(ids), _trail(EmployeePhoto, ids, words)


def _remove_files(agency: Agency, names: Sequence[str]) -> None:
    """Once the record of it is committed: a file without its record would be no proof. One left over is swept."""

    def remove() -> None:
        for name in names:
            storage.remove(agency.code, name, AREA)

    transaction.on_commit(remove)


def _requests_due(agency_id: int, before: date) -> QuerySet[Any]:
    return ChangeRequest.objects.filter(agency_id=agency_id, decided_at__lt=_midnight(before), emptied_at__isnull=True)


def _empty_requests(agency: Agency, ids: Ids, actor: User, words: str) -> tuple[int, int]:
    rows = ChangeRequest.objects.filter(agency=agency, pk__in=ids)
    texts = dict.fromkeys(("before", "proposed", "explanation", "explanation_hash", "reason", "reason_hash"), "")
    rows.update(**texts, emptied_at=timezone.now())
    return len(ids), _trail(ChangeRequest, ids, words)


def _hearings_due(agency_id: int, before: date) -> QuerySet[Any]:
    return RemovalHearing.objects.filter(agency_id=agency_id, heard_on__lt=before, emptied_at__isnull=True)


def _empty_hearings(agency: Agency, ids: Ids, actor: User, words: str) -> tuple[int, int]:
    RemovalHearing.objects.filter(agency=agency, pk__in=ids).update(note="", note_hash="", emptied_at=timezone.now())
    return len(ids), _trail(RemovalHearing, ids, words)


def _objections_due(agency_id: int, before: date) -> QuerySet[Any]:
    return Objection.objects.filter(agency_id=agency_id, answered_at__lt=_midnight(before), emptied_at__isnull=True)


def _empty_objections(agency: Agency, ids: Ids, actor: User, words: str) -> tuple[int, int]:
    Objection.objects.filter(agency=agency, pk__in=ids).update(grounds="", answer="", emptied_at=timezone.now())
    return len(ids), _trail(Objection, ids, words)


OF_PERSON = "employee__nip"
CONTACTS = Rule(
    "kontak", gettext_lazy("Kontak yang sudah tidak berlaku"),
    gettext_lazy("Alamat, nomor, dan surel yang sudah berakhir, atau milik pegawai yang sudah keluar."),
    "retention.contacts_months", _contacts_due, _delete(EmployeeContact), OF_PERSON,
)  # fmt: skip
IDENTITY = Rule(
    "identitas", gettext_lazy("NIK, surel, dan nomor HP pegawai yang sudah keluar"),
    gettext_lazy("Ketiganya dikosongkan; nama, NIP, dan riwayatnya tetap sebagai arsip."),
    "retention.identity_months", _identity_due, _empty_identity, "nip",
)  # fmt: skip
PHOTOS = Rule(
    "foto", gettext_lazy("Foto pegawai yang sudah keluar"), gettext_lazy("Berkas dan barisnya."),
    "retention.photo_months", _of_left(EmployeePhoto), _remove_photos, OF_PERSON,
)  # fmt: skip
FAMILY = Rule(
    "keluarga", gettext_lazy("Keluarga pegawai yang sudah keluar"), gettext_lazy("Seluruh barisnya."),
    "retention.family_months", _of_left(FamilyMember), _delete(FamilyMember), OF_PERSON,
)  # fmt: skip
SANCTIONS = Rule(
    "disiplin", gettext_lazy("Hukuman disiplin pegawai yang sudah keluar"), gettext_lazy("Seluruh barisnya."),
    "retention.discipline_months", _of_left(Discipline), _delete(Discipline), OF_PERSON,
)  # fmt: skip
DOCUMENTS = Rule(
    "dokumen", gettext_lazy("Dokumen berkas pegawai yang sudah keluar"),
    gettext_lazy("Berkasnya; bahwa pernah ada dokumen jenis itu tetap tercatat."),
    "retention.documents_months", _documents_due, _remove_documents, OF_PERSON,
)  # fmt: skip
REQUESTS = Rule(
    "usul", gettext_lazy("Isi usul perbaikan yang sudah diputuskan"),
    gettext_lazy("Nilai, penjelasan, dan alasannya; bahwa ada usul dan putusannya tetap."),
    "retention.requests_months", _requests_due, _empty_requests, OF_PERSON,
)  # fmt: skip
HEARINGS = Rule(
    "keterangan", gettext_lazy("Keterangan pemangku calon penghapusan"),
    gettext_lazy("Yang disampaikan; bahwa pemangku didengar dan formasi tujuannya tetap."),
    "retention.hearings_months", _hearings_due, _empty_hearings, OF_PERSON,
)  # fmt: skip
OBJECTIONS = Rule(
    "keberatan", gettext_lazy("Isi keberatan yang sudah dijawab"),
    gettext_lazy("Alasan dan jawabannya; bahwa ada keberatan dan hasilnya tetap."),
    "retention.objections_months", _objections_due, _empty_objections, OF_PERSON,
)  # fmt: skip
