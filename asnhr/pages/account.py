"""Where a person is signed in, and how to end it: one session, or all others at once."""

import re
from typing import Any

from allauth.usersessions.internal.flows.sessions import end_other_sessions, end_sessions
from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

# What a browser says of itself, in the order in which the words tell them apart.
BROWSERS = (("Edg", "Edge"), ("OPR", "Opera"), ("Firefox", "Firefox"), ("Chrome", "Chrome"), ("Safari", "Safari"))
SYSTEMS = (("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Windows", "Windows"),
           ("Mac OS X", "macOS"), ("Linux", "Linux"))  # fmt: skip


def device_of(user_agent: str) -> str:
    """Return browser and system in words: "Firefox · Windows"."""
    found = [next((name for mark, name in marks if re.search(mark, user_agent)), "") for marks in (BROWSERS, SYSTEMS)]
    return " · ".join(name for name in found if name) or _("perangkat tidak dikenal")


@never_cache
@login_required
@require_safe
def session_list(request: HttpRequest) -> HttpResponse:
    """Sessions of the signed-in person that still open something, newest first."""
    user: Any = request.user
    sessions: Any = sorted(
        UserSession.objects.purge_and_list(user), key=lambda session: session.created_at, reverse=True
    )
    for session in sessions:
        session.device, session.here = device_of(session.user_agent), session.is_current()
    context = {
        "sessions": sessions,
        "others": any(not session.here for session in sessions),
        "crumbs": [(_("Keamanan akun"), reverse("mfa_index")), (_("Sesi"), "")],
    }
    return render(request, "asnhr/session_list.html", context)


@login_required
@require_POST
def session_end(request: HttpRequest, pk: int) -> HttpResponse:
    """End one of one's own sessions; the current one signs out."""
    session = get_object_or_404(UserSession.objects.filter(user_id=request.user.pk), pk=pk)
    here = session.is_current()
    end_sessions(request, [session])
    if here:
        return redirect("account_login")
    messages.success(request, _("Sesi itu sudah berakhir."))
    return redirect("session-list")


@login_required
@require_POST
def session_end_others(request: HttpRequest) -> HttpResponse:
    user: Any = request.user
    end_other_sessions(request, user)
    messages.success(request, _("Semua sesi lain sudah berakhir."))
    return redirect("session-list")
