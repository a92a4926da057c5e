"""Reads of an analysis: totals, roll-ups, scope, basis, comparison; and stories told through the whole SQL."""

from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from asnhr.access import NO_ACCESS
from asnhr.models import Parameter
from asnhr.queries import parameters_on
from asnhr.scope import agency_scope
from asnhr.services import Progress
from positions import models
from positions.pages import analysis as page
from positions.queries import analysis as reads
from positions.queries import register
from positions.queries.needs import compare
from positions.queries.needs.run import limits_of
from positions.rules.recommendation import DEFAULT_LIMITS
from positions.rules.retirement import BUP_OF_LEVEL, SPECIAL_BUP
from positions.rules.workload import DEFAULT_MINUTES_A_YEAR
from positions.services import analysis as services
from tests.factories.asnhr import AgencyFactory, AgencyParameterFactory, RunFactory
from tests.factories.positions import (
    CampaignFactory,
    EmployeeFactory,
    GoalFactory,
    IncumbencyFactory,
    JobCompetencyFactory,
    JobFactory,
    JobStandardFactory,
    PositionFactory,
    PositionNeedFactory,
    SeatFactory,
    TechnicalCompetencyFactory,
    UnitFactory,
    WorkloadFactory,
    WorkloadSheetFactory,
    WorkloadTaskFactory,
)
from tests.roles import user_with, with_access

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 22)


@pytest.fixture
def agency():
    return AgencyFactory()


@pytest.fixture(autouse=True)
def scope(agency):
    with agency_scope(agency):
        yield


@pytest.fixture
def root():
    return UnitFactory(code="R", name="Kota")


@pytest.fixture
def staff(agency):
    return with_access(user_with(agency, "staf_bkd"), agency)


def analyse(day=DAY):
    run = RunFactory(parameters={"as_of": day.isoformat(), "overlay": {}}, state="selesai")
    services.work(run, Progress())
    return models.NeedsAnalysis.objects.get(run=run)


def result_of(position, made):
    return models.NeedsResult.objects.get(analysis=made, position=position)


def decided(unit, k, holders, job=None, **fields):
    """A position of `unit` with a decided need and so many holders."""
    position = PositionFactory(unit=unit, job=job or JobFactory(), **fields)
    PositionNeedFactory(position=position, need=k, starts_on=date(2025, 1, 1))
    for _ in range(holders):
        IncumbencyFactory(position=position)
    return position


# Rulebook


def test_the_national_rulebook_says_what_the_rules_say(agency):
    values = parameters_on(agency, DAY)

    assert limits_of(values) == DEFAULT_LIMITS
    assert {level: values[f"bup.{level}"].value for level in BUP_OF_LEVEL} == BUP_OF_LEVEL
    assert [tuple(row) for row in values["bup.special"].value] == [tuple(row) for row in SPECIAL_BUP]
    assert values["abk.minutes_per_year"].value == DEFAULT_MINUTES_A_YEAR
    assert parameters_on(agency, date(2019, 12, 31))["abk.minutes_per_year"].value == 72_000
    assert all(value.legal_basis and value.mark for value in values.values())


def test_an_agency_sets_only_what_the_law_leaves_open(agency):
    AgencyParameterFactory(code="needs.vacancy_days", value=60)
    AgencyParameterFactory(code="bup.PELAKSANA", value=65)
    AgencyParameterFactory(code="needs.acting_days", value=1, starts_on=date(2027, 1, 1))

    values = parameters_on(agency, DAY)

    assert (values["needs.vacancy_days"].value, values["needs.vacancy_days"].origin) == (60, "instansi")
    assert (values["bup.PELAKSANA"].value, values["bup.PELAKSANA"].origin) == (58, "nasional")
    assert (values["needs.acting_days"].value, values["needs.acting_days"].origin) == (75, "nasional")
    assert not Parameter.objects.get(code="bup.PELAKSANA").agency_may_set


# Totals


def test_shortage_and_surplus_are_never_netted_and_reconcile_everywhere(agency, root, staff):
    """E07: K/B = 1/1, 2/3, 4/1, 3/2 are four short and one over."""
    units = [UnitFactory(parent=root), UnitFactory(parent=root)]
    for place, (k, b) in enumerate([(1, 1), (2, 3), (4, 1), (3, 2)]):
        decided(units[place % 2], k, b)
    made = analyse()

    summary = reads.summary(staff, made)

    expected = {"need": 10, "holders": 7, "shortage": 4, "surplus": 1}
    assert expected.items() <= made.totals.items()
    assert expected.items() <= summary.totals.items()
    for rows in (reads.by_unit(staff, made), reads.by_office(staff, made)):
        assert {key: sum(row[key] for row in rows) for key in expected} == expected
    document = reads.as_document(agency.code, made)
    assert document["totals"] == expected
    assert sum(position["k"] - position["b"] for position in document["positions"]) == 4 - 1


def test_a_head_by_additional_duty_fills_the_seat_and_counts_once(root):
    school = UnitFactory(parent=root)
    teacher = decided(school, 1, 0, JobFactory(group="fungsional", level="AHLI_MUDA", field="guru"))
    head = PositionFactory(
        unit=school, by_duty=True, is_head=True, job=JobFactory(group="fungsional", level="AHLI_MUDA")
    )
    held = IncumbencyFactory(position=teacher)
    IncumbencyFactory(
        position=head,
        employee=held.employee,
        kind="tugas_tambahan",
        seat=SeatFactory(position=head, kind="tugas_tambahan"),
    )

    made = analyse()

    assert (made.totals["holders"], made.totals["duty_seats"], made.totals["duty_filled"]) == (1, 1, 1)
    filled = result_of(head, made)
    assert (filled.source, filled.k, filled.b, filled.row) == ("TETAP_SATU", 1, 1, 16)


def test_part_time_stands_beside_b_unless_the_agency_counts_it(agency, root):
    position = decided(UnitFactory(parent=root), 2, 1)
    person = EmployeeFactory(unit=position.unit, status="PPPK_PW", rank=None)
    models.Incumbency.objects.create(
        agency=agency, position=position, employee=person, kind="paruh_waktu", starts_on=date(2025, 1, 1)
    )

    beside = result_of(position, analyse())
    AgencyParameterFactory(code="supply.part_time_counts", value=True)
    inside = result_of(position, analyse())

    assert [(row.b, row.b_part_time) for row in (beside, inside)] == [(1, 1), (2, 1)]


def test_a_printed_b_counts_only_where_nobody_was_imported_to_the_office(root):
    """A map of an office without people keeps its B; an empty post of an office with people is vacant."""
    mapped, peopled = UnitFactory(parent=root), UnitFactory(parent=root)
    section = UnitFactory(parent=peopled)
    printed = decided(mapped, 3, 0, printed_holders=2)
    known = decided(section, 3, 1, printed_holders=2)
    empty = decided(peopled, 5, 0, printed_holders=2)
    of_root = decided(root, 1, 0, printed_holders=1)

    made = analyse()

    said = {
        each: (result.b, result.evidence["supply"]["printed"])
        for each in (printed, known, empty, of_root)
        for result in [result_of(each, made)]
    }
    assert said == {printed: (2, True), known: (1, False), empty: (0, False), of_root: (1, True)}
    first = result_of(printed, made)
    assert (first.k, first.k_decided, first.k_used) == (None, 3, 3)
    listed = register.with_figures(models.Position.objects.filter(pk__in=[each.pk for each in said]), DAY)
    assert {each: (each.b, each.b_printed) for each in listed} == said


def test_a_fading_post_is_proposed_for_removal_and_its_people_move(root):
    """Row 5, then redistribution: the freed person is received by the same job elsewhere."""
    unit, other = UnitFactory(code="A", parent=root), UnitFactory(code="B", parent=root)
    job = JobFactory(name="Juru Pungut Retribusi")
    fading = PositionFactory(unit=unit, job=job)
    IncumbencyFactory(position=fading)
    goal = GoalFactory()
    for _ in range(4):
        models.PositionGoal.objects.create(
            agency=unit.agency, goal=goal, position=decided(unit, 1, 1), starts_on=date(2023, 1, 1)
        )
    sheet = WorkloadSheetFactory(unit=unit)
    task = WorkloadTaskFactory(
        workload=WorkloadFactory(position=fading, sheet=sheet), volume=100, minutes=600, digital_prone=True
    )
    receiving = decided(other, 2, 1, job)
    sheet.approved_on = date(2024, 11, 1)
    sheet.save()
    sheet.campaign.opens_on = date(2024, 1, 1)
    sheet.campaign.save()
    before = analyse(date(2025, 11, 22))
    task.volume = 50
    task.save()

    made = analyse(date(2026, 10, 31))
    later = analyse(DAY)

    assert result_of(fading, before).k == 1
    assert result_of(fading, made).row == 6, "the older analysis is not 12 months old yet"
    gone, taker = result_of(fading, later), result_of(receiving, later)
    assert (gone.row, gone.recommendation, gone.quantity, gone.reason) == (4, "TINJAU_BEBAN", 0, "ABK_KEDALUWARSA")
    sheet.approved_on = date(2026, 1, 5)
    sheet.save()
    fresh = analyse(DAY)
    gone, taker = result_of(fading, fresh), result_of(receiving, fresh)
    assert (gone.row, gone.recommendation, gone.quantity, gone.priority) == (5, "HAPUS", 1, 2)
    assert gone.evidence["moves"]["placed"] == 1
    assert (taker.row, taker.received, taker.recommendation) == (8, 1, "TERIMA")


def test_a_goal_linked_through_a_task_is_new_once(root):
    """TUMBUH: the compared analysis knew neither a link nor a task of the workload that it rested on."""
    unit = UnitFactory(code="A", parent=root)
    goal = GoalFactory(starts_on=date(2021, 1, 1))
    new, known, linked = (PositionFactory(unit=unit, job=JobFactory()) for _ in range(3))
    models.PositionGoal.objects.create(
        agency=unit.agency, goal=goal, position=linked, starts_on=date(2023, 1, 1)
    )  # fmt: skip
    for year in (2025, 2026):
        campaign = CampaignFactory(year=year, opens_on=date(year, 1, 1))
        sheet = WorkloadSheetFactory(unit=unit, campaign=campaign, approved_on=date(year, 3, 1))
        for position in (new, known, linked):
            has_goal = year == 2026 or position == known
            WorkloadTaskFactory(
                workload=WorkloadFactory(position=position, sheet=sheet), volume=100, minutes=600,
                goal=goal if has_goal else None,
            )  # fmt: skip
    before = analyse(date(2025, 10, 1))
    assert not any("TUMBUH" in {each["code"] for each in result_of(p, before).signals} for p in (new, known, linked))

    made = analyse(DAY)

    grown = {p.pk for p in (new, known, linked) if "TUMBUH" in {each["code"] for each in result_of(p, made).signals}}
    assert grown == {new.pk}


def test_competency_need_is_summed_by_unit_and_level_and_goals_without_posts_are_found(agency, root, staff):
    competency = models.Competency.objects.order_by("pk").first()
    job = JobFactory()
    # What the standard in force requires: neither the one before nor a draft.
    past = JobStandardFactory(job=job, starts_on=date(2010, 1, 1), ends_on=date(2020, 1, 1))
    standard = JobStandardFactory(job=job, number=2, starts_on=date(2020, 1, 1))
    draft = JobStandardFactory(job=job, number=3, state="konsep", decree="", starts_on=None)
    for row, level in ((past, 1), (standard, 2), (draft, 3)):
        JobCompetencyFactory(standard=row, competency=competency, level=level)
    technical = TechnicalCompetencyFactory(code="T.9")
    JobCompetencyFactory(standard=standard, competency=None, technical=technical, level=4)
    unit = UnitFactory(parent=root)
    decided(unit, 3, 1, job)
    served, lonely = GoalFactory(code="S1"), GoalFactory(code="S2", unit=unit)
    below = GoalFactory(code="S1.1", parent=served, level="program")
    models.PositionGoal.objects.create(
        agency=agency, goal=below, position=decided(unit, 1, 1), starts_on=date(2024, 1, 1)
    )

    made = analyse()

    found = [(row["code"], row["level"], row["needed"], row["holders"]) for row in reads.competency_needs(staff, made)]
    assert found == [(competency.code, 2, 3, 1), ("T.9", 4, 3, 1)]
    assert [finding.goal for finding in reads.goals_without_posts(staff, made)] == [lonely]


# Scope


def test_a_unit_admin_sees_the_subtree_and_a_stranger_nothing(agency, root, staff):
    mine, theirs = UnitFactory(parent=root), UnitFactory(parent=root)
    below = UnitFactory(parent=mine)
    seen = {decided(mine, 2, 1).pk, decided(below, 1, 1).pk}
    decided(theirs, 5, 0)
    made = analyse()
    admin = with_access(user_with(agency, "admin_unit", mine), agency)
    employee = with_access(user_with(agency, "pegawai"), agency)

    assert {row.position_id for row in reads.results(admin, made)} == seen
    assert reads.summary(admin, made).totals["shortage"] == 1
    assert reads.summary(staff, made).totals["shortage"] == 6
    assert {line.result.position_id for line in reads.lines_to_decide(admin, made)} == seen
    assert not reads.results(employee, made).exists()
    assert reads.latest(employee) is None
    employee.access = NO_ACCESS
    assert not reads.running(employee).exists()
    with pytest.raises(models.NeedsResult.DoesNotExist):
        reads.result_of(admin, made, models.Position.objects.get(unit=theirs).pk)


def test_filters_narrow_results(client, root, staff):
    unit = UnitFactory(parent=root, name="Dinas Sosial dan Keluarga")
    short, over = decided(unit, 3, 1), decided(unit, 1, 2)
    unknown = PositionFactory(unit=unit)
    url = reverse("analysis-table", args=[analyse().pk])
    client.force_login(staff)

    def found(**wanted):
        return {row.position_id for row in client.get(url, wanted).context["page"].rows}

    every = {short.pk, over.pk, unknown.pk}
    assert found(pilih="kekurangan") == {short.pk}
    assert found(pilih="kelebihan") == {over.pk}
    assert found(pilih="kosong") == found(source="data_kosong") == found(row=4) == {unknown.pk}
    assert found(recommendation="USUL_FORMASI") == {short.pk}
    assert found(signal="DI_LUAR_FORMASI") == {over.pk}
    # All words, in any order, of the post's name, its code or its unit's name.
    assert found(q="dinas sos") == found(q="keluarga dinas") == found(unit=root.pk) == every
    assert found(q=f"{short.code} sosial") == {short.pk}
    assert found(q="sosial sungai") == set()
    assert found(priority=1, q=short.code) == {short.pk}


def test_the_shortage_of_years_to_come_counts_head_seats_in_figure_chart_and_register_alike(root, staff):
    """docs/decisions/0005: K, shortage and surplus are summed over every position."""
    unit = UnitFactory(parent=root)
    decided(unit, 3, 1)
    head = PositionFactory(unit=unit, by_duty=True)
    SeatFactory(position=head, kind="tugas_tambahan")
    made = analyse()

    summary = reads.summary(staff, made)

    listed = models.NeedsResult.objects.filter(analysis=made)
    by_hand = [sum(max(0, row.k_year[year] - row.b_year[year]) for row in listed) for year in range(5)]
    assert summary.shortage_years == by_hand == [3, 3, 3, 3, 3]
    assert summary.totals["shortage_5"] == summary.shortage_years[4] == made.totals["shortage_5"]
    chart = str(page.years_chart(summary, DAY))
    assert chart.count(">3<") >= 5
    positions = register.with_figures(models.Position.objects.visible_to(staff).on(DAY), DAY)
    assert sum(row.shortage for row in positions) == summary.totals["shortage"] == 3


def test_a_day_before_the_rulebook_is_analysed_with_the_rules_own_limits(root):
    """Parameters have a first day; a history older than they are still has an answer."""
    position = PositionFactory(unit=UnitFactory(parent=root), starts_on=date(2005, 1, 1))
    PositionNeedFactory(position=position, need=2, starts_on=date(2006, 1, 1))
    IncumbencyFactory(position=position, starts_on=date(2008, 1, 1))

    made = analyse(date(2010, 1, 1))

    result = result_of(position, made)
    assert (made.is_complete, result.k_used, result.b) == (True, 2, 1)


def test_eu_is_measured_workload_by_its_holders(root, staff):
    """establishment.md 5.4: Σ beban ÷ (Σ pegawai × WKE); a managerial seat and a formula bring no minutes."""
    unit = UnitFactory(parent=root)
    measured(unit, "1.5", 2)
    head = PositionFactory(unit=unit, job=JobFactory(group="manajerial", level="PENGAWAS"))
    IncumbencyFactory(position=head)
    teacher = PositionFactory(unit=unit, job=JobFactory(group="fungsional", level="AHLI_MUDA", field="guru"))
    PositionNeedFactory(position=teacher, source="FORMULA_JF", need=3, starts_on=date(2025, 1, 1))
    IncumbencyFactory(position=teacher)

    (row,) = [row for row in reads.by_unit(staff, analyse()) if row["unit_id"] == unit.pk]

    assert (float(row["load"]), row["load_holders"]) == (1.5, 2)


# Promises


def decreed(position, day, decided, filled=0):
    proposal = models.FormationProposal.objects.create(
        agency=position.agency, year=day.year, state="ditetapkan", decree=f"KEP/{day.year}", decree_on=day
    )
    return models.FormationLine.objects.create(
        agency=position.agency, proposal=proposal, position=position, formation=decided, proposed=decided,
        recommended=decided, decided=decided, filled=filled,
    )  # fmt: skip


def test_appointments_after_the_decree_fill_the_formation(root):
    """Who was there before, or starts on or before the decree, fills nothing; what an officer records counts too."""
    unit = UnitFactory(parent=root)
    position, told, older = decided(unit, 5, 1), decided(unit, 5, 0), decided(unit, 5, 0)
    decreed(position, date(2025, 6, 1), 3)
    decreed(told, date(2023, 7, 1), 3, filled=2)
    IncumbencyFactory(position=told, starts_on=date(2026, 1, 1))
    decreed(older, date(2024, 6, 1), 2)
    decreed(older, date(2026, 6, 1), 2)
    for starts_on in (date(2024, 9, 1), date(2024, 9, 1), date(2024, 9, 1), date(2026, 9, 1)):
        IncumbencyFactory(position=older, starts_on=starts_on)

    assert result_of(position, analyse()).f == 3
    before = models.Incumbency.objects.get(position=position)
    models.Incumbency.objects.filter(pk=before.pk).update(ends_on=date(2026, 2, 1))
    IncumbencyFactory(position=position, employee=before.employee, starts_on=date(2026, 2, 1))
    IncumbencyFactory(position=position, starts_on=date(2025, 6, 1))
    IncumbencyFactory(position=position, starts_on=date(2026, 3, 1))
    IncumbencyFactory(position=position, starts_on=DAY + timedelta(days=1))

    made = analyse()

    assert result_of(position, made).f == 2
    assert result_of(told, made).f == 1
    # Three came after the first decree, which had room for two; one after the second.
    assert result_of(older, made).f == 1


def test_who_is_known_to_come_is_in_the_years_to_come(root, agency):
    """masuk_t of establishment.md 5.7: a definitive post that starts later, a reserved seat with its TMT to come."""
    unit = UnitFactory(parent=root)
    position, promised = decided(unit, 3, 1), decided(unit, 3, 1)
    IncumbencyFactory(position=position, starts_on=DAY + timedelta(days=20))
    IncumbencyFactory(position=position, starts_on=date(2028, 3, 1))
    seat = SeatFactory(position=position, starts_on=date(2025, 1, 1))
    models.Reservation.objects.create(agency=agency, seat=seat, reason="seleksi", starts_on=date(2027, 4, 1))
    # One of two that come fills what a decree promises, which F says already.
    decreed(promised, date(2025, 6, 1), 1)
    for month in (1, 2):
        IncumbencyFactory(position=promised, starts_on=date(2027, month, 1))

    made = analyse()

    result, other = result_of(position, made), result_of(promised, made)
    assert result.evidence["projection"]["joining"] == [1, 1, 1, 0, 0]
    assert (result.b, result.b_year) == (1, [2, 3, 4, 4, 4])
    assert (other.b, other.f, other.b_year) == (1, 1, [1, 2, 2, 2, 2])


# Basis and comparison


def test_the_basis_is_computed_anew_from_the_evidence(root, staff, agency):
    AgencyParameterFactory(code="needs.shortage_urgent", value="0.90")
    position = decided(UnitFactory(parent=root), 3, 1)
    made = analyse()

    basis = reads.basis(reads.result_of(staff, made, position.pk))

    result = result_of(position, made)
    answer = basis.recommendation
    assert (answer.row, answer.code, answer.quantity, answer.priority) == (
        result.row, result.reason, result.quantity, result.priority,
    )  # fmt: skip
    own = [limit["code"] for limit in basis.limits if limit["origin"] == "instansi"]
    assert own == ["needs.shortage_urgent"]
    assert [signal.code for signal in basis.signals] == [signal["code"] for signal in result.signals]
    assert basis.evidence["need"]["decree"] == "188.44/1/2024"


def test_a_comparison_says_what_changed_and_why(root, staff):
    unit = UnitFactory(parent=root)
    same, arrived, redecided = decided(unit, 2, 1), decided(unit, 3, 1), decided(unit, 2, 1)
    closed = decided(unit, 1, 0)
    before = analyse(DAY - timedelta(days=60))
    IncumbencyFactory(position=arrived, starts_on=DAY - timedelta(days=30))
    models.PositionNeed.objects.filter(position=redecided).update(need=4)
    models.Position.objects.filter(pk=closed.pk).update(ends_on=DAY - timedelta(days=1))
    opened = decided(unit, 1, 0, starts_on=DAY - timedelta(days=10))

    after = analyse()
    seen = models.NeedsResult.objects.visible_to(staff)
    changes = {row.position_id: row for row in compare.compare(before, after, seen)}

    assert same.pk not in changes
    assert (changes[arrived.pk].b, changes[arrived.pk].reasons) == ((1, 2), ("PEMANGKU_DATANG",))
    assert changes[redecided.pk].k == (2, 4)
    assert "KEPUTUSAN_BERUBAH" in changes[redecided.pk].reasons
    assert changes[closed.pk].reasons == ("JABATAN_DITUTUP",)
    assert changes[opened.pk].reasons == ("JABATAN_BARU",)


def reasons_between(before, after, staff):
    """Return position → reasons of what changed between two analyses."""
    seen = models.NeedsResult.objects.visible_to(staff)
    return {row.position_id: row.reasons for row in compare.compare(before, after, seen)}


def measured(unit, people, holders, **fields):
    """A position of `unit` whose approved ABK needs so many people, with so many holders."""
    position = PositionFactory(unit=unit, job=JobFactory(), **fields)
    sheet = WorkloadSheetFactory(unit=unit)
    WorkloadTaskFactory(
        workload=WorkloadFactory(position=position, sheet=sheet), volume=people, per="year", minutes=75_000
    )
    for _ in range(holders):
        IncumbencyFactory(position=position)
    return position


def test_a_changed_limit_is_the_reason_also_where_the_row_that_it_opens_has_no_limit(root, staff, agency):
    busy = measured(UnitFactory(parent=root), "1.3", 1)
    before = analyse()
    AgencyParameterFactory(code="needs.load_high", value="1.40")
    assert result_of(busy, before).row == 14

    after = analyse()

    assert result_of(busy, after).row == 16
    assert reasons_between(before, after, staff) == {busy.pk: ("BATAS_BERUBAH",)}


def test_a_limit_set_to_the_same_value_is_no_reason(root, staff, agency):
    busy = measured(UnitFactory(parent=root), "1.3", 1)
    before = analyse()
    AgencyParameterFactory(code="needs.load_high", value="1.2")
    IncumbencyFactory(position=busy)

    after = analyse()

    assert reasons_between(before, after, staff) == {busy.pk: ("PEMANGKU_DATANG",)}


def test_limits_of_the_first_rows_and_settings_of_supply_and_age_are_reasons(root, staff, agency):
    unit = UnitFactory(parent=root)
    head = PositionFactory(unit=unit, job=JobFactory(name="Kepala Seksi", group="manajerial", level="PENGAWAS"))
    seat = SeatFactory(position=head, starts_on=DAY - timedelta(days=60))
    acting = EmployeeFactory(unit=unit)
    models.Incumbency.objects.create(
        agency=agency, position=head, seat=seat, employee=acting, kind="plt", starts_on=DAY - timedelta(days=10)
    )
    helped = decided(unit, 1, 0)
    models.Incumbency.objects.create(
        agency=agency, position=helped, employee=EmployeeFactory(unit=unit, status="PPPK_PW"), kind="paruh_waktu",
        starts_on=date(2025, 1, 1),
    )  # fmt: skip
    aged = decided(unit, 1, 0)
    IncumbencyFactory(position=aged, employee=EmployeeFactory(unit=unit, birth_date=date(1970, 1, 15)))
    before = analyse()
    AgencyParameterFactory(code="needs.vacancy_days", value=30)
    AgencyParameterFactory(code="supply.part_time_counts", value=True)
    Parameter.objects.filter(code="bup.PELAKSANA").update(value=57)

    after = analyse()

    assert (result_of(head, before).priority, result_of(head, after).priority) == (2, 1)
    assert (result_of(helped, before).b, result_of(helped, after).b) == (0, 1)
    assert (result_of(aged, before).row, result_of(aged, after).row) == (16, 13)
    assert reasons_between(before, after, staff) == dict.fromkeys([head.pk, helped.pk, aged.pk], ("BATAS_BERUBAH",))


def test_redistribution_is_a_reason_of_its_own(root, staff):
    job = JobFactory()
    giver = decided(UnitFactory(parent=root), 1, 3, job)
    taker = decided(UnitFactory(parent=root), 3, 2, job)
    other = decided(UnitFactory(parent=root), 1, 1, job)
    before = analyse()
    models.PositionNeed.objects.filter(position=other).update(need=3)

    after = analyse()

    assert (result_of(giver, before).released, result_of(giver, after).released) == (1, 2)
    reasons = reasons_between(before, after, staff)
    assert reasons[giver.pk] == ("REDISTRIBUSI_BERUBAH",)
    assert taker.pk not in reasons or "REDISTRIBUSI_BERUBAH" in reasons[taker.pk]


@pytest.mark.parametrize("rows", [1, 20])
def test_the_cost_of_the_reads_is_flat(root, staff, rows, django_assert_num_queries):
    for _ in range(rows):
        decided(UnitFactory(parent=root), 2, 1)
    made = analyse()

    with django_assert_num_queries(4):
        reads.summary(staff, made)
    with django_assert_num_queries(1):
        reads.by_unit(staff, made)
    with django_assert_num_queries(2):
        reads.by_office(staff, made)
    with django_assert_num_queries(1):
        list(reads.lines_to_decide(staff, made))
    with django_assert_num_queries(1):
        reads.as_document("1271", made)


@pytest.mark.parametrize("rows", [1, 20])
@pytest.mark.parametrize(("days_ago", "most"), [(0, 39), (1, 41)])
def test_the_cost_of_the_analysis_is_flat(root, rows, days_ago, most, django_assert_max_num_queries):
    """Of a past day it also looks up rank and standing as they were: two statements more."""
    for _ in range(rows):
        decided(UnitFactory(parent=root), 2, 1)

    with django_assert_max_num_queries(most) as captured:
        analyse(timezone.localdate() - timedelta(days=days_ago))

    assert len(captured) == most
