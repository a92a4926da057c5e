from django.urls import path

from asnhr.pages import calculators, clients, list_files, runs, saved, views

urlpatterns = [
    path("", views.home, name="home"),
    path("instansi/<str:code>/", views.choose_agency, name="agency-choose"),
    path("kalkulator/", calculators.calculator_list, name="calculator-list"),
    path("kalkulator/<slug:code>/", calculators.calculator, name="calculator"),
    path("saringan/", saved.keep, name="saved-filter-keep"),
    path("saringan/<int:pk>/", saved.change, name="saved-filter-change"),
    path("klien/", clients.ClientList.as_view(), name="client-list"),
    path("klien/baru/", clients.client_new, name="client-new"),
    path("klien/<int:pk>/", clients.client_detail, name="client-detail"),
    path("klien/<int:pk>/rahasia/", clients.client_rotate, name="client-rotate"),
    path("klien/<int:pk>/cabut/", clients.client_revoke, name="client-revoke"),
    path("pekerjaan/", runs.run_list, name="run-list"),
    path("pekerjaan/<int:pk>/", runs.run_detail, name="run-detail"),
    path("pekerjaan/<int:pk>/berkas/", list_files.list_file, name="list-file"),
]
