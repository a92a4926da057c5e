"""Open CSV and XLSX files as rows of typed cells, and refuse what should not be opened.

Nothing is decided by the file's name: the first bytes say what it is. An XLSX file is a zip archive that others
    made, so
its directory is checked before anything is unpacked, each part that will be read is unpacked once with a hard stop at
its declared size, and the area of the sheet is measured before the reader allocates it.
"""

import codecs
import csv
import io
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO
from xml.etree import ElementTree

import python_calamine
from django.utils.translation import gettext as _

from .errors import FileRefused

MAX_FILE_BYTES = 50 * 1024 * 1024
MAX_UNPACKED_BYTES = 400 * 1024 * 1024
MAX_RATIO = 200
RATIO_FREE_BYTES = 1024 * 1024  # small parts (styles, themes) compress well and harm nobody
MAX_PARTS = 5_000
MAX_ROWS = 200_000
MAX_COLUMNS = 702  # up to ZZ
MAX_CELLS = 8_000_000
CHUNK = 1024 * 1024

# Patterns without an element's name, so that the search jumps from literal to literal: 40 MB of XML in a quarter
# second.
_LETTERS = re.compile(rb' r="([A-Z]{2,3})\d')
_PREFIX = re.compile(rb"<(\w+:)?worksheet\b")
_REFERENCE = re.compile(rb'\br="([A-Z]+)(\d+)"')
_ARRAY = re.compile(rb'\bref="([A-Z]+)(\d+):([A-Z]+)(\d+)"')

_NS = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_STRICT_NS = "{http://purl.oclc.org/ooxml/spreadsheetml/main}"


@dataclass(frozen=True, slots=True)
class Row:
    """One record: `number` is the sheet row or the CSV record counted from 1, `formulas` the columns (from 0)
    that compute."""

    number: int
    cells: list[object]
    formulas: frozenset[int] = frozenset()


@dataclass(slots=True)
class Table:
    """A sheet of a workbook, or a CSV file. `rows()` may be called again; `height` is the number of rows, for
    progress."""

    name: str
    height: int
    _source: "CsvSource | XlsxSource"

    def rows(self) -> Iterator[Row]:
        return self._source.rows(self.name)

    def close(self) -> None:
        """Free the file's memory; the rows cannot be read again."""
        self._source.close()


def open_table_file(source: str | Path | BinaryIO, *, max_bytes: int = MAX_FILE_BYTES) -> "CsvSource | XlsxSource":
    """Return the readable tables of `source`. Raises FileRefused with a code and a sentence that says what to do."""
    data = _read_all(source, max_bytes)
    if not data.strip(b"\x00\t\r\n \xef\xbb\xbf"):
        raise FileRefused("BERKAS_KOSONG", _("Berkas kosong: tidak ada satu baris pun di dalamnya."))
    if data[:4] == b"PK\x03\x04":
        return XlsxSource(data)
    if data[:8] == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":
        if "EncryptedPackage".encode("utf-16-le") in data:
            raise FileRefused(
                "BERKAS_TERKUNCI", _("Buku kerja dilindungi kata sandi. Buka kuncinya, simpan, lalu unggah lagi.")
            )
        raise FileRefused(
            "JENIS_BERKAS",
            _(
                "Berkas Excel lama (.xls) tidak diterima. Simpan sebagai Buku Kerja Excel (.xlsx) atau"
                " CSV, lalu unggah lagi."
            ),
        )
    head = data[:2048].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if head.startswith((b"<html", b"<!doctype", b"<table", b"<?xml", b"<div", b"<meta", b"<style")):
        raise FileRefused(
            "JENIS_BERKAS",
            _(
                "Isi berkas ini halaman web atau XML, bukan buku kerja. Buka di Excel, simpan sebagai"
                " .xlsx, lalu unggah lagi."
            ),
        )
    if data.startswith(b"PK") or head.startswith(
        (b"%pdf", b"{\\rtf", b"\x89png", b"gif8", b"\xff\xd8\xff", b"\x1f\x8b", b"rar!", b"7z")
    ):
        raise FileRefused("JENIS_BERKAS", _("Jenis berkas tidak dikenal. Yang diterima: .xlsx dan CSV."))
    return CsvSource(data)


def _read_all(source: str | Path | BinaryIO, max_bytes: int) -> bytes:
    if isinstance(source, str | Path):
        with Path(source).open("rb") as file:
            data = file.read(max_bytes + 1)
    else:
        data = source.read(max_bytes + 1)
    if len(data) > max_bytes:
        raise FileRefused(
            "BERKAS_TERLALU_BESAR",
            _("Berkas lebih besar daripada %(limit)d MB. Bagi menjadi beberapa berkas.")
            % {"limit": max_bytes // 1024 // 1024},
        )
    return data


class CsvSource:
    """Comma, semicolon, tab or bar; UTF-8 (with or without mark), UTF-16 with mark, else Windows-1252."""

    def __init__(self, data: bytes) -> None:
        self._text = _decode(data)
        if "\x00" in self._text:
            raise FileRefused("JENIS_BERKAS", _("Isi berkas bukan teks. Yang diterima: .xlsx dan CSV."))
        self._delimiter = _delimiter(self._text)
        self.tables = [Table(name="CSV", height=self._text.count("\n") + 1, _source=self)]

    def close(self) -> None:
        self._text = ""

    def rows(self, name: str) -> Iterator[Row]:
        reader = csv.reader(io.StringIO(self._text, newline=""), delimiter=self._delimiter)
        number = 0
        try:
            for number, cells in enumerate(reader, start=1):
                if number > MAX_ROWS:
                    raise _too_large()
                formulas = frozenset(i for i, text in enumerate(cells) if text[:1] == "=" and not _is_quoted_text(text))
                yield Row(number, [_unwrap(text) for text in cells], formulas)
        except csv.Error as error:
            raise FileRefused(
                "CSV_RUSAK",
                _("Catatan CSV ke-%(row)d tidak dapat dibaca: %(cause)s.") % {"row": number + 1, "cause": error},
            ) from error


def _decode(data: bytes) -> str:
    if data[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        return data.decode("utf-16", errors="replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        # Excel on an Indonesian Windows saves "CSV (Comma delimited)" in this code page.
        return data.decode("cp1252", errors="replace")


def _delimiter(text: str) -> str:
    """Return the separator that splits the first records most evenly; names full of commas lose to a steady
    semicolon."""
    sample = text[:65536]
    best, best_key = ",", (0, 0)
    for candidate in (",", ";", "\t", "|"):
        widths: dict[int, int] = {}
        try:
            for number, cells in enumerate(csv.reader(io.StringIO(sample, newline=""), delimiter=candidate)):
                if number == 40:
                    break
                if len(cells) > 1:
                    widths[len(cells)] = widths.get(len(cells), 0) + 1
        except csv.Error:
            continue
        if widths:
            width = max(widths, key=lambda w: (widths[w], w))
            key = (widths[width] * (width - 1), width)
            if key > best_key:
                best, best_key = candidate, key
    return best


def _is_quoted_text(text: str) -> bool:
    return len(text) >= 3 and text.startswith('="') and text.endswith('"')


def _unwrap(text: str) -> str:
    """Return the text of `="1986…"`, the usual trick to keep Excel from rounding a number."""
    return text[2:-1] if _is_quoted_text(text) else text


class XlsxSource:
    """The sheets of an XLSX workbook, in their order. `close()` frees the memory of what was loaded."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
        except (zipfile.BadZipFile, NotImplementedError, struct.error, ValueError) as error:
            raise FileRefused("BERKAS_RUSAK", _("Buku kerja rusak dan tidak dapat dibuka.")) from error
        self._parts = {info.filename: info for info in self._zip.infolist()}
        self._check_directory()
        self._check_kind()
        self._paths = self._sheet_paths()
        for name in self._parts:
            # Everything the reader opens beside the sheets, unpacked once to prove that the directory tells the truth.
            if (
                name.lower().endswith((".xml", ".rels"))
                and name not in self._paths.values()
                and "drawing" not in name.lower()
            ):
                for chunk in self._stream(name):
                    if b"<!DOCTYPE" in chunk or b"<!ENTITY" in chunk:
                        raise FileRefused("BERKAS_RUSAK", _("Buku kerja memuat deklarasi XML yang tidak diizinkan."))
        self._formulas: dict[str, dict[int, set[int]]] = {}
        self._loaded: tuple[str, Any] | None = None
        try:
            self._book: Any = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
        except python_calamine.PasswordError as error:
            raise FileRefused("BERKAS_TERKUNCI", _("Buku kerja dilindungi kata sandi.")) from error
        except (python_calamine.CalamineError, OSError) as error:
            raise FileRefused("BERKAS_RUSAK", _("Buku kerja rusak dan tidak dapat dibuka.")) from error
        self.tables = [Table(name=name, height=self._height(name), _source=self) for name in self._paths]

    def rows(self, name: str) -> Iterator[Row]:
        formulas = self._formulas[name]
        nothing: frozenset[int] = frozenset()
        try:
            # The last sheet is kept: its header was looked for before its rows are read, and loading costs a second.
            if self._loaded is None or self._loaded[0] != name:
                self._loaded = None
                self._loaded = (name, self._book.get_sheet_by_name(name))
            sheet = self._loaded[1]
            start = sheet.start
            if start is None:
                return
            # Rows come from the first of the sheet on, cells from the first used column on.
            left = start[1]
            pad: list[object] = [""] * left
            for number, cells in enumerate(sheet.iter_rows(), start=1):
                found = formulas.get(number)
                yield Row(number, pad + cells if left else cells, frozenset(found) if found else nothing)
        except (python_calamine.CalamineError, OSError) as error:
            raise FileRefused("BERKAS_RUSAK", _("Lembar “%(sheet)s” tidak dapat dibaca.") % {"sheet": name}) from error

    def close(self) -> None:
        self._loaded = self._book = None
        self._data = b""

    def _check_directory(self) -> None:
        if len(self._parts) > MAX_PARTS:
            raise _bomb()
        total = 0
        for info in self._parts.values():
            if info.flag_bits & 0x1:
                raise FileRefused(
                    "BERKAS_TERKUNCI", _("Buku kerja dilindungi kata sandi. Buka kuncinya, simpan, lalu unggah lagi.")
                )
            if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                raise FileRefused("BERKAS_RUSAK", _("Buku kerja dimampatkan dengan cara yang tidak dikenal."))
            total += info.file_size
            if total > MAX_UNPACKED_BYTES:
                raise _bomb()
            if info.file_size > RATIO_FREE_BYTES and info.file_size > MAX_RATIO * max(info.compress_size, 1):
                raise _bomb()

    def _check_kind(self) -> None:
        names = {name.lower() for name in self._parts}
        if any(name.endswith("vbaproject.bin") or "/macrosheets/" in name for name in names):
            raise _macros()
        if "[Content_Types].xml" not in self._parts:
            raise FileRefused("JENIS_BERKAS", _("Arsip zip ini bukan buku kerja Excel. Yang diterima: .xlsx dan CSV."))
        types = b"".join(self._stream("[Content_Types].xml")).lower()
        if b"macroenabled" in types:
            raise _macros()
        if "xl/workbook.bin" in names:
            raise FileRefused(
                "JENIS_BERKAS", _("Buku kerja biner (.xlsb) tidak diterima. Simpan sebagai .xlsx, lalu unggah lagi.")
            )
        if b"spreadsheetml" not in types:
            raise FileRefused(
                "JENIS_BERKAS",
                _("Berkas ini bukan buku kerja Excel (mungkin Word atau PowerPoint). Yang diterima: .xlsx dan CSV."),
            )

    def _sheet_paths(self) -> dict[str, str]:
        """Return the part of each worksheet by its name, in the workbook's order; chart sheets are left out."""
        try:
            root_rels = ElementTree.fromstring(self._small("_rels/.rels"))  # noqa: S314 - entities refused above
            main = next(
                rel.get("Target", "").lstrip("/")
                for rel in root_rels
                if rel.get("Type", "").endswith("/officeDocument")
            )
            folder, _slash, file = main.rpartition("/")
            rels = ElementTree.fromstring(self._small(f"{folder}/_rels/{file}.rels"))  # noqa: S314 - entities refused above
            book = ElementTree.fromstring(self._small(main))  # noqa: S314 - entities refused above
        except (KeyError, StopIteration, ElementTree.ParseError) as error:
            raise FileRefused("BERKAS_RUSAK", _("Buku kerja rusak dan tidak dapat dibuka.")) from error
        targets = {}
        for rel in rels:
            if rel.get("Type", "").endswith("/worksheet") and rel.get("TargetMode") != "External":
                target = rel.get("Target", "")
                targets[rel.get("Id")] = target.lstrip("/") if target.startswith("/") else f"{folder}/{target}"
        found = {}
        for sheet in book.iter():
            if sheet.tag in (f"{_NS}sheet", f"{_STRICT_NS}sheet"):
                ref = next((value for key, value in sheet.attrib.items() if key.endswith("}id")), None)
                if targets.get(ref) in self._parts:
                    found[sheet.get("name", "")] = targets[ref]
        if not found:
            raise FileRefused("BERKAS_RUSAK", _("Buku kerja tidak memuat satu lembar pun."))
        return found

    def _small(self, name: str) -> bytes:
        data = b"".join(self._stream(name))
        if b"<!DOCTYPE" in data or b"<!ENTITY" in data:
            raise FileRefused("BERKAS_RUSAK", _("Buku kerja memuat deklarasi XML yang tidak diizinkan."))
        return data

    def _stream(self, name: str) -> Iterator[bytes]:
        """Unpack a part in pieces and stop at its declared size: a directory may lie, `zipfile` would not notice."""
        info = self._parts[name]
        header = self._data[info.header_offset : info.header_offset + 30]
        if len(header) < 30 or header[:4] != b"PK\x03\x04":
            raise FileRefused("BERKAS_RUSAK", _("Buku kerja rusak dan tidak dapat dibuka."))
        name_length, extra_length = struct.unpack("<HH", header[26:30])
        start = info.header_offset + 30 + name_length + extra_length
        packed = memoryview(self._data)[start : start + info.compress_size]
        if info.compress_type == zipfile.ZIP_STORED:
            yield bytes(packed)
            return
        unpack = zlib.decompressobj(-15)
        size = 0
        try:
            for start in range(0, len(packed), CHUNK // 16):
                pending: bytes | memoryview = packed[start : start + CHUNK // 16]
                while pending and not unpack.eof:
                    piece = unpack.decompress(pending, CHUNK)
                    size += len(piece)
                    if size > info.file_size:
                        raise _bomb()
                    if piece:
                        yield piece
                    pending = unpack.unconsumed_tail
        except zlib.error as error:
            raise FileRefused("BERKAS_RUSAK", _("Buku kerja rusak dan tidak dapat dibuka.")) from error

    def _height(self, name: str) -> int:
        """Measure a sheet and find its formulas in one pass over its XML, before the reader allocates rows x
        columns."""
        scan = _SheetScan()
        tail = b""
        for piece in self._stream(self._paths[name]):
            if not scan.started:
                scan.start(piece)
            block = tail + piece
            # A cell never straddles two blocks: cut before the last cell or row that may still be open.
            cut = max(block.rfind(scan.cell), block.rfind(scan.row))
            if cut < 0:
                tail = block
                if len(tail) > 8 * CHUNK:
                    raise _bomb()
                continue
            scan.block(block[:cut])
            tail = block[cut:]
        scan.block(tail)
        if scan.height > MAX_ROWS or scan.height * scan.width > MAX_CELLS:
            raise _too_large()
        self._formulas[name] = scan.formulas if scan.complete else self._formulas_by_position(self._paths[name])
        return scan.height

    def _formulas_by_position(self, part: str) -> dict[int, set[int]]:
        """Find formulas by counting rows and cells: for the rare writers that leave out references. Slow and
        certain."""
        found: dict[int, set[int]] = {}
        row = column = -1
        parser: Any = ElementTree.XMLPullParser(events=("start", "end"))
        try:
            for piece in self._stream(part):
                parser.feed(piece)
                for event, element in parser.read_events():
                    tag = element.tag.rpartition("}")[2]
                    if event == "start":
                        if tag == "row":
                            row, column = int(element.get("r") or row + 2) - 1, -1
                        elif tag == "c":
                            reference = _REFERENCE.search(b' r="' + (element.get("r") or "").encode() + b'"')
                            column = _column(reference[1]) if reference else column + 1
                        elif tag == "f":
                            found.setdefault(row + 1, set()).add(column)
                    elif tag == "row":
                        element.clear()
        except ElementTree.ParseError as error:
            raise FileRefused("BERKAS_RUSAK", _("Lembar kerja rusak dan tidak dapat dibaca.")) from error
        return found


class _SheetScan:
    """What the XML of a sheet says about its area and its formulas, collected block by block."""

    def __init__(self) -> None:
        self.formulas: dict[int, set[int]] = {}
        self._last_row = self._row_tags = self._tags = self._found = 0
        self._pairs: set[bytes] = set()
        self._compile(b"")
        self.started = False

    def start(self, head: bytes) -> None:
        """Learn the prefix of the elements from the beginning of the part."""
        if head[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
            raise FileRefused(
                "BERKAS_RUSAK", _("Lembar ditulis dalam sandi karakter yang tidak didukung. Simpan ulang di Excel.")
            )
        prefix = _PREFIX.search(head)
        self._compile(prefix[1] or b"" if prefix else b"")
        self.started = True

    def _compile(self, prefix: bytes) -> None:
        """The standard allows a prefix before every element (`<x:c>`); it is known from the first element."""
        self.cell, self.row = b"<" + prefix + b"c ", b"<" + prefix + b"row"
        self._formula_start = b"<" + prefix + b"f"
        self._row_number = re.compile(self.row + rb'\b[^>]*?\br="(\d+)"')
        self._wide_cell = re.compile(self.cell + rb'[^>]*?\br="[A-Z]{3}\d+"[^>]*[^/]>')
        self._formula_tag = re.compile(self._formula_start + rb"[\s/>]")
        self._formula_cell = re.compile(self.cell + rb"([^>]*)>\s*" + self._formula_start + rb"\b([^>]*)>")

    @property
    def height(self) -> int:
        return max(self._last_row, self._row_tags)

    @property
    def width(self) -> int:
        return max([26, *(_column(pair) + 1 for pair in self._pairs)])

    @property
    def complete(self) -> bool:
        """Whether each formula was found with the reference of its cell."""
        return self._tags == self._found

    def block(self, block: bytes) -> None:
        if b"<!" in block and (b"<!DOCTYPE" in block or b"<!ENTITY" in block):
            raise FileRefused("BERKAS_RUSAK", _("Buku kerja memuat deklarasi XML yang tidak diizinkan."))
        letters = set(_LETTERS.findall(block))
        if any(len(column) == 3 for column in letters) and self._wide_cell.search(block):
            raise _too_large()
        self._last_row = max(self._last_row, *map(int, self._row_number.findall(block)), 0)
        self._row_tags += block.count(self.row)
        self._pairs.update(column for column in letters if len(column) == 2)
        if self._formula_start not in block:
            return
        self._tags += len(self._formula_tag.findall(block))
        for attributes, formula in self._formula_cell.findall(block):
            reference = _REFERENCE.search(attributes)
            if reference is None:
                continue
            self._found += 1
            # Only the first cell of an array formula carries it; a shared one is repeated in each of its cells.
            area = _ARRAY.search(formula) if b"shared" not in formula else None
            if area is None:
                self.formulas.setdefault(int(reference[2]), set()).add(_column(reference[1]))
                continue
            left, top, right, bottom = _column(area[1]), int(area[2]), _column(area[3]), int(area[4])
            if (bottom - top + 1) * (right - left + 1) > MAX_CELLS:
                raise _too_large()
            for number in range(top, bottom + 1):
                self.formulas.setdefault(number, set()).update(range(left, right + 1))


def _column(letters: bytes) -> int:
    """Return the column of `AB`, counted from 0."""
    index = 0
    for letter in letters:
        index = index * 26 + letter - 64
    return index - 1


def _bomb() -> FileRefused:
    return FileRefused(
        "BOM_ZIP",
        _(
            "Buku kerja mengembang jauh melebihi ukurannya dan ditolak. Salin datanya ke buku kerja"
            " baru, lalu unggah lagi."
        ),
    )


def _macros() -> FileRefused:
    return FileRefused(
        "BERMAKRO", _("Buku kerja bermakro (.xlsm) tidak diterima. Simpan sebagai .xlsx tanpa makro, lalu unggah lagi.")
    )


def _too_large() -> FileRefused:
    return FileRefused(
        "LEMBAR_TERLALU_BESAR",
        _(
            "Lembar terlalu besar (paling banyak %(rows)s baris dan %(columns)d kolom). Hapus baris dan"
            " kolom kosong yang berformat."
        )
        % {"rows": f"{MAX_ROWS:,}".replace(",", "."), "columns": MAX_COLUMNS},
    )
