"""The one base of list pages: filters, sort, columns, pages, partial answers, and exports of exactly what is filtered.

    class PositionList(TablePage):
        title = _("Jabatan")
        lead = _("Semua jabatan dalam cakupan Anda.")
        noun = _("jabatan")
        permission = "view_register"
        filterset_class = PositionFilter
        order_by = ("unit__path", "code")
        columns = (
            Column("jabatan", _("Jabatan"), "job.name", url=lambda row: row.get_absolute_url(), sub="unit.name"),
            Column("k", _("K"), "need", kind="num", sort="need"),
        )

        def queryset(self, request):
            return Position.objects.visible_to(request.user, request.as_of).select_related("job", "unit")

Query parameters: `urut` (a column's key, "-" before it for descending), `hal`, `kolom` (repeated), `format` (csv,
xlsx), `semua` (no saved filter, please), and those of the filter set. A list without any opens with the filter that the
person saved as its first view. Cost: one count, one list of keys and one read of the 50 rows, one of the saved filters,
plus what `queryset` prefetches; a page deep in 100,000 rows skips keys only, never joined rows.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence, Sized
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property, lru_cache, wraps
from html import escape
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.mixins import LoginRequiredMixin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.db.models.query import ModelIterable
from django.forms import NullBooleanSelect
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseNotAllowed, QueryDict
from django.shortcuts import redirect, render
from django.urls import get_script_prefix, get_urlconf, reverse
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import slugify
from django.utils.translation import get_language, npgettext
from django.utils.translation import gettext as _
from django.views import View

from asnhr import export, formats, list_files, saved_filters
from asnhr.models import SavedFilter
from asnhr.pages import days
from asnhr.pages import list_files as list_file_pages

PAGE_SIZE = 50
Value = str | Callable[[Any], Any]


def reader(path: Value) -> Callable[[Any], Any]:
    """Return what reads an attribute path ("unit.name"), a mapping row's key, or a callable's answer from a row; a
    missing link is None. The path is taken apart once, not for every row."""
    if callable(path):
        return path
    parts = path.split(".")

    def follow(row: Any) -> Any:
        if isinstance(row, dict):
            return row.get(path)
        for part in parts:
            row = getattr(row, part, None)
            if row is None:
                return None
        return row

    return follow


def coded(name: str) -> Callable[[Any], Any]:
    """Return what reads the words of a row's choice, as `get_…_display` does, which makes them anew for every row."""

    def words(row: Any) -> Any:
        value = getattr(row, name)
        model: Any = type(row)
        return _words_of(model, name, get_language()).get(value, value)

    return words


@lru_cache(maxsize=512)
def _words_of(model: Any, name: str, _language: str | None) -> dict[Any, str]:
    return {code: str(label) for code, label in model._meta.get_field(name).flatchoices}


def _escaped(value: Any) -> str:
    """Return what `conditional_escape` does, without its look for lazy texts where there is a plain one."""
    if type(value) is SafeString:
        return value
    return escape(value) if type(value) is str else str(conditional_escape(value))


def row_url(route: str, pk: int) -> str:
    """Return `reverse(route, args=[pk])` for a route whose only argument is an integer key; lists ask for hundreds."""
    before, after = _around_key(route, get_urlconf(), get_script_prefix())
    return f"{before}{pk}{after}"


def _urls(route: str, key: str) -> Callable[[Any], str]:
    """Return what `row_url` does for the key that each row holds; the route is looked up once a page."""
    before, after = _around_key(route, get_urlconf(), get_script_prefix())
    key_of = reader(key)
    return lambda row: f"{before}{key_of(row)}{after}"


@lru_cache(maxsize=256)
def _around_key(route: str, urlconf: str | None, _prefix: str) -> tuple[str, str]:
    # A number that no path holds by itself.
    before, after = reverse(route, urlconf, args=[9007199254740881]).split("9007199254740881")
    return before, after


@dataclass(frozen=True)
class Column:
    """One column.

    `value`: attribute path or callable, exported as it is; `kind`: text, code (short, in one line), num, date, nip,
    money; `places`: decimals shown; `url` makes the cell a link: a callable, or the name of a route and the path of
    its integer key; `blank`: words where there is no value; `sub` is a second line; `html` replaces what is shown
    (return SafeString built with format_html) but not what is exported; `sort`: field to order by; `hidden`: shown
    only when chosen; `fixed`: cannot be taken away; `in_files`: written to files also when it is not shown.
    """

    key: str
    label: Any
    value: Value
    kind: str = "text"
    sort: str | tuple[str, ...] = ""
    url: Callable[[Any], str] | tuple[str, str] | None = None
    blank: Any = ""
    sub: Value | None = None
    html: Callable[[Any], Any] | None = None
    places: int | None = None
    hidden: bool = False
    fixed: bool = False
    in_files: bool = False
    width: int = 0
    hint: Any = ""

    @property
    def is_number(self) -> bool:
        return self.kind in ("num", "money")

    def text(self, value: Any) -> str:
        """Return the value as officers write it."""
        if value is None or value == "":
            return "" if self.kind in ("text", "code") else formats.DASH
        if self.kind == "num":
            return formats.number(value, self.places)
        if self.kind == "money":
            return formats.rupiah(value)
        if self.kind == "nip":
            return formats.grouped_nip(value)
        if isinstance(value, datetime):
            return formats.moment(value)
        if isinstance(value, date):
            return formats.day(value)
        if isinstance(value, bool):
            return _("ya") if value else _("tidak")
        if isinstance(value, int | float | Decimal):
            return formats.number(value, self.places)
        return str(value)

    def opening(self, *, is_head: bool) -> tuple[str, str, str]:
        """Return the tag that opens a cell, the same for an empty one, and the tag that closes it; made once a page."""
        # The first column names the row.
        name, scope = ("th", ' scope="row"') if is_head else ("td", "")
        kind = "num" if self.is_number else {"date": "date", "nip": "date", "code": "code"}.get(self.kind, "")
        label = escape(str(self.label))
        filled = f' class="{kind}"' if kind else ""
        empty = f' class="{kind} blank"' if kind else ' class="blank"'
        return (
            f'<{name}{scope}{filled} data-label="{label}">',
            f'<{name}{scope}{empty} data-label="{label}">',
            f"</{name}>",
        )

    def content(self) -> Callable[[Any], str]:
        """Return what writes a row's cell as HTML, escaped; made once a page."""
        text, own = self.text, self.html
        value = reader(self.value)
        url = _urls(*self.url) if isinstance(self.url, tuple) else self.url
        blank = f'<span class="muted">{escape(str(self.blank))}</span>' if self.blank else ""
        below = None if self.sub is None else reader(self.sub)

        def of_row(row: Any) -> str:
            if own is not None:
                shown = _escaped(own(row))
            else:
                shown = escape(text(value(row)))
                if not shown:
                    shown = blank
                elif url is not None:
                    shown = f'<a href="{escape(url(row))}">{shown}</a>'
            under = below(row) if below is not None else None
            return f"{shown}<small>{_escaped(under)}</small>" if under else shown

        return of_row


@dataclass(frozen=True)
class Heading:
    label: Any
    css: str
    sort_url: str
    aria_sort: str
    hint: Any


class Page:
    """A page of rows with its numbers; `rows` are the objects themselves."""

    def __init__(self, rows: list[Any], number: int, total: int, size: int) -> None:
        self.rows, self.number, self.total, self.size = rows, number, total, size

    @property
    def last(self) -> int:
        return max(1, -(-self.total // self.size))

    @property
    def first_row(self) -> int:
        return (self.number - 1) * self.size + 1 if self.total else 0

    @property
    def last_row(self) -> int:
        return min(self.number * self.size, self.total)

    @property
    def near(self) -> list[int]:
        """Page numbers to offer; 0 stands for a gap."""
        wanted = sorted({1, self.last, *range(max(1, self.number - 1), min(self.last, self.number + 1) + 1)})
        shown: list[int] = []
        for number in wanted:
            if shown and number - shown[-1] > 1:
                shown.append(0)
            shown.append(number)
        return shown


class TablePage(LoginRequiredMixin, View):
    """See the module's example. Subclasses give `queryset` and `columns`; the rest has defaults."""

    title: Any = ""
    lead: Any = ""
    # What a row is, in the singular; "1.234 jabatan".
    noun: Any = "baris"
    permission: str = ""
    filterset_class: Any = None
    # Filters shown at once; the others wait behind "Saringan lain".
    first_filters: Sequence[str] = ("q",)
    columns: Sequence[Column] = ()
    # Order without `urut`; a unique last column is added.
    order_by: Sequence[str] = ()
    template_name = "_parts/list_page.html"
    part_template = "_parts/table.html"
    page_size = PAGE_SIZE
    empty_title: Any = ""
    empty_text: Any = ""
    empty_url: str = ""
    empty_label: Any = ""
    exports = True
    # Whether the rows are those of the day chosen in the frame (asnhr.pages.days).
    follows_day: bool | str = False

    def queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Return the rows visible to the user; begin with `visible_to`."""
        raise NotImplementedError

    def get_columns(self, request: HttpRequest) -> Sequence[Column]:
        """Return the columns this user may see; what is not permitted is absent."""
        return self.columns

    def extra_context(self, request: HttpRequest) -> dict[str, Any]:
        """Return more for the full page: crumbs, actions, figures."""
        return {}

    @property
    def name(self) -> str:
        """The table's name, in cookies and file names."""
        match = self.request.resolver_match
        return slugify(match.view_name if match else type(self).__name__)

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.user.is_authenticated and self.permission:
            if not request.user.access.may(self.permission):
                raise PermissionDenied(_("Peran Anda tidak mencakup halaman ini."))
        return super().dispatch(request, *args, **kwargs)

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        rows = self.ordered(self.filtered)
        kind = request.GET.get("format", "")
        if kind in export.FORMATS and self.exports:
            total = rows.count()
            if list_files.is_large(request, total):
                return list_file_pages.offer(request, title=self.title, rows=total, query=self.file_query())
            return self.export(rows, kind)
        asked = [request.headers.get(f"HX-{name}") for name in ("Request", "Boosted", "History-Restore-Request")]
        is_part = asked == ["true", None, None]
        if not is_part and not set(request.GET) - {"as_of"}:
            first = next((each for each in self.saved if each.is_default), None)
            if first is not None:
                day = request.GET.get("as_of", "")
                return redirect(f"{request.path}?{first.query}" + (f"&{urlencode({'as_of': day})}" if day else ""))
        context = self.table_context(rows)
        if not is_part:
            context |= {"filterset": self.filterset} | self.filter_fields() | self.extra_context(request)
        response = render(request, self.part_template if is_part else self.template_name, context)
        patch_vary_headers(response, ["HX-Request", "HX-Boosted", "HX-History-Restore-Request"])
        self.remember_columns(response)
        return response

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """The form that asks for the file of a very long list; nothing else is sent to a list."""
        if request.GET.get("format", "") not in export.FORMATS or not self.exports:
            return self.http_method_not_allowed(request, *args, **kwargs)
        return self.get(request, *args, **kwargs)

    def file_query(self) -> QueryDict:
        """The query of the file: with the columns that are shown, wherever they were chosen."""
        query = self.request.GET.copy()
        query.pop("hal", None)
        query.setlist("kolom", [column.key for column in self.shown_columns])
        return query

    # Filters

    @cached_property
    def saved(self) -> list[SavedFilter]:
        """The person's own filters of this list."""
        request: Any = self.request
        return saved_filters.kept(request.agency, request.user, request.resolver_match.view_name)

    @cached_property
    def filterset(self) -> Any:
        if self.filterset_class is None:
            return None
        made = self.filterset_class(self.request.GET, queryset=self.queryset(self.request), request=self.request)
        for field in made.form.fields.values():
            if isinstance(field.widget, NullBooleanSelect):
                # "Unknown", says Django; in a filter it means that nothing was asked.
                field.widget.choices = [(key, label if number else _("Semua")) for number, (key, label)
                                        in enumerate(field.widget.choices)]  # fmt: skip
        return made

    def filter_fields(self) -> dict[str, list[Any]]:
        """The filters shown at once, and those that wait behind "Saringan lain"."""
        fields = [] if self.filterset is None else list(self.filterset.form)
        return {
            "first_filters": [field for field in fields if field.name in self.first_filters],
            "more_filters": [field for field in fields if field.name not in self.first_filters],
        }

    @cached_property
    def filtered(self) -> QuerySet[Any]:
        """The filtered rows; an invalid filter gives none rather than all."""
        if self.filterset is None:
            return self.queryset(self.request)
        return self.filterset.qs if self.filterset.is_valid() else self.filterset.queryset.none()

    @cached_property
    def chips(self) -> list[dict[str, str]]:
        """The filters in force, in words, each with the address without it."""
        if self.filterset is None:
            return []
        form, shown = self.filterset.form, []
        cleaned = getattr(form, "cleaned_data", {})
        for name, field in form.fields.items():
            value = cleaned.get(name)
            if value in (None, "", []) or (isinstance(value, QuerySet) and not value):
                continue
            # Without the last filter, everything: not the saved one with which the list would open.
            query = self.query_without("hal", "format", *self.parameters_of(name)) or "semua=1"
            shown.append({"label": str(field.label or name), "value": self.words_of(field, value), "url": f"?{query}"})
        return shown

    def parameters_of(self, name: str) -> list[str]:
        """Return the query parameters of a filter; ranges have several."""
        return [key for key in self.request.GET if key == name or key.startswith(f"{name}_")]

    @staticmethod
    def words_of(field: Any, value: Any) -> str:
        if isinstance(value, slice):
            bounds = [formats.day(each) if isinstance(each, date) else formats.number(each) for each in
                      (value.start, value.stop) if each is not None]  # fmt: skip
            return " – ".join(bounds)
        labels = {
            str(key): str(label) for key, label in getattr(field, "choices", ()) if not hasattr(field, "queryset")
        }
        values = value if isinstance(value, list | tuple | QuerySet) else [value]
        words = []
        for each in values:
            if isinstance(each, bool):
                words.append(str(_("ya") if each else _("tidak")))
            elif isinstance(each, date):
                words.append(formats.day(each))
            else:
                words.append(labels.get(str(each), str(each)))
        return ", ".join(words)

    def query_without(self, *names: str, **changes: str) -> str:
        query: QueryDict = self.request.GET.copy()
        for name in names:
            query.pop(name, None)
        for name, value in changes.items():
            query[name] = value
        return query.urlencode()

    # Columns

    @cached_property
    def shown_columns(self) -> list[Column]:
        """The columns chosen now, else last time, else the default ones; always in the table's order."""
        every = self.get_columns(self.request)
        chosen = set(self.request.GET.getlist("kolom"))
        if not chosen:
            cookie = self.request.get_signed_cookie(self.cookie_name, default="") or ""
            chosen = set(cookie.split("."))
        known = [column for column in every if column.key in chosen or column.fixed]
        if any(column.key in chosen for column in every):
            return known
        return [column for column in every if not column.hidden]

    @property
    def cookie_name(self) -> str:
        return f"kolom-{self.name}"

    def remember_columns(self, response: HttpResponse) -> None:
        if self.request.GET.getlist("kolom"):
            keys = ".".join(column.key for column in self.shown_columns)
            response.set_signed_cookie(
                self.cookie_name, keys, max_age=365 * 86400, path=self.request.path, httponly=True, samesite="Lax",
                secure=self.request.is_secure(),
            )  # fmt: skip

    # Order and pages

    @cached_property
    def sorted_by(self) -> tuple[Column | None, bool]:
        """The column of `urut` and whether it descends; unknown names are ignored."""
        wanted = self.request.GET.get("urut", "")
        key, descending = wanted.removeprefix("-"), wanted.startswith("-")
        column = next((each for each in self.get_columns(self.request) if each.key == key and each.sort), None)
        return column, descending

    def ordered(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """Return the rows in a stable order: the chosen column, then the page's own order, then the key."""
        column, descending = self.sorted_by
        order: list[str] = []
        if column is not None:
            fields = (column.sort,) if isinstance(column.sort, str) else column.sort
            order = [_turned(field) if descending else field for field in fields]
        seen = {field.lstrip("-") for field in order}
        for field in [*self.order_by, "pk"]:
            if field.lstrip("-") not in seen:
                seen.add(field.lstrip("-"))
                order.append(field)
        return rows.order_by(*order)

    def dress(self, rows: list[Any]) -> None:
        """Complete model instances just read, those of a page or a piece of a file; a fixed number of queries."""

    def page(self, rows: QuerySet[Any]) -> Page:
        """Return the page asked for, the nearest one when there is none of that number."""
        found = self.window(rows)
        if issubclass(rows._iterable_class, ModelIterable):
            self.dress(found.rows)
        return found

    def window(self, rows: QuerySet[Any]) -> Page:
        total = rows.count()
        last = max(1, -(-total // self.page_size))
        text = self.request.GET.get("hal", "1")
        number = min(max(int(text), 1), last) if text.isascii() and text.isdigit() and len(text) < 9 else 1
        start = (number - 1) * self.page_size
        window = slice(start, start + self.page_size)
        if not total:
            return Page([], 1, 0, self.page_size)
        if start == 0 or not issubclass(rows._iterable_class, ModelIterable):
            return Page(list(rows[window]), number, total, self.page_size)
        # Deep pages: skip keys, then read the rows; the database need not join what it skips.
        keys = list(rows.values_list("pk", flat=True)[window])
        found = {row.pk: row for row in rows.filter(pk__in=keys)}
        return Page([found[key] for key in keys if key in found], number, total, self.page_size)

    def headings(self) -> list[Heading]:
        current, descending = self.sorted_by
        result = []
        for column in self.shown_columns:
            url = direction = ""
            if column.sort:
                here = current is not None and current.key == column.key
                url = "?" + self.query_without(
                    "hal", "format", urut=f"-{column.key}" if here and not descending else column.key
                )
                direction = ("descending" if descending else "ascending") if here else ""
            css = "num" if column.is_number else ""
            result.append(Heading(column.label, css, url, direction, column.hint))
        return result

    def table_context(self, rows: QuerySet[Any]) -> dict[str, Any]:
        page = self.page(rows)
        columns = self.shown_columns
        every = self.get_columns(self.request)
        return {
            "table": self,
            "table_name": self.name,
            "page": page,
            "noun": counted(self.noun, page.total),
            "headings": self.headings(),
            "body": render_rows(page.rows, columns),
            "chips": self.chips,
            "plain_url": f"{self.request.path}?semua=1",
            "saved": self.saved,
            "saved_now": saved_filters.lasting(self.request.GET.urlencode()),
            "choices": [(column, column in columns) for column in every if not column.fixed],
            "sort": self.request.GET.get("urut", ""),
            "export_query": self.query_without("hal", "format"),
            # Its file is asked for on a page of its own (`asnhr.list_files`).
            "is_large": self.exports and list_files.is_large(self.request, page.total),
            # Asked for something that cannot be is asked for, too: nothing is said of the list as a whole.
            "is_filtered": bool(self.chips) or bool(self.filter_errors),
            "filter_errors": self.filter_errors,
        }

    @property
    def filter_errors(self) -> dict[str, list[str]]:
        """What is wrong with the filters asked for, by their labels."""
        if self.filterset is None or not self.filterset.is_bound:
            return {}
        form = self.filterset.form
        return {
            str(form.fields[name].label or name) if name in form.fields else "": [str(each) for each in said]
            for name, said in form.errors.items()
        }

    # Export

    def export(self, rows: QuerySet[Any], kind: str) -> HttpResponseBase:
        """Return every filtered row, in the table's order, in the shown columns (with their second lines) and those
        that files always have."""
        agency = getattr(self.request, "agency", None)
        columns = []
        shown = {column.key for column in self.shown_columns}
        for column in self.get_columns(self.request):
            if not (column.in_files or column.key in shown):
                continue
            columns.append(
                export.Field(str(column.label), column.kind, reader(column.value), column.places, column.width)
            )
            if column.sub is not None and not callable(column.sub):
                columns.append(export.Field(_sub_label(column), "text", reader(column.sub), None, 0))
        read = in_pieces(rows, dress=self.dress) if issubclass(rows._iterable_class, ModelIterable) else iter(rows)
        in_run = hasattr(self.request, "run_progress")
        return export.respond(
            list_files.watched(self.request, read, rows.count()) if in_run else read,
            columns,
            kind=kind,
            name=self.name,
            title=str(self.title),
            agency=agency.name if agency else "",
            day=days.shown(self.request),
            is_sample=bool(agency and agency.is_sample),
        )


def counted(noun: Any, number: int) -> str:
    """Return what is counted in the form that the reader's language has for so many (`asnhr.pages.stored.COUNTED`)."""
    with translation.override("id"):
        source = str(noun)
    told = npgettext("banyaknya", source, source, number)
    return told if told != source else str(noun)


def download(
    request: Any, rows: Iterable[Any], columns: Sequence[Column], *, name: str, title: Any
) -> HttpResponseBase | None:
    """Return the rows as the file that `format` asks for; None when it asks for none. For lists drawn as a tree, a
    queue or groups; give the rows unread, so that a page which is only looked at does not read them.

    Where they may be very many, decorate the view with `safe_or_file` and give a queryset or a list: the page that asks
    for a run is answered (`asnhr.list_files`). What has no length is bounded otherwise.
    """
    kind = request.GET.get("format", "")
    if kind not in export.FORMATS:
        return None
    total = rows.count() if isinstance(rows, QuerySet) else len(rows) if isinstance(rows, Sized) else 0
    if list_files.is_large(request, total):
        return list_file_pages.offer(request, title=title, rows=total)
    if isinstance(rows, QuerySet):
        rows = in_pieces(rows) if issubclass(rows._iterable_class, ModelIterable) else rows.iterator()
    agency = getattr(request, "agency", None)
    fields = [
        export.Field(str(column.label), column.kind, reader(column.value), column.places, column.width)
        for column in columns
    ]
    return export.respond(
        list_files.watched(request, rows, total), fields, kind=kind, name=name, title=str(title),
        agency=agency.name if agency else "", day=days.shown(request),
        is_sample=bool(agency and agency.is_sample),
    )  # fmt: skip


def safe_or_file(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Let a view be read, as `require_safe` does, and take the form that asks for the file of a very long list."""

    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        is_form = request.method == "POST" and request.GET.get("format", "") in export.FORMATS
        if request.method not in ("GET", "HEAD") and not is_form:
            return HttpResponseNotAllowed(["GET", "HEAD"])
        return view(request, *args, **kwargs)

    return answer


def in_pieces(rows: QuerySet[Any], size: int = 500, dress: Callable[[list[Any]], None] | None = None) -> Iterator[Any]:
    """Yield the rows in their order, `size` of them in memory at a time: the keys at once, the rows piece by piece.
    `dress` completes each piece.

    A row is good until the next piece is asked for. `iterator()` would read all of them: server-side cursors are off
    for the sake of transaction pooling, and a web worker keeps what it once grew to.
    """
    keys = list(rows.values_list("pk", flat=True))
    for start in range(0, len(keys), size):
        piece = keys[start : start + size]
        found = {row.pk: row for row in rows.filter(pk__in=piece).order_by()}
        if dress is not None:
            dress(list(found.values()))
        yield from (found[key] for key in piece if key in found)
        # A row and what was joined to it refer to each other: thousands would wait for the garbage collector.
        for row in found.values():
            row.__dict__.clear()


def _sub_label(column: Column) -> str:
    # Out of the f-string: xgettext before 0.22 reads none.
    remark = _("keterangan")
    return f"{column.label} ({remark})"


def _turned(field: str) -> str:
    return field[1:] if field.startswith("-") else f"-{field}"


def render_rows(rows: Iterable[Any], columns: Sequence[Column]) -> SafeString:
    """Return the table's body; cells escape themselves, so 50 rows cost about a millisecond."""
    plan = [(column.content(), *column.opening(is_head=index == 0)) for index, column in enumerate(columns)]
    parts: list[str] = []
    for row in rows:
        parts.append("<tr>")
        for content, filled, empty, end in plan:
            shown = content(row)
            parts += (filled, shown, end) if shown else (empty, end)
        parts.append("</tr>\n")
    return mark_safe("".join(parts))  # noqa: S308  every part was escaped in Column.content


def link(url: str, label: object, sub: object = "") -> SafeString:
    """Return a link with an optional second line, for `Column.html`."""
    below = f"<small>{_escaped(sub)}</small>" if sub else ""
    return mark_safe(f'<a href="{_escaped(url)}">{_escaped(label)}</a>{below}')  # noqa: S308  every part is escaped
