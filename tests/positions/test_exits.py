"""An exit recorded wrongly is taken back: posts, standing and unit as before, and what cannot come back is named."""

from datetime import timedelta

import pytest
from django.urls import reverse

from asnhr.dates import today
from asnhr.errors import NotAllowed, RuleBroken
from asnhr.models import AuditEntry, RoleAssignment
from asnhr.scope import agency_scope
from positions.models import Employee, Incumbency, StandingRecord
from positions.services import exits, register
from tests import api_world
from tests.factories import positions as make
from tests.roles import user_with, with_access

pytestmark = pytest.mark.django_db
SOON, PAST, LATER = today() + timedelta(days=40), today() - timedelta(days=40), today() + timedelta(days=400)


@pytest.fixture
def medan():
    return api_world.medan()


@pytest.fixture
def clerk(medan):
    return user_with(medan, "staf_bkd", nip="197001011995031001")


@pytest.fixture
def world(medan, clerk):
    """The agency's scope, with a person in a post of their own and acting on another until LATER."""
    with agency_scope(medan, clerk.pk):
        with_access(clerk, medan)
        held = make.IncumbencyFactory(agency=medan, starts_on=today() - timedelta(days=900))
        seat = make.SeatFactory(
            agency=medan,
            position=make.PositionFactory(
                agency=medan, job=make.JobFactory(agency=medan, level="ADMINISTRATOR", group="manajerial")
            ),
        )
        acting = register.open_acting(
            actor=clerk, position=seat.position, employee=held.employee, kind="plt",
            starts_on=today() - timedelta(days=100), decree="SK 2", ends_on=LATER,
        )  # fmt: skip
        yield held, acting


def leave(clerk, person, day, **more):
    return register.record_exit(
        actor=clerk, employee=person, exits_on=day, **{"reason": "Pensiun BUP", "legal_status": "99"} | more
    )


@pytest.mark.parametrize("day", [PAST, today(), SOON])
@pytest.mark.parametrize("standing", [None, "02"])
def test_posts_and_standing_are_again_what_they_were(world, clerk, day, standing):
    held, acting = world
    if standing:
        StandingRecord.objects.create(
            agency=held.agency, employee=held.employee, standing=standing, starts_on=today() - timedelta(days=300)
        )
    leave(clerk, held.employee, day)

    done = exits.take_back(actor=clerk, employee=held.employee, why="salah-ketik")

    assert ([row.pk for row in done.restored], done.closed, done.sentences) == ([held.pk, acting.pk], [], [])
    for row in (held, acting):
        row.refresh_from_db()
    assert (held.ends_on, acting.ends_on) == (None, LATER)
    person = Employee.objects.get(pk=held.employee_id)
    assert (person.exits_on, person.exit_reason, person.legal_status) == (None, "", standing or "01")
    assert not person.standings.filter(standing="99").exists()
    assert AuditEntry.objects.filter(table_name="positions_employee", reason="salah-ketik").exists()
    # Another day and kind is recorded anew.
    assert leave(clerk, person, SOON, legal_status="66").exits_on == SOON


def test_a_post_filled_meanwhile_stays_with_who_has_it(world, clerk):
    held, acting = world
    leave(clerk, held.employee, PAST)
    other = make.EmployeeFactory(agency=held.agency)
    register.appoint(actor=clerk, position=held.position, employee=other, starts_on=PAST, decree="SK 3", decree_on=PAST)

    done = exits.take_back(actor=clerk, employee=held.employee, why="putusan-baru")

    assert [row.pk for row in done.restored] == [acting.pk]
    ((row, why),) = done.closed
    assert (row.pk, bool(why)) == (held.pk, True)
    assert str(held.position) in done.sentences[0]
    assert "Tempatkan lagi" in done.sentences[0]
    held.refresh_from_db()
    assert held.ends_on == PAST


def test_what_ended_before_the_exit_stays_ended(world, clerk):
    held, acting = world
    Incumbency.objects.filter(pk=acting.pk).update(ends_on=None)
    row = make.IncumbencyFactory(
        agency=held.agency, employee=held.employee, kind="plh", starts_on=PAST - timedelta(days=9), ends_on=PAST
    )
    leave(clerk, held.employee, PAST)
    assert [each.pk for each in exits.closed_by_exit(held.employee.__class__.objects.get(pk=held.employee_id))] == [
        held.pk, acting.pk,
    ]  # fmt: skip

    exits.take_back(actor=clerk, employee=held.employee, why="salah-ketik")

    row.refresh_from_db()
    assert row.ends_on == PAST


def test_a_closed_post_does_not_come_back_and_an_unknown_standing_is_named(world, clerk):
    held, acting = world
    leave(clerk, held.employee, PAST)
    position = held.position
    type(position).objects.filter(pk=position.pk).update(
        ends_on=today(), closing_decree="SK 5", closing_decree_on=PAST, closing_kind=position.Closing.ABOLISHED
    )
    StandingRecord.objects.filter(employee=held.employee).delete()

    done = exits.take_back(actor=clerk, employee=held.employee, why="salah-ketik")

    assert [row.pk for row, _why in done.closed] == [held.pk]
    assert any("01 aktif" in each for each in done.notes)
    assert Employee.objects.get(pk=held.employee_id).legal_status == "01"


def test_roles_are_named_and_not_given_back(world, clerk, medan):
    held, _acting = world
    login = user_with(medan, "pegawai", nip=held.employee.nip)
    leave(clerk, held.employee, PAST)

    done = exits.take_back(actor=clerk, employee=held.employee, why="salah-ketik")

    assert any("Peran" in each for each in done.notes)
    assert list(RoleAssignment.objects.filter(user=login).values_list("ends_on", flat=True)) == [PAST]


def test_it_is_refused_in_words(world, clerk, medan):
    held, _acting = world
    with pytest.raises(RuleBroken, match="tidak tercatat keluar"):
        exits.take_back(actor=clerk, employee=held.employee, why="salah-ketik")
    leave(clerk, held.employee, PAST)
    for why in ("", "karena sakit"):
        with pytest.raises(RuleBroken, match="Alasan"):
            exits.take_back(actor=clerk, employee=held.employee, why=why)
    own = make.EmployeeFactory(agency=medan, nip=clerk.nip, exits_on=SOON, exit_reason="Pindah")
    with pytest.raises(NotAllowed, match="petugas lain"):
        exits.take_back(actor=clerk, employee=own, why="salah-ketik")
    unit_admin = with_access(user_with(medan, "admin_unit", make.UnitFactory(agency=medan)), medan)
    with pytest.raises(NotAllowed):
        exits.take_back(actor=unit_admin, employee=held.employee, why="salah-ketik")
    assert Employee.objects.get(pk=held.employee_id).exits_on == PAST


def test_page_and_api_take_it_back_and_say_what_stays(client, medan, clerk, world):
    held, _acting = world
    leave(clerk, held.employee, PAST)
    detail, page = (reverse(name, args=[held.employee_id]) for name in ("employee-detail", "employee-exit-take-back"))
    api = f"/api/v1/employees/{held.employee_id}/take_back_exit/"
    client.force_login(user_with(medan, "auditor"))
    assert client.post(api, {"why": "salah-ketik"}, "application/json").status_code == 403
    assert client.get(page).status_code == 403
    assert page not in client.get(detail).content.decode()

    client.force_login(clerk)
    assert page in client.get(detail).content.decode()
    assert str(held.position.job) in client.get(page).content.decode()
    assert client.post(page, {"why": ""}).status_code == 422
    assert client.post(api, {"why": "bebas"}, "application/json").status_code == 400
    answer = client.post(page, {"why": "salah-ketik"}, follow=True)
    assert "ditarik" in answer.content.decode()
    assert page not in answer.content.decode()
    assert client.get(page).status_code == 302

    with agency_scope(medan, clerk.pk):
        leave(clerk, Employee.objects.get(pk=held.employee_id), SOON)
    told = client.post(api, {"why": "salah-ketik"}, "application/json")
    assert told.status_code == 200
    assert (len(told.json()["restored"]), told.json()["not_restored"]) == (2, [])
    assert client.post(api, {"why": "salah-ketik"}, "application/json").status_code == 409
