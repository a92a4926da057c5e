"""Educations of people: riwayat pendidikan, SIASN rw-pendidikan. The last one on `Employee` follows."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from asnhr.imports import parsers
from asnhr.imports.errors import CellProblem
from asnhr.imports.framework import WARNING, RowReader
from asnhr.imports.layout import Column, Layout
from asnhr.imports.limits import Target
from positions.imports._common import key
from positions.imports._histories import (
    PERSON,
    PERSONS,
    HistoryImporter,
    day,
    flagged,
    keeps_of,
    named,
    number,
    text,
)
from positions.models import EmployeeEducation
from positions.rules import plausible
from positions.services import histories

C = Column

_LEVEL = "(SELECT l.name FROM positions_educationlevel l WHERE l.code = {})"


class EducationImporter(HistoryImporter):
    kind = "educations"
    title = gettext_lazy("Riwayat pendidikan")
    model = EmployeeEducation
    identified_by = ("level_id", "name")
    spelled = frozenset({"name"})
    facts = (
        text("level_id", name="education_level_id", cell="level", blank="NULL", shown=_LEVEL),
        text("name", name="education", cell="education", blank="''"),
        number("education_id", "bigint", cell="education_siasn",
               shown="(SELECT d.name FROM positions_education d WHERE d.id = ({}))"),
        text("school"),
        number("graduated"),
        day("graduated_on"),
        text("number", name="diploma_number"),
        flagged("is_first"),
        text("title_before"),
        text("title_after"),
    )  # fmt: skip
    read: ClassVar[Mapping[str, str]] = {"education_siasn": "text"}
    tells = f"{_LEVEL.format('s.level_id')} AS education_level_id, s.name AS education, s.graduated"
    tells_missing = f"{_LEVEL.format('h.level_id')} AS education_level_id, h.name AS education, h.graduated"
    layouts = (
        Layout(
            "riwayat_pendidikan",
            gettext_lazy("Riwayat pendidikan (rw-pendidikan)"),
            (
                *PERSON,
                C(
                    "education",
                    named("pendidikan nama", "nama pendidikan", "pendidikan", "jurusan", "program studi"),
                    required=True,
                ),
                C("education_siasn", named("pendidikan id"), parsers.siasn_id),
                C("level", named("tk pendidikan id", "tingkat pendidikan id"), parsers.education_level),
                C("level_name", named("tk pendidikan nama", "tingkat pendidikan", "tingkat pendidikan nama", "jenjang",
                                      "jenjang pendidikan", "strata"), parsers.education_level),
                C("graduated", named("tahun lulus", "thn lulus", "lulus tahun"), parsers.year),
                C("graduated_on", named("tgl lulus", "tanggal lulus", "tanggal ijazah"), parsers.date),
                C("is_first", named("is pendidikan pertama", "pendidikan pertama", "pendidikan pengangkatan"),
                  parsers.yes_no),
                C("number", named("nomor ijasah", "nomor ijazah", "no ijazah")),
                C("school", named("nama sekolah", "sekolah", "perguruan tinggi", "universitas")),
                C("title_before", named("gelar depan")),
                C("title_after", named("gelar belakang")),
            ),
            keys=("nip",),
            fill=3,
            at_least=3,
        ),
    )  # fmt: skip
    keeps: ClassVar[Mapping[str, Target]] = PERSONS | keeps_of(
        EmployeeEducation, "number", "school", "title_before", "title_after", education="name"
    )

    def record(self, values: dict[str, Any], row: RowReader) -> Mapping[str, Any] | None:
        name = values.get("education")
        level = values.get("level") or values.get("level_name")
        if level is None and name:
            try:
                level = parsers.education_level(name)
            except CellProblem:
                level = None
        graduated = values.get("graduated")
        on = values.get("graduated_on")
        if on and graduated and on.year != graduated:
            row.error("TAHUN", "graduated", _("tahun lulus tidak sama dengan tahun pada tanggal lulus"))
        if graduated is not None and not plausible.is_possible_year(graduated, self.options.today):
            row.error("TAHUN", "graduated", _("tahun ini tidak mungkin"))
        if on and on > self.options.today:
            row.error("TANGGAL", "graduated_on", _("tanggal lulus sesudah hari ini"))
        return self.known(
            values, level_id=level, name=name, education_id=None, graduated=graduated or (on.year if on else None)
        )

    def resolve(self, cursor: Any) -> None:
        cursor.execute(
            """UPDATE import_row s SET education_id = d.id, level_id = coalesce(s.level_id, d.level_id),
                    name = coalesce(s.name, d.name)
                FROM (SELECT upper(siasn_id) AS k, min(id) AS id FROM positions_education WHERE siasn_id <> ''
                    GROUP BY 1) f JOIN positions_education d ON d.id = f.id
                WHERE f.k = s.education_siasn"""
        )
        cursor.execute(
            f"""UPDATE import_row s SET education_id = d.id, level_id = coalesce(s.level_id, d.level_id)
                FROM (SELECT {key("name")} AS k, min(id) AS id FROM positions_education GROUP BY 1) f
                    JOIN positions_education d ON d.id = f.id
                WHERE s.education_id IS NULL AND s.name IS NOT NULL AND f.k = {key("s.name")}"""
        )
        unknown = "s.education_id IS NULL AND coalesce(s.name, s.education_siasn) IS NOT NULL"
        self.flag(
            cursor,
            "PENDIDIKAN_ID",
            _("tidak ada di daftar pendidikan SIASN; namanya disimpan sebagai tertulis"),
            name="education",
            value="coalesce(s.name, s.education_siasn)",
            severity=WARNING,
            where=f"{unknown} AND s.name IS NOT NULL",
        )
        self.flag(
            cursor,
            "WAJIB",
            _("nama pendidikan wajib diisi"),
            name="education",
            where="s.name IS NULL AND NOT s.bad",
        )
        self.flag(
            cursor,
            "PENDIDIKAN",
            _("jenjang pendidikan tidak disebut atau tidak ada di daftar SIASN"),
            name="level" if self.has("level") else "level_name",
            value="coalesce(s.level_id, s.name)",
            where="""s.name IS NOT NULL AND NOT s.bad AND NOT EXISTS (SELECT 1 FROM positions_educationlevel l
                WHERE l.code = s.level_id)""",
        )

    def rules(self, cursor: Any) -> None:
        """One education of the appointment: of the file's rows, and of those on record that the file leaves so. Nobody
        graduated as a child."""
        self.flag(
            cursor,
            "TAHUN",
            _("tahun lulus ini mendahului usia %(value)s tahun"),
            detail=str(plausible.YOUNGEST_GRADUATE),
            detail_is="number",
            name="graduated" if self.has("graduated") else "graduated_on",
            value="s.graduated",
            where=f"s.graduated < date_part('year', s.birth_date) + {plausible.YOUNGEST_GRADUATE}",
        )
        message = _("pendidikan pengangkatan pegawai ini sudah tercatat pada riwayat lain")
        for other in (
            """SELECT 1 FROM import_row o WHERE o.employee_id = s.employee_id AND o.is_first AND o.loser IS NULL
                AND o.row < s.row""",
            f"""SELECT 1 FROM positions_employeeeducation h WHERE h.agency_id = {int(self.agency_id)}
                AND h.employee_id = s.employee_id AND h.is_first AND h.id IS DISTINCT FROM s.old_id
                AND NOT EXISTS (SELECT 1 FROM import_row o WHERE o.old_id = h.id AND NOT o.is_first)""",
        ):
            self.flag(
                cursor,
                "PENDIDIKAN_PERTAMA",
                message,
                name="is_first",
                value="s.name",
                where=f"s.is_first AND s.loser IS NULL AND NOT s.bad AND EXISTS ({other})",
            )

    def write(self, cursor: Any) -> None:
        # The mark moves from one row to another: it goes before it comes.
        cursor.execute(
            """UPDATE positions_employeeeducation h SET is_first = false FROM import_row s
                WHERE h.agency_id = %s AND h.id = s.old_id AND h.is_first AND NOT s.is_first AND NOT s.bad
                    AND s.change = 'correct'""",
            [self.agency_id],
        )
        super().write(cursor)
        cursor.execute("SELECT array_agg(DISTINCT employee_id) FROM import_row WHERE change IS NOT NULL AND NOT bad")
        histories.education_in_step(self.agency_id, cursor.fetchone()[0] or [])
