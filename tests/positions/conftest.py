"""The world in which decisions on the structure are tried; files that need another one define their own."""

from datetime import date

import pytest

from asnhr.scope import agency_scope
from positions.models import Seat
from tests.factories import positions as make
from tests.factories.asnhr import AgencyFactory
from tests.positions.structure_world import TODAY, held_post
from tests.roles import user_with, with_access


@pytest.fixture
def frozen(monkeypatch):
    monkeypatch.setattr("asnhr.dates.today", lambda: TODAY)


@pytest.fixture
def medan(db):
    agency = AgencyFactory()
    with agency_scope(agency):
        yield agency


@pytest.fixture
def officer(medan):
    return with_access(user_with(medan, "bagian_organisasi", username="organisasi"), medan)


@pytest.fixture
def keeper(medan):
    return with_access(user_with(medan, "staf_bkd", username="bkd"), medan)


@pytest.fixture
def root(medan):
    return make.UnitFactory(agency=medan, name="Kota")


@pytest.fixture
def unit(medan, root):
    return make.UnitFactory(agency=medan, name="Dinas Pasar", parent=root)


@pytest.fixture
def other(medan, root):
    return make.UnitFactory(agency=medan, name="Dinas Perdagangan", parent=root)


@pytest.fixture
def position(medan, unit):
    """Three seats, one of them beyond the formation: two holders, one who acts on the vacant seat."""
    made = held_post(medan, unit, need=2, people=1)
    vacant = Seat.objects.get(position=made, number=2)
    make.IncumbencyFactory(agency=medan, position=made, seat=vacant, kind="plt", ends_on=date(2027, 5, 1))
    beyond = make.SeatFactory(agency=medan, position=made, number=3, kind="di_luar_formasi")
    make.IncumbencyFactory(
        agency=medan, position=made, seat=beyond, employee=make.EmployeeFactory(agency=medan, unit=unit)
    )
    return made
