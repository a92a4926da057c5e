"""Posts that people held: riwayat jabatan, SIASN rw-jabatan.

A post here that the position map knows is an incumbency, by the same rules as the kind `incumbencies`. A post of
another agency, and a closed one that the map does not know (older than the map, no free formation then, a head's title
that is an additional duty), is an `OutsidePost`. SIASN gives no end: a definitive post ends where the person's next one
begins, in the file or in the register.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, ClassVar

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from asnhr.imports import parsers
from asnhr.imports.framework import WARNING, RowReader
from asnhr.imports.layout import Column, Layout, Match
from asnhr.imports.limits import Target
from positions.imports._common import TAKEN, key, level_of
from positions.imports._histories import (
    DECREE,
    DECREE_FACTS,
    PERSON,
    PERSONS,
    HistoryImporter,
    after,
    choice,
    day,
    keeps_of,
    named,
    text,
    until,
)
from positions.imports.incumbencies import IncumbencyImporter
from positions.models import OutsidePost
from positions.rules.levels import FUNCTIONAL_LEVELS, GROUP_OF_LEVEL
from positions.rules.seating import seat_past_holders

C = Column

_ASSIGNMENTS = {
    "d": "definitif",
    "definitif": "definitif",
    "tt": "definitif",
    "tugas tetap": "definitif",
    "plt": "plt",
    "pelaksana tugas": "plt",
    "plh": "plh",
    "pelaksana harian": "plh",
    "pj": "pj",
    "penjabat": "pj",
}
_GROUPS = {
    "1": "manajerial",
    "2": "fungsional",
    "4": "pelaksana",
    "jabatan struktural": "manajerial",
    "struktural": "manajerial",
    "manajerial": "manajerial",
    "jabatan fungsional tertentu": "fungsional",
    "fungsional tertentu": "fungsional",
    "jabatan fungsional": "fungsional",
    "fungsional": "fungsional",
    "jabatan fungsional umum": "pelaksana",
    "fungsional umum": "pelaksana",
    "jabatan pelaksana": "pelaksana",
    "pelaksana": "pelaksana",
    # A double post: the title says which.
    "3": None,
    "rangkap": None,
}
_ASSIGNMENT = "CASE s.kind WHEN 'plt' THEN 'PLT' WHEN 'plh' THEN 'PLH' WHEN 'pj' THEN 'PJ' ELSE 'D' END"
# Agencies are the same by SIASN's id, else by name, however much of "Pemerintah" stands before it.
_BARE = "regexp_replace({}, '^(PEMERINTAH|PEMKO|PEMKOT|PEMKAB|PEMPROV) (DAERAH )?', '')"
# Places of the map that a row lacks; a closed row can do without.
_UNPLACED = ("UNIT_TIDAK_DIKENAL", "UNIT_MENDUA", "JABATAN_TIDAK_DIKENAL", "JABATAN_MENDUA")


class _OutsidePosts(HistoryImporter):
    """The rows of the file that are no incumbencies here; worked on by the importer below."""

    model = OutsidePost
    identified_by = ("job_name", "starts_on")
    spelled = frozenset({"job_name"})
    one_at_a_time = "{0}.ends_on"
    held = "{0}.assignment = 'D'"
    facts = (
        text("agency_name", name="other_agency", cell="agency"),
        text("agency_siasn_id", cell="agency_siasn"),
        text("unit_name", name="unit", cell="unit"),
        text("job_name", name="job", cell="job"),
        text("group", name="job_group", cell="group"),
        text("level"),
        text("echelon"),
        text("assignment", cell="duty"),
        day("starts_on", name="since", cell="tmt"),
        until(),
        day("inaugurated_on"),
        *DECREE_FACTS,
    )
    tells = (
        "s.job_name AS job, s.agency_name AS other_agency, s.starts_on::text AS since, (s.ends_on - 1)::text AS until"
    )
    tells_missing = (
        "h.job_name AS job, h.agency_name AS other_agency, h.starts_on::text AS since, (h.ends_on - 1)::text AS until"
    )

    def rules(self, cursor: Any) -> None:
        agency = int(self.agency_id)
        # As by hand: one definitive post at a time, here or elsewhere.
        self.flag(
            cursor,
            "TUMPANG_TINDIH",
            _("pada rentang tanggal itu pegawai memangku jabatan definitif pada instansi ini"),
            name="tmt",
            value="to_char(s.starts_on, 'DD-MM-YYYY')",
            where=f"""s.assignment = 'D' AND s.starts_on < coalesce(s.ends_on, 'infinity') AND EXISTS (
                SELECT 1 FROM positions_incumbency i
                LEFT JOIN import_here k ON k.known = i.id AND NOT k.bad
                LEFT JOIN import_here m ON m.incumbency_id = i.id AND m.post IN ('follow', 'correct') AND NOT m.bad
                WHERE i.agency_id = {agency} AND i.employee_id = s.employee_id
                    AND i.kind IN ('definitif', 'paruh_waktu') AND m.post IS DISTINCT FROM 'correct'
                    AND i.starts_on < coalesce(s.ends_on, 'infinity')
                    AND least(i.ends_on, k.ends_on, m.tmt, 'infinity') > s.starts_on)""",
        )
        # An end that the next post implies is none where the register knows one.
        cursor.execute(
            """UPDATE import_row s SET ends_on = NULL FROM positions_outsidepost h
                WHERE h.agency_id = %s AND h.id = s.old_id AND s.implied AND h.ends_on IS NOT NULL""",
            [agency],
        )


class PositionHistoryImporter(IncumbencyImporter):
    kind = "position_history"
    title = gettext_lazy("Riwayat jabatan")
    layouts = (
        Layout(
            "riwayat_jabatan",
            gettext_lazy("Riwayat jabatan (rw-jabatan)"),
            (
                *PERSON,
                C("tmt", named("tmt jabatan", "tmt", "mulai"), parsers.date, required=True, mandatory=True),
                C("job", named("nama jabatan", "jabatan nama", "jabatan"), required=True),
                C("functional", named("jabatan fungsional nama")),
                C("executive", named("jabatan fungsional umum nama")),
                C("position", named("kode jabatan", "kode posisi"), parsers.code),
                C("unit", named("unor nama", "nama unor", "unit kerja", "unit", "satuan kerja nama", "satker")),
                C("unit_siasn", named("unor id"), parsers.siasn_id),
                C("agency", named("instansi kerja nama", "instansi kerja", "instansi")),
                C("agency_siasn", named("instansi kerja id", "instansi id"), parsers.siasn_id),
                C("group", named("jenis jabatan", "jenis jabatan id", "jenis jabatan nama")),
                C("echelon", named("eselon"), parsers.code),
                C("duty", named("jenis penugasan id", "jenis penugasan", "penugasan")),
                C("mutation", named("jenis mutasi id", "jenis mutasi")),
                C("moved_on", named("tmt mutasi"), parsers.date),
                C("inaugurated_on", named("tmt pelantikan", "tanggal pelantikan"), parsers.date),
                C("until", named("sampai", "sampai dengan", "s d", "berakhir", "tanggal selesai"), parsers.last_day),
                *DECREE,
            ),
            keys=("nip",),
            fill=3,
            at_least=3,
        ),
    )  # fmt: skip
    keeps: ClassVar[Mapping[str, Target]] = PERSONS | keeps_of(
        OutsidePost, "decree", "echelon", unit="unit_name", job="job_name", functional="job_name",
        executive="job_name", agency="agency_name", agency_siasn="agency_siasn_id",
    )  # fmt: skip
    staging: ClassVar[Mapping[str, str]] = IncumbencyImporter.staging | {
        "siasn_id": "text",
        "agency_text": "text",
        "agency_siasn": "text",
        "group_text": "text",
        "level_text": "text",
        "echelon": "text",
        "inaugurated_on": "date",
        "implied": "boolean",
    }

    on_first_seat = ("plt", "plh")

    def prepare(self, match: Match) -> None:
        super().prepare(match)
        self._outside = _OutsidePosts(self.agency_id, self.options)
        self._outside.match = match

    def record(self, values: dict[str, Any], row: RowReader) -> Mapping[str, Any] | None:
        job = values.get("job") or values.get("functional") or values.get("executive")
        if not job and not values.get("position") and not row.bad:
            row.error("WAJIB", "job", _("nama jabatan wajib diisi"))
        kind = choice(row, "duty", values.get("duty"), _ASSIGNMENTS, _("jenis penugasan: TT, D, Plt, Plh atau Pj"))
        group = choice(row, "group", values.get("group"), _GROUPS, _("jenis jabatan: 1, 2, 4 atau namanya"))
        tmt, last = values.get("tmt"), values.get("until")
        # A change of the unit alone keeps the post's TMT; it holds from its own day.
        if parsers.normal(values.get("mutation") or "") in {"mu", "mutasi unor"} and values.get("moved_on"):
            tmt = values["moved_on"]
        if tmt and last and last < tmt:
            row.error("TMT_TERBALIK", "until", _("tanggal berakhir sebelum TMT"))
            last = None
        if tmt and tmt > self.options.today:
            row.error("TMT_MENDATANG", "tmt", _("TMT sesudah hari ini; riwayat hanya mencatat yang sudah berlaku"))
        level = level_of(None, job, None)
        if group is None:
            group = "manajerial" if values.get("echelon") or level is None else GROUP_OF_LEVEL[level].lower()
        decree_on = values.get("decree_on") or self.options.decree_on
        self.warn_decree_after(row, decree_on, tmt)
        self.keep_raw(row)
        if values.get("siasn_id"):
            self._outside.is_whole = True
        return {
            **self.placed(values | {"job": job}),
            "nip": values.get("nip"),
            "siasn_id": values.get("siasn_id"),
            "kind": kind or (None if values.get("duty") else "definitif"),
            "tmt": tmt,
            "ends_on": after(last),
            "decree": values.get("decree") or self.options.decree or None,
            "decree_on": decree_on,
            "unit_siasn": values.get("unit_siasn"),
            "agency_text": values.get("agency"),
            "agency_siasn": values.get("agency_siasn"),
            "group_text": group,
            "level_text": str(level) if level in FUNCTIONAL_LEVELS and group == "fungsional" else None,
            "echelon": values.get("echelon"),
            "inaugurated_on": values.get("inaugurated_on"),
        }

    def resolve_units(
        self, cursor: Any, *, column: str = "unit_text", siasn: str = "unit_siasn", code: str = ""
    ) -> None:
        super().resolve_units(cursor, column=column, siasn=siasn, code=code)

    # -- what is elsewhere, and until when

    def check(self, cursor: Any) -> None:
        super().check(cursor)
        # The post that runs already may learn its decree from the file.
        cursor.execute("UPDATE import_row SET known = incumbency_id WHERE post = 'same' AND known IS NULL")
        cursor.execute(
            """UPDATE import_row s SET ends_on = NULL FROM positions_incumbency i
                WHERE i.agency_id = %s AND i.id = s.known AND s.implied AND i.ends_on IS NOT NULL""",
            [self.agency_id],
        )
        with self._elsewhere(cursor):
            self._outside.check(cursor)
        if not self.options.confirm_corrections:
            for name, new, old, shown, last in (
                ("decree", "s.decree", "nullif(i.decree, '')", "{}", "{}"),
                ("decree_on", "s.decree_on", "i.decree_on", "to_char({}, 'DD-MM-YYYY')", "{}"),
                ("until", "s.ends_on", "i.ends_on", "to_char({} - 1, 'DD-MM-YYYY')", "({} - 1)"),
            ):
                self.flag(
                    cursor,
                    "KOREKSI",
                    _("berbeda dari yang tercatat (%(value)s); konfirmasi sebagai koreksi"),
                    detail=last.format(old),
                    detail_is=f"fact:{name}",
                    name=name,
                    value=shown.format(new),
                    source=self._known,
                    where=f"NOT s.bad AND {new} <> {old}",
                )

    @property
    def _known(self) -> str:
        return f"import_row s JOIN positions_incumbency i ON i.agency_id = {int(self.agency_id)} AND i.id = s.known"

    @contextmanager
    def _elsewhere(self, cursor: Any) -> Iterator[None]:
        """Let the rows of `import_elsewhere` be the staged ones for a while."""
        cursor.execute("ALTER TABLE import_row RENAME TO import_here")
        cursor.execute("ALTER TABLE import_elsewhere RENAME TO import_row")
        yield
        cursor.execute("ALTER TABLE import_row RENAME TO import_elsewhere")
        cursor.execute("ALTER TABLE import_here RENAME TO import_row")

    def check_people_in_scope(self, cursor: Any) -> None:
        super().check_people_in_scope(cursor)
        self._end(cursor)
        # Who works part-time stands beside the seats, in former posts too.
        cursor.execute(
            "UPDATE import_row SET kind = 'paruh_waktu'"
            " WHERE kind = 'definitif' AND status = 'PPPK_PW' AND ends_on IS NOT NULL"
        )
        agency = int(self.agency_id)
        cursor.execute(
            f"""CREATE TEMP TABLE import_elsewhere ON COMMIT DROP AS
                SELECT s.row, s.bad, s.nip, s.siasn_id, coalesce(s.agency_text, a.name) AS agency_name,
                    s.agency_siasn AS agency_siasn_id, s.unit_text AS unit_name, s.job_text AS job_name,
                    s.group_text AS "group", s.level_text AS level, s.echelon, {_ASSIGNMENT} AS assignment,
                    s.tmt AS starts_on, s.ends_on, s.implied, s.inaugurated_on, s.decree, s.decree_on, s.employee_id,
                    s.status, NULL::date AS birth_date, NULL::date AS cpns_on, NULL::bigint AS old_id,
                    NULL::text AS change, NULL::boolean AS loser
                FROM import_row s JOIN asnhr_agency a ON a.id = {agency} WHERE false"""
        )
        ours = ", ".join(_BARE.format(key(f"a.{name}")) for name in ("name", "short_name"))
        self._move(
            cursor,
            f"""s.kind = 'pj' OR CASE WHEN s.agency_siasn <> '' AND a.siasn_id <> ''
                    THEN s.agency_siasn <> upper(a.siasn_id)
                ELSE s.agency_text IS NOT NULL AND {_BARE.format(key("s.agency_text"))} NOT IN ({ours}) END""",
        )

    def _end(self, cursor: Any) -> None:
        """Give definitive posts without an end the day on which the person's next one begins."""
        agency = int(self.agency_id)
        cursor.execute(
            f"""UPDATE import_row s SET ends_on = n.next, implied = true FROM (
                    SELECT o.row, min(t.starts_on) AS next FROM import_row o JOIN (
                        SELECT f.employee_id, f.tmt AS starts_on FROM import_row f
                            WHERE f.kind = 'definitif' AND NOT f.bad
                        UNION SELECT i.employee_id, i.starts_on FROM positions_incumbency i WHERE i.agency_id = {agency}
                            AND i.kind IN ('definitif', 'paruh_waktu')
                        UNION SELECT h.employee_id, h.starts_on FROM positions_outsidepost h
                            WHERE h.agency_id = {agency} AND h.assignment = 'D') t
                        ON t.employee_id = o.employee_id AND t.starts_on > o.tmt
                    WHERE o.kind = 'definitif' AND o.ends_on IS NULL GROUP BY 1) n
                WHERE n.row = s.row"""
        )

    def _move(self, cursor: Any, where: str, *, join: str = "") -> None:
        """Move rows to where they are no incumbencies; `where` over `s`, the agency `a` and what `join` adds."""
        agency = int(self.agency_id)
        cursor.execute(
            f"""WITH gone AS (DELETE FROM import_row r WHERE r.row IN (
                    SELECT s.row FROM import_row s JOIN asnhr_agency a ON a.id = {agency} {join}
                    WHERE s.employee_id IS NOT NULL AND s.tmt IS NOT NULL AND s.job_text IS NOT NULL AND ({where}))
                RETURNING r.*)
                INSERT INTO import_elsewhere SELECT s.row, s.bad, s.nip, s.siasn_id, coalesce(s.agency_text, a.name),
                    s.agency_siasn, s.unit_text, s.job_text, s.group_text, s.level_text, s.echelon, {_ASSIGNMENT},
                    s.tmt, s.ends_on, s.implied, s.inaugurated_on, s.decree, s.decree_on, s.employee_id, s.status
                FROM gone s JOIN asnhr_agency a ON a.id = {agency}"""
        )

    def _move_old(self, cursor: Any, where: str, *, join: str = "") -> None:
        """Move closed posts that the map of today does not know, with a word."""
        cursor.execute("CREATE TEMP TABLE IF NOT EXISTS import_moved (row int) ON COMMIT DROP")
        cursor.execute("TRUNCATE import_moved")
        cursor.execute("INSERT INTO import_moved SELECT row FROM import_elsewhere")
        self._move(cursor, where, join=join)
        moved = "import_elsewhere s LEFT JOIN import_moved m ON m.row = s.row"
        self.flag(
            cursor,
            "DI_LUAR_PETA",
            _("bukan jabatan pada peta jabatan waktu itu; dicatat sebagai riwayat di luar peta"),
            name="job",
            value="s.job_name",
            severity=WARNING,
            source=moved,
            where="m.row IS NULL",
        )
        cursor.execute(
            f"""DELETE FROM import_problem p USING {moved} WHERE m.row IS NULL AND p.row = s.row
                AND p.code = ANY (%s)""",
            [list(_UNPLACED)],
        )

    def place(self, cursor: Any, *, severity: str = "error") -> None:
        super().place(cursor, severity=severity)
        refused = "SELECT p.row FROM import_problem p WHERE p.code = 'DI_LUAR_CAKUPAN'"
        self._move_old(
            cursor,
            f"""s.ends_on IS NOT NULL AND s.row NOT IN ({refused}) AND (s.position_id IS NULL
                OR p.starts_on > s.tmt OR p.ends_on < s.ends_on OR (p.by_duty AND s.kind = 'definitif')
                OR h.row IS NOT NULL)
                AND NOT EXISTS (SELECT 1 FROM positions_incumbency i WHERE i.agency_id = a.id
                    AND i.employee_id = s.employee_id AND i.position_id = s.position_id AND i.kind = s.kind
                    AND i.starts_on = s.tmt)""",
            # What stands outside the map stays there, whatever seats have become free since.
            join=f"""LEFT JOIN positions_position p ON p.agency_id = a.id AND p.id = s.position_id
                LEFT JOIN (SELECT x.row FROM import_row x JOIN positions_outsidepost o
                    ON o.agency_id = {int(self.agency_id)} AND o.employee_id = x.employee_id
                    AND (upper(o.siasn_id) = x.siasn_id
                        OR o.starts_on = x.tmt AND {key("o.job_name")} = x.job_key)) h ON h.row = s.row""",
        )

    def _seats_of_duties(self, cursor: Any) -> None:
        """Seat closed posts where the formation was free all the time; several at a time take one seat each. Who finds
        none then stands outside the map."""
        super()._seats_of_duties(cursor)
        agency = int(self.agency_id)
        cursor.execute(
            """UPDATE import_row s SET duty_seat = i.seat_id FROM positions_incumbency i
                WHERE i.agency_id = %s AND i.id = s.known AND s.other = 'definitif'""",
            [agency],
        )
        closed = "s.other = 'definitif' AND s.known IS NULL AND s.ends_on > s.tmt AND s.loser IS NULL"
        cursor.execute(f"SELECT s.row, s.position_id, s.tmt, s.ends_on FROM import_row s WHERE {closed}")
        asked = cursor.fetchall()
        if not asked:
            return
        positions = list({position for _row, position, _starts_on, _ends_on in asked})
        cursor.execute(
            """SELECT position_id, array_agg(id ORDER BY number), array_agg(starts_on ORDER BY number),
                    array_agg(coalesce(ends_on, '9999-12-31') ORDER BY number)
                FROM positions_seat WHERE agency_id = %s AND kind = 'formasi' AND position_id = ANY (%s) GROUP BY 1""",
            [agency, positions],
        )
        seats = {position: list(zip(*found, strict=True)) for position, *found in cursor.fetchall()}
        cursor.execute(
            """SELECT seat_id, array_agg(starts_on), array_agg(coalesce(ends_on, '9999-12-31')) FROM import_holder
                WHERE ends_on IS NULL OR ends_on > starts_on GROUP BY 1"""
        )
        taken = {seat: list(zip(*found, strict=True)) for seat, *found in cursor.fetchall()}
        placed = seat_past_holders(asked, seats, taken)
        cursor.execute(
            """UPDATE import_row s SET duty_seat = x.seat FROM unnest(%s::int[], %s::bigint[]) AS x(row, seat)
                WHERE x.row = s.row""",
            [list(placed), list(placed.values())],
        )
        self._move_old(cursor, f"{closed} AND NOT s.bad AND s.duty_seat IS NULL AND s.position_id IS NOT NULL")

    def _check_duties(self, cursor: Any) -> None:
        super()._check_duties(cursor)
        self.flag(
            cursor,
            "WAJIB",
            _("tanggal berakhir wajib diisi untuk Plt dan Plh yang belum tercatat"),
            name="until",
            where="s.other IN ('plt', 'plh') AND s.known IS NULL AND s.ends_on IS NULL AND NOT s.bad",
        )

    # -- plan and write, here and elsewhere

    def plan(self, cursor: Any) -> dict[str, int]:
        here = super().plan(cursor)
        cursor.execute(
            f"""SELECT count(*) FILTER (WHERE c.corrects), count(*) FILTER (WHERE NOT c.corrects) FROM (
                SELECT coalesce(s.ends_on <> i.ends_on, false) OR coalesce(s.decree <> nullif(i.decree, ''), false)
                    OR coalesce(s.decree_on <> i.decree_on, false) AS corrects
                FROM {self._known} WHERE {TAKEN} AND s.loser IS NULL AND (coalesce(s.ends_on, i.ends_on),
                    coalesce(s.decree, i.decree), coalesce(s.decree_on, i.decree_on))
                    IS DISTINCT FROM (i.ends_on, i.decree, i.decree_on)) c"""
        )
        corrects, learns = cursor.fetchone()
        here["unchanged"] -= corrects + learns
        here["changed"] += learns
        here["corrections"] += corrects
        lists, lines = dict(self.details), dict(self.lines)
        self.list_changes(
            cursor,
            "changed",
            source=f"""{self._known} JOIN positions_employee e ON e.agency_id = i.agency_id AND e.id = i.employee_id
                JOIN positions_position p ON p.agency_id = i.agency_id AND p.id = i.position_id""",
            where=f"{TAKEN}",
            shown="e.nip, e.name, p.code AS position",
            fields={
                "decree": ("nullif(i.decree, '')", "coalesce(s.decree, nullif(i.decree, ''))"),
                "decree_on": ("i.decree_on", "coalesce(s.decree_on, i.decree_on)"),
                "until": ("i.ends_on - 1", "coalesce(s.ends_on, i.ends_on) - 1"),
            },
        )
        self._merge(lists, lines)
        if self._outside.is_whole:
            self.judge(
                cursor,
                "people",
                """SELECT s.employee_id::text FROM (SELECT employee_id FROM import_row UNION
                    SELECT employee_id FROM import_elsewhere) s WHERE s.employee_id IS NOT NULL""",
            )
            here["missing"] = self.listed(
                cursor,
                "missing",
                f"""SELECT e.nip, e.name, p.code AS position, i.starts_on::text AS since FROM positions_incumbency i
                    JOIN positions_employee e ON e.agency_id = i.agency_id AND e.id = i.employee_id
                    JOIN positions_position p ON p.agency_id = i.agency_id AND p.id = i.position_id
                    WHERE i.agency_id = {int(self.agency_id)} AND i.employee_id IN (
                            SELECT s.employee_id FROM import_row s UNION SELECT s.employee_id FROM import_elsewhere s)
                        AND NOT EXISTS (SELECT 1 FROM import_row s WHERE s.known = i.id)
                        AND NOT EXISTS (SELECT 1 FROM import_row s WHERE s.incumbency_id = i.id)
                    ORDER BY e.nip, i.id""",
            )
        cursor.execute(
            """UPDATE import_elsewhere s SET bad = true WHERE NOT bad AND EXISTS
                (SELECT 1 FROM import_problem p WHERE p.row = s.row AND p.severity = 'error')"""
        )
        with self._elsewhere(cursor):
            elsewhere = self._outside.plan(cursor)
        self._merge(self._outside.details, self._outside.lines)
        return {name: count + elsewhere[name] for name, count in here.items()}

    def _merge(self, lists: dict[str, list[dict[str, Any]]], lines: dict[str, int]) -> None:
        """Put lists of changes before or beside the ones of the same name."""
        for name, found in lists.items():
            if found is not self.details.get(name):
                self.details[name] = [*found, *self.details.get(name, ())]
                self.lines[name] = self.lines.get(name, 0) + lines.get(name, 0)

    def write(self, cursor: Any) -> None:
        super().write(cursor)
        with self._elsewhere(cursor):
            self._outside.write(cursor)
