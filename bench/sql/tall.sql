-- %(people)s people with an education each in one unit of agency %(agency)s, by the owner, deterministic.
SET LOCAL session_replication_role = replica;

INSERT INTO positions_unit (agency_id, id, code, name, kind, siasn_id, region_code, parent_id, path, office_id, is_model, starts_on)
VALUES (%(agency)s, 9000000, 'T0', 'Pemerintah Kota Seratus Ribu', 'pemda', '', '', NULL, '9000000', NULL, false, DATE '2015-01-01');
INSERT INTO positions_unitperiod (agency_id, unit_id, name, parent_id, decree, starts_on)
VALUES (%(agency)s, 9000000, 'Pemerintah Kota Seratus Ribu', NULL, '', DATE '2015-01-01');

INSERT INTO positions_employee (agency_id, id, nip, nip_old, siasn_id, name, title_before, title_after, unit_id, status,
    legal_status, sex, birth_date, birth_place, nik, nik_hash, email, phone, rank, rank_since, cpns_on, education_level_id,
    exit_reason)
SELECT %(agency)s, 90000000 + n,
    to_char(b, 'YYYYMMDD') || '2010' || lpad((1 + n %% 12)::text, 2, '0') || (1 + n %% 2) || lpad((1 + n / 2000 * 12 %% 999)::text, 3, '0'),
    '', '', 'Pegawai Uji ' || lpad(((n::bigint * 7919) %% 99991)::text, 5, '0'), '', '', 9000000, 'PNS', '01',
    CASE n %% 2 WHEN 0 THEN 'M' ELSE 'F' END, b, '', '', '', '', '', (ARRAY[21, 31, 33, 41])[1 + n %% 4],
    DATE '2022-04-01', DATE '2010-01-01', CASE WHEN n %% 11 = 0 THEN '15' ELSE '40' END, ''
FROM generate_series(0, %(people)s - 1) AS n
CROSS JOIN LATERAL (SELECT DATE '1966-01-01' + (n * 53 %% 12000) AS b) AS born
ON CONFLICT DO NOTHING;

INSERT INTO positions_employeeeducation (agency_id, employee_id, level_id, name, school, graduated)
SELECT agency_id, id, education_level_id, 'S-1 UJI', '', 2005 FROM positions_employee WHERE agency_id = %(agency)s;
