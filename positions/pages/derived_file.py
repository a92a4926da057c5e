"""What the figures of the panel "Turunan" share: one figure, one person's file as of a day, a calculator's answer."""

from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.utils.translation import gettext as _

from asnhr import formats
from asnhr.calculators import Answer, Book, Calculator, Invalid
from asnhr.models import Parameter
from asnhr.queries import Value, parameters_on
from positions.models import Employee
from positions.pages import employees
from positions.queries import agenda as queries
from positions.queries import histories
from positions.rules import agenda, retirement
from positions.rules import service as service_rules
from positions.rules.levels import Level

# Months; longer than anybody serves: what the panel shows has no horizon.
EVER = 12 * 60
PREFIXES = ("promotion.", "salary.", "scale.")
Span = tuple[date, date | None]


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
    ages: retirement.Ages
    # What the reader may know of: increments, predicates (`facts` come without them otherwise), sanctions (None: not).
    sees_salary: bool = False
    sees_predicates: bool = False
    sanctions: list[Span] | None = None
    # Whether the exit on record, if there is one, is the pension.
    is_pensioned: bool = False

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

    @cached_property
    def settings(self) -> agenda.Settings:
        """The numbers that the agenda book follows, without its horizon; one query and those of `parameters`."""
        return replace(queries.settings_of(self.parameters, queries.date_sets()), months_ahead=EVER)

    @cached_property
    def asked(self) -> agenda.Person:
        """The file as the rules of the agenda book take it, sanctions as far as the reader knows them; three
        queries."""
        person, facts, job = self.person, self.facts, self.post.position.job if self.post else None
        level = person.education_level_id or (person.education.level_id if person.education else None)
        study = histories.study_facts(person, level, self.day)
        post = None
        if job is not None:
            is_definitive = self.post.kind == "definitif"
            post = agenda.Post(
                Level(job.level), self.post.starts_on, job.name, job.echelon, job.retirement_age, is_definitive
            )
        rank, last = facts.rank, facts.increment
        points: dict[str, Decimal] = {}
        for row in facts.credit:
            if row.kind in agenda.ADDED_CREDIT:
                points[row.level] = points.get(row.level, Decimal(0)) + row.total
        return agenda.Person(
            status=person.status, birth_date=person.birth_date, legal_status=person.legal_status, rank=person.rank,
            rank_since=person.rank_since, pay_group=person.pay_group, education=level, cpns_on=person.cpns_on,
            own_age=person.own_retirement_age, post=post, leaves=facts.unpaid, sanctions=self.sanctions or (),
            predicates={each.year: each.predicate for each in facts.predicates}, credit=points,
            scale_months=None if rank is None or rank.service_years is None
            else rank.service_years * 12 + (rank.service_months or 0),
            exits_on=person.exits_on,
            first_rank=next((each.rank for each in facts.ranks if each.rank), person.rank), grants=facts.grants,
            increment=(last.starts_on, last.service_years * 12 + last.service_months) if last else None,
            is_studying=study.is_studying, is_seconded=study.is_seconded, by_assignment=study.by_assignment,
            diploma_on=study.diploma_on or study.year_ends(person.graduated),
        )  # fmt: skip

    @cached_property
    def cases(self) -> dict[agenda.Kind, agenda.Case]:
        """What falls due by the rules of the agenda book, however far ahead."""
        return {case.kind: case for case in agenda.cases(self.asked, self.day, self.settings)}

    @cached_property
    def outlived(self) -> dict[agenda.Kind, agenda.Case]:
        """What would fall due if the person did not leave first."""
        return agenda.outlived(self.asked, self.day, self.settings)

    @property
    def scale(self) -> tuple[int, date, bool] | None:
        """As `decreed_scale`, of the last reviewed service where some began to count since."""
        base = self.decreed_scale
        if base is None or (from_day := self.reviewed_since(base[1]).from_day) is None:
            return base
        months = service_rules.in_scale(base[0], base[1], from_day, self.facts.unpaid, self.facts.grants)
        return months, from_day, base[2]

    def reviewed_since(self, since: date) -> service_rules.Grant:
        return service_rules.reviewed_since(self.facts.grants, since, self.day)

    @property
    def decreed_scale(self) -> tuple[int, date, bool] | None:
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
    def rows(self) -> list[Parameter]:
        """The rulebook for the calculators: national values, as no agency may set any of these; one query."""
        return Book(PREFIXES, self.day).rows()

    @cached_property
    def parameters(self) -> dict[str, Value]:
        """The rulebook of the day with the agency's own values; two queries."""
        return parameters_on(self.person.agency_id, self.day)

    @property
    def scale_today(self) -> int | None:
        found = self.scale
        return None if found is None else service_rules.in_scale(found[0], found[1], self.day, self.facts.unpaid)


def held(file: File) -> tuple[str, str]:
    since = formats.day(file.person.rank_since)
    return _("Golongan"), _("%(grade)s sejak %(day)s") % {"grade": file.grade or formats.DASH, "day": since}


def run(file: File, calculator: Calculator, values: dict[str, Any]) -> tuple[Answer | None, Book]:
    """Let a calculator's own rule answer; None where the rulebook has no value for the day. One query for all."""
    book = Book(PREFIXES, file.day)
    book._rows = file.rows
    given = {each.name: None for each in calculator.inputs} | values
    try:
        return calculator.run(given, book), book
    except Invalid:
        return None, book


def basis(calculator: Calculator, answer: Answer, book: Book, inputs: list[tuple[Any, str]]) -> dict[str, Any]:
    """Return what "Dasar perhitungan" shows."""
    laws = calculator.laws if answer.laws is None else answer.laws
    return {
        "inputs": inputs,
        "steps": answer.steps,
        "rule": answer.summary,
        "legal_basis": "; ".join(str(law) for law in laws),
        "fixed": [f"{each.name}: {each.value} {each.unit}".strip() for each in book.used.values()],
    }
