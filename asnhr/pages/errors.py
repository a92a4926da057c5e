"""Error pages: what happened and the way on. The page of 500 needs no database and no context."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import get_template

from asnhr.api.problems import problem


def _answer(request: HttpRequest, status: int, exception: Any) -> HttpResponse:
    if request.path.startswith("/api/"):
        from asnhr.api.renderers import ORJSONRenderer

        body = problem(status, "", {"request": request}).data
        return HttpResponse(ORJSONRenderer().render(body), status=status, content_type="application/problem+json")
    sentence = str(exception) if status == 403 and exception and exception.args else ""
    return render(request, f"{status}.html", {"sentence": sentence}, status=status)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _answer(request, 400, exception)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _answer(request, 403, exception)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _answer(request, 404, exception)


def server_error(request: HttpRequest) -> HttpResponse:
    return HttpResponse(get_template("500.html").template.source, status=500)  # type: ignore[attr-defined]
