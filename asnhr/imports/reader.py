"""Open CSV and XLSX files as rows of typed cells, and refuse what should not be opened.

Nothing is decided by the file's name: the first bytes say what it is. An XLSX file is a zip archive that others
    made, so
its directory is checked before anything is unpacked, each part that will be read is unpacked with a hard stop at its
declared size, and the area of each piece of a sheet is measured before the reader allocates it.
"""

import codecs
import csv
import io
import re
import struct
import zipfile
import zlib
from collections import deque
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import chain
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
AHEAD = 3  # pieces that are loaded while one is used: fewer, and reader and user wait for each other
PIECE = 6 * CHUNK  # of a sheet's XML: loads in an eighth of a second

# What may stand before the first element, declarations not among it: a comment could name another prefix.
_PREFIX = re.compile(rb"\A(?:\xef\xbb\xbf)?\s*(?:(?:<\?.*?\?>|<!--.*?-->)\s*)*<(\w+:)?worksheet\b", re.DOTALL)
_REFERENCE = re.compile(rb'\br="([A-Z]+)(\d+)"')
_DIMENSION = re.compile(rb'<(?:\w+:)?dimension\b[^>]*\bref="[A-Z]+\d+:[A-Z]+(\d{1,7})"')
# What a reader needs beside the sheet: names, formats, texts.
_ESSENTIAL = re.compile(
    r"\[Content_Types\]\.xml$|\.rels$|workbook\.xml$|styles\.xml$|sharedStrings\.xml$", re.IGNORECASE
)
_NOTHING: frozenset[int] = frozenset()
_CELL = re.compile(rb"([A-Z]{1,3})(\d{1,9})")
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
    """A sheet of a workbook, or a CSV file. `rows()` may be called again; `height` is the number of rows it says to
    have, good for progress only."""

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
            _("Berkas lebih besar daripada %(limit)s MB. Bagi menjadi beberapa berkas."),
            limit=max_bytes // 1024 // 1024,
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
                _("Catatan CSV ke-%(row)s tidak dapat dibaca."),
                row={"row": number + 1},
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
        # By sheet: what is known of the area so far, and whether the whole sheet has been looked at.
        self._areas: dict[str, _Area] = {name: _Area() for name in self._paths}
        self._measured: set[str] = set()
        self._begun: dict[str, tuple[Any, Generator[Any]]] = {}
        # Only to see that the reader takes the workbook at all, before anything of it is believed.
        self._open_book(io.BytesIO(data))
        self.tables = [Table(name=name, height=self._height(name), _source=self) for name in self._paths]

    @staticmethod
    def _open_book(file: BinaryIO) -> Any:
        try:
            return python_calamine.CalamineWorkbook.from_filelike(file)
        except python_calamine.PasswordError as error:
            raise FileRefused("BERKAS_TERKUNCI", _("Buku kerja dilindungi kata sandi.")) from error
        except (python_calamine.CalamineError, OSError) as error:
            raise FileRefused("BERKAS_RUSAK", _("Buku kerja rusak dan tidak dapat dibuka.")) from error

    def rows(self, name: str) -> Iterator[Row]:
        formulas, area = self._formulas.setdefault(name, {}), self._areas[name]
        number = 0
        for sheet, is_whole in self._sheets(name):
            if sheet.start is None:
                continue
            first, left = sheet.start
            # After pieces that were used already, the whole sheet begins again at its first row.
            known = number if is_whole else 0
            if is_whole:
                number = 0
            elif first < number:
                # Pieces that go back to earlier rows would each be as large as the whole.
                raise FileRefused("BERKAS_RUSAK", _("Baris lembar kerja tidak berurutan. Simpan ulang di Excel."))
            width = area.width
            # Blank rows above, and between two pieces, count as rows.
            blank: list[list[object]] = [[] for _n in range(first - number)]
            pad: list[object] = [""] * left
            for cells in chain(blank, (pad + cells for cells in sheet.to_python(skip_empty_area=True))):
                number += 1
                if number <= known:
                    continue
                cells += [""] * (width - len(cells))
                yield Row(number, cells, frozenset(formulas[number]) if number in formulas else _NOTHING)

    def _sheets(self, name: str) -> Iterator[tuple[Any, bool]]:
        """Return the sheet in pieces, and whether a piece is all of it. Each is loaded in a thread of its own while the
        rows of the one before are used: the reader holds no lock while it loads. The first stays for a second call,
        which follows the look for a header."""
        first, rest = self._begun.pop(name, (None, None))
        if rest is None:
            rest = self._loading(name)
            first = next(rest, None)
        if first is None:
            return
        self._begun[name] = (first, rest)
        yield first
        del self._begun[name]
        yield from rest

    def _loading(self, name: str) -> Generator[Any]:
        def load(piece: bytes, is_whole: bool) -> tuple[Any, bool]:
            return self._open_book(io.BytesIO(piece)).get_sheet_by_name(name), is_whole

        under_way: deque[Future[Any]] = deque()
        pool = ThreadPoolExecutor(max_workers=1)
        try:
            for piece, is_whole in self._pieces(name):
                under_way.append(pool.submit(load, piece, is_whole))
                if len(under_way) > AHEAD or under_way[0].done():
                    yield under_way.popleft().result()
            while under_way:
                yield under_way.popleft().result()
        except (python_calamine.CalamineError, OSError) as error:
            raise FileRefused("BERKAS_RUSAK", _("Lembar “%(sheet)s” tidak dapat dibaca."), sheet=name) from error
        finally:
            pool.shutdown(cancel_futures=True)

    def _pieces(self, name: str) -> Iterator[tuple[bytes, bool]]:
        """Return workbooks of the one sheet, some thousand rows each, and note the formulas of their cells; with each,
        whether it is the whole.

        Memory stays with the rows at hand, and nothing is given to the reader before its area is measured. A sheet
        whose cells do not say where they are is one piece, from the place where that shows.
        """
        area = self._areas[name]
        if area.irregular:
            yield self._data, True
            return
        scan = _Formulas(self._formulas.setdefault(name, {}))
        strings = sum(
            info.file_size for part, info in self._parts.items() if part.lower().endswith("sharedstrings.xml")
        )
        # Each piece reads the shared strings anew: the more there are, the fewer pieces.
        most = max(PIECE, 3 * strings)
        rest = [info.filename for info in self._parts.values() if _ESSENTIAL.search(info.filename)]
        others = {part: b"".join(self._stream(part)) for part in rest if part not in self._paths.values()}
        head = b""
        blocks: list[bytes] = []
        size = 0

        def start(head: bytes) -> bytes:
            area.start(head)
            return scan.start(head)

        for block in self._blocks(name, start):
            if name not in self._measured:
                area.block(block)
                if area.irregular or not area.fits:
                    self._measure(name)
                if area.irregular:
                    yield self._data, True
                    return
            if scan.complete:
                scan.block(block)
                if not scan.complete:
                    # Rare writers place a formula in a cell without a reference: count all, before its row is used.
                    self._walk(name)
            blocks.append(block)
            size += len(block)
            if size < most:
                continue
            piece, row = b"".join(blocks), scan.opening + b"row"
            head = head or piece[: piece.index(row)]
            cut = piece.rindex(row)
            if cut > len(head):
                close = b"</%bsheetData></%bworksheet>" % (scan.opening[1:], scan.opening[1:])
                yield self._workbook(name, others, piece[:cut] + close), False
                blocks = [head, piece[cut:]]
                size = len(head) + len(blocks[1])
        self._measured.add(name)
        yield self._workbook(name, others, b"".join(blocks)), False

    def _workbook(self, name: str, others: dict[str, bytes], sheet: bytes) -> bytes:
        target = io.BytesIO()
        with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
            for part, content in others.items():
                archive.writestr(part, content)
            archive.writestr(self._paths[name], sheet)
        return target.getvalue()

    def close(self) -> None:
        for _first, rest in self._begun.values():
            rest.close()
        self._begun.clear()
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
        """Return the last row that the sheet claims to have; nothing but progress believes it."""
        claimed = _DIMENSION.search(next(self._stream(self._paths[name]), b"")[:4096])
        return min(int(claimed[1]), MAX_ROWS) if claimed else 0

    def _measure(self, name: str) -> None:
        """Measure a sheet to its end, where a part of it does not tell enough. Raises FileRefused when it is too
        large."""
        area = self._areas[name]
        for block in self._blocks(name, area.start):
            if area.irregular:
                break
            area.block(block)
        if area.irregular:
            self._walk(name)
        elif not area.fits and not self._fits_exactly(name, area):
            raise _too_large()
        self._measured.add(name)

    def _blocks(self, name: str, start: Callable[[bytes], bytes]) -> Iterator[bytes]:
        """Unpack a sheet in pieces in which no cell is cut. `start` learns the head and returns how elements begin."""
        tail = b""
        opening = None
        for piece in self._stream(self._paths[name]):
            opening = opening or start(piece)
            block = tail + piece
            # A cell never straddles two blocks: cut before the last cell or row that may still be open.
            cut = max(block.rfind(opening + b"c"), block.rfind(opening + b"row"))
            if cut < 0:
                tail = block
                if len(tail) > 8 * CHUNK:
                    raise _bomb()
                continue
            yield block[:cut]
            tail = block[cut:]
        yield tail

    def _fits_exactly(self, name: str, area: "_Area") -> bool:
        """Whether rows x columns stay within the limit, by each reference: where the number of digits does not tell."""
        last = 0
        for block in self._blocks(name, area.start):
            last = max(last, *map(int, area.rows_of_cells(block)), 0)
        return last <= MAX_ROWS and last * area.width <= MAX_CELLS

    def _walk(self, name: str) -> None:
        """Measure a sheet and find its formulas by counting rows and cells, for the rare writers that leave out
        references. Slow and certain."""
        found: dict[int, set[int]] = {}
        row = column = -1
        height = width = 0
        parser: Any = ElementTree.XMLPullParser(events=("start", "end"))
        try:
            for piece in self._stream(self._paths[name]):
                parser.feed(piece)
                for event, element in parser.read_events():
                    tag = element.tag.rpartition("}")[2]
                    if event == "start":
                        if tag == "row":
                            row, column = _whole(element.get("r"), row + 2) - 1, -1
                        elif tag == "c":
                            reference = _CELL.fullmatch((element.get("r") or "").upper().encode())
                            column = _column(reference[1]) if reference else column + 1
                            # The reader believes the cell, not the row that it stands in.
                            own = int(reference[2]) - 1 if reference else row
                            height, width = max(height, own + 1, row + 1), max(width, column + 1)
                            if height > MAX_ROWS or width > MAX_COLUMNS or height * width > MAX_CELLS:
                                raise _too_large()
                        elif tag == "f":
                            self._add_formula(found, row, column, element)
                    elif tag == "row":
                        element.clear()
        except ElementTree.ParseError as error:
            raise FileRefused("BERKAS_RUSAK", _("Lembar kerja rusak dan tidak dapat dibaca.")) from error
        # The same dict, since rows are being read by it.
        self._formulas.setdefault(name, {}).update(found)
        self._areas[name].measured = width

    @staticmethod
    def _add_formula(found: dict[int, set[int]], row: int, column: int, element: Any) -> None:
        area = _ARRAY.search(f' ref="{element.get("ref", "")}"'.encode()) if element.get("t") != "shared" else None
        if area is None:
            found.setdefault(row + 1, set()).add(column)
        else:
            _fill(found, area)


class _Area:
    """What the references of a sheet's cells say about its area, block by block.

    `width` is exact; of the rows it knows the number of digits, which is enough for nearly every file: 1.3 million
    references are looked at in a fifth of a second, because only those that are wider or longer than all before are
    read.
    """

    def __init__(self) -> None:
        self.irregular = False
        self.measured = 0  # columns, where they had to be counted
        self._widest = b"A"
        self._digits = 1

    def start(self, head: bytes) -> bytes:
        self._opening = _opening(head)
        # The reader takes cells of any prefix.
        self._foreign = re.compile(rb"<(?!" + self._opening[1:] + rb"c)\w+:c[\s/>]")
        self._cell_row = re.compile(self._opening + rb'c r="[A-Z]{1,2}(\d+)"')
        self._compile()
        return self._opening

    def _compile(self) -> None:
        widest = self._widest.decode()
        if len(widest) == 1:
            within = f"[A-{widest}]"
        else:
            first, second = widest[0], widest[1]
            before = f"|[A-{chr(ord(first) - 1)}][A-Z]" if first > "A" else ""
            within = f"(?:[A-Z]|{first}[A-{second}]{before})"
        # Every cell whose reference is not a plain one within what is known; `<cols>` and its like begin with `<c` too.
        self._beyond = re.compile(self._opening + rf'c(?! r="{within}[0-9]{{1,{self._digits}}}"|[A-Za-z])'.encode())
        self._plain = re.compile(self._opening + rb'c r="([A-Z]{1,2})([0-9]{1,6})"')

    def block(self, block: bytes) -> None:
        if b":c" in block and self._foreign.search(block):
            self.irregular = True
            return
        at = 0
        while found := self._beyond.search(block, at):
            plain = self._plain.match(block, found.start())
            if plain is None:
                if re.match(rb'c r="[A-Z]{3}|c r="[A-Z]+[0-9]{7}', block[found.start() + len(self._opening) :][:16]):
                    raise _too_large()
                self.irregular = True
                return
            self._widest = max(self._widest, plain[1], key=_column)
            self._digits = max(self._digits, len(plain[2]))
            self._compile()
            at = found.end()

    @property
    def width(self) -> int:
        return max(_column(self._widest) + 1, self.measured)

    @property
    def fits(self) -> bool:
        """Whether the area is within the limits whatever the digits of its rows are."""
        most = 10**self._digits - 1
        return most <= MAX_ROWS and most * self.width <= MAX_CELLS

    def rows_of_cells(self, block: bytes) -> list[bytes]:
        return self._cell_row.findall(block)


class _Formulas:
    """The cells of a sheet that compute, collected block by block: row (from 1) → columns (from 0)."""

    def __init__(self, found: dict[int, set[int]]) -> None:
        self.found = found
        # Whether each formula so far was found with the reference of its cell.
        self.complete = True

    def start(self, head: bytes) -> bytes:
        opening = self.opening = _opening(head)
        self._tag = re.compile(opening + rb"f[\s/>]")
        self._cell = re.compile(opening + rb"c ([^>]*)>\s*" + opening + rb"f\b([^>]*)>")
        self._start = opening + b"f"
        return opening

    def block(self, block: bytes) -> None:
        if self._start not in block:
            return
        placed = 0
        for attributes, formula in self._cell.findall(block):
            reference = _REFERENCE.search(attributes)
            if reference is None:
                continue
            placed += 1
            # Only the first cell of an array formula carries it; a shared one is repeated in each of its cells.
            area = _ARRAY.search(formula) if b"shared" not in formula else None
            if area is None:
                self.found.setdefault(int(reference[2]), set()).add(_column(reference[1]))
            else:
                _fill(self.found, area)
        self.complete = placed == len(self._tag.findall(block))


def _opening(head: bytes) -> bytes:
    """Return how the elements of a sheet begin: the standard allows a prefix before every one (`<x:c>`)."""
    if head[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        raise FileRefused(
            "BERKAS_RUSAK", _("Lembar ditulis dalam sandi karakter yang tidak didukung. Simpan ulang di Excel.")
        )
    prefix = _PREFIX.match(head)
    if prefix is None:
        raise FileRefused("BERKAS_RUSAK", _("Lembar kerja rusak dan tidak dapat dibaca."))
    return b"<" + (prefix[1] or b"")


def _fill(found: dict[int, set[int]], area: re.Match[bytes]) -> None:
    """Mark every cell of an array formula's area."""
    left, top, right, bottom = _column(area[1]), int(area[2]), _column(area[3]), int(area[4])
    if (bottom - top + 1) * (right - left + 1) > MAX_CELLS:
        raise _too_large()
    for number in range(top, bottom + 1):
        found.setdefault(number, set()).update(range(left, right + 1))


def _whole(text: str | None, otherwise: int) -> int:
    return int(text) if text and text.isdecimal() and len(text) < 10 else otherwise


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
            "Lembar terlalu besar (paling banyak %(rows)s baris dan %(columns)s kolom). Hapus baris dan"
            " kolom kosong yang berformat."
        ),
        rows=MAX_ROWS,
        columns=MAX_COLUMNS,
    )
