"""What the register tells: once, with its change or not at all; the reminders of a day; findings at oneself."""

from datetime import date, timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from asnhr import services as runs
from asnhr.models import Event, Notification
from asnhr.notifications import catalogue, service
from asnhr.scope import agency_scope
from asnhr.services import Progress
from positions import models
from positions.services import analysis, decisions, proposals, quality, reminders, restructure, roles, structure
from positions.services.restructure import Decree
from tests import api_world
from tests.factories import positions as make
from tests.factories.asnhr import UserFactory
from tests.roles import user_with, with_access

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 22)
DECREE = Decree("Perwali 12/2026", date(2026, 11, 20), date(2026, 12, 1))
BASIS = {"values": {"needs.submit_months": {"value": 12}}, "overlay": {}}


@pytest.fixture(autouse=True)
def frozen(monkeypatch):
    monkeypatch.setattr("asnhr.dates.today", lambda: TODAY)
    monkeypatch.setattr("django.utils.timezone.localdate", lambda *_: TODAY)


@pytest.fixture
def medan():
    agency = api_world.medan()
    with agency_scope(agency):
        yield agency


def as_role(agency, role, *units):
    return with_access(user_with(agency, role, *units), agency)


def told():
    return list(Event.objects.order_by("pk").values_list("kind", "data"))


@pytest.fixture
def unit(medan):
    return make.UnitFactory(agency=medan, name="Dinas", parent=make.UnitFactory(agency=medan, name="Kota"))


# Services


def test_structure_is_told_once_a_decision_and_a_preview_tells_nothing(medan, unit):
    officer = as_role(medan, "bagian_organisasi")
    other = make.UnitFactory(agency=medan, name="Dinas Lain", parent=unit.parent)
    held = make.IncumbencyFactory(agency=medan, position=make.PositionFactory(agency=medan, unit=unit))

    def move():
        return restructure.move_position(actor=officer, position=held.position, unit=other, decree=DECREE)

    restructure.preview(move, lambda outcome: None)
    assert told() == []
    move()
    restructure.merge_units(actor=officer, units=[unit], target=other, decree=Decree(
        "Perda 3/2026", date(2026, 11, 20), date(2026, 12, 2)))  # fmt: skip
    structure.add_unit(
        actor=officer, code="U9", name="Baru", kind="lain", parent=other, starts_on=TODAY, decree="X/1", decree_on=TODAY
    )

    (moved, merged, added) = told()
    assert moved == ("structure.decided", {
        "act": "position_moved", "decree": "Perwali 12/2026", "starts_on": "2026-12-01", "unit_id": other.pk,
        "positions": 1, "people": 1,
    })  # fmt: skip
    # The closing of what was merged is part of the same decision.
    assert (merged[1]["act"], merged[1]["decree"], added[1]["act"]) == ("units_merged", "Perda 3/2026", "unit_added")
    assert "jabatan dipindahkan" in catalogue.words_of(*moved)


def test_decisions_are_told_by_count_and_without_the_line(medan, unit):
    staff = as_role(medan, "staf_bkd")
    found = make.NeedsAnalysisFactory(agency=medan, parameters=BASIS)
    lines = []
    for _ in range(3):
        result = make.NeedsResultFactory(
            agency=medan, analysis=found, position=make.PositionFactory(agency=medan, unit=unit), row=11,
            recommendation="LEPAS", quantity=1,
        )  # fmt: skip
        lines.append(make.RecommendationLineFactory(agency=medan, result=result, recommendation="LEPAS", quantity=1).pk)

    decisions.decide_many(lines=lines, verdict="setuju", reason="Sesuai", actor=staff)

    assert told() == [
        ("recommendation.decided", {"analysis_id": found.pk, "verdict": "setuju", "count": 3}),
    ]
    colleague = user_with(medan, "staf_bkd")
    service.spread(medan.pk, TODAY)
    # Not whoever decided.
    assert list(Notification.objects.values_list("user_id", flat=True)) == [colleague.pk]


@pytest.mark.parametrize(
    ("state", "kind"),
    [("diajukan", "proposal.submitted"), ("draft", "proposal.returned"), ("ditetapkan", "proposal.approved"),
     ("ditolak", "proposal.rejected"), ("pertek", None)],
)  # fmt: skip
def test_a_proposal_tells_its_steps(state, kind, medan):
    ppk = as_role(medan, "ppk")
    proposal = models.FormationProposal.objects.create(
        agency=medan, year=2027, decree="B/1", decree_on=TODAY if state == "ditetapkan" else None
    )

    proposals._move(proposal, proposals.Status(state), ppk)

    data = {"proposal_id": proposal.pk, "year": 2027, "version": 1}
    assert told() == ([(kind, data)] if kind else [])


def test_an_analysis_tells_who_asked_and_who_may(medan, unit):
    staff, other = as_role(medan, "staf_bkd"), user_with(medan, "bagian_organisasi")
    make.IncumbencyFactory(agency=medan, position=make.PositionFactory(agency=medan, unit=unit))
    run, _new = analysis.request_analysis(medan, TODAY, staff)
    runs.execute(agency_id=medan.pk, run_id=run.pk, heartbeat=False)
    service.spread(medan.pk, TODAY)

    ((kind, data),) = told()
    assert (kind, data["as_of"], data["positions"]) == ("analysis.finished", "2026-11-22", 1)
    assert set(Notification.objects.values_list("user_id", flat=True)) == {staff.pk, other.pk}


def test_a_role_is_told_to_who_gets_it_whichever_door_gives_it(medan):
    boss, person = as_role(medan, "admin_daerah"), UserFactory(nip=make.EmployeeFactory(agency=medan).nip)
    roles.grant(actor=boss, user=person, role="pegawai", starts_on=TODAY)
    call_command("grant_role", person.username, "staf_bkd", "--agency", "1271", stdout=StringIO())
    service.spread(medan.pk, TODAY)

    assert [data["role"] for kind, data in told() if kind == "role.granted"] == ["pegawai", "staf_bkd"]
    assert set(Notification.objects.values_list("event__kind", "user_id")) == {("role.granted", person.pk)}


@pytest.mark.parametrize("act", ["ended", "revoked"])
def test_an_ended_role_is_told_to_who_held_it(medan, unit, act):
    boss, person = as_role(medan, "admin_daerah"), UserFactory(nip=make.EmployeeFactory(agency=medan).nip)
    roles.grant(actor=boss, user=person, role="pegawai", starts_on=TODAY)
    held = roles.grant(actor=boss, user=person, role="pengelola_kepegawaian", starts_on=TODAY, units=[unit])
    day = TODAY + timedelta(days=9) if act == "ended" else TODAY

    if act == "ended":
        roles.end_role(actor=boss, assignment=held, ends_on=day, today=TODAY)
    else:
        roles.revoke_role(actor=boss, assignment=held, reason="Salah orang", today=TODAY)
    service.spread(medan.pk, TODAY)

    facts = {"role": "pengelola_kepegawaian", "ends_on": day.isoformat()}
    assert [data for kind, data in told() if kind == "role.ended"] == [facts]
    assert Notification.objects.filter(event__kind="role.ended").values_list("user_id", flat=True).get() == person.pk
    # Why it was taken back stands with the role, not in a message.
    assert "Salah orang" not in str(told())


# Reminders


@pytest.fixture
def ahead(medan, unit):
    """Two contracts that end, one far off, one decided; a pension in reach; in two units."""
    other = make.UnitFactory(agency=medan, name="Dinas Lain", parent=unit.parent)
    for where, days, extension in [(unit, 30, "belum"), (other, 80, "belum"), (unit, 95, "belum"), (unit, 20, "tidak")]:
        person = make.EmployeeFactory(agency=medan, unit=where, status="PPPK", rank=None)
        models.Contract.objects.create(
            agency=medan, employee=person, number="1", starts_on=date(2024, 1, 1), extension=extension,
            ends_on=TODAY + timedelta(days=days),
        )  # fmt: skip
    job = make.JobFactory(agency=medan, retirement_age=58)
    old = make.EmployeeFactory(agency=medan, unit=unit, birth_date=date(1969, 3, 10))
    make.IncumbencyFactory(
        agency=medan, employee=old, position=make.PositionFactory(agency=medan, unit=unit, job=job),
        starts_on=date(2015, 1, 1),
    )  # fmt: skip
    return unit


def test_what_comes_near_is_told_once_to_the_agency_and_to_each_unit(medan, ahead):
    user_with(medan, "admin_unit", ahead)

    assert reminders.remind(medan, TODAY) == 4
    assert reminders.remind(medan, TODAY) == 0
    found = [(kind, data["count"], data["unit_id"], data["until"]) for kind, data in told()]
    assert found == [
        ("contract.ending", 2, None, "2027-02-20"), ("contract.ending", 1, ahead.pk, "2027-02-20"),
        ("retirement.ahead", 1, None, "2028-02-22"), ("retirement.ahead", 1, ahead.pk, "2028-02-22"),
    ]  # fmt: skip
    # A week without a worker: what came near meanwhile is told then, and nothing twice.
    reminders.remind(medan, TODAY + timedelta(days=7))
    assert [(kind, data["count"], data["unit_id"]) for kind, data in told()][4:] == [
        ("contract.ending", 1, None), ("contract.ending", 1, ahead.pk),
    ]  # fmt: skip


def test_reminders_go_to_who_keeps_the_people(medan, ahead):
    other = models.Unit.objects.exclude(pk=ahead.pk).filter(parent=ahead.parent).get()
    keeper, far = user_with(medan, "pengelola_kepegawaian", ahead), user_with(medan, "admin_unit", other)
    staff = user_with(medan, "staf_bkd")
    user_with(medan, "auditor")

    reminders.remind(medan, TODAY)
    service.spread(medan.pk, TODAY)

    rows = Notification.objects.values_list("event__kind", "event__data__unit_id", "user_id")
    assert set(rows) == {
        ("contract.ending", None, staff.pk), ("retirement.ahead", None, staff.pk),
        ("contract.ending", ahead.pk, keeper.pk), ("retirement.ahead", ahead.pk, keeper.pk),
        ("contract.ending", other.pk, far.pk),
    }  # fmt: skip


def test_reminders_cost_the_same_for_any_number(medan, ahead):
    costs = []
    for n in (1, 12):
        for _ in range(n):
            below = make.UnitFactory(agency=medan, parent=ahead)
            user_with(medan, "admin_unit", below)
            person = make.EmployeeFactory(agency=medan, unit=below, status="PPPK", rank=None)
            models.Contract.objects.create(
                agency=medan, employee=person, number="1", starts_on=date(2024, 1, 1),
                ends_on=TODAY + timedelta(days=10),
            )  # fmt: skip
        Event.objects.all().delete()
        with CaptureQueriesContext(connection) as queries:
            reminders.remind(medan, TODAY)
        costs.append(len(queries))

    assert costs[0] == costs[1] <= 20


def test_an_open_follow_up_is_told_when_its_time_is_over_and_once(medan, unit):
    for days, state in ((40, "terbuka"), (31, "terbuka"), (29, "terbuka"), (50, "selesai")):
        row = api_world.IN_UNIT["follow-ups"](medan, unit)
        created = timezone.now().replace(year=2026, month=11, day=22) - timedelta(days=days)
        models.FollowUp.objects.filter(pk=row.pk).update(created_at=created, state=state)

    reminders.remind(medan, TODAY)
    assert told() == [("followup.due", {"count": 2, "days": 30})]
    reminders.remind(medan, TODAY + timedelta(days=2))
    assert told()[1:] == [("followup.due", {"count": 1, "days": 30})]


# Own findings


def test_people_are_told_of_new_findings_at_themselves_only(medan, unit):
    mine = make.EmployeeFactory(agency=medan, unit=unit, email="", phone="")
    other = make.EmployeeFactory(agency=medan, unit=unit, email="", phone="")
    login = user_with(medan, "pegawai", nip=mine.nip)
    UserFactory(nip=other.nip)  # a login without a role here
    quality.compute(medan.pk, TODAY, Progress())

    assert reminders.tell_own_findings(medan.pk, TODAY) == 1
    reminders.tell_own_findings(medan.pk, TODAY)
    service.spread(medan.pk, TODAY)

    found = models.QualityProblem.objects.filter(employee=mine).count()
    assert told() == [("quality.own", {"count": found})]
    assert list(Notification.objects.values_list("user_id", flat=True)) == [login.pk]
    # The next day finds nothing new.
    quality.compute(medan.pk, TODAY + timedelta(days=1), Progress())
    assert reminders.tell_own_findings(medan.pk, TODAY + timedelta(days=1)) == 0
