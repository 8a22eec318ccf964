"""Who empties the outbox: a thread in each web process, or ``manage.py send_outbox``. Any number may work at once."""

from __future__ import annotations

import logging
import time

from django.db import connection

from wisely_security.database.cells.routing import if_up
from wisely_security.database.cells.turns import Turns, cells_of_process
from wisely_security.worker import SECONDS_TO_STOP, Worker

from .delivery import deliver_next
from .due import put_due
from .wake_event import wake_event

logger = logging.getLogger(__name__)

POLL_SECONDS = 30  # seconds; for what another process has put in, and for what is due again


class MailWorker(Worker):
    name = "mail-worker"

    def __init__(self) -> None:
        super().__init__()
        self.turns = Turns(self._work_here, self.name)

    def request_stop(self) -> None:
        super().request_stop()
        wake_event.set()

    def work(self) -> None:
        """Deliver what is due until stopped. Holds no connection while waiting."""
        next_poll = 0.0
        while True:
            woken = wake_event.take()
            if self.stopping.is_set():
                break
            if time.monotonic() >= next_poll:
                next_poll = time.monotonic() + POLL_SECONDS
                self.turns.round()
            else:
                self.turns.round(woken & {*cells_of_process()})
            wake_event.wait(max(next_poll - time.monotonic(), 0))
        self.turns.wait(SECONDS_TO_STOP)

    def _work_here(self) -> None:
        try:
            if_up(self._deliver)
        except Exception:
            logger.exception("A notification could not be delivered; its claim runs out and it is tried again.")
        finally:
            connection.close()

    def _deliver(self) -> None:
        put_due()
        while not self.stopping.is_set() and deliver_next():
            pass
