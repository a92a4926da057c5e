"""Need of health workers by workload (ABK-Kes): main tasks by standard, support time as a divisor.

Formula: establishment.md 5.5 [V2: Permenkes 33/2015, six steps]; effective time 72,000 minutes a year [V2].

Exact definition, for SQL too: SDM = JKT × STP = Σ (volume × norm) ÷ (WKT − Σ support), rounded half up to ten decimals
once. The steps in between (SBK, JKT, FTP, STP) are shown, not used, so a form that rounds STP to two decimals may
differ.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from positions.rules.numbers import exact_product, exact_quotient, whole_half_up

DEFAULT_MINUTES_A_YEAR = 72_000


@dataclass(frozen=True, slots=True)
class MainTask:
    """A main task (tugas pokok): results a year and norm time in minutes."""

    volume: Decimal
    minutes: Decimal


@dataclass(frozen=True, slots=True)
class HealthWorkload:
    """Steps and result. `standards` (SBK) in results a year and person, by task; `support_percent` is FTP; `need` is
    SDM. `main_parts` are the tasks' shares of JKT (volume ÷ SBK), `support_parts` those of FTP, in the order given.

    `load` is main tasks plus support, minutes a year: need × WKT is greater, because support grows with every person.
    """

    standards: tuple[Decimal, ...]
    main_staff: Decimal
    support_percent: Decimal
    support_factor: Decimal
    need: Decimal
    staff: int
    load: Decimal
    main_parts: tuple[Decimal, ...] = ()
    support_parts: tuple[Decimal, ...] = ()


def health_workload(
    tasks: Iterable[MainTask],
    support_minutes: Iterable[Decimal] = (),
    *,
    minutes_a_year: int = DEFAULT_MINUTES_A_YEAR,
) -> HealthWorkload:
    """Return the need of health workers.

    Raises ValueError where effective time, a volume or a norm time is not positive, support time is negative, or
    support takes the whole effective time (FTP >= 100 %).
    """
    if minutes_a_year <= 0:
        raise ValueError(f"minutes_a_year must be positive, got {minutes_a_year}")
    rows = tuple(tasks)
    if any(task.volume <= 0 or task.minutes <= 0 for task in rows):
        raise ValueError("volume and minutes of a main task must be positive")
    supports = tuple(support_minutes)
    if any(minutes < 0 for minutes in supports):
        raise ValueError("support minutes must not be negative")
    support = sum(supports, Decimal(0))
    if support >= minutes_a_year:
        raise ValueError(f"support time of {support} minutes leaves nothing of {minutes_a_year}")

    main = sum((exact_product(task.volume, task.minutes) for task in rows), Decimal(0))
    remaining = Fraction(minutes_a_year) - Fraction(support)
    need = exact_quotient(Fraction(main) / remaining)
    return HealthWorkload(
        standards=tuple(exact_quotient(Fraction(minutes_a_year) / Fraction(task.minutes)) for task in rows),
        main_staff=exact_quotient(Fraction(main) / minutes_a_year),
        support_percent=exact_quotient(Fraction(support) * 100 / minutes_a_year),
        support_factor=exact_quotient(Fraction(minutes_a_year) / remaining),
        need=need,
        staff=whole_half_up(need),
        load=main + support,
        main_parts=tuple(
            exact_quotient(Fraction(exact_product(task.volume, task.minutes)) / minutes_a_year) for task in rows
        ),
        support_parts=tuple(exact_quotient(Fraction(minutes) * 100 / minutes_a_year) for minutes in supports),
    )


def need_of_loads(
    main: Iterable[Decimal], support: Iterable[Decimal], *, minutes_a_year: int = DEFAULT_MINUTES_A_YEAR
) -> Decimal | None:
    """Return the need (SDM) of loads in minutes a year; None without a main task, or where support takes all the
    time."""
    rows, supports = [MainTask(load, Decimal(1)) for load in main], tuple(support)
    if not rows or sum(supports, Decimal(0)) >= minutes_a_year:
        return None
    return health_workload(rows, supports, minutes_a_year=minutes_a_year).need
