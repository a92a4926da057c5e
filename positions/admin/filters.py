"""Filters whose values are known beforehand.

Django's own would read every row of a long table for the values of a column without choices.
"""

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import F, Q
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from asnhr import dates, told
from positions import models
from positions.models.analysis import SOURCE_WORDS
from positions.queries import job_analysis


class LevelFilter(admin.SimpleListFilter):
    title = gettext_lazy("level")
    parameter_name = "level"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(str(level), str(level)) for level in range(1, 6)]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset.filter(level=self.value()) if self.value() in list("12345") else queryset


class CompetencyKindFilter(admin.SimpleListFilter):
    title = gettext_lazy("jenis")
    parameter_name = "kind"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        kinds = models.Competency.objects.order_by("kind").values_list("kind", flat=True).distinct()
        return [(kind, told.stored(kind)) for kind in kinds]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset.filter(kind=self.value()) if self.value() in dict(self.lookup_choices) else queryset


class AnalysisFilter(admin.SimpleListFilter):
    title = gettext_lazy("analisis")
    parameter_name = "analisis"
    most = 12

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        rows = models.NeedsAnalysis.objects.visible_to(request.user).filter(is_complete=True)
        return [
            (str(row.pk), str(row)) for row in rows.defer("parameters", "totals").order_by("-as_of", "-pk")[: self.most]
        ]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        known = dict(self.lookup_choices)
        return queryset.filter(analysis=self.value()) if self.value() in known else queryset


class SourceFilter(admin.SimpleListFilter):
    title = gettext_lazy("sumber kebutuhan")
    parameter_name = "sumber"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return list(SOURCE_WORDS.items())

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset.filter(source=self.value()) if self.value() in SOURCE_WORDS else queryset


class ReviewFilter(admin.SimpleListFilter):
    title = gettext_lazy("Tinjauan")
    parameter_name = "tinjauan"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("terlambat", gettext_lazy("Terlambat ditinjau"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        today = dates.today()
        return job_analysis.due(queryset, today, today) if self.value() == "terlambat" else queryset


class DifferenceFilter(admin.SimpleListFilter):
    """Neither K nor B is masked, so this tells nothing of a removal candidate."""

    title = gettext_lazy("selisih")
    parameter_name = "selisih"
    conditions: ClassVar[dict[str, Q]] = {
        "kekurangan": Q(b__lt=F("k_used")), "kelebihan": Q(b__gt=F("k_used")), "sesuai": Q(b=F("k_used")),
        "kosong": Q(k_used=None),
    }  # fmt: skip

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [
            ("kekurangan", _("Kekurangan")), ("kelebihan", _("Kelebihan")), ("sesuai", _("Sesuai")),
            ("kosong", _("data belum tersedia")),
        ]  # fmt: skip

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        condition = self.conditions.get(self.value() or "")
        return queryset if condition is None else queryset.filter(condition)
