"""The history of the own record, its rows, documents and requests is open to their person, to nobody else by that."""

import json
from datetime import date

import pytest
from django.urls import reverse

from asnhr.audit.declared import FULL, by_table
from asnhr.models import AuditEntry, User
from asnhr.privacy.declared import holdings
from asnhr.scope import agency_scope
from positions.models import ChangeRequest, Discipline, Employee, EmployeeContact, EmployeeDocument, EmployeePhoto
from tests import api_world
from tests.factories.asnhr import UserFactory
from tests.factories.positions import EmployeeFactory, UnitFactory
from tests.positions.test_admin_lists import MAKE_IN_UNIT
from tests.roles import user_with

pytestmark = pytest.mark.django_db


@pytest.fixture
def medan():
    agency = api_world.medan()
    with agency_scope(agency, None, "persiapan"):
        agency.unit = UnitFactory(agency=agency, name="Dinas Kesehatan")
        agency.person = EmployeeFactory(agency=agency, unit=agency.unit, name="Budi")
        later = UnitFactory(agency=agency, name="Dinas Sosial")
        Employee.objects.filter(pk=agency.person.pk).update(unit=later)
    return agency


@pytest.fixture
def owner(medan, client):
    user = user_with(medan, "pegawai", nip=medan.person.nip)
    client.force_login(user)
    return user


def rows_of(agency, person):
    """A document, a contact, a photo and a request of a person, as an officer wrote them."""
    officer = UserFactory(first_name="Rina")
    login = User.objects.filter(nip=person.nip).first() or UserFactory(nip=person.nip)
    with agency_scope(agency, officer.pk, "berkas masuk"):
        number = EmployeeDocument.objects.count()
        return [
            EmployeeDocument.objects.create(
                agency=agency, employee=person, kind_id="ijazah", number="IJ/1", filename="ijazah.pdf", format="pdf",
                size=1, pages=1, sha256="0" * 64, stored_as=f"d{agency.pk}-{number}.bin", uploaded_by=officer,
            ),
            EmployeeContact.objects.create(
                agency=agency, employee=person, kind="telepon_dinas", value="061 4512412", sensitivity="umum",
                starts_on=date(2024, 1, 1),
            ),
            EmployeePhoto.objects.create(
                agency=agency, employee=person, stored_as=f"p{agency.pk}-{number}.bin", sha256="0" * 64, size=1,
                width=3, height=4, changed_by=officer,
            ),
            ChangeRequest.objects.create(
                agency=agency, employee=person, target="telepon", proposed='{"phone": "0812"}', explanation="Baru",
                requested_by=login,
            ),
            Discipline.objects.create(
                agency=agency, employee=person, sanction="23", decree="862/1", decree_on=date(2026, 1, 1),
                starts_on=date(2026, 1, 8), ends_on=date(2099, 1, 1),
            ),
        ]  # fmt: skip


def page(client, row):
    return client.get(reverse("audit-history", args=[row._meta.db_table, row.pk]))


def api(client, row):
    return client.get(f"/api/v1/history/{row._meta.db_table}/{row.pk}/")


@pytest.mark.parametrize("door", [page, api])
def test_a_person_follows_the_own_record_and_its_rows(door, medan, owner, client):
    own = rows_of(medan, medan.person)

    for row in (medan.person, *own):
        assert door(client, row).status_code == 200, row._meta.db_table
    told = json.dumps(api(client, medan.person).json(), ensure_ascii=False)
    # Who, what, why; the units by their names, though the person reads no register.
    assert "Rina" in told
    assert "berkas masuk" in told
    assert '"old": "Dinas Kesehatan", "new": "Dinas Sosial"' in told
    assert "Budi" in told
    assert "dokumen" in told
    assert "hukuman disiplin" in told
    with agency_scope(medan):
        assert not AuditEntry.objects.filter(kind="baca").exists()


@pytest.mark.parametrize("door", [page, api])
def test_nobody_follows_anothers_record_by_that(door, medan, owner, client):
    with agency_scope(medan):
        colleague = EmployeeFactory(agency=medan, unit=medan.unit)
    jambi = api_world.jambi()
    with agency_scope(jambi):
        # The same NIP in another agency is another record.
        namesake = EmployeeFactory(agency=jambi, unit=UnitFactory(agency=jambi), nip=medan.person.nip)

    for agency, person in ((medan, colleague), (jambi, namesake)):
        for row in (person, *rows_of(agency, person)):
            assert door(client, row).status_code == 404, row._meta.db_table
    assert door(client, medan.unit).status_code == 404
    assert client.get("/riwayat/asnhr_legalhold/1/").status_code == 404


def test_an_officer_of_another_unit_follows_the_own_record_too(medan, client):
    with agency_scope(medan):
        other = UnitFactory(agency=medan)
    user = user_with(medan, "admin_unit", other, nip=medan.person.nip)
    client.force_login(user)
    assert page(client, medan.person).status_code == 404

    client.force_login(user_with(medan, "pegawai", nip="199001012020121001"))
    assert page(client, medan.person).status_code == 404
    client.logout()
    assert page(client, medan.person).status_code == 302
    assert api(client, medan.person).status_code in (401, 403)


def test_without_the_own_role_a_nip_opens_nothing(medan, client):
    client.force_login(user_with(medan, "petugas_pdp", nip=medan.person.nip))

    # Histories of incidents and holds are this role's; of a person it is told of none.
    assert page(client, medan.person).status_code == 404
    assert api(client, medan.person).status_code == 404


@pytest.mark.parametrize("role", ["pegawai", "staf_bkd"])
def test_documents_contacts_and_photo_lead_to_their_history(role, medan, client):
    client.force_login(user_with(medan, role, nip=medan.person.nip if role == "pegawai" else ""))
    document, contact, photo, request, _sanction = rows_of(medan, medan.person)

    for route, pk, row in (
        ("employee-documents", medan.person.pk, document), ("employee-contacts", medan.person.pk, contact),
        ("employee-photo-edit", medan.person.pk, photo), ("change-request-detail", request.pk, request),
        ("employee-detail", medan.person.pk, medan.person),
    ):  # fmt: skip
        address = reverse("audit-history", args=[row._meta.db_table, row.pk])
        assert f'href="{address}"' in client.get(reverse(route, args=[pk])).text, route
        assert client.get(address).status_code == 200, route
    if role == "pegawai":
        address = reverse("audit-history", args=["positions_employee", medan.person.pk])
        assert f'href="{address}"' in client.get(reverse("employee-own")).text


def test_what_a_person_follows_is_what_the_own_copy_holds():
    """The path to the person is the one of the register of processing, so both speak of the same rows."""
    own = {known.model: known.own for known in by_table().values() if known.own}
    assert own == {model: holdings.get(model).person for model in own}
    assert all(by_table()[known.table].mode == FULL for known in by_table().values() if known.own)
    for name in ("changerequest", "employeedocument", "employeecontact", "employeephoto", "discipline", "familymember"):
        assert any(model.lower() == f"positions.{name}" for model in own), name
    # What waits for a decision about somebody, holds and incidents stay with who decides.
    assert not {"positions.RemovalHearing", "asnhr.LegalHold", "asnhr.DataIncident"} & own.keys()
    assert {"changerequest", "employeedocument"} <= MAKE_IN_UNIT.keys()
