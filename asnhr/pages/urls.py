from django.urls import path

from asnhr.pages import runs, views

urlpatterns = [
    path("", views.home, name="home"),
    path("instansi/<str:code>/", views.choose_agency, name="agency-choose"),
    path("pekerjaan/", runs.run_list, name="run-list"),
    path("pekerjaan/<int:pk>/", runs.run_detail, name="run-detail"),
]
