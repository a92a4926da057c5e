"""The competency dictionary: the nine national competencies, the agency's technical ones, a version with its form."""

from typing import Any

import django_filters as filters
from django import forms
from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from asnhr.audit import history
from asnhr.pages.days import follows_day
from asnhr.pages.tables import Column, TablePage
from positions import permissions
from positions.filters import Words
from positions.models import (
    Competency,
    JobCompetency,
    TechnicalCompetency,
    TechnicalCompetencyVersion,
)
from positions.models._base import in_force
from positions.models.competency import VersionState
from positions.pages import doors, version_steps
from positions.pages.standard_words import LEVELS
from positions.queries import standards as queries
from positions.services import dictionary as services

LIST = gettext_lazy("Kamus kompetensi")
SERVICES: dict[str, Any] = {
    "submit": services.submit, "return": services.send_back, "decide": services.decide, "end": services.end,
    "discard": services.discard,
}  # fmt: skip
MOST_JOBS = 60


class TechnicalPageFilter(filters.FilterSet):
    q = Words(fields=("code", "name"), label=gettext_lazy("Cari nama atau kode"))
    affair = filters.CharFilter(lookup_expr="icontains", label=gettext_lazy("Urusan"))
    keadaan = filters.ChoiceFilter(
        choices=[("berlaku", gettext_lazy("Berlaku")),
                 *((value, label) for value, label in VersionState.choices if value != "ditetapkan")],
        method="by_state", label=gettext_lazy("Keadaan"), empty_label=gettext_lazy("Semua keadaan"),
    )  # fmt: skip

    class Meta:
        model = TechnicalCompetency
        fields: list[str] = []

    def by_state(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return queryset.filter(current__isnull=False) if value == "berlaku" else queryset.filter(open_state=value)


def _address(row: Any) -> str:
    """The version in force, else the one being drafted, else the newest; a competency without any stays here."""
    version = row.current or row.open or row.latest
    return reverse("technical-detail", args=[version]) if version else reverse("technical-list")


class TechnicalList(TablePage):
    follows_day = True
    title = LIST
    lead = gettext_lazy("Kompetensi teknis instansi. Sembilan kompetensi nasional berlaku bagi semua jabatan.")
    noun = gettext_lazy("kompetensi teknis")
    permission = "view_register"
    filterset_class = TechnicalPageFilter
    first_filters = ("q", "affair", "keadaan")
    order_by = ("code", "pk")
    empty_text = gettext_lazy("Belum ada kompetensi teknis dalam kamus instansi.")
    template_name = "positions/technical_list.html"
    columns = (
        Column("kode", gettext_lazy("Kode"), "code", sort="code", fixed=True),
        Column(
            "nama", gettext_lazy("Kompetensi"), "name", sort="name",
            url=_address,
        ),
        Column("urusan", gettext_lazy("Urusan"), "affair", sort="affair"),
        Column("mulai", gettext_lazy("Berlaku mulai"), "current_start", kind="date", sort="current_start"),
        Column("disusun", gettext_lazy("Versi lain"),
               lambda row: VersionState(row.open_state).label if row.open_state else "", sort="open_state"),
        Column("standar", gettext_lazy("Disyaratkan oleh jabatan"), "used", kind="num", sort="used"),
    )  # fmt: skip

    def queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows = TechnicalCompetencyVersion.objects.visible_to(request.user)
        rows = rows.filter(agency_id=OuterRef("agency_id"), competency_id=OuterRef("pk")).order_by()
        found, waiting = rows.on(request.as_of), rows.exclude(state=VersionState.DECIDED)
        using = JobCompetency.objects.filter(
            in_force(request.as_of, "standard__"), agency_id=OuterRef("agency_id"), technical_id=OuterRef("pk"),
            standard__state=VersionState.DECIDED,
        ).order_by().values("technical_id")  # fmt: skip
        return TechnicalCompetency.objects.visible_to(request.user).annotate(
            current=Subquery(found.values("pk")[:1]),
            current_start=Subquery(found.values("starts_on")[:1]),
            open=Subquery(waiting.values("pk")[:1]),
            open_state=Subquery(waiting.values("state")[:1]),
            latest=Subquery(rows.order_by("-number").values("pk")[:1]),
            used=Subquery(using.annotate(n=Count("pk")).values("n")),
        )

    def extra_context(self, request: HttpRequest) -> dict[str, Any]:
        context: dict[str, Any] = {"national": list(Competency.objects.order_by("kind", "code", "pk")[:9])}
        if permissions.may_draft_competencies(request.user):
            new = {"label": _("Kompetensi teknis baru"), "url": reverse("technical-new"), "primary": True}
            context["actions"] = [new]
        return context


@doors.needs("view_register")
@require_safe
def competency_detail(request: HttpRequest, code: str) -> HttpResponse:
    """One of the nine national competencies with its five levels."""
    competency = doors.found(Competency.objects.all(), code=code)
    levels = [
        {"level": level, "title": LEVELS[level], "text": each.get("text", ""),
         "indicators": [each["indicator"]] if each.get("indicator") else []}
        for level, each in ((level, competency.levels.get(str(level), {})) for level in LEVELS)
    ]  # fmt: skip
    context = {
        "competency": competency, "levels": levels, "history_url": history.address_of(competency, request.user),
        "crumbs": [(_("Organisasi"), ""), (LIST, reverse("technical-list")), (str(competency), "")],
    }  # fmt: skip
    return render(request, "positions/competency_detail.html", context)


def _found(request: HttpRequest, pk: int) -> TechnicalCompetencyVersion:
    rows = TechnicalCompetencyVersion.objects.visible_to(request.user)
    rows = rows.select_related("competency__successor", "drafted_by", "submitted_by", "decided_by")
    found: TechnicalCompetencyVersion = doors.found(rows, pk=pk)
    return found


@doors.needs("view_register")
@require_safe
@follows_day
def technical_detail(request: HttpRequest, pk: int) -> HttpResponse:
    return _page(request, _found(request, pk))


def _page(
    request: HttpRequest, version: TechnicalCompetencyVersion, filled: dict[str, forms.Form] | None = None,
    status: int = 200,
) -> HttpResponse:  # fmt: skip
    user, competency = request.user, version.competency
    rows = TechnicalCompetencyVersion.objects.visible_to(user).filter(competency=competency)
    versions = list(rows.order_by("-number", "-pk"))
    lines = JobCompetency.objects.filter(agency_id=version.agency_id, technical=competency)
    using = queries.lines(lines, request.as_of).select_related("standard__job").order_by("standard__job__name", "pk")
    drafts = permissions.may_draft_competencies(user, version)
    context = {
        "version": version, "competency": competency, "tone": version_steps.TONES[version.state],
        "levels": [
            {"level": level, "title": title, "text": told.get("text", ""), "indicators": told.get("indicators", [])}
            for level, title, told in
            ((level, title, version.levels.get(str(level), {})) for level, title in LEVELS.items())
        ],
        "steps": version_steps.offered(user, version, filled or {}),
        "move": reverse("technical-move", args=[version.pk]),
        "may_edit": drafts and version.is_editable,
        "may_start": drafts and not any(not each.is_decided for each in versions),
        "start": reverse("technical-start", args=[competency.pk]),
        "versions": versions, "using": list(using[:MOST_JOBS]),
        "crumbs": [(_("Organisasi"), ""), (LIST, reverse("technical-list")), (str(competency), "")],
    }  # fmt: skip
    return render(request, "positions/technical_detail.html", context, status=status)


@doors.needs("edit_structure", "approve_standards")
@require_POST
def technical_move(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a version one step on; a form with errors is shown again on the page."""
    version = _found(request, pk)
    taken, filled = version_steps.take(request, version, "version", SERVICES)
    if taken == "discard":
        return redirect("technical-list")
    if taken or not any(form.fields for form in filled.values()):
        return redirect("technical-detail", pk)
    return _page(request, version, filled, status=422)


@doors.needs("edit_structure")
@require_POST
def technical_start(request: HttpRequest, pk: int) -> HttpResponse:
    """Draft the next version of a technical competency."""
    competency = doors.found(TechnicalCompetency.objects.visible_to(request.user), pk=pk)
    made = doors.attempt(request, None, services.start, competency=competency)
    return redirect("technical-list") if made is None else redirect("technical-edit", made.pk)


class NewTechnicalForm(forms.Form):
    code = forms.CharField(label=gettext_lazy("Kode"), max_length=20, help_text=gettext_lazy("Misalnya T.KES.01."))
    name = forms.CharField(label=gettext_lazy("Nama kompetensi"), max_length=150)
    affair = forms.CharField(label=gettext_lazy("Urusan pemerintahan"), max_length=150, required=False)


@doors.needs("edit_structure")
@require_http_methods(["GET", "HEAD", "POST"])
def technical_new(request: HttpRequest) -> HttpResponse:
    form = NewTechnicalForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        made = doors.attempt(request, form, services.add, **form.cleaned_data)
        if made is not None:
            return redirect("technical-edit", made.pk)
    context = {
        "form": form, "heading": _("Kompetensi teknis baru"), "cancel_url": reverse("technical-list"),
        "lead": _("Kode dan nama menandai satu kompetensi dan tidak berubah lagi; isinya disusun per versi."),
        "crumbs": [(LIST, reverse("technical-list")), (_("Kompetensi teknis baru"), "")],
    }  # fmt: skip
    return render(request, "positions/form_page.html", context, status=422 if form.errors else 200)


class TechnicalForm(forms.Form):
    definition = forms.CharField(
        label=gettext_lazy("Definisi"), required=False, max_length=5000, widget=forms.Textarea(attrs={"rows": 3})
    )
    source = forms.CharField(
        label=gettext_lazy("Sumber"), required=False, max_length=200,
        help_text=gettext_lazy("Kamus kementerian yang dikutip, atau: rumusan instansi."),
    )  # fmt: skip

    def __init__(self, *arguments: Any, version: TechnicalCompetencyVersion, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.initial |= {"definition": version.definition, "source": version.source}
        for level, title in LEVELS.items():
            told = version.levels.get(str(level), {})
            self.fields[f"text_{level}"] = forms.CharField(
                label=_("Level %(n)s (%(title)s)") % {"n": level, "title": title}, required=False, max_length=2000,
                widget=forms.Textarea(attrs={"rows": 2}), initial=told.get("text", ""),
            )  # fmt: skip
            self.fields[f"indicators_{level}"] = forms.CharField(
                label=_("Indikator perilaku level %(n)s") % {"n": level}, required=False, max_length=10_000,
                widget=forms.Textarea(attrs={"rows": 3}), initial="\n".join(told.get("indicators", [])),
                help_text=_("Satu indikator tiap baris."),
            )  # fmt: skip

    def facts(self) -> dict[str, Any]:
        """The arguments of the service."""
        told = self.cleaned_data
        levels = {level: (told[f"text_{level}"], told[f"indicators_{level}"].splitlines()) for level in LEVELS}
        return {"definition": told["definition"], "source": told["source"], "levels": levels}


@doors.needs("edit_structure")
@require_http_methods(["GET", "HEAD", "POST"])
def technical_edit(request: HttpRequest, pk: int) -> HttpResponse:
    version = _found(request, pk)
    back = reverse("technical-detail", args=[pk])
    if not version.is_editable:
        return redirect(back)
    form = TechnicalForm(request.POST or None, version=version)
    if request.method == "POST" and form.is_valid():
        if doors.attempt(request, form, services.change, version=version, **form.facts()) is not None:
            return redirect(back)
    context = {
        "form": form, "heading": _("Ubah %(version)s") % {"version": version}, "cancel_url": back,
        "lead": _("Definisi dan uraian kelima level wajib diisi sebelum versi ini diajukan."),
        "crumbs": [(LIST, reverse("technical-list")), (str(version), back), (_("Ubah"), "")],
    }  # fmt: skip
    return render(request, "positions/form_page.html", context, status=422 if form.errors else 200)
