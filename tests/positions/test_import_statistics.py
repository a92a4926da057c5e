"""A large import leaves the planner's statistics of the register fresh; a small one, or one again, does not."""

import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from asnhr.imports.framework import Options, run
from positions.imports.units import UnitImporter
from tests.factories.asnhr import AgencyFactory

TODAY = datetime.date(2026, 1, 2)
REFRESH = "SELECT positions_refresh_statistics()"


def table_of(path, rows):
    lines = ["kode_unit,nama,kode_induk", "R,Pemerintah Kota,"]
    path.write_text("\n".join(lines + [f"R.{n},Dinas Nomor {n},R" for n in range(1, rows)]) + "\n")
    return path


def refreshes(agency, path, capture, **options):
    with (
        CaptureQueriesContext(
            connection,
        ) as queries,
        capture(execute=True),
    ):
        result = run(UnitImporter, path, agency_id=agency.pk, options=Options(today=TODAY, **options))
    assert result.refused is None
    assert result.totals["rejected"] == 0, [p for r in result.rows for p in r.problems][:3]
    return sum(query["sql"] == REFRESH for query in queries)


def statistics_say():
    with connection.cursor() as cursor:
        cursor.execute("SELECT reltuples FROM pg_class WHERE relname = 'positions_unit'")
        return cursor.fetchone()[0]


@pytest.mark.django_db
def test_the_planner_knows_of_a_large_import_at_once(tmp_path, django_capture_on_commit_callbacks):
    agency = AgencyFactory()
    path = table_of(tmp_path / "unit.csv", 1100)

    assert refreshes(agency, path, django_capture_on_commit_callbacks, dry_run=True) == 0
    assert refreshes(agency, path, django_capture_on_commit_callbacks) == 1
    assert statistics_say() >= 1100
    assert refreshes(agency, path, django_capture_on_commit_callbacks) == 0


@pytest.mark.django_db
def test_a_small_import_leaves_statistics_alone(tmp_path, django_capture_on_commit_callbacks):
    path = table_of(tmp_path / "unit.csv", 20)

    assert refreshes(AgencyFactory(), path, django_capture_on_commit_callbacks) == 0
