"""Disciplinary sanctions (hukuman disiplin; PP 94/2021): sensitive, with a permission of its own and logged reads."""

from datetime import date
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from asnhr.crypto import EncryptedCharField, keyed_hash_of
from positions.models._history import DecreeMixin, HistoryQuerySet, HistoryRow, of_employee
from positions.rules.discipline import SANCTIONS, Severity

# Names are the rules' (Indonesian), shown in the reader's language: `positions.pages.file_words` lists them.
SANCTION_CHOICES = [(each.code, _(each.name)) for each in SANCTIONS.values()]


class Discipline(DecreeMixin, HistoryRow):
    """A sanction by its decree. SIASN rw-hukdis."""

    SIASN = {
        "siasn_id": "id", "sanction": "jenisHukuman", "decree": "skNomor", "decree_on": "skTanggal",
        "starts_on": "hukumanTanggal", "years": "masaTahun", "months": "masaBulan", "ends_on": "akhirHukumTanggal",
        "regulation": "nomorPp", "reason_code": "alasanHukumanDisiplin", "reason": "alasanHukumanDisiplinNama",
        "revoked_decree": "skPembatalanNomor", "revoked_on": "skPembatalanTanggal", "note": "keterangan",
        "rank": "golongan", "rank_before": "golonganLama",
    }  # fmt: skip

    class State(models.TextChoices):
        """An appeal (upaya administratif) suspends the sanction until it is decided (careers.md 9)."""

        IN_FORCE = "berlaku", _("Berlaku")
        SUSPENDED = "ditangguhkan", _("Ditangguhkan (banding)")
        REVOKED = "dibatalkan", _("Dibatalkan")

    class Queryset(HistoryQuerySet):
        permission = "view_discipline"

        def running(self, day: date) -> Self:
            """Sanctions whose effect runs on `day`."""
            return self.filter(
                Q(starts_on__lte=day), Q(ends_on__isnull=True) | Q(ends_on__gt=day), state=Discipline.State.IN_FORCE
            )

    employee = of_employee("sanctions")
    sanction = models.CharField(_("jenis hukuman"), max_length=2, choices=SANCTION_CHOICES)
    state = models.CharField(_("keadaan"), max_length=12, choices=State.choices, default=State.IN_FORCE)
    starts_on = models.DateField(_("TMT hukuman"))
    years = models.PositiveSmallIntegerField(_("masa (tahun)"), default=0)
    months = models.PositiveSmallIntegerField(_("masa (bulan)"), default=0)
    ends_on = models.DateField(_("berakhir sebelum"), null=True, blank=True)
    regulation = models.CharField(_("peraturan"), max_length=60, default="PP 94/2021")
    reason_code = models.CharField(_("kode alasan"), max_length=10, blank=True)
    reason = EncryptedCharField(_("alasan"), max_length=250, blank=True)
    rank_before = models.PositiveSmallIntegerField(_("golongan sebelum hukuman"), null=True, blank=True)
    rank = models.PositiveSmallIntegerField(_("golongan selama hukuman"), null=True, blank=True)
    revoked_decree = models.CharField(_("nomor SK pembatalan"), max_length=120, blank=True)
    revoked_on = models.DateField(_("tanggal SK pembatalan"), null=True, blank=True)
    note = EncryptedCharField(_("keterangan"), max_length=2000, blank=True)
    reason_hash = keyed_hash_of(_("sidik alasan"))
    note_hash = keyed_hash_of(_("sidik keterangan"))

    objects = Queryset.as_manager()

    class Meta:
        verbose_name = _("riwayat hukuman disiplin")
        verbose_name_plural = _("riwayat hukuman disiplin")
        constraints = [
            models.CheckConstraint(
                name="discipline_ends_after_it_starts",
                condition=Q(ends_on__isnull=True) | Q(ends_on__gt=F("starts_on")),
            ),
            models.CheckConstraint(
                name="discipline_known_sanction",
                condition=Q(sanction__in=list(SANCTIONS)),
            ),
            models.CheckConstraint(
                name="discipline_has_decree",
                condition=~Q(decree="") & Q(decree_on__isnull=False),
                violation_error_message=_("Hukuman disiplin wajib menyebut nomor dan tanggal SK."),
            ),
            models.CheckConstraint(
                name="discipline_timed_has_end",
                condition=~Q(sanction__in=[code for code, each in SANCTIONS.items() if each.months])
                | Q(ends_on__isnull=False),
                violation_error_message=_("Hukuman dengan jangka waktu wajib menyebut tanggal berakhir."),
            ),
            models.CheckConstraint(
                name="discipline_revoked_by_decree",
                condition=~Q(state="dibatalkan") | ~Q(revoked_decree="") & Q(revoked_on__isnull=False),
                violation_error_message=_("Pembatalan wajib menyebut nomor dan tanggal SK pembatalan."),
            ),
            models.UniqueConstraint(
                name="discipline_once",
                fields=["agency", "employee", "decree", "sanction"],
                violation_error_message=_("Hukuman dengan nomor SK ini sudah tercatat."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_sanction_display()} {self.starts_on:%d-%m-%Y}"

    @property
    def severity(self) -> Severity:
        return SANCTIONS[self.sanction].severity
