"""Reads of the register: it counts as the rules do, in scope, for the day asked."""

from datetime import date

import pytest

from asnhr.scope import agency_scope
from positions.models import Employee, NameMapping, Position, UnitPeriod
from positions.queries import register
from positions.rules.levels import Level
from positions.rules.retirement import SPECIAL_BUP, retirement
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


def held(position, kind="definitif", **employee):
    seat = None if kind == "paruh_waktu" else make.SeatFactory(position=position)
    person = make.EmployeeFactory(unit=position.unit, **employee)
    return make.IncumbencyFactory(position=position, seat=seat, employee=person, kind=kind)


def test_position_figures_count_active_definitive_holders_and_leave_part_time_beside(medan, staff):
    position = make.PositionFactory()
    make.PositionNeedFactory(position=position, need=3)
    held(position)
    held(position, legal_status="02")
    held(position, "plt")
    held(position, "paruh_waktu", status="PPPK_PW")

    row = register.with_figures(Position.objects.visible_to(staff), DAY).get()

    assert (row.k, row.b, row.part_time, row.gap, row.shortage, row.surplus) == (3, 1, 1, -2, 2, 0)
    assert row.is_acting


def test_head_duty_position_counts_the_duty_and_needs_one(medan, staff):
    position = make.PositionFactory(by_duty=True)
    held(position, "tugas_tambahan")

    row = register.with_figures(Position.objects.visible_to(staff), DAY).get()

    assert (row.k, row.b, row.gap) == (1, 1, 0)


def test_unknown_need_stays_unknown_and_out_of_the_sums(medan, staff):
    known, unknown, over = make.PositionFactory(), make.PositionFactory(), make.PositionFactory()
    make.PositionNeedFactory(position=known, need=4)
    make.PositionNeedFactory(position=over, need=1)
    held(known), held(unknown), held(over), held(over)

    figures = register.with_figures(Position.objects.visible_to(staff), DAY)
    found, row = register.totals(figures, DAY), figures.get(pk=unknown.pk)

    assert (found.positions, found.k, found.b, found.shortage, found.surplus, found.unknown) == (3, 5, 4, 3, 1, 1)
    assert (row.k, row.b, row.gap, row.shortage, row.surplus) == (None, 1, None, None, None)


def test_b_by_position_in_sums_and_by_person_is_the_same(medan, staff):
    plain, head = make.PositionFactory(), make.PositionFactory(by_duty=True)
    held(plain), held(plain, legal_status="99"), held(plain, "plt"), held(head, "tugas_tambahan")
    held(plain, legal_status="99", exits_on=date(2027, 1, 1), exit_reason="Pensiun")
    held(plain, exits_on=DAY, exit_reason="Pensiun"), held(plain, "paruh_waktu", status="PPPK_PW")

    rows = register.with_figures(Position.objects.visible_to(staff), DAY)

    assert dict(rows.values_list("pk", "b")) == {plain.pk: 2, head.pk: 1}
    assert register.totals(rows, DAY).b + register.totals(rows, DAY).duty_filled == 3
    assert register.counted_holders(DAY).count() == 3
    assert register.totals(rows, DAY).part_time == 1


def test_who_does_not_count_is_the_opposite_of_who_does(medan, staff):
    for person in ({}, {"legal_status": "99"}, {"legal_status": "02"}, {"exits_on": DAY, "exit_reason": "Pensiun"}):
        make.EmployeeFactory(**person)

    everybody = Employee.objects.visible_to(staff)

    assert everybody.filter(register.counts(DAY)).count() == 1
    assert everybody.exclude(register.counts(DAY)).count() == 3


def test_figures_are_those_of_the_day(medan, staff):
    position = make.PositionFactory()
    make.IncumbencyFactory(position=position, starts_on=date(2020, 1, 1), ends_on=date(2024, 1, 1))

    rows = Position.objects.visible_to(staff)

    assert register.with_figures(rows, date(2023, 12, 31)).get().b == 1
    assert register.with_figures(rows, date(2024, 1, 1)).get().b == 0


def test_unit_tree_stands_as_on_the_day_and_sums_upwards(medan, staff, django_assert_num_queries):
    root = make.UnitFactory(name="Kota")
    old, new = make.UnitFactory(name="Dinas Lama", parent=root), make.UnitFactory(name="Dinas Baru", parent=root)
    section = make.UnitFactory(name="Seksi", parent=old)
    UnitPeriod.objects.filter(unit=section).update(ends_on=date(2022, 1, 1))
    UnitPeriod.objects.create(agency=medan, unit=section, name="Subbagian", parent=new, starts_on=date(2022, 1, 1))
    position = make.PositionFactory(unit=section)
    make.PositionNeedFactory(position=position, need=2, starts_on=date(2016, 1, 1))
    held(position)

    with django_assert_num_queries(2):
        (now,) = register.unit_tree(staff, DAY)
    (then,) = register.unit_tree(staff, date(2021, 1, 1))

    assert now.total.k == then.total.k == 2
    assert [(child.name, child.total.shortage) for child in now.children] == [("Dinas Baru", 1), ("Dinas Lama", 0)]
    assert now.children[0].children[0].name == "Subbagian"
    assert [child.total.k for child in then.children] == [0, 2]


def test_unit_bound_user_sees_a_tree_of_the_own_subtree_only(medan):
    root = make.UnitFactory(name="Kota")
    own = make.UnitFactory(name="Kecamatan", parent=root)
    make.UnitFactory(name="Kelurahan", parent=own)
    make.UnitFactory(name="Dinas", parent=root)
    user = with_access(user_with(medan, "admin_unit", own), medan)

    tree = register.unit_tree(user, DAY)

    assert [(node.name, [child.name for child in node.children]) for node in tree] == [("Kecamatan", ["Kelurahan"])]


@pytest.mark.parametrize(
    ("name", "level"),
    [("Pengolah", level) for level in Level]
    + [(words.title(), level or Level.AHLI_MADYA) for words, level, _ in SPECIAL_BUP]
    + [("Guru  Kelas", Level.AHLI_MUDA), ("Gurun", Level.AHLI_MUDA), ("Peneliti", Level.AHLI_MUDA)],
)
def test_pension_date_in_sql_is_that_of_the_rule(medan, name, level):
    job = make.JobFactory(name=name, level=level.value)
    held(make.PositionFactory(job=job), birth_date=date(1968, 2, 29))

    row = register.with_retirement(register.with_post(Employee.objects.all(), DAY), DAY).get()

    expected = retirement(date(1968, 2, 29), level, job_name=name)
    assert (row.bup, row.retires_on) == (expected.age, expected.retires_on)


@pytest.mark.parametrize(("own", "of_job", "age"), [(None, None, 58), (None, 62, 62), (65, 62, 65)])
def test_pension_age_prefers_the_persons_own_then_the_jobs(medan, own, of_job, age):
    job = make.JobFactory(retirement_age=of_job)
    held(make.PositionFactory(job=job), birth_date=date(1970, 12, 1), own_retirement_age=own)

    row = register.with_retirement(register.with_post(Employee.objects.all(), DAY), DAY).get()

    assert (row.bup, row.retires_on) == (age, date(1971 + age, 1, 1))


def test_person_without_post_has_no_pension_date(medan):
    make.EmployeeFactory()

    row = register.with_retirement(register.with_post(Employee.objects.all(), DAY), DAY).get()

    assert (register.post_of(row), row.bup, row.retires_on) == (None, None, None)


def test_retirements_are_counted_by_calendar_year(medan, staff):
    position = make.PositionFactory()
    held(position, birth_date=date(1968, 10, 1))  # 1 November 2026: gone already
    held(position, birth_date=date(1968, 11, 1))  # 1 December 2026
    held(position, birth_date=date(1969, 5, 1))
    held(position, birth_date=date(1973, 12, 1))  # 1 January 2032: outside

    found = register.retirements_by_year(staff, DAY)

    assert found == {2026: 1, 2027: 1, 2028: 0, 2029: 0, 2030: 0, 2031: 0}


def test_pegawai_sees_the_own_row_only(medan):
    mine = make.EmployeeFactory()
    make.EmployeeFactory()
    user = with_access(user_with(medan, "pegawai", nip=mine.nip), medan)

    assert list(register.employees_visible(user)) == [mine]
    assert not register.employees_visible(with_access(user_with(medan, "pegawai"), medan)).exists()


def test_mapping_suggestions_are_the_most_alike(medan, django_assert_num_queries):
    make.UnitFactory(name="Dinas Kesehatan"), make.UnitFactory(name="Dinas Perhubungan")
    make.JobFactory(name="Perawat Ahli Pertama")
    unit = NameMapping.objects.create(agency=medan, kind="unit", key="DINAS KESEHTAN", text="Dinas Kesehtan")
    job = NameMapping.objects.create(agency=medan, kind="job", key="PERAWAT PERTAMA", text="Perawat Pertama")

    with django_assert_num_queries(1):
        found = register.suggestions([unit, job])

    assert found[unit.pk][0]["name"] == "Dinas Kesehatan"
    assert found[job.pk][0]["name"] == "Perawat Ahli Pertama"


def test_a_suggested_jobs_subtitle_is_part_of_its_name(medan):
    for subtitle in ("Bahasa", "Kesenian", "Pendidikan Jasmani", "Matematika", ""):
        make.JobFactory(name="Guru", subtitle=subtitle)
    named = {
        text: NameMapping.objects.create(agency=medan, kind="job", key=text.upper(), text=text)
        for text in ("Guru Matematika", "Guru Jasmani", "Matematika", "Guru")
    }

    found = register.suggestions(named.values())

    first = {text: found[row.pk][0] for text, row in named.items()}
    assert {text: each["name"] for text, each in first.items()} == {
        "Guru Matematika": "Guru (Matematika)", "Guru Jasmani": "Guru (Pendidikan Jasmani)",
        "Matematika": "Guru (Matematika)", "Guru": "Guru",
    }  # fmt: skip
    assert first["Guru Matematika"]["percent"] == 100
    assert len(found[named["Guru"].pk]) == 3


def test_goal_tree_counts_positions_of_the_branch(medan, staff):
    vision = make.GoalFactory(code="1", level="visi")
    aim = make.GoalFactory(code="1.1", level="tujuan", parent=vision)
    lonely = make.GoalFactory(code="1.2", level="tujuan", parent=vision)
    position = make.PositionFactory()
    position.goal_links.create(agency=medan, goal=aim, starts_on=date(2022, 1, 1))
    other = make.PositionFactory()

    (root,) = register.goal_tree(staff, DAY)

    assert (root.positions, root.below) == (0, 1)
    assert [(node.goal, node.below) for node in root.children] == [(aim, 1), (lonely, 0)]
    assert list(register.without_goal(Position.objects.visible_to(staff), DAY)) == [other]


def test_other_agency_is_not_seen(medan, staff):
    jambi = AgencyFactory(code="1571", name="Pemerintah Kota Jambi")
    with agency_scope(jambi):
        make.EmployeeFactory(agency=jambi, name="Rosmawati")

    assert not register.employees_visible(staff).filter(name="Rosmawati").exists()
