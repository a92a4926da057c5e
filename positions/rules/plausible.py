"""What cannot be true of a person or of a row in their file, whatever the paper says: mistakes of typing.

Every door asks these: a person's proposal, an officer's page, the API, the admin, an import. Bounds of days are wide on
purpose [D]: they find the wrong century, not the unusual career. Laws are named where one sets the bound.
"""

from datetime import MAXYEAR, date
from decimal import Decimal
from enum import StrEnum

from positions.rules import salary
from positions.rules.numbers import add_months, add_years
from positions.rules.service import months_between

# No day or year of a career that a register of today still holds lies before these [D].
FIRST_YEAR, FIRST_SCHOOL_YEAR = 1930, 1950
# Parents of who serves today.
FIRST_BIRTH_YEAR = 1890
# Ends may lie ahead, by a term of a hundred years at most (`discipline.LONGEST_TERM`).
LAST_YEAR = 2150
# Nobody was appointed younger (UU 20/2023 lets begin at 18; 16 leaves room for appointments of the older laws [D]),
# and nobody is on record at a hundred.
YOUNGEST, OLDEST = 16, 100
# The youngest who leaves a school.
YOUNGEST_GRADUATE = 10
# Nobody marries younger. The law lets at 19 (UU 16/2019 article 7), by leave of a court earlier, and the older law let
# a woman at 16: what lies between is unusual, no mistake of typing [D].
YOUNGEST_SPOUSE = 12
# Points of performance of the older rules go to 100, and to 120 by PP 30/2019 for who did more than was planned.
MOST_POINTS = 120
# A year of nothing but lessons.
MOST_HOURS = 2500
# How far ahead an exit is recorded [D]: as far as the agenda book looks. What lies further is a pension, or the end of
# a contract, which the register counts by itself.
EXIT_MONTHS = 18
# Unpaid leave: three years, and one more (PP 11/2017 article 197; careers.md 8) [M]. SIASN may hold both in one row.
LEAVE_MONTHS, EXTENSION_MONTHS = 36, 12
_STEPS = [step for table in salary.SALARIES.values() for cells in table.values() for step, _amount in cells]
# An increment is a step of some table (establishment.md 2.6, 2.7); granted late, for performance, it names the service
# of its day, which is short of the step after the last one.
FIRST_STEP, STEP_YEARS = min(step for step in _STEPS if step), 2
LAST_STEP = max(_STEPS)


def is_possible_day(day: date, today: date) -> bool:
    """Whether a decree, a start, a document may bear this day: next year's are decided this year."""
    return FIRST_YEAR <= day.year <= today.year + 1


def is_possible_end(day: date) -> bool:
    return FIRST_YEAR <= day.year <= LAST_YEAR


def is_possible_exit(day: date, today: date) -> bool:
    return day.year >= FIRST_YEAR and day <= add_months(today, EXIT_MONTHS)


def is_possible_year(year: int, today: date) -> bool:
    """Whether something was finished in this year."""
    return FIRST_SCHOOL_YEAR <= year <= today.year


def is_open_end(day: date) -> bool:
    """Whether this is how files and people write that there is no end: 31-12-9999."""
    return day.year == MAXYEAR


def years_between(start: date, day: date) -> int:
    """Return the whole years from `start` to `day`; below 0 where `day` comes first."""
    return day.year - start.year - ((day.month, day.day) < (start.month, start.day))


def is_possible_age(born: date, day: date) -> bool:
    """Whether who was born then serves on `day`, or is appointed on it."""
    return YOUNGEST <= years_between(born, day) < OLDEST


def is_possible_birth(born: date, today: date) -> bool:
    """Whether a relative was born then."""
    return born.year >= FIRST_BIRTH_YEAR and born <= today


def is_possible_marriage(born: date, married_on: date) -> bool:
    """Whether who was born then married on that day; not before the birth either."""
    return years_between(born, married_on) >= YOUNGEST_SPOUSE


def precedes_appointment(starts_on: date, appointed_on: date | None) -> bool:
    """Whether what only who was appointed can have, a leave or a sanction, begins before the appointment."""
    return appointed_on is not None and starts_on < appointed_on


def is_year_of(year: int, first: date | None, last: date | None) -> bool:
    """Whether a training of this year may have gone from `first` to `last`, its last day with: what is not known of
    them says nothing; one that is known by its first day alone was over in that year."""
    if first is None:
        return last is None or year <= last.year
    return first.year <= year <= (last or first).year


def adds_up(total: Decimal, parts: tuple[Decimal | None, ...]) -> bool:
    """Whether a sum of credit points is that of its parts; where a part is not told, whether it holds the others."""
    told = [part for part in parts if part is not None]
    return total == sum(told) if len(told) == len(parts) else total >= sum(told)


def is_too_long_leave(starts_on: date, ends_on: date, *, is_extension: bool) -> bool:
    """Whether a leave without pay, `ends_on` its first day without, is longer than the law lets it be."""
    months = EXTENSION_MONTHS if is_extension else LEAVE_MONTHS + EXTENSION_MONTHS
    return ends_on > add_months(starts_on, months)


def grants_too_much(months: int, starts_on: date, ends_on: date) -> bool:
    """Whether reviewed service grants more months than the period has, a month begun counted whole."""
    return months > months_between(starts_on, ends_on) + 1


class IncrementFault(StrEnum):
    """Why an increment cannot have been granted."""

    TOO_YOUNG = "usia"
    NOT_APPOINTED = "cpns"
    BELOW_THE_TABLE = "langkah_pertama"
    BEYOND_THE_TABLE = "langkah_terakhir"
    LONGER_THAN_LIFE = "umur"


def increment_fault(born: date, appointed_on: date | None, starts_on: date, months: int) -> IncrementFault | None:
    """Return what is impossible of an increment of this day at so many months in scale, None where nothing is. Months
    beside whole steps are possible: an increment that performance held back is granted later (2.6)."""
    if not is_possible_age(born, starts_on):
        return IncrementFault.TOO_YOUNG
    if appointed_on is not None and starts_on <= appointed_on:
        return IncrementFault.NOT_APPOINTED
    if months < FIRST_STEP * 12:
        return IncrementFault.BELOW_THE_TABLE
    if months >= (LAST_STEP + STEP_YEARS) * 12:
        return IncrementFault.BEYOND_THE_TABLE
    # Service of before the appointment counts where it was reviewed: the age alone bounds it.
    if months > months_between(add_years(born, YOUNGEST), starts_on):
        return IncrementFault.LONGER_THAN_LIFE
    return None


def counts_twice(ends_on: date, appointed_on: date | None) -> bool:
    """Whether a period of service, `ends_on` its first day without, reaches into the own service from the appointment
    on, which counts by itself."""
    return appointed_on is not None and ends_on > appointed_on
