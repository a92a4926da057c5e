"""Decisions on the structure: what moves, what stays, what is refused, and the preview that saves nothing."""

import re
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from asnhr.errors import NotAllowed, RuleBroken
from positions.models import (
    FollowUp,
    Incumbency,
    Position,
    PositionGoal,
    PositionNeed,
    RemovalHearing,
    Reservation,
    Seat,
)
from positions.queries import register
from positions.services import decisions, hearings, restructure
from positions.services.day import turn
from positions.services.restructure import Decree
from tests.factories import positions as make
from tests.factories.asnhr import AgencyFactory
from tests.positions.structure_world import TODAY, address, browser, figures, held_post
from tests.positions.test_hearings import BASIS, FRESH
from tests.roles import user_with, with_access

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen")]
DAY = date(2026, 12, 1)
DECREE = Decree("Perwali 12/2026", date(2026, 11, 20), DAY)
FORM = {"starts_on": "2026-12-01", "decree": "Perwali 12/2026", "decree_on": "2026-11-20"}


# Positions


def test_a_moved_position_takes_seats_holders_need_and_goals_along(medan, officer, unit, other):
    position = held_post(medan, unit)

    outcome = restructure.move_position(actor=officer, position=position, unit=other, decree=DECREE)

    made = outcome.result
    position.refresh_from_db()
    assert (position.ends_on, position.successor_id, position.closing_decree) == (DAY, made.pk, "Perwali 12/2026")
    assert (made.unit, made.job, made.starts_on) == (other, position.job, DAY)
    assert figures(made, DAY) == (2, 2)
    assert figures(position, TODAY) == (2, 2)
    assert len(outcome.people) == 2
    new = Incumbency.objects.filter(position=made).select_related("employee")
    # Until the day comes, people belong where their posts of today are: so do the rights to their records.
    assert {(each.decree, each.starts_on, each.employee.unit_id) for each in new.all()} == {
        ("Perwali 12/2026", DAY, unit.pk)
    }
    assert turn(medan.pk, TODAY) == {"units": 0, "people": 0, "jobs": 0}
    assert turn(medan.pk, DAY) == {"units": 0, "people": 2, "jobs": 0}
    assert {each.employee.unit_id for each in new.all()} == {other.pk}
    assert not Incumbency.objects.filter(position=position, ends_on__isnull=True).exists()
    assert PositionGoal.objects.get(position=made).starts_on == DAY
    need = PositionNeed.objects.get(position=made)
    assert (need.need, need.decree, need.decree_on) == (2, "Perwali 12/2026", date(2026, 11, 20))


def test_who_acts_goes_along_and_a_supernumerary_seat_stays_one(medan, officer, unit, other):
    position = held_post(medan, unit, need=2, people=1)
    vacant = Seat.objects.get(position=position, number=2)
    deputy = make.EmployeeFactory(agency=medan, unit=other)
    make.IncumbencyFactory(agency=medan, position=position, employee=deputy, seat=vacant, kind="plt")
    beyond = make.SeatFactory(agency=medan, position=position, number=3, kind="di_luar_formasi")
    make.IncumbencyFactory(agency=medan, position=position, seat=beyond)

    made = restructure.move_position(actor=officer, position=position, unit=other, decree=DECREE).result

    assert list(Seat.objects.filter(position=made).order_by("number").values_list("kind", flat=True)) == [
        "formasi", "formasi", "di_luar_formasi",
    ]  # fmt: skip
    assert Incumbency.objects.get(position=made, kind="plt").employee == deputy
    deputy.refresh_from_db()
    assert deputy.unit == other


def test_a_position_is_converted_to_another_job(medan, officer, unit):
    position = held_post(medan, unit)
    job = make.JobFactory(agency=medan, group="fungsional", level="AHLI_MUDA", name="Analis Kebijakan Ahli Muda")

    made = restructure.convert_position(actor=officer, position=position, job=job, decree=DECREE).result

    assert (made.job, made.unit, figures(made, DAY)) == (job, unit, (2, 2))


@pytest.mark.parametrize(("number", "expected", "beyond"), [(None, (5, 4), 0), (3, (3, 4), 1)])
def test_merged_positions_add_up_unless_the_decree_says_another_number(
    medan, officer, unit, other, number, expected, beyond
):
    one, target = held_post(medan, unit), held_post(medan, other, need=3, people=2)

    restructure.merge_positions(actor=officer, positions=[one], target=target, decree=DECREE, number=number)

    assert figures(target, DAY) == expected
    assert figures(target, TODAY) == (3, 2)
    assert Seat.objects.decided(DAY).filter(position=target).count() == expected[0]
    assert Seat.objects.filter(position=target, kind="di_luar_formasi").count() == beyond


def test_a_position_closes_by_a_decree_once_it_is_empty(medan, officer, unit):
    position = held_post(medan, unit)

    with pytest.raises(RuleBroken, match="masih dipangku 2 orang"):
        restructure.close_position(actor=officer, position=position, decree=DECREE)

    Incumbency.objects.filter(position=position).update(ends_on=TODAY)
    restructure.close_position(actor=officer, position=position, decree=DECREE)
    position.refresh_from_db()
    assert (position.ends_on, position.closing_decree) == (DAY, "Perwali 12/2026")


@pytest.mark.parametrize(
    ("decree", "words"),
    [(Decree(" ", date(2026, 11, 1), DAY), "nomor keputusannya"), (Decree("1", date(2027, 1, 1), DAY), "sebelum")],
)
def test_no_decision_without_a_decree_or_before_it(medan, officer, unit, other, decree, words):
    with pytest.raises(RuleBroken, match=words):
        restructure.move_position(actor=officer, position=held_post(medan, unit), unit=other, decree=decree)


def test_what_is_on_record_for_later_is_refused(medan, officer, unit, other):
    position = held_post(medan, unit, people=1)
    make.IncumbencyFactory(
        agency=medan, position=position, seat=Seat.objects.get(position=position, number=2), starts_on=date(2027, 1, 1)
    )

    with pytest.raises(RuleBroken, match="1 Januari 2027"):
        restructure.move_position(actor=officer, position=position, unit=other, decree=DECREE)


def test_a_decision_needs_the_right_in_both_units(medan, unit, other):
    position = held_post(medan, unit)
    reader = with_access(user_with(medan, "staf_bkd", username="bkd"), medan)

    with pytest.raises(NotAllowed):
        restructure.move_position(actor=reader, position=position, unit=other, decree=DECREE)


def test_the_cost_does_not_grow_with_people(medan, officer, unit, other):
    costs = []
    for people in (1, 12):
        position = held_post(medan, unit, need=people, people=people)
        with CaptureQueriesContext(connection) as queries:
            restructure.move_position(actor=officer, position=position, unit=other, decree=DECREE)
        costs.append(len(queries))

    assert costs[0] == costs[1]


# Units


def test_a_merged_unit_gives_its_posts_people_and_units(medan, officer, unit, other):
    job = make.JobFactory(agency=medan, name="Pengolah Data")
    one, target = held_post(medan, unit, job=job), held_post(medan, other, job=job, need=1, people=1)
    alone = held_post(medan, unit)
    head = held_post(medan, unit, need=1, people=0, is_head=True)
    below = make.UnitFactory(agency=medan, name="Bidang Retribusi", parent=unit)
    free = make.EmployeeFactory(agency=medan, unit=unit)

    outcome = restructure.merge_units(actor=officer, units=[unit], target=other, decree=DECREE)

    for row in (unit, below, free, one, alone, head):
        row.refresh_from_db()
    assert (unit.ends_on, unit.successor, unit.closing_decree) == (DAY, other, "Perwali 12/2026")
    assert unit.closing_decree_on == below.periods.get(ends_on=None).decree_on == DECREE.decided_on
    assert (below.parent, free.unit) == (unit, unit)
    # Four of the posts, one without; a second turn of the day finds nothing left to do.
    assert turn(medan.pk, DAY) == {"units": 1, "people": 5, "jobs": 0}
    assert turn(medan.pk, DAY) == {"units": 0, "people": 0, "jobs": 0}
    for row in (below, free):
        row.refresh_from_db()
    assert (below.parent, below.office, free.unit) == (other, other, other)
    assert (one.successor, figures(target, DAY)) == (target, (3, 3))
    assert (alone.successor.unit, figures(alone.successor, DAY)) == (other, (2, 2))
    # The one head goes on where the target has none.
    assert head.successor.is_head
    assert len(outcome.people) == 4
    (then,) = register.unit_tree(officer, TODAY)
    assert {node.name for node in then.children} == {"Dinas Pasar", "Dinas Perdagangan"}


def test_a_merger_is_refused_while_a_head_would_be_left(medan, officer, unit, other):
    held_post(medan, unit, need=1, people=1, is_head=True)
    held_post(medan, other, need=1, people=1, is_head=True)

    with pytest.raises(RuleBroken, match="Kepala unit yang digabung masih memangku"):
        restructure.merge_units(actor=officer, units=[unit], target=other, decree=DECREE)


def test_a_unit_goes_on_in_another_form_with_its_head(medan, officer, unit, root):
    head = held_post(medan, unit, need=1, people=1, is_head=True)

    made = restructure.convert_unit(
        actor=officer, unit=unit, code="BAPPENDA", name="Badan Pendapatan", kind="badan", decree=DECREE
    ).result

    unit.refresh_from_db()
    head.refresh_from_db()
    assert (made.kind, made.parent, unit.successor) == ("badan", root, made)
    assert (head.successor.unit, head.successor.is_head, figures(head.successor, DAY)) == (made, True, (1, 1))


# Preview and pages


def test_a_preview_is_the_change_itself_and_leaves_nothing(medan, officer, unit, other):
    position = held_post(medan, unit)
    before = Incumbency.objects.count(), Seat.objects.count(), Position.objects.count()

    seen = restructure.preview(
        lambda: restructure.move_position(actor=officer, position=position, unit=other, decree=DECREE),
        lambda outcome: figures(outcome.result, DAY),
    )

    assert seen == (2, 2)
    assert (Incumbency.objects.count(), Seat.objects.count(), Position.objects.count()) == before


def test_the_page_shows_before_and_after_then_saves_what_was_shown(medan, officer, unit, other):
    position, client = held_post(medan, unit), browser(officer)
    where = address("position-move", position.pk, ke=other.pk)

    shown = client.post(where, FORM).content.decode()
    mark = re.search(r'name="tanda" value="(\w+)"', shown)[1]
    changed = client.post(where, FORM | {"decree": "Lain", "tanda": mark, "langkah": "simpan"})
    assert Position.objects.filter(unit=other).count() == 0
    saved = client.post(where, FORM | {"tanda": mark, "langkah": "simpan"})

    assert all(
        words in shown for words in ("Peta sebelum", "Peta sesudah", "Pegawai yang terkena: 2", "Belum ada yang")
    )
    assert b"Peta sesudah" in changed.content
    assert saved.status_code == 302
    assert Position.objects.filter(unit=other).count() == 1
    # The day is still to come: who looks at today finds nothing changed, and is told why.
    assert "Sampai 1 Desember 2026 keadaannya tetap seperti sekarang." in client.get(saved["Location"]).text


def test_a_broken_rule_stands_on_the_form(medan, officer, unit):
    position, client = held_post(medan, unit), browser(officer)

    answer = client.post(address("position-abolish", position.pk), FORM)

    assert answer.status_code == 422
    assert "masih dipangku 2 orang" in answer.content.decode()


@pytest.mark.parametrize("name", ["unit-merge", "position-move", "position-convert", "position-merge"])
def test_what_a_decision_goes_to_is_picked_first(medan, officer, unit, other, name):
    job = make.JobFactory(agency=medan, name="Dinas Analis")
    position = held_post(medan, unit)
    held_post(medan, other, job=job)
    row = unit if name.startswith("unit") else position

    shown = browser(officer).get(address(name, row.pk, q="dinas")).content.decode()

    assert f"{address(name, row.pk)}?" in shown


@pytest.mark.parametrize(
    "name", ["unit-merge", "unit-convert", "position-move", "position-convert", "position-merge", "position-abolish"]
)
def test_who_may_not_change_the_structure_and_who_is_elsewhere(medan, unit, name):
    row = unit if name.startswith("unit") else held_post(medan, unit)
    reader = browser(user_with(medan, "staf_bkd", username="bkd"))
    foreign = browser(user_with(AgencyFactory(code="1571", name="Jambi"), "bagian_organisasi", username="jambi"))

    assert reader.get(address(name, row.pk)).status_code == 403
    assert reader.post(address(name, row.pk), FORM).status_code == 403
    assert foreign.get(address(name, row.pk)).status_code == 404


# The API


def test_the_api_previews_and_decides_by_the_same_services(medan, officer, unit, other):
    position, client = held_post(medan, unit), browser(officer)
    where, sent = f"/api/v1/positions/{position.pk}/move/", FORM | {"unit_id": other.pk}

    seen = client.post(where, sent | {"preview": True}, content_type="application/json").json()
    position.refresh_from_db()
    assert position.ends_on is None
    made = client.post(where, sent, content_type="application/json").json()

    assert (seen["preview"], len(seen["people"]), seen["moved"][0]["old_id"]) == (True, 2, position.pk)
    assert (made["preview"], made["moved"]) == (False, [{"old_id": position.pk, "new_id": made["result_id"]}])
    assert client.get(f"/api/v1/positions/{position.pk}/").json()["successor_id"] == made["result_id"]


@pytest.mark.parametrize(
    ("path", "extra"),
    [
        ("units/{unit}/merge/", {"target_id": "other"}),
        ("units/{unit}/convert/", {"code": "B1", "name": "Badan Baru", "kind": "badan"}),
        ("positions/{position}/convert/", {"job_id": "job"}),
        ("positions/{position}/merge/", {"target_id": "target"}),
    ],
)
def test_each_decision_has_its_door_in_the_api(medan, officer, unit, other, path, extra):
    position, target, job = held_post(medan, unit), held_post(medan, other), make.JobFactory(agency=medan)
    rows = {"other": other.pk, "job": job.pk, "target": target.pk}
    where = "/api/v1/" + path.format(unit=unit.pk, position=position.pk)
    sent = FORM | {name: rows.get(value, value) for name, value in extra.items()}

    refused = browser(user_with(medan, "staf_bkd", username="bkd")).post(where, sent, content_type="application/json")
    answer = browser(officer).post(where, sent, content_type="application/json")

    assert refused.status_code == 403
    assert (answer.status_code, len(answer.json()["people"])) == (200, 2)


def test_the_api_says_why_a_post_cannot_close(medan, officer, unit):
    position = held_post(medan, unit)

    answer = browser(officer).post(f"/api/v1/positions/{position.pk}/abolish/", FORM, content_type="application/json")

    assert answer.status_code == 409
    assert "masih dipangku 2 orang" in answer.json()["detail"]


# The follow-ups that start a decision


@pytest.mark.parametrize(("recommendation", "name"), [("HAPUS", "position-abolish"), ("GABUNG", "position-merge")])
def test_an_approved_change_of_the_map_starts_its_decision_and_is_done_by_it(
    medan, officer, unit, other, recommendation, name
):
    position, target = held_post(medan, unit, people=0), held_post(medan, other)
    analysis = make.NeedsAnalysisFactory(agency=medan, parameters=BASIS, as_of=date(2026, 10, 1))
    result = make.NeedsResultFactory(
        agency=medan, analysis=analysis, position=position, unit=unit, recommendation=recommendation, row=5, b=0,
        quantity=0, evidence=FRESH, reason="BEBAN_MEMUDAR",
    )  # fmt: skip
    line = make.RecommendationLineFactory(agency=medan, result=result, recommendation=recommendation, quantity=0)
    staff = with_access(user_with(medan, "staf_bkd", username="bkd"), medan)
    decisions.decide(line=line, verdict="setuju", reason="Sesuai", actor=staff)
    row, client = FollowUp.objects.get(), browser(officer)

    start = address(name, position.pk, tindak=row.pk)
    assert start in client.get(reverse("followup-detail", args=[row.pk])).content.decode()
    where = start if recommendation == "HAPUS" else address(name, position.pk, ke=target.pk, tindak=row.pk)
    assert "Beban" in client.get(where).content.decode()
    sent = FORM | {"note": "Sesuai usul"}
    mark = re.search(r'name="tanda" value="(\w+)"', client.post(where, sent).content.decode())[1]
    row.refresh_from_db()
    assert row.state == "terbuka"
    saved = client.post(where, sent | {"tanda": mark, "langkah": "simpan"})

    row.refresh_from_db()
    position.refresh_from_db()
    assert saved.status_code == 302
    assert (row.state, position.ends_on) == ("selesai", DAY)
    assert "Perwali 12/2026 tanggal 20-11-2026" in row.note
    assert client.get(start).status_code == 404


def test_a_merger_tells_where_its_holders_were_promised_a_seat(medan, officer, unit, other):
    """Named first in the list, shown beside the form; who is led elsewhere is warned of by every door."""
    position, promised, elsewhere = held_post(medan, unit), held_post(medan, other), held_post(medan, other, people=0)
    analysis = make.NeedsAnalysisFactory(agency=medan, parameters=BASIS, as_of=date(2026, 10, 1))
    result = make.NeedsResultFactory(
        agency=medan, analysis=analysis, position=position, unit=unit, recommendation="GABUNG", row=5, b=2, quantity=2,
        evidence=FRESH, reason="BEBAN_MEMUDAR",
    )  # fmt: skip
    line = make.RecommendationLineFactory(agency=medan, result=result, recommendation="GABUNG", quantity=2)
    row = FollowUp.objects.create(agency=medan, line=line, position=position, list="peta_jabatan", quantity=2)
    people = [each.employee for each in position.incumbencies.order_by("pk")]
    for number, (person, post) in enumerate(zip(people, (promised, elsewhere), strict=True), 1):
        RemovalHearing.objects.create(
            agency=medan, line=line, employee=person, heard_on=TODAY, note="Rahasia keluarga",
            target_seat=post.seats.get(number=number), recorded_by=officer,
        )  # fmt: skip
    start = address("position-merge", position.pk, tindak=row.pk)
    client = browser(officer)

    offered = client.get(start).content.decode()
    form = client.get(address("position-merge", position.pk, ke=promised.pk, tindak=row.pk)).content.decode()
    seen = client.post(
        address("position-merge", position.pk, ke=promised.pk, tindak=row.pk), FORM | {"note": "Sesuai usul"}
    )
    done = client.post(
        f"/api/v1/positions/{position.pk}/merge/",
        FORM | {"target_id": promised.pk, "preview": True}, content_type="application/json",
    ).json()  # fmt: skip

    assert offered.count("formasi tujuan 1 pemangku saat didengar") == 2
    assert f"{people[1].full_name} → {elsewhere}" in form
    assert "Rahasia keluarga" not in offered + form + seen.content.decode()
    assert done["warnings"] == [
        f"Saat didengar, formasi tujuannya {elsewhere}, bukan {promised}: {people[1].full_name}."
    ]


def heard_and_gone(medan, officer, position, *, named):
    """Three who held the post were heard, each with a seat of `named`: one holds it, one another post, one none; a
    fourth has left. Return the follow-up, the people and the other post."""
    unit = position.unit
    analysis = make.NeedsAnalysisFactory(agency=medan, parameters=BASIS, as_of=date(2026, 10, 1))
    result = make.NeedsResultFactory(
        agency=medan, analysis=analysis, position=position, unit=unit, recommendation="HAPUS", row=5, b=4, quantity=4,
        evidence=FRESH, reason="BEBAN_MEMUDAR",
    )  # fmt: skip
    line = make.RecommendationLineFactory(agency=medan, result=result, recommendation="HAPUS", quantity=4)
    row = FollowUp.objects.create(agency=medan, line=line, position=position, list="peta_jabatan", quantity=4)
    people = make.EmployeeFactory.create_batch(4, agency=medan, unit=unit)
    for number, person in enumerate(people, 1):
        RemovalHearing.objects.create(
            agency=medan, line=line, employee=person, heard_on=TODAY, note="Rahasia keluarga",
            target_seat=named.seats.get(number=number), recorded_by=officer,
        )  # fmt: skip
    elsewhere = held_post(medan, unit, people=0)
    for person, post in zip(people[:2], (named, elsewhere), strict=True):
        make.IncumbencyFactory(agency=medan, position=post, seat=post.seats.get(number=1), employee=person)
    people[3].exits_on, people[3].exit_reason = TODAY, "pensiun"
    people[3].save()
    return row, people, elsewhere


def test_a_closing_tells_who_went_elsewhere_than_heard(medan, officer, unit, other):
    position, named = held_post(medan, unit, people=0), held_post(medan, other, need=4, people=0)
    row, people, elsewhere = heard_and_gone(medan, officer, position, named=named)
    client = browser(officer)
    told = [
        f"Saat didengar, formasi tujuannya {named}; pada 1 Desember 2026 memangku {elsewhere}: {people[1].full_name}.",
        f"Saat didengar, formasi tujuannya {named}; pada 1 Desember 2026 belum memangku jabatan: "
        f"{people[2].full_name}.",
    ]

    start = address("position-abolish", position.pk, tindak=row.pk)
    seen = client.post(start, FORM | {"note": "Sesuai usul"}).content.decode()
    finishing = client.get(reverse("followup-detail", args=[row.pk])).content.decode()
    send = {"content_type": "application/json"}
    api = f"/api/v1/positions/{position.pk}/"
    abolished = client.post(f"{api}abolish/", FORM | {"preview": True}, **send).json()

    for each in told:
        assert each in seen
        assert each.replace("1 Desember", "22 November") in finishing
    assert people[0].full_name not in finishing
    assert people[3].full_name not in finishing
    assert "Rahasia keluarga" not in seen + finishing
    assert abolished["warnings"] == told


def test_a_closing_asks_no_more_for_many_heard_and_nothing_once_it_is_made(medan, officer, unit, other):
    position, named = held_post(medan, unit, people=0), held_post(medan, other, need=4, people=0)
    row, _people, _elsewhere = heard_and_gone(medan, officer, position, named=named)

    with CaptureQueriesContext(connection) as seen:
        assert len(hearings.gone_elsewhere(medan.pk, [position.pk], TODAY)) == 2
    FollowUp.objects.filter(pk=row.pk).update(state="selesai")
    with CaptureQueriesContext(connection) as after:
        assert hearings.gone_elsewhere(medan.pk, [position.pk], TODAY) == []

    assert (len(seen), len(after)) == (3, 1)


def test_a_post_named_that_went_on_as_another_is_the_same(medan, officer, unit, other, root):
    position, named = held_post(medan, unit, people=0), held_post(medan, other, need=4, people=0)
    _row, people, _elsewhere = heard_and_gone(medan, officer, position, named=named)
    restructure.move_position(actor=officer, position=named, unit=root, decree=DECREE)

    (first, second) = hearings.gone_elsewhere(medan.pk, [position.pk], DAY)

    assert people[0].full_name not in first + second


# What is refused says why


def test_a_post_on_its_first_day_says_when_it_may_be_merged(medan, officer, unit, other):
    young = held_post(medan, unit, people=0, starts_on=DAY)
    target = held_post(medan, other, people=0)

    for run in (
        lambda: restructure.merge_positions(actor=officer, positions=[young], target=target, decree=DECREE),
        lambda: restructure.move_position(actor=officer, position=young, unit=other, decree=DECREE),
        lambda: restructure.merge_units(actor=officer, units=[unit], target=other, decree=DECREE),
    ):
        with pytest.raises(RuleBroken, match="baru mulai pada 1 Desember 2026; pilih hari sesudahnya"):
            run()


def test_a_post_to_be_closed_says_from_when(medan, officer, unit):
    gone = held_post(medan, unit, people=0, ends_on=date(2027, 1, 1))
    target = held_post(medan, unit, people=0)

    with pytest.raises(RuleBroken, match="akan ditutup mulai 1 Januari 2027 menurut keputusan"):
        restructure.merge_positions(actor=officer, positions=[gone], target=target, decree=DECREE)


def test_nothing_goes_to_a_unit_that_is_to_close_and_the_reason_is_true(medan, officer, unit, other):
    """It is there on the day, and closes later: not "is not there, or was closed"."""
    position = held_post(medan, unit, people=0)
    other.periods.update(ends_on=date(2027, 1, 1))
    type(other).objects.filter(pk=other.pk).update(ends_on=date(2027, 1, 1))
    other.refresh_from_db()

    for run in (
        lambda: restructure.move_position(actor=officer, position=position, unit=other, decree=DECREE),
        lambda: restructure.merge_units(actor=officer, units=[unit], target=other, decree=DECREE),
        lambda: restructure.merge_units(actor=officer, units=[other], target=unit, decree=DECREE),
    ):
        with pytest.raises(RuleBroken, match=f"Unit {other.name} akan ditutup mulai 1 Januari 2027"):
            run()


# Seats that are promised


@pytest.mark.parametrize(
    ("ends_on", "words"),
    [
        (date(2027, 6, 1), "dari 1 November 2026 sampai dengan 31 Mei 2027"),
        (None, "sejak 1 November 2026"),
    ],
)
def test_a_promised_seat_stands_in_the_way_of_closing(medan, officer, unit, other, ends_on, words):
    """As it does of a lower K: by closing, by merging and by a unit that closes its head's post."""
    position, target = held_post(medan, unit, people=0), held_post(medan, unit)
    head = held_post(medan, other, need=1, people=0, is_head=True)
    held_post(medan, unit, need=1, people=1, is_head=True)
    for post in (position, head):
        Reservation.objects.create(
            agency=medan, seat=post.seats.get(number=1), reason="Seleksi", starts_on=date(2026, 11, 1), ends_on=ends_on
        )
    told = r"Formasi nomor 1 {} dipesan {} \(Seleksi\); akhiri pemesanan itu dahulu"

    for post, run in (
        (position, lambda: restructure.close_position(actor=officer, position=position, decree=DECREE)),
        (
            position,
            lambda: restructure.merge_positions(actor=officer, positions=[position], target=target, decree=DECREE),
        ),
        (position, lambda: restructure.move_position(actor=officer, position=position, unit=other, decree=DECREE)),
        (head, lambda: restructure.merge_units(actor=officer, units=[other], target=unit, decree=DECREE)),
    ):
        with pytest.raises(RuleBroken, match=told.format(re.escape(str(post)), words)):
            run()


def test_a_merger_to_a_lower_k_keeps_the_promised_seats_of_its_target(medan, officer, unit):
    position, target = held_post(medan, unit), held_post(medan, unit, people=0)
    for seat in target.seats.all():
        Reservation.objects.create(agency=medan, seat=seat, reason="Seleksi", starts_on=date(2026, 11, 1))

    told = re.escape(f"{target} dipesan sejak 1 November 2026 (Seleksi)")
    with pytest.raises(RuleBroken, match=told) as refused:
        restructure.merge_positions(actor=officer, positions=[position], target=target, decree=DECREE, number=3)

    assert list(refused.value.fields) == ["number"]


def test_a_seat_that_was_promised_until_before_the_day_is_in_nobodys_way(medan, officer, unit):
    position = held_post(medan, unit, people=0)
    Reservation.objects.create(
        agency=medan, seat=position.seats.get(number=1), reason="Seleksi", starts_on=date(2026, 11, 1), ends_on=DAY
    )

    restructure.close_position(actor=officer, position=position, decree=DECREE)

    position.refresh_from_db()
    assert position.ends_on == DAY


def test_two_posts_of_one_unit_show_it_once_before_they_merge(medan, officer, unit):
    position, target = held_post(medan, unit), held_post(medan, unit)

    context = browser(officer).post(address("position-merge", position.pk, ke=target.pk), FORM).context

    # Of one unit the drawing needs no frame around several.
    for when in ("before", "after"):
        assert "Dinas Pasar" in context[when]["picture"]
        assert "Unit yang terkena" not in context[when]["picture"]


# One head, one seat


def test_a_head_does_not_move_to_a_unit_that_has_one(medan, officer, unit, other):
    head = held_post(medan, unit, need=1, people=1, is_head=True)
    gone = held_post(medan, other, need=1, people=0, is_head=True)

    with pytest.raises(RuleBroken, match="Dinas Perdagangan sudah dikepalai"):
        restructure.move_position(actor=officer, position=head, unit=other, decree=DECREE)
    restructure.close_position(actor=officer, position=gone, decree=DECREE)
    assert restructure.move_position(actor=officer, position=head, unit=other, decree=DECREE).result.is_head


def test_a_head_that_takes_in_a_post_stays_one_seat(medan, officer, unit):
    head = held_post(medan, unit, need=1, people=0, is_head=True)
    more = held_post(medan, unit, need=1, people=0)
    given = {"actor": officer, "positions": [more], "target": head, "decree": DECREE}

    with pytest.raises(RuleBroken, match="hanya satu formasi"):
        restructure.merge_positions(**given)
    with pytest.raises(RuleBroken, match="hanya satu formasi"):
        restructure.merge_positions(**given, number=3)
    assert restructure.merge_positions(**given, number=1).result == head
    assert figures(head, DAY) == (1, 0)
