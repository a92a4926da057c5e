"""The agenda book of the demo: computed by the product's own service, with cases under way, letters and a deadline."""

from datetime import date, timedelta

from django.db import connection
from django.db.models import Count

from asnhr import access, services
from asnhr.models import Agency, User
from positions.models import AgencyDeadline, AgendaItem, DeadlineDone, LetterBatch, Unit
from positions.queries import calendar
from positions.rules.agenda import PROMOTIONS, Kind, month_of
from positions.rules.numbers import add_months
from positions.services import agenda, letters

# How far a case is: the nearer its day, the further; only those that lack nothing, and never the actor's own.
MOVED = """
CREATE TEMP TABLE agenda_moved ON COMMIT DROP AS
SELECT i.id, p.path[1:least(f.far, cardinality(p.path))] AS path, i.due_on
FROM positions_agendaitem i
JOIN positions_employee e ON e.agency_id = i.agency_id AND e.id = i.employee_id
CROSS JOIN LATERAL (
    SELECT CASE WHEN i.kind = ANY (%(with_consent)s) THEN ARRAY['berkas', 'diusulkan', 'pertek', 'sk']
        ELSE ARRAY['berkas', 'diusulkan', 'sk'] END AS path
) p
CROSS JOIN LATERAL (
    SELECT CASE
        WHEN i.due_on < %(month)s + interval '1 month' THEN 4
        WHEN i.due_on < %(month)s + interval '2 months' THEN 2 + abs(hashtext(e.nip)) %% 2
        WHEN i.due_on < %(month)s + interval '3 months' THEN 1 + abs(hashtext(e.nip)) %% 2
        ELSE abs(hashtext(e.nip)) %% 2 END AS far
) f
WHERE i.agency_id = %(agency)s AND i.missing = '{}' AND i.held = '' AND f.far > 0 AND e.nip <> %(nip)s
    AND i.due_on >= %(month)s AND i.due_on < %(month)s + interval '4 months' AND i.kind <> 'plt'
    AND abs(hashtext(e.nip || i.kind)) %% 10 < 7
"""
STEPS = """
INSERT INTO positions_agendastep (agency_id, item_id, from_state, to_state, day, number, note, actor_id, at)
SELECT %(agency)s, m.id, CASE WHEN n = 1 THEN 'belum' ELSE m.path[n - 1] END, m.path[n],
    %(day)s::date - 10 * (cardinality(m.path) - n + 1),
    CASE WHEN m.path[n] IN ('pertek', 'sk') THEN '800.1.3/' || m.id || '/CONTOH' ELSE '' END, '', %(actor)s, now()
FROM agenda_moved m CROSS JOIN LATERAL generate_series(1, cardinality(m.path)) AS n
ORDER BY m.id, n
"""
STATES = """
UPDATE positions_agendaitem i SET state = m.path[cardinality(m.path)], changed_at = now()
FROM agenda_moved m WHERE i.agency_id = %(agency)s AND i.id = m.id
"""
BIGGEST_BATCH = letters.AT_ONCE
RECENT = 25


def load(agency: Agency, day: date) -> bool:
    """Compute the book once and let some cases be under way; False where it is there already. The agency's scope must
    be open."""
    officer = User.objects.filter(username=f"staf_bkd.{agency.code}").first()
    if officer is None or AgendaItem.objects.filter(agency=agency).exists():
        return False
    agenda.compute(agency.pk, day, services.Progress())
    values = {
        "agency": agency.pk, "day": day, "month": day.replace(day=1), "actor": officer.pk, "nip": officer.nip or "-",
        "with_consent": [*PROMOTIONS, Kind.PENSION],
    }  # fmt: skip
    with connection.cursor() as cursor:
        for statement in (MOVED, STEPS, STATES, "DROP TABLE agenda_moved"):
            cursor.execute(statement, values)
    officer.access = access.resolve(officer, agency.pk, day)
    agenda.save_deadline(
        actor=officer,
        deadline=AgencyDeadline(
            agency=agency, name="Rapat Tim Penilai Kinerja triwulanan (contoh)", months=[3, 6, 9, 12], day=15,
            warn_days=30, permission="manage_agenda", legal_basis="Keputusan Sekretaris Daerah (contoh)",
            starts_on=date(day.year, 1, 1),
        ),
    )  # fmt: skip
    # What fell due a while ago was done in its time; what is recent waits.
    past = [
        each for each in calendar.duties(officer, date(day.year, 1, 1), day - timedelta(days=RECENT)) if not each.own
    ]
    DeadlineDone.objects.bulk_create(
        DeadlineDone(agency=agency, key=each.key, due_on=each.due_on, done_on=each.due_on, done_by=officer)
        for each in past
    )
    _letters(agency, day, officer)
    return True


def _letters(agency: Agency, day: date, officer: User) -> None:
    """Make the letters of one office for the increments two months ahead."""
    month = add_months(month_of(day), 2)
    due = letters.cases(officer, month, None, complete=True)
    office = (
        due.order_by().values("employee__unit__office").annotate(n=Count("pk")).filter(n__lte=BIGGEST_BATCH)
        .exclude(employee__unit__office=None).order_by("-n", "employee__unit__office").first()
    )  # fmt: skip
    if office is None:
        return
    letters.request_letters(
        actor=officer,
        batch=LetterBatch(
            agency=agency, month=month, unit=Unit.objects.get(pk=office["employee__unit__office"]),
            number_pattern="800.1.11.13/{n}/CONTOH", place=agency.short_name, signed_on=day - timedelta(days=1),
            signatory_post=f"Kepala {agency.personnel_office}", signatory_name="Nama Contoh, S.Sos., M.AP.",
            signatory_rank="Pembina Utama Muda",
        ),
    )  # fmt: skip
