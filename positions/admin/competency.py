"""The competency dictionary and standards: their services own the writes (the pages, the API)."""

from django.contrib import admin
from django.utils.translation import gettext_lazy

from asnhr.adminbase import ReadOnlyAdmin, site
from positions import models
from positions.admin.filters import LevelFilter

TOPIC = gettext_lazy("Organisasi")


@admin.register(models.TechnicalCompetency, site=site)
class TechnicalCompetencyAdmin(ReadOnlyAdmin):
    list_display = ("code", "name", "affair", "successor")
    list_select_related = ("successor",)
    search_fields = ("code", "name", "affair")
    ordering = ("code", "pk")


@admin.register(models.TechnicalCompetencyVersion, site=site)
class TechnicalCompetencyVersionAdmin(ReadOnlyAdmin):
    list_display = ("competency", "number", "state", "decree", "starts_on", "ends_on")
    list_filter = ("state",)
    list_select_related = ("competency",)
    search_fields = ("competency__code", "competency__name", "decree")
    ordering = ("competency_id", "-number", "pk")


@admin.register(models.JobStandard, site=site)
class JobStandardAdmin(ReadOnlyAdmin):
    list_display = ("job", "number", "state", "decree", "starts_on", "ends_on")
    list_filter = ("state", "job__group")
    list_select_related = ("job",)
    search_fields = ("job__name", "job__code", "decree")
    ordering = ("job_id", "-number", "pk")


@admin.register(models.JobCompetency, site=site)
class JobCompetencyAdmin(ReadOnlyAdmin):
    list_display = ("standard", "competency", "technical", "level")
    list_filter = (LevelFilter, "standard__job__group")
    list_select_related = ("standard__job", "competency", "technical")
    search_fields = ("standard__job__name", "competency__name", "technical__name")


@admin.register(models.StandardRequirement, site=site)
class StandardRequirementAdmin(ReadOnlyAdmin):
    list_display = ("standard", "kind", "number", "text", "weight")
    list_filter = ("kind", "weight")
    list_select_related = ("standard__job",)
    search_fields = ("standard__job__name", "text")
