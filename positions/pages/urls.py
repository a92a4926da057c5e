from typing import Any

from django.urls import path

from positions.pages import imports, workload

urlpatterns: list[Any] = []

# The main job
urlpatterns += [
    path("abk/", workload.WorkloadBoard.as_view(), name="workload-board"),
    path("abk/buka/", workload.workload_open, name="workload-open"),
    path("abk/<int:pk>/", workload.workload_sheet, name="workload-sheet"),
    path("abk/<int:pk>/langkah/", workload.workload_move, name="workload-move"),
    path("abk/kampanye/<int:pk>/ingatkan/", workload.workload_remind, name="workload-remind"),
    path("impor/", imports.ImportList.as_view(), name="import-list"),
    path("impor/baru/", imports.import_new, name="import-new"),
    path("impor/<int:pk>/", imports.import_detail, name="import-detail"),
    path("impor/<int:pk>/masalah.xlsx", imports.import_problems, name="import-problems"),
    path("impor/<int:pk>/simpan/", imports.import_save, name="import-save"),
]
