"""Addresses of the product; apps above are named as strings only."""

from django.urls import include, path

from asnhr.adminbase import site

urlpatterns = [
    # What has a prefix of its own stands first: a request to it is not held against every page before.
    path("admin/", site.urls),
    path("api/v1/", include("asnhr.api.urls")),
    path("api/v1/", include("asnhr.notifications.api_urls")),
    path("api/v1/", include("asnhr.privacy.api_urls")),
    path("api/v1/", include("positions.api.urls")),
    path("", include("asnhr.pages.urls")),
    path("", include("asnhr.audit.urls")),
    path("", include("asnhr.notifications.urls")),
    path("", include("asnhr.privacy.urls")),
    path("", include("positions.pages.urls")),
    path("akun/", include("asnhr.pages.account_urls")),
    path("akun/dua-langkah/", include("allauth.mfa.urls")),
    path("akun/realm/", include("asnhr.realm.urls")),
    path("", include("allauth.idp.urls")),
    path("bahasa/", include("django.conf.urls.i18n")),
]

handler400 = "asnhr.pages.errors.bad_request"
handler403 = "asnhr.pages.errors.forbidden"
handler404 = "asnhr.pages.errors.not_found"
# Not Django's: allauth asks for it where one of its limits is reached.
handler429 = "asnhr.rate_limits.too_many"
handler500 = "asnhr.pages.errors.server_error"
