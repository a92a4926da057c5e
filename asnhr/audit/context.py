"""Where the history of the object on the page is found, for the frame of every page. No query."""

from functools import cache
from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from asnhr.audit.declared import Declared, audited
from asnhr.audit.history import may_read


def history(request: HttpRequest) -> dict[str, Any]:
    """Context processor: `history_url` on the page of one object of which the trail has values."""
    match, user = request.resolver_match, getattr(request, "user", None)
    if match is None or user is None or not user.is_authenticated or "pk" not in match.kwargs:
        return {}
    known = by_route().get(match.view_name)
    if known is None or not may_read(known, user):
        return {}
    return {"history_url": reverse("audit-history", args=[known.table, match.kwargs["pk"]])}


@cache
def by_route() -> dict[str, Declared]:
    return {each.route: each for _model, each in audited.items() if each.route and each.has_history}
