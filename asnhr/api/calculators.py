"""Calculators without login: what there is, and one answer to one set of inputs. Nothing is kept or logged."""

import json
from decimal import Decimal
from typing import Any

from django.http import Http404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from asnhr import calculators, dates
from asnhr.api.parsers import JSONParser, TooLarge
from asnhr.api.schema import Schema
from asnhr.calculators import Calculator, Field, Invalid, Kind, Output
from asnhr.throttling import PublicThrottle

# The longest list of inputs has a thousand short rows.
MOST_BYTES = 256 * 1024


def _decimal(text: str) -> Decimal:
    try:
        return Decimal(text)
    except ArithmeticError:
        # An exponent beyond what decimals know.
        return Decimal("Infinity")


class ExactJSONParser(JSONParser):
    """JSON whose numbers stay decimals: 0.1 is 0.1 and 1e999 is a large number, not infinity. Small bodies only."""

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        body = stream.read(MOST_BYTES + 1)
        if len(body) > MOST_BYTES:
            raise TooLarge
        try:
            data = json.loads(body.decode("utf-8"), parse_float=_decimal, parse_constant=_decimal)
        except (ValueError, RecursionError):
            raise ValidationError({"non_field_errors": [_("Isi permintaan bukan JSON yang sah.")]}) from None
        return data


class FieldSerializer(serializers.Serializer):
    name = serializers.CharField()
    title = serializers.CharField()
    type = serializers.CharField(help_text=gettext_lazy("Jenis nilai; daftar dan objek menyebut isinya."))
    unit = serializers.CharField()
    required = serializers.BooleanField()  # type: ignore[assignment]
    choices = serializers.ListField(child=serializers.CharField(), required=False)
    minimum = serializers.CharField(required=False)
    maximum = serializers.CharField(required=False)
    min_items = serializers.IntegerField(required=False)
    max_items = serializers.IntegerField(required=False)
    nullable_items = serializers.BooleanField(required=False)
    items = serializers.ListField(child=serializers.DictField(), required=False)


class OutputSerializer(serializers.Serializer):
    name = serializers.CharField()
    title = serializers.CharField()
    type = serializers.CharField()
    unit = serializers.CharField()


class CalculatorSerializer(serializers.Serializer):
    code = serializers.CharField()
    title = serializers.CharField()
    description = serializers.CharField()
    input = FieldSerializer(many=True)
    output = OutputSerializer(many=True)
    legal_basis = serializers.ListField(child=serializers.CharField())
    example = serializers.DictField()


class AnswerSerializer(serializers.Serializer):
    result = serializers.DictField()
    steps = serializers.ListField(child=serializers.CharField())
    parameters = serializers.DictField(child=serializers.CharField())
    legal_basis = serializers.ListField(child=serializers.CharField())


def _field(each: Field) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "name": each.name, "title": str(each.label), "type": each.kind.value, "unit": str(each.unit),
        "required": each.required,
    }  # fmt: skip
    if each.choices:
        shown["choices"] = [code for code, _label in each.choices]
    if each.lowest is not None:
        shown["minimum"] = str(each.lowest)
    if each.highest is not None:
        shown["maximum"] = str(each.highest)
    if each.kind in (Kind.LIST, Kind.ROWS):
        shown |= {"min_items": each.least, "max_items": each.most, "nullable_items": each.nullable}
        shown["items"] = [_field(column) for column in each.columns or ((each.item,) if each.item else ())]
    if each.kind is Kind.COUNTS:
        shown["choices"] = [code for code, _label in each.codes]
    return shown


def _output(each: Output) -> dict[str, Any]:
    kind = f"list of {each.kind}" if each.rows else f"object of {each.kind}" if each.members else str(each.kind)
    return {"name": each.name, "title": str(each.label), "type": kind, "unit": str(each.unit)}


def described(calculator: Calculator) -> dict[str, Any]:
    """Return a calculator as the list shows it."""
    return {
        "code": calculator.code,
        "title": str(calculator.title),
        "description": str(calculator.lead),
        "input": [_field(each) for each in calculator.fields],
        "output": [_output(each) for each in calculator.outputs],
        "legal_basis": [str(law) for law in calculator.laws],
        "example": dict(calculator.example),
    }


class _Open(APIView):
    """No session and no token is looked at, so there is nothing that a foreign page could borrow."""

    authentication_classes = ()
    permission_classes = (AllowAny,)
    throttle_classes = (PublicThrottle,)
    throttle_scope = "calculators"
    parser_classes = (ExactJSONParser,)
    schema = Schema()


class CalculatorListView(_Open):
    @extend_schema(operation_id="calculators_list", responses=CalculatorSerializer(many=True), auth=[])
    def get(self, request: Request) -> Response:
        """Semua kalkulator dengan masukan, hasil dan dasar hukumnya; tanpa login."""
        return Response([described(each) for each in calculators.every()])


class CalculatorView(_Open):
    @extend_schema(
        operation_id="calculators_calculate",
        parameters=[OpenApiParameter("code", str, OpenApiParameter.PATH)],
        request=OpenApiTypes.OBJECT,
        responses=AnswerSerializer,
        auth=[],
        examples=[
            OpenApiExample(
                "workload",
                value={"tasks": [{"volume": 240, "per": "year", "minutes": 90}]},
                request_only=True,
            )
        ],
    )
    def post(self, request: Request, code: str) -> Response:
        """Hitung satu kali; masukan tidak disimpan dan tidak dicatat. Tanpa login."""
        calculator = calculators.find(code)
        if calculator is None:
            raise Http404
        try:
            answer = calculators.calculate(calculator, request.data, dates.today())
        except Invalid as invalid:
            raise ValidationError(invalid.errors) from None
        return Response(
            {
                "result": answer.result,
                "steps": answer.steps,
                "parameters": answer.parameters,
                "legal_basis": legal_basis(answer),
            }
        )


def legal_basis(answer: calculators.Answer) -> list[str]:
    """Return the laws of the rule, then those of the parameters that decided, each with its mark."""
    found = list(answer.bases)
    found += [f"{each.name}: {each.basis} [{each.mark}]" for each in answer.used if each.mark]
    return list(dict.fromkeys(found))
