-- The reference of `bench.quality`: the data quality of one agency as one would write it by hand for one agency, run by the
-- owner without row security: a column an indicator, counted unit by unit, and what is open at each person. It writes the
-- same columns into the same tables as the product and is checked to say the same. Statements are parted by lines of dashes.
CREATE TEMP TABLE person ON COMMIT DROP AS
WITH law (words, level, age) AS (
    SELECT * FROM unnest(%(special_names)s::text[], %(special_levels)s::text[], %(special_ages)s::int[])
),
job AS MATERIALIZED (
    SELECT j.id, j."group", j.level,
        coalesce(NULLIF(j.retirement_age, 0),
            (SELECT l.age FROM law l WHERE starts_with(upper(btrim(j.name)) || ' ', l.words || ' ')
                AND coalesce(l.level = j.level, true) ORDER BY length(l.words) DESC, l.age DESC LIMIT 1),
            (%(bup_ages)s::int[])[array_position(%(bup_levels)s::text[], j.level::text)]) AS age,
        (SELECT l."order" FROM positions_educationlevel l WHERE l.code = CASE j."group"
            WHEN 'manajerial' THEN CASE j.level WHEN 'PENGAWAS' THEN '30' ELSE '40' END
            WHEN 'fungsional' THEN coalesce(j.education_level_id, CASE WHEN j.level LIKE 'AHLI%%' THEN '40' END)
            END) AS needed,
        j."group" = 'pelaksana' AND EXISTS (SELECT FROM positions_referencejob r WHERE r.is_current AND r.level <> 'PELAKSANA'
            AND upper(r.name) = upper(j.name)) AS borrowed
    FROM positions_job j WHERE j.agency_id = %(agency)s
),
post AS (
    SELECT i.employee_id, i.position_id, i.starts_on, i.kind, j.* FROM positions_incumbency i
    JOIN positions_position p ON p.id = i.position_id JOIN job j ON j.id = p.job_id
    WHERE i.agency_id = %(agency)s AND i.kind IN ('definitif', 'paruh_waktu') AND i.starts_on <= %(day)s
        AND coalesce(i.ends_on > %(day)s, true)
),
holders AS (
    SELECT position_id, count(*) AS n FROM post WHERE kind = 'definitif' AND "group" = 'manajerial' GROUP BY 1
),
seats AS (
    SELECT s.position_id, count(*) AS n FROM positions_seat s
    LEFT JOIN positions_seatformerkind f ON f.seat_id = s.id AND %(day)s >= f.starts_on AND %(day)s < f.ends_on
    WHERE s.agency_id = %(agency)s AND s.starts_on <= %(day)s AND coalesce(s.ends_on > %(day)s, true)
        AND coalesce(f.kind, s.kind) <> 'di_luar_formasi'
        AND s.position_id IN (SELECT position_id FROM holders WHERE n > 1)
    GROUP BY 1
),
waiting AS (
    SELECT a.employee_id FROM positions_appointment a
    LEFT JOIN positions_incumbency i ON i.employee_id = a.employee_id AND i.kind IN ('definitif', 'paruh_waktu')
        AND i.starts_on <= %(day)s
    LEFT JOIN positions_position p ON p.id = i.position_id
    LEFT JOIN job j ON j.id = p.job_id AND j."group" = 'fungsional'
    LEFT JOIN positions_outsidepost o ON o.employee_id = a.employee_id AND o."group" = 'fungsional'
        AND o.starts_on <= %(day)s
    WHERE a.agency_id = %(agency)s AND a.formation_group = 'fungsional'
    GROUP BY 1 HAVING count(j.id) = 0 AND count(o.id) = 0
),
away AS (
    SELECT employee_id, max(coalesce(returned_on, ends_on)) AS back FROM positions_unpaidleave
    WHERE agency_id = %(agency)s AND starts_on <= %(day)s GROUP BY 1
),
lent AS (
    SELECT DISTINCT employee_id FROM positions_secondment WHERE agency_id = %(agency)s AND kind IN ('dpk', 'dpb')
        AND starts_on <= %(day)s AND coalesce(ends_on > %(day)s, true)
),
history AS (
    SELECT x.employee_id, max(l."order") AS highest FROM positions_employeeeducation x
    JOIN positions_educationlevel l ON l.code = x.level_id WHERE x.agency_id = %(agency)s GROUP BY 1
),
employee AS (
    SELECT e.*, substr(nip, 9, 4)::int AS year, substr(nip, 13, 2)::int AS middle,
        count(*) OVER (PARTITION BY NULLIF(nik_hash, '')) AS same_nik, count(*) OVER (PARTITION BY NULLIF(nip_old, '')) AS same_old,
        count(*) OVER (PARTITION BY upper(btrim(regexp_replace(name, '\s+', ' ', 'g'))), birth_date) AS same_person
    FROM positions_employee e WHERE e.agency_id = %(agency)s AND CASE WHEN e.exits_on IS NULL THEN e.legal_status <> ALL (
        %(ended)s) ELSE e.exits_on > %(day)s END
)
SELECT e.id, e.unit_id,
    NOT EXISTS (SELECT FROM positions_yearlypredicate y WHERE y.employee_id = e.id AND y.year = skp.year)
        AND coalesce(extract(year FROM coalesce(e.cpns_on, e.rank_since)) < skp.year, true) AS "COM_1",
    p.id IS NULL AS "COM_2",
    e.education_level_id IS NULL AND e.education_id IS NULL AND h.employee_id IS NULL AS "COM_3",
    e.status = 'PNS' AND e.pns_on IS NULL AS "COM_4",
    d.highest >= 4 AND e.title_before = '' AND e.title_after = '' AS "COM_5",
    e.email !~ '^[^@\s]+@[^@\s]+\.[^@\s]+$' AS "COM_6",
    e.phone = '' AS "COM_7",
    u.ends_on <= %(day)s AS "TIM_1",
    w.employee_id IS NOT NULL AND e.cpns_on + interval '2 years' < %(day)s AS "TIM_2",
    e.status = 'CPNS' AND e.cpns_on + interval '1 year' < %(day)s AS "TIM_3",
    p."group" = 'manajerial' AND p.kind = 'definitif' AND o.n > greatest(1, coalesce(s.n, 0)) AS "TIM_4",
    e.legal_status IN ('01', '71', '72') AND date_trunc('month', greatest(
        e.birth_date + make_interval(years => coalesce(NULLIF(e.own_retirement_age, 0), p.age)),
        CASE WHEN p.kind = 'definitif' THEN p.starts_on END)) + interval '1 month' <= %(day)s AND p.id IS NOT NULL AS "TIM_5",
    e.legal_status IN ('02', '13') AND coalesce(a.back <= %(day)s, false) AS "TIM_6",
    e.cpns_on > e.pns_on AS "ACC_1",
    lent.employee_id IS NOT NULL AS "ACC_2",
    p."group" = 'manajerial' AND e.status IN ('PNS', 'CPNS') AND e.cpns_on + interval '2 years' > %(day)s AS "ACC_3",
    e.status LIKE 'PPPK%%' AND e.legal_status NOT IN ('', '71', '72', '73') AS "ACC_4",
    e.nik_hash = '' OR coalesce(NOT e.nik_validated, false) AS "ACC_5",
    p."group" = 'manajerial' AND d.highest < p.needed AS "ACC_6",
    e.status LIKE 'PPPK%%' AND (e.year < 2019 OR e.year > extract(year FROM %(day)s::date)) AS "ACC_7",
    p."group" = 'fungsional' AND d.highest < p.needed AS "ACC_8",
    p.borrowed AS "ACC_9",
    p.level LIKE 'JPT%%' AND e.rank < 42 AS "ACC_10",
    e.status NOT LIKE 'PPPK%%' AND to_char(e.cpns_on, 'YYYYMM') <> substr(e.nip, 9, 6) AS "CON_1",
    to_char(e.birth_date, 'YYYYMMDD') <> substr(e.nip, 1, 8) AS "CON_2",
    CASE e.sex WHEN 'M' THEN '1' ELSE '2' END <> substr(e.nip, 15, 1) AS "CON_3",
    e.status LIKE 'PPPK%%' AND extract(year FROM e.cpns_on) <> e.year AS "CON_4",
    NOT b.ok OR to_date(substr(e.nip, 1, 8), 'YYYYMMDD') > %(day)s AS "N2",
    e.middle = 0 OR e.middle BETWEEN 13 AND 20 OR e.middle > 29 AS "N3",
    substr(e.nip, 15, 1) NOT IN ('1', '2') AS "N4",
    right(e.nip, 3) = '000' AS "N5",
    b.ok AND CASE WHEN e.middle BETWEEN 1 AND 12 THEN to_date(substr(e.nip, 1, 8), 'YYYYMMDD') + interval '18 years'
        > make_date(e.year, e.middle, 1) WHEN e.middle BETWEEN 21 AND 29 THEN e.year - substr(e.nip, 1, 4)::int < 20
        ELSE false END AS "N6",
    (e.status LIKE 'PPPK%%') <> (e.middle > 12) AS "STATUS_BUKAN_NIP",
    e.nik_hash <> '' AND e.same_nik > 1 AS "NIK_GANDA",
    e.nip_old <> '' AND e.same_old > 1 AS "NIP_LAMA_GANDA",
    e.same_person > 1 AS "ORANG_GANDA"
FROM employee e
LEFT JOIN positions_unit u ON u.id = e.unit_id
LEFT JOIN post p ON p.employee_id = e.id
LEFT JOIN holders o ON o.position_id = p.position_id
LEFT JOIN seats s ON s.position_id = p.position_id
LEFT JOIN history h ON h.employee_id = e.id
LEFT JOIN waiting w ON w.employee_id = e.id
LEFT JOIN away a ON a.employee_id = e.id
LEFT JOIN lent ON lent.employee_id = e.id
-- Predicates of a year are there from April of the next.
CROSS JOIN LATERAL (SELECT extract(year FROM %(day)s::date - interval '3 months')::int - 1 AS year) skp
LEFT JOIN positions_education own ON own.id = e.education_id
LEFT JOIN positions_educationlevel l ON l.code = e.education_level_id
LEFT JOIN positions_educationlevel ol ON ol.code = own.level_id
CROSS JOIN LATERAL (SELECT greatest(l."order", ol."order", h.highest) AS highest) d
CROSS JOIN LATERAL (SELECT to_char(to_date(substr(e.nip, 1, 8), 'YYYYMMDD'), 'YYYYMMDD') = substr(e.nip, 1, 8) AS ok) b
------------------------------------------------------------------------------------------------------------------------
CREATE TEMP TABLE open_problem ON COMMIT DROP AS
SELECT p.id, p.unit_id, c.code FROM person p CROSS JOIN LATERAL (VALUES
    ('COM_1', p."COM_1"), ('TIM_2', p."TIM_2"), ('TIM_6', p."TIM_6"), ('ACC_2', p."ACC_2"),
    ('COM_2', p."COM_2"), ('COM_3', p."COM_3"), ('COM_4', p."COM_4"), ('COM_5', p."COM_5"), ('COM_6', p."COM_6"),
    ('COM_7', p."COM_7"), ('TIM_1', p."TIM_1"), ('TIM_3', p."TIM_3"), ('TIM_4', p."TIM_4"), ('TIM_5', p."TIM_5"),
    ('ACC_1', p."ACC_1"), ('ACC_3', p."ACC_3"), ('ACC_4', p."ACC_4"), ('ACC_5', p."ACC_5"), ('ACC_6', p."ACC_6"),
    ('ACC_7', p."ACC_7"), ('ACC_8', p."ACC_8"), ('ACC_9', p."ACC_9"), ('ACC_10', p."ACC_10"), ('CON_1', p."CON_1"),
    ('CON_2', p."CON_2"), ('CON_3', p."CON_3"), ('CON_4', p."CON_4"), ('N2', p."N2"), ('N3', p."N3"), ('N4', p."N4"),
    ('N5', p."N5"), ('N6', p."N6"), ('STATUS_BUKAN_NIP', p."STATUS_BUKAN_NIP"), ('NIK_GANDA', p."NIK_GANDA"),
    ('NIP_LAMA_GANDA', p."NIP_LAMA_GANDA"), ('ORANG_GANDA', p."ORANG_GANDA")
) AS c(code, bad)
WHERE c.bad
------------------------------------------------------------------------------------------------------------------------
INSERT INTO positions_qualityproblem (agency_id, employee_id, code, weight, since)
SELECT %(agency)s, o.id, o.code, coalesce(round(1000000 * w.of_total), 0), %(day)s
FROM open_problem o LEFT JOIN unnest(%(codes)s::text[], %(total_shares)s::numeric[]) AS w(code, of_total) ON w.code = o.code
------------------------------------------------------------------------------------------------------------------------
INSERT INTO positions_qualityindex (agency_id, day, unit_id, employees, affected, completeness, timeliness, accuracy,
    consistency, total, total_if_clean, counts, missing, treatment, weights, computed_at)
WITH share (code, dimension, of_dimension, of_total, of_clean) AS (
    SELECT * FROM unnest(%(codes)s::text[], %(dimensions)s::text[], %(dimension_shares)s::numeric[],
        %(total_shares)s::numeric[], %(clean_shares)s::numeric[])
),
place AS (
    SELECT u.id AS unit_id, a.id AS place FROM positions_unit u JOIN positions_unit a ON a.agency_id = u.agency_id
        AND a.id::text = ANY (string_to_array(u.path::text, '.'))
    WHERE u.agency_id = %(agency)s
    UNION ALL SELECT id, NULL FROM positions_unit WHERE agency_id = %(agency)s
    UNION ALL SELECT NULL, NULL
),
staff AS (
    SELECT unit_id, count(*) AS n, count(*) FILTER (WHERE "COM_1" OR "TIM_2" OR "TIM_6" OR "ACC_2" OR "COM_2" OR "COM_3" OR "COM_4" OR "COM_5" OR "COM_6" OR "COM_7"
        OR "TIM_1" OR "TIM_3" OR "TIM_4" OR "TIM_5" OR "ACC_1" OR "ACC_3" OR "ACC_4" OR "ACC_5" OR "ACC_6" OR "ACC_7"
        OR "ACC_8" OR "ACC_9" OR "ACC_10" OR "CON_1" OR "CON_2" OR "CON_3" OR "CON_4") AS bad
    FROM person GROUP BY 1
),
people AS (
    SELECT p.place, sum(s.n) AS n, sum(s.bad) AS bad FROM staff s
    JOIN place p ON coalesce(p.unit_id, 0) = coalesce(s.unit_id, 0) GROUP BY 1
),
own AS (SELECT unit_id, code, count(*) AS n FROM open_problem GROUP BY 1, 2),
counted AS (
    SELECT p.place, o.code, sum(o.n) AS n FROM own o
    JOIN place p ON coalesce(p.unit_id, 0) = coalesce(o.unit_id, 0) GROUP BY 1, 2
)
-- Shares come as decimals, a third among them: what is a tie exactly must be one before it is rounded.
SELECT %(agency)s, %(day)s, p.place, p.n, p.bad,
    round(round(100 - 100 * coalesce(sum(c.n * s.of_dimension) FILTER (WHERE s.dimension = 'completeness'), 0) / p.n, 12), 2),
    round(round(100 - 100 * coalesce(sum(c.n * s.of_dimension) FILTER (WHERE s.dimension = 'timeliness'), 0) / p.n, 12), 2),
    round(round(100 - 100 * coalesce(sum(c.n * s.of_dimension) FILTER (WHERE s.dimension = 'accuracy'), 0) / p.n, 12), 2),
    round(round(100 - 100 * coalesce(sum(c.n * s.of_dimension) FILTER (WHERE s.dimension = 'consistency'), 0) / p.n, 12), 2),
    round(round(100 - 100 * coalesce(sum(c.n * s.of_total), 0) / p.n, 12), 2), round(round(100 - 100 * coalesce(sum(c.n * s.of_clean), 0) / p.n, 12), 2),
    coalesce(jsonb_object_agg(s.code, c.n) FILTER (WHERE s.code IS NOT NULL), '{}'), %(missing)s, %(treatment)s,
    %(weights)s::jsonb, now()
FROM people p
LEFT JOIN counted c ON coalesce(c.place, 0) = coalesce(p.place, 0)
LEFT JOIN share s ON s.code = c.code
GROUP BY p.place, p.n, p.bad
