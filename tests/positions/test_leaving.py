"""Nothing is promised to who will have left: promotions and increments end with the pension or an exit on record, by
the rules, in the book, on the panel "Turunan" and in letters. The promotion on retirement comes with the pension."""

from dataclasses import replace
from datetime import date

import pytest
from django.urls import reverse

from asnhr.errors import RuleBroken
from asnhr.models import AgencyParameter
from asnhr.queries import parameters_on
from asnhr.scope import agency_scope
from asnhr.services import Progress
from positions import models
from positions.models import AgendaItem, LetterBatch
from positions.pages.agenda_basis import basis_of
from positions.queries import agenda as queries
from positions.queries import home, register
from positions.rules import agenda as rules
from positions.rules.agenda import Kind
from positions.rules.levels import Level
from positions.services import agenda, letters
from positions.services import register as register_services
from tests import api_world
from tests.factories import positions as make
from tests.positions.test_agenda import DAY, batch_of, civil_servant
from tests.positions.test_letters import words_of
from tests.roles import user_with, with_access

pytestmark = pytest.mark.django_db
APRIL = date(2027, 4, 1)


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


# Rules. Pelaksana: 58 years; born in December 1968, the pension begins on 1 January 2027.
SOMEBODY = rules.Person(
    status="PNS", birth_date=date(1968, 12, 20), rank=32, rank_since=date(2026, 1, 1), scale_months=57, education="40",
    cpns_on=date(1993, 1, 1), post=rules.Post(Level.PELAKSANA, date(2015, 1, 1)), predicates={2024: 2, 2025: 2},
)  # fmt: skip
YEARS = rules.Settings(months_ahead=120)


def found(person, settings=YEARS):
    return {case.kind: case.due_on for case in rules.cases(person, DAY, settings)}


@pytest.mark.parametrize(
    ("born", "pension", "is_due"),
    [
        (date(1969, 2, 28), date(2027, 3, 1), False),
        # On the day itself there is nobody to pay any more: 1 April 2027.
        (date(1969, 3, 1), APRIL, False),
        (date(1969, 3, 31), APRIL, False),
        (date(1969, 4, 1), date(2027, 5, 1), True),
    ],
)
def test_no_increment_on_the_day_of_the_pension_or_after_it(born, pension, is_due):
    person = replace(SOMEBODY, birth_date=born)
    told = found(person)
    assert told[Kind.PENSION] == pension
    assert (Kind.INCREMENT in told) == is_due
    assert rules.outlived(person, DAY, YEARS).get(Kind.INCREMENT) is None or not is_due
    if not is_due:
        assert rules.outlived(person, DAY, YEARS)[Kind.INCREMENT].due_on == APRIL


def test_no_promotion_either_but_the_one_on_retirement_comes_with_it():
    # Regular: four years after 1 January 2023 is the very day of the pension.
    person = replace(SOMEBODY, rank_since=date(2023, 1, 1))
    told = found(person)
    assert Kind.REGULAR not in told
    assert told[Kind.HONOURS] == told[Kind.PENSION] == date(2027, 1, 1)
    assert found(replace(person, rank_since=date(2022, 12, 1)))[Kind.REGULAR] == date(2026, 12, 1)
    for level, since in ((Level.AHLI_MUDA, date(2025, 2, 1)), (Level.PENGAWAS, date(2026, 2, 1))):
        post = rules.Post(level, date(2015, 1, 1), echelon="IV.a" if level is Level.PENGAWAS else "")
        chosen = replace(SOMEBODY, post=post, rank_since=since)
        kind, _bounds = rules.promotion_kind(post)
        assert kind not in found(chosen)
        assert rules.outlived(chosen, DAY, YEARS)[kind].due_on >= date(2027, 1, 1)


def test_an_exit_on_record_ends_them_before_the_pension():
    person = replace(SOMEBODY, birth_date=date(1990, 5, 5))
    assert found(person)[Kind.INCREMENT] == APRIL
    assert Kind.INCREMENT not in found(replace(person, exits_on=APRIL))
    assert found(replace(person, exits_on=date(2027, 4, 2)))[Kind.INCREMENT] == APRIL
    # Of who has no post the pension is not known.
    assert found(replace(person, post=None))[Kind.INCREMENT] == APRIL


def test_the_book_shows_the_current_month_and_eighteen_more():
    november = date(2026, 11, 23)
    assert rules.horizon(november, 18) == date(2028, 6, 1)
    in_may = replace(SOMEBODY, birth_date=date(1990, 5, 5), rank_since=date(2026, 5, 1), scale_months=48)
    assert [case.due_on for case in rules.cases(in_may, november) if case.kind is Kind.INCREMENT] == [date(2028, 5, 1)]
    in_june = replace(in_may, rank_since=date(2026, 6, 1))
    assert not [case for case in rules.cases(in_june, november) if case.kind is Kind.INCREMENT]


# The book


def seated(agency, unit, number=1, **facts):
    """As `civil_servant`, with a post of PELAKSANA: the step of 6 years falls on 1 April 2027."""
    person = civil_servant(agency, unit, number=number, **facts)
    job = make.JobFactory(agency=agency, group="pelaksana", level="PELAKSANA")
    place = make.PositionFactory(agency=agency, unit=unit, job=job)
    make.IncumbencyFactory(agency=agency, position=place, employee=person, starts_on=date(2016, 1, 1))
    return person


def increments(person):
    return AgendaItem.objects.filter(employee=person, kind=Kind.INCREMENT)


def retire(person, day=date(1968, 12, 20)):
    models.Employee.objects.filter(pk=person.pk).update(birth_date=day)


def test_open_cases_go_with_the_next_night_and_finished_ones_stay(medan, unit):
    user = user_with(medan, "staf_bkd")
    with agency_scope(medan, user.pk):
        waiting, begun, finished, late, stays = (seated(medan, unit, number=number) for number in range(1, 6))
        agenda.compute(medan.pk, DAY, Progress())
        increments(begun).update(state="diusulkan")
        increments(finished).update(state="sk")
        # Under way, and its month went by: kept for who works, not for who had retired by then.
        increments(late).update(state="diusulkan", due_on=date(2026, 10, 1))
        for person in (waiting, begun, finished):
            retire(person)
        retire(late, date(1968, 8, 20))

        agenda.compute(medan.pk, DAY, Progress())

        assert not increments(waiting).exists()
        assert list(increments(begun).values_list("state", "is_due")) == [("diusulkan", False)]
        assert list(increments(finished).values_list("state", "is_due", "due_on")) == [("sk", True, APRIL)]
        assert list(increments(late).values_list("state", "is_due")) == [("diusulkan", False)]
        assert list(increments(stays).values_list("state", "is_due", "due_on")) == [("belum", True, APRIL)]
        assert AgendaItem.objects.filter(employee=waiting, kind=Kind.PENSION).exists()


def test_a_case_under_way_says_that_the_pension_comes_first(medan, unit):
    user = user_with(medan, "staf_bkd")
    with agency_scope(medan, user.pk):
        person = seated(medan, unit)
        agenda.compute(medan.pk, DAY, Progress())
        item = increments(person).select_related("employee__unit", "employee__education").get()
        actor, values = with_access(user, medan), parameters_on(medan.pk, DAY)
        told = basis_of(item, actor, values)
        assert not [step for step in told["steps"] if "Pensiun" in step]
        assert told["rule"].endswith("Tidak ada lagi pada atau sesudah TMT pensiun atau berhenti.")
        increments(person).update(state="diusulkan")
        retire(person)
        agenda.compute(medan.pk, DAY, Progress())
        item = increments(person).select_related("employee__unit", "employee__education").get()
        assert basis_of(item, actor, values)["steps"][-1] == (
            "Pensiun atau berhenti sejak 1 Januari 2027; ini baru jatuh tempo 1 April 2027."
        )


def test_the_panel_says_none_any_more_and_why(client, medan, unit):
    with agency_scope(medan):
        person = seated(medan, unit)
        retire(person)
    client.force_login(user_with(medan, "staf_bkd"))
    shown = {each.code: each for each in client.get(reverse("employee-derived", args=[person.pk])).context["figures"]}
    assert shown["pensiun"].value == "1 Januari 2027"
    for code, day in (("kgb", "1 April 2027"), ("pangkat-regular", "1 Oktober 2029")):
        assert shown[code].value == "tidak ada lagi"
        assert shown[code].note == f"Pensiun atau berhenti sejak 1 Januari 2027; ini baru jatuh tempo {day}."


@pytest.mark.parametrize(
    ("born", "exit_", "told"),
    [
        # The step of 8 years would fall on 1 April 2029.
        (date(1990, 5, 5), {}, "1 April 2029"),
        # Retired on that very day.
        (date(1971, 3, 20), {}, "tidak ada lagi (pensiun 1 April 2029)"),
        (date(1971, 2, 20), {}, "tidak ada lagi (pensiun 1 Maret 2029)"),
        (date(1990, 5, 5), {"legal_status": "52"}, "tidak ada lagi (berhenti 1 Juni 2027)"),
        (date(1990, 5, 5), {"legal_status": "99"}, "tidak ada lagi (pensiun 1 Juni 2027)"),
    ],
)  # fmt: skip
def test_a_letter_promises_no_increment_after_the_person_has_left(born, exit_, told, medan, unit):
    user = user_with(medan, "staf_bkd")
    with agency_scope(medan, user.pk):
        person, actor = seated(medan, unit), with_access(user, medan)
        agenda.compute(medan.pk, DAY, Progress())
        retire(person, born)
        if exit_:
            person.refresh_from_db()
            register_services.record_exit(
                actor=actor, employee=person, exits_on=date(2027, 6, 1), reason="Pindah", **exit_
            )
        batch = letters.request_letters(batch=batch_of(medan), actor=actor)
    assert f"yang akan datang : {told}" in words_of(medan, batch)


@pytest.mark.parametrize(
    ("standing", "title", "reason"),
    [("52", "Berhenti atau pindah", "Pindah ke Pemprov Sumatera Utara"), ("99", "Pensiun", "Pensiun BUP")],
)
def test_the_panel_says_what_an_exit_is(standing, title, reason, client, medan, unit):
    user = user_with(medan, "staf_bkd")
    with agency_scope(medan, user.pk):
        person = seated(medan, unit)
        register_services.record_exit(
            actor=with_access(user, medan), employee=person, exits_on=date(2027, 2, 1), reason=reason,
            legal_status=standing,
        )  # fmt: skip
    client.force_login(user)
    shown = client.get(reverse("employee-derived", args=[person.pk])).context["figures"]
    (figure,) = [each for each in shown if each.code == "pensiun"]
    assert (figure.title, figure.value, figure.note) == (title, "1 Februari 2027", reason)


def test_letters_refuse_by_name_who_will_have_left(client, medan, unit):
    user = user_with(medan, "staf_bkd")
    with agency_scope(medan, user.pk):
        gone, stays = seated(medan, unit), seated(medan, unit, number=2)
        agenda.compute(medan.pk, DAY, Progress())
        # Since the night the register learnt another birth date.
        retire(gone)
        actor = with_access(user, medan)
        batch = letters.request_letters(batch=batch_of(medan), actor=actor)
        assert (batch.employees, batch.outlived) == ([stays.pk], [gone.pk])
        assert "Siti Rahma 1" in letters.outlived_words(actor, batch)
        retire(stays)
        with pytest.raises(RuleBroken, match=r"pensiun atau berhenti .*Siti Rahma 1.*Siti Rahma 2"):
            letters.request_letters(batch=batch_of(medan, first_number=None, reissue=True), actor=actor)
        assert LetterBatch.objects.count() == 1
        retire(stays, date(1990, 5, 5))
    client.force_login(user)
    form = {
        "month": "2027-04", "number_pattern": "800/{n}/KGB", "first_number": 5, "place": "Medan",
        "signed_on": DAY.isoformat(), "signatory_post": "Kepala BKD", "signatory_name": "Ani", "reissue": "on",
    }  # fmt: skip
    page = client.post(reverse("letter-new"), form, follow=True).content.decode()
    assert "1 orang tanpa surat karena sudah pensiun atau berhenti pada tanggal KGB-nya: Siti Rahma 1" in page


def test_the_months_of_the_book_are_those_that_are_computed(medan):
    with agency_scope(medan):
        months, _folded = queries.months_of(DAY, AgendaItem.objects.all(), None)
        assert [months[1].first, months[-1].first, len(months)] == [date(2026, 11, 1), date(2028, 5, 1), 20]
        AgencyParameter.objects.create(
            agency=medan, code="agenda.months_ahead", value=3, starts_on=DAY, decree="Keputusan 1"
        )
        months, _folded = queries.months_of(DAY, AgendaItem.objects.all(), None)
        assert [each.first for each in months[1:]] == [date(2026, 11, 1), date(2026, 12, 1), date(2027, 1, 1),
                                                       date(2027, 2, 1)]  # fmt: skip


# Who retires


def test_every_door_counts_the_same_people_who_retire(client, medan, unit):
    """Who studies or is on unpaid leave keeps the post and retires from it; who has left does not retire."""
    user = user_with(medan, "staf_bkd")
    born = date(1969, 4, 20)  # 58 years: 1 May 2027
    with agency_scope(medan, user.pk):
        staying = [seated(medan, unit, number=number) for number in range(1, 5)]
        left, elsewhere = seated(medan, unit, number=5), seated(medan, unit, number=6)
        people = models.Employee.objects.filter(agency=medan)
        people.update(birth_date=born)
        for person, standing in zip(staying, ("01", "02", "03", "04"), strict=True):
            people.filter(pk=person.pk).update(legal_status=standing)
        people.filter(pk=left.pk).update(legal_status="99")
        people.filter(pk=elsewhere.pk).update(legal_status="98", exits_on=DAY, exit_reason="pindah")
        agenda.compute(medan.pk, DAY, Progress())
        wanted = {person.pk for person in staying}
        booked = AgendaItem.objects.filter(kind=Kind.PENSION, due_on__year=2027)
        assert set(booked.values_list("employee_id", flat=True)) == wanted
        actor = with_access(user, medan)
        assert register.retirements_by_year(actor, DAY)[2027] == 4
        assert home.retirements(actor, DAY) == (register.retirements_by_year(actor, DAY), 4)
    client.force_login(user)
    for route, query in (("retirement-list", {"tahun": "2027"}), ("employee-list", {"pensiun": "2027"})):
        rows = client.get(reverse(route), query).context["page"].rows
        assert {row.pk for row in rows} == wanted, route
