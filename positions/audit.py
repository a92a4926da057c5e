"""How the audit trail covers the register's tables; the triggers are attached by migration 0014."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from asnhr import formats, told
from asnhr.audit.declared import NATIONAL, SUMMARY, Declared, declare
from positions.models.change_request import closed_targets
from positions.rules import standing

OF_POSITION = ("position__job", "position__unit")
OF_PERSON = "employee__nip"
RESULT = "derived: an analysis computes it again from its recorded inputs"

# Rows of a person's file, in the person's history for who may read each of them.
HISTORIES = tuple(
    (f"positions.{model}", "employee")
    for model in ("RankRecord", "StandingRecord", "Appointment", "ServicePeriod", "CreditPoint", "OutsidePost",
                  "Secondment", "UnpaidLeave", "FamilyMember", "Discipline", "EmployeeTraining", "Award",
                  "YearlyPredicate", "SalaryIncrement", "StudyAssignment")
)  # fmt: skip


# Declared one by one below.
CLOSED = frozenset(
    {"positions.FamilyMember", "positions.Discipline", "positions.SalaryIncrement", "positions.UnpaidLeave",
     "positions.StandingRecord", "positions.YearlyPredicate"}
)  # fmt: skip


# As migration 0032 attaches them.
FAMILY_FACTS = (
    "relation child_kind name sex birth_place birth_date occupation nip on_payroll married_on marriage_number"
    " divorced_on died_on"
)
SANCTION_FACTS = (
    "decree decree_on sanction state starts_on years months ends_on regulation reason_code reason rank_before rank"
    " revoked_decree revoked_on note"
)


# Encrypted, so that their keyed hash says whether they changed.
FAMILY_TOKENS = FAMILY_FACTS
SANCTION_TOKENS = SANCTION_FACTS
DOCUMENT_TOKENS = "number note filename"
RATED_TOKENS = "result behaviour predicate points"
INCREMENT_TOKENS = "service_years service_months decree decree_on"


def hashed(columns: str, tokens: str) -> dict[str, str]:
    return {name: f"{name}_hash" if name in tokens.split() else name for name in columns.split()}


def keyed(tokens: str) -> tuple[str, ...]:
    return tuple(f"{name}_hash" for name in tokens.split())


def alike(columns: str) -> dict[str, str]:
    """Return columns that are hashed as they are."""
    return {name: name for name in columns.split()}


# What looks at a person's file name in short: the kinds that ask a permission, and lines of the tab "Turunan".
LOOKS = {
    "gaji_pokok": _("gaji pokok"), "predikat": _("predikat kinerja"), "disiplin": _("hukuman disiplin"),
    "keluarga": _("keluarga"), "kgb": _("kenaikan gaji berkala (KGB)"), "kinerja": _("predikat kinerja"),
}  # fmt: skip
LOOKS_ASK = {
    "gaji_pokok": "view_salary", "predikat": "view_assessment", "disiplin": "view_discipline",
    "keluarga": "view_family", "kgb": "view_salary", "kinerja": "view_assessment",
}  # fmt: skip
# Standings that tell of a crime or a sanction, in the register as in its trail.
OF_FEW = (frozenset(standing.RESTRICTED), "view_discipline")


def _of_person(row: Any) -> str:
    return f"{row.employee.full_name}: {row}"


declare(
    # National references: the nation's chain (decision 0032).
    Declared("positions.EducationLevel", NATIONAL, reference=True, number="number", found_by=("code", "name")),
    Declared("positions.Education", NATIONAL, reference=True, counted=True, joins=("level",),
             found_by=("siasn_id", "name")),
    Declared("positions.ReferenceJob", NATIONAL, reference=True, found_by=("name",)),
    Declared("positions.Competency", NATIONAL, reference=True, found_by=("code", "name")),
    Declared("positions.Deadline", NATIONAL, reference=True, found_by=("code", "name")),
    Declared("positions.JobAnalysisCode", NATIONAL, reference=True, found_by=("code", "name")),
    Declared("positions.DocumentKind", NATIONAL, reference=True, number="number", found_by=("code", "name")),
    Declared("positions.Job", route="job-detail", found_by=("code", "name"),
             related=(("positions.JobEducation", "job"), ("positions.JobStandard", "job"),
                      ("positions.JobEvaluation", "job"), ("positions.JobClassPeriod", "job"))),
    Declared("positions.JobClassPeriod", joins=("job",), found_by=("decree", "job__name")),
    Declared("positions.JobEducation", called=lambda row: row.field),
    Declared("positions.TechnicalCompetency", found_by=("code", "name"),
             related=(("positions.TechnicalCompetencyVersion", "competency"),)),
    Declared("positions.TechnicalCompetencyVersion", skipped=("writers",), route="technical-detail",
             joins=("competency",), found_by=("competency__code", "competency__name")),
    Declared("positions.JobStandard", skipped=("writers",), route="standard-detail", joins=("job",),
             found_by=("decree", "job__name"),
             related=(("positions.JobCompetency", "standard"), ("positions.StandardRequirement", "standard"))),
    Declared("positions.JobCompetency", joins=("competency", "technical"), called=lambda row: row.of.name),
    Declared("positions.StandardRequirement"),
    Declared("positions.JobEvaluation", skipped=("writers",), route="job-evaluation", joins=("job",),
             found_by=("decree", "job__name"),
             related=(("positions.JobEvaluationFactor", "evaluation"),)),
    Declared("positions.JobEvaluationFactor", joins=("evaluation__job",),
             called=lambda row: f"{row.evaluation} · {row.factor}"),
    Declared("positions.Unit", skipped=("path", "office_id"), route="unit-detail", found_by=("code", "name"),
             related=(("positions.UnitPeriod", "unit"),)),
    Declared("positions.UnitPeriod"),
    Declared("positions.UnitScope", permission="manage_roles", joins=("unit",)),
    Declared("positions.Employee",
             secrets={"nik": "nik_hash"} | alike("email phone") | {"exit_reason": "exit_reason_hash"},
             skipped=("nik_hash", "exit_reason_hash"), said=LOOKS, said_asks=LOOKS_ASK,
             restricted={"legal_status": OF_FEW}, own="nip", route="employee-detail", found_by=("nip", "name"),
             related=(("positions.Incumbency", "employee"), ("positions.Contract", "employee"),
                      ("positions.EmployeeEducation", "employee"), ("positions.EmployeeDocument", "employee"),
                      ("positions.EmployeeContact", "employee"), ("positions.EmployeePhoto", "employee"), *HISTORIES)),
    Declared("positions.EmployeeEducation", joins=("employee", "level"), own=OF_PERSON, found_by=(OF_PERSON,),
             called=lambda row: f"{row.employee.full_name}: {row.name or row.level.name}"),
    Declared("positions.Contract", route="contract-decide", joins=("employee",), own=OF_PERSON,
             found_by=("number", OF_PERSON)),
    *(Declared(model, joins=("employee",), called=_of_person, own=OF_PERSON, found_by=(OF_PERSON,))
      for model, _field in HISTORIES if model not in CLOSED),
    Declared("positions.SalaryIncrement", secrets=hashed(INCREMENT_TOKENS, INCREMENT_TOKENS),
             skipped=keyed(INCREMENT_TOKENS), permission="view_salary", joins=("employee",),
             called=lambda row: row.employee.full_name, own=OF_PERSON, found_by=(OF_PERSON,)),
    # An assessment stands in no title.
    Declared("positions.YearlyPredicate", secrets=hashed(RATED_TOKENS, RATED_TOKENS), skipped=keyed(RATED_TOKENS),
             permission="view_assessment", joins=("employee",), called=lambda row: row.employee.full_name,
             own=OF_PERSON, found_by=(OF_PERSON,)),
    Declared("positions.UnpaidLeave", secrets={"reason": "reason_hash"}, skipped=("reason_hash",),
             joins=("employee",), called=_of_person, own=OF_PERSON, found_by=(OF_PERSON,)),
    Declared("positions.StandingRecord", secrets={"note": "note_hash"}, skipped=("note_hash",),
             restricted={"standing": OF_FEW}, joins=("employee",), own=OF_PERSON, found_by=(OF_PERSON,),
             called=lambda row: f"{row.employee.full_name}: {formats.day(row.starts_on)}"),
    # Children and sanctions: every value as a salted hash, destroyed with the row when its time is over; read by their
    # own permission, named by the person alone.
    Declared("positions.FamilyMember", secrets=hashed(FAMILY_FACTS, FAMILY_TOKENS),
             skipped=(*keyed(FAMILY_TOKENS), "parent_hash"),
             permission="view_family", joins=("employee",), called=lambda row: row.employee.full_name, own=OF_PERSON,
             found_by=(OF_PERSON,)),
    Declared("positions.Discipline", secrets=hashed(SANCTION_FACTS, SANCTION_TOKENS), skipped=keyed(SANCTION_TOKENS),
             permission="view_discipline", joins=("employee",), called=lambda row: row.employee.full_name,
             own=OF_PERSON, found_by=(OF_PERSON,)),
    Declared("positions.Position", route="position-detail", found_by=("code", "job__name"),
             joins=("job", "unit"),
             related=(("positions.Seat", "position"), ("positions.PositionNeed", "position"),
                      ("positions.Incumbency", "position"), ("positions.PositionGoal", "position"))),
    Declared("positions.Seat", joins=("position__job", "position__unit")),
    Declared("positions.SeatFormerKind", joins=("seat__position__job", "seat__position__unit")),
    Declared("positions.PositionNeed", joins=OF_POSITION, called=lambda row: str(row.position or f"#{row.pk}")),
    Declared("positions.Reservation", joins=("seat__position__job", "seat__position__unit"),
             called=lambda row: str(row.seat)),
    Declared("positions.Incumbency", own=OF_PERSON, found_by=("decree", OF_PERSON), joins=("employee", *OF_POSITION),
             called=lambda row: f"{row.employee.full_name} · {row.position}", hidden=("position_without_seat_id",)),
    Declared("positions.Goal", route="goal-detail", found_by=("code", "text"),
             related=(("positions.PositionGoal", "goal"),)),
    Declared("positions.PositionGoal", joins=("goal", *OF_POSITION),
             called=lambda row: f"{row.goal.code} · {row.position}"),
    Declared("positions.AnalysisSchedule"),
    Declared("positions.NeedsAnalysis", skipped=("totals",), route="analysis-detail"),
    Declared("positions.NeedsResult", SUMMARY, RESULT),
    # Who was heard and what was decided on removal candidates is seen by few (decision 0011), and what is recommended
    # stays out: the trail tells when a line came, was decided and went.
    Declared("positions.RecommendationLine", skipped=("recommendation", "quantity", "priority", "inputs_hash"),
             permission="view_removals"),
    Declared("positions.Decision", permission="view_removals", called=lambda row: row.get_verdict_display()),
    Declared("positions.RemovalHearing", secrets={"note": "note_hash"}, skipped=("note_hash",),
             permission="view_removals", joins=("employee",), called=lambda row: row.employee.full_name,
             found_by=(OF_PERSON,)),
    Declared("positions.CompetencyNeed", SUMMARY, RESULT),
    Declared("positions.UnitFinding", SUMMARY, RESULT),
    Declared("positions.Finding", skipped=("message", "raw"), route="finding-detail", found_by=("code", OF_PERSON)),
    Declared("positions.NameMapping", skipped=("occurrences",), route="mapping-detail", found_by=("text",)),
    Declared("positions.NameOccurrence", SUMMARY, "what the newest import counted, replaced by the next"),
    Declared("positions.FollowUp", route="followup-detail", joins=OF_POSITION,
             called=lambda row: f"{row.get_list_display()} · {row.position}"),
    Declared("positions.FormationProposal", route="proposal-detail",
             related=(("positions.FormationLine", "proposal"), ("positions.FormationVersion", "proposal"))),
    Declared("positions.FormationLine", joins=OF_POSITION, called=lambda row: str(row.position or f"#{row.pk}")),
    Declared("positions.FormationVersion", skipped=("figures",), called=lambda row: f"v{row.version}"),
    Declared("positions.SiasnRecord", SUMMARY, "a copy of what the newest SIASN file said, replaced by the next"),
    Declared("positions.QualityProblem", SUMMARY, "derived: the next computation finds it again in the register"),
    Declared("positions.QualityIndex", SUMMARY, "derived: counts of the register on that day, with their settings"),
    # Computed each night, and written only where the case changed: that it did, not what, which is computed again.
    Declared("positions.AgendaItem",
             skipped=("due_on", "state", "missing", "to_check", "held", "held_hash", "rank", "target", "since", "step",
                      "step_hash"),
             joins=("employee",), called=lambda row: f"{row.get_kind_display()} · {row.employee.full_name}",
             # As looks were written down before the column was replaced.
             said={"sanctioned": _("tertahan hukuman disiplin"), "target": _("golongan atau langkah berikutnya")},
             said_asks={"sanctioned": "view_discipline", "target": "view_salary"},
             route="agenda-detail", related=(("positions.AgendaStep", "item"),), found_by=(OF_PERSON,)),
    Declared("positions.AgendaStep", secrets={"note": "note_hash"}, skipped=("note_hash",),
             joins=("item__employee",), found_by=("number", f"item__{OF_PERSON}"),
             called=lambda row: f"{row.item.get_kind_display()} · {row.item.employee.full_name}"),
    Declared("positions.LetterBatch", skipped=("people", "employees", "left_out"), route="letter-detail",
             found_by=("number_pattern",)),
    Declared("positions.AgencyDeadline", route="deadline-edit", found_by=("name",)),
    Declared("positions.DeadlineDone", found_by=("key",)),
    Declared("positions.JobAnalysis", skipped=("facts", "writers"), route="job-analysis-detail",
             joins=OF_POSITION, called=lambda row: f"{row.position} v{row.version}", found_by=("decree",),
             related=(("positions.JobAnalysisEntry", "analysis"), ("positions.JobAnalysisStep", "analysis"))),
    Declared("positions.JobAnalysisEntry", joins=("analysis__position__job", "analysis__position__unit"),
             called=lambda row: f"{row} · {row.analysis}"),
    Declared("positions.JobAnalysisStep", joins=("analysis__position__job", "analysis__position__unit"),
             called=lambda row: f"{row} · {row.analysis}"),
    Declared("positions.Campaign", found_by=("year",)),
    Declared("positions.WorkloadSheet", skipped=("writers",), route="workload-sheet", joins=("unit", "campaign"),
             called=lambda row: f"{row.campaign} · {row.unit}", related=(("positions.Workload", "sheet"),)),
    Declared("positions.Workload", joins=OF_POSITION, called=lambda row: str(row.position or f"#{row.pk}"),
             related=(("positions.WorkloadTask", "workload"),)),
    Declared("positions.WorkloadTask"),
    # Proposed values hold telephone, e-mail and address; the tokens themselves are what is hashed.
    Declared("positions.ChangeRequest",
             secrets=alike("before proposed") | hashed("explanation reason", "explanation reason"),
             skipped=keyed("explanation reason"), route="change-request-detail", joins=("employee",),
             permission="edit_register", own=OF_PERSON, found_by=(OF_PERSON,),
             # Each change of it names what it is about.
             open_to=lambda row, user: row.target not in closed_targets(user),
             called=lambda row: f"{told.column(row, 'target')} · {row.employee.full_name} · {row.pk}",
             related=(("positions.EmployeeDocument", "request"),)),
    Declared("positions.Objection", secrets={"grounds": "grounds", "answer": "answer"}, joins=("employee",),
             permission="decide_recommendations", route="objection-detail",
             called=lambda row: f"{row.employee.full_name} · {row.pk}", own=OF_PERSON, found_by=(OF_PERSON,)),
    Declared("positions.EmployeeDocument", secrets=hashed(DOCUMENT_TOKENS, DOCUMENT_TOKENS),
             skipped=keyed(DOCUMENT_TOKENS), permission="edit_register", joins=("employee", "kind"),
             own=OF_PERSON, called=lambda row: f"{row.kind} · {row.employee.full_name}",
             found_by=("number", OF_PERSON)),
    Declared("positions.EmployeePhoto", joins=("employee",), called=lambda row: row.employee.full_name, own=OF_PERSON,
             found_by=(OF_PERSON,)),
    Declared("positions.EmployeeContact", secrets={"value": "value_hash", "label": "label"}, skipped=("value_hash",),
             permission="edit_register", joins=("employee",), own=OF_PERSON, found_by=(OF_PERSON,),
             called=lambda row: f"{row.get_kind_display()} · {row.employee.full_name}"),
)  # fmt: skip
