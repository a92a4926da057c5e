"""PPPK contracts: their end is not an exit (they may run to the BUP), only a decided non-extension is."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, ClassVar

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from asnhr.imports import parsers
from asnhr.imports.framework import WARNING, RowReader
from asnhr.imports.layout import Column, Layout
from asnhr.imports.limits import Target
from positions.imports._common import TAKEN, RegisterImporter
from positions.models import Contract

C = Column

_EXTENSION = {
    "": None,
    "belum": "belum",
    "belum diputuskan": "belum",
    "diperpanjang": "diperpanjang",
    "ya": "diperpanjang",
    "perpanjang": "diperpanjang",
    "tidak": "tidak",
    "tidak diperpanjang": "tidak",
}


class ContractImporter(RegisterImporter):
    kind = "contracts"
    permission = "import_people"
    title = gettext_lazy("Kontrak PPPK")
    unit_field = "nip"
    layouts = (
        Layout(
            "kontrak",
            gettext_lazy("Daftar kontrak PPPK"),
            (
                C("no", ("no",), keep=False, counter=True),
                C("nip", ("nip", "ni pppk", "nip baru", "nipppk"), parsers.nip, required=True, mandatory=True),
                C("name", ("nama", "nama pegawai")),
                C(
                    "number",
                    ("nomor kontrak", "no kontrak", "nomor_kontrak", "nomor perjanjian kerja", "nomor pk"),
                    required=True,
                    mandatory=True,
                ),
                C(
                    "starts_on",
                    ("mulai", "tmt kontrak", "tanggal mulai", "tmt awal", "mulai kontrak"),
                    parsers.date,
                    required=True,
                    mandatory=True,
                ),
                C(
                    "until",
                    ("berakhir", "sampai", "tanggal akhir", "akhir kontrak", "tmt akhir", "selesai"),
                    parsers.last_day,
                    required=True,
                    mandatory=True,
                ),
                C("extension", ("perpanjangan", "keputusan perpanjangan")),
                C("decided_on", ("tanggal keputusan", "diputuskan pada"), parsers.date),
            ),
            keys=("nip",),
            fill=2,
            at_least=4,
        ),
    )
    keeps: ClassVar[Mapping[str, Target]] = {"number": (Contract, "number")}
    staging: ClassVar[Mapping[str, str]] = {
        "nip": "text",
        "number": "text",
        "starts_on": "date",
        "ends_on": "date",
        "extension": "text",
        "decided_on": "date",
        "employee_id": "bigint",
        "unit_id": "bigint",
        "contract_id": "bigint",
        "change": "text",
    }

    def record(self, values: dict[str, Any], row: RowReader) -> Mapping[str, Any] | None:
        words = parsers.normal(values.get("extension") or "")
        if words not in _EXTENSION:
            row.error(
                "JENIS_TIDAK_DIKENAL", "extension", _("perpanjangan: belum, diperpanjang atau tidak diperpanjang")
            )
        start, until = values.get("starts_on"), values.get("until")
        if start and until and until < start:
            row.error("TMT_TERBALIK", "until", _("tanggal berakhir sebelum tanggal mulai"))
        elif start and until and (until - start).days > 5 * 366:
            row.warn("TMT_TERBALIK", "until", _("kontrak lebih dari lima tahun"))
        return {
            "nip": values.get("nip"),
            "number": values.get("number"),
            "starts_on": start,
            "ends_on": until + timedelta(days=1) if until else None,
            "extension": _EXTENSION.get(words),
            "decided_on": values.get("decided_on"),
        }

    def check(self, cursor: Any) -> None:
        self.find_people(cursor, unit_id="e.unit_id")
        self.check_people_in_scope(cursor)
        self._flag_status(cursor)
        cursor.execute(
            "UPDATE import_row s SET contract_id = c.id FROM positions_contract c WHERE c.agency_id = %s"
            " AND c.employee_id = s.employee_id AND c.starts_on = s.starts_on",
            [self.agency_id],
        )
        self._flag_overlaps(cursor)
        self._compare(cursor)

    def _flag_status(self, cursor: Any) -> None:
        self.flag(
            cursor,
            "STATUS_TIDAK_DIKENAL",
            _("pegawai ini tercatat bukan PPPK"),
            name="nip",
            value="s.nip",
            severity=WARNING,
            where=(
                "EXISTS (SELECT 1 FROM positions_employee e WHERE e.agency_id = %s AND e.id = s.employee_id"
                " AND e.status NOT LIKE 'PPPK%%')"
            ),
            params=[self.agency_id],
        )

    def _flag_overlaps(self, cursor: Any) -> None:
        self.flag(
            cursor,
            "BARIS_GANDA",
            _("kontrak yang sama sudah ada di baris lain"),
            name="number",
            value="s.number",
            where=(
                "EXISTS (SELECT 1 FROM import_row o WHERE o.employee_id = s.employee_id AND o.starts_on ="
                " s.starts_on AND o.row < s.row)"
            ),
        )
        self.flag(
            cursor,
            "TUMPANG_TINDIH",
            _("bertumpang tindih dengan kontrak lain pegawai ini"),
            name="starts_on",
            value="s.starts_on",
            where="""s.ends_on > s.starts_on AND (EXISTS (SELECT 1 FROM positions_contract c WHERE c.agency_id = %s
                AND c.employee_id = s.employee_id
                    AND c.id IS DISTINCT FROM s.contract_id AND daterange(c.starts_on, c.ends_on) &&
                        daterange(s.starts_on, s.ends_on)
                    AND NOT EXISTS (SELECT 1 FROM import_row o WHERE o.contract_id = c.id))
                OR EXISTS (SELECT 1 FROM import_row o WHERE o.employee_id = s.employee_id AND o.starts_on <
                    s.starts_on AND o.ends_on > s.starts_on))""",
            params=[self.agency_id],
        )

    def _compare(self, cursor: Any) -> None:
        """Say what becomes of each contract: new, a correction of its number or end, or another plain fact."""
        cursor.execute(
            """UPDATE import_row s SET change = CASE WHEN c.id IS NULL THEN 'new'
                    WHEN (c.number, c.ends_on) IS DISTINCT FROM (s.number, s.ends_on) THEN 'correct'
                    WHEN (c.extension, c.decided_on) IS DISTINCT FROM (coalesce(s.extension, c.extension),
                        coalesce(s.decided_on, c.decided_on)) THEN 'plain' END
                FROM import_row x LEFT JOIN positions_contract c ON c.agency_id = %s AND c.id = x.contract_id
                WHERE x.row = s.row AND s.employee_id IS NOT NULL""",
            [self.agency_id],
        )
        self.check_own_file(cursor, "s.change IS NOT NULL")
        if not self.options.confirm_corrections:
            self.flag(
                cursor,
                "KOREKSI",
                _("nomor atau akhir kontrak berubah untuk tanggal mulai yang sama; konfirmasi sebagai koreksi"),
                name="until",
                value="s.ends_on - 1",
                where="s.change = 'correct' AND NOT s.bad",
            )

    def plan(self, cursor: Any) -> dict[str, int]:
        cursor.execute(
            "SELECT count(*) FILTER (WHERE change = 'new'), count(*) FILTER (WHERE change = 'plain'),"
            " count(*) FILTER (WHERE change IS NULL), count(*) FILTER (WHERE change = 'correct')"
            f" FROM import_row s WHERE {TAKEN}"
        )
        new, changed, same, corrections = cursor.fetchone()
        agency = int(self.agency_id)
        self.listed(
            cursor,
            "new",
            f"""SELECT s.row, e.nip, e.name, s.number, s.starts_on::text AS since, (s.ends_on - 1)::text AS until
                FROM import_row s JOIN positions_employee e ON e.agency_id = {agency} AND e.id = s.employee_id
                WHERE s.change = 'new' AND {TAKEN} ORDER BY s.row""",
        )
        for name, change in (("changed", "plain"), ("corrections", "correct")):
            self.list_changes(
                cursor,
                name,
                source=f"""import_row s JOIN positions_employee e ON e.agency_id = {agency} AND e.id = s.employee_id
                    JOIN positions_contract c ON c.agency_id = {agency} AND c.id = s.contract_id""",
                where=f"s.change = '{change}' AND {TAKEN}",
                shown="e.nip, e.name",
                fields={
                    "number": ("c.number", "s.number"),
                    "until": ("c.ends_on - 1", "s.ends_on - 1"),
                    "extension": ("c.extension", "coalesce(s.extension, c.extension)"),
                    "decree_on": ("c.decided_on", "coalesce(s.decided_on, c.decided_on)"),
                },
            )
        return {"new": new, "changed": changed, "unchanged": same, "corrections": corrections, "missing": 0}

    def write(self, cursor: Any) -> None:
        cursor.execute(
            """UPDATE positions_contract c SET number = s.number, ends_on = s.ends_on, extension =
                coalesce(s.extension, c.extension),
                    decided_on = coalesce(s.decided_on, c.decided_on)
                FROM import_row s WHERE s.change IN ('correct', 'plain') AND NOT s.bad AND c.agency_id = %s AND c.id
                    = s.contract_id""",
            [self.agency_id],
        )
        cursor.execute(
            """INSERT INTO positions_contract (agency_id, employee_id, number, starts_on, ends_on, extension,
                decided_on)
                SELECT %s, employee_id, number, starts_on, ends_on, coalesce(extension, 'belum'), decided_on FROM
                    import_row
                WHERE change = 'new' AND NOT bad ORDER BY row""",
            [self.agency_id],
        )
