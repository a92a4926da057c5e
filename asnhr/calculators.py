"""Calculators: a rule of the field behind a form and an address, open to everyone, keeping nothing.

An app registers a `Calculator` in `registry.calculators`; pages and API are made from its fields. Inputs are checked
here, field by field, so that no rule ever sees a value out of its bounds: whoever sends nonsense gets `Invalid`, by
field, and nobody gets a failure of ours.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop

from asnhr import formats, registry
from asnhr.models import Parameter

# Days that a career or a plan can have; the rules add decades to them.
FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2150, 12, 31)
# Plain digits only: Python would also take those of other scripts, underscores and exponents.
NUMBER = re.compile(r"[+-]?[0-9]{1,30}(\.[0-9]{1,30})?")
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
MOST_ERRORS = 20
AS_OF = "as_of"


class Kind(StrEnum):
    """What a field takes. Lists are of one kind of item; counts are a whole number by code."""

    TEXT = "text"
    WHOLE = "integer"
    DECIMAL = "decimal"
    DATE = "date"
    CHOICE = "choice"
    YES_NO = "boolean"
    LIST = "list"
    ROWS = "rows"
    COUNTS = "counts"


class Invalid(Exception):
    """The inputs cannot be used: what is wrong, by field."""

    def __init__(self, errors: Mapping[str, list[str]]) -> None:
        super().__init__("; ".join(f"{name}: {' '.join(texts)}" for name, texts in errors.items()))
        self.errors = dict(errors)


@dataclass(frozen=True, slots=True)
class Field:
    """An input. `lowest` .. `highest` bound a number, `least` .. `most` the items of a list; `choices`: code, words.

    `item` is the field of a list's items, `columns` are those of a list of objects; `nullable`: an item may be null.
    `labels` name the rows of a list or the codes of counts; with `named_by` (a field, the rows' names by its codes) a
    list's rows have the names of what is chosen there, and `labels` while nothing is. `together` puts lists beside each
    other in one table.
    """

    name: str
    label: Any
    kind: Kind = Kind.TEXT
    required: bool = True
    unit: Any = ""
    help: Any = ""
    choices: tuple[tuple[str, Any], ...] = ()
    lowest: Decimal | int | None = None
    highest: Decimal | int | None = None
    above: Decimal | int | None = None
    places: int = 6
    longest: int = 100
    item: "Field | None" = None
    columns: tuple["Field", ...] = ()
    nullable: bool = False
    least: int = 1
    most: int = 200
    labels: tuple[Any, ...] = ()
    named_by: tuple[str, Mapping[str, tuple[Any, ...]]] | None = None
    codes: tuple[tuple[str, Any], ...] = ()
    together: Any = ""
    # What an empty cell of a page's form stands for.
    blank: Any = None


@dataclass(frozen=True, slots=True)
class Output:
    """A figure of the result: its name, words, kind as in `Kind`, unit, and words for its codes.

    `rows`: the result is a list; `places`: decimals shown.
    """

    name: str
    label: Any
    kind: str = Kind.TEXT
    unit: Any = ""
    words: Mapping[str, Any] = field(default_factory=dict)
    rows: bool = False
    labels: tuple[Any, ...] = ()
    members: tuple[tuple[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class Used:
    """A value that decided the result. `mark` is the rulebook's; "" for what the person entered."""

    code: str
    name: str
    value: str
    unit: str = ""
    mark: str = ""
    basis: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a calculator says: result (JSON values), the sentence for people, steps with the numbers."""

    result: dict[str, Any]
    summary: str
    steps: list[str]
    used: list[Used] = field(default_factory=list)
    bases: list[str] = field(default_factory=list)
    # The laws of this very answer, where the inputs choose between them; None: all of the calculator.
    laws: "tuple[Law, ...] | None" = None

    @property
    def parameters(self) -> dict[str, str]:
        return {each.code: each.value for each in self.used}


@dataclass(frozen=True, slots=True)
class Law:
    """A legal basis with its confidence mark (V, V2, M, D)."""

    text: Any
    mark: str

    def __str__(self) -> str:
        return f"{_(str(self.text))} [{self.mark}]"


class Book:
    """The national rulebook: the rows a calculator named, and those in force on the day. One query, when first asked.

    National values only: who asks is nobody in particular, so no agency's own value counts.
    """

    def __init__(self, prefixes: tuple[str, ...], day: date) -> None:
        self.prefixes, self.day = prefixes, day
        self._rows: list[Parameter] | None = None
        self.used: dict[str, Used] = {}

    def rows(self) -> list[Parameter]:
        if self._rows is None:
            wanted = Q()
            for prefix in self.prefixes:
                wanted |= Q(code__startswith=prefix)
            self._rows = list(Parameter.objects.filter(wanted).order_by("code", "starts_on", "pk"))
        return self._rows

    def history(self, code: str) -> list[Parameter]:
        """Return every value of a parameter, oldest first."""
        return [row for row in self.rows() if row.code == code]

    def in_force(self) -> dict[str, Any]:
        """Return the values in force on the day, by code, without noting them as used."""
        return {
            row.code: row.value
            for row in self.rows()
            if row.starts_on <= self.day and (row.ends_on is None or row.ends_on > self.day)
        }

    def note(self, row: Parameter, value: str | None = None) -> None:
        """Note that the row decided something."""
        self.used[row.code] = Used(
            row.code, _(row.name), str(row.value) if value is None else value, _(row.unit) if row.unit else "",
            row.mark, _(row.legal_basis),
        )  # fmt: skip

    def value(self, code: str) -> Any:
        """Return the value in force and note it as used. Raises Invalid where none is in force on the day."""
        for row in self.history(code):
            if row.starts_on <= self.day and (row.ends_on is None or row.ends_on > self.day):
                self.note(row)
                return row.value
        raise Invalid({AS_OF: [_("Buku aturan belum memuat nilai untuk tanggal ini.")]})

    def whole(self, code: str) -> int:
        return int(self.value(code))

    def decimal(self, code: str) -> Decimal:
        return Decimal(str(self.value(code)))

    def fixed(self, code: str, name: str, value: object, law: "Law", unit: str = "") -> None:
        """Note a value that a table of the product decides, not the rulebook: of which table, by which law."""
        self.used[code] = Used(code, name, str(value), unit, law.mark, _(str(law.text)))

    def given(self, code: str, name: str, value: object, unit: str = "") -> None:
        """Note a value that the person entered in place of the rulebook's."""
        self.used[code] = Used(code, name, str(value), unit, "", _("masukan Anda"))


@dataclass(frozen=True, slots=True)
class Calculator:
    """A calculator. `run` gets checked inputs by name (None where not given), the rulebook and the day."""

    code: str
    title: Any
    lead: Any
    inputs: tuple[Field, ...]
    outputs: tuple[Output, ...]
    laws: tuple[Law, ...]
    run: Callable[[dict[str, Any], Book], Answer]
    example: Mapping[str, Any]
    parameters: tuple[str, ...] = ()
    icon: str = "calculator"

    def field_of(self, name: str) -> Field:
        return next(each for each in self.fields if each.name == name)

    @property
    def fields(self) -> tuple[Field, ...]:
        return (*self.inputs, DAY_FIELD)


DAY_FIELD = Field(
    AS_OF, gettext_lazy("Aturan per tanggal"), Kind.DATE, required=False,
    help=gettext_lazy("Aturan yang berlaku pada tanggal ini; kosongkan untuk hari ini."),
)  # fmt: skip


def every() -> Iterator[Calculator]:
    """Yield the registered calculators in the order of registration."""
    for _code, calculator in registry.calculators.items():
        yield calculator


def find(code: str) -> Calculator | None:
    """Return the calculator of that code, None for an unknown one."""
    return registry.calculators.get(code) if code in registry.calculators else None


def calculate(calculator: Calculator, data: Any, today: date) -> Answer:
    """Return the answer to `data` (as JSON has it). Raises Invalid."""
    values = clean(calculator.fields, data)
    day = values.pop(AS_OF) or today
    book = Book(calculator.parameters, day)
    answer = calculator.run(values, book)
    answer.used.extend(book.used.values())
    answer.bases.extend(str(law) for law in (calculator.laws if answer.laws is None else answer.laws))
    return answer


# Checking of inputs


def clean(fields: tuple[Field, ...], data: Any) -> dict[str, Any]:
    """Return a Python value for every field, None for one that is not given. Raises Invalid with every error."""
    if not isinstance(data, Mapping):
        raise Invalid({"non_field_errors": [_("Kirim satu objek JSON dengan masukan menurut namanya.")]})
    errors: dict[str, list[str]] = {}
    known = {each.name for each in fields}
    for name in data:
        if name not in known and len(errors) < MOST_ERRORS:
            errors[_printable(name)] = [_("Masukan tidak dikenal.")]
    values: dict[str, Any] = {}
    for each in fields:
        given = data.get(each.name)
        if given is None:
            values[each.name] = None
            if each.required:
                errors[each.name] = [_("Wajib diisi.")]
            continue
        try:
            values[each.name] = _value(each, given)
        except _Wrong as wrong:
            errors[each.name] = wrong.texts
    if errors:
        raise Invalid(errors)
    return values


class _Wrong(Exception):
    def __init__(self, *texts: str) -> None:
        super().__init__(*texts)
        self.texts = list(texts)


def _printable(name: object) -> str:
    """Return a name as an answer can carry it: JSON may hold halves of characters, which no encoding takes."""
    return str(name)[:80].encode("utf-8", "replace").decode("utf-8")


def _value(each: Field, given: Any) -> Any:
    match each.kind:
        case Kind.TEXT:
            return _text(each, given)
        case Kind.WHOLE | Kind.DECIMAL:
            return _number(each, given)
        case Kind.DATE:
            return _day(given)
        case Kind.CHOICE:
            if not isinstance(given, str) or given not in {code for code, _label in each.choices}:
                raise _Wrong(_("Pilih salah satu: %(options)s.") % {"options": ", ".join(c for c, _l in each.choices)})
            return given
        case Kind.YES_NO:
            if not isinstance(given, bool):
                raise _Wrong(_("Tulis true atau false."))
            return given
        case Kind.LIST | Kind.ROWS:
            return _list(each, given)
        case Kind.COUNTS:
            return _counts(each, given)


def _text(each: Field, given: Any) -> str:
    if not isinstance(given, str):
        raise _Wrong(_("Harus berupa teks."))
    if len(given) > each.longest:
        raise _Wrong(_("Paling banyak %(most)s huruf.") % {"most": each.longest})
    if not given.strip():
        raise _Wrong(_("Wajib diisi."))
    if "\x00" in given or any("\ud800" <= letter <= "\udfff" for letter in given):
        raise _Wrong(_("Berisi tanda yang bukan huruf."))
    return given


def _number(each: Field, given: Any) -> int | Decimal:
    """Return the number; from JSON numbers, and texts of plain digits."""
    whole = each.kind is Kind.WHOLE
    number: Decimal | None = None
    if isinstance(given, int) and not isinstance(given, bool):
        # A number of thousands of digits is not made into a decimal: bounds below refuse it.
        number = Decimal(given) if abs(given) < 10**30 else Decimal("Infinity")
    elif isinstance(given, float):
        number = Decimal(repr(given))
    elif isinstance(given, Decimal):
        number = given
    elif isinstance(given, str) and NUMBER.fullmatch(given.strip(" ")):
        number = Decimal(given.strip(" "))
    if number is None or number.is_nan():
        raise _Wrong(_("Harus bilangan bulat.") if whole else _("Harus bilangan."))
    if each.lowest is not None and number < each.lowest:
        if each.lowest == 0:
            raise _Wrong(_("Tidak boleh negatif."))
        raise _Wrong(_("Paling kecil %(bound)s.") % {"bound": formats.number(each.lowest)})
    if each.above is not None and number <= each.above:
        raise _Wrong(_("Harus lebih besar dari %(bound)s.") % {"bound": formats.number(each.above)})
    if each.highest is not None and number > each.highest:
        raise _Wrong(_("Paling besar %(bound)s.") % {"bound": formats.number(each.highest)})
    if not number.is_finite():
        raise _Wrong(_("Harus bilangan."))
    if number == 0:
        # Zero may come with an exponent of millions.
        return 0 if whole else Decimal(0)
    exponent = number.as_tuple().exponent
    if isinstance(exponent, int) and exponent < -40:
        raise _Wrong(_("Paling banyak %(places)s desimal.") % {"places": each.places})
    if whole:
        if number != number.to_integral_value():
            raise _Wrong(_("Harus bilangan bulat."))
        return int(number)
    if number != round(number, each.places):
        raise _Wrong(_("Paling banyak %(places)s desimal.") % {"places": each.places})
    return number


def _day(given: Any) -> date:
    if not isinstance(given, str) or not DAY.fullmatch(given):
        raise _Wrong(_("Tanggal harus ditulis TTTT-BB-HH, misalnya 2026-01-31."))
    try:
        found = date.fromisoformat(given)
    except ValueError:
        raise _Wrong(_("Tanggal ini tidak ada dalam kalender.")) from None
    if not FIRST_DAY <= found <= LAST_DAY:
        raise _Wrong(_("Tanggal harus antara tahun 1900 dan 2150."))
    return found


def _list(each: Field, given: Any) -> list[Any]:
    if not isinstance(given, list):
        raise _Wrong(_("Harus berupa daftar."))
    if len(given) > each.most:
        raise _Wrong(_("Paling banyak %(most)s baris.") % {"most": each.most})
    if len(given) < each.least:
        raise _Wrong(_("Sedikitnya %(least)s baris.") % {"least": each.least})
    errors: list[str] = []
    values: list[Any] = []
    for number, one in enumerate(given, start=1):
        if len(errors) >= MOST_ERRORS:
            break
        if each.kind is Kind.ROWS:
            try:
                values.append(clean(each.columns, one))
            except Invalid as invalid:
                labels = {column.name: str(column.label) for column in each.columns} | {"non_field_errors": _("isi")}
                errors += [
                    _("Baris %(number)s, %(field)s: %(error)s")
                    % {"number": number, "field": labels.get(name, name), "error": " ".join(texts)}
                    for name, texts in invalid.errors.items()
                ]
            continue
        if one is None and each.nullable:
            values.append(None)
            continue
        try:
            if one is None or each.item is None:
                raise _Wrong(_("Wajib diisi."))
            values.append(_value(each.item, one))
        except _Wrong as wrong:
            errors.append(_("Baris %(number)s: %(error)s") % {"number": number, "error": " ".join(wrong.texts)})
    if errors:
        raise _Wrong(*errors[:MOST_ERRORS])
    return values


def _counts(each: Field, given: Any) -> dict[str, int]:
    if not isinstance(given, Mapping):
        raise _Wrong(_("Harus berupa objek: jumlah menurut kode."))
    known = {code for code, _label in each.codes}
    errors: list[str] = []
    values: dict[str, int] = {}
    for code, count in given.items():
        if len(errors) >= MOST_ERRORS:
            break
        if code not in known:
            errors.append(_("Kode %(code)s tidak dikenal.") % {"code": _printable(code)})
            continue
        try:
            if count is not None and each.item is not None:
                values[code] = _value(each.item, count)
        except _Wrong as wrong:
            errors.append(_("%(code)s: %(error)s") % {"code": code, "error": " ".join(wrong.texts)})
    if errors:
        raise _Wrong(*errors)
    return values


# Words of the marks, for pages.
MARKS = {
    "V": gettext_noop("terverifikasi"),
    "V2": gettext_noop("sumber sekunder"),
    "M": gettext_noop("perlu dikonfirmasi"),
    "D": gettext_noop("pengaturan produk"),
}
