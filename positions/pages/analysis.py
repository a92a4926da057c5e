"""Pages of the job-needs analysis: its list and schedule, summary, table, unit, one position, comparison."""

from collections.abc import Sequence
from datetime import date
from operator import attrgetter
from typing import Any

import django_filters as filters
from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Case, Count, Exists, F, OuterRef, Prefetch, Q, QuerySet, When
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from asnhr import dates, formats
from asnhr.access import SUBORDINATES
from asnhr.errors import NotAllowed, RuleBroken
from asnhr.pages import charts
from asnhr.pages.tables import Column, TablePage, download, link, safe_or_file
from asnhr.templatetags.asnhr_ui import difference, pill
from positions import permissions
from positions.filters import Words
from positions.models import (
    AnalysisSchedule,
    FormationLine,
    Incumbency,
    NeedsAnalysis,
    NeedsResult,
    Recommendation,
    RecommendationLine,
    RemovalHearing,
    Unit,
)
from positions.models._restricted import RESTRICTED
from positions.pages import analysis_files, basis, doors, staffing, words
from positions.pages.pickers import DayInput, UnitChoice
from positions.pages.positions import PRINTED, holders_cell
from positions.queries import analysis as queries
from positions.queries import education, register
from positions.queries.needs.compare import compare
from positions.rules.effectiveness import GRADE_NAMES, effectiveness_of_need
from positions.services import agencies, decisions, hearings
from positions.services import analysis as services

CHANGES_A_PAGE = 50
# Units shown at once on the summary; the others open on demand.
MOST_OFFICES = 12
UNITS_A_PAGE = 40
CRUMB = gettext_lazy("Kebutuhan jabatan")


def crumbs(*more: tuple[Any, str]) -> list[tuple[Any, str]]:
    return [(_("Analisis"), ""), (CRUMB, reverse("analysis-list")), *more]


def title_of(analysis: NeedsAnalysis) -> str:
    if analysis.known_on is not None:
        return _("Proyeksi per %(day)s") % {"day": formats.day(analysis.as_of)}
    return _("Analisis per %(day)s") % {"day": formats.day(analysis.as_of)}


def projection_words(analysis: NeedsAnalysis) -> str:
    """What a page says first of a projection; empty for an analysis."""
    if analysis.known_on is None:
        return ""
    return _(
        "Ini proyeksi: register sebagaimana diketahui pada %(known)s, tanpa mereka yang keluar (pensiun, keluar,"
        " kontrak tidak diperpanjang) sampai %(day)s; pengisian yang belum tercatat tidak diperhitungkan. Proyeksi"
        " tidak dapat ditetapkan sebagai dasar usulan dan rekomendasinya tidak diputuskan."
    ) % {"known": formats.day(analysis.known_on), "day": formats.day(analysis.as_of)}


def needs_decision() -> Q:
    """Return the condition of lines that wait for a decision: nothing is to be decided where the post is kept."""
    open_line = Q(state=RecommendationLine.State.OPEN, repeats_rejected=False)
    return open_line & ~Q(recommendation=Recommendation.KEEP)


# The list, the schedule, starting and freezing


class AnalysisList(TablePage):
    """Analyses, latest first, with the runs under way above them."""

    title = CRUMB
    lead = gettext_lazy(
        "Untuk setiap jabatan: berapa yang dibutuhkan, siapa yang mengisi, siapa yang keluar dalam lima tahun,"
        " dan apa yang perlu dilakukan."
    )
    noun = gettext_lazy("analisis")
    permission = "view_analysis"
    order_by = ("-as_of", "-pk")
    template_name = "positions/analysis_list.html"
    empty_title = gettext_lazy("Belum ada analisis")
    empty_text = gettext_lazy("Jalankan analisis pertama setelah unit, jabatan, beban kerja dan pegawai diimpor.")
    columns = (
        Column("as_of", gettext_lazy("Per tanggal"), "as_of", kind="date", sort="as_of", fixed=True,
               html=lambda row: link(reverse("analysis-detail", args=[row.pk]), formats.day(row.as_of), _moment(row))),
        Column("basis", gettext_lazy("Dasar usulan"), "basis_year", sort="basis_year",
               html=lambda row: _basis_cell(row)),
        Column("positions", gettext_lazy("Jabatan"), lambda row: row.totals.get("positions"), kind="num"),
        Column("need", gettext_lazy("Kebutuhan"), lambda row: row.totals.get("need"), kind="num"),
        Column("holders", gettext_lazy("Pemangku"), lambda row: row.totals.get("holders"), kind="num"),
        Column("shortage", gettext_lazy("Kekurangan"), lambda row: row.totals.get("shortage"), kind="num"),
        Column("surplus", gettext_lazy("Kelebihan"), lambda row: row.totals.get("surplus"), kind="num"),
        Column("shortage_5", gettext_lazy("Kekurangan 5 tahun"), lambda row: row.totals.get("shortage_5"), kind="num"),
    )  # fmt: skip

    def get_columns(self, request: HttpRequest) -> Any:
        # Totals are the agency's: who sees some units only reads theirs on the summary.
        return self.columns if request.user.access.whole_agency else self.columns[:2]

    def queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return queries.readable(request.user)

    def extra_context(self, request: HttpRequest) -> dict[str, Any]:
        user = request.user
        schedule = AnalysisSchedule.objects.visible_to(user).first()
        return {
            "crumbs": [(_("Analisis"), ""), (CRUMB, "")],
            "runs": list(queries.running(user)[:5]),
            "schedule": schedule,
            "may_run": permissions.may_run_analysis(user),
            "may_schedule": user.access.may("edit_schedule"),
            "run_form": RunForm(initial={"as_of": dates.today()}),
        }


def _basis_cell(analysis: NeedsAnalysis) -> SafeString | str:
    year = analysis.basis_year
    return pill(_("dasar usulan %(year)s") % {"year": year}, "brand") if year else ""


def _moment(analysis: NeedsAnalysis) -> str:
    words = {"at": formats.moment(analysis.created_at)}
    return _("proyeksi, dihitung %(at)s") % words if analysis.known_on else _("dihitung %(at)s") % words


class RunForm(forms.Form):
    as_of = forms.DateField(label=gettext_lazy("Per tanggal"), widget=DayInput())


@doors.needs("run_analysis")
@require_POST
def analysis_run(request: HttpRequest) -> HttpResponse:
    """Ask for an analysis; the run's page shows how far it is. The same request twice is one run."""
    form = RunForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Tanggal analisis tidak dikenal."))
        return redirect("analysis-list")
    try:
        run, is_new = services.request_analysis(request.agency, form.cleaned_data["as_of"], request.user)  # type: ignore[attr-defined]
    except NotAllowed as refusal:
        raise PermissionDenied(str(refusal)) from refusal
    except RuleBroken as broken:
        messages.error(request, str(broken))
        return redirect("analysis-list")
    if not is_new:
        messages.info(request, _("Analisis yang sama sedang berjalan; inilah keadaannya."))
    return redirect("run-detail", pk=run.pk)


class ScheduleForm(forms.ModelForm):
    class Meta:
        model = AnalysisSchedule
        fields = ("is_active", "every_months", "next_on")
        field_classes = {"next_on": forms.DateField}
        widgets = {"next_on": DayInput()}


@doors.needs("edit_schedule")
@require_http_methods(["GET", "POST"])
def analysis_schedule(request: HttpRequest) -> HttpResponse:
    """When the agency's analysis runs by itself."""
    agency = request.agency  # type: ignore[attr-defined]
    schedule = AnalysisSchedule.objects.visible_to(request.user).first() or AnalysisSchedule(
        agency=agency, next_on=dates.today()
    )
    form = ScheduleForm(request.POST or None, instance=schedule)
    if request.method == "POST" and form.is_valid():
        kept = AnalysisSchedule.objects.visible_to(request.user).first()
        if doors.attempt(request, form, agencies.change_schedule, schedule=kept, **form.cleaned_data) is not None:
            messages.success(request, _("Jadwal analisis disimpan."))
            return redirect("analysis-list")
    return render(request, "positions/analysis_schedule.html", {"form": form, "crumbs": crumbs((_("Jadwal"), ""))})


class FreezeForm(forms.Form):
    year = forms.IntegerField(label=gettext_lazy("Dasar usulan tahun"), min_value=2015, max_value=2100)


@doors.needs("freeze_analysis")
@require_http_methods(["GET", "POST"])
def analysis_freeze(request: HttpRequest, pk: int) -> HttpResponse:
    """Set the analysis as the basis of a year's proposal; `tahun` of the address is the year first shown."""
    analysis = doors.found(queries.readable(request.user), pk=pk)
    this, following = analysis.as_of.year, analysis.as_of.year + 1
    year = this if request.GET.get("tahun") == str(this) else following
    form = FreezeForm(request.POST or None, initial={"year": year})
    if request.method == "POST" and form.is_valid():
        year = form.cleaned_data["year"]
        if doors.attempt(request, form, services.freeze, analysis=analysis, year=year) is not None:
            messages.success(
                request, _("%(title)s menjadi dasar usulan %(year)s.") % {"title": title_of(analysis), "year": year}
            )
            return redirect("analysis-detail", pk=pk)
    context = {
        "form": form, "analysis": analysis, "title": title_of(analysis),
        "crumbs": crumbs((title_of(analysis), reverse("analysis-detail", args=[pk])), (_("Dasar usulan"), "")),
    }  # fmt: skip
    return render(request, "positions/analysis_freeze.html", context)


# Summary


@doors.needs("view_analysis")
@safe_or_file
def analysis_detail(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The figures, charts and offices of one analysis, over what the user sees; the file holds all its offices."""
    user = request.user
    analysis = doors.found(queries.readable(user).defer(None), pk=pk)
    summary = queries.summary(user, analysis)
    totals, table = summary.totals, reverse("analysis-table", args=[pk])
    previous = queries.analyses(user).filter(Q(as_of__lt=analysis.as_of) | Q(as_of=analysis.as_of, pk__lt=pk)).first()
    offices = queries.by_office(user, analysis) if user.access.whole_agency else []
    units = queries.by_unit(user, analysis) if not user.access.whole_agency else []
    rows = [office_row(pk, row, "office", "office_name") for row in offices]
    rows += [office_row(pk, row, "unit_id", "unit_name") for row in units]
    rows.sort(key=lambda row: (-row["shortage"], -row["surplus"], row["name"]))
    if request.GET.get("bagian") == "unit":
        file = download(request, rows, analysis_files.BY_UNIT, name="analisis-unit", title=title_of(analysis))
        if file is not None:
            return file
    lines = RecommendationLine.objects.visible_to(user).filter(decisions.decidable(analysis))
    waiting = lines.filter(needs_decision(), result__analysis=analysis)
    context = {
        "analysis": analysis,
        "title": title_of(analysis),
        "projection_notice": projection_words(analysis),
        "crumbs": crumbs((title_of(analysis), "")),
        "summary": summary,
        "figures": figures(totals, table, analysis, previous if user.access.whole_agency else None, summary.printed),
        # Row 8 may bring two lines: of what waits, the table lists the positions.
        "waiting": waiting.aggregate(lines=Count("pk"), positions=Count("result_id", distinct=True)),
        "unstaffed": staffing.notice(user, analysis),
        "offices": rows[:MOST_OFFICES],
        "other_offices": units_page(request, rows[MOST_OFFICES:]),
        "shortage_chart": shortage_chart(rows),
        "years_chart": years_chart(summary, analysis.as_of),
        "first_year": words.first_year(analysis.as_of),
        "outflow_chart": charts.bar_chart(
            year_bars(summary.years, summary.outflow, "gold", analysis.as_of),
            title=_("Pegawai yang keluar setiap tahun"), unit=_("orang"),
        ),
        "recommendations": recommendation_rows(summary.recommendations, table),
        "signals": [
            {"name": words.SIGNALS.get(code, code), "count": count, "url": f"{table}?signal={code}"}
            for code, count in summary.signals.items()
        ],
        "goals": list(queries.goals_without_posts(user, analysis)[:20]),
        "basis": totals_basis(analysis),
        "previous": previous,
        "may_freeze": analysis.basis_year is None
        and analysis.known_on is None
        and permissions.may_freeze_analysis(user),
        "table_url": table,
    }  # fmt: skip
    return render(request, "positions/analysis_detail.html", context)


def figures(
    totals: dict[str, int],
    table: str,
    analysis: NeedsAnalysis,
    previous: NeedsAnalysis | None,
    printed: int = 0,
) -> list[dict[str, Any]]:
    """Return the key figures, each leading to its list."""
    before = previous.totals if previous else {}
    day_before = formats.day(previous.as_of) if previous else ""
    if previous and previous.as_of == analysis.as_of:
        # Two of one day are told apart by when they were computed.
        day_before = formats.moment(previous.created_at)

    def since(name: str) -> str:
        if name not in before or before[name] == totals[name]:
            return ""
        change = totals[name] - before[name]
        sentence = _("naik %(n)s sejak %(day)s") if change > 0 else _("turun %(n)s sejak %(day)s")
        return sentence % {"n": formats.number(abs(change)), "day": day_before}

    year = analysis.as_of.year + 4
    on_map = _("%(n)s tercetak pada peta jabatan") % {"n": formats.number(printed)} if printed else ""
    held = " · ".join(each for each in (on_map, since("holders")) if each)
    return [
        {"label": _("Kebutuhan"), "value": totals["need"], "detail": since("need"), "url": table},
        {"label": _("Pemangku"), "value": totals["holders"], "detail": held, "url": table},
        {
            "label": _("Kekurangan"), "value": totals["shortage"], "url": f"{table}?pilih=kekurangan",
            "detail": since("shortage") or _("▼ tidak ditutup kelebihan"),
        },
        {
            "label": _("Kelebihan"), "value": totals["surplus"], "url": f"{table}?pilih=kelebihan",
            "detail": since("surplus") or _("▲ tidak menutup kekurangan"),
        },
        {
            "label": _("Kekurangan %(year)s") % {"year": year}, "value": totals["shortage_5"],
            "detail": _("bila tidak ada tindakan"), "url": table,
        },
    ]  # fmt: skip


def units_page(request: HttpRequest, rows: list[dict[str, Any]]) -> Any:
    """Return the page of units asked for by `hal_unit`, beside the `hal` of positions; None without units."""
    return Paginator(rows, UNITS_A_PAGE).get_page(request.GET.get("hal_unit")) if rows else None


def office_row(analysis_pk: int, row: dict[str, Any], key: str, name: str) -> dict[str, Any]:
    return {
        "name": row[name], "url": reverse("analysis-unit", args=[analysis_pk, row[key]]), "positions": row["positions"],
        "need": row["need"], "holders": row["holders"], "shortage": row["shortage"], "surplus": row["surplus"],
        "shortage_5": row["shortage_5"], "unknown": row["unknown"],
    }  # fmt: skip


def shortage_chart(rows: list[dict[str, Any]]) -> SafeString | str:
    """Return the units with the greatest shortage; a surplus elsewhere does not shorten a bar."""
    shown = [row for row in rows if row["shortage"]][:8]
    return charts.stacked_bars(
        [(row["name"], (row["shortage"],)) for row in shown],
        [(_("Kekurangan"), "short")],
        title=_("Kekurangan terbesar"),
    )


def year_bars(years: Sequence[int], counts: Sequence[int], tone: str, day: date) -> list[charts.Bar]:
    """Return a bar a year; the first says what of it is left from `day` on."""
    rest = words.rest_of_year(day)
    return [
        charts.Bar(year, count, tone, note=rest if index == 0 else "")
        for index, (year, count) in enumerate(zip(years, counts, strict=True))
    ]


def years_chart(summary: queries.Summary, day: date) -> SafeString | str:
    """Return the shortage at the end of each of five years, summed over every position and never netted."""
    bars = year_bars(summary.years, summary.shortage_years, "short", day)
    if not any(bar.value for bar in bars):
        return ""
    return charts.bar_chart(bars, title=_("Kekurangan pada akhir setiap tahun"), unit=_("orang"))


def recommendation_rows(found: list[dict[str, Any]], table: str) -> list[dict[str, Any]]:
    """Return one line a recommendation with its count by priority."""
    rows: dict[str, dict[str, Any]] = {}
    for each in found:
        code = each["recommendation"]
        row = rows.setdefault(
            code,
            {
                "name": words.recommendation(code), "tone": words.RECOMMENDATION_TONES.get(code, ""), "positions": 0,
                "quantity": 0, "priorities": {1: 0, 2: 0, 3: 0}, "url": f"{table}?recommendation={code}",
            },
        )  # fmt: skip
        row["positions"] += each["positions"]
        row["quantity"] += each["quantity"] or 0
        if each["priority"] is None:
            # Removal candidates that the user may not see yet: counted, without what they are.
            row["quantity"], row["priorities"] = None, dict.fromkeys(row["priorities"])
        else:
            row["priorities"][each["priority"]] += each["positions"]
    return list(rows.values())


def totals_basis(analysis: NeedsAnalysis) -> dict[str, Any]:
    values = analysis.parameters.get("values", {})
    limits = [value for code, value in values.items() if code.startswith(("needs.", "supply.", "abk.m", "abk.r"))]
    compared = analysis.parameters.get("compared") or {}
    return {
        "inputs": [
            (_("Per tanggal"), formats.day(analysis.as_of)),
            (_("Versi aturan"), analysis.rule_version),
            (
                _("Dibandingkan dengan (ΔN)"),
                formats.day(date.fromisoformat(compared["as_of"]))
                if compared.get("as_of")
                else _("belum ada analisis 12 bulan lebih tua"),
            ),
        ],
        "steps": [
            _("Kebutuhan = Σ K jabatan yang sumbernya diketahui; jabatan tanpa sumber tidak dihitung sebagai 0."),
            _("Kekurangan = Σ max(0, K − B); kelebihan = Σ max(0, B − K); keduanya tidak pernah saling menutup."),
            _("Jabatan yang diisi tugas tambahan dihitung sekali, pada jabatan fungsional pemangkunya (pengaturan)."),
            _("Kekurangan lima tahun memakai K dan B akhir tahun kelima tanpa pengisian baru."),
        ],
        "legal_basis": _("PP 11/2017 pasal 5–9; PermenPANRB 1/2020; UU 20/2023 (batas usia pensiun)."),
        **basis.by_origin(limits, with_defaults=False),
    }


# Table

PRESETS: dict[str, tuple[Any, Q]] = {
    "keputusan": (gettext_lazy("Jabatan yang perlu keputusan"), Q(waits=True)),
    "kekurangan": (gettext_lazy("Kekurangan"), Q(b__lt=F("k_used"))),
    "kelebihan": (gettext_lazy("Kelebihan"), Q(b__gt=F("k_used"))),
    "hapus": (gettext_lazy("Calon dihapus"), Q(recommendation="HAPUS", restricted=False)),
    "tumbuh": (gettext_lazy("Kebutuhan baru"), Q(signals__contains=[{"code": "TUMBUH"}], restricted=False)),
    "tunggal": (
        gettext_lazy("Hanya satu pemangku"),
        Q(signals__contains=[{"code": "PEMANGKU_TUNGGAL"}], restricted=False),
    ),
    "kosong": (gettext_lazy("Data belum tersedia"), Q(k_used__isnull=True)),
}


# Columns by which a masked row must be neither found nor ordered; `seen_…` is null there.
MASKED = ("recommendation", "quantity", "priority", "row", "reason")


def with_seen(rows: QuerySet[Any]) -> QuerySet[Any]:
    """Name the masked columns for ORDER BY: `seen_priority` is the priority, null where the user may not see it."""
    return rows.alias(**{f"seen_{name}": Case(When(restricted=False, then=F(name))) for name in MASKED})


def with_waiting(rows: QuerySet[Any], decidable: Q) -> QuerySet[Any]:
    """Say of each result whether it `waits`; `decidable`: which lines of its analysis may still be decided on."""
    lines = RecommendationLine.objects.filter(
        needs_decision(), decidable, agency_id=OuterRef("agency_id"), result_id=OuterRef("pk")
    )
    return rows.annotate(waits=Exists(lines))


class ResultFilter(filters.FilterSet):
    q = Words(fields=("job_name", "unit_name", "code"), label=gettext_lazy("Cari jabatan, unit atau kode"))
    unit = UnitChoice()
    recommendation = filters.ChoiceFilter(
        method="by_recommendation", label=gettext_lazy("Rekomendasi"), choices=list(words.RECOMMENDATIONS.items()),
        empty_label=gettext_lazy("Semua rekomendasi"),
    )  # fmt: skip
    priority = filters.ChoiceFilter(
        method="by_masked",
        label=gettext_lazy("Prioritas"),
        choices=list(words.PRIORITIES.items()),
        empty_label=gettext_lazy("Semua prioritas"),
    )
    signal = filters.ChoiceFilter(
        method="with_signal", label=gettext_lazy("Tanda"), choices=list(words.SIGNALS.items()),
        empty_label=gettext_lazy("Semua tanda"),
    )  # fmt: skip
    source = filters.ChoiceFilter(
        label=gettext_lazy("Sumber kebutuhan"),
        choices=list(words.SOURCES.items()),
        empty_label=gettext_lazy("Semua sumber"),
    )
    row = filters.ChoiceFilter(
        method="by_masked", label=gettext_lazy("Baris keputusan"),
        choices=[(number, f"{number}") for number in words.ROWS], empty_label=gettext_lazy("Semua baris"),
    )  # fmt: skip
    pilih = filters.ChoiceFilter(
        method="by_preset", label=gettext_lazy("Pilihan"), choices=[(code, each[0]) for code, each in PRESETS.items()],
        empty_label=gettext_lazy("Semua jabatan"),
    )  # fmt: skip

    class Meta:
        model = NeedsResult
        fields: list[str] = []

    def by_recommendation(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """Results with a line of that recommendation: row 8 may bring two."""
        if value == RESTRICTED:
            return queryset.filter(restricted=True)
        lines = RecommendationLine.objects.filter(
            agency_id=OuterRef("agency_id"), result_id=OuterRef("pk"), recommendation=value
        )
        return queryset.filter(Exists(lines), restricted=False)

    def by_masked(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return queryset.filter(**{name: value, "restricted": False})

    def with_signal(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return queryset.filter(signals__contains=[{"code": value}], restricted=False)

    def by_preset(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return queryset.filter(PRESETS[value][1])


class TableOfAnalysis(TablePage):
    """A list of one analysis, which its address names; 404 for an analysis that the user may not read."""

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        self._analysis: NeedsAnalysis | None = None

    @property
    def analysis(self) -> NeedsAnalysis:
        if self._analysis is None:
            self._analysis = doors.found(queries.readable(self.request.user), pk=self.kwargs["pk"])
        return self._analysis


class ResultTable(TableOfAnalysis):
    """Every position of an analysis in the user's scope, with what is recommended."""

    noun = gettext_lazy("jabatan")
    permission = "view_analysis"
    filterset_class = ResultFilter
    first_filters = ("q", "unit", "recommendation")
    order_by = ("seen_priority", "unit_name", "code")
    template_name = "positions/analysis_table.html"
    empty_title = gettext_lazy("Tidak ada jabatan dalam cakupan Anda")
    columns = (
        Column("job", gettext_lazy("Jabatan"), "job_name", sort="job_name", sub="place", fixed=True,
               url=lambda row: reverse("analysis-result", args=[row.analysis_id, row.pk])),
        Column("code", gettext_lazy("Kode"), "code", sort="code", hidden=True, in_files=True),
        Column("class", gettext_lazy("Kelas"), "job_class", kind="num", sort="job_class"),
        Column("source", gettext_lazy("Sumber"), lambda row: words.source(row.source), sort="source", hidden=True),
        Column("need", gettext_lazy("Kebutuhan ABK"), "need", kind="num", places=4, sort="need",
               hint=gettext_lazy("Kebutuhan N, belum dibulatkan")),
        Column("k", gettext_lazy("K"), "k_used", kind="num", sort="k_used", html=lambda row: _k_cell(row)),
        Column("k_decided", gettext_lazy("K ditetapkan"), "k_decided", kind="num", sort="k_decided", hidden=True),
        Column("b", gettext_lazy("B"), "b", kind="num", sort="b", html=lambda row: holders_cell(row)),
        PRINTED,
        Column("part_time", gettext_lazy("Paruh waktu"), "b_part_time", kind="num", sort="b_part_time", hidden=True),
        Column("f", gettext_lazy("F"), "f", kind="num", sort="f", hidden=True,
               hint=gettext_lazy("Formasi ditetapkan yang belum terisi")),
        Column("gap", gettext_lazy("±"), lambda row: None if row.k_used is None else row.b - row.k_used, kind="num",
               sort="gap", html=lambda row: difference(row.b, row.k_used)),
        Column("ej", gettext_lazy("EJ"), "effectiveness", kind="num", places=2, sort="effectiveness", hidden=True,
               hint=gettext_lazy("N ÷ B; beban terukur hanya pada sumber ABK dan ABK-Kes")),
        Column("grade", gettext_lazy("Tingkat"), "grade", sort="grade", hidden=True),
        Column("out", gettext_lazy("Keluar 5 tahun"), lambda row: sum(row.outflow), kind="num", hidden=True),
        Column("gap_5", gettext_lazy("± tahun ke-5"),
               lambda row: None if row.k_year[4] is None else row.b_year[4] - row.k_year[4], kind="num", hidden=True),
        Column("recommendation", gettext_lazy("Rekomendasi"), lambda row: _recommendation_words(row),
               sort="seen_recommendation", html=lambda row: _recommendation_cell(row)),
        Column("quantity", gettext_lazy("Jumlah"), "quantity", kind="num", sort="seen_quantity", hidden=True),
        Column("proposed", gettext_lazy("Usul formasi"), lambda row: proposed_of(row), kind="num", hidden=True,
               hint=gettext_lazy("Jumlah pada rekomendasi Usulkan formasi, baris kedua termasuk")),
        Column("priority", gettext_lazy("Prioritas"), "priority", kind="num", sort="seen_priority"),
        Column("row", gettext_lazy("Baris"), "row", kind="num", sort="seen_row", hidden=True),
        Column("reason", gettext_lazy("Alasan"), lambda row: words.reason(row.reason), sort="seen_reason", hidden=True),
        Column("signals", gettext_lazy("Tanda"),
               lambda row: ", ".join(str(words.SIGNALS.get(each["code"], each["code"])) for each in row.signals)),
        Column("state", gettext_lazy("Keputusan"), lambda row: _("menunggu") if row.waits else "", hidden=True),
    )  # fmt: skip

    def get_columns(self, request: HttpRequest) -> Any:
        """Who may decide gets a box on each position that waits, for the form below the table."""
        if request.GET.get("format") or not request.user.access.may("decide_recommendations"):
            return self.columns
        return (*self.columns[:1], PICK, *self.columns[1:])

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        self._decidable: Q | None = None

    @property
    def title(self) -> str:  # type: ignore[override]
        return title_of(self.analysis)

    @property
    def lead(self) -> str:  # type: ignore[override]
        return _(
            "Setiap jabatan dengan kebutuhan, pemangku dan satu rekomendasi; buka jabatan untuk dasar perhitungannya."
        )

    def rows(self) -> QuerySet[Any]:
        if self._decidable is None:
            self._decidable = decisions.decidable(self.analysis)
        rows = queries.with_second_line(queries.results(self.request.user, self.analysis))
        return with_waiting(rows.select_related("unit__office"), self._decidable)

    def queryset(self, request: HttpRequest) -> QuerySet[Any]:
        request.tree_day = self.analysis.as_of  # type: ignore[attr-defined]
        return with_seen(self.rows()).annotate(gap=F("b") - F("k_used"))

    def extra_context(self, request: HttpRequest) -> dict[str, Any]:
        pk, chosen = self.analysis.pk, request.GET.get("pilih", "")
        counts = (
            self.rows()
            .order_by()
            .aggregate(**{code: Count("pk", filter=condition) for code, (_label, condition) in PRESETS.items()})
        )
        return {
            "crumbs": crumbs((self.title, reverse("analysis-detail", args=[pk])), (_("Jabatan"), "")),
            "projection_notice": projection_words(self.analysis),
            "presets": [
                {
                    "label": label, "count": counts[code], "is_chosen": code == chosen,
                    "query": self.query_without(
                        "hal", "format", "pilih", **({} if code == chosen else {"pilih": code})
                    ),
                }
                for code, (label, _condition) in PRESETS.items()
            ],
            "actions": [{"url": reverse("analysis-compare", args=[pk]), "label": _("Bandingkan")}],
            "may_decide": request.user.access.may("decide_recommendations") and counts["keputusan"] > 0,
        }  # fmt: skip


def _pick_cell(row: NeedsResult) -> SafeString | str:
    if not row.waits:
        return ""
    label = _("Pilih %(job)s, %(unit)s") % {"job": row.job_name, "unit": row.place}
    return format_html(
        '<input type="checkbox" form="putusan" name="result" value="{}" aria-label="{}" data-pick>', row.pk, label
    )


PICK = Column("pick", gettext_lazy("Pilih"), lambda row: "", html=_pick_cell, fixed=True)


def _k_cell(row: NeedsResult) -> SafeString | str:
    if row.k_used is None:
        return format_html('<span class="muted">{}</span>', _("belum tersedia"))
    return formats.number(row.k_used)


def _recommendation_words(row: NeedsResult) -> str:
    named = [row.recommendation] + [Recommendation.PROPOSE] * bool(getattr(row, "second", None))
    return "; ".join(str(words.recommendation(code)) for code in named)


def proposed_of(row: NeedsResult) -> int | None:
    """Return how much the lines of a result propose as new formation; None where none does."""
    if row.recommendation == Recommendation.PROPOSE:
        return row.quantity
    return getattr(row, "second", None)


def _recommendation_cell(row: NeedsResult) -> SafeString:
    label = words.recommendation(row.recommendation)
    if row.restricted:
        return format_html('<span class="muted">{}</span>', label)
    if row.quantity:
        label = f"{label} ({formats.number(row.quantity)})"
    if second := getattr(row, "second", None):
        label = f"{label}; {words.recommendation(Recommendation.PROPOSE)} ({formats.number(second)})"
    return format_html("{}<small>{}</small>", label, words.reason(row.reason))


# Unit

# What the page of a unit shows of its own positions.
OF_UNIT = ("job", "code", "class", "need", "k", "b", "gap", "ej", "recommendation", "priority")
FILE_OF_UNIT = tuple(each for each in ResultTable.columns if each.key in OF_UNIT)


@doors.needs("view_analysis")
@safe_or_file
def analysis_unit(request: HttpRequest, pk: int, unit: int) -> HttpResponseBase:
    """A unit with all below it in one analysis: figures, EU with its grade, positions, units below. Two files: its own
    positions, and (`bagian=unit`) the units below."""
    user = request.user
    analysis = doors.found(queries.readable(user).defer(None), pk=pk)
    here = doors.found(Unit.objects.visible_to(user).select_related("office", "parent"), pk=unit)
    below = _below(user, here, analysis.as_of)
    units = [row for row in queries.by_unit(user, analysis) if row["unit_id"] in below]
    totals = {
        name: sum(row[name] for row in units)
        for name in ("need", "holders", "shortage", "surplus", "shortage_5", "unknown")
    }
    load = sum((row["load"] for row in units if row["load"] is not None), start=0)
    holders = sum(row["load_holders"] or 0 for row in units)
    eu = effectiveness_of_need(load if load else None, holders)
    table = reverse("analysis-table", args=[pk])
    results = queries.with_second_line(queries.results(user, analysis))
    own = with_seen(results).filter(unit=here).order_by("seen_priority", "job_name", "pk")
    lower = [office_row(pk, row, "unit_id", "unit_name") for row in units if row["unit_id"] != here.pk]
    if request.GET.get("bagian") == "unit":
        file = download(request, lower, analysis_files.BY_UNIT, name="analisis-unit", title=here.name)
    else:
        file = download(request, own, FILE_OF_UNIT, name="analisis-jabatan", title=here.name)
    if file is not None:
        return file
    page = Paginator(own, 50).get_page(request.GET.get("hal"))
    context = {
        "analysis": analysis,
        "unit": here,
        "projection_notice": projection_words(analysis),
        # People come for a whole office: where somebody is counted, nobody is missing.
        "unstaffed": "" if totals["holders"] else staffing.notice(user, analysis, below),
        "crumbs": crumbs((title_of(analysis), reverse("analysis-detail", args=[pk])), (here.name, "")),
        "figures": [
            {"label": _("Kebutuhan"), "value": totals["need"]},
            {"label": _("Pemangku"), "value": totals["holders"]},
            {"label": _("Kekurangan"), "value": totals["shortage"], "url": f"{table}?pilih=kekurangan&unit={unit}"},
            {"label": _("Kelebihan"), "value": totals["surplus"], "url": f"{table}?pilih=kelebihan&unit={unit}"},
            {
                "label": _("Efektivitas unit (EU)"),
                "text": formats.number(eu.value, 4) if eu.value is not None else formats.DASH,
                "detail": f"{eu.grade} · {GRADE_NAMES[eu.grade]}" if eu.grade else _("belum dapat dihitung"),
            },
        ],
        "page": page,
        "rows": [result_line(row) for row in page],
        "below": units_page(request, lower),
        "goals": list(queries.goals_without_posts(user, analysis).filter(unit=here)[:20]),
        "basis": {
            "inputs": [
                (_("Σ N jabatan yang bebannya diketahui"), formats.number(load, 4) if load else formats.DASH),
                (_("Σ B jabatan itu"), formats.number(holders)),
            ],
            "steps": [_("EU = Σ N ÷ Σ B, memakai nilai yang belum dibulatkan."),
                      _("A di atas 1; B mulai 0,90; C mulai 0,70; D mulai 0,50; E di bawahnya.")],
            "legal_basis": _("Permendagri 12/2008 (efektivitas unit); PermenPANRB 1/2020."),
        },
        "table_url": f"{table}?unit={unit}",
    }  # fmt: skip
    return render(request, "positions/analysis_unit.html", context)


def _below(user: Any, unit: Unit, day: date) -> set[int]:
    units = register.of_unit_and_below(Unit.objects.visible_to(user), unit, day, "pk")
    return set(units.values_list("pk", flat=True))


def result_line(row: NeedsResult) -> dict[str, Any]:
    return {
        "row": row, "url": reverse("analysis-result", args=[row.analysis_id, row.pk]),
        "recommendation": _recommendation_cell(row), "gap": difference(row.b, row.k_used), "b": holders_cell(row),
    }  # fmt: skip


# One position


@doors.needs("view_analysis", SUBORDINATES)
@require_safe
def analysis_result(request: HttpRequest, pk: int, result: int) -> HttpResponse:
    """One position: figures, signals with evidence, five years, "Dasar perhitungan", decisions. A removal candidate of
    a unit that the user heads opens by the seat alone, until it is decided."""
    user = request.user
    by_seat = queries.led_candidates(user).filter(pk=result, analysis=pk).exists() if user.access.led_paths else False
    analyses = queries.analysis_of_led(user) if by_seat else queries.readable(user)
    analysis = doors.found(analyses.defer(None), pk=pk)
    rows = queries.with_second_line(queries.led_candidates(user) if by_seat else queries.results(user, analysis))
    rows = rows.defer(None).select_related("position", "unit__office", "job")
    seen = Prefetch("lines", queries.with_objected(user, RecommendationLine.objects.all().open_to(user)))
    proposed = Prefetch("lines__formation_lines", FormationLine.objects.visible_to(user).select_related("proposal"))
    rows = rows.prefetch_related(seen, "lines__decisions__decided_by", "lines__follow_ups", proposed)
    row = doors.found(rows, pk=result)
    row.analysis = analysis
    parameters = analysis.parameters.get("values", {})
    years = [analysis.as_of.year + year for year in range(5)]
    known = row.k_used is not None
    projection = [
        {"year": year, "k": k, "out": out, "b": b, "gap": difference(b, k)}
        for year, k, out, b in zip(words.years(analysis.as_of), row.k_year, row.outflow, row.b_year, strict=True)
    ]
    history = [each for each in queries.history_of(user, row.position_id)[:8]]
    days = [each.analysis.as_of for each in history]
    # What was decided on a removal candidate before (a deferral) is for who sees the candidate.
    lines = [] if row.restricted else sorted(row.lines.all(), key=lambda line: line.number)
    stand = decisions.standing(analysis)
    context = {
        "analysis": analysis,
        "objections": queries.objections_to(user, lines),
        "row": row,
        "projection_notice": projection_words(analysis),
        "crumbs": result_crumbs(user, analysis, row),
        "figures": [
            {
                "label": _("Kebutuhan (N)"), "text": formats.number(row.need, 4),
                "detail": words.source(row.source),
            },
            {
                "label": _("K dipakai"), "text": formats.number(row.k_used) if known else _("belum tersedia"),
                "detail": _("ditetapkan %(k)s") % {"k": formats.number(row.k_decided)},
            },
            {
                "label": _("Bezetting (B)"), "value": row.b,
                "detail": _("tercetak pada peta jabatan") if row.b_printed else words.part_time(row),
                "tone": "gold" if row.b_printed else "",
            },
            {
                "label": _("Selisih"), "text": signed(row.b - row.k_used) if known else formats.DASH,
                "detail": gap_words(row), "tone": gap_tone(row),
            },
            {
                "label": _("Efektivitas (EJ)"),
                "text": formats.number(row.effectiveness, 4) if row.effectiveness is not None else formats.DASH,
                "detail": " · ".join(each for each in (row.grade, unmeasured(row)) if each),
            },
        ],
        "recommendation": _recommendation_cell(row),
        "recommendation_name": words.recommendation(row.recommendation),
        "tone": words.RECOMMENDATION_TONES.get(row.recommendation, ""),
        "priority": words.PRIORITIES.get(row.priority, ""),
        "priority_tone": words.PRIORITY_TONES.get(row.priority, ""),
        "reason": words.reason(row.reason),
        "signals": basis.signal_lines(row),
        "projection": projection,
        "first_year": words.first_year(analysis.as_of),
        "years_chart": charts.need_and_holders(
            years, row.k_year, row.b_year, title=_("Kebutuhan dan pemangku lima tahun"),
            first=words.rest_of_year(analysis.as_of),
        ) if known else "",
        "history_chart": charts.sparkline(
            [each.need for each in reversed(history) if each.need is not None], title=_("Kebutuhan menurut analisis")
        ),
        "history": [
            (each, formats.moment(each.analysis.created_at) if days.count(each.analysis.as_of) > 1 else "")
            for each in history
        ],
        "basis": basis.of_result(row, parameters),
        "lines": [line_view(line, user, row, stand) for line in lines],
        "hearings": hearing_views(lines, user, row),
        "decisions": sorted(
            (decision for line in lines for decision in line.decisions.all()),
            key=lambda each: each.decided_at, reverse=True,
        ),
        "is_latest": analysis.known_on is not None or stand is decisions.Standing.CURRENT,
    }  # fmt: skip
    return render(request, "positions/analysis_result.html", context)


def result_crumbs(user: Any, analysis: NeedsAnalysis, row: NeedsResult) -> list[tuple[Any, str]]:
    """The way to a position: for a head who reads nothing else of the analysis, the list of the candidates."""
    if not user.access.may("view_analysis"):
        return [(_("Analisis"), ""), (_("Calon penghapusan"), reverse("removal-candidate-list")), (row.job_name, "")]
    return crumbs(
        (title_of(analysis), reverse("analysis-detail", args=[analysis.pk])),
        (row.unit_name, reverse("analysis-unit", args=[analysis.pk, row.unit_id])),
        (row.job_name, ""),
    )


def hearing_views(lines: list[RecommendationLine], user: Any, row: NeedsResult) -> dict[str, Any] | None:
    """Return the holders of a removal candidate with what each said and the seat kept; None for other posts and for who
    may not read that."""
    line = next((line for line in lines if line.recommendation in permissions.REMOVING), None)
    if line is None:
        return None
    found = hearings.heard(user, line, dates.today())
    if found is None:
        return None
    may_hear = permissions.may_record_hearings(user, row.unit)
    pairs = {(held.employee_id, heard.target_seat.position.job_id) for held, heard in found if heard is not None}
    fits = education.fits(row.agency_id, pairs)

    def warning(held: Incumbency, heard: RemovalHearing | None) -> str:
        if heard is None:
            return ""
        job = heard.target_seat.position.job
        return words.education_warning(fits[held.employee_id, job.pk], held.employee, job)

    return {
        "rows": [(held.employee, heard, warning(held, heard)) for held, heard in found],
        "url": reverse("hearing-create", args=[line.pk]) if may_hear else "",
    }


def line_view(line: RecommendationLine, user: Any, row: NeedsResult, stand: decisions.Standing) -> dict[str, Any]:
    # What a later analysis superseded is not decided on; its approval may be withdrawn.
    is_open = decisions.stays_open(line, stand) or line.state == RecommendationLine.State.APPROVED
    return {
        "line": line,
        "name": words.recommendation(line.recommendation),
        "tone": words.STATE_TONES.get(line.state, ""),  # type: ignore[call-overload]
        "may_decide": (
            line.recommendation != Recommendation.KEEP and is_open and permissions.may_decide(user, row.unit)
        ),
        "follow_ups": list(line.follow_ups.all()),
        "proposals": [each.proposal for each in line.formation_lines.all()],
    }


def signed(value: int) -> str:
    return f"+{formats.number(value)}" if value > 0 else formats.number(value)


def unmeasured(row: NeedsResult) -> str:
    """What stands beside an EJ whose N is no measured workload."""
    if row.effectiveness is None or words.is_measured(row.source):
        return ""
    return _("bukan beban terukur: N dari %(source)s") % {"source": words.source(row.source)}


def gap_words(row: NeedsResult) -> str:
    if row.k_used is None:
        return _("K belum tersedia")
    return _("kekurangan") if row.b < row.k_used else _("kelebihan") if row.b > row.k_used else _("sesuai")


def gap_tone(row: NeedsResult) -> str:
    if row.k_used is None:
        return ""
    return "short" if row.b < row.k_used else "over" if row.b > row.k_used else "fit"


# Comparison


class CompareForm(forms.Form):
    dengan = forms.ModelChoiceField(label=gettext_lazy("Bandingkan dengan"), queryset=NeedsAnalysis.objects.none())

    def __init__(self, *args: Any, others: QuerySet[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["dengan"]
        field.queryset = others  # type: ignore[attr-defined]
        field.label_from_instance = attrgetter("told_apart")  # type: ignore[attr-defined]


@doors.needs("view_analysis")
@safe_or_file
def analysis_compare(request: HttpRequest, pk: int) -> HttpResponseBase:
    """What changed since another analysis, and why; the file holds every position that changed."""
    user = request.user
    analysis = doors.found(queries.readable(user).defer(None), pk=pk)
    others = queries.analyses(user).exclude(pk=pk)
    chosen = request.GET.get("dengan", "")
    known = chosen.isascii() and chosen.isdigit() and len(chosen) < 19
    other = others.filter(pk=int(chosen)).first() if known else others.filter(as_of__lte=analysis.as_of).first()
    context: dict[str, Any] = {
        "analysis": analysis, "other": other, "title": title_of(analysis),
        "form": CompareForm(initial={"dengan": other}, others=others, auto_id="banding-%s"),
        "has_others": other is not None or others.exists(),
        "crumbs": crumbs((title_of(analysis), reverse("analysis-detail", args=[pk])), (_("Perbandingan"), "")),
    }  # fmt: skip
    if other is not None:
        before, after = sorted((analysis, other), key=lambda each: (each.as_of, each.pk))
        changes = list(compare(before, after, NeedsResult.objects.visible_to(user)))
        # What asks for another decision first, then changes of K, then the rest; each by unit and code.
        changes.sort(key=lambda each: (each.recommendation[0] == each.recommendation[1], each.k[0] == each.k[1]))
        file = download(
            request, changes, analysis_files.COMPARED, name="perbandingan-analisis", title=_("Perbandingan analisis")
        )
        if file is not None:
            return file
        reasons: dict[str, int] = {}
        for change in changes:
            for code in change.reasons:
                reasons[code] = reasons.get(code, 0) + 1
        page = Paginator(changes, CHANGES_A_PAGE).get_page(request.GET.get("hal"))
        ids = dict(
            queries.results(user, after).filter(position__in=[each.position_id for each in page]).order_by()
            .values_list("position_id", "pk")
        )  # fmt: skip
        said = formats.moment if before.as_of == after.as_of else formats.day
        context |= {
            "before": before, "after": after, "page": page,
            "from_to": [
                said(each.created_at if before.as_of == after.as_of else each.as_of) for each in (before, after)
            ],
            "reasons": sorted(
                ((words.CHANGES.get(code, code), n) for code, n in reasons.items()), key=lambda each: -each[1]
            ),
            "lines": [change_line(change, after.pk, ids.get(change.position_id)) for change in page],
            "totals": [
                (label, before.totals.get(name), after.totals.get(name))
                for name, label in (
                    ("need", _("Kebutuhan")), ("holders", _("Pemangku")), ("shortage", _("Kekurangan")),
                    ("surplus", _("Kelebihan")), ("shortage_5", _("Kekurangan 5 tahun")),
                )
            ] if user.access.whole_agency else [],
        }  # fmt: skip
    return render(request, "positions/analysis_compare.html", context)


def change_line(change: Any, analysis_pk: int, result_pk: int | None) -> dict[str, Any]:
    def pair(values: tuple[Any, Any], places: int | None = None) -> str:
        before, after = (formats.number(value, places) if value is not None else formats.DASH for value in values)
        return before if before == after else f"{before} → {after}"

    before, after = (words.recommendation(code) or formats.DASH for code in change.recommendation)
    return {
        "job": change.job_name, "unit": change.unit_name,
        "url": reverse("analysis-result", args=[analysis_pk, result_pk]) if result_pk else "",
        "need": pair(change.need, 4), "k": pair(change.k), "b": pair(change.b),
        "recommendation": str(before) if before == after else f"{before} → {after}",
        "priority": pair(change.priority),
        "reasons": analysis_files.reasons_of(change),
    }  # fmt: skip
