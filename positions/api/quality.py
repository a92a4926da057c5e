"""Data quality: what is open at people, and the index of each day by unit."""

import django_filters as filters
from django.utils.translation import gettext_lazy as _

from asnhr import dates
from asnhr.api.rows import row_of
from asnhr.api.views import Resource
from positions.filters import Number, Words, under, unit
from positions.models import QualityIndex, QualityProblem
from positions.queries import quality
from positions.rules.data_quality import INDICATORS, Dimension


class QualityProblemFilter(filters.FilterSet):
    q = Words(fields=("employee__name",), label=_("Cari nama"))
    code = filters.CharFilter(label=_("Kode"))
    dimension = filters.ChoiceFilter(
        choices=[(each.value, each.value) for each in Dimension], method="by_dimension", label=_("Dimensi")
    )
    employee = Number(field_name="employee_id", label=_("Pegawai (id)"))
    unit = unit("employee__unit")
    under = under("employee__unit")
    since = filters.DateFilter(lookup_expr="gte", label=_("Ditemukan sejak"))

    class Meta:
        model = QualityProblem
        fields: list[str] = []

    def by_dimension(self, queryset, name, value):  # type: ignore[no-untyped-def]
        return queryset.filter(code__in=[code for code, each in INDICATORS.items() if each.dimension == value])


class QualityProblemResource(Resource):
    """Codes are BKN's indicators, N2 to N6 of the NIP, and duplicates; `weight` is the indicator's whole share of the
    index in millionths, 0 outside it."""

    model = QualityProblem
    row = row_of(
        "QualityProblem",
        QualityProblem,
        "id employee_id code weight since",
        nip="employee__nip",
        employee_name="employee__name",
        unit_id="employee__unit_id",
    )
    filterset_class = QualityProblemFilter
    orders = {"-weight": ("-weight", "id"), "-since": ("-since", "-id"), "id": ("id",)}


class QualityIndexFilter(filters.FilterSet):
    unit = unit()
    under = under()
    is_agency = filters.BooleanFilter(field_name="unit", lookup_expr="isnull", label=_("Seluruh instansi"))
    day = filters.DateFilter(label=_("Per tanggal"))
    since = filters.DateFilter(field_name="day", lookup_expr="gte", label=_("Sejak"))
    until = filters.DateFilter(field_name="day", lookup_expr="lte", label=_("Sampai"))
    latest = filters.BooleanFilter(method="by_latest", label=_("Hanya hari terakhir"))

    class Meta:
        model = QualityIndex
        fields: list[str] = []

    def by_latest(self, queryset, name, value):  # type: ignore[no-untyped-def]
        if not value:
            return queryset
        return queryset.filter(day=quality.latest_day(self.request.user, dates.today()))


class QualityIndexResource(Resource):
    """`unit_id` null: the whole agency; else the unit with all below it. `missing` are indicators that the register
    cannot compute yet; what became of them says `treatment`, and `total_if_clean` the index without any problem there.
    """

    model = QualityIndex
    row = row_of(
        "QualityIndex",
        QualityIndex,
        "id day unit_id employees affected completeness timeliness accuracy consistency total total_if_clean counts"
        " missing treatment weights computed_at",
        unit_code="unit__code",
        unit_name="unit__name",
    )
    filterset_class = QualityIndexFilter
    orders = {"-day": ("-day", "-id"), "worst": ("total_if_clean", "id"), "id": ("id",)}
