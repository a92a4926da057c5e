"""The NIK of one person, shown once to who may and says why."""

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from asnhr.audit import purposes
from positions.models import Employee
from positions.pages import doors
from positions.services import identity


class PurposeForm(forms.Form):
    purpose = forms.ChoiceField(
        label=gettext_lazy("Keperluan"), choices=[("", "—"), *purposes.NIK.items()],
        help_text=gettext_lazy("Tercatat di jejak audit bersama nama Anda."),
    )  # fmt: skip


@never_cache
@doors.needs("view_nik")
@require_http_methods(["GET", "HEAD", "POST"])
def employee_nik(request: HttpRequest, pk: int) -> HttpResponse:
    person = doors.found(Employee.objects.visible_to(request.user).select_related("unit"), pk=pk)
    form = PurposeForm(request.POST or None)
    nik = None
    if request.method == "POST" and form.is_valid():
        nik = doors.attempt(request, form, identity.read_nik, employee=person, **form.cleaned_data)
    back = reverse("employee-detail", args=[pk])
    context: dict[str, Any] = {
        "person": person,
        "nik": nik,
        "form": form,
        "crumbs": [(_("Daftar pegawai"), reverse("employee-list")), (person.full_name, back), ("NIK", "")],
        "cancel_url": back,
    }
    return render(request, "positions/employee_nik.html", context, status=422 if form.errors else 200)
