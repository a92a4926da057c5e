"""A position's change that is still to come – its place, name, kind or end – taken back with a reason."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from asnhr import dates, formats
from positions.models import Position
from positions.pages import doors
from positions.pages.unit_withdrawal import WithdrawForm
from positions.queries import details
from positions.services import withdrawals


@doors.needs("edit_structure")
@require_http_methods(["GET", "HEAD", "POST"])
def position_withdraw(request: Any, pk: int) -> HttpResponse:
    """Say what goes and what goes on in its place, ask for the reason, and take it back."""
    rows = Position.objects.visible_to(request.user).select_related("job", "unit", "successor__job", "successor__unit")
    position = doors.found(rows, pk=pk)
    back, today = reverse("position-detail", args=[pk]), dates.today()
    if not withdrawals.is_coming(position, today):
        about = {"position": position}
        messages.info(request, _("Jabatan %(position)s tidak punya perubahan yang masih akan berlaku.") % about)
        return redirect(back)
    form = WithdrawForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        done = doors.attempt(
            request, form, withdrawals.withdraw_position_change, position=position, day=today,
            reason=form.cleaned_data["reason"],
        )  # fmt: skip
        if done is not None:
            messages.success(request, _("Keputusan atas jabatan %(position)s dibatalkan.") % {"position": position})
            return redirect(back)
    context = {
        "form": form, "danger": True, "heading": _("Batalkan keputusan atas %(job)s") % {"job": position.job},
        "lead": lead(position),
        "crumbs": [
            (_("Organisasi"), ""), (_("Jabatan"), reverse("position-list")), (str(position.job), back),
            (_("Batalkan keputusan"), ""),
        ],
        "submit_label": _("Batalkan keputusan"), "cancel_url": back,
    }  # fmt: skip
    return render(request, "positions/form_page.html", context, status=422 if form.errors else 200)


def lead(position: Position) -> str:
    """Say what is decided for the coming day, and what goes on once it is withdrawn. Two queries, three of a merger."""
    seats, people = details.carried_on(position)
    about = {
        "day": formats.day(position.ends_on), "decree": position.closing_decree, "old": position,
        "new": position.successor, "seats": formats.number(seats),
    }  # fmt: skip
    if position.successor is None:
        coming = _("Mulai %(day)s jabatan ini ditutup (%(decree)s).")
    else:
        coming = _("Mulai %(day)s: %(new)s (%(decree)s).")
    stays = _("Setelah dibatalkan %(old)s tetap seperti sekarang: formasi %(seats)s,") % about
    held = ngettext("%(n)s pemangku.", "%(n)s pemangku.", people) % {"n": formats.number(people)}
    said = [coming % about, stays, held]
    if position.closing_kind == Position.Closing.MERGED:
        said.append(_("%(new)s kembali pada formasi dan K-nya semula.") % about)
        if others := withdrawals.merged_with(position):
            named = ", ".join(str(each) for each in others)
            said.append(_("Yang digabung bersamanya ikut kembali: %(positions)s.") % {"positions": named})
    return " ".join(said)
