"""Posts that a transaction of the register ended or dropped, read from the trail, and given back when it is withdrawn.

What cannot come back is told with its cause; nobody's post is taken for it.
"""

from collections.abc import Collection, Mapping
from datetime import date
from functools import reduce
from operator import or_
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from asnhr import constraints, dates
from asnhr.audit.words import columns_changed
from asnhr.errors import RuleBroken
from asnhr.models import AuditEntry, AuditValue
from positions.models import Employee, Incumbency, Position, Seat
from positions.services.coming import OWN
from positions.services.register import _save

# The end of each post as it stood before a transaction that set it to a day.
_BEFORE = """
SELECT DISTINCT ON (v.object_id) v.object_id, v.change::jsonb -> 'ends_on' ->> 0
FROM audit_value v JOIN audit_entry e ON e.agency_id = v.agency_id AND e.id = v.entry_id
    AND e.table_name = 'positions_incumbency'
WHERE v.agency_id = %(agency)s AND v.object_id = ANY (%(posts)s) AND e.xid = %(transaction)s
    AND CASE e.kind WHEN 'ubah' THEN v.change::jsonb -> 'ends_on' ->> 1 = %(day)s ELSE false END
ORDER BY v.object_id, v.id DESC
"""
# The transaction that wrote that a person leaves on a day.
_EXIT = """
SELECT e.xid FROM audit_value v JOIN audit_entry e ON e.agency_id = v.agency_id AND e.id = v.entry_id
WHERE v.agency_id = %(agency)s AND v.object_id = %(person)s AND e.table_name = 'positions_employee'
    AND CASE e.kind WHEN 'ubah' THEN v.change::jsonb -> 'exits_on' ->> 1 = %(day)s ELSE false END
ORDER BY v.id DESC LIMIT 1
"""

_ADDED = """
SELECT e.xid FROM audit_value v JOIN audit_entry e ON e.agency_id = v.agency_id AND e.id = v.entry_id
WHERE v.agency_id = %s AND v.object_id = %s AND e.table_name = %s AND e.kind = 'tambah' ORDER BY v.id LIMIT 1
"""


def exit_of(person: Employee) -> int | None:
    """Return the transaction that recorded the exit of a person, None where the trail does not tell."""
    if person.exits_on is None:
        return None
    with connection.cursor() as cursor:
        asked: dict[str, Any] = {
            "agency": person.agency_id, "person": person.pk, "day": person.exits_on.isoformat(),
        }  # fmt: skip
        cursor.execute(_EXIT, asked)
        found = cursor.fetchone()
    return found[0] if found else None


def written_by(row: Any) -> int | None:
    """Return the transaction that wrote a row for the first time (it may have been dropped and restored since), None
    where the trail does not tell."""
    with connection.cursor() as cursor:
        cursor.execute(_ADDED, [row.agency_id, row.pk, row._meta.db_table])
        found = cursor.fetchone()
    return found[0] if found else None


def ends_before(xid: int | None, rows: Collection[Incumbency], day: date) -> dict[int, date | None]:
    """Return the former ends of those of `rows` whose end the transaction set to `day`."""
    if xid is None or not rows:
        return {}
    asked: dict[str, Any] = {
        "agency": next(iter(rows)).agency_id, "transaction": xid, "day": day.isoformat(),
        "posts": [row.pk for row in rows],
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_BEFORE, asked)
        return {pk: date.fromisoformat(text) if text else None for pk, text in cursor.fetchall()}


def dropped_by(xid: int | None, person: Employee, why: str) -> list[Incumbency]:
    """Return the coming posts of a person that the transaction dropped for the reason, unsaved, the earliest first."""
    if xid is None:
        return []
    entries = AuditEntry.objects.filter(
        agency_id=person.agency_id, xid=xid, table_name=Incumbency._meta.db_table, kind=AuditEntry.Kind.DELETE,
        reason=why,
    )  # fmt: skip
    by_pk = {entry.pk: entry for entry in entries}
    if not by_pk:
        return []
    ranges = [Q(entry_id=each.pk, id__range=(each.first_value, each.last_value)) for each in by_pk.values()]
    found: dict[int, Incumbency] = {}
    # The last record of a row is what it was.
    for value in AuditValue.objects.filter(reduce(or_, ranges), agency_id=person.agency_id).order_by("-entry_id"):
        row = _as_it_was(person.agency_id, value.object_id, columns_changed(by_pk[value.entry_id], value.change))
        if row.employee_id == person.pk:
            found.setdefault(row.pk, row)
    there = set(Incumbency.objects.filter(pk__in=found).values_list("pk", flat=True))
    return sorted((row for pk, row in found.items() if pk not in there), key=lambda row: (row.starts_on, row.pk))


def _as_it_was(agency_id: int, pk: int, told: Mapping[str, tuple[Any, Any]]) -> Incumbency:
    row = Incumbency(pk=pk, agency_id=agency_id)
    for field in Incumbency._meta.concrete_fields:
        column = str(field.column)
        if column in told:
            setattr(row, field.attname, field.to_python(told[column][0]))
    return row


def go_on(row: Incumbency, ends_on: date | None) -> str:
    """Let a post go on to its former end; return why it does not: the post or its seat is closed by then, or somebody
    else has it; "" where it does."""
    held = Incumbency.objects.select_for_update(of=("self",)).select_related("position", "seat").get(pk=row.pk)
    if said := _closed(held.position, held.seat, ends_on):
        return said
    held.ends_on = ends_on
    if said := _written(held):
        return said
    row.ends_on = ends_on
    return ""


def begin_again(row: Incumbency, *, is_carried: bool) -> tuple[Incumbency, str]:
    """Let a coming post that was dropped begin after all; return what goes on and why not ("" where it does). One that
    a decision would have taken the person along to, which was withdrawn since, leaves them where they were."""
    own = Incumbency.objects.filter(agency_id=row.agency_id, employee_id=row.employee_id, kind=row.kind)
    before = own.filter(ends_on=row.starts_on).select_related("position__job", "position__unit").order_by("-pk").first()
    if is_carried and not Position.objects.filter(
        Q(pk=before.position_id) if before else Q(), agency_id=row.agency_id, successor=row.position_id,
        ends_on=row.starts_on,
    ).exists():  # fmt: skip
        if before is None:
            return row, _("keputusan yang membawanya sudah dibatalkan.")
        return before, go_on(before, row.ends_on)
    # Appointments hold the same row: nobody is put there meanwhile.
    positions = Position.objects.select_for_update(of=("self",)).select_related("job", "unit")
    position = positions.filter(pk=row.position_id).first()
    seat = Seat.objects.filter(pk=row.seat_id).first() if row.seat_id else None
    if position is None or (row.seat_id and seat is None):
        return row, _("jabatan atau formasi itu sudah tidak ada.")
    said = _closed(position, seat, row.ends_on) or _written(row)
    today = dates.today()
    if not said and row.kind in OWN and row.starts_on <= today and (row.ends_on is None or row.ends_on > today):
        Employee.objects.filter(pk=row.employee_id).update(unit=position.unit_id)
    return row, said


def _closed(position: Position, seat: Seat | None, ends_on: date | None) -> str:
    for what, sentence in ((position, _("jabatan itu ditutup.")), (seat, _("formasi itu ditutup."))):
        if what is not None and what.ends_on is not None and (ends_on is None or ends_on > what.ends_on):
            return sentence
    return ""


def _written(row: Incumbency) -> str:
    try:
        with transaction.atomic():
            _save(row)
    except (RuleBroken, IntegrityError) as error:
        return constraints.sentence_of(error) if isinstance(error, IntegrityError) else str(error)
    return ""
