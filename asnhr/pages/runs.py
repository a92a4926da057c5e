"""Long work, watched: the list of runs and the page of one, with a bar that asks every second while it is open."""

from datetime import datetime
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from asnhr import kept, run_counts, told
from asnhr.models import Run
from asnhr.pages.routes import may_open
from asnhr.pages.tables import Column, download, safe_or_file
from asnhr.run_names import KINDS, kind_name

# What the result of a kind asks where its view finds out by itself; results that are for who asked alone.
RESULTS = {"destruction": "view_processing", "letters": "manage_agenda"}
OWN_RESULTS = frozenset({"own_copy", "list_file"})
PAGE = 25
# Of the file; the page draws them itself.
COLUMNS = (
    Column("id", _("Nomor"), "pk", kind="num"),
    Column("kind", _("Pekerjaan"), lambda run: str(kind_name(run.kind))),
    Column("state", _("Keadaan"), lambda run: run.get_state_display()),
    Column("requested", _("Diminta"), "requested_at"),
    Column("by", _("Oleh"), lambda run: str(run.requested_by or _("Terjadwal"))),
    Column("finished", _("Selesai"), "finished_at"),
)


@login_required
@safe_or_file
def run_list(request: HttpRequest) -> HttpResponseBase:
    """Runs the user may see, newest first; `?kind=` and `?state=` narrow. Three queries."""
    runs = Run.objects.visible_to(request.user).select_related("requested_by").order_by("-requested_at", "-pk")
    kind, state = request.GET.get("kind", ""), request.GET.get("state", "")
    if kind:
        runs = runs.filter(kind=kind)
    if state in Run.State.values:
        runs = runs.filter(state=state)
    file = download(request, runs, COLUMNS, name="pekerjaan", title=_("Pekerjaan"))
    if file is not None:
        return file
    page = Paginator(runs, PAGE).get_page(request.GET.get("hal"))
    for run in page:
        run.kind_name = kind_name(run.kind)  # type: ignore[attr-defined]  # for the template only
    context = {
        "page": page, "states": Run.State.choices, "kinds": list(KINDS.items()), "state": state, "kind": kind,
        "crumbs": [(_("Sistem"), ""), (_("Pekerjaan"), "")],
    }  # fmt: skip
    return render(request, "asnhr/run_list.html", context)


@login_required
@require_safe
def run_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One run. A partial request answers with the progress part; when the run has ended, with word to load the page."""
    run = get_object_or_404(Run.objects.visible_to(request.user).select_related("requested_by"), pk=pk)
    part = progress_context(run, user=request.user)
    if request.htmx and not request.htmx.boosted:  # type: ignore[attr-defined]
        response = render(request, "asnhr/_parts/run_progress.html", part)
        if not run.is_open:
            # The page around the bar changes too: result, times, counts.
            response["HX-Refresh"] = "true"
    else:
        crumbs = [(_("Sistem"), ""), (_("Pekerjaan"), reverse("run-list")), (f"#{run.pk}", "")]
        seen = run_counts.of_run(request.user, run)
        counts = [
            (told.part(name, "asnhr.Run.counts"), value) for name, value in seen.items() if isinstance(value, int)
        ]
        response = render(request, "asnhr/run_detail.html", {**part, "crumbs": crumbs, "counts": counts})
    patch_vary_headers(response, ["HX-Request"])
    return response


def progress_context(run: Run, now: datetime | None = None, user: Any = None) -> dict[str, Any]:
    """Return what the progress part shows: how much, how fast, how long still; the result for who opens its page."""
    now = now or timezone.now()
    started = run.started_at
    ended = run.finished_at or now
    seconds = max((ended - started).total_seconds(), 0.0) if started else 0.0
    rate = run.done / seconds if run.done and seconds >= 1 else None
    left = (run.total - run.done) / rate if rate and run.is_open and run.total > run.done else None
    return {
        "run": run,
        "kind_name": kind_name(run.kind),
        "progress_url": reverse("run-detail", args=[run.pk]),
        "seconds": round(seconds, 1),
        "rate": None if rate is None else round(rate),
        "left": None if left is None else max(1, round(left)),
        "messages_of_run": [kept.problem(problem) for problem in run.problems],
        "result_url": run.result_path if _opens_result(run, user) else "",
    }


def _opens_result(run: Run, user: Any) -> bool:
    if user is None or not run.result_path.startswith("/"):
        return False
    if run.kind in OWN_RESULTS:
        return bool(run.requested_by_id == user.pk)
    asked = RESULTS.get(run.kind, "")
    return may_open(user, run.result_path) and (not asked or user.access.may(asked))
