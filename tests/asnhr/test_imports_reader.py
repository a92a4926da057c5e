"""Files as they come: CSV of every dress, workbooks, and what is refused before it is opened."""

import datetime
import io
import struct
import zipfile

import pytest
import xlsxwriter

from asnhr.imports import reader
from asnhr.imports.errors import FileRefused
from asnhr.imports.reader import open_table_file


def workbook(cells, **sheets) -> bytes:
    """A workbook of one sheet (or of `sheets`), each a dict of (row, column) from 0 → value; "=…" is a formula."""
    target = io.BytesIO()
    with xlsxwriter.Workbook(target) as book:
        for name, content in ({"Data": cells} | sheets).items():
            sheet = book.add_worksheet(name)
            for (row, column), value in content.items():
                sheet.write_formula(row, column, value, value=7) if str(value).startswith("=") else sheet.write(
                    row, column, value
                )
    return target.getvalue()


def rows(data: bytes):
    return list(open_table_file(io.BytesIO(data)).tables[0].rows())


def refusal(data: bytes) -> str:
    def read():
        return [list(table.rows()) for table in open_table_file(io.BytesIO(data)).tables]

    with pytest.raises(FileRefused) as error:
        read()
    assert error.value.message.endswith(".")
    return error.value.code


@pytest.mark.parametrize(
    "data",
    [
        b"nama,kode\nSri,1\n",
        b"nama;kode\r\nSri;1\r\n",
        b"nama\tkode\nSri\t1\n",
        b"\xef\xbb\xbfnama;kode\nSri;1\n",
        "nama;kode\nSri;1\n".encode("utf-16"),
    ],
)
def test_csv_is_read_whatever_its_separator_and_mark(data):
    assert [row.cells for row in rows(data)] == [["nama", "kode"], ["Sri", "1"]]


def test_csv_in_windows_1252():
    assert rows("nama;kode\nJosé – Rp\n".encode("cp1252"))[1].cells[0] == "José – Rp"


def test_csv_records_count_from_one_and_quotes_may_span_lines():
    found = rows(b'judul\n\nnama,kode\n"dua\nbaris",1\nakhir,2\n')
    assert [(row.number, row.cells) for row in found][2:] == [
        (3, ["nama", "kode"]),
        (4, ["dua\nbaris", "1"]),
        (5, ["akhir", "2"]),
    ]


def test_a_csv_text_formula_is_text_and_a_real_one_is_marked():
    found = rows(b'nip,n\n="199803082023121901",=A1+1\n')
    assert found[1].cells[0] == "199803082023121901"
    assert found[1].formulas == {1}


def test_a_workbook_keeps_sheet_rows_and_marks_formulas():
    found = rows(workbook({(3, 2): "nama", (4, 2): "Sri", (5, 3): "=1+6", (6, 28): "=2+5"}))
    assert [row.number for row in found] == [1, 2, 3, 4, 5, 6, 7]
    assert found[4].cells[2] == "Sri"
    assert found[5].formulas == {3}
    assert found[6].formulas == {28}
    assert not found[4].formulas
    assert found[5].cells[3] == 7.0


def test_array_formulas_mark_their_whole_area():
    target = io.BytesIO()
    with xlsxwriter.Workbook(target) as book:
        sheet = book.add_worksheet()
        sheet.write(0, 0, "x")
        sheet.write_array_formula(1, 1, 2, 2, "{=A1:B2}", value=1)
    found = rows(target.getvalue())
    assert found[1].formulas == {1, 2}
    assert found[2].formulas == {1, 2}


def _repacked(data: bytes, change) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for info in old.infolist():
            new.writestr(info.filename, change(info.filename, old.read(info)))
    return target.getvalue()


def test_formulas_are_found_without_references_and_with_prefixes():
    plain = workbook({(0, 0): "x", (1, 0): "y", (1, 1): "=1+1"})

    def bare(name, content):
        return (
            content.replace(b' r="A1"', b"").replace(b' r="A2"', b"").replace(b' r="B2"', b"")
            if "sheet1" in name
            else content
        )

    def prefixed(name, content):
        if "sheet1" not in name:
            return content
        for tag in (
            b"worksheet",
            b"sheetData",
            b"row",
            b"c ",
            b"c>",
            b"v>",
            b"f>",
            b"dimension",
            b"sheetViews",
            b"sheetView ",
            b"sheetFormatPr",
            b"pageMargins",
        ):
            content = content.replace(b"<" + tag, b"<x:" + tag).replace(b"</" + tag, b"</x:" + tag)
        return content.replace(b"xmlns=", b"xmlns:x=")

    assert rows(_repacked(plain, bare))[1].formulas == {1}
    assert rows(_repacked(plain, prefixed))[1].formulas == {1}


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "BERKAS_KOSONG"),
        (b"%PDF-1.7 isi", "JENIS_BERKAS"),
        (b"<html><table><tr><td>NIP</td></tr></table></html>", "JENIS_BERKAS"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"Workbook".ljust(600), "JENIS_BERKAS"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "BERKAS_TERKUNCI"),
        (b"PK\x03\x04rusak", "BERKAS_RUSAK"),
        (b"nama,kode\n\x00\x01\x02,1\n", "JENIS_BERKAS"),
    ],
)
def test_wrong_types_are_refused_by_content(data, code):
    assert refusal(data) == code


def test_macros_are_refused_by_part_and_by_type():
    plain = workbook({(0, 0): "x"})
    target = io.BytesIO(plain)
    with zipfile.ZipFile(target, "a") as archive:
        archive.writestr("xl/vbaProject.bin", b"x")
    assert refusal(target.getvalue()) == "BERMAKRO"
    macro_type = b"application/vnd.ms-excel.sheet.macroEnabled.main+xml"
    typed = _repacked(
        plain,
        lambda name, c: (
            c.replace(b"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml", macro_type)
            if "Content_Types" in name
            else c
        ),
    )
    assert refusal(typed) == "BERMAKRO"


def test_a_zip_of_other_things_is_refused():
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("foto.txt", "x")
    assert refusal(target.getvalue()) == "JENIS_BERKAS"


def test_a_zip_bomb_is_refused_from_its_directory():
    plain = workbook({(0, 0): "x"})
    bomb = _repacked(plain, lambda name, c: c + b" " * 30_000_000 if "sheet1" in name else c)
    assert len(bomb) < 100_000
    assert refusal(bomb) == "BOM_ZIP"


def test_a_directory_that_lies_about_sizes_is_refused():
    plain = workbook({(0, 0): "x"})
    bomb = bytearray(_repacked(plain, lambda name, c: c + b" " * 30_000_000 if "sheet1" in name else c))
    with zipfile.ZipFile(io.BytesIO(bytes(bomb))) as archive:
        size = archive.getinfo("xl/worksheets/sheet1.xml").file_size
    lie = bytes(bomb).replace(struct.pack("<I", size), struct.pack("<I", 900))
    assert refusal(lie) == "BOM_ZIP"


def test_a_sheet_of_two_far_cells_is_refused_before_it_is_allocated():
    assert refusal(workbook({(0, 0): "x", (1_000_000, 16_000): "y"})) == "LEMBAR_TERLALU_BESAR"
    assert refusal(workbook({(0, 0): "x", (199_000, 600): "y"})) == "LEMBAR_TERLALU_BESAR"


def test_xml_entities_are_refused():
    def change(name, content):
        return content.replace(b"<sst", b'<!DOCTYPE a [<!ENTITY b "c">]><sst') if "sharedStrings" in name else content

    assert refusal(_repacked(workbook({(0, 0): "x"}), change)) == "BERKAS_RUSAK"


SHEET = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>%s</sheetData></worksheet>'


def handmade(cells: bytes, sheet: bytes = SHEET) -> bytes:
    return _repacked(workbook({(0, 0): "x"}), lambda name, c: sheet % cells if "sheet1" in name else c)


@pytest.mark.parametrize(
    "cells",
    [
        # A cell far from the row it stands in.
        b'<row r="1"><c r="A1"><v>1</v></c><c r="ZZ199000"><v>1</v></c></row>',
        b'<row r="1"><c r="A1"><v>1</v></c><c r="aaa9"><v>1</v></c></row>',
        # Cells that leave out where they are: 100,000 of them in a row, then one far below.
        b"<row>" + b"<c/>" * 100_000 + b'</row><row r="1000"><c><v>1</v></c></row>',
        b'<row r="1"><c s="1" r="ZZ199000"><v>1</v></c></row>',
        b"<row r='1'><c r='A1'><v>1</v></c><c r='ZZ199000'><v>1</v></c></row>",
        b'<row r="1"><x:c r="A1"><v>1</v></x:c><x:c xmlns:x="u" r="ZZ199000"><v>1</v></x:c></row>'.replace(
            b"<x:c r", b'<x:c xmlns:x="u" r'
        ),
        b'<row r="1"><c r="A1"/><!-- --><c\nr="ZZ199000"><v>1</v></c></row>',
    ],
)
def test_no_way_of_writing_a_far_cell_gets_past_the_measure(cells):
    assert refusal(handmade(cells)) == "LEMBAR_TERLALU_BESAR"


def test_a_comment_cannot_name_another_prefix_for_the_cells():
    far = b'<row r="1"><c r="A1"><v>1</v></c><c r="ZZ199000"><v>1</v></c></row>'
    assert refusal(handmade(far, b"<!-- <x:worksheet -->" + SHEET)) == "LEMBAR_TERLALU_BESAR"
    assert refusal(handmade(far, b"<!-- -->\n<!DOCTYPE a>" + SHEET)) == "BERKAS_RUSAK"


def test_many_narrow_rows_are_measured_by_each_reference():
    def sheet(rows, last):
        cells = b"".join(b'<row r="%d"><c r="A%d"><v>1</v></c></row>' % (n, n) for n in rows)
        return handmade(cells + b'<row r="%d"><c r="CC%d"><v>2</v></c></row>' % (last, last))

    # Five digits by 81 columns could be too much; 30,000 rows are not.
    assert len(rows(sheet(range(1, 50), 30_000))) == 30_000
    assert refusal(sheet(range(1, 50), 99_998)) == "LEMBAR_TERLALU_BESAR"
    assert refusal(sheet(range(1, 50), 200_001)) == "LEMBAR_TERLALU_BESAR"


def test_lower_case_and_missing_references_are_read_where_they_are():
    found = rows(
        handmade(b'<row r="2"><c r="b2"><v>1</v></c><c><f>1+1</f><v>2</v></c></row><row><c><v>3</v></c></row>')
    )
    assert [(row.number, row.cells, sorted(row.formulas)) for row in found][-2:] == [
        (2, ["", 1.0, 2.0], [2]),
        (3, [3.0, "", ""], []),
    ]


@pytest.mark.parametrize("shared", [True, False])
def test_a_long_sheet_is_read_in_pieces_as_if_it_were_one(monkeypatch, shared):
    """Blank rows, dates, formulas and arrays that reach into later pieces, and a second look from the top."""
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"constant_memory": not shared}) as book:
        sheet = book.add_worksheet("Data")
        day = book.add_format({"num_format": "dd-mm-yyyy"})
        for n in range(900):
            if n in (0, 5) or n % 7 == 0:
                continue
            if n == 50:
                sheet.write_array_formula(50, 4, 600, 4, "{=A1}", value=1)
            sheet.write(n, 1, f"pegawai <{n}> & kawan")
            sheet.write_datetime(n, 2, datetime.date(2020, 1, 1) + datetime.timedelta(days=n), day)
            if n % 100 == 3:
                sheet.write_formula(n, 3, "=1+1", value=2)
        sheet.write(899, 30, "akhir")
    whole = rows(target.getvalue())
    assert len(whole) == 900
    assert whole[3].cells[1:4] == ["pegawai <3> & kawan", datetime.date(2020, 1, 4), 2.0]
    assert (whole[3].formulas, whole[103].formulas, whole[560].formulas) == ({3}, {3, 4}, {4})

    monkeypatch.setattr(reader, "PIECE", 9_000)
    monkeypatch.setattr(reader, "CHUNK", 4_096)
    source = open_table_file(io.BytesIO(target.getvalue()))
    assert len(list(source._pieces("Data"))) > (0 if shared else 5)
    table = source.tables[0]
    head = [row for row, _n in zip(table.rows(), range(10), strict=False)]
    assert head == whole[:10]
    assert list(table.rows()) == whole
    assert list(table.rows()) == whole
    table.close()


def far_below(tail: bytes) -> bytes:
    """A sheet whose first pieces are like any other's, and whose end is not."""
    row = b'<row r="%d"><c r="A%d"><v>%d</v></c><c r="B%d"><v>7</v></c></row>'
    return handmade(b"".join(row % (n, n, n, n) for n in range(1, 400)) + tail)


@pytest.fixture
def small_pieces(monkeypatch):
    monkeypatch.setattr(reader, "PIECE", 2_000)
    monkeypatch.setattr(reader, "CHUNK", 4_096)


def test_a_cell_without_a_reference_far_below_changes_nothing_above(small_pieces):
    found = rows(far_below(b'<row><c><v>1</v></c><c><v>2</v></c><c><f>1+1</f><v>3</v></c></row><row r="402"/>'))
    assert [row.number for row in found] == list(range(1, 401))
    assert [row.cells[:2] for row in found[:399]] == [[float(n), 7.0] for n in range(1, 400)]
    assert (found[399].cells, found[399].formulas) == ([1.0, 2.0, 3.0], {2})


@pytest.mark.parametrize(
    ("tail", "code"),
    [
        (b'<row r="400"><c r="ZZ199000"><v>1</v></c></row>', "LEMBAR_TERLALU_BESAR"),
        (b'<row r="400"><c><v>1</v></c><c r="ZZ199000"><v>1</v></c></row>', "LEMBAR_TERLALU_BESAR"),
        (b'<row r="200001"><c r="A200001"><v>1</v></c></row>', "LEMBAR_TERLALU_BESAR"),
        # Each piece that begins above would be as large as the whole.
        (b'<row r="2"><c r="A2"><v>1</v></c></row><row r="90000"><c r="A90000"/></row>' * 60, "BERKAS_RUSAK"),
    ],
)
def test_nothing_reaches_the_reader_before_it_is_measured(small_pieces, monkeypatch, tail, code):
    loaded = []
    opened = reader.XlsxSource._open_book

    def count(file):
        loaded.append(len(file.getvalue()))
        return opened(file)

    monkeypatch.setattr(reader.XlsxSource, "_open_book", staticmethod(count))
    assert refusal(far_below(tail)) == code
    # The workbook itself is opened once, its sheets unread; then pieces of the good part only.
    assert len(loaded) > 3
    assert all(size < 2_000 + 4_096 + 12_000 for size in loaded[1:])


def test_a_sheet_says_how_long_it_is_for_progress_only():
    def claims(name, content):
        return (
            content.replace(b"<sheetData", b'<dimension ref="A1:ZZ900000"/><sheetData') if "sheet1" in name else content
        )

    table = open_table_file(io.BytesIO(_repacked(workbook({(0, 0): "x"}), claims))).tables[0]
    assert table.height == reader.MAX_ROWS
    assert len(list(table.rows())) == 1
