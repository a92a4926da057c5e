"""A newer file against the register: what is new, changed, moved, to be confirmed as a correction, or missing."""

from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from asnhr.crypto import SEALED
from positions.imports._common import IN_SCOPE, TAKEN
from positions.imports._employee_ranks import RanksMixin
from positions.imports._posts import PostsMixin
from positions.rules import standing
from positions.rules.levels import PPPK_GROUP_ORDER, RANK_BY_CODE

# The grade of a row as people write it: "IV/b", and "IX" for a PPPK.
_GRADE_SQL = "CASE {} {} END".format(
    " ".join(f"WHEN s.rank = {rank.id} THEN '{code}'" for code, rank in RANK_BY_CODE.items()),
    " ".join(f"WHEN s.pay_group = {order} THEN '{code}'" for code, order in PPPK_GROUP_ORDER.items()),
)


def _spelt(new: str, old: str) -> str:
    """Return the SQL of a text: what the file has, unless it is the register's in other capitals. SIASN writes names in
    capitals and other sheets do not: neither is news of the other."""
    return f"CASE WHEN upper({new}) = upper({old}) THEN {old} ELSE coalesce({new}, {old}) END"


def _unless_kept(new: str, old: str) -> str:
    """Return the SQL of a fact of the rank: the register's where the row's is not taken (`RanksMixin`)."""
    return f"CASE WHEN s.rank_stays THEN {old} ELSE {new} END"


class ChangesMixin(RanksMixin, PostsMixin):
    """Compares `import_row` and `import_fact` with the people of the register."""

    _today: date
    _full: bool
    _has_changes: bool

    FACTS = (
        ("siasn_id", "coalesce(f.siasn_id, e.siasn_id)", "e.siasn_id"),
        ("nip_old", "coalesce(f.nip_old, e.nip_old)", "e.nip_old"),
        ("name", _spelt("s.name", "e.name"), "e.name"),
        ("title_before", _spelt("f.title_before", "e.title_before"), "e.title_before"),
        ("title_after", _spelt("f.title_after", "e.title_after"), "e.title_after"),
        ("status", "CASE WHEN f.status_given THEN s.status ELSE e.status END", "e.status"),
        (
            # After an exit it is the exit's.
            "legal_status",
            "CASE WHEN e.exits_on <= positions_today() THEN e.legal_status"
            " ELSE coalesce(s.legal_taken, e.legal_status) END",
            "e.legal_status",
        ),
        ("sex", "coalesce(s.sex, e.sex)", "e.sex"),
        ("birth_date", "coalesce(s.birth_date, e.birth_date)", "e.birth_date"),
        ("birth_place", _spelt("f.birth_place", "e.birth_place"), "e.birth_place"),
        ("nik_hash", "coalesce(f.nik_hash, e.nik_hash)", "e.nik_hash"),
        # What was said of another NIK is not said of this one.
        (
            "nik_validated",
            "coalesce(f.nik_valid, CASE WHEN coalesce(f.nik_hash, e.nik_hash) = e.nik_hash THEN e.nik_validated END)",
            "e.nik_validated",
        ),
        ("email", _spelt("f.email", "e.email"), "e.email"),
        ("phone", "coalesce(f.phone, e.phone)", "e.phone"),
        ("rank", _unless_kept("CASE WHEN s.pay_group IS NULL THEN coalesce(s.rank, e.rank) END", "e.rank"), "e.rank"),
        (
            "pay_group",
            _unless_kept("CASE WHEN s.rank IS NULL THEN coalesce(s.pay_group, e.pay_group) END", "e.pay_group"),
            "e.pay_group",
        ),
        ("rank_since", _unless_kept("coalesce(s.rank_since, e.rank_since)", "e.rank_since"), "e.rank_since"),
        ("service_years", _unless_kept("coalesce(f.years, e.service_years)", "e.service_years"), "e.service_years"),
        (
            "service_months",
            _unless_kept("coalesce(f.months, e.service_months)", "e.service_months"),
            "e.service_months",
        ),
        ("cpns_on", "coalesce(s.cpns_on, e.cpns_on)", "e.cpns_on"),
        ("pns_on", "coalesce(f.pns_on, e.pns_on)", "e.pns_on"),
        ("education_level_id", "coalesce(s.level, e.education_level_id)", "e.education_level_id"),
        (
            "education_id",
            "coalesce(s.education_id, CASE WHEN s.level = e.education_level_id THEN e.education_id END,"
            " CASE WHEN s.level IS NULL THEN e.education_id END)",
            "e.education_id",
        ),
        ("graduated", "coalesce(f.graduated, e.graduated)", "e.graduated"),
    )

    # What nobody changes in the own file; a file in which these stay as they are is taken with the own row.
    _CAREER = frozenset(
        "status legal_status birth_date rank pay_group rank_since service_years service_months cpns_on pns_on"
        " education_level_id".split()
    )

    def mark_changes(self, cursor: Any) -> None:
        """Mark the rows whose person the register holds otherwise, and ask for corrections to be confirmed."""
        self.keep_ranks(cursor)
        self._mark_facts(cursor)
        if self._mark_corrections(cursor) and not self.options.confirm_corrections:
            self._flag_corrections(cursor)

    def _mark_facts(self, cursor: Any) -> None:
        ours = ", ".join(new for _name, new, _old in self.FACTS)
        theirs = ", ".join(old for _name, _new, old in self.FACTS)
        cursor.execute(
            f"UPDATE import_row s SET facts = true FROM positions_employee e, import_fact f WHERE e.agency_id = %s"
            f" AND e.id = s.employee_id AND f.row = s.row AND s.loser IS NULL AND ({ours}) IS DISTINCT FROM ({theirs})",
            [self.agency_id],
        )
        self._has_changes = cursor.rowcount > 0
        self.check_own_file(
            cursor,
            " OR ".join(f"{new} IS DISTINCT FROM {old}" for name, new, old in self.FACTS if name in self._CAREER),
            source="import_row s JOIN import_fact f ON f.row = s.row JOIN positions_employee e"
            f" ON e.agency_id = {int(self.agency_id)} AND e.id = s.employee_id AND s.facts",
        )

    def _mark_corrections(self, cursor: Any) -> bool:
        # What has a TMT changes with a newer one; the same TMT with another value is a correction.
        cursor.execute(
            """UPDATE import_row s SET correction = CASE
                    WHEN s.birth_date <> e.birth_date THEN 'birth_date'
                    WHEN s.sex <> e.sex THEN 'sex'
                    WHEN f.status_given AND s.status <> e.status AND (e.status, s.status) <> ('CPNS', 'PNS')
                        THEN 'status'
                    WHEN coalesce(s.rank, s.pay_group) IS NOT NULL AND coalesce(e.rank, e.pay_group) IS NOT NULL
                        AND s.rank_stays IS NOT TRUE
                        AND (s.rank, s.pay_group) IS DISTINCT FROM (e.rank, e.pay_group)
                        AND NOT coalesce(s.rank_since > e.rank_since, e.rank_since IS NULL) THEN 'grade'
                    WHEN s.post = 'correct' THEN 'job' END
                FROM positions_employee e, import_fact f
                WHERE e.agency_id = %s AND e.id = s.employee_id AND s.loser IS NULL AND f.row = s.row
                    AND (s.birth_date <> e.birth_date OR s.sex <> e.sex OR s.post = 'correct' OR s.status <> e.status
                    OR (s.rank, s.pay_group) IS DISTINCT FROM (e.rank, e.pay_group))""",
            [self.agency_id],
        )
        return bool(cursor.rowcount)

    def _flag_corrections(self, cursor: Any) -> None:
        for name, value, message, old, what in (
            (
                "birth_date",
                "to_char(s.birth_date, 'DD-MM-YYYY')",
                _("tanggal lahir berbeda dari register (%(value)s); konfirmasi sebagai koreksi"),
                "e.birth_date",
                "date",
            ),
            (
                "sex",
                "s.sex",
                _("jenis kelamin berbeda dari register (%(value)s); konfirmasi sebagai koreksi"),
                "e.sex",
                "fact:sex",
            ),
            (
                "status",
                "s.status",
                _("status berbeda dari register (%(value)s); konfirmasi sebagai koreksi"),
                "e.status",
                "fact:status",
            ),
            (
                "grade",
                _GRADE_SQL,
                _("golongan berubah tanpa TMT baru (TMT di register %(value)s); konfirmasi sebagai koreksi"),
                "e.rank_since",
                "date",
            ),
            (
                "job",
                "s.job_text",
                _("jabatan berubah tanpa TMT baru (TMT di register %(value)s); konfirmasi sebagai koreksi"),
                "(SELECT max(i.starts_on) FROM positions_incumbency i WHERE"
                " i.agency_id = e.agency_id AND i.id = s.incumbency_id)",
                "date",
            ),
        ):
            self.flag(
                cursor,
                "KOREKSI",
                message,
                detail=old,
                detail_is=what,
                name=name,
                value=value,
                where="s.correction = %s AND NOT s.bad",
                params=[name],
                source=(
                    f"import_row s JOIN positions_employee e ON e.agency_id = {int(self.agency_id)} AND e.id"
                    f" = s.employee_id"
                ),
            )

    def plan(self, cursor: Any) -> dict[str, int]:
        cursor.execute(
            f"""SELECT count(*) FILTER (WHERE is_new), count(*) FILTER (WHERE NOT is_new AND correction IS NULL AND
                (facts OR post IN ('open', 'follow'))),
                    count(*) FILTER (WHERE NOT is_new AND correction IS NULL AND NOT coalesce(facts, false) AND
                        coalesce(post, 'same') NOT IN ('open', 'follow')),
                    count(*) FILTER (WHERE correction IS NOT NULL)
                FROM import_row s WHERE loser IS NULL AND nip IS NOT NULL AND {TAKEN}"""
        )
        new, changed, same, corrections = cursor.fetchone()
        missing = self._missing(cursor)
        self._list_new(cursor)
        self._list_changed(cursor)
        self._list_moved(cursor)
        return {"new": new, "changed": changed, "unchanged": same, "corrections": corrections, "missing": missing}

    def _list_new(self, cursor: Any) -> None:
        self.listed(
            cursor,
            "new",
            f"""SELECT s.row, s.nip, s.name, coalesce(u.name, s.unit_text) AS unit, s.job_text AS job FROM import_row s
                LEFT JOIN positions_unit u ON u.agency_id = {int(self.agency_id)} AND u.id = s.unit_id
                WHERE s.is_new AND s.loser IS NULL AND s.nip IS NOT NULL AND {TAKEN} ORDER BY s.row""",
        )

    def _list_changed(self, cursor: Any) -> None:
        for name, which in (("changed", "s.correction IS NULL"), ("corrections", "s.correction IS NOT NULL")):
            if not self._has_changes:
                self.details[name], self.lines[name] = [], 0
                continue
            self.list_changes(
                cursor,
                name,
                source=f"""import_row s JOIN import_fact f ON f.row = s.row
                    JOIN positions_employee e ON e.agency_id = {int(self.agency_id)} AND e.id = s.employee_id""",
                where=f"s.facts AND s.loser IS NULL AND {which} AND {TAKEN}",
                shown="s.nip, e.name",
                fields={fact: self._in_words(fact, old, new) for fact, new, old in self.FACTS},
            )

    def _list_moved(self, cursor: Any) -> None:
        self.listed(
            cursor,
            "moved",
            f"""SELECT s.row, s.nip, s.name, j.name AS old_job, u.name AS old_unit,
                    to_char(i.starts_on, 'YYYY-MM-DD') AS old_since, s.job_text AS job, s.unit_text AS unit,
                    to_char(s.tmt, 'YYYY-MM-DD') AS since
                FROM import_row s JOIN positions_incumbency i ON i.agency_id = {int(self.agency_id)}
                    AND i.id = s.incumbency_id
                JOIN positions_position p ON p.agency_id = i.agency_id AND p.id = i.position_id
                JOIN positions_job j ON j.agency_id = p.agency_id AND j.id = p.job_id
                JOIN positions_unit u ON u.agency_id = p.agency_id AND u.id = p.unit_id
                WHERE s.post IN ('follow', 'correct') AND {TAKEN} ORDER BY s.row""",
        )

    @staticmethod
    def _in_words(fact: str, old: str, new: str) -> tuple[str, str]:
        """Return the SQL of a fact's two values as a person may read them: no ids, and of the NIK only that it is
        another."""
        if fact == "nik_hash":
            other = f"CASE WHEN {new} IS DISTINCT FROM {old} THEN {{}} END"
            return other.format("nullif('…', CASE WHEN e.nik_hash = '' THEN '…' END)"), other.format("'… (baru)'")
        if fact == "legal_status":
            # The list outlives the file and is read by others: what few read is not told in it.
            words = f"CASE WHEN starts_with({{0}}, '{SEALED}') THEN '{standing.NEUTRAL}' ELSE {{0}} END"
            return words.format(old), words.format(new)
        if fact == "nik_validated":
            words = "CASE {} WHEN true THEN 'ya' WHEN false THEN 'tidak' END"
            return words.format(old), words.format(new)
        if fact == "education_id":
            name = "SELECT d.name FROM positions_education d WHERE d.id = ({})"
            return name.format(old), name.format(new)
        return old, new

    def _missing(self, cursor: Any) -> int:
        """List people of the register whom the file leaves out, with the likely cause. A partial list speaks for the
        offices it names only."""
        whole = self._full and not self.options.unit
        count = self.listed(
            cursor,
            "missing",
            f"""SELECT e.nip, e.name, coalesce(u.name, '') AS unit, CASE
                    WHEN c.ends_on IS NOT NULL AND c.ends_on <= %s THEN 'kontrak_berakhir'
                    WHEN e.birth_date + interval '60 years' <= %s THEN 'mencapai_bup'
                    WHEN e.birth_date + interval '58 years' <= %s THEN 'mungkin_mencapai_bup'
                    WHEN e.legal_status NOT IN ('01', '71', '72') THEN 'tidak_aktif'
                    ELSE 'pindah_atau_berhenti' END AS cause
                FROM positions_employee e LEFT JOIN positions_unit u ON u.agency_id = e.agency_id AND u.id = e.unit_id
                LEFT JOIN LATERAL (SELECT max(ends_on) AS ends_on FROM positions_contract c WHERE c.agency_id =
                    e.agency_id AND c.employee_id = e.id) c ON true
                WHERE e.agency_id = %s AND (e.exits_on IS NULL OR e.exits_on > %s)
                    AND NOT EXISTS (SELECT 1 FROM import_row s WHERE s.nip = e.nip)
                    AND (%s OR coalesce(u.office_id, u.id) IN (SELECT coalesce(o.office_id, o.id)
                        FROM import_row s JOIN positions_unit o ON o.agency_id = e.agency_id AND o.id = s.unit_id))
                    AND {IN_SCOPE}
                ORDER BY e.nip""",
            [self._today, self._today, self._today, self.agency_id, self._today, whole, self.paths, self.paths],
        )
        causes = {
            "kontrak_berakhir": _("kontrak sudah berakhir"),
            "mencapai_bup": _("telah mencapai BUP"),
            "mungkin_mencapai_bup": _("mungkin telah mencapai BUP"),
            "tidak_aktif": _("kedudukan hukum tidak aktif"),
            "pindah_atau_berhenti": _("mungkin pindah, berhenti, atau belum terunduh"),
        }
        for line in self.details["missing"]:
            line["cause_text"] = causes[line["cause"]]
        if whole:
            self.judge_all(cursor)
        else:
            self.judge(
                cursor,
                "offices",
                f"""SELECT min(f.name) FROM import_row s
                    JOIN positions_unit o ON o.agency_id = {int(self.agency_id)} AND o.id = s.unit_id
                    JOIN positions_unit f ON f.agency_id = o.agency_id AND f.id = coalesce(o.office_id, o.id)
                    GROUP BY f.id""",
            )
        return count
