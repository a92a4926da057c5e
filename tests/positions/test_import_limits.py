"""What the register cannot hold is refused at its row, never cut and never left to the database."""

import datetime
import io
from decimal import Decimal

import pytest

from asnhr import registry, told
from asnhr.imports.framework import Options, run
from asnhr.imports.limits import _figure, limits_of
from asnhr.scope import agency_scope
from positions.imports.contracts import ContractImporter
from positions.imports.employees import EmployeeImporter
from positions.imports.goals import GoalImporter
from positions.imports.incumbencies import IncumbencyImporter
from positions.imports.jobs import JobImporter
from positions.imports.needs import NeedImporter
from positions.imports.positions import PositionImporter
from positions.imports.units import UnitImporter
from positions.imports.workload import WorkloadImporter
from positions.models import Employee, Goal, Job, PositionNeed, Unit
from tests.factories.asnhr import AgencyFactory
from tests.factories.positions import EmployeeFactory, JobFactory, PositionFactory, UnitFactory

NIP = "198703212017121902"


def load(importer, agency, text, **options):
    options = Options(today=datetime.date(2026, 1, 2), **options)
    return run(importer, io.BytesIO(text.encode()), agency_id=agency.pk, options=options)


def problems(result):
    return [(p.row, p.severity, p.column, p.code) for row in result.rows for p in row.problems]


@pytest.fixture
def agency(db):
    agency = AgencyFactory()
    with agency_scope(agency):
        unit = UnitFactory(agency=agency, code="U", name="Kecamatan")
        PositionFactory(agency=agency, code="P", unit=unit, job=JobFactory(agency=agency, name="Pengelola"))
        EmployeeFactory(agency=agency, nip=NIP, unit=unit)
    return agency


def x(count):
    return "X" * count


LONG = "TERLALU_PANJANG"
RANGE = "DI_LUAR_RENTANG"


@pytest.mark.parametrize(
    ("importer", "text", "column", "code"),
    [
        (UnitImporter, f"kode;kode_induk;nama\n{x(41)};U;Dinas\n", "kode", LONG),
        (UnitImporter, f"kode;kode_induk;nama\nD;U;{x(251)}\n", "nama", LONG),
        (UnitImporter, f"kode;kode_induk;nama;kode wilayah\nD;U;Dinas;{x(14)}\n", "kode wilayah", LONG),
        (UnitImporter, f"kode;kode_induk;nama;unor_id\nD;U;Dinas;{x(41)}\n", "unor_id", LONG),
        (JobImporter, f"nama jabatan;kode;kelas\nPramu;{x(41)};3\n", "kode", LONG),
        (JobImporter, f"nama jabatan;kode;kelas\n{x(251)};1;3\n", "nama jabatan", LONG),
        (JobImporter, f"nama jabatan;sub jabatan;kelas\nPramu;{x(151)};3\n", "sub jabatan", LONG),
        (JobImporter, f"nama jabatan;kelompok;kelas\nPramu;{x(201)};3\n", "kelompok", LONG),
        (JobImporter, "nama jabatan;eselon;kelas\nPramu;III.a.b;3\n", "eselon", LONG),
        (JobImporter, "nama jabatan;bup khusus;kelas\nPramu;70000;3\n", "bup khusus", RANGE),
        (NeedImporter, "kode jabatan;kebutuhan;no sk\nP;99999999999;1\n", "kebutuhan", RANGE),
        (NeedImporter, f"kode jabatan;kebutuhan;no sk\nP;3;{x(121)}\n", "no sk", LONG),
        (NeedImporter, f"unit;jabatan;kebutuhan;no sk\n{x(301)};Pramu;3;1\n", "unit", LONG),
        (PositionImporter, "unit;nama jabatan;kelas;kebutuhan\nU;Pramu;3;99999999999\n", "kebutuhan", RANGE),
        (PositionImporter, f"unit;nama jabatan;kelas;kebutuhan\nU;{x(251)};3;1\n", "nama jabatan", LONG),
        (PositionImporter, f"unit;nama jabatan;kebutuhan;no sk\nU;Pramu;1;{x(121)}\n", "no sk", LONG),
        (PositionImporter, f"unit;nama jabatan;jenis jabatan\nU;Kasubag {x(242)};Pengawas\n", "nama jabatan", LONG),
        (WorkloadImporter, f"kode jabatan;uraian tugas;volume;norma waktu\nP;{x(501)};1;1\n", "uraian tugas", LONG),
        (WorkloadImporter, f"kode jabatan;uraian tugas;satuan;volume;norma waktu\nP;T;{x(151)};1;1\n", "satuan", LONG),
        (WorkloadImporter, "kode jabatan;uraian tugas;volume;norma waktu\nP;T;99999999999;1\n", "volume", RANGE),
        (WorkloadImporter, "kode jabatan;uraian tugas;volume;norma waktu\nP;T;1;999999999\n", "norma waktu", RANGE),
        (WorkloadImporter, "kode jabatan;uraian tugas;volume;norma waktu;wke\nP;T;1;1;99999999 jam\n", "wke", RANGE),
        (
            ContractImporter,
            f"nip;nomor kontrak;mulai;berakhir\n{NIP};{x(121)};1-1-2025;31-12-2025\n",
            "nomor kontrak",
            LONG,
        ),
        (IncumbencyImporter, f"nip;kode jabatan;tmt;no sk\n{NIP};P;1-1-2025;{x(121)}\n", "no sk", LONG),
        (GoalImporter, f"kode;tingkat;uraian\n{x(31)};Visi;Maju\n", "kode", LONG),
        (GoalImporter, f"kode;tingkat;uraian;indikator\nV;Visi;Maju;{x(251)}\n", "indikator", LONG),
        (EmployeeImporter, f"nip;nama;gol ruang;satker;jabatan\n{NIP};{x(151)};III/a;U;Pengelola\n", "nama", LONG),
        (EmployeeImporter, f"nip;nama;gol;satker;jabatan;thn\n{NIP};Budi;III/a;U;Pengelola;40000\n", "thn", RANGE),
    ],
)
def test_what_does_not_fit_is_an_error_of_its_cell_in_the_dry_run_too(agency, importer, text, column, code):
    looked = load(importer, agency, text, dry_run=True)
    result = load(importer, agency, text)

    for found in (looked, result):
        assert found.refused is None
        assert (2, "error", column, code) in problems(found)
        assert found.totals["rejected"] == 1
    assert not result.written
    problem = next(p for p in result.rows[1].problems if p.code == code)
    assert problem.value
    assert problem.message


def test_what_just_fits_is_kept_whole(agency):
    assert load(UnitImporter, agency, f"kode;kode_induk;nama\n{x(40)};U;{x(250)}\n").written
    decree = {"decree": x(120), "decree_on": datetime.date(2025, 1, 6)}
    assert load(JobImporter, agency, f"nama jabatan;kode;kelas\nPramu;{x(40)};3\n", **decree).written
    assert (
        load(NeedImporter, agency, f"kode jabatan;kebutuhan;no sk\nP;99999;{x(120)}\n", dry_run=True).totals["rejected"]
        == 0
    )
    assert load(NeedImporter, agency, f"kode jabatan;kebutuhan;no sk\nP;9;{x(120)}\n").written
    assert load(GoalImporter, agency, f"kode;tingkat;uraian\n{x(30)};Visi;Maju\n").written
    with agency_scope(agency):
        assert len(Unit.objects.get(code=x(40)).name) == 250
        assert Job.objects.get(code=x(40))
        assert len(PositionNeed.objects.get().decree) == 120
        assert Goal.objects.get(code=x(30))


def test_what_a_person_can_do_without_is_left_out_with_a_warning(agency):
    head = "PNS ID;NIP BARU;NIP LAMA;NAMA;GELAR BELAKANG;TANGGAL LAHIR;NOMOR HP;GOL AKHIR NAMA;JABATAN NAMA\n"
    text = head + f"1;{NIP};{x(12)};Budi;{x(101)};21-03-1987;081234567890/081234567891;III/a;\n"
    result = load(EmployeeImporter, agency, text, confirm_corrections=True)

    assert result.written
    columns = {p.column for row in result.rows for p in row.problems if p.code == LONG and p.severity == "warning"}
    assert columns == {"NIP LAMA", "GELAR BELAKANG", "NOMOR HP"}
    with agency_scope(agency):
        person = Employee.objects.get(nip=NIP)
        assert (person.name, person.nip_old, person.title_after, person.phone) == ("Budi", "", "", "")


def test_a_decree_that_is_too_long_refuses_the_file(agency):
    result = load(NeedImporter, agency, "kode jabatan;kebutuhan\nP;3\n", decree=x(121))

    assert result.refused["code"] == LONG


def test_every_limit_is_of_a_column_and_a_field(db):
    for _kind, importer in registry.importers.items():
        columns = {column.field for layout in importer.layouts for column in layout.columns}
        assert set(importer.keeps) <= columns | {"decree"}, importer.kind
        assert importer.spare <= set(importer.keeps)
        for model, field in importer.keeps.values():
            assert limits_of(model._meta.get_field(field)) != (None, None, None), (model, field)


def test_limits_are_written_as_people_write_numbers():
    figures = [
        told.filled("%(n)s", told.kept({"n": _figure(each)}))
        for each in (None, 0, Decimal("32767.000000"), Decimal("0E-6"), Decimal("999.99"), 100)
    ]
    assert figures == ["…", "0", "32.767", "0", "999,99", "100"]
