"""ETag of a single row, and the conditions that a request may set on it (RFC 9110, RFC 6585).

The tag is a hash of the row as the detail shows it, so it changes with everything that a client has seen there. Cost: a
few microseconds; `If-Match` reads the row once more, under its lock.
"""

import hashlib
import re
from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import exceptions, status
from rest_framework.request import Request

from asnhr.api.renderers import ORJSONRenderer

TAG = re.compile(r'(?:W/)?"[^"]*"')


class Changed(exceptions.APIException):
    status_code = status.HTTP_412_PRECONDITION_FAILED
    default_detail = _("Data ini sudah berubah sejak Anda baca; baca lagi, lalu ulangi.")
    default_code = "precondition_failed"


class ConditionNeeded(exceptions.APIException):
    status_code = status.HTTP_428_PRECONDITION_REQUIRED
    default_detail = _("Perubahan oleh sistem lain wajib menyebut If-Match: ETag data yang dibaca, atau *.")
    default_code = "precondition_required"


def tag_of(row: Any) -> str:
    """Return the strong tag of a row as the detail shows it."""
    return f'"{hashlib.blake2b(ORJSONRenderer().render(row), digest_size=12).hexdigest()}"'


def is_known(request: Request, tag: str) -> bool:
    """Whether the client already has this row (`If-None-Match`), so 304 is enough."""
    header = request.headers.get("If-None-Match", "")
    return header.strip() == "*" or tag in (each.removeprefix("W/") for each in TAG.findall(header))


def check(view: Any, request: Request, pk: Any) -> None:
    """Hold the row of the address and compare it with `If-Match`; whoever changes it now waits for our commit.

    A token's client must say what it changes: without the header PUT and PATCH raise ConditionNeeded. People who act in
    a browser see what they change. Raises Changed when none of the tags is the row's.
    """
    header = request.headers.get("If-Match")
    if header is None:
        if request.auth is not None and request.method in ("PUT", "PATCH"):
            raise ConditionNeeded
        return
    if pk is None or header.strip() == "*":
        return
    # Keys that point here do not wait; whoever writes the row itself does. What is out of sight is found below.
    list(view.model._base_manager.select_for_update(no_key=True).filter(pk=pk).only("pk"))
    # Weak tags never match for a write.
    if tag_of(view.tagged(view.shown(pk))) not in TAG.findall(header):
        raise Changed
