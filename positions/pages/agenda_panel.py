"""What falls due for one person, on the person's page: state, what is missing, what files must tell."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from asnhr import dates
from positions import permissions
from positions.models import AgendaItem, Employee
from positions.pages import agenda, agenda_words
from positions.queries import agenda as queries
from positions.rules.agenda import CLOSED
from positions.services import agenda as services


@dataclass(frozen=True, slots=True)
class Line:
    """A case: its address is empty for who does not read the register."""

    item: AgendaItem
    target: str
    tone: str
    missing: list[str]
    checks: list[str]
    is_past: bool
    links: bool


def panel(user: Any, person: Employee, day: date, *, is_own: bool) -> list[Line] | None:
    """Return the open cases of a person, the nearest first; None on a past day, for the book is of today, and for who
    sees neither the book nor the own file. One query; one more where what few may know, and one where the step of an
    increment is shown to another."""
    if day < dates.today():
        return None
    reads = user.access.may("view_register")
    if is_own:
        rows = queries.open_of(AgendaItem.objects.filter(agency_id=person.agency_id))
    elif reads:
        rows = queries.open_items(user)
    else:
        return None
    found = list(rows.filter(employee=person).order_by("due_on", "kind", "pk"))
    for row in found:
        row.employee = person
    services.note_steps(agenda.steps_told(found, user))
    # The own file is nobody's secret from its person.
    codes = frozenset(CLOSED) if is_own else permissions.closed_codes(user)
    if not is_own:
        services.note_held([(row.pk, row.closed) for row in found], codes)
    return [
        Line(
            row, agenda.target_of(row, user), agenda_words.TONES[AgendaItem.State(row.state)],
            agenda.missing_of(row, codes), agenda.checks_of(row), row.due_on < dates.today(), reads,
        )
        for row in found
    ]  # fmt: skip
