"""The file of a very long list is written by a run as its asker sees it, is the asker's alone, and goes after days."""

import csv
import io
from datetime import date, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from asnhr import list_files
from asnhr.imports import storage
from asnhr.models import AuditEntry, Event, Notification, RoleAssignment, Run
from asnhr.scope import agency_scope
from asnhr.services import execute
from positions.models import Employee, NameMapping, WorkloadTask
from tests import api_world
from tests.factories.asnhr import AgencyFactory
from tests.factories.positions import EmployeeFactory, GoalFactory, PositionFactory, UnitFactory
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
    assert run.counts["rows"] == len(list(csv.reader(io.StringIO(made.decode("utf-8-sig"))))) - 2 > 0
    settings.LIST_ROWS_AT_ONCE = 3000
    assert content(client, address) == made
    assert client.post(address).status_code == 405


# Lists that are no table of their own, and the admin's


def notified(agency, user, count=2):
    with agency_scope(agency):
        for number in range(count):
            event = Event.objects.create(agency=agency, kind="role.granted", data={}, object_id=number, url="/")
            Notification.objects.create(agency=agency, user=user, event=event, in_app=True)


def drawn_lists(world) -> dict[str, str]:
    """Each with more than one row, by the name of its page."""
    agency = world.agency
    notified(agency, world.officer)
    with agency_scope(agency):
        for number in range(2):
            NameMapping.objects.create(agency=agency, kind="unit", key=f"DINAS {number}", text=f"Dinas {number}")
            GoalFactory(agency=agency, unit=world.unit)
            Run.objects.create(agency=agency, kind="needs", fingerprint=str(number) * 64)
        sheet = api_world.IN_UNIT["workload-sheets"](agency, world.unit)
        work = api_world.IN_UNIT["workloads"](agency, world.unit)
        for number in range(2, 4):
            WorkloadTask.objects.create(
                agency=agency, workload=work, number=number, task=f"Tugas {number}", output="Surat", volume=1,
                per="tahun", minutes=10,
            )  # fmt: skip
    return {
        "mapping-list": reverse("mapping-list"), "run-list": reverse("run-list"), "goal-list": reverse("goal-list"),
        "notification-list": reverse("notification-list"), "unit-detail": reverse("unit-detail", args=[world.unit.pk]),
        "workload-sheet": reverse("workload-sheet", args=[work.sheet_id or sheet.pk]),
    }  # fmt: skip


def test_every_drawn_list_that_can_be_long_is_left_to_a_run(world, settings):
    client, wrong = signed_in(world.officer), []
    for name, url in drawn_lists(world).items():
        settings.LIST_ROWS_AT_ONCE = 1
        address = f"{url}?format=csv"
        if "latar belakang" not in client.get(address).text:
            wrong.append(f"{name} is written at once")
            continue
        settings.LIST_ROWS_AT_ONCE = 3000
        whole = content(client, address)
        settings.LIST_ROWS_AT_ONCE = 1
        run = world.run_of(client.post(address))
        # The list of runs has one more by then.
        if run.state != "selesai" or (name != "run-list" and content(client, run.result_path) != whole):
            wrong.append(f"{name}: {run.state} {run.problems}")
        assert run.counts["rows"] > 1, name
        if name != "workload-sheet":
            assert (client.post(url).status_code, client.put(address).status_code) == (405, 405), name
    assert wrong == []


def test_who_reads_no_register_fetches_the_own_file_and_sees_no_other_run(world, settings):
    me, other = (user_with(world.agency, "pegawai", username=name) for name in ("saya", "lain"))
    notified(world.agency, me)
    settings.LIST_ROWS_AT_ONCE = 1
    client, address = signed_in(me), f"{reverse('notification-list')}?format=csv"
    assert "latar belakang" in client.get(address).text

    sent = client.post(address)
    run = world.run_of(sent)

    assert run.result_path in client.get(sent["Location"]).text
    assert content(client, run.result_path).decode("utf-8-sig").count("\n") >= 3
    assert f"/pekerjaan/{run.pk}/" in client.get(reverse("run-list")).text
    with agency_scope(world.agency):
        analysis = Run.objects.create(agency=world.agency, kind="needs", fingerprint="0" * 64, requested_by=me)
    assert client.get(reverse("run-detail", args=[analysis.pk])).status_code == 404
    stranger = signed_in(other)
    assert [stranger.get(each).status_code for each in (sent["Location"], run.result_path)] == [404, 404]
    assert stranger.get("/api/v1/runs/").status_code == client.get("/api/v1/runs/").status_code == 403


def test_a_long_list_of_the_admin_is_left_to_a_run_too(world, settings):
    admin = user_with(world.agency, "admin_daerah", username="admin", is_staff=True)
    client, url = signed_in(admin), reverse("admin:positions_employee_changelist")
    address = f"{url}?format=csv&q=siregar"
    assert "latar belakang" in client.get(address).text

    run = world.run_of(client.post(address))

    assert (run.state, run.counts) == ("selesai", {"rows": 6})
    ticked = {"action": "as_csv", "select_across": "1", "_selected_action": ["1"], "index": "0"}
    assert client.post(f"{url}?q=siregar", ticked)["Location"] == f"{url}?q=siregar&format=csv"
    settings.LIST_ROWS_AT_ONCE = 3000
    assert content(client, run.result_path) == content(client, address)
    unit_admin = signed_in(user_with(world.agency, "admin_unit", world.unit, username="unit", is_staff=True))
    settings.LIST_ROWS_AT_ONCE = 3
    mine = world.run_of(unit_admin.post(address))
    assert mine.counts == {"rows": 4}


def test_a_long_history_of_the_trail_is_left_to_a_run(world, settings):
    auditor = signed_in(user_with(world.agency, "auditor", username="auditor"))
    settings.LIST_ROWS_AT_ONCE = 3000
    with agency_scope(world.agency):
        person = Employee.objects.filter(name="Lubis").get()
        for number in range(3):
            Employee.objects.filter(pk=person.pk).update(title_after=f"S.{number}")
        Employee.objects.filter(agency=world.agency).update(title_after="S.H.")
        entry = AuditEntry.objects.filter(table_name="positions_employee").latest("pk")
    for url in (
        reverse("audit-detail", args=[entry.pk]),
        reverse("audit-history", args=["positions_employee", person.pk]),
    ):
        address = f"{url}?format=csv"
        whole = content(auditor, address)
        settings.LIST_ROWS_AT_ONCE = 2
        assert "latar belakang" in auditor.get(address).text, url
        run = world.run_of(auditor.post(address))
        assert content(auditor, run.result_path) == whole, (url, run.problems)
        settings.LIST_ROWS_AT_ONCE = 3000
