"""The CSV: PostgreSQL's own COPY, streamed.

RFC 4180 (CRLF, quotes doubled) in UTF-8 with a byte order mark, from one read-only snapshot. A thread runs the COPY and
writes to a bounded queue; the response reads from it, so memory stays constant however slow the reader is. The header
leaves at once, however far the first row is. A compressed file that was cut short also lacks its end, and no program
unpacks it without an error.

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

from django.db import connections

from ..table.columns import ROW_END
from .export import PIECE, Export
from .formulas import disarm

BOM = b"\xef\xbb\xbf"
CRLF = b"\r\n"
_PIECES_AHEAD = 8
_GZIP_LEVEL, _GZIP = 1, 31


class _ReaderGoneError(Exception):
    """The reader has gone."""


@dataclass(eq=False, kw_only=True)
class CsvExport(Export):
    """``statement``: a COPY (columns.py)."""

    _pieces: queue.Queue[bytes | BaseException | None] = field(default_factory=lambda: queue.Queue(_PIECES_AHEAD))

    def pieces(self) -> Generator[bytes]:
        self._start()
        yield BOM + ",".join(self.header).encode()
        yield CRLF
        yield from self._arriving()

    def _start(self) -> None:
        threading.Thread(target=self._run, name="csv-export", daemon=True).start()

    def _arriving(self) -> Generator[bytes]:
        while (piece := self._pieces.get()) is not None and not self._stop.is_set():
            if isinstance(piece, BaseException):
                raise piece
            yield piece

    def give_up(self) -> None:
        try:
            super().give_up()
        finally:
            with contextlib.suppress(queue.Full):
                self._pieces.put_nowait(None)  # wakes it where it waits for rows

    def take(self, rows: bytes) -> None:
        """Whole rows, as COPY sends them."""
        piece = rows.replace(ROW_END, CRLF)
        self._send(disarm(piece))
        self.rows += (len(rows) - len(piece)) // (len(ROW_END) - len(CRLF))

    def _send(self, text: bytes) -> None:
        self._put(text)

    def _put(self, item: bytes | BaseException | None) -> None:
        while not self._stop.is_set():
            try:
                self._pieces.put(item, timeout=0.5)
                return
            except queue.Full:
                continue
        raise _ReaderGoneError

    def _run(self) -> None:
        try:
            self._work()
            self._put(None)
        except _ReaderGoneError:
            pass
        except BaseException as error:
            with contextlib.suppress(_ReaderGoneError):
                self._put(error)
        finally:
            connections.close_all()

    def _work(self) -> None:
        self.read(self._run_copy)

    def _run_copy(self, cursor: Any) -> None:
        try:
            with io.BufferedWriter(_Rows(self.take), PIECE) as rows:
                cursor.copy_expert(self.statement, rows)
        except _ReaderGoneError:
            cursor.connection.cancel()  # or the rollback would read all rows that are left
            raise


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
