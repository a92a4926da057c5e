"""The product's addresses plus the references that lists are measured against."""

from typing import Any

from django.contrib import admin
from django.contrib.auth.decorators import login_required
from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import include, path

from positions.models import Employee

# name -> statements that a page ran, recorded by the bench; (sql, params).
RECORDED: dict[str, list[tuple[str, Any]]] = {}


@login_required
def bare(request: HttpRequest, name: str) -> HttpResponse:
    """Run the recorded statements of a page and return their rows as JSON: same middleware, login and SQL, no page."""
    rows = 0
    answer: list[Any] = []
    with connection.cursor() as cursor:
        for sql, params in RECORDED[name]:
            cursor.execute(sql, params)
            if cursor.description:
                answer.append(cursor.fetchall())
                rows += len(answer[-1])
    return JsonResponse({"rows": rows, "answer": answer}, json_dumps_params={"default": str})


class PlainSite(admin.AdminSite):
    """Django's own changelist of the same rows, open to whoever is signed in."""

    def has_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.is_authenticated)


class PlainEmployees(admin.ModelAdmin):
    list_display = ("nip", "name", "status", "rank", "unit")
    list_select_related = ("unit",)
    search_fields = ("nip", "name")
    list_filter = ("status",)
    list_per_page = 50

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return True

    def has_module_permission(self, request: HttpRequest) -> bool:
        return True


plain = PlainSite(name="plain")
plain.register(Employee, PlainEmployees)

urlpatterns = [
    path("bench/bare/<str:name>/", bare),
    path("bench/admin/", plain.urls),
    path("", include("asnhr.urls")),
]
handler500 = "asnhr.pages.errors.server_error"
