"""Roles and who holds them: given by one person where they hold every right of it, else asked for and approved by two.

Nobody gives a right that they lack, gives or decides anything for themself, or reaches a role of the operator. Deciding
roles (`asnhr.roles.APPROVERS`) are proven by the database as well (migrations asnhr 0016 and 0030). Failures:
NotAllowed, RuleBroken. The audit trail records every row.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from asnhr import dates, roles
from asnhr.constraints import sentence_of
from asnhr.errors import NotAllowed, RuleBroken
from asnhr.first_login import same_hand
from asnhr.models import RoleAssignment, RoleRequest, User
from asnhr.notifications.service import notify, role_ended, role_granted
from positions import permissions
from positions.models import Employee, Unit, UnitScope
from positions.models._base import in_force
from positions.models.employee import ENDED_STATUS

Verdict = RoleRequest.Verdict
# Rights that a refused approver lacks, as far as they are named.
SHOWN = 3
TOO_EARLY = gettext_lazy(
    "Tanggal berakhir harus sesudah tanggal mulai. Yang tidak boleh berlaku lagi dicabut sekarang."
)
STRANGER = gettext_lazy(
    "Tidak ada akun aktif dengan nama pengguna atau NIP ini di antara pegawai dan pemegang peran instansi Anda."
    " Yang baru pindah ke sini dicatat dahulu di register."
)


def check_may_manage(actor: User) -> None:
    permissions.check_may(actor, "manage_roles")


def agency_of(actor: User) -> Any:
    """The agency that the actor works for; a right there is what let them in."""
    return actor.access.agency_id


def may_change(actor: User, assignment: RoleAssignment) -> bool:
    """Return whether the actor may end the role or change its units."""
    held: frozenset[str] = actor.access.permissions
    return "manage_roles" in held and assignment.user_id != actor.pk and assignment.role not in roles.OPERATORS


@transaction.atomic
def grant(
    *, actor: User, user: User, role: str, starts_on: date, ends_on: date | None = None, units: Sequence[Unit] = ()
) -> RoleAssignment:
    """Give a role whose every right the actor holds."""
    check_may_manage(actor)
    check_candidate(actor, user)
    if role not in roles.grantable(actor.access):
        raise NotAllowed(_("Peran ini bukan kewenangan Anda untuk diberikan."))
    _check_units(actor, role, units)
    return _assigned(actor, user, role, starts_on, ends_on, units)


@transaction.atomic
def request_role(
    *, actor: User, user: User, role: str, starts_on: date, reason: str, ends_on: date | None = None
) -> RoleRequest:
    """Ask for a deciding role for somebody else."""
    check_may_manage(actor)
    check_candidate(actor, user)
    if role not in roles.APPROVED:
        raise NotAllowed(_("Peran ini tidak diberikan lewat permintaan."))
    if not reason.strip():
        raise RuleBroken(_("Alasan wajib diisi: penyetuju memutuskan berdasarkan itu."))
    if RoleAssignment.objects.filter(agency=agency_of(actor), user=user, role=role, ends_on=None).exists():
        raise RuleBroken(_("Pengguna ini sudah memegang peran tersebut."))
    asked = RoleRequest(
        agency_id=agency_of(actor), user=user, role=role, starts_on=starts_on, ends_on=ends_on,
        reason=reason.strip()[:300], requested_by=actor,
    )  # fmt: skip
    _saved(asked)
    _tell_asked(asked)
    return asked


def _tell_asked(asked: RoleRequest) -> None:
    """Tell those from whose office the role comes, but who asked and for whom."""
    deciders = RoleAssignment.objects.filter(
        in_force(dates.today()), agency_id=asked.agency_id, role__in=roles.APPROVERS[asked.role], user__is_active=True
    ).exclude(user__in=[asked.requested_by_id, asked.user_id])
    notify(
        "role.requested", agency_id=asked.agency_id, actor=asked.requested_by, object_id=asked.pk, to_holders=False,
        people=deciders.values_list("user_id", flat=True), url=f"/peran/permintaan/{asked.pk}/",
        data={"request_id": asked.pk, "role": asked.role},
    )  # fmt: skip


def may_decide(actor: User, request: RoleRequest) -> bool:
    """Return whether the actor is a second person from whose office the role comes, and who holds all its rights."""
    return (
        request.verdict == Verdict.WAITING
        and actor.access.may("approve_roles")
        and roles.may_approve(request.role, actor.access)
        and _is_second(actor, request)
    )


def _is_second(actor: User, asked: RoleRequest) -> bool:
    """Return whether the actor neither asked nor gets the role; a login without a NIP that the actor made is no other
    person (decision 0021). Two queries."""
    return not any(same_hand(asked.agency_id, actor.pk, each) for each in (asked.requested_by_id, asked.user_id))


@transaction.atomic
def decide_request(
    *, actor: User, request: RoleRequest, approve: bool, reason: str, today: date
) -> RoleAssignment | None:
    """Approve (the role begins today, or on the later day that was asked for) or refuse; return the role given."""
    permissions.check_may(actor, "approve_roles")
    asked = RoleRequest.objects.select_for_update().get(agency_id=agency_of(actor), pk=request.pk)
    if not _is_second(actor, asked):
        raise NotAllowed(_("Permintaan peran diputuskan oleh orang lain."))
    _check_holds(actor, asked.role)
    if asked.verdict != Verdict.WAITING:
        raise RuleBroken(_("Permintaan ini sudah diputuskan."))
    if not reason.strip():
        raise RuleBroken(_("Alasan keputusan wajib diisi."))
    if approve and not asked.user.is_active:
        raise RuleBroken(_("Akun ini sudah ditutup."))
    if approve and not _is_known(asked.agency_id, asked.user, today):
        raise RuleBroken(_("Calon pemegang sudah tidak tercatat di instansi ini; permintaannya hanya dapat ditolak."))
    if approve and asked.ends_on is not None and asked.ends_on <= today:
        raise RuleBroken(_("Masa peran yang diminta sudah lewat; mintalah yang baru."))
    _close(asked, Verdict.APPROVED if approve else Verdict.REFUSED, actor, reason)
    notify(
        "role.decided", agency_id=asked.agency_id, actor=actor, object_id=asked.pk, to_holders=False,
        people=[asked.requested_by_id], url=f"/peran/permintaan/{asked.pk}/",
        data={"request_id": asked.pk, "role": asked.role, "state": str(asked.verdict)},
    )  # fmt: skip
    if not approve:
        return None
    return _assigned(actor, asked.user, asked.role, max(asked.starts_on, today), asked.ends_on, (), asked)


def _check_holds(actor: User, role: str) -> None:
    """Refuse an approver from whose office the role does not come, or who lacks a right of it in the whole agency:
    an office and its rights are two things, and a token or a later release may part them."""
    if not roles.APPROVERS.get(role, frozenset()) & actor.access.roles:
        raise NotAllowed(_("Peran ini bukan kewenangan jabatan Anda."))
    if missing := roles.lacking(role, roles.held_for(role, actor.access)):
        rights = ", ".join(str(roles.PERMISSION_NAMES[each]) for each in missing[:SHOWN])
        raise NotAllowed(
            _("Peran ini memuat hak yang tidak Anda pegang di seluruh instansi, antara lain: %(rights)s.")
            % {"rights": rights}
        )


@transaction.atomic
def withdraw_request(*, actor: User, request: RoleRequest) -> None:
    """Take back what one asked for oneself, while it waits."""
    asked = RoleRequest.objects.select_for_update().get(agency_id=agency_of(actor), pk=request.pk)
    if asked.requested_by_id != actor.pk:
        raise NotAllowed(_("Hanya peminta yang menarik kembali permintaannya."))
    if asked.verdict != Verdict.WAITING:
        raise RuleBroken(_("Permintaan ini sudah diputuskan."))
    _close(asked, Verdict.WITHDRAWN, actor, "")


@transaction.atomic
def end_role(*, actor: User, assignment: RoleAssignment, ends_on: date, today: date) -> RoleAssignment:
    """End a role today or later, or end it sooner; nothing here prolongs one, or denies that a right was held."""
    row = _locked(actor, assignment)
    if row.ends_on is not None and row.ends_on <= today:
        raise RuleBroken(_("Peran ini sudah berakhir."))
    if ends_on < today:
        raise RuleBroken(_("Peran tidak diakhiri mundur: paling awal hari ini."))
    if ends_on <= row.starts_on:
        raise RuleBroken(str(TOO_EARLY))
    if row.ends_on is not None and ends_on > row.ends_on:
        raise RuleBroken(_("Peran tidak diperpanjang di sini; berikan peran baru."))
    row.ends_on = ends_on
    _saved(row)
    role_ended(row, actor)
    return row


@transaction.atomic
def revoke_role(*, actor: User, assignment: RoleAssignment, reason: str, today: date) -> RoleAssignment:
    """Take a role back from this moment, also one given today or not yet begun. The row stays, and says until when it
    was held, who took it back and why; what the person's sessions do next finds it gone."""
    row = _locked(actor, assignment)
    if row.ends_on is not None and row.ends_on <= today:
        raise RuleBroken(_("Peran ini sudah berakhir."))
    if not reason.strip():
        raise RuleBroken(_("Alasan pencabutan wajib diisi."))
    row.ends_on, row.revoked_at, row.revoked_by, row.revoke_reason = today, timezone.now(), actor, reason.strip()[:300]
    _saved(row)
    role_ended(row, actor)
    return row


@transaction.atomic
def prolong(*, actor: User, assignment: RoleAssignment, ends_on: date | None, today: date) -> RoleAssignment:
    """Let a role that has not ended end later, or not (None): as much as giving it, so only who may give it."""
    row = _locked(actor, assignment)
    if row.role not in roles.grantable(actor.access):
        raise NotAllowed(_("Peran ini bukan kewenangan Anda untuk diberikan."))
    if row.ends_on is None or row.ends_on <= today:
        raise RuleBroken(_("Peran ini sudah berakhir."))
    row.ends_on = ends_on
    _saved(row)
    return row


@transaction.atomic
def set_units(*, actor: User, assignment: RoleAssignment, units: Sequence[Unit]) -> None:
    """Let a unit-bound role reach these units and no others; what is new must be the actor's to give."""
    row = _locked(actor, assignment)
    _check_units(actor, row.role, units)
    scopes = UnitScope.objects.filter(agency_id=row.agency_id, assignment=row)
    held = set(scopes.values_list("unit_id", flat=True))
    new = [unit for unit in dict.fromkeys(units) if unit.pk not in held]
    if new and row.role not in roles.grantable(actor.access):
        raise NotAllowed(_("Peran ini bukan kewenangan Anda untuk diberikan."))
    scopes.exclude(unit__in=[unit.pk for unit in units]).delete()
    UnitScope.objects.bulk_create(UnitScope(agency_id=row.agency_id, assignment=row, unit=unit) for unit in new)


@transaction.atomic
def add_unit(*, actor: User, assignment: RoleAssignment, unit: Unit) -> None:
    """Let a unit-bound role reach one more unit of the actor's own reach."""
    row = _locked(actor, assignment)
    if row.role not in roles.grantable(actor.access):
        raise NotAllowed(_("Peran ini bukan kewenangan Anda untuk diberikan."))
    _check_units(actor, row.role, [unit])
    _saved(UnitScope(agency_id=row.agency_id, assignment=row, unit=unit))


@transaction.atomic
def remove_unit(*, actor: User, assignment: RoleAssignment, unit: Unit) -> None:
    """Take a unit from a role; the last one goes by ending the role: an empty reach would see nothing, silently."""
    row = _locked(actor, assignment)
    scopes = UnitScope.objects.filter(agency_id=row.agency_id, assignment=row)
    if not scopes.exclude(unit=unit).exists():
        raise RuleBroken(_("Ini unit terakhir; akhiri perannya."))
    scopes.filter(unit=unit).delete()


def _locked(actor: User, assignment: RoleAssignment) -> RoleAssignment:
    check_may_manage(actor)
    row: RoleAssignment = RoleAssignment.objects.select_for_update().get(agency_id=agency_of(actor), pk=assignment.pk)
    if row.user_id == actor.pk:
        raise NotAllowed(_("Peran sendiri diubah oleh orang lain."))
    if row.role in roles.OPERATORS:
        raise NotAllowed(_("Peran ini hanya diubah oleh operator."))
    return row


def check_candidate(actor: User, user: User) -> None:
    """Refuse whom the actor's agency gives no role. A login of elsewhere is answered as one that is not there: its name
    is none of the agency's."""
    if user.pk == actor.pk:
        raise NotAllowed(_("Peran untuk diri sendiri diberikan oleh orang lain."))
    if not user.is_active or user.is_service:
        raise RuleBroken(_("Akun ini tidak dapat memegang peran."))
    if not _is_known(agency_of(actor), user, dates.today()):
        raise RuleBroken(str(STRANGER))


def _is_known(agency_id: int, user: User, day: date) -> bool:
    """Return whether the person serves in the agency, or the login has or had a role there: it was made there, or the
    operator let it in. Who is on record as gone is not, whatever they held (decision 0021). At most two queries."""
    if user.nip:
        person = Employee.objects.filter(agency_id=agency_id, nip=user.nip).values_list("exits_on", "legal_status")
        found = person.first()
        if found is not None:
            exits_on, legal_status = found
            return (exits_on is None or exits_on > day) and legal_status not in ENDED_STATUS
    return RoleAssignment.objects.filter(agency_id=agency_id, user=user).exists()


def _check_units(actor: User, role: str, units: Sequence[Unit]) -> None:
    if (roles.ROLES[role].reach == "unit") != bool(units):
        raise RuleBroken(
            _("Peran ini tidak terikat pada unit.") if units else _("Peran ini memerlukan sedikitnya satu unit.")
        )
    for unit in units:
        permissions.check_in_scope(actor, unit)


def _assigned(
    actor: User, user: User, role: str, starts_on: date, ends_on: date | None, units: Sequence[Unit],
    request: RoleRequest | None = None,
) -> RoleAssignment:  # fmt: skip
    made = RoleAssignment(
        agency_id=agency_of(actor), user=user, role=role, starts_on=starts_on, ends_on=ends_on,
        granted_by=actor, request=request,
    )  # fmt: skip
    _saved(made)
    UnitScope.objects.bulk_create(
        UnitScope(agency_id=made.agency_id, assignment=made, unit=unit) for unit in dict.fromkeys(units)
    )
    role_granted(made)
    return made


def _close(request: RoleRequest, verdict: str, actor: User, reason: str) -> None:
    request.verdict, request.decided_by, request.decided_at = verdict, actor, timezone.now()
    request.decision = reason.strip()[:300]
    _saved(request)


def _saved(row: Any) -> None:
    try:
        row.full_clean()
        with transaction.atomic():
            row.save()
    except ValidationError as problem:
        raise RuleBroken(" ".join(problem.messages)) from problem
    except IntegrityError as problem:
        raise RuleBroken(sentence_of(problem)) from problem
