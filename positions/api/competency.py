"""The competency dictionary and the standards of jobs: reads, drafts, and the steps that bring a version into force."""

from typing import Any

import django_filters as filters
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from asnhr.api.inputs import Input
from asnhr.api.rows import row_of
from asnhr.api.views import Resource
from positions.api.references import National
from positions.filters import Number, Words
from positions.models import (
    Competency,
    Job,
    JobCompetency,
    JobStandard,
    StandardRequirement,
    TechnicalCompetency,
    TechnicalCompetencyVersion,
)
from positions.models.competency import VersionState
from positions.queries import standards as reads
from positions.services import dictionary, standards
from positions.services.decree import Decree

DRAFTS, DECIDES = frozenset({"edit_structure"}), frozenset({"approve_standards"})
STEPS = {
    "create": DRAFTS, "partial_update": DRAFTS, "submit": DRAFTS, "send_back": DECIDES, "decide": DECIDES,
    "end": DECIDES, "discard": DRAFTS,
}  # fmt: skip


class VersionReturnInput(Input):
    reason = serializers.CharField(max_length=2000)


class VersionDecideInput(Input):
    decree = serializers.CharField(max_length=120)
    decree_on = serializers.DateField()
    starts_on = serializers.DateField(help_text=_("Tidak sebelum tanggal keputusan."))


class VersionEndInput(Input):
    ends_on = serializers.DateField(help_text=_("Hari pertama tanpa versi ini."))
    decree = serializers.CharField(max_length=120)


class TechnicalEndInput(VersionEndInput):
    successor_id = serializers.IntegerField(min_value=1, allow_null=True, default=None)


def _asked(serializer: type[serializers.Serializer], request: Request, **options: Any) -> dict[str, Any]:
    asked = serializer(data=request.data, **options)
    asked.is_valid(raise_exception=True)
    return dict(asked.validated_data)


def _decree(asked: dict[str, Any]) -> Decree:
    return Decree(asked["decree"], asked["decree_on"], asked["starts_on"])


class CompetencyResource(National):
    """The nine of PermenPANRB 38/2017. `levels`: level → name, text, and an indicator in this product's own words."""

    model = Competency
    row = row_of("NationalCompetency", Competency, "id code name kind definition levels")
    orders = {"code": ("code", "id")}


class TechnicalFilter(filters.FilterSet):
    q = Words(fields=("code", "name"), label=_("Cari nama atau kode"))
    affair = filters.CharFilter(label=_("Urusan"))

    class Meta:
        model = TechnicalCompetency
        fields: list[str] = []


class TechnicalInput(Input):
    code = serializers.CharField(max_length=20)
    name = serializers.CharField(max_length=150)
    affair = serializers.CharField(max_length=150, allow_blank=True, default="")


class TechnicalResource(Resource):
    """Technical competencies of the agency; what they say stands in their versions."""

    model = TechnicalCompetency
    row = row_of("TechnicalCompetency", TechnicalCompetency, "id code name affair successor_id")
    filterset_class = TechnicalFilter
    orders = {"code": ("code", "id"), "id": ("id",)}
    writes = {"create": DRAFTS}

    @extend_schema(request=TechnicalInput, responses={201: row})
    def create(self, request: Request) -> Response:
        """Add a competency with an empty draft of its first version."""
        made = dictionary.add(actor=self.actor, **_asked(TechnicalInput, request))
        return Response(self.shown(made.competency_id), status=status.HTTP_201_CREATED)


class VersionFilter(filters.FilterSet):
    state = filters.MultipleChoiceFilter(choices=VersionState.choices, label=_("Keadaan"))
    in_force_on = filters.DateFilter(method="by_day", label=_("Berlaku pada"))

    def by_day(self, queryset: Any, name: str, value: Any) -> QuerySet[Any]:
        found: QuerySet[Any] = queryset.on(value)
        return found


class TechnicalVersionFilter(VersionFilter):
    competency = Number(field_name="competency_id", label=_("Kompetensi teknis (id)"))

    class Meta:
        model = TechnicalCompetencyVersion
        fields: list[str] = []


class LevelInput(Input):
    level = serializers.IntegerField(min_value=1, max_value=5)
    text = serializers.CharField(max_length=2000)
    indicators = serializers.ListField(child=serializers.CharField(max_length=500), max_length=20, default=list)


class TechnicalChangeInput(Input):
    """What is not named stays."""

    definition = serializers.CharField(max_length=5000)
    source = serializers.CharField(max_length=200, allow_blank=True)  # type: ignore[assignment]
    levels = LevelInput(many=True)


class TechnicalVersionInput(Input):
    competency_id = serializers.IntegerField(min_value=1)


VERSION = "number state decree decree_on starts_on ends_on ending_decree reason drafted_at submitted_at decided_at"


class TechnicalVersionResource(Resource):
    """Versions of technical competencies: `konsep → diajukan → ditetapkan`, or back as `dikembalikan`."""

    model = TechnicalCompetencyVersion
    row = row_of(
        "TechnicalCompetencyVersion", TechnicalCompetencyVersion,
        f"id competency_id {VERSION} definition levels source",
        competency_code="competency__code", competency_name="competency__name",
    )  # fmt: skip
    filterset_class = TechnicalVersionFilter
    orders = {"id": ("id",), "-id": ("-id",)}
    writes = STEPS

    @extend_schema(request=TechnicalVersionInput, responses={201: row})
    def create(self, request: Request) -> Response:
        """Draft the next version of a competency, a copy of the latest decided one."""
        asked = _asked(TechnicalVersionInput, request)
        competency = self.one(TechnicalCompetency.objects.visible_to(self.actor), asked["competency_id"])
        made = dictionary.start(actor=self.actor, competency=competency)
        return Response(self.shown(made.pk), status=status.HTTP_201_CREATED)

    @extend_schema(request=TechnicalChangeInput, responses=row)
    def partial_update(self, request: Request, pk: str) -> Response:
        """Write what a draft says."""
        asked = _asked(TechnicalChangeInput, request, partial=True)
        if "levels" in asked:
            asked["levels"] = {
                each["level"]: (each.get("text", ""), each.get("indicators", ())) for each in asked["levels"]
            }
        dictionary.change(actor=self.actor, version=self.one(self.get_queryset(), pk), **asked)
        return Response(self.shown(pk))

    @extend_schema(request=None, responses=row)
    @action(detail=True, methods=["post"])
    def submit(self, request: Request, pk: str) -> Response:
        """Take a draft to who decides. 409 without a definition or a level's text."""
        dictionary.submit(actor=self.actor, version=self.one(self.get_queryset(), pk))
        return Response(self.shown(pk))

    @extend_schema(request=VersionReturnInput, responses=row)
    @action(detail=True, methods=["post"], url_path="return")
    def send_back(self, request: Request, pk: str) -> Response:
        """Return a submitted version with a reason."""
        asked = _asked(VersionReturnInput, request)
        dictionary.send_back(actor=self.actor, version=self.one(self.get_queryset(), pk), **asked)
        return Response(self.shown(pk))

    @extend_schema(request=VersionDecideInput, responses=row)
    @action(detail=True, methods=["post"])
    def decide(self, request: Request, pk: str) -> Response:
        """Bring a submitted version into force; 403 for who drafted or submitted it."""
        decree = _decree(_asked(VersionDecideInput, request))
        dictionary.decide(actor=self.actor, version=self.one(self.get_queryset(), pk), decree=decree)
        return Response(self.shown(pk))

    @extend_schema(request=TechnicalEndInput, responses=row)
    @action(detail=True, methods=["post"])
    def end(self, request: Request, pk: str) -> Response:
        """End a competency. 409 while standards in force require it."""
        asked = _asked(TechnicalEndInput, request)
        successor_id = asked.pop("successor_id")
        known = TechnicalCompetency.objects.visible_to(self.actor)
        successor = None if successor_id is None else self.one(known, successor_id)
        dictionary.end(actor=self.actor, version=self.one(self.get_queryset(), pk), successor=successor, **asked)
        return Response(self.shown(pk))

    @extend_schema(request=None, responses={204: None})
    @action(detail=True, methods=["post"])
    def discard(self, request: Request, pk: str) -> Response:
        """Throw a draft away."""
        dictionary.discard(actor=self.actor, version=self.one(self.get_queryset(), pk))
        return Response(status=status.HTTP_204_NO_CONTENT)


class StandardFilter(VersionFilter):
    job = Number(field_name="job_id", label=_("Jabatan (id)"))

    class Meta:
        model = JobStandard
        fields: list[str] = []


class RequirementInput(Input):
    kind = serializers.ChoiceField(StandardRequirement.Kind.choices)
    text = serializers.CharField(max_length=500)
    weight = serializers.ChoiceField(JobStandard.Weight.choices, allow_blank=True, default="")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """A line is whole, also where the change around it is not: a PATCH asks for nothing by itself."""
        missing = {name: [_("Wajib diisi.")] for name in ("kind", "text") if name not in attrs}
        if missing:
            raise serializers.ValidationError(missing)
        return {"weight": "", **attrs}


class StandardChangeInput(Input):
    """What is not named stays. `levels` and `requirements` replace all that are there."""

    affair = serializers.CharField(max_length=150, allow_blank=True)
    education_weight = serializers.ChoiceField(JobStandard.Weight.choices)
    rank_weight = serializers.ChoiceField(JobStandard.Weight.choices)
    levels = serializers.DictField(
        child=serializers.IntegerField(min_value=1, max_value=5), help_text=_("Kode kompetensi → level 1–5.")
    )
    requirements = RequirementInput(many=True)


class StandardInput(Input):
    job_id = serializers.IntegerField(min_value=1)


class StandardLevelSerializer(serializers.Serializer):
    code = serializers.CharField()
    name = serializers.CharField()
    level = serializers.IntegerField()


class StandardRequirementSerializer(serializers.Serializer):
    kind = serializers.CharField()
    number = serializers.IntegerField()
    text = serializers.CharField()
    weight = serializers.CharField()


STANDARD = f"id job_id {VERSION} affair education_weight rank_weight"
StandardRow = row_of("JobStandard", JobStandard, STANDARD, job_name="job__name", job_code="job__code")
StandardDetail = row_of(
    "JobStandardDetail", JobStandard, f"{STANDARD} facts",
    extra={
        "competencies": StandardLevelSerializer(many=True, read_only=True),
        "requirements": StandardRequirementSerializer(many=True, read_only=True),
    },
    job_name="job__name", job_code="job__code",
)  # fmt: skip


class StandardResource(Resource):
    """Competency standards of jobs by version: `konsep → diajukan → ditetapkan`, or back as `dikembalikan`."""

    model = JobStandard
    row = StandardRow
    full = StandardDetail
    parts = {"positions.JobCompetency": "standard_id", "positions.StandardRequirement": "standard_id"}
    filterset_class = StandardFilter
    orders = {"id": ("id",), "-id": ("-id",)}
    writes = STEPS

    @extend_schema(request=StandardInput, responses={201: StandardDetail})
    def create(self, request: Request) -> Response:
        """Draft the next version: a copy of the latest decided one, else the nine at the level of the rule."""
        job = self.one(Job.objects.visible_to(self.actor), _asked(StandardInput, request)["job_id"])
        made = standards.start(actor=self.actor, job=job)
        return Response(self.shown(made.pk), status=status.HTTP_201_CREATED)

    @extend_schema(request=StandardChangeInput, responses=StandardDetail)
    def partial_update(self, request: Request, pk: str) -> Response:
        """Write what a draft says."""
        asked = _asked(StandardChangeInput, request, partial=True)
        if "requirements" in asked:
            told: dict[str, list[tuple[str, str]]] = {kind: [] for kind in StandardRequirement.Kind.values}
            for each in asked["requirements"]:
                told[each["kind"]].append((each["text"], each["weight"]))
            asked["requirements"] = told
        standards.change(actor=self.actor, standard=self.one(self.get_queryset(), pk), **asked)
        return Response(self.shown(pk))

    @extend_schema(request=None, responses=StandardDetail)
    @action(detail=True, methods=["post"])
    def submit(self, request: Request, pk: str) -> Response:
        """Take a draft to who decides. 409 while one of the nine competencies has no level."""
        standards.submit(actor=self.actor, standard=self.one(self.get_queryset(), pk))
        return Response(self.shown(pk))

    @extend_schema(request=VersionReturnInput, responses=StandardDetail)
    @action(detail=True, methods=["post"], url_path="return")
    def send_back(self, request: Request, pk: str) -> Response:
        """Return a submitted version with a reason."""
        asked = _asked(VersionReturnInput, request)
        standards.send_back(actor=self.actor, standard=self.one(self.get_queryset(), pk), **asked)
        return Response(self.shown(pk))

    @extend_schema(request=VersionDecideInput, responses=StandardDetail)
    @action(detail=True, methods=["post"])
    def decide(self, request: Request, pk: str) -> Response:
        """Bring a submitted version into force; 403 for who drafted or submitted it."""
        decree = _decree(_asked(VersionDecideInput, request))
        standards.decide(actor=self.actor, standard=self.one(self.get_queryset(), pk), decree=decree)
        return Response(self.shown(pk))

    @extend_schema(request=VersionEndInput, responses=StandardDetail)
    @action(detail=True, methods=["post"])
    def end(self, request: Request, pk: str) -> Response:
        """End a standard without a version to follow."""
        asked = _asked(VersionEndInput, request)
        standards.end(actor=self.actor, standard=self.one(self.get_queryset(), pk), **asked)
        return Response(self.shown(pk))

    @extend_schema(request=None, responses={204: None})
    @action(detail=True, methods=["post"])
    def discard(self, request: Request, pk: str) -> Response:
        """Throw a draft away."""
        standards.discard(actor=self.actor, standard=self.one(self.get_queryset(), pk))
        return Response(status=status.HTTP_204_NO_CONTENT)

    def complete_one(self, row: dict[str, Any]) -> None:
        lines = JobCompetency.objects.filter(standard=row["id"]).select_related("competency", "technical")
        row["competencies"] = [
            {"code": each.of.code, "name": each.of.name, "level": each.level} for each in reads.sorted_lines(lines)
        ]
        requirements = StandardRequirement.objects.filter(standard=row["id"]).order_by("kind", "number", "pk")
        row["requirements"] = list(requirements.values("kind", "number", "text", "weight"))


class LineFilter(filters.FilterSet):
    standard = Number(field_name="standard_id", label=_("Standar (id)"))
    job = Number(field_name="standard__job_id", label=_("Jabatan (id)"))


class RequirementFilter(LineFilter):
    class Meta:
        model = StandardRequirement
        fields: list[str] = []


class JobCompetencyFilter(LineFilter):
    competency = filters.CharFilter(method="by_code", label=_("Kompetensi (kode)"))
    level = Number(label=_("Level"))

    class Meta:
        model = JobCompetency
        fields: list[str] = []

    def by_code(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return queryset.filter(Q(competency__code=value) | Q(technical__code=value))


class JobCompetencyResource(Resource):
    """Which standard requires which competency at which level."""

    model = JobCompetency
    row = row_of(
        "JobCompetencyLine", JobCompetency, "id standard_id competency_id technical_id level",
        job_id="standard__job_id", state="standard__state",
    )  # fmt: skip
    filterset_class = JobCompetencyFilter


class RequirementResource(Resource):
    """Training, experience and indicators of performance that standards list."""

    model = StandardRequirement
    row = row_of(
        "StandardRequirementLine", StandardRequirement, "id standard_id kind number text weight",
        job_id="standard__job_id",
    )  # fmt: skip
    filterset_class = RequirementFilter
