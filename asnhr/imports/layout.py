"""Find the header wherever it stands, choose the layout that fits best, and tell data rows from decoration."""

import re
from collections.abc import Callable, Iterable, Sequence, Set
from dataclasses import dataclass, field
from typing import Any

from . import parsers
from .reader import Row, Table

HEADER_WITHIN = 40  # rows; letterheads of regional governments take ten to fifteen

_TOTAL = re.compile(r"^(?:sub ?)?(?:jumlah|total|grand total|rekapitulasi|rekap|rata rata)\b")
# A label that can only be a total: nothing but the words for one, with a figure.
_ONLY_TOTAL = re.compile(
    r"^(?:(?:jumlah|total|rekapitulasi|rekap|rata rata|keseluruhan|seluruhnya|seluruh|semua|dan|\d+)(?: |$))+$"
)
_SUBTOTAL = re.compile(r"^(?:sub|grand|jumlah total|total jumlah|jumlah keseluruhan|jumlah seluruh)")
_COUNTED = frozenset({"orang", "org", "pegawai", "jiwa", "menit", "jam", "hari", "rp", "rupiah"})
_FIGURE = re.compile(r"^[-+(]?\s*\d[\d\s.,]*\)?\s*%?$")
_SIGNATURE = re.compile(
    r"^(?:mengetahui|menyetujui|mengesahkan|disahkan|ditetapkan|disetujui|dibuat|diperiksa|dicetak|tembusan|catatan|keterangan"
    r"|sumber|ttd|tertanda|a n |an n |plt |plh |pj |kepala |sekretaris daerah|wali ?kota|bupati|gubernur|camat|lurah"
    r"|nip |nip$"
    r"|pembina|penata|pejabat pembina|demikian|halaman )"
)
_PLACE_AND_DAY = re.compile(
    r"^[a-z .]+,?\s+(?:tanggal\s+)?(?:\d{1,2}\s+)?(?:januari|februari|pebruari|maret|april|mei|juni|juli|agustus"
    r"|september|oktober|november|nopember|desember)\s+\d{4}$",
    re.IGNORECASE,
)
_FULL_NIP = re.compile(r"^'?\d{18}$")
_NUMBERING = re.compile(r"^\(?(\d{1,3})\)?(?:\s*=.*)?$")


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a layout. `required`: the header must have it. `mandatory`: each data row must fill it.

    `keep=False`: recognised, never read (no purpose for it), but a formula in it still counts as data.
    """

    field: str
    headers: tuple[str, ...]
    parser: Callable[[Any], Any] = parsers.text
    required: bool = False
    mandatory: bool = False
    keep: bool = True
    counter: bool = False  # running numbers: a formula there is harmless
    sealed: bool = False  # kept encrypted: no report of problems repeats a cell

    @property
    def secret(self) -> bool:
        """Whether its values are specific personal data (UU 27/2022 article 4) and repeated nowhere."""
        return self.parser is parsers.nik


@dataclass(frozen=True)
class Layout:
    """A kind of sheet. `keys`: fields of which one must be filled for a row to be data; `fill`: or so many cells."""

    code: str
    title: str
    columns: tuple[Column, ...]
    keys: tuple[str, ...] = ()
    fill: int = 3
    at_least: int = 1
    heading: str = ""  # a field that may stand alone in a row as the heading of the rows below it

    def __post_init__(self) -> None:
        names: dict[str, Column] = {}
        for column in self.columns:
            for header in column.headers:
                names.setdefault(parsers.normal(header), column)
        object.__setattr__(self, "_names", names)

    def column_named(self, header: str) -> Column | None:
        return self._names.get(header)  # type: ignore[attr-defined]

    def known(self, headers: Set[str]) -> int:
        """Return how many of the headers the layout knows: no match has more fields."""
        return len(self._names.keys() & headers)  # type: ignore[attr-defined]


@dataclass
class Match:
    """A layout found in a table: which column feeds which field, and in which rows the header stands."""

    layout: Layout
    header_rows: tuple[int, ...]
    fields: dict[str, tuple[int, Column]]
    headers: dict[int, str]
    ignored: list[str] = field(default_factory=list)
    texts: tuple[tuple[str, ...], ...] = ()

    @property
    def nip_index(self) -> int | None:
        found = self.fields.get("nip")
        return found[0] if found else None

    @property
    def score(self) -> tuple[int, int]:
        return len(self.fields), -len(self.header_rows)

    def header_of(self, name: str) -> str:
        """Return the heading of a field as the sheet writes it, for messages."""
        if name in self.fields:
            return self.headers[self.fields[name][0]]
        column = next((column for column in self.layout.columns if column.field == name), None)
        return column.headers[0] if column else name


def _header_text(value: object) -> str:
    found = parsers.text(value) if not isinstance(value, float | int) or isinstance(value, bool) else None
    return parsers.normal(found) if found else ""


def find(rows: Sequence[Row], layouts: Iterable[Layout]) -> Match | None:
    """Return the best layout for a table that begins with `rows`, or None. One-row headers win ties over two-row
    ones."""
    layouts = tuple(layouts)
    best: Match | None = None
    texts = [[_header_text(cell) for cell in row.cells] for row in rows]
    for index, row in enumerate(rows):
        single = texts[index]
        if not any(single):
            continue
        candidates: list[tuple[tuple[Row, ...], list[str], list[str], set[str]]] = [
            ((row,), single, [parsers.text(cell) or "" for cell in row.cells], set(single))
        ]
        if index + 1 < len(rows) and any(texts[index + 1]):
            names, shown = _joined(row, rows[index + 1])
            candidates.append(((row, rows[index + 1]), names, shown, {*names, *single, *texts[index + 1]}))
        for used, names, shown, words in candidates:
            for layout in layouts:
                # Most rows are no header; and none is a better one that knows fewer columns than the best so far.
                if layout.known(words) < max(layout.at_least, best.score[0] if best else 0):
                    continue
                found = _match(layout, used, names, shown)
                if found and (best is None or found.score > best.score):
                    best = found
    return best


def _joined(upper: Row, lower: Row) -> tuple[list[str], list[str]]:
    """Join a header of two rows: a merged upper cell ("PANGKAT") stands over several lower ones ("GOL. RUANG",
    "TMT")."""
    names, shown = [], []
    over = ""
    for index in range(max(len(upper.cells), len(lower.cells))):
        top = parsers.text(upper.cells[index]) if index < len(upper.cells) else None
        bottom = parsers.text(lower.cells[index]) if index < len(lower.cells) else None
        if top:
            over = top
        label = f"{over} {bottom}" if bottom and over else (top or bottom or "")
        names.append(parsers.normal(label))
        shown.append(label)
    return names, shown


def _match(layout: Layout, used: tuple[Row, ...], names: list[str], shown: list[str]) -> Match | None:
    fields: dict[str, tuple[int, Column]] = {}
    headers: dict[int, str] = {}
    ignored = []
    for index, name in enumerate(names):
        if not name:
            continue
        column = layout.column_named(name)
        if column is None and len(used) == 2:
            # A column with a merged neighbour inherits its heading by mistake: try the lower and the upper text alone.
            for row in reversed(used):
                alone = _header_text(row.cells[index]) if index < len(row.cells) else ""
                column = layout.column_named(alone) if alone else None
                if column is not None and column.field not in fields:
                    break
                column = None
        if column is None:
            ignored.append(shown[index])
        elif column.field not in fields:
            fields[column.field] = (index, column)
            headers[index] = shown[index]
    if len(fields) < layout.at_least or any(c.required and c.field not in fields for c in layout.columns):
        return None
    texts = tuple(tuple(_header_text(cell) for cell in row.cells) for row in used)
    return Match(layout, tuple(row.number for row in used), fields, headers, ignored, texts)


def choose_table(tables: Sequence[Table], layouts: Iterable[Layout]) -> tuple[Table, Match] | None:
    """Return the table with the best recognised header; the first one wins a tie."""
    layouts = tuple(layouts)
    best: tuple[Table, Match] | None = None
    for table in tables:
        top = []
        for row in table.rows():
            top.append(row)
            if len(top) == HEADER_WITHIN:
                break
        found = find(top, layouts)
        if found and (best is None or found.score[0] > best[1].score[0]):
            best = (table, found)
    return best


def classify(row: Row, match: Match, state: dict[str, Any]) -> str:
    """Return data, header, blank, title, total, numbering or signature.

    `state` carries what the rows above said: whether the signature block has begun, where a heading stood last.
    A row with a key and values of its own is data whatever its words are.
    """
    if row.number < match.header_rows[0]:
        return "blank" if all(parsers.is_empty(cell) for cell in row.cells) else "title"
    if row.number in match.header_rows:
        state["header"] = row.number
        return "header"
    if match.nip_index is not None and match.nip_index < len(row.cells):
        # The usual row of a long list of people: a full number says all there is to know.
        cell = row.cells[match.nip_index]
        if isinstance(cell, str) and _FULL_NIP.match(cell):
            return "data"
    filled = [cell for cell in row.cells if not (cell == "" or cell is None) and not parsers.is_empty(cell)]
    if not filled:
        return "blank"
    cells = row.cells
    known = 0
    key = False
    for name, (index, _column) in match.fields.items():
        if index < len(cells) and not parsers.is_empty(cells[index]):
            known += 1
            if name in match.layout.keys:
                key = True
    # Only right under a heading: elsewhere figures that happen to count up are data.
    if row.number - state.get("header", match.header_rows[-1]) <= 2 and len(filled) >= 3 and _is_numbering(filled):
        return "numbering"
    first = next((parsers.normal(cell) for cell in filled if isinstance(cell, str) and not cell.strip().isdigit()), "")
    total = bool(_TOTAL.match(first)) and not _has_identity(cells, match) and _is_total(row, match, first)
    if key and not total and (known >= match.layout.fill or _has_figures(row, match)):
        if not any(first == next((text for text in texts if text), "") for texts in match.texts):
            return "data"
        if tuple(_header_text(cell) for cell in cells) not in match.texts:
            return "data"
        state["header"] = row.number
        return "header"
    if total:
        return "total"
    if known < match.layout.fill and (state.get("signature") or _is_signed(filled)):
        if not _has_identity(cells, match):
            state["signature"] = True
            return "signature"
    if known >= match.layout.fill or (key and _has_identity(cells, match)):
        return "data"
    return "title"


def _is_numbering(filled: list[object]) -> bool:
    """Whether the row counts its columns: 1 2 3 4, or (1) (2) (3), or 1 2 3 4=2x3."""
    numbers = []
    for cell in filled:
        match = _NUMBERING.match(parsers.shown(cell).strip())
        if not match:
            return False
        numbers.append(int(match[1]))
    return numbers[0] in (0, 1) and all(b - a in (0, 1) for a, b in zip(numbers, numbers[1:], strict=False))


def _is_total(row: Row, match: Match, label: str) -> bool:
    """Whether a row whose first text is a word for a total is one. "Rekapitulasi absensi pegawai" with a unit or a
    volume of its own is a task, "Total Quality Officer" with its class a job: in doubt the row counts as data."""
    if _ONLY_TOTAL.match(label) or _SUBTOTAL.match(label):
        return True
    cells, others, words, figures = row.cells, False, False, False
    known = 0
    for name, (index, column) in match.fields.items():
        cell = cells[index] if index < len(cells) else None
        if parsers.is_empty(cell):
            continue
        known += 1
        shown = parsers.normal(parsers.shown(cell))
        if shown == label:
            continue
        if name in match.layout.keys:
            others = True
        elif column.keep and _is_figure(cell):
            figures = True
        elif column.keep and shown not in _COUNTED:
            words = True
    if others and known >= match.layout.fill:
        return False
    labelled = any(
        parsers.normal(parsers.shown(cells[match.fields[name][0]])) == label
        for name in match.layout.keys
        if name in match.fields and match.fields[name][0] < len(cells)
    )
    return not (labelled and (words or (figures and _has_required(row, match))))


def _has_required(row: Row, match: Match) -> bool:
    """Whether every column that the layout cannot do without is filled."""
    return all(
        index < len(row.cells) and not parsers.is_empty(row.cells[index])
        for index, column in match.fields.values()
        if column.required
    )


def _has_figures(row: Row, match: Match) -> bool:
    """Whether a sparse row with a key has figures of its own ("Menyusun laporan", 240): no heading has."""
    cells = row.cells
    if not any(
        column.keep and name not in match.layout.keys and index < len(cells) and _is_figure(cells[index])
        for name, (index, column) in match.fields.items()
    ):
        return False
    return _has_required(row, match) or not _is_signed(cells)


def _is_figure(cell: object) -> bool:
    if isinstance(cell, str):
        return bool(_FIGURE.match(cell.strip()))
    return cell is not None and not isinstance(cell, bool)


def _is_signed(cells: Sequence[object]) -> bool:
    """Whether a cell is a line of a signature block, a place and day, or a note below the table."""
    return any(
        isinstance(cell, str) and (_SIGNATURE.match(parsers.normal(cell) + " ") or _PLACE_AND_DAY.match(cell.strip()))
        for cell in cells
    )


def _has_identity(cells: list[object], match: Match) -> bool:
    """Whether an identity column (NIP) holds a long number, not the "NIP. 1965…" under a signature."""
    for name in ("nip", "name_nip"):
        if name in match.fields:
            index = match.fields[name][0]
            cell = cells[index] if index < len(cells) else ""
            shown = parsers.shown(cell).strip()
            digits = re.sub(r"\D", "", shown)
            if len(digits) >= 8 and not (name == "nip" and shown.lower().startswith("nip")):
                return True
    return False
