"""Units and their periods: corrected here by the service; founded, renamed, moved, merged, converted and closed on
their pages, where each decision is shown before it is saved."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy

from asnhr.adminbase import ReadOnlyAdmin, ScopedAdmin, ScopedInline, site
from positions import models
from positions.admin.rights import STRUCTURE
from positions.services import structure

TOPIC = gettext_lazy("Organisasi")


class UnitPeriodInline(ScopedInline):
    """Name and parent by period: a new one follows a decision, never a cell of a table."""

    model = models.UnitPeriod
    fk_name = "unit"
    fields = ("name", "parent", "decree", "decree_on", "starts_on", "ends_on")
    ordering = ("starts_on", "pk")


@admin.register(models.Unit, site=site)
class UnitAdmin(ScopedAdmin):
    edits = STRUCTURE
    imports = ("units",)
    can_add = False
    adds = ((gettext_lazy("Unit baru (dengan pratinjau)"), "unit-new"),)
    doors = (
        (gettext_lazy("Ubah nama"), "unit-rename"), (gettext_lazy("Pindahkan"), "unit-move"),
        (gettext_lazy("Gabungkan"), "unit-merge"), (gettext_lazy("Ubah bentuk"), "unit-convert"),
        (gettext_lazy("Tutup"), "unit-close"),
    )  # fmt: skip
    list_display = ("code", "name", "kind", "office", "starts_on", "ends_on")
    list_filter = ("kind", "is_model")
    list_select_related = ("office",)
    search_fields = ("code", "name")
    ordering = ("code", "pk")
    fields = (
        "code", "name", "kind", "parent", "office", "region_code", "siasn_id", "is_model", "starts_on", "ends_on",
        "successor", "closing_decree", "closing_decree_on",
    )  # fmt: skip
    inlines = (UnitPeriodInline,)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return tuple(name for name in self.fields if name not in structure.UNIT_FACTS)

    def amend(self, actor: Any, row: Any, facts: dict[str, Any], changed: frozenset[str]) -> Any:
        return structure.correct_unit(actor=actor, unit=row, **{name: facts[name] for name in changed})


@admin.register(models.UnitPeriod, site=site)
class UnitPeriodAdmin(ReadOnlyAdmin):
    list_display = ("name", "unit", "parent", "decree", "decree_on", "starts_on", "ends_on")
    list_filter = (("ends_on", admin.EmptyFieldListFilter), "starts_on")
    list_select_related = ("unit", "parent")
    search_fields = ("name",)
    ordering = ("-pk",)
