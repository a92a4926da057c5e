from rest_framework.routers import SimpleRouter

from positions.api import (
    agenda,
    analyses,
    analysis_reads,
    competency,
    files,
    findings,
    goals,
    histories,
    job_analyses,
    job_evaluations,
    jobs,
    objections,
    people,
    positions,
    proposals,
    quality,
    references,
    runs,
    siasn,
    units,
    workload,
)

router = SimpleRouter()
router.register("units", units.UnitResource, "unit")
router.register("jobs", jobs.JobResource, "job")
router.register("job-classes", jobs.JobClassResource, "job-class")
router.register("job-evaluations", job_evaluations.JobEvaluationResource, "job-evaluation")
router.register("competencies", competency.CompetencyResource, "competency")
router.register("technical-competencies", competency.TechnicalResource, "technical-competency")
router.register("technical-versions", competency.TechnicalVersionResource, "technical-version")
router.register("job-standards", competency.StandardResource, "job-standard")
router.register("job-competencies", competency.JobCompetencyResource, "job-competency")
router.register("standard-requirements", competency.RequirementResource, "standard-requirement")
router.register("positions", positions.PositionResource, "position")
router.register("seats", positions.SeatResource, "seat")
router.register("needs", positions.NeedResource, "need")
router.register("reservations", positions.ReservationResource, "reservation")
router.register("goals", goals.GoalResource, "goal")
router.register("goal-links", goals.GoalLinkResource, "goal-link")
router.register("campaigns", workload.CampaignResource, "campaign")
router.register("workload-sheets", workload.SheetResource, "workload-sheet")
router.register("workloads", workload.WorkloadResource, "workload")
router.register("tasks", workload.TaskResource, "task")
router.register("employees", people.EmployeeResource, "employee")
router.register("incumbencies", people.IncumbencyResource, "incumbency")
router.register("contracts", people.ContractResource, "contract")
for _route, _resource in histories.RESOURCES.items():
    router.register(_route, _resource, _route.removesuffix("s"))
router.register("employee-documents", files.DocumentResource, "employee-document")
router.register("employee-contacts", files.ContactResource, "employee-contact")
router.register("change-requests", files.ChangeRequestResource, "change-request")
router.register("objections", objections.ObjectionResource, "objection")
router.register("document-kinds", files.DocumentKindResource, "document-kind")
router.register("siasn-values", siasn.SiasnResource, "siasn-value")
router.register("quality-problems", quality.QualityProblemResource, "quality-problem")
router.register("quality-indexes", quality.QualityIndexResource, "quality-index")
router.register("job-analyses", job_analyses.JobAnalysisResource, "job-analysis")
router.register("job-analysis-entries", job_analyses.JobAnalysisEntryResource, "job-analysis-entry")
router.register("job-analysis-steps", job_analyses.JobAnalysisStepResource, "job-analysis-step")
router.register("job-analysis-codes", job_analyses.JobAnalysisCodeResource, "job-analysis-code")
router.register("agenda-items", agenda.AgendaItemResource, "agenda-item")
router.register("agenda-steps", agenda.AgendaStepResource, "agenda-step")
router.register("deadlines", agenda.DeadlineResource, "deadline")
router.register("findings", findings.FindingResource, "finding")
router.register("mappings", findings.MappingResource, "mapping")
router.register("analyses", analyses.AnalysisResource, "analysis")
router.register("results", analyses.ResultResource, "result")
router.register("recommendation-lines", analyses.RecommendationLineResource, "recommendation-line")
router.register("removal-hearings", analyses.HearingResource, "removal-hearing")
router.register("decisions", analyses.DecisionResource, "decision")
router.register("competency-needs", analyses.CompetencyNeedResource, "competency-need")
router.register("unit-findings", analyses.UnitFindingResource, "unit-finding")
router.register("rollups", analyses.RollupResource, "rollup")
router.register("follow-ups", analyses.FollowUpResource, "follow-up")
router.register("formation-proposals", proposals.ProposalResource, "formation-proposal")
router.register("formation-lines", proposals.FormationLineResource, "formation-line")
router.register("formation-versions", proposals.FormationVersionResource, "formation-version")
router.register("analysis-schedules", analysis_reads.ScheduleResource, "analysis-schedule")
router.register("education-levels", references.EducationLevelResource, "education-level")
router.register("educations", references.EducationResource, "education")
router.register("runs", runs.RunResource, "run")

app_name = "api"
urlpatterns = router.urls
