"""Decisions on recommendations, one or many at once, and the lists that approved ones go to."""

from typing import Any

import django_filters as filters
from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from asnhr import dates, formats
from asnhr.pages.routes import may_open
from asnhr.pages.tables import Column, TablePage, link
from asnhr.templatetags.asnhr_ui import pill
from positions import permissions
from positions.filters import Words
from positions.models import Decision, Employee, FollowUp, Job, NeedsAnalysis, RecommendationLine, WorkloadSheet
from positions.pages import doors, words
from positions.pages.analysis import needs_decision
from positions.pages.pickers import UnitChoice, day_field
from positions.pages.position_changes import start_of
from positions.queries import education
from positions.services import decisions as services
from positions.services import hearings

MOST_AT_ONCE = 200
DONE = {
    "setuju": gettext_lazy("%(n)s rekomendasi disetujui."),
    "tunda": gettext_lazy("%(n)s rekomendasi ditunda."),
    "tolak": gettext_lazy("%(n)s rekomendasi ditolak."),
}


@doors.needs("decide_recommendations")
@require_POST
def decision_create(request: HttpRequest) -> HttpResponse:
    """Decide on lines (`line`, repeated) or on all that waits of results (`result`, repeated), then go back."""
    back = request.POST.get("next", "")
    # A bare word would be taken for the name of a page.
    within = url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure())
    if not within or not back.startswith("/"):
        back = reverse("analysis-list")
    verdict = request.POST.get("verdict", "")
    lines = chosen_lines(request)
    if not lines:
        messages.error(request, _("Pilih sekurang-kurangnya satu rekomendasi yang menunggu keputusan."))
    elif len(lines) > MOST_AT_ONCE:
        messages.error(request, _("Paling banyak %(n)s rekomendasi sekaligus.") % {"n": MOST_AT_ONCE})
    elif verdict not in Decision.Verdict.values:
        messages.error(request, _("Pilih setujui, tunda atau tolak."))
    else:
        reason = request.POST.get("reason", "")
        decided = doors.attempt(request, None, services.decide_many, lines=lines, verdict=verdict, reason=reason)
        if decided is not None:
            messages.success(request, DONE[verdict] % {"n": formats.number(len(decided))})
    return redirect(back)


class HearingForm(forms.Form):
    employee = forms.ModelChoiceField(label=gettext_lazy("Pemangku"), queryset=Employee.objects.none())
    heard_on = day_field(gettext_lazy("Didengar pada"))
    note = forms.CharField(
        label=gettext_lazy("Yang disampaikan"), widget=forms.Textarea(attrs={"rows": 3}), max_length=4000
    )
    target = forms.CharField(
        label=gettext_lazy("Kode jabatan tujuan"), max_length=60,
        help_text=gettext_lazy("Salah satu formasi lowong pada jabatan itu disediakan bagi pemangku."),
    )  # fmt: skip

    # Whom and which job the warning shown was about; saved only once that was read.
    warned = forms.CharField(widget=forms.HiddenInput(), required=False, max_length=120)

    def __init__(self, *arguments: Any, people: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.fields["employee"].queryset = people  # type: ignore[attr-defined]

    def was_warned(self) -> bool:
        """Whether the education warning of this person and job was shown before; else it is from now on."""
        asked = self.cleaned_data
        about = f"{asked['employee'].pk} {asked['target'].strip()}"
        if asked["warned"] == about:
            return True
        self.data = self.data.copy()
        self.data["warned"] = about
        return False


@doors.needs("decide_recommendations", "edit_structure")
@require_http_methods(["GET", "POST"])
def hearing_create(request: HttpRequest, pk: int) -> HttpResponse:
    """Record what a holder of a removal candidate said, and the seat kept for them."""
    user, day = request.user, dates.today()
    lines = RecommendationLine.objects.visible_to(user).filter(restricted=False)
    line = doors.found(lines.select_related("result__unit", "result__position"), pk=pk)
    result = line.result
    if not permissions.may_record_hearings(user, result.unit):
        raise PermissionDenied(_("Peran Anda tidak mencakup tindakan ini."))
    held = hearings.holders(line.agency_id, [result.position_id], day)
    people = Employee.objects.filter(pk__in=held.values("employee")).order_by("name", "pk")
    form = HearingForm(request.POST or None, people=people, initial={"heard_on": day})
    warning = ""
    if request.method == "POST" and form.is_valid():
        asked = form.cleaned_data
        seat = hearings.seat_for(line.agency_id, asked["target"], day)
        warning = education_warning(seat, asked["employee"]) if seat is not None else ""
        if seat is None:
            form.add_error("target", _("Tidak ada formasi lowong pada jabatan dengan kode ini."))
        elif warning and not form.was_warned():
            pass  # Shown first, with what was typed; the same again saves.
        elif doors.attempt(
            request, form, hearings.record, line=line, employee_id=asked["employee"].pk, heard_on=asked["heard_on"],
            note=asked["note"], target_seat_id=seat, day=day,
        ):  # fmt: skip
            messages.success(request, _("Keterangan %(name)s dicatat.") % {"name": asked["employee"].full_name})
            if warning:
                messages.warning(request, warning)
            return redirect("analysis-result", pk=result.analysis_id, result=result.pk)
    address = reverse("analysis-result", args=[result.analysis_id, result.pk])
    crumbs = [(_("Analisis"), ""), (result.job_name, address), (_("Keterangan pemangku"), "")]
    context = {"form": form, "line": line, "result": result, "crumbs": crumbs, "back": address, "warning": warning}
    return render(request, "positions/hearing_form.html", context)


def education_warning(seat: int, person: Employee) -> str:
    """Return why the job of a seat does not fit the person's education, "" where it does."""
    job = Job.objects.select_related("education_level").get(positions__seats=seat)
    (fit,) = education.fits(person.agency_id, [(person.pk, job.pk)]).values()
    return words.education_warning(fit, person, job)


def chosen_lines(request: HttpRequest) -> list[int]:
    """Return the ids of the visible lines that were chosen; 404 when a named line is not visible."""
    visible = RecommendationLine.objects.visible_to(request.user)
    named = ids_of(request, "line")
    lines = list(visible.filter(pk__in=named).values_list("pk", flat=True))
    if len(lines) != len(named):
        doors.found(visible.none())
    results = ids_of(request, "result")
    if results:
        analyses = NeedsAnalysis.objects.filter(
            pk__in=visible.filter(result__in=results).values("result__analysis")
        ).defer("parameters")
        still = Q(pk__in=[])
        for analysis in analyses:
            still |= Q(result__analysis=analysis) & services.decidable(analysis)
        waiting = visible.filter(needs_decision(), still, result__in=results)
        lines += list(waiting.order_by("pk").values_list("pk", flat=True)[: MOST_AT_ONCE + 1])
    return lines


def ids_of(request: HttpRequest, name: str) -> set[int]:
    texts = request.POST.getlist(name)
    return {int(text) for text in texts if text.isascii() and text.isdigit() and len(text) < 19}


# The lists


class FollowUpFilter(filters.FilterSet):
    q = Words(
        fields=("position__job__name", "position__job__subtitle", "position__unit__name", "position__code"),
        label=gettext_lazy("Cari jabatan, unit atau kode"),
    )
    unit = UnitChoice(field_name="position__unit")
    state = filters.ChoiceFilter(
        choices=FollowUp.State.choices, label=gettext_lazy("Keadaan"), empty_label=gettext_lazy("Semua keadaan")
    )
    daftar = filters.ChoiceFilter(
        field_name="list", choices=FollowUp.List.choices, label=gettext_lazy("Daftar"),
        empty_label=gettext_lazy("Semua daftar"),
    )  # fmt: skip

    class Meta:
        model = FollowUp
        fields: list[str] = []


STATE_TONES = {FollowUp.State.OPEN: "over", FollowUp.State.DONE: "fit", FollowUp.State.WITHDRAWN: ""}
WAYS = {
    FollowUp.List.FILLING: gettext_lazy("Seleksi, manajemen talenta atau pelaksana tugas."),
    FollowUp.List.REDISTRIBUTION: gettext_lazy("Penempatan menentukan orangnya; daftar ini memuat jumlahnya."),
    FollowUp.List.MAP_CHANGE: gettext_lazy("Bagian Organisasi, dengan nomor dan tanggal keputusan."),
    FollowUp.List.DEVELOPMENT: gettext_lazy("Kebutuhan pelatihan dan pengembangan."),
    FollowUp.List.WORKLOAD: gettext_lazy("Kembali ke kampanye ABK unit."),
}


class FollowUpList(TablePage):
    """Approved recommendations on their lists, the open ones first."""

    title = gettext_lazy("Tindak lanjut")
    noun = gettext_lazy("tindak lanjut")
    permission = "view_analysis"
    filterset_class = FollowUpFilter
    first_filters = ("q", "unit", "state")
    order_by = ("-state", "list", "position__unit__name", "position__code")
    template_name = "positions/followup_list.html"
    empty_title = gettext_lazy("Belum ada tindak lanjut")
    empty_text = gettext_lazy("Rekomendasi yang disetujui masuk ke daftar ini menurut jenisnya.")
    columns = (
        Column("job", gettext_lazy("Jabatan"), "position.job.name", sort="position__job__name",
               sub="position.unit.name", fixed=True,
               html=lambda row: link(reverse("followup-detail", args=[row.pk]), row.position.job)),
        Column("code", gettext_lazy("Kode"), "position.code", hidden=True),
        Column("list", gettext_lazy("Daftar"), lambda row: row.get_list_display(), sort="list"),
        Column("recommendation", gettext_lazy("Rekomendasi"),
               lambda row: words.recommendation(row.line.recommendation), sort="line__recommendation"),
        Column("quantity", gettext_lazy("Jumlah"), "quantity", kind="num", sort="quantity"),
        Column("priority", gettext_lazy("Prioritas"), "line.priority", kind="num", sort="line__priority"),
        Column("state", gettext_lazy("Keadaan"), lambda row: row.get_state_display(), sort="state",
               html=lambda row: pill(row.get_state_display(), STATE_TONES[row.state])),
        Column("created", gettext_lazy("Masuk daftar"), "created_at", kind="date", sort="created_at"),
        Column("note", gettext_lazy("Catatan"), "told"),
    )  # fmt: skip

    @property
    def lead(self) -> str:  # type: ignore[override]
        chosen = self.request.GET.get("daftar", "")
        if chosen in FollowUp.List.values:
            return str(WAYS[FollowUp.List(chosen)])
        return _("Rekomendasi yang disetujui, pada daftar tempat ia diteruskan.")

    def queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows = FollowUp.objects.visible_to(request.user)
        return rows.select_related("position__job", "position__unit", "line")

    def extra_context(self, request: HttpRequest) -> dict[str, Any]:
        chosen = request.GET.get("daftar", "")
        open_rows = FollowUp.objects.visible_to(request.user).filter(state=FollowUp.State.OPEN).order_by()
        counts = dict(open_rows.values_list("list").annotate(n=Count("pk")))
        tabs = [{"label": _("Semua"), "code": "", "count": sum(counts.values())}]
        tabs += [{"label": label, "code": code, "count": counts.get(code, 0)} for code, label in FollowUp.List.choices]
        return {"crumbs": [(_("Analisis"), ""), (_("Tindak lanjut"), "")], "tabs": tabs, "chosen": chosen}


class FinishForm(forms.Form):
    note = forms.CharField(
        label=gettext_lazy("Apa yang dilakukan"), widget=forms.Textarea(attrs={"rows": 3}), max_length=2000,
        help_text=gettext_lazy("Misalnya nomor dan tanggal keputusan, hasil seleksi, atau pelatihan."),
    )  # fmt: skip


class MapChangeForm(FinishForm):
    """A change of the map is done by a decree; the position closes on its date."""

    decree = forms.CharField(label=gettext_lazy("Nomor keputusan"), max_length=120)
    decree_on = day_field(
        gettext_lazy("Tanggal keputusan"),
        help_text=gettext_lazy("Jabatan ditutup pada tanggal ini; pemangkunya sudah didengar dan ditempatkan."),
    )  # fmt: skip


def workload_of(user: Any, row: FollowUp) -> tuple[str, str] | None:
    """Return words and address of where a workload is mended: the unit's sheet of the open campaign, else the board.
    None for other lists, and for who opens neither."""
    board = reverse("workload-board")
    if row.list != FollowUp.List.WORKLOAD or not may_open(user, board):
        return None
    # A perangkat daerah fills in one sheet for the units below it: the nearest counts.
    sheets = WorkloadSheet.objects.visible_to(user).filter(
        unit__path__over=row.position.unit.path, campaign__closed_on=None
    )  # fmt: skip
    sheet = sheets.select_related("campaign").order_by("-campaign__year", "-unit__path").first()
    if sheet is None:
        return _("Papan kampanye ABK"), board
    words_of_sheet = _("Lembar ABK unit, kampanye %(year)s") % {"year": sheet.campaign.year}
    return words_of_sheet, reverse("workload-sheet", args=[sheet.pk])


@doors.needs("view_analysis")
@require_http_methods(["GET", "POST"])
def followup_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One follow-up with its decision; finished here by who may."""
    rows = FollowUp.objects.visible_to(request.user).select_related(
        "position__job", "position__unit", "line__result__analysis"
    )
    row = doors.found(rows, pk=pk)
    by_bureau = row.list == FollowUp.List.MAP_CHANGE
    permission = "edit_structure" if by_bureau else "decide_recommendations"
    may_finish = row.state == FollowUp.State.OPEN and permissions.may(request.user, permission)
    form = (MapChangeForm if by_bureau else FinishForm)(request.POST or None) if may_finish else None
    if request.method == "POST":
        if not permissions.may(request.user, permission):
            raise PermissionDenied(_("Tindak lanjut ini tidak dapat Anda selesaikan."))
        if form is None:
            messages.error(request, _("Tindak lanjut ini tidak dapat Anda selesaikan."))
            return redirect("followup-detail", pk=pk)
        if form.is_valid() and doors.attempt(
            request, form, services.finish, follow_up=row, day=dates.today(), **form.cleaned_data
        ):
            messages.success(request, _("Tindak lanjut %(job)s selesai.") % {"job": row.position.job})
            return redirect(f"{reverse('followup-list')}?daftar={row.list}")
    decision = row.line.decisions.select_related("decided_by").order_by("-decided_at", "-pk").first()
    address = reverse("followup-list")
    moved = hearings.gone_elsewhere(row.agency_id, [row.position_id], dates.today()) if form and by_bureau else []
    context = {
        "row": row, "form": form, "decision": decision, "way": WAYS[row.list], "warnings": moved,
        "start_url": start_of(row) if may_finish else "",
        "workload": workload_of(request.user, row),
        "recommendation": words.recommendation(row.line.recommendation), "tone": STATE_TONES[row.state],
        "reason": words.reason(row.line.result.reason),
        "crumbs": [
            (_("Analisis"), ""), (_("Tindak lanjut"), address),
            (row.get_list_display(), f"{address}?daftar={row.list}"), (str(row.position.job), ""),
        ],
    }  # fmt: skip
    return render(request, "positions/followup_detail.html", context)
