"""Every list is a file too: tables of `TablePage` by themselves, lists drawn as a tree, a queue or groups as well."""

import csv
import re
from html import unescape
from pathlib import Path

import pytest
from django.conf import settings
from django.core.paginator import Page
from django.test import override_settings
from django.urls import reverse
from django.utils import timezone

from asnhr.dates import today
from asnhr.models import AuditEntry, User, WebhookDelivery
from asnhr.pages.tables import TablePage
from asnhr.scope import agency_scope
from asnhr.services import Progress
from positions.models import Discipline, NameMapping, NeedsAnalysis, RankRecord
from positions.pages import analysis as analysis_pages
from positions.pages import histories
from positions.services.quality import compute
from tests import notification_rows, page_world
from tests.factories.asnhr import AgencyFactory, RunFactory
from tests.factories.positions import (
    EmployeeFactory,
    GoalFactory,
    IncumbencyFactory,
    JobFactory,
    PositionFactory,
    UnitFactory,
    WorkloadFactory,
    WorkloadSheetFactory,
    WorkloadTaskFactory,
)
from tests.positions.needs_pages import analyse, small_city
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


# A pager that steps through no list: the elements of one document; the boxes of a drawing, whose file has all of them
# in one (SVG, PDF, XLSX); and figures typed page by page, whose lines are the proposal's and lie in its files.
NO_LIST = {"positions/job_analysis_element.html", "positions/unit_tree.html", "positions/proposal_figures.html",
           "positions/proposal_filled.html"}  # fmt: skip
NO_LIST_PAGES = {"unit-tree", "proposal-figures", "proposal-filled"}
TEMPLATES = Path(settings.BASE_DIR) / "templates"
INCLUDE = re.compile(r'{%\s*include\s+"([^"]+)"')
FILE_LINK = re.compile(r'href="([^"]*[?&;]format=(csv|xlsx)[^"]*)"')
LIST_CARD = re.compile(r'<section class="card list.*?</section>', re.DOTALL)
NARROWED = re.compile(r'class="(?:filters|chips)\b')
KINDS = {"csv": "text/csv", "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}


def with_parts(name, seen=()):
    """Return the text of a template with those that it includes."""
    path = TEMPLATES / name
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    return text + "".join(with_parts(part, (*seen, name)) for part in set(INCLUDE.findall(text)) - {*seen, name})


def test_a_template_that_steps_through_rows_links_to_their_files():
    """Whatever rows the test below has: a list without any draws no pager."""
    names = [
        path.relative_to(TEMPLATES).as_posix() for path in TEMPLATES.rglob("*.html")
        if "_parts" not in path.parts and path.relative_to(TEMPLATES).parts[0] != "admin"
    ]  # fmt: skip
    paged = {name for name in names if 'class="pager"' in with_parts(name) or "-pager" in with_parts(name)}

    assert NO_LIST < paged
    assert len(paged) > 15
    assert {name for name in paged if not re.search(r"format='?csv", with_parts(name))} == NO_LIST


def test_every_page_with_a_pager_or_a_filtered_table_has_files_that_come(client, monkeypatch):
    """The pages of every route, with rows on them; each link to a file is followed."""
    monkeypatch.setattr(Page, "has_other_pages", lambda page: True)
    made = page_world.build()
    client.force_login(made.user)
    without, broken, files = [], [], 0
    for page in made.pages():
        answer = client.get(page.url)
        if page.name.startswith("admin:") or answer.status_code != 200 or answer.streaming:
            continue
        if not answer.headers["Content-Type"].startswith("text/html"):
            continue
        text = answer.content.decode()
        links = {kind: url for url, kind in FILE_LINK.findall(text)}
        # What narrows a table stands in its card, or above it on the page of a list.
        is_filtered = any("<table" in card and NARROWED.search(card) for card in LIST_CARD.findall(text))
        if ('class="pager"' in text or is_filtered) and set(links) != set(KINDS) and page.name not in NO_LIST_PAGES:
            without.append(page.name)
        for url, kind in FILE_LINK.findall(text):
            url = unescape(url)
            file = client.get(url if url.startswith("/") else page.url.partition("?")[0] + url)
            files += 1
            if not file.headers["Content-Type"].startswith(KINDS[kind]):
                broken.append((page.name, url))

    assert (without, broken) == ([], [])
    assert files > 60


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


def lines_of(client, url, **query):
    """Return the lines of a list's CSV by the names of its columns; the first line says that the data are a sample."""
    text = b"".join(client.get(url, {**query, "format": "csv"})).decode("utf-8-sig")
    return list(csv.DictReader(text.splitlines()[1:]))


def test_a_comparison_of_analyses_goes_out_whole(client, monkeypatch):
    """Each position that changed between two days, before and after apart, over all pages of the page."""
    agency = AgencyFactory()
    city = small_city(agency, 4)
    before = analyse(agency)
    with agency_scope(agency):
        NeedsAnalysis.objects.filter(pk=before.pk).update(as_of="2026-11-01")
        for post in city.short:
            IncumbencyFactory(agency=agency, position=post, starts_on="2026-11-22")
    after = analyse(agency)
    client.force_login(user_with(agency, "staf_bkd"))
    url, query = reverse("analysis-compare", args=[after.pk]), {"dengan": before.pk}
    monkeypatch.setattr(analysis_pages, "CHANGES_A_PAGE", 1)

    page = client.get(url, query)
    lines = lines_of(client, url, **query)

    assert len(lines) == page.context["page"].paginator.count > len(page.context["lines"]) == 1
    moved = {line["Jabatan"]: (line["B semula"], line["B menjadi"]) for line in lines}
    assert {moved[post.job.name] for post in city.short} == {("1", "2")}
    assert all("pemangku datang" in line["Sebab"] for line in lines if line["Jabatan"] in {str(city.short[0].job)})
    with override_settings(LIST_ROWS_AT_ONCE=0):
        asked = client.get(url, {**query, "format": "xlsx"})
    assert (asked.status_code, "list_file" in asked.templates[0].name) == (200, True)


def test_deliveries_of_a_webhook_go_out_as_they_are_filtered(client):
    agency = AgencyFactory()
    with agency_scope(agency):
        sent = notification_rows.delivery(agency, None)
        failed = WebhookDelivery.objects.create(
            agency=agency, endpoint=sent.endpoint, event=notification_rows.event(agency, None), state="gagal",
            next_at=timezone.now(), done_at=timezone.now(),
        )  # fmt: skip
    client.force_login(user_with(agency, "admin_daerah"))
    url = reverse("webhook-detail", args=[sent.endpoint_id])

    def numbers(**query):
        return [int(line["Nomor"]) for line in lines_of(client, url, **query)]

    assert numbers() == [failed.pk, sent.pk]
    assert numbers(keadaan="gagal") == [failed.pk]
    assert "keadaan=gagal&amp;format=csv" in client.get(url, {"keadaan": "gagal"}).text
    client.force_login(user_with(agency, "auditor"))
    assert client.get(url, {"format": "csv"}).status_code in (403, 404)


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


@pytest.mark.parametrize("slug", histories.COLUMNS)
def test_no_two_columns_of_a_history_file_have_one_title(slug, client):
    agency = AgencyFactory()
    with agency_scope(agency):
        person = EmployeeFactory(agency=agency, unit=UnitFactory(agency=agency))
    client.force_login(user_with(agency, "staf_bkd"))

    url = reverse("employee-history", args=[person.pk, histories.GROUP_OF[slug]])
    sent = b"".join(client.get(url, {"bagian": slug, "format": "csv"}).streaming_content).decode("utf-8-sig")
    titles = next(row for row in csv.reader(sent.splitlines()) if "NIP" in row)

    assert len(titles) == len(set(titles)) > 4
    assert titles[-1] == "Keberlakuan"
    assert ("Keadaan hukuman" in titles) == (slug == "disiplin")


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
