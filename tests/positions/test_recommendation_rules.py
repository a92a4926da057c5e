from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from positions.rules.levels import Group
from positions.rules.need import Source
from positions.rules.recommendation import (
    CODES,
    LEADING_ROWS,
    MAN_ROWS,
    TABLE,
    Inputs,
    Kind,
    Limits,
    decide,
    leading_row,
    may_submit,
)
from positions.rules.redistribution import Place, redistribute

# A busy machine is no reason to fail.
PATIENT = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])

D = Decimal


def man(**facts):
    """A managerial seat, held, nobody leaving."""
    return replace(Inputs(b=1, k=1, n=D(1), source=Source.FIXED_ONE, is_man=True, group=Group.MANAJERIAL), **facts)


def abk(n, b, **facts):
    """A pelaksana post with an ABK; K is N rounded, the next two years stay as they are."""
    k = int(D(n) + D("0.5"))
    return Inputs(**({"b": b, "n": D(n), "k": k, "source": Source.ABK, "k1": k, "b1": b, "k2": k, "b2": b} | facts))


FADING = {"digital_share": D("0.5"), "n_before": D("0.60"), "goals_mapped_share": D("0.80")}


# Each case: number of the row, inputs, code, lines, priority. Bounds stand next to each other.
@pytest.mark.parametrize(
    ("row", "inputs", "code", "lines", "priority"),
    [
        (1, man(b=0, vacant_days=91, acting_days=10), "LOWONG_MANAJERIAL", [("ISI", 1)], 1),
        (1, man(b=0, vacant_days=90, acting_days=74), "LOWONG_MANAJERIAL", [("ISI", 1)], 2),
        (1, man(b=0, vacant_days=80, acting_days=75), "LOWONG_MANAJERIAL", [("ISI", 1)], 1),
        (1, man(b=0, vacant_days=1), "LOWONG_MANAJERIAL", [("ISI", 1)], 1),
        (1, man(b=0, acting_days=5), "LOWONG_MANAJERIAL", [("ISI", 1)], 2),
        (1, man(b=1, k=3, acting_days=5), "LOWONG_MANAJERIAL", [("ISI", 2)], 2),
        (2, man(b=2), "PEMANGKU_GANDA", [("TINJAU_BEBAN", 1)], 1),
        (3, man(leaving=1, leaving_urgent=1), "SEGERA_LOWONG", [("ISI", 1)], 1),
        (3, man(leaving=1), "SEGERA_LOWONG", [("ISI", 1)], 2),
        (4, Inputs(b=2), "ABK_BELUM_ADA", [("TINJAU_BEBAN", 0)], 2),
        (4, Inputs(b=0), "ABK_BELUM_ADA", [("TINJAU_BEBAN", 0)], 3),
        (4, abk("2", 2, has_fault=True, stale=True), "ABK_DIPERIKSA", [("TINJAU_BEBAN", 0)], 2),
        (4, abk("2", 0, stale=True), "ABK_KEDALUWARSA", [("TINJAU_BEBAN", 0)], 3),
        (5, abk("0.42", 1, **FADING), "BEBAN_MEMUDAR", [("HAPUS", 1)], 2),
        (5, abk("0.42", 0, **FADING), "BEBAN_MEMUDAR", [("HAPUS", 0)], 3),
        (6, abk("0.4999999999", 2), "BEBAN_KURANG_SETENGAH", [("GABUNG", 2)], 2),
        (6, abk("0", 0), "BEBAN_KURANG_SETENGAH", [("GABUNG", 0)], 3),
        (7, abk("3", 1, f=2), "FORMASI_DITETAPKAN", [("ISI", 2)], 2),
        (7, abk("3", 0, f=5, rin=2), "FORMASI_DITETAPKAN", [("ISI", 3)], 1),
        (8, abk("20", 16, rin=4), "ADA_KELEBIHAN_LAIN", [("TERIMA", 4)], 2),
        (8, abk("20", 16, f=1, rin=2), "ADA_KELEBIHAN_LAIN", [("TERIMA", 2), ("USUL_FORMASI", 1)], 2),
        (8, abk("20", 15, rin=1), "ADA_KELEBIHAN_LAIN", [("TERIMA", 1), ("USUL_FORMASI", 4)], 1),
        (8, abk("1", 0, rin=1), "ADA_KELEBIHAN_LAIN", [("TERIMA", 1)], 1),
        (9, abk("1", 0), "KEKURANGAN", [("USUL_FORMASI", 1)], 1),
        (9, abk("4", 3), "KEKURANGAN", [("USUL_FORMASI", 1)], 1),
        (9, abk("10", 8, f=1), "KEKURANGAN", [("USUL_FORMASI", 1)], 2),
        (9, abk("10", 9), "KEKURANGAN", [("USUL_FORMASI", 1)], 2),
        (9, abk("10", 9, is_service=True), "KEKURANGAN", [("USUL_FORMASI", 1)], 1),
        (9, abk("11", 10), "KEKURANGAN", [("USUL_FORMASI", 1)], 3),
        (9, abk("11", 10, is_service=True), "KEKURANGAN", [("USUL_FORMASI", 1)], 3),
        (9, abk("12", 11, n_before=D(10)), "KEKURANGAN", [("USUL_FORMASI", 1)], 2),
        (9, abk("4", 3, newly_linked_goal=True), "KEKURANGAN", [("USUL_FORMASI", 1)], 1),
        (10, abk("2", 3, b1=2), "TERSERAP_PENSIUN", [("PERTAHANKAN", 0)], 3),
        (10, abk("2", 3, b1=2, rout=1), "TERSERAP_PENSIUN", [("PERTAHANKAN", 0)], 3),
        (11, abk("2", 3, rout=1), "KELEBIHAN_ADA_PENERIMA", [("LEPAS", 1)], 2),
        (11, abk("1.5", 3, rout=1), "KELEBIHAN_ADA_PENERIMA", [("LEPAS", 1)], 2),
        (11, abk("1.49", 3, rout=2), "KELEBIHAN_ADA_PENERIMA", [("LEPAS", 2)], 1),
        (12, abk("2", 3), "KELEBIHAN_TANPA_PENERIMA", [("KEMBANGKAN", 1)], 3),
        (12, abk("1", 3), "KELEBIHAN_TANPA_PENERIMA", [("KEMBANGKAN", 2)], 2),
        (12, abk("2", 3, k1=None, b1=None), "KELEBIHAN_TANPA_PENERIMA", [("KEMBANGKAN", 1)], 3),
        (13, abk("1", 1, leaving=1), "AKAN_KEKURANGAN", [("USUL_FORMASI", 1)], 1),
        (13, abk("3", 3, leaving=3, b2=0), "AKAN_KEKURANGAN", [("USUL_FORMASI", 3)], 2),
        (13, abk("3", 3, b2=1, f=1), "AKAN_KEKURANGAN", [("USUL_FORMASI", 1)], 2),
        (13, abk("3", 3, leaving=3, k2=None, b2=None), "AKAN_KEKURANGAN", [("USUL_FORMASI", 1)], 2),
        (13, abk("3", 3, b2=2, newly_linked_goal=True), "AKAN_KEKURANGAN", [("USUL_FORMASI", 1)], 1),
        (14, abk("1.21", 1), "BEBAN_TIDAK_SEIMBANG", [("TINJAU_BEBAN", 0)], 2),
        (14, abk("0.69", 1), "BEBAN_TIDAK_SEIMBANG", [("TINJAU_BEBAN", 0)], 3),
        (15, abk("4", 4, below=2), "KUALIFIKASI_BELUM_SESUAI", [("KEMBANGKAN", 2)], 2),
        (15, abk("4", 4, below=1), "KUALIFIKASI_BELUM_SESUAI", [("KEMBANGKAN", 1)], 3),
        (15, man(below=1), "KUALIFIKASI_BELUM_SESUAI", [("KEMBANGKAN", 1)], 2),
        (16, abk("1.20", 1), "SESUAI", [("PERTAHANKAN", 0)], 3),
        (16, abk("0.70", 1), "SESUAI", [("PERTAHANKAN", 0)], 3),
        (16, abk("3", 3, b2=2, f=1), "SESUAI", [("PERTAHANKAN", 0)], 3),
        (16, abk("3", 3, leaving=2), "SESUAI", [("PERTAHANKAN", 0)], 3),
        (16, man(), "SESUAI", [("PERTAHANKAN", 0)], 3),
        (16, man(b=2, k=2), "SESUAI", [("PERTAHANKAN", 0)], 3),
    ],
)
def test_each_row_with_its_priorities(row, inputs, code, lines, priority):
    found = decide(inputs)

    assert (found.row, found.code, found.priority) == (row, code, priority)
    assert [(line.kind, line.quantity) for line in found.lines] == lines


@pytest.mark.parametrize(
    "change",
    [
        {"digital_share": D("0.4999")},
        {"digital_share": None},
        {"n_before": D("0.59")},
        {"n_before": None},
        {"n_before": D(0)},
        {"has_goal": True},
        {"goals_mapped_share": D("0.79")},
        {"goals_mapped_share": None},
        {"group": Group.FUNGSIONAL},
    ],
)
def test_row_5_needs_every_mark_or_row_6_answers(change):
    assert decide(abk("0.42", 1, **(FADING | change))).row == 6


@pytest.mark.parametrize("source", [Source.ABK_HEALTH, Source.JF_FORMULA, Source.DECIDED_MAP])
def test_rows_about_abk_leave_other_sources_alone(source):
    assert decide(abk("0.4", 0, source=source, k=0, has_fault=True, stale=True)).row == 16
    assert decide(abk("1.4", 1, source=source, k=1)).row == 16


def test_the_limits_are_the_agencys():
    inputs = abk("1.15", 1)

    assert decide(inputs).row == 16
    assert decide(inputs, Limits(load_high=D("1.10"))).row == 14


def test_an_earlier_row_wins_over_all_later_ones():
    faulty = abk("0.4", 1, k=2, has_fault=True, rin=1, below=1, leaving=1)
    small = replace(faulty, has_fault=False)
    reserved = replace(small, n=D(2), f=1)
    received = replace(reserved, f=0)

    assert [decide(i).row for i in (faulty, small, reserved, received, replace(received, rin=0))] == [4, 6, 7, 8, 9]


def test_the_table_is_in_order_and_complete():
    assert [row.number for row in TABLE] == list(range(1, 17))
    assert len(CODES) == 18


def test_reasons_name_the_figures_of_the_row():
    assert decide(abk("10", 8)).reasons == ("k", "b", "f", "is_service", "n", "newly_linked_goal")


people = st.integers(0, 8)
needs = st.decimals(0, 8, places=3)
shares = st.none() | st.decimals(0, 1, places=2)
random_inputs = st.builds(
    Inputs,
    b=people,
    k=st.none() | people,
    n=st.none() | needs,
    f=st.integers(0, 4),
    source=st.sampled_from(list(Source)),
    is_man=st.booleans(),
    group=st.sampled_from(list(Group)),
    is_service=st.booleans(),
    k1=st.none() | people,
    b1=st.none() | people,
    k2=st.none() | people,
    b2=st.none() | people,
    leaving=people,
    leaving_urgent=people,
    vacant_days=st.none() | st.integers(0, 200),
    acting_days=st.none() | st.integers(0, 200),
    has_fault=st.booleans(),
    stale=st.booleans(),
    n_before=st.none() | needs,
    digital_share=shares,
    has_goal=st.booleans(),
    goals_mapped_share=shares,
    newly_linked_goal=st.booleans(),
    below=st.integers(0, 3),
    rin=st.integers(0, 3),
    rout=st.integers(0, 3),
)


@settings(PATIENT, max_examples=1_000)
@given(random_inputs)
def test_exactly_one_row_answers_whatever_the_position(inputs):
    firing = [row.number for row in TABLE if row.fires(inputs, Limits())]
    found = decide(inputs)

    assert found.row == firing[0]
    assert found.code in CODES
    assert 1 <= len(found.lines) <= 2
    assert all(line.quantity >= 0 for line in found.lines)
    assert found.priority in (1, 2, 3)
    if inputs.is_man:
        assert found.row in MAN_ROWS
    else:
        assert found.row > 3


@settings(PATIENT)
@given(random_inputs, st.integers(0, 9), st.integers(0, 9))
def test_the_leading_row_does_not_look_at_redistribution(inputs, rin, rout):
    leading = leading_row(inputs)
    found = decide(replace(inputs, rin=rin, rout=rout))

    assert leading == (found.row if found.row in LEADING_ROWS else None)


@st.composite
def registers(draw):
    """Positions as a register has them: K from N, one job, a few agencies."""
    rows = draw(st.lists(random_inputs, min_size=1, max_size=10))
    return [
        (
            replace(row, rin=0, rout=0, k=None if row.n is None else int(row.n + D("0.5"))),
            draw(st.sampled_from(["1", "2"])),
            draw(people),
        )
        for row in rows
    ]


@settings(PATIENT)
@given(registers())
def test_received_equals_released_plus_the_placed_of_removed_posts(register):
    places = [
        Place(str(n), "job", str(n), opd, i.k, i.b, i.f, i.k1, i.b1, movable, leading_row(i))
        for n, (i, opd, movable) in enumerate(register)
    ]
    moves = redistribute(places)
    lines = [
        line
        for n, (i, _, _) in enumerate(register)
        for line in decide(replace(i, rin=moves[str(n)].rin, rout=moves[str(n)].rout)).lines
    ]

    received = sum(line.quantity for line in lines if line.kind is Kind.RECEIVE)
    released = sum(line.quantity for line in lines if line.kind is Kind.RELEASE)
    assert received == released + sum(move.placed for move in moves.values())


@pytest.mark.parametrize(
    ("kind", "source", "approved", "too_old", "of_this_year", "may"),
    [
        (Kind.REMOVE, Source.ABK, True, False, False, True),
        (Kind.REMOVE, Source.ABK, False, False, True, False),
        (Kind.MERGE, Source.ABK, True, True, True, False),
        (Kind.PROPOSE, Source.ABK_HEALTH, True, False, False, True),
        (Kind.PROPOSE, Source.JF_FORMULA, True, True, True, True),
        (Kind.PROPOSE, Source.DECIDED_MAP, True, False, False, False),
        (Kind.PROPOSE, Source.NONE, True, False, True, False),
        (Kind.FILL, Source.NONE, False, True, False, True),
    ],
)
def test_what_may_be_submitted(kind, source, approved, too_old, of_this_year, may):
    assert may_submit(kind, source=source, approved=approved, too_old=too_old, of_this_year=of_this_year) is may
