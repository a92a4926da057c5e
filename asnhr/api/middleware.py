"""What every answer under /api/ has, whichever view or middleware gave it."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.middleware.common import CommonMiddleware

from asnhr import throttling

ROOT = "/api/"


class ApiMiddleware:
    """Where the client stands with its limit."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.path.startswith(ROOT):
            throttling.count_refused(request)
            throttling.write_headers(request, response)
        return response


class SlashMiddleware(CommonMiddleware):
    """As Django's, but a write of the API without the slash at the end is not found: sent on, it would arrive as a
    reading one, and the client would take the list for its answer."""

    def should_redirect_with_slash(self, request: HttpRequest) -> bool:
        if request.path.startswith(ROOT) and request.method not in ("GET", "HEAD"):
            return False
        return super().should_redirect_with_slash(request)
