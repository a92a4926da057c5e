"""Long work: what was asked for, how far it is; asking for an analysis."""

from typing import Any

from django_filters import rest_framework as filters
from rest_framework import serializers

from asnhr.api.rows import row_of
from asnhr.api.views import Resource
from asnhr.models import Run


class RunFilter(filters.FilterSet):
    kind = filters.CharFilter()
    state = filters.MultipleChoiceFilter(choices=Run.State.choices)

    class Meta:
        model = Run
        fields: list[str] = []


class RunResource(Resource):
    model = Run
    row = row_of(
        "Run",
        Run,
        "id kind parameters state step done total counts problems attempts requested_by_id requested_at started_at"
        " finished_at",
        extra={"percent": serializers.IntegerField(read_only=True)},
    )
    filterset_class = RunFilter
    orders = {"-requested_at": ("-requested_at", "-id"), "id": ("id",)}

    def complete(self, rows: list[dict[str, Any]]) -> None:
        for each in rows:
            finished = each["state"] == Run.State.DONE
            each["percent"] = 100 if finished else 100 * each["done"] // each["total"] if each["total"] else 0
