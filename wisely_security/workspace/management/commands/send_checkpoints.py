import signal
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from wisely_security.workspace.receivers.delivery import deliver_next
from wisely_security.workspace.receivers.worker import CheckpointWorker


class Command(BaseCommand):
    help = (
        "Sends new checkpoints to the receivers of tenants until it is stopped. Web processes do so too: "
        "this is for when they are stopped, or to share the work (docs/operating/integrity.md)."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--once", action="store_true", help="send what is due now, then exit")

    def handle(self, *, once: bool, **options: Any) -> None:
        if once:
            tried = 0
            while deliver_next():
                tried += 1
            self.stdout.write(f"{tried} receiver{'' if tried == 1 else 's'} tried.")
            return
        worker = CheckpointWorker()
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: worker.request_stop())
        worker.work()
