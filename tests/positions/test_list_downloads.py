"""Every list is a file too: tables of `TablePage` by themselves, lists drawn as a tree, a queue or groups as well."""

import pytest
from django.urls import reverse

from asnhr.dates import today
from asnhr.pages.tables import TablePage
from asnhr.scope import agency_scope
from asnhr.services import Progress
from positions.models import NameMapping
from positions.services.quality import compute
from tests.factories.asnhr import AgencyFactory, RunFactory
from tests.factories.positions import EmployeeFactory, GoalFactory, JobFactory, PositionFactory, UnitFactory
from tests.roles import user_with
from tests.test_matrix import EVERY

pytestmark = pytest.mark.django_db

# Calculators are no data; where one is signed in (addresses, devices) opens doors and is for the page alone; who may
# lose the post is read by the head on the page, case by case, and nowhere else before it is decided.
NO_FILES = {"calculator-list", "session-list", "removal-candidate-list"}
DRAWN = ("run-list", "goal-list", "mapping-list", "parameter-list", "processing-list", "notification-list")


def test_every_list_has_its_file():
    lists = {
        each.name: each for each in EVERY
        if each.name.endswith("-list") and not each.is_api and not each.is_admin and each.name not in NO_FILES
    }  # fmt: skip
    views = {name: getattr(each.view, "view_class", None) for name, each in lists.items()}
    tables = {name for name, view in views.items() if view is not None and issubclass(view, TablePage)}

    assert [name for name in tables if not views[name].exports] == []
    assert set(lists) - tables <= set(DRAWN)


def test_tables_inside_other_pages_have_their_files(client):
    """A unit's own positions, the indicators of the quality index, one table of personal data, what one was told."""
    agency = AgencyFactory()
    with agency_scope(agency):
        unit = UnitFactory(agency=agency)
        below = UnitFactory(agency=agency, parent=unit)
        for number in range(52):
            PositionFactory(agency=agency, unit=unit, job=JobFactory(agency=agency, name=f"Penelaah {number}"))
        PositionFactory(agency=agency, unit=below, job=JobFactory(agency=agency, name="Pengawas"))
        EmployeeFactory(agency=agency, unit=unit)
        compute(agency.pk, today(), Progress())
    client.force_login(user_with(agency, "admin_daerah"))

    def lines(name, *arguments):
        url = reverse(name, args=arguments)
        assert 'format=csv"' in client.get(url).content.decode()
        return b"".join(client.get(url, {"format": "csv"}).streaming_content).decode("utf-8-sig").splitlines()

    own = lines("unit-detail", unit.pk)
    assert sum("Penelaah" in line for line in own) == 52  # more than the page shows
    assert not any("Pengawas" in line for line in own)
    assert len(lines("quality")) >= 1 + 27
    assert lines("notification-list")[-1].startswith("Waktu,")
    client.force_login(user_with(agency, "auditor"))
    assert any(",nip," in line for line in lines("processing-detail", "positions.Employee"))


@pytest.fixture
def officer(client):
    agency = AgencyFactory()
    with agency_scope(agency):
        RunFactory(agency=agency, kind="needs")
        GoalFactory(agency=agency, code="1.1", text='=HYPERLINK("http://jahat")')
        NameMapping.objects.create(agency=agency, kind="unit", key="DINAS", text="+Dinas Lama", occurrences=3)
    client.force_login(user_with(agency, "admin_daerah"))
    return client


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("run-list", "Analisis kebutuhan jabatan"), ("goal-list", "'=HYPERLINK"), ("mapping-list", "'+Dinas Lama"),
        ("parameter-list", "bup."),
    ],
)  # fmt: skip
def test_a_list_that_is_no_table_is_a_file_without_formulas(officer, name, found):
    url = reverse(name)
    page = officer.get(url).content.decode()

    csv = b"".join(officer.get(url, {"format": "csv"}).streaming_content).decode("utf-8-sig")

    assert 'format=csv"' in page
    assert found in csv
    assert officer.get(url, {"format": "xlsx"})["Content-Disposition"].endswith('.xlsx"')
