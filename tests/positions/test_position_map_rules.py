from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from positions.rules import position_map

# A busy machine is no reason to fail.
PATIENT = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])

E07 = [(1, 1), (2, 3), (4, 1), (3, 2)]


def test_e07_differences_and_totals_that_are_not_netted():
    assert [position_map.difference(need, holders) for need, holders in E07] == [0, 1, -3, -1]

    found = position_map.totals(E07)

    assert (found.need, found.holders, found.shortage, found.surplus) == (10, 7, 4, 1)


def test_an_unknown_need_is_not_a_surplus():
    found = position_map.totals([(None, 3), (2, 1)])

    assert (found.need, found.holders, found.shortage, found.surplus, found.unknown) == (2, 4, 1, 0, 1)


@settings(PATIENT)
@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30))))
def test_totals_agree_with_the_differences(rows):
    found = position_map.totals(rows)

    assert found.surplus - found.shortage == found.holders - found.need
    assert found.shortage == sum(need - holders for need, holders in rows if need > holders)
