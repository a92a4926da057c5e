"""An appointment that has not begun, taken back with a reason."""

from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from asnhr import dates, formats
from positions import permissions
from positions.models import Incumbency
from positions.pages import doors
from positions.pages.unit_withdrawal import WithdrawForm
from positions.services import coming, incumbencies


def offered(user: Any, rows: Iterable[Incumbency]) -> set[int]:
    """Which of the rows are coming appointments that the user may take back; one query, none without a coming one."""
    found = coming.withdrawable(rows, dates.today())
    return {
        each.pk
        for each in found
        if permissions.may_edit_incumbency(user, each) and not permissions.is_theirs(user, each.employee)
    }


@doors.needs("edit_register")
@require_http_methods(["GET", "HEAD", "POST"])
def incumbency_withdraw(request: Any, pk: int) -> HttpResponse:
    """Say which appointment goes, ask for the reason, take it back, and tell what did not come back."""
    rows = Incumbency.objects.visible_to(request.user).select_related(
        "position__job", "position__unit", "employee__unit"
    )
    row, today = doors.found(rows, pk=pk), dates.today()
    if not permissions.may_edit_incumbency(request.user, row):
        raise PermissionDenied(_("Pegawai ini di luar unit Anda."))
    back = reverse("employee-detail", args=[row.employee_id])
    about = {
        "name": row.employee.full_name, "post": row.position, "kind": row.get_kind_display(),
        "day": formats.day(row.starts_on), "decree": row.decree or formats.DASH,
    }  # fmt: skip
    if not coming.withdrawable([row], today):
        messages.info(request, _("%(name)s tidak punya pengangkatan pada %(post)s yang masih akan mulai.") % about)
        return redirect(back)
    form = WithdrawForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        told = doors.attempt(
            request, form, incumbencies.withdraw, incumbency=row, day=today, reason=form.cleaned_data["reason"]
        )
        if told is not None:
            messages.success(request, _("Pengangkatan %(name)s pada %(post)s dibatalkan.") % about)
            for sentence in told:
                messages.warning(request, sentence)
            return redirect(back)
    context = {
        "form": form, "danger": True, "heading": _("Batalkan pengangkatan %(name)s") % about,
        "lead": _(
            "%(kind)s pada %(post)s mulai %(day)s (%(decree)s). Setelah dibatalkan, jabatan yang berakhir karenanya"
            " berlanjut."
        ) % about,
        "crumbs": [
            (_("Jabatan"), reverse("position-list")),
            (str(row.position.job), reverse("position-detail", args=[row.position_id])),
            (_("Batalkan pengangkatan"), ""),
        ],
        "submit_label": _("Batalkan pengangkatan"), "cancel_url": back,
    }  # fmt: skip
    return render(request, "positions/form_page.html", context, status=422 if form.errors else 200)
