"""Fit of a holder's education to the requirement of the job: level, then field.

Orders: positions.rules.levels [V: SIASN ids; equal orders D]. The field counts only with a degree at or above the
required level: a D-III in nursing does not make an S-1 in law an S-1 in nursing [D]. An empty list of fields means any
field.
"""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from positions.rules.levels import education_order


class EducationFit(StrEnum):
    """Result codes [D]; the first two make a holder "below" for row 15 of the decision table."""

    LEVEL_TOO_LOW = "jenjang_kurang"
    FIELD_DIFFERS = "bidang_tidak_sesuai"
    FITS = "sesuai"
    UNKNOWN = "data_kosong"


BELOW = frozenset({EducationFit.LEVEL_TOO_LOW, EducationFit.FIELD_DIFFERS})


@dataclass(frozen=True, slots=True)
class Degree:
    """An education on record: SIASN level id and a field code (any vocabulary, the requirement's own)."""

    level_id: str
    field: str = ""


@dataclass(frozen=True, slots=True)
class Requirement:
    """Lowest level (SIASN id, None: no requirement) and accepted fields (empty: any)."""

    level_id: str | None = None
    fields: frozenset[str] = frozenset()


def education_fit(degrees: Collection[Degree], required: Requirement) -> EducationFit:
    """Return how a person's degrees meet the requirement.

    No degree with a known level is `data_kosong`, not "below": absence of data accuses nobody. So is a field
    requirement where none of the degrees that reach the level has a field on record.
    """
    needed = education_order(required.level_id) or 0
    known = [(order, degree.field) for degree in degrees if (order := education_order(degree.level_id)) is not None]
    if not needed and not required.fields:
        return EducationFit.FITS
    if not known:
        return EducationFit.UNKNOWN
    fields = {field for order, field in known if order >= needed}
    if not fields:
        return EducationFit.LEVEL_TOO_LOW
    if not required.fields or fields & required.fields:
        return EducationFit.FITS
    return EducationFit.UNKNOWN if fields == {""} else EducationFit.FIELD_DIFFERS
