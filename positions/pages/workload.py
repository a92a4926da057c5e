"""The ABK campaign: the board of units, and the grid in which a unit's tasks are typed, checked and approved."""

from collections import defaultdict
from datetime import date, timedelta
from typing import Any

import django_filters as filters
from django import forms
from django.contrib import messages
from django.db.models import Case, Count, IntegerField, Q, QuerySet, Value, When
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from asnhr import dates, formats
from asnhr.pages.tables import Column, TablePage, link
from asnhr.templatetags.asnhr_ui import pill
from positions import permissions
from positions.models import Campaign, Goal, Job, Position, Workload, WorkloadSheet, WorkloadTask
from positions.pages import doors, workload_form
from positions.pages.pickers import DayInput, UnitChoice
from positions.queries import register
from positions.queries import workload as queries
from positions.rules import sheet_flow
from positions.services import workload as services

State = WorkloadSheet.State
TONES = {"belum": "", "diisi": "over", "diverifikasi": "brand", "dikembalikan": "gold", "disahkan": "fit"}
# Tasks on one page of the grid: about 80 KB of HTML.
MOST_TASKS = 40


def is_late(day: date) -> Q:
    """Return the condition of `sheet_flow.is_late` for sheets."""
    return Q(campaign__deadline__lt=day, state__in=sorted(sheet_flow.WITH_UNIT))


class BoardFilter(filters.FilterSet):
    q = filters.CharFilter(field_name="unit__name", lookup_expr="icontains", label=gettext_lazy("Cari unit"))
    state = filters.ChoiceFilter(
        choices=State.choices, label=gettext_lazy("Keadaan"), empty_label=gettext_lazy("Semua keadaan")
    )
    unit = UnitChoice()
    late = filters.BooleanFilter(method="only_late", label=gettext_lazy("Terlambat"))

    class Meta:
        model = WorkloadSheet
        fields: list[str] = []

    def only_late(self, queryset: QuerySet[Any], name: str, value: bool) -> QuerySet[Any]:
        condition = is_late(dates.today())
        return queryset.filter(condition) if value else queryset.exclude(condition)


class WorkloadBoard(TablePage):
    """One line a unit of the chosen campaign; who is late stands first."""

    title = gettext_lazy("Analisis beban kerja (ABK)")
    noun = gettext_lazy("unit")
    permission = "view_register"
    filterset_class = BoardFilter
    first_filters = ("q", "state", "unit")
    template_name = "positions/workload_board.html"
    order_by = ("lateness", "unit__name")
    empty_title = gettext_lazy("Belum ada lembar ABK")
    empty_text = gettext_lazy("Kampanye dibuka setiap tahun; angka tahun lalu menjadi titik awal setiap unit.")
    columns = (
        Column(
            "unit", gettext_lazy("Unit"), "unit.name", sort="unit__name", fixed=True, html=lambda row: _unit_cell(row)
        ),
        Column(
            "state",
            gettext_lazy("Keadaan"),
            lambda row: row.get_state_display(),
            sort="state",
            html=lambda row: _state_cell(row),
        ),
        Column("positions", gettext_lazy("Jabatan terisi ABK"), "workloads_n", kind="num", sort="workloads_n"),
        Column("faults", gettext_lazy("Perlu diperiksa"), "faulty_n", kind="num", sort="faulty_n"),
        Column("changed", gettext_lazy("Diubah"), "changed_at", kind="date", sort="changed_at"),
        Column("by", gettext_lazy("Oleh"), "changed_by"),
        Column("reminded", gettext_lazy("Diingatkan"), "reminded_on", kind="date", sort="reminded_on"),
        Column("approved", gettext_lazy("Disahkan"), "approved_on", kind="date", sort="approved_on", hidden=True),
        Column("note", gettext_lazy("Catatan"), "note", hidden=True),
    )

    @property
    def lead(self) -> str:  # type: ignore[override]
        if self.campaign is None:
            return _("Kebutuhan setiap jabatan dihitung dari uraian tugas, volume dan norma waktu.")
        sentence = _(
            "Kampanye %(year)s: dibuka %(opened)s, tenggat %(deadline)s. Waktu kerja efektif %(minutes)s menit setahun."
        )
        return sentence % {
            "year": self.campaign.year, "opened": formats.day(self.campaign.opens_on),
            "deadline": formats.day(self.campaign.deadline), "minutes": formats.number(self.campaign.minutes_per_year),
        }  # fmt: skip

    @property
    def campaigns(self) -> list[Campaign]:
        if not hasattr(self, "_campaigns"):
            self._campaigns = list(Campaign.objects.visible_to(self.request.user).order_by("-year"))
        return self._campaigns

    @property
    def campaign(self) -> Campaign | None:
        """The campaign of `?tahun=`, else the latest."""
        year = self.request.GET.get("tahun", "")
        return next((each for each in self.campaigns if str(each.year) == year), None) or (
            self.campaigns[0] if self.campaigns else None
        )

    def sheets(self) -> QuerySet[WorkloadSheet]:
        if self.campaign is None:
            return WorkloadSheet.objects.none()
        return WorkloadSheet.objects.visible_to(self.request.user).filter(campaign=self.campaign)

    def queryset(self, request: HttpRequest) -> QuerySet[Any]:
        lateness = Case(
            When(is_late(dates.today()), then=Value(0)), default=Value(1), output_field=IntegerField()
        )  # fmt: skip
        return (
            self.sheets()
            .select_related("unit__office", "campaign", "changed_by")
            .annotate(
                lateness=lateness,
                workloads_n=Count("workloads"),
                faulty_n=Count("workloads", filter=~Q(workloads__faults=[])),
            )
        )

    def extra_context(self, request: HttpRequest) -> dict[str, Any]:
        user, today = request.user, dates.today()
        counts = dict(self.sheets().order_by().values_list("state").annotate(n=Count("pk")))
        is_over = bool(self.campaign and self.campaign.deadline < today)
        open_n = sum(n for state, n in counts.items() if state in sheet_flow.WITH_UNIT)
        total = sum(counts.values())
        chosen = {"tahun": self.campaign.year} if self.campaign else {}
        shown = (State.EMPTY, State.RETURNED, State.FILLED, State.APPROVED)
        figures = [
            {"label": state.label, "value": counts.get(state, 0), "url": _query(chosen, state=state)} for state in shown
        ]
        figures[2]["detail"] = _("%(n)s lagi sudah diverifikasi") % {"n": counts.get(State.VERIFIED, 0)}
        figures.append(
            {
                "label": _("Terlambat"), "value": open_n if is_over else 0, "url": _query(chosen, late="true"),
                "detail": _("tenggat lewat") if is_over and open_n else "", "tone": "short",
            }
        )  # fmt: skip
        return {
            "crumbs": [(_("Analisis"), ""), (_("Beban kerja"), "")],
            "figures": figures if total else [],
            "campaign": self.campaign,
            "campaigns": self.campaigns,
            "may_open": permissions.may(user, "approve_workload"),
            "may_remind": bool(
                self.campaign
                and self.campaign.closed_on is None
                and open_n
                and permissions.may(user, "approve_workload")
            ),
            "open_n": open_n,
        }


def _query(chosen: dict[str, Any], **more: str) -> str:
    return "?" + "&".join(f"{key}={value}" for key, value in {**chosen, **more}.items())


def _unit_cell(sheet: WorkloadSheet) -> SafeString:
    office = sheet.unit.office
    return link(
        reverse("workload-sheet", args=[sheet.pk]), sheet.unit.name,
        office.name if office is not None and office.pk != sheet.unit_id else "",
    )  # fmt: skip


def _state_cell(sheet: WorkloadSheet) -> SafeString:
    state = pill(sheet.get_state_display(), TONES[sheet.state])
    if sheet_flow.is_late(sheet.state, sheet.campaign.deadline, dates.today()):
        return format_html("{} {}", state, pill(_("terlambat"), "short"))
    return state


class CampaignForm(forms.Form):
    year = forms.IntegerField(label=gettext_lazy("Tahun"), min_value=2015, max_value=2100)
    opens_on = forms.DateField(label=gettext_lazy("Dibuka"), widget=DayInput())
    deadline = forms.DateField(
        label=gettext_lazy("Tenggat"),
        widget=DayInput(),
        help_text=gettext_lazy("Hari terakhir unit mengisi lembarnya."),
    )
    from_last_year = forms.BooleanField(
        label=gettext_lazy("Mulai dari angka tahun lalu"), required=False, initial=True,
        help_text=gettext_lazy("Tugas, volume dan norma waktu tahun lalu disalin ke setiap unit untuk diperbarui."),
    )  # fmt: skip


@doors.needs("approve_workload")
@require_http_methods(["GET", "POST"])
def workload_open(request: HttpRequest) -> HttpResponse:
    """Open a campaign: every unit with positions gets a sheet, filled with last year's figures."""
    today = dates.today()
    if request.method == "POST":
        form = CampaignForm(request.POST)
        if form.is_valid():
            campaign = doors.attempt(
                request,
                form,
                services.start_campaign,
                agency=request.agency,
                **form.cleaned_data,  # type: ignore[attr-defined]
            )
            if campaign is not None:
                messages.success(request, _("Kampanye ABK %(year)s dibuka.") % {"year": campaign.year})
                return redirect(f"{reverse('workload-board')}?tahun={campaign.year}")
    else:
        last = Campaign.objects.visible_to(request.user).order_by("-year").first()
        year = max(today.year, last.year + 1) if last else today.year
        form = CampaignForm(initial={"year": year, "opens_on": today, "deadline": today + timedelta(days=60)})
    crumbs = [(_("Analisis"), ""), (_("Beban kerja"), reverse("workload-board")), (_("Buka kampanye"), "")]
    return render(request, "positions/workload_open.html", {"form": form, "crumbs": crumbs})


@doors.needs("approve_workload")
@require_POST
def workload_remind(request: HttpRequest, pk: int) -> HttpResponse:
    """Remind every unit whose sheet still lies with it."""
    campaign = doors.found(Campaign.objects.visible_to(request.user), pk=pk)
    reminded = doors.attempt(request, None, services.remind, campaign=campaign, day=dates.today())
    if reminded is not None:
        messages.success(
            request,
            _("%(n)s unit diingatkan.") % {"n": reminded} if reminded else _("Semua unit sudah diingatkan hari ini."),
        )
    return redirect(f"{reverse('workload-board')}?tahun={campaign.year}")


@doors.needs("view_register")
@require_http_methods(["GET", "POST"])
def workload_sheet(request: HttpRequest, pk: int) -> HttpResponse:
    """The grid of a unit. A post saves every position on the page at once, or shows all errors and keeps what was
    typed."""
    sheet = doors.found(
        WorkloadSheet.objects.visible_to(request.user).select_related("unit__office", "campaign", "changed_by"), pk=pk
    )
    may_fill = (
        permissions.may_fill_sheet(request.user, sheet.unit)
        and sheet.state in sheet_flow.EDITABLE
        and sheet.campaign.closed_on is None
    )
    grid = Grid(request, sheet)
    if request.method == "POST":
        if not may_fill:
            messages.error(request, _("Lembar ini tidak dapat diubah sekarang; mintalah agar dikembalikan dahulu."))
            return redirect(request.get_full_path())
        grid.read(request.POST)
        if "tambah" in request.POST:
            grid.add_rows(request.POST["tambah"])
        elif not grid.has_errors and not grid.is_outdated(request.POST):
            saved = doors.attempt(
                request, None, save_grid, sheet=sheet, sections=grid.sections, goals=grid.goals
            )  # fmt: skip
            if saved is not None:
                messages.success(request, _("Beban kerja %(unit)s tersimpan.") % {"unit": sheet.unit.name})
                return redirect(request.get_full_path())
        grid.is_dirty = True
    elif may_fill:
        for section in grid.sections:
            workload_form.with_blank_rows(section)
    return render(request, "positions/workload_sheet.html", grid.context(may_fill))


def save_grid(
    *, actor: Any, sheet: WorkloadSheet, sections: list[workload_form.Section], goals: dict[str, Goal]
) -> int:
    """Write the tasks of the shown positions; returns how many there are now."""
    tasks = []
    for section in sections:
        for number, values in enumerate(section.task_values(), start=1):
            goal = goals.get(values.pop("goal"))
            tasks.append(
                services.TaskInput(
                    position_id=section.position.pk, number=number, goal_id=goal.pk if goal else None, **values
                )
            )
    # A position emptied in the grid has no task left to name it.
    emptied = [section.position.pk for section in sections if section.was_filled]
    services.save_tasks(actor=actor, sheet=sheet, tasks=tasks, day=dates.today(), replace=True, also=emptied)
    return len(tasks)


class Grid:
    """One page of a sheet: some of its positions with their tasks, so that the page stays light. Six queries."""

    def __init__(self, request: HttpRequest, sheet: WorkloadSheet) -> None:
        self.request, self.sheet, self.campaign = request, sheet, sheet.campaign
        self.is_dirty = False
        self.outdated = False
        goals = Goal.objects.visible_to(request.user).on(dates.today()).filter(level__in=["sasaran", "program"])
        self.goals = {goal.code: goal for goal in goals.order_by("code", "pk")[:400]}
        mine = queries.positions_of(request.user, sheet, dates.today())
        positions = list(
            register.with_figures(mine, dates.today())
            .select_related("job", "unit")
            .order_by("unit__path", "order", "job__name", "pk")
        )
        workloads = {
            workload.position_id: workload
            for workload in Workload.objects.visible_to(request.user)
            .filter(sheet=sheet)
            .annotate(tasks_n=Count("tasks"))
        }
        # A managerial or head-duty seat is one person whatever its workload; it is typed only where somebody began to.
        fixed = [each for each in positions if each.job.group == Job.Group.MANAGERIAL or each.by_duty]
        self.fixed = [each for each in fixed if each.pk not in workloads]
        positions = [each for each in positions if each not in self.fixed]
        self.pages = pages_of(positions, {pk: workload.tasks_n for pk, workload in workloads.items()})
        text = request.GET.get("bagian", "1")
        self.page = (
            min(max(int(text), 1), len(self.pages)) if text.isascii() and text.isdigit() and len(text) < 5 else 1
        )
        shown = self.pages[self.page - 1]
        tasks: dict[int, list[WorkloadTask]] = defaultdict(list)
        rows = WorkloadTask.objects.visible_to(request.user).filter(
            workload__in=[workloads[each.pk].pk for each in shown if each.pk in workloads]
        )
        for task in rows.select_related("goal").order_by("workload_id", "number", "pk"):
            tasks[task.workload_id].append(task)
        self.sections = []
        for position in shown:
            workload = workloads.get(position.pk)
            section = workload_form.section_of(
                position, workload, tasks[workload.pk] if workload else (), self.campaign, position.b
            )
            section.was_filled = bool(section.rows)
            self.sections.append(section)

    def read(self, data: Any) -> None:
        """Take what was posted in place of what is stored."""
        posted = []
        for section in self.sections:
            read = workload_form.read(data, section, self.campaign, self.goals)
            read.was_filled = section.was_filled
            posted.append(read)
        self.sections = posted

    def add_rows(self, position: str) -> None:
        for section in self.sections:
            if str(section.position.pk) == position:
                workload_form.with_blank_rows(section, 3)

    @property
    def version(self) -> str:
        return self.sheet.changed_at.isoformat() if self.sheet.changed_at else "0"

    def is_outdated(self, data: Any) -> bool:
        """Somebody saved the sheet since this page was opened: ask once, keep what was typed, let the person decide."""
        self.outdated = data.get("versi", "") != self.version
        return self.outdated

    @property
    def has_errors(self) -> bool:
        return any(section.has_errors for section in self.sections)

    def error_links(self) -> list[tuple[str, str]]:
        """Return (address on the page, sentence) of every error."""
        found = []
        for section in self.sections:
            prefix = f"p{section.position.pk}"
            if section.problem:
                found.append((f"#{prefix}", f"{section.position.job}: {section.problem}"))
            for row in section.rows:
                for name, sentence in row.errors.items():
                    where = _("%(job)s, tugas %(n)s") % {"job": section.position.job, "n": row.number}
                    found.append((f"#{prefix}-{row.index}-{name}", f"{where}: {sentence}"))
        return found

    def context(self, may_fill: bool) -> dict[str, Any]:
        sheet, user, today = self.sheet, self.request.user, dates.today()
        needs = [section.need for section in self.sections if section.need is not None]
        steps = [] if sheet.campaign.closed_on else [
            (name, label, tone) for name, label, tone in STEP_WORDS
            if name in sheet_flow.steps_from(sheet.state) and may_take(user, name, sheet)
        ]  # fmt: skip
        board = reverse("workload-board")
        return {
            "sheet": sheet,
            "campaign": self.campaign,
            "sections": self.sections,
            "goals": self.goals.values(),
            "fixed": self.fixed,
            "may_fill": may_fill,
            "steps": steps,
            "is_late": sheet_flow.is_late(sheet.state, self.campaign.deadline, today),
            "state_tone": TONES[sheet.state],
            "version": self.version,
            "is_dirty": self.is_dirty,
            "outdated": self.outdated,
            "errors": self.error_links(),
            "pages": range(1, len(self.pages) + 1),
            "page_number": self.page,
            "per_choices": WorkloadTask.Per.choices,
            "part_choices": WorkloadTask.Part.choices,
            "total_need": sum(needs) if needs else None,
            "total_k": sum(section.k or 0 for section in self.sections) if needs else None,
            "total_b": sum(section.holders for section in self.sections),
            "blank": {"per": "year", "part": "pokok"},
            "basis": basis(self.campaign),
            "crumbs": [
                (_("Analisis"), ""), (_("Beban kerja"), f"{board}?tahun={self.campaign.year}"), (sheet.unit.name, ""),
            ],
        }  # fmt: skip


def pages_of(positions: list[Position], tasks: dict[int, int]) -> list[list[Position]]:
    """Cut the positions into pages of at most `MOST_TASKS` tasks; one position is never cut. At least one page."""
    pages: list[list[Position]] = [[]]
    filled = 0
    for position in positions:
        rows = tasks.get(position.pk, 0) + 2
        if pages[-1] and filled + rows > MOST_TASKS:
            pages.append([])
            filled = 0
        pages[-1].append(position)
        filled += rows
    return pages


def basis(campaign: Campaign) -> dict[str, Any]:
    """Return "Dasar perhitungan" of the grid."""
    rounding = campaign.get_rounding_display()
    return {
        "inputs": [
            (_("Waktu kerja efektif"), _("%(n)s menit setahun") % {"n": formats.number(campaign.minutes_per_year)}),
            (
                _("Waktu kerja tersedia ABK-Kes"),
                _("%(n)s menit setahun") % {"n": formats.number(campaign.minutes_per_year_health)},
            ),
            (_("Pembulatan"), rounding),
        ],
        "steps": [
            _(
                "Beban = volume × faktor × norma waktu; faktor: tahun 1, semester 2, triwulan 4, bulan 12, minggu 50,"
                " hari 250."
            ),
            _("Kebutuhan N = jumlah beban ÷ waktu kerja efektif, dibulatkan satu kali ke sepuluh desimal."),
            _("K = N dibulatkan ke orang (%(rounding)s); EJ = N ÷ B.") % {"rounding": rounding},
            _("ABK-Kes: N = beban tugas pokok ÷ (waktu kerja tersedia − beban tugas penunjang)."),
        ],
        "legal_basis": _("PermenPANRB 1/2020; Peraturan BKN 9/2022; Permenkes 33/2015 bagi tenaga kesehatan."),
        "own": [_("Waktu kerja efektif dan pembulatan dibekukan pada kampanye %(year)s.") % {"year": campaign.year}],
    }  # fmt: skip


STEP_WORDS = [
    ("submit", gettext_lazy("Ajukan untuk diverifikasi"), "primary"),
    ("verify", gettext_lazy("Verifikasi"), "primary"),
    ("approve", gettext_lazy("Sahkan"), "primary"),
    ("return", gettext_lazy("Kembalikan"), "danger"),
]
DONE = {
    "submit": gettext_lazy("Lembar %(unit)s diajukan."),
    "verify": gettext_lazy("Lembar %(unit)s diverifikasi."),
    "approve": gettext_lazy("Lembar %(unit)s disahkan."),
    "return": gettext_lazy("Lembar %(unit)s dikembalikan kepada unit."),
}


def may_take(user: Any, step: str, sheet: WorkloadSheet) -> bool:
    check = permissions.may_fill_sheet if sheet_flow.STEPS[step].by_unit else permissions.may_judge_sheet
    return check(user, sheet.unit)


@doors.needs("view_register")
@require_POST
def workload_move(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a sheet one step on."""
    sheet = doors.found(WorkloadSheet.objects.visible_to(request.user).select_related("unit", "campaign"), pk=pk)
    step = request.POST.get("langkah", "")
    if step not in sheet_flow.STEPS:
        messages.error(request, _("Langkah itu tidak dikenal."))
    elif doors.attempt(
        request,
        None,
        services.take_step,
        sheet=sheet,
        step=step,
        day=dates.today(),
        note=request.POST.get("catatan", ""),
    ):
        messages.success(request, DONE[step] % {"unit": sheet.unit.name})
    return redirect("workload-sheet", pk=sheet.pk)
