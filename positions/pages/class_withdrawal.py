"""The class of a job that is decided for a coming day, taken back with a reason."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from asnhr import dates, formats
from positions.models import Job, JobClassPeriod
from positions.pages import doors
from positions.pages.unit_withdrawal import WithdrawForm
from positions.queries import job_classes
from positions.services import job_evaluation


@doors.needs("decide_job_class")
@require_http_methods(["GET", "HEAD", "POST"])
def class_withdraw(request: Any, pk: int) -> HttpResponse:
    """Say what goes and what goes on in its place, ask for the reason, and take it back."""
    job = doors.found(Job.objects.visible_to(request.user), pk=pk)
    back, today = reverse("job-detail", args=[pk]), dates.today()
    coming = job_classes.coming(job, today)
    if coming is None:
        messages.info(request, _("Jabatan %(job)s tidak punya kelas yang masih akan berlaku.") % {"job": job})
        return redirect(back)
    form = WithdrawForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        done = doors.attempt(
            request, form, job_evaluation.withdraw, job=job, day=today, reason=form.cleaned_data["reason"]
        )
        if done is not None:
            messages.success(request, _("Keputusan atas kelas %(job)s dibatalkan.") % {"job": job})
            return redirect(back)
    context = {
        "form": form, "danger": True, "heading": _("Batalkan kelas %(job)s") % {"job": job},
        "lead": _lead(job, coming),
        "crumbs": [
            (_("Organisasi"), ""), (_("Nomenklatur jabatan"), reverse("job-list")), (str(job), back),
            (_("Batalkan keputusan"), ""),
        ],
        "submit_label": _("Batalkan keputusan"), "cancel_url": back,
    }  # fmt: skip
    return render(request, "positions/form_page.html", context, status=422 if form.errors else 200)


def _lead(job: Job, coming: JobClassPeriod) -> str:
    before = JobClassPeriod.objects.filter(agency_id=job.agency_id, job=job, ends_on=coming.starts_on).first()
    about = {
        "day": formats.day(coming.starts_on), "new": coming.job_class, "decree": coming.decree,
        "old": before.job_class if before else None,
    }  # fmt: skip
    if before is None:
        said = _("Mulai %(day)s kelas %(new)s (%(decree)s). Setelah dibatalkan jabatan ini tetap tanpa kelas.")
    else:
        said = _("Mulai %(day)s kelas %(new)s (%(decree)s). Setelah dibatalkan kelasnya tetap %(old)s.")
    return f"{said % about} {_('Evaluasi yang menetapkannya kembali menunggu penetapan.')}"
