"""The needs analysis and what follows from it."""

from typing import Any, ClassVar

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from asnhr.adminbase import NationalAdmin, ReadOnlyAdmin, ScopedAdmin, access_of, site
from positions import models
from positions.admin.filters import AnalysisFilter, DifferenceFilter, LevelFilter, SourceFilter
from positions.models._restricted import RESTRICTED
from positions.models.analysis import SOURCE_WORDS, Recommendation
from positions.services import agencies

TOPIC = gettext_lazy("Analisis dan usulan")


def source_name(code: str) -> str:
    return str(SOURCE_WORDS.get(code, code))


def recommendation_name(code: str) -> str:
    """A masked one says why it is not told yet."""
    if code == RESTRICTED:
        return _("belum diputuskan (terbatas)")
    return str(dict(Recommendation.choices).get(code, code))


@admin.register(models.AnalysisSchedule, site=site)
class AnalysisScheduleAdmin(ScopedAdmin):
    edits = frozenset({"edit_schedule"})
    reads = "view_analysis"
    fields = ("every_months", "next_on", "is_active")
    list_display = ("agency", "every_months", "next_on", "is_active")
    list_select_related = ("agency",)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """One for the agency."""
        return super().has_add_permission(request, obj) and not self.get_queryset(request).exists()

    def make(self, actor: Any, facts: dict[str, Any]) -> Any:
        return agencies.change_schedule(actor=actor, schedule=None, **facts)

    def amend(self, actor: Any, row: Any, facts: dict[str, Any], changed: frozenset[str]) -> Any:
        return agencies.change_schedule(actor=actor, schedule=row, **{name: facts[name] for name in changed})


class AnalysisReadAdmin(ReadOnlyAdmin):
    reads = "view_analysis"


@admin.register(models.NeedsAnalysis, site=site)
class NeedsAnalysisAdmin(AnalysisReadAdmin):
    list_display = ("as_of", "is_complete", "basis_year", "rule_version", "frozen_by", "created_at")
    list_filter = ("is_complete",)
    list_select_related = ("frozen_by",)
    search_fields = ("basis_year",)
    ordering = ("-as_of", "-pk")

    def get_exclude(self, request: HttpRequest, obj: Any = None) -> Any:
        """Totals are the agency's: not for who sees some units only."""
        return self.exclude if access_of(request).whole_agency else (*self.exclude, "totals")


@admin.register(models.NeedsResult, site=site)
class NeedsResultAdmin(AnalysisReadAdmin):
    """Basis of calculation, signals and reason are told on the row's own page, which the form links to."""

    exclude = ("agency", "evidence", "signals", "reason")
    tells: ClassVar[Any] = {"source": source_name, "recommendation": recommendation_name}
    list_display = ("code", "job_name", "unit_name", "source", "k", "b", "recommendation", "quantity", "priority")
    # Not by the masked columns: the order would tell what a masked row is.
    sortable_by = ("code", "job_name", "unit_name", "source", "k", "b")
    list_filter = (AnalysisFilter, SourceFilter, DifferenceFilter, "managerial")
    search_fields = ("code", "job_name")
    ordering = ("-analysis_id", "code", "pk")


@admin.register(models.NeedsRollup, site=site)
class NeedsRollupAdmin(NationalAdmin):
    """All agencies side by side: for who reads roll-ups, which no regional admin does."""

    reads = "view_rollups"
    list_display = ("agency_code", "agency_name", "as_of", "computed_at")
    search_fields = ("agency_code", "agency_name")
    ordering = ("agency_code", "pk")


@admin.register(models.RecommendationLine, site=site)
class RecommendationLineAdmin(AnalysisReadAdmin):
    list_display = ("result", "recommended", "quantity", "priority", "state")
    # Neither filtered nor sorted by what is masked.
    list_filter = ("state",)
    sortable_by = ("result", "state")
    list_select_related = ("result",)
    search_fields = ("result__code", "result__job_name")
    ordering = ("-pk",)

    @admin.display(description=gettext_lazy("rekomendasi"))
    def recommended(self, obj: models.RecommendationLine) -> str:
        return obj.words


@admin.register(models.Decision, site=site)
class DecisionAdmin(AnalysisReadAdmin):
    list_display = ("line", "verdict", "reason", "decided_by", "decided_at")
    list_filter = ("verdict",)
    list_select_related = ("line__result", "decided_by")
    search_fields = ("reason", "line__result__code")
    ordering = ("-pk",)


@admin.register(models.RemovalHearing, site=site)
class RemovalHearingAdmin(AnalysisReadAdmin):
    asks = frozenset({"view_removals"})
    list_display = ("line", "employee", "heard_on", "target_seat", "recorded_by", "recorded_at")
    list_select_related = ("line__result", "employee", "target_seat", "recorded_by")
    search_fields = ("employee__name",)
    ordering = ("-pk",)


@admin.register(models.CompetencyNeed, site=site)
class CompetencyNeedAdmin(AnalysisReadAdmin):
    list_display = ("competency", "technical", "level", "unit", "needed", "holders")
    list_filter = (AnalysisFilter, LevelFilter)
    list_select_related = ("competency", "technical", "unit")
    search_fields = ("competency__name", "technical__name", "unit__name")
    ordering = ("-analysis_id", "pk")


@admin.register(models.UnitFinding, site=site)
class UnitFindingAdmin(AnalysisReadAdmin):
    list_display = ("code", "goal", "unit")
    list_select_related = ("goal", "unit")
    search_fields = ("code", "goal__code")
    ordering = ("-analysis_id", "pk")
