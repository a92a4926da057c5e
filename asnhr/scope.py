"""The agency of the running transaction, as PostgreSQL's row security sees it, and who acts through which door, as the
audit trail writes it down.

Set per transaction (`SET LOCAL`), so a pooled connection never carries it over. Without a scope no tenant row is seen.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.db import connection, transaction

# Through which door this thread works (`AuditEntry.Door`): set by the middleware, by Celery and by manage.py.
DOOR: ContextVar[str] = ContextVar("door", default="")


# How long a request that writes waits for a row that another transaction holds. Without a limit a few such waits occupy
# every web worker until its end.
LOCK_WAIT = "15s"
# SQLSTATE: deadlock, serialization failure, lock not available. Asked again, it goes through.
LATER = frozenset({"40P01", "40001", "55P03"})


def _current() -> tuple[str, str, str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_setting('asnhr.agency', true), current_setting('asnhr.user', true),"
            " current_setting('asnhr.reason', true)"
        )
        agency, user, reason = cursor.fetchone()
    return agency or "", user or "", reason or ""


SET_SCOPE = (
    "SELECT set_config('asnhr.agency', %s, true), set_config('asnhr.user', %s, true),"
    " set_config('asnhr.reason', %s, true), set_config('asnhr.door', %s, true)"
)


def scope_values(agency_id: int | None, user_id: int | None = None, reason: str = "") -> list[str]:
    """Return what `SET_SCOPE` asks for; raises RuntimeError outside a transaction, where it would be lost at once."""
    if not connection.in_atomic_block:
        raise RuntimeError("set_scope needs an open transaction")
    return [str(agency_id or ""), str(user_id or ""), reason, DOOR.get()]


def set_scope(agency_id: int | None, user_id: int | None = None, reason: str = "") -> None:
    """Set the scope of the open transaction; raises RuntimeError outside one, where it would be lost at once."""
    with connection.cursor() as cursor:
        cursor.execute(SET_SCOPE, scope_values(agency_id, user_id, reason))


@contextmanager
def agency_scope(agency: Any, user_id: int | None = None, reason: str = "") -> Iterator[None]:
    """Run the block in one transaction that reads and writes the rows of `agency` (an Agency or its id) only.

    Nested scopes restore the outer one. Cost: two short statements.
    """
    agency_id = getattr(agency, "pk", agency)
    with transaction.atomic():
        before = _current()
        set_scope(agency_id, user_id, reason)
        try:
            yield
        finally:
            # In a broken transaction nothing more can run; its rollback drops the setting as well.
            if not connection.needs_rollback and connection.connection is not None:
                _restore(before)


def _restore(before: tuple[str, str, str]) -> None:
    from django.db import DatabaseError

    try:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT set_config('asnhr.agency', %s, true), set_config('asnhr.user', %s, true),"
                " set_config('asnhr.reason', %s, true)",
                list(before),
            )
    except DatabaseError:
        # The block failed inside PostgreSQL: the enclosing rollback restores the setting.
        return
