"""The class of a job that is decided for a coming day is taken back with a reason until that day."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse

from asnhr.dates import today
from asnhr.errors import NotAllowed, RuleBroken
from asnhr.models import AuditEntry, Event
from asnhr.scope import agency_scope
from positions.models import Job, JobClassPeriod, JobEvaluation
from positions.services import job_classes, job_evaluation
from positions.services.day import turn
from tests import api_world
from tests.factories import positions as make
from tests.positions.test_job_evaluation import CLASS_5, CLASS_8, World
from tests.roles import user_with, with_access

pytestmark = pytest.mark.django_db
# The database asks for its own day, too.
TODAY = today()
BEFORE, COMING, LATER = TODAY - timedelta(days=30), TODAY + timedelta(days=30), TODAY + timedelta(days=60)
WHY = "Penetapan ditunda"


def decide(world, found, starts_on, levels=CLASS_8):
    return job_evaluation.decide(
        actor=world.decider, evaluation=world.version(levels), decided_class=found, decree=f"188/{found}/2026",
        decree_on=min(starts_on, TODAY), starts_on=starts_on, day=TODAY, reason="Daftar kementerian",
    )  # fmt: skip


@pytest.fixture
def world():
    found = World()
    with agency_scope(found.agency):
        yield found


@pytest.fixture
def decided(world):
    """Class 9 since last month by the first version."""
    return decide(world, 9, BEFORE)


def stands(world):
    """Classes and versions as they are on record, but for who touched them when."""
    classes = JobClassPeriod.objects.filter(job=world.job).order_by("pk").values_list(
        "pk", "job_class", "decree", "decree_on", "starts_on", "ends_on"
    )  # fmt: skip
    versions = JobEvaluation.objects.filter(job=world.job).order_by("pk").values_list(
        "pk", "version", "state", "decided_class", "reason", "decree", "decree_on", "starts_on", "ends_on",
        "decided_by", "submitted_by", "points", "computed_class",
    )  # fmt: skip
    return list(classes), list(versions), Job.objects.get(pk=world.job.pk).job_class


def withdraw(world, actor=None, reason=WHY, day=TODAY):
    return job_evaluation.withdraw(actor=actor or world.decider, job=world.job, reason=reason, day=day)


def test_a_withdrawn_class_leaves_the_one_before_and_its_evaluation_waits(world, decided):
    version = world.version(CLASS_5)
    before = stands(world)
    job_evaluation.decide(
        actor=world.decider, evaluation=version, decided_class=5, decree="188/5/2026", decree_on=TODAY,
        starts_on=COMING, day=TODAY,
    )  # fmt: skip
    assert stands(world) != before

    done = withdraw(world)

    assert (done.job_class, done.starts_on) == (5, COMING)
    assert stands(world) == before
    assert turn(world.agency.pk, COMING)["jobs"] == 0
    assert Job.objects.get(pk=world.job.pk).job_class == 9
    gone = AuditEntry.objects.filter(table_name="positions_jobclassperiod", kind="hapus").get()
    assert (gone.reason, gone.user_id) == (WHY, world.decider.pk)
    changed = AuditEntry.objects.filter(table_name="positions_jobevaluation", reason=WHY)
    assert changed.count() == 2
    assert [each.kind for each in Event.objects.order_by("-pk")[:2]] == ["evaluation.judged", "evaluation.submitted"]
    # It may be decided again, for the same day, by another decree.
    version.refresh_from_db()
    again = job_evaluation.decide(
        actor=world.decider, evaluation=version, decided_class=5, decree="188/6/2026", decree_on=TODAY,
        starts_on=COMING, day=TODAY,
    )  # fmt: skip
    assert (again.decree, again.starts_on) == ("188/6/2026", COMING)


def test_of_two_coming_classes_the_later_goes_first(world, decided):
    decide(world, 10, COMING)
    before = stands(world)
    version = decide(world, 11, LATER)

    withdraw(world)

    classes, versions, _now = stands(world)
    assert (classes, versions[:-1]) == (before[0], before[1])
    with pytest.raises(RuleBroken, match=r"Evaluasi versi 3 sedang berjalan; buang draf itu dahulu"):
        withdraw(world)
    assert stands(world) == (classes, versions, 9)
    version.refresh_from_db()
    given_back = job_evaluation.give_back(actor=world.decider, evaluation=version, note="Menunggu penataan")
    job_evaluation.discard(actor=world.writer, evaluation=given_back)
    assert withdraw(world).job_class == 10
    assert [each[1:] for each in stands(world)[0]] == [
        (8, "", None, None, BEFORE), (9, "188/9/2026", BEFORE, BEFORE, None),
    ]  # fmt: skip


def test_a_first_class_to_come_leaves_a_job_without_one(world):
    world.job = make.JobFactory(agency=world.agency, name="Arsiparis", job_class=None)
    version = world.version(CLASS_5, job=world.job)
    job_evaluation.decide(
        actor=world.decider, evaluation=version, decided_class=5, decree="188/5", decree_on=TODAY, starts_on=COMING,
        day=TODAY,
    )  # fmt: skip

    withdraw(world)

    assert stands(world)[0] == []
    assert Job.objects.get(pk=world.job.pk).job_class is None


def test_a_coming_class_without_an_evaluation_goes_alone(world, decided):
    before = stands(world)
    job_classes.set_class(
        actor=world.decider, job=world.job, job_class=12, starts_on=COMING, decree="188/12", decree_on=TODAY, day=TODAY
    )

    withdraw(world)

    assert stands(world) == before


@pytest.mark.parametrize("starts_on", [BEFORE, TODAY])
def test_a_class_whose_day_has_come_stays(world, starts_on):
    decide(world, 9, starts_on)
    before = stands(world)

    with pytest.raises(RuleBroken, match="Pranata Komputer tidak punya kelas yang masih akan berlaku"):
        withdraw(world)

    assert stands(world) == before


def test_on_its_day_it_is_withdrawn_no_more(world, decided):
    decide(world, 10, COMING)

    for day in (COMING, LATER):
        with pytest.raises(RuleBroken, match="tidak punya kelas yang masih akan berlaku"):
            withdraw(world, day=day)


def test_it_needs_a_reason_the_right_and_no_own_case(world, decided):
    decide(world, 10, COMING)
    before = stands(world)
    foreign = with_access(user_with(api_world.jambi(), "pyb", username="jambi"), api_world.jambi())
    own = make.EmployeeFactory(agency=world.agency, unit=world.unit)
    post = make.PositionFactory(agency=world.agency, unit=world.unit, job=world.job)
    make.IncumbencyFactory(agency=world.agency, position=post, employee=own, starts_on=date(2024, 1, 1))

    with pytest.raises(RuleBroken, match="alasan"):
        withdraw(world, reason=" ")
    for actor in (world.writer, world.person("staf_bkd"), world.person("admin_unit", world.unit), foreign):
        with pytest.raises(NotAllowed):
            withdraw(world, actor)
    with pytest.raises(NotAllowed, match="Kelas jabatan sendiri"):
        withdraw(world, world.person("ppk", nip=own.nip))

    assert stands(world) == before


def test_the_database_undoes_no_version_whose_day_has_come_and_nothing_but_the_decision(world, decided):
    coming = decide(world, 10, COMING)
    undone = (
        "UPDATE positions_jobevaluation SET state = 'diajukan', decided_class = NULL, reason = '', decree = '',"
        " decree_on = NULL, starts_on = NULL, ends_on = NULL, decided_by_id = NULL, decided_at = NULL{} WHERE id = %s"
    )
    for statement, pk in (
        (undone.format(""), decided.pk),
        (undone.format(", points = points + 1"), coming.pk),
        (undone.format(", writers = '{}'"), coming.pk),
        ("UPDATE positions_jobevaluation SET decided_class = 12 WHERE id = %s", coming.pk),
        ("DELETE FROM positions_jobevaluation WHERE id = %s", coming.pk),
    ):
        with pytest.raises(IntegrityError, match="tidak diubah"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement, [pk])


# Doors


def test_the_pages_offer_it_beside_the_coming_class_and_take_it_back(client, world, decided):
    shown, where = reverse("job-detail", args=[world.job.pk]), reverse("job-class-withdraw", args=[world.job.pk])
    client.force_login(world.decider)
    assert where not in client.get(shown).text
    assert client.get(where).status_code == 302
    version = decide(world, 10, COMING)

    page, sheet = client.get(shown).text, client.get(reverse("job-evaluation", args=[version.pk])).text
    first = client.get(reverse("job-evaluation", args=[decided.pk])).text
    asked = client.get(where).text
    bare, done = client.post(where, {"reason": ""}), client.post(where, {"reason": WHY})

    assert where in page
    assert where in sheet
    assert where not in first
    assert "kelas 10 (188/10/2026). Setelah dibatalkan kelasnya tetap 9." in asked
    assert (bare.status_code, done.status_code) == (422, 302)
    assert stands(world)[0][-1][1] == 9
    assert where not in client.get(shown).text


def test_a_refusal_stands_on_the_page(client, world, decided):
    decide(world, 10, COMING)
    job_evaluation.start(actor=world.writer, job=world.job)
    client.force_login(world.decider)

    answer = client.post(reverse("job-class-withdraw", args=[world.job.pk]), {"reason": WHY})

    assert answer.status_code == 422
    assert "Evaluasi versi 3 sedang berjalan" in answer.text


@pytest.mark.parametrize("role", ["staf_bkd", "bagian_organisasi", "auditor"])
def test_others_get_neither_page_nor_button_nor_route(client, world, decided, role):
    decide(world, 10, COMING)
    where, api = reverse("job-class-withdraw", args=[world.job.pk]), f"/api/v1/jobs/{world.job.pk}/withdraw-class/"
    client.force_login(user_with(world.agency, role, username=f"x-{role}"))

    assert [client.post(each, {"reason": "x"}).status_code for each in (where, api)] == [403, 403]
    assert client.get(where).status_code == 403
    assert where not in client.get(reverse("job-detail", args=[world.job.pk])).text
    client.force_login(user_with(api_world.jambi(), "pyb", username="jambi"))
    assert [client.post(each, {"reason": "x"}).status_code for each in (where, api)] == [404, 404]
    with agency_scope(world.agency):
        assert stands(world)[0][-1][1] == 10


def test_the_api_takes_it_back(client, world, decided):
    decide(world, 10, COMING)
    client.force_login(world.decider)
    where, send = f"/api/v1/jobs/{world.job.pk}/withdraw-class/", {"content_type": "application/json"}

    bare = client.post(where, {}, **send)
    done = client.post(where, {"reason": WHY}, **send)
    again = client.post(where, {"reason": WHY}, **send)

    assert (bare.status_code, done.status_code, again.status_code) == (400, 200, 409)
    assert done.json()["job_class"] == 9
    later = client.get(f"/api/v1/jobs/{world.job.pk}/", {"as_of": LATER.isoformat()}).json()
    assert later["job_class"] == 9
