"""What day it is: asked here by doors only; rules and queries get days as arguments."""

from datetime import date, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _


def today() -> date:
    """Return the calendar day in the installation's time zone."""
    return timezone.localdate()


# Days that may be looked at: no careers before the Republic, no plans beyond a career.
YEARS = (1945, 2150)


def shown_day(text: str | None) -> date | None:
    """Return the day written TTTT-BB-HH, None for what is none or lies beyond any register: five years on must still
    be a day."""
    try:
        day = date.fromisoformat(text) if text and len(text) == len("2026-01-31") else None
    except ValueError:
        return None
    return day if day is not None and YEARS[0] <= day.year <= YEARS[1] else None


def rule_of_days() -> str:
    """Return what `shown_day` takes, in words."""
    first, last = YEARS
    return _("Tanggal harus ditulis TTTT-BB-HH, misalnya 2026-01-31, dari tahun %(first)d sampai %(last)d.") % {
        "first": first, "last": last,
    }  # fmt: skip


# Days and moments that a row may hold, wide on purpose: parents of who serves today, ends a hundred years on.
KEPT_YEARS = (1890, 2151)


def may_be_kept(day: date) -> bool:
    """Whether a day or a moment of any row lies within the calendar of a register; a mistake of typing does not."""
    first, last = KEPT_YEARS
    return first <= day.year <= last


def next_day(day: date) -> date:
    """Return the day after, of the calendar's last day the same."""
    return day + timedelta(days=1) if day < date.max else day


def years_after(day: date, years: int) -> date:
    """Return the same day `years` later; 29 February becomes 28 February in a common year."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)
