"""Who sends checkpoints: a thread in each web process, or ``manage.py send_checkpoints``. Any number may work at once.

Not the thread that sends notifications, nor the one that seals: a witness that never answers keeps nobody else waiting.
"""

from __future__ import annotations

import logging

from django.db import connection

from wisely_security.database.cells.routing import in_each_cell
from wisely_security.worker import Worker

from .delivery import deliver_next

logger = logging.getLogger(__name__)

LOOK_EVERY = 30  # seconds


class CheckpointWorker(Worker):
    name = "checkpoint-worker"

    def work(self) -> None:
        """Holds no connection while waiting."""
        while not self.stopping.is_set():
            in_each_cell(self._work_here)
            self.stopping.wait(LOOK_EVERY)

    def _work_here(self) -> None:
        try:
            while not self.stopping.is_set() and deliver_next():
                pass
        except Exception:
            logger.exception("Checkpoints could not be sent; the claim runs out and they are sent again.")
        finally:
            connection.close()
