"""Plt, Plh and additional duties of a file obey the rules of the page (`services.register.open_acting`, `appoint`)."""

import datetime
import io

import pytest

from asnhr.imports.framework import Options, run
from asnhr.scope import agency_scope
from positions.imports.incumbencies import IncumbencyImporter
from positions.models import Employee, Incumbency, Position
from tests.factories import positions as make
from tests.factories.asnhr import AgencyFactory

D = datetime.date
LONG_AGO = D(2024, 1, 1)
HEAD = "NIP,Kode Jabatan,Jenis,TMT,s.d.,Nomor SK\n"
FIRST, SECOND, THIRD = "199803082023121901", "198703212017121902", "199009132015021903"


def load(agency, *lines, **options):
    text = HEAD + "".join(f"{line}\n" for line in lines)
    given = Options(today=D(2026, 1, 2), **options)
    return run(IncumbencyImporter, io.BytesIO(text.encode()), agency_id=agency.pk, options=given)


def codes(result):
    return {row.row: [p.code for p in row.problems] for row in result.rows if row.problems}


@pytest.fixture
def agency(db):
    agency = AgencyFactory()
    with agency_scope(agency):
        root = make.UnitFactory(agency=agency, code="1271", name="Pemerintah Kota Medan")
        unit = make.UnitFactory(agency=agency, code="1271.40", name="Kecamatan Medan Belawan", parent=root)
        for code, seats, by_duty in (("SEK", 1, False), ("STAF", 2, False), ("KAPUS", 1, True)):
            post = make.PositionFactory(agency=agency, code=code, unit=unit, by_duty=by_duty)
            for _ in range(seats):
                make.SeatFactory(agency=agency, position=post, kind="tugas_tambahan" if by_duty else "formasi")
        for nip in (FIRST, SECOND, THIRD):
            make.EmployeeFactory(agency=agency, nip=nip, unit=unit)
    return agency


def hold(agency, code, nip, since=LONG_AGO, **fields):
    with agency_scope(agency):
        post = Position.objects.get(code=code)
        return make.IncumbencyFactory(
            agency=agency, position=post, seat=post.seats.order_by("number").first(),
            employee=Employee.objects.get(nip=nip), starts_on=since, **fields,
        )  # fmt: skip


def test_a_plt_needs_a_vacant_post_and_a_plh_does_not(agency):
    hold(agency, "SEK", FIRST)

    assert codes(load(agency, f"{SECOND},SEK,Plt,15-10-2025,,821/1")) == {2: ["TIDAK_LOWONG"]}
    assert load(agency, f"{SECOND},SEK,Plh,15-10-2025,,821/1").written
    with agency_scope(agency):
        assert Incumbency.objects.filter(kind="plt").count() == 0


def test_a_plt_of_the_time_before_the_holder_came_is_history(agency):
    hold(agency, "SEK", FIRST)
    assert load(agency, f"{SECOND},SEK,Plt,15-10-2023,31-12-2023,821/1").written


def test_a_plt_counts_who_leaves_and_who_comes_in_the_same_file(agency):
    hold(agency, "SEK", FIRST)
    moved = f"{FIRST},STAF,Definitif,01-03-2025,,821/1"
    acting = f"{SECOND},SEK,Plt,{{}},,821/2"

    assert codes(load(agency, moved, acting.format("15-02-2025"))) == {3: ["TIDAK_LOWONG"]}
    comes = f"{THIRD},SEK,Definitif,01-06-2025,,821/3"
    assert codes(load(agency, moved, acting.format("01-07-2025"), comes)) == {3: ["TIDAK_LOWONG"]}
    assert load(agency, moved, acting.format("01-03-2025"), comes).written


def test_a_plt_takes_the_vacant_one_of_several_seats(agency):
    hold(agency, "STAF", FIRST)
    assert load(agency, f"{SECOND},STAF,Plt,15-10-2025,,821/1").written
    with agency_scope(agency):
        assert Incumbency.objects.get(kind="plt").seat.number == 2


def test_the_same_file_again_is_not_refused_for_what_came_later(agency):
    line = f"{SECOND},SEK,Plt,15-10-2025,,821/1"
    assert load(agency, line).written
    hold(agency, "SEK", FIRST, D(2025, 9, 1))

    again = load(agency, line)
    assert (codes(again), again.plan["unchanged"]) == ({}, 1)


def test_duties_only_where_a_post_is_filled_by_duty(agency):
    result = load(
        agency,
        f"{FIRST},SEK,Tugas tambahan,15-10-2025,,821/1",
        f"{SECOND},KAPUS,Definitif,15-10-2025,,821/2",
        f"{SECOND},KAPUS,Definitif,15-10-2020,31-12-2021,821/2",
        f"{THIRD},KAPUS,Tugas tambahan,15-10-2025,,821/3",
    )
    assert codes(result) == {
        2: ["BUKAN_TUGAS_TAMBAHAN"], 3: ["HANYA_TUGAS_TAMBAHAN", "DI_LUAR_FORMASI"], 4: ["HANYA_TUGAS_TAMBAHAN"],
    }  # fmt: skip
    assert not result.written


def test_a_duty_seat_that_is_held_is_not_given_again(agency):
    hold(agency, "KAPUS", FIRST, kind="tugas_tambahan")
    assert codes(load(agency, f"{SECOND},KAPUS,Tugas tambahan,15-10-2025,,821/3")) == {2: ["TUMPANG_TINDIH"]}


def test_a_correction_keeps_the_decree_unless_the_file_brings_another(agency):
    hold(agency, "SEK", FIRST, decree="821/SEK", decree_on=D(2023, 12, 1))
    hold(agency, "STAF", SECOND, decree="821/STAF", decree_on=D(2023, 12, 1))
    lines = (f"{FIRST},STAF,Definitif,01-01-2024,,", f"{SECOND},SEK,Definitif,01-01-2024,,821/BARU")

    assert codes(load(agency, *lines)) == {2: ["KOREKSI"], 3: ["KOREKSI"]}
    assert load(agency, *lines, confirm_corrections=True).written

    with agency_scope(agency):
        found = Incumbency.objects.values_list("position__code", "decree", "decree_on").order_by("position__code")
        assert list(found) == [("SEK", "821/BARU", None), ("STAF", "821/SEK", D(2023, 12, 1))]
