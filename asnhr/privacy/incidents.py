"""Incidents of personal data: from the moment one is known 72 hours run until the authority and the people concerned
are told (UU 27/2022 article 46). docs/lembar-insiden.md is the sheet; this is its register."""

from collections.abc import Collection, Mapping
from datetime import date, datetime, time
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from asnhr import formats
from asnhr.errors import NotAllowed, RuleBroken
from asnhr.models import Agency, DataIncident, User
from asnhr.notifications.service import draft, notify, notify_all
from asnhr.privacy.proof import save
from asnhr.scope import agency_scope

FIELDS = (
    "title", "known_at", "happened_at", "what", "data", "people", "measures", "told_authority_at", "told_people_at",
    "late_reason",
)  # fmt: skip

# From this day the law asks to be told (UU 27/2022, in force on its promulgation): no clock ran before.
IN_FORCE = date(2022, 10, 17)
# What is found today may have happened long ago, but not before there were registers that could leak [D].
FIRST_HAPPENED = date(1990, 1, 1)


@transaction.atomic
def record(*, actor: User, agency: Agency, facts: Mapping[str, Any]) -> DataIncident:
    """Write down an incident; the clock runs from `known_at`. Raises NotAllowed, RuleBroken."""
    _check(actor)
    row = DataIncident(agency=agency, recorded_by=actor, **_known(facts))
    _check_times(row, FIELDS)
    save(row)
    _tell("incident.recorded", row, actor=actor)
    return row


def remind(agency: Agency, now: datetime) -> int:
    """Tell, once a day, which incidents are open and not told of yet, with the hours left of the 72 (below 0: late);
    return how many. The agency's scope must be open. Two statements."""
    waiting = [row for row in DataIncident.objects.filter(agency=agency, closed_at__isnull=True) if not row.is_told]
    notify_all([
        draft(
            "incident.clock", agency_id=agency.pk, object_id=row.pk, url=f"/data-pribadi/insiden/{row.pk}/",
            key=f"{row.pk}:{timezone.localdate(now).isoformat()}",
            data={"incident_id": row.pk, "hours": int((row.tell_by - now).total_seconds() // 3600)},
        )
        for row in waiting
    ])  # fmt: skip
    return len(waiting)


def _tell(kind: str, row: DataIncident, *, actor: User) -> None:
    until = timezone.localdate(row.tell_by).isoformat()
    notify(
        kind, agency_id=row.agency_id, actor=actor, object_id=row.pk, url=f"/data-pribadi/insiden/{row.pk}/",
        data={"incident_id": row.pk, "until": until},
    )  # fmt: skip


@transaction.atomic
def follow(*, actor: User, incident: DataIncident, facts: Mapping[str, Any], why: str = "") -> DataIncident:
    """Write down what became of it; `why` the clock begins at another moment, which the trail keeps with it.

    Raises NotAllowed, RuleBroken: closed, told late without a reason, the clock moved without one.
    """
    _check(actor)
    row = _locked(incident)
    known_at = row.known_at
    # Forms write minutes: what was recorded to the second stays.
    changed = [name for name, value in _known(facts).items() if _minute(getattr(row, name)) != _minute(value)]
    for name in changed:
        setattr(row, name, facts[name])
    if row.known_at != known_at and not why.strip():
        raise RuleBroken(_("Mengubah waktu diketahui menggeser batas 72 jam: tuliskan alasannya."))
    _check_times(row, changed)
    with agency_scope(row.agency_id, actor.pk, why.strip()):
        save(row)
    return row


@transaction.atomic
def close(*, actor: User, incident: DataIncident) -> DataIncident:
    """Close an incident that is dealt with and told. Raises NotAllowed, RuleBroken."""
    _check(actor)
    row = _locked(incident)
    row.closed_by, row.closed_at = actor, timezone.now()
    save(row)
    return row


def _minute(value: Any) -> Any:
    return value.replace(second=0, microsecond=0) if isinstance(value, datetime) else value


def _known(facts: Mapping[str, Any]) -> Mapping[str, Any]:
    unknown = set(facts) - set(FIELDS)
    if unknown:
        raise ValueError(f"not a fact of an incident: {', '.join(sorted(unknown))}")
    return facts


def _check_times(row: DataIncident, written: Collection[str]) -> None:
    """Moments that can be; `written`: the facts that are new, for those on record stay as they are."""
    now = timezone.now()
    for name, first in (("known_at", IN_FORCE), ("happened_at", FIRST_HAPPENED)):
        at = getattr(row, name)
        if name in written and at is not None and at < timezone.make_aware(datetime.combine(first, time())):
            field: Any = DataIncident._meta.get_field(name)
            raise RuleBroken(
                _("%(name)s tidak mungkin: paling awal %(day)s.")
                % {"name": str(field.verbose_name).capitalize(), "day": formats.day(first)}
            )
    moments = (row.known_at, row.happened_at, row.told_authority_at, row.told_people_at)
    if any(at is not None and at > now for at in moments):
        raise RuleBroken(_("Waktu yang dicatat tidak boleh di masa depan."))
    late = any(at is not None and at > row.tell_by for at in (row.told_authority_at, row.told_people_at))
    if late and not row.late_reason.strip():
        raise RuleBroken(_("Pemberitahuan sesudah 3 × 24 jam wajib menyebut alasannya."))


def _locked(incident: DataIncident) -> DataIncident:
    row = DataIncident.objects.select_for_update(of=("self",)).get(agency_id=incident.agency_id, pk=incident.pk)
    if row.closed_at is not None:
        raise RuleBroken(_("Insiden ini sudah ditutup."))
    return row


def _check(actor: User) -> None:
    if not actor.access.may("manage_incidents"):
        raise NotAllowed(_("Peran Anda tidak mencakup tindakan ini."))
