"""What the register holds of today beside its histories – the place and name of a unit, the unit of a person, the class
of a job – set to what the histories say of the day that has come. Whoever writes a period sets it at once for days gone
by; what is decided for a coming day waits (docs/decisions/0039-decisions-of-a-coming-day.md). A fixed number of
statements.
"""

from collections.abc import Iterable
from datetime import date

from django.db import connection

# Whoever holds a post belongs to its unit.
BY_POST = """
UPDATE positions_employee e SET unit_id = p.unit_id
FROM positions_incumbency i JOIN positions_position p ON p.agency_id = i.agency_id AND p.id = i.position_id
WHERE i.agency_id = %(agency)s AND i.kind IN ('definitif', 'paruh_waktu')
    AND i.starts_on <= %(day)s AND (i.ends_on IS NULL OR i.ends_on > %(day)s)
    AND e.agency_id = i.agency_id AND e.id = i.employee_id AND e.unit_id IS DISTINCT FROM p.unit_id
"""
# Whoever holds none and belongs to a unit that is closed goes to its successor, or to the successor of that one.
BY_SUCCESSOR = """
WITH RECURSIVE heir AS (
    SELECT u.id AS unit_id, u.successor_id AS heir_id, 1 AS step FROM positions_unit u
    WHERE u.agency_id = %(agency)s AND u.ends_on <= %(day)s AND u.successor_id IS NOT NULL
    UNION ALL
    SELECT h.unit_id, u.successor_id, h.step + 1 FROM heir h
    JOIN positions_unit u ON u.agency_id = %(agency)s AND u.id = h.heir_id
    WHERE u.ends_on <= %(day)s AND u.successor_id IS NOT NULL AND h.step < 20
), last AS (SELECT DISTINCT ON (unit_id) unit_id, heir_id FROM heir ORDER BY unit_id, step DESC)
UPDATE positions_employee e SET unit_id = l.heir_id FROM last l
WHERE e.agency_id = %(agency)s AND e.unit_id = l.unit_id AND (e.exits_on IS NULL OR e.exits_on > %(day)s)
    AND NOT EXISTS (
        SELECT FROM positions_incumbency i WHERE i.agency_id = e.agency_id AND i.employee_id = e.id
            AND i.kind IN ('definitif', 'paruh_waktu')
            AND i.starts_on <= %(day)s AND (i.ends_on IS NULL OR i.ends_on > %(day)s)
    )
"""

# Where a class is in force: a job without one keeps what its row says.
BY_CLASS = """
UPDATE positions_job j SET job_class = p.job_class FROM positions_jobclassperiod p
WHERE j.agency_id = %(agency)s AND (%(jobs)s::bigint[] IS NULL OR j.id = ANY (%(jobs)s))
    AND p.agency_id = j.agency_id AND p.job_id = j.id AND (p.starts_on IS NULL OR p.starts_on <= %(day)s)
    AND (p.ends_on IS NULL OR p.ends_on > %(day)s) AND j.job_class IS DISTINCT FROM p.job_class
"""


def units(agency_id: int, day: date) -> int:
    """Give units the name and place of `day`; return how many changed."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT positions_units_in_step(%s, %s)", [agency_id, day])
        return int(cursor.fetchone()[0])


def people(agency_id: int, day: date) -> int:
    """Give people the unit of the post they hold on `day`, or what took over their closed unit; return how many."""
    moved = 0
    with connection.cursor() as cursor:
        for statement in (BY_POST, BY_SUCCESSOR):
            cursor.execute(statement, {"agency": agency_id, "day": day})
            moved += cursor.rowcount
    return moved


def classes(agency_id: int, day: date, jobs: Iterable[int] | None = None) -> int:
    """Give jobs the class of `day`, all of the agency or those of `jobs`; return how many changed."""
    chosen = None if jobs is None else list(jobs)
    with connection.cursor() as cursor:
        cursor.execute(BY_CLASS, {"agency": agency_id, "day": day, "jobs": chosen})
        return int(cursor.rowcount)
