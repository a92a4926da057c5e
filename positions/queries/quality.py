"""Data quality by set-based SQL: the codes that count against each person, what is open, and the index of a day.

The meaning is `positions.rules.data_quality`; a property test holds both together. Statements are written in the
agency's scope and transaction. Retirement ages and lowest educations come from the rules, one row a job.
"""

import json
import math
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.db import connection
from django.db.models import Q, QuerySet

from asnhr.queries import Value
from positions.models import Employee, Job, QualityIndex, QualityProblem
from positions.models._base import access_of, in_force
from positions.models._standing import all_stored
from positions.queries import rulebook
from positions.rules import data_quality as rules
from positions.rules.data_quality import INDICATORS, UNKNOWN, Dimension
from positions.rules.levels import JPT_LEVELS, Level, education_order
from positions.rules.retirement import Ages, retirement_age
from positions.rules.status import ENDED

TREATMENT = "ikd.unknown"
WEIGHT = "quality."
Treatment = QualityIndex.Treatment
# Millionths: a problem's weight as a whole number that lists sort by.
MILLION = 1_000_000
TREND_DAYS = 365

# Codes of one person in the order of the rules. Columns that a comparison finds empty give null, which is no problem.
CASES: dict[str, str] = {
    "COM_1": "k.employee_id IS NULL AND coalesce(extract(year FROM coalesce(e.cpns_on, e.rank_since)) < %(skp_year)s,"
    " true)",
    "COM_2": "h.employee_id IS NULL",
    "COM_3": "e.education_level_id IS NULL AND e.education_id IS NULL AND s.employee_id IS NULL",
    "COM_4": "e.status = 'PNS' AND e.pns_on IS NULL",
    "COM_5": "d.highest >= %(titled_from)s AND e.title_before = '' AND e.title_after = ''",
    "COM_6": "e.email !~ %(email)s",
    "COM_7": "e.phone = ''",
    "TIM_1": "u.ends_on <= %(day)s",
    "TIM_2": "e.id IN (SELECT employee_id FROM awaited)"
    " AND e.cpns_on + %(functional_years)s * interval '1 year' < %(day)s",
    "TIM_3": "e.status = 'CPNS' AND e.cpns_on + %(cpns_years)s * interval '1 year' < %(day)s",
    "TIM_4": "c.position_id IS NOT NULL AND h.kind = 'definitif'",
    "TIM_5": "e.legal_status = ANY (%(active)s) AND date_trunc('month', e.birth_date + make_interval(years =>"
    " coalesce(NULLIF(e.own_retirement_age, 0), h.age))) + interval '1 month' <= %(day)s"
    " AND (h.kind <> 'definitif' OR date_trunc('month', h.starts_on) + interval '1 month' <= %(day)s)",
    "TIM_6": "e.legal_status = ANY (%(on_leave)s) AND e.id IN (SELECT employee_id FROM leave_over)",
    "ACC_1": "e.cpns_on > e.pns_on",
    "ACC_2": "e.id IN (SELECT employee_id FROM lent_wrongly)",
    "ACC_3": "h.\"group\" = 'manajerial' AND e.status = ANY (%(pns)s)"
    " AND e.cpns_on + %(structural_years)s * interval '1 year' > %(day)s",
    "ACC_4": "e.status = ANY (%(pppk)s) AND e.legal_status <> '' AND e.legal_status <> ALL (%(pppk_standing)s)",
    "ACC_5": "e.nik_hash = '' OR e.nik_validated IS FALSE",
    "ACC_6": "h.\"group\" = 'manajerial' AND d.highest < h.needed",
    "ACC_7": "e.status = ANY (%(pppk)s) AND n.year NOT BETWEEN %(first_pppk)s AND extract(year FROM %(day)s::date)",
    "ACC_8": "h.\"group\" = 'fungsional' AND d.highest < h.needed",
    "ACC_9": "h.functional_name",
    "ACC_10": "h.is_jpt AND e.rank < %(lowest_jpt)s",
    "CON_1": "e.status = ANY (%(pns)s) AND to_char(e.cpns_on, 'YYYYMM') <> substr(e.nip, 9, 6)",
    "CON_2": "to_char(e.birth_date, 'YYYYMMDD') <> substr(e.nip, 1, 8)",
    "CON_3": "CASE e.sex WHEN 'M' THEN '1' WHEN 'F' THEN '2' END <> substr(e.nip, 15, 1)",
    "CON_4": "e.status = ANY (%(pppk)s) AND extract(year FROM e.cpns_on) <> n.year",
    "N2": "b.born IS NULL OR b.born > %(day)s",
    "N3": "NOT (n.middle BETWEEN 21 AND 29 OR n.middle BETWEEN 1 AND 12 AND n.year > 0)",
    "N4": "substr(e.nip, 15, 1) NOT IN ('1', '2')",
    "N5": "substr(e.nip, 16, 3) = '000'",
    "N6": "b.born <= %(day)s AND CASE"
    " WHEN n.middle BETWEEN 1 AND 12 AND n.year > 0"
    " THEN b.born + %(age_cpns)s * interval '1 year' > make_date(n.year, n.middle, 1)"
    " WHEN n.middle BETWEEN 21 AND 29 THEN n.year - extract(year FROM b.born) < %(age_pppk)s END",
    rules.WRONG_KIND: "(e.status = ANY (%(pppk)s)) <> (n.middle > 12)",
    rules.SAME_NIK: "e.nik_hash <> '' AND e.nik_hash IN (SELECT nik_hash FROM twin_nik)",
    rules.SAME_OLD_NIP: "e.nip_old <> '' AND e.nip_old IN (SELECT nip_old FROM twin_old)",
    rules.SAME_PERSON: "t.birth_date IS NOT NULL",
}
_CODES = ",\n        ".join(f"CASE WHEN {case} THEN '{code}' END" for code, case in CASES.items())
_NAME = "btrim(regexp_replace(upper({0}), '\\s+', ' ', 'g'))"

# {only}: nothing, or a condition that keeps a few people; {alike}: the same for those who might be their doubles.
PEOPLE = f"""
WITH job AS MATERIALIZED (
    SELECT * FROM unnest(%(job_ids)s::bigint[], %(job_groups)s::text[], %(job_ages)s::int[], %(job_needed)s::int[],
        %(job_jpt)s::bool[], %(job_named)s::bool[]) AS j(job_id, "group", age, needed, is_jpt, functional_name)
),
everybody AS NOT MATERIALIZED (
    SELECT e.* FROM positions_employee e WHERE e.agency_id = %(agency)s
        AND CASE WHEN e.exits_on IS NULL THEN e.legal_status <> ALL (%(ended)s) ELSE e.exits_on > %(day)s END
),
held AS MATERIALIZED (
    SELECT i.employee_id, i.position_id, i.kind, i.starts_on, j.*
    FROM positions_incumbency i
    JOIN positions_position p ON p.agency_id = i.agency_id AND p.id = i.position_id
    JOIN job j ON j.job_id = p.job_id
    WHERE i.agency_id = %(agency)s AND i.kind IN ('definitif', 'paruh_waktu') AND i.starts_on <= %(day)s
        AND (i.ends_on IS NULL OR i.ends_on > %(day)s) {{only_i}}
),
-- Managerial posts with more definitive holders than seats; hardly any has two, so hardly any seat is counted.
crowded AS (
    SELECT i.position_id FROM positions_incumbency i
    WHERE i.agency_id = %(agency)s AND i.kind = 'definitif' AND i.starts_on <= %(day)s
        AND (i.ends_on IS NULL OR i.ends_on > %(day)s)
        AND i.position_id IN (SELECT position_id FROM held WHERE "group" = 'manajerial')
    GROUP BY 1
    HAVING count(*) > 1 AND count(*) > (
        SELECT count(*) FROM positions_seat s
        LEFT JOIN positions_seatformerkind f ON f.agency_id = s.agency_id AND f.seat_id = s.id
            AND f.starts_on <= %(day)s AND f.ends_on > %(day)s
        WHERE s.agency_id = %(agency)s AND s.position_id = i.position_id AND s.starts_on <= %(day)s
            AND (s.ends_on IS NULL OR s.ends_on > %(day)s)
            AND coalesce(f.kind, s.kind) IN ('formasi', 'tugas_tambahan'))
),
schooled AS MATERIALIZED (
    SELECT x.employee_id, max(l."order") AS highest
    FROM positions_employeeeducation x LEFT JOIN positions_educationlevel l ON l.code = x.level_id
    WHERE x.agency_id = %(agency)s {{only_x}} GROUP BY 1
),
-- Recruited for a functional formation, no functional post so far, here or elsewhere.
awaited AS MATERIALIZED (
    SELECT a.employee_id FROM positions_appointment a
    WHERE a.agency_id = %(agency)s AND a.formation_group = 'fungsional' {{only_a}}
        AND NOT EXISTS (
            SELECT FROM positions_incumbency i
            JOIN positions_position p ON p.agency_id = i.agency_id AND p.id = i.position_id
            JOIN positions_job j ON j.agency_id = p.agency_id AND j.id = p.job_id
            WHERE i.agency_id = a.agency_id AND i.employee_id = a.employee_id AND j."group" = 'fungsional'
                AND i.kind IN ('definitif', 'paruh_waktu') AND i.starts_on <= %(day)s)
        AND NOT EXISTS (
            SELECT FROM positions_outsidepost o
            WHERE o.agency_id = a.agency_id AND o.employee_id = a.employee_id AND o."group" = 'fungsional'
                AND o.starts_on <= %(day)s)
),
leave_over AS MATERIALIZED (
    SELECT l.employee_id FROM positions_unpaidleave l
    WHERE l.agency_id = %(agency)s AND l.starts_on <= %(day)s {{only_l}}
    GROUP BY 1 HAVING max(coalesce(l.returned_on, l.ends_on)) <= %(day)s
),
-- Lent to or from the own agency, or contradicted by what SIASN's last file said of kind and agencies.
lent_wrongly AS MATERIALIZED (
    SELECT s.employee_id FROM positions_secondment s JOIN asnhr_agency a ON a.id = s.agency_id
    WHERE s.agency_id = %(agency)s AND s.kind = ANY (%(lent)s) AND s.starts_on <= %(day)s
        AND (s.ends_on IS NULL OR s.ends_on > %(day)s) {{only_s}}
        AND CASE WHEN s.agency_siasn_id <> '' AND a.siasn_id <> '' THEN upper(s.agency_siasn_id) = upper(a.siasn_id)
            ELSE {_NAME.format("s.agency_name")} = {_NAME.format("a.name")} END
    UNION
    SELECT r.employee_id FROM positions_siasnrecord r
    WHERE r.agency_id = %(agency)s AND r.facts @> '{{{{"lent_wrongly": true}}}}' {{only_r}}
),
twin_nik AS MATERIALIZED (
    SELECT nik_hash FROM everybody e WHERE nik_hash <> '' {{alike_nik}} GROUP BY 1 HAVING count(*) > 1
),
twin_old AS MATERIALIZED (
    SELECT nip_old FROM everybody e WHERE nip_old <> '' {{alike_old}} GROUP BY 1 HAVING count(*) > 1
),
twin AS MATERIALIZED (
    SELECT {_NAME.format("e.name")} AS name, e.birth_date
    FROM everybody e WHERE true {{alike_born}} GROUP BY 1, 2 HAVING count(*) > 1
)
SELECT e.id AS employee_id, e.unit_id, array_remove(ARRAY[
        {_CODES}
    ]::text[], NULL) AS codes
FROM everybody e
CROSS JOIN LATERAL (
    SELECT substr(e.nip, 1, 4)::int AS y, substr(e.nip, 5, 2)::int AS m, substr(e.nip, 7, 2)::int AS d,
        substr(e.nip, 9, 4)::int AS year, substr(e.nip, 13, 2)::int AS middle
) n
CROSS JOIN LATERAL (
    SELECT CASE WHEN n.y > 0 AND n.m BETWEEN 1 AND 12 AND n.d BETWEEN 1 AND
        extract(day FROM make_date(n.y, n.m, 1) + interval '1 month' - interval '1 day') THEN make_date(n.y, n.m, n.d)
        END AS born
) b
LEFT JOIN positions_unit u ON u.agency_id = e.agency_id AND u.id = e.unit_id
LEFT JOIN held h ON h.employee_id = e.id
LEFT JOIN positions_yearlypredicate k ON k.agency_id = e.agency_id AND k.employee_id = e.id AND k.year = %(skp_year)s
LEFT JOIN crowded c ON c.position_id = h.position_id
LEFT JOIN schooled s ON s.employee_id = e.id
LEFT JOIN positions_education o ON o.id = e.education_id
LEFT JOIN positions_educationlevel l ON l.code = e.education_level_id
LEFT JOIN positions_educationlevel ol ON ol.code = o.level_id
CROSS JOIN LATERAL (SELECT greatest(l."order", ol."order", s.highest) AS highest) d
LEFT JOIN twin t ON t.birth_date = e.birth_date AND t.name = {_NAME.format("e.name")}
WHERE true {{only}}
"""  # noqa: S608  constants
_OPEN = "only only_i only_x only_a only_l only_s only_r alike_nik alike_old alike_born"
_EVERYBODY = dict.fromkeys(_OPEN.split(), "")
_FEW = {
    "only": "AND e.id = ANY (%(people)s)",
    "only_i": "AND i.employee_id = ANY (%(people)s)",
    "only_x": "AND x.employee_id = ANY (%(people)s)",
    "only_a": "AND a.employee_id = ANY (%(people)s)",
    "only_l": "AND l.employee_id = ANY (%(people)s)",
    "only_s": "AND s.employee_id = ANY (%(people)s)",
    "only_r": "AND r.employee_id = ANY (%(people)s)",
} | {
    f"alike_{short}": f"AND {column} IN (SELECT {column} FROM positions_employee"  # noqa: S608  constants
    " WHERE agency_id = %(agency)s AND id = ANY (%(people)s))"
    for short, column in (("nik", "nik_hash"), ("old", "nip_old"), ("born", "birth_date"))
}

DROP = "DROP TABLE IF EXISTS pg_temp.quality_person, pg_temp.quality_found"
FIND = "CREATE TEMP TABLE quality_person ON COMMIT DROP AS " + PEOPLE.format(**_EVERYBODY)
SPREAD = """
CREATE TEMP TABLE quality_found ON COMMIT DROP AS
SELECT p.employee_id, p.unit_id, c.code FROM quality_person p CROSS JOIN LATERAL unnest(p.codes) AS c(code)
"""
# Only what changed since the last time is written.
GONE = """
DELETE FROM positions_qualityproblem p WHERE p.agency_id = %(agency)s
    AND NOT EXISTS (SELECT FROM quality_found f WHERE f.employee_id = p.employee_id AND f.code = p.code)
"""
NEW = """
INSERT INTO positions_qualityproblem (agency_id, employee_id, code, weight, since)
SELECT %(agency)s, f.employee_id, f.code, coalesce(w.weight, 0), %(day)s
FROM quality_found f
LEFT JOIN positions_qualityproblem p ON p.agency_id = %(agency)s AND p.employee_id = f.employee_id AND p.code = f.code
LEFT JOIN unnest(%(codes)s::text[], %(millionths)s::int[]) AS w(code, weight) ON w.code = f.code
WHERE p.id IS NULL
"""
WEIGHED = """
UPDATE positions_qualityproblem p SET weight = w.weight
FROM unnest(%(codes)s::text[], %(millionths)s::int[]) AS w(code, weight)
WHERE p.agency_id = %(agency)s AND w.code = p.code AND p.weight <> w.weight
"""
FORGET = "DELETE FROM positions_qualityindex WHERE agency_id = %(agency)s AND day = %(day)s"


def _rounded(lost: str, denominator: str) -> str:
    """Return SQL of a score with two decimals from what is lost of a whole, rounded half up without any division of
    fractions: the same digits as the rules."""
    whole = f"({denominator}::numeric * s.n)"
    return f"div(20000 * ({whole} - coalesce({lost}, 0)) + {whole}, 2 * {whole}) / 100"


_DIMENSIONS = list(Dimension)
INDEX = f"""
INSERT INTO positions_qualityindex (agency_id, day, unit_id, employees, affected, {", ".join(_DIMENSIONS)}, total,
    total_if_clean, counts, missing, treatment, weights, computed_at)
WITH coefficient AS (
    SELECT * FROM unnest(%(codes)s::text[], %(dimensions)s::text[], %(of_dimension)s::numeric[],
        %(of_total)s::numeric[], %(of_clean)s::numeric[]) AS k(code, dimension, of_dimension, of_total, of_clean)
),
own AS (
    SELECT f.unit_id, f.code, count(*) AS n FROM quality_found f JOIN coefficient k ON k.code = f.code GROUP BY 1, 2
),
staff AS (
    SELECT unit_id, count(*) AS n, count(*) FILTER (WHERE codes && %(codes)s::text[]) AS bad
    FROM quality_person GROUP BY 1
),
-- A unit and all above it; 0 stands for the agency.
up AS (
    SELECT u.id AS unit_id, a.id::bigint AS above FROM positions_unit u
    CROSS JOIN LATERAL string_to_table(coalesce(u.path::text, u.id::text), '.') AS a(id) WHERE u.agency_id = %(agency)s
),
s AS (
    SELECT up.above AS unit_id, sum(n) AS n, sum(bad) AS bad FROM staff JOIN up ON up.unit_id = staff.unit_id GROUP BY 1
    UNION ALL SELECT 0, sum(n), sum(bad) FROM staff HAVING count(*) > 0
),
counted AS (
    SELECT up.above AS unit_id, own.code, sum(own.n) AS n FROM own JOIN up ON up.unit_id = own.unit_id GROUP BY 1, 2
    UNION ALL SELECT 0, code, sum(n) FROM own GROUP BY 2
),
lost AS (
    SELECT c.unit_id, {
    ", ".join(f"sum(c.n * k.of_dimension) FILTER (WHERE k.dimension = '{each}') AS {each}" for each in _DIMENSIONS)
}, sum(c.n * k.of_total) AS total, sum(c.n * k.of_clean) AS clean, jsonb_object_agg(c.code, c.n) AS counts
    FROM counted c JOIN coefficient k ON k.code = c.code GROUP BY 1
)
SELECT %(agency)s, %(day)s, NULLIF(s.unit_id, 0), s.n, s.bad, {
    ", ".join(
        f"CASE WHEN '{each}' = ANY (%(known)s) THEN {_rounded(f'l.{each}', '%(per_dimension)s')} END"
        for each in _DIMENSIONS
    )
}, {_rounded("l.total", "%(per_total)s")}, {_rounded("l.clean", "%(per_clean)s")}, coalesce(l.counts, '{{}}'),
    %(missing)s, %(treatment)s, %(weights)s::jsonb, now()
FROM s LEFT JOIN lost l ON l.unit_id = s.unit_id
"""  # noqa: S608  constants
# Who is affected is who an indicator counts, as the index of the day has it; findings are all that are open.
SUMS = """
SELECT (SELECT count(*) FROM quality_person),
    (SELECT count(*) FROM quality_person WHERE codes && %(codes)s::text[]),
    (SELECT count(*) FROM quality_found), (SELECT count(*) FROM positions_qualityindex
        WHERE agency_id = %(agency)s AND day = %(day)s AND unit_id IS NOT NULL)
"""
# What is being done, for the progress page, and the statements of each step.
STEPS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("Memeriksa data setiap pegawai", (FIND, SPREAD, "ANALYZE quality_person, quality_found")),
    ("Memperbarui daftar temuan", (GONE, NEW, WEIGHED)),
    ("Menghitung indeks setiap unit", (FORGET, INDEX)),
)


@dataclass(frozen=True, slots=True)
class Settings:
    """How the index weighs on a day."""

    weights: Mapping[Dimension, Decimal]
    treatment: str

    @property
    def excluded(self) -> frozenset[str]:
        return UNKNOWN if self.treatment == Treatment.EXCLUDED else frozenset()

    def score(self, employees: int, counts: Mapping[str, int]) -> rules.Quality:
        return rules.quality(employees, counts, weights=self.weights, excluded=self.excluded)


def settings_of(values: Mapping[str, Value]) -> Settings:
    """Return the settings in force; what the rulebook lacks on that day keeps the default of the rules."""
    weights = {
        each: values[WEIGHT + each].number if WEIGHT + each in values else rules.WEIGHTS[each] for each in Dimension
    }
    treatment = values[TREATMENT].value if TREATMENT in values else Treatment.EXCLUDED.value
    return Settings(weights, treatment)


def _jobs(agency_id: int, ages: Ages, only: Q) -> dict[str, list[Any]]:
    """Return what the rules say of each job; one query."""
    functional = _functional_names()
    found: dict[str, list[Any]] = {
        name: [] for name in ("job_ids", "job_groups", "job_ages", "job_needed", "job_jpt", "job_named")
    }
    columns = ("pk", "group", "level", "name", "retirement_age", "education_level_id")
    rows = Job.objects.filter(only, agency_id=agency_id).extra(select={"named": functional})  # noqa: S610  constant
    for pk, group, level, name, own, education, named in rows.values_list(*columns, "named"):
        found["job_ids"].append(pk)
        found["job_groups"].append(group)
        found["job_ages"].append(retirement_age(Level(level), job_name=name, job_bup=own, ages=ages))
        found["job_needed"].append(education_order(rules.needed_education(level, group, education)))
        found["job_jpt"].append(Level(level) in JPT_LEVELS)
        found["job_named"].append(named)
    return found


def _functional_names() -> str:
    key = "trim(regexp_replace(upper({}), '[^A-Z0-9]+', ' ', 'g'))"
    ours, theirs = key.format("positions_job.name"), key.format("r.name")
    among = f"SELECT {theirs} FROM positions_referencejob r WHERE r.is_current AND r.level <> 'PELAKSANA'"  # noqa: S608
    return f"positions_job.\"group\" = 'pelaksana' AND {ours} IN ({among})"


def _common(agency_id: int, day: date, ages: Ages, only: Q) -> dict[str, Any]:
    return {
        "agency": agency_id,
        "day": day,
        "ended": all_stored(ENDED),
        "active": all_stored(rules.ACTIVE_STANDING),
        "pns": sorted(rules.PNS_STATUS),
        "pppk": sorted(rules.PPPK_STATUS),
        "pppk_standing": all_stored(rules.PPPK_STANDING),
        "titled_from": education_order(rules.TITLED_FROM),
        "email": rules.EMAIL,
        "cpns_years": rules.CPNS_YEARS,
        "functional_years": rules.FUNCTIONAL_YEARS,
        "skp_year": rules.skp_year(day),
        "on_leave": all_stored(rules.ON_UNPAID_LEAVE),
        "lent": sorted(rules.LENT),
        "structural_years": rules.STRUCTURAL_YEARS,
        "first_pppk": rules.FIRST_PPPK_YEAR,
        "lowest_jpt": rules.rank.ACC_10_LOWEST,
        "age_cpns": rules.nip_rules.MINIMUM_AGE_CPNS,
        "age_pppk": rules.nip_rules.MINIMUM_AGE_PPPK,
        **_jobs(agency_id, ages, only),
    }


def _whole(fractions: Collection[Fraction]) -> tuple[list[int], int]:
    """Return fractions as whole numbers over their common denominator."""
    denominator = math.lcm(*(each.denominator for each in fractions)) if fractions else 1
    return [int(each * denominator) for each in fractions], denominator


def arguments(*, agency_id: int, day: date, parameters: Mapping[str, Value]) -> dict[str, Any]:
    """Return what the statements need by name; one query."""
    settings = settings_of(parameters)
    ages = rulebook.ages_of({code: row.value for code, row in parameters.items()})
    counted = rules.shares(weights=settings.weights, excluded=settings.excluded)
    clean = rules.shares(weights=settings.weights)
    codes = [code for code in INDICATORS if code not in UNKNOWN]
    of_dimension, per_dimension = _whole([counted[code].dimension for code in codes])
    of_total, per_total = _whole([counted[code].total for code in codes])
    of_clean, per_clean = _whole([clean[code].total for code in codes])
    return _common(agency_id, day, ages, Q()) | {
        "codes": codes,
        "dimensions": [INDICATORS[code].dimension.value for code in codes],
        "known": sorted({INDICATORS[code].dimension.value for code in counted}),
        "of_dimension": of_dimension, "per_dimension": per_dimension,
        "of_total": of_total, "per_total": per_total,
        "of_clean": of_clean, "per_clean": per_clean,
        "millionths": [round(counted[code].total * MILLION) for code in codes],
        "missing": [code for code in INDICATORS if code in UNKNOWN],
        "treatment": settings.treatment,
        "weights": json.dumps({each.value: f"{settings.weights[each]:f}" for each in Dimension}),
    }  # fmt: skip


def compute(values: Mapping[str, Any], say: Callable[[str, int], None]) -> dict[str, int]:
    """Write what is open now and the index of the day; return sums. `values` from `arguments`."""
    with connection.cursor() as cursor:
        cursor.execute(DROP)
        # One agency, whole tables: hashing is right, also before the first statistics.
        cursor.execute("SET LOCAL enable_nestloop = off")
        for number, (step, statements) in enumerate(STEPS):
            say(step, number)
            for statement in statements:
                cursor.execute(statement, values)
        cursor.execute(SUMS, values)
        employees, affected, problems, units = cursor.fetchone()
        cursor.execute("SET LOCAL enable_nestloop = on")
        cursor.execute(DROP)
    return {"employees": employees, "affected": affected, "problems": problems, "units": units}


def of_people(agency_id: int, people: Iterable[int], day: date, ages: Ages | None = None) -> dict[int, list[str]]:
    """Return the codes that count against a few people as the register stands now; two queries, a third for `ages`.

    Whoever is not counted in the index has none.
    """
    ids = list(people)
    held = Q(positions__incumbencies__employee__in=ids) & in_force(day, "positions__incumbencies__")
    values = _common(agency_id, day, ages or rulebook.ages_on(day), Q(pk__in=Job.objects.filter(held).values("pk")))
    with connection.cursor() as cursor:
        cursor.execute(PEOPLE.format(**_FEW), values | {"people": ids})
        return {employee_id: codes for employee_id, _unit_id, codes in cursor.fetchall()}


# Reads


def indexes(user: Any) -> QuerySet[QualityIndex]:
    return QualityIndex.objects.visible_to(user)


def latest_day(user: Any, day: date) -> date | None:
    """Return the newest day not after `day` for which the agency has an index; one query."""
    access = access_of(user)
    if access.agency_id is None or not access.may("view_register"):
        return None
    rows = QualityIndex.objects.filter(agency=access.agency_id, day__lte=day)
    return rows.order_by("-day").values_list("day", flat=True).first()


def counts_in_scope(user: Any, runs: Mapping[int, Mapping[str, Any]]) -> dict[int, dict[str, int]]:
    """Return what finished computations (number → parameters) counted in the units of the user, as their days keep it:
    each person once, by the units that stand highest in the scope. Findings, of the latest day only: they are kept as
    they are open, not by day. At most three queries."""
    days = {pk: date.fromisoformat(parameters["day"]) for pk, parameters in runs.items()}
    rows = indexes(user).filter(day__in=set(days.values()), unit__isnull=False)
    of_day: dict[date, list[tuple[str, int, int]]] = {}
    for day, path, employees, affected in rows.values_list("day", "unit__path", "employees", "affected"):
        of_day.setdefault(day, []).append((str(path), employees, affected))
    found = {pk: _summed(of_day.get(day, [])) for pk, day in days.items()}
    newest = latest_day(user, date.max)
    latest = [pk for pk, day in days.items() if day == newest]
    if latest:
        n = QualityProblem.objects.visible_to(user).count()
        found |= {pk: found[pk] | {"problems": n} for pk in latest}
    return found


def _summed(rows: list[tuple[str, int, int]]) -> dict[str, int]:
    paths = {path for path, *_figures in rows}
    tops = [row for row in rows if paths.isdisjoint(_above(row[0]))]
    return {
        "employees": sum(employees for _path, employees, _affected in tops),
        "affected": sum(affected for _path, _employees, affected in tops),
        "units": len(rows),
    }


def _above(path: str) -> list[str]:
    """Return the paths of all units above one."""
    parts = path.split(".")
    return [".".join(parts[:n]) for n in range(1, len(parts))]


def unanswered_niks(user: Any, day: date) -> QuerySet[Employee]:
    """People who count on `day` and have a NIK of which the register does not know what Dukcapil answered."""
    rows = Employee.objects.visible_to(user).filter(nik_validated__isnull=True).exclude(nik_hash="")
    return rows.filter(Q(exits_on__gt=day) | Q(exits_on__isnull=True) & ~Q(legal_status__in=ENDED))


def trend(user: Any, unit_id: int | None, day: date) -> list[QualityIndex]:
    """Return the figures of a unit (None: the agency) of a year up to `day`, the oldest first; one query."""
    rows = indexes(user).filter(day__lte=day, day__gt=day - timedelta(days=TREND_DAYS))
    rows = rows.filter(unit__isnull=True) if unit_id is None else rows.filter(unit=unit_id)
    return list(rows.order_by("day"))


def problems(user: Any) -> QuerySet[QualityProblem]:
    return QualityProblem.objects.visible_to(user).select_related("employee__unit__parent", "employee__unit__office")


def own_codes(person: Employee, day: date, ages: Ages | None = None) -> list[str]:
    """Return the codes against one person, computed now."""
    return of_people(person.agency_id, [person.pk], day, ages).get(person.pk, [])
