"""Addresses of the main job: imports, workload, analysis, decisions, proposals."""

from django.urls import path

from positions.pages import analysis, decisions, imports, proposals, removals, workload, workload_sheet

urlpatterns = [
    path("impor/", imports.ImportList.as_view(), name="import-list"),
    path("impor/baru/", imports.import_new, name="import-new"),
    path("impor/<int:pk>/", imports.import_detail, name="import-detail"),
    path("impor/<int:pk>/perubahan.xlsx", imports.import_changes, name="import-changes"),
    path("impor/<int:pk>/masalah.xlsx", imports.import_problems, name="import-problems"),
    path("impor/<int:pk>/simpan/", imports.import_save, name="import-save"),
    path("abk/", workload.WorkloadBoard.as_view(), name="workload-board"),
    path("abk/buka/", workload.workload_open, name="workload-open"),
    path("abk/<int:pk>/", workload_sheet.workload_sheet, name="workload-sheet"),
    path("abk/<int:pk>/langkah/", workload_sheet.workload_move, name="workload-move"),
    path("abk/kampanye/<int:pk>/ingatkan/", workload.workload_remind, name="workload-remind"),
    path("analisis/", analysis.AnalysisList.as_view(), name="analysis-list"),
    path("analisis/jalankan/", analysis.analysis_run, name="analysis-run"),
    path("analisis/jadwal/", analysis.analysis_schedule, name="analysis-schedule"),
    path("analisis/calon-penghapusan/", removals.RemovalCandidateList.as_view(), name="removal-candidate-list"),
    path("analisis/<int:pk>/", analysis.analysis_detail, name="analysis-detail"),
    path("analisis/<int:pk>/jabatan/", analysis.ResultTable.as_view(), name="analysis-table"),
    path("analisis/<int:pk>/jabatan/<int:result>/", analysis.analysis_result, name="analysis-result"),
    path("analisis/<int:pk>/unit/<int:unit>/", analysis.analysis_unit, name="analysis-unit"),
    path("analisis/<int:pk>/banding/", analysis.analysis_compare, name="analysis-compare"),
    path("analisis/<int:pk>/dasar-usulan/", analysis.analysis_freeze, name="analysis-freeze"),
    path("keputusan/", decisions.decision_create, name="decision-create"),
    path("keputusan/<int:pk>/keterangan/", decisions.hearing_create, name="hearing-create"),
    path("tindak-lanjut/", decisions.FollowUpList.as_view(), name="followup-list"),
    path("tindak-lanjut/<int:pk>/", decisions.followup_detail, name="followup-detail"),
    path("usul-formasi/", proposals.ProposalList.as_view(), name="proposal-list"),
    path("usul-formasi/pendidikan/", proposals.education_search, name="education-search"),
    path("usul-formasi/<int:pk>/", proposals.proposal_detail, name="proposal-detail"),
    path("usul-formasi/<int:pk>/langkah/", proposals.proposal_move, name="proposal-move"),
    path("usul-formasi/<int:pk>/angka/", proposals.proposal_figures, name="proposal-figures"),
    path("usul-formasi/<int:pk>/terisi/", proposals.proposal_filled, name="proposal-filled"),
    path("usul-formasi/<int:pk>/rincian/<int:line>/", proposals.proposal_line_edit, name="proposal-line-edit"),
    path("usul-formasi/<int:pk>/<slug:what>.xlsx", proposals.proposal_export, name="proposal-export"),
]
