"""What the demo's people find in their notifications on the first day, and a webhook with its deliveries."""

from datetime import date, timedelta

from django.utils import timezone

from asnhr.models import (
    Agency,
    Event,
    Notification,
    RoleAssignment,
    WebhookAttempt,
    WebhookDelivery,
    WebhookEndpoint,
)
from asnhr.notifications import guard, service, webhooks
from positions.demo import story
from positions.services import reminders

ENDPOINT, ADDRESS = "Portal ASN kota (contoh)", "https://portal.contoh.example/asnhr"


def load(agency: Agency, day: date) -> None:
    """Tell what the analyses and the day brought, by the product's own services; once. Inside the agency's scope."""
    for assignment in RoleAssignment.objects.filter(agency=agency).exclude(role="pusat").order_by("pk"):
        service.role_granted(assignment)
    reminders.remind(agency, day)
    reminders.tell_own_findings(agency.pk, day)
    endpoint = _endpoint(agency) if agency.code == story.MEDAN else None
    service.spread(agency.pk, day)
    # What was told of earlier analyses has been read.
    latest = Event.objects.filter(agency=agency, kind="analysis.finished").order_by("-pk").values("pk")[:1]
    Notification.objects.filter(agency=agency, event__kind="analysis.finished").exclude(event__in=latest).update(
        read_at=timezone.now()
    )
    if endpoint is not None:
        _deliver(endpoint)


def _endpoint(agency: Agency) -> WebhookEndpoint:
    return WebhookEndpoint.objects.create(
        agency=agency, name=ENDPOINT, url=ADDRESS, secret=webhooks.new_secret(),
        kinds=["analysis.finished", "proposal.approved", "structure.decided", "contract.ending"],
    )  # fmt: skip


def _deliver(endpoint: WebhookEndpoint) -> None:
    """Let the first deliveries have arrived and the last have failed; then the endpoint is off: its address is
    invented, so nothing is ever sent."""
    now = timezone.now()
    rows = list(WebhookDelivery.objects.filter(agency=endpoint.agency, endpoint=endpoint).order_by("pk"))
    tried = []
    for row in rows:
        arrived = row is not rows[-1]
        row.attempts = row.tries = 1 if arrived else 10
        row.state = WebhookDelivery.State.DELIVERED if arrived else WebhookDelivery.State.FAILED
        row.done_at = now
        begins = now - timedelta(days=4)
        for number in range(1, row.attempts + 1):
            tried.append(
                WebhookAttempt(
                    agency=endpoint.agency, delivery=row, number=number, started_at=begins,
                    finished_at=begins + timedelta(milliseconds=180), address="203.0.113.7", milliseconds=180,
                    status=204 if arrived else 503, error="" if arrived else guard.ANSWERED,
                )
            )  # fmt: skip
            begins += timedelta(seconds=webhooks.SCHEDULE[min(number, len(webhooks.SCHEDULE)) - 1])
    WebhookDelivery.objects.bulk_update(rows, ["attempts", "tries", "state", "done_at"])
    WebhookAttempt.objects.bulk_create(tried)
    WebhookEndpoint.objects.filter(pk=endpoint.pk).update(
        is_active=False, disabled_at=now, disabled_reason=webhooks.BY_HAND
    )
