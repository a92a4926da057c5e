"""The job-analysis document (anjab): its 15 elements, how complete it is, its states, its yearly review.

Source: PermenPANRB 1/2020 and Peraturan BKN 9/2022 article 3: fifteen elements, set by the PPK, reviewed every year.
Completeness = elements with at least one entry ÷ 15 (a design rule of the product).
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

from positions.rules.numbers import add_months


class Part(StrEnum):
    """What an entry of a document says; several parts may make one element."""

    TRAINING_MANAGERIAL = "diklat_manajerial"
    TRAINING_TECHNICAL = "diklat_teknis"
    TRAINING_FUNCTIONAL = "diklat_fungsional"
    EXPERIENCE = "pengalaman"
    TASK = "tugas"
    OUTPUT = "hasil"
    MATERIAL = "bahan"
    TOOL = "perangkat"
    RESPONSIBILITY = "tanggung_jawab"
    AUTHORITY = "wewenang"
    RELATION = "korelasi"
    SURROUNDINGS = "kondisi_lingkungan"
    RISK = "risiko"
    SKILL = "keterampilan"
    APTITUDE = "bakat"
    TEMPERAMENT = "temperamen"
    INTEREST = "minat"
    EFFORT = "upaya_fisik"
    BODY = "kondisi_fisik"
    OF_DATA = "fungsi_data"
    OF_PEOPLE = "fungsi_orang"
    OF_THINGS = "fungsi_benda"
    ACHIEVEMENT = "prestasi"


@dataclass(frozen=True, slots=True)
class Shape:
    """How entries of a part look. `coded`: they take a code of the national list that bears the part's name. `text`:
    they have words of their own (beside the code, or instead). `more`: how many columns follow the words (0 to 2)."""

    element: int
    coded: bool = False
    text: bool = True
    more: int = 0


# Ikhtisar is a field of the document, education, ranks and class stand in the register: they are no entries.
SHAPES: dict[Part, Shape] = {
    Part.TRAINING_MANAGERIAL: Shape(3),
    Part.TRAINING_TECHNICAL: Shape(3),
    Part.TRAINING_FUNCTIONAL: Shape(3),
    Part.EXPERIENCE: Shape(3),
    Part.TASK: Shape(4),
    Part.OUTPUT: Shape(5, more=2),
    Part.MATERIAL: Shape(6, more=1),
    Part.TOOL: Shape(7, more=1),
    Part.RESPONSIBILITY: Shape(8),
    Part.AUTHORITY: Shape(9),
    Part.RELATION: Shape(10, more=2),
    Part.SURROUNDINGS: Shape(11, coded=True),
    Part.RISK: Shape(12, more=1),
    Part.SKILL: Shape(13),
    Part.APTITUDE: Shape(13, coded=True, text=False),
    Part.TEMPERAMENT: Shape(13, coded=True, text=False),
    Part.INTEREST: Shape(13, coded=True, text=False),
    Part.EFFORT: Shape(13, coded=True, text=False),
    Part.BODY: Shape(13, coded=True),
    Part.OF_DATA: Shape(13, coded=True, text=False),
    Part.OF_PEOPLE: Shape(13, coded=True, text=False),
    Part.OF_THINGS: Shape(13, coded=True, text=False),
    Part.ACHIEVEMENT: Shape(14),
}
IDENTITY, SUMMARY, QUALIFICATION, TASKS, OUTPUTS, ACHIEVEMENTS, JOB_CLASS = 1, 2, 3, 4, 5, 14, 15
ELEMENTS = tuple(range(1, 16))
# What the register may fill by itself: identity always, the others where it knows them.
DERIVED = (IDENTITY, SUMMARY, QUALIFICATION, TASKS, OUTPUTS, ACHIEVEMENTS, JOB_CLASS)
# The workload (ABK) is where tasks are kept, with the units in which their results are counted; a document has its own
# tasks where there is none. What the result of a task is called stands in the document.
OF_WORKLOAD = frozenset({Part.TASK})
# The class is the agency's decision: a unit may submit without it.
NOT_OF_THE_UNIT = frozenset({JOB_CLASS})


def parts_of(element: int) -> list[Part]:
    """Return the parts of an element in the order of the document; none for those that have no entries."""
    return [part for part, shape in SHAPES.items() if shape.element == element]


@dataclass(frozen=True, slots=True)
class Completeness:
    """`filled` and `missing`: numbers of elements, ascending."""

    filled: tuple[int, ...]
    missing: tuple[int, ...]

    @property
    def percent(self) -> Decimal:
        """Filled elements ÷ 15 in percent, one decimal, half up."""
        return (Decimal(100 * len(self.filled)) / len(ELEMENTS)).quantize(Decimal("0.1"), ROUND_HALF_UP)

    @property
    def unready(self) -> tuple[int, ...]:
        """Missing elements for which the unit itself has to care before it submits."""
        return tuple(number for number in self.missing if number not in NOT_OF_THE_UNIT)


def completeness(own: Collection[int], derived: Collection[int]) -> Completeness:
    """Return which elements have at least one entry, of the document (`own`) or of the register (`derived`)."""
    there = {IDENTITY, *own, *derived}
    return Completeness(
        tuple(number for number in ELEMENTS if number in there),
        tuple(number for number in ELEMENTS if number not in there),
    )


class State(StrEnum):
    DRAFT = "draf"
    SUBMITTED = "diajukan"
    RETURNED = "dikembalikan"
    APPROVED = "disetujui"


@dataclass(frozen=True, slots=True)
class Step:
    """From which states a document may go to `to`; whether who fills it or who judges it takes the step."""

    origins: frozenset[State]
    to: State
    by_unit: bool = False
    needs_note: bool = False
    needs_decree: bool = False


STEPS: dict[str, Step] = {
    "submit": Step(frozenset({State.DRAFT, State.RETURNED}), State.SUBMITTED, by_unit=True),
    "return": Step(frozenset({State.SUBMITTED}), State.RETURNED, needs_note=True),
    "approve": Step(frozenset({State.SUBMITTED}), State.APPROVED, needs_decree=True),
}
# The document lies with who fills it, and may be changed.
EDITABLE = frozenset({State.DRAFT, State.RETURNED})
# A version under way; a position has one at most.
OPEN = frozenset({State.DRAFT, State.SUBMITTED, State.RETURNED})


def steps_from(state: str) -> list[str]:
    """Return the steps that are open from `state`, in the order of `STEPS`."""
    return [name for name, step in STEPS.items() if state in step.origins]


def review_due(reviewed_on: date, months: int) -> date:
    """Return the day by which a document in force is to be looked through again; that day is still in time."""
    return add_months(reviewed_on, months)


def is_late(reviewed_on: date, months: int, day: date) -> bool:
    return day > review_due(reviewed_on, months)
