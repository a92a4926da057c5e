"""Writes of the register: people, positions with their seats, who holds what, goals of positions, names to map.

Each service is one transaction, keyword-only, with its actor. Failures: `RuleBroken`, `NotAllowed`. Days are
[starts, ends): an end is the first day that no longer counts.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import models, transaction
from django.db.models import Max, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from asnhr import dates, formats
from asnhr.errors import NotAllowed, RuleBroken, at_field, fields_called
from asnhr.formats import counted
from asnhr.models import User
from asnhr.scope import agency_scope
from positions import permissions
from positions.models import (
    Employee,
    Goal,
    Incumbency,
    Job,
    NameMapping,
    Position,
    PositionGoal,
    PositionNeed,
    Reservation,
    Seat,
    SeatFormerKind,
    StandingRecord,
    Unit,
)
from positions.models._base import in_force
from positions.models.employee import ACTIVE_STATUS, ENDED_STATUS
from positions.rules import nip as nip_rules
from positions.rules import standing
from positions.rules.standing import RESTRICTED
from positions.services import coming, departures, plausible, ranks, standings
from positions.services.decree import Decree, check_not_backwards, day_in_trail, in_trail

NIP_ERRORS = {
    "N1": gettext_noop("NIP harus 18 angka."),
    "N2": gettext_noop("Delapan angka pertama NIP bukan tanggal lahir yang mungkin."),
    "N3": gettext_noop("Angka 13–14 NIP harus bulan 01–12 (PNS) atau 21–29 (PPPK)."),
    "N4": gettext_noop("Angka ke-15 NIP harus 1 atau 2."),
    "N5": gettext_noop("Nomor urut NIP 000 tidak ada; periksa apakah Excel membulatkannya."),
}

EDITABLE = (
    "name", "title_before", "title_after", "sex", "birth_date", "birth_place", "email", "phone", "rank", "rank_since",
    "pay_group", "education_level", "education", "graduated", "cpns_on", "pns_on", "legal_status",
    "own_retirement_age",
)  # fmt: skip
# Transition rules kept ages up to that of a professor (establishment.md 4); below 58 nobody retires by age.
OWN_AGE = (58, 70)


def validate(row: models.Model) -> None:
    """Ask a row's fields and constraints; raises RuleBroken with their words, by the fields that are at fault."""
    try:
        # Fields first: an exclusion constraint cannot be tried while a field that its condition names is wrong.
        row.full_clean(validate_constraints=False)
        row.validate_constraints()
    except ValidationError as problem:
        found = problem.message_dict
        by_field = {("" if name == NON_FIELD_ERRORS else name): said for name, said in found.items()}
        raise RuleBroken(" ".join(problem.messages), fields=by_field if set(by_field) != {""} else None) from problem


def _save(row: models.Model) -> None:
    """Save a row that its constraints accept; raises RuleBroken with their words."""
    validate(row)
    row.save()


# People


def _check_not_own(actor: User, employee: Employee) -> None:
    """Raise NotAllowed for the actor's own record: an appointment or an exit is decided and written by others."""
    if permissions.is_theirs(actor, employee):
        raise NotAllowed(_("Riwayat sendiri dicatat oleh petugas lain."))


@transaction.atomic
def add_employee(*, actor: User, unit: Unit, nip: str, status: str, day: date, **facts: Any) -> Employee:
    """Register a person in `unit`. Raises RuleBroken when the NIP cannot be true or contradicts birth date or sex, and
    NotAllowed for the actor's own: who writes down that they serve here decides it."""
    permissions.check_may_edit_people(actor, unit)
    checked = nip_rules.check(nip, today=day)
    if actor.nip and checked.number == actor.nip:
        raise NotAllowed(_("Riwayat sendiri dicatat oleh petugas lain."))
    if not checked.valid:
        raise RuleBroken(" ".join(_(NIP_ERRORS[code]) for code in checked.errors))
    facts = {"legal_status": standing.ordinary(status)} | _known(facts)
    person = Employee(agency_id=unit.agency_id, unit=unit, nip=checked.number, status=status, **facts)
    if person.birth_date is None:
        person.birth_date = checked.birth_date
    if not person.sex:
        person.sex = Employee.Sex.MALE if checked.sex is nip_rules.Sex.MALE else Employee.Sex.FEMALE
    if checked.kind is nip_rules.Kind.PNS and person.cpns_on is None:
        person.cpns_on = checked.appointed
    _check_kind(person, checked)
    _check_standing(person, with_standing=True)
    if set(facts) & set(ranks.COLUMNS):
        ranks.check_own(person, (None, None, None), dates.today())
    check_facts(person, facts)
    _save(person)
    return person


def _check_kind(person: Employee, checked: nip_rules.NipCheck) -> None:
    pppk = person.status in (Employee.Status.PPPK, Employee.Status.PART_TIME)
    if pppk != (checked.kind is nip_rules.Kind.PPPK):
        raise RuleBroken(_("NIP ini bukan NIP %(status)s.") % {"status": person.get_status_display()})


def _known(facts: dict[str, Any]) -> dict[str, Any]:
    unknown = set(facts) - set(EDITABLE)
    if unknown:
        raise ValueError(f"not editable here: {', '.join(sorted(unknown))}")
    return facts


@transaction.atomic
def change_employee(*, actor: User, employee: Employee, **facts: Any) -> Employee:
    """Correct a person's basic facts (`EDITABLE`). Post, unit and status change by appointment, never here; rank and
    its TMT by the history of ranks, once there is one.

    Raises RuleBroken, NotAllowed: also for a change of one's own facts but e-mail and telephone.
    """
    permissions.check_may_edit_people(actor, employee.unit)
    # Two officers on one page: hold the row until we commit.
    person = Employee.objects.select_for_update(of=("self",)).get(pk=employee.pk)
    changed = [name for name, value in _known(facts).items() if _differs(person, name, value)]
    # Also where it would stay the same: who may not read it does not find it out by trying.
    if "legal_status" in facts and person.legal_status in RESTRICTED:
        permissions.check_may_read_standing(actor, employee)
    permissions.check_may_change_employee(actor, employee, changed)
    before, held = (person.legal_status, person.own_retirement_age), ranks.held(person)
    for name, value in facts.items():
        setattr(person, name, value)
    if (person.legal_status, person.own_retirement_age) != before:
        _check_standing(person, with_standing=person.legal_status != before[0])
    if person.legal_status != before[0]:
        standings.check_not_recorded(person, dates.today())
    if set(changed) & set(ranks.COLUMNS):
        ranks.check_own(person, held, dates.today())
    check_facts(person, changed)
    _save(person)
    return person


def check_facts(person: Employee, written: Iterable[str]) -> None:
    """Whether days and telephone that are written can be true: those that stay may be faults of old, found by the
    quality checks. Raises RuleBroken."""
    written = set(written)
    if not person.pk or written & set(plausible.DAYS_OF_PERSON):
        plausible.check_person(person, dates.today())
    plausible.check_today(person, written, dates.today())
    if "phone" in written and person.phone and not plausible.PHONE.fullmatch(person.phone):
        raise RuleBroken(_("Nomor HP 9 sampai 19 angka, boleh diawali +."))


def _differs(person: Employee, name: str, value: Any) -> bool:
    """Whether a fact becomes another: a form sends all of them, choices as text."""
    field: Any = Employee._meta.get_field(name)
    if field.is_relation:
        return getattr(value, "pk", value) != getattr(person, field.attname)
    try:
        return field.to_python(value) != getattr(person, name)
    except ValidationError:
        return True


def _check_standing(person: Employee, *, with_standing: bool) -> None:
    """Legal status, where it becomes another (`with_standing`), and own retirement age as an officer may write them. An
    ended status comes with the exit's day."""
    if person.legal_status not in ACTIVE_STATUS | ENDED_STATUS:
        raise RuleBroken(_("Kedudukan hukum %(code)s tidak dikenal.") % {"code": person.legal_status})
    if with_standing:
        standings.check(person, person.legal_status, dates.today())
    low, high = OWN_AGE
    if person.own_retirement_age is not None and not low <= person.own_retirement_age <= high:
        raise RuleBroken(_("BUP perorangan harus %(low)s sampai dengan %(high)s tahun.") % {"low": low, "high": high})


def posts_until(employee: Employee, day: date) -> QuerySet[Incumbency]:
    """Incumbencies that an exit on `day` closes: begun before it and not ended by then, the own post first."""
    held = Incumbency.objects.filter(agency_id=employee.agency_id, employee=employee, starts_on__lt=day)
    open_ones = held.filter(Q(ends_on__isnull=True) | Q(ends_on__gt=day))
    return open_ones.select_related("position__job", "position__unit").order_by("kind", "starts_on", "pk")


@transaction.atomic
def record_exit(*, actor: User, employee: Employee, exits_on: date, reason: str, legal_status: str) -> Employee:
    """Record that a person leaves the agency: `exits_on` is the first day without them; every post held then ends.

    Days before keep what was held: whoever looks back sees the person in post (positions.rules.status). What was to
    begin on that day or later is dropped (positions/services/coming.py; `coming.that_go` names it beforehand). Their
    roles in the agency end on the same day (positions/services/departures.py). Raises RuleBroken (already recorded, no
    reason, an active status, a day too far ahead or before something on record, a post that has begun on or after that
    day) and NotAllowed when a post to close or to drop lies outside the actor's units: nobody leaves half.
    """
    permissions.check_may_edit_people(actor, employee.unit)
    _check_not_own(actor, employee)
    person = Employee.objects.select_for_update(of=("self",)).get(pk=employee.pk)
    if person.exits_on is not None:
        raise RuleBroken(
            _("%(name)s sudah tercatat keluar pada %(day)s.")
            % {"name": person.full_name, "day": formats.day(person.exits_on)}
        )
    if not reason.strip():
        raise RuleBroken(_("Tanggal keluar wajib disertai alasan."))
    if legal_status not in ENDED_STATUS:
        raise RuleBroken(_("Pilih kedudukan hukum orang yang sudah keluar."))
    standings.check_fits(person, legal_status)
    departures.check_day(person, exits_on, dates.today())
    _drop_coming(actor, person, exits_on)
    held = list(posts_until(person, exits_on).select_for_update(of=("self",)))
    for row in held:
        permissions.check_may_edit_people(actor, row.position.unit)
        row.ends_on = exits_on
        _save(row)
    person.exits_on, person.exit_reason = exits_on, reason.strip()
    _end_standing(person, exits_on, legal_status)
    _save(person)
    departures.end_roles(person.agency_id, exits_on, person)
    return person


def _drop_coming(actor: User, person: Employee, exits_on: date) -> None:
    """Drop what begins on or after the day on which a person leaves. Raises RuleBroken where some of it has begun."""
    today = dates.today()
    later = list(coming.from_day(person, exits_on))
    if any(row.starts_on <= today for row in later):
        raise RuleBroken(
            _("%(name)s memangku jabatan yang dimulai pada atau sesudah %(day)s.")
            % {"name": person.full_name, "day": formats.day(exits_on)}
        )
    for row in later:
        permissions.check_may_edit_people(actor, row.position.unit)
    for is_carried in (True, False):
        rows = [row for row in later if row.is_carried is is_carried]  # type: ignore[attr-defined]
        coming.drop(actor=actor, rows=rows, why=coming.leaves(exits_on, is_carried=is_carried))


def _end_standing(person: Employee, exits_on: date, legal_status: str) -> None:
    """Let the standing change on the day of the exit, not before: one to come is caught up with when its day has come
    (`services.day`). Of who has no history of it the standing so far joins the one that begins here (migration 0065),
    so that days before the exit keep what was known of them."""
    StandingRecord.objects.update_or_create(
        agency_id=person.agency_id, employee=person, starts_on=exits_on, defaults={"standing": legal_status}
    )
    person.legal_status = Employee.objects.values_list("legal_status", flat=True).get(pk=person.pk)


# Positions


@transaction.atomic
def open_position(
    *,
    actor: User,
    unit: Unit,
    job: Job,
    seats: int,
    starts_on: date,
    decree: str,
    decree_on: date,
    code: str = "",
    is_head: bool = False,
    by_duty: bool = False,
) -> Position:
    """Open a position with `seats` seats by a decree. Raises RuleBroken (the unit has it already, no decree or one
    decided after `starts_on`, a second head of the unit, a head of several seats)."""
    permissions.check_may_edit_positions(actor, unit)
    if not decree.strip():
        raise RuleBroken(_("Jabatan baru wajib menyebut nomor keputusan."), field="decree")
    check_not_backwards(decree_on, starts_on)
    if seats < 1:
        raise RuleBroken(_("Formasi paling sedikit satu."), field="seats")
    check_unit_is_there(unit, starts_on)
    if is_head:
        with at_field("is_head"):
            check_only_head(unit, starts_on)
        with at_field("seats"):
            check_head_seats(seats)
    position = Position(
        agency_id=unit.agency_id, unit=unit, job=job, code=code.strip() or _next_code(unit, job), is_head=is_head,
        by_duty=by_duty, starts_on=starts_on,
    )  # fmt: skip
    with at_field("job_id"):
        _save(position)
    kind = Seat.Kind.DUTY if by_duty else Seat.Kind.FORMATION
    Seat.objects.bulk_create(
        Seat(agency_id=unit.agency_id, position=position, number=number, kind=kind, starts_on=starts_on)
        for number in range(1, seats + 1)
    )
    _save(
        PositionNeed(
            agency_id=unit.agency_id, position=position, source=PositionNeed.Source.DECIDED, need=Decimal(seats),
            decree=decree.strip(), decree_on=decree_on, starts_on=starts_on,
        )
    )  # fmt: skip
    return position


def check_unit_is_there(unit: Unit, day: date, *, field: str = "unit_id", day_field: str = "starts_on") -> None:
    """Raise RuleBroken, with the unit's own days, unless it exists on `day` and goes on: what begins there lasts."""
    about = {"unit": unit, "day": formats.day(day), "first": formats.day(unit.starts_on)}
    if unit.ends_on is not None:
        about["end"] = formats.day(unit.ends_on)
        if unit.ends_on > day:
            told = _("Unit %(unit)s akan ditutup mulai %(end)s; tidak ada yang dimulai di sana pada %(day)s.")
        else:
            told = _(
                "Unit %(unit)s ada sejak %(first)s dan sudah ditutup pada %(end)s; tidak ada yang dibuka mulai %(day)s."
            )
        raise RuleBroken(told % about, field=field)
    if unit.starts_on > day:
        raise RuleBroken(
            _("Unit %(unit)s baru berdiri pada %(first)s; pilih tanggal itu atau sesudahnya, bukan %(day)s.") % about,
            field=day_field,
        )


def check_not_reserved(positions: Iterable[Position], day: date, *, seats: Sequence[int] | None = None) -> None:
    """Raise RuleBroken where a seat of one of the positions (only of `seats`, where given) is promised on `day` or
    later, by name; one query."""
    rows = Reservation.objects.filter(
        Q(ends_on__isnull=True) | Q(ends_on__gt=day), seat__position__in=[each.pk for each in positions]
    )
    if seats is not None:
        rows = rows.filter(seat__in=seats)
    kept = rows.select_related("seat__position__job", "seat__position__unit").order_by("starts_on", "pk").first()
    if kept is None:
        return
    about = {
        "position": kept.seat.position, "n": kept.seat.number, "why": kept.reason,
        "first": formats.day(kept.starts_on),
    }  # fmt: skip
    if kept.ends_on is None:
        told = _("Formasi nomor %(n)s %(position)s dipesan sejak %(first)s (%(why)s); akhiri pemesanan itu dahulu.")
    else:
        told = _(
            "Formasi nomor %(n)s %(position)s dipesan dari %(first)s sampai dengan %(last)s (%(why)s); akhiri pemesanan"
            " itu dahulu, atau pilih tanggal sesudahnya."
        )
        about["last"] = formats.last_day(kept.ends_on)
    raise RuleBroken(told % about, field="" if kept.ends_on is None else "starts_on")


def check_only_head(unit: Unit, day: date, *but: Position) -> None:
    """Raise RuleBroken where another post than those in `but` heads the unit on `day` or later: who heads a unit reads
    the files of all people below. A rule for new decisions: what was recorded before stays as it is."""
    # Two decisions at once: the second waits for the first and then sees its post.
    Unit.objects.select_for_update(of=("self",), no_key=True).get(pk=unit.pk)
    heads = Position.objects.filter(
        Q(ends_on__isnull=True) | Q(ends_on__gt=day), agency_id=unit.agency_id, unit=unit, is_head=True
    ).exclude(pk__in=[each.pk for each in but])
    head = heads.select_related("job").order_by("starts_on", "pk").first()
    if head is not None:
        raise RuleBroken(
            _("%(unit)s sudah dikepalai %(job)s; satu unit mempunyai satu jabatan kepala.")
            % {"unit": unit, "job": head.job}
        )


def check_head_seats(number: int) -> None:
    """Raise RuleBroken for a head's post of several seats: each of its holders would head the unit."""
    if number > 1:
        raise RuleBroken(_("Jabatan kepala unit hanya satu formasi."))


def _next_code(unit: Unit, job: Job) -> str:
    """Return `unit-job`, numbered where a closed position of the same job has it."""
    stem = f"{unit.code}-{job.code}"[:54]
    taken = set(Position.objects.filter(agency_id=unit.agency_id, code__startswith=stem).values_list("code", flat=True))
    return next(code for code in _numbered(stem) if code not in taken)


def _numbered(stem: str) -> Iterable[str]:
    yield stem
    number = 2
    while True:
        yield f"{stem}-{number}"
        number += 1


# What may be corrected of a position that is open; the rest changes by a decision.
POSITION_FACTS = ("is_head", "growth", "order")


@transaction.atomic
def correct_position(*, actor: User, position: Position, **facts: Any) -> Position:
    """Correct `POSITION_FACTS` of an open position. Raises RuleBroken, and NotAllowed for making the own post a head's:
    who heads a unit reads the files of its people."""
    permissions.check_may_edit_positions(actor, position.unit)
    unknown = set(facts) - set(POSITION_FACTS)
    if unknown:
        raise ValueError(f"not editable here: {', '.join(sorted(unknown))}")
    row = Position.objects.select_for_update(of=("self",)).get(pk=position.pk)
    if row.ends_on is not None:
        raise RuleBroken(_("Jabatan %(position)s sudah ditutup.") % {"position": row})
    if facts.get("is_head", row.is_head) != row.is_head and actor.nip:
        mine = row.incumbencies.filter(employee__agency_id=row.agency_id, employee__nip=actor.nip, ends_on=None)
        if mine.exists():
            raise NotAllowed(_("Jabatan sendiri diubah oleh petugas lain."))
    if facts.get("is_head") and not row.is_head:
        # From now on: a head that has gone is no reason against the one of today.
        check_only_head(row.unit, max(row.starts_on, dates.today()), row)
        check_head_seats(row.seats.filter(ends_on=None).exclude(kind=Seat.Kind.SUPERNUMERARY).count())
    for name, value in facts.items():
        setattr(row, name, value)
    _save(row)
    return row


def needs_that_go(positions: Iterable[Position], day: date) -> list[str]:
    """Say which K decided for `day` or later go when the positions close on it; one query. Ask before they close."""
    return [
        _(
            "K %(n)s %(position)s yang ditetapkan mulai %(day)s dengan %(decree)s ikut gugur; pembatalan penutupan"
            " tidak mengembalikannya."
        )
        % {
            "n": formats.number(int(each.need)), "position": each.position, "day": formats.day(each.starts_on),
            "decree": each.decree or formats.DASH,
        }
        for each in _later_needs(positions, day)
    ]  # fmt: skip


def _later_needs(positions: Iterable[Position], day: date) -> QuerySet[PositionNeed]:
    rows = PositionNeed.objects.filter(
        position__in=[each.pk for each in positions], source=PositionNeed.Source.DECIDED, starts_on__gte=day
    )
    return rows.select_related("position__job", "position__unit").order_by("position_id", "starts_on", "pk")


def closing_in_trail(decree: str, decree_on: date, positions: Iterable[Position], day: date) -> str:
    """Return the reason that the trail keeps of a closing: its decision and each K of a later day that goes with it,
    whose own row is gone from then on. Ask before they close."""
    gone = [
        f"K {int(each.need)} mulai {day_in_trail(each.starts_on)} ({each.decree or formats.DASH})"
        for each in _later_needs(positions, day)
    ]
    return "; gugur: ".join([in_trail(decree, decree_on), *([", ".join(gone)] if gone else [])])[:200]


def closed_already(position: Position, day: date) -> str:
    """Say that the position has an end on record, or will have ended after `day`."""
    told = (
        _("Jabatan %(position)s akan ditutup mulai %(day)s menurut keputusan yang sudah tercatat.")
        if position.ends_on is not None and position.ends_on > day
        else _("Jabatan %(position)s sudah ditutup mulai %(day)s.")
    )
    return told % {"position": position, "day": formats.day(position.ends_on)}


@transaction.atomic
def close_position(*, actor: User, position: Position, ends_on: date, decree: str, decree_on: date) -> Position:
    """Close a position, its seats and its need by a decree. Raises RuleBroken while somebody holds it on or after
    `ends_on`, or a seat is promised then: nobody loses a post without a target seat (needs-analysis.md 5)."""
    permissions.check_may_edit_positions(actor, position.unit)
    Decree(decree, decree_on, ends_on).check()
    position = Position.objects.select_for_update(of=("self",)).get(pk=position.pk)
    if position.ends_on is not None:
        raise RuleBroken(closed_already(position, ends_on))
    holding = position.incumbencies.filter(Q(ends_on__isnull=True) | Q(ends_on__gt=ends_on)).count()
    if holding:
        raise RuleBroken(
            counted(
                "Jabatan %(position)s masih dipangku %(n)s orang; tempatkan mereka dahulu.", holding, position=position
            )
        )
    with fields_called(starts_on="ends_on"):
        check_not_reserved([position], ends_on)
    position.ends_on = ends_on
    position.closing_decree, position.closing_decree_on = decree.strip(), decree_on
    position.closing_kind = Position.Closing.ABOLISHED
    why = closing_in_trail(decree, decree_on, [position], ends_on)
    with agency_scope(position.agency_id, user_id=actor.pk, reason=why):
        _save(position)
        still_open = Q(ends_on__isnull=True) | Q(ends_on__gt=ends_on)
        for rows in (position.seats.all(), position.needs.all()):
            # A row that would begin after the end never was.
            rows.filter(starts_on__gte=ends_on).delete()
            rows.filter(still_open).update(ends_on=ends_on)
        former = SeatFormerKind.objects.filter(agency_id=position.agency_id, seat__position=position)
        former.filter(starts_on__gte=ends_on).delete()
        former.filter(ends_on__gt=ends_on).update(ends_on=ends_on)
    return position


# Who holds what


@transaction.atomic
def appoint(
    *, actor: User, position: Position, employee: Employee, starts_on: date, decree: str, decree_on: date | None = None
) -> Incumbency:
    """Put `employee` on a vacant seat of `position` from `starts_on`, closing the post held until then.

    Without a vacant decided seat the holder sits on a new one `di luar formasi`: flagged, never refused
    (needs-analysis.md 3). Where a decision would take the person along to another post on that day or later, that no
    longer applies (positions/services/coming.py). Raises RuleBroken (no decree or one decided after `starts_on`, a
    later appointment is on record, the position is closed).
    """
    permissions.check_may_edit_people(actor, position.unit)
    _check_not_own(actor, employee)
    _check_appointment(position, employee, starts_on, decree, decree_on, None)
    if position.by_duty:
        raise RuleBroken(_("Jabatan ini diisi sebagai tugas tambahan, bukan secara definitif."))
    # One appointment at a time for a position and for a person: hold both rows until we commit.
    position = Position.objects.select_for_update(of=("self",)).get(pk=position.pk)
    employee = Employee.objects.select_for_update(of=("self",)).get(pk=employee.pk)
    permanent = [Incumbency.Kind.DEFINITIVE, Incumbency.Kind.PART_TIME]
    held = employee.incumbencies.filter(kind__in=permanent)
    gone = coming.check_may_go_elsewhere(employee, position.pk, starts_on, dates.today())
    coming.drop(actor=actor, rows=gone, why=coming.goes_elsewhere(starts_on))
    held.filter(in_force(starts_on)).update(ends_on=starts_on)
    part_time = employee.status == Employee.Status.PART_TIME
    incumbency = Incumbency(
        agency_id=position.agency_id, position=position, employee=employee, starts_on=starts_on,
        kind=Incumbency.Kind.PART_TIME if part_time else Incumbency.Kind.DEFINITIVE,
        seat=None if part_time else _vacant_seat(position, starts_on), decree=decree.strip(), decree_on=decree_on,
    )  # fmt: skip
    _save(incumbency)
    # For a coming day the person stays where the post of today is (`services.day`).
    if starts_on <= dates.today():
        employee.unit_id = position.unit_id
        employee.save(update_fields=["unit"])
    return incumbency


def _vacant_seat(position: Position, day: date) -> Seat:
    """Return the first seat free from `day` on, decided ones before supernumerary ones; makes one beyond them."""
    taken = position.incumbencies.filter(
        Q(ends_on__isnull=True) | Q(ends_on__gt=day), kind=Incumbency.Kind.DEFINITIVE
    ).values("seat_id")
    free = position.seats.filter(in_force(day), ends_on__isnull=True).exclude(pk__in=taken)
    for kind in (Seat.Kind.FORMATION, Seat.Kind.SUPERNUMERARY):
        if seat := free.filter(kind=kind).order_by("number").first():
            return seat
    highest = position.seats.aggregate(n=Max("number"))["n"] or 0
    return Seat.objects.create(
        agency_id=position.agency_id, position=position, number=highest + 1, kind=Seat.Kind.SUPERNUMERARY,
        starts_on=day,
    )  # fmt: skip


@transaction.atomic
def open_acting(
    *,
    actor: User,
    position: Position,
    employee: Employee,
    kind: str,
    starts_on: date,
    decree: str,
    decree_on: date | None = None,
    ends_on: date | None = None,
) -> Incumbency:
    """Let `employee` act (Plt, Plh) or take an additional duty on a seat of `position`, beside the own post.

    Raises RuleBroken: a Plt where the seat is held definitively (a Plh may), a duty on a position that is not filled
    by duty, one already there, no decree or one decided after `starts_on`.
    """
    permissions.check_may_edit_people(actor, position.unit)
    _check_not_own(actor, employee)
    _check_appointment(position, employee, starts_on, decree, decree_on, ends_on)
    if kind not in (Incumbency.Kind.PLT, Incumbency.Kind.PLH, Incumbency.Kind.DUTY):
        raise ValueError(f"not an acting kind: {kind}")
    if (kind == Incumbency.Kind.DUTY) and not position.by_duty:
        raise RuleBroken(_("Jabatan ini tidak diisi sebagai tugas tambahan."))
    position = Position.objects.select_for_update(of=("self",)).get(pk=position.pk)
    seat = _seat_to_act_on(position, starts_on, kind)
    incumbency = Incumbency(
        agency_id=position.agency_id, position=position, seat=seat, employee=employee, kind=kind, starts_on=starts_on,
        ends_on=ends_on, decree=decree.strip(), decree_on=decree_on,
    )  # fmt: skip
    _save(incumbency)
    return incumbency


def _seat_to_act_on(position: Position, day: date, kind: str) -> Seat:
    seats = position.seats.decided(day).order_by("number")
    if kind == Incumbency.Kind.PLT:
        held = position.incumbencies.filter(in_force(day), kind=Incumbency.Kind.DEFINITIVE).values("seat_id")
        seat = seats.exclude(pk__in=held).first()
        if seat is None:
            raise RuleBroken(_("Jabatan ini tidak lowong; Plt hanya untuk jabatan lowong."))
        return seat
    seat = seats.first()
    if seat is None:
        raise RuleBroken(_("Jabatan ini tidak punya formasi pada tanggal itu."))
    return seat


def _check_appointment(
    position: Position, employee: Employee, day: date, decree: str, decree_on: date | None, until: date | None
) -> None:
    if employee.agency_id != position.agency_id:
        raise RuleBroken(_("Pegawai dan jabatan berbeda instansi."))
    if not decree.strip():
        raise RuleBroken(_("Pengangkatan wajib menyebut nomor SK."))
    check_not_backwards(decree_on, day)
    if position.starts_on > day or (position.ends_on is not None and position.ends_on <= day):
        raise RuleBroken(_("Jabatan %(position)s tidak ada pada tanggal itu.") % {"position": position})
    if position.ends_on is not None and (until is None or until > position.ends_on):
        # Nobody is left in what is closed, whichever of the two decisions was first.
        raise RuleBroken(
            _("Jabatan %(position)s ditutup pada %(day)s; pilih jabatan lain atau masa yang berakhir sebelum itu.")
            % {"position": position, "day": formats.day(position.ends_on)}
        )


@transaction.atomic
def close_incumbency(*, actor: User, incumbency: Incumbency, ends_on: date) -> Incumbency:
    """End an incumbency: `ends_on` is the first day without it. Raises RuleBroken when it ended already or before it
    began."""
    permissions.check_may_edit_incumbency(actor, incumbency)
    _check_not_own(actor, incumbency.employee)
    row = Incumbency.objects.select_for_update(of=("self",)).get(pk=incumbency.pk)
    if row.ends_on is not None:
        raise RuleBroken(_("Masa jabatan ini sudah berakhir."))
    if ends_on <= row.starts_on:
        raise RuleBroken(_("Tanggal berakhir harus sesudah TMT %(day)s.") % {"day": formats.day(row.starts_on)})
    row.ends_on = ends_on
    _save(row)
    return row


# Goals of positions


def check_goal_on(goal: Goal, day: date) -> None:
    """Raise RuleBroken unless `goal` is in force on `day`: one rule for what positions and what tasks serve."""
    if goal.starts_on > day:
        raise RuleBroken(_("Sasaran ini baru berlaku %(day)s.") % {"day": formats.day(goal.starts_on)})
    if goal.ends_on is not None and goal.ends_on <= day:
        raise RuleBroken(_("Sasaran ini sudah ditutup."))


@transaction.atomic
def link_goal(*, actor: User, goal: Goal, position: Position, day: date) -> PositionGoal:
    """Say that `position` serves `goal` from `day`: a period of its own beside any that ended before.

    Raises RuleBroken when it does already on that day or from a later one, or when the goal or the position is not
    there on that day.
    """
    permissions.check_may(actor, "edit_goals")
    permissions.check_in_scope(actor, position.unit)
    check_goal_on(goal, day)
    if position.starts_on > day or (position.ends_on is not None and position.ends_on <= day):
        raise RuleBroken(_("Jabatan %(position)s tidak ada pada tanggal itu.") % {"position": position})
    links = PositionGoal.objects.filter(agency_id=goal.agency_id, goal=goal, position=position)
    if links.filter(Q(ends_on__isnull=True) | Q(ends_on__gt=day)).exists():
        raise RuleBroken(_("Jabatan ini sudah terhubung dengan sasaran tersebut."))
    link = PositionGoal(agency_id=goal.agency_id, goal=goal, position=position, starts_on=day)
    _save(link)
    return link


@transaction.atomic
def unlink_goal(*, actor: User, link: PositionGoal, ends_on: date) -> PositionGoal:
    """End that a position serves a goal: `ends_on` is the first day without it.

    Returns the closed link. Taken back on its very first day it held on no day: the row goes (its `pk` is None then).
    Raises RuleBroken when it ended already or begins later than that.
    """
    permissions.check_may(actor, "edit_goals")
    permissions.check_in_scope(actor, link.position.unit)
    row = PositionGoal.objects.select_for_update(of=("self",)).get(pk=link.pk)
    if row.ends_on is not None:
        raise RuleBroken(_("Hubungan ini sudah berakhir."))
    if ends_on < row.starts_on:
        raise RuleBroken(_("Hubungan ini baru mulai %(day)s.") % {"day": formats.day(row.starts_on)})
    if ends_on == row.starts_on:
        row.delete()
        return row
    row.ends_on = ends_on
    _save(row)
    return row


# Names of files


@transaction.atomic
def map_name(*, actor: User, mapping: NameMapping, unit: Unit | None = None, job: Job | None = None) -> NameMapping:
    """Say what a name in a file means: a unit in the actor's scope or a job of the register. The next import uses it.

    Raises NotAllowed, or RuleBroken without a target of the name's kind.
    """
    permissions.check_may_map(actor, unit)
    row = NameMapping.objects.select_for_update(of=("self",)).get(pk=mapping.pk)
    target = unit if row.kind == NameMapping.Kind.UNIT else job
    if target is None:
        raise RuleBroken(_("Pilih satu unit atau jabatan untuk nama ini."))
    row.unit, row.job = (unit, None) if row.kind == NameMapping.Kind.UNIT else (None, job)
    row.mapped_at, row.mapped_by = timezone.now(), actor
    _save(row)
    return row
