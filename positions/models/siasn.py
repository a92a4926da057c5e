"""What SIASN says of a person, kept beside the register's own value (needs-analysis: local, SIASN, decree)."""

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from asnhr.models import ImportJob, OwnedTenantModel
from asnhr.sql import TenantForeignKey
from positions.models._base import TenantQuerySet
from positions.models._standing import SiasnFactsField
from positions.models.employee import Employee


class SiasnRecord(OwnedTenantModel):
    """One row of the newest SIASN file that was saved, one a person; written by the import of employees only.

    `facts` holds what the importer recognised in the row, by the names in `positions.imports.siasn_values`; a cell that
    was empty is absent. Contact data, NIK and whatever has no purpose are not in it; a legal standing that few read
    rests as its token.
    """

    class Fact(models.TextChoices):
        """What both sides have and what is compared, in the order of the page."""

        NIP = "nip", _("NIP")
        NAME = "name", _("Nama")
        TITLES = "titles", _("Gelar")
        STATUS = "status", _("Status")
        LEGAL_STATUS = "legal_status", _("Kedudukan hukum")
        SEX = "sex", _("Jenis kelamin")
        BIRTH_DATE = "birth_date", _("Tanggal lahir")
        GRADE = "grade", _("Golongan")
        RANK_SINCE = "rank_since", _("TMT golongan")
        CPNS_ON = "cpns_on", _("TMT CPNS")
        PNS_ON = "pns_on", _("TMT PNS")
        LEVEL = "education_level", _("Tingkat pendidikan")
        EDUCATION = "education", _("Pendidikan")
        GRADUATED = "graduated", _("Tahun lulus")
        JOB = "job", _("Jabatan")
        UNIT = "unit", _("Unit kerja")
        JOB_SINCE = "job_since", _("TMT jabatan")

    employee = TenantForeignKey(
        Employee, on_delete=models.CASCADE, db_index=False, related_name="siasn_records", verbose_name=_("pegawai")
    )
    facts: Any = SiasnFactsField(_("nilai SIASN"), default=dict)
    read_on = models.DateField(_("berkas dibaca pada"))
    # Imports are never deleted: an index would only cost writes.
    import_job = TenantForeignKey(
        ImportJob, on_delete=models.PROTECT, null=True, blank=True, db_index=False, verbose_name=_("impor")
    )
    row = models.PositiveIntegerField(_("baris"), null=True, blank=True)
    # The fact whose change was refused because nobody confirmed it as a correction; "" when the row was taken.
    unconfirmed = models.CharField(_("koreksi belum dikonfirmasi"), max_length=20, choices=Fact.choices, blank=True)

    class Queryset(TenantQuerySet):
        unit_lookup = "employee__unit"

    objects = Queryset.as_manager()

    class Meta:
        verbose_name = _("nilai SIASN")
        verbose_name_plural = _("nilai SIASN")
        constraints = [
            models.UniqueConstraint(name="siasn_once_a_person", fields=["agency", "employee"]),
        ]

    def __str__(self) -> str:
        return f"SIASN {self.employee_id}"
