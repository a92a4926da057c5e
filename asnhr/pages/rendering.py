"""Forms rendered as Django does, drop-downs without a template for each option: lists have a dozen of them."""

from html import escape
from typing import Any

from django.forms.renderers import DjangoTemplates
from django.http import HttpRequest
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe

SELECT = "django/forms/widgets/select.html"


class FormRenderer(DjangoTemplates):
    """Django's own renderer; `SELECT` is written here, to the same elements and attributes."""

    def render(self, template_name: str, context: dict[str, Any], request: HttpRequest | None = None) -> SafeString:
        if template_name == SELECT:
            return select(context["widget"])
        return mark_safe(super().render(template_name, context, request))  # noqa: S308  made by the engine


def _text(value: Any) -> str:
    """Return the value escaped; plain texts and numbers without Django's look for lazy ones."""
    return escape(value) if type(value) is str else str(conditional_escape(value))


def _attributes(attrs: dict[str, Any]) -> str:
    return "".join(
        f" {_text(name)}" if value is True else f' {_text(name)}="{_text(value)}"'
        for name, value in attrs.items()
        if value is not False
    )


def select(widget: dict[str, Any]) -> SafeString:
    """Return a select with its groups and options; every text and attribute is escaped."""
    parts = [f'<select name="{_text(widget["name"])}"{_attributes(widget["attrs"])}>\n']
    for name, options, _index in widget["optgroups"]:
        if name:
            parts.append(f'<optgroup label="{_text(name)}">\n')
        parts += [
            f'<option value="{_text(option["value"])}"{_attributes(option["attrs"])}>'
            f"{_text(option['label'])}</option>\n"
            for option in options
        ]
        if name:
            parts.append("</optgroup>\n")
    parts.append("</select>")
    return mark_safe("".join(parts))  # noqa: S308  every part was escaped above
