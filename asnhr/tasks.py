"""Tasks of the ground floor: thin doors to services; each may run twice and then changes nothing."""

from datetime import date, time
from typing import Any

from django.utils import timezone

from asnhr import dates, idempotency, list_files, queue, services
from asnhr.audit import proofs, sealer
from asnhr.celery import app
from asnhr.imports import retention
from asnhr.models import Agency, AuditProof
from asnhr.privacy import owndata
from asnhr.privacy import retention as personal

# Seconds until the next attempt of a mail about the chains, over half a day. Each well below the broker's
# `visibility_timeout`: a task that waits longer is handed out twice.
MAIL_AGAIN = (60, 300, 1800, *[3600] * 12)

# When the heads of the day have been taken by the task of the night (00.05), where the stack is on at night.
NIGHT_IS_OVER = time(0, 30)


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
    """Link what is committed into the agency's chain; the first links of a day take its head, too."""
    day = dates.today()
    sealer.seal(agency_id)
    # Also when nothing was left to seal: a worker that was killed after sealing is here again.
    head = sealer.cover_day(agency_id, day)
    # The night's task mails the heads of a day; those taken later, where it did not run, go out by themselves.
    if head is not None and timezone.localtime().time() > NIGHT_IS_OVER:
        queue.after_commit("asnhr.tasks.mail_heads", day=day.isoformat(), agency_id=agency_id)


@app.task(name="asnhr.tasks.digest_audit")
def digest_audit() -> None:
    """Every night: have each chain proved, a task an agency; store the heads of all and have them mailed."""
    # The proofs first: they wait for nothing that may fail here.
    for agency in Agency.chains.order_by("code"):
        queue.after_commit("asnhr.tasks.prove_audit", agency_id=agency.pk)
    day = dates.today()
    sealer.digest(day)
    queue.after_commit("asnhr.tasks.mail_heads", day=day.isoformat())


@app.task(name="asnhr.tasks.mail_heads", bind=True, max_retries=len(MAIL_AGAIN))
def mail_heads(self: Any, day: str, agency_id: int | None = None) -> None:
    """Mail the stored heads of a day (one agency's, or all); tried again while the mail server does not take them."""
    try:
        sealer.mail_heads(date.fromisoformat(day), agency_id)
    except OSError as away:
        raise _again(self, away) from away


def _again(task: Any, away: OSError) -> Exception:
    """Return what a task raises to run again later, or `away` after the last attempt."""
    tries = task.request.retries
    again: Exception = task.retry(exc=away, countdown=MAIL_AGAIN[min(tries, len(MAIL_AGAIN) - 1)], throw=False)
    return again


@app.task(name="asnhr.tasks.first_head")
def first_head(agency_id: int) -> None:
    """After the first load of an agency: store the first head of its chain and have it mailed."""
    day = dates.today()
    if sealer.first_head(Agency.chains.get(pk=agency_id), day) is not None:
        queue.after_commit("asnhr.tasks.mail_heads", day=day.isoformat(), agency_id=agency_id)


@app.task(name="asnhr.tasks.prove_audit", bind=True, max_retries=len(MAIL_AGAIN))
def prove_audit(self: Any, agency_id: int, by: str = AuditProof.By.NIGHT, asked_by_id: int | None = None) -> None:
    """Walk an agency's chain and keep the result; auditors and who receives the heads are told when it is broken or
    what guards it is off. When that cannot be mailed the chain is walked and told of again later: what is wrong is
    never handed to the broker."""
    try:
        proofs.watch(Agency.chains.get(pk=agency_id), by=by, asked_by_id=asked_by_id)
    except OSError as away:
        raise _again(self, away) from away


@app.task(name="asnhr.tasks.find_overdue_data")
def find_overdue_data() -> None:
    """Every month: write down whose time is over, agency by agency; people propose and approve that it goes."""
    personal.find_overdue(Agency.objects.order_by("code"))


@app.task(name="asnhr.tasks.purge_expired")
def purge_expired() -> None:
    """Every night: destroy own copies and files of lists whose days are over, sessions and codes that nobody can use
    any more."""
    for agency in Agency.objects.order_by("code"):
        owndata.purge(agency)
        list_files.purge(agency)
    owndata.purge_sessions()
