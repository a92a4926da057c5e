"""No decision holds before the day on which it was decided, whatever the door; what imports find on paper is told."""

import io
from datetime import date

import pytest
from django.urls import reverse

from asnhr.errors import RuleBroken
from asnhr.imports.framework import Options, run
from asnhr.scope import agency_scope
from positions import models
from positions.imports.incumbencies import IncumbencyImporter
from positions.imports.needs import NeedImporter
from positions.services import incumbencies, register, simplification, structure
from positions.services.decree import check_not_backwards
from tests import api_world
from tests.factories import positions as make
from tests.roles import user_with, with_access

pytestmark = pytest.mark.django_db
EARLY, SIGNED = date(2026, 11, 1), date(2026, 11, 9)
BACKWARDS = {"starts_on": EARLY, "decree": "188/9", "decree_on": SIGNED}
# Both days are named.
TOLD = ("1 November 2026", "9 November 2026", "tidak berlaku surut")


@pytest.fixture
def medan():
    return api_world.medan()


@pytest.fixture
def world(medan):
    """A position with a seat, a need and a holder, a person without a post, and a job that the unit has not."""
    with agency_scope(medan):
        unit = make.UnitFactory(agency=medan, name="Dinas Arsip")
        position = make.PositionFactory(agency=medan, unit=unit, job=make.JobFactory(agency=medan, name="Arsiparis"))
        make.PositionNeedFactory(agency=medan, position=position, need=2)
        held = make.IncumbencyFactory(agency=medan, position=position, employee__name="Ani")
        make.SeatFactory(agency=medan, position=position)
        person = make.EmployeeFactory(agency=medan, unit=unit, name="Budi")
        job = make.JobFactory(agency=medan)
    return {"unit": unit, "position": position, "held": held, "person": person, "job": job}


def kept(medan, world):
    """What no refused door may change."""
    with agency_scope(medan):
        return (
            models.Position.objects.count(),
            models.PositionNeed.objects.count(),
            list(models.Incumbency.objects.order_by("pk").values_list("pk", "starts_on", "decree_on")),
        )


def names_both_days(text):
    return all(word in text for word in TOLD)


@pytest.mark.parametrize(("decided", "starts"), [(None, EARLY), (EARLY, EARLY), (EARLY, SIGNED)])
def test_a_decision_may_hold_from_its_day_on(decided, starts):
    check_not_backwards(decided, starts)


def calls(actor, world):
    position, person = world["position"], world["person"]
    yield register.open_position, {"unit": world["unit"], "job": world["job"], "seats": 1, **BACKWARDS}
    yield structure.set_formation, {"position": position, "number": 3, **BACKWARDS}
    yield register.close_position, {"position": position, "ends_on": EARLY, "decree": "1", "decree_on": SIGNED}
    yield register.appoint, {"position": position, "employee": person, **BACKWARDS}
    yield register.open_acting, {"position": position, "employee": person, "kind": "plh", **BACKWARDS}
    yield incumbencies.correct, {"incumbency": world["held"], "decree": "1", "starts_on": EARLY, "decree_on": SIGNED}


def test_every_service_refuses_it_with_both_days(medan, world):
    before = kept(medan, world)
    with agency_scope(medan):
        actor = with_access(user_with(medan, "admin_daerah"), medan)
        for service, facts in calls(actor, world):
            with pytest.raises(RuleBroken) as refused:
                service(actor=actor, **facts)
            assert names_both_days(str(refused.value)), service
        closed = make.PositionFactory(agency=medan, unit=world["unit"], ends_on=EARLY)
        with pytest.raises(RuleBroken) as refused:
            simplification.record(
                actor=actor, position=closed, kind="dihapus", successor=None, decree="1", decree_on=SIGNED
            )
        assert names_both_days(str(refused.value))
        closed.delete()
    assert kept(medan, world) == before


def test_a_correction_of_something_else_keeps_what_an_import_wrote(medan, world):
    with agency_scope(medan):
        actor = with_access(user_with(medan, "staf_bkd"), medan)
        models.Incumbency.objects.filter(pk=world["held"].pk).update(starts_on=EARLY, decree_on=SIGNED, decree="1")
        row = models.Incumbency.objects.select_related("position__unit", "employee").get(pk=world["held"].pk)
        row = incumbencies.correct(
            actor=actor, incumbency=row, decree="821/2", starts_on=EARLY, decree_on=SIGNED, ends_on=None
        )
        assert (row.decree, row.decree_on) == ("821/2", SIGNED)
        mended = incumbencies.correct(actor=actor, incumbency=row, decree_on=EARLY)
        assert mended.decree_on == EARLY


@pytest.mark.parametrize("door", ["open", "formation", "appoint", "plh"])
def test_the_api_answers_409_with_both_days(client, medan, world, door):
    client.force_login(user_with(medan, "admin_daerah"))
    before = kept(medan, world)
    person = {"position_id": world["position"].pk, "employee_id": world["person"].pk}
    path, body = {
        "open": ("positions", {"unit_id": world["unit"].pk, "job_id": world["job"].pk, "seats": 1}),
        "formation": (f"positions/{world['position'].pk}/formation", {"number": 3}),
        "appoint": ("incumbencies", person),
        "plh": ("incumbencies", {**person, "kind": "plh"}),
    }[door]

    answer = client.post(f"/api/v1/{path}/", {**BACKWARDS, **body}, content_type="application/json")

    assert (answer.status_code, names_both_days(answer.json()["detail"])) == (409, True), answer.json()
    assert kept(medan, world) == before


@pytest.mark.parametrize("door", ["open", "formation", "appoint"])
def test_the_pages_say_it_at_the_form(client, medan, world, door):
    client.force_login(user_with(medan, "admin_daerah"))
    before = kept(medan, world)
    address, form = {
        "open": (f"{reverse('position-new')}?unit={world['unit'].pk}&job={world['job'].pk}", {"seats": 1}),
        "formation": (reverse("position-formation", args=[world["position"].pk]), {"number": 3}),
        "appoint": (
            f"{reverse('position-appoint', args=[world['position'].pk])}?pegawai={world['person'].pk}",
            {"kind": "definitif"},
        ),
    }[door]

    answer = client.post(address, {**BACKWARDS, **form})

    assert (answer.status_code, names_both_days(answer.content.decode())) == (422, True)
    assert kept(medan, world) == before


@pytest.mark.parametrize("door", ["positionneed", "incumbency"])
def test_the_admin_says_it_at_the_form(client, medan, world, door):
    client.force_login(user_with(medan, "admin_daerah"))
    before = kept(medan, world)
    form = {
        "positionneed": {"position": world["position"].pk, "need": 3},
        "incumbency": {"position": world["position"].pk, "employee": world["person"].pk, "kind": "definitif"},
    }[door]

    answer = client.post(reverse(f"admin:positions_{door}_add"), {**BACKWARDS, **form}, follow=True)

    assert names_both_days(answer.content.decode())
    assert kept(medan, world) == before


def load(importer, agency, text):
    return run(importer, io.BytesIO(text.encode()), agency_id=agency.pk, options=Options(today=date(2026, 11, 21)))


def test_a_list_of_needs_is_refused_and_a_list_of_posts_told(medan, world):
    unit, nip = world["unit"].code, world["person"].nip
    needs = load(
        NeedImporter, medan,
        "unit;jabatan;kebutuhan;nomor keputusan;tanggal keputusan;berlaku mulai\n"
        f"{unit};Arsiparis;3;188/9;09-11-2026;01-11-2026\n",
    )  # fmt: skip
    (problem,) = next(row.problems for row in needs.rows if row.problems)
    assert (problem.code, problem.severity, names_both_days(problem.message + TOLD[2])) == (
        "KEPUTUSAN_SURUT", "error", True,
    )  # fmt: skip
    posts = load(
        IncumbencyImporter, medan,
        f"NIP;Unit;Jabatan;TMT;Nomor SK;Tanggal SK\n{nip};{unit};Arsiparis;01-11-2026;821/1;09-11-2026\n",
    )  # fmt: skip
    told = {problem.code: problem.severity for row in posts.rows for problem in row.problems}
    assert (posts.written, told.get("SK_SESUDAH_TMT")) == (True, "warning")
    with agency_scope(medan):
        assert models.Incumbency.objects.get(employee=world["person"]).decree_on == SIGNED
