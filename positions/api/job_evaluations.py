"""Job evaluation (FES): versions of a job with their factors, and the steps to the decree."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from asnhr import dates
from asnhr.api.inputs import Input
from asnhr.api.rows import row_of
from asnhr.api.views import Resource
from positions import filters
from positions.models import Job, JobEvaluation
from positions.queries import job_evaluation as queries
from positions.services import job_evaluation as services

EDITS = frozenset({"edit_structure"})
DECIDES = frozenset({"decide_job_class"})
COLUMNS = (
    "id job_id version kind state special_situations points computed_class decided_class reason decree decree_on"
    " starts_on ends_on note changed_at submitted_at decided_at"
)


class EvaluationFactorSerializer(serializers.Serializer):
    factor = serializers.CharField(help_text="F1, F2, …, F4A, F4B.")
    name = serializers.CharField()
    level = serializers.IntegerField(allow_null=True)
    points = serializers.IntegerField(allow_null=True)
    reason = serializers.CharField()


EvaluationRow = row_of(
    "JobEvaluation",
    JobEvaluation,
    COLUMNS,
    job_code="job__code",
    job_name="job__name",
    job_class="job__job_class",
)
EvaluationDetail = row_of(
    "JobEvaluationDetail",
    JobEvaluation,
    COLUMNS,
    job_code="job__code",
    job_name="job__name",
    job_class="job__job_class",
    extra={"factors": EvaluationFactorSerializer(many=True, read_only=True)},
)


class EvaluationStartInput(Input):
    job_id = serializers.IntegerField(min_value=1)


class EvaluationScoreInput(Input):
    factor = serializers.CharField(max_length=4)
    level = serializers.IntegerField(min_value=1, max_value=9, allow_null=True)
    reason = serializers.CharField(max_length=500, allow_blank=True, default="")


class EvaluationScoresInput(Input):
    factors = EvaluationScoreInput(many=True, max_length=9)
    special_situations = serializers.IntegerField(min_value=0, max_value=20, default=0)


class EvaluationReturnInput(Input):
    note = serializers.CharField(max_length=1000)


class EvaluationDecideInput(Input):
    decided_class = serializers.IntegerField(min_value=1, max_value=17)
    decree = serializers.CharField(max_length=120)
    decree_on = serializers.DateField()
    starts_on = serializers.DateField()
    reason = serializers.CharField(
        max_length=500, allow_blank=True, default="", help_text=_("Wajib bila kelas berbeda dari hasil hitungan.")
    )


class JobEvaluationResource(Resource):
    model = JobEvaluation
    row = EvaluationRow
    full = EvaluationDetail
    parts = {"positions.JobEvaluationFactor": "evaluation_id"}
    filterset_class = filters.JobEvaluationFilter
    orders = {"job": ("job_name", "version", "id"), "-version": ("-version", "id"), "id": ("id",)}
    writes = {
        "create": EDITS, "factors": EDITS, "submit": EDITS, "destroy": EDITS, "give_back": EDITS | DECIDES,
        "decide": DECIDES,
    }  # fmt: skip

    def complete_one(self, row: dict[str, Any]) -> None:
        evaluation = JobEvaluation(pk=row["id"], agency_id=self.access.agency_id, kind=row["kind"])
        row["factors"] = [
            {"factor": each.factor.code, "name": each.factor.name, "level": each.level, "points": each.points,
             "reason": each.reason}
            for each in queries.factors_of(evaluation)
        ]  # fmt: skip

    def _one(self, pk: str) -> JobEvaluation:
        found: JobEvaluation = self.one(self.get_queryset().select_related("job"), pk)
        return found

    @extend_schema(request=EvaluationStartInput, responses={201: EvaluationDetail})
    def create(self, request: Request) -> Response:
        """Open the next version of a job's evaluation, with the scores of the version before as a start."""
        asked = EvaluationStartInput(data=request.data)
        asked.is_valid(raise_exception=True)
        job = self.one(Job.objects.visible_to(request.user), asked.validated_data["job_id"])
        version = services.start(actor=self.actor, job=job)
        return Response(self.shown(version.pk), status=status.HTTP_201_CREATED)

    @extend_schema(request=None, responses={204: None})
    def destroy(self, request: Request, pk: str) -> Response:
        """Throw a draft away."""
        services.discard(actor=self.actor, evaluation=self._one(pk))
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(request=EvaluationScoresInput, responses=EvaluationDetail)
    @action(detail=True, methods=["put"])
    def factors(self, request: Request, pk: str) -> Response:
        """Write the levels of a draft, all or nothing; a factor that is not named has none."""
        asked = EvaluationScoresInput(data=request.data)
        asked.is_valid(raise_exception=True)
        scores = [services.Score(**each) for each in asked.validated_data["factors"]]
        services.score(
            actor=self.actor, evaluation=self._one(pk), scores=scores,
            special_situations=asked.validated_data["special_situations"],
        )  # fmt: skip
        return Response(self.shown(pk))

    @extend_schema(request=None, responses=EvaluationDetail)
    @action(detail=True, methods=["post"])
    def submit(self, request: Request, pk: str) -> Response:
        """draf → diajukan, when every factor has a level."""
        services.submit(actor=self.actor, evaluation=self._one(pk))
        return Response(self.shown(pk))

    @extend_schema(request=EvaluationReturnInput, responses=EvaluationDetail)
    @action(detail=True, methods=["post"], url_path="return")
    def give_back(self, request: Request, pk: str) -> Response:
        """diajukan → draf, with a note."""
        asked = EvaluationReturnInput(data=request.data)
        asked.is_valid(raise_exception=True)
        services.give_back(actor=self.actor, evaluation=self._one(pk), note=asked.validated_data["note"])
        return Response(self.shown(pk))

    @extend_schema(request=EvaluationDecideInput, responses=EvaluationDetail)
    @action(detail=True, methods=["post"])
    def decide(self, request: Request, pk: str) -> Response:
        """diajukan → ditetapkan, by decree; the decided class becomes the job's."""
        asked = EvaluationDecideInput(data=request.data)
        asked.is_valid(raise_exception=True)
        services.decide(actor=self.actor, evaluation=self._one(pk), day=dates.today(), **asked.validated_data)
        return Response(self.shown(pk))
