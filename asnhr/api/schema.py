"""How the schema describes what is common: both ways to sign in, problems, `as_of`."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiParameter

AS_OF = OpenApiParameter(
    "as_of", str, description=_("Hari yang dilihat (YYYY-MM-DD); bawaan: hari ini."), pattern=r"^\d{4}-\d{2}-\d{2}$"
)
HISTORY = OpenApiParameter(
    "history", bool, description=_("`true`: semua masa berlaku, bukan hanya yang berlaku pada hari itu.")
)

PROBLEM = {
    "type": "object",
    "required": ["type", "title", "status", "detail", "instance"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "instance": {"type": "string"},
        "errors": {"type": "object", "additionalProperties": True},
    },
}


class SessionScheme(OpenApiAuthenticationExtension):
    target_class = "asnhr.api.authentication.SessionAuthentication"
    name = "session"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "apiKey", "in": "cookie", "name": "sessionid"}


class TokenScheme(OpenApiAuthenticationExtension):
    target_class = "asnhr.api.authentication.TokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> dict[str, Any]:
        from asnhr.auth import TokenAdapter

        scopes = {scope: str(label) for scope, label in TokenAdapter.scope_display.items()}
        return {
            "type": "oauth2",
            "flows": {"clientCredentials": {"tokenUrl": "/identity/o/api/token", "scopes": scopes}},
        }


class Schema(AutoSchema):
    """Every operation may answer with a problem; lists take `as_of`, `history` and `ordering` as their view says."""

    def get_override_parameters(self) -> list[Any]:
        view: Any = self.view
        found: list[Any] = []
        if getattr(view, "takes_as_of", False):
            found.append(AS_OF)
        if getattr(view, "action", "") == "list" and hasattr(view, "order_of"):
            if view.has_periods:
                found.append(HISTORY)
            if len(view.orders) > 1:
                found.append(OpenApiParameter("ordering", str, enum=sorted(view.orders), description=_("Urutan.")))
        return found

    def _get_response_bodies(self, direction: Any = "response") -> dict[str, Any]:
        bodies: dict[str, Any] = super()._get_response_bodies(direction)
        bodies["default"] = {
            "description": "Masalah (RFC 9457): 400, 401, 403, 404, 409.",
            "content": {"application/problem+json": {"schema": PROBLEM}},
        }
        return bodies
