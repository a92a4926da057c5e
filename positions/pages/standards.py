"""Competency standards of jobs: the list, a version with what it lacks, its form, its steps, two compared, the PDF."""

import re
from typing import Any

import django_filters as filters
from django import forms
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from asnhr.pages.tables import Column, TablePage
from positions import permissions
from positions.filters import Words
from positions.models import Job, JobStandard
from positions.models.competency import VersionState
from positions.models.job import LEVEL_CHOICES
from positions.pages import doors, standard_form, standard_words, version_steps
from positions.queries import standards as queries
from positions.rules.competency_standard import compare, completeness, gaps
from positions.rules.levels import Level
from positions.services import standards as services

LIST = gettext_lazy("Standar kompetensi jabatan")
SERVICES: dict[str, Any] = {
    "submit": services.submit, "return": services.send_back, "decide": services.decide, "end": services.end,
    "discard": services.discard,
}  # fmt: skip


class StandardPageFilter(filters.FilterSet):
    q = Words(fields=("name", "subtitle", "code"), label=gettext_lazy("Cari nama atau kode jabatan"))
    level = filters.ChoiceFilter(
        choices=LEVEL_CHOICES, label=gettext_lazy("Jenjang"), empty_label=gettext_lazy("Semua jenjang")
    )
    keadaan = filters.ChoiceFilter(
        choices=[
            ("berlaku", gettext_lazy("Ada yang berlaku")), ("kosong", gettext_lazy("Belum ada yang berlaku")),
            *((value, label) for value, label in VersionState.choices if value != "ditetapkan"),
        ],
        method="by_state", label=gettext_lazy("Keadaan"), empty_label=gettext_lazy("Semua keadaan"),
    )  # fmt: skip

    class Meta:
        model = Job
        fields: list[str] = []

    def by_state(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        if value in ("berlaku", "kosong"):
            return queryset.filter(current__isnull=value == "kosong")
        return queryset.filter(open_state=value)


class StandardList(TablePage):
    follows_day = True
    title = LIST
    lead = gettext_lazy("Standar yang berlaku bagi setiap jabatan, dan versi yang sedang disusun atau diajukan.")
    noun = gettext_lazy("jabatan")
    permission = "view_register"
    filterset_class = StandardPageFilter
    first_filters = ("q", "level", "keadaan")
    order_by = ("name", "level", "subtitle")
    empty_text = gettext_lazy("Impor nomenklatur jabatan lebih dahulu.")
    columns = (
        Column(
            "jabatan", gettext_lazy("Jabatan"), lambda row: str(row), sort=("name", "subtitle"), fixed=True,
            url=lambda row: reverse("standard-detail", args=[row.current or row.open]) if row.current or row.open
            else reverse("job-detail", args=[row.pk]),
        ),
        Column("jenjang", gettext_lazy("Jenjang"), lambda row: row.get_level_display(), sort="level"),
        Column("versi", gettext_lazy("Versi berlaku"), "current_number", kind="num", sort="current_number"),
        Column("mulai", gettext_lazy("Berlaku mulai"), "current_start", kind="date", sort="current_start"),
        Column("keputusan", gettext_lazy("Keputusan"), "current_decree"),
        Column(
            "disusun", gettext_lazy("Versi lain"),
            lambda row: VersionState(row.open_state).label if row.open_state else "", sort="open_state",
            url=lambda row: reverse("standard-detail", args=[row.open]) if row.open else None,
        ),
    )  # fmt: skip

    def queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows = JobStandard.objects.visible_to(request.user)
        rows = rows.filter(agency_id=OuterRef("agency_id"), job_id=OuterRef("pk")).order_by()
        found = rows.on(request.as_of)
        waiting = rows.exclude(state=VersionState.DECIDED)
        return Job.objects.visible_to(request.user).filter(is_active=True).annotate(
            current=Subquery(found.values("pk")[:1]),
            current_number=Subquery(found.values("number")[:1]),
            current_start=Subquery(found.values("starts_on")[:1]),
            current_decree=Subquery(found.values("decree")[:1]),
            open=Subquery(waiting.values("pk")[:1]),
            open_state=Subquery(waiting.values("state")[:1]),
        )  # fmt: skip

    def extra_context(self, request: HttpRequest) -> dict[str, Any]:
        return {"actions": [{"label": _("Kamus kompetensi"), "url": reverse("technical-list")}]}


@doors.needs("edit_structure")
@require_POST
def standard_start(request: HttpRequest, pk: int) -> HttpResponse:
    """Draft the next version of a job's standard."""
    job = doors.found(Job.objects.visible_to(request.user), pk=pk)
    made = doors.attempt(request, None, services.start, job=job)
    return redirect("job-detail", pk) if made is None else redirect("standard-edit", made.pk)


def _found(request: HttpRequest, pk: int) -> JobStandard:
    rows = JobStandard.objects.visible_to(request.user)
    rows = rows.select_related("job__education_level", "drafted_by", "submitted_by", "decided_by")
    found: JobStandard = doors.found(rows, pk=pk)
    return found


@doors.needs("view_register")
@require_safe
def standard_detail(request: HttpRequest, pk: int) -> HttpResponse:
    return _page(request, _found(request, pk))


@doors.needs("edit_structure", "approve_standards")
@require_POST
def standard_move(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a version one step on; a form with errors is shown again on the page."""
    standard = _found(request, pk)
    taken, filled = version_steps.take(request, standard, "standard", SERVICES)
    if taken == "discard":
        return redirect("job-detail", standard.job_id)
    if taken or not any(form.fields for form in filled.values()):
        return redirect("standard-detail", pk)
    return _page(request, standard, filled, status=422)


def _page(
    request: HttpRequest, standard: JobStandard, filled: dict[str, forms.Form] | None = None, status: int = 200
) -> HttpResponse:
    user, job = request.user, standard.job
    facts = queries.shown_facts(standard)
    found = gaps(Level(job.level), queries.content_of(standard))
    there, parts = completeness(found)
    lines = queries.sorted_lines(standard.competencies.select_related("competency", "technical"))
    versions = list(queries.versions_of(user, job))
    drafts = permissions.may_draft_competencies(user, standard)
    context = {
        "standard": standard, "job": job, "facts": facts,
        "groups": standard_words.groups(lines, queries.descriptions(lines, standard.starts_on or request.as_of)),
        "requirements": standard_words.requirements(standard),
        "gaps": [standard_words.sentence(gap) for gap in found], "there": there, "parts": parts,
        "tone": version_steps.TONES[standard.state],
        "steps": version_steps.offered(user, standard, filled or {}),
        "move": reverse("standard-move", args=[standard.pk]),
        "may_edit": drafts and standard.is_editable,
        "may_start": drafts and not any(not each.is_decided for each in versions),
        "start": reverse("standard-start", args=[job.pk]),
        "versions": versions,
        "before": next((each for each in versions if each.is_decided and each.number < standard.number), None),
        "changed": standard.is_decided and bool(standard.facts) and queries.facts_of(job) != standard.facts,
        "crumbs": [(_("Organisasi"), ""), (LIST, reverse("standard-list")), (str(standard), "")],
    }  # fmt: skip
    return render(request, "positions/standard_detail.html", context, status=status)


@doors.needs("edit_structure")
@require_http_methods(["GET", "HEAD", "POST"])
def standard_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Levels, weights and requirements of a draft in one form."""
    standard = _found(request, pk)
    back = reverse("standard-detail", args=[pk])
    if not standard.is_editable:
        return redirect(back)
    form = standard_form.StandardForm(request.POST or None, standard=standard, day=request.as_of)
    if request.method == "POST" and form.is_valid():
        if doors.attempt(request, form, services.change, standard=standard, **form.facts()) is not None:
            return redirect(back)
    context = {
        "form": form, "heading": _("Ubah standar %(job)s") % {"job": standard.job}, "cancel_url": back,
        "lead": _("Pendidikan, pangkat, dan ikhtisar diambil dari nomenklatur saat standar ditetapkan."),
        "crumbs": [(LIST, reverse("standard-list")), (str(standard), back), (_("Ubah"), "")],
    }  # fmt: skip
    return render(request, "positions/form_page.html", context, status=422 if form.errors else 200)


@doors.needs("view_register")
@require_safe
def standard_compare(request: HttpRequest, pk: int) -> HttpResponse:
    """What differs between an older version of the same job (`dengan`) and this one."""
    standard = _found(request, pk)
    versions = list(queries.versions_of(request.user, standard.job))
    asked = request.GET.get("dengan", "")
    others = [each for each in versions if each.pk != standard.pk]
    older = next((each for each in others if str(each.pk) == asked), None)
    if older is None:
        older = next((each for each in others if each.number < standard.number), others[0] if others else standard)
    older.job = standard.job
    lines = [*older.competencies.select_related("competency", "technical"),
             *standard.competencies.select_related("competency", "technical")]  # fmt: skip
    names = {line.of.code: line.of.name for line in lines}
    changes = compare(queries.levels_of(older), queries.levels_of(standard))
    context = {
        "standard": standard, "older": older, "others": others,
        "changes": [(each, names[each.competency]) for each in changes],
        "requirements": standard_words.differences(older, standard),
        "facts": standard_words.fact_differences(queries.shown_facts(older), queries.shown_facts(standard)),
        "crumbs": [(LIST, reverse("standard-list")), (str(standard), reverse("standard-detail", args=[pk])),
                   (_("Bandingkan"), "")],
    }  # fmt: skip
    return render(request, "positions/standard_compare.html", context)


@doors.needs("view_register")
@require_safe
def standard_pdf(request: HttpRequest, pk: int) -> HttpResponse:
    # Typst is loaded where it is needed only: a worker that never prints stays small.
    from positions import standard_print

    standard = _found(request, pk)
    slug = re.sub(r"[^a-z0-9]+", "-", str(standard.job).lower()).strip("-")[:60]
    answer = HttpResponse(standard_print.pdf(standard, request.agency, request.as_of), content_type="application/pdf")  # type: ignore[attr-defined]
    mark = "-contoh" if request.agency.is_sample else ""  # type: ignore[attr-defined]
    answer["Content-Disposition"] = f'attachment; filename="standar-kompetensi-{slug}-v{standard.number}{mark}.pdf"'
    return answer
