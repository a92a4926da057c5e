"""The keeper of the door: staff come in with a second factor, and nobody with a password that somebody else chose.

Closed by default. What is not named in `BEFORE` opens to a signed-in person only when both are settled, pages, admin
and API alike; what the request's scope did not settle counts as owed (`User.needs_second_factor`). Clients with a token
are nobody to the session and come in by their scopes.
"""

from collections.abc import Callable
from typing import Any

from allauth.account.internal.flows.login import get_authentication_records
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

# In the session: the user who set the second factor up in it and so has shown a code.
SET_UP = "second_factor_set_up"
LEAVING = frozenset({"account_logout", "admin:logout", "set_language", "account_reauthenticate"})
# Where a person settles what is missing.
BEFORE_PASSWORD = LEAVING | {"account_change_password"}
BEFORE_FACTOR = LEAVING | {
    "account_change_password", "mfa_index", "mfa_activate_totp", "mfa_reauthenticate", "mfa_authenticate",
    "session-list", "session-end", "session-end-others",
}  # fmt: skip
# They stand for the authenticator: a session from before it, which knows the password alone, does not read them.
CODES = frozenset({"mfa_view_recovery_codes", "mfa_download_recovery_codes", "mfa_generate_recovery_codes"})


class SecondFactorMiddleware:
    """After `ScopeMiddleware`, which knows the roles and whether there is an authenticator; costs no query."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        user: Any = request.user
        if not user.is_authenticated:
            return None
        name = request.resolver_match.view_name if request.resolver_match else ""
        if user.password_is_temporary and name not in BEFORE_PASSWORD:
            return _sent(request, "account_change_password", _("Ganti dahulu kata sandi sementara Anda."))
        user.shown_second_factor = has_shown(request)
        closed = user.has_second_factor if name in CODES else user.needs_second_factor and name not in BEFORE_FACTOR
        if closed and not user.shown_second_factor:
            return _sent(request, "mfa_index", _("Peran Anda mewajibkan verifikasi dua langkah."))
        return None


def has_shown(request: HttpRequest) -> bool:
    """Return whether this session showed a code of an authenticator that is still there."""
    user: Any = request.user
    if not user.has_second_factor:
        return False
    if request.session.get(SET_UP) == user.pk:
        return True
    return any(record.get("method") == "mfa" for record in get_authentication_records(request, user))


def _sent(request: HttpRequest, name: str, sentence: str) -> HttpResponse:
    address = reverse(name)
    if request.path.startswith("/api/"):
        problem = {
            "type": "about:blank", "title": "Tidak diizinkan", "status": 403, "detail": sentence,
            "instance": request.path,
        }  # fmt: skip
        return JsonResponse(problem, status=403, content_type="application/problem+json")
    if request.headers.get("HX-Request") == "true":
        # htmx follows a redirect inside the page; this makes the browser go there.
        return HttpResponse(headers={"HX-Redirect": address})
    return redirect(address)
