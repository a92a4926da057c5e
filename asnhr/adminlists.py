"""Lists of the admin at 100,000 rows: counted so far only, a page by its keys, every list a CSV or XLSX too."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.utils import label_for_field, lookup_field
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied
from django.core.paginator import Page, Paginator
from django.db.models import Field, ForeignKey, Index, Model, QuerySet
from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.utils.functional import Promise
from django.utils.html import strip_tags
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy

from asnhr.crypto import Encrypted

# Beyond this many rows a list says "more than", and asks for a search instead of counting and paging on.
COUNT_AT_MOST = 10_000
FORMATS = ("csv", "xlsx")


class CountedPages(Paginator):
    """Counts no further than `COUNT_AT_MOST`: to count 100,000 filtered rows costs more than the page itself."""

    @cached_property
    def counted(self) -> int:
        rows: Any = self.object_list
        return rows.order_by()[: COUNT_AT_MOST + 1].count() if isinstance(rows, QuerySet) else len(rows)

    @cached_property
    def count(self) -> int:  # type: ignore[override]
        return min(self.counted, COUNT_AT_MOST)

    @property
    def is_more(self) -> bool:
        return self.counted > COUNT_AT_MOST

    def page(self, number: int | str) -> Page:
        """Order the keys alone, then read the rows of the page with what they are joined to."""
        rows: Any = self.object_list
        if not isinstance(rows, QuerySet):
            return super().page(number)
        valid = self.validate_number(number)
        start = (valid - 1) * self.per_page
        keys = list(rows.select_related(None).values_list("pk", flat=True)[start : start + self.per_page])
        return Page(rows.filter(pk__in=keys), valid, self)


def read_in_order(model: type[Model]) -> set[str]:
    """Return the fields by which a plain index of the model reads the rows of an agency in order."""
    opts = model._meta
    # An index of expressions names no field.
    plain = (each for each in opts.indexes if type(each) is Index and each.fields and each.condition is None)
    rows = [list(each.fields) for each in plain]
    rows += [list(each.fields) for each in opts.total_unique_constraints]
    rows += [[field.name] for field in opts.local_fields if field.unique]
    found: set[str] = set()
    for names in rows:
        after = names[1:] if names[0].removeprefix("-") == "agency" else names
        found.update(name.removeprefix("-") for name in after[:1])
    # A column of another model is ordered as that model's rows are: by what stands in another table.
    return {name for name in found if not opts.get_field(name).is_relation}


class ScopedChangeList(ChangeList):
    def get_ordering_field(self, field_name: Any) -> Any:
        """No order by a column that is not offered for it (`sortable_by`): Django takes any column of `?o=`."""
        return super().get_ordering_field(field_name) if field_name in (self.sortable_by or ()) else None

    @property
    def is_more(self) -> bool:
        """Whether there are more rows than `result_count` says (the template writes it)."""
        return getattr(self.paginator, "is_more", False)


class Exported(admin.ModelAdmin):
    """Every list is a file too: what is filtered by `?format=csv` or `xlsx`, what is ticked by the two actions."""

    actions: Any = ("as_csv", "as_xlsx")

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> Any:
        kind = request.GET.get("format", "")
        if kind not in FORMATS:
            return super().changelist_view(request, extra_context)
        if not self.has_view_or_change_permission(request):
            raise PermissionDenied
        # To Django every other parameter is a filter.
        query: Any = request.GET
        asked = query.copy()
        del asked["format"]
        request.GET = asked
        try:
            rows = self.get_changelist_instance(request).queryset
        except IncorrectLookupParameters:
            return HttpResponseRedirect(request.path)
        request.GET = query
        return self._by_run(request, rows.count()) or self.exported(request, rows, kind)

    def _by_run(self, request: Any, rows: int) -> HttpResponseBase | None:
        """The page that leaves a very long file to a run (`asnhr.list_files`); None for others."""
        from asnhr import list_files
        from asnhr.pages.list_files import offer

        if not list_files.is_large(request, rows):
            return None
        return offer(request, title=str(capfirst(self.opts.verbose_name_plural)), rows=rows)

    def _ticked(self, request: Any, rows: QuerySet[Any], kind: str) -> HttpResponseBase:
        """The file of what is ticked: a page of rows, or by `select_across` all that are filtered, as their link."""
        if request.POST.get("select_across") == "1":
            query = request.GET.copy()
            query["format"] = kind
            return HttpResponseRedirect(f"{request.path}?{query.urlencode()}")
        return self.exported(request, rows, kind)

    @admin.action(description=gettext_lazy("Unduh yang dipilih sebagai CSV"))
    def as_csv(self, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponseBase:
        return self._ticked(request, queryset, "csv")

    @admin.action(description=gettext_lazy("Unduh yang dipilih sebagai XLSX"))
    def as_xlsx(self, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponseBase:
        return self._ticked(request, queryset, "xlsx")

    def exported(self, request: Any, rows: QuerySet[Any], kind: str) -> HttpResponseBase:
        """Return the rows, in their order, in the columns that the list shows."""
        # Every process knows the admin; only who sends a file needs what writes it.
        from asnhr import dates, export, list_files
        from asnhr.pages.tables import in_pieces

        agency = getattr(request, "agency", None)
        # Nothing is decrypted that no column shows.
        shown = set(self.get_list_display(request))
        hidden = [each.name for each in self.opts.concrete_fields if isinstance(each, Encrypted)]
        rows = rows.defer(*(name for name in hidden if name not in shown))
        read = in_pieces(rows)
        if hasattr(request, "run_progress"):
            read = list_files.watched(request, read, rows.count())
        return export.respond(
            read, self._columns(request, export.Field), kind=kind, name=self.opts.model_name or "data",
            title=str(capfirst(self.opts.verbose_name_plural)), agency=agency.name if agency else "",
            day=dates.today(), is_sample=bool(agency and agency.is_sample),
        )  # fmt: skip

    def _columns(self, request: HttpRequest, column: Any) -> list[Any]:
        found = []
        for name in self.get_list_display(request):
            label = capfirst(str(label_for_field(name, self.model, model_admin=self)))
            found.append(column(label, self._kind(name), self._reader(name)))
        return found

    def _kind(self, name: Any) -> str:
        # Whatever holds a NIP: eighteen digits are no number.
        return "nip" if name == "nip" else "text"

    def _reader(self, name: Any) -> Any:
        field = next((each for each in self.opts.concrete_fields if each.name == name), None)
        if field is not None:
            # What a column is does not change from row to row.
            words = dict(getattr(field, "flatchoices", None) or ())
            return lambda row: coded(words, getattr(row, name)) if words else plain(field, getattr(row, name))

        def read(row: Any) -> Any:
            try:
                field, _attribute, value = lookup_field(name, row, self)
            except (AttributeError, ValueError, ObjectDoesNotExist):
                return None
            return plain(field, value)

        return read


def coded(words: dict[Any, Any], value: Any) -> str:
    """Return what a code means; a code without a meaning is itself."""
    return str(words.get(value, "" if value is None else value))


def plain(field: Field | None, value: Any) -> Any:
    """Return a value as a file writes it: words for rows, numbers and days as they are."""
    if value is None or isinstance(value, bool | int | float | Decimal | date):
        return value
    if isinstance(field, ForeignKey):
        return str(value)
    if isinstance(value, Iterable) and not isinstance(value, str | Promise):
        return ", ".join(str(each) for each in value)
    return strip_tags(str(value))
