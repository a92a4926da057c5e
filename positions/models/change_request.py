"""What an employee says is wrong or missing in the own file, and what an officer decides on it."""

import json
from collections.abc import Mapping
from typing import Any, ClassVar, Self

from django.db import models
from django.db.models import Case, F, Q, Value, When
from django.utils.translation import gettext_lazy as _

from asnhr.crypto import EncryptedCharField, keyed_hash_of
from asnhr.models import OwnedTenantModel, User
from asnhr.sql import EncryptedTextField, TenantForeignKey
from positions.models._base import TenantQuerySet, access_of
from positions.models.employee import Employee


class OwnOrScopedQuerySet(TenantQuerySet):
    """Rows about people: who holds one of `asks` sees those of their units, everybody those about themselves."""

    unit_lookup = "employee__unit"
    asks: frozenset[str] = frozenset({"edit_register", "view_audit"})

    def visible_to(self, user: Any) -> Self:
        rows = self.in_scope(user) if access_of(user).permissions & self.asks else self.none()
        if not has_own(user):
            return rows
        # Not `rows | own`: a queryset that was cut to nothing, or joins units, does not combine.
        return self.filter(Q(pk__in=rows.order_by().values("pk")) | own(user))

    def in_scope(self, user: Any) -> Self:
        """The rows that the user's roles open."""
        return super().visible_to(user)

    def _sees_all_or_none(self, user: Any) -> bool:
        """For who holds one of `asks`; not where a kind shows its rows one by one."""
        base = OwnOrScopedQuerySet
        is_plain = type(self).visible_to is base.visible_to and type(self).in_scope is base.in_scope
        return is_plain and bool(access_of(user).permissions & self.asks)

    def own(self, user: Any) -> Self:
        """Rows about the user's own person only."""
        return self.filter(own(user)) if has_own(user) else self.none()


def closed_targets(user: Any) -> list[str]:
    """Return the targets of requests whose values and evidence the user's roles do not open."""
    held = access_of(user).permissions
    return [target for target, asked in ChangeRequest.ASKS_OF_TARGET.items() if asked not in held]


def hidden_targets(user: Any) -> list[str]:
    """Return the targets of requests that the user's roles do not even list: those of `HIDDEN`; and the only other one
    that is closed to them, for a neutral word would name what it stands for."""
    closed = closed_targets(user)
    hidden = [target for target in closed if target in ChangeRequest.HIDDEN]
    return closed if len(closed) - len(hidden) == 1 else hidden


def is_closed(user: Any, target: str, nip: str) -> bool:
    """Return whether the user is told of a request that it is there and not what it is about; `nip`: whose it is."""
    return target in closed_targets(user) and not (has_own(user) and nip == user.nip)


def has_own(user: Any) -> bool:
    """Whether the user may open an own record in the agency in scope: `view_own` and a NIP."""
    access = access_of(user)
    return access.agency_id is not None and access.may("view_own") and bool(getattr(user, "nip", ""))


def own(user: Any) -> Q:
    return Q(agency=access_of(user).agency_id, employee__nip=user.nip)


# Histories of which several new rows may wait at once; of everything else one proposal does.
NEW_ROWS = (
    "golongan", "golongan_pppk", "kgb", "pendidikan", "diklat", "penghargaan", "masa_kerja", "jabatan_luar",
    "penugasan", "tugas_belajar", "cltn", "kinerja", "angka_kredit", "disiplin", "keluarga",
)  # fmt: skip


class ChangeRequest(OwnedTenantModel):
    """A correction that a person proposes to the own file (usul perbaikan data): `target` names what may be corrected
    (`positions.corrections`), `proposed` the values, typed. Asked by the person, decided once, by an officer."""

    # What proposed values and their evidence ask of an officer beside `edit_register`, as the recorded ones do.
    ASKS_OF_TARGET: ClassVar[Mapping[str, str]] = {
        "keluarga": "view_family", "disiplin": "view_discipline", "kgb": "view_salary", "nik": "view_nik",
        "kinerja": "view_assessment",
    }  # fmt: skip
    # What is told in the place of a target that the reader may not know.
    NEUTRAL = "terbatas"
    # That there is a request tells that there is a sanction: not listed without that permission.
    HIDDEN: ClassVar[frozenset[str]] = frozenset({"disiplin"})
    # Told to those alone who may decide: who edits people and gets no notice of one would know which it is.
    TOLD_APART: ClassVar[frozenset[str]] = frozenset({"disiplin", "keluarga", "nik"})

    class State(models.TextChoices):
        WAITING = "menunggu", _("Menunggu")
        ACCEPTED = "diterima", _("Diterima")
        REFUSED = "ditolak", _("Ditolak")
        WITHDRAWN = "ditarik", _("Ditarik")

    employee = TenantForeignKey(
        Employee, on_delete=models.PROTECT, db_index=False, related_name="change_requests", verbose_name=_("pegawai")
    )
    target = models.CharField(_("data"), max_length=40)
    # The row of a history that is to be corrected; null: the record itself, or a row to be added.
    object_id = models.BigIntegerField(_("baris riwayat"), null=True, blank=True)
    # The row should go: a double, another person's; nothing is proposed in its place.
    removes = models.BooleanField(_("hapus baris"), default=False, db_default=False)
    # JSON of the typed values, then and as proposed: telephone, e-mail and home address of a person among them.
    before = EncryptedTextField(_("sebelumnya"), blank=True, default="")
    proposed = EncryptedTextField(_("usul"), blank=True, default="")
    # What people say of family, illness or a sanction: read as the values are (`positions.permissions`).
    explanation = EncryptedCharField(_("penjelasan"), max_length=2000)
    explanation_hash = keyed_hash_of(_("sidik penjelasan"))
    # The code of the data-quality finding that led here.
    finding = models.CharField(_("temuan"), max_length=20, blank=True)
    state = models.CharField(_("keadaan"), max_length=8, choices=State.choices, default=State.WAITING)
    requested_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name=_("diusulkan oleh"))
    requested_at = models.DateTimeField(_("diusulkan pada"), auto_now_add=True)
    decided_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("diputuskan oleh")
    )
    decided_at = models.DateTimeField(_("diputuskan pada"), null=True, blank=True)
    reason = EncryptedCharField(_("alasan keputusan"), max_length=2000, blank=True)
    reason_hash = keyed_hash_of(_("sidik alasan keputusan"))
    emptied_at = models.DateTimeField(_("isi dimusnahkan pada"), null=True, blank=True, editable=False)

    class Queryset(OwnOrScopedQuerySet):
        def in_scope(self, user: Any) -> Self:
            return super().in_scope(user).exclude(target__in=hidden_targets(user))

        def as_told_to(self, user: Any) -> Self:
            """Annotate `told`: the target as far as the user may know it, for lists to show, order and filter by."""
            closed = Q(target__in=closed_targets(user))
            if has_own(user):
                closed &= ~own(user)
            return self.annotate(told=Case(When(closed, then=Value(ChangeRequest.NEUTRAL)), default=F("target")))

    objects = Queryset.as_manager()

    class Meta:
        verbose_name = _("usul perbaikan data")
        verbose_name_plural = _("usul perbaikan data")
        constraints = [
            models.CheckConstraint(
                name="change_request_two_people",
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("requested_by")),
                violation_error_message=_("Usul sendiri diputuskan oleh orang lain."),
            ),
            models.CheckConstraint(
                name="change_request_decided_whole",
                condition=Q(state="menunggu", decided_by__isnull=True, decided_at__isnull=True)
                | Q(state="ditarik", decided_by__isnull=True, decided_at__isnull=False)
                | Q(state__in=["diterima", "ditolak"], decided_by__isnull=False, decided_at__isnull=False),
            ),
            models.CheckConstraint(
                name="change_request_refused_with_reason",
                condition=~Q(state="ditolak") | ~Q(reason="") | Q(emptied_at__isnull=False),
            ),
            models.CheckConstraint(
                name="change_request_explained", condition=~Q(explanation="") | Q(emptied_at__isnull=False)
            ),
            models.CheckConstraint(
                name="change_request_emptied_once_decided",
                condition=Q(emptied_at__isnull=True) | Q(decided_at__isnull=False, explanation="", reason=""),
            ),
            models.CheckConstraint(
                name="change_request_removes_a_row", condition=Q(removes=False) | Q(object_id__isnull=False)
            ),
            models.UniqueConstraint(
                name="change_request_one_waiting",
                fields=["agency", "employee", "target", "object_id"],
                condition=Q(state="menunggu") & (Q(object_id__isnull=False) | ~Q(target__in=NEW_ROWS)),
                nulls_distinct=False,
                violation_error_message=_("Usul untuk data ini masih menunggu keputusan."),
            ),
        ]
        indexes = [models.Index(fields=["agency", "state", "-requested_at"], name="change_request_state")]

    def __str__(self) -> str:
        return f"#{self.pk}"

    @property
    def values(self) -> dict[str, Any]:
        """The proposed values as JSON knows them."""
        return dict(json.loads(self.proposed)) if self.proposed else {}

    @property
    def values_before(self) -> dict[str, Any]:
        return dict(json.loads(self.before)) if self.before else {}

    @property
    def is_waiting(self) -> bool:
        return self.state == self.State.WAITING
