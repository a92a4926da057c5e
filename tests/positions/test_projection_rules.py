from decimal import Decimal

import pytest

from positions.rules.projection import project, to_propose
from positions.rules.workload import Rounding


def test_e09_five_years():
    found = project(
        Decimal(12),
        9,
        growth=Decimal("0.02"),
        retiring=(1, 2, 0, 1, 1),
        leaving=(0, 0, 1, 0, 0),
        joining=(1, 0, 0, 0, 0),
    )

    assert found.need == (12, 12, 13, 13, 13)
    assert found.holders == (9, 7, 6, 5, 4)
    assert found.shortage == (3, 5, 7, 8, 9)
    assert found.surplus == (0, 0, 0, 0, 0)


def test_the_unrounded_need_grows():
    assert project(Decimal("1.45"), 1, growth=Decimal("0.04")).need == (2, 2, 2, 2, 2)
    assert project(Decimal("1.45"), 3, growth=Decimal(0)).need == (1, 1, 1, 1, 1)
    assert project(Decimal("1.45"), 3).surplus == (2, 2, 2, 2, 2)


def test_a_half_is_rounded_up_even_when_growth_makes_it():
    assert project(Decimal("1.25"), 0, growth=Decimal("0.2")).need[0] == 2


@pytest.mark.parametrize(("flow", "growth"), [((1, 2), "0"), ((0,) * 5, "-1")])
def test_wrong_shapes_are_refused(flow, growth):
    with pytest.raises(ValueError, match="five|5|growth"):
        project(Decimal(1), 1, retiring=flow, growth=Decimal(growth))


@pytest.mark.parametrize(("shortage", "decided", "proposal"), [(5, 2, 3), (2, 5, 0), (0, 0, 0)])
def test_what_is_decided_is_not_proposed_again(shortage, decided, proposal):
    assert to_propose(shortage, decided) == proposal


def test_a_need_that_does_not_change_keeps_its_k_under_the_agencys_rounding():
    assert project(Decimal("1.2"), 1, rounding=Rounding.CEIL).need == (2, 2, 2, 2, 2)
    assert project(Decimal(2), 1, rounding=Rounding.CEIL, growth=Decimal("0.5")).need == (3, 5, 7, 11, 16)
    assert project(Decimal("1.2"), 1).need == (1, 1, 1, 1, 1)
