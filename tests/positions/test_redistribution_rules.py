from fractions import Fraction

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from positions.rules.redistribution import GIVE_ALL, Move, Place, available, redistribute, shortage

# A busy machine is no reason to fail.
PATIENT = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


def place(code, k, b, *, opd="01", unit=None, job="Guru IPA", f=0, movable=99, k1=None, b1=None, row=None):
    """A position whose next year looks like this one unless said otherwise."""
    return Place(code, job, unit or code, opd, k, b, f, k if k1 is None else k1, b if b1 is None else b1, movable, row)


def test_one_gives_what_another_lacks():
    moves = redistribute([place("a", 4, 2), place("b", 3, 5)])

    assert moves == {"a": Move(rin=2), "b": Move(rout=2)}


@pytest.mark.parametrize(
    ("facts", "people"),
    [
        ({}, 3),
        ({"movable": 1}, 1),
        ({"b1": 4}, 2),  # pensions of next year take one of the three
        ({"k1": 7}, 0),
        ({"row": 4}, 0),
        ({"row": 1}, 0),
        ({"row": 6}, 5),
        ({"row": 5, "movable": 0}, 5),
    ],
)
def test_what_a_donor_can_give(facts, people):
    assert available(place("a", 2, 5, **facts)) == people


def test_without_a_projection_nobody_is_given():
    assert available(Place("a", "x", "a", "01", 2, 5, movable=9)) == 0


@pytest.mark.parametrize(("facts", "people"), [({}, 3), ({"f": 1}, 2), ({"f": 9}, 0), ({"row": 4}, 0), ({"row": 6}, 0)])
def test_what_a_receiver_lacks(facts, people):
    assert shortage(place("a", 5, 2, **facts)) == people


def test_another_job_does_not_help():
    moves = redistribute([place("a", 4, 2), place("b", 3, 5, job="Guru PJOK")])

    assert set(moves.values()) == {Move()}


def test_the_same_perangkat_daerah_comes_first_even_with_a_smaller_share():
    near = place("near", 10, 9, opd="01")
    far = place("far", 2, 1, opd="02")

    moves = redistribute([far, near, place("donor", 1, 2, opd="01")])

    assert (moves["near"].rin, moves["far"].rin) == (1, 0)


def test_inside_a_round_the_largest_share_of_shortage_comes_first_then_the_unit_code():
    rows = [
        place("c", 10, 8, unit="10"),  # 20 %
        place("b", 2, 1, unit="30"),  # 50 %
        place("a", 4, 2, unit="20"),  # 50 %, earlier unit
        place("donor", 1, 3),
    ]

    moves = redistribute(rows)

    assert (moves["a"].rin, moves["b"].rin, moves["c"].rin) == (2, 0, 0)


def test_donors_give_by_share_of_surplus_then_unit_code():
    rows = [
        place("short", 5, 2),
        place("x", 8, 10),  # 20 %
        place("y", 2, 3, unit="2"),  # 33 %
        place("z", 2, 3, unit="1"),  # 33 %, earlier unit
    ]

    moves = redistribute(rows)

    assert [moves[code].rout for code in "xyz"] == [1, 1, 1]
    assert redistribute(rows[1:] + [place("short", 4, 2)])["x"].rout == 0


def test_people_of_a_removed_post_are_placed_and_not_released():
    moves = redistribute([place("short", 3, 2), place("gone", 0, 4, row=5)])

    assert moves == {"short": Move(rin=1), "gone": Move(placed=1)}


def test_a_code_that_comes_twice_is_refused():
    with pytest.raises(ValueError, match="unique"):
        redistribute([place("a", 1, 1), place("a", 1, 1)])


count = st.integers(0, 6)
random_places = st.lists(
    st.builds(
        Place,
        code=st.uuids().map(str),
        job=st.sampled_from(["guru", "perawat"]),
        unit=st.sampled_from(["10", "11", "20", "21"]),
        opd=st.sampled_from(["1", "2", "3"]),
        k=st.none() | count,
        b=count,
        f=st.integers(0, 2),
        k1=st.none() | count,
        b1=st.none() | count,
        movable=count,
        leading_row=st.sampled_from([None, None, None, 1, 4, 5, 6]),
    ),
    max_size=14,
)


def one_by_one(places):
    """The same queues served person by person: slower, and without the shortcut by sums."""
    received = {p.code: 0 for p in places}
    given_up = {p.code: 0 for p in places}

    def surplus_share(p):
        return Fraction(p.b if p.leading_row in GIVE_ALL else p.b - p.k, p.b)

    def queue(ask, share):
        return sorted((p for p in places if ask(p)), key=lambda p: (-share(p), p.unit, p.code))

    takers, givers = queue(shortage, lambda p: Fraction(shortage(p), p.k)), queue(available, surplus_share)
    for near in (True, False):
        for taker in takers:
            for giver in givers:
                if taker.job != giver.job or (near and taker.opd != giver.opd):
                    continue
                while received[taker.code] < shortage(taker) and given_up[giver.code] < available(giver):
                    received[taker.code] += 1
                    given_up[giver.code] += 1
    return received, given_up


@settings(PATIENT)
@given(random_places)
def test_queues_by_sums_equal_queues_person_by_person(places):
    moves = redistribute(places)

    received, given_up = one_by_one(places)
    assert {code: move.rin for code, move in moves.items()} == received
    assert {code: move.rout + move.placed for code, move in moves.items()} == given_up


@settings(PATIENT)
@given(random_places, st.randoms(use_true_random=False))
def test_nobody_is_made_or_lost_and_the_order_given_does_not_matter(places, random):
    moves = redistribute(places)
    shuffled = list(places)
    random.shuffle(shuffled)

    assert redistribute(shuffled) == moves
    assert sum(m.rin for m in moves.values()) == sum(m.rout + m.placed for m in moves.values())
    for p in places:
        move = moves[p.code]
        assert 0 <= move.rin <= shortage(p)
        assert 0 <= move.rout + move.placed <= available(p)
        assert not (move.rin and move.rout)
        assert move.placed == 0 or p.leading_row in GIVE_ALL


def test_the_example_of_docs_perhitungan():
    moves = redistribute([place("a", 4, 2), place("b", 2, 1), place("c", 1, 3)])

    assert [(moves[code].rin, moves[code].rout) for code in "abc"] == [(2, 0), (0, 0), (0, 2)]
