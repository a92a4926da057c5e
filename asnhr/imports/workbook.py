"""The error workbook: each problem with its row, column, value, code and cause, and the row as it was, to correct
and return. The NIK is left out.
"""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, BinaryIO

import xlsxwriter
from django.utils.translation import gettext as _

from . import layout as layouts
from . import parsers, privacy
from .framework import ImportResult
from .reader import open_table_file


def write_errors(
    result: ImportResult, source: str | Path | BinaryIO, target: str | BinaryIO, importer_class: Any
) -> int:
    """Write the rows with problems to `target` (path or binary file); return how many lines there are."""
    table, match = _table(result, source, importer_class)
    wanted = {row.row: row for row in result.rows if row.problems}
    book = xlsxwriter.Workbook(
        target, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    sheet = book.add_worksheet(_("Masalah"))
    head = book.add_format({"bold": True, "bg_color": "#E8EEF4", "text_wrap": True, "valign": "top"})
    # What the import reads, without the NIK: a corrected workbook leaves that as the register has it. Columns without a
    # purpose here (religion, address, tax and insurance numbers) and those nobody knows are not handed out again.
    read = (index for index, column in match.fields.values() if column.keep and not column.secret) if match else ()
    shown = sorted(read)
    originals = [match.headers[index] for index in shown] if match else []
    titles = [_("baris"), _("kolom"), _("nilai"), _("kode"), _("sebab"), _("hasil"), *originals]
    for index, title in enumerate(titles):
        sheet.write_string(0, index, title, head)
    sheet.set_column(0, 0, 7)
    sheet.set_column(1, 3, 20)
    sheet.set_column(4, 4, 60)
    sheet.freeze_panes(1, 1)
    line = 0
    for row in table.rows() if table else ():
        outcome = wanted.get(row.number)
        if outcome is None:
            continue
        cells = [privacy.masked(parsers.shown(row.cells[index])) if index < len(row.cells) else "" for index in shown]
        for problem in outcome.problems:
            line += 1
            sheet.write_number(line, 0, row.number)
            for index, text in enumerate(
                [problem.column, problem.value, problem.code, problem.message, _outcome(outcome.outcome), *cells],
                start=1,
            ):
                if text:
                    sheet.write_string(line, index, text[:32000])
    book.close()
    return line


def write_changes(
    details: dict[str, list[dict[str, Any]]],
    lines: dict[str, int],
    target: str | BinaryIO,
    *,
    title: Callable[[str], str],
    heading: Callable[[str], str],
    cell: Callable[[str, Any, dict[str, Any]], str],
) -> int:
    """Write a sheet for each list of changes to `target`; return how many lines there are.

    A list that was cut says on its first line how many lines there would be. `title`, `heading` and `cell` put the name
    of a list, the name of a column and a value into words.
    """
    book = xlsxwriter.Workbook(
        target, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    head = book.add_format({"bold": True, "bg_color": "#E8EEF4", "text_wrap": True, "valign": "top"})
    count = 0
    for name, found in details.items():
        sheet = book.add_worksheet(title(name)[:31])
        number = 0
        if lines.get(name, 0) > len(found):
            text = _("%(shown)d dari %(every)d baris") % {"shown": len(found), "every": lines[name]}
            sheet.write_string(0, 0, text)
            number = 1
        columns = list(dict.fromkeys(column for line in found for column in line if f"{column}_text" not in line))
        for index, column in enumerate(columns):
            sheet.write_string(number, index, str(heading(column)), head)
        sheet.set_column(0, max(len(columns) - 1, 0), 24)
        sheet.freeze_panes(number + 1, 0)
        for line in found:
            number += 1
            for index, column in enumerate(columns):
                sheet.write_string(number, index, cell(column, line.get(column), line)[:32000])
        count += len(found)
    if not details:
        book.add_worksheet()
    book.close()
    return count


def _table(result: ImportResult, source: str | Path | BinaryIO, importer_class: Any) -> tuple[Any, Any]:
    tables: Iterable[Any] = open_table_file(source).tables
    chosen = layouts.choose_table([table for table in tables if table.name == result.sheet], importer_class.layouts)
    return chosen if chosen else (None, None)


def _outcome(name: str) -> str:
    return {"rejected": _("ditolak"), "warned": _("diterima dengan catatan")}.get(name, name)
