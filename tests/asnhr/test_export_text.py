"""Text of a cell is text, whatever it looks like to the library that writes the workbook."""

import io

import pytest
from python_calamine import CalamineWorkbook

from asnhr import export

MARKUP = "<r><t>Budi</t></r>"


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        (MARKUP, MARKUP),
        ("<r>" + "x" * 40_000 + "</r>", "<r>" + "x" * 32_764),
        ("=1+1", "=1+1"),
        ("https://contoh.go.id", "https://contoh.go.id"),
        ("a & b < c", "a & b < c"),
        ("dua\x0bbaris", "duabaris"),
    ],
)
def test_a_cell_keeps_its_text(text, kept):
    file = io.BytesIO()
    field = export.Field("Nama", "text", lambda row: row, None, 0)
    export.write_xlsx(file, [text], [field], title="Daftar", notes=[])

    rows = CalamineWorkbook.from_filelike(io.BytesIO(file.getvalue())).get_sheet_by_index(0).to_python()

    assert rows[-1][0].rstrip() == kept
