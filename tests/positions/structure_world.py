"""What tests of decisions on the structure share: a post with holders, what is read of it, a signed-in browser."""

from datetime import date

from django.test import Client
from django.urls import reverse

from positions.models import Position
from positions.queries import register
from tests.factories import positions as make

TODAY = date(2026, 11, 22)


def held_post(agency, unit, *, need=2, people=2, job=None, **facts):
    """A position with `need` seats, `people` of them held, and a goal."""
    position = make.PositionFactory(agency=agency, unit=unit, job=job or make.JobFactory(agency=agency), **facts)
    make.PositionNeedFactory(agency=agency, position=position, need=need)
    for number in range(need):
        seat = make.SeatFactory(agency=agency, position=position, number=number + 1)
        if number < people:
            person = make.EmployeeFactory(agency=agency, unit=unit)
            make.IncumbencyFactory(agency=agency, position=position, seat=seat, employee=person)
    position.goal_links.create(agency=agency, goal=make.GoalFactory(agency=agency), starts_on=date(2022, 1, 1))
    return position


def figures(position, day):
    row = register.with_figures(Position.objects.filter(pk=position.pk), day).get()
    return row.k, row.b


def browser(user):
    client = Client()
    client.force_login(user)
    return client


def address(name, pk, **query):
    return reverse(name, args=[pk]) + (
        "?" + "&".join(f"{key}={value}" for key, value in query.items()) if query else ""
    )
