"""The trail tells one decision from another: each of them in a transaction of its own, as people take them."""

from datetime import date

import pytest

from asnhr.scope import agency_scope
from positions.models import Employee, Incumbency, Position
from positions.services import exits, incumbencies, register, restructure, withdrawals
from positions.services.restructure import Decree
from tests.factories import positions as make
from tests.factories.asnhr import AgencyFactory
from tests.positions.test_restructure import held_post
from tests.roles import user_with, with_access

pytestmark = pytest.mark.django_db(transaction=True)
TODAY, BEFORE, COMING = date(2026, 11, 22), date(2026, 12, 15), date(2027, 1, 1)


@pytest.fixture(autouse=True)
def frozen(monkeypatch):
    monkeypatch.setattr("asnhr.dates.today", lambda: TODAY)


class World:
    """An agency with a post that moves on COMING, its holder, and a vacant post elsewhere."""

    def __init__(self):
        self.agency = AgencyFactory()
        officer, keeper = (user_with(self.agency, role) for role in ("bagian_organisasi", "staf_bkd"))
        with agency_scope(self.agency):
            self.officer, self.keeper = with_access(officer, self.agency), with_access(keeper, self.agency)
            root = make.UnitFactory(agency=self.agency)
            self.other = make.UnitFactory(agency=self.agency, parent=root)
            self.position = held_post(self.agency, make.UnitFactory(agency=self.agency, parent=root), need=1, people=1)
            self.person = Incumbency.objects.get(position=self.position).employee_id
            self.vacant = make.SeatFactory(
                agency=self.agency, position=make.PositionFactory(agency=self.agency, unit=self.other)
            ).position
        self.began = self.posts()[0]

    def posts(self):
        with agency_scope(self.agency):
            rows = Incumbency.objects.filter(employee=self.person).order_by("starts_on", "pk")
            return list(rows.values_list("pk", "position_id", "starts_on", "ends_on", "decree"))

    def move(self):
        with agency_scope(self.agency):
            position = Position.objects.select_related("unit", "job").get(pk=self.position.pk)
            decree = Decree("Perwali 12/2026", date(2026, 11, 20), COMING)
            restructure.move_position(actor=self.officer, position=position, unit=self.other, decree=decree)

    def undo(self):
        with agency_scope(self.agency):
            position = Position.objects.get(pk=self.position.pk)
            withdrawals.withdraw_position_change(actor=self.officer, position=position, reason="Ditunda", day=TODAY)

    def leave(self, day):
        with agency_scope(self.agency):
            register.record_exit(
                actor=self.keeper, employee=Employee.objects.get(pk=self.person), exits_on=day,
                reason="Meninggal dunia", legal_status="99",
            )  # fmt: skip

    def stay(self):
        with agency_scope(self.agency):
            person = Employee.objects.get(pk=self.person)
            return exits.take_back(actor=self.keeper, employee=person, why="salah-ketik").sentences

    def appoint(self, day):
        with agency_scope(self.agency):
            return register.appoint(
                actor=self.keeper, position=self.vacant, employee=Employee.objects.get(pk=self.person), starts_on=day,
                decree="SK 9",
            )  # fmt: skip

    def withdraw(self, row):
        with agency_scope(self.agency):
            row = Incumbency.objects.select_related("position__unit", "employee__unit").get(pk=row.pk)
            return incumbencies.withdraw(actor=self.keeper, incumbency=row, reason="Batal", day=TODAY)


@pytest.mark.parametrize("day", [BEFORE, COMING])
def test_an_exit_and_the_decision_that_it_forestalls(day):
    world = World()
    world.move()
    moved = world.posts()
    for _again in range(2):
        world.leave(day)
        assert [row[3] for row in world.posts()] == [day]
        assert world.stay() == []
        assert world.posts() == moved
    world.leave(day)
    world.undo()
    assert [row[3] for row in world.posts()] == [day]
    assert world.stay() == []
    assert world.posts() == [world.began]


@pytest.mark.parametrize("day", [BEFORE, COMING])
def test_an_appointment_and_the_decision_that_it_forestalls(day):
    world = World()
    world.move()
    moved = world.posts()
    row = world.appoint(day)
    assert len(world.posts()) == 2
    assert world.withdraw(row) == []
    assert world.posts() == moved
    row = world.appoint(day)
    world.undo()
    assert world.withdraw(row) == []
    assert world.posts() == [world.began]


@pytest.mark.parametrize("day", [BEFORE, COMING])
def test_an_appointment_that_an_exit_forestalls(day):
    world = World()
    row = world.appoint(COMING)
    appointed = world.posts()
    world.leave(day)
    assert [each[3] for each in world.posts()] == [day]
    assert world.stay() == []
    assert world.posts() == appointed
    assert world.withdraw(row) == []
    assert world.posts() == [world.began]
