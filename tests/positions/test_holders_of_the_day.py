"""On a day gone by a post is held by who was an ASN then: whoever had left, or was yet to be appointed, holds nothing,
whatever an incumbency on record says; who was there shows the status of that day."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from asnhr import dates
from asnhr.scope import agency_scope
from asnhr.services import Progress
from positions import models
from positions.models import Employee
from positions.queries import home, position_map, register
from positions.services import analysis as analyses
from positions.services import hearings
from tests import api_world
from tests.factories.asnhr import RunFactory
from tests.factories.positions import (
    EmployeeFactory,
    IncumbencyFactory,
    JobFactory,
    PositionFactory,
    PositionNeedFactory,
    UnitFactory,
)
from tests.roles import user_with, with_access

pytestmark = pytest.mark.django_db
THEN, LATER = date(2018, 6, 1), date(2021, 6, 1)
WORDS = dict(Employee.Status.choices)


@pytest.fixture
def medan():
    return api_world.medan()


@pytest.fixture
def post(medan):
    """Four seats. Ani: CPNS of January 2018, PNS of 2019. Budi, Cici and Dodi are on record since 2015: appointed in
    2020, by a contract of 2024, and gone in 2017."""
    with agency_scope(medan):
        unit = UnitFactory(agency=medan, name="Dinas Arsip")
        position = PositionFactory(agency=medan, unit=unit, job=JobFactory(agency=medan, name="Arsiparis Terampil"))
        PositionNeedFactory(agency=medan, position=position, need=4)

        def holder(name, nip, since, **facts):
            facts = {"cpns_on": None, "rank": 34, **facts}
            person = EmployeeFactory(agency=medan, unit=unit, name=name, nip=nip, **facts)
            IncumbencyFactory(agency=medan, position=position, employee=person, starts_on=since)
            return person

        position.people = {
            "Ani": holder(
                "Ani", "198001012018012001", date(2018, 1, 1), cpns_on=date(2018, 1, 1), pns_on=date(2019, 1, 1),
                rank_since=date(2022, 4, 1),
            ),
            "Budi": holder("Budi", "198001012020031002", date(2015, 1, 1)),
            "Cici": holder("Cici", "198501012024212003", date(2015, 1, 1), status="PPPK", rank=None, legal_status="71"),
            "Dodi": holder(
                "Dodi", "197001011995031004", date(2015, 1, 1), cpns_on=date(1995, 3, 1), exits_on=date(2017, 1, 1),
                exit_reason="Pindah", legal_status="77",
            ),
        }  # fmt: skip
        models.RankRecord.objects.create(
            agency=medan, employee=position.people["Ani"], rank=31, starts_on=date(2018, 1, 1), decree="813/1"
        )
        models.Contract.objects.create(
            agency=medan, employee=position.people["Cici"], number="K/1", starts_on=date(2024, 5, 1),
            ends_on=date(2029, 5, 1),
        )  # fmt: skip
    return position


COUNTED = [
    (date(2016, 1, 1), {"Dodi"}),
    (THEN, {"Ani"}),
    (LATER, {"Ani", "Budi"}),
    (date(2025, 1, 1), {"Ani", "Budi", "Cici"}),
]


@pytest.mark.parametrize(("day", "there"), COUNTED)
def test_b_seats_lists_and_the_analysis_count_who_was_there(client, medan, post, day, there):
    staff = user_with(medan, "staf_bkd")
    client.force_login(staff)
    with agency_scope(medan):
        staff = with_access(staff, medan)
        own = models.Position.objects.filter(pk=post.pk)
        counted = set(register.counted_holders(day).values_list("employee_id", flat=True))
        people, seats = home.people_and_seats(staff, day)
        (on_map,) = position_map.posts_of(staff, day, [post.unit_id])[post.unit_id]
        run = RunFactory(agency=medan, parameters={"as_of": day.isoformat(), "overlay": {}}, state="selesai")
        analyses.work(run, Progress())
        result = models.NeedsResult.objects.get(analysis__run=run, position=post)
        bs = {register.figures_of(own, day)[post.pk].b, register.with_figures(own, day).get().b, on_map.b, result.b}
        bs |= {on_map.people.count, people.counted, seats.filled, 4 - register.vacant_seats(day).count()}
    ids = {post.people[name].pk for name in there}
    assert (bs, counted) == ({len(there)}, ids)

    row = client.get(f"/api/v1/positions/{post.pk}/?as_of={day}").json()
    assert (row["b"], {each["employee_id"] for each in row["holders"]}) == (len(there), ids)
    rows = client.get(f"/api/v1/seats/?as_of={day}&position={post.pk}").json()["results"]
    assert len(rows) == 4
    assert {each["holder_id"] for each in rows} - {None} == ids


def test_who_is_no_longer_there_keeps_the_seat_from_a_promise(medan, post):
    """Until the officer closes the row: an appointment there would be refused."""
    with agency_scope(medan):
        today = date(2026, 11, 22)
        assert register.vacant_seats(today).filter(position=post).count() == 1
        assert hearings.free_seats(medan.pk, today).filter(position=post).count() == 0


def test_the_position_page_shows_the_status_of_the_day_and_who_was_not_there(client, medan, post):
    client.force_login(user_with(medan, "staf_bkd"))
    url = reverse("position-detail", args=[post.pk])

    page = client.get(url, {"as_of": f"{THEN}"})
    told = {row.holder.employee.name: row.holder.employee.status for row in page.context["seats"] if row.holder}
    absent = [each.employee.name for row in page.context["seats"] for each in row.absent]
    assert (told, sorted(absent)) == ({"Ani": "CPNS"}, ["Budi", "Cici", "Dodi"])
    shown = " ".join(page.content.decode().split())
    assert (shown.count("lowong"), shown.count(", belum diangkat"), shown.count(", sudah keluar")) == (3, 2, 1)
    assert f"<small>{WORDS['CPNS']} · " in shown
    panel = client.get(reverse("position-panel", args=[post.pk]), {"as_of": f"{THEN}"})
    assert [each.employee.name for each in panel.context["holders"]] == ["Ani"]
    assert panel.context["post"].people.statuses == {"PNS": 0, "CPNS": 1, "PPPK": 0}
    today = " ".join(client.get(url, {"as_of": ""}).content.decode().split())
    assert (today.count(", belum diangkat"), today.count(", sudah keluar")) == (0, 1)
    assert f"<small>{WORDS['PNS']} · " in today


def test_the_map_of_a_past_day_judges_the_rank_of_that_day(medan, post):
    """Ani held III/a (31) until III/d (34) of April 2022; Budi's III/d has no date, so that it stands for every day."""
    staff = user_with(medan, "staf_bkd")
    with agency_scope(medan):
        staff = with_access(staff, medan)
        models.Job.objects.filter(pk=post.job_id).update(level="TERAMPIL", rank_min=31, rank_max=32)
        misfits = {
            day: position_map.posts_of(staff, day, [post.unit_id])[post.unit_id][0].people.misfits
            for day in (THEN, LATER, date(2022, 5, 1), date(2026, 11, 22))
        }
    assert misfits == {THEN: 0, LATER: 1, date(2022, 5, 1): 2, date(2026, 11, 22): 2}


def test_search_shows_the_status_and_the_unit_of_the_day(client, medan, post):
    with agency_scope(medan):
        ani = post.people["Ani"]
        Employee.objects.filter(pk=ani.pk).update(unit=UnitFactory(agency=medan, name="Dinas Kelak"))
    client.force_login(user_with(medan, "staf_bkd"))

    def found(path, name, day):
        shown = client.get(path, {"q": post.people[name].nip[:12], "as_of": day}).content.decode()
        start = shown.index(f'/pegawai/{post.people[name].pk}/"')
        return shown[start : start + 400]

    then = found("/cari/", "Ani", f"{THEN}")
    assert f">{WORDS['CPNS']}<" in then
    assert ("Dinas Arsip" in then, "Dinas Kelak" in then) == (True, False)
    assert "belum diangkat" in found("/cari/", "Budi", f"{THEN}")
    assert "Dinas Arsip" in found("/cari/cepat/", "Ani", f"{THEN}")
    now = found("/cari/", "Ani", "")
    assert f">{WORDS['PNS']}<" in now
    assert "Dinas Kelak" in now


def test_derived_figures_are_those_of_the_status_of_the_day(client, medan, post):
    client.force_login(user_with(medan, "staf_bkd"))

    def codes(name, day):
        page = client.get(reverse("employee-derived", args=[post.people[name].pk]), {"as_of": day})
        return {each.code: each for each in page.context["figures"]}, page.content.decode()

    then, page = codes("Ani", f"{THEN}")
    assert then["pangkat-regular"].value == "belum: masih CPNS"
    assert f"· {WORDS['CPNS']} ·" in page
    assert codes("Ani", f"{LATER}")[0]["pangkat-regular"].value != "belum: masih CPNS"
    not_yet, page = codes("Budi", f"{THEN}")
    assert list(not_yet) == ["usia"]
    assert "· belum diangkat ·" in page
    assert "masa-kerja" in codes("Budi", "")[0]


# Door → how many queries a past day may cost more than today.
DOORS = {"position": 2, "search": 2, "quick": 2, "derived": 3, "seats": 0, "positions": 1}


@pytest.mark.parametrize("door", DOORS)
def test_a_past_day_costs_few_queries_more_and_none_a_person(client, medan, post, door):
    client.force_login(user_with(medan, "staf_bkd"))
    url = {
        "position": reverse("position-detail", args=[post.pk]), "search": "/cari/", "quick": "/cari/cepat/",
        "derived": reverse("employee-derived", args=[post.people["Ani"].pk]),
        "seats": "/api/v1/seats/", "positions": "/api/v1/positions/",
    }[door]  # fmt: skip

    def cost(day):
        asked = {"q": "19800101"} if "cari" in url else {"as_of": day} if "api" in url else {}
        client.get(url, asked | {"as_of": day})  # a page's day is kept from here on
        with CaptureQueriesContext(connection) as queries:
            client.get(url, asked)
        return len(queries)

    few = cost(f"{THEN}")
    assert few <= cost(f"{dates.today()}") + DOORS[door]
    with agency_scope(medan):
        for number in range(20):
            person = EmployeeFactory(agency=medan, unit=post.unit, nip=f"1980010119990310{number:02d}", cpns_on=None)
            IncumbencyFactory(agency=medan, position=post, employee=person, starts_on=date(2017, 1, 1))
    assert cost(f"{THEN}") == few
    if door not in ("position", "derived"):
        assert few <= 15


def test_tabs_and_their_files_leave_out_what_came_later(client, medan, post):
    with agency_scope(medan):
        ani = post.people["Ani"]
        models.Incumbency.objects.filter(employee=ani).update(ends_on=date(2022, 1, 1), decree="821/1")
        next_post = PositionFactory(agency=medan, unit=post.unit, job=JobFactory(agency=medan, name="=Jabatan Kelak"))
        IncumbencyFactory(agency=medan, position=next_post, employee=ani, starts_on=date(2022, 1, 1))
    client.force_login(user_with(medan, "staf_bkd"))
    tab = reverse("employee-history", args=[ani.pk, "penugasan"])

    def posts(day):
        page = client.get(tab, {"as_of": day})
        text = client.get(tab, {"as_of": day, "bagian": "jabatan", "format": "csv"}).getvalue().decode("utf-8-sig")
        return page.context["held"], page.content.decode(), text

    held, page, text = posts(f"{THEN}")
    assert [str(each.position.job) for each in held] == ["Arsiparis Terampil"]
    assert ("Jabatan Kelak" in page, "Jabatan Kelak" in text) == (False, False)
    assert "bagian=jabatan&amp;format=xlsx" in page
    assert ("Arsiparis Terampil" in text, "Dinas Arsip" in text, "821/1" in text, "31 Desember 2021" in text) == (
        True, True, True, True,
    )  # fmt: skip
    assert len(posts("")[0]) == 2
    assert "'=Jabatan Kelak" in posts("")[2]
