"""Filters under a name: kept, opened with, shared by address, removed; nobody sees or changes another's."""

import pytest
from django.db import IntegrityError, transaction

from asnhr import saved_filters
from asnhr.errors import NotAllowed, RuleBroken
from asnhr.models import SavedFilter
from asnhr.scope import agency_scope
from tests.factories.asnhr import AgencyFactory
from tests.factories.positions import EmployeeFactory
from tests.roles import user_with

pytestmark = pytest.mark.django_db

LIST = "/pegawai/"


@pytest.fixture
def medan():
    return AgencyFactory()


@pytest.fixture
def staff(medan):
    return user_with(medan, "staf_bkd", username="staf")


def keep(client, query="status=PNS&urut=-nip", name="PNS", path=LIST, **more):
    return client.post("/saringan/", {"path": path, "query": query, "name": name, **more})


def rows(medan):
    with agency_scope(medan):
        return list(SavedFilter.objects.order_by("name").values_list("page", "name", "query", "is_default"))


def test_a_filter_is_kept_by_name_without_day_page_and_empty_fields(client, medan, staff):
    client.force_login(staff)

    response = keep(client, "q=&status=PNS&hal=3&as_of=2024-01-01&format=csv&urut=-nip", "  PNS   saja ")

    assert response["Location"] == f"{LIST}?status=PNS&urut=-nip"
    assert rows(medan) == [("employee-list", "PNS saja", "status=PNS&urut=-nip", False)]
    shown = client.get(response["Location"]).content.decode()
    assert 'href="/pegawai/?status=PNS&amp;urut=-nip" aria-current="true">PNS saja' in shown


def test_the_list_opens_with_the_default_one_until_everything_is_asked_for(client, medan, staff):
    with agency_scope(medan):
        EmployeeFactory(agency=medan, status="PPPK", name="Kontrak")
    client.force_login(staff)
    keep(client, is_default="1")

    assert client.get(LIST)["Location"] == f"{LIST}?status=PNS&urut=-nip"
    assert client.get(f"{LIST}?as_of=2026-01-01")["Location"] == f"{LIST}?status=PNS&urut=-nip&as_of=2026-01-01"
    assert b"Kontrak" in client.get(f"{LIST}?semua=1").content
    assert client.get(LIST, headers={"HX-Request": "true"}).status_code == 200
    # The last chip taken away leads to everything, not back here.
    assert 'href="?semua=1"' in client.get(f"{LIST}?status=PNS").content.decode()


def test_one_default_a_list_and_the_same_name_replaces(client, medan, staff):
    client.force_login(staff)
    keep(client, "status=PNS", "A", is_default="1")
    keep(client, "status=PPPK", "B", is_default="1")
    keep(client, "status=CPNS", "B")

    assert [row[1:] for row in rows(medan)] == [("A", "status=PNS", False), ("B", "status=CPNS", False)]
    with agency_scope(medan):
        row = SavedFilter.objects.get(name="A")
    client.post(f"/saringan/{row.pk}/", {"path": LIST, "do": "awal"})
    assert [row[3] for row in rows(medan)] == [True, False]
    client.post(f"/saringan/{row.pk}/", {"path": LIST, "do": "biasa"})
    assert [row[3] for row in rows(medan)] == [False, False]
    assert client.post(f"/saringan/{row.pk}/", {"path": LIST, "do": "hapus"})["Location"] == f"{LIST}?semua=1"
    assert [row[1] for row in rows(medan)] == ["B"]


@pytest.mark.parametrize(
    ("query", "name"),
    [("", "A"), ("hal=2", "A"), ("status=PNS", " "), ("status=PNS", "a" * 81), ("q=" + "a" * 2100, "A")],
)
def test_what_is_no_filter_is_not_kept(client, medan, staff, query, name):
    client.force_login(staff)

    keep(client, query, name)

    assert rows(medan) == []


def test_a_list_keeps_so_many(medan, staff):
    with agency_scope(medan):
        for n in range(saved_filters.MOST):
            saved_filters.keep(agency=medan, page="x", name=f"{n}", query="a=1", is_default=False, actor=staff)
        saved_filters.keep(agency=medan, page="x", name="0", query="a=2", is_default=False, actor=staff)
        with pytest.raises(RuleBroken):
            saved_filters.keep(agency=medan, page="x", name="lagi", query="a=1", is_default=False, actor=staff)


@pytest.mark.parametrize("path", ["/", "//jahat.example/pegawai/", "https://jahat.example/", "/admin/", "/nihil/", ""])
def test_only_lists_of_ours_are_gone_back_to(client, medan, staff, path):
    client.force_login(staff)

    assert keep(client, path=path).status_code == 404
    assert rows(medan) == []


def test_nobody_sees_or_changes_anothers(client, medan, staff):
    with agency_scope(medan):
        row = saved_filters.keep(
            agency=medan, page="employee-list", name="RAHASIA", query="status=PNS", is_default=True, actor=staff
        )
    boss = user_with(medan, "admin_daerah", username="bos")
    client.force_login(boss)

    response = client.get(LIST)

    assert response.status_code == 200
    assert b"RAHASIA" not in response.content
    assert client.post(f"/saringan/{row.pk}/", {"path": LIST, "do": "hapus"}).status_code == 404
    with agency_scope(medan), pytest.raises(NotAllowed):
        saved_filters.remove(row=row, actor=boss)
    assert len(rows(medan)) == 1


def test_in_another_agency_the_same_person_has_other_filters(client, medan, staff):
    jambi = AgencyFactory(code="1571")
    with agency_scope(jambi):
        SavedFilter.objects.create(agency=jambi, user=staff, page="employee-list", name="DI JAMBI", query="a=1")
    client.force_login(staff)

    assert b"DI JAMBI" not in client.get(LIST).content
    assert rows(medan) == []
    with agency_scope(medan):
        assert saved_filters.kept(jambi, staff, "employee-list") == []


@pytest.mark.parametrize("wrong", [{"name": ""}, {"query": ""}, {"name": "A"}, {"name": "B", "is_default": True}])
def test_the_database_says_no_last(medan, staff, wrong):
    with agency_scope(medan):
        row = {"agency": medan, "user": staff, "page": "x", "name": "Z", "query": "a=1"}
        SavedFilter.objects.create(**row | {"name": "A", "is_default": True})

        with pytest.raises(IntegrityError), transaction.atomic():
            SavedFilter.objects.create(**row | wrong)
