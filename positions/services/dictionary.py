"""The agency's dictionary of technical competencies (kamus kompetensi teknis): added, described by versions, ended.

Failures: `RuleBroken`, `NotAllowed`. Each function is one transaction.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from asnhr.errors import RuleBroken
from asnhr.formats import counted
from asnhr.models import User
from positions import permissions
from positions.models import JobStandard, TechnicalCompetency, TechnicalCompetencyVersion
from positions.models.competency import VersionState
from positions.rules.competency_standard import LEVELS
from positions.services import versions
from positions.services.decree import Decree
from positions.services.register import _save
from positions.services.structure import _agency_of

# {level: (description, indicators)}
Levels = Mapping[int, tuple[str, Sequence[str]]]
MOST_INDICATORS = 20


@transaction.atomic
def add(*, actor: User, code: str, name: str, affair: str = "") -> TechnicalCompetencyVersion:
    """Add a competency with an empty draft of its first version. Raises RuleBroken (a code that is taken)."""
    permissions.check_may_draft_competencies(actor)
    competency = TechnicalCompetency(
        agency_id=_agency_of(actor), code=code.strip().upper(), name=" ".join(name.split()), affair=affair.strip()
    )
    _save(competency)
    made: TechnicalCompetencyVersion = versions.open_one(
        TechnicalCompetencyVersion, competency, actor, levels=_as_stored(dict.fromkeys(LEVELS, ("", ())))
    )
    return made


@transaction.atomic
def start(*, actor: User, competency: TechnicalCompetency) -> TechnicalCompetencyVersion:
    """Draft the next version, a copy of the latest decided one."""
    permissions.check_may_draft_competencies(actor, competency)
    rows = TechnicalCompetencyVersion.objects.filter(agency_id=competency.agency_id, competency=competency)
    before = rows.filter(state=VersionState.DECIDED).order_by("-starts_on", "-pk").first()
    empty = {"levels": _as_stored(dict.fromkeys(LEVELS, ("", ())))}
    copied = {name: getattr(before, name) for name in ("definition", "levels", "source")} if before else empty
    made: TechnicalCompetencyVersion = versions.open_one(TechnicalCompetencyVersion, competency, actor, **copied)
    return made


@transaction.atomic
def change(
    *,
    actor: User,
    version: TechnicalCompetencyVersion,
    definition: str | None = None,
    levels: Levels | None = None,
    source: str | None = None,
) -> TechnicalCompetencyVersion:
    """Write what a draft says; None leaves it as it is."""
    row: TechnicalCompetencyVersion = versions.lock(version)
    permissions.check_may_draft_competencies(actor, row)
    versions.check_editable(row)
    if definition is not None:
        row.definition = definition.strip()
    if source is not None:
        row.source = source.strip()
    if levels is not None:
        row.levels = row.levels | _as_stored(levels)
    row.drafted_by = actor
    versions.note_writer(row, actor)
    _save(row)
    return row


def _as_stored(levels: Levels) -> dict[str, Any]:
    if set(levels) - set(LEVELS):
        raise RuleBroken(_("Level kompetensi 1 sampai 5."))
    stored = {}
    for level, (text, told) in sorted(levels.items()):
        indicators = [" ".join(each.split()) for each in told if each.strip()]
        if len(indicators) > MOST_INDICATORS or any(len(each) > 500 for each in indicators) or len(text) > 2000:
            raise RuleBroken(_("Paling banyak 20 indikator setiap level, masing-masing 500 huruf."))
        stored[str(level)] = {"text": " ".join(text.split()), "indicators": indicators}
    return stored


@transaction.atomic
def submit(*, actor: User, version: TechnicalCompetencyVersion) -> TechnicalCompetencyVersion:
    """Raises RuleBroken without a definition or with a level that says nothing."""
    row: TechnicalCompetencyVersion = versions.lock(version)
    missing = [str(level) for level in LEVELS if not row.levels.get(str(level), {}).get("text")]
    if not row.definition or missing:
        raise RuleBroken(_("Definisi dan uraian kelima level wajib diisi sebelum diajukan."))
    versions.submit(row, actor)
    return row


@transaction.atomic
def send_back(*, actor: User, version: TechnicalCompetencyVersion, reason: str) -> TechnicalCompetencyVersion:
    row: TechnicalCompetencyVersion = versions.lock(version)
    versions.send_back(row, actor, reason)
    return row


@transaction.atomic
def decide(*, actor: User, version: TechnicalCompetencyVersion, decree: Decree) -> TechnicalCompetencyVersion:
    row: TechnicalCompetencyVersion = versions.lock(version)
    versions.check_may_be_decided(row, actor, decree)
    versions.decide(row, actor, decree)
    return row


@transaction.atomic
def end(
    *,
    actor: User,
    version: TechnicalCompetencyVersion,
    ends_on: date,
    decree: str,
    successor: TechnicalCompetency | None = None,
) -> TechnicalCompetencyVersion:
    """End a competency of the dictionary, naming the one that succeeds it. Raises RuleBroken while standards in force
    on or after that day require it."""
    row: TechnicalCompetencyVersion = versions.lock(version)
    asking = JobStandard.objects.filter(
        Q(ends_on__isnull=True) | Q(ends_on__gt=ends_on), agency_id=row.agency_id, state=VersionState.DECIDED,
        competencies__technical=row.competency_id,
    )  # fmt: skip
    versions.end(row, actor, ends_on, decree)
    if number := asking.count():
        raise RuleBroken(
            counted(
                "%(n)s standar yang berlaku masih mensyaratkan kompetensi ini; tetapkan versi barunya dahulu.", number
            )
        )
    if successor is not None:
        if successor.agency_id != row.agency_id or successor.pk == row.competency_id:
            raise RuleBroken(_("Kompetensi tidak meneruskan dirinya sendiri."))
        row.competency.successor = successor
        _save(row.competency)
    return row


@transaction.atomic
def discard(*, actor: User, version: TechnicalCompetencyVersion) -> None:
    """Throw a draft away, and its competency where it has no other version."""
    row: TechnicalCompetencyVersion = versions.lock(version)
    permissions.check_may_draft_competencies(actor, row)
    versions.check_editable(row)
    row.delete()
    if not row.competency.versions.exists() and not row.competency.predecessors.exists():
        row.competency.delete()
