"""Job evaluation: its service owns the writes (the page, the API)."""

from django.contrib import admin
from django.utils.translation import gettext_lazy

from asnhr.adminbase import ReadOnlyAdmin, site
from positions import models

TOPIC = gettext_lazy("Analisis dan usulan")


@admin.register(models.JobEvaluation, site=site)
class JobEvaluationAdmin(ReadOnlyAdmin):
    list_display = ("job", "version", "kind", "state", "points", "computed_class", "decided_class", "decree")
    list_filter = ("state", "kind", "computed_class")
    list_select_related = ("job",)
    search_fields = ("job__name", "job__code", "decree")


@admin.register(models.JobEvaluationFactor, site=site)
class JobEvaluationFactorAdmin(ReadOnlyAdmin):
    list_display = ("evaluation", "factor", "level", "points", "reason")
    list_filter = ("factor",)
    list_select_related = ("evaluation__job",)
    search_fields = ("evaluation__job__name",)
