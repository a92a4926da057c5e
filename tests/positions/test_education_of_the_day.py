"""On a past day lists show, filter and sort by the education that people had then, as their page does."""

from datetime import date
from itertools import product

import pytest
from django.db import connection
from django.db.models import F
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from asnhr.dates import today
from asnhr.scope import agency_scope
from positions import models
from positions.queries import past_files
from positions.rules.levels import education_order
from tests import api_world
from tests.factories import positions as make
from tests.roles import user_with

pytestmark = pytest.mark.django_db
THEN = date(2022, 6, 1)
LIST = "employee-list"


@pytest.fixture
def medan():
    return api_world.medan()


@pytest.fixture
def unit(medan):
    with agency_scope(medan):
        return make.UnitFactory(agency=medan)


def somebody(medan, unit, name, *gained, level=None, graduated=None):
    """A person with educations (level, year) on file; on record the last of them, or what is said."""
    if gained and level is None:
        level, graduated = gained[-1]
    with agency_scope(medan):
        person = make.EmployeeFactory(
            agency=medan, unit=unit, name=name, education_level_id=level, graduated=graduated, cpns_on=date(2010, 1, 1)
        )
        for number, (of, year) in enumerate(gained):
            models.EmployeeEducation.objects.create(
                agency=medan, employee=person, level_id=of, name=f"Sekolah {number}", graduated=year
            )
    return person


@pytest.fixture
def people(medan, unit):
    """By name: of THEN Ani had D-III, Budi S-1, Cici nothing yet, Dodi S-1 (no file, an older year)."""
    return {
        "Ani": somebody(medan, unit, "Ani", ("30", 2012), ("45", 2024)),
        "Budi": somebody(medan, unit, "Budi", ("40", 2012), ("45", 2022)),
        "Cici": somebody(medan, unit, "Cici", level="40", graduated=2023),
        "Dodi": somebody(medan, unit, "Dodi", level="40", graduated=2012),
    }


def table(client, **query):
    """Name → education of the file, in its order."""
    asked = {"kolom": ["nama", "pendidikan"], "format": "csv", "as_of": "", **query}
    text = client.get(reverse(LIST), asked).getvalue().decode("utf-8-sig")
    lines = [line.split(",") for line in text.splitlines()]
    start = next(place for place, line in enumerate(lines) if line[0] == "Nama")
    return {line[0]: line[1] for line in lines[start + 1 :] if len(line) == 2}


def names(client, **query):
    return [row.name for row in client.get(reverse(LIST), {"as_of": "", **query}).context["page"].rows]


NOW = {"Ani": "S-2", "Budi": "S-2", "Cici": "S-1/Sarjana", "Dodi": "S-1/Sarjana"}
BEFORE = {"Ani": "Diploma III/Sarjana Muda", "Budi": "S-1/Sarjana", "Cici": "", "Dodi": "S-1/Sarjana"}


def test_the_column_its_files_and_the_page_show_the_education_of_the_day(client, medan, people):
    client.force_login(user_with(medan, "staf_bkd"))
    chosen = {"kolom": ["nama", "pendidikan"]}

    assert table(client) == NOW
    assert table(client, as_of=THEN.isoformat()) == BEFORE
    page = client.get(reverse(LIST), {**chosen, "as_of": THEN.isoformat()}).content.decode()
    body = page[page.index("<tbody") : page.index("</tbody>")]
    assert ("S-2" in body, body.count("S-1/Sarjana"), body.count("Diploma III")) == (False, 2, 1)
    for name, level in BEFORE.items():
        shown = client.get(reverse("employee-detail", args=[people[name].pk]), {"as_of": THEN.isoformat()})
        assert str(shown.context["person"].education_level or "") == level


def test_filter_and_order_follow_the_day(client, medan, people):
    client.force_login(user_with(medan, "staf_bkd"))
    then = THEN.isoformat()

    assert names(client, pendidikan="45") == ["Ani", "Budi"]
    assert names(client, pendidikan="45", as_of=then) == []
    assert names(client, pendidikan="40", as_of=then) == ["Budi", "Dodi"]
    assert names(client, pendidikan="30", as_of=then) == ["Ani"]
    assert names(client, urut="pendidikan") == ["Cici", "Dodi", "Ani", "Budi"]
    assert names(client, urut="pendidikan", as_of=then) == ["Ani", "Budi", "Dodi", "Cici"]
    assert list(table(client, urut="-pendidikan", as_of=then)) == ["Cici", "Budi", "Dodi", "Ani"]
    assert table(client, pendidikan="40", as_of=then) == {"Budi": "S-1/Sarjana", "Dodi": "S-1/Sarjana"}


def test_the_api_filters_by_what_it_shows(client, medan, people):
    client.force_login(user_with(medan, "staf_bkd"))

    def listed(**query):
        rows = client.get("/api/v1/employees/", query).json()["results"]
        return {row["name"]: row["education_level_id"] for row in rows}

    assert listed(education_level="45") == {"Ani": "45", "Budi": "45"}
    assert listed(education_level="45", as_of=THEN.isoformat()) == {}
    assert listed(education_level="40", as_of=THEN.isoformat()) == {"Budi": "40", "Dodi": "40"}


def test_the_statement_says_what_the_rule_says(medan, unit):
    records = [(None, None), ("40", None), ("40", 2012), ("45", 2022), ("45", 2021), ("42", 2030)]
    files = [
        (), (("40", 2012),), (("40", 2012), ("45", 2022)), (("45", None),), (("40", None), ("30", 2012)),
        (("45", 2024),), (("35", 2012), ("40", 2015)), (("40", 2015), ("35", 2012)), (("35", None), ("40", 2015)),
    ]  # fmt: skip
    for number, ((level, year), gained) in enumerate(product(records, files)):
        person = somebody(medan, unit, f"P{number}", *gained)
        with agency_scope(medan):
            models.Employee.objects.filter(pk=person.pk).update(education_level_id=level, graduated=year)
    with agency_scope(medan):
        first = models.EmployeeEducation.objects.filter(name="Sekolah 0")
        first.filter(level_id="45").update(graduated_on=date(2022, 6, 1))

        for day in (THEN, date(2021, 12, 30), date(2021, 12, 31), date(2022, 5, 31), date(2009, 1, 1)):
            people = models.Employee.objects.annotate(level_of_day=past_files.LevelOfDay(*past_files.RECORD, day=day))
            rows = list(past_files.by_education_of_day(people, day).annotate(height=F("education_of_day")))
            by_statement = {row.pk: row.level_of_day for row in rows}
            past_files.educate(rows, day)
            assert by_statement == {row.pk: row.education_level_id for row in rows}, day
            assert all(row.height == education_order(row.level_of_day) for row in rows)
            assert len(set(by_statement.values())) > 1 or day.year == 2009
            for code in ("30", "35", "40", "42", "45"):
                kept = past_files.of_education(models.Employee.objects.all(), day, code)
                assert set(kept.values_list("pk", flat=True)) == {
                    pk for pk, level in by_statement.items() if level == code
                }  # fmt: skip


def test_a_past_list_of_educations_costs_no_query_a_row_and_today_none_more(client, medan, unit, people):
    client.force_login(user_with(medan, "staf_bkd"))
    asked = {"kolom": ["nama", "pendidikan"], "pendidikan": "40", "urut": "pendidikan"}
    costs = {}
    for more in range(2):
        for number in range(20 * more):
            somebody(medan, unit, f"Eka {number}", ("40", 2012), ("45", 2024))
        for day in (today(), THEN):
            client.get(reverse(LIST), {**asked, "as_of": day.isoformat()})
            with CaptureQueriesContext(connection) as queries:
                rows = client.get(reverse(LIST), {**asked, "as_of": day.isoformat()}).context["page"].rows
            read = [each["sql"] for each in queries if "SAVEPOINT" not in each["sql"]]
            costs.setdefault(day, []).append(len(read))
            assert len(rows) == 2 + 20 * more * (day == THEN)
            if day == today():
                assert not any("employeeeducation" in each for each in read)

    assert all(before == after for before, after in costs.values()), costs
    assert max(max(each) for each in costs.values()) <= 15, costs
