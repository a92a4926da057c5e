"""Units: list and detail with name and parent as they were on the day, and the tree of a day."""

from typing import Any

from django.db.models import F, FilteredRelation, QuerySet
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from asnhr.api.rows import row_of
from asnhr.api.views import Resource
from positions import filters
from positions.models import Unit
from positions.models._base import in_force
from positions.queries import register

UnitRow = row_of(
    "Unit",
    Unit,
    "id code name kind siasn_id region_code parent_id office_id successor_id is_model starts_on ends_on",
    annotated={"name_on": None, "parent_on": None, "period_on": None},
)


class TotalsSerializer(serializers.Serializer):
    positions = serializers.IntegerField()
    k = serializers.IntegerField()
    b = serializers.IntegerField()
    part_time = serializers.IntegerField()
    shortage = serializers.IntegerField()
    surplus = serializers.IntegerField()
    unknown = serializers.IntegerField(help_text=_("Jabatan tanpa K; tidak masuk jumlah lain selain b."))


class NodeSerializer(serializers.Serializer):
    id = serializers.IntegerField()
    code = serializers.CharField()
    name = serializers.CharField()
    kind = serializers.CharField()
    parent_id = serializers.IntegerField(allow_null=True)
    own = TotalsSerializer()
    total = TotalsSerializer()
    children = serializers.ListField(child=serializers.DictField(), help_text=_("Simpul dengan bentuk yang sama."))


class UnitResource(Resource):
    model = Unit
    row = UnitRow
    filterset_class = filters.UnitFilter
    orders = {"code": ("code", "id"), "id": ("id",)}
    has_periods = True
    takes_as_of = True

    def dressed(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        period = FilteredRelation("periods", condition=in_force(self.day, "periods__"))
        return queryset.annotate(period=period).annotate(
            name_on=F("period__name"), parent_on=F("period__parent_id"), period_on=F("period__id")
        )

    def complete(self, rows: list[dict[str, Any]]) -> None:
        for each in rows:
            name, parent = each.pop("name_on"), each.pop("parent_on")
            if each.pop("period_on") is not None:
                each["name"], each["parent_id"] = name, parent

    @extend_schema(responses=NodeSerializer(many=True), filters=False)
    @action(detail=False, pagination_class=None)
    def tree(self, request: Request) -> Response:
        """The tree as it stood on the day, figures summed upwards; a unit whose parent is out of sight is a root."""
        return Response([_node(each) for each in register.unit_tree(request.user, self.day)])


def _totals(totals: register.Totals) -> dict[str, int]:
    """PostgreSQL sums a sum of integers to numeric; people are whole."""
    return {name: int(value) for name, value in totals.__dict__.items()}


def _node(node: register.Node) -> dict[str, Any]:
    return {
        "id": node.pk,
        "code": node.code,
        "name": node.name,
        "kind": node.kind,
        "parent_id": node.parent_id,
        "own": _totals(node.own),
        "total": _totals(node.total),
        "children": [_node(child) for child in node.children],
    }
