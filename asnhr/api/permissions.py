"""Who may use the API at all: a signed-in user or client with a role in some agency."""

from typing import Any

from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request

from asnhr.access import NO_ACCESS


class SignedIn(BasePermission):
    """Refuses strangers; what a user sees is `visible_to`'s, what it may do is the service's."""

    def has_permission(self, request: Request, view: Any) -> bool:
        return bool(request.user and request.user.is_authenticated)


class Reads(SignedIn):
    """Reading the register needs a role that reads it: the view's `reads`, by default `view_register`."""

    def has_permission(self, request: Request, view: Any) -> bool:
        access = getattr(request.user, "access", NO_ACCESS)
        return super().has_permission(request, view) and access.may(getattr(view, "reads", "view_register"))


class Acts(SignedIn):
    """Reads as above; an action that writes needs one of the permissions the view names for it in `writes`.

    The service checks again, with the object; this answers before the body is looked at. Fails closed: an action that
    writes and is not named is refused.
    """

    def has_permission(self, request: Request, view: Any) -> bool:
        if not super().has_permission(request, view):
            return False
        access = getattr(request.user, "access", NO_ACCESS)
        if request.method in SAFE_METHODS:
            return access.may(getattr(view, "reads", "view_register"))
        needed: frozenset[str] = getattr(view, "writes", {}).get(getattr(view, "action", ""), frozenset())
        return bool(needed & access.permissions)
