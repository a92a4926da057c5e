"""Positions, their seats, decided needs and reservations."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from asnhr.adminbase import ReadOnlyAdmin, ScopedAdmin, ScopedForm, site
from positions import models
from positions.admin.rights import POSITIONS, STRUCTURE
from positions.services import register


class PositionAddForm(ScopedForm):
    seats = forms.IntegerField(min_value=1, max_value=2000, label=gettext_lazy("Formasi ditetapkan"))
    decree = forms.CharField(max_length=120, label=gettext_lazy("Nomor keputusan"))
    decree_on = forms.DateField(label=gettext_lazy("Tanggal keputusan"), widget=admin.widgets.AdminDateWidget)

    class Meta:
        fields = ("unit", "job", "code", "is_head", "by_duty", "starts_on")


@admin.register(models.Position, site=site)
class PositionAdmin(ScopedAdmin):
    """Opened and closed by the register's services: a position brings its seats and its decided need."""

    edits = POSITIONS
    list_display = ("code", "job", "unit", "is_head", "by_duty", "starts_on", "ends_on")
    list_filter = ("is_head", "by_duty")
    list_select_related = ("job", "unit")
    search_fields = ("code", "job__name")
    ordering = ("code", "pk")
    fields = ("code", "unit", "job", "is_head", "by_duty", "growth", "order", "starts_on", "ends_on")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return () if obj is None else ("code", "unit", "job", "starts_on")

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is None:
            return ("unit", "job", "code", "is_head", "by_duty", "starts_on", "seats", "decree", "decree_on")
        return self.fields

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        if obj is None:
            kwargs |= {"form": PositionAddForm, "fields": PositionAddForm.Meta.fields}
        form = super().get_form(request, obj, change, **kwargs)
        if obj is None:
            form.base_fields["code"].required = False
            form.base_fields["code"].help_text = _("Kosongkan untuk kode otomatis.")
        return form

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        if not change:
            made = register.open_position(
                actor=request.user, unit=obj.unit, job=obj.job, code=obj.code, is_head=obj.is_head, by_duty=obj.by_duty,
                seats=form.cleaned_data["seats"], starts_on=obj.starts_on, decree=form.cleaned_data["decree"],
                decree_on=form.cleaned_data["decree_on"],
            )  # fmt: skip
            obj.pk, obj.code = made.pk, made.code
            obj._state.adding = False
            return
        ends_on = obj.ends_on
        if "ends_on" in form.changed_data and ends_on is not None:
            obj.ends_on = form.initial["ends_on"]
            super().save_model(request, obj, form, change)
            obj.ends_on = register.close_position(actor=request.user, position=obj, ends_on=ends_on).ends_on
            return
        super().save_model(request, obj, form, change)


@admin.register(models.Seat, site=site)
class SeatAdmin(ScopedAdmin):
    """The kind follows K, by decree and with its day (`positions.services.seats`)."""

    edits = STRUCTURE
    list_display = ("position", "number", "kind", "starts_on", "ends_on")
    list_filter = ("kind",)
    list_select_related = ("position__job", "position__unit")
    search_fields = ("position__code", "position__job__name")
    ordering = ("position_id", "number", "pk")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return () if obj is None else ("position", "number", "kind", "starts_on")


@admin.register(models.SeatFormerKind, site=site)
class SeatFormerKindAdmin(ReadOnlyAdmin):
    """What a seat was; written with the decree that changed it (`positions.services.seats`)."""

    list_display = ("seat", "kind", "starts_on", "ends_on")
    list_filter = ("kind",)
    list_select_related = ("seat__position__job", "seat__position__unit")
    search_fields = ("seat__position__code", "seat__position__job__name")
    ordering = ("seat_id", "starts_on", "pk")


@admin.register(models.PositionNeed, site=site)
class PositionNeedAdmin(ScopedAdmin):
    """A need is closed and followed by another: only its end changes."""

    edits = STRUCTURE
    list_display = ("position", "source", "need", "decree", "is_printed", "starts_on", "ends_on")
    list_filter = ("source", "is_printed")
    list_select_related = ("position__job", "position__unit")
    search_fields = ("decree", "position__code", "position__job__name")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return () if obj is None else ("position", "source", "need", "is_printed", "starts_on")


@admin.register(models.Reservation, site=site)
class ReservationAdmin(ScopedAdmin):
    edits = POSITIONS
    list_display = ("seat", "reason", "starts_on", "ends_on")
    list_select_related = ("seat__position__job", "seat__position__unit")
    search_fields = ("reason", "seat__position__code")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return () if obj is None else ("seat", "starts_on")
