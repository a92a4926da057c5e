"""Tell what happened, in the transaction in which it happens; hand it on to people and endpoints afterwards."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from asnhr import registry
from asnhr.errors import NotAllowed
from asnhr.models import (
    Event,
    Notification,
    NotificationChoice,
    NotificationSetting,
    RoleAssignment,
    User,
    WebhookDelivery,
    WebhookEndpoint,
)
from asnhr.models._visible import access_of
from asnhr.notifications import catalogue
from asnhr.notifications.catalogue import EventKind
from asnhr.roles import ROLES
from asnhr.scope import agency_scope

BATCH = 200
APP, MAIL = NotificationChoice.Channel.APP, NotificationChoice.Channel.MAIL


# Telling


def draft(
    kind: str,
    *,
    agency_id: int,
    data: Mapping[str, Any] | None = None,
    actor: User | None = None,
    people: Iterable[int] = (),
    to_holders: bool = True,
    unit_path: str = "",
    object_id: int | None = None,
    url: str = "",
    key: str = "",
) -> Event:
    """Return an event that is not written yet; see `notify`. For many at once: `notify_all`."""
    known: EventKind = catalogue.kinds.get(kind)
    facts = dict(data or {})
    known.check(facts)
    return Event(
        agency_id=agency_id, kind=kind, key=key, object_id=object_id, url=url, data=facts, people=sorted(set(people)),
        permissions=sorted(known.permissions) if to_holders else [], unit_path=unit_path, actor=actor,
    )  # fmt: skip


def notify(kind: str, **about: Any) -> None:
    """Write an event beside the change that it tells: both are kept, or neither.

    `data`: the facts that the kind declares; `people`: ids of users to be told; `to_holders`: also who holds a
    permission of the kind as their own work, in the whole agency or, for `unit_path`, in a unit above it; the actor is
    not told by right of a permission. `url`: the page of the object. `key`: an event of this key happens once. One
    statement; the scope of the agency must be open. Raises ValueError for facts that are not declared.
    """
    notify_all([draft(kind, **about)])


def notify_all(drafts: Sequence[Event]) -> None:
    """Write events in one statement; those whose key is there already are left out."""
    Event.objects.bulk_create(drafts, ignore_conflicts=True, batch_size=1000)


def run_failed(*, agency_id: int, run_id: int, run_kind: str, requested_by: int | None) -> None:
    """Tell that a run failed, where a kind of event says so of this kind of run."""
    for code, kind in catalogue.kinds.items():
        if kind.fails_run == run_kind:
            notify(
                code, agency_id=agency_id, data={"run_id": run_id}, object_id=run_id, url=f"/pekerjaan/{run_id}/",
                people=[requested_by] if requested_by else (), to_holders=requested_by is None,
            )  # fmt: skip


def role_granted(assignment: RoleAssignment) -> None:
    """Tell a person which role they were given."""
    notify(
        "role.granted", agency_id=assignment.agency_id, people=[assignment.user_id], actor=assignment.granted_by,
        data={"role": assignment.role, "starts_on": assignment.starts_on.isoformat()}, object_id=assignment.pk,
    )  # fmt: skip


def role_ended(assignment: RoleAssignment, actor: User) -> None:
    """Tell a person that somebody ended a role of theirs, and from which day; who keeps no other role in the agency is
    told nothing more of it (`recipients`)."""
    day = assignment.ends_on
    notify(
        "role.ended", agency_id=assignment.agency_id, people=[assignment.user_id], actor=actor,
        data={"role": assignment.role, "ends_on": day.isoformat() if day else ""}, object_id=assignment.pk,
    )  # fmt: skip


# Handing on


def spread(agency_id: int, day: date) -> int:
    """Hand on what waits in the outbox: to people by their choices, to endpoints by what they asked for; return how
    many events. A batch is one transaction, its events locked: nothing is lost by a crash and nothing told twice.
    """
    total = 0
    while True:
        with agency_scope(agency_id, reason="pemberitahuan"):
            waiting = Event.objects.select_for_update(skip_locked=True, of=("self",))
            events = list(waiting.filter(agency_id=agency_id, spread_at__isnull=True).order_by("pk")[:BATCH])
            if not events:
                return total
            _tell(agency_id, events, recipients(agency_id, events, day))
            _queue(agency_id, events)
            Event.objects.filter(agency_id=agency_id, pk__in=[event.pk for event in events]).update(
                spread_at=timezone.now()
            )
        total += len(events)


def recipients(agency_id: int, events: Collection[Event], day: date) -> dict[int, set[int]]:
    """Return the ids of the users whom each event is for, by event; at most three queries for any number of them."""
    asked = {permission for event in events for permission in event.permissions}
    # Whose work it is, not who may do it as a superior (`asnhr.roles.Role.duties`).
    roles = [slug for slug, role in ROLES.items() if role.duties & asked and role.reach in ("agency", "unit")]
    now = RoleAssignment.objects.filter(agency_id=agency_id, user__is_active=True, user__is_service=False).exclude(
        ends_on__lte=day
    )
    held = list(now.filter(role__in=roles, starts_on__lte=day).values_list("pk", "user_id", "role")) if roles else []
    bound = [pk for pk, _user, role in held if ROLES[role].reach == "unit"]
    paths: dict[int, list[str]] = {}
    if bound:
        for assignment, path in registry.scopes.get("pairs")(agency_id, bound):
            paths.setdefault(assignment, []).append(f"{path}.")
    named = {user for event in events for user in event.people}
    # Who has left the agency is told nothing more of it; a role that begins tomorrow is told today.
    here = set(now.filter(user_id__in=named).values_list("user_id", flat=True)) if named else set()
    found = {}
    for event in events:
        told = here.intersection(event.people)
        place, wanted = f"{event.unit_path}.", frozenset(event.permissions)
        for assignment, user, role in held:
            if not ROLES[role].duties & wanted or user == event.actor_id:
                continue
            if ROLES[role].reach == "agency" or any(place.startswith(path) for path in paths.get(assignment, ())):
                told.add(user)
        found[event.pk] = told
    return found


def _tell(agency_id: int, events: Sequence[Event], told: Mapping[int, set[int]]) -> None:
    everybody = set().union(*told.values())
    said = {
        (user, kind, channel): wanted
        for user, kind, channel, wanted in NotificationChoice.objects.filter(
            agency_id=agency_id, user_id__in=everybody, kind__in={event.kind for event in events}
        ).values_list("user_id", "kind", "channel", "wanted")
    }
    rows = []
    for event in events:
        kind = catalogue.kind_of(event.kind)
        if kind is None:
            continue
        for user in sorted(told[event.pk]):
            in_app = said.get((user, event.kind, APP), kind.app)
            by_mail = said.get((user, event.kind, MAIL), kind.mail)
            if in_app or by_mail:
                rows.append(
                    Notification(agency_id=agency_id, event=event, user_id=user, in_app=in_app, by_mail=by_mail)
                )
    Notification.objects.bulk_create(rows, ignore_conflicts=True, batch_size=1000)


def _queue(agency_id: int, events: Sequence[Event]) -> None:
    offered = {kind.code for kind in catalogue.for_webhooks()}
    sent = [event for event in events if event.kind in offered]
    if not sent:
        return
    now = timezone.now()
    told = WebhookEndpoint.objects.filter(agency_id=agency_id).told(timezone.localdate(now))
    endpoints = list(told.values_list("pk", "kinds"))
    WebhookDelivery.objects.bulk_create(
        [
            WebhookDelivery(agency_id=agency_id, endpoint_id=endpoint, event=event, next_at=now)
            for endpoint, kinds in endpoints
            for event in sent
            if not kinds or event.kind in kinds
        ],
        ignore_conflicts=True,
        batch_size=1000,
    )


# The person's own side


def mark(user: User, ids: Iterable[int] | None = None, *, read: bool = True) -> int:
    """Mark the user's own notifications as read, or as unread; `ids` None: all. Returns how many changed."""
    rows = Notification.objects.visible_to(user).filter(read_at__isnull=read)
    if ids is not None:
        rows = rows.filter(pk__in=list(ids))
    return rows.update(read_at=timezone.now() if read else None)


@transaction.atomic
def prefer(user: User, *, digest: str, language: str, wanted: Mapping[tuple[str, str], bool]) -> NotificationSetting:
    """Keep how a person wants to be told: the digest, its language, and (kind, channel) → whether.

    What equals the kind's own default is not kept, so a default that changes reaches who never chose. Raises NotAllowed
    without a role in the agency; kinds that are not theirs are left out.
    """
    access = access_of(user)
    if access.agency_id is None:
        raise NotAllowed(_("Anda tidak sedang membuka instansi mana pun."))
    setting, _new = NotificationSetting.objects.update_or_create(
        agency_id=access.agency_id, user=user, defaults={"digest": digest, "language": language}
    )
    known = {kind.code: kind for kind in catalogue.kinds_for(access)}
    keep, drop = [], []
    for (code, channel), value in wanted.items():
        kind = known.get(code)
        if kind is None or channel not in NotificationChoice.Channel.values:
            continue
        if value == (kind.app if channel == APP else kind.mail):
            drop.append((code, channel))
        else:
            keep.append(
                NotificationChoice(
                    agency_id=access.agency_id, user=user, kind=code, channel=channel, wanted=value
                )
            )  # fmt: skip
    mine = NotificationChoice.objects.filter(agency_id=access.agency_id, user=user)
    for channel in (APP, MAIL):
        mine.filter(channel=channel, kind__in=[code for code, each in drop if each == channel]).delete()
    NotificationChoice.objects.bulk_create(
        keep, update_conflicts=True, unique_fields=["agency", "user", "kind", "channel"], update_fields=["wanted"]
    )
    return setting


def preferences(user: User) -> tuple[NotificationSetting, dict[tuple[str, str], bool]]:
    """Return the setting (unsaved where there is none) and, for every kind of the user's, (kind, channel) → whether."""
    setting = NotificationSetting.objects.visible_to(user).first() or NotificationSetting(user=user)
    chosen = {}
    for kind in catalogue.kinds_for(access_of(user)):
        if kind.app or kind.mail:
            chosen[kind.code, str(APP)], chosen[kind.code, str(MAIL)] = kind.app, kind.mail
    for row in NotificationChoice.objects.visible_to(user):
        if (row.kind, row.channel) in chosen:
            chosen[row.kind, row.channel] = row.wanted
    return setting, chosen
