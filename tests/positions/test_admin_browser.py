"""The admin and the API's own page in a real browser: nothing breaks the content security policy, suggestions work."""

import pytest

from asnhr.scope import agency_scope
from tests import api_world
from tests.factories.positions import EmployeeFactory, IncumbencyFactory, PositionFactory, UnitFactory
from tests.roles import user_with

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PASSWORD = "kata-sandi-uji-panjang"


@pytest.fixture
def medan():
    return api_world.medan()


@pytest.fixture
def held(medan):
    with agency_scope(medan):
        unit = UnitFactory(agency=medan, name="Kecamatan Medan Belawan")
        EmployeeFactory(agency=medan, unit=unit, name="Siti Aminah")
        return IncumbencyFactory(agency=medan, position=PositionFactory(agency=medan, unit=unit))


@pytest.fixture
def admin_page(live_server, page, medan, held):
    user = user_with(medan, "admin_daerah", username="admin-medan")
    user.set_password(PASSWORD)
    user.save()
    page.goto(f"{live_server.url}/admin/")
    page.fill("input[name=login]", "admin-medan")
    page.fill("input[name=password]", PASSWORD)
    page.press("input[name=password]", "Enter")
    page.wait_for_url("**/admin/")
    return page


def test_admin_pages_load_clean(admin_page, live_server, held):
    for path in (
        "positions/employee/", f"positions/employee/{held.employee_id}/change/", "positions/unit/",
        "positions/incumbency/", f"positions/incumbency/{held.pk}/change/", f"positions/incumbency/{held.pk}/history/",
        "asnhr/user/add/", "asnhr/roleassignment/add/", "positions/job/add/",
    ):  # fmt: skip
        response = admin_page.goto(f"{live_server.url}/admin/{path}")
        admin_page.wait_for_load_state("networkidle")

        assert response.status == 200, path


def test_people_are_suggested_while_typing(admin_page, live_server):
    admin_page.goto(f"{live_server.url}/admin/positions/incumbency/add/")

    admin_page.click("#id_employee + .select2")
    admin_page.keyboard.type("aminah")
    admin_page.wait_for_selector(".select2-results__option >> text=Siti Aminah")
    admin_page.click(".select2-results__option >> text=Siti Aminah")

    assert "Siti Aminah" in admin_page.inner_text("#id_employee + .select2")


def test_the_page_of_the_api_loads_clean(live_server, page):
    page.goto(f"{live_server.url}/api/v1/schema/swagger/")

    page.wait_for_selector("#operations-tag-employees")
