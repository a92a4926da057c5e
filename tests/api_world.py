"""One row of every resource of the API and every admin page, in a unit of an agency, for the tests of both doors."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from allauth.idp.oidc.models import Client
from django.utils import timezone

from asnhr.models import Agency, ApiClient, IdempotencyKey, ImportJob, RoleRequest
from positions import models
from tests.factories import asnhr as ground
from tests.factories import positions as register

Make = Callable[[Any, Any], Any]


def medan() -> Agency:
    return ground.AgencyFactory()


def jambi() -> Agency:
    return ground.AgencyFactory(code="1571", name="Pemerintah Kota Jambi", short_name="Jambi")


def role_request(agency: Any, unit: Any) -> Any:
    return RoleRequest.objects.create(
        agency=agency, user=ground.UserFactory(), role="staf_bkd", starts_on=date(2026, 1, 1), reason="Tugas baru",
        requested_by=ground.UserFactory(),
    )  # fmt: skip


def connected_client(agency: Any, unit: Any) -> Any:
    owner = ground.UserFactory(is_service=True)
    client = Client.objects.create(name="Absensi", owner=owner, type=Client.Type.CONFIDENTIAL)
    return ApiClient.objects.create(
        agency=agency, name=f"Absensi {owner.pk}", client=client, owner=owner, scopes=["register:read"],
        expires_on=date(2099, 1, 1),
    )  # fmt: skip


def _position(agency: Any, unit: Any) -> Any:
    return register.PositionFactory(agency=agency, unit=unit)


def _campaign(agency: Any) -> Any:
    found = models.Campaign.objects.filter(agency=agency, year=2026).first()
    return found or register.CampaignFactory(agency=agency)


def _sheet(agency: Any, unit: Any) -> Any:
    sheet = models.WorkloadSheet.objects.filter(agency=agency, unit=unit).first()
    return sheet or register.WorkloadSheetFactory(agency=agency, unit=unit, campaign=_campaign(agency), state="belum")


def _new_sheet(agency: Any, unit: Any) -> Any:
    below = register.UnitFactory(agency=agency, parent=unit)
    return register.WorkloadSheetFactory(agency=agency, unit=below, campaign=_campaign(agency), state="belum")


def _workload(agency: Any, unit: Any) -> Any:
    return register.WorkloadFactory(agency=agency, position=_position(agency, unit), sheet=_sheet(agency, unit))


def _analysis(agency: Any) -> Any:
    found = models.NeedsAnalysis.objects.filter(agency=agency).first()
    return found or register.NeedsAnalysisFactory(agency=agency)


def _result(agency: Any, unit: Any) -> Any:
    return register.NeedsResultFactory(
        agency=agency, position=_position(agency, unit), analysis=_analysis(agency), code="X"
    )


def _line(agency: Any, unit: Any) -> Any:
    return register.RecommendationLineFactory(agency=agency, result=_result(agency, unit))


def _decision(agency: Any, unit: Any) -> Any:
    return models.Decision.objects.create(
        agency=agency, line=_line(agency, unit), verdict="setuju", reason="Sesuai", decided_by=ground.UserFactory()
    )


def _hearing(agency: Any, unit: Any) -> Any:
    line = _line(agency, unit)
    person = register.IncumbencyFactory(agency=agency, position=line.result.position).employee
    seat = register.SeatFactory(agency=agency, position=_position(agency, unit))
    return models.RemovalHearing.objects.create(
        agency=agency, line=line, employee=person, heard_on=date(2026, 1, 2), note="Setuju pindah", target_seat=seat,
        recorded_by=ground.UserFactory(),
    )  # fmt: skip


def _competency_need(agency: Any, unit: Any) -> Any:
    number = models.Competency.objects.count()
    competency = models.Competency.objects.create(code=f"X{number}", name=f"Kompetensi {number}", kind="manajerial")
    return models.CompetencyNeed.objects.create(
        agency=agency, analysis=_analysis(agency), unit=unit, competency=competency, level=3, needed=2, holders=1
    )


def _unit_finding(agency: Any, unit: Any) -> Any:
    goal = register.GoalFactory(agency=agency, unit=unit)
    return models.UnitFinding.objects.create(
        agency=agency, analysis=_analysis(agency), unit=unit, goal=goal, code="SASARAN_TANPA_JABATAN"
    )


def _follow_up(agency: Any, unit: Any) -> Any:
    line = _line(agency, unit)
    return models.FollowUp.objects.create(
        agency=agency, list="redistribusi", line=line, position=line.result.position, quantity=1
    )


def _proposal(agency: Any, unit: Any = None) -> Any:
    year = 2027 + models.FormationProposal.objects.filter(agency=agency).count()
    return models.FormationProposal.objects.create(agency=agency, year=year)


def _version(agency: Any, unit: Any = None) -> Any:
    return models.FormationVersion.objects.create(
        agency=agency, proposal=_proposal(agency), version=1, from_state="draft", to_state="diajukan"
    )


def _formation_line(agency: Any, unit: Any) -> Any:
    proposal = models.FormationProposal.objects.filter(agency=agency).first() or _proposal(agency)
    return models.FormationLine.objects.create(
        agency=agency, proposal=proposal, position=_position(agency, unit), formation=2, proposed=1
    )


def _finding(agency: Any, unit: Any) -> Any:
    number = models.Finding.objects.count()
    return models.Finding.objects.create(
        agency=agency, code="TUMPANG_TINDIH", message="Tumpang tindih", unit=unit, fingerprint=f"{number:064d}",
        raw={"NIP": "1", "NIK": "3271010101010001", "KTP": "3271010101010001"},
    )  # fmt: skip


def _mapping(agency: Any, unit: Any = None) -> Any:
    number = models.NameMapping.objects.count()
    return models.NameMapping.objects.create(agency=agency, kind="unit", key=f"DINAS {number}", text=f"Dinas {number}")


def _contract(agency: Any, unit: Any) -> Any:
    person = register.EmployeeFactory(agency=agency, unit=unit, status="PPPK", rank=None)
    return models.Contract.objects.create(
        agency=agency, employee=person, number="800/1", starts_on=date(2024, 1, 1), ends_on=date(2029, 1, 1)
    )


def _reservation(agency: Any, unit: Any) -> Any:
    seat = register.SeatFactory(agency=agency, position=_position(agency, unit))
    return models.Reservation.objects.create(
        agency=agency, seat=seat, reason="Seleksi terbuka", starts_on=date(2026, 1, 1)
    )


def _link(agency: Any, unit: Any) -> Any:
    return models.PositionGoal.objects.create(
        agency=agency, goal=register.GoalFactory(agency=agency), position=_position(agency, unit),
        starts_on=date(2025, 1, 1),
    )  # fmt: skip


def _import(agency: Any, unit: Any = None) -> Any:
    return ImportJob.objects.create(
        agency=agency,
        kind="units",
        filename="unit.csv",
        stored_as="x",
        sha256="0" * 64,
        run=ground.RunFactory(agency=agency),
    )


def siasn_record(agency: Any, unit: Any) -> Any:
    """A person whom SIASN gives another grade."""
    person = register.IncumbencyFactory(agency=agency, position=_position(agency, unit)).employee
    models.Employee.objects.filter(pk=person.pk).update(unit=unit)
    return models.SiasnRecord.objects.create(
        agency=agency, employee=person, facts={"nip": person.nip, "rank": 34, "job": "Juru"}, read_on=date(2026, 1, 2)
    )


def quality_problem(agency: Any, unit: Any) -> Any:
    person = register.EmployeeFactory(agency=agency, unit=unit)
    return models.QualityProblem.objects.create(
        agency=agency, employee=person, code="COM_2", weight=70000, since=date(2026, 1, 2)
    )


def agenda_item(agency: Any, unit: Any) -> Any:
    person = register.EmployeeFactory(agency=agency, unit=unit)
    return models.AgendaItem.objects.create(
        agency=agency, employee=person, kind="kgb", due_on=date(2026, 9, 1), missing=["PREDIKAT_KOSONG"], step=6,
        rank=32, since=date(2026, 1, 2), changed_at=timezone.now(),
    )  # fmt: skip


def agenda_step(agency: Any, unit: Any) -> Any:
    return models.AgendaStep.objects.create(
        agency=agency, item=agenda_item(agency, unit), from_state="belum", to_state="berkas", day=date(2026, 1, 2),
        actor=ground.UserFactory(),
    )  # fmt: skip


def job_analysis(agency: Any, unit: Any) -> Any:
    """A draft of a position's document with an entry and a step."""
    writer = ground.UserFactory()
    analysis = models.JobAnalysis.objects.create(
        agency=agency, position=_position(agency, unit), version=1, summary="Menyusun rencana kerja.", elements=[2, 8],
        created_by=writer, writers=[writer.pk],
    )  # fmt: skip
    models.JobAnalysisEntry.objects.create(
        agency=agency, analysis=analysis, part="tanggung_jawab", number=1, text="Kebenaran laporan"
    )
    models.JobAnalysisStep.objects.create(
        agency=agency, analysis=analysis, kind="mulai", day=date(2026, 1, 2), actor=writer
    )
    return analysis


def letter_batch(agency: Any, unit: Any) -> Any:
    return models.LetterBatch.objects.create(
        agency=agency, unit=unit, month=date(2026, 9, 1), number_pattern="800.1.11.13/{n}/BKD", place="Medan",
        first_number=1, signed_on=date(2026, 7, 1), signatory_post="Kepala BKD", signatory_name="Budi",
        created_by=ground.UserFactory(),
    )  # fmt: skip


def agency_deadline(agency: Any, unit: Any) -> Any:
    return models.AgencyDeadline.objects.create(
        agency=agency, name="Rapat Baperjakat", months=[3, 9], day=15, permission="manage_agenda",
        legal_basis="Perwal 1/2026", starts_on=date(2026, 1, 1),
    )  # fmt: skip


def deadline_done(agency: Any, unit: Any) -> Any:
    number = models.DeadlineDone.objects.filter(agency=agency).count()
    return models.DeadlineDone.objects.create(
        agency=agency, key="data", due_on=date(2020, 1, 31) + timedelta(days=number), done_on=date(2026, 1, 30),
        done_by=ground.UserFactory(),
    )  # fmt: skip


def quality_index(agency: Any, unit: Any) -> Any:
    day = date(2026, 1, 2) - timedelta(days=models.QualityIndex.objects.filter(agency=agency, unit=unit).count())
    return models.QualityIndex.objects.create(
        agency=agency, unit=unit, day=day, employees=10, affected=1, total="99.30", total_if_clean="99.30",
        counts={"COM_2": 1}, treatment="dikeluarkan", missing=["COM_1"], computed_at=timezone.now(),
    )  # fmt: skip


def job_evaluation(agency: Any, unit: Any = None) -> Any:
    """A draft with its first factor scored."""
    job = register.JobFactory(agency=agency)
    row = models.JobEvaluation.objects.create(
        agency=agency, job=job, version=1, kind="functional", changed_by=ground.UserFactory(), changed_at=timezone.now()
    )
    models.JobEvaluationFactor.objects.create(agency=agency, evaluation=row, factor="F1", level=3, points=350)
    return row


def idempotency_key(agency: Any, unit: Any) -> Any:
    now, number = timezone.now(), IdempotencyKey.objects.count()
    return IdempotencyKey.objects.create(
        agency=agency, user=ground.UserFactory(), key=f"kunci-{number}", request_hash="0" * 64, status=201, body="{}",
        created_at=now, expires_at=now + timedelta(days=1),
    )  # fmt: skip


# Resource → how to make one of its rows in a unit.
def _person(agency: Any, unit: Any) -> Any:
    return register.EmployeeFactory(agency=agency, unit=unit)


def change_request(agency: Any, unit: Any) -> Any:
    """A telephone number proposed by its owner; waiting."""
    person = _person(agency, unit)
    return models.ChangeRequest.objects.create(
        agency=agency, employee=person, target="telepon", proposed='{"phone": "0812"}', explanation="Nomor baru",
        requested_by=ground.UserFactory(nip=person.nip),
    )  # fmt: skip


def objection(agency: Any, unit: Any) -> Any:
    """An objection to the recommendation about the own post; waiting."""
    person = _person(agency, unit)
    return models.Objection.objects.create(
        agency=agency, employee=person, kind="rekomendasi", object_id=1, about="Redistribusi keluar 1",
        grounds="Beban kerja belum dihitung", filed_by=ground.UserFactory(nip=person.nip),
    )  # fmt: skip


def document(agency: Any, unit: Any) -> Any:
    """What is said of a document; the file itself is made by the tests that open it."""
    number = models.EmployeeDocument.objects.count()
    return models.EmployeeDocument.objects.create(
        agency=agency, employee=_person(agency, unit), kind_id="ijazah", number=f"IJ/{number}", filename="ijazah.pdf",
        format="pdf", size=1, pages=1, sha256="0" * 64, stored_as=f"{agency.pk}-{number}.bin",
        uploaded_by=ground.UserFactory(),
    )  # fmt: skip


def contact(agency: Any, unit: Any) -> Any:
    return models.EmployeeContact.objects.create(
        agency=agency, employee=_person(agency, unit), kind="telepon_dinas", value="061 4512412", sensitivity="umum",
        starts_on=date(2024, 1, 1),
    )  # fmt: skip


def photo(agency: Any, unit: Any) -> Any:
    number = models.EmployeePhoto.objects.count()
    return models.EmployeePhoto.objects.create(
        agency=agency, employee=_person(agency, unit), stored_as=f"f{agency.pk}-{number}.bin", sha256="0" * 64, size=1,
        width=3, height=4, changed_by=ground.UserFactory(),
    )  # fmt: skip


# A row of each history in force today, as lists of a day show it.
HISTORIES: dict[str, tuple[Any, dict[str, Any]]] = {
    "rank-records": (models.RankRecord, {"rank": 31, "starts_on": date(2024, 1, 1)}),
    "standing-records": (models.StandingRecord, {"standing": "01", "starts_on": date(2024, 1, 1)}),
    "appointments": (models.Appointment, {"formation_kind": "Umum"}),
    "service-periods": (
        models.ServicePeriod,
        {"experience": "Honorer", "starts_on": date(2015, 1, 1), "ends_on": date(2016, 1, 1), "years": 1},
    ),
    "outside-posts": (
        models.OutsidePost,
        {"agency_name": "Kab. Karo", "job_name": "Analis", "group": "pelaksana", "starts_on": date(2018, 1, 1),
         "ends_on": date(2019, 1, 1)},
    ),
    "secondments": (models.Secondment, {"kind": "dpk", "agency_name": "KPU", "starts_on": date(2024, 1, 1)}),
    "unpaid-leaves": (models.UnpaidLeave, {"starts_on": date(2024, 1, 1), "ends_on": date(2099, 1, 1)}),
    "increments": (models.SalaryIncrement, {"starts_on": date(2025, 3, 1), "service_years": 4}),
    "study-assignments": (
        models.StudyAssignment,
        {"kind": "tugas", "level_id": "45", "programme": "S-2 Hukum", "school": "USU", "starts_on": date(2025, 8, 1)},
    ),
    "employee-educations": (models.EmployeeEducation, {"level_id": "40", "name": "S-1 HUKUM"}),
    "trainings": (models.EmployeeTraining, {"kind": "3", "name": "Diklat Arsip", "year": 2024}),
    "awards": (models.Award, {"name": "Teladan", "year": 2024}),
    "predicates": (models.YearlyPredicate, {"year": 2025, "predicate": 2}),
    "credit-points": (
        models.CreditPoint,
        {"job_name": "Arsiparis", "starts_on": date(2025, 1, 1), "ends_on": date(2026, 1, 1), "total": 12},
    ),
    "family-members": (models.FamilyMember, {"relation": "ibu", "name": "Siti"}),
    "disciplines": (
        models.Discipline,
        {"sanction": "23", "decree": "862/1", "decree_on": date(2026, 1, 1), "starts_on": date(2026, 1, 8),
         "ends_on": date(2099, 1, 1)},
    ),
}  # fmt: skip
# Sensitive kinds are not for a unit's admin at all (tests/positions/test_page_histories.py).
SENSITIVE = {"family-members", "disciplines"}


def history(route: str) -> Make:
    """Return what makes a row of a history, a person each."""
    model, facts = HISTORIES[route]

    def make(agency: Any, unit: Any) -> Any:
        person = register.EmployeeFactory(agency=agency, unit=unit)
        return model.objects.create(agency=agency, employee=person, **facts)

    return make


IN_UNIT: dict[str, Make] = {
    **{route: history(route) for route in HISTORIES},
    "job-analyses": job_analysis,
    "job-analysis-entries": lambda agency, unit: job_analysis(agency, unit).entries.get(),
    "job-analysis-steps": lambda agency, unit: job_analysis(agency, unit).steps.get(),
    "units": lambda agency, unit: register.UnitFactory(agency=agency, parent=unit),
    "positions": lambda agency, unit: (
        register.IncumbencyFactory(agency=agency, position=_position(agency, unit)).position
    ),
    "seats": lambda agency, unit: register.IncumbencyFactory(agency=agency, position=_position(agency, unit)).seat,
    "needs": lambda agency, unit: register.PositionNeedFactory(agency=agency, position=_position(agency, unit)),
    "reservations": _reservation,
    "goals": lambda agency, unit: register.GoalFactory(agency=agency, unit=unit),
    "goal-links": _link,
    "workload-sheets": _new_sheet,
    "workloads": lambda agency, unit: (
        register.WorkloadTaskFactory(agency=agency, workload=_workload(agency, unit)).workload
    ),
    "tasks": lambda agency, unit: register.WorkloadTaskFactory(agency=agency, workload=_workload(agency, unit)),
    "employees": lambda agency, unit: (
        register.IncumbencyFactory(agency=agency, position=_position(agency, unit)).employee
    ),
    "incumbencies": lambda agency, unit: register.IncumbencyFactory(agency=agency, position=_position(agency, unit)),
    "contracts": _contract,
    "employee-documents": document,
    "employee-contacts": contact,
    "change-requests": change_request,
    "objections": objection,
    "siasn-values": lambda agency, unit: siasn_record(agency, unit).employee,
    "findings": _finding,
    "quality-problems": quality_problem,
    "quality-indexes": quality_index,
    "results": _result,
    "recommendation-lines": _line,
    "removal-hearings": _hearing,
    "decisions": _decision,
    "competency-needs": _competency_need,
    "unit-findings": _unit_finding,
    "follow-ups": _follow_up,
    "formation-lines": _formation_line,
}
# The same for rows of the agency as a whole.
IN_AGENCY: dict[str, Make] = {
    "jobs": lambda agency, unit: register.JobFactory(agency=agency),
    "job-classes": lambda agency, unit: register.JobFactory(agency=agency).class_periods.get(),
    "technical-competencies": lambda agency, unit: register.TechnicalCompetencyFactory(agency=agency),
    "technical-versions": lambda agency, unit: register.TechnicalVersionFactory(agency=agency),
    "job-standards": lambda agency, unit: register.JobStandardFactory(agency=agency),
    "job-competencies": lambda agency, unit: register.JobCompetencyFactory(agency=agency),
    "standard-requirements": lambda agency, unit: models.StandardRequirement.objects.create(
        agency=agency,
        standard=register.JobStandardFactory(agency=agency),
        kind="pengalaman",
        number=1,
        text="Dua tahun",
        weight="perlu",
    ),
    "campaigns": lambda agency, unit: register.CampaignFactory(
        agency=agency, year=2000 + models.Campaign.objects.filter(agency=agency).count()
    ),
    "job-evaluations": job_evaluation,
    "mappings": _mapping,
    "analyses": lambda agency, unit: register.NeedsAnalysisFactory(agency=agency),
    "formation-proposals": _proposal,
    "formation-versions": _version,
    "runs": lambda agency, unit: ground.RunFactory(agency=agency),
    "imports": _import,
}
