"""What a caller sends: a field that nobody reads is refused, like a parameter that nobody knows (`views.Resource`)."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.exceptions import ValidationError


class MomentField(serializers.DateTimeField):
    """A moment; of one without an offset the zone's own is looked up, which breaks at the ends of the calendar."""

    def enforce_timezone(self, value: Any) -> Any:
        try:
            return super().enforce_timezone(value)
        except OverflowError:
            self.fail("overflow")


# Base of what writes take. A misspelled or read-only field would be dropped in silence, and the answer say that all is
# well: each is named (400), beside whatever else is wrong. No docstring: the schema would tell it of every body.
class Input(serializers.Serializer):
    def to_internal_value(self, data: Any) -> Any:
        unknown = self._unknown(data)
        try:
            values = super().to_internal_value(data)
        except ValidationError as problem:
            if not isinstance(problem.detail, dict):
                raise
            raise ValidationError({**problem.detail, **unknown}) from problem
        if unknown:
            raise ValidationError(unknown)
        return values

    def _unknown(self, data: Any) -> dict[str, list[str]]:
        if not isinstance(data, Mapping):
            return {}
        # A form writes what stands inside a field as `values.phone` or `lines[0]`.
        named = {str(name): str(name).split(".")[0].split("[")[0] for name in data}
        known = {name for name, field in self.fields.items() if not field.read_only}
        return {name: [_("Kolom ini tidak dikenal.")] for name in sorted(named) if named[name] not in known}
