"""How many seats need a competency at a level, by an analysis: in the agency or in each unit."""

from typing import Any

import django_filters as filters
from django.db.models import Case, CharField, Count, F, IntegerField, QuerySet, Sum, Value, When
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from asnhr.pages.tables import Column
from positions.filters import Words
from positions.models import CompetencyNeed
from positions.pages.analysis import TableOfAnalysis, crumbs, projection_words, title_of
from positions.pages.pickers import UnitChoice
from positions.rules.competency_standard import LEVELS, MANAGERIAL, REQUIRED, SOCIO_CULTURAL

BY_UNIT = "unit"
KINDS = {
    "M": gettext_lazy("Manajerial"), "SK": gettext_lazy("Sosial kultural"), "T": gettext_lazy("Teknis"),
}  # fmt: skip
KIND = Case(
    When(competency__code__in=MANAGERIAL, then=Value("M")),
    When(competency__code__in=SOCIO_CULTURAL, then=Value("SK")),
    default=Value("T"),
    output_field=CharField(),
)
# The nine as the annex has them, then the technical ones by code.
PLACE = Case(
    *(When(competency__code=code, then=Value(number)) for number, code in enumerate(REQUIRED)),
    default=Value(len(REQUIRED)),
    output_field=IntegerField(),
)


class NeedFilter(filters.FilterSet):
    q = Words(fields=("named", "code"), label=gettext_lazy("Cari kompetensi atau kode"))
    unit = UnitChoice()
    menurut = filters.ChoiceFilter(
        method="as_grouped", label=gettext_lazy("Dijumlahkan"), choices=[(BY_UNIT, gettext_lazy("Setiap unit"))],
        empty_label=gettext_lazy("Seluruh unit yang dipilih"),
    )  # fmt: skip
    jenis = filters.ChoiceFilter(
        field_name="kind", label=gettext_lazy("Jenis"), choices=list(KINDS.items()),
        empty_label=gettext_lazy("Semua jenis"),
    )  # fmt: skip
    level = filters.ChoiceFilter(
        label=gettext_lazy("Level"), choices=[(level, str(level)) for level in LEVELS],
        empty_label=gettext_lazy("Semua level"),
    )  # fmt: skip

    class Meta:
        model = CompetencyNeed
        fields: list[str] = []

    def as_grouped(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """How rows are summed says the table (`ordered`)."""
        return queryset


def competency_url(row: dict[str, Any]) -> str:
    if row["technical"]:
        return reverse("technical-detail", args=[row["technical"]])
    return reverse("competency-detail", args=[row["code"]])


class CompetencyNeedList(TableOfAnalysis):
    """A row a competency and level (and unit, when asked): Σ K of the positions that require it, and who holds them."""

    lead = gettext_lazy(
        "Berapa formasi memerlukan kompetensi pada level itu, menurut standar kompetensi yang berlaku pada hari"
        " analisis, dan berapa orang memangku jabatannya. Register belum mencatat kompetensi perorangan: memangku"
        " jabatan belum berarti memenuhi levelnya."
    )
    noun = gettext_lazy("baris")
    permission = "view_analysis"
    filterset_class = NeedFilter
    first_filters = ("q", "unit", "menurut")
    order_by = ("place", "code", "level")
    empty_title = gettext_lazy("Tidak ada kebutuhan kompetensi")
    empty_text = gettext_lazy(
        "Kebutuhan kompetensi dihitung dari standar kompetensi jabatan yang ditetapkan; jabatan tanpa standar tidak"
        " ikut."
    )
    columns = (
        Column("competency", gettext_lazy("Kompetensi"), "named", sort=("named", "level"), sub="code", fixed=True,
               url=competency_url),
        Column("unit", gettext_lazy("Unit kerja"), "unit_name", sort="unit_name", fixed=True),
        Column("kind", gettext_lazy("Jenis"), lambda row: KINDS[row["kind"]], sort="place"),
        Column("level", gettext_lazy("Level"), "level", kind="num", sort="level", fixed=True),
        Column("needed", gettext_lazy("Formasi yang memerlukan"), "seats", kind="num", sort="seats",
               hint=gettext_lazy("Jumlah K jabatan yang standarnya meminta kompetensi ini pada level ini")),
        Column("holders", gettext_lazy("Pemangku jabatannya"), "people", kind="num", sort="people",
               hint=gettext_lazy("Jumlah B jabatan itu; bukan yang sudah dinilai memenuhi level")),
        Column("units", gettext_lazy("Unit"), "units", kind="num", sort="units"),
    )  # fmt: skip

    @property
    def title(self) -> str:  # type: ignore[override]
        return _("Kebutuhan kompetensi · %(analysis)s") % {"analysis": title_of(self.analysis)}

    @property
    def is_by_unit(self) -> bool:
        return self.request.GET.get("menurut") == BY_UNIT

    def get_columns(self, request: HttpRequest) -> Any:
        without = "units" if self.is_by_unit else "unit"
        return tuple(column for column in self.columns if column.key != without)

    def queryset(self, request: HttpRequest) -> QuerySet[Any]:
        request.tree_day = self.analysis.as_of  # type: ignore[attr-defined]
        rows = CompetencyNeed.objects.visible_to(request.user).filter(analysis=self.analysis)
        return rows.annotate(
            code=Coalesce("competency__code", "technical__code"), named=Coalesce("competency__name", "technical__name"),
            kind=KIND, place=PLACE, unit_name=F("unit__name"),
        )  # fmt: skip

    def ordered(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """Sum the filtered rows, then order them; what they are grouped by is unique."""
        by = ["code", "named", "kind", "place", "technical", "level"] + ["unit_name", "unit"] * self.is_by_unit
        summed = (
            rows.order_by()
            .values(*by)
            .annotate(seats=Sum("needed"), people=Sum("holders"), units=Count("unit", distinct=True))
        )
        column, descending = self.sorted_by
        asked = () if column is None else (column.sort,) if isinstance(column.sort, str) else column.sort
        order = [f"-{field}" if descending else field for field in asked]
        return summed.order_by(*order, *(field for field in (*self.order_by, *by) if field not in asked))

    def extra_context(self, request: HttpRequest) -> dict[str, Any]:
        back = reverse("analysis-detail", args=[self.analysis.pk])
        return {
            "crumbs": crumbs((title_of(self.analysis), back), (_("Kebutuhan kompetensi"), "")),
            "projection_notice": projection_words(self.analysis),
        }
