"""Secret values of the trail: asked for by one, decided by another, opened by the asker for a day."""

import json
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, connection, models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from asnhr import crypto
from asnhr.audit import apart, purposes, reading, whose, words
from asnhr.audit.declared import Declared, by_table
from asnhr.crypto import Encrypted, HashedMixin
from asnhr.errors import NotAllowed, RuleBroken
from asnhr.models import AuditEntry, AuditOpening, AuditSecret, AuditValue, User
from asnhr.notifications.service import notify
from asnhr.privacy.declared import holdings

OPEN_FOR = timedelta(hours=24)
# Characters of a remark.
LONGEST = 300
FOR_APPROVAL = (AuditOpening.Reason.OF_DUTY, AuditOpening.Reason.GROUNDED)
FOR_REFUSAL = (AuditOpening.Reason.NOT_OF_DUTY, AuditOpening.Reason.NOT_GROUNDED, AuditOpening.Reason.OTHER_WAY)
PURPOSES = {code: name for code, name in AuditOpening.Purpose.choices if code != AuditOpening.Purpose.EARLIER}


@dataclass(frozen=True)
class Opened:
    """A value that left the register: when, by which change; `proven`: its salted hash is the one in the chain."""

    entry: AuditEntry
    column: str
    label: str
    value: str
    proven: bool
    # The value as a page tells it.
    shown: str = ""


def with_secrets(table: str) -> Declared:
    """Return the declaration of a table with secret columns; raises RuleBroken for another."""
    known = by_table().get(table)
    if known is None or not known.secrets:
        raise RuleBroken(_("Tabel ini tidak menyimpan nilai rahasia."))
    return known


@transaction.atomic
def request_opening(*, actor: User, table: str, object_id: int, purpose: str, note: str = "") -> AuditOpening:
    """Ask for the secret values of one object. `purpose`: a code of `PURPOSES`; `note`: what else who decides should
    know, kept encrypted. Raises NotAllowed, RuleBroken."""
    if not actor.access.may("request_opening"):
        raise NotAllowed(_("Peran Anda tidak boleh meminta pembukaan nilai rahasia."))
    agency_id: Any = actor.access.agency_id
    known = with_secrets(table)
    why = purposes.checked(purpose, PURPOSES, _("Keperluan wajib disebut."))
    if not _secrets(agency_id, known.table, object_id).exists():
        raise RuleBroken(_("Tidak ada nilai rahasia yang tersimpan tentang objek ini."))
    try:
        with transaction.atomic():
            made = AuditOpening.objects.create(
                agency_id=agency_id, table_name=known.table, object_id=object_id, purpose=why,
                note=note.strip()[:LONGEST], requested_by=actor,
            )  # fmt: skip
    except IntegrityError:
        raise RuleBroken(_("Permintaan yang sama masih menunggu persetujuan.")) from None
    _tell("opening.requested", made, actor)
    return made


def objects_of(*, actor: User, table: str, nip: str) -> dict[int, datetime]:
    """Return the objects of a table about a person of whom the trail keeps values, deleted ones too, and when the last
    value left. Raises NotAllowed, RuleBroken."""
    if not actor.access.may("request_opening"):
        raise NotAllowed(_("Peran Anda tidak boleh meminta pembukaan nilai rahasia."))
    known = with_secrets(table)
    if known.model not in holdings or not holdings.get(known.model).person:
        raise RuleBroken(_("Objek jenis ini tidak tentang satu orang; sebut nomornya."))
    kept = _kept(actor.access.agency_id, known.table)
    objects = sorted(set(kept.values_list("object_id", flat=True)))
    ids = whose.of_person(known, nip, objects, actor)
    rows = kept.filter(object_id__in=ids).values_list("object_id", "entry_id")
    at = dict(AuditEntry.objects.filter(pk__in=[entry for _id, entry in rows]).values_list("pk", "at"))
    found: dict[int, datetime] = {}
    for object_id, entry in rows:
        found[object_id] = max(at[entry], found.get(object_id, at[entry]))
    return found


def _tell(kind: str, opening: AuditOpening, actor: User, people: Sequence[int] = (), **facts: str) -> None:
    notify(
        kind, agency_id=opening.agency_id, actor=actor, object_id=opening.pk, people=people, to_holders=not people,
        url=f"/jejak/pembukaan/{opening.pk}/", data={"opening_id": opening.pk, **facts},
    )  # fmt: skip


@transaction.atomic
def decide(
    *, actor: User, opening: AuditOpening, approve: bool, reason: str, note: str = "", now: datetime | None = None
) -> None:
    """Approve or refuse a request of somebody else. `reason`: a code of `reasons_for`; `note`: what else there is to
    say, kept encrypted. Raises NotAllowed, RuleBroken."""
    if not actor.access.may("approve_opening"):
        raise NotAllowed(_("Peran Anda tidak boleh memutuskan pembukaan nilai rahasia."))
    agency_id: Any = actor.access.agency_id
    opening = AuditOpening.objects.select_for_update().get(agency_id=agency_id, pk=opening.pk)
    if opening.requested_by_id == actor.pk:
        raise NotAllowed(_("Permintaan sendiri diputuskan oleh orang lain."))
    if is_about(actor, opening):
        raise NotAllowed(_("Pembukaan nilai tentang diri sendiri diputuskan oleh orang lain."))
    if opening.verdict != AuditOpening.Verdict.WAITING:
        raise RuleBroken(_("Permintaan ini sudah diputuskan."))
    why = purposes.checked(reason, AuditOpening.Reason.values, _("Alasan keputusan wajib diisi."))
    if why not in reasons_for(approve=approve):
        raise RuleBroken(_("Alasan ini tidak sesuai dengan keputusannya."))
    now = now or timezone.now()
    opening.verdict = AuditOpening.Verdict.APPROVED if approve else AuditOpening.Verdict.REFUSED
    opening.decided_by, opening.decided_at, opening.reason = actor, now, why
    opening.decision_note = note.strip()[:LONGEST]
    opening.expires_at = now + OPEN_FOR if approve else None
    said = ["reason", "decision_note", "decision_note_hash"]
    opening.save(update_fields=["verdict", "decided_by", "decided_at", "expires_at", *said])
    _tell("opening.decided", opening, actor, [opening.requested_by_id], state=str(opening.verdict))


def reasons_for(*, approve: bool) -> dict[str, Any]:
    """Return what a verdict is given for: code → words."""
    names = dict(AuditOpening.Reason.choices)
    return {each.value: names[each] for each in (FOR_APPROVAL if approve else FOR_REFUSAL)}


def may_read_notes(opening: AuditOpening, actor: User) -> bool:
    """Return whether the actor reads what was said beside the codes: who asked, and who may decide."""
    return opening.requested_by_id == actor.pk or actor.access.may("approve_opening")


def is_about(actor: User, opening: AuditOpening) -> bool:
    """Return whether the object is, or was, about the actor's own person; no query for who has no NIP."""
    known = by_table().get(opening.table_name)
    if not actor.nip or known is None:
        return False
    return bool(whose.of_person(known, actor.nip, [opening.object_id], actor))


def may_open(opening: AuditOpening, actor: User, now: datetime | None = None) -> bool:
    """Return whether the actor asked for it, somebody approved it, and its time is not over."""
    return (
        opening.requested_by_id == actor.pk
        and actor.access.may("request_opening")
        and opening.verdict == AuditOpening.Verdict.APPROVED
        and opening.expires_at is not None
        and (now or timezone.now()) < opening.expires_at
    )


@transaction.atomic
def open_values(*, actor: User, opening: AuditOpening, now: datetime | None = None) -> list[Opened]:
    """Return the clear values, newest first, and write the opening down. Raises NotAllowed."""
    if not may_open(opening, actor, now):
        raise NotAllowed(_("Nilai ini dibuka hanya oleh pemintanya, setelah disetujui, selama 24 jam."))
    known = with_secrets(opening.table_name)
    secrets = list(_secrets(opening.agency_id, opening.table_name, opening.object_id).order_by("-entry_id"))
    ids = [secret.entry_id for secret in secrets]
    entries = AuditEntry.objects.select_related("user").in_bulk(ids)
    values = {
        value.entry_id: value
        for value in AuditValue.objects.filter(
            agency_id=opening.agency_id, object_id=opening.object_id, entry_id__in=ids
        )
    }
    nip = whose.nip_of(opening.table_name, opening.object_id, actor)
    opened = [
        each
        for secret in secrets
        for each in _opened(known, entries[secret.entry_id], secret, values.get(secret.entry_id), nip)
    ]
    reading.record(
        model=known.model_class, objects=[opening.object_id], columns=sorted({each.column for each in opened}),
        purpose=opening.purpose, kind=AuditEntry.Kind.OPEN,
    )  # fmt: skip
    return opened


def _secrets(agency_id: Any, table: str, object_id: int) -> Any:
    """Rows that keep a clear value of the object."""
    return _kept(agency_id, table).filter(object_id=object_id)


def _kept(agency_id: Any, table: str) -> Any:
    """Rows that keep a clear value of a table's objects."""
    of_table = AuditEntry.objects.filter(agency_id=agency_id, table_name=table).values("pk")
    return AuditSecret.objects.filter(agency_id=agency_id, entry_id__in=of_table).exclude(clear=None)


def _opened(
    known: Declared, entry: AuditEntry, secret: AuditSecret, value: AuditValue | None, nip: str
) -> list[Opened]:  # fmt: skip
    hashes = words.columns_changed(entry, value.change) if value else {}
    columns: dict[str, Any] = {str(each.column): each for each in known.model_class._meta.local_fields}
    salt, found = apart.salt_of(secret.salt), []
    for name, text in apart.values_of(secret, known.table).items():
        if text:
            label = str(columns[name].verbose_name) if name in columns else name
            kept = hashes.get(name, ("",))[0]
            proven = any(apart.hash_of(salt, name, each) == kept for each in _witnesses(columns.get(name), text, nip))
            # Codes are filled with blanks to one length.
            clear = text.rstrip() if isinstance(text, str) else text
            shown = words.opened_in_words(columns.get(name), str(clear))
            found.append(Opened(entry, name, label, clear, proven, shown))
    return found


def _witnesses(column: models.Field | None, left: Any, nip: str) -> list[str]:
    """Return what `audit_hash` may have been made of for a value: of an encrypted column the keyed hash, of few values
    bound to the person; in entries from before that the hash that nobody is bound to, or the value itself."""
    text = str(left).lower() if isinstance(left, bool) else str(left)
    found = [text]
    if isinstance(column, Encrypted):
        found.append(crypto.lookup_hash(text))
    if isinstance(column, HashedMixin):
        # From before it was encrypted a value may be written otherwise.
        with suppress(ValueError):
            found.append(column.hash_for(column.clear(text), nip))
    return found


def destroy(*, model: type[models.Model], objects: Sequence[int], purpose: str) -> int:
    """Destroy salts and clear values of rows whose retention ended; return how many. The chain holds without them."""
    said = json.dumps({"columns": sorted(by_table()[model._meta.db_table].secrets), "purpose": purpose})
    with connection.cursor() as cursor:
        cursor.execute("SELECT audit_destroy(%s, %s::bigint[], %s)", [model._meta.db_table, list(objects), said])
        return int(cursor.fetchone()[0])
