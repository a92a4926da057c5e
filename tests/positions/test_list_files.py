"""The file of a very long list is written by a run as its asker sees it, is the asker's alone, and goes after days."""

from datetime import date, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from asnhr import list_files
from asnhr.imports import storage
from asnhr.models import RoleAssignment, Run
from asnhr.scope import agency_scope
from asnhr.services import execute
from tests.factories.asnhr import AgencyFactory
from tests.factories.positions import EmployeeFactory, PositionFactory, UnitFactory
from tests.roles import user_with

pytestmark = pytest.mark.django_db

ADDRESS = "/pegawai/?q=siregar&format=csv"


class World:
    def __init__(self) -> None:
        self.agency = AgencyFactory()
        with agency_scope(self.agency):
            root = UnitFactory(agency=self.agency, code="R")
            self.unit, other = (UnitFactory(agency=self.agency, parent=root) for _number in range(2))
            for number in range(6):
                unit = self.unit if number < 4 else other
                EmployeeFactory(agency=self.agency, unit=unit, name=f"Siregar {number}")
                PositionFactory(agency=self.agency, unit=unit)
            EmployeeFactory(agency=self.agency, unit=other, name="Lubis")
        self.officer = user_with(self.agency, "staf_bkd", username="officer")

    def run_of(self, answer) -> Run:
        pk = int(answer["Location"].rstrip("/").rpartition("/")[2])
        execute(agency_id=self.agency.pk, run_id=pk, heartbeat=False)
        with agency_scope(self.agency):
            return Run.objects.get(pk=pk)


@pytest.fixture
def world(settings, tmp_path):
    settings.UPLOAD_DIR, settings.LIST_ROWS_AT_ONCE = tmp_path, 3
    return World()


def signed_in(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def content(client, url) -> bytes:
    answer = client.get(url)
    assert answer.status_code == 200, url
    return b"".join(answer.streaming_content)


def test_a_long_list_becomes_the_same_file_in_a_run_for_the_asker_alone(world, settings):
    client = signed_in(world.officer)
    assert 'format=csv" download' not in client.get("/pegawai/").text
    asked = client.get(ADDRESS)
    assert "6 baris" in asked.text
    with agency_scope(world.agency):
        assert not Run.objects.exists()
    sent = client.post(ADDRESS)
    assert client.post(ADDRESS)["Location"] == sent["Location"]
    run = world.run_of(sent)
    file = reverse("list-file", args=[run.pk])

    assert (run.state, run.result_path, run.counts) == ("selesai", file, {"rows": 6})
    assert file in client.get(sent["Location"]).text
    assert file in client.get(ADDRESS).text
    made = content(client, file)
    # A colleague of all the agency sees that there was a run, and has no file; nor has another agency.
    colleague = signed_in(user_with(world.agency, "staf_bkd", username="colleague"))
    assert file not in colleague.get(sent["Location"]).text
    strangers = (colleague, signed_in(user_with(AgencyFactory(), "staf_bkd")), Client())
    assert [each.get(file).status_code for each in strangers] == [404, 404, 302]
    settings.LIST_ROWS_AT_ONCE = 6
    assert 'format=csv" download' in client.get("/pegawai/?q=siregar").text
    assert content(client, ADDRESS) == made
    assert client.post("/pegawai/").status_code == 405

    # After its days: gone from the disk, and with it what was searched for.
    with agency_scope(world.agency):
        over = timezone.now() - timedelta(days=settings.LIST_FILE_DAYS, seconds=1)
        Run.objects.filter(pk=run.pk).update(finished_at=over)
    assert client.get(file).status_code == 404
    assert (list_files.purge(world.agency), list_files.purge(world.agency)) == (1, 0)
    with agency_scope(world.agency):
        run.refresh_from_db()
        assert (run.parameters, run.result_path) == ({"path": "/pegawai/"}, "")
    assert list(storage.folder_of(world.agency.code, list_files.AREA).iterdir()) == []


def test_the_file_of_a_unit_holds_the_unit_and_a_role_that_ended_gives_none(world):
    keeper = user_with(world.agency, "pengelola_kepegawaian", world.unit, username="keeper")
    client = signed_in(keeper)

    run = world.run_of(client.post(ADDRESS))

    text = content(client, run.result_path).decode("utf-8-sig")
    assert [f"Siregar {number}" in text for number in range(6)] == [True] * 4 + [False] * 2
    later = client.post(f"{ADDRESS}&urut=-nama")
    with agency_scope(world.agency):
        RoleAssignment.objects.filter(user=keeper).update(ends_on=date(2021, 1, 1))
    failed = world.run_of(later)
    assert (failed.state, "stored_as" in failed.parameters) == ("gagal", False)
    assert client.get(run.result_path).status_code == 404


@pytest.mark.parametrize("name", ["unit-map-xlsx", "unit-map-formasi"])
def test_a_large_map_is_a_file_of_a_run(name, world, settings):
    client, address = signed_in(world.officer), f"{reverse(name)}?format=csv"
    assert "latar belakang" in client.get(address).text

    run = world.run_of(client.post(address))

    made = content(client, run.result_path)
    settings.LIST_ROWS_AT_ONCE = 3000
    assert content(client, address) == made
    assert client.post(address).status_code == 405
