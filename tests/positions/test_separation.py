"""Nobody grants what they lack or decides their own case, nor does who holds every right of the roles below (0021)."""

import importlib
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from asnhr import clients, dates, roles
from asnhr.access import Access, access_of, permissions_of, system_access
from asnhr.audit import opening
from asnhr.errors import NotAllowed, RuleBroken
from asnhr.models import AuditOpening, Event, LegalHold, RoleAssignment, RoleRequest
from asnhr.notifications.service import notify, recipients
from asnhr.privacy import retention
from asnhr.scope import DOOR, set_scope
from positions import models, permissions
from positions.pages import home
from positions.rules.formation import Step
from positions.services import (
    decisions,
    histories,
    job_evaluation,
    promises,
    proposals,
    register,
    restructure,
    standards,
    structure,
)
from positions.services import roles as role_services
from positions.services import workload as sheets
from positions.services.decree import Decree
from tests import api_world
from tests.factories import positions as make
from tests.roles import user_with, with_access

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 22)
NIP = "197203141998031007"
DECREE = Decree("061/9/2026", date(2026, 11, 1), date(2026, 11, 10))
# Offices that hold the rights of those below.
OFFICES = list(roles.SUPERIORS)


@pytest.fixture
def medan(monkeypatch):
    monkeypatch.setattr("asnhr.dates.today", lambda: DAY)
    agency = api_world.medan()
    set_scope(agency.pk)
    return agency


def officer(agency, role, *units, **fields):
    return with_access(user_with(agency, role, *units, **fields), agency)


def held(*slugs, **fields):
    """The access of who holds these roles; no units behind unit-bound ones."""
    return access_of(1, list(enumerate(slugs)), {"units": lambda *_asked: ((), ())}, **fields)


# Reach


@pytest.mark.parametrize("role", ["auditor", "petugas_pdp", "bagian_organisasi"])
def test_a_units_role_carries_no_right_to_other_units(role, medan):
    own, other = (make.UnitFactory(agency=medan) for _each in range(2))
    here, there = (make.EmployeeFactory(agency=medan, unit=unit) for unit in (own, other))
    clerk = officer(medan, "admin_unit", own)
    both = user_with(medan, "admin_unit", own)
    RoleAssignment.objects.create(agency=medan, user=both, role=role, starts_on=date(2020, 1, 1))
    both = with_access(both, medan)
    alone = officer(medan, role)

    assert permissions.may_edit_people(clerk, own)
    assert not permissions.may_edit_people(clerk, other)
    assert not permissions.may_edit_people(both, other)
    for person in (here, there):
        for kind in (models.SalaryIncrement, models.YearlyPredicate, models.RankRecord):
            assert permissions.may_read_history(both, person, kind) == permissions.may_read_history(alone, person, kind)
    assert set(models.Employee.objects.visible_to(both)) == set(models.Employee.objects.visible_to(alone))


# What is given


def test_an_office_holds_every_right_of_the_roles_that_come_from_it():
    for role, offices in roles.APPROVERS.items():
        for office in offices:
            assert roles.lacking(role, roles.ROLES[office].permissions) == [], (role, office)
            assert roles.may_approve(role, held(office))
    below = [roles.ROLES[role].permissions for role in roles.APPROVERS]
    assert roles.ROLES["ppk"].permissions == frozenset().union(roles.ROLES["ppk"].duties, *below)
    # Who watches over the PyB's own house does not come from there.
    assert roles.lacking("auditor", roles.ROLES["pyb"].permissions) == ["view_audit"]
    assert not roles.may_approve("petugas_pdp", held("pyb"))
    assert not roles.ROLES["ppk"].permissions & {"manage_roles", "manage_clients", "use_admin"}


def test_an_office_alone_approves_nothing():
    whole = held("ppk")

    narrowed = whole.narrowed_to(whole.permissions - {"request_opening"})

    assert not roles.may_approve("staf_bkd", narrowed)
    assert roles.may_approve("bagian_organisasi", narrowed)
    # Every right, but not the office.
    assert not roles.may_approve("auditor", Access(whole_agency=True, permissions=permissions_of(roles.ROLES)))


def test_who_lacks_a_right_of_it_is_refused_with_its_name(medan):
    admin, sekda, mayor = (officer(medan, role) for role in ("admin_daerah", "pyb", "ppk"))
    asked = role_services.request_role(actor=admin, user=with_known(medan), role="auditor", starts_on=DAY, reason="SK")
    decide = {"request": asked, "approve": True, "reason": "ya", "today": DAY}

    with pytest.raises(NotAllowed, match="bukan kewenangan jabatan"):
        role_services.decide_request(actor=sekda, **decide)
    mayor.access = mayor.access.narrowed_to(mayor.access.permissions - {"view_audit", "view_discipline"})
    with pytest.raises(NotAllowed, match="antara lain: membaca riwayat hukuman disiplin, membaca jejak audit"):
        role_services.decide_request(actor=mayor, **decide)
    assert not role_services.may_decide(mayor, asked)
    mayor = with_access(mayor, medan)
    assert role_services.decide_request(actor=mayor, **decide).role == "auditor"


def with_known(agency):
    """A login that held a role here."""
    return user_with(agency, "pegawai")


def test_a_unit_bound_role_counts_for_no_grant_in_the_whole_agency():
    both = held("petugas_pdp", "admin_unit")

    assert "edit_register" not in both.permissions
    assert both.agency_permissions == both.permissions
    assert held("admin_unit").agency_permissions == frozenset()
    assert "admin_unit" in roles.grantable(held("admin_unit", "pegawai"))
    assert "admin_unit" not in roles.grantable(both)
    alone = held("admin_daerah")
    assert set(clients.scopes_for(alone.agency_permissions)) > set(clients.scopes_for(both.agency_permissions))
    assert clients.scopes_for(both.agency_permissions) == []
    assert system_access(1).agency_permissions == permissions_of(roles.ROLES)


def test_nobody_gives_a_wider_unit_scope_than_their_own(medan):
    """No role of today manages roles in units alone; the services hold it whatever a release makes of that."""
    top = make.UnitFactory(agency=medan)
    below, beside = make.UnitFactory(agency=medan, parent=top), make.UnitFactory(agency=medan)
    top.refresh_from_db()
    actor, other = officer(medan, "admin_daerah"), with_known(medan)
    actor.access = replace(actor.access, whole_agency=False, unit_paths=(top.path,))
    grant = {"actor": actor, "user": other, "role": "admin_unit", "starts_on": DAY}

    with pytest.raises(NotAllowed, match="di luar cakupan"):
        role_services.grant(**grant, units=[below, beside])
    given = role_services.grant(**grant, units=[below])
    for widen in (
        lambda: role_services.add_unit(actor=actor, assignment=given, unit=beside),
        lambda: role_services.set_units(actor=actor, assignment=given, units=[below, beside]),
    ):
        with pytest.raises(NotAllowed, match="di luar cakupan"):
            widen()
    role_services.add_unit(actor=actor, assignment=given, unit=top)
    # What reaches the whole agency is not theirs to give at all.
    with pytest.raises(NotAllowed, match="bukan kewenangan"):
        role_services.grant(**grant | {"role": "admin_daerah"})


@pytest.mark.parametrize("role", [*roles.APPROVERS, "ppk", "pusat", "integrasi", "atasan"])
@pytest.mark.parametrize("office", OFFICES)
def test_no_office_gives_a_role_alone(office, role, medan):
    with pytest.raises(NotAllowed):
        role_services.grant(actor=officer(medan, office), user=with_known(medan), role=role, starts_on=DAY)


@pytest.mark.parametrize("office", OFFICES)
def test_an_office_asks_for_no_role_ends_none_and_connects_no_system(office, medan):
    actor, other = officer(medan, office), with_known(medan)
    given = RoleAssignment.objects.get(user=other)

    with pytest.raises(NotAllowed):
        role_services.request_role(actor=actor, user=other, role="staf_bkd", starts_on=DAY, reason="SK")
    with pytest.raises(NotAllowed):
        role_services.end_role(actor=actor, assignment=given, ends_on=date(2027, 1, 1), today=DAY)
    with pytest.raises(NotAllowed):
        role_services.revoke_role(actor=actor, assignment=given, reason="x", today=DAY)
    with pytest.raises(NotAllowed):
        clients.connect(
            agency=medan, actor=actor, name="absensi", scopes=["register:read"], expires_on=date(2027, 1, 1), today=DAY
        )


def test_a_login_that_the_approver_made_is_no_second_person(medan):
    """Admin and PyB in one person: a login without a NIP that they made neither asks in their stead nor gets it."""
    both = user_with(medan, "admin_daerah")
    RoleAssignment.objects.create(agency=medan, user=both, role="pyb", starts_on=date(2020, 1, 1))
    both = with_access(both, medan)
    puppet = with_known(medan)
    RoleAssignment.objects.filter(user=puppet).update(role="admin_daerah", granted_by=both)
    puppet, admin, known = with_access(puppet, medan), officer(medan, "admin_daerah"), with_known(medan)
    for asker, candidate in ((puppet, known), (admin, puppet)):
        asked = role_services.request_role(
            actor=asker, user=candidate, role="bagian_organisasi", starts_on=DAY, reason="SK"
        )
        assert not role_services.may_decide(both, asked)
        with pytest.raises(NotAllowed, match="diputuskan oleh orang lain"):
            role_services.decide_request(actor=both, request=asked, approve=True, reason="ya", today=DAY)


def test_the_database_asks_for_the_office_of_the_day(medan):
    offices = importlib.import_module("asnhr.migrations.0031_approver_holds_office").OFFICES
    assert {role: frozenset(each) for role, each in offices} == roles.APPROVERS
    admin, sekda, former = officer(medan, "admin_daerah"), officer(medan, "pyb"), officer(medan, "pyb")
    RoleAssignment.objects.filter(user=former).update(ends_on=date(2021, 1, 1))
    known = with_known(medan)
    rows = {
        role: RoleRequest.objects.create(
            agency=medan, user=known, role=role, starts_on=DAY, reason="SK", requested_by=admin
        )
        for role in ("staf_bkd", "auditor")
    }
    before = DOOR.set("halaman")
    try:
        set_scope(medan.pk, former.pk)
        assert approved_by_hand(former, rows["staf_bkd"]) == "role_request_by_office"
        set_scope(medan.pk, sekda.pk)
        assert approved_by_hand(sekda, rows["auditor"]) == "role_request_by_office"
        assert approved_by_hand(sekda, rows["staf_bkd"]) == ""
    finally:
        DOOR.reset(before)


def approved_by_hand(actor, request):
    """Approve as no service would; return the constraint that stops it."""
    decide = "UPDATE asnhr_rolerequest SET verdict = 'disetujui', decided_by_id = %s, decided_at = now() WHERE id = %s"
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(decide, [actor.pk, request.pk])
    except IntegrityError as problem:
        return problem.__cause__.diag.constraint_name
    return ""


# What is prepared and decided


@pytest.mark.parametrize("role", ["bagian_organisasi", *OFFICES])
def test_who_wrote_figures_of_a_sheet_neither_verifies_nor_approves_it(role, medan):
    unit = make.UnitFactory(agency=medan)
    position = make.PositionFactory(agency=medan, unit=unit)
    campaign = make.CampaignFactory(agency=medan)
    sheet = make.WorkloadSheetFactory(agency=medan, unit=unit, campaign=campaign, state="belum")
    writer, filler = officer(medan, role), officer(medan, "admin_unit", unit)
    first, second = officer(medan, "bagian_organisasi"), officer(medan, "pyb")
    task = sheets.TaskInput(position.pk, 1, "Menyusun laporan", Decimal(10), Decimal(60))
    sheets.save_tasks(actor=writer, sheet=sheet, tasks=[task], day=DAY)
    sheets.take_step(actor=filler, sheet=sheet, step="submit", day=DAY)

    with pytest.raises(NotAllowed, match="disusun sendiri"):
        sheets.take_step(actor=writer, sheet=sheet, step="verify", day=DAY)
    sheets.take_step(actor=first, sheet=sheet, step="verify", day=DAY)
    with pytest.raises(NotAllowed, match="disusun sendiri"):
        sheets.take_step(actor=writer, sheet=sheet, step="approve", day=DAY)
    rows = models.WorkloadSheet.objects.filter(pk=sheet.pk)
    with pytest.raises(IntegrityError, match="sheet_judged_by_others"), transaction.atomic():
        rows.update(state="disahkan", approved_on=DAY, changed_by=writer)
    done = sheets.take_step(actor=second, sheet=sheet, step="approve", day=DAY)

    assert (done.state, done.writers) == ("disahkan", [writer.pk, filler.pk])


def test_a_sheet_filled_in_before_writers_were_kept_knows_its_last_one(medan):
    actor = officer(medan, "bagian_organisasi")
    sheet = make.WorkloadSheetFactory(agency=medan, state="diisi", changed_by=actor, changed_at=timezone.now())

    with pytest.raises(NotAllowed, match="disusun sendiri"):
        sheets.take_step(actor=actor, sheet=sheet, step="verify", day=DAY)


@pytest.mark.parametrize("office", OFFICES)
def test_who_scored_an_evaluation_does_not_decide_it_though_another_submitted_it(office, medan):
    job, scorer, clerk = make.JobFactory(agency=medan), officer(medan, office), officer(medan, "bagian_organisasi")
    found = job_evaluation.start(actor=clerk, job=job)
    factors = job_evaluation.rules.FACTORS[job_evaluation.rules.Kind(found.kind)]
    scores = [job_evaluation.Score(factor.code, 1) for factor in factors]
    job_evaluation.score(actor=scorer, evaluation=found, scores=scores)
    found = job_evaluation.submit(actor=clerk, evaluation=found)
    decided = {
        "evaluation": found, "decided_class": found.computed_class, "decree": "188/9", "decree_on": date(2026, 10, 1),
        "starts_on": date(2026, 10, 2), "day": DAY,
    }  # fmt: skip

    with pytest.raises(NotAllowed, match="Anda nilai atau ajukan"):
        job_evaluation.decide(actor=scorer, **decided)
    rows = models.JobEvaluation.objects.filter(pk=found.pk)
    with pytest.raises(IntegrityError, match="evaluation_two_people"), transaction.atomic():
        rows.update(state="ditetapkan", decided_class=found.computed_class, decree="x", decree_on=DAY, starts_on=DAY,
                    decided_by=scorer, decided_at=timezone.now())  # fmt: skip
    other = officer(medan, next(each for each in OFFICES if each != office))
    assert job_evaluation.decide(actor=other, **decided).state == "ditetapkan"


@pytest.mark.parametrize("office", OFFICES)
def test_who_changed_a_standard_does_not_decide_it_though_others_went_on(office, medan):
    job = make.JobFactory(agency=medan, group="manajerial", level="ADMINISTRATOR", echelon="III.a")
    writer, clerk = officer(medan, office), officer(medan, "bagian_organisasi")
    made = standards.start(actor=clerk, job=job)
    standards.change(actor=writer, standard=made, affair="Organisasi")
    standards.change(actor=clerk, standard=made, affair="Organisasi dan tata laksana")
    made = standards.submit(actor=clerk, standard=made)

    with pytest.raises(NotAllowed, match="Penyusun atau pengaju"):
        standards.decide(actor=writer, standard=made, decree=DECREE)
    rows = models.JobStandard.objects.filter(pk=made.pk)
    with pytest.raises(IntegrityError, match="job_standard_four_eyes"), transaction.atomic():
        rows.update(state="ditetapkan", decree="x", starts_on=DAY, decided_by=writer, decided_at=timezone.now())
    other = officer(medan, next(each for each in OFFICES if each != office))
    assert standards.decide(actor=other, standard=made, decree=DECREE).state == "ditetapkan"


class Proposal:
    """A draft proposal of two seats on a frozen analysis, its line complete."""

    def __init__(self, agency, frozen_by):
        self.analysis = make.NeedsAnalysisFactory(
            agency=agency, basis_year=2026, frozen_by=frozen_by, frozen_at=timezone.now(), totals={"need": 3},
            parameters={"values": {"needs.submit_months": {"value": 12}, "supply.legal_status": {"value": ["01"]}},
                        "overlay": {}},
        )  # fmt: skip
        unit = make.UnitFactory(agency=agency)
        position = make.PositionFactory(agency=agency, unit=unit)
        need = {"source": "ABK", "state": "disahkan", "measured_on": "2026-02-01"}
        result = make.NeedsResultFactory(
            analysis=self.analysis, position=position, evidence={"need": need}, k_used=3, b=0
        )
        self.row = models.FormationProposal.objects.create(agency=agency, year=2026, analysis=self.analysis)
        self.line = models.FormationLine.objects.create(
            agency=agency, proposal=self.row, position=position, formation=3, proposed=2, field="teknis",
            line=make.RecommendationLineFactory(result=result),
        )  # fmt: skip
        self.unit = unit

    def complete(self, actor):
        proposals.complete_line(
            line=self.line, actor=actor, intake="CPNS", field="teknis", placement=self.unit,
            education_ids=[models.Education.objects.order_by("pk").first().siasn_id], income_min=Decimal(4_000_000),
            income_max=Decimal(6_000_000),
        )  # fmt: skip


def test_who_prepared_a_proposal_does_not_sign_it_and_who_signed_records_no_answer(medan):
    staff, mayor = officer(medan, "staf_bkd"), officer(medan, "ppk")
    proposal = Proposal(medan, staff)
    proposal.complete(mayor)

    with pytest.raises(NotAllowed, match=f"petugas lain sebelum Anda menandatangani: {proposal.line.position.code}"):
        proposals.submit(proposal=proposal.row, actor=mayor, day=DAY)
    proposal.complete(staff)
    models.NeedsAnalysis.objects.update(frozen_by=mayor)
    with pytest.raises(NotAllowed, match="Dasar usulan 2026 Anda tetapkan sendiri"):
        proposals.submit(proposal=proposal.row, actor=mayor, day=DAY)
    models.NeedsAnalysis.objects.update(frozen_by=staff)
    row = proposals.submit(proposal=proposal.row, actor=mayor, day=DAY)
    with pytest.raises(NotAllowed, match="dicatat oleh petugas lain"):
        proposals.advance(proposal=row, step=Step.VERIFY, actor=mayor)
    for step in (Step.VERIFY, Step.CONSIDER, Step.VALIDATE):
        proposals.advance(proposal=row, step=step, actor=staff)
    decided = {"proposal": row, "figures": {proposal.line.pk: 2}, "decree": "B/1", "decree_on": DAY, "day": DAY}
    with pytest.raises(NotAllowed, match="dicatat oleh petugas lain"):
        proposals.determine(actor=mayor, **decided)
    with pytest.raises(NotAllowed, match="dicatat oleh petugas lain"):
        proposals.record_decisions(proposal=row, figures={proposal.line.pk: 2}, actor=mayor)
    assert proposals.determine(actor=staff, **decided) == []


@pytest.mark.parametrize("office", OFFICES)
def test_who_decided_a_removal_does_not_change_the_map(office, medan):
    actor, other = officer(medan, office), officer(medan, "bagian_organisasi")
    analysis = make.NeedsAnalysisFactory(
        agency=medan, as_of=date(2026, 11, 1), is_complete=True,
        parameters={"values": {"needs.submit_months": {"value": 12}}, "overlay": {}},
    )  # fmt: skip
    need = {"source": "ABK", "state": "disahkan", "measured_on": "2026-02-01"}
    result = make.NeedsResultFactory(
        analysis=analysis, position=make.PositionFactory(agency=medan), evidence={"need": need}, b=0
    )
    line = make.RecommendationLineFactory(result=result, recommendation="HAPUS")
    decisions.decide(line=line, verdict="setuju", reason="Sesuai", actor=actor)
    finish = {
        "follow_up": models.FollowUp.objects.get(), "note": "Perwal", "day": DAY, "decree": "Perwal 5/2026",
        "decree_on": DAY,
    }  # fmt: skip

    with pytest.raises(NotAllowed, match="daripada yang memutuskannya"):
        decisions.finish(actor=actor, **finish)
    assert decisions.finish(actor=other, **finish).state == "selesai"


@pytest.mark.parametrize("office", OFFICES)
def test_who_asked_for_an_opening_or_is_opened_does_not_decide(office, medan):
    person = make.EmployeeFactory(agency=medan, nip=NIP, phone="0811")
    models.Employee.objects.filter(pk=person.pk).update(phone="0822")
    actor, clerk = officer(medan, office, nip=NIP), officer(medan, "staf_bkd")
    asked = opening.request_opening(actor=actor, table="positions_employee", object_id=person.pk, purpose="sengketa")

    with pytest.raises(NotAllowed, match="Permintaan sendiri"):
        opening.decide(actor=actor, opening=asked, approve=True, reason="dasar-cukup")
    AuditOpening.objects.filter(pk=asked.pk).update(requested_by=clerk)
    with pytest.raises(NotAllowed, match="tentang diri sendiri"):
        opening.decide(actor=actor, opening=asked, approve=True, reason="dasar-cukup")
    opening.decide(actor=officer(medan, office), opening=asked, approve=True, reason="dasar-cukup")


def test_the_ppk_destroys_nothing_alone_and_holds_no_own_data(medan):
    make.EmployeeFactory(
        agency=medan, phone="0812", exits_on=date(2016, 1, 1), exit_reason="pensiun", nik="1271010101010001"
    )
    make.EmployeeFactory(agency=medan, nip=NIP)
    mayor = officer(medan, "ppk", nip=NIP)
    row = retention.prepare(medan, dates.today())
    retention.propose(actor=mayor, destruction=row)

    with pytest.raises(NotAllowed, match="bukan yang mengusulkan"):
        retention.decide(actor=mayor, destruction=row, approve=True, reason="ya")
    hold = {"agency": medan, "nip": NIP, "basis": "pemeriksaan", "reason": "hukuman disiplin"}
    with pytest.raises(NotAllowed, match="data sendiri"):
        retention.hold(actor=mayor, **hold)
    placed = retention.hold(actor=officer(medan, "petugas_pdp"), **hold)
    with pytest.raises(NotAllowed, match="data sendiri"):
        retention.lift(actor=mayor, hold=placed, reason="selesai")
    assert LegalHold.objects.filter(pk=placed.pk, lifted_at=None).exists()


# The own case


@pytest.mark.parametrize("role", ["bagian_organisasi", "admin_daerah", *OFFICES])
def test_nobody_changes_the_post_or_the_class_of_the_job_that_they_hold(role, medan):
    unit, elsewhere = make.UnitFactory(agency=medan), make.UnitFactory(agency=medan)
    job = make.JobFactory(agency=medan, name="Analis Kebijakan", group="pelaksana", level="PELAKSANA", job_class=7)
    post, twin = (make.PositionFactory(agency=medan, unit=each, job=job) for each in (unit, elsewhere))
    other_job = make.JobFactory(agency=medan, name="Analis Data", group="pelaksana", level="PELAKSANA")
    person = make.EmployeeFactory(agency=medan, unit=unit, nip=NIP)
    make.IncumbencyFactory(agency=medan, position=post, employee=person, starts_on=date(2020, 1, 1))
    actor, other = officer(medan, role, nip=NIP), officer(medan, role)
    third = make.UnitFactory(agency=medan)

    for change in (
        lambda: restructure.move_position(actor=actor, position=post, unit=third, decree=DECREE),
        lambda: restructure.convert_position(actor=actor, position=post, job=other_job, decree=DECREE),
        lambda: restructure.merge_positions(actor=actor, positions=[post], target=twin, decree=DECREE),
    ):
        with pytest.raises(NotAllowed, match="Jabatan sendiri"):
            change()
    with pytest.raises(NotAllowed, match="Kelas jabatan sendiri"):
        structure.change_job(actor=actor, job=job, job_class=9)
    assert structure.change_job(actor=actor, job=job, job_class=7, summary="Menyusun telaahan").summary
    with pytest.raises(RuleBroken, match="evaluasi jabatan"):
        structure.change_job(actor=other, job=job, job_class=8)
    assert restructure.move_position(actor=other, position=post, unit=third, decree=DECREE).moved


@pytest.mark.parametrize("role", ["staf_bkd", "admin_daerah", *OFFICES])
def test_nobody_enters_themselves_into_the_register(role, medan):
    unit = make.UnitFactory(agency=medan)
    actor = officer(medan, role, nip=NIP)

    with pytest.raises(NotAllowed, match="Riwayat sendiri"):
        register.add_employee(actor=actor, unit=unit, nip=NIP, status="PNS", day=DAY, name="Sendiri")
    made = register.add_employee(actor=officer(medan, role), unit=unit, nip=NIP, status="PNS", day=DAY, name="Lain")
    assert made.nip == NIP


@pytest.mark.parametrize("office", OFFICES)
def test_no_office_writes_into_the_own_file(office, medan):
    unit = make.UnitFactory(agency=medan)
    own, other = (make.EmployeeFactory(agency=medan, unit=unit, **more) for more in ({"nip": NIP}, {}))
    actor = officer(medan, office, nip=NIP)

    for kind in histories.KINDS.values():
        assert not permissions.may_edit_history(actor, own, kind.model), kind.slug
        assert permissions.may_edit_history(actor, other, kind.model), kind.slug
    with pytest.raises(NotAllowed, match="Riwayat sendiri"):
        histories.add(actor=actor, employee=own, kind=histories.KINDS["golongan"], facts={"rank": 45})
    with pytest.raises(NotAllowed, match="Data sendiri"):
        register.change_employee(actor=actor, employee=own, birth_date=date(1990, 1, 1))
    with pytest.raises(NotAllowed, match="Kontrak sendiri"):
        promises.add_contract(actor=actor, employee=own, number="1", starts_on=DAY, ends_on=date(2027, 1, 1))
    for employee, may in ((own, False), (other, True)):
        item = models.AgendaItem.objects.create(
            agency=medan,
            employee=employee,
            kind=models.AgendaItem.Kind.PENSION,
            due_on=DAY,
            since=DAY,
            changed_at=timezone.now(),
        )
        assert permissions.may_move_agenda(actor, item, models.AgendaItem.State.FILES) is may


# What waits for whom


@pytest.mark.parametrize("office", OFFICES)
def test_the_queues_of_those_below_stay_with_them(office, medan):
    """A correction, a finding and a name to map wait for officers, not for their superiors, who may do them all."""
    person = make.EmployeeFactory(agency=medan)
    api_world._finding(medan, person.unit)
    api_world._mapping(medan)
    head, clerk = officer(medan, office), officer(medan, "staf_bkd")

    told = [str(each["label"]) for each in home.queue(clerk, DAY)]
    assert any("temuan data" in label for label in told)
    assert any("pemetaan" in label for label in told)
    assert not {each["label"] for each in home.queue(head, DAY)} & set(told)
    assert [each["url"] for each in home.actions(clerk, None)] == ["/impor/", "/analisis/"]
    assert home.actions(head, None) == []
    assert head.access.may("settle_findings")
    assert not head.access.has_duty("settle_findings")

    path = person.unit.path if person.unit else ""
    notify("correction.proposed", agency_id=medan.pk, unit_path=path, data={"request_id": 1})
    event = Event.objects.get(kind="correction.proposed")
    assert recipients(medan.pk, [event], DAY)[event.pk] == {clerk.pk}


def test_a_second_role_makes_it_the_persons_own_work():
    assert not held("pyb").has_duty("edit_register")
    assert held("pyb", "staf_bkd").has_duty("edit_register")
    assert held("pyb").has_duty("approve_roles")
    assert not held("auditor").has_duty("edit_register")
    assert system_access(1).has_duty("edit_register")
