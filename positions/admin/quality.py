"""Findings and names of imported files, settled by their services; data quality, computed."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy

from asnhr.adminbase import ReadOnlyAdmin, ScopedAdmin, ScopedForm, site
from positions import models
from positions.services import findings, register

TOPIC = gettext_lazy("Mutu data")


class SettleForm(ScopedForm):
    settlement = forms.CharField(widget=forms.Textarea, label=gettext_lazy("Penyelesaian"))


@admin.register(models.Finding, site=site)
class FindingAdmin(ScopedAdmin):
    edits = frozenset({"settle_findings"})
    can_add = False
    form = SettleForm
    list_display = ("code", "told", "unit", "employee", "found_at", "settled_at")
    list_filter = (("settled_at", admin.EmptyFieldListFilter),)
    list_select_related = ("unit", "employee")
    search_fields = ("code", "message")
    ordering = ("-pk",)
    fields = (
        "code", "told", "unit", "employee", "position", "import_job", "row", "found_at", "settled_at", "settled_by",
        "settlement",
    )  # fmt: skip
    readonly_fields = fields[:-1]

    @admin.display(description=gettext_lazy("uraian"))
    def told(self, row: models.Finding) -> str:
        return row.told

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_change_permission(request, obj) and (obj is None or obj.settled_at is None)

    def amend(self, actor: Any, row: Any, facts: dict[str, Any], changed: frozenset[str]) -> Any:
        return findings.settle(actor=actor, finding=row, settlement=facts["settlement"])


@admin.register(models.NameMapping, site=site)
class NameMappingAdmin(ScopedAdmin):
    edits = frozenset({"settle_findings", "edit_structure"})
    can_add = False
    list_display = ("text", "kind", "occurrences", "unit", "job", "created_at", "mapped_at")
    list_filter = ("kind", ("mapped_at", admin.EmptyFieldListFilter))
    list_select_related = ("unit", "job")
    search_fields = ("text",)
    ordering = ("-pk",)
    fields = ("kind", "text", "occurrences", "created_at", "unit", "job", "mapped_at", "mapped_by")
    readonly_fields = ("kind", "text", "occurrences", "created_at", "mapped_at", "mapped_by")

    def amend(self, actor: Any, row: Any, facts: dict[str, Any], changed: frozenset[str]) -> Any:
        return register.map_name(actor=actor, mapping=row, unit=facts["unit"], job=facts["job"])


@admin.register(models.NameOccurrence, site=site)
class NameOccurrenceAdmin(ReadOnlyAdmin):
    """Where a name of the queue occurred; imports write it."""

    list_display = ("mapping", "unit", "rows", "import_job")
    list_select_related = ("mapping", "unit", "import_job")
    search_fields = ("mapping__text",)


@admin.register(models.QualityProblem, site=site)
class QualityProblemAdmin(ReadOnlyAdmin):
    """What the nightly computation found; it comes and goes with the data."""

    list_display = ("employee", "code", "since")
    list_select_related = ("employee",)
    search_fields = ("employee__name", "employee__nip", "code")
    ordering = ("employee_id", "code", "pk")


@admin.register(models.QualityIndex, site=site)
class QualityIndexAdmin(ReadOnlyAdmin):
    list_display = ("day", "unit", "employees", "total", "completeness", "timeliness", "accuracy", "consistency")
    list_select_related = ("unit",)
    search_fields = ("unit__name", "unit__code")
    ordering = ("-day", "total", "pk")
