"""The histories of personnel files, a resource a kind: rows are added, corrected, closed, taken back by the services.

Columns are ours; `SIASN` of each model says which field of SIASN's endpoints each is (docs/api.md). Of kinds that hold
until the next row, and of those with periods that matter on a day, a list shows what holds then, all with
`history=true`; of a past day no list shows what came later, by each row's own day. Sensitive kinds ask their own
permission, and each answer is written into the audit trail.
"""

from typing import Any, ClassVar

import django_filters
from django.db import models
from django.utils.functional import lazy
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from asnhr.access import SUBORDINATES
from asnhr.api.inputs import Input
from asnhr.api.rows import row_of
from asnhr.api.views import Resource
from positions.filters import Number, under_of_person
from positions.models import Discipline, EducationLevel, Employee, EmployeeDocument, StandingRecord
from positions.models._history import StepQuerySet
from positions.permissions import OF_LED, SENSITIVE
from positions.queries import past_files
from positions.services import histories as services
from positions.services import reasons, standings
from positions.services.histories import KINDS, Kind

DOCUMENT_ID = f"{services.DOCUMENT}_id"
EDITS = frozenset({"edit_register"})
# Route, name in the schema, kind, and whether a list is of a day.
ROUTES: tuple[tuple[str, str, str, bool], ...] = (
    ("rank-records", "RankRecord", "golongan", True),
    ("standing-records", "StandingRecord", "kedudukan-hukum", True),
    ("appointments", "Appointment", "pengangkatan", False),
    ("service-periods", "ServicePeriod", "masa-kerja", False),
    ("outside-posts", "OutsidePost", "jabatan-luar", False),
    ("secondments", "Secondment", "penugasan", True),
    ("unpaid-leaves", "UnpaidLeave", "cltn", True),
    ("employee-educations", "EmployeeEducation", "pendidikan", False),
    ("increments", "SalaryIncrement", "kgb", True),
    ("study-assignments", "StudyAssignment", "tugas-belajar", True),
    ("trainings", "EmployeeTraining", "diklat", False),
    ("awards", "Award", "penghargaan", False),
    ("predicates", "YearlyPredicate", "kinerja", False),
    ("credit-points", "CreditPoint", "angka-kredit", False),
    ("family-members", "FamilyMember", "keluarga", False),
    ("disciplines", "Discipline", "disiplin", True),
)


class HistoryFilter(django_filters.FilterSet):
    employee = Number(field_name="employee_id", label=_("Pegawai (id)"))
    nip = django_filters.CharFilter(field_name="employee__nip", label="NIP")
    siasn_id = django_filters.CharFilter(label=_("Id SIASN"))
    under = under_of_person()


class CloseInput(Input):
    ends_on = serializers.DateField(help_text=_("Hari pertama sesudah berakhir."))


def _why(is_coded: bool) -> serializers.Field:
    """Of specific personal data the trail keeps a code, no free text."""
    told = _("Tercatat di jejak audit.")
    if is_coded:
        told = format_lazy("{} {}", told, lazy(reasons.words, str)())
    return serializers.CharField(max_length=300, help_text=told)


class WhyInput(Input):
    why = _why(is_coded=False)


class CodedWhyInput(Input):
    why = _why(is_coded=True)


class HistoryResource(Resource):
    kind: ClassVar[Kind]
    asked_new: ClassVar[type[serializers.Serializer]]
    asked_change: ClassVar[type[serializers.Serializer]]
    asked_why: ClassVar[type[serializers.Serializer]]
    filterset_class = HistoryFilter
    orders = {"id": ("id",), "employee_id": ("employee_id", "id")}
    writes = {"create": EDITS, "partial_update": EDITS, "close": EDITS, "take_back": EDITS}

    def on_day(self, queryset: Any) -> Any:
        """On a past day without what came later, also with `history=true`."""
        queryset = past_files.came(queryset, self.day)
        # Steps hold until the next; days that are encrypted are asked in Python.
        if self.has_periods and issubclass(self.model.objects._queryset_class, (StepQuerySet, Discipline.Queryset)):
            return queryset if self._history() else queryset.on(self.day)
        return super().on_day(queryset)

    def complete(self, rows: list[dict[str, Any]]) -> None:
        """One statement for the sensitive kinds: that these rows were read."""
        past_files.as_they_stood(self.model, rows, self.day)
        if self.kind.is_sensitive and rows:
            services.note_read(self.model, [each["id"] for each in rows], "API")
        if told := self.kind.tells_health:
            services.note_health(self.model, [each["id"] for each in rows if each.get(told)], "API")
        if self.model is StandingRecord:
            standings.read_values(actor=self.actor, model=StandingRecord, rows=rows, purpose="API")

    def without(self) -> frozenset[str]:
        told = self.kind.tells_health
        return frozenset({told}) if told and not self.access.may("view_health") else frozenset()

    def facts(self, asked: dict[str, Any]) -> dict[str, Any]:
        """Return columns of the model: a level of education is named by its code, a document by its id."""
        if "level_id" in asked:
            asked["level"] = self.one(EducationLevel.objects.all(), asked.pop("level_id"))
        if DOCUMENT_ID in asked:
            found = asked.pop(DOCUMENT_ID)
            papers = EmployeeDocument.objects.visible_to(self.actor)
            asked[services.DOCUMENT] = None if found is None else self.one(papers, found)
        return asked

    def _create(self, request: Request) -> Response:
        asked = self.asked_new(data=request.data)
        asked.is_valid(raise_exception=True)
        values: dict[str, Any] = dict(asked.validated_data)
        people = Employee.objects.visible_to(self.actor).select_related("unit")
        person = self.one(people, values.pop("employee_id"))
        row = services.add(actor=self.actor, employee=person, kind=self.kind, facts=self.facts(values))
        return Response(self.shown(row.pk), status=status.HTTP_201_CREATED)

    def _change(self, request: Request, pk: str) -> Response:
        asked = self.asked_change(data=request.data)
        asked.is_valid(raise_exception=True)
        values: dict[str, Any] = dict(asked.validated_data)
        why = values.pop("why")
        services.correct(actor=self.actor, row=self._found(pk), why=why, facts=self.facts(values))
        return Response(self.shown(pk))

    def _close(self, request: Request, pk: str) -> Response:
        asked = CloseInput(data=request.data)
        asked.is_valid(raise_exception=True)
        services.close(actor=self.actor, row=self._found(pk), **asked.validated_data)
        return Response(self.shown(pk))

    def _take_back(self, request: Request, pk: str) -> Response:
        asked = self.asked_why(data=request.data)
        asked.is_valid(raise_exception=True)
        services.take_back(actor=self.actor, row=self._found(pk), **asked.validated_data)
        return Response(status=status.HTTP_204_NO_CONTENT)

    def _found(self, pk: str) -> Any:
        return self.one(self.get_queryset().select_related("employee__unit"), pk)


def _column(name: str, kind: Kind) -> str:
    return f"{name}_id" if isinstance(kind.model._meta.get_field(name), models.ForeignKey) else name


def _input(found: Any, *, is_new: bool) -> serializers.Field:
    """Return the field that takes a column. What values there are is told in words: the service judges them, and
    enumerations of many resources would need invented names."""
    given: dict[str, Any] = {
        "required": is_new and not (found.blank or found.has_default()),
        "allow_null": found.null,
    }
    if found.choices:
        given["help_text"] = "; ".join(f"`{value}` {label}" for value, label in found.flatchoices)
    if isinstance(found, models.BooleanField):
        return serializers.BooleanField(**given)
    if isinstance(found, models.IntegerField):
        return serializers.IntegerField(min_value=0, max_value=32767, **given)
    if isinstance(found, models.DecimalField):
        return serializers.DecimalField(found.max_digits, found.decimal_places, **given)
    if isinstance(found, models.DateField):
        return serializers.DateField(**given)
    if isinstance(found, models.ForeignKey):
        if found.name == services.DOCUMENT:
            words = _("Dokumen pada berkas pegawai yang sama (id).")
            return serializers.IntegerField(min_value=1, required=False, allow_null=True, help_text=words)
        return serializers.CharField(max_length=10, **given)
    return serializers.CharField(max_length=found.max_length or 2000, allow_blank=found.blank, **given)


def _resource(name: str, kind: Kind, of_day: bool) -> type[HistoryResource]:
    columns = [_column(each, kind) for each in kind.columns]
    found = {_column(each, kind): kind.model._meta.get_field(each) for each in kind.columns}
    inputs = {column: _input(each, is_new=True) for column, each in found.items()}
    changes = {column: _input(each, is_new=False) for column, each in found.items()}
    # A family member may have a NIP, too.
    whose = {"employee_nip" if "nip" in columns else "nip": "employee__nip", "employee_name": "employee__name"}
    told = [kind.tells_health] if kind.tells_health else []
    shown = [*columns, *(["undated"] if kind.model is StandingRecord else [])]
    row = row_of(name, kind.model, f"id employee_id siasn_id {' '.join(shown)}", None, None, told, **whose)
    new = type(f"{name}Input", (Input,), {"employee_id": serializers.IntegerField(min_value=1), **inputs})
    why_input: type[serializers.Serializer] = CodedWhyInput if kind.is_coded else WhyInput
    change = type(
        f"{name}CorrectionInput", (Input,),
        {**changes, "why": _why(kind.is_coded)},
    )  # fmt: skip

    class Made(HistoryResource):
        @extend_schema(request=new, responses={201: row})
        def create(self, request: Request) -> Response:
            """Add a row to a person's file."""
            return self._create(request)

        @extend_schema(request=change, responses=row)
        def partial_update(self, request: Request, pk: str) -> Response:
            """Correct what was written wrongly; a fact that changed is a new row."""
            return self._change(request, pk)

        @extend_schema(request=why_input, responses={204: None})
        @action(detail=True, methods=["post"], url_path="take-back")
        def take_back(self, request: Request, pk: str) -> Response:
            """Delete a row that never should have been; the audit trail keeps it."""
            return self._take_back(request, pk)

        if kind.closes:

            @extend_schema(request=CloseInput, responses=row)
            @action(detail=True, methods=["post"])
            def close(self, request: Request, pk: str) -> Response:
                """End an open row."""
                return self._close(request, pk)

    Made.__name__ = Made.__qualname__ = f"{name}Resource"
    Made.kind, Made.model, Made.row, Made.asked_new, Made.asked_change = kind, kind.model, row, new, change
    Made.asked_why = why_input
    Made.reads = SENSITIVE.get(kind.model.__name__, "view_register")
    if kind.model.__name__ in OF_LED:
        Made.reads = (Made.reads, SUBORDINATES)
    Made.has_periods, Made.takes_as_of = of_day, True
    return Made


RESOURCES = {route: _resource(name, KINDS[slug], of_day) for route, name, slug, of_day in ROUTES}
