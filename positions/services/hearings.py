"""Before a post goes: its holders are heard, and nobody loses a post without a target seat (needs-analysis.md 5).

`record` keeps what a holder said and the seat that is theirs; `check_heard` stands in the way of approving HAPUS or
GABUNG, and of finishing the change of the position map, as long as anybody on the post lacks either.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from asnhr import formats
from asnhr.errors import NotAllowed, RuleBroken
from asnhr.models import User
from positions import permissions
from positions.models import (
    Employee,
    FollowUp,
    Incumbency,
    Position,
    RecommendationLine,
    RemovalHearing,
    Reservation,
    Seat,
)
from positions.models._base import access_of, in_force
from positions.models._removals import headed_units, sees_every_removal
from positions.models.position import of_kind
from positions.queries.register import vacant_seats
from positions.services.successors import some

# Who loses the post with it; Plt, Plh and additional duties keep their own.
HOLD = (Incumbency.Kind.DEFINITIVE, Incumbency.Kind.PART_TIME)
SHOWN = 5


def holders(agency_id: int, positions: Sequence[int], day: date) -> QuerySet[Incumbency]:
    """Return who would lose a post with these positions, on `day`."""
    held = Incumbency.objects.filter(in_force(day), agency_id=agency_id, position__in=positions, kind__in=HOLD)
    return held.select_related("employee", "position").order_by("position_id", "employee__name", "pk")


def free_seats(agency_id: int, day: date) -> QuerySet[Seat]:
    """Return seats that a person may be promised: decided, of an open position, nobody's on `day`, not reserved."""
    reserved = Reservation.objects.filter(
        Q(ends_on__isnull=True) | Q(ends_on__gt=day), agency_id=agency_id, seat_id=OuterRef("pk")
    )
    # Also a post on record of somebody who is no longer there keeps the seat until it is closed.
    on_record = Incumbency.objects.filter(
        in_force(day), agency_id=agency_id, seat_id=OuterRef("pk"),
        kind__in=[Incumbency.Kind.DEFINITIVE, Incumbency.Kind.DUTY],
    )  # fmt: skip
    seats = vacant_seats(day).filter(
        of_kind(day, Seat.Kind.FORMATION), in_force(day, "position__"), agency_id=agency_id
    )
    return seats.filter(~Exists(reserved), ~Exists(on_record))


def seat_for(agency_id: int, code: str, day: date) -> int | None:
    """Return a free seat of the position with this code that is promised to nobody, or None."""
    seats = list(
        free_seats(agency_id, day).filter(position__code=code.strip()).order_by("number").values_list("pk", flat=True)
    )
    promised = _promised(agency_id, seats, set()) if seats else set()
    return next((pk for pk in seats if pk not in promised), None)


def latest(agency_id: int, **lookup: Any) -> dict[tuple[int, int], RemovalHearing]:
    """Return the hearing that counts, by (line, employee)."""
    rows = RemovalHearing.objects.filter(agency_id=agency_id, **lookup).order_by("pk")
    return {(row.line_id, row.employee_id): row for row in rows}


def heard(user: User, line: RecommendationLine, day: date) -> list[tuple[Incumbency, RemovalHearing | None]] | None:
    """Return who holds the post of a line, each with the hearing that counts; None for who may not read hearings."""
    seen = sees_every_removal(user) or (bool(user.nip) and headed_units(user).filter(pk=line.result.unit_id).exists())
    if not seen:
        return None
    rows = RemovalHearing.objects.visible_to(user).filter(line=line).order_by("pk")
    found = {row.employee_id: row for row in rows.select_related("target_seat__position__job__education_level")}
    return [(held, found.get(held.employee_id)) for held in holders(line.agency_id, [line.result.position_id], day)]


def named_targets(agency_id: int, positions: Sequence[int], day: date) -> list[tuple[Incumbency, RemovalHearing]]:
    """Return who on `day` holds posts whose approved change of the map is still to be made, each with the hearing that
    names their seat; what they said is not read. Three queries, one where no such change waits."""
    lines, found = _waiting(agency_id, positions)
    if not lines:
        return []
    pairs = (
        (held, found.get((lines[held.position_id], held.employee_id))) for held in holders(agency_id, positions, day)
    )
    return [(held, row) for held, row in pairs if row is not None]


def elsewhere(pairs: Sequence[tuple[Incumbency, RemovalHearing]], target: Position) -> list[str]:
    """Say for whom a merger into `target` leads to another post than the one named when they were heard."""
    otherwise: dict[Position, list[Employee]] = {}
    for held, row in pairs:
        if row.target_seat.position_id != target.pk:
            otherwise.setdefault(row.target_seat.position, []).append(held.employee)
    return [
        _("Saat didengar, formasi tujuannya %(named)s, bukan %(target)s: %(people)s.")
        % {"named": named, "target": target, "people": some(people)}
        for named, people in otherwise.items()
    ]


def gone_elsewhere(agency_id: int, positions: Sequence[int], day: date) -> list[str]:
    """Say who was heard before these posts go, by an approved change of the map that is still to be made, and on `day`
    holds another post than the one named then, or none; not who still holds one of these, nor who has left by then.
    Three queries, one where no such change waits."""
    lines, found = _waiting(agency_id, positions)
    people = {employee: row for (_line, employee), row in found.items()}
    if not people:
        return []
    posts = Incumbency.objects.filter(in_force(day), agency_id=agency_id, employee__in=people, kind__in=HOLD)
    held: dict[int, list[Position]] = {}
    for post in posts.select_related("position__job", "position__unit").order_by("pk"):
        held.setdefault(post.employee_id, []).append(post.position)
    told: dict[tuple[Position, Position | None], list[Employee]] = {}
    for pk, row in people.items():
        named, own, left = row.target_seat.position, held.get(pk, []), row.employee.exits_on
        # What was named may itself have gone on as another post.
        there = {named.pk, named.successor_id}
        if (left and left <= day) or any(each.pk in there or each.pk in positions for each in own):
            continue
        told.setdefault((named, own[0] if own else None), []).append(row.employee)
    return [_gone(named, post, who, day) for (named, post), who in told.items()]


def _gone(named: Position, post: Position | None, people: Sequence[Employee], day: date) -> str:
    if post is None:
        said = _("Saat didengar, formasi tujuannya %(named)s; pada %(day)s belum memangku jabatan: %(people)s.")
    else:
        said = _("Saat didengar, formasi tujuannya %(named)s; pada %(day)s memangku %(held)s: %(people)s.")
    return said % {"named": named, "held": post, "day": formats.day(day), "people": some(people)}


def _waiting(agency_id: int, positions: Sequence[int]) -> tuple[dict[int, int], dict[tuple[int, int], RemovalHearing]]:
    """Return the lines of changes of the map that are still to be made, by position, and the hearings that count, by
    (line, employee)."""
    waiting = FollowUp.objects.filter(
        agency_id=agency_id, position__in=positions, list=FollowUp.List.MAP_CHANGE, state=FollowUp.State.OPEN
    )
    lines = dict(waiting.values_list("position_id", "line_id"))
    if not lines:
        return {}, {}
    rows = RemovalHearing.objects.filter(agency_id=agency_id, line__in=lines.values()).defer("note").order_by("pk")
    seated = rows.select_related("employee", "target_seat__position__job", "target_seat__position__unit")
    return lines, {(row.line_id, row.employee_id): row for row in seated}


@transaction.atomic
def record(
    *,
    line: RecommendationLine,
    employee_id: int,
    heard_on: date,
    note: str,
    target_seat_id: int,
    actor: User,
    day: date,
) -> RemovalHearing:
    """Record that a holder was heard on a removal candidate, with the seat kept for them.

    Raises NotAllowed (role, unit, own post) and RuleBroken (no candidate, no holder, day or seat that cannot be).
    """
    permissions.check_may_record_hearings(actor, line.result.unit)
    agency_id = access_of(actor).agency_id
    if agency_id is None:
        raise NotAllowed(_("Anda tidak sedang membuka instansi mana pun."))
    rows = RecommendationLine.objects.select_for_update(of=("self",)).filter(agency_id=agency_id, pk=line.pk)
    found = rows.select_related("result__unit", "result__analysis").defer("result__evidence").first()
    if found is None:
        raise RuleBroken(_("Rekomendasi ini tidak ditemukan."))
    if found.recommendation not in permissions.REMOVING:
        raise RuleBroken(_("Keterangan pemangku hanya dicatat pada usul penghapusan atau penggabungan."))
    held = holders(agency_id, [found.result.position_id], day)
    people = {each.employee_id: each.employee for each in held}
    if employee_id not in people:
        raise RuleBroken(_("Orang ini tidak memangku jabatan itu."))
    if any(person.nip == actor.nip for person in people.values() if actor.nip):
        raise NotAllowed(_("Pemangku jabatan tidak mencatat keterangan atas jabatannya sendiri."))
    if not note.strip():
        raise RuleBroken(_("Tuliskan apa yang disampaikan pemangku."))
    if not found.result.analysis.as_of <= heard_on <= day:
        raise RuleBroken(_("Pemangku didengar sesudah analisisnya dan tidak sesudah hari ini."))
    seat = free_seats(agency_id, day).select_for_update(of=("self",)).filter(pk=target_seat_id).first()
    if seat is None or seat.position_id == found.result.position_id:
        raise RuleBroken(_("Formasi tujuan harus formasi lowong pada jabatan lain, yang belum dipesan."))
    if _promised(agency_id, [seat.pk], {(found.pk, employee_id)}):
        raise RuleBroken(_("Formasi tujuan itu sudah disediakan bagi orang lain."))
    return RemovalHearing.objects.create(
        agency_id=agency_id, line=found, employee_id=employee_id, heard_on=heard_on, note=note.strip(),
        target_seat=seat, recorded_by=actor,
    )  # fmt: skip


def _promised(agency_id: int, seats: Sequence[int], but: set[tuple[int, int]]) -> set[int]:
    """Return which of the seats are kept for others than `but` (line, employee), on lines that were not rejected."""
    lines = RemovalHearing.objects.filter(agency_id=agency_id, target_seat__in=seats).values("line")
    kept = latest(agency_id, line__in=lines)
    rejected = set(
        RecommendationLine.objects.filter(
            agency_id=agency_id, pk__in=lines, state=RecommendationLine.State.REJECTED
        ).values_list("pk", flat=True)
    )
    people = {employee for _line, employee in but}
    return {
        row.target_seat_id
        for key, row in kept.items()
        # An older line of the same person promises the same seat to the same person.
        if row.target_seat_id in seats and key[0] not in rejected and key[1] not in people
    }


def check_heard(rows: Sequence[RecommendationLine], agency_id: int, day: date) -> None:
    """Raise RuleBroken unless everybody on the posts of the HAPUS and GABUNG lines among `rows` was heard and has a
    seat that is still free. Needs `result` loaded; a fixed number of queries, none without such a line."""
    lines = {row.result.position_id: row for row in rows if row.recommendation in permissions.REMOVING}
    if not lines:
        return
    held = list(holders(agency_id, list(lines), day))
    known = {each.position_id for each in held}
    # B as a position map prints it: there are people, and nobody knows who.
    printed = RecommendationLine.objects.filter(
        agency_id=agency_id, pk__in=[row.pk for position, row in lines.items() if position not in known],
        result__b__gt=0, result__evidence__supply__printed=True,
    )  # fmt: skip
    unknown = list(printed.order_by("pk").values_list("result__code", flat=True))
    if unknown:
        raise RuleBroken(
            _("Pemangkunya belum ada pada register (B tercetak), jadi belum dapat didengar: %(codes)s.")
            % {"codes": _some(unknown)}
        )
    if not held:
        return
    heard = latest(agency_id, line__in=[row.pk for row in lines.values()])
    pairs = [(each, heard.get((lines[each.position_id].pk, each.employee_id))) for each in held]
    missing = [_name(each) for each, hearing in pairs if hearing is None]
    if missing:
        raise RuleBroken(
            _("Pemangku harus didengar dan punya formasi tujuan lebih dahulu: %(people)s.") % {"people": _some(missing)}
        )
    seats = [hearing.target_seat_id for _each, hearing in pairs if hearing is not None]
    own = {(hearing.line_id, hearing.employee_id) for _each, hearing in pairs if hearing is not None}
    free = set(free_seats(agency_id, day).filter(pk__in=seats).values_list("pk", flat=True))
    free -= set(Seat.objects.filter(agency_id=agency_id, pk__in=seats, position__in=lines).values_list("pk", flat=True))
    free -= _promised(agency_id, seats, own)
    lost = [
        _name(each)
        for each, hearing in pairs
        if hearing is not None and (hearing.target_seat_id not in free or seats.count(hearing.target_seat_id) > 1)
    ]
    if lost:
        raise RuleBroken(
            _("Formasi tujuannya tidak lagi lowong atau disediakan bagi lebih dari satu orang: %(people)s.")
            % {"people": _some(lost)}
        )


def _name(held: Incumbency) -> str:
    return f"{held.employee.full_name} ({held.position.code})"


def _some(names: Sequence[str]) -> str:
    shown = ", ".join(names[:SHOWN])
    return (
        shown if len(names) <= SHOWN else _("%(codes)s dan %(n)s lainnya") % {"codes": shown, "n": len(names) - SHOWN}
    )
