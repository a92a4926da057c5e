"""Who waits is told, and who is waited for: workload sheets, job analyses, evaluations, standards, roles, openings,
incidents, cases of the agenda book; in the same transaction, by ids and codes alone."""

from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from asnhr import dates
from asnhr.audit import opening
from asnhr.models import AuditOpening, Event, Notification
from asnhr.notifications import service
from asnhr.pages.runs import progress_context
from asnhr.privacy import incidents
from asnhr.scope import agency_scope
from positions import models
from positions.services import agenda, job_analysis, job_evaluation, roles, standards, workload
from positions.services.restructure import Decree
from tests import api_world
from tests.factories import asnhr as ground
from tests.factories import positions as make
from tests.roles import user_with, with_access

pytestmark = pytest.mark.django_db
DAY = date(2026, 3, 2)


@pytest.fixture
def medan():
    return api_world.medan()


@pytest.fixture
def unit(medan):
    with agency_scope(medan):
        return make.UnitFactory(agency=medan)


def last(kind):
    return Event.objects.filter(kind=kind).latest("pk")


def test_a_reminder_reaches_who_fills_the_units_sheet_once_a_day(medan, unit):
    keeper, elsewhere = user_with(medan, "pengelola_kepegawaian", unit), user_with(medan, "admin_daerah")
    with agency_scope(medan):
        other = user_with(medan, "admin_unit", make.UnitFactory(agency=medan))
        below = make.UnitFactory(agency=medan, parent=unit)
        sheet = make.WorkloadSheetFactory(agency=medan, unit=below, state="belum")
        judge = with_access(user_with(medan, "bagian_organisasi"), medan)
        assert workload.remind(actor=judge, campaign=sheet.campaign, day=DAY) == 1
        assert workload.remind(actor=judge, campaign=sheet.campaign, day=DAY) == 0
        told = last("workload.reminded")
        assert (told.people, told.permissions, told.url) == ([keeper.pk], [], f"/abk/{sheet.pk}/")
        assert Event.objects.filter(kind="workload.reminded").count() == 1
        service.spread(medan.pk, DAY)
        reached = set(Notification.objects.filter(event__kind="workload.reminded").values_list("user_id", flat=True))
    assert reached == {keeper.pk}
    assert not reached & {elsewhere.pk, other.pk, judge.pk}


def test_a_sheet_tells_who_verifies_and_then_who_fills(medan, unit):
    with agency_scope(medan):
        sheet = api_world.IN_UNIT["tasks"](medan, unit).workload.sheet
        models.WorkloadSheet.objects.filter(pk=sheet.pk).update(state="belum")
        keeper = with_access(user_with(medan, "pengelola_kepegawaian", sheet.unit), medan)
        judge = with_access(user_with(medan, "bagian_organisasi"), medan)
        workload.take_step(actor=keeper, sheet=sheet, step="submit", day=DAY)
        asked = last("workload.submitted")
        assert (asked.permissions, asked.unit_path, asked.people) == (["approve_workload"], sheet.unit.path, [])
        workload.take_step(actor=judge, sheet=sheet, step="verify", day=DAY)
        assert (last("workload.judged").people, last("workload.judged").data["state"]) == ([keeper.pk], "diverifikasi")
        workload.take_step(actor=judge, sheet=sheet, step="return", day=DAY, note="rahasia: perbaiki nomor 3")
        back = last("workload.judged")
        assert (back.people, back.data["state"]) == ([keeper.pk], "dikembalikan")
        assert "rahasia" not in str(back.data)


def test_what_is_submitted_tells_who_decides_and_what_is_judged_who_drafted(medan, unit):
    with agency_scope(medan):
        drafter, decider = (with_access(user_with(medan, role), medan) for role in ("bagian_organisasi", "ppk"))
        judge = with_access(user_with(medan, "pyb"), medan)

        document = api_world.job_analysis(medan, unit)
        models.JobAnalysis.objects.filter(pk=document.pk).update(state="diajukan", writers=[drafter.pk])
        job_analysis.take_step(actor=judge, analysis=document, step="return", day=DAY, note="perbaiki")
        assert (last("jobanalysis.judged").people, last("jobanalysis.judged").url) == (
            [drafter.pk], f"/anjab/{document.pk}/",
        )  # fmt: skip
        document.state = "diajukan"
        job_analysis._tell(document, drafter)
        assert last("jobanalysis.submitted").unit_path == document.position.unit.path

        evaluation = api_world.job_evaluation(medan, unit)
        models.JobEvaluation.objects.filter(pk=evaluation.pk).update(state="draf", points=1000, computed_class=6)
        job_evaluation.submit(actor=drafter, evaluation=evaluation)
        assert last("evaluation.submitted").permissions == ["decide_job_class"]
        job_evaluation.give_back(actor=decider, evaluation=evaluation, note="perbaiki")
        assert (last("evaluation.judged").people, last("evaluation.judged").data["state"]) == ([drafter.pk], "draf")

        standard = standards.start(actor=drafter, job=make.JobFactory(agency=medan))
        models.JobStandard.objects.filter(pk=standard.pk).update(
            state="diajukan", submitted_by=drafter, submitted_at=timezone.now()
        )
        standards.send_back(actor=decider, standard=standard, reason="perbaiki")
        back = last("standard.judged")
        assert (back.people, back.url) == ([drafter.pk], f"/standar-kompetensi/{standard.pk}/")
        standards.versions.submit(standards.versions.lock(standard), drafter)
        assert (last("standard.submitted").permissions, last("standard.submitted").data["what"]) == (
            ["approve_standards"], "standar",
        )  # fmt: skip
        standards.versions.decide(standards.versions.lock(standard), decider, Decree("1/2026", DAY, DAY))
        assert last("standard.judged").data["state"] == "ditetapkan"


def test_a_submitted_standard_waits_on_the_home_page_of_who_decides(client, medan):
    with agency_scope(medan):
        drafter = with_access(user_with(medan, "bagian_organisasi"), medan)
        standard = standards.start(actor=drafter, job=make.JobFactory(agency=medan))
        models.JobStandard.objects.filter(pk=standard.pk).update(
            state="diajukan", submitted_by=drafter, submitted_at=timezone.now()
        )
    client.force_login(user_with(medan, "ppk"))
    page = client.get("/").content.decode()
    assert "Tetapkan 1 standar kompetensi yang diajukan" in page
    assert client.get(reverse("standard-list"), {"keadaan": "diajukan"}).status_code == 200
    client.force_login(user_with(medan, "auditor"))
    assert "standar kompetensi yang diajukan" not in client.get("/").content.decode()


def test_a_role_asked_for_reaches_whose_office_it_comes_from(medan):
    asker, pyb, ppk = (user_with(medan, role) for role in ("admin_daerah", "pyb", "ppk"))
    user_with(medan, "auditor")
    with agency_scope(medan):
        for role, deciders in (("staf_bkd", [pyb.pk, ppk.pk]), ("auditor", [ppk.pk])):
            asked = roles.request_role(
                actor=with_access(asker, medan), user=user_with(medan, "pegawai"), role=role,
                starts_on=dates.today(), reason="perlu",
            )  # fmt: skip
            assert (last("role.requested").people, last("role.requested").permissions) == (deciders, [])
        roles.decide_request(
            actor=with_access(ppk, medan), request=asked, approve=False, reason="belum", today=dates.today()
        )
        assert (last("role.decided").people, last("role.decided").data["state"]) == ([asker.pk], "ditolak")


def test_openings_and_incidents_reach_who_decides_and_whose_clock_runs(medan):
    asker, pyb, officer = (user_with(medan, role) for role in ("staf_bkd", "pyb", "petugas_pdp"))
    with agency_scope(medan):
        row = AuditOpening.objects.create(
            agency=medan, table_name="positions_employee", object_id=1, purpose="sengketa", requested_by=asker
        )
        opening._tell("opening.requested", row, asker)
        assert last("opening.requested").permissions == ["approve_opening"]
        opening.decide(actor=with_access(pyb, medan), opening=row, approve=False, reason="cara-lain")
        assert last("opening.decided").people == [asker.pk]

        now = timezone.now()
        facts = {"title": "Surel salah kirim", "what": "Daftar terkirim", "data": ["identitas"], "known_at": now}
        incident = incidents.record(actor=with_access(officer, medan), agency=medan, facts=facts)
        assert last("incident.recorded").permissions == ["manage_incidents"]
        assert "Surel" not in str(last("incident.recorded").data)
        for hours in (24, 24.5, 80):
            incidents.remind(medan, now + timedelta(hours=hours))
        told = [event.data["hours"] for event in Event.objects.filter(kind="incident.clock").order_by("pk")]
        assert told[0] == 48
        assert told[-1] == -8, "late is told, too"
        incidents.follow(
            actor=officer, incident=incident,
            facts={"told_authority_at": timezone.now(), "told_people_at": timezone.now()},
        )  # fmt: skip
        before = Event.objects.filter(kind="incident.clock").count()
        assert incidents.remind(medan, now + timedelta(hours=120)) == 0
        assert Event.objects.filter(kind="incident.clock").count() == before


def test_a_letter_that_is_issued_reaches_its_person(medan, unit):
    with agency_scope(medan):
        officer = with_access(user_with(medan, "staf_bkd"), medan)
        mine, other = api_world.agenda_item(medan, unit), api_world.agenda_item(medan, unit)
        models.AgendaItem.objects.update(state="diusulkan", missing=[])
        person = user_with(medan, "pegawai", nip=mine.employee.nip)
        items = list(models.AgendaItem.objects.select_related("employee"))
        moved, refused = agenda.move_many(items=items, to="sk", day=DAY, actor=officer, number="KGB/1")
        assert (moved, refused) == (2, [])
        told = Event.objects.filter(kind="agenda.decreed")
        assert [(each.people, each.data) for each in told] == [([person.pk], {"item_id": mine.pk, "item": "kgb"})]
        assert other.employee.nip not in str(told[0].data)


def test_nobody_is_led_to_a_refusal(client, medan):
    """The calendar's duties and a run's result are links for who opens their pages."""
    letters = f'href="{reverse("letter-list")}"'
    for role, may in (("staf_bkd", True), ("bagian_organisasi", False), ("ppk", True), ("auditor", True)):
        client.force_login(user_with(medan, role))
        assert (letters in client.get(reverse("work-calendar")).content.decode()) == may, role
    with agency_scope(medan):
        run = ground.RunFactory(
            agency=medan, kind="destruction", state="selesai", result_path="/data-pribadi/pemusnahan/1/"
        )
        mine = ground.RunFactory(agency=medan, kind="own_copy", state="selesai", result_path="/data-saya/salinan/")
        roles_of = ("bagian_organisasi", "ppk", "staf_bkd", "auditor")
        pages = {role: with_access(user_with(medan, role), medan) for role in roles_of}
        assert not progress_context(run, user=pages["bagian_organisasi"])["result_url"]
        assert progress_context(run, user=pages["ppk"])["result_url"] == run.result_path
        assert not progress_context(mine, user=pages["ppk"])["result_url"], "the copy is its person's"
        run.kind, run.result_path = "letters", "/penjagaan/surat/1/"
        assert not progress_context(run, user=pages["auditor"])["result_url"]
        assert progress_context(run, user=pages["staf_bkd"])["result_url"]
