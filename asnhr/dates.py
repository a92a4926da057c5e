"""What day it is: asked here by doors only; rules and queries get days as arguments."""

from datetime import date

from django.utils import timezone


def today() -> date:
    """Return the calendar day in the installation's time zone."""
    return timezone.localdate()


def years_after(day: date, years: int) -> date:
    """Return the same day `years` later; 29 February becomes 28 February in a common year."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)
