"""Units: our own list, the SIASN unor tree, the ref-unor service's columns, and the list that links SIASN ids to
codes.
"""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from asnhr.imports import parsers
from asnhr.imports.framework import RowReader
from asnhr.imports.layout import Column, Layout
from asnhr.imports.limits import Target
from positions.imports._common import IN_SCOPE, TAKEN, RegisterImporter, key
from positions.models import Unit, UnitPeriod

C = Column

# First words of a name → kind, where the list has no column for it.
KIND_WORDS = (
    ("pemerintah", "pemda"),
    ("sekretariat", "sekretariat"),
    ("asisten", "asisten"),
    ("inspektorat", "inspektorat"),
    ("dinas", "dinas"),
    ("badan", "badan"),
    ("bagian", "bagian"),
    ("biro", "bagian"),
    ("bidang", "bidang"),
    ("subbagian", "subbagian"),
    ("sub bagian", "subbagian"),
    ("kasubbag", "subbagian"),
    ("seksi", "seksi"),
    ("subbidang", "seksi"),
    ("sub bidang", "seksi"),
    ("satuan", "satuan"),
    ("unit pelaksana", "upt"),
    ("uptd", "upt"),
    ("upt", "upt"),
    ("puskesmas", "puskesmas"),
    ("rsud", "rsud"),
    ("rumah sakit", "rsud"),
    ("sekolah", "sekolah"),
    ("sd ", "sekolah"),
    ("sdn", "sekolah"),
    ("smp", "sekolah"),
    ("sma", "sekolah"),
    ("smk", "sekolah"),
    ("slb", "sekolah"),
    ("tk ", "sekolah"),
    ("kecamatan", "kecamatan"),
    ("kelurahan", "kelurahan"),
    ("desa", "kelurahan"),
)
_KINDS = {parsers.normal(str(value)): value for value in Unit.Kind.values} | {
    parsers.normal(str(label)): value for value, label in Unit.Kind.choices
}


def kind_of(words: str | None, name: str | None) -> str:
    """Return the unit's kind from the list's word for it, else from how its name begins."""
    for text in (words, name):
        normal = parsers.normal(text or "")
        if normal in _KINDS:
            return _KINDS[normal]
        if normal.startswith("upt puskesmas"):
            return "puskesmas"
        for word, kind in KIND_WORDS:
            if normal.startswith(word):
                return kind
    return "lain"


class UnitImporter(RegisterImporter):
    kind = "units"
    permission = "import_structure"
    title = gettext_lazy("Unit kerja")
    unit_field = "code"
    layouts = (
        Layout(
            "unit",
            gettext_lazy("Daftar unit"),
            (
                C("code", ("kode", "kode unit", "kode unor"), parsers.code, required=True, mandatory=True),
                C(
                    "parent",
                    ("kode_induk", "kode induk", "induk", "kode unit induk", "kode atasan"),
                    parsers.code,
                    required=True,
                ),
                C(
                    "name",
                    ("nama", "nama unit", "nama unor", "unit kerja", "nama unit kerja"),
                    required=True,
                    mandatory=True,
                ),
                C("kind", ("jenis", "jenis unit")),
                C("data_state", ("status_data", "status data")),
                C("region", ("kode_wilayah", "kode wilayah"), parsers.code),
                C("siasn", ("unor_id", "id siasn", "siasn_id"), parsers.siasn_id),
                C("since", ("tmt", "mulai", "berlaku mulai", "berdiri sejak"), parsers.date),
                C("source", ("sumber",), keep=False),
            ),
            keys=("code", "name"),
            fill=2,
        ),
        Layout(
            "unor_siasn",
            gettext_lazy("Pohon unor SIASN"),
            (
                C("siasn", ("id",), parsers.siasn_id, required=True, mandatory=True),
                C("parent", ("id_induk", "diatasanid", "diatasan id"), parsers.siasn_id, required=True),
                C("name", ("nama", "namaunor", "nama unor"), required=True, mandatory=True),
                C("depth", ("tingkat",), parsers.whole),
                C("instansi", ("instansiid",), keep=False),
                C("echelon", ("eselonid",), keep=False),
                C("head", ("namajabatan",), keep=False),
                C("quick", ("cepatkode",), keep=False),
                C("office", ("indukunorid",), keep=False),
                C("leader", ("pemimpinpnsid",), keep=False),
                C("kind_id", ("jenisunorid",), keep=False),
                C("note", ("catatan",), keep=False),
            ),
            keys=("siasn", "name"),
            fill=2,
        ),
        Layout(
            "unor_id",
            gettext_lazy("Padanan kode unit dan id SIASN"),
            (
                C("code", ("kode_unor", "kode unor", "kode unit"), parsers.code, required=True, mandatory=True),
                C("siasn", ("unor_id", "unor id", "id siasn"), parsers.siasn_id, required=True, mandatory=True),
                C("name", ("nama", "nama unor")),
            ),
            keys=("code", "siasn"),
            fill=2,
        ),
    )
    keeps: ClassVar[Mapping[str, Target]] = {
        "code": (Unit, "code"),
        "name": (Unit, "name"),
        "region": (Unit, "region_code"),
        "siasn": (Unit, "siasn_id"),
        "decree": (UnitPeriod, "decree"),
    }
    staging: ClassVar[Mapping[str, str]] = {
        "code": "text",
        "parent": "text",
        "name": "text",
        "kind": "text",
        "siasn": "text",
        "region": "text",
        "since": "date",
        "is_model": "boolean",
        "kind_given": "boolean",
        "name_key": "text",
        "unit_id": "bigint",
        "parent_id": "bigint",
        "is_new": "boolean",
        "depth": "int",
        "change": "text",
    }

    def record(self, values: dict[str, Any], row: RowReader) -> Mapping[str, Any] | None:
        # The download of SIASN shows the depth by hyphens before the name.
        name = (values.get("name") or "").lstrip("- ").strip() or None
        return {
            "code": values.get("code"),
            "parent": values.get("parent"),
            "name": name,
            "kind": kind_of(values.get("kind"), name),
            "kind_given": values.get("kind") is not None,
            "siasn": values.get("siasn"),
            "region": values.get("region"),
            "since": values.get("since"),
            "is_model": (values.get("data_state") or "").lower() == "model" if self.has("data_state") else None,
            "name_key": parsers.normal(name).upper() if name else None,
        }

    def check(self, cursor: Any) -> None:
        own = self._own
        self.flag(
            cursor,
            "KODE_GANDA",
            _("muncul lebih dari sekali di berkas"),
            name=own,
            value=f"s.{own}",
            where=f"EXISTS (SELECT 1 FROM import_row o WHERE o.{own} = s.{own} AND o.row < s.row)",
        )
        self._find_units(cursor)
        if self.match is not None and self.match.layout.code == "unor_id":
            self.flag(
                cursor,
                "UNIT_TIDAK_DIKENAL",
                _("kode unit tidak ada di register"),
                name="code",
                value="s.code",
                where="s.unit_id IS NULL",
            )
            self.check_scope(cursor)
            return
        self._find_parents(cursor)
        self._measure_depth(cursor)
        self._check_places(cursor)
        self._changes(cursor)
        self.flag_orphans(cursor, "unit_id")

    @property
    def _by_id(self) -> bool:
        """Whether the file's rows are told apart by their SIASN ids, not by codes."""
        return self.match is not None and self.match.layout.code == "unor_siasn"

    @property
    def _own(self) -> str:
        return "siasn" if self._by_id else "code"

    def _find_units(self, cursor: Any) -> None:
        agency = self.agency_id
        if self._by_id:
            # The register may know the unit by its SIASN id; the root also by being the only one.
            cursor.execute(
                "UPDATE import_row s SET unit_id = u.id FROM positions_unit u"
                " WHERE u.agency_id = %s AND u.siasn_id <> '' AND upper(u.siasn_id) = s.siasn",
                [agency],
            )
            cursor.execute(
                f"""UPDATE import_row s SET unit_id = u.id FROM positions_unit u
                    WHERE s.unit_id IS NULL AND s.parent IS NULL AND u.agency_id = %s AND u.parent_id IS NULL
                        AND u.ends_on IS NULL AND u.siasn_id = '' AND {key("u.name")} = s.name_key""",
                [agency],
            )
            cursor.execute("UPDATE import_row SET code = siasn WHERE code IS NULL")
        else:
            cursor.execute(
                "UPDATE import_row s SET unit_id = u.id FROM positions_unit u WHERE u.agency_id = %s AND"
                " u.code = s.code",
                [agency],
            )

    def _find_parents(self, cursor: Any) -> None:
        """Number the new units, and find each row's parent: another row of the file, or a unit of the register."""
        own = self._own
        cursor.execute(
            f"UPDATE import_row s SET is_new = s.unit_id IS NULL, unit_id = coalesce(s.unit_id,"
            f" nextval(pg_get_serial_sequence('positions_unit', 'id')))"
            f" WHERE NOT EXISTS (SELECT 1 FROM import_row o WHERE o.{own} = s.{own} AND o.row < s.row)"
        )
        cursor.execute("CREATE INDEX ON import_row (code)")
        cursor.execute(
            f"UPDATE import_row s SET parent_id = o.unit_id FROM import_row o"
            f" WHERE s.parent IS NOT NULL AND o.{own} = s.parent AND o.unit_id IS NOT NULL"
        )
        cursor.execute(
            "UPDATE import_row s SET parent_id = u.id FROM positions_unit u WHERE s.parent IS NOT NULL"
            " AND s.parent_id IS NULL"
            " AND u.agency_id = %s AND " + ("upper(u.siasn_id) = s.parent" if self._by_id else "u.code = s.parent"),
            [self.agency_id],
        )
        default = self.default_unit(cursor)
        if default is not None:
            cursor.execute(
                "UPDATE import_row SET parent_id = %s WHERE parent IS NULL AND unit_id <> %s", [default, default]
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
                SELECT s.row, s.unit_id, 0 AS depth FROM import_row s
                WHERE s.unit_id IS NOT NULL
                    AND (s.parent_id IS NULL OR NOT EXISTS (SELECT 1 FROM import_row o WHERE o.unit_id = s.parent_id))
                UNION ALL
                SELECT s.row, s.unit_id, tree.depth + 1 FROM import_row s JOIN tree ON s.parent_id = tree.unit_id
            ) CYCLE unit_id SET looped USING path
            UPDATE import_row s SET depth = tree.depth FROM tree WHERE tree.row = s.row AND NOT tree.looped"""
        )
        self.flag(
            cursor,
            "INDUK_MELINGKAR",
            _("unit menjadi induk dirinya sendiri melalui bawahannya"),
            name="parent",
            value="s.parent",
            where="s.unit_id IS NOT NULL AND s.depth IS NULL AND s.parent_id IS NOT NULL",
        )

    def _check_places(self, cursor: Any) -> None:
        """Let who works for some units keep a unit of their subtrees where it is, or put it, as a new one, below a unit
        of these. To take a unit from elsewhere would be to take the right to write it."""
        if self.options.unit_paths is None:
            return
        agency = int(self.agency_id)
        self.flag(
            cursor,
            "DI_LUAR_CAKUPAN",
            _("unit ini di luar cakupan Anda"),
            name="code",
            value="s.code",
            source=(
                f"import_row s LEFT JOIN positions_unit u ON u.agency_id = {agency} AND u.id = s.unit_id"
                f" LEFT JOIN positions_unit above ON above.agency_id = {agency} AND above.id = s.parent_id"
            ),
            where=(
                "NOT (coalesce(s.is_new, false) OR coalesce(u.path <@ %s::ltree[], false))"
                " OR NOT (coalesce(above.path <@ %s::ltree[], false)"
                " OR (NOT coalesce(s.is_new, false) AND s.parent_id IS NOT DISTINCT FROM u.parent_id))"
            ),
            params=[list(self.options.unit_paths)] * 2,
        )

    def _changes(self, cursor: Any) -> None:
        """Say of each known unit whether name or parent changed, and whether a day says since when."""
        cursor.execute(
            """UPDATE import_row s SET change = CASE
                    WHEN (coalesce(p.name, u.name), CASE WHEN p.starts_on IS NULL THEN u.parent_id
                            ELSE p.parent_id END) IS DISTINCT FROM (s.name, s.parent_id)
                        THEN CASE WHEN coalesce(s.since, %s) > p.starts_on THEN 'follow' ELSE 'correct' END
                    WHEN (s.kind_given AND u.kind <> s.kind) OR (s.siasn IS NOT NULL AND upper(u.siasn_id) <> s.siasn)
                        OR (s.region IS NOT NULL AND u.region_code <> s.region)
                        OR (s.is_model IS NOT NULL AND u.is_model <> s.is_model) THEN 'plain' END
                FROM positions_unit u
                LEFT JOIN LATERAL (SELECT starts_on, name, parent_id FROM positions_unitperiod p
                    WHERE p.agency_id = u.agency_id AND p.unit_id = u.id ORDER BY starts_on DESC LIMIT 1) p ON true
                WHERE s.is_new = false AND u.agency_id = %s AND u.id = s.unit_id""",
            [self.options.decree_on, self.agency_id],
        )
        if not self.options.confirm_corrections:
            self.flag(
                cursor,
                "KOREKSI",
                _(
                    "nama atau induk berubah tanpa tanggal berlaku baru (di register: %(value)s); sebutkan"
                    " tanggal keputusan atau konfirmasi sebagai koreksi"
                ),
                name="name",
                value="s.name",
                detail="u.name",
                # Of a unit outside the scope not even the name that the register has.
                where=(
                    "s.change = 'correct' AND NOT s.bad AND NOT EXISTS (SELECT 1 FROM import_problem p"
                    " WHERE p.row = s.row AND p.code = 'DI_LUAR_CAKUPAN')"
                ),
                source=(
                    f"import_row s JOIN positions_unit u ON u.agency_id = {int(self.agency_id)} AND u.id = s.unit_id"
                ),
            )

    def plan(self, cursor: Any) -> dict[str, int]:
        if self.match is not None and self.match.layout.code == "unor_id":
            cursor.execute(
                "SELECT count(*) FILTER (WHERE upper(u.siasn_id) <> s.siasn), count(*) FILTER (WHERE"
                " upper(u.siasn_id) = s.siasn)"
                " FROM import_row s JOIN positions_unit u ON u.agency_id = %s AND u.id = s.unit_id WHERE NOT s.bad",
                [self.agency_id],
            )
            changed, same = cursor.fetchone()
            return {"new": 0, "changed": changed, "unchanged": same, "corrections": 0, "missing": 0}
        cursor.execute(
            "SELECT count(*) FILTER (WHERE is_new), count(*) FILTER (WHERE change IN ('follow', 'plain')),"
            " count(*) FILTER (WHERE NOT is_new AND change IS NULL), count(*) FILTER (WHERE change = 'correct')"
            f" FROM import_row s WHERE {TAKEN}"
        )
        new, changed, same, corrections = cursor.fetchone()
        self.listed(
            cursor,
            "new",
            f"SELECT s.row, s.code, s.name FROM import_row s WHERE s.is_new AND {TAKEN} ORDER BY s.row",
        )
        agency = int(self.agency_id)
        facts = {
            "name": ("u.name", "s.name"),
            "parent": (
                f"SELECT o.name FROM positions_unit o WHERE o.agency_id = {agency} AND o.id = u.parent_id",
                f"coalesce((SELECT o.name FROM positions_unit o WHERE o.agency_id = {agency} AND o.id = s.parent_id),"
                " (SELECT min(o.name) FROM import_row o WHERE o.unit_id = s.parent_id))",
            ),
            "kind": ("u.kind", "CASE WHEN s.kind_given THEN s.kind ELSE u.kind END"),
            "siasn_id": ("upper(u.siasn_id)", "coalesce(s.siasn, upper(u.siasn_id))"),
            "region_code": ("u.region_code", "coalesce(s.region, u.region_code)"),
            "is_model": ("u.is_model", "coalesce(s.is_model, u.is_model)"),
        }
        for name, which in (("changed", "s.change IN ('follow', 'plain')"), ("corrections", "s.change = 'correct'")):
            self.list_changes(
                cursor,
                name,
                source=f"import_row s JOIN positions_unit u ON u.agency_id = {agency} AND u.id = s.unit_id",
                where=f"{which} AND {TAKEN}",
                shown="u.code, u.name",
                fields=facts,
            )
        missing = self.listed(
            cursor,
            "missing",
            "SELECT u.code, u.name FROM positions_unit u WHERE u.agency_id = %s AND u.ends_on IS NULL"
            " AND NOT EXISTS (SELECT 1 FROM import_row s WHERE s.unit_id = u.id)"
            " AND (%s::text IS NULL OR u.path <@ (SELECT t.path FROM positions_unit t WHERE t.agency_id"
            f" = u.agency_id AND t.code = %s)) AND {IN_SCOPE} ORDER BY u.code",
            [self.agency_id, self.options.unit or None, self.options.unit, self.paths, self.paths],
        )
        if self.options.unit:
            self.judge(
                cursor,
                "trees",
                "SELECT u.name FROM positions_unit u WHERE u.agency_id = %s AND u.code = %s",
                [self.agency_id, self.options.unit],
            )
        else:
            self.judge_all(cursor)
        return {"new": new, "changed": changed, "unchanged": same, "corrections": corrections, "missing": missing}

    def write(self, cursor: Any) -> None:
        agency = self.agency_id
        if self.match is not None and self.match.layout.code == "unor_id":
            cursor.execute(
                "UPDATE positions_unit u SET siasn_id = s.siasn FROM import_row s WHERE NOT s.bad AND u.agency_id = %s"
                " AND u.id = s.unit_id AND upper(u.siasn_id) <> s.siasn",
                [agency],
            )
            return
        day = self.options.effective_on
        cursor.execute(
            """INSERT INTO positions_unit (id, agency_id, code, name, kind, siasn_id, region_code, parent_id,
                is_model, starts_on)
                SELECT unit_id, %s, code, name, kind, coalesce(siasn, ''), coalesce(region, ''), parent_id,
                    coalesce(is_model, false), coalesce(since, %s)
                FROM import_row WHERE is_new AND NOT bad ORDER BY depth, row""",
            [agency, day],
        )
        cursor.execute(
            """INSERT INTO positions_unitperiod (agency_id, unit_id, name, parent_id, decree, decree_on, starts_on)
                SELECT %s, unit_id, name, parent_id, %s, %s, coalesce(since, %s) FROM import_row WHERE is_new AND NOT
                    bad""",
            [agency, *self.decree(), day],
        )
        cursor.execute(
            """UPDATE positions_unit u SET
                    kind = CASE WHEN s.kind_given THEN s.kind ELSE u.kind END, siasn_id = coalesce(s.siasn, u.siasn_id),
                    region_code = coalesce(s.region, u.region_code), is_model = coalesce(s.is_model, u.is_model)
                FROM import_row s WHERE s.is_new = false AND NOT s.bad AND u.agency_id = %s AND u.id = s.unit_id
                    AND (CASE WHEN s.kind_given THEN s.kind ELSE u.kind END, coalesce(s.siasn, u.siasn_id),
                        coalesce(s.region, u.region_code), coalesce(s.is_model, u.is_model))
                    IS DISTINCT FROM (u.kind, u.siasn_id, u.region_code, u.is_model)""",
            [agency],
        )
        cursor.execute(
            """UPDATE positions_unitperiod p SET ends_on = coalesce(s.since, %s) FROM import_row s
                WHERE s.change = 'follow' AND NOT s.bad AND p.agency_id = %s AND p.unit_id = s.unit_id AND p.ends_on
                    IS NULL""",
            [self.options.decree_on, agency],
        )
        cursor.execute(
            """INSERT INTO positions_unitperiod (agency_id, unit_id, name, parent_id, decree, decree_on, starts_on)
                SELECT %s, unit_id, name, parent_id, %s, %s, coalesce(since, %s) FROM import_row
                WHERE change = 'follow' AND NOT bad ORDER BY depth""",
            [agency, *self.decree(), self.options.decree_on],
        )
        cursor.execute(
            """UPDATE positions_unitperiod p SET name = s.name, parent_id = s.parent_id FROM import_row s
                WHERE s.change = 'correct' AND NOT s.bad AND p.agency_id = %s AND p.unit_id = s.unit_id
                    AND p.starts_on = (SELECT max(starts_on) FROM positions_unitperiod l
                        WHERE l.agency_id = p.agency_id AND l.unit_id = p.unit_id)""",
            [agency],
        )
