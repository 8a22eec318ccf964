"""The CSV: PostgreSQL's own COPY, streamed.

RFC 4180 (CRLF, quotes doubled) in UTF-8 with a byte order mark, from one read-only snapshot. A thread runs the COPY and
writes to a bounded queue; the response reads from it, so memory stays constant however slow the reader is. The header
leaves at once, however far the first row is. The last piece is held back until the download has been recorded. If
anything fails in between, the response ends without its final chunk, and every HTTP client reports it as incomplete; a
compressed one also lacks its end, and no program unpacks it without an error.

Rows come by the million, so nothing in Python is called for one: psycopg2 hands them to a buffered writer, both of
which are written in C, and that hands on whole rows, a piece at a time.
"""

from __future__ import annotations

import contextlib
import io
import queue
import threading
import zlib
from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from typing import Any

from django.db import connection, connections, transaction

from wisely_security.database import replica
from wisely_security.request_context import NOBODY, RequestContext, using

from .columns import ROW_END
from .keyset import READ_IN_ORDER

BOM = b"\xef\xbb\xbf"
CRLF = b"\r\n"
PIECE = 64 * 1024
_PIECES_AHEAD = 8
_GZIP_LEVEL, _GZIP = 1, 31


def prepare(cursor: Any, time_zone: str) -> None:
    """For the rest of the transaction: times in the reader's zone, and rows in the order of the index.

    No time limit: a COPY is one statement, as long as its reader is slow, and a whole record takes its time. It blocks
    nobody, and how many run at once is limited (turns.py).

    The planner would rather sort what it takes for scattered rows; then all are read before the first is sent. And it
    would rather compile the expressions, which takes seconds before the first row and saves less.
    """
    cursor.execute(
        READ_IN_ORDER + "SELECT set_config('jit', 'off', true), set_config('TimeZone', %s, true)", [time_zone]
    )


class _ReaderGoneError(Exception):
    """The reader has gone."""


class _GivenUpError(Exception):
    """The process must end, and the download has been recorded as cut short."""


@dataclass(eq=False)
class CsvExport:
    """One download. Iterate once; ``rows`` counts those in the pieces so far.

    ``context``: whose rows are read. One of two is called, once: ``finished(rows)`` before the last bytes leave, or
    ``cut_short(rows)`` when the download ends in any other way.
    """

    context: RequestContext
    header: list[str]
    copy_statement: str
    time_zone: str
    finished: Callable[[int], None]
    cut_short: Callable[[int], None]
    rows: int = 0
    _pieces: queue.Queue[bytes | BaseException | None] = field(default_factory=lambda: queue.Queue(_PIECES_AHEAD))
    _stop: threading.Event = field(default_factory=threading.Event)
    _settling: threading.Lock = field(default_factory=threading.Lock)
    _settled: bool = False

    def __iter__(self) -> Generator[bytes]:
        copying = threading.Thread(target=self._copy, name="csv-export", daemon=True)
        _under_way.add(self)
        try:
            copying.start()
            yield BOM + ",".join(self.header).encode()
            held_back = CRLF
            while (piece := self._pieces.get()) is not None and not self._stop.is_set():
                if isinstance(piece, BaseException):
                    raise piece
                yield held_back
                held_back = piece
            if self._stop.is_set() or not self._settle(self.finished):
                raise _GivenUpError
            yield held_back
        finally:
            self._stop.set()
            _under_way.discard(self)
            self._settle(self.cut_short)

    def give_up(self) -> None:
        """From another thread: this one may be waiting for its reader."""
        try:
            self._settle(self.cut_short)
        finally:
            self._stop.set()
            with contextlib.suppress(queue.Full):
                self._pieces.put_nowait(None)  # wakes it where it waits for rows

    def _settle(self, record: Callable[[int], None]) -> bool:
        """Whether that became the record of this download."""
        with self._settling:
            if self._settled:
                return False
            record(self.rows)
            self._settled = True
            return True

    def take(self, rows: bytes) -> None:
        """Whole rows, as COPY sends them."""
        piece = rows.replace(ROW_END, CRLF)
        self._put(piece)
        self.rows += (len(rows) - len(piece)) // (len(ROW_END) - len(CRLF))

    def _put(self, item: bytes | BaseException | None) -> None:
        while not self._stop.is_set():
            try:
                self._pieces.put(item, timeout=0.5)
                return
            except queue.Full:
                continue
        raise _ReaderGoneError

    def _copy(self) -> None:
        try:
            with using(self.context):
                replica.read(self._copy_rows, may_repeat=lambda: not self.rows)
            self._put(None)
        except _ReaderGoneError:
            pass
        except BaseException as error:
            with contextlib.suppress(_ReaderGoneError):
                self._put(error)
        finally:
            connections.close_all()

    def _copy_rows(self) -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            with using(NOBODY):  # whom to announce is a query, and this comes before any
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            prepare(cursor, self.time_zone)
            self._run_copy(cursor.cursor)

    def _run_copy(self, cursor: Any) -> None:
        try:
            with io.BufferedWriter(_Rows(self.take), PIECE) as rows:
                cursor.copy_expert(self.copy_statement, rows)
        except _ReaderGoneError:
            cursor.connection.cancel()  # or the rollback would read all rows that are left
            raise


_under_way: set[CsvExport] = set()


def give_up_all() -> None:
    """Before the process ends: what has not been taken by now is not sent any more, and the record says so."""
    for download in list(_under_way):
        with contextlib.suppress(Exception):  # the log has it
            download.give_up()


class _Rows(io.RawIOBase):
    """What a buffered writer writes to. It holds rows until one more would be too many, and never cuts one in two."""

    def __init__(self, take: Callable[[bytes], None]) -> None:
        self._take = take

    def writable(self) -> bool:
        return True

    def write(self, rows: Any) -> int:
        self._take(bytes(rows))
        return len(rows)


def compressed(pieces: Generator[bytes]) -> Generator[bytes]:
    """The same as a gzip file, which ends only where they do."""
    packer = zlib.compressobj(_GZIP_LEVEL, wbits=_GZIP)
    with contextlib.closing(pieces):
        for piece in pieces:
            if packed := packer.compress(piece):
                yield packed
    yield packer.flush()
