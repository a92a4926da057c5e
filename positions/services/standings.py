"""Legal standings that tell of a crime or a sanction: shown to the person and to who reads discipline, each look at
one written down; to others a neutral word in the place of code and name."""

from collections.abc import Iterable
from typing import Any

from django.db import models

from asnhr.audit import reading
from asnhr.models import User
from positions import permissions
from positions.models import Employee, StandingRecord
from positions.rules import standing

# The column that holds the code.
COLUMN: dict[type[models.Model], str] = {Employee: "legal_status", StandingRecord: "standing"}


def read_today(*, actor: User, employee: Employee) -> str:
    """Return the standing of a person as the actor sees it, "" where it is unknown. A look is written down."""
    reads = permissions.may_read_standing(actor, employee)
    if reads and not permissions.is_own_file(actor, employee) and employee.legal_status in standing.RESTRICTED:
        note_looks(Employee, [employee.pk])
    return standing.shown(employee.legal_status, reads=reads)


def read_records(*, actor: User, employee: Employee, rows: Iterable[StandingRecord], purpose: str = "") -> None:
    """Let the rows, which are shown and never saved, say what the actor may read; a look is written down."""
    found = list(rows)
    if not permissions.may_read_standing(actor, employee):
        for row in found:
            mask(row)
    elif not permissions.is_own_file(actor, employee):
        note_looks(StandingRecord, [row.pk for row in found if tells(row)], purpose)


def tells(row: StandingRecord) -> bool:
    """Whether a row tells of a crime or a sanction: by its code, or by what an officer noted."""
    return row.standing in standing.RESTRICTED or bool(row.note)


def mask(row: StandingRecord) -> None:
    row.standing = standing.shown(row.standing, reads=False)
    row.note = ""


def note_looks(model: type[models.Model], objects: list[int], purpose: str = "") -> None:
    """Write down that the scope's user read standings that few read; nothing for none."""
    if objects:
        columns = [COLUMN[model], *(["note"] if model is StandingRecord else [])]
        reading.record(model=model, objects=objects, columns=columns, purpose=purpose)


def masked(row: dict[str, Any], column: str, *, reads: bool) -> None:
    """The same for a row read as values: code under `column`, note beside it."""
    if row.get(column):
        row[column] = standing.shown(row[column], reads=reads)
    if not reads and row.get("note"):
        row["note"] = ""
