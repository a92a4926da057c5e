"""What the frame of every page shows: navigation, agency, scope, day, user."""

from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import NoReverseMatch, get_script_prefix, get_urlconf, reverse
from django.utils.safestring import mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from asnhr import dates, registry
from asnhr.access import NO_ACCESS
from asnhr.pages import days
from asnhr.roles import ROLES
from asnhr.templatetags.asnhr_ui import sample_logins


@dataclass(frozen=True)
class Link:
    """A line of the navigation: shown to who holds one of `permissions` (empty: every signed-in user)."""

    label: Any
    route: str
    icon: str = ""
    permissions: frozenset[str] = frozenset()
    # Route names that belong to this entry beside its own.
    also: tuple[str, ...] = ()


@dataclass(frozen=True)
class Group:
    label: Any
    links: tuple[Link, ...]


@dataclass
class Frame:
    nav: list[dict[str, Any]] = field(default_factory=list)
    agency_name: str = ""
    scope_label: str = ""
    is_sample: bool = False
    as_of: date | None = None
    as_of_is_past: bool = False
    as_of_is_future: bool = False
    # The day that the page tells of: the chosen one where the page follows it, else today.
    shown_day: date | None = None
    today: date | None = None
    user_name: str = ""
    initials: str = ""
    role_label: str = ""
    agencies: list[Any] = field(default_factory=list)
    # Notifications that the user has not read: at most 100, which stands for more than 99.
    unread: int = 0


def frame(request: HttpRequest) -> dict[str, Any]:
    """Context processor; costs no query (agency and access were loaded with the request)."""
    user = getattr(request, "user", None)
    today = dates.today()
    day = getattr(request, "as_of", today)
    result = Frame(
        today=today, as_of=day, as_of_is_past=day < today, as_of_is_future=day > today, shown_day=days.shown(request)
    )  # fmt: skip
    if user is None or not user.is_authenticated:
        # A stranger has no agency yet; an installation with the demo's logins says so on every page.
        result.is_sample = bool(sample_logins())
        return {"frame": result}
    access = getattr(user, "access", NO_ACCESS)
    agency = getattr(request, "agency", None)
    if agency is not None:
        result.agency_name, result.is_sample = agency.name, agency.is_sample
    result.scope_label = _("Seluruh unit") if access.whole_agency else _("Unit dalam cakupan Anda")
    result.role_label = ", ".join(str(ROLES[role].name) for role in sorted(access.roles))
    result.user_name = str(user)
    result.initials = "".join(word[0] for word in result.user_name.split()[:2]).upper()
    result.agencies = getattr(request, "agencies", [])
    result.unread = getattr(request, "unread", 0)
    result.nav = _navigation(request, access)
    return {"frame": result}


def _navigation(request: HttpRequest, access: Any) -> list[dict[str, Any]]:
    """Return the groups of the user's links, each group's lines as HTML; the current page's own line is marked."""
    match = request.resolver_match
    current = match.view_name if match else ""
    urlconf = get_urlconf() or settings.ROOT_URLCONF
    shown = []
    for label, lines in _lines(get_language(), urlconf, get_script_prefix()):
        permitted = [
            marked if current == link.route or current in link.also else plain
            for link, plain, marked in lines
            if not link.permissions or link.permissions & access.permissions
        ]
        if permitted:
            shown.append({"label": label, "lines": mark_safe("".join(permitted))})  # noqa: S308  made by templates
    return shown


@lru_cache(maxsize=8)
def _lines(_language: str | None, urlconf: str, _prefix: str) -> list[tuple[str, list[tuple[Link, str, str]]]]:
    """Return every group with its links as HTML, plain and as the current page; the same for everybody, so made once.

    Who may see which is asked anew in every request.
    """
    groups: list[tuple[str, list[tuple[Link, str, str]]]] = []
    for _code, group in registry.navigation.items():
        lines: list[tuple[Link, str, str]] = []
        for link in group.links:
            try:
                url = reverse(link.route, urlconf)
            except NoReverseMatch:
                continue
            plain, marked = (
                render_to_string("_parts/nav_link.html", {"link": link, "url": url, "is_current": is_current})
                for is_current in (False, True)
            )
            lines.append((link, plain, marked))
        groups.append((str(group.label), lines))
    return groups
