"""Which pages follow the day that is chosen in the frame. A page says so itself, and every other tells in its frame
that it shows today: a promise of a past day over data of today would be the worse mistake.

A view says it by `@follows_day`, a list by `follows_day = True`; `UP_TO_TODAY`, where a day to come shows today, too.
"""

from collections.abc import Callable
from datetime import date
from typing import Any

from django.http import HttpRequest

from asnhr import dates

UP_TO_TODAY = "up to today"


def follows_day(view: Callable[..., Any]) -> Callable[..., Any]:
    """Stands next to the view: what wraps it later carries its attributes on."""
    view.follows_day = True  # type: ignore[attr-defined]
    return view


def follows_day_up_to_today(view: Callable[..., Any]) -> Callable[..., Any]:
    view.follows_day = UP_TO_TODAY  # type: ignore[attr-defined]
    return view


def declared(view: Any) -> Any:
    """Return what a resolved view says of the day: True, `UP_TO_TODAY`, or False."""
    return getattr(getattr(view, "view_class", view), "follows_day", False)


def shown(request: HttpRequest) -> date:
    """Return the day that the page of `request` tells of: the chosen one where the page follows it, else today."""
    today = dates.today()
    match = getattr(request, "resolver_match", None)
    follows = declared(match.func) if match else False
    day: date = getattr(request, "as_of", today)
    return day if follows is True or (follows == UP_TO_TODAY and day < today) else today
