"""Who sends checkpoints: a thread in each web process, or ``manage.py send_checkpoints``. Any number may work at once.

Not the thread that sends notifications, nor the one that seals: a witness that never answers keeps nobody else waiting.
"""

from __future__ import annotations

import logging

from django.db import connection

from wisely_security.database.cells.routing import if_up
from wisely_security.database.cells.turns import Turns
from wisely_security.worker import SECONDS_TO_STOP, Worker

from .delivery import deliver_next

logger = logging.getLogger(__name__)

LOOK_EVERY = 30  # seconds


class CheckpointWorker(Worker):
    name = "checkpoint-worker"

    def __init__(self) -> None:
        super().__init__()
        self.turns = Turns(self._work_here, self.name)

    def work(self) -> None:
        """Holds no connection while waiting."""
        while not self.stopping.is_set():
            self.turns.round()
            self.stopping.wait(LOOK_EVERY)
        self.turns.wait(SECONDS_TO_STOP)

    def _work_here(self) -> None:
        try:
            if_up(self._deliver)
        except Exception:
            logger.exception("Checkpoints could not be sent; the claim runs out and they are sent again.")
        finally:
            connection.close()

    def _deliver(self) -> None:
        while not self.stopping.is_set() and deliver_next():
            pass
