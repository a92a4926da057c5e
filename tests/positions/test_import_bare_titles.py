"""A title without the sub-title that several jobs have: the holder's own, the only one of the unit, else ambiguous."""

import datetime
import io

import pytest

from asnhr.imports.framework import Options, run
from asnhr.scope import agency_scope
from positions.imports.employees import EmployeeImporter
from positions.imports.incumbencies import IncumbencyImporter
from positions.imports.needs import NeedImporter
from positions.models import Incumbency
from tests.factories import positions as make
from tests.factories.asnhr import AgencyFactory

D = datetime.date
HOLDER, OTHER, NURSE = "196803081993031001", "197003211995031002", "198009132005021003"


@pytest.fixture
def agency(db):
    agency = AgencyFactory()
    with agency_scope(agency):
        root = make.UnitFactory(agency=agency, code="1271", name="Pemerintah Kota Medan")
        unit = make.UnitFactory(agency=agency, code="1271.2", name="Inspektorat", parent=root)
        lone = make.UnitFactory(agency=agency, code="1271.3", name="Cabang Inspektorat", parent=root)
        for number in ("I", "II"):
            job = make.JobFactory(
                agency=agency, name="Inspektur Pembantu", subtitle=f"Wilayah {number}", group="manajerial",
                level="ADMINISTRATOR", job_class=12,
            )  # fmt: skip
            make.SeatFactory(
                agency=agency, position=make.PositionFactory(agency=agency, code=f"IRBAN-{number}", unit=unit, job=job)
            )
        make.SeatFactory(agency=agency, position=make.PositionFactory(agency=agency, code="CABANG", unit=lone, job=job))
        post = unit.positions.get(code="IRBAN-II")
        for nip in (HOLDER, OTHER, NURSE):
            make.EmployeeFactory(agency=agency, nip=nip, unit=unit, name="BUDI", birth_date=D(*_born(nip)))
        make.IncumbencyFactory(
            agency=agency, position=post, seat=post.seats.get(), employee=post.unit.employees.get(nip=HOLDER),
            starts_on=D(2024, 1, 2),
        )  # fmt: skip
    return agency


def _born(nip):
    return int(nip[:4]), int(nip[4:6]), int(nip[6:8])


def load(importer, agency, text):
    options = Options(today=D(2026, 1, 2))
    return run(importer, io.BytesIO(text.encode()), agency_id=agency.pk, options=options)


def codes(result):
    return {row.row: [p.code for p in row.problems] for row in result.rows if row.problems}


def test_a_list_of_people_knows_its_holders_post_and_calls_others_ambiguous(agency):
    line = "{},BUDI,{},Inspektur Pembantu,02-01-2024,{}\n"
    text = (
        "NIP BARU,NAMA,GOL AKHIR NAMA,JABATAN NAMA,TMT JABATAN,UNOR NAMA\n"
        + line.format(HOLDER, "IV/a", "Inspektorat")
        + line.format(OTHER, "IV/a", "Inspektorat")
        + line.format(NURSE, "IV/a", "Cabang Inspektorat")
    )
    found = codes(load(EmployeeImporter, agency, text))

    assert "JABATAN_MENDUA" in found[3]
    assert not any("JABATAN_TIDAK_DIKENAL" in each for each in found.values())
    assert "JABATAN_MENDUA" not in found.get(2, []) + found.get(4, [])
    with agency_scope(agency):
        posts = Incumbency.objects.filter(ends_on=None).values_list("employee__nip", "position__code")
        assert set(posts) == {(HOLDER, "IRBAN-II"), (NURSE, "CABANG")}


def test_a_list_of_holders_likewise(agency):
    text = (
        "NIP,Unit,Jabatan,TMT\n"
        f"{HOLDER},1271.2,Inspektur Pembantu,02-01-2024\n{OTHER},1271.2,Inspektur Pembantu,02-01-2024\n"
    )
    result = load(IncumbencyImporter, agency, text)
    assert codes(result) == {3: ["JABATAN_MENDUA"]}
    assert result.plan["unchanged"] == 1


def test_a_list_of_needs_says_ambiguous(agency):
    text = "unit;jabatan;kebutuhan;nomor keputusan\n1271.2;Inspektur Pembantu;1;188/1\n1271.2;Pramu;1;188/1\n"
    assert codes(load(NeedImporter, agency, text)) == {2: ["JABATAN_MENDUA"], 3: ["JABATAN_TIDAK_DIKENAL"]}
