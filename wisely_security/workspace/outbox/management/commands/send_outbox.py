import signal
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from wisely_security.workspace.outbox.delivery import deliver_next
from wisely_security.workspace.outbox.due import put_due
from wisely_security.workspace.outbox.mail_worker import MailWorker


class Command(BaseCommand):
    help = (
        "Sends the notifications in the outbox until it is stopped. Web processes do so too: this is for when they are "
        "stopped, or to share the work (docs/operating/operations.md)."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--once", action="store_true", help="send what is due now, then exit")

    def handle(self, *, once: bool, **options: Any) -> None:
        if once:
            put_due()
            tried = 0
            while deliver_next():
                tried += 1
            self.stdout.write(f"{tried} notification{'' if tried == 1 else 's'} tried.")
            return
        worker = MailWorker()
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: worker.request_stop())
        worker.work()
