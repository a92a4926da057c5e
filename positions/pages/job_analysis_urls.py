"""Addresses of the job-analysis documents."""

from typing import Any

from django.urls import path

from positions.pages import job_analyses, job_analysis

urlpatterns: list[Any] = [
    path("anjab/", job_analyses.JobAnalysisList.as_view(), name="job-analysis-list"),
    path("anjab/tinjauan/", job_analyses.JobAnalysisBoard.as_view(), name="job-analysis-board"),
    path("anjab/<int:pk>/", job_analysis.job_analysis_detail, name="job-analysis-detail"),
    path("anjab/<int:pk>/unsur/<int:element>/", job_analysis.job_analysis_element, name="job-analysis-element"),
    path("anjab/<int:pk>/langkah/<slug:step>/", job_analysis.job_analysis_step, name="job-analysis-step"),
    path("anjab/<int:pk>/berkas/<slug:kind>/", job_analysis.job_analysis_file, name="job-analysis-file"),
    path("jabatan/<int:pk>/anjab/", job_analysis.job_analysis_start, name="job-analysis-start"),
]
