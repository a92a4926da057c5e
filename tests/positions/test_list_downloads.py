"""Every list is a file too: tables of `TablePage` by themselves, lists drawn as a tree, a queue or groups as well."""

import pytest
from django.urls import reverse

from asnhr.dates import today
from asnhr.models import AuditEntry, User
from asnhr.pages.tables import TablePage
from asnhr.scope import agency_scope
from asnhr.services import Progress
from positions.models import Discipline, NameMapping, RankRecord
from positions.services.quality import compute
from tests.factories.asnhr import AgencyFactory, RunFactory
from tests.factories.positions import (
    EmployeeFactory,
    GoalFactory,
    JobFactory,
    PositionFactory,
    UnitFactory,
    WorkloadFactory,
    WorkloadSheetFactory,
    WorkloadTaskFactory,
)
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


def test_the_calendar_a_history_and_a_workload_sheet_are_files_for_who_reads_the_page(client):
    agency = AgencyFactory()
    with agency_scope(agency):
        unit = UnitFactory(agency=agency)
        person = EmployeeFactory(agency=agency, unit=unit, name="Ani")
        RankRecord.objects.create(agency=agency, employee=person, rank=32, starts_on="2025-04-01", decree="=1+1")
        Discipline.objects.create(
            agency=agency, employee=person, sanction="23", decree="RAHASIA/1", decree_on="2024-01-01",
            starts_on="2024-01-08", ends_on="2024-07-08",
        )  # fmt: skip
        sheet = WorkloadSheetFactory(agency=agency, unit=unit)
        workload = WorkloadFactory(agency=agency, sheet=sheet, position=PositionFactory(agency=agency, unit=unit))
        WorkloadTaskFactory(agency=agency, workload=workload, task="Menyusun laporan")
        for each in ("jambi", "medan"):
            other = AgencyFactory(code="1571", name="Jambi", short_name="Jambi") if each == "jambi" else agency
            user_with(other, "staf_bkd", username=each)
    career, secret = (reverse("employee-history", args=[person.pk, group]) for group in ("kepegawaian", "disiplin"))

    def read(url, **query):
        answer = client.get(url, {"format": "csv", **query})
        return (
            b"".join(answer.streaming_content).decode("utf-8-sig") if answer.status_code == 200 else answer.status_code
        )

    def looks():
        with agency_scope(agency):
            return AuditEntry.objects.filter(agency=agency, kind=AuditEntry.Kind.READ).count()

    client.force_login(User.objects.get(username="medan"))
    duties = read(reverse("work-calendar"), tahun="2027").splitlines()
    assert len(duties) > 5
    assert any("2027" in line for line in duties)
    assert 'format=csv"' in client.get(reverse("work-calendar")).content.decode()
    assert "bagian=golongan&amp;format=csv" in client.get(career).content.decode()
    ranks = read(career, bagian="golongan")
    assert ("III/b" in ranks, "'=1+1" in ranks, "Ani" in ranks, "RAHASIA" in ranks) == (True, True, True, False)
    assert (read(career), read(career, bagian="disiplin")) == (404, 404)
    before = looks()
    assert "RAHASIA/1" in read(secret, bagian="disiplin")
    assert looks() == before + 1
    assert "Menyusun laporan" in read(reverse("workload-sheet", args=[sheet.pk]))

    client.force_login(user_with(agency, "admin_unit", unit))
    assert "III/b" in read(career, bagian="golongan")
    assert read(secret, bagian="disiplin") == 403
    client.force_login(User.objects.get(username="jambi"))
    for url in (career, secret, reverse("workload-sheet", args=[sheet.pk])):
        assert read(url, bagian="golongan") == 404


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
