"""A unit's change, merger, other form or closing that is still to come, taken back with a reason."""

from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from asnhr import dates, formats
from positions.models import Unit
from positions.pages import doors
from positions.services import unit_mergers, withdrawals


class WithdrawForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("Alasan pembatalan"), widget=forms.Textarea(attrs={"rows": 3}), max_length=200,
        help_text=gettext_lazy("Tercatat pada jejak audit."),
    )  # fmt: skip


@doors.needs("edit_structure")
@require_http_methods(["GET", "HEAD", "POST"])
def unit_withdraw(request: Any, pk: int) -> HttpResponse:
    """Say what goes and what goes on in its place, ask for the reason, and take it back."""
    unit = doors.found(Unit.objects.visible_to(request.user).select_related("successor"), pk=pk)
    back, today = reverse("unit-detail", args=[pk]), dates.today()
    lead = _lead(unit, today)
    if not lead:
        messages.info(request, _("Unit %(unit)s tidak punya perubahan yang masih akan berlaku.") % {"unit": unit})
        return redirect(back)
    form = WithdrawForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        done = doors.attempt(
            request, form, withdrawals.withdraw_unit_change, unit=unit, day=today, reason=form.cleaned_data["reason"]
        )
        if done is not None:
            messages.success(request, _("Keputusan atas unit %(unit)s dibatalkan.") % {"unit": unit})
            return redirect(back)
    context = {
        "form": form, "danger": True, "heading": _("Batalkan keputusan atas %(unit)s") % {"unit": unit}, "lead": lead,
        "crumbs": [
            (_("Organisasi"), ""), (_("Unit kerja"), reverse("unit-list")), (unit.name, back),
            (_("Batalkan keputusan"), ""),
        ],
        "submit_label": _("Batalkan keputusan"), "cancel_url": back,
    }  # fmt: skip
    return render(request, "positions/form_page.html", context, status=422 if form.errors else 200)


def _lead(unit: Unit, day: date) -> str:
    """Say what is decided for the coming day, and what goes on once it is withdrawn; "" where nothing is."""
    about: dict[str, Any] = {
        "day": formats.day(unit.ends_on), "unit": unit, "into": unit.successor, "decree": unit.closing_decree,
    }  # fmt: skip
    if unit_mergers.is_closing(unit, day):
        return _("Mulai %(day)s %(unit)s ditutup (%(decree)s). Setelah dibatalkan unit tetap berdiri.") % about
    if unit_mergers.is_coming(unit, day) and unit_mergers.changes_form(unit):
        return (
            _(
                "Mulai %(day)s %(unit)s menjadi %(into)s (%(decree)s). Setelah dibatalkan tetap berdiri dengan jabatan,"
                " pemangku dan unit bawahannya, dan %(into)s tidak jadi dibentuk."
            )
            % about
        )
    if unit_mergers.is_coming(unit, day):
        about["units"] = ", ".join(each.name for each in unit_mergers.together(unit))
        return (
            _(
                "Mulai %(day)s %(unit)s masuk ke %(into)s (%(decree)s). Setelah dibatalkan tetap berdiri dengan"
                " jabatan, pemangku dan unit bawahannya: %(units)s."
            )
            % about
        )
    change = withdrawals.coming_change(unit, day)
    if change is None:
        return ""
    before, coming = change
    about = {
        "day": formats.day(coming.starts_on), "new": coming.name, "new_parent": coming.parent or _("puncak instansi"),
        "old": before.name, "old_parent": before.parent or _("puncak instansi"), "decree": coming.decree,
    }  # fmt: skip
    return (
        _(
            "Mulai %(day)s: %(new)s, di bawah %(new_parent)s (%(decree)s). Setelah dibatalkan unit tetap %(old)s,"
            " di bawah %(old_parent)s."
        )
        % about
    )
