"""Notifications: the outbox of events, what each person is told, and what is sent by mail and to webhooks.

An event is written in the transaction of the change that it tells; everything else follows from it in the background
(asnhr/notifications/, docs/decisions/0023-notifications.md). Events hold no personal data: ids, counts, codes, days.
"""

import uuid
from datetime import date
from typing import Any, Self

from django.contrib.postgres.fields import ArrayField
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from asnhr import formats
from asnhr.crypto import EncryptedTextField
from asnhr.models._visible import access_of
from asnhr.models.agency import TenantModel
from asnhr.models.user import RoleAssignment, User
from asnhr.sql import TenantForeignKey


class OwnQuerySet(models.QuerySet):
    """Rows of one person: seen by that person alone, in the agency in which they work."""

    def visible_to(self, user: Any) -> Self:
        access = access_of(user)
        if access.agency_id is None or user.pk is None:
            return self.none()
        return self.filter(agency_id=access.agency_id, user_id=user.pk)


class IntegrationQuerySet(models.QuerySet):
    """The outbox and what is sent to webhooks: seen by who manages them; by a system what goes to its own endpoints."""

    # Where a row names the endpoint's maker; "": nothing of it is a system's.
    made_by = ""

    def visible_to(self, user: Any) -> Self:
        access = access_of(user)
        if access.agency_id is None or not access.may("manage_webhooks"):
            return self.none()
        rows = self.filter(agency_id=access.agency_id)
        if not user.is_service:
            return rows
        return rows.filter(**{self.made_by: user}) if self.made_by else self.none()


class EndpointQuerySet(IntegrationQuerySet):
    made_by = "created_by"

    def told(self, day: date) -> Self:
        """Active endpoints; a system's no longer than the system itself is let in."""
        held = RoleAssignment.objects.filter(
            agency_id=OuterRef("agency_id"), user_id=OuterRef("created_by"), user__is_active=True, starts_on__lte=day
        ).exclude(ends_on__lte=day)
        persons = Q(created_by__isnull=True) | Q(created_by__is_service=False)
        return self.filter(persons | Exists(held), is_active=True)


class DeliveryQuerySet(IntegrationQuerySet):
    made_by = "endpoint__created_by"


class AttemptQuerySet(IntegrationQuerySet):
    made_by = "delivery__endpoint__created_by"


class Event(TenantModel):
    """Something that happened, told once: the outbox. Never changed but for `spread_at`, when it was handed on."""

    # What receivers of webhooks know it by; the same in every attempt and replay.
    uid = models.UUIDField(_("id peristiwa"), default=uuid.uuid4, editable=False)
    kind = models.CharField(_("jenis"), max_length=60)
    # An event of one key happens once (a day's reminder); empty: as often as it is told.
    key = models.CharField(_("kunci"), max_length=120, blank=True)
    object_id = models.BigIntegerField(_("objek"), null=True, blank=True)
    url = models.CharField(_("alamat halaman"), max_length=300, blank=True)
    data: Any = models.JSONField(_("data"), default=dict, blank=True, encoder=DjangoJSONEncoder)
    # Whom it is for: these people, and who holds one of the permissions there (empty path: in the whole agency).
    people = ArrayField(models.BigIntegerField(), verbose_name=_("penerima"), default=list, blank=True)
    permissions = ArrayField(models.CharField(max_length=40), verbose_name=_("izin penerima"), default=list, blank=True)
    unit_path = models.CharField(_("jalur unit"), max_length=1000, blank=True)
    actor = models.ForeignKey(
        User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", db_index=False,
        verbose_name=_("pelaku"),
    )  # fmt: skip
    happened_at = models.DateTimeField(_("terjadi pada"), auto_now_add=True)
    spread_at = models.DateTimeField(_("diteruskan pada"), null=True, blank=True)

    objects = IntegrationQuerySet.as_manager()

    class Meta:
        verbose_name = _("peristiwa")
        verbose_name_plural = _("peristiwa")
        constraints = [
            models.UniqueConstraint(name="event_uid_once", fields=["agency", "uid"]),
            models.UniqueConstraint(name="event_key_once", fields=["agency", "kind", "key"], condition=~Q(key="")),
        ]
        indexes = [
            models.Index(name="event_waiting", fields=["agency", "id"], condition=Q(spread_at__isnull=True)),
            models.Index(name="event_latest", fields=["agency", "-happened_at", "-id"]),
        ]

    def __str__(self) -> str:
        return f"{self.kind} #{self.pk}"


class NotificationSetting(TenantModel):
    """How a person is written to. Without a row: a digest every working morning, in Indonesian."""

    class Digest(models.TextChoices):
        DAILY = "harian", _("Setiap hari")
        WEEKLY = "mingguan", _("Setiap Senin")
        NEVER = "tidak", _("Tidak dikirim")

    class Language(models.TextChoices):
        INDONESIAN = "id", _("Indonesia")
        ENGLISH = "en", _("Inggris")

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+", verbose_name=_("pengguna"))
    digest = models.CharField(_("ringkasan lewat surel"), max_length=8, choices=Digest.choices, default=Digest.DAILY)
    language = models.CharField(_("bahasa surel"), max_length=2, choices=Language.choices, default=Language.INDONESIAN)

    objects = OwnQuerySet.as_manager()

    class Meta:
        verbose_name = _("pengaturan pemberitahuan")
        verbose_name_plural = _("pengaturan pemberitahuan")
        constraints = [models.UniqueConstraint(name="notification_setting_once", fields=["agency", "user"])]

    def __str__(self) -> str:
        return f"#{self.pk} · {self.get_digest_display()}"


class NotificationChoice(TenantModel):
    """What a person said of one kind and one channel; without a row the kind's own default holds."""

    class Channel(models.TextChoices):
        APP = "aplikasi", _("Di aplikasi")
        MAIL = "surel", _("Lewat surel")

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+", verbose_name=_("pengguna"))
    kind = models.CharField(_("jenis"), max_length=60)
    channel = models.CharField(_("saluran"), max_length=8, choices=Channel.choices)
    wanted = models.BooleanField(_("dikehendaki"))

    objects = OwnQuerySet.as_manager()

    class Meta:
        verbose_name = _("pilihan pemberitahuan")
        verbose_name_plural = _("pilihan pemberitahuan")
        constraints = [
            models.UniqueConstraint(name="notification_choice_once", fields=["agency", "user", "kind", "channel"])
        ]

    def __str__(self) -> str:
        return f"#{self.pk} · {self.get_channel_display()}"


class MailDigest(TenantModel):
    """A message to one person about what they have not read: made once a day, sent until the server took it."""

    class State(models.TextChoices):
        WAITING = "menunggu", _("Menunggu")
        SENT = "terkirim", _("Terkirim")
        FAILED = "gagal", _("Gagal")

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+", verbose_name=_("pengguna"))
    # The message's id: who gets it twice after a crash sees one message.
    uid = models.UUIDField(_("id pesan"), default=uuid.uuid4, editable=False)
    day = models.DateField(_("hari"))
    state = models.CharField(_("keadaan"), max_length=8, choices=State.choices, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField(_("percobaan"), default=0)
    # Until then nobody else takes it up: the time of the next attempt, or the end of the present one.
    next_at = models.DateTimeField(_("percobaan berikutnya"))
    sent_at = models.DateTimeField(_("terkirim pada"), null=True, blank=True)
    error = models.CharField(_("kesalahan"), max_length=300, blank=True)

    objects = OwnQuerySet.as_manager()

    class Meta:
        verbose_name = _("ringkasan surel")
        verbose_name_plural = _("ringkasan surel")
        constraints = [
            models.UniqueConstraint(name="mail_digest_once_a_day", fields=["agency", "user", "day"]),
            models.CheckConstraint(
                name="mail_digest_sent_has_time",
                condition=Q(state="terkirim", sent_at__isnull=False) | (~Q(state="terkirim") & Q(sent_at__isnull=True)),
            ),
        ]
        indexes = [
            models.Index(name="mail_digest_waiting", fields=["agency", "next_at"], condition=Q(state="menunggu"))
        ]

    def __str__(self) -> str:
        return f"{formats.day(self.day)} · {self.user_id}"


class Notification(TenantModel):
    """An event told to one person, by the channels that they want. Its words are made when it is read: in the reader's
    language, from the event's data."""

    event = TenantForeignKey(Event, on_delete=models.CASCADE, related_name="notifications", verbose_name=_("peristiwa"))
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+", verbose_name=_("pengguna"))
    in_app = models.BooleanField(_("di aplikasi"), default=True)
    by_mail = models.BooleanField(_("lewat surel"), default=False)
    digest = TenantForeignKey(
        MailDigest, on_delete=models.SET_NULL, null=True, blank=True, related_name="notifications",
        verbose_name=_("ringkasan"),
    )  # fmt: skip
    created_at = models.DateTimeField(_("diterima pada"), auto_now_add=True)
    read_at = models.DateTimeField(_("dibaca pada"), null=True, blank=True)

    objects = OwnQuerySet.as_manager()

    class Meta:
        verbose_name = _("pemberitahuan")
        verbose_name_plural = _("pemberitahuan")
        constraints = [
            models.UniqueConstraint(name="notification_once_a_person", fields=["agency", "event", "user"]),
            models.CheckConstraint(name="notification_some_channel", condition=Q(in_app=True) | Q(by_mail=True)),
        ]
        indexes = [
            models.Index(name="notification_latest", fields=["agency", "user", "-id"]),
            # The bell counts these in every request.
            models.Index(
                name="notification_unread", fields=["agency", "user"], condition=Q(read_at__isnull=True, in_app=True)
            ),
            models.Index(
                name="notification_to_mail", fields=["agency", "user"],
                condition=Q(by_mail=True, digest__isnull=True, read_at__isnull=True),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.event_id} · {self.user_id}"


class WebhookEndpoint(TenantModel):
    """Another system's address that is told of events. Its secret signs what is sent (Standard Webhooks)."""

    name = models.CharField(_("nama"), max_length=120)
    url = models.CharField(_("alamat"), max_length=500)
    # Empty: every kind that is offered to webhooks.
    kinds = ArrayField(models.CharField(max_length=60), verbose_name=_("jenis peristiwa"), default=list, blank=True)
    secret = EncryptedTextField(_("rahasia"))
    # Signs beside the new one until then, so that the receiver may change over in its own time.
    old_secret = EncryptedTextField(_("rahasia lama"), blank=True, default="")
    old_secret_until = models.DateTimeField(_("rahasia lama berlaku sampai"), null=True, blank=True)
    is_active = models.BooleanField(_("aktif"), default=True)
    disabled_at = models.DateTimeField(_("dimatikan pada"), null=True, blank=True)
    disabled_reason = models.CharField(_("alasan dimatikan"), max_length=300, blank=True)
    # How it answers: failures in a row and since when; nothing is sent before `next_at`.
    failures = models.PositiveIntegerField(_("gagal berturut-turut"), default=0)
    failing_since = models.DateTimeField(_("gagal sejak"), null=True, blank=True)
    next_at = models.DateTimeField(_("kiriman berikutnya paling cepat"), null=True, blank=True)
    created_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False,
        verbose_name=_("dibuat oleh"),
    )  # fmt: skip
    created_at = models.DateTimeField(_("dibuat pada"), auto_now_add=True)

    objects = EndpointQuerySet.as_manager()

    class Meta:
        verbose_name = _("alamat webhook")
        verbose_name_plural = _("alamat webhook")
        constraints = [
            models.UniqueConstraint(
                name="webhook_name_once", fields=["agency", "name"],
                violation_error_message=_("Nama ini sudah dipakai webhook lain."),
            ),
            models.CheckConstraint(
                name="webhook_disabled_has_time",
                condition=Q(is_active=True, disabled_at__isnull=True) | Q(is_active=False, disabled_at__isnull=False),
            ),
            models.CheckConstraint(
                name="webhook_old_secret_has_end",
                condition=Q(old_secret="", old_secret_until__isnull=True)
                | (~Q(old_secret="") & Q(old_secret_until__isnull=False)),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.name


class WebhookDelivery(TenantModel):
    """An event on its way to an endpoint: sent until it is taken or the schedule ends; a replay begins it anew."""

    class State(models.TextChoices):
        WAITING = "menunggu", _("Menunggu")
        DELIVERED = "terkirim", _("Terkirim")
        FAILED = "gagal", _("Gagal")

    endpoint = TenantForeignKey(
        WebhookEndpoint, on_delete=models.CASCADE, db_index=False, related_name="deliveries", verbose_name=_("webhook")
    )
    event = TenantForeignKey(Event, on_delete=models.CASCADE, related_name="deliveries", verbose_name=_("peristiwa"))
    state = models.CharField(_("keadaan"), max_length=8, choices=State.choices, default=State.WAITING)
    # Of all attempts, and of those since the delivery was last asked for: the schedule counts these.
    attempts = models.PositiveIntegerField(_("percobaan"), default=0)
    tries = models.PositiveSmallIntegerField(_("percobaan sejak diminta"), default=0)
    next_at = models.DateTimeField(_("percobaan berikutnya"))
    done_at = models.DateTimeField(_("selesai pada"), null=True, blank=True)
    created_at = models.DateTimeField(_("dibuat pada"), auto_now_add=True)

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        verbose_name = _("kiriman webhook")
        verbose_name_plural = _("kiriman webhook")
        constraints = [
            models.UniqueConstraint(name="webhook_delivery_once", fields=["agency", "endpoint", "event"]),
            models.CheckConstraint(
                name="webhook_delivery_done_has_time",
                condition=Q(state="menunggu", done_at__isnull=True) | (~Q(state="menunggu") & Q(done_at__isnull=False)),
            ),
            models.CheckConstraint(name="webhook_delivery_tries", condition=Q(tries__lte=F("attempts"))),
        ]
        indexes = [
            models.Index(
                name="webhook_delivery_waiting", fields=["agency", "endpoint", "next_at"],
                condition=Q(state="menunggu"),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"#{self.pk} · {self.get_state_display()}"


class WebhookAttempt(TenantModel):
    """One attempt, written down before it begins: one without an end was cut off by a crash."""

    delivery = TenantForeignKey(
        WebhookDelivery, on_delete=models.CASCADE, db_index=False, related_name="tried", verbose_name=_("kiriman")
    )
    number = models.PositiveIntegerField(_("nomor"))
    started_at = models.DateTimeField(_("mulai pada"))
    finished_at = models.DateTimeField(_("selesai pada"), null=True, blank=True)
    # Where the name led at that moment; the connection went there and nowhere else.
    address = models.CharField(_("alamat IP"), max_length=45, blank=True)
    status = models.PositiveSmallIntegerField(_("status HTTP"), null=True, blank=True)
    milliseconds = models.PositiveIntegerField(_("milidetik"), null=True, blank=True)
    error = models.CharField(_("kesalahan"), max_length=300, blank=True)
    # The beginning of what the receiver answered.
    answer = models.CharField(_("jawaban"), max_length=500, blank=True)

    objects = AttemptQuerySet.as_manager()

    class Meta:
        verbose_name = _("percobaan kiriman")
        verbose_name_plural = _("percobaan kiriman")
        constraints = [
            models.UniqueConstraint(name="webhook_attempt_once", fields=["agency", "delivery", "number"]),
            models.CheckConstraint(name="webhook_attempts_from_1", condition=Q(number__gte=1)),
            models.CheckConstraint(
                name="webhook_attempt_status", condition=Q(status__isnull=True) | Q(status__range=(100, 599))
            ),
        ]

    def __str__(self) -> str:
        return f"{self.delivery_id} · {self.number}"
