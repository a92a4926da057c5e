"""Before a post goes: its holders are heard, and nobody loses a post without a target seat (needs-analysis.md 5)."""

from datetime import date

import pytest
import time_machine
from django.urls import reverse

from asnhr.errors import NotAllowed, RuleBroken
from asnhr.scope import agency_scope
from positions import models
from positions.queries import education
from positions.services import decisions, hearings
from tests.factories.asnhr import AgencyFactory
from tests.factories.positions import (
    IncumbencyFactory,
    NeedsAnalysisFactory,
    NeedsResultFactory,
    PositionFactory,
    RecommendationLineFactory,
    SeatFactory,
    UnitFactory,
)
from tests.roles import user_with, with_access

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_november")]
TODAY = date(2026, 11, 22)
BASIS = {"values": {"needs.submit_months": {"value": 12}}, "overlay": {}}
FRESH = {"need": {"source": "ABK", "state": "disahkan", "measured_on": "2026-01-05"}}


@pytest.fixture
def in_november():
    with time_machine.travel("2026-11-22 03:00+07:00", tick=False):
        yield


@pytest.fixture
def agency():
    return AgencyFactory()


@pytest.fixture
def root(agency):
    with agency_scope(agency):
        yield UnitFactory(agency=agency, code="R")


@pytest.fixture
def staff(agency, root):
    return with_access(user_with(agency, "staf_bkd"), agency)


@pytest.fixture
def candidate(root):
    """A held post that is to go; `candidate("GABUNG", people=2)` returns its line."""
    analysis = NeedsAnalysisFactory(parameters=BASIS, as_of=date(2026, 10, 1))

    def make(recommendation="HAPUS", people=1, **facts):
        position = PositionFactory(unit=UnitFactory(parent=root))
        for _number in range(people):
            IncumbencyFactory(position=position)
        facts = {"row": 5, "b": people, "quantity": people, "evidence": FRESH} | facts
        result = NeedsResultFactory(analysis=analysis, position=position, recommendation=recommendation, **facts)
        return RecommendationLineFactory(result=result, recommendation=recommendation, quantity=people)

    return make


@pytest.fixture
def seat(root):
    return lambda **facts: SeatFactory(position=PositionFactory(unit=root), **facts)


def people_of(line):
    return list(models.Incumbency.objects.filter(position=line.result.position).order_by("pk"))


def hear(line, actor, target, person=None, **facts):
    facts = {"heard_on": TODAY, "note": "Bersedia pindah", "day": TODAY} | facts
    person = person or people_of(line)[0].employee
    return hearings.record(line=line, employee_id=person.pk, target_seat_id=target.pk, actor=actor, **facts)


def approve(line, actor):
    return decisions.decide(line=line, verdict="setuju", reason="Sesuai", actor=actor)


@pytest.mark.parametrize("recommendation", ["HAPUS", "GABUNG"])
def test_a_held_post_goes_only_after_its_holder_was_heard(recommendation, candidate, staff, seat):
    line = candidate(recommendation)
    person = people_of(line)[0].employee

    with pytest.raises(RuleBroken, match="harus didengar dan punya formasi tujuan") as refusal:
        approve(line, staff)
    assert person.full_name in str(refusal.value)
    assert not models.Decision.objects.exists()

    hear(line, staff, seat())
    approve(line, staff)
    assert models.FollowUp.objects.get().list == "peta_jabatan"


def test_it_may_be_rejected_or_deferred_without(candidate, staff):
    first, second = candidate(), candidate()

    decisions.decide(line=first, verdict="tolak", reason="Masih perlu", actor=staff)
    decisions.decide(line=second, verdict="tunda", reason="Nanti", actor=staff)

    states = models.RecommendationLine.objects.filter(pk__in=[first.pk, second.pk]).order_by("pk")
    assert list(states.values_list("state", flat=True)) == ["tolak", "tunda"]


def test_an_empty_post_needs_nobody(candidate, staff):
    line = candidate(people=0)

    approve(line, staff)

    assert models.RecommendationLine.objects.get(pk=line.pk).state == "setuju"


def test_everybody_is_heard_and_many_lines_at_once_need_all(candidate, staff, seat):
    two, one = candidate(people=2), candidate()
    first, second = people_of(two)
    hear(two, staff, seat(), first.employee)
    hear(one, staff, seat())

    with pytest.raises(RuleBroken, match=second.employee.full_name):
        decisions.decide_many(lines=[two.pk, one.pk], verdict="setuju", reason="Sesuai", actor=staff)
    hear(two, staff, seat(), second.employee)
    decisions.decide_many(lines=[two.pk, one.pk], verdict="setuju", reason="Sesuai", actor=staff)


def test_part_timers_are_heard_too_and_those_who_act_keep_their_own_post(candidate, staff, seat):
    line = candidate(people=0)
    post = line.result.position
    IncumbencyFactory(position=post, kind="plt")
    approve(candidate(people=0), staff)
    IncumbencyFactory(position=post, kind="paruh_waktu", seat=None)

    with pytest.raises(RuleBroken, match="harus didengar"):
        approve(line, staff)
    hear(line, staff, seat(), models.Incumbency.objects.get(kind="paruh_waktu").employee)
    approve(line, staff)


def test_a_printed_b_names_nobody_who_could_be_heard(candidate, staff):
    line = candidate(people=0, b=2, evidence={**FRESH, "supply": {"printed": True}})

    with pytest.raises(RuleBroken, match="tercetak"):
        approve(line, staff)


def test_the_target_seat_is_free_and_on_another_post(agency, candidate, staff, seat, root):
    line = candidate()
    taken, reserved, closed, beyond = seat(), seat(), seat(ends_on=TODAY), seat(kind="di_luar_formasi")
    IncumbencyFactory(position=taken.position, seat=taken)
    models.Reservation.objects.create(agency=agency, seat=reserved, reason="Seleksi", starts_on=date(2027, 1, 1))
    own = SeatFactory(position=line.result.position)

    for target in (taken, reserved, closed, beyond, own):
        with pytest.raises(RuleBroken, match="harus formasi lowong"):
            hear(line, staff, target)


def test_a_seat_is_kept_for_one(candidate, staff, seat):
    one, other, target = candidate(), candidate(), seat()
    hear(one, staff, target)

    with pytest.raises(RuleBroken, match="disediakan bagi orang lain"):
        hear(other, staff, target)
    assert hearings.seat_for(one.agency_id, target.position.code, TODAY) is None
    decisions.decide(line=one, verdict="tolak", reason="Masih perlu", actor=staff)
    hear(other, staff, target)


def test_a_seat_that_was_taken_meanwhile_is_none(candidate, staff, seat):
    line, target = candidate(), seat()
    hear(line, staff, target)
    IncumbencyFactory(position=target.position, seat=target)

    with pytest.raises(RuleBroken, match="tidak lagi lowong"):
        approve(line, staff)
    hear(line, staff, seat())
    approve(line, staff)


@pytest.mark.parametrize(
    ("facts", "why"),
    [
        ({"note": " "}, "apa yang disampaikan"),
        ({"heard_on": date(2026, 9, 30)}, "sesudah analisisnya"),
        ({"heard_on": date(2026, 11, 23)}, "sesudah analisisnya"),
    ],
)
def test_a_hearing_says_what_and_when(facts, why, candidate, staff, seat):
    with pytest.raises(RuleBroken, match=why):
        hear(candidate(), staff, seat(), **facts)


def test_only_holders_of_candidates_are_heard(candidate, staff, seat):
    line, other = candidate(), candidate("LEPAS", row=11)

    with pytest.raises(RuleBroken, match="tidak memangku"):
        hear(line, staff, seat(), people_of(other)[0].employee)
    with pytest.raises(RuleBroken, match="hanya dicatat pada usul"):
        hear(other, staff, seat())


@pytest.mark.parametrize("role", ["auditor", "admin_daerah", "admin_unit", "pengelola_kepegawaian", "pegawai"])
def test_these_roles_record_none(role, agency, candidate, seat, root):
    units = [root] if role in ("admin_unit", "pengelola_kepegawaian") else []
    user = with_access(user_with(agency, role, *units), agency)

    with pytest.raises(NotAllowed):
        hear(candidate(), user, seat())


@pytest.mark.parametrize("role", ["staf_bkd", "bagian_organisasi", "pyb", "ppk"])
def test_these_roles_record_them_but_not_on_their_own_post(role, agency, candidate, seat):
    line, own = candidate(), candidate()
    holder = people_of(own)[0].employee
    user = with_access(user_with(agency, role, nip=holder.nip), agency)

    assert hear(line, user, seat()).recorded_by == user
    with pytest.raises(NotAllowed, match="jabatannya sendiri"):
        hear(own, user, seat())


def test_another_agency_records_none(agency, candidate, seat):
    jambi = AgencyFactory(code="1571", name="Pemerintah Kota Jambi", short_name="Jambi")
    stranger = user_with(jambi, "staf_bkd")
    line, target = candidate(), seat()
    person = people_of(line)[0].employee
    with agency_scope(jambi, stranger.pk):
        with_access(stranger, jambi)
    with pytest.raises(NotAllowed):
        hear(line, stranger, target, person)


def test_the_map_is_not_changed_while_somebody_would_lose_the_post(agency, candidate, staff, seat):
    line, target = candidate(), seat()
    organisation = with_access(user_with(agency, "bagian_organisasi"), agency)
    hear(line, staff, target)
    approve(line, staff)
    follow_up = models.FollowUp.objects.get()
    newcomer = IncumbencyFactory(position=line.result.position, starts_on=date(2026, 11, 20))

    with pytest.raises(RuleBroken, match=newcomer.employee.full_name):
        decisions.finish(follow_up=follow_up, note="Perwal 5/2026", actor=organisation, day=TODAY)
    newcomer.delete()
    models.Incumbency.objects.filter(position=line.result.position).update(ends_on=TODAY)
    IncumbencyFactory(position=target.position, seat=target, starts_on=TODAY)
    done = decisions.finish(
        follow_up=follow_up, note="Selesai", decree="Perwal 5/2026", decree_on=TODAY, actor=organisation, day=TODAY
    )
    assert done.state == "selesai"


@pytest.mark.parametrize("rows", [1, 8])
def test_the_cost_of_checking_is_flat(rows, candidate, staff, seat, django_assert_num_queries):
    lines = [candidate() for _ in range(rows)]
    for line in lines:
        hear(line, staff, seat())
    loaded = list(models.RecommendationLine.objects.select_related("result").order_by("pk"))

    with django_assert_num_queries(6):
        hearings.check_heard(loaded, loaded[0].agency_id, TODAY)


# Doors


def test_the_page_records_a_hearing_and_the_position_shows_it(client, agency, candidate, seat, root):
    line, target = candidate(), seat()
    person = people_of(line)[0].employee
    address = reverse("hearing-create", args=[line.pk])
    asked = {"employee": person.pk, "heard_on": "2026-11-20", "note": "Bersedia ke puskesmas"}
    client.force_login(user_with(agency, "bagian_organisasi"))

    assert client.get(address).status_code == 200
    refused = client.post(address, asked | {"target": "tidak-ada"})
    assert "Tidak ada formasi lowong" in refused.content.decode()
    made = client.post(address, asked | {"target": target.position.code})

    assert made.status_code == 302, made.content.decode()
    with agency_scope(agency):
        assert models.RemovalHearing.objects.get().target_seat == target
    page = client.get(made["Location"]).content.decode()
    assert "Bersedia ke puskesmas" in page
    client.force_login(user_with(agency, "auditor"))
    page = client.get(made["Location"]).content.decode()
    assert "Bersedia ke puskesmas" in page
    assert address not in page
    assert client.get(address).status_code == 403
    client.force_login(user_with(agency, "admin_daerah"))
    assert "Bersedia ke puskesmas" not in client.get(made["Location"]).content.decode()
    assert client.get(address).status_code in (403, 404)
    client.force_login(user_with(agency, "staf_bkd"))
    other = candidate("LEPAS", row=11)
    assert client.post(reverse("hearing-create", args=[other.pk]), asked).status_code == 200


def test_a_seat_that_does_not_fit_the_education_is_warned_of_and_kept(client, agency, candidate, seat, root):
    """Case 3: who has SMA is offered a post that asks for S-1; a warning before and after, never a refusal."""
    line, target, nurses, clerks = candidate(), seat(), seat(), seat()
    person = people_of(line)[0].employee
    with agency_scope(agency):
        models.Employee.objects.filter(pk=person.pk).update(education_level="15")
        models.Job.objects.filter(pk=target.position.job_id).update(education_level="40")
        models.Job.objects.filter(pk=clerks.position.job_id).update(education_level="15")
        models.JobEducation.objects.create(agency=agency, job=nurses.position.job, field="keperawatan")
        study = models.Education.objects.filter(level="40", field__contains=" HUKUM").order_by("pk").first()
        models.EmployeeEducation.objects.create(agency=agency, employee=person, level_id="15", education=study)
        pairs = [(person.pk, each.position.job_id) for each in (target, nurses, clerks)]
        found = education.fits(agency.pk, pairs)
    assert [found[pair].value for pair in pairs] == ["jenjang_kurang", "bidang_tidak_sesuai", "sesuai"]
    address = reverse("hearing-create", args=[line.pk])
    asked = {"employee": person.pk, "heard_on": "2026-11-20", "note": "Mau", "target": target.position.code}
    client.force_login(user_with(agency, "staf_bkd"))

    shown = client.post(address, asked)
    words = f"Pendidikan {person.full_name} di bawah syarat jabatan tujuan"
    assert words in shown.content.decode()
    # Another target is judged anew; what was warned of is saved, and says so afterwards.
    warned = shown.context["form"].data["warned"]
    other = client.post(address, asked | {"target": nurses.position.code, "warned": warned})
    assert "Bidang pendidikan" in other.content.decode()
    with agency_scope(agency):
        assert not models.RemovalHearing.objects.exists()
    saved = client.post(address, asked | {"warned": warned}, follow=True).content.decode()
    assert saved.count(words) == 2  # the message, and beside the holder
    (row,) = client.get("/api/v1/removal-hearings/").json()["results"]
    assert (row["target_job_id"], row["education_fit"]) == (target.position.job_id, "jenjang_kurang")
    again = client.post(f"/api/v1/recommendation-lines/{line.pk}/hear/", {
        "employee_id": person.pk, "heard_on": "2026-11-20", "note": "Mau", "target_seat_id": clerks.pk,
    })  # fmt: skip
    assert again.json()["education_fit"] == "sesuai"


def test_what_was_said_stays_with_who_sees_candidates_also_once_decided(client, agency, candidate, staff, seat, root):
    line = candidate()
    hear(line, staff, seat(), note="Sakit, mohon dekat rumah")
    approve(line, staff)

    for role, units, count in (
        ("ppk", [], 1), ("auditor", [], 1), ("admin_daerah", [], 0), ("admin_unit", [root], 0),
    ):  # fmt: skip
        client.force_login(user_with(agency, role, *units))
        assert len(client.get("/api/v1/removal-hearings/").json()["results"]) == count
        page = client.get(reverse("analysis-result", args=[line.result.analysis_id, line.result_id]))
        assert ("mohon dekat rumah" in page.content.decode()) is bool(count)


def test_the_api_records_a_hearing(client, agency, candidate, seat, root):
    line, target = candidate(), seat()
    asked = {
        "employee_id": people_of(line)[0].employee_id, "heard_on": "2026-11-20", "note": "Bersedia",
        "target_seat_id": target.pk,
    }  # fmt: skip
    path = f"/api/v1/recommendation-lines/{line.pk}/hear/"
    for role, units in (("auditor", []), ("admin_unit", [root])):
        client.force_login(user_with(agency, role, *units))
        assert client.post(path, asked, content_type="application/json").status_code == 403
    client.force_login(user_with(agency, "admin_daerah"))
    assert client.post(path, asked, content_type="application/json").status_code == 403

    client.force_login(user_with(agency, "ppk"))
    made = client.post(path, asked, content_type="application/json")

    assert made.status_code == 201, made.content
    assert made.json()["target_seat_id"] == target.pk
    again = client.post(f"/api/v1/recommendation-lines/{line.pk}/decide/", {"verdict": "setuju", "reason": "Sesuai"},
                        content_type="application/json")  # fmt: skip
    assert again.status_code == 200
