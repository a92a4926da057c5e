"""Errors of the API as problem+json (RFC 9457), in the language of the request."""

import logging
import math
from http import HTTPStatus
from typing import Any

from django.core.exceptions import PermissionDenied, SuspiciousOperation, ValidationError
from django.db import DataError, IntegrityError, OperationalError
from django.http import Http404
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import exception_handler, set_rollback

from asnhr import constraints
from asnhr.api.parsers import of_suspicious
from asnhr.errors import NotAllowed, RuleBroken
from asnhr.idempotency import UsedOtherwise
from asnhr.scope import LATER

logger = logging.getLogger(__name__)

# Titles in Indonesian; in other languages the phrases of HTTP itself.
TITLES = {
    400: "Permintaan tidak sah",
    401: "Perlu masuk",
    403: "Tidak diizinkan",
    404: "Tidak ditemukan",
    405: "Metode tidak didukung",
    406: "Format tidak tersedia",
    409: "Bertentangan dengan aturan",
    410: "Tidak berlaku lagi",
    412: "Sudah berubah",
    413: "Isi terlalu besar",
    415: "Jenis isi tidak didukung",
    422: "Kunci sudah dipakai",
    428: "Syarat wajib disebut",
    429: "Terlalu banyak permintaan",
    500: "Kesalahan pada sistem",
}


def handler(error: Exception, context: dict[str, Any]) -> Response | None:
    """Turn every failure into a problem: RuleBroken, broken constraints and two who wait for each other 409, a key that
    stands for another request 422, NotAllowed 403, ValidationError and values beyond PostgreSQL's reach 400, bodies
    beyond the limits 413 or 400; others are DRF's; what nobody expected is logged and answered with 500, without its
    text."""
    if isinstance(error, RuleBroken):
        return problem(409, str(error), context, _named(error))
    if isinstance(error, UsedOtherwise):
        return problem(422, str(error), context)
    if isinstance(error, OperationalError) and getattr(error.__cause__, "pgcode", None) in LATER:
        return problem(409, _("Data ini sedang diubah orang lain; ulangi sesaat lagi."), context)
    if isinstance(error, NotAllowed | PermissionDenied):
        return problem(403, str(error) or str(exceptions.PermissionDenied.default_detail), context)
    if isinstance(error, ValidationError):
        return problem(400, "; ".join(error.messages), context, _by_field(error))
    if isinstance(error, IntegrityError):
        return problem(409, constraints.sentence_of(error), context)
    if isinstance(error, DataError):
        return problem(400, _("Nilai di luar jangkauan yang dapat disimpan."), context)
    if isinstance(error, SuspiciousOperation):
        error = of_suspicious(error)
    if isinstance(error, Http404):
        error = exceptions.NotFound()
    response = exception_handler(error, context)
    if response is None:
        request = context.get("request")
        logger.error("unexpected failure in %s", getattr(request, "path", ""), exc_info=error)
        return problem(500, _("Terjadi kesalahan pada sistem; tidak ada yang tersimpan."), context)
    detail = response.data
    errors = None
    if isinstance(error, exceptions.ValidationError):
        errors = detail if isinstance(detail, dict) else {"non_field_errors": detail}
        text = str(exceptions.ValidationError.default_detail)
    elif isinstance(error, exceptions.Throttled):
        # DRF puts the number in before it looks for a translation, and finds none.
        wait = getattr(error, "wait", None) or 1
        text = _("Batas permintaan tercapai; coba lagi setelah %(n)s detik.") % {"n": math.ceil(wait)}
    else:
        text = str(detail.get("detail", "")) if isinstance(detail, dict) else str(detail)
    return problem(response.status_code, text, context, errors, dict(response.items()))


def _named(error: RuleBroken) -> dict[str, list[str]] | None:
    return {name or "non_field_errors": said for name, said in error.fields.items()} or None


def _by_field(error: ValidationError) -> dict[str, list[str]] | None:
    return error.message_dict if hasattr(error, "error_dict") else {"non_field_errors": error.messages}


def problem(
    status: int, detail: str, context: dict[str, Any], errors: Any = None, headers: dict[str, str] | None = None
) -> Response:
    """Return the problem document; the transaction of the request is rolled back."""
    set_rollback()
    request = context.get("request")
    phrase = HTTPStatus(status).phrase
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": TITLES.get(status, phrase) if (get_language() or "id").startswith("id") else phrase,
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
