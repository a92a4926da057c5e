"""What every resource of the API shares: who may read, the day, filters, order, pages of plain rows."""

from datetime import date
from typing import Any, ClassVar

from django.db.models import Q, QuerySet
from django.http import Http404
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from rest_framework import serializers, status
from rest_framework.exceptions import ValidationError
from rest_framework.permissions import SAFE_METHODS
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param
from rest_framework.viewsets import GenericViewSet

from asnhr import dates, idempotency
from asnhr.access import NO_ACCESS
from asnhr.api import bulk, repeats, sync, versions
from asnhr.api.permissions import Acts
from asnhr.api.renderers import NDJSONRenderer
from asnhr.api.rows import Row
from asnhr.api.schema import Schema
from asnhr.errors import NotAllowed

PAGING = frozenset({"cursor", "page_size", "ordering", "format"})


def day_of(request: Request) -> date:
    """Return the day asked for by `?as_of=2025-12-31`, today without it. Raises ValidationError for anything else."""
    text = request.query_params.get("as_of")
    if text is None:
        return dates.today()
    day = dates.shown_day(text)
    if day is None:
        raise ValidationError({"as_of": [dates.rule_of_days()]})
    return day


class Resource(GenericViewSet):
    """Lists and shows rows that the user sees. Cost of a list: one query, plus those of `complete`, at any size.

    A parameter that nobody knows is refused (400): a misspelled filter would answer with everything.
    """

    permission_classes = [Acts]
    lookup_value_regex = r"[0-9]{1,18}"
    schema = Schema()
    # Permissions: to read (of several any one), and for each action that writes.
    reads: ClassVar[str | tuple[str, ...]] = "view_register"
    writes: ClassVar[dict[str, frozenset[str]]] = {}
    model: ClassVar[Any] = None
    row: ClassVar[type[Row]] = Row
    full: ClassVar[type[Row] | None] = None
    # Name → columns of the row, not null, ending in a unique one; the first is the default.
    orders: ClassVar[dict[str, tuple[str, ...]]] = {"id": ("id",)}
    # The rows hold for a period: lists show those of the day, or all with `history=true`.
    has_periods: ClassVar[bool] = False
    takes_as_of: ClassVar[bool] = False
    # `updated_since` (asnhr/api/sync.py): off where rows come from elsewhere than `model`; other models whose rows show
    # in one of these → their key to it; models that these belong to, whose changes put rows in or out of sight → the
    # key to it.
    follows: ClassVar[bool] = True
    parts: ClassVar[dict[str, str]] = {}
    wholes: ClassVar[dict[str, str]] = {}
    # What `complete` and `dressed` show of other models beside the row's own paths (which `sync.shown_in` reads): their
    # label → the key to them → columns. Only a change of these columns is the row's.
    shows: ClassVar[dict[str, dict[str, str]]] = {}
    # What `updated_since` asks beside `reads`: a list may show the own rows, or rows of some, to who must not learn
    # that others exist. Empty: the permission that the trail's declaration names.
    changes_ask: ClassVar[str] = ""

    day: date
    claim: idempotency.Claim | None = None
    # The row as the detail shows it, once it was read.
    represented: dict[str, Any] | None = None

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        self.day = day_of(request)
        if request.method not in SAFE_METHODS:
            self.claim = repeats.claimed(request)
            versions.check(self, request, kwargs.get("pk"))

    def check_permissions(self, request: Request) -> None:
        """A method that the address does not have is refused as such (405 with `Allow`), not for want of a right; a
        stranger is asked to sign in first."""
        if self.action is None and request.user and request.user.is_authenticated:
            self.http_method_not_allowed(request)
        super().check_permissions(request)

    def handle_exception(self, exc: Exception) -> Any:
        return exc.response if isinstance(exc, repeats.Answered) else super().handle_exception(exc)

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        """The tag of a row that is answered whole, and the answer of a key, in the transaction of its effect."""
        response = super().finalize_response(request, response, *args, **kwargs)
        if response.status_code < 300:
            row = self.represented
            if row is not None and id(getattr(response, "data", None)) == id(row):
                response["ETag"] = versions.tag_of(self.tagged(row))
            if self.claim is not None:
                repeats.keep(self.claim, response)
        return response

    def get_renderers(self) -> list[BaseRenderer]:
        found: list[BaseRenderer] = super().get_renderers()
        return [*found, NDJSONRenderer()] if self.action == "list" else found

    @property
    def access(self) -> Any:
        return getattr(self.request.user, "access", NO_ACCESS)

    @property
    def agency(self) -> Any:
        """The agency of the request, set by the middleware or the token."""
        return getattr(self.request, "agency", None)

    @property
    def actor(self) -> Any:
        """Who acts: `SignedIn` let nobody else through."""
        return self.request.user

    def get_queryset(self) -> QuerySet[Any]:
        """Rows that exist for the user, whatever the day."""
        if getattr(self, "swagger_fake_view", False):
            return self.model.objects.none()
        return self.model.objects.visible_to(self.request.user)

    def get_serializer_class(self) -> type[serializers.BaseSerializer[Any]]:
        return self.full or self.row if self.action == "retrieve" else self.row

    def order_of(self, request: Request) -> tuple[str, ...]:
        asked = request.query_params.get("ordering")
        if asked is None:
            return next(iter(self.orders.values()))
        if asked not in self.orders:
            known = ", ".join(self.orders)
            raise ValidationError({"ordering": [_("Urutan tidak dikenal; yang ada: %(known)s.") % {"known": known}]})
        return self.orders[asked]

    def on_day(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Rows of the list on `self.day`."""
        if not self.has_periods or self._history():
            return queryset
        return queryset.filter(Q(starts_on__lte=self.day) & (Q(ends_on__isnull=True) | Q(ends_on__gt=self.day)))

    def _history(self) -> bool:
        text = self.request.query_params.get("history", "false")
        if text not in ("true", "false"):
            raise ValidationError({"history": [_("Tulis true atau false.")]})
        return text == "true"

    def dressed(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Annotate what the row names as `annotated`."""
        return queryset

    def without(self) -> frozenset[str]:
        """Columns that this user does not get."""
        return frozenset()

    def complete(self, rows: list[dict[str, Any]]) -> None:
        """Add to the rows of a page what is not a column; a fixed number of queries for all of them."""

    def complete_one(self, row: dict[str, Any]) -> None:
        """Add to a single row what lists do not show."""

    def once_seen(self, ids: list[int]) -> list[int]:
        """Return those of changed rows out of sight that the user may have seen: no other id is told."""
        return ids

    def filter_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """A filter that is not asked for changes nothing: a list without any builds neither filters nor their form."""
        filters = getattr(self, "filterset_class", None)
        if filters is None or filters.base_filters.keys().isdisjoint(self.request.query_params):
            return queryset
        return super().filter_queryset(queryset)

    def list(self, request: Request, *args: Any, **kwargs: Any) -> HttpResponseBase:
        self._refuse_unknown(request)
        if "updated_since" in request.query_params:
            return self._changes(request)
        queryset = self.on_day(self.filter_queryset(self.get_queryset()))
        if bulk.is_wanted(request):
            return self._whole(request, queryset)
        rows: Any = self.paginate_queryset(self.row.values(self.dressed(queryset), self.without()))
        self.complete(rows)
        return self.get_paginated_response(rows)

    def _whole(self, request: Request, queryset: QuerySet[Any]) -> HttpResponseBase:
        """Every row, a line each; its token is where the changes to it begin."""
        rows = self.row.values(self.dressed(queryset), self.without()).order_by(*self.order_of(request))
        headers = {"Sync-Token": str(sync.end(self.agency.pk))} if self.is_followed() and self.agency else {}
        return bulk.answer(self, rows, headers)

    def _changes(self, request: Request) -> Response:
        """Rows that changed, as they are now, whatever their period, and the ids of those that are gone."""
        more = sorted(set(request.query_params) - {"updated_since", "page_size", "as_of", "format"})
        if more:
            raise ValidationError({name: [_("Tidak dapat digabung dengan updated_since.")] for name in more})
        if not self.access.whole_agency:
            # A row can leave a unit's sight without being changed itself: nobody could tell of it.
            raise NotAllowed(_("Perubahan hanya disampaikan kepada peran seluruh instansi; baca daftarnya seluruhnya."))
        if not self.access.may(self.changes_ask or sync.asked_for(self.model)):
            raise NotAllowed(_("Perubahan daftar ini hanya disampaikan kepada yang berhak membaca semua isinya."))
        since = sync.place_of(self.agency.pk, request.query_params["updated_since"])
        pages: Any = self.paginator
        size = pages.get_page_size(request)
        shown = sync.shown_in(self.model, self.row.paths, self.shows)
        found = sync.changes(self.agency.pk, self.model, self.parts, since, size, self.wholes, shown)
        visible = self.dressed(self.get_queryset().filter(pk__in=found.ids))
        by_id = {row["id"]: row for row in self.row.values(visible, self.without())}
        rows = [by_id[pk] for pk in found.ids if pk in by_id]
        self.complete(rows)
        unseen = [pk for pk in found.ids if pk not in by_id]
        token = str(found.place)
        onward = replace_query_param(request.build_absolute_uri(), "updated_since", token)
        return Response(
            {
                "next": onward if found.more else None,
                "previous": None,
                "results": rows,
                "removed": self.once_seen(unseen) if unseen else [],
                "sync_token": token,
            }
        )

    @classmethod
    def is_followed(cls) -> bool:
        return cls.follows and sync.is_followed(cls.model)

    def retrieve(self, request: Request, pk: str) -> Response:
        row = self.shown(pk)
        if "If-None-Match" in request.headers:
            tag = versions.tag_of(self.tagged(row))
            if versions.is_known(request, tag):
                return Response(status=status.HTTP_304_NOT_MODIFIED, headers={"ETag": tag})
        return Response(row)

    def tagged(self, row: dict[str, Any]) -> Any:
        """What the ETag of a shown row covers; more than the row where a write of its address changes more."""
        return row

    def shown(self, pk: Any) -> dict[str, Any]:
        """Return one visible row as the detail shows it, or raise Http404."""
        row_class = self.full or self.row
        found: Any = row_class.values(self.dressed(self.get_queryset().filter(pk=pk)), self.without()).first()
        if found is None:
            raise Http404
        self.complete([found])
        self.complete_one(found)
        self.represented = found
        return found

    def _refuse_unknown(self, request: Request) -> None:
        known = set(PAGING)
        filterset = getattr(self, "filterset_class", None)
        if filterset is not None:
            known |= set(filterset.base_filters)
        if self.takes_as_of:
            known.add("as_of")
        if self.has_periods:
            known |= {"as_of", "history"}
        if self.is_followed():
            # Whoever copies a list before following it asks all of them alike; one without periods is whole anyway.
            known |= {"updated_since", "history"}
            self._history()
        unknown = sorted(set(request.query_params) - known)
        if unknown:
            raise ValidationError({name: [_("Parameter tidak dikenal.")] for name in unknown})

    def one(self, queryset: QuerySet[Any], pk: Any) -> Any:
        """Return the visible object of the address, or raise Http404."""
        found = queryset.filter(pk=pk).first()
        if found is None:
            raise Http404
        return found
