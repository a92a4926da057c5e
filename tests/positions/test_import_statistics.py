"""A large import has the planner's statistics of the register refreshed; a small one, or one again, does not."""

import datetime
import time

import pytest
import redis as redis_client
from django.db import connection

from asnhr.imports.framework import Options, run
from positions.imports.units import UnitImporter
from tests.factories.asnhr import AgencyFactory

TODAY = datetime.date(2026, 1, 2)

pytestmark = pytest.mark.django_db(transaction=True)


def table_of(path, rows):
    lines = ["kode_unit,nama,kode_induk", "R,Pemerintah Kota,"]
    path.write_text("\n".join(lines + [f"R.{n},Dinas Nomor {n},R" for n in range(1, rows)]) + "\n")
    return path


def imported(agency, path, **options):
    result = run(UnitImporter, path, agency_id=agency.pk, options=Options(today=TODAY, **options))
    assert result.refused is None
    assert result.totals["rejected"] == 0, [p for r in result.rows for p in r.problems][:3]


def waiting(redis_url):
    """How often the broker has been asked for it."""
    with redis_client.Redis.from_url(redis_url) as client:
        return sum(b"refresh_statistics" in message for message in client.lrange("celery", 0, -1))


def statistics_say():
    with connection.cursor() as cursor:
        cursor.execute("SELECT reltuples FROM pg_class WHERE relname = 'positions_unit'")
        return cursor.fetchone()[0]


def test_a_large_import_asks_once_for_what_it_changed(tmp_path, redis_url):
    agency = AgencyFactory()
    path = table_of(tmp_path / "unit.csv", 1100)

    imported(agency, path, dry_run=True)
    assert waiting(redis_url) == 0
    imported(agency, path)
    assert waiting(redis_url) == 1
    imported(agency, path)
    assert waiting(redis_url) == 1


def test_a_small_import_leaves_statistics_alone(tmp_path, redis_url):
    imported(AgencyFactory(), table_of(tmp_path / "unit.csv", 20))
    assert waiting(redis_url) == 0


@pytest.mark.usefixtures("celery_worker_process")
def test_the_planner_knows_of_a_large_import_soon(tmp_path):
    imported(AgencyFactory(), table_of(tmp_path / "unit.csv", 1100))
    deadline = time.monotonic() + 60
    while statistics_say() < 1100:
        assert time.monotonic() < deadline, "no statistics within a minute"
        time.sleep(0.2)
