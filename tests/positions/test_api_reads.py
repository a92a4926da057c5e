"""Summary, units, comparison, files, versions, schedule and education lists by API: what they answer and to whom."""

from datetime import date
from decimal import Decimal

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from asnhr.scope import agency_scope
from positions.models import AnalysisSchedule, Education, FormationProposal, FormationVersion, RecommendationLine
from positions.services import analysis as analysis_services
from positions.services import decisions
from tests import api_world
from tests.factories.asnhr import AgencyFactory
from tests.factories.positions import IncumbencyFactory
from tests.positions.needs_pages import analyse, small_city
from tests.roles import user_with, with_access

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_november")]


@pytest.fixture
def in_november():
    with time_machine.travel("2026-11-22 03:00+07:00", tick=False):
        yield


@pytest.fixture
def agency():
    return AgencyFactory()


@pytest.fixture
def city(agency):
    return small_city(agency, positions=2)


def sign_in(client, agency, role, *units):
    client.force_login(user_with(agency, role, *units))
    return client


def get(client, url, status=200):
    answer = client.get(f"/api/v1/{url}")
    assert answer.status_code == status, answer.content[:300]
    return answer.json()


def test_a_summary_sums_what_the_user_sees(client, agency, city):
    analysis = analyse(agency)
    whole = get(sign_in(client, agency, "staf_bkd"), f"analyses/{analysis.pk}/summary/")
    part = get(sign_in(client, agency, "admin_unit", city.centre), f"analyses/{analysis.pk}/summary/")

    assert whole["totals"]["positions"] == 3
    assert whole["totals"]["shortage"] == analysis.totals["shortage"]
    assert whole["years"][0] == 2026
    assert part["totals"]["positions"] == 1
    assert part["totals"]["shortage"] == 0


def test_units_carry_their_effectiveness(client, agency, city):
    analysis = analyse(agency)
    sign_in(client, agency, "staf_bkd")
    with CaptureQueriesContext(connection) as queries:
        rows = get(client, f"analyses/{analysis.pk}/units/")
    belawan = next(row for row in rows if row["unit_id"] == city.belawan.pk)

    assert len(queries) <= 15
    assert belawan["holders"] == 2
    # Two posts of 3.0000 and one holder each.
    assert Decimal(belawan["eu"]) == Decimal("3.0000")
    assert belawan["grade"] == "A"
    own = get(sign_in(client, agency, "admin_unit", city.centre), f"analyses/{analysis.pk}/units/")
    assert [row["unit_id"] for row in own] == [city.centre.pk]


def test_two_analyses_are_compared_in_scope(client, agency, city):
    first = analyse(agency, date(2026, 10, 1))
    with agency_scope(agency):
        IncumbencyFactory(agency=agency, position=city.short[0], starts_on=date(2026, 11, 1))
    second = analyse(agency)
    url = f"analyses/{second.pk}/compare/?with={first.pk}"

    found = get(sign_in(client, agency, "staf_bkd"), url)

    assert (found["before"], found["after"], found["count"]) == (first.pk, second.pk, 1)
    assert found["changes"][0]["b"] == [1, 2]
    assert found["reasons"]["PEMANGKU_DATANG"] == 1
    assert get(client, f"{url}&offset=1")["changes"] == []
    for wrong, status in ((f"analyses/{second.pk}/compare/", 400), (f"{url}&x=1", 400), (f"{url}&limit=0", 400)):
        get(client, wrong, status)
    get(client, f"analyses/{second.pk}/compare/?with={second.pk}", 404)
    assert get(sign_in(client, agency, "admin_unit", city.centre), url)["changes"] == []
    get(sign_in(client, agency, "pegawai"), url, 403)
    get(sign_in(client, api_world.jambi(), "staf_bkd"), url, 404)


def test_a_proposals_files_and_versions_are_for_who_sees_the_whole_agency(client, agency, city):
    analysis = analyse(agency)
    officer = user_with(agency, "staf_bkd")
    with agency_scope(agency, officer.pk):
        officer = with_access(officer, agency)
        analysis_services.freeze(analysis=analysis, year=2026, actor=officer)
        lines = RecommendationLine.objects.filter(result__analysis=analysis, recommendation="USUL_FORMASI")
        decisions.decide_many(
            lines=list(lines.values_list("pk", flat=True)), verdict="setuju", reason="Sesuai.", actor=officer
        )
        proposal = FormationProposal.objects.get()
        version = FormationVersion.objects.create(
            agency=agency, proposal=proposal, version=1, from_state="draft", to_state="diajukan", figures=[{"line": 1}]
        )
    url = f"/api/v1/formation-proposals/{proposal.pk}/export/"
    sign_in(client, agency, "staf_bkd")
    for what in ("e-formasi", "siasn"):
        answer = client.get(url, {"what": what})
        assert (answer.status_code, answer["Content-Type"]) == (409, "application/problem+json")
        assert f"{city.short[0].code}: jenis pengadaan" in answer.json()["detail"]
    with agency_scope(agency):
        proposal.lines.update(
            intake="CPNS", field="teknis", education_ids=["x"], placement=city.belawan, income_min=1, income_max=2
        )
    for what in ("berkas", "e-formasi", "siasn"):
        answer = client.get(url, {"what": what})
        assert answer.status_code == 200
        assert b"".join(answer.streaming_content)[:2] == b"PK"
    assert client.get(url, {"what": "x"}).status_code == 400
    assert get(client, f"formation-versions/{version.pk}/")["figures"] == [{"line": 1}]
    assert "figures" not in get(client, f"formation-versions/?proposal={proposal.pk}")["results"][0]

    sign_in(client, agency, "admin_unit", city.belawan)
    assert client.get(url).status_code == 403
    assert get(client, "formation-versions/")["results"] == []
    get(client, f"formation-versions/{version.pk}/", 404)
    sign_in(client, api_world.jambi(), "staf_bkd")
    assert client.get(url).status_code == 404


def test_the_schedule_is_read_and_edited_by_its_admin(client, agency):
    with agency_scope(agency):
        schedule = AnalysisSchedule.objects.create(agency=agency, next_on=date(2027, 1, 1))
    url = f"/api/v1/analysis-schedules/{schedule.pk}/"
    body = {"every_months": 6, "next_on": "2027-02-01", "is_active": False}
    for role in ("staf_bkd", "auditor"):
        sign_in(client, agency, role)
        assert get(client, "analysis-schedules/")["results"][0]["every_months"] == 3
        assert client.patch(url, body, content_type="application/json").status_code == 403
    sign_in(client, api_world.jambi(), "admin_daerah")
    assert client.patch(url, body, content_type="application/json").status_code == 404

    sign_in(client, agency, "admin_daerah")

    assert client.patch(url, body, content_type="application/json").json() == {"id": schedule.pk, **body}
    assert client.patch(url, {"every_months": 13}, content_type="application/json").status_code == 400


def test_educations_are_found_with_the_ids_that_lines_take(client, agency):
    sign_in(client, agency, "staf_bkd")
    one = Education.objects.select_related("level").filter(name__icontains="teknik informatika").order_by("pk")[0]

    levels = get(client, "education-levels/")["results"]
    found = get(client, f"educations/?q=teknik informatika&level={one.level_id}")["results"]

    assert {"code": one.level_id, "name": one.level.name, "order": one.level.order} in levels
    assert one.siasn_id in [row["siasn_id"] for row in found]
    assert get(client, f"education-levels/{one.level_id}/")["name"] == one.level.name
    assert get(client, f"educations/{one.pk}/")["siasn_id"] == one.siasn_id
    get(sign_in(client, agency, "pegawai"), "educations/", 403)
