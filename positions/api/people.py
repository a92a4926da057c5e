"""Employees with their post of the day, incumbencies, contracts. No NIK; phone and e-mail only for who edits."""

from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from asnhr.api.rows import row_of
from asnhr.api.views import Resource
from positions import filters
from positions.models import Contract, Employee, EmployeeEducation, Incumbency
from positions.models._base import in_force

CONTACT = frozenset({"email", "phone"})


class PostSerializer(serializers.Serializer):
    incumbency_id = serializers.IntegerField()
    position_id = serializers.IntegerField()
    position_code = serializers.CharField()
    job_name = serializers.CharField()
    unit_id = serializers.IntegerField()
    unit_name = serializers.CharField()
    kind = serializers.CharField()
    starts_on = serializers.DateField()


class EducationSerializer(serializers.Serializer):
    level_id = serializers.CharField()
    name = serializers.CharField()
    school = serializers.CharField()
    graduated = serializers.IntegerField(allow_null=True)


POST = PostSerializer(read_only=True, allow_null=True, help_text=_("Jabatan definitif pada hari itu."))
COLUMNS = (
    "id nip siasn_id name title_before title_after unit_id status legal_status sex birth_date birth_place rank"
    " rank_since pay_group service_years service_months cpns_on pns_on education_level_id education_id graduated"
    " own_retirement_age exits_on exit_reason email phone"
)
EmployeeRow = row_of(
    "Employee", Employee, COLUMNS, extra={"post": POST}, unit_code="unit__code", unit_name="unit__name"
)
EmployeeDetail = row_of(
    "EmployeeDetail",
    Employee,
    COLUMNS,
    extra={
        "post": PostSerializer(read_only=True, allow_null=True, help_text=_("Jabatan definitif pada hari itu.")),
        "educations": EducationSerializer(many=True, read_only=True),
        "incumbencies": PostSerializer(many=True, read_only=True, help_text=_("Semua masa jabatan, terbaru dahulu.")),
    },
    unit_code="unit__code",
    unit_name="unit__name",
)


def _posts(held: QuerySet[Any]) -> list[dict[str, Any]]:
    names = {
        "employee_id": "employee_id", "incumbency_id": "pk", "position_id": "position_id",
        "position_code": "position__code", "job_name": "position__job__name", "unit_id": "position__unit_id",
        "unit_name": "position__unit__name", "kind": "kind", "starts_on": "starts_on",
    }  # fmt: skip
    return [dict(zip(names, values, strict=True)) for values in held.values_list(*names.values())]


class EmployeeResource(Resource):
    model = Employee
    row = EmployeeRow
    full = EmployeeDetail
    filterset_class = filters.EmployeeFilter
    orders = {"name": ("name", "id"), "nip": ("nip", "id"), "id": ("id",)}
    has_periods = True
    takes_as_of = True

    def on_day(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """People who have not left by then and, where it is known, had been appointed."""
        if self._history():
            return queryset
        stayed = Q(exits_on__isnull=True) | Q(exits_on__gt=self.day)
        return queryset.filter(stayed, Q(cpns_on__isnull=True) | Q(cpns_on__lte=self.day))

    def without(self) -> frozenset[str]:
        return frozenset() if self.access.may("edit_register") else CONTACT

    def complete(self, rows: list[dict[str, Any]]) -> None:
        """One query: the post of each on the day, where the user sees it."""
        held = Incumbency.objects.visible_to(self.request.user).filter(
            in_force(self.day), employee_id__in=[each["id"] for each in rows],
            kind__in=[Incumbency.Kind.DEFINITIVE, Incumbency.Kind.PART_TIME],
        )  # fmt: skip
        posts = {post.pop("employee_id"): post for post in _posts(held)}
        for each in rows:
            each["post"] = posts.get(each["id"])

    def complete_one(self, row: dict[str, Any]) -> None:
        educations = EmployeeEducation.objects.filter(agency_id=self.access.agency_id, employee_id=row["id"])
        row["educations"] = list(
            educations.order_by("graduated", "pk").values("level_id", "name", "school", "graduated")
        )
        held = Incumbency.objects.visible_to(self.request.user).filter(employee_id=row["id"])
        row["incumbencies"] = _posts(held.order_by("-starts_on", "-pk"))
        for post in row["incumbencies"]:
            del post["employee_id"]


class IncumbencyResource(Resource):
    model = Incumbency
    row = row_of(
        "Incumbency",
        Incumbency,
        "id position_id seat_id employee_id kind decree decree_on starts_on ends_on",
        position_code="position__code",
        unit_id="position__unit_id",
        nip="employee__nip",
        employee_name="employee__name",
    )
    filterset_class = filters.IncumbencyFilter
    orders = {"id": ("id",), "-starts_on": ("-starts_on", "-id")}
    has_periods = True
    takes_as_of = True


class ContractResource(Resource):
    model = Contract
    row = row_of(
        "Contract",
        Contract,
        "id employee_id number starts_on ends_on extension decided_on",
        nip="employee__nip",
        employee_name="employee__name",
    )
    filterset_class = filters.ContractFilter
    orders = {"ends_on": ("ends_on", "id"), "id": ("id",)}
    has_periods = True
    takes_as_of = True
