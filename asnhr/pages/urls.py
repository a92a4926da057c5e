from django.urls import path

from asnhr.pages import views

urlpatterns = [
    path("", views.home, name="home"),
    path("instansi/<str:code>/", views.choose_agency, name="agency-choose"),
]
