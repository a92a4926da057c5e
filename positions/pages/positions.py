"""Positions: the list with K, B and ±, one position with its seats and holders, and what an officer changes there."""

from typing import Any

import django_filters as filters
from django import forms
from django.contrib import messages
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from asnhr import dates, formats
from asnhr.pages.days import follows_day
from asnhr.pages.tables import Column, TablePage, link, row_url
from asnhr.templatetags.asnhr_ui import difference, pill
from positions import permissions
from positions.filters import Number, Words
from positions.models import Employee, Incumbency, Job, Position
from positions.models.job import LEVEL_CHOICES
from positions.pages import appointment_withdrawal, doors, words
from positions.pages.pickers import UnitChoice, day_field
from positions.queries import details, job_analysis, register, rulebook, search, simplification, unit_names
from positions.services import coming, withdrawals
from positions.services import register as services

MOST_HOLDERS = 120
SHEET_TONES = {"diisi": "over", "diverifikasi": "brand", "dikembalikan": "gold", "disahkan": "fit"}


class PositionPageFilter(filters.FilterSet):
    q = Words(fields=("job__name", "job__subtitle", "code"), label=gettext_lazy("Cari jabatan atau kode"))
    unit = UnitChoice()
    group = filters.ChoiceFilter(
        field_name="job__group",
        choices=Job.Group.choices,
        label=gettext_lazy("Jenis jabatan"),
        empty_label=gettext_lazy("Semua jenis"),
    )
    level = filters.ChoiceFilter(
        field_name="job__level",
        choices=LEVEL_CHOICES,
        label=gettext_lazy("Jenjang"),
        empty_label=gettext_lazy("Semua jenjang"),
    )
    kelas = filters.ChoiceFilter(
        field_name="job_class",
        choices=[(number, str(number)) for number in range(17, 0, -1)],
        label=gettext_lazy("Kelas jabatan"),
        empty_label=gettext_lazy("Semua kelas"),
    )
    selisih = filters.ChoiceFilter(
        method="by_gap",
        label=gettext_lazy("Selisih"),
        empty_label=gettext_lazy("Semua"),
        choices=[
            ("kurang", gettext_lazy("Kekurangan")),
            ("lebih", gettext_lazy("Kelebihan")),
            ("sesuai", gettext_lazy("Sesuai")),
            ("kosong", gettext_lazy("K belum tersedia")),
        ],
    )
    terisi = filters.BooleanFilter(method="by_seats", label=gettext_lazy("Semua formasi terisi"))
    nomenklatur = Number(field_name="job_id", label=gettext_lazy("Nomenklatur (id)"))
    tanpa_sasaran = filters.BooleanFilter(method="by_goal", label=gettext_lazy("Tanpa sasaran"))

    class Meta:
        model = Position
        fields: list[str] = []

    def by_gap(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        conditions = {"kurang": Q(gap__lt=0), "lebih": Q(gap__gt=0), "sesuai": Q(gap=0), "kosong": Q(gap__isnull=True)}
        return queryset.filter(conditions[value])

    def by_seats(self, queryset: QuerySet[Any], name: str, value: bool) -> QuerySet[Any]:
        vacant = Exists(register.vacant_seats(self.request.as_of).filter(position_id=OuterRef("pk")))
        return queryset.filter(~vacant if value else vacant)

    def by_goal(self, queryset: QuerySet[Any], name: str, value: bool) -> QuerySet[Any]:
        without = register.without_goal(queryset, self.request.as_of)
        return without if value else queryset.exclude(pk__in=without.values("pk"))


def job_cell(row: Position) -> SafeString:
    """The position's title as a link, its unit below, and who acts in it."""
    title = link(row_url("position-detail", row.pk), row.job)
    return format_html("{} {}", title, pill(_("Plt/Plh"), "gold")) if getattr(row, "is_acting", False) else title


def holders_cell(row: Any) -> SafeString | str:
    """B, and whether it is only what an imported map prints."""
    figure = formats.number(row.b)
    return format_html("{} {}", pill(_("tercetak"), "gold"), figure) if row.b_printed else figure


# Exports always say which B is only printed.
PRINTED = Column(
    "b_tercetak",
    gettext_lazy("Keterangan B"),
    lambda row: _("tercetak") if row.b_printed else "",
    hidden=True,
    in_files=True,
    hint=gettext_lazy("Tercetak: dari peta jabatan; pegawai perangkat daerah itu belum diimpor"),
)


class PositionList(TablePage):
    follows_day = True
    title = gettext_lazy("Jabatan")
    lead = gettext_lazy("Setiap jabatan dalam unit dengan formasi yang ditetapkan (K), bezetting (B), dan selisihnya.")
    noun = gettext_lazy("jabatan")
    permission = "view_register"
    filterset_class = PositionPageFilter
    first_filters = ("q", "unit", "group", "selisih")
    order_by = ("unit__office__name", "unit__path", "-is_head", "order", "code")
    empty_text = gettext_lazy("Impor peta jabatan, atau buka jabatan baru pada sebuah unit.")
    columns = (
        Column(
            "jabatan",
            gettext_lazy("Jabatan"),
            "job.name",
            html=job_cell,
            sub="unit.place",
            sort="job__name",
            fixed=True,
        ),
        Column("kode", gettext_lazy("Kode"), "code", sort="code", hidden=True, in_files=True),
        Column(
            "perangkat",
            gettext_lazy("Perangkat daerah"),
            "unit.office.name",
            sort="unit__office__name",
            hidden=True,
            in_files=True,
        ),
        Column("jenjang", gettext_lazy("Jenjang"), lambda row: row.job.get_level_display(), sort="job__level"),
        Column("kelas", gettext_lazy("Kelas"), "job_class", kind="num", sort="job_class"),
        Column("k", "K", "k", kind="num", sort="k", hint=gettext_lazy("Kebutuhan yang ditetapkan")),
        Column(
            "b",
            "B",
            "b",
            kind="num",
            sort="b",
            html=lambda row: holders_cell(row),
            hint=gettext_lazy("Bezetting: pemangku definitif yang aktif"),
        ),
        PRINTED,
        Column(
            "selisih",
            "±",
            lambda row: None if row.k is None else row.b - row.k,
            kind="num",
            sort="gap",
            html=lambda row: difference(row.b, row.k),
            hint=gettext_lazy("B − K"),
        ),
        Column(
            "paruh_waktu",
            gettext_lazy("Paruh waktu"),
            "part_time",
            kind="num",
            hint=gettext_lazy("PPPK paruh waktu; di luar B kecuali diatur lain"),
        ),
    )

    def queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows = Position.objects.visible_to(request.user).on(request.as_of).select_related("job", "unit__office")
        by_gap = "selisih" in request.GET or request.GET.get("urut", "").endswith("selisih")
        return register.with_figures(rows, request.as_of, gaps=by_gap)

    def dress(self, rows: list[Any]) -> None:
        unit_names.bear((row.unit for row in rows), self.request.as_of)

    def extra_context(self, request: HttpRequest) -> dict[str, Any]:
        day = self.request.as_of
        sums = register.totals(self.filtered, day)
        vacant = None
        if self.request.GET.get("terisi") == "false":
            # Where the home page leads with its number of vacant seats.
            vacant = register.vacant_seats(day).filter(position__in=self.filtered.order_by().values("pk")).count()
        offered = []
        if permissions.may(request.user, "edit_register", "edit_structure"):
            offered.append({"label": _("Jabatan baru"), "url": reverse("position-new"), "primary": True})
        return {"figures": figures(sums, vacant), "actions": offered}


def figures(sums: register.Totals, vacant: int | None = None) -> list[dict[str, Any]]:
    """Key figures of a set of positions; `vacant`: how many seats nobody holds, where that was asked."""
    unknown = _("%(n)s jabatan belum punya K") % {"n": formats.number(sums.unknown)} if sums.unknown else ""
    empty = _("%(n)s formasi lowong") % {"n": formats.number(vacant)} if vacant is not None else ""
    beside = [
        _("%(n)s tugas tambahan terisi di luar B") % {"n": formats.number(sums.duty_filled)}
        if sums.duty_filled
        else "",
        _("%(n)s paruh waktu") % {"n": formats.number(sums.part_time)} if sums.part_time else "",
    ]
    return [
        {
            "label": _("Formasi ditetapkan (K)"),
            "value": sums.k,
            "detail": " · ".join(filter(None, (empty, unknown))),
        },
        {"label": _("Bezetting (B)"), "value": sums.b, "detail": " · ".join(filter(None, beside))},
        {
            "label": _("Kekurangan"),
            "value": sums.shortage,
            "detail": _("Σ jabatan dengan B < K ditetapkan; analisis memakai K hasil analisis"),
        },
        {
            "label": _("Kelebihan"),
            "value": sums.surplus,
            "detail": _("Σ jabatan dengan B > K; tidak saling dikurangkan"),
        },
    ]


# One position


@doors.needs("view_register")
@require_safe
@follows_day
def position_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Seats with their holders, K by source, workload, requirements, goals, history, the latest analysis."""
    user, day = request.user, request.as_of
    rows = Position.objects.visible_to(user).select_related(
        "job__education_level", "job__reference", "unit__office", "successor__job", "successor__unit"
    )
    figured = register.with_figures(rows, day).annotate(part_time_in_b=rulebook.PartTimeCounts(day))
    position = doors.found(figured, pk=pk)
    unit_names.bear([position.unit], day)
    holders = details.holders_of(position, day)
    seats, part_time = details.seats_with_holders(position, holders, day)
    analysis = details.latest_result(user, position, day)
    context = {
        "position": position,
        "is_open": position.starts_on <= day and (position.ends_on is None or position.ends_on > day),
        "crumbs": [
            (_("Organisasi"), ""),
            (_("Jabatan"), reverse("position-list")),
            (position.unit.name, reverse("unit-detail", args=[position.unit_id])),
            (str(position.job), ""),
        ],
        "figures": detail_figures(position),
        "seats": seats[:MOST_HOLDERS],
        "more_seats": max(0, len(seats) - MOST_HOLDERS),
        "part_time": part_time,
        "sources": details.needs_of(position),
        "workload": toned(details.workload_of(position)),
        "fields": details.education_fields(position.job),
        "competencies": details.competencies_of(position.job, day),
        "predecessors": simplification.predecessors(user, position, day),
        "went_along": simplification.people_of(position) if position.successor_id else [],
        "may_link_closed": position.ends_on is not None and permissions.may_edit_structure(user, position.unit),
        "goals": details.goals_of(position, day),
        "document": job_analysis.document_of(position, day),
        "may_write_document": permissions.may_write_job_analysis(user, position.unit) and position.ends_on is None,
        "history": details.history_of(position, day),
        "result": analysis,
        "recommendation": words.recommendation(analysis.recommendation) if analysis else "",
        "signals": [words.SIGNALS.get(each["code"], each["code"]) for each in analysis.signals] if analysis else [],
        # On a day gone by it was not to come yet.
        "is_ending": day >= dates.today() and withdrawals.is_coming(position, day),
        "may_withdraw": withdrawals.may_withdraw(position, dates.today())
        and permissions.may_edit_structure(user, position.unit),
        "may_edit": permissions.may_edit_positions(user, position.unit) and position.ends_on is None,
        "may_link": permissions.may(user, "edit_goals") and position.ends_on is None,
        "may_decide_formation": permissions.may_edit_structure(user, position.unit) and position.ends_on is None,
        "may_appoint": permissions.may_edit_people(user, position.unit) and position.ends_on is None,
        "withdrawable": appointment_withdrawal.offered(user, holders),
    }
    return render(request, "positions/position_detail.html", context)


def toned(rows: list[Any]) -> list[Any]:
    """Give each workload the tone of its sheet's state."""
    for row in rows:
        row.tone = SHEET_TONES.get(row.sheet.state, "")
    return rows


def detail_figures(position: Any) -> list[dict[str, Any]]:
    gap = None if position.gap is None else abs(position.gap)
    word, tone = (
        (_("data belum tersedia"), "")
        if gap is None
        else (
            (_("kekurangan"), "short")
            if position.gap < 0
            else (_("kelebihan"), "over")
            if position.gap
            else (_("sesuai"), "fit")
        )
    )
    return [
        {"label": _("K ditetapkan"), "value": position.k, "detail": _("formasi")},
        {
            "label": _("Bezetting (B)"),
            "value": position.b,
            "detail": _("tercetak pada peta jabatan") if position.b_printed else _("pemangku yang dihitung"),
            "tone": "gold" if position.b_printed else "",
        },
        {"label": _("Selisih"), "value": gap, "detail": word, "tone": tone},
        {
            "label": _("PPPK paruh waktu"),
            "value": position.part_time,
            "detail": _("termasuk dalam B") if position.part_time_in_b else _("di luar B"),
        },
    ]


# Forms


APPOINTMENTS = [
    (Incumbency.Kind.DEFINITIVE, gettext_lazy("Definitif")),
    (Incumbency.Kind.PLT, gettext_lazy("Pelaksana tugas (Plt)")),
    (Incumbency.Kind.PLH, gettext_lazy("Pelaksana harian (Plh)")),
    (Incumbency.Kind.DUTY, gettext_lazy("Tugas tambahan")),
]


class AppointForm(forms.Form):
    kind = forms.ChoiceField(label=gettext_lazy("Sebagai"), choices=APPOINTMENTS)
    starts_on = day_field(gettext_lazy("TMT"))
    ends_on = day_field(
        gettext_lazy("Hari pertama sesudah berakhir"),
        required=False,
        help_text=gettext_lazy("Hanya untuk Plt, Plh, dan tugas tambahan. SK sampai dengan 30 Juni ditulis 1 Juli."),
    )
    decree = forms.CharField(label=gettext_lazy("Nomor SK"), max_length=120)
    decree_on = day_field(gettext_lazy("Tanggal SK"), required=False)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("kind") == Incumbency.Kind.DEFINITIVE and cleaned.get("ends_on"):
            self.add_error("ends_on", _("Jabatan definitif tidak diberi tanggal akhir saat pengangkatan."))
        return cleaned


@doors.needs("edit_register")
@require_http_methods(["GET", "HEAD", "POST"])
@follows_day
def position_appoint(request: HttpRequest, pk: int) -> HttpResponse:
    """Pick the person, then the kind, TMT and decree."""
    user = request.user
    position = doors.found(Position.objects.visible_to(user).select_related("job", "unit"), pk=pk)
    back, here = reverse("position-detail", args=[pk]), reverse("position-appoint", args=[pk])
    crumbs = [(_("Jabatan"), reverse("position-list")), (str(position.job), back), (_("Angkat pemangku"), "")]
    employee_id = _id(request, "pegawai")
    if employee_id is None:
        text = request.GET.get("q", "")
        people = search.search(user, text, request.as_of).employees
        return pick(
            request,
            _("Angkat pemangku %(job)s: pilih pegawai") % {"job": position.job},
            _("Cari menurut nama atau NIP. Pada %(unit)s.") % {"unit": position.unit},
            crumbs,
            [
                (each.full_name, f"{formats.grouped_nip(each.nip)} · {each.unit or '—'}", f"{here}?pegawai={each.pk}")
                for each in people
            ],
        )
    person = doors.found(Employee.objects.visible_to(user), pk=employee_id)
    initial = {
        "kind": Incumbency.Kind.DUTY if position.by_duty else Incumbency.Kind.DEFINITIVE,
        "starts_on": request.as_of,
    }
    form = AppointForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        gone = []
        if form.cleaned_data["kind"] == Incumbency.Kind.DEFINITIVE:
            gone = coming.told(person, coming.replaced(person, form.cleaned_data["starts_on"]))
        if _appoint(request, form, position, person):
            messages.success(
                request, _("%(name)s diangkat pada %(position)s.") % {"name": person.full_name, "position": position}
            )
            for sentence in gone:
                messages.warning(request, sentence)
            return redirect(back)
    context = {
        "form": form,
        "crumbs": crumbs,
        "heading": _("Angkat %(name)s") % {"name": person.full_name},
        "lead": _("Pada %(position)s. Jabatan definitif yang dipangku sekarang berakhir pada TMT baru.")
        % {"position": position},
        "submit_label": _("Angkat"),
        "cancel_url": back,
    }
    return render(request, "positions/form_page.html", context, status=422 if form.errors else 200)


def _appoint(request: HttpRequest, form: AppointForm, position: Position, person: Employee) -> Any:
    facts = dict(form.cleaned_data)
    kind, ends_on = facts.pop("kind"), facts.pop("ends_on")
    if kind == Incumbency.Kind.DEFINITIVE:
        return doors.attempt(request, form, services.appoint, position=position, employee=person, **facts)
    return doors.attempt(
        request, form, services.open_acting, position=position, employee=person, kind=kind, ends_on=ends_on, **facts
    )


@doors.needs("edit_register")
@require_http_methods(["GET", "HEAD", "POST"])
def incumbency_close(request: HttpRequest, pk: int) -> HttpResponse:
    rows = Incumbency.objects.visible_to(request.user).select_related("position__job", "position__unit", "employee")
    row = doors.found(rows, pk=pk)
    form = EndForm(request.POST or None, initial={"ends_on": request.as_of})
    back = reverse("position-detail", args=[row.position_id])
    if request.method == "POST" and form.is_valid():
        if doors.attempt(request, form, services.close_incumbency, incumbency=row, **form.cleaned_data) is not None:
            messages.success(request, _("Masa jabatan %(name)s diakhiri.") % {"name": row.employee.full_name})
            return redirect(back)
    context = {
        "form": form,
        "danger": True,
        "heading": _("Akhiri masa jabatan %(name)s") % {"name": row.employee.full_name},
        "lead": _("%(kind)s pada %(position)s sejak %(day)s.")
        % {"kind": row.get_kind_display(), "position": row.position, "day": formats.day(row.starts_on)},
        "crumbs": [(_("Jabatan"), reverse("position-list")), (str(row.position.job), back), (_("Akhiri"), "")],
        "submit_label": _("Akhiri masa jabatan"),
        "cancel_url": back,
    }
    return render(request, "positions/form_page.html", context, status=422 if form.errors else 200)


class EndForm(forms.Form):
    ends_on = day_field(
        gettext_lazy("Hari pertama tanpa jabatan"), help_text=gettext_lazy("SK sampai dengan 30 Juni ditulis 1 Juli.")
    )


# A step that picks one row by searching: plain links, no list of everybody.


def pick(
    request: HttpRequest,
    heading: str,
    lead: str,
    crumbs: list[Any],
    found: list[tuple[str, str, str]],
    hidden: dict[str, Any] | None = None,
) -> HttpResponse:
    context = {
        "heading": heading,
        "lead": lead,
        "crumbs": crumbs,
        "found": found,
        "hidden": (hidden or {}).items(),
        "q": request.GET.get("q", ""),
    }
    return render(request, "positions/pick.html", context)


def _id(request: HttpRequest, name: str) -> int | None:
    text = request.GET.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None
