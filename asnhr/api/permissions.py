"""Who may use the API at all: a signed-in user or client with a role in some agency."""

from typing import Any

from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request

from asnhr.access import NO_ACCESS


class SignedIn(BasePermission):
    """Refuses strangers; what a user sees is `visible_to`'s, what it may do is the service's."""

    def has_permission(self, request: Request, view: Any) -> bool:
        return bool(request.user and request.user.is_authenticated)


def may_read(request: Request, view: Any) -> bool:
    """Whether the user holds what the view's `reads` names, by default `view_register`; of several any one."""
    access = getattr(request.user, "access", NO_ACCESS)
    asked = getattr(view, "reads", "view_register")
    return any(access.may(each) for each in ((asked,) if isinstance(asked, str) else asked))


class Reads(SignedIn):
    """Reading the register needs a role that reads it: the view's `reads`."""

    def has_permission(self, request: Request, view: Any) -> bool:
        return super().has_permission(request, view) and may_read(request, view)


class Acts(SignedIn):
    """Reads as above; an action that writes needs one of the permissions the view names for it in `writes`.

    The service checks again, with the object; this answers before the body is looked at. Fails closed: an action that
    writes and is not named is refused.
    """

    def has_permission(self, request: Request, view: Any) -> bool:
        if not super().has_permission(request, view):
            return False
        if request.method in SAFE_METHODS:
            return may_read(request, view)
        access = getattr(request.user, "access", NO_ACCESS)
        needed: frozenset[str] = getattr(view, "writes", {}).get(getattr(view, "action", ""), frozenset())
        return bool(needed & access.permissions)
