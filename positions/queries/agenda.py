"""The agenda book by set-based SQL: what falls due in an agency, kept in step with the cases; and its reads.

The meaning is `positions.rules.agenda`; a property test holds both together. Statements are written in the agency's
scope and transaction. What the rules say of jobs, ranks, steps and promotion dates goes in as small tables.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection
from django.db.models import Case, Count, Q, QuerySet, SmallIntegerField, When

from asnhr.models import Parameter, Run
from asnhr.queries import Value
from positions import permissions
from positions.models import AgendaItem, AgendaStep, Job, SalaryIncrement
from positions.models._base import access_of
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
SELECT e.id, e.status, e.legal_status, e.birth_date, e.cpns_on, e.rank, e.rank_since, e.pay_group,
    coalesce(e.education_level_id, o.level_id) AS education, n.months AS scale_months,
    g.starts_on AS granted_on, g.months AS granted_months, g.starts_on >= e.rank_since AS is_granted,
    t.employee_id IS NOT NULL AS is_studying, x.employee_id IS NOT NULL AS is_seconded, e.graduated,
    coalesce(f.rank, e.rank) AS first_rank, h.level, h.functional, h.lowest, h.highest,
    CASE WHEN h.employee_id IS NOT NULL THEN greatest(
        (date_trunc('month', e.birth_date + make_interval(years => coalesce(NULLIF(e.own_retirement_age, 0), h.age)))
            + interval '1 month')::date,
        CASE WHEN h.kind = 'definitif' THEN (date_trunc('month', h.starts_on) + interval '1 month')::date END
    ) END AS retires_on
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
    FROM positions_yearlypredicate
    WHERE agency_id = %(agency)s AND year < extract(year FROM %(day)s::date)
        AND year >= extract(year FROM %(day)s::date) - greatest(1, %(predicate_years)s)
    GROUP BY 1
),
leave AS MATERIALIZED (
    SELECT employee_id, range_agg(daterange(starts_on, coalesce(returned_on, ends_on))) AS spans
    FROM positions_unpaidleave WHERE agency_id = %(agency)s GROUP BY 1
),
lost AS MATERIALIZED (
    SELECT x.employee_id, sum({
    _months(
        "greatest(x.starts_on, CASE WHEN p.is_granted THEN p.granted_on ELSE p.rank_since END)",
        "coalesce(x.returned_on, x.ends_on, %(day)s)",
    )
}) AS months
    FROM positions_unpaidleave x JOIN agenda_person p ON p.id = x.employee_id
    WHERE x.agency_id = %(agency)s AND x.starts_on < %(day)s AND p.rank_since IS NOT NULL GROUP BY 1
),
sanction AS MATERIALIZED (
    SELECT employee_id, range_agg(daterange(starts_on, ends_on)) AS spans
    FROM positions_discipline
    WHERE agency_id = %(agency)s AND sanction = ANY (%(holding)s) AND state = 'berlaku' GROUP BY 1
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
unpaid_before AS MATERIALIZED (
    SELECT x.employee_id, sum({
    _months("greatest(x.starts_on, p.cpns_on)", "least(coalesce(x.returned_on, x.ends_on), p.rank_since)")
}) AS months
    FROM positions_unpaidleave x JOIN agenda_person p ON p.id = x.employee_id
    WHERE x.agency_id = %(agency)s AND x.starts_on < p.rank_since GROUP BY 1
),
graded AS (
    SELECT p.*, coalesce(r.grade, CASE WHEN p.status = 'PPPK' THEN (%(pay_groups)s::text[])[p.pay_group] END) AS grade,
        CASE WHEN p.is_granted THEN p.granted_on ELSE p.rank_since END AS counted_since,
        coalesce(CASE WHEN p.is_granted THEN p.granted_months END, p.scale_months,
            CASE WHEN p.cpns_on IS NULL THEN 0 ELSE greatest(0, greatest(0, {_months("p.cpns_on", "p.rank_since")}
                + coalesce(w.months, 0) - coalesce(b.months, 0))
                - 12 * coalesce((SELECT sum(g.years)
                FROM unnest(%(deducted_groups)s::int[], %(deducted_years)s::int[]) AS g("group", years)
                WHERE p.status = 'PNS' AND g."group" > p.first_rank / 10 AND g."group" <= p.rank / 10), 0)) END)::int
            AS scale, coalesce(x.months, 0)::int AS lost
    FROM agenda_person p
    LEFT JOIN ladder r ON r.id = p.rank AND p.status = 'PNS'
    LEFT JOIN lost x ON x.employee_id = p.id
    LEFT JOIN reviewed w ON w.employee_id = p.id
    LEFT JOIN unpaid_before b ON b.employee_id = p.id
    WHERE p.status IN ('PNS', 'PPPK') AND p.rank_since IS NOT NULL
),
stepped AS (
    SELECT p.id, min(s.years) AS years
    FROM graded p JOIN step s ON s.grade = p.grade AND s.years * 12 > p.scale
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
    CROSS JOIN LATERAL (SELECT {_later("p.counted_since", "y.years * 12 - p.scale + p.lost")} AS due) d
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
SELECT f.*, p.rank FROM (
    SELECT * FROM promotion UNION ALL SELECT * FROM diploma UNION ALL SELECT * FROM honours
    UNION ALL SELECT * FROM increment UNION ALL SELECT * FROM pension
    UNION ALL SELECT * FROM contract UNION ALL SELECT * FROM acting UNION ALL SELECT * FROM candidate
) f JOIN agenda_person p ON p.id = f.employee_id
WHERE f.due_on < %(until)s
"""  # noqa: S608  constants

DROP = "DROP TABLE IF EXISTS pg_temp.agenda_person, pg_temp.agenda_found"
_SAME = "i.agency_id = %(agency)s AND f.employee_id = i.employee_id AND f.kind = i.kind AND f.source_id = i.source_id"
# An increment under way whose month went by, or that the history says was granted meanwhile, keeps its day and step
# until it is closed: what the table shows now may be another one.
_GRANTED = (
    "EXISTS (SELECT FROM agenda_person p WHERE p.id = i.employee_id AND p.is_granted AND p.granted_on >= i.due_on)"
)
_LEFT_OVER = (
    f"(i.kind = '{Kind.INCREMENT}' AND i.state <> 'belum' AND (i.due_on < %(month)s OR {_GRANTED})"
    " AND EXISTS (SELECT FROM agenda_person p WHERE p.id = i.employee_id))"
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
    missing = f.missing, to_check = f.to_check, sanctioned = f.sanctioned, rank = f.rank, is_due = true,
    changed_at = now()
FROM agenda_found f WHERE {_SAME} AND i.state <> 'sk'
    AND (i.due_on, i.target, i.missing, i.to_check, i.sanctioned, i.rank, i.is_due) IS DISTINCT FROM
        ({_DUE.format("due_on")}, {_DUE.format("target")}, f.missing::varchar[], f.to_check::varchar[], f.sanctioned,
         f.rank, true)
"""  # noqa: S608
# Not where a closed case already answers for that day: the register follows the decree later.
NEW = """
INSERT INTO positions_agendaitem (agency_id, employee_id, kind, source_id, due_on, state, missing, to_check, sanctioned,
    rank, target, is_due, since, changed_at)
SELECT %(agency)s, f.employee_id, f.kind, f.source_id, f.due_on, 'belum', f.missing, f.to_check, f.sanctioned, f.rank,
    f.target, true, %(day)s, now()
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
STEPS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("Membaca pegawai dan riwayatnya", (PEOPLE, PERSON_INDEX, "ANALYZE agenda_person")),
    ("Menghitung yang jatuh tempo", (FOUND, "ANALYZE agenda_found")),
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
    """Return what the statements need by name; two queries."""
    until = rules.horizon(day, settings.months_ahead)
    months, allowed = _promotion_days(settings, until)
    steps = [(grade, step) for grade in (*(each.code for each in RANKS), *PPPK_GROUPS) for step in _steps(grade)]
    credits = [(level.value, rank, points) for (level, rank), points in rules.CREDIT.items()]
    return _jobs(agency_id, settings) | _granted(agency_id, day) | {
        "agency": agency_id, "day": day, "month": rules.month_of(day), "until": until, "ended": list(ENDED),
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
        "on_leave": sorted(rules.UNPAID_LEAVE), "suspended": sorted(rules.SUSPENDED),
        "diploma_checks": sorted(rules.DIPLOMA_CHECKS),
        "holding": sorted(discipline.HOLDING_CODES), "exam_from": sorted(rules.EXAM_FROM),
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


def compute(values: Mapping[str, Any], say: Any) -> dict[str, int]:
    """Bring the cases of the agency up to the day; return sums. `values` from `arguments`."""
    with connection.cursor() as cursor:
        cursor.execute(DROP)
        # One agency, whole tables: hashing is right, also before the first statistics.
        cursor.execute("SET LOCAL enable_nestloop = off")
        for number, (step, statements) in enumerate(STEPS):
            say(step, number)
            for statement in statements:
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
            "SELECT employee_id, kind, source_id, due_on, target, missing, to_check, sanctioned FROM agenda_found"
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


def incomplete(user: Any) -> Q:
    """Condition that a case lacks something that the user may know of."""
    lacks = ~Q(missing=[])
    return lacks | Q(sanctioned=True) if permissions.may(user, "view_discipline") else lacks


def lacks(user: Any) -> Case:
    """0 for a complete case, 1 for one that lacks something that the user may know of."""
    return Case(When(incomplete(user), then=1), default=0, output_field=SmallIntegerField())


def stale(user: Any, day: date) -> Q:
    """Condition of what went by without its conditions and nobody began. An increment of which only the record lacks is
    none: it is to be recorded or given."""
    begun = Q(due_on__gte=rules.month_of(day)) | ~Q(state=AgendaItem.State.WAITING) | Q(missing=[Missing.NO_INCREMENT])
    return ~begun & incomplete(user)


@dataclass(frozen=True, slots=True)
class Month:
    """Cases of a month by kind; `first` None: those whose month went by."""

    first: date | None
    counts: dict[str, int]

    @property
    def total(self) -> int:
        return sum(self.counts.values())


def months_of(
    day: date, ahead: int, rows: QuerySet[AgendaItem], folded: Q | None = None
) -> tuple[list[Month], dict[str, int]]:
    """Return how many cases fall due before this month and in each month ahead, and how many of each kind `folded`
    says; one query. `rows`: narrowed cases."""
    begins = rules.month_of(day)
    found: dict[date | None, dict[str, int]] = {None: {}}
    found |= {add_months(begins, number): {} for number in range(ahead)}
    held: dict[str, int] = {}
    grouped = rows.order_by().values_list("due_on__year", "due_on__month", "kind")
    counted = grouped.annotate(n=Count("pk"), held=Count("pk", filter=Q(pk=None) if folded is None else folded))
    for year, month, kind, number, of_them in counted:
        first = date(year, month, 1)
        place = None if first < begins else first
        if place in found:
            found[place][kind] = found[place].get(kind, 0) + number
        if of_them:
            held[kind] = held.get(kind, 0) + of_them
    return [Month(first, counts) for first, counts in found.items()], held


def steps_of(user: Any, item: AgendaItem) -> QuerySet[AgendaStep]:
    """State changes of a case, the newest first."""
    return AgendaStep.objects.visible_to(user).filter(item=item).select_related("actor").order_by("-at", "-pk")


_AHEAD = f"SELECT {rulebook.setting(MONTHS_AHEAD)}::text::int"  # noqa: S608  constant


def months_ahead(day: date) -> int:
    """Return how many months the book looks ahead, in the agency in scope; one query."""
    with connection.cursor() as cursor:
        cursor.execute(_AHEAD, [day] * _AHEAD.count("%s"))
        (months,) = cursor.fetchone()
    return months or rules.Settings().months_ahead


def latest_run(agency_id: int | None) -> Run | None:
    """Return the newest finished computation of the agency; one query."""
    runs = Run.objects.filter(agency_id=agency_id or 0, kind="agenda", state=Run.State.DONE)
    return runs.order_by("-finished_at").first()


def agency_of(user: Any) -> int:
    return access_of(user).agency_id or 0
