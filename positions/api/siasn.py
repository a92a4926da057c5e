"""People of whom a SIASN file speaks: local value, SIASN value and decree side by side, and who differs."""

from typing import Any

import django_filters as filters
from django.db.models import F, QuerySet
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from asnhr.api.rows import row_of
from asnhr.api.views import Resource
from positions import permissions
from positions.filters import Words, under, unit
from positions.models import Employee, SiasnRecord
from positions.queries import siasn
from positions.services import standings


class SiasnFilter(filters.FilterSet):
    q = Words(fields=("name",), label=_("Cari nama"))
    nip = filters.CharFilter(label=_("NIP"))
    unit = unit()
    under = under()
    is_different = filters.BooleanFilter(method="by_difference", label=_("Ada beda"))
    fact = filters.ChoiceFilter(choices=SiasnRecord.Fact.choices, method="by_fact", label=_("Data yang beda"))
    unconfirmed = filters.ChoiceFilter(
        field_name="siasn__unconfirmed", choices=SiasnRecord.Fact.choices, label=_("Koreksi belum dikonfirmasi")
    )
    read_since = filters.DateFilter(field_name="siasn__read_on", lookup_expr="gte", label=_("Dibaca sejak"))

    class Meta:
        model = Employee
        fields: list[str] = []

    def by_difference(self, queryset: QuerySet[Any], name: str, value: bool) -> QuerySet[Any]:
        return siasn.differing(queryset) if value else queryset.filter(differs=[])

    def by_fact(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return siasn.differing(queryset, value)


class SiasnLineSerializer(serializers.Serializer):
    fact = serializers.CharField(help_text="; ".join(f"`{code}` {label}" for code, label in SiasnRecord.Fact.choices))
    local = serializers.CharField(allow_null=True)
    siasn = serializers.CharField(allow_null=True)
    differs = serializers.BooleanField()
    decree = serializers.CharField(allow_null=True, help_text=_("SK yang dipegang register untuk nilai lokal."))
    decree_on = serializers.DateField(allow_null=True)


class FormationDecreeSerializer(serializers.Serializer):
    decree = serializers.CharField()
    decree_on = serializers.DateField(allow_null=True)


COLUMNS = "id nip name title_before title_after unit_id"


def _annotated() -> dict[str, serializers.Field | None]:
    """A serializer field belongs to one class: both rows get their own."""
    return {
        "differs": serializers.ListField(
            child=serializers.CharField(), read_only=True, help_text=_("Data yang lain daripada SIASN.")
        ),
        "read_on": serializers.DateField(read_only=True, help_text=_("Hari berkas SIASN terbaru dibaca.")),
        "import_job_id": serializers.IntegerField(read_only=True, allow_null=True),
        "unconfirmed": serializers.CharField(
            read_only=True, help_text=_("Data yang perubahannya ditolak karena belum dikonfirmasi sebagai koreksi.")
        ),
    }


class SiasnResource(Resource):
    """One row a person; the address takes the employee's id."""

    model = Employee
    follows = False
    row = row_of(
        "SiasnValues", Employee, COLUMNS, annotated=_annotated(), unit_code="unit__code", unit_name="unit__name"
    )
    full = row_of(
        "SiasnComparison",
        Employee,
        COLUMNS,
        annotated=_annotated(),
        extra={
            "comparison": SiasnLineSerializer(many=True, read_only=True),
            "formation_decree": FormationDecreeSerializer(read_only=True, allow_null=True),
        },
        unit_code="unit__code",
        unit_name="unit__name",
    )
    filterset_class = SiasnFilter
    orders = {"name": ("name", "id"), "nip": ("nip", "id"), "id": ("id",)}

    def get_queryset(self) -> QuerySet[Any]:
        rows = super().get_queryset()
        if getattr(self, "swagger_fake_view", False):
            return rows
        return siasn.compared(rows, self.day).annotate(
            read_on=F("siasn__read_on"), import_job_id=F("siasn__import_job_id"), unconfirmed=F("siasn__unconfirmed")
        )

    def complete_one(self, row: dict[str, Any]) -> None:
        """Four queries: the person, the decrees of the file, the contract of a PPPK, the decree of the post's
        formation."""
        person = self.get_queryset().get(pk=row["id"])
        person.hides_standing = not permissions.may_read_standing(self.actor, person)
        standings.note_siasn(actor=self.actor, employee=person, purpose="API")
        row["comparison"] = [
            {
                "fact": line.code, "local": _text(line.local), "siasn": _text(line.siasn), "differs": line.differs,
                "decree": line.decree or None, "decree_on": line.decree_on,
            }
            for line in siasn.lines(person, siasn.decrees_of(person, self.day))
        ]  # fmt: skip
        formation = siasn.formation_decree(person, self.day)
        row["formation_decree"] = dict(zip(("decree", "decree_on"), formation, strict=True)) if formation else None


def _text(value: Any) -> str | None:
    return None if value is None else str(value)
