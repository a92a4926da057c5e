-- What `bench.agenda` adds to the register: decrees of ranks for half, sanctions, leave and credit points for some. Ratings,
-- which are encrypted, it writes itself.
INSERT INTO positions_rankrecord (agency_id, employee_id, siasn_id, rank, kind, starts_on, service_years, service_months, decree,
    bkn_number)
SELECT agency_id, id, '', rank, '', rank_since, id %% 9, id %% 12, '', ''
FROM positions_employee WHERE agency_id = %(agency)s AND id %% 2 = 0;
INSERT INTO positions_discipline (agency_id, employee_id, siasn_id, sanction, state, starts_on, years, months, ends_on, regulation,
    reason_code, reason, decree, decree_on, revoked_decree, note)
SELECT agency_id, id, '', '25', 'berlaku', DATE '2026-02-01', 1, 0, DATE '2027-02-01', 'PP 94/2021', '', '', 'H' || id,
    DATE '2026-01-15', '', ''
FROM positions_employee WHERE agency_id = %(agency)s AND id %% 97 = 0;
INSERT INTO positions_unpaidleave (agency_id, employee_id, siasn_id, reason, is_extension, starts_on, ends_on, decree, return_decree,
    bkn_number)
SELECT agency_id, id, '', '', false, DATE '2025-03-01', DATE '2026-12-01', '', '', ''
FROM positions_employee WHERE agency_id = %(agency)s AND id %% 211 = 0;
INSERT INTO positions_creditpoint (agency_id, employee_id, siasn_id, kind, job_name, level, starts_on, ends_on, total, decree, source)
SELECT agency_id, id, '', 'integrasi', 'Uji', CASE id %% 2 WHEN 0 THEN 'AHLI_PERTAMA' ELSE 'AHLI_MADYA' END, DATE '2023-01-01',
    DATE '2024-01-01', 40 + id %% 150, '', ''
FROM positions_employee WHERE agency_id = %(agency)s AND id %% 3 = 0;
