"""Writes of the structure: units with their history, the job catalogue, the decided formation of a position.

Each service is one transaction, keyword-only, with its actor. Failures: `RuleBroken`, `NotAllowed`. Days are
[starts, ends). A change of a unit closes the period before and follows it; nothing of the past is overwritten.
"""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from asnhr import dates, formats
from asnhr.errors import NotAllowed, RuleBroken, at_field, fields_called
from asnhr.formats import counted
from asnhr.models import User
from positions import permissions
from positions.models import (
    Employee,
    Incumbency,
    Job,
    JobEducation,
    Position,
    PositionNeed,
    Seat,
    Unit,
    UnitPeriod,
)
from positions.models._base import access_of, in_force
from positions.notifications import structure_decided
from positions.queries import tree
from positions.rules.levels import GROUP_OF_LEVEL, Level
from positions.services import register, seats
from positions.services.decree import Decree, check_not_backwards
from positions.services.register import _save

# What may be set on a job at any time. Code, name, sub-title, kind and level are its identity: the same job = the same
# of these, so another of them is another job. Its class is decided by a decree (`services.job_evaluation`).
JOB_FACTS = (
    "field", "family", "echelon", "retirement_age", "rank_min", "rank_max", "education_level", "summary", "is_active",
)  # fmt: skip
# What is written of a unit beside its history; the rest changes by a decision.
UNIT_FACTS = ("code", "region_code", "siasn_id", "is_model")
# Years of age: nobody is pensioned earlier or later than this by any rule of UU 20/2023 article 55.
RETIREMENT_AGES = range(50, 71)


def _agency_of(actor: User) -> int:
    """Return the agency in which the actor acts."""
    agency_id = access_of(actor).agency_id
    if agency_id is None:
        raise NotAllowed(_("Peran Anda tidak mencakup tindakan ini."))
    return agency_id


def _still_open(day: date) -> Q:
    return Q(ends_on__isnull=True) | Q(ends_on__gt=day)


# Units


@transaction.atomic
def add_unit(
    *,
    actor: User,
    code: str,
    name: str,
    kind: str,
    parent: Unit | None,
    starts_on: date,
    decree: str,
    decree_on: date,
    region_code: str = "",
    siasn_id: str = "",
    is_part: bool = False,
) -> Unit:
    """Found a unit under `parent` (None: the first one, at the top of the agency) by `decree`. Raises RuleBroken.

    `is_part`: of a larger decision, which is told as one.
    """
    permissions.check_may_edit_structure(actor, parent)
    Decree(decree, decree_on, starts_on).check()
    agency_id = _agency_of(actor)
    if parent is not None:
        register.check_unit_is_there(parent, starts_on, field="parent_id")
    elif not is_part:
        _check_no_other_root(agency_id, starts_on)
    unit = Unit(
        agency_id=agency_id, code=code.strip(), name=name.strip(), kind=kind, starts_on=starts_on,
        region_code=region_code.strip(), siasn_id=siasn_id.strip(),
    )  # fmt: skip
    _save(unit)
    _save(
        UnitPeriod(
            agency_id=agency_id, unit=unit, name=unit.name, parent=parent, decree=decree.strip(), decree_on=decree_on,
            starts_on=starts_on,
        )
    )  # fmt: skip
    unit.refresh_from_db()
    if not is_part:
        structure_decided("unit_added", actor=actor, unit=unit, decree=decree, starts_on=starts_on)
    return unit


def _check_no_other_root(agency_id: int, day: date) -> None:
    """Raise RuleBroken where something stands at the top on `day` or later: all of an agency hangs on one unit, from
    which offices are told (`queries.tree.Offices`). What imports brought stays."""
    roots = UnitPeriod.objects.filter(_still_open(day), agency_id=agency_id, parent=None)
    root = roots.order_by("starts_on", "pk").first()
    if root is not None:
        raise RuleBroken(
            _("Puncak instansi ini adalah %(unit)s; pilih unit induk tempat unit baru ini berdiri.")
            % {"unit": root.name},
            field="parent_id",
        )


@transaction.atomic
def change_unit(
    *,
    actor: User,
    unit: Unit,
    starts_on: date,
    decree: str,
    decree_on: date,
    name: str | None = None,
    parent: Unit | None = None,
) -> Unit:
    """Give `unit` another name, another parent, or both, from `starts_on` by `decree`; units below follow it.

    Raises RuleBroken: no decree or a later one, nothing changes, a later change is on record, the unit is closed, the
    parent is not there or is the unit itself or below it.
    """
    permissions.check_may_edit_structure(actor, unit)
    if parent is not None:
        permissions.check_in_scope(actor, parent)
    Decree(decree, decree_on, starts_on).check()
    latest = _open_period(unit, starts_on)
    new_name = (name or "").strip() or latest.name
    new_parent_id = latest.parent_id if parent is None else parent.pk
    if (new_name, new_parent_id) == (latest.name, latest.parent_id):
        raise RuleBroken(_("Nama dan induk unit tidak berubah."), field="name" if parent is None else "parent_id")
    if parent is not None and new_parent_id != latest.parent_id:
        register.check_unit_is_there(parent, starts_on, field="parent_id")
        # Decisions on record for later days count as well: two units below each other would have no place in the tree.
        if any(tree.is_below(parent.pk, unit.pk, day) for day in _days_from(unit, starts_on)):
            raise RuleBroken(
                _("Unit tidak dapat dipindahkan ke bawah dirinya sendiri atau unit bawahannya."), field="parent_id"
            )
    latest.ends_on = starts_on
    _save(latest)
    _save(
        UnitPeriod(
            agency_id=unit.agency_id, unit=unit, name=new_name, parent_id=new_parent_id, decree=decree.strip(),
            decree_on=decree_on, starts_on=starts_on,
        )
    )  # fmt: skip
    unit.refresh_from_db()
    structure_decided("unit_changed", actor=actor, unit=unit, decree=decree, starts_on=starts_on)
    return unit


@transaction.atomic
def correct_unit(*, actor: User, unit: Unit, **facts: Any) -> Unit:
    """Correct what was written wrongly of a unit (`UNIT_FACTS`); name, place and end change by a decision."""
    permissions.check_may_edit_structure(actor, unit)
    unknown = set(facts) - set(UNIT_FACTS)
    if unknown:
        raise ValueError(f"not editable here: {', '.join(sorted(unknown))}")
    row = Unit.objects.select_for_update(of=("self",)).get(pk=unit.pk)
    for name, value in facts.items():
        setattr(row, name, value.strip() if isinstance(value, str) else value)
    _save(row)
    return row


def _days_from(unit: Unit, day: date) -> list[date]:
    """Return `day` and the later days on which the tree of the agency changes by decisions on record."""
    later = UnitPeriod.objects.filter(agency_id=unit.agency_id, starts_on__gt=day)
    return [day, *later.order_by("starts_on").values_list("starts_on", flat=True).distinct()]


def _check_there(position: Position, day: date) -> None:
    """Raise RuleBroken unless a position is there on `day` and goes on."""
    if position.ends_on is not None:
        raise RuleBroken(register.closed_already(position, day))
    if position.starts_on > day:
        raise RuleBroken(
            _("Jabatan %(position)s tidak ada pada tanggal itu.") % {"position": position}, field="starts_on"
        )


def parent_on(unit: Unit, day: date) -> Unit | None:
    """Return what `unit` stands below on `day`, by what is on record now."""
    period = unit.periods.filter(in_force(day)).select_related("parent").first()
    return unit.parent if period is None else period.parent


def _open_period(unit: Unit, day: date) -> UnitPeriod:
    """Return the unit's latest period, held until we commit. Raises RuleBroken unless `day` may follow it."""
    # Two officers on one unit: the path of the tree hangs on this row.
    held = Unit.objects.select_for_update(of=("self",)).get(pk=unit.pk)
    if held.ends_on is not None:
        told = (
            _("Unit %(unit)s akan ditutup mulai %(day)s menurut keputusan yang sudah tercatat.")
            if held.ends_on > day
            else _("Unit %(unit)s sudah ditutup mulai %(day)s.")
        )
        raise RuleBroken(told % {"unit": held, "day": formats.day(held.ends_on)})
    latest = held.periods.order_by("-starts_on").first()
    if latest is None:
        raise RuleBroken(_("Unit %(unit)s belum punya riwayat; impor lagi unit itu.") % {"unit": held})
    if latest.starts_on >= day:
        raise RuleBroken(
            _("Riwayat unit ini sudah mencatat keadaan mulai %(day)s; pilih tanggal sesudahnya.")
            % {"day": formats.day(latest.starts_on)},
            field="starts_on",
        )
    return latest


@transaction.atomic
def close_unit(
    *,
    actor: User,
    unit: Unit,
    ends_on: date,
    decree: str,
    decree_on: date,
    successor: Unit | None = None,
    is_part: bool = False,
) -> Unit:
    """Close `unit` by `decree`; `ends_on` is the first day without it. People without a post go to the successor.
    `is_part`: of a larger decision, which is told as one.

    Raises RuleBroken while positions or units below it would remain in what is closed, or people without a post and
    there is no successor: nobody loses a post without a target seat (needs-analysis.md 5).
    """
    permissions.check_may_edit_structure(actor, unit)
    Decree(decree, decree_on, ends_on).check()
    with fields_called(starts_on="ends_on"):
        latest = _open_period(unit, ends_on)
    if successor is not None:
        permissions.check_in_scope(actor, successor)
        if tree.is_below(successor.pk, unit.pk, ends_on):
            raise RuleBroken(_("Unit pengganti harus unit lain, bukan unit ini atau bawahannya."), field="successor_id")
        register.check_unit_is_there(successor, ends_on, field="successor_id", day_field="ends_on")
    agency = {"agency_id": unit.agency_id}
    if posts := Position.objects.filter(_still_open(ends_on), unit=unit, **agency).count():
        raise RuleBroken(
            counted(
                "Unit %(unit)s masih punya %(n)s jabatan; tutup atau pindahkan jabatan itu dahulu.", posts, unit=unit
            )
        )
    below_on = UnitPeriod.objects.filter(_still_open(ends_on), parent=unit, **agency)
    if below := Unit.objects.filter(_still_open(ends_on), pk__in=below_on.values("unit"), **agency).count():
        raise RuleBroken(
            counted("Unit %(unit)s masih membawahi %(n)s unit; tutup atau pindahkan unit itu dahulu.", below, unit=unit)
        )
    _move_people(unit, successor, ends_on)
    latest.ends_on = ends_on
    _save(latest)
    unit.refresh_from_db()
    unit.ends_on, unit.successor = ends_on, successor
    unit.closing_decree, unit.closing_decree_on = decree.strip(), decree_on
    _save(unit)
    if not is_part:
        structure_decided("unit_closed", actor=actor, unit=unit, decree=decree, starts_on=ends_on)
    return unit


def _move_people(unit: Unit, successor: Unit | None, day: date) -> None:
    """Let people without a post go to the successor, on `day`: when it is to come, `services.day` moves them then."""
    stay = Q(exits_on__isnull=True) | Q(exits_on__gt=day)
    people = Employee.objects.filter(stay, agency_id=unit.agency_id, unit=unit)
    if day > dates.today():
        placed = Incumbency.objects.filter(
            in_force(day), agency_id=unit.agency_id, kind__in=[Incumbency.Kind.DEFINITIVE, Incumbency.Kind.PART_TIME]
        )
        people = people.exclude(pk__in=placed.values("employee"))
    elif successor is not None:
        people.update(unit=successor)
    if successor is None and (count := people.count()):
        raise RuleBroken(
            counted("Unit %(unit)s masih punya %(n)s pegawai; sebutkan unit penggantinya.", count, unit=unit),
            field="successor_id",
        )


# The job catalogue


@transaction.atomic
def add_job(
    *,
    actor: User,
    code: str,
    name: str,
    group: str,
    level: str,
    subtitle: str = "",
    fields: Iterable[str] = (),
    **facts: Any,
) -> Job:
    """Add a job to the agency's nomenclature. `fields`: fields of study it accepts (none: every field). The levels of
    its competencies are decided in its standard (`services.standards`), its class by a decree. Raises RuleBroken."""
    permissions.check_may_edit_jobs(actor)
    _check_level(group, level)
    _check_class(None, facts)
    job = Job(
        agency_id=_agency_of(actor), code=code.strip(), name=name.strip(), subtitle=subtitle.strip(),
        group=group, level=level, **_known(facts),
    )  # fmt: skip
    _check_age(job)
    _save(job)
    _set_fields(job, fields)
    return job


@transaction.atomic
def change_job(*, actor: User, job: Job, fields: Iterable[str] | None = None, **facts: Any) -> Job:
    """Change the requirements of a job (`JOB_FACTS`); None leaves fields of study as they are.

    Raises RuleBroken for another class: pay follows it, so it takes a decree. Raises NotAllowed for that of a job that
    the actor holds.
    """
    permissions.check_may_edit_jobs(actor, job)
    row = Job.objects.select_for_update(of=("self",)).get(pk=job.pk)
    if facts.get("job_class", row.job_class) != row.job_class:
        permissions.check_not_own_class(actor, row, dates.today())
    _check_class(row.job_class, facts)
    for name, value in _known(facts).items():
        setattr(row, name, value)
    _check_age(row)
    _save(row)
    if fields is not None:
        _set_fields(row, fields)
    return row


def _check_class(current: int | None, facts: dict[str, Any]) -> None:
    """Take the class out of the facts, where it says what is on record (a form that is sent whole). Raises RuleBroken
    for another one."""
    if facts.pop("job_class", current) != current:
        raise RuleBroken(
            _("Kelas jabatan ditetapkan dengan keputusan: tetapkan nomor dan tanggalnya pada evaluasi jabatan ini.")
        )


def _known(facts: dict[str, Any]) -> dict[str, Any]:
    unknown = set(facts) - set(JOB_FACTS)
    if unknown:
        raise ValueError(f"not editable here: {', '.join(sorted(unknown))}")
    return facts


def _check_level(group: str, level: str) -> None:
    if level not in [each.value for each in Level] or GROUP_OF_LEVEL[Level(level)].lower() != group:
        raise RuleBroken(_("Jenjang ini bukan jenjang jenis jabatan yang dipilih."))


def _check_age(job: Job) -> None:
    if job.retirement_age is not None and job.retirement_age not in RETIREMENT_AGES:
        raise RuleBroken(_("BUP khusus antara 50 dan 70 tahun."))


def _set_fields(job: Job, fields: Iterable[str]) -> None:
    """Write the fields of study as `Education.field` writes them: capitals, single spaces, each once."""
    wanted = dict.fromkeys(" ".join(field.upper().split()) for field in fields)
    wanted.pop("", None)
    JobEducation.objects.filter(agency_id=job.agency_id, job=job).exclude(field__in=wanted).delete()
    JobEducation.objects.bulk_create(
        (JobEducation(agency_id=job.agency_id, job=job, field=field) for field in wanted), ignore_conflicts=True
    )


# The decided formation (K ditetapkan)


@transaction.atomic
def end_need(*, actor: User, need: PositionNeed, ends_on: date) -> PositionNeed:
    """End a need that a formula gave: `ends_on` is the first day without it. What a decree decided is followed by
    another (`set_formation`), never just ended. Raises RuleBroken."""
    permissions.check_may_edit_structure(actor, need.position.unit)
    row = PositionNeed.objects.select_for_update(of=("self",)).get(pk=need.pk)
    if row.source == PositionNeed.Source.DECIDED:
        raise RuleBroken(_("K ditetapkan hanya berubah dengan keputusan; sebutkan nomornya."))
    if row.ends_on is not None:
        raise RuleBroken(_("Kebutuhan ini sudah berakhir."))
    row.ends_on = ends_on
    _save(row)
    return row


@transaction.atomic
def set_formation(
    *, actor: User, position: Position, number: int, starts_on: date, decree: str, decree_on: date
) -> PositionNeed:
    """Decide the formation of `position`: `number` seats from `starts_on` by a decree; the need before is closed.

    More: holders di luar formasi come within it, then seats are opened. Fewer: vacant seats close first; holders
    beyond the number, the latest appointed first, keep their seat marked di luar formasi – never refused
    (needs-analysis.md 3). The mark holds from `starts_on`; the holder's post and TMT stay one.

    Raises RuleBroken: no decree or one decided after `starts_on`, a later decision on record, the position is closed,
    somebody acts on or a selection runs for a seat that would close.
    """
    permissions.check_may_edit_structure(actor, position.unit)
    if not decree.strip():
        raise RuleBroken(_("K ditetapkan hanya berubah dengan keputusan; sebutkan nomornya."), field="decree")
    check_not_backwards(decree_on, starts_on)
    if number < 0:
        raise RuleBroken(_("Formasi tidak boleh kurang dari nol."), field="number")
    # Appointments hold the same row: no seat is taken while it closes.
    position = Position.objects.select_for_update(of=("self",)).get(pk=position.pk)
    _check_there(position, starts_on)
    if position.is_head:
        with at_field("number"):
            register.check_head_seats(number)
    decided = position.needs.filter(source=PositionNeed.Source.DECIDED)
    kind = Seat.Kind.DUTY if position.by_duty else Seat.Kind.FORMATION
    opened = position.seats.filter(kind=kind, ends_on__isnull=True).values_list("starts_on", flat=True)
    latest = max([*decided.values_list("starts_on", flat=True), *opened], default=None)
    if latest is not None and latest >= starts_on:
        raise RuleBroken(
            _("Formasi jabatan ini sudah tercatat mulai %(day)s; pilih tanggal sesudahnya.")
            % {"day": formats.day(latest)},
            field="starts_on",
        )
    decided.filter(in_force(starts_on)).update(ends_on=starts_on)
    need = PositionNeed(
        agency_id=position.agency_id, position=position, source=PositionNeed.Source.DECIDED, need=Decimal(number),
        decree=decree.strip(), decree_on=decree_on, starts_on=starts_on,
    )  # fmt: skip
    _save(need)
    wanted = "SELECT %s::bigint AS position_id, %s::int AS number, %s::date AS day"
    given = [position.pk, number, starts_on]
    with connection.cursor() as cursor:
        if seats.blocked(cursor, position.agency_id, wanted, given):
            raise RuleBroken(_(seats.BLOCKED), field="number")
        seats.settle(cursor, position.agency_id, wanted, given)
    return need
