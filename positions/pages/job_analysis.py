"""One version of a position's job-analysis document: read, filled element by element, taken a step on, as a file."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from asnhr import dates, formats
from asnhr.errors import NotAllowed
from positions import job_analysis_document, permissions
from positions.models import JobAnalysis, Position, Workload
from positions.pages import doors
from positions.pages.job_analyses import CRUMB, TONES
from positions.pages.job_analysis_form import ApproveForm, ElementForm, NoteForm, ReturnForm, StartForm
from positions.queries import job_analysis as queries
from positions.queries.document_workload import newer_of
from positions.queries.job_analysis import Facts
from positions.rules import job_analysis as rules
from positions.services import job_analysis as services

MOST_SOURCES = 50


def _found(request: HttpRequest, pk: int) -> JobAnalysis:
    analysis: JobAnalysis = doors.found(queries.documents(request.user), pk=pk)
    return analysis


def _crumbs(analysis: JobAnalysis, *more: str) -> list[tuple[Any, str]]:
    here = reverse("job-analysis-detail", args=[analysis.pk]) if more else ""
    return [
        (_("Analisis"), ""), (CRUMB, reverse("job-analysis-list")), (str(analysis.position.job), here),
        *((each, "") for each in more),
    ]  # fmt: skip


# The document


@doors.needs("view_register")
@require_safe
def job_analysis_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One version with what the register fills, what is missing, its steps and other versions. Nineteen queries."""
    user, today = request.user, dates.today()
    analysis = _found(request, pk)
    facts = queries.facts_for(analysis, today)
    derived = () if analysis.facts else facts.derived
    complete = rules.completeness(analysis.elements, derived)
    # Whether the register moved on concerns the version in force only; drafts read it anew.
    changed = _changes(analysis, facts) if _is_in_force(analysis) else []
    may_write = permissions.may_write_job_analysis(user, analysis.position.unit)
    versions = queries.versions_of(analysis.position)
    review_due = analysis.review_due(today)
    # A newer version under way is the review.
    is_late = (
        _is_in_force(analysis) and review_due is not None and review_due < today
        and not any(each.state in rules.OPEN for each in versions)
    )  # fmt: skip
    context = {
        "analysis": analysis, "position": analysis.position, "facts": facts, "crumbs": _crumbs(analysis),
        "draft_workload": _draft_workload(facts), "newer": _newer(analysis, facts),
        "tone": TONES[analysis.state], "complete": complete, "is_late": is_late, "changed": changed,
        "review_due": review_due,
        "sections": job_analysis_document.sections(analysis, facts, queries.entries_of(analysis)),
        "missing": [(number, job_analysis_document.TITLES[number]) for number in complete.missing],
        "editable": _editable(facts) if may_write and analysis.state in rules.EDITABLE else frozenset(),
        "steps": list(analysis.steps.select_related("actor").order_by("-at", "-pk")),
        "versions": versions,
        "offers": _offers(user, analysis), "basis": _basis(complete),
        "may_start": may_write and analysis.state == rules.State.APPROVED and not _has_ended(analysis.position),
        "post_ended": _has_ended(analysis.position),
    }  # fmt: skip
    return render(request, "positions/job_analysis_detail.html", context)


def _draft_workload(facts: Facts) -> str:
    """What to say where the workload shown is of a sheet that nobody approved yet."""
    if not facts.rests_on_draft:
        return ""
    return _("ABK %(year)s %(unit)s belum disahkan; analisis jabatan ini baru dapat disetujui sesudah lembar itu"
             " disahkan.") % {"year": facts.year, "unit": facts.sheet_unit}  # fmt: skip


def _newer(analysis: JobAnalysis, facts: Facts) -> Workload | None:
    """For a version under way: a later sheet that is not approved, so that its figures are not shown yet."""
    is_shown = analysis.state in rules.OPEN and facts.year is not None and not facts.rests_on_draft
    return newer_of(analysis.position, facts.year) if is_shown and facts.year is not None else None


def _is_in_force(analysis: JobAnalysis) -> bool:
    today = dates.today()
    if analysis.state != rules.State.APPROVED or analysis.starts_on is None or analysis.starts_on > today:
        return False
    return analysis.held_until is None or analysis.held_until > today


def _has_ended(position: Position) -> bool:
    return position.ends_on is not None and position.ends_on <= dates.today()


def _changes(analysis: JobAnalysis, kept: Facts) -> list[str]:
    now = queries.facts_of(analysis.position, dates.today())
    names = (str(job_analysis_document.FACTS[name]) for name in queries.changed_since(kept, now))
    return list(dict.fromkeys(names))


def _editable(facts: Facts) -> frozenset[int]:
    """Elements with something to type; tasks only where no workload has them."""
    own = {number for number in rules.ELEMENTS if number == rules.SUMMARY or rules.parts_of(number)}
    return frozenset(own - {rules.TASKS} if facts.tasks else own)


def _basis(complete: rules.Completeness) -> dict[str, Any]:
    return {
        "inputs": [(_("Unsur terisi"), formats.number(len(complete.filled)))],
        "steps": [_("%(n)s ÷ 15 = %(percent)s %%") % {
            "n": len(complete.filled), "percent": formats.number(complete.percent, 1)
        }],
        "rule": _("Sebuah unsur terisi bila punya sedikitnya satu isian, dari dokumen ini atau dari register."),
        "legal_basis": _("PermenPANRB 1/2020; Peraturan BKN 9/2022 pasal 3. Cara menghitung: pengaturan produk."),
    }  # fmt: skip


# Steps


@dataclass(frozen=True)
class Offer:
    """A step as the page names it: the rule's name, words, form, what is shown when it is done."""

    step: str
    label: Any
    lead: Any
    done: Any
    form: type[forms.Form] = NoteForm
    danger: bool = False


OFFERS: dict[str, Offer] = {
    "ajukan": Offer(
        "submit", gettext_lazy("Ajukan"),
        gettext_lazy("Dokumen diperiksa Bagian Organisasi; isinya tidak diubah lagi."),
        gettext_lazy("Dokumen diajukan."),
    ),
    "kembalikan": Offer(
        "return", gettext_lazy("Kembalikan"), gettext_lazy("Dokumen kembali kepada penyusunnya untuk diperbaiki."),
        gettext_lazy("Dokumen dikembalikan."), ReturnForm,
    ),
    "setujui": Offer(
        "approve", gettext_lazy("Setujui"),
        gettext_lazy("Hasil analisis jabatan ditetapkan dengan keputusan Pejabat Pembina Kepegawaian."),
        gettext_lazy("Dokumen disetujui dan berlaku menurut tanggalnya."), ApproveForm,
    ),
    "tinjau": Offer(
        "review", gettext_lazy("Ditinjau, tetap berlaku"),
        gettext_lazy("Catat bahwa isi dokumen masih benar; yang berubah ditulis dalam versi baru."),
        gettext_lazy("Tinjauan tercatat."),
    ),
    "buang": Offer(
        "discard", gettext_lazy("Buang draf"),
        gettext_lazy("Draf ini dihapus dengan seluruh isinya; jejak auditnya tetap ada."),
        gettext_lazy("Draf dibuang."), NoteForm, danger=True,
    ),
}  # fmt: skip


def _offers(user: Any, analysis: JobAnalysis) -> list[tuple[str, Offer]]:
    """The steps that this user may take now, by the name in the address."""
    today = dates.today()
    writes = permissions.may_write_job_analysis(user, analysis.position.unit)
    open_steps = set(rules.steps_from(analysis.state))
    judges = bool(open_steps - {"submit"}) and permissions.may_judge_job_analysis(user, analysis, today)
    reviews = _is_in_force(analysis) and permissions.may_review_job_analysis(user, analysis, today)
    may = {
        "submit": writes and "submit" in open_steps, "return": judges, "approve": judges, "review": reviews,
        "discard": writes and analysis.state in rules.EDITABLE,
    }  # fmt: skip
    return [(name, offer) for name, offer in OFFERS.items() if may[offer.step]]


@doors.needs("edit_workload", "approve_workload")
@require_http_methods(["GET", "HEAD", "POST"])
def job_analysis_step(request: HttpRequest, pk: int, step: str) -> HttpResponse:
    """Ask what a step needs, and take it."""
    analysis, offer = _found(request, pk), OFFERS.get(step)
    if offer is None:
        raise Http404
    back = reverse("job-analysis-detail", args=[pk])
    today = dates.today()
    _check_may(request.user, analysis, offer)
    initial = {"decree_on": today, "starts_on": today} if offer.form is ApproveForm else None
    form = offer.form(request.POST or None, initial=initial)
    warning = _draft_workload(queries.facts_for(analysis, today)) if offer.step in ("submit", "approve") else ""
    if request.method == "POST" and form.is_valid():
        after = _take(request, form, analysis, offer)
        if after:
            messages.success(request, offer.done)
            if warning:
                messages.warning(request, warning)
            return redirect(after)
    context = {
        "form": form, "heading": f"{offer.label}: {analysis.position.job}",
        "lead": f"{offer.lead} {warning}".strip(), "cancel_url": back,
        "submit_label": offer.label, "danger": offer.danger, "crumbs": _crumbs(analysis, str(offer.label)),
    }  # fmt: skip
    return render(request, "positions/form_page.html", context, status=422 if form.errors else 200)


def _check_may(user: Any, analysis: JobAnalysis, offer: Offer) -> None:
    """Refuse who may not take the step already when it is opened, with the sentence of the service."""
    try:
        if offer.step in ("submit", "discard"):
            permissions.check_may_write_job_analysis(user, analysis.position.unit)
        elif offer.step == "review":
            permissions.check_may_review_job_analysis(user, analysis, dates.today())
        else:
            permissions.check_may_judge_job_analysis(user, analysis, dates.today())
    except NotAllowed as refusal:
        raise PermissionDenied(str(refusal)) from refusal


def _take(request: HttpRequest, form: forms.Form, analysis: JobAnalysis, offer: Offer) -> str:
    """Take the step; return where to go, "" when a rule said no."""
    given, day = form.cleaned_data, dates.today()
    here, post = reverse("job-analysis-detail", args=[analysis.pk]), analysis.position_id
    if offer.step == "discard":
        before = form.errors.copy()
        doors.attempt(request, form, services.discard, analysis=analysis)
        return reverse("position-detail", args=[post]) if form.errors == before else ""
    if offer.step == "review":
        done = doors.attempt(request, form, services.review, analysis=analysis, day=day, note=given["note"])
    else:
        done = doors.attempt(
            request, form, services.take_step, analysis=analysis, step=offer.step, day=day, **given
        )  # fmt: skip
    return here if done is not None else ""


# Writing


@doors.needs("edit_workload")
@require_http_methods(["GET", "HEAD", "POST"])
def job_analysis_start(request: HttpRequest, pk: int) -> HttpResponse:
    """Begin the next version of a position's document."""
    user, today = request.user, dates.today()
    position = doors.found(Position.objects.visible_to(user).select_related("job", "unit"), pk=pk)
    if _has_ended(position):
        # No form that could only be refused.
        messages.error(request, _("Jabatan %(post)s sudah berakhir; analisis jabatannya tidak disusun lagi.")
                       % {"post": position})  # fmt: skip
        return redirect("position-detail", pk=pk)
    sources = JobAnalysis.objects.visible_to(user).filter(state=rules.State.APPROVED, position__job=position.job)
    sources = sources.exclude(position=position).select_related("position__job", "position__unit")
    ids = list(sources.order_by("-starts_on", "-pk").values_list("pk", flat=True)[:MOST_SOURCES])
    form = StartForm(request.POST or None, sources=sources.filter(pk__in=ids).order_by("-starts_on", "-pk"))
    if request.method == "POST" and form.is_valid():
        source = form.cleaned_data["source"]
        begun = doors.attempt(request, form, services.start, position=position, day=today, source=source)
        if begun is not None:
            messages.success(request, _("Versi %(n)s mulai disusun.") % {"n": begun.version})
            return redirect("job-analysis-detail", pk=begun.pk)
    context = {
        "form": form, "heading": _("Susun analisis jabatan: %(post)s") % {"post": position.job},
        "lead": _("Dokumen 15 unsur untuk jabatan ini di %(unit)s. Yang sudah ada di register tidak diketik lagi.")
        % {"unit": position.unit},
        "submit_label": _("Mulai menyusun"), "cancel_url": reverse("position-detail", args=[pk]),
        "crumbs": [(_("Analisis"), ""), (CRUMB, reverse("job-analysis-list")), (str(position.job), "")],
    }  # fmt: skip
    return render(request, "positions/form_page.html", context, status=422 if form.errors else 200)


@doors.needs("edit_workload")
@require_http_methods(["GET", "HEAD", "POST"])
def job_analysis_element(request: HttpRequest, pk: int, element: int) -> HttpResponse:
    """Fill one element; what was typed is kept when a rule says no, or when somebody else saved meanwhile."""
    analysis = _found(request, pk)
    facts = queries.facts_for(analysis, dates.today())
    if element not in _editable(facts):
        raise Http404
    back = reverse("job-analysis-detail", args=[pk])
    if analysis.state not in rules.EDITABLE or not permissions.may_write_job_analysis(
        request.user, analysis.position.unit
    ):
        messages.error(request, _("Dokumen ini tidak dapat diubah sekarang."))
        return redirect(back)
    entries = queries.entries_of(analysis)
    if element == rules.OUTPUTS and facts.tasks:
        # Each task of the workload has its line; nothing is kept until somebody saves it.
        entries[rules.Part.OUTPUT.value] = job_analysis_document.proposed_outputs(
            facts, entries, services.MOST_LINES
        )  # fmt: skip
    form = ElementForm(
        request.POST or None, element=element, analysis=analysis, entries=entries, parts=rules.parts_of(element)
    )  # fmt: skip
    seen = request.POST.get("versi", "")
    outdated = request.method == "POST" and bool(seen) and seen != analysis.changed_at.isoformat()
    if request.method == "POST" and form.is_valid() and not form.adds_row and not outdated:
        saved = doors.attempt(
            request, form, services.save_element, analysis=analysis, element=element, entries=form.entries(),
            summary=form.cleaned_data.get("summary"),
        )  # fmt: skip
        if saved is not None:
            messages.success(request, _("Unsur %(n)s tersimpan.") % {"n": element})
            return redirect(_after(request, analysis, element, facts))
    title = f"{element}. {job_analysis_document.TITLES[element]}"
    context = {
        "form": form, "analysis": analysis, "heading": title, "element": element, "cancel_url": back,
        "crumbs": _crumbs(analysis, title), "outdated": outdated, "version": analysis.changed_at.isoformat(),
        "others": sorted(_editable(facts)), "origins": _origins(element, facts),
    }  # fmt: skip
    return render(request, "positions/job_analysis_element.html", context, status=422 if form.errors else 200)


def _after(request: HttpRequest, analysis: JobAnalysis, element: int, facts: Facts) -> str:
    """The next element where that was asked for, else the document at this element."""
    following = [number for number in sorted(_editable(facts)) if number > element]
    if "lanjut" in request.POST and following:
        return reverse("job-analysis-element", args=[analysis.pk, following[0]])
    return reverse("job-analysis-detail", args=[analysis.pk]) + f"#unsur-{element}"


def _origins(element: int, facts: Facts) -> str:
    """What the register puts into this element by itself, in words."""
    if element == rules.SUMMARY and facts.summary:
        return _("Bila kosong, ikhtisar nomenklatur yang dipakai: “%(text)s”") % {"text": facts.summary}
    if element == rules.QUALIFICATION:
        return _("Pendidikan, bidang studi dan pangkat diambil dari nomenklatur jabatan.")
    if element == rules.OUTPUTS and facts.tasks:
        return _("Setiap tugas ABK %(year)s punya satu baris: nama yang belum ditulis diusulkan dari satuannya. Periksa"
                 " namanya, lalu simpan; satuan dan jumlah setahun dokumen mengikuti ABK.") % {
            "year": facts.year
        }  # fmt: skip
    if element == rules.ACHIEVEMENTS and facts.tasks:
        return _("Hasil setahun setiap tugas diambil dari ABK %(year)s.") % {"year": facts.year}
    return ""


# Files


@doors.needs("view_register")
@require_safe
def job_analysis_file(request: HttpRequest, pk: int, kind: str) -> HttpResponse:
    """The document as PDF or Word."""
    return file_of(request, _found(request, pk), kind)


def file_of(request: HttpRequest, analysis: JobAnalysis, kind: str) -> HttpResponse:
    """Return a document that was found for the user as `kind`; raises Http404 for another kind."""
    # Kept out of a worker's memory until somebody asks for a file.
    from positions import job_analysis_files as files

    makers = {"pdf": (files.pdf, "application/pdf"), "docx": (files.docx, files.DOCX)}
    if kind not in makers:
        raise Http404
    today = dates.today()
    document = files.document_of(analysis, request.agency, today)  # type: ignore[attr-defined]
    make, content_type = makers[kind]
    answer = HttpResponse(make(document, today), content_type=content_type)
    answer["Content-Disposition"] = f'attachment; filename="{document.name}.{kind}"'
    return answer
