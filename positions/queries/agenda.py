"""The agenda book by set-based SQL: what falls due in an agency, kept in step with the cases; and its reads.

The meaning is `positions.rules.agenda`; a property test holds both together. Statements are written in the agency's
scope and transaction. What the rules say of jobs, ranks, steps and promotion dates goes in as small tables.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from django.db import connection
from django.db.models import Case, Count, IntegerField, Q, QuerySet, SmallIntegerField, When
from django.db.models import Value as Constant
from django.db.models.expressions import RawSQL

from asnhr.models import Parameter, Run
from asnhr.queries import Value
from positions import permissions
from positions.models import AgendaItem, AgendaStep, Discipline, Job, SalaryIncrement, YearlyPredicate
from positions.models._base import access_of
from positions.models._standing import all_stored
from positions.queries import rulebook
from positions.rules import agenda as rules
from positions.rules import discipline, promotion, salary
from positions.rules.agenda import Check, Kind, Missing
from positions.rules.levels import PPPK_GROUPS, RANKS, RANKS_OF_JF_LEVEL, Level
from positions.rules.numbers import add_months
from positions.rules.performance import FAIR, GOOD
from positions.rules.rank import next_rank
from positions.rules.retirement import retirement_age
from positions.rules.service import DEDUCTION_YEARS
from positions.rules.status import ENDED

MONTHS_AHEAD = "agenda.months_ahead"
# Whoever has held a rank since before this day has been due longer than anybody looks back.
FIRST_MONTH = date(1960, 1, 1)

_COVERS = "({0}.spans @> greatest({1}, %(day)s))"
_STANDING = f"""CASE WHEN p.legal_status = ANY (%(on_leave)s) OR {_COVERS.format("l", "{due}")}
        THEN '{Missing.ON_LEAVE}' END,
    CASE WHEN p.legal_status = ANY (%(suspended)s) THEN '{Missing.SUSPENDED}' END"""
_PERFORMANCE = f"""CASE WHEN coalesce(v.{{n}}, 0) < {{years}} THEN '{Missing.NO_PREDICATE}' END,
    CASE WHEN v.{{worst}} > {{limit}} THEN '{Missing.PREDICATE}' END"""
_LAST_YEAR = _PERFORMANCE.format(n="n_last", worst="last", years=1, limit="{limit}")


# The first of the month on or after a day.
_NEXT_FIRST = (
    "(date_trunc('month', {0}) + CASE WHEN extract(day FROM {0}) > 1 THEN interval '1 month' ELSE interval '0' END)"
    "::date"
)


def _codes(*parts: str) -> str:
    return f"array_remove(ARRAY[{', '.join(parts)}]::text[], NULL)"


def _months(start: str, end: str) -> str:
    """SQL of the whole months between two days, 0 where the end is not after the start."""
    return (
        f"greatest(0, (extract(year FROM {end}) - extract(year FROM {start})) * 12 + extract(month FROM {end})"
        f" - extract(month FROM {start}) - (extract(day FROM {end}) < extract(day FROM {start}))::int)::int"
    )


def _later(start: str, months: str) -> str:
    return f"({start} + make_interval(months => ({months})::int))::date"


PEOPLE = """
CREATE TEMP TABLE agenda_person ON COMMIT DROP AS
WITH job AS MATERIALIZED (
    SELECT * FROM unnest(%(job_ids)s::bigint[], %(job_levels)s::text[], %(job_functional)s::bool[],
        %(job_ages)s::int[], %(job_lowest)s::int[], %(job_highest)s::int[])
        AS j(job_id, level, functional, age, lowest, highest)
),
held AS MATERIALIZED (
    SELECT i.employee_id, i.kind, i.starts_on, j.*
    FROM positions_incumbency i
    JOIN positions_position o ON o.agency_id = i.agency_id AND o.id = i.position_id
    JOIN job j ON j.job_id = o.job_id
    WHERE i.agency_id = %(agency)s AND i.kind IN ('definitif', 'paruh_waktu') AND i.starts_on <= %(day)s
        AND (i.ends_on IS NULL OR i.ends_on > %(day)s)
),
newest AS MATERIALIZED (
    SELECT DISTINCT ON (employee_id) employee_id, service_years * 12 + coalesce(service_months, 0) AS months
    FROM positions_rankrecord WHERE agency_id = %(agency)s AND starts_on <= %(day)s
    ORDER BY employee_id, starts_on DESC
),
first AS MATERIALIZED (
    SELECT DISTINCT ON (employee_id) employee_id, rank
    FROM positions_rankrecord WHERE agency_id = %(agency)s AND rank IS NOT NULL AND starts_on <= %(day)s
    ORDER BY employee_id, starts_on
),
granted AS MATERIALIZED (
    SELECT * FROM unnest(%(granted_people)s::bigint[], %(granted_days)s::date[], %(granted_months)s::int[])
        AS g(employee_id, starts_on, months)
),
studying AS MATERIALIZED (
    SELECT DISTINCT employee_id FROM positions_studyassignment
    WHERE agency_id = %(agency)s AND kind = 'tugas' AND outcome = 'berjalan' AND starts_on <= %(day)s
        AND (ends_on IS NULL OR ends_on > %(day)s)
),
seconded AS MATERIALIZED (
    SELECT DISTINCT employee_id FROM positions_secondment
    WHERE agency_id = %(agency)s AND kind IN ('dpk', 'dpb') AND direction = 'keluar' AND starts_on <= %(day)s
        AND (ends_on IS NULL OR ends_on > %(day)s)
)
SELECT p.*, least(p.retires_on, p.exits_on) AS works_until
FROM (
SELECT e.id, e.status, e.legal_status, e.birth_date, e.cpns_on, e.rank, e.rank_since, e.pay_group,
    e.exits_on, coalesce(e.education_level_id, o.level_id) AS education, n.months AS scale_months,
    g.starts_on AS granted_on, g.months AS granted_months, g.starts_on >= e.rank_since AS is_granted,
    CASE WHEN g.starts_on >= e.rank_since THEN g.starts_on ELSE e.rank_since END AS counted_since,
    t.employee_id IS NOT NULL AS is_studying, x.employee_id IS NOT NULL AS is_seconded, e.graduated,
    coalesce(f.rank, e.rank) AS first_rank, h.level, h.functional, h.lowest, h.highest,
    CASE WHEN h.employee_id IS NOT NULL THEN least(greatest(
        (date_trunc('month', e.birth_date + make_interval(years => coalesce(NULLIF(e.own_retirement_age, 0), h.age)))
            + interval '1 month')::date,
        CASE WHEN h.kind = 'definitif' THEN (date_trunc('month', h.starts_on) + interval '1 month')::date END
    ), DATE '9999-12-31') END AS retires_on
FROM positions_employee e
LEFT JOIN held h ON h.employee_id = e.id
LEFT JOIN newest n ON n.employee_id = e.id
LEFT JOIN first f ON f.employee_id = e.id
LEFT JOIN granted g ON g.employee_id = e.id
LEFT JOIN studying t ON t.employee_id = e.id
LEFT JOIN seconded x ON x.employee_id = e.id
LEFT JOIN positions_education o ON o.id = e.education_id
WHERE e.agency_id = %(agency)s
    AND CASE WHEN e.exits_on IS NULL THEN e.legal_status <> ALL (%(ended)s) ELSE e.exits_on > %(day)s END
) p
"""  # noqa: S608  constants

# What is asked of one person for one case (`_LEFT_OVER`) cannot be hashed: without it every case reads all people.
PERSON_INDEX = "CREATE INDEX ON agenda_person (id)"

# Promotions beside the one that follows the post: by diploma, and on retirement.
_BESIDE = f"""start AS MATERIALIZED (
    SELECT c.level, r.id, r.place FROM unnest(%(start_levels)s::text[], %(starts)s::int[]) AS c(level, rank)
    JOIN ladder r ON r.id = c.rank
),
gained AS MATERIALIZED (
    SELECT p.id, min(coalesce(x.graduated_on, make_date(x.graduated, 12, 31))) AS day
    FROM agenda_person p JOIN positions_employeeeducation x ON x.employee_id = p.id AND x.level_id = p.education
    WHERE x.agency_id = %(agency)s GROUP BY 1
),
assigned AS MATERIALIZED (
    SELECT DISTINCT p.id
    FROM agenda_person p JOIN positions_studyassignment x ON x.employee_id = p.id AND x.level_id = p.education
    WHERE x.agency_id = %(agency)s AND x.kind <> 'izin' AND x.outcome = 'lulus' AND x.ends_on <= %(day)s
),
diploma AS (
    SELECT p.id AS employee_id, CASE WHEN t.id IS NULL THEN '{Kind.DIPLOMA}' ELSE '{Kind.STUDIED}' END AS kind,
        0::bigint AS source_id, a.day AS due_on, b.id AS target, {
    _codes(
        _PERFORMANCE.format(n="n", worst="worst", years="%(predicate_years)s", limit=GOOD),
        _STANDING.format(due="a.day"),
    )
} AS missing, CASE WHEN t.id IS NULL THEN %(diploma_checks)s::text[] ELSE '{{}}'::text[] END AS to_check,
        coalesce({_COVERS.format("s", "a.day")}, false) AS sanctioned
    FROM agenda_person p
    JOIN ladder r ON r.id = p.rank
    JOIN start b ON b.level = p.education AND b.place > r.place
    LEFT JOIN gained o ON o.id = p.id
    LEFT JOIN assigned t ON t.id = p.id
    LEFT JOIN predicate v ON v.employee_id = p.id
    LEFT JOIN leave l ON l.employee_id = p.id
    LEFT JOIN sanction s ON s.employee_id = p.id
    CROSS JOIN LATERAL (SELECT greatest((p.rank_since + make_interval(years => %(diploma_years)s))::date,
        coalesce(o.day, make_date(p.graduated, 12, 31))) AS due) d
    JOIN allowed a ON a.month = {_NEXT_FIRST.format("d.due")}
    WHERE p.status = 'PNS' AND p.rank_since IS NOT NULL AND p.functional IS NOT TRUE
),
unpaid AS MATERIALIZED (
    SELECT x.employee_id, sum({_months("x.starts_on", "coalesce(x.returned_on, x.ends_on)")}) AS months
    FROM positions_unpaidleave x WHERE x.agency_id = %(agency)s GROUP BY 1
),
honours AS (
    SELECT p.id AS employee_id, '{Kind.HONOURS}' AS kind, 0::bigint AS source_id, p.retires_on AS due_on,
        r.above AS target, {
    _codes(_LAST_YEAR.format(limit=GOOD), _STANDING.format(due="p.retires_on"))
} AS missing, '{{}}'::text[] AS to_check, coalesce({_COVERS.format("s", "p.retires_on")}, false) AS sanctioned
    FROM agenda_person p
    JOIN ladder r ON r.id = p.rank AND r.above IS NOT NULL
    LEFT JOIN unpaid u ON u.employee_id = p.id
    LEFT JOIN predicate v ON v.employee_id = p.id
    LEFT JOIN leave l ON l.employee_id = p.id
    LEFT JOIN sanction s ON s.employee_id = p.id
    WHERE p.status = 'PNS' AND p.rank_since IS NOT NULL AND p.cpns_on IS NOT NULL AND p.retires_on IS NOT NULL
        AND EXISTS (SELECT FROM unnest(%(honour_years)s::int[], %(honour_months)s::int[]) AS h(years, months)
            WHERE {_months("p.cpns_on", "p.retires_on")} - coalesce(u.months, 0) >= h.years * 12
                AND {_later("p.rank_since", "h.months")} <= p.retires_on)
),"""  # noqa: S608  constants

FOUND = f"""
CREATE TEMP TABLE agenda_found ON COMMIT DROP AS
WITH ladder AS MATERIALIZED (
    SELECT * FROM unnest(%(ranks)s::int[], %(rank_orders)s::int[], %(ranks_above)s::int[], %(rank_groups)s::int[],
        %(rank_grades)s::text[]) AS r(id, place, above, "group", grade)
),
ceiling AS MATERIALIZED (
    SELECT c.level, r.place FROM unnest(%(ceiling_levels)s::text[], %(ceilings)s::int[]) AS c(level, rank)
    JOIN ladder r ON r.id = c.rank
),
allowed AS MATERIALIZED (
    SELECT * FROM unnest(%(months)s::date[], %(allowed)s::date[]) AS a(month, day)
),
step AS MATERIALIZED (
    SELECT * FROM unnest(%(step_grades)s::text[], %(steps)s::int[]) AS s(grade, years)
),
needed AS MATERIALIZED (
    SELECT * FROM unnest(%(credit_levels)s::text[], %(credit_ranks)s::int[], %(credits)s::numeric[])
        AS c(level, rank, points)
),
credit AS MATERIALIZED (
    SELECT employee_id, level, sum(total) AS points FROM positions_creditpoint
    WHERE agency_id = %(agency)s AND kind = ANY (%(added_credit)s) AND ends_on <= %(day)s GROUP BY 1, 2
),
predicate AS MATERIALIZED (
    SELECT employee_id, count(*) AS n, max(predicate) AS worst,
        count(*) FILTER (WHERE year = extract(year FROM %(day)s::date) - 1) AS n_last,
        max(predicate) FILTER (WHERE year = extract(year FROM %(day)s::date) - 1) AS last
    FROM unnest(%(rated)s::bigint[], %(rated_years)s::int[], %(predicates)s::int[]) AS r(employee_id, year, predicate)
    GROUP BY 1
),
leave AS MATERIALIZED (
    SELECT employee_id, range_agg(daterange(starts_on, coalesce(returned_on, ends_on))) AS spans
    FROM positions_unpaidleave WHERE agency_id = %(agency)s GROUP BY 1
),
lost AS MATERIALIZED (
    SELECT x.employee_id, sum({
    _months(
        "greatest(x.starts_on, p.counted_since)",
        "coalesce(x.returned_on, x.ends_on, %(day)s)",
    )
}) AS months
    FROM positions_unpaidleave x JOIN agenda_person p ON p.id = x.employee_id
    WHERE x.agency_id = %(agency)s AND x.starts_on < %(day)s AND p.rank_since IS NOT NULL GROUP BY 1
),
sanction AS MATERIALIZED (
    SELECT employee_id, range_agg(daterange(starts_on, ends_on)) AS spans
    FROM unnest(%(punished)s::bigint[], %(punished_from)s::date[], %(punished_until)s::date[])
        AS d(employee_id, starts_on, ends_on) GROUP BY 1
),
promoted AS (
    SELECT p.*, r.above, r.place, u.place AS place_above, k.kind, c.place AS ceiling, a.day AS due
    FROM agenda_person p
    JOIN ladder r ON r.id = p.rank
    JOIN ladder u ON u.id = r.above
    LEFT JOIN ladder low ON low.id = p.lowest
    LEFT JOIN ceiling c ON c.level = p.education
    CROSS JOIN LATERAL (SELECT CASE WHEN p.functional THEN '{Kind.FUNCTIONAL}'
        WHEN p.lowest IS NOT NULL THEN '{Kind.STRUCTURAL}' WHEN p.is_studying THEN '{Kind.STUDYING}'
        WHEN p.is_seconded THEN '{Kind.SECONDED}' ELSE '{Kind.REGULAR}' END AS kind) k
    CROSS JOIN LATERAL (SELECT (p.rank_since + make_interval(years => CASE k.kind
        WHEN '{Kind.FUNCTIONAL}' THEN %(functional_years)s
        WHEN '{Kind.STRUCTURAL}' THEN CASE WHEN r.place < low.place THEN %(below_years)s ELSE %(structural_years)s END
        WHEN '{Kind.REGULAR}' THEN %(regular_years)s ELSE %(structural_years)s END))::date AS due) d
    JOIN allowed a ON a.month = {_NEXT_FIRST.format("d.due")}
    WHERE p.status = 'PNS' AND p.rank_since IS NOT NULL
),
promotion AS (
    SELECT q.id AS employee_id, q.kind, 0::bigint AS source_id, q.due AS due_on, q.above AS target, {
    _codes(
        f"CASE WHEN q.kind = '{Kind.REGULAR}' AND q.education IS NULL THEN '{Missing.EDUCATION}' END",
        f"CASE WHEN q.kind = '{Kind.FUNCTIONAL}' AND q.place_above > high.place THEN '{Missing.LEVEL}' END",
        f"CASE WHEN q.kind = '{Kind.FUNCTIONAL}' AND c.points IS NOT NULL THEN CASE WHEN t.points IS NULL"
        f" THEN '{Missing.NO_CREDIT}' WHEN t.points < c.points THEN '{Missing.CREDIT}' END END",
        _PERFORMANCE.format(n="n", worst="worst", years="%(predicate_years)s", limit=GOOD),
        _STANDING.replace("p.", "q.").format(due="q.due"),
    )
} AS missing, {
    _codes(
        f"CASE WHEN q.kind = '{Kind.REGULAR}' AND q.education IS NOT NULL AND q.ceiling IS NULL"
        f" THEN '{Check.CEILING}' END",
        f"CASE WHEN q.kind = '{Kind.REGULAR}' AND q.rank = ANY (%(exam_from)s) THEN '{Check.EXAM}' END",
        f"CASE q.kind WHEN '{Kind.STUDYING}' THEN '{Check.FORMER_POST}' WHEN '{Kind.SECONDED}'"
        f" THEN '{Check.LEADING_POST}' END",
        f"CASE WHEN q.kind IN ('{Kind.STUDYING}', '{Kind.SECONDED}') AND coalesce(q.place_above > q.ceiling, true)"
        f" THEN '{Check.CEILING}' END",
    )
} AS to_check, coalesce({_COVERS.format("s", "q.due")}, false) AS sanctioned
    FROM promoted q
    LEFT JOIN ladder high ON high.id = q.highest
    LEFT JOIN needed c ON c.level = q.level AND c.rank = q.rank
    LEFT JOIN credit t ON t.employee_id = q.id AND t.level = q.level
    LEFT JOIN predicate v ON v.employee_id = q.id
    LEFT JOIN leave l ON l.employee_id = q.id
    LEFT JOIN sanction s ON s.employee_id = q.id
    WHERE NOT (q.kind = '{Kind.REGULAR}' AND q.ceiling IS NOT NULL AND q.place_above > q.ceiling)
        AND NOT (q.kind = '{Kind.STRUCTURAL}' AND q.place_above > high.place)
),
{_BESIDE}
reviewed AS MATERIALIZED (
    SELECT x.employee_id, sum(x.years * 12 + x.months) AS months
    FROM positions_serviceperiod x JOIN agenda_person p ON p.id = x.employee_id
    WHERE x.agency_id = %(agency)s AND x.counts AND coalesce(x.counts_from, x.decree_on, p.rank_since) <= p.rank_since
    GROUP BY 1
),
later AS MATERIALIZED (
    SELECT x.employee_id, sum(x.years * 12 + x.months) AS months, max(coalesce(x.counts_from, x.decree_on)) AS from_day
    FROM positions_serviceperiod x JOIN agenda_person p ON p.id = x.employee_id
    WHERE x.agency_id = %(agency)s AND x.counts AND coalesce(x.counts_from, x.decree_on) > p.counted_since
        AND coalesce(x.counts_from, x.decree_on) <= %(day)s
    GROUP BY 1
),
unpaid_later AS MATERIALIZED (
    SELECT x.employee_id, sum({
    _months("greatest(x.starts_on, p.counted_since)", "least(coalesce(x.returned_on, x.ends_on), r.from_day)")
}) AS months
    FROM positions_unpaidleave x JOIN agenda_person p ON p.id = x.employee_id JOIN later r ON r.employee_id = p.id
    WHERE x.agency_id = %(agency)s AND x.starts_on < r.from_day GROUP BY 1
),
unpaid_before AS MATERIALIZED (
    SELECT x.employee_id, sum({
    _months("greatest(x.starts_on, p.cpns_on)", "least(coalesce(x.returned_on, x.ends_on), p.rank_since)")
}) AS months
    FROM positions_unpaidleave x JOIN agenda_person p ON p.id = x.employee_id
    WHERE x.agency_id = %(agency)s AND x.starts_on < p.rank_since GROUP BY 1
),
graded AS (
    SELECT p.*, coalesce(r.grade, CASE WHEN p.status = 'PPPK' THEN (%(pay_groups)s::text[])[p.pay_group] END) AS grade,
        coalesce(CASE WHEN p.is_granted THEN p.granted_months END, p.scale_months,
            CASE WHEN p.cpns_on IS NULL THEN 0 ELSE greatest(0, greatest(0, {_months("p.cpns_on", "p.rank_since")}
                + coalesce(w.months, 0) - coalesce(b.months, 0))
                - 12 * coalesce((SELECT sum(g.years)
                FROM unnest(%(deducted_groups)s::int[], %(deducted_years)s::int[]) AS g("group", years)
                WHERE p.status = 'PNS' AND g."group" > p.first_rank / 10 AND g."group" <= p.rank / 10), 0)) END)::int
            AS scale, coalesce(x.months, 0)::int AS lost, coalesce(v.months, 0)::int AS reviewed, v.from_day,
        coalesce(u.months, 0)::int AS lost_before
    FROM agenda_person p
    LEFT JOIN ladder r ON r.id = p.rank AND p.status = 'PNS'
    LEFT JOIN lost x ON x.employee_id = p.id
    LEFT JOIN reviewed w ON w.employee_id = p.id
    LEFT JOIN later v ON v.employee_id = p.id
    LEFT JOIN unpaid_later u ON u.employee_id = p.id
    LEFT JOIN unpaid_before b ON b.employee_id = p.id
    WHERE p.status IN ('PNS', 'PPPK') AND p.rank_since IS NOT NULL
),
stepped AS (
    SELECT p.id, min(s.years) AS years
    FROM graded p JOIN step s ON s.grade = p.grade AND s.years * 12 > CASE WHEN p.from_day IS NULL THEN p.scale
        ELSE greatest(0, p.scale + p.reviewed + {_months("p.counted_since", "p.from_day")} - p.lost_before) END
    GROUP BY 1
),
increment AS (
    SELECT p.id AS employee_id, '{Kind.INCREMENT}' AS kind, 0::bigint AS source_id, d.due AS due_on,
        y.years AS target, {
    _codes(
        _LAST_YEAR.format(limit=FAIR),
        _STANDING.format(due="d.due"),
        f"CASE WHEN d.due < %(month)s THEN '{Missing.NO_INCREMENT}' END",
    )
} AS missing,
        {
    _codes(f"CASE WHEN p.scale_months IS NULL AND p.is_granted IS NOT TRUE THEN '{Check.SCALE}' END")
} AS to_check, false AS sanctioned
    FROM stepped y JOIN graded p ON p.id = y.id
    CROSS JOIN LATERAL (SELECT {_later("p.counted_since", "y.years * 12 - p.scale - p.reviewed + p.lost")} AS due) d
    LEFT JOIN predicate v ON v.employee_id = p.id
    LEFT JOIN leave l ON l.employee_id = p.id
),
pension AS (
    SELECT p.id AS employee_id, '{Kind.PENSION}' AS kind, 0::bigint AS source_id, p.retires_on AS due_on,
        NULL::int AS target, {
    _codes(
        f"CASE WHEN p.status = 'PNS' AND p.rank IS NULL THEN '{Missing.RANK}' END",
        _LAST_YEAR.format(limit=rules.WORST),
    )
} AS missing, '{{}}'::text[] AS to_check, false AS sanctioned
    FROM agenda_person p LEFT JOIN predicate v ON v.employee_id = p.id
    WHERE p.retires_on IS NOT NULL
),
contract AS (
    SELECT p.id AS employee_id, '{Kind.CONTRACT}' AS kind, x.id AS source_id, x.ends_on AS due_on,
        NULL::int AS target, {
    _codes(
        _LAST_YEAR.format(limit=GOOD),
        _STANDING.format(due="x.ends_on"),
        f"CASE WHEN p.retires_on <= x.ends_on THEN '{Missing.END_OF_AGE}' END",
    )
} AS missing, '{{}}'::text[] AS to_check, false AS sanctioned
    FROM positions_contract x
    JOIN agenda_person p ON p.id = x.employee_id
    LEFT JOIN predicate v ON v.employee_id = p.id
    LEFT JOIN leave l ON l.employee_id = p.id
    WHERE x.agency_id = %(agency)s AND x.extension = 'belum' AND NOT EXISTS (
        SELECT FROM positions_contract z
        WHERE z.agency_id = x.agency_id AND z.employee_id = x.employee_id AND z.starts_on > x.starts_on)
),
acting AS (
    SELECT p.id AS employee_id, '{Kind.ACTING}' AS kind, i.id AS source_id, d.due AS due_on, NULL::int AS target,
        {_codes(f"CASE WHEN d.due < %(day)s THEN '{Missing.TERM}' END")} AS missing, '{{}}'::text[] AS to_check,
        false AS sanctioned
    FROM positions_incumbency i
    JOIN agenda_person p ON p.id = i.employee_id
    CROSS JOIN LATERAL (
        SELECT coalesce(min(t.due) FILTER (WHERE t.due >= %(day)s), max(t.due)) AS due
        FROM (SELECT {_later("i.starts_on", "%(acting_months)s * n")} - 1 AS due
              FROM generate_series(1, %(acting_terms)s) AS n) t
    ) d
    WHERE i.agency_id = %(agency)s AND i.kind = 'plt' AND i.starts_on <= %(day)s
        AND (i.ends_on IS NULL OR i.ends_on > %(day)s)
),
candidate AS (
    SELECT p.id AS employee_id, '{Kind.CPNS}' AS kind, 0::bigint AS source_id, d.due AS due_on, NULL::int AS target,
        {
    _codes(
        _STANDING.format(due="d.due"),
        f"CASE WHEN NOT EXISTS (SELECT FROM positions_employeetraining t"
        f" WHERE t.agency_id = %(agency)s AND t.employee_id = p.id AND upper(t.name) ~ %(basic_training)s)"
        f" THEN '{Missing.TRAINING}' END",
    )
} AS missing, '{{}}'::text[] AS to_check,
        coalesce({_COVERS.format("s", "d.due")}, false) AS sanctioned
    FROM agenda_person p
    CROSS JOIN LATERAL (SELECT {_later("p.cpns_on", "%(cpns_months)s")} AS due) d
    LEFT JOIN leave l ON l.employee_id = p.id
    LEFT JOIN sanction s ON s.employee_id = p.id
    WHERE p.status = 'CPNS' AND p.cpns_on IS NOT NULL
)
SELECT f.employee_id, f.kind, f.source_id, f.due_on, f.to_check, p.rank,
    CASE WHEN f.kind <> '{Kind.INCREMENT}' THEN f.target END AS target,
    CASE WHEN f.kind = '{Kind.INCREMENT}' THEN f.target END AS years, NULL::text AS step, ''::text AS step_hash,
    CASE WHEN f.missing && %(closed)s::text[] THEN ARRAY(SELECT c FROM unnest(f.missing) WITH ORDINALITY AS m(c, n)
        WHERE c <> ALL (%(closed)s) ORDER BY n) ELSE f.missing END AS missing,
    CASE WHEN f.missing && %(closed)s::text[] THEN ARRAY(SELECT c FROM unnest(f.missing) AS m(c)
        WHERE c = ANY (%(closed)s)) ELSE '{{}}' END
        || CASE WHEN f.sanctioned THEN ARRAY[%(sanction)s]::text[] ELSE '{{}}' END AS closed,
    ''::text AS held, ''::text AS held_hash
FROM (
    SELECT * FROM promotion UNION ALL SELECT * FROM diploma UNION ALL SELECT * FROM honours
    UNION ALL SELECT * FROM increment UNION ALL SELECT * FROM pension
    UNION ALL SELECT * FROM contract UNION ALL SELECT * FROM acting UNION ALL SELECT * FROM candidate
) f JOIN agenda_person p ON p.id = f.employee_id
WHERE f.due_on < %(until)s
    AND NOT (f.kind = ANY (%(while_working)s) AND f.due_on >= coalesce(p.works_until, 'infinity'))
"""  # noqa: S608  constants

DROP = "DROP TABLE IF EXISTS pg_temp.agenda_person, pg_temp.agenda_found"
_SAME = "i.agency_id = %(agency)s AND f.employee_id = i.employee_id AND f.kind = i.kind AND f.source_id = i.source_id"
# An increment under way whose month went by, or that the history says was granted meanwhile, keeps its day and step
# until it is closed: what the table shows now may be another one. Not one that the person left before.
_GRANTED = (
    "EXISTS (SELECT FROM agenda_person p WHERE p.id = i.employee_id AND p.is_granted AND p.granted_on >= i.due_on)"
)
_LEFT_OVER = (
    f"(i.kind = '{Kind.INCREMENT}' AND i.state <> 'belum' AND (i.due_on < %(month)s OR {_GRANTED})"
    " AND EXISTS (SELECT FROM agenda_person p WHERE p.id = i.employee_id"
    " AND i.due_on < coalesce(p.works_until, 'infinity')))"
)
# What nobody ever began goes when it is no longer found; what somebody began stays and says so.
GONE = f"""
DELETE FROM positions_agendaitem i WHERE i.agency_id = %(agency)s AND i.state = 'belum'
    AND NOT EXISTS (SELECT FROM agenda_found f WHERE {_SAME}) AND NOT {_LEFT_OVER}
    AND NOT EXISTS (SELECT FROM positions_agendastep s WHERE s.agency_id = i.agency_id AND s.item_id = i.id)
"""  # noqa: S608
NO_LONGER = f"""
UPDATE positions_agendaitem i SET is_due = false, changed_at = now()
WHERE i.agency_id = %(agency)s AND i.state <> 'sk' AND i.is_due
    AND NOT EXISTS (SELECT FROM agenda_found f WHERE {_SAME}) AND NOT {_LEFT_OVER}
"""  # noqa: S608
_DUE = f"CASE WHEN {_LEFT_OVER} THEN i.{{0}} ELSE f.{{0}} END"
CHANGED = f"""
UPDATE positions_agendaitem i SET due_on = {_DUE.format("due_on")}, target = {_DUE.format("target")},
    step = CASE WHEN {_LEFT_OVER} OR f.step_hash = i.step_hash THEN i.step ELSE f.step END,
    step_hash = {_DUE.format("step_hash")},
    missing = f.missing, to_check = f.to_check, held_hash = f.held_hash, rank = f.rank, is_due = true,
    held = CASE WHEN f.held_hash = i.held_hash THEN i.held ELSE f.held END, changed_at = now()
FROM agenda_found f WHERE {_SAME} AND i.state <> 'sk'
    AND (i.due_on, i.target, i.step_hash, i.missing, i.to_check, i.held_hash, i.rank, i.is_due) IS DISTINCT FROM
        ({_DUE.format("due_on")}, {_DUE.format("target")}, {_DUE.format("step_hash")},
         f.missing::varchar[], f.to_check::varchar[], f.held_hash,
         f.rank, true)
"""  # noqa: S608
# Not where a closed case already answers for that day: the register follows the decree later.
NEW = """
INSERT INTO positions_agendaitem (agency_id, employee_id, kind, source_id, due_on, state, missing, to_check, held,
    held_hash, rank, target, step, step_hash, is_due, since, changed_at)
SELECT %(agency)s, f.employee_id, f.kind, f.source_id, f.due_on, 'belum', f.missing, f.to_check, f.held, f.held_hash,
    f.rank, f.target, f.step, f.step_hash, true, %(day)s, now()
FROM agenda_found f
LEFT JOIN (
    SELECT employee_id, kind, source_id, bool_or(state <> 'sk') AS is_open, max(due_on) AS due_on
    FROM positions_agendaitem WHERE agency_id = %(agency)s GROUP BY 1, 2, 3
) i ON i.employee_id = f.employee_id AND i.kind = f.kind AND i.source_id = f.source_id
WHERE i.employee_id IS NULL OR NOT i.is_open AND i.due_on < f.due_on
ORDER BY f.due_on, f.employee_id, f.kind, f.source_id
"""
SUMS = """
SELECT (SELECT count(*) FROM agenda_person), (SELECT count(*) FROM agenda_found),
    (SELECT count(*) FROM agenda_person WHERE status IN ('PNS', 'PPPK')
        AND (rank_since IS NULL OR rank IS NULL AND pay_group IS NULL)),
    (SELECT count(*) FROM agenda_person WHERE retires_on IS NULL)
"""
# Cases with codes that few may know, and the hash of what the book keeps of each already.
CLOSED = """
SELECT f.employee_id, f.kind, f.source_id, f.closed, e.nip, i.held_hash
FROM agenda_found f
JOIN positions_employee e ON e.agency_id = %(agency)s AND e.id = f.employee_id
LEFT JOIN positions_agendaitem i ON i.agency_id = %(agency)s AND i.employee_id = f.employee_id AND i.kind = f.kind
    AND i.source_id = f.source_id AND i.state <> 'sk'
WHERE f.closed <> '{}'
"""
HELD = """
UPDATE agenda_found f SET held = n.held, held_hash = n.held_hash
FROM unnest(%s::bigint[], %s::text[], %s::bigint[], %s::text[], %s::text[])
    AS n(employee_id, kind, source_id, held, held_hash)
WHERE f.employee_id = n.employee_id AND f.kind = n.kind AND f.source_id = n.source_id
"""
# Steps of increments, and the hash of what the book keeps of each already.
YEARS = """
SELECT f.employee_id, f.kind, f.source_id, f.years, e.nip, i.step_hash
FROM agenda_found f
JOIN positions_employee e ON e.agency_id = %(agency)s AND e.id = f.employee_id
LEFT JOIN positions_agendaitem i ON i.agency_id = %(agency)s AND i.employee_id = f.employee_id AND i.kind = f.kind
    AND i.source_id = f.source_id AND i.state <> 'sk'
WHERE f.years IS NOT NULL
"""
STEP = """
UPDATE agenda_found f SET step = n.step, step_hash = n.step_hash
FROM unnest(%s::bigint[], %s::text[], %s::bigint[], %s::text[], %s::text[])
    AS n(employee_id, kind, source_id, step, step_hash)
WHERE f.employee_id = n.employee_id AND f.kind = n.kind AND f.source_id = n.source_id
"""


def _hold(cursor: Any, values: Mapping[str, Any]) -> None:
    """Encrypt what few may know of the cases found; what the book keeps already stays the token that it is."""
    for name, asked, told in (("held", CLOSED, HELD), ("step", YEARS, STEP)):
        column: Any = AgendaItem._meta.get_field(name)
        cursor.execute(asked, values)
        kept: tuple[list[Any], ...] = ([], [], [], [], [])
        for person, kind, source, clear, nip, before in cursor.fetchall():
            value = rules.kept_apart(clear) if name == "held" else clear
            witness = column.hash_for(value, nip)
            token = "" if witness == before else column.get_prep_value(value)
            for each, part in zip(kept, (person, kind, source, token, witness), strict=True):
                each.append(part)
        cursor.execute(told, kept)


Statement = str | Callable[[Any, Mapping[str, Any]], None]
STEPS: tuple[tuple[str, tuple[Statement, ...]], ...] = (
    ("Membaca pegawai dan riwayatnya", (PEOPLE, PERSON_INDEX, "ANALYZE agenda_person")),
    ("Menghitung yang jatuh tempo", (FOUND, _hold, "ANALYZE agenda_found")),
    ("Memperbarui buku penjagaan", (GONE, NO_LONGER, CHANGED, NEW)),
)


def settings_of(values: Mapping[str, Value], sets: list[promotion.DateSet]) -> rules.Settings:
    """Return the settings in force; what the rulebook lacks on that day keeps the default of the rules."""
    default = rules.Settings()

    def whole(code: str, otherwise: int) -> int:
        return int(values[code].number) if code in values else otherwise

    waiting = default.waiting
    return rules.Settings(
        waiting=promotion.Waiting(
            whole("promotion.regular_years", waiting.regular),
            whole("promotion.structural_years", waiting.structural),
            whole("promotion.below_minimum_years", waiting.below_minimum),
            whole("promotion.functional_years", waiting.functional),
        ),
        sets=sets or default.sets,
        ages=rulebook.ages_of({code: row.value for code, row in values.items()}),
        months_ahead=whole(MONTHS_AHEAD, default.months_ahead),
        predicate_years=whole("agenda.predicate_years", default.predicate_years),
        acting_months=whole("agenda.acting_months", default.acting_months),
        acting_terms=whole("agenda.acting_terms", default.acting_terms),
        cpns_months=whole("agenda.cpns_months", default.cpns_months),
        diploma_years=whole("promotion.diploma_years", default.diploma_years),
    )


def date_sets() -> list[promotion.DateSet]:
    """Return how many promotion dates a year had and has; one query."""
    rows = Parameter.objects.filter(code="promotion.dates_a_year").order_by("starts_on")
    return [promotion.DateSet(starts_on, int(value)) for starts_on, value in rows.values_list("starts_on", "value")]


def arguments(*, agency_id: int, day: date, settings: rules.Settings) -> dict[str, Any]:
    """Return what the statements need by name. What the register keeps encrypted is opened here."""
    until = rules.horizon(day, settings.months_ahead)
    months, allowed = _promotion_days(settings, until)
    steps = [(grade, step) for grade in (*(each.code for each in RANKS), *PPPK_GROUPS) for step in _steps(grade)]
    credits = [(level.value, rank, points) for (level, rank), points in rules.CREDIT.items()]
    opened = _sanctions(agency_id) | _predicates(agency_id, day, settings) | _granted(agency_id, day)
    return _jobs(agency_id, settings) | opened | {
        "while_working": sorted(rules.WHILE_WORKING), "sanction": rules.SANCTION, "closed": list(rules.CLOSED),
        "agency": agency_id, "day": day, "month": rules.month_of(day), "until": until, "ended": all_stored(ENDED),
        "ranks": [each.id for each in RANKS], "rank_orders": [each.order for each in RANKS],
        "ranks_above": [next_rank(each.id) for each in RANKS], "rank_groups": [each.id // 10 for each in RANKS],
        "rank_grades": [each.code for each in RANKS], "pay_groups": list(PPPK_GROUPS),
        "ceiling_levels": list(rules.CEILING), "ceilings": list(rules.CEILING.values()),
        "months": months, "allowed": allowed, "diploma_years": settings.diploma_years,
        "start_levels": list(rules.START), "starts": list(rules.START.values()),
        "honour_years": [years for years, _months in rules.SERVICE_HONOURS],
        "honour_months": [months for _years, months in rules.SERVICE_HONOURS],
        "step_grades": [grade for grade, _step in steps], "steps": [step for _grade, step in steps],
        "credit_levels": [level for level, _rank, _points in credits],
        "credit_ranks": [rank for _level, rank, _points in credits],
        "credits": [points for _level, _rank, points in credits], "added_credit": sorted(rules.ADDED_CREDIT),
        "predicate_years": settings.predicate_years, "regular_years": settings.waiting.regular,
        "structural_years": settings.waiting.structural, "below_years": settings.waiting.below_minimum,
        "functional_years": settings.waiting.functional, "acting_months": settings.acting_months,
        "acting_terms": settings.acting_terms, "cpns_months": settings.cpns_months,
        "on_leave": all_stored(rules.UNPAID_LEAVE), "suspended": all_stored(rules.SUSPENDED),
        "diploma_checks": sorted(rules.DIPLOMA_CHECKS),
        "exam_from": sorted(rules.EXAM_FROM),
        "deducted_groups": list(DEDUCTION_YEARS), "deducted_years": list(DEDUCTION_YEARS.values()),
        "basic_training": "|".join(rules.BASIC_TRAINING),
    }  # fmt: skip


def _granted(agency_id: int, day: date) -> dict[str, list[Any]]:
    """Return each person's newest increment by the day: the service in scale is encrypted, so it is opened here."""
    names = ("granted_people", "granted_days", "granted_months")
    found: dict[str, list[Any]] = {name: [] for name in names}
    rows = SalaryIncrement.objects.filter(agency_id=agency_id, starts_on__lte=day)
    newest = rows.order_by("employee_id", "-starts_on").distinct("employee_id")
    for person, since, years, months in newest.values_list(
        "employee_id", "starts_on", "service_years", "service_months"
    ):
        for column, value in zip(names, (person, since, years * 12 + months), strict=True):
            found[column].append(value)
    return found


def _steps(grade: str) -> tuple[int, ...]:
    return salary.steps_of(grade)


def _promotion_days(settings: rules.Settings, until: date) -> tuple[list[date], list[date]]:
    """Return each month up to the horizon with the first promotion day not before it."""
    months, allowed = [], []
    month = FIRST_MONTH
    while month < until:
        months.append(month)
        allowed.append(promotion.first_allowed(month, settings.sets)[0])
        month = add_months(month, 1)
    return months, allowed


def _predicates(agency_id: int, day: date, settings: rules.Settings) -> dict[str, str]:
    """Return the predicates of the years that count, opened, as texts of arrays: tens of thousands of numbers are read
    faster so than as a list of constants."""
    first = day.year - max(1, settings.predicate_years)
    rows = YearlyPredicate.objects.filter(agency_id=agency_id, year__gte=first, year__lt=day.year)
    found = list(rows.values_list("employee_id", "year", "predicate"))
    columns = zip(*found, strict=True) if found else ((), (), ())
    names = ("rated", "rated_years", "predicates")
    return {name: f"{{{','.join(map(str, each))}}}" for name, each in zip(names, columns, strict=True)}


def _jobs(agency_id: int, settings: rules.Settings) -> dict[str, list[Any]]:
    names = ("job_ids", "job_levels", "job_functional", "job_ages", "job_lowest", "job_highest")
    found: dict[str, list[Any]] = {name: [] for name in names}
    rows = Job.objects.filter(agency_id=agency_id).values_list("pk", "level", "name", "echelon", "retirement_age")
    for pk, text, name, echelon_code, own in rows:
        level = Level(text)
        post = rules.Post(level, FIRST_MONTH, name, echelon_code, own)
        kind, bounds = rules.promotion_kind(post)
        functional = kind is Kind.FUNCTIONAL
        lowest, highest = RANKS_OF_JF_LEVEL[level] if functional else bounds or (None, None)
        age = retirement_age(level, job_name=name, job_bup=own, ages=settings.ages)
        for column, value in zip(names, (pk, text, functional, age, lowest, highest), strict=True):
            found[column].append(value)
    return found


def _sanctions(agency_id: int) -> dict[str, list[Any]]:
    """Return person, first day and end of the sanctions that hold a case while they run; one query."""
    rows = Discipline.objects.filter(agency_id=agency_id).order_by("pk")
    found = [
        (person, start, end)
        for person, code, state, start, end in rows.values_list(
            "employee_id", "sanction", "state", "starts_on", "ends_on"
        )
        if code in discipline.HOLDING_CODES and state == Discipline.State.IN_FORCE
    ]
    return {
        "punished": [person for person, _start, _end in found],
        "punished_from": [start for _person, start, _end in found],
        "punished_until": [end for _person, _start, end in found],
    }


def compute(values: Mapping[str, Any], say: Any) -> dict[str, int]:
    """Bring the cases of the agency up to the day; return sums. `values` from `arguments`."""
    with connection.cursor() as cursor:
        cursor.execute(DROP)
        # One agency, whole tables: hashing is right, also before the first statistics.
        cursor.execute("SET LOCAL enable_nestloop = off")
        for number, (step, statements) in enumerate(STEPS):
            say(step, number)
            for statement in statements:
                if callable(statement):
                    statement(cursor, values)
                else:
                    cursor.execute(statement, values)
        cursor.execute(SUMS, values)
        employees, due, no_rank, no_post = cursor.fetchone()
        cursor.execute("SET LOCAL enable_nestloop = on")
        cursor.execute(DROP)
    return {"employees": employees, "due": due, "without_rank": no_rank, "without_post": no_post}


def found(values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """Return what falls due without writing it: person, kind, source, day, target, missing, to check, sanctioned."""
    with connection.cursor() as cursor:
        cursor.execute(DROP)
        cursor.execute(PEOPLE, values)
        cursor.execute(FOUND, values)
        cursor.execute(
            "SELECT employee_id, kind, source_id, due_on, coalesce(target, years),"
            " missing || array_remove(closed, %(sanction)s), to_check, %(sanction)s = ANY (closed) FROM agenda_found",
            values,
        )
        rows = cursor.fetchall()
        cursor.execute(DROP)
    return rows


# Reads


def items(user: Any) -> QuerySet[AgendaItem]:
    """Cases in the user's scope."""
    return AgendaItem.objects.visible_to(user)


def open_items(user: Any) -> QuerySet[AgendaItem]:
    """Cases that are not closed and still due, or under way."""
    return open_of(items(user))


def open_of(rows: QuerySet[AgendaItem]) -> QuerySet[AgendaItem]:
    return rows.exclude(state=AgendaItem.State.DECREED).filter(Q(is_due=True) | ~Q(state=AgendaItem.State.WAITING))


def unproposed() -> Q:
    """Condition that a case is due and that the BKD has not sent it on."""
    return Q(state__in=(AgendaItem.State.WAITING, AgendaItem.State.FILES), is_due=True)


# Until when the home page counts what is not proposed yet, in months from today.
SOON = {AgendaItem.Kind.INCREMENT: 2, AgendaItem.Kind.PENSION: 3}


def soon_unproposed(user: Any, kind: AgendaItem.Kind, day: date) -> QuerySet[AgendaItem]:
    """Cases of a kind of which it is time to propose them."""
    return items(user).filter(unproposed(), kind=kind, due_on__lte=soon_until(kind, day))


def soon_until(kind: AgendaItem.Kind, day: date) -> date:
    return add_months(day, SOON[kind])


class Sight:
    """What one reader sees of the codes that few may know. They are opened once, in one query, when it is asked which
    cases lack something; keep it for one request only."""

    def __init__(self, user: Any) -> None:
        self.user = user
        self.reads = permissions.closed_codes(user)

    def shows(self, closed: Iterable[str]) -> bool:
        """Whether the reader sees that something is missing: by its name or in neutral words."""
        return any(code in self.reads or code in rules.NEUTRAL for code in closed)

    @cached_property
    def _lacking(self) -> list[int]:
        """Cases in which the codes in clear tell of nothing, or of the record alone, and the closed ones do."""
        rows = items(self.user).filter(Q(missing=[]) | Q(missing=[Missing.NO_INCREMENT])).exclude(held="")
        return [pk for pk, held in rows.order_by().values_list("pk", "held") if self.shows(held.split())]

    def incomplete(self) -> Q:
        """Condition that a case lacks something that the reader may know of."""
        return ~Q(missing=[]) | Q(pk__in=self._lacking)

    def lacks(self) -> Case:
        """0 for a complete case, 1 for one that lacks something that the reader may know of."""
        return Case(When(self.incomplete(), then=1), default=0, output_field=SmallIntegerField())

    def stale(self, day: date) -> Q:
        """Condition of what went by without its conditions and nobody began. An increment of which only the record
        lacks is none: it is to be recorded or given."""
        unrecorded = Q(missing=[Missing.NO_INCREMENT]) & ~Q(pk__in=self._lacking)
        begun = Q(due_on__gte=rules.month_of(day)) | ~Q(state=AgendaItem.State.WAITING) | unrecorded
        return ~begun & self.incomplete()

    def with_any(self, codes: Collection[str]) -> Q:
        """Condition that a case has one of these closed codes, whether the reader may know of it or not; one query."""
        rows = items(self.user).exclude(held="").order_by().values_list("pk", "held")
        return Q(pk__in=[pk for pk, held in rows if not set(codes).isdisjoint(held.split())])


@dataclass(frozen=True, slots=True)
class Month:
    """Cases of a month by kind; `first` None: those whose month went by."""

    first: date | None
    counts: dict[str, int]

    @property
    def total(self) -> int:
        return sum(self.counts.values())


_AHEAD = f"SELECT {rulebook.setting(MONTHS_AHEAD)}::text::int"  # noqa: S608  constant


def months_ahead(day: date) -> int:
    """Return how many months the book looks ahead, in the agency in scope; one query."""
    with connection.cursor() as cursor:
        cursor.execute(_AHEAD, [day] * _AHEAD.count("%s"))
        (months,) = cursor.fetchone()
    return months or rules.Settings().months_ahead


def months_of(
    day: date, rows: QuerySet[AgendaItem], folded: Q | None
) -> tuple[list[Month], dict[str, int]]:  # fmt: skip
    """Return how many cases fall due before this month and in each month ahead, and how many there are of each kind of
    which `folded` holds; one query, two where there are none. `rows`: narrowed cases."""
    begins = rules.month_of(day)
    apart: dict[str, int] = {}
    is_apart = Case(When(folded, then=1), default=0, output_field=SmallIntegerField()) if folded else Constant(0)
    setting = RawSQL(_AHEAD, [day] * _AHEAD.count("%s"), IntegerField())  # noqa: S611  constant
    asked = rows.order_by().annotate(is_apart=is_apart, ahead=setting)
    counted = asked.values_list("due_on__year", "due_on__month", "kind", "is_apart", "ahead").annotate(n=Count("pk"))
    lines = list(counted)
    ahead = (lines[0][4] or rules.Settings().months_ahead) if lines else months_ahead(day)
    found: dict[date | None, dict[str, int]] = {None: {}}
    found |= {add_months(begins, number): {} for number in range(ahead + 1)}
    for year, month, kind, is_folded, _ahead, number in lines:
        if is_folded:
            apart[kind] = apart.get(kind, 0) + number
        first = date(year, month, 1)
        place = None if first < begins else first
        if place in found:
            found[place][kind] = found[place].get(kind, 0) + number
    return [Month(first, counts) for first, counts in found.items()], apart


def steps_of(user: Any, item: AgendaItem) -> QuerySet[AgendaStep]:
    """State changes of a case, the newest first."""
    return AgendaStep.objects.visible_to(user).filter(item=item).select_related("actor").order_by("-at", "-pk")


def latest_run(agency_id: int | None) -> Run | None:
    """Return the newest finished computation of the agency; one query."""
    runs = Run.objects.filter(agency_id=agency_id or 0, kind="agenda", state=Run.State.DONE)
    return runs.order_by("-finished_at").first()


def agency_of(user: Any) -> int:
    return access_of(user).agency_id or 0
