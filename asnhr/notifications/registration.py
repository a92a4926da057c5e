"""What notifications hand the rest of the ground floor at start-up: the trail, constraints in words, tasks, admin."""

from importlib import import_module

from django.utils.translation import gettext_lazy as _

from asnhr import registry
from asnhr.audit.declared import OUTLINE, Declared, declare

DERIVED = "what it tells stands in the trail of the change itself"

declare(
    Declared("asnhr.Event", OUTLINE, DERIVED, permission="manage_webhooks"),
    Declared("asnhr.Notification", OUTLINE, DERIVED, permission="view_audit"),
    Declared("asnhr.MailDigest", OUTLINE, DERIVED, permission="view_audit"),
    Declared("asnhr.NotificationSetting", permission="view_audit", joins=("user",), called=lambda row: str(row.user)),
    Declared("asnhr.NotificationChoice", permission="view_audit", joins=("user",), called=lambda row: str(row.user)),
    Declared(
        "asnhr.WebhookEndpoint", permission="manage_webhooks", route="webhook-detail", found_by=("name", "url"),
        secrets={"secret": "secret", "old_secret": "old_secret"}, skipped=("failures", "failing_since", "next_at"),
    ),
    Declared("asnhr.WebhookDelivery", OUTLINE, DERIVED, permission="manage_webhooks"),
    Declared("asnhr.WebhookAttempt", OUTLINE, "attempts are a record themselves", permission="manage_webhooks"),
)  # fmt: skip

for name, sentence in {
    "event_uid_once": _("Peristiwa ini sudah tercatat."),
    "event_key_once": _("Peristiwa ini sudah tercatat."),
    "notification_once_a_person": _("Pemberitahuan ini sudah disampaikan kepada orang tersebut."),
    "notification_some_channel": _("Pemberitahuan disampaikan lewat sedikitnya satu saluran."),
    "notification_setting_once": _("Pengaturan pemberitahuan pengguna ini sudah ada."),
    "notification_choice_once": _("Pilihan untuk jenis dan saluran ini sudah ada."),
    "mail_digest_once_a_day": _("Ringkasan hari ini sudah dibuat."),
    "mail_digest_sent_has_time": _("Ringkasan yang terkirim menyebut kapan, yang lain tidak."),
    "webhook_name_once": _("Nama ini sudah dipakai webhook lain."),
    "webhook_disabled_has_time": _("Webhook yang mati menyebut sejak kapan, yang aktif tidak."),
    "webhook_old_secret_has_end": _("Rahasia lama berlaku sampai waktu tertentu."),
    "webhook_delivery_once": _("Peristiwa ini sudah dikirim ke webhook tersebut."),
    "webhook_delivery_done_has_time": _("Kiriman yang selesai menyebut kapan, yang menunggu tidak."),
    "webhook_delivery_tries": _("Percobaan sejak diminta tidak melebihi semua percobaan."),
    "webhook_attempt_once": _("Percobaan ini sudah tercatat."),
    "webhook_attempts_from_1": _("Percobaan dihitung mulai dari 1."),
    "webhook_attempt_status": _("Status HTTP 100 sampai 599."),
}.items():
    registry.constraints.register(name, sentence)

import_module("asnhr.notifications.tasks")
import_module("asnhr.notifications.admin")
