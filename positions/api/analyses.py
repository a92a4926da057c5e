"""Analyses with their results, recommendations and decisions, and the lists that approved ones go to."""

from typing import Any, ClassVar

from django.db.models import Case, Exists, F, IntegerField, OuterRef, QuerySet, Value, When
from django.db.models.functions import Coalesce
from django.http import Http404
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from asnhr import dates
from asnhr.access import SUBORDINATES
from asnhr.api.inputs import Input
from asnhr.api.rows import row_of
from asnhr.api.views import Resource
from positions import filters, followup_words
from positions.api.analysis_reads import AnalysisReads
from positions.models import (
    CompetencyNeed,
    Decision,
    FollowUp,
    NeedsAnalysis,
    NeedsResult,
    NeedsRollup,
    RecommendationLine,
    RemovalHearing,
    UnitFinding,
)
from positions.queries import education
from positions.queries.analysis import B_PRINTED
from positions.services import analysis as services
from positions.services import decisions, hearings

ANALYSIS = "id run_id as_of rule_version totals is_complete basis_year frozen_at created_at"


class DecideInput(Input):
    verdict = serializers.ChoiceField(Decision.Verdict.choices)
    reason = serializers.CharField(max_length=4000)


class DecideManyInput(DecideInput):
    lines = serializers.ListField(child=serializers.IntegerField(min_value=1), min_length=1, max_length=500)


class FinishInput(Input):
    note = serializers.CharField(max_length=4000)
    decree = serializers.CharField(
        max_length=120, default="", allow_blank=True, help_text=_("Wajib bagi perubahan peta jabatan.")
    )
    decree_on = serializers.DateField(default=None, allow_null=True, help_text=_("Jabatan ditutup pada tanggal ini."))


class FreezeInput(Input):
    year = serializers.IntegerField(min_value=2000, max_value=2100)


class HearingInput(Input):
    employee_id = serializers.IntegerField(min_value=1)
    heard_on = serializers.DateField()
    note = serializers.CharField(max_length=4000)
    target_seat_id = serializers.IntegerField(min_value=1)


HearingRow = row_of(
    "RemovalHearing",
    RemovalHearing,
    "id line_id employee_id heard_on note target_seat_id recorded_by_id recorded_at emptied_at",
    extra={
        "education_fit": serializers.CharField(
            read_only=True,
            help_text="The holder's education against the target job, a warning only: `sesuai`, `jenjang_kurang`,"
            " `bidang_tidak_sesuai`, `data_kosong`.",
        )
    },
    position_id="line__result__position_id",
    target_job_id="target_seat__position__job_id",
)


def with_fit(agency_id: int, rows: list[dict[str, Any]]) -> None:
    """Add `education_fit` to rows of `HearingRow`; a fixed number of queries."""
    found = education.fits(agency_id, [(row["employee_id"], row["target_job_id"]) for row in rows])
    for row in rows:
        row["education_fit"] = found[row["employee_id"], row["target_job_id"]].value


class AnalysisResource(AnalysisReads):
    reads = "view_analysis"
    model = NeedsAnalysis
    row = row_of("Analysis", NeedsAnalysis, ANALYSIS, withheld=["totals"])
    full = row_of("AnalysisDetail", NeedsAnalysis, f"{ANALYSIS} parameters", withheld=["totals"])
    filterset_class = filters.AnalysisFilter
    orders = {"-as_of": ("-as_of", "-id"), "id": ("id",)}
    writes = {"freeze": frozenset({"freeze_analysis"})}

    def without(self) -> frozenset[str]:
        """Totals are the agency's: who sees some units only sums the results of those."""
        return frozenset() if self.access.whole_agency else frozenset({"totals"})

    @extend_schema(request=FreezeInput, responses=full)
    @action(detail=True, methods=["post"])
    def freeze(self, request: Request, pk: str) -> Response:
        """Set the analysis as the basis of a year's proposal; a later one may replace it in a draft."""
        asked = FreezeInput(data=request.data)
        asked.is_valid(raise_exception=True)
        analysis = self.one(self.get_queryset(), pk)
        services.freeze(analysis=analysis, year=asked.validated_data["year"], actor=request.user)
        return Response(self.shown(pk))


RESULT = (
    "id analysis_id position_id unit_id job_id code unit_name job_name job_class managerial source need k k_decided"
    " k_used b b_part_time f effectiveness grade outflow k_year b_year received released signals row reason"
    " recommendation quantity priority"
)


def _nullable(kind: type[serializers.Field], words: Any = None) -> serializers.Field:
    return kind(read_only=True, allow_null=True, help_text=words)


RESTRICTED_WORDS = _(
    "Calon penghapusan yang belum diputuskan dan belum boleh dilihat: rekomendasi dan alasannya TERBATAS, angka dan"
    " dasarnya kosong."
)
# `seen_priority` is for the order only: a masked row must not stand among those of its priority.
MASKS: dict[str, serializers.Field | None] = {
    "restricted": serializers.BooleanField(read_only=True, help_text=RESTRICTED_WORDS),
    "seen_priority": None,
}
LAST = 9


class MaskedResource(Resource):
    """Rows that tell of removal candidates: masked, found and ordered by what the user may see."""

    # A head reads the candidates of the units led by the seat alone, until they are decided.
    reads = ("view_analysis", SUBORDINATES)
    # The row's name of a joined column → the masked column of the model.
    masked_paths: ClassVar[dict[str, str]] = {}

    def get_queryset(self) -> QuerySet[Any]:
        if getattr(self, "swagger_fake_view", False):
            return self.model.objects.none()
        return self.model.objects.all().open_to(self.request.user)

    def dressed(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        seen = Case(When(restricted=True, then=Value(LAST)), default=F("priority"), output_field=IntegerField())
        return queryset.annotate(seen_priority=seen)

    def complete(self, rows: list[dict[str, Any]]) -> None:
        for row in rows:
            row.pop("seen_priority")
            self.model.masked(row, **self.masked_paths)


PRINTED = {
    "b_printed": serializers.BooleanField(
        read_only=True, help_text=_("B hanya tercetak pada peta jabatan; pegawai perangkat daerah itu belum diimpor.")
    )
}


class ResultResource(MaskedResource):
    """What an analysis says of a position; the detail has the evidence."""

    model = NeedsResult
    # Null where restricted.
    extra: ClassVar[dict[str, serializers.Field]] = {
        name: _nullable(serializers.IntegerField) for name in ("row", "quantity", "priority", "released")
    }
    row = row_of("Result", NeedsResult, RESULT, extra=extra, annotated=MASKS | PRINTED)
    full = row_of("ResultDetail", NeedsResult, f"{RESULT} evidence", extra=extra, annotated=MASKS | PRINTED)
    filterset_class = filters.ResultFilter
    orders = {"id": ("id",), "priority": ("seen_priority", "id"), "code": ("code", "id")}

    def dressed(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return super().dressed(queryset).annotate(b_printed=B_PRINTED)


class RecommendationLineResource(MaskedResource):
    model = RecommendationLine
    row = row_of(
        "RecommendationLine",
        RecommendationLine,
        "id result_id number recommendation quantity priority state repeats_rejected",
        extra={name: _nullable(serializers.IntegerField) for name in ("quantity", "priority")},
        annotated=MASKS,
        analysis_id="result__analysis_id",
        position_id="result__position_id",
        position_code="result__code",
        unit_id="result__unit_id",
        unit_name="result__unit_name",
        job_name="result__job_name",
        reason="result__reason",
    )
    masked_paths = {"reason": "recommendation"}
    # Every reader sees every line, masked.
    changes_ask = "view_analysis"
    filterset_class = filters.RecommendationLineFilter
    orders = {"id": ("id",), "priority": ("seen_priority", "id")}
    writes = {
        "decide": frozenset({"decide_recommendations"}),
        "decide_many": frozenset({"decide_recommendations"}),
        "hear": frozenset({"decide_recommendations", "edit_structure"}),
    }

    @extend_schema(request=DecideInput, responses=row)
    @action(detail=True, methods=["post"])
    def decide(self, request: Request, pk: str) -> Response:
        """Approve, defer or reject, with the reason; the holder of the post does not."""
        asked = DecideInput(data=request.data)
        asked.is_valid(raise_exception=True)
        decisions.decide(line=self.one(self.get_queryset(), pk), actor=request.user, **asked.validated_data)
        return Response(self.shown(pk))

    @extend_schema(request=HearingInput, responses={201: HearingRow})
    @action(detail=True, methods=["post"])
    def hear(self, request: Request, pk: str) -> Response:
        """Record what a holder of the post said, and the seat kept for them (HAPUS and GABUNG)."""
        asked = HearingInput(data=request.data)
        asked.is_valid(raise_exception=True)
        line = self.one(self.get_queryset().select_related("result__unit"), pk)
        made = hearings.record(line=line, actor=self.actor, day=dates.today(), **asked.validated_data)
        row = HearingRow.values(RemovalHearing.objects.filter(pk=made.pk)).get()
        with_fit(made.agency_id, [row])
        return Response(row, status=201)

    @extend_schema(request=DecideManyInput, responses=row(many=True), filters=False)
    @action(detail=False, methods=["post"], url_path="decide-many", pagination_class=None)
    def decide_many(self, request: Request) -> Response:
        """The same for many lines at once: all or none. A line out of sight is not there (404)."""
        asked = DecideManyInput(data=request.data)
        asked.is_valid(raise_exception=True)
        lines = set(asked.validated_data["lines"])
        seen = self.get_queryset().filter(pk__in=lines)
        if seen.count() < len(lines):
            raise Http404
        decisions.decide_many(
            lines=lines,
            verdict=asked.validated_data["verdict"],
            reason=asked.validated_data["reason"],
            actor=request.user,
        )
        rows = list(self.row.values(self.dressed(seen).order_by("pk")))
        self.complete(rows)
        return Response(rows)


class HearingResource(Resource):
    """Holders of removal candidates that were heard, with the seat kept for each; the latest of a holder counts."""

    reads = "view_analysis"
    model = RemovalHearing
    row = HearingRow
    filterset_class = filters.HearingFilter
    orders = {"-recorded_at": ("-recorded_at", "-id"), "id": ("id",)}

    def complete(self, rows: list[dict[str, Any]]) -> None:
        if rows:
            with_fit(self.access.agency_id, rows)


class DecisionResource(Resource):
    reads = "view_analysis"
    model = Decision
    row = row_of(
        "Decision",
        Decision,
        "id line_id verdict reason decided_by_id decided_at",
        position_id="line__result__position_id",
    )
    filterset_class = filters.DecisionFilter
    orders = {"-decided_at": ("-decided_at", "-id"), "id": ("id",)}
    # A decision on a removal candidate comes in sight when the line is decided, and goes when it is deferred again.
    wholes = {"positions.RecommendationLine": "line_id"}
    changes_ask = "view_analysis"

    def once_seen(self, ids: list[int]) -> list[int]:
        """Decisions up to the latest approval or rejection of their line; a deferral after it was never in sight, and
        its number would tell of a candidate."""
        decided = Decision.objects.filter(
            agency=OuterRef("agency"), line=OuterRef("line"), pk__gte=OuterRef("pk"),
            verdict__in=(Decision.Verdict.APPROVE, Decision.Verdict.REJECT),
        )  # fmt: skip
        hidden = Decision.objects.filter(~Exists(decided), agency=self.agency, pk__in=ids)
        never = set(hidden.values_list("pk", flat=True))
        return [pk for pk in ids if pk not in never]


class CompetencyNeedResource(Resource):
    reads = "view_analysis"
    model = CompetencyNeed
    row = row_of(
        "CompetencyNeed",
        CompetencyNeed,
        "id analysis_id unit_id level needed holders",
        annotated={"competency_code": serializers.CharField(), "competency_name": serializers.CharField()},
    )
    filterset_class = filters.CompetencyNeedFilter

    def dressed(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.annotate(
            competency_code=Coalesce("competency__code", "technical__code"),
            competency_name=Coalesce("competency__name", "technical__name"),
        )


class UnitFindingResource(Resource):
    """Goals without any post."""

    reads = "view_analysis"
    model = UnitFinding
    row = row_of("UnitFinding", UnitFinding, "id analysis_id unit_id goal_id code", goal_code="goal__code")
    filterset_class = filters.UnitFindingFilter


class RollupResource(Resource):
    """The latest analysis of every agency in sums, for the nation's role only."""

    reads = "view_rollups"
    model = NeedsRollup
    row = row_of("Rollup", NeedsRollup, "id agency_code agency_name is_sample as_of totals computed_at")
    orders = {"agency_code": ("agency_code", "id")}

    def get_queryset(self) -> QuerySet[Any]:
        return NeedsRollup.objects.all()


class FollowUpResource(Resource):
    reads = "view_analysis"
    model = FollowUp
    row = row_of(
        "FollowUp",
        FollowUp,
        "id list line_id position_id quantity state note created_at",
        position_code="position__code",
        unit_id="position__unit_id",
    )
    filterset_class = filters.FollowUpFilter
    orders = {"-created_at": ("-created_at", "-id"), "id": ("id",)}
    writes = {"finish": frozenset({"decide_recommendations", "edit_structure"})}

    def complete(self, rows: list[dict[str, Any]]) -> None:
        for each in rows:
            each["note"] = followup_words.told(each["note"])

    @extend_schema(request=FinishInput, responses=row)
    @action(detail=True, methods=["post"])
    def finish(self, request: Request, pk: str) -> Response:
        """Say that it is done, and by what."""
        asked = FinishInput(data=request.data)
        asked.is_valid(raise_exception=True)
        decisions.finish(
            follow_up=self.one(self.get_queryset(), pk),
            actor=request.user,
            day=dates.today(),
            **asked.validated_data,
        )
        return Response(self.shown(pk))
