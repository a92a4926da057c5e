"""Run an importer from file to result: parse, stage, check, plan, merge, report.

Parsing spools to disk, so that memory stays flat. One transaction copies the rows into a temporary table, checks them
with SQL, and merges sets; there is no query per row. Large files of some kinds are written early (`early`).
"""

import datetime
import gc
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import IO, Any, BinaryIO, ClassVar

from django.conf import settings
from django.db import DatabaseError, DataError, IntegrityError, connection, transaction
from django.utils import translation
from django.utils.translation import gettext as _

from asnhr import constraints, queue, registry, told
from asnhr.scope import agency_scope

from . import codes, limits, parsers, privacy
from . import layout as layouts
from .early import EarlyWrites
from .errors import CellProblem, FileRefused
from .layout import Column, Layout, Match
from .reader import Row, Table, open_table_file

ERROR, WARNING = "error", "warning"
SKIPPED = {"blank": "BARIS_KOSONG", "title": "BARIS_JUDUL", "total": "BARIS_JUMLAH", "signature": "BARIS_TTD"}
HEADER = {"header", "numbering"}
LARGE = 1000  # rows, from which the planner's guesses of "a few" cost minutes
REMEMBERED = 512  # texts of a column
MOST_NAMES = 5  # of what a file is judged by; how many there are is told beside
MOST_LINES = 5000  # of each list of changes that a result keeps; how many there are is told beside
_UNSEEN: Any = object()
Statement = tuple[str, list[Any]]
Progress = Callable[[int, int, str], None]


@dataclass(frozen=True)
class Options:
    """What the user adds to the file. `today` comes from the door; `unit_paths`: the subtrees a unit's admin may write
    (None: the whole agency); `own_nip`: whose file the user's own is ("": none, or the operator's command)."""

    today: datetime.date
    unit: str = ""
    decree: str = ""
    decree_on: datetime.date | None = None
    sheet: str = ""
    dry_run: bool = False
    skip_rejected: bool = False
    confirm_corrections: bool = False
    user_id: int | None = None
    job_id: int | None = None
    unit_paths: tuple[str, ...] | None = None
    own_nip: str = ""

    @property
    def effective_on(self) -> datetime.date:
        """The day from which facts without a date of their own hold: the decree's, else 1 January of this year."""
        return self.decree_on or self.today.replace(month=1, day=1)


@dataclass(slots=True)
class Problem:
    """What is wrong, or to be known, in a row: where, what stands there, its code and its cause: a sentence of ours
    and, apart from it, the values in it (`told.kept`)."""

    row: int
    severity: str
    column: str
    value: str
    code: str
    sentence: str
    values: dict[str, Any] | None = None

    @property
    def message(self) -> str:
        """The cause in words, in the language of the moment."""
        return told.filled(self.sentence, self.values)


@dataclass(slots=True)
class RowOutcome:
    row: int
    outcome: str
    problems: list[Problem] = field(default_factory=list)
    note: str = ""

    def kept(self) -> dict[str, Any]:
        """Return the row as a report keeps it, for readers of any language (`told_row`)."""
        codes = list(dict.fromkeys([*([self.note] if self.note else []), *(p.code for p in self.problems)]))
        answer: dict[str, Any] = {"row": self.row, "outcome": self.outcome, "codes": codes}
        if self.problems:
            answer["problems"] = [
                {"column": p.column, "value": p.value, "code": p.code, "cause": p.sentence, "severity": p.severity}
                | ({"values": p.values} if p.values else {})
                for p in self.problems
            ]
        return answer

    def as_json(self) -> dict[str, Any]:
        """Return the row in the language of the moment."""
        return told_row(self.kept())


def told_problem(problem: dict[str, Any]) -> dict[str, Any]:
    """Return a kept problem with its cause in the reader's language."""
    said = {name: value for name, value in problem.items() if name != "values"}
    return said | {"cause": told.filled(problem.get("cause"), problem.get("values"))}


def told_row(row: dict[str, Any]) -> dict[str, Any]:
    """Return a kept row in the reader's language, with a sentence for each problem."""
    problems = [told_problem(problem) for problem in row.get("problems", ())]
    answer = {name: value for name, value in row.items() if name != "problems"}
    # A report of an earlier release may have sentences without the problems they are of.
    answer["messages"] = list(dict.fromkeys(map(_sentence, problems))) or row.get("messages", [])
    return answer | ({"problems": problems} if problems else {})


def told_refusal(refused: dict[str, Any]) -> dict[str, str]:
    """Return why a file was refused, in the reader's language."""
    return {"code": refused.get("code", ""), "message": told.filled(refused.get("message"), refused.get("values"))}


def _sentence(problem: dict[str, Any]) -> str:
    where = f"{problem['column']}: " if problem.get("column") else ""
    value = f"“{problem['value']}” " if problem.get("value") else ""
    return f"{where}{value}{problem['cause']}"


@dataclass
class ImportResult:
    """What came of an import. `plan` counts new, changed, unchanged, corrections, missing; `details` lists them."""

    kind: str
    layout: str = ""
    sheet: str = ""
    written: bool = False
    dry_run: bool = False
    skip_rejected: bool = False
    rows: list[RowOutcome] = field(default_factory=list)
    ignored_columns: list[str] = field(default_factory=list)
    plan: dict[str, int] = field(default_factory=dict)
    details: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    # How many lines each list would have, where `MOST_LINES` cut it.
    lines: dict[str, int] = field(default_factory=dict)
    # Of what the file speaks, so that the rest is missing: `by`, its first `names`, their `count`.
    judged: dict[str, Any] = field(default_factory=dict)
    refused: dict[str, Any] | None = None

    @property
    def totals(self) -> dict[str, int]:
        totals = {"accepted": 0, "warned": 0, "rejected": 0, "skipped": 0}
        for row in self.rows:
            if row.outcome in totals:
                totals[row.outcome] += 1
        return totals

    @property
    def failed(self) -> bool:
        """Whether something was rejected and nothing was written: the exit status of the command. A dry run ends as
        the run it stands for."""
        if self.refused is not None:
            return True
        kept = self.written or (self.dry_run and self.skip_rejected)
        return self.totals["rejected"] > 0 and not kept

    def as_json(self) -> dict[str, Any]:
        """Return the result in the language of the moment."""
        answer = self.kept()
        if self.refused:
            answer["refused"] = told_refusal(self.refused)
        return {"totals": answer.pop("totals"), "rows": [row.as_json() for row in self.rows], **answer}

    def kept(self) -> dict[str, Any]:
        """Return all but the rows: what became of the file as a whole."""
        answer: dict[str, Any] = {
            "totals": self.totals,
            "kind": self.kind,
            "layout": self.layout,
            "sheet": self.sheet,
            "written": self.written,
            "dry_run": self.dry_run,
            "changes": self.plan,
            "details": self.details,
            "lines": self.lines,
            "judged": self.judged,
            "ignored_columns": self.ignored_columns,
        }
        if self.refused:
            answer["refused"] = self.refused
        return answer


class RowReader:
    """The cells of one data row by field, parsed on demand; collects every problem instead of stopping at the first."""

    __slots__ = ("_few", "_kept", "_known", "_secret", "_width", "cells", "match", "number", "problems")

    def __init__(
        self, match: Match, keeps: Mapping[str, limits.Target] | None = None, spare: frozenset[str] = frozenset()
    ) -> None:
        self.match = match
        self._kept = [
            (name, index, column, column.parser) for name, (index, column) in match.fields.items() if column.keep
        ]
        self._secret = {
            match.headers[index] for index, column in match.fields.values() if column.secret or column.sealed
        }
        self._few = {match.headers[index]: column for index, column in match.fields.values() if column.few}
        # What a text of a column means depends on the text alone, and most columns repeat a few hundred of them. Only
        # texts are remembered: 1, 1.0 and True are one key but not one cell.
        self._known: list[tuple[str, int, Column, Callable[[Any], Any], dict[Any, Any]]] = [
            (
                name,
                index,
                column,
                self._within(name, parse, keeps or {}, spare),
                {} if column.mandatory else {"": None, None: None},
            )
            for name, index, column, parse in self._kept
        ]
        self._width = 1 + max((index for _name, index, _column, _parse in self._kept), default=0)
        self.number = 0
        self.cells: list[object] = []
        self.problems: list[Problem] = []

    @staticmethod
    def _within(
        name: str, parse: limits.Parser, keeps: Mapping[str, limits.Target], spare: frozenset[str]
    ) -> limits.Parser:
        target = keeps.get(name)
        return limits.limited(parse, target, spare=name in spare) if target else parse

    def begin(self, row: Row) -> None:
        self.number, self.cells, self.problems = row.number, row.cells, []
        if row.formulas:
            for index in sorted(row.formulas):
                column = next((c for i, c in self.match.fields.values() if i == index), None)
                if column is not None and not column.counter:
                    self._add(
                        ERROR,
                        "RUMUS",
                        self.match.headers[index],
                        self._cell(index),
                        _("sel berisi rumus; tempel sebagai nilai"),
                    )

    def raw(self, name: str) -> object:
        found = self.match.fields.get(name)
        return self._cell(found[0]) if found else None

    def values(self) -> dict[str, Any]:
        """Return every kept field parsed; cells that cannot be read are None and a problem, empty mandatory ones
        too."""
        values: dict[str, Any] = {}
        cells = self.cells
        if len(cells) < self._width:
            cells = [*cells, *[None] * (self._width - len(cells))]
        for name, index, column, parse, known in self._known:
            cell = cells[index]
            value = known.get(cell, _UNSEEN)
            if value is _UNSEEN:
                try:
                    value = None if cell is None or cell == "" else parse(cell)
                except CellProblem as problem:
                    severity = WARNING if problem.spare else ERROR
                    self._add(severity, problem.code, self.match.headers[index], cell, problem.sentence, problem.values)
                    values[name] = None
                    continue
                if value is None and column.mandatory:
                    self._add(ERROR, "WAJIB", self.match.headers[index], cell, _("wajib diisi"))
                elif type(cell) is str and len(known) < REMEMBERED:
                    known[cell] = value
            values[name] = value
        return values

    def error(self, code: str, name: str, sentence: str, /, **values: Any) -> None:
        self._add(ERROR, code, self.match.header_of(name) if name else "", self.raw(name), sentence, values)

    def warn(self, code: str, name: str, sentence: str, /, **values: Any) -> None:
        self._add(WARNING, code, self.match.header_of(name) if name else "", self.raw(name), sentence, values)

    def fitting(self, name: str, value: str | None, target: limits.Target, *, spare: bool = False) -> str | None:
        """Return a text that `record` made of a cell, None with a problem when the register's field is too short."""
        if value is None or len(value) <= (longest := limits.longest_of(target)):
            return value
        problem = limits.too_long(value, longest, spare=spare)
        (self.warn if spare else self.error)(problem.code, name, problem.sentence, **problem.values)
        return None

    @property
    def bad(self) -> bool:
        return any(problem.severity == ERROR for problem in self.problems)

    def line(self) -> str:
        """Return the cells as one text, cheap to keep for every row; `original` reads it back."""
        try:
            return "\x1f".join(self.cells)  # type: ignore[arg-type]
        except TypeError:
            return "\x1f".join(map(parsers.shown, self.cells))

    def original(self, line: str) -> dict[str, str]:
        """Return a row as the file has it, by heading, recognised and kept columns only, never the NIK nor what few
        read."""
        headers, cells = self.match.headers, line.split("\x1f")
        return {
            headers[index]: privacy.masked(cells[index])
            for _name, index, column, _parse in self._kept
            if index < len(cells)
            and cells[index] != ""
            and not column.secret
            and not self._is_of_few(column, cells[index])
        }

    @staticmethod
    def _is_of_few(column: Column, cell: object) -> bool:
        if not column.few:
            return False
        try:
            # A code with words after it tells the same.
            return (column.parser(cell) or "").startswith(tuple(column.few))
        except CellProblem:
            return True

    def _cell(self, index: int) -> object:
        return self.cells[index] if index < len(self.cells) else None

    def _add(
        self,
        severity: str,
        code: str,
        column: str,
        value: object,
        sentence: str,
        values: dict[str, Any] | None = None,
    ) -> None:
        text = parsers.shown(value)[:200]
        if text:
            few = self._few.get(column)
            hidden = column in self._secret or (few is not None and self._is_of_few(few, value))
            text = privacy.MASK if hidden else privacy.masked(text)
        kept = masked_values(told.kept(values)) if values else None
        self.problems.append(Problem(self.number, severity, column, text, code, sentence, kept))


class Importer:
    """Base of the kinds. A kind names its layouts and staging columns, and writes three sets of SQL.

    `record` turns the parsed cells of a row into staging values (None: nothing to stage); `check` flags rows in SQL;
    `plan` counts what would happen; `write` merges the rows that are not `bad`. All SQL reads `import_row`.
    """

    kind: ClassVar[str] = ""
    # Who may import the kind (`asnhr.roles`); a kind that names none is nobody's.
    permission: ClassVar[str] = ""
    # What it asks beside that: the permission of what its files tell ("": none). Who lacks it sees no import of it.
    asks: ClassVar[str] = ""
    # Whether what its files say is for nobody but who may import them: their imports are in no other list.
    is_sensitive: ClassVar[bool] = False
    title: ClassVar[Any] = ""
    layouts: ClassVar[tuple[Layout, ...]] = ()
    # name -> SQL type, beside `row` and `bad`
    staging: ClassVar[Mapping[str, str]] = {}
    # Staging columns that only SQL fills.
    computed: ClassVar[frozenset[str]] = frozenset()
    # Field of a layout -> the model's field that will hold it, whose length and range the cells must keep to.
    keeps: ClassVar[Mapping[str, limits.Target]] = {}
    # Those of them that a row can do without: what does not fit is left out with a warning.
    spare: ClassVar[frozenset[str]] = frozenset()
    codes: ClassVar[dict[str, Any]] = {}
    # Whether it can write what an ordinary file brings while the rest of the file is being read (`early.EarlyWrites`).
    writes_early: ClassVar[bool] = False
    # The table that the rows are copied to.
    copied_to: ClassVar[str] = "import_row"
    # Task to send after the commit of a large import: it refreshes the planner's statistics of what was written.
    refresh: ClassVar[str] = ""

    def __init__(self, agency_id: int, options: Options) -> None:
        self.agency_id = agency_id
        self.options = options
        self.match: Match | None = None
        self.details: dict[str, list[dict[str, Any]]] = {}
        self.lines: dict[str, int] = {}
        self.judged: dict[str, Any] = {}

    def prepare(self, match: Match) -> None:
        """Look at the recognised header before the first row. Raises FileRefused when something outside is missing."""
        self.match = match

    def heading(self, row: RowReader) -> None:
        """See a title row, above the header or between the rows: it may name the unit, the post or a group."""

    def total(self, row: RowReader) -> None:
        """See a row of totals, for sheets whose printed sums are to be checked."""

    def finish(self) -> Iterable[Problem]:
        """Return what only the whole file shows, before the transaction begins."""
        return ()

    def record(self, values: dict[str, Any], row: RowReader) -> Mapping[str, Any] | None:
        raise NotImplementedError

    def staging_tables(self) -> Iterable[Statement]:
        """Return what makes further staging tables beside `import_row`, which is there and empty."""
        return ()

    def staged(self, after: int) -> Iterable[Statement]:
        """Return what rearranges the rows beyond `after` once they are copied: a kind with many columns keeps those it
        never changes elsewhere, so that what is rewritten step by step stays narrow."""
        return ()

    def early(self, after: int) -> Iterable[Statement]:
        """Return what writes of the rows beyond `after` all that no other row has a part in; of kinds that
        `writes_early`."""
        return ()

    def is_ordinary(self, cursor: Any) -> bool:
        """Whether, after `check`, what was written early is what `write` would have written."""
        return True

    def check(self, cursor: Any) -> None:
        """Flag rows with `flag`."""

    def plan(self, cursor: Any) -> dict[str, int]:
        raise NotImplementedError

    def write(self, cursor: Any) -> None:
        raise NotImplementedError

    def after(self, cursor: Any, written: bool) -> None:
        """Write what is to be kept even when the rows were refused (the mapping queue); never on a dry run."""

    def has(self, name: str) -> bool:
        """Whether the file has a column for the field."""
        return self.match is not None and name in self.match.fields

    def listed(self, cursor: Any, name: str, sql: str, params: Iterable[Any] = ()) -> int:
        """Keep the first lines of a query as the list `name` of the result; return how many lines there are.

        `sql`: a complete SELECT; the names of its columns are those of the list.
        """
        cursor.execute(f"SELECT q.*, count(*) OVER () FROM ({sql}) q LIMIT {MOST_LINES}", [*params])
        names = [column[0] for column in cursor.description[:-1]]
        records = cursor.fetchall()
        self.details[name] = [dict(zip(names, record, strict=False)) for record in records]
        self.lines[name] = records[0][-1] if records else 0
        return self.lines[name]

    def judge(self, cursor: Any, by: str, names: str = "", params: Iterable[Any] = ()) -> None:
        """Say what the file speaks of, so that what it leaves out there is missing: all of the `agency`, or the
        `offices`, `units`, `trees` (units with all below) or `people` (of whom only the number is kept) that `names`
        (SQL) tells, each once."""
        self.judged = {"by": by, "names": [], "count": 0}
        if names:
            cursor.execute(
                f"SELECT n.name, count(*) OVER () FROM ({names}) n(name) ORDER BY 1 LIMIT {MOST_NAMES}", list(params)
            )
            rows = cursor.fetchall()
            shown = [] if by == "people" else [name for name, _count in rows]
            self.judged |= {"names": shown, "count": rows[0][1] if rows else 0}

    def flag(
        self,
        cursor: Any,
        code: str,
        message: str,
        *,
        where: str,
        name: str = "",
        value: str = "NULL",
        detail: str = "",
        detail_is: str = "",
        source: str = "import_row s",
        severity: str = ERROR,
        params: Iterable[Any] = (),
        once: bool = False,
    ) -> None:
        """Flag each staged row for which `where` holds. `value` and `detail` are SQL; `detail` fills the
        message's `%(value)s` when it is told, as what it is: a kind of `told.kinds`, "" a text. `once`: not told
        where something else is wrong with the cell already."""
        header = self.match.header_of(name) if self.match and name else ""
        # Parameters come in the order of the statement: the message stands before the condition.
        sql = (
            f"INSERT INTO import_problem (row, severity, col, value, code, message, detail, detail_is, once)"
            f" SELECT s.row, %s, %s, left(({value})::text, 200), %s, %s, ({detail or 'NULL'})::text, %s, %s"
            f" FROM {source} WHERE {where}"
        )
        cursor.execute(sql, [severity, header, code, message, detail_is if detail else None, once, *params])


def run(
    importer_class: type[Importer],
    source: str | Path | BinaryIO,
    *,
    agency_id: int,
    options: Options,
    progress: Progress | None = None,
) -> ImportResult:
    """Import a file. A refused file is a result with `refused`, not an exception; rows tell what became of each.

    Sentences are kept as they are written here, in Indonesian, whatever language the door speaks: readers have theirs.
    """
    with translation.override(settings.LANGUAGE_CODE):
        return _settled(importer_class, source, agency_id, options, progress)


def _settled(
    importer_class: type[Importer],
    source: str | Path | BinaryIO,
    agency_id: int,
    options: Options,
    progress: Progress | None,
) -> ImportResult:
    result = ImportResult(kind=importer_class.kind, dry_run=options.dry_run, skip_rejected=options.skip_rejected)
    problems: dict[int, list[Problem]] = {}
    try:
        _run(importer_class, source, agency_id, options, progress or (lambda done, total, step: None), result, problems)
    except FileRefused as refusal:
        result.refused = _refused(refusal.code, refusal.sentence, refusal.values)
    except IntegrityError as error:
        # The database says no last; nothing was written.
        result.written = False
        result.refused = _refused("REGISTER_MENOLAK", *constraints.cause_of(error))
    except DataError:
        # The last net below the lengths and ranges that each column checks.
        result.written = False
        sentence = _("Sebuah nilai terlalu panjang atau di luar rentang yang dapat disimpan; tidak ada yang tersimpan.")
        result.refused = _refused("REGISTER_MENOLAK", sentence)
    _settle(result, problems)
    return result


def _refused(code: str, sentence: str, values: dict[str, Any] | None = None) -> dict[str, Any]:
    return {"code": code, "message": sentence} | ({"values": masked_values(values)} if values else {})


def masked_values(values: dict[str, Any]) -> dict[str, Any]:
    """Return values of a sentence without any NIK in them."""
    return {name: privacy.masked(value) if isinstance(value, str) else value for name, value in values.items()}


def _run(
    importer_class: type[Importer],
    source: str | Path | BinaryIO,
    agency_id: int,
    options: Options,
    progress: Progress,
    result: ImportResult,
    problems: dict[int, list[Problem]],
) -> None:
    progress(0, 0, _("Membuka berkas"))
    table, match = _recognise(importer_class, source, options)
    result.layout, result.sheet, result.ignored_columns = match.layout.code, table.name, match.ignored
    importer = importer_class(agency_id, options)
    if "decree" in importer.keeps and len(options.decree) > (longest := limits.longest_of(importer.keeps["decree"])):
        found = limits.too_long(options.decree, longest)
        raise FileRefused("TERLALU_PANJANG", found.sentence, **found.values)
    importer.prepare(match)
    columns = [name for name in importer.staging if name not in importer.computed]
    with tempfile.TemporaryFile() as spool, agency_scope(agency_id, options.user_id, f"impor {importer.kind}"):
        early = None
        if importer.writes_early and not options.dry_run:
            early = EarlyWrites(importer, columns, partial(_begin_staging, importer), _NULL)
        try:
            with _without_collector():
                _read(importer, table, match, columns, spool, early, result, problems, progress)
            for problem in importer.finish():
                problems.setdefault(problem.row, []).append(problem)
            table.close()
            if not any(outcome.outcome == "data" for outcome in result.rows):
                raise FileRefused("BERKAS_KOSONG", _("Tidak ada baris data di bawah judul kolom."))
            progress(1, 1, _("Memeriksa dan mencocokkan"))
            if early is None or not early.finish() or not _merge_early(importer, early, problems, result, progress):
                _stage(importer, spool, columns)
                _merge(importer, problems, result, progress)
        finally:
            if early is not None:
                early.close()


def _read(
    importer: Importer,
    table: Table,
    match: Match,
    columns: list[str],
    spool: IO[bytes],
    early: EarlyWrites | None,
    result: ImportResult,
    problems: dict[int, list[Problem]],
    progress: Progress,
) -> None:
    """Parse every row of the table and spool its staging values as lines of COPY."""
    total = max(table.height, 1)
    reader = RowReader(match, importer.keeps, importer.spare)
    state: dict[str, Any] = {}
    lines: list[str] = []
    for row in table.rows():
        kind = layouts.classify(row, match, state)
        if kind == "data":
            reader.begin(row)
            record = importer.record(reader.values(), reader)
            if record is not None:
                line = _copy_line(row.number, reader.bad, record, columns)
                lines.append(line)
                if early is not None:
                    early.add(row.number, line, is_bad=reader.bad)
            if reader.problems:
                problems[row.number] = reader.problems
            result.rows.append(RowOutcome(row.number, "data"))
        elif kind in HEADER:
            result.rows.append(RowOutcome(row.number, "header"))
        else:
            if kind in {"title", "total"}:
                reader.begin(Row(row.number, row.cells))
                (importer.heading if kind == "title" else importer.total)(reader)
            result.rows.append(RowOutcome(row.number, "skipped", note=SKIPPED[kind]))
        if row.number % 1000 == 0:
            spool.write("".join(lines).encode())
            lines.clear()
            progress(min(row.number, total), total, _("Membaca baris"))
    spool.write("".join(lines).encode())


@contextmanager
def _without_collector() -> Iterator[None]:
    """Rows are many objects and no cycles: to look for cycles among all of them again and again is a tenth of the
    reading."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _recognise(importer_class: type[Importer], source: Any, options: Options) -> tuple[Table, Match]:
    tables = open_table_file(source).tables
    if options.sheet:
        tables = [table for table in tables if table.name == options.sheet]
        if not tables:
            raise FileRefused("LEMBAR_TIDAK_ADA", _("Lembar “%(sheet)s” tidak ada di buku kerja."), sheet=options.sheet)
    chosen = layouts.choose_table(tables, importer_class.layouts)
    if chosen is None:
        raise FileRefused(
            "JUDUL_TIDAK_DIKENAL",
            _("Baris judul kolom tidak ditemukan. Kolom yang harus ada, menurut bentuk lembar: %(known)s."),
            known={"layouts": importer_class.kind},
        )
    return chosen


def _known_layouts(kind: str) -> str:
    """Return the layouts of a kind of import, each with the columns it must have."""
    return "; ".join(
        f"{layout.title}: " + ", ".join(column.headers[0] for column in layout.columns if column.required)
        for layout in registry.importers.get(kind).layouts
    )


told.kinds["layouts"] = _known_layouts
told.kinds["code"] = lambda code: str(codes.all_codes().get(code, code))


_ESCAPED = str.maketrans({"\x00": None, "\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


# Stands for no value in COPY's lines; printable, so that one look tells whether a line needs escapes.
_NULL = "\u2400"


def _copy_line(number: int, bad: bool, record: Mapping[str, Any], columns: list[str]) -> str:
    """Return a line of COPY's text format."""
    cells = [
        _NULL if value is None else value if type(value) is str else _cell(value) for value in map(record.get, columns)
    ]
    together = "".join(cells)
    # Printable means no tab, no line end and no zero byte.
    if "\\" in together or not together.isprintable():
        cells = [cell.translate(_ESCAPED) for cell in cells]
    return f"{number}\t{'t' if bad else 'f'}\t" + "\t".join(cells) + "\n"


def _cell(value: Any) -> str:
    if value is True:
        return "t"
    return "f" if value is False else str(value)


def _begin_staging(importer: Importer, cursor: Any) -> None:
    # One import of a kind at a time in an agency: a second one waits and then finds nothing to change.
    cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [f"import:{importer.agency_id}"])
    _drop_staging(cursor)
    _widen_buffers(cursor)
    # How many rows found their unit, job and post is what plans need to know; a sample of 6,000 tells that.
    cursor.execute("SET LOCAL default_statistics_target = 20")
    definition = ", ".join(f"{name} {kind}" for name, kind in importer.staging.items())
    cursor.execute(
        f"CREATE TEMP TABLE import_row (row int NOT NULL, bad boolean NOT NULL, {definition}) ON COMMIT DROP"
    )
    cursor.execute(
        "CREATE TEMP TABLE import_problem (row int, severity text, col text, value text, code text, message text,"
        " detail text, detail_is text, once boolean NOT NULL)"
        " ON COMMIT DROP"
    )
    for sql, params in importer.staging_tables():
        cursor.execute(sql, params)


def _stage(importer: Importer, spool: Any, columns: list[str]) -> None:
    spool.seek(0)
    with connection.cursor() as cursor:
        _begin_staging(importer, cursor)
        names = ", ".join(["row", "bad", *columns])
        with connection.wrap_database_errors:
            cursor.cursor.copy_expert(f"COPY {importer.copied_to} ({names}) FROM STDIN (NULL '{_NULL}')", spool)
        for sql, params in importer.staged(0):
            cursor.execute(sql, params)


def _merge_early(
    importer: Importer,
    early: EarlyWrites,
    problems: dict[int, list[Problem]],
    result: ImportResult,
    progress: Progress,
) -> bool:
    """Go on from what was written early; return False, with everything as it was before, where the file turns out not
    to be ordinary."""
    before = {row: len(found) for row, found in problems.items()}
    if _merge(importer, problems, result, progress, is_early=True):
        return True
    early.undo()
    for row in list(problems):
        del problems[row][before.get(row, 0) :]
        if not problems[row]:
            del problems[row]
    importer.details, importer.lines, importer.judged = {}, {}, {}
    return False


def _merge(
    importer: Importer,
    problems: dict[int, list[Problem]],
    result: ImportResult,
    progress: Progress,
    *,
    is_early: bool = False,
) -> bool:
    """Check the staged rows and write them; False: rows are written early that are not ordinary, nothing was done."""
    options = importer.options
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE import_row")
        cursor.execute("SELECT count(*) > %s FROM import_row", [LARGE])
        large = cursor.fetchone()[0]
        if large:
            # The register may have grown by thousands of rows that its statistics know nothing of yet; a nested loop
            # chosen for "a few rows" then takes minutes. Sets of this size are joined by hash or merge.
            cursor.execute("SET LOCAL enable_nestloop = off")
        importer.check(cursor)
        cursor.execute(
            "SELECT row, severity, coalesce(col, ''), coalesce(value, ''), code, message, once, detail, detail_is"
            " FROM import_problem ORDER BY row, once, severity, code"
        )
        for number, severity, column, value, code, sentence, once, *detail in cursor.fetchall():
            if once and _is_told(problems.get(number, []), column):
                continue
            problem = Problem(number, severity, column, privacy.masked(value), code, sentence, _values(*detail))
            problems.setdefault(number, []).append(problem)
        rejected = any(problem.severity == ERROR for found in problems.values() for problem in found)
        if is_early and (rejected or not importer.is_ordinary(cursor)):
            return False
        cursor.execute(
            "UPDATE import_row s SET bad = true WHERE NOT bad AND EXISTS"
            " (SELECT 1 FROM import_problem p WHERE p.row = s.row AND p.severity = 'error')"
        )
        result.plan = importer.plan(cursor)
        if not options.dry_run:
            if not rejected or options.skip_rejected:
                progress(1, 1, _("Menyimpan"))
                importer.write(cursor)
                result.written = True
                if large and importer.refresh and _changes_much(result.plan):
                    # In the background: nobody waits for it, and in this transaction its locks would keep the imports
                    # of other agencies waiting. An import stands without it.
                    queue.after_commit(importer.refresh, robust=True)
            importer.after(cursor, result.written)
        cursor.execute("SET LOCAL enable_nestloop = on")
        result.details, result.judged = importer.details, importer.judged
        result.lines = {name: len(found) for name, found in importer.details.items()} | importer.lines
        _drop_staging(cursor)
    return True


def _is_told(found: list[Problem], column: str) -> bool:
    """Whether an error of the row speaks of the column; of what was worked out of several cells ("") any does."""
    return any(each.severity == ERROR and column in ("", each.column) for each in found)


def _values(detail: str | None, what: str | None) -> dict[str, Any] | None:
    """Return the value of a flagged row's sentence; None: it has none."""
    if what is None:
        return None
    if detail is None or not what:
        return {"value": detail and privacy.masked(detail)}
    kind, _colon, of = what.partition(":")
    return {"value": {kind: [of, privacy.masked(detail)] if of else detail}}


def _changes_much(plan: dict[str, int]) -> bool:
    return sum(plan.get(name, 0) for name in ("new", "changed", "corrections")) > LARGE


def _widen_buffers(cursor: Any) -> None:
    """Keep staging in memory: 20,000 rows rewritten a dozen times do not fit the default 8 MB. Only a session that
        has not
    used temporary tables yet may change it; others go on as they are."""
    cursor.execute("SELECT current_setting('temp_buffers')")
    if cursor.fetchone()[0] == "8MB":
        try:
            with transaction.atomic():
                cursor.execute("SET temp_buffers = '96MB'")
        except DatabaseError:
            return


def _drop_staging(cursor: Any) -> None:
    """Staging tables go with the transaction; inside a larger one (a test, a bulk load) the next import finds none."""
    cursor.execute(
        "SELECT string_agg('pg_temp.' || quote_ident(relname), ', ') FROM pg_class"
        " WHERE relnamespace = pg_my_temp_schema() AND relkind = 'r' AND relname LIKE 'import\\_%%'"
    )
    found = cursor.fetchone()[0]
    if found:
        cursor.execute(f"DROP TABLE {found}")


def _settle(result: ImportResult, problems: dict[int, list[Problem]]) -> None:
    """Say of each data row what became of it. Of a file that was refused no row was taken, and the refusal's code says
    why where the row has no error of its own."""
    for outcome in result.rows:
        if outcome.outcome != "data":
            continue
        outcome.problems = problems.get(outcome.row, [])
        if any(problem.severity == ERROR for problem in outcome.problems):
            outcome.outcome = "rejected"
        elif result.refused:
            outcome.outcome, outcome.note = "rejected", result.refused["code"]
        else:
            outcome.outcome = "warned" if outcome.problems else "accepted"
