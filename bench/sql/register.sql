-- A register of 20,000 employees, 4,000 positions and 40,000 tasks for agency :agency, by the owner, deterministic.
-- %(units)s units below one root in two levels, %(positions)s positions, %(employees)s people, ten tasks a position.
SET LOCAL session_replication_role = replica;

INSERT INTO positions_unit (agency_id, id, code, name, kind, siasn_id, region_code, parent_id, path, office_id, is_model, starts_on)
SELECT %(agency)s, 1000000 + n, 'B' || n, CASE WHEN n = 0 THEN 'Pemerintah Kota Uji' ELSE 'Unit Uji ' || n END,
    CASE WHEN n = 0 THEN 'pemda' WHEN n <= 40 THEN 'dinas' ELSE 'bidang' END, '', '',
    CASE WHEN n = 0 THEN NULL WHEN n <= 40 THEN 1000000 ELSE 1000000 + 1 + n %% 40 END,
    CASE WHEN n = 0 THEN '1000000' WHEN n <= 40 THEN '1000000.' || (1000000 + n)
        ELSE '1000000.' || (1000000 + 1 + n %% 40) || '.' || (1000000 + n) END::ltree,
    CASE WHEN n = 0 THEN NULL WHEN n <= 40 THEN 1000000 + n ELSE 1000000 + 1 + n %% 40 END,
    false, DATE '2015-01-01'
FROM generate_series(0, %(units)s) AS n;

INSERT INTO positions_unitperiod (agency_id, unit_id, name, parent_id, decree, starts_on)
SELECT agency_id, id, name, parent_id, '', starts_on FROM positions_unit WHERE agency_id = %(agency)s;

INSERT INTO positions_job (agency_id, id, code, name, subtitle, "group", level, field, family, echelon, job_class,
    rank_min, rank_max, education_level_id, summary, is_active)
SELECT %(agency)s, 1000000 + n, 'J' || n, 'Jabatan Uji ' || n, '',
    CASE WHEN n < 50 THEN 'manajerial' WHEN n < 200 THEN 'fungsional' ELSE 'pelaksana' END,
    CASE WHEN n < 50 THEN 'PENGAWAS' WHEN n < 100 THEN 'AHLI_MADYA' WHEN n < 200 THEN 'AHLI_PERTAMA' ELSE 'PELAKSANA' END,
    CASE WHEN n BETWEEN 50 AND 99 THEN 'guru' WHEN n BETWEEN 100 AND 149 THEN 'nakes' ELSE 'teknis' END,
    '', CASE WHEN n < 50 THEN 'IV.a' ELSE '' END, 3 + n %% 10, 21, 42,
    CASE WHEN n < 200 THEN '40' ELSE '15' END, '', true
FROM generate_series(0, 399) AS n;
INSERT INTO positions_jobclassperiod (agency_id, job_id, job_class)
SELECT agency_id, id, job_class FROM positions_job WHERE agency_id = %(agency)s;

INSERT INTO positions_jobstandard (agency_id, id, job_id, number, state, decree, starts_on, ending_decree, reason, affair,
    education_weight, rank_weight, facts)
SELECT agency_id, id, id, 1, 'ditetapkan', '061/1/2018', DATE '2018-01-01', '', '', '', 'mutlak', 'mutlak', '{}'
FROM positions_job WHERE agency_id = %(agency)s;
INSERT INTO positions_jobcompetency (agency_id, standard_id, competency_id, level)
SELECT j.agency_id, j.id, c.id, 1 + j.id %% 4
FROM positions_job j CROSS JOIN positions_competency c WHERE j.agency_id = %(agency)s;

INSERT INTO positions_position (agency_id, id, code, unit_id, job_id, is_head, by_duty, growth, "order", starts_on)
SELECT %(agency)s, 1000000 + n, 'P' || lpad(n::text, 6, '0'), 1000001 + n %% %(units)s,
    1000000 + (n / %(units)s) * 37 %% 400, (n / %(units)s) * 37 %% 400 < 50, false,
    CASE WHEN n %% 9 = 0 THEN 0.02 ELSE 0 END, n, DATE '2015-01-01'
FROM generate_series(0, %(positions)s - 1) AS n;

INSERT INTO positions_seat (agency_id, id, position_id, number, kind, starts_on)
SELECT agency_id, 10000000 + (p.id - 1000000) * 20 + s, p.id, s, 'formasi', DATE '2015-01-01'
FROM positions_position p
CROSS JOIN LATERAL generate_series(1, CASE WHEN p.is_head THEN 1 ELSE 8 END) AS s
WHERE p.agency_id = %(agency)s;

-- K rose lately: some seats were supernumerary on the days of both analyses, some on that of the older one only.
INSERT INTO positions_seatformerkind (agency_id, seat_id, kind, starts_on, ends_on)
SELECT agency_id, id, 'di_luar_formasi', starts_on, CASE WHEN number = 8 THEN DATE '2026-09-01' ELSE DATE '2026-01-01' END
FROM positions_seat WHERE agency_id = %(agency)s AND number > 6 AND position_id %% 13 = 0;

INSERT INTO positions_positionneed (agency_id, position_id, source, need, decree, decree_on, is_printed, starts_on)
SELECT agency_id, id, 'PETA_DITETAPKAN', 4 + id %% 3, '188.44/1/2024', DATE '2024-01-02', false, DATE '2024-01-02'
FROM positions_position WHERE agency_id = %(agency)s AND NOT is_head;

INSERT INTO positions_campaign (agency_id, id, year, opens_on, deadline, minutes_per_year, minutes_per_year_health, rounding)
VALUES (%(agency)s, 1000000, 2026, DATE '2026-01-05', DATE '2026-03-31', 75000, 72000, 'half_up');
INSERT INTO positions_workloadsheet (agency_id, id, campaign_id, unit_id, state, note, approved_on)
SELECT agency_id, id, 1000000, id, 'disahkan', '', DATE '2026-03-01' FROM positions_unit WHERE agency_id = %(agency)s;
INSERT INTO positions_workload (agency_id, id, sheet_id, position_id, method, faults, is_sample)
SELECT p.agency_id, p.id, p.unit_id, p.id, CASE WHEN j.field = 'nakes' THEN 'ABK_KES' ELSE 'ABK' END,
    CASE WHEN p.id %% 101 = 0 THEN '{JUMLAH_BEDA}'::varchar[] ELSE '{}' END, true
FROM positions_position p JOIN positions_job j ON j.agency_id = p.agency_id AND j.id = p.job_id
WHERE p.agency_id = %(agency)s;
INSERT INTO positions_workloadtask (agency_id, workload_id, number, task, output, volume, per, minutes, part, digital_prone)
SELECT w.agency_id, w.id, t, 'Tugas ' || t, 'dokumen',
    -- A tenth of the positions has little to do, half of those in what a machine could do.
    CASE WHEN w.id %% 10 = 3 THEN 3 + (w.id / 10 + t) %% 40 ELSE 50 + (w.id * 7 + t * 13) %% 600 END,
    (ARRAY['year', 'month', 'week', 'day'])[1 + (w.id + t) %% 2], 5 + (w.id * 3 + t) %% 55,
    CASE WHEN w.method = 'ABK_KES' AND t > 8 THEN 'penunjang' ELSE 'pokok' END, t %% 4 = 0 OR w.id %% 20 = 3
FROM positions_workload w CROSS JOIN generate_series(1, %(tasks)s) AS t WHERE w.agency_id = %(agency)s;

INSERT INTO positions_employee (agency_id, id, nip, nip_old, siasn_id, name, title_before, title_after, unit_id, status,
    legal_status, sex, birth_date, birth_place, nik, nik_hash, email, phone, rank, rank_since, cpns_on, education_level_id,
    exit_reason)
SELECT %(agency)s, 1000000 + n,
    to_char(b, 'YYYYMMDD') || '2010' || lpad((1 + n %% 12)::text, 2, '0') || (1 + n %% 2) || lpad((900 + n / 200 %% 100)::text, 3, '0'),
    '', '', 'Pegawai Uji ' || lpad(((n::bigint * 7919) %% 99991)::text, 5, '0'), '', '', p.unit_id, 'PNS', '01',
    CASE n %% 2 WHEN 0 THEN 'M' ELSE 'F' END, b, '', '', '', '', '', (ARRAY[21, 31, 33, 41])[1 + n %% 4],
    DATE '2022-04-01', DATE '2010-01-01', CASE WHEN n %% 11 = 0 THEN '15' ELSE '40' END, ''
FROM generate_series(0, %(employees)s - 1) AS n
CROSS JOIN LATERAL (SELECT DATE '1966-01-01' + (n * 53 %% 12000) AS b) AS born
JOIN positions_position p ON p.agency_id = %(agency)s AND p.id = 1000000 + n %% %(positions)s
ON CONFLICT DO NOTHING;

INSERT INTO positions_incumbency (agency_id, position_id, seat_id, employee_id, kind, decree, starts_on)
SELECT e.agency_id, p.id, 10000000 + (p.id - 1000000) * 20 + 1 + (e.id - 1000000) / %(positions)s, e.id, 'definitif', '',
    DATE '2019-01-01' + ((e.id * 31) %% 2000)::int
FROM positions_employee e
JOIN positions_position p ON p.agency_id = e.agency_id AND p.id = 1000000 + (e.id - 1000000) %% %(positions)s
JOIN positions_seat s ON s.agency_id = p.agency_id AND s.id = 10000000 + (p.id - 1000000) * 20 + 1 + (e.id - 1000000) / %(positions)s
-- Some heads' seats are vacant; those with little to do are one or none.
WHERE e.agency_id = %(agency)s AND NOT (p.is_head AND p.id %% 7 = 0)
    AND (p.id %% 10 <> 3 OR e.id - 1000000 < %(positions)s AND p.id %% 30 <> 3);

INSERT INTO positions_incumbency (agency_id, position_id, seat_id, employee_id, kind, decree, starts_on)
SELECT p.agency_id, p.id, 10000001 + (p.id - 1000000) * 20, e.id, 'plt', '', DATE '2026-03-01' + (p.id %% 90)::int
FROM positions_position p JOIN positions_employee e ON e.agency_id = p.agency_id AND e.id = p.id + 1
WHERE p.agency_id = %(agency)s AND p.is_head AND p.id %% 14 = 0;

-- Half of the functional jobs ask for a field of study; a third of the people have a second degree.
INSERT INTO positions_jobeducation (agency_id, job_id, field)
SELECT agency_id, id, (ARRAY['ILMU HUKUM', 'AKUNTANSI', 'TEKNIK SIPIL'])[1 + id %% 3]
FROM positions_job WHERE agency_id = %(agency)s AND "group" = 'fungsional' AND id %% 2 = 0;
INSERT INTO positions_employeeeducation (agency_id, employee_id, level_id, name, school)
SELECT agency_id, id, '40', (ARRAY['Ilmu Hukum', 'Akuntansi', 'Manajemen Akuntansi', 'Biologi'])[1 + id %% 4], ''
FROM positions_employee WHERE agency_id = %(agency)s AND id %% 3 = 0;

INSERT INTO positions_reservation (agency_id, seat_id, reason, starts_on)
SELECT s.agency_id, s.id, 'CPNS', DATE '2026-01-01'
FROM positions_seat s WHERE s.agency_id = %(agency)s AND s.number IN (6, 7) AND s.position_id %% 11 = 0;

INSERT INTO positions_goal (agency_id, id, code, level, text, indicator, unit_id, starts_on)
SELECT %(agency)s, 1000000 + n, 'S' || n, 'sasaran', 'Sasaran ' || n, '', 1000001 + n, DATE '2021-01-01'
FROM generate_series(0, 39) AS n;
INSERT INTO positions_positiongoal (agency_id, goal_id, position_id, starts_on)
SELECT agency_id, 1000000 + id %% 40, id, CASE WHEN id %% 40 = 7 THEN DATE '2026-02-01' ELSE DATE '2022-01-01' END
FROM positions_position WHERE agency_id = %(agency)s AND (id / 500 + id) %% 9 <> 0;
-- A task serves a goal that the older analysis did not know: it had no workload of this campaign.
UPDATE positions_workloadtask SET goal_id = 1000000 + workload_id %% 40
WHERE agency_id = %(agency)s AND number = 1 AND workload_id %% 39 = 0;
SET LOCAL session_replication_role = origin;
