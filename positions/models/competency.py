"""Competency dictionary and standards: technical competencies of an agency, and what each job requires, by version.

The nine managerial and socio-cultural competencies are national (`positions.models.job.Competency`). A version is
drafted, submitted, and decided by another person under a decree; decided ones are closed and followed, never changed.
"""

from datetime import date
from typing import Any, Self

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, RangeOperators
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from asnhr.models import TenantModel, User
from asnhr.sql import DateSpan, TenantForeignKey
from positions.models._base import AgencyWideQuerySet, access_of, in_force
from positions.models.job import Competency, Job
from positions.rules.competency_standard import EDITABLE, OPEN


class VersionState(models.TextChoices):
    DRAFT = "konsep", _("Konsep")
    SUBMITTED = "diajukan", _("Diajukan")
    RETURNED = "dikembalikan", _("Dikembalikan")
    DECIDED = "ditetapkan", _("Ditetapkan")


# Who reads versions that are not decided yet: who drafts, decides or audits them.
READS_DRAFTS = frozenset({"edit_structure", "approve_standards", "view_audit"})


class VersionPartQuerySet(AgencyWideQuerySet):
    """Rows of versions: who only reads the register sees those of decided ones."""

    state_lookup = "standard__state"

    def visible_to(self, user: Any) -> Self:
        rows = super().visible_to(user)
        return rows if access_of(user).permissions & READS_DRAFTS else rows.filter(**{self.state_lookup: "ditetapkan"})


class VersionQuerySet(VersionPartQuerySet):
    state_lookup = "state"

    def on(self, day: date) -> Self:
        """Decided versions in force on `day`, one a job or competency at most."""
        return self.filter(in_force(day), state=VersionState.DECIDED)

    def open(self) -> Self:
        return self.filter(state__in=OPEN)


class DecidedVersion(TenantModel):
    """A version of a document that two people bring into force by a decree."""

    State = VersionState

    number = models.PositiveSmallIntegerField(_("versi"))
    state = models.CharField(_("keadaan"), max_length=12, choices=VersionState.choices, default=VersionState.DRAFT)
    decree = models.CharField(_("nomor keputusan"), max_length=120, blank=True)
    decree_on = models.DateField(_("tanggal keputusan"), null=True, blank=True)
    starts_on = models.DateField(_("mulai"), null=True, blank=True)
    ends_on = models.DateField(_("berakhir sebelum"), null=True, blank=True)
    # The decree that ended it without a version to follow.
    ending_decree = models.CharField(_("dasar pencabutan"), max_length=120, blank=True)
    # Why it was returned.
    reason = models.TextField(_("alasan pengembalian"), blank=True)
    drafted_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("disusun oleh")
    )
    # Everybody who began, changed or submitted this version: none of them decides it.
    writers = ArrayField(
        models.BigIntegerField(), verbose_name=_("penyusun (id)"), default=list, db_default=[], blank=True
    )
    drafted_at = models.DateTimeField(_("disusun pada"), auto_now_add=True, db_default=Now())
    submitted_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("diajukan oleh")
    )
    submitted_at = models.DateTimeField(_("diajukan pada"), null=True, blank=True)
    decided_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("ditetapkan oleh")
    )
    decided_at = models.DateTimeField(_("ditetapkan pada"), null=True, blank=True)

    objects = VersionQuerySet.as_manager()

    class Meta:
        abstract = True

    @property
    def is_editable(self) -> bool:
        return self.state in EDITABLE

    @property
    def is_decided(self) -> bool:
        return self.state == VersionState.DECIDED


def _version_constraints(stem: str, owner: str) -> list[Any]:
    """The constraints of a version table; `stem` begins their names, `owner` is what the versions are of."""
    return [
        models.UniqueConstraint(name=f"{stem}_number_once", fields=["agency", owner, "number"]),
        models.UniqueConstraint(
            name=f"{stem}_one_open",
            fields=["agency", owner],
            condition=~Q(state="ditetapkan"),
            violation_error_message=_("Masih ada versi yang disusun; selesaikan itu dahulu."),
        ),
        models.CheckConstraint(
            name=f"{stem}_decided_whole",
            condition=~Q(state="ditetapkan") | (~Q(decree="") & Q(starts_on__isnull=False)),
            violation_error_message=_("Versi yang ditetapkan menyebut keputusan dan tanggal mulai berlakunya."),
        ),
        models.CheckConstraint(
            name=f"{stem}_ends_after_it_starts",
            condition=Q(ends_on__isnull=True) | Q(ends_on__gt=F("starts_on"), state="ditetapkan"),
            violation_error_message=_("Tanggal akhir harus sesudah tanggal mulai."),
        ),
        models.CheckConstraint(
            name=f"{stem}_submitted_whole",
            condition=~Q(state="diajukan") | Q(submitted_by__isnull=False, submitted_at__isnull=False),
        ),
        models.CheckConstraint(name=f"{stem}_returned_with_reason", condition=~Q(state="dikembalikan") | ~Q(reason="")),
        models.CheckConstraint(
            name=f"{stem}_four_eyes",
            condition=Q(decided_by__isnull=True)
            | (
                (Q(submitted_by__isnull=True) | ~Q(decided_by=F("submitted_by")))
                & (Q(drafted_by__isnull=True) | ~Q(decided_by=F("drafted_by")))
                & ~Q(writers__contains=[F("decided_by")])
            ),
            violation_error_message=_("Penyusun atau pengaju tidak menetapkan versinya sendiri."),
        ),
        ExclusionConstraint(
            name=f"{stem}_one_in_force",
            expressions=[
                ("agency", RangeOperators.EQUAL),
                (owner, RangeOperators.EQUAL),
                (DateSpan("starts_on", "ends_on"), RangeOperators.OVERLAPS),
            ],
            condition=Q(state="ditetapkan"),
            violation_error_message=_("Pada rentang tanggal itu sudah ada versi yang berlaku."),
        ),
    ]


class TechnicalCompetency(TenantModel):
    """A technical competency of an agency's dictionary (kamus kompetensi teknis); what it says stands in its versions.

    Code and name mark it; another name is another competency, which may succeed this one."""

    code = models.CharField(_("kode"), max_length=20)
    name = models.CharField(_("nama kompetensi"), max_length=150)
    # The government affair (urusan pemerintahan) or field it belongs to.
    affair = models.CharField(_("urusan"), max_length=150, blank=True)
    successor = TenantForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="predecessors",
        verbose_name=_("kompetensi penerus"),
    )

    objects = AgencyWideQuerySet.as_manager()

    class Meta:
        verbose_name = _("kompetensi teknis")
        verbose_name_plural = _("kamus kompetensi teknis")
        constraints = [
            models.UniqueConstraint(
                name="technical_code_once",
                fields=["agency", "code"],
                violation_error_message=_("Kode kompetensi ini sudah dipakai."),
            ),
            models.CheckConstraint(
                name="technical_code_is_no_national_one",
                condition=~Q(code__regex=r"^(M\.[1-8]|SK\.1)$"),
                violation_error_message=_("Kode M.1 sampai M.8 dan SK.1 milik kamus nasional."),
            ),
            models.CheckConstraint(
                name="technical_no_own_successor",
                condition=Q(successor__isnull=True) | ~Q(successor=F("id")),
                violation_error_message=_("Kompetensi tidak meneruskan dirinya sendiri."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class TechnicalCompetencyVersion(DecidedVersion):
    """What a technical competency means from `starts_on` on: definition, five levels with behaviour indicators."""

    competency = TenantForeignKey(
        TechnicalCompetency,
        on_delete=models.PROTECT,
        db_index=False,
        related_name="versions",
        verbose_name=_("kompetensi"),
    )
    definition = models.TextField(_("definisi"), blank=True)
    # {"1": {"text": …, "indicators": [… ]}, …}
    levels: Any = models.JSONField(_("uraian level"), default=dict)
    # Where the text comes from: a ministry's dictionary, or the agency's own words.
    source = models.CharField(_("sumber"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("versi kompetensi teknis")
        verbose_name_plural = _("versi kompetensi teknis")
        constraints = _version_constraints("technical_version", "competency")

    def __str__(self) -> str:
        return gettext("%(competency)s versi %(number)s") % {"competency": self.competency, "number": self.number}


class JobStandard(DecidedVersion):
    """The competency standard (standar kompetensi jabatan) of a job, by version."""

    class Weight(models.TextChoices):
        ABSOLUTE = "mutlak", _("Mutlak")
        IMPORTANT = "penting", _("Penting")
        NEEDED = "perlu", _("Perlu")

    job = TenantForeignKey(
        Job, on_delete=models.PROTECT, db_index=False, related_name="standards", verbose_name=_("jabatan")
    )
    affair = models.CharField(_("urusan"), max_length=150, blank=True)
    education_weight = models.CharField(
        _("bobot pendidikan"), max_length=7, choices=Weight.choices, default=Weight.ABSOLUTE
    )
    rank_weight = models.CharField(_("bobot pangkat"), max_length=7, choices=Weight.choices, default=Weight.ABSOLUTE)
    # What the catalogue said of the job (summary, class, education, fields of study, ranks) when it was decided: the
    # catalogue stays the one place where it is kept, and the standard says what it was decided with.
    facts: Any = models.JSONField(_("syarat saat ditetapkan"), default=dict, blank=True)

    class Meta:
        verbose_name = _("standar kompetensi jabatan")
        verbose_name_plural = _("standar kompetensi jabatan")
        constraints = _version_constraints("job_standard", "job")

    def __str__(self) -> str:
        return gettext("%(job)s versi %(number)s") % {"job": self.job, "number": self.number}


class JobCompetency(TenantModel):
    """The level (1–5) that a standard requires of a competency: a national one, or a technical one of the agency."""

    standard = TenantForeignKey(
        JobStandard, on_delete=models.CASCADE, db_index=False, related_name="competencies", verbose_name=_("standar")
    )
    competency = models.ForeignKey(
        Competency, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("kompetensi")
    )
    technical = TenantForeignKey(
        TechnicalCompetency,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("kompetensi teknis"),
    )
    level = models.PositiveSmallIntegerField(_("level"))

    objects = VersionPartQuerySet.as_manager()

    class Meta:
        verbose_name = _("kompetensi dalam standar")
        verbose_name_plural = _("kompetensi dalam standar")
        constraints = [
            models.UniqueConstraint(
                name="job_competency_once",
                fields=["agency", "standard", "competency", "technical"],
                nulls_distinct=False,
                violation_error_message=_("Kompetensi ini sudah ada dalam standar tersebut."),
            ),
            models.CheckConstraint(name="job_competency_level_1_to_5", condition=Q(level__range=(1, 5))),
            models.CheckConstraint(
                name="job_competency_of_one_dictionary",
                condition=Q(competency__isnull=True, technical__isnull=False)
                | Q(competency__isnull=False, technical__isnull=True),
                violation_error_message=_("Sebutkan satu kompetensi, nasional atau teknis."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.standard_id} · {self.competency_id or f'T{self.technical_id}'} · {self.level}"

    @property
    def of(self) -> Competency | TechnicalCompetency:
        """The competency, whichever dictionary has it; load both with the row."""
        found: Competency | TechnicalCompetency = self.technical if self.technical_id else self.competency  # type: ignore[assignment]
        return found


class StandardRequirement(TenantModel):
    """A line of the requirements (persyaratan jabatan) of a standard beside education and rank."""

    class Kind(models.TextChoices):
        TRAINING_MANAGERIAL = "pelatihan_manajerial", _("Pelatihan manajerial")
        TRAINING_TECHNICAL = "pelatihan_teknis", _("Pelatihan teknis")
        TRAINING_FUNCTIONAL = "pelatihan_fungsional", _("Pelatihan fungsional")
        EXPERIENCE = "pengalaman", _("Pengalaman kerja")
        INDICATOR = "indikator", _("Indikator kinerja jabatan")

    standard = TenantForeignKey(
        JobStandard, on_delete=models.CASCADE, db_index=False, related_name="requirements", verbose_name=_("standar")
    )
    kind = models.CharField(_("jenis"), max_length=20, choices=Kind.choices)
    number = models.PositiveSmallIntegerField(_("nomor"))
    text = models.CharField(_("uraian"), max_length=500)
    weight = models.CharField(_("bobot"), max_length=7, choices=JobStandard.Weight.choices, blank=True)

    objects = VersionPartQuerySet.as_manager()

    class Meta:
        verbose_name = _("persyaratan jabatan")
        verbose_name_plural = _("persyaratan jabatan")
        constraints = [
            models.UniqueConstraint(name="requirement_number_once", fields=["agency", "standard", "kind", "number"]),
            models.CheckConstraint(name="requirement_says_something", condition=~Q(text="")),
            models.CheckConstraint(
                name="requirement_weighed",
                condition=Q(kind="indikator", weight="") | (~Q(kind="indikator") & ~Q(weight="")),
                violation_error_message=_("Setiap syarat berbobot mutlak, penting, atau perlu; indikator tanpa bobot."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.number}"
