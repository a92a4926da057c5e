"""Corrections of who held what since when: what was written wrongly, never what came to be (`register.appoint`)."""

from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from asnhr import constraints, formats
from asnhr.errors import NotAllowed, RuleBroken
from asnhr.models import User
from positions import permissions
from positions.models import Employee, Incumbency, Position
from positions.services.decree import check_not_backwards
from positions.services.register import _save

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
