"""Limits for doors without login, counted in Redis by the address of the caller, never by what was asked."""

import logging
from types import SimpleNamespace
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from redis.exceptions import RedisError
from rest_framework.throttling import ScopedRateThrottle

logger = logging.getLogger(__name__)


class PublicThrottle(ScopedRateThrottle):
    """As DRF's by `throttle_scope`, but the caller's address is the one that the trusted proxies saw.

    Without Redis nobody is refused: a sum needs no Redis, and the limit only protects from haste.
    """

    def get_ident(self, request: Any) -> str:
        proxies = getattr(settings, "ALLAUTH_TRUSTED_PROXY_COUNT", 0)
        hops = [hop.strip() for hop in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if hop.strip()]
        if proxies and hops:
            return hops[-min(proxies, len(hops))][:64]
        return str(request.META.get("REMOTE_ADDR", ""))

    def allow_request(self, request: Any, view: Any) -> bool:
        try:
            return bool(super().allow_request(request, view))
        except RedisError:
            logger.warning("no limit for public doors: Redis does not answer")
            return True


def seconds_to_wait(request: HttpRequest, scope: str) -> int | None:
    """Count a page's request; None when it may pass, else the seconds until it may."""
    throttle = PublicThrottle()
    if throttle.allow_request(request, SimpleNamespace(throttle_scope=scope)):
        return None
    return max(1, round(throttle.wait() or 1))
