"""Objections of people to what a computation says of them: filed on the own results, answered by who did not decide.

Grounds and answer are encrypted; they come with the single row, and a look of others than the person is written down.
"""

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
from asnhr.api import sync
from asnhr.api.inputs import Input
from asnhr.api.rows import row_of
from asnhr.api.views import Resource
from positions.api.files import OWN, OwnToo, own_person
from positions.filters import Number, under, unit
from positions.models import Objection
from positions.objection_words import told
from positions.services import objections

ANSWERS = frozenset(Objection.ASKS_OF_KIND.values())


class ObjectionFilter(filters.FilterSet):
    employee = Number(field_name="employee_id", label=_("Pegawai (id)"))
    unit = unit("employee__unit")
    under = under("employee__unit")
    kind = filters.CharFilter(label=_("Jenis hasil"))
    object_id = Number(label=_("Nomor hasil"))
    state = filters.ChoiceFilter(choices=Objection.State.choices, label=_("Keadaan"))
    own = filters.BooleanFilter(method="by_owner", label=_("Keberatan sendiri"))

    class Meta:
        model = Objection
        fields: list[str] = []

    def by_owner(self, queryset: QuerySet[Any], name: str, value: bool) -> QuerySet[Any]:
        mine = Objection.objects.all().own(self.request.user).values("pk")
        return queryset.filter(pk__in=mine) if value else queryset.exclude(pk__in=mine)


class ObjectionInput(Input):
    kind = serializers.CharField(max_length=20, help_text="; ".join(f"`{kind}`" for kind in Objection.ASKS_OF_KIND))
    object_id = serializers.IntegerField(min_value=1, max_value=2**63 - 1, help_text=_("Dari `results/`."))
    grounds = serializers.CharField(max_length=4000)


class AnswerInput(Input):
    uphold = serializers.BooleanField(help_text=_("Diterima: hasilnya diputuskan ulang."))
    reason = serializers.CharField(max_length=4000, help_text=_("Dibaca oleh pegawai."))


class OwnResultSerializer(serializers.Serializer):
    kind = serializers.CharField()
    object_id = serializers.IntegerField()
    about = serializers.CharField(help_text=_("Yang dikatakan hasil itu."))
    state = serializers.CharField()


OBJECTION = (
    "id employee_id kind object_id about state filed_by_id filed_at answered_by_id answered_at emptied_at"
)  # fmt: skip
PATHS = {"nip": "employee__nip", "unit_id": "employee__unit_id"}


class ObjectionResource(Resource):
    """Objections (UU 27/2022 article 10): the own ones for everybody with a record, others for who answers that kind in
    the unit and for the auditor. Grounds and answer come with the single row."""

    permission_classes = [OwnToo]
    model = Objection
    row = row_of("Objection", Objection, OBJECTION, **PATHS)
    full = row_of(
        "ObjectionDetail",
        Objection,
        OBJECTION,
        extra={"grounds": serializers.CharField(read_only=True), "answer": serializers.CharField(read_only=True)},
        **PATHS,
    )
    filterset_class = ObjectionFilter
    orders = {"-filed_at": ("-filed_at", "-id"), "id": ("id",)}
    writes = {"create": OWN, "withdraw": OWN, "answer": ANSWERS}

    def complete(self, rows: list[dict[str, Any]]) -> None:
        for each in rows:
            each["about"] = told(each["about"])

    def once_seen(self, ids: list[int]) -> list[int]:
        """Of a kind that the reader does not answer none was ever in sight."""
        return sync.gone(self.agency.pk, Objection, ids)

    def loaded(self, pk: Any) -> Objection:
        return self.one(self.get_queryset().select_related("employee__unit"), pk)

    def complete_one(self, row: dict[str, Any]) -> None:
        row["grounds"], row["answer"] = objections.read(actor=self.actor, objection=self.loaded(row["id"]))

    @extend_schema(responses=OwnResultSerializer(many=True), filters=False)
    @action(detail=False, methods=["get"], pagination_class=None)
    def results(self, request: Request) -> Response:
        """What computations say of the own person, as far as it may be seen yet: what may be objected to."""
        person = own_person(self.actor)
        found = objections.results_of(self.actor, person, dates.today())
        return Response(
            [
                {
                    "kind": subject.kind, "object_id": each.pk, "about": subject.words(each),
                    "state": str(each.get_state_display()),
                }
                for subject, rows in found
                for each in rows
            ]
        )  # fmt: skip

    @extend_schema(request=ObjectionInput, responses={201: full})
    def create(self, request: Request) -> Response:
        """Object to a result about oneself; 409 for what is no result about oneself, or while one waits."""
        person = own_person(self.actor)
        asked = ObjectionInput(data=request.data)
        asked.is_valid(raise_exception=True)
        made = objections.file(actor=self.actor, employee=person, day=dates.today(), **asked.validated_data)
        return Response(self.shown(made.pk), status=status.HTTP_201_CREATED)

    @extend_schema(request=None, responses=full)
    @action(detail=True, methods=["post"])
    def withdraw(self, request: Request, pk: str) -> Response:
        """Take an own objection back while it waits."""
        objections.withdraw(actor=self.actor, objection=self.loaded(pk))
        return Response(self.shown(pk))

    @extend_schema(request=AnswerInput, responses=full)
    @action(detail=True, methods=["post"])
    def answer(self, request: Request, pk: str) -> Response:
        """Uphold or refuse, with the reason; 403 for who decided the result and for the person."""
        asked = AnswerInput(data=request.data)
        asked.is_valid(raise_exception=True)
        values: dict[str, Any] = asked.validated_data
        objections.answer(actor=self.actor, objection=self.loaded(pk), uphold=values["uphold"], words=values["reason"])
        return Response(self.shown(pk))
