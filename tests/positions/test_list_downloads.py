"""Every list is a file too: tables of `TablePage` by themselves, lists drawn as a tree, a queue or groups as well."""

import pytest
from django.urls import reverse

from asnhr.pages.tables import TablePage
from asnhr.scope import agency_scope
from positions.models import NameMapping
from tests.factories.asnhr import AgencyFactory, RunFactory
from tests.factories.positions import GoalFactory
from tests.roles import user_with
from tests.test_matrix import EVERY

pytestmark = pytest.mark.django_db

# Calculators are no data; what one was told, where one is signed in and which systems hold keys is read on the page;
# a superior reads the people below, the file of them is for who keeps the register.
NO_FILES = {
    "calculator-list", "notification-list", "session-list", "client-list", "subordinate-list",
    "removal-candidate-list",
}  # fmt: skip
DRAWN = ("run-list", "goal-list", "mapping-list", "parameter-list", "processing-list")


def test_every_list_has_its_file():
    lists = {
        each.name: each for each in EVERY
        if each.name.endswith("-list") and not each.is_api and not each.is_admin and each.name not in NO_FILES
    }  # fmt: skip
    views = {name: getattr(each.view, "view_class", None) for name, each in lists.items()}
    tables = {name for name, view in views.items() if view is not None and issubclass(view, TablePage)}

    assert [name for name in tables if not views[name].exports] == []
    assert set(lists) - tables <= set(DRAWN)


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
