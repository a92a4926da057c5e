"""Whole lists as NDJSON, a row a line: one server-side cursor under row security, constant memory at any size.

The lines are written to a file inside the request's transaction and sent after it. So a failure is a problem and not
half a list, what is to be remembered of the reading (sensitive columns) is remembered before anybody has read it, and a
slow reader holds no transaction.
"""

import tempfile
from collections.abc import Iterator
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.http import FileResponse
from rest_framework.request import Request

from asnhr.api.renderers import NDJSONRenderer, ORJSONRenderer

BATCH = 500
# Bytes that are kept in memory before the file is one on disk, without a name.
IN_MEMORY = 2 * 1024 * 1024


def is_wanted(request: Request) -> bool:
    return bool(request.accepted_renderer.format == NDJSONRenderer.format)


def answer(view: Any, rows: QuerySet[Any], headers: dict[str, str]) -> FileResponse:
    """Return the rows with their number of bytes, by which a client knows that it has all of them."""
    render = ORJSONRenderer().render
    file = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)
    with transaction.atomic():
        for batch in _batches(rows):
            view.complete(batch)
            file.write(b"".join(render(row) + b"\n" for row in batch))
    size = file.tell()
    file.seek(0)
    return FileResponse(file, content_type=NDJSONRenderer.media_type, headers={"Content-Length": str(size), **headers})


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
