"""`Idempotency-Key` on writes: the second request with a key gets the first one's answer (asnhr/idempotency.py)."""

import hashlib
import json
import re
from typing import Any

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from rest_framework import exceptions
from rest_framework.request import Request
from rest_framework.response import Response

from asnhr import idempotency
from asnhr.api.renderers import ORJSONRenderer

HEADER, REPLAYED = "Idempotency-Key", "Idempotency-Replayed"
# Visible ASCII: what a header may hold without quoting rules.
KEY = re.compile(r"[\x21-\x7e]{1,255}")
KEPT_HEADERS = ("Location", "ETag")


class Answered(Exception):
    """The request was answered before; `response` is that answer."""

    def __init__(self, response: HttpResponseBase) -> None:
        super().__init__()
        self.response = response


def claimed(request: Request) -> idempotency.Claim | None:
    """Claim the request's key, if it brings one; raises Answered with the kept answer of the same request.

    Raises ValidationError for a key that is none, UsedOtherwise and UnderWay as `idempotency.claim`.
    """
    here: Any = request
    key = request.headers.get(HEADER)
    if key is None:
        return None
    if not KEY.fullmatch(key):
        raise exceptions.ValidationError(
            {HEADER: [_("Kunci idempotensi: 1 sampai 255 huruf, angka atau tanda ASCII.")]}
        )
    if here.agency is None:
        return None
    found = idempotency.claim(
        agency=here.agency, user=request.user, client=client_of(request), key=key, request_hash=hash_of(request)
    )
    if found.kept is None:
        return found
    kept = found.kept
    headers = {**kept.headers, REPLAYED: "true"}
    raise Answered(HttpResponse(kept.body, status=kept.status, headers=headers, content_type="application/json"))


def keep(claim: idempotency.Claim, response: HttpResponseBase) -> None:
    """Keep the answer of the effect; one that may not be stored (`Cache-Control: no-store`) leaves no key behind."""
    if not isinstance(response, Response) or not 200 <= response.status_code < 300:
        return
    if "no-store" in response.get("Cache-Control", ""):
        idempotency.let_go(claim)
        return
    headers = {name: response[name] for name in KEPT_HEADERS if response.has_header(name)}
    body = ORJSONRenderer().render(response.data).decode()
    idempotency.keep(claim, status=response.status_code, headers=headers, body=body)


def client_of(request: Request) -> str:
    """Return the id of the token's client; empty for a signed-in person."""
    return str(getattr(request.auth, "client_id", None) or "")[:100]


def hash_of(request: Request) -> str:
    """Return the hash of method, address and body: fields by value, files by content; the order of keys is nothing."""
    data: Any = request.data
    if hasattr(data, "lists"):
        data = {name: [_plain(value) for value in values] for name, values in data.lists()}
    body = json.dumps(data, sort_keys=True, default=str)
    return idempotency.hash_of(str(request.method).encode(), request.get_full_path().encode(), body.encode())


def _plain(value: Any) -> Any:
    if not hasattr(value, "chunks"):
        return value
    found = hashlib.sha256()
    for chunk in value.chunks():
        found.update(chunk)
    value.seek(0)
    return {"name": value.name, "sha256": found.hexdigest()}
