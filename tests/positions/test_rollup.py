"""The nation's roll-up: written with an analysis, sums only, open to `pusat` alone."""

from datetime import date

import pytest

from asnhr import services
from asnhr.scope import agency_scope
from positions.models import NeedsRollup
from positions.services import analysis
from tests.factories import positions as make
from tests.factories.asnhr import AgencyFactory
from tests.roles import user_with

pytestmark = pytest.mark.django_db


def analysed(agency, day):
    with agency_scope(agency):
        run, _new = analysis.request_analysis(agency, day, None)
    services.execute(agency_id=agency.pk, run_id=run.pk, heartbeat=False)
    with agency_scope(agency):
        run.refresh_from_db()
    assert run.state == "selesai", run.problems


@pytest.fixture
def medan():
    agency = AgencyFactory()
    with agency_scope(agency):
        make.PositionNeedFactory(agency=agency, need=3)
    return agency


def test_the_latest_day_counts(medan):
    analysed(medan, date(2026, 6, 1))
    analysed(medan, date(2025, 6, 1))

    (row,) = NeedsRollup.objects.all()
    assert (row.agency_code, row.as_of, row.totals["need"], row.totals["shortage"]) == ("1271", date(2026, 6, 1), 3, 3)


def test_pusat_reads_all_agencies_from_any(client, medan):
    analysed(medan, date(2026, 6, 1))
    jambi = AgencyFactory(code="1571", name="Pemerintah Kota Jambi", short_name="Jambi")
    client.force_login(user_with(jambi, "pusat"))

    page = client.get("/rekap/")

    assert page.status_code == 200
    assert "Pemerintah Kota Medan" in page.text
    assert client.get("/jabatan/").status_code == 403


@pytest.mark.parametrize("role", ["pegawai", "staf_bkd", "admin_daerah", "auditor", "ppk"])
def test_others_do_not(client, medan, role):
    client.force_login(user_with(medan, role))

    assert client.get("/rekap/").status_code == 403


def test_a_stranger_is_sent_to_login(client):
    assert client.get("/rekap/").status_code == 302
