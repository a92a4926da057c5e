"""Heads of units in a position map: by duty where the domain says so, managerial where the level is clear."""

import datetime
import io

import pytest

from asnhr.imports.framework import Options, run
from asnhr.scope import agency_scope
from positions.imports.positions import PositionImporter
from positions.models import Job, Position, Seat
from tests.factories import positions as make
from tests.factories.asnhr import AgencyFactory


def load(agency, text):
    options = Options(today=datetime.date(2026, 1, 2), decree="188/1", decree_on=datetime.date(2025, 1, 6))
    return run(PositionImporter, io.BytesIO(text.encode()), agency_id=agency.pk, options=options)


def codes(result):
    return {row.row: [p.code for p in row.problems] for row in result.rows if row.problems}


@pytest.fixture
def agency(db):
    agency = AgencyFactory()
    with agency_scope(agency):
        root = make.UnitFactory(agency=agency, code="1271", name="Pemerintah Kota Medan")
        for code, name in (("P", "Puskesmas Belawan"), ("S", "SD Negeri 060952"), ("D", "Dinas Uji")):
            make.UnitFactory(agency=agency, code=code, name=name, parent=root)
    return agency


HEAD = "unit;nama jabatan;jenjang;kelas jabatan;tugas tambahan;kebutuhan\n"


def test_heads_of_schools_and_puskesmas_are_filled_by_duty(agency):
    result = load(
        agency, HEAD + "P;Kepala Puskesmas;;;;1\nS;Kepala UPT SD Negeri 060952;;9;;\nD;Kepala Dinas Uji;;;;1\n"
    )

    assert (result.written, codes(result)) == (True, {})
    with agency_scope(agency):
        found = Position.objects.values_list("unit__code", "by_duty", "is_head", "job__group", "seats__kind")
        assert set(found) == {
            ("P", True, True, "fungsional", "tugas_tambahan"),
            ("S", True, True, "fungsional", "tugas_tambahan"),
            ("D", False, True, "manajerial", "formasi"),
        }
        assert Job.objects.get(name="Kepala Dinas Uji").level == "JPT_PRATAMA"
        assert Seat.objects.count() == 3


def test_the_column_and_a_managerial_level_decide(agency):
    text = "P;Kepala Puskesmas;Pengawas;9;;1\nS;Kepala Sekolah;;9;tidak;1\nD;Koordinator Laboratorium;Ahli Muda;;ya;1\n"
    assert load(agency, HEAD + text).written
    with agency_scope(agency):
        assert set(Position.objects.values_list("unit__code", "by_duty", "job__level", "seats__kind")) == {
            ("P", False, "PENGAWAS", "formasi"), ("S", False, "PENGAWAS", "formasi"),
            ("D", True, "AHLI_MUDA", "tugas_tambahan"),
        }  # fmt: skip


def test_a_head_of_unclear_level_is_refused_until_the_catalogue_knows_it(agency):
    text = HEAD + "D;Kepala Instalasi Farmasi;;;;1\n"
    assert codes(load(agency, text)) == {2: ["JENJANG_TIDAK_JELAS"]}
    with agency_scope(agency):
        make.JobFactory(agency=agency, name="Kepala Instalasi Farmasi", group="manajerial", level="PENGAWAS")
    assert load(agency, text).written


def test_a_wrong_yes_or_no_is_refused(agency):
    assert codes(load(agency, HEAD + "D;Pengemudi;;3;mungkin;1\n")) == {2: ["YA_TIDAK"]}


TREE = "no;no_atasan;nama_jabatan;jenis_jabatan;kelas_jabatan;tugas tambahan;kebutuhan\n"
CLINIC = (
    "1;;Kepala Dinas Kesehatan;JPT Pratama;14;;1\n2;1;Kepala Puskesmas A;{};9;{};1\n"
    "3;2;Perawat;Terampil;6;;5\n4;2;Pengadministrasi;Pelaksana;5;;1\n"
)


def posts():
    return set(Position.objects.values_list("unit__name", "job__name", "by_duty"))


@pytest.mark.parametrize("kind", ["Fungsional", ""])
@pytest.mark.parametrize("first", ["ya", ""])
def test_a_trees_head_by_duty_changes_how_it_is_filled_and_keeps_its_unit(first, kind, db):
    agency = AgencyFactory()
    assert load(agency, TREE + CLINIC.format(kind, first)).plan["new"] == 4
    with agency_scope(agency):
        before = posts()
        assert ("Puskesmas A", "Perawat", False) in before

    result = load(agency, TREE + CLINIC.format(kind, "tidak"))

    assert result.written, codes(result)
    assert result.plan == {"new": 0, "changed": 1, "unchanged": 3, "corrections": 0, "missing": 0}
    assert [(x["field"], x["before"], x["after"]) for x in result.details["changed"]] == [("by_duty", "ya", "tidak")]
    with agency_scope(agency):
        assert {each[:2] for each in posts()} == {each[:2] for each in before}
    again = load(agency, TREE + CLINIC.format(kind, "tidak"))
    assert (again.plan["unchanged"], again.plan["missing"]) == (4, 0)
    back = load(agency, TREE + CLINIC.format(kind, "ya"))
    assert (back.plan["new"], back.plan["changed"], back.plan["missing"]) == (0, 1, 0)
    with agency_scope(agency):
        assert posts() == before


def test_a_post_known_in_the_office_stays_there_when_it_becomes_a_duty(db):
    agency = AgencyFactory()
    assert load(agency, TREE + CLINIC.format("Fungsional", "tidak")).plan["new"] == 4
    result = load(agency, TREE + CLINIC.format("Fungsional", "ya"))
    assert (result.plan["new"], result.plan["changed"], result.plan["missing"]) == (0, 1, 0)


def test_what_a_tree_leaves_out_is_missing_its_units_included(db):
    agency = AgencyFactory()
    load(agency, TREE + CLINIC.format("Fungsional", "ya"))
    result = load(agency, TREE + CLINIC.format("Fungsional", "ya").splitlines()[0])
    assert (result.plan["unchanged"], result.plan["missing"]) == (1, 3)


def test_a_list_changes_how_a_known_head_is_filled_without_a_level(agency):
    load(agency, HEAD + "P;Kepala Puskesmas;;9;ya;1\n")
    for _month in range(2):
        result = load(agency, HEAD + "P;Kepala Puskesmas;;9;tidak;1\n")
        assert (result.plan["new"], result.plan["missing"]) == (0, 0)
    with agency_scope(agency):
        assert Position.objects.get().by_duty is False


def test_a_unit_that_has_a_head_takes_no_second_one_and_a_head_no_second_seat(agency):
    assert load(agency, HEAD + "D;Kepala Dinas Uji;;;;1\n").written
    with agency_scope(agency):
        head = Position.objects.get()

    second = load(agency, HEAD + "D;Direktur;JPT Pratama;;;1\nD;Analis;Pelaksana;5;;2\nP;Kepala Puskesmas;;;;3\n")
    more = load(agency, HEAD + "D;Kepala Dinas Uji;;;;2\n")
    again = load(agency, HEAD + "D;Kepala Dinas Uji;;;;1\n")

    assert codes(second) == {2: ["KEPALA_UNIT"], 4: ["KEPALA_UNIT"]}
    assert "KEPALA_UNIT" in codes(more)[2]
    assert codes(again) == {}
    with agency_scope(agency):
        assert list(Position.objects.filter(is_head=True)) == [head]
        assert head.seats.count() == 1
