"""Fit of a holder's rank to the post, and steps on the rank ladder.

Managerial posts: establishment.md 1.3 [V2: ladder of PP 100/2000; one rank below is tolerated]; result codes [D];
ACC_10 [V: BKN data quality]. PP 11/2017 no longer fixes ranks for managerial posts; agencies still use the ladder.
Functional posts: 1.4 [V2: PermenPANRB 1/2023], measured with the same codes [D]. Pelaksana and PPPK have no rank to
fit.
"""

from dataclasses import dataclass
from enum import StrEnum

from positions.rules.levels import ECHELON_BY_ID, JPT_LEVELS, RANK_BY_ID, RANKS, RANKS_OF_JF_LEVEL, Level

# BKN counts every JPT holder below IV/b, also a II.b holder at IV/a whom the ladder tolerates.
ACC_10 = "ACC_10"
ACC_10_LOWEST = 42


class RankFit(StrEnum):
    """Result codes of 1.3; the last two are ours."""

    BELOW_MINIMUM = "di_bawah_minimum"  # two or more ranks below
    ONE_BELOW = "satu_tingkat_di_bawah"
    FITS = "sesuai"
    ABOVE_MAXIMUM = (
        "di_atas_maksimum"  # information; a functional holder above the level waits for promotion or is an error
    )
    UNKNOWN = "data_kosong"
    NOT_APPLICABLE = "tidak_berlaku"


# What the signal and the data-quality list report.
MISFITS = frozenset({RankFit.BELOW_MINIMUM, RankFit.ONE_BELOW, RankFit.ABOVE_MAXIMUM})


@dataclass(frozen=True, slots=True)
class RankCheck:
    """Fit with the bounds it was measured by (rank ids) and data-quality codes."""

    fit: RankFit
    lowest: int | None = None
    highest: int | None = None
    data_quality: tuple[str, ...] = ()


def order(rank_id: int) -> int:
    """Return the place 1..17 of a rank. Raises KeyError for an id that is no rank."""
    return RANK_BY_ID[rank_id].order


def next_rank(rank_id: int) -> int | None:
    """Return the id of the rank above, None above IV/e: 14 is followed by 21, not by 15. Raises KeyError."""
    place = order(rank_id)
    return RANKS[place].id if place < len(RANKS) else None


def is_fall(before: int, after: int, *, is_promotion: bool) -> bool:
    """Whether a rank lies lower than the one before it lets it: at all, where the row names a kind of promotion, else
    by more than the one step of a sanction of the older rules (PP 53/2010 article 7; PP 94/2021 lowers no rank). Raises
    KeyError for an id that is no rank."""
    return order(before) - order(after) > (0 if is_promotion else 1)


def rank_fit(*, level: Level, echelon_id: str | None, rank_id: int | None, is_pppk: bool = False) -> RankCheck:
    """Return how a holder's rank fits the post; an unknown or missing rank or echelon is `data_kosong`, never a
    misfit."""
    bounds = _bounds(level, echelon_id)
    if is_pppk or level is Level.PELAKSANA:
        return RankCheck(RankFit.NOT_APPLICABLE)
    if bounds is None or rank_id not in RANK_BY_ID or rank_id is None:
        return RankCheck(RankFit.UNKNOWN)
    lowest, highest = bounds
    below = order(lowest) - order(rank_id)
    if below >= 2:
        fit = RankFit.BELOW_MINIMUM
    elif below == 1:
        fit = RankFit.ONE_BELOW
    elif order(rank_id) > order(highest):
        fit = RankFit.ABOVE_MAXIMUM
    else:
        fit = RankFit.FITS
    return RankCheck(fit, lowest, highest, (ACC_10,) if is_low_jpt(level, rank_id) else ())


def is_low_jpt(level: Level, rank_id: int) -> bool:
    """Whether BKN counts the holder in ACC_10. Raises KeyError for an id that is no rank."""
    return level in JPT_LEVELS and order(rank_id) < order(ACC_10_LOWEST)


def _bounds(level: Level, echelon_id: str | None) -> tuple[int, int] | None:
    if level in RANKS_OF_JF_LEVEL:
        return RANKS_OF_JF_LEVEL[level]
    echelon = ECHELON_BY_ID.get(echelon_id) if echelon_id else None
    if echelon is None or echelon.lowest is None or echelon.highest is None:
        return None
    return echelon.lowest, echelon.highest
