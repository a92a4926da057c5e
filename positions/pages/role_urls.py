"""Addresses of roles and their holders."""

from typing import Any

from django.urls import path

from positions.pages import roles

urlpatterns: list[Any] = [
    path("peran/", roles.RoleList.as_view(), name="role-list"),
    path("peran/arti/", roles.role_catalogue, name="role-catalogue"),
    path("peran/beri/", roles.role_new, name="role-new"),
    path("peran/permintaan/", roles.RequestList.as_view(), name="role-requests"),
    path("peran/permintaan/<int:pk>/", roles.role_request, name="role-request"),
    path("peran/<int:pk>/", roles.role_detail, name="role-detail"),
    path("peran/<int:pk>/akhiri/", roles.role_end, name="role-end"),
    path("peran/<int:pk>/cabut/", roles.role_revoke, name="role-revoke"),
    path("peran/<int:pk>/unit/", roles.role_add_unit, name="role-add-unit"),
    path("peran/<int:pk>/unit/<int:unit>/lepas/", roles.role_drop_unit, name="role-drop-unit"),
]
