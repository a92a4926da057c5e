"""An analysis says where people were never imported, for who sees it and for the unit that is open."""

import pytest
from django.urls import reverse

from asnhr.scope import agency_scope
from positions.models import Incumbency, NeedsResult, Position, RecommendationLine
from positions.queries import staffing
from tests.factories.asnhr import AgencyFactory
from tests.factories.positions import PositionFactory, UnitFactory
from tests.positions.needs_pages import analyse, small_city
from tests.roles import user_with, with_access

pytestmark = pytest.mark.django_db


@pytest.fixture
def agency():
    return AgencyFactory()


@pytest.fixture
def city(agency):
    return small_city(agency)


def bereft(agency, *units):
    with agency_scope(agency):
        Incumbency.objects.filter(position__unit__in=units).delete()


def read(client, analysis, name="analysis-detail", *more):
    return client.get(reverse(name, args=[analysis.pk, *more])).content.decode()


def test_an_agency_whose_people_were_never_imported_is_told_so(client, agency, city):
    bereft(agency, city.belawan, city.centre)
    analysis = analyse(agency)
    client.force_login(user_with(agency, "staf_bkd"))

    for body in (read(client, analysis), read(client, analysis, "analysis-unit", city.belawan.pk)):
        assert "Bezetting belum diimpor: belum ada pegawai" in body


def test_only_the_offices_without_people_are_named(client, agency, city):
    bereft(agency, city.belawan)
    analysis = analyse(agency)
    client.force_login(user_with(agency, "staf_bkd"))

    assert "Bezetting belum diimpor pada 1 dari 2 perangkat daerah: Kecamatan Medan Belawan." in read(client, analysis)
    assert "Bezetting belum diimpor: belum" in read(client, analysis, "analysis-unit", city.belawan.pk)
    assert "Bezetting belum" not in read(client, analysis, "analysis-unit", city.centre.pk)
    client.force_login(user_with(agency, "admin_unit", city.centre))
    assert "Bezetting belum" not in read(client, analysis)


def test_who_left_was_on_record_and_a_printed_map_says_its_b(agency, city, django_assert_num_queries):
    bereft(agency, city.belawan)
    with agency_scope(agency):
        Incumbency.objects.update(starts_on="2020-01-01", ends_on="2021-01-01")
        Position.objects.filter(unit=city.belawan).update(printed_holders=1)
    analysis = analyse(agency)
    user = user_with(agency, "staf_bkd")
    with agency_scope(agency):
        user = with_access(user, agency)
        with django_assert_num_queries(1):
            assert staffing.unstaffed(user, analysis) == ([], 2)


@pytest.mark.parametrize("rows", [1, 20])
def test_many_offices_cost_the_same_and_few_are_named(rows, client, agency, django_assert_max_num_queries):
    small_city(agency)
    with agency_scope(agency):
        for number in range(rows):
            unit = UnitFactory(agency=agency, name=f"Dinas {number:02}", office=None)
            PositionFactory(agency=agency, unit=unit)
    analysis = analyse(agency)
    client.force_login(user_with(agency, "staf_bkd"))

    with django_assert_max_num_queries(20):
        body = read(client, analysis)

    assert ("dan 15 lainnya" in body) is (rows == 20)
    assert f"belum diimpor pada {rows} dari {rows + 2}" in body


def test_what_waits_is_told_in_lines_and_in_positions(client, agency, city):
    analysis = analyse(agency)
    with agency_scope(agency):
        # Row 8 brings two lines for one position.
        first = RecommendationLine.objects.order_by("pk")[0]
        RecommendationLine.objects.create(
            agency=agency, result=first.result, number=2, recommendation="USUL_FORMASI", quantity=1, priority=2,
        )  # fmt: skip
        waiting = RecommendationLine.objects.exclude(recommendation="PERTAHANKAN").count()
        assert NeedsResult.objects.count() == 2
    client.force_login(user_with(agency, "staf_bkd"))

    body, table = read(client, analysis), read(client, analysis, "analysis-table")

    assert f"{waiting} rekomendasi pada {waiting - 1} jabatan menunggu keputusan." in body
    assert "Buka jabatan yang perlu keputusan" in body
    assert f"Jabatan yang perlu keputusan <b>{waiting - 1}</b>" in table
