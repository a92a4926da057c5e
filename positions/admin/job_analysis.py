"""Job-analysis documents: written on their pages, where the rules are; codes are a national list."""

from django.contrib import admin
from django.utils.translation import gettext_lazy

from asnhr.adminbase import NationalAdmin, ReadOnlyAdmin, site
from positions import models

TOPIC = gettext_lazy("Analisis dan usulan")


@admin.register(models.JobAnalysisCode, site=site)
class JobAnalysisCodeAdmin(NationalAdmin):
    list_display = ("list", "code", "name", "is_current", "source")
    list_filter = ("list", "is_current")
    search_fields = ("code", "name")
    ordering = ("list", "order", "code")


@admin.register(models.JobAnalysis, site=site)
class JobAnalysisAdmin(ReadOnlyAdmin):
    list_display = ("position", "version", "state", "starts_on", "ends_on", "decree", "review_by")
    list_filter = ("state",)
    list_select_related = ("position__job", "position__unit")
    search_fields = ("position__code", "position__job__name", "decree")
    ordering = ("-pk",)
    exclude = ("facts", "writers")


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
