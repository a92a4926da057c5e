"""What the register keeps about people and why (asnhr.privacy.declared)."""

from django.utils.translation import gettext_lazy as _

from asnhr.privacy.declared import holds, nobody

PERSON = "employee__nip"
KEYED = _("sidik berkunci, bukan nilainya")
# Why somebody left or went on leave may tell of illness: the permission it asks, and where looks are written down.
HEALTH = ("view_health", "positions.services.histories.note_health")
# Some standings tell of a crime or a sanction (positions.rules.standing): those codes rest as tokens.
STANDING = ("view_discipline", "positions.services.standings.note_looks")
DECREE = "decree decree_on"
RATED = "result behaviour predicate points"
RATED_KEYED = " ".join(f"{name}_hash" for name in RATED.split())
CONSENT = "bkn_number bkn_on"
FAMILY = (
    "relation child_kind name sex birth_place birth_date occupation nip on_payroll married_on marriage_number"
    " divorced_on died_on"
)
SANCTION = (
    "decree decree_on sanction state starts_on years months ends_on regulation reason_code reason rank_before rank"
    " revoked_decree revoked_on note"
)


def hashes_of(columns: str) -> str:
    """Return the columns of keyed hashes that stand beside encrypted ones."""
    return " ".join(f"{name}_hash" for name in columns.split())


# The person

holds(
    "positions.Employee", "kepegawaian", "arsip", person="nip",
    # That Dukcapil found the NIK valid says nothing of its digits.
    ordinary="nip nip_old siasn_id nik_validated name title_before title_after unit status sex birth_date birth_place"
    " email phone rank rank_since pay_group service_years service_months cpns_on pns_on education_level education"
    " graduated own_retirement_age exits_on",
    specific={"nik": "nik nik_hash", "kesehatan": "exit_reason exit_reason_hash",
              "pidana": "legal_status"},
    purposes={"kontak": "email phone"}, keeps={"identitas": "nik nik_hash email phone"},
    clear={"nik_hash exit_reason_hash": KEYED},
    asks="view_nik", looks="positions.services.identity.read_nik",
    apart=dict.fromkeys(("exit_reason", "exit_reason_hash"), HEALTH) | {"legal_status": STANDING},
)  # fmt: skip
holds(
    "positions.EmployeeContact", "kontak", "kontak", person=PERSON,
    plain="sensitivity", ordinary="employee kind value value_hash label starts_on ends_on",
    # Of a contact that is gone the trail knows that there was one.
    keeps={"arsip": "kind starts_on ends_on"},
)  # fmt: skip
holds(
    "positions.EmployeePhoto", "kepegawaian", "foto", person=PERSON,
    plain="stored_as sha256 size width height changed_at", ordinary="employee", actors="changed_by",
)  # fmt: skip
holds(
    "positions.EmployeeDocument", "bukti", "dokumen", person=PERSON,
    plain="format size pages sha256 stored_as scan scanned_at scan_note uploaded_at removed_at traces_removed_at",
    # That a paper of a kind is in the file says no more than that a row of a table exists; it decides row by row in SQL
    # who sees the row at all (`permission` of its kind: discipline, salary, NIK, family and health have kinds of their
    # own, and a kind whose name tells of one of them is closed with it). What the paper says is encrypted.
    ordinary="employee kind request issued_on removal_reason", actors="uploaded_by removed_by",
    keeps={"arsip": "employee kind request issued_on removal_reason"},
    specific={"kesehatan": f"number note filename {hashes_of('number note filename')}"},
    clear={hashes_of("number note filename"): KEYED},
    asks="view_health", looks="positions.services.documents.note_looks",
)  # fmt: skip
holds(
    "positions.FamilyMember", "keluarga", "keluarga", person=PERSON, ordinary="employee siasn_id document",
    keeps={"arsip": "siasn_id document"},
    specific={"anak": f"{FAMILY} {hashes_of(FAMILY)} parent_hash"},
    clear={f"{hashes_of(FAMILY)} parent_hash": KEYED},
    asks="view_family", looks="positions.services.histories.note_read",
)  # fmt: skip

# Histories

for model, purpose, columns in (
    ("RankRecord", "hak", f"rank pay_group kind service_years service_months main_credit extra_credit starts_on"
     f" {DECREE} {CONSENT}"),
    ("Appointment", "kepegawaian", "participant period formation_kind formation_group formation_job formation_name"
     f" cpns_decree cpns_decree_on pns_decree pns_decree_on duty_on {CONSENT}"),
    ("ServicePeriod", "hak", f"experience starts_on ends_on years months counts counts_from {DECREE} {CONSENT}"),
    ("CreditPoint", "kinerja", f"kind job_name level starts_on ends_on main_credit support_credit total source"
     f" {DECREE}"),
    ("OutsidePost", "kepegawaian", "agency_name agency_siasn_id unit_name job_name group level echelon assignment"
     f" starts_on ends_on inaugurated_on {DECREE}"),
    ("Secondment", "kepegawaian", f"kind direction agency_name agency_siasn_id job_name starts_on ends_on {DECREE}"),
    ("StudyAssignment", "pengembangan", f"kind level programme school funding starts_on ends_on outcome {DECREE}"),
    ("EmployeeTraining", "pengembangan", "kind structural name organiser number year starts_on ends_on hours"),
    ("Award", "hak", f"code name year {DECREE}"),
    ("EmployeeEducation", "kepegawaian", "level education name school graduated graduated_on number title_before"
     " title_after is_first"),
):  # fmt: skip
    # `document`: the paper of the file that a row rests on.
    holds(f"positions.{model}", purpose, "arsip", person=PERSON, ordinary=f"employee siasn_id document {columns}")
holds(
    "positions.StandingRecord", "kepegawaian", "arsip", person=PERSON,
    ordinary=f"employee siasn_id document starts_on undated {DECREE}",
    specific={"pidana": "standing note note_hash"}, clear={"note_hash": KEYED},
    asks=STANDING[0], looks=STANDING[1],
)  # fmt: skip
holds(
    # The day of an increment is nobody's salary: the agenda book shows it as a day that comes.
    "positions.SalaryIncrement", "hak", "arsip", person=PERSON, 
    # Number and day of the letter, which the agenda book's steps tell, are nobody's salary; encrypted all the same.
    ordinary=f"employee siasn_id document starts_on {DECREE} {hashes_of(DECREE)}",
    specific={"keuangan": f"service_years service_months {hashes_of('service_years service_months')}"},
    clear={hashes_of("service_years service_months"): KEYED},
    asks="view_salary", looks="positions.services.histories.note_read",
)  # fmt: skip
holds(
    "positions.UnpaidLeave", "hak", "arsip", person=PERSON,
    ordinary=f"employee siasn_id document is_extension starts_on ends_on returned_on return_decree return_decree_on"
    f" {DECREE} {CONSENT}",
    specific={"kesehatan": "reason reason_hash"}, clear={"reason_hash": KEYED}, asks=HEALTH[0], looks=HEALTH[1],
)  # fmt: skip
holds(
    "positions.YearlyPredicate", "kinerja", "arsip", person=PERSON,
    # Which year was appraised and by whom is no assessment; what came of it is.
    ordinary="employee siasn_id document year appraiser_name appraiser_nip appraiser_rank appraiser_job appraiser_unit"
    " appraiser_status",
    specific={"asesmen": f"{RATED} {RATED_KEYED}"}, clear={RATED_KEYED: KEYED},
    asks="view_assessment", looks="positions.services.histories.note_read",
)  # fmt: skip
holds("positions.Contract", "kepegawaian", "arsip", person=PERSON,
      ordinary="employee number starts_on ends_on extension decided_on")  # fmt: skip
holds("positions.Incumbency", "jabatan", "arsip", person=PERSON,
      ordinary="position seat employee kind decree decree_on starts_on ends_on")  # fmt: skip
holds(
    "positions.Discipline", "disiplin", "disiplin", person=PERSON, ordinary="employee siasn_id document",
    keeps={"arsip": "siasn_id document"},
    specific={"disiplin": f"{SANCTION} {hashes_of(SANCTION)}"}, clear={hashes_of(SANCTION): KEYED},
    asks="view_discipline", looks="positions.services.histories.note_read",
)  # fmt: skip

# What is asked, found, decided about people

holds(
    "positions.ChangeRequest", "pdp", "usul", person=PERSON,
    plain="finding removes requested_at decided_at emptied_at", ordinary="employee target object_id state",
    actors="requested_by decided_by", keeps={"arsip": "employee target object_id state"},
    # Family, sanctions and NIK ask permissions of their own (`ChangeRequest.ASKS_OF_TARGET`); family's stands for them.
    specific={"anak": "before proposed explanation reason explanation_hash reason_hash"},
    clear={"explanation_hash reason_hash": KEYED},
    asks="view_family", looks="positions.services.corrections.read_values",
)  # fmt: skip
holds("positions.Objection", "pdp", "keberatan", person=PERSON, plain="object_id filed_at answered_at emptied_at",
      ordinary="employee kind about grounds state answer", actors="filed_by answered_by",
      keeps={"arsip": "employee kind about state"})  # fmt: skip
holds("positions.RemovalHearing", "jabatan", "keterangan", person=PERSON, plain="line recorded_at emptied_at",
      ordinary="employee heard_on note note_hash target_seat", actors="recorded_by",
      keeps={"arsip": "employee heard_on target_seat"})  # fmt: skip
holds(
    "positions.AgendaItem", "hak", "hitungan", person=PERSON, plain="kind source_id is_due since changed_at",
    ordinary="employee due_on state missing to_check rank target",
    # Each of its codes asks a permission (`positions.rules.agenda.CLOSED`); that of most of them stands for all.
    specific={"disiplin": "held held_hash", "keuangan": "step step_hash"}, clear={"held_hash step_hash": KEYED},
    asks="view_discipline", looks="positions.services.agenda.note_held",
    apart=dict.fromkeys(("step", "step_hash"), ("view_salary", "positions.services.agenda.note_steps")),
)  # fmt: skip
holds("positions.AgendaStep", "hak", "arsip", person="item__employee__nip", plain="item at",
      ordinary="from_state to_state day number note note_hash", actors="actor")  # fmt: skip
holds("positions.LetterBatch", "hak", "arsip", plain="month unit number_pattern first_number last_number place"
      " signed_on all_cases reissue run stored_as sha256 size created_at signatory_post cancelled_on cancel_reason"
      " cancelled_as",
      ordinary="people employees left_out replaced signatory_name signatory_rank signatory_nip",
      actors="created_by cancelled_by",
      asks="view_salary", looks="positions.pages.letters.letter_file",
      why=_("satu berkas surat untuk banyak orang; berkasnya, yang memuat gaji, terenkripsi utuh"))  # fmt: skip
holds("positions.Finding", "mutu", "hitungan", person=PERSON, plain="code import_job row unit position fingerprint"
      " found_at settled_at settlement", ordinary="employee message raw", actors="settled_by")  # fmt: skip
holds("positions.QualityProblem", "mutu", "hitungan", person=PERSON, plain="weight since", ordinary="employee code")
holds("positions.SiasnRecord", "impor", "hitungan", person=PERSON, plain="read_on import_job row unconfirmed",
      ordinary="employee facts")  # fmt: skip

# What is not about people

nobody(
    "acuan", "acuan",
    "positions.EducationLevel: name order number", "positions.Education: siasn_id level name field",
    "positions.ReferenceJob: siasn_id name level family job_class siasn_retirement_age classification is_current"
    " source",
    "positions.Competency: code name kind definition levels",
    "positions.DocumentKind: name siasn_id sensitivity permission formats as_evidence order number",
    "positions.Deadline: code name months day warn_days permission route legal_basis mark starts_on ends_on",
)  # fmt: skip
nobody(
    "struktur", "tetap",
    "positions.Job: code name subtitle group level field family echelon job_class retirement_age rank_min rank_max"
    " education_level reference summary is_active",
    "positions.JobEducation: job field", "positions.JobCompetency: standard competency technical level",
    "positions.JobClassPeriod: job job_class decree decree_on starts_on ends_on",
    "positions.JobStandard: job number state decree decree_on starts_on ends_on ending_decree reason drafted_at"
    " submitted_at decided_at affair education_weight rank_weight facts / drafted_by writers submitted_by"
    " decided_by",
    "positions.StandardRequirement: standard kind number text weight",
    "positions.TechnicalCompetency: code name affair successor",
    "positions.TechnicalCompetencyVersion: competency number state decree decree_on starts_on ends_on ending_decree"
    " reason drafted_at submitted_at decided_at definition levels source / drafted_by writers submitted_by"
    " decided_by",
    "positions.Unit: code name kind siasn_id region_code parent path office successor closing_decree closing_decree_on"
    " is_model starts_on ends_on",
    "positions.UnitPeriod: unit name parent decree decree_on starts_on ends_on",
    "positions.UnitScope: unit / assignment",
    "positions.Position: code unit job is_head by_duty growth printed_holders order successor closing_kind"
    " closing_decree closing_decree_on starts_on ends_on",
    "positions.Seat: position number kind starts_on ends_on", "positions.SeatFormerKind: seat kind starts_on ends_on",
    "positions.PositionNeed: position source need decree decree_on is_printed starts_on ends_on",
    "positions.Reservation: seat reason starts_on ends_on",
    "positions.Goal: code level text indicator parent unit starts_on ends_on",
    "positions.PositionGoal: goal position starts_on ends_on",
    "positions.Campaign: year opens_on deadline closed_on minutes_per_year minutes_per_year_health rounding",
    "positions.WorkloadSheet: campaign unit state note changed_at approved_on reminded_on / changed_by writers",
    "positions.Workload: sheet position method faults printed_need is_sample",
    "positions.WorkloadTask: workload number task output volume per minutes part minutes_per_year digital_prone goal",
    "positions.JobEvaluation: job version kind state special_situations points computed_class decided_class reason"
    " decree decree_on starts_on ends_on note changed_at submitted_at decided_at / changed_by writers submitted_by"
    " decided_by",
    "positions.JobEvaluationFactor: evaluation factor level points reason",
    "positions.JobAnalysis: position version based_on summary elements facts workload state note decree starts_on"
    " ends_on decree_on reviewed_on review_by created_at changed_at / created_by writers approved_by",
    "positions.JobAnalysisEntry: analysis part number code text detail subject",
    "positions.JobAnalysisStep: analysis kind day note at / actor",
    "positions.JobAnalysisCode: list code name description order is_current source",
    "positions.AgencyDeadline: replaces name once_on months day warn_days permission legal_basis starts_on ends_on",
    "positions.DeadlineDone: key due_on done_on note / done_by",
)  # fmt: skip
nobody(
    "jabatan", "arsip",
    "positions.AnalysisSchedule: every_months next_on is_active",
    "positions.NeedsAnalysis: run as_of parameters rule_version totals is_complete basis_year frozen_at created_at"
    " / frozen_by",
    "positions.NeedsResult: analysis position unit job code unit_name job_name job_class managerial source need k"
    " k_decided k_used b b_part_time f effectiveness grade outflow k_year b_year received released signals evidence row"
    " reason recommendation quantity priority",
    "positions.RecommendationLine: result number recommendation quantity priority state inputs_hash repeats_rejected",
    "positions.Decision: line verdict reason decided_at / decided_by",
    "positions.CompetencyNeed: analysis unit competency technical level needed holders",
    "positions.UnitFinding: analysis unit goal code", "positions.FollowUp: list line position quantity state note"
    " created_at",
    "positions.FormationProposal: year analysis state version decree decree_on changed_at",
    "positions.FormationLine: proposal line position formation proposed recommended decided filled intake field"
    " education_ids placement income_min income_max / completed_by",
    "positions.FormationVersion: proposal version from_state to_state reason figures changed_at / changed_by",
    "positions.NeedsRollup: agency_code agency_name is_sample as_of totals computed_at",
)  # fmt: skip
nobody(
    "mutu", "hitungan",
    "positions.QualityIndex: day unit employees affected completeness timeliness accuracy consistency total"
    " total_if_clean counts missing treatment weights computed_at",
    "positions.NameMapping: kind key text occurrences unit job first_import created_at mapped_at / mapped_by",
    "positions.NameOccurrence: mapping unit import_job rows",
)  # fmt: skip
