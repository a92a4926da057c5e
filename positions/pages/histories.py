"""The personnel file's tabs: every history of a person, and the forms that add, correct, close and take back a row.

A day gone by shows the file as it stood: rows that began later are left out.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache, partial
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import lazy
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from asnhr import dates, formats
from asnhr.crypto import Encrypted
from asnhr.errors import NotAllowed
from asnhr.export import FORMATS
from asnhr.pages.days import follows_day
from asnhr.pages.tables import Column, download
from positions import permissions
from positions.forms import LastDayField
from positions.models import Discipline, Employee, EmployeeDocument, EmployeeEducation, Incumbency, StudyAssignment
from positions.models.employee import standing_text
from positions.pages import credit_words, doors, history_files
from positions.pages.pickers import DayInput, day_field
from positions.queries import details, histories, past_files, register
from positions.services import correctable, reasons
from positions.services import histories as services
from positions.services.histories import KINDS, Kind

# Tabs: name in the address, words, kinds shown there.
GROUPS: dict[str, tuple[Any, tuple[str, ...]]] = {
    "kepegawaian": (gettext_lazy("Kepangkatan"), ("golongan", "kgb", "kedudukan-hukum", "pengangkatan", "masa-kerja")),
    "penugasan": (gettext_lazy("Penugasan dan CLTN"), ("jabatan-luar", "penugasan", "cltn")),
    "pengembangan": (gettext_lazy("Pendidikan dan diklat"), ("pendidikan", "tugas-belajar", "diklat", "penghargaan")),
    "kinerja": (gettext_lazy("Kinerja"), ("kinerja", "angka-kredit")),
    "keluarga": (gettext_lazy("Keluarga"), ("keluarga",)),
    "disiplin": (gettext_lazy("Disiplin"), ("disiplin",)),
}
GROUP_OF = {slug: group for group, (_name, slugs) in GROUPS.items() for slug in slugs}
# The newest first; of others by the day they begin.
ORDER: dict[str, tuple[str, ...]] = {
    "pengangkatan": ("pk",),
    "pendidikan": ("-level__order", "-graduated", "pk"),
    "diklat": ("-year", "-starts_on", "-pk"),
    "penghargaan": ("-year", "-pk"),
    "kinerja": ("-year",),
    "keluarga": ("pk",),
}
# Of encrypted columns the database knows no order.
SORTED: dict[str, Callable[[Any], Any]] = {"keluarga": lambda row: (row.relation, row.pk)}
BY_START = ("-starts_on", "-pk")


def _service(years: int | None, months: int | None) -> str:
    if years is None and months is None:
        return formats.DASH
    return _("%(years)s th %(months)s bln") % {"years": years or 0, "months": months or 0}


def _since(row: Any) -> str:
    """The day of a standing; of the one that was on record when the history began, that nobody knows it."""
    return _("tidak tercatat") if row.undated else formats.day(row.starts_on)


# Columns of each table: names of fields, or (words, what is shown of a row).
Shown = str | tuple[Any, Callable[[Any], str]]
COLUMNS: dict[str, tuple[Shown, ...]] = {
    "golongan": (
        (gettext_lazy("Golongan"), lambda row: row.grade), "kind", "starts_on",
        (gettext_lazy("MKG"), lambda row: _service(row.service_years, row.service_months)), "decree", "decree_on",
        "bkn_number",
    ),
    "kgb": (
        "starts_on", (gettext_lazy("MKG"), lambda row: _service(row.service_years, row.service_months)), "decree",
        "decree_on",
    ),
    "kedudukan-hukum": (
        (gettext_lazy("Kedudukan hukum"), lambda row: standing_text(row.standing)),
        (gettext_lazy("terhitung mulai tanggal"), lambda row: _since(row)), "decree", "note",
    ),
    "pengangkatan": (
        (gettext_lazy("Jabatan formasi"), lambda row: row.formation_name or row.formation_kind or formats.DASH),
        "formation_group", "period", "cpns_decree", "cpns_decree_on", "pns_decree", "pns_decree_on", "duty_on",
    ),
    "masa-kerja": (
        "experience", "starts_on", "ends_on",
        (gettext_lazy("Diakui"), lambda row: _service(row.years, row.months) if row.counts else _("tidak dinilai")),
        "decree", "bkn_number",
    ),
    "jabatan-luar": (
        "job_name", "agency_name", "unit_name", "assignment", "starts_on", "ends_on", "decree",
    ),
    "penugasan": ("kind", "direction", "agency_name", "job_name", "starts_on", "ends_on", "decree"),
    "cltn": (
        (gettext_lazy("Alasan"), lambda row: row.reason or formats.DASH), "starts_on", "ends_on", "returned_on",
        "decree", "bkn_number",
    ),
    "pendidikan": (
        (gettext_lazy("Pendidikan"), lambda row: str(row.education or row.name or row.level)), "level", "school",
        "graduated", "number", "title_after", "is_first",
    ),
    "tugas-belajar": ("kind", "level", "programme", "school", "starts_on", "ends_on", "outcome", "decree"),
    "diklat": ("name", "kind", "organiser", "year", "hours", "number"),
    "penghargaan": ("name", "year", "decree", "decree_on"),
    "kinerja": ("year", "predicate", "result", "behaviour", "points", "appraiser_name"),
    "angka-kredit": ("job_name", "kind", "starts_on", "ends_on", "total", "decree"),
    "keluarga": (
        "name", "relation", "child_kind", "sex", "birth_date", "occupation", "on_payroll", "married_on", "died_on",
    ),
    "disiplin": (
        "sanction",
        (gettext_lazy("Keadaan hukuman"), lambda row: capfirst(str(STATES[sanction_state(row, row.seen_on)][0]))),
        "starts_on", "ends_on", "decree", "decree_on", "reason",
    ),
}  # fmt: skip
EXCLUSIVE = "ends_on"
LAST = gettext_lazy("Sampai dengan")
EMPTY = gettext_lazy("Belum ada data tercatat.")


# The forms are kept: their labels are of the language of each reader, not of the first.
CAPITAL = lazy(capfirst, str)


@cache
def column(kind: Kind, spec: Shown) -> tuple[Any, Callable[[Any], str]]:
    """Return the heading of a column and what it shows of a row."""
    if not isinstance(spec, str):
        return spec
    found = kind.model._meta.get_field(spec)
    if spec == EXCLUSIVE:
        return LAST, lambda row: formats.last_day(row.ends_on)
    return found.verbose_name, lambda row: cell(row, found)


def cell(row: Any, found: Any) -> str:
    """The value of a column as officers write it."""
    value = getattr(row, found.name)
    if value is None or value == "":
        return formats.DASH
    if found.choices:
        return str(getattr(row, f"get_{found.name}_display")())
    if isinstance(value, bool):
        return _("ya") if value else _("tidak")
    if isinstance(value, date):
        return formats.day(value)
    if isinstance(found, models.DecimalField):
        return formats.number(value)
    return str(value)


@dataclass(frozen=True, slots=True)
class Tab:
    label: Any
    url: str
    current: bool


def tabs(user: Any, person: Employee, current: str) -> list[Tab]:
    """The tabs of a person's file that the user may open; `current`: "" the summary, "turunan", or a group."""
    found = [
        Tab(_("Ringkasan"), reverse("employee-detail", args=[person.pk]), current == ""),
        Tab(_("Turunan"), reverse("employee-derived", args=[person.pk]), current == "turunan"),
    ]
    for group, (name, slugs) in GROUPS.items():
        if readable(user, person, slugs):
            found.append(Tab(name, reverse("employee-history", args=[person.pk, group]), current == group))
    return found


def readable(user: Any, person: Employee, slugs: tuple[str, ...]) -> list[Kind]:
    """Return those kinds of a tab that the user reads of the person."""
    return [KINDS[slug] for slug in slugs if permissions.may_read_history(user, person, KINDS[slug].model)]


def person_of(request: HttpRequest, pk: int) -> Employee:
    """Return the person whose file is asked for, or 404."""
    people = register.employees_visible(request.user).select_related("unit__office", "education_level", "education")
    person: Employee = doors.found(people, pk=pk)
    return person


def crumbs(request: HttpRequest, person: Employee, *more: tuple[Any, str]) -> list[tuple[Any, str]]:
    own = reverse("employee-detail", args=[person.pk])
    if details.own_only(request.user):
        if not permissions.is_theirs(request.user, person):
            return [(_("Bawahan"), reverse("subordinate-list")), (person.full_name, own), *more]
        return [(_("Data saya"), own), *more]
    return [(_("Daftar pegawai"), reverse("employee-list")), (person.full_name, own), *more]


def in_force(row: Any, day: date, newest: Any) -> bool:
    """Whether the row holds on `day`; `newest`: the latest of a kind that holds until the next."""
    starts_on = getattr(row, "starts_on", None)
    if starts_on is None or starts_on > day:
        return False
    if not hasattr(row, "ends_on"):
        return row.pk == newest
    ends_on = getattr(row, "returned_on", None) or row.ends_on
    return ends_on is None or bool(ends_on > day)


STATES: dict[str, tuple[Any, str]] = {
    "in_force": (gettext_lazy("berlaku"), "fit"),
    "to_come": (gettext_lazy("akan berlaku"), "over"),
    "revoked": (gettext_lazy("dicabut"), ""),
    "suspended": (gettext_lazy("ditangguhkan (banding)"), "gold"),
    "over": (gettext_lazy("selesai"), ""),
    "": ("", ""),
}


def badge(row: Any, day: date, newest: Any) -> tuple[Any, str]:
    """What a row says of itself on `day`: an entry of `STATES`."""
    if isinstance(row, Discipline):
        return STATES[sanction_state(row, day)]
    if in_force(row, day, newest):
        return STATES["in_force"]
    starts_on = getattr(row, "starts_on", None)
    return STATES["to_come" if starts_on is not None and starts_on > day else ""]


def sanction_state(row: Discipline, day: date) -> str:
    """Whether a sanction holds: what its decrees say, then its days."""
    if row.state == Discipline.State.REVOKED:
        return "revoked"
    if row.ends_on is not None and row.ends_on <= day:
        return "over"
    if row.state == Discipline.State.SUSPENDED:
        return "suspended"
    return "to_come" if row.starts_on > day else "in_force"


@dataclass(frozen=True, slots=True)
class Line:
    pk: int
    cells: list[tuple[Any, str]]
    # Whether it holds, in words and the tone of the badge; ("", "") where that goes without saying.
    badge: tuple[Any, str]
    may_close: bool
    # Words and, where the reader may open it, address of the document that proves the row.
    document: tuple[str, str] | None


@dataclass(frozen=True, slots=True)
class Section:
    kind: Kind
    title: str
    headings: list[Any]
    lines: list[Line]
    may_edit: bool
    # What the person proposes of the own rows (`correctable.TARGETS`); "" for others.
    proposes: str

    @property
    def has_documents(self) -> bool:
        return any(line.document for line in self.lines)


def document_of(user: Any, person: Employee, row: Any, day: date) -> tuple[str, str] | None:
    """Words and address of a row's document; the address is empty where the document is not the reader's to open. On a
    past day none that was not there yet."""
    paper = row.document
    if paper is None or past_files.is_past(day) and timezone.localdate(paper.uploaded_at) > day:
        return None
    if paper.removed_at is not None:
        return _("berkas dihapus"), ""
    paper.employee = person
    if not permissions.may_open_document(user, paper):
        return _("terlampir"), ""
    return str(paper.number or paper.kind), reverse("document-open", args=[paper.pk])


def is_encrypted(kind: Kind, name: str) -> bool:
    name = name.removeprefix("-")
    return any(each.name == name and isinstance(each, Encrypted) for each in kind.model._meta.local_fields)


def sort(rows: list[Any], names: Sequence[str]) -> None:
    """Sort opened rows, which are in order of the rest, by encrypted columns: the database would sort tokens. Nothing
    comes last, or first from the highest down, as it does there."""
    for name in reversed(names):
        column = name.removeprefix("-")
        rows.sort(key=partial(_placed, column), reverse=name != column)


def _placed(column: str, row: Any) -> tuple[bool, Any]:
    value = getattr(row, column)
    return value is None, "" if value is None else value


def section(request: HttpRequest, person: Employee, kind: Kind) -> Section:
    """The rows of one kind as they stood on the day looked at; one query, a second for what is sensitive, on a past
    day a third for kinds whose day is encrypted."""
    user, day = request.user, request.as_of
    rows = histories.rows(user, person, kind.model).select_related("document__kind", "document__request")
    order = ORDER.get(kind.slug, BY_START)
    sealed = [name for name in order if is_encrypted(kind, name)]
    rows = past_files.came(rows.order_by(*(name for name in order if name not in sealed)), day)
    if kind.model is EmployeeEducation:
        rows = rows.select_related("level", "education")
    elif kind.model is StudyAssignment:
        rows = rows.select_related("level")
    found = services.read(actor=user, employee=person, kind=kind, rows=rows)
    sort(found, sealed)
    past_files.as_they_stood(kind.model, found, day)
    if kind.slug in SORTED:
        found.sort(key=SORTED[kind.slug])
    for row in found:
        row.seen_on = day
    columns = [column(kind, spec) for spec in COLUMNS[kind.slug]]
    begun = [row.pk for row in found if getattr(row, "starts_on", None) and row.starts_on <= day]
    newest = begun[0] if begun else None
    lines = [
        Line(
            row.pk,
            [(words, shown(row)) for words, shown in columns],
            badge(row, day, newest),
            kind.closes and row.ends_on is None,
            document_of(user, person, row, day),
        )
        for row in found
    ]
    return Section(
        kind, capfirst(str(kind.model._meta.verbose_name_plural)), [words for words, _shown in columns], lines,
        permissions.may_edit_history(user, person, kind.model), proposed_as(user, person, kind.model),
    )  # fmt: skip


def proposed_as(user: Any, person: Employee, model: type[models.Model]) -> str:
    """The target by which the reader proposes to correct own rows of a model, "" for none."""
    if not permissions.may_propose(user, person):
        return ""
    return next((each.code for each in correctable.offered(person) if each.rows and each.model is model), "")


@never_cache
@doors.needs("view_register", "view_own")
@require_safe
@follows_day
def employee_history(request: HttpRequest, pk: int, group: str) -> HttpResponseBase:
    """One tab: the tables of its kinds; `bagian` and `format` give one of them as a file. Sensitive kinds: who looks,
    or takes the file, is written into the audit trail."""
    if group not in GROUPS:
        raise Http404(_("Riwayat ini tidak ada."))
    person = person_of(request, pk)
    name, slugs = GROUPS[group]
    shown = readable(request.user, person, slugs)
    if not shown:
        raise PermissionDenied(_("Peran Anda tidak mencakup riwayat ini."))
    if "format" in request.GET:
        file = history_files.of_tab(request, person, group) or history_file(request, person, shown)
        if file is not None:
            return file
    context = {
        "person": person,
        "tabs": tabs(request.user, person, group),
        "sections": [section(request, person, kind) for kind in shown],
        "is_logged": any(kind.is_sensitive for kind in shown) and not permissions.is_own_file(request.user, person),
        "held": history_files.held(request, person) if group == "penugasan" else None,
        "today": dates.today(),
        "held_proposes": proposed_as(request.user, person, Incumbency),
        "credit": credit_words.table(person, request.as_of) if group == "kinerja" else None,
        "heading": name,
        "crumbs": crumbs(request, person, (name, "")),
    }
    return render(request, "positions/employee_history.html", context)


def history_file(request: HttpRequest, person: Employee, kinds: list[Kind]) -> HttpResponseBase | None:
    """The rows of the kind that `bagian` names as a file, read as the page reads them; 404 for one out of sight."""
    if request.GET.get("bagian") in history_files.TAB and request.GET["format"] not in FORMATS:
        return None
    kind = next((each for each in kinds if each.slug == request.GET.get("bagian")), None)
    if kind is None:
        raise Http404(_("Riwayat ini tidak ada."))
    if request.GET["format"] not in FORMATS:
        return None
    read = section(request, person, kind)
    columns = [
        Column("nip", _("NIP"), lambda line: person.nip, kind="nip"),
        Column("person", _("Nama pegawai"), lambda line: person.full_name),
        *(
            Column(str(place), capfirst(str(words)), lambda line, place=place: line.cells[place][1])
            for place, words in enumerate(read.headings)
        ),
        Column("state", _("Keberlakuan"), lambda line: line.badge[0]),
    ]
    return download(
        request, read.lines, columns, name=f"riwayat-{kind.slug}-{person.nip}",
        title=f"{read.title} – {person.full_name}",
    )  # fmt: skip


# Forms


def _field(model_field: Any) -> forms.Field:
    label, help_text = CAPITAL(model_field.verbose_name), model_field.help_text
    if isinstance(model_field, models.DateField):
        if model_field.name == EXCLUSIVE:
            return LastDayField(
                label=LAST, widget=DayInput(), input_formats=["%Y-%m-%d", "%d-%m-%Y"], required=not model_field.null
            )
        return day_field(label, required=not model_field.blank, help_text=help_text)
    if model_field.choices and isinstance(model_field, models.IntegerField):
        # Nothing is chosen for who has not chosen.
        empty = [] if model_field.has_default() else [("", "—")]
        return forms.TypedChoiceField(
            label=label, choices=[*empty, *model_field.flatchoices], coerce=int, empty_value=None,
            required=not model_field.blank,
        )  # fmt: skip
    found: forms.Field = model_field.formfield(label=label)
    if isinstance(model_field, models.ForeignKey):
        found.queryset = found.queryset.order_by("order", "code")  # type: ignore[attr-defined]
    if isinstance(found, forms.CharField) and isinstance(model_field, models.TextField):
        found.widget = forms.Textarea(attrs={"rows": 3})
    return found


class DocumentChoice(forms.ModelChoiceField):
    """A document of the person's file; which ones, says `history_form`."""

    def label_from_instance(self, obj: Any) -> str:
        return " · ".join(filter(None, [str(obj.kind), obj.number or obj.filename, formats.day(obj.issued_on)]))


@cache
def form_class(kind: Kind, with_reason: bool) -> type[forms.Form]:
    """Return the form of a kind; corrections ask why."""
    fields: dict[str, Any] = {name: _field(kind.model._meta.get_field(name)) for name in kind.fields}
    for name in kind.must:
        fields[name].required = True
    fields[services.DOCUMENT] = DocumentChoice(
        EmployeeDocument.objects.none(), required=False, label=gettext_lazy("Dokumen"), empty_label="—",
        help_text=gettext_lazy("Dokumen yang membuktikan baris ini, dari berkas pegawai ini."),
    )  # fmt: skip
    if with_reason:
        fields["why"] = why_field(
            kind, gettext_lazy("Alasan koreksi"), gettext_lazy("Tercatat di jejak audit bersama nilai lama dan baru.")
        )
    return type(f"{kind.model.__name__}Form", (forms.Form,), fields)


def why_field(kind: Kind, label: Any, help_text: Any) -> forms.Field:
    """Why a row is corrected or taken back: of specific kinds a choice, for the trail keeps it in clear."""
    if kind.is_coded:
        choices = [("", "—"), *reasons.REASONS.items()]
        return forms.ChoiceField(label=label, choices=choices, help_text=help_text)
    return forms.CharField(label=label, max_length=300, widget=forms.Textarea(attrs={"rows": 2}), help_text=help_text)


def history_form(request: HttpRequest, person: Employee, kind: Kind, row: Any = None) -> forms.Form:
    """Return the form of a new row or of a correction; an attached document that is not the actor's to open stays."""
    initial = {name: getattr(row, name) for name in kind.columns} if row is not None else None
    if initial is not None and getattr(row, "undated", False):
        initial["starts_on"] = None
    form = form_class(kind, row is not None)(request.POST or None, initial=initial)
    papers = services.documents_for(request.user, person, kind)
    if row is not None and kind.tells_health and not permissions.may_read_health(request.user, person):
        # It stays as it is.
        del form.fields[kind.tells_health]
    attached = row.document_id if row is not None else None
    if attached is not None and not papers.filter(pk=attached).exists():
        del form.fields[services.DOCUMENT]
    else:
        form.fields[services.DOCUMENT].queryset = papers  # type: ignore[attr-defined]
    return form


class ReasonForm(forms.Form):
    def __init__(self, *args: Any, kind: Kind, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["why"] = why_field(
            kind, gettext_lazy("Alasan"), gettext_lazy("Tercatat di jejak audit bersama baris yang ditarik.")
        )


class CloseForm(forms.Form):
    ends_on = LastDayField(label=LAST, widget=DayInput(), input_formats=["%Y-%m-%d", "%d-%m-%Y"])


def _kind(slug: str) -> Kind:
    if slug not in KINDS:
        raise Http404(_("Riwayat ini tidak ada."))
    return KINDS[slug]


def _row(request: HttpRequest, kind: Kind, pk: int) -> Any:
    """Return the row when the user sees it and may edit it; 404 or 403 otherwise."""
    row = doors.found(histories.visible(request.user, kind.model), pk=pk)
    _let_in(request, row.employee, kind)
    try:
        services.check_may_edit(request.user, row)
    except NotAllowed as refused:
        raise PermissionDenied(str(refused)) from refused
    return row


def _let_in(request: HttpRequest, person: Employee, kind: Kind) -> None:
    if not permissions.may_edit_history(request.user, person, kind.model):
        raise PermissionDenied(_("Peran Anda tidak mencakup perubahan riwayat ini."))


def _page(request: HttpRequest, person: Employee, kind: Kind, form: forms.Form, **more: Any) -> HttpResponse:
    back = reverse("employee-history", args=[person.pk, GROUP_OF[kind.slug]])
    context = {
        "form": form,
        "lead": person.full_name,
        "cancel_url": back,
        "crumbs": crumbs(request, person, (GROUPS[GROUP_OF[kind.slug]][0], back), (more["heading"], "")),
        **more,
    }
    return render(request, "positions/form_page.html", context, status=422 if form.errors else 200)


def _done(person: Employee, kind: Kind) -> HttpResponse:
    return redirect("employee-history", person.pk, GROUP_OF[kind.slug])


@never_cache
@doors.needs("edit_register")
@require_http_methods(["GET", "HEAD", "POST"])
def history_new(request: HttpRequest, pk: int, kind: str) -> HttpResponse:
    of = _kind(kind)
    person = doors.found(Employee.objects.visible_to(request.user).select_related("unit"), pk=pk)
    _let_in(request, person, of)
    form = history_form(request, person, of)
    if request.method == "POST" and form.is_valid():
        if doors.attempt(request, form, services.add, employee=person, kind=of, facts=form.cleaned_data) is not None:
            messages.success(request, _("%(kind)s dicatat.") % {"kind": capfirst(of.name)})
            return _done(person, of)
    return _page(request, person, of, form, heading=_("Tambah %(kind)s") % {"kind": of.name})


@never_cache
@doors.needs("edit_register")
@require_http_methods(["GET", "HEAD", "POST"])
def history_edit(request: HttpRequest, kind: str, pk: int) -> HttpResponse:
    of = _kind(kind)
    row = _row(request, of, pk)
    person = row.employee
    if request.method != "POST" and of.is_logged:
        services.read(actor=request.user, employee=person, kind=of, rows=[row])
    form = history_form(request, person, of, row)
    if request.method == "POST" and form.is_valid():
        facts = dict(form.cleaned_data)
        why = facts.pop("why")
        if doors.attempt(request, form, services.correct, row=row, why=why, facts=facts) is not None:
            messages.success(request, _("%(kind)s dikoreksi.") % {"kind": capfirst(of.name)})
            return _done(person, of)
    return _page(request, person, of, form, heading=_("Koreksi %(kind)s") % {"kind": of.name})


@never_cache
@doors.needs("edit_register")
@require_http_methods(["GET", "HEAD", "POST"])
def history_close(request: HttpRequest, kind: str, pk: int) -> HttpResponse:
    of = _kind(kind)
    row = _row(request, of, pk)
    form = CloseForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        if doors.attempt(request, form, services.close, row=row, **form.cleaned_data) is not None:
            messages.success(request, _("%(kind)s diakhiri.") % {"kind": capfirst(of.name)})
            return _done(row.employee, of)
    heading = _("Akhiri %(kind)s") % {"kind": of.name}
    return _page(request, row.employee, of, form, heading=heading, submit_label=_("Akhiri"))


@never_cache
@doors.needs("edit_register")
@require_http_methods(["GET", "HEAD", "POST"])
def history_take_back(request: HttpRequest, kind: str, pk: int) -> HttpResponse:
    """Delete a row that never should have been; the audit trail keeps it."""
    of = _kind(kind)
    row = _row(request, of, pk)
    person = row.employee
    form = ReasonForm(request.POST or None, kind=of)
    if request.method == "POST" and form.is_valid():
        done = doors.attempt(request, form, _take_back, row=row, **form.cleaned_data)
        if done is not None:
            messages.success(request, _("%(kind)s ditarik.") % {"kind": capfirst(of.name)})
            return _done(person, of)
    heading = _("Tarik %(kind)s yang salah catat") % {"kind": of.name}
    return _page(request, person, of, form, heading=heading, submit_label=_("Tarik"), danger=True)


def _take_back(**given: Any) -> bool:
    services.take_back(**given)
    return True
