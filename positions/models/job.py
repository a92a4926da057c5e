"""The job catalogue (nomenklatur jabatan): national references and each agency's own jobs with their requirements."""

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.functions import Trim, Upper
from django.utils.translation import gettext_lazy as _

from asnhr.models import TenantModel
from asnhr.sql import TenantForeignKey
from positions.models._base import AgencyWideQuerySet, row_number
from positions.rules.levels import LEVEL_NAMES

LEVEL_CHOICES = [(level.value, name) for level, name in LEVEL_NAMES.items()]


class EducationLevel(models.Model):
    """Tingkat pendidikan with its SIASN id and order (a national table)."""

    code = models.CharField(_("id SIASN"), max_length=2, primary_key=True)
    name = models.CharField(_("nama"), max_length=60)
    order = models.PositiveSmallIntegerField(_("urutan"))
    number = row_number("positions_educationlevel_number")

    class Meta:
        verbose_name = _("tingkat pendidikan")
        verbose_name_plural = _("tingkat pendidikan")

    def __str__(self) -> str:
        return self.name


class Education(models.Model):
    """Pendidikan (level and field of study) of SIASN's list (a national table)."""

    siasn_id = models.CharField(_("id SIASN"), max_length=40, unique=True)
    level = models.ForeignKey(EducationLevel, on_delete=models.PROTECT, related_name="+", verbose_name=_("tingkat"))
    name = models.CharField(_("nama"), max_length=250)
    # Field of study in capitals without the level ("TEKNIK INFORMATIKA"): what requirements are compared with.
    field = models.CharField(_("bidang studi"), max_length=250, db_index=True)

    class Meta:
        verbose_name = _("pendidikan")
        verbose_name_plural = _("pendidikan")
        # As imports compare them (`positions.imports._common.key`): row by row, while the file is being read.
        indexes = [
            models.Index(Upper("siasn_id"), "id", name="education_siasn_key"),
            models.Index(
                Trim(Func(Upper("name"), Value("[^A-Z0-9]+"), Value(" "), Value("g"), function="regexp_replace")),
                "id",
                name="education_name_key",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class ReferenceJob(models.Model):
    """A functional or executive (pelaksana) job of the national lists (a national table)."""

    siasn_id = models.CharField(_("id SIASN"), max_length=40, blank=True)
    name = models.CharField(_("nama"), max_length=250)
    level = models.CharField(_("jenjang"), max_length=14, choices=LEVEL_CHOICES)
    family = models.CharField(_("kelompok"), max_length=200, blank=True)
    job_class = models.PositiveSmallIntegerField(_("kelas jabatan"), null=True, blank=True)
    # As SIASN prints it; differs for some titles from PP 11/2017 article 239 (kept to warn, not to decide).
    siasn_retirement_age = models.PositiveSmallIntegerField(_("BUP menurut SIASN"), null=True, blank=True)
    classification = models.CharField(_("klasifikasi"), max_length=20, blank=True)
    is_current = models.BooleanField(_("berlaku"), default=True)
    source = models.CharField(_("sumber"), max_length=200)

    class Meta:
        verbose_name = _("jabatan acuan nasional")
        verbose_name_plural = _("jabatan acuan nasional")
        indexes = [models.Index(fields=["name"], name="reference_job_name")]

    def __str__(self) -> str:
        return self.name


class Competency(models.Model):
    """A competency of PermenPANRB 38/2017 (a national table)."""

    code = models.CharField(_("kode"), max_length=8, unique=True)
    name = models.CharField(_("nama"), max_length=100)
    kind = models.CharField(_("jenis"), max_length=20)
    definition = models.TextField(_("definisi"))
    levels = models.JSONField(_("uraian level"), default=dict)

    class Meta:
        verbose_name = _("kompetensi")
        verbose_name_plural = _("kompetensi")

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


TITLE = Func(F("name"), Value(" "), F("subtitle"), template="(%(expressions)s)", arg_joiner=" || ")


class Job(TenantModel):
    """A job of an agency's nomenclature. The same job = same name, level and subtitle (guru IPA is not guru PJOK)."""

    class Group(models.TextChoices):
        MANAGERIAL = "manajerial", _("Manajerial")
        FUNCTIONAL = "fungsional", _("Fungsional")
        EXECUTIVE = "pelaksana", _("Pelaksana")

    class Field(models.TextChoices):
        TEACHER = "guru", _("Guru")
        HEALTH = "nakes", _("Tenaga kesehatan")
        TECHNICAL = "teknis", _("Teknis")

    code = models.CharField(_("kode"), max_length=40)
    name = models.CharField(_("nama jabatan"), max_length=250)
    subtitle = models.CharField(_("sub jabatan"), max_length=150, blank=True)
    group = models.CharField(_("jenis jabatan"), max_length=12, choices=Group.choices)
    level = models.CharField(_("jenjang"), max_length=14, choices=LEVEL_CHOICES)
    field = models.CharField(_("rumpun formasi"), max_length=8, choices=Field.choices, default=Field.TECHNICAL)
    family = models.CharField(_("kelompok"), max_length=200, blank=True)
    echelon = models.CharField(_("eselon"), max_length=6, blank=True)
    job_class = models.PositiveSmallIntegerField(_("kelas jabatan"), null=True, blank=True)
    # Overrides the level's age (guru 60); null: the rule of the level decides.
    retirement_age = models.PositiveSmallIntegerField(_("BUP khusus"), null=True, blank=True)
    rank_min = models.PositiveSmallIntegerField(_("pangkat terendah"), null=True, blank=True)
    rank_max = models.PositiveSmallIntegerField(_("pangkat tertinggi"), null=True, blank=True)
    education_level = models.ForeignKey(
        EducationLevel,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("pendidikan terendah"),
    )
    reference = models.ForeignKey(
        ReferenceJob,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("jabatan acuan"),
    )
    summary = models.TextField(_("ikhtisar"), blank=True)
    is_active = models.BooleanField(_("dipakai"), default=True)

    objects = AgencyWideQuerySet.as_manager()

    class Meta:
        verbose_name = _("jabatan (nomenklatur)")
        verbose_name_plural = _("nomenklatur jabatan")
        constraints = [
            models.UniqueConstraint(
                name="job_code_once",
                fields=["agency", "code"],
                violation_error_message=_("Kode jabatan ini sudah dipakai."),
            ),
            models.UniqueConstraint(
                name="job_title_once",
                fields=["agency", "name", "level", "subtitle"],
                violation_error_message=_("Jabatan dengan nama, jenjang dan sub jabatan ini sudah ada."),
            ),
            models.CheckConstraint(
                name="job_class_1_to_17",
                condition=Q(job_class__isnull=True) | Q(job_class__range=(1, 17)),
                violation_error_message=_("Kelas jabatan 1 sampai 17."),
            ),
            models.CheckConstraint(
                name="job_rank_range",
                condition=Q(rank_min__isnull=True) | Q(rank_max__isnull=True) | Q(rank_max__gte=models.F("rank_min")),
                violation_error_message=_("Pangkat tertinggi tidak boleh di bawah pangkat terendah."),
            ),
        ]
        indexes = [
            # For `positions_search`: a subtitle is part of the name.
            GinIndex(
                OpClass("agency", name="int8_ops"), OpClass(TITLE, name="gin_trgm_ops"), name="job_title_words"
            )
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.name} ({self.subtitle})" if self.subtitle else self.name


class JobEducation(TenantModel):
    """A field of study that a job accepts; a job without any accepts every field."""

    job = TenantForeignKey(Job, on_delete=models.CASCADE, related_name="education_fields", verbose_name=_("jabatan"))
    # Compared with Education.field: equal, or containing it as a phrase of whole words.
    field = models.CharField(_("bidang studi"), max_length=250)

    objects = AgencyWideQuerySet.as_manager()

    class Meta:
        verbose_name = _("syarat bidang studi")
        verbose_name_plural = _("syarat bidang studi")
        constraints = [models.UniqueConstraint(name="job_field_once", fields=["agency", "job", "field"])]

    def __str__(self) -> str:
        return f"{self.job_id} · {self.field}"
