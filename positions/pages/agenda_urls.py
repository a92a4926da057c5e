"""Addresses of the agenda book and the work calendar."""

from typing import Any

from django.urls import path

from positions.pages import agenda, letters, work_calendar

urlpatterns: list[Any] = [
    path("penjagaan/", agenda.AgendaList.as_view(), name="agenda-list"),
    path("penjagaan/hitung/", agenda.agenda_run, name="agenda-run"),
    path("penjagaan/pindah/", agenda.agenda_move_many, name="agenda-move-many"),
    path("penjagaan/<int:pk>/", agenda.agenda_detail, name="agenda-detail"),
    path("penjagaan/surat/", letters.LetterList.as_view(), name="letter-list"),
    path("penjagaan/surat/baru/", letters.letter_new, name="letter-new"),
    path("penjagaan/surat/<int:pk>/", letters.letter_detail, name="letter-detail"),
    path("penjagaan/surat/<int:pk>/coba-lagi/", letters.letter_again, name="letter-again"),
    path("penjagaan/surat/<int:pk>/batalkan/", letters.letter_cancel, name="letter-cancel"),
    path("penjagaan/surat/<int:pk>/berkas/", letters.letter_file, name="letter-file"),
    path("kalender-kerja/", work_calendar.work_calendar, name="work-calendar"),
    path("kalender-kerja/baru/", work_calendar.deadline_new, name="deadline-new"),
    path("kalender-kerja/selesai/", work_calendar.deadline_done, name="deadline-done"),
    path("kalender-kerja/<int:pk>/", work_calendar.deadline_edit, name="deadline-edit"),
    path("kalender-kerja/<int:pk>/akhiri/", work_calendar.deadline_close, name="deadline-close"),
]
