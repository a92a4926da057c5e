"""Filters and fields that pages share: a unit's subtree without listing every unit, days, a picked row."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import django_filters as filters
from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _
from django_filters.fields import ModelChoiceField, ModelChoiceIterator

from asnhr.pages import days
from positions.models import Unit
from positions.queries import register, unit_names
from positions.queries.tree import offices_on


def tree_day(request: Any) -> date:
    """The day whose tree a page filters by: the one it shows, or the one that it set (`request.tree_day`)."""
    day: date | None = getattr(request, "tree_day", None)
    return day or days.shown(request)


def offered_units(request: Any) -> QuerySet[Unit]:
    """The perangkat daerah of the agency, or the units in a unit-bound user's scope, and the one chosen now."""
    if request is None:
        return Unit.objects.none()
    day = tree_day(request)
    units = register.units_on(request.user, day)
    if request.user.access.whole_agency:
        chosen = request.GET.get("unit", "")
        wanted = offices_on(day)
        if chosen.isascii() and chosen.isdigit() and len(chosen) < 19:
            wanted |= Q(pk=int(chosen))
        units = units.filter(wanted)
    units = units.annotate(name_then=unit_names.then(day))
    return units.order_by("name_then", "pk").only("agency_id", "name", "path")


# Found by a search that picks one.
MOST_FOUND = 10


def units_like(request: Any, text: str, day: date | None = None, most: int = MOST_FOUND) -> list[Unit]:
    """Return the units of the day called like `text`, the likest first, with what they are under; one query, none
    without a text."""
    if not text.strip():
        return []
    day = day or request.as_of
    units = register.units_on(request.user, day).select_related("parent", "office")
    found = list(register.alike(units, "name", text)[:most])
    unit_names.bear(found, day)
    return found


def unit_row(unit: Unit, url: str) -> tuple[str, str, str]:
    """Return (name, what tells it from others of the name, address) for a step that picks a unit: every office has a
    "Subbagian Umum dan Kepegawaian", and an office with branches has several."""
    above = [each.name for each in (unit.parent, unit.office) if each is not None and each.pk != unit.pk]
    return unit.name, " · ".join([*dict.fromkeys(above), unit.code]), url


class _NamesOnly(ModelChoiceIterator):
    """Pairs of id and name: a drop-down needs no objects of a hundred units."""

    def __iter__(self) -> Iterator[tuple[Any, Any]]:
        if self.field.empty_label is not None:
            yield "", self.field.empty_label
        yield from self.queryset.values_list("pk", "name_then")


class _UnitField(ModelChoiceField):
    iterator = _NamesOnly

    def to_python(self, value: Any) -> Any:
        """The unit chosen bears its name of the day, as the choices do."""
        unit = super().to_python(value)
        if unit is not None:
            unit.name = getattr(unit, "name_then", unit.name)
        return unit


class UnitChoice(filters.ModelChoiceFilter):
    """A unit with all below it, as the tree stood on the day looked at. `field_name`: lookup of the row's unit."""

    field_class = _UnitField

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("label", _("Unit dan bawahannya"))
        kwargs.setdefault("empty_label", _("Semua unit"))
        super().__init__(*args, queryset=offered_units, **kwargs)

    def filter(self, queryset: QuerySet[Any], value: Unit | None) -> QuerySet[Any]:
        return queryset if value is None else self.below(queryset, value, tree_day(self.parent.request))

    def below(self, queryset: QuerySet[Any], unit: Unit, day: date) -> QuerySet[Any]:
        return register.of_unit_and_below(queryset, unit, day, self.field_name)


class UnitOfPeople(UnitChoice):
    """The same for people, or for what is theirs: by their post of that day. `field_name`: lookup of the person's
    unit."""

    def below(self, queryset: QuerySet[Any], unit: Unit, day: date) -> QuerySet[Any]:
        return register.people_of_unit_and_below(queryset, unit, day, self.field_name)


class DayInput(forms.DateInput):
    """The browser's own calendar; the value is always ISO."""

    input_type = "date"

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(format="%Y-%m-%d", **kwargs)


def day_field(label: Any, **kwargs: Any) -> forms.DateField:
    return forms.DateField(label=label, widget=DayInput(), input_formats=["%Y-%m-%d", "%d-%m-%Y"], **kwargs)
