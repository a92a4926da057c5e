"""Named as allauth names them: its provider builds the addresses by these names."""

from django.urls import path

from asnhr.realm import views

urlpatterns = [
    path("<slug:provider_id>/masuk/", views.login, name="openid_connect_login"),
    path("<slug:provider_id>/kembali/", views.callback, name="openid_connect_callback"),
]
