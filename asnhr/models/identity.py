"""Who asked for a deciding role and who approved it; the systems that other people connect to the API."""

from typing import Any, Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from asnhr.models._visible import access_of
from asnhr.models.agency import TenantModel
from asnhr.models.user import User
from asnhr.roles import APPROVED, ROLE_CHOICES, ROLES


class RoleRequestQuerySet(models.QuerySet):
    """Who manages or approves roles, and who audits, sees all of the agency's; others what concerns themselves."""

    def visible_to(self, user: Any) -> Self:
        access = access_of(user)
        if access.agency_id is None:
            return self.none()
        rows = self.filter(agency_id=access.agency_id)
        if access.permissions & {"manage_roles", "approve_roles", "view_audit"}:
            return rows
        return rows.filter(user_id=user.pk)


class RoleRequest(TenantModel):
    """A deciding role asked for by one person and approved by a second: neither is the one who gets it."""

    class Verdict(models.TextChoices):
        WAITING = "menunggu", _("Menunggu persetujuan")
        APPROVED = "disetujui", _("Disetujui")
        REFUSED = "ditolak", _("Ditolak")
        WITHDRAWN = "ditarik", _("Ditarik kembali")

    user = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="role_requests", verbose_name=_("calon pemegang")
    )
    role = models.CharField(_("peran"), max_length=30, choices=ROLE_CHOICES)
    starts_on = models.DateField(_("mulai"))
    ends_on = models.DateField(_("berakhir sebelum"), null=True, blank=True)
    reason = models.CharField(_("alasan"), max_length=300)
    requested_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name=_("diminta oleh"))
    requested_at = models.DateTimeField(_("diminta pada"), auto_now_add=True)
    verdict = models.CharField(_("keputusan"), max_length=10, choices=Verdict.choices, default=Verdict.WAITING)
    decided_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("diputuskan oleh")
    )
    decided_at = models.DateTimeField(_("diputuskan pada"), null=True, blank=True)
    decision = models.CharField(_("alasan keputusan"), max_length=300, blank=True)

    objects = RoleRequestQuerySet.as_manager()

    class Meta:
        verbose_name = _("permintaan peran")
        verbose_name_plural = _("permintaan peran")
        constraints = [
            models.CheckConstraint(
                name="role_request_deciding_role",
                condition=Q(role__in=sorted(APPROVED)),
                violation_error_message=_("Peran ini tidak diberikan lewat permintaan."),
            ),
            models.CheckConstraint(
                name="role_request_not_for_oneself",
                condition=~Q(requested_by=F("user")),
                violation_error_message=_("Peran untuk diri sendiri diminta oleh orang lain."),
            ),
            models.CheckConstraint(
                name="role_request_two_people",
                condition=Q(decided_by__isnull=True)
                | (~Q(decided_by=F("user")) & (Q(verdict="ditarik") | ~Q(decided_by=F("requested_by")))),
                violation_error_message=_("Permintaan peran diputuskan oleh orang lain."),
            ),
            models.CheckConstraint(
                name="role_request_decided_whole",
                condition=Q(verdict="menunggu", decided_by__isnull=True, decided_at__isnull=True)
                | (~Q(verdict="menunggu") & Q(decided_by__isnull=False, decided_at__isnull=False)),
                violation_error_message=_("Keputusan wajib menyebut siapa yang memutuskan dan kapan."),
            ),
            models.CheckConstraint(
                name="role_request_ends_after_start",
                condition=Q(ends_on__isnull=True) | Q(ends_on__gt=F("starts_on")),
                violation_error_message=_("Tanggal berakhir harus sesudah tanggal mulai."),
            ),
            models.UniqueConstraint(
                name="role_request_one_waiting",
                fields=["agency", "user", "role"],
                condition=Q(verdict="menunggu"),
                violation_error_message=_("Permintaan yang sama masih menunggu persetujuan."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} · {ROLES[self.role].name}"


class ApiClientQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> Self:
        access = access_of(user)
        if access.agency_id is None or not (access.permissions & {"manage_clients", "view_audit"}):
            return self.none()
        return self.filter(agency_id=access.agency_id)


class ApiClient(TenantModel):
    """A system that an agency connects to the API: what it may do, until when, who answers for it.

    The credentials are allauth's client; its service user holds the role `integrasi` up to, but without, `expires_on`,
    so that a token ends with it whatever the token itself says. Its secret is kept as a hash, shown once.
    """

    name = models.CharField(_("nama sistem"), max_length=60)
    purpose = models.CharField(_("keperluan"), max_length=300, blank=True)
    client = models.ForeignKey(
        "allauth_idp_oidc.Client", on_delete=models.PROTECT, related_name="+", verbose_name=_("klien")
    )
    owner = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name=_("akun sistem"))
    scopes = ArrayField(models.CharField(max_length=30), verbose_name=_("cakupan"))
    expires_on = models.DateField(_("berakhir sebelum"))
    # Null: the operator, by command.
    created_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("dibuat oleh")
    )
    created_at = models.DateTimeField(_("dibuat pada"), auto_now_add=True)
    rotated_at = models.DateTimeField(_("rahasia diganti pada"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("dicabut pada"), null=True, blank=True)
    revoked_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("dicabut oleh")
    )

    objects = ApiClientQuerySet.as_manager()

    class Meta:
        verbose_name = _("klien API")
        verbose_name_plural = _("klien API")
        constraints = [
            models.CheckConstraint(
                name="api_client_has_scopes",
                condition=Q(scopes__len__gt=0),
                violation_error_message=_("Pilih sedikitnya satu cakupan."),
            ),
            models.CheckConstraint(
                name="api_client_revoked_whole",
                condition=Q(revoked_at__isnull=False) | Q(revoked_by__isnull=True),
                violation_error_message=_("Pencabutan wajib menyebut kapan."),
            ),
            models.UniqueConstraint(name="api_client_once", fields=["agency", "client"]),
            models.UniqueConstraint(name="api_client_owner_once", fields=["agency", "owner"]),
            models.UniqueConstraint(
                name="api_client_name_once",
                fields=["agency", "name"],
                condition=Q(revoked_at__isnull=True),
                violation_error_message=_("Sudah ada klien dengan nama ini."),
            ),
        ]

    def __str__(self) -> str:
        return self.name
