"""Systems connected to the API: the list, a new one, its secret shown once, a new secret, the end."""

from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from asnhr import clients, dates, formats
from asnhr.errors import NotAllowed, RuleBroken
from asnhr.models import ApiClient
from asnhr.pages.tables import Column, TablePage
from asnhr.templatetags.asnhr_ui import pill

CRUMB = gettext_lazy("Klien API")
READERS = frozenset({"manage_clients", "view_audit"})
YEAR = timedelta(days=365)


def crumbs(*more: tuple[Any, str]) -> list[tuple[Any, str]]:
    return [(_("Sistem"), ""), (CRUMB, reverse("client-list")), *more]


def _refuse_without(request: HttpRequest, *any_of: str) -> None:
    user: Any = request.user
    if not user.access.permissions & set(any_of):
        raise PermissionDenied(_("Peran Anda tidak mencakup halaman ini."))


def state_of(client: ApiClient) -> tuple[str, str]:
    """Return (words, tone) of whether the client still opens anything."""
    if client.revoked_at is not None:
        return _("dicabut"), "short"
    if client.expires_on <= dates.today():
        return _("berakhir"), ""
    return _("aktif"), "fit"


def scope_words(client: ApiClient) -> list[Any]:
    from asnhr.auth import TokenAdapter

    return [TokenAdapter.scope_display.get(scope, scope) for scope in client.scopes]


class ClientList(TablePage):
    title = CRUMB
    lead = gettext_lazy("Sistem lain yang membaca atau menulis lewat API: cakupannya, sampai kapan, dibuat oleh siapa.")
    noun = gettext_lazy("klien")
    any_of = READERS
    order_by = ("name", "pk")
    empty_title = gettext_lazy("Belum ada sistem yang terhubung")
    columns = (
        Column("nama", gettext_lazy("Sistem"), "name", sort="name", fixed=True, url=("client-detail", "pk")),
        Column("keadaan", gettext_lazy("Keadaan"), lambda row: state_of(row)[0],
               html=lambda row: pill(*state_of(row))),
        Column("cakupan", gettext_lazy("Cakupan"), lambda row: ", ".join(row.scopes)),
        Column("sampai", gettext_lazy("Sampai dengan"), "expires_on", kind="date", sort="expires_on",
               html=lambda row: formats.last_day(row.expires_on)),
        Column("oleh", gettext_lazy("Dibuat oleh"),
               lambda row: str(row.created_by) if row.created_by else _("operator")),
    )  # fmt: skip

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if request.user.is_authenticated:
            _refuse_without(request, *READERS)
        return super().dispatch(request, *args, **kwargs)

    def queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return ApiClient.objects.visible_to(request.user).select_related("created_by")

    def extra_context(self, request: HttpRequest) -> dict[str, Any]:
        user: Any = request.user
        offered = []
        if user.access.may("manage_clients"):
            offered.append({"label": _("Hubungkan sistem"), "url": reverse("client-new"), "primary": True})
        return {"actions": offered, "crumbs": crumbs()}


class ClientForm(forms.Form):
    name = forms.SlugField(
        label=gettext_lazy("Nama sistem"), max_length=60, error_messages={"invalid": clients.NAME_RULE},
        help_text=gettext_lazy("Huruf, angka dan tanda hubung, mis. absensi atau e-kinerja."),
    )  # fmt: skip
    purpose = forms.CharField(
        label=gettext_lazy("Keperluan"), max_length=300, widget=forms.Textarea(attrs={"rows": 2}),
    )  # fmt: skip
    scopes = forms.MultipleChoiceField(
        label=gettext_lazy("Cakupan"), widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("Sesedikit yang diperlukan."),
    )  # fmt: skip
    expires_on = forms.DateField(
        label=gettext_lazy("Berakhir sebelum"), widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        help_text=gettext_lazy("Paling lama dua tahun."),
    )  # fmt: skip


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def client_new(request: HttpRequest) -> HttpResponse:
    _refuse_without(request, "manage_clients")
    user: Any = request.user
    here: Any = request
    today = dates.today()
    form = ClientForm(request.POST or None, initial={"expires_on": today + YEAR})
    offered: Any = form.fields["scopes"]
    offered.choices = clients.scopes_for(user.access.agency_permissions)
    if request.method == "POST" and form.is_valid():
        try:
            made, secret = clients.connect(agency=here.agency, actor=user, today=today, **form.cleaned_data)
            return _shown(request, made, secret)
        except NotAllowed as refusal:
            raise PermissionDenied(str(refusal)) from refusal
        except RuleBroken as broken:
            form.add_error(None, str(broken))
    context = {
        "form": form, "heading": _("Hubungkan sistem"), "submit_label": _("Hubungkan"),
        "lead": _("Sistem itu masuk dengan rahasia yang hanya tampil sekali, dan berbuat sebatas cakupannya."),
        "crumbs": crumbs((_("Hubungkan sistem"), "")), "cancel_url": reverse("client-list"),
    }  # fmt: skip
    return render(request, "positions/form_page.html", context, status=422 if form.errors else 200)


def _shown(request: HttpRequest, client: ApiClient, secret: str) -> HttpResponse:
    """The one answer that carries a secret; nothing keeps it."""
    return render(request, "asnhr/client_detail.html", _context(request, client) | {"secret": secret})


def _context(request: HttpRequest, client: ApiClient) -> dict[str, Any]:
    user: Any = request.user
    words, tone = state_of(client)
    return {
        "client": client, "state": words, "tone": tone, "scopes": scope_words(client),
        "may_change": user.access.may("manage_clients") and client.revoked_at is None,
        "is_open": client.revoked_at is None and client.expires_on > dates.today(),
        "token_url": request.build_absolute_uri(reverse("idp:oidc:token")),
        "crumbs": crumbs((client.name, "")),
    }  # fmt: skip


def _found(request: HttpRequest, pk: int) -> ApiClient:
    rows = ApiClient.objects.visible_to(request.user).select_related("created_by", "revoked_by")
    return get_object_or_404(rows, pk=pk)


@login_required
@require_safe
def client_detail(request: HttpRequest, pk: int) -> HttpResponse:
    _refuse_without(request, *READERS)
    return render(request, "asnhr/client_detail.html", _context(request, _found(request, pk)))


@never_cache
@login_required
@require_POST
def client_rotate(request: HttpRequest, pk: int) -> HttpResponse:
    """A new secret, shown once; the old one ends at once."""
    _refuse_without(request, "manage_clients")
    found = _found(request, pk)
    try:
        secret = clients.rotate(actor=request.user, client=found)  # type: ignore[arg-type]
    except NotAllowed as refusal:
        raise PermissionDenied(str(refusal)) from refusal
    except RuleBroken as broken:
        messages.error(request, str(broken))
        return redirect("client-detail", pk)
    return _shown(request, _found(request, pk), secret)


@login_required
@require_POST
def client_revoke(request: HttpRequest, pk: int) -> HttpResponse:
    _refuse_without(request, "manage_clients")
    try:
        clients.revoke(actor=request.user, client=_found(request, pk), today=dates.today())  # type: ignore[arg-type]
        messages.success(request, _("Klien dicabut; rahasia dan tokennya tidak berlaku lagi."))
    except RuleBroken as broken:
        messages.error(request, str(broken))
    return redirect("client-detail", pk)
