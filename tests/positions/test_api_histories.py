"""The histories through the API: a row's life, who may, what a day shows, what is logged."""

import pytest
from django.urls import reverse

from asnhr.models import AuditEntry
from asnhr.scope import agency_scope
from positions import models
from tests import api_world
from tests.factories.positions import EmployeeFactory, UnitFactory
from tests.roles import user_with

pytestmark = pytest.mark.django_db
RANKS = "/api/v1/rank-records/"


@pytest.fixture
def medan():
    return api_world.medan()


@pytest.fixture
def unit(medan):
    with agency_scope(medan):
        return UnitFactory(agency=medan)


@pytest.fixture
def ani(medan, unit):
    with agency_scope(medan):
        return EmployeeFactory(agency=medan, unit=unit, rank=None, rank_since=None)


def post(client, url, **facts):
    return client.post(url, facts, content_type="application/json")


def test_a_row_is_added_corrected_and_taken_back(client, medan, ani):
    client.force_login(user_with(medan, "staf_bkd"))
    made = post(client, RANKS, employee_id=ani.pk, rank=31, starts_on="2020-01-01", decree="813/1")
    assert made.status_code == 201, made.json()
    pk = made.json()["id"]
    post(client, RANKS, employee_id=ani.pk, rank=32, starts_on="2024-04-01", decree="823/1")

    assert [row["rank"] for row in client.get(f"{RANKS}?employee={ani.pk}").json()["results"]] == [32]
    past = client.get(f"{RANKS}?employee={ani.pk}&as_of=2023-01-01").json()["results"]
    assert [row["rank"] for row in past] == [31]
    assert len(client.get(f"{RANKS}?employee={ani.pk}&history=true").json()["results"]) == 2
    wrong = client.patch(f"{RANKS}{pk}/", {"service_years": 2}, content_type="application/json")
    assert wrong.status_code == 400, "a correction says why"
    right = client.patch(f"{RANKS}{pk}/", {"service_years": 2, "why": "Salah ketik"}, content_type="application/json")
    assert right.status_code == 200, right.json()
    assert right.json()["service_years"] == 2
    assert post(client, f"{RANKS}{pk}/take-back/", why="Ganda").status_code == 204
    assert post(client, RANKS, employee_id=ani.pk, rank=99, starts_on="2020-01-01").status_code == 409
    with agency_scope(medan):
        ani.refresh_from_db()
    assert ani.rank == 32


def test_an_open_row_is_closed_and_one_without_an_end_is_not(client, medan, ani):
    client.force_login(user_with(medan, "staf_bkd"))
    url = "/api/v1/secondments/"
    pk = post(client, url, employee_id=ani.pk, kind="dpk", agency_name="KPU", starts_on="2026-01-01").json()["id"]
    assert post(client, f"{url}{pk}/close/", ends_on="2026-07-01").json()["ends_on"] == "2026-07-01"
    assert post(client, f"{RANKS}1/close/", ends_on="2026-07-01").status_code in (403, 404)


def test_a_unit_writes_its_own_people_only_and_readers_nothing(client, medan, unit, ani):
    with agency_scope(medan):
        other = EmployeeFactory(agency=medan, unit=UnitFactory(agency=medan))
    facts = {"kind": "3", "name": "Diklat Arsip", "year": 2024}
    client.force_login(user_with(medan, "admin_unit", unit))
    assert post(client, "/api/v1/trainings/", employee_id=ani.pk, **facts).status_code == 201
    assert post(client, "/api/v1/trainings/", employee_id=other.pk, **facts).status_code == 404
    client.force_login(user_with(medan, "auditor"))
    assert post(client, "/api/v1/trainings/", employee_id=ani.pk, **facts).status_code == 403


def test_sanctions_are_read_by_few_and_logged(client, medan, unit, ani):
    with agency_scope(medan):
        row = api_world.history("disciplines")(medan, unit)
    client.force_login(user_with(medan, "admin_daerah"))
    assert client.get("/api/v1/disciplines/").status_code == 403
    client.force_login(user_with(medan, "ppk"))

    assert [each["id"] for each in client.get("/api/v1/disciplines/").json()["results"]] == [row.pk]

    with agency_scope(medan):
        entry = AuditEntry.objects.filter(agency=medan, kind=AuditEntry.Kind.READ).order_by("-pk").first()
    assert entry.table_name == models.Discipline._meta.db_table
    client.force_login(user_with(medan, "auditor"))
    assert client.get(reverse("audit-detail", args=[entry.pk])).status_code == 200
