"""The data quality of an agency: ask for it, compute it (docs/decisions/0017-data-quality.md)."""

from datetime import date
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext_noop

from asnhr import dates
from asnhr.models import Agency, Run, User
from asnhr.queries import parameters_on
from asnhr.services import Progress, request_run
from positions import permissions
from positions.queries import quality as queries
from positions.services import day as turned
from positions.services import reminders

KIND = "quality"


@transaction.atomic
def request_quality(agency: Agency, actor: User | None) -> tuple[Run, bool]:
    """Return (run, is_new) of today's computation; two open requests of a day share one run. `actor` None: the night's.

    Raises NotAllowed. The agency's scope must be open.
    """
    if actor is not None:
        permissions.check_may_run_quality(actor)
    return request_run(agency=agency, kind=KIND, parameters={"day": dates.today().isoformat()}, actor=actor)


def work(run: Run, progress: Progress) -> dict[str, Any]:
    """Do the computation of a run (`asnhr.services.execute` calls it in the agency's scope and one transaction)."""
    day = date.fromisoformat(run.parameters["day"])
    counts = compute(run.agency_id, day, progress)
    reminders.tell_own_findings(run.agency_id, day)
    return {"counts": counts, "problems": [], "result_path": "/kualitas-data/"}


def compute(agency_id: int, day: date, progress: Progress) -> dict[str, int]:
    """Replace what is open and the index of `day`; one computation an agency at a time.

    The register has no past of e-mail, NIK and titles: a day gone by keeps the figures that it got.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('quality'), %s)", [agency_id])
    # What was decided for a day that has come since holds today.
    turned.turn(agency_id, day)
    values = queries.arguments(agency_id=agency_id, day=day, parameters=parameters_on(agency_id, day))
    steps = len(queries.STEPS)
    counts = queries.compute(values, lambda step, number: progress.at(step, done=number, total=steps))
    progress.at(gettext_noop("Selesai"), done=steps)
    return counts
