"""Work in the background: a thread in each web process (gunicorn.conf.py), or a command of manage.py."""

from __future__ import annotations

import threading

SECONDS_TO_STOP = 5


class Worker:
    """``work`` goes on until ``stopping`` is set. What it leaves when it stops, another one does."""

    name: str

    def __init__(self) -> None:
        self.stopping = threading.Event()
        self.thread = threading.Thread(target=self.work, name=self.name, daemon=True)

    def start(self) -> None:
        self.thread.start()

    def request_stop(self) -> None:
        """After what is in hand."""
        self.stopping.set()

    def stop(self) -> None:
        """Give it a moment to finish."""
        self.request_stop()
        self.thread.join(SECONDS_TO_STOP)

    def work(self) -> None:
        raise NotImplementedError
