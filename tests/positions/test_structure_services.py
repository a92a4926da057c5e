"""Units, jobs and K ditetapkan: history is followed and never overwritten; refusals in words; scope and agency hold."""

from dataclasses import replace
from datetime import date

import pytest
from django.db import IntegrityError, transaction

from asnhr.errors import NotAllowed, RuleBroken
from asnhr.scope import agency_scope
from positions.models import Incumbency, Reservation, Seat, Unit
from positions.services import structure as services
from tests.factories import positions as make
from tests.factories.asnhr import AgencyFactory
from tests.roles import user_with, with_access

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 21)
SIGNED = date(2026, 11, 9)
PERDA = {"starts_on": DAY, "decree": "Perda 3/2026", "decree_on": SIGNED}
DECREE = {"starts_on": DAY, "decree": "188.44/7/2026", "decree_on": DAY}


@pytest.fixture
def medan():
    agency = AgencyFactory()
    with agency_scope(agency):
        yield agency


@pytest.fixture
def bureau(medan):
    return with_access(user_with(medan, "bagian_organisasi"), medan)


@pytest.fixture
def root(medan):
    return make.UnitFactory(name="Kota Medan")


@pytest.fixture
def office(root):
    return make.UnitFactory(name="Dinas Kesehatan", parent=root)


def bound(medan, unit):
    """Somebody who edits the structure of one subtree only."""
    user = with_access(user_with(medan, "admin_unit", unit), medan)
    user.access = replace(user.access, permissions=user.access.permissions | {"edit_structure"})
    return user


# Units


def test_a_new_unit_stands_below_its_parent_from_its_day(bureau, office):
    unit = services.add_unit(actor=bureau, code="U-9", name="Puskesmas Baru", kind="puskesmas", parent=office, **PERDA)

    assert (unit.parent, unit.office, unit.path) == (office, office, f"{office.path}.{unit.pk}")
    period = unit.periods.get()
    assert (period.name, period.decree, period.decree_on) == ("Puskesmas Baru", "Perda 3/2026", SIGNED)
    assert period.starts_on == DAY


def test_rename_and_move_close_the_period_and_follow_it(bureau, root, office):
    below = make.UnitFactory(parent=office)
    other = make.UnitFactory(parent=root)

    unit = services.change_unit(actor=bureau, unit=office, name="Dinas Kesehatan dan KB", parent=other, **PERDA)

    before, after = unit.periods.order_by("starts_on")
    assert (before.name, before.parent, before.ends_on) == ("Dinas Kesehatan", root, DAY)
    assert (after.name, after.parent, after.starts_on, after.ends_on) == ("Dinas Kesehatan dan KB", other, DAY, None)
    assert (before.decree_on, after.decree_on) == (None, SIGNED)
    assert (unit.name, unit.parent, unit.office) == ("Dinas Kesehatan dan KB", other, other)
    below.refresh_from_db()
    assert below.path == f"{other.path}.{unit.pk}.{below.pk}"


def test_a_rename_keeps_the_place(bureau, office, root):
    unit = services.change_unit(actor=bureau, unit=office, name="Dinkes", **PERDA)

    assert (unit.name, unit.parent) == ("Dinkes", root)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"name": "Dinas Kesehatan"}, "tidak berubah"),
        ({"name": "X", "decree": " "}, "wajib menyebut nomor keputusannya"),
        ({"name": "X", "decree_on": date(2026, 11, 22)}, "sebelum keputusannya"),
        (
            {"name": "X", "starts_on": make.LONG_AGO, "decree_on": make.LONG_AGO},
            "sudah mencatat keadaan mulai 1 Januari 2015",
        ),
    ],
)
def test_a_change_that_says_nothing_new_is_refused(bureau, office, change, message):
    with pytest.raises(RuleBroken, match=message):
        services.change_unit(actor=bureau, unit=office, **PERDA | change)
    assert office.periods.count() == 1


def test_a_unit_does_not_move_below_itself_or_below_a_closed_one(bureau, office, root):
    below = make.UnitFactory(parent=office)
    closed = make.UnitFactory(parent=root, ends_on=DAY)

    for parent, message in ((office, "bawah dirinya"), (below, "bawah dirinya"), (closed, "sudah ditutup")):
        with pytest.raises(RuleBroken, match=message):
            services.change_unit(actor=bureau, unit=office, parent=parent, **PERDA)
    with pytest.raises(RuleBroken, match="sudah ditutup"):
        services.change_unit(actor=bureau, unit=closed, name="X", **PERDA)
    with pytest.raises(RuleBroken, match="sudah ditutup"):
        services.add_unit(actor=bureau, code="U-8", name="X", kind="lain", parent=closed, **PERDA)


def test_an_agency_has_one_unit_at_its_top(bureau, medan):
    """Offices are what stands below it: a second one would be no office and have none."""
    facts = {"actor": bureau, "kind": "bidang", "parent": None}
    top = services.add_unit(code="U-1", name="Kota Medan", **facts, **PERDA)

    with pytest.raises(RuleBroken, match="Puncak instansi ini adalah Kota Medan; pilih unit induk") as refused:
        services.add_unit(code="U-2", name="Bidang Lepas", **facts, **PERDA)

    assert list(refused.value.fields) == ["parent_id"]
    assert list(Unit.objects.filter(parent=None)) == [top]


def test_a_unit_that_is_to_close_is_open_until_then_and_says_so(bureau, office, root):
    ends = date(DAY.year + 1, 1, 1)
    closing = make.UnitFactory(name="Dinas Lama", parent=root, ends_on=ends)
    told = f"Unit Dinas Lama akan ditutup mulai 1 Januari {ends.year}"

    for change in (
        lambda: services.change_unit(actor=bureau, unit=closing, name="X", **PERDA),
        lambda: services.change_unit(actor=bureau, unit=office, parent=closing, **PERDA),
        lambda: services.add_unit(actor=bureau, code="U-8", name="X", kind="lain", parent=closing, **PERDA),
        lambda: services.close_unit(
            actor=bureau, unit=office, ends_on=DAY, decree="1", decree_on=SIGNED, successor=closing
        ),
        lambda: services.close_unit(actor=bureau, unit=closing, ends_on=DAY, decree="1", decree_on=SIGNED),
    ):
        with pytest.raises(RuleBroken, match=told):
            change()


def test_a_closed_unit_names_its_successor_and_hands_over_people_without_a_post(bureau, office, root):
    successor = make.UnitFactory(parent=root)
    person = make.EmployeeFactory(unit=office)
    gone = make.EmployeeFactory(unit=office, exits_on=date(2020, 1, 1), exit_reason="Pindah")

    closing = {"actor": bureau, "unit": office, "ends_on": DAY, "decree": "Perda 3/2026", "decree_on": SIGNED}
    with pytest.raises(RuleBroken, match="masih punya 1 pegawai"):
        services.close_unit(**closing)
    with pytest.raises(RuleBroken, match="sebelum keputusannya"):
        services.close_unit(successor=successor, **closing | {"decree_on": date(2026, 11, 22)})
    unit = services.close_unit(successor=successor, **closing)

    unit.refresh_from_db()
    assert (unit.ends_on, unit.successor) == (DAY, successor)
    assert (unit.closing_decree, unit.closing_decree_on) == ("Perda 3/2026", SIGNED)
    assert unit.periods.get().ends_on == DAY
    person.refresh_from_db()
    gone.refresh_from_db()
    assert (person.unit, gone.unit) == (successor, office)


def test_a_day_of_a_decree_stands_beside_its_number(office):
    period = office.periods.get()
    for row, name, facts in (
        (period, "unit_period_day_of_a_decree", {"decree": "", "decree_on": SIGNED}),
        (office, "unit_closing_day_of_a_decree", {"closing_decree_on": SIGNED}),
    ):
        with pytest.raises(IntegrityError, match=name), transaction.atomic():
            type(row).objects.filter(pk=row.pk).update(**facts)


def test_nothing_in_force_remains_in_a_closed_unit(bureau, office):
    closing = {"actor": bureau, "unit": office, "ends_on": DAY, "decree": "Perda 3/2026", "decree_on": SIGNED}
    position = make.PositionFactory(unit=office)
    with pytest.raises(RuleBroken, match="masih punya 1 jabatan"):
        services.close_unit(**closing)
    position.ends_on = DAY
    position.save()
    below = make.UnitFactory(parent=office)
    with pytest.raises(RuleBroken, match="masih membawahi 1 unit"):
        services.close_unit(**closing)
    with pytest.raises(RuleBroken, match="bukan unit ini atau bawahannya"):
        services.close_unit(successor=below, **closing)
    assert Unit.objects.get(pk=office.pk).ends_on is None


def test_units_change_by_the_right_role_in_its_own_units_and_agency(medan, office, root):
    elsewhere = make.UnitFactory(parent=root)
    staff = with_access(user_with(medan, "staf_bkd"), medan)
    with pytest.raises(NotAllowed, match="Peran Anda"):
        services.change_unit(actor=staff, unit=office, name="X", **PERDA)
    district = bound(medan, elsewhere)
    for call in (
        lambda: services.change_unit(actor=district, unit=office, name="X", **PERDA),
        lambda: services.change_unit(actor=district, unit=elsewhere, parent=office, **PERDA),
        lambda: services.close_unit(actor=district, unit=office, ends_on=DAY, decree="X", decree_on=DAY),
        lambda: services.close_unit(
            actor=district, unit=elsewhere, ends_on=DAY, decree="X", decree_on=DAY, successor=office
        ),
        lambda: services.add_unit(actor=district, code="A", name="A", kind="lain", parent=office, **PERDA),
        lambda: services.add_unit(actor=district, code="A", name="A", kind="lain", parent=None, **PERDA),
        lambda: services.set_formation(actor=district, position=make.PositionFactory(unit=office), number=1, **DECREE),
    ):
        with pytest.raises(NotAllowed, match="luar cakupan"):
            call()
    assert services.change_unit(actor=district, unit=elsewhere, name="Y", **PERDA).name == "Y"


def test_the_structure_of_another_agency_is_out_of_reach(bureau):
    jambi = AgencyFactory(code="1571", name="Jambi", short_name="Jambi")
    with agency_scope(jambi):
        foreign = make.UnitFactory(agency=jambi)
        position = make.PositionFactory(agency=jambi, unit=foreign)
        for call in (
            lambda: services.change_unit(actor=bureau, unit=foreign, name="X", **PERDA),
            lambda: services.close_unit(actor=bureau, unit=foreign, ends_on=DAY, decree="X", decree_on=DAY),
            lambda: services.add_unit(actor=bureau, code="A", name="A", kind="lain", parent=foreign, **PERDA),
            lambda: services.set_formation(actor=bureau, position=position, number=1, **DECREE),
            lambda: services.change_job(actor=bureau, job=position.job, job_class=3),
        ):
            with pytest.raises(NotAllowed, match="instansi Anda"):
                call()


# Jobs

JOB = {"code": "J-77", "name": "Arsiparis", "group": "fungsional", "level": "AHLI_MUDA"}


def test_a_job_is_added_with_its_requirements_and_changed(bureau):
    job = services.add_job(
        actor=bureau, **JOB, rank_min=33, rank_max=34, retirement_age=60,
        fields=["Kearsipan", " ilmu  perpustakaan ", "kearsipan", ""],
    )  # fmt: skip
    assert sorted(job.education_fields.values_list("field", flat=True)) == ["ILMU PERPUSTAKAAN", "KEARSIPAN"]

    changed = services.change_job(
        actor=bureau, job=job, summary="Mengelola arsip", retirement_age=None, fields=["KEARSIPAN"]
    )

    assert (changed.summary, changed.retirement_age, changed.rank_min) == ("Mengelola arsip", None, 33)
    assert list(job.education_fields.values_list("field", flat=True)) == ["KEARSIPAN"]


@pytest.mark.parametrize(
    ("facts", "message"),
    [
        ({"level": "PELAKSANA"}, "bukan jenjang jenis jabatan"),
        ({"level": "X"}, "bukan jenjang jenis jabatan"),
        ({"job_class": 9}, "dengan keputusan.*evaluasi jabatan"),
        ({"rank_min": 34, "rank_max": 33}, "tidak boleh di bawah"),
        ({"retirement_age": 90}, "50 dan 70"),
        ({"name": " "}, "kosong"),
    ],
)
def test_an_impossible_job_is_refused_with_words(bureau, facts, message):
    with pytest.raises(RuleBroken, match=message):
        services.add_job(actor=bureau, **JOB | facts)


@pytest.mark.parametrize(("before", "after"), [(8, 9), (None, 9), (8, None)])
def test_the_class_of_a_job_is_decided_by_a_decree(bureau, medan, before, after):
    job = make.JobFactory(agency=medan, job_class=before)

    with pytest.raises(RuleBroken, match="dengan keputusan.*evaluasi jabatan"):
        services.change_job(actor=bureau, job=job, job_class=after, summary="Menata")

    job.refresh_from_db()
    assert (job.job_class, job.summary) == (before, "")
    # A form that is sent whole says the class on record.
    assert services.change_job(actor=bureau, job=job, job_class=before, summary="Menata").summary == "Menata"


def test_the_same_job_twice_is_refused(bureau):
    services.add_job(actor=bureau, **JOB)
    with pytest.raises(RuleBroken, match="sudah ada"):
        services.add_job(actor=bureau, **JOB | {"code": "J-78"})


def test_jobs_are_the_agencys_not_a_units(medan, office):
    staff = with_access(user_with(medan, "staf_bkd"), medan)
    with pytest.raises(NotAllowed, match="Peran Anda"):
        services.add_job(actor=staff, **JOB)
    with pytest.raises(NotAllowed, match="seluruh instansi"):
        services.add_job(actor=bound(medan, office), **JOB)
    with pytest.raises(NotAllowed, match="seluruh instansi"):
        services.change_job(actor=bound(medan, office), job=make.JobFactory(), job_class=3)


# K ditetapkan


@pytest.fixture
def position(office):
    """Decided 4: two seats held (2019, 2022), two vacant."""
    position = make.PositionFactory(unit=office)
    for tmt in (date(2019, 1, 1), date(2022, 1, 1)):
        make.IncumbencyFactory(position=position, starts_on=tmt)
    make.SeatFactory(position=position)
    make.SeatFactory(position=position)
    make.PositionNeedFactory(position=position, need=4)
    return position


def decide(actor, position, number, **more):
    return services.set_formation(actor=actor, position=position, number=number, **DECREE | more)


def seats_on(position, day=DAY):
    return list(Seat.objects.filter(position=position).on(day).order_by("number").values_list("number", "kind"))


def test_a_new_formation_follows_the_old_and_opens_seats(bureau, position):
    decide(bureau, position, 5)

    before, after = position.needs.order_by("starts_on")
    assert (before.need, before.ends_on) == (4, DAY)
    assert (after.need, after.decree, after.starts_on, after.ends_on) == (5, "188.44/7/2026", DAY, None)
    assert seats_on(position)[-1] == (5, "formasi")
    assert len(seats_on(position, date(2026, 11, 20))) == 4


def test_a_head_gets_no_second_seat(bureau, position):
    position.is_head = True
    position.save()

    with pytest.raises(RuleBroken, match="hanya satu formasi"):
        decide(bureau, position, 2)
    assert decide(bureau, position, 1).need == 1


def test_vacant_seats_close_first(bureau, position):
    decide(bureau, position, 3)

    assert seats_on(position) == [(1, "formasi"), (2, "formasi"), (3, "formasi")]
    assert len(seats_on(position, date(2026, 11, 20))) == 4


def test_holders_beyond_the_number_are_flagged_the_latest_first_and_come_back(bureau, position):
    held = list(Incumbency.objects.filter(position=position).order_by("starts_on"))

    decide(bureau, position, 1)
    assert seats_on(position) == [(1, "formasi"), (2, "di_luar_formasi")]

    later = date(2026, 12, 21)
    decide(bureau, position, 3, starts_on=later)
    assert seats_on(position, later) == [(1, "formasi"), (2, "formasi"), (5, "formasi")]
    after = Incumbency.objects.filter(position=position).order_by("starts_on")
    assert [(each.pk, each.starts_on, each.ends_on, each.seat_id) for each in after] == [
        (each.pk, each.starts_on, None, each.seat_id) for each in held
    ]


def test_no_seats_at_all_refuses_nobody(bureau, position):
    decide(bureau, position, 0)

    assert seats_on(position) == [(1, "di_luar_formasi"), (2, "di_luar_formasi")]


def test_duty_seats_stay_duty_seats(bureau, office):
    position = make.PositionFactory(unit=office, by_duty=True)
    decide(bureau, position, 1)

    assert seats_on(position) == [(1, "tugas_tambahan")]


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"decree": " "}, "sebutkan nomornya"),
        ({"number": -1}, "kurang dari nol"),
        ({"starts_on": date(2024, 1, 2), "decree_on": date(2024, 1, 2)}, "sudah tercatat mulai 2 Januari 2024"),
        ({"starts_on": date(2010, 1, 1), "decree_on": date(2010, 1, 1)}, "tidak ada pada tanggal itu"),
        ({"starts_on": date(2024, 1, 2)}, "2 Januari 2024, sebelum keputusannya"),
    ],
)
def test_a_formation_without_ground_is_refused(bureau, position, values, message):
    with pytest.raises(RuleBroken, match=message):
        decide(bureau, position, **{"number": 3} | values)
    assert position.needs.count() == 1


@pytest.mark.parametrize("ends_on", [date(2027, 3, 1), date(2025, 3, 1)])
def test_a_post_with_an_end_on_record_says_when_it_closes(bureau, position, ends_on):
    position.closing_decree, position.closing_decree_on = "Perwali 3/2025", date(2025, 1, 2)
    position.closing_kind, position.ends_on = position.Closing.ABOLISHED, ends_on
    position.save()
    with pytest.raises(RuleBroken) as refused:
        decide(bureau, position, 3, starts_on=date(2027, 2, 1))
    told = {2027: "akan ditutup mulai 1 Maret 2027 menurut", 2025: "sudah ditutup mulai 1 Maret 2025."}[ends_on.year]
    assert told in str(refused.value)
    assert position.needs.count() == 1


def test_a_seat_in_use_is_not_closed_under_an_acting_officer_or_a_selection(bureau, position):
    third, fourth = position.seats.order_by("number")[2:]
    make.IncumbencyFactory(position=position, seat=third, kind="plt")
    decide(bureau, position, 3)
    assert (third.number, "formasi") in seats_on(position)

    Reservation.objects.create(agency=position.agency, seat=third, reason="Seleksi", starts_on=DAY)
    with pytest.raises(RuleBroken, match="akhiri itu dahulu"):
        decide(bureau, position, 2, starts_on=date(2026, 12, 21))


def test_only_the_bureau_decides_the_formation(medan, position):
    with pytest.raises(NotAllowed, match="Peran Anda"):
        decide(with_access(user_with(medan, "staf_bkd"), medan), position, 3)
