import pytest

from positions.rules import levels
from positions.rules.levels import Group, Level


def test_every_level_is_in_every_table_that_has_all_levels():
    for table in (levels.GROUP_OF_LEVEL, levels.COMPETENCY_LEVEL, levels.LEVEL_NAMES):
        assert set(table) == set(Level)


def test_every_functional_level_has_code_ranks_and_pay_groups():
    functional = {level for level, group in levels.GROUP_OF_LEVEL.items() if group is Group.FUNGSIONAL}

    assert set(levels.CODE_OF_LEVEL) == functional
    assert set(levels.RANKS_OF_JF_LEVEL) == functional
    assert set(levels.PPPK_GROUPS_OF_LEVEL) == functional
    assert levels.JF_CODES["MA"] is Level.AHLI_MADYA


def test_ranks_climb_by_id_and_order_together():
    assert [rank.order for rank in levels.RANKS] == list(range(1, 18))
    assert [rank.id for rank in levels.RANKS] == sorted(rank.id for rank in levels.RANKS)
    assert (levels.RANKS[0].code, levels.RANKS[-1].id, levels.RANK_BY_CODE["III/a"].name) == ("I/a", 45, "Penata Muda")


def test_siasn_starts_one_rank_under_the_ladder_from_jpt_madya_down():
    for echelon in levels.ECHELONS[1:9]:
        assert echelon.lowest
        assert echelon.siasn_lowest
        ladder, siasn = levels.RANK_BY_ID[echelon.lowest], levels.RANK_BY_ID[echelon.siasn_lowest]
        assert ladder.order - siasn.order == 1, echelon
        assert echelon.highest == echelon.siasn_highest


@pytest.mark.parametrize(
    ("level_id", "order"), [("35", 7), ("40", 7), ("50", 11), ("99", None), (None, None), ("", None)]
)
def test_education_levels_are_ordered_and_unknown_ids_do_not_fail(level_id, order):
    assert levels.education_order(level_id) == order


def test_pppk_groups_are_seventeen():
    assert levels.PPPK_GROUP_ORDER["I"] == 1
    assert levels.PPPK_GROUP_ORDER["XVII"] == 17
