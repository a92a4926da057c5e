"""Services name Celery tasks by string, so that neither imports the other."""

from typing import Any

from django.db import transaction

from asnhr.celery import app


def after_commit(task: str, *, robust: bool = False, **arguments: Any) -> None:
    """Send `task` with `arguments` (ids only) once the transaction is committed; nothing is sent when it rolls back.

    `robust`: the work of the transaction is complete without the task, so an unreachable broker is logged, not raised.
    """
    transaction.on_commit(lambda: app.send_task(task, kwargs=arguments), robust=robust)
