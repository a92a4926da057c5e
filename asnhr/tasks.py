"""Tasks of the ground floor: thin doors to services; each may run twice and then changes nothing."""

from asnhr import dates, idempotency, queue, services
from asnhr.audit import sealer, verify
from asnhr.celery import app
from asnhr.imports import retention
from asnhr.models import Agency
from asnhr.privacy import owndata
from asnhr.privacy import retention as personal


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


@app.task(name="asnhr.tasks.purge_idempotency_keys")
def purge_idempotency_keys() -> None:
    """Every hour: forget the kept answers of the API whose day is over, agency by agency."""
    for agency in Agency.objects.order_by("code"):
        idempotency.purge(agency)


@app.task(name="asnhr.tasks.seal_audit")
def seal_audit() -> None:
    """Every few seconds: one task for each agency whose trail has entries that no link covers yet."""
    for agency_id in sealer.waiting_agencies():
        queue.after_commit("asnhr.tasks.seal_agency", agency_id=agency_id)


@app.task(name="asnhr.tasks.seal_agency", expires=60)
def seal_agency(agency_id: int) -> None:
    """Link what is committed into the agency's chain."""
    sealer.seal(agency_id)


@app.task(name="asnhr.tasks.digest_audit")
def digest_audit() -> None:
    """Every night: store and send the heads of all chains, then prove each chain, a task an agency."""
    sealer.digest(dates.today())
    for agency in Agency.chains.order_by("code"):
        queue.after_commit("asnhr.tasks.prove_audit", agency_id=agency.pk)


@app.task(name="asnhr.tasks.first_head")
def first_head(agency_id: int) -> None:
    """After the first load of an agency: store and send the first head of its chain."""
    sealer.first_head(Agency.chains.get(pk=agency_id), dates.today())


@app.task(name="asnhr.tasks.prove_audit")
def prove_audit(agency_id: int) -> None:
    """Walk an agency's chain; who receives the heads is told when it is broken or a trigger is off."""
    verify.watch(Agency.chains.get(pk=agency_id))


@app.task(name="asnhr.tasks.find_overdue_data")
def find_overdue_data() -> None:
    """Every month: write down whose time is over, agency by agency; people propose and approve that it goes."""
    personal.find_overdue(Agency.objects.order_by("code"))


@app.task(name="asnhr.tasks.purge_expired")
def purge_expired() -> None:
    """Every night: destroy own copies whose days are over, sessions and codes that nobody can use any more."""
    for agency in Agency.objects.order_by("code"):
        owndata.purge(agency)
    owndata.purge_sessions()
