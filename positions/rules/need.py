"""The need K of a position: always with a named source.

needs-analysis.md 2 [D]: precedence TETAP_SATU, FORMULA_JF, ABK_KES, ABK, PETA_DITETAPKAN; none: `data_kosong`, never
0. ABK is the latest `disahkan`, else the latest earlier state with the flag BELUM_DISAHKAN. K hasil analisis comes
from the first four; K ditetapkan takes its place only where there is none, and only a decree changes it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from positions.rules.numbers import add_months
from positions.rules.workload import Rounding, staff


class Source(StrEnum):
    """Where K comes from, in order of precedence."""

    FIXED_ONE = "TETAP_SATU"
    JF_FORMULA = "FORMULA_JF"
    ABK_HEALTH = "ABK_KES"
    ABK = "ABK"
    DECIDED_MAP = "PETA_DITETAPKAN"
    NONE = "data_kosong"


PRECEDENCE: tuple[Source, ...] = (
    Source.FIXED_ONE,
    Source.JF_FORMULA,
    Source.ABK_HEALTH,
    Source.ABK,
    Source.DECIDED_MAP,
)
LABEL_UNKNOWN = "data belum tersedia"
FLAG_NOT_APPROVED = "BELUM_DISAHKAN"


class AbkState(StrEnum):
    """State of a unit's ABK in a yearly campaign."""

    EMPTY = "belum"
    FILLED = "diisi"
    VERIFIED = "diverifikasi"
    RETURNED = "dikembalikan"
    APPROVED = "disahkan"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A need on offer. `need` in people, ten decimals; for TETAP_SATU the number of seats, for a decree its whole
    number.

    `measured_on`: day the figures stand for, from which their age is counted (None: unknown, counts as not too old).
    `year` and `state` for ABK and ABK_KES; `faults` are the codes found on the sheet.
    """

    source: Source
    need: Decimal
    measured_on: date | None = None
    year: int = 0
    state: AbkState = AbkState.APPROVED
    faults: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Need:
    """The chosen need: `need` unrounded (N), `k` whole; both None with source `data_kosong`."""

    source: Source
    need: Decimal | None
    k: int | None
    flags: tuple[str, ...] = ()
    faults: tuple[str, ...] = ()
    measured_on: date | None = None


# A later state of the same year counts before an earlier one; a returned sheet is the least settled of the filled.
_STATE_ORDER = {AbkState.RETURNED: 1, AbkState.FILLED: 2, AbkState.VERIFIED: 3, AbkState.APPROVED: 4}


def choose_version(versions: Iterable[Candidate]) -> Candidate | None:
    """Return the version that counts: the latest `disahkan`, else the latest filled one; `belum` has no figures.

    An approved sheet of an earlier year beats an unfinished one of this year. Latest is the greatest year, then the
    state furthest on (disahkan, diverifikasi, diisi, dikembalikan), then the latest `measured_on`.
    """
    filled = [version for version in versions if version.state is not AbkState.EMPTY]
    approved = [version for version in filled if version.state is AbkState.APPROVED]
    return max(
        approved or filled,
        key=lambda version: (version.year, _STATE_ORDER[version.state], version.measured_on or date.min),
        default=None,
    )


def choose(candidates: Iterable[Candidate], *, rounding: Rounding = Rounding.HALF_UP) -> Need:
    """Return the need by precedence of sources, the version inside a source by `choose_version`.

    `rounding` (setting `pembulatan_abk`) holds for ABK; ABK-Kes is rounded half up by its own rule, the other sources
    are whole numbers or rounded half up.
    """
    by_source: dict[Source, list[Candidate]] = {}
    for candidate in candidates:
        by_source.setdefault(candidate.source, []).append(candidate)
    for source in PRECEDENCE:
        found = choose_version(by_source.get(source, ()))
        if found is None:
            continue
        return Need(
            source=source,
            need=found.need,
            k=staff(found.need, rounding if source is Source.ABK else Rounding.HALF_UP),
            flags=() if found.state is AbkState.APPROVED else (FLAG_NOT_APPROVED,),
            faults=found.faults,
            measured_on=found.measured_on,
        )
    return Need(source=Source.NONE, need=None, k=None)


def is_stale(measured_on: date | None, as_of: date, months: int) -> bool:
    """Return whether figures are OLDER than so many months: on the very day they are not. Unknown day: not stale."""
    return measured_on is not None and as_of > add_months(measured_on, months)
