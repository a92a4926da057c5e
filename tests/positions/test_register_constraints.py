"""Each constraint of the register breaks when broken."""

from datetime import date

import pytest
from django.db import IntegrityError, connection, transaction

from asnhr.scope import agency_scope
from positions.models import Decision, Employee, Incumbency, Position, Unit
from tests.factories import positions as make
from tests.factories.asnhr import AgencyFactory, UserFactory
from tests.roles import user_with, with_access

pytestmark = pytest.mark.django_db


@pytest.fixture
def medan():
    agency = AgencyFactory()
    with agency_scope(agency):
        yield agency


def refused(name):
    return pytest.raises(IntegrityError, match=name)


def test_a_seat_has_one_definitive_holder_a_day(medan):
    held = make.IncumbencyFactory(agency=medan)

    with refused("incumbency_one_definitive_holder"), transaction.atomic():
        make.IncumbencyFactory(agency=medan, position=held.position, seat=held.seat, starts_on=date(2021, 1, 1))
    Incumbency.objects.filter(pk=held.pk).update(ends_on=date(2021, 1, 1))
    make.IncumbencyFactory(agency=medan, position=held.position, seat=held.seat, starts_on=date(2021, 1, 1))


def test_a_person_has_one_definitive_seat_a_day(medan):
    held = make.IncumbencyFactory(agency=medan)

    with refused("incumbency_one_seat_a_person"), transaction.atomic():
        make.IncumbencyFactory(agency=medan, employee=held.employee)


def test_a_seat_belongs_to_the_position_of_its_incumbency(medan):
    seat = make.SeatFactory(agency=medan)

    with refused("incumbency_seat_of_position"), transaction.atomic():
        make.IncumbencyFactory(agency=medan, position=make.PositionFactory(agency=medan), seat=seat)
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_a_position_is_linked_with_a_goal_once_a_day(medan):
    position, goal = make.PositionFactory(agency=medan), make.GoalFactory(agency=medan)
    link = {"agency": medan, "goal": goal}
    position.goal_links.create(starts_on=date(2021, 1, 1), ends_on=date(2022, 1, 1), **link)

    with refused("position_goal_one_a_day"), transaction.atomic():
        position.goal_links.create(starts_on=date(2021, 12, 31), **link)
    with refused("position_goal_ends_after_it_starts"), transaction.atomic():
        position.goal_links.create(starts_on=date(2022, 1, 1), ends_on=date(2022, 1, 1), **link)
    position.goal_links.create(starts_on=date(2022, 1, 1), **link)


def test_a_seat_was_of_one_kind_a_day(medan):
    seat = make.SeatFactory(agency=medan)
    former = {"agency": medan, "kind": "formasi"}
    seat.former_kinds.create(starts_on=date(2021, 1, 1), ends_on=date(2022, 1, 1), **former)

    with refused("former_kind_one_a_day"), transaction.atomic():
        seat.former_kinds.create(starts_on=date(2021, 12, 31), ends_on=date(2023, 1, 1), **former)
    with refused("former_kind_ends_after_it_starts"), transaction.atomic():
        seat.former_kinds.create(starts_on=date(2022, 1, 1), ends_on=date(2022, 1, 1), **former)
    seat.former_kinds.create(starts_on=date(2022, 1, 1), ends_on=date(2023, 1, 1), **former)


def test_nip_is_18_digits_and_once_an_agency(medan):
    make.EmployeeFactory(agency=medan, nip="198501012010011001")

    with refused("employee_nip_once"), transaction.atomic():
        make.EmployeeFactory(agency=medan, nip="198501012010011001")
    with refused("employee_nip_18_digits"), transaction.atomic():
        make.EmployeeFactory(agency=medan, nip="19850101201001100")


def test_the_holder_of_a_post_cannot_decide_on_it(medan):
    line = make.RecommendationLineFactory(agency=medan)
    held = make.IncumbencyFactory(agency=medan, position=line.result.position)
    holder = UserFactory(nip=held.employee.nip)

    with refused("jabatannya sendiri"), transaction.atomic():
        Decision.objects.create(agency=medan, line=line, verdict="setuju", reason="perlu", decided_by=holder)
    Decision.objects.create(agency=medan, line=line, verdict="setuju", reason="perlu", decided_by=UserFactory())


def test_a_unit_admin_sees_the_subtree_only_and_a_stranger_nothing(medan):
    root = make.UnitFactory(agency=medan)
    belawan = make.UnitFactory(agency=medan, parent=root)
    village = make.UnitFactory(agency=medan, parent=belawan)
    inside = make.PositionFactory(agency=medan, unit=village)
    make.PositionFactory(agency=medan, unit=root)
    admin = with_access(user_with(medan, "admin_unit", belawan), medan)

    assert list(Position.objects.visible_to(admin)) == [inside]
    assert set(Unit.objects.visible_to(admin)) == {belawan, village}
    assert not Position.objects.visible_to(UserFactory()).exists()
    unbound = with_access(user_with(medan, "admin_unit"), medan)
    assert not Employee.objects.visible_to(unbound).exists()
