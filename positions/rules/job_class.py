"""Job class by the Factor Evaluation System (FES): points of the factors, their sum, the band it falls in.

establishment.md 5.8 [V2: PermenPANRB 34/2011, Perka BKN 21/2011]. A class decided by the ministry beats a computed one
[D]; both are kept and their difference shown.
"""

from collections.abc import Sequence
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


@dataclass(frozen=True, slots=True)
class JobClass:
    """Points by factor, their sum and the class 1..17."""

    by_factor: tuple[int, ...]
    points: int
    job_class: int


def class_of(points: int) -> int:
    """Return the smallest class whose upper limit holds the points: bands that start at 241 or 245 agree."""
    return next(found for found, highest in BANDS if highest is None or points <= highest)


def job_class(kind: Kind, levels: Sequence[int]) -> JobClass:
    """Return points and class from one level a factor, in the order of `FACTORS`.

    Raises ValueError for a wrong number of levels or a level that the factor does not have.
    """
    factors = FACTORS[kind]
    if len(levels) != len(factors):
        raise ValueError(f"{kind.value} has {len(factors)} factors, got {len(levels)} levels")
    for factor, level in zip(factors, levels, strict=True):
        if not 1 <= level <= len(factor.points):
            raise ValueError(f"{factor.code} has levels 1 to {len(factor.points)}, got {level}")
    by_factor = tuple(factor.points[level - 1] for factor, level in zip(factors, levels, strict=True))
    return JobClass(by_factor, sum(by_factor), class_of(sum(by_factor)))
