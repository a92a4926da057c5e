"""One row of every table of notifications, for the tests of all doors."""

from typing import Any

from django.utils import timezone

from asnhr import models
from tests.factories.asnhr import UserFactory


def event(agency: Any, unit: Any) -> Any:
    return models.Event.objects.create(
        agency=agency, kind="import.failed", data={"run_id": 1}, spread_at=timezone.now()
    )


def notification(agency: Any, unit: Any, user: Any = None) -> Any:
    return models.Notification.objects.create(agency=agency, event=event(agency, unit), user=user or UserFactory())


def setting(agency: Any, unit: Any, user: Any = None) -> Any:
    return models.NotificationSetting.objects.create(agency=agency, user=user or UserFactory())


def choice(agency: Any, unit: Any, user: Any = None) -> Any:
    return models.NotificationChoice.objects.create(
        agency=agency, user=user or UserFactory(), kind="import.failed", channel="surel", wanted=False
    )


def digest(agency: Any, unit: Any, user: Any = None) -> Any:
    return models.MailDigest.objects.create(
        agency=agency, user=user or UserFactory(), day="2026-01-02", next_at=timezone.now()
    )


def endpoint(agency: Any, unit: Any) -> Any:
    number = models.WebhookEndpoint.objects.count()
    return models.WebhookEndpoint.objects.create(
        agency=agency, name=f"Mitra {number}", url="https://mitra.example/", secret="whsec_ZHVtbXk="
    )


def delivery(agency: Any, unit: Any) -> Any:
    return models.WebhookDelivery.objects.create(
        agency=agency, endpoint=endpoint(agency, unit), event=event(agency, unit), next_at=timezone.now()
    )


def attempt(agency: Any, unit: Any) -> Any:
    return models.WebhookAttempt.objects.create(
        agency=agency, delivery=delivery(agency, unit), number=1, started_at=timezone.now()
    )


# Of the agency's integrations, and of one person.
INTEGRATION = {
    "event": event, "webhookendpoint": endpoint, "webhookdelivery": delivery, "webhookattempt": attempt,
}  # fmt: skip
OWN = {
    "notification": notification, "notificationsetting": setting, "notificationchoice": choice, "maildigest": digest,
}  # fmt: skip
