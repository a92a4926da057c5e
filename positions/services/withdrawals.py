"""Decisions on record that are taken back before their day: so far a unit's coming name or place.

Nothing that has begun is taken back; it is followed by another decision. The trail keeps what was withdrawn and why.
"""

from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from asnhr.errors import RuleBroken
from asnhr.models import User
from asnhr.scope import agency_scope
from positions import permissions
from positions.models import Unit, UnitPeriod
from positions.notifications import structure_decided
from positions.queries import tree
from positions.services.register import _save


def coming_change(unit: Unit, day: date) -> tuple[UnitPeriod, UnitPeriod] | None:
    """Return the period before and the unit's last one, where the last is a change still to come on `day`."""
    last = list(unit.periods.select_related("parent").order_by("-starts_on", "-pk")[:2])
    if unit.ends_on is not None or len(last) < 2 or last[0].starts_on <= day or last[0].ends_on is not None:
        return None
    return last[1], last[0]


@transaction.atomic
def withdraw_unit_change(*, actor: User, unit: Unit, reason: str, day: date) -> Unit:
    """Take back the last change of a unit's name or place that is still to come on `day`: what was before goes on.

    Raises RuleBroken: no such change, no reason, or another decision on record rests on it – the former parent closes,
    or comes to stand below the unit.
    """
    permissions.check_may_edit_structure(actor, unit)
    if not reason.strip():
        raise RuleBroken(_("Tuliskan alasan pembatalan."))
    # Two officers on one unit: the next change follows the row that goes.
    held = Unit.objects.select_for_update(of=("self",)).get(pk=unit.pk)
    change = coming_change(held, day)
    if change is None:
        raise RuleBroken(_("Unit %(unit)s tidak punya perubahan yang masih akan berlaku.") % {"unit": held})
    before, coming = change
    _check_nothing_rests_on(held, before, coming)
    with agency_scope(held.agency_id, user_id=actor.pk, reason=reason.strip()):
        coming.delete()
        before.ends_on = None
        _save(before)
    held.refresh_from_db()
    structure_decided("unit_change_withdrawn", actor=actor, unit=held, decree=coming.decree, starts_on=coming.starts_on)
    return held


def _check_nothing_rests_on(unit: Unit, before: UnitPeriod, coming: UnitPeriod) -> None:
    parent = before.parent
    if parent is None or parent.pk == coming.parent_id:
        return
    # Held as well: it does not close while the unit comes back below it.
    parent = Unit.objects.select_for_update(of=("self",)).get(pk=parent.pk)
    if parent.ends_on is not None:
        raise RuleBroken(
            _("Unit induk sebelumnya, %(unit)s, ditutup pada %(day)s; keputusan itu bertumpu pada perubahan ini.")
            % {"unit": parent, "day": f"{parent.ends_on:%d-%m-%Y}"}
        )
    later = UnitPeriod.objects.filter(agency_id=unit.agency_id, starts_on__gte=coming.starts_on)
    for day in later.order_by("starts_on").values_list("starts_on", flat=True).distinct():
        if tree.is_below(parent.pk, unit.pk, day):
            raise RuleBroken(
                _("Unit induk sebelumnya, %(unit)s, pindah ke bawah unit ini mulai %(day)s; batalkan itu dahulu.")
                % {"unit": parent, "day": f"{day:%d-%m-%Y}"}
            )
