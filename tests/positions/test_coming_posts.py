"""Whom a decision or an appointment brings to a post of a coming day may leave or go elsewhere before it: the coming
post is dropped, told by name, and comes back when that is taken back."""

from datetime import date

import pytest
from django.urls import reverse
from django.utils import translation

from asnhr import trail_reasons
from asnhr.errors import NotAllowed, RuleBroken
from asnhr.models import AuditEntry
from positions.models import Employee, Incumbency, Position, Seat
from positions.services import coming, exits, incumbencies, register, restructure, withdrawals
from positions.services.day import turn
from positions.services.restructure import Decree
from tests.factories import positions as make
from tests.factories.asnhr import AgencyFactory
from tests.positions.structure_world import TODAY, held_post
from tests.roles import user_with, with_access

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen")]
BEFORE, COMING, LATER = date(2026, 12, 15), date(2027, 1, 1), date(2027, 2, 1)
DECREE = Decree("Perwali 12/2026", date(2026, 11, 20), COMING)
WHY = "Perwali ditunda"
GONE = {"reason": "Meninggal dunia", "legal_status": "99"}
DAYS = pytest.mark.parametrize("day", [BEFORE, COMING])


@pytest.fixture
def position(medan, unit):
    return held_post(medan, unit, need=2, people=1)


@pytest.fixture
def person(position):
    return Incumbency.objects.get(position=position).employee


@pytest.fixture
def elsewhere(medan, other):
    """A post with a vacant seat."""
    return make.SeatFactory(agency=medan, position=make.PositionFactory(agency=medan, unit=other)).position


def fresh(row):
    return type(row).objects.get(pk=row.pk)


def posts(person):
    """(post, from, until) of each of a person's posts, the earliest first."""
    rows = Incumbency.objects.filter(employee=person).order_by("starts_on", "pk")
    return [(row.position_id, row.starts_on, row.ends_on) for row in rows]


def move(officer, position, other):
    return restructure.move_position(actor=officer, position=fresh(position), unit=other, decree=DECREE).result


def merge(officer, position, medan, other):
    """Merge into a post of the same job that was there before; return it."""
    target = held_post(medan, other, need=2, people=1, job=position.job)
    restructure.merge_positions(actor=officer, positions=[fresh(position)], target=fresh(target), decree=DECREE)
    return target


def merge_units(officer, position, _medan, other):
    restructure.merge_units(actor=officer, units=[position.unit], target=other, decree=DECREE)
    return fresh(position).successor


def moved(officer, position, _medan, other):
    return move(officer, position, other)


CARRIED = pytest.mark.parametrize("decide", [moved, merge, merge_units])


def leave(keeper, person, day, **more):
    return register.record_exit(actor=keeper, employee=fresh(person), exits_on=day, **GONE | more)


def stay(keeper, person):
    return exits.take_back(actor=keeper, employee=fresh(person), why="salah-ketik")


def undo(officer, position):
    position = fresh(position)
    if position.unit.ends_on is not None:
        withdrawals.withdraw_unit_change(actor=officer, unit=position.unit, reason=WHY, day=TODAY)
    else:
        withdrawals.withdraw_position_change(actor=officer, position=position, reason=WHY, day=TODAY)


def appoint(keeper, position, person, day):
    return register.appoint(
        actor=keeper, position=position, employee=fresh(person), starts_on=day, decree="SK 9/2026",
        decree_on=date(2026, 11, 1),
    )  # fmt: skip


def withdraw(keeper, row, reason=WHY):
    row = Incumbency.objects.select_related("position__unit", "employee__unit").get(pk=row.pk)
    return incumbencies.withdraw(actor=keeper, incumbency=row, reason=reason, day=TODAY)


def refused(call, *arguments, words, error=RuleBroken):
    before = sorted(Incumbency.objects.values_list("pk", "ends_on"))
    with pytest.raises(error, match=words):
        call(*arguments)
    assert sorted(Incumbency.objects.values_list("pk", "ends_on")) == before


# Who leaves before a decision brings them along


@CARRIED
@DAYS
def test_who_is_carried_may_leave_before_and_it_is_told_by_name(
    medan, officer, keeper, position, other, person, decide, day
):
    began = posts(person)[0][1]
    made = decide(officer, position, medan, other)
    gone = coming.that_go(person, day, TODAY)
    assert coming.told(person, gone) == [
        f"{person.full_name} tidak jadi memangku {made} mulai 1 Januari 2027; formasinya tetap lowong."
    ]

    leave(keeper, person, day)

    assert posts(person) == [(position.pk, began, day)]
    said = AuditEntry.objects.get(table_name="positions_incumbency", kind="hapus").reason
    assert said == f"Keluar {day:%d-%m-%Y}, sebelum perubahan susunan yang membawanya"
    # The seat that was made for them is nobody's, and the day turns.
    turn(medan.pk, COMING)
    assert not Incumbency.objects.filter(employee=person, position=made).exists()
    assert fresh(person).unit_id == position.unit_id


@CARRIED
@DAYS
def test_an_exit_taken_back_brings_the_coming_post_back(medan, officer, keeper, position, other, person, decide, day):
    made = decide(officer, position, medan, other)
    before = sorted(Incumbency.objects.values_list())
    leave(keeper, person, day)

    done = stay(keeper, person)

    assert sorted(Incumbency.objects.values_list()) == before
    assert done.sentences == []
    assert made.pk in {row.position_id for row in done.restored}
    # And again.
    leave(keeper, person, day)
    assert stay(keeper, person).sentences == []
    assert sorted(Incumbency.objects.values_list()) == before


@CARRIED
@DAYS
def test_the_decision_may_be_withdrawn_after_the_exit_and_the_exit_after_it(
    medan, officer, keeper, position, other, person, decide, day
):
    ((_post, began, _end),) = posts(person)
    decide(officer, position, medan, other)
    leave(keeper, person, day)

    undo(officer, position)

    assert posts(person) == [(position.pk, began, day)]
    assert fresh(position).ends_on is None
    done = stay(keeper, person)
    assert posts(person) == [(position.pk, began, None)]
    assert done.sentences == []


@CARRIED
@DAYS
def test_the_exit_may_be_taken_back_before_the_decision(medan, officer, keeper, position, other, person, decide, day):
    before = sorted(Incumbency.objects.filter(employee=person).values_list())
    decide(officer, position, medan, other)
    leave(keeper, person, day)
    stay(keeper, person)

    undo(officer, position)

    assert sorted(Incumbency.objects.filter(employee=person).values_list()) == before


def test_a_seat_taken_meanwhile_is_named(medan, officer, keeper, position, other, person):
    made = move(officer, position, other)
    leave(keeper, person, BEFORE)
    seat = Seat.objects.filter(position=made).order_by("number").first()
    make.IncumbencyFactory(agency=medan, position=made, seat=seat, starts_on=COMING)

    done = stay(keeper, person)

    assert [row.position_id for row in done.restored] == [position.pk]
    (said,) = done.sentences
    assert said.startswith(f"{made} tidak dipulihkan: ")


def test_what_has_begun_stands_in_the_way(officer, keeper, position, other, person, monkeypatch):
    move(officer, position, other)
    monkeypatch.setattr("asnhr.dates.today", lambda: COMING)
    for day in (BEFORE, COMING):
        refused(leave, keeper, person, day, words="memangku jabatan yang dimulai pada atau sesudah")


def test_nobody_leaves_half(medan, officer, position, other, person, unit):
    move(officer, position, other)
    clerk = with_access(user_with(medan, "admin_unit", unit, username="pasar"), medan)
    refused(leave, clerk, person, BEFORE, words="di luar", error=NotAllowed)


# Appointments of a coming day


@DAYS
def test_who_is_appointed_may_leave_before_and_come_back(medan, keeper, position, person, elsewhere, day):
    appoint(keeper, elsewhere, person, COMING)
    before = sorted(Incumbency.objects.values_list())

    leave(keeper, person, day)

    assert [post for post, _from, _until in posts(person)] == [position.pk]
    assert posts(person)[0][2] == day
    said = AuditEntry.objects.get(table_name="positions_incumbency", kind="hapus").reason
    assert said == f"Keluar {day:%d-%m-%Y}, sebelum pengangkatannya mulai"
    assert stay(keeper, person).sentences == []
    assert sorted(Incumbency.objects.values_list()) == before


def test_a_coming_appointment_is_withdrawn(keeper, position, person, elsewhere):
    before = sorted(Incumbency.objects.values_list())
    row = appoint(keeper, elsewhere, person, COMING)
    refused(withdraw, keeper, row, " ", words="alasan pembatalan")

    assert withdraw(keeper, row) == []

    assert sorted(Incumbency.objects.values_list()) == before
    assert AuditEntry.objects.filter(table_name="positions_incumbency", kind="hapus", reason=WHY).exists()
    # Another one may follow.
    assert appoint(keeper, elsewhere, person, BEFORE).pk


def test_a_seat_made_for_it_goes_with_it(medan, keeper, person, other):
    full = held_post(medan, other, need=1, people=1)
    row = appoint(keeper, full, person, COMING)
    assert row.seat.kind == "di_luar_formasi"

    withdraw(keeper, row)

    assert [seat.kind for seat in full.seats.all()] == ["formasi"]


def test_a_coming_acting_officer_is_withdrawn(medan, keeper, person, other):
    seat = make.SeatFactory(agency=medan, position=make.PositionFactory(agency=medan, unit=other))
    row = register.open_acting(
        actor=keeper, position=seat.position, employee=person, kind="plt", starts_on=COMING, decree="SK 3",
        ends_on=LATER,
    )  # fmt: skip
    own = posts(person)[0]

    withdraw(keeper, row)

    assert posts(person) == [own]


def test_a_withdrawal_is_refused_in_words(medan, officer, keeper, position, person, other, elsewhere, unit):
    held = Incumbency.objects.get(employee=person)
    refused(withdraw, keeper, held, words="yang sudah dimulai diakhiri, bukan dibatalkan")
    row = appoint(keeper, elsewhere, person, COMING)
    for role, where, words in (("admin_unit", [unit], "di luar"), ("auditor", [], "Peran Anda")):
        clerk = with_access(user_with(medan, role, *where, username=f"{role}.x"), medan)
        refused(withdraw, clerk, row, words=words, error=NotAllowed)
    own = with_access(user_with(medan, "staf_bkd", nip=person.nip, username="sendiri"), medan)
    refused(withdraw, own, row, words="petugas lain", error=NotAllowed)
    # Somebody has the post before by now.
    heir = make.EmployeeFactory(agency=medan, unit=unit)
    Seat.objects.filter(position=position, number=2).update(ends_on=TODAY)
    appoint(keeper, position, heir, LATER)
    refused(withdraw, keeper, row, words="sebelumnya tidak dapat dilanjutkan")
    # And they themselves go on to another one.
    third = make.SeatFactory(agency=medan, position=make.PositionFactory(agency=medan, unit=other)).position
    appoint(keeper, third, person, LATER)
    refused(withdraw, keeper, row, words="mulai 1 Februari 2027; batalkan itu dahulu")


def test_who_is_carried_was_not_appointed(officer, keeper, position, other, person):
    made = move(officer, position, other)
    row = Incumbency.objects.get(employee=person, position=made)
    refused(withdraw, keeper, row, words="oleh keputusan Perwali 12/2026 atas jabatannya; batalkan keputusan itu")
    assert coming.withdrawable([row], TODAY) == []


# Appointed elsewhere before it


@DAYS
def test_who_is_carried_may_be_appointed_elsewhere_before(officer, keeper, position, other, person, elsewhere, day):
    ((_post, began, _end),) = posts(person)
    move(officer, position, other)

    appoint(keeper, elsewhere, person, day)

    assert posts(person) == [(position.pk, began, day), (elsewhere.pk, day, None)]
    said = AuditEntry.objects.get(table_name="positions_incumbency", kind="hapus").reason
    assert said == f"Diangkat pada jabatan lain {day:%d-%m-%Y}, sebelum perubahan susunan yang membawanya"
    undo(officer, position)
    assert posts(person) == [(position.pk, began, day), (elsewhere.pk, day, None)]


@DAYS
@pytest.mark.parametrize("is_undone", [False, True])
def test_that_appointment_withdrawn_brings_the_coming_post_back(
    officer, keeper, position, other, person, elsewhere, day, is_undone
):
    ((_post, began, _end),) = posts(person)
    made = move(officer, position, other)
    row = appoint(keeper, elsewhere, person, day)
    if is_undone:
        undo(officer, position)

    assert withdraw(keeper, row) == []

    if is_undone:
        assert posts(person) == [(position.pk, began, None)]
    else:
        assert posts(person) == [(position.pk, began, COMING), (made.pk, COMING, None)]
        undo(officer, position)
        assert posts(person) == [(position.pk, began, None)]


def test_who_is_appointed_is_not_appointed_elsewhere_before(keeper, person, elsewhere, medan, other):
    appoint(keeper, elsewhere, person, COMING)
    third = make.SeatFactory(agency=medan, position=make.PositionFactory(agency=medan, unit=other)).position
    refused(
        appoint, keeper, third, person, BEFORE,
        words=f"sudah diangkat pada {elsewhere} mulai 1 Januari 2027; batalkan pengangkatan itu dahulu",
    )  # fmt: skip


def test_a_post_of_the_future_costs_as_many_queries_for_many(
    officer, keeper, medan, unit, other, django_assert_max_num_queries
):
    position = held_post(medan, unit, need=6, people=6)
    move(officer, position, other)
    rows = list(Incumbency.objects.filter(position=fresh(position).successor))
    assert (len(rows), Position.objects.filter(pk=position.pk).count()) == (6, 1)
    with django_assert_max_num_queries(1):
        coming.withdrawable(rows, TODAY)
    someone = Employee.objects.get(pk=rows[0].employee_id)
    with django_assert_max_num_queries(1):
        coming.told(someone, coming.that_go(someone, BEFORE, TODAY))


# Doors


def test_the_page_of_an_exit_names_what_is_dropped(client, officer, keeper, position, other, person):
    made = move(officer, position, other)
    told = f"{person.full_name} tidak jadi memangku {made} mulai 1 Januari 2027; formasinya tetap lowong."
    client.force_login(keeper)
    page = reverse("employee-exit", args=[person.pk])
    assert told in client.get(page).text

    answer = client.post(page, GONE | {"exits_on": BEFORE.isoformat()}, follow=True)

    assert told in answer.text
    assert fresh(person).exits_on == BEFORE
    page = reverse("employee-exit-take-back", args=[person.pk])
    assert str(made.job) in client.get(page).text
    assert made.unit.name in client.get(page).text
    client.post(page, {"why": "salah-ketik"})
    assert [post for post, _from, _until in posts(person)] == [position.pk, made.pk]


def test_the_api_names_what_is_dropped(client, officer, keeper, position, other, person, elsewhere):
    made = move(officer, position, other)
    told = f"{person.full_name} tidak jadi memangku {made} mulai 1 Januari 2027; formasinya tetap lowong."
    client.force_login(keeper)
    address = f"/api/v1/employees/{person.pk}/"
    answer = client.post(f"{address}exit/", GONE | {"exits_on": BEFORE.isoformat()}, "application/json")
    assert (answer.status_code, answer.json()["warnings"]) == (200, [told])
    answer = client.post(f"{address}take_back_exit/", {"why": "salah-ketik"}, "application/json")
    assert (len(answer.json()["restored"]), answer.json()["not_restored"]) == (2, [])
    facts = {
        "position_id": elsewhere.pk, "employee_id": person.pk, "starts_on": BEFORE.isoformat(), "decree": "SK 9",
    }  # fmt: skip
    answer = client.post("/api/v1/incumbencies/", facts, "application/json")
    assert (answer.status_code, answer.json()["warnings"]) == (201, [told])
    address = f"/api/v1/incumbencies/{answer.json()['id']}/withdraw/"
    assert client.post(address, {}, "application/json").status_code == 400
    answer = client.post(address, {"reason": WHY}, "application/json")
    assert (answer.status_code, answer.json()["not_restored"]) == (200, [])
    assert [post for post, _from, _until in posts(person)] == [position.pk, made.pk]
    assert client.post(address, {"reason": WHY}, "application/json").status_code == 404


def test_the_page_of_an_appointment_names_what_is_dropped(client, officer, keeper, position, other, person, elsewhere):
    made = move(officer, position, other)
    client.force_login(keeper)
    page = f"{reverse('position-appoint', args=[elsewhere.pk])}?pegawai={person.pk}"
    facts = {"kind": "definitif", "starts_on": BEFORE.isoformat(), "decree": "SK 9", "decree_on": "2026-11-02"}
    answer = client.post(page, facts, follow=True)
    assert f"tidak jadi memangku {made} mulai 1 Januari 2027" in answer.text


def test_the_pages_offer_a_coming_appointment_and_take_it_back(client, medan, keeper, position, person, elsewhere):
    row = appoint(keeper, elsewhere, person, COMING)
    page = reverse("incumbency-withdraw", args=[row.pk])
    places = [
        reverse("employee-detail", args=[person.pk]),
        f"{reverse('position-detail', args=[elsewhere.pk])}?as_of={COMING.isoformat()}",
    ]
    client.force_login(user_with(medan, "auditor", username="auditor"))
    assert [page in client.get(each).text for each in places] == [False, False]
    assert client.get(page).status_code == 403

    client.force_login(keeper)
    assert [page in client.get(each).text for each in places] == [True, True]
    assert "mulai 1 Januari 2027 (SK 9/2026)" in client.get(page).text
    assert client.post(page, {"reason": " "}).status_code == 422
    answer = client.post(page, {"reason": WHY}, follow=True)
    assert "dibatalkan." in answer.text
    assert [post for post, _from, _until in posts(person)] == [position.pk]
    assert page not in client.get(places[0]).text


def test_who_is_carried_has_no_button(client, officer, keeper, position, other, person):
    made = move(officer, position, other)
    row = Incumbency.objects.get(employee=person, position=made)
    page = reverse("incumbency-withdraw", args=[row.pk])
    client.force_login(keeper)
    assert page not in client.get(reverse("employee-detail", args=[person.pk])).text
    assert client.get(page).status_code == 302


def test_another_agency_finds_nothing(client, keeper, person, elsewhere):
    row = appoint(keeper, elsewhere, person, COMING)
    stranger = AgencyFactory(code="1571", name="Pemerintah Kota Jambi", short_name="Jambi")
    client.force_login(user_with(stranger, "staf_bkd", username="lain"))
    page, api = reverse("incumbency-withdraw", args=[row.pk]), f"/api/v1/incumbencies/{row.pk}/withdraw/"
    assert client.post(page, {"reason": WHY}).status_code == 404
    assert client.post(api, {"reason": WHY}, "application/json").status_code == 404


def test_the_trail_tells_it_in_the_readers_language():
    with translation.override("en"):
        assert trail_reasons.told(coming.leaves(BEFORE, is_carried=True)) == (
            "Left on 15 December 2026, before the change of the structure that would have taken them along"
        )
        assert trail_reasons.told(coming.goes_elsewhere(BEFORE)).startswith("Appointed to another post on 15 December")
        assert trail_reasons.told(coming.leaves(BEFORE, is_carried=False)) == (
            "Left on 15 December 2026, before the appointment began"
        )
