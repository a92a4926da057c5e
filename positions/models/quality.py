"""Data quality of the register: what is open at each person, and the index of each day (docs/decisions/0017)."""

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from asnhr import formats
from asnhr.models import OwnedTenantModel, TenantModel
from asnhr.sql import TenantForeignKey
from positions.models._base import TenantQuerySet
from positions.models.employee import Employee
from positions.models.unit import Unit


class QualityProblem(OwnedTenantModel):
    """A problem that the latest computation found at a person (`positions.rules.data_quality.CODES`)."""

    employee = TenantForeignKey(
        Employee, on_delete=models.CASCADE, db_index=False, related_name="quality_problems", verbose_name=_("pegawai")
    )
    code = models.CharField(_("indikator"), max_length=20)
    # Millionths of the index that the indicator weighs as a whole; 0 outside the index. The worst stand first.
    weight = models.PositiveIntegerField(_("bobot"))
    since = models.DateField(_("ditemukan sejak"))

    class Queryset(TenantQuerySet):
        unit_lookup = "employee__unit"

    objects = Queryset.as_manager()

    class Meta:
        verbose_name = _("temuan kualitas data")
        verbose_name_plural = _("temuan kualitas data")
        constraints = [models.UniqueConstraint(name="quality_problem_once", fields=["agency", "employee", "code"])]

    def __str__(self) -> str:
        return f"{self.code} {self.employee_id}"


class QualityIndex(TenantModel):
    """The index (IKD) of a day: of a unit with all below it, or (no unit) of the agency. Scores 0 to 100, null where
    no indicator of the dimension could be computed."""

    class Treatment(models.TextChoices):
        """What became of the indicators in `missing`."""

        EXCLUDED = "dikeluarkan", _("dikeluarkan dari indeks")
        CLEAN = "nol", _("dihitung tanpa masalah")

    day = models.DateField(_("per tanggal"))
    unit = TenantForeignKey(
        Unit,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        db_index=False,
        related_name="+",
        verbose_name=_("unit kerja"),
    )
    employees = models.PositiveIntegerField(_("pegawai"))
    # People with at least one problem that counts in the index.
    affected = models.PositiveIntegerField(_("pegawai bermasalah"))
    completeness = models.DecimalField(_("kelengkapan"), max_digits=5, decimal_places=2, null=True)
    timeliness = models.DecimalField(_("ketepatan waktu"), max_digits=5, decimal_places=2, null=True)
    accuracy = models.DecimalField(_("akurasi"), max_digits=5, decimal_places=2, null=True)
    consistency = models.DecimalField(_("konsistensi"), max_digits=5, decimal_places=2, null=True)
    total = models.DecimalField(_("indeks"), max_digits=5, decimal_places=2, null=True)
    total_if_clean = models.DecimalField(
        _("indeks bila yang belum dapat dihitung tanpa masalah"), max_digits=5, decimal_places=2
    )
    # Code → people with the problem; codes without any are absent.
    counts: Any = models.JSONField(_("hitungan"), default=dict)
    missing = ArrayField(models.CharField(max_length=20), verbose_name=_("belum dapat dihitung"), default=list)
    treatment = models.CharField(_("perlakuan yang belum dapat dihitung"), max_length=12, choices=Treatment.choices)
    weights: Any = models.JSONField(_("bobot dimensi"), default=dict)
    computed_at = models.DateTimeField(_("dihitung pada"))

    class Queryset(TenantQuerySet):
        unit_lookup = "unit"

    objects = Queryset.as_manager()

    class Meta:
        verbose_name = _("indeks kualitas data")
        verbose_name_plural = _("indeks kualitas data")
        constraints = [
            models.UniqueConstraint(
                name="quality_index_once_a_day", fields=["agency", "unit", "day"], nulls_distinct=False
            ),
            models.CheckConstraint(
                name="quality_index_people", condition=Q(employees__gte=1) & Q(affected__lte=F("employees"))
            ),
        ]
        indexes = [models.Index(fields=["agency", "-day"], name="quality_index_day")]

    def __str__(self) -> str:
        return f"IKD {self.unit_id or ''} {formats.day(self.day)}"
