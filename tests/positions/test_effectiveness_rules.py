from decimal import Decimal

import pytest

from positions.rules.effectiveness import (
    GRADE_NAMES,
    Grade,
    effectiveness_of_need,
    grade,
    position_effectiveness,
    unit_effectiveness,
)


@pytest.mark.parametrize(("holders", "value", "letter"), [(2, "1.2500", "A"), (3, "0.8333", "C"), (4, "0.6250", "D")])
def test_e05_effectiveness_of_a_position(holders, value, letter):
    found = position_effectiveness(Decimal(187_500), holders, minutes_a_year=75_000)

    assert (f"{found.value:.4f}", found.grade) == (value, letter)


def test_e05_nobody_there_is_empty_not_zero():
    found = position_effectiveness(Decimal(187_500), 0, minutes_a_year=75_000)

    assert (found.value, found.grade, found.status) == (None, None, "kosong")


def test_e06_effectiveness_of_a_unit():
    positions = [(79_800, 1), (187_500, 3), (60_000, 1), (150_000, 2)]

    found = unit_effectiveness([(Decimal(load), people) for load, people in positions], minutes_a_year=75_000)

    assert (f"{found.value:.4f}", found.grade) == ("0.9091", "B")


@pytest.mark.parametrize(
    ("value", "letter"),
    [
        ("1.0000000001", "A"),
        ("1", "B"),
        ("0.9", "B"),
        ("0.895", "C"),
        ("0.8999999999", "C"),
        ("0.7", "C"),
        ("0.6999999999", "D"),
        ("0.5", "D"),
        ("0.4999999999", "E"),
        ("0", "E"),
    ],
)
def test_bounds_of_the_grades(value, letter):
    assert grade(Decimal(value)) == letter


def test_every_grade_has_a_name():
    assert set(GRADE_NAMES) == set(Grade)


def test_the_analysis_divides_need_by_holders():
    assert effectiveness_of_need(Decimal("2.5"), 3).value == Decimal("0.8333333333")
    assert effectiveness_of_need(Decimal("2.5"), 0).status == "kosong"
    assert effectiveness_of_need(None, 2).status == "data_kosong"


def test_a_negative_effectiveness_and_no_effective_time_are_refused():
    with pytest.raises(ValueError, match="negative"):
        grade(Decimal(-1))
    with pytest.raises(ValueError, match="positive"):
        unit_effectiveness([], minutes_a_year=0)
