"""Training and courses, and the performance predicate of each year: SIASN rw-diklat, rw-kursus, rw-skp22."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, ClassVar

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from asnhr.imports import parsers
from asnhr.imports.framework import WARNING, RowReader
from asnhr.imports.layout import Column, Layout
from asnhr.imports.limits import Target
from positions.imports._common import key
from positions.imports._histories import (
    PERSON,
    PERSONS,
    HistoryImporter,
    choice,
    day,
    decimals,
    encrypted,
    keeps_of,
    named,
    number,
    text,
    until,
    words_of,
)
from positions.models import EmployeeTraining, YearlyPredicate
from positions.rules import plausible
from positions.rules.levels import RANK_BY_CODE
from positions.rules.performance import FIRST_MATRIX_YEAR, MATRIX, PREDICATES, RATINGS, predicate

C = Column

_TRAININGS = (
    # SIASN counts up to 25; what has no name here is kept as another one.
    {str(code): "25" for code in range(13, 25)}
    | words_of(EmployeeTraining.Kind.choices)
    | {"diklat struktural": "1", "diklat fungsional": "2", "diklat teknis": "3", "bimtek": "8", "sosiokultural": "6"}
)
_STRUCTURAL = words_of(EmployeeTraining.Structural.choices) | {
    "diklatpim iv": "2",
    "diklatpim iii": "3",
    "diklatpim ii": "4",
    "diklatpim i": "5",
    "diklat pim iv": "2",
    "diklat pim iii": "3",
    "diklat pim ii": "4",
    "diklat pim i": "5",
}
# How SIASN's own file of this history heads the names: it holds structural trainings alone.
_STRUCTURAL_HEADING = named("latihan struktural nama")
_WHEN = (
    C("starts_on", named("tanggal", "tanggal mulai", "tanggal kursus", "tgl mulai", "mulai"), parsers.date),
    C(
        "until",
        named("tanggal selesai", "tanggal selesai kursus", "tgl selesai", "sampai", "selesai"),
        parsers.last_day,
    ),
    C("year", named("tahun", "tahun kursus", "tahun diklat"), parsers.year),
    C("hours", named("jumlah jam", "jam", "jp", "jumlah jp", "jam pelajaran"), parsers.whole),
    C("organiser", named("institusi penyelenggara", "penyelenggara", "lembaga penyelenggara")),
)


class TrainingImporter(HistoryImporter):
    kind = "trainings"
    title = gettext_lazy("Riwayat diklat dan kursus")
    model = EmployeeTraining
    identified_by = ("name", "year", "number")
    spelled = frozenset({"name", "number"})
    facts = (
        text("kind", name="training_kind", cell="kind", blank="NULL", given="s.new_kind"),
        text("structural", name="training_structural", given="s.new_structural"),
        text("name", name="training", cell="training"),
        text("organiser"),
        text("number", name="certificate"),
        number("year"),
        day("starts_on"),
        until(),
        number("hours"),
    )
    # What a new row gets of which the file does not say it.
    read: ClassVar[Mapping[str, str]] = {"new_kind": "text", "new_structural": "text"}
    tells = "s.name AS training, s.year"
    tells_missing = "h.name AS training, h.year"
    layouts = (
        Layout(
            "riwayat_diklat",
            gettext_lazy("Riwayat diklat (rw-diklat)"),
            (
                *PERSON,
                C("training", (*named("nama diklat", "nama pelatihan", "diklat"), *_STRUCTURAL_HEADING),
                  required=True, mandatory=True),
                C("kind", named("jenis diklat id", "jenis diklat", "jenis diklat nama", "jenis")),
                C("structural", named("latihan struktural id", "latihan struktural")),
                C("number", named("nomor", "nomor sertifikat", "no sertifikat", "nomor sttpp", "no sttpp")),
                *_WHEN,
            ),
            keys=("nip",),
            fill=3,
            at_least=3,
        ),
        Layout(
            "riwayat_kursus",
            gettext_lazy("Riwayat kursus (rw-kursus)"),
            (
                *PERSON,
                C("training", named("nama kursus", "kursus"), required=True, mandatory=True),
                C("kind", named("jenis diklat id", "jenis diklat", "jenis kursus nama", "jenis kursus")),
                C("number", named("no sertipikat", "nomor sertipikat", "nomor sertifikat", "no sertifikat")),
                *_WHEN,
            ),
            keys=("nip",),
            fill=3,
            at_least=3,
        ),
    )  # fmt: skip
    keeps: ClassVar[Mapping[str, Target]] = PERSONS | keeps_of(
        EmployeeTraining, "organiser", "number", "hours", training="name"
    )

    def record(self, values: dict[str, Any], row: RowReader) -> Mapping[str, Any] | None:
        message = _("jenis diklat tidak dikenal; contoh: 3 atau Teknis")
        structural = None
        if values.get("structural"):
            structural = choice(
                row, "structural", values["structural"], _STRUCTURAL, _("latihan struktural tidak dikenal; contoh: 3")
            )
        kind = choice(row, "kind", values.get("kind"), _TRAININGS, message)
        if structural and not values.get("kind"):
            # Only a structural training says which one.
            kind = EmployeeTraining.Kind.STRUCTURAL.value
        starts_on, year = values.get("starts_on"), values.get("year")
        if year is None and not row.bad:
            last = values.get("until") or starts_on
            if last is None:
                row.error("WAJIB", "year", _("tahun atau tanggal diklat wajib diisi"))
            else:
                year = last.year
        elif year is not None and not 1950 <= year:
            row.error("TAHUN", "year", _("bukan tahun"))
        if year is not None and year > self.options.today.year:
            row.error("TAHUN", "year", _("tahun ini tidak mungkin"))
        if (values.get("hours") or 0) > plausible.MOST_HOURS:
            row.error("DI_LUAR_RENTANG", "hours", _("jam pelajaran paling banyak %(n)s"), n=plausible.MOST_HOURS)
        if starts_on and starts_on > self.options.today:
            row.error("TANGGAL", "starts_on", _("diklat belum dimulai; riwayat hanya mencatat yang sudah diikuti"))
        return self.known(
            values,
            kind=kind,
            structural=structural,
            **self._if_new(values.get("training"), kind),
            name=values.get("training"),
            year=year,
            ends_on=self.span(values, row),
        )

    def _if_new(self, name: str | None, kind: str | None) -> dict[str, str]:
        """Return kind and code of a row that is new and leaves them out: an empty cell changes nothing on record."""
        found = _STRUCTURAL.get(parsers.normal(name or ""), "")
        if kind is not None:
            return {"new_kind": kind, "new_structural": found if kind == EmployeeTraining.Kind.STRUCTURAL else ""}
        match = self.match
        if match is not None and match.layout.code == "riwayat_kursus":
            return {"new_kind": EmployeeTraining.Kind.COURSE.value, "new_structural": ""}
        if found or (match is not None and parsers.normal(match.header_of("training")) in _STRUCTURAL_HEADING):
            return {"new_kind": EmployeeTraining.Kind.STRUCTURAL.value, "new_structural": found}
        return {"new_kind": EmployeeTraining.Kind.OTHER.value, "new_structural": ""}

    def rules(self, cursor: Any) -> None:
        self.flag(
            cursor,
            "JENIS_TIDAK_DIKENAL",
            _("jenis diklat tidak disebut; dicatat sebagai Lainnya"),
            name="kind",
            value="s.name",
            severity=WARNING,
            where="s.kind IS NULL AND s.old_id IS NULL AND NOT s.bad AND s.employee_id IS NOT NULL"
            f" AND s.loser IS NULL AND s.new_kind = '{EmployeeTraining.Kind.OTHER.value}'",
        )
        self.flag(
            cursor,
            "JENIS_TIDAK_DIKENAL",
            _("latihan struktural hanya untuk diklat struktural"),
            name="structural" if self.has("structural") else "kind",
            value="s.name",
            source=self._changed,
            where="coalesce(s.structural, h.structural, '') <> ''"
            f" AND coalesce(s.kind, h.kind) <> '{EmployeeTraining.Kind.STRUCTURAL.value}'",
        )
        self._other_years(cursor)

    def _other_years(self, cursor: Any) -> None:
        """Refuse a year beside the days, of the file or, where it leaves them out, on record; what stays as it was is
        not asked."""
        told = ", ".join(f"coalesce(s.{name}, h.{name})" for name in ("year", "starts_on", "ends_on"))
        cursor.execute(
            f"""SELECT s.row, {told} FROM {self._changed} WHERE NOT s.bad AND s.loser IS NULL
                AND (h.id IS NULL OR ({told}) IS DISTINCT FROM (h.year, h.starts_on, h.ends_on))"""
        )
        rows = [
            row
            for row, year, first, end in cursor.fetchall()
            if year is not None and not plausible.is_year_of(year, first, end - timedelta(days=1) if end else None)
        ]
        self.flag(
            cursor,
            "TAHUN",
            _("tahun diklat di luar tanggal mulai sampai selesai"),
            name="year" if self.has("year") else "starts_on",
            value="s.year",
            where="s.row = ANY (%s)",
            params=[rows],
        )

    def match_more(self, cursor: Any) -> None:
        """Where one side names no certificate, the training and its year are enough, if only one of each is meant."""
        agency = int(self.agency_id)
        same = f"h.employee_id = s.employee_id AND h.year = s.year AND {key('h.name')} = {key('s.name')}"
        cursor.execute(
            f"""UPDATE import_row s SET old_id = f.id FROM (
                    SELECT s.row, min(h.id) AS id, count(*) OVER (PARTITION BY min(h.id)) AS rows
                    FROM import_row s JOIN positions_employeetraining h ON h.agency_id = {agency} AND {same}
                        AND (h.number = '' OR s.number IS NULL)
                    WHERE s.old_id IS NULL AND s.loser IS NULL
                        AND NOT EXISTS (SELECT 1 FROM import_row o WHERE o.old_id = h.id)
                    GROUP BY s.row HAVING count(*) = 1) f
                WHERE f.row = s.row AND f.rows = 1"""
        )


_RATINGS = words_of(RATINGS.items()) | {
    "diatas ekspektasi": 1,
    "di atas": 1,
    "diatas": 1,
    "sesuai": 2,
    "dibawah ekspektasi": 3,
    "di bawah": 3,
    "dibawah": 3,
}
_PREDICATES = words_of(PREDICATES.items()) | {
    "butuh perbaikan": 3,
    "cukup": 3,
    "kurang misconduct": 4,
    "misconduct": 4,
}
_STATUSES = {"asn": "ASN", "pns": "ASN", "non asn": "NON ASN", "bukan asn": "NON ASN"}


class PredicateImporter(HistoryImporter):
    kind = "predicates"
    asks = "view_assessment"
    title = gettext_lazy("Riwayat predikat kinerja")
    model = YearlyPredicate
    identified_by = ("year",)
    facts = (
        number("year"),
        encrypted("result", name="work_result", blank="NULL"),
        encrypted("behaviour", blank="NULL"),
        encrypted("predicate"),
        encrypted("points", blank="NULL"),
        text("appraiser_name"),
        text("appraiser_nip"),
        number("appraiser_rank", "smallint"),
        text("appraiser_job"),
        text("appraiser_unit"),
        text("appraiser_status", given="'ASN'", blank="'ASN'"),
    )
    tells = "s.year"
    tells_missing = "h.year"
    missing_where = "h.year IN (SELECT s.year FROM import_row s)"
    layouts = (
        Layout(
            "riwayat_kinerja",
            gettext_lazy("Riwayat predikat kinerja tahunan (rw-skp22)"),
            (
                *PERSON,
                C("year", named("tahun", "tahun penilaian"), parsers.year, required=True, mandatory=True),
                C("result", named("hasil kinerja nilai", "hasil kinerja", "hasil kerja"), sealed=True),
                C("behaviour", named("perilaku kerja nilai", "perilaku kerja", "perilaku"), sealed=True),
                C("predicate", named("kuadran kinerja nilai", "kuadran kinerja", "predikat", "predikat kinerja"),
                  sealed=True),
                C("points", named("nilai", "nilai skp", "nilai prestasi kerja"), decimals(2), sealed=True),
                C("appraiser_name", named("nama penilai", "penilai nama")),
                C("appraiser_nip", named("nip nrp penilai", "nip penilai", "penilai nip nrp"), parsers.code),
                C("appraiser_rank", named("penilai golongan id", "penilai golongan", "golongan penilai"),
                  parsers.rank_and_grade),
                C("appraiser_job", named("penilai jabatan nm", "penilai jabatan", "jabatan penilai",
                                         "penilai jabatan nama")),
                C("appraiser_unit", named("penilai unor nm", "unit penilai", "penilai unor nama")),
                C("appraiser_status", named("status penilai")),
            ),
            keys=("nip",),
            fill=3,
            at_least=3,
        ),
    )  # fmt: skip
    keeps: ClassVar[Mapping[str, Target]] = PERSONS | keeps_of(
        YearlyPredicate, "points", "appraiser_name", "appraiser_nip", "appraiser_job", "appraiser_unit"
    )
    # The appraiser's particulars are worth keeping, not worth refusing the predicate.
    spare = frozenset({"appraiser_name", "appraiser_nip", "appraiser_job", "appraiser_unit"})

    def record(self, values: dict[str, Any], row: RowReader) -> Mapping[str, Any] | None:
        rating = _("isi dengan 1, 2, 3 atau di atas, sesuai, di bawah ekspektasi")
        result = choice(row, "result", values.get("result"), _RATINGS, rating)
        behaviour = choice(row, "behaviour", values.get("behaviour"), _RATINGS, rating)
        message = _("predikat 1 sampai 5, atau Sangat Baik, Baik, Butuh Perbaikan, Kurang, Sangat Kurang")
        found = choice(row, "predicate", values.get("predicate"), _PREDICATES, message)
        year = values.get("year")
        if year is not None and (year > self.options.today.year or year < 1990):
            row.error("TAHUN", "year", _("tahun penilaian sesudah tahun ini atau sebelum 1990"))
        points = values.get("points")
        if points is not None and not 0 <= points <= plausible.MOST_POINTS:
            row.error("DI_LUAR_RENTANG", "points", _("nilai kinerja 0 sampai %(n)s"), n=plausible.MOST_POINTS)
        right = predicate(result, behaviour) if (result, behaviour) in MATRIX else None
        if found is None and not values.get("predicate"):
            found = right
            if found is None and not row.bad:
                row.error("WAJIB", "predicate", _("predikat, atau hasil kerja dan perilaku kerja, wajib diisi"))
        elif found is not None and right is not None and found != right and (year or 0) >= FIRST_MATRIX_YEAR:
            # Which one it would be, the job's report does not keep.
            row.error("PREDIKAT_MATRIKS", "predicate", _("predikat lain daripada menurut matriks PermenPANRB 6/2022"))
        rank = RANK_BY_CODE.get(values.get("appraiser_rank") or "")
        status = choice(row, "appraiser_status", values.get("appraiser_status"), _STATUSES, _("ASN atau NON ASN"))
        return self.known(
            values,
            # Tokens from here on: the staging table keeps no assessment in the clear either.
            **self.sealed(
                values | {"result": result, "behaviour": behaviour, "predicate": found}, values.get("nip") or ""
            ),
            appraiser_rank=rank.id if rank else None,
            appraiser_status=status,
        )
