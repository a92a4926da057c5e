"""Pages: the person's notifications and how they want them; webhooks with what was sent to them."""

from datetime import datetime, time
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.db.models import Count, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from asnhr.errors import NotAllowed, RuleBroken
from asnhr.models import (
    Notification,
    NotificationChoice,
    NotificationSetting,
    WebhookDelivery,
    WebhookEndpoint,
)
from asnhr.notifications import catalogue, guard, service, webhooks
from asnhr.pages.tables import Column, TablePage, download, safe_or_file

PAGE = 25
CENTRE = gettext_lazy("Pemberitahuan")
HOOKS = gettext_lazy("Webhook")


# The person's own


def _member(request: HttpRequest) -> None:
    """Refuse who has no role in any agency: nothing can be told to them."""
    if request.user.access.agency_id is None:  # type: ignore[union-attr]
        raise PermissionDenied(_("Anda tidak sedang membuka instansi mana pun."))


# Of the file: a line a notification.
TOLD = (
    Column("waktu", gettext_lazy("Waktu"), "created_at", kind="date"),
    Column("jenis", gettext_lazy("Jenis"), lambda row: kind_name(row.event.kind)),
    Column("isi", gettext_lazy("Isi"), lambda row: catalogue.words_of(row.event.kind, row.event.data)),
    Column("dibaca", gettext_lazy("Dibaca pada"), "read_at", kind="date"),
)


def kind_name(code: str) -> str:
    kind = catalogue.kind_of(code)
    return str(kind.name) if kind is not None else code


@login_required
@safe_or_file
def notification_list(request: HttpRequest) -> HttpResponseBase:
    """The reader's notifications, newest first; `?keadaan=` and `?jenis=` narrow. Three queries at any number."""
    _member(request)
    rows = Notification.objects.visible_to(request.user).filter(in_app=True).select_related("event").order_by("-pk")
    state, kind = request.GET.get("keadaan", ""), request.GET.get("jenis", "")
    if state in ("belum", "dibaca"):
        rows = rows.filter(read_at__isnull=state == "belum")
    kinds = [(each.code, each.name) for each in catalogue.kinds_for(request.user.access) if each.app]  # type: ignore[union-attr]
    if kind in dict(kinds):
        rows = rows.filter(event__kind=kind)
    file = download(request, rows, TOLD, name="pemberitahuan", title=CENTRE)
    if file is not None:
        return file
    page = Paginator(rows, PAGE).get_page(request.GET.get("hal"))
    context = {
        "page": page,
        "lines": [
            {
                "row": row,
                "kind": catalogue.kind_of(row.event.kind),
                "words": catalogue.words_of(row.event.kind, row.event.data),
            }
            for row in page
        ],
        "state": state,
        "states": [("", _("Semua")), ("belum", _("Belum dibaca")), ("dibaca", _("Sudah dibaca"))],
        "kinds": kinds,
        "kind": kind,
        "crumbs": [(CENTRE, "")],
    }
    return render(request, "notifications/list.html", context)


@login_required
@require_POST
def notification_open(request: HttpRequest, pk: int) -> HttpResponse:
    """Mark one as read and go to its object; `?belum=1`: mark it as unread and stay."""
    _member(request)
    row = get_object_or_404(Notification.objects.visible_to(request.user).select_related("event"), pk=pk)
    unread = request.POST.get("belum") == "1"
    service.mark(request.user, [row.pk], read=not unread)  # type: ignore[arg-type]
    url = row.event.url
    inside = url.startswith("/") and url_has_allowed_host_and_scheme(url, allowed_hosts=None)
    return redirect(url if inside and not unread else "notification-list")


@login_required
@require_POST
def notification_read_all(request: HttpRequest) -> HttpResponse:
    _member(request)
    count = service.mark(request.user)  # type: ignore[arg-type]
    messages.success(request, _("Ditandai sudah dibaca: %(n)s.") % {"n": count})
    return redirect("notification-list")


class SettingForm(forms.Form):
    digest = forms.ChoiceField(
        label=gettext_lazy("Ringkasan lewat surel"), choices=NotificationSetting.Digest.choices,
        help_text=gettext_lazy("Pagi hari, hanya yang belum Anda baca."),
    )  # fmt: skip
    language = forms.ChoiceField(label=gettext_lazy("Bahasa surel"), choices=NotificationSetting.Language.choices)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def notification_settings(request: HttpRequest) -> HttpResponse:
    """Channel × kind, the digest and its language."""
    _member(request)
    setting, chosen = service.preferences(request.user)  # type: ignore[arg-type]
    initial = {"digest": setting.digest, "language": setting.language}
    form = SettingForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        wanted = {pair: f"{pair[0]}|{pair[1]}" in request.POST.getlist("mau") for pair in chosen}
        service.prefer(request.user, wanted=wanted, **form.cleaned_data)  # type: ignore[arg-type]
        messages.success(request, _("Pengaturan pemberitahuan tersimpan."))
        return redirect("notification-settings")
    channels = NotificationChoice.Channel.choices
    rows = [
        (kind, [(f"{kind.code}|{code}", label, chosen[kind.code, code]) for code, label in channels])
        for kind in catalogue.kinds_for(request.user.access)  # type: ignore[union-attr]
        if (kind.code, "surel") in chosen
    ]
    context = {
        "form": form,
        "rows": rows,
        "channels": [label for _code, label in channels],
        "email": request.user.email,  # type: ignore[union-attr]
        "crumbs": [(CENTRE, reverse("notification-list")), (_("Pengaturan"), "")],
    }
    return render(request, "notifications/settings.html", context, status=422 if form.errors else 200)


# Webhooks


def _manager(request: HttpRequest) -> None:
    try:
        webhooks.check_may_manage(request.user)
    except NotAllowed as refusal:
        raise PermissionDenied(str(refusal)) from refusal


def _endpoint(request: HttpRequest, pk: int) -> WebhookEndpoint:
    _manager(request)
    found: WebhookEndpoint = get_object_or_404(WebhookEndpoint.objects.visible_to(request.user), pk=pk)
    return found


def condition(endpoint: WebhookEndpoint) -> str:
    if not endpoint.is_active:
        return _("Mati")
    return _("Bermasalah") if endpoint.failures else _("Aktif")


class WebhookList(TablePage):
    title = gettext_lazy("Webhook")
    lead = gettext_lazy("Sistem lain yang diberi tahu tentang peristiwa di sini, dengan kiriman bertanda tangan.")
    noun = gettext_lazy("webhook")
    permission = "manage_webhooks"
    order_by = ("name",)
    columns = (
        Column("nama", gettext_lazy("Nama"), "name", sort="name", fixed=True, url=("webhook-detail", "pk")),
        Column("alamat", gettext_lazy("Alamat"), "url"),
        Column("keadaan", gettext_lazy("Keadaan"), condition),
        Column("jenis", gettext_lazy("Jenis peristiwa"), lambda row: len(row.kinds) or _("semua")),
        Column("tunggu", gettext_lazy("Menunggu"), "waiting", kind="num"),
        Column("gagal", gettext_lazy("Gagal"), "failed", kind="num"),
        Column("dibuat", gettext_lazy("Dibuat"), "created_at", kind="date", sort="created_at", hidden=True),
    )
    empty_title = gettext_lazy("Belum ada webhook")
    empty_text = gettext_lazy(
        "Sistem lain yang ingin diberi tahu didaftarkan di sini; caranya ada di docs/peristiwa.md."
    )

    def queryset(self, request: HttpRequest) -> QuerySet[Any]:
        state = WebhookDelivery.State
        return WebhookEndpoint.objects.visible_to(request.user).annotate(
            waiting=Count("deliveries", filter=Q(deliveries__state=state.WAITING)),
            failed=Count("deliveries", filter=Q(deliveries__state=state.FAILED)),
        )

    def extra_context(self, request: HttpRequest) -> dict[str, Any]:
        return {
            "crumbs": [(_("Sistem"), ""), (HOOKS, "")],
            "actions": [{"label": _("Webhook baru"), "url": reverse("webhook-new"), "primary": True}],
        }


class EndpointForm(forms.Form):
    name = forms.CharField(label=gettext_lazy("Nama"), max_length=120)
    url = forms.CharField(
        label=gettext_lazy("Alamat"), max_length=500, help_text=gettext_lazy("https://…, alamat publik."),
        widget=forms.TextInput(attrs={"inputmode": "url", "spellcheck": "false"}),
    )  # fmt: skip
    kinds = forms.MultipleChoiceField(
        label=gettext_lazy("Jenis peristiwa"), required=False, widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("Tanpa pilihan: semua, juga jenis yang ditambahkan kemudian."),
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds: Any = self.fields["kinds"]
        kinds.choices = [(kind.code, f"{kind.name} ({kind.code})") for kind in catalogue.for_webhooks()]


def _try(request: HttpRequest, form: forms.Form | None, call: Any) -> Any:
    """Call a service; a broken rule lands on the form or as a message and gives None."""
    try:
        return call()
    except NotAllowed as refusal:
        raise PermissionDenied(str(refusal)) from refusal
    except (RuleBroken, ValidationError) as broken:
        words = [str(broken)] if isinstance(broken, RuleBroken) else broken.messages
        for sentence in words:
            if form is None:
                messages.error(request, sentence)
            else:
                form.add_error(None, sentence)
        return None


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def webhook_new(request: HttpRequest) -> HttpResponse:
    """A new endpoint; its secret is shown once, in the answer."""
    _manager(request)
    form = EndpointForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        made = _try(request, form, lambda: webhooks.add_endpoint(actor=request.user, **form.cleaned_data))  # type: ignore[arg-type]
        if made is not None:
            return _secret_page(request, *made)
    heading = _("Webhook baru")
    context = {
        "form": form, "heading": heading,
        "lead": _("Alamat harus publik dan lewat https. Rahasianya ditunjukkan satu kali sesudah disimpan."),
        "crumbs": [(HOOKS, reverse("webhook-list")), (heading, "")], "cancel_url": reverse("webhook-list"),
    }  # fmt: skip
    return render(request, "notifications/form_page.html", context, status=422 if form.errors else 200)


def _secret_page(request: HttpRequest, endpoint: WebhookEndpoint, secret: str) -> HttpResponse:
    crumbs = [(HOOKS, reverse("webhook-list")), (endpoint.name, reverse("webhook-detail", args=[endpoint.pk]))]
    context = {"endpoint": endpoint, "secret": secret, "crumbs": [*crumbs, (_("Rahasia"), "")]}
    return render(request, "notifications/webhook_secret.html", context)


# Of the file: a line a delivery.
DELIVERED = (
    Column("nomor", gettext_lazy("Nomor"), "pk", kind="num"),
    Column("peristiwa", gettext_lazy("Peristiwa"), lambda row: kind_name(row.event.kind)),
    Column("kode", gettext_lazy("Kode"), "event.kind"),
    Column("waktu", gettext_lazy("Waktu"), "event.happened_at", kind="date"),
    Column("keadaan", gettext_lazy("Keadaan"), lambda row: row.get_state_display()),
    Column("percobaan", gettext_lazy("Percobaan"), "attempts", kind="num"),
    Column("berikutnya", gettext_lazy("Berikutnya"),
           lambda row: row.next_at if row.state == WebhookDelivery.State.WAITING else None, kind="date"),
)  # fmt: skip


@login_required
@safe_or_file
def webhook_detail(request: HttpRequest, pk: int) -> HttpResponseBase:
    """One endpoint with its deliveries, latest first; `?keadaan=` narrows, the file too."""
    endpoint = _endpoint(request, pk)
    rows = WebhookDelivery.objects.visible_to(request.user).filter(endpoint=endpoint)
    state = request.GET.get("keadaan", "")
    shown = rows.filter(state=state) if state in WebhookDelivery.State.values else rows
    shown = shown.select_related("event").order_by("-pk")
    file = download(request, shown, DELIVERED, name="kiriman-webhook", title=endpoint.name)
    if file is not None:
        return file
    page = Paginator(shown, PAGE).get_page(request.GET.get("hal"))
    context = {
        "endpoint": endpoint,
        "condition": condition(endpoint),
        "reason": guard.shown(endpoint.disabled_reason),
        "kinds": [kind for kind in catalogue.for_webhooks() if kind.code in endpoint.kinds],
        "page": page,
        "rows": [(row, catalogue.kind_of(row.event.kind)) for row in page],
        "state": state,
        "states": [("", _("Semua")), *WebhookDelivery.State.choices],
        "today": timezone.localdate(),
        "hours": webhooks.OLD_SECRET_HOURS,
        "crumbs": [(HOOKS, reverse("webhook-list")), (endpoint.name, "")],
    }
    return render(request, "notifications/webhook_detail.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def webhook_edit(request: HttpRequest, pk: int) -> HttpResponse:
    endpoint = _endpoint(request, pk)
    initial = {"name": endpoint.name, "url": endpoint.url, "kinds": endpoint.kinds}
    form = EndpointForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        if _try(
            request, form,
            lambda: webhooks.change_endpoint(actor=request.user, endpoint=endpoint, **form.cleaned_data),  # type: ignore[arg-type]
        ):  # fmt: skip
            messages.success(request, _("Webhook diperbarui."))
            return redirect("webhook-detail", pk)
    here = reverse("webhook-detail", args=[pk])
    heading = _("Ubah webhook %(name)s") % {"name": endpoint.name}
    context = {
        "form": form, "heading": heading, "lead": "", "cancel_url": here,
        "crumbs": [(HOOKS, reverse("webhook-list")), (endpoint.name, here), (_("Ubah"), "")],
    }  # fmt: skip
    return render(request, "notifications/form_page.html", context, status=422 if form.errors else 200)


@login_required
@never_cache
@require_POST
def webhook_rotate(request: HttpRequest, pk: int) -> HttpResponse:
    """A new secret, shown once."""
    endpoint = _endpoint(request, pk)
    secret = _try(request, None, lambda: webhooks.rotate_secret(actor=request.user, endpoint=endpoint))  # type: ignore[arg-type]
    return redirect("webhook-detail", pk) if secret is None else _secret_page(request, endpoint, secret)


@login_required
@require_POST
def webhook_test(request: HttpRequest, pk: int) -> HttpResponse:
    endpoint = _endpoint(request, pk)
    if _try(request, None, lambda: webhooks.ping(actor=request.user, endpoint=endpoint)):  # type: ignore[arg-type]
        messages.success(request, _("Kiriman uji masuk antrean; hasilnya tampak di bawah dalam beberapa detik."))
    return redirect("webhook-detail", pk)


@login_required
@require_POST
def webhook_switch(request: HttpRequest, pk: int) -> HttpResponse:
    endpoint = _endpoint(request, pk)
    active = request.POST.get("aktif") == "1"
    if _try(request, None, lambda: webhooks.set_active(actor=request.user, endpoint=endpoint, active=active)):  # type: ignore[arg-type]
        messages.success(request, _("Webhook diaktifkan.") if active else _("Webhook dimatikan."))
    return redirect("webhook-detail", pk)


@login_required
@require_POST
def webhook_remove(request: HttpRequest, pk: int) -> HttpResponse:
    endpoint = _endpoint(request, pk)
    _try(request, None, lambda: webhooks.remove_endpoint(actor=request.user, endpoint=endpoint))  # type: ignore[arg-type]
    messages.success(request, _("Webhook %(name)s dihapus.") % {"name": endpoint.name})
    return redirect("webhook-list")


class SinceForm(forms.Form):
    since = forms.DateField()


@login_required
@require_POST
def webhook_replay(request: HttpRequest, pk: int) -> HttpResponse:
    """Send again what failed or was missed since a day."""
    endpoint, form = _endpoint(request, pk), SinceForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Isi tanggal mulai."))
        return redirect("webhook-detail", pk)
    since = timezone.make_aware(datetime.combine(form.cleaned_data["since"], time.min))
    count = _try(request, None, lambda: webhooks.replay_since(actor=request.user, endpoint=endpoint, since=since))  # type: ignore[arg-type]
    if count is not None:
        messages.success(request, _("Masuk antrean lagi: %(n)s kiriman.") % {"n": count})
    return redirect("webhook-detail", pk)


@login_required
@require_safe
def delivery_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One delivery: what was sent, and every attempt."""
    _manager(request)
    rows = WebhookDelivery.objects.visible_to(request.user).select_related("endpoint", "event", "agency")
    row = get_object_or_404(rows, pk=pk)
    attempts = [(each, guard.shown(each.error)) for each in row.tried.order_by("-number")[:100]]
    context = {
        "delivery": row,
        "kind": catalogue.kind_of(row.event.kind),
        "words": catalogue.words_of(row.event.kind, row.event.data),
        "attempts": attempts,
        "body": webhooks.body_of(row.event, row.agency.code).decode(),
        "crumbs": [
            (HOOKS, reverse("webhook-list")),
            (row.endpoint.name, reverse("webhook-detail", args=[row.endpoint_id])), (f"#{row.pk}", ""),
        ],
    }  # fmt: skip
    return render(request, "notifications/delivery_detail.html", context)


@login_required
@require_POST
def delivery_replay(request: HttpRequest, pk: int) -> HttpResponse:
    _manager(request)
    row = WebhookDelivery.objects.visible_to(request.user).filter(pk=pk).first()
    if row is None:
        raise Http404
    if _try(request, None, lambda: webhooks.replay(actor=request.user, delivery=row)):  # type: ignore[arg-type]
        messages.success(request, _("Kiriman masuk antrean lagi."))
    return redirect("webhook-delivery", pk)
