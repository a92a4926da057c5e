"""The work calendar (kalender kerja): the year's duties by month, those that the agency adds, and which were done."""

from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.dates import MONTHS
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from asnhr import dates
from asnhr.pages.routes import may_open
from asnhr.pages.tables import Column, download
from positions import permissions
from positions.models import AgencyDeadline, Deadline
from positions.pages import doors
from positions.pages.pickers import day_field
from positions.queries import calendar
from positions.services import agenda as services

CRUMB = gettext_lazy("Kalender kerja")
# Who can be told of a duty of the agency.
TELLS = (
    ("manage_agenda", gettext_lazy("BKD")),
    ("edit_structure", gettext_lazy("Bagian Organisasi")),
    ("edit_register", gettext_lazy("pengelola kepegawaian setiap unit")),
    ("decide_recommendations", gettext_lazy("pejabat yang memutuskan")),
)
# Whoever a duty may be for: those, and the proposals of a formation among the national ones.
DOERS = (*(permission for permission, _name in TELLS), "manage_proposals")
# Of the file; the page draws the months.
DUTIES = (
    Column("due", gettext_lazy("Tanggal"), lambda row: row["duty"].due_on, kind="date"),
    Column("name", gettext_lazy("Tenggat"), lambda row: told(row["duty"], row["duty"].name)),
    Column("law", gettext_lazy("Dasar hukum"), lambda row: told(row["duty"], row["duty"].legal_basis)),
    Column("mark", gettext_lazy("Tanda"), lambda row: row["duty"].mark),
    Column("source", gettext_lazy("Sumber"),
           lambda row: _("tambahan instansi") if row["duty"].own else _("ketentuan nasional")),
    Column("state", gettext_lazy("Keadaan"), "state"),
    Column("done", gettext_lazy("Selesai pada"), lambda row: row["duty"].done_on, kind="date"),
    Column("by", gettext_lazy("Diselesaikan oleh"), lambda row: row["duty"].done_by),
)  # fmt: skip


@doors.needs("view_register")
@require_safe
def work_calendar(request: HttpRequest) -> HttpResponseBase:
    """The duties of a year by month; one query."""
    user, today = request.user, dates.today()
    asked = request.GET.get("tahun", "")
    year = int(asked) if asked.isascii() and asked.isdigit() and len(asked) == 4 else today.year
    year = min(max(year, today.year - calendar.YEARS_AROUND), today.year + calendar.YEARS_AROUND)
    found = calendar.duties(user, date(year, 1, 1), date(year, 12, 31))
    file = download(
        request, ({"duty": duty, "state": state_of(duty, today)[0]} for duty in found), DUTIES,
        name=f"kalender-kerja-{year}", title=f"{CRUMB} {year}",
    )  # fmt: skip
    if file is not None:
        return file
    months: dict[int, list[dict[str, Any]]] = {month: [] for month in range(1, 13)}
    for duty in found:
        may_finish = duty.done_on is None and duty.due_on.year == year and user.access.may(duty.permission)  # type: ignore[union-attr]
        months[duty.due_on.month].append({
            "duty": duty, "name": told(duty, duty.name), "url": address(duty.route, user),
            "state": state_of(duty, today), "may_finish": may_finish and duty.warn_on <= today,
        })  # fmt: skip
    context = {
        "year": year, "years": [year - 1, year + 1],
        "months": [(date_format(date(year, month, 1), "F"), rows) for month, rows in months.items() if rows],
        "may_manage": permissions.may_manage_calendar(user), "crumbs": [(_("Pegawai"), ""), (CRUMB, "")],
    }  # fmt: skip
    return render(request, "positions/work_calendar.html", context)


def address(route: str, user: Any) -> str:
    """Return where a duty is done, for who may go there."""
    where = reverse(route) if route else ""
    return where if where and may_open(user, where) else ""


def told(duty: calendar.Duty, text: str) -> str:
    """Return the words of a duty in the reader's language; an agency's own stay as it wrote them."""
    return text if duty.own or not text else _(text)


def state_of(duty: calendar.Duty, today: date) -> tuple[str, str]:
    """Return the state of a duty in a word, and its colour."""
    if duty.done_on is not None:
        return _("selesai"), "fit"
    if duty.due_on < today:
        return _("lewat"), "short"
    return (_("dekat"), "gold") if duty.warn_on <= today else ("", "")


class DeadlineForm(forms.ModelForm):
    once_on = day_field(gettext_lazy("Sekali pada"), required=False)
    months = forms.TypedMultipleChoiceField(
        label=gettext_lazy("Atau setiap tahun pada bulan"), choices=list(MONTHS.items()), coerce=int, required=False,
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip
    day = forms.IntegerField(
        label=gettext_lazy("Tanggal dalam bulan"), min_value=1, max_value=31, required=False,
        help_text=gettext_lazy("31 berarti hari terakhir bulan."),
    )  # fmt: skip
    warn_days = forms.IntegerField(
        label=gettext_lazy("Diingatkan (hari sebelumnya)"), min_value=0, max_value=calendar.MOST_WARN_DAYS, initial=14
    )
    permission = forms.ChoiceField(label=gettext_lazy("Yang menangani"), choices=TELLS)
    replaces = forms.ChoiceField(label=gettext_lazy("Menggantikan tenggat nasional"), required=False)
    starts_on = day_field(gettext_lazy("Berlaku mulai"))

    class Meta:
        model = AgencyDeadline
        fields = [
            "name", "once_on", "months", "day", "warn_days", "permission", "legal_basis", "replaces", "starts_on"
        ]  # fmt: skip

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        rows = Deadline.objects.order_by("name").values_list("code", "name")
        self.fields["replaces"].choices = [  # type: ignore[attr-defined]
            ("", _("tidak ada")), *((code, _(name)) for code, name in rows)
        ]  # fmt: skip

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        yearly = bool(values.get("months"))
        if bool(values.get("once_on")) == yearly or yearly != bool(values.get("day")):
            raise ValidationError(_("Isi satu tanggal, atau bulan-bulan dengan tanggalnya."))
        return values


def _form(request: HttpRequest, deadline: AgencyDeadline, heading: str, done: str) -> HttpResponse:
    initial = {} if deadline.pk else {"starts_on": dates.today()}
    form = DeadlineForm(request.POST or None, instance=deadline, initial=initial)
    if request.method == "POST" and form.is_valid():
        kept = doors.attempt(request, form, services.save_deadline, deadline=form.save(commit=False))
        if kept is not None:
            messages.success(request, done % {"name": kept.name})
            return redirect("work-calendar")
    context = {
        "form": form, "heading": heading, "cancel_url": reverse("work-calendar"),
        "lead": _("Tenggat instansi tampil di samping tenggat nasional; dengan pilihan menggantikan, tampil sebagai"
                  " gantinya."),
        "crumbs": [(CRUMB, reverse("work-calendar")), (heading, "")],
    }  # fmt: skip
    return render(request, "positions/form_page.html", context, status=422 if form.errors else 200)


@doors.needs("manage_agenda")
@require_http_methods(["GET", "HEAD", "POST"])
def deadline_new(request: HttpRequest) -> HttpResponse:
    deadline = AgencyDeadline(agency=request.agency)  # type: ignore[attr-defined]
    return _form(request, deadline, _("Tambah tenggat"), _("Tenggat %(name)s ditambahkan."))


@doors.needs("manage_agenda")
@require_http_methods(["GET", "HEAD", "POST"])
def deadline_edit(request: HttpRequest, pk: int) -> HttpResponse:
    deadline = doors.found(AgencyDeadline.objects.visible_to(request.user), pk=pk)
    return _form(request, deadline, _("Ubah tenggat"), _("Tenggat %(name)s diubah."))


@doors.needs("manage_agenda")
@require_POST
def deadline_close(request: HttpRequest, pk: int) -> HttpResponse:
    """End a duty of the agency today."""
    deadline = doors.found(AgencyDeadline.objects.visible_to(request.user), pk=pk)
    doors.attempt(request, None, services.close_deadline, deadline=deadline)
    messages.success(request, _("Tenggat %(name)s diakhiri.") % {"name": deadline.name})
    return redirect("work-calendar")


@doors.needs(*DOERS)
@require_POST
def deadline_done(request: HttpRequest) -> HttpResponse:
    """Mark a duty as done for one of its days."""
    try:
        due_on = date.fromisoformat(request.POST.get("due_on", ""))
    except ValueError:
        messages.error(request, _("Tenggat ini tidak ada dalam kalender kerja."))
        return redirect("work-calendar")
    done = doors.attempt(
        request, None, services.finish_deadline, agency=request.agency, key=request.POST.get("key", "")[:40],  # type: ignore[attr-defined]
        due_on=due_on, note=request.POST.get("note", "")[:200],
    )  # fmt: skip
    if done is not None:
        messages.success(request, _("Tenggat ditandai selesai."))
    return redirect(f"{reverse('work-calendar')}?tahun={due_on.year}")
