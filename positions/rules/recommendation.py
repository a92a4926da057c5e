"""One recommendation for each position: the decision table, first matching row wins.

needs-analysis.md 5 [D]: every limit is the agency's setting (`Limits`). Submission limits stand there too; removal
concerns pelaksana only, because managerial seats change by regional regulation (PP 18/2016) and functional posts
through the guiding agency (PP 11/2017) [V2].

How the text is read:
- MAN = managerial or head-duty seat. K of such a position is its number of seats (1 nearly always), so "B = 0" of row
  1 is B < K and "B > 1" of row 2 is B > K: the same for one seat, and right where an OPD has the title several times.
- "ABK" in rows 4, 5, 6 and 14 is the source ABK alone; ABK_KES, formulas and decrees are other sources of section 2.
- A condition on a figure that cannot be computed (EJ without holders, ΔN without an older run or with an older need of
  0, shares without a base, K₁ B₁ K₂ B₂ without a projection) is false.
- Shares are compared by multiplying out: g >= 25 % is K - B >= 0.25 × K; ΔN <= -30 % is N - N₀ <= -0.30 × N₀; EJ >
  1.20 is N > 1.20 × B. N has ten decimals. No quotient is ever compared, so SQL and these rules cannot differ by a
  digit.
- Row 13: B = K and B >= 1, and (all holders leave within 12 months, or K₂ > B₂ + F).
- Rows 7-16 know K, because row 4 takes every position without a source.
- The quantity is people or seats: ISI the seats to fill, HAPUS and GABUNG the people freed (B), KEMBANGKAN the people
  meant, TINJAU_BEBAN the people above the seats in row 2 and else 0, PERTAHANKAN 0.
"""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from enum import IntEnum, StrEnum

from positions.rules.levels import Group
from positions.rules.need import Source


class Kind(StrEnum):
    """What is recommended."""

    FILL = "ISI"
    REVIEW_LOAD = "TINJAU_BEBAN"
    REMOVE = "HAPUS"
    MERGE = "GABUNG"
    RECEIVE = "TERIMA"
    PROPOSE = "USUL_FORMASI"
    KEEP = "PERTAHANKAN"
    RELEASE = "LEPAS"
    DEVELOP = "KEMBANGKAN"


class Priority(IntEnum):
    """1 act this quarter, 2 this planning year, 3 note."""

    P1 = 1
    P2 = 2
    P3 = 3


@dataclass(frozen=True, slots=True)
class Limits:
    """The agency's limits, with the defaults of needs-analysis.md [D]. Shares are fractions: 0.25 is 25 %."""

    vacancy_days: int = 90
    acting_days: int = 75
    acting_legal_days: int = 90
    leaving_months: int = 12
    leaving_urgent_months: int = 6
    abk_stale_months: int = 24
    comparison_months: int = 12
    submit_months: int = 12
    movable_years: int = 2
    smallest_need: Decimal = Decimal("0.5")
    digital_share: Decimal = Decimal("0.5")
    fading_change: Decimal = Decimal("-0.30")
    emerging_change: Decimal = Decimal("0.20")
    goal_mapped_share: Decimal = Decimal("0.80")
    shortage_urgent: Decimal = Decimal("0.25")
    shortage_urgent_service: Decimal = Decimal("0.10")
    shortage_some: Decimal = Decimal("0.10")
    load_very_low: Decimal = Decimal("0.5")
    load_high: Decimal = Decimal("1.20")
    load_low: Decimal = Decimal("0.70")
    unqualified_share: Decimal = Decimal("0.50")


DEFAULT_LIMITS = Limits()


@dataclass(frozen=True, slots=True)
class Inputs:
    """All that the table looks at, for one position; counts in people, None: not known or not computable.

    `n` unrounded need; `n_before` that of the latest run at least `comparison_months` older. `leaving` and
    `leaving_urgent`: holders who leave within 12 and 6 months. `vacant_days` since the seat fell vacant, `acting_days`
    since the Plt began (None: no Plt). `stale`: the ABK is older than the limit. `digital_share`: minutes of
    digital-prone tasks ÷ all minutes. `goals_mapped_share`: share of the unit's posts linked to goals.
    `newly_linked_goal`: linked since the compared run. `is_service`: teachers and health. `below`: holders below the
    required level or field.
    """

    b: int
    k: int | None = None
    n: Decimal | None = None
    f: int = 0
    source: Source = Source.NONE
    is_man: bool = False
    group: Group = Group.PELAKSANA
    is_service: bool = False
    k1: int | None = None
    b1: int | None = None
    k2: int | None = None
    b2: int | None = None
    leaving: int = 0
    leaving_urgent: int = 0
    vacant_days: int | None = None
    acting_days: int | None = None
    has_fault: bool = False
    stale: bool = False
    n_before: Decimal | None = None
    digital_share: Decimal | None = None
    has_goal: bool = False
    goals_mapped_share: Decimal | None = None
    newly_linked_goal: bool = False
    below: int = 0
    rin: int = 0
    rout: int = 0


@dataclass(frozen=True, slots=True)
class Line:
    """One recommended action with the number of people or seats."""

    kind: Kind
    quantity: int


@dataclass(frozen=True, slots=True)
class Recommendation:
    """Answer of the table: the row that fired, its code, one line (two in row 8), priority, and the reasons.

    `reasons` are names of the figures that decided row and priority, in words of the table, for "Dasar perhitungan".
    """

    row: int
    code: str
    lines: tuple[Line, ...]
    priority: Priority
    reasons: tuple[str, ...] = ()

    @property
    def recommendation(self) -> Kind:
        return self.lines[0].kind

    @property
    def quantity(self) -> int:
        return self.lines[0].quantity


# --- figures the conditions share
# ----------------------------------------------------------------------------------------


def _k(i: Inputs) -> int:
    """K; a MAN seat without a figure is one seat (TETAP_SATU)."""
    return i.k if i.k is not None else 1 if i.is_man else 0


def has_source(i: Inputs) -> bool:
    """Return whether K has a source."""
    return i.source is not Source.NONE and i.k is not None


def load_above(i: Inputs, limit: Decimal) -> bool:
    """Return EJ > limit; false where EJ is not computable."""
    return i.n is not None and i.b > 0 and i.n > limit * i.b


def load_below(i: Inputs, limit: Decimal) -> bool:
    """Return EJ < limit; false where EJ is not computable."""
    return i.n is not None and i.b > 0 and i.n < limit * i.b


def change_at_most(i: Inputs, share: Decimal) -> bool:
    """Return ΔN <= share; false without an older need above 0."""
    return i.n is not None and i.n_before is not None and i.n_before > 0 and i.n - i.n_before <= share * i.n_before


def change_at_least(i: Inputs, share: Decimal) -> bool:
    """Return ΔN >= share; false without an older need above 0."""
    return i.n is not None and i.n_before is not None and i.n_before > 0 and i.n - i.n_before >= share * i.n_before


def is_emerging(i: Inputs, limits: Limits) -> bool:
    """Return ΔN >= +20 % or a newly linked goal."""
    return i.newly_linked_goal or change_at_least(i, limits.emerging_change)


def _shortage_share_at_least(i: Inputs, share: Decimal) -> bool:
    return _k(i) > 0 and _k(i) - i.b >= share * _k(i)


def _small_abk(i: Inputs, limits: Limits) -> bool:
    return i.source is Source.ABK and i.n is not None and i.n < limits.smallest_need


def _all_leave(i: Inputs) -> bool:
    return i.b >= 1 and i.leaving >= i.b


def _two_years_short(i: Inputs) -> bool:
    return i.k2 is not None and i.b2 is not None and i.k2 > i.b2 + i.f


def _p2_if_held(i: Inputs, limits: Limits) -> Priority:
    return Priority.P2 if i.b > 0 else Priority.P3


def _one_higher(priority: Priority) -> Priority:
    return Priority(max(1, priority - 1))


# --- conditions and priorities, by row
# -----------------------------------------------------------------------------------


def _row_1(i: Inputs, limits: Limits) -> bool:
    return i.is_man and i.b < _k(i)


def _priority_1(i: Inputs, limits: Limits) -> Priority:
    long_vacant = i.vacant_days is not None and i.vacant_days > limits.vacancy_days
    if i.acting_days is None or i.acting_days >= limits.acting_days or long_vacant:
        return Priority.P1
    return Priority.P2


def _row_2(i: Inputs, limits: Limits) -> bool:
    return i.is_man and i.b > _k(i)


def _row_3(i: Inputs, limits: Limits) -> bool:
    return i.is_man and i.leaving > 0


def _priority_3(i: Inputs, limits: Limits) -> Priority:
    return Priority.P1 if i.leaving_urgent > 0 else Priority.P2


def _row_4(i: Inputs, limits: Limits) -> bool:
    return not i.is_man and (not has_source(i) or (i.source is Source.ABK and (i.has_fault or i.stale)))


def _code_4(i: Inputs) -> str:
    if not has_source(i):
        return "ABK_BELUM_ADA"
    return "ABK_DIPERIKSA" if i.has_fault else "ABK_KEDALUWARSA"


def _row_5(i: Inputs, limits: Limits) -> bool:
    return (
        not i.is_man
        and i.group is Group.PELAKSANA
        and _small_abk(i, limits)
        and i.digital_share is not None
        and i.digital_share >= limits.digital_share
        and change_at_most(i, limits.fading_change)
        and not i.has_goal
        and i.goals_mapped_share is not None
        and i.goals_mapped_share >= limits.goal_mapped_share
    )


def _row_6(i: Inputs, limits: Limits) -> bool:
    return not i.is_man and _small_abk(i, limits)


def _row_7(i: Inputs, limits: Limits) -> bool:
    return not i.is_man and i.b < _k(i) and i.f >= _k(i) - i.b


def _priority_7(i: Inputs, limits: Limits) -> Priority:
    return Priority.P1 if i.b == 0 else Priority.P2


def _row_8(i: Inputs, limits: Limits) -> bool:
    return not i.is_man and i.b < _k(i) and i.rin >= 1


def _lines_8(i: Inputs) -> tuple[Line, ...]:
    rest = _k(i) - i.b - i.f - i.rin
    received = Line(Kind.RECEIVE, i.rin)
    return (received, Line(Kind.PROPOSE, rest)) if rest > 0 else (received,)


def _priority_8(i: Inputs, limits: Limits) -> Priority:
    return Priority.P1 if i.b == 0 or _shortage_share_at_least(i, limits.shortage_urgent) else Priority.P2


def _row_9(i: Inputs, limits: Limits) -> bool:
    return not i.is_man and i.b < _k(i)


def _priority_9(i: Inputs, limits: Limits) -> Priority:
    urgent = limits.shortage_urgent_service if i.is_service else limits.shortage_urgent
    if i.b == 0 or _shortage_share_at_least(i, urgent):
        priority = Priority.P1
    elif _shortage_share_at_least(i, limits.shortage_some):
        priority = Priority.P2
    else:
        priority = Priority.P3
    return _one_higher(priority) if is_emerging(i, limits) else priority


def _row_10(i: Inputs, limits: Limits) -> bool:
    return not i.is_man and i.b > _k(i) and i.k1 is not None and i.b1 is not None and i.b1 <= i.k1


def _row_11(i: Inputs, limits: Limits) -> bool:
    return not i.is_man and i.b > _k(i) and i.rout >= 1


def _priority_11(i: Inputs, limits: Limits) -> Priority:
    return Priority.P1 if load_below(i, limits.load_very_low) else Priority.P2


def _row_12(i: Inputs, limits: Limits) -> bool:
    return not i.is_man and i.b > _k(i)


def _priority_12(i: Inputs, limits: Limits) -> Priority:
    return Priority.P2 if load_below(i, limits.load_very_low) else Priority.P3


def _row_13(i: Inputs, limits: Limits) -> bool:
    return not i.is_man and i.b == _k(i) and i.b >= 1 and (_all_leave(i) or _two_years_short(i))


def _lines_13(i: Inputs) -> tuple[Line, ...]:
    ahead = i.k2 - i.b2 - i.f if i.k2 is not None and i.b2 is not None else 0
    return (Line(Kind.PROPOSE, max(1, ahead)),)


def _priority_13(i: Inputs, limits: Limits) -> Priority:
    priority = Priority.P1 if i.b == 1 and _all_leave(i) else Priority.P2
    return _one_higher(priority) if is_emerging(i, limits) else priority


def _row_14(i: Inputs, limits: Limits) -> bool:
    return (
        not i.is_man
        and i.b == _k(i)
        and i.source is Source.ABK
        and (load_above(i, limits.load_high) or load_below(i, limits.load_low))
    )


def _priority_14(i: Inputs, limits: Limits) -> Priority:
    return Priority.P2 if load_above(i, limits.load_high) else Priority.P3


def _row_15(i: Inputs, limits: Limits) -> bool:
    return i.below > 0


def _priority_15(i: Inputs, limits: Limits) -> Priority:
    return Priority.P2 if i.below >= limits.unqualified_share * i.b else Priority.P3


def _always(i: Inputs, limits: Limits) -> bool:
    return True


def _p1(i: Inputs, limits: Limits) -> Priority:
    return Priority.P1


def _p3(i: Inputs, limits: Limits) -> Priority:
    return Priority.P3


def _one(kind: Kind, quantity: Callable[[Inputs], int]) -> Callable[[Inputs], tuple[Line, ...]]:
    return lambda i: (Line(kind, quantity(i)),)


def _code(code: str) -> Callable[[Inputs], str]:
    return lambda i: code


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the table: condition, lines, priority, code, and the figures it rests on."""

    number: int
    code: Callable[[Inputs], str]
    fires: Callable[[Inputs, Limits], bool]
    lines: Callable[[Inputs], tuple[Line, ...]]
    priority: Callable[[Inputs, Limits], Priority]
    figures: tuple[str, ...]


TABLE: tuple[Row, ...] = (
    Row(1, _code("LOWONG_MANAJERIAL"), _row_1, _one(Kind.FILL, lambda i: _k(i) - i.b), _priority_1,
        ("b", "k", "vacant_days", "acting_days")),
    Row(2, _code("PEMANGKU_GANDA"), _row_2, _one(Kind.REVIEW_LOAD, lambda i: i.b - _k(i)), _p1,
        ("b", "k")),
    Row(3, _code("SEGERA_LOWONG"), _row_3, _one(Kind.FILL, lambda i: i.leaving), _priority_3,
        ("leaving", "leaving_urgent")),
    Row(4, _code_4, _row_4, _one(Kind.REVIEW_LOAD, lambda i: 0), _p2_if_held,
        ("source", "has_fault", "stale", "b")),
    Row(5, _code("BEBAN_MEMUDAR"), _row_5, _one(Kind.REMOVE, lambda i: i.b), _p2_if_held,
        ("n", "n_before", "digital_share", "has_goal", "goals_mapped_share", "b")),
    Row(6, _code("BEBAN_KURANG_SETENGAH"), _row_6, _one(Kind.MERGE, lambda i: i.b), _p2_if_held,
        ("n", "b")),
    Row(7, _code("FORMASI_DITETAPKAN"), _row_7, _one(Kind.FILL, lambda i: _k(i) - i.b), _priority_7,
        ("k", "b", "f")),
    Row(8, _code("ADA_KELEBIHAN_LAIN"), _row_8, _lines_8, _priority_8,
        ("k", "b", "f", "rin")),
    Row(9, _code("KEKURANGAN"), _row_9, _one(Kind.PROPOSE, lambda i: _k(i) - i.b - i.f), _priority_9,
        ("k", "b", "f", "is_service", "n", "n_before", "newly_linked_goal")),
    Row(10, _code("TERSERAP_PENSIUN"), _row_10, _one(Kind.KEEP, lambda i: 0), _p3,
        ("k", "b", "k1", "b1")),
    Row(11, _code("KELEBIHAN_ADA_PENERIMA"), _row_11, _one(Kind.RELEASE, lambda i: i.rout), _priority_11,
        ("k", "b", "rout", "n")),
    Row(12, _code("KELEBIHAN_TANPA_PENERIMA"), _row_12, _one(Kind.DEVELOP, lambda i: i.b - _k(i)), _priority_12,
        ("k", "b", "n")),
    Row(13, _code("AKAN_KEKURANGAN"), _row_13, _lines_13, _priority_13,
        ("k", "b", "f", "leaving", "k2", "b2", "n", "n_before", "newly_linked_goal")),
    Row(14, _code("BEBAN_TIDAK_SEIMBANG"), _row_14, _one(Kind.REVIEW_LOAD, lambda i: 0), _priority_14,
        ("n", "b")),
    Row(15, _code("KUALIFIKASI_BELUM_SESUAI"), _row_15, _one(Kind.DEVELOP, lambda i: i.below), _priority_15,
        ("below", "b")),
    Row(16, _code("SESUAI"), _always, _one(Kind.KEEP, lambda i: 0), _p3,
        ("k", "b")),
)  # fmt: skip

MAN_ROWS = frozenset({1, 2, 3, 15, 16})
LEADING_ROWS = frozenset(range(1, 7))
CODES = frozenset({row.code(Inputs(b=0)) for row in TABLE}) | {"ABK_DIPERIKSA", "ABK_KEDALUWARSA"}


def leading_row(inputs: Inputs, limits: Limits = DEFAULT_LIMITS) -> int | None:
    """Return the row 1..6 that fires, else None. Rows 1-6 do not look at Rin and Rout, which need this answer first."""
    return next((row.number for row in TABLE if row.number in LEADING_ROWS and row.fires(inputs, limits)), None)


def decide(inputs: Inputs, limits: Limits = DEFAULT_LIMITS) -> Recommendation:
    """Return the recommendation of the first row that fires; row 16 always does."""
    row = next(row for row in TABLE if row.fires(inputs, limits))
    return Recommendation(
        row=row.number,
        code=row.code(inputs),
        lines=row.lines(inputs),
        priority=row.priority(inputs, limits),
        reasons=tuple(name for name in row.figures if getattr(inputs, name) is not None),
    )


# --- submission
# ----------------------------------------------------------------------------------------------------------

NEEDS_FRESH_BASIS = frozenset({Kind.REMOVE, Kind.MERGE, Kind.PROPOSE})


def may_submit(kind: Kind, *, source: Source, approved: bool, too_old: bool, of_this_year: bool) -> bool:
    """Return whether an accepted recommendation may be SUBMITTED (needs-analysis.md 5).

    HAPUS, GABUNG and USUL_FORMASI rest on a `disahkan` ABK (or ABK-Kes) not older than `submit_months` (`too_old` by
    need.is_stale), or on a formula or decided K of this year. Everything else may always go on.
    """
    if kind not in NEEDS_FRESH_BASIS:
        return True
    if source in (Source.ABK, Source.ABK_HEALTH):
        return approved and not too_old
    return source in (Source.JF_FORMULA, Source.DECIDED_MAP) and of_this_year
