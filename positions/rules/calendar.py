"""Days on which a yearly or monthly duty falls due (kalender kerja)."""

import calendar
from collections.abc import Collection, Iterator
from datetime import date


def occurrences(months: Collection[int], day: int, first: date, last: date) -> Iterator[date]:
    """Yield the days from `first` to `last`, both included, on which a duty of these months (1 to 12) falls due; a day
    that a month does not have is its last one. Raises ValueError for a day that no month has."""
    if not 1 <= day <= 31:
        raise ValueError(f"no month has a day {day}")
    year, month = first.year, first.month
    while (year, month) <= (last.year, last.month):
        if month in months:
            due = date(year, month, min(day, calendar.monthrange(year, month)[1]))
            if first <= due <= last:
                yield due
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
