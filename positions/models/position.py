"""Positions (a job in a unit), their seats and where their need comes from."""

from datetime import date
from typing import Any, Self

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import Expression, F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from asnhr.models import OwnedTenantModel, TenantModel
from asnhr.sql import DateSpan, TenantForeignKey
from positions.models._base import PeriodQuerySet
from positions.models.job import Job
from positions.models.unit import Unit


class PositionQuerySet(PeriodQuerySet):
    unit_lookup = "unit"


class Position(OwnedTenantModel):
    """A job in a unit. How many seats are decided stands in `PositionNeed` (source PETA_DITETAPKAN)."""

    class Closing(models.TextChoices):
        MOVED = "dipindahkan", _("Dipindahkan")
        CONVERTED = "diubah", _("Diubah nama atau jenis")
        EQUALISED = "disetarakan", _("Disetarakan menjadi jabatan fungsional")
        MERGED = "dilebur", _("Dilebur")
        PASSED_ON = "dialihkan", _("Tugasnya dialihkan")
        ABOLISHED = "dihapus", _("Dihapus")

    code = models.CharField(_("kode"), max_length=60)
    unit = TenantForeignKey(
        Unit, on_delete=models.PROTECT, db_index=False, related_name="positions", verbose_name=_("unit")
    )
    job = TenantForeignKey(
        Job, on_delete=models.PROTECT, db_index=False, related_name="positions", verbose_name=_("jabatan")
    )
    # A managerial seat, or a head seat filled by an additional duty (kepala puskesmas, kepala sekolah).
    is_head = models.BooleanField(_("kepala unit"), default=False)
    by_duty = models.BooleanField(_("diisi tugas tambahan"), default=False)
    # Yearly growth of the workload, for the projection (0.02 = 2 %).
    growth = models.DecimalField(_("pertumbuhan beban setahun"), max_digits=6, decimal_places=4, default=0)
    # B as an imported position map prints it, used where no people are imported.
    printed_holders = models.PositiveIntegerField(_("bezetting tercetak"), null=True, blank=True)
    order = models.PositiveIntegerField(_("urutan"), default=0)
    # A closed position names what it went on in (moved, converted, merged) and the decree that closed it.
    successor = TenantForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="predecessors",
        verbose_name=_("jabatan penerus"),
    )
    # The database's default too: imports write positions by SQL.
    closing_decree = models.CharField(_("dasar penutupan"), max_length=200, blank=True, default="", db_default="")
    closing_decree_on = models.DateField(_("tanggal keputusan penutupan"), null=True, blank=True)
    # How it went on (docs/decisions/0030); empty: not on record.
    closing_kind = models.CharField(
        _("cara penutupan"), max_length=12, choices=Closing.choices, blank=True, default="", db_default=""
    )
    starts_on = models.DateField(_("mulai"))
    ends_on = models.DateField(_("berakhir sebelum"), null=True, blank=True)

    objects = PositionQuerySet.as_manager()

    class Meta:
        verbose_name = _("jabatan")
        verbose_name_plural = _("jabatan")
        constraints = [
            models.UniqueConstraint(
                name="position_code_once",
                fields=["agency", "code"],
                violation_error_message=_("Kode jabatan ini sudah dipakai."),
            ),
            models.CheckConstraint(
                name="position_ends_after_it_starts", condition=Q(ends_on__isnull=True) | Q(ends_on__gt=F("starts_on"))
            ),
            models.CheckConstraint(
                name="position_closing_kind_of_closed",
                condition=Q(closing_kind="")
                | Q(closing_kind="dihapus", ends_on__isnull=False, successor__isnull=True)
                | Q(
                    closing_kind__in=["dipindahkan", "diubah", "disetarakan", "dilebur", "dialihkan"],
                    ends_on__isnull=False,
                    successor__isnull=False,
                ),
                violation_error_message=_("Jabatan yang ditutup punya penerus, kecuali yang dihapus."),
            ),
            ExclusionConstraint(
                name="position_one_of_a_job_in_a_unit",
                expressions=[
                    ("agency", RangeOperators.EQUAL),
                    ("unit", RangeOperators.EQUAL),
                    ("job", RangeOperators.EQUAL),
                    (DateSpan("starts_on", "ends_on"), RangeOperators.OVERLAPS),
                ],
                violation_error_message=_("Unit ini sudah punya jabatan tersebut pada rentang tanggal itu."),
            ),
        ]
        indexes = [
            models.Index(fields=["agency", "unit"], name="position_unit"),
            models.Index(fields=["agency", "job"], name="position_job"),
        ]

    def __str__(self) -> str:
        return f"{self.job} · {self.unit}"


class SeatQuerySet(PeriodQuerySet):
    unit_lookup = "position__unit"

    def decided(self, day: date) -> Self:
        """Seats in force on `day` that were no supernumerary ones then."""
        return self.on(day).filter(of_kind(day, Seat.Kind.FORMATION, Seat.Kind.DUTY))


class Seat(OwnedTenantModel):
    """One formation of a position. `di luar formasi`: a holder beyond the decided number, flagged, never refused.

    `kind` is the latest one; those before it stand in `SeatFormerKind`. What it was on a day: `of_kind`, `kind_on`.
    """

    class Kind(models.TextChoices):
        FORMATION = "formasi", _("Formasi")
        SUPERNUMERARY = "di_luar_formasi", _("Di luar formasi")
        DUTY = "tugas_tambahan", _("Tugas tambahan")

    position = TenantForeignKey(
        Position, on_delete=models.PROTECT, db_index=False, related_name="seats", verbose_name=_("jabatan")
    )
    number = models.PositiveIntegerField(_("nomor"))
    kind = models.CharField(_("jenis"), max_length=16, choices=Kind.choices, default=Kind.FORMATION)
    starts_on = models.DateField(_("mulai"))
    ends_on = models.DateField(_("berakhir sebelum"), null=True, blank=True)

    objects = SeatQuerySet.as_manager()

    class Meta:
        verbose_name = _("formasi jabatan")
        verbose_name_plural = _("formasi jabatan")
        constraints = [
            models.UniqueConstraint(name="seat_number_once", fields=["agency", "position", "number"]),
            models.CheckConstraint(name="seat_number_from_1", condition=Q(number__gte=1)),
            models.CheckConstraint(
                name="seat_ends_after_it_starts", condition=Q(ends_on__isnull=True) | Q(ends_on__gt=F("starts_on"))
            ),
        ]

    def __str__(self) -> str:
        return f"{self.position} no. {self.number}"


class SeatFormerKind(OwnedTenantModel):
    """What a seat was before it became what it is: one row a period, the last ending where `Seat.kind` begins. A seat
    that never changed has none."""

    seat = TenantForeignKey(
        Seat, on_delete=models.CASCADE, db_index=False, related_name="former_kinds", verbose_name=_("formasi")
    )
    kind = models.CharField(_("jenis"), max_length=16, choices=Seat.Kind.choices)
    starts_on = models.DateField(_("mulai"))
    ends_on = models.DateField(_("berakhir sebelum"))

    class Queryset(PeriodQuerySet):
        unit_lookup = "seat__position__unit"

    objects = Queryset.as_manager()

    class Meta:
        verbose_name = _("jenis formasi sebelumnya")
        verbose_name_plural = _("jenis formasi sebelumnya")
        constraints = [
            models.CheckConstraint(name="former_kind_ends_after_it_starts", condition=Q(ends_on__gt=F("starts_on"))),
            ExclusionConstraint(
                name="former_kind_one_a_day",
                expressions=[
                    ("agency", RangeOperators.EQUAL),
                    ("seat", RangeOperators.EQUAL),
                    (DateSpan("starts_on", "ends_on"), RangeOperators.OVERLAPS),
                ],
                violation_error_message=_("Jenis formasi ini pada rentang tanggal tersebut sudah tercatat."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} · {self.seat}"


def of_kind(day: date, *kinds: str, prefix: str = "") -> Q:
    """Return the condition that a seat was of one of `kinds` on `day`. `prefix`: lookup of the seat."""
    former = SeatFormerKind.objects.filter(starts_on__lte=day, ends_on__gt=day)
    # Sets of their own, not one look-up a seat: they are few, and PostgreSQL hashes them once.
    others = former.exclude(kind__in=kinds).values("seat")
    still = Q(**{f"{prefix}kind__in": kinds}) & ~Q(**{f"{prefix}pk__in": others})
    return still | Q(**{f"{prefix}pk__in": former.filter(kind__in=kinds).values("seat")})


def kind_on(day: Any, prefix: str = "") -> Expression:
    """Return a seat's kind on `day` (a date or an expression) for annotations. `prefix`: lookup of the seat."""
    former = SeatFormerKind.objects.filter(
        starts_on__lte=day, ends_on__gt=day, agency_id=OuterRef("agency_id"), seat_id=OuterRef(f"{prefix}pk")
    )
    return Coalesce(Subquery(former.values("kind")), F(f"{prefix}kind"))


class PositionNeed(OwnedTenantModel):
    """The need of a position from a source other than workload: a formula's result, or the decided map."""

    class Source(models.TextChoices):
        FORMULA = "FORMULA_JF", _("Rumus instansi pembina")
        DECIDED = "PETA_DITETAPKAN", _("Peta jabatan ditetapkan")

    position = TenantForeignKey(Position, on_delete=models.PROTECT, related_name="needs", verbose_name=_("jabatan"))
    source = models.CharField(_("sumber"), max_length=16, choices=Source.choices)
    need = models.DecimalField(_("kebutuhan"), max_digits=12, decimal_places=4)
    decree = models.CharField(_("nomor keputusan"), max_length=120, blank=True)
    decree_on = models.DateField(_("tanggal keputusan"), null=True, blank=True)
    # A K that a sheet prints without a decree.
    is_printed = models.BooleanField(_("tercetak"), default=False)
    starts_on = models.DateField(_("berlaku mulai"))
    ends_on = models.DateField(_("berlaku sampai sebelum"), null=True, blank=True)

    class Queryset(PeriodQuerySet):
        unit_lookup = "position__unit"

    objects = Queryset.as_manager()

    class Meta:
        verbose_name = _("kebutuhan dengan sumber")
        verbose_name_plural = _("kebutuhan dengan sumber")
        constraints = [
            models.CheckConstraint(name="need_not_negative", condition=Q(need__gte=0)),
            models.CheckConstraint(
                name="need_has_decree_or_is_printed",
                condition=Q(is_printed=True) | ~Q(decree=""),
                violation_error_message=_("Kebutuhan wajib menyebut nomor keputusan, atau ditandai tercetak."),
            ),
            models.CheckConstraint(
                name="need_ends_after_it_starts", condition=Q(ends_on__isnull=True) | Q(ends_on__gt=F("starts_on"))
            ),
            ExclusionConstraint(
                name="need_one_of_a_source_a_day",
                expressions=[
                    ("agency", RangeOperators.EQUAL),
                    ("position", RangeOperators.EQUAL),
                    ("source", RangeOperators.EQUAL),
                    (DateSpan("starts_on", "ends_on"), RangeOperators.OVERLAPS),
                ],
                violation_error_message=_("Jabatan ini sudah punya kebutuhan dari sumber tersebut pada rentang itu."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.position_id} {self.source} {self.need}"


class Reservation(TenantModel):
    """A seat promised from a TMT on: in a running selection or an unsigned decree; counts in F."""

    seat = TenantForeignKey(Seat, on_delete=models.PROTECT, related_name="reservations", verbose_name=_("formasi"))
    reason = models.CharField(_("alasan"), max_length=200)
    starts_on = models.DateField(_("TMT"))
    ends_on = models.DateField(_("berakhir sebelum"), null=True, blank=True)

    class Queryset(PeriodQuerySet):
        unit_lookup = "seat__position__unit"

    objects = Queryset.as_manager()

    class Meta:
        verbose_name = _("pemesanan formasi")
        verbose_name_plural = _("pemesanan formasi")
        constraints = [
            models.CheckConstraint(
                name="reservation_ends_after_start", condition=Q(ends_on__isnull=True) | Q(ends_on__gt=F("starts_on"))
            ),
            ExclusionConstraint(
                name="reservation_one_a_seat",
                expressions=[
                    ("agency", RangeOperators.EQUAL),
                    ("seat", RangeOperators.EQUAL),
                    (DateSpan("starts_on", "ends_on"), RangeOperators.OVERLAPS),
                ],
                violation_error_message=_("Formasi ini sudah dipesan pada rentang tanggal tersebut."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.seat_id} {self.reason}"
