"""Removal candidates of the units that a person heads: what the seat alone opens of the analysis (needs-analysis.md 5,
docs/decisions/0011-removal-candidates.md)."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from asnhr.access import SUBORDINATES
from asnhr.pages.tables import Column, TablePage
from positions.pages import words
from positions.pages.positions import holders_cell
from positions.queries import analysis as queries


class RemovalCandidateList(TablePage):
    title = gettext_lazy("Calon penghapusan")
    lead = gettext_lazy(
        "Jabatan pada unit yang Anda pimpin yang menurut analisis terakhir diusulkan dihapus atau digabung. Belum"
        " diputuskan: setelah diputuskan, jabatan itu keluar dari daftar ini."
    )
    noun = gettext_lazy("jabatan")
    permission = SUBORDINATES
    order_by = ("unit_name", "code")
    # Seen by few until decided: no file of it is made.
    exports = False
    empty_title = gettext_lazy("Tidak ada calon penghapusan yang menunggu keputusan")
    columns = (
        Column("job", gettext_lazy("Jabatan"), "job_name", sort="job_name", sub="unit_name", fixed=True,
               url=lambda row: reverse("analysis-result", args=[row.analysis_id, row.pk])),
        Column("need", gettext_lazy("Kebutuhan ABK"), "need", kind="num", places=4, sort="need"),
        Column("b", gettext_lazy("B"), "b", kind="num", sort="b", html=holders_cell),
        Column("recommendation", gettext_lazy("Rekomendasi"), lambda row: words.recommendation(row.recommendation),
               sort="recommendation"),
        Column("reason", gettext_lazy("Alasan"), lambda row: words.reason(row.reason), sort="reason"),
    )  # fmt: skip

    def queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return queries.led_candidates(request.user)

    def extra_context(self, request: HttpRequest) -> dict[str, Any]:
        return {"crumbs": [(_("Analisis"), ""), (_("Calon penghapusan"), "")]}
