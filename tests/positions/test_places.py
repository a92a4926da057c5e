"""Units of one name are told apart by their office, in lists and in their files."""

import csv
from io import StringIO

import pytest
from django.urls import reverse

from asnhr.scope import agency_scope
from positions.models import NeedsResult
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
