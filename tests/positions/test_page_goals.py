"""Goals by hand on pages and by API: opened, changed, closed, linked with positions and tasks; who may what."""

from datetime import date

import pytest
from django.urls import reverse

from asnhr.scope import agency_scope
from positions.models import Goal, PositionGoal, WorkloadTask
from tests import api_world
from tests.factories.asnhr import AgencyFactory
from tests.factories.positions import GoalFactory, PositionFactory, UnitFactory, WorkloadFactory, WorkloadTaskFactory
from tests.roles import user_with

pytestmark = pytest.mark.django_db


@pytest.fixture
def medan():
    return AgencyFactory()


@pytest.fixture
def office(medan):
    with agency_scope(medan):
        return UnitFactory(agency=medan, code="DINKES", name="Dinas Kesehatan")


@pytest.fixture
def aim(medan):
    with agency_scope(medan):
        return GoalFactory(agency=medan, code="T1", level="tujuan", text="Kota sehat")


def sign_in(client, agency, role, *units):
    client.force_login(user_with(agency, role, *units))
    return client


NEW = {
    "code": "S1.1", "level": "sasaran", "text": "Angka harapan hidup naik", "indicator": "AHH", "parent": "T1",
    "unit": "DINKES", "starts_on": "2026-01-01",
}  # fmt: skip


def goal(medan, code):
    with agency_scope(medan):
        return Goal.objects.select_related("parent", "unit").get(code=code)


def test_a_goal_is_opened_changed_and_closed_on_pages(client, medan, office, aim):
    sign_in(client, medan, "bagian_organisasi")
    assert reverse("goal-new") in client.get(reverse("goal-list")).content.decode()

    assert client.post(reverse("goal-new"), NEW).status_code == 302
    made = goal(medan, "S1.1")
    assert (made.parent, made.unit, made.starts_on) == (aim, office, date(2026, 1, 1))
    change = {name: value for name, value in NEW.items() if name != "starts_on"} | {"text": "AHH naik", "unit": ""}
    assert client.post(reverse("goal-edit", args=[made.pk]), change).status_code == 302
    assert (goal(medan, "S1.1").text, goal(medan, "S1.1").unit) == ("AHH naik", None)

    refused = client.post(reverse("goal-close", args=[aim.pk]), {"ends_on": "2026-06-01"})
    assert refused.status_code == 422
    assert "Tutup dahulu sasaran di bawahnya: S1.1." in refused.content.decode()
    assert client.post(reverse("goal-close", args=[made.pk]), {"ends_on": "2026-06-01"}).status_code == 302
    assert goal(medan, "S1.1").ends_on == date(2026, 6, 1)
    assert "tidak berlaku mulai" in client.get(reverse("goal-detail", args=[made.pk])).content.decode()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"code": "T1"}, "Kode sasaran ini sudah dipakai."),
        ({"parent": "X"}, "Kode ini tidak dikenal."),
        ({"unit": "X"}, "Kode ini tidak dikenal."),
        ({"level": "misi"}, "Sasaran induk harus setingkat atau di atas"),
        ({"level": "visi"}, "Sasaran induk harus setingkat atau di atas"),
    ],
)
def test_a_wrong_goal_is_refused_in_words(changes, words, client, medan, office, aim):
    sign_in(client, medan, "bagian_organisasi")

    answer = client.post(reverse("goal-new"), NEW | changes)

    assert answer.status_code == 422
    assert words in answer.content.decode()


def test_a_goal_does_not_stand_below_itself(client, medan, aim):
    with agency_scope(medan):
        below = GoalFactory(agency=medan, code="T2", level="tujuan", parent=aim)
    sign_in(client, medan, "bagian_organisasi")

    answer = client.post(
        reverse("goal-edit", args=[aim.pk]), {"code": "T1", "level": "tujuan", "text": "x", "parent": below.code}
    )

    assert "bawahannya sendiri" in answer.content.decode()


@pytest.mark.parametrize("role", ["staf_bkd", "admin_unit", "auditor", "pengelola_kepegawaian"])
def test_goals_are_the_bureaus(role, client, medan, aim):
    sign_in(client, medan, role)

    for name in ("goal-edit", "goal-close"):
        assert client.post(reverse(name, args=[aim.pk])).status_code == 403
    assert client.get(reverse("goal-new")).status_code == 403
    assert client.post("/api/v1/goals/", NEW, content_type="application/json").status_code == 403
    assert reverse("goal-new") not in client.get(reverse("goal-list")).content.decode()


def test_goals_of_another_agency_are_not_there(client, medan, aim):
    jambi = api_world.jambi()
    sign_in(client, jambi, "bagian_organisasi")

    for name in ("goal-edit", "goal-close"):
        assert client.post(reverse(name, args=[aim.pk])).status_code == 404
    assert client.patch(f"/api/v1/goals/{aim.pk}/", {"text": "x"}, content_type="application/json").status_code == 404
    assert client.post(reverse("goal-new"), NEW).status_code == 422


def test_tasks_are_found_linked_and_unlinked(client, medan, office, aim):
    with agency_scope(medan):
        work = WorkloadFactory(
            agency=medan, position=PositionFactory(agency=medan, unit=office), sheet=api_world._sheet(medan, office)
        )
        task = WorkloadTaskFactory(agency=medan, workload=work, task="Menyuluh kesehatan ibu")
    sign_in(client, medan, "bagian_organisasi")
    address = reverse("goal-detail", args=[aim.pk])
    for words, is_found in (("kesehatan", True), ("ibu menyuluh", True), ("ibu mendidik", False), ("ib\0u", True)):
        shown = client.get(address, {"tugas": words}).content.decode()
        assert ("Menyuluh kesehatan ibu" in shown) == is_found, words

    client.post(reverse("goal-task", args=[aim.pk]), {"task": task.pk})
    with agency_scope(medan):
        assert WorkloadTask.objects.get().goal_id == aim.pk
    client.post(reverse("goal-task", args=[aim.pk]), {"task": task.pk, "lepas": "1"})
    with agency_scope(medan):
        assert WorkloadTask.objects.get().goal_id is None
        work.sheet.campaign.closed_on = date(2026, 4, 1)
        work.sheet.campaign.save()
    told = client.post(reverse("goal-task", args=[aim.pk]), {"task": task.pk}, follow=True).content.decode()
    assert "sudah ditutup" in told
    assert sign_in(client, medan, "staf_bkd").post(reverse("goal-task", args=[aim.pk])).status_code == 403


@pytest.mark.parametrize(("state", "fixed"), [("diisi", False), ("diverifikasi", True), ("disahkan", True)])
def test_the_goal_of_an_approved_task_stays_as_its_volume_does(state, fixed, client, medan, office, aim):
    day = date(2026, 1, 5) if state == "disahkan" else None
    with agency_scope(medan):
        sheet = api_world._sheet(medan, office)
        type(sheet).objects.filter(pk=sheet.pk).update(state=state, approved_on=day)
        work = WorkloadFactory(agency=medan, position=PositionFactory(agency=medan, unit=office), sheet=sheet)
        task = WorkloadTaskFactory(agency=medan, workload=work, task="Menyuluh", goal=aim)
    sign_in(client, medan, "bagian_organisasi")
    leave = '<input type="hidden" name="task"'
    assert (leave in client.get(reverse("goal-detail", args=[aim.pk])).content.decode()) is not fixed

    answer = client.patch(f"/api/v1/tasks/{task.pk}/", {"goal_id": None}, content_type="application/json")
    assert answer.status_code == (409 if fixed else 200)
    with agency_scope(medan):
        assert WorkloadTask.objects.get().goal_id == (aim.pk if fixed else None)
    if not fixed:
        return
    body = {"task": task.pk, "lepas": "1"}
    told = client.post(reverse("goal-task", args=[aim.pk]), body, follow=True).content.decode()
    assert "kembalikan dahulu" in told
    with agency_scope(medan):
        assert WorkloadTask.objects.get().goal_id == aim.pk


def test_a_position_is_linked_from_its_own_page(client, medan, office, aim):
    with agency_scope(medan):
        position = PositionFactory(agency=medan, unit=office)
    sign_in(client, medan, "bagian_organisasi")
    address = reverse("position-goal", args=[position.pk])
    assert address in client.get(reverse("position-detail", args=[position.pk])).content.decode()

    assert client.post(address, {"goal": "X"}).status_code == 422
    assert client.post(address, {"goal": "T1"}).status_code == 302
    with agency_scope(medan):
        assert PositionGoal.objects.get(position=position).goal_id == aim.pk
    assert sign_in(client, medan, "staf_bkd").get(address).status_code == 403


# API


def test_goals_are_written_by_api(client, medan, office, aim):
    sign_in(client, medan, "bagian_organisasi")
    body = {
        "code": "S9", "level": "sasaran", "text": "Air bersih", "parent_id": aim.pk, "unit_id": office.pk,
        "starts_on": "2026-01-01",
    }  # fmt: skip

    made = client.post("/api/v1/goals/", body, content_type="application/json")
    assert made.status_code == 201
    url = f"/api/v1/goals/{made.json()['id']}/"
    changed = client.patch(url, {"text": "Air minum", "unit_id": None}, content_type="application/json").json()
    assert (changed["text"], changed["unit_id"]) == ("Air minum", None)
    assert client.patch(url, {"parent_id": 999999}, content_type="application/json").status_code == 404
    assert client.post("/api/v1/goals/", body, content_type="application/json").status_code == 409
    closed = client.post(f"{url}close/", {"ends_on": "2026-06-01"}, content_type="application/json")
    assert closed.json()["ends_on"] == "2026-06-01"
    assert client.post(f"{url}close/", {"ends_on": "2026-06-01"}, content_type="application/json").status_code == 409
    assert client.delete(url).status_code == 405


def test_a_task_names_its_goal_by_api(client, medan, office, aim):
    with agency_scope(medan):
        work = WorkloadFactory(
            agency=medan, position=PositionFactory(agency=medan, unit=office), sheet=api_world._sheet(medan, office)
        )
        task = WorkloadTaskFactory(agency=medan, workload=work, task="Menyuluh", volume=7)
    url = f"/api/v1/tasks/{task.pk}/"

    def patch(body):
        return client.patch(url, body, content_type="application/json")

    for role in ("staf_bkd", "auditor"):
        sign_in(client, medan, role)
        assert patch({"goal_id": aim.pk}).status_code == 403
    sign_in(client, medan, "bagian_organisasi")
    more = patch({"goal_id": aim.pk, "volume": 9})
    assert (more.status_code, set(more.json()["errors"])) == (400, {"volume"})
    changed = patch({"goal_id": aim.pk}).json()
    assert (changed["goal_id"], float(changed["volume"])) == (aim.pk, 7)
    assert patch({}).status_code == 400
    assert patch({"goal_id": 999999}).status_code == 404
    assert patch({"goal_id": None}).json()["goal_id"] is None
    for dates, status in (
        ({"ends_on": date(2026, 1, 1)}, 409),
        ({"ends_on": date(2199, 1, 1)}, 200),
        ({"starts_on": date(2198, 1, 1)}, 409),
        ({"starts_on": date(2021, 1, 1)}, 200),
    ):
        with agency_scope(medan):
            Goal.objects.filter(pk=aim.pk).update(**dates)
        assert patch({"goal_id": aim.pk}).status_code == status, dates
    sign_in(client, api_world.jambi(), "bagian_organisasi")
    assert patch({"goal_id": None}).status_code == 404


def test_no_task_is_newly_tied_to_a_goal_out_of_force(client, medan, office, aim):
    """What a task serves already stays when the goal closes."""
    with agency_scope(medan):
        over = GoalFactory(agency=medan, code="T0", starts_on=date(2019, 1, 1), ends_on=date(2024, 1, 1))
        post = PositionFactory(agency=medan, unit=office)
        done = WorkloadTaskFactory(workload=WorkloadFactory(agency=medan, position=post), number=1)
        sheet = done.workload.sheet
        sheet.state = "diisi"
        sheet.save()
    sign_in(client, medan, "bagian_organisasi")
    url = f"/api/v1/workload-sheets/{sheet.pk}/tasks/"
    body = {"position_id": post.pk, "number": 1, "task": "Menimbang", "output": "data", "volume": "10", "per": "year",
            "minutes": "60", "goal_id": over.pk}  # fmt: skip
    refused = client.put(url, {"tasks": [body]}, content_type="application/json")
    assert (refused.status_code, refused.json()["detail"]) == (409, "T0: Sasaran ini sudah ditutup.")
    with agency_scope(medan):
        assert WorkloadTask.objects.get(pk=done.pk).goal_id is None
        WorkloadTask.objects.filter(pk=done.pk).update(goal=over)
    assert client.put(url, {"tasks": [body]}, content_type="application/json").status_code == 200
    with agency_scope(medan):
        assert WorkloadTask.objects.get(pk=done.pk).task == "Menimbang"
