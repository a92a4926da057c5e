"""How a version of the dictionary or of a job's standard comes into force: drafted, submitted, returned with a reason
or decided by another person under a decree, ended. What versions say: `services.standards`, `services.dictionary`.

Failures: `RuleBroken`, `NotAllowed`. Callers hold a transaction.
"""

from datetime import date
from typing import Any

from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from asnhr import formats
from asnhr.errors import RuleBroken
from asnhr.models import User
from positions import notifications, permissions
from positions.models import JobStandard, TechnicalCompetencyVersion
from positions.models._base import in_force
from positions.models.competency import VersionState
from positions.rules.competency_standard import STEPS
from positions.services.decree import Decree
from positions.services.register import _save

Version = JobStandard | TechnicalCompetencyVersion
# What the versions of a table are of.
OWNER: dict[type[Any], str] = {JobStandard: "job", TechnicalCompetencyVersion: "competency"}


def lock(version: Any) -> Any:
    """Return the version as it stands now, its owner locked: two versions of one owner never pass each other."""
    kind = type(version)
    owner = kind._meta.get_field(OWNER[kind]).related_model
    owner._default_manager.select_for_update(of=("self",)).get(pk=getattr(version, f"{OWNER[kind]}_id"))
    return kind.objects.select_related(OWNER[kind]).get(pk=version.pk)


def open_one(kind: type[Any], owner: Any, actor: User, **facts: Any) -> Any:
    """Add a draft with the next number. Raises RuleBroken while another is open."""
    type(owner)._default_manager.select_for_update(of=("self",)).get(pk=owner.pk)
    rows = kind.objects.filter(agency_id=owner.agency_id, **{OWNER[kind]: owner})
    if rows.open().exists():
        raise RuleBroken(_("Masih ada versi yang disusun; selesaikan itu dahulu."))
    number = (rows.aggregate(n=Max("number"))["n"] or 0) + 1
    made = kind(
        agency_id=owner.agency_id, number=number, drafted_by=actor, writers=[actor.pk], **{OWNER[kind]: owner}, **facts
    )
    _save(made)
    return made


def note_writer(version: Any, actor: User) -> None:
    """Whoever begins, changes or submits a version has written it: that person does not decide it."""
    if actor.pk not in version.writers:
        version.writers = [*version.writers, actor.pk]


def check_editable(version: Any) -> None:
    if not version.is_editable:
        raise RuleBroken(_("Versi ini sudah diajukan atau ditetapkan; isinya tidak diubah lagi."))


def _check_step(version: Any, name: str) -> None:
    if version.state not in STEPS[name].origins:
        raise RuleBroken(_("Keadaan versi ini sudah berubah; muat ulang halamannya."))


def submit(version: Any, actor: User) -> None:
    """Take a locked version to who decides."""
    permissions.check_may_draft_competencies(actor, version)
    _check_step(version, "submit")
    version.state, version.reason = STEPS["submit"].to, ""
    version.submitted_by, version.submitted_at = actor, timezone.now()
    note_writer(version, actor)
    _save(version)
    notifications.version_submitted(version, actor=actor)


def send_back(version: Any, actor: User, reason: str) -> None:
    """Return a locked version to who drafts, with a reason."""
    permissions.check_may_decide_competencies(actor, version)
    _check_step(version, "return")
    if not reason.strip():
        raise RuleBroken(_("Tuliskan alasan pengembalian."))
    version.state, version.reason = STEPS["return"].to, reason.strip()
    _save(version)
    notifications.version_judged(version, actor=actor, state=version.state)


def check_may_be_decided(version: Any, actor: User, decree: Decree) -> None:
    """The step, the second pair of eyes, and a day after every decided version."""
    permissions.check_may_decide_competencies(actor, version)
    _check_step(version, "decide")
    decree.check()
    later = _decided(version).filter(starts_on__gte=decree.starts_on).order_by("-starts_on").first()
    if later is not None:
        raise RuleBroken(
            _("Versi %(number)s sudah ditetapkan mulai %(day)s; pilih tanggal sesudahnya.")
            % {"number": later.number, "day": formats.day(later.starts_on)}
        )


def decide(version: Any, actor: User, decree: Decree) -> None:
    """Bring a locked version into force from the decree's day; the one in force until then ends there."""
    for before in _decided(version).filter(in_force(decree.starts_on)):
        before.ends_on = decree.starts_on
        before.save(update_fields=["ends_on"])
    version.state = STEPS["decide"].to
    version.decree, version.decree_on, version.starts_on = (
        decree.number.strip()[:120], decree.decided_on, decree.starts_on,
    )  # fmt: skip
    version.decided_by, version.decided_at = actor, timezone.now()
    _save(version)
    notifications.version_judged(version, actor=actor, state=version.state)


def end(version: Any, actor: User, ends_on: date, decree: str) -> None:
    """End a locked version in force by a decree, without one to follow; `ends_on` is the first day without it."""
    permissions.check_may_decide_competencies(actor, version)
    if version.state != VersionState.DECIDED or version.ends_on is not None:
        raise RuleBroken(_("Hanya versi yang berlaku dapat dicabut."))
    if not decree.strip():
        raise RuleBroken(_("Pencabutan wajib menyebut nomor keputusannya."))
    if ends_on <= version.starts_on:
        raise RuleBroken(_("Tanggal akhir harus sesudah tanggal mulai."))
    version.ends_on, version.ending_decree = ends_on, decree.strip()[:120]
    _save(version)


def _decided(version: Any) -> Any:
    kind = type(version)
    owner = {OWNER[kind]: getattr(version, f"{OWNER[kind]}_id")}
    return kind.objects.filter(agency_id=version.agency_id, state=VersionState.DECIDED, **owner)
