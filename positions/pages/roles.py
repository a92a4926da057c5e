"""Who holds which role: the list, giving one, asking for a deciding one, deciding on what was asked, ending it."""

from datetime import timedelta
from typing import Any

import django_filters as filters
from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Prefetch, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from asnhr import dates, formats, roles
from asnhr.audit import history
from asnhr.auth import digits_of
from asnhr.errors import NotAllowed, RuleBroken
from asnhr.models import RoleAssignment, RoleRequest, User
from asnhr.pages.tables import Column, TablePage
from asnhr.templatetags.asnhr_ui import pill
from positions.models import Unit, UnitScope
from positions.models._base import in_force
from positions.pages import doors
from positions.pages.pickers import day_field, unit_row, units_like
from positions.pages.positions import _id, pick
from positions.services import roles as services

READERS = ("manage_roles", "approve_roles", "view_audit")
VERDICT_TONES = {"menunggu": "gold", "disetujui": "fit", "ditolak": "short", "ditarik": ""}
CRUMB = gettext_lazy("Peran pengguna")
ASKED = gettext_lazy("Permintaan peran")
SHOWN_UNITS = 20


def crumbs(*more: tuple[Any, str]) -> list[tuple[Any, str]]:
    return [(_("Sistem"), ""), (CRUMB, reverse("role-list")), *more]


class _Readers(TablePage):
    """Open to who manages or approves roles, and to who audits."""

    any_of = frozenset(READERS)

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if request.user.is_authenticated and not request.user.access.permissions & self.any_of:
            raise PermissionDenied(_("Peran Anda tidak mencakup halaman ini."))
        return super().dispatch(request, *args, **kwargs)


class RoleFilter(filters.FilterSet):
    q = filters.CharFilter(method="by_words", label=gettext_lazy("Cari nama, nama pengguna, atau NIP"))
    peran = filters.ChoiceFilter(
        field_name="role", choices=roles.ROLE_CHOICES, label=gettext_lazy("Peran"),
        empty_label=gettext_lazy("Semua peran"),
    )  # fmt: skip
    aktif = filters.BooleanFilter(method="by_period", label=gettext_lazy("Berlaku hari ini"))

    class Meta:
        model = RoleAssignment
        fields: list[str] = []

    def by_words(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        nip = digits_of(value)
        if nip:
            return queryset.filter(user__nip=nip)
        for word in value.split()[:4]:
            queryset = queryset.filter(
                Q(user__username__icontains=word) | Q(user__first_name__icontains=word)
                | Q(user__last_name__icontains=word)
            )  # fmt: skip
        return queryset

    def by_period(self, queryset: QuerySet[Any], name: str, value: bool) -> QuerySet[Any]:
        holds = in_force(dates.today())
        return queryset.filter(holds) if value else queryset.exclude(holds)


def units_of(row: RoleAssignment) -> str:
    return ", ".join(scope.unit.name for scope in row.unit_scopes.all())


def until(row: RoleAssignment) -> str:
    """Return the last day of a role that ends, or the moment at which it was taken back."""
    if row.revoked_at is not None:
        return _("dicabut %(moment)s") % {"moment": formats.moment(row.revoked_at)}
    return formats.last_day(row.ends_on)


class RoleList(_Readers):
    title = CRUMB
    lead = gettext_lazy("Siapa boleh apa di instansi ini, sejak kapan, dan siapa yang memberikannya.")
    noun = gettext_lazy("peran")
    filterset_class = RoleFilter
    first_filters = ("q", "peran", "aktif")
    order_by = ("user__username", "role")
    empty_title = gettext_lazy("Belum ada peran")
    columns = (
        Column("pengguna", gettext_lazy("Pengguna"), lambda row: str(row.user), sort="user__first_name", fixed=True,
               url=("role-detail", "pk"), sub=lambda row: row.user.username),
        Column("nip", "NIP", "user.nip", kind="nip", sort="user__nip", hidden=True),
        Column("peran", gettext_lazy("Peran"), lambda row: row.get_role_display(), sort="role"),
        Column("unit", gettext_lazy("Unit"), units_of),
        Column("mulai", gettext_lazy("Mulai"), "starts_on", kind="date", sort="starts_on"),
        Column("sampai", gettext_lazy("Sampai dengan"), "ends_on", kind="date", sort="ends_on",
               html=lambda row: until(row) if row.ends_on else ""),
        Column("dicabut", gettext_lazy("Dicabut pada"), "revoked_at", kind="date", hidden=True, in_files=True),
        Column("oleh", gettext_lazy("Diberikan oleh"),
               lambda row: str(row.granted_by) if row.granted_by else _("operator")),
    )  # fmt: skip

    def queryset(self, request: HttpRequest) -> QuerySet[Any]:
        scopes = Prefetch("unit_scopes", UnitScope.objects.select_related("unit").order_by("pk"))
        rows = RoleAssignment.objects.visible_to(request.user).select_related("user", "granted_by")
        return rows.prefetch_related(scopes)

    def extra_context(self, request: HttpRequest) -> dict[str, Any]:
        offered = [{"label": _("Arti setiap peran"), "url": reverse("role-catalogue")},
                   {"label": ASKED, "url": reverse("role-requests")}]  # fmt: skip
        if request.user.access.may("manage_roles"):
            offered.append({"label": _("Beri peran"), "url": reverse("role-new"), "primary": True})
        return {"actions": offered, "crumbs": crumbs()}


@doors.needs(*READERS)
@require_safe
def role_catalogue(request: HttpRequest) -> HttpResponse:
    """What each role means, in words, and who gives it."""
    rows = [
        {
            "role": role,
            "may": [roles.PERMISSION_NAMES[name] for name in roles.PERMISSION_NAMES if name in role.permissions],
            "given": given_by(role.slug),
            "second_factor": role.slug in roles.STAFF,
        }
        for role in roles.ROLES.values()
    ]
    context = {"rows": rows, "crumbs": crumbs((_("Arti setiap peran"), ""))}
    return render(request, "positions/role_catalogue.html", context)


def given_by(slug: str) -> str:
    """Return in words how a role is given."""
    if slug in roles.DERIVED:
        return _("Mengikuti jabatan yang dipangku; tidak diberikan.")
    if slug == "integrasi":
        return _("Dipegang akun sistem klien API.")
    if slug in roles.OPERATORS | roles.SWORN_IN:
        return _("Diberikan operator.")
    if slug in roles.APPROVERS:
        names = sorted(str(roles.ROLES[each].name) for each in roles.APPROVERS[slug])
        return _("Diminta admin daerah, disetujui %(who)s.") % {"who": _(" atau ").join(names)}
    return _("Diberikan admin daerah.")


# Giving and asking


class LoginField(forms.CharField):
    """A login typed exactly, or its NIP: logins are national, so no list or search of them is offered."""

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        nip = digits_of(text)
        # As at sign-in: whose NIP it is comes before who is merely called so.
        wanted = Q(nip=nip) if nip and User.objects.filter(nip=nip).exists() else Q(username=text)
        found = User.objects.filter(wanted, is_active=True, is_service=False).first()
        if found is None:
            raise forms.ValidationError(services.STRANGER)
        return found


class GrantForm(forms.Form):
    user = LoginField(
        label=gettext_lazy("Nama pengguna atau NIP"), max_length=150,
        help_text=gettext_lazy("Tulis lengkap, tepat sama. Akun baru dibuat di halaman Admin."),
    )  # fmt: skip
    starts_on = day_field(gettext_lazy("Mulai"))
    ends_on = day_field(
        gettext_lazy("Berakhir sebelum"), required=False, help_text=gettext_lazy("Kosong: sampai diakhiri.")
    )

    def __init__(self, *arguments: Any, actor: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.actor = actor

    def clean_user(self) -> User:
        """A login of elsewhere is answered as one that is not there, in the same place: else it would tell which is."""
        found: User = self.cleaned_data["user"]
        try:
            services.check_candidate(self.actor, found)
        except RuleBroken as broken:
            if str(broken) == str(services.STRANGER):
                raise forms.ValidationError(services.STRANGER) from broken
        except NotAllowed:
            pass  # The service says it.
        return found


class RequestForm(GrantForm):
    reason = forms.CharField(
        label=gettext_lazy("Alasan"), max_length=300, widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("Dibaca penyetuju: tugas apa, atas dasar surat apa."),
    )  # fmt: skip


@doors.needs("manage_roles")
@require_http_methods(["GET", "HEAD", "POST"])
def role_new(request: HttpRequest) -> HttpResponse:
    """Pick the role, for a unit-bound one the unit, then the person and the days."""
    user: Any = request.user
    alone, asked = roles.grantable(user.access), dict(roles.requestable())
    slug = request.GET.get("peran", "")
    title = _("Beri peran")
    if slug not in alone and slug not in asked:
        offered = [
            {"role": roles.ROLES[each], "by_two": each in asked, "url": f"{request.path}?peran={each}"}
            for each in roles.ROLES
            if each in alone or each in asked
        ]
        return render(request, "positions/role_pick.html", {"offered": offered, "crumbs": crumbs((title, ""))})
    name = str(roles.ROLES[slug].name)
    units: list[Unit] = []
    if roles.ROLES[slug].reach == "unit":
        unit_id = _id(request, "unit")
        if unit_id is None:
            heading = _("%(role)s: pilih unit") % {"role": name}
            lead = _("Peran ini mencakup satu unit beserta semua unit di bawahnya.")
            return pick_unit(request, heading, lead, crumbs((title, reverse("role-new"))), {"peran": slug})
        units = [doors.found(Unit.objects.visible_to(user), pk=unit_id)]
    by_two = slug in asked
    made_by = RequestForm if by_two else GrantForm
    form: Any = made_by(request.POST or None, initial={"starts_on": dates.today()}, actor=user)
    if request.method == "POST" and form.is_valid():
        facts = form.cleaned_data
        if by_two:
            made = doors.attempt(request, form, services.request_role, role=slug, **facts)
        else:
            made = doors.attempt(request, form, services.grant, role=slug, units=units, **facts)
        if made is not None:
            told = {"role": name, "who": facts["user"]}
            if by_two:
                messages.success(request, _("%(role)s untuk %(who)s menunggu persetujuan.") % told)
                return redirect("role-request", made.pk)
            messages.success(request, _("%(who)s memegang peran %(role)s.") % told)
            return redirect("role-detail", made.pk)
    lead = given_by(slug) if by_two else (units[0].name if units else str(roles.ROLES[slug].description))
    context = {
        "form": form, "heading": _("Beri peran %(role)s") % {"role": name}, "lead": lead,
        "submit_label": _("Kirim permintaan") if by_two else title, "cancel_url": reverse("role-list"),
        "crumbs": crumbs((title, reverse("role-new")), (name, "")),
    }  # fmt: skip
    return render(request, "positions/form_page.html", context, status=422 if form.errors else 200)


def pick_unit(
    request: HttpRequest, heading: str, lead: str, above: list[Any], hidden: dict[str, Any]
) -> HttpResponse:  # fmt: skip
    """A search among the units in the user's sight; the choice comes back as `?unit=`."""
    units = units_like(request, request.GET.get("q", ""), dates.today(), SHOWN_UNITS)
    query = "".join(f"&{name}={value}" for name, value in hidden.items())
    found = [unit_row(unit, f"{request.path}?unit={unit.pk}{query}") for unit in units]
    return pick(request, heading, lead, above, found, hidden)


# One role that somebody holds


class EndForm(forms.Form):
    ends_on = day_field(gettext_lazy("Berakhir sebelum"))


class RevokeForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("Alasan"), max_length=300, widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("Tersimpan pada peran ini dan di jejak audit."),
    )  # fmt: skip


@doors.needs(*READERS)
@require_safe
def role_detail(request: HttpRequest, pk: int) -> HttpResponse:
    return _detail(request, pk)


def _detail(
    request: HttpRequest, pk: int, form: EndForm | None = None, revoke_form: RevokeForm | None = None,
    status: int = 200,
) -> HttpResponse:  # fmt: skip
    user: Any = request.user
    rows = RoleAssignment.objects.visible_to(user).select_related("user", "granted_by", "request", "revoked_by")
    held = doors.found(rows, pk=pk)
    scopes = list(
        UnitScope.objects.filter(agency=held.agency_id, assignment=held).select_related("unit").order_by("pk")
    )
    may_change = services.may_change(user, held) and (held.ends_on is None or held.ends_on > dates.today())
    context = {
        "held": held, "role": roles.ROLES[held.role], "scopes": scopes, "may_change": may_change,
        "may_drop": may_change and len(scopes) > 1,
        "may_add": may_change and bool(scopes) and held.role in roles.grantable(user.access),
        # What can only be taken back is not offered an end that the rule refuses.
        "form": form or EndForm(initial={"ends_on": max(dates.today(), held.starts_on + timedelta(days=1))}),
        "revoke_form": revoke_form or RevokeForm(), "crumbs": crumbs((str(held.user), "")),
        "login_history": history.address_of(held.user, user),
    }  # fmt: skip
    return render(request, "positions/role_detail.html", context, status=status)


@doors.needs("manage_roles")
@require_POST
def role_end(request: HttpRequest, pk: int) -> HttpResponse:
    held = doors.found(RoleAssignment.objects.visible_to(request.user), pk=pk)
    form = EndForm(request.POST)
    if form.is_valid():
        facts = {"ends_on": form.cleaned_data["ends_on"], "today": dates.today()}
        ended = doors.attempt(request, form, services.end_role, assignment=held, **facts)
        if ended is not None:
            messages.success(request, _("Peran berakhir."))
            return redirect("role-detail", pk)
    return _detail(request, pk, form, status=422)


@doors.needs("manage_roles")
@require_POST
def role_revoke(request: HttpRequest, pk: int) -> HttpResponse:
    held = doors.found(RoleAssignment.objects.visible_to(request.user), pk=pk)
    form = RevokeForm(request.POST)
    if form.is_valid():
        facts = {"reason": form.cleaned_data["reason"], "today": dates.today()}
        if doors.attempt(request, form, services.revoke_role, assignment=held, **facts) is not None:
            messages.success(request, _("Peran dicabut; mulai saat ini tidak berlaku lagi."))
            return redirect("role-detail", pk)
    return _detail(request, pk, revoke_form=form, status=422)


@doors.needs("manage_roles")
@require_http_methods(["GET", "HEAD", "POST"])
def role_add_unit(request: HttpRequest, pk: int) -> HttpResponse:
    """Pick one more unit for a unit-bound role."""
    held = doors.found(RoleAssignment.objects.visible_to(request.user).select_related("user"), pk=pk)
    unit_id = _id(request, "unit")
    title = _("Tambah unit")
    above = crumbs((str(held.user), reverse("role-detail", args=[pk])), (title, ""))
    if unit_id is None:
        return pick_unit(request, title, str(held), above, {})
    unit = doors.found(Unit.objects.visible_to(request.user), pk=unit_id)
    form = forms.Form(request.POST or None)
    if request.method == "POST":
        form.is_valid()
        doors.attempt(request, form, _none_is_done(services.add_unit), assignment=held, unit=unit)
        if not form.errors:
            messages.success(request, _("Peran ini sekarang mencakup %(unit)s.") % {"unit": unit})
            return redirect("role-detail", pk)
    context = {
        "form": form, "heading": title, "lead": f"{held}: {unit}", "crumbs": above, "submit_label": title,
        "cancel_url": reverse("role-detail", args=[pk]),
    }  # fmt: skip
    return render(request, "positions/form_page.html", context, status=422 if form.errors else 200)


@doors.needs("manage_roles")
@require_POST
def role_drop_unit(request: HttpRequest, pk: int, unit: int) -> HttpResponse:
    held = doors.found(RoleAssignment.objects.visible_to(request.user), pk=pk)
    dropped = doors.found(Unit.objects.visible_to(request.user), pk=unit)
    doors.attempt(request, None, services.remove_unit, assignment=held, unit=dropped)
    return redirect("role-detail", pk)


def _none_is_done(service: Any) -> Any:
    def call(**arguments: Any) -> bool:
        service(**arguments)
        return True

    return call


# What was asked for


class RequestFilter(filters.FilterSet):
    keputusan = filters.ChoiceFilter(
        field_name="verdict", choices=RoleRequest.Verdict.choices, label=gettext_lazy("Keputusan"),
        empty_label=gettext_lazy("Semua"),
    )  # fmt: skip

    class Meta:
        model = RoleRequest
        fields: list[str] = []


class RequestList(_Readers):
    title = ASKED
    lead = gettext_lazy("Peran yang memutuskan diminta satu orang dan disetujui orang kedua.")
    noun = gettext_lazy("permintaan")
    filterset_class = RequestFilter
    first_filters = ("keputusan",)
    order_by = ("-requested_at", "-pk")
    empty_title = gettext_lazy("Belum ada permintaan")
    columns = (
        Column("pengguna", gettext_lazy("Calon pemegang"), lambda row: str(row.user), fixed=True,
               url=("role-request", "pk"), sub=lambda row: row.user.username),
        Column("peran", gettext_lazy("Peran"), lambda row: row.get_role_display(), sort="role"),
        Column("keputusan", gettext_lazy("Keputusan"), lambda row: row.get_verdict_display(), sort="verdict",
               html=lambda row: pill(row.get_verdict_display(), VERDICT_TONES[row.verdict])),
        Column("diminta", gettext_lazy("Diminta oleh"), lambda row: str(row.requested_by)),
        Column("pada", gettext_lazy("Pada"), "requested_at", kind="date", sort="requested_at"),
        Column("diputuskan", gettext_lazy("Diputuskan oleh"),
               lambda row: str(row.decided_by) if row.decided_by else ""),
    )  # fmt: skip

    def queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows = RoleRequest.objects.visible_to(request.user)
        return rows.select_related("user", "requested_by", "decided_by")

    def extra_context(self, request: HttpRequest) -> dict[str, Any]:
        return {"crumbs": crumbs((ASKED, ""))}


class DecisionForm(forms.Form):
    approve = forms.TypedChoiceField(
        label=gettext_lazy("Keputusan"), coerce=lambda text: text == "setuju",
        choices=[("", "—"), ("setuju", gettext_lazy("Setujui")), ("tolak", gettext_lazy("Tolak"))],
    )  # fmt: skip
    reason = forms.CharField(label=gettext_lazy("Alasan"), max_length=300, widget=forms.Textarea(attrs={"rows": 2}))


@doors.needs(*READERS)
@require_http_methods(["GET", "HEAD", "POST"])
def role_request(request: HttpRequest, pk: int) -> HttpResponse:
    """A request: decided by the second person, or taken back by who asked."""
    user: Any = request.user
    asked = doors.found(
        RoleRequest.objects.visible_to(user).select_related("user", "requested_by", "decided_by"), pk=pk
    )
    may_decide = services.may_decide(user, asked)
    may_withdraw = asked.verdict == RoleRequest.Verdict.WAITING and asked.requested_by_id == user.pk
    form = DecisionForm(request.POST if request.method == "POST" and may_decide else None)
    if request.method == "POST":
        try:
            if not may_decide:
                services.withdraw_request(actor=user, request=asked)
                messages.success(request, _("Permintaan ditarik kembali."))
                return redirect("role-request", pk)
            if form.is_valid():
                services.decide_request(actor=user, request=asked, today=dates.today(), **form.cleaned_data)
                return redirect("role-request", pk)
        except NotAllowed as refusal:
            raise PermissionDenied(str(refusal)) from refusal
        except RuleBroken as broken:
            form.add_error(None, str(broken))
    context = {
        "asked": asked, "role": roles.ROLES[asked.role], "given": given_by(asked.role),
        "may": [roles.PERMISSION_NAMES[name] for name in roles.PERMISSION_NAMES
                if name in roles.ROLES[asked.role].permissions],
        "form": form if may_decide else None, "may_withdraw": may_withdraw,
        "crumbs": crumbs((ASKED, reverse("role-requests")), (str(asked.user), "")),
    }  # fmt: skip
    return render(request, "positions/role_request.html", context, status=422 if form.errors else 200)
