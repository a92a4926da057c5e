"""Job evaluations of the demo: most say what the class decree says, some another class, some are under way."""

import zlib
from datetime import date, datetime, time, timedelta

from django.db import connection
from django.utils import timezone

from asnhr.models import Agency, User
from positions.models import Incumbency, Job, JobEvaluation, JobEvaluationFactor
from positions.models._base import in_force
from positions.rules import job_class as rules

DECREE = "188.44/{number}/CONTOH"
MINISTRY = "Kelas menurut daftar yang divalidasi KemenPANRB (contoh)"
# Of a hundred jobs: no evaluation, a draft, submitted, decided with another class than the points say.
NEVER, DRAFT, SUBMITTED, OTHER = 10, 14, 18, 26
# The guard lets factors be written in a draft only and keeps what is decided: drafts first, then what became of them.
SETTLE = """
UPDATE positions_jobevaluation v SET state = 'diajukan', submitted_by_id = %(writer)s, submitted_at = %(submitted)s
WHERE v.agency_id = %(agency)s AND v.id = ANY (%(submitted_ids)s);
UPDATE positions_jobevaluation v SET state = 'ditetapkan', decided_class = j.job_class, decree = %(decree)s,
    decree_on = %(decree_on)s, starts_on = %(starts_on)s, decided_at = %(decided)s,
    decided_by_id = CASE WHEN v.job_id = ANY (%(own)s) THEN %(second)s ELSE %(decider)s END,
    reason = CASE WHEN v.computed_class = j.job_class THEN '' ELSE %(reason)s END
FROM positions_job j
WHERE v.agency_id = %(agency)s AND v.id = ANY (%(decided_ids)s) AND j.agency_id = v.agency_id AND j.id = v.job_id;
-- The decree kept the class that each job came with.
UPDATE positions_jobclassperiod p SET ends_on = %(starts_on)s FROM positions_jobevaluation v
WHERE v.agency_id = %(agency)s AND v.id = ANY (%(decided_ids)s) AND p.agency_id = v.agency_id AND p.job_id = v.job_id;
INSERT INTO positions_jobclassperiod (agency_id, job_id, job_class, decree, decree_on, starts_on)
SELECT v.agency_id, v.job_id, v.decided_class, v.decree, v.decree_on, v.starts_on FROM positions_jobevaluation v
WHERE v.agency_id = %(agency)s AND v.id = ANY (%(decided_ids)s) ORDER BY v.job_id
"""


def levels_for(kind: rules.Kind, wanted: int) -> dict[str, int] | None:
    """Return levels whose points fall in a class, raised evenly from the lowest; None: no levels reach it."""
    factors = rules.FACTORS[kind]
    levels = dict.fromkeys((factor.code for factor in factors), 1)
    highest = dict(rules.BANDS)[wanted]
    while True:
        points = rules.job_class_so_far(kind, levels)
        if points is None or points.job_class >= wanted:
            return levels if points is not None and points.job_class == wanted else None
        open_ = [factor for factor in factors if levels[factor.code] < len(factor.points)]
        fitting = [
            factor for factor in open_
            if highest is None
            or points.points - factor.points[levels[factor.code] - 1] + factor.points[levels[factor.code]] <= highest
        ]  # fmt: skip
        if not fitting:
            return None
        lowest = min(fitting, key=lambda factor: levels[factor.code] / len(factor.points))
        levels[lowest.code] += 1


def load(agency: Agency, day: date) -> int:
    """Write the evaluations of an agency that has who writes and who decides; returns how many. Its scope is open."""
    users = {
        user.username.partition(".")[0]: user for user in User.objects.filter(username__endswith=f".{agency.code}")
    }
    if not {"bagian_organisasi", "pyb", "ppk"} <= users.keys():
        return 0
    writer = users["bagian_organisasi"]
    jobs = Job.objects.filter(agency=agency, is_active=True, job_class__isnull=False).order_by("code")
    rows, scored, settled = [], [], []
    written = timezone.make_aware(datetime.combine(day - timedelta(days=60), time(9)))
    for job in jobs:
        case = zlib.crc32(job.code.encode()) % 100
        made = _evaluation(job, case, writer, written) if case >= NEVER else None
        if made is not None:
            rows.append(made[0])
            scored.append(made[1])
            settled.append("draf" if case < DRAFT else "diajukan" if case < SUBMITTED else "ditetapkan")
    JobEvaluation.objects.bulk_create(rows)
    JobEvaluationFactor.objects.bulk_create(
        JobEvaluationFactor(
            agency=agency, evaluation=row, factor=factor.code, level=levels[factor.code],
            points=factor.points[levels[factor.code] - 1], reason="Uraian tugas dan ikhtisar jabatan (contoh)",
        )
        for row, levels in zip(rows, scored, strict=True)
        for factor in rules.FACTORS[rules.Kind(row.kind)] if factor.code in levels
    )  # fmt: skip
    _settle(agency, day, users, rows, settled)
    return len(rows)


def _evaluation(job: Job, case: int, writer: User, written: datetime) -> tuple[JobEvaluation, dict[str, int]] | None:
    """Return an evaluation and its levels; None where no levels give the class of this case."""
    kind = rules.kind_of(job.group)
    wanted = job.job_class or 1
    if SUBMITTED <= case < OTHER:
        wanted += -1 if case % 2 and wanted > 1 else 1
    levels = levels_for(kind, min(wanted, 17))
    if levels is None:
        return None
    if case < DRAFT:
        # The last factors are still to be judged.
        for factor in rules.FACTORS[kind][-3:]:
            del levels[factor.code]
    found = rules.job_class_so_far(kind, levels)
    row = JobEvaluation(
        agency_id=job.agency_id, job=job, version=1, kind=kind.value, changed_by=writer, changed_at=written,
        points=found.points if found else None, computed_class=found.job_class if found else None,
    )  # fmt: skip
    return row, levels


def _settle(agency: Agency, day: date, users: dict[str, User], rows: list[JobEvaluation], states: list[str]) -> None:
    own = Incumbency.objects.filter(in_force(day), agency=agency, employee__nip=users["pyb"].nip or "-")
    moment = timezone.make_aware(datetime.combine(day - timedelta(days=30), time(10)))
    pairs = list(zip(rows, states, strict=True))
    values = {
        "agency": agency.pk, "writer": users["bagian_organisasi"].pk, "decider": users["pyb"].pk,
        "second": users["ppk"].pk, "own": list(own.values_list("position__job_id", flat=True)),
        "submitted": moment - timedelta(days=14), "decided": moment, "decree": DECREE.format(number=412),
        "decree_on": moment.date(), "starts_on": moment.date(), "reason": MINISTRY,
        "submitted_ids": [row.pk for row, state in pairs if state != "draf"],
        "decided_ids": [row.pk for row, state in pairs if state == "ditetapkan"],
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(SETTLE, values)
