"""Who counts on a day by legal status."""

from datetime import date

import pytest

from positions.queries.needs import inputs
from positions.rules.status import ENDED, counts_on

DAY = date(2026, 6, 1)
ACTIVE = ("01", "71", "72")


@pytest.mark.parametrize(
    ("status", "exits_on", "counted"),
    [
        ("01", None, True),
        ("71", None, True),
        ("02", None, False),
        ("01", date(2026, 6, 1), False),
        ("01", date(2026, 6, 2), True),
        ("99", date(2026, 6, 2), True),  # retired since, at work on the day
        ("99", date(2026, 6, 1), False),
        ("99", None, False),
        ("02", date(2026, 6, 2), False),
    ],
)
def test_it_counts_who_was_at_work_on_the_day(status, exits_on, counted):
    assert counts_on(DAY, status, exits_on, ACTIVE) is counted


def test_sql_knows_the_same_ended_codes():
    assert "'{" + ",".join(ENDED) + "}'::text[]" in inputs.PEOPLE
