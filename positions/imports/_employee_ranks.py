"""Ranks of a sheet of people against what is on record of them: what page, API and admin refuse is not taken
(`services.ranks`): a next rank is a row of the history with its decree."""

from typing import Any

from django.utils.translation import gettext as _

from asnhr.imports.framework import WARNING
from positions.imports._common import RegisterImporter
from positions.rules.levels import RANK_BY_ID
from positions.rules.rank import is_fall

# Of the known people whose rank or TMT the file has otherwise: what it would be, and what is on record of that day and
# beside it. `is_told`: a row of the history says the same, so there is nothing to take. `is_followed`: a history says
# otherwise. `is_next`: who has no history has one value, and this would be the one after it; another ladder is none, it
# comes with a status that is corrected.
_STEPS = """CREATE TEMP TABLE import_step ON COMMIT DROP AS
    SELECT s.row, w.rank, w.since,
        w.since < coalesce(s.cpns_on, e.cpns_on) OR w.since <= coalesce(s.birth_date, e.birth_date) AS too_early,
        w.since > %s AS is_ahead,
        same.id IS NOT NULL AND (same.rank, same.pay_group) IS NOT DISTINCT FROM (w.rank, w.pay_group) AS is_told,
        any_step.id IS NOT NULL AS is_followed,
        any_step.id IS NULL AND w.since > e.rank_since AND coalesce(e.rank, e.pay_group) IS NOT NULL
            AND (w.rank, w.pay_group) IS DISTINCT FROM (e.rank, e.pay_group)
            AND (w.rank IS NULL) = (e.rank IS NULL) AS is_next,
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
        """Leave ranks to their history, and say of each row that has another why. Call it before facts are compared."""
        cursor.execute(_STEPS.format(agency=int(self.agency_id)), [self.options.today])
        cursor.execute(
            "SELECT row, rank, rank_before, kind, rank_after, kind_after FROM import_step"
            " WHERE NOT is_told AND (rank < rank_before OR rank > rank_after)"
        )
        lower, higher = [], []
        for row, rank, before, kind, after, kind_after in cursor.fetchall():
            if _falls(before, rank, kind):
                lower.append(row)
            elif _falls(rank, after, kind_after):
                higher.append(row)
        known = "coalesce(w.too_early, false) OR w.row = ANY (%s)"
        for code, sentence, where, params in (
            ("TMT_SEBELUM_CPNS", _("TMT golongan mendahului TMT CPNS; golongan tidak dicatat"), "w.too_early", []),
            ("GOLONGAN_TURUN", _("lebih rendah daripada golongan sebelumnya; golongan tidak dicatat"),
             "w.row = ANY (%s)", [lower]),
            ("GOLONGAN_TURUN", _("lebih tinggi daripada golongan sesudahnya yang sudah tercatat; golongan tidak"
                                 " dicatat"), "w.row = ANY (%s)", [higher]),
            ("GOLONGAN_RIWAYAT", _("golongan dan TMT pegawai ini mengikuti riwayatnya; impor riwayat golongan beserta"
                                   " SK-nya; golongan tidak dicatat"),
             f"w.is_followed AND NOT ({known})", [lower + higher]),
            ("GOLONGAN_RIWAYAT", _("golongan berikutnya dicatat pada riwayat golongan beserta SK-nya; golongan tidak"
                                   " dicatat"), f"(w.is_next OR NOT w.is_followed AND w.is_ahead) AND NOT ({known})",
             [lower + higher]),
        ):  # fmt: skip
            self.flag(
                cursor,
                code,
                sentence,
                name=next((name for name in ("grade", "grade_id") if name in self._columns), "grade"),
                value="to_char(w.since, 'DD-MM-YYYY')",
                severity=WARNING,
                source="import_row s JOIN import_step w ON w.row = s.row",
                where=f"NOT w.is_told AND ({where})",
                params=params,
            )
        cursor.execute(
            "UPDATE import_row s SET rank_stays = true FROM import_step w WHERE w.row = s.row"
            f" AND (w.is_told OR w.is_followed OR w.is_next OR w.is_ahead OR {known})",
            [lower + higher],
        )


def _falls(before: int | None, after: int | None, kind: str) -> bool:
    known = before in RANK_BY_ID and after in RANK_BY_ID
    return known and is_fall(before, after, is_promotion=bool(kind))  # type: ignore[arg-type]
