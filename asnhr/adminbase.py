"""The Django admin of regional admins: its site, and the base that scopes every page of it.

Rights follow from roles (`access`), never from Django's own permissions or `is_superuser`; what exists is
`visible_to`'s.
"""

from functools import cached_property, update_wrapper
from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.options import BaseModelAdmin
from django.contrib.admin.views.main import ChangeList
from django.contrib.auth import logout
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db import IntegrityError
from django.db.models import ForeignKey, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from asnhr.access import NO_ACCESS, Access
from asnhr.constraints import sentence_of
from asnhr.errors import NotAllowed, RuleBroken

# Beyond this many rows a list says "more than", and asks for a search instead of counting and paging on.
COUNT_AT_MOST = 10_000


def access_of(request: HttpRequest) -> Access:
    return getattr(request.user, "access", NO_ACCESS)


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


class ScopedChangeList(ChangeList):
    def get_ordering_field(self, field_name: Any) -> Any:
        """No order by a column that is not offered for it (`sortable_by`): Django takes any column of `?o=`."""
        return super().get_ordering_field(field_name) if field_name in (self.sortable_by or ()) else None

    @property
    def is_more(self) -> bool:
        """Whether there are more rows than `result_count` says (the template writes it)."""
        return getattr(self.paginator, "is_more", False)


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
    can_add: ClassVar[bool] = True
    # Rows that are part of another or mere links may go; histories are closed, never deleted.
    deletable: ClassVar[bool] = False

    def _may_edit(self, request: HttpRequest) -> bool:
        return bool(self.edits & access_of(request).permissions)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return access_of(request).may(self.reads)

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
        field: Any = super().formfield_for_foreignkey(db_field, request, **kwargs)  # type: ignore[misc]
        lookup = getattr(self.model._default_manager.all(), "unit_lookup", None)
        if field is not None and db_field.name == lookup and not access_of(request).whole_agency:
            field.required = True
        return field

    def scoped_form(self, request: HttpRequest, form: type[forms.BaseModelForm]) -> type[forms.BaseModelForm]:
        return type(form.__name__, (form,), {"agency_id": access_of(request).agency_id})


class ScopedAdmin(ScopedMixin, admin.ModelAdmin):
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

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        # Whatever the form let through: nobody writes a row that is then out of their own sight.
        if not self.get_queryset(request).filter(pk=obj.pk).exists():
            raise PermissionDenied(_("Data ini akan berada di luar cakupan Anda."))

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
        return super().get_formset(request, obj, **kwargs)


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
