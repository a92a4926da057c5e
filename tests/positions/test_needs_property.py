"""The SQL of the analysis and the rules agree on random small registers, to the last digit."""

import random
from datetime import timedelta
from decimal import Decimal, InvalidOperation

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from asnhr.scope import agency_scope
from asnhr.services import Progress
from positions.models import NeedsAnalysis, NeedsResult, Position, RecommendationLine
from positions.queries import analysis as reads
from positions.queries import register
from positions.services import analysis
from tests.factories.asnhr import AgencyFactory, RunFactory
from tests.positions.needs_register import Mirror, build

pytestmark = pytest.mark.django_db


def figures(evidence):
    """Return figures to compare by value: the database keeps decimals as text, with the digits of their column."""
    return {key: number(value) for key, value in evidence.items()}


def number(value):
    if isinstance(value, str):
        try:
            return Decimal(value)
        except InvalidOperation:
            return value
    return value


def check(result, lines, said):
    inputs, own, answer = said["inputs"], said["own"], said["answer"]
    where = f"{result.code} row {result.row}/{answer.row}"
    assert reads.inputs_of(result.evidence) == inputs, where
    assert reads.facts_of(result.evidence) == said["facts"], where
    assert (result.row, result.reason, result.recommendation, result.quantity, result.priority) == (
        answer.row, answer.code, answer.recommendation, answer.quantity, answer.priority,
    ), where  # fmt: skip
    assert [(line.recommendation, line.quantity, line.priority) for line in lines] == [
        (line.kind, line.quantity, answer.priority) for line in answer.lines
    ], where
    assert (result.received, result.released) == (said["move"].rin, said["move"].rout), where
    assert result.evidence["moves"]["placed"] == said["move"].placed, where
    assert (result.need, result.k_used, result.source) == (inputs.n, inputs.k, inputs.source), where
    assert (result.b, result.b_part_time, result.outflow) == (own["b"], own["part_time"], own["outflow"]), where
    plan = own["plan"]
    assert result.k_year == (list(plan.need) if plan else [None] * 5), where
    assert result.b_year == own["b_year"] == (list(plan.holders) if plan else own["b_year"]), where
    assert result.evidence["projection"]["joining"] == own["joining"], where
    assert (result.effectiveness, result.grade or None) == (said["effectiveness"].value, said["effectiveness"].grade)
    assert [(found["code"], figures(found["evidence"])) for found in result.signals] == [
        (signal.code, figures(signal.evidence)) for signal in said["signals"]
    ], where


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    seed=st.integers(min_value=0, max_value=2**32),
    ahead=st.sampled_from([0, 0, 200, 400, 1500]),
    since=st.sampled_from([0, 0, 100, 500]),
)
def test_sql_and_rules_agree_on_random_registers(seed, ahead, since):
    agency = AgencyFactory()
    with transaction.atomic(), agency_scope(agency), pytest.MonkeyPatch.context() as patch:
        day = build(random.Random(seed), agency)
        # `ahead`: days from the one on which the register is known, for a projection.
        known_on = day - timedelta(days=ahead)
        # `since`: how long ago that was; then rank and standing are those of the histories.
        patch.setattr("django.utils.timezone.localdate", lambda *_given: known_on + timedelta(days=since))
        overlay = {"projection": known_on.isoformat()} if ahead else {}
        run = RunFactory(agency=agency, parameters={"as_of": day.isoformat(), "overlay": overlay}, state="berjalan")

        answer = analysis.work(run, Progress())

        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        mirror = Mirror(agency, day, known_on).results()
        made = NeedsAnalysis.objects.get(run=run)
        results = {result.position_id: result for result in NeedsResult.objects.filter(analysis=made)}
        assert results.keys() == mirror.keys()
        for position_id, said in mirror.items():
            result = results[position_id]
            lines = RecommendationLine.objects.filter(result=result).order_by("number")
            check(result, lines, said)
        assert answer["counts"]["positions"] == len(results)
        # The register's lists count as the analysis does; they know nothing of projections.
        if not ahead:
            listed = register.with_figures(Position.objects.filter(pk__in=results), day)
            assert {pk: (b, part_time) for pk, b, part_time in listed.values_list("pk", "b", "part_time")} == {
                pk: (result.b, result.b_part_time) for pk, result in results.items()
            }
        known = [r for r in results.values() if r.k_used is not None]
        assert made.totals["need"] == sum(r.k_used for r in known)
        assert made.totals["shortage"] == sum(max(0, r.k_used - r.b) for r in known)
        assert made.totals["surplus"] == sum(max(0, r.b - r.k_used) for r in known)
        assert made.totals["holders"] + made.totals["duty_filled"] == sum(r.b for r in results.values())
        transaction.set_rollback(True)
