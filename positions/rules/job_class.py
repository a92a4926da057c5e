"""Job class by the Factor Evaluation System (FES): points of the factors, their sum, the band it falls in.

establishment.md 5.8 [V2: PermenPANRB 34/2011, Perka BKN 21/2011]. A class decided by the ministry beats a computed one
[D]; both are kept and their difference shown.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from positions.rules import tables


class Kind(StrEnum):
    """Managerial posts are measured by the structural factors, all others by the functional ones."""

    STRUCTURAL = "structural"
    FUNCTIONAL = "functional"


@dataclass(frozen=True, slots=True)
class Factor:
    """A factor with its points, level 1 first."""

    code: str
    name: str
    points: tuple[int, ...]


def _factors(kind: str) -> tuple[Factor, ...]:
    found: dict[str, tuple[str, list[int]]] = {}
    for row in tables.rows("evaluasi_jabatan_faktor.csv"):
        if row["jenis"].startswith(kind):
            found.setdefault(row["kode_faktor"], (row["nama_faktor"], []))[1].append(int(row["nilai"]))
    return tuple(Factor(f"F{code}", name, tuple(points)) for code, (name, points) in found.items())


FACTORS: dict[Kind, tuple[Factor, ...]] = {
    Kind.STRUCTURAL: _factors("Struktural"),
    Kind.FUNCTIONAL: _factors("Fungsional"),
}
# (class, highest points); nothing is above class 17.
BANDS: tuple[tuple[int, int | None], ...] = tuple(
    (int(row["kelas"]), int(row["nilai_maks"]) if row["nilai_maks"] else None)
    for row in tables.rows("kelas_jabatan_nilai.csv")
)


# Structural factor 6 (kondisi lain): three or more special situations raise a level 1 to 3 by one [M].
RAISED_FACTOR = "F6"
RAISED_UP_TO = 3
SITUATIONS_THAT_RAISE = 3


@dataclass(frozen=True, slots=True)
class JobClass:
    """Points by factor, their sum and the class 1..17."""

    by_factor: tuple[int, ...]
    points: int
    job_class: int


def class_of(points: int) -> int:
    """Return the smallest class whose upper limit holds the points: bands that start at 241 or 245 agree."""
    return next(found for found, highest in BANDS if highest is None or points <= highest)


def kind_of(group: str) -> Kind:
    """Return the factors that measure a job of a group ("manajerial", "fungsional", "pelaksana")."""
    return Kind.STRUCTURAL if group == "manajerial" else Kind.FUNCTIONAL


def points_of(kind: Kind, factor: Factor, level: int, *, special_situations: int = 0) -> int:
    """Return the points of a level. Raises ValueError for a level that the factor does not have."""
    if not 1 <= level <= len(factor.points):
        raise ValueError(f"{factor.code} has levels 1 to {len(factor.points)}, got {level}")
    raised = (
        kind is Kind.STRUCTURAL and factor.code == RAISED_FACTOR and level <= RAISED_UP_TO
        and special_situations >= SITUATIONS_THAT_RAISE
    )  # fmt: skip
    return factor.points[level if raised else level - 1]


def job_class(kind: Kind, levels: Sequence[int], *, special_situations: int = 0) -> JobClass:
    """Return points and class from one level a factor, in the order of `FACTORS`.

    Raises ValueError for a wrong number of levels or a level that the factor does not have.
    """
    factors = FACTORS[kind]
    if len(levels) != len(factors):
        raise ValueError(f"{kind.value} has {len(factors)} factors, got {len(levels)} levels")
    by_factor = tuple(
        points_of(kind, factor, level, special_situations=special_situations)
        for factor, level in zip(factors, levels, strict=True)
    )
    return JobClass(by_factor, sum(by_factor), class_of(sum(by_factor)))


def job_class_so_far(kind: Kind, levels: Mapping[str, int], *, special_situations: int = 0) -> JobClass | None:
    """Return points and class from levels by code of the factor; None while a factor has none."""
    if any(factor.code not in levels for factor in FACTORS[kind]):
        return None
    given = [levels[factor.code] for factor in FACTORS[kind]]
    return job_class(kind, given, special_situations=special_situations)
