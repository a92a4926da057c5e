"""The class of a job from a day, by decree: the one place that changes it (docs/decisions/0029)."""

from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from asnhr import formats
from asnhr.errors import RuleBroken
from asnhr.models import User
from asnhr.scope import agency_scope
from positions.models import Job, JobClassPeriod
from positions.queries import in_step
from positions.queries import job_classes as queries
from positions.services.decree import in_trail


@transaction.atomic
def set_class(
    *, actor: User, job: Job, job_class: int, starts_on: date, decree: str, decree_on: date, day: date
) -> JobClassPeriod:
    """Let `job_class` hold from `starts_on` by a decree; the class before ends there. `Job.job_class` follows at once,
    for a day to come on that day (`services.day`). `day`: today. The caller asked who may decide.

    Raises RuleBroken: a class is on record that begins on `starts_on` or later.
    """
    # Two decrees at once: the second finds the first one's period.
    job = Job.objects.select_for_update(of=("self",)).get(pk=job.pk)
    own = JobClassPeriod.objects.filter(agency_id=job.agency_id, job=job)
    later = own.filter(starts_on__gte=starts_on).order_by("-starts_on").first()
    if later is not None:
        raise RuleBroken(
            _("Kelas %(n)s sudah berlaku mulai %(day)s; pilih tanggal sesudahnya.")
            % {"n": later.job_class, "day": formats.day(later.starts_on)}
        )
    # The history of the job names the decree.
    with agency_scope(job.agency_id, user_id=actor.pk, reason=in_trail(decree, decree_on)):
        own.filter(Q(ends_on__isnull=True) | Q(ends_on__gt=starts_on)).update(ends_on=starts_on)
        period = JobClassPeriod.objects.create(
            agency_id=job.agency_id, job=job, job_class=job_class, decree=decree, decree_on=decree_on,
            starts_on=starts_on,
        )  # fmt: skip
        in_step.classes(job.agency_id, day, [job.pk])
    return period


def take_back(job: Job, day: date) -> JobClassPeriod:
    """Take away the last class of a job, held, that is to hold from a day after `day`; the class before goes on. Call
    it in a transaction and in the scope of its reason. Raises RuleBroken where none is to come."""
    own = JobClassPeriod.objects.filter(agency_id=job.agency_id, job=job)
    coming = queries.coming(job, day)
    if coming is None:
        raise RuleBroken(_("Jabatan %(job)s tidak punya kelas yang masih akan berlaku.") % {"job": job})
    JobClassPeriod.objects.filter(pk=coming.pk).delete()
    own.filter(ends_on=coming.starts_on).update(ends_on=None)
    return coming


# What a list changed of jobs on record ({jobs}: their ids) is written after the jobs themselves.
_SAME_DAY = """
UPDATE positions_jobclassperiod p SET job_class = j.job_class, decree = %(decree)s, decree_on = %(since)s
FROM positions_job j
WHERE j.agency_id = %(agency)s AND j.id IN ({jobs}) AND p.agency_id = j.agency_id AND p.job_id = j.id
    AND p.starts_on = %(since)s AND p.ends_on IS NULL AND p.job_class <> j.job_class
"""
_CLOSE = """
UPDATE positions_jobclassperiod p SET ends_on = %(since)s FROM positions_job j
WHERE j.agency_id = %(agency)s AND j.id IN ({jobs}) AND p.agency_id = j.agency_id AND p.job_id = j.id
    AND (p.starts_on IS NULL OR p.starts_on < %(since)s) AND p.ends_on IS NULL AND p.job_class <> j.job_class
"""
_OPEN = """
INSERT INTO positions_jobclassperiod (agency_id, job_id, job_class, decree, decree_on, starts_on)
SELECT j.agency_id, j.id, j.job_class, %(decree)s, %(since)s, %(since)s FROM positions_job j
WHERE j.agency_id = %(agency)s AND j.id IN ({jobs}) AND j.job_class IS NOT NULL AND NOT EXISTS (
    SELECT FROM positions_jobclassperiod p
    WHERE p.agency_id = j.agency_id AND p.job_id = j.id AND (p.ends_on IS NULL OR p.ends_on > %(since)s)
)
ORDER BY j.id
"""


def follow_list(cursor: Any, agency_id: int, *, jobs: str, decree: str, decree_on: date) -> None:
    """Write the history of classes that a list has just set on jobs by a decree: each holds from the decree's day,
    where no later one is on record (the list was refused then). `jobs`: SQL of the jobs' ids. Three statements."""
    given = {"agency": agency_id, "decree": decree, "since": decree_on}
    for statement in (_SAME_DAY, _CLOSE, _OPEN):
        cursor.execute(statement.format(jobs=jobs), given)
