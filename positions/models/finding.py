"""What an import brought in disorder, and names that are still to be matched; an officer settles both."""

from typing import Any, Self

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from asnhr.models import ImportJob, TenantModel, User
from asnhr.sql import TenantForeignKey
from positions.finding_words import sentence
from positions.models._base import TenantQuerySet, access_of, scope_units
from positions.models.employee import Employee
from positions.models.job import Job
from positions.models.position import Position
from positions.models.unit import Unit


class Finding(TenantModel):
    """A finding (temuan): overlap, double post, rank below the minimum …, with the raw row, counted until settled."""

    code = models.CharField(_("kode"), max_length=40)
    message = models.TextField(_("uraian"))
    raw: Any = models.JSONField(_("baris asli"), default=dict, blank=True)
    import_job = TenantForeignKey(ImportJob, on_delete=models.PROTECT, null=True, blank=True, verbose_name=_("impor"))
    row = models.PositiveIntegerField(_("baris"), null=True, blank=True)
    unit = TenantForeignKey(Unit, on_delete=models.PROTECT, null=True, blank=True, verbose_name=_("unit"))
    employee = TenantForeignKey(
        Employee, on_delete=models.CASCADE, null=True, blank=True, related_name="findings", verbose_name=_("pegawai")
    )
    position = TenantForeignKey(
        Position, on_delete=models.CASCADE, null=True, blank=True, related_name="findings", verbose_name=_("jabatan")
    )
    # Same disorder found again is the same finding.
    fingerprint = models.CharField(_("sidik"), max_length=64)
    found_at = models.DateTimeField(_("ditemukan pada"), auto_now_add=True)
    settled_at = models.DateTimeField(_("diselesaikan pada"), null=True, blank=True)
    settled_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("diselesaikan oleh")
    )
    settlement = models.TextField(_("penyelesaian"), blank=True)

    class Queryset(TenantQuerySet):
        unit_lookup = "unit"

    objects = Queryset.as_manager()

    class Meta:
        verbose_name = _("temuan")
        verbose_name_plural = _("temuan")
        constraints = [
            models.UniqueConstraint(name="finding_once", fields=["agency", "fingerprint"]),
            models.CheckConstraint(
                name="finding_settled_by_someone_with_words",
                condition=Q(settled_at__isnull=True, settled_by__isnull=True)
                | (Q(settled_at__isnull=False, settled_by__isnull=False) & ~Q(settlement="")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.told[:60]}"

    @property
    def told(self) -> str:
        """The sentence in the language of the reader; `message` keeps it as the import wrote it."""
        return sentence(self.code, self.message)


class NameMapping(TenantModel):
    """A name in a file that the register does not know, and what the officer says it means (antrean pemetaan)."""

    class Kind(models.TextChoices):
        UNIT = "unit", _("Unit")
        JOB = "job", _("Jabatan")

    kind = models.CharField(_("jenis"), max_length=4, choices=Kind.choices)
    # Upper case, single spaces, punctuation removed.
    key = models.CharField(_("kunci"), max_length=300)
    text = models.CharField(_("nama di berkas"), max_length=300)
    occurrences = models.PositiveIntegerField(_("kemunculan"), default=1)
    unit = TenantForeignKey(Unit, on_delete=models.PROTECT, null=True, blank=True, verbose_name=_("unit"))
    job = TenantForeignKey(Job, on_delete=models.PROTECT, null=True, blank=True, verbose_name=_("jabatan"))
    first_import = TenantForeignKey(ImportJob, on_delete=models.PROTECT, null=True, blank=True, verbose_name=_("impor"))
    created_at = models.DateTimeField(_("masuk antrean pada"), auto_now_add=True)
    mapped_at = models.DateTimeField(_("dipetakan pada"), null=True, blank=True)
    mapped_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("dipetakan oleh")
    )

    class Queryset(TenantQuerySet):
        def visible_to(self, user: Any) -> Self:
            """The agency's queue; to who is bound to units the names that occurred in those units (`NameOccurrence`),
            whoever queued them first, and those of their own imports."""
            access = access_of(user)
            if access.agency_id is None or not access.may("view_register"):
                return self.none()
            rows = self.filter(agency=access.agency_id)
            if access.whole_agency:
                return rows
            own = Q(first_import__created_by=user)
            if access.unit_paths:
                here = NameOccurrence.objects.filter(
                    agency=OuterRef("agency"), mapping=OuterRef("pk"), unit__in=scope_units(access)
                )
                own |= Q(Exists(here))
            return rows.filter(own)

    objects = Queryset.as_manager()

    class Meta:
        verbose_name = _("pemetaan nama")
        verbose_name_plural = _("antrean pemetaan")
        constraints = [
            models.UniqueConstraint(name="mapping_once", fields=["agency", "kind", "key"]),
            models.CheckConstraint(
                name="mapping_target_of_its_kind",
                condition=(Q(kind="unit") & Q(job__isnull=True)) | (Q(kind="job") & Q(unit__isnull=True)),
            ),
        ]

    def __str__(self) -> str:
        return self.text


class NameOccurrence(TenantModel):
    """In which unit a name of the queue occurred: the row's unit, or for who imports for some units these."""

    mapping = TenantForeignKey(
        NameMapping, on_delete=models.CASCADE, db_index=False, related_name="occurred", verbose_name=_("nama")
    )
    unit = TenantForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name=_("unit"))
    # The newest import that brought the name there, and in how many of its rows.
    import_job = TenantForeignKey(
        ImportJob, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("impor")
    )
    rows = models.PositiveIntegerField(_("kemunculan"))

    class Queryset(TenantQuerySet):
        unit_lookup = "unit"

    objects = Queryset.as_manager()

    class Meta:
        verbose_name = _("kemunculan nama")
        verbose_name_plural = _("kemunculan nama")
        constraints = [models.UniqueConstraint(name="name_occurrence_once", fields=["agency", "mapping", "unit"])]

    def __str__(self) -> str:
        return f"{self.mapping_id} · {self.unit_id}"
