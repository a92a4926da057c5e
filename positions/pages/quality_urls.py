"""Addresses of the data-quality workbench."""

from typing import Any

from django.urls import path

from positions.pages import quality

urlpatterns: list[Any] = [
    path("kualitas-data/", quality.quality, name="quality"),
    path("kualitas-data/unit/", quality.QualityUnits.as_view(), name="quality-units"),
    path("kualitas-data/temuan/", quality.QualityFindings.as_view(), name="quality-findings"),
    path("kualitas-data/hitung/", quality.quality_run, name="quality-run"),
]
