"""Imports: hand in a file, see what became of each row."""

import re
from typing import Any

from django.utils.translation import gettext_lazy as _
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from asnhr.access import NO_ACCESS
from asnhr.api.inputs import Input
from asnhr.api.permissions import Acts
from asnhr.api.rows import row_of
from asnhr.api.views import Resource
from asnhr.imports import privacy, service
from asnhr.imports.framework import told_refusal, told_row
from asnhr.models import ImportJob

MOST_ROWS = 1000
QUOTED = re.compile(r"“[^”]*”")


class ImportFilter(filters.FilterSet):
    kind = filters.CharFilter()
    written = filters.BooleanFilter()

    class Meta:
        model = ImportJob
        fields: list[str] = []


class ReadsImports(Acts):
    """Who may import sees imports, even where the register itself is not open to a token."""

    def has_permission(self, request: Request, view: Any) -> bool:
        access = getattr(request.user, "access", NO_ACCESS)
        return super().has_permission(request, view) or (request.method == "GET" and access.may("import_data"))


class ImportInput(Input):
    kind = serializers.CharField(max_length=20, help_text="units, jobs, positions, needs, workload, employees, …")
    file = serializers.FileField(help_text=_("CSV atau XLSX."))
    unit = serializers.CharField(max_length=40, default="", allow_blank=True)
    decree = serializers.CharField(max_length=120, default="", allow_blank=True)
    decree_on = serializers.DateField(required=False)
    sheet = serializers.CharField(max_length=60, default="", allow_blank=True)
    dry_run = serializers.BooleanField(default=False)
    skip_rejected = serializers.BooleanField(default=False)
    confirm_corrections = serializers.BooleanField(default=False)


COLUMNS = "id kind filename sha256 size options dry_run run_id written totals changes created_by_id created_at"


class ImportResource(Resource):
    """Imports, latest first; the detail lists the rows that were not simply accepted (the first thousand)."""

    permission_classes = [ReadsImports]
    model = ImportJob
    follows = False
    row = row_of("Import", ImportJob, COLUMNS, state="run__state")
    full = row_of(
        "ImportDetail",
        ImportJob,
        f"{COLUMNS} report",
        extra={"report_rows": serializers.IntegerField(read_only=True, help_text=_("Banyaknya baris laporan."))},
        state="run__state",
    )
    filterset_class = ImportFilter
    orders = {"-created_at": ("-created_at", "-id"), "id": ("id",)}
    writes = {"create": frozenset({"import_data"})}

    @extend_schema(request={"multipart/form-data": ImportInput}, responses={200: row, 202: row})
    def create(self, request: Request) -> Response:
        """Hand in a file: 202 with the new import, or 200 with the one under way for the same file and options."""
        asked = ImportInput(data=request.data)
        asked.is_valid(raise_exception=True)
        values = dict(asked.validated_data)
        kind, file = values.pop("kind"), values.pop("file")
        if "decree_on" in values:
            values["decree_on"] = values["decree_on"].isoformat()
        job, is_new = service.request_import(
            agency=self.agency,
            kind=kind,
            file=file,
            filename=file.name,
            actor=self.actor,
            access=self.access,
            options=values,
        )
        where = request.build_absolute_uri(reverse("api-import-detail", args=[job.pk]))
        code = status.HTTP_202_ACCEPTED if is_new else status.HTTP_200_OK
        return Response(self.shown(job.pk), status=code, headers={"Location": where})

    def complete(self, rows: list[dict[str, Any]]) -> None:
        kinds = {kind for kind, _title in service.kinds_for(self.access)}
        for each in rows:
            # The subtree of the one who asked is the machinery's, not the client's.
            each["options"] = {name: value for name, value in each["options"].items() if name != "unit_paths"}
            if refused := each["changes"].get("refused"):
                each["changes"] = each["changes"] | {"refused": told_refusal(refused)}
            if each["kind"] not in kinds:
                # Lines of people with their values: as on the page, for who may import them.
                each["changes"] = {name: value for name, value in each["changes"].items() if name != "details"}

    def complete_one(self, row: dict[str, Any]) -> None:
        report = row["report"]
        row["report_rows"] = len(report)
        row["report"] = [_without_nik(told_row(each)) for each in report[:MOST_ROWS]]


def _without_nik(line: dict[str, Any]) -> dict[str, Any]:
    """The NIK never leaves through the API, not even in a report that an earlier release wrote. `line`: a told row."""
    problems = [
        problem | {"value": privacy.MASK} if privacy.is_secret(str(problem.get("column", ""))) else problem
        for problem in line.get("problems", ())
    ]
    messages = [
        QUOTED.sub("“…”", text) if text.upper().startswith("NIK") else privacy.masked(text)
        for text in line.get("messages", ())
    ]
    cleaned = line | {"messages": messages}
    if problems:
        cleaned["problems"] = [problem | {"value": privacy.masked(str(problem["value"]))} for problem in problems]
    return cleaned
