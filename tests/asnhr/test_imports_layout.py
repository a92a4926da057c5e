"""Sheets as offices send them: letterhead, two header rows, numbering, totals, signatures, formulas."""

import io

import pytest
import xlsxwriter

from asnhr.imports import codes, layout, parsers
from asnhr.imports.layout import Column, Layout
from asnhr.imports.reader import Row, open_table_file

PEOPLE = Layout(
    "orang",
    "Orang",
    (
        Column("no", ("NO",), keep=False, counter=True),
        Column("name", ("NAMA",), required=True, mandatory=True),
        Column("nip", ("NIP",), parsers.nip, required=True),
        Column("grade", ("PANGKAT GOL. RUANG", "GOL RUANG"), parsers.grade),
        Column("since", ("PANGKAT TMT",), parsers.date),
    ),
    keys=("nip", "name"),
    fill=3,
    at_least=3,
)
PLACES = Layout(
    "tempat",
    "Tempat",
    (Column("name", ("NAMA",), required=True), Column("code", ("KODE",), required=True)),
    keys=("name",),
    fill=2,
)


def kinds(lines, layouts=(PEOPLE,)):
    rows = [Row(number, cells) for number, cells in enumerate(lines, start=1)]
    match = layout.find(rows, layouts)
    state = {}
    return match, [layout.classify(row, match, state) for row in rows]


def test_the_header_is_found_under_a_letterhead_and_in_two_rows():
    match, found = kinds(
        [
            ["PEMERINTAH KOTA MEDAN"],
            ["DAFTAR URUT KEPANGKATAN"],
            [],
            ["NO", "NAMA", "NIP", "PANGKAT", ""],
            ["", "", "", "GOL. RUANG", "TMT"],
            ["1", "2", "3", "4", "5"],
            ["1", "Budi", "198609262015051001", "III/a", "01-04-2020"],
        ]
    )
    assert match.header_rows == (4, 5)
    assert set(match.fields) == {"no", "name", "nip", "grade", "since"}
    assert found == ["title", "title", "blank", "header", "header", "numbering", "data"]


def test_decoration_between_and_below_the_rows_is_told_apart():
    _match, found = kinds(
        [
            ["NO", "NAMA", "NIP", "GOL RUANG"],
            ["I", "SEKRETARIAT", "", ""],
            [1.0, "Budi", "198609262015051001", "III/a"],
            ["NO", "NAMA", "NIP", "GOL RUANG"],
            [2.0, "Ani", 1.98609262015051e17, "III/a"],
            ["", "JUMLAH", "", 2.0],
            ["", "", "", ""],
            ["", "", "", "Medan, 2 Januari 2026"],
            ["", "Mengetahui,", "", "Kepala Badan"],
            ["", "", "", "Drs. Tokoh, M.Si."],
            ["", "", "", "NIP. 196503031990031001"],
        ]
    )
    assert found == ["header", "title", "data", "header", "data", "total", "blank"] + ["signature"] * 4


TASKS = Layout(
    "tugas",
    "Tugas",
    (
        Column("no", ("NO",), keep=False, counter=True),
        Column("task", ("URAIAN TUGAS",), required=True, mandatory=True),
        Column("output", ("SATUAN",)),
        Column("volume", ("VOLUME",), parsers.number, required=True),
        Column("minutes", ("WAKTU",), parsers.number),
        Column("load", ("BEBAN",), parsers.number),
    ),
    keys=("task",),
    fill=3,
    at_least=3,
)
JOBS = Layout(
    "jabatan",
    "Jabatan",
    (
        Column("name", ("NAMA JABATAN",), required=True, mandatory=True),
        Column("kind", ("JENIS",)),
        Column("job_class", ("KELAS",), parsers.job_class),
    ),
    keys=("name",),
    fill=1,
    at_least=2,
)


@pytest.mark.parametrize(
    ("cells", "kind"),
    [
        (["1", "Rekapitulasi absensi pegawai", "laporan", "240", "90"], "data"),
        (["", "Rekapitulasi absensi pegawai", "", 240.0, 90.0], "data"),
        (["", "Rekap pegawai", "dokumen", "12", "300"], "data"),
        (["", "Rekap kehadiran", "laporan", "", "90"], "data"),
        (["", "Total quality control", "", 240.0, ""], "data"),
        (["", "Menyusun laporan", "", "240", ""], "data"),
        (["", "Menyusun laporan", "", "", "90"], "data"),
        (["", "Mengesahkan SPJ", "", "240", ""], "data"),
        (["", "Catatan rapat", "dokumen", "12", "60"], "data"),
        (["", "JUMLAH", "", "", "", "75.465"], "total"),
        (["", "Jumlah", "orang", "", "", "12"], "total"),
        (["", "Jumlah pegawai", "orang", "", "", "12"], "total"),
        (["JUMLAH TOTAL", "", "", "240", "", "75465"], "total"),
        (["", "Subtotal DIPA", "", "", "", "3.570"], "total"),
        (["", "Jumlah beban Seksi Umum", "menit", "", "", "3.570"], "total"),
        (["II", "TUGAS PENUNJANG", "", "", ""], "title"),
        (["", "Mengetahui,", "", "", "Kepala Badan"], "signature"),
        (["", "Halaman", "", "", "2"], "signature"),
        (["", "", "", "", "Medan, 2 Januari 2026"], "signature"),
    ],
)
def test_a_row_with_a_key_and_its_own_values_is_data_whatever_its_words(cells, kind):
    _match, found = kinds([["NO", "URAIAN TUGAS", "SATUAN", "VOLUME", "WAKTU", "BEBAN"], cells], (TASKS,))
    assert found == ["header", kind]


@pytest.mark.parametrize(
    ("cells", "kind"),
    [
        (["Total Quality Officer", "Pelaksana", "7"], "data"),
        (["Jumlah Penduduk Analis", "", 7.0], "data"),
        (["Rekapitulasi Data Analis", "Pelaksana", ""], "data"),
        (["Jumlah", "", 25.0], "total"),
        (["JUMLAH 25 JABATAN", "", ""], "total"),
    ],
)
def test_a_title_that_begins_like_a_total_is_a_job(cells, kind):
    _match, found = kinds([["NAMA JABATAN", "JENIS", "KELAS"], cells], (JOBS,))
    assert found == ["header", kind]


def test_figures_that_count_up_are_numbering_under_a_heading_only():
    _match, found = kinds(
        [
            ["NO", "URAIAN TUGAS", "VOLUME", "WAKTU"],
            ["1", "2", "3", "4"],
            ["1", "Rapat", "2", "3"],
            ["1", "2", "3", "4"],
        ],
        (TASKS,),
    )
    assert found == ["header", "numbering", "data", "data"]


def test_a_nip_alone_is_data_to_be_refused_not_decoration():
    _match, found = kinds([["NO", "NAMA", "NIP"], ["", "", "198609262015051001"], [3.0, "Tanpa NIP", "", "x"]])
    assert found[1] == "data"


def test_the_layout_with_most_recognised_columns_wins_and_others_are_named():
    match, _found = kinds([["KODE", "NAMA", "WARNA"], ["A", "Dinas", "biru"]], (PEOPLE, PLACES))
    assert match.layout.code == "tempat"
    assert match.ignored == ["WARNA"]


def test_nothing_known_is_no_match():
    assert layout.find([Row(1, ["a", "b"])], (PEOPLE,)) is None


def test_the_sheet_whose_header_is_known_is_chosen():
    target = io.BytesIO()
    with xlsxwriter.Workbook(target) as book:
        book.add_worksheet("Sampul").write(0, 0, "LAPORAN")
        book.add_worksheet("Isi").write_row(2, 1, ["KODE", "NAMA"])
    table, match = layout.choose_table(open_table_file(io.BytesIO(target.getvalue())).tables, (PLACES,))
    assert (table.name, match.header_rows, match.fields["code"][0]) == ("Isi", (3,), 1)


@pytest.mark.parametrize("code", ["COM_1", "ACC_10", "CON_4", "TIM_6", "NIP_DIBULATKAN", "RUMUS", "KOREKSI"])
def test_codes_have_words(code):
    assert str(codes.all_codes()[code])


def test_there_are_27_bkn_codes_and_the_document_lists_every_code():
    from pathlib import Path

    assert len(codes.BKN) == 27
    text = (Path(__file__).resolve().parents[2] / "docs" / "impor.md").read_text()
    assert [code for code in codes.all_codes() if f"`{code}`" not in text] == []
