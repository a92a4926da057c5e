"""Objections (keberatan) of people to what a computation says about them (UU 27/2022 article 10): results of computing
advise, a named human decides, and the person concerned may object and gets an answer with its reason."""

from collections.abc import Mapping
from typing import Any, ClassVar, Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from asnhr.models import OwnedTenantModel, User
from asnhr.sql import EncryptedTextField, TenantForeignKey
from positions.models._base import access_of
from positions.models.change_request import OwnOrScopedQuerySet
from positions.models.employee import Employee


class Objection(OwnedTenantModel):
    """An objection to one result; `kind` names what may be objected to (`positions.services.objections.SUBJECTS`).

    Filed by the person, answered once by who decides such things and did not decide this one.
    """

    # Who answers objections to a kind, and sees them beside the person and the auditor.
    ASKS_OF_KIND: ClassVar[Mapping[str, str]] = {"rekomendasi": "decide_recommendations", "penjagaan": "manage_agenda"}

    class State(models.TextChoices):
        WAITING = "menunggu", _("Menunggu jawaban")
        UPHELD = "diterima", _("Diterima")
        REFUSED = "ditolak", _("Ditolak")
        WITHDRAWN = "ditarik", _("Ditarik")

    employee = TenantForeignKey(
        Employee, on_delete=models.PROTECT, db_index=False, related_name="objections", verbose_name=_("pegawai")
    )
    kind = models.CharField(_("hasil"), max_length=20)
    object_id = models.BigIntegerField(_("nomor hasil"))
    # What the result said when it was objected to.
    about = models.CharField(_("tentang"), max_length=300)
    # What a person says of the own case; emptied when its time is over.
    grounds = EncryptedTextField(_("alasan keberatan"), blank=True, default="")
    state = models.CharField(_("keadaan"), max_length=8, choices=State.choices, default=State.WAITING)
    filed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name=_("diajukan oleh"))
    filed_at = models.DateTimeField(_("diajukan pada"), auto_now_add=True)
    answered_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("dijawab oleh")
    )
    answered_at = models.DateTimeField(_("dijawab pada"), null=True, blank=True)
    answer = EncryptedTextField(_("jawaban"), blank=True, default="")
    emptied_at = models.DateTimeField(_("isi dimusnahkan pada"), null=True, blank=True, editable=False)

    class Queryset(OwnOrScopedQuerySet):
        asks = frozenset({"decide_recommendations", "manage_agenda", "view_audit"})

        def in_scope(self, user: Any) -> Self:
            rows = super().in_scope(user)
            held = access_of(user)
            if held.may("view_audit"):
                return rows
            return rows.filter(kind__in=[kind for kind, asked in Objection.ASKS_OF_KIND.items() if held.may(asked)])

    objects = Queryset.as_manager()

    class Meta:
        verbose_name = _("keberatan")
        verbose_name_plural = _("keberatan")
        constraints = [
            models.CheckConstraint(
                name="objection_two_people",
                condition=Q(answered_by__isnull=True) | ~Q(answered_by=F("filed_by")),
                violation_error_message=_("Keberatan sendiri dijawab oleh orang lain."),
            ),
            models.CheckConstraint(
                name="objection_answered_whole",
                condition=Q(state="menunggu", answered_by__isnull=True, answered_at__isnull=True)
                | Q(state="ditarik", answered_by__isnull=True, answered_at__isnull=False)
                | Q(state__in=["diterima", "ditolak"], answered_by__isnull=False, answered_at__isnull=False),
            ),
            models.CheckConstraint(
                name="objection_has_words",
                condition=Q(emptied_at__isnull=False)
                | (~Q(grounds="") & (~Q(state__in=["diterima", "ditolak"]) | ~Q(answer=""))),
                violation_error_message=_("Keberatan dan jawabannya wajib beralasan."),
            ),
            models.UniqueConstraint(
                name="objection_one_waiting",
                fields=["agency", "employee", "kind", "object_id"],
                condition=Q(state="menunggu"),
                violation_error_message=_("Keberatan Anda atas hasil ini masih menunggu jawaban."),
            ),
        ]
        indexes = [
            models.Index(fields=["agency", "state", "-filed_at"], name="objection_state"),
            models.Index(fields=["agency", "employee"], name="objection_employee"),
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"

    @property
    def is_waiting(self) -> bool:
        return self.state == self.State.WAITING
