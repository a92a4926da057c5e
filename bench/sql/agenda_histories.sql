-- What `bench.agenda` adds to the register: decrees of ranks for half, leave and credit points for some. Ratings and sanctions,
-- which the register keeps encrypted, `bench.agenda` writes itself.
INSERT INTO positions_rankrecord (agency_id, employee_id, siasn_id, rank, kind, starts_on, service_years, service_months, decree,
    bkn_number)
SELECT agency_id, id, '', rank, '', rank_since, id %% 9, id %% 12, '', ''
FROM positions_employee WHERE agency_id = %(agency)s AND id %% 2 = 0;
INSERT INTO positions_unpaidleave (agency_id, employee_id, siasn_id, reason, is_extension, starts_on, ends_on, decree, return_decree,
    bkn_number)
SELECT agency_id, id, '', '', false, DATE '2025-03-01', DATE '2026-12-01', '', '', ''
FROM positions_employee WHERE agency_id = %(agency)s AND id %% 211 = 0;
INSERT INTO positions_creditpoint (agency_id, employee_id, siasn_id, kind, job_name, level, starts_on, ends_on, total, decree, source)
SELECT agency_id, id, '', 'integrasi', 'Uji', CASE id %% 2 WHEN 0 THEN 'AHLI_PERTAMA' ELSE 'AHLI_MADYA' END, DATE '2023-01-01',
    DATE '2024-01-01', 40 + id %% 150, '', ''
FROM positions_employee WHERE agency_id = %(agency)s AND id %% 3 = 0;
