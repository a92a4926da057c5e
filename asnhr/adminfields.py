"""Read-only fields of the admin: links only to what the reader may open, codes and structures in words."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from django.contrib.admin import helpers
from django.contrib.admin.widgets import AutocompleteSelect
from django.core.exceptions import ValidationError
from django.db.models import Field, JSONField
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString

from asnhr import told


def teller(page: Any, name: Any) -> Callable[[Any], Any] | None:
    """Return what tells the value of a column: as the page says (`tells`), a structure as a table; None: as Django."""
    if not isinstance(name, str):
        return None
    tells: Mapping[str, Callable[[Any], Any]] = getattr(page, "tells", {})
    if name in tells:
        return tells[name]
    field = _fields(page.model).get(name)
    # What a choice is called, and what is null, Django shows itself.
    return partial(told.table, column=str(field)) if isinstance(field, JSONField) else None


def _fields(model: Any) -> dict[str, Field]:
    return {each.name: each for each in model._meta.concrete_fields}


def cell(page: Any, name: str, tell: Callable[[Any], Any]) -> Any:
    """Return a column of a list that tells the field `name` by `tell`, with the field's own heading and order."""
    field = _fields(page.model).get(name)

    def shown(row: Any) -> Any:
        return tell(getattr(row, name))

    shown.__name__ = name
    shown.short_description = field.verbose_name if field is not None else name  # type: ignore[attr-defined]
    shown.admin_order_field = name  # type: ignore[attr-defined]
    return shown


class Suggested(AutocompleteSelect):
    """What is no key at all, typed into the address or the form, is no choice: Django asks the database for it."""

    def optgroups(self, name: str, value: Any, attrs: Any = None) -> Any:
        remote: Any = self.field.remote_field
        asked = remote.model._meta.get_field(getattr(remote, "field_name", None) or remote.model._meta.pk.name)
        return super().optgroups(name, [each for each in value if is_value(asked, each)], attrs)


def is_value(field: Any, value: Any) -> bool:
    try:
        field.run_validators(field.to_python(value))
    except ValidationError:
        return False
    return "\0" not in str(value)


class ScopedReadonlyField(helpers.AdminReadonlyField):
    """`form.asked_by` is the request (`ScopedMixin.scoped_form`)."""

    def get_admin_url(self, remote_field: Any, remote_obj: Any) -> str:
        """A link to what the reader may open, else its words alone: a link that answers 403 or 404 is a dead end."""
        request = getattr(self.form, "asked_by", None)
        shown_by: Any = self.model_admin
        page = shown_by.admin_site._registry.get(type(remote_obj))
        if request is not None and page is not None and page.has_view_or_change_permission(request):
            if page.get_queryset(request).filter(pk=remote_obj.pk).exists():
                return super().get_admin_url(remote_field, remote_obj)
        return str(remote_obj)

    def contents(self) -> SafeString:
        name: Any = self.field["field"]
        tell = teller(self.model_admin, name)
        if tell is None:
            return super().contents()
        value = tell(getattr(self.form.instance, name))
        return conditional_escape(value if value not in (None, "") else self.empty_value_display)


# Django's fieldsets and inlines make their read-only fields by this name and offer no other way to choose the class.
helpers.AdminReadonlyField = ScopedReadonlyField  # type: ignore[misc]
