"""Units: list and detail with name and parent as they were on the day, and the tree of a day."""

from typing import Any

from django.db.models import F, FilteredRelation, QuerySet
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from asnhr import dates
from asnhr.api.inputs import Input
from asnhr.api.rows import row_of
from positions import filters
from positions.api.decided import Deciding, DecreeInput, OutcomeSerializer, Previewed, decree_of, row_or_outcome
from positions.models import Unit
from positions.models._base import in_force
from positions.queries import register, unit_names
from positions.services import restructure, structure, withdrawals

STRUCTURE = frozenset({"edit_structure"})
UnitRow = row_of(
    "Unit",
    Unit,
    "id code name kind siasn_id region_code parent_id office_id successor_id is_model starts_on ends_on closing_decree"
    " closing_decree_on",
    annotated={
        "name_on": None,
        "parent_on": None,
        "period_on": None,
        "decree": serializers.CharField(
            read_only=True, allow_null=True, help_text=_("Dasar nama dan induk yang berlaku pada hari itu.")
        ),
        "decree_on": serializers.DateField(
            read_only=True, allow_null=True, help_text=_("Tanggal keputusan itu; null: tidak tercatat.")
        ),
    },
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


class UnitInput(Previewed):
    code = serializers.CharField(max_length=40)
    name = serializers.CharField(max_length=250)
    kind = serializers.ChoiceField(Unit.Kind.choices, default=Unit.Kind.OTHER)
    parent_id = serializers.IntegerField(min_value=1, allow_null=True)
    starts_on = serializers.DateField()
    decree = serializers.CharField(max_length=200)
    decree_on = serializers.DateField()
    region_code = serializers.CharField(max_length=13, allow_blank=True, default="")
    siasn_id = serializers.CharField(max_length=40, allow_blank=True, default="")


class UnitChangeInput(Previewed):
    name = serializers.CharField(max_length=250, required=False)
    parent_id = serializers.IntegerField(min_value=1, required=False)
    starts_on = serializers.DateField(help_text=_("Hari pertama keadaan baru; yang lama ditutup, tidak ditimpa."))
    decree = serializers.CharField(max_length=200)
    decree_on = serializers.DateField()


class UnitCloseInput(Previewed):
    ends_on = serializers.DateField(help_text=_("Hari pertama tanpa unit ini."))
    decree = serializers.CharField(max_length=200)
    decree_on = serializers.DateField()
    successor_id = serializers.IntegerField(min_value=1, allow_null=True, default=None)


class WithdrawInput(Input):
    reason = serializers.CharField(max_length=200, help_text=_("Tercatat di jejak audit."))


class UnitMergeInput(DecreeInput):
    target_id = serializers.IntegerField(min_value=1, help_text=_("Unit tempat unit ini digabung."))


class UnitConvertInput(DecreeInput):
    code = serializers.CharField(max_length=40)
    name = serializers.CharField(max_length=250)
    kind = serializers.ChoiceField(Unit.Kind.choices)


class UnitResource(Deciding):
    model = Unit
    row = UnitRow
    parts = {"positions.UnitPeriod": "unit_id"}
    filterset_class = filters.UnitFilter
    orders = {"code": ("code", "id"), "id": ("id",)}
    has_periods = True
    takes_as_of = True
    writes = {
        "create": STRUCTURE, "partial_update": STRUCTURE, "close": STRUCTURE, "merge": STRUCTURE, "convert": STRUCTURE,
        "withdraw": STRUCTURE,
    }  # fmt: skip

    def _unit(self, pk: int | None) -> Unit | None:
        return None if pk is None else self.one(self.get_queryset(), pk)

    @extend_schema(request=UnitInput, responses={201: row, 200: OutcomeSerializer})
    def create(self, request: Request) -> Response:
        """Found a unit below its parent (null: at the top of the agency)."""
        asked = UnitInput(data=request.data)
        asked.is_valid(raise_exception=True)
        values: dict[str, Any] = asked.validated_data
        parent, preview = self._unit(values.pop("parent_id")), values.pop("preview")

        def change() -> Unit:
            return structure.add_unit(actor=self.actor, parent=parent, **values)

        if preview:
            return self.decided(True, change, day=values["starts_on"])
        return Response(self.shown(change().pk), status=status.HTTP_201_CREATED)

    @extend_schema(request=UnitChangeInput, responses=row_or_outcome("UnitChanged", row))
    def partial_update(self, request: Request, pk: str) -> Response:
        """Rename the unit, move it, or both, from a day on."""
        asked = UnitChangeInput(data=request.data)
        asked.is_valid(raise_exception=True)
        values: dict[str, Any] = asked.validated_data
        unit, parent = self.one(self.get_queryset(), pk), self._unit(values.pop("parent_id", None))
        preview = values.pop("preview")

        def change() -> Unit:
            return structure.change_unit(actor=self.actor, unit=unit, parent=parent, **values)

        if preview:
            return self.decided(True, change, day=values["starts_on"], changing=[unit], placing=parent is not None)
        change()
        return Response(self.shown(pk))

    @extend_schema(request=UnitCloseInput, responses=row_or_outcome("UnitClosed", row))
    @action(detail=True, methods=["post"])
    def close(self, request: Request, pk: str) -> Response:
        """Close the unit; refused while positions or units remain in it."""
        asked = UnitCloseInput(data=request.data)
        asked.is_valid(raise_exception=True)
        values: dict[str, Any] = asked.validated_data
        unit, successor = self.one(self.get_queryset(), pk), self._unit(values.pop("successor_id"))
        preview = values.pop("preview")

        def change() -> restructure.Outcome:
            closed = structure.close_unit(actor=self.actor, unit=unit, successor=successor, **values)
            return restructure.Outcome(result=closed, units=[closed.pk])

        if preview:
            return self.decided(True, change, day=values["ends_on"], changing=[unit])
        change()
        return Response(self.shown(pk))

    @extend_schema(request=UnitMergeInput, responses=OutcomeSerializer)
    @action(detail=True, methods=["post"])
    def merge(self, request: Request, pk: str) -> Response:
        """Merge the unit into another by a decree: posts, holders, people and units go there, then it closes."""
        asked = UnitMergeInput(data=request.data)
        asked.is_valid(raise_exception=True)
        values: dict[str, Any] = asked.validated_data
        unit, target = self.one(self.get_queryset(), pk), self.one(self.get_queryset(), values["target_id"])
        decree = decree_of(values)
        return self.decided(
            values["preview"],
            lambda: restructure.merge_units(actor=self.actor, units=[unit], target=target, decree=decree),
            day=decree.starts_on, changing=[unit],
        )  # fmt: skip

    @extend_schema(request=UnitConvertInput, responses=OutcomeSerializer)
    @action(detail=True, methods=["post"])
    def convert(self, request: Request, pk: str) -> Response:
        """Let the unit go on as one of another kind, with all that it has."""
        asked = UnitConvertInput(data=request.data)
        asked.is_valid(raise_exception=True)
        values: dict[str, Any] = asked.validated_data
        unit = self.one(self.get_queryset().select_related("parent"), pk)
        named = {name: values[name] for name in ("code", "name", "kind")}
        decree = decree_of(values)
        return self.decided(
            values["preview"],
            lambda: restructure.convert_unit(actor=self.actor, unit=unit, decree=decree, **named),
            day=decree.starts_on, changing=[unit],
        )  # fmt: skip

    @extend_schema(request=WithdrawInput, responses=row)
    @action(detail=True, methods=["post"])
    def withdraw(self, request: Request, pk: str) -> Response:
        """Take back what is still to come of the unit: its last change of name or place, its merger, other form or
        closing; what was before goes on."""
        asked = WithdrawInput(data=request.data)
        asked.is_valid(raise_exception=True)
        unit = self.one(self.get_queryset(), pk)
        withdrawals.withdraw_unit_change(actor=self.actor, unit=unit, day=dates.today(), **asked.validated_data)
        return Response(self.shown(pk))

    def dressed(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        period = FilteredRelation("periods", condition=in_force(self.day, "periods__"))
        return queryset.annotate(period=period).annotate(
            name_on=F("period__name"),
            parent_on=F("period__parent_id"),
            period_on=F("period__id"),
            decree=F("period__decree"),
            decree_on=F("period__decree_on"),
        )

    def complete(self, rows: list[dict[str, Any]]) -> None:
        bore = unit_names.on(self.day)
        for each in rows:
            if each["id"] in bore:
                each["office_id"] = bore[each["id"]].office_id
            name, parent = each.pop("name_on"), each.pop("parent_on")
            if each.pop("period_on") is not None:
                each["name"], each["parent_id"] = name, parent
            elif each["id"] in bore:
                each["name"] = bore[each["id"]].name

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
