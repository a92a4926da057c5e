"""Decisions on units and positions by the unit's own days, whom they touch, and the map on a day without the unit."""

import re
from datetime import date

import pytest
from django.urls import reverse

from asnhr.errors import RuleBroken
from asnhr.scope import agency_scope
from positions.models import Position, Unit
from positions.services import register
from tests.factories import positions as make
from tests.factories.asnhr import AgencyFactory
from tests.roles import user_with, with_access

TODAY, FIRST = date(2026, 11, 22), date(2027, 1, 1)
PERDA = {"starts_on": "2027-02-01", "decree": "Perda 3/2026", "decree_on": "2026-11-09"}


@pytest.fixture(autouse=True)
def frozen(monkeypatch):
    monkeypatch.setattr("asnhr.dates.today", lambda: TODAY)


@pytest.fixture
def medan(db):
    agency = AgencyFactory()
    with agency_scope(agency):
        yield agency


@pytest.fixture
def root(medan):
    return make.UnitFactory(agency=medan, name="Kota Medan")


@pytest.fixture
def coming(medan, root):
    return make.UnitFactory(agency=medan, name="Dinas Baru", parent=root, starts_on=FIRST)


@pytest.fixture
def officer(medan):
    return with_access(user_with(medan, "bagian_organisasi"), medan)


@pytest.fixture
def browser(client, officer):
    client.force_login(officer)
    return client


def text(response):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", response.content.decode()))


# Positions of a unit's own days


@pytest.mark.parametrize("starts_on", [date(2026, 12, 31), date(2020, 1, 1)])
def test_no_position_before_its_unit(medan, officer, coming, starts_on):
    job = make.JobFactory(agency=medan)
    facts = {"actor": officer, "unit": coming, "job": job, "seats": 1, "decree": "1", "decree_on": date(2019, 1, 1)}

    with pytest.raises(RuleBroken, match="Dinas Baru baru berdiri pada 1 Januari 2027"):
        register.open_position(starts_on=starts_on, **facts)
    assert register.open_position(starts_on=FIRST, **facts).starts_on == FIRST


def test_no_position_in_a_unit_that_closes(medan, officer, root):
    closed = make.UnitFactory(agency=medan, name="Dinas Lama", parent=root, ends_on=date(2027, 6, 1))

    with pytest.raises(RuleBroken, match="Unit Dinas Lama akan ditutup mulai 1 Juni 2027; tidak ada yang dimulai"):
        register.open_position(
            actor=officer, unit=closed, job=make.JobFactory(agency=medan), seats=1, starts_on=TODAY, decree="1",
            decree_on=TODAY,
        )  # fmt: skip
    with pytest.raises(RuleBroken, match="Dinas Lama ada sejak 1 Januari 2015 dan sudah ditutup pada 1 Juni 2027"):
        register.open_position(
            actor=officer, unit=closed, job=make.JobFactory(agency=medan), seats=1, starts_on=date(2027, 6, 1),
            decree="1", decree_on=TODAY,
        )  # fmt: skip


def test_the_api_refuses_a_position_before_its_unit(medan, browser, coming):
    sent = {
        "unit_id": coming.pk, "job_id": make.JobFactory(agency=medan).pk, "seats": 1, "starts_on": "2026-12-01",
        "decree": "1", "decree_on": "2026-11-01",
    }  # fmt: skip

    answer = browser.post("/api/v1/positions/", sent, content_type="application/json")

    assert answer.status_code == 409
    assert "1 Januari 2027" in answer.json()["detail"]
    assert not Position.objects.exists()


# A unit that is still to come


def test_a_coming_unit_opens_positions_from_its_first_day(medan, browser, coming):
    job = make.JobFactory(agency=medan, name="Analis")
    assert browser.get(reverse("position-new"), {"unit": coming.pk}).status_code == 200
    where = f"{reverse('position-new')}?unit={coming.pk}&job={job.pk}"
    form = {"seats": 2, **PERDA}

    shown = browser.get(where).content.decode()
    early = browser.post(where, form | {"starts_on": "2026-12-01"})
    seen = browser.post(where, form)
    mark = re.search(r'name="tanda" value="(\w+)"', seen.content.decode())[1]
    saved = browser.post(where, form | {"tanda": mark, "langkah": "simpan"})

    assert 'value="2027-01-01"' in shown
    assert (early.status_code, "baru berdiri pada 1 Januari 2027" in text(early)) == (422, True)
    assert saved.status_code == 302
    assert Position.objects.get().starts_on == date(2027, 2, 1)


def test_a_coming_unit_takes_units_below_it_from_its_first_day(browser, coming):
    where = f"{reverse('unit-new')}?di={coming.pk}"
    form = {"code": "B-1", "name": "Bidang Baru", "kind": "bidang", **PERDA}

    shown = browser.get(where)
    early = browser.post(where, form | {"starts_on": "2026-12-01"})
    seen = browser.post(where, form)
    mark = re.search(r'name="tanda" value="(\w+)"', seen.content.decode())[1]
    saved = browser.post(where, form | {"tanda": mark, "langkah": "simpan"})

    assert (shown.status_code, 'value="2027-01-01"' in shown.content.decode()) == (200, True)
    assert (early.status_code, "baru berdiri pada 1 Januari 2027" in text(early)) == (422, True)
    assert saved.status_code == 302
    assert Unit.objects.get(code="B-1").parent == coming


def test_a_closed_unit_offers_and_takes_no_new_position(medan, browser, root):
    closed = make.UnitFactory(agency=medan, name="Dinas Lama", parent=root, ends_on=date(2020, 1, 1))

    page = browser.get(reverse("unit-detail", args=[closed.pk])).content.decode()

    assert f"?unit={closed.pk}&" not in page
    assert reverse("position-new") not in page
    assert browser.get(reverse("position-new"), {"unit": closed.pk}).status_code == 404


# Whom a decision touches


@pytest.fixture
def office(medan, root):
    """An office with one who holds a post, one in a unit below, one without a post, and one who has left."""
    office = make.UnitFactory(agency=medan, name="Dinas Pasar", parent=root)
    below = make.UnitFactory(agency=medan, name="Bidang Retribusi", parent=office)
    for unit, name in ((office, "Ani"), (below, "Budi")):
        person = make.EmployeeFactory(agency=medan, unit=unit, name=name)
        make.IncumbencyFactory(agency=medan, position=make.PositionFactory(agency=medan, unit=unit), employee=person)
    make.EmployeeFactory(agency=medan, unit=office, name="Citra")
    make.EmployeeFactory(agency=medan, unit=office, name="Dedi", exits_on=date(2020, 1, 1), exit_reason="Mutasi")
    elsewhere = make.UnitFactory(agency=medan, name="Dinas Lain", parent=root)
    for number in range(3):
        person = make.EmployeeFactory(agency=medan, unit=elsewhere, name=f"Lain {number}")
        make.IncumbencyFactory(
            agency=medan, position=make.PositionFactory(agency=medan, unit=elsewhere), employee=person
        )
    return office


def test_founding_or_renaming_an_empty_unit_touches_nobody(medan, browser, root, office):
    empty = make.UnitFactory(agency=medan, name="Dinas Kosong", parent=office)
    founded = browser.post(
        f"{reverse('unit-new')}?di={office.pk}", {"code": "B-1", "name": "Bidang Baru", "kind": "bidang", **PERDA}
    )
    renamed = browser.post(reverse("unit-rename", args=[empty.pk]), {"name": "Dinas Sunyi", **PERDA})

    assert "Pegawai yang terkena: 0 " in text(founded)
    assert "Pegawai yang terkena: 0 " in text(renamed)


@pytest.mark.parametrize("name", ["unit-rename", "unit-move", "unit-merge", "unit-convert"])
def test_a_changed_unit_touches_its_people_and_those_below(medan, browser, root, office, name):
    other = make.UnitFactory(agency=medan, name="Dinas Perdagangan", parent=root)
    make.EmployeeFactory(agency=medan, unit=other, name="Eka")
    query = {"unit-move": f"?ke={other.pk}", "unit-merge": f"?ke={other.pk}"}.get(name, "")
    form = {"name": "Dinas Pasar Rakyat", "code": "DPR", "kind": "dinas", **PERDA}

    seen = text(browser.post(reverse(name, args=[office.pk]) + query, form))

    assert "Pegawai yang terkena: 3 Ani, Budi, Citra " in seen


# The map


def test_the_map_of_a_day_without_the_unit_says_so_with_its_days(browser, coming):
    before = browser.get(reverse("unit-tree"), {"unit": coming.pk, "as_of": "2026-06-01"})

    assert before.status_code == 200
    assert "Belum ada unit pada tanggal ini" in text(before)
    assert "Dinas Baru ada sejak 1 Januari 2027." in text(before)
    assert 'id="peta"' not in before.content.decode()
    assert f"?unit={coming.pk}&amp;as_of=2027-01-01" in before.content.decode()
    assert "Dinas Baru ada sejak" not in text(browser.get(reverse("unit-tree"), {"unit": coming.pk, "as_of": FIRST}))


def test_the_map_after_a_unit_was_closed_leads_to_its_last_day(medan, browser, root):
    closed = make.UnitFactory(agency=medan, name="Dinas Lama", parent=root, ends_on=date(2022, 12, 31))

    after = browser.get(reverse("unit-tree"), {"unit": closed.pk})

    assert "Dinas Lama ada sejak 1 Januari 2015 sampai 30 Desember 2022." in text(after)
    assert f"?unit={closed.pk}&amp;as_of=2022-12-30" in after.content.decode()
    part = browser.get(reverse("unit-tree"), {"unit": closed.pk}, headers={"HX-Request": "true"})
    assert text(part).strip() == ""


def test_the_map_of_a_unit_out_of_sight_is_not_found(medan, browser, root):
    jambi = AgencyFactory(code="1571", name="Jambi", short_name="Jambi")
    with agency_scope(jambi):
        foreign = make.UnitFactory(agency=jambi)

    assert browser.get(reverse("unit-tree"), {"unit": foreign.pk}).status_code == 404
    assert browser.get(reverse("unit-tree"), {"unit": 999_999_999}).status_code == 404
    assert browser.get(reverse("unit-tree"), {"unit": "bukan"}).status_code == 200
