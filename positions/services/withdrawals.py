"""Decisions on record that are taken back before their day: a unit's coming name, place, form, merger or closing; a
position's coming place, name, kind, merger or closing.

Nothing that has begun is taken back; it is followed by another decision. The trail keeps what was withdrawn and why.
"""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from asnhr import formats, kept
from asnhr.errors import RuleBroken
from asnhr.models import User
from asnhr.scope import agency_scope
from positions import followup_words, permissions
from positions.models import (
    FollowUp,
    Incumbency,
    Position,
    PositionGoal,
    PositionNeed,
    Reservation,
    Seat,
    SeatFormerKind,
    Unit,
    UnitPeriod,
)
from positions.notifications import structure_decided
from positions.queries import tree
from positions.services import register, restructure, unit_mergers, unmerging
from positions.services.register import _save

Closing = Position.Closing


def coming_change(unit: Unit, day: date) -> tuple[UnitPeriod, UnitPeriod] | None:
    """Return the period before and the unit's last one, where the last is a change still to come on `day`."""
    last = list(unit.periods.select_related("parent").order_by("-starts_on", "-pk")[:2])
    if unit.ends_on is not None or len(last) < 2 or last[0].starts_on <= day or last[0].ends_on is not None:
        return None
    return last[1], last[0]


@transaction.atomic
def withdraw_unit_change(*, actor: User, unit: Unit, reason: str, day: date) -> Unit:
    """Take back the last change of a unit's name or place, its merger, other form or closing, to come after `day`: what
    was before goes on.

    Raises RuleBroken: no such change, no reason, or another decision on record rests on it – the former parent closes,
    or comes to stand below the unit, what took it in is no longer as the merger left it, and the like.
    """
    permissions.check_may_edit_structure(actor, unit)
    if not reason.strip():
        raise RuleBroken(_("Tuliskan alasan pembatalan."), field="reason")
    # Two officers on one unit: the next change follows the row that goes.
    held = Unit.objects.select_for_update(of=("self",)).get(pk=unit.pk)
    if unit_mergers.is_coming(held, day):
        return _withdraw_unit_merger(actor, held, reason)
    if unit_mergers.is_closing(held, day):
        return _withdraw_unit_closing(actor, held, reason)
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


def _withdraw_unit_closing(actor: User, unit: Unit, reason: str) -> Unit:
    starts_on, decree = unit.ends_on, unit.closing_decree
    assert starts_on is not None  # noqa: S101  what closes has its day
    with agency_scope(unit.agency_id, user_id=actor.pk, reason=reason.strip()):
        unit_mergers.reopen(unit)
    unit.refresh_from_db()
    structure_decided("unit_change_withdrawn", actor=actor, unit=unit, decree=decree, starts_on=starts_on)
    return unit


def _withdraw_unit_merger(actor: User, unit: Unit, reason: str) -> Unit:
    wanted = {each.pk for each in unit_mergers.together(unit)} | {unit.successor_id or 0}
    rows = Unit.objects.select_for_update(of=("self",)).filter(agency_id=unit.agency_id, pk__in=wanted)
    units = {each.pk: each for each in rows.order_by("pk")}
    target, day, decree = units.pop(unit.successor_id or 0), unit.ends_on, unit.closing_decree
    for each in (*units.values(), target):
        permissions.check_may_edit_structure(actor, each)
    with agency_scope(unit.agency_id, user_id=actor.pk, reason=reason.strip()):
        positions, people = unit_mergers.take_back(list(units.values()), target, day)  # type: ignore[arg-type]
    unit.refresh_from_db()
    structure_decided(
        "unit_change_withdrawn", actor=actor, unit=unit, decree=decree, starts_on=day,  # type: ignore[arg-type]
        positions=positions, people=people,
    )  # fmt: skip
    return unit


def _check_nothing_rests_on(unit: Unit, before: UnitPeriod, coming: UnitPeriod) -> None:
    parent = before.parent
    if parent is None or parent.pk == coming.parent_id:
        return
    # Held as well: it does not close while the unit comes back below it.
    parent = Unit.objects.select_for_update(of=("self",)).get(pk=parent.pk)
    if parent.ends_on is not None:
        raise RuleBroken(
            _("Unit induk sebelumnya, %(unit)s, ditutup pada %(day)s; keputusan itu bertumpu pada perubahan ini.")
            % {"unit": parent, "day": formats.day(parent.ends_on)}
        )
    later = UnitPeriod.objects.filter(agency_id=unit.agency_id, starts_on__gte=coming.starts_on)
    for day in later.order_by("starts_on").values_list("starts_on", flat=True).distinct():
        if tree.is_below(parent.pk, unit.pk, day):
            raise RuleBroken(
                _("Unit induk sebelumnya, %(unit)s, pindah ke bawah unit ini mulai %(day)s; batalkan itu dahulu.")
                % {"unit": parent, "day": formats.day(day)}
            )


# Positions


@dataclass
class _Carried:
    """What was carried into the position opened for another: pairs of the old row and the one that follows it."""

    seats: list[tuple[Seat, Seat]] = field(default_factory=list)
    holders: list[tuple[Incumbency, Incumbency]] = field(default_factory=list)
    goals: list[tuple[PositionGoal, PositionGoal]] = field(default_factory=list)


def is_coming(position: Position, day: date) -> bool:
    """Whether the position is decided to close, or to go on in another one, on a day after `day`."""
    return position.ends_on is not None and position.ends_on > day


def may_withdraw(position: Position, day: date) -> bool:
    """Whether a change of the position is to come that is its own: posts of a unit that closes, is merged or takes
    another form come back with it or after it."""
    return is_coming(position, day) and position.unit.ends_on is None


@transaction.atomic
def withdraw_position_change(*, actor: User, position: Position, reason: str, day: date) -> Position:
    """Take back that a position moves, changes its name or kind, is merged or closes on a day after `day`: it goes on
    as it is, with its seats, holders, K and goals; the position opened for it goes, one that took it in is as before,
    and all that were merged into that one on the day come back together. A follow-up done by it is open again.

    Raises RuleBroken: no such change, no reason, or a decision on record rests on it – its unit closes, another post of
    the job stands in its place, somebody was appointed to what goes, and the like.
    """
    permissions.check_may_edit_structure(actor, position.unit)
    if not reason.strip():
        raise RuleBroken(_("Tuliskan alasan pembatalan."), field="reason")
    # Appointments and decisions hold the same rows, in the same order.
    held, made = _hold(position)
    ends_on = held.ends_on
    if ends_on is None or ends_on <= day:
        raise RuleBroken(_("Jabatan %(position)s tidak punya perubahan yang masih akan berlaku.") % {"position": held})
    # Of old closings the kind is not on record: one into a post that was there before can only be a merger.
    unknown_merger = not held.closing_kind and made is not None and made.starts_on < ends_on
    if made is not None and (unknown_merger or held.closing_kind == Closing.MERGED):
        return _withdraw_merger(actor, held, made, reason)
    if made is not None:
        permissions.check_may_edit_structure(actor, made.unit)
    restructure.check_not_own(actor, [held, made] if made is not None else [held], ends_on)
    _check_place(held, made, ends_on)
    is_carried = made is not None and held.closing_kind not in (Closing.ABOLISHED, Closing.PASSED_ON)
    carried = _carried(held, made, ends_on) if made is not None and is_carried else _Carried()
    decree = held.closing_decree
    with agency_scope(held.agency_id, user_id=actor.pk, reason=reason.strip()):
        if made is not None and is_carried:
            _take_back(made, carried)
        else:
            held.seats.filter(ends_on=ends_on).update(ends_on=None)
        _go_on(held, ends_on)
        if made is not None and is_carried:
            made.delete()
        _open_again(held, decree)
    structure_decided(
        "position_change_withdrawn", actor=actor, unit=held.unit, decree=decree, starts_on=ends_on, positions=1,
        people=len(_own(carried)), url=f"/jabatan/{held.pk}/",
    )  # fmt: skip
    return held


def merged_with(position: Position) -> list[Position]:
    """Return the other positions that go into the same one on the same day: they come back together."""
    rows = Position.objects.filter(
        agency_id=position.agency_id, successor=position.successor_id, ends_on=position.ends_on,
        closing_kind=Closing.MERGED,
    )  # fmt: skip
    return list(rows.exclude(pk=position.pk).select_related("job", "unit").order_by("code", "pk"))


def _withdraw_merger(actor: User, held: Position, made: Position, reason: str) -> Position:
    day, decree = held.ends_on, held.closing_decree
    assert day is not None  # noqa: S101  a merger has its day
    if made.starts_on == day:
        raise RuleBroken(
            _(
                "Jabatan ini digabung ke dalam %(position)s; penggabungan tidak dibatalkan, tetapi disusul keputusan"
                " lain."
            )
            % {"position": made}
        )
    into = {each.pk: made.pk for each in (held, *merged_with(held))}
    merger = unmerging.hold(held.agency_id, into, day, decree)
    for each in merger.posts.values():
        permissions.check_may_edit_structure(actor, each.unit)
    restructure.check_not_own(actor, list(merger.posts.values()), day)
    for pk in into:
        _check_unit_goes_on(merger.posts[pk])
    unmerging.check_place(merger)
    with agency_scope(held.agency_id, user_id=actor.pk, reason=reason.strip()):
        unmerging.put_back(merger)
        for pk in into:
            _open_again(merger.posts[pk], decree)
    held.refresh_from_db()
    structure_decided(
        "position_change_withdrawn", actor=actor, unit=held.unit, decree=decree, starts_on=day, positions=len(into),
        people=len(merger.people), url=f"/jabatan/{held.pk}/",
    )  # fmt: skip
    return held


def _own(carried: _Carried) -> set[int]:
    """Whose post it is."""
    kinds = (Incumbency.Kind.DEFINITIVE, Incumbency.Kind.PART_TIME)
    return {old.employee_id for old, _new in carried.holders if old.kind in kinds}


def _hold(position: Position) -> tuple[Position, Position | None]:
    rows = Position.objects.select_for_update(of=("self",)).select_related("unit", "job")
    wanted = Q(pk=position.pk) | Q(predecessors=position.pk)
    by_id = {each.pk: each for each in rows.filter(pk__in=Position.objects.filter(wanted).values("pk")).order_by("pk")}
    held = by_id[position.pk]
    return held, by_id.get(held.successor_id or 0)


def _check_place(held: Position, made: Position | None, day: date) -> None:
    """Raise RuleBroken unless the position may go on where it is, as what it is."""
    unit = _check_unit_goes_on(held)
    others = Position.objects.filter(agency_id=held.agency_id, unit=held.unit_id, job=held.job_id)
    others = others.filter(Q(ends_on__isnull=True) | Q(ends_on__gt=day)).exclude(pk=held.pk)
    other = others.exclude(pk=made.pk if made else 0).order_by("starts_on", "pk").first()
    if other is not None:
        raise RuleBroken(
            _("%(position)s (%(code)s) dibuka mulai %(day)s sebagai gantinya; tutup jabatan itu dahulu.")
            % {"position": other, "code": other.code, "day": formats.day(other.starts_on)}
        )
    if held.is_head:
        register.check_only_head(unit, day, held, *([made] if made is not None else []))


def _check_unit_goes_on(held: Position) -> Unit:
    # Held as well: the unit does not close while the position comes back to it.
    unit = Unit.objects.select_for_update(of=("self",)).get(pk=held.unit_id)
    if unit.ends_on is not None:
        raise RuleBroken(
            _("Unit %(unit)s ditutup pada %(day)s; keputusan itu bertumpu pada perubahan ini.")
            % {"unit": unit, "day": formats.day(unit.ends_on)}
        )
    return unit


def _carried(held: Position, made: Position, day: date) -> _Carried:
    """Return what was carried from one position into the other. Raises RuleBroken where it is no longer as it was."""
    into = {"position": made, "day": formats.day(day)}
    other = made.predecessors.exclude(pk=held.pk).select_related("job", "unit").order_by("pk").first()
    if other is not None:
        raise RuleBroken(
            _("%(other)s digabung ke dalam %(position)s mulai %(end)s; batalkan itu dahulu.")
            % (into | {"other": other, "end": formats.day(other.ends_on)})
        )
    if made.ends_on is not None:
        raise RuleBroken(
            _("%(position)s ditutup atau berubah lagi pada %(end)s; batalkan itu dahulu.")
            % (into | {"end": formats.day(made.ends_on)})
        )
    need = made.needs.exclude(starts_on=day, decree=held.closing_decree[:120]).order_by("starts_on", "pk").first()
    if need is not None:
        raise RuleBroken(
            _("K atau kebutuhan %(position)s tercatat mulai %(start)s; keputusan itu bertumpu pada perubahan ini.")
            % (into | {"start": formats.day(need.starts_on)})
        )
    if Reservation.objects.filter(agency_id=made.agency_id, seat__position=made).exists():
        raise RuleBroken(_("Formasi jabatan ini sudah dipesan; akhiri pemesanan itu dahulu."))
    old, new = (list(rows.order_by("number", "pk")) for rows in (held.seats.filter(ends_on=day), made.seats.all()))
    # Whoever came is named before the seat that they came to.
    holders = _holders(held, made, list(zip(old, new, strict=False)), day)
    seats = _seats(old, new, day)
    found = _Carried(seats, holders, _goals(held, made, day))
    _check_used_nowhere(made, [after.pk for _was, after in seats], [after.pk for _was, after in holders])
    return found


def _seats(old: list[Seat], new: list[Seat], day: date) -> list[tuple[Seat, Seat]]:
    """Seats are followed in the order of their numbers (`restructure._copy_seats`)."""
    if len(old) != len(new) or any(each.starts_on != day for each in new):
        raise RuleBroken(
            _("Formasi %(position)s berubah sesudah keputusan ini; keputusan itu bertumpu pada perubahan ini.")
            % {"position": (new or old)[0].position}
        )
    return list(zip(old, new, strict=True))


def _holders(
    held: Position, made: Position, seats: list[tuple[Seat, Seat]], day: date
) -> list[tuple[Incumbency, Incumbency]]:
    before = {new.pk: old.pk for old, new in seats}
    rows = Incumbency.objects.select_for_update(of=("self",)).filter(
        agency_id=held.agency_id, position__in=[held.pk, made.pk]
    )
    everybody = list(rows.select_related("employee").order_by("pk"))
    old = {
        (each.employee_id, each.kind, each.seat_id): each
        for each in everybody if each.position_id == held.pk and each.ends_on == day
    }  # fmt: skip
    pairs = []
    for each in everybody:
        if each.position_id != made.pk:
            continue
        seat = before.get(each.seat_id) if each.seat_id else None
        was = old.get((each.employee_id, each.kind, seat)) if each.starts_on == day else None
        if was is None:
            raise RuleBroken(
                _("%(name)s diangkat pada %(position)s mulai %(start)s; keputusan itu bertumpu pada perubahan ini.")
                % {"name": each.employee.full_name, "position": made, "start": formats.day(each.starts_on)}
            )
        pairs.append((was, each))
    return pairs


def _goals(held: Position, made: Position, day: date) -> list[tuple[PositionGoal, PositionGoal]]:
    old = {each.goal_id: each for each in held.goal_links.filter(ends_on=day)}
    pairs = []
    for each in made.goal_links.select_related("goal").order_by("pk"):
        if each.starts_on != day or each.goal_id not in old:
            raise RuleBroken(
                _("Sasaran %(goal)s dihubungkan dengan %(position)s; lepaskan dahulu.")
                % {"goal": each.goal.code, "position": made}
            )
        pairs.append((old[each.goal_id], each))
    return pairs


def _check_used_nowhere(made: Position, seats: list[int], holders: list[int]) -> None:
    """Raise RuleBroken where anything else on record names what goes: a sheet, a proposal, a document."""
    named = unmerging.first_use(made.agency_id, {Position: [made.pk], Seat: seats, Incumbency: holders})
    if named is not None:
        raise RuleBroken(
            _("%(position)s sudah dipakai pada %(what)s; keputusan itu bertumpu pada perubahan ini.")
            % {"position": made, "what": named}
        )


def _take_back(made: Position, carried: _Carried) -> None:
    """Let the old rows go on as long as those that followed them would have, which go."""
    Incumbency.objects.filter(pk__in=[new.pk for _old, new in carried.holders]).delete()
    PositionGoal.objects.filter(pk__in=[new.pk for _old, new in carried.goals]).delete()
    SeatFormerKind.objects.filter(agency_id=made.agency_id, seat__position=made).delete()
    Seat.objects.filter(pk__in=[new.pk for _old, new in carried.seats]).delete()
    PositionNeed.objects.filter(agency_id=made.agency_id, position=made).delete()
    pairs: list[tuple[Any, list[tuple[Any, Any]]]] = [
        (Seat, carried.seats), (Incumbency, carried.holders), (PositionGoal, carried.goals),
    ]  # fmt: skip
    for model, rows in pairs:
        for old, new in rows:
            old.ends_on = new.ends_on
        model.objects.bulk_update([old for old, _new in rows], ["ends_on"], batch_size=500)


def _go_on(position: Position, day: date) -> None:
    """Let a position that would have ended on `day` go on, with what it needs."""
    position.needs.filter(ends_on=day).update(ends_on=None)
    position.ends_on = position.successor = position.closing_decree_on = None
    position.closing_decree = position.closing_kind = ""
    _save(position)


def _open_again(position: Position, decree: str) -> None:
    """A follow-up that the decision fulfilled is not done."""
    done = FollowUp.objects.filter(
        agency_id=position.agency_id, position=position, list=FollowUp.List.MAP_CHANGE, state=FollowUp.State.DONE,
        note__startswith=f"{decree} ",
    )  # fmt: skip
    done.update(state=FollowUp.State.OPEN, note=kept.written(followup_words.WITHDRAWN, decree=decree))
