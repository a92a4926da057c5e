"""Findings of imports and names waiting to be mapped: an officer settles both in words, nothing is settled silently."""

from typing import Any

import django_filters as filters
from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from asnhr.imports.privacy import without_nik
from asnhr.pages.tables import Column, TablePage, download, safe_or_file
from asnhr.roles import ROLES
from asnhr.templatetags.asnhr_ui import pill
from positions import finding_words, permissions
from positions.filters import Words
from positions.models import Finding, Job, NameMapping, NameOccurrence, Unit
from positions.pages import doors
from positions.pages.pickers import UnitChoice
from positions.queries import register
from positions.services import findings as services
from positions.services import register as register_services

PAGE = 20


class FindingWords(Words):
    """Words of the sentence as the page shows it, also where another language is stored."""

    def found(self, word: str) -> Q:
        found = super().found(word)
        for part in finding_words.stored_for(word):
            found |= Q(message__contains=part)
        return found


class FindingPageFilter(filters.FilterSet):
    q = FindingWords(fields=("message", "code"), label=gettext_lazy("Cari"))
    unit = UnitChoice()
    code = filters.CharFilter(label=gettext_lazy("Kode"))
    selesai = filters.BooleanFilter(
        field_name="settled_at", lookup_expr="isnull", exclude=True, label=gettext_lazy("Selesai")
    )

    class Meta:
        model = Finding
        fields: list[str] = []


class FindingList(TablePage):
    title = gettext_lazy("Temuan")
    lead = gettext_lazy(
        "Yang tidak beres pada berkas yang diimpor, dengan baris aslinya, sampai seorang petugas menyelesaikannya."
    )
    noun = gettext_lazy("temuan")
    permission = "view_register"
    filterset_class = FindingPageFilter
    first_filters = ("q", "unit", "selesai")
    order_by = ("-found_at",)
    empty_title = gettext_lazy("Tidak ada temuan")
    empty_text = gettext_lazy("Berkas yang diimpor sejauh ini tidak meninggalkan hal yang harus diselesaikan.")
    columns = (
        Column(
            "uraian",
            gettext_lazy("Temuan"),
            "told",
            fixed=True,
            url=lambda row: reverse("finding-detail", args=[row.pk]),
        ),
        Column("kode", gettext_lazy("Kode"), "code", sort="code"),
        Column("tentang", gettext_lazy("Tentang"), lambda row: about(row)),
        Column("unit", gettext_lazy("Unit kerja"), "unit.name", sort="unit__name"),
        Column("baris", gettext_lazy("Baris"), "row", kind="num", sort="row"),
        Column("ditemukan", gettext_lazy("Ditemukan"), "found_at", kind="date", sort="found_at"),
        Column(
            "keadaan",
            gettext_lazy("Keadaan"),
            lambda row: state(row),
            sort="settled_at",
            html=lambda row: pill(state(row), "fit" if row.settled_at else "gold"),
        ),
    )

    def queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows = Finding.objects.visible_to(request.user)
        return rows.select_related("unit", "employee", "position__job", "position__unit")


def state(row: Finding) -> str:
    return _("selesai") if row.settled_at else _("terbuka")


def about(row: Finding) -> str:
    if row.employee is not None:
        return row.employee.full_name
    return str(row.position) if row.position is not None else ""


class SettleForm(forms.Form):
    settlement = forms.CharField(
        label=gettext_lazy("Bagaimana diselesaikan"),
        widget=forms.Textarea(attrs={"rows": 4}),
        max_length=2000,
        help_text=gettext_lazy("Misalnya: SK terakhir yang benar, tanggal dan nomornya; sudah diperbaiki di SIASN."),
    )


@doors.needs("view_register")
@require_http_methods(["GET", "HEAD", "POST"])
def finding_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """The finding with its raw row; POST settles it in words."""
    rows = Finding.objects.visible_to(request.user).select_related(
        "unit", "employee__unit", "position__job", "position__unit", "import_job", "settled_by"
    )
    finding = doors.found(rows, pk=pk)
    if request.method == "POST" and not permissions.may_settle(request.user):
        raise PermissionDenied(_("Peran Anda tidak mencakup tindakan ini."))
    form = SettleForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        if doors.attempt(request, form, services.settle, finding=finding, **form.cleaned_data) is not None:
            messages.success(request, _("Temuan %(code)s diselesaikan.") % {"code": finding.code})
            return redirect("finding-list")
    raw = without_nik(finding.raw) if isinstance(finding.raw, dict) else {"": finding.raw}
    context = {
        "finding": finding,
        "form": form if permissions.may_settle(request.user) and finding.settled_at is None else None,
        "raw": [(key, "" if value is None else value) for key, value in raw.items()],
        "crumbs": [(_("Pegawai"), ""), (_("Temuan"), reverse("finding-list")), (finding.code, "")],
    }
    return render(request, "positions/finding_detail.html", context, status=422 if form.errors else 200)


# Names waiting to be mapped

# Of the file; the page draws a queue.
MAPPING_COLUMNS = (
    Column("text", gettext_lazy("Nama pada berkas"), "text"),
    Column("kind", gettext_lazy("Jenis"), lambda row: row.get_kind_display()),
    Column("occurrences", gettext_lazy("Baris"), "occurrences", kind="num"),
    Column("target", gettext_lazy("Dipetakan kepada"), lambda row: str(row.unit or row.job or "")),
    Column("by", gettext_lazy("Oleh"), lambda row: str(row.mapped_by or "")),
    Column("at", gettext_lazy("Pada"), "mapped_at"),
)


@doors.needs("settle_findings", "edit_structure", "import_data")
@safe_or_file
def mapping_list(request: HttpRequest) -> HttpResponseBase:
    """Names of files that the register does not know, most frequent first, each with what is most alike."""
    rows = NameMapping.objects.visible_to(request.user)
    counted = rows.aggregate(
        open=Count("pk", filter=Q(mapped_at__isnull=True)), done=Count("pk", filter=Q(mapped_at__isnull=False))
    )
    done = request.GET.get("terpetakan") == "true"
    kind = request.GET.get("jenis", "")
    shown = rows.filter(mapped_at__isnull=not done).select_related("unit", "job", "first_import", "mapped_by")
    if kind in NameMapping.Kind.values:
        shown = shown.filter(kind=kind)
    shown = shown.order_by("-occurrences", "text", "pk")
    file = download(request, shown, MAPPING_COLUMNS, name="pemetaan", title=_("Antrean pemetaan"))
    if file is not None:
        return file
    page = Paginator(shown, PAGE).get_page(request.GET.get("hal"))
    alike = register.suggestions(page.object_list)
    context = {
        "page": page,
        "rows": [(row, alike.get(row.pk, [])) for row in page.object_list],
        "done": done,
        "kind": kind,
        "kinds": NameMapping.Kind.choices,
        "may_map": permissions.may_map(request.user),
        "crumbs": [(_("Pegawai"), ""), (_("Antrean pemetaan"), "")],
        "figures": [
            {"label": _("Menunggu"), "value": counted["open"], "detail": _("nama belum dikenali")},
            {"label": _("Terpetakan"), "value": counted["done"], "detail": _("dipakai impor berikutnya")},
        ],
    }
    return render(request, "positions/mapping_list.html", context)


@doors.needs(*permissions.MAPPERS, "import_data")
@require_http_methods(["GET", "HEAD", "POST"])
def mapping_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Search for another target than those suggested; POST maps the name to `target`. Who only imports reads where the
    name occurred and who says what it means."""
    user = request.user
    mapping = doors.found(NameMapping.objects.visible_to(user).select_related("unit", "job", "mapped_by"), pk=pk)
    may_map = permissions.may_map(user)
    if request.method == "POST" and not may_map:
        raise PermissionDenied(_("Peran Anda tidak mencakup tindakan ini."))
    is_unit = mapping.kind == NameMapping.Kind.UNIT
    targets: QuerySet[Any] = Unit.objects.visible_to(user) if is_unit else Job.objects.visible_to(user)
    if request.method == "POST":
        wanted = request.POST.get("target", "")
        target = doors.found(
            targets, pk=int(wanted) if wanted.isascii() and wanted.isdigit() and len(wanted) < 19 else 0
        )
        chosen = {"unit": target} if is_unit else {"job": target}
        if doors.attempt(request, None, register_services.map_name, mapping=mapping, **chosen) is not None:
            messages.success(request, _("“%(text)s” berarti %(target)s.") % {"text": mapping.text, "target": target})
        return redirect("mapping-list")
    text = request.GET.get("q", mapping.text)
    where = NameOccurrence.objects.visible_to(user).filter(mapping=mapping).select_related("unit")
    mappers = [str(role.name) for role in ROLES.values() if role.permissions.intersection(permissions.MAPPERS)]
    context = {
        "mapping": mapping,
        "may_map": may_map,
        "where": list(where.order_by("-rows", "unit__code")[:10]),
        "mappers": ", ".join(mappers),
        "q": text,
        "found": list(register.alike(targets, "name", text)[:15]) if text.strip() else [],
        "crumbs": [(_("Pegawai"), ""), (_("Antrean pemetaan"), reverse("mapping-list")), (mapping.text, "")],
    }
    return render(request, "positions/mapping_detail.html", context)
