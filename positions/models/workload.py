"""Workload analysis (ABK): the yearly campaign, each unit's sheet, the tasks of each position."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from asnhr.models import OwnedTenantModel, TenantModel, User
from asnhr.sql import TenantForeignKey
from positions.models._base import AgencyWideQuerySet, TenantQuerySet
from positions.models.goal import Goal
from positions.models.position import Position
from positions.models.unit import Unit


class Campaign(TenantModel):
    """The ABK campaign of a year. The effective working time and the rounding are frozen in it."""

    year = models.PositiveSmallIntegerField(_("tahun"))
    opens_on = models.DateField(_("dibuka"))
    deadline = models.DateField(_("tenggat"))
    closed_on = models.DateField(_("ditutup"), null=True, blank=True)
    minutes_per_year = models.PositiveIntegerField(_("waktu kerja efektif (menit setahun)"))
    minutes_per_year_health = models.PositiveIntegerField(_("waktu kerja tersedia ABK-Kes (menit setahun)"))
    rounding = models.CharField(
        _("pembulatan"), max_length=8, choices=[("half_up", _("setengah ke atas")), ("ceil", _("selalu ke atas"))]
    )

    objects = AgencyWideQuerySet.as_manager()

    class Meta:
        verbose_name = _("kampanye ABK")
        verbose_name_plural = _("kampanye ABK")
        constraints = [
            models.UniqueConstraint(
                name="campaign_one_a_year",
                fields=["agency", "year"],
                violation_error_message=_("Kampanye ABK tahun ini sudah ada."),
            ),
            models.CheckConstraint(
                name="campaign_deadline_after_opening", condition=Q(deadline__gt=models.F("opens_on"))
            ),
            models.CheckConstraint(
                name="campaign_minutes_positive",
                condition=Q(minutes_per_year__gt=0) & Q(minutes_per_year_health__gt=0),
            ),
        ]

    def __str__(self) -> str:
        return f"ABK {self.year}"


class WorkloadSheet(TenantModel):
    """A unit's ABK in a campaign, with its state."""

    class State(models.TextChoices):
        EMPTY = "belum", _("Belum diisi")
        FILLED = "diisi", _("Diisi")
        VERIFIED = "diverifikasi", _("Diverifikasi")
        RETURNED = "dikembalikan", _("Dikembalikan")
        APPROVED = "disahkan", _("Disahkan")

    campaign = TenantForeignKey(Campaign, on_delete=models.PROTECT, related_name="sheets", verbose_name=_("kampanye"))
    unit = TenantForeignKey(Unit, on_delete=models.PROTECT, related_name="sheets", verbose_name=_("unit"))
    state = models.CharField(_("keadaan"), max_length=12, choices=State.choices, default=State.EMPTY)
    note = models.TextField(_("catatan"), blank=True)
    changed_at = models.DateTimeField(_("diubah pada"), null=True, blank=True)
    changed_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("diubah oleh")
    )
    # Everybody who wrote figures of it or submitted it: none of them verifies or approves it.
    writers = ArrayField(
        models.BigIntegerField(), verbose_name=_("penyusun (id)"), default=list, db_default=[], blank=True
    )
    approved_on = models.DateField(_("disahkan pada"), null=True, blank=True)
    reminded_on = models.DateField(_("diingatkan pada"), null=True, blank=True)

    class Queryset(TenantQuerySet):
        unit_lookup = "unit"

    objects = Queryset.as_manager()

    class Meta:
        verbose_name = _("lembar ABK")
        verbose_name_plural = _("lembar ABK")
        constraints = [
            models.UniqueConstraint(name="sheet_one_a_unit", fields=["agency", "campaign", "unit"]),
            models.CheckConstraint(
                name="sheet_approved_has_day",
                condition=Q(state="disahkan", approved_on__isnull=False) | ~Q(state="disahkan"),
            ),
            models.CheckConstraint(
                name="sheet_judged_by_others",
                condition=~Q(state__in=["diverifikasi", "disahkan"])
                | Q(changed_by__isnull=True)
                | ~Q(writers__contains=[F("changed_by")]),
                violation_error_message=_("Lembar yang disusun sendiri diverifikasi dan disahkan oleh orang lain."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.unit} {self.campaign_id}"


class Workload(OwnedTenantModel):
    """The workload of one position in a sheet: the method and what an import found wrong with it."""

    class Method(models.TextChoices):
        TASKS = "ABK", _("ABK tugas per tugas jabatan")
        HEALTH = "ABK_KES", _("ABK-Kes")

    sheet = TenantForeignKey(
        WorkloadSheet, on_delete=models.CASCADE, related_name="workloads", verbose_name=_("lembar")
    )
    position = TenantForeignKey(Position, on_delete=models.PROTECT, related_name="workloads", verbose_name=_("jabatan"))
    method = models.CharField(_("metode"), max_length=8, choices=Method.choices, default=Method.TASKS)
    # Codes of positions.rules.workload.sheet_faults; any fault makes row 4 of the decision table fire.
    faults = ArrayField(models.CharField(max_length=40), verbose_name=_("cacat lembar"), default=list, blank=True)
    printed_need = models.DecimalField(_("kebutuhan tercetak"), max_digits=12, decimal_places=4, null=True, blank=True)
    is_sample = models.BooleanField(_("contoh"), default=False)

    class Queryset(TenantQuerySet):
        unit_lookup = "sheet__unit"

    objects = Queryset.as_manager()

    class Meta:
        verbose_name = _("beban kerja jabatan")
        verbose_name_plural = _("beban kerja jabatan")
        constraints = [models.UniqueConstraint(name="workload_once", fields=["agency", "sheet", "position"])]

    def __str__(self) -> str:
        return f"{self.position_id} · {self.sheet_id}"


class WorkloadTask(OwnedTenantModel):
    """A task of a position with its yearly load = volume × factor of the period × minutes."""

    class Per(models.TextChoices):
        YEAR = "year", _("tahun")
        SEMESTER = "semester", _("semester")
        QUARTER = "quarter", _("triwulan")
        MONTH = "month", _("bulan")
        WEEK = "week", _("minggu")
        DAY = "day", _("hari")

    class Part(models.TextChoices):
        MAIN = "pokok", _("Tugas pokok")
        SUPPORT = "penunjang", _("Tugas penunjang")

    workload = TenantForeignKey(Workload, on_delete=models.CASCADE, related_name="tasks", verbose_name=_("beban kerja"))
    number = models.PositiveIntegerField(_("nomor"))
    task = models.CharField(_("uraian tugas"), max_length=500)
    output = models.CharField(_("hasil kerja"), max_length=150, blank=True)
    volume = models.DecimalField(_("volume"), max_digits=14, decimal_places=4)
    per = models.CharField(_("per"), max_length=8, choices=Per.choices, default=Per.YEAR)
    minutes = models.DecimalField(_("norma waktu (menit)"), max_digits=12, decimal_places=4)
    part = models.CharField(_("bagian"), max_length=9, choices=Part.choices, default=Part.MAIN)
    # The row's own effective time, where a sheet states one; else the campaign's.
    minutes_per_year = models.PositiveIntegerField(_("waktu efektif baris (menit)"), null=True, blank=True)
    digital_prone = models.BooleanField(_("dapat didigitalkan"), default=False)
    goal = TenantForeignKey(
        Goal, on_delete=models.SET_NULL, null=True, blank=True, related_name="tasks", verbose_name=_("sasaran")
    )

    class Queryset(TenantQuerySet):
        unit_lookup = "workload__sheet__unit"

    objects = Queryset.as_manager()

    class Meta:
        verbose_name = _("tugas jabatan")
        verbose_name_plural = _("tugas jabatan")
        constraints = [
            models.UniqueConstraint(name="task_number_once", fields=["agency", "workload", "number"]),
            models.CheckConstraint(
                name="task_volume_and_minutes_positive",
                condition=Q(volume__gt=0) & Q(minutes__gt=0),
                violation_error_message=_("Volume dan norma waktu harus lebih dari nol."),
            ),
            models.CheckConstraint(
                name="task_own_time_positive", condition=Q(minutes_per_year__isnull=True) | Q(minutes_per_year__gt=0)
            ),
        ]
        indexes = [models.Index(fields=["agency", "workload"], name="task_workload")]

    def __str__(self) -> str:
        return self.task
