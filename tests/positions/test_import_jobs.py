"""The job catalogue's own rules at import: ages that may be a retirement age, titles whose level is clear."""

import datetime
import io

import pytest

from asnhr.imports.framework import Options, run
from asnhr.scope import agency_scope
from positions.imports.jobs import JobImporter
from positions.models import Job
from tests.factories.asnhr import AgencyFactory

HEAD = "nama jabatan;jenis jabatan;kelas;bup khusus\n"


def load(agency, text, **options):
    given = Options(today=datetime.date(2026, 1, 2), **options)
    return run(JobImporter, io.BytesIO((HEAD + text).encode()), agency_id=agency.pk, options=given)


def codes(result):
    return {row.row: [p.code for p in row.problems] for row in result.rows if row.problems}


@pytest.fixture
def agency(db):
    return AgencyFactory()


@pytest.mark.parametrize("age", [158, 49, 71])
def test_an_age_that_no_rule_knows_is_refused(agency, age):
    assert codes(load(agency, f"Pengemudi;Pelaksana;3;{age}\n")) == {2: ["BUP"]}


@pytest.mark.parametrize("age", ["", 50, 65, 70])
def test_the_ages_of_the_page_are_taken(agency, age):
    assert load(agency, f"Pengemudi;Pelaksana;3;{age}\n").written
    with agency_scope(agency):
        assert Job.objects.get().retirement_age == (age or None)
