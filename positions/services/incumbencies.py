"""Corrections of who held what since when: what was written wrongly, never what came to be (`register.appoint`); and
appointments of a day to come that are withdrawn."""

from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from asnhr import constraints, formats
from asnhr.errors import NotAllowed, RuleBroken
from asnhr.models import User
from asnhr.scope import agency_scope
from positions import permissions
from positions.models import Employee, Incumbency, Position, Seat
from positions.services import coming, restoring
from positions.services.decree import check_not_backwards
from positions.services.register import _save
from positions.services.unmerging import first_use

# Which post, which seat and as what: another of them is another appointment.
CORRECTED = ("decree", "decree_on", "starts_on", "ends_on")


@transaction.atomic
def correct(*, actor: User, incumbency: Incumbency, **facts: Any) -> Incumbency:
    """Correct `CORRECTED` facts of an incumbency; the posts before and after it stay as they are, each is corrected by
    itself. `ends_on`: the first day without it. Load `position__unit` and `employee`.

    Raises RuleBroken (no decree or one decided after the TMT, days outside the position's or the person's own, an end
    taken back, whatever clashes with another incumbency) and NotAllowed: not the actor's unit, the own history.
    """
    permissions.check_may_edit_incumbency(actor, incumbency)
    if permissions.is_theirs(actor, incumbency.employee):
        raise NotAllowed(_("Riwayat sendiri dicatat oleh petugas lain."))
    if unknown := set(facts) - set(CORRECTED):
        raise ValueError(f"not editable here: {', '.join(sorted(unknown))}")
    # As an appointment holds them: nobody is put there meanwhile.
    position = Position.objects.select_for_update(of=("self",)).get(pk=incumbency.position_id)
    person = Employee.objects.select_for_update(of=("self",)).get(pk=incumbency.employee_id)
    row = Incumbency.objects.select_for_update(of=("self",)).select_related("seat").get(pk=incumbency.pk)
    ended, dated = row.ends_on, (row.starts_on, row.decree_on)
    for name, value in facts.items():
        setattr(row, name, value.strip() if isinstance(value, str) else value)
    if not row.decree:
        raise RuleBroken(_("Pengangkatan wajib menyebut nomor SK."))
    if ended is not None and row.ends_on is None:
        raise RuleBroken(_("Masa jabatan ini sudah berakhir."))
    if {"starts_on", "decree_on"} & set(facts) and (row.starts_on, row.decree_on) != dated:
        # What an import wrote as the paper has it stays; no correction brings it about.
        check_not_backwards(row.decree_on, row.starts_on)
    if {"starts_on", "ends_on"} & set(facts):
        _check_days(row, position, person)
    _write(row)
    return row


def _check_days(row: Incumbency, position: Position, person: Employee) -> None:
    """The post was there, and so was the person."""
    begun = max(each for each in (position.starts_on, row.seat.starts_on if row.seat else None) if each is not None)
    if row.starts_on < begun:
        raise RuleBroken(_("Jabatan ini baru ada sejak %(day)s.") % {"day": formats.day(begun)})
    if row.starts_on <= person.birth_date:
        raise RuleBroken(_("Tanggal mulai harus sesudah tanggal lahir pegawai."))
    if row.ends_on is not None and row.ends_on <= row.starts_on:
        raise RuleBroken(_("Tanggal berakhir harus sesudah TMT %(day)s.") % {"day": formats.day(row.starts_on)})
    for last, sentence in (
        (position.ends_on, _("Jabatan ini sudah ditutup pada %(day)s.")),
        (person.exits_on, _("Pegawai sudah tercatat keluar pada %(day)s.")),
    ):
        if last is not None and (row.ends_on is None or row.ends_on > last):
            raise RuleBroken(sentence % {"day": formats.day(last)})


def _write(row: Incumbency) -> None:
    """Save; what only a trigger knows (a Plt where the seat is held) is a broken rule like the rest."""
    try:
        with transaction.atomic():
            _save(row)
    except IntegrityError as error:
        raise RuleBroken(constraints.sentence_of(error)) from error


@transaction.atomic
def withdraw(*, actor: User, incumbency: Incumbency, reason: str, day: date) -> list[str]:
    """Take back an appointment that begins after `day` (today): the post that ended with it goes on, a seat made for it
    goes. Return what did not come back, in sentences. Load `position__unit` and `employee__unit`.

    Raises RuleBroken (it has begun, a decision of the structure brought it about, no reason, the person goes on to
    another post, the post before was closed or filled since) and NotAllowed: not the actor's unit, the own history.
    """
    permissions.check_may_edit_incumbency(actor, incumbency)
    if permissions.is_theirs(actor, incumbency.employee):
        raise NotAllowed(_("Riwayat sendiri dicatat oleh petugas lain."))
    if not reason.strip():
        raise RuleBroken(_("Tuliskan alasan pembatalan."), field="reason")
    # As an appointment holds them.
    Position.objects.select_for_update(of=("self",)).get(pk=incumbency.position_id)
    person = Employee.objects.select_for_update(of=("self",)).get(pk=incumbency.employee_id)
    rows = Incumbency.objects.select_for_update(of=("self",)).annotate(is_carried=coming.carried())
    row = rows.select_related("position__job", "position__unit", "seat").get(pk=incumbency.pk)
    _check_withdrawable(row, person, day)
    xid = restoring.written_by(row)
    with agency_scope(person.agency_id, user_id=actor.pk, reason=reason.strip()):
        Incumbency.objects.filter(pk=row.pk).delete()
        told = _let_go_on(row, person, xid) if row.kind in coming.OWN else []
        _drop_seat(row.seat, row, xid)
    return told


def _check_withdrawable(row: Incumbency, person: Employee, day: date) -> None:
    about = {"name": person.full_name, "post": row.position, "start": formats.day(row.starts_on)}
    if row.starts_on <= day:
        raise RuleBroken(
            _("%(name)s memangku %(post)s sejak %(start)s; yang sudah dimulai diakhiri, bukan dibatalkan.") % about
        )
    if row.is_carried:  # type: ignore[attr-defined]
        raise RuleBroken(
            _(
                "%(name)s berpindah ke %(post)s mulai %(start)s oleh keputusan %(decree)s atas jabatannya; batalkan"
                " keputusan itu lewat halaman jabatannya sekarang."
            )
            % (about | {"decree": row.decree})
        )
    later = coming.from_day(person, row.starts_on).exclude(pk=row.pk).filter(kind__in=coming.OWN).last()
    if row.kind in coming.OWN and later is not None:
        raise RuleBroken(
            _("%(name)s memangku %(post)s mulai %(start)s; batalkan itu dahulu.")
            % (about | {"post": later.position, "start": formats.day(later.starts_on)})
        )


def _let_go_on(row: Incumbency, person: Employee, xid: int | None) -> list[str]:
    """Let the post that an appointment ended go on, and with it what a decision makes of it later. Raises RuleBroken
    where it cannot: nobody is left without a post by a withdrawal."""
    own = Incumbency.objects.filter(agency_id=person.agency_id, employee=person, kind__in=coming.OWN)
    gone = restoring.dropped_by(xid, person, coming.goes_elsewhere(row.starts_on))
    # What a decision ended on the very day is that decision's to take back.
    is_decided = any(each.starts_on == row.starts_on for each in gone)
    ends = {} if is_decided else restoring.ends_before(xid, list(own), row.starts_on)
    before = own.filter(ends_on=row.starts_on).select_related("position__job", "position__unit").order_by("pk").first()
    if before is not None and ends:
        # A post that moved meanwhile goes on as what it is now.
        _must_go_on(before, person, ends.get(before.pk, next(iter(ends.values()))))
    told = []
    for dropped in gone:
        _row, why = restoring.begin_again(dropped, is_carried=True)
        if why:
            told.append(
                _("Jabatan mulai %(day)s tidak dipulihkan: %(why)s")
                % {"day": formats.day(dropped.starts_on), "why": why}
            )
    return told


def _must_go_on(before: Incumbency, person: Employee, until: date | None) -> None:
    if person.exits_on is not None and (until is None or until > person.exits_on):
        until = person.exits_on
    if why := restoring.go_on(before, until):
        raise RuleBroken(
            _("%(post)s yang dipangku %(name)s sebelumnya tidak dapat dilanjutkan: %(why)s")
            % {"post": before.position, "name": person.full_name, "why": why}
        )


def _drop_seat(seat: Seat | None, row: Incumbency, xid: int | None) -> None:
    """Take away a seat beyond the formation that the appointment made for itself and nothing else rests on."""
    if seat is None or seat.kind != Seat.Kind.SUPERNUMERARY or seat.starts_on != row.starts_on or xid is None:
        return
    if restoring.written_by(seat) == xid and first_use(seat.agency_id, {Seat: [seat.pk]}) is None:
        if not (seat.incumbencies.exists() or seat.reservations.exists() or seat.former_kinds.exists()):
            seat.delete()
