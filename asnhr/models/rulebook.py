"""Numbers of regulations: effective-dated, with legal basis and mark; agencies override where the law allows."""

from typing import Any

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from asnhr.models._visible import AgencyParameterQuerySet
from asnhr.models.agency import TenantModel
from asnhr.sql import DateSpan


class Parameter(models.Model):
    """A national parameter for a period (a national table, written by migrations or `pusat`)."""

    class Mark(models.TextChoices):
        VERIFIED = "V", _("terverifikasi")
        SECONDARY = "V2", _("sumber sekunder")
        MEMORY = "M", _("perlu dikonfirmasi")
        DESIGN = "D", _("pengaturan produk")

    code = models.CharField(_("kode"), max_length=60)
    name = models.CharField(_("nama"), max_length=200)
    value: Any = models.JSONField(_("nilai"), help_text=_("Angka desimal ditulis sebagai teks."))
    unit = models.CharField(_("satuan"), max_length=40, blank=True)
    starts_on = models.DateField(_("berlaku mulai"))
    ends_on = models.DateField(_("berlaku sampai sebelum"), null=True, blank=True)
    legal_basis = models.CharField(_("dasar hukum"), max_length=300)
    mark = models.CharField(_("tanda keyakinan"), max_length=2, choices=Mark.choices)
    agency_may_set = models.BooleanField(_("boleh diatur instansi"), default=False)

    class Meta:
        verbose_name = _("parameter")
        verbose_name_plural = _("buku aturan")
        constraints = [
            models.CheckConstraint(
                name="parameter_ends_after_it_starts",
                condition=Q(ends_on__isnull=True) | Q(ends_on__gt=F("starts_on")),
            ),
            ExclusionConstraint(
                name="parameter_one_value_a_day",
                expressions=[
                    ("code", RangeOperators.EQUAL),
                    (DateSpan("starts_on", "ends_on"), RangeOperators.OVERLAPS),
                ],
                violation_error_message=_("Parameter ini sudah bernilai pada rentang tanggal tersebut."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.starts_on:%d-%m-%Y}"


class AgencyParameter(TenantModel):
    """An agency's own value of a parameter that it may set."""

    code = models.CharField(_("kode"), max_length=60)
    value: Any = models.JSONField(_("nilai"))
    starts_on = models.DateField(_("berlaku mulai"))
    ends_on = models.DateField(_("berlaku sampai sebelum"), null=True, blank=True)
    decree = models.CharField(_("dasar keputusan"), max_length=200)

    objects = AgencyParameterQuerySet.as_manager()

    class Meta:
        verbose_name = _("pengaturan instansi")
        verbose_name_plural = _("pengaturan instansi")
        constraints = [
            models.CheckConstraint(
                name="agency_parameter_ends_after_it_starts",
                condition=Q(ends_on__isnull=True) | Q(ends_on__gt=F("starts_on")),
            ),
            ExclusionConstraint(
                name="agency_parameter_one_value_a_day",
                expressions=[
                    ("agency", RangeOperators.EQUAL),
                    ("code", RangeOperators.EQUAL),
                    (DateSpan("starts_on", "ends_on"), RangeOperators.OVERLAPS),
                ],
                violation_error_message=_("Instansi sudah mengatur parameter ini pada rentang tanggal tersebut."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.starts_on:%d-%m-%Y}"


class Holiday(models.Model):
    """A national holiday or joint leave day (a national table with its source)."""

    class Kind(models.TextChoices):
        NATIONAL = "libur", _("Libur nasional")
        JOINT_LEAVE = "cuti_bersama", _("Cuti bersama")

    day = models.DateField(_("tanggal"), unique=True)
    name = models.CharField(_("nama"), max_length=120)
    kind = models.CharField(_("jenis"), max_length=12, choices=Kind.choices)
    source = models.CharField(_("sumber"), max_length=200)
    mark = models.CharField(_("tanda keyakinan"), max_length=2, choices=Parameter.Mark.choices)

    class Meta:
        verbose_name = _("hari libur")
        verbose_name_plural = _("hari libur nasional")

    def __str__(self) -> str:
        return f"{self.day:%d-%m-%Y} {self.name}"
