"""Competency standards (standar kompetensi jabatan): states of a version, completeness, comparison, equalisation.

Sources: establishment.md 6.1 [V2: eight managerial and one socio-cultural competency, technical ones per job; what a
standard holds], 6.2 [M: level by position, the same for all nine], 7.4 [M: which functional level follows a structural
post]. Weights of a requirement (mutlak, penting, perlu) and the order of the annex are general knowledge [M].
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from positions.rules.levels import COMPETENCY_LEVEL, GROUP_OF_LEVEL, Group, Level

DRAFT, SUBMITTED, RETURNED, DECIDED = "konsep", "diajukan", "dikembalikan", "ditetapkan"


@dataclass(frozen=True, slots=True)
class Step:
    """From which states a version may go to `to`, and what the step asks."""

    origins: frozenset[str]
    to: str
    by_decider: bool = False
    needs_reason: bool = False
    needs_decree: bool = False


# Who decides or returns is neither who drafted the version nor who submitted it.
STEPS: dict[str, Step] = {
    "submit": Step(frozenset({DRAFT, RETURNED}), SUBMITTED),
    "return": Step(frozenset({SUBMITTED}), RETURNED, by_decider=True, needs_reason=True),
    "decide": Step(frozenset({SUBMITTED}), DECIDED, by_decider=True, needs_decree=True),
}
# What is written may change, and be thrown away, in these states only.
EDITABLE = frozenset({DRAFT, RETURNED})
OPEN = frozenset({DRAFT, SUBMITTED, RETURNED})

MANAGERIAL = tuple(f"M.{number}" for number in range(1, 9))
SOCIO_CULTURAL = ("SK.1",)
REQUIRED = (*MANAGERIAL, *SOCIO_CULTURAL)
LEVELS = range(1, 6)


def is_technical(code: str) -> bool:
    return code not in REQUIRED


@dataclass(frozen=True, slots=True)
class Gap:
    """What a standard lacks, or says otherwise than the rule: `blocks` refuses its submission, else it is advice."""

    code: str
    blocks: bool = False
    competency: str = ""
    wanted: int | None = None
    found: int | None = None


@dataclass(frozen=True, slots=True)
class Content:
    """What a standard says: level by competency code, and how many requirements of each kind it lists."""

    levels: Mapping[str, int]
    summary: bool = False
    education: bool = False
    rank: bool = False
    requirements: Mapping[str, int] | None = None


def gaps(level: Level, content: Content) -> list[Gap]:
    """Return what is missing from or unusual in a standard of a job of `level`, what blocks first.

    The nine competencies of every job must each have a level; a level other than the default is advice, because the
    level is set per job [M]. Nothing else blocks: an agency may decide a standard before its training list is known.
    """
    usual = COMPETENCY_LEVEL[level]
    found = [Gap("KOMPETENSI_WAJIB", True, code, usual) for code in REQUIRED if code not in content.levels]
    for code in REQUIRED:
        if code in content.levels and content.levels[code] != usual:
            found.append(Gap("LEVEL_LAIN", False, code, usual, content.levels[code]))
    if not any(is_technical(code) for code in content.levels):
        found.append(Gap("TANPA_TEKNIS"))
    parts = content.requirements or {}
    for code, is_there in (
        ("TANPA_IKHTISAR", content.summary),
        ("TANPA_PENDIDIKAN", content.education),
        ("TANPA_PANGKAT", content.rank),
        ("TANPA_PELATIHAN", any(parts.get(kind) for kind in TRAININGS)),
        ("TANPA_PENGALAMAN", parts.get(EXPERIENCE)),
        ("TANPA_INDIKATOR", parts.get(INDICATOR)),
    ):
        if not is_there:
            found.append(Gap(code))
    return found


TRAININGS = ("pelatihan_manajerial", "pelatihan_teknis", "pelatihan_fungsional")
EXPERIENCE, INDICATOR = "pengalaman", "indikator"
# Nine competencies, one technical at least, and the six parts that `gaps` looks for.
PARTS = len(REQUIRED) + 7


def completeness(found: Sequence[Gap]) -> tuple[int, int]:
    """Return (parts there, all parts). An unusual level is no missing part."""
    return PARTS - sum(gap.code != "LEVEL_LAIN" for gap in found), PARTS


@dataclass(frozen=True, slots=True)
class LevelChange:
    """A competency whose required level differs between two versions; null: not required there."""

    competency: str
    before: int | None
    after: int | None


def compare(before: Mapping[str, int], after: Mapping[str, int]) -> list[LevelChange]:
    """Return the competencies that differ, in the order of the dictionary: M, SK, then technical by code."""
    codes = sorted({*before, *after}, key=order_of)
    return [
        LevelChange(code, before.get(code), after.get(code)) for code in codes if before.get(code) != after.get(code)
    ]


def order_of(code: str) -> tuple[int, str]:
    """Return the place of a competency in a standard: the nine as the annex has them, then technical ones by code."""
    return (REQUIRED.index(code), "") if code in REQUIRED else (len(REQUIRED), code)


# Simplified bureaucracy

# What follows a structural post that is equalised (penyetaraan); eselon V is no level of today's register.
EQUALISED: dict[Level, Level] = {Level.ADMINISTRATOR: Level.AHLI_MADYA, Level.PENGAWAS: Level.AHLI_MUDA}
ECHELON_V = Level.AHLI_PERTAMA

MOVED, CONVERTED, EQUAL, MERGED, PASSED_ON, ABOLISHED = (
    "dipindahkan", "diubah", "disetarakan", "dilebur", "dialihkan", "dihapus",
)  # fmt: skip


def closing_kind(old: Level, new: Level | None, *, same_job: bool = False, shared: bool = False) -> str:
    """Return how a position that closes goes on: `new` the level of its successor, `shared`: it takes in others too."""
    if new is None:
        return ABOLISHED
    if shared:
        return MERGED
    if same_job:
        return MOVED
    return EQUAL if GROUP_OF_LEVEL[old] is Group.MANAJERIAL and GROUP_OF_LEVEL[new] is Group.FUNGSIONAL else CONVERTED


def equal_level(level: Level, echelon: str = "") -> Level | None:
    """Return the functional level that a structural post is equalised to, None for JPT and non-structural posts."""
    if echelon.strip().upper().startswith("V"):
        return ECHELON_V
    return EQUALISED.get(level)


def differs_from_rule(kind: str, old: Level, new: Level | None, echelon: str = "") -> bool:
    """Whether an equalisation led to another level than the rule's."""
    return kind == EQUAL and new is not equal_level(old, echelon)


def later_than(day: date, starts_on: date | None) -> bool:
    """Whether a version may begin on `day` after one that began on `starts_on`: only later."""
    return starts_on is None or day > starts_on
