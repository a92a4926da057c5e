"""Retirement age (batas usia pensiun, BUP) and pension date (TMT pensiun).

BUP by level: establishment.md 4.1 [V2: UU 20/2023 art. 55; V: PP 11/2017 art. 239 for functional positions];
exceptions 4.2 [V: SIASN reference; laws M]; policy `individual or job's own or level's` [D]; pension date 4.3 [V2; no
article text found].
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import MAXYEAR, date, timedelta
from functools import lru_cache

from positions.rules.levels import Level
from positions.rules.numbers import add_years, first_of_next_month

BUP_OF_LEVEL: dict[Level, int] = {
    Level.JPT_UTAMA: 60,
    Level.JPT_MADYA: 60,
    Level.JPT_PRATAMA: 60,
    Level.ADMINISTRATOR: 58,
    Level.PENGAWAS: 58,
    Level.PELAKSANA: 58,
    Level.PEMULA: 58,
    Level.TERAMPIL: 58,
    Level.MAHIR: 58,
    Level.PENYELIA: 58,
    Level.AHLI_PERTAMA: 58,
    Level.AHLI_MUDA: 58,
    Level.AHLI_MADYA: 60,
    Level.AHLI_UTAMA: 65,
}

# First words of the job's name (upper case), level (None: every level) and age. The longest match counts. The other
# titles whose SIASN age differs (38 Ahli Utama at 60, three Madya at 58) are not rules but warnings (4.2).
SPECIAL_BUP: tuple[tuple[str, Level | None, int], ...] = (
    ("GURU", None, 60),  # UU 14/2005 art. 30 [M]
    ("DOSEN ASISTEN AHLI", None, 65),  # UU 14/2005 art. 67 [M]
    ("DOSEN LEKTOR", None, 65),
    ("DOSEN PROFESOR", None, 70),
    ("PENELITI", Level.AHLI_MADYA, 65),  # UU 11/2019 [M]
    ("PENELITI", Level.AHLI_UTAMA, 70),
    ("PEREKAYASA", Level.AHLI_MADYA, 65),
    ("PEREKAYASA", Level.AHLI_UTAMA, 70),
    ("PRANATA NUKLIR", Level.AHLI_MADYA, 65),
    ("JAKSA", None, 60),  # UU 11/2021 [M]; SIASN still holds 62 for nine of ten rows
    ("AJUN JAKSA", None, 60),
)


# The one office of a lecturer under the names that it goes by alone (UU 14/2005 art. 1 no. 3, 48: guru besar is the
# professor); the longest match would take the first of them for a teacher.
SAME_OFFICE = {"GURU BESAR": "DOSEN PROFESOR", "PROFESOR": "DOSEN PROFESOR", "DOSEN GURU BESAR": "DOSEN PROFESOR"}


@dataclass(frozen=True, slots=True)
class Ages:
    """Retirement ages in force on a day, in years: by level, and those that laws give by the job's name.

    The rulebook's parameters `bup.*` say them; the constants above are what it was filled with.
    """

    of_level: Mapping[Level, int]
    special: tuple[tuple[str, Level | None, int], ...]


DEFAULT_AGES = Ages(BUP_OF_LEVEL, SPECIAL_BUP)

WARNING_SIASN_DIFFERS = "BUP_SIASN_BERBEDA"
WARNING_NOT_A_TYPICAL_AGE = "BUP_TIDAK_LAZIM"
TYPICAL_AGES = frozenset({58, 60, 62, 65, 70})


@dataclass(frozen=True, slots=True)
class Retirement:
    """Age in years, the birthday it is reached on, the first day retired, the last day active, and warnings."""

    age: int
    reaches_on: date
    retires_on: date
    last_active_day: date
    warnings: tuple[str, ...] = ()


# A list asks for the same few hundred jobs again and again.
@lru_cache(maxsize=4096)
def special_bup(
    job_name: str, level: Level, special: tuple[tuple[str, Level | None, int], ...] = SPECIAL_BUP
) -> int | None:
    """Return the age that a law gives this job apart from its level, or None."""
    name = " ".join(job_name.upper().split())
    name = next((same for other, same in SAME_OFFICE.items() if name == other or name.startswith(f"{other} ")), name)
    matches = [
        (len(words), age)
        for words, only_level, age in special
        if (name == words or name.startswith(words + " ")) and only_level in (None, level)
    ]
    return max(matches)[1] if matches else None


def retirement_age(
    level: Level,
    *,
    job_name: str = "",
    job_bup: int | None = None,
    individual: int | None = None,
    ages: Ages = DEFAULT_AGES,
) -> int:
    """Return the age that counts: the person's own, else the job's own (given or by name), else the level's."""
    return individual or job_bup or special_bup(job_name, level, ages.special) or ages.of_level[level]


def reaches_on(birth_date: date, age: int) -> date:
    """Return the birthday on which `age` is reached; 29 February becomes 28 February in a common year."""
    return add_years(birth_date, age)


def is_beyond_calendar(birth_date: date, age: int) -> bool:
    """Whether no day can be told: an impossible birth date that an old file brought."""
    return birth_date.year + age >= MAXYEAR


def retires_on(birth_date: date, age: int, released_on: date | None = None) -> date:
    """Return the first day retired: the 1st of the month after the birthday's month, also for a birthday on the 1st.

    `released_on`: the day a post with a higher age was lost. Who is by then past the new post's age retires on the 1st
    of the month after the release (4.3 [M, practice]); for everybody else it changes nothing.
    """
    first_day = first_of_next_month(reaches_on(birth_date, age))
    # Whoever reaches the age after the release retires in a later month anyway, so the greater date is right for all.
    return first_day if released_on is None else max(first_day, first_of_next_month(released_on))


def retirement(
    birth_date: date,
    level: Level,
    *,
    job_name: str = "",
    job_bup: int | None = None,
    siasn_bup: int | None = None,
    individual: int | None = None,
    released_on: date | None = None,
    ages: Ages = DEFAULT_AGES,
) -> Retirement:
    """Return when a holder of this position retires; `released_on` as in `retires_on`."""
    age = retirement_age(level, job_name=job_name, job_bup=job_bup, individual=individual, ages=ages)
    first_day = retires_on(birth_date, age, released_on)
    warnings = []
    if siasn_bup and siasn_bup != age:
        warnings.append(WARNING_SIASN_DIFFERS)
    if age not in TYPICAL_AGES:
        warnings.append(WARNING_NOT_A_TYPICAL_AGE)
    return Retirement(
        age=age,
        reaches_on=reaches_on(birth_date, age),
        retires_on=first_day,
        last_active_day=first_day - timedelta(days=1),
        warnings=tuple(warnings),
    )


def retires_in_year(day: date, year: int) -> bool:
    """Return whether a pension date falls in the calendar year, as planning lists count it (4.3 [D])."""
    return day.year == year
