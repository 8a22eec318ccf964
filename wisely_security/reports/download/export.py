"""What all downloads have in common: rows from one snapshot, and a record of how it ended, before the last bytes leave.

If anything fails in between, the response ends without its final chunk, and every HTTP client reports it as incomplete.
"""

from __future__ import annotations

import contextlib
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from typing import Any

from django.db import connection, transaction

from wisely_security.core.request_context import RequestContext, using
from wisely_security.database.cells.routing import resuming
from wisely_security.database.cells.silence import waiting_for
from wisely_security.database.replication import replica
from wisely_security.ledger.search.plan import READ_IN_ORDER

from .download_slots import show

PIECE = 64 * 1024


class GivenUpError(Exception):
    """The process must end, and the download has been recorded as cut short."""


@dataclass(eq=False, kw_only=True)
class Export(ABC):
    """One download. Iterate once; ``rows`` counts those that have been read for the pieces so far.

    ``context``: whose rows are read. One of two is called, once: ``finished(rows)`` before the last bytes leave, or
    ``cut_short(rows)`` when the download ends in any other way.
    """

    context: RequestContext
    header: list[str]
    statement: str
    finished: Callable[[int], None]
    cut_short: Callable[[int], None]
    rows: int = 0
    _stop: threading.Event = field(default_factory=threading.Event)
    _settling: threading.Lock = field(default_factory=threading.Lock)
    _settled: bool = False

    @abstractmethod
    def pieces(self) -> Generator[bytes]:
        """The file. It ends early where the download has been given up."""

    def __iter__(self) -> Generator[bytes]:
        """The pieces, the last of which is held back until the download has been recorded."""
        _under_way.add(self)
        try:
            with contextlib.closing(self.pieces()) as pieces:
                held_back = next(pieces, b"")
                for piece in pieces:
                    yield held_back
                    held_back = piece
            if self._stop.is_set() or not self._settle(self.finished):
                raise GivenUpError
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

    def _settle(self, record: Callable[[int], None]) -> bool:
        """Whether that became the record of this download."""
        with self._settling:
            if self._settled:
                return False
            record(self.rows)
            self._settled = True
            return True

    def read(self, rows: Callable[[Any], None]) -> None:
        """Calls ``rows`` with a cursor of psycopg2's own, in a read-only snapshot, as whom the context says."""
        with resuming(self.context):
            replica.read(lambda: self._in_snapshot(rows), may_repeat=lambda: not self.rows)

    def _in_snapshot(self, rows: Callable[[Any], None]) -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            with using(RequestContext()):  # nobody's: setting the session context is a query, and this comes before any
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            prepare(cursor)
            if self.context.tenant_id:
                show(cursor, self.context.tenant_id)
            with waiting_for(cursor.db, may_refuse=False, is_download=True):
                rows(cursor.cursor)


def prepare(cursor: Any) -> None:
    """For the rest of the transaction: rows in the order of the index.

    No time limit: a COPY is one statement, as long as its reader is slow, and a whole record takes its time. It blocks
    nobody, and how many run at once is limited (download_slots.py).

    The planner would rather sort what it takes for scattered rows; then all are read before the first is sent. And it
    would rather compile the expressions, which takes seconds before the first row and saves less.
    """
    cursor.execute(READ_IN_ORDER + "SELECT set_config('jit', 'off', true)")


_under_way: set[Export] = set()


def give_up_all() -> None:
    """Before the process ends: what has not been taken by now is not sent any more, and the record says so."""
    for download in list(_under_way):
        with contextlib.suppress(Exception):  # the log has it
            download.give_up()
