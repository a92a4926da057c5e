"""Units and their periods: founded and corrected here by the services; renamed, moved, merged, converted and closed on
their pages, where each decision is shown before it is saved."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy

from asnhr.adminbase import ReadOnlyAdmin, ScopedAdmin, ScopedForm, ScopedInline, site
from positions import models
from positions.admin.rights import STRUCTURE
from positions.services import structure

TOPIC = gettext_lazy("Organisasi")


class UnitAddForm(ScopedForm):
    parent_unit = forms.ModelChoiceField(models.Unit.objects.none(), required=False, label=gettext_lazy("Unit induk"))
    decree = forms.CharField(
        max_length=200, label=gettext_lazy("Nomor keputusan"), help_text=gettext_lazy("Nomor peraturan atau keputusan.")
    )
    decree_on = forms.DateField(label=gettext_lazy("Tanggal keputusan"), widget=admin.widgets.AdminDateWidget)


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
    added = ("code", "name", "kind", "parent_unit", "decree", "decree_on", "starts_on", "region_code", "siasn_id")
    fields = (
        "code", "name", "kind", "parent", "office", "region_code", "siasn_id", "is_model", "starts_on", "ends_on",
        "successor", "closing_decree", "closing_decree_on",
    )  # fmt: skip
    inlines = (UnitPeriodInline,)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return () if obj is None else tuple(name for name in self.fields if name not in structure.UNIT_FACTS)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.added if obj is None else self.fields

    def get_inlines(self, request: HttpRequest, obj: Any) -> Any:
        return () if obj is None else self.inlines

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        if obj is not None:
            return super().get_form(request, obj, change, **kwargs)
        kwargs |= {
            "form": UnitAddForm,
            "fields": [name for name in self.added if name not in ("parent_unit", "decree", "decree_on")],
        }
        form = super().get_form(request, obj, change, **kwargs)
        above = models.UnitPeriod._meta.get_field("parent")
        # The same search as the parent of a period: no drop-down of 500 units.
        form.base_fields["parent_unit"] = UnitPeriodAdmin(models.UnitPeriod, site).formfield_for_foreignkey(
            above, request, required=False
        )
        return form

    def make(self, actor: Any, facts: dict[str, Any]) -> Any:
        named = {name: facts[name] for name in self.added if name != "parent_unit"}
        return structure.add_unit(actor=actor, parent=facts["parent_unit"], **named)

    def amend(self, actor: Any, row: Any, facts: dict[str, Any], changed: frozenset[str]) -> Any:
        return structure.correct_unit(actor=actor, unit=row, **{name: facts[name] for name in changed})


@admin.register(models.UnitPeriod, site=site)
class UnitPeriodAdmin(ReadOnlyAdmin):
    list_display = ("name", "unit", "parent", "decree", "decree_on", "starts_on", "ends_on")
    list_filter = (("ends_on", admin.EmptyFieldListFilter), "starts_on")
    list_select_related = ("unit", "parent")
    search_fields = ("name",)
    ordering = ("-pk",)

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        kwargs.setdefault("label", db_field.verbose_name)
        field = super().formfield_for_foreignkey(db_field, request, **kwargs)
        if "required" in kwargs:
            field.required = kwargs["required"]
        return field
