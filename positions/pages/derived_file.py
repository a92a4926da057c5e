"""What the figures of the panel "Turunan" share: one figure, and one person's file as of a day."""

from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any

from asnhr.calculators import Book
from asnhr.queries import Value, parameters_on
from positions.models import Employee
from positions.pages import employees
from positions.queries import histories
from positions.rules import retirement
from positions.rules import service as service_rules
from positions.rules.levels import Level


@dataclass(slots=True)
class Figure:
    """A derived figure: `conditions` are (words, met or None where the file does not tell)."""

    code: str
    title: str
    value: str = ""
    note: str = ""
    basis: dict[str, Any] | None = None
    conditions: list[tuple[str, bool | None]] = field(default_factory=list)


@dataclass
class File:
    """One person's file as of a day, with what several figures share."""

    person: Employee
    post: Any
    facts: histories.Facts
    day: date
    book: Book
    ages: retirement.Ages
    sees_discipline: bool = False
    is_held: bool | None = None
    sees_salary: bool = False

    @property
    def level(self) -> Level | None:
        return Level(self.post.position.job.level) if self.post else None

    @property
    def is_pppk(self) -> bool:
        return self.person.status in ("PPPK", "PPPK_PW")

    @property
    def grade(self) -> str:
        return employees.rank_code(self.person)

    @property
    def appointed_on(self) -> date | None:
        if self.person.cpns_on:
            return self.person.cpns_on
        return self.facts.ranks[0].starts_on if self.facts.ranks else self.person.rank_since

    @property
    def scale(self) -> tuple[int, date, bool] | None:
        """(months of MKG, counted on which day, whether a decree says so): of the last increment since the rank was
        given, of the rank held, else from the whole service less what changes of group took off."""
        held, since, appointed = self.facts.rank, self.person.rank_since, self.appointed_on
        last = self.facts.increment
        if last is not None and (since is None or last.starts_on >= since):
            return last.service_years * 12 + last.service_months, last.starts_on, True
        if held is not None and held.service_years is not None:
            return held.service_years * 12 + (held.service_months or 0), held.starts_on, True
        if since is None or appointed is None:
            return None
        served = service_rules.service(appointed, since, self.facts.grants, self.facts.unpaid).months
        first = self.facts.ranks[0].rank if self.facts.ranks else None
        if not self.is_pppk and first is None and self.person.rank and self.person.rank < 31:
            first = self.person.rank
        taken = service_rules.deduction(first, self.person.rank) if first and self.person.rank else 0
        return max(0, served - taken), since, False

    @cached_property
    def parameters(self) -> dict[str, Value]:
        """The rulebook of the day with the agency's own values; two queries."""
        return parameters_on(self.person.agency_id, self.day)

    @property
    def scale_today(self) -> int | None:
        found = self.scale
        return None if found is None else service_rules.in_scale(found[0], found[1], self.day, self.facts.unpaid)
