"""Write while the file is still being read: what an ordinary large file brings anyway, piece by piece, kept only if the
whole file proves ordinary.

Reading keeps this process busy and leaves the database idle; checking and writing do the reverse. A kind that
`writes_early` therefore has its rows staged, and what depends on no other row written, in a thread while the next rows
are parsed. All of it stands behind a savepoint. At the first row with an error, the first pair of rows that concern
each other, or a word of the database, it is undone as if it had never been, and the spooled rows go the careful way:
the result of an import never depends on this, only its seconds do.
"""

from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from io import BytesIO
from typing import TYPE_CHECKING, Any

import psycopg2
from django.db import connection, transaction

if TYPE_CHECKING:
    from asnhr.imports.framework import Importer

# Rows of a piece: larger ones leave more to wait for after the last row, smaller ones repeat what a statement costs.
PIECE = 1500
# Pieces that wait while one is written; then the reading waits, so that memory stays with the rows at hand.
WAITING = 2


class EarlyWrites:
    """The early writes of one import, of lines as COPY takes them. Use it inside the agency's scope, and `close` it."""

    def __init__(self, importer: "Importer", columns: list[str], begin: Callable[[Any], None], null: str) -> None:
        names = ", ".join(["row", "bad", *columns])
        self._importer, self._begin = importer, begin
        self._copy = f"COPY {importer.copied_to} ({names}) FROM STDIN (NULL '{null}')"
        self._pool = ThreadPoolExecutor(max_workers=1)
        self._under_way: deque[Future[None]] = deque()
        self._lines: list[str] = []
        self._savepoint: str | None = None
        self._staged = 0  # the last row given to the thread
        self._is_over = False

    def add(self, number: int, line: str, *, is_bad: bool) -> None:
        """Take a row. One that is bad ends it: nothing of the file, or not all of it, will be written."""
        if self._is_over:
            return
        if is_bad:
            self.undo()
            return
        self._lines.append(line)
        if len(self._lines) >= PIECE:
            self._send(number)

    def finish(self) -> bool:
        """Write the last rows; return whether all are staged, and written as far as they can be."""
        if self._savepoint is None:
            # Less than a piece: there was nothing to gain.
            self._is_over = True
        if not self._is_over:
            self._send(0)
            self._wait(0)
        return not self._is_over

    def undo(self) -> None:
        """Take back everything, staging included."""
        self._is_over = True
        self._lines.clear()
        self.close()
        if self._savepoint is not None:
            transaction.savepoint_rollback(self._savepoint)
            self._savepoint = None

    def close(self) -> None:
        """Wait for what is under way: nobody else may use the connection while the thread does."""
        self._pool.shutdown(cancel_futures=True)

    def _send(self, last: int) -> None:
        if self._savepoint is None:
            self._savepoint = transaction.savepoint()
            with connection.cursor() as cursor:
                self._begin(cursor)
                # As for the checks: the tables grow by more than their statistics know, and a plan that tries row by
                # row then tries all of them for each.
                cursor.execute("SET LOCAL enable_nestloop = off")
        if self._lines:
            piece = "".join(self._lines).encode()
            self._lines.clear()
            self._under_way.append(self._pool.submit(self._write, connection.connection, piece, self._staged))
            self._staged = last
        self._wait(WAITING)

    def _wait(self, pieces: int) -> None:
        while not self._is_over and len(self._under_way) > pieces:
            try:
                self._under_way.popleft().result()
            except psycopg2.Error:
                # What it was, the careful way says; if it was chance (two imports of one person), that goes well.
                self.undo()

    def _write(self, own: Any, piece: bytes, after: int) -> None:
        """In the thread, which works for this import alone: the driver waits for the database, and holds no lock that
        the reading needs."""
        with own.cursor() as cursor:
            cursor.copy_expert(self._copy, BytesIO(piece))
            for sql, params in (*self._importer.staged(after), *self._importer.early(after)):
                cursor.execute(sql, params)
