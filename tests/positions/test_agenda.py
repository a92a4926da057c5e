"""The agenda book: rules and worked examples, how a case moves and who may, letters, the work calendar."""

import html
import io
import re
from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from asnhr import pdf
from asnhr.errors import NotAllowed, RuleBroken
from asnhr.models import AuditEntry, AuditValue, Run
from asnhr.scope import agency_scope
from asnhr.services import Progress, execute
from positions import models
from positions.models import AgencyDeadline, AgendaItem, AgendaStep, LetterBatch
from positions.queries import calendar
from positions.rules import agenda as rules
from positions.rules.agenda import Kind, Missing, State
from positions.rules.calendar import occurrences
from positions.rules.levels import Level
from positions.services import agenda, letters
from tests import api_world
from tests.factories import positions as make
from tests.roles import user_with, with_access

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 22)


@pytest.fixture(autouse=True)
def frozen(monkeypatch):
    monkeypatch.setattr("asnhr.dates.today", lambda: DAY)


@pytest.fixture
def medan():
    return api_world.medan()


@pytest.fixture
def unit(medan):
    with agency_scope(medan):
        return make.UnitFactory(agency=medan, name="Dinas Kesehatan")


def civil_servant(agency, unit, number=1, **facts):
    """III/b since 1 October 2025 with 4 years and 6 months in scale: the step of 6 years falls on 1 April 2027."""
    person = make.EmployeeFactory(
        agency=agency, unit=unit, nip=f"19900505201503{number:04}", name=f"Siti Rahma {number}",
        birth_date=date(1990, 5, 5), status="PNS", legal_status="01", rank=32, rank_since=date(2025, 10, 1),
        education_level_id="40", **facts,
    )  # fmt: skip
    of = {"agency": agency, "employee": person}
    models.RankRecord.objects.create(**of, rank=32, starts_on=person.rank_since, service_years=4, service_months=6)
    for year in (2024, 2025):
        models.YearlyPredicate.objects.create(**of, year=year, predicate=2)
    return person


def increments(agency):
    return AgendaItem.objects.filter(agency=agency, kind="kgb")


def case_of(agency, unit, **facts):
    person = civil_servant(agency, unit, **facts)
    agenda.compute(agency.pk, DAY, Progress())
    return increments(agency).select_related("employee__unit").get(employee=person)


# Rules


def person(**facts):
    given = {"status": "PNS", "birth_date": date(1990, 5, 5), "predicates": {2024: 2, 2025: 2}, "education": "40"}
    return rules.Person(**(given | facts))


def due(kind, someone, day=DAY):
    return {case.kind: case for case in rules.cases(someone, day)}.get(kind)


@pytest.mark.parametrize(
    ("rank", "since", "months", "day", "expected", "step"),
    [
        # E21: III/b from 1 April 2025 with 4 years 6 months; II/c; II/a, whose first step comes after one year.
        (32, date(2025, 4, 1), 54, date(2026, 7, 1), date(2026, 10, 1), 6),
        (23, date(2024, 10, 1), 60, date(2026, 7, 1), date(2026, 10, 1), 7),
        (21, date(2024, 3, 1), 0, date(2024, 7, 1), date(2025, 3, 1), 1),
        # W53: 1 March 2024, then every two years.
        (32, date(2024, 3, 1), 72, date(2026, 1, 1), date(2026, 3, 1), 8),
        # With no increment on record the missed one stays the next: E21 seen a month later, and years after.
        (32, date(2025, 4, 1), 54, date(2026, 11, 2), date(2026, 10, 1), 6),
        (42, date(2024, 6, 1), 173, date(2026, 11, 22), date(2026, 1, 1), 16),
    ],
)
def test_increments_of_the_worked_examples(rank, since, months, day, expected, step):
    found = due(Kind.INCREMENT, person(rank=rank, rank_since=since, scale_months=months), day)

    assert (found.due_on, found.target) == (expected, step)
    assert (rules.Missing.NO_INCREMENT in found.missing) is (found.due_on < day.replace(day=1))
    assert rules.letter_on(found.due_on, 2) == date(
        expected.year - (expected.month <= 2), (expected.month - 3) % 12 + 1, 1
    )


def test_unpaid_leave_puts_an_increment_off_by_its_whole_months():
    leave = [(date(2025, 12, 1), date(2026, 6, 1))]
    someone = person(rank=32, rank_since=date(2025, 4, 1), scale_months=54, leaves=leave)

    assert due(Kind.INCREMENT, someone).due_on == date(2027, 4, 1)


@pytest.mark.parametrize(
    ("since", "expected"),
    [(date(2022, 12, 1), date(2026, 12, 1)), (date(2021, 3, 1), date(2025, 4, 1)), (date(2024, 7, 1), None)],
)
def test_regular_promotions_of_the_date_sets(since, expected):
    found = due(Kind.REGULAR, person(rank=32, rank_since=since))

    assert (found and found.due_on) == expected
    assert found is None or not found.missing


def test_a_promotion_names_what_is_missing():
    spans = {"sanctions": [(date(2026, 6, 1), date(2027, 6, 1))], "leaves": [(date(2026, 10, 1), date(2027, 10, 1))]}
    found = due(Kind.REGULAR, person(rank=32, rank_since=date(2022, 12, 1), predicates={2025: 3}, **spans))

    assert found.missing == {Missing.NO_PREDICATE, Missing.PREDICATE, Missing.ON_LEAVE}
    assert found.sanctioned
    assert due(Kind.REGULAR, person(rank=34, rank_since=date(2022, 12, 1))) is None  # E19: S1 ends at III/d


def test_a_functional_promotion_asks_for_credit_points_within_the_level():
    post = rules.Post(Level.AHLI_PERTAMA, date(2020, 1, 1), "Guru Ahli Pertama")
    someone = {"rank": 31, "rank_since": date(2024, 12, 1), "post": post}

    assert due(Kind.FUNCTIONAL, person(**someone)).missing == {Missing.NO_CREDIT}
    assert due(Kind.FUNCTIONAL, person(**someone, credit={"AHLI_PERTAMA": 49})).missing == {Missing.CREDIT}
    assert not due(Kind.FUNCTIONAL, person(**someone, credit={"AHLI_PERTAMA": 50})).missing
    higher = someone | {"rank": 32, "credit": {"AHLI_PERTAMA": 100}}
    assert due(Kind.FUNCTIONAL, person(**higher)).missing == {Missing.LEVEL}


def test_acting_terms_of_w52():
    assert rules.acting_ends(date(2026, 1, 5), 3, 2) == (date(2026, 4, 4), date(2026, 7, 4))
    someone = person(acting=[(7, date(2026, 1, 5))])
    assert due(Kind.ACTING, someone, date(2026, 4, 4)).due_on == date(2026, 4, 4)
    late = due(Kind.ACTING, someone, date(2026, 7, 5))
    assert (late.due_on, late.missing) == (date(2026, 7, 4), {Missing.TERM})


def test_every_kind_flows_to_the_decree_and_back_but_not_out_of_it():
    for kind in Kind:
        state, path = State.WAITING, [State.WAITING]
        while (following := rules.forward(kind, state)) is not None:
            assert rules.backward(kind, following) is (state if following is not State.DECREED else None)
            state = following
            path.append(state)
        assert path[-1] is State.DECREED
        assert (State.CONSENT in path) == (kind in rules.WITH_CONSENT)
        assert rules.backward(kind, State.WAITING) is None


def test_honours_of_pension_rank():
    assert rules.honours_possible(360, date(2026, 1, 1), date(2026, 2, 1))
    assert not rules.honours_possible(239, date(2025, 1, 1), date(2026, 12, 1))
    assert rules.honours_possible(240, date(2025, 1, 1), date(2026, 1, 1))


def test_days_of_the_calendar():
    assert list(occurrences([2], 31, date(2027, 1, 1), date(2028, 12, 31))) == [date(2027, 2, 28), date(2028, 2, 29)]
    assert list(occurrences([1, 12], 1, date(2026, 12, 1), date(2027, 1, 1))) == [date(2026, 12, 1), date(2027, 1, 1)]
    with pytest.raises(ValueError, match="no month"):
        list(occurrences([1], 32, DAY, DAY))


# Cases


def test_a_case_moves_step_by_step_with_its_history(medan, unit):
    user = user_with(medan, "staf_bkd")
    with agency_scope(medan, user.pk):
        actor, item = with_access(user, medan), case_of(medan, unit)
        assert (item.due_on, item.step, item.state, item.missing) == (date(2027, 4, 1), 6, "belum", [])

        agenda.move(item=item, to="berkas", day=DAY, actor=actor, was="belum")
        with pytest.raises(RuleBroken, match="langsung"):
            agenda.move(item=item, to="sk", day=DAY, actor=actor, number="1")
        with pytest.raises(RuleBroken, match="sudah berubah"):
            agenda.move(item=item, to="diusulkan", day=DAY, actor=actor, was="belum")
        with pytest.raises(RuleBroken, match="belum terjadi"):
            agenda.move(item=item, to="diusulkan", day=DAY + timedelta(days=1), actor=actor)
        agenda.move(item=item, to="diusulkan", day=DAY, actor=actor)
        with pytest.raises(RuleBroken, match="alasan"):
            agenda.move(item=item, to="berkas", day=DAY, actor=actor)
        agenda.move(item=item, to="berkas", day=DAY, actor=actor, note="SKP belum ditandatangani")
        agenda.move(item=item, to="diusulkan", day=DAY, actor=actor)
        with pytest.raises(RuleBroken, match="nomornya"):
            agenda.move(item=item, to="sk", day=DAY, actor=actor)
        agenda.move(item=item, to="sk", day=DAY, actor=actor, number="822/17/2026")
        with pytest.raises(RuleBroken):
            agenda.move(item=item, to="diusulkan", day=DAY, actor=actor, note="salah")

        steps = list(AgendaStep.objects.filter(item=item).order_by("pk").values_list("from_state", "to_state", "actor"))
        assert [step[:2] for step in steps] == [
            ("belum", "berkas"), ("berkas", "diusulkan"), ("diusulkan", "berkas"), ("berkas", "diusulkan"),
            ("diusulkan", "sk"),
        ]  # fmt: skip
        assert {step[2] for step in steps} == {user.pk}
        # The register follows the decree later: no second case for the same day, and what is closed stays.
        agenda.compute(medan.pk, DAY, Progress())
        assert list(increments(medan).values_list("state", flat=True)) == ["sk"]


def test_many_cases_move_each_for_itself_at_a_flat_cost(medan, unit, client):
    with agency_scope(medan):
        for number in range(1, 9):
            civil_servant(medan, unit, number=number)
        agenda.compute(medan.pk, DAY, Progress())
        items = list(increments(medan).select_related("employee__unit").order_by("employee__nip"))
    # The first case is the officer's own, the second has moved already.
    user = user_with(medan, "staf_bkd", nip=items[0].employee.nip)
    with agency_scope(medan, user.pk):
        actor = with_access(user, medan)
        agenda.move(item=items[1], to="berkas", day=DAY, actor=actor)
        costs = []
        for chosen in (items[:4], [items[0], *items[4:]]):
            with CaptureQueriesContext(connection) as cost:
                moved, refused = agenda.move_many(items=chosen, to="berkas", day=DAY, actor=actor)
            costs.append(len(cost))
            assert (moved, len(refused)) == ((2, 2) if items[1] in chosen else (4, 1))
            assert "petugas lain" in refused[0]
        # The lock, the steps, the states; a savepoint around them.
        assert costs[0] == costs[1] <= 6
        assert set(increments(medan).filter(state="belum")) == {items[0]}
        assert AgendaStep.objects.filter(item=items[7], actor=user, from_state="belum", to_state="berkas").exists()
        with pytest.raises(NotAllowed, match="petugas lain"):
            agenda.move_many(items=items[:1], to="berkas", day=DAY, actor=actor)
    client.force_login(user)
    several = {"item": [items[0].pk, items[1].pk], "to": "diusulkan", "day": "2026-11-22"}
    assert client.post(reverse("agenda-move-many"), several).status_code == 302
    assert client.post(reverse("agenda-move-many"), several | {"item": [items[0].pk]}).status_code == 403
    with agency_scope(medan):
        assert set(increments(medan).filter(state="diusulkan")) == {items[1]}


def test_a_step_is_not_before_the_one_before_it_nor_years_before_the_case(medan, unit):
    user = user_with(medan, "staf_bkd")
    with agency_scope(medan, user.pk):
        item, actor = case_of(medan, unit), with_access(user, medan)
        with pytest.raises(RuleBroken, match="jauh sebelum jatuh temponya"):
            agenda.move(item=item, to="berkas", day=date(1990, 1, 1), actor=actor)
        agenda.move(item=item, to="berkas", day=date(2026, 11, 13), actor=actor)
        with pytest.raises(RuleBroken, match="langkah sebelumnya, 13 November 2026"):
            agenda.move(item=item, to="diusulkan", day=date(2026, 11, 12), actor=actor)
        moved, refused = agenda.move_many(items=[item], to="diusulkan", day=date(1990, 1, 1), actor=actor)
        assert (moved, len(refused)) == (0, 1)
        agenda.move(item=item, to="diusulkan", day=date(2026, 11, 13), actor=actor)
        assert AgendaStep.objects.filter(item=item).count() == 2


def test_who_may_move_a_case(medan, unit):
    with agency_scope(medan):
        other = make.UnitFactory(agency=medan, name="Dinas Lain")
        item = case_of(medan, unit)
    keeper, stranger = user_with(medan, "pengelola_kepegawaian", unit), user_with(medan, "admin_unit", other)
    auditor, own = user_with(medan, "auditor"), user_with(medan, "staf_bkd", nip=item.employee.nip)
    with agency_scope(medan):
        for who in (stranger, auditor, own):
            with pytest.raises(NotAllowed):
                agenda.move(item=item, to="berkas", day=DAY, actor=with_access(who, medan))
        agenda.move(item=item, to="berkas", day=DAY, actor=with_access(keeper, medan))
        with pytest.raises(NotAllowed):
            agenda.move(item=item, to="diusulkan", day=DAY, actor=with_access(keeper, medan))
        assert not AgendaItem.objects.visible_to(with_access(stranger, medan)).exists()


def test_the_database_too_refuses_the_own_case_and_changes_of_what_was_recorded(medan, unit):
    with agency_scope(medan):
        item = case_of(medan, unit)
        own = user_with(medan, "staf_bkd", nip=item.employee.nip)
    with agency_scope(medan):
        row = {"agency": medan, "item": item, "from_state": "belum", "to_state": "berkas", "day": DAY}
        with pytest.raises(IntegrityError, match="petugas lain"), transaction.atomic():
            AgendaStep.objects.create(**row, actor=own)
        step = AgendaStep.objects.create(**row, actor=user_with(medan, "staf_bkd"))
        with pytest.raises(IntegrityError, match="tidak diubah"), transaction.atomic():
            AgendaStep.objects.filter(pk=step.pk).update(note="lain")


def test_what_nobody_began_follows_the_data_and_what_somebody_began_stays(medan, unit):
    user = user_with(medan, "staf_bkd")
    with agency_scope(medan, user.pk):
        begun, untouched = case_of(medan, unit), civil_servant(medan, unit, number=2)
        agenda.compute(medan.pk, DAY, Progress())
        agenda.move(item=begun, to="berkas", day=DAY, actor=with_access(user, medan))
        for rated in models.YearlyPredicate.objects.filter(year=2025):
            rated.predicate = 4
            rated.save()
        agenda.compute(medan.pk, DAY, Progress())
        assert {(*row.missing, *row.closed) for row in increments(medan)} == {("PREDIKAT",)}

        models.Employee.objects.filter(pk__in=[begun.employee_id, untouched.pk]).update(
            exits_on=DAY, exit_reason="pindah"
        )
        agenda.compute(medan.pk, DAY, Progress())

        (left,) = increments(medan)
        assert (left.pk, left.is_due, left.state) == (begun.pk, False, "berkas")


def test_an_increment_whose_month_went_by_waits_until_it_is_granted(medan, unit):
    with agency_scope(medan):
        item = case_of(medan, unit)
        later = date(2027, 6, 10)
        models.YearlyPredicate.objects.create(agency=medan, employee=item.employee, year=2026, predicate=2)

        agenda.compute(medan.pk, later, Progress())

        (left,) = increments(medan)
        assert (left.pk, left.due_on, left.is_due, left.step) == (item.pk, date(2027, 4, 1), True, 6)
        assert left.missing == ["KGB_KOSONG"]


def test_an_increment_decreed_is_on_record_and_the_next_counts_from_it(medan, unit):
    user = user_with(medan, "staf_bkd")
    with agency_scope(medan, user.pk):
        item, actor = case_of(medan, unit), with_access(user, medan)
        for to in ("berkas", "diusulkan"):
            agenda.move(item=item, to=to, day=DAY, actor=actor)
        agenda.move_many(items=[item], to="sk", day=DAY, actor=actor, number="KGB/9")
        (row,) = models.SalaryIncrement.objects.filter(employee=item.employee)
        assert (row.starts_on, row.service_years, row.service_months) == (date(2027, 4, 1), item.step, 0)
        assert (row.decree, row.decree_on) == ("KGB/9", DAY)

        agenda.compute(medan.pk, date(2027, 6, 10), Progress())

        assert [each.due_on for each in increments(medan).exclude(pk=item.pk)] == []
        agenda.compute(medan.pk, date(2027, 12, 10), Progress())
        (following,) = increments(medan).exclude(pk=item.pk)
        assert (following.due_on, following.step) == (date(2029, 4, 1), item.step + 2)


# Pages and API


def shown(response):
    assert response.status_code == 200, response.status_code
    return response.content.decode()


def test_the_book_opens_with_what_can_be_done_and_folds_what_went_by_incomplete(client, medan, unit):
    with agency_scope(medan):
        done, lacking, stale, missed = (civil_servant(medan, unit, number=number) for number in range(1, 5))
        agenda.compute(medan.pk, DAY, Progress())
        rows = {row.employee_id: row for row in increments(medan)}
        for person_, due_on, missing, held in (
            (done, date(2027, 8, 1), [], ""), (lacking, date(2027, 1, 1), [], "PREDIKAT"),
            (stale, date(2025, 2, 1), ["KGB_KOSONG"], "PREDIKAT"), (missed, date(2026, 1, 1), ["KGB_KOSONG"], ""),
        ):  # fmt: skip
            increments(medan).filter(pk=rows[person_.pk].pk).update(
                due_on=due_on,
                missing=missing,
                held=held,
                held_hash="-" if held else "",
            )
    client.force_login(user_with(medan, "staf_bkd"))
    url = reverse("agenda-list")

    def names(**asked):
        found = client.get(url, {"jenis": "kgb", **asked})
        text = shown(found)
        return [person_.full_name for person_ in sorted(
            (each for each in (done, lacking, stale, missed) if f">{each.full_name}<" in text),
            key=lambda each: text.index(f">{each.full_name}<"),
        )], text  # fmt: skip

    listed, text = names()
    assert listed == [done.full_name, missed.full_name, lacking.full_name]
    assert "Terlewat, syarat belum lengkap <b>1</b>" in text
    assert names(bulan="lewat", lengkap="false")[0] == [missed.full_name, stale.full_name][::-1]
    assert names(q=stale.name)[0] == [stale.full_name]
    # The book is always of today: no page of it says otherwise.
    assert "halaman ini selalu menampilkan keadaan hari ini" in names(as_of="2020-05-01")[1]


@pytest.mark.parametrize(("kind", "last"), [("kgb", date(2027, 1, 22)), ("pensiun", date(2027, 2, 22))])
def test_the_home_page_leads_to_the_very_cases_that_it_counts(kind, last, client, medan, unit):
    facts = {"agency": medan, "kind": kind, "since": DAY, "changed_at": timezone.now()}
    with agency_scope(medan):
        people = [civil_servant(medan, unit, number=number) for number in range(1, 10)]
        rows = [
            {"due_on": last},
            {"due_on": date(2026, 12, 1), "state": "berkas"},
            # What went by and lacks something is folded in the list; here it is counted.
            {"due_on": date(2025, 1, 1), "missing": ["PREDIKAT_KOSONG"]},
            {"due_on": last + timedelta(days=1)},
            {"due_on": date(2026, 12, 1), "state": "diusulkan"},
            {"due_on": date(2026, 12, 1), "state": "sk"},
            {"due_on": date(2026, 12, 1), "is_due": False},
            {"due_on": date(2026, 12, 1), "is_due": False, "state": "berkas"},
        ]
        for person, row in zip(people, rows, strict=False):
            AgendaItem.objects.create(employee=person, **facts, **row)
        other = "pensiun" if kind == "kgb" else "kgb"
        AgendaItem.objects.create(employee=people[8], **facts | {"kind": other}, due_on=date(2026, 12, 1))
    client.force_login(user_with(medan, "staf_bkd"))
    home = client.get(reverse("home"))
    name = "KGB" if kind == "kgb" else "pensiun"
    (url,) = re.findall(rf'href="([^"]+)"[^>]*>\s*(?:<[^>]+>\s*)*3 {name} sampai', home.text)

    listed = client.get(html.unescape(url))

    assert {row.employee_id for row in listed.context["page"].rows} == {each.pk for each in people[:3]}
    assert listed.context["page"].total == 3


def test_pages_at_a_flat_cost_with_months_kinds_and_files(client, medan, unit):
    with agency_scope(medan):
        first = case_of(medan, unit)
    client.force_login(user_with(medan, "staf_bkd"))
    url = reverse("agenda-list")
    with CaptureQueriesContext(connection) as few:
        text = shown(client.get(url))
    assert "Siti Rahma 1" in text
    assert "Apr 2027" in text
    assert "lengkap" in text
    with agency_scope(medan):
        for number in range(2, 30):
            civil_servant(medan, unit, number=number)
        agenda.compute(medan.pk, DAY, Progress())
    with CaptureQueriesContext(connection) as many:
        shown(client.get(url))
    assert len(many) == len(few) <= 15
    assert "Siti Rahma 3" in shown(client.get(url, {"jenis": "kgb", "bulan": "2027-04", "lengkap": "true"}))
    assert "Siti Rahma 3" not in shown(client.get(url, {"jenis": "plt"}))
    assert "Siti Rahma 3" not in shown(client.get(url, {"bulan": "lewat"}))
    with CaptureQueriesContext(connection) as file:
        book = client.get(url, {"format": "xlsx"})
    assert b"".join(book.streaming_content)[:2] == b"PK"
    # What no column shows is not read, and nothing is read row by row.
    assert len(file) <= 15
    assert not any('."nik"' in query["sql"] for query in file.captured_queries)
    text = b"".join(client.get(url, {"format": "csv"}).streaming_content).decode("utf-8-sig")
    assert "Kenaikan gaji berkala" in text
    assert "Belum" in text
    assert "KGB sampai dua bulan lagi" not in shown(client.get(reverse("home")))
    with agency_scope(medan):
        increments(medan).filter(pk__gt=first.pk).update(due_on=date(2027, 1, 1))
    assert "28 KGB sampai dua bulan lagi belum diusulkan" in shown(client.get(reverse("home")))
    with CaptureQueriesContext(connection) as one:
        text = shown(client.get(reverse("agenda-detail", args=[first.pk])))
    assert len(one) <= 15
    assert "1 April 2027" in text
    assert "1 Februari 2027" in text

    answer = client.post(
        reverse("agenda-detail", args=[first.pk]), {"to": "berkas", "day": "2026-11-20", "was": "belum"}
    )
    assert answer.status_code == 302
    assert "Belum → Berkas" in shown(client.get(answer["Location"]))
    with agency_scope(medan):
        picked = list(increments(medan).exclude(pk=first.pk).order_by("pk").values_list("pk", flat=True)[:3])
    client.post(reverse("agenda-move-many"), {"item": [first.pk, *picked], "to": "berkas", "day": "2026-11-20"})
    with agency_scope(medan):
        assert increments(medan).filter(state="berkas").count() == 4


def test_a_sanction_is_shown_to_who_may_know_of_it_and_to_nobody_else(client, medan, unit):
    with agency_scope(medan):
        person = civil_servant(medan, unit)
        models.RankRecord.objects.filter(employee=person).delete()
        models.Employee.objects.filter(pk=person.pk).update(rank_since=date(2023, 1, 1))
        models.Discipline.objects.create(
            agency=medan, employee=person, sanction="25", decree="1", decree_on=DAY, starts_on=date(2026, 8, 1),
            ends_on=date(2027, 8, 1),
        )  # fmt: skip
        agenda.compute(medan.pk, DAY, Progress())
        item = AgendaItem.objects.get(agency=medan, kind="kp_reguler")
        assert item.closed == (rules.SANCTION,)
        assert not item.missing
    page, rows = reverse("agenda-detail", args=[item.pk]), reverse("api:agenda-item-detail", args=[item.pk])
    many, narrow = reverse("agenda-list"), {"kolom": ["pegawai", "nip"]}
    looks = [(page, {}), (rows, {}), (reverse("api:agenda-item-list"), {}), (many, {}), (many, {"format": "csv"}),
             (many, narrow | {"lengkap": "false"})]  # fmt: skip
    for role, places, knows in (("staf_bkd", [], True), ("admin_daerah", [], False), ("admin_unit", [unit], False)):
        client.force_login(user_with(medan, role, *places))
        assert ("masih berjalan" in shown(client.get(page))) == knows
        assert ("sanctioned" in client.get(rows).json()) == knows
        found = shown(client.get(reverse("agenda-list"), {"lengkap": "false", "jenis": "kp_reguler"}))
        assert (person.name in found) == knows
        # Each answer that tells it leaves one entry, and no other does.
        for url, query in looks:
            before = len(told_of(medan))
            assert client.get(url, query).status_code == 200
            assert told_of(medan)[before:] == [[item.pk]] * knows, (role, url, query)
        before = len(told_of(medan))
        client.get(many, narrow)
        assert len(told_of(medan)) == before


def told_of(agency):
    """Looks at sanctions in the agenda book; those at steps of increments are another matter."""
    return reads_of(agency, "positions_agendaitem", "held")


def reads_of(agency, table, column=""):
    """The rows of each entry of a look at a table (at a column of it), in order."""
    with agency_scope(agency):
        entries = AuditEntry.objects.filter(agency=agency, kind=AuditEntry.Kind.READ, table_name=table).order_by("pk")
        looks = [
            list(AuditValue.objects.filter(entry_id=entry.pk, change__contains=column).order_by("object_id"))
            for entry in entries
        ]
        return [[value.object_id for value in values] for values in looks if values]


def test_the_api_lists_filters_and_moves(client, medan, unit):
    with agency_scope(medan):
        item = case_of(medan, unit)
    client.force_login(user_with(medan, "staf_bkd"))
    with CaptureQueriesContext(connection) as cost:
        rows = client.get(reverse("api:agenda-item-list"), {"kind": "kgb", "due_until": "2027-04-30"}).json()["results"]
    assert len(cost) <= 15
    assert [(row["id"], row["due_on"], row["missing"]) for row in rows] == [(item.pk, "2027-04-01", [])]
    url = reverse("api:agenda-item-move", args=[item.pk])
    body = {"to": "berkas", "day": "2026-11-20"}
    assert client.post(url, body, content_type="application/json").json()["state"] == "berkas"
    assert client.post(url, body, content_type="application/json").status_code == 409
    assert len(client.get(reverse("api:agenda-step-list"), {"item": item.pk}).json()["results"]) == 1
    assert client.get(reverse("api:deadline-list")).json()["results"][0]["code"] == "contracts"


# Letters


def batch_of(agency, **more):
    facts = {
        "agency": agency, "month": date(2027, 4, 1), "number_pattern": "800.1.11.13/{n}/BKD", "first_number": 41,
        "place": "Medan", "signed_on": date(2026, 11, 20), "signatory_post": "Kepala BKPSDM",
        "signatory_name": "Budi Santoso", "signatory_nip": "197501012000031001",
    }  # fmt: skip
    return LetterBatch(**facts | more)


def text_of(content):
    pypdf = pytest.importorskip("pypdf")
    return "\n".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(content)).pages)


def test_letters_are_written_once_number_by_number_and_the_same_each_time(client, medan, unit):
    user = user_with(medan, "staf_bkd")
    with agency_scope(medan, user.pk):
        for number in (2, 1):
            civil_servant(medan, unit, number=number)
        models.YearlyPredicate.objects.create(agency=medan, employee=civil_servant(medan, unit, number=3), year=2023,
                                              predicate=2)  # fmt: skip
        models.YearlyPredicate.objects.filter(employee__name="Siti Rahma 3", year=2025).delete()
        agenda.compute(medan.pk, DAY, Progress())
        actor = with_access(user, medan)

        batch = letters.request_letters(batch=batch_of(medan), actor=actor)

        assert (len(batch.people), batch.run, batch.size > 0) == (2, None, True)
        again = LetterBatch.objects.get(pk=batch.pk)
        again.stored_as = ""
        assert letters.write(again) == 2
        assert again.sha256 == batch.sha256
        everyone = batch_of(medan, all_cases=True, reissue=True, first_number=None)
        assert len(letters.request_letters(batch=everyone, actor=actor).people) == 3
        assert letters.kept_files(medan).count(again.stored_as) == 1
        with pytest.raises(RuleBroken):
            letters.request_letters(batch=_other_month(medan), actor=actor)
        with pytest.raises(ValidationError):
            letters.request_letters(batch=_numberless(medan), actor=actor)
        with pytest.raises(NotAllowed):
            letters.request_letters(batch=batch_of(medan), actor=with_access(user_with(medan, "auditor"), medan))
    client.force_login(user)
    before = len(reads_of(medan, "positions_letterbatch"))
    answer = client.get(reverse("letter-file", args=[batch.pk]))
    assert "no-store" in answer["Cache-Control"]
    assert reads_of(medan, "positions_letterbatch")[before:] == [[batch.pk]]
    content = b"".join(answer.streaming_content)
    assert content[:5] == b"%PDF-"
    text = " ".join(text_of(content).split())
    for words in ("800.1.11.13/41/BKD", "800.1.11.13/42/BKD", "Siti Rahma 1", "1 April 2027", "6 tahun 0 bulan"):
        assert words in text
    # III/b: the cells of steps 4 and 6 (establishment.md 2.7).
    assert "3.089.300" in text
    assert "3.186.600" in text
    assert text.index("Siti Rahma 1") < text.index("Siti Rahma 2")


@pytest.mark.parametrize("role", ["staf_bkd", "admin_daerah"])
def test_letters_go_to_the_same_people_whoever_makes_them(role, medan, unit):
    """Who may not know of a sanction does not write to those it holds, either; "all cases" says so."""
    user = user_with(medan, role)
    with agency_scope(medan, user.pk):
        free, held = civil_servant(medan, unit, number=1), civil_servant(medan, unit, number=2)
        agenda.compute(medan.pk, DAY, Progress())
        increments(medan).filter(employee=held).update(held=rules.SANCTION, held_hash="-")
        actor = with_access(user, medan)

        chosen = letters.cases(actor, date(2027, 4, 1), None, complete=True)

        assert [item.employee_id for item in chosen] == [free.pk]
        assert len(letters.cases(actor, date(2027, 4, 1), None, complete=False)) == 2


def _other_month(agency):
    batch = batch_of(agency)
    batch.month = date(2027, 5, 1)
    return batch


def _numberless(agency):
    batch = batch_of(agency)
    batch.number_pattern = "800/BKD"
    return batch


def letter_runs(agency):
    with agency_scope(agency):
        return list(Run.objects.filter(kind=letters.KIND).order_by("pk").values_list("pk", flat=True))


def test_many_letters_are_written_by_a_run_and_a_failed_one_is_shown_and_tried_again(client, medan, unit, monkeypatch):
    monkeypatch.setattr(letters, "AT_ONCE", 1)
    # What a request may take is over before the typesetter starts; a run has a limit of its own.
    monkeypatch.setattr(pdf, "SECONDS", 0.001)
    user, other = user_with(medan, "staf_bkd"), user_with(medan, "auditor")
    with agency_scope(medan, user.pk):
        for number in (1, 2):
            civil_servant(medan, unit, number=number)
        agenda.compute(medan.pk, DAY, Progress())
        batch = letters.request_letters(batch=batch_of(medan), actor=with_access(user, medan))
        assert (batch.run is None, batch.stored_as) == (False, "")
    page, again = (reverse(name, args=[batch.pk]) for name in ("letter-detail", "letter-again"))
    client.force_login(user)
    assert "Coba lagi" not in client.get(page).text
    client.post(again)
    assert letter_runs(medan) == [batch.run_id]

    with monkeypatch.context() as hung:
        hung.setattr(letters, "SECONDS_IN_RUN", 0.001)
        execute(agency_id=medan.pk, run_id=batch.run_id, heartbeat=False)

    failed = client.get(page).text
    assert "gagal ditulis" in failed
    assert "Terjadi kesalahan pada sistem" in failed
    assert "Sedang ditulis" not in failed
    client.force_login(other)
    assert client.post(again).status_code == 403
    with agency_scope(medan), pytest.raises(NotAllowed):
        letters.try_again(batch=batch, actor=with_access(other, medan))
    client.force_login(user)
    # Pressed twice: one open run.
    answers = [client.post(again) for _twice in "12"]
    _failed, newest_id = letter_runs(medan)
    assert [answer.url for answer in answers] == [reverse("run-detail", args=[newest_id])] * 2
    execute(agency_id=medan.pk, run_id=newest_id, heartbeat=False)
    with agency_scope(medan):
        batch.refresh_from_db()
        newest = Run.objects.get(pk=newest_id)
        assert (batch.run_id, newest.state, newest.counts) == (newest.pk, Run.State.DONE, {"letters": 2})
        assert newest.result_path == page
        with pytest.raises(RuleBroken, match="sudah ditulis"):
            letters.try_again(batch=batch, actor=with_access(user, medan))
    assert reverse("letter-file", args=[batch.pk]) in client.get(page).text


# Calendar


def test_duties_of_the_nation_and_of_the_agency_wait_for_who_does_them(client, medan, unit):
    user, planner = user_with(medan, "staf_bkd"), user_with(medan, "bagian_organisasi")
    with agency_scope(medan, user.pk):
        actor = with_access(user, medan)
        near = {duty.key for duty in calendar.waiting(actor, DAY)}
        assert {"contracts", "kp_proposals", "kgb_letters", "learning"} <= near
        assert "e_formasi" not in near
        assert "contracts" not in {duty.key for duty in calendar.waiting(with_access(planner, medan), DAY)}

        own = AgencyDeadline(
            agency=medan, name="Kontrak kota", replaces="contracts", months=[12], day=5, warn_days=20,
            permission="manage_agenda", legal_basis="Perwal 3/2026", starts_on=date(2026, 1, 1),
        )  # fmt: skip
        agenda.save_deadline(deadline=own, actor=actor)
        waiting = {duty.key: duty.due_on for duty in calendar.waiting(actor, DAY)}
        assert waiting[f"i{own.pk}"] == date(2026, 12, 5)
        assert "contracts" not in waiting
        agenda.finish_deadline(agency=medan, key="learning", due_on=date(2026, 12, 31), actor=actor)
        assert "learning" not in {duty.key for duty in calendar.waiting(actor, DAY)}
        with pytest.raises(RuleBroken):
            agenda.finish_deadline(agency=medan, key="learning", due_on=date(2026, 12, 31), actor=actor)
        with pytest.raises(RuleBroken):
            agenda.finish_deadline(agency=medan, key="learning", due_on=date(2026, 12, 30), actor=actor)
        with pytest.raises(NotAllowed):
            agenda.save_deadline(deadline=own, actor=with_access(planner, medan))
    client.force_login(user)
    text = shown(client.get(reverse("work-calendar")))
    assert "Kontrak kota" in text
    assert "tambahan instansi" in text
    assert "PP 11/2017" in text
    assert "Surat KGB yang berlaku dua bulan lagi" in shown(client.get(reverse("home")))
    answer = client.post(reverse("deadline-new"), {
        "name": "Rapat", "months": ["3"], "day": "15", "warn_days": "10", "permission": "manage_agenda",
        "legal_basis": "Perwal", "starts_on": "2026-01-01",
    })  # fmt: skip
    assert answer.status_code == 302
    for name in ("starts_on", "once_on"):
        for day in ("0001-01-01", "9999-12-31", "1929-12-31"):
            asked = {"name": "Sekali", "once_on": "2026-12-01", "warn_days": "120", "permission": "manage_agenda",
                     "legal_basis": "Perwal", "starts_on": "2026-01-01"}  # fmt: skip
            assert client.post(reverse("deadline-new"), asked | {name: day}).status_code == 422, (name, day)
    for day in ("0001-01-01", "9999-12-31"):
        answer = client.post(reverse("deadline-done"), {"key": "data", "due_on": day})
        assert answer.status_code == 302
        assert client.get(answer.url).status_code == 200
    client.post(reverse("deadline-done"), {"key": "data", "due_on": "2026-11-30"})
    with agency_scope(medan):
        assert models.DeadlineDone.objects.filter(key="data", due_on=date(2026, 11, 30)).exists()
        assert AgencyDeadline.objects.get(name="Rapat").months == [3]
