"""All that the analysis reads of an agency, gathered on one day into temporary tables of the transaction.

Everything after them reads only these tables (and the results of the compared analysis), so that a what-if scenario is
an UPDATE of `needs_inputs` between the two steps. Order matters: each table stands on those before it.

needs_units   the tree of units on the day
needs_jobs    the catalogue with retirement age, rank range and education requirement
needs_posts   positions in force
needs_people  their holders: who counts, who leaves when, who may be moved, who does not fit
needs_records for any other day than today: rank, legal standing and education as the histories tell them of it
needs_gone    in a projection those of them who will have left by its day
needs_promised  how many each position is promised (F)
needs_joining  who is known to come to each position, by year
needs_inputs  one row a position: need with its source, supply, outflow, signals' figures
"""

from positions.queries import past_files, rulebook
from positions.queries.needs.promised import PROMISED

NAMES = (
    "needs_units",
    "needs_jobs",
    "needs_posts",
    "needs_people",
    "needs_records",
    "needs_gone",
    "needs_promised",
    "needs_joining",
    "needs_inputs",
    "needs_moves",
)

UNITS = """
CREATE TEMP TABLE needs_units ON COMMIT DROP AS
WITH RECURSIVE placed AS (
    SELECT u.id, u.code, coalesce(p.name, u.name) AS name,
        CASE WHEN p.id IS NULL THEN u.parent_id ELSE p.parent_id END AS parent_id
    FROM positions_unit u
    LEFT JOIN positions_unitperiod p ON p.agency_id = u.agency_id AND p.unit_id = u.id
        AND p.starts_on <= %(day)s AND (p.ends_on IS NULL OR p.ends_on > %(day)s)
    WHERE u.agency_id = %(agency)s
),
tree AS (
    SELECT id, code, name, id AS office_id, 1 AS depth FROM placed WHERE parent_id IS NULL
    UNION ALL
    -- The perangkat daerah is the second node; the root stands for itself.
    SELECT c.id, c.code, c.name, CASE WHEN t.depth = 1 THEN c.id ELSE t.office_id END, t.depth + 1
    FROM tree t JOIN placed c ON c.parent_id = t.id
)
SELECT id AS unit_id, code, name, office_id FROM tree
"""

JOBS = """
CREATE TEMP TABLE needs_jobs ON COMMIT DROP AS
SELECT j.id AS job_id, j."group", j.level, j.field, held.job_class,
    CASE WHEN j.subtitle <> '' THEN j.name || ' (' || j.subtitle || ')' ELSE j.name END AS job_name,
    j."group" = 'manajerial' AS managerial,
    j.field IN ('guru', 'nakes') AS is_service,
    -- The job's own age, else that of its name, else that of its level.
    coalesce(NULLIF(j.retirement_age, 0), special.age, of_level.age, 58) AS age,
    CASE WHEN j.level <> 'PELAKSANA' THEN coalesce(j.rank_min, ranks.low) END AS rank_low,
    CASE WHEN j.level <> 'PELAKSANA' THEN coalesce(j.rank_max, ranks.high) END AS rank_high,
    coalesce(required."order", 0) AS needed,
    coalesce(accepted.fields, '{}') AS fields
FROM positions_job j
LEFT JOIN unnest(%(bup_levels)s::text[], %(bup_ages)s::int[]) AS of_level(level, age) ON of_level.level = j.level
LEFT JOIN LATERAL (
    SELECT s.age FROM unnest(%(special_names)s::text[], %(special_levels)s::text[], %(special_ages)s::int[])
        AS s(words, level, age)
    WHERE starts_with(regexp_replace(btrim(upper(j.name)), '\\s+', ' ', 'g') || ' ', s.words || ' ')
        AND (s.level IS NULL OR s.level = j.level)
    ORDER BY length(s.words) DESC, s.age DESC LIMIT 1
) special ON true
LEFT JOIN unnest(%(rank_keys)s::text[], %(rank_lows)s::int[], %(rank_highs)s::int[]) AS ranks(key, low, high)
    ON ranks.key = CASE WHEN j."group" = 'fungsional' THEN j.level ELSE upper(replace(j.echelon, '.', '')) END
LEFT JOIN positions_educationlevel required ON required.code = j.education_level_id
LEFT JOIN (
    SELECT job_id, array_agg(upper(field)) AS fields FROM positions_jobeducation WHERE agency_id = %(agency)s GROUP BY 1
) accepted ON accepted.job_id = j.id
LEFT JOIN positions_jobclassperiod held ON held.agency_id = j.agency_id AND held.job_id = j.id
    AND (held.starts_on IS NULL OR held.starts_on <= %(day)s) AND (held.ends_on IS NULL OR held.ends_on > %(day)s)
WHERE j.agency_id = %(agency)s
"""

POSTS = """
CREATE TEMP TABLE needs_posts ON COMMIT DROP AS
SELECT p.id AS position_id, p.code, p.unit_id, p.job_id, p.by_duty, p.growth, p.printed_holders, p.starts_on,
    coalesce(u.code, now.code) AS unit_code, coalesce(u.name, now.name) AS unit_name,
    coalesce(u.office_id, now.office_id, p.unit_id) AS office_id, coalesce(now.office_id, now.id) AS own_office_id
FROM positions_position p
JOIN positions_unit now ON now.agency_id = p.agency_id AND now.id = p.unit_id
LEFT JOIN needs_units u ON u.unit_id = p.unit_id
WHERE p.agency_id = %(agency)s AND p.starts_on <= %(day)s AND (p.ends_on IS NULL OR p.ends_on > %(day)s)
"""

# Who holds what on the day. A holder of an additional duty leaves when the functional post is left. Whoever came to a
# post when already past its age lost a higher one: retirement is the 1st of the month after (establishment.md 4.3).
PEOPLE = """
CREATE TEMP TABLE needs_people ON COMMIT DROP AS
WITH held AS MATERIALIZED (
    SELECT i.position_id, i.employee_id, i.kind, i.starts_on, e.status, e.rank, e.exits_on,
        coalesce(e.education_level_id, own.level_id) AS level_code, coalesce(own.field, '') AS field,
        j.rank_low, j.rank_high, j.needed, j.fields, j.job_id, p.by_duty,
        j.needed > 0 OR j.fields <> '{}' AS checks_education,
        i.kind = 'paruh_waktu' OR e.status = 'PPPK_PW' AS part_time,
        -- SIASN's lists know a leap-day birth by its month, which is all that the pension date needs.
        make_date(
            (extract(year FROM e.birth_date) + coalesce(NULLIF(e.own_retirement_age, 0), j.age)
                + (extract(month FROM e.birth_date) = 12)::int)::int,
            (extract(month FROM e.birth_date)::int %% 12) + 1, 1
        ) AS of_age_on
    FROM positions_incumbency i
    JOIN needs_posts p ON p.position_id = i.position_id
    JOIN needs_jobs j ON j.job_id = p.job_id
    JOIN positions_employee e ON e.agency_id = i.agency_id AND e.id = i.employee_id
    LEFT JOIN positions_education own ON own.id = e.education_id
    WHERE i.agency_id = %(agency)s AND i.kind IN ('definitif', 'paruh_waktu', 'tugas_tambahan')
        AND i.starts_on <= %(day)s AND (i.ends_on IS NULL OR i.ends_on > %(day)s)
        -- Codes of the ended side say what a person became; whoever left later counts on the day (rules.status).
        AND (e.legal_status = ANY (%(legal_statuses)s::text[]) OR (e.exits_on IS NOT NULL
            AND e.legal_status = ANY (%(ended)s::text[])))
        AND (e.exits_on IS NULL OR e.exits_on > %(day)s)
),
retiring AS (
    SELECT h.*,
        CASE WHEN h.kind = 'definitif'
            THEN greatest(h.of_age_on, (date_trunc('month', h.starts_on) + interval '1 month')::date)
            ELSE coalesce(d.of_age_on, h.of_age_on) END AS retires_on
    FROM held h
    LEFT JOIN held d ON h.kind = 'tugas_tambahan' AND d.kind = 'definitif' AND d.employee_id = h.employee_id
),
not_extended AS (
    SELECT c.employee_id, max(c.ends_on) AS ends_on FROM positions_contract c
    WHERE c.agency_id = %(agency)s AND c.extension = 'tidak' AND (c.decided_on IS NULL OR c.decided_on <= %(day)s)
        AND NOT EXISTS (
            SELECT FROM positions_contract later
            WHERE later.agency_id = c.agency_id AND later.employee_id = c.employee_id AND later.starts_on >= c.ends_on
        )
    GROUP BY 1
),
degrees AS (
    SELECT h.position_id, h.employee_id, h.job_id, h.needed, l."order" AS level, h.field
    FROM held h JOIN positions_educationlevel l ON l.code = h.level_code WHERE h.checks_education
    UNION ALL
    SELECT h.position_id, h.employee_id, h.job_id, h.needed, l."order", coalesce(e.field, upper(btrim(x.name)))
    FROM held h
    JOIN positions_employeeeducation x ON x.agency_id = %(agency)s AND x.employee_id = h.employee_id
    JOIN positions_educationlevel l ON l.code = x.level_id
    LEFT JOIN positions_education e ON e.id = x.education_id
    WHERE h.checks_education
),
-- A field fits when it is, or contains as whole words, one that the job accepts; each pair is looked at once.
fitting AS (
    SELECT DISTINCT d.job_id, d.field
    FROM (SELECT DISTINCT job_id, field FROM degrees) d
    JOIN needs_jobs j ON j.job_id = d.job_id
    CROSS JOIN LATERAL unnest(j.fields) AS f(field)
    WHERE strpos(' ' || d.field || ' ', ' ' || f.field || ' ') > 0
),
fit AS (
    SELECT d.position_id, d.employee_id, count(*) FILTER (WHERE d.level >= d.needed) AS enough,
        bool_or(d.level >= d.needed AND f.job_id IS NOT NULL) AS fits,
        bool_or(d.level >= d.needed AND d.field <> '') AS named
    FROM degrees d LEFT JOIN fitting f ON f.job_id = d.job_id AND f.field = d.field
    GROUP BY 1, 2
),
going AS (
    SELECT r.*, n.ends_on AS not_extended_on,
        least(r.retires_on, r.exits_on, n.ends_on) AS leaves_on
    FROM retiring r LEFT JOIN not_extended n ON n.employee_id = r.employee_id
)
SELECT g.position_id, g.employee_id, g.kind, g.part_time,
    CASE WHEN g.part_time THEN %(part_time_counts)s
        WHEN g.kind = 'tugas_tambahan' THEN g.by_duty ELSE true END AS counts,
    g.leaves_on,
    g.leaves_on = g.retires_on AS by_age,
    -- Who should have left already leaves this year.
    greatest(0, (extract(year FROM g.leaves_on) - extract(year FROM %(day)s))::int) AS year,
    g.leaves_on <= (%(day)s + make_interval(months => %(leaving_months)s))::date AS leaving,
    g.leaves_on <= (%(day)s + make_interval(months => %(leaving_urgent_months)s))::date AS leaving_urgent,
    g.status = 'PNS' AND g.kind = 'definitif'
        AND (g.starts_on + make_interval(years => %(movable_years)s))::date <= %(day)s
        AND g.leaves_on > (%(day)s + make_interval(months => %(leaving_months)s))::date AS movable,
    coalesce(g.status NOT IN ('PPPK', 'PPPK_PW') AND (g.rank < g.rank_low OR g.rank > g.rank_high), false) AS misfit,
    CASE WHEN f.enough IS NULL THEN false
        WHEN f.enough = 0 THEN true
        WHEN g.fields = '{}' OR f.fits THEN false
        ELSE f.named END AS below
FROM going g
LEFT JOIN fit f ON f.position_id = g.position_id AND f.employee_id = g.employee_id
"""

# As another day stands: the newest rows of the histories by then, also those recorded ahead for a projection; on a
# day before the first standing the first that is no exit's (`positions.queries.histories.standings_on`); who has
# none keeps what the person's row says, a rank only where its TMT has come. On a past day nobody counts or sits on a
# seat before the own appointment (`appointed`), and what was learned later qualifies nobody (`keeps_education`; the
# record's own, by `past_files.last_education`).
_APPOINTED = rulebook.APPOINTED.format("e.cpns_on", "e.id", "e.nip").replace("%s", "%(day)s")
_KEPT = past_files.KEPT.format("e.id", "e.education_level_id", "e.graduated").replace("%s", "%(day)s")
RECORDS = f"""
CREATE TEMP TABLE needs_records ON COMMIT DROP AS
SELECT e.id AS employee_id, NOT %(is_past)s OR {_APPOINTED} AS appointed,
    NOT %(is_past)s OR {_KEPT} AS keeps_education,
    coalesce(s.standing, e.legal_status) AS legal_status,
    CASE WHEN r.employee_id IS NOT NULL THEN r.rank
        WHEN e.rank_since IS NULL OR e.rank_since <= %(day)s THEN e.rank END AS rank
FROM positions_employee e
LEFT JOIN (
    SELECT DISTINCT ON (employee_id) employee_id, standing FROM positions_standingrecord
    WHERE agency_id = %(agency)s AND (starts_on <= %(day)s
        OR starts_on <= positions_today() AND standing <> ALL (%(ended)s::text[]))
    ORDER BY employee_id, starts_on > %(day)s, abs(starts_on - %(day)s)
) s ON s.employee_id = e.id
LEFT JOIN (
    SELECT DISTINCT ON (employee_id) employee_id, rank FROM positions_rankrecord
    WHERE agency_id = %(agency)s AND starts_on <= %(day)s ORDER BY employee_id, starts_on DESC
) r ON r.employee_id = e.id
WHERE e.agency_id = %(agency)s
"""  # noqa: S608  constants
_PERSON = "JOIN positions_employee e ON e.agency_id = i.agency_id AND e.id = i.employee_id"
# Whoever had left holds nothing; of a past day the same of who was yet to be appointed.
_STAYED = "(e.exits_on IS NULL OR e.exits_on > %(day)s)"


def by_records(statement: str) -> str:
    """Return a statement on people with rank and legal standing from `needs_records`; today's stand on the person, and
    an analysis of today reads nothing else."""
    found = statement.replace(_PERSON, f"{_PERSON}\n    JOIN needs_records stood ON stood.employee_id = e.id")
    if found == statement:
        # Nothing replaced is today's answer for another day: at the start, not in a result.
        raise ValueError("no person is read as `_PERSON` in this statement")
    found = found.replace(_STAYED, f"{_STAYED} AND stood.appointed")
    return found.replace("e.legal_status", "stood.legal_status").replace("e.rank,", "stood.rank,")


_OF_RECORD, _OF_FILE = "WHERE h.checks_education\n    UNION ALL", "WHERE h.checks_education\n),"
_GAINED = past_files.GAINED.replace("%s", "%(day)s")


def people_by_records() -> str:
    """Return `PEOPLE` from `needs_records`, on a past day with the educations of then."""
    found = by_records(PEOPLE).replace("stood.rank,", "stood.rank, stood.keeps_education,")
    for plain, then in ((_OF_RECORD, "h.keeps_education"), (_OF_FILE, f"(NOT %(is_past)s OR {_GAINED})")):
        if plain not in found:
            raise ValueError(f"no degrees are read as {plain!r}")
        found = found.replace(plain, plain.replace("h.checks_education", f"h.checks_education AND {then}"))
    return found


# A projection counts nobody who leaves between the day the register is known and its own day; on any other day the two
# are one and nobody is gone. Who should have left already is still there, as in every analysis.
GONE = """
CREATE TEMP TABLE needs_gone ON COMMIT DROP AS
SELECT employee_id, min(leaves_on) AS day FROM needs_people
WHERE leaves_on > %(known_on)s AND leaves_on <= %(day)s GROUP BY 1
"""
STAY = "DELETE FROM needs_people p USING needs_gone g WHERE g.employee_id = p.employee_id"

# What the register promises of each position (F).
PROMISES = "CREATE TEMP TABLE needs_promised ON COMMIT DROP AS " + PROMISED  # noqa: S608  constants

# masuk: who is known to come. A definitive post that starts later, or a reserved seat whose TMT is to come; what F
# promises already is not said twice, and who is in the post already does not come to it.
JOINING = """
CREATE TEMP TABLE needs_joining ON COMMIT DROP AS
WITH arrival AS (
    SELECT i.position_id, i.seat_id, i.starts_on
    FROM positions_incumbency i
    JOIN positions_employee e ON e.agency_id = i.agency_id AND e.id = i.employee_id
    WHERE i.agency_id = %(agency)s AND i.kind = 'definitif' AND i.starts_on > %(day)s
        AND e.legal_status = ANY (%(legal_statuses)s::text[]) AND (e.exits_on IS NULL OR e.exits_on > i.starts_on)
        AND (%(part_time_counts)s OR e.status <> 'PPPK_PW')
        AND NOT EXISTS (
            SELECT FROM positions_incumbency h
            WHERE h.agency_id = i.agency_id AND h.position_id = i.position_id AND h.employee_id = i.employee_id
                AND h.kind = 'definitif' AND h.starts_on <= %(day)s AND (h.ends_on IS NULL OR h.ends_on > %(day)s)
        )
),
coming AS (
    SELECT position_id, starts_on FROM arrival
    UNION ALL
    SELECT s.position_id, r.starts_on FROM positions_reservation r
    JOIN positions_seat s ON s.agency_id = r.agency_id AND s.id = r.seat_id
    WHERE r.agency_id = %(agency)s AND r.starts_on > %(day)s
        AND NOT EXISTS (SELECT FROM arrival a WHERE a.seat_id = r.seat_id)
),
queued AS (
    SELECT position_id, (extract(year FROM starts_on) - extract(year FROM %(day)s))::int AS year,
        row_number() OVER (PARTITION BY position_id ORDER BY starts_on) AS place
    FROM coming
)
SELECT q.position_id, array[count(*) FILTER (WHERE year = 0), count(*) FILTER (WHERE year = 1),
    count(*) FILTER (WHERE year = 2), count(*) FILTER (WHERE year = 3), count(*) FILTER (WHERE year = 4)
]::int[] AS joining
FROM queued q LEFT JOIN needs_promised f ON f.position_id = q.position_id
WHERE q.place > coalesce(f.people, 0)
GROUP BY 1
"""

INPUTS = """
CREATE TEMP TABLE needs_inputs ON COMMIT DROP AS
WITH supply AS (
    SELECT position_id,
        count(*) FILTER (WHERE counts) AS b,
        count(*) FILTER (WHERE kind = 'definitif' AND NOT part_time) AS definitive,
        count(*) FILTER (WHERE part_time) AS part_time,
        count(*) FILTER (WHERE kind = 'tugas_tambahan') AS duties,
        count(*) FILTER (WHERE counts AND leaving) AS leaving,
        count(*) FILTER (WHERE counts AND leaving_urgent) AS leaving_urgent,
        count(*) FILTER (WHERE counts AND movable) AS movable,
        count(*) FILTER (WHERE counts AND below) AS below,
        count(*) FILTER (WHERE counts AND misfit) AS misfits,
        array[count(*) FILTER (WHERE counts AND year = 0), count(*) FILTER (WHERE counts AND year = 1),
            count(*) FILTER (WHERE counts AND year = 2), count(*) FILTER (WHERE counts AND year = 3),
            count(*) FILTER (WHERE counts AND year = 4)]::int[] AS outflow,
        array[
            count(*) FILTER (WHERE counts AND year = 0 AND by_age),
            count(*) FILTER (WHERE counts AND year = 1 AND by_age),
            count(*) FILTER (WHERE counts AND year = 2 AND by_age),
            count(*) FILTER (WHERE counts AND year = 3 AND by_age),
            count(*) FILTER (WHERE counts AND year = 4 AND by_age)
        ]::int[] AS retiring
    FROM needs_people GROUP BY 1
),
-- B as a map prints it, only where nobody was ever imported to the perangkat daerah (as the tree stands now): a map
-- and a list of people both come for a whole one, so once its people are there an empty post is vacant. Until then
-- nobody knows since when a post stands empty.
peopled AS (
    SELECT DISTINCT coalesce(u.office_id, u.id) AS office_id
    FROM (SELECT DISTINCT position_id FROM positions_incumbency WHERE agency_id = %(agency)s) i
    JOIN positions_position p ON p.agency_id = %(agency)s AND p.id = i.position_id
    JOIN positions_unit u ON u.agency_id = %(agency)s AND u.id = p.unit_id
),
held_seats AS (
    SELECT i.seat_id FROM positions_incumbency i
    JOIN positions_employee e ON e.agency_id = i.agency_id AND e.id = i.employee_id
    WHERE i.agency_id = %(agency)s AND i.kind IN ('definitif', 'tugas_tambahan')
        AND i.starts_on <= %(day)s AND (i.ends_on IS NULL OR i.ends_on > %(day)s)
        AND (e.exits_on IS NULL OR e.exits_on > %(day)s)
        AND NOT EXISTS (SELECT FROM needs_gone g WHERE g.employee_id = i.employee_id)
),
decided_seats AS (
    SELECT s.id, s.position_id, k.kind, s.starts_on, h.seat_id IS NULL AND k.kind <> 'di_luar_formasi' AS vacant
    FROM positions_seat s LEFT JOIN held_seats h ON h.seat_id = s.id
    LEFT JOIN positions_seatformerkind f ON f.agency_id = %(agency)s AND f.seat_id = s.id
        AND f.starts_on <= %(day)s AND f.ends_on > %(day)s
    CROSS JOIN LATERAL (SELECT coalesce(f.kind, s.kind) AS kind) k
    WHERE s.agency_id = %(agency)s AND s.starts_on <= %(day)s AND (s.ends_on IS NULL OR s.ends_on > %(day)s)
),
-- Vacant since the last holder left; never held: since the seat exists.
left_on AS (
    SELECT s.id, max(least(i.ends_on, e.exits_on, g.day)) AS day
    FROM decided_seats s
    JOIN positions_incumbency i ON i.agency_id = %(agency)s AND i.seat_id = s.id
        AND i.kind IN ('definitif', 'tugas_tambahan') AND i.starts_on <= %(day)s
    JOIN positions_employee e ON e.agency_id = i.agency_id AND e.id = i.employee_id
    LEFT JOIN needs_gone g ON g.employee_id = i.employee_id
    WHERE s.vacant GROUP BY 1
),
seats AS (
    SELECT s.position_id, count(*) FILTER (WHERE s.kind <> 'di_luar_formasi') AS seats,
        count(*) FILTER (WHERE s.kind = 'di_luar_formasi') AS beyond,
        max(%(day)s - coalesce(l.day, s.starts_on)) FILTER (WHERE s.vacant) AS vacant_days
    FROM decided_seats s LEFT JOIN left_on l ON l.id = s.id GROUP BY 1
),
acting AS (
    SELECT position_id, max(%(day)s - starts_on) AS days FROM positions_incumbency i
    WHERE agency_id = %(agency)s AND kind = 'plt' AND starts_on <= %(day)s AND (ends_on IS NULL OR ends_on > %(day)s)
        AND NOT EXISTS (SELECT FROM needs_gone g WHERE g.employee_id = i.employee_id)
    GROUP BY 1
),
named AS (
    SELECT position_id, source, need, decree, decree_on, is_printed FROM positions_positionneed
    WHERE agency_id = %(agency)s AND starts_on <= %(day)s AND (ends_on IS NULL OR ends_on > %(day)s)
),
-- The version of a position's workload that counts, by method: the latest approved, else the latest filled one.
-- A sheet approved after the day was verified at most.
chosen AS (
    SELECT DISTINCT ON (w.position_id, w.method) w.id AS workload_id, w.position_id, w.method, w.faults, w.is_sample,
        w.printed_need, c.year, c.minutes_per_year, c.minutes_per_year_health, c.rounding, s.state, s.measured_on
    FROM positions_workload w
    JOIN (
        SELECT id, campaign_id,
            CASE WHEN state = 'disahkan' AND approved_on > %(day)s THEN 'diverifikasi' ELSE state END AS state,
            CASE WHEN state = 'disahkan' AND approved_on <= %(day)s THEN approved_on END AS measured_on
        FROM positions_workloadsheet WHERE agency_id = %(agency)s AND state <> 'belum'
    ) s ON s.id = w.sheet_id
    JOIN positions_campaign c ON c.agency_id = w.agency_id AND c.id = s.campaign_id AND c.opens_on <= %(day)s
    WHERE w.agency_id = %(agency)s
        AND EXISTS (SELECT FROM positions_workloadtask t WHERE t.agency_id = w.agency_id AND t.workload_id = w.id)
    ORDER BY w.position_id, w.method, s.state = 'disahkan' DESC, c.year DESC,
        array_position(array['disahkan', 'diverifikasi', 'diisi', 'dikembalikan'], s.state::text),
        s.measured_on DESC NULLS LAST, w.id DESC
),
goals AS (
    SELECT id FROM positions_goal
    WHERE agency_id = %(agency)s AND starts_on <= %(day)s AND (ends_on IS NULL OR ends_on > %(day)s)
),
tasks AS (
    SELECT c.workload_id, t.goal_id, t.digital_prone, t.part,
        coalesce(t.minutes_per_year, c.minutes_per_year) AS effective,
        t.volume * CASE t.per WHEN 'year' THEN 1 WHEN 'month' THEN 12 WHEN 'week' THEN 50 WHEN 'day' THEN 250
            WHEN 'quarter' THEN 4 ELSE 2 END * t.minutes AS load
    FROM chosen c JOIN positions_workloadtask t ON t.agency_id = %(agency)s AND t.workload_id = c.workload_id
),
-- Exact sums first, one quotient for each effective time of a sheet, rounded once to ten decimals.
loads AS (
    SELECT workload_id, sum(tasks) AS tasks, sum(load) AS load, sum(main) AS main, sum(support) AS support,
        sum(digital) AS digital, round(sum(load::numeric(60, 30) / effective), 10) AS need,
        jsonb_object_agg(effective, load::text) AS by_effective, bool_or(has_goal) AS has_goal
    FROM (
        SELECT t.workload_id, t.effective, count(*) AS tasks, sum(t.load) AS load,
            sum(t.load) FILTER (WHERE t.part = 'pokok') AS main,
            sum(t.load) FILTER (WHERE t.part = 'penunjang') AS support,
            sum(t.load) FILTER (WHERE t.digital_prone) AS digital,
            bool_or(g.id IS NOT NULL) AS has_goal
        FROM tasks t LEFT JOIN goals g ON g.id = t.goal_id
        GROUP BY 1, 2
    ) s GROUP BY 1
),
measured AS (
    SELECT c.*, l.tasks, l.load, l.main, coalesce(l.support, 0) AS support, l.by_effective, l.has_goal,
        round(coalesce(l.digital, 0) / l.load, 10) AS digital_share,
        CASE WHEN c.method = 'ABK' THEN l.need
            -- ABK-Kes: support takes its part of everybody's time; all of it would leave no time for main tasks.
            WHEN l.main > 0 AND coalesce(l.support, 0) < c.minutes_per_year_health
            THEN round(l.main::numeric(60, 30) / (c.minutes_per_year_health - coalesce(l.support, 0)), 10)
        END AS need
    FROM chosen c JOIN loads l ON l.workload_id = c.workload_id
),
older AS MATERIALIZED (
    SELECT position_id, need, (evidence #>> '{need,workload}')::bigint AS workload_id
    FROM positions_needsresult WHERE agency_id = %(agency)s AND analysis_id = %(compared)s
),
-- Goals that the compared analysis knew of a post: by a link, or by a task of the workload that it rested on.
known_goals AS MATERIALIZED (
    SELECT position_id, goal_id FROM positions_positiongoal
    WHERE agency_id = %(agency)s AND starts_on <= %(compared_on)s AND (ends_on IS NULL OR ends_on > %(compared_on)s)
    UNION
    SELECT o.position_id, t.goal_id FROM older o
    JOIN positions_workloadtask t ON t.agency_id = %(agency)s AND t.workload_id = o.workload_id
    WHERE t.goal_id IS NOT NULL
),
linked AS (
    SELECT l.position_id, bool_or(l.starts_on > %(compared_on)s AND k.goal_id IS NULL) AS newly
    FROM positions_positiongoal l
    JOIN goals g ON g.id = l.goal_id
    LEFT JOIN known_goals k ON k.position_id = l.position_id AND k.goal_id = l.goal_id
    WHERE l.agency_id = %(agency)s AND l.starts_on <= %(day)s AND (l.ends_on IS NULL OR l.ends_on > %(day)s)
    GROUP BY 1
),
-- Workloads with a task for a goal that is new to the post.
linking AS (
    SELECT DISTINCT t.workload_id FROM tasks t
    JOIN chosen c ON c.workload_id = t.workload_id
    JOIN goals g ON g.id = t.goal_id
    LEFT JOIN known_goals k ON k.position_id = c.position_id AND k.goal_id = t.goal_id
    WHERE %(compared_on)s::date IS NOT NULL AND k.goal_id IS NULL
),
sourced AS (
    SELECT p.position_id, p.code, p.unit_id, p.unit_code, p.unit_name, p.office_id, p.job_id, p.by_duty,
        j.job_name, j.job_class, j."group", j.is_service, j.managerial OR p.by_duty AS is_man,
        CASE WHEN j.managerial OR p.by_duty THEN 0 WHEN p.growth <> 0 THEN p.growth
            ELSE %(growth_default)s END AS growth,
        CASE WHEN j.managerial OR p.by_duty THEN 'TETAP_SATU'
            WHEN formula.need IS NOT NULL THEN 'FORMULA_JF'
            WHEN kes.need IS NOT NULL THEN 'ABK_KES'
            WHEN abk.need IS NOT NULL THEN 'ABK'
            WHEN decided.need IS NOT NULL THEN 'PETA_DITETAPKAN'
            ELSE 'data_kosong' END AS source,
        round(CASE WHEN j.managerial OR p.by_duty THEN greatest(coalesce(s.seats, 0), 1)
            ELSE coalesce(formula.need, kes.need, abk.need, decided.need) END, 10) AS n,
        round(decided.need)::int AS k_decided, coalesce(decided.is_printed, false) AS k_printed,
        decided.decree, decided.decree_on, formula.decree AS formula_decree, formula.decree_on AS formula_decree_on,
        CASE WHEN p.printed_holders IS NOT NULL AND pp.office_id IS NULL THEN p.printed_holders
            ELSE coalesce(y.b, 0) END::int AS b,
        p.printed_holders IS NOT NULL AND pp.office_id IS NULL AS b_printed,
        coalesce(y.definitive, 0) AS definitive, coalesce(y.part_time, 0)::int AS part_time,
        coalesce(y.duties, 0) AS duties, coalesce(y.leaving, 0)::int AS leaving,
        coalesce(y.leaving_urgent, 0)::int AS leaving_urgent, coalesce(y.movable, 0)::int AS movable,
        coalesce(y.below, 0)::int AS below, coalesce(y.misfits, 0)::int AS misfits,
        coalesce(c.joining, '{0,0,0,0,0}') AS joining,
        coalesce(y.outflow, '{0,0,0,0,0}') AS outflow, coalesce(y.retiring, '{0,0,0,0,0}') AS retiring,
        coalesce(s.seats, 0) AS seats, coalesce(s.beyond, 0) AS beyond,
        CASE WHEN pp.office_id IS NOT NULL THEN coalesce(s.vacant_days,
            CASE WHEN s.seats IS NULL AND (j.managerial OR p.by_duty) THEN %(day)s - p.starts_on END)
            END AS vacant_days,
        a.days AS acting_days, coalesce(f.people, 0) AS f,
        CASE WHEN j.managerial OR p.by_duty OR formula.need IS NOT NULL THEN NULL
            WHEN kes.need IS NOT NULL THEN kes.workload_id ELSE abk.workload_id END AS workload_id,
        CASE WHEN kes.need IS NOT NULL OR abk.need IS NOT NULL THEN abk.rounding END AS abk_rounding,
        g.position_id IS NOT NULL AS linked, coalesce(g.newly, false) AS newly, o.need AS n_before
    FROM needs_posts p
    JOIN needs_jobs j ON j.job_id = p.job_id
    LEFT JOIN supply y ON y.position_id = p.position_id
    LEFT JOIN peopled pp ON pp.office_id = p.own_office_id
    LEFT JOIN seats s ON s.position_id = p.position_id
    LEFT JOIN acting a ON a.position_id = p.position_id
    LEFT JOIN needs_promised f ON f.position_id = p.position_id
    LEFT JOIN needs_joining c ON c.position_id = p.position_id
    LEFT JOIN named formula ON formula.position_id = p.position_id AND formula.source = 'FORMULA_JF'
    LEFT JOIN named decided ON decided.position_id = p.position_id AND decided.source = 'PETA_DITETAPKAN'
    LEFT JOIN measured kes ON kes.position_id = p.position_id AND kes.method = 'ABK_KES'
    LEFT JOIN measured abk ON abk.position_id = p.position_id AND abk.method = 'ABK'
    LEFT JOIN linked g ON g.position_id = p.position_id
    LEFT JOIN older o ON o.position_id = p.position_id
),
whole AS (
    SELECT s.*,
        CASE WHEN s.source = 'data_kosong' THEN NULL
            WHEN s.source = 'ABK' AND s.abk_rounding = 'ceil' THEN ceil(s.n) ELSE round(s.n) END::int AS k_used,
        m.year AS abk_year, m.state AS abk_state, m.faults, m.tasks, m.load, m.main, m.support, m.by_effective,
        m.minutes_per_year_health, m.is_sample, m.printed_need, m.digital_share,
        coalesce(m.measured_on, c.opens_on) AS measured_on,
        s.linked OR coalesce(m.has_goal, false) AS has_goal,
        s.newly OR a.workload_id IS NOT NULL AS newly_linked_goal,
        1 + s.growth AS grows
    FROM sourced s
    LEFT JOIN measured m ON m.workload_id = s.workload_id
    LEFT JOIN linking a ON a.workload_id = s.workload_id
    LEFT JOIN positions_campaign c ON c.agency_id = %(agency)s AND c.year = m.year
)
SELECT w.*, p.b_year,
    round((count(*) FILTER (WHERE has_goal) OVER (PARTITION BY unit_id))::numeric
        / count(*) OVER (PARTITION BY unit_id), 10) AS goals_mapped_share,
    sum(CASE WHEN by_duty THEN 0 ELSE b END) OVER (PARTITION BY job_id)::int AS job_holders,
    coalesce(cardinality(faults) > 0, false) AS has_fault,
    -- In a projection workload is as old as it is now: how old it will be is no news about the post.
    coalesce(%(known_on)s > (measured_on + make_interval(months => %(abk_stale_months)s))::date, false) AS stale,
    CASE WHEN abk_state <> 'disahkan' THEN '{BELUM_DISAHKAN}'::text[] ELSE '{}' END AS flags,
    CASE WHEN source = 'ABK' AND abk_rounding = 'ceil' THEN array[ceil(n * grows), ceil(n * grows * grows),
            ceil(n * grows * grows * grows), ceil(n * grows * grows * grows * grows),
            ceil(n * grows * grows * grows * grows * grows)]::int[]
        WHEN n IS NOT NULL THEN array[round(n * grows), round(n * grows * grows), round(n * grows * grows * grows),
            round(n * grows * grows * grows * grows), round(n * grows * grows * grows * grows * grows)]::int[]
        ELSE array[NULL, NULL, NULL, NULL, NULL]::int[] END AS k_year
FROM whole w
CROSS JOIN LATERAL (
    SELECT b + joining[1] - outflow[1] AS b1, joining[2] - outflow[2] AS d2, joining[3] - outflow[3] AS d3,
        joining[4] - outflow[4] AS d4, joining[5] - outflow[5] AS d5
) d
CROSS JOIN LATERAL (SELECT array[b1, b1 + d2, b1 + d2 + d3, b1 + d2 + d3 + d4, b1 + d2 + d3 + d4 + d5] AS b_year) p
"""
