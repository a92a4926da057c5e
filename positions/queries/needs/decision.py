"""From `needs_inputs` to results: people moved between posts of a job, one row of the table, lines.

Mirrors positions.rules.redistribution, .recommendation and .signals; read those for the meaning.
"""

# Rows 1-6 look at nothing that redistribution says, so they come first.
LEADING = """
CREATE TEMP TABLE needs_moves ON COMMIT DROP AS
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
"""

# jsonb keeps its keys in an order of its own, so the same inputs give the same bytes; decimals are texts.
RESULTS = """
INSERT INTO positions_needsresult (
    agency_id, analysis_id, position_id, unit_id, job_id, code, unit_name, job_name, job_class, managerial, source,
    need, k, k_decided, k_used, b, b_part_time, f, effectiveness, grade, outflow, k_year, b_year, received, released,
    signals, evidence, "row", reason, recommendation, quantity, priority
)
WITH figures AS MATERIALIZED (
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
            'retiring', to_jsonb(retiring), 'outflow', to_jsonb(outflow),
            'joining', to_jsonb(joining), 'k', to_jsonb(k_year), 'b', to_jsonb(b_year)),
        'moves', jsonb_build_object('want', want, 'offer', offer, 'rin', rin, 'rout', rout, 'placed', placed),
        'decision', jsonb_build_object('row', fired_row, 'code', reason, 'recommendation', recommendation,
            'quantity', quantity, 'priority', priority, 'figures', jsonb_strip_nulls(inputs - drop_keys),
            'limits', limits)
    ),
    fired_row, reason, recommendation, quantity, priority
FROM judged
ORDER BY unit_code COLLATE "C", code COLLATE "C"
"""

# One line a position, two in row 8 when redistribution leaves something to propose. The fingerprint holds what decided,
# without counts of days, which change by themselves; their passing a limit shows in the priority.
LINES = """
INSERT INTO positions_recommendationline (
    agency_id, result_id, number, recommendation, quantity, priority, state, inputs_hash, repeats_rejected
)
WITH asked AS (
    SELECT r.id, r.position_id, l.number, l.recommendation, l.quantity, r.priority,
        encode(sha256(convert_to(concat_ws('|', l.recommendation, l.quantity, r.priority, r.reason,
            (r.evidence #> '{decision,figures}') - '{vacant_days,acting_days}'::text[]), 'UTF8')), 'hex') AS inputs_hash
    FROM positions_needsresult r
    CROSS JOIN LATERAL (
        SELECT 1 AS number, r.recommendation, r.quantity
        UNION ALL
        SELECT 2, 'USUL_FORMASI', r.k_used - r.b - r.f - r.received
        WHERE r."row" = 8 AND r.k_used - r.b - r.f - r.received > 0
    ) l
    WHERE r.agency_id = %(agency)s AND r.analysis_id = %(analysis)s
),
rejected AS (
    SELECT DISTINCT r.position_id, l.inputs_hash
    FROM positions_recommendationline l
    JOIN positions_needsresult r ON r.agency_id = l.agency_id AND r.id = l.result_id
    WHERE l.agency_id = %(agency)s AND l.state = 'tolak'
)
SELECT %(agency)s, a.id, a.number, a.recommendation, a.quantity, a.priority, 'menunggu', a.inputs_hash,
    n.position_id IS NOT NULL
FROM asked a
LEFT JOIN rejected n ON n.position_id = a.position_id AND n.inputs_hash = a.inputs_hash
ORDER BY a.id, a.number
"""

# What the standard in force on the day requires.
COMPETENCIES = """
INSERT INTO positions_competencyneed (
    agency_id, analysis_id, unit_id, competency_id, technical_id, level, needed, holders
)
SELECT %(agency)s, %(analysis)s, i.unit_id, c.competency_id, c.technical_id, c.level, sum(coalesce(i.k_used, 0)),
    sum(i.b)
FROM needs_inputs i
JOIN positions_jobstandard s ON s.agency_id = %(agency)s AND s.job_id = i.job_id AND s.state = 'ditetapkan'
    AND s.starts_on <= %(day)s AND (s.ends_on IS NULL OR s.ends_on > %(day)s)
JOIN positions_jobcompetency c ON c.agency_id = %(agency)s AND c.standard_id = s.id
GROUP BY i.unit_id, c.competency_id, c.technical_id, c.level
HAVING sum(coalesce(i.k_used, 0)) > 0 OR sum(i.b) > 0
ORDER BY i.unit_id, c.competency_id, c.technical_id, c.level
"""

# A goal is served by a post of its own or of any goal under it, through the position or one of its tasks.
GOALS = """
INSERT INTO positions_unitfinding (agency_id, analysis_id, unit_id, goal_id, code)
WITH RECURSIVE current AS (
    SELECT id, parent_id, unit_id, level FROM positions_goal
    WHERE agency_id = %(agency)s AND starts_on <= %(day)s AND (ends_on IS NULL OR ends_on > %(day)s)
),
served AS (
    SELECT l.goal_id AS id FROM positions_positiongoal l JOIN needs_inputs i ON i.position_id = l.position_id
    WHERE l.agency_id = %(agency)s AND l.starts_on <= %(day)s AND (l.ends_on IS NULL OR l.ends_on > %(day)s)
    UNION
    SELECT t.goal_id FROM needs_inputs i
    JOIN positions_workloadtask t ON t.agency_id = %(agency)s AND t.workload_id = i.workload_id
    WHERE t.goal_id IS NOT NULL
    UNION
    SELECT c.parent_id FROM served s JOIN current c ON c.id = s.id WHERE c.parent_id IS NOT NULL
)
SELECT %(agency)s, %(analysis)s, c.unit_id, c.id, 'SASARAN_TANPA_JABATAN'
FROM current c
WHERE c.level IN ('sasaran', 'program') AND NOT EXISTS (SELECT FROM served s WHERE s.id = c.id)
ORDER BY c.id
"""

# Shortages and surpluses are never netted: each the sum over all positions. Only people are counted once: who fills
# a seat by additional duty is a holder in the functional post, so Σ b = holders + duty_filled (setting).
TOTALS = """
SELECT jsonb_build_object(
    'need', coalesce(sum(k_used), 0), 'holders', coalesce(sum(b) FILTER (WHERE people), 0),
    'shortage', coalesce(sum(greatest(0, k_used - b)), 0),
    'surplus', coalesce(sum(greatest(0, b - k_used)), 0),
    'need_5', coalesce(sum(k_year[5]), 0),
    'holders_5', coalesce(sum(b_year[5]) FILTER (WHERE people), 0),
    'shortage_5', coalesce(sum(greatest(0, k_year[5] - b_year[5])), 0),
    'surplus_5', coalesce(sum(greatest(0, b_year[5] - k_year[5])), 0),
    'outflow', jsonb_build_array(coalesce(sum(outflow[1]) FILTER (WHERE people), 0),
        coalesce(sum(outflow[2]) FILTER (WHERE people), 0), coalesce(sum(outflow[3]) FILTER (WHERE people), 0),
        coalesce(sum(outflow[4]) FILTER (WHERE people), 0), coalesce(sum(outflow[5]) FILTER (WHERE people), 0)),
    'part_time', coalesce(sum(part_time), 0), 'promised', coalesce(sum(f), 0),
    'positions', count(*), 'unknown', count(*) FILTER (WHERE source = 'data_kosong'),
    'duty_seats', coalesce(sum(k_used) FILTER (WHERE NOT people), 0),
    'duty_filled', coalesce(sum(b) FILTER (WHERE NOT people), 0),
    'without_goal', count(*) FILTER (WHERE NOT has_goal),
    'duty_holder_counts_once', %(duty_holder_counts_once)s
)
FROM (SELECT *, NOT (by_duty AND %(duty_holder_counts_once)s) AS people FROM needs_inputs) i
"""
