-- The reference of `make bench`: one INSERT … SELECT that reads the same rows of the register and writes the same result
-- columns with signals and evidence, run by the owner, whom row security does not filter. No temporary table, no lines to
-- decide on, no competency need, no unit findings: what the product does beside the results counts against it.
-- Parameters by name, as positions/queries/needs/run.py `arguments` gives them.
INSERT INTO positions_needsresult (
    agency_id, analysis_id, position_id, unit_id, job_id, code, unit_name, job_name, job_class, managerial, source,
    need, k, k_decided, k_used, b, b_part_time, f, effectiveness, grade, outflow, k_year, b_year, received, released,
    signals, evidence, "row", reason, recommendation, quantity, priority
)
WITH needs_units AS MATERIALIZED (
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
),
needs_jobs AS MATERIALIZED (
    SELECT j.id AS job_id, j."group", j.level, j.field, j.job_class,
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
        WHERE starts_with(regexp_replace(btrim(upper(j.name)), '\s+', ' ', 'g') || ' ', s.words || ' ')
            AND (s.level IS NULL OR s.level = j.level)
        ORDER BY length(s.words) DESC, s.age DESC LIMIT 1
    ) special ON true
    LEFT JOIN unnest(%(rank_keys)s::text[], %(rank_lows)s::int[], %(rank_highs)s::int[]) AS ranks(key, low, high)
        ON ranks.key = CASE WHEN j."group" = 'fungsional' THEN j.level ELSE upper(replace(j.echelon, '.', '')) END
    LEFT JOIN positions_educationlevel required ON required.code = j.education_level_id
    LEFT JOIN (
        SELECT job_id, array_agg(upper(field)) AS fields FROM positions_jobeducation WHERE agency_id = %(agency)s GROUP BY 1
    ) accepted ON accepted.job_id = j.id
    WHERE j.agency_id = %(agency)s
),
needs_posts AS MATERIALIZED (
    SELECT p.id AS position_id, p.code, p.unit_id, p.job_id, p.by_duty, p.growth, p.printed_holders, p.starts_on,
        coalesce(u.code, now.code) AS unit_code, coalesce(u.name, now.name) AS unit_name,
        coalesce(u.office_id, now.office_id, p.unit_id) AS office_id
    FROM positions_position p
    JOIN positions_unit now ON now.agency_id = p.agency_id AND now.id = p.unit_id
    LEFT JOIN needs_units u ON u.unit_id = p.unit_id
    WHERE p.agency_id = %(agency)s AND p.starts_on <= %(day)s AND (p.ends_on IS NULL OR p.ends_on > %(day)s)
),
needs_people AS MATERIALIZED (
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
                AND e.legal_status = ANY ('{52,66,67,68,69,70,77,88,89,90,91,92,98,99}'::text[])))
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
),
needs_inputs AS MATERIALIZED (
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
    -- B as a map prints it, only where nobody was ever imported to the post.
    peopled AS (SELECT DISTINCT position_id FROM positions_incumbency WHERE agency_id = %(agency)s),
    held_seats AS (
        SELECT i.seat_id FROM positions_incumbency i
        JOIN positions_employee e ON e.agency_id = i.agency_id AND e.id = i.employee_id
        WHERE i.agency_id = %(agency)s AND i.kind IN ('definitif', 'tugas_tambahan')
            AND i.starts_on <= %(day)s AND (i.ends_on IS NULL OR i.ends_on > %(day)s)
            AND (e.exits_on IS NULL OR e.exits_on > %(day)s)
    ),
    decided_seats AS (
        SELECT s.id, s.position_id, s.kind, s.starts_on, h.seat_id IS NULL AND s.kind <> 'di_luar_formasi' AS vacant
        FROM positions_seat s LEFT JOIN held_seats h ON h.seat_id = s.id
        WHERE s.agency_id = %(agency)s AND s.starts_on <= %(day)s AND (s.ends_on IS NULL OR s.ends_on > %(day)s)
    ),
    -- Vacant since the last holder left; never held: since the seat exists.
    left_on AS (
        SELECT s.id, max(least(i.ends_on, e.exits_on)) AS day
        FROM decided_seats s
        JOIN positions_incumbency i ON i.agency_id = %(agency)s AND i.seat_id = s.id
            AND i.kind IN ('definitif', 'tugas_tambahan') AND i.starts_on <= %(day)s
        JOIN positions_employee e ON e.agency_id = i.agency_id AND e.id = i.employee_id
        WHERE s.vacant GROUP BY 1
    ),
    seats AS (
        SELECT s.position_id, count(*) FILTER (WHERE s.kind <> 'di_luar_formasi') AS seats,
            count(*) FILTER (WHERE s.kind = 'di_luar_formasi') AS beyond,
            max(%(day)s - coalesce(l.day, s.starts_on)) FILTER (WHERE s.vacant) AS vacant_days
        FROM decided_seats s LEFT JOIN left_on l ON l.id = s.id GROUP BY 1
    ),
    acting AS (
        SELECT position_id, max(%(day)s - starts_on) AS days FROM positions_incumbency
        WHERE agency_id = %(agency)s AND kind = 'plt' AND starts_on <= %(day)s AND (ends_on IS NULL OR ends_on > %(day)s)
        GROUP BY 1
    ),
    promised AS (
        SELECT position_id, sum(people)::int AS people FROM (
            SELECT l.position_id, l.decided - l.filled AS people
            FROM positions_formationline l
            JOIN positions_formationproposal p ON p.agency_id = l.agency_id AND p.id = l.proposal_id
            WHERE l.agency_id = %(agency)s AND p.state = 'ditetapkan' AND p.decree_on <= %(day)s AND l.decided > l.filled
            UNION ALL
            SELECT s.position_id, 1 FROM positions_reservation r
            JOIN positions_seat s ON s.agency_id = r.agency_id AND s.id = r.seat_id
            WHERE r.agency_id = %(agency)s AND r.starts_on <= %(day)s AND (r.ends_on IS NULL OR r.ends_on > %(day)s)
        ) f GROUP BY 1
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
    linked AS (
        SELECT l.position_id, bool_or(l.linked_on > %(compared_on)s) AS newly
        FROM positions_positiongoal l JOIN goals g ON g.id = l.goal_id
        WHERE l.agency_id = %(agency)s AND l.linked_on <= %(day)s GROUP BY 1
    ),
    older AS (
        SELECT position_id, need FROM positions_needsresult WHERE agency_id = %(agency)s AND analysis_id = %(compared)s
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
            CASE WHEN p.printed_holders IS NOT NULL AND pp.position_id IS NULL THEN p.printed_holders
                ELSE coalesce(y.b, 0) END::int AS b,
            p.printed_holders IS NOT NULL AND pp.position_id IS NULL AS b_printed,
            coalesce(y.definitive, 0) AS definitive, coalesce(y.part_time, 0)::int AS part_time,
            coalesce(y.duties, 0) AS duties, coalesce(y.leaving, 0)::int AS leaving,
            coalesce(y.leaving_urgent, 0)::int AS leaving_urgent, coalesce(y.movable, 0)::int AS movable,
            coalesce(y.below, 0)::int AS below, coalesce(y.misfits, 0)::int AS misfits,
            coalesce(y.outflow, '{0,0,0,0,0}') AS outflow, coalesce(y.retiring, '{0,0,0,0,0}') AS retiring,
            coalesce(s.seats, 0) AS seats, coalesce(s.beyond, 0) AS beyond,
            coalesce(s.vacant_days, CASE WHEN s.seats IS NULL AND (j.managerial OR p.by_duty)
                THEN %(day)s - p.starts_on END) AS vacant_days,
            a.days AS acting_days, coalesce(f.people, 0) AS f,
            CASE WHEN j.managerial OR p.by_duty OR formula.need IS NOT NULL THEN NULL
                WHEN kes.need IS NOT NULL THEN kes.workload_id ELSE abk.workload_id END AS workload_id,
            CASE WHEN kes.need IS NOT NULL OR abk.need IS NOT NULL THEN abk.rounding END AS abk_rounding,
            g.position_id IS NOT NULL AS linked, coalesce(g.newly, false) AS newly_linked_goal, o.need AS n_before
        FROM needs_posts p
        JOIN needs_jobs j ON j.job_id = p.job_id
        LEFT JOIN supply y ON y.position_id = p.position_id
        LEFT JOIN peopled pp ON pp.position_id = p.position_id
        LEFT JOIN seats s ON s.position_id = p.position_id
        LEFT JOIN acting a ON a.position_id = p.position_id
        LEFT JOIN promised f ON f.position_id = p.position_id
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
            1 + s.growth AS grows
        FROM sourced s
        LEFT JOIN measured m ON m.workload_id = s.workload_id
        LEFT JOIN positions_campaign c ON c.agency_id = %(agency)s AND c.year = m.year
    )
    SELECT w.*,
        round((count(*) FILTER (WHERE has_goal) OVER (PARTITION BY unit_id))::numeric
            / count(*) OVER (PARTITION BY unit_id), 10) AS goals_mapped_share,
        sum(CASE WHEN by_duty THEN 0 ELSE b END) OVER (PARTITION BY job_id)::int AS job_holders,
        coalesce(cardinality(faults) > 0, false) AS has_fault,
        coalesce(%(day)s > (measured_on + make_interval(months => %(abk_stale_months)s))::date, false) AS stale,
        CASE WHEN abk_state <> 'disahkan' THEN '{BELUM_DISAHKAN}'::text[] ELSE '{}' END AS flags,
        CASE WHEN n IS NOT NULL THEN array[round(n * grows), round(n * grows * grows), round(n * grows * grows * grows),
            round(n * grows * grows * grows * grows), round(n * grows * grows * grows * grows * grows)]::int[]
            ELSE array[NULL, NULL, NULL, NULL, NULL]::int[] END AS k_year,
        array[b - outflow[1], b - outflow[1] - outflow[2], b - outflow[1] - outflow[2] - outflow[3],
            b - outflow[1] - outflow[2] - outflow[3] - outflow[4],
            b - outflow[1] - outflow[2] - outflow[3] - outflow[4] - outflow[5]] AS b_year
    FROM whole w
),
needs_moves AS MATERIALIZED (
    WITH led AS (
        SELECT i.*,
            source = 'ABK' AND n < %(smallest_need)s AS small_abk,
            CASE
                WHEN is_man THEN CASE WHEN b < k_used THEN 1 WHEN b > k_used THEN 2 WHEN leaving > 0 THEN 3 END
                WHEN source = 'data_kosong' OR (source = 'ABK' AND (has_fault OR stale)) THEN 4
                WHEN source = 'ABK' AND n < %(smallest_need)s THEN
                    CASE WHEN "group" = 'pelaksana' AND digital_share >= %(digital_share)s
                        AND n_before > 0 AND n - n_before <= %(fading_change)s * n_before
                        AND NOT has_goal AND goals_mapped_share >= %(goal_mapped_share)s THEN 5 ELSE 6 END
            END AS leading_row
        FROM needs_inputs i
    ),
    sides AS (
        SELECT position_id, job_id, office_id, unit_code, code, leading_row, k_used, b,
            CASE WHEN leading_row IS NULL THEN greatest(0, k_used - b - f) ELSE 0 END AS want,
            CASE WHEN leading_row IN (5, 6) THEN b WHEN leading_row IS NOT NULL THEN 0
                ELSE greatest(0, least(b - k_used, b_year[1] - k_year[1], movable)) END AS offer
        FROM led
    ),
    queued AS (
        SELECT *, round(want::numeric / NULLIF(k_used, 0), 10) AS want_share,
            CASE WHEN leading_row IN (5, 6) THEN 1 ELSE round((b - k_used)::numeric / NULLIF(b, 0), 10) END AS offer_share
        FROM sides WHERE want > 0 OR offer > 0
    ),
    -- First inside each perangkat daerah: each takes the part of its stretch of the queue that the number moved covers.
    inside AS (
        SELECT *,
            least(sum(want) OVER office, sum(offer) OVER office) AS moved,
            sum(want) OVER (office ORDER BY want_share DESC NULLS LAST, unit_code COLLATE "C", code COLLATE "C"
                ROWS UNBOUNDED PRECEDING) - want AS before_want,
            sum(offer) OVER (office ORDER BY offer_share DESC NULLS LAST, unit_code COLLATE "C", code COLLATE "C"
                ROWS UNBOUNDED PRECEDING) - offer AS before_offer
        FROM queued WINDOW office AS (PARTITION BY job_id, office_id)
    ),
    settled AS (
        SELECT *, least(want, greatest(0, moved - before_want)) AS received_inside,
            least(offer, greatest(0, moved - before_offer)) AS given_inside
        FROM inside
    ),
    -- Then what is left, across the agency.
    across AS (
        SELECT *,
            least(sum(want - received_inside) OVER job, sum(offer - given_inside) OVER job) AS moved_across,
            sum(want - received_inside) OVER (job ORDER BY want_share DESC NULLS LAST, unit_code COLLATE "C",
                code COLLATE "C" ROWS UNBOUNDED PRECEDING) - (want - received_inside) AS left_before_want,
            sum(offer - given_inside) OVER (job ORDER BY offer_share DESC NULLS LAST, unit_code COLLATE "C",
                code COLLATE "C" ROWS UNBOUNDED PRECEDING) - (offer - given_inside) AS left_before_offer
        FROM settled WINDOW job AS (PARTITION BY job_id)
    ),
    moved AS (
        SELECT position_id,
            (received_inside + least(want - received_inside, greatest(0, moved_across - left_before_want)))::int
                AS received,
            (given_inside + least(offer - given_inside, greatest(0, moved_across - left_before_offer)))::int AS given
        FROM across
    )
    SELECT l.position_id, l.leading_row, s.want, s.offer, coalesce(m.received, 0) AS rin,
        CASE WHEN l.leading_row IN (5, 6) THEN 0 ELSE coalesce(m.given, 0) END AS rout,
        CASE WHEN l.leading_row IN (5, 6) THEN coalesce(m.given, 0) ELSE 0 END AS placed
    FROM led l
    JOIN sides s ON s.position_id = l.position_id
    LEFT JOIN moved m ON m.position_id = l.position_id
),
figures AS MATERIALIZED (
    SELECT i.*, m.leading_row, m.want, m.offer, m.rin, m.rout, m.placed,
        CASE WHEN b > 0 THEN round(n / b, 10) END AS ej,
        CASE WHEN n_before > 0 THEN round((n - n_before) / n_before, 10) END AS change,
        coalesce(n_before > 0 AND n - n_before <= %(fading_change)s * n_before, false) AS fades,
        newly_linked_goal OR coalesce(n_before > 0 AND n - n_before >= %(emerging_change)s * n_before, false)
            AS emerges,
        coalesce(b > 0 AND n > %(load_high)s * b, false) AS overloaded,
        coalesce(b > 0 AND n < %(load_low)s * b, false) AS underused,
        coalesce(b > 0 AND n < %(load_very_low)s * b, false) AS idle,
        b >= 1 AND leaving >= b AS all_leave,
        k_used > 0 AND k_used - b >= %(shortage_urgent)s * k_used AS gap_urgent,
        k_used > 0 AND k_used - b >= CASE WHEN is_service THEN %(shortage_urgent_service)s
            ELSE %(shortage_urgent)s END * k_used AS gap_urgent_own,
        k_used > 0 AND k_used - b >= %(shortage_some)s * k_used AS gap_some
    FROM needs_inputs i JOIN needs_moves m ON m.position_id = i.position_id
),
fired AS MATERIALIZED (
    SELECT *, CASE
        WHEN leading_row IS NOT NULL THEN leading_row
        WHEN NOT is_man AND b < k_used THEN CASE WHEN f >= k_used - b THEN 7 WHEN rin >= 1 THEN 8 ELSE 9 END
        WHEN NOT is_man AND b > k_used THEN CASE WHEN b_year[1] <= k_year[1] THEN 10 WHEN rout >= 1 THEN 11 ELSE 12 END
        WHEN NOT is_man AND b >= 1 AND (all_leave OR k_year[2] > b_year[2] + f) THEN 13
        WHEN NOT is_man AND source = 'ABK' AND (overloaded OR underused) THEN 14
        WHEN below > 0 THEN 15
        ELSE 16 END AS fired_row
    FROM figures
),
judged AS MATERIALIZED (
    SELECT x.*, t.recommendation, t.drop_keys, t.limits,
        CASE fired_row WHEN 4 THEN CASE WHEN source = 'data_kosong' THEN 'ABK_BELUM_ADA' WHEN has_fault
            THEN 'ABK_DIPERIKSA' ELSE 'ABK_KEDALUWARSA' END ELSE t.code END AS reason,
        CASE fired_row
            WHEN 1 THEN k_used - b WHEN 2 THEN b - k_used WHEN 3 THEN leaving WHEN 5 THEN b WHEN 6 THEN b
            WHEN 7 THEN k_used - b WHEN 8 THEN rin WHEN 9 THEN k_used - b - f WHEN 11 THEN rout WHEN 12 THEN b - k_used
            WHEN 13 THEN greatest(1, k_year[2] - b_year[2] - f) WHEN 15 THEN below ELSE 0 END AS quantity,
        CASE fired_row
            WHEN 1 THEN CASE WHEN acting_days IS NULL OR acting_days >= %(acting_days)s
                OR coalesce(vacant_days > %(vacancy_days)s, false) THEN 1 ELSE 2 END
            WHEN 2 THEN 1
            WHEN 3 THEN CASE WHEN leaving_urgent > 0 THEN 1 ELSE 2 END
            WHEN 4 THEN CASE WHEN b > 0 THEN 2 ELSE 3 END
            WHEN 5 THEN CASE WHEN b > 0 THEN 2 ELSE 3 END
            WHEN 6 THEN CASE WHEN b > 0 THEN 2 ELSE 3 END
            WHEN 7 THEN CASE WHEN b = 0 THEN 1 ELSE 2 END
            WHEN 8 THEN CASE WHEN b = 0 OR gap_urgent THEN 1 ELSE 2 END
            WHEN 9 THEN greatest(1, CASE WHEN b = 0 OR gap_urgent_own THEN 1 WHEN gap_some THEN 2 ELSE 3 END
                - CASE WHEN emerges THEN 1 ELSE 0 END)
            WHEN 11 THEN CASE WHEN idle THEN 1 ELSE 2 END
            WHEN 12 THEN CASE WHEN idle THEN 2 ELSE 3 END
            WHEN 13 THEN greatest(1, CASE WHEN b = 1 AND all_leave THEN 1 ELSE 2 END
                - CASE WHEN emerges THEN 1 ELSE 0 END)
            WHEN 14 THEN CASE WHEN overloaded THEN 2 ELSE 3 END
            WHEN 15 THEN CASE WHEN below >= %(unqualified_share)s * b THEN 2 ELSE 3 END
            ELSE 3 END AS priority,
        jsonb_build_object(
            'b', b, 'k', k_used, 'n', n::text, 'f', f, 'source', source, 'is_man', is_man, 'group', upper("group"),
            'is_service', is_service, 'k1', k_year[1], 'b1', b_year[1], 'k2', k_year[2], 'b2', b_year[2],
            'leaving', leaving, 'leaving_urgent', leaving_urgent, 'vacant_days', vacant_days,
            'acting_days', acting_days,
            'has_fault', has_fault, 'stale', stale, 'n_before', n_before::text, 'digital_share', digital_share::text,
            'has_goal', has_goal, 'goals_mapped_share', goals_mapped_share::text,
            'newly_linked_goal', newly_linked_goal,
            'below', below, 'rin', rin, 'rout', rout
        ) AS inputs
    FROM fired x
    JOIN jsonb_to_recordset(%(table)s::jsonb)
        AS t("row" int, code text, recommendation text, drop_keys text[], limits jsonb) ON t."row" = x.fired_row
)
SELECT %(agency)s, %(analysis)s, position_id, unit_id, job_id, code, unit_name, job_name, job_class, is_man, source, n,
    CASE WHEN source <> 'PETA_DITETAPKAN' THEN k_used END, k_decided, k_used, b, part_time, f, ej,
    CASE WHEN ej > 1 THEN 'A' WHEN ej >= 0.90 THEN 'B' WHEN ej >= 0.70 THEN 'C' WHEN ej >= 0.50 THEN 'D'
        WHEN ej IS NOT NULL THEN 'E' ELSE '' END,
    outflow, k_year, b_year, rin, rout,
    -- Signals, in the order of positions.rules.signals.Code.
    CASE WHEN NOT is_man AND source = 'data_kosong' THEN jsonb_build_array(jsonb_build_object(
        'code', 'KEBUTUHAN_BELUM_ADA', 'evidence', jsonb_build_object('source', source))) ELSE '[]' END
    || CASE WHEN NOT is_man AND flags <> '{}' THEN jsonb_build_array(jsonb_build_object(
        'code', 'BELUM_DISAHKAN', 'evidence', jsonb_build_object('source', source))) ELSE '[]' END
    || CASE WHEN NOT is_man AND overloaded THEN jsonb_build_array(jsonb_build_object(
        'code', 'BEBAN_BERLEBIH', 'evidence', jsonb_build_object(
            'effectiveness', ej::text, 'limit', (%(load_high)s)::text, 'n', n::text, 'b', b))) ELSE '[]' END
    || CASE WHEN NOT is_man AND underused THEN jsonb_build_array(jsonb_build_object(
        'code', 'BEBAN_RENDAH', 'evidence', jsonb_build_object(
            'effectiveness', ej::text, 'limit', (%(load_low)s)::text, 'n', n::text, 'b', b))) ELSE '[]' END
    || CASE WHEN NOT is_man AND fades THEN jsonb_build_array(jsonb_build_object(
        'code', 'MEMUDAR', 'evidence', jsonb_build_object(
            'change', change::text, 'limit', (%(fading_change)s)::text, 'n', n::text, 'n_before', n_before::text,
            'digital_share', digital_share::text, 'has_goal', has_goal))) ELSE '[]' END
    || CASE WHEN NOT is_man AND emerges THEN jsonb_build_array(jsonb_build_object(
        'code', 'TUMBUH', 'evidence', jsonb_build_object(
            'change', change::text, 'limit', (%(emerging_change)s)::text, 'n', n::text, 'n_before', n_before::text,
            'newly_linked_goal', newly_linked_goal))) ELSE '[]' END
    || CASE WHEN NOT is_man AND b = 1 AND job_holders = 1 THEN jsonb_build_array(jsonb_build_object(
        'code', 'PEMANGKU_TUNGGAL', 'evidence', jsonb_build_object(
            'job_holders', 1, 'leaving', leaving, 'leaving_urgent', leaving_urgent))) ELSE '[]' END
    || CASE WHEN acting_days >= %(acting_days)s THEN jsonb_build_array(jsonb_build_object(
        'code', 'BATAS_PLT', 'evidence', jsonb_build_object(
            'acting_days', acting_days, 'limit', %(acting_days)s, 'legal_limit', %(acting_legal_days)s,
            'past_legal_limit', acting_days > %(acting_legal_days)s))) ELSE '[]' END
    || CASE WHEN b < k_used AND vacant_days > %(vacancy_days)s THEN jsonb_build_array(jsonb_build_object(
        'code', 'LOWONG_LAMA', 'evidence', jsonb_build_object(
            'vacant_days', vacant_days, 'limit', %(vacancy_days)s, 'b', b, 'k', k_used))) ELSE '[]' END
    || CASE WHEN leaving > 0 THEN jsonb_build_array(jsonb_build_object(
        'code', 'SEGERA_PENSIUN', 'evidence', jsonb_build_object(
            'leaving', leaving, 'leaving_urgent', leaving_urgent, 'months', %(leaving_months)s, 'b', b)))
        ELSE '[]' END
    || CASE WHEN misfits > 0 THEN jsonb_build_array(jsonb_build_object(
        'code', 'PANGKAT_TIDAK_SESUAI', 'evidence', jsonb_build_object('rank_misfits', misfits, 'b', b))) ELSE '[]' END
    || CASE WHEN below > 0 THEN jsonb_build_array(jsonb_build_object(
        'code', 'PENDIDIKAN_BELUM_SESUAI', 'evidence', jsonb_build_object('below', below, 'b', b))) ELSE '[]' END
    || CASE WHEN b > k_decided THEN jsonb_build_array(jsonb_build_object(
        'code', 'DI_LUAR_FORMASI', 'evidence', jsonb_build_object(
            'b', b, 'k_decided', k_decided, 'beyond', b - k_decided))) ELSE '[]' END
    || CASE WHEN NOT has_goal AND goals_mapped_share >= %(goal_mapped_share)s THEN jsonb_build_array(jsonb_build_object(
        'code', 'TANPA_SASARAN', 'evidence', jsonb_build_object(
            'goals_mapped_share', goals_mapped_share::text, 'limit', (%(goal_mapped_share)s)::text))) ELSE '[]' END,
    jsonb_build_object(
        'rule_version', %(rule_version)s, 'as_of', %(day)s,
        'inputs', inputs,
        'facts', jsonb_build_object('job_holders', job_holders, 'rank_misfits', misfits, 'k_decided', k_decided,
            'flags', to_jsonb(flags)),
        'need', jsonb_strip_nulls(jsonb_build_object(
            'source', source, 'legal_basis', %(legal_bases)s::jsonb -> source, 'need', n::text, 'k', k_used,
            'seats', CASE WHEN is_man THEN seats END,
            'workload', workload_id, 'year', abk_year, 'state', abk_state, 'measured_on', measured_on,
            'faults', CASE WHEN has_fault THEN to_jsonb(faults) END, 'tasks', tasks, 'load', load::text,
            'main', CASE WHEN source = 'ABK_KES' THEN main::text END,
            'support', CASE WHEN source = 'ABK_KES' THEN support::text END,
            'loads', CASE WHEN source = 'ABK' THEN by_effective END,
            'minutes_per_year', CASE WHEN source = 'ABK_KES' THEN minutes_per_year_health END,
            'rounding', CASE WHEN source = 'ABK' THEN abk_rounding END, 'printed_need', printed_need::text,
            'sample', CASE WHEN is_sample THEN true END,
            'k_decided', k_decided, 'printed', CASE WHEN k_printed THEN true END, 'decree', NULLIF(decree, ''),
            'decree_on', decree_on,
            'formula_decree', CASE WHEN source = 'FORMULA_JF' THEN NULLIF(formula_decree, '') END,
            'formula_decree_on', CASE WHEN source = 'FORMULA_JF' THEN formula_decree_on END)),
        'supply', jsonb_build_object('b', b, 'printed', b_printed, 'definitive', definitive, 'part_time', part_time,
            'duties', duties, 'seats', seats, 'outside_formation', beyond, 'movable', movable, 'by_duty', by_duty),
        'projection', jsonb_build_object('growth', growth::text, 'from_year', extract(year FROM %(day)s)::int,
            'retiring', to_jsonb(retiring), 'outflow', to_jsonb(outflow), 'k', to_jsonb(k_year), 'b', to_jsonb(b_year)),
        'moves', jsonb_build_object('want', want, 'offer', offer, 'rin', rin, 'rout', rout, 'placed', placed),
        'decision', jsonb_build_object('row', fired_row, 'code', reason, 'recommendation', recommendation,
            'quantity', quantity, 'priority', priority, 'figures', jsonb_strip_nulls(inputs - drop_keys),
            'limits', limits)
    ),
    fired_row, reason, recommendation, quantity, priority
FROM judged
ORDER BY unit_code COLLATE "C", code COLLATE "C"
