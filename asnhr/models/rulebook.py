"""Numbers of regulations: effective-dated, with legal basis and mark; agencies override where the law allows."""

from decimal import Decimal, InvalidOperation
from typing import Any

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from asnhr import formats
from asnhr.models._visible import AgencyParameterQuerySet
from asnhr.models.agency import TenantModel, Worded
from asnhr.sql import DateSpan


class Parameter(Worded):
    """A national parameter for a period (a national table, written by migrations or `pusat`)."""

    class Mark(models.TextChoices):
        VERIFIED = "V", _("terverifikasi")
        SECONDARY = "V2", _("sumber sekunder")
        MEMORY = "M", _("perlu dikonfirmasi")
        DESIGN = "D", _("pengaturan produk")

    class Kind(models.TextChoices):
        WHOLE = "bulat", _("bilangan bulat")
        DECIMAL = "desimal", _("bilangan desimal")
        YES_NO = "ya_tidak", _("ya atau tidak")
        CHOICE = "pilihan", _("salah satu pilihan")
        CODES = "daftar", _("daftar kode")
        OTHER = "lain", _("susunan lain")

    code = models.CharField(_("kode"), max_length=60)
    name = models.CharField(_("nama"), max_length=200)
    value: Any = models.JSONField(_("nilai"), help_text=_("Angka desimal ditulis sebagai teks."))
    unit = models.CharField(_("satuan"), max_length=40, blank=True)
    # What may be entered; a trigger holds an agency's value to it (migration parameter_bounds).
    kind = models.CharField(_("jenis nilai"), max_length=8, choices=Kind.choices, default=Kind.OTHER)
    lowest = models.DecimalField(_("nilai terendah"), max_digits=12, decimal_places=4, null=True, blank=True)
    highest = models.DecimalField(_("nilai tertinggi"), max_digits=12, decimal_places=4, null=True, blank=True)
    options: Any = models.JSONField(_("nilai yang dikenal"), default=list, blank=True)
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
            models.CheckConstraint(
                name="parameter_numbers_have_bounds",
                condition=~Q(kind__in=["bulat", "desimal"]) | Q(lowest__isnull=False, highest__gte=F("lowest")),
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
        return f"{self.code} {formats.day(self.starts_on)}"

    def clean(self) -> None:
        if problem := self.problem_with(self.value):
            raise ValidationError({"value": problem})

    @property
    def allowed(self) -> str:
        """What may be entered, in words; empty where the rulebook does not say."""
        match self.kind:
            case self.Kind.WHOLE | self.Kind.DECIMAL if self.lowest is not None and self.highest is not None:
                bounds = {"low": formats.number(self.lowest), "high": formats.number(self.highest)}
                if self.kind == self.Kind.WHOLE:
                    return gettext("bilangan bulat %(low)s sampai dengan %(high)s") % bounds
                return gettext("bilangan %(low)s sampai dengan %(high)s") % bounds
            case self.Kind.YES_NO:
                return gettext("true (ya) atau false (tidak)")
            case self.Kind.CHOICE:
                return gettext("salah satu dari %(options)s") % {"options": ", ".join(map(str, self.options))}
            case self.Kind.CODES:
                return gettext("daftar dari %(options)s") % {"options": ", ".join(map(str, self.options))}
        return ""

    def problem_with(self, value: Any) -> str:
        """Return why `value` cannot stand for this parameter; empty when it can. Decimals are texts or numbers."""
        if self._accepts(value):
            return ""
        name = gettext(self.name)
        return gettext("%(name)s (%(code)s) harus %(allowed)s.") % {
            "name": name, "code": self.code, "allowed": self.allowed,
        }  # fmt: skip

    def _accepts(self, value: Any) -> bool:
        match self.kind:
            case self.Kind.WHOLE | self.Kind.DECIMAL:
                if isinstance(value, bool) or not isinstance(value, int | float | str | Decimal):
                    return False
                try:
                    figure = Decimal(str(value))
                except InvalidOperation:
                    return False
                if not figure.is_finite() or (self.kind == self.Kind.WHOLE and figure != int(figure)):
                    return False
                return self.lowest is not None and self.highest is not None and self.lowest <= figure <= self.highest
            case self.Kind.YES_NO:
                return isinstance(value, bool)
            case self.Kind.CHOICE:
                return isinstance(value, str) and value in self.options
            case self.Kind.CODES:
                return isinstance(value, list) and bool(value) and all(each in self.options for each in value)
        return True


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
        return f"{self.code} {formats.day(self.starts_on)}"

    def clean(self) -> None:
        """A new value is one that the national parameter accepts; an old one may always be closed."""
        if not self._state.adding or self.value is None:
            return
        national = Parameter.objects.filter(code=self.code).order_by("-starts_on", "-pk").first()
        if national is not None and (problem := national.problem_with(self.value)):
            raise ValidationError({"value": problem})


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
        return f"{formats.day(self.day)} {self.name}"
