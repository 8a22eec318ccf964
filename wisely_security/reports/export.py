"""The CSV: PostgreSQL's own COPY, streamed.

RFC 4180 (CRLF, quotes doubled) in UTF-8 with a byte order mark, from one read-only snapshot. A thread runs the COPY and
writes to a bounded queue; the response reads from it, so memory stays constant however slow the reader is. The last
chunk is held back until the download has been recorded. If anything fails in between, the response ends without its
final chunk, and every HTTP client reports it as incomplete.
"""

from __future__ import annotations

import contextlib
import queue
import threading
from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from typing import Any

from django.db import connection, transaction

from wisely_security.request_context import RequestContext, using

from .keyset import READ_IN_ORDER

BOM = b"\xef\xbb\xbf"
CHUNK = 64 * 1024
_CHUNKS_AHEAD = 8


def prepare(cursor: Any, time_zone: str) -> None:
    """For the rest of the transaction: times in the reader's zone, and rows in the order of the index.

    No time limit: a COPY is one statement, as long as its reader is slow, and a whole record takes its time. It blocks
    nobody, and how many run at once is limited (turns.py).

    The planner would rather sort what it takes for scattered rows; then all are read before the first is sent.
    """
    cursor.execute(READ_IN_ORDER + "SELECT set_config('TimeZone', %s, true)", [time_zone])


class _ReaderGoneError(Exception):
    """The reader has gone."""


@dataclass
class CsvExport:
    """One download. Iterate once; ``rows`` counts what was read from the database.

    ``context``: whose rows are read. ``finished(rows)`` is called before the last bytes leave, ``cut_short(rows)`` when
    the download ends in any other way.
    """

    context: RequestContext
    header: list[str]
    copy_statement: str
    time_zone: str
    finished: Callable[[int], None]
    cut_short: Callable[[int], None]
    rows: int = 0
    _chunks: queue.Queue[bytes | BaseException | None] = field(default_factory=lambda: queue.Queue(_CHUNKS_AHEAD))
    _buffer: bytearray = field(default_factory=bytearray)
    _stop: threading.Event = field(default_factory=threading.Event)

    def __iter__(self) -> Generator[bytes]:
        copying = threading.Thread(target=self._copy, name="csv-export", daemon=True)
        complete = False
        try:
            copying.start()
            held_back = BOM + (",".join(self.header) + "\r\n").encode()
            while (chunk := self._chunks.get()) is not None:
                if isinstance(chunk, BaseException):
                    raise chunk
                yield held_back
                held_back = chunk
            self.finished(self.rows)
            complete = True
            yield held_back
        finally:
            self._stop.set()
            if not complete:
                self.cut_short(self.rows)

    def write(self, row: bytes) -> None:
        """Called by psycopg2 with each row, as COPY sends it: ended by a bare line feed."""
        self._buffer += row[:-1]
        self._buffer += b"\r\n"
        self.rows += 1
        if len(self._buffer) >= CHUNK:
            self._put(bytes(self._buffer))
            self._buffer.clear()

    def _put(self, item: bytes | BaseException | None) -> None:
        while not self._stop.is_set():
            try:
                self._chunks.put(item, timeout=0.5)
                return
            except queue.Full:
                continue
        raise _ReaderGoneError

    def _copy(self) -> None:
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
                with using(self.context):
                    prepare(cursor, self.time_zone)
                    self._run_copy(cursor.cursor)
            if self._buffer:
                self._put(bytes(self._buffer))
            self._put(None)
        except _ReaderGoneError:
            pass
        except BaseException as error:
            with contextlib.suppress(_ReaderGoneError):
                self._put(error)
        finally:
            connection.close()

    def _run_copy(self, cursor: Any) -> None:
        try:
            cursor.copy_expert(self.copy_statement, self, CHUNK)
        except _ReaderGoneError:
            cursor.connection.cancel()  # or the rollback would read all rows that are left
            raise
