"""Who counts on a day by legal status."""

from datetime import date, timedelta

import pytest

from positions.models._standing import stored
from positions.queries import rulebook
from positions.queries.needs import inputs
from positions.rules.standing import RESTRICTED
from positions.rules.status import ENDED, counts_on, first_day, status_on

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
    assert counts_on(DAY, status, exits_on, ACTIVE, DAY) is counted


def test_nobody_counts_before_the_own_appointment():
    assert counts_on(DAY, "01", None, ACTIVE, DAY)
    assert not counts_on(DAY, "01", None, ACTIVE, DAY + timedelta(days=1))


def test_sql_takes_the_codes_from_the_rules_as_they_are_stored():
    for statement in (inputs.PEOPLE, inputs.JOINING, rulebook.Counts.text):
        assert not [code for code in ENDED if f"'{code}'" in statement or f"{code}," in statement]
    written = rulebook.as_stood(rulebook.Counts.text, DAY)
    assert "CODES" not in written
    assert "CASES" not in written
    assert all(f"'{stored(code)}'" in written for code in ENDED)
    # Of a setting: each code of few beside the token that stands for it.
    assert all(f"WHEN '{code}' THEN '{stored(code)}'" in written for code in RESTRICTED)


@pytest.mark.parametrize(
    ("cpns_on", "contract", "nip", "first"),
    [
        (date(1998, 11, 1), date(2001, 1, 1), "197501011997011001", date(1998, 11, 1)),
        (None, date(2021, 5, 1), "198501012021211001", date(2021, 5, 1)),
        # A contract of later years renews one that is not on record.
        (None, date(2024, 5, 1), "198501012021211001", date(2021, 1, 1)),
        (None, None, "197501011998111001", date(1998, 11, 1)),
        (None, date(2024, 5, 1), "197501019999991001", date(2024, 5, 1)),
        (None, None, "197501010000211001", None),
        (None, None, "197501", None),
    ],
)
def test_the_first_day_is_the_best_that_the_record_tells(cpns_on, contract, nip, first):
    assert first_day(cpns_on, contract, nip) == first


@pytest.mark.parametrize(
    ("day", "status", "pns_on", "first", "stood"),
    [
        (date(1998, 10, 31), "PNS", date(1999, 11, 1), date(1998, 11, 1), None),
        (date(1998, 11, 1), "PNS", date(1999, 11, 1), date(1998, 11, 1), "CPNS"),
        (date(1999, 11, 1), "PNS", date(1999, 11, 1), date(1998, 11, 1), "PNS"),
        (date(1990, 1, 1), "PNS", None, None, "PNS"),
        (date(2021, 5, 1), "PPPK", None, date(2021, 5, 1), "PPPK"),
    ],
)
def test_the_status_of_a_day_gone_by(day, status, pns_on, first, stood):
    assert status_on(day, status, pns_on, first) == stood
