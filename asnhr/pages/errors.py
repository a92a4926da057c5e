"""Error pages: what happened and the way on. The page of 500 needs no database and no context."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import get_template
from django.utils.translation import gettext as _

from asnhr.api.problems import problem
from asnhr.api.renderers import ORJSONRenderer


def _answer(request: HttpRequest, status: int, exception: Any) -> HttpResponse:
    if request.path.startswith("/api/"):
        return _problem(request, status)
    sentence = str(exception) if status == 403 and exception and exception.args else ""
    return render(request, f"{status}.html", {"sentence": sentence}, status=status)


def _problem(request: HttpRequest, status: int) -> HttpResponse:
    """The API's answer to what went wrong outside its views: an unknown address, a refused host."""
    said = {
        400: _("Permintaan ini tidak dapat dibaca."),
        404: _("Alamat ini tidak ada. Semua alamat API berakhir dengan garis miring."),
        500: _("Terjadi kesalahan pada sistem; tidak ada yang tersimpan."),
    }
    body = problem(status, said.get(status, _("Permintaan ini ditolak.")), {"request": request}).data
    return HttpResponse(ORJSONRenderer().render(body), status=status, content_type="application/problem+json")


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _answer(request, 400, exception)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _answer(request, 403, exception)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _answer(request, 404, exception)


def busy() -> HttpResponse:
    """Two changed the same at once, and this one waited in vain: nothing is kept. Without the template engine, whose
    frame would ask a transaction that can answer nothing any more."""
    answer = HttpResponse(get_template("busy.html").template.source, status=503)  # type: ignore[attr-defined]
    answer["Retry-After"] = "5"
    return answer


def server_error(request: HttpRequest) -> HttpResponse:
    if request.path.startswith("/api/"):
        return _problem(request, 500)
    return HttpResponse(get_template("500.html").template.source, status=500)  # type: ignore[attr-defined]
