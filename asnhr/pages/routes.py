"""Who opens a page, asked before a link to it is shown: nobody is led to a refusal."""

from typing import Any

from django.urls import Resolver404, resolve

from asnhr.models._visible import access_of


def may_open(user: Any, path: str) -> bool:
    """Return whether the page at `path` lets the user in, by what its view says of itself (`any_of`, `permission`); a
    view that says nothing, or finds out by the object, is taken to do so."""
    try:
        view: Any = resolve(path.partition("?")[0]).func
    except Resolver404:
        return False
    page = getattr(view, "view_class", view)
    asked = getattr(page, "any_of", None) or getattr(page, "permission", None) or ()
    asked = {asked} if isinstance(asked, str) else set(asked)
    return not asked or bool(asked & access_of(user).permissions)
