"""How long notifications are kept: long enough to be looked up, no longer (docs/peristiwa.md)."""

from datetime import timedelta

from django.utils import timezone

from asnhr.models import Event, MailDigest, Notification, WebhookDelivery, WebhookEndpoint
from asnhr.scope import agency_scope

READ_DAYS, UNREAD_DAYS, EVENT_DAYS = 90, 365, 400
# Rows that one transaction deletes: nobody waits for it.
PIECE = 5000


def purge(agency_id: int) -> int:
    """Delete read notifications after 90 days, unread ones after a year, events after 400 days with what was sent of
    them; end old secrets whose day is over. Returns how many rows went. What still waits stays."""
    now = timezone.now()
    with agency_scope(agency_id, reason="masa simpan pemberitahuan"):
        WebhookEndpoint.objects.filter(agency_id=agency_id, old_secret_until__lte=now).update(
            old_secret="", old_secret_until=None
        )
    waiting = WebhookDelivery.objects.filter(agency_id=agency_id, state=WebhookDelivery.State.WAITING)
    old = [
        Notification.objects.filter(agency_id=agency_id, read_at__lt=now - timedelta(days=READ_DAYS)),
        Notification.objects.filter(agency_id=agency_id, created_at__lt=now - timedelta(days=UNREAD_DAYS)),
        Event.objects.filter(
            agency_id=agency_id, happened_at__lt=now - timedelta(days=EVENT_DAYS), spread_at__isnull=False
        ).exclude(pk__in=waiting.values("event_id")),
        MailDigest.objects.filter(agency_id=agency_id, day__lt=(now - timedelta(days=EVENT_DAYS)).date()),
    ]
    return sum(_in_pieces(agency_id, rows) for rows in old)


def _in_pieces(agency_id: int, rows: object) -> int:
    total = 0
    while True:
        with agency_scope(agency_id, reason="masa simpan pemberitahuan"):
            keys = list(rows.order_by("pk").values_list("pk", flat=True)[:PIECE])  # type: ignore[attr-defined]
            if keys:
                rows.model.objects.filter(agency_id=agency_id, pk__in=keys).delete()  # type: ignore[attr-defined]
        total += len(keys)
        if len(keys) < PIECE:
            return total
