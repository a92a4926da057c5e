"""Who leaves an agency leaves its roles: the login stays the person's and serves the next agency (decision 0021)."""

from datetime import date

from django.db import connection
from django.utils.translation import gettext_noop

from positions.models import Employee

# Why a role was taken back, as it is kept; pages tell it in the reader's language (`asnhr.told.stored`).
LEFT = gettext_noop("Keluar dari instansi")
# A role that began on the day of leaving is over the day after it began: no row of it is taken away. One of today or of
# a day to come is taken back: it would open the agency to who is no longer there.
_END = """
UPDATE asnhr_roleassignment r SET
    ends_on = CASE WHEN r.starts_on >= %(day)s THEN %(day)s ELSE greatest(e.exits_on, r.starts_on + 1) END,
    revoked_at = CASE WHEN r.starts_on >= %(day)s THEN now() END,
    revoke_reason = CASE WHEN r.starts_on >= %(day)s THEN %(why)s ELSE '' END
FROM asnhr_user u JOIN positions_employee e ON e.nip = u.nip
WHERE r.agency_id = %(agency)s AND u.id = r.user_id AND u.nip <> '' AND e.agency_id = %(agency)s
AND e.exits_on <= %(day)s AND (%(person)s::bigint IS NULL OR e.id = %(person)s)
AND r.revoked_at IS NULL AND (r.ends_on IS NULL OR r.ends_on > greatest(e.exits_on, r.starts_on + 1))
"""


def end_roles(agency_id: int, day: date, person: Employee | None = None) -> int:
    """End the roles of those who have left by `day` (of `person` alone, when given) on the first day without them.

    Return how many. One statement; the agency's scope is open.
    """
    with connection.cursor() as cursor:
        cursor.execute(_END, {"agency": agency_id, "day": day, "person": person.pk if person else None, "why": LEFT})
        return int(cursor.rowcount)
