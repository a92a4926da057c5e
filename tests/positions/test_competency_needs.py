"""Competency need by level as a page: sums, units, filters, files, scope."""

from datetime import date
from types import SimpleNamespace

import pytest
import time_machine
from django.urls import reverse

from asnhr.scope import agency_scope
from positions import models
from tests.factories.asnhr import AgencyFactory
from tests.factories.positions import JobCompetencyFactory, JobStandardFactory, TechnicalCompetencyFactory
from tests.positions.needs_pages import analyse, small_city
from tests.roles import user_with

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    """The job of a post in each of two units requires M.1 at level 2 and a technical competency at level 4."""
    agency = AgencyFactory()
    with time_machine.travel("2026-11-22 03:00+07:00", tick=False):
        city = small_city(agency)
        with agency_scope(agency):
            near = city.short[0]
            far = models.Position.objects.filter(agency=agency).exclude(unit=near.unit).exclude(job=near.job).first()
            technical = TechnicalCompetencyFactory(agency=agency, code="T.9")
            for position, level in ((near, 2), (far, 3)):
                standard = JobStandardFactory(agency=agency, job=position.job, starts_on=date(2020, 1, 1))
                for number, code in enumerate(("M.2", "M.1")):
                    national = models.Competency.objects.get(code=code)
                    JobCompetencyFactory(
                        agency=agency, standard=standard, competency=national, level=2 + number * (level - 2)
                    )
                JobCompetencyFactory(agency=agency, standard=standard, competency=None, technical=technical, level=4)
        yield SimpleNamespace(agency=agency, analysis=analyse(agency), near=near, far=far, technical=technical)


def listed(client, world, query=""):
    """Return (code, level, unit or None, needed, holders) of the page's rows."""
    answer = client.get(reverse("competency-need-list", args=[world.analysis.pk]) + query)
    assert answer.status_code == 200
    page = answer.context["page"].rows
    return [(row["code"], row["level"], row.get("unit_name"), row["seats"], row["people"]) for row in page]


def kept(world, **lookup):
    with agency_scope(world.agency):
        return list(models.CompetencyNeed.objects.filter(analysis=world.analysis, **lookup))


def test_sums_of_the_agency_and_of_each_unit_agree(client, world, django_assert_max_num_queries):
    client.force_login(user_with(world.agency, "staf_bkd"))
    listed(client, world)

    with django_assert_max_num_queries(12):
        agency = listed(client, world)
    units = listed(client, world, "?menurut=unit")

    assert [row[:2] for row in agency] == [("M.1", 2), ("M.1", 3), ("M.2", 2), ("T.9", 4)], "in the annex's order"
    technical = kept(world, technical=world.technical)
    assert agency[-1][3:] == (sum(row.needed for row in technical), sum(row.holders for row in technical))
    assert len(units) == len(kept(world))
    for code, level, _unit, needed, holders in agency:
        parts = [row for row in units if row[:2] == (code, level)]
        assert (sum(row[3] for row in parts), sum(row[4] for row in parts)) == (needed, holders)


def test_filters_orders_and_files_are_of_the_same_rows(client, world):
    client.force_login(user_with(world.agency, "staf_bkd"))

    assert {row[0] for row in listed(client, world, "?jenis=T")} == {"T.9"}
    assert {row[1] for row in listed(client, world, "?level=3")} == {3}
    assert {row[0] for row in listed(client, world, "?q=T.9")} == {"T.9"}
    near = listed(client, world, f"?unit={world.near.unit_id}&menurut=unit")
    with agency_scope(world.agency):
        assert {row[2] for row in near} == {world.near.unit.name}
    for order in ("competency", "kind", "level", "needed", "holders", "units", "unit"):
        for way in ("", "-"):
            assert len(listed(client, world, f"?urut={way}{order}")) == 4
            assert listed(client, world, f"?menurut=unit&urut={way}{order}")
    csv = client.get(reverse("competency-need-list", args=[world.analysis.pk]) + "?format=csv&menurut=unit")
    lines = [line for line in b"".join(csv.streaming_content).decode().splitlines() if "T.9" in line]
    assert len(lines) == len(kept(world, technical=world.technical))


def test_a_unit_reads_its_own_and_others_nothing(client, world):
    url = reverse("competency-need-list", args=[world.analysis.pk])
    with agency_scope(world.agency):
        unit = world.near.unit
    client.force_login(user_with(world.agency, "admin_unit", unit))
    assert {row[2] for row in listed(client, world, "?menurut=unit")} == {unit.name}
    client.force_login(user_with(world.agency, "pegawai"))
    assert client.get(url).status_code == 403
    jambi = AgencyFactory(code="1571", name="Pemerintah Kota Jambi", short_name="Jambi")
    client.force_login(user_with(jambi, "staf_bkd"))
    assert client.get(url).status_code == 404


def test_summary_and_unit_lead_there(client, world):
    client.force_login(user_with(world.agency, "staf_bkd"))
    url = reverse("competency-need-list", args=[world.analysis.pk])

    summary = client.get(reverse("analysis-detail", args=[world.analysis.pk])).content.decode()
    unit = client.get(reverse("analysis-unit", args=[world.analysis.pk, world.near.unit_id])).content.decode()

    assert f'href="{url}"' in summary
    assert f'href="{url}?unit={world.near.unit_id}"' in unit
