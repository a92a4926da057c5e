"""The states of a unit's workload sheet (ABK) in a campaign: belum · diisi · diverifikasi · dikembalikan · disahkan."""

from dataclasses import dataclass
from datetime import date

EMPTY, FILLED, VERIFIED, RETURNED, APPROVED = "belum", "diisi", "diverifikasi", "dikembalikan", "disahkan"


@dataclass(frozen=True, slots=True)
class Step:
    """From which states a sheet may go to `to`; whether the unit or the organisation bureau takes the step."""

    origins: frozenset[str]
    to: str
    by_unit: bool = False
    needs_note: bool = False


STEPS: dict[str, Step] = {
    "submit": Step(frozenset({EMPTY, RETURNED}), FILLED, by_unit=True),
    "verify": Step(frozenset({FILLED}), VERIFIED),
    "return": Step(frozenset({FILLED, VERIFIED}), RETURNED, needs_note=True),
    "approve": Step(frozenset({VERIFIED}), APPROVED),
}
# Steps that none of the sheet's writers takes.
JUDGING = frozenset({"verify", "approve"})
# The unit may change figures while the sheet lies with it, or before anybody verified it.
EDITABLE = frozenset({EMPTY, FILLED, RETURNED})
# The unit has still to do its part.
WITH_UNIT = frozenset({EMPTY, RETURNED})


def steps_from(state: str) -> list[str]:
    """Return the steps that are open from `state`, in the order of `STEPS`."""
    return [name for name, step in STEPS.items() if state in step.origins]


def is_late(state: str, deadline: date, day: date) -> bool:
    """Whether a unit has let the deadline (its last day) pass without filling in its sheet."""
    return day > deadline and state in WITH_UNIT
