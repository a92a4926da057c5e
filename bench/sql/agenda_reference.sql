-- The reference of `bench.agenda`: the agenda book of one agency as one would write it by hand for one agency, run by the owner
-- without row security, with the numbers of the law in place. It writes the same rows into the same table as the first
-- computation of the product and is checked to say the same of the bench's register (PNS only). It has no keys: what the register
-- keeps encrypted it reads from copies in clear that were made before (`clear_…`), and what few may know of a case it writes in clear.
INSERT INTO positions_agendaitem (agency_id, employee_id, kind, source_id, due_on, state, missing, to_check, held, held_hash,
    rank, target, step, step_hash, is_due, since, changed_at)
WITH law (words, level, age) AS (
    SELECT * FROM unnest(%(special_names)s::text[], %(special_levels)s::text[], %(special_ages)s::int[])
),
person AS MATERIALIZED (
    SELECT e.id, e.rank, e.graduated, e.rank_since, e.birth_date, e.cpns_on, e.education_level_id AS education, e.legal_status, j.level,
        j."group", h.starts_on,
        coalesce(e.own_retirement_age, j.retirement_age,
            (SELECT l.age FROM law l WHERE starts_with(upper(btrim(j.name)) || ' ', l.words || ' ')
                AND coalesce(l.level = j.level, true) ORDER BY length(l.words) DESC, l.age DESC LIMIT 1),
            (%(bup_ages)s::int[])[array_position(%(bup_levels)s::text[], j.level::text)]) AS age
    FROM positions_employee e
    LEFT JOIN positions_incumbency h ON h.agency_id = e.agency_id AND h.employee_id = e.id AND h.kind = 'definitif'
        AND h.starts_on <= %(day)s AND (h.ends_on IS NULL OR h.ends_on > %(day)s)
    LEFT JOIN positions_position o ON o.agency_id = e.agency_id AND o.id = h.position_id
    LEFT JOIN positions_job j ON j.agency_id = e.agency_id AND j.id = o.job_id
    WHERE e.agency_id = %(agency)s AND e.exits_on IS NULL AND e.legal_status = '01'
),
fact AS MATERIALIZED (
    SELECT p.id,
        (SELECT count(*) FROM clear_predicate v WHERE v.employee_id = p.id
            AND v.year BETWEEN 2024 AND 2025) AS rated,
        (SELECT max(v.predicate) FROM clear_predicate v WHERE v.employee_id = p.id
            AND v.year BETWEEN 2024 AND 2025) AS worst,
        (SELECT max(v.predicate) FROM clear_predicate v WHERE v.employee_id = p.id
            AND v.year = 2025) AS last,
        (SELECT sum(c.total) FROM positions_creditpoint c WHERE c.agency_id = %(agency)s AND c.employee_id = p.id
            AND c.level = p.level AND c.ends_on <= %(day)s AND c.kind IN ('pertama', 'integrasi', 'konversi')) AS points,
        (SELECT r.service_years * 12 + coalesce(r.service_months, 0) FROM positions_rankrecord r
            WHERE r.agency_id = %(agency)s AND r.employee_id = p.id AND r.starts_on <= %(day)s
            ORDER BY r.starts_on DESC LIMIT 1) AS scale
    FROM person p
),
promoted AS (
    SELECT p.*, a.day AS due, b.kind, (CASE p.rank WHEN 21 THEN 22 WHEN 31 THEN 32 WHEN 33 THEN 34 WHEN 41 THEN 42 END) AS above
    FROM person p
    CROSS JOIN LATERAL (SELECT CASE p."group" WHEN 'fungsional' THEN 'kp_fungsional' WHEN 'manajerial' THEN 'kp_struktural'
        ELSE 'kp_reguler' END AS kind) b
    CROSS JOIN LATERAL (SELECT (p.rank_since + make_interval(years => CASE b.kind WHEN 'kp_fungsional' THEN 2
        WHEN 'kp_struktural' THEN CASE WHEN p.rank < 33 THEN 1 ELSE 4 END ELSE 4 END))::date AS due) d
    CROSS JOIN LATERAL (
        SELECT min(m)::date AS day FROM generate_series(date_trunc('month', d.due + interval '1 month - 1 day'),
            d.due + interval '7 months', interval '1 month') AS m
        WHERE CASE WHEN m < '2024-01-01' THEN extract(month FROM m) IN (4, 10)
            WHEN m < '2025-10-01' THEN extract(month FROM m)::int %% 2 = 0 ELSE true END
    ) a
),
every AS (
    SELECT q.id, q.kind, 0::bigint AS source, q.due, q.above AS target, array_remove(ARRAY[
            CASE WHEN q.kind = 'kp_fungsional' AND (q.level = 'AHLI_MADYA' AND q.above > 43
                OR q.level = 'AHLI_PERTAMA' AND q.above > 32) THEN 'JENJANG' END,
            CASE WHEN n.points > 0 AND f.points IS NULL THEN 'AK_KOSONG' WHEN f.points < n.points THEN 'AK_KURANG' END,
            CASE WHEN f.rated < 2 THEN 'PREDIKAT_KOSONG' END, CASE WHEN f.worst > 2 THEN 'PREDIKAT' END,
            CASE WHEN EXISTS (SELECT FROM positions_unpaidleave x WHERE x.agency_id = %(agency)s AND x.employee_id = q.id
                AND x.starts_on <= greatest(q.due, %(day)s)
                AND coalesce(x.returned_on, x.ends_on) > greatest(q.due, %(day)s)) THEN 'CLTN' END
        ]::text[], NULL) AS missing,
        CASE WHEN q.kind = 'kp_reguler' AND q.rank IN (24, 34) THEN ARRAY['UJIAN_DINAS'] ELSE '{}' END AS to_check,
        EXISTS (SELECT FROM clear_sanction s WHERE s.employee_id = q.id
            AND s.state = 'berlaku' AND s.sanction IN ('23', '24', '25', '27', '28', '13', '14')
            AND s.starts_on <= greatest(q.due, %(day)s) AND (s.ends_on IS NULL OR s.ends_on > greatest(q.due, %(day)s))
        ) AS sanctioned, q.rank
    FROM promoted q JOIN fact f ON f.id = q.id
    CROSS JOIN LATERAL (SELECT CASE WHEN q.level = 'AHLI_PERTAMA' AND q.rank = 31 THEN 50
        WHEN q.level = 'AHLI_MADYA' AND q.rank = 41 THEN 150 END AS points) n
    WHERE NOT (q.kind = 'kp_reguler' AND q.above > CASE q.education WHEN '15' THEN 32 ELSE 34 END)
        AND NOT (q.kind = 'kp_struktural' AND q.above > 34)
    UNION ALL
    -- A diploma that begins above the rank held.
    SELECT p.id, 'kp_ijazah', 0, a.day, b.start, array_remove(ARRAY[
            CASE WHEN f.rated < 2 THEN 'PREDIKAT_KOSONG' END, CASE WHEN f.worst > 2 THEN 'PREDIKAT' END,
            CASE WHEN EXISTS (SELECT FROM positions_unpaidleave x WHERE x.agency_id = %(agency)s AND x.employee_id = p.id
                AND x.starts_on <= greatest(a.day, %(day)s)
                AND coalesce(x.returned_on, x.ends_on) > greatest(a.day, %(day)s)) THEN 'CLTN' END
        ]::text[], NULL), ARRAY['FORMASI', 'TUGAS_SESUAI', 'UJIAN_IJAZAH'],
        EXISTS (SELECT FROM clear_sanction s WHERE s.employee_id = p.id
            AND s.state = 'berlaku' AND s.sanction IN ('23', '24', '25', '27', '28', '13', '14')
            AND s.starts_on <= greatest(a.day, %(day)s) AND (s.ends_on IS NULL OR s.ends_on > greatest(a.day, %(day)s))),
        p.rank
    FROM person p JOIN fact f ON f.id = p.id
    CROSS JOIN LATERAL (SELECT CASE p.education WHEN '15' THEN 21 WHEN '30' THEN 23 WHEN '40' THEN 31 WHEN '45' THEN 32
        WHEN '50' THEN 33 END AS start) b
    CROSS JOIN LATERAL (SELECT greatest((p.rank_since + interval '1 year')::date, coalesce(
        (SELECT min(coalesce(x.graduated_on, make_date(x.graduated, 12, 31))) FROM positions_employeeeducation x
            WHERE x.agency_id = %(agency)s AND x.employee_id = p.id AND x.level_id = p.education),
        make_date(p.graduated, 12, 31))) AS due) d
    CROSS JOIN LATERAL (
        SELECT min(m)::date AS day FROM generate_series(date_trunc('month', d.due + interval '1 month - 1 day'),
            d.due + interval '7 months', interval '1 month') AS m
        WHERE CASE WHEN m < '2024-01-01' THEN extract(month FROM m) IN (4, 10)
            WHEN m < '2025-10-01' THEN extract(month FROM m)::int %% 2 = 0 ELSE true END
    ) a
    WHERE p."group" IS DISTINCT FROM 'fungsional' AND b.start > p.rank
    UNION ALL
    -- On retirement, for long service.
    SELECT p.id, 'kp_pengabdian', 0, r.day, (CASE p.rank WHEN 21 THEN 22 WHEN 31 THEN 32 WHEN 33 THEN 34 WHEN 41 THEN 42 END),
        array_remove(ARRAY[
            CASE WHEN f.last IS NULL THEN 'PREDIKAT_KOSONG' END, CASE WHEN f.last > 2 THEN 'PREDIKAT' END,
            CASE WHEN EXISTS (SELECT FROM positions_unpaidleave x WHERE x.agency_id = %(agency)s AND x.employee_id = p.id
                AND x.starts_on <= greatest(r.day, %(day)s)
                AND coalesce(x.returned_on, x.ends_on) > greatest(r.day, %(day)s)) THEN 'CLTN' END
        ]::text[], NULL), '{}',
        EXISTS (SELECT FROM clear_sanction s WHERE s.employee_id = p.id
            AND s.state = 'berlaku' AND s.sanction IN ('23', '24', '25', '27', '28', '13', '14')
            AND s.starts_on <= greatest(r.day, %(day)s) AND (s.ends_on IS NULL OR s.ends_on > greatest(r.day, %(day)s))),
        p.rank
    FROM person p JOIN fact f ON f.id = p.id
    CROSS JOIN LATERAL (SELECT greatest(
        (date_trunc('month', p.birth_date + make_interval(years => p.age)) + interval '1 month')::date,
        (date_trunc('month', p.starts_on) + interval '1 month')::date) AS day) r
    CROSS JOIN LATERAL (SELECT extract(year FROM age(r.day, p.cpns_on)) * 12 + extract(month FROM age(r.day, p.cpns_on))
        - coalesce((SELECT sum(extract(year FROM a) * 12 + extract(month FROM a)) FROM positions_unpaidleave x
            CROSS JOIN LATERAL age(coalesce(x.returned_on, x.ends_on), x.starts_on) AS a
            WHERE x.agency_id = %(agency)s AND x.employee_id = p.id), 0) AS served) m
    WHERE p.level IS NOT NULL AND (m.served >= 360 AND p.rank_since + interval '1 month' <= r.day
        OR m.served >= 240 AND p.rank_since + interval '12 months' <= r.day
        OR m.served >= 120 AND p.rank_since + interval '24 months' <= r.day)
    UNION ALL
    SELECT p.id, 'kgb', 0, k.due, k.step, array_remove(ARRAY[
            CASE WHEN f.last IS NULL THEN 'PREDIKAT_KOSONG' END, CASE WHEN f.last > 3 THEN 'PREDIKAT' END,
            CASE WHEN EXISTS (SELECT FROM positions_unpaidleave x WHERE x.agency_id = %(agency)s AND x.employee_id = p.id
                AND x.starts_on <= greatest(k.due, %(day)s)
                AND coalesce(x.returned_on, x.ends_on) > greatest(k.due, %(day)s)) THEN 'CLTN' END,
            CASE WHEN k.due < date_trunc('month', %(day)s::date) THEN 'KGB_KOSONG' END
        ]::text[], NULL), CASE WHEN f.scale IS NULL THEN ARRAY['MKG'] ELSE '{}' END, false, p.rank
    FROM person p JOIN fact f ON f.id = p.id
    CROSS JOIN LATERAL (
        SELECT coalesce(f.scale, (extract(year FROM age(p.rank_since, p.cpns_on)) * 12
            + extract(month FROM age(p.rank_since, p.cpns_on)))::int) AS months,
            coalesce((SELECT sum(extract(year FROM a) * 12 + extract(month FROM a)) FROM positions_unpaidleave x
                CROSS JOIN LATERAL age(coalesce(x.returned_on, x.ends_on), greatest(x.starts_on, p.rank_since)) AS a
                WHERE x.agency_id = %(agency)s AND x.employee_id = p.id AND x.starts_on < %(day)s), 0)::int AS lost
    ) m
    CROSS JOIN LATERAL (
        SELECT s AS step, (p.rank_since + make_interval(months => s * 12 - m.months + m.lost))::date AS due
        FROM generate_series(0, 33) AS s
        WHERE s * 12 > m.months AND CASE WHEN p.rank = 21 THEN s = 0 OR s %% 2 = 1 ELSE s %% 2 = 0 AND s <= 32 END
        ORDER BY s LIMIT 1
    ) k
    UNION ALL
    SELECT p.id, 'pensiun', 0, greatest((date_trunc('month', p.birth_date + make_interval(years => p.age)) + interval '1 month')::date,
            (date_trunc('month', p.starts_on) + interval '1 month')::date), NULL,
        CASE WHEN f.last IS NULL THEN ARRAY['PREDIKAT_KOSONG'] ELSE '{}' END, '{}', false, p.rank
    FROM person p JOIN fact f ON f.id = p.id WHERE p.level IS NOT NULL
    UNION ALL
    SELECT p.id, 'plt', i.id, d.due, NULL, CASE WHEN d.due < %(day)s THEN ARRAY['PLT_6_BULAN'] ELSE '{}' END, '{}', false, p.rank
    FROM positions_incumbency i JOIN person p ON p.id = i.employee_id
    CROSS JOIN LATERAL (SELECT CASE WHEN (i.starts_on + interval '3 months')::date - 1 >= %(day)s
        THEN (i.starts_on + interval '3 months')::date - 1 ELSE (i.starts_on + interval '6 months')::date - 1 END AS due) d
    WHERE i.agency_id = %(agency)s AND i.kind = 'plt' AND i.starts_on <= %(day)s AND (i.ends_on IS NULL OR i.ends_on > %(day)s)
)
SELECT %(agency)s, id, kind, source, due, 'belum', array_remove(missing, 'PREDIKAT'), to_check,
    concat_ws(' ', CASE WHEN sanctioned THEN 'HUKDIS' END, CASE WHEN 'PREDIKAT' = ANY (missing) THEN 'PREDIKAT' END), '', rank,
    CASE WHEN kind <> 'kgb' THEN target END, CASE WHEN kind = 'kgb' THEN target::text END, '', true, %(day)s, now()
-- Who has left by then is neither promoted nor paid a further step; this month and eighteen more.
FROM every LEFT JOIN (
    SELECT g.id AS person_id, greatest(
        (date_trunc('month', g.birth_date + make_interval(years => g.age)) + interval '1 month')::date,
        (date_trunc('month', g.starts_on) + interval '1 month')::date) AS gone
    FROM person g WHERE g.level IS NOT NULL
) left_by ON person_id = id
WHERE due < date_trunc('month', %(day)s::date) + interval '19 months'
    AND (kind IN ('kp_pengabdian', 'pensiun', 'plt') OR gone IS NULL OR due < gone)
