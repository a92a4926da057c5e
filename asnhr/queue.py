"""Services name Celery tasks by string, so that neither imports the other."""

from typing import Any

from django.db import transaction

from asnhr.celery import app


def after_commit(task: str, **arguments: Any) -> None:
    """Send `task` with `arguments` (ids only) once the transaction is committed; nothing is sent when it rolls back."""
    transaction.on_commit(lambda: app.send_task(task, kwargs=arguments))
