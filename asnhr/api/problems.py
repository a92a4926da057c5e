"""Errors of the API as problem+json (RFC 9457), in the language of the request."""

from http import HTTPStatus
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import exception_handler, set_rollback

from asnhr.errors import NotAllowed, RuleBroken


def handler(error: Exception, context: dict[str, Any]) -> Response | None:
    """Turn expected failures into problems: RuleBroken 409, NotAllowed 403, ValidationError 400; others are DRF's."""
    if isinstance(error, RuleBroken):
        return problem(409, str(error), context)
    if isinstance(error, NotAllowed | PermissionDenied):
        return problem(403, str(error), context)
    if isinstance(error, ValidationError):
        return problem(400, "; ".join(error.messages), context, _by_field(error))
    if isinstance(error, Http404):
        error = exceptions.NotFound()
    response = exception_handler(error, context)
    if response is None:
        return None
    detail = response.data
    errors = None
    if isinstance(error, exceptions.ValidationError):
        errors = detail if isinstance(detail, dict) else {"non_field_errors": detail}
        text = str(exceptions.ValidationError.default_detail)
    else:
        text = str(detail.get("detail", "")) if isinstance(detail, dict) else str(detail)
    return problem(response.status_code, text, context, errors, dict(response.items()))


def _by_field(error: ValidationError) -> dict[str, list[str]] | None:
    return error.message_dict if hasattr(error, "error_dict") else {"non_field_errors": error.messages}


def problem(
    status: int, detail: str, context: dict[str, Any], errors: Any = None, headers: dict[str, str] | None = None
) -> Response:
    """Return the problem document; the transaction of the request is rolled back."""
    set_rollback()
    request = context.get("request")
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "instance": request.path if request is not None else "",
    }
    if errors is not None:
        body["errors"] = errors
    kept = {
        name: value for name, value in (headers or {}).items() if name.lower() in ("www-authenticate", "retry-after")
    }
    return Response(body, status=status, headers=kept, content_type="application/problem+json")
