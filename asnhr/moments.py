"""Moments as the database keeps them: PostgreSQL's reach beyond Python's calendar."""

from datetime import MAXYEAR, MINYEAR, UTC, datetime
from typing import Any

import psycopg2.extensions
from django.db.backends.signals import connection_created

TIMESTAMPTZ = 1184
# A year within the calendar, so that another time zone and some days more or less are still moments.
FIRST = datetime(MINYEAR + 1, 1, 1, tzinfo=UTC)
LAST = datetime(MAXYEAR - 1, 12, 31, tzinfo=UTC)


def read(text: str | None, cursor: Any) -> datetime | None:
    """Return the moment; one at or beyond the ends of Python's calendar as `FIRST` or `LAST`. Midnight of 1 January of
    the year 1 in Jakarta is such a one, and a single row with it must stop no list."""
    try:
        found: datetime | None = psycopg2.extensions.PYDATETIMETZ(text, cursor)
    except (ValueError, OverflowError, psycopg2.DataError):
        return FIRST if text is not None and ("BC" in text or text.startswith("-")) else LAST
    if found is None:
        return None
    return min(max(found, FIRST), LAST)


def _install(sender: Any, connection: Any, **_more: Any) -> None:
    if connection.vendor == "postgresql":
        psycopg2.extensions.register_type(
            psycopg2.extensions.new_type((TIMESTAMPTZ,), "TIMESTAMPTZ", read), connection.connection
        )


def install() -> None:
    """Read moments so on every connection that opens from now on."""
    connection_created.connect(_install, dispatch_uid="asnhr.moments")
