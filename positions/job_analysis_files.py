"""The job-analysis document as PDF and as Word file in the usual layout (informasi jabatan); always Indonesian.

DATA CONTOH where the data are a sample. Typst and python-docx take 20 and 12 MB of a worker's memory, so they are read
in when a file is asked for.
"""

import io
import json
import re
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import override

from asnhr import formats
from asnhr.export import sample_mark
from asnhr.models import Agency
from asnhr.pdf import render
from positions import job_analysis_document
from positions.job_analysis_document import Block, Section
from positions.models import JobAnalysis
from positions.queries import job_analysis as queries

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
# XML knows no such characters; a person may have pasted them.
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
TEMPLATE = """
#let data = json(bytes(sys.inputs.data))
#set document(title: data.title, date: none)
#set page(paper: "a4", margin: (left: 25mm, right: 20mm, top: 20mm, bottom: 20mm), footer: context [
  #set text(size: 8pt, fill: rgb("#44544f"))
  #data.footer #h(1fr) #text(fill: rgb("#b3261e"), weight: 700, data.mark) #h(1fr)
  #counter(page).display() / #counter(page).final().first()
])
#set text(font: "Plus Jakarta Sans", size: 9.5pt, lang: "id")
#set par(leading: 0.65em)
#set table(stroke: 0.5pt + rgb("#8a9692"), inset: 5pt)
#align(center)[
  #text(size: 14pt, weight: 700)[INFORMASI JABATAN] \\
  #text(size: 11pt, weight: 600, data.agency)
  #if data.mark != "" { linebreak(); text(fill: rgb("#b3261e"), weight: 700, data.mark) }
]
#line(length: 100%, stroke: 1.2pt)
#text(size: 9pt, data.status)
#v(1mm)
#let facts(rows) = grid(columns: (46mm, 3mm, 1fr), row-gutter: 0.7em,
  ..rows.map(row => (row.at(0), [:], row.at(1))).flatten())
#let lines(rows) = enum(tight: true, ..rows.map(row => enum.item[#row]))
#let ruled(block) = table(
  columns: (8mm, ..block.headings.enumerate().map(((n, _)) =>
    if n >= block.numbers and n <= block.last_number { 19mm } else if n == 0 { 2fr } else { 1fr })),
  align: (column, row) => if column == 0 or row == 0 { center }
    else if column > block.numbers and column <= block.last_number + 1 { right } else { left },
  table.header(strong[No.], ..block.headings.map(each => strong(each))),
  ..block.rows.enumerate().map(((n, row)) => (
    if block.has_total and n + 1 == block.rows.len() { "" } else { str(n + 1) }, ..row)).flatten(),
)
#for section in data.sections {
  block(above: 1.3em, below: 0.7em, sticky: true, text(weight: 700, upper(str(section.number) + ". " + section.title)))
  if section.blocks.len() == 0 { text(fill: rgb("#44544f"), style: "italic", data.missing) }
  for block_ in section.blocks {
    if block_.title != "" { block(above: 0.9em, below: 0.6em, sticky: true, text(weight: 600, block_.title)) }
    if block_.kind == "facts" { facts(block_.rows) }
    else if block_.kind == "list" { lines(block_.rows) }
    else if block_.kind == "table" { ruled(block_) }
    else { for row in block_.rows { par(justify: true, row) } }
    if block_.origin != "" { text(size: 7.5pt, fill: rgb("#44544f"), data.origin + block_.origin) }
  }
}
#v(8mm)
#block(breakable: false, grid(columns: (1fr, 1fr),
  ..data.signatures.map(each => align(center)[#each.at(0) \\ #each.at(1) #v(18mm) #each.at(2)])))
"""


@dataclass(frozen=True)
class Document:
    """What both files say, in words."""

    title: str
    name: str
    agency: str
    mark: str
    status: str
    footer: str
    missing: str
    origin: str
    sections: list[Section]
    signatures: list[tuple[str, str, str]]


def document_of(analysis: JobAnalysis, agency: Agency, day: date) -> Document:
    """Return a version as it stands (in Indonesian); eight queries for a draft, one for an approved version."""
    with override("id"):
        facts = queries.facts_for(analysis, day)
        title = _("Informasi jabatan %(post)s") % {"post": facts.name}
        slug = re.sub(r"[^a-z0-9]+", "-", facts.name.lower()).strip("-")[:60] or str(analysis.pk)
        mark = "-contoh" if agency.is_sample else ""
        blank = "(" + "." * 40 + ")"
        return Document(
            title=title, name=f"anjab-{slug}-v{analysis.version}{mark}", agency=agency.name,
            mark=sample_mark(is_sample=agency.is_sample), status=_status(analysis, day),
            footer=f"{facts.name} · {facts.code} · {_('versi %(n)s') % {'n': analysis.version}}",
            missing=_("Belum terisi."), origin=_("Sumber:") + " ",
            sections=job_analysis_document.sections(analysis, facts, queries.entries_of(analysis)),
            signatures=[
                (_("Mengetahui"), facts.superior or _("Atasan langsung"), blank),
                (_("Yang menyusun"), facts.units[-1] if facts.units else "", blank),
            ],
        )  # fmt: skip


def _status(analysis: JobAnalysis, day: date) -> str:
    version = _("Versi %(n)s") % {"n": analysis.version}
    if analysis.starts_on is None:
        drafted = _("%(state)s, per %(day)s; belum berlaku")
        return f"{version} · " + drafted % {"state": analysis.get_state_display(), "day": formats.day(day)}
    decided = _("ditetapkan dengan keputusan nomor %(decree)s tanggal %(on)s, berlaku mulai %(start)s")
    return f"{version} · " + decided % {
        "decree": analysis.decree,
        "on": formats.day(analysis.decree_on),
        "start": formats.day(analysis.starts_on),
    }


def pdf(document: Document, day: date) -> bytes:
    """Return the PDF; the same document gives the same bytes on the same day."""
    return render(TEMPLATE, {"data": json.dumps(asdict(document))}, day)


def docx(document: Document, day: date) -> bytes:
    """Return the Word file: A4, numbered sections, ruled tables whose heading is repeated on each page."""
    from docx import Document as Word  # see the module's docstring
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Mm, Pt

    word = Word()
    page = word.sections[0]
    page.page_width, page.page_height = Mm(210), Mm(297)
    page.left_margin, page.right_margin, page.top_margin, page.bottom_margin = Mm(25), Mm(20), Mm(20), Mm(20)
    word.styles["Normal"].font.name, word.styles["Normal"].font.size = "Arial", Pt(10)
    properties = word.core_properties
    properties.title, properties.author, properties.language = document.title, document.agency, "id-ID"
    properties.created = properties.modified = datetime(day.year, day.month, day.day, tzinfo=UTC)
    for text, size in (("INFORMASI JABATAN", 14), (document.agency, 11), (document.mark, 11)):
        if text:
            line = word.add_paragraph()
            line.alignment = WD_ALIGN_PARAGRAPH.CENTER
            run = line.add_run(text)
            run.bold, run.font.size = True, Pt(size)
    word.add_paragraph(clean(document.status))
    for section in document.sections:
        _word_section(word, section, document)
    signs = word.add_table(rows=1, cols=2)
    for cell, lines in zip(signs.rows[0].cells, document.signatures, strict=True):
        cell.text = clean("\n".join([lines[0], lines[1], "\n\n\n", lines[2]]))
        for line in cell.paragraphs:
            line.alignment = WD_ALIGN_PARAGRAPH.CENTER
    page.footer.paragraphs[0].text = clean(f"{document.footer}   {document.mark}")
    out = io.BytesIO()
    word.save(out)
    return out.getvalue()


def _word_section(word: Any, section: Section, document: Document) -> None:
    # Word's own heading style: the navigation pane and screen readers find the sections by it.
    word.add_heading(clean(f"{section.number}. {section.title.upper()}"), level=2)
    if not section.blocks:
        word.add_paragraph().add_run(document.missing).italic = True
    for block in section.blocks:
        if block.title:
            word.add_paragraph().add_run(clean(block.title)).bold = True
        _word_block(word, block)
        if block.origin:
            word.add_paragraph().add_run(clean(document.origin + block.origin)).italic = True


def _word_block(word: Any, block: Block) -> None:
    if block.kind == "words":
        for row in block.rows:
            word.add_paragraph(clean(row))
    elif block.kind == "list":
        # Numbered by hand: Word goes on counting from one list to the next.
        for number, row in enumerate(block.rows, 1):
            word.add_paragraph(clean(f"{number}. {row}"))
    elif block.kind == "facts":
        _word_table(word, [], [[row[0], ":", row[1]] for row in block.rows], ruled=False)
    else:
        total = len(block.rows) if block.has_total else 0
        rows = [["" if number == total else str(number), *row] for number, row in enumerate(block.rows, 1)]
        _word_table(word, ["No.", *block.headings], rows, ruled=True)


def _word_table(word: Any, headings: list[str], rows: list[list[str]], *, ruled: bool) -> None:
    from docx.oxml import OxmlElement  # see the module's docstring
    from docx.shared import Mm

    every = [headings, *rows] if headings else rows
    table = word.add_table(rows=len(every), cols=len(every[0]))
    if ruled:
        table.style = "Table Grid"
    widths = [Mm(50), Mm(5), Mm(110)] if not ruled else [Mm(11), *[Mm(154 / (len(headings) - 1))] * (len(headings) - 1)]
    # Rows taken once: asking the table for a cell by place reads the whole table each time.
    for number, (row, texts) in enumerate(zip(table.rows, every, strict=True)):
        for cell, text, width in zip(row.cells, texts, widths, strict=True):
            cell.width = width
            run = cell.paragraphs[0].add_run(clean(text))
            run.bold = bool(headings) and number == 0
        if headings and number == 0:
            row._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))
    word.add_paragraph()


def clean(text: str) -> str:
    return _CONTROL.sub("", text)
