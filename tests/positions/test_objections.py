"""Objections: filed by the person about the own results, answered by who did not decide them, seen by both."""

from datetime import date

import pytest
from django.db import IntegrityError, transaction

from asnhr.errors import NotAllowed, RuleBroken
from asnhr.models import AuditEntry
from asnhr.scope import set_scope
from positions.models import Decision, Objection, RecommendationLine
from positions.services import objections
from tests import api_world
from tests.factories.positions import EmployeeFactory, IncumbencyFactory, UnitFactory
from tests.roles import user_with, with_access

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 22)


@pytest.fixture
def medan():
    agency = api_world.medan()
    set_scope(agency.pk)
    return agency


@pytest.fixture
def unit(medan):
    return UnitFactory(agency=medan, name="Dinas Contoh")


@pytest.fixture
def line(medan, unit):
    """A recommendation to release somebody, approved by staff of the BKD."""
    made = api_world.IN_UNIT["recommendation-lines"](medan, unit)
    RecommendationLine.objects.filter(pk=made.pk).update(recommendation="LEPAS", state="setuju")
    made.result.analysis.__class__.objects.filter(pk=made.result.analysis_id).update(is_complete=True, as_of=DAY)
    made.refresh_from_db()
    return made


@pytest.fixture
def holder(medan, unit, line):
    person = EmployeeFactory(agency=medan, unit=unit)
    IncumbencyFactory(agency=medan, position=line.result.position, employee=person, starts_on=date(2020, 1, 1))
    return person


def acting(agency, role, *units, **more):
    return with_access(user_with(agency, role, *units, **more), agency)


def filed(agency, holder, line):
    me = acting(agency, "pegawai", username=f"saya{holder.pk}", nip=holder.nip)
    return me, objections.file(
        actor=me, employee=holder, kind="rekomendasi", object_id=line.pk, grounds="Beban kerja belum dihitung", day=DAY
    )


def test_a_holder_objects_and_another_than_the_decider_answers(medan, unit, line, holder):
    decider, other = acting(medan, "staf_bkd", username="a", nip=""), acting(medan, "staf_bkd", username="b", nip="")
    Decision.objects.create(agency=medan, line=line, verdict="setuju", reason="x", decided_by=decider)
    me, row = filed(medan, holder, line)

    with pytest.raises(NotAllowed):
        objections.answer(actor=decider, objection=row, uphold=False, words="tidak")
    with pytest.raises(IntegrityError), transaction.atomic():
        Objection.objects.filter(pk=row.pk).update(
            state="ditolak", answered_by=decider, answered_at=row.filed_at, answer="x"
        )
    with pytest.raises(RuleBroken):
        objections.answer(actor=other, objection=row, uphold=False, words=" ")
    with pytest.raises(RuleBroken):
        objections.check_none_waits("rekomendasi", medan.pk, line.pk)
    row = objections.answer(actor=other, objection=row, uphold=False, words="Sudah dihitung")
    objections.check_none_waits("rekomendasi", medan.pk, line.pk)

    assert objections.read(actor=me, objection=row) == ("Beban kerja belum dihitung", "Sudah dihitung")
    looks = AuditEntry.objects.filter(agency=medan, kind="baca", table_name="positions_objection")
    assert not looks.exists()
    objections.read(actor=other, objection=row)
    assert looks.count() == 1
    with pytest.raises(RuleBroken):
        objections.withdraw(actor=me, objection=row)


def test_only_results_about_oneself_are_objected_to(medan, unit, line, holder):
    stranger = EmployeeFactory(agency=medan, unit=unit)
    who = acting(medan, "pegawai", nip=stranger.nip)

    with pytest.raises(RuleBroken):
        objections.file(
            actor=who, employee=stranger, kind="rekomendasi", object_id=line.pk, grounds="bukan saya", day=DAY
        )
    with pytest.raises(NotAllowed):
        objections.file(actor=who, employee=holder, kind="rekomendasi", object_id=line.pk, grounds="x", day=DAY)
    _me, _row = filed(medan, holder, line)
    with pytest.raises(RuleBroken):
        objections.file(actor=_me, employee=holder, kind="rekomendasi", object_id=line.pk, grounds="lagi", day=DAY)


def test_an_undecided_removal_candidate_is_not_told_by_the_list(medan, unit, line, holder):
    RecommendationLine.objects.filter(pk=line.pk).update(recommendation="HAPUS", state="menunggu")
    line.result.__class__.objects.filter(pk=line.result_id).update(recommendation="HAPUS")
    me = acting(medan, "pegawai", nip=holder.nip)

    shown = dict((subject.kind, rows) for subject, rows in objections.results_of(me, holder, DAY))

    assert shown["rekomendasi"] == []


def test_the_own_case_under_another_role_other_units_and_agencies(client, medan, unit, line, holder):
    _me, row = filed(medan, holder, line)
    same_person = acting(medan, "staf_bkd", username="rangkap", nip="")
    same_person.nip = holder.nip
    with pytest.raises(NotAllowed):
        objections.answer(actor=same_person, objection=row, uphold=True, words="ya")
    with pytest.raises(NotAllowed):
        objections.answer(actor=acting(medan, "admin_unit", unit), objection=row, uphold=True, words="ya")

    url = f"/keberatan/{row.pk}/"
    client.force_login(user_with(api_world.jambi(), "staf_bkd", username="jambi"))
    assert client.get(url).status_code == 404
    client.force_login(user_with(medan, "pegawai", username="lain"))
    assert client.get(url).status_code == 404
    client.force_login(user_with(medan, "bagian_organisasi", username="org"))
    assert client.get(url).status_code in (403, 404)
    client.force_login(user_with(medan, "staf_bkd", username="jawab"))
    assert b"Beban kerja belum dihitung" in client.get(url).content
    assert client.post(url, {"action": "refuse", "words": "Sudah dihitung"}).status_code == 302
    assert client.get("/keberatan/").status_code == 200
    set_scope(medan.pk)
    row.refresh_from_db()
    assert (row.state, row.answer) == ("ditolak", "Sudah dihitung")


def test_the_person_sees_the_results_and_files_on_the_page(client, medan, unit, line, holder):
    client.force_login(user_with(medan, "pegawai", nip=holder.nip))

    page = client.get("/data-saya/hasil/").content.decode()
    assert f"hasil=rekomendasi&amp;nomor={line.pk}" in page
    url = f"/keberatan/baru/?hasil=rekomendasi&nomor={line.pk}"
    assert client.get(url).status_code == 200
    answer = client.post(url, {"grounds": "Pekerjaan bertambah"})
    set_scope(medan.pk)
    row = Objection.objects.get()
    assert answer["Location"] == f"/keberatan/{row.pk}/"
    assert "Pekerjaan bertambah" in client.get(answer["Location"]).content.decode()
    client.post(answer["Location"], {"action": "withdraw"})
    set_scope(medan.pk)
    assert Objection.objects.get().state == "ditarik"
