"""Doors of the API: the session of a signed-in person, or the token of a client (client credentials)."""

from typing import Any

from allauth.idp.oidc.models import Token
from django.utils.translation import gettext_lazy as _
from rest_framework import authentication, exceptions
from rest_framework.request import Request

from asnhr import middleware

# What each token scope lets its client do; a client never does more than its service user's roles allow either.
SCOPE_PERMISSIONS: dict[str, frozenset[str]] = {
    "register:read": frozenset({"view_register", "view_analysis"}),
    # For payroll. Specific personal data: each look is written down as a person's is, and whoever gives the scope may
    # read it themself. No scope opens family or discipline: no system but their keeper's needs them.
    "salary:read": frozenset({"view_salary"}),
    # For performance appraisal (e-Kinerja), on the same terms.
    "assessment:read": frozenset({"view_assessment"}),
    "register:write": frozenset({"edit_register", "edit_structure", "edit_workload", "edit_goals"}),
    "imports:write": frozenset({"import_data", "import_structure", "import_workload", "import_people", "import_goals"}),
    "analysis:run": frozenset({"run_analysis"}),
    # The endpoints that the system itself made, and no others (`IntegrationQuerySet`).
    "webhooks:manage": frozenset({"manage_webhooks"}),
}


class SessionAuthentication(authentication.SessionAuthentication):
    """As DRF's, but unauthenticated requests get 401 with a challenge, not 403."""

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="asnhr"'


class TokenAuthentication(authentication.BaseAuthentication):
    """`Authorization: Bearer <token>`: the client's owner (a service user) acts, narrowed to the token's scopes."""

    def authenticate(self, request: Request) -> tuple[Any, Any] | None:
        header = request.headers.get("Authorization", "")
        kind, _space, value = header.partition(" ")
        if kind.lower() != "bearer" or not value:
            return None
        token = Token.objects.lookup(Token.Type.ACCESS_TOKEN, value.strip())
        if token is None:
            raise exceptions.AuthenticationFailed(_("Token tidak dikenal atau sudah kedaluwarsa."))
        user = token.user or (token.client.owner if token.client else None)
        if user is None or not user.is_active:
            raise exceptions.AuthenticationFailed(_("Klien ini tidak terhubung dengan akun yang aktif."))
        allowed = frozenset().union(*(SCOPE_PERMISSIONS.get(scope, frozenset()) for scope in token.get_scopes()))
        middleware.enter(request._request, user, allowed)
        here: Any = request._request
        if user.is_service and here.agency is None:
            # Its role ended on the day the client was made for (asnhr/clients.py).
            raise exceptions.AuthenticationFailed(_("Masa berlaku klien ini sudah berakhir."))
        return user, token

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="asnhr"'
