"""The SQL of the agenda book and the rules agree on random small registers: every case, day and condition."""

import random

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from asnhr.models import AgencyParameter
from asnhr.queries import parameters_on
from asnhr.scope import agency_scope
from asnhr.services import Progress
from positions.models import AgendaItem
from positions.queries import agenda as queries
from positions.rules import agenda as rules
from positions.services import agenda
from tests.factories.asnhr import AgencyFactory
from tests.positions.agenda_register import DAY, build, mirror

pytestmark = pytest.mark.django_db
SEEN: set[str] = set()


def by_sql(values) -> dict[int, set[rules.Case]]:
    found: dict[int, set[rules.Case]] = {}
    for person, kind, source, due, target, missing, to_check, sanctioned in queries.found(values):
        case = rules.Case(
            rules.Kind(kind), due, source, target, frozenset(map(rules.Missing, missing)),
            frozenset(map(rules.Check, to_check)), sanctioned,
        )  # fmt: skip
        found.setdefault(person, set()).add(case)
    return found


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(seed=st.integers(min_value=0, max_value=2**32), ahead=st.sampled_from([None, 24]))
def test_sql_and_rules_agree_on_random_registers(seed, ahead):
    agency = AgencyFactory()
    with transaction.atomic(), agency_scope(agency):
        build(random.Random(seed), agency)
        if ahead:
            AgencyParameter.objects.create(
                agency=agency, code="agenda.months_ahead", value=ahead, starts_on=DAY, decree="Keputusan 1"
            )
        in_force = queries.settings_of(parameters_on(agency, DAY), queries.date_sets())
        assert in_force.months_ahead == (ahead or 18)

        found = by_sql(queries.arguments(agency_id=agency.pk, day=DAY, settings=in_force))

        said = {pk: cases for pk, cases in mirror(agency, DAY, in_force).items() if cases}
        assert found == said
        sums = agenda.compute(agency.pk, DAY, Progress())
        assert sums["due"] == sum(map(len, said.values())) == AgendaItem.objects.filter(agency=agency).count()
        # A second computation of the day changes nothing.
        before = list(AgendaItem.objects.filter(agency=agency).order_by("pk").values())
        agenda.compute(agency.pk, DAY, Progress())
        assert list(AgendaItem.objects.filter(agency=agency).order_by("pk").values()) == before
        for case in (each for cases in said.values() for each in cases):
            SEEN.update({case.kind, *case.missing, *case.to_check} | ({"sanction"} if case.sanctioned else set()))
        transaction.set_rollback(True)


def test_the_registers_show_every_kind_and_condition():
    """Runs after the property: whatever no register shows was not compared."""
    wanted = {*rules.Kind, *rules.Missing, *rules.Check, "sanction"}
    agency = AgencyFactory()
    with transaction.atomic(), agency_scope(agency):
        for seed in range(60):
            if wanted <= SEEN:
                break
            with transaction.atomic():
                build(random.Random(seed), agency)
                for case in (each for cases in mirror(agency, DAY, rules.Settings()).values() for each in cases):
                    SEEN.update(
                        {case.kind, *case.missing, *case.to_check} | ({"sanction"} if case.sanctioned else set())
                    )
                transaction.set_rollback(True)
    assert wanted == SEEN
