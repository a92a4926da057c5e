"""Where accepted recommendations go: the lists of needs-analysis.md 6, and the formation list with its status flow."""

from typing import Any, Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from asnhr.models import TenantModel, User
from asnhr.sql import TenantForeignKey
from positions import followup_words
from positions.models._base import AgencyWideQuerySet, TenantQuerySet
from positions.models._removals import restricted
from positions.models.analysis import NeedsAnalysis, RecommendationLine
from positions.models.position import Position
from positions.models.unit import Unit


class FollowUp(TenantModel):
    """An approved line on one of the lists (all but the formation list, whose lines are `FormationLine`)."""

    class List(models.TextChoices):
        FILLING = "pengisian", _("Usul pengisian jabatan manajerial")
        REDISTRIBUTION = "redistribusi", _("Usul redistribusi")
        MAP_CHANGE = "peta_jabatan", _("Usul perubahan peta jabatan")
        DEVELOPMENT = "pengembangan", _("Kebutuhan pengembangan")
        WORKLOAD = "perbaikan_abk", _("Perbaikan ABK")

    class State(models.TextChoices):
        OPEN = "terbuka", _("Terbuka")
        DONE = "selesai", _("Selesai")
        WITHDRAWN = "ditarik", _("Ditarik")

    list = models.CharField(_("daftar"), max_length=14, choices=List.choices)
    line = TenantForeignKey(
        RecommendationLine, on_delete=models.PROTECT, related_name="follow_ups", verbose_name=_("rekomendasi")
    )
    position = TenantForeignKey(
        Position, on_delete=models.PROTECT, related_name="follow_ups", verbose_name=_("jabatan")
    )
    quantity = models.IntegerField(_("jumlah"))
    state = models.CharField(_("keadaan"), max_length=8, choices=State.choices, default=State.OPEN)
    note = models.TextField(_("catatan"), blank=True)
    created_at = models.DateTimeField(_("masuk daftar pada"), auto_now_add=True)

    class Queryset(TenantQuerySet):
        unit_lookup = "position__unit"

        def visible_to(self, user: Any) -> Self:
            """Rows in the user's scope; what a withdrawn removal left behind only for who sees the candidate."""
            rows = super().visible_to(user)
            return rows.alias(restricted=restricted(user, result="line__result__", line="line__")).filter(
                restricted=False
            )

    objects = Queryset.as_manager()

    class Meta:
        verbose_name = _("tindak lanjut")
        verbose_name_plural = _("tindak lanjut")
        constraints = [models.UniqueConstraint(name="follow_up_one_a_line", fields=["agency", "line"])]

    def __str__(self) -> str:
        return f"{self.get_list_display()} · {self.position_id}"

    @property
    def told(self) -> str:
        """The note in the language of the reader."""
        return followup_words.told(self.note)


class FormationProposal(TenantModel):
    """The formation proposal of a year with its status flow (establishment.md 5.7)."""

    class State(models.TextChoices):
        DRAFT = "draft", _("Konsep")
        SUBMITTED = "diajukan", _("Diajukan")
        BKN = "bkn_verifikasi", _("Verifikasi BKN")
        TECHNICAL = "pertek", _("Pertimbangan teknis")
        MINISTRY = "menpanrb_validasi", _("Validasi KemenPANRB")
        DECIDED = "ditetapkan", _("Ditetapkan")
        REJECTED = "ditolak", _("Ditolak")

    year = models.PositiveSmallIntegerField(_("tahun"))
    analysis = TenantForeignKey(NeedsAnalysis, on_delete=models.PROTECT, null=True, blank=True, verbose_name=_("dasar"))
    state = models.CharField(_("keadaan"), max_length=18, choices=State.choices, default=State.DRAFT)
    version = models.PositiveSmallIntegerField(_("versi"), default=1)
    decree = models.CharField(_("nomor penetapan"), max_length=120, blank=True)
    decree_on = models.DateField(_("tanggal penetapan"), null=True, blank=True)
    changed_at = models.DateTimeField(_("diubah pada"), auto_now=True)

    objects = AgencyWideQuerySet.as_manager()

    class Meta:
        verbose_name = _("usul formasi")
        verbose_name_plural = _("usul formasi")
        constraints = [
            models.UniqueConstraint(
                name="formation_one_open_a_year",
                fields=["agency", "year"],
                condition=~Q(state="ditolak"),
                violation_error_message=_("Usul formasi tahun ini sudah ada."),
            ),
            models.CheckConstraint(
                name="formation_decided_has_decree",
                condition=~Q(state="ditetapkan") | (~Q(decree="") & Q(decree_on__isnull=False)),
            ),
        ]

    def __str__(self) -> str:
        return gettext("Usul formasi %(year)s") % {"year": self.year}


class FormationLine(TenantModel):
    """A position in a formation proposal: 0 ≤ penetapan ≤ rekomendasi ≤ usulan ≤ formasi."""

    class Intake(models.TextChoices):
        CPNS = "CPNS", "CPNS"
        PPPK = "PPPK", "PPPK"

    proposal = TenantForeignKey(
        FormationProposal, on_delete=models.CASCADE, related_name="lines", verbose_name=_("usul formasi")
    )
    line = TenantForeignKey(
        RecommendationLine,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="formation_lines",
        verbose_name=_("rekomendasi"),
    )
    position = TenantForeignKey(
        Position, on_delete=models.PROTECT, related_name="formation_lines", verbose_name=_("jabatan")
    )
    formation = models.PositiveIntegerField(_("formasi (kebutuhan)"))
    proposed = models.PositiveIntegerField(_("usulan"))
    recommended = models.PositiveIntegerField(_("rekomendasi"), null=True, blank=True)
    decided = models.PositiveIntegerField(_("penetapan"), null=True, blank=True)
    filled = models.PositiveIntegerField(_("terisi"), default=0)
    intake = models.CharField(_("jenis pengadaan"), max_length=4, choices=Intake.choices, blank=True)
    field = models.CharField(
        _("rumpun"),
        max_length=8,
        blank=True,
        choices=[("guru", _("Guru")), ("nakes", _("Nakes")), ("teknis", _("Teknis"))],
    )
    education_ids = ArrayField(
        models.CharField(max_length=40), verbose_name=_("id pendidikan"), default=list, blank=True
    )
    placement = TenantForeignKey(
        Unit, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("unit penempatan")
    )
    income_min = models.DecimalField(
        _("penghasilan terendah (Rp)"), max_digits=12, decimal_places=0, null=True, blank=True
    )
    income_max = models.DecimalField(
        _("penghasilan tertinggi (Rp)"), max_digits=12, decimal_places=0, null=True, blank=True
    )
    # Who completed it last: that person does not sign it.
    completed_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("dilengkapi oleh")
    )

    class Queryset(TenantQuerySet):
        unit_lookup = "position__unit"

    objects = Queryset.as_manager()

    class Meta:
        verbose_name = _("rincian usul formasi")
        verbose_name_plural = _("rincian usul formasi")
        constraints = [
            models.UniqueConstraint(name="formation_line_once", fields=["agency", "proposal", "position"]),
            models.CheckConstraint(
                name="formation_line_steps",
                condition=Q(proposed__lte=F("formation"))
                & (Q(recommended__isnull=True) | Q(recommended__lte=F("proposed")))
                & (Q(decided__isnull=True) | Q(recommended__isnull=False, decided__lte=F("recommended"))),
                violation_error_message=_("Harus 0 ≤ penetapan ≤ rekomendasi ≤ usulan ≤ formasi."),
            ),
            models.CheckConstraint(name="formation_line_filled", condition=Q(filled=0) | Q(filled__lte=F("decided"))),
            models.CheckConstraint(
                name="formation_line_income",
                condition=Q(income_min__isnull=True) | Q(income_max__isnull=True) | Q(income_max__gte=F("income_min")),
                violation_error_message=_("Penghasilan tertinggi tidak boleh di bawah penghasilan terendah."),
            ),
        ]
        indexes = [models.Index(fields=["agency", "position"], name="formation_line_position")]

    def __str__(self) -> str:
        return f"{self.proposal_id} · {self.position_id}"


class FormationVersion(TenantModel):
    """The figures of a proposal as they stood when it changed state; each return keeps the old ones."""

    proposal = TenantForeignKey(
        FormationProposal, on_delete=models.CASCADE, related_name="versions", verbose_name=_("usul formasi")
    )
    version = models.PositiveSmallIntegerField(_("versi"))
    from_state = models.CharField(_("dari"), max_length=18)
    to_state = models.CharField(_("ke"), max_length=18)
    reason = models.TextField(_("alasan"), blank=True)
    figures: Any = models.JSONField(_("angka"), default=list)
    changed_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("oleh")
    )
    changed_at = models.DateTimeField(_("pada"), auto_now_add=True)

    # Figures of every position: for who sees the whole agency only.
    objects = TenantQuerySet.as_manager()

    class Meta:
        verbose_name = _("versi usul formasi")
        verbose_name_plural = _("versi usul formasi")

    def __str__(self) -> str:
        return f"{self.proposal_id} v{self.version}: {self.from_state} → {self.to_state}"

    @property
    def from_name(self) -> str:
        return state_name(self.from_state)

    @property
    def to_name(self) -> str:
        return state_name(self.to_state)


def state_name(code: str) -> str:
    """Return what a state of a proposal is called; a version keeps its code."""
    return str(dict(FormationProposal.State.choices).get(code, code))
