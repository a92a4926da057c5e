"""Filters and fields that pages share: a unit's subtree without listing every unit, days, a picked row."""

from typing import Any

import django_filters as filters
from django import forms
from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from positions.models import Unit
from positions.queries import register


def offered_units(request: Any) -> QuerySet[Unit]:
    """The perangkat daerah of the agency, or the units in a unit-bound user's scope, and the one chosen now."""
    if request is None:
        return Unit.objects.none()
    units = register.units_on(request.user, request.as_of)
    if request.user.access.whole_agency:
        chosen = request.GET.get("unit", "")
        wanted = Q(pk=F("office_id"))
        if chosen.isascii() and chosen.isdigit() and len(chosen) < 19:
            wanted |= Q(pk=int(chosen))
        units = units.filter(wanted)
    return units.order_by("name", "pk").only("agency_id", "name", "path")


class UnitChoice(filters.ModelChoiceFilter):
    """A unit with all below it. `field_name`: lookup of the row's unit."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("label", _("Unit dan bawahannya"))
        kwargs.setdefault("empty_label", _("Semua unit"))
        super().__init__(*args, queryset=offered_units, **kwargs)

    def filter(self, queryset: QuerySet[Any], value: Unit | None) -> QuerySet[Any]:
        return queryset if value is None else register.of_unit_and_below(queryset, value, self.field_name)


class DayInput(forms.DateInput):
    """The browser's own calendar; the value is always ISO."""

    input_type = "date"

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(format="%Y-%m-%d", **kwargs)


def day_field(label: Any, **kwargs: Any) -> forms.DateField:
    return forms.DateField(label=label, widget=DayInput(), input_formats=["%Y-%m-%d", "%d-%m-%Y"], **kwargs)
