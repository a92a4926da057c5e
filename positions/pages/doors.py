"""What the pages of this app share: who may open them, rows or 404, and the two expected failures as page answers."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from asnhr.errors import NotAllowed, RuleBroken

View = Callable[..., HttpResponse]


def needs(*any_of: str) -> Callable[[View], View]:
    """Let in who is signed in and holds one of the permissions; others get 403 with a sentence."""

    def decorate(view: View) -> View:
        @login_required
        @wraps(view)
        def guarded(request: HttpRequest, *arguments: Any, **named: Any) -> HttpResponse:
            if not any(request.user.access.may(permission) for permission in any_of):
                raise PermissionDenied(_("Peran Anda tidak mencakup halaman ini."))
            return view(request, *arguments, **named)

        # Read by the test that tries every address with every role.
        guarded.any_of = frozenset(any_of)  # type: ignore[attr-defined]
        return guarded

    return decorate


def found(rows: QuerySet[Any], **lookup: Any) -> Any:
    """Return the one row, 404 when the user does not see it."""
    return get_object_or_404(rows, **lookup)


def attempt(request: HttpRequest, form: Form | None, service: Callable[..., Any], **arguments: Any) -> Any | None:
    """Call a service; a broken rule lands on the form, at its field (or as a message), and gives None, a refusal
    becomes 403."""
    try:
        return service(actor=request.user, **arguments)
    except NotAllowed as refusal:
        raise PermissionDenied(str(refusal)) from refusal
    except RuleBroken as broken:
        if form is None:
            messages.error(request, str(broken))
        else:
            put_on(form, broken)
        return None


def put_on(form: Form, broken: RuleBroken) -> None:
    """Put a broken rule on the form: at the field that it names, above the form where it names none of them."""
    for name, sentences in (broken.fields or {"": [str(broken)]}).items():
        # What is picked before the form, and named by the address, has no field.
        at = next((each for each in (name, name.removesuffix("_id")) if each in form.fields), None)
        for sentence in sentences:
            form.add_error(at, sentence)
