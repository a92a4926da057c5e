"""What the histories (riwayat) of a personnel file share; names of SIASN's endpoints: establishment.md 8.4."""

from datetime import date
from typing import ClassVar, Self

from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from asnhr.access import Access
from asnhr.models import OwnedTenantModel
from asnhr.sql import DateSpan, TenantForeignKey
from positions.models._base import TenantQuerySet, attached_document
from positions.models.employee import Employee

SPAN = (DateSpan("starts_on", "ends_on"), RangeOperators.OVERLAPS)
OF_PERSON = [("agency", RangeOperators.EQUAL), ("employee", RangeOperators.EQUAL)]
ENDS_AFTER_START = Q(ends_on__isnull=True) | Q(ends_on__gt=models.F("starts_on"))


def of_employee(related_name: str) -> TenantForeignKey:
    """Return the key to the person; each table has an index or constraint that begins with (agency, employee)."""
    return TenantForeignKey(
        Employee, on_delete=models.CASCADE, db_index=False, related_name=related_name, verbose_name=_("pegawai")
    )


class HistoryQuerySet(TenantQuerySet):
    """Rows of a person's file, seen by who sees the person; `permission`: what sensitive kinds ask beside that."""

    unit_lookup = "employee__unit"
    permission: str | None = None

    def _opened_to(self, access: Access) -> bool:
        return super()._opened_to(access) and (self.permission is None or access.may(self.permission))


class LedQuerySet(HistoryQuerySet):
    """Rows that the head of the person's unit reads as well, without the kind's permission: performance."""

    of_subordinates = True


class StepQuerySet(HistoryQuerySet):
    """Facts that hold from `starts_on` until the person's next row, so they have neither gap nor overlap."""

    def on(self, day: date) -> Self:
        """The row in force on `day`, one a person at most."""
        newest = (
            self.model._default_manager.filter(starts_on__lte=day)
            .order_by("employee", "-starts_on")
            .distinct("employee")
        )
        return self.filter(pk__in=newest.values("pk"))


class HistoryRow(OwnedTenantModel):
    """A row of a history. `SIASN`: our field → the field of SIASN's endpoint."""

    SIASN: ClassVar[dict[str, str]] = {}

    siasn_id = models.CharField(_("id SIASN"), max_length=40, blank=True, default="", db_default="")
    document = attached_document()

    class Meta:
        abstract = True


class DecreeMixin(models.Model):
    """Number and day of the decree that a row rests on; the number may be missing in rows taken over from SIASN."""

    decree = models.CharField(_("nomor SK"), max_length=120, blank=True)
    decree_on = models.DateField(_("tanggal SK"), null=True, blank=True)

    class Meta:
        abstract = True


class ConsentMixin(models.Model):
    """Technical consent of BKN (pertek) or its approval."""

    bkn_number = models.CharField(_("nomor pertek BKN"), max_length=120, blank=True)
    bkn_on = models.DateField(_("tanggal pertek BKN"), null=True, blank=True)

    class Meta:
        abstract = True
