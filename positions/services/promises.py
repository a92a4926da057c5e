"""What is known of the months to come: a PPPK contract extended or not, a seat promised to a running selection.

Both are inputs of the analysis (outflow; F). Each service is one transaction, keyword-only, with its actor.
"""

from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from asnhr.errors import NotAllowed, RuleBroken
from asnhr.models import User
from positions import permissions
from positions.models import Contract, Employee, Reservation, Seat


def _check_contract(actor: User, employee: Employee) -> None:
    permissions.check_may_edit_people(actor, employee.unit)
    if permissions.is_theirs(actor, employee):
        raise NotAllowed(_("Kontrak sendiri dicatat oleh petugas lain."))


@transaction.atomic
def add_contract(*, actor: User, employee: Employee, number: str, starts_on: date, ends_on: date) -> Contract:
    """Record a contract from `starts_on` up to, but without, `ends_on`. Raises RuleBroken: no PPPK, overlaps."""
    _check_contract(actor, employee)
    if employee.status not in (Employee.Status.PPPK, Employee.Status.PART_TIME):
        raise RuleBroken(_("Hanya PPPK yang bekerja menurut kontrak."))
    row = Contract(
        agency_id=employee.agency_id, employee=employee, number=number.strip(), starts_on=starts_on, ends_on=ends_on
    )
    return _saved(row)


@transaction.atomic
def correct_contract(*, actor: User, contract: Contract, **facts: Any) -> Contract:
    """Correct the `number` or the end (`ends_on`) of a contract that was written wrongly. Raises RuleBroken."""
    _check_contract(actor, contract.employee)
    unknown = set(facts) - {"number", "ends_on"}
    if unknown:
        raise ValueError(f"not editable here: {', '.join(sorted(unknown))}")
    row = Contract.objects.select_for_update(of=("self",)).get(pk=contract.pk)
    for name, value in facts.items():
        setattr(row, name, value)
    if row.decided_on is not None and not row.starts_on <= row.decided_on <= row.ends_on:
        raise RuleBroken(_("Tanggal keputusan harus di dalam masa kontrak."))
    return _saved(row)


@transaction.atomic
def decide_extension(*, actor: User, contract: Contract, extension: str, decided_on: date) -> Contract:
    """Say whether a contract is extended (`Contract.Extension`); "belum" takes a decision back.

    Only a decision not to extend makes the contract's end an outflow. Raises RuleBroken: unknown answer, a decision
    dated after the contract's end or before its start.
    """
    _check_contract(actor, contract.employee)
    if extension not in Contract.Extension.values:
        raise RuleBroken(_("Pilih diperpanjang, tidak diperpanjang atau belum diputuskan."))
    row = Contract.objects.select_for_update(of=("self",)).get(pk=contract.pk)
    is_open = extension == Contract.Extension.OPEN
    if not is_open and not row.starts_on <= decided_on <= row.ends_on:
        raise RuleBroken(_("Tanggal keputusan harus di dalam masa kontrak."))
    row.extension, row.decided_on = extension, None if is_open else decided_on
    row.save(update_fields=["extension", "decided_on"])
    return row


@transaction.atomic
def reserve_seat(*, actor: User, seat: Seat, reason: str, starts_on: date, ends_on: date | None = None) -> Reservation:
    """Promise a seat from `starts_on`: it counts in F. Raises RuleBroken where it is promised or closed then."""
    permissions.check_may_edit_positions(actor, seat.position.unit)
    if not reason.strip():
        raise RuleBroken(_("Pemesanan formasi wajib menyebut alasan."))
    if seat.starts_on > starts_on or (seat.ends_on is not None and seat.ends_on <= starts_on):
        raise RuleBroken(_("Formasi ini tidak ada pada tanggal itu."))
    return _saved(
        Reservation(agency_id=seat.agency_id, seat=seat, reason=reason.strip(), starts_on=starts_on, ends_on=ends_on)
    )


@transaction.atomic
def release_seat(*, actor: User, reservation: Reservation, ends_on: date) -> Reservation:
    """End a promise: `ends_on` is the first day without it. Raises RuleBroken for a day not after its start."""
    permissions.check_may_edit_positions(actor, reservation.seat.position.unit)
    row = Reservation.objects.select_for_update(of=("self",)).get(pk=reservation.pk)
    if row.ends_on is not None and row.ends_on <= ends_on:
        raise RuleBroken(_("Pemesanan ini sudah berakhir."))
    row.ends_on = ends_on
    return _saved(row)


def _saved(row: Any) -> Any:
    try:
        row.full_clean()
    except ValidationError as problem:
        raise RuleBroken(" ".join(problem.messages)) from problem
    row.save()
    return row
