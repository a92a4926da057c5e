"""Ranks of PNS and pay groups of PPPK, each from its TMT: riwayat golongan, SIASN rw-golongan."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from asnhr.imports import parsers
from asnhr.imports.framework import RowReader
from asnhr.imports.layout import Column, Layout
from asnhr.imports.limits import Target
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
    decimals,
    keeps_of,
    named,
    number,
    text,
    words_of,
)
from positions.models import RankRecord
from positions.rules.levels import PPPK_GROUP_ORDER, RANK_BY_CODE, RANK_BY_ID
from positions.rules.rank import is_fall

C = Column

_KINDS = words_of(RankRecord.Kind.choices) | {
    "pilihan jabatan struktural": "201",
    "struktural": "201",
    "pilihan jabatan fungsional": "202",
    "pilihan jabatan fungsional tertentu": "202",
    "fungsional": "202",
    "penyesuaian ijazah": "203",
    "pilihan penyesuaian ijazah": "203",
    "golongan dari pengadaan cpns pns": "211",
    "cpns": "211",
    "pns": "211",
}


def _grade(alias: str) -> str:
    """Return SQL of the grade as people write it: "IV/b", and "IX" for a PPPK."""
    return "CASE {} {} END".format(
        " ".join(f"WHEN {alias}.rank = {rank.id} THEN '{code}'" for code, rank in RANK_BY_CODE.items()),
        " ".join(f"WHEN {alias}.pay_group = {order} THEN '{code}'" for code, order in PPPK_GROUP_ORDER.items()),
    )


class RankImporter(HistoryImporter):
    kind = "ranks"
    title = gettext_lazy("Riwayat golongan")
    model = RankRecord
    identified_by = ("starts_on",)
    facts = (
        number("rank"),
        number("pay_group"),
        day("starts_on", name="since"),
        text("kind", name="rank_kind", cell="kind"),
        *DECREE_FACTS,
        *CONSENT_FACTS,
        number("service_years"),
        number("service_months"),
        number("main_credit", "numeric(8,3)"),
        number("extra_credit", "numeric(8,3)"),
    )
    tells = f"{_grade('s')} AS rank, s.starts_on::text AS since"
    tells_missing = f"{_grade('h')} AS rank, h.starts_on::text AS since"
    layouts = (
        Layout(
            "riwayat_golongan",
            gettext_lazy("Riwayat golongan (rw-golongan)"),
            (
                *PERSON,
                C(
                    "starts_on",
                    named("tmt golongan", "tmt gol", "tmt pangkat", "tmt golru", "tmt kp", "tmt"),
                    parsers.date,
                    required=True,
                    mandatory=True,
                ),
                C(
                    "rank",
                    named("golongan", "golru", "gol", "gol ruang", "golongan ruang", "golongan nama",
                          "pangkat gol ruang", "pangkat golongan"),
                    parsers.rank_and_grade,
                ),
                C("rank_id", named("golongan id", "gol id"), parsers.grade),
                C("rank_name", named("pangkat"), keep=False),
                C("kind", named("jenis kp id", "jenis kenaikan pangkat id")),
                C("kind_name", named("jenis kp", "jenis kp nama", "jenis kenaikan pangkat", "jenis")),
                *DECREE,
                *CONSENT,
                C("service_years", named("masa kerja golongan tahun", "mkg tahun", "mk tahun", "mkg thn"),
                  parsers.whole),
                C("service_months", named("masa kerja golongan bulan", "mkg bulan", "mk bulan", "mkg bln"),
                  parsers.whole),
                C("main_credit", named("jumlah kredit utama", "kredit utama", "angka kredit utama"), decimals(3)),
                C("extra_credit", named("jumlah kredit tambahan", "kredit tambahan"), decimals(3)),
            ),
            keys=("nip",),
            fill=3,
            at_least=3,
        ),
    )  # fmt: skip
    keeps: ClassVar[Mapping[str, Target]] = PERSONS | keeps_of(
        RankRecord, "decree", "bkn_number", "service_years", "main_credit", "extra_credit"
    )

    def record(self, values: dict[str, Any], row: RowReader) -> Mapping[str, Any] | None:
        grade = values.get("rank") or values.get("rank_id")
        cell = "rank" if self.has("rank") else "rank_id"
        if grade is None and not row.bad:
            row.error("WAJIB", cell, _("golongan wajib diisi"))
        if values.get("service_months") is not None and values["service_months"] > 11:
            row.error("MASA_KERJA", "service_months", _("bulan masa kerja 0 sampai 11"))
        kind = choice(row, "kind", values.get("kind"), _KINDS, _("jenis KP tidak dikenal; contoh: 101 atau Reguler"))
        words = parsers.normal(values.get("kind_name") or "")
        if kind is None and words and not values.get("kind"):
            kind = _KINDS.get(words)
            if kind is None:
                row.warn("JENIS_TIDAK_DIKENAL", "kind_name", _("jenis KP tidak dikenal; tidak disimpan"))
        if (starts_on := values.get("starts_on")) and starts_on > self.options.today:
            row.warn("TMT_MENDATANG", "starts_on", _("TMT golongan sesudah hari ini; berlaku pada harinya"))
        rank = RANK_BY_CODE.get(grade or "")
        return self.known(
            values, rank=rank.id if rank else None, pay_group=PPPK_GROUP_ORDER.get(grade or ""), kind=kind
        )

    def rules(self, cursor: Any) -> None:
        self.flag(
            cursor,
            "GOLONGAN_STATUS",
            _("golongan PNS untuk PNS dan CPNS, golongan PPPK untuk PPPK; pegawai ini %(value)s"),
            detail="s.status",
            detail_is="fact:status",
            name="rank" if self.has("rank") else "rank_id",
            value="s.nip",
            where="coalesce(s.rank, s.pay_group) IS NOT NULL AND (s.rank IS NULL) = (s.status IN ('PNS', 'CPNS'))",
        )
        self.flag(
            cursor,
            "TMT_SEBELUM_CPNS",
            _("TMT golongan mendahului TMT CPNS %(value)s"),
            detail="s.cpns_on",
            detail_is="date",
            name="starts_on",
            value="to_char(s.starts_on, 'DD-MM-YYYY')",
            where="s.starts_on < s.cpns_on",
        )
        self._falls(cursor)

    def write(self, cursor: Any) -> None:
        self._keep_earlier(cursor)
        super().write(cursor)

    def _keep_earlier(self, cursor: Any) -> None:
        """Let the rank on record be the first row of a history that begins after it, as `services.ranks` does."""
        agency = int(self.agency_id)
        cursor.execute(
            f"""INSERT INTO positions_rankrecord (agency_id, employee_id, rank, pay_group, starts_on, kind, decree,
                    bkn_number)
                SELECT {agency}, e.id, e.rank, e.pay_group, e.rank_since, '', '', ''
                FROM (SELECT s.employee_id, min(s.starts_on) AS begins FROM import_row s
                    WHERE s.change = 'new' AND NOT s.bad GROUP BY 1) f
                JOIN positions_employee e ON e.agency_id = {agency} AND e.id = f.employee_id
                WHERE e.rank_since < f.begins AND (e.rank = ANY (%s) OR e.pay_group = ANY (%s))
                    AND NOT EXISTS (SELECT 1 FROM positions_rankrecord h
                        WHERE h.agency_id = {agency} AND h.employee_id = e.id)""",
            [list(RANK_BY_ID), list(PPPK_GROUP_ORDER.values())],
        )

    def _falls(self, cursor: Any) -> None:
        """Refuse a rank lower than the one before it, as every door does (`rules.rank.is_fall`): of the file's rows and
        those on record that it leaves as they are; of who has none of the rank on the person, unless the file tells of
        that day. Steps that the file does not change are not asked."""
        agency = int(self.agency_id)
        cursor.execute(
            f"""WITH step AS (
                    SELECT s.row, s.employee_id, coalesce(s.starts_on, h.starts_on) AS starts_on,
                        coalesce(s.rank, h.rank) AS rank, coalesce(s.kind, h.kind, '') AS kind,
                        h.id IS NULL OR (s.rank, s.starts_on, coalesce(s.kind, h.kind))
                            IS DISTINCT FROM (h.rank, h.starts_on, h.kind) AS is_news
                    FROM import_row s LEFT JOIN positions_rankrecord h ON h.agency_id = {agency} AND h.id = s.old_id
                    WHERE s.employee_id IS NOT NULL AND s.loser IS NULL AND NOT s.bad
                    UNION ALL
                    SELECT NULL, h.employee_id, h.starts_on, h.rank, h.kind, false FROM positions_rankrecord h
                    WHERE h.agency_id = {agency} AND h.employee_id IN (SELECT s.employee_id FROM import_row s)
                        AND NOT EXISTS (SELECT 1 FROM import_row s WHERE s.old_id = h.id AND s.loser IS NULL
                            AND NOT s.bad)
                    UNION ALL
                    SELECT NULL, e.id, e.rank_since, e.rank, '', false FROM positions_employee e
                    WHERE e.agency_id = {agency} AND e.id IN (SELECT s.employee_id FROM import_row s)
                        AND e.rank IS NOT NULL AND e.rank_since IS NOT NULL
                        AND NOT EXISTS (SELECT 1 FROM positions_rankrecord h
                            WHERE h.agency_id = {agency} AND h.employee_id = e.id)
                        AND NOT EXISTS (SELECT 1 FROM import_row s WHERE s.employee_id = e.id
                            AND s.starts_on = e.rank_since AND s.loser IS NULL AND NOT s.bad))
                SELECT * FROM (
                    SELECT row, is_news, rank, kind, lag(row) OVER w AS row_before, lag(is_news) OVER w AS news_before,
                        lag(rank) OVER w AS rank_before
                    FROM step WHERE rank IS NOT NULL WINDOW w AS (PARTITION BY employee_id ORDER BY starts_on)) p
                WHERE p.rank < p.rank_before AND (p.is_news OR p.news_before)"""
        )
        lower, higher = [], []
        for row, is_news, rank, kind, row_before, _news_before, rank_before in cursor.fetchall():
            if is_fall(rank_before, rank, is_promotion=bool(kind)):
                (lower if is_news else higher).append(row if is_news else row_before)
        for rows, sentence in (
            (lower, _("lebih rendah daripada golongan sebelumnya")),
            (higher, _("lebih tinggi daripada golongan sesudahnya yang sudah tercatat")),
        ):
            self.flag(
                cursor,
                "GOLONGAN_TURUN",
                sentence,
                name="rank" if self.has("rank") else "rank_id",
                value="to_char(s.starts_on, 'DD-MM-YYYY')",
                where="s.row = ANY (%s)",
                params=[rows],
            )
