"""Formation proposals: the list of a year, its status flow, its lines completed one by one."""

from dataclasses import asdict
from typing import Any

import django_filters
from django.http import HttpResponseBase
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from asnhr import dates
from asnhr.api.inputs import Input
from asnhr.api.rows import row_of
from asnhr.api.views import Resource
from asnhr.errors import NotAllowed
from positions import exports, filters
from positions.models import FormationLine, FormationProposal, FormationVersion, Unit
from positions.queries.budget import budget_of, with_budget
from positions.rules.formation import Step
from positions.services import proposals as services

FILES: dict[str, Any] = {
    "berkas": lambda proposal, day: exports.bundle(proposal, day=day),
    "e-formasi": lambda proposal, day: exports.e_formasi(proposal),
    "siasn": lambda proposal, day: exports.siasn_planning(proposal),
}
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MANAGES = frozenset({"manage_proposals"})
SIGNS = frozenset({"sign_proposals"})


class AdvanceInput(Input):
    step = serializers.ChoiceField([(step.value, step.name) for step in (Step.VERIFY, Step.CONSIDER, Step.VALIDATE)])
    reason = serializers.CharField(max_length=4000, allow_blank=True, default="")


class ReasonInput(Input):
    reason = serializers.CharField(max_length=4000)


class FigureInput(Input):
    line_id = serializers.IntegerField(min_value=1)
    number = serializers.IntegerField(min_value=0, max_value=100_000)


class FiguresInput(Input):
    figures = FigureInput(many=True, max_length=5000)


class DetermineInput(FiguresInput):
    decree = serializers.CharField(max_length=120)
    decree_on = serializers.DateField()


class CutSerializer(serializers.Serializer):
    line_id = serializers.IntegerField()
    code = serializers.CharField()
    proposed = serializers.IntegerField()
    decided = serializers.IntegerField()


class IncompleteSerializer(serializers.Serializer):
    line_id = serializers.IntegerField()
    code = serializers.CharField()
    missing = serializers.ListField(child=serializers.CharField())


class BudgetInputSerializer(serializers.Serializer):
    code = serializers.CharField()
    name = serializers.CharField()
    value = serializers.DecimalField(None, None, allow_null=True, help_text="Null: not said by the agency.")
    unit = serializers.CharField()
    decree = serializers.CharField()


class BudgetSerializer(serializers.Serializer):
    people = serializers.IntegerField()
    inputs = BudgetInputSerializer(many=True)
    missing = serializers.ListField(child=serializers.CharField(), help_text="Codes of the inputs not said.")
    share = serializers.DecimalField(12, 10, allow_null=True)
    share_with_proposal = serializers.DecimalField(12, 10, allow_null=True)
    limit = serializers.DecimalField(12, 10)
    legal_basis = serializers.CharField()
    mark = serializers.CharField()
    warning = serializers.BooleanField()


def _figures(values: dict[str, Any]) -> dict[int, int]:
    return {each["line_id"]: each["number"] for each in values["figures"]}


class ProposalResource(Resource):
    reads = "view_analysis"
    model = FormationProposal
    row = row_of(
        "FormationProposal", FormationProposal, "id year analysis_id state version decree decree_on changed_at"
    )
    filterset_class = filters.ProposalFilter
    orders = {"-year": ("-year", "-id"), "id": ("id",)}
    writes = {
        "submit": SIGNS,
        "advance": MANAGES,
        "give_back": MANAGES,
        "reject": MANAGES,
        "recommendations": MANAGES,
        "determine": MANAGES,
    }

    def _asked(self, request: Request, shape: type[serializers.Serializer]) -> dict[str, Any]:
        asked = shape(data=request.data)
        asked.is_valid(raise_exception=True)
        return dict(asked.validated_data)

    @extend_schema(responses=IncompleteSerializer(many=True), filters=False)
    @action(detail=True, pagination_class=None)
    def incomplete(self, request: Request, pk: str) -> Response:
        """Lines that keep a draft from being submitted today, or a later proposal from being exported, with what each
        lacks."""
        proposal = self.one(self.get_queryset(), pk)
        seen = set(
            FormationLine.objects.visible_to(request.user).filter(proposal=proposal).values_list("pk", flat=True)
        )
        found = services.incomplete(proposal, dates.today())
        return Response([asdict(each) for each in found if each.line_id in seen])

    @extend_schema(
        responses={(200, XLSX): OpenApiTypes.BINARY},
        filters=False,
        parameters=[
            OpenApiParameter(
                "what", str, enum=sorted(FILES), description="Bundle, e-Formasi rows, or SIASN's planning columns."
            )
        ],
    )
    @action(detail=True, pagination_class=None)
    def export(self, request: Request, pk: str) -> HttpResponseBase:
        """The proposal as a file (XLSX); it holds the whole agency. While a line is incomplete, e-Formasi and SIASN's
        columns are refused (409, each line named) and the bundle is marked as a draft."""
        what = request.query_params.get("what", "berkas")
        if what not in FILES or set(request.query_params) - {"what"}:
            raise ValidationError({"what": [_("Yang ada: %(known)s.") % {"known": ", ".join(sorted(FILES))}]})
        proposal = self.one(self.get_queryset().select_related("agency", "analysis"), pk)
        if not self.access.whole_agency:
            raise NotAllowed(_("Berkas ini memuat seluruh instansi; cakupan Anda hanya sebagian unit."))
        return FILES[what](proposal, dates.today())

    @extend_schema(responses=BudgetSerializer, filters=False)
    @action(detail=True, pagination_class=None)
    def budget(self, request: Request, pk: str) -> Response:
        """Personnel spending as a share of the APBD, now and with the proposal: a warning, for the whole agency."""
        proposal = self.one(with_budget(self.get_queryset(), dates.today()), pk)
        if not self.access.whole_agency:
            raise NotAllowed(_("Angka ini memuat seluruh instansi; cakupan Anda hanya sebagian unit."))
        found = budget_of(proposal)
        inputs = [
            {
                "code": each.code, "name": each.name, "value": None if each in found.missing else each.number,
                "unit": each.unit, "decree": each.decree,
            }
            for each in found.inputs
        ]  # fmt: skip
        answer = {
            "people": found.people, "inputs": inputs, "missing": [each.code for each in found.missing],
            "share": found.share.now, "share_with_proposal": found.share.proposed, "limit": found.limit.number,
            "legal_basis": found.limit.legal_basis, "mark": found.limit.mark,
            "warning": found.share.is_over_now or found.share.is_over_proposed,
        }  # fmt: skip
        return Response(BudgetSerializer(answer).data)

    @extend_schema(request=None, responses=row)
    @action(detail=True, methods=["post"])
    def submit(self, request: Request, pk: str) -> Response:
        """Submit the proposal: the PPK signs."""
        services.submit(proposal=self.one(self.get_queryset(), pk), actor=request.user, day=dates.today())
        return Response(self.shown(pk))

    @extend_schema(request=AdvanceInput, responses=row)
    @action(detail=True, methods=["post"])
    def advance(self, request: Request, pk: str) -> Response:
        """Record that BKN verifies, gives its consideration, or that the ministry validates."""
        values = self._asked(request, AdvanceInput)
        services.advance(proposal=self.one(self.get_queryset(), pk), actor=request.user, **values)
        return Response(self.shown(pk))

    @extend_schema(request=ReasonInput, responses=row)
    @action(detail=True, methods=["post"], url_path="return")
    def give_back(self, request: Request, pk: str) -> Response:
        """Record a return to draft."""
        values = self._asked(request, ReasonInput)
        services.send_back(proposal=self.one(self.get_queryset(), pk), actor=request.user, **values)
        return Response(self.shown(pk))

    @extend_schema(request=ReasonInput, responses=row)
    @action(detail=True, methods=["post"])
    def reject(self, request: Request, pk: str) -> Response:
        """Record that the proposal is refused as a whole."""
        values = self._asked(request, ReasonInput)
        services.reject(proposal=self.one(self.get_queryset(), pk), actor=request.user, **values)
        return Response(self.shown(pk))

    @extend_schema(request=FiguresInput, responses=row)
    @action(detail=True, methods=["post"])
    def recommendations(self, request: Request, pk: str) -> Response:
        """Record what is recommended for each line."""
        values = self._asked(request, FiguresInput)
        services.record_recommendations(
            proposal=self.one(self.get_queryset(), pk), figures=_figures(values), actor=request.user
        )
        return Response(self.shown(pk))

    @extend_schema(request=DetermineInput, responses=CutSerializer(many=True), filters=False)
    @action(detail=True, methods=["post"], pagination_class=None)
    def determine(self, request: Request, pk: str) -> Response:
        """Record the ministry's decision; answers the lines that it cut."""
        values = self._asked(request, DetermineInput)
        cuts = services.determine(
            proposal=self.one(self.get_queryset(), pk),
            figures=_figures(values),
            decree=values["decree"],
            decree_on=values["decree_on"],
            actor=request.user,
            day=dates.today(),
        )
        return Response([asdict(cut) for cut in cuts])


class CompleteInput(Input):
    intake = serializers.ChoiceField(FormationLine.Intake.choices)
    field = serializers.ChoiceField(FormationLine._meta.get_field("field").choices)
    education_ids = serializers.ListField(child=serializers.CharField(max_length=40), max_length=50)
    placement_id = serializers.IntegerField(min_value=1)
    income_min = serializers.DecimalField(12, 0, min_value=0)
    income_max = serializers.DecimalField(12, 0, min_value=0)
    proposed = serializers.IntegerField(min_value=0, required=False)


class FilledInput(Input):
    filled = serializers.IntegerField(min_value=0)


class FormationLineResource(Resource):
    reads = "view_analysis"
    model = FormationLine
    row = row_of(
        "FormationLine",
        FormationLine,
        "id proposal_id line_id position_id formation proposed recommended decided filled intake field education_ids"
        " placement_id income_min income_max",
        position_code="position__code",
        job_name="position__job__name",
        unit_id="position__unit_id",
        unit_name="position__unit__name",
        year="proposal__year",
        analysis_id="proposal__analysis_id",
    )
    filterset_class = filters.FormationLineFilter
    writes = {"complete_line": MANAGES, "filled": MANAGES}

    @extend_schema(request=CompleteInput, responses=row)
    @action(detail=True, methods=["put"], url_path="complete")
    def complete_line(self, request: Request, pk: str) -> Response:
        """Fill in what the export needs; the number proposed may be lowered."""
        asked = CompleteInput(data=request.data)
        asked.is_valid(raise_exception=True)
        values = dict(asked.validated_data)
        placement = self.one(Unit.objects.visible_to(request.user), values.pop("placement_id"))
        line = self.one(self.get_queryset().select_related("proposal"), pk)
        services.complete_line(line=line, actor=request.user, placement=placement, **values)
        return Response(self.shown(pk))

    @extend_schema(request=FilledInput, responses=row)
    @action(detail=True, methods=["post"])
    def filled(self, request: Request, pk: str) -> Response:
        """Record how many of the decided formation are filled."""
        asked = FilledInput(data=request.data)
        asked.is_valid(raise_exception=True)
        line = self.one(self.get_queryset().select_related("proposal"), pk)
        services.record_filled(line=line, filled=asked.validated_data["filled"], actor=request.user)
        return Response(self.shown(pk))


class FormationVersionFilter(django_filters.FilterSet):
    proposal = filters.Number(field_name="proposal_id", label=gettext_lazy("Usul formasi (id)"))

    class Meta:
        model = FormationVersion
        fields: list[str] = []


class FormationVersionResource(Resource):
    """The figures as they stood at each step; of every position, so for who sees the whole agency."""

    reads = "view_analysis"
    model = FormationVersion
    row = row_of(
        "FormationVersion",
        FormationVersion,
        "id proposal_id version from_state to_state reason changed_by_id changed_at",
        year="proposal__year",
    )
    full = row_of(
        "FormationVersionDetail",
        FormationVersion,
        "id proposal_id version from_state to_state reason figures changed_by_id changed_at",
        year="proposal__year",
    )
    filterset_class = FormationVersionFilter
    orders = {"-changed_at": ("-changed_at", "-id"), "id": ("id",)}
