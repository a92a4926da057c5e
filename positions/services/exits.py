"""An exit that was recorded wrongly is taken back; another day or kind is then recorded anew (`register.record_exit`).

What the exit closed is opened again as far as nobody else has it by now: the trail tells which posts ended with it, and
when they would have ended without. Whatever does not come back is named, none of it silently.
"""

from dataclasses import dataclass, field
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from asnhr import formats
from asnhr.errors import NotAllowed, RuleBroken
from asnhr.models import RoleAssignment, User
from asnhr.scope import agency_scope
from positions import permissions
from positions.models import Employee, Incumbency, Position, StandingRecord
from positions.models.employee import ENDED_STATUS, standing_text
from positions.rules.standing import ordinary
from positions.rules.status import ENDED
from positions.services import coming, departures, reasons, restoring
from positions.services.register import _save


@dataclass(slots=True)
class TakenBack:
    """`restored`: posts that go on; `closed`: posts that do not, each with why; `notes`: what else to look at."""

    person: Employee
    restored: list[Incumbency] = field(default_factory=list)
    closed: list[tuple[Incumbency, str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def sentences(self) -> list[str]:
        """What did not come back by itself, and what to do."""
        lost = [
            _("%(post)s tidak dipulihkan: %(why)s Tempatkan lagi lewat halaman jabatan.")
            % {"post": _called(row), "why": why}
            for row, why in self.closed
        ]
        return [*lost, *self.notes]


def _called(row: Incumbency) -> str:
    """The post by its name; of one that is gone, with the decision that opened it, its decree."""
    position = Position.objects.select_related("job", "unit").filter(pk=row.position_id).first()
    return str(position) if position else _("Jabatan menurut %(decree)s") % {"decree": row.decree or formats.DASH}


def closed_by_exit(person: Employee) -> list[Incumbency]:
    """Return the posts that the recorded exit of a person ended, the own post first."""
    rows = Incumbency.objects.filter(agency_id=person.agency_id, employee=person, ends_on=person.exits_on)
    found = list(rows.select_related("position__job", "position__unit", "seat").order_by("kind", "starts_on", "pk"))
    before = _ends_before(person, found)
    # Where another was to follow on the very day, it was that one's decision that ended the post.
    followed = {row.kind for row, _is_carried in dropped_by_exit(person) if row.starts_on == person.exits_on}
    return [row for row in found if row.pk in before and row.kind not in followed]


def dropped_by_exit(person: Employee) -> list[tuple[Incumbency, bool]]:
    """Return the posts that were to begin on or after the recorded exit of a person and were dropped with it, each with
    whether a decision of the structure would have taken them along."""
    if person.exits_on is None:
        return []
    xid = restoring.exit_of(person)
    found = [
        (row, is_carried)
        for is_carried in (True, False)
        for row in restoring.dropped_by(xid, person, coming.leaves(person.exits_on, is_carried=is_carried))
    ]
    return sorted(found, key=lambda pair: (pair[0].starts_on, pair[0].pk))


def ended_by_exit(person: Employee) -> list[Incumbency]:
    """Return what goes on when the exit of a person is taken back: the posts that it ended, and those of a day to come
    that were dropped with it and are still there."""
    dropped = [row for row, _is_carried in dropped_by_exit(person)]
    rows = Position.objects.filter(agency_id=person.agency_id, pk__in=[row.position_id for row in dropped])
    there = {each.pk: each for each in rows.select_related("job", "unit")}
    for row in dropped:
        if row.position_id in there:
            row.position = there[row.position_id]
    return [*closed_by_exit(person), *(row for row in dropped if row.position_id in there)]


def _ends_before(person: Employee, rows: list[Incumbency]) -> dict[int, date | None]:
    if person.exits_on is None:
        return {}
    return restoring.ends_before(restoring.exit_of(person), rows, person.exits_on)


@transaction.atomic
def take_back(*, actor: User, employee: Employee, why: str) -> TakenBack:
    """Take back the exit on record; `why`: a code of `reasons`, for the trail.

    Posts that ended with it go on unless they were filled or closed since, and so do those of a day to come that were
    dropped; the standing is again that of before. Roles are not given back: they are asked for anew.
    Raises RuleBroken (no exit, no reason) and NotAllowed (the own record, a post outside the actor's units).
    """
    permissions.check_may_edit_people(actor, employee.unit)
    if permissions.is_theirs(actor, employee):
        raise NotAllowed(_("Riwayat sendiri dicatat oleh petugas lain."))
    because = reasons.told(why, coded=reasons.is_coded(Employee))
    person = Employee.objects.select_for_update(of=("self",)).get(pk=employee.pk)
    if person.exits_on is None:
        raise RuleBroken(_("%(name)s tidak tercatat keluar.") % {"name": person.full_name})
    posts, coming_ones = closed_by_exit(person), dropped_by_exit(person)
    for row in posts:
        permissions.check_may_edit_people(actor, row.position.unit)
    done = TakenBack(person)
    with agency_scope(person.agency_id, user_id=actor.pk, reason=because):
        left_on, before = person.exits_on, _ends_before(person, posts)
        _stays(person, left_on, done)
        for row in posts:
            _go_on(row, before[row.pk], done)
        for row, is_carried in coming_ones:
            _begin_again(row, is_carried, done)
        _name_roles(person, left_on, done)
    return done


def _stays(person: Employee, left_on: date, done: TakenBack) -> None:
    """Write that the person did not leave, with the standing of before: of the history, else the ordinary one."""
    standings = StandingRecord.objects.filter(agency_id=person.agency_id, employee=person, starts_on=left_on)
    standings.filter(standing__in=ENDED).delete()
    person.exits_on, person.exit_reason = None, ""
    person.legal_status = Employee.objects.values_list("legal_status", flat=True).get(pk=person.pk)
    if person.legal_status in ENDED_STATUS:
        person.legal_status = ordinary(person.status)
        done.notes.append(
            _("Kedudukan hukum sebelumnya tidak tercatat; diisi %(standing)s, periksa.")
            % {"standing": standing_text(person.legal_status)}
        )
    _save(person)


def _go_on(row: Incumbency, ends_on: date | None, done: TakenBack) -> None:
    if why := restoring.go_on(row, ends_on):
        done.closed.append((row, why))
    else:
        done.restored.append(row)


def _begin_again(row: Incumbency, is_carried: bool, done: TakenBack) -> None:
    """Let a post that was still to come begin after all, or the one before it go on where the decision is withdrawn."""
    found, why = restoring.begin_again(row, is_carried=is_carried)
    if why:
        done.closed.append((row, why))
    elif found.pk not in {each.pk for each in done.restored}:
        done.restored.append(found)


def _name_roles(person: Employee, left_on: date, done: TakenBack) -> None:
    """Say that roles ended with the exit: access is given by who approves roles, not by who keeps records."""
    roles = RoleAssignment.objects.filter(agency_id=person.agency_id, user__nip=person.nip)
    if roles.filter(ends_on=left_on).exists() or roles.filter(revoke_reason=departures.LEFT).exists():
        done.notes.append(_("Peran yang berakhir karena keluar tidak dipulihkan; mintakan lagi lewat halaman peran."))
