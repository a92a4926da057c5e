"""Formation proposals: the status flow to the ministry and the figures that may follow each other.

establishment.md 5.7: flow [V2]; `0 <= penetapan <= rekomendasi <= usulan <= formasi` [V2]; each return keeps the old
figures as a version [D]. Source of the procedure: PP 11/2017 art. 5-9 [V].
"""

from enum import StrEnum


class Status(StrEnum):
    """State of a proposal."""

    DRAFT = "draft"
    SUBMITTED = "diajukan"
    BKN_VERIFICATION = "bkn_verifikasi"
    TECHNICAL_CONSIDERATION = "pertek"
    MINISTRY_VALIDATION = "menpanrb_validasi"
    DECIDED = "ditetapkan"
    REJECTED = "ditolak"


class Step(StrEnum):
    """What happens to a proposal; `dikembalikan` is a step back to draft, not a state to stay in."""

    SUBMIT = "ajukan"
    VERIFY = "verifikasi_bkn"
    CONSIDER = "terbitkan_pertek"
    VALIDATE = "validasi_menpanrb"
    DECIDE = "tetapkan"
    RETURN = "dikembalikan"
    REJECT = "ditolak"


# (state, step) -> next state. What is not here is not possible.
FLOW: dict[tuple[Status, Step], Status] = {
    (Status.DRAFT, Step.SUBMIT): Status.SUBMITTED,  # PPK signs
    (Status.SUBMITTED, Step.VERIFY): Status.BKN_VERIFICATION,
    (Status.BKN_VERIFICATION, Step.CONSIDER): Status.TECHNICAL_CONSIDERATION,
    (Status.TECHNICAL_CONSIDERATION, Step.VALIDATE): Status.MINISTRY_VALIDATION,
    (Status.MINISTRY_VALIDATION, Step.DECIDE): Status.DECIDED,
    (Status.SUBMITTED, Step.RETURN): Status.DRAFT,
    (Status.BKN_VERIFICATION, Step.RETURN): Status.DRAFT,
    (Status.TECHNICAL_CONSIDERATION, Step.RETURN): Status.DRAFT,
    (Status.MINISTRY_VALIDATION, Step.RETURN): Status.DRAFT,
    (Status.SUBMITTED, Step.REJECT): Status.REJECTED,
    (Status.BKN_VERIFICATION, Step.REJECT): Status.REJECTED,
    (Status.TECHNICAL_CONSIDERATION, Step.REJECT): Status.REJECTED,
    (Status.MINISTRY_VALIDATION, Step.REJECT): Status.REJECTED,
}
FINAL = frozenset({Status.DECIDED, Status.REJECTED})


def next_status(status: Status, step: Step) -> Status | None:
    """Return the state after `step`, or None where the flow does not allow it."""
    return FLOW.get((status, step))


def possible_steps(status: Status) -> tuple[Step, ...]:
    """Return the steps allowed from a state, in the order of `Step`."""
    return tuple(step for step in Step if (status, step) in FLOW)


class Violation(StrEnum):
    """A broken invariant, named by the figure that is too great (or below 0)."""

    NEGATIVE = "ANGKA_NEGATIF"
    PROPOSED_ABOVE_SHORTAGE = "USULAN_MELEBIHI_FORMASI"
    RECOMMENDED_ABOVE_PROPOSED = "REKOMENDASI_MELEBIHI_USULAN"
    DECIDED_ABOVE_RECOMMENDED = "PENETAPAN_MELEBIHI_REKOMENDASI"


def violations(
    *, shortage: int, proposed: int, recommended: int | None = None, decided: int | None = None
) -> tuple[Violation, ...]:
    """Return which of `0 <= penetapan <= rekomendasi <= usulan <= formasi` do not hold; None: not there yet, so
    unchecked.

    A decision without a recommendation is measured against the proposal.
    """
    found = []
    if min(figure for figure in (shortage, proposed, recommended, decided) if figure is not None) < 0:
        found.append(Violation.NEGATIVE)
    if proposed > shortage:
        found.append(Violation.PROPOSED_ABOVE_SHORTAGE)
    if recommended is not None and recommended > proposed:
        found.append(Violation.RECOMMENDED_ABOVE_PROPOSED)
    if decided is not None and decided > (proposed if recommended is None else recommended):
        found.append(Violation.DECIDED_ABOVE_RECOMMENDED)
    return tuple(found)
