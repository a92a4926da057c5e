"""An exit recorded wrongly, taken back with a reason."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from asnhr import formats
from positions import permissions
from positions.models import Employee
from positions.pages import doors
from positions.services import exits, reasons


class TakeBackForm(forms.Form):
    why = forms.ChoiceField(
        label=gettext_lazy("Alasan"), choices=[("", "—"), *reasons.REASONS.items()],
        help_text=gettext_lazy("Tercatat di jejak audit."),
    )  # fmt: skip


@doors.needs("edit_register")
@require_http_methods(["GET", "HEAD", "POST"])
def exit_take_back(request: Any, pk: int) -> HttpResponse:
    """Say which posts go on, ask for the reason, take the exit back, and tell what did not come back."""
    person = doors.found(Employee.objects.visible_to(request.user).select_related("unit"), pk=pk)
    if not permissions.may_edit_people(request.user, person.unit):
        raise PermissionDenied(_("Pegawai ini di luar unit Anda."))
    back = reverse("employee-detail", args=[pk])
    if person.exits_on is None:
        messages.info(request, _("%(name)s tidak tercatat keluar.") % {"name": person.full_name})
        return redirect(back)
    form = TakeBackForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        done = doors.attempt(request, form, exits.take_back, employee=person, why=form.cleaned_data["why"])
        if done is not None:
            messages.success(request, _("Catatan keluar %(name)s ditarik.") % {"name": person.full_name})
            for sentence in done.sentences:
                messages.warning(request, sentence)
            return redirect(back)
    context = {
        "form": form, "danger": True, "person": person, "held": exits.ended_by_exit(person), "is_taken_back": True,
        "heading": _("Tarik catatan keluar %(name)s") % {"name": person.full_name},
        "lead": _(
            "Tercatat keluar pada %(day)s. Jabatan di bawah ini berlanjut, kecuali yang sudah diisi atau ditutup sejak"
            " itu; tanggal atau alasan lain dicatat sesudahnya lewat “Catat keluar”."
        ) % {"day": formats.day(person.exits_on)},
        "submit_label": _("Tarik catatan keluar"), "cancel_url": back,
        "crumbs": [
            (_("Daftar pegawai"), reverse("employee-list")), (person.full_name, back), (_("Tarik catatan keluar"), ""),
        ],
    }  # fmt: skip
    return render(request, "positions/employee_exit.html", context, status=422 if form.errors else 200)
