"""Who may do what: each rule once, in a pair. `check_…` raises NotAllowed with the reason, `may_…` says yes or no.

Who sees removal candidates is a condition in SQL instead (`positions.models._removals`), asked by the querysets'
`visible_to`.
"""

from collections.abc import Callable, Iterable
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from asnhr import dates
from asnhr.access import SUBORDINATES
from asnhr.errors import NotAllowed
from asnhr.roles import REMOVALS
from positions.models import (
    AgendaItem,
    ChangeRequest,
    DocumentKind,
    Employee,
    EmployeeDocument,
    Incumbency,
    Job,
    JobAnalysis,
    JobEvaluation,
    Recommendation,
    Unit,
    WorkloadSheet,
)
from positions.models._base import access_of, in_force
from positions.rules.agenda import CLOSED

REMOVING = (Recommendation.ABOLISH.value, Recommendation.MERGE.value)


def check_may(user: Any, *any_of: str) -> None:
    """Raise NotAllowed unless the user holds at least one of the permissions."""
    access = access_of(user)
    if not any(access.may(permission) for permission in any_of):
        raise NotAllowed(_("Peran Anda tidak mencakup tindakan ini."))


def may(user: Any, *any_of: str) -> bool:
    """Return whether the user holds at least one of the permissions."""
    return _passes(check_may, user, *any_of)


def check_in_scope(user: Any, unit: Unit | None) -> None:
    """Raise NotAllowed unless `unit` is in the user's agency and, for unit-bound roles, under one of their units."""
    access = access_of(user)
    if access.agency_id is None or (unit is not None and unit.agency_id != access.agency_id):
        raise NotAllowed(_("Unit ini bukan unit instansi Anda."))
    if access.whole_agency:
        return
    path = f"{unit.path}." if unit is not None and unit.path else ""
    if not path or not any(path.startswith(f"{above}.") for above in access.unit_paths):
        raise NotAllowed(_("Unit ini di luar cakupan Anda."))


def check_may_edit_people(user: Any, unit: Unit | None) -> None:
    """Employees, incumbencies: `edit_register` in the unit's scope."""
    check_may(user, "edit_register")
    check_in_scope(user, unit)


def check_may_edit_incumbency(user: Any, incumbency: Incumbency) -> None:
    """What somebody holds in a unit of the user's; what is still to come also asks for the unit that the person
    belongs to until then (docs/decisions/0039-decisions-of-a-coming-day.md)."""
    check_may_edit_people(user, incumbency.position.unit)
    if incumbency.starts_on > dates.today():
        check_in_scope(user, incumbency.employee.unit)


def may_edit_incumbency(user: Any, incumbency: Incumbency) -> bool:
    return _passes(check_may_edit_incumbency, user, incumbency)


def may_edit_people(user: Any, unit: Unit | None) -> bool:
    return _passes(check_may_edit_people, user, unit)


def check_may_read_nik(user: Any, unit: Unit | None) -> None:
    """The NIK of a person: `view_nik` in the unit's scope."""
    check_may(user, "view_nik")
    check_in_scope(user, unit)


def may_read_nik(user: Any, unit: Unit | None) -> bool:
    return _passes(check_may_read_nik, user, unit)


# Sensitive kinds of a personnel file: who reads or edits them holds this beside the ordinary right.
SENSITIVE = {
    "FamilyMember": "view_family", "Discipline": "view_discipline", "SalaryIncrement": "view_salary",
    "YearlyPredicate": "view_assessment",
}  # fmt: skip
# A head follows the performance of the people led (PermenPANRB 6/2022), without the kind's own permission: what that
# is told by, and nothing else.
OF_LED = frozenset({"YearlyPredicate", "CreditPoint"})
# Texts that may tell of illness, in rows that are otherwise ordinary: read with `view_health`, each look logged.
HEALTH = {"Employee": "exit_reason", "UnpaidLeave": "reason"}


def check_may_read_health(user: Any, employee: Employee) -> None:
    """Why a person left or went on unpaid leave: the own file, or `view_health` in the unit's scope."""
    if is_own_file(user, employee):
        return
    check_may(user, "view_health")
    check_in_scope(user, employee.unit)


def may_read_health(user: Any, employee: Employee) -> bool:
    return _passes(check_may_read_health, user, employee)


def check_may_read_standing(user: Any, employee: Employee) -> None:
    """A legal standing that tells of a crime or a sanction: the own file, or `view_discipline` in the unit's scope."""
    if is_own_file(user, employee):
        return
    check_may(user, "view_discipline")
    check_in_scope(user, employee.unit)


def may_read_standing(user: Any, employee: Employee) -> bool:
    return _passes(check_may_read_standing, user, employee)


def check_may_read_history(user: Any, employee: Employee, kind: type[Any]) -> None:
    """One kind of a person's histories: the own file; of the people led their performance; or `view_register` in the
    unit's scope and the kind's own."""
    if is_own_file(user, employee) or kind.__name__ in OF_LED and leads(user, employee):
        return
    check_may(user, "view_register")
    if kind.__name__ in SENSITIVE:
        check_may(user, SENSITIVE[kind.__name__])
    check_in_scope(user, employee.unit)


def leads(user: Any, employee: Employee) -> bool:
    """Whether the person is on a unit that the user heads today, or below one."""
    access = access_of(user)
    if not access.may(SUBORDINATES) or access.agency_id != employee.agency_id or employee.unit is None:
        return False
    path = f"{employee.unit.path}."
    return any(path.startswith(f"{above}.") for above in access.led_paths)


def may_read_history(user: Any, employee: Employee, kind: type[Any]) -> bool:
    return _passes(check_may_read_history, user, employee, kind)


def may_read_step(user: Any, employee: Employee) -> bool:
    """Whether the user reads to which step of the salary table an increment leads: with the rank it is the salary."""
    return is_own_file(user, employee) or access_of(user).may("view_salary")


def check_may_edit_history(user: Any, employee: Employee, kind: type[Any]) -> None:
    """Add, correct, close or take back a row: `edit_register` in the unit's scope, the sensitive kind's own right, and
    never in the own file: nobody decides their own case."""
    check_may_edit_people(user, employee.unit)
    if kind.__name__ in SENSITIVE:
        check_may(user, SENSITIVE[kind.__name__])
    if is_theirs(user, employee):
        raise NotAllowed(_("Riwayat sendiri dicatat oleh petugas lain."))


def may_edit_history(user: Any, employee: Employee, kind: type[Any]) -> bool:
    return _passes(check_may_edit_history, user, employee, kind)


def is_own_file(user: Any, employee: Employee) -> bool:
    """Whether the person looks at the own file."""
    return is_theirs(user, employee) and access_of(user).may("view_own")


def is_theirs(user: Any, employee: Employee) -> bool:
    """Whether the account belongs to the person: by NIP, in the agency signed in to."""
    nip = getattr(user, "nip", "")
    return bool(nip) and nip == employee.nip and access_of(user).agency_id == employee.agency_id


def may_read_contacts(user: Any, employee: Employee) -> bool:
    """The private e-mail and mobile on a person's record: who edits records, and the person. What is open to others
    stands among the contacts, each with its own sensitivity."""
    return access_of(user).may("edit_register") or is_theirs(user, employee)


# What everybody may correct in the own record, beside proposing the rest.
OWN_CONTACTS = frozenset({"email", "phone"})


def check_may_change_employee(user: Any, employee: Employee, facts: Iterable[str]) -> None:
    """Correct these facts of a person: `edit_register` in the unit's scope, and of the own record the contacts only."""
    check_may_edit_people(user, employee.unit)
    if is_theirs(user, employee) and not OWN_CONTACTS.issuperset(facts):
        raise NotAllowed(_("Data sendiri diubah oleh petugas lain; usulkan perbaikannya."))


def check_may_edit_positions(user: Any, unit: Unit | None) -> None:
    """Positions and their decided formation: `edit_register` or `edit_structure` in the unit's scope."""
    check_may(user, "edit_register", "edit_structure")
    check_in_scope(user, unit)


def may_edit_positions(user: Any, unit: Unit | None) -> bool:
    return _passes(check_may_edit_positions, user, unit)


def check_may_edit_structure(user: Any, unit: Unit | None) -> None:
    """Units and K ditetapkan: `edit_structure` in the unit's scope (None: the top of the agency)."""
    check_may(user, "edit_structure")
    check_in_scope(user, unit)


def may_edit_structure(user: Any, unit: Unit | None) -> bool:
    return _passes(check_may_edit_structure, user, unit)


def check_may_edit_jobs(user: Any, job: Job | None = None) -> None:
    """The job catalogue: `edit_structure`, for the agency as a whole."""
    check_may(user, "edit_structure")
    if job is not None and job.agency_id != access_of(user).agency_id:
        raise NotAllowed(_("Nomenklatur ini bukan nomenklatur instansi Anda."))
    if not access_of(user).whole_agency:
        raise NotAllowed(_("Nomenklatur berlaku bagi seluruh instansi; cakupan Anda hanya sebagian unit."))


def may_edit_jobs(user: Any, job: Job | None = None) -> bool:
    return _passes(check_may_edit_jobs, user, job)


def check_may_decide_job_class(user: Any, job: Job) -> None:
    """Set the class of a job by decree, or give its evaluation back: `decide_job_class`, for the agency as a whole."""
    check_may(user, "decide_job_class")
    if job.agency_id != access_of(user).agency_id:
        raise NotAllowed(_("Nomenklatur ini bukan nomenklatur instansi Anda."))
    if not access_of(user).whole_agency:
        raise NotAllowed(_("Nomenklatur berlaku bagi seluruh instansi; cakupan Anda hanya sebagian unit."))


def may_decide_job_class(user: Any, job: Job) -> bool:
    return _passes(check_may_decide_job_class, user, job)


def check_may_decide_evaluation(user: Any, evaluation: JobEvaluation, day: date) -> None:
    """Decide one evaluation: as above, but not who scored or submitted it, nor who holds the job on `day`,
    definitively, by duty or acting."""
    check_may_decide_job_class(user, evaluation.job)
    if user.pk in (*evaluation.writers, evaluation.submitted_by_id):
        raise NotAllowed(_("Evaluasi yang Anda nilai atau ajukan ditetapkan oleh orang lain."))
    check_not_own_class(user, evaluation.job, day)


def check_not_own_class(user: Any, job: Job, day: date) -> None:
    """Nobody sets the class of a job that they hold on `day`, by a decree or in the catalogue."""
    nip = getattr(user, "nip", "")
    held = Incumbency.objects.on(day).filter(agency_id=job.agency_id, employee__nip=nip, position__job=job)
    if nip and held.exists():
        raise NotAllowed(_("Kelas jabatan sendiri ditetapkan oleh orang lain."))


def may_withdraw_class(user: Any, job: Job, day: date) -> bool:
    return may_decide_job_class(user, job) and _passes(check_not_own_class, user, job, day)


def may_decide_evaluation(user: Any, evaluation: JobEvaluation, day: date) -> bool:
    return _passes(check_may_decide_evaluation, user, evaluation, day)


def check_may_draft_competencies(user: Any, thing: Any = None) -> None:
    """Draft technical competencies and standards of jobs: as the catalogue, `edit_structure` for the agency as a whole.
    `thing`: what is drafted or what it is of."""
    check_may(user, "edit_structure")
    access = access_of(user)
    if thing is not None and thing.agency_id != access.agency_id:
        raise NotAllowed(_("Standar ini bukan standar instansi Anda."))
    if not access.whole_agency:
        raise NotAllowed(_("Kamus dan standar kompetensi berlaku bagi seluruh instansi; cakupan Anda hanya sebagian."))


def may_draft_competencies(user: Any, thing: Any = None) -> bool:
    return _passes(check_may_draft_competencies, user, thing)


def check_may_decide_competencies(user: Any, version: Any) -> None:
    """Decide, return or end a version: `approve_standards` for the agency as a whole, and, until it is decided, nobody
    who began, changed or submitted it."""
    check_may(user, "approve_standards")
    access = access_of(user)
    if version.agency_id != access.agency_id or not access.whole_agency:
        raise NotAllowed(_("Standar ini bukan standar instansi Anda."))
    if not version.is_decided and user.pk in (*version.writers, version.drafted_by_id, version.submitted_by_id):
        raise NotAllowed(_("Penyusun atau pengaju tidak menetapkan versinya sendiri."))


def check_not_own_standard(user: Any, job: Job, day: date) -> None:
    """Nobody decides the standard of a job that they hold on `day`, definitively, by duty or acting."""
    nip = getattr(user, "nip", "")
    held = Incumbency.objects.on(day).filter(agency_id=job.agency_id, employee__nip=nip, position__job=job)
    if nip and held.exists():
        raise NotAllowed(_("Standar jabatan sendiri ditetapkan oleh orang lain."))


def may_decide_competencies(user: Any, version: Any) -> bool:
    return _passes(check_may_decide_competencies, user, version)


def _passes(check: Callable[..., None], *arguments: Any) -> bool:
    try:
        check(*arguments)
    except NotAllowed:
        return False
    return True


def check_may_fill_sheet(user: Any, unit: Unit | None) -> None:
    """A unit's workload sheet: `edit_workload` in the unit's scope."""
    check_may(user, "edit_workload")
    check_in_scope(user, unit)


def may_fill_sheet(user: Any, unit: Unit | None) -> bool:
    return _passes(check_may_fill_sheet, user, unit)


def check_may_judge_sheet(user: Any, unit: Unit | None) -> None:
    """Verify, return and approve a sheet, open a campaign: `approve_workload` (Bagian Organisasi, Sekda)."""
    check_may(user, "approve_workload")
    check_in_scope(user, unit)


def may_judge_sheet(user: Any, unit: Unit | None) -> bool:
    return _passes(check_may_judge_sheet, user, unit)


def check_not_own_sheet(user: Any, sheet: WorkloadSheet) -> None:
    """Verify and approve: neither who wrote figures of the sheet nor who submitted it."""
    # Sheets filled in before writers were kept know the last one.
    last = [sheet.changed_by_id] if sheet.state == WorkloadSheet.State.FILLED else []
    if user.pk in (*sheet.writers, *last):
        raise NotAllowed(_("Lembar yang disusun sendiri diverifikasi dan disahkan oleh orang lain."))


def may_decide_sheet(user: Any, sheet: WorkloadSheet) -> bool:
    return _passes(check_not_own_sheet, user, sheet)


def check_may_write_job_analysis(user: Any, unit: Unit | None) -> None:
    """A post's job-analysis document: who fills the workload sheet of the unit fills it."""
    check_may(user, "edit_workload")
    check_in_scope(user, unit)


def may_write_job_analysis(user: Any, unit: Unit | None) -> bool:
    return _passes(check_may_write_job_analysis, user, unit)


def check_may_judge_job_analysis(user: Any, analysis: JobAnalysis, day: date) -> None:
    """Return or approve a document: `approve_workload` in scope; neither one that the user wrote nor that of the post
    that the user holds. One query for who has a NIP."""
    check_may(user, "approve_workload")
    check_in_scope(user, analysis.position.unit)
    if user.pk in analysis.writers:
        raise NotAllowed(_("Dokumen yang disusun sendiri disetujui oleh orang lain."))
    _check_not_own_post(user, analysis, day)


def may_judge_job_analysis(user: Any, analysis: JobAnalysis, day: date) -> bool:
    return _passes(check_may_judge_job_analysis, user, analysis, day)


def check_may_review_job_analysis(user: Any, analysis: JobAnalysis, day: date) -> None:
    """Say that a document still holds: who writes or approves documents of the unit, never of the own post."""
    check_may(user, "edit_workload", "approve_workload")
    check_in_scope(user, analysis.position.unit)
    _check_not_own_post(user, analysis, day)


def may_review_job_analysis(user: Any, analysis: JobAnalysis, day: date) -> bool:
    return _passes(check_may_review_job_analysis, user, analysis, day)


def _check_not_own_post(user: Any, analysis: JobAnalysis, day: date) -> None:
    nip = getattr(user, "nip", "")
    held = Incumbency.objects.filter(
        in_force(day), agency_id=analysis.agency_id, position_id=analysis.position_id, employee__nip=nip
    )
    if nip and held.exists():
        raise NotAllowed(_("Analisis jabatan sendiri disetujui oleh orang lain."))


def check_may_settle(user: Any) -> None:
    """Findings of imports: `settle_findings`."""
    check_may(user, "settle_findings")


def may_settle(user: Any) -> bool:
    return _passes(check_may_settle, user)


MAPPERS = ("settle_findings", "edit_structure")


def check_may_map(user: Any, unit: Unit | None = None) -> None:
    """Say what a name of a file means: `settle_findings` or `edit_structure`; a unit (None: not said yet) in scope."""
    check_may(user, *MAPPERS)
    if unit is not None:
        check_in_scope(user, unit)


def may_map(user: Any, unit: Unit | None = None) -> bool:
    return _passes(check_may_map, user, unit)


def check_may_run_analysis(user: Any) -> None:
    """Start the job-needs analysis of the agency: `run_analysis`, for the agency as a whole."""
    check_may(user, "run_analysis")
    if not access_of(user).whole_agency:
        raise NotAllowed(_("Analisis menghitung seluruh instansi; cakupan Anda hanya sebagian unit."))


def may_run_analysis(user: Any) -> bool:
    return _passes(check_may_run_analysis, user)


QUALITY_RUNNERS = ("run_analysis", "edit_register")


def check_may_run_quality(user: Any) -> None:
    """Compute the data quality now: `run_analysis`, or `edit_register` of whatever part of the agency, for who repairs
    data wants to see the figure of it. What is computed is the agency; everybody reads the own part
    (docs/decisions/0017)."""
    check_may(user, *QUALITY_RUNNERS)


def may_run_quality(user: Any) -> bool:
    return _passes(check_may_run_quality, user)


def check_may_refresh_agenda(user: Any) -> None:
    """Compute the agenda book of the agency now: `manage_agenda` for the agency as a whole."""
    check_may(user, "manage_agenda")
    if not access_of(user).whole_agency:
        raise NotAllowed(_("Buku penjagaan dihitung untuk seluruh instansi; cakupan Anda hanya sebagian unit."))


def may_refresh_agenda(user: Any) -> bool:
    return _passes(check_may_refresh_agenda, user)


def closed_codes(user: Any) -> frozenset[str]:
    """The codes of cases that few may know and the user may."""
    return frozenset(code for code, asked in CLOSED.items() if may(user, asked))


# States of the agenda book in which a case is still with the unit that gathers its files.
WITH_UNIT = frozenset({AgendaItem.State.WAITING.value, AgendaItem.State.FILES.value})


def check_may_move_agenda(user: Any, item: AgendaItem, to: str) -> None:
    """Move a case to a state: gathering files is `edit_register` in the unit's scope, from the proposal on
    `manage_agenda`; never the own case."""
    if {item.state, to} <= WITH_UNIT:
        check_may(user, "edit_register", "manage_agenda")
    else:
        check_may(user, "manage_agenda")
    check_in_scope(user, item.employee.unit)
    if getattr(user, "nip", "") and user.nip == item.employee.nip:
        raise NotAllowed(_("Penjagaan sendiri diurus oleh petugas lain."))


def may_move_agenda(user: Any, item: AgendaItem, to: str) -> bool:
    return _passes(check_may_move_agenda, user, item, to)


def check_may_read_letters(user: Any) -> None:
    """Letters of increments and their file: `view_register` and, as they tell salaries, `view_salary`; which batches,
    says what the user sees."""
    check_may(user, "view_register")
    check_may(user, "view_salary")


def may_read_letters(user: Any) -> bool:
    return _passes(check_may_read_letters, user)


def check_may_write_letters(user: Any) -> None:
    """Make letters of increments: `manage_agenda` and, as they tell salaries, `view_salary`; whose letters, says what
    the user sees."""
    check_may(user, "manage_agenda")
    check_may(user, "view_salary")


def may_write_letters(user: Any) -> bool:
    return _passes(check_may_write_letters, user)


def check_may_manage_calendar(user: Any) -> None:
    """Duties that the agency adds to the work calendar: `manage_agenda`, for the agency as a whole."""
    check_may(user, "manage_agenda")
    if not access_of(user).whole_agency:
        raise NotAllowed(_("Kalender kerja berlaku bagi seluruh instansi; cakupan Anda hanya sebagian unit."))


def may_manage_calendar(user: Any) -> bool:
    return _passes(check_may_manage_calendar, user)


def check_may_freeze_analysis(user: Any) -> None:
    """Set an analysis as the basis of the year's proposal: `freeze_analysis`."""
    check_may(user, "freeze_analysis")


def may_freeze_analysis(user: Any) -> bool:
    return _passes(check_may_freeze_analysis, user)


def check_may_decide(user: Any, unit: Unit | None) -> None:
    """Approve, defer or reject a recommendation on a position of `unit`: `decide_recommendations` there."""
    check_may(user, "decide_recommendations")
    check_in_scope(user, unit)


def may_decide(user: Any, unit: Unit | None) -> bool:
    return _passes(check_may_decide, user, unit)


def check_may_manage_proposals(user: Any) -> None:
    """Complete the lines of a formation proposal and record what the ministry says: `manage_proposals`."""
    check_may(user, "manage_proposals")


def may_manage_proposals(user: Any) -> bool:
    return _passes(check_may_manage_proposals, user)


def check_may_sign_proposals(user: Any) -> None:
    """Submit a formation proposal: the PPK signs (`sign_proposals`)."""
    check_may(user, "sign_proposals")


def may_sign_proposals(user: Any) -> bool:
    return _passes(check_may_sign_proposals, user)


def check_may_record_hearings(user: Any, unit: Unit | None) -> None:
    """What the holder of a removal candidate said, and the seat kept for them: who sees every candidate and decides on
    it (BKD, PyB, PPK) or changes the position map (Bagian Organisasi)."""
    check_may(user, REMOVALS)
    check_may(user, "decide_recommendations", "edit_structure")
    check_in_scope(user, unit)


def may_record_hearings(user: Any, unit: Unit | None) -> bool:
    return _passes(check_may_record_hearings, user, unit)


# The personnel file


def check_may_keep_photo(user: Any, employee: Employee) -> None:
    """Put or take away a photo: the person, or who edits people of the unit."""
    if not is_own_file(user, employee):
        check_may_edit_people(user, employee.unit)


def may_keep_photo(user: Any, employee: Employee) -> bool:
    return _passes(check_may_keep_photo, user, employee)


def check_may_add_document(user: Any, employee: Employee, kind: DocumentKind) -> None:
    """Put a document into a file or take it out: `edit_register` in the unit's scope, what a specific kind asks, and
    never in the own file, to which one proposes."""
    check_may_edit_people(user, employee.unit)
    if kind.permission:
        check_may(user, kind.permission)
    if is_theirs(user, employee):
        raise NotAllowed(_("Dokumen sendiri diserahkan lewat usul perbaikan."))


def check_may_open_document(user: Any, document: EmployeeDocument) -> None:
    """Open the file itself: the person; or who edits people of the unit, with what a specific kind asks. Who decides on
    a waiting request opens what it rests on, and nobody else what a request rests on."""
    if is_own_file(user, document.employee):
        return
    check_may_edit_people(user, document.employee.unit)
    if document.request is not None:
        _check_target(user, document.request)
    is_evidence = document.request is not None and document.request.is_waiting
    if document.kind.permission and not is_evidence:
        check_may(user, document.kind.permission)


def may_open_document(user: Any, document: EmployeeDocument) -> bool:
    return _passes(check_may_open_document, user, document)


def check_may_propose(user: Any, employee: Employee) -> None:
    """Propose a correction: to the own file only."""
    if not is_own_file(user, employee):
        raise NotAllowed(_("Usul perbaikan diajukan oleh pemilik datanya."))


def may_propose(user: Any, employee: Employee) -> bool:
    return _passes(check_may_propose, user, employee)


def _check_target(user: Any, change: ChangeRequest) -> None:
    if asked := ChangeRequest.ASKS_OF_TARGET.get(change.target):
        check_may(user, asked)


def check_may_read_request(user: Any, change: ChangeRequest) -> None:
    """Read what is proposed: the person; or `edit_register` in the unit's scope and what the proposed data ask."""
    if is_own_file(user, change.employee):
        return
    check_may_edit_people(user, change.employee.unit)
    _check_target(user, change)


def may_read_request(user: Any, change: ChangeRequest) -> bool:
    return _passes(check_may_read_request, user, change)


def check_may_decide_request(user: Any, change: ChangeRequest) -> None:
    """Accept or refuse a proposed correction: who reads it as an officer, never on the own file."""
    if is_theirs(user, change.employee):
        raise NotAllowed(_("Usul sendiri diputuskan oleh orang lain."))
    check_may_read_request(user, change)


def may_decide_request(user: Any, change: ChangeRequest) -> bool:
    return _passes(check_may_decide_request, user, change)
