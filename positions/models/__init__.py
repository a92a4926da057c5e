from positions.models.achievement import Award, EmployeeTraining, YearlyPredicate
from positions.models.agenda import (
    AgencyDeadline,
    AgendaItem,
    AgendaStep,
    Deadline,
    DeadlineDone,
    LetterBatch,
)
from positions.models.analysis import (
    AnalysisSchedule,
    CompetencyNeed,
    Decision,
    NeedsAnalysis,
    NeedsResult,
    Recommendation,
    RecommendationLine,
    RemovalHearing,
    UnitFinding,
)
from positions.models.change_request import ChangeRequest
from positions.models.competency import (
    JobCompetency,
    JobStandard,
    StandardRequirement,
    TechnicalCompetency,
    TechnicalCompetencyVersion,
)
from positions.models.discipline import Discipline
from positions.models.elsewhere import OutsidePost, Secondment, UnpaidLeave
from positions.models.employee import Contract, Employee, EmployeeEducation
from positions.models.family import FamilyMember
from positions.models.finding import Finding, NameMapping, NameOccurrence
from positions.models.goal import Goal, PositionGoal
from positions.models.incumbency import Incumbency
from positions.models.job import (
    Competency,
    Education,
    EducationLevel,
    Job,
    JobEducation,
    ReferenceJob,
)
from positions.models.job_analysis import JobAnalysis, JobAnalysisCode, JobAnalysisEntry, JobAnalysisStep
from positions.models.job_class import JobClassPeriod
from positions.models.job_evaluation import JobEvaluation, JobEvaluationFactor
from positions.models.objection import Objection
from positions.models.personal_file import DocumentKind, EmployeeContact, EmployeeDocument, EmployeePhoto
from positions.models.position import Position, PositionNeed, Reservation, Seat, SeatFormerKind
from positions.models.proposal import FollowUp, FormationLine, FormationProposal, FormationVersion
from positions.models.quality import QualityIndex, QualityProblem
from positions.models.rollup import NeedsRollup
from positions.models.siasn import SiasnRecord
from positions.models.standing import Appointment, CreditPoint, RankRecord, ServicePeriod, StandingRecord
from positions.models.study import SalaryIncrement, StudyAssignment
from positions.models.unit import Unit, UnitPeriod, UnitScope
from positions.models.workload import Campaign, Workload, WorkloadSheet, WorkloadTask

__all__ = [
    "AgencyDeadline",
    "AgendaItem",
    "AgendaStep",
    "AnalysisSchedule",
    "Appointment",
    "Award",
    "Campaign",
    "ChangeRequest",
    "Competency",
    "CompetencyNeed",
    "Contract",
    "CreditPoint",
    "Deadline",
    "DeadlineDone",
    "Decision",
    "Discipline",
    "DocumentKind",
    "Education",
    "EducationLevel",
    "Employee",
    "EmployeeContact",
    "EmployeeDocument",
    "EmployeeEducation",
    "EmployeeTraining",
    "FamilyMember",
    "EmployeePhoto",
    "Finding",
    "FollowUp",
    "FormationLine",
    "FormationProposal",
    "FormationVersion",
    "Goal",
    "Incumbency",
    "Job",
    "JobClassPeriod",
    "JobAnalysis",
    "JobAnalysisCode",
    "JobAnalysisEntry",
    "JobAnalysisStep",
    "JobCompetency",
    "JobEducation",
    "JobStandard",
    "LetterBatch",
    "NameMapping",
    "NameOccurrence",
    "NeedsAnalysis",
    "NeedsResult",
    "NeedsRollup",
    "Objection",
    "OutsidePost",
    "JobEvaluation",
    "JobEvaluationFactor",
    "Position",
    "PositionGoal",
    "PositionNeed",
    "QualityIndex",
    "QualityProblem",
    "RankRecord",
    "Recommendation",
    "RecommendationLine",
    "ReferenceJob",
    "RemovalHearing",
    "Reservation",
    "SalaryIncrement",
    "Seat",
    "SeatFormerKind",
    "Secondment",
    "ServicePeriod",
    "SiasnRecord",
    "StandardRequirement",
    "StandingRecord",
    "StudyAssignment",
    "TechnicalCompetency",
    "TechnicalCompetencyVersion",
    "Unit",
    "UnitFinding",
    "UnitPeriod",
    "UnitScope",
    "UnpaidLeave",
    "Workload",
    "WorkloadSheet",
    "WorkloadTask",
    "YearlyPredicate",
]
