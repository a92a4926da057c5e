"""Each constraint of the register breaks when broken."""

from contextlib import contextmanager
from datetime import date

import pytest
from django.db import IntegrityError, connection, transaction

from asnhr import registry
from asnhr.constraints import sentence_of
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


@contextmanager
def guarded(name):
    """A rule that a trigger holds: its name is not among PostgreSQL's words, but the page finds its sentence by it."""
    with pytest.raises(IntegrityError) as caught:
        yield
    assert caught.value.__cause__.diag.constraint_name == name
    assert sentence_of(caught.value) == str(registry.constraints.get(name))


def write(statement, *given):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, given)


ACT = """INSERT INTO positions_incumbency
        (agency_id, position_id, seat_id, employee_id, kind, decree, starts_on, ends_on)
    SELECT s.agency_id, s.position_id, s.id, %s, %s, 'SK', %s, %s FROM positions_seat s WHERE s.id = %s"""


def act(medan, seat, kind, starts_on, ends_on=None):
    write(ACT, make.EmployeeFactory(agency=medan).pk, kind, starts_on, ends_on, seat.pk)


def test_a_plt_begins_only_on_a_vacant_seat(medan):
    held = make.IncumbencyFactory(agency=medan, starts_on=date(2021, 1, 1), ends_on=date(2024, 1, 1))

    for day in (date(2021, 1, 1), date(2023, 12, 31)):
        with guarded("incumbency_plt_where_vacant"):
            act(medan, held.seat, "plt", day)
    act(medan, held.seat, "plh", date(2023, 6, 1), date(2023, 6, 8))
    act(medan, held.seat, "plt", date(2024, 1, 1))
    # Who is appointed later ends the acting: that is no fault, nor is the end of the Plt.
    make.IncumbencyFactory(agency=medan, position=held.position, seat=held.seat, starts_on=date(2024, 6, 1))
    write("UPDATE positions_incumbency SET ends_on = DATE '2024-06-01' WHERE kind = 'plt'")
    with guarded("incumbency_plt_where_vacant"):
        write("UPDATE positions_incumbency SET starts_on = DATE '2023-12-31' WHERE kind = 'plt'")
    with guarded("incumbency_plt_where_vacant"):
        write("UPDATE positions_incumbency SET kind = 'plt' WHERE kind = 'plh'")


def test_a_duty_is_held_only_where_the_post_is_filled_by_duty(medan):
    ordinary = make.SeatFactory(agency=medan)
    head = make.SeatFactory(
        agency=medan, position=make.PositionFactory(agency=medan, by_duty=True), kind="tugas_tambahan"
    )

    with guarded("incumbency_duty_where_by_duty"):
        act(medan, ordinary, "tugas_tambahan", date(2024, 1, 1))
    act(medan, head, "tugas_tambahan", date(2024, 1, 1))
    with guarded("incumbency_duty_where_by_duty"):
        write("UPDATE positions_position SET by_duty = false")
    write("UPDATE positions_incumbency SET ends_on = DATE '2025-01-01'")
    write("UPDATE positions_position SET by_duty = false")


def test_nobody_acts_on_a_seat_beyond_the_formation(medan):
    seat = make.SeatFactory(agency=medan, kind="di_luar_formasi", starts_on=date(2020, 1, 1))
    seat.former_kinds.create(agency=medan, kind="formasi", starts_on=date(2020, 1, 1), ends_on=date(2022, 1, 1))

    for kind in ("plt", "plh"):
        with guarded("incumbency_acts_on_decided_seat"):
            act(medan, seat, kind, date(2022, 1, 1))
    act(medan, seat, "plt", date(2021, 12, 31), date(2022, 1, 31))


def test_one_statement_of_many_rows_is_refused_for_one_of_them(medan):
    held = make.IncumbencyFactory(agency=medan)
    free = [make.SeatFactory(agency=medan) for _ in range(3)]
    people = [make.EmployeeFactory(agency=medan) for _ in range(4)]
    statement = """INSERT INTO positions_incumbency
            (agency_id, position_id, seat_id, employee_id, kind, decree, starts_on)
        SELECT s.agency_id, s.position_id, s.id, e.id, 'plt', 'SK', DATE '2024-01-01'
        FROM unnest(%s::bigint[], %s::bigint[]) AS w(seat, person)
        JOIN positions_seat s ON s.id = w.seat JOIN positions_employee e ON e.id = w.person"""

    with guarded("incumbency_plt_where_vacant"):
        write(statement, [seat.pk for seat in [*free, held.seat]], [person.pk for person in people])
    assert not Incumbency.objects.filter(kind="plt").exists()
    write(statement, [seat.pk for seat in free], [person.pk for person in people[:3]])
    assert Incumbency.objects.filter(kind="plt").count() == 3


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
