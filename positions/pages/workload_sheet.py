"""The grid of a unit's ABK: its tasks typed, checked and saved all at once; what others saved meanwhile; its steps."""

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from asnhr import dates, formats
from asnhr.export import FORMATS
from asnhr.pages.tables import Column, download
from positions import permissions
from positions.models import Campaign, Goal, Job, Position, Workload, WorkloadSheet, WorkloadTask
from positions.pages import doors, workload_form
from positions.pages.workload import TONES
from positions.queries import register
from positions.queries import workload as queries
from positions.rules import effectiveness, sheet_flow
from positions.services import workload as services

# Lines on one page of the grid, within 100 KB of HTML: tasks, and what the heading and totals of a position weigh.
MOST_LINES, HEADING = 40, 3


@doors.needs("view_register")
@require_http_methods(["GET", "POST"])
def workload_sheet(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The grid of a unit. A post saves every position on the page at once, or shows all errors and keeps what was
    typed, also where the sheet may not be changed any more."""
    sheet = _found(request, pk)
    if request.GET.get("format", "") in FORMATS:
        file = download(
            request, _tasks_of(request, sheet), TASKS, name=f"abk-{sheet.campaign.year}-{sheet.pk}",
            title=f"{_('ABK')} {sheet.campaign.year} · {sheet.unit}",
        )  # fmt: skip
        if file is not None:
            return file
    fills = permissions.may_fill_sheet(request.user, sheet.unit)
    may_fill = fills and sheet.state in sheet_flow.EDITABLE and sheet.campaign.closed_on is None
    if request.method == "POST" and not fills:
        raise PermissionDenied(_("Peran Anda tidak mencakup pengisian lembar ini."))
    posted = request.POST if request.method == "POST" else None
    grid = Grid(request, sheet, posted)
    if posted is not None:
        if not may_fill:
            messages.error(
                request,
                _("Lembar ini tidak dapat diubah sekarang; mintalah agar dikembalikan dahulu. Isian Anda tampil di"
                  " bawah dan belum tersimpan."),
            )  # fmt: skip
        elif "tambah" in posted:
            grid.add_rows(posted["tambah"])
        elif not grid.has_errors and not grid.outdated:
            saved = doors.attempt(request, None, save_grid, sheet=sheet, grid=grid)
            if saved is not None:
                messages.success(request, _("Beban kerja %(unit)s tersimpan.") % {"unit": sheet.unit.name})
                return redirect(request.get_full_path())
            # Refused at the last moment: who saved, and when, stands above.
            grid.sheet = _found(request, pk)
        grid.is_dirty = True
    elif may_fill:
        for section in grid.sections:
            workload_form.with_blank_rows(section)
    return render(request, "positions/workload_sheet.html", grid.context(may_fill))


def _tasks_of(request: HttpRequest, sheet: WorkloadSheet) -> Any:
    """Every task of the sheet as it is stored; the page shows a part of them at a time."""
    rows = WorkloadTask.objects.visible_to(request.user).filter(workload__sheet=sheet)
    rows = rows.select_related("workload__position__job", "workload__position__unit", "goal")
    order = ("workload__position__unit__path", "workload__position__order", "workload__position__job__name")
    return rows.order_by(*order, "workload_id", "number", "pk")


# Of the file.
TASKS = (
    Column("unit", gettext_lazy("Unit"), "workload.position.unit.name"),
    Column("job", gettext_lazy("Jabatan"), "workload.position.job.name"),
    Column("code", gettext_lazy("Kode"), "workload.position.code"),
    Column("number", gettext_lazy("Nomor"), "number", kind="num"),
    Column("task", gettext_lazy("Uraian tugas"), "task"),
    Column("part", gettext_lazy("Bagian"), lambda row: row.get_part_display()),
    Column("output", gettext_lazy("Hasil kerja"), "output"),
    Column("volume", gettext_lazy("Volume"), "volume", kind="num"),
    Column("per", gettext_lazy("Per"), lambda row: row.get_per_display()),
    Column("minutes", gettext_lazy("Norma waktu (menit)"), "minutes", kind="num"),
    Column("goal", gettext_lazy("Sasaran"), "goal.code"),
)  # fmt: skip


def _found(request: HttpRequest, pk: int) -> WorkloadSheet:
    rows = WorkloadSheet.objects.visible_to(request.user).select_related("unit__office", "campaign", "changed_by")
    found: WorkloadSheet = doors.found(rows, pk=pk)
    return found


def save_grid(*, actor: Any, sheet: WorkloadSheet, grid: "Grid") -> int:
    """Write the positions that were changed; returns how many."""
    changed = [section for section in grid.sections if section.changed]
    if not changed:
        return 0
    tasks = []
    for section in changed:
        for number, values in enumerate(section.task_values(), start=1):
            goal = grid.goals.get(values.pop("goal"))
            tasks.append(
                services.TaskInput(
                    position_id=section.position.pk, number=number, goal_id=goal.pk if goal else None, **values
                )
            )
    # A position emptied in the grid has no task left to name it.
    emptied = [section.position.pk for section in changed if section.was_filled]
    services.save_tasks(
        actor=actor, sheet=sheet, tasks=tasks, day=dates.today(), replace=True, also=emptied,
        methods={section.position.pk: str(section.method) for section in changed}, seen=sheet.changed_at,
    )  # fmt: skip
    return len(changed)


class Grid:
    """One page of a sheet: some of its positions with their tasks, so that the page stays light. Seven queries.

    A post names its positions itself: pages move when others add tasks, and a position that was not sent is not
    touched.
    """

    def __init__(self, request: HttpRequest, sheet: WorkloadSheet, posted: Any = None) -> None:
        self.request, self.sheet, self.campaign = request, sheet, sheet.campaign
        self.is_dirty = False
        goals = Goal.objects.visible_to(request.user).on(dates.today()).filter(level__in=["sasaran", "program"])
        self.goals = {goal.code: goal for goal in goals.order_by("code", "pk")[:400]}
        positions, workloads = self._positions()
        self.pages = pages_of(positions, {pk: workload.tasks_n for pk, workload in workloads.items()})
        text = request.GET.get("bagian", "1")
        self.page = (
            min(max(int(text), 1), len(self.pages)) if text.isascii() and text.isdigit() and len(text) < 5 else 1
        )
        named = workload_form.positions_in(posted) if posted is not None else set()
        shown = [each for each in positions if each.pk in named] if named else self.pages[self.page - 1]
        self.rest = self._rest(positions, {each.pk for each in shown}) if len(self.pages) > 1 else None
        self.sections = self._stored(shown, workloads)
        if posted is not None:
            self._take(posted)

    def _positions(self) -> tuple[list[Position], dict[int, Any]]:
        """Return the positions that are typed, and the workloads of the sheet by position."""
        user, day = self.request.user, dates.today()
        rows = register.with_figures(queries.positions_of(user, self.sheet, day), day)
        positions = list(rows.select_related("job", "unit").order_by("unit__path", "order", "job__name", "pk"))
        found = Workload.objects.visible_to(user).filter(sheet=self.sheet).annotate(tasks_n=Count("tasks"))
        workloads: dict[int, Any] = {workload.position_id: workload for workload in found}
        # A managerial or head-duty seat is one person whatever its workload; it is typed only where somebody began to.
        fixed = [each for each in positions if each.job.group == Job.Group.MANAGERIAL or each.by_duty]
        self.fixed = [each for each in fixed if each.pk not in workloads]
        return [each for each in positions if each not in self.fixed], workloads

    def _rest(self, positions: list[Position], shown: set[int]) -> "Totals":
        """Return what is stored of the positions that are not on this page."""
        rest, found = Totals(), queries.measured(self.sheet)
        for position in positions:
            if position.pk not in shown and (one := found.get(position.pk)) is not None:
                rest = rest.with_one(one.load, one.need, one.staff, position.b)  # type: ignore[attr-defined]
            elif position.pk not in shown:
                rest = rest.with_one(Decimal(0), None, None, position.b)  # type: ignore[attr-defined]
        return rest

    def _stored(self, shown: list[Position], workloads: dict[int, Any]) -> list[workload_form.Section]:
        tasks: dict[int, list[WorkloadTask]] = defaultdict(list)
        rows = WorkloadTask.objects.visible_to(self.request.user).filter(
            workload__in=[workloads[each.pk].pk for each in shown if each.pk in workloads]
        )
        for task in rows.select_related("goal").order_by("workload_id", "number", "pk"):
            tasks[task.workload_id].append(task)
        found = []
        for position in shown:
            workload = workloads.get(position.pk)
            holders: int = position.b  # type: ignore[attr-defined]
            section = workload_form.section_of(
                position, workload, tasks[workload.pk] if workload else (), self.campaign, holders
            )
            section.was_filled = bool(section.rows)
            found.append(section)
        return found

    def _take(self, data: Any) -> None:
        """Take what was posted in place of what is stored, position by position.

        Where another person changed a position meanwhile: it is theirs if this person left it alone, and it is refused
        (`theirs`) if both changed it; seen side by side, the next save decides.
        """
        as_seen = data.get("versi", "") == self.version
        sections = []
        for stored in self.sections:
            posted = workload_form.read(data, stored, self.campaign, self.goals)
            now, typed = stored.base, workload_form.fingerprint(posted)
            base = posted.base or (now if as_seen else "")
            posted.base = base or now
            if typed == base and typed != now and not posted.has_errors:
                sections.append(stored)
                continue
            posted.changed = typed != now
            if posted.changed and base != now:
                posted.theirs, posted.base = stored, now
            sections.append(posted)
        self.sections = sections

    def add_rows(self, position: str) -> None:
        for section in self.sections:
            if str(section.position.pk) == position:
                workload_form.with_blank_rows(section, 3)

    @property
    def version(self) -> str:
        return self.sheet.changed_at.isoformat() if self.sheet.changed_at else "0"

    @property
    def outdated(self) -> bool:
        """Somebody saved a position that this person changed, too: ask once, show both, let the person decide."""
        return any(section.theirs is not None for section in self.sections)

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
        here = Totals()
        for section in self.sections:
            here = here.with_one(section.load, section.need, section.k, section.holders)
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
            "part_choices": list(workload_form.PART_NAMES.items()),
            "totals": here,
            # Of the whole sheet: what is on the other pages as it is stored, and this page as it stands.
            "rest": self.rest,
            "whole": here + self.rest if self.rest is not None else None,
            "methods": Workload.Method.choices,
            "blank": {"per": "year", "part": "pokok"},
            "basis": basis(self.campaign),
            "crumbs": [
                (_("Analisis"), ""), (_("Beban kerja"), f"{board}?tahun={self.campaign.year}"), (sheet.unit.name, ""),
            ],
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Totals:
    """Sums over positions. `measured`: how many have a need; `measured_holders`: who holds those, for the EU."""

    load: Decimal = Decimal(0)
    need: Decimal = Decimal(0)
    k: int = 0
    holders: int = 0
    measured: int = 0
    measured_holders: int = 0

    def with_one(self, load: Decimal, need: Decimal | None, k: int | None, holders: int) -> "Totals":
        """Return the sums with a position more."""
        if need is None:
            return self + Totals(load=load, holders=holders)
        return self + Totals(load, need, k or 0, holders, 1, holders)

    def __add__(self, other: "Totals") -> "Totals":
        return Totals(
            self.load + other.load, self.need + other.need, self.k + other.k, self.holders + other.holders,
            self.measured + other.measured, self.measured_holders + other.measured_holders,
        )  # fmt: skip

    @property
    def effectiveness(self) -> effectiveness.Effectiveness:
        return effectiveness.effectiveness_of_need(self.need if self.measured else None, self.measured_holders)

    @property
    def plain(self) -> list[tuple[str, str]]:
        """What the script adds this page's sums to: decimals with a point, no thousands mark."""
        return [
            ("load", f"{self.load:f}"), ("need", f"{self.need:f}"), ("k", str(self.k)),
            ("measured", str(self.measured)), ("holders", str(self.measured_holders)),
        ]  # fmt: skip

    @property
    def shown_need(self) -> Decimal | None:
        return self.need if self.measured else None

    @property
    def shown_k(self) -> int | None:
        return self.k if self.measured else None


def pages_of(positions: list[Position], tasks: dict[int, int]) -> list[list[Position]]:
    """Cut the positions into pages of at most `MOST_LINES`; one position is never cut. At least one page."""
    pages: list[list[Position]] = [[]]
    filled = 0
    for position in positions:
        rows = tasks.get(position.pk, 0) + HEADING
        if pages[-1] and filled + rows > MOST_LINES:
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
    if step in sheet_flow.JUDGING and not permissions.may_decide_sheet(user, sheet):
        return False
    check = permissions.may_fill_sheet if sheet_flow.STEPS[step].by_unit else permissions.may_judge_sheet
    return check(user, sheet.unit)


@doors.needs("edit_workload", "approve_workload")
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
