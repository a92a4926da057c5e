"""Writes of the register: they keep its rules, refuse with words, and stay in the actor's units."""

from datetime import date, timedelta

import pytest
from django.db import transaction

from asnhr.errors import NotAllowed, RuleBroken
from asnhr.scope import agency_scope
from positions.models import EducationLevel, NameMapping, Position, PositionNeed, Seat
from positions.queries import details, register
from positions.services import register as services
from tests.factories import positions as make
from tests.factories.asnhr import AgencyFactory
from tests.roles import user_with, with_access

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 21)


@pytest.fixture
def medan():
    agency = AgencyFactory()
    with agency_scope(agency):
        yield agency


@pytest.fixture
def staff(medan):
    return with_access(user_with(medan, "staf_bkd"), medan)


@pytest.fixture
def district(medan):
    return make.UnitFactory(name="Kecamatan")


@pytest.fixture
def district_admin(medan, district):
    return with_access(user_with(medan, "admin_unit", district), medan)


def appoint(actor, position, person, day=DAY, **more):
    return services.appoint(actor=actor, position=position, employee=person, starts_on=day, decree="SK 1/2026", **more)


def test_appointment_closes_the_post_held_until_then_and_moves_the_person(staff):
    before = make.IncumbencyFactory()
    seat = make.SeatFactory()

    incumbency = appoint(staff, seat.position, before.employee)

    before.refresh_from_db()
    before.employee.refresh_from_db()
    assert (before.ends_on, incumbency.seat, incumbency.ends_on) == (DAY, seat, None)
    assert before.employee.unit == seat.position.unit


def test_nobody_is_appointed_beyond_the_day_that_closes_the_post(staff):
    seat = make.SeatFactory()
    closes = DAY + timedelta(days=60)
    Position.objects.filter(pk=seat.position_id).update(ends_on=closes, closing_decree="SK 9")
    seat.position.refresh_from_db()
    person = make.EmployeeFactory()
    with pytest.raises(RuleBroken, match="ditutup pada"):
        appoint(staff, seat.position, person)
    acting = {"actor": staff, "position": seat.position, "employee": person, "kind": "plt", "starts_on": DAY}
    for ends_on in (None, closes + timedelta(days=1)):
        with pytest.raises(RuleBroken, match="ditutup pada"):
            services.open_acting(**acting, decree="SK 1", ends_on=ends_on)
    assert not person.incumbencies.exists()
    assert services.open_acting(**acting, decree="SK 1", ends_on=closes).ends_on == closes


def test_appointment_beyond_the_formation_gets_a_seat_outside_it(staff):
    position = make.IncumbencyFactory().position

    incumbency = appoint(staff, position, make.EmployeeFactory())

    assert incumbency.seat.kind == Seat.Kind.SUPERNUMERARY
    assert appoint(staff, position, make.EmployeeFactory()).seat.number == 3


def test_part_time_holder_stands_beside_the_seats(staff):
    position = make.SeatFactory().position

    incumbency = appoint(staff, position, make.EmployeeFactory(status="PPPK_PW"))

    assert (incumbency.kind, incumbency.seat) == ("paruh_waktu", None)


@pytest.mark.parametrize(
    ("today", "words"),
    [
        (date(2026, 12, 1), "sudah memangku jabatan yang dimulai"),
        (date(2026, 11, 1), "batalkan pengangkatan itu dahulu"),
    ],
)
def test_appointment_before_one_on_record_is_refused(staff, monkeypatch, today, words):
    monkeypatch.setattr("asnhr.dates.today", lambda: today)
    later = make.IncumbencyFactory(starts_on=date(2026, 12, 1))

    with pytest.raises(RuleBroken, match=words):
        appoint(staff, make.SeatFactory().position, later.employee)


@pytest.mark.parametrize(
    ("position", "message"),
    [({"ends_on": date(2026, 1, 1)}, "tidak ada pada tanggal itu"), ({"by_duty": True}, "tugas tambahan")],
)
def test_appointment_to_a_closed_or_duty_position_is_refused(staff, position, message):
    with pytest.raises(RuleBroken, match=message):
        appoint(staff, make.PositionFactory(**position), make.EmployeeFactory())


def test_appointment_without_decree_is_refused(staff):
    with pytest.raises(RuleBroken, match="nomor SK"):
        services.appoint(
            actor=staff, position=make.PositionFactory(), employee=make.EmployeeFactory(), starts_on=DAY, decree=" "
        )


def test_unit_admin_appoints_in_the_own_units_only(district, district_admin):
    own = make.SeatFactory(position=make.PositionFactory(unit=make.UnitFactory(parent=district))).position

    assert appoint(district_admin, own, make.EmployeeFactory()).position == own
    with pytest.raises(NotAllowed, match="di luar cakupan"):
        appoint(district_admin, make.SeatFactory().position, make.EmployeeFactory())


def test_auditor_writes_nothing(medan):
    auditor = with_access(user_with(medan, "auditor"), medan)

    with pytest.raises(NotAllowed):
        appoint(auditor, make.SeatFactory().position, make.EmployeeFactory())


def test_plt_needs_a_vacant_seat_and_plh_does_not(staff):
    vacant, held = make.SeatFactory().position, make.IncumbencyFactory().position
    more = {"actor": staff, "employee": make.EmployeeFactory(), "starts_on": DAY, "decree": "SK 2/2026"}

    assert services.open_acting(position=vacant, kind="plt", **more).ends_on is None
    assert services.open_acting(position=held, kind="plh", **more).kind == "plh"
    with pytest.raises(RuleBroken, match="tidak lowong"):
        services.open_acting(position=make.IncumbencyFactory().position, kind="plt", **more)
    with pytest.raises(RuleBroken, match="Sudah ada pelaksana"):
        services.open_acting(position=vacant, kind="plt", **more | {"employee": make.EmployeeFactory()})


def test_duty_goes_to_positions_filled_by_duty(staff):
    more = {"actor": staff, "employee": make.EmployeeFactory(), "starts_on": DAY, "decree": "SK 2/2026"}
    seat = make.SeatFactory(position=make.PositionFactory(by_duty=True), kind="tugas_tambahan")

    assert services.open_acting(position=seat.position, kind="tugas_tambahan", **more).seat == seat
    with pytest.raises(RuleBroken, match="tidak diisi sebagai tugas tambahan"):
        services.open_acting(position=make.SeatFactory().position, kind="tugas_tambahan", **more)


def test_closing_an_incumbency_needs_a_day_after_its_start_and_works_once(staff):
    incumbency = make.IncumbencyFactory(starts_on=date(2020, 1, 1))

    with pytest.raises(RuleBroken, match="sesudah TMT"):
        services.close_incumbency(actor=staff, incumbency=incumbency, ends_on=date(2020, 1, 1))
    assert services.close_incumbency(actor=staff, incumbency=incumbency, ends_on=DAY).ends_on == DAY
    with pytest.raises(RuleBroken, match="sudah berakhir"):
        services.close_incumbency(actor=staff, incumbency=incumbency, ends_on=DAY)


def test_new_position_brings_seats_and_its_decided_need(staff, district):
    position = services.open_position(
        actor=staff, unit=district, job=make.JobFactory(), seats=3, starts_on=DAY, decree="188/5", decree_on=DAY
    )

    assert list(position.seats.order_by("number").values_list("number", flat=True)) == [1, 2, 3]
    assert PositionNeed.objects.get(position=position).need == 3
    assert position.code.startswith(f"{district.code}-")


def test_a_unit_has_one_post_of_its_head_with_one_seat(staff, district):
    """A head's seat opens the files of all people below; it is one on every day."""
    given = {"actor": staff, "unit": district, "decree": "188/5", "decree_on": date(2020, 1, 1), "starts_on": DAY}
    given |= {"is_head": True}
    former = make.PositionFactory(unit=district, is_head=True, starts_on=date(2020, 1, 1), ends_on=DAY)
    make.PositionFactory(is_head=True)

    with pytest.raises(RuleBroken, match="sudah dikepalai"):
        services.open_position(**given | {"starts_on": DAY - timedelta(days=1)}, job=make.JobFactory(), seats=1)
    with pytest.raises(RuleBroken, match="hanya satu formasi"):
        services.open_position(**given, job=make.JobFactory(), seats=2)
    head = services.open_position(**given, job=make.JobFactory(), seats=1)
    with pytest.raises(RuleBroken, match=f"{district} sudah dikepalai {head.job}"):
        services.open_position(**given, job=make.JobFactory(), seats=1)
    assert list(district.positions.filter(is_head=True).order_by("pk")) == [former, head]


def test_a_post_is_made_a_heads_only_where_none_is_and_with_one_seat(staff, district):
    head = make.PositionFactory(unit=district, is_head=True)
    post = make.PositionFactory(unit=district)
    make.SeatFactory.create_batch(2, position=post)

    with pytest.raises(RuleBroken, match="sudah dikepalai"):
        services.correct_position(actor=staff, position=post, is_head=True)
    # What was recorded before the rule is read and corrected as ever.
    assert services.correct_position(actor=staff, position=head, is_head=True, order=3).order == 3
    services.correct_position(actor=staff, position=head, is_head=False)
    with pytest.raises(RuleBroken, match="hanya satu formasi"):
        services.correct_position(actor=staff, position=post, is_head=True)
    post.seats.order_by("number").last().delete()
    assert services.correct_position(actor=staff, position=post, is_head=True).is_head


def test_second_position_of_a_job_in_a_unit_is_refused_in_words(staff, district):
    job = make.JobFactory()
    more = {"actor": staff, "unit": district, "job": job, "seats": 1, "starts_on": DAY, "decree_on": DAY}
    services.open_position(decree="188/5", **more)

    with pytest.raises(RuleBroken, match="sudah punya jabatan tersebut"):
        services.open_position(decree="188/6", **more)
    with pytest.raises(RuleBroken, match="nomor keputusan"):
        services.open_position(decree="", **more)


def test_position_closes_with_its_seats_only_when_nobody_holds_it(staff):
    incumbency = make.IncumbencyFactory()
    position = incumbency.position
    make.PositionNeedFactory(position=position)
    closing = {"ends_on": DAY, "decree": "188/1", "decree_on": DAY}

    with pytest.raises(RuleBroken, match="masih dipangku 1 orang"):
        services.close_position(actor=staff, position=position, **closing)
    services.close_incumbency(actor=staff, incumbency=incumbency, ends_on=DAY)
    with pytest.raises(RuleBroken, match="sebelum keputusannya"):
        services.close_position(actor=staff, position=position, **closing | {"decree_on": date(2099, 1, 1)})
    services.close_position(actor=staff, position=position, **closing)

    position.refresh_from_db()
    assert (position.closing_decree, position.closing_decree_on, position.closing_kind) == ("188/1", DAY, "dihapus")
    assert position.seats.get().ends_on == position.needs.get().ends_on == DAY


def test_new_employee_takes_facts_from_the_nip(staff, district):
    person = services.add_employee(
        actor=staff, unit=district, nip="19900215 201503 2 004", status="PNS", day=DAY, name="Rosmawati"
    )

    assert (person.birth_date, person.sex, person.cpns_on) == (date(1990, 2, 15), "F", date(2015, 3, 1))


@pytest.mark.parametrize(
    ("nip", "status", "message"),
    [
        ("199002152015032000", "PNS", "Excel"),
        ("19900215201503200", "PNS", "18 angka"),
        ("199002152015032004", "PPPK", "bukan NIP"),
    ],
)
def test_impossible_nip_is_refused(staff, district, nip, status, message):
    with pytest.raises(RuleBroken, match=message):
        services.add_employee(actor=staff, unit=district, nip=nip, status=status, day=DAY, name="Rosmawati")


def test_known_nip_is_refused(staff, district):
    known = make.EmployeeFactory(nip="199002152015032004")

    with pytest.raises(RuleBroken, match="sudah terdaftar"):
        services.add_employee(actor=staff, unit=district, nip=known.nip, status="PNS", day=DAY, name="Rosmawati")


def test_employee_facts_change_but_not_the_post(staff):
    person = make.EmployeeFactory(name="Rosmwati")

    assert services.change_employee(actor=staff, employee=person, name="Rosmawati").name == "Rosmawati"
    with pytest.raises(ValueError, match="not editable here: unit"):
        services.change_employee(actor=staff, employee=person, unit=make.UnitFactory())


LEAVING = {"exits_on": DAY, "reason": "Pindah ke Pemprov, SK 9/2026", "legal_status": "66"}


def test_an_exit_ends_every_post_that_day_and_leaves_the_days_before_alone(staff):
    held = make.IncumbencyFactory(starts_on=date(2020, 1, 1))
    person, post = held.employee, held.position
    vacant = make.SeatFactory(position__job__level="ADMINISTRATOR", position__job__group="manajerial").position
    acting = services.open_acting(
        actor=staff, position=vacant, employee=person, kind="plt", starts_on=date(2026, 10, 1), decree="SK 2",
        ends_on=date(2027, 1, 1),
    )  # fmt: skip
    assert list(services.posts_until(person, DAY)) == [held, acting]

    services.record_exit(actor=staff, employee=person, **LEAVING)

    for row in (held, acting, person):
        row.refresh_from_db()
    assert (held.ends_on, acting.ends_on, person.exits_on) == (DAY, DAY, DAY)
    assert (person.legal_status, person.exit_reason) == ("66", "Pindah ke Pemprov, SK 9/2026")
    rows = register.with_figures(Position.objects.filter(pk=post.pk), DAY)
    before = register.with_figures(Position.objects.filter(pk=post.pk), date(2026, 11, 20))
    assert (before.get().b, rows.get().b) == (1, 0)
    assert register.vacant_seats(DAY).filter(pk=held.seat_id).exists()


def test_an_exit_known_ahead_counts_until_its_day(staff):
    held = make.IncumbencyFactory(starts_on=date(2020, 1, 1))

    services.record_exit(actor=staff, employee=held.employee, **LEAVING | {"exits_on": date(2027, 3, 1)})

    figures = [
        register.with_figures(Position.objects.filter(pk=held.position_id), day).get().b
        for day in (DAY, date(2027, 2, 28), date(2027, 3, 1))
    ]
    assert figures == [1, 1, 0]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"reason": " "}, "wajib disertai alasan"),
        ({"legal_status": "01"}, "Pilih kedudukan hukum"),
        ({"exits_on": date(2020, 1, 1)}, "dimulai pada atau sesudah 1 Januari 2020"),
    ],
)
def test_an_exit_that_cannot_be_is_refused_and_changes_nothing(staff, changes, words):
    held = make.IncumbencyFactory(starts_on=date(2020, 1, 1), employee__cpns_on=None)

    with pytest.raises(RuleBroken, match=words):
        services.record_exit(actor=staff, employee=held.employee, **LEAVING | changes)

    held.refresh_from_db()
    assert held.ends_on is None


def test_an_exit_is_recorded_once(staff):
    person = make.EmployeeFactory()
    services.record_exit(actor=staff, employee=person, **LEAVING)

    with pytest.raises(RuleBroken, match="sudah tercatat keluar pada 21 November 2026"):
        services.record_exit(actor=staff, employee=person, **LEAVING)


def test_a_unit_admin_records_exits_of_the_unit_whole_or_not_at_all(staff, district, district_admin):
    own = make.IncumbencyFactory(starts_on=date(2020, 1, 1), employee__unit=district, position__unit=district)
    elsewhere = make.SeatFactory(position__job__level="ADMINISTRATOR", position__job__group="manajerial").position
    acting = services.open_acting(
        actor=staff, position=elsewhere, employee=own.employee, kind="plt", starts_on=date(2026, 10, 1), decree="SK 2"
    )

    with pytest.raises(NotAllowed), transaction.atomic():
        services.record_exit(actor=district_admin, employee=own.employee, **LEAVING)
    own.refresh_from_db()
    assert own.ends_on is None
    services.close_incumbency(actor=staff, incumbency=acting, ends_on=date(2026, 11, 1))
    services.record_exit(actor=district_admin, employee=own.employee, **LEAVING)
    with pytest.raises(NotAllowed):
        services.record_exit(actor=district_admin, employee=make.EmployeeFactory(), **LEAVING)


def test_legal_status_and_own_age_stay_within_what_the_law_knows(staff):
    person = make.EmployeeFactory()

    changed = services.change_employee(actor=staff, employee=person, legal_status="03", own_retirement_age=60)

    assert (changed.legal_status, changed.own_retirement_age) == ("03", 60)
    for facts, words in (
        ({"legal_status": "99"}, "sudah keluar"),
        ({"legal_status": "33"}, "tidak dikenal"),
        ({"own_retirement_age": 99}, "58 sampai dengan 70"),
    ):
        with pytest.raises(RuleBroken, match=words):
            services.change_employee(actor=staff, employee=person, **facts)


def test_of_the_own_record_an_officer_changes_the_contacts_only(medan):
    person = make.EmployeeFactory(rank=33, email="", education_level=EducationLevel.objects.first())
    own = with_access(user_with(medan, "staf_bkd", nip=person.nip), medan)
    same = {name: getattr(person, name) for name in services.EDITABLE} | {"rank": "33"}

    # The form of the page sends every fact.
    assert services.change_employee(actor=own, employee=person, **same | {"email": "siti@example.id"}).rank == 33
    for facts in ({"rank": 34}, {"birth_date": date(1990, 1, 1)}, {"own_retirement_age": 65}, {"name": "X"},
                  same | {"education_level": None}):  # fmt: skip
        with pytest.raises(NotAllowed, match="petugas lain"):
            services.change_employee(actor=own, employee=person, **facts)
    assert services.change_employee(actor=own, employee=make.EmployeeFactory(), rank=34).rank == 34
    person.refresh_from_db()
    assert (person.rank, person.email) == (33, "siti@example.id")


def test_unit_admin_cannot_change_people_elsewhere(district_admin):
    with pytest.raises(NotAllowed):
        services.change_employee(actor=district_admin, employee=make.EmployeeFactory(), name="X")


def test_goal_is_linked_once_by_the_organisation_bureau_and_unlinked(medan, staff):
    bureau = with_access(user_with(medan, "bagian_organisasi"), medan)
    goal, position = make.GoalFactory(), make.PositionFactory()

    link = services.link_goal(actor=bureau, goal=goal, position=position, day=DAY)

    with pytest.raises(RuleBroken, match="sudah terhubung"):
        services.link_goal(actor=bureau, goal=goal, position=position, day=DAY)
    with pytest.raises(NotAllowed):
        services.unlink_goal(actor=staff, link=link, ends_on=DAY)
    assert services.unlink_goal(actor=bureau, link=link, ends_on=DAY).pk is None, "a link of no day"
    assert not position.goal_links.exists()


def test_a_goal_released_and_taken_up_again_has_two_periods(medan):
    bureau = with_access(user_with(medan, "bagian_organisasi"), medan)
    goal, position = make.GoalFactory(), make.PositionFactory()
    first = services.link_goal(actor=bureau, goal=goal, position=position, day=date(2023, 1, 1))

    with pytest.raises(RuleBroken, match="baru mulai 1 Januari 2023"):
        services.unlink_goal(actor=bureau, link=first, ends_on=date(2022, 12, 31))
    services.unlink_goal(actor=bureau, link=first, ends_on=date(2024, 1, 1))
    with pytest.raises(RuleBroken, match="sudah berakhir"):
        services.unlink_goal(actor=bureau, link=first, ends_on=date(2025, 1, 1))
    with pytest.raises(RuleBroken, match="sudah terhubung"):
        services.link_goal(actor=bureau, goal=goal, position=position, day=date(2023, 6, 1))
    services.link_goal(actor=bureau, goal=goal, position=position, day=date(2025, 1, 1))

    days = (date(2023, 12, 31), date(2024, 1, 1), date(2024, 12, 31), date(2025, 1, 1))
    assert [len(details.goals_of(position, day)) for day in days] == [1, 0, 0, 1]
    positions = Position.objects.filter(pk=position.pk)
    assert [register.without_goal(positions, day).count() for day in days] == [0, 1, 1, 0]


@pytest.mark.parametrize(
    ("goal", "position", "words"),
    [
        ({"starts_on": date(2025, 1, 2)}, {}, "baru berlaku 2 Januari 2025"),
        ({}, {"starts_on": date(2025, 1, 2)}, "tidak ada pada tanggal itu"),
        ({}, {"ends_on": date(2025, 1, 1)}, "tidak ada pada tanggal itu"),
    ],
)
def test_a_link_lies_within_its_goal_and_its_position(goal, position, words, medan):
    bureau = with_access(user_with(medan, "bagian_organisasi"), medan)
    pair = {"goal": make.GoalFactory(**goal), "position": make.PositionFactory(**position)}

    with pytest.raises(RuleBroken, match=words):
        services.link_goal(actor=bureau, day=date(2025, 1, 1), **pair)

    if "ends_on" not in position:
        assert services.link_goal(actor=bureau, day=date(2025, 1, 2), **pair).pk


def test_an_ended_goal_takes_no_further_link(medan):
    bureau = with_access(user_with(medan, "bagian_organisasi"), medan)
    goal = make.GoalFactory(ends_on=date(2025, 1, 1))

    with pytest.raises(RuleBroken, match="ditutup"):
        services.link_goal(actor=bureau, goal=goal, position=make.PositionFactory(), day=date(2025, 1, 1))


def test_name_is_mapped_to_what_its_kind_asks(medan, staff, district):
    mapping = NameMapping.objects.create(agency=medan, kind="unit", key="KEC", text="Kec.")

    with pytest.raises(RuleBroken, match="Pilih satu"):
        services.map_name(actor=staff, mapping=mapping, job=make.JobFactory())
    mapped = services.map_name(actor=staff, mapping=mapping, unit=district)

    assert (mapped.unit, mapped.mapped_by, mapped.job) == (district, staff, None)
