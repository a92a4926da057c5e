"""Units of an agency as an effective-dated tree."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from asnhr import formats
from asnhr.models import RoleAssignment, TenantModel
from asnhr.sql import DateSpan, LtreeField, TenantForeignKey
from positions.models._base import PeriodQuerySet, TenantQuerySet


class UnitQuerySet(PeriodQuerySet):
    unit_lookup = "pk"


class Unit(TenantModel):
    """A unit (unit organisasi). `name`, `parent` and `path` are those of today's period (of a unit to come its first,
    of a closed one its last), kept by triggers from `UnitPeriod` and by `services.day` when a day comes;
    `starts_on`/`ends_on` say when the unit exists. A closed unit names its successor (merger)."""

    class Kind(models.TextChoices):
        GOVERNMENT = "pemda", _("Pemerintah daerah")
        SECRETARIAT = "sekretariat", _("Sekretariat")
        ASSISTANT = "asisten", _("Asisten")
        INSPECTORATE = "inspektorat", _("Inspektorat")
        AGENCY_OFFICE = "dinas", _("Dinas")
        BOARD = "badan", _("Badan")
        SECTION = "bagian", _("Bagian")
        DIVISION = "bidang", _("Bidang")
        SUBSECTION = "subbagian", _("Subbagian")
        SUBDIVISION = "seksi", _("Seksi")
        UNIT = "satuan", _("Satuan")
        UPT = "upt", _("UPT")
        HEALTH_CENTRE = "puskesmas", _("Puskesmas")
        HOSPITAL = "rsud", _("RSUD")
        SCHOOL = "sekolah", _("Sekolah")
        DISTRICT = "kecamatan", _("Kecamatan")
        VILLAGE = "kelurahan", _("Kelurahan")
        OTHER = "lain", _("Lainnya")

    code = models.CharField(_("kode"), max_length=40)
    name = models.CharField(_("nama"), max_length=250)
    kind = models.CharField(_("jenis"), max_length=12, choices=Kind.choices, default=Kind.OTHER)
    siasn_id = models.CharField(_("id SIASN"), max_length=40, blank=True, db_index=True)
    region_code = models.CharField(_("kode wilayah"), max_length=13, blank=True)
    parent = TenantForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="children",
        verbose_name=_("unit induk"),
    )
    path = LtreeField(_("jalur"), editable=False, null=True)
    # The perangkat daerah that the unit belongs to: the second node of the path (itself for an OPD, null for the root).
    office = TenantForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("perangkat daerah"),
    )
    successor = TenantForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="predecessors",
        verbose_name=_("unit pengganti"),
    )
    # The database's default too: imports write units by SQL.
    closing_decree = models.CharField(_("dasar penutupan"), max_length=200, blank=True, default="", db_default="")
    closing_decree_on = models.DateField(_("tanggal keputusan penutupan"), null=True, blank=True)
    is_model = models.BooleanField(
        _("unit model"), default=False, help_text=_("Disusun menurut pola umum, bukan data nyata.")
    )
    starts_on = models.DateField(_("berdiri sejak"))
    ends_on = models.DateField(_("ditutup pada"), null=True, blank=True)

    objects = UnitQuerySet.as_manager()

    class Meta:
        verbose_name = _("unit kerja")
        verbose_name_plural = _("unit kerja")
        constraints = [
            models.UniqueConstraint(
                name="unit_code_once",
                fields=["agency", "code"],
                violation_error_message=_("Kode unit ini sudah dipakai."),
            ),
            models.CheckConstraint(
                name="unit_ends_after_it_starts", condition=Q(ends_on__isnull=True) | Q(ends_on__gt=F("starts_on"))
            ),
            models.CheckConstraint(
                name="unit_closing_day_of_a_decree",
                condition=Q(closing_decree_on__isnull=True) | ~Q(closing_decree=""),
                violation_error_message=_("Tanggal keputusan menyertai nomor keputusannya."),
            ),
        ]
        indexes = [models.Index(fields=["agency", "office"], name="unit_office")]

    def __str__(self) -> str:
        return self.name

    @property
    def place(self) -> str:
        """The unit's name with its office's: many offices have a unit of the same name. Load `office` with it."""
        return place_of(self.name, self)


def place_of(name: str, unit: Unit) -> str:
    """Return the name that a unit bears or bore, with its office's unless it is one itself."""
    if unit.office is None or unit.office_id == unit.pk:
        return name
    return f"{name} · {unit.office.name}"


class UnitPeriod(TenantModel):
    """Name and parent of a unit for a period: the history behind `Unit.name`, `parent` and `path`."""

    unit = TenantForeignKey(Unit, on_delete=models.CASCADE, related_name="periods", verbose_name=_("unit"))
    name = models.CharField(_("nama"), max_length=250)
    parent = TenantForeignKey(
        Unit, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("unit induk")
    )
    decree = models.CharField(_("dasar"), max_length=200, blank=True)
    # Empty: not on record, as of units founded before this was asked.
    decree_on = models.DateField(_("tanggal keputusan"), null=True, blank=True)
    starts_on = models.DateField(_("mulai"))
    ends_on = models.DateField(_("berakhir sebelum"), null=True, blank=True)

    class Queryset(PeriodQuerySet):
        unit_lookup = "unit"

    objects = Queryset.as_manager()

    class Meta:
        verbose_name = _("riwayat unit")
        verbose_name_plural = _("riwayat unit")
        constraints = [
            models.CheckConstraint(
                name="unit_period_ends_after_start", condition=Q(ends_on__isnull=True) | Q(ends_on__gt=F("starts_on"))
            ),
            models.CheckConstraint(name="unit_period_not_own_parent", condition=~Q(unit=F("parent"))),
            models.CheckConstraint(
                name="unit_period_day_of_a_decree",
                condition=Q(decree_on__isnull=True) | ~Q(decree=""),
                violation_error_message=_("Tanggal keputusan menyertai nomor keputusannya."),
            ),
            ExclusionConstraint(
                name="unit_period_one_a_day",
                expressions=[
                    ("agency", RangeOperators.EQUAL),
                    ("unit", RangeOperators.EQUAL),
                    (DateSpan("starts_on", "ends_on"), RangeOperators.OVERLAPS),
                ],
                violation_error_message=_("Unit ini sudah punya induk pada rentang tanggal tersebut."),
            ),
        ]
        indexes = [
            GinIndex(fields=["agency", "name"], opclasses=["int8_ops", "gin_trgm_ops"], name="unit_period_name_words")
        ]

    def __str__(self) -> str:
        return gettext("%(what)s sejak %(day)s") % {"what": self.name, "day": formats.day(self.starts_on)}


class UnitScope(TenantModel):
    """The subtree that a unit-bound role covers."""

    assignment = TenantForeignKey(
        RoleAssignment, on_delete=models.CASCADE, related_name="unit_scopes", verbose_name=_("peran")
    )
    unit = TenantForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name=_("unit"))

    class Queryset(TenantQuerySet):
        unit_lookup = "unit"

    objects = Queryset.as_manager()

    class Meta:
        verbose_name = _("cakupan unit")
        verbose_name_plural = _("cakupan unit")
        constraints = [models.UniqueConstraint(name="unit_scope_once", fields=["agency", "assignment", "unit"])]

    def __str__(self) -> str:
        return f"{self.assignment_id} · {self.unit}"
