"""Simplified bureaucracy (penyederhanaan birokrasi): how a closed post went on, where the register does not know it.

A post that is converted or merged here (`services.restructure`) says so itself; this is for posts closed before, or
by an import. Failures: `RuleBroken`, `NotAllowed`.
"""

from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from asnhr.errors import RuleBroken
from asnhr.models import User
from positions import permissions
from positions.models import Position
from positions.rules.competency_standard import ABOLISHED, EQUAL, closing_kind
from positions.rules.levels import Level
from positions.services.decree import check_not_backwards
from positions.services.register import _save

MOST_STEPS = 50


@transaction.atomic
def record(
    *, actor: User, position: Position, kind: str, successor: Position | None, decree: str, decree_on: date | None
) -> Position:
    """Write how a closed position went on: the decree, its day, the kind and, unless it was abolished, the post that
    follows. Raises RuleBroken (not closed, a follower that was not there then, a circle, no decree, an equalisation
    that is none)."""
    permissions.check_may_edit_structure(actor, position.unit)
    row = Position.objects.select_for_update(of=("self",)).select_related("job", "unit").get(pk=position.pk)
    if row.ends_on is None:
        raise RuleBroken(_("Jabatan ini belum ditutup; ubah, pindahkan, atau gabungkan lewat keputusan susunan."))
    if not decree.strip():
        raise RuleBroken(_("Perubahan susunan wajib menyebut nomor keputusannya."))
    check_not_backwards(decree_on, row.ends_on)
    if kind not in Position.Closing.values:
        raise RuleBroken(_("Pilih cara jabatan ini berlanjut."))
    if (successor is None) != (kind == ABOLISHED):
        raise RuleBroken(_("Jabatan yang ditutup punya penerus, kecuali yang dihapus."))
    if successor is not None:
        permissions.check_may_edit_structure(actor, successor.unit)
        _check_follows(row, row.ends_on, successor)
        if kind == EQUAL and closing_kind(Level(row.job.level), Level(successor.job.level)) != EQUAL:
            raise RuleBroken(_("Yang disetarakan: jabatan struktural menjadi jabatan fungsional."))
    row.successor, row.closing_kind = successor, kind
    row.closing_decree, row.closing_decree_on = decree.strip()[:200], decree_on
    _save(row)
    return row


def _check_follows(row: Position, day: date, successor: Position) -> None:
    """The follower existed on the day the other closed, and does not lead back to it."""
    if successor.starts_on > day or (successor.ends_on is not None and successor.ends_on <= day):
        raise RuleBroken(_("Jabatan penerus %(position)s tidak ada pada tanggal penutupan.") % {"position": successor})
    seen, each = {row.pk}, successor.pk
    for _step in range(MOST_STEPS):
        if each in seen:
            raise RuleBroken(_("Jabatan tidak meneruskan dirinya sendiri."))
        seen.add(each)
        following = Position.objects.filter(pk=each).values_list("successor_id", flat=True).first()
        if following is None:
            return
        each = following
