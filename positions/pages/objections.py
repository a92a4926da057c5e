"""What computations say of a person, shown to that person, and objections to it: own list, officers' list, one."""

from typing import Any

import django_filters as filters
from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from asnhr import dates
from asnhr.pages.tables import Column, TablePage
from asnhr.templatetags.asnhr_ui import pill
from positions import permissions
from positions.models import Objection
from positions.objection_words import told
from positions.pages import doors
from positions.pages.corrections import own_person
from positions.pages.pickers import UnitChoice
from positions.services import objections
from positions.services.objections import SUBJECTS

TONES = {"menunggu": "gold", "diterima": "fit", "ditolak": "short", "ditarik": ""}
ANSWERERS = ("decide_recommendations", "manage_agenda", "view_audit")


def state_cell(row: Objection) -> SafeString:
    return pill(row.get_state_display(), TONES[row.state])


def kind_name(row: Objection) -> str:
    return str(SUBJECTS[row.kind].name) if row.kind in SUBJECTS else row.kind


class ObjectionFilter(filters.FilterSet):
    unit = UnitChoice(field_name="employee__unit")
    keadaan = filters.ChoiceFilter(
        field_name="state", choices=Objection.State.choices, label=gettext_lazy("Keadaan"),
        empty_label=gettext_lazy("Semua keadaan"),
    )  # fmt: skip

    class Meta:
        model = Objection
        fields: list[str] = []


class ObjectionList(TablePage):
    title = gettext_lazy("Keberatan")
    lead = gettext_lazy("Keberatan pegawai atas hasil hitungan tentang dirinya, dan jawabannya.")
    noun = gettext_lazy("keberatan")
    permission = "view_register"
    filterset_class = ObjectionFilter
    first_filters = ("unit", "keadaan")
    order_by = ("-filed_at",)
    empty_title = gettext_lazy("Tidak ada keberatan")
    empty_text = gettext_lazy("Keberatan masuk ke sini begitu seorang pegawai mengajukannya.")
    columns = (
        Column(
            "tentang",
            gettext_lazy("Tentang"),
            lambda row: told(row.about),
            url=("objection-detail", "pk"),
            fixed=True,
            width=50,
        ),
        Column("pegawai", gettext_lazy("Pegawai"), "employee.full_name", sort="employee__name"),
        Column("unit", gettext_lazy("Unit kerja"), "employee.unit.name", sort="employee__unit__name"),
        Column("keadaan", gettext_lazy("Keadaan"), lambda row: row.get_state_display(), sort="state", html=state_cell),
        Column("diajukan", gettext_lazy("Diajukan"), "filed_at", kind="date", sort="filed_at"),
        Column("dijawab", gettext_lazy("Dijawab"), "answered_at", kind="date", sort="answered_at"),
        Column("oleh", gettext_lazy("Dijawab oleh"), "answered_by", hidden=True),
    )

    def queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows = Objection.objects.visible_to(request.user).select_related("employee__unit", "answered_by")
        return rows.defer("grounds", "answer")

    def extra_context(self, request: HttpRequest) -> dict[str, Any]:
        return {"crumbs": [(_("Analisis"), ""), (_("Keberatan"), "")]}


@never_cache
@doors.needs("view_own")
@require_http_methods(["GET", "HEAD"])
def own_results(request: HttpRequest) -> HttpResponse:
    """What computations say of the signed-in person: advice, by whom decided, objected to or not."""
    person = own_person(request)
    own = list(Objection.objects.all().own(request.user).defer("grounds", "answer").order_by("-filed_at"))
    waiting = {(row.kind, row.object_id): row for row in reversed(own)}
    groups = [
        {
            "name": subject.name,
            "rows": [
                {
                    "kind": subject.kind, "pk": row.pk, "words": subject.words(row), "state": row.get_state_display(),
                    "objection": waiting.get((subject.kind, row.pk)),
                }
                for row in rows
            ],
        }
        for subject, rows in objections.results_of(request.user, person, dates.today())  # type: ignore[arg-type]
    ]  # fmt: skip
    context = {
        "groups": groups,
        "own": [
            {"row": row, "tone": TONES[row.state], "kind": kind_name(row), "about": told(row.about)} for row in own
        ],
        "crumbs": [(_("Data saya"), reverse("employee-own")), (_("Hasil hitungan"), "")],
    }
    return render(request, "positions/own_results.html", context)


class GroundsForm(forms.Form):
    grounds = forms.CharField(
        label=gettext_lazy("Alasan keberatan"), max_length=4000, widget=forms.Textarea(attrs={"rows": 6}),
        help_text=gettext_lazy("Apa yang menurut Anda keliru, dan mengapa. Dibaca oleh pejabat yang menjawab."),
    )  # fmt: skip


@doors.needs("view_own")
@require_http_methods(["GET", "HEAD", "POST"])
def objection_new(request: HttpRequest) -> HttpResponse:
    """Object to one result (`hasil`, `nomor`) about oneself."""
    person = own_person(request)
    subject, number = SUBJECTS.get(request.GET.get("hasil", "")), request.GET.get("nomor", "")
    if subject is None or not (number.isascii() and number.isdigit() and len(number) < 19):
        return redirect("own-results")
    found = subject.of(request.user, person, dates.today()).filter(pk=int(number)).first()
    if found is None:
        raise Http404(_("Hasil ini tidak ditemukan di antara hasil tentang Anda."))
    form = GroundsForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        made = doors.attempt(
            request, form, objections.file, employee=person, kind=subject.kind, object_id=int(number),
            day=dates.today(), **form.cleaned_data,
        )  # fmt: skip
        if made is not None:
            messages.success(request, _("Keberatan terkirim."))
            return redirect("objection-detail", made.pk)
    context = {
        "form": form, "about": subject.words(found), "cancel": reverse("own-results"),
        "crumbs": [
            (_("Data saya"), reverse("employee-own")), (_("Hasil hitungan"), reverse("own-results")),
            (_("Keberatan"), ""),
        ],
    }  # fmt: skip
    return render(request, "positions/objection_form.html", context, status=422 if form.errors else 200)


class AnswerForm(forms.Form):
    words = forms.CharField(
        label=gettext_lazy("Alasan"), max_length=4000, widget=forms.Textarea(attrs={"rows": 5}),
        help_text=gettext_lazy("Dibaca oleh pegawai."),
    )  # fmt: skip


@never_cache
@doors.needs("view_own", *ANSWERERS)
@require_http_methods(["GET", "HEAD", "POST"])
def objection_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One objection, for the person and who answers; POST answers or takes it back, by the name of the button."""
    user: Any = request.user
    rows = Objection.objects.visible_to(user).select_related("employee__unit", "filed_by", "answered_by")
    row = doors.found(rows, pk=pk)
    is_own, answers = permissions.is_own_file(user, row.employee), objections.may_answer(user, row)
    action = request.POST.get("action", "")
    form = AnswerForm(request.POST if action in ("uphold", "refuse") else None)
    if request.method == "POST" and acted(request, row, action, form):
        return redirect("objection-detail", pk)
    grounds, answer = objections.read(actor=user, objection=row)
    context = {
        "row": row, "kind": kind_name(row), "about": told(row.about), "tone": TONES[row.state], "grounds": grounds,
        "answer": answer,
        "is_own": is_own, "form": form if answers else None, "may_withdraw": is_own and row.is_waiting,
        "crumbs": [(_("Data saya"), reverse("employee-own")), (_("Hasil hitungan"), reverse("own-results")),
                   (_("Keberatan"), "")]
        if is_own
        else [(_("Analisis"), ""), (_("Keberatan"), reverse("objection-list")), (f"#{row.pk}", "")],
    }  # fmt: skip
    return render(request, "positions/objection_detail.html", context, status=422 if form.errors else 200)


def acted(request: HttpRequest, row: Objection, action: str, form: AnswerForm) -> bool:
    """Do what the button says; return whether it was done, or what went wrong was told as a message."""
    if action in ("uphold", "refuse"):
        if not form.is_valid():
            return False
        done = doors.attempt(
            request, form, objections.answer, objection=row, uphold=action == "uphold", **form.cleaned_data
        )
        if done is not None:
            messages.success(request, _("Jawaban terkirim."))
        return done is not None
    if action == "withdraw":
        if doors.attempt(request, None, objections.withdraw, objection=row) is not None:
            messages.success(request, _("Keberatan ditarik."))
        return True
    raise PermissionDenied(_("Tindakan ini tidak dikenal."))
