"""The register of processing as people read it: derived from the declarations, nothing typed beside them."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from asnhr.audit.declared import audited
from asnhr.crypto import Encrypted, Sealed
from asnhr.pages.tables import Column
from asnhr.privacy.declared import CLASSES, KEEPS, KINDS, NONE, ORDINARY, PURPOSES, SPECIFIC, Holding, holdings
from asnhr.roles import PERMISSION_NAMES

ABOUT_PEOPLE = "orang"
FILTERS = {"spesifik": gettext_lazy("Data spesifik"), "umum": gettext_lazy("Data pribadi"),
           "bukan": gettext_lazy("Bukan tentang orang")}  # fmt: skip


@dataclass(frozen=True)
class Line:
    """A column of a table."""

    table: "Table"
    column: str
    name: str
    code: str
    klass: str
    kind: str
    purpose: str
    basis: str
    keep: str
    parameter: str
    is_encrypted: bool
    clear: str


@dataclass(frozen=True)
class Table:
    """A table with its columns, and who reads it."""

    holding: Holding
    name: str
    readers: str
    looks: bool

    @property
    def label(self) -> str:
        return self.holding.model

    @property
    def purpose(self) -> str:
        return str(PURPOSES[self.holding.purpose].words)

    @property
    def basis(self) -> str:
        return str(PURPOSES[self.holding.purpose].basis)

    @property
    def keep(self) -> str:
        return str(KEEPS[self.holding.keep].words)

    @property
    def why(self) -> str:
        return str(self.holding.why)

    @property
    def klass(self) -> str:
        """The most sensitive class in it; who acted does not make a table one about people."""
        if self.holding.specific:
            return SPECIFIC
        return ORDINARY if self.holding.is_personal else NONE

    @property
    def klass_name(self) -> str:
        return str(CLASSES[self.klass])

    @property
    def tone(self) -> str:
        return {SPECIFIC: "short", ORDINARY: "gold"}.get(self.klass, "")

    @property
    def lines(self) -> list[Line]:
        return [_line(self, name) for name in self.holding.classes]


def _line(table: Table, name: str) -> Line:
    held = table.holding
    column = held.model_class._meta.get_field(name)
    purpose, keep = PURPOSES[held.purpose_of(name)], KEEPS[held.keep_of(name)]
    label = _("pelaku") if name in held.actors else str(KINDS.get(held.kinds.get(name, ""), ""))
    return Line(
        table, name, str(getattr(column, "verbose_name", name)), held.classes[name], str(CLASSES[held.classes[name]]),
        label, str(purpose.words), str(purpose.basis), str(keep.words), keep.parameter,
        isinstance(column, Encrypted | Sealed), str(held.clear.get(name, "")),
    )  # fmt: skip


def _table(label: str, held: Holding) -> Table:
    known = audited.get(label) if label in audited else None
    asked = [
        each
        for each in (known.permission if known else "", held.asks, *(asks for asks, _looks in held.apart.values()))
        if each
    ]
    words = [str(PERMISSION_NAMES.get(each, each)) for each in dict.fromkeys(asked)]
    return Table(held, held.name, "; ".join(words), bool(held.looks))


def tables(klass: str = "") -> list[Table]:
    """Return the tables, those with specific data first; `klass` narrows to one class, ABOUT_PEOPLE to what is about
    people."""
    found = [_table(label, held) for label, held in holdings.items()]
    order = {SPECIFIC: 0, ORDINARY: 1, NONE: 2}
    return sorted(
        (each for each in found if klass in ("", each.klass) or (klass == ABOUT_PEOPLE and each.klass != NONE)),
        key=lambda each: (order[each.klass], each.name),
    )


def table(label: str) -> Table | None:
    return _table(label, holdings.get(label)) if label in holdings else None


def lines() -> Iterator[Line]:
    for each in tables():
        yield from each.lines


def figures() -> list[dict[str, Any]]:
    every = [line for each in tables() for line in each.lines]
    return [
        {"label": _("Tabel"), "value": len(tables())},
        {"label": _("Kolom"), "value": len(every)},
        {"label": _("Kolom data pribadi"), "value": sum(line.code != NONE for line in every)},
        {"label": _("Kolom data spesifik"), "value": sum(line.code == SPECIFIC for line in every)},
    ]


# Of the file: a line a column.
COLUMNS = (
    Column("tabel", gettext_lazy("Tabel"), lambda line: line.table.name),
    Column("kode", gettext_lazy("Kode tabel"), lambda line: line.table.label),
    Column("kolom", gettext_lazy("Kolom"), "name"),
    Column("kode_kolom", gettext_lazy("Kode kolom"), "column"),
    Column("golongan", gettext_lazy("Golongan"), "klass"),
    Column("jenis", gettext_lazy("Jenis"), "kind"),
    Column("tujuan", gettext_lazy("Tujuan"), "purpose"),
    Column("dasar", gettext_lazy("Dasar hukum"), "basis"),
    Column("simpan", gettext_lazy("Masa simpan"), "keep"),
    Column("parameter", gettext_lazy("Parameter"), "parameter"),
    Column("pembaca", gettext_lazy("Izin membaca"), lambda line: line.table.readers),
    Column("catat", gettext_lazy("Pembacaan dicatat"), lambda line: line.table.looks),
    Column("sandi", gettext_lazy("Terenkripsi per kolom"), "is_encrypted"),
    Column("alasan", gettext_lazy("Alasan tidak terenkripsi"), "clear"),
)
