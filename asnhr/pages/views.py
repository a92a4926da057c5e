"""Pages of the ground floor."""

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from asnhr import registry
from asnhr.pages.days import follows_day


@login_required
@follows_day
def home(request: HttpRequest) -> HttpResponse:
    """Beranda: the loop with live figures and what waits for the user; each app above brings its own part."""
    context: dict[str, object] = {}
    for _code, panel in registry.panels.items():
        context |= panel(request)
    return render(request, "home.html", context)


@login_required
@require_POST
def choose_agency(request: HttpRequest, code: str) -> HttpResponse:
    """Work in another agency in which the user holds a role."""
    agency = next((each for each in request.agencies if each.code == code), None)  # type: ignore[attr-defined]
    if agency is None:
        raise Http404
    request.session["agency"] = agency.pk
    request.session.pop("as_of", None)
    return redirect("home")
