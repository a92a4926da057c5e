"""What the register can hold of a cell: the length of a text and the range of a number, as its model's field says.

The check wraps the parser of a column, so that a text that was met before costs nothing.
"""

from collections.abc import Callable
from decimal import Decimal
from functools import cache
from typing import Any

from django.core.validators import DecimalValidator, MaxLengthValidator, MaxValueValidator, MinValueValidator
from django.db.models import Field, Model
from django.utils.translation import gettext as _

from .errors import CellProblem

Parser = Callable[[Any], Any]
# Where a value ends: the model and the name of its field.
Target = tuple[type[Model], str]


def limited(parse: Parser, target: Target, *, spare: bool = False) -> Parser:
    """Return a parser that refuses what the field cannot hold: TERLALU_PANJANG, DI_LUAR_RENTANG.

    `spare`: the row can do without the value, which is then left out with a warning.
    """
    longest, low, high = limits_of(target[0]._meta.get_field(target[1]))
    if longest is None and low is None and high is None:
        return parse

    def check(cell: Any) -> Any:
        value = parse(cell)
        if type(value) is str:
            if longest is not None and len(value) > longest:
                raise too_long(value, longest, spare=spare)
        elif isinstance(value, int | Decimal) and (
            (low is not None and value < low) or (high is not None and value > high)
        ):
            sentence = _("di luar rentang %(low)s sampai %(high)s")
            raise CellProblem("DI_LUAR_RENTANG", sentence, spare=spare, low=_figure(low), high=_figure(high))
        return value

    return check


@cache
def longest_of(target: Target) -> int:
    """Return how many characters the field of a text takes."""
    longest = limits_of(target[0]._meta.get_field(target[1]))[0]
    if longest is None:
        raise TypeError(f"{target[0].__name__}.{target[1]} has no length")
    return longest


def too_long(value: str, longest: int, *, spare: bool = False) -> CellProblem:
    sentence = (
        _("paling banyak %(longest)s huruf, di sini %(found)s; tidak disimpan")
        if spare
        else _("paling banyak %(longest)s huruf, di sini %(found)s")
    )
    return CellProblem("TERLALU_PANJANG", sentence, spare=spare, longest=longest, found=len(value))


def limits_of(field: Any) -> tuple[int | None, Decimal | int | None, Decimal | int | None]:
    """Return the longest text, the smallest and the largest number of a field; None where it sets no limit."""
    longest: int | None = None
    low: Decimal | int | None = None
    high: Decimal | int | None = None
    for validator in field.validators if isinstance(field, Field) else ():
        if isinstance(validator, MaxLengthValidator):
            longest = validator.limit_value
        elif isinstance(validator, MinValueValidator):
            low = validator.limit_value if low is None else max(low, validator.limit_value)
        elif isinstance(validator, MaxValueValidator):
            high = validator.limit_value if high is None else min(high, validator.limit_value)
        elif isinstance(validator, DecimalValidator):
            places = validator.decimal_places or 0
            most = Decimal(10) ** ((validator.max_digits or 0) - places) - Decimal(1).scaleb(-places)
            low, high = (-most if low is None else low), (most if high is None else min(high, most))
    return longest, low, high


def _figure(value: Decimal | int | None) -> Decimal | str:
    """Return 32767.000000 as 32767, and no limit as dots."""
    return "…" if value is None else Decimal(f"{Decimal(value).normalize():f}")
