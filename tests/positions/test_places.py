"""Units of one name are told apart by their office, in lists and in their files."""

import csv
from io import StringIO

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from asnhr.scope import agency_scope
from positions.models import NeedsResult, Unit
from tests.factories import positions as make
from tests.factories.asnhr import AgencyFactory
from tests.positions.needs_pages import analyse
from tests.roles import user_with

pytestmark = pytest.mark.django_db


@pytest.fixture
def medan():
    """Two districts with a secretariat of the same name and post each."""
    agency = AgencyFactory(code="1271")
    with agency_scope(agency):
        top = make.UnitFactory(agency=agency, name="Pemerintah Kota")
        job, head = (make.JobFactory(agency=agency, name=name) for name in ("Sekretaris Kecamatan", "Camat"))
        for name in ("Medan Area", "Medan Kota"):
            office = make.UnitFactory(agency=agency, name=f"Kecamatan {name}", parent=top)
            unit = make.UnitFactory(agency=agency, name="Sekretariat Kecamatan", parent=office)
            make.PositionFactory(agency=agency, unit=unit, job=job)
            make.PositionFactory(agency=agency, unit=office, job=head)
    return agency


def signed_in(client, agency):
    client.force_login(user_with(agency, "staf_bkd"))
    return client


def rows_of(answer):
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    rows = list(csv.reader(StringIO(body.decode("utf-8-sig"))))
    at = next(number for number, row in enumerate(rows) if "Kode" in row)
    return [dict(zip(rows[at], row, strict=True)) for row in rows[at + 1 :] if len(row) == len(rows[at])]


@pytest.mark.parametrize("is_analysis", [False, True])
def test_posts_of_one_name_in_units_of_one_name_are_told_apart(is_analysis, client, medan):
    address = reverse("position-list")
    if is_analysis:
        analysis = analyse(medan)
        address = reverse("analysis-table", args=[analysis.pk])
    signed_in(client, medan)

    page = client.get(address).content.decode()
    listed = rows_of(client.get(address, {"format": "csv"}))

    for name in ("Medan Area", "Medan Kota"):
        assert page.count(f"Sekretariat Kecamatan · Kecamatan {name}") >= 1
        # An office is not named twice.
        assert f"Kecamatan {name} · Kecamatan {name}" not in page
    assert len({row["Kode"] for row in listed}) == len(listed) == 4
    assert {row["Jabatan (keterangan)"] for row in listed} >= {
        "Sekretariat Kecamatan · Kecamatan Medan Area", "Sekretariat Kecamatan · Kecamatan Medan Kota"
    }  # fmt: skip


def test_a_result_keeps_the_name_that_its_unit_bore(medan):
    analysis = analyse(medan)
    with agency_scope(medan):
        row = NeedsResult.objects.filter(analysis=analysis, unit_name="Sekretariat Kecamatan").first()
        row.unit_name = "Sekretariat Lama"

        assert row.place.startswith("Sekretariat Lama · Kecamatan Medan ")


@pytest.fixture
def subdivisions(medan):
    """A unit of the same name in each of two offices, and in two branches of one of them."""
    with agency_scope(medan):
        root = Unit.objects.get(name="Pemerintah Kota")
        names = ("Dinas Pendidikan", "Dinas Kesehatan")
        top, other = (make.UnitFactory(agency=medan, name=name, parent=root) for name in names)
        above = [top, other]
        above += [make.UnitFactory(agency=medan, name=f"UPT SD {number}", parent=top) for number in (1, 2)]
        units = [make.UnitFactory(agency=medan, name="Subbagian Umum dan Kepegawaian", parent=each) for each in above]
        post = make.PositionFactory(agency=medan, unit=units[0], job=make.JobFactory(agency=medan, name="Arsiparis"))
        for unit in units:
            unit.refresh_from_db()
    return units, post


@pytest.mark.parametrize(
    ("route", "of", "role"),
    [
        ("unit-merge", "unit", "admin_daerah"), ("unit-move", "unit", "admin_daerah"),
        ("position-move", "post", "admin_daerah"), ("position-new", "", "admin_daerah"),
        ("employee-new", "", "staf_bkd"),
    ],
)  # fmt: skip
def test_a_step_that_picks_a_unit_names_what_it_is_under(route, of, role, client, medan, subdivisions):
    units, post = subdivisions
    arguments = {"unit": [units[0].pk], "post": [post.pk], "": []}[of]
    client.force_login(user_with(medan, role))

    with CaptureQueriesContext(connection) as cost:
        answer = client.get(reverse(route, args=arguments), {"q": "subbagian umum"})
    page = answer.content.decode()

    assert answer.status_code == 200
    assert len(cost) <= 15
    offered = [unit for unit in units if of != "unit" or unit.pk != units[0].pk]
    details = [f"{unit.parent.name} · {unit.code}" for unit in offered if unit.parent_id == unit.office_id]
    details += [f"{unit.parent.name} · {unit.office.name}" for unit in offered if unit.parent_id != unit.office_id]
    assert len(details) == len(offered)
    assert [each for each in details if each not in page] == []
