"""The ABK campaign: the board of units, and the grid in which a unit's tasks are typed, checked and approved."""

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
from asnhr.formats import counted
from asnhr.pages.tables import Column, TablePage, link
from asnhr.templatetags.asnhr_ui import pill
from positions import permissions
from positions.filters import Words
from positions.models import Campaign, WorkloadSheet
from positions.pages import doors
from positions.pages.pickers import DayInput, UnitChoice
from positions.rules import sheet_flow
from positions.services import workload as services

State = WorkloadSheet.State
TONES = {"belum": "", "diisi": "over", "diverifikasi": "brand", "dikembalikan": "gold", "disahkan": "fit"}


def is_late(day: date) -> Q:
    """Return the condition of `sheet_flow.is_late` for sheets."""
    return Q(campaign__deadline__lt=day, state__in=sorted(sheet_flow.WITH_UNIT))


class BoardFilter(filters.FilterSet):
    q = Words(fields=("unit__name", "unit__code"), label=gettext_lazy("Cari unit"))
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
            counted("%(n)s unit diingatkan.", reminded) if reminded else _("Semua unit sudah diingatkan hari ini."),
        )
    return redirect(f"{reverse('workload-board')}?tahun={campaign.year}")
