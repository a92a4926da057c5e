"""A merger of posts or of units that is still to come is taken back: both sides are as they were before it."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from asnhr.errors import NotAllowed, RuleBroken
from asnhr.models import AuditEntry, Event
from positions.models import Incumbency, Position, PositionNeed, Seat, SeatFormerKind, Unit, UnitPeriod
from positions.services import register, restructure, structure, withdrawals
from positions.services.day import turn
from positions.services.restructure import Decree
from tests import api_world
from tests.factories import positions as make
from tests.positions.structure_world import TODAY, figures, held_post
from tests.positions.test_position_withdrawals import (
    COMING,
    DECREE,
    LATER,
    PERDA,
    WHY,
    move,
    refused,
    stands,
    withdraw,
)
from tests.positions.test_structure_services import bound
from tests.roles import user_with

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen")]


def everything(agency):
    """All that a merger writes, as it is on record."""
    own = {"agency_id": agency.pk}
    kept = {
        Unit: ("pk", "parent_id", "path", "ends_on", "successor_id", "closing_decree", "closing_decree_on"),
        UnitPeriod: ("pk", "unit_id", "parent_id", "name", "starts_on", "ends_on", "decree"),
        SeatFormerKind: ("seat_id", "kind", "starts_on", "ends_on"),
        Position: ("pk", "closing_decree_on"),
    }
    more = {model: sorted(model.objects.filter(**own).values_list(*names), key=str) for model, names in kept.items()}
    return stands(Position(agency_id=agency.pk)), more


def merge(actor, old, target, **more):
    for each in (*old, target):
        each.refresh_from_db()
    return restructure.merge_positions(actor=actor, positions=old, target=target, decree=DECREE, **more)


def withdraw_unit(actor, unit, reason=WHY):
    found = Unit.objects.get(pk=unit.pk)
    return withdrawals.withdraw_unit_change(actor=actor, unit=found, reason=reason, day=TODAY)


def refused_unit(actor, unit, match):
    before = everything(unit.agency)
    with pytest.raises(RuleBroken, match=match):
        withdraw_unit(actor, unit)
    assert everything(unit.agency) == before


# Posts


@pytest.mark.parametrize("number", [None, 4, 9])
def test_a_withdrawn_merger_leaves_both_posts_as_they_were(medan, officer, position, other, number):
    target = held_post(medan, other, need=3, people=2)
    before = everything(medan)
    merge(officer, [position], target, number=number)
    assert everything(medan) != before

    done = withdraw(officer, position)

    assert done.pk == position.pk
    assert everything(medan) == before
    assert figures(position, COMING) == figures(position, TODAY) == (2, 2)
    assert figures(target, COMING) == (3, 2)
    assert turn(medan.pk, COMING) == {"units": 0, "people": 0, "jobs": 0}
    # Another decision may follow, for the same day.
    merge(officer, [position], target)


def test_a_merger_closes_no_seat_that_somebody_acts_on(medan, officer, position, other):
    target = held_post(medan, other, need=3, people=2)
    before = everything(medan)

    with pytest.raises(RuleBroken, match="masih diisi pelaksana tugas"):
        merge(officer, [position], target, number=3)

    assert everything(medan) == before


@pytest.mark.parametrize("held", [True, False])
def test_a_managerial_post_gets_its_own_seat_back(medan, officer, unit, other, held):
    job = make.JobFactory(agency=medan, group="manajerial", level="PENGAWAS", name="Kepala Seksi")
    one = held_post(medan, unit, need=1, people=1 if held else 0, job=job)
    target = held_post(medan, other, need=1, people=0 if held else 1, job=job)
    before = everything(medan)
    merge(officer, [one], target)

    withdraw(officer, one)

    assert everything(medan) == before


def test_all_that_went_into_one_post_come_back_together(medan, client, officer, unit, position, other):
    second, target = held_post(medan, unit), held_post(medan, other)
    before = everything(medan)
    merge(officer, [position, second], target)
    client.force_login(officer)

    asked = client.get(reverse("position-withdraw", args=[second.pk])).text
    withdraw(officer, second)

    assert f"Yang digabung bersamanya ikut kembali: {position.job} · Dinas Pasar" in asked
    assert everything(medan) == before


def test_what_was_decided_of_a_holder_meanwhile_holds(medan, officer, keeper, position, other):
    target = held_post(medan, other)
    merge(officer, [position], target)
    going = Incumbency.objects.filter(position=target, starts_on=COMING, kind="definitif").order_by("pk").first()
    register.close_incumbency(actor=keeper, incumbency=going, ends_on=LATER)

    withdraw(officer, position)

    assert Incumbency.objects.get(position=position, employee=going.employee_id).ends_on == LATER


def test_the_trail_keeps_both_and_the_reason_and_it_is_told(medan, officer, position, other):
    merge(officer, [position], held_post(medan, other))

    withdraw(officer, position)

    entries = AuditEntry.objects.filter(agency=medan, reason=WHY, user_id=officer.pk)
    assert {"positions_position", "positions_seat", "positions_incumbency"} <= {each.table_name for each in entries}
    told = Event.objects.filter(kind="structure.decided").order_by("-pk").first().data
    assert (told["act"], told["positions"], told["people"]) == ("position_change_withdrawn", 1, 2)


def test_what_has_begun_stays(medan, officer, position, other, monkeypatch):
    merge(officer, [position], held_post(medan, other))
    monkeypatch.setattr("asnhr.dates.today", lambda: COMING)

    with pytest.raises(RuleBroken, match="tidak punya perubahan yang masih akan berlaku"):
        withdrawals.withdraw_position_change(
            actor=officer, position=Position.objects.get(pk=position.pk), reason=WHY, day=COMING
        )


def test_it_needs_the_right_in_both_units_and_no_own_case(medan, officer, keeper, position, other, root, unit):
    target = held_post(medan, other)
    merge(officer, [position], target)
    with pytest.raises(NotAllowed):
        withdraw(keeper, position)
    with pytest.raises(NotAllowed):
        withdraw(bound(medan, unit), position)
    officer.nip = Incumbency.objects.filter(position=target, starts_on=COMING).first().employee.nip
    with pytest.raises(NotAllowed, match="oleh petugas lain"):
        withdraw(officer, position)


def test_it_stays_while_somebody_is_appointed_to_what_goes(medan, officer, keeper, position, other):
    target = held_post(medan, other)
    merge(officer, [position], target)
    free = Seat.objects.filter(position=target, starts_on=COMING, incumbencies=None).first()
    person = make.EmployeeFactory(agency=medan, unit=other, name="Rina")
    seat = free or make.SeatFactory(agency=medan, position=target, number=99, starts_on=COMING)
    make.IncumbencyFactory(agency=medan, position=target, seat=seat, employee=person, starts_on=LATER)

    refused(officer, position, "Rina diangkat pada")


def test_it_stays_while_k_of_the_merged_post_is_decided_anew(medan, officer, position, other):
    target = held_post(medan, other)
    merge(officer, [position], target)
    target.refresh_from_db()
    structure.set_formation(actor=officer, position=target, number=9, starts_on=LATER, **PERDA)

    refused(officer, position, "K atau kebutuhan .* bertumpu")


def test_it_stays_while_the_merged_post_changes_again(medan, officer, root, position, other):
    target = held_post(medan, other)
    merge(officer, [position], target)
    third = make.UnitFactory(agency=medan, parent=root)
    move(officer, target, third, Decree("P/2", date(2026, 11, 20), LATER))

    refused(officer, position, "ditutup atau berubah lagi pada 1 Februari 2027")


def test_it_stays_while_a_seat_of_the_merged_post_is_promised(medan, officer, position, other):
    target = held_post(medan, other)
    merge(officer, [position], target)
    seat = Seat.objects.filter(position=target, starts_on=COMING).first()
    seat.reservations.create(agency=medan, reason="Seleksi", starts_on=COMING)

    refused(officer, position, "sudah dipesan")


def test_it_stays_while_another_post_of_the_job_takes_its_place(medan, officer, unit, position, other):
    merge(officer, [position], held_post(medan, other))
    make.PositionFactory(agency=medan, unit=unit, job=position.job, code="BARU", starts_on=LATER)

    refused(officer, position, r"\(BARU\) dibuka mulai 1 Februari 2027")


def test_it_stays_while_the_former_unit_closes(medan, officer, unit, position, other):
    merge(officer, [position], held_post(medan, other))
    unit.refresh_from_db()
    structure.close_unit(actor=officer, unit=unit, ends_on=LATER, successor=other, **PERDA)

    refused(officer, position, "Dinas Pasar ditutup pada")


def test_a_post_that_takes_others_in_goes_back_after_them(medan, officer, unit, position, other):
    target = held_post(medan, other)
    made = move(officer, position, other)
    restructure.merge_positions(
        actor=officer, positions=[target], target=made, decree=Decree("P/2", date(2026, 11, 20), LATER)
    )
    refused(officer, position, "digabung ke dalam .*; batalkan itu dahulu")

    withdraw(officer, target)

    assert withdraw(officer, position).ends_on is None


def test_it_costs_as_much_for_many_holders(medan, officer, unit, other):
    def cost(people):
        one, target = held_post(medan, unit, need=people, people=people), held_post(medan, other)
        merge(officer, [one], target)
        with CaptureQueriesContext(connection) as caught:
            withdraw(officer, one)
        return len(caught)

    assert cost(20) == cost(1)


# Units


@pytest.fixture
def full(medan, root, unit, other, position):
    """Two units: posts that go on in one of the same job, in a new one, a vacant head, a unit below."""
    job = make.JobFactory(agency=medan)
    held_post(medan, unit, job=job)
    held_post(medan, other, need=3, people=1, job=job)
    head = make.JobFactory(agency=medan, group="manajerial", level="JPT_PRATAMA", name="Kepala Dinas Pasar")
    held_post(medan, unit, need=1, people=0, job=head, is_head=True)
    make.UnitFactory(agency=medan, name="Bidang Tera", parent=unit)
    make.EmployeeFactory(agency=medan, unit=unit)
    for each in (unit, other):
        each.refresh_from_db()
    return unit, other


def merge_units(actor, units, target):
    return restructure.merge_units(actor=actor, units=units, target=target, decree=DECREE)


def test_a_withdrawn_merger_of_units_leaves_everything_as_it_was(medan, officer, full):
    unit, other = full
    before = everything(medan)
    merge_units(officer, [unit], other)
    assert everything(medan) != before

    done = withdraw_unit(officer, unit)

    assert (done.pk, done.ends_on) == (unit.pk, None)
    assert everything(medan) == before
    assert turn(medan.pk, COMING) == {"units": 0, "people": 0, "jobs": 0}
    merge_units(officer, [done], other)


def test_units_that_went_together_come_back_together(medan, officer, root, full):
    unit, other = full
    third = make.UnitFactory(agency=medan, name="Dinas Ketiga", parent=root)
    held_post(medan, third, job=Position.objects.filter(unit=unit, is_head=False).first().job)
    before = everything(medan)
    merge_units(officer, [unit, third], other)

    withdraw_unit(officer, third)

    assert everything(medan) == before


def test_posts_of_merged_units_come_back_with_their_unit_only(medan, client, officer, full, position):
    unit, other = full
    merge_units(officer, [unit], other)
    client.force_login(officer)

    refused(officer, position, "Dinas Pasar ditutup pada|tidak dibatalkan")

    shown = client.get(reverse("position-detail", args=[position.pk])).text
    merged = Position.objects.filter(unit=unit, closing_kind=Position.Closing.MERGED).first()
    assert shown
    assert reverse("position-withdraw", args=[merged.pk]) not in client.get(
        reverse("position-detail", args=[merged.pk])
    ).text  # fmt: skip


def test_posts_of_a_unit_that_goes_offer_nothing_of_their_own(medan, client, officer, full, position):
    """Whatever becomes of them – moved with another form of the unit, a vacant head that closes – they come back with
    their unit."""
    unit, other = full
    head = Position.objects.get(unit=unit, is_head=True)
    client.force_login(officer)
    for post in (position, head):
        made = convert(officer, unit) if post == position else merge_units(officer, [unit], other)

        shown = client.get(reverse("position-detail", args=[post.pk])).text

        assert made
        assert "Mulai 1 Januari 2027 jabatan ini" in shown
        assert reverse("position-withdraw", args=[post.pk]) not in shown
        unit = withdraw_unit(officer, unit)


def test_a_unit_below_that_changed_again_goes_back_first(medan, officer, full):
    unit, other = full
    merge_units(officer, [unit], other)
    below = Unit.objects.get(name="Bidang Tera")
    structure.change_unit(actor=officer, unit=below, name="Bidang Ukur", starts_on=LATER, **PERDA)
    refused_unit(officer, unit, "Bidang Tera berubah lagi mulai 1 Februari 2027")

    withdraw_unit(officer, below)

    assert withdraw_unit(officer, unit).ends_on is None


def test_it_stays_while_the_unit_that_took_it_in_closes(medan, officer, root, full):
    unit, other = full
    merge_units(officer, [unit], other)
    third = make.UnitFactory(agency=medan, name="Dinas Ketiga", parent=root)
    other.refresh_from_db()
    restructure.merge_units(actor=officer, units=[other], target=third, decree=Decree("P/2", date(2026, 11, 20), LATER))

    refused_unit(officer, unit, "Dinas Perdagangan ditutup pada 1 Februari 2027; batalkan itu dahulu")


def test_it_stays_while_the_former_parent_closes(medan, officer, root, full):
    unit, other = full
    above = make.UnitFactory(agency=medan, name="Sekretariat", parent=root)
    moved = structure.change_unit(actor=officer, unit=unit, parent=above, starts_on=date(2026, 12, 1), **PERDA)
    merge_units(officer, [moved], other)
    above.refresh_from_db()
    structure.close_unit(actor=officer, unit=above, ends_on=LATER, **PERDA)

    refused_unit(officer, unit, "Sekretariat, ditutup pada 1 Februari 2027")


def convert(actor, unit, decree=DECREE):
    return restructure.convert_unit(
        actor=actor, unit=unit, code="B1", name="Badan Pasar", kind="badan", decree=decree
    ).result  # fmt: skip


def test_a_withdrawn_change_of_form_leaves_everything_as_it_was(medan, officer, full):
    unit, _other = full
    before = everything(medan)
    made = convert(officer, unit)
    assert everything(medan) != before

    done = withdraw_unit(officer, unit)

    assert (done.pk, done.ends_on, done.successor_id, done.closing_decree) == (unit.pk, None, None, "")
    assert everything(medan) == before
    assert not Unit.objects.filter(pk=made.pk).exists()
    assert turn(medan.pk, COMING) == {"units": 0, "people": 0, "jobs": 0}
    gone = AuditEntry.objects.filter(table_name="positions_unit", kind="hapus").get()
    assert (gone.reason, gone.user_id) == (WHY, officer.pk)
    told = Event.objects.filter(kind="structure.decided").order_by("-pk")[0].data
    assert (told["act"], told["unit_id"]) == ("unit_change_withdrawn", unit.pk)
    # Another decision may follow for the same day, with the same code.
    assert convert(officer, done).code == "B1"


def test_a_change_of_form_that_has_begun_stays_and_needs_reason_and_right(medan, officer, keeper, full):
    unit, _other = full
    convert(officer, unit)
    before = everything(medan)

    with pytest.raises(RuleBroken, match="alasan"):
        withdraw_unit(officer, unit, " ")
    for actor in (keeper, bound(medan, unit)):
        with pytest.raises(NotAllowed):
            withdraw_unit(actor, unit)
    for day in (COMING, LATER):
        with pytest.raises(RuleBroken, match="tidak punya perubahan"):
            withdrawals.withdraw_unit_change(actor=officer, unit=Unit.objects.get(pk=unit.pk), reason=WHY, day=day)
    assert everything(medan) == before


def open_here(officer, medan, made, root):
    register.open_position(
        actor=officer, unit=made, job=make.JobFactory(agency=medan, name="Juru Tera"), seats=1,
        starts_on=LATER, decree="P/2", decree_on=date(2026, 11, 20),
    )  # fmt: skip


def found_below(officer, medan, made, root):
    structure.add_unit(
        actor=officer, code="B2", name="Bidang Baru", kind="bidang", parent=made, starts_on=LATER, **PERDA
    )


def rename(officer, medan, made, root):
    structure.change_unit(actor=officer, unit=made, name="Badan Pasar Rakyat", starts_on=LATER, **PERDA)


def merge_into(officer, medan, made, root):
    third = make.UnitFactory(agency=medan, name="Dinas Ketiga", parent=root)
    restructure.merge_units(actor=officer, units=[third], target=made, decree=Decree("P/2", date(2026, 11, 20), LATER))


def give_a_role(officer, medan, made, root):
    user_with(medan, "admin_unit", made, username="kepala")


@pytest.mark.parametrize(
    ("rests", "match"),
    [
        (open_here, "Juru Tera berdiri pada Badan Pasar menurut keputusan lain"),
        (found_below, "Bidang Baru berdiri pada Badan Pasar menurut keputusan lain"),
        (rename, "Badan Pasar berubah lagi mulai 1 Februari 2027"),
        (merge_into, "Dinas Ketiga berdiri pada Badan Pasar menurut keputusan lain"),
        (give_a_role, "Badan Pasar sudah dipakai pada cakupan unit"),
    ],
)
def test_a_change_of_form_stays_while_another_decision_rests_on_it(medan, officer, root, full, rests, match):
    unit, _other = full
    rests(officer, medan, convert(officer, unit), root)

    refused_unit(officer, unit, match)


def test_a_merger_into_a_unit_of_the_same_day_leaves_that_one_founded(medan, officer, root, full):
    unit, other = full
    made = structure.add_unit(
        actor=officer, code="B1", name="Badan Pasar", kind="badan", parent=root, starts_on=COMING, **PERDA
    )
    before = everything(medan)
    merge_units(officer, [unit, other], made)

    withdraw_unit(officer, other)

    assert everything(medan) == before
    assert Unit.objects.get(pk=made.pk).ends_on is None


def test_a_merger_of_units_that_has_begun_stays_and_needs_reason_and_right(medan, officer, keeper, full):
    unit, other = full
    merge_units(officer, [unit], other)

    with pytest.raises(RuleBroken, match="alasan"):
        withdraw_unit(officer, unit, " ")
    with pytest.raises(NotAllowed):
        withdraw_unit(keeper, unit)
    with pytest.raises(NotAllowed):
        withdraw_unit(bound(medan, unit), unit)
    with pytest.raises(RuleBroken, match="tidak punya perubahan"):
        withdrawals.withdraw_unit_change(actor=officer, unit=Unit.objects.get(pk=unit.pk), reason=WHY, day=COMING)


def test_its_cost_does_not_grow_with_posts(medan, officer, root):
    def cost(posts):
        unit, other = (make.UnitFactory(agency=medan, parent=root) for _each in "12")
        for _post in range(posts):
            held_post(medan, unit)
        merge_units(officer, [unit], other)
        with CaptureQueriesContext(connection) as caught:
            withdraw_unit(officer, unit)
        return len(caught)

    assert cost(8) == cost(1)


# Closings


@pytest.fixture
def empty(medan, unit):
    return make.UnitFactory(agency=medan, name="Bidang Tera", parent=unit)


def close(actor, unit, ends_on=COMING):
    unit.refresh_from_db()
    return structure.close_unit(actor=actor, unit=unit, ends_on=ends_on, **PERDA)


def test_a_withdrawn_closing_leaves_the_unit_as_it_was(medan, officer, empty):
    before = everything(medan)
    close(officer, empty)

    done = withdraw_unit(officer, empty)

    assert (done.ends_on, done.closing_decree, done.closing_decree_on) == (None, "", None)
    assert everything(medan) == before
    entry = AuditEntry.objects.filter(table_name="positions_unit", kind="ubah").order_by("-pk")[0]
    assert (entry.reason, entry.user_id) == (WHY, officer.pk)
    told = Event.objects.filter(kind="structure.decided").order_by("-pk")[0].data
    assert (told["act"], told["decree"]) == ("unit_change_withdrawn", "Perda 3/2026")
    assert close(officer, empty).ends_on == COMING


def test_a_closing_that_has_begun_stays_and_needs_reason_and_right(medan, officer, keeper, other, empty):
    close(officer, empty)

    with pytest.raises(RuleBroken, match="alasan"):
        withdraw_unit(officer, empty, " ")
    for actor in (keeper, bound(medan, other)):
        with pytest.raises(NotAllowed):
            withdraw_unit(actor, empty)
    for day in (COMING, LATER):
        with pytest.raises(RuleBroken, match="tidak punya perubahan"):
            withdrawals.withdraw_unit_change(actor=officer, unit=Unit.objects.get(pk=empty.pk), reason=WHY, day=day)


def test_a_closing_stays_while_the_unit_above_closes(medan, officer, unit, empty):
    close(officer, empty)
    close(officer, unit, LATER)

    refused_unit(officer, empty, "Dinas Pasar, ditutup pada 1 Februari 2027")

    withdraw_unit(officer, unit)
    assert withdraw_unit(officer, empty).ends_on is None


def test_a_closing_of_the_top_stays_while_another_unit_takes_its_place(medan, officer, root):
    close(officer, root)
    structure.add_unit(actor=officer, code="N", name="Kota Baru", kind="pemda", parent=None, starts_on=COMING, **PERDA)

    refused_unit(officer, root, "Kota Baru berdiri di puncak instansi mulai 1 Januari 2027")


def test_posts_of_a_unit_that_closes_come_back_after_it(medan, officer, unit, empty):
    post = held_post(medan, empty, people=0)
    before = everything(medan)
    restructure.close_position(actor=officer, position=post, decree=DECREE)
    close(officer, empty)
    refused(officer, post, "Bidang Tera ditutup pada 1 Januari 2027")

    withdraw_unit(officer, empty)
    withdraw(officer, post)

    assert everything(medan) == before


def test_a_closing_of_a_post_whose_kind_is_not_on_record_goes_back(medan, officer, position, other):
    """As of closings from before the kind was asked: with a post named that was there before, or without."""
    vacant, named = held_post(medan, other, people=0), held_post(medan, other)
    before = everything(medan)
    for successor in (None, named):
        restructure.close_position(actor=officer, position=vacant, decree=DECREE)
        Position.objects.filter(pk=vacant.pk).update(closing_kind="", successor=successor)

        withdraw(officer, vacant)

        assert everything(medan) == before
        vacant.refresh_from_db()


@pytest.mark.parametrize(
    ("change", "shown", "asked"),
    [
        (close, "unit ini ditutup.", "Mulai 1 Januari 2027 Bidang Tera ditutup (Perda 3/2026)."),
        (convert, "unit ini menjadi", "Bidang Tera menjadi Badan Pasar (Perwali 12/2026)."),
    ],
)
def test_the_page_offers_a_closing_and_a_form_and_takes_them_back(medan, client, officer, empty, change, shown, asked):
    there, where = reverse("unit-detail", args=[empty.pk]), reverse("unit-withdraw", args=[empty.pk])
    client.force_login(officer)
    assert where not in client.get(there).text
    change(officer, empty)

    page, form = client.get(there).text, client.get(where).text
    bare, done = client.post(where, {"reason": ""}), client.post(where, {"reason": WHY})

    assert where in page
    assert f"Mulai 1 Januari 2027 {shown}" in page
    assert asked in form
    assert (bare.status_code, done.status_code) == (422, 302)
    empty.refresh_from_db()
    assert empty.ends_on is None


@pytest.mark.parametrize("role", ["staf_bkd", "auditor", "admin_unit"])
@pytest.mark.parametrize("change", [close, convert])
def test_others_take_back_no_closing_and_no_form(medan, client, officer, empty, change, role):
    change(officer, empty)
    where, api = reverse("unit-withdraw", args=[empty.pk]), f"/api/v1/units/{empty.pk}/withdraw/"
    client.force_login(user_with(medan, role, *([empty] if role == "admin_unit" else []), username=role))

    assert [client.post(each, {"reason": "x"}).status_code for each in (where, api)] == [403, 403]
    assert where not in client.get(reverse("unit-detail", args=[empty.pk])).text
    client.force_login(user_with(api_world.jambi(), "bagian_organisasi", username="jambi"))
    assert [client.post(each, {"reason": "x"}).status_code for each in (where, api)] == [404, 404]


@pytest.mark.parametrize("change", [close, convert])
def test_the_api_takes_a_closing_and_a_form_back(medan, client, officer, empty, change):
    change(officer, empty)
    client.force_login(officer)
    of_unit, send = f"/api/v1/units/{empty.pk}/withdraw/", {"content_type": "application/json"}

    done = client.post(of_unit, {"reason": WHY}, **send)
    again = client.post(of_unit, {"reason": WHY}, **send)

    assert (done.status_code, done.json()["ends_on"], again.status_code) == (200, None, 409)


# Doors


def test_the_pages_offer_it_and_take_it_back(medan, client, officer, full):
    unit, other = full
    shown, where = reverse("unit-detail", args=[unit.pk]), reverse("unit-withdraw", args=[unit.pk])
    client.force_login(officer)
    assert where not in client.get(shown).text
    merge_units(officer, [unit], other)

    page, asked = client.get(shown).text, client.get(where).text
    bare, done = client.post(where, {"reason": ""}), client.post(where, {"reason": WHY})

    assert where in page
    assert "Mulai 1 Januari 2027 unit ini masuk ke" in page
    assert "unit ini masuk ke" not in client.get(shown, {"as_of": "2026-01-01"}).text
    assert "Mulai 1 Januari 2027 Dinas Pasar masuk ke Dinas Perdagangan (Perwali 12/2026)." in asked
    assert (bare.status_code, done.status_code) == (422, 302)
    unit.refresh_from_db()
    assert unit.ends_on is None
    assert WHY in client.get(reverse("audit-history", args=["positions_unit", unit.pk])).text


def test_the_page_of_a_post_offers_it_and_takes_it_back(medan, client, officer, position, other):
    target = held_post(medan, other)
    merge(officer, [position], target)
    where, shown = reverse("position-withdraw", args=[position.pk]), reverse("position-detail", args=[position.pk])
    client.force_login(officer)

    page, asked = client.get(shown).text, client.get(where).text
    done = client.post(where, {"reason": WHY})

    assert where in page
    assert f"{target} kembali pada formasi dan K-nya semula." in asked
    assert done.status_code == 302
    assert PositionNeed.objects.get(position=target).ends_on is None


def test_a_refusal_stands_on_the_page_of_a_unit(medan, client, officer, full):
    unit, other = full
    merge_units(officer, [unit], other)
    structure.change_unit(
        actor=officer, unit=Unit.objects.get(name="Bidang Tera"), name="Bidang Ukur", starts_on=LATER, **PERDA
    )
    client.force_login(officer)

    answer = client.post(reverse("unit-withdraw", args=[unit.pk]), {"reason": WHY})

    assert answer.status_code == 422
    assert "Bidang Tera berubah lagi" in answer.text


@pytest.mark.parametrize("role", ["staf_bkd", "auditor", "admin_unit"])
def test_others_get_neither_page_nor_button_nor_route(medan, client, officer, full, role):
    unit, other = full
    merge_units(officer, [unit], other)
    client.force_login(user_with(medan, role, *([unit] if role == "admin_unit" else []), username=role))
    where = reverse("unit-withdraw", args=[unit.pk])

    assert client.post(where, {"reason": "x"}).status_code == 403
    assert where not in client.get(reverse("unit-detail", args=[unit.pk])).text
    assert client.post(f"/api/v1/units/{unit.pk}/withdraw/", {"reason": "x"}).status_code == 403
    client.force_login(user_with(api_world.jambi(), "bagian_organisasi", username="jambi"))
    assert client.post(where, {"reason": "x"}).status_code == 404
    assert client.post(f"/api/v1/units/{unit.pk}/withdraw/", {"reason": "x"}).status_code == 404


def test_the_api_takes_both_back(medan, client, officer, full, position):
    unit, other = full
    client.force_login(officer)
    merge_units(officer, [unit], other)
    of_unit = f"/api/v1/units/{unit.pk}/withdraw/"
    done = client.post(of_unit, {"reason": WHY}, content_type="application/json")
    again = client.post(of_unit, {"reason": WHY}, content_type="application/json")

    target = held_post(medan, other)
    merge(officer, [position], target)
    of_post = f"/api/v1/positions/{position.pk}/withdraw/"
    post = client.post(of_post, {"reason": WHY}, content_type="application/json")

    assert (done.status_code, done.json()["ends_on"], again.status_code) == (200, None, 409)
    assert (post.status_code, post.json()["closing_kind"], post.json()["successor_id"]) == (200, "", None)
