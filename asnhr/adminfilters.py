"""Filters of the admin's lists by what needs attention: the same conditions as the counts on its first page."""

from datetime import date, timedelta
from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import Q
from django.http import HttpRequest
from django.utils.translation import gettext_lazy

from asnhr import dates
from asnhr.models import Run

SOON, LATELY = 30, 7  # days


class AttentionFilter(admin.SimpleListFilter):
    """Rows that need attention today; `conditions`: value of the address -> (its words, day -> condition)."""

    title = gettext_lazy("perhatian")
    parameter_name = "perhatian"
    conditions: ClassVar[dict[str, tuple[Any, Any]]] = {}

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [(value, words) for value, (words, _condition) in self.conditions.items()]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        asked = self.conditions.get(self.value() or "")
        return queryset if asked is None else queryset.filter(asked[1](dates.today()))


def attention(value: str, words: Any, condition: Any) -> type[AttentionFilter]:
    """Return the filter of one condition."""
    return type("AttentionFilter", (AttentionFilter,), {"conditions": {value: (words, condition)}})


def open_ones(*empty: str, **values: Any) -> Q:
    """Rows with nothing in these columns, and these values in others."""
    return Q(**{f"{name}__isnull": True for name in empty}, **values)


def failed_lately(day: date) -> Q:
    """A run failed within the last week."""
    return Q(state=Run.State.FAILED, requested_at__date__gte=day - timedelta(days=LATELY))


def expiring(day: date) -> Q:
    """A client of the API that is in use ends within a month."""
    return Q(revoked_at=None, expires_on__gt=day, expires_on__lte=day + timedelta(days=SOON))
