"""Rounding and calendar arithmetic shared by the rules, defined so that SQL can repeat them to the last digit.

- Half up means away from zero at the half, as PostgreSQL's `round(numeric, n)` does.
- A quotient (need, EJ, EU, share) is computed exactly and rounded half up to `QUOTIENT_PLACES` decimals ONCE; every
  later comparison and rounding uses that value. In SQL: `round(sum(load::numeric(36, 16) / wke), 10)`. The cast is
  needed: numeric division keeps 16 significant digits or the dividend's scale, whichever is more. Ten decimals absorb
  what is still cut, so 1/3 + 1/6 is 0.5 on both sides.
- A month added to a date keeps the day, or takes the month's last day: PostgreSQL's `date + interval 'n months'`.

Basis: establishment.md 0.3 [D] (decimal arithmetic, round half up once, compare the unrounded value).
"""

import calendar
from datetime import MAXYEAR, date
from decimal import ROUND_HALF_UP, Context, Decimal
from fractions import Fraction

QUOTIENT_PLACES = 10

# Wide enough that no product or sum of the rules is cut; the default context of 28 digits would cut five growth
# factors.
_WIDE = Context(prec=120, rounding=ROUND_HALF_UP)


def round_half_up(value: Decimal, places: int = 0) -> Decimal:
    """Return `value` rounded half away from zero to `places` decimals."""
    return value.quantize(Decimal(1).scaleb(-places), context=_WIDE)


def whole_half_up(value: Decimal) -> int:
    """Return the whole number nearest to `value`; a half goes away from zero: 2.5 is 3."""
    return int(round_half_up(value))


def exact_quotient(value: Fraction) -> Decimal:
    """Return an exact fraction as a decimal with `QUOTIENT_PLACES` decimals, rounded half up once."""
    scale = 10**QUOTIENT_PLACES
    scaled, rest = divmod(abs(value.numerator) * scale, value.denominator)
    if 2 * rest >= value.denominator:
        scaled += 1
    return Decimal(scaled if value >= 0 else -scaled).scaleb(-QUOTIENT_PLACES, context=_WIDE)


def quotient(numerator: Decimal | int, denominator: Decimal | int) -> Decimal:
    """Return numerator ÷ denominator with `QUOTIENT_PLACES` decimals. Raises ZeroDivisionError."""
    return exact_quotient(Fraction(numerator) / Fraction(denominator))


def exact_product(*factors: Decimal | int) -> Decimal:
    """Return the exact product: no digit is cut, as with numeric in PostgreSQL."""
    result = Decimal(1)
    for factor in factors:
        result = _WIDE.multiply(result, Decimal(factor))
    return result


def add_months(day: date, months: int) -> date:
    """Return the same day `months` later (or earlier), the last of the month where that day does not exist; beyond the
    calendar its last day: one impossible day on record must stop no list."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    if year > MAXYEAR:
        return date.max
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def add_years(day: date, years: int) -> date:
    """Return the same day `years` later; 29 February becomes 28 February in a common year."""
    return add_months(day, 12 * years)


def first_of_next_month(day: date) -> date:
    """Return the first day of the month after `day`'s month."""
    return add_months(day.replace(day=1), 1)
