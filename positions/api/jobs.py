"""The agency's job catalogue with its requirements."""

from typing import Any

from django.db.models import QuerySet
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
from positions.api.units import WithdrawInput
from positions.models import EducationLevel, Job, JobClassPeriod, JobCompetency, JobEducation
from positions.models.job import LEVEL_CHOICES
from positions.models.job_class import class_in_force
from positions.queries import job_classes, standards
from positions.rules.levels import RANKS
from positions.services import job_evaluation, structure

STRUCTURE = frozenset({"edit_structure"})
DECIDES = frozenset({"decide_job_class"})

COLUMNS = (
    "id code name subtitle group level field family echelon retirement_age rank_min rank_max education_level_id"
    " reference_id is_active"
)


def _class_then() -> serializers.Field:
    return serializers.IntegerField(
        read_only=True, allow_null=True, label=_("kelas jabatan"), help_text=_("Kelas jabatan pada hari itu.")
    )


JobRow = row_of("Job", Job, COLUMNS, annotated={"class_then": None}, extra={"job_class": _class_then()})


class JobCompetencySerializer(serializers.Serializer):
    code = serializers.CharField()
    name = serializers.CharField()
    level = serializers.IntegerField()


JobDetail = row_of(
    "JobDetail",
    Job,
    f"{COLUMNS} summary",
    annotated={"class_then": None},
    extra={
        "job_class": _class_then(),
        "education_fields": serializers.ListField(child=serializers.CharField(), read_only=True),
        "competencies": JobCompetencySerializer(many=True, read_only=True),
    },
)


def _rank() -> serializers.ChoiceField:
    return serializers.ChoiceField([(rank.id, f"{rank.code} {rank.name}") for rank in RANKS], allow_null=True)


class JobChangeInput(Input):
    """What of a job may change; what is not named stays."""

    field = serializers.ChoiceField(Job.Field.choices)
    family = serializers.CharField(max_length=200, allow_blank=True)
    echelon = serializers.CharField(max_length=6, allow_blank=True)
    job_class = serializers.IntegerField(
        min_value=1, max_value=17, allow_null=True,
        help_text=_("Hanya seperti tercatat; kelas lain dijawab 409: tetapkan lewat job-evaluations/{id}/decide/."),
    )  # fmt: skip
    retirement_age = serializers.IntegerField(min_value=50, max_value=70, allow_null=True)
    rank_min = _rank()
    rank_max = _rank()
    education_level_id = serializers.PrimaryKeyRelatedField(
        source="education_level", queryset=EducationLevel.objects.all(), allow_null=True
    )
    summary = serializers.CharField(max_length=20_000, allow_blank=True)
    is_active = serializers.BooleanField()
    education_fields = serializers.ListField(
        source="fields_of_study", child=serializers.CharField(max_length=250), max_length=200,
        help_text=_("Bidang studi yang diterima; kosong: semua bidang."),
    )  # fmt: skip


class JobInput(JobChangeInput):
    code = serializers.CharField(max_length=40)
    name = serializers.CharField(max_length=250)
    subtitle = serializers.CharField(max_length=150, allow_blank=True, default="")
    group = serializers.ChoiceField(Job.Group.choices)
    level = serializers.ChoiceField(LEVEL_CHOICES)

    def get_fields(self) -> dict[str, Any]:
        """What a new job does without is empty."""
        found = super().get_fields()
        for name in JobChangeInput._declared_fields:
            found[name].required = False
        return found


def _facts(asked: serializers.Serializer) -> dict[str, Any]:
    asked.is_valid(raise_exception=True)
    facts = dict(asked.validated_data)
    if "fields_of_study" in facts:
        facts["fields"] = facts.pop("fields_of_study")
    return facts


class JobResource(Resource):
    model = Job
    row = JobRow
    full = JobDetail
    parts = {
        "positions.JobEducation": "job_id",
        "positions.JobStandard": "job_id",
        "positions.JobClassPeriod": "job_id",
    }
    filterset_class = filters.JobFilter
    takes_as_of = True
    orders = {"name": ("name", "id"), "code": ("code", "id"), "id": ("id",)}

    writes = {"create": STRUCTURE, "partial_update": STRUCTURE, "withdraw_class": DECIDES}

    @extend_schema(request=JobInput, responses={201: JobDetail})
    def create(self, request: Request) -> Response:
        """Add a job to the agency's nomenclature."""
        job = structure.add_job(actor=self.actor, **_facts(JobInput(data=request.data)))
        return Response(self.shown(job.pk), status=status.HTTP_201_CREATED)

    @extend_schema(request=JobChangeInput, responses=JobDetail)
    def partial_update(self, request: Request, pk: str) -> Response:
        """Change the requirements of a job; its code, name, kind and level stay."""
        job = self.one(self.get_queryset(), pk)
        structure.change_job(actor=self.actor, job=job, **_facts(JobChangeInput(data=request.data, partial=True)))
        return Response(self.shown(pk))

    @extend_schema(request=WithdrawInput, responses=JobDetail)
    @action(detail=True, methods=["post"], url_path="withdraw-class")
    def withdraw_class(self, request: Request, pk: str) -> Response:
        """Take back the class that is to hold from a day to come; the one before goes on, and the evaluation that
        decided it waits for a decision again."""
        asked = WithdrawInput(data=request.data)
        asked.is_valid(raise_exception=True)
        job = self.one(self.get_queryset(), pk)
        job_evaluation.withdraw(actor=self.actor, job=job, day=dates.today(), **asked.validated_data)
        return Response(self.shown(pk))

    def dressed(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.annotate(class_then=job_classes.class_on(self.day))

    def complete(self, rows: list[dict[str, Any]]) -> None:
        for each in rows:
            each["job_class"] = each.pop("class_then")

    def complete_one(self, row: dict[str, Any]) -> None:
        own = {"agency_id": self.access.agency_id, "job_id": row["id"]}
        fields = JobEducation.objects.filter(**own).order_by("field", "pk")
        row["education_fields"] = list(fields.values_list("field", flat=True))
        # Of the standard in force on the day.
        lines = JobCompetency.objects.filter(agency_id=own["agency_id"], standard__job=row["id"])
        row["competencies"] = [
            {"code": each.of.code, "name": each.of.name, "level": each.level}
            for each in standards.sorted_lines(standards.lines(lines, self.day))
        ]


class JobClassResource(Resource):
    """Classes of jobs with the decree and the days of each; `starts_on` null: a list brought the job with it."""

    model = JobClassPeriod
    row = row_of(
        "JobClassPeriod",
        JobClassPeriod,
        "id job_id job_class decree decree_on starts_on ends_on",
        job_code="job__code",
        job_name="job__name",
    )
    filterset_class = filters.JobClassFilter
    has_periods = True
    takes_as_of = True

    def on_day(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """A class without a start holds on every day before its end."""
        return queryset if self._history() else queryset.filter(class_in_force(self.day))
