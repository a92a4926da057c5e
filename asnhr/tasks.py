"""Tasks of the ground floor: thin doors to services; each may run twice and then changes nothing."""

from asnhr import services
from asnhr.celery import app
from asnhr.imports import retention
from asnhr.models import Agency


@app.task(name="asnhr.tasks.execute_run")
def execute_run(agency_id: int, run_id: int) -> None:
    """Do the work of a run."""
    services.execute(agency_id=agency_id, run_id=run_id)


@app.task(name="asnhr.tasks.requeue_silent_runs")
def requeue_silent_runs() -> None:
    """Every minute: take up the runs of killed workers, agency by agency."""
    for agency in Agency.objects.order_by("code"):
        services.requeue_silent(agency)


@app.task(name="asnhr.tasks.purge_imports")
def purge_imports() -> None:
    """Every night: delete the files of old imports, agency by agency."""
    for agency in Agency.objects.order_by("code"):
        retention.purge(agency)
