"""The private e-mail and mobile of a record: who edits records, and the person; in every door the same rule."""

import pytest
from django.urls import reverse

from asnhr.scope import agency_scope
from tests import api_world
from tests.factories import positions as make
from tests.roles import user_with

pytestmark = pytest.mark.django_db
EMAIL, PHONE = "siti.pribadi@contoh.example", "081355577799"
ROLES = [
    ("staf_bkd", True), ("admin_daerah", True), ("auditor", False), ("bagian_organisasi", False), ("atasan", False),
]  # fmt: skip


@pytest.fixture
def medan():
    return api_world.medan()


@pytest.fixture
def head(medan):
    """Heads the unit in which the person works."""
    with agency_scope(medan):
        job = make.JobFactory(agency=medan, group="manajerial", level="ADMINISTRATOR")
        unit = make.UnitFactory(agency=medan)
        seat = make.SeatFactory(
            agency=medan, position=make.PositionFactory(agency=medan, unit=unit, job=job, is_head=True)
        )
        held = make.IncumbencyFactory(agency=medan, seat=seat, position=seat.position)
        held.employee.unit = unit
        held.employee.save()
    return held.employee


@pytest.fixture
def person(medan, head):
    with agency_scope(medan):
        return make.EmployeeFactory(agency=medan, unit=head.unit, name="Siti", email=EMAIL, phone=PHONE)


def told(response):
    assert response.status_code == 200, response.content
    body = b"".join(response.streaming_content) if response.streaming else response.content
    return {EMAIL.encode() in body, PHONE.encode() in body}


@pytest.mark.parametrize(("role", "sees"), ROLES)
def test_the_page_tells_contacts_as_the_api_does(client, medan, head, person, role, sees):
    nip = head.nip if role == "atasan" else ""
    client.force_login(user_with(medan, role, **({"nip": nip} if nip else {})))
    page = reverse("employee-detail", args=[person.pk])

    for as_of in ({}, {"as_of": "2021-06-01"}):
        assert told(client.get(page, as_of)) == {sees}
    if role != "atasan":
        assert told(client.get(f"/api/v1/employees/{person.pk}/")) == {sees}
        assert told(client.get("/api/v1/employees/")) == {sees}
        for kind in ("csv", "xlsx"):
            assert told(client.get(reverse("employee-list"), {"format": kind})) == {False}
        assert told(client.get(reverse("employee-list"), {"q": person.name})) == {False}


@pytest.mark.parametrize("role", ["pegawai", "auditor"])
def test_the_person_reads_the_own_contacts(client, medan, person, role):
    client.force_login(user_with(medan, role, nip=person.nip))

    assert told(client.get(reverse("employee-own"))) == {True}
    if role == "auditor":
        assert told(client.get(f"/api/v1/employees/{person.pk}/")) == {True}
        assert told(client.get("/api/v1/employees/")) == {True}


@pytest.mark.parametrize(("role", "sees"), ROLES[1:4])
def test_the_admin_tells_contacts_to_who_edits(client, medan, person, role, sees):
    client.force_login(user_with(medan, role, is_staff=True))

    answer = client.get(f"/admin/positions/employee/{person.pk}/change/")

    assert answer.status_code in ((200,) if sees else (200, 403))
    assert (EMAIL.encode() in answer.content, PHONE.encode() in answer.content) == (sees, sees)
