"""Rank, legal standing, first appointment and earlier service of a person.

Ranks and standings are steps: each holds until the next, so only the first day (TMT) is kept, and what the person has
today stands on `Employee`, kept in step by triggers (docs/decisions/0022-personnel-file.md).
"""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from asnhr import formats
from asnhr.crypto import EncryptedCharField, keyed_hash_of
from asnhr.sql import TenantForeignKey
from positions.models._history import (
    OF_PERSON,
    SPAN,
    ConsentMixin,
    DecreeMixin,
    HistoryQuerySet,
    HistoryRow,
    LedQuerySet,
    StepQuerySet,
    of_employee,
)
from positions.models._standing import CODE_OR_SEALED, FEW_IN_CLEAR, StandingField
from positions.models.employee import PNS_RANK_CHOICES, STATUS_CHOICES
from positions.models.job import Job
from positions.rules.levels import PPPK_GROUPS, RANK_BY_ID

PAY_GROUP_CHOICES = [(number, name) for number, name in enumerate(PPPK_GROUPS, start=1)]


class RankRecord(DecreeMixin, ConsentMixin, HistoryRow):
    """A rank (PNS) or pay group (PPPK) from its TMT until the next one: riwayat golongan, SIASN rw-golongan."""

    SIASN = {
        "siasn_id": "id", "rank": "golonganId", "starts_on": "tmtGolongan", "kind": "jenisKPId", "decree": "skNomor",
        "decree_on": "skTanggal", "bkn_number": "noPertekBkn", "bkn_on": "tglPertekBkn",
        "service_years": "masaKerjaGolonganTahun", "service_months": "masaKerjaGolonganBulan",
        "main_credit": "jumlahKreditUtama", "extra_credit": "jumlahKreditTambahan",
    }  # fmt: skip

    class Kind(models.TextChoices):
        """SIASN jenisKP [V]; PPPK and rows without a kind have none."""

        REGULAR = "101", _("Reguler")
        STRUCTURAL = "201", _("Pilihan: jabatan struktural")
        FUNCTIONAL = "202", _("Pilihan: jabatan fungsional")
        DIPLOMA = "203", _("Pilihan: penyesuaian ijazah")
        STUDYING = "204", _("Pilihan: sedang tugas belajar")
        STUDIED = "205", _("Pilihan: selesai tugas belajar")
        SECONDED = "206", _("Pilihan: DPK/DPB")
        DISCOVERY = "207", _("Pilihan: penemuan baru")
        ACHIEVEMENT = "208", _("Pilihan: prestasi luar biasa")
        STATE_OFFICE = "209", _("Pilihan: pejabat negara")
        WHILE_SECONDED = "210", _("Pilihan: selama DPK/DPB")
        APPOINTMENT = "211", _("Golongan dari pengadaan CPNS/PNS")

    employee = of_employee("ranks")
    rank = models.PositiveSmallIntegerField(_("golongan"), null=True, blank=True, choices=PNS_RANK_CHOICES)
    pay_group = models.PositiveSmallIntegerField(_("golongan PPPK"), null=True, blank=True, choices=PAY_GROUP_CHOICES)
    kind = models.CharField(_("jenis KP"), max_length=3, choices=Kind.choices, blank=True)
    # Masa kerja golongan on the TMT.
    service_years = models.PositiveSmallIntegerField(_("MKG (tahun)"), null=True, blank=True)
    service_months = models.PositiveSmallIntegerField(_("MKG (bulan)"), null=True, blank=True)
    main_credit = models.DecimalField(_("angka kredit utama"), max_digits=8, decimal_places=3, null=True, blank=True)
    extra_credit = models.DecimalField(
        _("angka kredit tambahan"), max_digits=8, decimal_places=3, null=True, blank=True
    )
    starts_on = models.DateField(_("TMT golongan"))

    objects = StepQuerySet.as_manager()

    class Meta:
        verbose_name = _("riwayat golongan")
        verbose_name_plural = _("riwayat golongan")
        constraints = [
            models.UniqueConstraint(
                name="rank_record_once_a_day",
                fields=["agency", "employee", "starts_on"],
                violation_error_message=_("Golongan dengan TMT ini sudah tercatat."),
            ),
            models.CheckConstraint(
                name="rank_record_rank_or_pay_group",
                condition=Q(rank__isnull=False) ^ Q(pay_group__isnull=False),
                violation_error_message=_("Isi golongan PNS atau golongan PPPK, salah satu."),
            ),
            models.CheckConstraint(
                name="rank_record_known_rank",
                condition=Q(rank__isnull=True) | Q(rank__in=list(RANK_BY_ID)),
            ),
            models.CheckConstraint(
                name="rank_record_known_pay_group", condition=Q(pay_group__isnull=True) | Q(pay_group__range=(1, 17))
            ),
            models.CheckConstraint(
                name="rank_record_months_below_12",
                condition=Q(service_months__isnull=True) | Q(service_months__lte=11),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.grade} {formats.day(self.starts_on)}"

    @property
    def grade(self) -> str:
        """ "III/a" or "IX"."""
        return RANK_BY_ID[self.rank].code if self.rank else PPPK_GROUPS[(self.pay_group or 1) - 1]


class StandingRecord(DecreeMixin, HistoryRow):
    """A legal standing (kedudukan hukum) from its day until the next one, so that a past day shows that day's."""

    SIASN = {"siasn_id": "id", "standing": "kedudukanPnsId", "decree": "nomorSk", "decree_on": "tanggalSk"}

    employee = of_employee("standings")
    standing = StandingField(_("kedudukan hukum"), max_length=2, choices=STATUS_CHOICES)
    starts_on = models.DateField(_("terhitung mulai tanggal"))
    # The standing on record when the history began: it held before the other rows, nobody knows since when. It lies on
    # the day of birth; triggers write it (migration 0065), and a day that is told later makes it a row like others.
    undated = models.BooleanField(_("TMT tidak tercatat"), default=False, db_default=False, editable=False)
    # It may tell of a crime or a sanction: read with `view_discipline` (positions.services.standings).
    note = EncryptedCharField(_("keterangan"), max_length=200, blank=True)
    note_hash = keyed_hash_of(_("sidik keterangan"))

    objects = StepQuerySet.as_manager()

    class Meta:
        verbose_name = _("riwayat kedudukan hukum")
        verbose_name_plural = _("riwayat kedudukan hukum")
        constraints = [
            models.UniqueConstraint(
                name="standing_once_a_day",
                fields=["agency", "employee", "starts_on"],
                violation_error_message=_("Kedudukan hukum mulai tanggal ini sudah tercatat."),
            ),
            # Both are asked of what is stored.
            models.CheckConstraint(name="standing_is_a_code", condition=Q(standing__regex=CODE_OR_SEALED)),
            models.CheckConstraint(name="standing_sealed", condition=~Q(standing__regex=FEW_IN_CLEAR)),
        ]

    def __str__(self) -> str:
        # Without the code: names of rows stand where few may read it.
        return formats.day(self.starts_on)


class Appointment(HistoryRow):
    """How a person came in: the formation of the intake, the decrees as CPNS and PNS, the start of duty. One a
    person: SIASN data-utama, list-pengadaan."""

    SIASN = {
        "participant": "no_peserta", "period": "periode", "formation_kind": "jenis_formasi_nama",
        "cpns_decree": "nomorSkCpns", "cpns_decree_on": "tglSkCpns", "pns_decree": "nomorSkPns",
        "pns_decree_on": "tglSkPns", "duty_on": "tglSpmt", "bkn_number": "no_pertek", "bkn_on": "tgl_pertek",
    }  # fmt: skip

    employee = of_employee("appointments")
    participant = models.CharField(_("nomor peserta"), max_length=40, blank=True)
    period = models.CharField(_("periode pengadaan"), max_length=40, blank=True)
    formation_kind = models.CharField(_("jenis formasi"), max_length=100, blank=True)
    # The post of the formation: its group decides whether a functional appointment is awaited (TIM_2).
    formation_group = models.CharField(
        _("kelompok jabatan formasi"), max_length=12, choices=Job.Group.choices, blank=True
    )
    formation_job = TenantForeignKey(
        Job,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="appointments",
        verbose_name=_("nomenklatur formasi"),
    )
    formation_name = models.CharField(_("jabatan formasi"), max_length=250, blank=True)
    cpns_decree = models.CharField(_("nomor SK CPNS/PPPK"), max_length=120, blank=True)
    cpns_decree_on = models.DateField(_("tanggal SK CPNS/PPPK"), null=True, blank=True)
    pns_decree = models.CharField(_("nomor SK PNS"), max_length=120, blank=True)
    pns_decree_on = models.DateField(_("tanggal SK PNS"), null=True, blank=True)
    bkn_number = models.CharField(_("nomor pertek BKN"), max_length=120, blank=True)
    bkn_on = models.DateField(_("tanggal pertek BKN"), null=True, blank=True)
    duty_on = models.DateField(_("tanggal SPMT"), null=True, blank=True)

    objects = HistoryQuerySet.as_manager()

    class Meta:
        verbose_name = _("riwayat pengangkatan")
        verbose_name_plural = _("riwayat pengangkatan")
        constraints = [
            models.UniqueConstraint(
                name="appointment_once_a_person",
                fields=["agency", "employee"],
                violation_error_message=_("Pengangkatan pegawai ini sudah tercatat."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.formation_name or self.formation_kind} {self.employee_id}".strip()


class ServicePeriod(DecreeMixin, ConsentMixin, HistoryRow):
    """Service before or beside the career here: reviewed service (peninjauan masa kerja) whose years and months the
    decree grants, or service that is on record without counting. SIASN rw-masakerja."""

    SIASN = {
        "siasn_id": "id", "experience": "pengalaman", "starts_on": "tanggalAwal", "ends_on": "tanggalSelesai",
        "decree": "nomorSk", "decree_on": "tanggalSk", "bkn_number": "nomorBkn", "bkn_on": "tanggalBkn",
        "years": "masaKerjaTahun", "months": "masaKerjaBulan", "counts": "dinilai",
    }  # fmt: skip

    employee = of_employee("service_periods")
    experience = models.CharField(_("pengalaman"), max_length=200)
    starts_on = models.DateField(_("mulai"))
    ends_on = models.DateField(_("berakhir sebelum"))
    years = models.PositiveSmallIntegerField(_("masa kerja diakui (tahun)"), default=0)
    months = models.PositiveSmallIntegerField(_("masa kerja diakui (bulan)"), default=0)
    counts = models.BooleanField(_("dinilai"), default=True)
    # The day from which the granted years count; without it the day of the decree.
    counts_from = models.DateField(_("berlaku mulai"), null=True, blank=True)

    objects = HistoryQuerySet.as_manager()

    class Meta:
        verbose_name = _("riwayat masa kerja")
        verbose_name_plural = _("riwayat masa kerja")
        constraints = [
            models.CheckConstraint(name="service_period_ends_after_it_starts", condition=Q(ends_on__gt=F("starts_on"))),
            models.CheckConstraint(name="service_period_months_below_12", condition=Q(months__lte=11)),
            ExclusionConstraint(
                name="service_period_counts_once",
                expressions=[*OF_PERSON, SPAN],
                condition=Q(counts=True),
                violation_error_message=_("Masa kerja pada rentang tanggal ini sudah dinilai."),
            ),
        ]
        indexes = [models.Index(fields=["agency", "employee"], name="service_period_employee")]

    def __str__(self) -> str:
        return f"{self.experience} {formats.day(self.starts_on)}"


class CreditPoint(DecreeMixin, HistoryRow):
    """Credit points (angka kredit) of a functional holder for a period: SIASN rw-angkakredit.

    Since PermenPANRB 1/2023 they come from the predicate (`conversion`); the first ones and the integration of older
    points stand beside them.
    """

    SIASN = {
        "siasn_id": "id", "decree": "nomorSk", "decree_on": "tanggalSk", "main_credit": "kreditUtamaBaru",
        "support_credit": "kreditPenunjangBaru", "total": "kreditBaruTotal", "job_name": "namaJabatan",
        "source": "Sumber",
    }  # fmt: skip

    class Kind(models.TextChoices):
        """isAngkaKreditPertama, isIntegrasi, isKonversi; none of them: an assessment (PAK) of the older rules."""

        FIRST = "pertama", _("Angka kredit pertama")
        INTEGRATION = "integrasi", _("Integrasi")
        CONVERSION = "konversi", _("Konversi predikat")
        ASSESSMENT = "penilaian", _("Penetapan angka kredit lama")

    employee = of_employee("credit_points")
    kind = models.CharField(_("jenis"), max_length=10, choices=Kind.choices, default=Kind.CONVERSION)
    job_name = models.CharField(_("jabatan"), max_length=250)
    # JF level as the job catalogue writes it: points add up within a level.
    level = models.CharField(_("jenjang"), max_length=14, blank=True)
    starts_on = models.DateField(_("mulai penilaian"))
    ends_on = models.DateField(_("penilaian berakhir sebelum"))
    main_credit = models.DecimalField(_("kredit utama"), max_digits=8, decimal_places=3, null=True, blank=True)
    support_credit = models.DecimalField(_("kredit penunjang"), max_digits=8, decimal_places=3, null=True, blank=True)
    total = models.DecimalField(_("kredit total"), max_digits=8, decimal_places=3)
    source = models.CharField(_("sumber"), max_length=60, blank=True)

    objects = LedQuerySet.as_manager()

    class Meta:
        verbose_name = _("riwayat angka kredit")
        verbose_name_plural = _("riwayat angka kredit")
        constraints = [
            models.CheckConstraint(name="credit_point_ends_after_it_starts", condition=Q(ends_on__gt=F("starts_on"))),
            models.CheckConstraint(name="credit_point_not_negative", condition=Q(total__gte=0)),
            ExclusionConstraint(
                name="credit_point_one_a_period",
                expressions=[*OF_PERSON, SPAN],
                condition=Q(kind="konversi"),
                violation_error_message=_("Angka kredit konversi pada rentang ini sudah tercatat."),
            ),
            models.UniqueConstraint(
                name="credit_point_once",
                fields=["agency", "employee", "kind", "job_name", "starts_on"],
                violation_error_message=_("Angka kredit ini sudah tercatat."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.job_name} {self.starts_on:%m-%Y} {self.total}"
