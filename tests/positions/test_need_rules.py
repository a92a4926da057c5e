from datetime import date
from decimal import Decimal
from itertools import pairwise

import pytest

from positions.rules.need import PRECEDENCE, AbkState, Candidate, Source, choose, choose_version, is_stale
from positions.rules.workload import Rounding


def offer(source, need="1.4", **facts):
    return Candidate(source, Decimal(need), **facts)


@pytest.mark.parametrize(("stronger", "weaker"), list(pairwise(PRECEDENCE)))
def test_each_source_gives_way_to_the_one_before(stronger, weaker):
    assert choose([offer(weaker, "9"), offer(stronger, "2")]).source is stronger


def test_every_source_has_its_place():
    assert set(PRECEDENCE) == set(Source) - {Source.NONE}


def test_no_source_is_unknown_and_never_zero():
    found = choose([])

    assert (found.source, found.need, found.k) == ("data_kosong", None, None)


@pytest.mark.parametrize(
    ("source", "rounding", "k"),
    [
        (Source.ABK, Rounding.HALF_UP, 1),
        (Source.ABK, Rounding.CEIL, 2),
        (Source.ABK_HEALTH, Rounding.CEIL, 1),
        (Source.JF_FORMULA, Rounding.CEIL, 1),
    ],
)
def test_only_abk_follows_the_agencys_rounding(source, rounding, k):
    found = choose([offer(source)], rounding=rounding)

    assert (found.need, found.k) == (Decimal("1.4"), k)


def test_the_latest_approved_sheet_counts_before_a_later_unfinished_one():
    old = offer(Source.ABK, "1", year=2023)
    approved = offer(Source.ABK, "2", year=2024)
    unfinished = offer(Source.ABK, "3", year=2026, state=AbkState.VERIFIED)

    assert choose_version([unfinished, old, approved]) is approved
    assert choose([unfinished, old, approved]).flags == ()


def test_without_an_approved_one_the_latest_counts_with_a_flag():
    returned = offer(Source.ABK, "1", year=2026, state=AbkState.RETURNED)
    filled = offer(Source.ABK, "2", year=2026, state=AbkState.FILLED)
    earlier = offer(Source.ABK, "3", year=2025, state=AbkState.VERIFIED)

    found = choose([earlier, returned, filled])

    assert (found.need, found.flags) == (2, ("BELUM_DISAHKAN",))


def test_an_empty_sheet_has_no_figures():
    empty = offer(Source.ABK, "0", year=2026, state=AbkState.EMPTY)

    assert choose([empty, offer(Source.DECIDED_MAP, "3")]).source is Source.DECIDED_MAP


def test_faults_and_day_travel_with_the_need():
    found = choose([offer(Source.ABK, measured_on=date(2025, 3, 1), faults=("VOLUME_KOSONG",))])

    assert (found.faults, found.measured_on) == (("VOLUME_KOSONG",), date(2025, 3, 1))


@pytest.mark.parametrize(
    ("measured_on", "stale"),
    [(date(2024, 6, 1), False), (date(2024, 5, 31), True), (date(2026, 6, 1), False), (None, False)],
)
def test_older_than_two_years_means_past_the_day(measured_on, stale):
    assert is_stale(measured_on, date(2026, 6, 1), 24) is stale
