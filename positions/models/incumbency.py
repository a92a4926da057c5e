"""Who holds what, since when: definitive posts, acting and additional duties."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from asnhr import formats
from asnhr.models import OwnedTenantModel
from asnhr.sql import DateSpan, TenantForeignKey
from positions.models._base import PeriodQuerySet
from positions.models.employee import Employee
from positions.models.position import Position, Seat

_SPAN = (DateSpan("starts_on", "ends_on"), RangeOperators.OVERLAPS)


class Incumbency(OwnedTenantModel):
    """A person on a position, from `starts_on` up to, but without, `ends_on` (null: still open).

    Definitive holders and additional duties sit on a seat; PPPK paruh waktu stand beside the seats of a position.
    """

    class Kind(models.TextChoices):
        DEFINITIVE = "definitif", _("Definitif")
        PLT = "plt", _("Pelaksana tugas (Plt)")
        PLH = "plh", _("Pelaksana harian (Plh)")
        DUTY = "tugas_tambahan", _("Tugas tambahan")
        PART_TIME = "paruh_waktu", _("PPPK paruh waktu")

    position = TenantForeignKey(
        Position, on_delete=models.PROTECT, db_index=False, related_name="incumbencies", verbose_name=_("jabatan")
    )
    seat = TenantForeignKey(
        Seat, on_delete=models.PROTECT, null=True, blank=True, related_name="incumbencies", verbose_name=_("formasi")
    )
    employee = TenantForeignKey(
        Employee, on_delete=models.PROTECT, db_index=False, related_name="incumbencies", verbose_name=_("pegawai")
    )
    kind = models.CharField(_("jenis"), max_length=14, choices=Kind.choices, default=Kind.DEFINITIVE)
    decree = models.CharField(_("nomor SK"), max_length=120, blank=True)
    decree_on = models.DateField(_("tanggal SK"), null=True, blank=True)
    starts_on = models.DateField(_("TMT"))
    ends_on = models.DateField(_("berakhir sebelum"), null=True, blank=True)

    class Queryset(PeriodQuerySet):
        unit_lookup = "position__unit"
        of_subordinates = True

    objects = Queryset.as_manager()

    class Meta:
        verbose_name = _("pemangku jabatan")
        verbose_name_plural = _("pemangku jabatan")
        constraints = [
            models.CheckConstraint(
                name="incumbency_ends_after_it_starts",
                condition=Q(ends_on__isnull=True) | Q(ends_on__gt=F("starts_on")),
            ),
            models.CheckConstraint(
                name="incumbency_seat_unless_part_time",
                condition=Q(seat__isnull=False) ^ Q(kind="paruh_waktu"),
                violation_error_message=_("Pemangku menempati satu formasi; PPPK paruh waktu tidak."),
            ),
            # These two every definitive holder enters: the agency, the same in every entry, stands behind the seat and
            # the person, or each page of the index is compared by it first, and a write costs a third more.
            ExclusionConstraint(
                name="incumbency_one_definitive_holder",
                expressions=[("seat", RangeOperators.EQUAL), ("agency", RangeOperators.EQUAL), _SPAN],
                condition=Q(kind="definitif"),
                violation_error_message=_("Jabatan ini sudah dipangku pada rentang tanggal tersebut."),
            ),
            ExclusionConstraint(
                name="incumbency_one_seat_a_person",
                expressions=[("employee", RangeOperators.EQUAL), ("agency", RangeOperators.EQUAL), _SPAN],
                condition=Q(kind__in=["definitif", "paruh_waktu"]),
                violation_error_message=_(
                    "Pegawai ini sudah memangku jabatan definitif pada rentang tanggal tersebut."
                ),
            ),
            ExclusionConstraint(
                name="incumbency_one_duty_holder",
                expressions=[("agency", RangeOperators.EQUAL), ("seat", RangeOperators.EQUAL), _SPAN],
                condition=Q(kind="tugas_tambahan"),
                violation_error_message=_("Tugas tambahan ini sudah dipegang pada rentang tanggal tersebut."),
            ),
            ExclusionConstraint(
                name="incumbency_one_acting",
                expressions=[
                    ("agency", RangeOperators.EQUAL),
                    ("seat", RangeOperators.EQUAL),
                    ("kind", RangeOperators.EQUAL),
                    _SPAN,
                ],
                condition=Q(kind__in=["plt", "plh"]),
                violation_error_message=_("Sudah ada pelaksana tugas pada rentang tanggal tersebut."),
            ),
        ]
        indexes = [
            models.Index(fields=["agency", "position", "kind"], name="incumbency_position"),
            models.Index(fields=["agency", "employee"], name="incumbency_employee"),
        ]

    def __str__(self) -> str:
        what = f"{self.employee_id} · {self.position_id}"
        return gettext("%(what)s sejak %(day)s") % {"what": what, "day": formats.day(self.starts_on)}
