"""Leave without pay (CLTN; SIASN rw-cltn) and work for another agency: dipekerjakan, diperbantukan, penugasan."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from asnhr.crypto import encrypt, hash_of
from asnhr.imports import parsers
from asnhr.imports.framework import RowReader
from asnhr.imports.layout import Column, Layout
from asnhr.imports.limits import Target
from positions.imports._common import key
from positions.imports._histories import (
    CONSENT,
    CONSENT_FACTS,
    DECREE,
    DECREE_FACTS,
    PERSON,
    PERSONS,
    HistoryImporter,
    choice,
    day,
    encrypted,
    flagged,
    keeps_of,
    named,
    text,
    until,
    words_of,
)
from positions.models import Secondment, UnpaidLeave
from positions.rules import plausible

C = Column

_START = named("tanggal awal", "tanggal mulai", "mulai", "tmt", "tmt awal")
_END = named("tanggal akhir", "tanggal selesai", "sampai", "sampai dengan", "s d", "berakhir", "tmt akhir")


class UnpaidLeaveImporter(HistoryImporter):
    kind = "unpaid_leave"
    title = gettext_lazy("Riwayat CLTN")
    model = UnpaidLeave
    identified_by = ("starts_on",)
    one_at_a_time = "coalesce({0}.returned_on, {0}.ends_on)"
    facts = (
        encrypted("reason"),
        flagged("is_extension"),
        day("starts_on"),
        until(),
        *DECREE_FACTS,
        *CONSENT_FACTS,
        day("returned_on", is_news=True),
        text("return_decree", is_news=True),
        day("return_decree_on", is_news=True),
    )
    tells = "s.starts_on::text AS since, (s.ends_on - 1)::text AS until"
    tells_missing = "h.starts_on::text AS since, (h.ends_on - 1)::text AS until"
    layouts = (
        Layout(
            "riwayat_cltn",
            gettext_lazy("Riwayat cuti di luar tanggungan negara (rw-cltn)"),
            (
                *PERSON,
                C("starts_on", (*_START, *named("tmt cltn", "mulai cltn")), parsers.date, required=True,
                  mandatory=True),
                C("until", (*_END, *named("akhir cltn", "tmt cltn akhir")), parsers.last_day, required=True,
                  mandatory=True),
                C("reason", named("alasan", "alasan cltn", "keperluan")),
                C("is_extension", named("perpanjangan", "is perpanjangan"), parsers.yes_no),
                *DECREE,
                *CONSENT,
                C("returned_on", named("tanggal aktif", "aktif kembali", "tmt aktif", "tanggal aktif kembali"),
                  parsers.date),
                C("return_decree", named("nomor sk aktif", "nomor sk aktif kembali", "no sk aktif")),
                C("return_decree_on", named("tanggal sk aktif", "tanggal sk aktif kembali"), parsers.date),
            ),
            keys=("nip",),
            fill=3,
            at_least=3,
        ),
    )  # fmt: skip
    keeps: ClassVar[Mapping[str, Target]] = PERSONS | keeps_of(
        UnpaidLeave, "decree", "bkn_number", "reason", "return_decree"
    )

    def record(self, values: dict[str, Any], row: RowReader) -> Mapping[str, Any] | None:
        starts_on, returned_on = values.get("starts_on"), values.get("returned_on")
        if starts_on and returned_on and returned_on <= starts_on:
            row.error("TMT_TERBALIK", "returned_on", _("aktif kembali harus sesudah tanggal mulai"))
        ends_on = self.span(values, row)
        is_extension = bool(values.get("is_extension"))
        if starts_on and ends_on and plausible.is_too_long_leave(starts_on, ends_on, is_extension=is_extension):
            row.error("DI_LUAR_RENTANG", "until", _("CLTN paling lama tiga tahun, dan diperpanjang satu tahun"))
        # A token from here on: it may tell of illness, and the staging table keeps no such thing in the clear.
        told = values.get("reason") or None
        return self.known(
            values,
            ends_on=ends_on,
            reason=encrypt(told) if told else None,
            reason_hash=hash_of(told) or None,
        )

    def rules(self, cursor: Any) -> None:
        self.flag(
            cursor,
            "TMT_SEBELUM_CPNS",
            _("CLTN mendahului pengangkatan pegawai, %(value)s"),
            detail="s.cpns_on",
            detail_is="date",
            name="starts_on",
            value="to_char(s.starts_on, 'DD-MM-YYYY')",
            source=self._changed,
            where="s.starts_on < s.cpns_on AND s.starts_on IS DISTINCT FROM h.starts_on",
        )


_KINDS = words_of(Secondment.Kind.choices) | {
    "dipekerjakan": "dpk",
    "diperbantukan": "dpb",
    "penugasan": "penugasan",
    "penugasan khusus": "penugasan",
}
_DIRECTIONS = words_of(Secondment.Direction.choices)


class SecondmentImporter(HistoryImporter):
    kind = "secondments"
    title = gettext_lazy("Riwayat penugasan pada instansi lain")
    model = Secondment
    identified_by = ("starts_on",)
    one_at_a_time = "{0}.ends_on"
    facts = (
        text("kind", name="secondment_kind", cell="kind"),
        text("direction", given="'keluar'", blank="''"),
        text("agency_name", name="other_agency", cell="other_agency"),
        text("agency_siasn_id"),
        text("job_name", name="job", cell="job"),
        day("starts_on"),
        until(is_news=True),
        *DECREE_FACTS,
    )
    tells = "s.agency_name AS other_agency, s.starts_on::text AS since, (s.ends_on - 1)::text AS until"
    tells_missing = "h.agency_name AS other_agency, h.starts_on::text AS since, (h.ends_on - 1)::text AS until"
    layouts = (
        Layout(
            "riwayat_penugasan",
            gettext_lazy("Riwayat penugasan pada instansi lain (DPK, DPB)"),
            (
                *PERSON,
                C("kind", named("jenis", "jenis penugasan", "dpk dpb"), required=True, mandatory=True),
                C("direction", named("arah")),
                C("other_agency", named("instansi kerja nama", "instansi", "instansi tujuan", "instansi lain",
                                        "instansi asal"), required=True, mandatory=True),
                C("agency_siasn_id", named("instansi kerja id", "instansi id"), parsers.siasn_id),
                C("job", named("jabatan", "nama jabatan", "tugas")),
                C("starts_on", _START, parsers.date, required=True, mandatory=True),
                C("until", _END, parsers.last_day),
                *DECREE,
            ),
            keys=("nip",),
            fill=3,
            at_least=4,
        ),
    )  # fmt: skip
    keeps: ClassVar[Mapping[str, Target]] = PERSONS | keeps_of(
        Secondment, "decree", "agency_siasn_id", other_agency="agency_name", job="job_name"
    )

    def record(self, values: dict[str, Any], row: RowReader) -> Mapping[str, Any] | None:
        return self.known(
            values,
            kind=choice(row, "kind", values.get("kind"), _KINDS, _("jenis: DPK, DPB atau penugasan khusus")),
            direction=choice(row, "direction", values.get("direction"), _DIRECTIONS, _("arah: keluar atau masuk")),
            agency_name=values.get("other_agency"),
            job_name=values.get("job"),
            ends_on=self.span(values, row),
        )

    def rules(self, cursor: Any) -> None:
        self.flag(
            cursor,
            "INSTANSI_SENDIRI",
            _("instansi lain, bukan instansi sendiri"),
            name="other_agency",
            value="s.agency_name",
            source=f"import_row s JOIN asnhr_agency a ON a.id = {int(self.agency_id)}",
            where=f"""(s.agency_siasn_id <> '' AND s.agency_siasn_id = upper(a.siasn_id))
                OR {key("s.agency_name")} IN ({key("a.name")}, {key("a.short_name")})""",
        )
