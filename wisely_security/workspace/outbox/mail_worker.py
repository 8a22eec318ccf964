"""Who empties the outbox: a thread in each web process, or ``manage.py send_outbox``. Any number may work at once."""

from __future__ import annotations

import logging
import threading

from django.db import connection

from wisely_security.database.cells.routing import in_each_cell

from .delivery import deliver_next
from .due import put_due
from .wake_event import wake_event

logger = logging.getLogger(__name__)

POLL_SECONDS = 30  # seconds; for what another process has put in, and for what is due again
SECONDS_TO_STOP = 5


class MailWorker:
    def __init__(self) -> None:
        self._stopping = False
        self._thread = threading.Thread(target=self.work, name="mail-worker", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def request_stop(self) -> None:
        """After the notification in hand."""
        self._stopping = True
        wake_event.set()

    def stop(self) -> None:
        """Give it a moment to finish. What it cannot finish, another one will."""
        self.request_stop()
        self._thread.join(SECONDS_TO_STOP)

    def work(self) -> None:
        """Deliver what is due until stopped. Holds no connection while waiting."""
        while True:
            wake_event.clear()
            if self._stopping:
                return
            in_each_cell(self._work_here)
            wake_event.wait(POLL_SECONDS)

    def _work_here(self) -> None:
        try:
            put_due()
            while not self._stopping and deliver_next():
                pass
        except Exception:
            logger.exception("A notification could not be delivered; its claim runs out and it is tried again.")
        finally:
            connection.close()
