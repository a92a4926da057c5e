"""Employees and their posts: the SIASN export of 67 columns, the shorter SIASN list, nominatif, and four forms of DUK.

A newer file is compared before it is saved: new, changed, unchanged, corrections to confirm, and people who are missing
(listed with the likely cause, never closed by the import). A post with a newer TMT closes the old one and follows it.
"""

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from asnhr.crypto import encrypt, lookup_hash
from asnhr.imports import parsers
from asnhr.imports.framework import WARNING, RowReader, Statement
from asnhr.imports.layout import Match
from asnhr.imports.limits import Target
from positions.imports import _people as people
from positions.imports import siasn_values
from positions.imports._common import key
from positions.imports._employee_changes import ChangesMixin
from positions.imports._employee_layouts import LAYOUTS
from positions.imports._employee_rows import RowQualityMixin
from positions.models import Employee, EmployeeEducation, NameMapping
from positions.models._standing import stored
from positions.rules import data_quality as quality
from positions.rules import standing
from positions.rules.levels import PPPK_GROUP_ORDER, RANK_BY_CODE

_STATUS = {
    "p": "PNS",
    "pns": "PNS",
    "pnsd": "PNS",
    "c": "CPNS",
    "cpns": "CPNS",
    "pppk": "PPPK",
    "p3k": "PPPK",
    "pppk penuh waktu": "PPPK",
    "pppk paruh waktu": "PPPK_PW",
    "pppk pw": "PPPK_PW",
    "paruh waktu": "PPPK_PW",
    "pppk part time": "PPPK_PW",
    "aktif": None,
    "active": None,
    "tetap": None,
}
_JOB_KIND = {"1": "manajerial", "2": "fungsional", "4": "pelaksana", "3": None}
_JOB_KIND_NAME = (
    ("struktural", "manajerial"),
    ("fungsional tertentu", "fungsional"),
    ("fungsional umum", "pelaksana"),
    ("pelaksana", "pelaksana"),
    ("fungsional", "fungsional"),
)


class EmployeeImporter(ChangesMixin, RowQualityMixin):
    kind = "employees"
    permission = "import_people"
    title = gettext_lazy("Pegawai")
    layouts = LAYOUTS
    unknown_severity = WARNING
    keeps: ClassVar[Mapping[str, Target]] = {
        "nip_old": (Employee, "nip_old"),
        "siasn_id": (Employee, "siasn_id"),
        "name": (Employee, "name"),
        "title_before": (Employee, "title_before"),
        "title_after": (Employee, "title_after"),
        "birth_place": (Employee, "birth_place"),
        "phone": (Employee, "phone"),
        "email": (Employee, "email"),
        "legal_id": (Employee, "legal_status"),
        "years": (Employee, "service_years"),
        "months": (Employee, "service_months"),
        "education": (EmployeeEducation, "name"),
        "school": (EmployeeEducation, "school"),
        "job": (NameMapping, "text"),
        "unit": (NameMapping, "text"),
    }
    # Two numbers in a cell, or a long list of titles: no reason to refuse the person.
    spare = frozenset("nip_old title_before title_after birth_place phone email education school".split())
    staging: ClassVar[Mapping[str, str]] = {
        "nip": "text",
        "nip_old": "text",
        "siasn_id": "text",
        "name": "text",
        "title_before": "text",
        "title_after": "text",
        "sex": "text",
        "birth_date": "date",
        "birth_place": "text",
        "nik": "text",
        "nik_hash": "text",
        "nik_valid": "boolean",
        "email": "text",
        "phone": "text",
        "status": "text",
        "status_given": "boolean",
        "lent_wrongly": "boolean",
        "legal": "text",
        # What the register takes of it; the other is kept as what SIASN said.
        "legal_taken": "text",
        "rank": "int",
        "pay_group": "int",
        "rank_since": "date",
        "years": "int",
        "months": "int",
        "cpns_on": "date",
        "pns_on": "date",
        "level": "text",
        "education_siasn": "text",
        "education_name": "text",
        "education_id": "bigint",
        "graduated": "int",
        "school": "text",
        "group_name": "text",
        "job_siasn": "text",
        "job_text": "text",
        "job_key": "text",
        "tmt": "date",
        "unit_siasn": "text",
        "unit_text": "text",
        "unit_id": "bigint",
        "job_id": "bigint",
        "reference_id": "bigint",
        "position_id": "bigint",
        "employee_id": "bigint",
        "is_new": "boolean",
        "loser": "boolean",
        "post": "text",
        "facts": "boolean",
        "correction": "text",
        "rank_stays": "boolean",
        "incumbency_id": "bigint",
        "seat_id": "bigint",
    }
    computed = frozenset(
        "education_id unit_id job_id reference_id position_id employee_id is_new loser post facts correction"
        " rank_stays incumbency_id seat_id".split()
    )

    def prepare(self, match: Match) -> None:
        super().prepare(match)
        self._today = self.options.today
        self._columns = frozenset(match.fields)
        self._has_changes = False  # whether a fact of a known person differs
        self._full = match.layout.code in {"siasn", "siasn_ringkas"}
        self._nip_field = next((name for name in ("nip", "nip_spaced", "name_nip") if name in match.fields), "nip")

    def record(self, values: dict[str, Any], row: RowReader) -> Mapping[str, Any] | None:
        get = values.get
        nip = get("nip") or get("nip_spaced")
        name, before, after = get("name"), get("title_before") or "", get("title_after") or ""
        if "name_nip" in values:
            pair = values["name_nip"] or (None, None)
            nip = pair[1]
            name, before, after = self._split(pair[0], "name_nip", row)
            if nip is None and not row.bad:
                row.error("WAJIB", "name_nip", _("NIP tidak ada di sel nama"))
        elif "full_name" in values:
            name, before, after = self._split(values["full_name"], "full_name", row)
            if nip is None and not row.bad:
                row.error("WAJIB", "nip", _("wajib diisi"))
        grade = get("grade") or get("grade_id")
        status, given = self._status(values, nip, row)
        birth = get("birth_date") or _birth_of(nip)
        self.warn_of_gaps(values, row, status=status, before=before, after=after)
        self.warn_of_standing(values, row, status=status, grade=grade)
        if nip is not None:
            self.check_number(values, row, nip=nip, status=status, birth=birth)
        level = get("level_id") or self._level(get("level")) or self._level(get("education"))
        years, months = get("service") or (get("years"), get("months"))
        nik = get("nik")
        kind = _JOB_KIND.get(get("job_kind") or "")
        if kind is None and get("job_kind_name"):
            words = parsers.normal(values["job_kind_name"])
            kind = next((group for start, group in _JOB_KIND_NAME if start in words), None)
        job = get("job")
        self.keep_raw(row)
        return {
            "nip": nip,
            "nip_old": get("nip_old"),
            "siasn_id": get("siasn_id"),
            "name": name or None,
            "title_before": before or None,
            "title_after": after or None,
            "sex": get("sex") or ({"1": "M", "2": "F"}.get(nip[14]) if nip else None),
            "birth_date": birth,
            "birth_place": get("birth_place"),
            "nik": encrypt(nik) if nik else None,
            "nik_hash": lookup_hash(nik) if nik else None,
            "nik_valid": get("nik_valid") if nik else None,
            "email": None if quality.has_bad_email(get("email")) else get("email"),
            "phone": get("phone"),
            "status": status,
            "status_given": given,
            "lent_wrongly": quality.is_lent_wrongly(get("kind_name"), get("home_id"), get("work_id")),
            "legal": stored(get("legal_id")),
            "legal_taken": self._taken(get("legal_id"), status),
            "rank": RANK_BY_CODE[grade].id if grade in RANK_BY_CODE and status not in {"PPPK", "PPPK_PW"} else None,
            "pay_group": PPPK_GROUP_ORDER.get(grade) if grade and status in {"PPPK", "PPPK_PW"} else None,
            "rank_since": get("grade_on"),
            "years": years,
            "months": months,
            "cpns_on": get("cpns_on") or (_first_of(nip) if nip and status in {"PNS", "CPNS"} else None),
            "pns_on": get("pns_on"),
            "level": level,
            "education_siasn": get("education_siasn"),
            "education_name": get("education"),
            "graduated": get("graduated"),
            "school": get("school"),
            "group_name": kind,
            "job_siasn": get("job_siasn"),
            "job_text": job,
            "job_key": parsers.normal(job).upper() if job else None,
            "tmt": get("job_on"),
            "unit_siasn": get("unit_siasn"),
            "unit_text": get("unit"),
        }

    @staticmethod
    def _split(cell: str | None, name: str, row: RowReader) -> tuple[str | None, str, str]:
        """Return name, titles before and titles after of a cell that holds all three, as far as they fit."""
        bare, before, after = parsers.split_name(cell)
        return (
            row.fitting(name, bare, (Employee, "name")),
            row.fitting(name, before, (Employee, "title_before"), spare=True) or "",
            row.fitting(name, after, (Employee, "title_after"), spare=True) or "",
        )

    @staticmethod
    def _level(words: str | None) -> str | None:
        if not words:
            return None
        try:
            return parsers.education_level(words)
        except parsers.CellProblem:
            return None

    @staticmethod
    def _taken(code: str | None, status: str | None) -> Any:
        return stored(code) if code and status and standing.fits(code, status) else None

    def _status(self, values: dict[str, Any], nip: str | None, row: RowReader) -> tuple[str | None, bool]:
        kind = parsers.normal(values.get("kind_name") or "")
        if "paruh waktu" in kind:
            return "PPPK_PW", True
        words = parsers.normal(values.get("status") or "")
        if words:
            if words not in _STATUS:
                row.error(
                    "STATUS_TIDAK_DIKENAL",
                    "status",
                    _("status tidak dikenal; contoh: PNS, CPNS, PPPK, PPPK paruh waktu"),
                )
                return None, False
            if _STATUS[words]:
                return _STATUS[words], True
        # Digits 13 and 14 of the number: a month for a PNS, 21 or more for a PPPK.
        return ("PPPK" if int(nip[12:14]) > 12 else "PNS") if nip else None, False

    # -- set-based checks

    # Columns that no step rewrites: they stay in `import_fact` and are joined where they are compared and written.
    _FIXED = frozenset(
        "nip_old siasn_id title_before title_after birth_place nik nik_hash nik_valid email phone status_given"
        " lent_wrongly years months pns_on education_siasn education_name graduated school".split()
    )

    writes_early = True
    copied_to = "import_fact"

    def staging_tables(self) -> Iterable[Statement]:
        """`import_fact` for the rows as read, and a narrow `import_row`."""
        yield "ALTER TABLE import_row RENAME TO import_fact", []
        yield f"CREATE TEMP TABLE import_row ON COMMIT DROP AS {self._narrow('false')} WITH NO DATA", []
        yield "CREATE TEMP TABLE import_early (row int, employee_id bigint) ON COMMIT DROP", []

    def staged(self, after: int) -> Iterable[Statement]:
        """Find person, education and unit on the way. A unit's SIASN id is the first that `resolve_units` would ask."""
        yield f"INSERT INTO import_row {self._narrow('s.row > %s')} ORDER BY s.row", [after]

    def _narrow(self, where: str) -> str:
        agency = int(self.agency_id)
        found = {
            "employee_id": "e.id",
            "education_id": "education.id",
            "level": "coalesce(s.level, (SELECT d.level_id FROM positions_education d WHERE d.id = education.id))",
            "unit_id": "u.id",
        }
        columns = ", ".join(
            f"{found[name]} AS {name}" if name in found else f"s.{name}"
            for name in self.staging
            if name not in self._FIXED
        )
        return f"""SELECT s.row, s.bad, {columns} FROM import_fact s
            LEFT JOIN positions_employee e ON e.agency_id = {agency} AND e.nip = s.nip
            CROSS JOIN LATERAL (SELECT coalesce(
                (SELECT min(d.id) FROM positions_education d
                    WHERE upper(d.siasn_id) = s.education_siasn AND d.siasn_id <> ''),
                (SELECT min(d.id) FROM positions_education d
                    WHERE {key("d.name")} = {key("s.education_name")})) AS id OFFSET 0) education
            LEFT JOIN (SELECT upper(siasn_id) AS siasn, min(id) AS id FROM positions_unit
                WHERE agency_id = {agency} AND siasn_id <> '' GROUP BY 1) u ON u.siasn = upper(s.unit_siasn)
            WHERE {where}"""

    def early(self, after: int) -> Iterable[Statement]:
        """New people and the education they come with: no other row, and no post, has a part in them."""
        if not after:
            yield f"SET CONSTRAINTS {people.KEYS} IMMEDIATE", []
        yield people.write_people_early(self.agency_id), [after, after, after]
        yield people.write_educations_early(self.agency_id), [after, after, after]

    def is_ordinary(self, cursor: Any) -> bool:
        """Not where two rows speak of one person: which of them counts is known at the end only."""
        cursor.execute("SELECT NOT EXISTS (SELECT 1 FROM import_twin)")
        return bool(cursor.fetchone()[0])

    def check(self, cursor: Any) -> None:
        agency = self.agency_id
        self._duplicates(cursor)
        self.check_people_in_scope(cursor)
        self.flag(
            cursor,
            "PENDIDIKAN",
            _("jenjang pendidikan tidak ada di daftar SIASN; dikosongkan"),
            name="level",
            value="s.level",
            where=(
                "s.level IS NOT NULL AND NOT EXISTS (SELECT 1 FROM positions_educationlevel l WHERE l.code = s.level)"
            ),
            severity=WARNING,
        )
        cursor.execute(
            "UPDATE import_row s SET level = NULL WHERE s.level IS NOT NULL AND NOT EXISTS (SELECT 1 FROM"
            " positions_educationlevel l WHERE l.code = s.level)"
        )
        # As on the page; a person of the register keeps the number, and the status is a correction to confirm.
        for severity, known in (("error", "s.employee_id IS NULL"), (WARNING, "s.employee_id IS NOT NULL")):
            self.flag(
                cursor,
                "STATUS_BUKAN_NIP",
                _("NIP ini bukan NIP %(value)s."),
                detail="s.status",
                detail_is="fact:status",
                name=self._nip_field,
                value="s.nip",
                severity=severity,
                where=f"(s.status IN ('PPPK', 'PPPK_PW')) <> (substr(s.nip, 13, 2) > '12') AND {known}",
            )
        # New people need what the register cannot do without.
        self.flag(
            cursor,
            "WAJIB",
            _("tanggal lahir wajib ada untuk pegawai baru"),
            name="birth_date",
            where="s.employee_id IS NULL AND s.nip IS NOT NULL AND s.birth_date IS NULL AND NOT s.bad",
        )
        default = self.default_unit(cursor)
        self.resolve_units(cursor, siasn="unit_siasn")
        if default is not None:
            cursor.execute(
                "UPDATE import_row SET unit_id = %s WHERE unit_id IS NULL AND unit_text IS NULL AND unit_siasn IS NULL",
                [default],
            )
        self.flag(
            cursor,
            "TIM_1",
            _("unit ini sudah ditutup di register"),
            name="unit",
            value="u.name",
            severity=WARNING,
            source=f"import_row s JOIN positions_unit u ON u.agency_id = {int(agency)} AND u.id = s.unit_id",
            where="u.ends_on <= %s",
            params=[self._today],
        )
        self.check_scope(cursor)
        self.check_posts(cursor)
        self.mark_changes(cursor)

    def _duplicates(self, cursor: Any) -> None:
        """The same number twice: two people (an error), the same row again, or one person with two posts (a
        finding)."""
        cursor.execute(
            """CREATE TEMP TABLE import_twin ON COMMIT DROP AS
                WITH again AS (SELECT nip FROM import_row WHERE nip IS NOT NULL GROUP BY 1 HAVING count(*) > 1),
                first AS (
                    SELECT DISTINCT ON (o.nip) o.* FROM import_row o JOIN again a ON a.nip = o.nip WHERE NOT o.bad
                    ORDER BY o.nip, o.tmt DESC NULLS LAST, o.row)
                SELECT s.row, f.row AS first_row,
                    (s.name, s.birth_date) IS DISTINCT FROM (f.name, f.birth_date) AS other_person,
                    (s.job_key, s.unit_text, s.unit_siasn, s.tmt) IS NOT DISTINCT FROM (f.job_key, f.unit_text,
                        f.unit_siasn, f.tmt) AS same_post
                FROM import_row s JOIN first f ON f.nip = s.nip AND f.row <> s.row"""
        )
        self.flag(
            cursor,
            "NIP_GANDA",
            _("NIP yang sama dipakai orang lain di baris %(value)s"),
            detail="t.first_row",
            detail_is="row",
            name="nip",
            value="s.nip",
            source="import_row s JOIN import_twin t ON t.row = s.row",
            where="t.other_person",
        )
        self.flag(
            cursor,
            "BARIS_GANDA",
            _("sama dengan baris %(value)s"),
            detail="t.first_row",
            detail_is="row",
            name="nip",
            value="s.nip",
            severity=WARNING,
            source="import_row s JOIN import_twin t ON t.row = s.row",
            where="NOT t.other_person AND t.same_post",
        )
        self.flag(
            cursor,
            "JABATAN_GANDA",
            _("jabatan definitif kedua untuk orang yang sama (baris %(value)s); dicatat sebagai temuan"),
            detail="t.first_row",
            detail_is="row",
            name="job",
            value="s.job_text",
            severity=WARNING,
            source="import_row s JOIN import_twin t ON t.row = s.row",
            where="NOT t.other_person AND NOT t.same_post",
        )
        cursor.execute("UPDATE import_row s SET loser = true FROM import_twin t WHERE t.row = s.row")

    def write(self, cursor: Any) -> None:
        agency = self.agency_id
        cursor.execute("UPDATE import_row s SET employee_id = y.employee_id FROM import_early y WHERE y.row = s.row")
        cursor.execute(people.write_people(agency))
        if cursor.rowcount:
            cursor.execute(
                "UPDATE import_row s SET employee_id = e.id FROM positions_employee e WHERE s.employee_id IS"
                " NULL AND e.agency_id = %s AND e.nip = s.nip",
                [agency],
            )
        if self._has_changes:
            sets = ", ".join(f"{name} = {new}" for name, new, _old in self.FACTS)
            cursor.execute(
                f"UPDATE positions_employee e SET {sets}, nik = CASE WHEN f.nik_hash <> e.nik_hash THEN f.nik"
                f" ELSE e.nik END"
                f" FROM import_row s JOIN import_fact f ON f.row = s.row"
                f" WHERE s.facts AND NOT s.bad AND s.loser IS NULL AND e.agency_id = %s AND"
                f" e.id = s.employee_id",
                [agency],
            )
        cursor.execute(people.write_educations(agency))
        cursor.execute(f"SET CONSTRAINTS {people.KEYS} DEFERRED")
        self.write_posts(cursor)
        # Whoever has a post belongs to its unit; whoever has none stays where the file places them.
        cursor.execute(
            """UPDATE positions_employee e SET unit_id = s.unit_id FROM import_row s WHERE NOT s.bad AND s.loser IS
                NULL AND e.agency_id = %s
                AND e.id = s.employee_id AND s.unit_id IS NOT NULL AND e.unit_id IS DISTINCT FROM s.unit_id
                AND (s.post IN ('open', 'follow', 'correct') AND coalesce(s.tmt <= positions_today(), true)
                    OR NOT EXISTS (SELECT 1 FROM positions_incumbency i
                    WHERE i.agency_id = e.agency_id
                    AND i.employee_id = e.id AND i.kind IN ('definitif', 'paruh_waktu') AND i.ends_on IS NULL))""",
            [agency],
        )
        if self._full:
            siasn_values.keep(cursor, agency, self.options)

    def after(self, cursor: Any, written: bool) -> None:
        self.queue_names(cursor, "unit", ["UNIT_TIDAK_DIKENAL", "UNIT_MENDUA"], "unit_text")
        self.queue_names(cursor, "job", ["JABATAN_TIDAK_DIKENAL", "JABATAN_MENDUA"], "job_text")


def _birth_of(nip: str | None) -> Any:
    return parsers.date(f"{nip[:4]}-{nip[4:6]}-{nip[6:8]}") if nip else None


def _first_of(nip: str) -> Any:
    return parsers.date(f"{nip[8:12]}-{nip[12:14]}-01") if int(nip[12:14]) <= 12 else None
