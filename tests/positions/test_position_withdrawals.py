"""A position's change that is still to come is taken back with a reason, unless something rests on it."""

from dataclasses import replace
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from asnhr.errors import NotAllowed, RuleBroken
from asnhr.models import AuditEntry, Event
from asnhr.scope import agency_scope
from positions.models import FollowUp, Incumbency, Position, PositionGoal, PositionNeed, Seat
from positions.services import decisions, register, restructure, structure, withdrawals
from positions.services.day import turn
from positions.services.restructure import Decree
from tests import api_world
from tests.factories import positions as make
from tests.positions.structure_world import TODAY, figures, held_post
from tests.positions.test_hearings import BASIS, FRESH
from tests.positions.test_structure_services import bound
from tests.roles import user_with, with_access

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen")]
COMING, LATER = date(2027, 1, 1), date(2027, 2, 1)
DECREE = Decree("Perwali 12/2026", date(2026, 11, 20), COMING)
PERDA = {"decree": "Perda 3/2026", "decree_on": date(2026, 11, 9)}
WHY = "Perwali ditunda"


def stands(position):
    """All that a move takes along, as it is on record."""
    own = {"agency_id": position.agency_id}
    facts = {
        Position: ("pk", "code", "unit_id", "job_id", "ends_on", "successor_id", "closing_decree", "closing_kind"),
        Seat: ("pk", "position_id", "number", "kind", "starts_on", "ends_on"),
        Incumbency: ("pk", "position_id", "seat_id", "employee_id", "kind", "decree", "starts_on", "ends_on"),
        PositionNeed: ("pk", "position_id", "need", "decree", "starts_on", "ends_on"),
        PositionGoal: ("pk", "position_id", "goal_id", "starts_on", "ends_on"),
    }
    return {model: sorted(model.objects.filter(**own).values_list(*names), key=str) for model, names in facts.items()}


def move(actor, position, unit, decree=DECREE):
    position.refresh_from_db()
    return restructure.move_position(actor=actor, position=position, unit=unit, decree=decree).result


def withdraw(actor, position, reason=WHY):
    return withdrawals.withdraw_position_change(
        actor=actor, position=Position.objects.get(pk=position.pk), reason=reason, day=TODAY
    )


def refused(actor, position, match):
    before = stands(position)
    with pytest.raises(RuleBroken, match=match):
        withdraw(actor, position)
    assert stands(position) == before


def another_job(medan):
    return make.JobFactory(agency=medan, group="fungsional", level="AHLI_MUDA", name="Analis Kebijakan Ahli Muda")


# What goes, and what goes on


def test_a_withdrawn_move_leaves_everything_as_it_was(medan, officer, position, other):
    before = stands(position)
    made = move(officer, position, other)

    done = withdraw(officer, position)

    assert done.pk == position.pk
    assert stands(position) == before
    assert not Position.objects.filter(pk=made.pk).exists()
    assert figures(position, COMING) == figures(position, TODAY) == (2, 2)
    assert turn(medan.pk, COMING) == {"units": 0, "people": 0, "jobs": 0}
    # Another decision may follow, for the same day.
    assert move(officer, position, other).code == made.code


def test_a_withdrawn_conversion_leaves_everything_as_it_was(medan, officer, position):
    before = stands(position)
    restructure.convert_position(actor=officer, position=position, job=another_job(medan), decree=DECREE)

    withdraw(officer, position)

    assert stands(position) == before


def test_a_withdrawn_closing_leaves_seats_and_k_open(medan, officer, unit):
    position = held_post(medan, unit, people=0)
    make.PositionNeedFactory(agency=medan, position=position, need=3, source="FORMULA_JF")
    before = stands(position)
    restructure.close_position(actor=officer, position=position, decree=DECREE)
    assert stands(position) != before

    withdraw(officer, position)

    assert stands(position) == before
    assert figures(position, COMING) == (2, 0)


def test_what_was_decided_of_a_holder_meanwhile_holds(medan, officer, keeper, position, other):
    """Who is appointed elsewhere after the day ends on the post that goes on, on the day of that."""
    held = position.incumbencies.filter(kind="definitif", seat__number=1).get()
    move(officer, position, other)
    elsewhere = make.PositionFactory(agency=medan, unit=other)
    make.SeatFactory(agency=medan, position=elsewhere)
    register.appoint(
        actor=keeper, position=elsewhere, employee=held.employee, starts_on=LATER, decree="SK 9",
        decree_on=date(2026, 11, 21),
    )  # fmt: skip

    withdraw(officer, position)

    held.refresh_from_db()
    assert held.ends_on == LATER
    assert list(held.employee.incumbencies.order_by("starts_on").values_list("position_id", flat=True)) == [
        position.pk, elsewhere.pk,
    ]  # fmt: skip


def test_the_trail_keeps_both_and_the_reason(medan, officer, position, other):
    made = move(officer, position, other)

    withdraw(officer, position)

    gone = AuditEntry.objects.filter(table_name="positions_position", kind="hapus").get()
    back = AuditEntry.objects.filter(table_name="positions_position", kind="ubah").order_by("-pk").first()
    assert {(each.reason, each.user_id) for each in (gone, back)} == {(WHY, officer.pk)}
    assert made.pk


def test_it_is_told_as_decisions_are(medan, officer, position, other):
    move(officer, position, other)

    withdraw(officer, position)

    told = Event.objects.filter(kind="structure.decided").order_by("-pk").first()
    assert told.data == {
        "act": "position_change_withdrawn", "decree": "Perwali 12/2026", "starts_on": "2027-01-01",
        "unit_id": position.unit_id, "positions": 1, "people": 2,
    }  # fmt: skip
    assert told.url == f"/jabatan/{position.pk}/"


def test_of_two_coming_changes_the_later_goes_first(medan, officer, position, other):
    made = move(officer, position, other)
    restructure.convert_position(
        actor=officer, position=made, job=another_job(medan), decree=Decree("P/2", date(2026, 11, 20), LATER)
    )
    refused(officer, position, "berubah lagi pada 1 Februari 2027; batalkan itu dahulu")

    withdraw(officer, made)
    withdraw(officer, position)

    assert Position.objects.filter(agency=medan).get().ends_on is None


def test_a_follow_up_that_it_fulfilled_is_open_again(medan, officer, keeper, unit):
    position = held_post(medan, unit, people=0)
    analysis = make.NeedsAnalysisFactory(agency=medan, parameters=BASIS, as_of=date(2026, 10, 1))
    result = make.NeedsResultFactory(
        agency=medan, analysis=analysis, position=position, unit=unit, recommendation="HAPUS", row=5, b=0,
        quantity=0, evidence=FRESH, reason="BEBAN_MEMUDAR",
    )  # fmt: skip
    line = make.RecommendationLineFactory(agency=medan, result=result, recommendation="HAPUS", quantity=0)
    decisions.decide(line=line, verdict="setuju", reason="Sesuai", actor=keeper)
    decisions.finish(
        follow_up=FollowUp.objects.get(), note="Sesuai usul", actor=officer, day=TODAY, decree=DECREE.number,
        decree_on=DECREE.decided_on,
        change=lambda: restructure.close_position(actor=officer, position=position, decree=DECREE),
    )  # fmt: skip
    assert FollowUp.objects.get().state == "selesai"

    withdraw(officer, position)

    assert (FollowUp.objects.get().state, FollowUp.objects.get().note) == (
        "terbuka", "Keputusan Perwali 12/2026 dibatalkan.",
    )  # fmt: skip


# What is refused


@pytest.mark.parametrize("starts_on", [None, date(2026, 6, 1), TODAY])
def test_what_has_begun_or_was_never_decided_stays(medan, officer, position, other, starts_on):
    if starts_on:
        move(officer, position, other, Decree("P/1", date(2026, 5, 1), starts_on))

    refused(officer, position, "tidak punya perubahan")


def test_it_needs_a_reason(medan, officer, position, other):
    move(officer, position, other)

    with pytest.raises(RuleBroken, match="alasan"):
        withdraw(officer, position, " ")


def test_it_needs_the_right_in_both_units_and_no_own_case(medan, officer, keeper, position, other, unit):
    move(officer, position, other)
    bound = with_access(user_with(medan, "admin_unit", unit, username="admin_unit"), medan)
    officer.nip = position.incumbencies.filter(kind="definitif").first().employee.nip

    for actor in (keeper, bound):
        with pytest.raises(NotAllowed):
            withdraw(actor, position)
    with pytest.raises(NotAllowed, match="petugas lain"):
        withdraw(officer, position)


def test_who_edits_the_structure_of_one_unit_does_not_take_from_another(medan, officer, root, unit, position, other):
    move(officer, position, other)
    both = bound(medan, root)

    for place in (unit, other):
        user = with_access(user_with(medan, "admin_unit", place, username=f"admin-{place.pk}"), medan)
        user.access = replace(user.access, permissions=user.access.permissions | {"edit_structure"})
        with pytest.raises(NotAllowed, match="luar cakupan"):
            withdraw(user, position)
    assert withdraw(both, position).ends_on is None


def test_nobody_of_another_agency_takes_it_back(medan, officer, position, other):
    move(officer, position, other)
    jambi = api_world.jambi()
    with agency_scope(jambi):
        stranger = with_access(user_with(jambi, "bagian_organisasi", username="jambi"), jambi)

    with pytest.raises(NotAllowed, match="bukan unit instansi Anda"):
        withdraw(stranger, position)


def test_it_stays_while_the_former_unit_closes(medan, officer, unit, position, other):
    move(officer, position, other)
    unit.refresh_from_db()
    structure.close_unit(actor=officer, unit=unit, ends_on=LATER, successor=other, **PERDA)

    refused(officer, position, "Dinas Pasar ditutup pada 1 Februari 2027")


def test_it_stays_while_another_post_of_the_job_takes_its_place(medan, officer, unit, position, other):
    move(officer, position, other)
    register.open_position(actor=officer, unit=unit, job=position.job, seats=1, starts_on=LATER, code="GANTI", **PERDA)

    refused(officer, position, r"\(GANTI\) dibuka mulai 1 Februari 2027")


def test_a_head_does_not_come_back_beside_another(medan, officer, unit):
    head = held_post(medan, unit, need=1, people=0, is_head=True)
    restructure.close_position(actor=officer, position=head, decree=DECREE)
    other = make.PositionFactory(agency=medan, unit=unit, is_head=True, starts_on=COMING)

    refused(officer, head, "sudah dikepalai")
    other.delete()
    assert withdraw(officer, head).ends_on is None
    made = restructure.convert_position(actor=officer, position=head, job=another_job(medan), decree=DECREE).result
    assert made.is_head
    assert withdraw(officer, head).ends_on is None


def test_it_stays_while_somebody_is_appointed_to_what_goes(medan, officer, keeper, position, other):
    made = move(officer, position, other)
    person = make.EmployeeFactory(agency=medan, unit=other, name="Rahma")
    register.appoint(
        actor=keeper, position=made, employee=person, starts_on=COMING, decree="SK 9", decree_on=date(2026, 11, 21)
    )

    refused(officer, position, f"{person.full_name} diangkat pada .* mulai 1 Januari 2027")


def test_it_names_who_acts_on_what_goes(medan, officer, keeper, unit, other):
    position = held_post(medan, unit, need=2, people=1)
    made = move(officer, position, other)
    person = make.EmployeeFactory(agency=medan, unit=other, name="Rahma")
    register.open_acting(
        actor=keeper, position=made, employee=person, kind="plt", starts_on=LATER, decree="SK 9",
        decree_on=date(2026, 11, 21),
    )  # fmt: skip

    refused(officer, position, f"{person.full_name} diangkat pada .* mulai 1 Februari 2027")


def test_it_stays_while_k_of_what_goes_is_decided_anew(medan, officer, position, other):
    made = move(officer, position, other)
    structure.set_formation(actor=officer, position=made, number=4, starts_on=LATER, **PERDA)

    refused(officer, position, "tercatat mulai 1 Februari 2027")


def test_it_stays_while_a_seat_of_what_goes_is_promised(medan, officer, position, other):
    made = move(officer, position, other)
    made.seats.order_by("number").first().reservations.create(agency=medan, reason="Seleksi", starts_on=COMING)

    refused(officer, position, "sudah dipesan")


def test_it_stays_while_seats_of_what_goes_are_others(medan, officer, position, other):
    made = move(officer, position, other)
    make.SeatFactory(agency=medan, position=made, number=9, starts_on=COMING)

    refused(officer, position, "Formasi .* berubah")


def test_it_stays_while_a_sheet_names_what_goes(medan, officer, position, other):
    made = move(officer, position, other)
    make.WorkloadFactory(agency=medan, position=made, sheet__unit=other)

    refused(officer, position, "sudah dipakai pada")


def test_it_stays_while_a_goal_is_linked_to_what_goes(medan, officer, position, other):
    made = move(officer, position, other)
    goal = make.GoalFactory(agency=medan, code="S9")
    made.goal_links.create(agency=medan, goal=goal, starts_on=LATER)

    refused(officer, position, "Sasaran S9")


def test_a_post_that_took_another_in_goes_back_after_it(medan, officer, unit, position, other):
    target = held_post(medan, other, need=3, people=2)
    made = move(officer, position, other)
    restructure.merge_positions(
        actor=officer, positions=[target], target=made, decree=Decree("P/2", date(2026, 11, 20), LATER)
    )

    refused(officer, position, "digabung ke dalam .* mulai 1 Februari 2027; batalkan itu dahulu")


def test_posts_of_merged_units_stay_where_they_go(medan, officer, unit, position, other):
    unit.refresh_from_db()
    restructure.merge_units(actor=officer, units=[unit], target=other, decree=DECREE)

    refused(officer, position, "Dinas Pasar ditutup pada 1 Januari 2027")


def test_it_costs_as_much_for_many_holders(medan, officer, unit, other):
    def cost(people):
        position = held_post(medan, unit, need=people, people=people)
        move(officer, position, other)
        position = Position.objects.select_related("unit").get(pk=position.pk)
        with CaptureQueriesContext(connection) as caught:
            withdrawals.withdraw_position_change(actor=officer, position=position, reason=WHY, day=TODAY)
        return len(caught)

    assert cost(20) == cost(1)


# Doors


def test_the_page_offers_it_and_takes_it_back(medan, client, officer, position, other):
    where, shown = reverse("position-withdraw", args=[position.pk]), reverse("position-detail", args=[position.pk])
    client.force_login(officer)
    assert where not in client.get(shown).content.decode()
    assert client.get(where).status_code == 302
    move(officer, position, other)

    page = client.get(shown).content.decode()
    asked = client.get(where).content.decode()
    bare = client.post(where, {"reason": ""})
    done = client.post(where, {"reason": WHY})

    assert where in page
    assert "Mulai 1 Januari 2027 jabatan ini berlanjut sebagai" in page
    assert f"Mulai 1 Januari 2027: {position.job} · Dinas Perdagangan (Perwali 12/2026)." in asked
    assert "formasi 3, 3 pemangku." in asked
    assert (bare.status_code, done.status_code) == (422, 302)
    position.refresh_from_db()
    assert position.ends_on is None
    history = client.get(reverse("audit-history", args=["positions_position", position.pk])).content.decode()
    assert WHY in history


def test_a_closing_is_shown_and_a_refusal_said_on_the_page(medan, client, officer, unit):
    position = held_post(medan, unit, people=0)
    restructure.close_position(actor=officer, position=position, decree=DECREE)
    where = reverse("position-withdraw", args=[position.pk])
    client.force_login(officer)
    assert "Mulai 1 Januari 2027 jabatan ini ditutup (Perwali 12/2026)." in client.get(where).content.decode()
    unit.refresh_from_db()
    structure.close_unit(actor=officer, unit=unit, ends_on=LATER, **PERDA)

    answer = client.post(where, {"reason": WHY})

    assert answer.status_code == 422
    assert "Dinas Pasar ditutup pada 1 Februari 2027" in answer.content.decode()


def test_a_merged_post_has_its_button_and_a_past_day_no_notice(medan, client, officer, position, other):
    restructure.merge_positions(actor=officer, positions=[position], target=held_post(medan, other), decree=DECREE)
    where, shown = reverse("position-withdraw", args=[position.pk]), reverse("position-detail", args=[position.pk])
    client.force_login(officer)

    page = client.get(shown).content.decode()

    assert "jabatan ini berlanjut sebagai" in page
    assert where in page
    assert "jabatan ini berlanjut sebagai" not in client.get(shown, {"as_of": "2026-01-01"}).content.decode()


@pytest.mark.parametrize("role", ["staf_bkd", "auditor", "admin_unit"])
def test_who_does_not_edit_the_structure_gets_neither_page_nor_button(medan, client, officer, position, other, role):
    move(officer, position, other)
    units = [position.unit] if role == "admin_unit" else []
    client.force_login(user_with(medan, role, *units, username=role))
    where = reverse("position-withdraw", args=[position.pk])

    assert client.get(where).status_code == 403
    assert client.post(where, {"reason": "x"}).status_code == 403
    assert where not in client.get(reverse("position-detail", args=[position.pk])).content.decode()
    answer = client.post(f"/api/v1/positions/{position.pk}/withdraw/", {"reason": "x"})
    assert answer.status_code == 403
    position.refresh_from_db()
    assert position.ends_on == COMING


def test_another_agency_finds_neither_page_nor_route(medan, client, officer, position, other):
    move(officer, position, other)
    client.force_login(user_with(api_world.jambi(), "bagian_organisasi", username="jambi"))

    assert client.post(reverse("position-withdraw", args=[position.pk]), {"reason": "x"}).status_code == 404
    assert client.post(f"/api/v1/positions/{position.pk}/withdraw/", {"reason": "x"}).status_code == 404


def test_the_api_takes_it_back(medan, client, officer, position, other):
    made = move(officer, position, other)
    client.force_login(officer)
    where = f"/api/v1/positions/{position.pk}/withdraw/"

    bare = client.post(where, {}, content_type="application/json")
    done = client.post(where, {"reason": WHY}, content_type="application/json")
    again = client.post(where, {"reason": WHY}, content_type="application/json")

    assert (bare.status_code, done.status_code, again.status_code) == (400, 200, 409)
    assert (done.json()["ends_on"], done.json()["successor_id"], done.json()["closing_kind"]) == (None, None, "")
    assert "tidak punya perubahan" in again.json()["detail"]
    assert client.get(f"/api/v1/positions/{made.pk}/").status_code == 404


def test_the_api_takes_a_units_change_back(medan, client, officer, unit):
    structure.change_unit(actor=officer, unit=unit, name="Dinas Pasar Rakyat", starts_on=COMING, **PERDA)
    client.force_login(officer)
    where = f"/api/v1/units/{unit.pk}/withdraw/"

    done = client.post(where, {"reason": WHY}, content_type="application/json")

    assert (done.status_code, done.json()["name"]) == (200, "Dinas Pasar")
    assert [each.name for each in unit.periods.all()] == ["Dinas Pasar"]
    assert client.post(where, {"reason": WHY}, content_type="application/json").status_code == 409
    client.force_login(user_with(medan, "staf_bkd", username="bkd"))
    assert client.post(where, {"reason": WHY}, content_type="application/json").status_code == 403
