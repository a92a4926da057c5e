"""A merger of positions taken back before its day: what was carried into others goes on where it was.

The rows themselves tell what was carried: each seat, holder and goal of a post that closes is followed by a row of the
post that takes it in, which begins on that day (`restructure._carry`). Whatever rests on one of those is another
decision's, and is named instead. A fixed number of statements for any number of positions and people.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from asnhr import formats
from asnhr.errors import RuleBroken
from positions.models import (
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
from positions.services import register

# What a decision itself writes for the position that goes on; whatever else names it is another decision's.
OF_THE_DECISION = (
    Unit, UnitPeriod, Position, Seat, SeatFormerKind, Incumbency, PositionNeed, PositionGoal, Reservation,
)  # fmt: skip
_DECIDED = PositionNeed.Source.DECIDED


@dataclass
class Merger:
    """Positions that close on `day` by `decree`, each with the one that takes it in (`into`, by ids), all of them held;
    what was carried: pairs of the old row and the one that follows it; `seats`: those that go."""

    agency_id: int
    day: date
    decree: str
    into: Mapping[int, int]
    posts: dict[int, Position]
    seats: list[Seat] = field(default_factory=list)
    ends: dict[int, date | None] = field(default_factory=dict)
    holders: list[tuple[Incumbency, Incumbency]] = field(default_factory=list)
    goals: list[tuple[PositionGoal, PositionGoal | None]] = field(default_factory=list)

    @property
    def targets(self) -> set[int]:
        return set(self.into.values())

    @property
    def opened(self) -> set[int]:
        """The targets that the decision opened: they go as a whole."""
        return {pk for pk in self.targets if self.posts[pk].starts_on == self.day}

    @property
    def people(self) -> set[int]:
        """Whose post it is."""
        kinds = (Incumbency.Kind.DEFINITIVE, Incumbency.Kind.PART_TIME)
        return {old.employee_id for old, _new in self.holders if old.kind in kinds}


def hold(agency_id: int, into: Mapping[int, int], day: date, decree: str) -> Merger:
    """Hold the positions of a merger and return what was carried. Raises RuleBroken where it is no longer as it was, or
    another decision rests on it."""
    # Appointments and decisions hold the same rows, in the same order.
    rows = Position.objects.select_for_update(of=("self",)).filter(pk__in=[*into, *into.values()])
    posts = {each.pk: each for each in rows.select_related("job", "unit").order_by("pk")}
    merger = Merger(agency_id, day, decree, into, posts)
    _check_targets(merger)
    followers = _match_seats(merger)
    _match_holders(merger, followers)
    _match_goals(merger)
    _check_used_nowhere(merger)
    return merger


def check_place(merger: Merger) -> None:
    """Raise RuleBroken unless each position may go on where it is, as what it is."""
    going = {*merger.into, *merger.opened}
    old = [merger.posts[pk] for pk in merger.into]
    places = {(each.unit_id, each.job_id) for each in old}
    others = Position.objects.filter(
        Q(ends_on__isnull=True) | Q(ends_on__gt=merger.day), agency_id=merger.agency_id,
        unit__in=[each.unit_id for each in old], job__in=[each.job_id for each in old],
    ).exclude(pk__in=going)  # fmt: skip
    for other in others.select_related("job", "unit").order_by("starts_on", "pk"):
        if (other.unit_id, other.job_id) in places:
            raise RuleBroken(
                _("%(position)s (%(code)s) dibuka mulai %(day)s sebagai gantinya; tutup jabatan itu dahulu.")
                % {"position": other, "code": other.code, "day": formats.day(other.starts_on)}
            )
    for each in old:
        if each.is_head:
            register.check_only_head(each.unit, merger.day, *(merger.posts[pk] for pk in going))


def put_back(merger: Merger) -> None:
    """Let every position of the merger go on as before; what was opened for it goes."""
    _drop(merger)
    _restore_targets(merger)
    going_on = list(merger.into)
    for old, new in merger.holders:
        old.ends_on = new.ends_on
    for link, follower in merger.goals:
        link.ends_on = follower.ends_on if follower else None
    seats = list(Seat.objects.filter(agency_id=merger.agency_id, position__in=going_on, ends_on=merger.day))
    for seat in seats:
        seat.ends_on = merger.ends.get(seat.pk)
    Seat.objects.bulk_update(seats, ["ends_on"], batch_size=500)
    Incumbency.objects.bulk_update([old for old, _new in merger.holders], ["ends_on"], batch_size=500)
    PositionGoal.objects.bulk_update([old for old, _new in merger.goals], ["ends_on"], batch_size=500)
    reopen(merger.agency_id, going_on, merger.day)
    Position.objects.filter(agency_id=merger.agency_id, pk__in=merger.opened).delete()


def reopen(agency_id: int, positions: Collection[int], day: date) -> None:
    """Let positions that would have ended on `day` go on, with what they need."""
    PositionNeed.objects.filter(agency_id=agency_id, position__in=positions, ends_on=day).update(ends_on=None)
    Position.objects.filter(agency_id=agency_id, pk__in=positions).update(
        ends_on=None, successor=None, closing_decree="", closing_decree_on=None, closing_kind=""
    )


def _check_targets(merger: Merger) -> None:
    for pk in sorted(merger.targets):
        if merger.posts[pk].ends_on is not None:
            raise RuleBroken(
                _("%(position)s ditutup atau berubah lagi pada %(end)s; batalkan itu dahulu.")
                % {"position": merger.posts[pk], "end": formats.day(merger.posts[pk].ends_on)}
            )
    also = Position.objects.filter(agency_id=merger.agency_id, successor__in=merger.targets, ends_on=merger.day)
    also = also | Position.objects.filter(agency_id=merger.agency_id, successor__in=merger.opened)
    other = also.exclude(pk__in=merger.into).select_related("job", "unit").order_by("pk").first()
    if other is not None:
        raise RuleBroken(
            _("%(position)s masuk ke jabatan yang sama pada hari itu oleh keputusan lain; batalkan itu dahulu.")
            % {"position": other}
        )
    needs = PositionNeed.objects.filter(
        Q(source=_DECIDED) | Q(position__in=merger.opened), agency_id=merger.agency_id, position__in=merger.targets,
        starts_on__gte=merger.day,
    ).exclude(starts_on=merger.day, decree=merger.decree[:120])  # fmt: skip
    need = needs.select_related("position__job", "position__unit").order_by("starts_on", "pk").first()
    if need is not None:
        raise RuleBroken(
            _("K atau kebutuhan %(position)s tercatat mulai %(start)s; keputusan itu bertumpu pada perubahan ini.")
            % {"position": need.position, "start": formats.day(need.starts_on)}
        )


def _match_seats(merger: Merger) -> dict[int, int]:
    """Find the seats that go and until when the old ones would have lasted; return old seats by those that follow them.

    Followers are numbered on from the seats of before, in the order of the old posts (`restructure._copy_seats`); the
    vacant ones beyond K were dropped, others made up to it.
    """
    own = Seat.objects.filter(agency_id=merger.agency_id)
    old: dict[int, list[Seat]] = {}
    for seat in own.filter(position__in=merger.into, ends_on=merger.day).order_by("position_id", "number", "pk"):
        old.setdefault(merger.into[seat.position_id], []).append(seat)
    there: dict[int, list[Seat]] = {}
    for seat in own.filter(position__in=merger.targets).order_by("pk"):
        there.setdefault(seat.position_id, []).append(seat)
    followers: dict[int, int] = {}
    for target, seats in there.items():
        made = [seat for seat in seats if seat.starts_on == merger.day]
        merger.seats += seats if target in merger.opened else made
        if not made:
            continue
        # Those of before the decision were written before it.
        highest = max((seat.number for seat in seats if seat.pk < made[0].pk), default=0)
        by_number = {seat.number: seat for seat in made}
        for place, seat in enumerate(old.get(target, []), start=highest + 1):
            if (follower := by_number.get(place)) is not None:
                followers[follower.pk] = seat.pk
                merger.ends[seat.pk] = follower.ends_on
    return followers


def _match_holders(merger: Merger, followers: dict[int, int]) -> None:
    rows = Incumbency.objects.select_for_update(of=("self",)).filter(
        agency_id=merger.agency_id, position__in=[*merger.into, *merger.targets]
    )
    everybody = list(rows.select_related("employee").order_by("pk"))
    old = {
        (merger.into[each.position_id], each.employee_id, each.kind, each.seat_id): each
        for each in everybody if each.position_id in merger.into and each.ends_on == merger.day
    }  # fmt: skip
    going = {seat.pk for seat in merger.seats}
    for each in everybody:
        if each.position_id in merger.into or each.position_id not in merger.targets or each.starts_on < merger.day:
            continue
        seat = followers.get(each.seat_id) if each.seat_id else None
        key = (each.position_id, each.employee_id, each.kind, seat)
        was = old.get(key) if each.starts_on == merger.day and (seat is not None or not each.seat_id) else None
        if was is not None:
            merger.holders.append((was, each))
        elif each.seat_id in going or each.position_id in merger.opened:
            raise RuleBroken(
                _("%(name)s diangkat pada %(position)s mulai %(start)s; keputusan itu bertumpu pada perubahan ini.")
                % {
                    "name": each.employee.full_name, "position": merger.posts[each.position_id],
                    "start": formats.day(each.starts_on),
                }
            )  # fmt: skip


def _match_goals(merger: Merger) -> None:
    links = PositionGoal.objects.filter(agency_id=merger.agency_id).select_related("goal").order_by("pk")
    new = {
        (each.position_id, each.goal_id): each
        for each in links.filter(position__in=merger.targets, starts_on__gte=merger.day)
    }
    carried = set()
    for each in links.filter(position__in=merger.into, ends_on=merger.day):
        key = (merger.into[each.position_id], each.goal_id)
        follower = new.get(key)
        follower = follower if follower is not None and follower.starts_on == merger.day else None
        merger.goals.append((each, follower))
        carried.add(key)
    for key, link in new.items():
        if link.position_id in merger.opened and key not in carried:
            raise RuleBroken(
                _("Sasaran %(goal)s dihubungkan dengan %(position)s; lepaskan dahulu.")
                % {"goal": link.goal.code, "position": merger.posts[link.position_id]}
            )


def _check_used_nowhere(merger: Merger) -> None:
    """Raise RuleBroken where anything else on record names what goes: a sheet, a proposal, a document."""
    seats = [each.pk for each in merger.seats]
    if Reservation.objects.filter(agency_id=merger.agency_id, seat__in=seats).exists():
        raise RuleBroken(_("Formasi jabatan ini sudah dipesan; akhiri pemesanan itu dahulu."))
    named = first_use(merger.agency_id, {
        Position: merger.opened, Seat: seats, Incumbency: [new.pk for _old, new in merger.holders],
    })  # fmt: skip
    if named:
        raise RuleBroken(
            _("%(position)s sudah dipakai pada %(what)s; keputusan itu bertumpu pada perubahan ini.")
            % {"position": merger.posts[min(merger.targets)], "what": named}
        )


def first_use(agency_id: int, going: Mapping[Any, Collection[int]]) -> Any:
    """Return the name of a table whose rows name one of what goes (ids by model), None where none does."""
    for model, ids in going.items():
        for relation in model._meta.get_fields(include_hidden=True):
            other: Any = relation.related_model if relation.auto_created and not relation.concrete else None
            if other is None or other in OF_THE_DECISION or not ids:
                continue
            if other._base_manager.filter(agency_id=agency_id, **{f"{relation.field.name}__in": ids}).exists():
                return other._meta.verbose_name
    return None


def _drop(merger: Merger) -> None:
    own, seats = {"agency_id": merger.agency_id}, [each.pk for each in merger.seats]
    Incumbency.objects.filter(**own, pk__in=[new.pk for _old, new in merger.holders]).delete()
    PositionGoal.objects.filter(**own, pk__in={new.pk for _old, new in merger.goals if new is not None}).delete()
    SeatFormerKind.objects.filter(**own, seat__in=seats).delete()
    Seat.objects.filter(**own, pk__in=seats).delete()
    PositionNeed.objects.filter(**own, position__in=merger.opened).delete()


def _restore_targets(merger: Merger) -> None:
    """Give the posts that took others in their K and seats of before the decision."""
    stay = merger.targets - merger.opened
    needs = PositionNeed.objects.filter(agency_id=merger.agency_id, position__in=stay, source=_DECIDED)
    decided = needs.filter(starts_on=merger.day, decree=merger.decree[:120])
    settled = list(decided.values_list("position_id", flat=True))
    decided.delete()
    needs.filter(position__in=settled, ends_on=merger.day).update(ends_on=None)
    # Seats follow K (`services.seats`): closed ones open again, and each is what it was.
    seats = Seat.objects.filter(agency_id=merger.agency_id, position__in=settled)
    seats.filter(ends_on=merger.day, starts_on__lt=merger.day).update(ends_on=None)
    former = SeatFormerKind.objects.filter(
        agency_id=merger.agency_id, seat__position__in=settled, ends_on=merger.day
    ).select_related("seat")
    changed = []
    for each in former.order_by("pk"):
        each.seat.kind = each.kind
        changed.append(each.seat)
    Seat.objects.bulk_update(changed, ["kind"], batch_size=500)
    former.delete()
