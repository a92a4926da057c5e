"""Who decides on an opening sees whose it is, and who asks finds the object by a person's NIP."""

from datetime import date

import pytest
from django.urls import reverse

from asnhr.models import AuditOpening
from asnhr.scope import agency_scope
from positions.models import Discipline, Employee
from tests import api_world
from tests.factories.positions import EmployeeFactory, UnitFactory
from tests.roles import user_with

pytestmark = pytest.mark.django_db
SANCTION = {"sanction": "23", "decree_on": date(2026, 1, 1), "ends_on": date(2099, 1, 1)}


@pytest.fixture
def medan():
    agency = api_world.medan()
    with agency_scope(agency):
        agency.unit = UnitFactory(agency=agency)
        agency.person = EmployeeFactory(agency=agency, unit=agency.unit, name="Budi Santoso", phone="0811000111")
        agency.other = EmployeeFactory(agency=agency, unit=agency.unit, name="Ani", phone="0811000222")
        for person in (agency.person, agency.other):
            Employee.objects.filter(pk=person.pk).update(phone="0822")
    return agency


def sanctions(agency, *days):
    """Sanctions of the person that are taken back again: only the trail knows them."""
    with agency_scope(agency):
        rows = [
            Discipline.objects.create(
                agency=agency, employee=agency.person, starts_on=day, decree=f"862/{day:%m}", **SANCTION
            )
            for day in days
        ]
        ids = [row.pk for row in rows]
        for row in rows:
            row.delete()
    return ids


def ask(client, **facts):
    return client.post(reverse("audit-opening-new"), {"purpose": "sengketa", **facts})


def openings(agency):
    with agency_scope(agency):
        return list(AuditOpening.objects.values_list("table_name", "object_id"))


def test_an_object_is_found_by_the_persons_nip(medan, client):
    client.force_login(user_with(medan, "staf_bkd"))

    for number, written in ((medan.person, medan.person.nip), (medan.other, f"#{medan.other.pk}")):
        assert ask(client, table="positions_employee", object_id=written).status_code == 302
        assert openings(medan)[-1] == ("positions_employee", number.pk)


def test_what_was_deleted_is_found_by_nip_too_and_one_of_several_is_chosen(medan, client):
    first, second = sanctions(medan, date(2026, 1, 8), date(2026, 2, 8))
    client.force_login(user_with(medan, "staf_bkd"))

    page = ask(client, table="positions_discipline", object_id=medan.person.nip)
    assert page.status_code == 422
    assert f'value="{first}"' in page.text
    assert f'value="{second}"' in page.text
    assert "pilih salah satu" in page.text
    assert openings(medan) == []

    assert ask(client, table="positions_discipline", object_id=str(second)).status_code == 302
    assert openings(medan) == [("positions_discipline", second)]


@pytest.mark.parametrize(
    ("table", "written", "sentence"),
    [
        ("positions_discipline", "199901012025011001", "Tidak ada nilai rahasia yang tersimpan tentang pegawai ini"),
        ("positions_employee", "bukan nomor", "Tulis NIP 18 angka atau nomor objek."),
        ("positions_employee", "#0", "Tulis NIP 18 angka atau nomor objek."),
        ("asnhr_importjob", "199901012025011001", "tidak tentang satu orang"),
    ],
)
def test_what_cannot_be_found_is_said(table, written, sentence, medan, client):
    client.force_login(user_with(medan, "staf_bkd"))

    page = ask(client, table=table, object_id=written)

    assert page.status_code == 422
    assert sentence in page.text


def test_another_agencys_person_is_not_found(medan, client):
    client.force_login(user_with(api_world.jambi(), "staf_bkd"))

    assert ask(client, table="positions_employee", object_id=medan.person.nip).status_code == 422
    assert openings(medan) == []


@pytest.mark.parametrize("role", ["pyb", "ppk"])
def test_who_decides_sees_whose_it_is(role, medan, client, django_assert_max_num_queries):
    (gone,) = sanctions(medan, date(2026, 1, 8))
    client.force_login(user_with(medan, "staf_bkd"))
    for table, number in (("positions_employee", medan.person.pk), ("positions_discipline", gone)):
        ask(client, table=table, object_id=number)
    client.force_login(user_with(medan, role))

    with agency_scope(medan):
        ids = list(AuditOpening.objects.values_list("pk", flat=True))
    for pk in ids:
        page = client.get(reverse("audit-opening", args=[pk])).text
        assert f"Budi Santoso ({medan.person.nip})" in page
    with django_assert_max_num_queries(15):
        listed = client.get(reverse("audit-openings")).text
    assert listed.count(f"Budi Santoso ({medan.person.nip})") == 2
    assert "hukuman disiplin" in listed
    file = b"".join(client.get(reverse("audit-openings"), {"format": "csv"}).streaming_content).decode()
    assert file.count(f"Budi Santoso ({medan.person.nip})") == 2


def test_who_reads_no_register_sees_no_name(medan, client):
    """The number and the kind stay; whose it is, is the register's to say."""
    client.force_login(user_with(medan, "staf_bkd"))
    ask(client, table="positions_employee", object_id=medan.person.pk)
    with agency_scope(medan):
        (made,) = AuditOpening.objects.all()
    client.force_login(user_with(medan, "petugas_pdp"))
    assert client.get(reverse("audit-opening", args=[made.pk])).status_code == 403

    client.force_login(user_with(api_world.jambi(), "ppk"))
    assert client.get(reverse("audit-opening", args=[made.pk])).status_code == 404


def test_a_history_leads_who_may_ask_to_the_form(medan, client):
    address = reverse("audit-history", args=["positions_employee", medan.person.pk])
    wanted = f"?tabel=positions_employee&amp;objek={medan.person.pk}"
    client.force_login(user_with(medan, "staf_bkd"))
    assert wanted in client.get(address).text
    form = client.get(reverse("audit-opening-new"), {"tabel": "positions_employee", "objek": medan.person.pk}).text
    assert f'value="{medan.person.pk}"' in form

    client.force_login(user_with(medan, "admin_daerah"))
    assert wanted not in client.get(address).text
