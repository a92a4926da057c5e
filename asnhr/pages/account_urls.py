from django.urls import path

from asnhr.pages import account

urlpatterns = [
    path("sesi/", account.session_list, name="session-list"),
    path("sesi/akhiri-lain/", account.session_end_others, name="session-end-others"),
    path("sesi/<int:pk>/akhiri/", account.session_end, name="session-end"),
]
