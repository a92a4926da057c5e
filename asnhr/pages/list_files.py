"""The page that asks before the file of a very long list is written by a run, and the file itself."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from asnhr import list_files
from asnhr.errors import RuleBroken
from asnhr.export import FORMATS
from asnhr.imports import storage
from asnhr.models import Run
from asnhr.pages.routes import may_open


def offer(
    request: HttpRequest,
    *,
    title: Any,
    rows: int,
    query: QueryDict | None = None,
    at_least: bool = False,
    back: str = "",
) -> HttpResponse:
    """Answer for a file that is left to a run: the page that asks, and after its form (POST) the run's own page.
    `at_least`: there are more than `rows`; how many, the run finds out. `back`: whence it is asked, where that is not
    the list at this address."""
    asked = request.GET if query is None else query
    if request.method == "POST":
        run, is_new = list_files.request_file(request=request, query=asked)
        if not is_new:
            messages.info(request, _("Berkas yang sama sedang dibuat; inilah keadaannya."))
        return redirect("run-detail", pk=run.pk)
    plain = request.GET.copy()
    plain.pop("format", None)
    context = {
        "title": title, "rows": rows, "at_least": at_least,
        "limit": settings.LIST_ROWS_AT_ONCE, "days": settings.LIST_FILE_DAYS,
        "kind": request.GET.get("format", "xlsx").upper(), "back": back or f"{request.path}?{plain.urlencode()}",
        "before": list_files.newest(request, asked), "crumbs": [(title, back or request.path), (_("Unduh"), "")],
    }  # fmt: skip
    return render(request, "asnhr/list_file.html", context)


@never_cache
@login_required
@require_safe
def list_file(request: HttpRequest, pk: int) -> FileResponse:
    """The file of a run, for who asked for it while they may open the list; 404 for all others and past its days."""
    user: Any = request.user
    run: Run = get_object_or_404(list_files.of_person(user), pk=pk)
    if not may_open(user, run.parameters["path"]):
        raise Http404
    try:
        file = storage.opened(request.agency.code, run.parameters["stored_as"], list_files.AREA)  # type: ignore[attr-defined]
    except (KeyError, FileNotFoundError, RuleBroken) as gone:
        raise Http404 from gone
    name = run.parameters["filename"]
    return FileResponse(file, as_attachment=True, filename=name, content_type=FORMATS[name.rpartition(".")[2]])
