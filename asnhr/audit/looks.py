"""A look at the trail is a look at what it tells: specific personal data (asnhr.privacy) that a history or an entry
shows to somebody who is not its person is written down as read, one entry a request, whichever door shows it."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.utils.translation import gettext_noop

from asnhr.audit import reading
from asnhr.audit.declared import Declared, by_table
from asnhr.audit.words import Change
from asnhr.models import AuditEntry
from asnhr.models._visible import access_of
from asnhr.privacy.declared import holdings

HISTORY, TRAIL = gettext_noop("riwayat perubahan"), gettext_noop("jejak audit")


def told(change: Change, known: Declared | None) -> set[str]:
    """Return the names of specific columns that a change tells; of a table that is specific as a whole (a sanction, a
    child, a salary), whose own permission is that of its columns, the change tells by being there: then its table.

    A salted hash, or a word in the place of a value, tells nothing of its own; that a row of such a table changed does.
    """
    if known is None or known.model not in holdings:
        return set()
    held = holdings.get(known.model)
    specific = set(held.specific)
    fields = {str(each.column): each.name for each in known.model_class._meta.local_fields}
    shown = {fields.get(line.column, "") for line in change.lines if line.tells} & specific
    return shown or ({known.table} if specific and known.permission == held.asks else set())


def note_history(known: Declared, row: Any, changes: Iterable[Change], user: Any) -> None:
    """Write down who saw the history of an object: its own columns by name, rows that belong to it by their table."""
    if is_theirs(known, row, user):
        return
    tables, columns = by_table(), set()
    for change in changes:
        other = tables.get(change.entry.table_name)
        found = told(change, other)
        columns |= found if other is known else {change.entry.table_name} if found else set()
    if columns:
        reading.record(
            model=known.model_class, objects=[getattr(row, known.number)], columns=sorted(columns), purpose=HISTORY
        )


def note_entry(entry: AuditEntry, changes: Sequence[Change], user: Any) -> None:
    """Write down who saw what an entry did to its objects, but for the reader's own rows."""
    known = by_table().get(entry.table_name)
    columns: dict[int, set[str]] = {change.object_id: told(change, known) for change in changes}
    objects = {pk for pk, found in columns.items() if found}
    if known is None or not objects:
        return
    objects -= _theirs(known, objects, user)
    if objects:
        names = sorted(set().union(*(columns[pk] for pk in objects)))
        reading.record(model=known.model_class, objects=sorted(objects), columns=names, purpose=TRAIL)


def is_theirs(known: Declared, row: Any, user: Any) -> bool:
    """Whether the row is about the user's own person, as the own file is: in the agency in scope, by NIP."""
    return getattr(row, known.number) in _theirs(known, {getattr(row, known.number)}, user)


def _theirs(known: Declared, objects: Iterable[int], user: Any) -> set[int]:
    """Return those of the objects that are about the user's own person. One query, for who has a NIP."""
    person = holdings.get(known.model).person if known.model in holdings else ""
    access, nip = access_of(user), getattr(user, "nip", "")
    if not person or not nip or not access.may("view_own"):
        return set()
    rows = known.model_class._base_manager.filter(
        **{f"{known.number}__in": list(objects), "agency_id": access.agency_id, person: nip}
    )
    return set(rows.values_list(known.number, flat=True))
