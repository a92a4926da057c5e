"""Every list answers with at most fifteen queries, for a role that is bound to units as well: its units are read too.

The addresses come from the URL resolver and the rows from `tests/test_matrix.py`, so a new list is counted the day it
is added.
"""

import logging

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from asnhr.dates import today
from asnhr.pages.tables import TablePage
from asnhr.scope import agency_scope
from positions import models
from tests.factories.asnhr import AgencyFactory
from tests.page_world import is_page
from tests.positions.needs_pages import analyse, small_city
from tests.roles import user_with
from tests.test_matrix import EVERY, Address, World, _fill

pytestmark = pytest.mark.django_db

MOST = 15
# Lists without a name that says so: the start, the map with its tree, an analysis by unit.
OTHERS = {"home", "unit-tree", "analysis-unit", "workload-sheet", "quality", "quality-units"}


def is_list(address: Address) -> bool:
    view = getattr(address.view, "view_class", None)
    is_table = view is not None and issubclass(view, TablePage)
    return is_page(address) and not address.is_admin and (
        is_table or address.name.endswith(("-list", "-board")) or address.name in OTHERS
    )  # fmt: skip


@pytest.fixture
def made():
    """A city, and who keeps the records of one office: with a NIP, so that the units headed are read as well."""
    agency = AgencyFactory()
    city = small_city(agency)
    user = user_with(agency, "pengelola_kepegawaian", city.belawan)
    with agency_scope(agency):
        rows = _fill(agency, city.belawan)
        user.nip = rows["employee"].nip
        user.save()
    analysis = analyse(agency, today())
    with agency_scope(agency):
        rows["needsanalysis"] = analysis
        rows["needsresult"] = models.NeedsResult.objects.get(analysis=analysis, position=city.short[0])
    world = World(agency, agency, city.belawan)
    world.rows["own"] = rows
    return user, world


def test_every_list_of_a_unit_bound_role_is_read_in_fifteen_queries(client, made):
    user, world = made
    client.force_login(user)
    logging.disable(logging.CRITICAL)  # lists that the role may not open would each write a line
    counted, many = set(), {}
    for address in filter(is_list, EVERY):
        url = world.url(address, "own")
        with CaptureQueriesContext(connection) as queries:
            answer = client.get(url) if url else None
        if answer is not None and answer.status_code == 200:
            counted.add(address.name)
            if len(queries) > MOST:
                many[url] = len(queries)
    logging.disable(logging.NOTSET)

    assert many == {}
    assert counted >= {"home", "agenda-list", "retirement-list", "unit-tree", "analysis-table", "analysis-unit"}
    assert len(counted) > 30
