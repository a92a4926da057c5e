"""Addresses of job evaluation."""

from typing import Any

from django.urls import path

from positions.pages import job_evaluation

urlpatterns: list[Any] = [
    path("evaluasi-jabatan/", job_evaluation.EvaluationList.as_view(), name="job-evaluation-list"),
    path("evaluasi-jabatan/<int:pk>/", job_evaluation.evaluation_detail, name="job-evaluation"),
    path("evaluasi-jabatan/<int:pk>/nilai/", job_evaluation.evaluation_save, name="job-evaluation-save"),
    path("evaluasi-jabatan/<int:pk>/langkah/", job_evaluation.evaluation_move, name="job-evaluation-move"),
    path("nomenklatur/<int:pk>/evaluasi/", job_evaluation.evaluation_start, name="job-evaluation-start"),
]
