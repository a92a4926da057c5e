"""What a person achieved: training, awards, yearly performance predicates."""

from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from asnhr.crypto import EncryptedDecimalField, EncryptedSmallIntegerField, HashedMixin, keyed_hash_of
from positions.models._history import DecreeMixin, HistoryQuerySet, HistoryRow, LedQuerySet, of_employee
from positions.rules.performance import PREDICATES, RATINGS

# Names are the rules' (Indonesian), shown in the reader's language: `positions.pages.file_words` lists them.
RATING_CHOICES = [(code, _(name)) for code, name in RATINGS.items()]
PREDICATE_CHOICES = [(code, _(name)) for code, name in PREDICATES.items()]
RATING_ERRORS = {"invalid_choice": _("Penilaian hasil dan perilaku kerja 1 sampai 3.")}
PREDICATE_ERRORS = {"invalid_choice": _("Predikat kinerja 1 (Sangat Baik) sampai 5 (Sangat Kurang).")}


class EmployeeTraining(HistoryRow):
    """A training (diklat) or course (kursus) that was completed: SIASN rw-diklat and rw-kursus."""

    SIASN = {
        "siasn_id": "id", "kind": "jenisDiklatId", "structural": "latihanStrukturalId", "name": "namaKursus",
        "organiser": "institusiPenyelenggara", "number": "nomor", "year": "tahun", "starts_on": "tanggal",
        "ends_on": "tanggalSelesai", "hours": "jumlahJam",
    }  # fmt: skip

    class Kind(models.TextChoices):
        """SIASN jenisDiklat [V: 1 to 12]; other codes up to 25 are kept as `25`."""

        STRUCTURAL = "1", _("Struktural")
        FUNCTIONAL = "2", _("Fungsional")
        TECHNICAL = "3", _("Teknis")
        WORKSHOP = "4", _("Workshop")
        MANAGERIAL = "5", _("Manajerial")
        SOCIOCULTURAL = "6", _("Sosial kultural")
        SOCIALISATION = "7", _("Sosialisasi")
        GUIDANCE = "8", _("Bimbingan teknis")
        SEMINAR = "9", _("Seminar")
        INTERNSHIP = "10", _("Magang")
        COURSE = "11", _("Kursus")
        REFRESHER = "12", _("Penataran")
        OTHER = "25", _("Lainnya")

    class Structural(models.TextChoices):
        """SIASN latihanStruktural [V]."""

        SEPADA = "1", "SEPADA"
        PIM_IV = "2", "PIM IV"
        PIM_III = "3", "PIM III"
        PIM_II = "4", "PIM II"
        PIM_I = "5", "PIM I"
        SESPIM = "6", "SESPIM"
        SESPATI = "7", "SESPATI"
        OTHER = "8", _("Lainnya")

    employee = of_employee("trainings")
    kind = models.CharField(_("jenis diklat"), max_length=2, choices=Kind.choices)
    structural = models.CharField(_("latihan struktural"), max_length=1, choices=Structural.choices, blank=True)
    name = models.CharField(_("nama diklat"), max_length=250)
    organiser = models.CharField(_("penyelenggara"), max_length=200, blank=True)
    number = models.CharField(_("nomor sertifikat"), max_length=120, blank=True)
    year = models.PositiveSmallIntegerField(_("tahun"))
    starts_on = models.DateField(_("mulai"), null=True, blank=True)
    ends_on = models.DateField(_("berakhir sebelum"), null=True, blank=True)
    hours = models.PositiveSmallIntegerField(_("jam pelajaran (JP)"), null=True, blank=True)

    objects = HistoryQuerySet.as_manager()

    class Meta:
        verbose_name = _("riwayat diklat")
        verbose_name_plural = _("riwayat diklat")
        constraints = [
            models.UniqueConstraint(
                name="training_once",
                fields=["agency", "employee", "name", "year", "number"],
                violation_error_message=_("Diklat ini sudah tercatat."),
            ),
            models.CheckConstraint(
                name="training_ends_after_it_starts",
                condition=Q(ends_on__isnull=True) | Q(starts_on__isnull=True) | Q(ends_on__gt=F("starts_on")),
            ),
            models.CheckConstraint(name="training_year", condition=Q(year__range=(1950, 2100))),
            models.CheckConstraint(
                name="training_structural_kind",
                condition=Q(structural="") | Q(kind="1"),
                violation_error_message=_("Latihan struktural hanya untuk diklat struktural."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.year}"


class Award(DecreeMixin, HistoryRow):
    """An award (penghargaan, tanda jasa): SIASN rw-penghargaan."""

    SIASN = {
        "siasn_id": "id", "code": "hargaId", "name": "hargaNama", "year": "tahun", "decree": "skNomor",
        "decree_on": "skDate",
    }  # fmt: skip

    class Code(models.TextChoices):
        """SIASN penghargaan [V]; others by name only."""

        SERVICE_10 = "201", _("Satyalancana Karya Satya 10 tahun")
        SERVICE_20 = "202", _("Satyalancana Karya Satya 20 tahun")
        SERVICE_30 = "203", _("Satyalancana Karya Satya 30 tahun")

    employee = of_employee("awards")
    code = models.CharField(_("kode penghargaan"), max_length=6, blank=True)
    name = models.CharField(_("nama penghargaan"), max_length=200)
    year = models.PositiveSmallIntegerField(_("tahun"))

    objects = HistoryQuerySet.as_manager()

    class Meta:
        verbose_name = _("riwayat penghargaan")
        verbose_name_plural = _("riwayat penghargaan")
        constraints = [
            models.UniqueConstraint(
                name="award_once",
                fields=["agency", "employee", "name", "year"],
                violation_error_message=_("Penghargaan ini sudah tercatat."),
            ),
            models.CheckConstraint(name="award_year", condition=Q(year__range=(1945, 2100))),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.year}"


class YearlyPredicate(HistoryRow):
    """The performance predicate (predikat kinerja) of a year: SIASN rw-skp22, older years with points. Which year was
    appraised and by whom is ordinary; what came of it is encrypted and asks a permission of its own."""

    SIASN = {
        "siasn_id": "id", "year": "tahun", "result": "hasilKinerjaNilai", "behaviour": "PerilakuKerjaNilai",
        "predicate": "KuadranKinerjaNilai", "appraiser_name": "namaPenilai", "appraiser_nip": "nipNrpPenilai",
        "appraiser_rank": "penilaiGolonganId", "appraiser_job": "penilaiJabatanNm",
        "appraiser_unit": "penilaiUnorNm", "appraiser_status": "statusPenilai",
    }  # fmt: skip

    class AppraiserStatus(models.TextChoices):
        ASN = "ASN", "ASN"
        OTHER = "NON ASN", _("Bukan ASN")

    employee = of_employee("predicates")
    year = models.PositiveSmallIntegerField(_("tahun"))
    result = EncryptedSmallIntegerField(
        _("hasil kerja"), choices=RATING_CHOICES, null=True, blank=True, error_messages=RATING_ERRORS
    )
    behaviour = EncryptedSmallIntegerField(
        _("perilaku kerja"), choices=RATING_CHOICES, null=True, blank=True, error_messages=RATING_ERRORS
    )
    predicate = EncryptedSmallIntegerField(
        _("predikat kinerja"), choices=PREDICATE_CHOICES, error_messages=PREDICATE_ERRORS
    )
    # Points of the older rules (up to 2021).
    points = EncryptedDecimalField(_("nilai"), max_digits=5, decimal_places=2, null=True, blank=True)
    appraiser_name = models.CharField(_("nama penilai"), max_length=150, blank=True)
    appraiser_nip = models.CharField(_("NIP/NRP penilai"), max_length=18, blank=True)
    appraiser_rank = models.PositiveSmallIntegerField(_("golongan penilai"), null=True, blank=True)
    appraiser_job = models.CharField(_("jabatan penilai"), max_length=250, blank=True)
    appraiser_unit = models.CharField(_("unit penilai"), max_length=250, blank=True)
    appraiser_status = models.CharField(
        _("status penilai"), max_length=7, choices=AppraiserStatus.choices, default=AppraiserStatus.ASN
    )
    result_hash = keyed_hash_of(_("sidik hasil kerja"))
    behaviour_hash = keyed_hash_of(_("sidik perilaku kerja"))
    predicate_hash = keyed_hash_of(_("sidik predikat kinerja"))
    points_hash = keyed_hash_of(_("sidik nilai"))

    class Queryset(LedQuerySet):
        permission = "view_assessment"

    objects = Queryset.as_manager()

    class Meta:
        verbose_name = _("riwayat predikat kinerja")
        verbose_name_plural = _("riwayat predikat kinerja")
        constraints = [
            models.UniqueConstraint(
                name="predicate_once_a_year",
                fields=["agency", "employee", "year"],
                violation_error_message=_("Predikat kinerja tahun ini sudah tercatat."),
            ),
            models.CheckConstraint(
                name="predicate_year",
                condition=Q(year__range=(1990, 2100)),
                violation_error_message=_("Tahun predikat kinerja 1990 sampai 2100."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.year} {self.get_predicate_display()}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Raises ValidationError for a number that is none, whichever door it came through: the database, which sees
        tokens, refuses it no more."""
        for column in self._meta.local_fields:
            if isinstance(column, HashedMixin):
                setattr(self, column.attname, column.clean(getattr(self, column.attname), self))
        super().save(*args, **kwargs)
