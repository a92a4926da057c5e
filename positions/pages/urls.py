from typing import Any

from django.urls import path

from positions.pages import (
    agenda_urls,
    analysis_urls,
    competency_urls,
    file_urls,
    job_analysis_urls,
    job_evaluation_urls,
    quality_urls,
    register_urls,
    role_urls,
    rollup,
)

urlpatterns: list[Any] = [
    *register_urls.urlpatterns,
    *analysis_urls.urlpatterns,
    *quality_urls.urlpatterns,
    *agenda_urls.urlpatterns,
    *role_urls.urlpatterns,
    *file_urls.urlpatterns,
    *job_analysis_urls.urlpatterns,
    *job_evaluation_urls.urlpatterns,
    *competency_urls.urlpatterns,
    path("rekap/", rollup.RollupList.as_view(), name="rollup-list"),
]
