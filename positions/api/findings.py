"""What imports brought in disorder, and names waiting to be mapped; an officer settles both."""

from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from asnhr.api.inputs import Input
from asnhr.api.rows import row_of
from asnhr.api.views import Resource
from asnhr.imports.privacy import without_nik
from positions import filters
from positions.finding_words import sentence
from positions.models import Finding, Job, NameMapping, Unit
from positions.services import findings, register


class SettleInput(Input):
    settlement = serializers.CharField(max_length=4000)


class FindingResource(Resource):
    model = Finding
    row = row_of(
        "Finding",
        Finding,
        "id code message import_job_id row unit_id employee_id position_id found_at settled_at settlement",
    )
    full = row_of(
        "FindingDetail",
        Finding,
        "id code message raw import_job_id row unit_id employee_id position_id found_at settled_at settlement",
        withheld=["raw"],
    )
    filterset_class = filters.FindingFilter
    orders = {"-found_at": ("-found_at", "-id"), "id": ("id",)}
    writes = {"settle": frozenset({"settle_findings"})}

    def without(self) -> frozenset[str]:
        return frozenset() if self.access.may("settle_findings") else frozenset({"raw"})

    def complete(self, rows: list[dict[str, Any]]) -> None:
        """The sentence in the language of the request."""
        for row in rows:
            row["message"] = sentence(row["code"], row["message"])

    def complete_one(self, row: dict[str, Any]) -> None:
        """The row as it stood in the file, for who settles it, without the NIK that SIASN's export carries."""
        if isinstance(row.get("raw"), dict):
            row["raw"] = without_nik(row["raw"])

    @extend_schema(request=SettleInput, responses=row)
    @action(detail=True, methods=["post"])
    def settle(self, request: Request, pk: str) -> Response:
        """Say how the finding was settled."""
        asked = SettleInput(data=request.data)
        asked.is_valid(raise_exception=True)
        finding = self.one(self.get_queryset().select_related("unit"), pk)
        findings.settle(actor=request.user, finding=finding, settlement=asked.validated_data["settlement"])
        return Response(self.shown(pk))


class MapInput(Input):
    unit_id = serializers.IntegerField(min_value=1, required=False, help_text=_("Untuk nama unit."))
    job_id = serializers.IntegerField(min_value=1, required=False, help_text=_("Untuk nama jabatan."))


class MappingResource(Resource):
    model = NameMapping
    row = row_of(
        "NameMapping", NameMapping, "id kind key text occurrences unit_id job_id first_import_id created_at mapped_at"
    )
    filterset_class = filters.MappingFilter
    writes = {"settle": frozenset({"settle_findings", "edit_structure"})}

    @extend_schema(request=MapInput, responses=row)
    @action(detail=True, methods=["post"])
    def settle(self, request: Request, pk: str) -> Response:
        """Say what the name means; the next import uses it."""
        asked = MapInput(data=request.data)
        asked.is_valid(raise_exception=True)
        mapping = self.one(self.get_queryset(), pk)
        register.map_name(
            actor=request.user,
            mapping=mapping,
            unit=self._target(Unit.objects.visible_to(request.user), asked.validated_data.get("unit_id")),
            job=self._target(Job.objects.visible_to(request.user), asked.validated_data.get("job_id")),
        )
        return Response(self.shown(pk))

    def _target(self, queryset: QuerySet[Any], pk: int | None) -> Any:
        return None if pk is None else self.one(queryset.filter(Q(pk=pk)), pk)
