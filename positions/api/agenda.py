"""The agenda book: cases with their conditions, the changes of their state, and the duties of the work calendar."""

from typing import Any

import django_filters as filters
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from asnhr import told
from asnhr.api.inputs import Input
from asnhr.api.rows import row_of
from asnhr.api.views import Resource
from positions import permissions
from positions.filters import Number, Words, under, unit
from positions.models import AgendaItem, AgendaStep, Deadline
from positions.queries.agenda import Sight
from positions.rules.agenda import NEUTRAL, SANCTION, Missing
from positions.services import agenda


class AgendaItemFilter(filters.FilterSet):
    q = Words(fields=("employee__name",), label=_("Cari nama"))
    kind = filters.MultipleChoiceFilter(choices=AgendaItem.Kind.choices, label=_("Jenis"))
    state = filters.MultipleChoiceFilter(choices=AgendaItem.State.choices, label=_("Keadaan"))
    employee = Number(field_name="employee_id", label=_("Pegawai (id)"))
    unit = unit("employee__unit")
    under = under("employee__unit")
    due_from = filters.DateFilter(field_name="due_on", lookup_expr="gte", label=_("Jatuh tempo sejak"))
    due_until = filters.DateFilter(field_name="due_on", lookup_expr="lte", label=_("Jatuh tempo sampai"))
    is_due = filters.BooleanFilter(label=_("Masih terhitung"))
    missing = filters.CharFilter(method="by_missing", label=_("Syarat yang kurang (kode)"))

    class Meta:
        model = AgendaItem
        fields: list[str] = []

    def by_missing(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        sight = Sight(self.request.user)
        if value in NEUTRAL:
            return queryset.filter(sight.with_any([value])) if value in sight.reads else queryset.none()
        if value == NEUTRAL_MISSING:
            # What the reader sees under that code; a suspension was found by it from the first, by whoever reads it.
            return queryset.filter(sight.with_any((NEUTRAL - sight.reads) | {Missing.SUSPENDED}))
        return queryset.filter(missing__contains=[value])


class MoveInput(Input):
    to = serializers.CharField(max_length=10, help_text="belum, berkas, diusulkan, pertek, sk")
    day = serializers.DateField()
    number = serializers.CharField(max_length=120, required=False, default="", allow_blank=True)
    note = serializers.CharField(max_length=500, required=False, default="", allow_blank=True)


# In the place of what tells of discipline or an assessment, for who may not know of it.
NEUTRAL_MISSING = "TERBATAS"


class AgendaItemResource(Resource):
    """`missing` and `to_check` are codes (docs/penjagaan.md); `sanctioned` is shown with `view_discipline` only.
    `source_id`: the contract or incumbency that ends. `target`: the rank that follows, or the step of the salary table
    in years (null without `view_salary`). `is_due` false: the latest computation no longer finds the case."""

    model = AgendaItem
    row = row_of(
        "AgendaItem",
        AgendaItem,
        "id employee_id kind source_id due_on state missing to_check rank target is_due since changed_at",
        {"sanctioned": serializers.BooleanField(read_only=True, label=_("tertahan hukuman disiplin"))},
        {"held": None, "step": None},
        ["sanctioned"],
        nip="employee__nip",
        employee_name="employee__name",
        unit_id="employee__unit_id",
    )
    filterset_class = AgendaItemFilter
    orders = {
        "due_on": ("due_on", "id"), "-due_on": ("-due_on", "-id"), "-changed_at": ("-changed_at", "-id"), "id": ("id",),
    }  # fmt: skip
    writes = {"move": frozenset({"edit_register", "manage_agenda"})}

    def complete(self, rows: list[dict[str, Any]]) -> None:
        """One statement where closed codes are shown, one where an increment's step is: that they were read. Who may
        not know a code sees a neutral one; of a sanction nothing."""
        reads = permissions.closed_codes(self.actor)
        found = [(each["id"], each.pop("held").split()) for each in rows]
        for each, (_pk, closed) in zip(rows, found, strict=True):
            told = (code if code in reads else NEUTRAL_MISSING for code in closed if code in NEUTRAL)
            each["missing"] = [*each["missing"], *dict.fromkeys(told)]
            if SANCTION in reads:
                each["sanctioned"] = SANCTION in closed
        agenda.note_held(found, reads, "API")
        own = self.actor.nip if self.access.may("view_own") else ""
        reads_salary, told_steps = self.access.may("view_salary"), []
        for each in rows:
            step, is_own = each.pop("step"), each["nip"] == own
            if step is not None and (reads_salary or is_own):
                each["target"] = step
                told_steps += [] if is_own else [each["id"]]
        agenda.note_steps(told_steps, "API")

    @extend_schema(request=MoveInput, responses=row)
    @action(detail=True, methods=["post"])
    def move(self, request: Request, pk: str) -> Response:
        """Move the case one state on, or back with a reason. 409 for a state that does not follow."""
        asked = MoveInput(data=request.data)
        asked.is_valid(raise_exception=True)
        item = self.one(self.get_queryset().select_related("employee__unit"), pk)
        agenda.move(item=item, actor=self.actor, **asked.validated_data)
        return Response(self.shown(pk))


class AgendaStepFilter(filters.FilterSet):
    item = Number(field_name="item_id", label=_("Penjagaan (id)"))
    to_state = filters.ChoiceFilter(choices=AgendaItem.State.choices, label=_("Menjadi"))

    class Meta:
        model = AgendaStep
        fields: list[str] = []


class AgendaStepResource(Resource):
    model = AgendaStep
    row = row_of(
        "AgendaStep",
        AgendaStep,
        "id item_id from_state to_state day number note actor_id at",
        nip="item__employee__nip",
    )
    filterset_class = AgendaStepFilter
    orders = {"-at": ("-at", "-id"), "id": ("id",)}


class DeadlineResource(Resource):
    """The national duties of the work calendar; `day` 31 is the last of the month."""

    model = Deadline
    row = row_of(
        "Deadline", Deadline, "id code name months day warn_days permission legal_basis mark starts_on ends_on"
    )
    orders = {"code": ("code",)}

    def get_queryset(self) -> QuerySet[Any]:
        return Deadline.objects.all()

    def complete(self, rows: list[dict[str, Any]]) -> None:
        """Words of ours, in the language asked for."""
        for each in rows:
            each |= {name: told.stored(each[name]) for name in ("name", "legal_basis")}
