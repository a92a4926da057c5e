"""Signals: what stays visible beside the one recommendation, each with its figures.

needs-analysis.md 5 [D] "other signals (acting limit, vacancy, emerging, rank fit, single holder) stay visible"; limits
are the agency's (`recommendation.Limits`). The legal term of an acting officer (Plt), three months and renewable, is
[M].

Definitions where the text gives none [D]:
- overloaded EJ > 1.20, underused EJ < 0.70, both for every source of N, not for MAN seats;
- fading ΔN <= -30 %: the mirror of emerging (ΔN >= +20 % or a newly linked goal); the other marks of row 5 are
  evidence;
- single holder: B = 1 and nobody else in the agency holds the job; not for MAN seats, which always have one;
- vacancy beyond the limit: fewer holders than K and vacant for more than 90 days;
- acting limit: Plt since >= 75 days; evidence says whether the legal term is past too.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from positions.rules.need import FLAG_NOT_APPROVED
from positions.rules.numbers import quotient
from positions.rules.recommendation import (
    DEFAULT_LIMITS,
    Inputs,
    Limits,
    change_at_least,
    change_at_most,
    has_source,
    load_above,
    load_below,
)

Evidence = Mapping[str, Decimal | int | bool | str | None]


class Code(StrEnum):
    """Signal codes, in the order they are reported."""

    NO_NEED = "KEBUTUHAN_BELUM_ADA"
    NOT_APPROVED = FLAG_NOT_APPROVED
    OVERLOADED = "BEBAN_BERLEBIH"
    UNDERUSED = "BEBAN_RENDAH"
    FADING = "MEMUDAR"
    EMERGING = "TUMBUH"
    SINGLE_HOLDER = "PEMANGKU_TUNGGAL"
    ACTING_LIMIT = "BATAS_PLT"
    LONG_VACANT = "LOWONG_LAMA"
    LEAVING_SOON = "SEGERA_PENSIUN"
    RANK_MISFIT = "PANGKAT_TIDAK_SESUAI"
    EDUCATION_GAP = "PENDIDIKAN_BELUM_SESUAI"
    OUTSIDE_FORMATION = "DI_LUAR_FORMASI"
    WITHOUT_GOAL = "TANPA_SASARAN"


@dataclass(frozen=True, slots=True)
class Signal:
    """A code with the figures that show it; limits are among them, so nobody has to look them up."""

    code: Code
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class Facts:
    """What signals look at beyond the decision table's inputs.

    `job_holders`: people who hold the same job in the whole agency. `rank_misfits`: holders whose rank is below or
    above the post's range. `k_decided`: decided formation, None: no decree.
    """

    job_holders: int = 0
    rank_misfits: int = 0
    k_decided: int | None = None
    flags: tuple[str, ...] = ()


def signals(inputs: Inputs, facts: Facts, limits: Limits = DEFAULT_LIMITS) -> list[Signal]:
    """Return the signals of a position in the order of `Code`."""
    i = inputs
    found: list[Signal] = []

    def add(code: Code, **evidence: Decimal | int | bool | str | None) -> None:
        found.append(Signal(code, evidence))

    if not i.is_man:
        if not has_source(i):
            add(Code.NO_NEED, source=i.source)
        if FLAG_NOT_APPROVED in facts.flags:
            add(Code.NOT_APPROVED, source=i.source)
        if i.n is not None and i.b > 0:
            if load_above(i, limits.load_high):
                add(Code.OVERLOADED, effectiveness=quotient(i.n, i.b), limit=limits.load_high, n=i.n, b=i.b)
            if load_below(i, limits.load_low):
                add(Code.UNDERUSED, effectiveness=quotient(i.n, i.b), limit=limits.load_low, n=i.n, b=i.b)
        if change_at_most(i, limits.fading_change):
            add(
                Code.FADING, change=_change(i), limit=limits.fading_change, n=i.n, n_before=i.n_before,
                digital_share=i.digital_share, has_goal=i.has_goal,
            )  # fmt: skip
        if i.newly_linked_goal or change_at_least(i, limits.emerging_change):
            add(
                Code.EMERGING, change=_change(i), limit=limits.emerging_change, n=i.n, n_before=i.n_before,
                newly_linked_goal=i.newly_linked_goal,
            )  # fmt: skip
        if i.b == 1 and facts.job_holders == 1:
            add(Code.SINGLE_HOLDER, job_holders=1, leaving=i.leaving, leaving_urgent=i.leaving_urgent)
    if i.acting_days is not None and i.acting_days >= limits.acting_days:
        add(
            Code.ACTING_LIMIT, acting_days=i.acting_days, limit=limits.acting_days,
            legal_limit=limits.acting_legal_days, past_legal_limit=i.acting_days > limits.acting_legal_days,
        )  # fmt: skip
    seats = i.k if i.k is not None else 1 if i.is_man else 0
    if i.b < seats and i.vacant_days is not None and i.vacant_days > limits.vacancy_days:
        add(Code.LONG_VACANT, vacant_days=i.vacant_days, limit=limits.vacancy_days, b=i.b, k=seats)
    if i.leaving > 0:
        add(Code.LEAVING_SOON, leaving=i.leaving, leaving_urgent=i.leaving_urgent, months=limits.leaving_months, b=i.b)
    if facts.rank_misfits > 0:
        add(Code.RANK_MISFIT, rank_misfits=facts.rank_misfits, b=i.b)
    if i.below > 0:
        add(Code.EDUCATION_GAP, below=i.below, b=i.b)
    if facts.k_decided is not None and i.b > facts.k_decided:
        add(Code.OUTSIDE_FORMATION, b=i.b, k_decided=facts.k_decided, beyond=i.b - facts.k_decided)
    if _without_goal(i, limits):
        add(Code.WITHOUT_GOAL, goals_mapped_share=i.goals_mapped_share, limit=limits.goal_mapped_share)
    return found


def _change(i: Inputs) -> Decimal | None:
    """Return ΔN as a share with ten decimals, None where it is not computable."""
    if i.n is None or i.n_before is None or i.n_before <= 0:
        return None
    return quotient(i.n - i.n_before, i.n_before)


def _without_goal(i: Inputs, limits: Limits) -> bool:
    """No goal says something only where the unit has mapped most of its posts."""
    return not i.has_goal and i.goals_mapped_share is not None and i.goals_mapped_share >= limits.goal_mapped_share
