"""The SQL of data quality and the rules agree on random small registers: every code, every unit, every digit."""

import random
from collections import Counter, defaultdict
from decimal import Decimal

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from asnhr.models import AgencyParameter
from asnhr.queries import parameters_on
from asnhr.scope import agency_scope
from asnhr.services import Progress
from positions.models import Employee, QualityIndex, QualityProblem, Unit
from positions.queries import quality as queries
from positions.rules import data_quality as rules
from positions.rules.data_quality import INDICATORS, UNKNOWN, Dimension
from positions.services import quality
from tests.factories.asnhr import AgencyFactory
from tests.positions.quality_register import DAY, build, mirror

pytestmark = pytest.mark.django_db
SEEN: set[str] = set()


def above(unit):
    while unit is not None:
        yield unit.pk
        unit = unit.parent


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(seed=st.integers(min_value=0, max_value=2**32), treatment=st.sampled_from(["", "nol", "dikeluarkan"]))
def test_sql_and_rules_agree_on_random_registers(seed, treatment):
    agency = AgencyFactory()
    with transaction.atomic(), agency_scope(agency):
        build(random.Random(seed), agency)
        if treatment:
            AgencyParameter.objects.create(
                agency=agency, code="ikd.unknown", value=treatment, starts_on=DAY, decree="Keputusan 1"
            )
        sums = quality.compute(agency.pk, DAY, Progress())
        # Of the register as it was counted: the computation first puts people into the unit of their post.
        said = mirror(agency, DAY)

        found = defaultdict(list)
        for problem in QualityProblem.objects.filter(agency=agency):
            found[problem.employee_id].append(problem.code)
        assert {pk: sorted(codes) for pk, codes in said.items() if codes} == {
            pk: sorted(codes) for pk, codes in found.items()
        }
        SEEN.update(code for codes in said.values() for code in codes)
        few = list(Employee.objects.filter(agency=agency).values_list("pk", flat=True)[:5])
        assert queries.of_people(agency.pk, few, DAY) == {pk: said[pk] for pk in few if pk in said}
        check_indexes(agency, said, queries.settings_of(parameters_on(agency, DAY)))
        assert sums["employees"] == len(said)
        assert sums["problems"] == sum(map(len, said.values()))
        # The run tells the same number as the page of the index: who has only other findings is not in it.
        assert sums["affected"] == sum(any(code in INDICATORS for code in codes) for codes in said.values())
        transaction.set_rollback(True)


def check_indexes(agency, said, settings):
    units = {unit.pk: unit for unit in Unit.objects.filter(agency=agency).select_related("parent__parent")}
    people, counts, bad = Counter(), defaultdict(Counter), Counter()
    for pk, unit_id in Employee.objects.filter(pk__in=said).values_list("pk", "unit_id"):
        codes = [code for code in said[pk] if code in INDICATORS]
        for place in [None, *above(units.get(unit_id))]:
            people[place] += 1
            bad[place] += bool(codes)
            counts[place].update(codes)
    rows = {row.unit_id: row for row in QualityIndex.objects.filter(agency=agency)}
    assert rows.keys() == people.keys()
    for place, row in rows.items():
        right = rules.quality(people[place], counts[place], weights=settings.weights, excluded=settings.excluded)
        clean = rules.quality(people[place], counts[place], weights=settings.weights)
        assert (row.employees, row.affected, row.counts) == (people[place], bad[place], dict(counts[place]))
        assert {each: getattr(row, each) for each in Dimension} == right.dimensions
        assert (row.total, row.total_if_clean) == (right.total, clean.total)
        assert row.treatment == settings.treatment
        assert set(row.missing) == UNKNOWN
        assert row.weights == {each: f"{settings.weights[each]:f}" for each in Dimension}


def test_the_registers_show_every_code_that_can_be_computed():
    """Runs after the property: whatever code no example had was not compared."""
    agency = AgencyFactory()
    with transaction.atomic(), agency_scope(agency):
        for seed in range(12):
            with transaction.atomic():
                build(random.Random(seed), agency)
                SEEN.update(code for codes in mirror(agency, DAY).values() for code in codes)
                transaction.set_rollback(True)
    assert SEEN == set(rules.CODES) - UNKNOWN


def test_weights_of_the_rules_add_up():
    every = rules.shares()
    assert sum(share.total for share in every.values()) == 1
    part = rules.shares(excluded={"COM_1"})
    assert sum(share.total for share in part.values()) == 1
    assert part.keys() == every.keys() - {"COM_1"}
    assert set(queries.CASES) == set(rules.CODES) - UNKNOWN
    assert list(queries.CASES) == [code for code in rules.CODES if code not in UNKNOWN]
    assert rules.CHECKS.keys() == every.keys() - UNKNOWN


def test_without_what_cannot_be_computed_the_others_carry_its_weight():
    found = rules.quality(1000, {"COM_2": 100}, excluded={"COM_1"})
    # COM_2 weighs 25 of the 80 that are left of completeness.
    assert found.dimensions[Dimension.COMPLETENESS] == Decimal("96.88")
    assert (
        rules.quality(10, {}, excluded=[c for c in INDICATORS if c.startswith("CON")]).dimensions[Dimension.CONSISTENCY]
        is None
    )
    assert rules.quality(10, {}, excluded=INDICATORS).total is None
