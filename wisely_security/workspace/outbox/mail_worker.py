"""Who empties the outbox: a thread in each web process, or ``manage.py send_outbox``. Any number may work at once."""

from __future__ import annotations

import logging

from django.db import connection

from wisely_security.database.cells.routing import in_each_cell
from wisely_security.worker import Worker

from .delivery import deliver_next
from .due import put_due
from .wake_event import wake_event

logger = logging.getLogger(__name__)

POLL_SECONDS = 30  # seconds; for what another process has put in, and for what is due again


class MailWorker(Worker):
    name = "mail-worker"

    def request_stop(self) -> None:
        super().request_stop()
        wake_event.set()

    def work(self) -> None:
        """Deliver what is due until stopped. Holds no connection while waiting."""
        while True:
            wake_event.clear()
            if self.stopping.is_set():
                return
            in_each_cell(self._work_here)
            wake_event.wait(POLL_SECONDS)

    def _work_here(self) -> None:
        try:
            put_due()
            while not self.stopping.is_set() and deliver_next():
                pass
        except Exception:
            logger.exception("A notification could not be delivered; its claim runs out and it is tried again.")
        finally:
            connection.close()
