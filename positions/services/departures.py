"""Which day an exit may have; and who leaves an agency leaves its roles: the login stays the person's and serves the
next agency (decision 0021)."""

from datetime import date, timedelta

from django.db import connection
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from asnhr import formats
from asnhr.errors import RuleBroken
from positions.models import Employee, RankRecord, SalaryIncrement, StandingRecord, YearlyPredicate
from positions.rules import plausible
from positions.rules.numbers import add_months

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


def check_day(person: Employee, exits_on: date, today: date) -> None:
    """Whether somebody may leave on this day. Raises RuleBroken: it cannot be, is too far ahead, or comes before what
    the file holds of a later day, which is named."""
    day = formats.day(exits_on)
    if not plausible.is_possible_exit(exits_on, today):
        raise RuleBroken(
            _("Tanggal keluar %(day)s tidak mungkin: keluar yang akan datang dicatat paling jauh %(n)d bulan di muka,"
              " sampai %(last)s.")
            % {"day": day, "n": plausible.EXIT_MONTHS,
               "last": formats.day(add_months(today, plausible.EXIT_MONTHS))}
        )  # fmt: skip
    if person.cpns_on is not None and exits_on <= person.cpns_on:
        raise RuleBroken(_("Tanggal keluar harus sesudah TMT CPNS %(day)s.") % {"day": formats.day(person.cpns_on)})
    if later := _last_after(person, exits_on):
        raise RuleBroken(
            _("%(name)s tidak dapat keluar pada %(day)s: berkasnya memuat %(record)s. Pilih hari sesudahnya, atau"
              " perbaiki catatan itu lebih dahulu.")
            % {"name": person.full_name, "day": day, "record": later}
        )  # fmt: skip


def _last_after(person: Employee, exits_on: date) -> str:
    """Name the last row that only somebody who served after `exits_on` has, "" for none. Ranks and increments of the
    day itself come with a pension."""
    own = {"agency_id": person.agency_id, "employee": person}
    found: list[tuple[date, str]] = []
    for model, words in (
        (RankRecord, _("riwayat golongan TMT %(day)s")),
        (SalaryIncrement, _("kenaikan gaji berkala TMT %(day)s")),
        (StandingRecord, _("riwayat kedudukan hukum TMT %(day)s")),
    ):
        days = model.objects.filter(**own, starts_on__gt=exits_on).order_by("-starts_on")
        day = days.values_list("starts_on", flat=True).first()
        if day is not None:
            found.append((day, words % {"day": formats.day(day)}))
    # Who is appraised served in that year.
    last = exits_on - timedelta(days=1)
    years = YearlyPredicate.objects.filter(**own, year__gt=last.year).order_by("-year")
    year = years.values_list("year", flat=True).first()
    if year is not None:
        found.append((date(year, 12, 31), _("predikat kinerja tahun %(year)d") % {"year": year}))
    return max(found)[1] if found else ""


def end_roles(agency_id: int, day: date, person: Employee | None = None) -> int:
    """End the roles of those who have left by `day` (of `person` alone, when given) on the first day without them.

    Return how many. One statement; the agency's scope is open.
    """
    with connection.cursor() as cursor:
        cursor.execute(_END, {"agency": agency_id, "day": day, "person": person.pk if person else None, "why": LEFT})
        return int(cursor.rowcount)
