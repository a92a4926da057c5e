"""Answers of the API that are kept for a day: a repeated request gets the first answer and has no second effect."""

from typing import Any, Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from asnhr.models._visible import access_of
from asnhr.models.agency import TenantModel
from asnhr.models.user import User
from asnhr.sql import EncryptedTextField


class IdempotencyKeyQuerySet(models.QuerySet):
    """Who manages logins sees that a key was used and when; the answer itself is shown to nobody but its client."""

    def visible_to(self, user: Any) -> Self:
        access = access_of(user)
        if access.agency_id is None:
            return self.none()
        rows = self.filter(agency_id=access.agency_id)
        return rows if access.may("manage_roles") else rows.filter(user_id=user.pk)


class IdempotencyKey(TenantModel):
    """One `Idempotency-Key` of a client: the hash of what was asked and the answer. Written in the transaction of the
    effect, so neither exists without the other; refused requests leave none."""

    user = models.ForeignKey(
        User, on_delete=models.CASCADE, related_name="+", db_index=False, verbose_name=_("pengguna")
    )
    # The client of a token, whose owner is `user`; empty for a signed-in person.
    client = models.CharField(_("klien"), max_length=100, blank=True)
    key = models.CharField(_("kunci"), max_length=255)
    # Method, address and body; files by their content.
    request_hash = models.CharField(_("sidik permintaan"), max_length=64)
    # Null while the request is under way: nobody else sees that row.
    status = models.PositiveSmallIntegerField(_("status"), null=True)
    headers: Any = models.JSONField(_("tajuk"), default=dict)
    # Answers hold personal data.
    body = EncryptedTextField(_("jawaban"), blank=True)
    created_at = models.DateTimeField(_("dibuat pada"))
    expires_at = models.DateTimeField(_("berlaku sampai"))

    objects = IdempotencyKeyQuerySet.as_manager()

    class Meta:
        verbose_name = _("kunci idempotensi")
        verbose_name_plural = _("kunci idempotensi")
        indexes = [models.Index(fields=["agency", "expires_at"], name="idempotency_expiry")]
        constraints = [
            models.UniqueConstraint(name="idempotency_key_once", fields=["agency", "user", "client", "key"]),
            models.CheckConstraint(name="idempotency_expires_later", condition=Q(expires_at__gt=F("created_at"))),
            models.CheckConstraint(
                name="idempotency_keeps_success", condition=Q(status__isnull=True) | Q(status__range=(200, 299))
            ),
        ]

    def __str__(self) -> str:
        return f"{self.key} · {self.created_at:%Y-%m-%d %H:%M}"
