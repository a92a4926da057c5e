"""Who signs in, and in which agency and reach they may act."""

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from asnhr.access import NO_ACCESS, Access
from asnhr.models._visible import RoleAssignmentQuerySet
from asnhr.models.agency import TenantModel, Worded
from asnhr.roles import ROLE_CHOICES, ROLES
from asnhr.sql import TenantForeignKey


class User(AbstractUser, Worded):
    """A login (a national table). What it may see and do follows from its roles, never from `is_superuser`."""

    nip = models.CharField(_("NIP"), max_length=18, blank=True, db_index=True)
    is_service = models.BooleanField(_("akun sistem"), default=False, help_text=_("Dipakai klien API, tidak login."))
    # Set when somebody else chose the password: it opens nothing but the page that changes it.
    password_is_temporary = models.BooleanField(
        _("kata sandi sementara"), default=False, help_text=_("Wajib diganti pemilik akun saat pertama masuk.")
    )

    # Set for one request, task or command by the door that opened the scope (asnhr/access.py).
    access: Access = NO_ACCESS
    # Settled by the same door; until then the second factor is owed and not there (asnhr/second_factor.py).
    needs_second_factor = True
    has_second_factor = False
    shown_second_factor = False

    class Meta:
        verbose_name = _("pengguna")
        verbose_name_plural = _("pengguna")
        constraints = [
            # The NIP is how a person signs in and how a realm's login is recognised: it names one login.
            models.UniqueConstraint(
                name="user_nip_once",
                fields=["nip"],
                condition=~Q(nip=""),
                violation_error_message=_("NIP ini sudah punya akun."),
            ),
        ]

    def __str__(self) -> str:
        return self.get_full_name() or self.username


class RoleAssignment(TenantModel):
    """A role of a user in an agency for a period. Reach "unit" needs unit scopes (positions.UnitScope); without one it
    sees nothing."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="assignments", verbose_name=_("pengguna"))
    role = models.CharField(_("peran"), max_length=30, choices=ROLE_CHOICES)
    starts_on = models.DateField(_("mulai"))
    ends_on = models.DateField(_("berakhir sebelum"), null=True, blank=True)
    granted_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("diberikan oleh")
    )
    granted_at = models.DateTimeField(_("diberikan pada"), auto_now_add=True)
    # By which request a deciding role was granted; null: by the operator.
    request = TenantForeignKey(
        "asnhr.RoleRequest", on_delete=models.PROTECT, null=True, blank=True, db_index=False,
        related_name="assignments", verbose_name=_("permintaan"),
    )  # fmt: skip

    # Taken back at once: it holds no more from this moment. `ends_on` is then that day, on or before `starts_on` too,
    # so every question of the day answers as if it were not; until when it was held says the moment.
    revoked_at = models.DateTimeField(_("dicabut pada"), null=True, blank=True)
    revoked_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("dicabut oleh")
    )
    revoke_reason = models.CharField(_("alasan pencabutan"), max_length=300, blank=True, default="", db_default="")

    objects = RoleAssignmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("peran pengguna")
        verbose_name_plural = _("peran pengguna")
        constraints = [
            models.CheckConstraint(
                name="role_ends_after_it_starts",
                condition=Q(ends_on__isnull=True) | Q(ends_on__gt=F("starts_on")) | Q(revoked_at__isnull=False),
                violation_error_message=_("Tanggal berakhir harus sesudah tanggal mulai."),
            ),
            models.CheckConstraint(
                name="role_revoked_whole",
                condition=Q(revoked_at__isnull=True, revoked_by__isnull=True, revoke_reason="")
                | (Q(revoked_at__isnull=False, ends_on__isnull=False) & ~Q(revoke_reason="")),
                violation_error_message=_("Pencabutan peran wajib menyebut kapan dan alasannya."),
            ),
            models.UniqueConstraint(
                name="role_once_open",
                fields=["agency", "user", "role"],
                condition=Q(ends_on__isnull=True),
                violation_error_message=_("Pengguna ini sudah memegang peran tersebut."),
            ),
            models.CheckConstraint(
                name="role_not_from_oneself",
                condition=Q(granted_by__isnull=True) | ~Q(granted_by=F("user")),
                violation_error_message=_("Tidak seorang pun memberi peran kepada dirinya sendiri."),
            ),
            models.UniqueConstraint(
                name="role_request_used_once",
                fields=["agency", "request"],
                violation_error_message=_("Permintaan ini sudah menjadi peran."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} · {ROLES[self.role].name}"
