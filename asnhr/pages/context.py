"""What the frame of every page shows: navigation, agency, scope, day, user."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _

from asnhr import dates, registry
from asnhr.access import NO_ACCESS
from asnhr.roles import ROLES


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
    today: date | None = None
    user_name: str = ""
    initials: str = ""
    role_label: str = ""
    agencies: list[Any] = field(default_factory=list)


def frame(request: HttpRequest) -> dict[str, Any]:
    """Context processor; costs no query (agency and access were loaded with the request)."""
    user = getattr(request, "user", None)
    today = dates.today()
    day = getattr(request, "as_of", today)
    result = Frame(today=today, as_of=day, as_of_is_past=day < today)
    if user is None or not user.is_authenticated:
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
    result.nav = _navigation(request, access)
    return {"frame": result}


def _navigation(request: HttpRequest, access: Any) -> list[dict[str, Any]]:
    match = request.resolver_match
    current = match.view_name if match else ""
    shown = []
    for _code, group in registry.navigation.items():
        links = []
        for link in group.links:
            if link.permissions and not (link.permissions & access.permissions):
                continue
            try:
                url = reverse(link.route)
            except NoReverseMatch:
                continue
            here = current == link.route or current in link.also
            links.append({"label": link.label, "url": url, "current": here, "icon": link.icon, "count": None})
        if links:
            shown.append({"label": group.label, "links": links})
    return shown
