-- The reference of `bench.needs`: the job-needs analysis of one agency as one would write it by hand for one agency, once,
-- run by the owner without row security. It writes the same columns into the same tables as the product and is checked
-- to say the same of every position; the meaning is that of positions/rules. Statements are parted by lines of dashes.
INSERT INTO positions_needsresult (
    agency_id, analysis_id, position_id, unit_id, job_id, code, unit_name, job_name, job_class, managerial, source,
    need, k, k_decided, k_used, b, b_part_time, f, effectiveness, grade, outflow, k_year, b_year, received, released,
    signals, evidence, "row", reason, recommendation, quantity, priority
)
WITH RECURSIVE
-- Where units stand on the day; the office (perangkat daerah) is the ancestor right below the root.
placed AS (
    SELECT u.id, u.code, coalesce(p.name, u.name) AS name,
        CASE WHEN p.id IS NULL THEN u.parent_id ELSE p.parent_id END AS parent_id
    FROM positions_unit u
    LEFT JOIN positions_unitperiod p ON p.unit_id = u.id AND p.starts_on <= %(day)s
        AND coalesce(p.ends_on > %(day)s, true)
    WHERE u.agency_id = %(agency)s
),
tree AS (
    SELECT id, code, name, id AS office_id, true AS is_root FROM placed WHERE parent_id IS NULL
    UNION ALL
    SELECT c.id, c.code, c.name, CASE WHEN t.is_root THEN c.id ELSE t.office_id END, false
    FROM tree t JOIN placed c ON c.parent_id = t.id
),
-- First words of a job's name that have an age of their own; the longest counts.
law (words, level, age) AS (
    SELECT * FROM unnest(%(special_names)s::text[], %(special_levels)s::text[], %(special_ages)s::int[])
),
job AS MATERIALIZED (
    SELECT j.id, j."group", j.job_class, j."group" = 'manajerial' AS managerial, j.field IN ('guru', 'nakes') AS is_service,
        j.name || CASE WHEN j.subtitle = '' THEN '' ELSE ' (' || j.subtitle || ')' END AS title,
        coalesce(
            NULLIF(j.retirement_age, 0),
            (SELECT l.age FROM law l
             WHERE starts_with(array_to_string(regexp_split_to_array(btrim(upper(j.name)), '\s+'), ' ') || ' ', l.words || ' ')
                 AND coalesce(l.level = j.level, true)
             ORDER BY length(l.words) DESC, l.age DESC LIMIT 1),
            (%(bup_ages)s::int[])[array_position(%(bup_levels)s::text[], j.level::text)],
            58
        ) AS age,
        CASE WHEN j.level <> 'PELAKSANA' THEN coalesce(j.rank_min, (%(rank_lows)s::int[])[r.place]) END AS rank_low,
        CASE WHEN j.level <> 'PELAKSANA' THEN coalesce(j.rank_max, (%(rank_highs)s::int[])[r.place]) END AS rank_high,
        coalesce(e."order", 0) AS needed,
        ARRAY(SELECT upper(x.field) FROM positions_jobeducation x WHERE x.job_id = j.id) AS fields
    FROM positions_job j
    CROSS JOIN LATERAL (
        SELECT array_position(%(rank_keys)s::text[], CASE WHEN j."group" = 'fungsional' THEN j.level::text
            ELSE upper(replace(j.echelon, '.', '')) END) AS place
    ) r
    LEFT JOIN positions_educationlevel e ON e.code = j.education_level_id
    WHERE j.agency_id = %(agency)s
),
post AS MATERIALIZED (
    SELECT p.id, p.code, p.unit_id, p.job_id, p.by_duty, p.growth, p.printed_holders, p.starts_on,
        coalesce(t.code, u.code) AS unit_code, coalesce(t.name, u.name) AS unit_name,
        coalesce(t.office_id, u.office_id, u.id) AS office_id, coalesce(u.office_id, u.id) AS own_office_id,
        j.managerial OR p.by_duty AS is_man
    FROM positions_position p
    JOIN positions_unit u ON u.id = p.unit_id
    JOIN job j ON j.id = p.job_id
    LEFT JOIN tree t ON t.id = p.unit_id
    WHERE p.agency_id = %(agency)s AND p.starts_on <= %(day)s AND coalesce(p.ends_on > %(day)s, true)
),
-- People ------------------------------------------------------------------------------------------------------------
-- Rank and legal standing as they stood on the day; who has no history by then keeps what is on record today.
stood AS MATERIALIZED (
    SELECT e.id, coalesce((array_agg(s.standing ORDER BY s.starts_on DESC) FILTER (WHERE s.standing IS NOT NULL))[1],
            e.legal_status) AS legal_status,
        CASE WHEN r.employee_id IS NOT NULL THEN r.rank WHEN coalesce(e.rank_since <= %(day)s, true) THEN e.rank END
            AS rank
    FROM positions_employee e
    LEFT JOIN positions_standingrecord s ON s.employee_id = e.id AND s.starts_on <= %(day)s
    LEFT JOIN (
        SELECT DISTINCT ON (employee_id) employee_id, rank FROM positions_rankrecord
        WHERE agency_id = %(agency)s AND starts_on <= %(day)s ORDER BY employee_id, starts_on DESC
    ) r ON r.employee_id = e.id
    WHERE e.agency_id = %(agency)s
    GROUP BY e.id, r.employee_id, r.rank
),
holder AS MATERIALIZED (
    SELECT i.position_id, i.employee_id, i.kind, i.starts_on, i.kind = 'paruh_waktu' OR e.status = 'PPPK_PW' AS part_time,
        e.status, o.rank, e.exits_on, p.by_duty, j.rank_low, j.rank_high, j.needed, j.fields,
        coalesce(e.education_level_id, d.level_id) AS degree, coalesce(d.field, '') AS field,
        -- The 1st of the month after the one in which the age is reached.
        (make_date(extract(year FROM e.birth_date)::int + coalesce(NULLIF(e.own_retirement_age, 0), j.age)::int,
            extract(month FROM e.birth_date)::int, 1) + interval '1 month')::date AS of_age
    FROM positions_incumbency i
    JOIN post p ON p.id = i.position_id
    JOIN job j ON j.id = p.job_id
    JOIN positions_employee e ON e.id = i.employee_id
    JOIN stood o ON o.id = e.id
    LEFT JOIN positions_education d ON d.id = e.education_id
    WHERE i.agency_id = %(agency)s AND i.kind IN ('definitif', 'paruh_waktu', 'tugas_tambahan')
        AND i.starts_on <= %(day)s AND coalesce(i.ends_on > %(day)s, true) AND coalesce(e.exits_on > %(day)s, true)
        AND (o.legal_status = ANY (%(legal_statuses)s::text[]) OR (e.exits_on IS NOT NULL
            AND o.legal_status = ANY (%(ended)s::text[])))
),
ending_contract AS (
    SELECT c.employee_id, max(c.ends_on) AS day FROM positions_contract c
    WHERE c.agency_id = %(agency)s AND c.extension = 'tidak' AND coalesce(c.decided_on <= %(day)s, true)
        AND NOT EXISTS (
            SELECT FROM positions_contract l WHERE l.employee_id = c.employee_id AND l.starts_on >= c.ends_on
        )
    GROUP BY 1
),
leaver AS (
    SELECT h.*, least(r.retires_on, h.exits_on, c.day) AS leaves_on,
        least(r.retires_on, h.exits_on, c.day) = r.retires_on AS by_age
    FROM holder h
    LEFT JOIN holder own ON h.kind = 'tugas_tambahan' AND own.kind = 'definitif' AND own.employee_id = h.employee_id
    LEFT JOIN ending_contract c ON c.employee_id = h.employee_id
    CROSS JOIN LATERAL (
        SELECT CASE h.kind WHEN 'definitif'
            THEN greatest(h.of_age, (date_trunc('month', h.starts_on) + interval '1 month')::date)
            ELSE coalesce(own.of_age, h.of_age) END AS retires_on
    ) r
),
-- Degrees of whoever holds a post that asks for one; no degree known is no misfit.
degree AS (
    SELECT h.position_id, h.employee_id, h.needed, h.fields, l."order" AS level, h.field
    FROM holder h JOIN positions_educationlevel l ON l.code = h.degree
    WHERE h.needed > 0 OR h.fields <> '{}'
    UNION ALL
    SELECT h.position_id, h.employee_id, h.needed, h.fields, l."order", coalesce(d.field, upper(btrim(x.name)))
    FROM holder h
    JOIN positions_employeeeducation x ON x.employee_id = h.employee_id
    JOIN positions_educationlevel l ON l.code = x.level_id
    LEFT JOIN positions_education d ON d.id = x.education_id
    WHERE h.needed > 0 OR h.fields <> '{}'
),
schooling AS (
    SELECT position_id, employee_id,
        NOT bool_or(level >= needed) OR (
            max(cardinality(fields)) > 0 AND bool_or(level >= needed AND field <> '') AND NOT bool_or(
                level >= needed AND EXISTS (
                    SELECT FROM unnest(fields) f WHERE strpos(' ' || field || ' ', ' ' || f || ' ') > 0
                )
            )
        ) AS is_below
    FROM degree GROUP BY 1, 2
),
-- MATERIALIZED where a figure is read many times: PostgreSQL would compute it anew for each.
person AS MATERIALIZED (
    SELECT l.position_id, l.kind, l.part_time, l.by_age,
        CASE WHEN l.part_time THEN %(part_time_counts)s ELSE l.kind = 'definitif' OR l.by_duty END AS counts,
        greatest(0, extract(year FROM l.leaves_on) - extract(year FROM %(day)s))::int AS year,
        l.leaves_on <= %(day)s + make_interval(months => %(leaving_months)s) AS leaving,
        l.leaves_on <= %(day)s + make_interval(months => %(leaving_urgent_months)s) AS leaving_urgent,
        l.status = 'PNS' AND l.kind = 'definitif' AND l.starts_on + make_interval(years => %(movable_years)s) <= %(day)s
            AND l.leaves_on > %(day)s + make_interval(months => %(leaving_months)s) AS movable,
        l.status NOT IN ('PPPK', 'PPPK_PW') AND NOT coalesce(l.rank BETWEEN coalesce(l.rank_low, l.rank)
            AND coalesce(l.rank_high, l.rank), true) AS misfit,
        coalesce(s.is_below, false) AS below
    FROM leaver l LEFT JOIN schooling s ON s.position_id = l.position_id AND s.employee_id = l.employee_id
),
supply AS (
    SELECT position_id, count(*) FILTER (WHERE counts) AS b,
        count(*) FILTER (WHERE kind = 'definitif' AND NOT part_time) AS definitive,
        count(*) FILTER (WHERE part_time) AS part_time, count(*) FILTER (WHERE kind = 'tugas_tambahan') AS duties,
        count(*) FILTER (WHERE counts AND leaving) AS leaving,
        count(*) FILTER (WHERE counts AND leaving_urgent) AS leaving_urgent,
        count(*) FILTER (WHERE counts AND movable) AS movable, count(*) FILTER (WHERE counts AND below) AS below,
        count(*) FILTER (WHERE counts AND misfit) AS misfits,
        ARRAY[count(*) FILTER (WHERE counts AND year = 0), count(*) FILTER (WHERE counts AND year = 1),
            count(*) FILTER (WHERE counts AND year = 2), count(*) FILTER (WHERE counts AND year = 3),
            count(*) FILTER (WHERE counts AND year = 4)]::int[] AS outflow,
        ARRAY[count(*) FILTER (WHERE counts AND by_age AND year = 0), count(*) FILTER (WHERE counts AND by_age AND year = 1),
            count(*) FILTER (WHERE counts AND by_age AND year = 2), count(*) FILTER (WHERE counts AND by_age AND year = 3),
            count(*) FILTER (WHERE counts AND by_age AND year = 4)]::int[] AS retiring
    FROM person GROUP BY 1
),
-- Seats: how many, and how long the longest vacant one is empty ---------------------------------------------------------
seat AS (
    SELECT s.position_id, coalesce(max(f.kind), s.kind) AS kind, s.starts_on, max(least(i.ends_on, e.exits_on)) AS left_on,
        coalesce(bool_or(e.id IS NOT NULL AND coalesce(i.ends_on > %(day)s, true) AND coalesce(e.exits_on > %(day)s, true)),
            false) AS is_held
    FROM positions_seat s
    LEFT JOIN positions_seatformerkind f ON f.seat_id = s.id AND f.starts_on <= %(day)s AND f.ends_on > %(day)s
    LEFT JOIN positions_incumbency i ON i.seat_id = s.id AND i.kind IN ('definitif', 'tugas_tambahan')
        AND i.starts_on <= %(day)s
    LEFT JOIN positions_employee e ON e.id = i.employee_id
    WHERE s.agency_id = %(agency)s AND s.starts_on <= %(day)s AND coalesce(s.ends_on > %(day)s, true)
    GROUP BY s.id
),
seats AS (
    SELECT position_id, count(*) FILTER (WHERE kind <> 'di_luar_formasi') AS seats,
        count(*) FILTER (WHERE kind = 'di_luar_formasi') AS beyond,
        max(%(day)s - coalesce(left_on, starts_on)) FILTER (WHERE NOT is_held AND kind <> 'di_luar_formasi') AS vacant_days
    FROM seat GROUP BY 1
),
-- Since when a Plt acts.
past AS (
    SELECT position_id, max(%(day)s - starts_on) FILTER (
        WHERE kind = 'plt' AND starts_on <= %(day)s AND coalesce(ends_on > %(day)s, true)) AS acting_days
    FROM positions_incumbency WHERE agency_id = %(agency)s GROUP BY 1
),
-- Offices (as the tree stands now) to which anybody was ever imported: there a printed B no longer counts.
peopled AS (
    SELECT DISTINCT coalesce(u.office_id, u.id) AS office_id
    FROM past JOIN positions_position p ON p.id = past.position_id JOIN positions_unit u ON u.id = p.unit_id
),
promised AS (
    SELECT position_id, sum(people)::int AS f FROM (
        SELECT d.position_id, sum(d.decided) - greatest(sum(d.filled), least(sum(d.decided), min(d.before + d.came))) AS people
        FROM (
            SELECT l.position_id, l.decided, l.filled,
                coalesce(sum(l.decided) OVER (PARTITION BY l.position_id ORDER BY p.decree_on, l.id
                    ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS before,
                -- Who came to the post after the decree and was never there before.
                (SELECT count(*) FROM (
                    SELECT FROM positions_incumbency i
                    WHERE i.position_id = l.position_id AND i.kind = 'definitif' AND i.starts_on <= %(day)s
                    GROUP BY i.employee_id HAVING min(i.starts_on) > p.decree_on
                ) newcomer) AS came
            FROM positions_formationline l JOIN positions_formationproposal p ON p.id = l.proposal_id
            WHERE l.agency_id = %(agency)s AND p.state = 'ditetapkan' AND p.decree_on <= %(day)s AND l.decided > 0
        ) d GROUP BY 1
        UNION ALL
        SELECT s.position_id, 1 FROM positions_reservation r JOIN positions_seat s ON s.id = r.seat_id
        WHERE r.agency_id = %(agency)s AND r.starts_on <= %(day)s AND coalesce(r.ends_on > %(day)s, true)
    ) each_one GROUP BY 1
),
-- Who is known to come later: by a post that begins then, or by a seat kept for somebody. F tells of the first of them.
arriving AS (
    SELECT position_id, ARRAY[sum((year = 0)::int), sum((year = 1)::int), sum((year = 2)::int), sum((year = 3)::int),
        sum((year = 4)::int)]::int[] AS joining
    FROM (
        SELECT a.position_id, extract(year FROM a.day)::int - extract(year FROM %(day)s)::int AS year, p.f,
            row_number() OVER (PARTITION BY a.position_id ORDER BY a.day) AS place
        FROM (
            SELECT i.position_id, i.starts_on AS day
            FROM positions_incumbency i
            JOIN positions_employee e ON e.id = i.employee_id
            JOIN stood o ON o.id = e.id
            LEFT JOIN positions_incumbency there ON there.position_id = i.position_id
                AND there.employee_id = i.employee_id AND there.kind = 'definitif' AND there.starts_on <= %(day)s
                AND coalesce(there.ends_on > %(day)s, true)
            WHERE i.agency_id = %(agency)s AND i.kind = 'definitif' AND i.starts_on > %(day)s AND there.id IS NULL
                AND o.legal_status = ANY (%(legal_statuses)s::text[]) AND coalesce(e.exits_on > i.starts_on, true)
                AND (e.status <> 'PPPK_PW' OR %(part_time_counts)s)
            UNION ALL
            SELECT s.position_id, r.starts_on
            FROM positions_reservation r
            JOIN positions_seat s ON s.id = r.seat_id
            WHERE r.agency_id = %(agency)s AND r.starts_on > %(day)s AND r.seat_id NOT IN (
                SELECT i.seat_id
                FROM positions_incumbency i
                JOIN positions_employee e ON e.id = i.employee_id
                JOIN stood o ON o.id = e.id
                WHERE i.agency_id = %(agency)s AND i.kind = 'definitif' AND i.starts_on > %(day)s
                    AND o.legal_status = ANY (%(legal_statuses)s::text[]) AND coalesce(e.exits_on > i.starts_on, true)
                    AND (e.status <> 'PPPK_PW' OR %(part_time_counts)s) AND NOT EXISTS (
                        SELECT FROM positions_incumbency t
                        WHERE t.position_id = i.position_id AND t.employee_id = i.employee_id AND t.kind = 'definitif'
                            AND t.starts_on <= %(day)s AND coalesce(t.ends_on > %(day)s, true)
                    )
            )
        ) a
        LEFT JOIN promised p ON p.position_id = a.position_id
    ) q
    WHERE place > coalesce(f, 0)
    GROUP BY 1
),
-- Need --------------------------------------------------------------------------------------------------------------
decided AS (
    SELECT * FROM positions_positionneed
    WHERE agency_id = %(agency)s AND starts_on <= %(day)s AND coalesce(ends_on > %(day)s, true)
),
-- The sheet's version that counts: approved before anything else, then the newest.
version AS (
    SELECT DISTINCT ON (w.position_id, w.method) w.id, w.position_id, w.method, w.faults, w.is_sample, w.printed_need, c.year,
        c.minutes_per_year, c.minutes_per_year_health AS health, c.rounding, s.state,
        coalesce(s.day, c.opens_on) AS measured_on
    FROM positions_workload w
    JOIN (
        SELECT id, campaign_id, CASE WHEN state = 'disahkan' AND approved_on > %(day)s THEN 'diverifikasi' ELSE state END AS state,
            CASE WHEN state = 'disahkan' AND approved_on <= %(day)s THEN approved_on END AS day
        FROM positions_workloadsheet WHERE agency_id = %(agency)s AND state <> 'belum'
    ) s ON s.id = w.sheet_id
    JOIN positions_campaign c ON c.id = s.campaign_id AND c.opens_on <= %(day)s
    WHERE w.agency_id = %(agency)s AND EXISTS (SELECT FROM positions_workloadtask t WHERE t.workload_id = w.id)
    ORDER BY w.position_id, w.method, CASE s.state WHEN 'disahkan' THEN 0 ELSE 1 END, c.year DESC,
        CASE s.state WHEN 'diverifikasi' THEN 1 WHEN 'diisi' THEN 2 WHEN 'dikembalikan' THEN 3 END,
        s.day DESC NULLS LAST, w.id DESC
),
goal AS (
    SELECT id FROM positions_goal
    WHERE agency_id = %(agency)s AND starts_on <= %(day)s AND coalesce(ends_on > %(day)s, true)
),
load AS (
    SELECT t.workload_id, coalesce(t.minutes_per_year, v.minutes_per_year) AS effective, count(*) AS tasks, sum(m.load) AS load,
        sum(m.load) FILTER (WHERE t.part = 'pokok') AS main, sum(m.load) FILTER (WHERE t.part = 'penunjang') AS support,
        sum(m.load) FILTER (WHERE t.digital_prone) AS digital, bool_or(g.id IS NOT NULL) AS has_goal
    FROM positions_workloadtask t
    JOIN version v ON v.id = t.workload_id
    LEFT JOIN goal g ON g.id = t.goal_id
    CROSS JOIN LATERAL (
        SELECT t.volume * t.minutes * CASE t.per WHEN 'day' THEN 250 WHEN 'week' THEN 50 WHEN 'month' THEN 12
            WHEN 'quarter' THEN 4 WHEN 'semester' THEN 2 ELSE 1 END AS load
    ) m
    WHERE t.agency_id = %(agency)s
    GROUP BY 1, 2
),
workload AS MATERIALIZED (
    SELECT v.*, l.tasks, l.load, l.main, l.support, l.loads, l.has_goal, round(coalesce(l.digital, 0) / l.load, 10) AS digital_share,
        CASE WHEN v.method = 'ABK' THEN round(l.people, 10)
            WHEN l.main > 0 AND l.support < v.health THEN round(l.main::numeric(60, 30) / (v.health - l.support), 10) END AS need
    FROM version v
    JOIN (
        SELECT workload_id, sum(tasks) AS tasks, sum(load) AS load, sum(main) AS main, coalesce(sum(support), 0) AS support,
            sum(digital) AS digital, sum(load::numeric(60, 30) / effective) AS people, bool_or(has_goal) AS has_goal,
            jsonb_object_agg(effective, load::text) AS loads
        FROM load GROUP BY 1
    ) l ON l.workload_id = v.id
),
old AS MATERIALIZED (
    SELECT position_id, need, (evidence #>> '{need,workload}')::bigint AS workload_id
    FROM positions_needsresult WHERE agency_id = %(agency)s AND analysis_id = %(compared)s
),
-- What the older analysis knew a post to serve: its links of then, and the tasks of the workload it used.
served_before AS MATERIALIZED (
    SELECT position_id, goal_id FROM positions_positiongoal
    WHERE agency_id = %(agency)s AND starts_on <= %(compared_on)s AND coalesce(ends_on > %(compared_on)s, true)
    UNION
    SELECT o.position_id, t.goal_id FROM old o JOIN positions_workloadtask t ON t.workload_id = o.workload_id
    WHERE t.goal_id IS NOT NULL
),
serving AS (
    SELECT l.position_id, bool_or(l.starts_on > %(compared_on)s AND o.goal_id IS NULL) AS newly
    FROM positions_positiongoal l JOIN goal g ON g.id = l.goal_id
    LEFT JOIN served_before o ON o.position_id = l.position_id AND o.goal_id = l.goal_id
    WHERE l.agency_id = %(agency)s AND l.starts_on <= %(day)s AND coalesce(l.ends_on > %(day)s, true) GROUP BY 1
),
tasks_newly AS (
    SELECT DISTINCT t.workload_id FROM positions_workloadtask t
    JOIN version v ON v.id = t.workload_id JOIN goal g ON g.id = t.goal_id
    LEFT JOIN served_before o ON o.position_id = v.position_id AND o.goal_id = t.goal_id
    WHERE t.agency_id = %(agency)s AND %(compared_on)s::date IS NOT NULL AND o.goal_id IS NULL
),
-- One row a position ---------------------------------------------------------------------------------------------------
sourced AS (
    SELECT p.*, j."group", j.is_service, j.job_class, j.title,
        CASE WHEN p.is_man THEN 'TETAP_SATU' WHEN jf.id IS NOT NULL THEN 'FORMULA_JF' WHEN kes.need IS NOT NULL THEN 'ABK_KES'
            WHEN abk.need IS NOT NULL THEN 'ABK' WHEN map.id IS NOT NULL THEN 'PETA_DITETAPKAN' ELSE 'data_kosong' END AS source,
        round(CASE WHEN p.is_man THEN greatest(coalesce(s.seats, 0), 1)
            ELSE coalesce(jf.need, kes.need, abk.need, map.need) END, 10) AS n,
        CASE WHEN NOT p.is_man AND jf.id IS NULL THEN coalesce(CASE WHEN kes.need IS NOT NULL THEN kes.id END, abk.id) END
            AS workload_id,
        CASE WHEN p.is_man THEN 0 WHEN p.growth <> 0 THEN p.growth ELSE %(growth_default)s END AS rate,
        round(map.need)::int AS k_decided, map.decree, map.decree_on, coalesce(map.is_printed, false) AS k_printed,
        jf.decree AS formula_decree, jf.decree_on AS formula_decree_on, abk.rounding,
        coalesce(CASE WHEN l.office_id IS NULL THEN p.printed_holders END, y.b, 0)::int AS b,
        p.printed_holders IS NOT NULL AND l.office_id IS NULL AS b_printed,
        coalesce(y.definitive, 0) AS definitive, coalesce(y.part_time, 0)::int AS part_time, coalesce(y.duties, 0) AS duties,
        coalesce(y.leaving, 0)::int AS leaving, coalesce(y.leaving_urgent, 0)::int AS leaving_urgent,
        coalesce(y.movable, 0)::int AS movable, coalesce(y.below, 0)::int AS below, coalesce(y.misfits, 0)::int AS misfits,
        coalesce(come.joining, '{0,0,0,0,0}') AS joining,
        coalesce(y.outflow, '{0,0,0,0,0}') AS outflow, coalesce(y.retiring, '{0,0,0,0,0}') AS retiring,
        coalesce(s.seats, 0) AS seats, coalesce(s.beyond, 0) AS beyond,
        CASE WHEN l.office_id IS NULL THEN NULL WHEN s.position_id IS NOT NULL THEN s.vacant_days
            WHEN p.is_man THEN %(day)s - p.starts_on END AS vacant_days,
        past.acting_days, coalesce(f.f, 0) AS f, g.position_id IS NOT NULL AS is_linked, coalesce(g.newly, false) AS link_newly,
        o.need AS n_before
    FROM post p
    JOIN job j ON j.id = p.job_id
    LEFT JOIN decided jf ON jf.position_id = p.id AND jf.source = 'FORMULA_JF'
    LEFT JOIN decided map ON map.position_id = p.id AND map.source = 'PETA_DITETAPKAN'
    LEFT JOIN workload kes ON kes.position_id = p.id AND kes.method = 'ABK_KES'
    LEFT JOIN workload abk ON abk.position_id = p.id AND abk.method = 'ABK'
    LEFT JOIN supply y ON y.position_id = p.id
    LEFT JOIN seats s ON s.position_id = p.id
    LEFT JOIN past ON past.position_id = p.id
    LEFT JOIN peopled l ON l.office_id = p.own_office_id
    LEFT JOIN promised f ON f.position_id = p.id
    LEFT JOIN arriving come ON come.position_id = p.id
    LEFT JOIN serving g ON g.position_id = p.id
    LEFT JOIN old o ON o.position_id = p.id
),
measured AS (
    SELECT s.*, w.year, w.state, w.faults, w.tasks, w.load, w.main, w.support, w.loads, w.health, w.is_sample, w.printed_need,
        w.digital_share, w.measured_on, s.is_linked OR coalesce(w.has_goal, false) AS has_goal,
        s.link_newly OR tn.workload_id IS NOT NULL AS newly,
        coalesce(cardinality(w.faults) > 0, false) AS has_fault,
        coalesce(%(day)s > (w.measured_on + make_interval(months => %(abk_stale_months)s))::date, false) AS stale,
        CASE WHEN w.state <> 'disahkan' THEN '["BELUM_DISAHKAN"]' ELSE '[]' END::jsonb AS flags,
        CASE WHEN s.source = 'ABK' AND s.rounding = 'ceil' THEN ceil(s.n) ELSE round(s.n) END::int AS k,
        CASE WHEN s.source = 'ABK' AND s.rounding = 'ceil'
            THEN ARRAY[ceil(n * g1), ceil(n * g1 * g1), ceil(n * g1 * g1 * g1), ceil(n * g1 * g1 * g1 * g1),
                ceil(n * g1 * g1 * g1 * g1 * g1)]
            ELSE ARRAY[round(n * g1), round(n * g1 * g1), round(n * g1 * g1 * g1), round(n * g1 * g1 * g1 * g1),
                round(n * g1 * g1 * g1 * g1 * g1)] END::int[] AS k_year,
        ARRAY[b - o1, b - o1 - o2, b - o1 - o2 - o3, b - o1 - o2 - o3 - o4, b - o1 - o2 - o3 - o4 - o5] AS b_year
    FROM sourced s
    LEFT JOIN workload w ON w.id = s.workload_id
    LEFT JOIN tasks_newly tn ON tn.workload_id = s.workload_id
    CROSS JOIN LATERAL (
        SELECT 1 + s.rate AS g1, s.outflow[1] - s.joining[1] AS o1, s.outflow[2] - s.joining[2] AS o2,
            s.outflow[3] - s.joining[3] AS o3, s.outflow[4] - s.joining[4] AS o4, s.outflow[5] - s.joining[5] AS o5
    ) x
),
whole AS MATERIALIZED (
    SELECT m.*, a.goals_share, sum(CASE WHEN m.by_duty THEN 0 ELSE m.b END) OVER (PARTITION BY m.job_id)::int AS job_holders,
        CASE
            WHEN is_man AND b < k THEN 1
            WHEN is_man AND b > k THEN 2
            WHEN is_man AND leaving > 0 THEN 3
            WHEN is_man THEN NULL
            WHEN source = 'data_kosong' OR source = 'ABK' AND (has_fault OR stale) THEN 4
            WHEN source = 'ABK' AND n < %(smallest_need)s AND "group" = 'pelaksana' AND digital_share >= %(digital_share)s
                AND n_before > 0 AND n - n_before <= %(fading_change)s * n_before AND NOT has_goal
                AND a.goals_share >= %(goal_mapped_share)s THEN 5
            WHEN source = 'ABK' AND n < %(smallest_need)s THEN 6
        END AS early
    FROM measured m
    JOIN (
        SELECT unit_id, round(count(*) FILTER (WHERE has_goal)::numeric / count(*), 10) AS goals_share FROM measured GROUP BY 1
    ) a ON a.unit_id = m.unit_id
),
-- Who gives people to whom: the same job, first inside the office, then across the agency ------------------------------------
side AS (
    SELECT id, job_id, office_id, unit_code COLLATE "C" AS unit_code, code COLLATE "C" AS code, k, b, early,
        CASE WHEN early IS NULL THEN greatest(0, k - b - f) ELSE 0 END AS want,
        CASE WHEN early IN (5, 6) THEN b WHEN early IS NULL THEN greatest(0, least(b - k, b_year[1] - k_year[1], movable))
            ELSE 0 END AS offer
    FROM whole
),
queue AS (
    SELECT *, row_number() OVER (ORDER BY round(want::numeric / NULLIF(k, 0), 10) DESC NULLS LAST, unit_code, code) AS want_place,
        row_number() OVER (ORDER BY CASE WHEN early IN (5, 6) THEN 1 ELSE round((b - k)::numeric / NULLIF(b, 0), 10) END
            DESC NULLS LAST, unit_code, code) AS offer_place
    FROM side WHERE want > 0 OR offer > 0
),
near AS (
    SELECT *,
        least(want, greatest(0, moved - (sum(want) OVER (PARTITION BY job_id, office_id ORDER BY want_place) - want))) AS took,
        least(offer, greatest(0, moved - (sum(offer) OVER (PARTITION BY job_id, office_id ORDER BY offer_place) - offer))) AS gave
    FROM (
        SELECT *, least(sum(want) OVER both_sides, sum(offer) OVER both_sides) AS moved
        FROM queue WINDOW both_sides AS (PARTITION BY job_id, office_id)
    ) q
),
far AS (
    SELECT id, early,
        took + least(want - took, greatest(0, moved - (sum(want - took) OVER (PARTITION BY job_id ORDER BY want_place)
            - (want - took)))) AS took,
        gave + least(offer - gave, greatest(0, moved - (sum(offer - gave) OVER (PARTITION BY job_id ORDER BY offer_place)
            - (offer - gave)))) AS gave
    FROM (
        SELECT id, job_id, early, want, offer, took, gave, want_place, offer_place,
            least(sum(want - took) OVER all_of_job, sum(offer - gave) OVER all_of_job) AS moved
        FROM near WINDOW all_of_job AS (PARTITION BY job_id)
    ) q
),
moved AS MATERIALIZED (
    SELECT w.*, s.want, s.offer, coalesce(f.took, 0)::int AS rin,
        CASE WHEN w.early IN (5, 6) THEN 0 ELSE coalesce(f.gave, 0)::int END AS rout,
        CASE WHEN w.early IN (5, 6) THEN coalesce(f.gave, 0)::int ELSE 0 END AS placed,
        CASE WHEN b > 0 THEN round(n / b, 10) END AS ej,
        CASE WHEN n_before > 0 THEN round((n - n_before) / n_before, 10) END AS change,
        coalesce(n_before > 0 AND n - n_before <= %(fading_change)s * n_before, false) AS fades,
        newly OR coalesce(n_before > 0 AND n - n_before >= %(emerging_change)s * n_before, false) AS emerges
    FROM whole w
    JOIN (SELECT id, want, offer FROM side) s ON s.id = w.id
    LEFT JOIN (SELECT id, took, gave FROM far) f ON f.id = w.id
),
fired AS MATERIALIZED (
    SELECT *, CASE
            WHEN early IS NOT NULL THEN early
            WHEN is_man THEN CASE WHEN below > 0 THEN 15 ELSE 16 END
            WHEN b < k AND f >= k - b THEN 7
            WHEN b < k AND rin >= 1 THEN 8
            WHEN b < k THEN 9
            WHEN b > k AND b_year[1] <= k_year[1] THEN 10
            WHEN b > k AND rout >= 1 THEN 11
            WHEN b > k THEN 12
            WHEN b >= 1 AND (leaving >= b OR k_year[2] > b_year[2] + f) THEN 13
            WHEN b > 0 AND source = 'ABK' AND (n > %(load_high)s * b OR n < %(load_low)s * b) THEN 14
            WHEN below > 0 THEN 15
            ELSE 16
        END AS fires
    FROM moved
),
-- The decision table's words, which figures each row rests on, and which limits.
words (number, code, recommendation, figures, limits) AS (
    VALUES
    (1, 'LOWONG_MANAJERIAL', 'ISI', '{b,k,vacant_days,acting_days}'::text[], '{vacancy_days,acting_days}'::text[]),
    (2, 'PEMANGKU_GANDA', 'TINJAU_BEBAN', '{b,k}', '{}'),
    (3, 'SEGERA_LOWONG', 'ISI', '{leaving,leaving_urgent}', '{leaving_months,leaving_urgent_months}'),
    (4, 'ABK_BELUM_ADA', 'TINJAU_BEBAN', '{source,has_fault,stale,b}', '{abk_stale_months}'),
    (5, 'BEBAN_MEMUDAR', 'HAPUS', '{n,n_before,digital_share,has_goal,goals_mapped_share,b}',
        '{smallest_need,digital_share,fading_change,goal_mapped_share,comparison_months}'),
    (6, 'BEBAN_KURANG_SETENGAH', 'GABUNG', '{n,b}', '{smallest_need}'),
    (7, 'FORMASI_DITETAPKAN', 'ISI', '{k,b,f}', '{}'),
    (8, 'ADA_KELEBIHAN_LAIN', 'TERIMA', '{k,b,f,rin}', '{shortage_urgent,movable_years,leaving_months}'),
    (9, 'KEKURANGAN', 'USUL_FORMASI', '{k,b,f,is_service,n,n_before,newly_linked_goal}',
        '{shortage_urgent,shortage_urgent_service,shortage_some,emerging_change,comparison_months}'),
    (10, 'TERSERAP_PENSIUN', 'PERTAHANKAN', '{k,b,k1,b1}', '{}'),
    (11, 'KELEBIHAN_ADA_PENERIMA', 'LEPAS', '{k,b,rout,n}', '{load_very_low,movable_years,leaving_months}'),
    (12, 'KELEBIHAN_TANPA_PENERIMA', 'KEMBANGKAN', '{k,b,n}', '{load_very_low}'),
    (13, 'AKAN_KEKURANGAN', 'USUL_FORMASI', '{k,b,f,leaving,k2,b2,n,n_before,newly_linked_goal}',
        '{leaving_months,emerging_change,comparison_months}'),
    (14, 'BEBAN_TIDAK_SEIMBANG', 'TINJAU_BEBAN', '{n,b}', '{load_high,load_low}'),
    (15, 'KUALIFIKASI_BELUM_SESUAI', 'KEMBANGKAN', '{below,b}', '{unqualified_share}'),
    (16, 'SESUAI', 'PERTAHANKAN', '{k,b}', '{}')
),
table_row AS MATERIALIZED (
    SELECT number, code, recommendation,
        ARRAY(
            SELECT unnest('{b,k,n,f,source,is_man,group,is_service,k1,b1,k2,b2,leaving,leaving_urgent,vacant_days,acting_days,
                has_fault,stale,n_before,digital_share,has_goal,goals_mapped_share,newly_linked_goal,below,rin,rout}'::text[])
            EXCEPT SELECT unnest(figures)
        ) AS left_out,
        (SELECT coalesce(jsonb_object_agg(key, value), '{}') FROM jsonb_each(%(origins)s::jsonb)
         WHERE key = ANY (SELECT 'needs.' || unnest(limits))) AS limits
    FROM words
),
decision AS MATERIALIZED (
    SELECT x.*, t.recommendation, t.left_out, t.limits,
        CASE WHEN fires <> 4 OR source = 'data_kosong' THEN t.code WHEN has_fault THEN 'ABK_DIPERIKSA' ELSE 'ABK_KEDALUWARSA' END
            AS reason,
        CASE WHEN fires IN (1, 7) THEN k - b WHEN fires IN (2, 12) THEN b - k WHEN fires = 3 THEN leaving
            WHEN fires IN (5, 6) THEN b WHEN fires = 8 THEN rin WHEN fires = 9 THEN k - b - f WHEN fires = 11 THEN rout
            WHEN fires = 13 THEN greatest(1, k_year[2] - b_year[2] - f) WHEN fires = 15 THEN below ELSE 0 END AS quantity,
        CASE
            WHEN fires = 1 THEN CASE WHEN acting_days < %(acting_days)s AND coalesce(vacant_days, 0) <= %(vacancy_days)s
                THEN 2 ELSE 1 END
            WHEN fires = 2 THEN 1
            WHEN fires = 3 THEN CASE WHEN leaving_urgent > 0 THEN 1 ELSE 2 END
            WHEN fires IN (4, 5, 6) THEN CASE WHEN b > 0 THEN 2 ELSE 3 END
            WHEN fires = 7 THEN CASE WHEN b = 0 THEN 1 ELSE 2 END
            WHEN fires = 8 THEN CASE WHEN b = 0 OR k - b >= %(shortage_urgent)s * k THEN 1 ELSE 2 END
            WHEN fires = 9 THEN greatest(1, CASE
                WHEN b = 0 OR k - b >= k * CASE WHEN is_service THEN %(shortage_urgent_service)s ELSE %(shortage_urgent)s END
                    THEN 1
                WHEN k - b >= %(shortage_some)s * k THEN 2 ELSE 3 END - emerges::int)
            WHEN fires = 11 THEN CASE WHEN n < %(load_very_low)s * b THEN 1 ELSE 2 END
            WHEN fires = 12 THEN CASE WHEN n < %(load_very_low)s * b THEN 2 ELSE 3 END
            WHEN fires = 13 THEN greatest(1, CASE WHEN b = 1 AND leaving >= b THEN 1 ELSE 2 END - emerges::int)
            WHEN fires = 14 THEN CASE WHEN n > %(load_high)s * b THEN 2 ELSE 3 END
            WHEN fires = 15 THEN CASE WHEN below >= %(unqualified_share)s * b THEN 2 ELSE 3 END
            ELSE 3
        END AS priority,
        jsonb_build_object('b', b, 'k', k, 'n', n::text, 'f', f, 'source', source, 'is_man', is_man, 'group', upper("group"),
            'is_service', is_service, 'k1', k_year[1], 'b1', b_year[1], 'k2', k_year[2], 'b2', b_year[2], 'leaving', leaving,
            'leaving_urgent', leaving_urgent, 'vacant_days', vacant_days, 'acting_days', acting_days, 'has_fault', has_fault,
            'stale', stale, 'n_before', n_before::text, 'digital_share', digital_share::text, 'has_goal', has_goal,
            'goals_mapped_share', goals_share::text, 'newly_linked_goal', newly, 'below', below, 'rin', rin, 'rout', rout
        ) AS inputs
    FROM fired x JOIN table_row t ON t.number = x.fires
)
SELECT %(agency)s, %(analysis)s, id, unit_id, job_id, code, unit_name, title, job_class, is_man, source, n,
    CASE WHEN source <> 'PETA_DITETAPKAN' THEN k END, k_decided, k, b, part_time, f, ej,
    CASE WHEN ej IS NULL THEN '' WHEN ej > 1 THEN 'A' WHEN ej >= 0.9 THEN 'B' WHEN ej >= 0.7 THEN 'C' WHEN ej >= 0.5 THEN 'D'
        ELSE 'E' END,
    outflow, k_year, b_year, rin, rout,
    to_jsonb(array_remove(ARRAY[
        CASE WHEN source = 'data_kosong' THEN jsonb_build_object('code', 'KEBUTUHAN_BELUM_ADA', 'evidence',
            jsonb_build_object('source', source)) END,
        CASE WHEN flags <> '[]' AND NOT is_man THEN jsonb_build_object('code', 'BELUM_DISAHKAN', 'evidence',
            jsonb_build_object('source', source)) END,
        CASE WHEN NOT is_man AND b > 0 AND n > %(load_high)s * b THEN jsonb_build_object('code', 'BEBAN_BERLEBIH', 'evidence',
            jsonb_build_object('effectiveness', ej::text, 'limit', (%(load_high)s)::text, 'n', n::text, 'b', b)) END,
        CASE WHEN NOT is_man AND b > 0 AND n < %(load_low)s * b THEN jsonb_build_object('code', 'BEBAN_RENDAH', 'evidence',
            jsonb_build_object('effectiveness', ej::text, 'limit', (%(load_low)s)::text, 'n', n::text, 'b', b)) END,
        CASE WHEN NOT is_man AND fades THEN jsonb_build_object('code', 'MEMUDAR', 'evidence',
            jsonb_build_object('change', change::text, 'limit', (%(fading_change)s)::text, 'n', n::text,
                'n_before', n_before::text, 'digital_share', digital_share::text, 'has_goal', has_goal)) END,
        CASE WHEN NOT is_man AND emerges THEN jsonb_build_object('code', 'TUMBUH', 'evidence',
            jsonb_build_object('change', change::text, 'limit', (%(emerging_change)s)::text, 'n', n::text,
                'n_before', n_before::text, 'newly_linked_goal', newly)) END,
        CASE WHEN NOT is_man AND b = 1 AND job_holders = 1 THEN jsonb_build_object('code', 'PEMANGKU_TUNGGAL', 'evidence',
            jsonb_build_object('job_holders', job_holders, 'leaving', leaving, 'leaving_urgent', leaving_urgent)) END,
        CASE WHEN acting_days >= %(acting_days)s THEN jsonb_build_object('code', 'BATAS_PLT', 'evidence',
            jsonb_build_object('acting_days', acting_days, 'limit', %(acting_days)s, 'legal_limit', %(acting_legal_days)s,
                'past_legal_limit', acting_days > %(acting_legal_days)s)) END,
        CASE WHEN b < k AND vacant_days > %(vacancy_days)s THEN jsonb_build_object('code', 'LOWONG_LAMA', 'evidence',
            jsonb_build_object('vacant_days', vacant_days, 'limit', %(vacancy_days)s, 'b', b, 'k', k)) END,
        CASE WHEN leaving > 0 THEN jsonb_build_object('code', 'SEGERA_PENSIUN', 'evidence',
            jsonb_build_object('leaving', leaving, 'leaving_urgent', leaving_urgent, 'months', %(leaving_months)s, 'b', b)) END,
        CASE WHEN misfits > 0 THEN jsonb_build_object('code', 'PANGKAT_TIDAK_SESUAI', 'evidence',
            jsonb_build_object('rank_misfits', misfits, 'b', b)) END,
        CASE WHEN below > 0 THEN jsonb_build_object('code', 'PENDIDIKAN_BELUM_SESUAI', 'evidence',
            jsonb_build_object('below', below, 'b', b)) END,
        CASE WHEN b > k_decided THEN jsonb_build_object('code', 'DI_LUAR_FORMASI', 'evidence',
            jsonb_build_object('b', b, 'k_decided', k_decided, 'beyond', b - k_decided)) END,
        CASE WHEN NOT has_goal AND goals_share >= %(goal_mapped_share)s THEN jsonb_build_object('code', 'TANPA_SASARAN',
            'evidence', jsonb_build_object('goals_mapped_share', goals_share::text, 'limit', (%(goal_mapped_share)s)::text)) END
    ], NULL)),
    jsonb_build_object('rule_version', %(rule_version)s, 'as_of', %(day)s, 'inputs', inputs,
        'facts', jsonb_build_object('job_holders', job_holders, 'rank_misfits', misfits, 'k_decided', k_decided, 'flags', flags),
        'need', jsonb_strip_nulls(jsonb_build_object('source', source, 'need', n::text, 'k', k,
            'legal_basis', %(legal_bases)s::jsonb -> source,
            'seats', CASE WHEN is_man THEN seats END, 'workload', workload_id, 'year', year, 'state', state,
            'measured_on', measured_on, 'faults', CASE WHEN has_fault THEN to_jsonb(faults) END, 'tasks', tasks, 'load', load::text,
            'main', CASE WHEN source = 'ABK_KES' THEN main::text END,
            'support', CASE WHEN source = 'ABK_KES' THEN support::text END,
            'minutes_per_year', CASE WHEN source = 'ABK_KES' THEN health END,
            'loads', CASE WHEN source = 'ABK' THEN loads END, 'rounding', CASE WHEN source = 'ABK' THEN rounding END,
            'printed_need', printed_need::text, 'sample', CASE WHEN is_sample THEN true END, 'k_decided', k_decided,
            'printed', CASE WHEN k_printed THEN true END, 'decree', NULLIF(decree, ''), 'decree_on', decree_on,
            'formula_decree', CASE WHEN source = 'FORMULA_JF' THEN NULLIF(formula_decree, '') END,
            'formula_decree_on', CASE WHEN source = 'FORMULA_JF' THEN formula_decree_on END)),
        'supply', jsonb_build_object('b', b, 'printed', b_printed, 'definitive', definitive, 'part_time', part_time,
            'duties', duties, 'seats', seats, 'outside_formation', beyond, 'movable', movable, 'by_duty', by_duty),
        'projection', jsonb_build_object('growth', rate::text, 'from_year', extract(year FROM %(day)s)::int,
            'retiring', retiring, 'outflow', outflow, 'joining', joining, 'k', k_year, 'b', b_year),
        'moves', jsonb_build_object('want', want, 'offer', offer, 'rin', rin, 'rout', rout, 'placed', placed),
        'decision', jsonb_build_object('row', fires, 'code', reason, 'recommendation', recommendation, 'quantity', quantity,
            'priority', priority, 'figures', jsonb_strip_nulls(inputs - left_out), 'limits', limits)),
    fires, reason, recommendation, quantity, priority
FROM decision;
-----------------------------------------------------------------------------------------------------------------------
INSERT INTO positions_recommendationline (
    agency_id, result_id, number, recommendation, quantity, priority, state, inputs_hash, repeats_rejected
)
WITH line AS (
    SELECT id, position_id, 1 AS number, recommendation, quantity, priority, reason, evidence
    FROM positions_needsresult WHERE agency_id = %(agency)s AND analysis_id = %(analysis)s
    UNION ALL
    SELECT id, position_id, 2, 'USUL_FORMASI', k_used - b - f - received, priority, reason, evidence
    FROM positions_needsresult
    WHERE agency_id = %(agency)s AND analysis_id = %(analysis)s AND "row" = 8 AND k_used - b - f - received > 0
),
hashed AS (
    SELECT id, position_id, number, recommendation, quantity, priority,
        encode(sha256(convert_to(concat_ws('|', recommendation, quantity, priority, reason,
            (evidence -> 'decision' -> 'figures') - 'vacant_days' - 'acting_days'), 'UTF8')), 'hex') AS hash
    FROM line
)
SELECT %(agency)s, h.id, h.number, h.recommendation, h.quantity, h.priority, 'menunggu', h.hash,
    (h.position_id, h.hash) IN (
        SELECT r.position_id, l.inputs_hash
        FROM positions_recommendationline l JOIN positions_needsresult r ON r.id = l.result_id
        WHERE l.agency_id = %(agency)s AND l.state = 'tolak'
    )
FROM hashed h;
-----------------------------------------------------------------------------------------------------------------------
INSERT INTO positions_competencyneed (agency_id, analysis_id, unit_id, competency_id, technical_id, level, needed, holders)
SELECT r.agency_id, r.analysis_id, r.unit_id, c.competency_id, c.technical_id, c.level, sum(coalesce(r.k_used, 0)), sum(r.b)
FROM positions_needsresult r
JOIN positions_jobstandard s ON s.agency_id = r.agency_id AND s.job_id = r.job_id AND s.state = 'ditetapkan'
    AND s.starts_on <= %(day)s AND coalesce(s.ends_on > %(day)s, true)
JOIN positions_jobcompetency c ON c.agency_id = s.agency_id AND c.standard_id = s.id
WHERE r.agency_id = %(agency)s AND r.analysis_id = %(analysis)s
GROUP BY 1, 2, 3, 4, 5, 6
HAVING sum(coalesce(r.k_used, 0)) > 0 OR sum(r.b) > 0;
-----------------------------------------------------------------------------------------------------------------------
INSERT INTO positions_unitfinding (agency_id, analysis_id, unit_id, goal_id, code)
WITH RECURSIVE goal AS (
    SELECT id, parent_id, unit_id, level FROM positions_goal
    WHERE agency_id = %(agency)s AND starts_on <= %(day)s AND coalesce(ends_on > %(day)s, true)
),
result AS (
    SELECT position_id, (evidence #>> '{need,workload}')::bigint AS workload_id FROM positions_needsresult
    WHERE agency_id = %(agency)s AND analysis_id = %(analysis)s
),
served AS (
    SELECT l.goal_id AS id FROM positions_positiongoal l JOIN result r ON r.position_id = l.position_id
    WHERE l.agency_id = %(agency)s AND l.starts_on <= %(day)s AND coalesce(l.ends_on > %(day)s, true)
    UNION
    SELECT t.goal_id FROM positions_workloadtask t JOIN result r ON r.workload_id = t.workload_id
    WHERE t.agency_id = %(agency)s AND t.goal_id IS NOT NULL
    UNION
    SELECT g.parent_id FROM served s JOIN goal g ON g.id = s.id WHERE g.parent_id IS NOT NULL
)
SELECT %(agency)s, %(analysis)s, unit_id, id, 'SASARAN_TANPA_JABATAN'
FROM goal WHERE level IN ('sasaran', 'program') AND id NOT IN (SELECT id FROM served);
