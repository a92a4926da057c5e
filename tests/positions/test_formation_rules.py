import pytest

from positions.rules.formation import FINAL, FLOW, Status, Step, Violation, next_status, possible_steps, violations

WAY = [Step.SUBMIT, Step.VERIFY, Step.CONSIDER, Step.VALIDATE, Step.DECIDE]


def test_the_straight_way_ends_decided():
    status = Status.DRAFT
    passed = [status]
    for step in WAY:
        status = next_status(status, step)
        passed.append(status)

    assert passed == ["draft", "diajukan", "bkn_verifikasi", "pertek", "menpanrb_validasi", "ditetapkan"]


def test_every_status_and_every_step_is_in_the_flow():
    assert {status for status, _ in FLOW} | set(FLOW.values()) == set(Status)
    assert {step for _, step in FLOW} == set(Step)


def test_only_what_is_under_way_can_be_returned_or_rejected():
    under_way = set(Status) - FINAL - {Status.DRAFT}

    assert {s for s in Status if next_status(s, Step.RETURN) is Status.DRAFT} == under_way
    assert {s for s in Status if next_status(s, Step.REJECT) is Status.REJECTED} == under_way


@pytest.mark.parametrize("status", sorted(FINAL))
def test_the_end_is_the_end(status):
    assert possible_steps(status) == ()


def test_no_state_is_skipped():
    assert next_status(Status.DRAFT, Step.DECIDE) is None
    assert possible_steps(Status.DRAFT) == (Step.SUBMIT,)


@pytest.mark.parametrize(
    ("shortage", "proposed", "recommended", "decided", "found"),
    [
        (5, 5, 4, 4, ()),
        (5, 0, None, None, ()),
        (5, 6, None, None, (Violation.PROPOSED_ABOVE_SHORTAGE,)),
        (5, 5, 6, None, (Violation.RECOMMENDED_ABOVE_PROPOSED,)),
        (5, 5, 3, 4, (Violation.DECIDED_ABOVE_RECOMMENDED,)),
        (5, 3, None, 4, (Violation.DECIDED_ABOVE_RECOMMENDED,)),
        (5, 3, 3, -1, (Violation.NEGATIVE,)),
        (-1, 0, None, None, (Violation.NEGATIVE, Violation.PROPOSED_ABOVE_SHORTAGE)),
    ],
)
def test_figures_never_grow_on_the_way(shortage, proposed, recommended, decided, found):
    assert violations(shortage=shortage, proposed=proposed, recommended=recommended, decided=decided) == found
