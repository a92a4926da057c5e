"""CSV and XLSX of a table. Rows are read inside the request's transaction into a file, and only then sent."""

import csv
import io
import re
import tempfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import IO, Any

import xlsxwriter
from django.http import FileResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from asnhr import formats

FORMATS = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


# Spreadsheets run a cell that begins with one of these as a formula.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f]")
_MEMORY = 2_000_000


def sample_mark(*, is_sample: bool) -> str:
    """Return what every file of invented people says, in the language that it is written in; "" for real data."""
    return _("DATA CONTOH") if is_sample else ""


@dataclass(frozen=True)
class Field:
    """A column of the file: its heading, kind (text, code, num, date, nip, money) and how it is read from a row."""

    # A string, plain or lazy.
    label: Any
    kind: str
    read: Callable[[Any], Any]
    places: int | None = None
    width: int = 0


def _plain(text: str) -> str:
    """Return text that a workbook takes as text, as much of it as a cell holds. xlsxwriter writes what stands between
    these two marks as markup of its own, unescaped; a space behind it is enough for it to be text again."""
    text = _CONTROL.sub("", text)[:32767]
    return f"{text[:32766]} " if text.startswith("<r>") and text.endswith("</r>") else text


def guarded(text: str) -> str:
    """Return text that no spreadsheet runs as a formula when it opens the CSV: an apostrophe stands before it."""
    text = _CONTROL.sub("", text)
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def respond(
    rows: Iterable[Any],
    fields: Sequence[Field],
    *,
    kind: str,
    name: str,
    title: str,
    agency: str = "",
    day: date | None = None,
    is_sample: bool = False,
) -> FileResponse:
    """Return the file as a download. Raises KeyError for an unknown kind. Call it where the rows may be read."""
    content_type = FORMATS[kind]
    file = tempfile.SpooledTemporaryFile(max_size=_MEMORY)  # noqa: SIM115  FileResponse closes it
    notes = [sample_mark(is_sample=is_sample)] if is_sample else []
    if kind == "csv":
        write_csv(file, rows, fields, notes=notes)
    else:
        about = [part for part in (agency, _("per %(day)s") % {"day": formats.day(day)} if day else "") if part]
        write_xlsx(file, rows, fields, title=title, notes=[*notes, " · ".join(about)])
    file.seek(0)
    stamp = f"-{day:%Y%m%d}" if day else ""
    mark = "-contoh" if is_sample else ""
    filename = f"{name}{stamp}{mark}.{kind}"
    return FileResponse(file, as_attachment=True, filename=filename, content_type=content_type)


def write_csv(file: IO[bytes], rows: Iterable[Any], fields: Sequence[Field], *, notes: Sequence[str] = ()) -> None:
    """Write UTF-8 with a BOM, commas, plain numbers ("1.0640") and ISO days, one note a line above the heading."""
    text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="", write_through=True)
    writer = csv.writer(text)
    for note in notes:
        writer.writerow([guarded(note)])
    writer.writerow([guarded(field.label) for field in fields])
    for row in rows:
        writer.writerow([_csv_value(field.read(row)) for field in fields])
    text.flush()
    text.detach()


def _csv_value(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return _("ya") if value else _("tidak")
    if isinstance(value, datetime):
        return _local(value).isoformat(sep=" ", timespec="seconds")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, int | float | Decimal):
        return f"{value:f}" if isinstance(value, Decimal) else str(value)
    return guarded(str(value))


def write_xlsx(
    file: IO[bytes], rows: Iterable[Any], fields: Sequence[Field], *, title: str, notes: Sequence[str] = ()
) -> None:
    """Write one sheet: title, notes, frozen heading row with filters, rows. Text stays text: "=1+1" and a NIP too."""
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "in_memory": False}
    book = xlsxwriter.Workbook(file, options)
    book.set_properties({"title": title, "created": datetime(2000, 1, 1, tzinfo=UTC).replace(tzinfo=None)})
    sheet = book.add_worksheet(re.sub(r"[\[\]:*?/\\']", " ", title)[:31].strip() or "Data")
    bold = book.add_format({"bold": True, "font_size": 14})
    mark = book.add_format({"bold": True, "font_color": "#B3261E"})
    quiet = book.add_format({"font_color": "#56655F"})
    head = book.add_format({"bold": True, "bg_color": "#DCEFEC", "bottom": 1, "text_wrap": True, "valign": "top"})
    styles = {
        "date": book.add_format({"num_format": "dd-mm-yyyy"}),
        "moment": book.add_format({"num_format": "dd-mm-yyyy hh:mm"}),
        "money": book.add_format({"num_format": '"Rp" #,##0'}),
        "int": book.add_format({"num_format": "#,##0"}),
        "text": book.add_format({"num_format": "@"}),
    }
    for index, field in enumerate(fields):
        sheet.set_column(index, index, field.width or {"text": 28, "nip": 22, "date": 14}.get(field.kind, 12))
    line, sample = 0, sample_mark(is_sample=True)
    sheet.write_string(line, 0, title, bold)
    for note in notes:
        if note:
            line += 1
            sheet.write_string(line, 0, note, mark if note == sample else quiet)
    line += 2
    heading = line
    for index, field in enumerate(fields):
        sheet.write_string(line, index, field.label, head)
    sheet.freeze_panes(line + 1, 1)
    if notes and sample in notes:
        sheet.set_header(f"&C&B{sample}")
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(heading)
    decimals: dict[int, Any] = {}
    for row in rows:
        line += 1
        for index, field in enumerate(fields):
            _xlsx_cell(book, sheet, line, index, field, field.read(row), styles, decimals)
    if fields:
        sheet.autofilter(heading, 0, max(line, heading), len(fields) - 1)
    book.close()


def _xlsx_cell(
    book: Any,
    sheet: Any,
    line: int,
    index: int,
    field: Field,
    value: Any,
    styles: dict[str, Any],
    decimals: dict[int, Any],
) -> None:
    if value is None or value == "":
        return
    if isinstance(value, bool):
        sheet.write_string(line, index, _("ya") if value else _("tidak"))
    elif isinstance(value, int | float | Decimal) and field.kind != "nip":
        style = styles["money"] if field.kind == "money" else styles["int"] if isinstance(value, int) else None
        places = field.places if field.places is not None else -1
        if style is None and places >= 0:
            if places not in decimals:
                decimals[places] = book.add_format({"num_format": "#,##0." + "0" * places if places else "#,##0"})
            style = decimals[places]
        sheet.write_number(line, index, float(value), style)
    elif isinstance(value, datetime):
        sheet.write_datetime(line, index, _local(value).replace(tzinfo=None), styles["moment"])
    elif isinstance(value, date):
        sheet.write_datetime(line, index, datetime(value.year, value.month, value.day), styles["date"])  # noqa: DTZ001
    else:
        sheet.write_string(line, index, _plain(str(value)), styles["text"])


def _local(value: datetime) -> datetime:
    return timezone.localtime(value) if timezone.is_aware(value) else value
