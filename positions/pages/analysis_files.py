"""The lists inside the pages of an analysis as files: what changed between two analyses, figures by unit."""

from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext_lazy

from asnhr.pages.tables import Column
from positions.pages import words
from positions.queries.needs.compare import Change


def _of(name: str, which: int) -> Callable[[Change], Any]:
    return lambda change: getattr(change, name)[which]


def _recommended(which: int) -> Callable[[Change], str]:
    return lambda change: str(words.recommendation(change.recommendation[which] or ""))


def reasons_of(change: Change) -> str:
    return ", ".join(str(words.CHANGES.get(code, code)) for code in change.reasons)


# A line a position; before and after stand apart, so that a workbook can reckon with them.
COMPARED = (
    Column("job", gettext_lazy("Jabatan"), "job_name"),
    Column("unit", gettext_lazy("Unit"), "unit_name"),
    Column("code", gettext_lazy("Kode"), "code"),
    Column("n_before", gettext_lazy("N semula"), _of("need", 0), kind="num", places=4),
    Column("n", gettext_lazy("N menjadi"), _of("need", 1), kind="num", places=4),
    Column("k_before", gettext_lazy("K semula"), _of("k", 0), kind="num"),
    Column("k", gettext_lazy("K menjadi"), _of("k", 1), kind="num"),
    Column("b_before", gettext_lazy("B semula"), _of("b", 0), kind="num"),
    Column("b", gettext_lazy("B menjadi"), _of("b", 1), kind="num"),
    Column("recommendation_before", gettext_lazy("Rekomendasi semula"), _recommended(0)),
    Column("recommendation", gettext_lazy("Rekomendasi menjadi"), _recommended(1)),
    Column("priority_before", gettext_lazy("Prioritas semula"), _of("priority", 0), kind="num"),
    Column("priority", gettext_lazy("Prioritas menjadi"), _of("priority", 1), kind="num"),
    Column("reasons", gettext_lazy("Sebab"), reasons_of),
)
# A line an office or a unit, of the mappings that `analysis.office_row` makes.
BY_UNIT = (
    Column("name", gettext_lazy("Unit"), "name"),
    Column("positions", gettext_lazy("Jabatan"), "positions", kind="num"),
    Column("need", gettext_lazy("Kebutuhan"), "need", kind="num"),
    Column("holders", gettext_lazy("Pemangku"), "holders", kind="num"),
    Column("shortage", gettext_lazy("Kekurangan"), "shortage", kind="num"),
    Column("surplus", gettext_lazy("Kelebihan"), "surplus", kind="num"),
    Column("shortage_5", gettext_lazy("Kekurangan 5 tahun"), "shortage_5", kind="num"),
    Column("unknown", gettext_lazy("Belum tersedia"), "unknown", kind="num"),
)
