"""Job-analysis documents (anjab): versions with their elements, their steps, and the national code lists."""

from datetime import date
from typing import Any

import django_filters as filters
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
from positions.filters import Number, under, unit
from positions.models import JobAnalysis, JobAnalysisCode, JobAnalysisEntry, JobAnalysisStep, Position
from positions.queries import job_analysis as queries
from positions.rules import job_analysis as rules
from positions.services import job_analysis as services

WRITES = frozenset({"edit_workload"})
JUDGES = frozenset({"approve_workload"})
COLUMNS = (
    "id position_id version based_on_id state elements note decree decree_on starts_on ends_on reviewed_on review_by"
    " created_by_id approved_by_id created_at changed_at"
)


class JobAnalysisFilter(filters.FilterSet):
    position = Number(field_name="position_id", label=_("Jabatan (id)"))
    job = Number(field_name="position__job_id", label=_("Nomenklatur (id)"))
    unit = unit("position__unit")
    under = under("position__unit")
    state = filters.MultipleChoiceFilter(choices=JobAnalysis.State.choices, label=_("Keadaan"))
    review_before = filters.DateFilter(method="by_review", label=_("Ditinjau sebelum"))

    class Meta:
        model = JobAnalysis
        fields: list[str] = []

    def by_review(self, queryset: QuerySet[Any], name: str, value: date) -> QuerySet[Any]:
        return queries.due(queryset, value, dates.today())


class JobAnalysisLineSerializer(serializers.Serializer):
    part = serializers.CharField()
    number = serializers.IntegerField()
    code = serializers.CharField(help_text=_("Kode daftar yang bernama sama dengan bagiannya; kosong tanpa kode."))
    text = serializers.CharField()
    detail = serializers.CharField()
    subject = serializers.CharField()


class CompletenessSerializer(serializers.Serializer):
    filled = serializers.ListField(child=serializers.IntegerField())
    missing = serializers.ListField(child=serializers.IntegerField())
    percent = serializers.DecimalField(4, 1)


AnalysisRow = row_of(
    "JobAnalysis",
    JobAnalysis,
    COLUMNS,
    position_code="position__code",
    job_id="position__job_id",
    job_name="position__job__name",
    unit_id="position__unit_id",
    position_ends_on="position__ends_on",
)
AnalysisDetail = row_of(
    "JobAnalysisDetail",
    JobAnalysis,
    f"{COLUMNS} summary",
    extra={
        "completeness": CompletenessSerializer(read_only=True),
        "entries": JobAnalysisLineSerializer(many=True, read_only=True),
        "facts": serializers.JSONField(
            read_only=True, help_text=_("Yang diambil dari register: sekarang bagi draf, saat disetujui sesudahnya.")
        ),
    },
    position_code="position__code",
    job_id="position__job_id",
    job_name="position__job__name",
    unit_id="position__unit_id",
    position_ends_on="position__ends_on",
)


class StartDocumentInput(Input):
    position_id = serializers.IntegerField(min_value=1)
    source_id = serializers.IntegerField(
        min_value=1, required=False, allow_null=True, default=None,
        help_text=_("Dokumen yang disetujui pada jabatan sama, sebagai awal."),
    )  # fmt: skip


class LineInput(Input):
    part = serializers.CharField(max_length=20)
    code = serializers.CharField(max_length=4, allow_blank=True, default="")
    text = serializers.CharField(max_length=500, allow_blank=True, default="")
    detail = serializers.CharField(max_length=300, allow_blank=True, default="")
    subject = serializers.CharField(max_length=300, allow_blank=True, default="")


class ElementInput(Input):
    element = serializers.IntegerField(min_value=1, max_value=15)
    summary = serializers.CharField(
        max_length=4000, allow_blank=True, required=False, default=None, allow_null=True, help_text=_("Unsur 2.")
    )
    entries = serializers.ListField(child=LineInput(), max_length=services.MOST_LINES * 12, default=list)


class StepNoteInput(Input):
    note = serializers.CharField(max_length=500, allow_blank=True, default="")


class ApproveDocumentInput(StepNoteInput):
    decree = serializers.CharField(max_length=120)
    decree_on = serializers.DateField()
    starts_on = serializers.DateField()


class JobAnalysisResource(Resource):
    """`elements`: numbers of the elements that the document fills itself; once approved, all that were filled then."""

    model = JobAnalysis
    row = AnalysisRow
    full = AnalysisDetail
    parts = {"positions.JobAnalysisEntry": "analysis_id"}
    filterset_class = JobAnalysisFilter
    orders = {"id": ("id",), "-id": ("-id",), "-changed_at": ("-changed_at", "-id")}
    writes = {
        "create": WRITES, "element": WRITES, "submit": WRITES, "destroy": WRITES, "give_back": JUDGES,
        "approve": JUDGES, "review": WRITES | JUDGES,
    }  # fmt: skip

    def complete(self, rows: list[dict[str, Any]]) -> None:
        """A version ends with its post at the latest (`JobAnalysis.held_until`)."""
        for row in rows:
            ends = [day for day in (row["ends_on"], row["position_ends_on"]) if day is not None]
            row["ends_on"] = min(ends, default=None)

    def complete_one(self, row: dict[str, Any]) -> None:
        """Nine queries for a draft, two for an approved version."""
        analysis = queries.documents(self.actor).get(pk=row["id"])
        facts = queries.facts_for(analysis, self.day)
        complete = rules.completeness(analysis.elements, () if analysis.facts else facts.derived)
        row["facts"] = facts.as_json()
        row["completeness"] = {
            "filled": complete.filled, "missing": complete.missing, "percent": complete.percent
        }  # fmt: skip
        row["entries"] = [
            {
                "part": line.part, "number": line.number, "code": line.code.code if line.code else "",
                "text": line.text, "detail": line.detail, "subject": line.subject,
            }
            for lines in queries.entries_of(analysis).values()
            for line in lines
        ]  # fmt: skip

    def _one(self, pk: str) -> JobAnalysis:
        found: JobAnalysis = self.one(queries.documents(self.actor), pk)
        return found

    def _step(self, request: Request, pk: str, step: str, shape: type[serializers.Serializer]) -> Response:
        asked = shape(data=request.data)
        asked.is_valid(raise_exception=True)
        services.take_step(
            actor=self.actor, analysis=self._one(pk), step=step, day=dates.today(), **asked.validated_data
        )
        return Response(self.shown(pk))

    @extend_schema(request=StartDocumentInput, responses={201: AnalysisDetail})
    def create(self, request: Request) -> Response:
        """Begin the next version of a position's document, from its last one or from one of the same job."""
        asked = StartDocumentInput(data=request.data)
        asked.is_valid(raise_exception=True)
        positions = Position.objects.visible_to(self.actor).select_related("job", "unit")
        position = self.one(positions, asked.validated_data["position_id"])
        wanted = asked.validated_data["source_id"]
        source = None if wanted is None else self._one(wanted)
        begun = services.start(actor=self.actor, position=position, day=dates.today(), source=source)
        return Response(self.shown(begun.pk), status=status.HTTP_201_CREATED)

    @extend_schema(request=None, responses={204: None})
    def destroy(self, request: Request, pk: str) -> Response:
        """Throw a draft away."""
        services.discard(actor=self.actor, analysis=self._one(pk))
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(request=ElementInput, responses=AnalysisDetail)
    @action(detail=True, methods=["put"])
    def element(self, request: Request, pk: str) -> Response:
        """Write an element of a draft anew, all or nothing. 409 for what the register fills."""
        asked = ElementInput(data=request.data)
        asked.is_valid(raise_exception=True)
        given = asked.validated_data
        lines = [services.EntryInput(**each) for each in given["entries"]]
        services.save_element(
            actor=self.actor, analysis=self._one(pk), element=given["element"], entries=lines, summary=given["summary"]
        )
        return Response(self.shown(pk))

    @extend_schema(request=StepNoteInput, responses=AnalysisDetail)
    @action(detail=True, methods=["post"])
    def submit(self, request: Request, pk: str) -> Response:
        """draf, dikembalikan → diajukan, when every element of the unit is filled."""
        return self._step(request, pk, "submit", StepNoteInput)

    @extend_schema(request=StepNoteInput, responses=AnalysisDetail)
    @action(detail=True, methods=["post"], url_path="return")
    def give_back(self, request: Request, pk: str) -> Response:
        """diajukan → dikembalikan, with a note."""
        return self._step(request, pk, "return", StepNoteInput)

    @extend_schema(request=ApproveDocumentInput, responses=AnalysisDetail)
    @action(detail=True, methods=["post"])
    def approve(self, request: Request, pk: str) -> Response:
        """diajukan → disetujui, by decree; never the own draft or the document of the own post."""
        return self._step(request, pk, "approve", ApproveDocumentInput)

    @extend_schema(request=StepNoteInput, responses=AnalysisDetail)
    @action(detail=True, methods=["post"])
    def review(self, request: Request, pk: str) -> Response:
        """Record that the document in force was looked through today and still holds."""
        asked = StepNoteInput(data=request.data)
        asked.is_valid(raise_exception=True)
        services.review(
            actor=self.actor, analysis=self._one(pk), day=dates.today(), note=asked.validated_data["note"]
        )  # fmt: skip
        return Response(self.shown(pk))


class JobAnalysisEntryFilter(filters.FilterSet):
    analysis = Number(field_name="analysis_id", label=_("Analisis jabatan (id)"))
    part = filters.MultipleChoiceFilter(choices=JobAnalysisEntry.Part.choices, label=_("Bagian"))

    class Meta:
        model = JobAnalysisEntry
        fields: list[str] = []


class JobAnalysisEntryResource(Resource):
    """Lines of all documents; written by their element."""

    model = JobAnalysisEntry
    row = row_of(
        "JobAnalysisEntry",
        JobAnalysisEntry,
        "id analysis_id part number text detail subject",
        national_code="code__code",
    )
    filterset_class = JobAnalysisEntryFilter


class JobAnalysisStepFilter(filters.FilterSet):
    analysis = Number(field_name="analysis_id", label=_("Analisis jabatan (id)"))
    kind = filters.MultipleChoiceFilter(choices=JobAnalysisStep.Kind.choices, label=_("Langkah"))

    class Meta:
        model = JobAnalysisStep
        fields: list[str] = []


class JobAnalysisStepResource(Resource):
    model = JobAnalysisStep
    row = row_of("JobAnalysisStep", JobAnalysisStep, "id analysis_id kind day note actor_id at")
    filterset_class = JobAnalysisStepFilter
    orders = {"-at": ("-at", "-id"), "id": ("id",)}


class JobAnalysisCodeFilter(filters.FilterSet):
    list = filters.CharFilter(label=_("Daftar"))
    is_current = filters.BooleanFilter(label=_("Dipakai"))

    class Meta:
        model = JobAnalysisCode
        fields: list[str] = []


class JobAnalysisCodeResource(Resource):
    """The national lists; `is_current` false: of older forms, read and no longer offered."""

    model = JobAnalysisCode
    row = row_of("JobAnalysisCode", JobAnalysisCode, "id list code name description order is_current source")
    filterset_class = JobAnalysisCodeFilter
    orders = {"list": ("list", "order", "id"), "id": ("id",)}

    def get_queryset(self) -> QuerySet[Any]:
        return JobAnalysisCode.objects.all()
