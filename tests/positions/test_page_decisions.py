"""Decisions one by one and many at once, by the right role; the lists they lead to."""

from datetime import date
from io import BytesIO

import pytest
import python_calamine
import time_machine
from django.urls import reverse

from asnhr.scope import agency_scope
from positions.models import (
    Campaign,
    Decision,
    FollowUp,
    FormationLine,
    Position,
    RecommendationLine,
    WorkloadSheet,
)
from tests.factories.asnhr import AgencyFactory
from tests.factories.positions import PositionFactory, RecommendationLineFactory, UnitFactory
from tests.positions.needs_pages import analyse, result_of, small_city
from tests.roles import user_with

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_november")]
URL = "/keputusan/"


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


@pytest.fixture
def analysis(agency, city):
    return analyse(agency)


def sign_in(client, agency, role, *units, **fields):
    user = user_with(agency, role, *units, **fields)
    client.force_login(user)
    return user


def line_of(analysis, position):
    result = result_of(analysis, position)
    with agency_scope(analysis.agency_id):
        return RecommendationLine.objects.get(result=result)


def states(analysis):
    with agency_scope(analysis.agency_id):
        lines = RecommendationLine.objects.filter(result__analysis=analysis).order_by("pk")
        return sorted(lines.values_list("state", flat=True))


def test_approving_writes_the_decision_and_leads_to_the_formation_list(client, agency, city, analysis):
    line = line_of(analysis, city.short[0])
    user = sign_in(client, agency, "staf_bkd")
    back = reverse("analysis-result", args=[analysis.pk, line.result_id])

    response = client.post(URL, {"line": line.pk, "verdict": "setuju", "reason": "Sesuai beban.", "next": back})

    assert response["Location"] == back
    with agency_scope(agency):
        decision = Decision.objects.get()
        formation = FormationLine.objects.get()
    assert (decision.verdict, decision.reason, decision.decided_by) == ("setuju", "Sesuai beban.", user)
    assert formation.proposed == 2
    assert "Sesuai beban." in client.get(back).content.decode()


def test_a_decision_needs_a_reason_and_a_verdict(client, agency, city, analysis):
    line = line_of(analysis, city.short[0])
    sign_in(client, agency, "ppk")

    for data in ({"verdict": "setuju", "reason": " "}, {"verdict": "apa", "reason": "x"}, {"verdict": "tolak"}):
        client.post(URL, {"line": line.pk, **data})

    assert "setuju" not in states(analysis)
    with agency_scope(agency):
        assert not Decision.objects.exists()


def test_many_are_decided_at_once_from_the_table(client, agency, city, analysis):
    sign_in(client, agency, "staf_bkd")
    table = reverse("analysis-table", args=[analysis.pk])
    assert 'form="putusan"' in client.get(table).content.decode()
    results = [result_of(analysis, position).pk for position in city.short]

    response = client.post(URL, {"result": results, "verdict": "tunda", "reason": "Rapat.", "next": table}, follow=True)

    assert "2 rekomendasi ditunda." in response.content.decode()
    assert states(analysis).count("tunda") == 2


def test_pages_of_a_superseded_analysis_offer_no_decision(client, agency, city, analysis):
    older = analyse(agency, date(2026, 11, 21))
    result = result_of(older, city.short[0])
    sign_in(client, agency, "staf_bkd")

    for address in (
        reverse("analysis-table", args=[older.pk]),
        reverse("analysis-result", args=[older.pk, result.pk]),
    ):
        body = client.get(address).content.decode()
        assert 'form="putusan"' not in body
        assert 'value="setuju"' not in body
    client.post(URL, {"line": line_of(older, city.short[0]).pk, "verdict": "setuju", "reason": "Terlambat."})
    client.post(URL, {"result": result.pk, "verdict": "setuju", "reason": "Terlambat."})
    assert "setuju" not in states(older)


def test_wrong_roles_units_and_agencies_cannot_decide(client, agency, city, analysis):
    line = line_of(analysis, city.short[0])
    data = {"line": line.pk, "verdict": "tolak", "reason": "x"}
    sign_in(client, agency, "admin_unit", city.belawan)
    assert client.post(URL, data).status_code == 403
    sign_in(client, agency, "auditor")
    assert client.post(URL, data).status_code == 403

    jambi = AgencyFactory(code="1571", name="Pemerintah Kota Jambi", short_name="Jambi")
    sign_in(client, jambi, "staf_bkd")
    assert client.post(URL, data).status_code == 404
    assert client.get(URL).status_code == 405
    assert "tolak" not in states(analysis)


def test_a_holder_cannot_decide_on_the_own_post(client, agency, city, analysis):
    line = line_of(analysis, city.short[0])
    with agency_scope(agency):
        nip = city.short[0].incumbencies.get().employee.nip
    sign_in(client, agency, "staf_bkd", nip=nip)

    response = client.post(URL, {"line": line.pk, "verdict": "setuju", "reason": "x"})

    assert response.status_code == 403
    assert "setuju" not in states(analysis)


@pytest.mark.parametrize("back", ["https://contoh.invalid/", "//contoh.invalid/", "kembali", "home", ""])
def test_it_never_redirects_to_another_site_or_by_a_word(client, agency, city, analysis, back):
    line = line_of(analysis, city.short[0])
    sign_in(client, agency, "staf_bkd")

    data = {"line": line.pk, "verdict": "tolak", "reason": "x", "next": back}

    assert client.post(URL, data)["Location"] == reverse("analysis-list")


# The lists


@pytest.fixture
def follow_up(agency, city, analysis):
    with agency_scope(agency):
        result = result_of(analysis, city.short[0])
        line = RecommendationLineFactory(agency=agency, result=result, number=2, recommendation="TINJAU_BEBAN")
        return FollowUp.objects.create(
            agency=agency, list="perbaikan_abk", line=line, position=city.short[0], quantity=1
        )


@pytest.mark.parametrize("rows", [1, 20])
def test_follow_up_list_cost_is_flat(rows, client, agency, city, analysis, django_assert_max_num_queries):
    with agency_scope(agency):
        result = result_of(analysis, city.short[0])
        for number in range(rows):
            line = RecommendationLineFactory(agency=agency, result=result, number=10 + number)
            position = PositionFactory(agency=agency, unit=city.belawan)
            FollowUp.objects.create(agency=agency, list="pengembangan", line=line, position=position, quantity=1)
    sign_in(client, agency, "staf_bkd")

    with django_assert_max_num_queries(15):
        body = client.get(reverse("followup-list")).content.decode()

    assert body.count('<th scope="row"') == rows


def test_tabs_narrow_and_export(client, agency, city, follow_up):
    sign_in(client, agency, "staf_bkd")
    url = reverse("followup-list")

    assert "Perbaikan ABK (1)" in client.get(url).content.decode()
    assert "Tidak ada yang cocok" in client.get(f"{url}?daftar=pengisian").content.decode()
    response = client.get(f"{url}?daftar=perbaikan_abk&format=xlsx")
    book = python_calamine.CalamineWorkbook.from_filelike(BytesIO(b"".join(response.streaming_content)))
    flat = [str(cell) for row in book.get_sheet_by_index(0).to_python() for cell in row]
    assert city.short[0].job.name in flat
    assert "DATA CONTOH" in flat


def test_a_follow_up_is_finished_with_words(client, agency, city, follow_up):
    url = reverse("followup-detail", args=[follow_up.pk])
    sign_in(client, agency, "staf_bkd")
    assert "error-summary" in client.post(url, {"note": ""}).content.decode()

    client.post(url, {"note": "ABK diperbaiki 12 November."})

    with agency_scope(agency):
        assert FollowUp.objects.get().state == "selesai"


def test_follow_ups_of_other_units_are_not_there(client, agency, city, follow_up):
    url = reverse("followup-detail", args=[follow_up.pk])
    sign_in(client, agency, "admin_unit", city.centre)
    assert client.get(url).status_code == 404
    sign_in(client, agency, "admin_unit", city.belawan)
    assert client.get(url).status_code == 200
    assert client.post(url, {"note": "x"}).status_code == 403
    with agency_scope(agency):
        assert FollowUp.objects.get().state == "terbuka"
    sign_in(client, agency, "pegawai")
    assert client.get(url).status_code == 403


def test_a_follow_up_leads_to_its_post_and_where_the_workload_is_mended(client, agency, city, follow_up):
    url, post = reverse("followup-detail", args=[follow_up.pk]), reverse("position-detail", args=[city.short[0].pk])
    with agency_scope(agency):
        sheet = WorkloadSheet.objects.get(unit=city.belawan)
    sign_in(client, agency, "staf_bkd")
    page = client.get(url).content.decode()
    assert f'href="{post}"' in page
    assert f'<a href="{reverse("workload-sheet", args=[sheet.pk])}">Lembar ABK unit, kampanye 2026' in page

    # The sheet of the perangkat daerah is that of a unit below it.
    with agency_scope(agency):
        section = UnitFactory(agency=agency, parent=city.belawan)
        Position.objects.filter(pk=city.short[0].pk).update(unit=section)
    page = client.get(url).content.decode()
    assert f'<a href="{reverse("workload-sheet", args=[sheet.pk])}">Lembar ABK unit, kampanye 2026' in page

    with agency_scope(agency):
        Campaign.objects.update(closed_on=date(2026, 6, 1))
    assert f'<a href="{reverse("workload-board")}">Papan kampanye ABK' in client.get(url).content.decode()
    with agency_scope(agency):
        FollowUp.objects.update(list="pengisian")
    page = client.get(url).content.decode()
    assert (f'href="{post}"' in page, "kampanye ABK" in page) == (True, False)
