"""What a line of the demo's decided proposal asks for: entry-level jobs with education and income (DATA CONTOH)."""

from datetime import date

from positions.demo.catalogue import JobSpec, Study
from positions.demo.people import PPPK_GROUP, START_RANK
from positions.rules.levels import PPPK_GROUPS, RANK_BY_ID, Level, education_order
from positions.rules.numbers import add_months
from positions.rules.salary import Scheme, salary

# Levels that are entered by an intake; the ones above are reached by promotion (PP 11/2017).
ENTRY = frozenset({Level.PELAKSANA, Level.PEMULA, Level.TERAMPIL, Level.AHLI_PERTAMA})
# Months ago of the analysis that a decided proposal rests on (`demo.analyses`).
BASIS_MONTHS_AGO = 15


def year_of(day: date) -> int:
    """Return the year of the decided proposal: that of the analysis it rests on."""
    return add_months(day, -BASIS_MONTHS_AGO).year


def studies_of(spec: JobSpec) -> tuple[Study, ...]:
    """Return the educations that a line asks for: those of the required level, else every one that reaches it."""
    needed = education_order(spec.education) or 0
    fits = [study for study in spec.studies if (education_order(study.level) or 0) >= needed]
    exact = [study for study in fits if study.level == spec.education]
    return tuple(exact or fits)


def income_of(intake: str, studies: tuple[Study, ...]) -> tuple[int, int]:
    """Return the lowest and highest income a month, in rupiah: the basic salary of the first grade, and half as much
    again (invented allowances)."""
    levels = [study.level for study in studies]
    if intake == "CPNS":
        grades = [RANK_BY_ID[START_RANK[level][0]].code for level in levels]
        amounts = [salary(Scheme.PNS, grade, 0).amount for grade in grades]
    else:
        amounts = [salary(Scheme.PPPK, PPPK_GROUPS[PPPK_GROUP[level] - 1], 0).amount for level in levels]
    lowest = min(amounts) // 1000 * 1000
    return lowest, max(amounts) * 3 // 2000 * 1000
