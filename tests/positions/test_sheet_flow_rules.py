"""The states of a workload sheet: every state and step has its place."""

from datetime import date

import pytest

from positions.models import WorkloadSheet, WorkloadTask
from positions.rules import sheet_flow
from positions.rules.workload import FACTOR
from positions.services.workload import PERIOD


def test_every_state_is_reached_or_the_first():
    reached = {step.to for step in sheet_flow.STEPS.values()}

    assert reached | {sheet_flow.EMPTY} == set(WorkloadSheet.State.values)


@pytest.mark.parametrize(
    ("state", "steps"),
    [
        ("belum", ["submit"]),
        ("diisi", ["verify", "return"]),
        ("diverifikasi", ["return", "approve"]),
        ("dikembalikan", ["submit"]),
        ("disahkan", []),
    ],
)
def test_from_each_state_only_its_steps_are_open(state, steps):
    assert sheet_flow.steps_from(state) == steps


def test_an_approved_sheet_is_final_and_a_verified_one_is_not_edited():
    assert sheet_flow.EDITABLE == {"belum", "diisi", "dikembalikan"}


@pytest.mark.parametrize(
    ("state", "day", "late"),
    [
        ("belum", date(2026, 3, 31), False),  # the deadline is its last day
        ("belum", date(2026, 4, 1), True),
        ("dikembalikan", date(2026, 4, 1), True),
        ("diisi", date(2026, 4, 1), False),  # the unit has done its part
        ("disahkan", date(2026, 4, 1), False),
    ],
)
def test_late_is_who_lets_the_deadline_pass(state, day, late):
    assert sheet_flow.is_late(state, date(2026, 3, 31), day) is late


def test_each_period_of_a_task_has_the_rules_factor():
    factors = {"year": 1, "semester": 2, "quarter": 4, "month": 12, "week": 50, "day": 250}

    assert {period: FACTOR[PERIOD[period]] for period in WorkloadTask.Per.values} == factors
