"""Ranks of a sheet of people against what is on record of them: one that no history would take is not taken."""

from typing import Any

from django.utils.translation import gettext as _

from asnhr.imports.framework import WARNING
from positions.imports._common import RegisterImporter
from positions.rules.levels import RANK_BY_ID
from positions.rules.rank import is_fall

# Of the known people whose rank or TMT the file has otherwise: what it would be, and the steps beside it. A change of
# the person becomes a row by its TMT (migration 0021), which keeps the kind of the row that is there. Who has no
# history has one value, which it would replace.
_STEPS = """CREATE TEMP TABLE import_step ON COMMIT DROP AS
    SELECT s.row, w.rank, w.since, w.since < coalesce(s.cpns_on, e.cpns_on) AS too_early,
        same.decree <> '' AND (same.rank, same.pay_group) IS DISTINCT FROM (w.rank, w.pay_group) AS is_decreed,
        CASE WHEN any_step.id IS NOT NULL THEN before.rank WHEN e.rank_since IS NOT NULL THEN e.rank END AS rank_before,
        coalesce(same.kind, '') AS kind, after.rank AS rank_after, coalesce(after.kind, '') AS kind_after
    FROM import_row s JOIN positions_employee e ON e.agency_id = {agency} AND e.id = s.employee_id
    CROSS JOIN LATERAL (SELECT
        CASE WHEN s.pay_group IS NULL THEN coalesce(s.rank, e.rank) END AS rank,
        CASE WHEN s.rank IS NULL THEN coalesce(s.pay_group, e.pay_group) END AS pay_group,
        coalesce(s.rank_since, e.rank_since) AS since) w
    LEFT JOIN LATERAL (SELECT h.id FROM positions_rankrecord h
        WHERE h.agency_id = {agency} AND h.employee_id = e.id LIMIT 1) any_step ON true
    LEFT JOIN positions_rankrecord same
        ON same.agency_id = {agency} AND same.employee_id = e.id AND same.starts_on = w.since
    LEFT JOIN LATERAL (SELECT h.rank FROM positions_rankrecord h
        WHERE h.agency_id = {agency} AND h.employee_id = e.id AND h.starts_on < w.since AND h.rank IS NOT NULL
        ORDER BY h.starts_on DESC LIMIT 1) before ON true
    LEFT JOIN LATERAL (SELECT h.rank, h.kind FROM positions_rankrecord h
        WHERE h.agency_id = {agency} AND h.employee_id = e.id AND h.starts_on > w.since AND h.rank IS NOT NULL
        ORDER BY h.starts_on LIMIT 1) after ON true
    WHERE s.loser IS NULL
        AND (w.rank, w.pay_group, w.since) IS DISTINCT FROM (e.rank, e.pay_group, e.rank_since)"""


class RanksMixin(RegisterImporter):
    """Marks rows whose rank stays as the register has it (`rank_stays`); the rest of them is taken."""

    _columns: frozenset[str]

    def keep_ranks(self, cursor: Any) -> None:
        """Ask of ranks what the importer of their history asks (`rules.rank.is_fall`, TMT CPNS), and leave what a
        decree tells to its history. Call it before facts are compared."""
        cursor.execute(_STEPS.format(agency=int(self.agency_id)))
        cursor.execute(
            "SELECT row, rank, rank_before, kind, rank_after, kind_after FROM import_step"
            " WHERE rank < rank_before OR rank > rank_after"
        )
        lower, higher = [], []
        for row, rank, before, kind, after, kind_after in cursor.fetchall():
            if _falls(before, rank, kind):
                lower.append(row)
            elif _falls(rank, after, kind_after):
                higher.append(row)
        for code, sentence, where, params in (
            ("GOLONGAN_RIWAYAT", _("riwayat golongan yang ber-SK menyebut golongan lain pada TMT itu; golongan tidak"
                                   " dicatat"), "w.is_decreed", []),
            ("TMT_SEBELUM_CPNS", _("TMT golongan mendahului TMT CPNS; golongan tidak dicatat"), "w.too_early", []),
            ("GOLONGAN_TURUN", _("lebih rendah daripada golongan sebelumnya; golongan tidak dicatat"),
             "s.row = ANY (%s)", [lower]),
            ("GOLONGAN_TURUN", _("lebih tinggi daripada golongan sesudahnya yang sudah tercatat; golongan tidak"
                                 " dicatat"), "s.row = ANY (%s)", [higher]),
        ):  # fmt: skip
            self.flag(
                cursor,
                code,
                sentence,
                name=next((name for name in ("grade", "grade_id") if name in self._columns), "grade"),
                value="to_char(w.since, 'DD-MM-YYYY')",
                severity=WARNING,
                source="import_row s JOIN import_step w ON w.row = s.row",
                where=where,
                params=params,
            )
        cursor.execute(
            "UPDATE import_row s SET rank_stays = true FROM import_step w"
            " WHERE w.row = s.row AND (w.is_decreed OR w.too_early OR s.row = ANY (%s))",
            [lower + higher],
        )


def _falls(before: int | None, after: int | None, kind: str) -> bool:
    known = before in RANK_BY_ID and after in RANK_BY_ID
    return known and is_fall(before, after, is_promotion=bool(kind))  # type: ignore[arg-type]
