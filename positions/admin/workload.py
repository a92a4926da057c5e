"""Workload: the campaign's services own the writes (the grid, the API)."""

from typing import Any

from django.contrib import admin
from django.utils.translation import gettext_lazy

from asnhr import dates
from asnhr.adminbase import ReadOnlyAdmin, ScopedAdmin, site
from asnhr.adminfilters import attention
from positions import models
from positions.admin.rights import GOALS
from positions.queries import attention as conditions
from positions.services import goals

TOPIC = gettext_lazy("Analisis dan usulan")


@admin.register(models.Campaign, site=site)
class CampaignAdmin(ReadOnlyAdmin):
    list_display = ("year", "opens_on", "deadline", "closed_on", "minutes_per_year", "rounding")
    search_fields = ("year",)
    ordering = ("-year", "-pk")


@admin.register(models.WorkloadSheet, site=site)
class WorkloadSheetAdmin(ReadOnlyAdmin):
    list_display = ("unit", "campaign", "state", "approved_on", "reminded_on", "changed_by", "changed_at")
    list_filter = (attention("tenggat", gettext_lazy("lewat tenggat"), conditions.late), "state")
    list_select_related = ("unit", "campaign", "changed_by")
    search_fields = ("unit__name", "unit__code")


@admin.register(models.Workload, site=site)
class WorkloadAdmin(ReadOnlyAdmin):
    imports = ("workload",)
    list_display = ("position", "sheet", "method", "faults", "is_sample")
    list_filter = ("method", "is_sample")
    list_select_related = ("position__job", "position__unit", "sheet__unit")
    search_fields = ("position__code", "position__job__name")


@admin.register(models.WorkloadTask, site=site)
class WorkloadTaskAdmin(ScopedAdmin):
    """Tasks are written by their sheet; which goal each serves also here."""

    edits = GOALS
    can_add = False
    list_display = ("number", "task", "volume", "per", "minutes", "part", "digital_prone", "workload")
    list_filter = ("per", "part", "digital_prone")
    list_select_related = ("workload",)
    search_fields = ("task",)
    fields = (
        "workload", "number", "task", "output", "volume", "per", "minutes", "part", "minutes_per_year",
        "digital_prone", "goal",
    )  # fmt: skip
    readonly_fields = fields[:-1]

    def amend(self, actor: Any, row: Any, facts: dict[str, Any], changed: frozenset[str]) -> Any:
        return goals.link_task(actor=actor, task=row, goal=facts["goal"], day=dates.today())
