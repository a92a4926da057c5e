from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest

from positions.rules import numbers


@pytest.mark.parametrize(
    ("value", "whole"),
    [("0.4999999999", 0), ("0.5", 1), ("1.5", 2), ("2.4", 2), ("2.49999", 2), ("2.5", 3), ("-2.5", -3), ("0", 0)],
)
def test_it_rounds_a_half_away_from_zero(value, whole):
    assert numbers.whole_half_up(Decimal(value)) == whole


@pytest.mark.parametrize(
    ("fraction", "text"),
    [
        (Fraction(1, 3), "0.3333333333"),
        (Fraction(2, 3), "0.6666666667"),
        (Fraction(1, 3) + Fraction(1, 6), "0.5000000000"),
        (Fraction(1, 2 * 10**10), "0.0000000001"),
        (Fraction(-2, 3), "-0.6666666667"),
        (Fraction(0), "0.0000000000"),
    ],
)
def test_a_quotient_is_cut_once_at_ten_decimals(fraction, text):
    assert f"{numbers.exact_quotient(fraction):f}" == text


def test_a_product_keeps_every_digit():
    growth = Decimal("1.0205")

    assert numbers.exact_product(12, *[growth] * 5) == Decimal(12 * 10205**5).scaleb(-20)


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2026, 11, 15), 2, date(2027, 1, 15)),
        (date(2026, 1, 15), -1, date(2025, 12, 15)),
        (date(2026, 12, 31), 0, date(2026, 12, 31)),
    ],
)
def test_months_are_added_like_postgresql_does(day, months, expected):
    assert numbers.add_months(day, months) == expected
