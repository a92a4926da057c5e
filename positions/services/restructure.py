"""Decisions on the structure that move people with their posts: positions moved, converted or merged, units merged or
converted, each by a decree from a day on.

What moves is never overwritten: the old position closes on that day and names its successor; its seats, holders (acting
ones too), K and goals go on in the new one from that day, under the same decree. K of the new position is the sum of
those that went into it, unless the decree says another. Founding, renaming, moving below another and closing a unit
stand in `structure`. Everything here is one transaction; `preview` does the same and takes it back.

Failures: `RuleBroken`, `NotAllowed`. A fixed number of statements for any number of positions and people.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from asnhr import dates, formats
from asnhr.errors import NotAllowed, RuleBroken, at_field, fields_called
from asnhr.models import User
from asnhr.scope import agency_scope
from positions import permissions
from positions.models import (
    Employee,
    Incumbency,
    Job,
    Position,
    PositionGoal,
    PositionNeed,
    Seat,
    SeatFormerKind,
    Unit,
    UnitPeriod,
)
from positions.models._base import in_force
from positions.models.position import of_kind
from positions.notifications import structure_decided
from positions.queries import register as reads
from positions.queries import tree
from positions.rules.competency_standard import closing_kind
from positions.rules.levels import Level
from positions.services import hearings, register, seats, structure, successors
from positions.services.decree import Decree
from positions.services.register import _save

SHOWN = 5


@dataclass
class Outcome:
    """What a decision did: (old, new) positions, the people who went along, positions closed without a successor,
    units closed, the unit or position that it made or changed, and what is told of it before it is saved."""

    moved: list[tuple[int, int]] = field(default_factory=list)
    people: list[int] = field(default_factory=list)
    closed: list[int] = field(default_factory=list)
    units: list[int] = field(default_factory=list)
    result: Any = None
    warnings: list[str] = field(default_factory=list)


# Positions


@transaction.atomic
def move_position(*, actor: User, position: Position, unit: Unit, decree: Decree) -> Outcome:
    """Move a position with its seats and holders to another unit."""
    if unit.pk == position.unit_id:
        raise RuleBroken(_("Jabatan ini sudah berada pada unit itu."), field="unit_id")
    _check(actor, decree, [position.unit, unit])
    check_not_own(actor, [position], decree.starts_on)
    with at_field("unit_id"):
        register.check_unit_is_there(unit, decree.starts_on)
        if position.is_head:
            register.check_only_head(unit, decree.starts_on)
    target = _open(unit, position.job, position, decree, set())
    return _told("position_moved", actor, unit, decree, _carry([(position, target)], decree, result=target))


@transaction.atomic
def convert_position(*, actor: User, position: Position, job: Job, decree: Decree) -> Outcome:
    """Give a position another job of the catalogue: another name, level or kind (penyetaraan); the holders stay on.

    Raises RuleBroken where they would take or lose a managerial post without an appointment (`successors`).
    """
    if job.pk == position.job_id:
        raise RuleBroken(_("Nomenklatur jabatan ini tidak berubah."), field="job_id")
    _check(actor, decree, [position.unit])
    check_not_own(actor, [position], decree.starts_on)
    if job.agency_id != position.agency_id or not job.is_active:
        raise RuleBroken(_("Nomenklatur ini tidak dipakai pada instansi Anda."), field="job_id")
    with at_field("job_id"):
        warnings = successors.check([position], job, decree.starts_on)
    target = _open(position.unit, job, position, decree, set())
    done = _carry([(position, target)], decree, result=target)
    done.warnings = warnings
    return _told("position_converted", actor, position.unit, decree, done)


@transaction.atomic
def merge_positions(
    *, actor: User, positions: Sequence[Position], target: Position, decree: Decree, number: int | None = None
) -> Outcome:
    """Merge positions into `target`, which stays; `number`: K of the merged one, the sum unless given.

    A managerial post takes in only vacant ones of its kind, or, vacant itself, the holder of one; its K stays.
    """
    if not positions or target.pk in {each.pk for each in positions}:
        raise RuleBroken(_("Pilih jabatan lain sebagai tujuan penggabungan."), field="target_id")
    _check(actor, decree, [*(each.unit for each in positions), target.unit])
    check_not_own(actor, positions, decree.starts_on)
    if number is not None and number < 0:
        raise RuleBroken(_("Formasi tidak boleh kurang dari nol."), field="number")
    if any(each.by_duty != target.by_duty for each in positions):
        raise RuleBroken(
            _("Jabatan yang diisi tugas tambahan tidak digabung dengan yang diisi secara definitif."), field="target_id"
        )
    with at_field("target_id"):
        warnings = successors.check(positions, target.job, decree.starts_on, target=target)
    heard = hearings.named_targets(target.agency_id, [each.pk for each in positions], decree.starts_on)
    warnings += hearings.elsewhere(heard, target)
    with at_field("number"):
        number = successors.merged_number(target, number, decree.starts_on)
    done = _carry([(each, target) for each in positions], decree, result=target, number=number)
    done.warnings = warnings
    return _told("positions_merged", actor, target.unit, decree, done)


@transaction.atomic
def close_position(*, actor: User, position: Position, decree: Decree) -> Outcome:
    """Close a position by a decree. Raises RuleBroken while somebody holds it on or after that day."""
    _check(actor, decree, [position.unit])
    told = told_of_closing([position], decree.starts_on)
    with fields_called(ends_on="starts_on"):
        closed = register.close_position(
            actor=actor, position=position, ends_on=decree.starts_on, decree=decree.number, decree_on=decree.decided_on
        )
    done = Outcome(closed=[closed.pk], result=closed, warnings=told)
    return _told("position_closed", actor, position.unit, decree, done)


@transaction.atomic
def end_position(*, actor: User, position: Position, ends_on: date, decree: str, decree_on: date) -> Outcome:
    """Close a position as the register does (`register.close_position`), and tell what goes with it."""
    told = told_of_closing([position], ends_on)
    closed = register.close_position(
        actor=actor, position=position, ends_on=ends_on, decree=decree, decree_on=decree_on
    )  # fmt: skip
    return Outcome(closed=[closed.pk], result=closed, warnings=told)


def told_of_closing(positions: Sequence[Position], day: date) -> list[str]:
    """Say what is told before positions close: K decided later that goes with them, and who was heard and went
    elsewhere than named then. At most four queries."""
    if not positions:
        return []
    heard = hearings.gone_elsewhere(positions[0].agency_id, [each.pk for each in positions], day)
    return register.needs_that_go(positions, day) + heard


@transaction.atomic
def decide_formation(
    *, actor: User, position: Position, number: int, starts_on: date, decree: str, decree_on: date
) -> Outcome:
    """Decide K (`structure.set_formation`) and tell who comes to stand outside the formation, or back within it."""
    before = _outside(position, starts_on)
    structure.set_formation(
        actor=actor, position=position, number=number, starts_on=starts_on, decree=decree, decree_on=decree_on
    )
    return Outcome(people=sorted(before ^ _outside(position, starts_on)), result=position)


def _outside(position: Position, day: date) -> set[int]:
    """Return who holds the position outside its formation on a day."""
    held = Incumbency.objects.filter(agency_id=position.agency_id, position=position)
    held = held.filter(in_force(day), of_kind(day, Seat.Kind.SUPERNUMERARY, prefix="seat__"))
    return set(held.values_list("employee_id", flat=True))


# Units


@transaction.atomic
def merge_units(*, actor: User, units: Sequence[Unit], target: Unit, decree: Decree) -> Outcome:
    """Merge units into `target`: their positions, holders, people and units go there, then they close.

    A job that the target has already takes the seats and holders in, a managerial one only while one of them is held.
    The target keeps its head: the heads of the others close, and are refused while somebody holds or acts on them.
    """
    if not units or target.pk in {each.pk for each in units}:
        raise RuleBroken(_("Pilih unit lain sebagai tujuan penggabungan."), field="target_id")
    _check(actor, decree, [*units, target])
    with at_field("target_id"):
        register.check_unit_is_there(target, decree.starts_on, field="target_id")
    if any(tree.is_below(target.pk, each.pk, decree.starts_on) for each in units):
        raise RuleBroken(_("Unit tujuan tidak boleh berada di bawah unit yang digabung."), field="target_id")
    return _told("units_merged", actor, target, decree, _move_units(actor, units, target, decree))


@transaction.atomic
def convert_unit(*, actor: User, unit: Unit, code: str, name: str, kind: str, decree: Decree) -> Outcome:
    """Let a unit go on as one of another kind: a new unit in the same place takes over all that it has, its head
    included, and the old one closes with the new one as its successor."""
    _check(actor, decree, [unit])
    parent = structure.parent_on(unit, decree.starts_on)
    # The unit above is no choice of this decision.
    with fields_called(parent_id=""):
        made = structure.add_unit(
            actor=actor, code=code, name=name, kind=kind, parent=parent, starts_on=decree.starts_on,
            decree=decree.number, decree_on=decree.decided_on, region_code=unit.region_code, is_part=True,
        )  # fmt: skip
    return _told("unit_converted", actor, made, decree, _move_units(actor, [unit], made, decree))


def _move_units(actor: User, units: Sequence[Unit], target: Unit, decree: Decree) -> Outcome:
    day, ids = decree.starts_on, [each.pk for each in units]
    rows = Position.objects.filter(agency_id=target.agency_id, unit__in=ids).filter(structure._still_open(day))
    positions = list(rows.select_related("job", "unit").order_by("unit_id", "-is_head", "code", "pk"))
    for each in positions:
        if each.starts_on >= day:
            _check_goes_on(each, day, leaves=True)
    own = Position.objects.filter(agency_id=target.agency_id, unit=target).filter(structure._still_open(day))
    here = {(each.job_id, each.by_duty): each for each in own.select_related("job", "unit").order_by("pk")}
    has_head = any(each.is_head for each in here.values()) or len(units) > 1
    heads = [each for each in positions if each.is_head and has_head]
    pairs = []
    codes = set(Position.objects.filter(agency_id=target.agency_id).values_list("code", flat=True))
    for each in positions:
        if each in heads:
            continue
        key = (each.job_id, each.by_duty)
        if key not in here:
            here[key] = _open(target, each.job, each, decree, codes, unsaved=True)
        pairs.append((each, here[key]))
    successors.check_heads(pairs, day)
    Position.objects.bulk_create([each for each in here.values() if each.pk is None])
    outcome = _carry(pairs, decree, result=target)
    outcome.warnings += told_of_closing(heads, day)
    why = register.closing_in_trail(decree.number, decree.decided_on, heads, day)
    with agency_scope(target.agency_id, user_id=actor.pk, reason=why):
        _close_vacant(heads, decree)
    outcome.closed += [each.pk for each in heads]
    _replant(ids, target, decree)
    for unit in units:
        with fields_called(ends_on="starts_on", successor_id="target_id"):
            structure.close_unit(
                actor=actor, unit=unit, ends_on=day, decree=decree.number, decree_on=decree.decided_on,
                successor=target, is_part=True,
            )  # fmt: skip
    outcome.units += ids
    return outcome


def _replant(units: Sequence[int], target: Unit, decree: Decree) -> None:
    """Put the units below `units` below `target`, their former place kept as a closed period."""
    day = decree.starts_on
    periods = UnitPeriod.objects.select_for_update(of=("self",)).filter(
        structure._still_open(day), agency_id=target.agency_id, parent__in=units
    )
    held = list(periods.order_by("pk"))
    if late := [each for each in held if each.starts_on >= day]:
        raise RuleBroken(
            _("Riwayat unit %(unit)s sudah mencatat keadaan mulai %(day)s; pilih tanggal sesudahnya.")
            % {"unit": late[0].name, "day": formats.day(late[0].starts_on)},
            field="starts_on",
        )
    ends = {each.pk: each.ends_on for each in held}
    UnitPeriod.objects.filter(pk__in=ends).update(ends_on=day)
    UnitPeriod.objects.bulk_create(
        UnitPeriod(
            agency_id=each.agency_id, unit_id=each.unit_id, name=each.name, parent=target, starts_on=day,
            ends_on=ends[each.pk], decree=decree.number.strip()[:200], decree_on=decree.decided_on,
        )
        for each in held
    )  # fmt: skip


# What all of them do


def _told(act: str, actor: User, unit: Unit, decree: Decree, outcome: Outcome) -> Outcome:
    made = outcome.result
    structure_decided(
        act, actor=actor, unit=unit, decree=decree.number, starts_on=decree.starts_on, people=len(outcome.people),
        positions=len(outcome.moved), url=f"/jabatan/{made.pk}/" if isinstance(made, Position) else "",
    )  # fmt: skip
    return outcome


def _check(actor: User, decree: Decree, units: Iterable[Unit]) -> None:
    for unit in units:
        permissions.check_may_edit_structure(actor, unit)
    decree.check()


def check_not_own(actor: User, positions: Sequence[Position], day: date) -> None:
    """Refuse a decision on single positions that gives the actor another post: what they hold goes along. Units are
    merged with all that is in them; that is nobody's own case. One query for who has a NIP."""
    if not actor.nip or not positions:
        return
    held = Incumbency.objects.filter(
        structure._still_open(day), agency_id=positions[0].agency_id, position__in=[each.pk for each in positions],
        employee__nip=actor.nip,
    )  # fmt: skip
    if held.exists():
        raise NotAllowed(_("Jabatan sendiri diubah oleh petugas lain."))


def _open(unit: Unit, job: Job, like: Position, decree: Decree, codes: set[str], *, unsaved: bool = False) -> Position:
    """Return a new position of `job` in `unit`, as `like` is. `codes`: taken ones, when many are made."""
    if unsaved:
        stem = f"{unit.code}-{job.code}"[:54]
        code = next(code for code in register._numbered(stem) if code not in codes)
        codes.add(code)
    else:
        code = register._next_code(unit, job)
    made = Position(
        agency_id=unit.agency_id, unit=unit, job=job, code=code, is_head=like.is_head, by_duty=like.by_duty,
        growth=like.growth, order=like.order, starts_on=decree.starts_on,
    )  # fmt: skip
    if not unsaved:
        _save(made)
    return made


def _carry(
    pairs: Sequence[tuple[Position, Position]], decree: Decree, *, result: Any, number: int | None = None
) -> Outcome:
    """Let seats, holders, K and goals of each first position go on in the second, and close the first.

    Raises RuleBroken: a position closed or not there yet, a later appointment or decision on record, a reserved seat.
    """
    if not pairs:
        return Outcome(result=result)
    day = decree.starts_on
    agency_id = pairs[0][0].agency_id
    into = {old.pk: new for old, new in pairs}
    targets = {new.pk: new for _old, new in pairs}
    # Appointments hold the same rows: nobody is appointed to what is about to close.
    everything = Position.objects.select_for_update(of=("self",)).filter(pk__in=[*into, *targets])
    locked = {each.pk: each for each in everything.select_related("job", "unit").order_by("pk")}
    for pk, each in locked.items():
        _check_goes_on(each, day, leaves=pk in into)
    _check_nothing_later(agency_id, list(into), list(targets), day)
    register.check_not_reserved([locked[pk] for pk in into], day)
    # Before anything moves; a position just opened has no K of its own yet.
    figures = reads.figures_of(Position.objects.filter(pk__in=[*into, *(pk for pk in targets)]), day)
    fresh = {pk for pk, each in targets.items() if each.starts_on == day}

    places = _copy_seats(agency_id, into, day)
    people = _copy_holders(agency_id, into, places, decree)
    _copy_goals(agency_id, into, day)
    settled: dict[int, int] = {}
    for pk, target in targets.items():
        parts = [figures[old].k for old, new in into.items() if new.pk == pk]
        if pk not in fresh:
            parts.append(figures[pk].k)
        known = [part for part in parts if part is not None]
        # An office does not become two by a merger.
        is_office = target.job.group == Job.Group.MANAGERIAL and len(parts) > 1
        if target.is_head and len(parts) > 1:
            with at_field("number"):
                register.check_head_seats(number if number is not None else max(known) if is_office else sum(known))
        if number is not None or known:
            decided = number if number is not None else max(known) if is_office else sum(known)
            _decide(agency_id, pk, decided, decree)
            if number is not None or is_office:
                settled[pk] = decided
    _close(agency_id, {old: new.pk for old, new in into.items()}, decree)
    if settled:
        _settle(agency_id, settled, targets.values(), day)
    return Outcome(moved=[(old, new.pk) for old, new in into.items()], people=people, result=result)


def _settle(agency_id: int, numbers: dict[int, int], targets: Iterable[Position], day: date) -> None:
    """Give the positions (by key) their decided seats. Raises RuleBroken, as a lower K does, where a seat that would
    close is promised, by name, or somebody acts on it."""
    wanted = """SELECT x.position_id, x.number, %s::date AS day
        FROM unnest(%s::bigint[], %s::int[]) AS x(position_id, number)"""
    given = [day, list(numbers), list(numbers.values())]
    with connection.cursor() as cursor:
        if in_use := seats.blocked(cursor, agency_id, wanted, given):
            with fields_called(starts_on="number"), at_field("number"):
                register.check_not_reserved(targets, day, seats=in_use)
            raise RuleBroken(_(seats.BLOCKED), field="number")
        seats.settle(cursor, agency_id, wanted, given)


def _check_goes_on(position: Position, day: date, *, leaves: bool) -> None:
    """Raise RuleBroken unless the position is there on `day`, is not to be closed and, where it `leaves`, was there the
    day before: of a post that began and closed on one day nothing would be left."""
    if position.ends_on is not None:
        raise RuleBroken(register.closed_already(position, day))
    if position.starts_on > day or (leaves and position.starts_on == day):
        raise RuleBroken(
            _("Jabatan %(position)s baru mulai pada %(day)s; pilih hari sesudahnya.")
            % {"position": position, "day": formats.day(position.starts_on)},
            field="starts_on",
        )


def _check_nothing_later(agency_id: int, old: list[int], new: list[int], day: date) -> None:
    later = Incumbency.objects.filter(agency_id=agency_id, position__in=old, starts_on__gte=day)
    held = later.select_related("employee").order_by("starts_on", "pk").first()
    if held is not None:
        raise RuleBroken(
            _("%(name)s tercatat memangku jabatan ini mulai %(day)s; pilih tanggal sesudahnya.")
            % {"name": held.employee.full_name, "day": formats.day(held.starts_on)},
            field="starts_on",
        )
    decided = PositionNeed.objects.filter(
        agency_id=agency_id, position__in=[*old, *new], source=PositionNeed.Source.DECIDED, starts_on__gte=day
    )
    if need := decided.order_by("-starts_on", "pk").first():
        raise RuleBroken(
            _("Formasi jabatan ini sudah tercatat mulai %(day)s; pilih tanggal sesudahnya.")
            % {"day": formats.day(need.starts_on)},
            field="starts_on",
        )


def _copy_seats(agency_id: int, into: dict[int, Position], day: date) -> dict[int, Seat]:
    """Make for each seat in force its follower in the new position; return them by the old one's id."""
    rows = Seat.objects.filter(in_force(day), agency_id=agency_id, position__in=into)
    former = dict(
        SeatFormerKind.objects.filter(
            agency_id=agency_id, seat__position__in=into, starts_on__lte=day, ends_on__gt=day
        ).values_list("seat_id", "kind")
    )
    targets = {new.pk for new in into.values()}
    highest: dict[int, int] = {}
    taken = Seat.objects.filter(agency_id=agency_id, position__in=targets)
    for position, number in taken.order_by("number").values_list("position_id", "number"):
        highest[position] = number
    found: dict[int, Seat] = {}
    for seat in rows.order_by("position_id", "number", "pk"):
        new = into[seat.position_id]
        highest[new.pk] = highest.get(new.pk, 0) + 1
        found[seat.pk] = Seat(
            agency_id=agency_id, position=new, number=highest[new.pk], kind=former.get(seat.pk, seat.kind),
            starts_on=day, ends_on=seat.ends_on,
        )  # fmt: skip
    Seat.objects.bulk_create(found.values())
    return found


def _copy_holders(agency_id: int, into: dict[int, Position], places: dict[int, Seat], decree: Decree) -> list[int]:
    """Close what people hold in the old positions and follow it in the new ones; return whose post it is."""
    day = decree.starts_on
    rows = Incumbency.objects.select_for_update(of=("self",)).filter(
        in_force(day), agency_id=agency_id, position__in=into
    )
    held = list(rows.order_by("pk"))
    Incumbency.objects.filter(pk__in=[each.pk for each in held]).update(ends_on=day)
    Incumbency.objects.bulk_create(
        Incumbency(
            agency_id=agency_id, position=into[each.position_id], seat=places[each.seat_id] if each.seat_id else None,
            employee_id=each.employee_id, kind=each.kind, decree=decree.number.strip()[:120],
            decree_on=decree.decided_on, starts_on=day, ends_on=each.ends_on,
        )
        for each in held
    )  # fmt: skip
    own = [each for each in held if each.kind in (Incumbency.Kind.DEFINITIVE, Incumbency.Kind.PART_TIME)]
    people = sorted({each.employee_id for each in own})
    if day > dates.today():
        # They stay where their posts are until the day comes (`services.day`).
        return people
    by_unit: dict[int, list[int]] = {}
    for each in own:
        by_unit.setdefault(into[each.position_id].unit_id, []).append(each.employee_id)
    for unit_id, here in by_unit.items():
        # One statement a receiving unit, of which a decision has one.
        Employee.objects.filter(agency_id=agency_id, pk__in=here).exclude(unit=unit_id).update(unit=unit_id)
    return people


def _copy_goals(agency_id: int, into: dict[int, Position], day: date) -> None:
    rows = PositionGoal.objects.filter(structure._still_open(day), agency_id=agency_id)
    links = list(rows.filter(position__in=into).order_by("pk"))
    targets = {new.pk for new in into.values()}
    known = set(rows.filter(position__in=targets).values_list("goal_id", "position_id"))
    made = []
    for each in links:
        new = into[each.position_id]
        if (each.goal_id, new.pk) not in known:
            known.add((each.goal_id, new.pk))
            made.append(
                PositionGoal(
                    agency_id=agency_id, goal_id=each.goal_id, position=new, starts_on=day, ends_on=each.ends_on
                )
            )
    PositionGoal.objects.filter(pk__in=[each.pk for each in links], starts_on__gte=day).delete()
    PositionGoal.objects.filter(pk__in=[each.pk for each in links]).update(ends_on=day)
    PositionGoal.objects.bulk_create(made)


def _decide(agency_id: int, position: int, number: int, decree: Decree) -> None:
    day = decree.starts_on
    decided = PositionNeed.objects.filter(
        in_force(day), agency_id=agency_id, position=position, source=PositionNeed.Source.DECIDED
    )
    decided.update(ends_on=day)
    PositionNeed.objects.create(
        agency_id=agency_id, position_id=position, source=PositionNeed.Source.DECIDED, need=Decimal(number),
        decree=decree.number.strip()[:120], decree_on=decree.decided_on, starts_on=day,
    )  # fmt: skip


def _close(agency_id: int, into: dict[int, int], decree: Decree) -> None:
    """Close positions that nobody holds any more, each with its successor (0: none), their seats and needs."""
    day = decree.starts_on
    still_open = Q(ends_on__isnull=True) | Q(ends_on__gt=day)
    for rows in (
        Seat.objects.filter(agency_id=agency_id, position__in=into),
        PositionNeed.objects.filter(agency_id=agency_id, position__in=into),
    ):
        # A row that would begin after the end never was.
        rows.filter(starts_on__gte=day).delete()
        rows.filter(still_open).update(ends_on=day)
    former = SeatFormerKind.objects.filter(agency_id=agency_id, seat__position__in=into)
    former.filter(starts_on__gte=day).delete()
    former.filter(ends_on__gt=day).update(ends_on=day)
    everything = Position.objects.filter(agency_id=agency_id, pk__in=[*into, *into.values()]).select_related("job")
    rows_by_id = {row.pk: row for row in everything.order_by("pk")}
    shares = Counter(into.values())
    closing = [rows_by_id[pk] for pk in into]
    for row in closing:
        target = rows_by_id.get(into[row.pk])
        row.ends_on, row.successor_id, row.closing_decree = day, into[row.pk] or None, decree.number.strip()[:200]
        row.closing_decree_on = decree.decided_on
        row.closing_kind = closing_kind(
            Level(row.job.level), Level(target.job.level) if target else None,
            same_job=target is not None and target.job_id == row.job_id,
            # A target that was there before takes in what closes.
            shared=target is not None and (shares[target.pk] > 1 or target.starts_on < day),
        )  # fmt: skip
    fields = ["ends_on", "successor", "closing_decree", "closing_decree_on", "closing_kind"]
    Position.objects.bulk_update(closing, fields, batch_size=500)


def _close_vacant(heads: Sequence[Position], decree: Decree) -> None:
    """Close the heads that nobody takes over. Raises RuleBroken while somebody holds or acts on one."""
    if not heads:
        return
    day, agency_id = decree.starts_on, heads[0].agency_id
    held = Incumbency.objects.filter(structure._still_open(day), agency_id=agency_id, position__in=heads)
    names = [
        f"{each.employee.full_name} ({each.position.job})"
        for each in held.select_related("employee", "position__job").order_by("pk")[:SHOWN]
    ]
    if names:
        raise RuleBroken(
            _("Kepala unit yang digabung masih memangku jabatannya; tempatkan dahulu: %(people)s.")
            % {"people": ", ".join(names)}
        )
    register.check_not_reserved(heads, day)
    _close(agency_id, {each.pk: 0 for each in heads}, decree)


# Trying without saving


class _Undo(Exception):  # noqa: N818  no failure: it takes back what was tried
    pass


def preview(change: Callable[[], Any], look: Callable[[Any], Any]) -> Any:
    """Do `change`, let `look` read what came of it, take everything back and return what `look` saw.

    What is shown is therefore what would be saved. Raises as `change` does.
    """
    seen = None
    try:
        with transaction.atomic():
            seen = look(change())
            raise _Undo
    except _Undo:
        return seen
