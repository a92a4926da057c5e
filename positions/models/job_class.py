"""The class of a job (kelas jabatan) for a period: what `Job.job_class` says of today."""

from typing import Any

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from asnhr.models import TenantModel
from asnhr.sql import DateSpan, TenantForeignKey
from positions.models._base import AgencyWideQuerySet
from positions.models.job import Job


def class_in_force(day: Any, prefix: str = "") -> Q:
    """Return the condition that the class holds on `day`: as `in_force`, but a class without a start holds before."""
    begun = Q(**{f"{prefix}starts_on__isnull": True}) | Q(**{f"{prefix}starts_on__lte": day})
    return begun & (Q(**{f"{prefix}ends_on__isnull": True}) | Q(**{f"{prefix}ends_on__gt": day}))


class JobClassPeriod(TenantModel):
    """A class of a job from `starts_on` (null: a list brought the job with it, since when is not on record) up to, but
    without, `ends_on`. The first row of a job comes with the job (migration 0063); every other one by a decree, through
    `services.job_classes`."""

    job = TenantForeignKey(
        Job, on_delete=models.CASCADE, db_index=False, related_name="class_periods", verbose_name=_("jabatan")
    )
    job_class = models.PositiveSmallIntegerField(_("kelas jabatan"))
    # The database's default too: the trigger of jobs and imports write by SQL.
    decree = models.CharField(_("nomor keputusan"), max_length=120, blank=True, default="", db_default="")
    decree_on = models.DateField(_("tanggal keputusan"), null=True, blank=True)
    starts_on = models.DateField(_("berlaku mulai"), null=True, blank=True)
    ends_on = models.DateField(_("berlaku sampai sebelum"), null=True, blank=True)

    objects = AgencyWideQuerySet.as_manager()

    class Meta:
        verbose_name = _("riwayat kelas jabatan")
        verbose_name_plural = _("riwayat kelas jabatan")
        constraints = [
            models.CheckConstraint(
                name="job_class_period_1_to_17",
                condition=Q(job_class__range=(1, 17)),
                violation_error_message=_("Kelas jabatan 1 sampai 17."),
            ),
            models.CheckConstraint(
                name="job_class_period_from_a_day_by_decree",
                condition=Q(starts_on__isnull=True) | ~Q(decree=""),
                violation_error_message=_("Kelas jabatan yang berlaku mulai suatu hari menyebut keputusannya."),
            ),
            models.CheckConstraint(
                name="job_class_period_ends_after_it_starts",
                condition=Q(ends_on__isnull=True) | Q(starts_on__isnull=True) | Q(ends_on__gt=F("starts_on")),
            ),
            ExclusionConstraint(
                name="job_class_period_one_a_day",
                expressions=[
                    ("agency", RangeOperators.EQUAL),
                    ("job", RangeOperators.EQUAL),
                    (DateSpan("starts_on", "ends_on"), RangeOperators.OVERLAPS),
                ],
                violation_error_message=_("Jabatan ini sudah punya kelas pada rentang tanggal tersebut."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.job} · {self.job_class}"
