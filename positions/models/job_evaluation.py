"""Job evaluation (evaluasi jabatan) by the Factor Evaluation System: versions of a job with their factors."""

from typing import Any

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, RangeOperators
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from asnhr.models import OwnedTenantModel, TenantModel, User
from asnhr.sql import DateSpan, TenantForeignKey
from positions.models._base import AgencyWideQuerySet
from positions.models.job import Job
from positions.rules.job_class import Kind as FactorKind

NOT_DECIDED: dict[str, Any] = {
    "decided_class__isnull": True, "decree": "", "decree_on__isnull": True, "starts_on__isnull": True,
    "ends_on__isnull": True, "decided_by__isnull": True, "decided_at__isnull": True,
}  # fmt: skip


class JobEvaluation(TenantModel):
    """A version of a job's evaluation. Points and class follow from the factors (`positions.rules.job_class`); the
    class of the decree stands beside them and is the job's class from then on (docs/decisions/0029)."""

    class Kind(models.TextChoices):
        STRUCTURAL = FactorKind.STRUCTURAL.value, _("Faktor struktural")
        FUNCTIONAL = FactorKind.FUNCTIONAL.value, _("Faktor fungsional dan pelaksana")

    class State(models.TextChoices):
        DRAFT = "draf", _("Draf")
        SUBMITTED = "diajukan", _("Diajukan")
        DECIDED = "ditetapkan", _("Ditetapkan")

    job = TenantForeignKey(
        Job, on_delete=models.PROTECT, db_index=False, related_name="evaluations", verbose_name=_("jabatan")
    )
    version = models.PositiveSmallIntegerField(_("versi"))
    kind = models.CharField(_("faktor"), max_length=10, choices=Kind.choices)
    state = models.CharField(_("keadaan"), max_length=10, choices=State.choices, default=State.DRAFT)
    # Structural factor 6: three or more raise a level 1 to 3 by one.
    special_situations = models.PositiveSmallIntegerField(_("situasi khusus"), default=0)
    # Null until every factor has a level.
    points = models.PositiveIntegerField(_("jumlah nilai"), null=True, blank=True)
    computed_class = models.PositiveSmallIntegerField(_("kelas hasil hitungan"), null=True, blank=True)
    decided_class = models.PositiveSmallIntegerField(_("kelas ditetapkan"), null=True, blank=True)
    # Why the decided class is not the computed one: the ministry's validated list, as a rule.
    reason = models.CharField(_("alasan perbedaan"), max_length=500, blank=True)
    decree = models.CharField(_("nomor keputusan"), max_length=120, blank=True)
    decree_on = models.DateField(_("tanggal keputusan"), null=True, blank=True)
    starts_on = models.DateField(_("berlaku mulai"), null=True, blank=True)
    ends_on = models.DateField(_("berlaku sampai sebelum"), null=True, blank=True)
    # What has to be repaired, where a submitted one was returned.
    note = models.CharField(_("catatan"), max_length=1000, blank=True)
    changed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name=_("diubah oleh"))
    changed_at = models.DateTimeField(_("diubah pada"))
    # Everybody who scored or submitted this version: none of them decides it.
    writers = ArrayField(
        models.BigIntegerField(), verbose_name=_("penyusun (id)"), default=list, db_default=[], blank=True
    )
    submitted_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("diajukan oleh")
    )
    submitted_at = models.DateTimeField(_("diajukan pada"), null=True, blank=True)
    decided_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("ditetapkan oleh")
    )
    decided_at = models.DateTimeField(_("dicatat ditetapkan pada"), null=True, blank=True)

    objects = AgencyWideQuerySet.as_manager()

    class Meta:
        verbose_name = _("evaluasi jabatan")
        verbose_name_plural = _("evaluasi jabatan")
        constraints = [
            models.UniqueConstraint(
                name="evaluation_version_once",
                fields=["agency", "job", "version"],
                violation_error_message=_("Versi evaluasi jabatan ini sudah ada."),
            ),
            models.UniqueConstraint(
                name="evaluation_one_open",
                fields=["agency", "job"],
                condition=~Q(state="ditetapkan"),
                violation_error_message=_("Jabatan ini sudah punya evaluasi yang belum ditetapkan."),
            ),
            models.CheckConstraint(
                name="evaluation_known_state", condition=Q(state__in=["draf", "diajukan", "ditetapkan"])
            ),
            models.CheckConstraint(
                name="evaluation_known_kind", condition=Q(kind__in=[each.value for each in FactorKind])
            ),
            models.CheckConstraint(
                name="evaluation_complete_before_decided",
                condition=Q(state="draf")
                | Q(points__isnull=False, computed_class__isnull=False, submitted_by__isnull=False,
                    submitted_at__isnull=False),
                violation_error_message=_("Evaluasi diajukan setelah semua faktor bernilai."),
            ),
            models.CheckConstraint(
                name="evaluation_decided_by_decree",
                condition=(~Q(state="ditetapkan") & Q(**NOT_DECIDED))
                | (
                    Q(state="ditetapkan", decided_class__isnull=False, decree_on__isnull=False,
                      starts_on__isnull=False, decided_by__isnull=False, decided_at__isnull=False)
                    & ~Q(decree="")
                ),
                violation_error_message=_("Evaluasi ditetapkan dengan nomor dan tanggal keputusan, dan kelasnya."),
            ),
            models.CheckConstraint(
                name="evaluation_difference_has_reason",
                condition=~Q(state="ditetapkan") | Q(decided_class=F("computed_class")) | ~Q(reason=""),
                violation_error_message=_("Kelas yang berbeda dari hasil hitungan wajib beralasan."),
            ),
            models.CheckConstraint(
                name="evaluation_two_people",
                condition=Q(decided_by__isnull=True)
                | (~Q(decided_by=F("submitted_by")) & ~Q(writers__contains=[F("decided_by")])),
                violation_error_message=_("Yang menetapkan bukan yang menilai atau mengajukan."),
            ),
            models.CheckConstraint(
                name="evaluation_class_1_to_17",
                condition=(Q(computed_class__isnull=True) | Q(computed_class__range=(1, 17)))
                & (Q(decided_class__isnull=True) | Q(decided_class__range=(1, 17))),
                violation_error_message=_("Kelas jabatan 1 sampai 17."),
            ),
            models.CheckConstraint(
                name="evaluation_ends_after_it_starts",
                condition=Q(ends_on__isnull=True) | Q(ends_on__gt=F("starts_on")),
            ),
            ExclusionConstraint(
                name="evaluation_one_a_day",
                expressions=[
                    ("agency", RangeOperators.EQUAL),
                    ("job", RangeOperators.EQUAL),
                    (DateSpan("starts_on", "ends_on"), RangeOperators.OVERLAPS),
                ],
                condition=Q(state="ditetapkan"),
                violation_error_message=_("Jabatan ini sudah punya evaluasi yang berlaku pada tanggal itu."),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.job} v{self.version}"


class JobEvaluationFactor(OwnedTenantModel):
    """The level of one factor with its points when it was scored, and what the score rests on."""

    evaluation = TenantForeignKey(
        JobEvaluation, on_delete=models.CASCADE, db_index=False, related_name="factors", verbose_name=_("evaluasi")
    )
    # Code of `positions.rules.job_class.FACTORS`: F1, F4A, …
    factor = models.CharField(_("faktor"), max_length=4)
    level = models.PositiveSmallIntegerField(_("tingkat"))
    points = models.PositiveSmallIntegerField(_("nilai"))
    reason = models.CharField(_("dasar penilaian"), max_length=500, blank=True)

    objects = AgencyWideQuerySet.as_manager()

    class Meta:
        verbose_name = _("nilai faktor evaluasi")
        verbose_name_plural = _("nilai faktor evaluasi")
        constraints = [
            models.UniqueConstraint(
                name="evaluation_factor_once",
                fields=["agency", "evaluation", "factor"],
                violation_error_message=_("Faktor ini sudah bernilai dalam evaluasi tersebut."),
            ),
            models.CheckConstraint(
                name="evaluation_factor_level_1_to_9", condition=Q(level__range=(1, 9)) & Q(points__gt=0)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.factor} {self.level}"
