"""Who sends checkpoints: a thread in each web process, or ``manage.py send_checkpoints``. Any number may work at once.

Not the thread that sends notifications, nor the one that seals: a witness that never answers keeps nobody else waiting.
"""

from __future__ import annotations

import logging
import threading

from django.db import connection

from wisely_security.database.cells.routing import in_each_cell

from .delivery import deliver_next

logger = logging.getLogger(__name__)

LOOK_EVERY = 30  # seconds
SECONDS_TO_STOP = 5


class CheckpointWorker:
    def __init__(self) -> None:
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self.work, name="checkpoint-worker", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def request_stop(self) -> None:
        """After the receiver in hand."""
        self._stop.set()

    def stop(self) -> None:
        """Give it a moment to finish. What it cannot finish, another one will."""
        self.request_stop()
        self._thread.join(SECONDS_TO_STOP)

    def work(self) -> None:
        """Holds no connection while waiting."""
        while not self._stop.is_set():
            in_each_cell(self._work_here)
            self._stop.wait(LOOK_EVERY)

    def _work_here(self) -> None:
        try:
            while not self._stop.is_set() and deliver_next():
                pass
        except Exception:
            logger.exception("Checkpoints could not be sent; the claim runs out and they are sent again.")
        finally:
            connection.close()
