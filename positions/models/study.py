"""Periodic increments that were granted (KGB), and study assignments: tugas belajar and izin belajar."""

from collections.abc import Iterable
from typing import Any

from django.contrib.postgres.constraints import ExclusionConstraint
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from asnhr import formats
from asnhr.crypto import EncryptedCharField, EncryptedDateField, EncryptedSmallIntegerField, keyed_hash_of
from positions.models._history import (
    ENDS_AFTER_START,
    OF_PERSON,
    SPAN,
    DecreeMixin,
    HistoryQuerySet,
    HistoryRow,
    StepQuerySet,
    of_employee,
)
from positions.models.job import EducationLevel


class SalaryIncrement(HistoryRow):
    """A periodic increment (KGB) that was granted, by its letter, with the service in scale (MKG) on its day: the next
    one counts from there (PP 7/1977 article 11). The salary follows from rank, MKG and table, and stands nowhere: so
    MKG and letter are tokens in the database. The day alone is nobody's salary."""

    MOST_YEARS, MOST_MONTHS = 60, 11

    employee = of_employee("increments")
    starts_on = models.DateField(_("TMT KGB"))
    service_years = EncryptedSmallIntegerField(_("MKG (tahun)"))
    service_months = EncryptedSmallIntegerField(_("MKG (bulan)"), default=0)
    decree = EncryptedCharField(_("nomor SK"), max_length=120, blank=True, bound=True)
    decree_on = EncryptedDateField(_("tanggal SK"), null=True, blank=True, bound=True)
    service_years_hash = keyed_hash_of(_("sidik MKG (tahun)"))
    service_months_hash = keyed_hash_of(_("sidik MKG (bulan)"))
    decree_hash = keyed_hash_of(_("sidik nomor SK"))
    decree_on_hash = keyed_hash_of(_("sidik tanggal SK"))

    class Queryset(StepQuerySet):
        permission = "view_salary"

        def bulk_create(self, objs: Iterable[Any], *args: Any, **kwargs: Any) -> list[Any]:
            rows = list(objs)
            for row in rows:
                row.check_service()
            return super().bulk_create(rows, *args, **kwargs)

    objects = Queryset.as_manager()

    class Meta:
        verbose_name = _("riwayat KGB")
        verbose_name_plural = _("riwayat KGB")
        constraints = [
            models.UniqueConstraint(
                name="increment_once_a_day",
                fields=["agency", "employee", "starts_on"],
                violation_error_message=_("KGB dengan TMT ini sudah tercatat."),
            ),
        ]

    def __str__(self) -> str:
        return f"KGB {formats.day(self.starts_on)}"

    def check_service(self) -> None:
        """What a constraint cannot say of encrypted numbers. Raises ValidationError."""
        if (self.service_months or 0) > self.MOST_MONTHS:
            raise ValidationError({"service_months": _("Bulan MKG paling banyak 11.")})
        if (self.service_years or 0) > self.MOST_YEARS:
            raise ValidationError({"service_years": _("Tahun MKG paling banyak 60.")})

    def clean(self) -> None:
        self.check_service()

    def save(self, *args: Any, **kwargs: Any) -> None:
        # Whoever comes without a form or a service is refused, too.
        self.check_service()
        super().save(*args, **kwargs)


class StudyAssignment(DecreeMixin, HistoryRow):
    """Formal study with the agency's decree: released from duty (tugas belajar), beside the duty (tugas belajar
    mandiri), or permitted only (izin belajar, before SE MenPANRB 28/2021)."""

    class Kind(models.TextChoices):
        RELEASED = "tugas", _("Tugas belajar, dibebaskan dari jabatan")
        BESIDE = "mandiri", _("Tugas belajar sambil bekerja (mandiri)")
        PERMITTED = "izin", _("Izin belajar")

    class Outcome(models.TextChoices):
        RUNNING = "berjalan", _("Masih berjalan")
        PASSED = "lulus", _("Lulus")
        ENDED = "berhenti", _("Berhenti tanpa lulus")

    employee = of_employee("studies")
    kind = models.CharField(_("jenis"), max_length=7, choices=Kind.choices)
    level = models.ForeignKey(
        EducationLevel, on_delete=models.PROTECT, db_index=False, related_name="+", verbose_name=_("tingkat")
    )
    programme = models.CharField(_("program studi"), max_length=200)
    school = models.CharField(_("perguruan tinggi"), max_length=200)
    funding = models.CharField(_("pembiayaan"), max_length=120, blank=True)
    starts_on = models.DateField(_("mulai"))
    ends_on = models.DateField(_("berakhir sebelum"), null=True, blank=True)
    outcome = models.CharField(_("hasil"), max_length=8, choices=Outcome.choices, default=Outcome.RUNNING)

    objects = HistoryQuerySet.as_manager()

    class Meta:
        verbose_name = _("riwayat tugas belajar")
        verbose_name_plural = _("riwayat tugas belajar")
        constraints = [
            models.CheckConstraint(name="study_ends_after_it_starts", condition=ENDS_AFTER_START),
            models.CheckConstraint(
                name="study_over_has_end",
                condition=Q(outcome="berjalan") | Q(ends_on__isnull=False),
                violation_error_message=_("Tugas belajar yang lulus atau berhenti punya tanggal akhir."),
            ),
            ExclusionConstraint(
                name="study_one_at_a_time",
                expressions=[*OF_PERSON, SPAN],
                violation_error_message=_("Tugas belajar tumpang tindih dengan yang sudah tercatat."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.programme} {formats.day(self.starts_on)}"
