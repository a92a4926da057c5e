"""Webhooks after Standard Webhooks (https://www.standardwebhooks.com): endpoints, signed deliveries, retries, replay.

A delivery is claimed in one transaction, sent in none, and recorded in another; the claim is a lease (`next_at`), so
that what a crash cut off is sent again: at least once, under the same `webhook-id`.
"""

import base64
import json
import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from standardwebhooks import Webhook

from asnhr.errors import NotAllowed, RuleBroken
from asnhr.models import Agency, Event, User, WebhookAttempt, WebhookDelivery, WebhookEndpoint
from asnhr.models._visible import access_of
from asnhr.notifications import catalogue, guard, service
from asnhr.scope import agency_scope

# Seconds until the next attempt, after the first, the second …: ten attempts in a little over three days.
SCHEDULE = (5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400)
LEASE = timedelta(seconds=60)  # longer than a request may take in all
BUDGET = 60.0  # seconds that one task spends on an endpoint
DISABLE_AFTER = timedelta(days=5)
DISABLE_FAILURES = 10
OLD_SECRET_HOURS = 24
MOST_ENDPOINTS = 20
PREFIX = "whsec_"
State = WebhookDelivery.State
BY_HAND = gettext_noop("Dimatikan oleh pengelola.")
GONE = gettext_noop("Penerima menyatakan alamat ini sudah tidak ada (410).")


# Who manages endpoints


def check_may_manage(user: Any) -> int:
    """Return the agency. Raises NotAllowed without `manage_webhooks` there."""
    access = access_of(user)
    if access.agency_id is None or not access.may("manage_webhooks"):
        raise NotAllowed(_("Peran Anda tidak mencakup pengelolaan webhook."))
    return access.agency_id


def new_secret() -> str:
    """Return a signing secret of 256 bits as Standard Webhooks writes it."""
    return PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()


def _checked(url: str, kinds: Sequence[str]) -> list[str]:
    """Check an address (its name must lead to a public one now) and kinds; return the kinds in order."""
    try:
        guard.resolve(url)
    except (OSError, UnicodeError):
        raise RuleBroken(_(guard.NO_HOST)) from None
    offered = [kind.code for kind in catalogue.for_webhooks()]
    unknown = sorted(set(kinds) - set(offered))
    if unknown:
        raise RuleBroken(_("Jenis peristiwa tidak dikenal: %(kinds)s.") % {"kinds": ", ".join(unknown)})
    return [code for code in offered if code in kinds]


@transaction.atomic
def add_endpoint(*, actor: User, name: str, url: str, kinds: Sequence[str] = ()) -> tuple[WebhookEndpoint, str]:
    """Return a new endpoint and its secret, which is shown this once. `kinds` empty: all.

    Raises NotAllowed, RuleBroken (address, kinds, too many) and ValidationError (name taken).
    """
    agency_id = check_may_manage(actor)
    chosen = _checked(url, kinds)
    if WebhookEndpoint.objects.filter(agency_id=agency_id).count() >= MOST_ENDPOINTS:
        raise RuleBroken(_("Paling banyak %(n)s webhook.") % {"n": MOST_ENDPOINTS})
    secret = new_secret()
    endpoint = WebhookEndpoint(
        agency_id=agency_id, name=name.strip(), url=url, kinds=chosen, secret=secret, created_by=actor
    )
    endpoint.full_clean()
    endpoint.save()
    return endpoint, secret


@transaction.atomic
def change_endpoint(
    *, actor: User, endpoint: WebhookEndpoint, name: str, url: str, kinds: Sequence[str]
) -> WebhookEndpoint:
    """Change name, address and kinds. Raises as `add_endpoint`."""
    row = _locked(actor, endpoint)
    row.kinds = _checked(url, kinds)
    if row.url != url:
        # Another address begins anew.
        row.url, row.failures, row.failing_since, row.next_at = url, 0, None, None
    row.name = name.strip()
    row.full_clean()
    row.save()
    return row


@transaction.atomic
def rotate_secret(*, actor: User, endpoint: WebhookEndpoint) -> str:
    """Return a new secret, shown this once; the old one signs beside it for a day."""
    row = _locked(actor, endpoint)
    row.old_secret, row.old_secret_until = row.secret, timezone.now() + timedelta(hours=OLD_SECRET_HOURS)
    row.secret = new_secret()
    row.save(update_fields=["secret", "old_secret", "old_secret_until"])
    return str(row.secret)


@transaction.atomic
def set_active(*, actor: User, endpoint: WebhookEndpoint, active: bool) -> WebhookEndpoint:
    """Switch an endpoint on or off; what waited goes on when it is on again, what happens meanwhile does not wait for
    it (`replay_since` makes good for that)."""
    row = _locked(actor, endpoint)
    if row.is_active == active:
        raise RuleBroken(_("Webhook ini sudah aktif.") if active else _("Webhook ini sudah mati."))
    row.is_active, row.failures, row.failing_since, row.next_at = active, 0, None, None
    row.disabled_at = None if active else timezone.now()
    row.disabled_reason = "" if active else BY_HAND
    row.save()
    return row


@transaction.atomic
def remove_endpoint(*, actor: User, endpoint: WebhookEndpoint) -> None:
    """Delete an endpoint with what was sent to it; the events stay."""
    _locked(actor, endpoint).delete()


def _locked(actor: User, endpoint: WebhookEndpoint) -> WebhookEndpoint:
    agency_id = check_may_manage(actor)
    found = WebhookEndpoint.objects.select_for_update().filter(agency_id=agency_id, pk=endpoint.pk).first()
    if found is None:
        raise RuleBroken(_("Webhook ini tidak ada lagi."))
    return found


@transaction.atomic
def ping(*, actor: User, endpoint: WebhookEndpoint) -> WebhookDelivery:
    """Queue an event of kind `webhook.test` for this endpoint alone."""
    row = _locked(actor, endpoint)
    if not row.is_active:
        raise RuleBroken(_("Webhook ini mati; aktifkan dahulu."))
    now = timezone.now()
    event = service.draft("webhook.test", agency_id=row.agency_id, actor=actor, to_holders=False)
    event.spread_at = now
    event.save()
    return WebhookDelivery.objects.create(agency_id=row.agency_id, endpoint=row, event=event, next_at=now)


# Replay


@transaction.atomic
def replay(*, actor: User, delivery: WebhookDelivery) -> WebhookDelivery:
    """Send a delivery again, from the start of the schedule, whether it had arrived or not; its id stays."""
    agency_id = check_may_manage(actor)
    row = WebhookDelivery.objects.select_for_update(of=("self",)).get(agency_id=agency_id, pk=delivery.pk)
    _again(WebhookDelivery.objects.filter(agency_id=agency_id, pk=row.pk))
    row.refresh_from_db()
    return row


@transaction.atomic
def replay_since(*, actor: User, endpoint: WebhookEndpoint, since: datetime) -> int:
    """Send again what failed since then, and what happened while the endpoint was off; return how many deliveries."""
    row = _locked(actor, endpoint)
    kinds = row.kinds or [kind.code for kind in catalogue.for_webhooks()]
    events = Event.objects.filter(agency_id=row.agency_id, kind__in=kinds, happened_at__gte=since)
    sent = WebhookDelivery.objects.filter(agency_id=row.agency_id, endpoint=row)
    count = _again(sent.filter(event__in=events, state=State.FAILED))
    now = timezone.now()
    missing = events.filter(spread_at__isnull=False).exclude(pk__in=sent.values("event_id"))
    made = [
        WebhookDelivery(agency_id=row.agency_id, endpoint=row, event_id=pk, next_at=now)
        for pk in missing.order_by("pk").values_list("pk", flat=True)
    ]
    WebhookDelivery.objects.bulk_create(made, ignore_conflicts=True, batch_size=1000)
    return count + len(made)


def _again(rows: Any) -> int:
    count: int = rows.update(state=State.WAITING, tries=0, next_at=timezone.now(), done_at=None)
    return count


# What is sent


def body_of(event: Event, agency_code: str) -> bytes:
    """Return the payload; the same bytes in every attempt. Facts only: the receiver reads the object with its own
    rights."""
    payload = {
        "type": event.kind,
        "timestamp": event.happened_at.isoformat(),
        "data": {"agency": agency_code, "object_id": event.object_id, "path": event.url, **event.data},
    }
    return json.dumps(payload, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def headers_of(uid: str, body: bytes, keys: Sequence[str], now: datetime) -> dict[str, str]:
    """Return the headers of Standard Webhooks, with a signature of every secret in force."""
    return {
        "Content-Type": "application/json",
        "User-Agent": "ASNHR-Webhook/1",
        "webhook-id": uid,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": " ".join(Webhook(key).sign(uid, now, body.decode()) for key in keys),
    }


# Delivery


@dataclass(frozen=True)
class Claim:
    """A delivery that this worker sends now; read once, so that nothing is held while the other side answers."""

    delivery_id: int
    endpoint_id: int
    number: int
    tries: int
    url: str
    uid: str
    keys: tuple[str, ...]
    body: bytes


def deliver(agency_id: int, endpoint_id: int) -> int:
    """Send what is due to an endpoint, one after the other, until nothing is, one fails, or the time is over; return
    how many attempts. A second worker at the same endpoint finds nothing to do.
    """
    begun, count = time.monotonic(), 0
    while time.monotonic() - begun < BUDGET:
        claim = _claim(agency_id, endpoint_id)
        if claim is None:
            break
        count += 1
        if not _record(agency_id, claim, *_send(claim)):
            break
    return count


def _claim(agency_id: int, endpoint_id: int) -> Claim | None:
    now = timezone.now()
    with agency_scope(agency_id, reason="webhook"):
        free = Q(next_at__isnull=True) | Q(next_at__lte=now)
        endpoint = (
            WebhookEndpoint.objects.select_for_update(skip_locked=True)
            .filter(free, agency_id=agency_id, pk=endpoint_id, is_active=True)
            .first()
        )
        if endpoint is None:
            return None
        due = WebhookDelivery.objects.select_for_update(skip_locked=True, of=("self",)).select_related("event")
        row = (
            due.filter(agency_id=agency_id, endpoint=endpoint, state=State.WAITING, next_at__lte=now)
            .order_by("event_id", "pk")
            .first()
        )
        if row is None:
            return None
        code = Agency.objects.values_list("code", flat=True).get(pk=agency_id)
        WebhookEndpoint.objects.filter(agency_id=agency_id, pk=endpoint.pk).update(next_at=now + LEASE)
        row.attempts, row.tries, row.next_at = row.attempts + 1, row.tries + 1, now + LEASE
        row.save(update_fields=["attempts", "tries", "next_at"])
        WebhookAttempt.objects.create(agency_id=agency_id, delivery=row, number=row.attempts, started_at=now)
        keys = [str(endpoint.secret)]
        if endpoint.old_secret and endpoint.old_secret_until and endpoint.old_secret_until > now:
            keys.append(str(endpoint.old_secret))
        return Claim(
            row.pk, endpoint.pk, row.attempts, row.tries, endpoint.url, str(row.event.uid), tuple(keys),
            body_of(row.event, code),
        )  # fmt: skip


def _send(claim: Claim) -> tuple[str, guard.Answer]:
    """Return (address that was called, answer)."""
    try:
        target = guard.resolve(claim.url)
    except guard.Refused as problem:
        return "", guard.Answer(None, "", 0, str(problem)[:300])
    except (OSError, UnicodeError):
        return "", guard.Answer(None, "", 0, guard.NO_HOST)
    return target.address, guard.post(target, claim.body, headers_of(claim.uid, claim.body, claim.keys, timezone.now()))


def _record(agency_id: int, claim: Claim, address: str, answer: guard.Answer) -> bool:
    """Write down what came of an attempt; return whether the endpoint takes more now."""
    now = timezone.now()
    with agency_scope(agency_id, reason="webhook"):
        endpoint = WebhookEndpoint.objects.select_for_update().filter(agency_id=agency_id, pk=claim.endpoint_id).first()
        row = WebhookDelivery.objects.select_for_update().filter(agency_id=agency_id, pk=claim.delivery_id).first()
        if endpoint is None or row is None:
            # Removed meanwhile.
            return False
        WebhookAttempt.objects.filter(agency_id=agency_id, delivery=row, number=claim.number).update(
            finished_at=now, address=address, status=answer.status, milliseconds=answer.milliseconds,
            error="" if answer.is_success else answer.error, answer=answer.text,
        )  # fmt: skip
        mine = WebhookDelivery.objects.filter(
            agency_id=agency_id, pk=row.pk, state=State.WAITING, attempts=claim.number
        )
        if answer.is_success:
            WebhookDelivery.objects.filter(agency_id=agency_id, pk=row.pk, state=State.WAITING).update(
                state=State.DELIVERED, done_at=now
            )
            endpoint.failures, endpoint.failing_since, endpoint.next_at = 0, None, None
        else:
            # Another worker took it over after the lease: its attempt decides.
            if claim.tries > len(SCHEDULE):
                mine.update(state=State.FAILED, done_at=now)
            else:
                wait = max(SCHEDULE[claim.tries - 1], answer.retry_after or 0)
                mine.update(next_at=now + timedelta(seconds=wait))
            endpoint.failures = F("failures") + 1  # type: ignore[assignment]
            endpoint.failing_since = endpoint.failing_since or now
            endpoint.save(update_fields=["failures", "failing_since"])
            endpoint.refresh_from_db(fields=["failures"])
            # A dead address is knocked at more and more seldom, however much waits for it.
            pause = min(SCHEDULE[0] * 2 ** min(endpoint.failures - 1, 10), 3600)
            endpoint.next_at = now + timedelta(seconds=max(pause, answer.retry_after or 0))
            failing = endpoint.failures >= DISABLE_FAILURES and now - endpoint.failing_since >= DISABLE_AFTER
            if answer.status == 410 or failing:
                _disable(endpoint, answer, now)
        endpoint.save()
        return answer.is_success


def _disable(endpoint: WebhookEndpoint, answer: guard.Answer, now: datetime) -> None:
    """Switch an endpoint off that has failed for days or says it is gone, and tell who manages it. What waits stays."""
    if not endpoint.is_active:
        return
    endpoint.is_active, endpoint.disabled_at = False, now
    endpoint.disabled_reason = GONE if answer.status == 410 else answer.error
    service.notify(
        "webhook.disabled", agency_id=endpoint.agency_id, object_id=endpoint.pk, url=f"/webhook/{endpoint.pk}/",
        data={"endpoint_id": endpoint.pk, "name": endpoint.name},
    )  # fmt: skip
