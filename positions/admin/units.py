"""Units and their periods."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy

from asnhr.adminbase import ReadOnlyAdmin, ScopedAdmin, ScopedForm, ScopedInline, site
from positions import models
from positions.admin.rights import STRUCTURE


class UnitAddForm(ScopedForm):
    parent_unit = forms.ModelChoiceField(models.Unit.objects.none(), required=False, label=gettext_lazy("Unit induk"))
    decree = forms.CharField(max_length=200, required=False, label=gettext_lazy("Dasar"))


class UnitPeriodInline(ScopedInline):
    """Name and parent by period: a new name or place closes the period before and follows it."""

    model = models.UnitPeriod
    fk_name = "unit"
    edits = STRUCTURE
    fields = ("name", "parent", "decree", "starts_on", "ends_on")
    ordering = ("starts_on", "pk")


@admin.register(models.Unit, site=site)
class UnitAdmin(ScopedAdmin):
    edits = STRUCTURE
    list_display = ("code", "name", "kind", "office", "starts_on", "ends_on")
    list_filter = ("kind", "is_model")
    list_select_related = ("office",)
    search_fields = ("code", "name")
    ordering = ("code", "pk")
    inlines = (UnitPeriodInline,)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return () if obj is None else ("name",)

    def get_inlines(self, request: HttpRequest, obj: Any) -> Any:
        return () if obj is None else self.inlines

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        if obj is not None:
            return super().get_form(request, obj, change, **kwargs)
        form = super().get_form(request, obj, change, form=UnitAddForm, **kwargs)
        above = models.UnitPeriod._meta.get_field("parent")
        # The same search as the parent of a period: no drop-down of 500 units.
        form.base_fields["parent_unit"] = UnitPeriodAdmin(models.UnitPeriod, site).formfield_for_foreignkey(
            above, request, required=False
        )
        return form

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        if change:
            super().save_model(request, obj, form, change)
            return
        obj.save()
        models.UnitPeriod.objects.create(
            agency_id=obj.agency_id, unit=obj, name=obj.name, parent=form.cleaned_data["parent_unit"],
            decree=form.cleaned_data["decree"], starts_on=obj.starts_on, ends_on=obj.ends_on,
        )  # fmt: skip


@admin.register(models.UnitPeriod, site=site)
class UnitPeriodAdmin(ReadOnlyAdmin):
    list_display = ("name", "unit", "parent", "decree", "starts_on", "ends_on")
    list_filter = (("ends_on", admin.EmptyFieldListFilter), "starts_on")
    list_select_related = ("unit", "parent")
    search_fields = ("name",)
    ordering = ("name", "starts_on", "pk")

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        kwargs.setdefault("label", db_field.verbose_name)
        field = super().formfield_for_foreignkey(db_field, request, **kwargs)
        if "required" in kwargs:
            field.required = kwargs["required"]
        return field
