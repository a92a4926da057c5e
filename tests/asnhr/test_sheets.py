"""Rows of a spreadsheet are what xlsxwriter makes of the same cells one by one, but for text that looks like markup."""

import io
import zipfile
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
import xlsxwriter

from asnhr import export, sheets

ROWS = [
    ("a & <b>", 1, Decimal("1.5"), date(2026, 1, 2), datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC), True, "1980", 1500),
    (" ruang ", 0, None, date(1900, 2, 28), None, False, "", ""),
    ("_x0041_ tab\tbaris\nbaru \x7f", "teks", 7, date(1900, 3, 1), None, None, 198001012005011001, Decimal("12.34")),
    (None, None, None, None, None, None, None, None),
    ("😀" * 20_000, -1.25, Decimal("1e3"), date(9999, 12, 31), None, None, None, 10**12),
]  # fmt: skip
KINDS = [("text", None), ("num", None), ("num", 2), ("date", None), ("date", None), ("text", None), ("nip", None),
         ("money", 0)]  # fmt: skip


def fields():
    return [
        export.Field(f"K{place}", kind, lambda row, place=place: row[place], places)
        for place, (kind, places) in enumerate(KINDS)
    ]


def parts(file):
    with zipfile.ZipFile(file) as book:
        return {name: book.read(name).decode() for name in book.namelist()}


def written(rows):
    file = io.BytesIO()
    export.write_xlsx(file, iter(rows), fields(), title="Judul", notes=["DATA CONTOH", "Kota Medan"])
    return parts(file)


class CellByCell(sheets.RowSheet):
    """The same rows by xlsxwriter's own methods; the cells come as the arguments of these."""

    def add_row(self, line, cells):
        for column, cell in enumerate(cells):
            if cell:
                getattr(self, cell[0])(line, column, *cell[1:])


@pytest.mark.parametrize("rows", [ROWS, ROWS[:1], []])
def test_a_sheet_is_byte_for_byte_what_the_library_writes(rows, monkeypatch):
    ours = written(rows)

    with monkeypatch.context() as plainly:
        plainly.setattr(sheets, "RowSheet", CellByCell)
        plainly.setattr(sheets, "style_of", lambda style: style)
        plainly.setattr(sheets, "cell_text", lambda place, style, text: ("write_string", text, style or None))
        plainly.setattr(
            sheets, "cell_number", lambda place, style, value: ("write_number", float(value), style or None)
        )
        theirs = written(rows)

    assert ours.keys() == theirs.keys()
    assert [name for name in ours if ours[name] != theirs[name]] == []
    assert len(rows) + 4 == ours["xl/worksheets/sheet1.xml"].count("<row ") + rows.count((None,) * 8)


def test_days_and_moments_are_those_of_excel():
    book = xlsxwriter.Workbook(io.BytesIO())
    sheet = book.add_worksheet()
    for day in (date(1900, 1, 1), date(1900, 2, 28), date(1900, 3, 1), date(2026, 11, 23), datetime(2026, 1, 2, 3, 4)):  # noqa: DTZ001
        assert sheets.serial_of(day) == sheet._convert_date_time(day)


def test_text_that_looks_like_markup_is_text():
    sheet = written([("<r><t>x</t></r>", *(None,) * 7)])["xl/worksheets/sheet1.xml"]

    assert "<t>&lt;r&gt;&lt;t&gt;x&lt;/t&gt;&lt;/r&gt;</t>" in sheet


def test_what_xml_cannot_hold_goes_and_what_is_no_number_is_refused():
    assert "<t>ab</t>" in sheets.cell_text("A1", "", "a\x00\x08b")
    longest = sheets.cell_text("A1", "", "😀" * 20_000)
    assert longest.count("😀") == 16_383
    for wrong in (Decimal("NaN"), float("inf")):
        with pytest.raises(ValueError, match="no number"):
            sheets.cell_number("A1", "", wrong)
