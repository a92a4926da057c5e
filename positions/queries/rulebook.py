"""The rulebook inside the register's statements: lists, totals and exports take the values that the analysis takes.

One value is read once a statement (an uncorrelated subquery), not once a row. Row security keeps an agency's own values
to the agency in scope; one that the law does not leave open is ignored, as in `asnhr.queries.parameters_on`.
"""

import re
from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from typing import Any, ClassVar

import orjson
from django.conf import settings
from django.db import connection
from django.db.models import BooleanField, Func

from asnhr import dates
from asnhr.models import Parameter
from asnhr.queries import NATIONAL, Value, parameters_on
from positions.models._standing import all_stored, stored
from positions.rules.levels import Level
from positions.rules.nip import PPPK_MARKERS
from positions.rules.retirement import DEFAULT_AGES, Ages
from positions.rules.standing import RESTRICTED
from positions.rules.status import ENDED

LEGAL_STATUS = "supply.legal_status"
PART_TIME_COUNTS = "supply.part_time_counts"
DUTY_ONCE = "supply.duty_holder_counts_once"
BUP = "bup."
SPECIAL = "special"
# Without these no analysis can be computed; every other limit has a default of the rules.
NEEDED = frozenset({LEGAL_STATUS, PART_TIME_COUNTS, DUTY_ONCE, "needs.growth_default", "needs.submit_months"})


def setting(code: str) -> str:
    """Return the SQL of a parameter's value in force; every `%s` of it is the day."""
    return f"""(SELECT coalesce(CASE WHEN n.agency_may_set THEN own.value END, n.value)
    FROM asnhr_parameter n
    LEFT JOIN asnhr_agencyparameter own ON own.code = n.code
        AND own.starts_on <= %s AND (own.ends_on IS NULL OR own.ends_on > %s)
    WHERE n.code = '{code}' AND n.starts_on <= %s AND (n.ends_on IS NULL OR n.ends_on > %s))"""  # noqa: S608


# Whether a person had been appointed by the day, never null: `positions.rules.status.first_day` in SQL. Columns:
# cpns_on, person, NIP. Whoever has no TMT CPNS and a NIP of an earlier year had been; of the others the contracts are
# looked up, in sets that PostgreSQL reads once a statement: a look a person takes a second at 20,000.
_MIDDLE = 'substr({2}, 13, 2) COLLATE "C"'
_BY_NIP = 'substr({2}, 9, 4) COLLATE "C"'
# The cheap test first: hardly anybody has a NIP that tells nothing.
_TELLS = f"""({_BY_NIP} <> '0000' AND ({_MIDDLE} BETWEEN '01' AND '12'
        OR {_MIDDLE} BETWEEN '{PPPK_MARKERS[0]}' AND '{PPPK_MARKERS[-1]}'))"""
_CONTRACTED = "{1} IN (SELECT k.employee_id FROM positions_contract k"
# Of constants, folded before the first row is looked at; `to_char` would be asked for each.
_YEAR = "extract(year FROM %s::date)::integer"
APPOINTED = f"""CASE WHEN {{0}} IS NOT NULL THEN {{0}} <= %s
    WHEN {_BY_NIP} < {_YEAR}::text AND {_TELLS} THEN true
    WHEN {_CONTRACTED} WHERE k.starts_on <= %s) THEN true
    WHEN NOT {_TELLS} THEN NOT {_CONTRACTED})
    WHEN {_BY_NIP} > {_YEAR}::text THEN false
    WHEN {_CONTRACTED} WHERE k.starts_on > %s AND k.starts_on < make_date({_YEAR} + 1, 1, 1)) THEN false
    ELSE {_MIDDLE} > '12' OR substr({{2}}, 13, 2)::integer <= extract(month FROM %s::date)::integer END"""  # noqa: S608

# The legal standing in a statement: the column of a person, by whatever alias; not the code of a parameter. Before the
# appointment there was none: whoever is named on a post of that time was no ASN, and counts nowhere.
_STANDING = re.compile(r"""(?<!['"\w])("\w+"|\w+)\.(?:"legal_status"|legal_status)(?!\w)""")
_THERE = APPOINTED.format(r"\1.cpns_on", r"\1.id", r"\1.nip")
# Most have no history of it: one set tells whose is to be looked up. Before its first day a person stood as it begins;
# an exit says nothing of before (`positions.queries.histories.standings_on`).
_STOOD = rf"""(CASE WHEN NOT ({_THERE}) THEN ''
    WHEN \1.id IN (SELECT h.employee_id FROM positions_standingrecord h WHERE h.starts_on <= positions_today()) THEN
        coalesce((SELECT h.standing FROM positions_standingrecord h WHERE h.agency_id = \1.agency_id
            AND h.employee_id = \1.id AND h.starts_on <= %s ORDER BY h.starts_on DESC LIMIT 1),
        (SELECT h.standing FROM positions_standingrecord h WHERE h.agency_id = \1.agency_id
            AND h.employee_id = \1.id AND h.starts_on > %s AND h.starts_on <= positions_today()
            AND h.standing NOT IN (ENDED_CODES) ORDER BY h.starts_on LIMIT 1), \1.legal_status)
    ELSE \1.legal_status END)"""  # noqa: S608


# Of a coming day: who changes by then. What holds today stands on the person.
_WILL_STAND = r"""(CASE WHEN \1.id IN (
        SELECT h.employee_id FROM positions_standingrecord h
        WHERE h.starts_on > positions_today() AND h.starts_on <= %s)
    THEN (SELECT h.standing FROM positions_standingrecord h WHERE h.agency_id = \1.agency_id
            AND h.employee_id = \1.id AND h.starts_on <= %s ORDER BY h.starts_on DESC LIMIT 1)
    ELSE \1.legal_status END)"""


def as_stood(sql: str, day: date) -> str:
    """Return a statement whose `%s` are all the day, for another day than today with the legal standing of that day
    where a history tells it (none before the appointment), and on a day before the rulebook begins with the first
    standings that count, as the analysis takes them; today's stands on the person, and the statement stays as it is but
    for the codes, which are written as they are stored."""
    today = dates.today()
    if day < today:
        sql = _STANDING.sub(_STOOD, sql.replace(ACTIVE, ACTIVE_THEN))
    elif day > today:
        sql = _STANDING.sub(_WILL_STAND, sql)
    return _with_codes(sql)


# In fixed texts: codes of the ended side, and the cases of a code that give its token. Tokens depend on the keys, which
# are settings, so they are written into a statement when it is made and not when a module is read.
_ENDED_CODES, _SEALED_CASES = "ENDED_CODES", "SEALED_CASES"


def _with_codes(sql: str) -> str:
    if _ENDED_CODES not in sql and _SEALED_CASES not in sql:
        return sql
    ended, cases = _codes(tuple(settings.FIELD_KEYS))
    return sql.replace(_ENDED_CODES, ended).replace(_SEALED_CASES, cases)


@lru_cache(maxsize=4)
def _codes(_keys: tuple[str, ...]) -> tuple[str, str]:
    """Return what stands in their place under these keys, which `stored` reads itself: lists ask with every page."""
    ended = ", ".join(f"'{each}'" for each in all_stored(ENDED))
    return ended, " ".join(f"WHEN '{code}' THEN '{stored(code)}'" for code in RESTRICTED)


class OnDay(Func):
    """A fixed text of SQL in a query set: `{0}`, `{1}` … are its columns, and every `%s` the day.

    The ORM would compose the same text anew for each request, which takes longer than PostgreSQL takes to answer it.
    Every row that it reads is of the agency in scope by row security.
    """

    text: ClassVar[str]

    def __init__(self, *columns: Any, day: date) -> None:
        super().__init__(*columns)
        self.day = day

    def as_sql(self, compiler: Any, connection: Any, **context: Any) -> Any:  # type: ignore[override]
        columns = []
        for each in self.get_source_expressions():
            column, params = compiler.compile(each)
            if params:
                raise TypeError(f"{type(self).__name__} takes columns, not {each!r}")
            columns.append(column)
        sql = as_stood(self.text.format(*columns), self.day)
        return sql, (self.day,) * sql.count("%s")

    @property
    def identity(self) -> Any:
        return (*super().identity, self.day)


# By subqueries of their own, so that PostgreSQL answers them before it looks at any row.
PART_TIME_IN_B = f"coalesce((SELECT {setting(PART_TIME_COUNTS)} = 'true'), false)"
DUTY_IS_ONCE = f"(SELECT coalesce({setting(DUTY_ONCE)} = 'true', true))"
# The setting says codes, tables hold some of them as tokens.
_ACTIVE = f"""((SELECT array(SELECT CASE c.code {_SEALED_CASES} ELSE c.code END
    FROM jsonb_array_elements_text({{}}) AS c(code)))::text[])"""  # noqa: S608  constants
ACTIVE = _ACTIVE.format(setting(LEGAL_STATUS))
_FIRST = f"(SELECT n.value FROM asnhr_parameter n WHERE n.code = '{LEGAL_STATUS}' ORDER BY n.starts_on LIMIT 1)"  # noqa: S608
ACTIVE_THEN = _ACTIVE.format(f"coalesce({setting(LEGAL_STATUS)}, {_FIRST})")


class Counts(OnDay):
    """Whether a person of this legal status (kedudukan hukum) and last day counts in B: `positions.rules.status`."""

    output_field = BooleanField()
    # Never null, so that the opposite may be asked for, too.
    text = (
        f"(({{1}} IS NULL OR {{1}} > %s) AND ({{0}} = ANY ({ACTIVE})"
        f" OR {{1}} IS NOT NULL AND {{0}} IN ({_ENDED_CODES})))"
    )


class PartTimeCounts(OnDay):
    """Whether PPPK paruh waktu count in B on a day."""

    output_field = BooleanField()
    text = PART_TIME_IN_B

    def __init__(self, day: date) -> None:
        super().__init__(day=day)


# Fixed text: lists ask for it with every page, and the ORM would write the same statement anew each time.
_AGES = """SELECT n.code, coalesce(CASE WHEN n.agency_may_set THEN own.value END, n.value)::text
    FROM asnhr_parameter n
    LEFT JOIN asnhr_agencyparameter own ON own.code = n.code
        AND own.starts_on <= %s AND (own.ends_on IS NULL OR own.ends_on > %s)
    WHERE n.code LIKE %s AND n.starts_on <= %s AND (n.ends_on IS NULL OR n.ends_on > %s)"""


def ages_on(day: date) -> Ages:
    """Return the retirement ages in force on `day`; one query."""
    with connection.cursor() as cursor:
        cursor.execute(_AGES, (day, day, f"{BUP}%", day, day))
        return ages_of({code: orjson.loads(value) for code, value in cursor.fetchall()})


def ages_of(values: Mapping[str, Any]) -> Ages:
    """Return the ages that parameter values by code say. What the rulebook lacks keeps the default of the rules."""
    of_level = {
        level: int(values.get(f"{BUP}{level.value}", default)) for level, default in DEFAULT_AGES.of_level.items()
    }
    special = values.get(BUP + SPECIAL)
    if special is None:
        return Ages(of_level, DEFAULT_AGES.special)
    return Ages(of_level, tuple((words, Level(level) if level else None, int(age)) for words, level, age in special))


def parameters_of_analysis(agency_id: int, day: date) -> dict[str, Value]:
    """Return the parameters in force on `day`; on a day before the rulebook begins the first value of each.

    Two queries, and a third on such a day. An analysis of an older day keeps those values as any other.
    """
    values = parameters_on(agency_id, day)
    if NEEDED <= values.keys():
        return values
    for row in Parameter.objects.exclude(code__in=values).order_by("code", "starts_on"):
        first = Value(row.code, row.name, row.value, row.unit, row.legal_basis, row.mark, NATIONAL)
        values.setdefault(row.code, first)
    return values
