"""The page of 429 of the sign-in's limits (allauth): how long to wait, and the way back to the form.

allauth counts in the cache and says only that a limit was reached; which and until when is read there again.
"""

import math
import time
from collections.abc import Iterator
from typing import Any

from allauth.core.internal import ratelimit
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

APP = "allauth.account"
# What each of allauth's addresses counts (its views name it in code).
ACTIONS = {
    "account_login": "login",
    "account_signup": "signup",
    "account_change_password": "change_password",
    "account_set_password": "change_password",
    "account_reset_password": "reset_password",
    "account_reset_password_from_key": "reset_password_from_key",
    "account_reauthenticate": "reauthenticate",
    "mfa_reauthenticate": "reauthenticate",
}
# Where nothing tells: the longest of the windows by address and person.
LONGEST_WAIT = 60


def seconds_left(request: HttpRequest) -> int:
    """Return in how many seconds the request that was just refused would pass; at least one."""
    return max(1, math.ceil(max(_waits(request), default=LONGEST_WAIT)))


def _waits(request: HttpRequest) -> Iterator[float]:
    action = ACTIONS.get(getattr(request.resolver_match, "url_name", None) or "")
    now = time.time()
    user: Any = request.user
    for rate in ratelimit.get_rates(app=APP, action=action) if action else ():
        if rate.per == "user" and not user.is_authenticated:
            continue
        key = request.POST.get("email", "").strip().lower() if rate.per == "key" else None
        place = ratelimit.get_cache_key(request, app=APP, action=action or "", rate=rate, key=key, user=user)
        # Newest first, as allauth keeps them.
        hits = [hit for hit in cache.get(place, []) if hit > now - rate.duration]
        if len(hits) >= rate.amount:
            yield hits[rate.amount - 1] + rate.duration - now


def too_many(request: HttpRequest) -> HttpResponse:
    """`handler429` of the addresses, by which allauth answers."""
    seconds = seconds_left(request)
    context = {"seconds": seconds, "back": request.get_full_path()}
    response = render(request, "429.html", context, status=429)
    response["Retry-After"] = str(seconds)
    return response
