"""Whether each day on which links were made has its stored head: who deletes heads takes the proof of those days."""

from datetime import date
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import Max
from django.utils.translation import gettext_noop

from asnhr.audit.faults import HEADS, Fault
from asnhr.models import Agency, AuditProof

# Since links hold their time (version 2) the sealer takes the head of each day on which it makes one (`cover_day`).
# Of links before that nobody can say whether the stack was on at night; for them a chain has at least some head.
_DAYS = """
SELECT (sealed_at AT TIME ZONE %(zone)s)::date, version >= 2, count(*), max(number) FROM audit_seal
WHERE agency_id = %(agency)s GROUP BY 1, 2 ORDER BY 1, 2
"""


def missing(agency: Agency, heads: dict[date, int], today: date) -> list[Fault]:
    """Return a fault for each day before `today` whose head is gone or was replaced. The agency's scope must be open.

    A day on which nothing was sealed (the stack was off) needs no head; one on which the stack was on has it, whatever
    hour it was started.
    """
    with connection.cursor() as cursor:
        cursor.execute(_DAYS, {"zone": settings.TIME_ZONE, "agency": agency.pk})
        days = cursor.fetchall()
    found: list[Fault] = []
    if not heads and days and (today - days[0][0]).days > 1:
        found.append(_fault(
            gettext_noop("Tidak ada satu pun kepala harian, padahal rantai dimulai %(day)s: dihapus. Bandingkan dengan"
                         " kepala dari surel (verify_audit --head)."), day=f"{days[0][0]:%d-%m-%Y}",
        ))  # fmt: skip
    last = 0
    for day, is_timed, links, number in days:
        if is_timed and day < today:
            said: dict[str, Any] = {"day": f"{day:%d-%m-%Y}", "links": links}
            if day not in heads:
                found.append(_fault(
                    gettext_noop("Kepala %(day)s tidak ada, padahal %(links)d catatan disegel hari itu: dihapus."
                                 " Bandingkan dengan kepala dari surel (verify_audit --head)."), **said,
                ))  # fmt: skip
            elif heads[day] < last:
                said |= {"number": heads[day], "last": last}
                found.append(_fault(
                    gettext_noop("Kepala %(day)s berhenti pada mata rantai %(number)d, padahal sebelum hari itu rantai"
                                 " sudah sampai %(last)d: diganti. Bandingkan dengan kepala dari surel (verify_audit"
                                 " --head)."), **said,
                ))  # fmt: skip
        if is_timed:
            last = max(last, number)
    before = AuditProof.objects.filter(agency=agency).aggregate(most=Max("heads"))["most"] or 0
    if not found and len(heads) < before:
        found.append(_fault(
            gettext_noop("Kepala harian berkurang: %(before)d pada pembuktian terdahulu, kini %(now)d. Bandingkan"
                         " dengan kepala dari surel (verify_audit --head)."), before=before, now=len(heads),
        ))  # fmt: skip
    return found


def _fault(sentence: str, **said: Any) -> Fault:
    return Fault(HEADS, sentence, said)
