"""Strategic goals: visi → misi → tujuan → sasaran → program, with the posts that serve them."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, ClassVar

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from asnhr.imports import parsers
from asnhr.imports.framework import RowReader
from asnhr.imports.layout import Column, Layout
from asnhr.imports.limits import Target
from positions.imports._common import TAKEN, RegisterImporter
from positions.models import Goal, NameMapping

C = Column

_LEVELS = {
    "visi": "visi",
    "misi": "misi",
    "tujuan": "tujuan",
    "sasaran": "sasaran",
    "sasaran strategis": "sasaran",
    "program": "program",
}


# A link of the register that a file can leave out or confirm; one that ended is history.
_OPEN = "(x.ends_on IS NULL OR x.ends_on > %s::date)"


class GoalImporter(RegisterImporter):
    kind = "goals"
    permission = "import_goals"
    title = gettext_lazy("Sasaran strategis")
    layouts = (
        Layout(
            "sasaran",
            gettext_lazy("Daftar sasaran strategis"),
            (
                C("no", ("no",), keep=False, counter=True),
                C("code", ("kode", "kode sasaran"), parsers.code, required=True, mandatory=True),
                C("level", ("tingkat", "jenis", "level"), required=True, mandatory=True),
                C("text", ("uraian", "sasaran", "pernyataan", "nama"), required=True, mandatory=True),
                C("parent", ("kode_induk", "kode induk", "induk"), parsers.code),
                C("unit", ("kode unit", "kode_unit", "unit", "unit pengampu", "perangkat daerah")),
                C("indicator", ("indikator", "indikator kinerja")),
                C("since", ("mulai", "berlaku mulai", "tahun mulai"), lambda cell: _day(cell, first=True)),
                C(
                    "until",
                    ("berakhir", "sampai", "tahun akhir", "tahun selesai"),
                    lambda cell: _day(cell, first=False),
                ),
                C("positions", ("jabatan", "kode jabatan", "kode_jabatan")),
            ),
            keys=("code", "text"),
            fill=2,
            at_least=3,
        ),
    )
    keeps: ClassVar[Mapping[str, Target]] = {
        "code": (Goal, "code"),
        "indicator": (Goal, "indicator"),
        "unit": (NameMapping, "text"),
    }
    staging: ClassVar[Mapping[str, str]] = {
        "code": "text",
        "level": "text",
        "text": "text",
        "parent": "text",
        "unit_text": "text",
        "unit_id": "bigint",
        "indicator": "text",
        "since": "date",
        "ends_on": "date",
        "posts": "text",
        "goal_id": "bigint",
        "parent_id": "bigint",
        "is_new": "boolean",
        "depth": "int",
        "change": "text",
    }

    def record(self, values: dict[str, Any], row: RowReader) -> Mapping[str, Any] | None:
        words = parsers.normal(values.get("level") or "")
        if words and words not in _LEVELS:
            row.error("TINGKAT_TIDAK_DIKENAL", "level", _("tingkat: visi, misi, tujuan, sasaran atau program"))
        if words == "visi" and values.get("parent"):
            row.error("INDUK_MELINGKAR", "parent", _("visi tidak punya induk"))
        since, until = values.get("since"), values.get("until")
        if since and until and until < since:
            row.error("TMT_TERBALIK", "until", _("tanggal berakhir sebelum tanggal mulai"))
        return {
            "code": values.get("code"),
            "level": _LEVELS.get(words),
            "text": values.get("text"),
            "parent": values.get("parent"),
            "unit_text": values.get("unit"),
            "indicator": values.get("indicator"),
            "since": since,
            "ends_on": until + timedelta(days=1) if until else None,
            "posts": values.get("positions"),
        }

    def check(self, cursor: Any) -> None:
        self.refuse_part_of_agency()
        self.flag(
            cursor,
            "KODE_GANDA",
            _("kode muncul lebih dari sekali di berkas"),
            name="code",
            value="s.code",
            where="EXISTS (SELECT 1 FROM import_row o WHERE o.code = s.code AND o.row < s.row)",
        )
        self.resolve_units(cursor)
        self._find_goals(cursor)
        self._complete(cursor)
        self._measure_depth(cursor)
        self._find_positions(cursor)
        self._changes(cursor)
        self.flag_orphans(cursor, "goal_id")

    def _find_goals(self, cursor: Any) -> None:
        """Find each row's goal, or number the new one, and its parent in the file or the register."""
        agency = self.agency_id
        cursor.execute(
            "UPDATE import_row s SET goal_id = g.id FROM positions_goal g WHERE g.agency_id = %s AND g.code = s.code",
            [agency],
        )
        cursor.execute(
            """UPDATE import_row s SET is_new = s.goal_id IS NULL, goal_id = coalesce(s.goal_id,
                nextval(pg_get_serial_sequence('positions_goal', 'id')))
                WHERE NOT EXISTS (SELECT 1 FROM import_row o WHERE o.code = s.code AND o.row < s.row)"""
        )
        cursor.execute(
            "UPDATE import_row s SET parent_id = o.goal_id FROM import_row o WHERE o.code = s.parent AND"
            " o.goal_id IS NOT NULL"
        )
        cursor.execute(
            "UPDATE import_row s SET parent_id = g.id FROM positions_goal g WHERE s.parent_id IS NULL"
            " AND g.agency_id = %s AND g.code = s.parent",
            [agency],
        )
        self.flag(
            cursor,
            "INDUK_TIDAK_ADA",
            _("induk tidak ada di berkas maupun di register"),
            name="parent",
            value="s.parent",
            where="s.parent IS NOT NULL AND s.parent_id IS NULL",
        )

    def _measure_depth(self, cursor: Any) -> None:
        cursor.execute(
            """WITH RECURSIVE tree AS (
                SELECT s.row, s.goal_id, 0 AS depth FROM import_row s WHERE s.parent_id IS NULL
                    OR NOT EXISTS (SELECT 1 FROM import_row o WHERE o.goal_id = s.parent_id)
                UNION ALL SELECT s.row, s.goal_id, tree.depth + 1 FROM import_row s JOIN tree ON s.parent_id =
                    tree.goal_id
            ) CYCLE goal_id SET looped USING path
            UPDATE import_row s SET depth = tree.depth FROM tree WHERE tree.row = s.row AND NOT tree.looped"""
        )
        self.flag(
            cursor,
            "INDUK_MELINGKAR",
            _("sasaran menjadi induk dirinya sendiri"),
            name="parent",
            value="s.parent",
            where="s.depth IS NULL AND s.parent_id IS NOT NULL",
        )

    def _find_positions(self, cursor: Any) -> None:
        cursor.execute(
            """CREATE TEMP TABLE import_link ON COMMIT DROP AS
                SELECT s.row, s.goal_id, trim(part) AS code, p.id AS position_id FROM import_row s
                CROSS JOIN LATERAL regexp_split_to_table(s.posts, '[;,|]') part
                LEFT JOIN positions_position p ON p.agency_id = %s AND p.code = trim(part) WHERE trim(part) <> ''""",
            [self.agency_id],
        )
        self.flag(
            cursor,
            "JABATAN_TIDAK_DIKENAL",
            _("kode jabatan ini tidak ada di peta jabatan"),
            name="positions",
            value="l.code",
            source="import_row s JOIN import_link l ON l.row = s.row",
            where="l.position_id IS NULL",
        )

    def _complete(self, cursor: Any) -> None:
        """Give each row what the file has no column for, from the register: a goal keeps what the file does not say."""
        given = {name: self.has(name) for name in ("parent", "unit", "until")}
        cursor.execute(
            """UPDATE import_row s SET level = coalesce(s.level, g.level), text = coalesce(s.text, g.text),
                    indicator = coalesce(s.indicator, g.indicator), since = coalesce(s.since, g.starts_on),
                    parent_id = CASE WHEN %s THEN s.parent_id ELSE g.parent_id END,
                    unit_id = CASE WHEN %s THEN s.unit_id ELSE g.unit_id END,
                    ends_on = CASE WHEN %s THEN s.ends_on ELSE g.ends_on END
                FROM positions_goal g WHERE g.agency_id = %s AND s.is_new = false AND g.id = s.goal_id""",
            [*given.values(), self.agency_id],
        )
        cursor.execute("UPDATE import_row SET since = %s WHERE is_new AND since IS NULL", [self.options.effective_on])
        self.flag(
            cursor,
            "TMT_TERBALIK",
            _("tanggal berakhir tidak sesudah tanggal mulai sasaran"),
            name="until",
            value="s.ends_on - 1",
            where="NOT s.bad AND s.ends_on <= s.since",
        )
        self.flag(
            cursor,
            "INDUK_MELINGKAR",
            _("visi tidak punya induk"),
            name="level",
            value="s.level",
            where="s.level = 'visi' AND s.parent IS NULL AND s.parent_id IS NOT NULL",
        )

    # What a goal keeps no history of: column, value in the file, value in the register, whether they differ.
    _FACTS = (
        ("level", "s.level", "g.level", "s.level <> g.level"),
        ("text", "s.text", "g.text", "s.text <> g.text"),
        ("indicator", "s.indicator", "g.indicator", "s.indicator <> g.indicator AND g.indicator <> ''"),
        (
            "parent",
            "s.parent",
            "(SELECT o.code FROM positions_goal o WHERE o.agency_id = g.agency_id AND o.id = g.parent_id)",
            "s.parent_id IS DISTINCT FROM g.parent_id",
        ),
        (
            "unit",
            "s.unit_text",
            "(SELECT u.name FROM positions_unit u WHERE u.agency_id = g.agency_id AND u.id = g.unit_id)",
            "s.unit_id IS DISTINCT FROM g.unit_id",
        ),
        ("since", "s.since", "g.starts_on", "s.since <> g.starts_on"),
        (
            "until",
            "s.ends_on - 1",
            "g.ends_on - 1",
            "s.ends_on IS NULL AND g.ends_on IS NOT NULL",
        ),
    )

    def _changes(self, cursor: Any) -> None:
        """A goal has one text, parent and unit, not one a period: to change them is to correct them, for all its time.
        Only an end, a first indicator and further posts are news. A post whose link the file leaves out is told."""
        agency = self.agency_id
        known = f"import_row s JOIN positions_goal g ON g.agency_id = {int(agency)} AND g.id = s.goal_id"
        cursor.execute(
            f"""CREATE TEMP TABLE import_dropped ON COMMIT DROP AS
                SELECT s.row, x.id, p.code AS position, s.code AS goal FROM import_row s
                JOIN positions_positiongoal x ON x.agency_id = %s AND x.goal_id = s.goal_id AND {_OPEN}
                JOIN positions_position p ON p.agency_id = x.agency_id AND p.id = x.position_id
                WHERE %s AND s.is_new = false AND NOT EXISTS (SELECT 1 FROM import_link l
                    WHERE l.goal_id = s.goal_id AND l.position_id = x.position_id)""",
            [agency, self.options.today, self.has("positions")],
        )
        differs = " OR ".join(f"({condition})" for _name, _new, _old, condition in self._FACTS)
        cursor.execute(
            f"""UPDATE import_row s SET change = CASE
                    WHEN {differs} OR EXISTS (SELECT 1 FROM import_dropped d WHERE d.row = s.row) THEN 'correct'
                    WHEN (s.ends_on, s.indicator) IS DISTINCT FROM (g.ends_on, g.indicator)
                        OR EXISTS (SELECT 1 FROM import_link l WHERE l.row = s.row AND l.position_id IS NOT NULL
                            AND NOT EXISTS (SELECT 1 FROM positions_positiongoal x WHERE x.agency_id = g.agency_id
                                AND x.goal_id = g.id AND x.position_id = l.position_id AND {_OPEN})) THEN 'plain' END
                FROM positions_goal g WHERE g.agency_id = %s AND s.is_new = false AND g.id = s.goal_id""",
            [self.options.today, agency],
        )
        if self.options.confirm_corrections:
            return
        for name, value, old, condition in self._FACTS:
            self.flag(
                cursor,
                "KOREKSI",
                _("berbeda dari register (%(value)s); sasaran tidak menyimpan riwayat, konfirmasi sebagai koreksi"),
                detail=f"nullif(({old})::text, '')",
                detail_is=f"fact:{'goal_level' if name == 'level' else name}",
                name=name,
                value=value,
                source=known,
                where=f"s.is_new = false AND NOT s.bad AND ({condition})",
            )
        self.flag(
            cursor,
            "KOREKSI",
            _("jabatan %(value)s tertaut di register tetapi tidak di berkas; konfirmasi untuk melepas tautannya"),
            detail="d.position",
            name="positions",
            value="s.posts",
            source="import_row s JOIN import_dropped d ON d.row = s.row",
            where="NOT s.bad",
        )

    def plan(self, cursor: Any) -> dict[str, int]:
        cursor.execute(
            "SELECT count(*) FILTER (WHERE is_new), count(*) FILTER (WHERE change = 'plain'), count(*) FILTER"
            " (WHERE NOT is_new AND change IS NULL), count(*) FILTER (WHERE change = 'correct')"
            f" FROM import_row s WHERE {TAKEN}"
        )
        new, changed, same, corrections = cursor.fetchone()
        self._list_changes(cursor)
        self.listed(
            cursor,
            "dropped",
            f"""SELECT d.goal AS code, d.position FROM import_dropped d JOIN import_row s ON s.row = d.row
                WHERE {TAKEN} ORDER BY d.row, d.position""",
        )
        missing = self.listed(
            cursor,
            "missing",
            """SELECT g.code, g.text FROM positions_goal g WHERE g.agency_id = %s AND (g.ends_on IS NULL
                    OR g.ends_on > %s) AND NOT EXISTS (SELECT 1 FROM import_row s WHERE s.goal_id = g.id)
                ORDER BY g.code""",
            [self.agency_id, self.options.today],
        )
        self.judge(cursor, "agency")
        return {"new": new, "changed": changed, "unchanged": same, "corrections": corrections, "missing": missing}

    def _list_changes(self, cursor: Any) -> None:
        """List new goals, and of known ones each fact that differs; a post that is linked or released is a fact."""
        agency, today = int(self.agency_id), self.options.today
        self.listed(
            cursor,
            "new",
            "SELECT s.row, s.code, s.level AS goal_level, s.text FROM import_row s"
            f" WHERE s.is_new AND {TAKEN} ORDER BY s.row",
        )
        facts = {
            "goal_level": ("g.level", "s.level"),
            "text": ("g.text", "s.text"),
            "indicator": ("nullif(g.indicator, '')", "nullif(s.indicator, '')"),
            "parent": tuple(
                f"(SELECT o.code FROM positions_goal o WHERE o.agency_id = {agency} AND o.id = {one}.parent_id)"
                for one in ("g", "s")
            ),
            "unit": tuple(
                f"(SELECT u.name FROM positions_unit u WHERE u.agency_id = {agency} AND u.id = {one}.unit_id)"
                for one in ("g", "s")
            ),
            "since": ("g.starts_on", "s.since"),
            "until": ("g.ends_on - 1", "s.ends_on - 1"),
        }
        # A goal that the file brings has no row of the register yet: its code is the file's.
        facts["parent"] = (facts["parent"][0], f"coalesce({facts['parent'][1]}, s.parent)")
        values = ", ".join(f"('{fact}', ({old})::text, ({new})::text)" for fact, (old, new) in facts.items())
        for name, change in (("changed", "plain"), ("corrections", "correct")):
            taken = f"s.is_new = false AND s.change = '{change}' AND {TAKEN}"
            self.listed(
                cursor,
                name,
                f"""SELECT * FROM (
                    SELECT s.row, s.code, v.field, v.before, v.after FROM import_row s
                    JOIN positions_goal g ON g.agency_id = {agency} AND g.id = s.goal_id
                    CROSS JOIN LATERAL (VALUES {values}) v(field, before, after)
                    WHERE {taken} AND v.before IS DISTINCT FROM v.after
                    UNION ALL
                    SELECT s.row, s.code, 'position', d.position, NULL FROM import_row s
                    JOIN import_dropped d ON d.row = s.row WHERE {taken}
                    UNION ALL
                    SELECT DISTINCT s.row, s.code, 'position', NULL, l.code FROM import_row s
                    JOIN import_link l ON l.row = s.row WHERE {taken} AND l.position_id IS NOT NULL AND NOT EXISTS (
                        SELECT 1 FROM positions_positiongoal x WHERE x.agency_id = {agency} AND x.goal_id = s.goal_id
                            AND x.position_id = l.position_id AND {_OPEN})
                ) f ORDER BY f.row, f.field, f.before, f.after""",
                [today],
            )

    def write(self, cursor: Any) -> None:
        agency = self.agency_id
        cursor.execute(
            """INSERT INTO positions_goal (id, agency_id, code, level, text, indicator, parent_id, unit_id,
                starts_on, ends_on)
                SELECT goal_id, %s, code, level, text, coalesce(indicator, ''), parent_id, unit_id, since, ends_on
                FROM import_row WHERE is_new AND NOT bad ORDER BY depth, row""",
            [agency],
        )
        cursor.execute(
            """UPDATE positions_goal g SET level = s.level, text = s.text, indicator = s.indicator,
                    parent_id = s.parent_id, unit_id = s.unit_id, starts_on = s.since, ends_on = s.ends_on
                FROM import_row s WHERE s.change IS NOT NULL AND NOT s.bad AND g.agency_id = %s AND g.id = s.goal_id
                    AND (g.level, g.text, g.indicator, g.parent_id, g.unit_id, g.starts_on, g.ends_on) IS DISTINCT FROM
                        (s.level, s.text, s.indicator, s.parent_id, s.unit_id, s.since, s.ends_on)""",
            [agency],
        )
        today = self.options.today
        if self.options.confirm_corrections:
            dropped = "import_dropped d JOIN import_row s ON s.row = d.row WHERE NOT s.bad AND x.id = d.id"
            # What was linked today held on no day: as on the page, it goes.
            cursor.execute(
                f"DELETE FROM positions_positiongoal x USING {dropped} AND x.agency_id = %s AND x.starts_on >= %s",
                [agency, today],
            )
            cursor.execute(
                f"UPDATE positions_positiongoal x SET ends_on = %s FROM {dropped} AND x.agency_id = %s",
                [today, agency],
            )
        cursor.execute(
            f"""INSERT INTO positions_positiongoal (agency_id, goal_id, position_id, starts_on)
                SELECT DISTINCT %s, l.goal_id, l.position_id, %s::date FROM import_link l
                JOIN import_row s ON s.row = l.row
                WHERE NOT s.bad AND l.position_id IS NOT NULL AND NOT EXISTS (
                    SELECT 1 FROM positions_positiongoal x WHERE x.agency_id = %s AND x.goal_id = l.goal_id
                        AND x.position_id = l.position_id AND {_OPEN})""",
            [agency, today, agency, today],
        )

    def after(self, cursor: Any, written: bool) -> None:
        self.queue_names(cursor, "unit", ["UNIT_TIDAK_DIKENAL", "UNIT_MENDUA"], "unit_text")


def _day(cell: object, *, first: bool) -> Any:
    """A day, or a year that stands for its first or last day."""
    try:
        year = parsers.year(cell)
    except parsers.CellProblem:
        return parsers.date(cell) if first else parsers.last_day(cell)
    if year is None:
        return None
    return parsers.date(f"{year}-01-01" if first else f"{year}-12-31")
