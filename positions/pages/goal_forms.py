"""Goals by hand: opened, corrected, closed; tasks of ABK linked and unlinked. The tree and one goal: pages/goals.py."""

from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from asnhr import formats
from positions.models import Goal, Position, Unit, WorkloadTask
from positions.pages import doors
from positions.pages.pickers import day_field
from positions.services import goals as services
from positions.services import register

GOALS = ("edit_goals",)


class CodeField(forms.CharField):
    """A row typed by its code: hundreds of units or goals are no drop-down."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=40, required=False, **kwargs)
        self.rows: QuerySet[Any] | None = None

    def clean(self, value: Any) -> Any:
        code = super().clean(value)
        if not code:
            return None
        found = None if self.rows is None else self.rows.filter(code=code).first()
        if found is None:
            raise forms.ValidationError(_("Kode ini tidak dikenal."))
        return found


class GoalForm(forms.Form):
    code = forms.CharField(label=gettext_lazy("Kode"), max_length=30)
    level = forms.ChoiceField(label=gettext_lazy("Tingkat"), choices=Goal.Level.choices)
    text = forms.CharField(label=gettext_lazy("Uraian"), widget=forms.Textarea(attrs={"rows": 3}), max_length=2000)
    indicator = forms.CharField(label=gettext_lazy("Indikator"), max_length=250, required=False)
    parent = CodeField(label=gettext_lazy("Kode sasaran induk"))
    unit = CodeField(
        label=gettext_lazy("Kode unit pengampu"), help_text=gettext_lazy("Kosongkan untuk sasaran instansi.")
    )
    starts_on = day_field(gettext_lazy("Mulai"))

    def __init__(self, request: HttpRequest, *args: Any, is_new: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["parent"].rows = Goal.objects.visible_to(request.user).on(request.as_of)  # type: ignore[attr-defined]
        self.fields["unit"].rows = Unit.objects.visible_to(request.user)  # type: ignore[attr-defined]
        if not is_new:
            del self.fields["starts_on"]


class LinkForm(forms.Form):
    goal = CodeField(label=gettext_lazy("Kode sasaran"))

    def __init__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["goal"]
        field.required, field.rows = True, Goal.objects.visible_to(request.user).on(request.as_of)  # type: ignore[attr-defined]


class CloseForm(forms.Form):
    ends_on = day_field(
        gettext_lazy("Tidak berlaku mulai"), help_text=gettext_lazy("Hari pertama sasaran ini tidak lagi berlaku.")
    )


def _page(request: HttpRequest, form: forms.Form, goal: Goal | None, heading: str, **context: Any) -> HttpResponse:
    above = [(_("Analisis"), ""), (_("Sasaran strategis"), reverse("goal-list"))]
    back = reverse("goal-list")
    if goal is not None:
        back = reverse("goal-detail", args=[goal.pk])
        above.append((goal.code, back))
    context |= {"form": form, "heading": heading, "crumbs": [*above, (heading, "")], "cancel_url": back}
    return render(request, "positions/form_page.html", context, status=422 if form.errors else 200)


@doors.needs(*GOALS)
@require_http_methods(["GET", "HEAD", "POST"])
def goal_new(request: HttpRequest) -> HttpResponse:
    """A goal at the top, or below the one of `?di=` (its code)."""
    initial = {"starts_on": request.as_of, "parent": request.GET.get("di", ""), "level": Goal.Level.OBJECTIVE}  # type: ignore[attr-defined]
    form = GoalForm(request, request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        goal = doors.attempt(request, form, services.open_goal, **form.cleaned_data)
        if goal is not None:
            messages.success(request, _("Sasaran %(code)s dicatat.") % {"code": goal.code})
            return redirect("goal-detail", goal.pk)
    return _page(request, form, None, _("Sasaran baru"))


@doors.needs(*GOALS)
@require_http_methods(["GET", "HEAD", "POST"])
def goal_edit(request: HttpRequest, pk: int) -> HttpResponse:
    goal = doors.found(Goal.objects.visible_to(request.user).select_related("parent", "unit"), pk=pk)
    initial = {
        "code": goal.code, "level": goal.level, "text": goal.text, "indicator": goal.indicator,
        "parent": goal.parent.code if goal.parent else "", "unit": goal.unit.code if goal.unit else "",
    }  # fmt: skip
    form = GoalForm(request, request.POST or None, initial=initial, is_new=False)
    if request.method == "POST" and form.is_valid():
        if doors.attempt(request, form, services.change_goal, goal=goal, **form.cleaned_data) is not None:
            messages.success(request, _("Sasaran %(code)s diubah.") % {"code": goal.code})
            return redirect("goal-detail", pk)
    return _page(request, form, goal, _("Ubah sasaran"))


@doors.needs(*GOALS)
@require_http_methods(["GET", "HEAD", "POST"])
def goal_close(request: HttpRequest, pk: int) -> HttpResponse:
    goal = doors.found(Goal.objects.visible_to(request.user), pk=pk)
    form = CloseForm(request.POST or None, initial={"ends_on": request.as_of})  # type: ignore[attr-defined]
    if request.method == "POST" and form.is_valid():
        if doors.attempt(request, form, services.close_goal, goal=goal, **form.cleaned_data) is not None:
            day = formats.day(form.cleaned_data["ends_on"])
            messages.success(
                request, _("Sasaran %(code)s tidak berlaku mulai %(day)s.") % {"code": goal.code, "day": day}
            )
            return redirect("goal-detail", pk)
    lead = _("Sasaran yang ditutup tidak dihapus: hubungan dan riwayatnya tetap tersimpan.")
    return _page(request, form, goal, _("Tutup sasaran"), lead=lead)


@doors.needs(*GOALS)
@require_POST
def goal_task(request: HttpRequest, pk: int) -> HttpResponse:
    """Link the task of `task` to this goal, or (`lepas`) unlink it."""
    goal = doors.found(Goal.objects.visible_to(request.user), pk=pk)
    wanted = request.POST.get("task", "")
    tasks = WorkloadTask.objects.visible_to(request.user).select_related(
        "workload__position__unit", "workload__sheet__campaign"
    )
    task = doors.found(tasks, pk=int(wanted) if wanted.isascii() and wanted.isdigit() and len(wanted) < 19 else 0)
    leaving = "lepas" in request.POST
    if leaving and task.goal_id != goal.pk:
        messages.error(request, _("Tugas ini tidak menyebut sasaran ini."))
    elif (
        doors.attempt(
            request, None, services.link_task, task=task, goal=None if leaving else goal,
            day=request.as_of,  # type: ignore[attr-defined]
        )
        is not None
    ):  # fmt: skip
        sentence = (
            _("Tugas dilepas dari sasaran %(code)s.") if leaving else _("Tugas terhubung dengan sasaran %(code)s.")
        )
        messages.success(request, sentence % {"code": goal.code})
    return redirect("goal-detail", pk)


@doors.needs(*GOALS)
@require_http_methods(["GET", "HEAD", "POST"])
def position_goal(request: HttpRequest, pk: int) -> HttpResponse:
    """Link a position with a goal from the position's side."""
    position = doors.found(Position.objects.visible_to(request.user).select_related("job", "unit"), pk=pk)
    form = LinkForm(request, request.POST or None)
    back = reverse("position-detail", args=[pk])
    if request.method == "POST" and form.is_valid():
        goal, day = form.cleaned_data["goal"], request.as_of  # type: ignore[attr-defined]
        if doors.attempt(request, form, register.link_goal, goal=goal, position=position, day=day) is not None:
            words = {"position": position, "code": goal.code}
            messages.success(request, _("%(position)s terhubung dengan sasaran %(code)s.") % words)
            return redirect(back)
    heading = _("Hubungkan dengan sasaran")
    context = {
        "form": form, "heading": heading, "lead": str(position), "cancel_url": back,
        "crumbs": [
            (_("Organisasi"), ""), (_("Jabatan"), reverse("position-list")), (str(position.job), back), (heading, ""),
        ],
    }  # fmt: skip
    return render(request, "positions/form_page.html", context, status=422 if form.errors else 200)
