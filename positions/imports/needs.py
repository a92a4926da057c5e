"""K from a source other than workload: the formula of a guiding agency, or a decided position map with its decree."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from asnhr.imports import parsers
from asnhr.imports.framework import RowReader
from asnhr.imports.layout import Column, Layout
from asnhr.imports.limits import Target
from positions.imports._common import LEVEL_BY_NAME, TAKEN, RegisterImporter, key
from positions.models import NameMapping, PositionNeed
from positions.services import seats

C = Column

_SOURCES = {
    "formula jf": "FORMULA_JF",
    "formula": "FORMULA_JF",
    "rumus": "FORMULA_JF",
    "rumus instansi pembina": "FORMULA_JF",
    "peta ditetapkan": "PETA_DITETAPKAN",
    "peta": "PETA_DITETAPKAN",
    "peta jabatan": "PETA_DITETAPKAN",
    "keputusan": "PETA_DITETAPKAN",
    "peta jabatan ditetapkan": "PETA_DITETAPKAN",
}


class PlacedImporter(RegisterImporter):
    """A kind whose rows name a position of the register: by its code, or by unit and title."""

    def place(self, cursor: Any, *, severity: str = "error") -> None:
        """Fill `position_id`; flag and queue what cannot be placed. Needs unit_text, job_text, job_key,
        position_code, level."""
        agency = self.agency_id
        cursor.execute(
            "UPDATE import_row s SET position_id = p.id, unit_id = p.unit_id, job_id = p.job_id FROM"
            " positions_position p"
            " WHERE p.agency_id = %s AND p.code = s.position_code",
            [agency],
        )
        default = self.default_unit(cursor)
        if default is not None:
            cursor.execute(
                "UPDATE import_row SET unit_id = %s WHERE unit_id IS NULL AND unit_text IS NULL AND"
                " job_key IS NOT NULL",
                [default],
            )
        self.resolve_units(cursor)
        self.flag(
            cursor,
            "UNIT_TIDAK_DIKENAL",
            _("baris tidak menyebut unit; sebutkan --unit"),
            name=self.unit_field,
            where="s.unit_id IS NULL AND s.unit_text IS NULL AND s.position_id IS NULL AND s.job_key IS NOT NULL",
        )
        cursor.execute(
            f"""CREATE TEMP TABLE import_candidate ON COMMIT DROP AS
                SELECT s.row, p.id, count(*) OVER (PARTITION BY s.row) AS n FROM import_row s
                JOIN positions_position p ON p.agency_id = %s AND p.unit_id = s.unit_id AND p.ends_on IS NULL
                JOIN positions_job j ON j.agency_id = p.agency_id AND j.id = p.job_id
                WHERE s.position_id IS NULL AND s.job_key <> '' AND (s.level IS NULL OR s.level = j.level)
                    AND (s.job_key IN ({key("j.name")}, {key("j.name || ' ' || j.subtitle")}, {key("j.code")}) OR
                        j.id IN
                        (SELECT m.job_id FROM positions_namemapping m WHERE m.agency_id = %s AND m.kind = 'job' AND
                            m.key = s.job_key))""",
            [agency, agency],
        )
        cursor.execute(
            "UPDATE import_row s SET position_id = c.id FROM import_candidate c WHERE c.row = s.row AND c.n = 1"
        )
        self.choose(cursor)
        several = "EXISTS (SELECT 1 FROM import_candidate c WHERE c.row = s.row)"
        by_code = "s.position_code IS NOT NULL AND s.job_key IS NULL"
        unplaced = f"s.position_id IS NULL AND s.unit_id IS NOT NULL AND s.job_text IS NOT NULL AND NOT ({by_code})"
        self.flag(
            cursor,
            "JABATAN_TIDAK_DIKENAL",
            _("tidak ada jabatan dengan kode ini di register"),
            name="position",
            value="s.position_code",
            severity=severity,
            where=f"s.position_id IS NULL AND {by_code}",
        )
        for code, message, where in (
            ("JABATAN_MENDUA", _("unit ini punya beberapa jabatan dengan nama itu; sebutkan kode jabatannya"), several),
            ("JABATAN_TIDAK_DIKENAL", _("jabatan ini tidak ada di peta unit tersebut"), f"NOT {several}"),
        ):
            self.flag(
                cursor,
                code,
                message,
                name=self.job_field,
                value="s.job_text",
                severity=severity,
                where=f"{unplaced} AND {where}",
            )
        self.check_scope(cursor)

    def choose(self, cursor: Any) -> None:
        """Choose among several positions of a title (`import_candidate`), where the kind knows more."""

    def after(self, cursor: Any, written: bool) -> None:
        self.queue_names(cursor, "unit", ["UNIT_TIDAK_DIKENAL", "UNIT_MENDUA"], "unit_text")
        self.queue_names(cursor, "job", ["JABATAN_TIDAK_DIKENAL", "JABATAN_MENDUA"], "job_text")

    @staticmethod
    def placed(values: dict[str, Any]) -> dict[str, Any]:
        """Return the staging values of the columns that name a position."""
        job = values.get("job")
        level = LEVEL_BY_NAME.get(parsers.normal(values.get("level") or ""))
        return {
            "position_code": values.get("position"),
            "unit_text": values.get("unit"),
            "job_text": job,
            "job_key": parsers.normal(job).upper() if job else None,
            "level": str(level) if level else None,
        }


PLACED_KEEPS: Mapping[str, Target] = {"unit": (NameMapping, "text"), "job": (NameMapping, "text")}
PLACED_STAGING = {
    "position_code": "text",
    "unit_text": "text",
    "job_text": "text",
    "job_key": "text",
    "level": "text",
    "unit_id": "bigint",
    "job_id": "bigint",
    "position_id": "bigint",
}
PLACED_COLUMNS = (
    C("no", ("no", "nomor", "no urut"), keep=False, counter=True),
    C("position", ("kode jabatan", "kode_jabatan", "kode posisi", "id_jabatan", "kode peta"), parsers.code),
    C("unit", ("unit", "unit kerja", "nama unit", "kode unit", "kode_unit", "opd", "satker", "satuan kerja")),
    C("job", ("nama jabatan", "nama_jabatan", "jabatan")),
    C("level", ("jenjang", "jenjang jabatan")),
)


class NeedImporter(PlacedImporter):
    kind = "needs"
    permission = "import_structure"
    title = gettext_lazy("Kebutuhan menurut rumus atau keputusan")
    layouts = (
        Layout(
            "kebutuhan",
            gettext_lazy("Daftar kebutuhan jabatan"),
            (
                *PLACED_COLUMNS,
                C(
                    "need",
                    ("kebutuhan", "k", "jumlah kebutuhan", "formasi", "hasil"),
                    parsers.need,
                    required=True,
                    mandatory=True,
                ),
                C("source", ("sumber", "sumber kebutuhan", "dasar")),
                C("decree", ("nomor keputusan", "no keputusan", "nomor sk", "no sk", "nomor_keputusan")),
                C(
                    "decree_on",
                    ("tanggal keputusan", "tgl keputusan", "tanggal sk", "tgl sk", "tanggal_keputusan"),
                    parsers.date,
                ),
                C("since", ("berlaku mulai", "tmt", "mulai"), parsers.date),
            ),
            keys=("position", "job"),
            fill=2,
            at_least=2,
        ),
    )
    keeps: ClassVar[Mapping[str, Target]] = {
        **PLACED_KEEPS,
        "need": (PositionNeed, "need"),
        "decree": (PositionNeed, "decree"),
    }
    staging: ClassVar[Mapping[str, str]] = PLACED_STAGING | {
        "need": "numeric",
        "source": "text",
        "decree": "text",
        "decree_on": "date",
        "since": "date",
        "change": "text",
    }

    def record(self, values: dict[str, Any], row: RowReader) -> Mapping[str, Any] | None:
        words = parsers.normal(values.get("source") or "peta ditetapkan")
        source = _SOURCES.get(words)
        if source is None:
            row.error("JENIS_TIDAK_DIKENAL", "source", _("sumber kebutuhan: FORMULA_JF atau PETA_DITETAPKAN"))
        decree = values.get("decree") or self.options.decree or None
        decree_on = values.get("decree_on") or self.options.decree_on
        if decree is None:
            row.error("KEPUTUSAN_WAJIB", "decree", _("nomor keputusan wajib ada; isi kolomnya atau sebutkan --decree"))
        since = values.get("since") or decree_on or self.options.effective_on
        if decree_on and decree_on > since:
            sentence = _("berlaku %(starts)s, sebelum keputusannya tanggal %(decided)s")
            row.error("KEPUTUSAN_SURUT", "since", sentence, starts=since, decided=decree_on)
        if values.get("need") is not None and values["need"] < 0:
            row.error("ANGKA", "need", _("kebutuhan tidak boleh negatif"))
        if not values.get("position") and not values.get("job"):
            row.error("WAJIB", "job", _("kode atau nama jabatan wajib diisi"))
        return {
            **self.placed(values),
            "need": values.get("need"),
            "source": source,
            "decree": decree,
            "decree_on": decree_on,
            "since": since,
        }

    def check(self, cursor: Any) -> None:
        self.place(cursor)
        self.flag(
            cursor,
            "KODE_GANDA",
            _("jabatan yang sama sudah ada di baris lain"),
            name="job",
            value="coalesce(s.job_text, s.position_code)",
            where=(
                "s.position_id IS NOT NULL AND EXISTS (SELECT 1 FROM import_row o WHERE o.position_id ="
                " s.position_id AND o.source = s.source"
                " AND o.row < s.row)"
            ),
        )
        cursor.execute(
            """UPDATE import_row s SET change = CASE WHEN n.id IS NULL THEN 'new'
                    WHEN (n.need, n.decree, n.decree_on, n.starts_on) IS NOT DISTINCT FROM (s.need, s.decree,
                        s.decree_on, s.since) THEN NULL
                    WHEN s.since > n.starts_on THEN 'follow' ELSE 'correct' END
                FROM import_row x LEFT JOIN positions_positionneed n ON n.agency_id = %s AND n.position_id =
                    x.position_id AND n.source = x.source
                    AND n.ends_on IS NULL
                WHERE x.row = s.row AND s.position_id IS NOT NULL AND s.source IS NOT NULL AND s.need IS NOT NULL""",
            [self.agency_id],
        )
        if not self.options.confirm_corrections:
            self.flag(
                cursor,
                "KOREKSI",
                _("kebutuhan berubah tanpa tanggal berlaku yang lebih baru; konfirmasi sebagai koreksi"),
                name="need",
                value="s.need",
                where="s.change = 'correct' AND NOT s.bad",
            )
        self.flag_followed(
            cursor,
            "import_row s JOIN (SELECT row, position_id, source AS need_source, change FROM import_row) w"
            " ON w.row = s.row",
            "s.since",
        )
        self.flag(
            cursor,
            "KEPALA_UNIT",
            _("jabatan kepala unit hanya satu formasi"),
            name="need",
            value="s.need",
            source=(
                f"import_row s JOIN positions_position p ON p.agency_id = {int(self.agency_id)}"
                " AND p.id = s.position_id AND p.is_head"
            ),
            where="s.source = 'PETA_DITETAPKAN' AND s.change IS NOT NULL AND floor(s.need + 0.5) > 1 AND NOT s.bad",
        )
        self.flag_cuts(
            cursor,
            self._SEATS,
            "import_row s JOIN import_row w ON w.row = s.row AND s.source = 'PETA_DITETAPKAN' AND s.change IS NOT NULL",
        )

    # K ditetapkan is a number of seats: the seats follow each decree that changes it.
    _SEATS = """SELECT DISTINCT ON (s.position_id) s.position_id, floor(s.need + 0.5)::int AS number, s.since AS day
        FROM import_row s WHERE s.source = 'PETA_DITETAPKAN' AND s.change IS NOT NULL AND NOT s.bad
        ORDER BY s.position_id, s.row"""

    def plan(self, cursor: Any) -> dict[str, int]:
        cursor.execute(
            "SELECT count(*) FILTER (WHERE change = 'new'), count(*) FILTER (WHERE change = 'follow'),"
            " count(*) FILTER (WHERE change IS NULL), count(*) FILTER (WHERE change = 'correct')"
            f" FROM import_row s WHERE {TAKEN}"
        )
        new, changed, same, corrections = cursor.fetchone()
        agency = int(self.agency_id)
        rows = f"""import_row s JOIN positions_position p ON p.agency_id = {agency} AND p.id = s.position_id
            JOIN positions_job j ON j.agency_id = {agency} AND j.id = p.job_id
            JOIN positions_unit u ON u.agency_id = {agency} AND u.id = p.unit_id"""
        shown = "p.code, j.name AS job, u.name AS unit"
        self.listed(
            cursor,
            "new",
            f"""SELECT s.row, {shown}, s.source, trim_scale(s.need)::text AS k FROM {rows}
                WHERE s.change = 'new' AND {TAKEN} ORDER BY s.row""",
        )
        for name, change in (("changed", "follow"), ("corrections", "correct")):
            self.list_changes(
                cursor,
                name,
                source=f"""{rows} JOIN positions_positionneed n ON n.agency_id = {agency} AND n.position_id = p.id
                    AND n.source = s.source AND n.ends_on IS NULL""",
                where=f"s.change = '{change}' AND {TAKEN}",
                shown=shown,
                fields={
                    "k": ("trim_scale(n.need)", "trim_scale(s.need)"),
                    "decree": ("n.decree", "s.decree"),
                    "decree_on": ("n.decree_on", "s.decree_on"),
                    "since": ("n.starts_on", "s.since"),
                },
            )
        return {"new": new, "changed": changed, "unchanged": same, "corrections": corrections, "missing": 0}

    def write(self, cursor: Any) -> None:
        agency = self.agency_id
        join = (
            "n.agency_id = %s AND n.position_id = s.position_id AND n.source = s.source AND n.ends_on IS NULL"
            " AND NOT s.bad"
        )
        cursor.execute(
            f"UPDATE positions_positionneed n SET ends_on = s.since FROM import_row s WHERE s.change ="
            f" 'follow' AND {join}",
            [agency],
        )
        cursor.execute(
            f"UPDATE positions_positionneed n SET need = s.need, decree = s.decree, decree_on ="
            f" s.decree_on, starts_on = s.since, is_printed = false"
            f" FROM import_row s WHERE s.change = 'correct' AND {join}",
            [agency],
        )
        cursor.execute(
            """INSERT INTO positions_positionneed (agency_id, position_id, source, need, decree, decree_on,
                is_printed, starts_on)
                SELECT %s, position_id, source, need, decree, decree_on, false, since FROM import_row
                WHERE change IN ('new', 'follow') AND NOT bad ORDER BY row""",
            [agency],
        )
        seats.settle(cursor, agency, self._SEATS)
