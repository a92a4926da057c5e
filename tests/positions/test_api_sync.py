"""Keeping a copy: whole lists as NDJSON, then what changed since; nothing is missed whoever commits late."""

import json
import os
import re
from datetime import date, timedelta
from pathlib import Path
from urllib.parse import quote

import psycopg2
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from asnhr.api import bulk, sync
from asnhr.audit import sealer
from asnhr.models import AuditEntry, AuditSeal, AuditValue
from asnhr.scope import agency_scope
from positions.api.people import EmployeeResource
from positions.api.urls import router
from positions.models import Employee, Incumbency, Unit, UnitPeriod
from tests import api_world
from tests.factories.positions import EmployeeFactory, IncumbencyFactory, PositionFactory, UnitFactory
from tests.roles import user_with

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def medan():
    return api_world.medan()


@pytest.fixture
def unit(medan):
    with agency_scope(medan):
        return UnitFactory(agency=medan)


@pytest.fixture
def reader(medan):
    client = Client()
    client.force_login(user_with(medan, "staf_bkd"))
    return client


def lines(response):
    assert response.status_code == 200, response.content
    return [json.loads(line) for line in b"".join(response.streaming_content).splitlines()]


def whole(client, route="employees", query=""):
    """Return (rows, token) of a whole list."""
    response = client.get(f"/api/v1/{route}/?{query}", headers={"Accept": "application/x-ndjson"})
    return lines(response), response["Sync-Token"]


def changes(client, since, route="employees", size=50):
    """Return (rows by id, removed, token) of all pages since a token."""
    rows, removed, url = {}, set(), f"/api/v1/{route}/?updated_since={quote(since)}&page_size={size}"
    for _page in range(100):
        answer = client.get(url)
        assert answer.status_code == 200, answer.content
        page = answer.json()
        rows |= {row["id"]: row for row in page["results"]}
        removed |= set(page["removed"])
        if page["next"] is None:
            return rows, removed, page["sync_token"]
        url = page["next"]
    raise AssertionError("the pages do not end")


def other_transaction(agency):
    """A second writer on the application's own role, as another process would be."""
    writer = psycopg2.connect(os.environ["DATABASE_URL"])
    with writer.cursor() as cursor:
        cursor.execute("SELECT set_config('asnhr.agency', %s, true)", [str(agency.pk)])
    return writer


def rename(writer, person, name):
    with writer.cursor() as cursor:
        cursor.execute("UPDATE positions_employee SET name = %s WHERE id = %s", [name, person.pk])


# Whole lists


def test_a_whole_list_has_every_row_that_pages_have(reader, medan, unit):
    with agency_scope(medan):
        for number in range(7):
            IncumbencyFactory(agency=medan, employee=EmployeeFactory(agency=medan, unit=unit, name=f"Nama {number}"))

    rows, _token = whole(reader)

    assert rows == reader.get("/api/v1/employees/?page_size=500").json()["results"]
    assert [each["name"] for each in rows[:2]] == ["Nama 0", "Nama 1"]
    assert rows[0]["post"]["position_id"]


@pytest.mark.parametrize("route", sorted(api_world.IN_UNIT | api_world.IN_AGENCY))
def test_every_list_can_be_read_whole_within_sight(route, reader, medan, unit):
    jambi = api_world.jambi()
    make = (api_world.IN_UNIT | api_world.IN_AGENCY)[route]
    with agency_scope(medan):
        ours = make(medan, unit)
    with agency_scope(jambi):
        theirs = make(jambi, UnitFactory(agency=jambi))

    listed = lines(reader.get(f"/api/v1/{route}/?format=ndjson"))

    assert ours.pk in [each["id"] for each in listed]
    assert theirs.pk not in [each["id"] for each in listed]


def test_a_whole_list_keeps_to_the_units_and_filters(medan, unit):
    with agency_scope(medan):
        here = EmployeeFactory(agency=medan, unit=unit, name="Siti")
        EmployeeFactory(agency=medan, unit=unit, name="Ani")
        EmployeeFactory(agency=medan, unit=UnitFactory(agency=medan), name="Siti")
    client = Client()
    client.force_login(user_with(medan, "admin_unit", unit))

    rows, _token = whole(client, query="q=Siti")

    assert [each["id"] for each in rows] == [here.pk]
    assert client.get("/api/v1/employees/?lain=1", headers={"Accept": "application/x-ndjson"}).status_code == 400


def test_a_whole_list_costs_the_same_memory_and_few_queries_at_any_size(reader, medan, unit, monkeypatch):
    monkeypatch.setattr(bulk, "BATCH", 50)
    monkeypatch.setattr(bulk, "IN_MEMORY", 4096)
    with agency_scope(medan):
        Employee.objects.bulk_create(EmployeeFactory.build_batch(600, agency=medan, unit=unit))
    batches = []
    complete = EmployeeResource.complete
    monkeypatch.setattr(
        EmployeeResource, "complete", lambda self, rows: (batches.append(len(rows)), complete(self, rows))
    )
    reader.get("/api/v1/employees/?page_size=1")
    with CaptureQueriesContext(connection) as queries:
        response = reader.get("/api/v1/employees/?format=ndjson")
    content = b"".join(response.streaming_content)

    assert content.count(b"\n") == 600
    assert int(response["Content-Length"]) == len(content)
    # A batch at a time is in memory; the cursor is the server's, and each batch reads the posts of its people.
    assert batches[1:] == [50] * 12
    assert len(queries) <= 12 + 15


def test_20_000_people_are_read_within_a_few_megabytes(reader, medan, unit):
    with agency_scope(medan), connection.cursor() as cursor:
        one = EmployeeFactory(agency=medan, unit=unit)
        cursor.execute(
            "INSERT INTO positions_employee SELECT (jsonb_populate_record(e, jsonb_build_object("
            "'id', 1000000 + n, 'nip', lpad(n::text, 18, '0')))).*"
            " FROM positions_employee e CROSS JOIN generate_series(1, 19999) n WHERE e.id = %s",
            [one.pk],
        )

    def read():
        """Return (lines, MB that the process grew by at its height): rows of the driver count as ours do."""
        Path("/proc/self/clear_refs").write_text("5")
        before = resident("VmRSS")
        count = sum(part.count(b"\n") for part in reader.get("/api/v1/employees/?format=ndjson").streaming_content)
        return count, resident("VmHWM") - before

    read()  # what the first one loads for good
    count, grown = read()

    assert count == 20_000
    assert grown < 8, f"{grown:.1f} MB"


def resident(name):
    """Return a figure of this process's memory, in MB."""
    found = re.search(rf"^{name}:\s+(\d+) kB$", Path("/proc/self/status").read_text(), re.M)
    return int(found[1]) / 1024


def test_a_failure_half_way_is_a_problem_and_not_half_a_list(reader, medan, unit, monkeypatch):
    def broken(self, rows):
        raise RuntimeError

    with agency_scope(medan):
        EmployeeFactory(agency=medan, unit=unit)
    monkeypatch.setattr(EmployeeResource, "complete", broken)
    response = reader.get("/api/v1/employees/?format=ndjson")

    assert response.status_code == 500
    assert response["Content-Type"] == "application/problem+json"


def test_reading_sensitive_rows_whole_is_remembered_before_they_are_sent(reader, medan, unit):
    with agency_scope(medan):
        made = api_world.IN_UNIT["disciplines"](medan, unit)
    response = reader.get("/api/v1/disciplines/?format=ndjson")

    with agency_scope(medan):
        noted = AuditEntry.objects.filter(kind="baca", table_name=made._meta.db_table)
        assert AuditValue.objects.filter(entry_id__in=noted.values("pk"), object_id=made.pk).exists()
    assert [each["id"] for each in lines(response)] == [made.pk]


# Changes


def test_changes_and_removals_since_a_whole_list(reader, medan, unit):
    with agency_scope(medan):
        stays, goes, changed = (EmployeeFactory(agency=medan, unit=unit) for _one in range(3))
    sealer.seal(medan.pk)
    rows, token = whole(reader)
    assert len(rows) == 3
    with agency_scope(medan):
        new = EmployeeFactory(agency=medan, unit=unit)
        Employee.objects.filter(pk=changed.pk).update(name="Siti Baru")
        Employee.objects.filter(pk=goes.pk).delete()
    sealer.seal(medan.pk)

    found, removed, next_token = changes(reader, token)

    assert set(found) == {new.pk, changed.pk}
    assert found[changed.pk].items() <= reader.get(f"/api/v1/employees/{changed.pk}/").json().items()
    assert found[changed.pk]["name"] == "Siti Baru"
    assert removed == {goes.pk}
    assert stays.pk not in found
    assert changes(reader, next_token) == ({}, set(), next_token)


def test_who_commits_late_is_not_missed(reader, medan, unit):
    """The early transaction commits after the late one was told: by a time or a number of the row it would be lost."""
    with agency_scope(medan):
        early_person, late_person = (EmployeeFactory(agency=medan, unit=unit) for _one in range(2))
    sealer.seal(medan.pk)
    _rows, token = whole(reader)
    early, late = other_transaction(medan), other_transaction(medan)
    rename(early, early_person, "Awal")
    rename(late, late_person, "Akhir")
    late.commit()
    sealer.seal(medan.pk)

    meanwhile, _removed, token = changes(reader, token)
    early.commit()
    sealer.seal(medan.pk)
    after, _removed, token = changes(reader, token)

    told = {**meanwhile, **after}
    assert {early_person.pk, late_person.pk} == set(told)
    assert told[early_person.pk]["name"] == "Awal"
    assert told[late_person.pk]["name"] == "Akhir"
    assert changes(reader, token)[0] == {}
    early.close()
    late.close()


def test_a_whole_list_read_beside_an_open_transaction_is_completed_by_its_token(reader, medan, unit):
    with agency_scope(medan):
        person = EmployeeFactory(agency=medan, unit=unit, name="Lama")
    sealer.seal(medan.pk)
    writer = other_transaction(medan)
    rename(writer, person, "Baru")

    rows, token = whole(reader)
    writer.commit()
    sealer.seal(medan.pk)
    found, _removed, _token = changes(reader, token)

    assert rows[0]["name"] == "Lama"
    assert found[person.pk]["name"] == "Baru"
    writer.close()


def test_a_time_tells_all_that_was_not_there_at_that_time(reader, medan, unit):
    with agency_scope(medan):
        old, open_then = (EmployeeFactory(agency=medan, unit=unit) for _one in range(2))
    sealer.seal(medan.pk)
    writer = other_transaction(medan)
    rename(writer, open_then, "Terlambat")
    moment = timezone.now() + 2 * sync.OVERLAP
    writer.commit()
    sealer.seal(medan.pk)

    # Everything was sealed before that moment: nothing is left to tell.
    assert changes(reader, moment.isoformat())[0] == {}
    # Within the overlap it is told again.
    assert open_then.pk in changes(reader, timezone.now().isoformat())[0]
    assert {old.pk, open_then.pk} <= set(changes(reader, "2026-01-01")[0])
    writer.close()


def test_pages_of_changes_hold_each_row(reader, medan, unit):
    _rows, token = whole(reader)
    with agency_scope(medan):
        people = EmployeeFactory.create_batch(7, agency=medan, unit=unit)
        Employee.objects.bulk_create(EmployeeFactory.build_batch(8, agency=medan, unit=unit))
        UnitFactory.create_batch(3, agency=medan)
    sealer.seal(medan.pk)

    found, removed, _token = changes(reader, token, size=4)

    assert len(found) == 15
    assert {each.pk for each in people} <= set(found)
    assert removed == set()


def test_one_request_looks_through_no_more_than_its_share_of_the_trail(reader, medan, unit, monkeypatch):
    monkeypatch.setattr(sync, "MOST_LINKS", 5)
    with agency_scope(medan):
        UnitFactory.create_batch(10, agency=medan)
        person = EmployeeFactory(agency=medan, unit=unit)
    sealer.seal(medan.pk)

    first = reader.get("/api/v1/employees/?updated_since=1-0").json()
    found, _removed, _token = changes(reader, "1-0")

    assert first["results"] == []
    assert first["next"]
    assert list(found) == [person.pk]


def test_what_shows_in_a_row_counts_as_its_change(reader, medan, unit):
    with agency_scope(medan):
        held = IncumbencyFactory(agency=medan, position=PositionFactory(agency=medan, unit=unit))
        moved = Unit.objects.get(pk=unit.pk)
    sealer.seal(medan.pk)
    tokens = {route: whole(reader, route)[1] for route in ("employees", "positions", "units")}
    with agency_scope(medan):
        Incumbency.objects.filter(pk=held.pk).update(ends_on=date(2026, 1, 1))
        UnitPeriod.objects.filter(unit=moved).update(ends_on=date(2026, 2, 1))
        UnitPeriod.objects.create(agency=medan, unit=moved, name="Nama Baru", starts_on=date(2026, 2, 1))
    sealer.seal(medan.pk)

    assert changes(reader, tokens["employees"], "employees")[0][held.employee_id]["post"] is None
    assert held.position_id in changes(reader, tokens["positions"], "positions")[0]
    assert changes(reader, tokens["units"], "units")[0][unit.pk]["name"] == "Nama Baru"
    with agency_scope(medan):
        token = str(sync.end(medan.pk))
        Incumbency.objects.filter(pk=held.pk).delete()
    sealer.seal(medan.pk)
    assert held.employee_id in changes(reader, token, "employees")[0]


def test_a_row_whose_period_is_over_is_told_too(reader, medan, unit):
    with agency_scope(medan):
        below = UnitFactory(agency=medan, parent=unit)
    sealer.seal(medan.pk)
    _rows, token = whole(reader, "units")
    with agency_scope(medan):
        Unit.objects.filter(pk=below.pk).update(ends_on=date(2026, 1, 1))
    sealer.seal(medan.pk)

    assert changes(reader, token, "units")[0][below.pk]["ends_on"] == "2026-01-01"


def test_changes_of_another_agency_and_for_a_unit_are_not_told(reader, medan, unit):
    jambi = api_world.jambi()
    with agency_scope(jambi):
        EmployeeFactory(agency=jambi, unit=UnitFactory(agency=jambi))
    sealer.seal(jambi.pk)
    bound = Client()
    bound.force_login(user_with(medan, "admin_unit", unit))

    assert changes(reader, "1-0") == ({}, set(), "1-0")
    refused = bound.get("/api/v1/employees/?updated_since=1-0")
    assert refused.status_code == 403
    assert "seluruh instansi" in refused.json()["detail"]


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("updated_since=kemarin", 400),
        ("updated_since=", 400),
        ("updated_since=9999-99-99T00:00:00", 400),
        ("updated_since=0001-01-01", 400),
        ("updated_since=0-0", 400),
        ("updated_since=1-0&q=Siti", 400),
        ("updated_since=1-0&ordering=name", 400),
        ("updated_since=99999-0", 410),
        ("updated_since=999999999999999999-999999999999999999", 410),
    ],
)
def test_a_place_that_means_nothing_is_refused(query, status, reader):
    response = reader.get(f"/api/v1/employees/?{query}")

    assert response.status_code == status
    assert response["Content-Type"] == "application/problem+json"


def test_what_the_trail_does_not_follow_has_no_changes(reader):
    followed = {prefix for prefix, view, _name in router.registry if view.is_followed()}

    assert {"units", "jobs", "positions", "seats", "employees", "incumbencies", "contracts", "goals"} <= followed
    assert not followed & {"results", "quality-problems", "siasn-values", "runs"}
    assert reader.get("/api/v1/results/?updated_since=1-0").status_code == 400


def test_changes_cost_few_queries(reader, medan, unit):
    with agency_scope(medan):
        for _one in range(20):
            IncumbencyFactory(agency=medan, position=PositionFactory(agency=medan, unit=unit))
    sealer.seal(medan.pk)
    reader.get("/api/v1/employees/")
    with CaptureQueriesContext(connection) as queries:
        page = reader.get("/api/v1/employees/?updated_since=1-0&page_size=500").json()

    assert len(page["results"]) == 20
    assert len(queries) <= 15


def test_the_clock_of_the_seals_is_the_products(medan, unit):
    sealer.seal(medan.pk)
    with agency_scope(medan):
        assert timezone.now() - AuditSeal.objects.latest("number").sealed_at < timedelta(minutes=1)
