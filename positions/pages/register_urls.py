"""Addresses of the register's pages."""

from typing import Any

from django.urls import path

from positions.pages import contracts, employees, findings, goal_forms, goals, jobs, positions, search, siasn, units

urlpatterns: list[Any] = [
    path("unit/", units.UnitList.as_view(), name="unit-list"),
    path("unit/peta/", units.unit_tree, name="unit-tree"),
    path("unit/baru/", units.unit_new, name="unit-new"),
    path("unit/<int:pk>/nama/", units.unit_rename, name="unit-rename"),
    path("unit/<int:pk>/pindah/", units.unit_move, name="unit-move"),
    path("unit/<int:pk>/tutup/", units.unit_close, name="unit-close"),
    path("unit/<int:pk>/", units.unit_detail, name="unit-detail"),
    path("jabatan/", positions.PositionList.as_view(), name="position-list"),
    path("jabatan/baru/", positions.position_new, name="position-new"),
    path("jabatan/<int:pk>/", positions.position_detail, name="position-detail"),
    path("jabatan/<int:pk>/tutup/", positions.position_close, name="position-close"),
    path("jabatan/<int:pk>/formasi/", positions.position_formation, name="position-formation"),
    path("jabatan/<int:pk>/sasaran/", goal_forms.position_goal, name="position-goal"),
    path("jabatan/<int:pk>/angkat/", positions.position_appoint, name="position-appoint"),
    path("pemangku/<int:pk>/akhiri/", positions.incumbency_close, name="incumbency-close"),
    path("nomenklatur/", jobs.JobList.as_view(), name="job-list"),
    path("nomenklatur/baru/", jobs.job_new, name="job-new"),
    path("nomenklatur/<int:pk>/ubah/", jobs.job_edit, name="job-edit"),
    path("nomenklatur/<int:pk>/", jobs.job_detail, name="job-detail"),
    path("pegawai/", employees.EmployeeList.as_view(), name="employee-list"),
    path("pegawai/saya/", employees.employee_own, name="employee-own"),
    path("pegawai/baru/", employees.employee_new, name="employee-new"),
    path("pegawai/beda-siasn/", siasn.DifferenceList.as_view(), name="siasn-differences"),
    path("pegawai/<int:pk>/", employees.employee_detail, name="employee-detail"),
    path("pegawai/<int:pk>/ubah/", employees.employee_edit, name="employee-edit"),
    path("pegawai/<int:pk>/keluar/", employees.employee_exit, name="employee-exit"),
    path("pensiun/", employees.RetirementList.as_view(), name="retirement-list"),
    path("kontrak/", employees.ContractList.as_view(), name="contract-list"),
    path("kontrak/<int:pk>/", contracts.contract_decide, name="contract-decide"),
    path("sasaran/", goals.goal_list, name="goal-list"),
    path("sasaran/baru/", goal_forms.goal_new, name="goal-new"),
    path("sasaran/<int:pk>/ubah/", goal_forms.goal_edit, name="goal-edit"),
    path("sasaran/<int:pk>/tutup/", goal_forms.goal_close, name="goal-close"),
    path("sasaran/<int:pk>/tugas/", goal_forms.goal_task, name="goal-task"),
    path("sasaran/<int:pk>/", goals.goal_detail, name="goal-detail"),
    path("sasaran/<int:pk>/hubungkan/", goals.goal_link, name="goal-link"),
    path("sasaran/hubungan/<int:pk>/lepas/", goals.goal_unlink, name="goal-unlink"),
    path("temuan/", findings.FindingList.as_view(), name="finding-list"),
    path("temuan/<int:pk>/", findings.finding_detail, name="finding-detail"),
    path("pemetaan/", findings.mapping_list, name="mapping-list"),
    path("pemetaan/<int:pk>/", findings.mapping_detail, name="mapping-detail"),
    path("cari/", search.search, name="search"),
    path("aturan/", search.parameter_list, name="parameter-list"),
]
