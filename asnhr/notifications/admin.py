"""Admin of notifications: read here, changed on their pages, through the services."""

from typing import Any, ClassVar

from django.contrib import admin
from django.utils.translation import gettext_lazy

from asnhr.adminbase import ReadOnlyAdmin, site
from asnhr.models import (
    Event,
    MailDigest,
    Notification,
    NotificationChoice,
    NotificationSetting,
    WebhookAttempt,
    WebhookDelivery,
    WebhookEndpoint,
)
from asnhr.notifications import catalogue, guard

TOPIC = gettext_lazy("Pemberitahuan")


def kind_name(code: str) -> str:
    kind = catalogue.kind_of(code)
    return str(kind.name) if kind is not None else code


def kind_names(codes: list[str]) -> str:
    return ", ".join(map(kind_name, codes))


class IntegrationAdmin(ReadOnlyAdmin):
    reads = "manage_webhooks"
    ordering = ("-pk",)


@admin.register(Event, site=site)
class EventAdmin(IntegrationAdmin):
    tells: ClassVar[Any] = {"kind": kind_name}
    list_display = ("id", "kind", "object_id", "happened_at", "spread_at")
    search_fields = ("kind", "key")


@admin.register(WebhookEndpoint, site=site)
class WebhookEndpointAdmin(IntegrationAdmin):
    tells: ClassVar[Any] = {"disabled_reason": guard.shown, "kinds": kind_names}
    exclude = ("agency", "secret", "old_secret")
    list_display = ("name", "url", "is_active", "failures", "failing_since", "created_at")
    list_filter = ("is_active", ("failing_since", admin.EmptyFieldListFilter))
    search_fields = ("name", "url")


@admin.register(WebhookDelivery, site=site)
class WebhookDeliveryAdmin(IntegrationAdmin):
    list_display = ("id", "endpoint", "event", "state", "attempts", "next_at", "done_at")
    list_filter = ("state",)
    list_select_related = ("endpoint", "event")
    search_fields = ("endpoint__name", "event__kind")


@admin.register(WebhookAttempt, site=site)
class WebhookAttemptAdmin(IntegrationAdmin):
    tells: ClassVar[Any] = {"error": guard.shown}
    list_display = ("id", "delivery", "number", "started_at", "status", "milliseconds", "error")
    list_select_related = ("delivery",)
    search_fields = ("error", "address")


class OwnAdmin(ReadOnlyAdmin):
    """What concerns one person, shown to that person alone."""

    ordering = ("-pk",)
    exclude: ClassVar[Any] = ("agency", "user")


@admin.register(Notification, site=site)
class NotificationAdmin(OwnAdmin):
    list_display = ("id", "event", "in_app", "by_mail", "created_at", "read_at")
    list_filter = ("in_app", "by_mail")
    list_select_related = ("event",)
    search_fields = ("event__kind",)


@admin.register(NotificationSetting, site=site)
class NotificationSettingAdmin(OwnAdmin):
    list_display = ("id", "digest", "language")
    search_fields = ("digest",)


@admin.register(NotificationChoice, site=site)
class NotificationChoiceAdmin(OwnAdmin):
    tells: ClassVar[Any] = {"kind": kind_name}
    list_display = ("kind", "channel", "wanted")
    list_filter = ("channel", "wanted")
    search_fields = ("kind",)


@admin.register(MailDigest, site=site)
class MailDigestAdmin(OwnAdmin):
    list_display = ("day", "state", "attempts", "sent_at", "error")
    list_filter = ("state",)
    search_fields = ("error",)
