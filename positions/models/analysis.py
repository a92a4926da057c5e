"""The job-needs analysis: its schedule, its results with evidence, one recommendation a position, decisions."""

from datetime import date
from typing import Any, ClassVar, Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from asnhr import formats
from asnhr.crypto import EncryptedCharField, keyed_hash_of
from asnhr.models import OwnedTenantModel, Run, TenantModel, User
from asnhr.sql import TenantForeignKey
from positions.models._base import AgencyWideQuerySet, TenantQuerySet
from positions.models._removals import CandidateQuerySet, headed_units, restricted, sees_every_removal
from positions.models._restricted import RESTRICTED, MaskedMixin
from positions.models.competency import TechnicalCompetency
from positions.models.employee import Employee
from positions.models.goal import Goal
from positions.models.job import Job
from positions.models.position import Position, Seat
from positions.models.unit import Unit, place_of

# Where a need comes from, in the words of pages, exports and admin.
SOURCE_WORDS = {
    "TETAP_SATU": _("satu orang setiap formasi"),
    "FORMULA_JF": _("rumus instansi pembina"),
    "ABK_KES": _("ABK-Kes"),
    "ABK": _("ABK"),
    "PETA_DITETAPKAN": _("peta jabatan ditetapkan"),
    "data_kosong": _("data belum tersedia"),
}


class AnalysisSchedule(TenantModel):
    """When an agency's analysis runs by itself; quarterly by default. One beat entry dispatches all agencies."""

    every_months = models.PositiveSmallIntegerField(_("setiap (bulan)"), default=3)
    next_on = models.DateField(_("berikutnya pada"))
    is_active = models.BooleanField(_("aktif"), default=True)

    objects = AgencyWideQuerySet.as_manager()

    class Meta:
        verbose_name = _("jadwal analisis")
        verbose_name_plural = _("jadwal analisis")
        constraints = [
            models.UniqueConstraint(name="schedule_one_an_agency", fields=["agency"]),
            models.CheckConstraint(
                name="schedule_1_to_12_months",
                condition=Q(every_months__range=(1, 12)),
                violation_error_message=_("Setiap 1 sampai 12 bulan."),
            ),
        ]

    def __str__(self) -> str:
        return gettext("Setiap %(n)s bulan") % {"n": self.every_months}


class NeedsAnalysis(TenantModel):
    """One finished (or running) analysis of an agency as of a day, with the parameters it used."""

    run = TenantForeignKey(Run, on_delete=models.PROTECT, related_name="needs_analyses", verbose_name=_("pekerjaan"))
    as_of = models.DateField(_("per tanggal"))
    # Every limit and parameter used, with its mark and origin, so that a result can be recomputed to the same bytes.
    parameters: Any = models.JSONField(_("parameter"), default=dict)
    rule_version = models.CharField(_("versi aturan"), max_length=20)
    totals: Any = models.JSONField(_("jumlah"), default=dict)
    is_complete = models.BooleanField(_("lengkap"), default=False)
    # The frozen one of its year: basis of the proposal.
    basis_year = models.PositiveSmallIntegerField(_("dasar usulan tahun"), null=True, blank=True)
    frozen_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("dibekukan oleh")
    )
    frozen_at = models.DateTimeField(_("dibekukan pada"), null=True, blank=True)
    created_at = models.DateTimeField(_("dibuat pada"), auto_now_add=True)

    objects = AgencyWideQuerySet.as_manager()

    class Meta:
        verbose_name = _("analisis kebutuhan jabatan")
        verbose_name_plural = _("analisis kebutuhan jabatan")
        constraints = [
            models.UniqueConstraint(
                name="analysis_one_basis_a_year",
                fields=["agency", "basis_year"],
                condition=Q(basis_year__isnull=False),
                violation_error_message=_("Dasar usulan tahun ini sudah ditetapkan."),
            ),
            models.UniqueConstraint(name="analysis_one_of_a_run", fields=["agency", "run"]),
            models.CheckConstraint(
                name="analysis_frozen_by_someone",
                condition=Q(basis_year__isnull=True, frozen_by__isnull=True, frozen_at__isnull=True)
                | Q(basis_year__isnull=False, frozen_by__isnull=False, frozen_at__isnull=False),
            ),
            models.CheckConstraint(
                name="analysis_basis_is_complete", condition=Q(basis_year__isnull=True) | Q(is_complete=True)
            ),
        ]
        indexes = [models.Index(fields=["agency", "-as_of", "-id"], name="analysis_latest")]

    def __str__(self) -> str:
        return gettext("Analisis per %(day)s") % {"day": formats.day(self.as_of)}

    @property
    def told_apart(self) -> str:
        """What it is called beside others of the same day: when it was computed, and whose year's basis it is."""
        about = {"analysis": str(self), "at": formats.moment(self.created_at), "year": self.basis_year}
        if self.basis_year is None:
            return gettext("%(analysis)s (dihitung %(at)s)") % about
        return gettext("%(analysis)s (dihitung %(at)s, dasar usulan %(year)s)") % about

    @property
    def known_on(self) -> date | None:
        """In a projection to a day to come: the day on which the register was known; else None. Reads what a query
        annotated as `projection`, where it did."""
        if "projection" in self.__dict__:
            text = self.__dict__["projection"]
        else:
            text = (self.parameters.get("overlay") or {}).get("projection")
        return date.fromisoformat(text) if text else None


class NeedsResult(MaskedMixin, OwnedTenantModel):
    """What the analysis says of one position; titles are kept as they were."""

    analysis = TenantForeignKey(
        NeedsAnalysis, on_delete=models.CASCADE, related_name="results", verbose_name=_("analisis")
    )
    position = TenantForeignKey(Position, on_delete=models.PROTECT, related_name="results", verbose_name=_("jabatan"))
    unit = TenantForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name=_("unit"))
    job = TenantForeignKey(Job, on_delete=models.PROTECT, related_name="+", verbose_name=_("nomenklatur"))
    code = models.CharField(_("kode"), max_length=60)
    unit_name = models.CharField(_("nama unit"), max_length=250)
    job_name = models.CharField(_("nama jabatan"), max_length=410)
    job_class = models.PositiveSmallIntegerField(_("kelas"), null=True)
    managerial = models.BooleanField(_("manajerial atau tugas tambahan"))
    # "data_kosong" when no source is known; need and k are null then, never 0.
    source = models.CharField(_("sumber kebutuhan"), max_length=16)
    need = models.DecimalField(_("kebutuhan (belum dibulatkan)"), max_digits=22, decimal_places=10, null=True)
    k = models.IntegerField(_("K hasil analisis"), null=True)
    k_decided = models.IntegerField(_("K ditetapkan"), null=True)
    # K that the decision table used: k, or k_decided where there is none.
    k_used = models.IntegerField(_("K dipakai"), null=True)
    b = models.IntegerField(_("bezetting"))
    b_part_time = models.IntegerField(_("paruh waktu"), default=0)
    f = models.IntegerField(_("formasi belum terisi"), default=0)
    effectiveness = models.DecimalField(_("EJ"), max_digits=22, decimal_places=10, null=True)
    grade = models.CharField(_("tingkat EJ"), max_length=1, blank=True)
    outflow = ArrayField(models.IntegerField(), verbose_name=_("keluar lima tahun"), size=5)
    k_year = ArrayField(models.IntegerField(null=True), verbose_name=_("K lima tahun"), size=5)
    b_year = ArrayField(models.IntegerField(), verbose_name=_("B lima tahun"), size=5)
    received = models.IntegerField(_("redistribusi masuk"), default=0)
    released = models.IntegerField(_("redistribusi keluar"), default=0)
    signals: Any = models.JSONField(_("tanda"), default=list)
    evidence: Any = models.JSONField(_("dasar perhitungan"), default=dict)
    row = models.PositiveSmallIntegerField(_("baris keputusan"))
    reason = models.CharField(_("kode alasan"), max_length=30)
    recommendation = models.CharField(_("rekomendasi"), max_length=14)
    quantity = models.IntegerField(_("jumlah"), default=0)
    priority = models.PositiveSmallIntegerField(_("prioritas"))

    MASK: ClassVar[dict[str, Any]] = {
        "row": None, "reason": RESTRICTED, "recommendation": RESTRICTED, "quantity": None, "priority": None,
        "released": None, "signals": [], "evidence": {},
    }  # fmt: skip

    class Queryset(CandidateQuerySet):
        unit_lookup = "unit"

    objects = Queryset.as_manager()

    class Meta:
        verbose_name = _("hasil analisis jabatan")
        verbose_name_plural = _("hasil analisis jabatan")
        constraints = [
            models.UniqueConstraint(name="result_one_a_position", fields=["agency", "analysis", "position"]),
            models.CheckConstraint(name="result_row_1_to_16", condition=Q(row__range=(1, 16))),
            models.CheckConstraint(name="result_priority_1_to_3", condition=Q(priority__range=(1, 3))),
            models.CheckConstraint(
                name="result_unknown_need_is_null",
                condition=Q(source="data_kosong", need__isnull=True) | ~Q(source="data_kosong"),
            ),
        ]
        indexes = [
            models.Index(fields=["agency", "analysis", "row"], name="result_row"),
            models.Index(fields=["agency", "analysis", "unit"], name="result_unit"),
        ]

    @property
    def place(self) -> str:
        """The unit as it was called, with its office; load `unit__office` with it."""
        return place_of(self.unit_name, self.unit)

    def __str__(self) -> str:
        # Without the recommendation: rows that point here are named by it, whoever reads them.
        return f"{self.code} · {self.job_name}"


class Recommendation(models.TextChoices):
    """Codes of needs-analysis.md 5."""

    FILL = "ISI", _("Isi")
    REVIEW = "TINJAU_BEBAN", _("Tinjau beban kerja")
    ABOLISH = "HAPUS", _("Usul penghapusan jabatan")
    MERGE = "GABUNG", _("Gabungkan")
    RECEIVE = "TERIMA", _("Redistribusi masuk")
    RELEASE = "LEPAS", _("Redistribusi keluar")
    PROPOSE = "USUL_FORMASI", _("Usulkan formasi")
    KEEP = "PERTAHANKAN", _("Pertahankan")
    DEVELOP = "KEMBANGKAN", _("Kembangkan kompetensi")


class RecommendationLine(MaskedMixin, OwnedTenantModel):
    """One line to decide on; row 8 may bring two (TERIMA and USUL_FORMASI)."""

    class State(models.TextChoices):
        OPEN = "menunggu", _("Menunggu keputusan")
        APPROVED = "setuju", _("Disetujui")
        DEFERRED = "tunda", _("Ditunda")
        REJECTED = "tolak", _("Ditolak")

    result = TenantForeignKey(NeedsResult, on_delete=models.CASCADE, related_name="lines", verbose_name=_("hasil"))
    number = models.PositiveSmallIntegerField(_("baris"))
    recommendation = models.CharField(_("rekomendasi"), max_length=14, choices=Recommendation.choices)
    quantity = models.IntegerField(_("jumlah"))
    priority = models.PositiveSmallIntegerField(_("prioritas"))
    state = models.CharField(_("keadaan"), max_length=8, choices=State.choices, default=State.OPEN)
    # Hash of what decided it: a rejected line does not return unless this changed.
    inputs_hash = models.CharField(_("sidik masukan"), max_length=64)
    # A line equal to one rejected before is not asked again.
    repeats_rejected = models.BooleanField(_("sudah pernah ditolak"), default=False)

    MASK: ClassVar[dict[str, Any]] = {
        "recommendation": RESTRICTED, "quantity": None, "priority": None, "inputs_hash": "",
    }  # fmt: skip

    class Queryset(CandidateQuerySet):
        unit_lookup = "result__unit"
        result_lookup = "result__"

    objects = Queryset.as_manager()

    class Meta:
        verbose_name = _("rekomendasi")
        verbose_name_plural = _("rekomendasi")
        constraints = [
            models.UniqueConstraint(name="line_once", fields=["agency", "result", "number"]),
            models.CheckConstraint(name="line_priority_1_to_3", condition=Q(priority__range=(1, 3))),
        ]
        indexes = [models.Index(fields=["agency", "state", "priority"], name="line_state")]

    def __str__(self) -> str:
        return self.words if self.restricted else f"{self.words} {self.quantity}"

    @property
    def words(self) -> str:
        """Return the recommendation in words, or that it is not for the reader yet."""
        if self.restricted:
            return gettext("belum diputuskan (terbatas)")
        return str(Recommendation(self.recommendation).label)

    def put_mask_on(self) -> None:
        """Mask the result that was read with the line, too."""
        super().put_mask_on()
        if "result" in self._state.fields_cache:
            self.result.restricted = True


class Decision(TenantModel):
    """Approve, defer or reject a line, with the reason; the latest one counts, none is overwritten."""

    class Verdict(models.TextChoices):
        APPROVE = "setuju", _("Setujui")
        DEFER = "tunda", _("Tunda")
        REJECT = "tolak", _("Tolak")

    line = TenantForeignKey(
        RecommendationLine, on_delete=models.PROTECT, related_name="decisions", verbose_name=_("rekomendasi")
    )
    verdict = models.CharField(_("keputusan"), max_length=8, choices=Verdict.choices)
    reason = models.TextField(_("alasan"))
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name=_("diputuskan oleh"))
    decided_at = models.DateTimeField(_("diputuskan pada"), auto_now_add=True)

    class Queryset(TenantQuerySet):
        unit_lookup = "line__result__unit"

        def visible_to(self, user: Any) -> Self:
            """Rows in the user's scope; the deferral of a removal candidate only for who sees the candidate."""
            rows = super().visible_to(user)
            return rows.alias(restricted=restricted(user, result="line__result__", line="line__")).filter(
                restricted=False
            )

    objects = Queryset.as_manager()

    class Meta:
        verbose_name = _("keputusan")
        verbose_name_plural = _("keputusan")
        constraints = [models.CheckConstraint(name="decision_has_reason", condition=~Q(reason=""))]

    def __str__(self) -> str:
        return f"{self.get_verdict_display()}: {self.line_id}"


class RemovalHearing(TenantModel):
    """A holder of a removal candidate was heard, and which seat is theirs if the post goes (needs-analysis.md 5).

    The latest one of a holder counts, none is overwritten.
    """

    line = TenantForeignKey(
        RecommendationLine, on_delete=models.PROTECT, related_name="hearings", verbose_name=_("rekomendasi")
    )
    employee = TenantForeignKey(Employee, on_delete=models.PROTECT, related_name="+", verbose_name=_("pemangku"))
    heard_on = models.DateField(_("didengar pada"))
    # What a person said of themself, of family or illness among it.
    note = EncryptedCharField(_("yang disampaikan"), max_length=4000)
    note_hash = keyed_hash_of(_("sidik yang disampaikan"))
    target_seat = TenantForeignKey(Seat, on_delete=models.PROTECT, related_name="+", verbose_name=_("formasi tujuan"))
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name=_("dicatat oleh"))
    recorded_at = models.DateTimeField(_("dicatat pada"), auto_now_add=True)
    emptied_at = models.DateTimeField(_("isi dimusnahkan pada"), null=True, blank=True, editable=False)

    class Queryset(TenantQuerySet):
        unit_lookup = "line__result__unit"

        def visible_to(self, user: Any) -> Self:
            """What a person said stays with who sees every candidate and with the head of the unit, decided or not."""
            rows = super().visible_to(user)
            return rows if sees_every_removal(user) else rows.filter(line__result__unit__in=headed_units(user))

    objects = Queryset.as_manager()

    class Meta:
        verbose_name = _("keterangan pemangku")
        verbose_name_plural = _("keterangan pemangku")
        constraints = [
            models.CheckConstraint(
                name="hearing_has_note",
                condition=(Q(emptied_at__isnull=True) & ~Q(note="")) | Q(emptied_at__isnull=False, note=""),
            )
        ]

    def __str__(self) -> str:
        return f"{self.line_id} · {self.employee_id}"


class CompetencyNeed(OwnedTenantModel):
    """How many people a competency is needed from at a level, by unit: Σ K of the positions that require it."""

    analysis = TenantForeignKey(
        NeedsAnalysis, on_delete=models.CASCADE, related_name="competency_needs", verbose_name=_("analisis")
    )
    unit = TenantForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name=_("unit"))
    competency = models.ForeignKey(
        "positions.Competency",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("kompetensi"),
    )
    technical = TenantForeignKey(
        TechnicalCompetency,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("kompetensi teknis"),
    )
    level = models.PositiveSmallIntegerField(_("level"))
    needed = models.PositiveIntegerField(_("kebutuhan (orang)"))
    holders = models.PositiveIntegerField(_("pemangku jabatan"))

    class Queryset(TenantQuerySet):
        unit_lookup = "unit"

    objects = Queryset.as_manager()

    class Meta:
        verbose_name = _("kebutuhan kompetensi")
        verbose_name_plural = _("kebutuhan kompetensi")
        constraints = [
            models.UniqueConstraint(
                name="competency_need_once",
                fields=["agency", "analysis", "unit", "competency", "technical", "level"],
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                name="competency_need_of_one_dictionary",
                condition=Q(competency__isnull=True, technical__isnull=False)
                | Q(competency__isnull=False, technical__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.competency_id or f'T{self.technical_id}'} level {self.level}: {self.needed}"


class UnitFinding(TenantModel):
    """What the analysis found of a unit: a goal without any post."""

    analysis = TenantForeignKey(
        NeedsAnalysis, on_delete=models.CASCADE, related_name="unit_findings", verbose_name=_("analisis")
    )
    unit = TenantForeignKey(
        Unit, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("unit")
    )
    goal = TenantForeignKey(Goal, on_delete=models.CASCADE, related_name="+", verbose_name=_("sasaran"))
    code = models.CharField(_("kode"), max_length=30)

    class Queryset(TenantQuerySet):
        unit_lookup = "unit"

    objects = Queryset.as_manager()

    class Meta:
        verbose_name = _("temuan unit")
        verbose_name_plural = _("temuan unit")
        constraints = [models.UniqueConstraint(name="unit_finding_once", fields=["agency", "analysis", "goal", "code"])]

    def __str__(self) -> str:
        return f"{self.code} {self.goal_id}"
