"""What the importers of the histories (riwayat) of personnel files share.

A row is the register's when SIASN's id says so, else by the key of its table (TMT, year, decree, …). An empty cell
changes nothing. What a file adds to a row, and what is news by nature (an end, a revocation), is a change; another
value for something on record is a correction to confirm. Rows that a file of SIASN records leaves out of the histories
of the people in it are listed as missing and never taken back. Last, `Employee` follows by the same triggers and the
same service as for every other door.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, ClassVar

from django.db.models import DateField, Model
from django.utils import translation
from django.utils.translation import gettext as _

from asnhr.crypto import decrypt
from asnhr.imports import parsers
from asnhr.imports.errors import CellProblem
from asnhr.imports.framework import WARNING, RowReader
from asnhr.imports.layout import Column
from asnhr.imports.limits import Target
from positions.imports._common import TAKEN, RegisterImporter, key
from positions.models import Employee
from positions.services import plausible

C = Column


def named(*headers: str) -> tuple[str, ...]:
    """Return the headings, and each as SIASN's fields write it: "tmt golongan" is tmtGolongan too."""
    return tuple(dict.fromkeys([*headers, *(header.replace(" ", "") for header in headers)]))


_RECORD = re.compile(r"[0-9A-F]{8}-?(?:[0-9A-F]{4}-?){3}[0-9A-F]{12}")


def record_id(value: object) -> str | None:
    """The id of a SIASN record, 32 hexadecimal digits; a running number under the heading "ID" is none."""
    found = parsers.siasn_id(value)
    return found if found and _RECORD.fullmatch(found) else None


def decimals(places: int) -> Callable[[object], Decimal | None]:
    """Return a parser of numbers that refuses more decimals than are kept."""

    def parse(value: object) -> Decimal | None:
        found = parsers.number(value)
        if found is not None and found != round(found, places):
            raise CellProblem("ANGKA", _("paling banyak %(places)s angka di belakang koma"), places=places)
        return found

    return parse


def _off(field: str, *headers: str) -> Column:
    return C(field, named(*headers), keep=False)


NIP = C(
    "nip",
    named("nip", "nip baru", "nip pegawai", "nip pns", "nip asn", "ni pppk"),
    parsers.nip,
    required=True,
    mandatory=True,
)
# The name stands beside the number for the eye; who it is, the number alone says.
PERSON = (
    C("no", ("no", "no urut", "nomor urut"), keep=False, counter=True),
    NIP,
    _off("name", "nama", "nama pegawai", "nama pns", "nama lengkap"),
    _off("old_nip", "nip lama"),
    _off("person_id", "id pns", "pns id", "pns orang id", "pns orang", "pns", "pns dinilai id", "orang id"),
    _off("path", "path", "dokumen"),
    C("siasn_id", named("id", "id riwayat", "id siasn"), record_id),
)
DECREE = (
    C("decree", named("nomor sk", "sk nomor", "no sk", "nomor keputusan", "nomor surat keputusan")),
    C("decree_on", named("tanggal sk", "sk tanggal", "tgl sk", "tanggal keputusan"), parsers.date),
)
CONSENT = (
    C("bkn_number", named("nomor pertek", "no pertek bkn", "no pertek", "nomor bkn", "nomor letter bkn")),
    C("bkn_on", named("tanggal pertek", "tgl pertek bkn", "tgl pertek", "tanggal bkn", "tanggal letter bkn"),
      parsers.date),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Fact:
    """A column of a history's table. `name`: what lists of changes call it; `blank`: SQL of what the table keeps when
    it is not known, `given`: what a new row gets then; `shown`: SQL of the value as people read it."""

    column: str
    type: str = "text"
    name: str = ""
    cell: str = ""
    is_news: bool = False
    blank: str = "''"
    given: str = ""
    shown: str = "{}"
    # The keyed hash beside an encrypted column: what says whether the value changed.
    witness: str = ""
    # Of an encrypted column: what a new row gets where the file says nothing, and whether that, on record, says nothing
    # either.
    otherwise: Any = None
    is_nothing: bool = False

    @property
    def nothing(self) -> str:
        """The staging column with the hash of what says nothing on record, "" without one."""
        return f"{self.column}_nothing" if self.is_nothing else ""

    @property
    def label(self) -> str:
        return self.name or self.column

    @property
    def empty(self) -> str:
        """SQL of "nothing on record"."""
        return self.blank if self.type == "text" or self.given else "NULL"


def text(column: str, **more: Any) -> Fact:
    return Fact(column, **more)


def encrypted(column: str, **more: Any) -> Fact:
    """An encrypted value; `record` gives its token and its keyed hash (`sealed`)."""
    return Fact(column, witness=f"{column}_hash", **more)


def day(column: str, **more: Any) -> Fact:
    return Fact(column, "date", **more)


def until(column: str = "ends_on", *, is_news: bool = False) -> Fact:
    """An end: stored as the first day without, read and shown as the last day with."""
    return Fact(column, "date", name="until", cell="until", is_news=is_news, shown="({} - 1)")


def number(column: str, type: str = "int", **more: Any) -> Fact:
    return Fact(column, type, **more)


def flagged(column: str, **more: Any) -> Fact:
    return Fact(column, "boolean", blank="false", given="false", **more)


DECREE_FACTS = (text("decree"), day("decree_on"))
CONSENT_FACTS = (text("bkn_number"), day("bkn_on"))


def after(last: date | None) -> date | None:
    """Return the first day after a last one ("s.d. 30 Juni" is stored as 1 July)."""
    return last + timedelta(days=1) if last else None


def choice(row: RowReader, name: str, value: str | None, known: Mapping[str, Any], message: str) -> Any:
    """Return what a code or word means by `known` (keys as `parsers.normal` makes them); None and an error else."""
    if not value:
        return None
    words = parsers.normal(value)
    bare = words.lstrip("0") or words
    if words not in known and bare not in known:
        row.error("JENIS_TIDAK_DIKENAL", name, message)
        return None
    return known.get(words, known.get(bare))


def words_of(choices: Iterable[tuple[Any, Any]]) -> dict[str, Any]:
    """Return codes and source words of a model's choices → the code."""
    # The words as they are written in the source, whatever language the door speaks.
    with translation.override(None):
        return {parsers.normal(str(name)): code for code, label in choices for name in (code, label)}


class HistoryImporter(RegisterImporter):
    """Base of the kinds: names its table, its facts, its key and its rules."""

    permission = "import_people"
    unit_field = "nip"
    model: ClassVar[type[Model]]
    facts: ClassVar[tuple[Fact, ...]] = ()
    # Columns that make a row of a person's history one, beside SIASN's id.
    identified_by: ClassVar[tuple[str, ...]] = ()
    # Those of them that are compared by letters and digits alone.
    spelled: ClassVar[frozenset[str]] = frozenset()
    # SQL of the end of a row `{0}`, for histories in which one row holds at a time.
    one_at_a_time: ClassVar[str] = ""
    # Which rows `{0}` of them count.
    held: ClassVar[str] = "true"
    # Staging columns beside the facts: those that `record` fills, and those that SQL fills.
    read: ClassVar[Mapping[str, str]] = {}
    found: ClassVar[Mapping[str, str]] = {}
    # SQL over `s` that says in the list of new rows what a row is.
    tells: ClassVar[str] = "NULL::text AS text"
    # The same over `h`, a row of the table.
    tells_missing: ClassVar[str] = "NULL::text AS text"
    # Whether lists of changes keep silent about values: specific personal data.
    is_silent: ClassVar[bool] = False
    # Staging columns that `record` fills.
    recorded: ClassVar[tuple[str, ...]] = ()
    # Whether the file names SIASN's records, and so all of them that the people in it have.
    is_whole = False

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        found = {
            "employee_id": "bigint",
            "status": "text",
            "birth_date": "date",
            "cpns_on": "date",
            "old_id": "bigint",
            "change": "text",
            "loser": "boolean",
            **cls.found,
        }
        facts = {fact.column: fact.type for fact in cls.facts} | {
            name: "text" for fact in cls.facts for name in (fact.witness, fact.nothing) if name
        }
        cls.staging = {"nip": "text", "siasn_id": "text", **facts, **cls.read, **found}
        cls.computed = frozenset(found)
        cls.recorded = tuple(name for name in cls.staging if name not in found)

    @property
    def table(self) -> str:
        return self.model._meta.db_table

    def known(self, values: dict[str, Any], **more: Any) -> dict[str, Any]:
        """Return the staging values that a column of the same name says, and `more`."""
        given = {name: values.get(name) for name in self.recorded}
        if given["siasn_id"]:
            self.is_whole = True
        if "decree" in given:
            given["decree"] = values.get("decree") or self.options.decree or None
            given["decree_on"] = values.get("decree_on") or self.options.decree_on
        return given | more

    def sealed(self, values: Mapping[str, Any], nip: str) -> dict[str, Any]:
        """Return the staging values of encrypted facts: tokens and keyed hashes, so that nothing stands in the staging
        table in clear either. `nip`: of the row's person."""
        found: dict[str, Any] = {}
        for fact in self.facts:
            if fact.witness:
                column: Any = self.model._meta.get_field(fact.column)
                value = values.get(fact.column)
                found[fact.column] = column.get_prep_value(value) or None
                found[fact.witness] = column.hash_for(value, nip) or None
                if fact.nothing:
                    found[fact.nothing] = column.hash_for(fact.otherwise, nip)
        return found

    def span(self, values: dict[str, Any], row: RowReader, start: str = "starts_on", end: str = "until") -> date | None:
        """Return the first day after a row's end; a turned-round span is an error."""
        first, last = values.get(start), values.get(end)
        if first and last and last < first:
            row.error("TMT_TERBALIK", end, _("tanggal berakhir sebelum tanggal mulai"))
            return None
        return after(last)

    # -- set-based checks

    def check(self, cursor: Any) -> None:
        self.find_people(cursor, status="e.status", birth_date="e.birth_date", cpns_on="e.cpns_on")
        self.check_people_in_scope(cursor)
        self.resolve(cursor)
        self._doubles(cursor)
        self._match(cursor)
        cursor.execute("ANALYZE import_row")
        self._not_before_birth(cursor)
        self.rules(cursor)
        if self.one_at_a_time:
            self._overlaps(cursor)
        self._compare(cursor)
        self._possible(cursor)

    def _possible(self, cursor: Any) -> None:
        """Refuse days and years that cannot be true by what every door asks (`services.plausible`). What stays as it
        was is not asked: faults of old files are the quality checks' to find."""
        for fact in self.facts:
            is_year = fact.column in plausible.YEARS
            if not is_year and not isinstance(self.model._meta.get_field(fact.column), DateField):
                continue
            for sentence, given in self._impossible(cursor, fact).items():
                self.flag(
                    cursor,
                    "TAHUN" if is_year else "TANGGAL",
                    sentence,
                    name=fact.cell or fact.column,
                    value="NULL" if self.is_silent or fact.witness else self._shown(fact, f"s.{fact.column}"),
                    source=self._changed,
                    where=f"{self._news_of(fact)} AND s.{fact.column} = ANY (%s)",
                    params=[given],
                    once=True,
                )
            if is_year:
                self.flag(
                    cursor,
                    "TAHUN",
                    _("Tahun ini mendahului tahun lahir pegawai."),
                    name=fact.cell or fact.column,
                    value=f"s.{fact.column}",
                    source=self._changed,
                    where=f"{self._news_of(fact)} AND s.{fact.column} < date_part('year', s.birth_date)",
                    once=True,
                )

    def _impossible(self, cursor: Any, fact: Fact) -> dict[str, list[Any]]:
        """Return the staged values of a day or a year that are wrong by themselves, by the sentence that says why. Each
        value is asked once, however many rows have it."""
        cursor.execute(f"SELECT DISTINCT s.{fact.column} FROM {self._changed} WHERE {self._news_of(fact)}")
        found: dict[str, list[Any]] = {}
        for (value,) in cursor.fetchall():
            if value is not None:
                known = date.fromisoformat(decrypt(value)) if fact.witness else value
                if sentence := plausible.wrong(self.model, fact.column, known, self.options.today):
                    found.setdefault(sentence, []).append(value)
        return found

    @property
    def _changed(self) -> str:
        agency = int(self.agency_id)
        return f"import_row s LEFT JOIN {self.table} h ON h.agency_id = {agency} AND h.id = s.old_id"

    @staticmethod
    def _news_of(fact: Fact) -> str:
        """SQL of whether a row would write another value of a fact than there is."""
        column = fact.witness or fact.column
        return f"s.change IS NOT NULL AND s.{fact.column} IS NOT NULL AND s.{column} IS DISTINCT FROM h.{column}"

    def _not_before_birth(self, cursor: Any) -> None:
        message = _("tanggal mulai harus sesudah tanggal lahir pegawai")
        match self.staging.get("starts_on"):
            case "date":
                self.flag(
                    cursor,
                    "TMT_SEBELUM_LAHIR",
                    message,
                    name="starts_on",
                    value="to_char(s.starts_on, 'DD-MM-YYYY')",
                    where="s.starts_on <= s.birth_date",
                )
            case "text":
                cursor.execute("SELECT row, starts_on, birth_date FROM import_row WHERE starts_on IS NOT NULL")
                rows = [row for row, start, born in cursor.fetchall() if born and decrypt(start) <= born.isoformat()]
                self.flag(
                    cursor, "TMT_SEBELUM_LAHIR", message, name="starts_on", where="s.row = ANY (%s)", params=[rows]
                )  # fmt: skip

    def resolve(self, cursor: Any) -> None:
        """Find what names and ids of the rows mean, before they are matched."""

    def rules(self, cursor: Any) -> None:
        """Flag what the rules of the kind refuse; the same as `services.histories` refuses by hand."""

    def _key(self, alias: str) -> str:
        types = {fact.column: fact.type for fact in self.facts}
        hashes = {fact.column: fact.witness for fact in self.facts if fact.witness}
        parts = []
        for name in self.identified_by:
            column = f"{alias}.{name}"
            if name in hashes:
                # Equal values of a person have equal hashes; what spellings are equal says the column's `hash_for`.
                column = f"coalesce({alias}.{hashes[name]}, '')"
            elif name in self.spelled:
                column = key(f"coalesce({column}, '')")
            elif types[name] == "text":
                column = f"coalesce({column}, '')"
            parts.append(column)
        return ", ".join(parts)

    def _doubles(self, cursor: Any) -> None:
        """Of two rows with the same key the first counts: the same again is a word, another content an error."""
        facts = ", ".join(f"s.{fact.witness or fact.column}" for fact in self.facts)
        cursor.execute(
            f"""CREATE TEMP TABLE import_double ON COMMIT DROP AS
                SELECT s.row, f.row AS first, ({facts}) IS NOT DISTINCT FROM ({facts.replace("s.", "f.")}) AS same
                FROM (SELECT s.row, first_value(s.row) OVER (PARTITION BY s.employee_id, {self._key("s")}
                        ORDER BY s.bad, s.row) AS first
                    FROM import_row s WHERE s.employee_id IS NOT NULL) d
                JOIN import_row s ON s.row = d.row JOIN import_row f ON f.row = d.first WHERE d.row <> d.first"""
        )
        double = "import_row s JOIN import_double d ON d.row = s.row"
        self.flag(
            cursor,
            "BARIS_GANDA",
            _("sama dengan baris %(value)s"),
            detail="d.first",
            detail_is="row",
            name="nip",
            value="s.nip",
            severity=WARNING,
            source=double,
            where="d.same AND NOT s.bad",
        )
        self.flag(
            cursor,
            "RIWAYAT_GANDA",
            _("riwayat yang sama dengan isi lain ada di baris %(value)s"),
            detail="d.first",
            detail_is="row",
            name=self.identified_by[0],
            value="s.nip",
            source=double,
            where="NOT d.same AND NOT s.bad",
        )
        cursor.execute("UPDATE import_row s SET loser = true FROM import_double d WHERE d.row = s.row")

    def _match(self, cursor: Any) -> None:
        """Fill `old_id`, the row of the register: by SIASN's id, else by the key."""
        agency = int(self.agency_id)
        cursor.execute(
            f"""UPDATE import_row s SET old_id = h.id FROM {self.table} h WHERE s.loser IS NULL
                AND h.agency_id = {agency} AND h.employee_id = s.employee_id AND h.siasn_id <> ''
                AND upper(h.siasn_id) = s.siasn_id"""
        )
        cursor.execute(
            f"""UPDATE import_row s SET old_id = h.id FROM (
                    SELECT x.row, min(h.id) AS id FROM import_row x
                    JOIN {self.table} h ON h.agency_id = {agency} AND h.employee_id = x.employee_id
                        AND ({self._key("h")}) = ({self._key("x")})
                    WHERE x.old_id IS NULL AND x.loser IS NULL GROUP BY 1) h
                WHERE h.row = s.row AND NOT EXISTS (SELECT 1 FROM import_row o WHERE o.old_id = h.id)"""
        )
        self.match_more(cursor)
        # SIASN's id says one row, the key another; or two rows of the file are one of the register.
        message = _("riwayat ini sudah tercatat pada baris lain register")
        taken = "SELECT DISTINCT o.old_id AS id FROM import_row o WHERE o.old_id IS NOT NULL"
        for source, where in (
            (
                f"""import_row s JOIN {self.table} h ON h.agency_id = {agency} AND h.employee_id = s.employee_id
                    AND h.id IS DISTINCT FROM s.old_id AND ({self._key("h")}) = ({self._key("s")})
                    LEFT JOIN ({taken}) t ON t.id = h.id""",
                "(s.old_id IS NOT NULL OR t.id IS NOT NULL)",
            ),
            (
                """import_row s JOIN (SELECT o.old_id, min(o.row) AS row FROM import_row o WHERE o.old_id IS NOT NULL
                    GROUP BY 1) f ON f.old_id = s.old_id""",
                "s.row > f.row",
            ),
        ):
            self.flag(
                cursor,
                "RIWAYAT_GANDA",
                message,
                name=self.identified_by[0],
                value="s.nip",
                source=source,
                where=f"s.loser IS NULL AND NOT s.bad AND {where}",
            )

    def match_more(self, cursor: Any) -> None:
        """Match rows whose key alone does not say enough."""

    def _overlaps(self, cursor: Any) -> None:
        """Refuse rows that hold while another row of the person does, of the register or of the file."""
        agency = int(self.agency_id)
        ends = {fact.column for fact in self.facts} & {"ends_on", "returned_on"}
        columns = ", ".join(f"coalesce(s.{name}, h.{name}) AS {name}" for name in sorted(ends))
        cursor.execute(
            f"""CREATE TEMP TABLE import_span ON COMMIT DROP AS
                SELECT f.row, f.employee_id, f.starts_on, {self.one_at_a_time.format("f")} AS ends
                FROM (SELECT s.row, s.employee_id, s.starts_on, {columns} FROM import_row s
                    LEFT JOIN {self.table} h ON h.agency_id = {agency} AND h.id = s.old_id
                    WHERE s.employee_id IS NOT NULL AND s.loser IS NULL AND NOT s.bad AND {self.held.format("s")}) f
                WHERE f.starts_on < coalesce({self.one_at_a_time.format("f")}, 'infinity')"""
        )
        joined = "import_row s JOIN import_span x ON x.row = s.row"
        theirs, held = self.one_at_a_time.format("h"), self.held.format("h")
        self.flag(
            cursor,
            "TUMPANG_TINDIH",
            _("bertumpang tindih dengan riwayat yang tercatat mulai %(value)s"),
            detail_is="date",
            detail=f"""(SELECT min(h.starts_on) FROM {self.table} h WHERE h.agency_id = {agency}
                AND h.employee_id = x.employee_id AND {held}
                AND daterange(h.starts_on, {theirs}) && daterange(x.starts_on, x.ends)
                AND NOT EXISTS (SELECT 1 FROM import_row o WHERE o.old_id = h.id))""",
            name="starts_on",
            value="to_char(s.starts_on, 'DD-MM-YYYY')",
            source=joined,
            where=f"""EXISTS (SELECT 1 FROM {self.table} h WHERE h.agency_id = {agency}
                AND h.employee_id = x.employee_id AND {held}
                AND daterange(h.starts_on, {theirs}) && daterange(x.starts_on, x.ends)
                AND NOT EXISTS (SELECT 1 FROM import_row o WHERE o.old_id = h.id))""",
        )
        self.flag(
            cursor,
            "TUMPANG_TINDIH",
            _("bertumpang tindih dengan baris lain di berkas"),
            name="starts_on",
            value="to_char(s.starts_on, 'DD-MM-YYYY')",
            source=joined,
            where="""EXISTS (SELECT 1 FROM import_span o WHERE o.employee_id = x.employee_id AND o.row <> x.row
                AND (o.starts_on, o.row) < (x.starts_on, x.row)
                AND daterange(o.starts_on, o.ends) && daterange(x.starts_on, x.ends))""",
        )

    # -- new, changed, to be confirmed

    @property
    def _pairs(self) -> list[tuple[Fact, str, str]]:
        """Return each fact with SQL of the value that it becomes and of the one on record. Another spelling of what
        identifies a row is none."""
        return [(fact, self._becomes(fact), f"h.{fact.column}") for fact in self.facts]

    def _becomes(self, fact: Fact) -> str:
        found = f"coalesce(s.{fact.column}, h.{fact.column})"
        same = ""
        if fact.witness:
            # A token differs each time that it is made; the one on record stays.
            same = f"s.{fact.witness} = h.{fact.witness}"
        elif fact.column in self.spelled:
            same = f"{key(f's.{fact.column}')} = {key(f'h.{fact.column}')}"
        return f"CASE WHEN {same} THEN h.{fact.column} ELSE {found} END" if same else found

    def _compare(self, cursor: Any) -> None:
        agency = int(self.agency_id)
        differs = " OR ".join(self._differs(fact, new, old) for fact, new, old in self._pairs)
        corrects = " OR ".join(
            f"({self._differs(fact, new, old)} AND {self._says(fact, old)})"
            for fact, new, old in self._pairs
            if not fact.is_news
        )
        cursor.execute(
            f"""UPDATE import_row s SET change = CASE WHEN x.old_id IS NULL THEN 'new' WHEN {corrects} THEN 'correct'
                    WHEN {differs} OR (s.siasn_id IS NOT NULL AND h.siasn_id = '') THEN 'plain' END
                FROM import_row x LEFT JOIN {self.table} h ON h.agency_id = {agency} AND h.id = x.old_id
                WHERE x.row = s.row AND s.employee_id IS NOT NULL AND s.loser IS NULL"""
        )
        self.check_own_file(cursor, "s.change IS NOT NULL")
        if self.options.confirm_corrections:
            return
        cursor.execute("SELECT EXISTS (SELECT 1 FROM import_row WHERE change = 'correct' AND NOT bad)")
        if not cursor.fetchone()[0]:
            return
        for fact, new, old in self._pairs:
            if fact.is_news:
                continue
            self.flag(
                cursor,
                "KOREKSI",
                _("berbeda dari yang tercatat (%(value)s); konfirmasi sebagai koreksi"),
                detail="'…'" if self.is_silent or fact.witness else fact.shown.format(old),
                detail_is="" if self.is_silent or fact.witness else f"fact:{fact.label}",
                name=fact.cell or fact.column,
                value="NULL" if self.is_silent or fact.witness else self._shown(fact, new),
                source=self._register,
                where=f"s.change = 'correct' AND NOT s.bad AND {self._differs(fact, new, old)}"
                f" AND {self._says(fact, old)}",
            )

    @staticmethod
    def _differs(fact: Fact, new: str, old: str) -> str:
        """SQL of whether a fact changes; a token differs each time that it is made."""
        if fact.witness:
            return f"coalesce(s.{fact.witness}, h.{fact.witness}) IS DISTINCT FROM h.{fact.witness}"
        return f"{new} IS DISTINCT FROM {old}"

    @staticmethod
    def _says(fact: Fact, old: str) -> str:
        """SQL of whether a row on record says anything of a fact."""
        if not fact.witness:
            return f"{old} IS DISTINCT FROM {fact.empty}"
        return f"h.{fact.witness} <> ''" + (
            f" AND h.{fact.witness} IS DISTINCT FROM s.{fact.nothing}" if fact.nothing else ""
        )

    @staticmethod
    def _listed(fact: Fact, new: str, old: str) -> tuple[str, str]:
        """SQL of before and after in lists of changes, where equal ones are no line: of tokens their keyed hashes."""
        if fact.witness:
            return f"h.{fact.witness}", f"coalesce(s.{fact.witness}, h.{fact.witness})"
        return fact.shown.format(old), fact.shown.format(new)

    @staticmethod
    def _shown(fact: Fact, value: str) -> str:
        if fact.type == "date":
            return f"to_char({fact.shown.format(value)}, 'DD-MM-YYYY')"
        return f"({fact.shown.format(value)})::text"

    @property
    def _register(self) -> str:
        return f"import_row s JOIN {self.table} h ON h.agency_id = {int(self.agency_id)} AND h.id = s.old_id"

    def plan(self, cursor: Any) -> dict[str, int]:
        cursor.execute(
            "SELECT count(*) FILTER (WHERE change = 'new'), count(*) FILTER (WHERE change = 'plain'),"
            " count(*) FILTER (WHERE change IS NULL), count(*) FILTER (WHERE change = 'correct')"
            f" FROM import_row s WHERE s.loser IS NULL AND s.employee_id IS NOT NULL AND {TAKEN}"
        )
        new, changed, same, corrections = cursor.fetchone()
        agency = int(self.agency_id)
        people = f"JOIN positions_employee e ON e.agency_id = {agency} AND e.id = s.employee_id"
        tells = "NULL::text AS text" if self.is_silent else self.tells
        self.listed(
            cursor,
            "new",
            f"""SELECT s.row, e.nip, e.name, {tells} FROM import_row s {people}
                WHERE s.change = 'new' AND {TAKEN} ORDER BY s.row""",
        )
        unsaid = {fact.label for fact in self.facts if fact.witness or self.is_silent}
        for name, change in (("changed", "plain"), ("corrections", "correct")):
            self.list_changes(
                cursor,
                name,
                source=f"{self._register} {people}",
                where=f"s.change = '{change}' AND {TAKEN}",
                shown="e.nip, e.name",
                fields={fact.label: self._listed(fact, new, old) for fact, new, old in self._pairs},
            )
            for line in self.details[name]:
                if line["field"] in unsaid:
                    line["before"] = line["after"] = "…"
        return {
            "new": new,
            "changed": changed,
            "unchanged": same,
            "corrections": corrections,
            "missing": self._missing(cursor),
        }

    # SQL over `h` that narrows what a file may miss.
    missing_where: ClassVar[str] = "true"

    def _missing(self, cursor: Any) -> int:
        """List rows of the people in the file that SIASN's record of them leaves out. A list of the agency's own, a
        course's or a year's, speaks of what it names only."""
        if not self.is_whole:
            return 0
        agency = int(self.agency_id)
        self.judge(
            cursor, "people", "SELECT s.employee_id::text FROM import_row s WHERE s.employee_id IS NOT NULL GROUP BY 1"
        )
        tells = "NULL::text AS text" if self.is_silent else self.tells_missing
        return self.listed(
            cursor,
            "missing",
            f"""SELECT e.nip, e.name, {tells} FROM {self.table} h
                JOIN positions_employee e ON e.agency_id = h.agency_id AND e.id = h.employee_id
                WHERE h.agency_id = {agency} AND h.employee_id IN (SELECT s.employee_id FROM import_row s)
                    AND NOT EXISTS (SELECT 1 FROM import_row s WHERE s.old_id = h.id) AND {self.missing_where}
                ORDER BY e.nip, h.id""",
        )

    # -- writing

    def write(self, cursor: Any) -> None:
        agency = int(self.agency_id)
        sets = ", ".join(f'"{fact.column}" = {new}' for fact, new, _old in self._pairs)
        for fact in self.facts:
            if fact.witness:
                sets += f", {fact.witness} = coalesce(s.{fact.witness}, h.{fact.witness})"
        cursor.execute(
            f"""UPDATE {self.table} h SET {sets}, siasn_id = coalesce(nullif(h.siasn_id, ''), s.siasn_id, '')
                FROM import_row s WHERE s.change IN ('correct', 'plain') AND NOT s.bad AND h.agency_id = {agency}
                    AND h.id = s.old_id"""
        )
        self._say_otherwise(cursor)
        values = {
            fact.column: f"coalesce(s.{fact.column}, {given})"
            if (given := fact.given or ("''" if fact.type == "text" and self._is_blank(fact.column) else ""))
            else f"s.{fact.column}"
            for fact in self.facts
        } | {name: "''" for name in self._left_out()}
        values |= {fact.witness: f"coalesce(s.{fact.witness}, '')" for fact in self.facts if fact.witness}
        names = ", ".join(f'"{name}"' for name in values)
        cursor.execute(
            f"""INSERT INTO {self.table} (agency_id, employee_id, siasn_id, {names})
                SELECT {agency}, s.employee_id, coalesce(s.siasn_id, ''), {", ".join(values.values())}
                FROM import_row s WHERE s.change = 'new' AND NOT s.bad ORDER BY s.row"""
        )

    def _say_otherwise(self, cursor: Any) -> None:
        """Stage, for new rows, what they get of encrypted facts of which the file says nothing."""
        for fact in self.facts:
            if not fact.witness or fact.otherwise is None:
                continue
            column: Any = self.model._meta.get_field(fact.column)
            cursor.execute(
                f"SELECT row, nip FROM import_row WHERE change = 'new' AND NOT bad AND {fact.column} IS NULL"  # noqa: S608
            )
            rows = cursor.fetchall()
            cursor.execute(
                f"UPDATE import_row s SET {fact.column} = n.token, {fact.witness} = n.hash"  # noqa: S608
                " FROM unnest(%s::int[], %s::text[], %s::text[]) AS n(row, token, hash) WHERE n.row = s.row",
                [[row for row, _nip in rows], [column.get_prep_value(fact.otherwise) for _row in rows],
                 [column.hash_for(fact.otherwise, nip) for _row, nip in rows]],
            )  # fmt: skip

    def _is_blank(self, column: str) -> bool:
        """Whether the table keeps "not known" as an empty text rather than as null."""
        return not next(field.null for field in self.model._meta.concrete_fields if field.column == column)

    def _left_out(self) -> list[str]:
        """Return the texts of the table that no fact fills; an insert by SQL has to."""
        facts = {fact.column for fact in self.facts} | {"id", "agency_id", "employee_id", "siasn_id"}
        return [
            field.column
            for field in self.model._meta.concrete_fields
            if field.column not in facts and not field.null and field.get_internal_type() in ("CharField", "TextField")
        ]


def keeps_of(model: type[Model], *names: str, **others: str) -> dict[str, Target]:
    """Return the limits of columns: field of a layout → the model's field, the same one where `names` says so."""
    return {name: (model, name) for name in names} | {cell: (model, name) for cell, name in others.items()}


PERSONS: Mapping[str, Target] = {"siasn_id": (Employee, "siasn_id")}
