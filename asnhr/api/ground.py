"""Resources of the ground floor: who am I, the rulebook."""

import re
from functools import cache
from typing import Any

from django.db.models import QuerySet
from django.urls import URLResolver, get_resolver
from django.utils.translation import gettext_lazy as _
from django_filters import rest_framework as filters
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from asnhr import told
from asnhr.access import NO_ACCESS
from asnhr.api.permissions import SignedIn
from asnhr.api.rows import row_of
from asnhr.api.schema import Schema
from asnhr.api.views import Resource
from asnhr.models import AgencyParameter, Parameter
from asnhr.queries import NATIONAL, OWN, in_force_on
from asnhr.roles import ROLES

# Where asnhr.urls hangs the API, and routes of one part: no rows, no actions.
ROOT = "api/v1/"
PLAIN = re.compile(r"[a-z-]+/")


class AgencySerializer(serializers.Serializer):
    code = serializers.CharField()
    name = serializers.CharField()
    is_sample = serializers.BooleanField()


class RoleSerializer(serializers.Serializer):
    slug = serializers.CharField()
    name = serializers.CharField()


class MeSerializer(serializers.Serializer):
    id = serializers.IntegerField()
    username = serializers.CharField()
    name = serializers.CharField()
    is_service = serializers.BooleanField()
    agency = AgencySerializer(allow_null=True, help_text=_("Instansi yang sedang dipakai."))
    agencies = AgencySerializer(many=True, help_text=_("Instansi tempat pengguna memegang peran."))
    roles = RoleSerializer(many=True)
    permissions = serializers.ListField(child=serializers.CharField())
    whole_agency = serializers.BooleanField()
    unit_ids = serializers.ListField(child=serializers.IntegerField(), help_text=_("Puncak cakupan unit."))


def _agency(agency: Any) -> dict[str, Any] | None:
    if agency is None:
        return None
    return {"code": agency.code, "name": agency.name, "is_sample": agency.is_sample}


class MeView(APIView):
    """The signed-in user or client: roles, permissions (narrowed to a token's scopes), agencies."""

    permission_classes = [SignedIn]
    schema = Schema()

    @extend_schema(operation_id="me_retrieve", responses=MeSerializer)
    def get(self, request: Request) -> Response:
        user: Any = request.user
        here: Any = request
        access = getattr(user, "access", NO_ACCESS)
        return Response(
            {
                "id": user.pk,
                "username": user.username,
                "name": str(user),
                "is_service": user.is_service,
                "agency": _agency(here.agency),
                "agencies": [_agency(each) for each in here.agencies],
                "roles": [{"slug": role, "name": str(ROLES[role].name)} for role in sorted(access.roles)],
                "permissions": sorted(access.permissions),
                "whole_agency": access.whole_agency,
                "unit_ids": [int(path.rpartition(".")[2]) for path in access.unit_paths],
            }
        )


class IndexView(APIView):
    """The resources of this API by name: addresses only, the same for every signed-in user."""

    permission_classes = [SignedIn]
    schema = Schema()

    @extend_schema(operation_id="index_retrieve", tags=["index"], responses={200: OpenApiTypes.OBJECT})
    def get(self, request: Request) -> Response:
        return Response({name: request.build_absolute_uri(f"{request.path}{name}/") for name in resources()})


@cache
def resources() -> list[str]:
    """Return the names right below the root of the API, whichever app they come from, sorted."""
    found = set()
    for branch in get_resolver().url_patterns:
        if isinstance(branch, URLResolver) and str(branch.pattern) == ROOT:
            for each in branch.url_patterns:
                route = str(each.pattern).removeprefix("^").removesuffix("$")
                if PLAIN.fullmatch(route):
                    found.add(route.removesuffix("/"))
    return sorted(found)


class ParameterFilter(filters.FilterSet):
    code = filters.CharFilter()
    prefix = filters.CharFilter(field_name="code", lookup_expr="startswith")

    class Meta:
        model = Parameter
        fields: list[str] = []


class ParameterResource(Resource):
    """The rulebook as it stands for the agency on the day: national values, the agency's own where it may set one."""

    model = Parameter
    row = row_of(
        "Parameter",
        Parameter,
        "id code name value unit kind lowest highest options starts_on ends_on legal_basis mark agency_may_set",
        extra={
            "origin": serializers.CharField(read_only=True, help_text=_("`nasional` atau `instansi`.")),
            "national_value": serializers.JSONField(read_only=True),
            "decree": serializers.CharField(read_only=True, help_text=_("Dasar nilai instansi.")),
        },
    )
    filterset_class = ParameterFilter
    orders = {"code": ("code", "id")}
    has_periods = True
    takes_as_of = True

    def get_queryset(self) -> QuerySet[Any]:
        return Parameter.objects.all()

    def complete(self, rows: list[dict[str, Any]]) -> None:
        """One query: the agency's own values of the day."""
        own = {
            each.code: each
            for each in AgencyParameter.objects.visible_to(self.request.user).filter(
                in_force_on(self.day), code__in=[each["code"] for each in rows]
            )
        }
        for each in rows:
            each |= {name: told.stored(each[name]) for name in ("name", "unit", "legal_basis")}
            override = own.get(each["code"]) if each["agency_may_set"] else None
            each["national_value"] = each["value"]
            each["origin"], each["decree"] = (NATIONAL, "") if override is None else (OWN, override.decree)
            if override is not None:
                each["value"] = override.value
