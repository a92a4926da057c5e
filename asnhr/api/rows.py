"""Rows of a list, read as plain values (seven times faster than model serializers) and described for the schema."""

from collections.abc import Iterable
from typing import Any, ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, QuerySet
from rest_framework import serializers


class Row(serializers.Serializer):
    """What a list or detail answers for one row. `values` reads it; the fields only describe it in the schema."""

    plain: ClassVar[tuple[str, ...]] = ()
    paths: ClassVar[dict[str, str]] = {}
    # Columns that the view's queryset annotates.
    annotated: ClassVar[tuple[str, ...]] = ()
    # Columns that the view keeps from some users (`Resource.without`): an answer may lack them.
    withheld: ClassVar[frozenset[str]] = frozenset()

    @classmethod
    def values(cls, queryset: QuerySet[Any], without: frozenset[str] = frozenset()) -> QuerySet[Any]:
        """Return the queryset as dicts of the row's columns; one query, joins included."""
        plain = [name for name in (*cls.plain, *cls.annotated) if name not in without]
        paths = {name: F(path) for name, path in cls.paths.items() if name not in without}
        return queryset.values(*plain, **paths)


def row_of(
    name: str,
    model: type[models.Model],
    columns: str,
    extra: dict[str, serializers.Field] | None = None,
    annotated: dict[str, serializers.Field | None] | None = None,
    withheld: Iterable[str] = (),
    **paths: str,
) -> type[Row]:
    """Return the Row class: `columns` are names of the model's own columns, `paths` lead to joined ones, `extra` are
    fields that the view adds to the page's rows itself, `annotated` those its queryset brings (None: not shown),
    `withheld` names of columns that not everybody gets."""
    brought = annotated or {}
    own = tuple(columns.split())
    fields: dict[str, Any] = {column: _field(model, column) for column in own}
    fields |= {column: _field(model, path) for column, path in paths.items()}
    fields |= {column: field for column, field in brought.items() if field is not None} | (extra or {})
    described = {"plain": own, "paths": paths, "annotated": tuple(brought), "withheld": frozenset(withheld)}
    return type(name, (Row,), {**fields, **described})


def _field(model: type[models.Model], path: str) -> serializers.Field:
    """Return the read-only field that describes the column at the end of `path`; nullable when any step is."""
    field, nullable = _resolve(model, path)
    kwargs: dict[str, Any] = {"read_only": True, "allow_null": nullable}
    if field.verbose_name:
        kwargs["label"] = field.verbose_name
    if field.choices:
        # Listed in words: enumerations of the same name (state, kind) in many resources would need invented names.
        kwargs["help_text"] = "; ".join(f"`{value}` {label}" for value, label in field.flatchoices)
    if isinstance(field, models.ForeignKey):
        field = field.target_field
    return _shape(field, kwargs)


def _shape(field: Any, kwargs: dict[str, Any]) -> serializers.Field:
    if isinstance(field, ArrayField):
        return serializers.ListField(child=_shape(field.base_field, {"allow_null": field.base_field.null}), **kwargs)
    if isinstance(field, models.DecimalField):
        return serializers.DecimalField(field.max_digits, field.decimal_places, **kwargs)
    for kind, shape in SHAPES:
        if isinstance(field, kind):
            return shape(**kwargs)
    raise TypeError(f"no shape for {field!r}")


SHAPES: list[tuple[type[models.Field], type[serializers.Field]]] = [
    (models.BooleanField, serializers.BooleanField),
    (models.IntegerField, serializers.IntegerField),  # AutoField too
    (models.DateTimeField, serializers.DateTimeField),
    (models.DateField, serializers.DateField),
    (models.JSONField, serializers.JSONField),
    (models.CharField, serializers.CharField),
    (models.TextField, serializers.CharField),
]


def _resolve(model: type[models.Model], path: str) -> tuple[Any, bool]:
    nullable = False
    field: Any = None
    for step in path.split("__"):
        field = model._meta.get_field(step) if step != "pk" else model._meta.pk
        nullable = nullable or field.null
        if field.is_relation and field.related_model is not None:
            model = field.related_model
    return field, nullable
