"""The class of a job is the one of the day looked at, on every page, file and answer; a coming one waits."""

import io
from datetime import date
from importlib import import_module

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from asnhr.api import sync
from asnhr.audit import sealer
from asnhr.errors import RuleBroken
from asnhr.models import AuditEntry
from asnhr.scope import agency_scope
from positions.api.positions import PositionResource
from positions.models import Job, JobClassPeriod, Position
from positions.queries import job_analysis, position_map, register
from positions.services import job_classes
from positions.services.day import turn
from tests.factories import positions as make
from tests.factories.asnhr import AgencyFactory
from tests.roles import user_with, with_access

pytestmark = pytest.mark.django_db
BEFORE, DECIDED, TODAY, COMING = date(2026, 11, 1), date(2026, 11, 20), date(2026, 11, 23), date(2027, 1, 1)
# The class of each day: 9 at first, 10 by a decree of this month, 12 by one for January.
DAYS = [(BEFORE, 9), (DECIDED, 10), (TODAY, 10), (date(2026, 12, 31), 10), (COMING, 12)]


@pytest.fixture(autouse=True)
def frozen(monkeypatch):
    monkeypatch.setattr("asnhr.dates.today", lambda: TODAY)


class World:
    def __init__(self):
        self.agency = AgencyFactory()
        with agency_scope(self.agency):
            root = make.UnitFactory(agency=self.agency, name="Kota")
            self.unit = make.UnitFactory(agency=self.agency, name="Dinas Kominfo", parent=root)
            self.job = make.JobFactory(agency=self.agency, code="PK", name="Pranata Komputer", job_class=9)
            other = make.JobFactory(agency=self.agency, code="AR", name="Arsiparis", job_class=11)
            self.position = make.PositionFactory(agency=self.agency, unit=self.unit, job=self.job, code="P-1")
            self.other = make.PositionFactory(agency=self.agency, unit=self.unit, job=other, code="P-2")
            for position in (self.position, self.other):
                make.PositionNeedFactory(agency=self.agency, position=position, need=2)
        self.decider = user_with(self.agency, "pyb")
        self.staff = user_with(self.agency, "staf_bkd")

    def decide(self, found, starts_on, day=TODAY):
        with agency_scope(self.agency):
            return job_classes.set_class(
                actor=self.decider, job=self.job, job_class=found, starts_on=starts_on, decree="188/1/2026",
                decree_on=min(starts_on, day), day=day,
            )  # fmt: skip


@pytest.fixture
def world():
    found = World()
    found.decide(10, DECIDED)
    found.decide(12, COMING)
    return found


@pytest.fixture
def client(client, world):
    client.force_login(world.staff)
    return client


def content(answer):
    assert answer.status_code == 200, answer.content[:500]
    return b"".join(answer.streaming_content) if answer.streaming else answer.content


def rows_of(raw):
    """The rows of a workbook's first sheet."""
    python_calamine = pytest.importorskip("python_calamine")
    return python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(raw)).get_sheet_by_index(0).to_python()


def of_job(rows, column):
    """What a table with a heading says of the job in a column."""
    at = next(number for number, row in enumerate(rows) if column in row)
    place = rows[at].index(column)
    (found,) = [row for row in rows[at + 1 :] if any("Pranata Komputer" in str(cell) for cell in row)]
    return int(float(found[place]))


@pytest.mark.parametrize(("day", "found"), DAYS)
def test_the_map_and_each_file_of_it_show_the_class_of_the_day(client, world, day, found):
    asked = {"unit": world.unit.pk, "as_of": day}
    page = content(client.get(reverse("unit-tree"), asked)).decode()
    drawn = content(client.get(reverse("unit-map-svg"), asked)).decode()
    for shown in (page, drawn):
        assert f"Pranata Komputer, kelas {found}, " in shown
    # The twin of the drawing, and the order by class.
    assert f"kelas {found} · K" in page.partition("map-post")[2]
    assert (drawn.index("Pranata Komputer") < drawn.index("Arsiparis")) is (found > 11)
    assert of_job(rows_of(content(client.get(reverse("unit-map-xlsx"), asked))), "Kelas") == found

    assert of_job(rows_of(content(client.get(reverse("unit-map-formasi"), asked))), "kelas") == found


@pytest.mark.parametrize(("day", "found"), [DAYS[0], DAYS[-1]])
def test_the_printed_map_shows_the_class_of_the_day(client, world, day, found):
    pypdf = pytest.importorskip("pypdf")
    raw = content(client.get(reverse("unit-map-pdf"), {"unit": world.unit.pk, "as_of": day}))
    words = " ".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(raw)).pages).split()

    place = words.index("Pranata")
    assert str(found) in words[place : place + 8]
    assert not {"9", "10", "12"} - {str(found)} & set(words[place : place + 8])


@pytest.mark.parametrize(("day", "found"), DAYS)
def test_what_fits_a_drawing_is_chosen_by_the_class_of_the_day(world, day, found):
    with agency_scope(world.agency):
        user = with_access(world.staff, world.agency)
        (post,) = position_map.posts_of(user, day, [world.unit.pk], most=1)[world.unit.pk]
    assert post.title == ("Pranata Komputer" if found > 11 else "Arsiparis")


@pytest.mark.parametrize(("day", "found"), DAYS)
def test_lists_and_records_show_the_class_of_the_day(client, world, day, found):
    def cell(route, *args, **query):
        page = content(client.get(reverse(route, args=args), {"as_of": day} | query)).decode()
        return " ".join(page.split())

    assert f"<dt>Kelas jabatan</dt> <dd>{found}</dd>" in cell("job-detail", world.job.pk)
    assert f'<td class="num" data-label="Kelas">{found}</td>' in cell("job-detail", world.job.pk)
    assert f"<dt>Kelas jabatan</dt> <dd>{found}</dd>" in cell("position-detail", world.position.pk)
    assert f'<td class="num" data-label="Kelas">{found}</td>' in cell("unit-detail", world.unit.pk)
    for route in ("position-list", "job-list"):
        file = content(client.get(reverse(route), {"as_of": day, "format": "xlsx"}))
        assert of_job(rows_of(file), "Kelas") == found
    shown = cell("position-list", kelas=found)
    assert "Pranata Komputer" in shown
    assert "Pranata Komputer" not in cell("position-list", kelas=9 if found != 9 else 10)
    listed = cell("position-list", urut="-kelas")
    assert (listed.index(">Pranata Komputer<") < listed.index(">Arsiparis<")) is (found > 11)


@pytest.mark.parametrize(("day", "found"), DAYS)
def test_the_api_answers_with_the_class_of_the_day(client, world, day, found):
    def get(path, **query):
        answer = client.get(f"/api/v1/{path}", {"as_of": day} | query)
        assert answer.status_code == 200, answer.content
        return answer.json()

    assert get(f"jobs/{world.job.pk}/")["job_class"] == found
    assert get("jobs/", code="PK")["results"][0]["job_class"] == found
    assert [each["code"] for each in get("jobs/", job_class=found)["results"]] == ["PK"]
    assert get("jobs/", code="PK", job_class=9 if found != 9 else 10)["results"] == []
    assert get(f"positions/{world.position.pk}/")["job_class"] == found
    assert [each["job_class"] for each in get("job-classes/", job=world.job.pk)["results"]] == [found]
    assert [each["job_class"] for each in get("positions/", job=world.job.pk)["results"]] == [found]


def test_changes_of_a_class_reach_who_follows_jobs_and_positions(client, world):
    def changed(path, since):
        answer = client.get(f"/api/v1/{path}/", {"updated_since": since}).json()
        return {each["code"]: each["job_class"] for each in answer["results"]}

    sealer.seal(world.agency.pk)
    since = str(sync.end(world.agency.pk))
    with agency_scope(world.agency):
        turn(world.agency.pk, COMING)
    sealer.seal(world.agency.pk)
    assert changed("jobs", since)["PK"] == 12
    assert changed("positions", since)["P-1"] == 12
    shown = sync.shown_in(Position, PositionResource.row.paths, PositionResource.shows)
    assert "job_class" in shown["positions.Job"]["job"]


def test_the_day_of_an_analysis_and_of_a_document_has_its_class(world):
    for day, found in DAYS:
        with agency_scope(world.agency):
            position = world.position.__class__.objects.select_related("job", "unit").get(pk=world.position.pk)
            assert job_analysis.facts_of(position, day).job_class == found
            row = register.with_figures(position.__class__.objects.filter(pk=position.pk), day).get()
            assert row.job_class == found


def test_a_class_of_a_coming_day_waits_for_it(world):
    with agency_scope(world.agency):
        assert Job.objects.get(pk=world.job.pk).job_class == 10
        assert turn(world.agency.pk, date(2026, 12, 31))["jobs"] == 0
        with agency_scope(world.agency, reason="keputusan yang mulai berlaku"):
            assert turn(world.agency.pk, COMING)["jobs"] == 1
        assert turn(world.agency.pk, COMING)["jobs"] == 0
        assert Job.objects.get(pk=world.job.pk).job_class == 12
        told = AuditEntry.objects.filter(table_name="positions_job", kind="ubah").order_by("-pk")[0]
    assert told.reason == "keputusan yang mulai berlaku"


def test_the_history_names_class_decree_and_days(client, world):
    with agency_scope(world.agency):
        rows = JobClassPeriod.objects.filter(job=world.job).order_by("pk")
        assert list(rows.values_list("job_class", "decree", "starts_on", "ends_on")) == [
            (9, "", None, DECIDED), (10, "188/1/2026", DECIDED, COMING), (12, "188/1/2026", COMING, None),
        ]  # fmt: skip
    page = " ".join(content(client.get(reverse("job-detail", args=[world.job.pk]))).decode().split())
    part = page.partition("Riwayat kelas jabatan")[2].partition("</section>")[0]
    for words in ("Kelas 12", "Kelas 10", "Kelas 9", "188/1/2026", "1 Januari 2027", "31 Desember 2026"):
        assert words in part, words


@pytest.mark.parametrize("starts_on", [BEFORE, DECIDED, TODAY, COMING])
def test_a_class_follows_the_one_before(world, starts_on):
    with pytest.raises(RuleBroken, match=r"Kelas 12 sudah berlaku mulai 1 Januari 2027; pilih tanggal sesudahnya"):
        world.decide(8, starts_on)


def test_the_database_takes_one_class_a_day_by_decree(world):
    def refused(**facts):
        with agency_scope(world.agency), pytest.raises(IntegrityError), transaction.atomic():
            JobClassPeriod.objects.create(agency=world.agency, job=world.job, **facts)

    refused(job_class=8, decree="X", starts_on=date(2026, 11, 30), ends_on=date(2026, 12, 1))
    refused(job_class=8, starts_on=date(2030, 1, 1))
    refused(job_class=18, decree="X", starts_on=date(2030, 1, 1))


def test_jobs_come_with_their_class_in_one_statement(world):
    with agency_scope(world.agency):
        with CaptureQueriesContext(connection) as seen:
            Job.objects.bulk_create(
                Job(agency=world.agency, code=f"B{n}", name=f"Baru {n}", group="pelaksana", level="PELAKSANA",
                    job_class=n % 2 and 5 or None) for n in range(50)
            )  # fmt: skip
        assert len(seen) == 1
        rows = JobClassPeriod.objects.filter(job__code__startswith="B")
        assert set(rows.values_list("job_class", "starts_on", "decree")) == {(5, None, "")}
        assert rows.count() == 25


@pytest.mark.parametrize("route", ["position-list", "job-list"])
def test_another_day_asks_no_more_queries(client, world, route):
    counts = []
    for day in (TODAY, BEFORE):
        with CaptureQueriesContext(connection) as seen:
            content(client.get(reverse(route), {"as_of": day}))
        counts.append(sum("jobclassperiod" in each["sql"] and each["sql"].startswith("SELECT") for each in seen))
    assert counts[0] == 0
    assert counts[1] <= 2


# What was on record before the history began.

MIGRATION = import_module("positions.migrations.0063_job_class_periods")


def at(day, month=11):
    return timezone.make_aware(timezone.datetime(2026, month, day, 9))


EVALUATED = (at(20), 10, "188/9", date(2026, 11, 18), DECIDED)


@pytest.mark.parametrize(
    ("job_class", "changes", "decided", "found"),
    [
        (9, [], [], [(9, None, None, "")]),
        (None, [], [], []),
        # An evaluation, and the trail that tells the class before it.
        (10, [(at(20), 9, 10)], [EVALUATED], [(9, None, DECIDED, ""), (10, DECIDED, None, "188/9")]),
        (10, [(at(20), None, 10)], [EVALUATED], [(10, DECIDED, None, "188/9")]),
        # A decree that kept the class, and one whose trail is gone.
        (10, [], [EVALUATED], [(10, None, DECIDED, ""), (10, DECIDED, None, "188/9")]),
        # A list changed it after the evaluation, another gave a job its first class.
        (11, [(at(20), 9, 10), (at(22), 10, 11)], [EVALUATED],
         [(9, None, DECIDED, ""), (10, DECIDED, date(2026, 11, 22), "188/9"),
          (11, date(2026, 11, 22), None, MIGRATION.WITHOUT_DECREE)]),
        (6, [(at(2), None, 6)], [], [(6, None, None, "")]),
        # What was written later counts from its day on.
        (10, [(at(10), 9, 8), (at(22), 8, 10)], [(at(22), 10, "188/9", date(2026, 11, 1), date(2026, 11, 5))],
         [(9, None, date(2026, 11, 5), ""), (10, date(2026, 11, 5), None, "188/9")]),
        # The register says another class than anything told.
        (7, [], [EVALUATED], [(10, None, DECIDED, ""), (10, DECIDED, TODAY, "188/9"),
                              (7, TODAY, None, MIGRATION.WITHOUT_DECREE)]),
    ],
)  # fmt: skip
def test_days_before_the_history_come_from_evaluations_and_the_trail(job_class, changes, decided, found):
    told = MIGRATION.periods_of(job_class, changes, decided, TODAY)

    assert [(each, start, end, decree) for each, decree, _on, start, end in told] == found


def test_the_migration_fills_each_agency_from_its_trail(world):
    from django.apps import apps

    with agency_scope(world.agency, reason="188/1"):
        JobClassPeriod.objects.all().delete()
        Job.objects.filter(pk=world.job.pk).update(job_class=13)
    with transaction.atomic():
        MIGRATION.fill(apps, connection.schema_editor().__class__(connection))
    with agency_scope(world.agency):
        found = JobClassPeriod.objects.filter(job=world.job).order_by("pk")
        assert list(found.values_list("job_class", "starts_on", "decree"))[0] == (9, None, "")
        assert found.get(ends_on=None).job_class == 13
