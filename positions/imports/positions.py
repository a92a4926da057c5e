"""Position-map sheets (peta jabatan): Kendal's tree of superiors, Riau's list by office, a list by unit.

A list of titles by office says one seat a row, so a title repeated in an office is a further seat of one position. A
    tree
of superiors says where the units are: the posts under a head belong to the unit that the head leads. The K of a map
counts as decided only with its decree; without one it is kept and marked as printed, and so is B.
"""

import re
from collections.abc import Mapping
from typing import Any, ClassVar

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from asnhr.imports import parsers
from asnhr.imports.errors import FileRefused
from asnhr.imports.framework import RowReader
from asnhr.imports.layout import Column, Layout
from asnhr.imports.limits import Target
from positions.imports._common import (
    DUTY_LEVEL,
    GROUP_SQL,
    IN_SCOPE,
    POSITION_CODE,
    TAKEN,
    RegisterImporter,
    is_duty_title,
    key,
    level_of,
)
from positions.imports.jobs import JOB_CODE, field_of
from positions.imports.units import kind_of
from positions.models import Job, Position, PositionNeed, Unit
from positions.rules.levels import MANAGERIAL_LEVELS
from positions.services import seats

C = Column

_UNIT_OF_HEAD = (
    (r"^kepala sub ?bagian\b|^kasub+ag\b", "Subbagian"),
    (r"^kepala sub ?bidang\b|^kasubbid\b|^kasubid\b", "Subbidang"),
    (r"^kepala seksi\b|^kasi\b|^kasie\b", "Seksi"),
    (r"^kepala bidang\b|^kabid\b", "Bidang"),
    (r"^kepala bagian\b|^kabag\b", "Bagian"),
    (r"^kepala biro\b|^karo\b", "Biro"),
    (r"^kepala dinas\b|^kadis\b", "Dinas"),
    (r"^kepala badan\b|^kaban\b", "Badan"),
    (r"^sekretaris\b", "Sekretariat"),
    (r"^inspektur pembantu\b", "Inspektorat Pembantu"),
    (r"^inspektur\b", "Inspektorat"),
    (r"^camat\b", "Kecamatan"),
    (r"^lurah\b", "Kelurahan"),
    (r"^kepala\b", ""),
    (r"^asisten\b", "Asisten"),
    (r"^direktur\b", ""),
)


# Of the heads that a file names for a unit the first heads it; a title that a list repeats is no head's.
_HEADS = "(s.head AND s.row = (SELECT min(o.row) FROM import_row o WHERE o.unit_id = s.unit_id AND o.head))"


def unit_led_by(title: str) -> str:
    """Return the name of the unit that a head's title names: "Kasubag Keuangan dan Aset" → "Subbagian Keuangan
    dan Aset"."""
    for pattern, word in _UNIT_OF_HEAD:
        match = re.match(pattern, title, re.IGNORECASE)
        if match:
            rest = title[match.end() :].strip()
            return f"{word} {rest}".strip() or title
    return title


class PositionImporter(RegisterImporter):
    kind = "positions"
    permission = "import_structure"
    title = gettext_lazy("Peta jabatan")
    layouts = (
        Layout(
            "peta_pohon",
            gettext_lazy("Peta jabatan dengan nomor atasan"),
            (
                C("no", ("no", "nomor", "no urut"), parsers.whole, required=True, mandatory=True),
                C("above", ("no_atasan", "no atasan", "nomor atasan"), parsers.whole, required=True),
                C("depth", ("tingkat",), parsers.whole),
                C("kind", ("jenis_jabatan", "jenis jabatan")),
                C("name", ("nama_jabatan", "nama jabatan"), required=True, mandatory=True),
                C("job_class", ("kelas_jabatan", "kelas jabatan", "kelas"), parsers.job_class),
                C("by_duty", ("tugas tambahan", "diisi tugas tambahan", "tugas_tambahan"), parsers.yes_no),
                C("holders", ("ketersediaan", "bezetting", "b"), parsers.whole),
                C("need", ("kebutuhan", "k", "abk"), parsers.need),
                C("gap", ("kurang_lebih", "kurang/lebih", "kurang lebih", "+/-", "selisih"), parsers.signed),
                C("state", ("status",), keep=False),
            ),
            keys=("name",),
            fill=2,
        ),
        Layout(
            "peta_atasan",
            gettext_lazy("Peta jabatan dengan nama atasan dan unit"),
            (
                C("number", ("no",), keep=False, counter=True),
                C("name", ("nama_jabatan", "nama jabatan"), required=True, mandatory=True),
                C("above_name", ("atasan", "nama atasan", "jabatan atasan")),
                C("unit", ("unit", "unit kerja", "nama unit", "kode unit"), required=True, mandatory=True),
                C("kind", ("jenis_jabatan", "jenis jabatan", "jenjang", "jenjang jabatan")),
                C("job_class", ("kelas_jabatan", "kelas jabatan", "kelas"), parsers.job_class),
                C("by_duty", ("tugas tambahan", "diisi tugas tambahan", "tugas_tambahan"), parsers.yes_no),
                C("holders", ("ketersediaan", "bezetting", "b"), parsers.whole),
                C("need", ("kebutuhan", "k", "abk", "formasi"), parsers.need),
                C("decree", ("nomor keputusan", "no sk", "nomor sk")),
                C("decree_on", ("tanggal keputusan", "tanggal sk"), parsers.date),
            ),
            keys=("name",),
            fill=2,
        ),
        Layout(
            "daftar_opd",
            gettext_lazy("Daftar jabatan menurut perangkat daerah"),
            (
                C("number", ("no",), keep=False, counter=True),
                C("unit", ("opd", "perangkat daerah", "skpd", "satuan kerja"), required=True, mandatory=True),
                C("name", ("nama_jabatan", "nama jabatan"), required=True, mandatory=True),
                C("kind", ("jenjang_dugaan", "jenjang", "jenis_jabatan", "jenis jabatan")),
                C("job_class", ("kelas_jabatan", "kelas jabatan", "kelas"), parsers.job_class),
                C("by_duty", ("tugas tambahan", "diisi tugas tambahan", "tugas_tambahan"), parsers.yes_no),
                C("holders", ("ketersediaan", "bezetting"), parsers.whole),
                C("need", ("kebutuhan", "abk", "formasi"), parsers.need),
            ),
            keys=("name",),
            fill=2,
        ),
        Layout(
            "daftar",
            gettext_lazy("Daftar jabatan satu unit"),
            (
                C("kind", ("jenis_jabatan", "jenis jabatan")),
                C("number", ("no",), keep=False, counter=True),
                C("name", ("nama_jabatan", "nama jabatan"), required=True, mandatory=True),
                C("job_class", ("kelas_jabatan", "kelas jabatan", "kelas"), parsers.job_class, required=True),
                C("by_duty", ("tugas tambahan", "diisi tugas tambahan", "tugas_tambahan"), parsers.yes_no),
                C("holders", ("ketersediaan", "bezetting"), parsers.whole),
                C("need", ("kebutuhan", "abk", "formasi"), parsers.need, required=True),
                C("gap", ("kurang/lebih", "kurang lebih", "+/-"), parsers.signed),
                C("state", ("status",), keep=False),
            ),
            keys=("name",),
            fill=2,
        ),
    )
    keeps: ClassVar[Mapping[str, Target]] = {
        "name": (Job, "name"),
        "unit": (Unit, "name"),
        "holders": (Position, "printed_holders"),
        "need": (PositionNeed, "need"),
        "decree": (PositionNeed, "decree"),
    }
    staging: ClassVar[Mapping[str, str]] = {
        "no": "int",
        "above": "int",
        "name": "text",
        "name_key": "text",
        "level": "text",
        # Whether the sheet itself names the level, or its title and class only suggest it.
        "level_said": "boolean",
        "by_duty": "boolean",
        # The sheet's own word; null where it says nothing, and then a post of the register stays as it is.
        "duty_said": "boolean",
        "field": "text",
        "job_class": "int",
        "holders": "int",
        "need": "numeric",
        "decree": "text",
        "decree_on": "date",
        "head": "boolean",
        "led": "text",
        "led_kind": "text",
        "unit_text": "text",
        "unit_id": "bigint",
        "own_unit_id": "bigint",
        "own_unit_new": "boolean",
        "unit_code": "text",
        "depth": "int",
        "job_id": "bigint",
        "position_id": "bigint",
        "is_new": "boolean",
        "first": "int",
        "seats": "int",
        "change": "text",
    }

    def record(self, values: dict[str, Any], row: RowReader) -> Mapping[str, Any] | None:
        name = values.get("name")
        level = level_of(values.get("kind"), name, values.get("job_class"), by_duty=values.get("by_duty"))
        need, holders, gap = values.get("need"), values.get("holders"), values.get("gap")
        if need is not None and need < 0:
            row.error("ANGKA", "need", _("kebutuhan tidak boleh negatif"))
        if gap is not None and need is not None and holders is not None and gap != holders - need:
            row.warn("ANGKA", "gap", _("selisih tercetak tidak sama dengan ketersediaan − kebutuhan"))
        # The sheet's own word first; a level that it names as managerial speaks against a duty.
        by_duty = values.get("by_duty")
        if by_duty is None:
            by_duty = level not in MANAGERIAL_LEVELS and is_duty_title(name)
        head = by_duty or level is None or level in MANAGERIAL_LEVELS
        # "Kasubag" is shorter than the "Subbagian" that it leads.
        led = row.fitting("name", unit_led_by(name), (Unit, "name")) if name and head else None
        return {
            "no": values.get("no"),
            "above": values.get("above"),
            "name": name,
            "name_key": parsers.normal(name).upper() if name else None,
            "level": str(level) if level else None,
            "level_said": bool(values.get("kind")),
            "by_duty": by_duty,
            "duty_said": values.get("by_duty"),
            "field": field_of(name, level),
            "job_class": values.get("job_class"),
            "holders": holders,
            "need": need,
            "decree": values.get("decree") or self.options.decree or None,
            "decree_on": values.get("decree_on") or self.options.decree_on,
            "head": head,
            "led": led,
            "led_kind": kind_of(None, led) if led else None,
            "unit_text": values.get("unit"),
        }

    @property
    def _tree(self) -> bool:
        return self.match is not None and self.match.layout.code == "peta_pohon"

    def check(self, cursor: Any) -> None:
        cursor.execute("CREATE INDEX ON import_row (no)")
        default = self.default_unit(cursor)
        cursor.execute("SELECT count(*), min(id) FROM positions_unit WHERE agency_id = %s", [self.agency_id])
        units, self._root = cursor.fetchone()
        # A register without any unit below the government is founded by its first map.
        empty = units <= 1
        if units == 0:
            cursor.execute("SELECT nextval(pg_get_serial_sequence('positions_unit', 'id'))")
            self._root, self._root_is_new = cursor.fetchone()[0], True
        if self._tree:
            self._units_of_tree(cursor, default, empty)
        elif self.has("unit"):
            self._units_by_name(cursor, default, empty)
        else:
            if default is None:
                raise FileRefused("UNIT_WAJIB", _("Lembar ini tidak menyebut unit. Sebutkan unitnya (--unit KODE)."))
            cursor.execute("UPDATE import_row SET unit_id = %s", [default])
        self.check_scope(cursor)
        self._jobs_and_positions(cursor)

    def _units_by_name(self, cursor: Any, default: int | None, empty: bool) -> None:
        if empty:
            cursor.execute(
                f"""UPDATE import_row s SET own_unit_id = f.id, own_unit_new = true, unit_id = f.id, unit_code = f.code
                    FROM (SELECT {key("unit_text")} AS k, nextval(pg_get_serial_sequence('positions_unit', 'id')) AS id,
                            to_char(row_number() OVER (ORDER BY min(row)), 'FM000') AS code
                        FROM import_row WHERE unit_text IS NOT NULL GROUP BY 1) f
                    WHERE {key("s.unit_text")} = f.k""",
            )
            return
        self.resolve_units(cursor)
        if default is not None:
            cursor.execute("UPDATE import_row SET unit_id = %s WHERE unit_id IS NULL AND unit_text IS NULL", [default])

    def _units_of_tree(self, cursor: Any, default: int | None, empty: bool) -> None:
        """Give each managerial post below the top its unit, and every post the unit of its superior."""
        self.flag(
            cursor,
            "KODE_GANDA",
            _("nomor muncul lebih dari sekali"),
            name="no",
            value="s.no",
            where="EXISTS (SELECT 1 FROM import_row o WHERE o.no = s.no AND o.row < s.row)",
        )
        self.flag(
            cursor,
            "ATASAN_TIDAK_ADA",
            _("nomor atasan tidak ada di lembar"),
            name="above",
            value="s.above",
            where="s.above IS NOT NULL AND NOT EXISTS (SELECT 1 FROM import_row o WHERE o.no = s.above)",
        )
        cursor.execute(
            """WITH RECURSIVE tree AS (
                SELECT row, no, 0 AS depth FROM import_row WHERE above IS NULL
                UNION ALL SELECT s.row, s.no, tree.depth + 1 FROM import_row s JOIN tree ON s.above = tree.no
            ) CYCLE no SET looped USING path
            UPDATE import_row s SET depth = tree.depth FROM tree WHERE tree.row = s.row AND NOT tree.looped"""
        )
        self.flag(
            cursor,
            "INDUK_MELINGKAR",
            _("jabatan menjadi atasan dirinya sendiri"),
            name="above",
            value="s.above",
            where=(
                "s.depth IS NULL AND s.above IS NOT NULL AND EXISTS (SELECT 1 FROM import_row o WHERE o.no = s.above)"
            ),
        )
        known_top = default is not None or not empty
        if default is not None:
            cursor.execute(
                "UPDATE import_row SET own_unit_id = %s, own_unit_new = false WHERE head AND depth = 0", [default]
            )
        elif not empty:
            default = self._known_tops(cursor)
        if default is not None:
            self._root = default
        self._known_units(cursor)
        cursor.execute("SELECT coalesce(max(depth), 0) FROM import_row")
        deepest = cursor.fetchone()[0]
        for depth in range(1 if known_top else 0, deepest + 1):
            # One statement a level of the tree: under the superior's unit the one of that name, else the one that a
            # post of this title heads, whatever the sheet now says of how it is filled; else a new one. A head by duty
            # whose post stands in the superior's unit since the register knows it stays there, its people with it.
            # Numbers of a sheet shift from month to month: a code that another unit bears gets an ending.
            cursor.execute(
                f"""UPDATE import_row s SET own_unit_id = coalesce(named.unit_id, headed.unit_id,
                        nextval(pg_get_serial_sequence('positions_unit', 'id'))),
                        own_unit_new = coalesce(named.unit_id, headed.unit_id) IS NULL,
                        head = true,
                        unit_code = coalesce(named.code, headed.code, base.code || '.' || s.no || (
                            SELECT CASE WHEN n = 1 THEN '' ELSE '-' || n END FROM generate_series(1, 9999) n
                            WHERE NOT EXISTS (SELECT 1 FROM positions_unit u WHERE u.agency_id = %(agency)s AND u.code
                                = base.code || '.' || s.no || CASE WHEN n = 1 THEN '' ELSE '-' || n END)
                            ORDER BY n LIMIT 1))
                    FROM import_row self
                    LEFT JOIN import_row up ON up.no = self.above
                    LEFT JOIN import_known named ON self.head AND named.how = 'name'
                        AND named.above_id = coalesce(up.own_unit_id, %(root)s) AND named.name_key = {key("self.led")}
                    LEFT JOIN import_known headed ON headed.how = 'head'
                        AND headed.above_id = coalesce(up.own_unit_id, %(root)s) AND headed.name_key = self.name_key
                    LEFT JOIN import_known post ON self.by_duty AND post.how = 'post'
                        AND post.above_id = coalesce(up.own_unit_id, %(root)s) AND post.name_key = self.name_key
                    CROSS JOIN LATERAL (SELECT left(coalesce(up.unit_code, (SELECT u.code FROM positions_unit u
                        WHERE u.agency_id = %(agency)s AND u.id = %(root)s),
                        (SELECT a.code FROM asnhr_agency a WHERE a.id = %(agency)s)), 29) AS code) base
                    WHERE s.row = self.row AND s.depth = %(depth)s
                        AND (headed.unit_id IS NOT NULL
                            OR (s.head AND (named.unit_id IS NOT NULL OR post.unit_id IS NULL)))
                        AND NOT EXISTS (SELECT 1 FROM import_row o WHERE o.no = s.no AND o.row < s.row)""",
                {"agency": self.agency_id, "root": self._root, "depth": depth},
            )
        # A post without a head above it (functional group under the top) belongs to the nearest unit above.
        cursor.execute(
            """WITH RECURSIVE up AS (
                SELECT row, above, own_unit_id AS unit FROM import_row
                UNION ALL
                SELECT up.row, o.above, o.own_unit_id FROM up JOIN import_row o ON o.no = up.above
                WHERE up.unit IS NULL
            )
            UPDATE import_row s SET unit_id = coalesce((SELECT unit FROM up WHERE up.row = s.row AND unit IS NOT NULL
                LIMIT 1), %s)""",
            [default],
        )

    def _known_tops(self, cursor: Any) -> int | None:
        """Find the units of a map that names none and is not the first: those that an earlier map founded.

        A top of the sheet is the one open unit that bears its name or has its title as head; of several the one that
        does both directly under the government. Returns its id when the sheet has one top, else None (each row has its
        own). Raises FileRefused UNIT_WAJIB, with the codes in question where there are several.
        """
        cursor.execute(
            f"""WITH top AS (SELECT row, name, head, name_key, {key("led")} AS led_key FROM import_row
                    WHERE depth = 0),
                found AS (
                    SELECT t.row, u.id, u.code,
                        coalesce({key("u.name")} = t.led_key, false) AND h.id IS NOT NULL
                            AND p.id IS NOT NULL AS founded
                    FROM top t
                    JOIN positions_unit u ON u.agency_id = %s AND u.ends_on IS NULL AND {IN_SCOPE}
                    LEFT JOIN positions_unit p ON p.agency_id = u.agency_id AND p.id = u.parent_id
                        AND p.parent_id IS NULL
                    LEFT JOIN LATERAL (SELECT min(o.id) AS id FROM positions_position o JOIN positions_job j
                            ON j.agency_id = o.agency_id AND j.id = o.job_id
                        WHERE o.agency_id = u.agency_id AND o.unit_id = u.id AND o.is_head AND o.ends_on IS NULL
                            AND {key("j.name")} = t.name_key) h ON true
                    WHERE h.id IS NOT NULL OR (t.head AND {key("u.name")} = t.led_key))
                SELECT t.row, t.name, t.head,
                    CASE WHEN count(f.id) = 1 THEN min(f.id)
                        WHEN count(*) FILTER (WHERE f.founded) = 1 THEN min(f.id) FILTER (WHERE f.founded) END,
                    (array_agg(f.code ORDER BY f.founded DESC, f.code) FILTER (WHERE f.id IS NOT NULL))[1:10],
                    count(f.id)
                FROM top t LEFT JOIN found f ON f.row = t.row GROUP BY 1, 2, 3 ORDER BY 1""",
            [self.agency_id, self.paths, self.paths],
        )
        tops = [row for row in cursor.fetchall() if row[2] or row[3]]
        for _row, name, _head, unit, codes, number in tops:
            if unit is None and number:
                raise FileRefused(
                    "UNIT_WAJIB",
                    _("“%(name)s” cocok dengan %(number)s unit: %(codes)s. Sebutkan unitnya (--unit KODE)."),
                    name=name,
                    number=number,
                    codes=", ".join(codes) + (" …" if number > 10 else ""),
                )
        if not tops or any(unit is None for _row, _name, _head, unit, _codes, _number in tops):
            raise FileRefused("UNIT_WAJIB", _("Peta ini tidak menyebut unit. Sebutkan unitnya (--unit KODE)."))
        cursor.execute(
            """UPDATE import_row s SET own_unit_id = u.id, own_unit_new = false, head = true, unit_code = u.code
                FROM unnest(%s::int[], %s::bigint[]) t(row, unit_id)
                JOIN positions_unit u ON u.agency_id = %s AND u.id = t.unit_id WHERE s.row = t.row""",
            [[top[0] for top in tops], [top[3] for top in tops], self.agency_id],
        )
        units = {top[3] for top in tops}
        return units.pop() if len(units) == 1 else None

    def _known_units(self, cursor: Any) -> None:
        """Collect what the register knows under each unit: units by name, units by the title of their head (where one
        alone has it), and posts of the titles that the sheet fills by duty."""
        agency = int(self.agency_id)
        cursor.execute(
            f"""CREATE TEMP TABLE import_known ON COMMIT DROP AS
                WITH unit AS (SELECT id, code, parent_id, {key("name")} AS name_key FROM positions_unit
                    WHERE agency_id = {agency} AND ends_on IS NULL),
                post AS (SELECT p.unit_id, p.is_head, {key("j.name")} AS name_key FROM positions_position p
                    JOIN positions_job j ON j.agency_id = p.agency_id AND j.id = p.job_id
                    WHERE p.agency_id = {agency} AND p.ends_on IS NULL)
                SELECT 'name' AS how, parent_id AS above_id, name_key, min(id) AS unit_id,
                    (array_agg(code ORDER BY id))[1] AS code FROM unit GROUP BY 2, 3
                UNION ALL
                SELECT 'head', u.parent_id, p.name_key, min(u.id), min(u.code) FROM unit u
                    JOIN post p ON p.unit_id = u.id AND p.is_head
                    WHERE p.name_key IN (SELECT s.name_key FROM import_row s)
                    GROUP BY 2, 3 HAVING count(DISTINCT u.id) = 1
                UNION ALL
                SELECT DISTINCT 'post', p.unit_id, p.name_key, p.unit_id, NULL FROM post p
                    WHERE NOT p.is_head AND p.name_key IN (SELECT s.name_key FROM import_row s WHERE s.by_duty)"""
        )

    def _levels(self, cursor: Any) -> None:
        """Take a level that neither title nor class says from the catalogue; a head by duty is a functional officer.

        A head that the register knows keeps its level where the sheet says how the post is filled and no level: the
        class of a functional officer's post is that of a managerial one as well, and the post is the same.
        """
        cursor.execute(
            f"""UPDATE import_row s SET level = j.level FROM (
                SELECT p.unit_id, {key("j.name")} AS k, min(j.level) AS level FROM positions_position p
                JOIN positions_job j ON j.agency_id = p.agency_id AND j.id = p.job_id
                WHERE p.agency_id = %s AND p.is_head AND p.ends_on IS NULL GROUP BY 1, 2 HAVING count(*) = 1) j
                WHERE s.duty_said IS NOT NULL AND NOT s.level_said AND j.unit_id = s.unit_id AND j.k = s.name_key""",
            [self.agency_id],
        )
        cursor.execute(
            f"""UPDATE import_row s SET level = j.level FROM (
                SELECT {key("name")} AS k, min(level) AS level FROM positions_job
                WHERE agency_id = %s AND is_active AND subtitle = '' GROUP BY 1 HAVING count(*) = 1) j
                WHERE s.level IS NULL AND j.k = s.name_key""",
            [self.agency_id],
        )
        cursor.execute("UPDATE import_row SET level = %s WHERE level IS NULL AND by_duty", [str(DUTY_LEVEL)])
        self.flag_levels(cursor, "s.level IS NULL AND s.name_key IS NOT NULL")

    def _jobs_and_positions(self, cursor: Any) -> None:
        agency = self.agency_id
        self._levels(cursor)
        cursor.execute(
            f"""UPDATE import_row s SET job_id = coalesce(
                (SELECT min(j.id) FROM positions_job j WHERE j.agency_id = %s AND {key("j.name")} = s.name_key
                    AND j.level = s.level AND j.subtitle = ''),
                (SELECT min(m.job_id) FROM positions_namemapping m WHERE m.agency_id = %s AND m.kind = 'job' AND
                    m.key = s.name_key))""",
            [agency, agency],
        )
        cursor.execute(
            # A list of titles is one seat a row. Where a map tells K, the formation of a post without one is unknown.
            """UPDATE import_row s SET first = f.first,
                    seats = CASE WHEN NOT EXISTS (SELECT FROM import_row k WHERE k.need IS NOT NULL) THEN f.n END
                FROM (SELECT unit_id, name_key, level, min(row) AS first, count(*) AS n FROM import_row
                WHERE NOT bad AND unit_id IS NOT NULL GROUP BY 1, 2, 3) f
            WHERE f.unit_id = s.unit_id AND f.name_key = s.name_key AND f.level = s.level"""
        )
        cursor.execute(
            """UPDATE import_row s SET position_id = p.id FROM positions_position p WHERE p.agency_id = %s AND
                p.unit_id = s.unit_id
                AND p.job_id = s.job_id AND p.ends_on IS NULL""",
            [agency],
        )
        cursor.execute("UPDATE import_row SET is_new = position_id IS NULL")
        # One K a position: repeated rows add up.
        cursor.execute(
            """CREATE TEMP TABLE import_need ON COMMIT DROP AS
                SELECT s.first, max(s.position_id) AS position_id, sum(s.need) AS need, sum(s.holders) AS holders,
                    max(s.decree) AS decree,
                    max(s.decree_on) AS decree_on, NULL::text AS change, NULL::date AS since,
                    NULL::boolean AS duty FROM import_row s
                WHERE s.first IS NOT NULL GROUP BY s.first"""
        )
        self._check_duty(cursor)
        self._check_second_heads(cursor)
        cursor.execute(
            """UPDATE import_need i SET change = CASE WHEN n.id IS NULL THEN 'new'
                    WHEN (n.need, n.decree, n.decree_on) IS NOT DISTINCT FROM (i.need, coalesce(i.decree, ''),
                        i.decree_on) THEN NULL
                    WHEN i.decree_on > n.starts_on THEN 'follow' ELSE 'correct' END, since = n.starts_on
                FROM import_need x LEFT JOIN positions_positionneed n ON n.agency_id = %s AND n.position_id =
                    x.position_id
                    AND n.source = 'PETA_DITETAPKAN' AND n.ends_on IS NULL
                WHERE x.first = i.first AND i.need IS NOT NULL""",
            [agency],
        )
        if not self.options.confirm_corrections:
            self.flag(
                cursor,
                "KOREKSI",
                _(
                    "kebutuhan berubah tanpa keputusan yang lebih baru; sebutkan keputusannya atau"
                    " konfirmasi sebagai koreksi"
                ),
                name="need",
                value="s.need",
                source="import_row s JOIN import_need i ON i.first = s.row",
                where="i.change = 'correct' AND NOT s.bad",
            )
        self.flag_followed(
            cursor,
            "import_row s JOIN (SELECT first, position_id, 'PETA_DITETAPKAN' AS need_source, decree_on,"
            " nullif(change, 'correct') AS change FROM import_need) w ON w.first = s.row",
            "coalesce(w.decree_on, %s)",
            [self.options.effective_on],
        )
        self._check_seats_of_heads(cursor)
        self.flag_cuts(
            cursor,
            self._SEATS,
            "import_row s JOIN import_need w ON w.first = s.row",
            [self.options.effective_on, agency],
        )

    def _check_duty(self, cursor: Any) -> None:
        """Note posts that become, or are no longer, filled by an additional duty; refuse where somebody holds them in
        the manner that they would no longer know (`register.appoint`, `register.open_acting`)."""
        agency, day = self.agency_id, self.options.effective_on
        cursor.execute(
            """UPDATE import_need i SET duty = s.duty_said FROM import_row s JOIN positions_position p
                    ON p.agency_id = %s AND p.id = s.position_id
                WHERE s.row = i.first AND s.duty_said <> p.by_duty""",
            [agency],
        )
        for duty, code, kinds, words in (
            (
                "i.duty",
                "HANYA_TUGAS_TAMBAHAN",
                "'definitif', 'paruh_waktu'",
                _("jabatan ini masih dipangku %(value)s orang; tempatkan mereka dahulu sebelum diisi tugas tambahan"),
            ),
            (
                "NOT i.duty",
                "BUKAN_TUGAS_TAMBAHAN",
                "'tugas_tambahan'",
                _("jabatan ini masih dipegang %(value)s orang sebagai tugas tambahan; akhiri itu dahulu"),
            ),
        ):
            self.flag(
                cursor,
                code,
                words,
                detail="h.n",
                detail_is="number",
                name="by_duty",
                value="CASE WHEN s.duty_said THEN 'ya' ELSE 'tidak' END",
                source=f"""import_row s JOIN import_need i ON i.first = s.row JOIN LATERAL (
                    SELECT count(*) AS n FROM positions_incumbency o WHERE o.agency_id = {int(agency)}
                        AND o.position_id = i.position_id AND o.kind IN ({kinds})
                        AND (o.ends_on IS NULL OR o.ends_on > coalesce(i.decree_on, %s))) h ON h.n > 0""",
                where=f"{duty} AND NOT s.bad",
                params=[day],
            )

    def _check_second_heads(self, cursor: Any) -> None:
        """Refuse a new head of a unit that has one, as `register.check_only_head` does."""
        agency = int(self.agency_id)
        self.flag(
            cursor,
            "KEPALA_UNIT",
            _("unit ini sudah dikepalai %(value)s; tutup jabatan itu dahulu"),
            detail="h.name",
            name="name",
            value="s.name",
            source=f"""import_row s JOIN LATERAL (SELECT j.name FROM positions_position p JOIN positions_job j
                    ON j.agency_id = p.agency_id AND j.id = p.job_id
                WHERE p.agency_id = {agency} AND p.unit_id = s.unit_id AND p.is_head AND p.ends_on IS NULL
                ORDER BY p.id LIMIT 1) h ON true""",
            where=f"{_HEADS} AND s.is_new AND NOT s.bad",
        )

    def _check_seats_of_heads(self, cursor: Any) -> None:
        """Refuse more seats for a head, as `register.check_head_seats` does; those it has already may stay."""
        agency = int(self.agency_id)
        self.flag(
            cursor,
            "KEPALA_UNIT",
            _("jabatan kepala unit hanya satu formasi"),
            name="need",
            value="s.need",
            source=f"""import_row s JOIN import_need i ON i.first = s.row
                LEFT JOIN positions_position p ON p.agency_id = {agency} AND p.id = i.position_id
                LEFT JOIN ({self._SEATS}) w ON w.position_id = p.id
                LEFT JOIN LATERAL (SELECT count(*) AS open FROM positions_seat e WHERE e.agency_id = {agency}
                    AND e.position_id = p.id AND e.kind <> 'di_luar_formasi' AND e.ends_on IS NULL) o ON true""",
            where=f"""NOT s.bad AND CASE WHEN p.id IS NULL THEN {_HEADS} AND
                    floor(i.need + 0.5) > 1 ELSE p.is_head AND w.number > greatest(o.open, 1) END""",
            params=[self.options.effective_on, agency],
        )

    # K that a decree or a confirmed correction sets is the number of seats; a printed K and a list of titles (one seat
    # a row) only open what is missing. Parameters: the day of facts without a date, the agency.
    _SEATS = """SELECT i.position_id, CASE WHEN i.need IS NOT NULL AND (i.change = 'correct' OR (i.change IS NOT NULL
                AND i.decree IS NOT NULL)) THEN floor(i.need + 0.5)::int
            ELSE greatest(floor(coalesce(i.need + 0.5, s.seats, 0))::int, s.head::int, o.open) END AS number,
            CASE WHEN i.change = 'correct' THEN i.since ELSE coalesce(i.decree_on, %s) END AS day
        FROM import_need i JOIN import_row s ON s.row = i.first
        LEFT JOIN (SELECT e.position_id, count(*)::int AS open FROM positions_seat e
            WHERE e.agency_id = %s AND e.kind <> 'di_luar_formasi' AND e.ends_on IS NULL
                AND e.position_id IN (SELECT position_id FROM import_need) GROUP BY 1) o
            ON o.position_id = i.position_id
        WHERE i.position_id IS NOT NULL AND NOT s.bad"""

    def plan(self, cursor: Any) -> dict[str, int]:
        cursor.execute(
            f"""SELECT count(*) FILTER (WHERE s.is_new),
                    count(*) FILTER (WHERE NOT s.is_new AND (i.change IN ('follow', 'new') OR (i.change IS NULL
                        AND (i.duty IS NOT NULL
                            OR p.printed_holders IS DISTINCT FROM coalesce(i.holders, p.printed_holders))))),
                    count(*) FILTER (WHERE NOT s.is_new AND i.change = 'correct'), count(*)
                FROM import_row s JOIN import_need i ON i.first = s.row
                LEFT JOIN positions_position p ON p.agency_id = %s AND p.id = s.position_id WHERE {TAKEN}""",
            [self.agency_id],
        )
        new, changed, corrections, total = cursor.fetchone()
        agency = int(self.agency_id)
        rows = "import_row s JOIN import_need i ON i.first = s.row"
        self.listed(
            cursor,
            "new",
            f"""SELECT s.row, s.name AS job, coalesce(u.name, s.unit_text) AS unit, trim_scale(i.need)::text AS k
                FROM {rows} LEFT JOIN positions_unit u ON u.agency_id = {agency} AND u.id = s.unit_id
                WHERE s.is_new AND {TAKEN} ORDER BY s.row""",
        )
        for name, equal in (("changed", "IS DISTINCT FROM"), ("corrections", "=")):
            self.list_changes(
                cursor,
                name,
                source=f"""{rows} JOIN positions_position p ON p.agency_id = {agency} AND p.id = s.position_id
                    JOIN positions_unit u ON u.agency_id = {agency} AND u.id = p.unit_id
                    LEFT JOIN positions_positionneed n ON n.agency_id = {agency} AND n.position_id = p.id
                        AND n.source = 'PETA_DITETAPKAN' AND n.ends_on IS NULL""",
                where=f"NOT s.is_new AND i.change {equal} 'correct' AND {TAKEN}",
                shown="p.code, s.name AS job, u.name AS unit",
                fields={
                    "k": ("trim_scale(n.need)", "trim_scale(coalesce(i.need, n.need))"),
                    "decree": (
                        "nullif(n.decree, '')",
                        "CASE WHEN i.change IS NULL THEN nullif(n.decree, '') ELSE i.decree END",
                    ),
                    "b_printed": ("p.printed_holders", "coalesce(i.holders, p.printed_holders)"),
                    "by_duty": (
                        "CASE WHEN p.by_duty THEN 'ya' ELSE 'tidak' END",
                        "CASE WHEN coalesce(i.duty, p.by_duty) THEN 'ya' ELSE 'tidak' END",
                    ),
                },
            )
        # A tree speaks of all that is below its units, a list of the units that it names.
        covered = f"p.unit_id IN (SELECT s.unit_id FROM import_row s WHERE {TAKEN})"
        if self._tree:
            covered = f"""u.path <@ (SELECT array_agg(DISTINCT o.path) FROM import_row s JOIN positions_unit o
                ON o.agency_id = {agency} AND o.id = coalesce(s.own_unit_id, s.unit_id) WHERE {TAKEN})"""
        missing = self.listed(
            cursor,
            "missing",
            f"""SELECT p.code, j.name AS job, u.name AS unit FROM positions_position p
                JOIN positions_job j ON j.agency_id = p.agency_id AND j.id = p.job_id
                JOIN positions_unit u ON u.agency_id = p.agency_id AND u.id = p.unit_id
                WHERE p.agency_id = %s AND p.ends_on IS NULL AND {covered} AND {IN_SCOPE}
                    AND NOT EXISTS (SELECT 1 FROM import_row s WHERE s.position_id = p.id) ORDER BY p.code""",
            [self.agency_id, self.paths, self.paths],
        )
        named = "coalesce(s.own_unit_id, s.unit_id)" if self._tree else "s.unit_id"
        self.judge(
            cursor,
            "trees" if self._tree else "units",
            f"""SELECT min(o.name) FROM import_row s JOIN positions_unit o ON o.agency_id = {agency} AND o.id = {named}
                WHERE {TAKEN} GROUP BY o.id""",
        )
        return {
            "new": new,
            "changed": changed,
            "unchanged": total - new - changed - corrections,
            "corrections": corrections,
            "missing": missing,
        }

    def write(self, cursor: Any) -> None:
        agency, day = self.agency_id, self.options.effective_on
        if self._root_is_new:
            cursor.execute(
                """INSERT INTO positions_unit (id, agency_id, code, name, kind, siasn_id, region_code, is_model,
                    starts_on)
                    SELECT %s, id, code, name, 'pemda', '', '', false, %s FROM asnhr_agency WHERE id = %s""",
                [self._root, day, agency],
            )
        if self._tree:
            self._found_tree(cursor, day)
        else:
            self._found_units(cursor, day)
        cursor.execute(
            """INSERT INTO positions_unitperiod (agency_id, unit_id, name, parent_id, decree, decree_on, starts_on)
                SELECT u.agency_id, u.id, u.name, u.parent_id, %s, %s, u.starts_on FROM positions_unit u
                WHERE u.agency_id = %s AND NOT EXISTS (SELECT 1 FROM positions_unitperiod p WHERE p.agency_id =
                    u.agency_id AND p.unit_id = u.id)""",
            [*self.decree(), agency],
        )
        self._write_jobs(cursor)
        cursor.execute(
            f"""INSERT INTO positions_position (agency_id, code, unit_id, job_id, is_head, by_duty, growth,
                printed_holders, "order", starts_on)
                SELECT %s, {POSITION_CODE.format(unit="u.code", job="j.code")}, s.unit_id, s.job_id,
                    {_HEADS} AND coalesce(s.seats, 1) = 1, s.by_duty, 0,
                    i.holders, s.row, coalesce(i.decree_on, %s)
                FROM import_row s JOIN import_need i ON i.first = s.row
                JOIN positions_unit u ON u.agency_id = %s AND u.id = s.unit_id JOIN positions_job j ON j.agency_id =
                    %s AND j.id = s.job_id
                WHERE NOT s.bad AND s.is_new ORDER BY s.row""",
            [agency, day, agency, agency],
        )
        cursor.execute(
            """UPDATE import_row s SET position_id = p.id FROM positions_position p WHERE NOT s.bad AND s.position_id
                IS NULL
                AND p.agency_id = %s AND p.unit_id = s.unit_id AND p.job_id = s.job_id AND p.ends_on IS NULL""",
            [agency],
        )
        cursor.execute(
            "UPDATE import_need i SET position_id = s.position_id FROM import_row s WHERE s.row = i.first AND NOT s.bad"
        )
        cursor.execute(
            """UPDATE positions_position p SET printed_holders = i.holders FROM import_need i WHERE p.agency_id = %s
                AND p.id = i.position_id AND i.holders IS NOT NULL AND p.printed_holders IS DISTINCT FROM i.holders""",
            [agency],
        )
        self._write_needs(cursor, day)
        cursor.execute(
            """UPDATE positions_position p SET by_duty = i.duty FROM import_need i JOIN import_row s ON s.row = i.first
                WHERE NOT s.bad AND i.duty IS NOT NULL AND p.agency_id = %s AND p.id = i.position_id""",
            [agency],
        )
        duties = """SELECT i.position_id, coalesce(i.decree_on, %s) AS day FROM import_need i
            JOIN import_row s ON s.row = i.first WHERE NOT s.bad AND i.duty IS NOT NULL"""
        seats.refill(cursor, agency, duties, [day])
        seats.settle(cursor, agency, self._SEATS, [day, agency])

    _root: int | None = None
    _root_is_new = False

    def _write_jobs(self, cursor: Any) -> None:
        agency = self.agency_id
        code = JOB_CODE.format(key="s.name_key", level="s.level", subtitle="''")
        cursor.execute(
            f"""INSERT INTO positions_job (agency_id, code, name, subtitle, "group", level, field, family, echelon,
                job_class, reference_id,
                    summary, is_active)
                SELECT DISTINCT ON (s.name_key, s.level) %s, {code}, s.name, '', {GROUP_SQL.format(level="s.level")},
                    s.level, s.field, '',
                    '', s.job_class, (SELECT min(r.id) FROM positions_referencejob r WHERE {key("r.name")} =
                        s.name_key AND r.is_current),
                    '', true
                FROM import_row s WHERE NOT s.bad AND s.job_id IS NULL ORDER BY s.name_key, s.level, s.job_class
                    NULLS LAST, s.row
                ON CONFLICT DO NOTHING RETURNING id""",
            [agency],
        )
        made = [pk for (pk,) in cursor.fetchall()]
        cursor.execute(
            f"""UPDATE import_row s SET job_id = j.id FROM positions_job j WHERE s.job_id IS NULL AND NOT s.bad AND
                j.agency_id = %s
                AND j.level = s.level AND j.subtitle = '' AND {key("j.name")} = s.name_key""",
            [agency],
        )
        # The class that a decided map prints is decided with it; a printed map's stays without a start.
        cursor.execute(
            """UPDATE positions_jobclassperiod p SET decree = left(d.decree, 120), decree_on = d.decree_on,
                    starts_on = d.decree_on
                FROM (SELECT DISTINCT ON (s.job_id) s.job_id, s.decree, s.decree_on FROM import_row s
                    WHERE NOT s.bad AND s.job_id = ANY(%s) AND s.job_class IS NOT NULL ORDER BY s.job_id, s.job_class,
                        s.row) d
                WHERE p.agency_id = %s AND p.job_id = d.job_id AND d.decree IS NOT NULL AND d.decree_on <= %s""",
            [made, agency, self.options.today],
        )

    def _found_tree(self, cursor: Any, day: Any) -> None:
        cursor.execute(
            """INSERT INTO positions_unit (id, agency_id, code, name, kind, siasn_id, region_code, parent_id,
                is_model, starts_on)
                SELECT DISTINCT ON (s.depth, s.own_unit_id) s.own_unit_id, %s, s.unit_code, coalesce(s.led,
                    s.unit_text),
                    coalesce(s.led_kind, 'lain'), '', '', coalesce((SELECT o.own_unit_id FROM import_row o WHERE o.no
                        = s.above), %s),
                    false, %s
                FROM import_row s WHERE s.own_unit_new AND NOT s.bad AND s.depth IS NOT NULL ORDER BY s.depth,
                    s.own_unit_id""",
            [self.agency_id, self._root, day],
        )

    def _found_units(self, cursor: Any, day: Any) -> None:
        cursor.execute("SELECT code FROM positions_unit WHERE agency_id = %s AND id = %s", [self.agency_id, self._root])
        prefix = cursor.fetchone()[0]
        cursor.execute(
            """INSERT INTO positions_unit (id, agency_id, code, name, kind, siasn_id, region_code, parent_id,
                is_model, starts_on)
                SELECT DISTINCT ON (own_unit_id) own_unit_id, %s, %s || unit_code, unit_text, 'lain', '',
                    '', %s, false, %s
                FROM import_row WHERE own_unit_new AND NOT bad ORDER BY own_unit_id, row""",
            [self.agency_id, f"{prefix}.", self._root, day],
        )
        # The kind follows from the name, as for every list without a column for it.
        cursor.execute(
            "SELECT id, name FROM positions_unit WHERE agency_id = %s AND id IN (SELECT own_unit_id FROM import_row)",
            [self.agency_id],
        )
        kinds: dict[str, list[int]] = {}
        for unit, name in cursor.fetchall():
            kinds.setdefault(kind_of(None, name), []).append(unit)
        for kind, units in kinds.items():
            cursor.execute(
                "UPDATE positions_unit SET kind = %s WHERE agency_id = %s AND id = ANY(%s)",
                [kind, self.agency_id, units],
            )

    def _write_needs(self, cursor: Any, day: Any) -> None:
        agency = self.agency_id
        cursor.execute(
            """UPDATE positions_positionneed n SET ends_on = i.decree_on FROM import_need i WHERE i.change = 'follow'
                AND n.agency_id = %s
                AND n.position_id = i.position_id AND n.source = 'PETA_DITETAPKAN' AND n.ends_on IS NULL""",
            [agency],
        )
        cursor.execute(
            """UPDATE positions_positionneed n SET need = i.need, decree = coalesce(i.decree, ''), decree_on =
                i.decree_on,
                    is_printed = i.decree IS NULL
                FROM import_need i WHERE i.change = 'correct' AND n.agency_id = %s AND n.position_id = i.position_id
                    AND n.source = 'PETA_DITETAPKAN' AND n.ends_on IS NULL""",
            [agency],
        )
        cursor.execute(
            """INSERT INTO positions_positionneed (agency_id, position_id, source, need, decree, decree_on,
                is_printed, starts_on)
                SELECT %s, i.position_id, 'PETA_DITETAPKAN', i.need, coalesce(i.decree, ''), i.decree_on, i.decree IS
                    NULL,
                    coalesce(i.decree_on, %s)
                FROM import_need i WHERE i.change IN ('new', 'follow') AND i.position_id IS NOT NULL""",
            [agency, day],
        )

    def after(self, cursor: Any, written: bool) -> None:
        if self.has("unit"):
            self.queue_names(cursor, "unit", ["UNIT_TIDAK_DIKENAL", "UNIT_MENDUA"], "unit_text")
