"""Addresses of personal data."""

from django.urls import path

from asnhr.privacy import own_pages, pages

urlpatterns = [
    path("data-pribadi/", pages.processing_list, name="processing-list"),
    path("data-pribadi/tabel/<str:label>/", pages.processing_detail, name="processing-detail"),
    path("data-pribadi/pemusnahan/", pages.DestructionList.as_view(), name="destruction-list"),
    path("data-pribadi/pemusnahan/pratinjau/", pages.destruction_preview, name="destruction-preview"),
    path("data-pribadi/pemusnahan/<int:pk>/", pages.destruction_detail, name="destruction-detail"),
    path("data-pribadi/pemusnahan/<int:pk>/berita-acara.pdf", pages.destruction_pdf, name="destruction-pdf"),
    path("data-pribadi/penahanan/", pages.HoldList.as_view(), name="hold-list"),
    path("data-pribadi/penahanan/baru/", pages.hold_new, name="hold-new"),
    path("data-pribadi/penahanan/<int:pk>/cabut/", pages.hold_lift, name="hold-lift"),
    path("data-pribadi/insiden/", pages.IncidentList.as_view(), name="incident-list"),
    path("data-pribadi/insiden/baru/", pages.incident_new, name="incident-new"),
    path("data-pribadi/insiden/<int:pk>/", pages.incident_detail, name="incident-detail"),
    path("data-saya/salinan/", own_pages.own_copies, name="own-copies"),
    path("data-saya/salinan/<int:pk>/data.zip", own_pages.own_copy_file, name="own-copy-file"),
]
