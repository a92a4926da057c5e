from django.urls import path

from asnhr.pages import calculators, runs, saved, views

urlpatterns = [
    path("", views.home, name="home"),
    path("instansi/<str:code>/", views.choose_agency, name="agency-choose"),
    path("kalkulator/", calculators.calculator_list, name="calculator-list"),
    path("kalkulator/<slug:code>/", calculators.calculator, name="calculator"),
    path("saringan/", saved.keep, name="saved-filter-keep"),
    path("saringan/<int:pk>/", saved.change, name="saved-filter-change"),
    path("pekerjaan/", runs.run_list, name="run-list"),
    path("pekerjaan/<int:pk>/", runs.run_detail, name="run-detail"),
]
