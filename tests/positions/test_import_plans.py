"""What a file would change, before it is saved: counted right, within the scope of who asks."""

import datetime
import io

import pytest
from django.urls import reverse

from asnhr.imports.framework import Options, run
from asnhr.scope import agency_scope
from positions.imports.needs import NeedImporter
from positions.imports.positions import PositionImporter
from positions.imports.units import UnitImporter
from positions.models import Position, Unit
from tests.factories import positions as make
from tests.factories.asnhr import AgencyFactory
from tests.roles import user_with

D = datetime.date
TODAY = D(2026, 1, 2)


def load(importer, agency, text, **options):
    return run(importer, io.BytesIO(text.encode()), agency_id=agency.pk, options=Options(today=TODAY, **options))


@pytest.fixture
def agency(db):
    agency = AgencyFactory()
    with agency_scope(agency):
        root = make.UnitFactory(agency=agency, code="1271", name="Pemerintah Kota Medan")
        clerk = make.JobFactory(agency=agency, name="Pengadministrasi Perkantoran")
        driver = make.JobFactory(agency=agency, name="Pengemudi")
        for code, name in (("1271.40", "Kecamatan Medan Belawan"), ("1271.41", "Kecamatan Medan Labuhan")):
            unit = make.UnitFactory(agency=agency, code=code, name=name, parent=root)
            for letter, job in (("C", clerk), ("D", driver)):
                make.PositionFactory(agency=agency, code=f"{letter}-{code}", unit=unit, job=job)
    return agency


@pytest.fixture
def belawan(agency):
    with agency_scope(agency):
        return Unit.objects.get(agency=agency, code="1271.40")


MAP = (
    "unit;nama jabatan;kelas jabatan;kebutuhan\n1271.40;Pengadministrasi Perkantoran;5;2\n"
    "1271.41;Pengadministrasi Perkantoran;5;2\n"
)


def test_a_district_sees_no_position_of_another_in_the_plan_of_a_map(agency, belawan):
    result = load(PositionImporter, agency, MAP, unit_paths=(belawan.path,), dry_run=True)

    assert [row.outcome for row in result.rows] == ["header", "accepted", "rejected"]
    assert [line["code"] for line in result.details["missing"]] == ["D-1271.40"]
    assert result.plan["missing"] == 1
    assert "Labuhan" not in str(result.as_json())


def test_a_district_sees_no_unit_of_another_in_the_plan_of_units(agency, belawan):
    text = "kode,kode_induk,nama\n1271.40,1271,Kecamatan Medan Belawan\n1271.41,1271,Kecamatan Baru\n"
    result = load(UnitImporter, agency, text, unit_paths=(belawan.path,), dry_run=True)

    assert [row.outcome for row in result.rows] == ["header", "accepted", "rejected"]
    assert result.details["missing"] == []
    assert result.plan == {"new": 0, "changed": 0, "unchanged": 1, "corrections": 0, "missing": 0}
    assert "Labuhan" not in str(result.as_json())


def test_refused_rows_count_nowhere_and_no_count_is_negative(agency, belawan):
    for paths in (None, (belawan.path,)):
        text = MAP + "1271.41;Pengemudi;99;1\n"
        result = load(PositionImporter, agency, text, unit_paths=paths, dry_run=True)
        assert min(result.plan.values()) >= 0
        changed = 2 if paths is None else 1
        assert (result.plan["new"], result.plan["changed"], result.plan["unchanged"]) == (0, changed, 0)


def test_a_correction_counts_once_and_only_where_nothing_else_is_wrong(agency, belawan):
    head = "unit;jabatan;kebutuhan;nomor keputusan;tanggal keputusan\n"
    first = head + "".join(f"{code};Pengemudi;2;188/1;05-01-2025\n" for code in ("1271.40", "1271.41"))
    assert load(NeedImporter, agency, first).written

    result = load(NeedImporter, agency, first.replace(";2;", ";3;"), unit_paths=(belawan.path,), dry_run=True)

    assert result.plan == {"new": 0, "changed": 0, "unchanged": 0, "corrections": 1, "missing": 0}


def test_goals_count_the_posts_of_the_district_but_none_served_elsewhere_is_forgotten(client, agency, belawan):
    with agency_scope(agency):
        goal = make.GoalFactory(agency=agency, code="1", level="sasaran", text="Pelayanan prima")
        for post in Position.objects.filter(agency=agency).exclude(unit=belawan):
            post.goal_links.create(agency=agency, goal=goal, linked_on=D(2022, 1, 1))
    client.force_login(user_with(agency, "admin_unit", belawan))

    text = client.get(reverse("goal-list")).content.decode()
    tree = text.partition("Pohon sasaran")[2]
    assert "tag fit" not in tree
    assert "belum dilayani" not in tree
    assert 'id="tanpa-jabatan"' not in text

    with agency_scope(agency):
        Position.objects.get(code="C-1271.40").goal_links.create(agency=agency, goal=goal, linked_on=D(2022, 1, 1))
    assert '<span class="tag fit">1 jabatan</span>' in client.get(reverse("goal-list")).content.decode()
