"""Units from the lists that others made; next file; errors of a tree."""

import datetime
from pathlib import Path

import pytest

from asnhr.imports.framework import Options, run
from asnhr.scope import agency_scope
from positions.imports.units import UnitImporter
from positions.models import Unit, UnitPeriod
from tests.factories.asnhr import AgencyFactory

DATA = Path(__file__).resolve().parent.parent / "data" / "imports"
TODAY = datetime.date(2026, 1, 2)


def load(agency, source, tmp_path=None, **options):
    if tmp_path is not None:
        path = tmp_path / "berkas.csv"
        path.write_text(source)
        source = path
    return run(UnitImporter, source, agency_id=agency.pk, options=Options(today=TODAY, **options))


@pytest.fixture
def agency(db):
    return AgencyFactory(code="35", name="Pemerintah Provinsi Jawa Timur", short_name="Jatim", kind="provinsi")


def test_the_real_units_of_jawa_timur_come_in_clean(agency):
    result = load(agency, DATA / "unor_prov_jatim_siasn.csv")

    assert result.refused is None
    assert result.totals == {"accepted": 5302, "warned": 0, "rejected": 0, "skipped": 0}
    with agency_scope(agency):
        assert Unit.objects.count() == UnitPeriod.objects.count() == 5302
        deep = Unit.objects.exclude(parent=None).exclude(parent__parent=None).select_related("parent").first()
        assert deep.path == f"{deep.parent.path}.{deep.pk}"
        assert deep.office_id == int(deep.path.split(".")[1])


def test_a_second_import_changes_nothing(agency):
    load(agency, DATA / "unor_prov_jatim_siasn.csv")
    with agency_scope(agency):
        before = list(Unit.objects.order_by("pk").values_list())

    result = load(agency, DATA / "unor_prov_jatim_siasn.csv")

    assert result.plan == {"new": 0, "changed": 0, "unchanged": 5302, "corrections": 0, "missing": 0}
    with agency_scope(agency):
        assert list(Unit.objects.order_by("pk").values_list()) == before


def test_medan_with_kinds_and_siasn_ids(agency):
    assert load(agency, DATA / "unor_kota_medan.csv").totals["accepted"] == 515
    assert load(agency, DATA / "template_unor_id_sintetis.csv").totals["accepted"] == 515
    with agency_scope(agency):
        belawan = Unit.objects.get(name="Kecamatan Medan Belawan")
        assert (belawan.kind, belawan.siasn_id, belawan.is_model) == (
            "kecamatan",
            "685F470B1CF65F85A9D080F71AAB9BC6",
            False,
        )
        assert Unit.objects.filter(kind="puskesmas").count() >= 42


def test_errors_of_the_tree_come_all_at_once_and_nothing_is_written(agency, tmp_path):
    text = "kode,kode_induk,nama\nA,,Pemda\nB,X,Dinas\nC,D,Bidang\nD,C,Seksi\nA,,Lagi\nE,A,\n"
    result = load(agency, text, tmp_path)

    found = {row.row: [p.code for p in row.problems] for row in result.rows if row.problems}
    assert found == {
        3: ["INDUK_TIDAK_ADA"],
        4: ["INDUK_MELINGKAR"],
        5: ["INDUK_MELINGKAR"],
        6: ["KODE_GANDA"],
        7: ["WAJIB"],
    }
    assert not result.written
    assert result.failed
    with agency_scope(agency):
        assert Unit.objects.count() == 0


def test_skip_rejected_writes_the_rest_but_no_orphans(agency, tmp_path):
    text = "kode;kode_induk;nama\nA;;Pemda\nB;X;Dinas\nC;B;Bidang\nD;A;Badan\n"
    result = load(agency, text, tmp_path, skip_rejected=True)

    assert result.written
    assert not result.failed
    with agency_scope(agency):
        assert set(Unit.objects.values_list("code", flat=True)) == {"A", "D"}


def test_what_is_reported_accepted_below_a_rejected_parent_is_written(agency, tmp_path):
    load(agency, "kode;kode_induk;nama\nA;;Pemda\nZ;A;Dinas Lama\n", tmp_path)
    # B is rejected for its name; C, D and E hang below it, Z would move there; F stands below A.
    text = "kode;kode_induk;nama\nB;A;\nC;B;Bidang\nD;C;Seksi\nE;D;Tim\nZ;B;Dinas Lama\nF;A;Badan\n"
    options = {"decree": "Perda 1/2026", "decree_on": datetime.date(2026, 3, 1), "skip_rejected": True}
    looked = load(agency, text, tmp_path, dry_run=True, **options)
    result = load(agency, text, tmp_path, **options)

    assert [row.outcome for row in result.rows] == ["header", *["rejected"] * 5, "accepted"]
    assert {row.row: [p.code for p in row.problems] for row in result.rows if row.problems} == {
        2: ["WAJIB"],
        3: ["INDUK_TIDAK_ADA"],
        4: ["INDUK_TIDAK_ADA"],
        5: ["INDUK_TIDAK_ADA"],
        6: ["INDUK_TIDAK_ADA"],
    }
    assert ([row.as_json() for row in looked.rows], looked.plan) == (
        [row.as_json() for row in result.rows],
        result.plan,
    )
    with agency_scope(agency):
        assert set(Unit.objects.values_list("code", flat=True)) == {"A", "F", "Z"}


def test_a_moved_unit_follows_with_a_decree_and_is_a_correction_without(agency, tmp_path):
    load(agency, "kode,kode_induk,nama\nA,,Pemda\nB,A,Dinas\nC,A,Bidang\n", tmp_path)
    moved = "kode,kode_induk,nama\nA,,Pemda\nB,A,Dinas\nC,B,Bidang Baru\n"

    refused = load(agency, moved, tmp_path)
    assert [p.code for p in refused.rows[3].problems] == ["KOREKSI"]
    assert not refused.written

    followed = load(agency, moved, tmp_path, decree="Perda 1/2026", decree_on=datetime.date(2026, 3, 1))
    assert followed.plan["changed"] == 1
    with agency_scope(agency):
        unit = Unit.objects.get(code="C")
        assert (unit.name, unit.parent.code) == ("Bidang Baru", "B")
        old, new = UnitPeriod.objects.filter(unit=unit).order_by("starts_on")
        assert old.ends_on == new.starts_on == datetime.date(2026, 3, 1)
        assert (old.name, new.decree, new.decree_on) == ("Bidang", "Perda 1/2026", datetime.date(2026, 3, 1))
        assert (old.decree, old.decree_on) == ("", None)


def test_missing_units_are_listed_and_stay_open(agency, tmp_path):
    load(agency, "kode,kode_induk,nama\nA,,Pemda\nB,A,Dinas\n", tmp_path)

    result = load(agency, "kode,kode_induk,nama\nA,,Pemda\n", tmp_path)

    assert result.details["missing"] == [{"code": "B", "name": "Dinas"}]
    assert result.judged == {"by": "agency", "names": [], "count": 0}
    with agency_scope(agency):
        assert Unit.objects.get(code="B").ends_on is None
