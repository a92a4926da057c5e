"""Length of service (masa kerja) and service in scale (MKG) on a day; establishment.md 2.5, 3.2, 2.4.

Whole months. Reviewed service (peninjauan masa kerja) adds to both [V2]; leave without pay counts for neither [M: PP
11/2017; careers.md 8.2 says so for Satyalancana]. That MKG equals total service, less what a change of group took off,
where no decree tells it, is for who came in at a group's first step [V2: MKG].
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from positions.rules.promotion import DEDUCTION_YEARS


@dataclass(frozen=True, slots=True)
class Grant:
    """Service that a decree grants, from the day it counts."""

    months: int
    from_day: date | None


@dataclass(frozen=True, slots=True)
class Service:
    """Months of service: since the appointment, granted, lost to unpaid leave; the sum is never below 0."""

    since_appointment: int
    granted: int
    unpaid: int

    @property
    def months(self) -> int:
        return max(0, self.since_appointment + self.granted - self.unpaid)


def months_between(start: date, end: date) -> int:
    """Return the whole months from `start` to `end`; 0 where `end` is not after it."""
    months = (end.year - start.year) * 12 + end.month - start.month - (end.day < start.day)
    return max(0, months)


def service(
    appointed_on: date, day: date, grants: Iterable[Grant] = (), unpaid: Iterable[tuple[date, date]] = ()
) -> Service:
    """Return the service of a person on `day`. `unpaid`: periods of leave without pay, the end without its day."""
    granted = sum(each.months for each in grants if each.from_day is None or each.from_day <= day)
    lost = sum(months_between(max(start, appointed_on), min(end, day)) for start, end in unpaid if start < day)
    return Service(months_between(appointed_on, day), granted, lost)


def deduction(first_rank: int, rank: int) -> int:
    """Return the months that changes of group between two ranks (SIASN ids) take off the service in scale."""
    return 12 * sum(years for group, years in DEDUCTION_YEARS.items() if first_rank // 10 < group <= rank // 10)


def reviewed_since(grants: Iterable[Grant], since: date, day: date) -> Grant:
    """Return the reviewed service that began to count after `since`, up to `day`: its months and the last such day,
    None where there is none. What counts from `since` or before is in the service counted on that day."""
    later = [(each.from_day, each.months) for each in grants if each.from_day and since < each.from_day <= day]
    return Grant(sum(months for _day, months in later), max((from_day for from_day, _months in later), default=None))


def in_scale(
    months: int,
    counted_on: date,
    day: date,
    unpaid: Iterable[tuple[date, date]] = (),
    grants: Iterable[Grant] = (),
) -> int:
    """Return the service in scale (months) on `day` of who had `months` on `counted_on`; `grants`: reviewed service,
    of which what counts from a later day adds from then on (establishment.md 2.5)."""
    lost = sum(months_between(max(start, counted_on), min(end, day)) for start, end in unpaid if start < day)
    reviewed = reviewed_since(grants, counted_on, day).months
    return max(0, months + months_between(counted_on, day) + reviewed - lost)
