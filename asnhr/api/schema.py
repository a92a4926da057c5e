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
    "history",
    bool,
    description=_(
        "`true`: semua masa berlaku, bukan hanya yang berlaku pada hari itu. Daftar tanpa masa berlaku selalu lengkap."
    ),
)

UPDATED_SINCE = OpenApiParameter(
    "updated_since",
    str,
    description=_(
        "Hanya yang berubah sejak waktu ini atau sejak `sync_token` jawaban sebelumnya, apa pun masa berlakunya;"
        " `removed` menyebut id yang sudah tidak ada. Hanya bersama `page_size` dan `as_of`."
    ),
)
IDEMPOTENCY_KEY = OpenApiParameter(
    "Idempotency-Key",
    str,
    OpenApiParameter.HEADER,
    description=_("Diulang dengan kunci yang sama dalam 24 jam: jawaban pertama, tanpa akibat kedua."),
    pattern=r"^[\x21-\x7e]{1,255}$",
)
IF_MATCH = OpenApiParameter(
    "If-Match",
    str,
    OpenApiParameter.HEADER,
    description=_("ETag rincian yang dibaca, atau `*`. Berbeda: 412. Wajib bagi token pada PUT dan PATCH: 428."),
)
IF_NONE_MATCH = OpenApiParameter(
    "If-None-Match", str, OpenApiParameter.HEADER, description=_("ETag yang sudah dimiliki; masih sama: 304.")
)
SYNC_TOKEN = {
    "Sync-Token": {
        "schema": {"type": "string"},
        "description": "Pada NDJSON: `updated_since` untuk perubahan sesudahnya.",
    }
}
ETAG = {"ETag": {"schema": {"type": "string"}, "description": "Sidik rincian ini."}}

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
        if self.method in ("POST", "PUT", "PATCH") and hasattr(view, "order_of"):
            found.append(IDEMPOTENCY_KEY)
            if getattr(view, "detail", False):
                found.append(IF_MATCH)
        if getattr(view, "action", "") == "retrieve" and hasattr(view, "order_of"):
            found.append(IF_NONE_MATCH)
        if getattr(view, "action", "") == "list" and hasattr(view, "order_of"):
            if view.is_followed():
                found.append(UPDATED_SINCE)
            if view.has_periods or view.is_followed():
                found.append(HISTORY)
            if len(view.orders) > 1:
                found.append(OpenApiParameter("ordering", str, enum=sorted(view.orders), description=_("Urutan.")))
        return found

    def _map_basic_serializer(self, serializer: Any, direction: Any) -> dict[str, Any]:
        found: dict[str, Any] = super()._map_basic_serializer(serializer, direction)
        withheld: frozenset[str] = getattr(serializer, "withheld", frozenset())
        if withheld and "required" in found:
            found["required"] = [name for name in found["required"] if name not in withheld]
        return found

    def _get_response_bodies(self, direction: Any = "response") -> dict[str, Any]:
        bodies: dict[str, Any] = super()._get_response_bodies(direction)
        view: Any = self.view
        if hasattr(view, "order_of"):
            self._describe_resource(view, bodies)
        bodies["default"] = {
            "description": (
                "Masalah (RFC 9457), misalnya 400, 401, 403, 404, 405, 406, 409, 410, 412, 413, 415, 422, 428, 429."
            ),
            "content": {"application/problem+json": {"schema": PROBLEM}},
        }
        return bodies

    def _describe_resource(self, view: Any, bodies: dict[str, Any]) -> None:
        answer = bodies.get("200") or {}
        if view.action == "list" and "application/json" in answer.get("content", {}):
            page = str(answer["content"]["application/json"]["schema"].get("$ref", ""))
            row = page.rpartition("/")[2].removeprefix("Paginated").removesuffix("List")
            lines = {"type": "string", "description": f"`Accept: application/x-ndjson`: {row} pada tiap baris."}
            answer["content"]["application/x-ndjson"] = {"schema": lines}
            if view.is_followed():
                answer["headers"] = SYNC_TOKEN
        if view.action == "retrieve":
            answer["headers"] = ETAG
            bodies["304"] = {"description": "Masih sama dengan `If-None-Match`.", "headers": ETAG}
