"""The budget warning of a formation proposal: inputs of the agency, the limit of the rulebook, and what lacks."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import IntegerField, JSONField, QuerySet
from django.db.models.expressions import RawSQL

from asnhr.queries import Value
from positions.models import FormationProposal
from positions.rules.budget import Share, personnel_share

TOTAL = "budget.total"
PERSONNEL = "budget.personnel"
PERSON_COST = "budget.person_cost"
LIMIT = "budget.personnel_share"
INPUTS = (TOTAL, PERSONNEL, PERSON_COST)


@dataclass(frozen=True, slots=True)
class Budget:
    """Inputs in millions of rupiah by code (0: not said), people of the proposal, shares, and the limit with its basis.

    `missing`: the inputs that the agency has not said.
    """

    inputs: tuple[Value, ...]
    missing: tuple[Value, ...]
    people: int
    share: Share
    limit: Value


# The agency's own value where the law leaves it open, as `asnhr.queries.parameters_on`, on the day of the decree.
VALUES = """(SELECT jsonb_object_agg(n.code, jsonb_build_object('code', n.code, 'name', n.name, 'unit', n.unit,
        'legal_basis', n.legal_basis, 'mark', n.mark, 'value', (coalesce(o.value, n.value) #>> '{}'),
        'origin', CASE WHEN o.id IS NULL THEN 'nasional' ELSE 'instansi' END, 'decree', coalesce(o.decree, '')))
    FROM asnhr_parameter n
    CROSS JOIN (SELECT coalesce(positions_formationproposal.decree_on, %s::date) AS day) d
    LEFT JOIN asnhr_agencyparameter o ON n.agency_may_set AND o.code = n.code
        AND o.agency_id = positions_formationproposal.agency_id
        AND o.starts_on <= d.day AND (o.ends_on IS NULL OR o.ends_on > d.day)
    WHERE n.code = ANY (%s) AND n.starts_on <= d.day AND (n.ends_on IS NULL OR n.ends_on > d.day))"""
PEOPLE = """(SELECT coalesce(sum(coalesce(l.decided, l.proposed)), 0)::int FROM positions_formationline l
    WHERE l.agency_id = positions_formationproposal.agency_id AND l.proposal_id = positions_formationproposal.id)"""


def with_budget(rows: QuerySet[FormationProposal], day: date) -> QuerySet[FormationProposal]:
    """Return proposals that bring what `budget_of` reads, in the same query: of the day of the decree, else `day`."""
    return rows.annotate(
        budget_values=RawSQL(VALUES, (day, [*INPUTS, LIMIT]), output_field=JSONField()),  # noqa: S611  fixed text
        budget_people=RawSQL(PEOPLE, (), output_field=IntegerField()),  # noqa: S611  fixed text
    )


def budget_of(proposal: FormationProposal) -> Budget:
    """Return the budget warning of a proposal read `with_budget`; for who sees the whole agency.

    A line counts with what was decided, else with what is proposed.
    """
    found: Any = proposal
    values = {code: Value(**each) for code, each in found.budget_values.items()}
    people = found.budget_people
    inputs = tuple(values[code] for code in INPUTS)
    total, personnel, cost = (_said(value) for value in inputs)
    return Budget(
        inputs=inputs,
        missing=tuple(value for value in inputs if _said(value) is None),
        people=people,
        share=personnel_share(total, personnel, cost, people, values[LIMIT].number),
        limit=values[LIMIT],
    )


def _said(value: Value) -> Decimal | None:
    return value.number or None
