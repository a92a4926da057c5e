"""Addresses of documents, contacts, photos and requests of corrections."""

from typing import Any

from django.urls import path

from positions.pages import corrections, objections, own_job_analysis, personal_file

urlpatterns: list[Any] = [
    path("pegawai/<int:pk>/dokumen/", personal_file.employee_documents, name="employee-documents"),
    path("pegawai/<int:pk>/dokumen/baru/", personal_file.employee_document_new, name="employee-document-new"),
    path("pegawai/<int:pk>/foto/", personal_file.employee_photo, name="employee-photo"),
    path("pegawai/<int:pk>/foto/ganti/", personal_file.employee_photo_edit, name="employee-photo-edit"),
    path("pegawai/<int:pk>/kontak/", personal_file.employee_contacts, name="employee-contacts"),
    path("pegawai/<int:pk>/kontak/baru/", personal_file.employee_contact_new, name="employee-contact-new"),
    path("dokumen/<int:pk>/", personal_file.document_open, name="document-open"),
    path("dokumen/<int:pk>/hapus/", personal_file.document_remove, name="document-remove"),
    path("kontak-pegawai/<int:pk>/akhiri/", personal_file.contact_end, name="contact-end"),
    path("usul-perbaikan/", corrections.ChangeRequestList.as_view(), name="change-request-list"),
    path("usul-perbaikan/saya/", corrections.OwnChangeRequests.as_view(), name="change-request-own"),
    path("usul-perbaikan/baru/", corrections.change_request_new, name="change-request-new"),
    path("data-saya/analisis-jabatan/<int:pk>/", own_job_analysis.own_job_analysis, name="own-job-analysis"),
    path(
        "data-saya/analisis-jabatan/<int:pk>/<str:kind>/",
        own_job_analysis.own_job_analysis_file,
        name="own-job-analysis-file",
    ),
    path("data-saya/hasil/", objections.own_results, name="own-results"),
    path("keberatan/", objections.ObjectionList.as_view(), name="objection-list"),
    path("keberatan/baru/", objections.objection_new, name="objection-new"),
    path("keberatan/<int:pk>/", objections.objection_detail, name="objection-detail"),
    path("usul-perbaikan/<int:pk>/", corrections.change_request_detail, name="change-request-detail"),
]
