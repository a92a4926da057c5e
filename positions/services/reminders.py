"""What is told every day without anybody acting: contracts that end, pensions ahead, open follow-ups, own findings.

Each person or post is told of once, when it comes within the horizon; a day on which nothing ran is made good for. A
fixed number of statements for any number of people, units and users.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Count, Q

from asnhr.access import Access, system_access
from asnhr.models import Agency, Event, RoleAssignment, User
from asnhr.notifications.service import draft, notify_all
from asnhr.queries import parameters_on
from asnhr.roles import ROLES
from positions.models import AgendaItem, AgendaStep, Contract, FollowUp, QualityProblem, UnitScope
from positions.models._base import in_force
from positions.notifications import PEOPLE
from positions.queries import register
from positions.rules.numbers import add_months


@dataclass(frozen=True)
class _System:
    """Who reads for the whole agency when nobody is signed in."""

    access: Access


@transaction.atomic
def remind(agency: Agency, day: date) -> int:
    """Tell what came within its horizon up to `day`; return how many events. A second call of the day tells nothing.

    The agency's scope must be open. Horizons: parameters `notify.contract_days`, `notify.retirement_months`,
    `notify.followup_days`.
    """
    values = parameters_on(agency, day)
    drafts: list[Event] = []
    last = day + timedelta(days=int(values["notify.contract_days"].number))
    if window := _window(agency, "contract.ending", day, last):
        contracts = Contract.objects.filter(
            in_force(day), agency=agency, extension=Contract.Extension.OPEN, ends_on__gt=window[0],
            ends_on__lte=window[1],
        )  # fmt: skip
        counts = _by_path(contracts, "employee__unit__path")
        drafts += _ahead(agency, "contract.ending", counts, window[1], "/kontrak/", day)
    last = add_months(day, int(values["notify.retirement_months"].number))
    if window := _window(agency, "retirement.ahead", day, last):
        people = register.retiring(_System(system_access(agency.pk)), day)
        counts = _by_path(people.filter(retires_on__gt=window[0], retires_on__lte=window[1]), "unit__path")
        drafts += _ahead(agency, "retirement.ahead", counts, window[1], "/pensiun/", day)
    drafts += _follow_ups(agency, day, int(values["notify.followup_days"].number))
    notify_all(drafts)
    return len(drafts)


def _window(agency: Agency, kind: str, day: date, last: date) -> tuple[date, date] | None:
    """Return (after, up to): what the agency was not told of yet; None when it was told up to there."""
    told = Event.objects.filter(agency=agency, kind=kind, data__unit_id=None).order_by("-pk").first()
    first = date.fromisoformat(told.data["until"]) if told is not None else day
    return (first, last) if first < last else None


def _by_path(rows: Any, path: str) -> list[tuple[str, int]]:
    """Return (path of the unit, how many); a person without a unit counts for the agency only."""
    found = rows.order_by().values_list(path).annotate(n=Count("pk"))
    return [(place or "", n) for place, n in found]


def _ahead(
    agency: Agency, kind: str, counts: Sequence[tuple[str, int]], until: date, url: str, day: date
) -> list[Event]:
    """One event for the agency, and one for each unit that some unit-bound officer keeps."""
    total = sum(n for _path, n in counts)
    if not total:
        return []
    until_on = until.isoformat()
    drafts = [
        draft(
            kind, agency_id=agency.pk, url=url, key=until_on,
            data={"count": total, "until": until_on, "unit_id": None},
        )
    ]  # fmt: skip
    for (unit, path), users in keepers(agency, day, PEOPLE).items():
        count = sum(n for place, n in counts if f"{place}.".startswith(f"{path}."))
        if count:
            drafts.append(
                draft(
                    kind, agency_id=agency.pk, url=url, key=f"{until_on}:{unit}", people=users, to_holders=False,
                    object_id=unit, data={"count": count, "until": until_on, "unit_id": unit},
                )
            )  # fmt: skip
    return drafts


def above(found: Mapping[tuple[int, str], Sequence[int]], path: str | None) -> set[int]:
    """Return the users of `keepers` whose unit is that of `path` or above it."""
    below = f"{path or ''}."
    return {user for (_unit, place), users in found.items() if below.startswith(f"{place}.") for user in users}


def keepers(agency: Agency, day: date, holding: frozenset[str]) -> dict[tuple[int, str], list[int]]:
    """Return (unit, path) → users who hold one of these permissions by a role bound to it; one query."""
    roles = [slug for slug, role in ROLES.items() if role.reach == "unit" and role.permissions & holding]
    scopes = UnitScope.objects.filter(
        _role_in_force(day), agency=agency, assignment__role__in=roles, unit__path__isnull=False
    )
    found: dict[tuple[int, str], list[int]] = {}
    for unit, path, user in scopes.order_by("unit_id", "pk").values_list(
        "unit_id", "unit__path", "assignment__user_id"
    ):
        found.setdefault((unit, str(path)), []).append(user)
    return found


def _role_in_force(day: date) -> Q:
    return Q(assignment__starts_on__lte=day) & (Q(assignment__ends_on__isnull=True) | Q(assignment__ends_on__gt=day))


def _follow_ups(agency: Agency, day: date, days: int) -> list[Event]:
    """What stands open longer than `days` and was not told of yet."""
    told = Event.objects.filter(agency=agency, kind="followup.due").order_by("-pk").first()
    before = day - timedelta(days=days)
    rows = FollowUp.objects.filter(agency=agency, state=FollowUp.State.OPEN, created_at__date__lte=before)
    if told is not None:
        rows = rows.filter(created_at__date__gt=date.fromisoformat(told.key))
    count = rows.count()
    if not count:
        return []
    data = {"count": count, "days": days}
    return [draft("followup.due", agency_id=agency.pk, data=data, url="/tindak-lanjut/", key=before.isoformat())]


def tell_own_findings(agency_id: int, day: date) -> int:
    """Tell the people with a login what the computation of `day` newly found at themselves; return how many.

    Three statements; each person once a day.
    """
    users = logins(agency_id, day)
    new = QualityProblem.objects.filter(agency_id=agency_id, since=day, employee__nip__in=users)
    rows: Iterable[Any] = new.order_by().values_list("employee_id", "employee__nip").annotate(n=Count("pk"))
    drafts = [
        draft("quality.own", agency_id=agency_id, data={"count": n}, people=[users[nip]], object_id=employee,
              url="/pegawai/saya/", key=f"{employee}:{day.isoformat()}")
        for employee, nip, n in rows
    ]  # fmt: skip
    notify_all(drafts)
    return len(drafts)


def tell_decreed(steps: Sequence[AgendaStep], day: date) -> None:
    """Tell the people whose cases came to their decree or letter; two statements, none where nothing did. `steps` with
    `item.employee`."""
    done = [step for step in steps if step.to_state == AgendaItem.State.DECREED]
    if not done:
        return
    users = logins(done[0].agency_id, day, *{step.item.employee.nip for step in done})
    notify_all([
        draft(
            "agenda.decreed", agency_id=step.agency_id, actor=step.actor, object_id=step.item_id,
            people=[users[step.item.employee.nip]], url="/pegawai/saya/",
            data={"item_id": step.item_id, "item": step.item.kind},
        )
        for step in done
        if step.item.employee.nip in users
    ])  # fmt: skip


def logins(agency_id: int, day: date, *nips: str) -> dict[str, int]:
    """Return NIP → user of who works for the agency with a login, of these NIP if some are named; one query."""
    here = RoleAssignment.objects.filter(agency_id=agency_id).exclude(ends_on__lte=day)
    users = User.objects.filter(pk__in=here.values("user_id"), is_active=True).exclude(nip="")
    return dict((users.filter(nip__in=nips) if nips else users).values_list("nip", "pk"))
