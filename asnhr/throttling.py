"""Limits, counted in Redis: of doors without login by the caller's address, of the API by its client; never by what
was asked."""

import logging
import time
from dataclasses import dataclass
from functools import cache
from types import SimpleNamespace
from typing import Any

import redis
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from redis.exceptions import RedisError
from rest_framework.permissions import SAFE_METHODS
from rest_framework.throttling import BaseThrottle, ScopedRateThrottle

logger = logging.getLogger(__name__)


# Seconds in which the requests of a client are counted together.
WINDOW = 60


@dataclass(frozen=True)
class Rate:
    """How many requests a client may send in the running minute, how many are left, in how many seconds it ends."""

    limit: int
    remaining: int
    reset: int


def write_headers(request: HttpRequest, response: HttpResponse) -> None:
    """Tell the client where it stands (RateLimit-* as in the IETF draft); nothing where nothing was counted."""
    rate: Rate | None = getattr(request, "rate", None)
    if rate is not None:
        response["RateLimit-Limit"] = str(rate.limit)
        response["RateLimit-Remaining"] = str(rate.remaining)
        response["RateLimit-Reset"] = str(rate.reset)


class ClientThrottle(BaseThrottle):
    """So many reads, writes and whole lists a minute for each client: that of the token, or the signed-in person.

    One round trip to Redis. Without Redis nobody is refused: the limit keeps one client from taking all the workers.
    """

    rate: Rate | None = None

    def allow_request(self, request: Any, view: Any) -> bool:
        limit = settings.API_RATES[self.kind_of(request)]
        now = time.time()
        ends = WINDOW - int(now) % WINDOW
        key = f"asnhr:api:{self.kind_of(request)}:{self.get_ident(request)}:{int(now) // WINDOW}"
        try:
            counter: Any = _redis(settings.REDIS_URL)
            used: int = counter.incr(key)
            if used == 1:
                counter.expire(key, 2 * WINDOW)
        except RedisError:
            logger.warning("no limit for the API: Redis does not answer")
            return True
        self.rate = Rate(limit, max(0, limit - used), ends)
        getattr(request, "_request", request).rate = self.rate
        return bool(used <= limit)

    def kind_of(self, request: Any) -> str:
        if request.method not in SAFE_METHODS:
            return "write"
        return (
            "bulk"
            if getattr(request, "accepted_renderer", None) and request.accepted_renderer.format == "ndjson"
            else "read"
        )

    def get_ident(self, request: Any) -> str:
        client = getattr(getattr(request, "auth", None), "client_id", None)
        if client:
            return f"client:{client}"
        return f"user:{request.user.pk}" if request.user.pk else f"address:{address_of(request)}"

    def wait(self) -> float | None:
        return self.rate.reset if self.rate else None


def count_refused(request: HttpRequest) -> None:
    """Count what was refused before DRF counts (403, 404, 405, 406): it took a worker's time, and each answer says
    where its client stands. A stranger is no client."""
    user = getattr(request, "user", None)
    if getattr(request, "rate", None) is None and user is not None and user.is_authenticated:
        ClientThrottle().allow_request(request, None)


@cache
def _redis(url: str) -> redis.Redis:
    return redis.Redis.from_url(url, socket_timeout=1, socket_connect_timeout=1)


def address_of(request: Any) -> str:
    """Return the caller's address as the trusted proxies saw it."""
    proxies = getattr(settings, "ALLAUTH_TRUSTED_PROXY_COUNT", 0)
    hops = [hop.strip() for hop in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if hop.strip()]
    if proxies and hops:
        return hops[-min(proxies, len(hops))][:64]
    return str(request.META.get("REMOTE_ADDR", ""))


class PublicThrottle(ScopedRateThrottle):
    """As DRF's by `throttle_scope`, but the caller's address is the one that the trusted proxies saw.

    Without Redis nobody is refused: a sum needs no Redis, and the limit only protects from haste.
    """

    def get_ident(self, request: Any) -> str:
        return address_of(request)

    def allow_request(self, request: Any, view: Any) -> bool:
        try:
            allowed = bool(super().allow_request(request, view))
        except RedisError:
            logger.warning("no limit for public doors: Redis does not answer")
            return True
        limits: Any = self
        if limits.rate is not None:
            left = max(0, limits.num_requests - len(limits.history))
            ends = limits.duration - (limits.now - limits.history[-1] if limits.history else 0)
            getattr(request, "_request", request).rate = Rate(limits.num_requests, left, max(1, round(ends)))
        return allowed


def seconds_to_wait(request: HttpRequest, scope: str) -> int | None:
    """Count a page's request; None when it may pass, else the seconds until it may."""
    throttle = PublicThrottle()
    if throttle.allow_request(request, SimpleNamespace(throttle_scope=scope)):
        return None
    return max(1, round(throttle.wait() or 1))
