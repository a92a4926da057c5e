"""What is decided on one position where it stands: opened, closed, its K; shown before it is saved, as every decision
on the structure (`restructure.decide`)."""

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from asnhr.pages.days import follows_day
from positions.models import Job, Position
from positions.pages import doors
from positions.pages.pickers import day_field, unit_row, units_like
from positions.pages.positions import _id, pick
from positions.pages.restructure import decide
from positions.queries import register
from positions.services import register as services
from positions.services import restructure
from positions.services.restructure import Outcome


class NewPositionForm(forms.Form):
    seats = forms.IntegerField(label=gettext_lazy("Jumlah formasi"), min_value=1, max_value=500, initial=1)
    starts_on = day_field(gettext_lazy("Berlaku mulai"))
    decree = forms.CharField(label=gettext_lazy("Nomor keputusan"), max_length=120)
    decree_on = day_field(gettext_lazy("Tanggal keputusan"))
    is_head = forms.BooleanField(label=gettext_lazy("Kepala unit"), required=False)
    by_duty = forms.BooleanField(
        label=gettext_lazy("Diisi sebagai tugas tambahan"),
        required=False,
        help_text=gettext_lazy("Kepala puskesmas atau sekolah: pejabat fungsional dengan tugas tambahan."),
    )


class CloseForm(forms.Form):
    ends_on = day_field(gettext_lazy("Hari pertama tanpa jabatan ini"))
    decree = forms.CharField(label=gettext_lazy("Nomor keputusan"), max_length=120)
    decree_on = day_field(gettext_lazy("Tanggal keputusan"))


class FormationForm(forms.Form):
    number = forms.IntegerField(label=gettext_lazy("K ditetapkan yang baru"), min_value=0, max_value=5000)
    starts_on = day_field(gettext_lazy("TMT"))
    decree = forms.CharField(label=gettext_lazy("Nomor keputusan"), max_length=120)
    decree_on = day_field(gettext_lazy("Tanggal keputusan"))


@doors.needs("edit_register", "edit_structure")
@require_http_methods(["GET", "HEAD", "POST"])
@follows_day
def position_new(request: HttpRequest) -> HttpResponse:
    """Pick the unit, then the job, then fill the form and look at what comes of it; each step is a plain page."""
    user, day = request.user, request.as_of  # type: ignore[attr-defined]
    crumbs = [(_("Organisasi"), ""), (_("Jabatan"), reverse("position-list")), (_("Jabatan baru"), "")]
    here = reverse("position-new")
    text = request.GET.get("q", "")
    unit_id, job_id = _id(request, "unit"), _id(request, "job")
    if unit_id is None:
        rows = [unit_row(unit, f"{here}?unit={unit.pk}") for unit in units_like(request, text)]
        lead = _("Cari unit tempat jabatan dibuka.")
        return pick(request, _("Jabatan baru: pilih unit"), lead, crumbs, rows)
    unit = doors.found(register.units_from(user, day), pk=unit_id)
    jobs = Job.objects.visible_to(user).filter(is_active=True)
    if job_id is None:
        known = register.alike(jobs, "name", text)[:10] if text.strip() else []
        rows = [(str(job), job.get_level_display(), f"{here}?unit={unit.pk}&job={job.pk}") for job in known]
        lead = _("Jabatan apa yang dibuka pada %(unit)s?") % {"unit": unit}
        return pick(request, _("Jabatan baru: pilih nomenklatur"), lead, crumbs, rows, {"unit": unit.pk})
    job = doors.found(jobs, pk=job_id)
    initial = {"starts_on": max(day, unit.starts_on), "is_head": job.group == "manajerial"}
    form = NewPositionForm(request.POST or None, initial=initial)
    return decide(
        request, form,
        lambda actor, asked: Outcome(result=services.open_position(actor=actor, unit=unit, job=job, **asked)),
        units=[unit], done=_("Jabatan %(position)s dibuka.") % {"position": f"{job} · {unit}"},
        heading=_("Buka %(job)s") % {"job": job}, lead=_("Pada %(unit)s.") % {"unit": unit}, crumbs=crumbs,
        back=reverse("unit-detail", args=[unit.pk]),
    )  # fmt: skip


def _context(position: Position, heading: str, here: str) -> dict[str, Any]:
    back = reverse("position-detail", args=[position.pk])
    crumbs = [(_("Jabatan"), reverse("position-list")), (str(position.job), back), (here, "")]
    return {"heading": heading, "crumbs": crumbs, "back": back}


@doors.needs("edit_register", "edit_structure")
@require_http_methods(["GET", "HEAD", "POST"])
def position_close(request: HttpRequest, pk: int) -> HttpResponse:
    rows = Position.objects.visible_to(request.user).select_related("job", "unit")
    position = doors.found(rows, pk=pk)
    form = CloseForm(request.POST or None, initial={"ends_on": request.as_of})  # type: ignore[attr-defined]
    return decide(
        request, form,
        lambda actor, asked: restructure.end_position(actor=actor, position=position, **asked),
        units=[position.unit], danger=True,
        done=_("Jabatan %(position)s ditutup.") % {"position": position},
        lead=_("Formasi dan kebutuhan yang ditetapkan ikut berakhir. Riwayatnya tetap tersimpan. Pada %(unit)s.")
        % {"unit": position.unit},
        **_context(position, _("Tutup %(job)s") % {"job": position.job}, _("Tutup")),
    )  # fmt: skip


@doors.needs("edit_structure")
@require_http_methods(["GET", "HEAD", "POST"])
def position_formation(request: HttpRequest, pk: int) -> HttpResponse:
    """Decide K: the sheet names who comes to stand outside the formation, or back within it."""
    user, day = request.user, request.as_of  # type: ignore[attr-defined]
    rows = Position.objects.visible_to(user).select_related("job", "unit")
    position = doors.found(register.with_figures(rows, day), pk=pk)
    form = FormationForm(request.POST or None, initial={"number": position.k, "starts_on": day})
    return decide(
        request, form,
        lambda actor, asked: restructure.decide_formation(actor=actor, position=position, **asked),
        units=[position.unit], done=_("K ditetapkan diubah dengan keputusan itu."),
        lead=_("Formasi lowong ditutup lebih dahulu; pemangku yang melebihi K ditandai di luar formasi."),
        **_context(position, _("Ubah K ditetapkan %(job)s") % {"job": position.job}, _("K ditetapkan")),
    )  # fmt: skip
