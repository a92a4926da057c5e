"""The lists of job analysis: every position with its document, and the board of reviews by perangkat daerah."""

from typing import Any

import django_filters as filters
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from asnhr import dates, formats
from asnhr.pages.tables import Column, TablePage, link, row_url
from asnhr.templatetags.asnhr_ui import bar, pill
from positions.filters import Words
from positions.models import Job, JobAnalysis, Position
from positions.pages.pickers import UnitChoice
from positions.queries import job_analysis as queries
from positions.rules.job_analysis import ELEMENTS, State

TONES = {State.DRAFT.value: "gold", State.SUBMITTED.value: "over", State.RETURNED.value: "short",
         State.APPROVED.value: "fit"}  # fmt: skip
CRUMB = gettext_lazy("Analisis jabatan")
IN_FORCE, LATE = "berlaku", "terlambat"
LABELS = {queries.NONE: gettext_lazy("Belum ada"), **dict(JobAnalysis.State.choices)}


class JobAnalysisPageFilter(filters.FilterSet):
    q = Words(fields=("job__name", "job__subtitle", "code"), label=gettext_lazy("Cari jabatan atau kode"))
    unit = UnitChoice()
    keadaan = filters.ChoiceFilter(
        field_name="state", label=gettext_lazy("Keadaan"), empty_label=gettext_lazy("Semua keadaan"),
        choices=list(LABELS.items()),
    )  # fmt: skip
    lengkap = filters.ChoiceFilter(
        method="by_filled", label=gettext_lazy("Kelengkapan"), empty_label=gettext_lazy("Lengkap atau tidak"),
        choices=[
            ("penuh", gettext_lazy("15 unsur terisi")), ("kurang", gettext_lazy("ada yang kurang")),
            ("separuh", gettext_lazy("kurang dari separuh")),
        ],
    )  # fmt: skip
    tinjauan = filters.ChoiceFilter(
        method="by_review", label=gettext_lazy("Tinjauan"), empty_label=gettext_lazy("Semua"),
        choices=[(IN_FORCE, gettext_lazy("Ada yang berlaku")), (LATE, gettext_lazy("Terlambat ditinjau"))],
    )  # fmt: skip
    group = filters.ChoiceFilter(
        field_name="job__group", choices=Job.Group.choices, label=gettext_lazy("Jenis jabatan"),
        empty_label=gettext_lazy("Semua jenis"),
    )  # fmt: skip

    class Meta:
        model = Position
        fields: list[str] = []

    def by_filled(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        conditions = {
            "penuh": Q(filled=len(ELEMENTS)), "kurang": Q(filled__lt=len(ELEMENTS)),
            "separuh": Q(filled__lt=len(ELEMENTS) / 2),
        }  # fmt: skip
        return queryset.filter(conditions[value])

    def by_review(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return queryset.filter(valid_from__isnull=False) if value == IN_FORCE else queryset.filter(is_late=True)


def _documents_on(request: HttpRequest) -> QuerySet[Any]:
    """The posts of the chosen day with their documents; of a past day what was in force then, without what is being
    written today."""
    day = request.as_of  # type: ignore[attr-defined]
    posts = Position.objects.visible_to(request.user).on(day)
    return queries.with_documents(posts, day, drafts=day >= dates.today())


def post_cell(row: Any) -> SafeString:
    """The post, leading to its document, or to the page of the post where there is none."""
    url = row_url("job-analysis-detail", row.document) if row.document else row_url("position-detail", row.pk)
    return link(url, row.job)


def state_cell(row: Any) -> SafeString:
    return pill(LABELS[row.state], TONES.get(row.state, ""))


def filled_text(row: Any) -> str:
    return "" if row.filled is None else f"{row.filled} / {len(ELEMENTS)}"


def filled_cell(row: Any) -> SafeString | str:
    if row.filled is None:
        return formats.DASH
    tone = "" if row.filled == len(ELEMENTS) else "gold"
    spoken = _("%(n)s dari 15 unsur terisi") % {"n": row.filled}
    return format_html("{} {}", filled_text(row), bar(row.filled, len(ELEMENTS), tone, spoken))


class JobAnalysisList(TablePage):
    follows_day = True
    title = gettext_lazy("Analisis jabatan (anjab)")
    lead = gettext_lazy(
        "Dokumen 15 unsur setiap jabatan dalam unit: yang sedang disusun, yang berlaku, kelengkapan dan tinjauannya."
    )
    noun = gettext_lazy("jabatan")
    permission = "view_register"
    filterset_class = JobAnalysisPageFilter
    first_filters = ("q", "unit", "keadaan", "tinjauan")
    order_by = ("unit__office__name", "unit__path", "-is_head", "order", "code")
    empty_text = gettext_lazy("Tidak ada jabatan dengan saringan ini.")
    columns = (
        Column("jabatan", gettext_lazy("Jabatan"), lambda row: str(row.job), sort="job__name", fixed=True,
               html=post_cell, sub="unit.name"),
        Column("kode", gettext_lazy("Kode"), "code", sort="code", hidden=True),
        Column("perangkat", gettext_lazy("Perangkat daerah"), "unit.office.name", sort="unit__office__name",
               hidden=True),
        Column("keadaan", gettext_lazy("Keadaan"), lambda row: LABELS[row.state], sort="state", html=state_cell),
        Column("versi", gettext_lazy("Versi"), "version", kind="num", sort="version"),
        Column("lengkap", gettext_lazy("Kelengkapan"), filled_text, sort="filled", html=filled_cell,
               hint=gettext_lazy("Unsur yang terisi dari 15")),
        Column("berlaku", gettext_lazy("Berlaku sejak"), "valid_from", kind="date", sort="valid_from"),
        Column("tinjau", gettext_lazy("Ditinjau paling lambat"), "review_by", kind="date", sort="review_by"),
        Column("terlambat", gettext_lazy("Terlambat"), lambda row: _("ya") if row.is_late else "",
               html=lambda row: pill(_("terlambat"), "short") if row.is_late else ""),
    )  # fmt: skip

    def queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return _documents_on(request).select_related("job", "unit__office")

    def extra_context(self, request: HttpRequest) -> dict[str, Any]:
        return {
            "crumbs": [(_("Analisis"), ""), (CRUMB, "")],
            "actions": [{"label": _("Papan tinjauan"), "url": reverse("job-analysis-board"), "primary": False}],
        }  # fmt: skip


class BoardFilter(filters.FilterSet):
    unit = UnitChoice()

    class Meta:
        model = Position
        fields: list[str] = []


def _of_office(column: str, query: str) -> Any:
    """A figure that leads to the rows behind it."""

    def shown(row: dict[str, Any]) -> SafeString | str:
        number = formats.number(row[column])
        if not row[column]:
            return number
        return format_html('<a href="{}?unit={}&{}">{}</a>', reverse("job-analysis-list"), row["office"], query, number)

    return shown


class JobAnalysisBoard(TablePage):
    """A line a perangkat daerah, those with most late reviews first."""

    follows_day = True
    title = gettext_lazy("Papan tinjauan analisis jabatan")
    lead = gettext_lazy(
        "Setiap dokumen ditinjau sekali setahun: unit mana yang terlambat, dan jabatan mana yang belum punya dokumen."
    )
    noun = gettext_lazy("perangkat daerah")
    permission = "view_register"
    filterset_class = BoardFilter
    first_filters = ("unit",)
    order_by = ("-late_n", "-none_n", "name", "office")
    columns = (
        Column("unit", gettext_lazy("Perangkat daerah"), "name", sort="name", fixed=True,
               url=lambda row: f"{reverse('job-analysis-list')}?unit={row['office']}"),
        Column("jabatan", gettext_lazy("Jabatan"), "positions_n", kind="num", sort="positions_n"),
        Column("berlaku", gettext_lazy("Berlaku"), "current_n", kind="num", sort="current_n",
               html=_of_office("current_n", "tinjauan=berlaku")),
        Column("proses", gettext_lazy("Sedang disusun"), "draft_n", kind="num", sort="draft_n"),
        Column("belum", gettext_lazy("Belum ada"), "none_n", kind="num", sort="none_n",
               html=_of_office("none_n", "keadaan=belum")),
        Column("terlambat", gettext_lazy("Terlambat ditinjau"), "late_n", kind="num", sort="late_n",
               html=_of_office("late_n", "tinjauan=terlambat")),
        Column("dekat", gettext_lazy("Tinjauan terdekat"), "next_review", kind="date", sort="next_review"),
    )  # fmt: skip

    def queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return _documents_on(request)

    def ordered(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """The rows are sums: no key of a position follows."""
        column, descending = self.sorted_by
        # A column here is sorted by one field.
        key = str(column.sort) if column is not None else ""
        first = [f"-{key}" if descending else key] if key else []
        return queries.board(rows, self.request.as_of).order_by(*first, *self.order_by)  # type: ignore[attr-defined]

    def extra_context(self, request: HttpRequest) -> dict[str, Any]:
        return {"crumbs": [(_("Analisis"), ""), (CRUMB, reverse("job-analysis-list")), (_("Papan tinjauan"), "")]}
