"""K ditetapkan and its seats through all three doors: the page's service, a position map, a list of needs."""

import datetime
import io

import pytest

from asnhr.imports.framework import Options, run
from asnhr.scope import agency_scope
from positions.imports.needs import NeedImporter
from positions.imports.positions import PositionImporter
from positions.models import Incumbency, Position, PositionNeed, Reservation, Seat
from positions.services import structure
from tests.factories import positions as make
from tests.factories.asnhr import AgencyFactory
from tests.roles import user_with, with_access

D = datetime.date
TODAY = D(2026, 11, 1)
FIRST, SECOND, THIRD = D(2025, 1, 6), D(2025, 7, 1), D(2026, 2, 2)
TITLE = "Pengadministrasi Perkantoran"


@pytest.fixture
def agency(db):
    agency = AgencyFactory()
    with agency_scope(agency):
        root = make.UnitFactory(agency=agency, code="1271", name="Pemerintah Kota Medan")
        unit = make.UnitFactory(agency=agency, code="1271.40", name="Kecamatan Medan Belawan", parent=root)
        job = make.JobFactory(agency=agency, name=TITLE)
        make.PositionFactory(agency=agency, code="C", unit=unit, job=job, starts_on=D(2024, 1, 1))
    return agency


def by_map(agency, number, day, **options):
    text = f"unit;nama jabatan;kelas jabatan;kebutuhan\n1271.40;{TITLE};5;{number}\n"
    given = {"decree": f"188/{day}", "decree_on": day} | options
    return run(PositionImporter, io.BytesIO(text.encode()), agency_id=agency.pk, options=Options(today=TODAY, **given))


def by_needs(agency, number, day, **options):
    text = (
        f"unit;jabatan;kebutuhan;nomor keputusan;tanggal keputusan\n1271.40;{TITLE};{number};188/{day};{day:%d-%m-%Y}\n"
    )
    return run(NeedImporter, io.BytesIO(text.encode()), agency_id=agency.pk, options=Options(today=TODAY, **options))


def by_page(agency, number, day):
    with agency_scope(agency):
        actor = with_access(user_with(agency, "bagian_organisasi"), agency)
        structure.set_formation(
            actor=actor, position=Position.objects.get(code="C"), number=number, starts_on=day,
            decree=f"188/{day}", decree_on=day,
        )  # fmt: skip


def seats_on(agency, day, kind="formasi"):
    with agency_scope(agency):
        return Seat.objects.filter(position__code="C", kind=kind).on(day).count()


def decided_on(agency, day):
    with agency_scope(agency):
        return int(PositionNeed.objects.on(day).get(position__code="C", source="PETA_DITETAPKAN").need)


DOORS = {"map": by_map, "needs": by_needs, "page": by_page}


@pytest.mark.parametrize("doors", [
    ("map", "map", "needs"), ("map", "map", "map"), ("needs", "needs", "needs"), ("page", "page", "page"),
    ("page", "needs", "map"), ("needs", "page", "map"),
])  # fmt: skip
def test_seats_equal_k_through_every_door_and_on_every_past_day(agency, doors):
    for door, number, day in zip(doors, (5, 3, 8), (FIRST, SECOND, THIRD), strict=True):
        result = DOORS[door](agency, number, day)
        assert result is None or result.written, result.rows

    for day in (FIRST, SECOND - datetime.timedelta(1), SECOND, THIRD - datetime.timedelta(1), THIRD, TODAY):
        expected = 5 if day < SECOND else 3 if day < THIRD else 8
        assert (seats_on(agency, day), decided_on(agency, day)) == (expected, expected), day
    with agency_scope(agency):
        assert list(Seat.objects.filter(ends_on=None).order_by("number").values_list("number", flat=True)) == [
            1, 2, 3, 6, 7, 8, 9, 10,
        ]  # fmt: skip


@pytest.mark.parametrize("door", ["map", "needs", "page"])
def test_holders_beyond_k_are_marked_and_come_back(agency, door):
    DOORS[door](agency, 4, FIRST)
    with agency_scope(agency):
        position = Position.objects.get(code="C")
        for number, seat in enumerate(position.seats.order_by("number")[:3]):
            make.IncumbencyFactory(
                agency=agency, position=position, seat=seat, starts_on=D(2025, 2 + number, 1), kind="definitif"
            )
        before = list(Incumbency.objects.order_by("pk").values())

    result = DOORS[door](agency, 1, SECOND)
    assert seats_on(agency, SECOND) == 1
    assert seats_on(agency, SECOND, "di_luar_formasi") == 2
    if result is not None:
        assert [p.code for row in result.rows for p in row.problems] == ["DI_LUAR_FORMASI"]
        assert "2 orang" in result.rows[1].problems[0].message

    DOORS[door](agency, 2, THIRD)
    assert (seats_on(agency, THIRD), seats_on(agency, THIRD, "di_luar_formasi")) == (2, 1)
    with agency_scope(agency):
        assert list(Incumbency.objects.order_by("pk").values()) == before
        kept = Incumbency.objects.filter(seat__kind="di_luar_formasi").get()
        assert kept.starts_on == D(2025, 4, 1)


@pytest.mark.parametrize("door", [by_map, by_needs])
def test_a_seat_in_use_is_not_closed_by_a_file(agency, door):
    door(agency, 2, FIRST)
    with agency_scope(agency):
        first, second = Seat.objects.order_by("number")
        make.IncumbencyFactory(agency=agency, position=first.position, seat=first, kind="plt", starts_on=FIRST)
        Reservation.objects.create(agency=agency, seat=second, reason="Seleksi", starts_on=FIRST)

    result = door(agency, 1, SECOND)

    assert [p.code for row in result.rows for p in row.problems] == ["FORMASI_TERPAKAI"]
    assert not result.written
    assert seats_on(agency, SECOND) == 2


@pytest.mark.parametrize("door", [by_map, by_needs])
def test_a_confirmed_correction_undoes_the_seats_of_the_mistake(agency, door):
    door(agency, 5, FIRST)
    assert not door(agency, 3, FIRST).written

    corrected = door(agency, 3, FIRST, confirm_corrections=True)

    assert corrected.written
    assert corrected.plan["corrections"] == 1
    assert (seats_on(agency, FIRST), seats_on(agency, TODAY), decided_on(agency, TODAY)) == (3, 3, 3)
    door(agency, 2, SECOND)
    door(agency, 4, SECOND, confirm_corrections=True)
    assert (seats_on(agency, FIRST), seats_on(agency, SECOND)) == (3, 4)
    with agency_scope(agency):
        assert Seat.objects.count() == 4


@pytest.mark.parametrize("door", [by_map, by_needs])
def test_the_same_file_again_moves_no_seat(agency, door):
    door(agency, 5, FIRST)
    door(agency, 3, SECOND)
    with agency_scope(agency):
        before = list(Seat.objects.order_by("pk").values())

    assert door(agency, 3, SECOND).plan["unchanged"] == 1
    with agency_scope(agency):
        assert list(Seat.objects.order_by("pk").values()) == before


def test_a_printed_k_closes_nothing(agency):
    by_needs(agency, 5, FIRST)
    result = by_map(agency, 3, None, decree="", decree_on=None)

    assert [p.code for row in result.rows for p in row.problems] == ["KOREKSI"]
    assert seats_on(agency, TODAY) == 5


def test_duty_seats_follow_k_as_well(agency):
    with agency_scope(agency):
        Position.objects.filter(code="C").update(by_duty=True)
    by_needs(agency, 1, FIRST)
    assert (seats_on(agency, FIRST, "tugas_tambahan"), seats_on(agency, FIRST)) == (1, 0)
    by_map(agency, 0, SECOND)
    assert seats_on(agency, SECOND, "tugas_tambahan") == 0


def test_a_formula_moves_no_seat(agency):
    by_needs(agency, 2, FIRST)
    text = f"unit;jabatan;kebutuhan;sumber;nomor keputusan\n1271.40;{TITLE};9;FORMULA_JF;S-1\n"
    run(NeedImporter, io.BytesIO(text.encode()), agency_id=agency.pk, options=Options(today=TODAY))
    assert seats_on(agency, TODAY) == 2
