"""Addresses of the own account. Named as allauth names them: its views and mails build the addresses by these names.

Of allauth's pages only these are open. The one that adds e-mail addresses is not: who sits at an open session would
give the login an address of their own, and come back by it. Nobody signs up, confirms an address or asks for a code.
"""

from allauth.account import views
from django.urls import path, re_path

from asnhr.pages import account

urlpatterns = [
    path("sesi/", account.session_list, name="session-list"),
    path("sesi/akhiri-lain/", account.session_end_others, name="session-end-others"),
    path("sesi/<int:pk>/akhiri/", account.session_end, name="session-end"),
    path("login/", views.login, name="account_login"),
    path("logout/", views.logout, name="account_logout"),
    path("inactive/", views.account_inactive, name="account_inactive"),
    # Says that accounts are made by administrators.
    path("signup/", views.signup, name="account_signup"),
    path("reauthenticate/", views.reauthenticate, name="account_reauthenticate"),
    path("password/change/", views.password_change, name="account_change_password"),
    path("password/set/", views.password_set, name="account_set_password"),
    path("password/reset/", views.password_reset, name="account_reset_password"),
    path("password/reset/done/", views.password_reset_done, name="account_reset_password_done"),
    re_path(
        r"^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$", views.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    path(
        "password/reset/key/done/", views.password_reset_from_key_done, name="account_reset_password_from_key_done"
    ),
]  # fmt: skip
