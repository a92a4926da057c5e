"""People of the register: identity, status, rank, education, contracts."""

from typing import ClassVar

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from asnhr.crypto import EncryptedCharField, keyed_hash_of
from asnhr.models import Agency, OwnedTenantModel, TenantModel
from asnhr.sql import DateSpan, EncryptedTextField, NationalForeignKey, TenantForeignKey
from positions.models._base import PeriodQuerySet, TenantQuerySet, attached_document
from positions.models._standing import FEW_IN_CLEAR, StandingField
from positions.models.job import Education, EducationLevel
from positions.models.unit import Unit
from positions.rules.levels import RANKS
from positions.rules.standing import NEUTRAL

PNS_RANK_CHOICES = [(rank.id, f"{rank.code} {rank.name}") for rank in RANKS]
# Kedudukan hukum of SIASN (establishment.md 8.1): the active side, and the ended side that goes with an exit.
ACTIVE_STATUS = {
    "01": _("aktif"),
    "02": _("cuti di luar tanggungan negara (CLTN)"),
    "03": _("tugas belajar"),
    "04": _("pemberhentian sementara"),
    "05": _("penerima uang tunggu"),
    "06": _("wajib militer"),
    "07": _("pejabat negara"),
    "08": _("kepala desa"),
    "09": _("proses banding"),
    "11": _("titipan"),
    "12": _("pengungsi"),
    "13": _("perpanjangan CLTN"),
    "14": _("hilang"),
    "15": _("hukuman disiplin"),
    "16": _("pindah karena penurunan jabatan"),
    "20": _("masa persiapan pensiun"),
    "51": _("CPNS tanpa SK"),
    "71": _("PPPK aktif"),
    "72": _("PPPK aktif"),
}
ENDED_STATUS = {
    "52": _("tidak aktif"),
    "66": _("diberhentikan"),
    "67": _("punah"),
    "68": _("eks Timor Timur"),
    "69": _("tidak memenuhi syarat"),
    "70": _("pembatalan NIP"),
    "77": _("diberhentikan tanpa hak pensiun"),
    "88": _("diberhentikan dengan hak pensiun"),
    "89": _("diusulkan pensiun"),
    "90": _("tidak ikut pendataan ulang PNS"),
    "91": _("tindak pidana jabatan"),
    "92": _("diblokir"),
    "98": _("mencapai BUP"),
    "99": _("pensiun"),
}
STATUS_CHOICES = [*ACTIVE_STATUS.items(), *ENDED_STATUS.items()]
NEUTRAL_WORDS = _("Tidak aktif (rincian terbatas)")
ENDED_CHOICES = [*ENDED_STATUS.items()]


def standing_text(code: str) -> str:
    """Return a code of kedudukan hukum with its meaning; of what few read, the words in its place."""
    if code == NEUTRAL:
        return str(NEUTRAL_WORDS)
    meaning = (ACTIVE_STATUS | ENDED_STATUS).get(code)
    return f"{code} {meaning}" if meaning else code


class EmployeeQuerySet(TenantQuerySet):
    unit_lookup = "unit"
    of_subordinates = True


class Employee(TenantModel):
    """A civil servant of an agency, unique by (agency, NIP)."""

    class Status(models.TextChoices):
        PNS = "PNS", _("PNS")
        CPNS = "CPNS", _("CPNS")
        PPPK = "PPPK", _("PPPK")
        PART_TIME = "PPPK_PW", _("PPPK paruh waktu")

    class Sex(models.TextChoices):
        MALE = "M", _("Laki-laki")
        FEMALE = "F", _("Perempuan")

    agency = NationalForeignKey(Agency, related_name="+", verbose_name=_("instansi"))
    nip = models.CharField(_("NIP"), max_length=18)
    nip_old = models.CharField(_("NIP lama"), max_length=9, blank=True)
    siasn_id = models.CharField(_("id SIASN"), max_length=40, blank=True)
    name = models.CharField(_("nama"), max_length=150)
    title_before = models.CharField(_("gelar depan"), max_length=60, blank=True)
    title_after = models.CharField(_("gelar belakang"), max_length=100, blank=True)
    # The unit of the definitive post, or where SIASN places a person without one; decides who may see the row.
    unit = TenantForeignKey(
        Unit,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        db_index=False,
        related_name="employees",
        verbose_name=_("unit kerja"),
    )
    status = models.CharField(_("status"), max_length=8, choices=Status.choices)
    # Kedudukan hukum (SIASN): 01, 71, 72 active; every other code counts by setting. Some rest as tokens: SQL compares
    # with `positions.models._standing.stored`.
    legal_status = StandingField(_("kedudukan hukum"), max_length=2, default="01")
    sex = models.CharField(_("jenis kelamin"), max_length=1, choices=Sex.choices)
    birth_date = models.DateField(_("tanggal lahir"))
    birth_place = models.CharField(_("tempat lahir"), max_length=100, blank=True)
    nik = EncryptedTextField(_("NIK"), blank=True, default="")
    nik_hash = models.CharField(_("sidik NIK"), max_length=64, blank=True, editable=False)
    # What the civil registry (Dukcapil) answered, as SIASN tells it (validNik); null: not known.
    nik_validated = models.BooleanField(_("NIK dibenarkan Dukcapil"), null=True, blank=True)
    email = models.EmailField(_("surel"), blank=True)
    phone = models.CharField(_("nomor HP"), max_length=20, blank=True)
    # PNS rank id (11..45) or PPPK group (1..17).
    rank = models.PositiveSmallIntegerField(_("golongan"), null=True, blank=True, choices=PNS_RANK_CHOICES)
    rank_since = models.DateField(_("TMT golongan"), null=True, blank=True)
    pay_group = models.PositiveSmallIntegerField(_("golongan PPPK"), null=True, blank=True)
    service_years = models.PositiveSmallIntegerField(_("masa kerja (tahun)"), null=True, blank=True)
    service_months = models.PositiveSmallIntegerField(_("masa kerja (bulan)"), null=True, blank=True)
    cpns_on = models.DateField(_("TMT CPNS"), null=True, blank=True)
    pns_on = models.DateField(_("TMT PNS"), null=True, blank=True)
    education_level = NationalForeignKey(
        EducationLevel, null=True, blank=True, related_name="+", verbose_name=_("tingkat pendidikan")
    )
    education = NationalForeignKey(Education, null=True, blank=True, related_name="+", verbose_name=_("pendidikan"))
    graduated = models.PositiveSmallIntegerField(_("tahun lulus"), null=True, blank=True)
    # An older, higher age kept by transition (before 7 April 2017); overrides all.
    own_retirement_age = models.PositiveSmallIntegerField(_("BUP perorangan"), null=True, blank=True)
    # A known exit that is not the pension: moved, resigned, died, dismissed.
    exits_on = models.DateField(_("keluar pada"), null=True, blank=True)
    # It may tell of illness: encrypted, read by `view_health` (positions.permissions.HEALTH).
    exit_reason = EncryptedCharField(_("alasan keluar"), max_length=120, blank=True)
    exit_reason_hash = keyed_hash_of(_("sidik alasan keluar"))

    objects = EmployeeQuerySet.as_manager()

    class Meta:
        verbose_name = _("pegawai")
        verbose_name_plural = _("pegawai")
        constraints = [
            models.UniqueConstraint(
                name="employee_nip_once",
                fields=["agency", "nip"],
                violation_error_message=_("NIP ini sudah terdaftar pada instansi."),
            ),
            models.CheckConstraint(
                name="employee_nip_18_digits",
                condition=Q(nip__regex=r"^[0-9]{18}$"),
                violation_error_message=_("NIP harus 18 angka."),
            ),
            models.CheckConstraint(
                name="employee_exit_has_reason",
                condition=Q(exits_on__isnull=True) | ~Q(exit_reason=""),
                violation_error_message=_("Tanggal keluar wajib disertai alasan."),
            ),
            models.CheckConstraint(
                name="employee_rank_or_pay_group", condition=Q(rank__isnull=True) | Q(pay_group__isnull=True)
            ),
            # Asked of what is stored, so that no statement writes such a code in clear.
            models.CheckConstraint(name="employee_standing_sealed", condition=~Q(legal_status__regex=FEW_IN_CLEAR)),
        ]
        indexes = [
            models.Index(fields=["agency", "name", "id"], name="employee_name"),
            models.Index(fields=["agency", "unit"], name="employee_unit"),
            models.Index(fields=["agency", "status"], name="employee_status"),
            # For `positions_search`, which runs outside row security: under it no `%>` may use an index.
            GinIndex(fields=["agency", "name"], opclasses=["int8_ops", "gin_trgm_ops"], name="employee_name_words"),
        ]

    def __str__(self) -> str:
        return f"{self.full_name} ({self.nip})"

    @property
    def legal_status_text(self) -> str:
        return standing_text(self.legal_status)

    @property
    def full_name(self) -> str:
        """Name with its titles, as letters print it."""
        name = f"{self.title_before} {self.name}".strip()
        return f"{name}, {self.title_after}" if self.title_after else name


class EmployeeEducation(OwnedTenantModel):
    """An education of a person: riwayat pendidikan, SIASN rw-pendidikan."""

    SIASN: ClassVar[dict[str, str]] = {
        "siasn_id": "id", "level": "tkPendidikanId", "education": "pendidikanId", "name": "pendidikanNama",
        "school": "namaSekolah", "graduated": "tahunLulus", "graduated_on": "tglLulus", "number": "nomorIjasah",
        "is_first": "isPendidikanPertama", "title_before": "gelarDepan", "title_after": "gelarBelakang",
    }  # fmt: skip

    employee = TenantForeignKey(
        Employee, on_delete=models.CASCADE, db_index=False, related_name="educations", verbose_name=_("pegawai")
    )
    level = NationalForeignKey(EducationLevel, related_name="+", verbose_name=_("tingkat"))
    education = NationalForeignKey(Education, null=True, blank=True, related_name="+", verbose_name=_("pendidikan"))
    name = models.CharField(_("nama pendidikan"), max_length=250, blank=True)
    school = models.CharField(_("nama sekolah"), max_length=200, blank=True)
    graduated = models.PositiveSmallIntegerField(_("tahun lulus"), null=True, blank=True)
    graduated_on = models.DateField(_("tanggal lulus"), null=True, blank=True)
    number = models.CharField(_("nomor ijazah"), max_length=80, blank=True, default="", db_default="")
    title_before = models.CharField(_("gelar depan"), max_length=60, blank=True, default="", db_default="")
    title_after = models.CharField(_("gelar belakang"), max_length=100, blank=True, default="", db_default="")
    # The education of the appointment as CPNS.
    is_first = models.BooleanField(_("pendidikan pengangkatan"), default=False, db_default=False)
    siasn_id = models.CharField(_("id SIASN"), max_length=40, blank=True, default="", db_default="")
    document = attached_document()

    class Queryset(TenantQuerySet):
        unit_lookup = "employee__unit"
        of_subordinates = True

    objects = Queryset.as_manager()

    class Meta:
        verbose_name = _("riwayat pendidikan")
        verbose_name_plural = _("riwayat pendidikan")
        constraints = [
            models.UniqueConstraint(
                name="education_once",
                fields=["agency", "employee", "level", "name"],
                violation_error_message=_("Pendidikan ini sudah tercatat."),
            ),
            models.UniqueConstraint(
                name="education_one_first",
                fields=["agency", "employee"],
                condition=Q(is_first=True),
                violation_error_message=_("Pendidikan pengangkatan pegawai ini sudah tercatat."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.employee_id} {self.name}"


class Contract(OwnedTenantModel):
    """A PPPK contract. Its end is not an exit unless non-extension is decided (contracts may run to the BUP)."""

    class Extension(models.TextChoices):
        OPEN = "belum", _("Belum diputuskan")
        EXTENDED = "diperpanjang", _("Diperpanjang")
        ENDED = "tidak", _("Tidak diperpanjang")

    employee = TenantForeignKey(Employee, on_delete=models.CASCADE, related_name="contracts", verbose_name=_("pegawai"))
    number = models.CharField(_("nomor kontrak"), max_length=120)
    starts_on = models.DateField(_("mulai"))
    ends_on = models.DateField(_("berakhir sebelum"))
    extension = models.CharField(_("perpanjangan"), max_length=12, choices=Extension.choices, default=Extension.OPEN)
    decided_on = models.DateField(_("diputuskan pada"), null=True, blank=True)

    class Queryset(PeriodQuerySet):
        unit_lookup = "employee__unit"
        of_subordinates = True

    objects = Queryset.as_manager()

    class Meta:
        verbose_name = _("kontrak PPPK")
        verbose_name_plural = _("kontrak PPPK")
        constraints = [
            models.CheckConstraint(name="contract_ends_after_it_starts", condition=Q(ends_on__gt=F("starts_on"))),
            ExclusionConstraint(
                name="contract_one_at_a_time",
                expressions=[
                    ("agency", RangeOperators.EQUAL),
                    ("employee", RangeOperators.EQUAL),
                    (DateSpan("starts_on", "ends_on"), RangeOperators.OVERLAPS),
                ],
                violation_error_message=_("Kontrak pegawai ini tumpang tindih dengan kontrak lain."),
            ),
        ]

    def __str__(self) -> str:
        return self.number
