"""Nobody changes the own record: no appointment, duty, end or exit of oneself, by service, page, API or file."""

import datetime
import io

import pytest
from django.urls import reverse

from asnhr.errors import NotAllowed
from asnhr.imports.framework import Options, run
from asnhr.scope import agency_scope
from positions.imports.contracts import ContractImporter
from positions.imports.incumbencies import IncumbencyImporter
from positions.imports.jobs import JobImporter
from positions.models import Employee, Incumbency, Job
from positions.services import register
from tests import api_world
from tests.factories import positions as make
from tests.roles import user_with, with_access

pytestmark = pytest.mark.django_db
D = datetime.date
NIP = "199009132025242914"


@pytest.fixture
def medan():
    return api_world.medan()


@pytest.fixture(params=["staf_bkd", "pyb", "ppk"])
def world(request, medan):
    """(own record, another's, a vacant post, the officer whose record it is)."""
    with agency_scope(medan):
        unit = make.UnitFactory(agency=medan, code="DINAS-1", name="Dinas")
        job = make.JobFactory(agency=medan, name="Sekretaris", group="manajerial", level="ADMINISTRATOR")
        post = make.PositionFactory(agency=medan, unit=unit, code="S1", job=job, is_head=True)
        make.SeatFactory(agency=medan, position=post)
        own = make.EmployeeFactory(agency=medan, unit=unit, nip=NIP, status="PPPK", name="Sendiri")
        other = make.EmployeeFactory(agency=medan, unit=unit, nip="199803082023121901", name="Lain")
    officer = user_with(medan, request.param, nip=NIP)
    return own, other, post, officer


def test_the_services_refuse_the_own_person_and_take_another(medan, world):
    own, other, post, officer = world
    with agency_scope(medan, officer.pk):
        with_access(officer, medan)
        on = {"actor": officer, "position": post, "starts_on": D(2026, 1, 1), "decree": "SK/1"}
        with pytest.raises(NotAllowed):
            register.appoint(employee=own, **on)
        with pytest.raises(NotAllowed):
            register.open_acting(employee=own, kind="plh", **on)
        with pytest.raises(NotAllowed):
            register.record_exit(
                actor=officer, employee=own, exits_on=D(2026, 2, 1), reason="pindah", legal_status="88"
            )
        mine = make.IncumbencyFactory(agency=medan, employee=own, starts_on=D(2020, 1, 1))
        with pytest.raises(NotAllowed):
            register.close_incumbency(actor=officer, incumbency=mine, ends_on=D(2026, 2, 1))
        assert register.appoint(employee=other, **on).employee_id == other.pk


def test_pages_and_api_refuse_it_too(client, medan, world):
    own, other, post, officer = world
    client.force_login(officer)
    facts = {"kind": "definitif", "starts_on": "2026-01-01", "decree": "SK/1"}
    page = f"{reverse('position-appoint', args=[post.pk])}?pegawai={own.pk}"
    assert client.post(page, facts).status_code == 403
    api = {"position_id": post.pk, "employee_id": own.pk, "starts_on": "2026-01-01", "decree": "SK/1"}
    answer = client.post("/api/v1/incumbencies/", api, content_type="application/json")
    assert answer.status_code == 403, answer.content
    gone = {"exits_on": "2026-02-01", "reason": "pindah", "legal_status": "88"}
    answer = client.post(f"/api/v1/employees/{own.pk}/exit/", gone, content_type="application/json")
    assert answer.status_code == 403, answer.content
    with agency_scope(medan):
        assert not Incumbency.objects.filter(employee=own).exists()
        assert Employee.objects.get(pk=own.pk).exits_on is None
    assert client.post("/api/v1/incumbencies/", api | {"employee_id": other.pk}, content_type="application/json")


def refused(importer, medan, text, **given):
    options = Options(today=D(2026, 1, 2), own_nip=NIP, skip_rejected=True, **given)
    result = run(importer, io.BytesIO(text.encode()), agency_id=medan.pk, options=options)
    return {row.row for row in result.rows for problem in row.problems if problem.code == "BERKAS_SENDIRI"}


def test_files_are_taken_without_the_own_row(medan, world):
    own, _other, _post, _officer = world
    with agency_scope(medan):
        make.EmployeeFactory(agency=medan, nip="199009132025242915", unit=own.unit, status="PPPK")
    text = (
        "NI PPPK;Nomor Kontrak;Mulai;Berakhir;Perpanjangan\n"
        f"{NIP};K/1;01-03-2024;28-02-2027;\n199009132025242915;K/2;01-03-2024;28-02-2027;\n"
    )
    assert refused(ContractImporter, medan, text) == {2}
    text = (
        "NIP;Jabatan;Kode Unit;Jenis;TMT;Nomor SK\n"
        f"{NIP};Sekretaris;DINAS-1;definitif;01-01-2026;SK/1\n{NIP};Sekretaris;DINAS-1;Plt;01-01-2026;SK/1\n"
        "199803082023121901;Sekretaris;DINAS-1;definitif;01-01-2026;SK/1\n"
    )
    assert refused(IncumbencyImporter, medan, text) == {2, 3}
    with agency_scope(medan):
        assert own.contracts.count() == own.incumbencies.count() == 0
        assert Incumbency.objects.filter(employee__nip="199803082023121901").exists()


def test_the_class_of_the_own_job_comes_by_nobodys_own_file(medan, world):
    own, _other, post, _officer = world
    with agency_scope(medan):
        Job.objects.filter(pk=post.job_id).update(job_class=9)
        make.JobFactory(agency=medan, name="Pengemudi", group="pelaksana", level="PELAKSANA", job_class=4)
        make.IncumbencyFactory(agency=medan, employee=own, position=post, starts_on=D(2020, 1, 1))
    text = "nama jabatan;jenjang;kelas\nSekretaris;Administrator;{}\nPengemudi;Pelaksana;5\n"

    decree = {"decree": "188/1", "decree_on": D(2025, 12, 1)}
    assert refused(JobImporter, medan, text.format(12), **decree) == {2}
    assert refused(JobImporter, medan, text.format(9), **decree) == set()
    with agency_scope(medan):
        assert dict(Job.objects.values_list("name", "job_class")) == {"Sekretaris": 9, "Pengemudi": 5}
