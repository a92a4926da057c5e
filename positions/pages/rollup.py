"""Rekapitulasi nasional: the sums of every agency's latest analysis, for `pusat`."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from asnhr.pages.tables import Column, TablePage
from positions.models import NeedsRollup


def total(key: str) -> Any:
    return lambda row: row.totals.get(key)


class RollupList(TablePage):
    title = _("Rekapitulasi nasional")
    lead = _("Jumlah analisis terakhir setiap instansi; tanpa nama pegawai dan tanpa jabatan satu per satu.")
    noun = _("instansi")
    permission = "view_rollups"
    order_by = ("agency_code",)
    columns = (
        Column("instansi", _("Instansi"), "agency_name", sub="agency_code", fixed=True),
        Column("per", _("Per tanggal"), "as_of", kind="date", sort="as_of"),
        Column("jabatan", _("Jabatan"), total("positions"), kind="num"),
        Column("k", _("Kebutuhan"), total("need"), kind="num"),
        Column("b", _("Pemangku"), total("holders"), kind="num"),
        Column("kekurangan", _("Kekurangan"), total("shortage"), kind="num"),
        Column("kelebihan", _("Kelebihan"), total("surplus"), kind="num"),
        Column("kekurangan5", _("Kekurangan lima tahun"), total("shortage_5"), kind="num"),
        Column("data", _("Data contoh"), "is_sample"),
    )
    empty_title = _("Belum ada rekapitulasi")
    empty_text = _("Setelah sebuah instansi menyelesaikan analisis kebutuhan jabatan, jumlahnya tampil di sini.")

    def queryset(self, request: HttpRequest) -> QuerySet[NeedsRollup]:
        """A national table of sums; the page's permission is its only gate."""
        return NeedsRollup.objects.all()
