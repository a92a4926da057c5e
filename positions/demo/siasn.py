"""What last month's SIASN file is said to have held of the demo's people: the register's values, and a few others.

Four in a hundred differ, chosen by the NIP, so the same seed shows the same: a promotion and a move that SIASN does
not know yet, an older diploma, a title that waits in the mapping queue, a birth date refused as an unconfirmed
correction, and a return to duty. Call inside the agency's scope, after the register is loaded.
"""

from datetime import date

from django.db import connection

from asnhr.models import Agency

# The file agreed with the register …
SAME = """
INSERT INTO positions_siasnrecord (agency_id, employee_id, facts, read_on, unconfirmed)
SELECT e.agency_id, e.id, jsonb_strip_nulls(jsonb_build_object(
        'nip', e.nip, 'name', upper(e.name), 'title_before', nullif(e.title_before, ''),
        'title_after', nullif(e.title_after, ''), 'status', e.status, 'legal_status', e.legal_status, 'sex', e.sex,
        'birth_date', e.birth_date, 'rank', e.rank, 'pay_group', e.pay_group, 'rank_since', e.rank_since,
        'cpns_on', e.cpns_on, 'pns_on', e.pns_on, 'education_level', e.education_level_id,
        'education', d.name, 'education_id', e.education_id, 'graduated', e.graduated,
        'job', upper(concat_ws(' ', j.name, nullif(j.subtitle, ''))), 'job_id', j.id, 'job_since', i.starts_on,
        'unit', u.name, 'unit_id', u.id)), date_trunc('month', %(day)s::date)::date, ''
FROM positions_employee e
LEFT JOIN positions_education d ON d.id = e.education_id
LEFT JOIN positions_incumbency i ON i.agency_id = e.agency_id AND i.employee_id = e.id AND i.ends_on IS NULL
    AND i.kind IN ('definitif', 'paruh_waktu')
LEFT JOIN positions_position p ON p.agency_id = i.agency_id AND p.id = i.position_id
LEFT JOIN positions_job j ON j.agency_id = p.agency_id AND j.id = p.job_id
LEFT JOIN positions_unit u ON u.agency_id = e.agency_id AND u.id = coalesce(p.unit_id, e.unit_id)
WHERE e.agency_id = %(agency)s AND e.exits_on IS NULL
ORDER BY e.id
"""
# … but for people whose number between 0 and 999 falls into one of these ranges: their place in an order that the NIP
# gives, so that a small register has some of each, too.
OTHERS = """
WITH chosen AS (
    SELECT e.*, (row_number() OVER (ORDER BY md5(e.nip)) - 1) * 1000 / count(*) OVER () AS n, above.id AS above_id,
        above.name AS above_name, i.starts_on, j.level,
        (SELECT max(r) FROM unnest(ARRAY[11,12,13,14,21,22,23,24,31,32,33,34,41,42,43,44,45]) r WHERE r < e.rank)
            AS rank_before
    FROM positions_employee e
    LEFT JOIN positions_unit u ON u.agency_id = e.agency_id AND u.id = e.unit_id
    LEFT JOIN positions_unit above ON above.agency_id = u.agency_id AND above.id = u.parent_id
        AND above.parent_id IS NOT NULL
    LEFT JOIN positions_incumbency i ON i.agency_id = e.agency_id AND i.employee_id = e.id AND i.ends_on IS NULL
        AND i.kind IN ('definitif', 'paruh_waktu')
    LEFT JOIN positions_position p ON p.agency_id = i.agency_id AND p.id = i.position_id
    LEFT JOIN positions_job j ON j.agency_id = p.agency_id AND j.id = p.job_id
    WHERE e.agency_id = %(agency)s
), other AS (
    SELECT id, CASE
        WHEN n < 10 AND rank_before IS NOT NULL AND rank_since IS NOT NULL THEN jsonb_build_object(
            'rank', rank_before, 'rank_since', (rank_since - interval '4 years')::date)
        WHEN n BETWEEN 10 AND 15 AND above_id IS NOT NULL AND starts_on IS NOT NULL THEN jsonb_build_object(
            'unit', above_name, 'unit_id', above_id, 'job_since', (starts_on - interval '2 years')::date)
        WHEN n BETWEEN 16 AND 21 AND education_level_id = '40' THEN jsonb_build_object(
            'education_level', '15', 'education', 'SLTA/SMA SEDERAJAT', 'education_id', NULL,
            'graduated', graduated - 5)
        WHEN n BETWEEN 22 AND 32 AND level = 'PELAKSANA' THEN jsonb_build_object(
            'job', 'Staf Umum', 'job_id', NULL, 'job_key', 'STAF UMUM')
        WHEN n BETWEEN 33 AND 44 THEN jsonb_build_object('birth_date', birth_date + 1)
        WHEN n %% 3 = 0 AND legal_status NOT IN ('01', '71') THEN '{"legal_status": "01"}'::jsonb
        END AS facts, n BETWEEN 33 AND 44 AS is_refused
    FROM chosen
)
UPDATE positions_siasnrecord r SET facts = jsonb_strip_nulls(r.facts || o.facts),
    unconfirmed = CASE WHEN o.is_refused THEN 'birth_date' ELSE '' END
FROM other o WHERE r.agency_id = %(agency)s AND r.employee_id = o.id AND o.facts IS NOT NULL
"""


def load(agency: Agency, day: date) -> None:
    """Write a SIASN record for everybody who has not left; two statements."""
    with connection.cursor() as cursor:
        for statement in (SAME, OTHERS):
            cursor.execute(statement, {"agency": agency.pk, "day": day})
