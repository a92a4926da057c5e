"""Rows of a spreadsheet, written as they come: a third of the time that `xlsxwriter` takes cell by cell.

Only what a list needs: text, numbers and days in styles made beforehand. The book, its heading and all around the rows
stay xlsxwriter's; `tests/asnhr/test_sheets.py` compares its sheet with ours byte by byte. Text is always text: the
library takes "<r>…</r>" of a cell for markup of its own and writes it unescaped.
"""

import math
import re
from collections.abc import Sequence
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet

# Bytes of a cell's text as Excel counts it, two a unit.
LONGEST = 2 * 32767
EPOCH = datetime(1899, 12, 31)  # noqa: DTZ001  of Excel, which knows no zones
# What makes a text more than itself in XML: markup, what Excel escapes, white space at an end.
_MARKED = re.compile("[&<>\x00-\x1f\x7f\ufffe\uffff]|_x[0-9a-fA-F]{4}_|^\\s|\\s$")
_REMOVED = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f]")


class RowSheet(Worksheet):
    """A sheet of a book with `constant_memory` whose rows may also be given as a whole, each below the last."""

    def begin_rows(self, line: int) -> None:
        """Put away what the usual methods wrote above `line`, and its styles."""
        self._write_single_row(line)

    def add_row(self, line: int, cells: Sequence[str]) -> None:
        """Write a row of cells made by `cell_text` and `cell_number`; "" stands for none. Their columns must be those
        of a row above `begin_rows`."""
        row = "".join(cells)
        if row:
            self.fh.write(f'<row r="{line + 1}">{row}</row>')
            self.previous_row = self.dim_rowmax = line


def column_name(index: int) -> str:
    """Return "A" for 0."""
    return str(xl_col_to_name(index))


def style_of(style: Any) -> str:
    """Return the attribute of a format of the book, to be given to the cells; "" for None."""
    index = style._get_xf_index() if style is not None else 0
    return f' s="{index}"' if index else ""


def cell_text(place: str, style: str, text: str) -> str:
    """Return the cell at `place` ("C7") with a text as it is, without what XML cannot hold."""
    space = ""
    if len(text) > LONGEST // 4:
        text = text.encode("utf-16-le")[:LONGEST].decode("utf-16-le", "ignore")
    if _MARKED.search(text):
        text = Worksheet._escape_control_characters(_REMOVED.sub("", text))
        if text[:1].isspace() or text[-1:].isspace():
            space = ' xml:space="preserve"'
        text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return f'<c r="{place}"{style} t="inlineStr"><is><t{space}>{text}</t></is></c>'


def cell_number(place: str, style: str, value: float | Decimal) -> str:
    """Return the cell with a number. Raises ValueError for what is none."""
    number = float(value)
    if not math.isfinite(number):
        raise ValueError(f"{value} is no number that a cell holds")
    return f'<c r="{place}"{style}><v>{number:.16G}</v></c>'


def serial_of(value: date) -> float:
    """Return the number by which Excel knows a day, or a moment without its zone, since 1900."""
    moment = value if isinstance(value, datetime) else datetime.combine(value, time.min)
    since = moment - EPOCH
    serial = since.days + (since.seconds + since.microseconds / 1e6) / 86400
    # Excel has a 29 February 1900.
    return serial + 1 if serial > 59 else serial
