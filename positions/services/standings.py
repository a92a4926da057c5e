"""Legal standings that tell of a crime or a sanction: shown to the person and to who reads discipline, each look at
one written down; to others a neutral word in the place of code and name."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db import models
from django.utils.translation import gettext as _

from asnhr import formats
from asnhr.audit import reading
from asnhr.errors import RuleBroken
from asnhr.models import User
from positions import permissions
from positions.models import Employee, StandingRecord
from positions.models.employee import ACTIVE_STATUS, ENDED_STATUS, standing_text
from positions.rules import standing

# The column that holds the code.
COLUMN: dict[type[models.Model], str] = {Employee: "legal_status", StandingRecord: "standing"}


def check(person: Employee, code: str, day: date) -> None:
    """What a person may become on `day`, asked by every door that writes a standing. Raises RuleBroken: the code is
    another kind of employment's, an ended one without an exit, one of who serves after it."""
    check_fits(person, code)
    if code in ENDED_STATUS and person.exits_on is None:
        raise RuleBroken(
            _("Kedudukan hukum %(code)s berarti pegawai sudah keluar; catat tanggal dan alasan keluarnya.")
            % {"code": standing_text(code)}
        )
    if code in ACTIVE_STATUS and person.exits_on is not None and day >= person.exits_on:
        raise RuleBroken(
            _("%(name)s sudah keluar pada %(day)s; sejak itu kedudukan hukumnya bukan %(code)s.")
            % {"name": person.full_name, "day": formats.day(person.exits_on), "code": standing_text(code)}
        )


def check_fits(person: Employee, code: str) -> None:
    if not standing.fits(code, person.status):
        raise RuleBroken(
            _("Kedudukan hukum %(code)s bukan kedudukan hukum %(status)s.")
            % {"code": standing_text(code), "status": person.get_status_display()}
        )


def check_not_recorded(person: Employee, day: date) -> None:
    """A standing recorded from `day` on is corrected in its history, with a reason, not written over. Raises
    RuleBroken."""
    if StandingRecord.objects.filter(
        agency_id=person.agency_id, employee=person, starts_on=day, undated=False
    ).exists():
        raise RuleBroken(
            _("Kedudukan hukum mulai %(day)s sudah tercatat: koreksi barisnya pada riwayat, dengan alasan.")
            % {"day": formats.day(day)},
            field="legal_status",
        )


def read_today(*, actor: User, employee: Employee) -> str:
    """Return the standing of a person as the actor sees it, "" where it is unknown. A look is written down."""
    reads = permissions.may_read_standing(actor, employee)
    if reads and not permissions.is_own_file(actor, employee) and employee.legal_status in standing.RESTRICTED:
        note_looks(Employee, [employee.pk])
    return standing.shown(employee.legal_status, reads=reads)


def note_siasn(*, actor: User, employee: Employee, purpose: str = "") -> None:
    """Write down a look at a standing beside SIASN's, where one of both tells of a crime or a sanction; `employee` as
    `positions.queries.siasn.compared` loaded it."""
    said = {employee.legal_status, employee.siasn.facts.get("legal_status")}  # type: ignore[attr-defined]
    told = bool(said & standing.RESTRICTED.keys())
    if told and permissions.may_read_standing(actor, employee) and not permissions.is_own_file(actor, employee):
        note_looks(Employee, [employee.pk], purpose)


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


def read_values(*, actor: User, model: type[models.Model], rows: list[dict[str, Any]], purpose: str) -> None:
    """The same for a page of rows read as values (`id`, the person's `nip`) in the actor's sight; no query but the
    look."""
    column, reads = COLUMN[model], permissions.may(actor, "view_discipline")
    own_nip = actor.nip if permissions.may(actor, "view_own") else ""
    looks = []
    for row in rows:
        if own_nip and row["nip"] == own_nip:
            continue
        if reads and (row[column] in standing.RESTRICTED or row.get("note")):
            looks.append(row["id"])
        elif not reads:
            row[column] = standing.shown(row[column], reads=False)
            if row.get("note"):
                row["note"] = ""
    note_looks(model, looks, purpose)
