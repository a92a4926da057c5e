"""The rulebook says what each parameter takes; Python and the database hold an agency's value to it alike."""

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import translation

from asnhr import told
from asnhr.adminbase import site
from asnhr.constraints import sentence_of
from asnhr.models import AgencyParameter, Parameter
from asnhr.scope import agency_scope
from positions.pages.search import GROUPS
from tests.factories.asnhr import AgencyFactory, AgencyParameterFactory

pytestmark = pytest.mark.django_db

CASES = [
    ("abk.minutes_per_year", [75_000, "72000", 175_200], [-5, 0, 1_250, 175_201, 75_000.5, True, "1e5x", [1], {}]),
    ("needs.fading_change", ["-0.30", -0.5, "0"], ["0.1", "-1.1", "NaN", "", False]),
    ("supply.part_time_counts", [True, False], [1, "true", []]),
    ("abk.rounding", ["ceil", "half_up"], ["floor", 1, ["ceil"]]),
    ("supply.legal_status", [["01"], ["01", "71", "72"]], [[], "01", ["66"], ["01", 71], {"01": 1}]),
]  # fmt: skip
EACH = [(code, value, True) for code, good, _bad in CASES for value in good]
EACH += [(code, value, False) for code, _good, bad in CASES for value in bad]


@pytest.mark.parametrize(("code", "value", "accepted"), EACH)
def test_python_and_the_database_accept_the_same(code, value, accepted):
    parameter = Parameter.objects.filter(code=code).order_by("-starts_on")[0]
    agency = AgencyFactory()

    assert (parameter.problem_with(value) == "") is accepted
    with agency_scope(agency):
        own = AgencyParameter(agency=agency, code=code, value=value, starts_on="2026-01-01", decree="K 1")
        if accepted:
            own.clean()
            own.save()
            return
        with pytest.raises(ValidationError, match=code):
            own.clean()
        with pytest.raises(IntegrityError) as refused, transaction.atomic():
            own.save()
    assert "di luar yang diperbolehkan" in sentence_of(refused.value)


def test_a_value_is_not_changed_to_one_out_of_bounds():
    agency = AgencyFactory()
    with agency_scope(agency):
        own = AgencyParameterFactory(agency=agency, code="abk.minutes_per_year", value=72_000)
        with pytest.raises(IntegrityError), transaction.atomic():
            AgencyParameter.objects.filter(pk=own.pk).update(value=-5)


def test_every_parameter_says_what_it_takes_and_takes_its_own_value():
    unsaid = {row.code for row in Parameter.objects.filter(kind="lain")}
    assert unsaid == {"abk.factors", "bup.special"}
    assert not Parameter.objects.filter(kind="lain", agency_may_set=True).exists()
    assert [row.code for row in Parameter.objects.all() if row.problem_with(row.value)] == []
    assert all(row.allowed for row in Parameter.objects.exclude(kind="lain"))


def test_a_number_without_bounds_is_refused():
    with pytest.raises(IntegrityError, match="parameter_numbers_have_bounds"), transaction.atomic():
        Parameter.objects.filter(code="needs.vacancy_days").update(lowest=None)


def test_every_topic_of_the_rulebook_has_a_name():
    topics = {code.partition(".")[0] for code in Parameter.objects.values_list("code", flat=True)}
    assert topics - set(GROUPS) == set()


def test_a_value_that_is_a_table_is_told_in_words():
    assert told.rule({"day": 31, "month": 1.5, "round": True}) == "hari: 31, bulan: 1,5, round: ya"
    with translation.override("en"):
        assert told.rule({"day": 31}) == "day: 31"
    assert site._registry[Parameter].tells["value"] is told.rule
