"""Runs: asked for once, claimed by one worker, alive by heartbeat, taken up again when their worker was killed."""

import hashlib
import json
import logging
import secrets
import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, close_old_connections, connection, transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from asnhr import queue, registry
from asnhr.access import NO_ACCESS
from asnhr.errors import NotAllowed, RuleBroken
from asnhr.models import Agency, AgencyParameter, Run, User
from asnhr.notifications.service import run_failed
from asnhr.run_names import reason_of
from asnhr.scope import agency_scope, set_scope

logger = logging.getLogger(__name__)

SILENT_AFTER = timedelta(seconds=60)
MOST_ATTEMPTS = 3
EXECUTE = "asnhr.tasks.execute_run"


class Lost(Exception):
    """Another worker took the run over while this one was silent; what this one did is rolled back."""


def fingerprint_of(parameters: dict[str, Any]) -> str:
    """Return the same 64 characters for the same request."""
    return hashlib.sha256(json.dumps(parameters, sort_keys=True, default=str).encode()).hexdigest()


def request_run(
    *, agency: Agency, kind: str, parameters: dict[str, Any], actor: User | None, same_as: dict[str, Any] | None = None
) -> tuple[Run, bool]:
    """Return (run, is_new): the open run of the same request, or a new one, queued when the transaction commits.

    `same_as`: what makes two requests identical (default: the parameters). The scope of `agency` must be open.
    """
    fingerprint = fingerprint_of(parameters if same_as is None else same_as)
    open_runs = Run.objects.filter(
        agency=agency, kind=kind, fingerprint=fingerprint, state__in=[Run.State.QUEUED, Run.State.RUNNING]
    )
    if running := open_runs.first():
        return running, False
    try:
        with transaction.atomic():
            run = Run.objects.create(
                agency=agency, kind=kind, parameters=parameters, fingerprint=fingerprint, requested_by=actor
            )
    except IntegrityError:
        # Asked for by someone else between our look and our insert.
        return open_runs.get(), False
    queue.after_commit(EXECUTE, agency_id=agency.pk, run_id=run.pk)
    return run, True


class Progress:
    """How far the work is; a thread writes it with the heartbeat, on its own connection: others see it at once."""

    def __init__(self) -> None:
        self.done, self.total, self.step = 0, 0, ""
        self.lost = False

    def at(self, step: str, done: int | None = None, total: int | None = None) -> None:
        """Say what is being done and how much of it is done. Raises Lost when another worker took the run over."""
        self.step = step[:200]
        if total is not None:
            self.total = total
        if done is not None:
            self.done = done
        if self.lost:
            raise Lost


def claim(agency_id: int, run_id: int) -> str | None:
    """Take the run for this worker; return the claim, or None when it is not to be had (done, or alive elsewhere)."""
    now, token = timezone.now(), secrets.token_hex(16)
    with agency_scope(agency_id):
        free = Q(state=Run.State.QUEUED) | Q(state=Run.State.RUNNING, heartbeat_at__lt=now - SILENT_AFTER)
        taken = Run.objects.filter(free, agency_id=agency_id, pk=run_id).update(
            state=Run.State.RUNNING, claim=token, attempts=F("attempts") + 1, started_at=now, heartbeat_at=now
        )
    return token if taken else None


def execute(*, agency_id: int, run_id: int, heartbeat: bool = True) -> None:
    """Do the work of a run once, in one transaction: all of it is kept, or none.

    The work is `registry.run_tasks[kind]`, a dotted name of `work(run, progress) -> dict` whose answer may hold
    `counts`, `problems` and `result_path`.
    """
    token = claim(agency_id, run_id)
    if token is None:
        return
    progress, stop = Progress(), threading.Event()
    beat = threading.Thread(target=_beat, args=(agency_id, run_id, token, progress, stop), daemon=True)
    if heartbeat:
        beat.start()
    try:
        with agency_scope(agency_id):
            run = Run.objects.select_related("requested_by", "agency").get(agency_id=agency_id, pk=run_id)
            # The trail names who asked for the work, not the worker.
            set_scope(agency_id, run.requested_by_id, reason_of(run.kind, run.pk))
            if run.attempts > MOST_ATTEMPTS:
                raise RuleBroken(_("Pekerjaan ini terhenti %(n)s kali dan tidak dicoba lagi.") % {"n": MOST_ATTEMPTS})
            work: Callable[[Run, Progress], dict[str, Any]] = import_string(registry.run_tasks.get(run.kind))
            answer = work(run, progress) or {}
            finished = Run.objects.filter(agency_id=agency_id, pk=run_id, claim=token).update(
                state=Run.State.DONE, finished_at=timezone.now(), heartbeat_at=timezone.now(),
                counts=answer.get("counts", {}), problems=answer.get("problems", []),
                result_path=answer.get("result_path", ""), done=progress.total, total=progress.total, step="",
            )  # fmt: skip
            if not finished:
                raise Lost
    except Lost:
        logger.warning("run %s was taken over by another worker", run_id)
    except (RuleBroken, NotAllowed) as problem:
        _fail(agency_id, run_id, token, str(problem))
    except Exception:
        logger.exception("run %s failed", run_id)
        _fail(agency_id, run_id, token, _("Terjadi kesalahan pada sistem; tidak ada yang tersimpan."))
    finally:
        stop.set()
        if heartbeat:
            beat.join(timeout=5)


def _fail(agency_id: int, run_id: int, token: str, sentence: str) -> None:
    with agency_scope(agency_id):
        mine = Run.objects.filter(agency_id=agency_id, pk=run_id, claim=token)
        if mine.update(
            state=Run.State.FAILED, finished_at=timezone.now(), problems=[{"message": sentence}], step=""
        ):  # fmt: skip
            kind, asked_by = mine.values_list("kind", "requested_by_id").get()
            run_failed(agency_id=agency_id, run_id=run_id, run_kind=kind, requested_by=asked_by)


def _beat(agency_id: int, run_id: int, token: str, progress: Progress, stop: threading.Event) -> None:
    """Every second: say that we live and how far we are. Ends when the run is no longer ours."""
    try:
        while not stop.wait(1.0):
            close_old_connections()
            with agency_scope(agency_id):
                ours = Run.objects.filter(agency_id=agency_id, pk=run_id, claim=token, state=Run.State.RUNNING).update(
                    heartbeat_at=timezone.now(), done=min(progress.done, progress.total), total=progress.total,
                    step=progress.step,
                )  # fmt: skip
            if not ours:
                progress.lost = True
                return
    finally:
        connection.close()


def requeue_silent(agency: Agency) -> int:
    """Send again the runs of an agency whose worker fell silent, and queued ones that no worker was told of."""
    with agency_scope(agency):
        before = timezone.now() - SILENT_AFTER
        silent = Run.objects.filter(agency=agency).filter(
            Q(state=Run.State.RUNNING, heartbeat_at__lt=before) | Q(state=Run.State.QUEUED, requested_at__lt=before)
        )
        for run_id in silent.values_list("pk", flat=True):
            queue.after_commit(EXECUTE, agency_id=agency.pk, run_id=run_id)
        return len(silent)


# Settings of the agency


def set_parameter(*, actor: User, **facts: Any) -> AgencyParameter:
    """Give the agency a value of its own (`code`, `value`, `starts_on`, `ends_on`, `decree`). Raises RuleBroken: a
    value that the national parameter does not take, a period that another value has."""
    return _kept(AgencyParameter(agency_id=_may_set(actor), **facts))


def correct_parameter(*, actor: User, parameter: AgencyParameter, **facts: Any) -> AgencyParameter:
    """Write the end (`ends_on`) or the decree (`decree`) of a value; the value itself is followed by another."""
    agency_id = _may_set(actor)
    unknown = set(facts) - {"ends_on", "decree"}
    if unknown:
        raise ValueError(f"not editable here: {', '.join(sorted(unknown))}")
    row = AgencyParameter.objects.get(agency_id=agency_id, pk=parameter.pk)
    for name, value in facts.items():
        setattr(row, name, value)
    return _kept(row)


def _may_set(actor: User) -> int:
    access = getattr(actor, "access", NO_ACCESS)
    if access.agency_id is None or not access.may("edit_parameters"):
        raise NotAllowed(_("Peran Anda tidak mencakup tindakan ini."))
    return access.agency_id


def _kept(row: AgencyParameter) -> AgencyParameter:
    try:
        row.full_clean()
    except ValidationError as problem:
        raise RuleBroken(" ".join(problem.messages)) from problem
    row.save()
    return row
