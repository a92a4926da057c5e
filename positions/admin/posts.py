"""Positions, their seats, decided needs and reservations."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy

from asnhr.adminbase import ReadOnlyAdmin, ScopedAdmin, ScopedForm, site
from positions import models
from positions.admin.rights import POSITIONS, STRUCTURE
from positions.services import promises, register, structure

TOPIC = gettext_lazy("Organisasi")


@admin.register(models.Position, site=site)
class PositionAdmin(ScopedAdmin):
    """Corrected here; opened, moved, converted, merged and closed on their pages, each decision shown before it is
    saved."""

    edits = POSITIONS
    list_display = ("code", "job", "unit", "is_head", "by_duty", "starts_on", "ends_on")
    list_filter = ("is_head", "by_duty")
    list_select_related = ("job", "unit")
    search_fields = ("code", "job__name", "job__subtitle")
    ordering = ("code", "pk")
    imports = ("positions",)
    can_add = False
    adds = ((gettext_lazy("Jabatan baru (dengan pratinjau)"), "position-new"),)
    doors = (
        (gettext_lazy("Pindahkan"), "position-move"), (gettext_lazy("Ubah nama atau jenis"), "position-convert"),
        (gettext_lazy("Gabungkan"), "position-merge"), (gettext_lazy("Ubah K ditetapkan"), "position-formation"),
        (gettext_lazy("Tutup"), "position-abolish"), (gettext_lazy("Tutup"), "position-close"),
    )  # fmt: skip
    fields = ("code", "unit", "job", "is_head", "by_duty", "growth", "order", "starts_on", "ends_on")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        # A closed one stays as it was.
        if obj is not None and obj.ends_on is not None:
            return self.fields
        return tuple(name for name in self.fields if name not in ("is_head", "growth", "order"))

    def amend(self, actor: Any, row: Any, facts: dict[str, Any], changed: frozenset[str]) -> Any:
        return register.correct_position(actor=actor, position=row, **{name: facts[name] for name in changed})


@admin.register(models.Seat, site=site)
class SeatAdmin(ReadOnlyAdmin):
    """Seats follow K, by decree and with its day (`positions.services.seats`): never one by one."""

    list_display = ("position", "number", "kind", "starts_on", "ends_on")
    list_filter = ("kind",)
    list_select_related = ("position__job", "position__unit")
    search_fields = ("position__code", "position__job__name")
    ordering = ("position_id", "number", "pk")


@admin.register(models.SeatFormerKind, site=site)
class SeatFormerKindAdmin(ReadOnlyAdmin):
    """What a seat was; written with the decree that changed it (`positions.services.seats`)."""

    list_display = ("seat", "kind", "starts_on", "ends_on")
    list_filter = ("kind",)
    list_select_related = ("seat__position__job", "seat__position__unit")
    search_fields = ("seat__position__code", "seat__position__job__name")
    ordering = ("-pk",)


def ended(form: Any) -> Any:
    """Return the form of a row of which only the end is written."""
    if "ends_on" in form.base_fields:
        form.base_fields["ends_on"].required = True
    return form


class NeedForm(ScopedForm):
    """K by a decree; the service closes the one before, so the constraints of the row as typed are the service's."""

    need = forms.IntegerField(min_value=0, max_value=5000, label=gettext_lazy("K ditetapkan yang baru"))
    decree = forms.CharField(max_length=120, label=gettext_lazy("Nomor keputusan"))
    decree_on = forms.DateField(label=gettext_lazy("Tanggal keputusan"), widget=admin.widgets.AdminDateWidget)

    def validate_constraints(self) -> None:
        """Nothing here: the service does."""


@admin.register(models.PositionNeed, site=site)
class PositionNeedAdmin(ScopedAdmin):
    """K is decided and followed by another; of what a formula gave only the end is written."""

    edits = STRUCTURE
    imports = ("needs",)
    list_display = ("position", "source", "need", "decree", "is_printed", "starts_on", "ends_on")
    list_filter = ("source", "is_printed")
    list_select_related = ("position__job", "position__unit")
    search_fields = ("decree", "position__code", "position__job__name")
    fields = ("position", "source", "need", "decree", "decree_on", "is_printed", "starts_on", "ends_on")
    added = ("position", "need", "decree", "decree_on", "starts_on")

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.added if obj is None else self.fields

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        if obj is None:
            return ()
        return self.fields[:-1] if self.has_change_permission(request, obj) else self.fields

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        ends = obj is None or (obj.source != models.PositionNeed.Source.DECIDED and obj.ends_on is None)
        return ends and super().has_change_permission(request, obj)

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        if obj is None:
            kwargs["form"] = NeedForm
        form = super().get_form(request, obj, change, **kwargs)
        return form if obj is None else ended(form)

    def make(self, actor: Any, facts: dict[str, Any]) -> Any:
        return structure.set_formation(actor=actor, number=facts.pop("need"), **facts)

    def amend(self, actor: Any, row: Any, facts: dict[str, Any], changed: frozenset[str]) -> Any:
        return structure.end_need(actor=actor, need=row, ends_on=facts["ends_on"])


@admin.register(models.Reservation, site=site)
class ReservationAdmin(ScopedAdmin):
    """A seat is promised, then released; what was promised stays as it was."""

    edits = POSITIONS
    list_display = ("seat", "reason", "starts_on", "ends_on")
    list_select_related = ("seat__position__job", "seat__position__unit")
    search_fields = ("reason", "seat__position__code")
    fields = ("seat", "reason", "starts_on", "ends_on")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return () if obj is None else ("seat", "reason", "starts_on")

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change, **kwargs)
        return form if obj is None else ended(form)

    def make(self, actor: Any, facts: dict[str, Any]) -> Any:
        return promises.reserve_seat(actor=actor, **facts)

    def amend(self, actor: Any, row: Any, facts: dict[str, Any], changed: frozenset[str]) -> Any:
        return promises.release_seat(actor=actor, reservation=row, ends_on=facts["ends_on"])
