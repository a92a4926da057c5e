"""How long the files of imports are kept, and what goes with them: the values of people in their reports.

What stays of an old import: who brought which file when, its totals, and of each row the outcome and its codes.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import InvalidOperation

from django.db import connection
from django.db.models import Q
from django.utils import timezone

from asnhr.dates import today
from asnhr.models import Agency, ImportJob, Run
from asnhr.queries import Value, parameters_on
from asnhr.scope import agency_scope

from . import storage

# Rulebook: days after the upload (UU 27/2022 article 44 asks for an end; the lengths are the product's, mark D).
KEEP, KEEP_UNWRITTEN = "imports.keep_days", "imports.keep_checked_days"
DEFAULTS = {KEEP: 180, KEEP_UNWRITTEN: 30}


@dataclass(frozen=True)
class Purged:
    """What a purge of an agency took away: imports whose file and values went, files that belonged to no import."""

    imports: int
    orphans: int


def days_of(values: dict[str, Value], code: str) -> int:
    """Return for how many days a file is kept, at least one; the default where the rulebook has no whole number."""
    try:
        return max(1, int(values[code].number))
    except (KeyError, InvalidOperation, ValueError, OverflowError):
        return DEFAULTS[code]


def kept_until(job: ImportJob, day: date | None = None) -> date | None:
    """Return the day on which the job's file goes; None when it is gone. Two queries."""
    if job.file_deleted_at is not None:
        return None
    days = days_of(parameters_on(job.agency_id, day or today()), KEEP if job.written else KEEP_UNWRITTEN)
    return timezone.localdate(job.created_at) + timedelta(days=days)


def purge(agency: Agency, day: date | None = None) -> Purged:
    """Delete the files of imports older than the agency keeps them and clear the values of people from their reports.

    Opens the agency's scope itself. A second run changes nothing. Stopped between the two steps, the next run's sweep
    finds the file without an import.
    """
    day = day or today()
    with agency_scope(agency, reason="masa simpan berkas impor"):
        values = parameters_on(agency, day)
        old = Q(written=True, created_at__date__lte=day - timedelta(days=days_of(values, KEEP))) | Q(
            written=False, created_at__date__lte=day - timedelta(days=days_of(values, KEEP_UNWRITTEN))
        )
        jobs = dict(
            ImportJob.objects.filter(old, agency=agency, file_deleted_at__isnull=True)
            .exclude(run__state__in=[Run.State.QUEUED, Run.State.RUNNING])
            .values_list("pk", "stored_as")
        )
        if jobs:
            _clear(agency, list(jobs))
    for name in jobs.values():
        storage.remove(agency.code, name)
    with agency_scope(agency):
        named = set(
            ImportJob.objects.filter(agency=agency, file_deleted_at__isnull=True).values_list("stored_as", flat=True)
        )
    return Purged(len(jobs), storage.sweep(agency.code, named))


def _clear(agency: Agency, jobs: list[int]) -> None:
    """Keep of each reported row what it came to, not what stood in it; SQL, as reports may be megabytes."""
    with connection.cursor() as cursor:
        cursor.execute(
            """UPDATE asnhr_importjob SET file_deleted_at = %s, changes = changes - 'details', details = '{}',
                   report = coalesce((SELECT jsonb_agg(
                       jsonb_build_object('row', r.line -> 'row', 'outcome', r.line -> 'outcome',
                           'codes', coalesce(r.line -> 'codes', '[]'))
                       ORDER BY r.number) FROM jsonb_array_elements(report) WITH ORDINALITY r (line, number)), '[]')
               WHERE agency_id = %s AND id = ANY(%s)""",
            [timezone.now(), agency.pk, jobs],
        )
