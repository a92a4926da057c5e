"""Job-analysis documents: written on their pages, where the rules are; codes are a national list."""

from datetime import date

from django.contrib import admin
from django.utils.translation import gettext_lazy

from asnhr import dates
from asnhr.adminbase import NationalAdmin, ReadOnlyAdmin, site
from positions import models
from positions.admin.filters import ReviewFilter

TOPIC = gettext_lazy("Analisis dan usulan")


@admin.register(models.JobAnalysisCode, site=site)
class JobAnalysisCodeAdmin(NationalAdmin):
    list_display = ("list", "code", "name", "is_current", "source")
    list_filter = ("list", "is_current")
    search_fields = ("code", "name")
    ordering = ("list", "order", "code")


@admin.register(models.JobAnalysis, site=site)
class JobAnalysisAdmin(ReadOnlyAdmin):
    list_display = ("position", "version", "state", "starts_on", "held_until", "decree", "due_by")
    list_filter = ("state", ReviewFilter)
    list_select_related = ("position__job", "position__unit")
    search_fields = ("position__code", "position__job__name", "decree")
    ordering = ("-pk",)
    exclude = ("facts", "writers")

    @admin.display(description=gettext_lazy("berakhir sebelum"))
    def held_until(self, row: models.JobAnalysis) -> date | None:
        """A version ends with its post at the latest."""
        return row.held_until

    @admin.display(description=gettext_lazy("ditinjau lagi paling lambat"), ordering="review_by")
    def due_by(self, row: models.JobAnalysis) -> date | None:
        return row.review_due(dates.today())


@admin.register(models.JobAnalysisEntry, site=site)
class JobAnalysisEntryAdmin(ReadOnlyAdmin):
    list_display = ("analysis", "part", "number", "code", "text", "detail")
    list_filter = ("part",)
    list_select_related = ("analysis__position__job", "analysis__position__unit", "code")
    search_fields = ("text", "analysis__position__code")
    ordering = ("-analysis_id", "part", "number", "pk")


@admin.register(models.JobAnalysisStep, site=site)
class JobAnalysisStepAdmin(ReadOnlyAdmin):
    list_display = ("analysis", "kind", "day", "note", "actor", "at")
    list_filter = ("kind",)
    list_select_related = ("analysis__position__job", "analysis__position__unit", "actor")
    search_fields = ("note", "analysis__position__code")
    ordering = ("-pk",)
