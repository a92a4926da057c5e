"""Job evaluation (FES): the list of jobs with points and class against the decided class, and one version of a job."""

import json
from typing import Any

import django_filters as filters
from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from asnhr import dates, formats
from asnhr.pages.tables import Column, TablePage
from asnhr.templatetags.asnhr_ui import pill
from positions import permissions
from positions.filters import Words
from positions.models import Job, JobEvaluation
from positions.pages import doors, job_evaluation_form
from positions.pages.pickers import day_field
from positions.queries import job_evaluation as queries
from positions.rules import job_class as rules
from positions.services import job_evaluation as services

State = JobEvaluation.State
NEVER = "belum"
TONES = {State.DRAFT.value: "gold", State.SUBMITTED.value: "over", State.DECIDED.value: "fit"}
LIST = gettext_lazy("Evaluasi jabatan")


class EvaluationFilter(filters.FilterSet):
    q = Words(fields=("name", "subtitle", "code"), label=gettext_lazy("Cari nama atau kode"))
    beda = filters.BooleanFilter(method="by_difference", label=gettext_lazy("Nilai berbeda dari kelas ditetapkan"))
    keadaan = filters.ChoiceFilter(
        method="by_state", label=gettext_lazy("Keadaan"), empty_label=gettext_lazy("Semua keadaan"),
        choices=[(NEVER, gettext_lazy("Belum dievaluasi")), *State.choices],
    )  # fmt: skip
    group = filters.ChoiceFilter(
        choices=Job.Group.choices, label=gettext_lazy("Jenis jabatan"), empty_label=gettext_lazy("Semua jenis")
    )

    class Meta:
        model = Job
        fields: list[str] = []

    def by_difference(self, queryset: QuerySet[Any], name: str, value: bool) -> QuerySet[Any]:
        return queryset.filter(queries.DIFFERS) if value else queryset.exclude(queries.DIFFERS)

    def by_state(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        if value == NEVER:
            return queryset.filter(evaluation_id__isnull=True)
        return queryset.filter(evaluation_state=value)


def difference_of(row: Any) -> int | None:
    """How many classes the points lie above (+) or below (−) the decided class."""
    if row.evaluation_computed_class is None or row.job_class is None:
        return None
    return row.evaluation_computed_class - row.job_class


def state_name(row: Any) -> Any:
    return State(row.evaluation_state).label if row.evaluation_state else _("Belum dievaluasi")


def _difference_cell(row: Any) -> Any:
    gap = difference_of(row)
    if gap is None:
        return formats.DASH
    return pill(_("sesuai"), "fit") if gap == 0 else pill(f"{gap:+d}".replace("-", "−"), "short")


class EvaluationList(TablePage):
    title = LIST
    lead = gettext_lazy(
        "Jumlah nilai faktor (FES) dan kelas hasil hitungan setiap jabatan, di samping kelas yang ditetapkan."
    )
    noun = gettext_lazy("jabatan")
    permission = "view_register"
    filterset_class = EvaluationFilter
    first_filters = ("q", "beda", "keadaan")
    order_by = ("name", "level", "subtitle")
    empty_text = gettext_lazy("Impor nomenklatur jabatan lebih dahulu.")
    columns = (
        Column(
            "jabatan", gettext_lazy("Jabatan"), str, sort=("name", "subtitle"), fixed=True,
            url=lambda row: reverse("job-evaluation", args=[row.evaluation_id]) if row.evaluation_id
            else reverse("job-detail", args=[row.pk]),
        ),
        Column("kode", gettext_lazy("Kode"), "code", sort="code", hidden=True),
        Column("jenis", gettext_lazy("Jenis"), lambda row: row.get_group_display(), sort="group"),
        Column(
            "keadaan", gettext_lazy("Keadaan"), state_name, sort="evaluation_state",
            html=lambda row: pill(state_name(row), TONES.get(row.evaluation_state, "")),
        ),
        Column("versi", gettext_lazy("Versi"), "evaluation_version", kind="num", sort="evaluation_version"),
        Column("nilai", gettext_lazy("Jumlah nilai"), "evaluation_points", kind="num", sort="evaluation_points"),
        Column(
            "hitungan", gettext_lazy("Kelas hasil hitungan"), "evaluation_computed_class", kind="num",
            sort="evaluation_computed_class",
        ),
        Column("kelas", gettext_lazy("Kelas ditetapkan"), "job_class", kind="num", sort="job_class"),
        Column(
            "selisih", gettext_lazy("Selisih"), difference_of, kind="num", html=_difference_cell,
            hint=gettext_lazy("Kelas hasil hitungan − kelas ditetapkan"),
        ),
        Column("keputusan", gettext_lazy("Nomor keputusan"), "evaluation_decree", hidden=True),
        Column("berlaku", gettext_lazy("Berlaku mulai"), "evaluation_starts_on", kind="date", hidden=True),
    )  # fmt: skip

    def queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return queries.jobs_with_latest(request.user)

    def extra_context(self, request: HttpRequest) -> dict[str, Any]:
        return {"crumbs": [(_("Organisasi"), ""), (LIST, "")]}


class DecideForm(forms.Form):
    decided_class = forms.IntegerField(label=gettext_lazy("Kelas ditetapkan"), min_value=1, max_value=17)
    decree = forms.CharField(label=gettext_lazy("Nomor keputusan"), max_length=120)
    decree_on = day_field(gettext_lazy("Tanggal keputusan"))
    starts_on = day_field(gettext_lazy("Berlaku mulai"))
    reason = forms.CharField(
        label=gettext_lazy("Alasan perbedaan"), max_length=500, required=False,
        help_text=gettext_lazy(
            "Wajib bila kelas berbeda dari hasil hitungan, misalnya kelas dalam daftar yang divalidasi kementerian."
        ),
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # The service asks for it then; templates/_parts/field.html says when, instead of that it may be left empty.
        self.fields["reason"].needed_for = _("wajib bila kelas berbeda")  # type: ignore[attr-defined]


class GiveBackForm(forms.Form):
    note = forms.CharField(label=gettext_lazy("Apa yang harus diperbaiki"), max_length=1000)


@doors.needs("edit_structure")
@require_POST
def evaluation_start(request: HttpRequest, pk: int) -> HttpResponse:
    """Open the next version of a job's evaluation."""
    job = doors.found(Job.objects.visible_to(request.user), pk=pk)
    version = doors.attempt(request, None, services.start, job=job)
    if version is None:
        return redirect("job-detail", pk)
    messages.success(request, _("Evaluasi %(job)s dibuka.") % {"job": version})
    return redirect("job-evaluation", version.pk)


@doors.needs("view_register")
@require_safe
def evaluation_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One version with its factors, and what may be done with it now."""
    evaluation = _found(request, pk)
    return _page(request, evaluation, job_evaluation_form.stored(evaluation))


@doors.needs("edit_structure")
@require_POST
def evaluation_save(request: HttpRequest, pk: int) -> HttpResponse:
    """Save all levels of a draft at once; where that is refused, what was typed stays and the reason stands above."""
    evaluation = _found(request, pk)
    sheet = job_evaluation_form.posted(request.POST, evaluation)
    if not sheet.has_errors:
        kept = doors.attempt(
            request, None, services.score, evaluation=evaluation, scores=sheet.scores(),
            special_situations=int(sheet.situations or 0), seen=sheet.seen,
        )  # fmt: skip
        if kept is not None:
            messages.success(request, _("Evaluasi %(job)s tersimpan.") % {"job": kept})
            return redirect("job-evaluation", pk)
    return _page(request, _found(request, pk), sheet, status=422)


@doors.needs("edit_structure", "decide_job_class")
@require_POST
def evaluation_move(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a version one step on; a form with errors is shown again on the page."""
    evaluation = _found(request, pk)
    step = request.POST.get("langkah", "")
    if step not in DONE:
        messages.error(request, _("Langkah itu tidak dikenal."))
        return redirect("job-evaluation", pk)
    form = FORMS[step](request.POST)
    if form.is_valid() and _took(request, form, step, evaluation):
        messages.success(request, DONE[step] % {"job": evaluation})
        return redirect("job-evaluation-list") if step == "discard" else redirect("job-evaluation", pk)
    if not form.fields:
        messages.error(request, " ".join(form.non_field_errors()))
        return redirect("job-evaluation", pk)
    return _page(request, evaluation, job_evaluation_form.stored(evaluation), {step: form}, status=422)


def _took(request: HttpRequest, form: forms.Form, step: str, evaluation: JobEvaluation) -> bool:
    """Call the service of a step; whether it was taken."""
    more = {"day": dates.today()} if step == "decide" else {}
    found = doors.attempt(request, form, SERVICES[step], evaluation=evaluation, **form.cleaned_data, **more)
    return found is not None


def _found(request: HttpRequest, pk: int) -> JobEvaluation:
    rows = JobEvaluation.objects.visible_to(request.user).select_related("job", "submitted_by", "decided_by")
    found: JobEvaluation = doors.found(rows, pk=pk)
    return found


def _page(
    request: HttpRequest,
    evaluation: JobEvaluation,
    sheet: job_evaluation_form.Sheet,
    filled: dict[str, forms.Form] | None = None,
    status: int = 200,
) -> HttpResponse:
    """Render a version. `filled`: forms of steps that were sent and refused."""
    user, job, state = request.user, evaluation.job, State(evaluation.state)
    kind = rules.Kind(evaluation.kind)
    edits, decides = permissions.may_edit_jobs(user, job), permissions.may_decide_job_class(user, job)
    today = dates.today()
    steps: dict[str, forms.Form] = {}
    if state is State.SUBMITTED and permissions.may_decide_evaluation(user, evaluation, today):
        steps["decide"] = DecideForm(
            initial={"decided_class": evaluation.computed_class, "decree_on": today, "starts_on": today}
        )
    if state is State.SUBMITTED and (edits or decides):
        steps["return"] = GiveBackForm()
    gap = (
        None
        if evaluation.computed_class is None or job.job_class is None
        else evaluation.computed_class - job.job_class
    )
    context = {
        "evaluation": evaluation,
        "job": job,
        "sheet": sheet,
        "is_structural": kind is rules.Kind.STRUCTURAL,
        "may_score": edits and state is State.DRAFT,
        "may_start": edits and state is State.DECIDED and not _has_open(evaluation),
        "may_withdraw": _is_coming(evaluation) and permissions.may_withdraw_class(user, job, today),
        "steps": steps | {name: form for name, form in (filled or {}).items() if name in steps},
        "gap": gap,
        "gap_text": "" if gap is None else f"{gap:+d}".replace("-", "−"),
        "tone": TONES[state.value],
        "versions": list(queries.versions_of(user, job)),
        "token": evaluation.changed_at.isoformat(),
        "bands": json.dumps([[found, highest] for found, highest in rules.BANDS]),
        "raise": rules.SITUATIONS_THAT_RAISE, "raise_to": rules.RAISED_UP_TO, "raised": rules.RAISED_FACTOR,
        "basis": basis(evaluation, sheet),
        "crumbs": [(_("Organisasi"), ""), (LIST, reverse("job-evaluation-list")), (str(evaluation), "")],
    }  # fmt: skip
    return render(request, "positions/job_evaluation.html", context, status=status)


def _is_coming(evaluation: JobEvaluation) -> bool:
    """Whether the class that the version decided is the job's last, and holds from a day to come."""
    starts_on = evaluation.starts_on
    return starts_on is not None and starts_on > dates.today() and evaluation.ends_on is None


def _has_open(evaluation: JobEvaluation) -> bool:
    return (
        JobEvaluation.objects.filter(agency_id=evaluation.agency_id, job_id=evaluation.job_id)
        .exclude(state=State.DECIDED)
        .exists()
    )


def basis(evaluation: JobEvaluation, sheet: job_evaluation_form.Sheet) -> dict[str, Any]:
    """Return "Dasar perhitungan": the sum and the band that holds it."""
    steps = [
        _("%(factor)s %(name)s, tingkat %(level)s: %(points)s.")
        % {"factor": line.factor.code, "name": line.name, "level": line.level, "points": formats.number(line.points)}
        for line in sheet.lines if line.points is not None
    ]  # fmt: skip
    if any(
        line.level and line.points not in (None, line.factor.points[int(line.level) - 1])
        for line in sheet.lines
        if not line.error
    ):
        steps.append(
            _("%(n)s situasi khusus menaikkan tingkat 1 sampai 3 faktor 6 satu tingkat [M].")
            % {"n": evaluation.special_situations}
        )
    if evaluation.points is not None:
        steps.append(_("Jumlah nilai: %(points)s.") % {"points": formats.number(evaluation.points)})
    return {
        "steps": steps,
        "rule": _("Kelas terendah dengan batas nilai atas yang memuat jumlah nilai seluruh faktor."),
        "legal_basis": _("PermenPANRB 34/2011; Perka BKN 21/2011"),
        "own": [
            _("Kelas yang ditetapkan menteri mengalahkan hasil hitungan; keduanya dicatat dan bedanya ditampilkan.")
        ],
    }


class NoForm(forms.Form):
    """A step that asks for nothing."""


FORMS: dict[str, type[forms.Form]] = {
    "submit": NoForm, "discard": NoForm, "return": GiveBackForm, "decide": DecideForm
}  # fmt: skip
SERVICES: dict[str, Any] = {
    "submit": services.submit, "discard": services.discard, "return": services.give_back, "decide": services.decide
}  # fmt: skip
DONE = {
    "submit": gettext_lazy("Evaluasi %(job)s diajukan."),
    "discard": gettext_lazy("Draf evaluasi %(job)s dibuang."),
    "return": gettext_lazy("Evaluasi %(job)s dikembalikan sebagai draf."),
    "decide": gettext_lazy("Kelas jabatan %(job)s ditetapkan."),
}
