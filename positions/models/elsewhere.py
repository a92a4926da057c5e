"""Where a person worked or was when not on a post of this agency: posts elsewhere, secondment, unpaid leave."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from asnhr import formats
from asnhr.crypto import EncryptedCharField, keyed_hash_of
from asnhr.sql import DateSpan
from positions.models._history import (
    ENDS_AFTER_START,
    OF_PERSON,
    SPAN,
    ConsentMixin,
    DecreeMixin,
    HistoryQuerySet,
    HistoryRow,
    of_employee,
)
from positions.models.job import LEVEL_CHOICES, Job


class OutsidePost(DecreeMixin, HistoryRow):
    """A post that is no incumbency here: held in another agency, or before the position map of this one existed.
    SIASN rw-jabatan."""

    SIASN = {
        "siasn_id": "id", "agency_name": "instansiKerjaNama", "agency_siasn_id": "instansiKerjaId",
        "unit_name": "unorNama", "job_name": "namaJabatan", "group": "jenisJabatan", "echelon": "eselon",
        "assignment": "jenisPenugasanId", "starts_on": "tmtJabatan", "inaugurated_on": "tmtPelantikan",
        "decree": "nomorSk", "decree_on": "tanggalSk",
    }  # fmt: skip

    class Assignment(models.TextChoices):
        """SIASN jenisPenugasan [V]; D and TT are one here."""

        DEFINITIVE = "D", _("Definitif")
        PLT = "PLT", _("Pelaksana tugas (Plt)")
        PLH = "PLH", _("Pelaksana harian (Plh)")
        PJ = "PJ", _("Penjabat (Pj)")

    employee = of_employee("outside_posts")
    agency_name = models.CharField(_("instansi"), max_length=200)
    agency_siasn_id = models.CharField(_("id instansi SIASN"), max_length=40, blank=True)
    unit_name = models.CharField(_("unit kerja"), max_length=250, blank=True)
    job_name = models.CharField(_("nama jabatan"), max_length=250)
    group = models.CharField(_("jenis jabatan"), max_length=12, choices=Job.Group.choices)
    level = models.CharField(_("jenjang"), max_length=14, choices=LEVEL_CHOICES, blank=True)
    echelon = models.CharField(_("eselon"), max_length=6, blank=True)
    assignment = models.CharField(
        _("jenis penugasan"), max_length=3, choices=Assignment.choices, default=Assignment.DEFINITIVE
    )
    starts_on = models.DateField(_("TMT jabatan"))
    ends_on = models.DateField(_("berakhir sebelum"), null=True, blank=True)
    inaugurated_on = models.DateField(_("TMT pelantikan"), null=True, blank=True)

    objects = HistoryQuerySet.as_manager()

    class Meta:
        verbose_name = _("riwayat jabatan di luar peta jabatan")
        verbose_name_plural = _("riwayat jabatan di luar peta jabatan")
        constraints = [
            models.CheckConstraint(name="outside_post_ends_after_it_starts", condition=ENDS_AFTER_START),
            ExclusionConstraint(
                name="outside_post_one_definitive",
                expressions=[*OF_PERSON, SPAN],
                condition=Q(assignment="D"),
                violation_error_message=_("Jabatan definitif di luar instansi pada rentang ini sudah tercatat."),
            ),
            models.UniqueConstraint(
                name="outside_post_once",
                fields=["agency", "employee", "job_name", "starts_on"],
                violation_error_message=_("Jabatan ini dengan TMT tersebut sudah tercatat."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.job_name} · {self.agency_name} {formats.day(self.starts_on)}"


class Secondment(DecreeMixin, HistoryRow):
    """Work for another agency than the one that owns the career: dipekerjakan (DPK), diperbantukan (DPB), assigned
    duty (penugasan); outwards, or inwards for people of other agencies who work here."""

    class Kind(models.TextChoices):
        DPK = "dpk", _("Dipekerjakan (DPK)")
        DPB = "dpb", _("Diperbantukan (DPB)")
        ASSIGNED = "penugasan", _("Penugasan khusus")

    class Direction(models.TextChoices):
        OUT = "keluar", _("Ke instansi lain")
        IN = "masuk", _("Dari instansi lain")

    employee = of_employee("secondments")
    kind = models.CharField(_("jenis"), max_length=10, choices=Kind.choices)
    direction = models.CharField(_("arah"), max_length=6, choices=Direction.choices, default=Direction.OUT)
    agency_name = models.CharField(_("instansi lain"), max_length=200)
    agency_siasn_id = models.CharField(_("id instansi SIASN"), max_length=40, blank=True)
    job_name = models.CharField(_("jabatan atau tugas"), max_length=250, blank=True)
    starts_on = models.DateField(_("mulai"))
    ends_on = models.DateField(_("berakhir sebelum"), null=True, blank=True)

    objects = HistoryQuerySet.as_manager()

    class Meta:
        verbose_name = _("riwayat penugasan pada instansi lain")
        verbose_name_plural = _("riwayat penugasan pada instansi lain")
        constraints = [
            models.CheckConstraint(name="secondment_ends_after_it_starts", condition=ENDS_AFTER_START),
            ExclusionConstraint(
                name="secondment_one_at_a_time",
                expressions=[*OF_PERSON, SPAN],
                violation_error_message=_("Penugasan pada instansi lain tumpang tindih dengan yang sudah tercatat."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.agency_name} {formats.day(self.starts_on)}"


class UnpaidLeave(DecreeMixin, ConsentMixin, HistoryRow):
    """Leave without pay (CLTN) for its decreed period, until the day of return. SIASN rw-cltn.

    Over time without a return (TIM_6): `ends_on` has come and `returned_on` is empty.
    """

    employee = of_employee("unpaid_leaves")
    # It may tell of illness: encrypted, read by `view_health` (positions.permissions.HEALTH).
    reason = EncryptedCharField(_("alasan"), max_length=200, blank=True)
    reason_hash = keyed_hash_of(_("sidik alasan"))
    is_extension = models.BooleanField(_("perpanjangan"), default=False)
    starts_on = models.DateField(_("mulai"))
    ends_on = models.DateField(_("berakhir sebelum"))
    returned_on = models.DateField(_("aktif kembali"), null=True, blank=True)
    return_decree = models.CharField(_("nomor SK aktif kembali"), max_length=120, blank=True)
    return_decree_on = models.DateField(_("tanggal SK aktif kembali"), null=True, blank=True)

    objects = HistoryQuerySet.as_manager()

    class Meta:
        verbose_name = _("riwayat CLTN")
        verbose_name_plural = _("riwayat CLTN")
        constraints = [
            models.CheckConstraint(name="unpaid_leave_ends_after_it_starts", condition=Q(ends_on__gt=F("starts_on"))),
            models.CheckConstraint(
                name="unpaid_leave_returns_after_start",
                condition=Q(returned_on__isnull=True) | Q(returned_on__gt=F("starts_on")),
            ),
            # Up to the return where it is known: who came back early may go again.
            ExclusionConstraint(
                name="unpaid_leave_one_at_a_time",
                expressions=[
                    *OF_PERSON,
                    (DateSpan("starts_on", Coalesce("returned_on", "ends_on")), RangeOperators.OVERLAPS),
                ],
                violation_error_message=_("CLTN tumpang tindih dengan yang sudah tercatat."),
            ),
        ]

    def __str__(self) -> str:
        return f"CLTN {formats.day(self.starts_on)}"
