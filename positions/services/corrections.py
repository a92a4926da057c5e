"""Corrections that people propose to their own file, and what officers decide on them.

Accepted is applied: the services of the register write it in the same transaction, and the audit trail names the
request as the reason of each change.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from asnhr import dates
from asnhr.audit import purposes, reading
from asnhr.errors import RuleBroken
from asnhr.formats import counted
from asnhr.models import RoleAssignment, User
from asnhr.notifications.service import notify
from asnhr.roles import ROLES
from asnhr.scope import agency_scope
from positions import permissions
from positions.models import ChangeRequest, Employee
from positions.models.change_request import NEW_ROWS
from positions.services import correctable, documents, histories
from positions.services.documents import Upload
from positions.services.reasons import OfRequest

State = ChangeRequest.State
# What of a request is read as what it is about: values, and what is said of them.
SAID = ("explanation", "reason")
TOLD = ("before", "proposed", *SAID)
# The target whose values are NIKs, and their field.
NIK = "nik"
MOST_FILES = 5
# New rows of one history that wait at once.
MOST_WAITING = 10


@transaction.atomic
def propose(
    *,
    actor: User,
    employee: Employee,
    target: str,
    values: Mapping[str, Any],
    explanation: str,
    object_id: int | None = None,
    finding: str = "",
    evidence: Sequence[Upload] = (),
    removes: bool = False,
) -> ChangeRequest:
    """Propose a correction to the own file; `removes`: that the row `object_id` goes, and no values.

    Raises NotAllowed (somebody else's), RuleBroken: nothing such to correct, wrong values (`correctable.Faulty`), no
    change, what the register could not take as it stands, no evidence where it is asked, one waits already, a file
    refused."""
    permissions.check_may_propose(actor, employee)
    # One proposal of a person at a time: how many wait, and what they say, is counted below.
    Employee.objects.select_for_update(of=("self",)).get(pk=employee.pk)
    what = correctable.target_of(target)
    if not what.offered_to(employee) or (removes and not what.may_remove):
        raise RuleBroken(_("Data ini tidak dapat diusulkan untuk diperbaiki."))
    if object_id is None and (removes or what.only_recorded):
        raise RuleBroken(_("Pilih baris riwayat yang salah."))
    if object_id is not None:
        correctable.row_of(what, employee, object_id)
    cleaned = {} if removes else correctable.clean(what, values)
    before = correctable.current(what, employee, object_id)
    if what.fields and correctable.plain(cleaned) == correctable.plain(before):
        raise RuleBroken(_("Usul ini sama dengan yang sudah tercatat."))
    if not explanation.strip():
        raise RuleBroken(_("Jelaskan apa yang salah atau kurang."))
    if what.needs_evidence and not evidence:
        raise RuleBroken(_("Usul ini wajib disertai dokumen bukti."))
    _check_waiting(employee, target, object_id, correctable.plain(cleaned))
    if not removes and not _makes_room(employee, target):
        correctable.rehearse(what, employee, object_id, cleaned)
    row = ChangeRequest(
        agency_id=employee.agency_id, employee=employee, target=what.code, object_id=object_id,
        before=correctable.plain(before), proposed=correctable.plain(cleaned), explanation=explanation.strip()[:2000],
        finding=finding[:20], requested_by=actor, removes=removes,
    )  # fmt: skip
    documents.save(row)
    for upload in evidence:
        _attach(actor, row, upload)
    is_apart = what.code in ChangeRequest.TOLD_APART
    notify(
        "correction.proposed", agency_id=row.agency_id, actor=actor, data={"request_id": row.pk}, object_id=row.pk,
        unit_path=(employee.unit.path or "") if employee.unit else "", url=f"/usul-perbaikan/{row.pk}/",
        people=_who_reads(row) if is_apart else (), to_holders=not is_apart,
    )  # fmt: skip
    return row


def waiting(employee: Employee, target: str, object_id: int | None) -> list[ChangeRequest]:
    """Return the person's requests for the same data that wait, the oldest first; one query."""
    rows = ChangeRequest.objects.filter(
        agency_id=employee.agency_id, employee=employee, target=target, object_id=object_id, state=State.WAITING
    )
    return list(rows.order_by("pk"))


def most_waiting(target: str, object_id: int | None) -> int:
    """How many may wait: several new rows of a history, else one."""
    return MOST_WAITING if object_id is None and target in NEW_ROWS else 1


def _check_waiting(employee: Employee, target: str, object_id: int | None, proposed: str) -> None:
    rows = waiting(employee, target, object_id)
    most = most_waiting(target, object_id)
    if len(rows) >= most:
        if most > 1:
            raise RuleBroken(counted("Sudah %(n)s usul untuk data ini menunggu keputusan; tunggu keputusannya.", most))
        raise RuleBroken(_("Usul untuk data ini masih menunggu keputusan."))
    if any(row.proposed == proposed for row in rows):
        raise RuleBroken(_("Usul yang sama masih menunggu keputusan."))


def _makes_room(employee: Employee, target: str) -> bool:
    """Whether a row of this history is proposed to go: what would collide with it may be proposed beside."""
    return ChangeRequest.objects.filter(
        agency_id=employee.agency_id, employee=employee, target=target, removes=True, state=State.WAITING
    ).exists()


def _who_reads(row: ChangeRequest) -> list[int]:
    """Return the users whose work a request is of which others are not told what it is about, but for its person."""
    asked = {"edit_register", ChangeRequest.ASKS_OF_TARGET[row.target]}
    roles = [slug for slug, role in ROLES.items() if asked <= role.duties and role.reach == "agency"]
    today = dates.today()
    held = RoleAssignment.objects.filter(agency_id=row.agency_id, role__in=roles, starts_on__lte=today)
    held = held.exclude(ends_on__lte=today).exclude(user_id=row.requested_by_id)
    return list(held.values_list("user_id", flat=True).distinct())


@transaction.atomic
def add_evidence(*, actor: User, change: ChangeRequest, upload: Upload) -> ChangeRequest:
    """Bring one more document for an own request that still waits. Raises NotAllowed, RuleBroken."""
    permissions.check_may_propose(actor, change.employee)
    row = _locked(change)
    _attach(actor, row, upload)
    return row


def _attach(actor: User, row: ChangeRequest, upload: Upload) -> None:
    what = correctable.target_of(row.target)
    named = (*what.kinds, "lain")
    # That there is a sanction is told by its decree: it proves nothing else.
    is_apart = upload.kind.permission == "view_discipline" and upload.kind.code not in named
    if not upload.kind.as_evidence or is_apart or (what.kinds and upload.kind.code not in named):
        raise RuleBroken(_("Dokumen jenis ini bukan bukti untuk data tersebut."))
    if row.evidence.count() >= MOST_FILES:
        raise RuleBroken(_("Paling banyak %(n)d dokumen bukti.") % {"n": MOST_FILES})
    documents.keep(actor=actor, employee=row.employee, upload=upload, request=row)


def _locked(change: ChangeRequest) -> ChangeRequest:
    """Return the request, held until we commit. Raises RuleBroken when it waits no longer: two officers on one list."""
    rows = ChangeRequest.objects.select_for_update(of=("self",)).select_related("employee__unit", "employee__agency")
    row = rows.get(pk=change.pk)
    if not row.is_waiting:
        raise RuleBroken(_("Usul ini sudah diputuskan: %(state)s.") % {"state": row.get_state_display()})
    return row


@transaction.atomic
def read_values(*, actor: User, change: ChangeRequest) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return what stood there and what is proposed; a look at somebody else's, and at what is said of it, is written
    down. Somebody else's NIK is not told but for its last digits (`read_niks`). Load `employee.unit`.

    Raises NotAllowed.
    """
    permissions.check_may_read_request(actor, change)
    if permissions.is_own_file(actor, change.employee):
        return change.values_before, change.values
    hides = change.target == NIK
    reading.record(model=ChangeRequest, objects=[change.pk], columns=list(SAID if hides else TOLD))
    return (masked(change.values_before), masked(change.values)) if hides else (change.values_before, change.values)


def hides_nik(actor: User, change: ChangeRequest) -> bool:
    """Whether the values of a request are NIKs that the actor is shown only with a purpose (`read_niks`)."""
    return change.target == NIK and not permissions.is_own_file(actor, change.employee)


def masked(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values with as much of a NIK as tells two of them apart."""
    return {name: f"{'•' * 12}{value[-4:]}" if name == NIK and value else value for name, value in values.items()}


@transaction.atomic
def read_niks(*, actor: User, change: ChangeRequest, purpose: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the NIKs that a request is about, the recorded and the proposed one, and write down who read them and why,
    as any look at the person's NIK; `purpose`: a code of `purposes.NIK`. Load `employee.unit`.

    Raises NotAllowed, RuleBroken (no purpose, another kind of request).
    """
    permissions.check_may_read_request(actor, change)
    if change.target != NIK:
        raise RuleBroken(_("Usul ini bukan tentang NIK."))
    if not permissions.is_own_file(actor, change.employee):
        permissions.check_may_read_nik(actor, change.employee.unit)
        why = purposes.checked(purpose, purposes.NIK, _("Keperluan wajib disebut."))
        reading.record(model=Employee, objects=[change.employee_id], columns=["nik"], purpose=why)
        reading.record(model=ChangeRequest, objects=[change.pk], columns=["before", "proposed"], purpose=why)
    return change.values_before, change.values


def may_decide(actor: User, change: ChangeRequest) -> bool:
    return change.is_waiting and permissions.may_decide_request(actor, change)


@transaction.atomic
def accept(*, actor: User, change: ChangeRequest, reason: str = "") -> ChangeRequest:
    """Accept and apply: the register, the decision and the evidence in the file together or not at all.

    Raises NotAllowed (role, unit, own file), RuleBroken: decided already, the register changed since it was proposed,
    or a rule of the register forbids the values.
    """
    # The row first: two officers wait for each other here, and only one finds it waiting.
    row = _locked(change)
    permissions.check_may_decide_request(actor, row)
    what = correctable.target_of(row.target)
    if row.removes:
        histories.hold_for(what.model, row.agency_id)
    employee = Employee.objects.select_for_update(of=("self",)).select_related("unit", "agency").get(pk=row.employee_id)
    now = correctable.current(what, employee, row.object_id)
    # A field that may be proposed only since then says nothing here: it stays as it is.
    if correctable.plain({name: now[name] for name in now if name in row.values_before}) != row.before:
        raise RuleBroken(
            _("Data ini berubah sejak diusulkan; tolak dengan alasan, agar pemiliknya mengusulkan lagi bila perlu.")
        )
    if not all(each.scan != "virus" for each in row.evidence.all()):
        raise RuleBroken(_("Dokumen buktinya dikarantina pemindai virus."))
    # The trail names the request as the reason of whatever the services now write, not what it says: that is kept
    # encrypted and destroyed with it, while reasons stand in the chain for ever.
    why = OfRequest(row.pk)
    said = row.values
    values = {} if row.removes else correctable.typed(what, said)
    values = {name: value for name, value in values.items() if name in said}
    with agency_scope(row.agency_id, actor.pk, str(why)):
        asked = correctable.Correction(actor, employee, what, values, row.object_id, why, dates.today())
        if row.removes:
            correctable.remove(asked)
        else:
            what.apply(asked)
        _decide(row, State.ACCEPTED, reason, actor)
    return row


@transaction.atomic
def refuse(*, actor: User, change: ChangeRequest, reason: str) -> ChangeRequest:
    """Refuse with a reason, which the person reads. Raises NotAllowed, RuleBroken: decided already, no reason."""
    row = _locked(change)
    permissions.check_may_decide_request(actor, row)
    if not reason.strip():
        raise RuleBroken(_("Penolakan wajib beralasan."))
    _decide(row, State.REFUSED, reason, actor)
    return row


@transaction.atomic
def withdraw(*, actor: User, change: ChangeRequest) -> ChangeRequest:
    """Take an own request back before it is decided. Raises NotAllowed, RuleBroken."""
    permissions.check_may_propose(actor, change.employee)
    row = _locked(change)
    _decide(row, State.WITHDRAWN, "", None)
    return row


def _decide(row: ChangeRequest, state: str, reason: str, actor: User | None) -> None:
    row.state, row.reason, row.decided_by, row.decided_at = state, reason.strip()[:2000], actor, timezone.now()
    documents.save(row)
    if actor is not None:
        notify(
            "correction.decided", agency_id=row.agency_id, actor=actor, data={"request_id": row.pk, "state": state},
            people=[row.requested_by_id], object_id=row.pk, url=f"/usul-perbaikan/{row.pk}/",
        )  # fmt: skip
