"""Personnel spending as a share of the regional budget (APBD), now and with a formation proposal.

UU 1/2022 art. 146 [M]: at most 30 % from 2027 (establishment.md 5.7). A warning, never a refusal: what is spent on
whom is decided with the budget, not with the proposal.
"""

from dataclasses import dataclass
from decimal import Decimal

from positions.rules.numbers import exact_product, quotient


@dataclass(frozen=True, slots=True)
class Share:
    """Shares of the budget with ten decimals; money in the unit of the inputs. None: cannot be computed."""

    now: Decimal | None
    added: Decimal | None
    proposed: Decimal | None
    is_over_now: bool
    is_over_proposed: bool


def personnel_share(
    total: Decimal | None, personnel: Decimal | None, person_cost: Decimal | None, people: int, limit: Decimal
) -> Share:
    """Return the share now and with `people` more at `person_cost` a year each; `limit` is a share (0.30 is 30 %).

    The share with the proposal may be known to equal the one now: nobody proposed costs nothing, at any price. Limits
    are compared by multiplication, exactly; the limit itself is not over it. Raises ValueError for a total of 0 or
    less, or for a negative figure.
    """
    if total is not None and total <= 0:
        raise ValueError(f"total must be above 0, got {total}")
    if people < 0 or any(money is not None and money < 0 for money in (personnel, person_cost)):
        raise ValueError("figures must not be negative")
    added = Decimal(0) if people == 0 else None if person_cost is None else exact_product(person_cost, people)
    if total is None or personnel is None:
        return Share(None, added, None, False, False)
    most = exact_product(limit, total)
    after = None if added is None else personnel + added
    return Share(
        now=quotient(personnel, total),
        added=added,
        proposed=None if after is None else quotient(after, total),
        is_over_now=personnel > most,
        is_over_proposed=after is not None and after > most,
    )
