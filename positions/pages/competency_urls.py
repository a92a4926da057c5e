"""Addresses of the competency dictionary, of standards, and of simplified bureaucracy."""

from typing import Any

from django.urls import path

from positions.pages import dictionary, simplification, standards

urlpatterns: list[Any] = [
    path("kamus-kompetensi/", dictionary.TechnicalList.as_view(), name="technical-list"),
    path("kamus-kompetensi/nasional/<str:code>/", dictionary.competency_detail, name="competency-detail"),
    path("kamus-kompetensi/baru/", dictionary.technical_new, name="technical-new"),
    path("kamus-kompetensi/<int:pk>/", dictionary.technical_detail, name="technical-detail"),
    path("kamus-kompetensi/<int:pk>/ubah/", dictionary.technical_edit, name="technical-edit"),
    path("kamus-kompetensi/<int:pk>/langkah/", dictionary.technical_move, name="technical-move"),
    path("kamus-kompetensi/<int:pk>/versi/", dictionary.technical_start, name="technical-start"),
    path("standar-kompetensi/", standards.StandardList.as_view(), name="standard-list"),
    path("standar-kompetensi/<int:pk>/", standards.standard_detail, name="standard-detail"),
    path("standar-kompetensi/<int:pk>/ubah/", standards.standard_edit, name="standard-edit"),
    path("standar-kompetensi/<int:pk>/langkah/", standards.standard_move, name="standard-move"),
    path("standar-kompetensi/<int:pk>/bandingkan/", standards.standard_compare, name="standard-compare"),
    path("standar-kompetensi/<int:pk>/pdf/", standards.standard_pdf, name="standard-pdf"),
    path("nomenklatur/<int:pk>/standar/", standards.standard_start, name="standard-start"),
    path("penyederhanaan/", simplification.ClosedList.as_view(), name="closed-list"),
    path("jabatan/<int:pk>/penerus/", simplification.position_link, name="position-link"),
]
