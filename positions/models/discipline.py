"""Disciplinary sanctions (hukuman disiplin; PP 94/2021): sensitive, with a permission of its own and logged reads."""

from datetime import date
from typing import Any, Self

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from asnhr import formats
from asnhr.crypto import (
    EncryptedCharField,
    EncryptedDateField,
    EncryptedNumberField,
    EncryptedSmallIntegerField,
    keyed_hash_of,
    set_hashes,
)
from positions.models._history import HistoryQuerySet, HistoryRow, of_employee
from positions.rules.discipline import LONGEST_TERM, SANCTIONS, Severity
from positions.rules.levels import RANK_BY_ID

# Names are the rules' (Indonesian), shown in the reader's language: `positions.pages.file_words` lists them.
SANCTION_CHOICES = [(each.code, _(each.name)) for each in SANCTIONS.values()]


class Discipline(HistoryRow):
    """A sanction by its decree. SIASN rw-hukdis.

    What it says is encrypted, each column with its keyed hash, so the database compares nothing: who asks reads the few
    rows and decides in Python. What it checked says `clean`, and `save` lets nothing past it.
    """

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

        def on(self, day: date) -> Self:
            """Sanctions that have begun and are not over on `day`, in whatever state; one query that reads them."""
            spans = self.order_by().values_list("pk", "starts_on", "ends_on")
            return self.filter(pk__in=[pk for pk, start, end in spans if start <= day and (end is None or end > day)])

    employee = of_employee("sanctions")
    decree = EncryptedNumberField(_("nomor SK"), max_length=120, blank=True, bound=True)
    decree_on = EncryptedDateField(_("tanggal SK"), null=True, blank=True, bound=True)
    sanction = EncryptedCharField(_("jenis hukuman"), max_length=2, choices=SANCTION_CHOICES, bound=True)
    state = EncryptedCharField(
        _("keadaan"), max_length=12, choices=State.choices, default=State.IN_FORCE, bound=True
    )  # fmt: skip
    starts_on = EncryptedDateField(_("TMT hukuman"), bound=True)
    years = EncryptedSmallIntegerField(_("masa (tahun)"), default=0)
    months = EncryptedSmallIntegerField(_("masa (bulan)"), default=0)
    ends_on = EncryptedDateField(_("berakhir sebelum"), null=True, blank=True, bound=True)
    regulation = EncryptedCharField(_("peraturan"), max_length=60, default="PP 94/2021", bound=True)
    reason_code = EncryptedCharField(_("kode alasan"), max_length=10, blank=True, bound=True)
    reason = EncryptedCharField(_("alasan"), max_length=250, blank=True)
    rank_before = EncryptedSmallIntegerField(_("golongan sebelum hukuman"), null=True, blank=True)
    rank = EncryptedSmallIntegerField(_("golongan selama hukuman"), null=True, blank=True)
    revoked_decree = EncryptedCharField(_("nomor SK pembatalan"), max_length=120, blank=True, bound=True)
    revoked_on = EncryptedDateField(_("tanggal SK pembatalan"), null=True, blank=True, bound=True)
    note = EncryptedCharField(_("keterangan"), max_length=2000, blank=True)
    decree_hash = keyed_hash_of(_("sidik nomor SK"))
    decree_on_hash = keyed_hash_of(_("sidik tanggal SK"))
    sanction_hash = keyed_hash_of(_("sidik jenis hukuman"))
    state_hash = keyed_hash_of(_("sidik keadaan"))
    starts_on_hash = keyed_hash_of(_("sidik TMT hukuman"))
    years_hash = keyed_hash_of(_("sidik masa (tahun)"))
    months_hash = keyed_hash_of(_("sidik masa (bulan)"))
    ends_on_hash = keyed_hash_of(_("sidik berakhir sebelum"))
    regulation_hash = keyed_hash_of(_("sidik peraturan"))
    reason_code_hash = keyed_hash_of(_("sidik kode alasan"))
    reason_hash = keyed_hash_of(_("sidik alasan"))
    rank_before_hash = keyed_hash_of(_("sidik golongan sebelum hukuman"))
    rank_hash = keyed_hash_of(_("sidik golongan selama hukuman"))
    revoked_decree_hash = keyed_hash_of(_("sidik nomor SK pembatalan"))
    revoked_on_hash = keyed_hash_of(_("sidik tanggal SK pembatalan"))
    note_hash = keyed_hash_of(_("sidik keterangan"))

    objects = Queryset.as_manager()

    class Meta:
        verbose_name = _("riwayat hukuman disiplin")
        verbose_name_plural = _("riwayat hukuman disiplin")
        constraints = [
            models.CheckConstraint(
                name="discipline_has_decree",
                condition=~Q(decree="") & Q(decree_on__isnull=False),
                violation_error_message=_("Hukuman disiplin wajib menyebut nomor dan tanggal SK."),
            ),
            models.UniqueConstraint(
                name="discipline_once",
                fields=["agency", "employee", "decree_hash", "sanction_hash"],
                violation_error_message=_("Hukuman dengan nomor SK ini sudah tercatat."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_sanction_display()} {formats.day(self.starts_on)}"

    def clean(self) -> None:
        """What the database cannot say of encrypted columns. Raises ValidationError."""
        wrong: dict[str, Any] = {}
        if self.sanction not in SANCTIONS:
            wrong["sanction"] = _("Jenis hukuman tidak dikenal.")
        elif SANCTIONS[self.sanction].months and not self.ends_on:
            wrong["ends_on"] = _("Hukuman dengan jangka waktu wajib menyebut tanggal berakhir.")
        if (self.years or 0) * 12 + (self.months or 0) > LONGEST_TERM:
            wrong["years"] = _("Masa hukuman paling lama seratus tahun.")
        for name in ("rank_before", "rank"):
            if getattr(self, name) not in (None, *RANK_BY_ID):
                wrong[name] = _("Golongan tidak dikenal")
        if self.starts_on and self.ends_on and self.ends_on <= self.starts_on:
            wrong["ends_on"] = _("Hukuman berakhir harus sesudah TMT.")
        if self.state == self.State.REVOKED and not (self.revoked_decree and self.revoked_on):
            wrong["revoked_decree"] = _("Pembatalan wajib menyebut nomor dan tanggal SK pembatalan.")
        if wrong:
            raise ValidationError(wrong)

    def validate_constraints(self, exclude: Any = None) -> None:
        set_hashes(self)
        super().validate_constraints(exclude)

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.clean()
        super().save(*args, **kwargs)

    @property
    def severity(self) -> Severity:
        return SANCTIONS[self.sanction].severity
