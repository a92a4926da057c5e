"""Long work: what was asked for, how far it is; asking for an analysis."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from asnhr import dates, kept, run_counts, told
from asnhr.api.inputs import Input
from asnhr.api.rows import row_of
from asnhr.api.views import Resource
from asnhr.errors import RuleBroken
from asnhr.models import Run
from positions import permissions
from positions.services import analysis as services
from positions.services import quality


class RunFilter(filters.FilterSet):
    kind = filters.CharFilter()
    state = filters.MultipleChoiceFilter(choices=Run.State.choices)

    class Meta:
        model = Run
        fields: list[str] = []


class RunInput(Input):
    kind = serializers.ChoiceField(
        [(services.KIND, _("Analisis kebutuhan jabatan")), (quality.KIND, _("Kualitas data"))], default=services.KIND
    )
    as_of = serializers.DateField(required=False, help_text=_("Bawaan: hari ini."))
    parameters = serializers.DictField(
        required=False, help_text=_("Pengandaian: kode parameter → nilai. Hasilnya tidak menjadi dasar usulan.")
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if attrs["kind"] == quality.KIND:
            given = [name for name in ("as_of", "parameters") if name in attrs]
            if given:
                words = _("Kualitas data dihitung untuk hari ini, tanpa parameter.")
                raise serializers.ValidationError(dict.fromkeys(given, [words]))
        return attrs


class RunResource(Resource):
    model = Run
    # Progress is no change in the trail: who waits for a run asks for the run.
    follows = False
    row = row_of(
        "Run",
        Run,
        "id kind parameters state step done total counts problems attempts requested_by_id requested_at started_at"
        " finished_at",
        extra={"percent": serializers.IntegerField(read_only=True)},
    )
    filterset_class = RunFilter
    orders = {"-requested_at": ("-requested_at", "-id"), "id": ("id",)}

    # What starts an analysis the service asks itself.
    writes = {"create": frozenset(permissions.QUALITY_RUNNERS)}

    @extend_schema(request=RunInput, responses={200: row, 202: row})
    def create(self, request: Request) -> Response:
        """Ask for a job-needs analysis or the data quality of today (which takes no day and no parameters): 202 with
        the new run, or 200 with the open run of the same request."""
        asked = RunInput(data=request.data)
        asked.is_valid(raise_exception=True)
        values = asked.validated_data
        if values["kind"] == quality.KIND:
            run, is_new = quality.request_quality(self.agency, self.actor)
            if not self.get_queryset().filter(pk=run.pk).exists():
                raise RuleBroken(_("Penghitungan yang sama sedang berjalan atas permintaan orang lain."))
        else:
            run, is_new = services.request_analysis(
                agency=self.agency,
                as_of=values.get("as_of") or dates.today(),
                actor=request.user,
                overlay={"parameters": values["parameters"]} if values.get("parameters") else None,
            )
        shown = self.shown(run.pk)
        where = request.build_absolute_uri(reverse("api:run-detail", args=[run.pk]))
        code = status.HTTP_202_ACCEPTED if is_new else status.HTTP_200_OK
        return Response(shown, status=code, headers={"Location": where})

    def complete(self, rows: list[dict[str, Any]]) -> None:
        """For who is bound to units one query more: counts of the own units (docs/decisions/0017)."""
        known = ((each["id"], each["kind"], each["parameters"], each["counts"]) for each in rows)
        counts = run_counts.seen_by(self.request.user, known)
        for each in rows:
            each["counts"] = counts[each["id"]]
            each["step"] = told.stored(each["step"])
            each["problems"] = [problem | {"message": kept.problem(problem)} for problem in each["problems"]]
            finished = each["state"] == Run.State.DONE
            each["percent"] = 100 if finished else 100 * each["done"] // each["total"] if each["total"] else 0
