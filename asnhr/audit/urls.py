"""Addresses of the trail's pages."""

from django.urls import path

from asnhr.audit import opening_pages, pages

urlpatterns = [
    path("jejak/", pages.EntryList.as_view(), name="audit-list"),
    path("jejak/<int:pk>/", pages.entry_detail, name="audit-detail"),
    path("jejak/kepala/", pages.HeadList.as_view(), name="audit-heads"),
    path("jejak/buktikan/", pages.prove, name="audit-prove"),
    path("jejak/pembukaan/", opening_pages.OpeningList.as_view(), name="audit-openings"),
    path("jejak/pembukaan/baru/", opening_pages.opening_new, name="audit-opening-new"),
    path("jejak/pembukaan/<int:pk>/", opening_pages.opening_detail, name="audit-opening"),
    path("riwayat/<slug:table>/<int:pk>/", pages.object_history, name="audit-history"),
]
