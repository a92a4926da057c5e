"""Whether the holders of a post may go on in the one that it is merged into or converted to.

Sources: establishment.md 1.2 [V: kinds of post], 7.4 [V2: PermenPANRB 17/2021; M: which level follows, and that JPT are
not equalised]. A managerial post is one office that a person is appointed to, so a merger or a conversion of another
kind of post never seats anybody there; of the other way only the equalisation (penyetaraan) is law [D].
"""

from enum import StrEnum

from positions.rules.competency_standard import EQUALISED
from positions.rules.levels import ECHELON_BY_CODE, ECHELON_BY_ID, GROUP_OF_LEVEL, RANKS_OF_JF_LEVEL, Group, Level

# Kinds of units whose heads are not equalised: territorial ones, and those that stand by themselves.
TERRITORIAL = frozenset({"kecamatan", "kelurahan"})
SELF_STANDING = frozenset({"upt", "puskesmas", "rsud"})


class Refusal(StrEnum):
    """Why holders do not go on in the other post."""

    INTO_MANAGERIAL = "masuk_manajerial"
    TWO_HEADS = "dua_pejabat"
    OUT_OF_MANAGERIAL = "keluar_manajerial"


class Doubt(StrEnum):
    """What is told before a decision that is allowed."""

    OTHER_KIND = "jenis_lain"
    EQUALISED_OTHERWISE = "penyetaraan_lain"
    NOT_EQUALISED = "tidak_disetarakan"
    STATUS = "status"
    EDUCATION_LEVEL = "jenjang_pendidikan"
    EDUCATION_FIELD = "bidang_pendidikan"
    RANK = "pangkat"


def refusal(old: Level, new: Level, *, merging: bool, held: bool, target_held: bool = False) -> Refusal | None:
    """Return why a post of `old` may not go on in one of `new`, None where it may.

    `held`, `target_held`: somebody holds or acts on the one, on the other.
    """
    if GROUP_OF_LEVEL[new] is Group.MANAJERIAL:
        if GROUP_OF_LEVEL[old] is not Group.MANAJERIAL:
            return Refusal.INTO_MANAGERIAL
        return Refusal.TWO_HEADS if merging and held and target_held else None
    if GROUP_OF_LEVEL[old] is Group.MANAJERIAL and held and (merging or GROUP_OF_LEVEL[new] is not Group.FUNGSIONAL):
        return Refusal.OUT_OF_MANAGERIAL
    return None


def doubt_of_kind(old: Level, new: Level, *, stays: bool = False) -> Doubt | None:
    """Return what is unusual in letting holders of a post of `old` go on in one of `new`. `stays`: the post heads a
    territorial or self-standing unit, which is not equalised (7.4 [M])."""
    if old is new:
        return None
    if stays and GROUP_OF_LEVEL[old] is Group.MANAJERIAL and GROUP_OF_LEVEL[new] is Group.FUNGSIONAL:
        return Doubt.NOT_EQUALISED
    if GROUP_OF_LEVEL[old] is Group.MANAJERIAL and GROUP_OF_LEVEL[new] is Group.FUNGSIONAL:
        return None if EQUALISED.get(old) is new else Doubt.EQUALISED_OTHERWISE
    return Doubt.OTHER_KIND


def stays_structural(kind: str, *, is_head: bool) -> bool:
    """Whether a post of a unit of this kind is kept out of the equalisation."""
    return is_head and kind in TERRITORIAL | SELF_STANDING


def seats_of_merged(own: int | None) -> int:
    """Return K of a managerial post after others were merged into it: what it was, one seat unless more are decided."""
    return max(1, own or 1)


def status_fits(level: Level, *, is_pppk: bool) -> bool:
    """Whether the kind of employment fits: PPPK hold managerial posts only where a regulation opens them (1.1 [M])."""
    return not is_pppk or GROUP_OF_LEVEL[level] is not Group.MANAJERIAL


def rank_fits(
    rank: int | None, level: Level, *, echelon: str = "", lowest: int | None = None, highest: int | None = None
) -> bool:
    """Whether a PNS rank lies within the bounds of a post: the job's own, else those of its level or echelon.

    What is not known is no misfit; an executive post has no bounds (as the analysis judges).
    """
    if rank is None or level is Level.PELAKSANA:
        return True
    usual = RANKS_OF_JF_LEVEL.get(level)
    if usual is None and (found := ECHELON_BY_ID.get(echelon) or ECHELON_BY_CODE.get(_code(echelon))):
        if found.lowest is not None and found.highest is not None:
            usual = found.lowest, found.highest
    low = lowest or (usual[0] if usual else None)
    high = highest or (usual[1] if usual else None)
    # Ids of ranks have gaps, but stand in the order of the ladder.
    return (low is None or rank >= low) and (high is None or rank <= high)


def _code(echelon: str) -> str:
    """Return an echelon as the table has it, IV.a: registers also write IVA and iv.a."""
    bare = echelon.strip().upper().replace(".", "")
    return f"{bare[:-1]}.{bare[-1:].lower()}"
