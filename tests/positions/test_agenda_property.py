"""The SQL of the agenda book and the rules agree on random small registers: every case, day and condition."""

import random
from datetime import timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from asnhr import formats
from asnhr.models import AgencyParameter
from asnhr.queries import parameters_on
from asnhr.scope import agency_scope
from asnhr.services import Progress
from positions.models import AgendaItem, Employee
from positions.pages.agenda_basis import basis_of
from positions.queries import agenda as queries
from positions.rules import agenda as rules
from positions.rules.agenda import Kind
from positions.services import agenda
from tests.factories.asnhr import AgencyFactory
from tests.positions.agenda_register import DAY, build, build_until, mirror
from tests.roles import user_with, with_access

pytestmark = pytest.mark.django_db


def by_sql(values) -> dict[int, set[rules.Case]]:
    found: dict[int, set[rules.Case]] = {}
    for person, kind, source, due, target, missing, to_check, sanctioned in queries.found(values):
        case = rules.Case(
            rules.Kind(kind), due, source, target, frozenset(map(rules.Missing, missing)),
            frozenset(map(rules.Check, to_check)), sanctioned,
        )  # fmt: skip
        found.setdefault(person, set()).add(case)
    return found


def stored(agency) -> dict[int, set[rules.Case]]:
    """The cases as the book keeps them: what few may know is apart, and nothing of it among the other codes."""
    found: dict[int, set[rules.Case]] = {}
    for row in AgendaItem.objects.filter(agency=agency):
        assert not rules.CLOSED.keys() & set(row.missing)
        assert row.target is None or row.kind != rules.Kind.INCREMENT
        missing = {*row.missing, *row.closed} - {rules.SANCTION}
        target = row.target if row.step is None else row.step
        case = rules.Case(
            rules.Kind(row.kind), row.due_on, row.source_id, target, frozenset(map(rules.Missing, missing)),
            frozenset(map(rules.Check, row.to_check)), rules.SANCTION in row.closed,
        )  # fmt: skip
        found.setdefault(row.employee_id, set()).add(case)
    return found


def compare(agency, in_force: rules.Settings) -> None:
    """Assert that SQL and rules say the same of the agency's register, and that a day is computed once."""
    found = by_sql(queries.arguments(agency_id=agency.pk, day=DAY, settings=in_force))
    said = {pk: cases for pk, cases in mirror(agency, DAY, in_force).items() if cases}
    assert found == said
    sums = agenda.compute(agency.pk, DAY, Progress())
    assert stored(agency) == said
    assert sums["due"] == sum(map(len, said.values())) == AgendaItem.objects.filter(agency=agency).count()
    # A second computation of the day changes nothing.
    before = list(AgendaItem.objects.filter(agency=agency).order_by("pk").values())
    agenda.compute(agency.pk, DAY, Progress())
    assert list(AgendaItem.objects.filter(agency=agency).order_by("pk").values()) == before


@settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck))
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

        compare(agency, in_force)

        transaction.set_rollback(True)


def test_sql_and_rules_agree_on_a_register_that_shows_every_kind_and_condition():
    wanted = {*rules.Kind, *rules.Missing, *rules.Check, "sanction"}
    agency = AgencyFactory()
    with transaction.atomic(), agency_scope(agency):
        in_force = queries.settings_of(parameters_on(agency, DAY), queries.date_sets())
        assert build_until(wanted, agency, in_force) == wanted

        compare(agency, in_force)

        transaction.set_rollback(True)


def test_every_case_of_every_kind_is_explained_to_its_day(monkeypatch):
    """ "Dasar perhitungan" comes to the day of the case by its own steps, and names what it rests on."""
    monkeypatch.setattr("asnhr.dates.today", lambda: DAY)
    agency = AgencyFactory()
    officer = user_with(agency, "staf_bkd")
    named = {
        Kind.INCREMENT: "MKG pada", Kind.PENSION: "Tanggal lahir", Kind.HONOURS: "TMT CPNS", Kind.ACTING: "Plt sejak",
        Kind.CONTRACT: "Nomor kontrak", Kind.CPNS: "TMT CPNS",
    }  # fmt: skip
    with transaction.atomic(), agency_scope(agency, officer.pk):
        values = parameters_on(agency, DAY)
        build_until({*rules.Kind}, agency, queries.settings_of(values, queries.date_sets()))
        agenda.compute(agency.pk, DAY, Progress())
        seen = set()
        for item in AgendaItem.objects.filter(agency=agency).select_related("employee__unit", "employee__education"):
            told = basis_of(item, with_access(officer, agency), values)
            seen.add(Kind(item.kind))
            assert any(label.startswith(named.get(Kind(item.kind), "Golongan")) for label, _text in told["inputs"]), (
                item
            )
            assert not [step for step in told["steps"] if "Data berubah" in step], (item.kind, told)
            last = formats.last_day(item.due_on) if item.kind == Kind.CONTRACT else formats.day(item.due_on)
            assert any(last in step for step in told["steps"]), (item.kind, item.due_on, told)
            AgendaItem.objects.filter(pk=item.pk).update(due_on=item.due_on + timedelta(days=1))
            item.refresh_from_db()
            item.employee = Employee.objects.select_related("unit", "education").get(pk=item.employee_id)
            told = basis_of(item, with_access(officer, agency), values)
            assert "Data berubah" in told["steps"][-1]
        assert seen == set(rules.Kind)
        transaction.set_rollback(True)
