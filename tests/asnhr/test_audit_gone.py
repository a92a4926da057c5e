"""What a closing or a change deletes stays in the history of the object that it belonged to, for who sees that."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from asnhr.audit import history
from asnhr.audit.declared import by_table
from asnhr.scope import agency_scope
from positions.models import Job, PositionNeed, Seat
from positions.services import register, structure
from tests import api_world
from tests.factories import positions as make
from tests.factories.asnhr import AgencyFactory
from tests.roles import user_with, with_access

# Each step commits: what is found is found by the transaction that deleted it.
pytestmark = pytest.mark.django_db(transaction=True)
DAY, LATER = date(2026, 12, 1), date(2027, 1, 1)
DECREE = {"ends_on": DAY, "decree": "Perwali 12/2026", "decree_on": date(2026, 11, 20)}


@pytest.fixture(autouse=True)
def frozen(monkeypatch):
    monkeypatch.setattr("asnhr.dates.today", lambda: date(2026, 11, 22))


@pytest.fixture
def medan():
    return api_world.medan()


@pytest.fixture
def officer(medan):
    return user_with(medan, "bagian_organisasi", username="organisasi")


def post(medan, unit, need, seats=1):
    """A post with one seat and K of today, and more of both from a day after the closing."""
    with agency_scope(medan):
        position = make.PositionFactory(agency=medan, unit=unit)
        make.SeatFactory(agency=medan, position=position)
        make.PositionNeedFactory(agency=medan, position=position, ends_on=LATER)
    with agency_scope(medan):
        for _each in range(seats):
            make.SeatFactory(agency=medan, position=position, starts_on=LATER)
        make.PositionNeedFactory(agency=medan, position=position, need=need, starts_on=LATER, decree="Perda 3/2026")
    return position


@pytest.fixture
def unit(medan):
    with agency_scope(medan):
        return make.UnitFactory(agency=medan)


def close(medan, officer, position):
    with agency_scope(medan, officer.pk):
        register.close_position(actor=with_access(officer, medan), position=position, **DECREE)


def told(medan, user, row):
    """Return (kind, table, number) of each change of a row's history, and all words of it."""
    with agency_scope(medan):
        shown = history.of_object(by_table()[row._meta.db_table], row.pk, with_access(user, medan), size=100)
    words = " ".join(f"{line.label} {line.old} {line.new}" for each in shown.changes for line in each.lines)
    return {(each.entry.kind, each.entry.table_name, each.object_id) for each in shown.changes}, words


def test_seats_and_needs_that_go_with_a_closing_stay_in_the_posts_history(client, medan, officer, unit):
    closed, other = post(medan, unit, 7), post(medan, unit, 9)
    with agency_scope(medan):
        gone = [(row._meta.db_table, row.pk) for model in (Seat, PositionNeed)
                for row in model.objects.filter(position=closed, starts_on=LATER)]  # fmt: skip
    close(medan, officer, closed)
    close(medan, officer, other)

    found, words = told(medan, officer, closed)

    for table, number in gone:
        assert {("tambah", table, number), ("hapus", table, number)} <= found
    deleted = {(table, number) for kind, table, number in found if kind == "hapus"}
    assert deleted == set(gone), "what another post lost, in another transaction or in the same, is not told here"
    assert "Perda 3/2026" in words
    client.force_login(officer)
    page = client.get(reverse("audit-history", args=["positions_position", closed.pk])).text
    assert "Perda 3/2026" in page
    answer = client.get(f"/api/v1/history/positions_position/{closed.pk}/")
    assert "Perda 3/2026" in answer.content.decode()


def test_rows_of_another_post_deleted_in_the_same_statement_are_not_told(medan, officer, unit):
    closed, other = post(medan, unit, 7), post(medan, unit, 9)
    with agency_scope(medan, officer.pk):
        register.close_position(actor=with_access(officer, medan), position=other, **DECREE)
        # The number of the other post stands in these rows, too, in another column.
        PositionNeed.objects.filter(position=closed, starts_on=LATER).update(need=other.pk % 1000)
        PositionNeed.objects.filter(position=closed, starts_on=LATER).delete()

    found, _words = told(medan, officer, other)

    with agency_scope(medan):
        tables = (Seat._meta.db_table, PositionNeed._meta.db_table)
        assert sorted(table for kind, table, _number in found if kind == "hapus") == sorted(tables)


def test_a_field_of_study_that_a_job_gives_up_for_another_stays_in_its_history(medan, officer):
    with agency_scope(medan):
        job = make.JobFactory(agency=medan)
    # As PostgreSQL writes it: quoted, with a comma and quotes inside, before the number of the job.
    law = 'HUKUM (ADAT), "LAMA" \\ BARU'
    for fields in ([law, "AKUNTANSI"], ["AKUNTANSI", "EKONOMI"]):
        with agency_scope(medan, officer.pk):
            structure.change_job(actor=with_access(officer, medan), job=Job.objects.get(pk=job.pk), fields=fields)

    found, words = told(medan, officer, job)

    assert [table for kind, table, _number in found if kind == "hapus"] == ["positions_jobeducation"]
    assert law in words


def test_who_does_not_see_the_post_or_its_rows_is_told_nothing(client, medan, officer, unit):
    closed = post(medan, unit, 7)
    close(medan, officer, closed)
    with agency_scope(medan):
        elsewhere = make.UnitFactory(agency=medan)
    for role, units in (("admin_unit", [elsewhere]), ("pegawai", [])):
        client.force_login(user_with(medan, role, *units))
        assert client.get(reverse("audit-history", args=["positions_position", closed.pk])).status_code in (403, 404)
    client.force_login(user_with(AgencyFactory(code="1275"), "staf_bkd", username="binjai"))
    assert client.get(reverse("audit-history", args=["positions_position", closed.pk])).status_code == 404


def test_it_costs_the_same_for_one_row_and_for_twenty(client, medan, officer, unit):
    few, many = post(medan, unit, 7), post(medan, unit, 9, seats=20)
    client.force_login(officer)
    asked = []
    for position in (few, many):
        close(medan, officer, position)
        client.get(reverse("audit-history", args=["positions_position", position.pk]))
        with CaptureQueriesContext(connection) as queries:
            page = client.get(reverse("audit-history", args=["positions_position", position.pk]))
        assert page.status_code == 200
        # Beside what begins and ends the request's own transaction.
        asked.append(len([each for each in queries if each["sql"].startswith(("SELECT", "WITH"))]))
    assert asked[1] <= asked[0] <= 15
