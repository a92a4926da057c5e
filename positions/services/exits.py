"""An exit that was recorded wrongly is taken back; another day or kind is then recorded anew (`register.record_exit`).

What the exit closed is opened again as far as nobody else has it by now: the trail tells which posts ended with it, and
when they would have ended without. Whatever does not come back is named, none of it silently.
"""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext as _

from asnhr import constraints
from asnhr.errors import NotAllowed, RuleBroken
from asnhr.models import RoleAssignment, User
from asnhr.scope import agency_scope
from positions import permissions
from positions.models import Employee, Incumbency, StandingRecord
from positions.models.employee import ENDED_STATUS, standing_text
from positions.rules.standing import ordinary
from positions.rules.status import ENDED
from positions.services import departures, reasons
from positions.services.register import _save

# The end of each post as it stood before the transaction that recorded the exit.
_BEFORE = """
SELECT DISTINCT ON (v.object_id) v.object_id, v.change::jsonb -> 'ends_on' ->> 0
FROM (
    SELECT e.xid FROM audit_value v JOIN audit_entry e ON e.agency_id = v.agency_id AND e.id = v.entry_id
    WHERE v.agency_id = %(agency)s AND v.object_id = %(person)s AND e.table_name = 'positions_employee'
        AND CASE e.kind WHEN 'ubah' THEN v.change::jsonb -> 'exits_on' ->> 1 = %(day)s ELSE false END
    ORDER BY v.id DESC LIMIT 1
) x
JOIN audit_value v ON v.agency_id = %(agency)s AND v.object_id = ANY (%(posts)s)
JOIN audit_entry e ON e.agency_id = v.agency_id AND e.id = v.entry_id AND e.xid = x.xid
    AND e.table_name = 'positions_incumbency'
WHERE CASE e.kind WHEN 'ubah' THEN v.change::jsonb -> 'ends_on' ->> 1 = %(day)s ELSE false END
ORDER BY v.object_id, v.id DESC
"""


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
            % {"post": row.position, "why": why}
            for row, why in self.closed
        ]
        return [*lost, *self.notes]


def closed_by_exit(person: Employee) -> list[Incumbency]:
    """Return the posts that the recorded exit of a person ended, the own post first."""
    rows = Incumbency.objects.filter(agency_id=person.agency_id, employee=person, ends_on=person.exits_on)
    found = list(rows.select_related("position__job", "position__unit", "seat").order_by("kind", "starts_on", "pk"))
    before = _ends_before(person, found)
    return [row for row in found if row.pk in before]


def _ends_before(person: Employee, rows: list[Incumbency]) -> dict[int, date | None]:
    if person.exits_on is None or not rows:
        return {}
    asked: dict[str, Any] = {
        "agency": person.agency_id, "person": person.pk, "day": person.exits_on.isoformat(),
        "posts": [row.pk for row in rows],
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_BEFORE, asked)
        return {pk: date.fromisoformat(text) if text else None for pk, text in cursor.fetchall()}


@transaction.atomic
def take_back(*, actor: User, employee: Employee, why: str) -> TakenBack:
    """Take back the exit on record; `why`: a code of `reasons`, for the trail.

    Posts that ended with it go on unless they were filled or closed since, the standing is again that of before. Roles
    are not given back: they are asked for anew. Raises RuleBroken (no exit, no reason) and NotAllowed (the own record,
    a post outside the actor's units).
    """
    permissions.check_may_edit_people(actor, employee.unit)
    if permissions.is_theirs(actor, employee):
        raise NotAllowed(_("Riwayat sendiri dicatat oleh petugas lain."))
    because = reasons.told(why, coded=reasons.is_coded(Employee))
    person = Employee.objects.select_for_update(of=("self",)).get(pk=employee.pk)
    if person.exits_on is None:
        raise RuleBroken(_("%(name)s tidak tercatat keluar.") % {"name": person.full_name})
    posts = closed_by_exit(person)
    for row in posts:
        permissions.check_may_edit_people(actor, row.position.unit)
    done = TakenBack(person)
    with agency_scope(person.agency_id, user_id=actor.pk, reason=because):
        left_on, before = person.exits_on, _ends_before(person, posts)
        _stays(person, left_on, done)
        for row in posts:
            _go_on(row, before[row.pk], done)
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
    """Let a post go on to its former end, unless the post or its seat is closed by then, or somebody else has it."""
    held = Incumbency.objects.select_for_update(of=("self",)).select_related("position", "seat").get(pk=row.pk)
    ended = held.ends_on
    for what, sentence in ((held.position, _("jabatan itu ditutup.")), (held.seat, _("formasi itu ditutup."))):
        if what is not None and what.ends_on is not None and (ends_on is None or ends_on > what.ends_on):
            done.closed.append((row, sentence))
            return
    held.ends_on = ends_on
    try:
        with transaction.atomic():
            _save(held)
    except (RuleBroken, IntegrityError) as error:
        said = constraints.sentence_of(error) if isinstance(error, IntegrityError) else str(error)
        held.ends_on = ended
        done.closed.append((row, said))
        return
    row.ends_on = ends_on
    done.restored.append(row)


def _name_roles(person: Employee, left_on: date, done: TakenBack) -> None:
    """Say that roles ended with the exit: access is given by who approves roles, not by who keeps records."""
    roles = RoleAssignment.objects.filter(agency_id=person.agency_id, user__nip=person.nip)
    if roles.filter(ends_on=left_on).exists() or roles.filter(revoke_reason=departures.LEFT).exists():
        done.notes.append(_("Peran yang berakhir karena keluar tidak dipulihkan; mintakan lagi lewat halaman peran."))
