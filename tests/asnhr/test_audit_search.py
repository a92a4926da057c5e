"""The auditor finds by NIP all that the trail holds of a person, and is told when a text can find nothing."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from asnhr.audit.declared import FULL, by_table
from asnhr.models import AuditEntry
from asnhr.scope import agency_scope
from positions.models import Employee
from tests import api_world
from tests.factories.positions import EmployeeFactory, UnitFactory
from tests.positions.test_admin_lists import MAKE_IN_UNIT
from tests.roles import user_with

pytestmark = pytest.mark.django_db
ABOUT_PEOPLE = sorted(
    known.model for known in by_table().values()
    if known.mode == FULL and any(field.name == "employee" for field in known.model_class._meta.local_fields)
)  # fmt: skip


@pytest.fixture
def medan():
    return api_world.medan()


@pytest.fixture
def auditor(medan, client):
    client.force_login(user_with(medan, "auditor"))
    return client


def found(client, **query):
    rows = client.get("/api/v1/audit-entries/", query)
    assert rows.status_code == 200, rows.content
    return {row["table_name"] for row in rows.json()["results"]}


@pytest.mark.parametrize("model", ABOUT_PEOPLE)
def test_every_table_about_people_is_found_by_nip(model):
    known = next(each for each in by_table().values() if each.model == model)

    assert "employee__nip" in known.found_by


@pytest.mark.parametrize("model", ABOUT_PEOPLE)
def test_an_auditor_finds_the_entries_of_a_persons_row(model, medan, auditor):
    name = model.partition(".")[2].lower()
    with agency_scope(medan):
        row = MAKE_IN_UNIT[name](medan, UnitFactory(agency=medan))
        other = EmployeeFactory(agency=medan, unit=UnitFactory(agency=medan))
    known = next(each for each in by_table().values() if each.model == model)
    person = Employee._base_manager
    with agency_scope(medan):
        nip = person.get(pk=row.employee_id).nip if row.employee_id else ""

    assert known.table in found(auditor, objek=nip or other.nip) or not row.employee_id
    assert known.table not in found(auditor, objek=other.nip)


def test_a_nip_is_found_as_it_is_printed(medan, auditor):
    with agency_scope(medan):
        person = MAKE_IN_UNIT["award"](medan, UnitFactory(agency=medan)).employee
    nip = person.nip
    printed = f"{nip[:8]} {nip[8:14]} {nip[14]} {nip[15:]}"

    assert {"positions_employee", "positions_award"} <= found(auditor, objek=printed) == found(auditor, objek=nip)
    assert found(auditor, objek=printed, tabel="positions_award") == {"positions_award"}
    page = auditor.get(reverse("audit-list"), {"objek": f" {printed} ", "tabel": "positions_award"}).text
    assert "dicari dengan NIP" not in page
    user_with(medan, "staf_bkd", username="pelaku", nip=nip)
    assert auditor.get("/api/v1/audit-entries/", {"pelaku": printed}).status_code == 200


def test_a_name_of_few_people_finds_their_histories(medan, auditor):
    with agency_scope(medan):
        unit = UnitFactory(agency=medan)
        person = MAKE_IN_UNIT["award"](medan, unit).employee
        Employee.objects.filter(pk=person.pk).update(name="Gerhana Sunyi")
        other = MAKE_IN_UNIT["discipline"](medan, unit).employee
        Employee.objects.filter(pk=other.pk).update(name="Tenang Sekali")

    assert {"positions_employee", "positions_award"} <= found(auditor, objek="gerhana")
    assert "positions_discipline" not in found(auditor, objek="gerhana")
    assert found(auditor, objek="gerhana", tabel="positions_employee") == {"positions_employee"}

    with agency_scope(medan):
        for _number in range(20):
            EmployeeFactory(agency=medan, unit=unit, name="Gerhana Ramai")
    assert found(auditor, objek="gerhana") == {"positions_employee"}
    assert "paling banyak 20 orang" in auditor.get(reverse("audit-list")).text


def test_another_agencys_person_is_not_found(medan, auditor):
    jambi = api_world.jambi()
    with agency_scope(jambi):
        row = MAKE_IN_UNIT["discipline"](jambi, UnitFactory(agency=jambi))

    assert found(auditor, objek=row.employee.nip) == set()


def test_a_search_by_words_is_one_query_whatever_is_searched(medan, auditor):
    with agency_scope(medan):
        person = EmployeeFactory(agency=medan, unit=UnitFactory(agency=medan))
    address = reverse("audit-list")
    with CaptureQueriesContext(connection) as plain:
        auditor.get(address, {"jenis": "hapus"})

    for text in (person.nip, "tidak ada yang bernama begini"):
        with CaptureQueriesContext(connection) as asked:
            auditor.get(address, {"objek": text})
        assert len(asked) <= len(plain) + 3, text
        assert len(asked) <= 15


def test_a_text_that_means_nothing_is_said_so(medan, auditor):
    page = auditor.get(reverse("audit-list"), {"objek": "tidak ada yang bernama begini"}).text
    assert "Tidak ada objek yang bernama, berkode, atau ber-NIP" in page

    for table, sentence in (
        ("positions_seat", "hanya dicari dengan #nomor"), ("positions_award", "dicari dengan NIP atau #nomor"),
    ):  # fmt: skip
        assert sentence in auditor.get(reverse("audit-list"), {"objek": "teladan", "tabel": table}).text
        refusal = auditor.get("/api/v1/audit-entries/", {"objek": "teladan", "tabel": table})
        assert refusal.status_code == 400
        assert sentence in refusal.text
        assert auditor.get("/api/v1/audit-entries/", {"objek": "#1", "tabel": table}).status_code == 200


def test_who_searches_is_an_auditor(medan, client):
    client.force_login(user_with(medan, "staf_bkd"))

    assert client.get("/api/v1/audit-entries/", {"objek": "1"}).status_code == 403
    with agency_scope(medan):
        assert not AuditEntry.objects.filter(kind="baca").exists()
