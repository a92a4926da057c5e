from decimal import Decimal

import pytest

from positions.rules.workload_health import MainTask, health_workload, need_of_loads

E08 = [MainTask(Decimal(12_000), Decimal(5)), MainTask(Decimal(3_000), Decimal(12))]


def test_e08_every_step():
    found = health_workload(E08, [Decimal(1_200), Decimal(1_800)])

    assert found.standards == (14_400, 6_000)
    assert f"{found.main_staff:.4f}" == "1.3333"
    assert f"{found.support_percent:.4f}" == "4.1667"
    assert f"{found.support_factor:.4f}" == "1.0435"
    assert (found.need, found.staff, found.load) == (Decimal("1.3913043478"), 1, 99_000)
    # The shares of JKT and FTP, task by task.
    assert [f"{part:.4f}" for part in found.main_parts] == ["0.8333", "0.5000"]
    assert [f"{part:.4f}" for part in found.support_parts] == ["1.6667", "2.5000"]
    assert need_of_loads([Decimal(60_000), Decimal(36_000)], [Decimal(3_000)]) == found.need
    assert need_of_loads([], [Decimal(3_000)]) is None
    assert need_of_loads([Decimal(1)], [Decimal(72_000)]) is None


def test_without_support_the_need_is_that_of_the_main_tasks():
    found = health_workload(E08)

    assert found.need == found.main_staff
    assert found.support_factor == 1


@pytest.mark.parametrize(
    ("tasks", "support", "year"),
    [
        (E08, [72_000], 72_000),
        (E08, [-1], 72_000),
        (E08, [], 0),
        ([MainTask(Decimal(0), Decimal(5))], [], 72_000),
        ([MainTask(Decimal(5), Decimal(-5))], [], 72_000),
    ],
)
def test_what_cannot_be_is_refused(tasks, support, year):
    with pytest.raises(ValueError, match="positive|negative|leaves nothing"):
        health_workload(tasks, [Decimal(minutes) for minutes in support], minutes_a_year=year)
