"""The Django admin of regional admins: its site, and the base that scopes every page of it.

Rights follow from roles (`access`), never from Django's own permissions or `is_superuser`; what exists is
`visible_to`'s.
"""

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache, partial, update_wrapper
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import quote

from django import forms
from django.apps import apps
from django.conf import settings
from django.contrib import admin, messages
from django.contrib.admin.options import BaseModelAdmin
from django.contrib.admin.utils import unquote
from django.contrib.admin.views.main import ChangeList
from django.contrib.auth import logout
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError
from django.db.models import ForeignKey, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import get_script_prefix, get_urlconf, resolve, reverse
from django.utils.text import capfirst
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from asnhr import registry
from asnhr import told as told_words
from asnhr.access import NO_ACCESS, Access
from asnhr.adminfields import Suggested, cell, teller
from asnhr.adminlists import CountedPages, Exported, ScopedChangeList, read_in_order
from asnhr.audit import history
from asnhr.audit.declared import FULL, by_table
from asnhr.constraints import sentence_of
from asnhr.errors import NotAllowed, RuleBroken


def access_of(request: HttpRequest) -> Access:
    return getattr(request.user, "access", NO_ACCESS)


@dataclass(frozen=True)
class Attention:
    """So many rows that ask for somebody's work, and the list that shows exactly them."""

    label: str
    number: int
    url: str
    tone: str = ""


@dataclass(frozen=True, eq=False)
class Shelved:
    """A list of the admin as its navigation names it; `app` is its app's heading, `add` empty where none is added."""

    model: Any
    name: str
    topic: str
    url: str
    add: str
    app: dict[str, Any]

    def shown(self, perms: dict[str, bool]) -> dict[str, Any]:
        """Return what Django's templates of the navigation need, for who has `perms`."""
        return {
            "model": self.model,
            "name": self.name,
            "object_name": self.model._meta.object_name,
            "perms": perms,
            "admin_url": self.url if perms.get("change") or perms.get("view") else None,
            "add_url": self.add if perms.get("add") else None,
            "view_only": not perms.get("change"),
        }


@lru_cache(maxsize=8)
def _shelf(site: "RegionalAdminSite", _language: str | None, _urlconf: str, _prefix: str) -> tuple[Shelved, ...]:
    """Return every list of the site, by app and name as the language has them."""
    found = []
    for model, page in site._registry.items():
        label, name = model._meta.app_label, model._meta.model_name
        app = apps.get_app_config(label).verbose_name
        heading = {
            "app_label": label,
            "app_url": reverse("admin:app_list", kwargs={"app_label": label}, current_app=site.name),
            "has_module_perms": True,
        }
        topic = getattr(page, "topic", None) or getattr(sys.modules[type(page).__module__], "TOPIC", app)
        lists, add = (f"admin:{label}_{name}_{page_of}" for page_of in ("changelist", "add"))
        url, new = (reverse(route, current_app=site.name) for route in (lists, add))
        words = str(capfirst(model._meta.verbose_name_plural))
        found.append((str(app).lower(), Shelved(model, words, str(topic), url, new, heading)))
    return tuple(each for _app, each in sorted(found, key=lambda pair: (pair[0], pair[1].name)))


@lru_cache(maxsize=16)
def _sidebar(_language: str | None, topics: tuple[Any, ...], here: str) -> str:
    """Return Django's own navigation of `topics` (heading, lists), rendered once for pages of one list: a hundred lines
    took more than the rest of the page. `here` joins the addresses that the page is at or below."""
    shown = [{**dict(heading), "models": [dict(each) for each in lists]} for heading, lists in topics]
    return render_to_string("admin/nav_sidebar.html", {"available_apps": shown, "request": {"path": here}})


class RegionalAdminSite(admin.AdminSite):
    """Open to who holds `use_admin`; the operator (superuser) enters too, but sees nothing of any agency by that."""

    site_header = gettext_lazy("Admin instansi")
    site_title = "ASNHR"
    index_title = gettext_lazy("Data instansi")
    enable_nav_sidebar = True

    def has_permission(self, request: HttpRequest) -> bool:
        user = request.user
        return user.is_authenticated and user.is_active and (access_of(request).may("use_admin") or user.is_superuser)

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        """A stranger goes to sign in; who is signed in without the right is refused at once."""
        inner = super().admin_view(view, cacheable)

        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            leaving = request.path == reverse("admin:logout", current_app=self.name)
            if request.user.is_authenticated and not self.has_permission(request) and not leaving:
                raise PermissionDenied(_("Peran Anda tidak mencakup halaman admin."))
            return inner(request, *args, **kwargs)

        return update_wrapper(guarded, inner)

    def index(self, request: HttpRequest, extra_context: Any = None) -> TemplateResponse:
        """What needs attention, then the lists by topic."""
        asked = [each for _code, of_user in registry.attention.items() for each in of_user(request.user)]
        return super().index(request, {"attention": asked, **(extra_context or {})})

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        context = super().each_context(request)
        return {**context, "sidebar": partial(self.sidebar, request, context["available_apps"])}

    def sidebar(self, request: HttpRequest, topics: list[Any]) -> str:
        """Return the navigation beside every page but pop-ups, of what `get_app_list` found for this user."""
        path, here = quote(request.path), set()
        found = []
        for topic in topics:
            lists = []
            for each in topic["models"]:
                lists.append(tuple((key, each[key]) for key in ("name", "object_name", "admin_url", "add_url")))
                here |= {url for url in (topic["app_url"], each["admin_url"]) if url and url in path}
            found.append((tuple((key, topic[key]) for key in ("name", "app_label", "app_url")), tuple(lists)))
        return _sidebar(get_language(), tuple(found), "".join(sorted(here)))

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        """The lists by topic: what a page (`topic`) or its module (`TOPIC`) says it is about, else the app.

        Every page of the admin shows them: names, addresses and order are the same for everybody and kept; who may
        which is asked anew in every request.
        """
        if app_label is not None:
            return super().get_app_list(request, app_label)
        topics: dict[str, Any] = {}
        for each in _shelf(self, get_language(), get_urlconf() or settings.ROOT_URLCONF, get_script_prefix()):
            page = self._registry[each.model]
            perms = page.get_model_perms(request) if page.has_module_permission(request) else {}
            if not any(perms.values()):
                continue
            topic = topics.setdefault(each.topic, {**each.app, "name": each.topic, "models": []})
            topic["models"].append(each.shown(perms))
        # Those of the product's topics by name, then what no topic has.
        named = {str(config.verbose_name) for config in apps.get_app_configs()}
        return sorted(topics.values(), key=lambda topic: (topic["name"] in named, topic["name"]))

    def login(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:  # type: ignore[override]
        """There is one sign-in page: allauth's."""
        if self.has_permission(request):
            return redirect("admin:index")
        if request.user.is_authenticated:
            raise PermissionDenied(_("Peran Anda tidak mencakup halaman admin."))
        return redirect_to_login(request.GET.get("next") or reverse("admin:index"))

    def logout(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:  # type: ignore[override]
        if request.method != "POST":
            return redirect("account_logout")
        logout(request)
        return redirect("account_login")

    def password_change(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:  # type: ignore[override]
        return redirect("account_change_password")


site = RegionalAdminSite(name="admin")


class ScopedForm(forms.ModelForm):
    """Sets the agency of a new row from the scope, and lets constraints that begin with agency speak in words."""

    agency_id: ClassVar[int | None] = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if hasattr(self.instance, "agency_id") and self.instance.agency_id is None:
            self.instance.agency_id = self.agency_id

    def _get_validation_exclusions(self) -> set[str]:
        excluded: set[str] = super()._get_validation_exclusions()  # type: ignore[misc]
        return excluded - {"agency"}


if TYPE_CHECKING:
    # What the mixin is mixed into: admins and inlines alike.
    _Page = BaseModelAdmin
else:
    _Page = object


class ScopedMixin(_Page):
    """What admins and inlines share: rights from permissions, choices from `visible_to`, no list of everybody."""

    exclude: ClassVar[Any] = ("agency",)
    form: Any = ScopedForm
    # Any of them gives the right; empty: nobody, services own the writes.
    edits: ClassVar[frozenset[str]] = frozenset()
    reads: ClassVar[str] = "view_register"
    # Beside it one of these: who holds none sees no row, and an empty list would say that there is none.
    asks: ClassVar[frozenset[str]] = frozenset()
    can_add: ClassVar[bool] = True
    # Rows that are part of another or mere links may go; histories are closed, never deleted.
    deletable: ClassVar[bool] = False
    # Columns that keep a code, or Indonesian words of ours: what tells their value (`asnhr.told`).
    tells: ClassVar[Mapping[str, Callable[[Any], Any]]] = {}

    def _may_edit(self, request: HttpRequest) -> bool:
        """Whoever may not read a sensitive kind writes none of it."""
        return bool(self.edits & access_of(request).permissions) and self._reads_kind(request)

    def _reads_kind(self, request: HttpRequest) -> bool:
        # What sensitive kinds ask beside the ordinary right (`HistoryQuerySet`).
        asked = getattr(self.model._default_manager.all(), "permission", None)
        return asked is None or access_of(request).may(asked)

    def __init__(self, model: Any, admin_site: Any) -> None:
        super().__init__(model, admin_site)  # type: ignore[call-arg]
        told_words.columns.update({(model._meta.label, name): tell for name, tell in self.tells.items()})

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        access = access_of(request)
        return (
            access.may(self.reads)
            and self._reads_kind(request)
            and (not self.asks or bool(self.asks & access.permissions))
        )

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.can_add and self._may_edit(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may_edit(request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.deletable and self._may_edit(request)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """What exists for the user; without a branch for anybody."""
        rows: Any = self.model._default_manager
        return self._dressed(rows.visible_to(request.user))

    def _dressed(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """Join what a row's words need, and order: suggestions are paged by this queryset too."""
        joined: Any = getattr(self, "list_select_related", None) or ()
        return rows.select_related(*joined).order_by(*(self.ordering or ("pk",)))  # type: ignore[attr-defined]

    def get_autocomplete_fields(self, request: HttpRequest) -> list[str]:
        """Every foreign key whose target can be searched."""
        found = []
        for field in self.model._meta.local_fields:
            if isinstance(field, ForeignKey) and field.editable and field.name != "agency":
                target = self.admin_site._registry.get(field.related_model)  # type: ignore[attr-defined]
                if target is not None and target.get_search_fields(request):
                    found.append(field.name)
        return found

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Only visible rows can be chosen, so a row cannot be moved out of sight; nor may it lose its unit that way."""
        rows: Any = db_field.related_model._default_manager
        if hasattr(rows, "visible_to"):
            kwargs["queryset"] = rows.visible_to(request.user)
        if db_field.name in self.get_autocomplete_fields(request):
            kwargs.setdefault("widget", Suggested(db_field, self.admin_site))  # type: ignore[attr-defined]
        field: Any = super().formfield_for_foreignkey(db_field, request, **kwargs)  # type: ignore[misc]
        lookup = getattr(self.model._default_manager.all(), "unit_lookup", None)
        if field is not None and db_field.name == lookup and not access_of(request).whole_agency:
            field.required = True
        return field

    def scoped_form(self, request: HttpRequest, form: type[forms.BaseModelForm]) -> type[forms.BaseModelForm]:
        return type(form.__name__, (form,), {"agency_id": access_of(request).agency_id, "asked_by": request})


def told(obj: Any, row: Any) -> None:
    """Let the form's object be the row that a service wrote."""
    for field in row._meta.concrete_fields:
        setattr(obj, field.attname, getattr(row, field.attname))
    obj._state.adding = False


def kept_of(formset: Any) -> list[dict[str, Any]]:
    """Return the facts of each row that stays, or comes, as the inline's form says."""
    filled = (form.cleaned_data for form in formset.forms if form.cleaned_data)
    return [facts for facts in filled if not facts.get("DELETE")]


class ScopedAdmin(ScopedMixin, Exported):
    """A model of an agency, usable at 100,000 rows: rows in scope, searched and filtered by columns, counted so far."""

    paginator = CountedPages
    list_per_page = 50
    list_max_show_all = 100
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    ordering: ClassVar[Any] = ("pk",)
    save_on_top = False
    view_on_site = False
    # Digits are looked for in this column, exactly: a NIP.
    number_field: ClassVar[str] = ""
    # Kinds of files that fill this list (`registry.importers`).
    imports: ClassVar[tuple[str, ...]] = ()
    # Pages that add a row where its decision is shown before it is saved, instead of a form here: label and route.
    adds: ClassVar[tuple[tuple[Any, str], ...]] = ()
    # Decisions on a row that have a page of their own: what it is called and its route, whose argument is the key. Of
    # two of one name the first that the user may open is offered.
    doors: ClassVar[tuple[tuple[Any, str], ...]] = ()

    def get_list_display(self, request: HttpRequest) -> Any:
        """What keeps a code or words of ours is told in the reader's language, in the list and in its files."""
        return [self._cells.get(name, name) for name in super().get_list_display(request)]

    @cached_property
    def _cells(self) -> dict[Any, Any]:
        found = ((name, teller(self, name)) for name in self.list_display)
        return {name: cell(self, str(name), tell) for name, tell in found if tell is not None}

    def get_sortable_by(self, request: HttpRequest) -> Any:
        """By what an index reads in order; by any other column 100,000 keys would be sorted for fifty rows."""
        if self.sortable_by is not None:
            return [self._cells.get(name, name) for name in self.sortable_by]
        served = read_in_order(self.model)
        return [name for name in self.get_list_display(request) if self._order_of(name) in served]

    def _order_of(self, name: Any) -> str:
        shown = getattr(self, name, None) or getattr(self.model, name, None) if isinstance(name, str) else name
        return str(getattr(shown, "admin_order_field", None) or name).removeprefix("-")

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> Any:
        from asnhr.imports import service  # reads files; most processes never do

        mine = dict(service.kinds_for(access_of(request))) if self.imports else {}
        offered = [
            (_("Impor %(kind)s") % {"kind": mine[kind]}, f"{reverse('import-new')}?jenis={kind}")
            for kind in self.imports if kind in mine
        ]  # fmt: skip
        query: Any = request.GET.copy()
        query.pop("p", None)
        context = {"import_links": offered, "export_query": query.urlencode(), "add_links": self._add_links(request)}
        return super().changelist_view(request, context | (extra_context or {}))

    def _add_links(self, request: HttpRequest) -> list[tuple[Any, str]]:
        """Return the pages that add rows and that the user may open."""
        held, found = access_of(request).permissions, ((label, reverse(route)) for label, route in self.adds)
        return [(label, url) for label, url in found if resolve(url).func.any_of & held]  # type: ignore[attr-defined]

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], add: bool = False, change: bool = False,
        form_url: str = "", obj: Any = None,
    ) -> HttpResponse:  # fmt: skip
        if obj is not None:
            context["page_links"] = self.page_links(request, obj)
        return super().render_change_form(request, context, add, change, form_url, obj)

    def page_links(self, request: HttpRequest, obj: Any) -> list[tuple[Any, str]]:
        """The row's own page, and the pages of decisions on it that the user may open."""
        own = history.page_of(by_table().get(self.opts.db_table), obj.pk, request.user)
        found: list[tuple[Any, str]] = [(_("Buka halamannya"), own)] if own else []
        if not self.has_change_permission(request, obj):
            return found
        for label, route in self.doors:
            url = reverse(route, args=[obj.pk])
            may = resolve(url).func.any_of & access_of(request).permissions  # type: ignore[attr-defined]
            if may and label not in [name for name, _url in found]:
                found.append((label, url))
        return found

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        """The history of the audit trail, for who sees the row; 404 for who does not."""
        # Not that of kinds whose looks are logged: what the history shows is written down with it.
        obj = admin.ModelAdmin.get_object(self, request, unquote(object_id))
        if obj is None:
            raise Http404
        if not self.has_view_or_change_permission(request, obj):
            raise PermissionDenied
        known, shown, why = by_table().get(self.opts.db_table), None, ""
        if known is None:
            why = _("Data nasional: sama bagi semua instansi, berubah bersama versi aplikasi.")
        elif known.mode != FULL and not known.reference:
            why = _(
                "Isi data ini tidak disimpan di jejak audit: dihitung ulang dari data lain atau hanya catatan kerja."
            )
        elif not history.may_read_row(known, obj, request.user):
            why = _("Riwayat data ini dibaca oleh peran lain.")
        else:
            text = request.GET.get("hal", "1")
            page = min(max(int(text), 1), 10_000) if text.isascii() and text.isdigit() and len(text) < 6 else 1
            shown = history.read(known, obj, request.user, page=page, grouped=True)
        context = {
            **self.admin_site.each_context(request), "title": _("Riwayat perubahan"),
            # A row whose history is closed is not named by what closes it.
            "subtitle": history.title_of(obj) if known is None or known.open_to(obj, request.user) else str(obj),
            "object": obj, "opts": self.opts, "module_name": capfirst(str(self.opts.verbose_name_plural)),
            "history": shown, "why": why, "may_audit": access_of(request).may("view_audit"),
            **(extra_context or {}),
        }  # fmt: skip
        request.current_app = self.admin_site.name  # type: ignore[attr-defined]
        return TemplateResponse(request, "admin/object_history.html", context)

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return ScopedChangeList

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        kwargs["form"] = self.scoped_form(request, kwargs.get("form", self.form))
        return super().get_form(request, obj, change, **kwargs)

    def get_search_results(self, request: HttpRequest, queryset: QuerySet[Any], search_term: str) -> Any:
        digits = search_term.replace(" ", "").replace(".", "")
        if self.number_field and digits.isdigit() and len(digits) >= 6:
            return queryset.filter(**{f"{self.number_field}__startswith": digits}), False
        return super().get_search_results(request, queryset, search_term)

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest | None = None) -> bool:
        """Only what the page offers: Django would let any column be guessed at (`?password__startswith=…`)."""
        filters: Any = self.list_filter
        # Classes of their own (SimpleListFilter) judge the value themselves.
        own = {getattr(each, "parameter_name", None) for each in filters if isinstance(each, type)}
        if lookup in own:
            return True
        offered = {each if isinstance(each, str) else each[0] for each in filters if not isinstance(each, type)}
        return any(lookup == name or lookup.startswith(f"{name}__") for name in offered)

    def make(self, actor: Any, facts: dict[str, Any]) -> Any:
        """Call the service that adds a row of these facts; return the row."""
        raise NotImplementedError(f"{type(self).__name__} adds rows but names no service")

    def amend(self, actor: Any, row: Any, facts: dict[str, Any], changed: frozenset[str]) -> Any:
        """Call the services that change `row`, as it is stored, in what `changed` names; return the row."""
        raise NotImplementedError(f"{type(self).__name__} changes rows but names no service")

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Nothing is written here: the services of pages and API write, with their rules."""
        if change and not form.changed_data:
            return
        if change:
            stored = self.get_queryset(request).get(pk=obj.pk)
            row = self.amend(request.user, stored, form.cleaned_data, frozenset(form.changed_data))
            if row.pk is None:
                return  # taken back: it never was
        else:
            row = self.make(request.user, form.cleaned_data)
        told(obj, row)
        # Whatever the form let through: nobody writes a row that is then out of their own sight.
        if not self.get_queryset(request).filter(pk=obj.pk).exists():
            raise PermissionDenied(_("Data ini akan berada di luar cakupan Anda."))

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        """Rows of inlines are their parent's services' too."""
        if formset.has_changed():
            self.amend_rows(request.user, form.instance, formset.model, kept_of(formset))
        formset.new_objects, formset.changed_objects, formset.deleted_objects = [], [], []

    def amend_rows(self, actor: Any, parent: Any, model: Any, rows: list[dict[str, Any]]) -> None:
        """Call the service that lets `rows` (the facts of each) be all the rows of `model` that `parent` has."""
        raise NotImplementedError(f"{type(self).__name__} has rows of its own but names no service")

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        """The audit trail has it, of every door, agency by agency; Django's own log knows no agency."""

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        """See `log_addition`."""

    def log_deletions(self, request: HttpRequest, queryset: Any) -> Any:
        """See `log_addition`."""

    def changeform_view(
        self, request: HttpRequest, object_id: Any = None, form_url: str = "", extra_context: Any = None
    ) -> Any:
        """A rule that a service finds broken is told on the form's page; nothing was saved."""
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except RuleBroken as problem:
            messages.error(request, str(problem))
            return HttpResponseRedirect(request.get_full_path())
        except IntegrityError as problem:
            # A constraint over a column that the form does not offer is not checked by the form. Django's view has
            # rolled back to before it.
            messages.error(request, sentence_of(problem))
            return HttpResponseRedirect(request.get_full_path())
        except NotAllowed as problem:
            raise PermissionDenied(str(problem)) from problem

    def _get_obj_does_not_exist_redirect(self, request: HttpRequest, opts: Any, object_id: Any) -> HttpResponse:
        raise Http404


class ScopedInline(ScopedMixin, admin.TabularInline):
    extra = 0
    show_change_link = False

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        kwargs["form"] = self.scoped_form(request, self.form)
        formset = super().get_formset(request, obj, **kwargs)
        for field in formset.form.base_fields.values():
            # The heading of a column names no box in it.
            box: Any = getattr(field.widget, "widget", field.widget)
            box.attrs["aria-label"] = capfirst(str(field.label))
        return formset


class ReadOnlyAdmin(ScopedAdmin):
    """Results, histories and whatever only services write."""

    can_add = False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class NationalAdmin(ReadOnlyAdmin):
    """A national table: the same for every agency, read here and written by migrations."""

    exclude: ClassVar[Any] = ()

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return self._dressed(self.model._default_manager.all())
