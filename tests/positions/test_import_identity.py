"""What a NIP says against what the file says: rules N1 to N7 of the number, status, grade and dates."""

import csv
import datetime
import io

import pytest

from asnhr.imports.framework import Options, run
from asnhr.scope import agency_scope
from positions.imports.employees import EmployeeImporter
from positions.models import Employee
from tests.factories import positions as make
from tests.factories.asnhr import AgencyFactory

TODAY = datetime.date(2026, 1, 2)
HEADERS = [
    "NIP BARU", "NAMA", "TANGGAL LAHIR", "STATUS CPNS PNS", "GOL AKHIR NAMA", "TMT GOLONGAN", "JABATAN NAMA",
    "TMT JABATAN", "UNOR NAMA",
]  # fmt: skip
PNS, PPPK = "198609262015051001", "199009132025242014"


def row(nip=PNS, status="PNS", grade="III/a", since="01-01-2020", birth="", grade_since="01-01-2020"):
    birth = birth or f"{nip[6:8]}-{nip[4:6]}-{nip[:4]}"
    return [nip, "BUDI HARTONO", birth, status, grade, grade_since, "Pengemudi", since, "Kecamatan Medan Belawan"]


def load(agency, *rows, **options):
    target = io.StringIO()
    csv.writer(target).writerows([HEADERS, *rows])
    source = io.BytesIO(target.getvalue().encode())
    return run(EmployeeImporter, source, agency_id=agency.pk, options=Options(today=TODAY, **options))


def found(result):
    return {(p.code, p.severity) for line in result.rows for p in line.problems}


@pytest.fixture
def agency(db):
    agency = AgencyFactory()
    with agency_scope(agency):
        root = make.UnitFactory(agency=agency, code="1271", name="Pemerintah Kota Medan")
        make.UnitFactory(agency=agency, code="1271.40", name="Kecamatan Medan Belawan", parent=root)
        make.JobFactory(agency=agency, name="Pengemudi")
    return agency


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ({"nip": "209001012015051001", "birth": "01-01-1990"}, ("NIP", "error")),
        ({"nip": "200801012025051001"}, ("UMUR_PENGANGKATAN", "warning")),
        ({"nip": "202401012025051001"}, ("TANGGAL", "error")),
        ({"birth": "01-01-1920"}, ("TANGGAL", "error")),
        ({"nip": "201001012025211001", "status": "PPPK", "grade": "IX"}, ("UMUR_PENGANGKATAN", "warning")),
        ({"birth": "01-01-2090"}, ("TANGGAL", "error")),
        ({"status": "PPPK", "grade": "IX"}, ("STATUS_BUKAN_NIP", "error")),
        ({"nip": PPPK}, ("STATUS_BUKAN_NIP", "error")),
        ({"nip": PPPK, "status": "CPNS"}, ("STATUS_BUKAN_NIP", "error")),
        ({"grade": "IX"}, ("GOLONGAN_STATUS", "warning")),
        ({"nip": PPPK, "status": "PPPK"}, ("GOLONGAN_STATUS", "warning")),
        ({"since": "01-05-2034"}, ("TMT_MENDATANG", "warning")),
    ],
)
def test_what_cannot_be_or_does_not_fit_is_said(agency, given, problem):
    result = load(agency, row(**given))

    assert problem in found(result)
    assert result.written == (problem[1] == "warning")


@pytest.mark.parametrize("given", [{}, {"nip": PPPK, "status": "PPPK", "grade": "IX", "since": "01-06-2025"}])
def test_a_sound_row_has_no_word(agency, given):
    assert found(load(agency, row(**given))) == set()


def test_a_grade_of_the_other_status_is_not_recorded(agency):
    load(agency, row(grade="IX"), row(nip=PPPK, status="PPPK", grade="III/a"))
    with agency_scope(agency):
        assert set(Employee.objects.values_list("rank", "pay_group")) == {(None, None)}


def test_a_changed_status_is_a_correction_and_erases_no_rank_before_it_is_confirmed(agency):
    load(agency, row())
    other = row(status="PPPK", grade="IX", grade_since="01-01-2021")

    result = load(agency, other)
    assert ("KOREKSI", "error") in found(result)
    assert ("STATUS_BUKAN_NIP", "warning") in found(result)
    assert result.plan["corrections"] == 1
    with agency_scope(agency):
        assert Employee.objects.values_list("status", "rank").get() == ("PNS", 31)

    assert load(agency, other, confirm_corrections=True).written
    with agency_scope(agency):
        assert Employee.objects.values_list("status", "rank", "pay_group").get() == ("PPPK", None, 9)


def test_a_cpns_becomes_pns_without_a_correction(agency):
    load(agency, row(status="CPNS"))
    assert found(load(agency, row())) == set()
    with agency_scope(agency):
        assert Employee.objects.get().status == "PNS"


def test_a_list_without_a_status_says_nothing_about_it(agency):
    load(agency, row(nip=PPPK, status="PPPK paruh waktu", grade="IX", since="01-06-2025"))
    assert found(load(agency, row(nip=PPPK, status="", grade="IX", since="01-06-2025"))) == set()
    with agency_scope(agency):
        assert Employee.objects.get().status == "PPPK_PW"
