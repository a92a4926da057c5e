"""Addresses of the product; apps above are named as strings only."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("", include("asnhr.pages.urls")),
    path("", include("positions.pages.urls")),
    path("akun/", include("allauth.account.urls")),
    path("", include("allauth.idp.urls")),
    path("bahasa/", include("django.conf.urls.i18n")),
    path("admin/", admin.site.urls),
    path("api/v1/", include("asnhr.api.urls")),
    path("api/v1/", include("positions.api.urls")),
]

handler400 = "asnhr.pages.errors.bad_request"
handler403 = "asnhr.pages.errors.forbidden"
handler404 = "asnhr.pages.errors.not_found"
handler500 = "asnhr.pages.errors.server_error"
