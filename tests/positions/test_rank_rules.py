import pytest

from positions.rules.levels import RANK_BY_CODE, Level
from positions.rules.rank import ACC_10, RankFit, is_fall, next_rank, order, rank_fit


# E17 of the worked examples.
@pytest.mark.parametrize(
    ("level", "echelon", "rank", "fit", "quality"),
    [
        (Level.JPT_PRATAMA, "22", "IV/b", RankFit.FITS, ()),
        (Level.JPT_PRATAMA, "22", "IV/a", RankFit.ONE_BELOW, (ACC_10,)),
        (Level.JPT_PRATAMA, "22", "III/d", RankFit.BELOW_MINIMUM, (ACC_10,)),
        (Level.PENGAWAS, "41", "III/b", RankFit.ONE_BELOW, ()),
        (Level.ADMINISTRATOR, "32", "IV/b", RankFit.ABOVE_MAXIMUM, ()),
    ],
)
def test_e17_managerial_fit(level, echelon, rank, fit, quality):
    found = rank_fit(level=level, echelon_id=echelon, rank_id=RANK_BY_CODE[rank].id)

    assert (found.fit, found.data_quality) == (fit, quality)


@pytest.mark.parametrize(
    ("level", "rank", "fit"),
    [
        (Level.AHLI_MUDA, "III/c", RankFit.FITS),
        (Level.AHLI_MUDA, "IV/a", RankFit.ABOVE_MAXIMUM),
        (Level.AHLI_MUDA, "III/b", RankFit.ONE_BELOW),
        (Level.AHLI_MADYA, "III/c", RankFit.BELOW_MINIMUM),
        (Level.PEMULA, "II/a", RankFit.FITS),
    ],
)
def test_functional_fit(level, rank, fit):
    assert rank_fit(level=level, echelon_id=None, rank_id=RANK_BY_CODE[rank].id).fit is fit


@pytest.mark.parametrize(
    ("level", "echelon", "rank_id", "pppk", "fit"),
    [
        (Level.PELAKSANA, None, 31, False, RankFit.NOT_APPLICABLE),
        (Level.AHLI_MUDA, None, None, True, RankFit.NOT_APPLICABLE),
        (Level.AHLI_MUDA, None, None, False, RankFit.UNKNOWN),
        (Level.AHLI_MUDA, None, 35, False, RankFit.UNKNOWN),
        (Level.PENGAWAS, None, 33, False, RankFit.UNKNOWN),
        (Level.PENGAWAS, "99", 33, False, RankFit.UNKNOWN),
    ],
)
def test_what_cannot_be_measured_is_no_misfit(level, echelon, rank_id, pppk, fit):
    assert rank_fit(level=level, echelon_id=echelon, rank_id=rank_id, is_pppk=pppk).fit is fit


@pytest.mark.parametrize(("rank_id", "following"), [(11, 12), (14, 21), (24, 31), (34, 41), (45, None)])
def test_the_next_rank_skips_the_gaps_of_the_ids(rank_id, following):
    assert next_rank(rank_id) == following


def test_an_id_that_is_no_rank_is_refused():
    with pytest.raises(KeyError):
        order(15)


@pytest.mark.parametrize(
    ("before", "after", "is_promotion", "falls"),
    [
        (31, 32, True, False),
        (32, 32, True, False),
        (32, 31, True, True),
        (32, 31, False, False),
        (31, 24, False, False),
        (32, 24, False, True),
        (41, 33, False, True),
    ],
)
def test_a_rank_falls_by_one_step_of_an_older_sanction_alone(before, after, is_promotion, falls):
    assert is_fall(before, after, is_promotion=is_promotion) is falls
