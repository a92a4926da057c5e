"""What the pages of a version share: the forms of its steps, and the call of the service that takes one."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from asnhr import dates
from positions import permissions
from positions.models.competency import VersionState
from positions.pages import doors
from positions.pages.pickers import day_field
from positions.rules.competency_standard import STEPS
from positions.services.decree import Decree

TONES = {"konsep": "", "diajukan": "gold", "dikembalikan": "short", "ditetapkan": "fit"}


class NoForm(forms.Form):
    """A step that asks for nothing more."""


class ReturnForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("Alasan pengembalian"), max_length=2000, widget=forms.Textarea(attrs={"rows": 2})
    )


class DecideForm(forms.Form):
    decree = forms.CharField(label=gettext_lazy("Nomor keputusan"), max_length=120)
    decree_on = day_field(gettext_lazy("Tanggal keputusan"))
    starts_on = day_field(gettext_lazy("Berlaku mulai"))

    def clean(self) -> dict[str, Any]:
        """One decree, as the services take it."""
        told = super().clean() or self.cleaned_data
        if len(told) < 3:
            return told
        return {"decree": Decree(told["decree"], told["decree_on"], told["starts_on"])}


class EndForm(forms.Form):
    ends_on = day_field(gettext_lazy("Hari pertama tanpa versi ini"))
    decree = forms.CharField(label=gettext_lazy("Nomor keputusan pencabutan"), max_length=120)


FORMS: dict[str, type[forms.Form]] = {
    "submit": NoForm, "return": ReturnForm, "decide": DecideForm, "end": EndForm, "discard": NoForm,
}  # fmt: skip
DONE: dict[str, Any] = {
    "submit": gettext_lazy("%(version)s diajukan."),
    "return": gettext_lazy("%(version)s dikembalikan."),
    "decide": gettext_lazy("%(version)s ditetapkan."),
    "end": gettext_lazy("%(version)s dicabut."),
    "discard": gettext_lazy("%(version)s dibuang."),
}


def offered(user: Any, version: Any, filled: dict[str, forms.Form]) -> dict[str, forms.Form]:
    """Return the steps that the person may take with this version now, each with its form. `filled`: forms that were
    sent and refused."""
    today = dates.today()
    drafts, decides = (
        permissions.may_draft_competencies(user, version), permissions.may_decide_competencies(user, version),
    )  # fmt: skip
    found: dict[str, forms.Form] = {}
    for name, step in STEPS.items():
        if version.state in step.origins and (decides if step.by_decider else drafts):
            found[name] = FORMS[name](initial={"decree_on": today, "starts_on": today})
    if drafts and version.is_editable:
        found["discard"] = NoForm()
    if decides and version.state == VersionState.DECIDED and version.ends_on is None:
        found["end"] = EndForm()
    return found | {name: form for name, form in filled.items() if name in found}


def take(
    request: HttpRequest, version: Any, argument: str, services: dict[str, Callable[..., Any]]
) -> tuple[str, dict[str, forms.Form]]:
    """Take the step that was sent; return its name where it was taken, else "" and the form that says why not.

    `argument`: what the services call the version."""
    step = request.POST.get("langkah", "")
    if step not in services:
        messages.error(request, _("Langkah itu tidak dikenal."))
        return "", {}
    form = FORMS[step](request.POST)
    name = str(version)
    if form.is_valid():
        done = doors.attempt(request, form, services[step], **{argument: version}, **form.cleaned_data)
        if done is not None or (step == "discard" and not form.errors):
            messages.success(request, DONE[step] % {"version": name})
            return step, {}
    if not form.fields:
        for problem in form.non_field_errors():
            messages.error(request, str(problem))
    return "", {step: form}
