"""Cursor paging: the same cost on page 1 and page 2,000, and no row skipped or repeated while rows are added."""

import binascii
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import date
from decimal import Decimal
from typing import Any

import orjson
from django.core.exceptions import ValidationError as FieldError
from django.db.models import Q
from django.utils.translation import gettext as _
from rest_framework.exceptions import ValidationError
from rest_framework.pagination import CursorPagination
from rest_framework.request import Request
from rest_framework.utils.urls import replace_query_param


class CursorPages(CursorPagination):
    """`?cursor=…&page_size=50` (at most 500): keyset paging on all columns of the order, which ends in a unique one.

    DRF's own cursor compares the first column only and counts ties by offset: rows of one import share their time, so
    it would skip and repeat them. The columns of the order must not be null.
    """

    page_size = 50
    max_page_size = 500
    page_size_query_param = "page_size"
    ordering: Any = ("id",)

    def get_page_size(self, request: Request) -> int:
        """Return how many rows were asked for; a number that no page has is refused: cut silently, a client that
        counts its pages by it would miss rows."""
        text = request.query_params.get(self.page_size_query_param)
        if text is None:
            return self.page_size
        if not (text.isascii() and text.isdigit() and len(text) < 6 and 1 <= int(text) <= self.max_page_size):
            told = _("Tulis 1 sampai %(most)s.") % {"most": self.max_page_size}
            raise ValidationError({self.page_size_query_param: [told]})
        return int(text)

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = super().get_schema_operation_parameters(view)
        for each in found:
            if each["name"] == self.page_size_query_param:
                each["schema"] |= {"minimum": 1, "maximum": self.max_page_size, "default": self.page_size}
        return found

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> list[Any]:
        self.base_url: str = request.build_absolute_uri()
        self.ordering = tuple(view.order_of(request)) if hasattr(view, "order_of") else tuple(self.ordering)
        size = self.get_page_size(request)
        backwards, values = self._read(request.query_params.get("cursor"))
        order = [_turned(each) for each in self.ordering] if backwards else list(self.ordering)
        try:
            if values is not None:
                queryset = queryset.filter(_after(order, values))
            found = list(queryset.order_by(*order)[: size + 1])
        except (ValueError, TypeError, FieldError):
            raise ValidationError({"cursor": [_("Kursor tidak sah.")]}) from None
        more, rows = len(found) > size, found[:size]
        if backwards:
            rows.reverse()
        self._next = self._link(rows[-1], "n") if rows and (more or backwards) else None
        self._previous = self._link(rows[0], "p") if rows and (more if backwards else values is not None) else None
        return rows

    def _read(self, text: str | None) -> tuple[bool, list[Any] | None]:
        if not text:
            return False, None
        try:
            way, *values = orjson.loads(urlsafe_b64decode(text.encode("ascii")))
        except (ValueError, TypeError, binascii.Error):
            way, values = "", []
        plain = all(isinstance(value, str | int) and not isinstance(value, bool) for value in values)
        if way not in ("n", "p") or len(values) != len(self.ordering) or not plain:
            raise ValidationError({"cursor": [_("Kursor tidak sah.")]})
        return way == "p", values

    def _link(self, row: Any, way: str) -> str:
        names = [name.lstrip("-") for name in self.ordering]
        values = [row[name] if isinstance(row, dict) else getattr(row, name) for name in names]
        packed = orjson.dumps([way, *(_plain(value) for value in values)])
        return replace_query_param(self.base_url, "cursor", urlsafe_b64encode(packed).decode())

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        link = {"type": "string", "format": "uri", "nullable": True}
        return {
            "type": "object",
            "required": ["next", "previous", "results"],
            "properties": {
                "next": link,
                "previous": link,
                "results": schema,
                "removed": {
                    "type": "array", "items": {"type": "integer"},
                    "description": "Hanya dengan `updated_since`: id yang sudah tidak ada.",
                },
                "sync_token": {"type": "string", "description": "Hanya dengan `updated_since`: untuk kali berikutnya."},
            },
        }  # fmt: skip

    def get_next_link(self) -> str | None:
        return self._next

    def get_previous_link(self) -> str | None:
        return self._previous


def _plain(value: Any) -> Any:
    if isinstance(value, date):  # datetime too
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value


def _turned(name: str) -> str:
    return name[1:] if name.startswith("-") else f"-{name}"


def _after(order: list[str], values: list[Any]) -> Q:
    """Return the condition that a row stands after `values` in `order`; the first column bounds it for the index."""
    condition, equal = Q(), Q()
    for name, value in zip(order, values, strict=True):
        column, way = name.lstrip("-"), "lt" if name.startswith("-") else "gt"
        condition |= equal & Q(**{f"{column}__{way}": value})
        equal &= Q(**{column: value})
    first = order[0]
    bound = Q(**{f"{first.lstrip('-')}__{'lte' if first.startswith('-') else 'gte'}": values[0]})
    return bound & condition
