"""The agenda book (buku penjagaan): cases by month and kind, a case with its conditions and history."""

from collections.abc import Collection, Iterable, Mapping
from datetime import date
from functools import cached_property
from typing import Any

import django_filters as filters
from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from asnhr import dates, formats, kept
from asnhr.errors import NotAllowed
from asnhr.formats import counted
from asnhr.pages.tables import Column, Page, TablePage, coded
from asnhr.queries import Value, parameters_on
from asnhr.templatetags.asnhr_ui import pill
from positions import permissions
from positions.filters import PersonWords
from positions.models import AgendaItem, AgendaStep
from positions.pages import agenda_words as words
from positions.pages import doors
from positions.pages.agenda_basis import basis_of
from positions.pages.employees import code_of
from positions.pages.pickers import UnitChoice, day_field
from positions.queries import agenda as queries
from positions.rules import agenda as rules
from positions.rules.agenda import Kind
from positions.rules.levels import RANK_BY_ID
from positions.services import agenda as services

CRUMB = gettext_lazy("Buku penjagaan")
PAST = "lewat"
MOST_AT_ONCE = 200
# In the place of the step of an increment.
CLOSED = gettext_lazy("tertutup")


# What a case says


def missing_of(row: AgendaItem, reads: Collection[str]) -> list[str]:
    """Return what is missing in words; closed codes as far as the reader knows them."""
    told = words.missing_words(reads)
    closed = dict.fromkeys(str(told[code]) for code in row.closed if code in told)
    return [*(str(told.get(code, code)) for code in row.missing), *closed]


def sight_of(request: Any) -> queries.Sight:
    """What the reader sees of closed codes, opened once a request."""
    if not hasattr(request, "agenda_sight"):
        request.agenda_sight = queries.Sight(request.user)
    sight: queries.Sight = request.agenda_sight
    return sight


def checks_of(row: AgendaItem) -> list[str]:
    return [str(words.CHECKS.get(code, code)) for code in row.to_check]


def target_of(row: AgendaItem, user: Any) -> str:
    """The rank that follows; the step of the salary table for who reads salaries, and in the own case."""
    if row.step is not None:
        if not permissions.may_read_step(user, row.employee):
            return str(CLOSED)
        return _("MKG %(n)s tahun") % {"n": row.step}
    rank = RANK_BY_ID.get(row.target or 0)
    return rank.code if rank else ""


def steps_told(rows: Iterable[AgendaItem], user: Any) -> list[int]:
    """Return the cases whose step `target_of` shows to somebody else: a look that is written down."""
    return [
        row.pk for row in rows
        if row.step is not None and permissions.may_read_step(user, row.employee)
        and not permissions.is_own_file(user, row.employee)
    ]  # fmt: skip


def state_cell(row: AgendaItem) -> SafeString:
    shown = pill(row.get_state_display(), words.TONES[AgendaItem.State(row.state)])
    return shown if row.is_due else format_html("{}<small>{}</small>", shown, _("tidak terhitung lagi"))


def due_cell(row: AgendaItem) -> SafeString | str:
    if row.state == AgendaItem.State.DECREED or row.due_on >= rules.month_of(dates.today()):
        return formats.day(row.due_on)
    return format_html("{}<small>{}</small>", formats.day(row.due_on), pill(_("terlewat"), "short"))


def month_name(first: date) -> str:
    return date_format(first, "M Y")


# The list


class AgendaPageFilter(filters.FilterSet):
    q = PersonWords(person="employee__")
    unit = UnitChoice(field_name="employee__unit")
    jenis = filters.ChoiceFilter(
        method="by_tab", choices=[(tab.code, tab.label) for tab in words.TABS], label=gettext_lazy("Jenis"),
        empty_label=gettext_lazy("Semua jenis"),
    )  # fmt: skip
    bulan = filters.CharFilter(method="by_month", label=gettext_lazy("Bulan (TTTT-BB, atau lewat)"))
    sampai = filters.DateFilter(
        field_name="due_on", lookup_expr="lte", label=gettext_lazy("Jatuh tempo sampai"),
        widget=forms.DateInput(attrs={"type": "date"}),
    )  # fmt: skip
    keadaan = filters.ChoiceFilter(
        method="by_state", label=gettext_lazy("Keadaan"), empty_label=gettext_lazy("Belum selesai"),
        choices=[*AgendaItem.State.choices, (words.UNPROPOSED, gettext_lazy("Belum diusulkan"))],
    )  # fmt: skip
    lengkap = filters.ChoiceFilter(
        method="by_complete", choices=[("true", gettext_lazy("lengkap")), ("false", gettext_lazy("ada yang kurang"))],
        label=gettext_lazy("Syarat"), empty_label=gettext_lazy("Lengkap atau tidak"),
    )  # fmt: skip

    class Meta:
        model = AgendaItem
        fields: list[str] = []

    def by_tab(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return queryset.filter(kind__in=words.TAB_OF_CODE[value].kinds)

    def by_month(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        if value == PAST:
            return queryset.filter(due_on__lt=rules.month_of(dates.today()))
        month = month_asked(value)
        return queryset.none() if month is None else queryset.filter(
            due_on__year=month.year, due_on__month=month.month
        )  # fmt: skip

    def by_state(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return queryset.filter(queries.unproposed() if value == words.UNPROPOSED else Q(state=value))

    def by_complete(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        lacking = sight_of(self.request).incomplete()
        return queryset.exclude(lacking) if value == "true" else queryset.filter(lacking)


def month_asked(text: str) -> date | None:
    """Return the first day of "2026-12", None for anything else."""
    try:
        return date.fromisoformat(f"{text}-01") if len(text) == 7 else None
    except ValueError:
        return None


class AgendaList(TablePage):
    title = CRUMB
    lead = gettext_lazy(
        "Yang jatuh tempo bagi pegawai menurut bulan, dengan syarat yang kurang dan keadaan pengurusannya. Dihitung"
        " setiap malam; yang sudah diurus tetap tercatat."
    )
    noun = gettext_lazy("penjagaan")
    permission = "view_register"
    filterset_class = AgendaPageFilter
    first_filters = ("q", "unit", "keadaan", "lengkap")
    order_by = ("lacks", "due_on", "employee__name")
    template_name = "positions/agenda_list.html"
    empty_title = gettext_lazy("Tidak ada yang jatuh tempo")
    empty_text = gettext_lazy("Tidak ada penjagaan dengan saringan ini, atau buku penjagaan belum dihitung.")

    @cached_property
    def columns(self) -> tuple[Column, ...]:  # type: ignore[override]
        user, reads = self.request.user, sight_of(self.request).reads
        picked = (
            Column("pilih", gettext_lazy("Pilih"), lambda row: "", html=pick_cell, fixed=True),
        ) if self.moves_many else ()  # fmt: skip
        return (
            Column("pegawai", gettext_lazy("Pegawai"), "employee.full_name", sort="employee__name", fixed=True,
                   url=("agenda-detail", "pk")),
            *picked,
            Column("nip", "NIP", "employee.nip", kind="nip", sort="employee__nip"),
            Column("jenis", gettext_lazy("Jenis"), coded("kind"), sort="kind"),
            Column("unit", gettext_lazy("Unit kerja"), "employee.unit.name", sort="employee__unit__name"),
            Column(
                "golongan", gettext_lazy("Golongan"), lambda row: code_of(row.rank, row.employee.pay_group), kind="code"
            ),
            Column("berikutnya", gettext_lazy("Berikutnya"), lambda row: target_of(row, user)),
            Column("tempo", gettext_lazy("Jatuh tempo"), "due_on", kind="date", sort="due_on", html=due_cell,
                   fixed=True),
            Column("keadaan", gettext_lazy("Keadaan"), coded("state"), html=state_cell,
                   sort="state"),
            Column("kurang", gettext_lazy("Yang kurang"),
                   lambda row: "; ".join(missing_of(row, reads)), width=50,
                   blank=gettext_lazy("lengkap")),
            Column("periksa", gettext_lazy("Diperiksa pada berkas"), lambda row: "; ".join(checks_of(row)), width=40,
                   hidden=True),
            Column("sejak", gettext_lazy("Tercatat sejak"), "since", kind="date", sort="since", hidden=True),
        )  # fmt: skip

    @cached_property
    def moves_many(self) -> bool:
        user = self.request.user
        return permissions.may(user, "manage_agenda", "edit_register") and "format" not in self.request.GET

    @property
    def tells_closed(self) -> bool:
        """Whether the answer says which cases closed codes hold: in its column, or by the filter."""
        return bool(self.request.GET.get("lengkap")) or any(column.key == "kurang" for column in self.shown_columns)

    @property
    def tells_steps(self) -> bool:
        """Whether the answer says to which step of the salary table increments lead."""
        shown = any(column.key == "berikutnya" for column in self.shown_columns)
        return shown and permissions.may(self.request.user, "view_salary")

    @property
    def own_nip(self) -> str:
        """Whose file is the reader's own; "" for nobody's."""
        user: Any = self.request.user
        return user.nip if user.access.may("view_own") else ""

    def page(self, rows: QuerySet[Any]) -> Page:
        found = super().page(rows)
        if self.tells_steps:
            services.note_steps(steps_told(found.rows, self.request.user))
        if self.tells_closed:
            services.note_held([(row.pk, row.closed) for row in found.rows], sight_of(self.request).reads)
        return found

    def export(self, rows: QuerySet[Any], kind: str) -> HttpResponseBase:
        if self.tells_steps:
            told = rows.filter(step__isnull=False).exclude(employee__nip=self.own_nip)
            services.note_steps(list(told.values_list("pk", flat=True)), kind)
        if self.tells_closed:
            held = rows.exclude(held="").order_by().values_list("pk", "held")
            services.note_held([(pk, codes.split()) for pk, codes in held], sight_of(self.request).reads, kind)
        return super().export(rows, kind)

    def queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """What can be done first: complete cases, the nearest first. Those whose month went by and that still lack
        something wait behind a chip, unless a filter asks for them."""
        rows = self.every(request)
        return rows.exclude(sight_of(request).stale(dates.today())) if self.folds else rows

    @property
    def folds(self) -> bool:
        return not any(self.request.GET.get(name) for name in ("q", "bulan", "keadaan", "lengkap"))

    @staticmethod
    def every(request: HttpRequest) -> QuerySet[Any]:
        # Nobody's NIK is decrypted for a list that has none.
        rows = queries.items(request.user).select_related("employee__unit").defer("employee__nik")
        if not request.GET.get("keadaan"):
            rows &= queries.open_items(request.user)
        return rows.annotate(lacks=sight_of(request).lacks())

    def extra_context(self, request: HttpRequest) -> dict[str, Any]:
        """Two queries more: the months of the rulebook's horizon with what is folded, the newest computation."""
        user, today = request.user, dates.today()
        narrowed = self.narrowed(request)
        stale = sight_of(request).stale(today) if self.folds else None
        months, folded = queries.months_of(today, narrowed, stale)
        tab = words.TAB_OF_CODE.get(request.GET.get("jenis", ""))
        chosen = request.GET.get("bulan", "")
        run = queries.latest_run(queries.agency_of(user))
        return {
            "crumbs": [(_("Pegawai"), ""), (CRUMB, "")],
            "tabs": self.tabs(months, tab, chosen, folded),
            "folded": sum(folded.get(kind, 0) for kind in (tab.kinds if tab else folded)),
            "months": [self.month(each, tab, chosen) for each in months],
            "run": run,
            # Sums of the agency, for who works for all of it.
            "sums": run.counts if run is not None and user.access.whole_agency else {},
            "may_run": permissions.may_refresh_agenda(user),
            "may_letters": permissions.may_read_letters(user),
            "moves_many": self.moves_many,
            "states": AgendaItem.State.choices[1:],
            "today": today,
        }  # fmt: skip

    def narrowed(self, request: HttpRequest) -> QuerySet[Any]:
        """The cases of the strip: as filtered, but for month and kind."""
        data = request.GET.copy()
        for name in ("bulan", "jenis"):
            data.pop(name, None)
        return AgendaPageFilter(data, queryset=self.every(request), request=request).qs

    def tabs(
        self, months: list[queries.Month], chosen: words.Tab | None, month: str, folded: dict[str, int]
    ) -> list[dict[str, Any]]:
        shown = [each for each in months if not month or month == code_of_month(each.first)]
        number = sum(each.total for each in shown) - sum(folded.values())
        found = [{"label": _("Semua"), "code": None, "n": number, "current": chosen is None}]
        for tab in words.TABS:
            number = sum(each.counts.get(kind, 0) for each in shown for kind in tab.kinds)
            number -= sum(folded.get(kind, 0) for kind in tab.kinds)
            found.append({"label": tab.label, "code": tab.code, "n": number, "current": tab is chosen})
        return found

    def month(self, each: queries.Month, tab: words.Tab | None, chosen: str) -> dict[str, Any]:
        code = code_of_month(each.first)
        number = each.total if tab is None else sum(each.counts.get(kind, 0) for kind in tab.kinds)
        return {
            "code": code, "label": _("Terlewat") if each.first is None else month_name(each.first), "n": number,
            "current": code == chosen, "past": each.first is None,
        }  # fmt: skip


def code_of_month(first: date | None) -> str:
    return PAST if first is None else f"{first:%Y-%m}"


def pick_cell(row: AgendaItem) -> SafeString | str:
    if row.state == AgendaItem.State.DECREED:
        return ""
    return format_html(
        '<input type="checkbox" name="item" value="{}" form="move-form" aria-label="{}">', row.pk,
        _("Pilih %(name)s") % {"name": row.employee.full_name},
    )  # fmt: skip


@doors.needs("manage_agenda")
@require_POST
def agenda_run(request: HttpRequest) -> HttpResponse:
    """Ask for today's computation; the run's page shows how far it is. Twice on a day under way is one run."""
    try:
        run, is_new = services.request_agenda(request.agency, request.user)  # type: ignore[attr-defined, arg-type]
    except NotAllowed as refusal:
        raise PermissionDenied(str(refusal)) from refusal
    if not is_new:
        messages.info(request, _("Penghitungan yang sama sedang berjalan; inilah keadaannya."))
    return redirect("run-detail", pk=run.pk)


# One case


class MoveForm(forms.Form):
    to = forms.ChoiceField(label=gettext_lazy("Keadaan baru"))
    day = day_field(gettext_lazy("Tanggal"))
    number = forms.CharField(
        label=gettext_lazy("Nomor surat"), max_length=120, required=False,
        help_text=gettext_lazy("Wajib untuk pertek dan SK."),
    )  # fmt: skip
    note = forms.CharField(
        label=gettext_lazy("Catatan"), max_length=500, required=False,
        help_text=gettext_lazy("Wajib bila berkas dikembalikan."),
    )  # fmt: skip
    # The state that the person saw: another may have moved the case since.
    was = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *arguments: Any, item: AgendaItem, user: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.fields["to"].choices = ways_of(item, user)  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = super().clean() or {}
        if not found.get("was"):
            raise forms.ValidationError(_("Isian ini tidak lengkap; muat ulang halaman penjagaan lalu kirim kembali."))
        return found


def ways_of(item: AgendaItem, user: Any) -> list[tuple[str, str]]:
    """Return the states that this user may move the case to, with what that means."""
    state, kind = rules.State(item.state), Kind(item.kind)
    on, back = rules.forward(kind, state), rules.backward(kind, state)
    names = dict(AgendaItem.State.choices)
    found = []
    if on is not None and permissions.may_move_agenda(user, item, on):
        found.append((on.value, str(names[on.value])))
    if back is not None and permissions.may_move_agenda(user, item, back):
        found.append((back.value, _("Kembali ke %(state)s") % {"state": names[back.value]}))
    return found


@doors.needs("view_register")
@require_http_methods(["GET", "HEAD", "POST"])
def agenda_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """A case: what it asks for, how far it is, its history; moved from here. Fifteen queries at most."""
    user = request.user
    item: AgendaItem = doors.found(queries.items(user).select_related("employee__unit", "employee__education"), pk=pk)
    ways = ways_of(item, user)
    form = None
    if ways:
        initial = {"day": dates.today(), "was": item.state, "to": ways[0][0]}
        form = MoveForm(request.POST or None, item=item, user=user, initial=initial)
    if request.method == "POST":
        if form is None:
            raise PermissionDenied(_("Peran Anda tidak mencakup tindakan ini."))
        if form.is_valid():
            step = doors.attempt(request, form, services.move, item=item, **form.cleaned_data)
            if step is not None:
                told = {"name": item.employee.full_name, "state": step.get_to_state_display()}
                messages.success(request, _("Penjagaan %(name)s: %(state)s.") % told)
                return redirect("agenda-detail", pk=item.pk)
    reads = permissions.closed_codes(user)
    services.note_held([(item.pk, item.closed)], reads)
    services.note_steps(steps_told([item], user))
    values = parameters_on(item.agency_id, dates.today())
    context = {
        "item": item, "form": form, "person": item.employee, "target": target_of(item, user),
        "missing": missing_of(item, reads), "checks": checks_of(item), "sees_all": reads >= rules.CLOSED.keys(),
        "grade": code_of(item.rank, item.employee.pay_group), "flow": flow_of(item),
        "letter_on": letter_day(item, values), "steps": steps_of(item, user), "tone": words.TONES[
            AgendaItem.State(item.state)],
        "basis": basis_of(item, user, values),
        "is_past": item.state != "sk" and item.due_on < dates.today(),
        "crumbs": [(_("Pegawai"), ""), (CRUMB, reverse("agenda-list")), (item.employee.full_name, "")],
    }  # fmt: skip
    return render(request, "positions/agenda_detail.html", context, status=422 if form and form.errors else 200)


def steps_of(item: AgendaItem, user: Any) -> list[AgendaStep]:
    """The changes of a case; `said`: the note, ours in the reader's language."""
    found = list(queries.steps_of(user, item))
    for step in found:
        step.said = kept.told(step.note, [services.REOPENED])  # type: ignore[attr-defined]
    return found


def flow_of(item: AgendaItem) -> list[tuple[str, bool]]:
    """The states of this kind in order, and which is now."""
    names = dict(AgendaItem.State.choices)
    state: rules.State | None = rules.State.WAITING
    found = []
    while state is not None:
        found.append((str(names[state.value]), state.value == item.state))
        state = rules.forward(Kind(item.kind), state)
    return found


def letter_day(item: AgendaItem, values: Mapping[str, Value]) -> date | None:
    """The day of an increment's letter."""
    if item.kind != Kind.INCREMENT:
        return None
    months = int(values["salary.letter_months"].number) if "salary.letter_months" in values else 2
    return rules.letter_on(item.due_on, months)


@doors.needs("manage_agenda", "edit_register")
@require_POST
def agenda_move_many(request: HttpRequest) -> HttpResponse:
    """Move the chosen cases to one state, each for itself, then go back to the list."""
    chosen = [int(text) for text in request.POST.getlist("item") if text.isascii() and text.isdigit()]
    back = redirect(f"{reverse('agenda-list')}?{request.POST.get('query', '')[:500]}")
    if not chosen or len(chosen) > MOST_AT_ONCE:
        messages.error(request, _("Pilih 1 sampai %(n)s penjagaan.") % {"n": MOST_AT_ONCE})
        return back
    items = list(queries.items(request.user).filter(pk__in=chosen).select_related("employee__unit").order_by("pk"))
    if len(items) != len(set(chosen)):
        raise Http404
    try:
        day = date.fromisoformat(request.POST.get("day", ""))
    except ValueError:
        messages.error(request, _("Isi tanggalnya."))
        return back
    try:
        moved, refused = services.move_many(
            items=items, to=request.POST.get("to", ""), day=day, actor=request.user,  # type: ignore[arg-type]
            number=request.POST.get("number", "")[:120], note=request.POST.get("note", "")[:500],
        )  # fmt: skip
    except NotAllowed as refusal:
        raise PermissionDenied(str(refusal)) from refusal
    if moved:
        messages.success(request, counted("%(n)s penjagaan dipindahkan.", moved))
    for sentence in refused[:5]:
        messages.error(request, sentence)
    if len(refused) > 5:
        messages.error(request, counted("%(n)s penjagaan lain tidak dipindahkan.", len(refused) - 5))
    return back
