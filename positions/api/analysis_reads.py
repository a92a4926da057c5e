"""What a page of an analysis shows beside its rows: summary, units with EU, comparison; and the agency's schedule."""

from dataclasses import fields
from typing import Any

from django.http import Http404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from asnhr.api.inputs import Input
from asnhr.api.rows import row_of
from asnhr.api.views import PAGING, Resource
from positions.models import AnalysisSchedule, NeedsAnalysis, NeedsResult
from positions.queries import analysis as queries
from positions.queries.needs.compare import Change, compare
from positions.rules.effectiveness import effectiveness_of_need
from positions.services import agencies

MOST_CHANGES = 1000
FIGURES = (
    "positions", "unknown", "need", "holders", "shortage", "surplus", "part_time", "promised", "shortage_5",
    "surplus_5",
)  # fmt: skip


class SummarySerializer(serializers.Serializer):
    totals = serializers.DictField(
        child=serializers.IntegerField(), help_text=gettext_lazy("Jumlah atas jabatan yang Anda lihat.")
    )
    recommendations = serializers.ListField(child=serializers.DictField())
    waiting = serializers.IntegerField()
    signals = serializers.DictField(child=serializers.IntegerField())
    years = serializers.ListField(child=serializers.IntegerField())
    outflow = serializers.ListField(child=serializers.IntegerField())
    shortage_years = serializers.ListField(child=serializers.IntegerField())


class UnitFiguresSerializer(serializers.Serializer):
    unit_id = serializers.IntegerField()
    unit_name = serializers.CharField()
    positions = serializers.IntegerField()
    unknown = serializers.IntegerField()
    need = serializers.IntegerField()
    holders = serializers.IntegerField()
    shortage = serializers.IntegerField()
    surplus = serializers.IntegerField()
    part_time = serializers.IntegerField()
    promised = serializers.IntegerField()
    shortage_5 = serializers.IntegerField()
    surplus_5 = serializers.IntegerField()
    eu = serializers.CharField(
        allow_null=True, help_text=gettext_lazy("Σ N ÷ Σ B jabatan yang bebannya diketahui, empat desimal.")
    )
    grade = serializers.CharField(allow_null=True)


class CompareSerializer(serializers.Serializer):
    before = serializers.IntegerField(help_text=gettext_lazy("Id analisis yang lebih tua."))
    after = serializers.IntegerField()
    count = serializers.IntegerField()
    reasons = serializers.DictField(child=serializers.IntegerField())
    changes = serializers.ListField(
        child=serializers.DictField(),
        help_text=gettext_lazy("Jabatan yang berubah: setiap angka sebagai [sebelum, sesudah], dengan alasannya."),
    )


def number_of(request: Request, name: str, least: int, most: int, default: int | None = None) -> int:
    text = request.query_params.get(name)
    if text is None and default is not None:
        return default
    if text is None or not (text.isascii() and text.isdigit() and len(text) < 19 and least <= int(text) <= most):
        raise ValidationError({name: [_("Tulis bilangan bulat yang benar.")]})
    return int(text)


def refuse_unknown(request: Request, *known: str) -> None:
    unknown = sorted(set(request.query_params) - set(known) - (PAGING & {"format"}))
    if unknown:
        raise ValidationError({name: [_("Parameter tidak dikenal.")] for name in unknown})


class AnalysisReads(Resource):
    """Actions of an analysis that read; over what the user sees, as the pages do."""

    def _analysis(self, pk: Any) -> NeedsAnalysis:
        found: NeedsAnalysis = self.one(queries.readable(self.request.user).defer(None), pk)
        return found

    @extend_schema(responses=SummarySerializer, filters=False)
    @action(detail=True, pagination_class=None)
    def summary(self, request: Request, pk: str) -> Response:
        """Totals (shortages and surpluses never netted), recommendations, signals, five years."""
        refuse_unknown(request)
        found = queries.summary(request.user, self._analysis(pk))
        return Response({name: getattr(found, name) for name in SummarySerializer().fields})

    @extend_schema(responses=UnitFiguresSerializer(many=True), filters=False)
    @action(detail=True, pagination_class=None)
    def units(self, request: Request, pk: str) -> Response:
        """Each unit's own figures with its effectiveness (EU) and grade."""
        refuse_unknown(request)
        rows = []
        for row in queries.by_unit(request.user, self._analysis(pk)):
            eu = effectiveness_of_need(row["load"] or None, row["load_holders"] or 0)
            kept = {name: row[name] for name in ("unit_id", "unit_name", *FIGURES)}
            rows.append({**kept, "eu": queries.four(eu.value), "grade": eu.grade})
        return Response(rows)

    @extend_schema(
        responses=CompareSerializer,
        filters=False,
        parameters=[
            OpenApiParameter("with", int, required=True, description="Analysis to compare with."),
            OpenApiParameter("offset", int, description="First change to answer; 0 by default."),
            OpenApiParameter("limit", int, description="How many changes, 1 to 1000; 200 by default."),
        ],
    )
    @action(detail=True, pagination_class=None)
    def compare(self, request: Request, pk: str) -> Response:
        """What changed between two analyses, position by position, and why."""
        refuse_unknown(request, "with", "offset", "limit")
        analysis, user = self._analysis(pk), request.user
        other = queries.analyses(user).filter(pk=number_of(request, "with", 1, 2**62)).exclude(pk=pk).first()
        if other is None:
            raise Http404
        offset, limit = number_of(request, "offset", 0, 2**31, 0), number_of(request, "limit", 1, MOST_CHANGES, 200)
        before, after = sorted((analysis, other), key=lambda each: (each.as_of, each.pk))
        changes = list(compare(before, after, NeedsResult.objects.visible_to(user)))
        changes.sort(key=lambda each: (each.recommendation[0] == each.recommendation[1], each.k[0] == each.k[1]))
        reasons: dict[str, int] = {}
        for change in changes:
            for code in change.reasons:
                reasons[code] = reasons.get(code, 0) + 1
        shown = [_as_row(change) for change in changes[offset : offset + limit]]
        answer = {"before": before.pk, "after": after.pk, "count": len(changes), "reasons": reasons, "changes": shown}
        return Response(answer)


def _as_row(change: Change) -> dict[str, Any]:
    return {each.name: getattr(change, each.name) for each in fields(change)}


class ScheduleInput(Input):
    every_months = serializers.IntegerField(min_value=1, max_value=12, required=False)
    next_on = serializers.DateField(required=False)
    is_active = serializers.BooleanField(required=False)


class ScheduleResource(Resource):
    """When the agency's analysis runs by itself; one row an agency."""

    reads = "view_analysis"
    model = AnalysisSchedule
    row = row_of("AnalysisSchedule", AnalysisSchedule, "id every_months next_on is_active")
    writes = {"partial_update": frozenset({"edit_schedule"})}

    @extend_schema(request=ScheduleInput, responses=row)
    def partial_update(self, request: Request, pk: str) -> Response:
        """Change the schedule."""
        asked = ScheduleInput(data=request.data)
        asked.is_valid(raise_exception=True)
        schedule = self.one(self.get_queryset(), pk)
        agencies.change_schedule(actor=self.actor, schedule=schedule, **asked.validated_data)
        return Response(self.shown(pk))
