"""A PPPK contract: whether it is extended, an input of the analysis (a contract not extended is an outflow)."""

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from asnhr import formats
from positions.models import Contract
from positions.pages import doors
from positions.pages.pickers import day_field
from positions.services import promises as services


class ExtensionForm(forms.Form):
    extension = forms.ChoiceField(label=gettext_lazy("Perpanjangan"), choices=Contract.Extension.choices)
    decided_on = day_field(gettext_lazy("Diputuskan pada"))


@doors.needs("edit_register")
@require_http_methods(["GET", "HEAD", "POST"])
def contract_decide(request: HttpRequest, pk: int) -> HttpResponse:
    """Say whether the contract is extended; only "not extended" makes its end an outflow."""
    contract = doors.found(Contract.objects.visible_to(request.user).select_related("employee__unit"), pk=pk)
    person = contract.employee
    initial = {"extension": contract.extension, "decided_on": contract.decided_on or request.as_of}  # type: ignore[attr-defined]
    form = ExtensionForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        decided = doors.attempt(request, form, services.decide_extension, contract=contract, **form.cleaned_data)
        if decided is not None:
            told = {"name": person.full_name, "what": decided.get_extension_display()}
            messages.success(request, _("Kontrak %(name)s: %(what)s.") % told)
            return redirect("contract-list")
    heading = _("Perpanjangan kontrak %(name)s") % {"name": person.full_name}
    context = {
        "form": form,
        "heading": heading,
        "lead": _("Kontrak %(number)s, %(start)s sampai dengan %(end)s. Hanya keputusan tidak diperpanjang yang menjadi"
                  " arus keluar dalam analisis.")
        % {
            "number": contract.number, "start": formats.day(contract.starts_on),
            "end": formats.last_day(contract.ends_on),
        },
        "crumbs": [(_("Pegawai"), ""), (_("Kontrak PPPK berakhir"), reverse("contract-list")), (heading, "")],
        "cancel_url": reverse("contract-list"),
    }  # fmt: skip
    return render(request, "positions/form_page.html", context, status=422 if form.errors else 200)
