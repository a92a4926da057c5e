"""The job-analysis document (anjab) of a position: versions, entries of its 15 elements, who did what."""

from datetime import date
from typing import Any

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, RangeOperators
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from asnhr import formats
from asnhr.models import OwnedTenantModel, User, Worded
from asnhr.sql import DateSpan, TenantForeignKey
from positions.models._base import TenantQuerySet
from positions.models.position import Position
from positions.models.workload import Workload
from positions.rules import job_analysis as rules

PART = rules.Part
# Parts that say something by a code, and those of them that add words of their own.
CODED = sorted(part.value for part, shape in rules.SHAPES.items() if shape.coded)
WORDLESS = sorted(part.value for part, shape in rules.SHAPES.items() if not shape.text)
ONE_MORE = sorted(part.value for part, shape in rules.SHAPES.items() if shape.more)
TWO_MORE = sorted(part.value for part, shape in rules.SHAPES.items() if shape.more > 1)


class JobAnalysisCode(Worded):
    """A code of job requirements: bakat, temperamen, minat, upaya fisik … (a national table)."""

    list = models.CharField(_("daftar"), max_length=20)
    code = models.CharField(_("kode"), max_length=4)
    name = models.CharField(_("nama"), max_length=60)
    description = models.CharField(_("uraian"), max_length=250, blank=True)
    order = models.PositiveSmallIntegerField(_("urutan"))
    # Pairs 1a to 5b of older forms are read, and no longer offered.
    is_current = models.BooleanField(_("dipakai"), default=True)
    source = models.CharField(_("sumber"), max_length=200)

    class Meta:
        verbose_name = _("kode analisis jabatan")
        verbose_name_plural = _("kode analisis jabatan")
        constraints = [models.UniqueConstraint(name="job_analysis_code_once", fields=["list", "code"])]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class JobAnalysis(OwnedTenantModel):
    """A version of a position's document. Approved, it is in force from `starts_on` up to, but without, `ends_on`."""

    class State(models.TextChoices):
        DRAFT = rules.State.DRAFT.value, _("Draf")
        SUBMITTED = rules.State.SUBMITTED.value, _("Diajukan")
        RETURNED = rules.State.RETURNED.value, _("Dikembalikan")
        APPROVED = rules.State.APPROVED.value, _("Disetujui")

    position = TenantForeignKey(
        Position, on_delete=models.PROTECT, db_index=False, related_name="job_analyses", verbose_name=_("jabatan")
    )
    version = models.PositiveSmallIntegerField(_("versi"))
    based_on = TenantForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("berawal dari")
    )

    summary = models.TextField(_("ikhtisar jabatan"), blank=True)
    # Elements that this document fills itself; once approved, all that were filled then.
    elements = ArrayField(models.PositiveSmallIntegerField(), verbose_name=_("unsur terisi"), default=list, blank=True)
    # What the register said when the document was approved: tasks, education, class, place (`queries.job_analysis`).
    facts: Any = models.JSONField(_("data register saat disetujui"), null=True, blank=True)
    workload = TenantForeignKey(
        Workload, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("beban kerja")
    )

    state = models.CharField(_("keadaan"), max_length=12, choices=State.choices, default=State.DRAFT)
    note = models.CharField(_("catatan"), max_length=500, blank=True)
    decree = models.CharField(_("nomor keputusan"), max_length=120, blank=True)

    starts_on = models.DateField(_("berlaku mulai"), null=True, blank=True)
    ends_on = models.DateField(_("berlaku sampai sebelum"), null=True, blank=True)
    decree_on = models.DateField(_("tanggal keputusan"), null=True, blank=True)
    reviewed_on = models.DateField(_("ditinjau pada"), null=True, blank=True)
    # The last day on which the next review is in time.
    review_by = models.DateField(_("ditinjau lagi paling lambat"), null=True, blank=True)

    created_at = models.DateTimeField(_("dibuat pada"), auto_now_add=True)
    changed_at = models.DateTimeField(_("diubah pada"), auto_now=True)
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name=_("dibuat oleh"))
    # Everybody who began, filled or submitted this version: none of them judges it.
    writers = ArrayField(models.BigIntegerField(), verbose_name=_("penyusun (id)"), default=list, blank=True)
    approved_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("disetujui oleh")
    )

    class Queryset(TenantQuerySet):
        unit_lookup = "position__unit"

    objects = Queryset.as_manager()

    class Meta:
        verbose_name = _("analisis jabatan")
        verbose_name_plural = _("analisis jabatan")
        constraints = [
            models.UniqueConstraint(name="job_analysis_version_once", fields=["agency", "position", "version"]),
            models.UniqueConstraint(
                name="job_analysis_one_open",
                fields=["agency", "position"],
                condition=~Q(state="disetujui"),
                violation_error_message=_("Jabatan ini sudah punya dokumen yang sedang disusun."),
            ),
            ExclusionConstraint(
                name="job_analysis_one_in_force",
                expressions=[
                    ("agency", RangeOperators.EQUAL),
                    ("position", RangeOperators.EQUAL),
                    (DateSpan("starts_on", "ends_on"), RangeOperators.OVERLAPS),
                ],
                condition=Q(state="disetujui"),
                violation_error_message=_("Jabatan ini sudah punya dokumen yang berlaku pada rentang tanggal itu."),
            ),
            models.CheckConstraint(name="job_analysis_version_from_1", condition=Q(version__gte=1)),
            models.CheckConstraint(
                name="job_analysis_known_state", condition=Q(state__in=[each.value for each in rules.State])
            ),
            models.CheckConstraint(
                name="job_analysis_approved_has_decree",
                condition=(
                    Q(
                        state="disetujui", starts_on__isnull=False, decree_on__isnull=False, approved_by__isnull=False,
                        reviewed_on__isnull=False, review_by__gt=F("reviewed_on"), facts__isnull=False,
                    )
                    & ~Q(decree="")
                ) | (~Q(state="disetujui") & Q(starts_on__isnull=True, approved_by__isnull=True, decree="")),
                violation_error_message=_("Dokumen yang disetujui wajib menyebut keputusan dan tanggal berlakunya."),
            ),
            models.CheckConstraint(
                name="job_analysis_ends_after_it_starts",
                condition=Q(ends_on__isnull=True) | Q(ends_on__gt=F("starts_on")),
            ),
            models.CheckConstraint(
                name="job_analysis_returned_has_note",
                condition=~Q(state="dikembalikan") | ~Q(note=""),
                violation_error_message=_("Sebutkan apa yang harus diperbaiki."),
            ),
        ]  # fmt: skip
        indexes = [models.Index(fields=["agency", "review_by"], name="job_analysis_review")]

    @property
    def held_until(self) -> date | None:
        """The first day on which the version is no longer in force: it ends with its post, and lives again when the
        post's end is withdrawn, so that is kept nowhere twice. Needs the position read."""
        ends = [day for day in (self.ends_on, self.position.ends_on) if day is not None]
        return min(ends, default=None)

    def review_due(self, today: date) -> date | None:
        """The last day on which the next review is in time; none for a version that is over by then, or today. The
        same in SQL: `queries.job_analysis.due`. Needs the position read."""
        until, by = self.held_until, self.review_by
        return by if by is not None and (until is None or until > max(by, today)) else None

    def __str__(self) -> str:
        return f"{self.position} v{self.version}"


class JobAnalysisEntry(OwnedTenantModel):
    """A line of a part of the document. Which parts take a code or more columns: `positions.rules.job_analysis`."""

    class Part(models.TextChoices):
        TRAINING_MANAGERIAL = PART.TRAINING_MANAGERIAL.value, _("Pelatihan manajerial")
        TRAINING_TECHNICAL = PART.TRAINING_TECHNICAL.value, _("Pelatihan teknis")
        TRAINING_FUNCTIONAL = PART.TRAINING_FUNCTIONAL.value, _("Pelatihan fungsional")
        EXPERIENCE = PART.EXPERIENCE.value, _("Pengalaman kerja")
        TASK = PART.TASK.value, _("Tugas pokok")
        OUTPUT = PART.OUTPUT.value, _("Hasil kerja")
        MATERIAL = PART.MATERIAL.value, _("Bahan kerja")
        TOOL = PART.TOOL.value, _("Perangkat kerja")
        RESPONSIBILITY = PART.RESPONSIBILITY.value, _("Tanggung jawab")
        AUTHORITY = PART.AUTHORITY.value, _("Wewenang")
        RELATION = PART.RELATION.value, _("Korelasi jabatan")
        SURROUNDINGS = PART.SURROUNDINGS.value, _("Kondisi lingkungan kerja")
        RISK = PART.RISK.value, _("Risiko bahaya")
        SKILL = PART.SKILL.value, _("Keterampilan kerja")
        APTITUDE = PART.APTITUDE.value, _("Bakat kerja")
        TEMPERAMENT = PART.TEMPERAMENT.value, _("Temperamen kerja")
        INTEREST = PART.INTEREST.value, _("Minat kerja")
        EFFORT = PART.EFFORT.value, _("Upaya fisik")
        BODY = PART.BODY.value, _("Kondisi fisik")
        OF_DATA = PART.OF_DATA.value, _("Fungsi pekerjaan: data")
        OF_PEOPLE = PART.OF_PEOPLE.value, _("Fungsi pekerjaan: orang")
        OF_THINGS = PART.OF_THINGS.value, _("Fungsi pekerjaan: benda")
        ACHIEVEMENT = PART.ACHIEVEMENT.value, _("Prestasi kerja")

    analysis = TenantForeignKey(
        JobAnalysis, on_delete=models.CASCADE, db_index=False, related_name="entries",
        verbose_name=_("analisis jabatan"),
    )  # fmt: skip
    part = models.CharField(_("bagian"), max_length=20, choices=Part.choices)
    number = models.PositiveSmallIntegerField(_("nomor"))
    code = models.ForeignKey(
        JobAnalysisCode, on_delete=models.PROTECT, null=True, blank=True, db_index=False, related_name="+",
        verbose_name=_("kode"),
    )  # fmt: skip
    text = models.CharField(_("uraian"), max_length=500, blank=True)
    # Unit of an output, use of a material or tool, unit or agency of a relation, cause of a risk.
    detail = models.CharField(_("keterangan"), max_length=300, blank=True)
    # Of a relation: in which matter.
    subject = models.CharField(_("dalam hal"), max_length=300, blank=True)

    class Queryset(TenantQuerySet):
        unit_lookup = "analysis__position__unit"

    objects = Queryset.as_manager()

    class Meta:
        verbose_name = _("isi analisis jabatan")
        verbose_name_plural = _("isi analisis jabatan")
        constraints = [
            models.UniqueConstraint(
                name="job_analysis_entry_number_once", fields=["agency", "analysis", "part", "number"]
            ),
            models.UniqueConstraint(
                name="job_analysis_entry_code_once",
                fields=["agency", "analysis", "code"],
                condition=Q(code__isnull=False),
                violation_error_message=_("Kode ini sudah ada dalam dokumen."),
            ),
            models.CheckConstraint(
                name="job_analysis_entry_known_part", condition=Q(part__in=[each.value for each in rules.Part])
            ),
            models.CheckConstraint(
                name="job_analysis_entry_says_something",
                condition=(Q(part__in=WORDLESS) & Q(text="")) | (~Q(part__in=WORDLESS) & ~Q(text="")),
                violation_error_message=_("Isian ini tidak beruraian."),
            ),
            models.CheckConstraint(
                name="job_analysis_entry_coded",
                condition=(Q(part__in=CODED) & Q(code__isnull=False)) | (~Q(part__in=CODED) & Q(code__isnull=True)),
                violation_error_message=_("Kode diisi pada bagian yang memakai daftar kode, dan hanya di sana."),
            ),
            models.CheckConstraint(
                name="job_analysis_entry_columns",
                condition=(Q(part__in=ONE_MORE) | Q(detail="")) & (Q(part__in=TWO_MORE) | Q(subject="")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_part_display()} {self.number}"


class JobAnalysisStep(OwnedTenantModel):
    """What happened to a version: begun, submitted, returned, approved, reviewed. Never changed."""

    class Kind(models.TextChoices):
        START = "mulai", _("Disusun")
        SUBMIT = "ajukan", _("Diajukan")
        RETURN = "kembalikan", _("Dikembalikan")
        APPROVE = "setujui", _("Disetujui")
        REVIEW = "tinjau", _("Ditinjau, tetap berlaku")

    analysis = TenantForeignKey(
        JobAnalysis, on_delete=models.CASCADE, db_index=False, related_name="steps", verbose_name=_("analisis jabatan")
    )
    kind = models.CharField(_("langkah"), max_length=10, choices=Kind.choices)
    day = models.DateField(_("tanggal"))
    note = models.CharField(_("catatan"), max_length=500, blank=True)
    actor = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name=_("oleh"))
    at = models.DateTimeField(_("dicatat pada"), auto_now_add=True)

    class Queryset(TenantQuerySet):
        unit_lookup = "analysis__position__unit"

    objects = Queryset.as_manager()

    class Meta:
        verbose_name = _("langkah analisis jabatan")
        verbose_name_plural = _("langkah analisis jabatan")
        constraints = [
            models.CheckConstraint(
                name="job_analysis_step_known_kind",
                condition=Q(kind__in=["mulai", "ajukan", "kembalikan", "setujui", "tinjau"]),
            ),
            models.CheckConstraint(
                name="job_analysis_step_return_has_note",
                condition=~Q(kind="kembalikan") | ~Q(note=""),
                violation_error_message=_("Sebutkan apa yang harus diperbaiki."),
            ),
        ]
        indexes = [models.Index(fields=["agency", "analysis"], name="job_analysis_step_of")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {formats.day(self.day)}"
