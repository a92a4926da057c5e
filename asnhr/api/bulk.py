"""Whole lists as NDJSON, a row a line: one server-side cursor under row security, constant memory at any size."""

from collections.abc import Iterator
from typing import Any

from django.db import connection, transaction
from django.db.models import QuerySet
from django.http import StreamingHttpResponse
from rest_framework.request import Request

from asnhr.api.renderers import NDJSONRenderer, ORJSONRenderer
from asnhr.scope import set_scope

BATCH = 500


def is_wanted(request: Request) -> bool:
    return bool(request.accepted_renderer.format == NDJSONRenderer.format)


def answer(view: Any, rows: QuerySet[Any], headers: dict[str, str]) -> StreamingHttpResponse:
    """Stream the rows. A failure half-way cuts the connection before the last chunk, so that no client takes a part
    for the whole."""
    lines = _lines(view, rows, view.access.agency_id, view.actor.pk)
    return StreamingHttpResponse(lines, content_type=NDJSONRenderer.media_type, headers=headers)


def _lines(view: Any, rows: QuerySet[Any], agency_id: int, user_id: int) -> Iterator[bytes]:
    """Open a transaction of our own, as the request's is over by now: one snapshot, no writes, the agency's scope."""
    render = ORJSONRenderer().render
    with transaction.atomic():
        if not connection.savepoint_ids:
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        set_scope(agency_id, user_id)
        for batch in _batches(rows):
            view.complete(batch)
            yield b"".join(render(row) + b"\n" for row in batch)


def _batches(rows: QuerySet[Any]) -> Iterator[list[dict[str, Any]]]:
    """Return the rows by the hundred from a cursor of the server. Django's `iterator` would read them all at once:
    cursors that outlive a transaction do not work behind PgBouncer, so they are off; ours ends with its transaction."""
    iterable: Any = rows._iterable_class(rows, chunked_fetch=True, chunk_size=BATCH)  # type: ignore[attr-defined]
    batch: list[dict[str, Any]] = []
    for row in iterable:
        batch.append(row)
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch
