"""Names and places of units are of the day looked at: on pages, in files and through the API."""

from datetime import date, timedelta

import pytest
from django.urls import reverse

from asnhr.dates import today
from asnhr.formats import day as day_words
from asnhr.scope import agency_scope
from positions.models import Unit
from positions.queries import unit_names
from positions.services import structure
from tests.factories import positions as make
from tests.factories.asnhr import AgencyFactory
from tests.roles import user_with, with_access

pytestmark = pytest.mark.django_db
BEFORE, SINCE, SOON = date(2024, 6, 1), date(2025, 1, 1), today() + timedelta(days=40)
OLD, NEW, NEXT = "Dinas Pasar", "Dinas Perdagangan", "Dinas Niaga"


@pytest.fixture
def world():
    """Dinas Pasar became Dinas Perdagangan and will be Dinas Niaga; its Bidang Retribusi came below Badan Pajak."""
    agency = AgencyFactory()
    with agency_scope(agency):
        officer = with_access(user_with(agency, "bagian_organisasi", username="organisasi"), agency)
        root = make.UnitFactory(agency=agency, name="Kota")
        office = make.UnitFactory(agency=agency, name=OLD, parent=root)
        board = make.UnitFactory(agency=agency, name="Badan Pajak", parent=root)
        section = make.UnitFactory(agency=agency, name="Bidang Retribusi", parent=office)
        for unit, day, what in (
            (office, SINCE, {"name": NEW}), (office, SOON, {"name": NEXT}), (section, SINCE, {"parent": board}),
        ):  # fmt: skip
            structure.change_unit(
                actor=officer,
                unit=Unit.objects.get(pk=unit.pk),
                starts_on=day,
                decree="Perda 1",
                decree_on=SINCE,
                **what,
            )
        position = make.PositionFactory(agency=agency, unit=office, starts_on=date(2020, 1, 1))
        below = make.PositionFactory(agency=agency, unit=section, starts_on=date(2020, 1, 1))
        for post in (position, below):
            seat = make.SeatFactory(agency=agency, position=post)
            person = make.EmployeeFactory(agency=agency, unit=post.unit)
            make.IncumbencyFactory(agency=agency, position=post, seat=seat, employee=person)
        yield {
            "agency": agency, "office": office, "board": board, "section": section, "position": position,
            "below": below, "person": position.incumbencies.get().employee,
        }  # fmt: skip


@pytest.fixture
def reader(client, world):
    client.force_login(user_with(world["agency"], "staf_bkd"))
    return client


ADDRESSES = {
    "/jabatan/": "?kolom=jabatan&kolom=perangkat",
    "/pegawai/": "?kolom=nama&kolom=jabatan&kolom=unit",
    "/unit/": "?kolom=unit",
    "/pensiun/": "",
}


def text_of(client, address, day, **asked):
    answer = client.get(address, {"as_of": day.isoformat(), **asked})
    assert answer.status_code == 200, address
    return answer.text if not answer.streaming else b"".join(answer.streaming_content).decode()


@pytest.mark.parametrize(("day", "name"), [(BEFORE, OLD), (today(), NEW), (SOON, NEXT)])
def test_pages_and_files_say_what_a_unit_bore_on_the_day(day, name, reader, world):
    others = {OLD, NEW, NEXT} - {name}
    pages = [
        reverse("unit-detail", args=[world["office"].pk]), reverse("position-detail", args=[world["position"].pk]),
        reverse("employee-detail", args=[world["person"].pk]),
    ]  # fmt: skip

    for address in ("/jabatan/", "/pegawai/"):
        # Sorted by the unit the rows come by another statement.
        for asked in ({}, {"format": "csv"}, {"urut": "jabatan"}):
            shown = text_of(reader, address, day, **asked)
            assert name in shown, (address, asked)
            assert not [other for other in others if other in shown], (address, asked)
    for address in ("/unit/", *pages[1:]):
        shown = text_of(reader, address, day)
        assert name in shown, address
        assert not [other for other in others if other in shown], address
    # The unit's own page also tells its history, in which every name stands.
    shown = text_of(reader, pages[0], day)
    assert f"<h1>{name}</h1>" in " ".join(shown.split()) or f">{name}</h1>" in shown


def test_the_office_is_that_of_the_day(reader, world):
    for day, office in ((BEFORE, OLD), (today(), "Badan Pajak")):
        shown = text_of(reader, "/jabatan/", day, q=world["below"].job.name, format="csv")
        assert f"Bidang Retribusi · {office}" in shown
        crumbs = text_of(reader, reverse("unit-detail", args=[world["section"].pk]), day).split("</nav>")
        assert any(f">{office}</a>" in each for each in crumbs)


@pytest.mark.parametrize(("day", "name"), [(BEFORE, OLD), (today(), NEW), (SOON, NEXT)])
def test_the_api_says_the_same(day, name, reader, world):
    asked = {"as_of": day.isoformat()}

    position = reader.get(f"/api/v1/positions/{world['position'].pk}/", asked).json()
    person = reader.get(f"/api/v1/employees/{world['person'].pk}/", asked).json()
    unit = reader.get(f"/api/v1/units/{world['office'].pk}/", asked).json()

    assert [position["unit_name"], person["unit_name"], person["post"]["unit_name"], unit["name"]] == [name] * 4
    section = reader.get(f"/api/v1/units/{world['section'].pk}/", asked).json()
    above = world["office"] if day == BEFORE else world["board"]
    assert (section["parent_id"], section["office_id"]) == (above.pk, above.pk)
    # The filter in force is called as the choices are.
    chips = reader.get("/pegawai/", asked | {"unit": world["office"].pk}).context["chips"]
    assert [chip["value"] for chip in chips] == [name]


def test_today_asks_nothing_and_another_day_asks_once(world, django_assert_num_queries):
    units = list(Unit.objects.select_related("office", "parent"))

    with django_assert_num_queries(0):
        unit_names.bear(units, today())
    with django_assert_num_queries(1):
        unit_names.bear(units, BEFORE)

    assert {unit.name for unit in units if unit.pk == world["office"].pk} == {OLD}


def test_after_a_coming_close_a_unit_bears_its_last_name(reader, world):
    """It is renamed before it closes, both to come: today's row knows neither."""
    after = SOON + timedelta(days=30)
    with agency_scope(world["agency"]):
        officer = with_access(user_with(world["agency"], "bagian_organisasi", username="organisasi-2"), world["agency"])
        unit = make.UnitFactory(agency=world["agency"], name="Bidang Lama", parent=world["board"])
        decree = {"decree": "Perda 2", "decree_on": SINCE}
        structure.change_unit(actor=officer, unit=unit, starts_on=SOON, name="Bidang Baru", **decree)
        structure.close_unit(actor=officer, unit=unit, ends_on=after, **decree)
        named = dict(Unit.objects.annotate(then=unit_names.then(after)).values_list("pk", "then"))

    page = " ".join(text_of(reader, reverse("unit-detail", args=[unit.pk]), after).split())
    answer = reader.get(f"/api/v1/units/{unit.pk}/?as_of={after.isoformat()}").json()

    assert named[unit.pk] == "Bidang Baru"
    assert "<h1>Bidang Baru" in page or ">Bidang Baru</h1>" in page
    assert answer["name"] == "Bidang Baru"


def test_a_post_of_a_coming_day_does_not_last_until_now(reader, world):
    with agency_scope(world["agency"]):
        person = make.EmployeeFactory(agency=world["agency"], unit=world["office"])
        seat = make.SeatFactory(agency=world["agency"], position=world["position"])
        make.IncumbencyFactory(
            agency=world["agency"], position=world["position"], seat=seat, employee=person, starts_on=SOON
        )
    tab = reverse("employee-history", args=[person.pk, "penugasan"])

    page = text_of(reader, reverse("employee-detail", args=[person.pk]), today())
    table, file = text_of(reader, tab, today()), text_of(reader, tab, today(), bagian="jabatan", format="csv")

    assert f"mulai {day_words(SOON)}" in page
    assert "– sekarang" not in page
    for shown in (table, file):
        assert "belum dimulai" in shown
        assert "sekarang" not in shown
