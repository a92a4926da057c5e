"""ABK sheets: the form with one post a sheet, and lists of tasks of many posts. Printed mistakes are flagged, not
    copied.

The figures are checked as the sheet prints them (`positions.rules.workload.sheet_faults`): the need is reproduced with
each row's own effective time, and what contradicts itself marks the post's workload, so that the analysis asks for a
review instead of trusting it.
"""

import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any, ClassVar

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from asnhr import told
from asnhr.imports import parsers
from asnhr.imports.framework import ERROR, WARNING, Problem, RowReader
from asnhr.imports.layout import Column, Layout, Match
from asnhr.imports.limits import Target
from positions.imports.needs import PLACED_COLUMNS, PLACED_KEEPS, PLACED_STAGING, PlacedImporter
from positions.models import WorkloadTask
from positions.rules import workload as rules

C = Column

FAULTS = {
    rules.FaultCode.VOLUME_KOSONG: gettext_lazy("volume kosong; kebutuhan tidak dapat dihitung"),
    rules.FaultCode.VOLUME_TIDAK_SAH: gettext_lazy("volume harus lebih dari nol"),
    rules.FaultCode.NORMA_KOSONG: gettext_lazy("norma waktu kosong; kebutuhan tidak dapat dihitung"),
    rules.FaultCode.NORMA_TIDAK_SAH: gettext_lazy("norma waktu harus lebih dari nol"),
    rules.FaultCode.WKE_TIDAK_LAZIM: gettext_lazy("waktu kerja efektif tidak lazim"),
    rules.FaultCode.WKE_CAMPURAN: gettext_lazy("waktu kerja efektif bercampur antarbaris"),
    rules.FaultCode.PERKALIAN_SALAH: gettext_lazy("beban tercetak bukan volume × norma waktu"),
    rules.FaultCode.KEBUTUHAN_TIDAK_SESUAI: gettext_lazy("kebutuhan tercetak bukan beban ÷ waktu kerja efektif"),
    rules.FaultCode.SUBTOTAL_TIDAK_SESUAI: gettext_lazy("subtotal tercetak bukan jumlah barisnya"),
    rules.FaultCode.JUMLAH_TIDAK_SESUAI: gettext_lazy("jumlah tercetak bukan jumlah barisnya"),
    rules.FaultCode.DIKALI_PESERTA: gettext_lazy("waktu orang lain dibebankan pada jabatan ini (frekuensi × peserta)"),
}
# A row that cannot be computed cannot be a task of the register.
_ROW_REFUSED = {
    rules.FaultCode.VOLUME_KOSONG,
    rules.FaultCode.VOLUME_TIDAK_SAH,
    rules.FaultCode.NORMA_KOSONG,
    rules.FaultCode.NORMA_TIDAK_SAH,
}
_PER = {
    "": None,
    "tahun": rules.Per.TAHUNAN,
    "tahunan": rules.Per.TAHUNAN,
    "setahun": rules.Per.TAHUNAN,
    "semester": rules.Per.SEMESTER,
    "semesteran": rules.Per.SEMESTER,
    "6 bulan": rules.Per.SEMESTER,
    "caturwulan": rules.Per.CATURWULAN,
    "caturwulanan": rules.Per.CATURWULAN,
    "catur wulan": rules.Per.CATURWULAN,
    "cawu": rules.Per.CATURWULAN,
    "4 bulan": rules.Per.CATURWULAN,
    "triwulan": rules.Per.TRIWULAN,
    "triwulanan": rules.Per.TRIWULAN,
    "tri wulan": rules.Per.TRIWULAN,
    "3 bulan": rules.Per.TRIWULAN,
    "bulan": rules.Per.BULANAN,
    "bulanan": rules.Per.BULANAN,
    "sebulan": rules.Per.BULANAN,
    "minggu": rules.Per.MINGGUAN,
    "mingguan": rules.Per.MINGGUAN,
    "seminggu": rules.Per.MINGGUAN,
    "hari": rules.Per.HARIAN,
    "harian": rules.Per.HARIAN,
    "sehari": rules.Per.HARIAN,
}
# "kali per bulan", "tiap bulan", "1 bulan": the period is what remains.
_PER_WORDS = re.compile(r"^(?:(?:kali|x|per|setiap|tiap|dalam|satu|1)(?: |$))+")
_MODEL_PER = {
    rules.Per.TAHUNAN: "year",
    rules.Per.SEMESTER: "semester",
    rules.Per.TRIWULAN: "quarter",
    rules.Per.BULANAN: "month",
    rules.Per.MINGGUAN: "week",
    rules.Per.HARIAN: "day",
}
_LABEL = re.compile(
    r"^\s*(?:\d+[.)]\s*)?(nama jabatan|jabatan|unit kerja|unit organisasi|unit|opd|perangkat daerah)\s*[:=]?\s*(.*)$",
    re.IGNORECASE,
)


def _hours(cell: object) -> Decimal | None:
    found = parsers.number(cell)
    return None if found is None else found * 60


def _effective(cell: object) -> int | None:
    """Effective minutes, from a number or from words like "72.000 menit" and "1.250 jam"."""
    if isinstance(cell, str):
        match = re.match(r"^\s*([\d.,]+)\s*(jam|menit|mnt)?\b", cell, re.IGNORECASE)
        if match:
            value = parsers.whole(match[1])
            return value * 60 if value and (match[2] or "").lower() == "jam" else value
    return parsers.whole(cell)


class WorkloadImporter(PlacedImporter):
    kind = "workload"
    permission = "import_workload"
    title = gettext_lazy("Analisis beban kerja (ABK)")
    job_field = "job"
    layouts = (
        Layout(
            "abk_tugas",
            gettext_lazy("Uraian tugas ABK"),
            (
                *PLACED_COLUMNS,
                C("group", ("kelompok", "kelompok tugas", "tugas pokok")),
                C(
                    "task",
                    ("uraian_tugas", "uraian tugas", "tugas", "uraian tugas jabatan", "uraian"),
                    required=True,
                    mandatory=True,
                ),
                C("output", ("satuan_hasil", "satuan hasil", "satuan")),
                C("result", ("hasil kerja",)),
                C(
                    "volume",
                    (
                        "volume",
                        "volume kerja",
                        "beban kerja",
                        "jumlah hasil",
                        "jumlah beban kerja",
                        "volume kerja 1 tahun",
                        "jumlah beban kerja 1 tahun",
                    ),
                    parsers.number,
                    required=True,
                ),
                C("per", ("periode", "per", "satuan waktu volume")),
                C(
                    "minutes",
                    (
                        "waktu_menit_per_satuan",
                        "waktu penyelesaian (menit)",
                        "waktu penyelesaian",
                        "norma waktu",
                        "norma waktu (menit)",
                        "waktu penyelesaian rata rata",
                        "norma_waktu_menit",
                    ),
                    parsers.number,
                ),
                C("hours", ("waktu penyelesaian (jam)", "norma waktu (jam)"), _hours),
                C(
                    "effective",
                    (
                        "wke_menit",
                        "waktu kerja efektif (menit)",
                        "waktu kerja efektif",
                        "waktu efektif",
                        "wke",
                        "waktu efektif penyelesaian",
                    ),
                    _effective,
                ),
                C("load", ("beban_menit", "beban (menit)", "beban waktu", "jumlah waktu"), parsers.number),
                C(
                    "need",
                    (
                        "kebutuhan_tercetak",
                        "pegawai yang dibutuhkan",
                        "kebutuhan pegawai",
                        "jumlah pegawai",
                        "kebutuhan",
                    ),
                    parsers.need,
                ),
                C("digital", ("dapat didigitalkan", "digital", "rawan digital"), parsers.yes_no),
                C("part", ("bagian", "jenis tugas")),
                C("goal", ("kode sasaran", "sasaran"), parsers.code),
                C("note", ("catatan", "ket", "keterangan")),
            ),
            keys=("task",),
            fill=2,
            at_least=3,
        ),
    )
    keeps: ClassVar[Mapping[str, Target]] = {
        **PLACED_KEEPS,
        "task": (WorkloadTask, "task"),
        "output": (WorkloadTask, "output"),
        "result": (WorkloadTask, "output"),
        "volume": (WorkloadTask, "volume"),
        "minutes": (WorkloadTask, "minutes"),
        "hours": (WorkloadTask, "minutes"),
        "effective": (WorkloadTask, "minutes_per_year"),
    }
    staging: ClassVar[Mapping[str, str]] = PLACED_STAGING | {
        "number": "int",
        "task": "text",
        "output": "text",
        "volume": "numeric",
        "per": "text",
        "minutes": "numeric",
        "effective": "int",
        "digital": "boolean",
        "part": "text",
        "goal": "text",
        "goal_id": "bigint",
        "sheet_key": "text",
        "workload_id": "bigint",
        "first": "boolean",
    }
    codes: ClassVar[dict[str, Any]] = {}

    def prepare(self, match: Match) -> None:
        super().prepare(match)
        self._title: dict[str, str] = {}
        self._sheets: dict[str, dict[str, Any]] = {}
        self._current = ""
        self._group = ""

    def heading(self, row: RowReader) -> None:
        """Read "Nama Jabatan : …" and "Unit Kerja : …" above the header; a lone text between the rows names a group."""
        texts = [text for text in (parsers.text(cell) for cell in row.cells) if text]
        for index, text in enumerate(texts):
            match = _LABEL.match(text)
            if match:
                value = match[2].strip() or " ".join(part for part in texts[index + 1 :] if part != ":").lstrip(": ")
                name = "job" if "jabatan" in match[1].lower() else "unit"
                if value and value.upper() != "ANALISIS BEBAN KERJA":
                    self._title[name] = value
        if self.match and row.number > self.match.header_rows[-1] and len(texts) <= 2 and texts:
            self._group = texts[-1]

    def total(self, row: RowReader) -> None:
        """Keep the printed sums of a sheet ("JUMLAH") and of a group ("Subtotal DIPA")."""
        sheet = self._sheets.get(self._current)
        if sheet is None:
            return
        sums = {}
        for name in ("load", "need"):
            try:
                found = self.match.fields.get(name) if self.match else None
                cell = row.cells[found[0]] if found and found[0] < len(row.cells) else None
                sums[name] = (
                    (parsers.number if name == "load" else parsers.need)(cell) if cell not in (None, "") else None
                )
            except parsers.CellProblem:
                sums[name] = None
        first = next((parsers.normal(text) for text in map(parsers.text, row.cells) if text), "")
        if first.startswith("sub"):
            if sums["load"] is not None:
                sheet["subtotals"][sheet["group"]] = sums["load"]
        else:
            sheet["load"], sheet["need"] = sums["load"], sums["need"]

    def record(self, values: dict[str, Any], row: RowReader) -> Mapping[str, Any] | None:
        values = {**values}
        if not values.get("position") and not values.get("job"):
            values["job"] = self._title.get("job")
            if values["job"] is None:
                row.error(
                    "WAJIB", "task", _("lembar tidak menyebut jabatannya (baris “Nama Jabatan : …” atau kolom jabatan)")
                )
        values["unit"] = values.get("unit") or (self._title.get("unit") if not self.options.unit else None)
        minutes = values.get("minutes") if values.get("minutes") is not None else values.get("hours")
        words = _PER_WORDS.sub("", parsers.normal(values.get("per") or ""))
        if words not in _PER:
            row.error(
                "JENIS_TIDAK_DIKENAL",
                "per",
                _("periode: tahun, semester, caturwulan, triwulan, bulan, minggu atau hari"),
            )
        own = values.get("effective") or None
        stated = _PER.get(words)
        # A printed 6.000 minutes is a month: the volume beside it is a month's.
        basis, year = rules.yearly_basis(own) if own else (rules.Per.TAHUNAN, None)
        per = stated or basis
        volume = values.get("volume")
        if per is rules.Per.CATURWULAN:
            # The register has no period of four months: three times its volume is the year's, to the last digit.
            per, volume = rules.Per.TAHUNAN, volume and volume * rules.FACTOR[rules.Per.CATURWULAN]
        key = "|".join(
            (
                values.get("position") or "",
                parsers.normal(values.get("job") or ""),
                parsers.normal(values.get("unit") or ""),
            )
        )
        self._current = key
        sheet = self._sheets.setdefault(
            key, {"rows": [], "at": [], "subtotals": {}, "load": None, "need": None, "group": "", "first": row.number}
        )
        sheet["group"] = values.get("group") or self._group
        shared = rules.participants_in(values.get("note") or "")
        if not row.bad:
            sheet["at"].append(row.number)
            sheet["rows"].append(
                rules.SheetRow(
                    number=row.number,
                    volume=values.get("volume"),
                    minutes=minutes,
                    effective=own,
                    load=values.get("load"),
                    need=values.get("need"),
                    group=sheet["group"],
                    frequency=shared[0] if shared else None,
                    participants=shared[1] if shared else None,
                    per=stated or rules.Per.TAHUNAN,
                )
            )
        return {
            **self.placed(values),
            "sheet_key": key,
            "number": len(sheet["at"]),
            "task": values.get("task"),
            "output": self._counted(values, row),
            "volume": volume,
            "per": _MODEL_PER[per],
            "minutes": minutes,
            "effective": year if own else None,
            "digital": bool(values.get("digital")),
            "goal": values.get("goal"),
            "part": "penunjang" if parsers.normal(values.get("part") or "").endswith("penunjang") else "pokok",
        }

    @staticmethod
    def _counted(values: Mapping[str, Any], row: RowReader) -> str:
        """What the volume counts: "dokumen", or "Konsep surat (lembar)" of a form that has a column for each."""
        unit, result = values.get("output") or "", values.get("result") or ""
        if not unit or not result or unit.casefold() == result.casefold():
            return result or unit
        return row.fitting("result", f"{result} ({unit})", (WorkloadTask, "output")) or ""

    def finish(self) -> Iterable[Problem]:
        """Check each sheet as printed; a fault stands at its row, one of the whole sheet at the sheet's first row."""
        for sheet in self._sheets.values():
            if not sheet["rows"]:
                continue
            printed = rules.Sheet(
                rows=sheet["rows"], subtotals=sheet["subtotals"], total_load=sheet["load"], total_need=sheet["need"]
            )
            sheet["faults"] = rules.sheet_faults(printed)
            for fault in sheet["faults"]:
                # The fault's own sentence is the code's meaning, told by it (`FAULTS`).
                sentence, values = str(FAULTS[fault.code]), None
                if fault.expected is not None:
                    sentence = _("%(fault)s (seharusnya %(value)s)")
                    values = told.kept({"fault": {"code": str(fault.code)}, "value": fault.expected})
                yield Problem(
                    fault.row or sheet["first"],
                    ERROR if fault.code in _ROW_REFUSED else WARNING,
                    self._column(fault.code),
                    "" if fault.printed is None else _figure(fault.printed),
                    str(fault.code),
                    sentence,
                    values,
                )

    def _column(self, code: rules.FaultCode) -> str:
        name = {
            "VOLUME": "volume",
            "DIKALI": "volume",
            "NORMA": "minutes",
            "WKE": "effective",
            "PERKALIAN": "load",
        }.get(str(code).split("_")[0], "need")
        return self.match.header_of(name) if self.match else ""

    def check(self, cursor: Any) -> None:
        agency = self.agency_id
        self.place(cursor)
        refused = [
            row.number
            for sheet in self._sheets.values()
            for row in sheet["rows"]
            if row.volume is None or row.volume <= 0 or row.minutes is None or row.minutes <= 0
        ]
        cursor.execute("UPDATE import_row SET bad = true WHERE row = ANY(%s)", [refused])
        cursor.execute(
            "UPDATE import_row s SET goal_id = g.id FROM positions_goal g WHERE g.agency_id = %s AND g.code = s.goal",
            [agency],
        )
        self.flag(
            cursor,
            "INDUK_TIDAK_ADA",
            _("kode sasaran tidak ada di register"),
            name="goal",
            value="s.goal",
            where="s.goal IS NOT NULL AND s.goal_id IS NULL",
        )
        # What a task of the post serves already stays when its goal closes.
        self.flag(
            cursor,
            "SASARAN_TIDAK_BERLAKU",
            _("sasaran tidak berlaku pada hari ini"),
            name="goal",
            value="s.goal",
            where="""EXISTS (SELECT FROM positions_goal g WHERE g.agency_id = %s AND g.id = s.goal_id
                    AND (g.starts_on > %s OR g.ends_on <= %s))
                AND NOT EXISTS (SELECT FROM positions_workload x JOIN positions_workloadtask t
                    ON t.agency_id = x.agency_id AND t.workload_id = x.id
                    WHERE x.agency_id = %s AND x.position_id = s.position_id AND t.goal_id = s.goal_id)""",
            params=[agency, self.options.today, self.options.today, agency],
        )
        cursor.execute(
            """UPDATE import_row s SET first = s.row = f.first FROM (SELECT sheet_key, min(row) AS first FROM
                import_row GROUP BY 1) f
                WHERE f.sheet_key = s.sheet_key"""
        )
        # A sheet that is approved stays as it is; a new year's campaign takes the new figures.
        self.flag(
            cursor,
            "ABK_DISAHKAN",
            _("ABK unit ini sudah disahkan; kembalikan dulu sebelum mengimpor"),
            name=self.job_field,
            value="s.job_text",
            where="""EXISTS (SELECT 1 FROM positions_workloadsheet w JOIN positions_campaign c ON c.agency_id =
                w.agency_id AND c.id = w.campaign_id
                WHERE w.agency_id = %s AND w.unit_id = s.unit_id AND w.state = 'disahkan' AND c.year = %s AND (SELECT
                    count(*) FROM positions_workload x
                    JOIN positions_workloadtask t ON t.agency_id = x.agency_id AND t.workload_id = x.id WHERE
                        x.agency_id = w.agency_id
                    AND x.sheet_id = w.id AND x.position_id = s.position_id AND t.task = s.task AND t.volume =
                        s.volume AND t.minutes = s.minutes) = 0)""",
            params=[agency, self.options.today.year],
        )
        cursor.execute(
            """CREATE TEMP TABLE import_old ON COMMIT DROP AS
                SELECT x.id AS workload_id, x.position_id, array_agg(row(t.task, t.output, trim_scale(t.volume),
                    t.per, trim_scale(t.minutes), t.minutes_per_year,
                    t.digital_prone, t.part, t.goal_id)::text ORDER BY t.number) AS tasks
                FROM positions_workload x JOIN positions_workloadsheet w ON w.agency_id = x.agency_id AND w.id =
                    x.sheet_id
                JOIN positions_campaign c ON c.agency_id = w.agency_id AND c.id = w.campaign_id AND c.year = %s
                LEFT JOIN positions_workloadtask t ON t.agency_id = x.agency_id AND t.workload_id = x.id
                WHERE x.agency_id = %s AND x.position_id IN (SELECT position_id FROM import_row) GROUP BY x.id,
                    x.position_id""",
            [self.options.today.year, agency],
        )

    _SHEETS = """(SELECT s.position_id, min(s.row) AS first, min(s.unit_id) AS unit_id, min(s.sheet_key) AS sheet_key,
        array_agg(row(s.task, s.output, trim_scale(round(s.volume, 4)), s.per, trim_scale(round(s.minutes, 4)),
            s.effective, s.digital, s.part, s.goal_id)::text
            ORDER BY s.row) AS tasks
        FROM import_row s WHERE NOT s.bad AND s.position_id IS NOT NULL GROUP BY s.position_id)"""

    def plan(self, cursor: Any) -> dict[str, int]:
        cursor.execute(
            f"""SELECT count(*) FILTER (WHERE o.workload_id IS NULL), count(*) FILTER (WHERE o.tasks IS DISTINCT FROM
                n.tasks AND o.workload_id IS NOT NULL),
                    count(*) FILTER (WHERE o.tasks = n.tasks) FROM {self._SHEETS} n LEFT JOIN import_old o ON
                        o.position_id = n.position_id"""
        )
        new, changed, same = cursor.fetchone()
        self._list_tasks(cursor)
        return {"new": new, "changed": changed, "unchanged": same, "corrections": 0, "missing": 0}

    def _list_tasks(self, cursor: Any) -> None:
        """List posts that get their first tasks of the year, and of the others each fact of a task that differs.

        A task is known by its words, the first of them with the first and so on; one of the register that the file
        leaves out loses its words, a new one has none before.
        """
        agency = int(self.agency_id)
        place = f"""JOIN positions_position p ON p.agency_id = {agency} AND p.id = n.position_id
            JOIN positions_job j ON j.agency_id = {agency} AND j.id = p.job_id
            JOIN positions_unit u ON u.agency_id = {agency} AND u.id = p.unit_id"""
        self.listed(
            cursor,
            "new",
            f"""SELECT n.first AS row, p.code, j.name AS job, u.name AS unit, cardinality(n.tasks) AS tasks
                FROM {self._SHEETS} n {place} LEFT JOIN import_old o ON o.position_id = n.position_id
                WHERE o.workload_id IS NULL ORDER BY n.first""",
        )
        facts = {
            "task": ("b.task", "a.task"),
            "output": ("nullif(b.output, '')", "nullif(a.output, '')"),
            "volume": ("trim_scale(b.volume)", "trim_scale(round(a.volume, 4))"),
            "per": ("b.per", "a.per"),
            "minutes": ("trim_scale(b.minutes)", "trim_scale(round(a.minutes, 4))"),
            "effective": ("b.minutes_per_year", "a.effective"),
            "digital": (
                "CASE WHEN b.digital_prone THEN 'ya' ELSE 'tidak' END",
                "CASE WHEN a.digital THEN 'ya' ELSE 'tidak' END",
            ),
            "part": ("b.part", "a.part"),
            "goal": (
                f"(SELECT g.code FROM positions_goal g WHERE g.agency_id = {agency} AND g.id = b.goal_id)",
                f"(SELECT g.code FROM positions_goal g WHERE g.agency_id = {agency} AND g.id = a.goal_id)",
            ),
        }
        values = ", ".join(f"('{fact}', ({old})::text, ({new})::text)" for fact, (old, new) in facts.items())
        self.listed(
            cursor,
            "changed",
            f"""WITH differing AS (
                    SELECT n.position_id, n.first, o.workload_id FROM {self._SHEETS} n
                    JOIN import_old o ON o.position_id = n.position_id WHERE o.tasks IS DISTINCT FROM n.tasks
                ), before AS (
                    SELECT d.position_id, t.*, row_number() OVER (PARTITION BY d.position_id, t.task ORDER BY t.number)
                        AS nth
                    FROM differing d JOIN positions_workloadtask t ON t.agency_id = {agency}
                        AND t.workload_id = d.workload_id
                ), after AS (
                    SELECT s.*, row_number() OVER (PARTITION BY s.position_id, s.task ORDER BY s.row) AS nth
                    FROM import_row s JOIN differing d ON d.position_id = s.position_id WHERE NOT s.bad
                ), pair AS (
                    SELECT coalesce(a.position_id, b.position_id) AS position_id, a.row, coalesce(a.task, b.task) AS
                        task, b.number, v.field, v.before, v.after
                    FROM after a FULL JOIN before b ON b.position_id = a.position_id AND b.task = a.task
                        AND b.nth = a.nth
                    CROSS JOIN LATERAL (VALUES {values}) v(field, before, after)
                    WHERE v.before IS DISTINCT FROM v.after
                        AND (v.field = 'task' OR (a.row IS NOT NULL AND b.number IS NOT NULL))
                )
                SELECT coalesce(x.row, n.first) AS row, p.code, j.name AS job, u.name AS unit, x.task, x.field,
                    x.before, x.after
                FROM pair x JOIN differing n ON n.position_id = x.position_id {place}
                ORDER BY n.first, x.row NULLS LAST, x.number""",
        )

    def write(self, cursor: Any) -> None:
        agency, year = self.agency_id, self.options.today.year
        cursor.execute(
            """INSERT INTO positions_campaign (agency_id, year, opens_on, deadline, minutes_per_year,
                minutes_per_year_health, rounding)
                SELECT %s, %s, make_date(%s, 1, 1), make_date(%s, 12, 31), %s, 72000, 'half_up'
                WHERE NOT EXISTS (SELECT 1 FROM positions_campaign WHERE agency_id = %s AND year = %s)""",
            [agency, year, year, year, rules.DEFAULT_MINUTES_A_YEAR, agency, year],
        )
        cursor.execute(
            f"""INSERT INTO positions_workloadsheet (agency_id, campaign_id, unit_id, state, note, changed_at,
                changed_by_id, writers)
                SELECT DISTINCT %(agency)s, c.id, n.unit_id, 'diisi', '', now(), %(user)s::bigint,
                    array_remove(ARRAY[%(user)s::bigint], NULL) FROM {self._SHEETS} n
                JOIN positions_campaign c ON c.agency_id = %(agency)s AND c.year = %(year)s ON CONFLICT (agency_id,
                    campaign_id, unit_id) DO NOTHING""",
            {"agency": agency, "user": self.options.user_id, "year": year},
        )
        # Rows of a place with the figures of last time stay untouched, so that a second import changes nothing.
        cursor.execute(
            f"""CREATE TEMP TABLE import_sheet ON COMMIT DROP AS SELECT n.*, w.id AS sheet_id, o.workload_id FROM
                {self._SHEETS} n
                JOIN positions_campaign c ON c.agency_id = %s AND c.year = %s
                JOIN positions_workloadsheet w ON w.agency_id = c.agency_id AND w.campaign_id = c.id AND w.unit_id =
                    n.unit_id
                LEFT JOIN import_old o ON o.position_id = n.position_id WHERE o.tasks IS DISTINCT FROM n.tasks""",
            [agency, year],
        )
        cursor.execute(
            """UPDATE positions_workloadsheet w SET state = 'diisi', changed_at = now(),
                changed_by_id = %(user)s::bigint,
                writers = array_remove(array_append(array_remove(w.writers, %(user)s::bigint), %(user)s::bigint), NULL)
                FROM import_sheet i
                WHERE w.agency_id = %(agency)s AND w.id = i.sheet_id
                    AND w.state IN ('belum', 'diisi', 'dikembalikan', 'diverifikasi')""",
            {"agency": agency, "user": self.options.user_id},
        )
        cursor.execute(
            """INSERT INTO positions_workload (agency_id, sheet_id, position_id, method, faults, is_sample)
                SELECT %s, sheet_id, position_id, 'ABK', '{}', false FROM import_sheet WHERE workload_id IS NULL""",
            [agency],
        )
        cursor.execute(
            """UPDATE import_sheet i SET workload_id = x.id FROM positions_workload x WHERE x.agency_id = %s AND
                x.sheet_id = i.sheet_id
                AND x.position_id = i.position_id""",
            [agency],
        )
        cursor.execute(
            "DELETE FROM positions_workloadtask t USING import_sheet i WHERE t.agency_id = %s AND"
            " t.workload_id = i.workload_id",
            [agency],
        )
        cursor.execute(
            """INSERT INTO positions_workloadtask (agency_id, workload_id, number, task, output, volume, per,
                minutes, part, minutes_per_year,
                    digital_prone, goal_id)
                SELECT %s, i.workload_id, row_number() OVER (PARTITION BY i.workload_id ORDER BY s.row), s.task,
                    s.output, round(s.volume, 4), s.per,
                    round(s.minutes, 4), s.part, s.effective, s.digital, s.goal_id
                FROM import_row s JOIN import_sheet i ON i.position_id = s.position_id WHERE NOT s.bad ORDER BY
                    s.row""",
            [agency],
        )
        cursor.execute("SELECT sheet_key, workload_id FROM import_sheet")
        for key, workload in cursor.fetchall():
            sheet = self._sheets[key]
            cursor.execute(
                "UPDATE positions_workload SET faults = %s, printed_need = %s WHERE agency_id = %s AND id = %s",
                [sorted({str(fault.code) for fault in sheet.get("faults", ())}), sheet["need"], agency, workload],
            )


def _figure(value: Decimal) -> str:
    """A figure as Indonesian sheets print it, four decimals at most."""
    text = f"{value.quantize(Decimal('0.0001')).normalize():,f}"
    return text.replace(",", "_").replace(".", ",").replace("_", ".")
