"""Who may use the API at all: a signed-in user or client with a role in some agency."""

from typing import Any

from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from asnhr.access import NO_ACCESS


class SignedIn(BasePermission):
    """Refuses strangers; what a user sees is `visible_to`'s, what it may do is the service's."""

    def has_permission(self, request: Request, view: Any) -> bool:
        return bool(request.user and request.user.is_authenticated)


class Reads(SignedIn):
    """Reading the register needs a role that reads it."""

    def has_permission(self, request: Request, view: Any) -> bool:
        access = getattr(request.user, "access", NO_ACCESS)
        return super().has_permission(request, view) and access.may("view_register")
