from decimal import Decimal

import pytest

from positions.rules.need import Source
from positions.rules.recommendation import Inputs, Limits
from positions.rules.signals import Code, Facts, signals

D = Decimal
QUIET = {"k": 2, "n": D(2), "source": Source.ABK}


def codes(facts=None, limits=None, **inputs):
    values = {"b": 2} | QUIET | inputs
    return [signal.code for signal in signals(Inputs(**values), facts or Facts(), limits or Limits())]


def test_a_quiet_position_has_none():
    assert codes() == []


@pytest.mark.parametrize(
    ("inputs", "found"),
    [
        ({"k": None, "n": None, "source": Source.NONE}, [Code.NO_NEED]),
        ({"n": D("2.4")}, []),
        ({"n": D("2.4000000001")}, [Code.OVERLOADED]),
        ({"n": D("1.4")}, []),
        ({"n": D("1.3999999999")}, [Code.UNDERUSED]),
        ({"b": 0}, []),
        ({"n": D("2.1"), "n_before": D(3)}, [Code.FADING]),
        ({"n": D("2.1000000001"), "n_before": D(3)}, []),
        ({"n_before": D(0)}, []),
        ({"n": D("2.4"), "n_before": D(2)}, [Code.EMERGING]),
        ({"n": D("2.39"), "n_before": D(2)}, []),
        ({"newly_linked_goal": True}, [Code.EMERGING]),
        ({"acting_days": 74}, []),
        ({"acting_days": 75}, [Code.ACTING_LIMIT]),
        ({"b": 1, "n": D(1), "vacant_days": 91}, [Code.LONG_VACANT]),
        ({"b": 1, "n": D(1), "vacant_days": 90}, []),
        ({"vacant_days": 91}, []),
        ({"leaving": 1}, [Code.LEAVING_SOON]),
        ({"below": 1}, [Code.EDUCATION_GAP]),
        ({"goals_mapped_share": D("0.8")}, [Code.WITHOUT_GOAL]),
        ({"goals_mapped_share": D("0.8"), "has_goal": True}, []),
        ({"goals_mapped_share": D("0.79")}, []),
    ],
)
def test_each_signal_at_its_bound(inputs, found):
    assert codes(**inputs) == found


@pytest.mark.parametrize(
    ("facts", "b", "found"),
    [
        (Facts(job_holders=1), 1, [Code.SINGLE_HOLDER]),
        (Facts(job_holders=2), 1, []),
        (Facts(rank_misfits=1), 2, [Code.RANK_MISFIT]),
        (Facts(k_decided=1), 2, [Code.OUTSIDE_FORMATION]),
        (Facts(k_decided=2), 2, []),
        (Facts(flags=("BELUM_DISAHKAN",)), 2, [Code.NOT_APPROVED]),
    ],
)
def test_signals_of_further_facts(facts, b, found):
    assert codes(facts, b=b, k=b, n=D(b)) == found


def test_a_managerial_seat_has_no_load_signals():
    found = codes(Facts(job_holders=1), is_man=True, b=1, k=1, n=D(1), n_before=D(9), acting_days=200)

    assert found == [Code.ACTING_LIMIT]


def test_evidence_holds_figures_and_limit():
    (found,) = signals(Inputs(b=3, k=4, n=D(4), source=Source.ABK), Facts())

    assert found.evidence == {"effectiveness": D("1.3333333333"), "limit": D("1.20"), "n": D(4), "b": 3}


def test_the_legal_term_of_an_acting_officer_is_told_apart_from_the_warning():
    near, past = (
        signals(Inputs(b=0, k=1, is_man=True, source=Source.FIXED_ONE, acting_days=days), Facts())[0].evidence
        for days in (90, 91)
    )

    assert (near["past_legal_limit"], past["past_legal_limit"]) == (False, True)


def test_limits_are_the_agencys():
    assert codes(limits=Limits(acting_days=30), acting_days=31) == [Code.ACTING_LIMIT]
