"""Files of a formation proposal: the XLSX bundle, e-Formasi rows, SIASN's planning sheet; DATA CONTOH where it is.

The bundle holds the proposal letter, SPTJM, ABK and position map (needs-analysis.md 6). Call inside the agency's scope.
"""

import tempfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import fields
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import IO, Any

import xlsxwriter
from django.http import FileResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from asnhr import export, formats
from asnhr.errors import RuleBroken
from asnhr.export import Field, sample_mark
from positions.models import FormationProposal, NeedsAnalysis
from positions.queries import formation
from positions.queries.formation import FormasiRow, PlanningRow
from positions.services.proposals import Incomplete, check_exportable, unfilled

MONEY = frozenset({"penghasilan_min", "penghasilan_max"})
NUMBERS = frozenset({int, int | None})


def _basis(proposal: FormationProposal) -> NeedsAnalysis:
    analysis = formation.basis_of(proposal)
    if analysis is None:
        raise RuleBroken(_("Usul formasi ini belum punya analisis sebagai dasar."))
    return analysis


def _columns(row: type) -> list[Field]:
    """Return a column for each attribute of a row class, headed by the name that the receiving system knows."""

    def reader(name: str) -> Callable[[Any], Any]:
        return lambda found: getattr(found, name)

    return [
        Field(one.name, "money" if one.name in MONEY else "num" if one.type in NUMBERS else "text", reader(one.name))
        for one in fields(row)
    ]


def e_formasi(proposal: FormationProposal, *, kind: str = "xlsx") -> FileResponse:
    """Return the e-Formasi rows of a proposal (units and positions as a tree) as csv or xlsx.

    Raises RuleBroken without a basis or while a line is incomplete.
    """
    check_exportable(proposal)
    analysis = _basis(proposal)
    return export.respond(
        formation.formasi_rows(proposal, analysis), _columns(FormasiRow), kind=kind, name=f"e-formasi-{proposal.year}",
        title=_("e-Formasi %(year)s") % {"year": proposal.year}, agency=proposal.agency.name, day=analysis.as_of,
        is_sample=proposal.agency.is_sample,
    )  # fmt: skip


def siasn_planning(proposal: FormationProposal, *, kind: str = "xlsx") -> FileResponse:
    """Return SIASN's planning sheet of a proposal as csv or xlsx. Raises RuleBroken while a line is incomplete."""
    check_exportable(proposal)
    return export.respond(
        formation.planning_rows(proposal), _columns(PlanningRow), kind=kind, name=f"perencanaan-siasn-{proposal.year}",
        title=_("Perencanaan SIASN %(year)s") % {"year": proposal.year}, agency=proposal.agency.name, day=None,
        is_sample=proposal.agency.is_sample,
    )  # fmt: skip


def bundle(proposal: FormationProposal, *, day: date) -> FileResponse:
    """Return the bundle of a proposal as one workbook, printed on `day`; a draft while a line is incomplete."""
    file = tempfile.SpooledTemporaryFile(max_size=2_000_000)  # noqa: SIM115  FileResponse closes it
    lacking = write_bundle(file, proposal, day=day)
    file.seek(0)
    mark = ("-konsep" if lacking else "") + ("-contoh" if proposal.agency.is_sample else "")
    return FileResponse(
        file, as_attachment=True, filename=f"usul-formasi-{proposal.year}{mark}.xlsx",
        content_type=export.FORMATS["xlsx"],
    )  # fmt: skip


def write_bundle(file: IO[bytes], proposal: FormationProposal, *, day: date) -> list[Incomplete]:
    """Write letter, SPTJM, lines, ABK and position map, a sheet each; return the lines that are not complete.

    While there are any, every sheet is marked as a draft, the letter names them and the lines say what each lacks.
    """
    analysis = _basis(proposal)
    lacking = unfilled(proposal)
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    book = xlsxwriter.Workbook(file, options)
    book.set_properties({"created": datetime(2000, 1, 1, tzinfo=UTC).replace(tzinfo=None)})
    sheets = _Sheets(book, proposal, draft=_draft_words(len(lacking)) if lacking else "")
    sums = formation.sums_of(proposal)
    sheets.letter(_("Surat Usulan"), [*_named(lacking), *_letter(proposal, analysis, sums, day)])
    sheets.letter("SPTJM", _statement(proposal, day))
    lines = proposal.lines.select_related("position__job", "position__unit", "placement")
    columns = (*_LINES, _lacks_column(lacking)) if lacking else _LINES
    sheets.table(_("Rincian Usulan"), columns, lines.order_by("position__unit__name", "position__code", "pk"))
    sheets.table("ABK", _TASKS, formation.workload_rows(proposal, analysis).iterator(chunk_size=2000))
    sheets.table(_("Peta Jabatan"), _MAP, formation.map_rows(analysis))
    book.close()
    return lacking


def _draft_words(lines: int) -> str:
    return _("KONSEP: %(n)s rincian belum lengkap, belum dapat diajukan") % {"n": formats.number(lines)}


def _named(lacking: list[Incomplete]) -> list[str]:
    """Return the paragraphs that name what is not complete; none where nothing lacks."""
    if not lacking:
        return []
    lines = [f"{each.code}: {', '.join(each.missing)}" for each in lacking]
    return [_("Rincian yang belum lengkap:"), *lines, ""]


def _lacks_column(lacking: list[Incomplete]) -> Field:
    words = {each.line_id: ", ".join(each.missing) for each in lacking}
    return Field(gettext_lazy("Belum lengkap"), "text", lambda row: words.get(row.pk, ""))


def _letter(proposal: FormationProposal, analysis: NeedsAnalysis, sums: dict[str, int], day: date) -> list[str]:
    agency = proposal.agency
    by = [f"{key.replace('_', ' ')}: {value}" for key, value in sums.items() if "_" in key and value]
    return [
        agency.name.upper(), "",
        _("Perihal: Usul kebutuhan (formasi) ASN tahun %(year)s") % {"year": proposal.year},
        _("Tanggal: %(day)s") % {"day": formats.day(day)}, "",
        _("Berdasarkan analisis jabatan dan analisis beban kerja per %(day)s, kami mengusulkan %(people)s formasi pada "
          "%(positions)s jabatan.") % {"day": formats.day(analysis.as_of), "people": sums["people"],
                                      "positions": sums["positions"]},
        *by, "",
        _("Lampiran: SPTJM, rincian usulan, ABK dan peta jabatan pada lembar berikutnya."), "",
        _("Pejabat Pembina Kepegawaian"), "", "(........................................)",
    ]  # fmt: skip


def _statement(proposal: FormationProposal, day: date) -> list[str]:
    return [
        _("SURAT PERNYATAAN TANGGUNG JAWAB MUTLAK"), "",
        _("Saya yang bertanda tangan di bawah ini, Pejabat Pembina Kepegawaian %(agency)s, menyatakan bahwa data usul "
          "kebutuhan ASN tahun %(year)s disusun dari analisis jabatan dan analisis beban kerja yang sah, dan menjadi "
          "tanggung jawab saya sepenuhnya.") % {"agency": proposal.agency.name, "year": proposal.year},
        "", _("Tanggal: %(day)s") % {"day": formats.day(day)}, "", _("Pejabat Pembina Kepegawaian"), "",
        "(........................................)",
    ]  # fmt: skip


def _of(path: str) -> Callable[[Any], Any]:
    names = path.split(".")

    def read(row: Any) -> Any:
        for name in names:
            row = None if row is None else getattr(row, name)
        return row

    return read


_LINES = (
    Field(gettext_lazy("Unit"), "text", _of("position.unit.name")),
    Field(gettext_lazy("Kode"), "text", _of("position.code")),
    Field(gettext_lazy("Jabatan"), "text", lambda row: str(row.position.job)),
    Field(gettext_lazy("Formasi"), "num", _of("formation")),
    Field(gettext_lazy("Usulan"), "num", _of("proposed")),
    Field(gettext_lazy("Rekomendasi"), "num", _of("recommended")),
    Field(gettext_lazy("Penetapan"), "num", _of("decided")),
    Field(gettext_lazy("Jenis pengadaan"), "text", _of("intake")),
    Field(gettext_lazy("Rumpun"), "text", _of("field")),
    Field(gettext_lazy("Id pendidikan"), "text", lambda row: "; ".join(row.education_ids)),
    Field(gettext_lazy("Unit penempatan"), "text", _of("placement.name")),
    Field(gettext_lazy("Penghasilan terendah"), "money", _of("income_min")),
    Field(gettext_lazy("Penghasilan tertinggi"), "money", _of("income_max")),
)
_TASKS = (
    Field(gettext_lazy("Unit"), "text", _of("workload.position.unit.name")),
    Field(gettext_lazy("Jabatan"), "text", lambda row: str(row.workload.position.job)),
    Field(gettext_lazy("Nomor"), "num", _of("number")),
    Field(gettext_lazy("Uraian tugas"), "text", _of("task")),
    Field(gettext_lazy("Hasil kerja"), "text", _of("output")),
    Field(gettext_lazy("Volume"), "num", _of("volume")),
    Field(gettext_lazy("Per"), "text", lambda row: row.get_per_display()),
    Field(gettext_lazy("Norma waktu (menit)"), "num", _of("minutes")),
    Field(gettext_lazy("Contoh"), "text", lambda row: _("contoh") if row.workload.is_sample else ""),
)
_MAP = (
    Field(gettext_lazy("Unit"), "text", _of("unit_name")),
    Field(gettext_lazy("Kode"), "text", _of("code")),
    Field(gettext_lazy("Jabatan"), "text", _of("job_name")),
    Field(gettext_lazy("Kelas"), "num", _of("job_class")),
    Field("B", "num", _of("b")),
    Field(
        gettext_lazy("Keterangan B"),
        "text",
        lambda row: _("tercetak") if row.b_printed else "",
    ),
    Field("K", "num", _of("k_used")),
    Field("+/-", "num", lambda row: None if row.k_used is None else row.b - row.k_used),
    Field(gettext_lazy("Sumber K"), "text", _of("source")),
)


class _Sheets:
    """Sheets of one workbook, each marked when the data are a sample or (`draft`: the words) not complete."""

    def __init__(self, book: Any, proposal: FormationProposal, *, draft: str) -> None:
        self.book, self.is_sample = book, proposal.agency.is_sample
        self.marks = [*([sample_mark(is_sample=True)] if self.is_sample else []), *([draft] if draft else [])]
        self.bold = book.add_format({"bold": True, "font_size": 14})
        self.mark = book.add_format({"bold": True, "font_color": "#B3261E"})
        self.head = book.add_format({"bold": True, "bg_color": "#DCEFEC", "bottom": 1, "text_wrap": True})
        self.wrap = book.add_format({"text_wrap": True, "valign": "top"})

    def _new(self, title: str) -> tuple[Any, int]:
        sheet = self.book.add_worksheet(title)
        sheet.set_paper(9)
        if self.marks:
            sheet.set_header(f"&C&B{' · '.join(self.marks)}")
        for line, words in enumerate(self.marks):
            sheet.write_string(line, 0, words, self.mark)
        return sheet, len(self.marks)

    def letter(self, title: str, paragraphs: Sequence[str]) -> None:
        sheet, line = self._new(title)
        sheet.set_column(0, 0, 100)
        for paragraph in paragraphs:
            line += 1
            if paragraph:
                sheet.write_string(line, 0, paragraph, self.wrap)

    def table(self, title: str, columns: Sequence[Field], rows: Iterable[Any]) -> None:
        sheet, line = self._new(title)
        sheet.set_landscape()
        for place, column in enumerate(columns):
            sheet.set_column(place, place, 28 if column.kind == "text" else 12)
        sheet.write_string(line, 0, title, self.bold)
        line += 2
        for place, column in enumerate(columns):
            sheet.write_string(line, place, str(column.label), self.head)
        sheet.freeze_panes(line + 1, 0)
        for row in rows:
            line += 1
            for place, column in enumerate(columns):
                value = column.read(row)
                if isinstance(value, int | Decimal) and not isinstance(value, bool):
                    sheet.write_number(line, place, float(value))
                elif value not in (None, ""):
                    sheet.write_string(line, place, str(value)[:32767])
